"""What a plan says to those who ask: what each site adds, what a condition costs, what another list would lose, what is sure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import inf

import numpy as np

from lebenslagen.errors import InfeasibleError
from lebenslagen.siting.models import MODELS, maximal_cover, value_of
from lebenslagen.siting.plan import SitingPlan, Worth, reached, worth
from lebenslagen.siting.problem import Demand, Period, SitingProblem

__all__ = [
    "Added",
    "Alternatives",
    "Price",
    "Regret",
    "added",
    "alternatives",
    "marginal_curve",
    "prices",
    "regret",
    "shifts",
]

Groups = Mapping[str, float]


@dataclass(frozen=True, eq=False)
class Added:
    """What one site of a plan gives: `people` have it within reach, `only` would have none without it (persons by group).

    >>> Added("s", {"all": 5.0}, {"all": 2.0}).only["all"]
    2.0
    """

    site: str
    people: Groups
    only: Groups


@dataclass(frozen=True, eq=False)
class Price:
    """What a floor costs: the value without it, and persons by group that its absence would serve more (or fewer).

    >>> Price("Nord", 10.0, {"all": 3.0}).people["all"]
    3.0
    """

    label: str
    value: float
    people: Groups


@dataclass(frozen=True, eq=False)
class Regret:
    """A list of sites beside the best plan: what it gives, what is lost by it, which conditions it breaks.

    >>> Regret(Worth({}, {}, {}, (), 0.0, ()), 8.0, 10.0).lost
    2.0
    """

    worth: Worth
    value: float
    best: float

    @property
    def lost(self) -> float:
        """How much the list falls behind, in the unit of the model."""
        return abs(self.best - self.value)


@dataclass(frozen=True, eq=False)
class Alternatives:
    """Plans almost as good, the best first; `complete` where there are no more of them.

    `common` are the sites that every plan within the margin holds, each proven by the best plan without it.

    >>> Alternatives((), frozenset({"s"}), True).common
    frozenset({'s'})
    """

    plans: tuple[SitingPlan, ...]
    common: frozenset[str]
    complete: bool


def added(problem: SitingProblem, plan: SitingPlan) -> tuple[Added, ...]:
    """What each site of a plan gives, in the order of the plan.

    >>> added.__name__
    'added'
    """
    opened = plan.worth.opened
    whole = reached(problem, opened).near[-1]
    found = []
    for site in plan.chosen:
        own = np.zeros(len(problem.demand.ids), dtype=bool)
        own[problem.covers[problem.covers[:, 1] == problem.counted[site], 0]] = True
        rest = reached(problem, {other: t for other, t in opened.items() if other != site}).near[-1]
        found.append(Added(site, _people(problem, own), _people(problem, whole & ~rest)))
    return tuple(found)


def marginal_curve(
    problem: SitingProblem, most: int, *, model: str = "maximal-cover", seconds: float = inf
) -> tuple[SitingPlan | None, ...]:
    """The best plan with 0, 1, 2, ... new sites in one year, the floors kept; None where they need more sites.

    >>> marginal_curve.__name__
    'marginal_curve'
    """
    year = problem.periods[0].year
    curve: list[SitingPlan | None] = []
    for count in range(most + 1):
        asked = replace(
            problem, periods=(Period(year, count),), floors=tuple(replace(f, by=0) for f in problem.floors)
        )
        curve.append(_plan(asked, model, seconds))
    return tuple(curve)


def prices(problem: SitingProblem, plan: SitingPlan, *, seconds: float = inf) -> tuple[Price, ...]:
    """What each floor costs, one at a time.

    >>> prices.__name__
    'prices'
    """
    found = []
    for floor in problem.floors:
        rest = tuple(other for other in problem.floors if other is not floor)
        free = MODELS[plan.model](replace(problem, floors=rest), seconds=seconds)
        more = {
            group: free.worth.people[group][-1] - plan.worth.people[group][-1] for group in plan.worth.people
        }
        found.append(Price(floor.label, free.value, more))
    return tuple(found)


def regret(problem: SitingProblem, plan: SitingPlan, choice: Mapping[str, int]) -> Regret:
    """A list somebody else drew up (site -> number of the year), judged like the plan and not touched.

    Raises KeyError for a site that is not in the question.

    >>> regret.__name__
    'regret'
    """
    for site in choice:
        problem.counted[site]
    return Regret(worth(problem, choice), value_of(plan.model, problem, choice), plan.value)


def alternatives(
    problem: SitingProblem, plan: SitingPlan, *, within: float = 0.01, most: int = 20, seconds: float = inf
) -> Alternatives:
    """Plans of maximal cover whose value is at least 1 - `within` of the best, and the sites common to all of them.

    Each plan found is forbidden for the next one, until none is good enough or `most` are found. What is common is not
    read off these: a site is common when the best plan without it falls below the margin.

    >>> alternatives.__name__
    'alternatives'
    """
    least = plan.value * (1 - within)
    found: list[SitingPlan] = []
    seen = [frozenset(plan.chosen)]
    complete = False
    while len(found) < most:
        try:
            other = maximal_cover(problem, seconds=seconds, other_than=seen)
        except InfeasibleError:
            complete = True
            break
        if other.value < least:
            complete = other.bound < least or other.proven
            break
        seen.append(frozenset(other.chosen))
        found.append(other)
    common = frozenset(site for site in plan.chosen if not _possible_without(problem, site, least, seconds))
    return Alternatives(tuple(found), common, complete)


def shifts(
    problem: SitingProblem, plan: SitingPlan, demands: Mapping[str, Demand], *, seconds: float = inf
) -> Mapping[str, tuple[SitingPlan, tuple[str, ...]]]:
    """How the choice moves with other weights: for each name the plan, and the sites it shares with the first one.

    >>> shifts.__name__
    'shifts'
    """
    moved = {}
    for name, demand in demands.items():
        other = MODELS[plan.model](replace(problem, demand=demand), seconds=seconds)
        moved[name] = other, tuple(site for site in other.chosen if site in plan.worth.opened)
    return moved


def _possible_without(problem: SitingProblem, site: str, least: float, seconds: float) -> bool:
    """Whether a plan without the site may reach a value; a bound that is not tight counts as yes."""
    try:
        return maximal_cover(problem, seconds=seconds, other_than=[frozenset({site})]).bound >= least
    except InfeasibleError:
        return False


def _plan(problem: SitingProblem, model: str, seconds: float) -> SitingPlan | None:
    try:
        return MODELS[model](problem, seconds=seconds)
    except InfeasibleError:
        return None


def _people(problem: SitingProblem, inside: np.ndarray) -> Groups:
    return {
        group: float(np.asarray(numbers)[inside].sum()) for group, numbers in problem.demand.people.items()
    }

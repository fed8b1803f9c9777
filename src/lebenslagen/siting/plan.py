"""A plan and what it is worth, counted on the question as it was asked and by nothing that found the plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from lebenslagen.siting.problem import YEARS, Floor, SitingProblem

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Reached", "SitingPlan", "Worth", "worth"]

CLOSE = 1e-9  # relative slack of sums of money and shares


@dataclass(frozen=True, eq=False)
class Reached:
    """Which places have a site within the radius, and how far the nearest one is, at the end of each period.

    `near` and `metres`: periods x places; metres is infinite where no open site can be walked to.

    >>> Reached(np.array([[True]]), np.array([[12.0]])).near.shape
    (1, 1)
    """

    near: NDArray[np.bool_]
    metres: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Worth:
    """What a choice of sites gives: `opened` holds the number of the period in which each new site is built.

    `people` holds persons within reach by group, one number a period; `before` the same without new sites. `own_funds`
    are EUR by period, `cost` EUR over ten years. `broken` names each condition that does not hold.

    >>> Worth({}, {"all": (5.0,)}, {"all": 5.0}, (0.0,), 0.0, ()).sound
    True
    """

    opened: Mapping[str, int]
    people: Mapping[str, tuple[float, ...]]
    before: Mapping[str, float]
    own_funds: tuple[float, ...]
    cost: float
    broken: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Whether every condition holds."""
        return not self.broken


@dataclass(frozen=True, eq=False)
class SitingPlan:
    """The best plan found, its value, and a bound that no plan can pass: the proof, never hidden.

    `value` and `bound` are in the unit of the model (weighted people, metres, EUR or sites). `proven`: nothing better
    exists; otherwise `gap` says how much better a plan could at most be. `unreachable` are places nobody can serve.

    >>> w = Worth({"a": 0}, {}, {}, (0.0,), 0.0, ())
    >>> SitingPlan("maximal-cover", 97.0, 100.0, False, w, ()).gap
    0.03
    """

    model: str
    value: float
    bound: float
    proven: bool
    worth: Worth
    unreachable: tuple[str, ...]

    @property
    def chosen(self) -> tuple[str, ...]:
        """The sites to build, by period and id."""
        return tuple(site for _, site in sorted((when, site) for site, when in self.worth.opened.items()))

    @property
    def gap(self) -> float:
        """How much better than the value a plan could be, as a share of the larger of value and bound."""
        largest = max(abs(self.value), abs(self.bound))
        return round(abs(self.bound - self.value) / largest, 12) if largest else 0.0


def reached(problem: SitingProblem, opened: Mapping[str, int]) -> Reached:
    """Who has a site how near, period by period."""
    built = np.full(len(problem.sites), len(problem.periods))
    for n, site in enumerate(problem.sites):
        built[n] = 0 if site.existing else opened.get(site.id, len(problem.periods))
    d = problem.distances
    place, site_of, metres = np.asarray(d.place), np.asarray(d.site), np.asarray(d.metres)
    nearest = np.full((len(problem.periods), len(problem.demand.ids)), np.inf)
    for t in range(len(problem.periods)):
        there = built[site_of] <= t
        np.minimum.at(nearest[t], place[there], metres[there])
    return Reached(nearest <= problem.radius, nearest)


def worth(problem: SitingProblem, opened: Mapping[str, int]) -> Worth:
    """What a choice of sites gives and which conditions it breaks; `opened` maps a site to the number of its period.

    >>> from lebenslagen.siting.problem import Demand, Distances, Site
    >>> p = SitingProblem(demand=Demand(("a",), {"all": [5]}, {"all": 1}), sites=(Site("s"),),
    ...                   distances=Distances([0], [0], [300.0]), radius=300)
    >>> dict(worth(p, {"s": 0}).people)
    {'all': (5.0,)}
    """
    seen = reached(problem, opened).near
    people = {
        group: tuple(float(np.asarray(numbers)[near].sum()) for near in seen)
        for group, numbers in problem.demand.people.items()
    }
    before = {
        group: float(np.asarray(numbers)[problem.served].sum())
        for group, numbers in problem.demand.people.items()
    }
    return Worth(
        MappingProxyType(dict(sorted(opened.items()))),
        MappingProxyType(people),
        MappingProxyType(before),
        own_funds(problem, opened),
        ten_years(problem, opened),
        tuple(_broken(problem, opened, seen)),
    )


def own_funds(problem: SitingProblem, opened: Mapping[str, int]) -> tuple[float, ...]:
    """What each period takes: own funds for what is built in it, and the running cost of all new sites by then (EUR)."""
    by_id = {site.id: site for site in problem.sites}
    return tuple(
        sum(by_id[s].own(period.year) for s, when in opened.items() if when == t)
        + sum(by_id[s].running for s, when in opened.items() if when <= t)
        for t, period in enumerate(problem.periods)
    )


def ten_years(problem: SitingProblem, opened: Mapping[str, int]) -> float:
    """Own funds over ten years from the building of each site on (EUR)."""
    by_id = {site.id: site for site in problem.sites}
    return sum(by_id[s].cost_over(YEARS, problem.periods[t].year) for s, t in opened.items())


def floor_reached(
    problem: SitingProblem, floor: Floor, opened: Mapping[str, int], near: NDArray[np.bool_]
) -> float:
    """How many sites, or which share of the people, a floor has at the end of its period."""
    t = problem.period_of(floor)
    if floor.counts_sites:
        there = {s.id for s in problem.sites if s.existing} | {s for s, when in opened.items() if when <= t}
        return float(len(floor.sites & there))
    people = problem.people_of(floor)
    whole = float(people.sum())
    return float(people[near[t]].sum()) / whole if whole else 1.0


def _broken(problem: SitingProblem, opened: Mapping[str, int], near: NDArray[np.bool_]) -> list[str]:
    broken = [f"floor:{f.label}" for f in problem.floors if not _holds(problem, f, opened, near)]
    for t, (period, funds) in enumerate(zip(problem.periods, own_funds(problem, opened), strict=True)):
        if period.most is not None and sum(when == t for when in opened.values()) > period.most:
            broken.append(f"most:{period.year}")
        if period.budget is not None and funds > period.budget * (1 + CLOSE):
            broken.append(f"budget:{period.year}")
    by_id = {site.id: site for site in problem.sites}
    broken += [
        f"must:{site.id}"
        for site in problem.sites
        if site.must and not site.existing and site.id not in opened
    ]
    broken += [f"barred:{s}" for s in opened if by_id[s].barred or by_id[s].existing]
    there = {site.id for site in problem.sites if site.existing} | set(opened)
    broken += [
        f"apart:{a}:{b}"
        for a, b in problem.apart
        if {a, b} <= there and not (by_id[a].existing and by_id[b].existing)
    ]
    return broken


def _holds(problem: SitingProblem, floor: Floor, opened: Mapping[str, int], near: NDArray[np.bool_]) -> bool:
    return floor_reached(problem, floor, opened, near) >= floor.at_least * (1 - CLOSE)

"""Four questions of location science, each a function and a row in `MODELS`; conditions and proof are common to all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from math import inf

import numpy as np

from lebenslagen.errors import Fault, InfeasibleError
from lebenslagen.siting.lagrange import Fixed, fix
from lebenslagen.siting.plan import SitingPlan, reached, worth
from lebenslagen.siting.problem import YEARS, Floor, SitingProblem
from lebenslagen.siting.program import Answer, Program
from lebenslagen.siting.reduce import Reduced, certify, reduce

__all__ = ["MODELS", "Conditions", "Model", "value_of"]

NEAR = 1e-7  # relative: two values closer than this are one

Opened = Mapping[str, int]
Model = Callable[..., SitingPlan]


@dataclass(frozen=True, eq=False)
class Conditions:
    """The program with its sites and conditions; what is asked of people is added by a model.

    `built`: periods x sites, the column that says whether a site stands by the end of a period. `near`: periods x
    classes of places, the column that says whether a class is within reach.

    >>> Conditions.__name__
    'Conditions'
    """

    program: Program
    small: Reduced
    built: np.ndarray
    near: np.ndarray


# --- what a plan is worth in each model, by the plain definition -----------------------------------------------------


def value_of(model: str, problem: SitingProblem, opened: Opened) -> float:
    """The value of a choice of sites in the unit of a model, on the question itself.

    Maximal cover: weighted people within reach, the mean of the periods. Set cover: EUR over ten years, or the number of
    new sites where none costs anything. p-median: metres times weighted people; p-center: the longest way in metres.

    >>> value_of.__name__
    'value_of'
    """
    seen, weight = reached(problem, opened), problem.demand.weight
    if model == "maximal-cover":
        return float((seen.near * weight).sum() / len(problem.periods))
    if model == "set-cover":
        return float(sum(_prices(problem)[problem.counted[site]] for site in opened))
    walked = np.minimum(seen.metres, _beyond(problem))[:, _known(problem)]
    if model == "p-median":
        return float((walked * weight[_known(problem)]).sum() / len(problem.periods))
    return float(walked[-1].max(initial=0.0))


def _prices(problem: SitingProblem) -> np.ndarray:
    year = problem.periods[0].year
    prices = np.array([site.cost_over(YEARS, year) for site in problem.sites])
    return prices if prices[list(problem.candidates)].any() else np.ones(len(prices))


def _beyond(problem: SitingProblem) -> float:
    """The longest way in the table: what somebody is counted with who reaches no open site in it."""
    return float(np.asarray(problem.distances.metres).max(initial=0.0))


def _known(problem: SitingProblem) -> np.ndarray:
    """Numbers of the places with people that can reach a site at all."""
    lost = set(problem.unreachable)
    inside = [place not in lost for place in problem.demand.ids]
    return np.flatnonzero(np.array(inside, dtype=bool) & (problem.demand.weight > 0))


# --- conditions ------------------------------------------------------------------------------------------------------


def conditions(
    problem: SitingProblem, small: Reduced, without: frozenset[str] = frozenset(), fixed: Fixed | None = None,
    other_than: Sequence[frozenset[str]] = (),
) -> Conditions:  # fmt: skip
    """The columns of sites and of reach, and a row for each condition that is not in `without`.

    `other_than`: choices of sites that are not to come again, with or without further ones.
    """
    program, periods, n = Program(), len(problem.periods), len(small.sites)
    low = np.zeros(n)
    if fixed is not None:
        low[list(fixed.taken)] = 1.0
    high = np.ones(n)
    if fixed is not None:
        high[list(fixed.left)] = 0.0
    built = np.array([program.columns(n, low=low, high=high, whole=True) for _ in range(periods)]).reshape(
        periods, n
    )
    classes = len(small.weight)
    near = np.array([program.columns(classes) for _ in range(periods)]).reshape(periods, classes)
    made = Conditions(program, small, built, near)
    _stay(made)
    _reach(made)
    for key, add in _each(problem, made):
        if key not in without:
            add()
    for choice in other_than:
        own = [k for k, n in enumerate(small.sites) if problem.sites[n].id in choice]
        program.add(0, built[-1][own], 1.0, -inf, len(choice) - 1, 1)
    return made


def _stay(made: Conditions) -> None:
    """What is built stays."""
    for before, after in zip(made.built[:-1], made.built[1:], strict=True):
        n = len(before)
        rows = np.arange(n)
        made.program.add(
            np.concatenate([rows, rows]),
            np.concatenate([after, before]),
            np.repeat([1.0, -1.0], n),
            0.0,
            inf,
            n,
        )


def _reach(made: Conditions) -> None:
    """A class is within reach only if a site that serves it stands."""
    links = made.small.serves.tocoo()
    classes, entries = made.near.shape[1], len(links.data)
    for built, near in zip(made.built, made.near, strict=True):
        row = np.concatenate([links.row, np.arange(classes)])
        column = np.concatenate([built[links.col], near])
        made.program.add(row, column, np.repeat([1.0, -1.0], [entries, classes]), 0.0, inf, classes)


def _each(problem: SitingProblem, made: Conditions) -> Iterator[tuple[str, Callable[[], None]]]:
    """Each condition with its name; `InfeasibleError` tells the names that contradict each other."""
    for t, period in enumerate(problem.periods):
        if period.most is not None:
            yield f"most:{period.year}", partial(_most, problem, made, t)
        if period.budget is not None:
            yield f"budget:{period.year}", partial(_budget, problem, made, t)
    for floor in problem.floors:
        yield f"floor:{floor.label}", partial(_floor, problem, made, floor)
    for k, n in enumerate(made.small.sites):
        if problem.sites[n].must:
            yield f"must:{problem.sites[n].id}", partial(_must, made, k)
    if problem.apart:
        yield "apart", partial(_apart, problem, made)


def _new(made: Conditions, t: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns and signs of what is new in a period."""
    now = made.built[t]
    if t == 0:
        return now, np.ones(len(now))
    return np.concatenate([now, made.built[t - 1]]), np.repeat([1.0, -1.0], len(now))


def _most(problem: SitingProblem, made: Conditions, t: int) -> None:
    columns, signs = _new(made, t)
    made.program.add(0, columns, signs, -inf, problem.periods[t].most, 1)


def _budget(problem: SitingProblem, made: Conditions, t: int) -> None:
    period, sites = problem.periods[t], [problem.sites[n] for n in made.small.sites]
    columns, signs = _new(made, t)
    own = np.array([site.own(period.year) for site in sites])
    own = np.tile(own, len(columns) // max(len(own), 1)) if len(own) else own
    running = np.array([site.running for site in sites])
    made.program.add(
        0,
        np.concatenate([columns, made.built[t]]),
        np.concatenate([signs * own, running]),
        -inf,
        period.budget,
        1,
    )


def _floor(problem: SitingProblem, made: Conditions, floor: Floor) -> None:
    t = problem.period_of(floor)
    if floor.counts_sites:
        there = sum(site.existing and site.id in floor.sites for site in problem.sites)
        own = [k for k, n in enumerate(made.small.sites) if problem.sites[n].id in floor.sites]
        made.program.add(0, made.built[t][own], 1.0, floor.at_least - there, inf, 1)
        return
    people, classes = problem.people_of(floor), made.small.classes
    by_class = np.bincount(classes[classes >= 0], people[classes >= 0], made.near.shape[1])
    wanted = floor.at_least * float(people.sum()) * (1 - 1e-12) - float(people[problem.served].sum())
    made.program.add(0, made.near[t], by_class, wanted, inf, 1)


def _must(made: Conditions, site: int) -> None:
    made.program.add(0, made.built[-1][[site]], 1.0, 1.0, inf, 1)


def _apart(problem: SitingProblem, made: Conditions) -> None:
    columns = {problem.sites[n].id: made.built[-1][k] for k, n in enumerate(made.small.sites)}
    there = {site.id for site in problem.sites if site.existing}
    for pair in problem.apart:
        own = [columns[site] for site in pair if site in columns]
        room = 1 - sum(site in there for site in pair)
        if own and not all(site in there for site in pair):
            made.program.add(0, own, 1.0, -inf, room, 1)


# --- models ----------------------------------------------------------------------------------------------------------


def maximal_cover(
    problem: SitingProblem,
    *,
    seconds: float = inf,
    plain: bool = False,
    other_than: Sequence[frozenset[str]] = (),
) -> SitingPlan:
    """As many weighted people as possible within reach, under all conditions (Church and ReVelle 1974).

    `plain` leaves out what makes it fast, for comparison; `other_than` are choices that are not to come again, so that
    all candidates are looked at. Raises InfeasibleError with the conditions that contradict
    each other.

    >>> from lebenslagen.siting import Demand, Distances, Period, Site
    >>> p = SitingProblem(demand=Demand(("a", "b"), {"all": [5, 3]}, {"all": 1}), sites=(Site("s"), Site("t")),
    ...                   distances=Distances([0, 1], [0, 1], [300.0, 9.0]), radius=300, periods=(Period(2026, 1),))
    >>> plan = maximal_cover(p)
    >>> plan.chosen, plan.value, plan.gap
    (('s',), 5.0, 0.0)
    """
    plain = plain or bool(other_than)
    small = _whole(problem) if plain else reduce(problem)
    fixed = None if plain else fix(problem, small)
    made = conditions(problem, small, fixed=fixed, other_than=other_than)
    made.program.charge(made.near, -small.weight)
    start = _start(made, fixed)
    answer = made.program.solve(start, seconds)
    periods = len(problem.periods)
    bound = small.constant - answer.bound / periods
    if fixed is not None:
        bound = small.constant + min(max(bound - small.constant, fixed.value), fixed.bound)
    return _plan("maximal-cover", problem, made, answer, bound, spare=not other_than)


def set_cover(problem: SitingProblem, *, seconds: float = inf) -> SitingPlan:
    """Everybody who can be served has a site within reach, as cheaply as possible (Toregas et al. 1971).

    Raises InfeasibleError with the conditions that contradict each other.

    >>> from lebenslagen.siting import Demand, Distances, Site
    >>> p = SitingProblem(demand=Demand(("a", "b"), {"all": [5, 3]}, {"all": 1}), sites=(Site("s"), Site("t")),
    ...                   distances=Distances([0, 1, 1], [0, 0, 1], [300.0, 9.0, 9.0]), radius=300)
    >>> set_cover(p).chosen
    ('s',)
    """
    small = reduce(problem)
    made = conditions(problem, small)
    prices = _prices(problem)
    made.program.charge(made.built[-1], prices[list(small.sites)])
    needed = np.flatnonzero(small.weight > 0)
    _lift(made.program, made.near[-1][needed])
    answer = made.program.solve(None, seconds)
    return _plan("set-cover", problem, made, answer, answer.bound)


def p_median(problem: SitingProblem, *, seconds: float = inf) -> SitingPlan:
    """The shortest ways for weighted people, all together (Hakimi 1964; ReVelle and Swain 1970).

    Who reaches no open site within the table of distances counts with its longest way.
    Raises InfeasibleError with the conditions that contradict each other.

    >>> from lebenslagen.siting import Demand, Distances, Period, Site
    >>> p = SitingProblem(demand=Demand(("a", "b"), {"all": [5, 3]}, {"all": 1}), sites=(Site("s"), Site("t")),
    ...     distances=Distances([0, 0, 1, 1], [0, 1, 0, 1], [0, 400, 400, 0]), radius=300, periods=(Period(2026, 1),))
    >>> p_median(p).chosen, p_median(p).value
    (('s',), 1200.0)
    """
    small = _whole(problem)
    made = conditions(problem, small)
    beyond, weight, periods = _beyond(problem), problem.demand.weight, len(problem.periods)
    ways = _ways(problem, small, beyond)
    known = _known(problem)
    rows = {n: k for k, n in enumerate(known.tolist())}
    inside = np.array([place in rows for place in ways[0]], dtype=bool)
    place, site, metres = (part[inside] for part in ways)
    row = np.array([rows[n] for n in place.tolist()], dtype=np.int64)
    nearest = _nearest_existing(problem, beyond)[known]
    for built in made.built:
        walk = made.program.columns(len(row), cost=metres * weight[place])
        stay = made.program.columns(len(known), cost=nearest * weight[known])
        made.program.add(
            np.concatenate([row, np.arange(len(known))]),
            np.concatenate([walk, stay]),
            1.0,
            1.0,
            1.0,
            len(known),
        )
        each = np.arange(len(row))
        made.program.add(
            np.concatenate([each, each]),
            np.concatenate([built[site], walk]),
            np.repeat([1.0, -1.0], len(row)),
            0.0,
            inf,
            len(row),
        )
    answer = made.program.solve(None, seconds)
    return _plan("p-median", problem, made, answer, answer.bound / periods)


def p_center(problem: SitingProblem, *, seconds: float = inf) -> SitingPlan:
    """The shortest longest way (Hakimi 1964), by the smallest distance within which everybody can be served.

    Raises InfeasibleError with the conditions that contradict each other.

    >>> from lebenslagen.siting import Demand, Distances, Period, Site
    >>> p = SitingProblem(demand=Demand(("a", "b"), {"all": [5, 3]}, {"all": 1}), sites=(Site("s"), Site("t")),
    ...     distances=Distances([0, 0, 1, 1], [0, 1, 0, 1], [0, 400, 300, 0]), radius=300, periods=(Period(2026, 1),))
    >>> p_center(p).chosen, p_center(p).value
    (('s',), 300.0)
    """
    small = _whole(problem)
    beyond = _beyond(problem)
    ways, known = _ways(problem, small, beyond), _known(problem)
    existing = _nearest_existing(problem, beyond)
    steps = np.unique(np.concatenate([ways[2], existing[known], [beyond]])) if len(known) else np.zeros(1)
    best: tuple[Conditions, Answer] | None = None
    low, high = 0, len(steps) - 1
    stopped = False
    while low <= high:
        middle = (low + high) // 2
        made, answer = _within(problem, small, ways, existing, known, float(steps[middle]), beyond, seconds)
        if answer.found:
            best, high = (made, answer), middle - 1
        else:
            stopped |= not answer.infeasible
            low = middle + 1
    made, answer = best or _within(problem, small, ways, existing, known, beyond, beyond, seconds)
    found = replace(answer, proven=bool(best) and not stopped)
    bound = 0.0 if stopped or not best else float(steps[low])
    return _plan("p-center", problem, made, found, bound)


MODELS: dict[str, Model] = {
    "maximal-cover": maximal_cover,
    "set-cover": set_cover,
    "p-median": p_median,
    "p-center": p_center,
}


def _within(
    problem: SitingProblem, small: Reduced, ways: tuple[np.ndarray, np.ndarray, np.ndarray], existing: np.ndarray,
    known: np.ndarray, metres: float, beyond: float, seconds: float,
) -> tuple[Conditions, Answer]:  # fmt: skip
    """Whether everybody can be served within some metres."""
    made = conditions(problem, small)
    if metres < beyond:
        open_ = [n for n in known.tolist() if existing[n] > metres]
        rows = {n: k for k, n in enumerate(open_)}
        near = [
            (rows[p], s)
            for p, s, m in zip(*(w.tolist() for w in ways), strict=True)
            if m <= metres and p in rows
        ]
        if open_:
            row, site = (np.array([pair[k] for pair in near], dtype=np.int64) for k in range(2))
            made.program.add(row, made.built[-1][site], 1.0, 1.0, inf, len(open_))
    return made, made.program.solve(None, seconds)


def _ways(problem: SitingProblem, small: Reduced, beyond: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Place, number among the candidates kept, metres: each pair that could be the nearest."""
    d = problem.distances
    place, site, metres = np.asarray(d.place), np.asarray(d.site), np.asarray(d.metres)
    number = np.full(len(problem.sites), -1)
    number[list(small.sites)] = np.arange(len(small.sites))
    useful = (number[site] >= 0) & (metres < _nearest_existing(problem, beyond)[place])
    return place[useful], number[site[useful]], metres[useful]


def _nearest_existing(problem: SitingProblem, beyond: float) -> np.ndarray:
    nearest: np.ndarray = np.minimum(reached(problem, {}).metres[0], beyond)
    return nearest


def _whole(problem: SitingProblem) -> Reduced:
    """The question with each place on its own and each candidate."""
    from scipy import sparse

    places = np.flatnonzero(~problem.served)
    number = np.full(len(problem.demand.ids), -1)
    number[places] = np.arange(len(places))
    sites = np.full(len(problem.sites), -1)
    sites[list(problem.candidates)] = np.arange(len(problem.candidates))
    covers = np.unique(problem.covers, axis=0)
    row, column = number[covers[:, 0]], sites[covers[:, 1]]
    inside = (row >= 0) & (column >= 0)
    shape = (len(places), len(problem.candidates))
    serves = sparse.csr_array((np.ones(int(inside.sum())), (row[inside], column[inside])), shape=shape)
    weight = problem.demand.weight
    return Reduced(
        problem.candidates, serves, weight[places], float(weight[problem.served].sum()), number, {}
    )


def _lift(program: Program, columns: np.ndarray) -> None:
    """Columns that must be 1."""
    if len(columns):
        program.add(np.arange(len(columns)), columns, 1.0, 1.0, inf, len(columns))


def _start(made: Conditions, fixed: Fixed | None) -> np.ndarray | None:
    """The good choice found beforehand, as the solver's first one."""
    if fixed is None:
        return None
    values = np.zeros(sum(map(len, made.program.cost)))
    values[made.built[0][list(fixed.choice)]] = 1.0
    values[made.near[0]] = made.small.serves[:, list(fixed.choice)].sum(axis=1) > 0
    return values


def _plan(
    model: str, problem: SitingProblem, made: Conditions, answer: Answer, bound: float, spare: bool = True
) -> SitingPlan:
    if not answer.found:
        raise InfeasibleError(
            _contradiction(problem, model) if answer.infeasible else Fault("no-plan-in-time", model)
        )
    if not certify(problem, made.small):
        raise AssertionError("the smaller question is not the one that was asked")
    opened = _opened(problem, made, answer)
    if spare:
        opened = _spared(model, problem, opened)
    value = value_of(model, problem, opened)
    found = worth(problem, opened)
    if found.broken:
        raise AssertionError(f"the plan breaks {found.broken}")
    same = abs(bound - value) <= NEAR * max(1.0, abs(value))
    proven = answer.proven and same
    return SitingPlan(model, value, value if same else bound, proven, found, problem.unreachable)


def _opened(problem: SitingProblem, made: Conditions, answer: Answer) -> dict[str, int]:
    """When each site is built."""
    standing = answer.values[made.built] > 0.5
    return {
        problem.sites[n].id: int(np.argmax(standing[:, k]))
        for k, n in enumerate(made.small.sites)
        if standing[:, k].any()
    }


def _spared(model: str, problem: SitingProblem, opened: dict[str, int]) -> dict[str, int]:
    """Without the sites that give nobody anything and that no condition asks for, the last id first."""
    somebody = np.array(list(problem.demand.people.values())).sum(axis=0) > 0

    def given(choice: Opened) -> np.ndarray:
        seen = reached(problem, choice)
        told: np.ndarray = seen.near if model.endswith("cover") else seen.metres
        return told[:, somebody]

    whole = given(opened)
    for site in sorted(opened, reverse=True):
        rest = {other: t for other, t in opened.items() if other != site}
        if np.array_equal(given(rest), whole) and worth(problem, rest).sound:
            opened = rest
    return opened


def _contradiction(problem: SitingProblem, model: str) -> list[Fault]:
    """A smallest set of conditions that cannot hold together: each one left out makes the rest possible."""
    small = _whole(problem)
    keys = [key for key, _ in _each(problem, conditions(problem, small))]
    everyone = {"everyone"} if model == "set-cover" else set()
    kept = [*keys, *everyone]

    def possible(without: frozenset[str]) -> bool:
        made = conditions(problem, small, without)
        if everyone and "everyone" not in without:
            _lift(
                made.program,
                made.near[-1][np.flatnonzero((small.weight > 0) & (small.serves.sum(axis=1) > 0))],
            )
        return made.program.solve().found

    out: frozenset[str] = frozenset()
    for key in kept:
        if not possible(out | {key}):
            out |= {key}
    return [Fault("conditions-contradict", key, {"condition": key}) for key in kept if key not in out]

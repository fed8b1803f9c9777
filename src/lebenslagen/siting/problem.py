"""A siting question: who is where, which sites there are, how far it is, and what a plan must keep to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from math import ceil, isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from lebenslagen.errors import DesignError, Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Demand", "Distances", "Floor", "Grant", "Period", "Site", "SitingProblem", "closer_than"]

MOST_PEOPLE = 1e8  # at one place; more is a slip of the pen
MOST_LINKS = 50_000_000  # pairs of place and site within reach: about 1.5 GB of work
YEARS = 10  # over which the cost of a plan is told


@dataclass(frozen=True, eq=False)
class Demand:
    """Where people are: `people` holds persons by group (one number a place), `weights` what a person counts.

    `factor` multiplies a place's people, for heat or poverty (dimensionless, 1 where not given). Groups without a
    weight are told in the result and do not steer it.

    >>> float(Demand(("a", "b"), {"80+": [10, 5]}, {"80+": 2.0}).weight.sum())
    30.0
    """

    ids: tuple[str, ...]
    people: Mapping[str, Sequence[float]]
    weights: Mapping[str, float]
    factor: Sequence[float] = ()

    def __post_init__(self) -> None:
        people = {group: _frozen(numbers) for group, numbers in self.people.items()}
        object.__setattr__(self, "people", MappingProxyType(people))
        object.__setattr__(self, "weights", MappingProxyType(dict(self.weights)))
        factor = self.factor if len(self.factor) else np.ones(len(self.ids))
        object.__setattr__(self, "factor", _frozen(factor))

    @cached_property
    def weight(self) -> NDArray[np.float64]:
        """What each place counts: persons times weight of the group times factor."""
        total = np.zeros(len(self.ids))
        for group, weight in self.weights.items():
            total = total + weight * np.asarray(self.people[group])
        weighted: NDArray[np.float64] = _frozen(total * np.asarray(self.factor))
        return weighted


@dataclass(frozen=True)
class Grant:
    """What a programme pays of an investment: its share (0 to 1), until the end of a year.

    >>> Grant(0.8, "Klimaanpassung", 2026).share_in(2027)
    0.0
    """

    share: float
    programme: str
    until: int

    def share_in(self, year: int) -> float:
        """The share paid of an investment made in a year."""
        return self.share if year <= self.until else 0.0


@dataclass(frozen=True)
class Site:
    """A place where something stands or could stand: investment (EUR), running cost (EUR a year), lifetime (years).

    `must`: in every plan; `barred`: in none, for the reason named.

    >>> Site("b", investment=10_000, running=500, lifetime=15).cost_over(10, 2026)
    15000.0
    """

    id: str
    name: str = ""
    existing: bool = False
    must: bool = False
    barred: str = ""
    investment: float = 0.0
    running: float = 0.0
    lifetime: float = 15.0
    grant: Grant | None = None

    def own(self, year: int) -> float:
        """Own funds for building it in a year: the investment less the grant (EUR)."""
        return self.investment * (1 - (self.grant.share_in(year) if self.grant else 0.0))

    def cost_over(self, years: int, built: int) -> float:
        """Own funds over some years from building on: each later renewal without a grant (EUR)."""
        renewals = max(ceil(years / self.lifetime) - 1, 0)
        return float(self.own(built) + renewals * self.investment + years * self.running)


@dataclass(frozen=True)
class Period:
    """One year of building: at most so many new sites, at most so much own funds (EUR); None: no limit.

    >>> Period(2026, most=8).budget is None
    True
    """

    year: int
    most: int | None = None
    budget: float | None = None


@dataclass(frozen=True)
class Floor:
    """What a plan must reach: `at_least` sites out of `sites`, or that share of the people at `places` within reach.

    `group` says whose people are meant (blank: all groups together); `by` the year it must hold (0: the last).

    >>> Floor("Nord", 1, sites=frozenset({"a"})).counts_sites
    True
    """

    label: str
    at_least: float
    sites: frozenset[str] = frozenset()
    places: frozenset[str] = frozenset()
    group: str = ""
    by: int = 0

    @property
    def counts_sites(self) -> bool:
        """Whether sites are counted, not people."""
        return bool(self.sites)


@dataclass(frozen=True, eq=False)
class Distances:
    """Metres between places and sites, pair by pair; a pair that is not there cannot be walked.

    >>> Distances([0], [1], [250.0]).metres.tolist()
    [250.0]
    """

    place: Sequence[int]
    site: Sequence[int]
    metres: Sequence[float]

    def __post_init__(self) -> None:
        for name, kind in (("place", np.int64), ("site", np.int64), ("metres", np.float64)):
            object.__setattr__(self, name, _frozen(getattr(self, name), kind))


@dataclass(frozen=True, eq=False, kw_only=True)
class SitingProblem:
    """A question that can be answered: which sites, in which year, so that most people have one within reach.

    `radius` in metres; who is exactly so far counts as reached. `apart`: pairs of sites of which only one may stand.

    Raises DesignError with all that is wrong: no sites, ids twice, negative or absurd numbers, more sites wanted than
    there are, floors over unknown or no sites, a table of distances too large to work with.

    >>> p = SitingProblem(demand=Demand(("a",), {"all": [5]}, {"all": 1}), sites=(Site("s"),),
    ...                   distances=Distances([0], [0], [300.0]), radius=300)
    >>> p.covers.tolist()
    [[0, 0]]
    """

    demand: Demand
    sites: tuple[Site, ...]
    distances: Distances
    radius: float
    periods: tuple[Period, ...] = (Period(0),)
    floors: tuple[Floor, ...] = ()
    apart: tuple[tuple[str, str], ...] = ()
    counted: Mapping[str, int] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "counted", MappingProxyType({s.id: n for n, s in enumerate(self.sites)}))
        faults = [*_people_faults(self.demand), *_site_faults(self), *_condition_faults(self)]
        if faults:
            raise DesignError(faults)

    @cached_property
    def candidates(self) -> tuple[int, ...]:
        """Numbers of the sites that may be built, in the order of their ids."""
        open_ = (n for n, site in enumerate(self.sites) if not site.existing and not site.barred)
        return tuple(sorted(open_, key=lambda n: self.sites[n].id))

    @cached_property
    def covers(self) -> NDArray[np.int64]:
        """Pairs (place, site) within the radius, one a row."""
        d = self.distances
        near = np.asarray(d.metres) <= self.radius
        return np.column_stack([np.asarray(d.place)[near], np.asarray(d.site)[near]])

    @cached_property
    def served(self) -> NDArray[np.bool_]:
        """For each place whether an existing site is within reach."""
        there = np.array([site.existing for site in self.sites], dtype=bool)
        found = np.zeros(len(self.demand.ids), dtype=bool)
        found[self.covers[there[self.covers[:, 1]], 0]] = True
        return found

    @cached_property
    def unreachable(self) -> tuple[str, ...]:
        """Places with people from which no site can be walked to at all."""
        seen = np.zeros(len(self.demand.ids), dtype=bool)
        usable = np.array([not site.barred for site in self.sites], dtype=bool)
        place, site = np.asarray(self.distances.place), np.asarray(self.distances.site)
        seen[place[usable[site]]] = True
        return tuple(self.demand.ids[n] for n in np.flatnonzero(~seen & (self.demand.weight > 0)).tolist())

    def period_of(self, floor: Floor) -> int:
        """The number of the period at whose end a floor must hold."""
        years = [period.year for period in self.periods]
        return years.index(floor.by) if floor.by in years else len(years) - 1

    def people_of(self, floor: Floor) -> NDArray[np.float64]:
        """Persons at each place of a floor, zero elsewhere."""
        inside = np.array([place in floor.places for place in self.demand.ids], dtype=float)
        groups = [floor.group] if floor.group else list(self.demand.people)
        people = np.zeros(len(inside))
        for group in groups:
            people = people + np.asarray(self.demand.people[group])
        return inside * people


def closer_than(ids: Sequence[str], xy: Any, metres: float) -> tuple[tuple[str, str], ...]:
    """Pairs of sites closer together than some metres; `xy` has a row (x, y in metres) for each id.

    >>> closer_than(("a", "b", "c"), [(0, 0), (0, 90), (0, 500)], 100)
    (('a', 'b'),)
    """
    from scipy.spatial import KDTree

    points = np.asarray(xy, dtype=float)
    pairs = KDTree(points).query_pairs(metres)
    near = ((a, b) for a, b in pairs if np.hypot(*(points[a] - points[b])) < metres)
    return tuple(sorted((min(ids[a], ids[b]), max(ids[a], ids[b])) for a, b in near))


# --- what can be wrong with a question -------------------------------------------------------------------------------


def _frozen(numbers: Any, kind: Any = np.float64) -> Any:
    array = np.array(numbers, dtype=kind)
    array.flags.writeable = False
    return array


def _people_faults(demand: Demand) -> Iterator[Fault]:
    for place, times in Counter(demand.ids).items():
        if times > 1:
            yield Fault("place-twice", place, {"id": place})
    for group, weight in demand.weights.items():
        if group not in demand.people:
            known = ", ".join(demand.people)
            yield Fault("group-unknown", group, {"group": group, "known": known})
        elif not (isfinite(weight) and 0 <= weight <= 1e6):
            yield Fault("weight-not-usable", group, {"weight": weight})
    for group, numbers in {**demand.people, "factor": demand.factor}.items():
        values = np.asarray(numbers)
        if len(values) != len(demand.ids):
            yield Fault("lengths-differ", group, {"n": len(values), "places": len(demand.ids)})
            continue
        wrong = ~(np.isfinite(values) & (values >= 0) & (values <= MOST_PEOPLE))
        for n in np.flatnonzero(wrong)[:20].tolist():
            yield Fault("people-not-usable", demand.ids[n], {"group": group, "value": values[n]})


def _site_faults(problem: SitingProblem) -> Iterator[Fault]:
    sites = problem.sites
    if not sites:
        yield Fault("no-sites", "sites")
    for key, times in Counter(site.id for site in sites).items():
        if times > 1:
            yield Fault("site-twice", key, {"id": key})
    for site in sites:
        numbers = (site.investment, site.running, site.lifetime, site.grant.share if site.grant else 0.0)
        usable = all(isfinite(n) and n >= 0 for n in numbers) and site.lifetime > 0 and numbers[3] <= 1
        if not usable:
            yield Fault("cost-not-usable", site.id, {"cost": numbers})
        if site.must and site.barred:
            yield Fault("site-must-and-barred", site.id, {"reason": site.barred})
    d = problem.distances
    place, site_of, metres = np.asarray(d.place), np.asarray(d.site), np.asarray(d.metres)
    if len(metres) > MOST_LINKS:
        yield Fault("too-many-distances", "distances", {"n": len(metres), "most": MOST_LINKS})
    if not len(place) == len(site_of) == len(metres):
        yield Fault("lengths-differ", "distances", {"n": len(site_of), "places": len(place)})
    elif len(metres):
        inside = (place >= 0) & (place < len(problem.demand.ids)) & (site_of >= 0) & (site_of < len(sites))
        if not (inside & np.isfinite(metres) & (metres >= 0)).all():
            yield Fault("distance-not-usable", "distances")
    if not (isfinite(problem.radius) and problem.radius > 0):
        yield Fault("radius-not-usable", "radius", {"radius": problem.radius})


def _condition_faults(problem: SitingProblem) -> Iterator[Fault]:
    there = {site.id for site in problem.sites}
    free = sum(not site.existing and not site.barred for site in problem.sites)
    years = [period.year for period in problem.periods]
    if not years or years != sorted(set(years)):
        yield Fault("periods-not-in-order", "periods", {"years": ", ".join(map(str, years))})
    wanted = sum(period.most or 0 for period in problem.periods)
    if wanted > free and all(period.most is not None for period in problem.periods):
        yield Fault("more-sites-than-there-are", "periods", {"wanted": wanted, "there": free})
    for period in problem.periods:
        if (period.most is not None and period.most < 0) or (
            period.budget is not None and not period.budget >= 0
        ):
            yield Fault("limit-not-usable", str(period.year), {"most": period.most, "budget": period.budget})
    for floor in problem.floors:
        yield from _floor_faults(problem, floor, there, years)
    for pair in problem.apart:
        for site in pair:
            if site not in there:
                yield Fault("site-unknown", "apart", {"id": site})


def _floor_faults(problem: SitingProblem, floor: Floor, there: set[str], years: list[int]) -> Iterator[Fault]:
    if bool(floor.sites) == bool(floor.places):
        yield Fault("floor-of-nothing", floor.label)
    for site in sorted(floor.sites - there):
        yield Fault("site-unknown", floor.label, {"id": site})
    for place in sorted(floor.places - set(problem.demand.ids)):
        yield Fault("place-unknown", floor.label, {"id": place})
    if floor.group and floor.group not in problem.demand.people:
        known = ", ".join(problem.demand.people)
        yield Fault("group-unknown", floor.label, {"group": floor.group, "known": known})
    most = len(floor.sites) if floor.counts_sites else 1.0
    if not 0 <= floor.at_least <= most:
        yield Fault("floor-not-usable", floor.label, {"at_least": floor.at_least, "most": most})
    if floor.by and floor.by not in years:
        yield Fault(
            "floor-year-unknown", floor.label, {"year": floor.by, "years": ", ".join(map(str, years))}
        )

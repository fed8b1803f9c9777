"""What stands out, found by rules that know no names: every rule reads released values alone.

A rule returns values, never sentences; `say` and the chapters put them into words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.disclosure.release import IndexInfo

if TYPE_CHECKING:
    from lebenslagen.edition import Period
    from lebenslagen.indicators import Break, Indicator
    from lebenslagen.report.view import View

__all__ = [
    "Changed",
    "Growth",
    "Move",
    "Odd",
    "Single",
    "Unsure",
    "burdened",
    "changed",
    "class_at",
    "early",
    "growth",
    "middle",
    "move",
    "odd",
    "scores",
    "shares",
    "silent",
    "single",
    "standing",
    "unsure",
    "without",
    "z_values",
]

UNSURE = Decimal(80)  # percent: a class less probable than this is called unsure
NEAR = Decimal("0.05")  # a score this close to a border is called close where no probability is known
APART = Decimal("1.5")  # standard deviations an indicator lies from the mean of the others before it is named
GROWN = Decimal("0.05")  # share by which a base must have grown faster than the town's before it is named
FELT = Decimal(1)  # points of a rate that growth must explain
FEWEST = 50  # people more before growth is named


# --- movement and breaks ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Move:
    """How a rate moved between two periods, and what of it falls on breaks of the time series (points).

    `released`: the change as released, exact before rounding; without it the change is the difference of rounded rates.
    `lift`: what the breaks by themselves did to rates, as the town as a whole shows it; above 0: they raise them.

    >>> Move("KI", "2020", "2024", Decimal("41.2"), Decimal("49.0"), (), Decimal("3.9")).change
    Decimal('7.8')
    """

    indicator: str
    earlier: str
    later: str
    before: Decimal
    now: Decimal
    breaks: tuple[Break, ...]
    at_breaks: Decimal | None
    released: Decimal | None = None
    lift: Decimal | None = None

    @property
    def change(self) -> Decimal:
        return self.now - self.before if self.released is None else self.released

    @property
    def despite(self) -> bool:
        """Whether the rate moved against what the breaks by themselves do to rates."""
        lift = self.at_breaks if self.lift is None else self.lift
        return lift is not None and lift * self.change < 0

    @property
    def defined(self) -> bool:
        """Whether one of the breaks is a change of definition or law, not just something that happened once."""
        return any(found.kind == "definition" for found in self.breaks)

    @property
    def share(self) -> Decimal | None:
        """The part of the change that falls on the breaks; None where it is unknown or points the other way."""
        if self.at_breaks is None or self.despite or not self.change or self.at_breaks * self.change <= 0:
            return None
        return self.at_breaks / self.change


def move(
    view: View, indicator: Indicator, earlier: Period, later: Period, area: str = "", level: str = ""
) -> Move | None:
    """The movement of an area's rate (without an area: the town's); None where one of the two values is not shown.

    >>> move.__name__
    'move'
    """
    place, where = (area, level or view.level) if area else (view.town_id, view.town_level)
    series = _series(view, indicator.key, place, where)
    before, now = series.get(earlier.key), series.get(later.key)
    if before is None or now is None:
        return None
    breaks = _breaks_between(view, indicator, earlier, later)
    town = _series(view, indicator.key, view.town_id, view.town_level) if breaks and area else series
    exact = view.cell(view.change(indicator.key, earlier.key, later.key), place, where).value
    return Move(
        indicator.key, earlier.key, later.key, before, now, breaks, _at_breaks(view, series, breaks),
        exact if isinstance(exact, Decimal) else None, _at_breaks(view, town, breaks),
    )  # fmt: skip


def _series(view: View, indicator: str, area: str, level: str) -> dict[str, Decimal]:
    cells = (
        (p.key, view.cell(view.rate(indicator, p.key), area, level).value) for p in view.periods_of(indicator)
    )
    return {key: value for key, value in cells if isinstance(value, Decimal)}


def _breaks_between(view: View, indicator: Indicator, earlier: Period, later: Period) -> tuple[Break, ...]:
    order = [period.key for period in view.edition.periods]
    inside = order[order.index(earlier.key) + 1 : order.index(later.key) + 1]
    return tuple(found for found in indicator.breaks if found.period in inside)


def _at_breaks(view: View, series: Mapping[str, Decimal], breaks: Iterable[Break]) -> Decimal | None:
    """The steps from the last value before each break to the first after it; unknown where a neighbour is missing."""
    order = [period.key for period in view.edition.periods]
    steps = []
    for found in breaks:
        place = order.index(found.period)
        before = order[place - 1] if place else ""
        if before not in series or found.period not in series:
            return None
        steps.append(series[found.period] - series[before])
    return sum(steps, Decimal(0)) if steps else None


# --- the index -------------------------------------------------------------------------------------------------------


def class_at(score: Decimal, cuts: Sequence[float], closed: Sequence[bool], keys: Sequence[str]) -> str:
    """The class of a score counted as burden: a score on a cut belongs below it where `closed` says so.

    >>> class_at(Decimal("1.5"), (-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4"))
    '3'
    """
    below = 0
    for cut, shut in zip(cuts, closed or [True] * len(cuts), strict=True):
        edge = Decimal(str(cut))
        below += score > edge or (score == edge and not shut)
    return keys[below]


def middle(info: IndexInfo, dynamics: bool = False) -> str:
    """The class in which the mean of all areas lies.

    >>> middle(IndexInfo(key="i", label="I", cuts=(-1, 1), class_keys=("1", "2", "3")))
    '2'
    """
    if dynamics:
        return class_at(Decimal(0), info.dynamics_cuts, info.dynamics_upper_closed, info.dynamics_class_keys)
    return class_at(Decimal(0), info.cuts, info.upper_closed, info.class_keys)


def burdened(info: IndexInfo, dynamics: bool = False) -> tuple[str, ...]:
    """The classes with more burden than the one in which the mean lies.

    >>> burdened(IndexInfo(key="i", label="I", cuts=(-1, 1, 1.5), class_keys=("1", "2", "3", "4")))
    ('3', '4')
    """
    keys = info.dynamics_class_keys if dynamics else info.class_keys
    return keys[keys.index(middle(info, dynamics)) + 1 :] if keys else ()


def scores(view: View) -> dict[str, Decimal]:
    """The index values counted as burden, whatever orientation is printed.

    >>> scores.__name__
    'scores'
    """
    sign = -1 if view.index and view.index.orientation == "favourable" else 1
    return {area: sign * value for area, value in view.values(view.of_index("score")).items()}


def z_values(view: View, indicator: Indicator) -> dict[str, Decimal]:
    """Released rates as distances from the mean of the compared areas in standard deviations, more is more burden.

    >>> z_values.__name__
    'z_values'
    """
    excluded = view.index.excluded if view.index else {}
    rates = {a: v for a, v in view.values(view.rate(indicator.key)).items() if a not in excluded}
    mean, deviation = _moments(rates.values())
    return {a: indicator.direction * (v - mean) / deviation for a, v in rates.items()} if deviation else {}


def _moments(values: Iterable[Decimal]) -> tuple[Decimal, Decimal]:
    every = tuple(values)
    if not every:
        return Decimal(0), Decimal(0)
    mean = sum(every, Decimal(0)) / len(every)
    return mean, (sum(((v - mean) ** 2 for v in every), Decimal(0)) / len(every)).sqrt()


@dataclass(frozen=True)
class Odd:
    """An area in which one indicator lies far from what the others lead to expect.

    >>> Odd("24", "GA", Decimal("2.1"), Decimal("1.6")).higher
    True
    """

    area: str
    indicator: str
    distance: Decimal
    z: Decimal

    @property
    def higher(self) -> bool:
        return self.distance > 0


def odd(view: View) -> tuple[Odd, ...]:
    """For each area the indicator farthest from the mean of its others, where that is at least `APART`.

    >>> odd.__name__
    'odd'
    """
    tables = {i.key: z_values(view, i) for i in view.indicators}
    found = (
        _odd_of(area, {key: z[area] for key, z in tables.items() if area in z}) for area in view.areas.ids
    )
    return tuple(one for one in found if one is not None)


def _odd_of(area: str, z: Mapping[str, Decimal]) -> Odd | None:
    if len(z) < 3:
        return None
    total = sum(z.values(), Decimal(0))
    away = {key: value - (total - value) / (len(z) - 1) for key, value in z.items()}
    key = max(away, key=lambda k: abs(away[k]))
    return Odd(area, key, away[key], z[key]) if abs(away[key]) >= APART else None


@dataclass(frozen=True)
class Single:
    """An area whose class hangs on one indicator: without it, it would stand in another class.

    >>> Single("04", "AE", "3", "2").without
    '2'
    """

    area: str
    indicator: str
    now: str
    without: str


def single(view: View) -> tuple[Single, ...]:
    """Areas in a burdened class that would leave it if just one of the indicators were left out of the index.

    The rest is standardised again, as the printed rules say; known from released contributions alone.

    >>> single.__name__
    'single'
    """
    info = view.index
    if info is None:
        return ()
    worse = burdened(info)
    found = [one for one in without(view) if one.now in worse and one.without not in worse]
    alone = {one.area: sum(other.area == one.area for other in found) for one in found}
    return tuple(one for one in found if alone[one.area] == 1)


def without(view: View) -> tuple[Single, ...]:
    """Each area that would stand in another class if one indicator were left out, in the town's order.

    Only areas whose index value and contribution are both released are known, and only they are standardised again.

    >>> without.__name__
    'without'
    """
    info = view.index
    if info is None or len(info.parts) < 2:
        return ()
    totals, found = scores(view), []
    for key, values in contributions(view).items():
        rest = _restandardised({a: totals[a] - v for a, v in values.items() if a in totals}, info)
        for area, score in rest.items():
            now = view.cell(view.of_index("class"), area).value
            other = class_at(score, info.cuts, info.upper_closed, info.class_keys)
            if isinstance(now, str) and now != other:
                found.append(Single(area, key, now, other))
    return tuple(sorted(found, key=lambda one: view.areas.position[one.area]))


@dataclass(frozen=True)
class Changed:
    """An area that stands in another class than in the last report.

    >>> Changed("17", "3", "2").now
    '2'
    """

    area: str
    before: str
    now: str


def changed(view: View) -> tuple[Changed, ...] | None:
    """The areas whose class differs from that of the last report, in the town's order; None where none is known.

    >>> changed.__name__
    'changed'
    """
    pairs = [
        (area, view.before_class(area), view.cell(view.of_index("class"), area).value)
        for area in view.areas.ids
    ]
    known = [(a, old, new) for a, old, new in pairs if isinstance(old, str) and isinstance(new, str)]
    return tuple(Changed(a, old, new) for a, old, new in known if old != new) if known else None


def contributions(view: View) -> dict[str, dict[str, Decimal]]:
    """Contributions counted as burden: indicator -> area -> value.

    >>> contributions.__name__
    'contributions'
    """
    info = view.index
    if info is None:
        return {}
    sign = -1 if info.orientation == "favourable" else 1
    tables = ((key, view.values(view.of_index("contribution", key))) for key, *_ in info.parts)
    return {key: {area: sign * value for area, value in table.items()} for key, table in tables if table}


def _restandardised(rest: Mapping[str, Decimal], info: IndexInfo) -> dict[str, Decimal]:
    if info.sd_sum is None:
        return dict(rest)
    mean, deviation = _moments(rest.values())
    return {area: (value - mean) / deviation for area, value in rest.items()} if deviation else {}


@dataclass(frozen=True)
class Unsure:
    """A class that chance alone could change: its probability in percent, persons and indicator to the next border.

    >>> Unsure("07", "2", Decimal(54), 1, "JA", False).area
    '07'
    """

    area: str
    now: str
    probability: Decimal | None
    persons: int
    indicator: str
    near: bool


def unsure(view: View) -> tuple[Unsure, ...]:
    """Areas whose class has a probability under 80 %, or whose score lies at a border.

    >>> unsure.__name__
    'unsure'
    """
    info = view.index
    if info is None:
        return ()
    found, burden = [], scores(view)
    for area in view.areas.ids:
        now = view.cell(view.of_index("class"), area).value
        chance = view.cell(view.of_index("probability"), area).value
        near = area in burden and any(abs(burden[area] - Decimal(str(cut))) <= NEAR for cut in info.cuts)
        low = isinstance(chance, Decimal) and chance < UNSURE
        if isinstance(now, str) and (low or near):
            known = chance if isinstance(chance, Decimal) else None
            found.append(Unsure(area, now, known, *_way(view, area), near))
    return tuple(found)


def silent(view: View) -> tuple[str, ...]:
    """Areas with a class of which it is not released how sure it is: it may be unsure, nobody can tell.

    >>> silent.__name__
    'silent'
    """
    chance, status = view.of_index("probability"), view.of_index("class")
    return tuple(
        area
        for area in view.areas.ids
        if isinstance(view.cell(status, area).value, str) and view.cell(chance, area).mark == "withheld"
    )


def _way(view: View, area: str) -> tuple[int, str]:
    """The fewest persons that lead to the next class (below 0: fewer) and their indicator; 0 where unknown."""
    index = view.index.key if view.index else ""
    ways = []
    for column in view.edition.release.find(role="persons_to_border", period=view.period.key, index=index):
        value = view.cell(column, area).value
        if isinstance(value, Decimal) and value:
            ways.append((int(value), column.indicator))
    return min(ways, key=lambda way: abs(way[0])) if ways else (0, "")


def early(view: View) -> tuple[str, ...]:
    """Areas that are not in a burdened class but move unfavourably: the early warning.

    >>> early.__name__
    'early'
    """
    info = view.index
    if info is None:
        return ()
    status, dynamics = view.of_index("class"), view.of_index("dynamics_class")
    return tuple(
        area
        for area in view.areas.ids
        if view.cell(dynamics, area).value in burdened(info, dynamics=True)
        and view.cell(status, area).value not in burdened(info)
    )


def standing(view: View, classes: Iterable[str], role: str = "class") -> tuple[str, ...]:
    """The areas in one of some classes, in the town's order.

    >>> standing.__name__
    'standing'
    """
    column, wanted = view.of_index(role), set(classes)
    return tuple(area for area in view.areas.ids if view.cell(column, area).value in wanted)


# --- people who moved in ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Growth:
    """A rate that fell partly because its base grew: (persons more, rate now, rate with the base of before).

    >>> Growth("17", "SGB", Decimal(820), Decimal("21.0"), Decimal("23.4")).points
    Decimal('2.4')
    """

    area: str
    indicator: str
    more: Decimal
    now: Decimal
    without: Decimal

    @property
    def points(self) -> Decimal:
        return self.without - self.now


def growth(view: View) -> tuple[Growth, ...]:
    """Areas where a falling rate owes at least a point to a base that grew much faster than the town's.

    rate with the base of before = per × numerator now ÷ denominator before; needs both counts to be released.

    >>> growth.__name__
    'growth'
    """
    if view.previous is None:
        return ()
    found = (_growth(view, i, area) for i in view.indicators for area in view.areas.ids)
    first: dict[str, Growth] = {}
    for one in found:
        if one is not None:
            first.setdefault(one.area, one)
    return tuple(first[area] for area in view.areas.ids if area in first)


def _growth(view: View, indicator: Indicator, area: str) -> Growth | None:
    earlier = view.previous
    if earlier is None or not (indicator.numerator and indicator.denominator):
        return None
    now = view.cell(view.rate(indicator.key), area).value
    before = view.cell(view.rate(indicator.key, earlier.key), area).value
    above = view.cell(view.count(indicator.numerator), area).value
    base, old = (view.cell(view.count(indicator.denominator, p), area).value for p in ("", earlier.key))
    if not (isinstance(now, Decimal) and isinstance(before, Decimal) and isinstance(above, Decimal)):
        return None
    if not (isinstance(base, Decimal) and isinstance(old, Decimal)) or not old or now >= before:
        return None
    without = indicator.per * above / old
    if base - old < FEWEST or (view.index and area in view.index.excluded):
        return None
    if base / old - _town_growth(view, indicator.denominator, earlier) < GROWN or without - now < FELT:
        return None
    return Growth(area, indicator.key, base - old, now, without)


def _town_growth(view: View, variable: str, earlier: Period) -> Decimal:
    now, old = (view.town_cell(view.count(variable, p)).value for p in ("", earlier.key))
    return now / old if isinstance(now, Decimal) and isinstance(old, Decimal) and old else Decimal(1)


def shares(view: View, part: str, whole: str, level: str = "") -> dict[str, Decimal]:
    """A released count in percent of another, by area.

    >>> shares.__name__
    'shares'
    """
    above, below = view.values(view.count(part), level), view.values(view.count(whole), level)
    return {area: 100 * value / below[area] for area, value in above.items() if below.get(area)}

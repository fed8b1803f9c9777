"""The index of areas of which a supplier withholds a figure: between which scores they stand, never which class.

For a withheld count stand all numbers that it can be: inside the house those that the totals leave, in a release those
that its readers can tell (`Release.bounds`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.project import build
from lebenslagen.project.draft import rate_key

if TYPE_CHECKING:
    import pandas as pd

    from lebenslagen.disclosure.release import Release
    from lebenslagen.index import Index
    from lebenslagen.index.interval import Span
    from lebenslagen.indicators import Indicator
    from lebenslagen.project.build import Works
    from lebenslagen.project.declare import DeclaredIndex

__all__ = ["Spans", "inside", "released", "rows"]

Ends = tuple[float, float]
Spans = Mapping[str, Mapping[str, "Span"]]  # "status" or "dynamics" -> area -> span
Lookup = Callable[[str, str, "Indicator"], Ends]  # period, area, indicator -> least and greatest rate


def inside(works: Works, name: str, period: str) -> Spans:
    """The spans of an edition as its builders may know them: totals of coarser areas narrow a withheld count.

    Raises DesignError where the index is not linear in its values.
    """
    declared, index = works.declaration.index(name), build.built_index(works, name, period)
    house = _House(works, declared, period)
    return _spans(works, declared, index, period, house.rate)


def released(works: Works, declared: DeclaredIndex, index: Index, release: Release, period: str) -> Spans:
    """The spans of an edition from what a release shows and what its readers can tell about the rest."""

    def rate(when: str, area: str, indicator: Indicator) -> Ends:
        if indicator.published:
            cell = release.cell(rate_key(indicator.key, when), declared.level, area)
            return _known(cell.value) if isinstance(cell.value, Decimal) else _anything(indicator)
        top, base = (
            _told(release, f"{variable}@{when}", declared.level, area) for variable in indicator.variables
        )
        return _divided(indicator, top, base)

    return _spans(works, declared, index, period, rate)


def rows(works: Works, name: str, period: str) -> list[tuple[str, ...]]:
    """The areas with a span as rows of an index table: "least..greatest" and the possible classes, divided by a bar."""
    index = build.built_index(works, name, period)
    if index.design.missing != "interval" or not index.left_out:
        return []
    found, sign = inside(works, name, period), 1 if index.design.orientation == "burden" else -1
    made = []
    for area in index.left_out:
        row = [area]
        for measure in ("status", "dynamics"):
            span = found.get(measure, {}).get(area)
            if span is None:
                row += ["", ""]
            else:
                ends = sorted((sign * span.low, sign * span.high))
                row += ["..".join(repr(end) for end in ends), "|".join(span.classes)]
        both = [found[m][area].classes for m in ("status", "dynamics") if m in found]
        row.append("|".join(a + b for a in both[0] for b in (both[1] if len(both) > 1 else ("",))))
        made.append(tuple(row))
    return made


def _spans(works: Works, declared: DeclaredIndex, index: Index, period: str, rate: Lookup) -> Spans:
    from lebenslagen.index import spans

    if index.design.missing != "interval" or not index.left_out:
        return {}
    before, areas = declared.edition(period).change_from, list(index.left_out)
    found = {}
    for name, measure in index.design.measures.items():
        scored = index.dynamics if name == "dynamics" else index.status
        assert scored is not None
        indicators = [works.declaration.catalogue.indicator(key) for key in measure.keys]
        ends = _tables(indicators, areas, lambda area, i: rate(period, area, i))
        if name == "dynamics" and before:
            then = _tables(indicators, areas, lambda area, i: rate(before, area, i))
            ends = (ends[0] - then[1], ends[1] - then[0])
        found[name] = spans(scored, *ends, place=index.design.place)
    return found


def _tables(
    indicators: list[Indicator], areas: list[str], rate: Callable[[str, Indicator], Ends]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    import pandas as pd

    ends = {i.key: [rate(area, i) for area in areas] for i in indicators}
    low, high = (
        pd.DataFrame({key: [e[side] for e in row] for key, row in ends.items()}, index=areas)
        for side in (0, 1)
    )
    return low, high


def _known(value: Decimal | float) -> Ends:
    return float(value), float(value)


def _anything(indicator: Indicator) -> Ends:
    """Of a rate that is withheld itself nothing is known but that it is one; of a change not even its sign."""
    least = -float(indicator.per) if indicator.aspect == "change" else 0.0
    return least, float(indicator.per)


def _divided(indicator: Indicator, top: Ends, base: Ends) -> Ends:
    """The ends of a rate from those of its counts; nobody counts more often than there are people."""
    if base[1] <= 0:
        return _anything(indicator)
    low = indicator.per * top[0] / base[1]
    high = indicator.per * top[1] / base[0] if base[0] > 0 else float(indicator.per)
    return low, max(low, min(high, float(indicator.per)) if top[0] != top[1] else high)


def _told(release: Release, column: str, level: str, area: str) -> Ends:
    """What readers know of a count: the number, or the numbers it can be."""
    cell = release.cell(column, level, area)
    if isinstance(cell.value, Decimal):
        return _known(cell.value)
    bounds = release.bounds.get((column, level, area))
    if bounds is None:
        return 0.0, float("inf")
    return bounds.low, float("inf") if bounds.high is None else bounds.high


@dataclass(frozen=True, eq=False)
class _House:
    """The counts of an edition as they were delivered."""

    works: Works
    declared: DeclaredIndex
    period: str

    def rate(self, when: str, area: str, indicator: Indicator) -> Ends:
        if indicator.published:
            value = self._value(str(indicator.published), when, self.declared.level, area)
            return _anything(indicator) if value is None else _known(value)
        top, base = (self._count(variable, when, area) for variable in indicator.variables)
        return _divided(indicator, top, base)

    def _count(self, variable: str, when: str, area: str) -> Ends:
        """The number, or from nobody to all that the total of the next coarser area leaves."""
        level = self.declared.level
        value = self._value(variable, when, level, area)
        if value is not None:
            return _known(value)
        vintage = self.works.declaration.period(self.period).vintage
        chain = list(build.chain(self.works, vintage))
        place = build.areas(self.works, level, vintage)
        if level == chain[-1] or not place.parents:
            return 0.0, float("inf")
        parents = dict(zip(place.ids, place.parents, strict=True))
        total = self._value(variable, when, chain[chain.index(level) + 1], parents[area])
        if total is None:
            return 0.0, float("inf")
        others = [a for a in place.ids if parents[a] == parents[area] and a != area]
        known = [self._value(variable, when, level, other) for other in others]
        rest = total - sum(number for number in known if number is not None)
        return (rest if None not in known else 0.0), rest

    def _value(self, variable: str, when: str, level: str, area: str) -> float | None:
        from lebenslagen.observations import counts

        vintage = self.works.declaration.period(self.period).vintage
        value = float(counts(build.all_levels(self.works, vintage)[level], variable, when)[area])
        return None if value != value else value

"""Figures of the report: which column, which style, which words; drawn by `figures`, placed by chapters."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from lebenslagen.figures import Layer, Lines, Series, choropleth, moments, time_line
from lebenslagen.report.document import FigureBlock, slug

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column
    from lebenslagen.edition import Period
    from lebenslagen.figures import Figure
    from lebenslagen.indicators import Break, Indicator
    from lebenslagen.report.view import View

__all__ = ["index_map", "indicator_lines", "indicator_map", "own_line", "rate_map"]


def rate_map(
    view: View, column: Column, title: str, uid: str, level: str = "", style: str = "order"
) -> Figure:
    """A map of a released column on a level, with people counted in its legend where they are released.

    >>> rate_map.__name__
    'rate_map'
    """
    shown = level or view.level
    residents = view.count(view.residents) if view.residents else None
    people = residents.key if residents is not None and residents.cells.get(shown) else ""
    layer = Layer(title, column.key, shown, style=style, people=people, focus=_focus(view, shown), uid=uid)
    return choropleth(view.edition.release, layer, view.frame, view.t)


def _focus(view: View, level: str) -> tuple[str, ...]:
    info = view.index
    return tuple(info.focus) if info and level == (info.level or view.level) else ()


def indicator_map(view: View, indicator: Indicator) -> FigureBlock | None:
    """The map of an indicator's latest values, on the finest level it has; None where it is only known for the town.

    >>> indicator_map.__name__
    'indicator_map'
    """
    column = view.latest(indicator.key)
    levels = [level for level in view.levels_of(column) if level != view.town_level] if column else []
    if column is None or not levels:
        return None
    level = view.level if view.level in levels else levels[0]
    key, when = slug("karte", indicator.key), view.edition.period_of(column.period).label
    title = view.t("{label}, {when}", label=indicator.label, when=when)
    figure = rate_map(view, column, title, key, level)
    return FigureBlock(key, figure, title, view.sources(column))


def index_map(view: View, uid: str = "karte-index") -> Figure | None:
    """The map of the index classes, unsure classes marked; None without an index.

    >>> index_map.__name__
    'index_map'
    """
    column, info = view.of_index("class"), view.index
    if column is None or info is None:
        return None
    chance = view.of_index("probability")
    residents = view.count(view.residents) if view.residents else None
    layer = Layer(
        view.t("{label}: status, {when}", label=info.label, when=view.period.label), column.key, view.level, style=
            "class",
        people=residents.key if residents else "", probability=chance.key if chance else "", focus=tuple(info.focus), uid=uid,
    )  # fmt: skip
    return choropleth(view.edition.release, layer, view.frame, view.t)


# --- lines -----------------------------------------------------------------------------------------------------------


def _series(
    view: View, indicator: str, periods: Sequence[Period], area: str, level: str, own: bool
) -> Series:
    cells = {period.key: view.cell(view.rate(indicator, period.key), area, level) for period in periods}
    return Series(view.name(area, level) if level != view.town_level else view.edition.town, cells, own=own)


def _breaks(view: View, indicator: Indicator, periods: Sequence[Period]) -> tuple[Break, ...]:
    keys = {period.key for period in periods}
    return tuple(found for found in indicator.breaks if found.period in keys)


def indicator_lines(view: View, indicator: Indicator) -> FigureBlock | None:
    """The town's time line beside those of the coarser areas; None where fewer than two periods are known.

    >>> indicator_lines.__name__
    'indicator_lines'
    """
    periods = view.periods_of(indicator.key)
    column = view.latest(indicator.key)
    if len(periods) < 2 or column is None or not column.cells.get(view.town_level):
        return None
    series = [_series(view, indicator.key, periods, view.town_id, view.town_level, own=True)]
    group = view.group_level
    if group and column.cells.get(group):
        series += [
            _series(view, indicator.key, periods, area, group, own=False)
            for area in view.edition.areas[group].ids
        ]
    key = slug("verlauf", indicator.key)
    first, last = periods[0].label, periods[-1].label
    title = view.t("{label}, {first} to {last}", label=indicator.label, first=first, last=last)
    lines = Lines(
        title, moments(periods), tuple(series), _breaks(view, indicator, periods),
        unit=column.unit, decimals=column.decimals, uid=key, height=300,
    )  # fmt: skip
    return FigureBlock(key, time_line(lines, view.t), title, view.sources(column))


def own_line(
    view: View, indicator: Indicator, area: str, level: str, width: int, height: int
) -> Figure | None:
    """The small time line of one area beside the town; None where fewer than two periods are known.

    >>> own_line.__name__
    'own_line'
    """
    periods = tuple(p for p in view.periods_of(indicator.key) if _has(view, indicator.key, p, area, level))
    column = view.latest(indicator.key)
    if len(periods) < 2 or column is None:
        return None
    series = [_series(view, indicator.key, periods, area, level, own=True)]
    if level != view.town_level:
        series.append(_series(view, indicator.key, periods, view.town_id, view.town_level, own=False))
    lines = Lines(
        indicator.head, moments(periods), tuple(series), _breaks(view, indicator, periods),
        unit=column.unit, decimals=column.decimals, width=width, height=height,
        uid=slug("linie", level, area, indicator.key),
    )  # fmt: skip
    return time_line(lines, view.t)


def _has(view: View, indicator: str, period: Period, area: str, level: str) -> bool:
    column = view.rate(indicator, period.key)
    return column is not None and area in column.cells.get(level, {})

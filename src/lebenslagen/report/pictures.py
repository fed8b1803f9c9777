"""Figures of the report: which column, which style, which words; drawn by `figures`, placed by chapters."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures import Layer, Lines, Series, choropleth, moments, time_line
from lebenslagen.report import say
from lebenslagen.report.document import FigureBlock, slug

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column
    from lebenslagen.edition import Period
    from lebenslagen.figures import Figure
    from lebenslagen.indicators import Break, Indicator
    from lebenslagen.report.view import View

__all__ = ["index_map", "indicator_lines", "indicator_map", "own_line", "rate_map", "share_of"]


APART = Decimal("1.15")  # times the town's value from which an area lies clearly above it


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


def _where(view: View, column: Column) -> str:
    """In which coarser areas the values lie clearly above and below the town's: what a map lets one see."""
    t, level = view.t, view.group_level
    town, values = view.town_cell(column).value, view.values(column, level) if level else {}
    if not isinstance(town, Decimal) or len(values) < 3 or not town:
        return ""
    high = [area for area, value in values.items() if value / town >= APART]
    low = [area for area, value in values.items() if value / town <= 1 / APART]
    names = [
        say.listed([f"{view.name(a, level)} ({view.number(values[a], column)})" for a in part], t)
        for part in (high, low)
    ]
    said = [
        t.plural(
            "Clearly above the value of the town ({town}) lies: {names}.",
            "Clearly above the value of the town ({town}) lie: {names}.",
            len(high),
            town=view.number(town, column, unit=True),
            names=names[0],
        )
        if high
        else "",
        t.plural(
            "Clearly below it lies: {names}.", "Clearly below it lie: {names}.", len(low), names=names[1]
        )
        if low and high
        else "",
    ]
    return " ".join(part for part in said if part)


def share_of(figure: Figure, highest: float = 620) -> float:
    """The share of the text column at which a figure stays under a height (units): words need room too.

    >>> from types import SimpleNamespace
    >>> share_of(SimpleNamespace(height=1240)), share_of(SimpleNamespace(height=300))
    (0.5, 1.0)
    """
    return min(1.0, round(highest / figure.height, 2))


def _focus(view: View, level: str) -> tuple[str, ...]:
    info = view.index
    return tuple(info.focus) if info and level == (info.level or view.level) else ()


def indicator_map(view: View, indicator: Indicator, highest: float = 620) -> FigureBlock | None:
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
    seen = _where(view, column) if level == view.level else ""
    return FigureBlock(
        key, figure, title, view.sources(column), width=share_of(figure, highest), sentence=seen or None
    )


def index_map(view: View, uid: str = "karte-index", *, legend: bool = True) -> Figure | None:
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
        view.t("{label}: status, {when}", label=info.label, when=view.period.label),
        column.key,
        view.level,
        style="class",
        people=residents.key if residents else "",
        probability=chance.key if chance else "",
        focus=tuple(info.focus),
        uid=uid,
        legend=legend,
        values=legend,
        numbers=legend,
    )
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
        title,
        moments(periods),
        tuple(series),
        _breaks(view, indicator, periods),
        unit=column.unit,
        decimals=column.decimals,
        uid=key,
        height=170,
    )
    return FigureBlock(key, time_line(lines, view.t), title, view.sources(column), sentence="")


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
        indicator.head,
        moments(periods),
        tuple(series),
        _marked(view, indicator, periods),
        unit=column.unit,
        decimals=column.decimals,
        width=width,
        height=height,
        uid=slug("linie", level, area, indicator.key),
    )
    return time_line(lines, view.t)


def _marked(view: View, indicator: Indicator, periods: Sequence[Period]) -> tuple[Break, ...]:
    """Breaks for a small chart: a word instead of the reason, said once where breaks follow each other closely."""
    keys, said, found = [period.key for period in periods], -9, []
    for one in _breaks(view, indicator, periods):
        place = keys.index(one.period)
        close = place - said < 4
        said = said if close else place
        found.append(
            replace(
                one,
                reason="\u00a0"
                if close
                else view.t("Break")
                if one.kind == "definition"
                else view.t("Event"),
            )
        )
    return tuple(found)


def _has(view: View, indicator: str, period: Period, area: str, level: str) -> bool:
    column = view.rate(indicator, period.key)
    return column is not None and area in column.cells.get(level, {})

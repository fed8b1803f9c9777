"""The catalogue of indicators: what is counted, over what, from where; each with its line, its map and its table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from lebenslagen.web.permissions import Scope, may
from lebenslagen.web.town import town
from lebenslagen.web.views.base import page, show
from lebenslagen.web.views.maps_panels import (
    Wish,
    _among,
    _now,
    levels_of,
    panel,
    periods_of,
    topics,
    view_for,
)

if TYPE_CHECKING:
    from lebenslagen.figures import Figure
    from lebenslagen.indicators import Catalogue, Indicator
    from lebenslagen.report.view import View
    from lebenslagen.texts import Texts

__all__ = ["catalogue", "indicator"]


@page("indicators.view")
def catalogue(request: Any) -> HttpResponse:
    """All indicators by field of life, with a search over their words."""
    wanted = request.GET.get("q", "").strip()[:80]
    declared = town().declaration.catalogue
    rows = [_row(declared, i) for i in declared.indicators if i.aspect != "change"]
    found = [row for row in rows if wanted.casefold() in " ".join(row.values()).casefold()]
    planner = may(request.user, "data.deliver", Scope())
    return show(
        request, "indikatoren/liste.html", rows=found, wanted=wanted, total=len(rows), planner=planner
    )


def _row(declared: Catalogue, i: Indicator) -> dict[str, str]:
    labels = {d.key: d.label for d in declared.dimensions}
    variables = {v.key: v.label or v.key for v in declared.variables}
    return {
        "key": i.key,
        "label": i.label,
        "dimension": labels.get(i.dimension or "", ""),
        "description": i.description,
        "numerator": variables.get(i.numerator or "", i.numerator or ""),
        "unit": i.unit,
        "denominator": variables.get(i.denominator or "", i.denominator or ""),
    }


@page("indicators.view")
def indicator(request: Any, key: str) -> HttpResponse:
    """One indicator: definition, source, breaks, time line, map and table."""
    declared, t = town().declaration.catalogue, request.t
    found = next((i for i in declared.indicators if i.key == key and i.aspect != "change"), None)
    if found is None:
        raise Http404
    view, report = view_for(request.user, t, request.GET.get("bericht", ""))
    shown = view is not None and key in topics(view)
    return show(
        request,
        "indikatoren/indikator.html",
        row=_row(declared, found),
        indicator=found,
        direction=_direction(found, t),
        sources=_sources(found),
        breaks=found.breaks,
        line=_line(view, found) if view else None,
        panel=_panel(view, report, key) if view and shown else None,
        wish=_wish(view, report, key) if view and shown else None,
        base=found.min_base,
        draft=view is not None and view.edition.status == "draft",
        view=view,
        used=[
            i.label
            for i in town().declaration.indices.values()
            if key in {p.indicator for p in i.status.parts}
        ],
    )


def _direction(found: Indicator, t: Texts) -> str:
    if found.aspect in ("context", "neutral") or found.context:
        return t("Describes the quarter; more of it is neither better nor worse.")
    return (
        t("A higher value means more burden.")
        if found.direction > 0
        else t("A higher value means less burden.")
    )


def _sources(found: Indicator) -> list[dict[str, Any]]:
    """Who delivers what the indicator is made of."""
    declaration = town().declaration
    wanted = {v for variable in found.variables for v in _delivered(variable)}
    made = [s for s in declaration.sources.values() if wanted & set(_variables(s.layout))]
    return [
        {"producer": s.source.producer, "title": s.source.title, "rhythm": s.rhythm, "url": s.source.url}
        for s in made
    ]


def _delivered(variable: str) -> set[str]:
    """A variable and all it is summed from."""
    import re

    catalogue, patterns = town().declaration.catalogue, town().declaration.sum_patterns
    found, open_ = set(), [variable]
    while open_:
        key = open_.pop()
        if key in found:
            continue
        found.add(key)
        known = next((v for v in catalogue.variables if v.key == key), None)
        open_ += [*known.sum_of, *known.less] if known else []
        if key in patterns:
            open_ += [
                v
                for s in town().declaration.sources.values()
                for v in _variables(s.layout)
                if re.search(patterns[key], v)
            ]
    return found


def _variables(layout: Any) -> tuple[str, ...]:
    try:
        return tuple(layout.units())
    except (AttributeError, TypeError):
        return ()


def _wish(view: View, report: str, key: str) -> Wish:
    period = _now(view, periods_of(view, key))
    return Wish(key, "", period, _among("", levels_of(view, key, period), view.level), report)


def _panel(view: View, report: str, key: str) -> Any:
    return panel(view, _wish(view, report, key))


def _line(view: View, found: Indicator) -> Figure | None:
    """The town and the coarser areas over time, breaks said; remembered while nothing changes."""
    key = ("line", view.edition.release.digest, view.t.language, found.key)
    return town().kept(key, lambda: _drawn(view, found))  # type: ignore[no-any-return]


def _drawn(view: View, found: Indicator) -> Figure | None:
    from lebenslagen.figures import Lines, Series, moments, time_line

    periods = view.periods_of(found.key)
    columns = {p.key: column for p in periods if (column := view.rate(found.key, p.key))}
    if len(columns) < 2:
        return None

    def series(area: str, level: str, label: str, own: bool) -> Series:
        return Series(label, {k: view.cell(column, area, level) for k, column in columns.items()}, own=own)

    town_line = series(view.town_id, view.town_level, view.edition.town, True)
    known = any(cell.value is not None for cell in town_line.cells.values())
    above = view.edition.areas[view.group_level].ids if view.group_level else ()
    lines = (
        [series(a, view.group_level, view.name(a, view.group_level), False) for a in above]
        if len(above) <= 12
        else []
    )
    last = next(reversed(columns.values()))
    chart = Lines(
        found.label,
        moments(periods),
        (*lines, *([town_line] if known else [])),
        found.breaks,
        last.unit,
        last.decimals,
        uid="linie",
    )
    return time_line(chart, view.t)

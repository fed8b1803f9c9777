"""What a map page shows: which figures a person may see, which map was asked for, and everything that belongs to it.

A map is asked for by GET parameters alone, so that its address is the view. What does not exist is not guessed but
replaced by what comes next, as an old link should still lead somewhere.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from lebenslagen.texts import MARKS, N_, SIGNS, Texts
from lebenslagen.web.town import Town, town

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column
    from lebenslagen.figures import Figure, Layer, LegendRow
    from lebenslagen.report.view import View
    from lebenslagen.web.models import User

__all__ = [
    "Panel",
    "Wish",
    "named",
    "panel",
    "periods_of",
    "places_of",
    "report_for",
    "topics",
    "view_for",
    "wish_of",
]

COMBINED, STATUS, DYNAMICS = "status-dynamik", "status", "dynamik"
ROLES = {COMBINED: "combined_class", STATUS: "class", DYNAMICS: "dynamics_class"}
SURE = {COMBINED: "combined_probability", STATUS: "probability", DYNAMICS: "dynamics_probability"}
LABELS = {
    COMBINED: N_("{index}: status and dynamics"),
    STATUS: N_("{index}: status"),
    DYNAMICS: N_("{index}: dynamics"),
}
PAGES = N_("as of {day}")


@dataclass(frozen=True)
class Wish:
    """A map as asked for: topic, a second topic beside it or blank, period, level, report."""

    topic: str
    beside: str
    period: str
    level: str
    report: str

    def query(self, **other: str) -> str:
        """The address of this view, or of one that differs in a choice."""
        wanted = replace(self, **other)
        names = {
            "was": wanted.topic,
            "neben": wanted.beside,
            "zeit": wanted.period,
            "ebene": wanted.level,
            "bericht": wanted.report,
        }
        return urlencode({name: value for name, value in names.items() if value})


@dataclass(frozen=True)
class Panel:
    """A drawn map with all that belongs to it; the figure's SVG has the full name of each area at its link."""

    figure: Figure
    column: Column
    uid: str
    rows: tuple[dict[str, Any], ...]
    legend: tuple[dict[str, Any], ...]
    grid: tuple[dict[str, Any], ...]
    places: str
    source: str
    signs: tuple[tuple[str, str], ...]
    breaks: tuple[str, ...]


# --- whose figures ----------------------------------------------------------------------------------------------


def report_for(user: User | None, wanted: str = "", *, here: Town | None = None) -> str | None:
    """The key of the report whose figures this person may see: the wanted one, otherwise the latest; None for none.

    Drafts are for those who work on releases; figures released to a committee are for the administration; the rest
    sees what is released to everybody.
    """
    here = here or town()
    reports = sorted(here.declaration.reports.values(), key=lambda r: (r.date, r.key), reverse=True)
    allowed = [r.key for r in reports if here.open_to(user, r.key)]
    return wanted if wanted in allowed else next(iter(allowed), None)


def view_for(user: User | None, t: Texts, wanted: str = "") -> tuple[View | None, str]:
    """The figures this person may see, as pages read them, and the key of their report; None where there are none
    yet.
    """
    here = town()
    report = report_for(user, wanted, here=here)
    edition = here.edition(report, t.language, to=user) if report else None
    if edition is None or report is None:
        return None, report or ""
    return here.kept(("view", report, t.language, edition.release.digest), lambda: _view(edition, t)), report


def _view(edition: Any, t: Texts) -> View:
    from lebenslagen.report.view import View

    return View(edition, t)


# --- what was asked for -----------------------------------------------------------------------------------------


def topics(view: View) -> dict[str, str]:
    """Everything that can be mapped: key -> label; the index first."""
    found = {}
    label = view.index.label if view.index else ""
    for key, role in ROLES.items():
        if view.index and view.edition.release.find(role=role, index=view.index.key):
            found[key] = view.t(LABELS[key], index=label)
    for indicator in (*view.indicators, *view.contexts):
        column = view.latest(indicator.key)
        if column and any(level != view.town_level for level in view.levels_of(column)):
            found[indicator.key] = indicator.label
    return found


def column_of(view: View, topic: str, period: str) -> Column | None:
    """The column of a topic in a period."""
    return view.of_index(ROLES[topic], period=period) if topic in ROLES else view.rate(topic, period)


def periods_of(view: View, topic: str) -> tuple[str, ...]:
    """The periods a topic has values for, oldest first."""
    return tuple(p.key for p in view.edition.periods if column_of(view, topic, p.key) is not None)


def levels_of(view: View, topic: str, period: str) -> tuple[str, ...]:
    column = column_of(view, topic, period)
    return tuple(level for level in view.levels_of(column) if level != view.town_level) if column else ()


def wish_of(view: View, report: str, asked: QueryDict | Mapping[str, str]) -> Wish | None:
    """What was asked for, made possible; None where nothing can be mapped."""
    known = topics(view)
    if not known:
        return None
    topic = _among(asked.get("was", ""), tuple(known))
    periods = periods_of(view, topic)
    period = asked.get("zeit", "") if asked.get("zeit", "") in periods else _now(view, periods)
    levels = levels_of(view, topic, period)
    level = _among(asked.get("ebene", ""), levels, view.level)
    beside = asked.get("neben", "")
    usable = (
        beside in known and beside != topic and level in levels_of(view, beside, _near(view, beside, period))
    )
    return Wish(topic, beside if usable else "", period, level, report)


def _among(wanted: str, known: tuple[str, ...], usual: str = "") -> str:
    if wanted in known:
        return wanted
    return usual if usual in known else known[0]


def _now(view: View, periods: tuple[str, ...]) -> str:
    """The period of the report, otherwise the last one before it."""
    order = [p.key for p in view.edition.periods if p.as_of <= view.period.as_of]
    return next((key for key in reversed(order) if key in periods), periods[-1])


def _near(view: View, topic: str, period: str) -> str:
    """The same period for the second map, otherwise its own latest."""
    periods = periods_of(view, topic)
    return period if period in periods else _now(view, periods)


# --- the map ----------------------------------------------------------------------------------------------------


def panel(view: View, wish: Wish, *, beside: bool = False, link: str = "quarter") -> Panel:
    """The map asked for, remembered while nothing changes. `link`: name of the page an area leads to, "" for none."""
    key = ("map", view.edition.release.digest, view.t.language, wish, beside, link)
    return town().kept(key, lambda: _panel(view, wish, beside, link))  # type: ignore[no-any-return]


def _panel(view: View, wish: Wish, beside: bool, link: str) -> Panel:
    from lebenslagen.figures import choropleth

    topic = wish.beside if beside else wish.topic
    period = _near(view, topic, wish.period) if beside else wish.period
    uid = "karte-2" if beside else "karte"
    layer = _layer(view, topic, period, wish.level, uid)
    hrefs = {
        a: reverse(link, args=[wish.level, a]) if link else f"#{row_id(uid, a)}"
        for a in view.edition.areas[wish.level].ids
    }
    figure = choropleth(view.edition.release, replace(layer, link=hrefs, legend=False), view.frame, view.t)
    return dressed(
        view, figure, view.edition.release.column(layer.column), wish.level, uid, hrefs, topic, period
    )


def dressed(
    view: View,
    figure: Figure,
    column: Column,
    level: str,
    uid: str,
    hrefs: Mapping[str, str],
    topic: str = "",
    period: str = "",
) -> Panel:
    """A drawn map with full names at its areas, its table, legend, places and source."""
    ids, names = view.edition.areas[level].ids, view.edition.areas[level].names
    said = dict(zip(ids, figure.rows, strict=True))
    full = {a: named(row, view.t) for a, row in said.items()}
    rows = tuple(
        {
            "id": row_id(uid, a),
            "area": a,
            "name": name,
            "value": said[a][1],
            "group": said[a][2],
            "address": hrefs.get(a, ""),
        }
        for a, name in zip(ids, names, strict=True)
    )
    used = {row["value"] for row in rows}
    signs = tuple((sign, view.t(MARKS[mark])) for mark, sign in SIGNS.items() if sign in used)
    legend = figure.legend
    wide = len(legend.grid[0]) * len(legend.grid[1]) if legend and legend.grid else 0
    return Panel(
        figure=replace(figure, svg=_with_names(figure.svg, full)),
        column=column,
        uid=uid,
        rows=rows,
        legend=tuple(_swatch(row, uid, figure.svg) for row in legend.rows[wide:]) if legend else (),
        grid=tuple(_grid(legend)) if legend and legend.grid else (),
        places=places_of(view, level),
        source=view.sources(column, full=True),
        signs=signs,
        breaks=tuple(_breaks(view, topic, period)),
    )


def row_id(uid: str, area: str) -> str:
    """The id of an area's row in the table beside a map."""
    return f"{uid}-{re.sub(r'[^A-Za-z0-9_-]', '-', area)}"


def named(row: tuple[str, ...], t: Texts) -> str:
    """The name of an area for those who hear the map: quarter, value, class; or that it is not published.

    >>> from lebenslagen.texts import texts
    >>> named(("Nord", "17,5", "15 bis unter 20"), texts("en"))
    'Nord: 17,5, 15 bis unter 20'
    >>> named(("Nord", "·", "nicht veröffentlicht"), texts("en"))
    'Nord: nicht veröffentlicht'
    """
    name, value, group = row[0], row[1], row[2]
    shown = value not in SIGNS.values() and not group.startswith(value) and not _is_key(value)
    return f"{name}: {value}, {group}" if shown else f"{name}: {group}"


def _is_key(value: str) -> bool:
    """Whether a value is the key of a class, which its label says already."""
    return bool(re.fullmatch(r"\d?[+−/]*", value))


NAMED = re.compile(
    r'(<a href="[^"]*" data-area="([^"]*)" aria-label=")[^"]*(">)(<path[^>]*>)<title>[^<]*</title>'
)


def _with_names(svg: str, names: Mapping[str, str]) -> str:
    """The figures name an area and its value; here its class is said with it, at the link and on hovering."""
    by_text = {escape(area): escape(name) for area, name in names.items()}

    def full(found: re.Match[str]) -> str:
        said = by_text.get(found[2])
        return f"{found[1]}{said}{found[3]}{found[4]}<title>{said}</title>" if said else found[0]

    return NAMED.sub(full, svg)


def _layer(view: View, topic: str, period: str, level: str, uid: str) -> Layer:
    """How a topic is drawn: the same classes in all years, so that years can be compared."""
    from lebenslagen.figures import Layer

    column = column_of(view, topic, period)
    assert column is not None
    when = view.edition.period_of(period).label
    title = f"{topics(view)[topic]}, {view.t(PAGES, day=when)}"
    residents = view.count(view.residents, period) if view.residents else None
    people = residents.key if residents is not None and residents.cells.get(level) else ""
    focus = (
        tuple(view.index.focus) if view.index and level == view.level and period == view.period.key else ()
    )
    if topic in ROLES:
        chance = view.of_index(SURE[topic], period=period)
        style = "combined" if topic == COMBINED else "class"
        sure = chance.key if chance else ""
        return Layer(
            title, column.key, level, style=style, people=people, probability=sure, focus=focus, uid=uid
        )
    return Layer(
        title,
        column.key,
        level,
        breaks=_breaks_over_time(view, topic, level),
        people=people,
        focus=focus,
        uid=uid,
    )


def _breaks_over_time(view: View, topic: str, level: str) -> Any:
    from lebenslagen.figures.classes import even_breaks

    columns = [column for p in periods_of(view, topic) if (column := view.rate(topic, p))]
    values = [value for column in columns for value in view.values(column, level).values()]
    return even_breaks(min(values), max(values), columns[-1].decimals) if values else None


def _breaks(view: View, topic: str, period: str) -> list[str]:
    """The breaks of the time series up to this period and after it: what may not be compared."""
    if topic in ROLES or not topic:
        return []
    indicator = view.edition.catalogue.indicator(topic)
    labels = {p.key: p.label for p in view.edition.periods}
    return [
        view.t("Break of {day}: {reason}", day=labels.get(b.period, b.period), reason=b.reason)
        for b in indicator.breaks
    ]


def _swatch(row: LegendRow, uid: str, svg: str) -> dict[str, Any]:
    """A line of the legend; its field has the colour or the pattern of the map on the same page."""
    name = row.pattern if row.pattern != "unsure" else "unsure1"
    there = row.pattern and f'id="{uid}-{name}"' in svg
    return {
        "label": row.label,
        "fill": f"url(#{uid}-{name})" if there else row.fill or "none",
        "areas": row.areas,
        "people": row.people,
    }


def _grid(legend: Any) -> list[dict[str, Any]]:
    status, dynamics = legend.grid
    wide = len(dynamics)
    return [
        {"label": label, "cells": legend.rows[i * wide : (i + 1) * wide]} for i, label in enumerate(status)
    ]


def places_of(view: View, level: str) -> str:
    """Where the areas lie and which border on which, for the arrow keys: {id: [x, y, [neighbours]]}."""
    return town().kept(("places", level, view.edition.areas[level].vintage), lambda: _places(view, level))  # type: ignore[no-any-return]


def _places(view: View, level: str) -> str:
    from lebenslagen.areas import neighbours

    shapes, beside = view.frame.levels[level], neighbours(view.edition.areas[level])
    found = {a: [x, y, list(beside.get(a, ()))] for a, (x, y) in zip(shapes.ids, shapes.centres, strict=True)}
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

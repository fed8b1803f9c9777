"""The page of an area: what is good there first, then where it stands and how it has changed."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.atlas.markup import Page, Row, items, link, paragraphs, table
from lebenslagen.atlas.pictures import chart
from lebenslagen.figures import (
    Lines,
    Series,
    contributions,
    dot_strip,
    locator,
    moments,
    time_line,
)
from lebenslagen.figures.classes import class_text
from lebenslagen.figures.model import UNSURE
from lebenslagen.figures.svg import escape, identifier
from lebenslagen.strengths import no_strength, strengths

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lebenslagen.atlas.view import View
    from lebenslagen.disclosure.release import Cell, Column
    from lebenslagen.indicators import Indicator

__all__ = ["place_page"]


def place_page(view: View, level: str, area: str) -> Page:
    """The page of one area, the same for a quarter and for the areas above it.

    >>> place_page.__name__
    'place_page'
    """
    areas = view.areas(level)
    name = areas.name(area)
    parts = [
        f'<p class="path">{_path(view, level, area)}</p><h1>{escape(name)}</h1>',
        f'<div class="intro"><div>{_residents(view, level, area)}{_strengths(view, level, area)}</div>',
        f'<div class="where">{chart(locator(view.frame, level, area, view.t, width=240))}</div></div>',
        _standing(view, level, area),
        "".join(_topic(view, level, area, name, *topic) for topic in _topics(view, level)),
        _all_values(view, level, area, name),
        _inside(view, level, area),
        _beside(view, level, area),
    ]
    return Page(view.place_page(level, area), name, "".join(parts), "gebiete.html")


def _path(view: View, level: str, area: str) -> str:
    """Which kind of area this is, and in which it lies."""
    words = [escape(view.edition.level_of(level).label)]
    place = view.parent(level, area)
    while place:
        label = view.edition.level_of(place[0]).label
        words.append(f"{escape(label)} {link(view.place_page(*place), view.areas(place[0]).name(place[1]))}")
        place = view.parent(*place)
    return " · ".join(words)


def _residents(view: View, level: str, area: str) -> str:
    column = view.residents()
    cell = view.cell(column, level, area)
    if column is None or not isinstance(cell.value, Decimal):
        return ""
    words = view.t(
        "{n} people live here ({when}).",
        n=view.text(cell, column),
        when=view.edition.period_of(column.period).label,
    )
    return paragraphs(words, name="lead")


def _strengths(view: View, level: str, area: str) -> str:
    """What speaks for the area, the same sentences as in the report; where numbers know nothing, that is said."""
    t = view.t
    if not view.known_on(level, [c for i in view.told if (c := view.latest(i.key)) is not None]):
        return ""
    found = strengths(view.edition, area, level, t)
    body = items([escape(words) for words in found], "strengths") if found else paragraphs(no_strength(t))
    return f"<h2>{escape(t('What is good here'))}</h2>{body}"


# --- where it stands -------------------------------------------------------------------------------------------------


def _standing(view: View, level: str, area: str) -> str:
    """Status and dynamics in the index, and from what they come."""
    t, info = view.t, view.index
    if info is None or level != view.level.key:
        return ""
    out = [f"<h2>{link(view.index_page, info.label)}</h2>"]
    if area in info.excluded:
        return "".join(out) + paragraphs(
            t("Not part of the comparison: {reason}", reason=info.excluded[area])
        )
    status, dynamics = (
        view.cell(view.of_index("class"), level, area),
        view.cell(view.of_index("dynamics_class"), level, area),
    )
    words = [
        _class_sentence(view, t("Status"), status, dict(zip(info.class_keys, info.class_labels, strict=True)))
    ]
    if view.of_index("dynamics_class") is not None:
        labels = dict(zip(info.dynamics_class_keys, info.dynamics_class_labels, strict=True))
        words.append(_class_sentence(view, t("Dynamics"), dynamics, labels))
    focus = t("This is a focus quarter: it is looked at in depth first.") if area in info.focus else ""
    sure = _sureness(view, level, area)
    out.append(
        paragraphs(*words, sure, focus, t("The index compares areas. It says nothing about single people."))
    )
    out.append(_contributions(view, level, area))
    return "".join(out)


def _sureness(view: View, level: str, area: str) -> str:
    """That a class is unsure, or that it is not published how sure it is."""
    t, column = view.t, view.of_index("probability")
    cell = view.cell(column, level, area)
    if column is None or not isinstance(view.cell(view.of_index("class"), level, area).value, str):
        return ""
    if cell.mark == "withheld":
        return t("It is not published how sure the class is; it may be unsure.")
    whole = 100 if column.unit == "%" else 1
    if isinstance(cell.value, Decimal) and cell.value < UNSURE * whole:
        return t("The class is unsure: chance alone could have led to the neighbouring one.")
    return ""


def _class_sentence(view: View, kind: str, cell: Cell, labels: dict[str, str]) -> str:
    if not isinstance(cell.value, str):
        return view.t("{kind}: not published.", kind=kind)
    label = labels.get(cell.value, "")
    among = view.among(view.level)
    return view.t(
        "{kind}: {label} ({key}) among the {areas}.",
        kind=kind,
        label=label,
        key=class_text(cell.value),
        areas=among,
    )


def _contributions(view: View, level: str, area: str) -> str:
    t, info, total = view.t, view.index, view.of_index("score")
    if info is None or total is None:
        return ""
    named = {i.key: i.head for i in view.edition.catalogue.indicators}
    known = [(key, view.of_index("contribution", key)) for key, _, _ in info.parts]
    parts = [
        (named.get(key, key), view.cell(column, level, area)) for key, column in known if column is not None
    ]
    if not parts:
        return ""
    title = t("How the index value comes about")
    figure = contributions(
        title, parts, view.cell(total, level, area), t, total_label=info.label,
        favourable=info.orientation == "favourable", decimals=total.decimals, width=420, uid="beitraege",
    )  # fmt: skip
    rough = view.cell(total, level, area).estimated
    note = paragraphs(t("Estimated, because a figure behind it is not published.")) if rough else ""
    return chart(figure, "contributions") + note + _folded(view, title, figure.head, figure.rows)


def _folded(view: View, title: str, head: tuple[str, ...], rows: tuple[tuple[str, ...], ...]) -> str:
    numbers = table(title, head, [Row(row) for row in rows], view.t)
    return f"<details><summary>{escape(view.t('These numbers as a table'))}</summary>{numbers}</details>"


# --- the indicators --------------------------------------------------------------------------------------------------


def _topics(view: View, level: str) -> Iterator[tuple[str, list[tuple[Indicator, Column]]]]:
    for topic in view.topics:
        known = [(i, column) for i in topic.indicators if (column := view.latest(i.key)) is not None]
        here = [(i, column) for i, column in known if column.cells.get(level)]
        if here:
            yield topic.label, here


def _topic(
    view: View, level: str, area: str, name: str, label: str, known: list[tuple[Indicator, Column]]
) -> str:
    each = "".join(_indicator(view, level, area, name, indicator, column) for indicator, column in known)
    return f"<section><h2>{escape(label)}</h2>{each}</section>"


def _indicator(view: View, level: str, area: str, name: str, indicator: Indicator, column: Column) -> str:
    key = identifier(indicator.key)
    cell = view.cell(column, level, area)
    sentence = view.sentence(indicator, cell.value, column) if isinstance(cell.value, Decimal) else ""
    position = dot_strip(view.strip(indicator, column, level), area, name, view.t, uid=f"lage-{key}")
    pictures = chart(position) + _time(view, level, area, name, indicator, column)
    head = link(view.indicator_page(indicator.key), indicator.label)
    return f'<h3>{head}</h3>{paragraphs(sentence)}<div class="charts">{pictures}</div>'


def _time(view: View, level: str, area: str, name: str, indicator: Indicator, column: Column) -> str:
    periods = view.periods_of(indicator.key)
    if len(periods) < 2:
        return ""
    columns = {p.key: view.rate(indicator.key, p.key) for p in periods}
    own = Series(name, {k: view.cell(c, level, area) for k, c in columns.items()}, own=True)
    town = Series(view.edition.town, {k: view.town_cell(c) for k, c in columns.items()})
    if not any(isinstance(c.value, Decimal) for c in (*own.cells.values(), *town.cells.values())):
        return ""  # the position above says why
    lines = Lines(
        indicator.label, moments(periods), (own, town), indicator.breaks, column.unit, column.decimals,
        width=400, height=190, uid=f"zeit-{identifier(indicator.key)}",
    )  # fmt: skip
    return chart(time_line(lines, view.t))


def _all_values(view: View, level: str, area: str, name: str) -> str:
    """Every number of the page in one table: now, in the last edition, the area above, the town."""
    t, rows = view.t, []
    known = [(i, c) for i in view.told if (c := view.latest(i.key)) is not None]
    if not view.known_on(level, [c for _, c in known]):
        return ""
    places = _compared(view, level, area, [c for _, c in known])
    previous = view.edition.previous
    if previous is not None and not any(view.rate(i.key, previous.key) for i, _ in known):
        previous = None
    for indicator, column in known:
        cells = [view.text(view.cell(column, level, area), column)]
        if previous is not None:
            before = view.rate(indicator.key, previous.key)
            cells.append(view.text(view.cell(before, level, area), before or column))
        cells += [view.text(view.cell(column, *place), column) for place in places]
        when = (
            ""
            if column.period == view.edition.period.key
            else f" ({view.edition.period_of(column.period).label})"
        )
        rows.append(Row((indicator.label + when, column.unit, *cells), view.indicator_page(indicator.key)))
    head = [t("Indicator"), t("Unit"), name]
    head += [t("{name}, {when}", name=name, when=previous.label)] if previous else []
    head += [view.areas(place).name(key) for place, key in places]
    title = t("All values, {when}", when=view.edition.period.label)
    return f"<h2>{escape(t('All values'))}</h2>{table(title, head, rows, t)}" if rows else ""


def _compared(view: View, level: str, area: str, columns: list[Column]) -> list[tuple[str, str]]:
    """The area above and the town, each where any value of it is in the release."""
    town = view.edition.town_level.key
    places = [view.parent(level, area), (town, view.areas(town).ids[0]) if town != level else None]
    return [place for place in places if place and view.known_on(place[0], columns)]


def _inside(view: View, level: str, area: str) -> str:
    """The areas that lie in this one."""
    keys = [place.key for place in view.place_levels]
    at = keys.index(level)
    if at == 0:
        return ""
    below = view.place_levels[at - 1]
    inside = [a for a in view.areas(below.key).ids if view.parent(below.key, a) == (level, area)]
    links = items(
        (link(view.place_page(below.key, a), view.areas(below.key).name(a)) for a in inside), "inside"
    )
    return f"<h2>{escape(below.plural)}</h2>{links}" if inside else ""


def _beside(view: View, level: str, area: str) -> str:
    """The areas before and after in the town's order."""
    t, ids = view.t, view.areas(level).ids
    at = ids.index(area)
    near = [
        (t("Previous area"), ids[at - 1] if at else ""),
        (t("Next area"), ids[at + 1] if at + 1 < len(ids) else ""),
    ]
    words = [
        f"{escape(label)}: {link(view.place_page(level, other), view.areas(level).name(other))}"
        for label, other in near
        if other
    ]
    return (
        f'<nav class="beside" aria-label="{escape(t("Neighbouring pages"))}">{items(words)}</nav>'
        if words
        else ""
    )

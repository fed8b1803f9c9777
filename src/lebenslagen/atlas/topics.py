"""Pages about one thing everywhere: an indicator, or the index."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.atlas.markup import Page, Row, items, link, paragraphs, table
from lebenslagen.atlas.pictures import Drawn, chart, draw, index_layer, map_block, rate_layer
from lebenslagen.figures import Lines, Series, moments, multiples, rules_of, time_line
from lebenslagen.figures.classes import class_text, focus_words
from lebenslagen.figures.svg import escape, identifier

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lebenslagen.atlas.view import View
    from lebenslagen.disclosure.release import Cell, Column, IndexInfo
    from lebenslagen.indicators import Indicator

__all__ = ["index_drawings", "index_page", "indicator_page"]

FEW_LINES, FEW_PANELS = 12, 60


# --- an indicator ----------------------------------------------------------------------------------------------------


def indicator_page(view: View, indicator: Indicator) -> tuple[Page, Drawn | None]:
    """The page of an indicator: what it says, its table and map, its time lines, how it is defined; and its map.

    >>> indicator_page.__name__
    'indicator_page'
    """
    t, column = view.t, view.latest(indicator.key)
    if column is None:
        raise KeyError(indicator.key)
    when = view.edition.period_of(column.period).label
    title = t("{label}, {when}", label=indicator.label, when=when)
    level = view.shown_level(column)
    drawn = (
        draw(view, rate_layer(view, column, title, f"karte-{identifier(indicator.key)}")) if level else None
    )
    parts = [
        f"<h1>{escape(indicator.label)}</h1>",
        paragraphs(_lead(view, indicator, column), name="lead"),
        _pair(_values(view, indicator, column, level), map_block(drawn, view) if drawn else ""),
        _development(view, indicator, column, level),
        _definition(view, indicator, column),
    ]
    page = Page(view.indicator_page(indicator.key), indicator.label, "".join(parts), "index.html#themen")
    return page, drawn


def _pair(first: str, second: str) -> str:
    """Table and map: one below the other on a phone, the table first; side by side on a wide screen."""
    jump = f'<div class="picture" id="karte">{second}</div>' if second else ""
    return f'<div class="pair"><div class="words">{first}</div>{jump}</div>'


def _lead(view: View, indicator: Indicator, column: Column) -> str:
    town = view.town_cell(column)
    if not isinstance(town.value, Decimal):
        return ""
    sentence = view.sentence(indicator, town.value, column)
    return view.t("In {town} as a whole: {sentence}", town=view.edition.town, sentence=sentence)


def _values(view: View, indicator: Indicator, column: Column, level: str) -> str:
    """The values of all areas in the town's order, under the area above with its own value."""
    t = view.t
    before = view.rate(indicator.key, view.edition.previous.key) if view.edition.previous else None
    columns = [c for c in (before, column) if c is not None]
    periods = [view.edition.period_of(c.period).label for c in columns]
    head = (t("Area"), *(f"{p} ({c.unit})" if c.unit else p for p, c in zip(periods, columns, strict=True)))
    town = tuple(view.text(view.town_cell(c), c) for c in columns)
    known = view.known_on(view.edition.town_level.key, columns)
    rows = [Row((view.edition.town, *town), "", True)] if known else []
    rows += area_rows(view, level, columns) if level else []
    return table(indicator.label, head, rows, t, sortable=True)


def area_rows(view: View, level: str, columns: Sequence[Column]) -> list[Row]:
    """One row an area, the areas above as rows that head their group.

    >>> area_rows.__name__
    'area_rows'
    """
    rows, above = [], next((p[0] for a in view.areas(level).ids if (p := view.parent(level, a))), "")
    links = view.links(level)
    known = bool(above) and view.known_on(above, columns)
    for group, inside in view.groups(level):
        if group:
            cells = tuple(view.text(view.cell(c, above, group), c) for c in columns) if known else ()
            rows.append(Row((view.areas(above).name(group), *cells), view.place_page(above, group), True))
        for area in inside:
            cells = tuple(_shown(view, c, level, area) for c in columns)
            rows.append(Row((view.areas(level).name(area), *cells), links.get(area, "")))
    return rows


def _shown(view: View, column: Column, level: str, area: str) -> str:
    cell = view.cell(column, level, area)
    if isinstance(cell.value, str):
        return class_text(cell.value)
    if column.role == "probability" and isinstance(cell.value, Decimal) and column.unit != "%":
        return f"{view.t.number(cell.value * 100)}\u00a0%"
    return view.text(cell, column)


def _development(view: View, indicator: Indicator, column: Column, level: str) -> str:
    """The town's time line with that of the areas above, and small ones of all areas on one scale."""
    t, periods = view.t, view.periods_of(indicator.key)
    if len(periods) < 2:
        return ""
    town, others = _town_line(view, indicator), _coarse_lines(view, indicator, level)
    lines = Lines(
        indicator.label, moments(periods), (*town, *others), indicator.breaks, column.unit, column.decimals,
        uid=f"zeit-{identifier(indicator.key)}", height=280,
    )  # fmt: skip
    out = [f"<h2>{escape(t('How it has changed'))}</h2>"]
    if lines.series:
        figure = time_line(lines, t)
        title = t("{label} over time", label=indicator.label)
        out += [chart(figure), table(title, figure.head, [Row(r) for r in figure.rows], t)]
    if level and len(view.areas(level)) <= FEW_PANELS:
        out.append(_small(view, indicator, lines, level, town))
    return "".join(out) if len(out) > 1 else ""


def _known_at(view: View, indicator: Indicator, level: str) -> bool:
    """Whether any period tells something about a level."""
    columns = [view.rate(indicator.key, p.key) for p in view.periods_of(indicator.key)]
    return view.known_on(level, [c for c in columns if c is not None])


def _town_line(view: View, indicator: Indicator) -> list[Series]:
    level = view.edition.town_level.key
    if not _known_at(view, indicator, level):
        return []
    return [Series(view.edition.town, _line(view, indicator, level, view.areas(level).ids[0]), own=True)]


def _coarse_lines(view: View, indicator: Indicator, level: str) -> list[Series]:
    """The lines of the coarsest areas below the town, where they are few enough to be told apart."""
    keys = [p.key for p in view.place_levels if p.key != level and len(view.areas(p.key)) <= FEW_LINES]
    known = [key for key in keys[-1:] if _known_at(view, indicator, key)]
    return [
        Series(view.areas(k).name(a), _line(view, indicator, k, a)) for k in known for a in view.areas(k).ids
    ]


def _line(view: View, indicator: Indicator, level: str, area: str) -> dict[str, Cell]:
    return {
        p.key: view.cell(view.rate(indicator.key, p.key), level, area) for p in view.periods_of(indicator.key)
    }


def _small(view: View, indicator: Indicator, lines: Lines, level: str, town: Sequence[Series]) -> str:
    """Small charts of all areas, their table folded away."""
    t = view.t
    each = tuple(
        Series(view.areas(level).name(a), _line(view, indicator, level, a), own=True)
        for a in view.areas(level).ids
    )
    small = Lines(
        lines.title, lines.moments, each, lines.breaks, lines.unit, lines.decimals, uid=f"{lines.uid}-alle"
    )
    reference = Series(town[0].label, town[0].cells) if town else None
    figure = multiples(small, reference, t)
    title = t("{label}: all areas over time", label=indicator.label)
    numbers = table(title, figure.head, [Row(row) for row in figure.rows], t)
    folded = f"<details><summary>{escape(t('These numbers as a table'))}</summary>{numbers}</details>"
    return f"<h3>{escape(title)}</h3>{chart(figure, 'wide')}{folded}"


def _definition(view: View, indicator: Indicator, column: Column) -> str:
    t = view.t
    facts = [(t("What is counted"), indicator.description), (t("Unit"), column.unit)]
    facts += [
        (t("Source"), view.sources([view.rate(indicator.key, p.key) for p in view.periods_of(indicator.key)]))
    ]
    listed = "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in facts if b)
    breaks = items(
        f"<strong>{escape(_period(view, b.period))}</strong>: {escape(' '.join(filter(None, (b.reason, b.effect))))}"
        for b in indicator.breaks
    )
    known = f"<h3>{escape(t('Breaks in the series'))}</h3>{breaks}" if indicator.breaks else ""
    return f"<h2>{escape(t('How it is defined'))}</h2><dl>{listed}</dl>{known}"


def _period(view: View, key: str) -> str:
    return next((p.label for p in view.edition.periods if p.key == key), key)


# --- the index -------------------------------------------------------------------------------------------------------


def index_drawings(view: View) -> list[Drawn]:
    """The maps of the index: status, then status and dynamics together where the release has them.

    >>> index_drawings.__name__
    'index_drawings'
    """
    t, when = view.t, view.edition.period.label
    label = view.index.label if view.index else ""
    layers = [
        index_layer(view, "class", "class", t("{label}: status, {when}", label=label, when=when), "index-status"),
        index_layer(
            view, "combined_class", "combined", t("{label}: status and dynamics, {when}", label=label, when=when),
            "index-dynamik",
        ),
    ]  # fmt: skip
    return [draw(view, layer) for layer in layers if layer is not None]


def index_page(view: View, drawings: Sequence[Drawn]) -> Page:
    """The page of the index: what it says and does not say, table, maps, the printed rules.

    >>> index_page.__name__
    'index_page'
    """
    t, info = view.t, view.index
    if info is None:
        raise KeyError("index")
    maps = "".join(f"<h2>{escape(drawn.figure.title)}</h2>{map_block(drawn, view)}" for drawn in drawings)
    parts = [
        f"<h1>{escape(info.label)}</h1>",
        paragraphs(
            t("The index compares the {areas} of one town with each other. It says nothing about single people.",
              areas=view.level.plural),
            name="lead",
        ),
        _pair(_index_table(view, info), maps),
        _focus_list(view, info),
        _rules(view, info),
    ]  # fmt: skip
    return Page(view.index_page, info.label, "".join(parts), "index.html#themen")


def _index_table(view: View, info: IndexInfo) -> str:
    t = view.t
    wanted = [
        ("score", t("Index value")), ("class", t("Status")), ("dynamics_class", t("Dynamics")),
        ("probability", t("Certainty of the status")),
    ]  # fmt: skip
    found = [(view.of_index(role), words) for role, words in wanted]
    known = [(c, f"{words} ({c.unit})" if c.unit else words) for c, words in found if c is not None]
    columns = [column for column, _ in known]
    rows = [row for row in area_rows(view, view.level.key, columns) if not row.group] if columns else []
    note = paragraphs(_class_words(info, view), _silent(view), name="small")
    return table(info.label, (t("Area"), *(words for _, words in known)), rows, t, sortable=True) + note


def _silent(view: View) -> str:
    """For how many areas it is not published how sure their class is."""
    areas = view.areas(view.level.key)
    chance, status = view.of_index("probability"), view.of_index("class")
    level = view.level.key
    found = [
        areas.name(area)
        for area in areas.ids
        if isinstance(view.cell(status, level, area).value, str)
        and view.cell(chance, level, area).mark == "withheld"
    ]
    if not found:
        return ""
    return view.t.plural(
        "For {names} it is not published how sure the class is; it may be unsure.",
        "For {names} it is not published how sure the classes are; they may be unsure.",
        len(found),
        names=", ".join(found),
    )


def _class_words(info: IndexInfo, view: View) -> str:
    """What the keys of the classes mean."""
    pairs = [*zip(info.class_keys, info.class_labels, strict=True)]
    pairs += [*zip(info.dynamics_class_keys, info.dynamics_class_labels, strict=True)]
    words = "; ".join(f"{class_text(key)} {label}" for key, label in pairs)
    return view.t("Classes: {words}.", words=words) if pairs else ""


def _focus_list(view: View, info: IndexInfo) -> str:
    t = view.t
    if not info.focus:
        return ""
    links = view.links(view.level.key)
    names = items(link(links[a], view.areas(view.level.key).name(a)) for a in info.focus if a in links)
    said = t(
        "Focus quarters are the first to be looked at in depth. The index alone does not establish a need for action."
    )
    return f"<h2>{escape(t('Focus quarters'))}</h2>{paragraphs(said, focus_words(info, t))}{names}"


def _rules(view: View, info: IndexInfo) -> str:
    """The printed rules: parts with weights and reference values, limits of the classes, what is left out."""
    t = view.t
    names = {i.key: i.head for i in view.edition.catalogue.indicators}
    rows = [
        Row(
            (
                names.get(key, key),
                t.number(weight, 2),
                _stat(view, info.means.get(key)),
                _stat(view, info.sds.get(key)),
            )
        )
        for key, weight, _ in info.parts
    ]
    parts = table(
        t("Parts of the index"), (t("Indicator"), t("Weight"), t("Mean"), t("Standard deviation")), rows, t
    )
    limits = [(label, words) for dyn in (False, True) for label, words in _limits(view, info, dynamics=dyn)]
    listed = "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in limits)
    left = items(f"{escape(_named(view, a))}: {escape(reason)}" for a, reason in info.excluded.items())
    out = f"<h3>{escape(t('Not compared'))}</h3>{left}" if info.excluded else ""
    head = f"<h2>{escape(t('How it is computed'))}</h2>{parts}"
    return f"{head}<h3>{escape(t('Limits of the classes'))}</h3><dl>{listed}</dl>{out}"


def _stat(view: View, value: Decimal | None) -> str:
    return "…" if value is None else view.t.number(value, 2)


def _limits(view: View, info: IndexInfo, *, dynamics: bool) -> list[tuple[str, str]]:
    rules = rules_of(info, dynamics=dynamics)
    kind = view.t("Dynamics") if dynamics else view.t("Status")
    printed = rules.printed(view.t) if rules.keys else ()
    labels = zip(rules.keys, rules.labels, printed, strict=True)
    return [(f"{kind} {label} ({class_text(key)})", words) for key, label, words in labels]


def _named(view: View, area: str) -> str:
    areas = view.areas(view.level.key)
    return areas.name(area) if area in areas.ids else area

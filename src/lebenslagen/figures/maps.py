"""Maps: values in classes, status and dynamics together, and where a quarter lies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.classes import MapClass, class_text, classes_of, index_of
from lebenslagen.figures.colours import luminance, mix
from lebenslagen.figures.frames import Frame, Shapes
from lebenslagen.figures.legends import draw_legend, key_of
from lebenslagen.figures.model import (
    MARK_LABELS,
    UNSURE,
    Figure,
    Layer,
    Legend,
    LegendRow,
    amount_text,
    cell_text,
)
from lebenslagen.figures.svg import INK, PAPER, document, escape, identifier, num
from lebenslagen.texts import SIGNS, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell, Column, Release

__all__ = ["choropleth", "locator", "names_text", "status_dynamics_map"]

NOTHING = "#f0f0ee"
FEW = 60  # areas up to which a locator draws each of them


@dataclass(frozen=True)
class Painted:
    """One area as it stands on the map: class (−1: none), fill, pattern, what is said about it, what is written on it.

    >>> Painted(0, "#fff", "", "17,5 %", "17,5").pattern
    ''
    """

    group: int
    fill: str
    pattern: str
    words: str
    short: str


def choropleth(release: Release, layer: Layer, frame: Frame, t: Texts) -> Figure:
    """A map of one released column in classes, with its legend, its sentence and its table.

    Raises KeyError where the layer names a column or level the release does not have.

    >>> choropleth.__name__
    'choropleth'
    """
    column, shapes = release.column(layer.column), frame.levels[layer.level]
    classes = classes_of(release, layer, t)
    cells = column.cells.get(layer.level, {})
    chance = release.column(layer.probability) if layer.probability else None
    sure = chance.cells.get(layer.level, {}) if chance else {}
    whole = 100 if chance and chance.unit == "%" else 1
    painted = [_paint(cells.get(key), sure.get(key), classes, column, t, whole) for key in shapes.ids]
    legend = _legend(release, layer, classes, painted, frame, t)
    sentence = _sentence(release, layer, classes, painted, frame, t)
    description = _description(layer, legend, sentence, t)
    body, height = draw_map(frame, shapes, layer, painted)
    drawn, below = draw_legend(legend, frame, shapes, layer, height, t) if layer.legend else ("", height)
    defs = f"<defs>{patterns(layer.uid, classes)}</defs>"
    total = frame.total if layer.legend else frame.width
    svg = document(
        defs + body + drawn, total, below, layer.title, description, layer.uid, linked=bool(layer.link)
    )
    head, rows = _table(release, layer, shapes, painted, classes, column, t)
    return Figure(svg, layer.title, description, sentence, head, rows, total, round(below), legend)


def _paint(
    cell: Cell | None, chance: Cell | None, classes: Sequence[MapClass], column: Column, t: Texts, whole: int
) -> Painted:
    value = cell.value if cell else None
    group = next((i for i, item in enumerate(classes) if value is not None and item.holds(value)), -1)
    if group < 0 or value is None:
        mark = (cell.mark if cell else "") or "missing"
        words = MARK_LABELS[mark]
        return Painted(-1, NOTHING, mark, t(words), SIGNS[mark])
    unsure = chance is not None and isinstance(chance.value, Decimal) and chance.value < UNSURE * whole
    said = (
        classes[group].label
        if isinstance(value, str)
        else amount_text(value, column.decimals, column.unit, t)
    )
    short = class_text(value) if isinstance(value, str) else t.number(value, column.decimals)
    return Painted(group, classes[group].fill, "unsure" if unsure else "", said, short)


def _area_svg(painted: Painted, uid: str) -> tuple[str, str]:
    """Class names and fill of an area."""
    key = identifier(uid)
    if painted.group < 0:
        return f"f-area f-{painted.pattern}", f"url(#{key}-{painted.pattern})"
    if painted.pattern == "unsure":
        return f"f-area f-c{painted.group} f-unsure", f"url(#{key}-unsure{painted.group})"
    return f"f-area f-c{painted.group}", painted.fill


def patterns(uid: str, classes: Sequence[MapClass]) -> str:
    """Hatch for withheld, dots for excluded, strokes for missing, cross-lines over the class colour for unsure.

    >>> patterns("m", ()).count("<pattern")
    4
    """
    key = identifier(uid)
    out = [
        _pattern(
            f"{key}-withheld",
            6,
            NOTHING,
            '<path d="M-1 7L7-1M-1 1L1-1M5 7L7 5" stroke="#8a8f96" stroke-width="1.1"/>',
        ),
        _pattern(
            f"{key}-excluded",
            6,
            PAPER,
            '<circle cx="1.5" cy="1.5" r=".9" fill="#8a8f96"/><circle cx="4.5" cy="4.5" r=".9" fill="#8a8f96"/>',
        ),
        _pattern(f"{key}-missing", 6, PAPER, '<path d="M0 3H6" stroke="#b4b9bf" stroke-width=".9"/>'),
        _pattern(f"{key}-undefined", 6, PAPER, '<path d="M3 0V6" stroke="#b4b9bf" stroke-width=".9"/>'),
    ]
    for i, item in enumerate(classes):
        shade = mix(item.fill, INK, 0.42) if luminance(item.fill) > 0.22 else mix(item.fill, PAPER, 0.5)
        out.append(
            _pattern(
                f"{key}-unsure{i}",
                5,
                item.fill,
                f'<path d="M0 0L5 5M5 0L0 5" stroke="{shade}" stroke-width=".7"/>',
            )
        )
    return "".join(out)


def _pattern(key: str, size: int, ground: str, marks: str) -> str:
    return (
        f'<pattern id="{key}" width="{size}" height="{size}" patternUnits="userSpaceOnUse">'
        f'<path d="M0 0h{size}v{size}h-{size}z" fill="{ground}"/>{marks}</pattern>'
    )


def draw_map(frame: Frame, shapes: Shapes, layer: Layer, painted: Sequence[Painted]) -> tuple[str, float]:
    """The map itself: ground, areas, water, borders, focus, names; returns it with its height in units."""
    areas = _linked(shapes, layer, painted) if layer.link else _grouped(shapes, layer, painted)
    focus = [shapes.paths[i] for i, key in enumerate(shapes.ids) if key in layer.focus]
    clip = f"{identifier(layer.uid)}-frame"
    return (
        f'<clipPath id="{clip}"><path d="M0 0h{frame.width}v{frame.height}h-{frame.width}z"/></clipPath>'
        f'<g class="f-map" clip-path="url(#{clip})">{frame.ground}'
        f'<g class="f-areas" stroke="{PAPER}" stroke-width="0.9" stroke-linejoin="round">{areas}</g>{frame.water}'
        f"{_borders(frame, shapes)}{_outlines(focus, fine=len(shapes.ids) > FEW)}"
        f"{_labels(frame, shapes, layer, painted)}{frame.furniture}</g>"
    ), float(frame.height)


def _grouped(shapes: Shapes, layer: Layer, painted: Sequence[Painted]) -> str:
    """Areas of one class as one path: a third of the size where nothing has to be told apart."""
    groups: dict[tuple[str, str], list[str]] = {}
    for d, area in zip(shapes.paths, painted, strict=True):
        groups.setdefault(_area_svg(area, layer.uid), []).append(d)
    return "".join(
        f'<path class="{name}" d="{"".join(ds)}" fill="{fill}"/>'
        for (name, fill), ds in sorted(groups.items())
    )


def _linked(shapes: Shapes, layer: Layer, painted: Sequence[Painted]) -> str:
    """Each area a link whose name is quarter, value, class or that it is not published."""
    return "".join(_link(shapes, i, area, layer) for i, area in enumerate(painted))


def _link(shapes: Shapes, i: int, painted: Painted, layer: Layer) -> str:
    name, fill = _area_svg(painted, layer.uid)
    drawn = f'<path class="{name}" d="{shapes.paths[i]}" fill="{fill}"'
    href = layer.link.get(shapes.ids[i]) if layer.link else None
    if href is None:
        return f"{drawn}/>"
    said = escape(f"{shapes.names[i]}: {painted.words}")
    opened = f'<a href="{escape(href)}" data-area="{escape(shapes.ids[i])}" aria-label="{said}">'
    return f"{opened}{drawn}><title>{said}</title></path></a>"


def _borders(frame: Frame, shapes: Shapes) -> str:
    """Coarser borders, thicker and darker the coarser; the town's outline is the last."""
    paths = ["".join(level.paths) for level in frame.coarser(shapes.level)]
    paths += [frame.outline] if frame.outline else []
    return "".join(
        f'<path class="f-border" d="{d}" fill="none" stroke="#33383e" stroke-width="{num(0.9 + 0.7 * i)}"'
        ' stroke-linejoin="round"/>'
        for i, d in enumerate(paths)
    )


def _outlines(paths: Sequence[str], *, fine: bool) -> str:
    """The second outline of focus quarters: ink with paper on both sides, so that it shows on every class."""
    if not paths:
        return ""
    d, wide = "".join(paths), 2.4 if fine else 4.6
    shape = f'd="{d}" fill="none" stroke-linejoin="round"'
    return (
        f'<path class="f-focus-under" {shape} stroke="{PAPER}" stroke-width="{wide}"/>'
        f'<path class="f-focus" {shape} stroke="{INK}" stroke-width="{num(wide * 0.48)}"/>'
    )


def _labels(frame: Frame, shapes: Shapes, layer: Layer, painted: Sequence[Painted]) -> str:
    if not layer.labels:
        return ""
    source, _ = key_of(frame, shapes)
    own = (
        [area.short for area in painted]
        if layer.values and source is shapes
        else [""] * len(source.labels if source else ())
    )
    names = (
        "".join(
            label.svg(short)
            for label, short in zip(source.labels, own, strict=True)
            if label and (layer.numbers or not label.number)
        )
        if source
        else ""
    )
    return f'<g class="f-labels" aria-hidden="true">{names}{(source or shapes).places}</g>'


def _legend(
    release: Release,
    layer: Layer,
    classes: Sequence[MapClass],
    painted: Sequence[Painted],
    frame: Frame,
    t: Texts,
) -> Legend:
    column, shapes = release.column(layer.column), frame.levels[layer.level]
    people = release.column(layer.people).cells.get(layer.level, {}) if layer.people else None

    grid: tuple[tuple[str, ...], tuple[str, ...]] | None = None

    def row(label: str, fill: str, pattern: str, ids: Sequence[str]) -> LegendRow:
        return LegendRow(
            label, fill, len(ids), people_text(people, ids, t) if people is not None else "", pattern
        )

    rows = [
        row(item.label, item.fill, "", [k for k, p in zip(shapes.ids, painted, strict=True) if p.group == i])
        for i, item in enumerate(classes)
    ]
    for mark in SIGNS:
        ids = [k for k, p in zip(shapes.ids, painted, strict=True) if p.pattern == mark]
        rows += [row(t(MARK_LABELS[mark]), NOTHING, mark, ids)] if ids else []
    if layer.style == "combined":
        rules = index_of(release, column)
        grid = tuple(rules.class_labels), tuple(rules.dynamics_class_labels)
    unsure = [k for k, p in zip(shapes.ids, painted, strict=True) if p.pattern == "unsure"]
    if unsure:
        rows.append(row(t("of these: class unsure (probability under 80 %)"), "", "unsure", unsure))
    silent = _silent(release, layer, shapes, painted)
    note = " ".join(
        part
        for part in (
            layer.note,
            t.plural(
                "Of {n} classified area it is not published how sure the class is.",
                "Of {n} classified areas it is not published how sure the class is.",
                len(silent),
            )
            if silent
            else "",
        )
        if part
    )
    title = (
        f"{column.label}, {t('in')}\u00a0{column.unit}"
        if column.unit and layer.style != "class"
        else column.label
    )
    key = key_of(frame, shapes)[1] if layer.labels else ()
    words = t("Residents") if people is not None else ""
    return Legend(title, shapes.plural, words, tuple(rows), note, grid, key)


def _silent(release: Release, layer: Layer, shapes: Shapes, painted: Sequence[Painted]) -> tuple[str, ...]:
    """The areas that are classified without it being released how sure their class is."""
    if not layer.probability:
        return ()
    chances = release.column(layer.probability).cells.get(layer.level, {})
    pairs = zip(shapes.ids, painted, strict=True)
    return tuple(k for k, p in pairs if p.group >= 0 and k in chances and chances[k].mark == "withheld")


def people_text(people: Mapping[str, Cell], ids: Iterable[str], t: Texts) -> str:
    """How many people live in some areas; where one number is not shown the sum is not shown either.

    >>> from types import SimpleNamespace as New
    >>> from lebenslagen.texts import texts
    >>> shown, hidden = New(value=Decimal(1200), mark=""), New(value=None, mark="withheld")
    >>> people_text({"a": shown}, ["a"], texts()), people_text({"a": shown, "b": hidden}, ["a", "b"], texts())
    ('1.200', '·')
    """
    cells = [people.get(key) for key in ids]
    hidden = next(
        (
            SIGNS[cell.mark or "missing"] if cell else SIGNS["missing"]
            for cell in cells
            if cell is None or cell.value is None
        ),
        None,
    )
    if hidden:
        return hidden
    return t.number(
        sum((cell.value for cell in cells if cell and isinstance(cell.value, Decimal)), Decimal(0))
    )


def _sentence(
    release: Release,
    layer: Layer,
    classes: Sequence[MapClass],
    painted: Sequence[Painted],
    frame: Frame,
    t: Texts,
) -> str:
    """One sentence of what is to be seen, from the released values alone."""
    column, shapes = release.column(layer.column), frame.levels[layer.level]
    cells = column.cells.get(layer.level, {})
    names = dict(zip(shapes.ids, shapes.names, strict=True))
    shown = [
        (cell.value, names[key])
        for key, cell in cells.items()
        if key in names and isinstance(cell.value, Decimal)
    ]
    if not any(p.group >= 0 for p in painted):
        return t("No value is published for this map.")
    if not shown:
        return _class_sentence(classes, painted, shapes, t)
    low, high = min(v for v, _ in shown), max(v for v, _ in shown)
    if low == high:
        return t(
            "All values shown are {value}.", value=amount_text(low, column.decimals, column.unit, t)
        ) + _town(column, frame, t)
    return t(
        "The lowest value is {low} ({low_names}), the highest {high} ({high_names}).",
        low=amount_text(low, column.decimals, column.unit, t), high=amount_text(high, column.decimals, column.unit, t),
        low_names=names_text([n for v, n in shown if v == low], shapes.plural, t),
        high_names=names_text([n for v, n in shown if v == high], shapes.plural, t),
    ) + _town(column, frame, t)  # fmt: skip


def _town(column: Column, frame: Frame, t: Texts) -> str:
    """What the value is for the whole town, where it is released."""
    town = list(frame.levels.values())[-1]
    cell = (
        column.cells.get(town.level, {}).get(town.ids[0])
        if len(town.ids) == 1 and len(frame.levels) > 1
        else None
    )
    if cell is None or not isinstance(cell.value, Decimal):
        return ""
    return " " + t(
        "{town} as a whole: {value}.",
        town=town.names[0],
        value=amount_text(cell.value, column.decimals, column.unit, t),
    )


def names_text(names: Sequence[str], plural: str, t: Texts) -> str:
    """Up to two names in words, more as a number.

    >>> from lebenslagen.texts import texts
    >>> names_text(["Nord", "Süd"], "Quartiere", texts("en")), names_text(list("abc"), "Quartiere", texts("en"))
    ('Nord and Süd', '3 Quartiere')
    """
    if len(names) > 2:
        return f"{len(names)} {plural}"
    return t("{first} and {second}", first=names[0], second=names[1]) if len(names) == 2 else names[0]


def _class_sentence(classes: Sequence[MapClass], painted: Sequence[Painted], shapes: Shapes, t: Texts) -> str:
    """How many areas are in the most frequent class, and how many in the last one."""
    counts = [sum(p.group == i for p in painted) for i in range(len(classes))]
    total, top = sum(counts), max(range(len(classes)), key=lambda i: counts[i])
    if counts[top] == total:
        return t("All {total} areas shown are in class “{label}”.", total=total, label=classes[top].short)
    first = t(
        "{total} {areas} have a class; the most frequent is “{label}” with {many} of them.",
        total=total, areas=shapes.plural, label=classes[top].short, many=counts[top],
    )  # fmt: skip
    if top == len(classes) - 1:
        return first
    if not counts[-1]:
        none = t("None is in class “{label}”.", label=classes[-1].short)
        return f"{first} {none}"
    last = t.plural(
        "“{label}” is the class of one.",
        "“{label}” is the class of {n}.",
        counts[-1],
        label=classes[-1].short,
    )
    return f"{first} {last}"


def _description(layer: Layer, legend: Legend, sentence: str, t: Texts) -> str:
    classes = "; ".join(f"{row.label}: {row.areas} {legend.areas}" for row in legend.rows)
    return t(
        "Map: {title}. {sentence} Classes: {classes}. All values stand in the table.",
        title=layer.title,
        sentence=sentence,
        classes=classes,
    )


def _table(
    release: Release, layer: Layer, shapes: Shapes, painted: Sequence[Painted], classes: Sequence[MapClass],
    column: Column, t: Texts,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:  # fmt: skip
    """The table twin: area, value, and its class where values have classes."""
    unit = f" ({column.unit})" if column.unit else ""
    cells = column.cells.get(layer.level, {})
    texts = [
        cell_text(cells[key], column.decimals, t) if key in cells else SIGNS["missing"] for key in shapes.ids
    ]
    groups = [classes[p.group].label if p.group >= 0 else p.words for p in painted]
    silent = set(_silent(release, layer, shapes, painted))
    sure = [
        t("unsure") if p.pattern == "unsure" else t("sureness not published") if k in silent else ""
        for k, p in zip(shapes.ids, painted, strict=True)
    ]
    labels = [f"{group} ({note})" if note else group for group, note in zip(groups, sure, strict=True)]
    head = (shapes.plural, column.label + unit, t("Class on the map"))
    return head, tuple(zip(shapes.names, texts, labels, strict=True))


def status_dynamics_map(release: Release, layer: Layer, frame: Frame, t: Texts) -> Figure:
    """Where an area stands and where it moves: combined classes ("3+/-") with a legend of status x dynamics.

    Raises KeyError where the index of the column is not among the methods of the release.

    >>> status_dynamics_map.__name__
    'status_dynamics_map'
    """
    return choropleth(release, replace(layer, style="combined"), frame, t)


def locator(
    frame: Frame, level: str, area: str, t: Texts, *, uid: str = "locator", width: int = 200
) -> Figure:
    """Where an area lies in its town: the town pale, the area dark.

    >>> locator.__name__
    'locator'
    """
    shapes = frame.levels[level]
    place = shapes.ids.index(area)
    ground = next((s for s in (shapes, *frame.coarser(level)) if len(s.ids) <= FEW), shapes)
    pale = "".join(
        d for key, d in zip(ground.ids, ground.paths, strict=True) if ground is not shapes or key != area
    )
    borders = "".join("".join(c.paths) for c in frame.coarser(ground.level)) or frame.outline
    scale = width / frame.width
    x, y = shapes.centres[place]
    ring = f'<circle cx="{num(x)}" cy="{num(y)}" r="30" fill="none" stroke="{INK}" stroke-width="3.5"/>'
    ring = ring if ground is not shapes else ""  # what is a dot on the map would be overlooked
    inner = (
        f'<g transform="scale({scale:.4f})"><g stroke="{PAPER}" stroke-width="1.6" stroke-linejoin="round">'
        f'<path class="f-other" d="{pale}" fill="#dfe2e5"/><path class="f-own" d="{shapes.paths[place]}" fill="{INK}"/>'
        f'</g>{frame.water}<path class="f-border" d="{borders}" fill="none" stroke="#6b7178" stroke-width="2"/>'
        f"{ring}</g>"
    )
    title, height = t("Where {name} lies", name=shapes.names[place]), round(frame.height * scale)
    svg = document(inner, width, height, title, title, uid)
    return Figure(svg, title, title, "", (shapes.plural,), ((shapes.names[place],),), width, height)

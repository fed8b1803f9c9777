"""Legends beside or beneath a map: limits as values, areas and people in each class, a key for numbers."""

from __future__ import annotations

from dataclasses import replace

from lebenslagen.figures.colours import luminance
from lebenslagen.figures.frames import SIDE, Frame, Shapes
from lebenslagen.figures.model import Layer, Legend, LegendRow
from lebenslagen.figures.svg import INK, NORMAL, PAPER, SMALL, SOFT, identifier, rect, text, text_width, wrap
from lebenslagen.texts import Texts

__all__ = ["draw_legend", "key_of"]

ROW, KEYED = 17.0, 40  # units a line; more numbers than this would be a list, not a key


def key_of(frame: Frame, shapes: Shapes) -> tuple[Shapes | None, tuple[tuple[str, str], ...]]:
    """Whose labels a map carries, and the key to its numbers: its own, or those of the first coarser level with room.

    >>> from lebenslagen.figures.labels import Label
    >>> label = Label(1.0, 1.0, ("1",), 11.0, True)
    >>> own = Shapes("q", "Quartiere", ("a",), ("Nord",), ("M0 0z",), (label,), ((1.0, 1.0),), "")
    >>> key_of(Frame(680, 680, 400, {"q": own}, "", "", ""), own)[1]
    (('1', 'Nord'),)
    """
    for source in (shapes, *frame.coarser(shapes.level)):
        key = tuple(
            (label.lines[0], name)
            for label, name in zip(source.labels, source.names, strict=True)
            if label and label.number
        )
        if len(key) <= KEYED and sum(label is not None for label in source.labels) > len(source.ids) * 0.6:
            return (source, key) if len(source.ids) > 1 or source is shapes else (None, ())
    return None, ()


def draw_legend(
    legend: Legend, frame: Frame, shapes: Shapes, layer: Layer, height: float, t: Texts
) -> tuple[str, float]:
    """The legend with the key to the numbers; returns it with the height of the whole figure (units).

    >>> draw_legend.__name__
    'draw_legend'
    """
    x, y, width = (frame.width + 8.0, 6.0, SIDE - 12) if frame.side else (2.0, height + 8, float(frame.total))
    wide = width if frame.side else min(width, 430.0, _needed(legend))
    body, end = (
        _grid(legend, layer.uid, x, y, wide, t) if legend.grid else _rows(legend, layer.uid, x, y, wide)
    )
    _, key = key_of(frame, shapes) if layer.labels else (None, ())
    if frame.side:
        keyed, bottom = _key(key, x, end + 10, width, 1, t)
        return body + keyed, max(height, bottom) + 4
    keyed, bottom = (
        _key(key, x + wide + 24, y, width - wide - 24, 1, t)
        if len(key) <= 8
        else _key(key, x, end + 8, width, 4, t)
    )
    return body + keyed, max(end, bottom) + 4


def _needed(legend: Legend) -> float:
    """The width at which no label of a legend has to be broken; numbers stay near what they count."""
    title = text_width(legend.title, NORMAL, bold=True)
    if legend.grid:
        return 430.0
    heads = text_width(legend.areas, SMALL) + (56 if legend.people else 0)
    return max(title, heads + 52 + max((text_width(row.label, SMALL) for row in legend.rows), default=0.0))


def _rows(legend: Legend, uid: str, x: float, y: float, width: float) -> tuple[str, float]:
    """Title, heads of the two number columns, and one line a class; long labels take several lines."""
    right, middle = x + width, x + width - (56 if legend.people else 0)
    room = middle - 24 - (x + 28)
    out, top = [], y + 11
    for words in wrap(legend.title, width, NORMAL) if legend.title else ():
        out.append(text(x, top, words, size=NORMAL, bold=True))
        top += 15
    out.append(text(middle, top, legend.areas, size=SMALL, anchor="end", ink=SOFT, name="f-soft"))
    if legend.people:
        out.append(text(right, top, legend.people, size=SMALL, anchor="end", ink=SOFT, name="f-soft"))
    top += 5
    for row in legend.rows:
        drawn, top = _row(row, uid, x, top, middle, right, room)
        out.append(drawn)
    for words in wrap(legend.note, width, SMALL) if legend.note else ():
        top += 13
        out.append(text(x, top, words, size=SMALL, ink=SOFT, name="f-soft"))
    return "".join(out), top


def _grid(legend: Legend, uid: str, x: float, y: float, width: float, t: Texts) -> tuple[str, float]:
    """Status downwards, dynamics across, the number of areas in each cell; what has no class follows as rows."""
    status, dynamics = legend.grid or ((), ())
    left = max(text_width(label, SMALL) for label in (*status, t("Status"))) + 10
    cell = min(92.0, (width - left) / len(dynamics))
    out, top = [], y + 11
    for words in wrap(legend.title, width, NORMAL):
        out.append(text(x, top, words, size=NORMAL, bold=True))
        top += 15
    out.append(text(x + left, top, t("Dynamics"), size=SMALL, ink=SOFT, name="f-soft"))
    heads = [wrap(words, cell - 4, SMALL) for words in dynamics]
    top += 14 + 12.5 * (max(map(len, heads)) - 1)
    out.append(text(x, top, t("Status"), size=SMALL, ink=SOFT, name="f-soft"))
    out += [
        text(
            x + left + (j + 0.5) * cell, top - 12.5 * (len(lines) - 1 - k), words, size=SMALL, anchor="middle"
        )
        for j, lines in enumerate(heads)
        for k, words in enumerate(lines)
    ]
    top += 5
    for i, label in enumerate(status):
        out.append(text(x, top + 15, label, size=SMALL))
        for j in range(len(dynamics)):
            row = legend.rows[i * len(dynamics) + j]
            at = x + left + j * cell
            out.append(
                rect(at, top, cell, 21, class_="f-swatch", fill=row.fill, stroke=PAPER, stroke_width=1.0)
            )
            ink = PAPER if luminance(row.fill) < 0.3 else INK
            out.append(
                text(
                    at + cell / 2,
                    top + 15,
                    str(row.areas),
                    size=NORMAL,
                    anchor="middle",
                    ink=ink,
                    bold=True,
                    name="f-on",
                )
            )
        top += 22
    out.append(
        text(
            x,
            top + 12,
            t("Numbers in the cells: {areas}", areas=legend.areas),
            size=SMALL,
            ink=SOFT,
            name="f-soft",
        )
    )
    rest = replace(legend, title="", rows=legend.rows[len(status) * len(dynamics) :], grid=None)
    drawn, end = _rows(rest, uid, x, top + 14, width) if rest.rows else ("", top + 14)
    return "".join(out) + drawn, end


def _row(
    row: LegendRow, uid: str, x: float, top: float, middle: float, right: float, room: float
) -> tuple[str, float]:
    key = identifier(uid)
    fill = f"url(#{key}-{row.pattern}{'1' if row.pattern == 'unsure' else ''})" if row.pattern else row.fill
    lines = wrap(row.label, room, SMALL)
    base = top + 12
    out = [
        rect(
            x,
            top + 3,
            22,
            11,
            class_=f"f-swatch f-{row.pattern}" if row.pattern else "f-swatch",
            fill=fill,
            stroke=INK,
            stroke_width=0.4,
        )
    ]
    out += [text(x + 28, base + i * 12.5, words, size=SMALL) for i, words in enumerate(lines)]
    out.append(text(middle, base, str(row.areas), size=SMALL, anchor="end"))
    if row.people:
        out.append(text(right, base, row.people, size=SMALL, anchor="end"))
    return "".join(out), top + ROW + (len(lines) - 1) * 12.5


def _key(
    key: tuple[tuple[str, str], ...], x: float, y: float, width: float, columns: int, t: Texts
) -> tuple[str, float]:
    """The names behind the numbers, in columns read downwards; long names take further lines."""
    if not key:
        return "", y
    out = [text(x, y + 11, t("Numbers on the map"), size=SMALL, bold=True)]
    each, step, bottom = -(-len(key) // columns), width / columns, y
    for column in range(columns):
        base, left = y + 26, x + column * step
        for number, name in key[column * each : (column + 1) * each]:
            out.append(text(left + 18, base, number, size=SMALL, anchor="end"))
            for words in wrap(name, step - 26, SMALL):
                out.append(text(left + 24, base, words, size=SMALL))
                base += 13
            base += 1
        bottom = max(bottom, base - 8)
    return "".join(out), bottom

"""Where one area stands among all: a strip of pale dots, the area dark, the mean named."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from lebenslagen.figures.axes import Scale, scale_for
from lebenslagen.figures.bars import beside_mean, shown_text
from lebenslagen.figures.model import Figure, amount_text
from lebenslagen.figures.svg import INK, PAPER, SMALL, SOFT, document, line, num, text, text_width
from lebenslagen.texts import MARKS, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell

__all__ = ["Strip", "dot_strip", "strip"]

DOT, GRID = "#aab1b9", "#e3e6e9"
MANY = 100


@dataclass(frozen=True)
class Strip:
    """All areas on one line, drawn once and used by every page: the pale dots, the scale, the town's mean.

    >>> Strip("Quote", {}, None, "Stadt", "%", 1, 330, Scale(0, 1, 0, 1, (), 0), "").dots
    ''
    """

    title: str
    cells: Mapping[str, Cell]
    mean: Cell | None
    mean_label: str
    unit: str
    decimals: int
    width: int
    scale: Scale
    dots: str

    @cached_property
    def ends(self) -> tuple[Decimal, Decimal] | None:
        """The lowest and the highest value shown."""
        values = [c.value for c in self.cells.values() if isinstance(c.value, Decimal)]
        return (min(values), max(values)) if values else None


def strip(
    title: str,
    cells: Mapping[str, Cell],
    mean: Cell | None,
    *,
    mean_label: str,
    unit: str = "%",
    decimals: int = 1,
    width: int = 330,
) -> Strip:
    """The position strip of one column: call it once, then `dot_strip` for each area.

    >>> from lebenslagen.disclosure import Cell
    >>> strip("Quote", {"a": Cell(Decimal(1)), "b": Cell(Decimal(3))}, None, mean_label="Stadt").scale.low
    1.0
    """
    values = [c.value for c in cells.values() if isinstance(c.value, Decimal)]
    known = [*values, *([mean.value] if mean and isinstance(mean.value, Decimal) else [])]
    scale = scale_for(known, 8.0, width - 8.0, tight=True) if known else Scale(0, 1, 8.0, width - 8.0, (), 0)
    if known and min(known) < max(known):
        scale = Scale(float(min(known)), float(max(known)), 8.0, width - 8.0, (), decimals)
    return Strip(
        title, cells, mean, mean_label, unit, decimals, width, scale, _dots([scale(v) for v in values])
    )


def _dots(places: Sequence[float]) -> str:
    """One dot a place; hundreds of them as one path of points with round ends, which is a tenth of the size."""
    if len(places) <= MANY:
        each = "".join(f'<circle cx="{num(x)}" cy="24" r="3.2"/>' for x in sorted(places))
        return f'<g fill="{DOT}" fill-opacity="0.75" stroke="{PAPER}" stroke-width="0.5">{each}</g>'
    points = "".join(f"M{x} 24h.01" for x in sorted({round(x) for x in places}))
    pen = f'stroke="{DOT}" stroke-opacity="0.75" stroke-width="6" stroke-linecap="round"'
    return f'<path d="{points}" fill="none" {pen}/>'


def dot_strip(base: Strip, area: str, label: str, t: Texts, *, uid: str = "strip") -> Figure:
    """Where one area stands among all: all others pale, the area dark with its value, the town's mean named.

    >>> from lebenslagen.disclosure import Cell
    >>> from lebenslagen.texts import texts
    >>> base = strip("Quote", {"a": Cell(Decimal(1)), "b": Cell(Decimal(3))}, Cell(Decimal(2)), mean_label="Stadt")
    >>> dot_strip(base, "b", "Süd", texts("en")).rows[0]
    ('Süd', '3.0')
    """
    cell = base.cells.get(area)
    value = cell.value if cell and isinstance(cell.value, Decimal) else None
    out = [line(8, 24, base.width - 8, 24, class_="f-grid", stroke=GRID, stroke_width=1.0)]
    out.append(f'<g class="f-dots">{base.dots}</g>')
    out.append(_strip_mean(base, t) + _strip_ends(base, t))
    if value is not None:
        at = base.scale(value)
        out.append(
            f'<circle class="f-own" cx="{num(at)}" cy="24" r="5.6" fill="{INK}" stroke="{PAPER}" stroke-width="1.4"/>'
        )
        out.append(_clamped(at, 12, amount_text(value, base.decimals, base.unit, t), base.width, bold=True))
    else:
        mark = cell.mark if cell and cell.mark else "missing"
        out.append(text(8, 12, t(MARKS[mark]), size=SMALL, ink=SOFT, name="f-soft"))
    sentence = _strip_sentence(base, cell, label, t)
    description = t("Position among all areas: {title}. {sentence}", title=base.title, sentence=sentence)
    svg = document("".join(out), base.width, 48, base.title, description, uid)
    return Figure(
        svg,
        base.title,
        description,
        sentence,
        ("", base.title),
        _strip_rows(base, cell, label, t),
        base.width,
        48,
    )


def _clamped(at: float, y: float, words: str, width: float, *, bold: bool = False) -> str:
    half = text_width(words, SMALL, bold) / 2
    return text(min(max(at, half), width - half), y, words, size=SMALL, anchor="middle", bold=bold)


def _strip_mean(base: Strip, t: Texts) -> str:
    if base.mean is None or not isinstance(base.mean.value, Decimal):
        return ""
    at = base.scale(base.mean.value)
    words = f"{base.mean_label} {t.number(base.mean.value, base.decimals)}"
    return line(at, 15, at, 33, class_="f-rule", stroke=INK, stroke_width=1.2) + _clamped(
        at, 44, words, base.width
    )


def _strip_ends(base: Strip, t: Texts) -> str:
    """Lowest and highest value under the ends, unless the mean stands there."""
    if base.ends is None:
        return ""
    mean = base.scale(base.mean.value) if base.mean and isinstance(base.mean.value, Decimal) else None
    wide = (
        text_width(f"{base.mean_label} {t.number(base.mean.value, base.decimals)}", SMALL)
        if mean is not None and base.mean and isinstance(base.mean.value, Decimal)
        else 0
    )
    low, high = (t.number(value, base.decimals) for value in base.ends)
    centre = min(max(mean, wide / 2), base.width - wide / 2) if mean is not None else base.width / 2
    out = (
        text(0, 44, low, size=SMALL, ink=SOFT, name="f-soft")
        if centre - wide / 2 > text_width(low, SMALL) + 8
        else ""
    )
    fits = centre + wide / 2 < base.width - text_width(high, SMALL) - 8
    return out + (
        text(base.width, 44, high, size=SMALL, anchor="end", ink=SOFT, name="f-soft") if fits else ""
    )


def _strip_sentence(base: Strip, cell: Cell | None, label: str, t: Texts) -> str:
    """The value beside the mean; where there is none, why: withheld and missing are two things."""
    value = cell.value if cell else None
    if not isinstance(value, Decimal):
        mark = cell.mark if cell and cell.mark else "missing"
        return t("{label}: {reason}.", label=label, reason=t(MARKS[mark]))
    mean = base.mean.value if base.mean and isinstance(base.mean.value, Decimal) else None
    return beside_mean(label, value, base.mean_label, mean, base.decimals, base.unit, t)


def _strip_rows(base: Strip, cell: Cell | None, label: str, t: Texts) -> tuple[tuple[str, str], ...]:
    rows = [
        (label, shown_text(cell, base.decimals, t)),
        (base.mean_label, shown_text(base.mean, base.decimals, t)),
    ]
    if base.ends is not None:
        rows.append((t("lowest value shown"), t.number(base.ends[0], base.decimals)))
        rows.append((t("highest value shown"), t.number(base.ends[1], base.decimals)))
    return tuple(rows)

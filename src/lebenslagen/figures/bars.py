"""Bars from zero, and contributions to both sides of it that add up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.axes import Scale, scale_for
from lebenslagen.figures.model import MARK_LABELS, Figure, amount_text, cell_text
from lebenslagen.figures.svg import INK, PAPER, SMALL, SOFT, document, line, rect, text, text_width, wrap
from lebenslagen.texts import SIGNS, Texts, round_half_up

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell

__all__ = ["Bar", "Bars", "bars", "beside_mean", "contributions", "shown_text"]

PALE = "#b9c0c8"
MORE, LESS = "#b35806", "#5e3c99"  # the ends of PuOr: burden and relief
ROW = 18.0


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its cell, whether it is the one the page is about, and the group it stands in.

    >>> Bar("Nord", None).own
    False
    """

    label: str
    cell: Cell | None
    own: bool = False
    group: str = ""


@dataclass(frozen=True)
class Bars:
    """What a bar chart shows, in the order given; `mean` is drawn as a thin line with its name.

    >>> Bars("Quote", ()).unit
    '%'
    """

    title: str
    bars: tuple[Bar, ...]
    unit: str = "%"
    decimals: int = 1
    mean: Cell | None = None
    mean_label: str = ""
    label_head: str = ""
    width: int = 680
    uid: str = "bars"


def bars(chart: Bars, t: Texts) -> Figure:
    """Horizontal bars from zero with their values; what has no value shows its sign.

    >>> from lebenslagen.disclosure import Cell
    >>> from lebenslagen.texts import texts
    >>> bars(Bars("Quote", (Bar("Nord", Cell(Decimal(10))),)), texts("en")).rows
    (('Nord', '10.0'),)
    """
    values = [b.cell.value for b in chart.bars if b.cell and isinstance(b.cell.value, Decimal)]
    mean = chart.mean.value if chart.mean and isinstance(chart.mean.value, Decimal) else None
    left = min(
        max((text_width(b.label, SMALL, bold=b.own) for b in chart.bars), default=0.0) + 10,
        chart.width * 0.42,
    )
    room = max((text_width(t.number(v, chart.decimals), SMALL) for v in values), default=20.0) + 8
    low_room = room if values and min(values) < 0 else 0.0
    x = scale_for(
        [*values, *([mean] if mean is not None else [])],
        left + low_room,
        chart.width - room,
        zero=True,
        tight=True,
    )
    top = 20.0 if mean is not None else 4.0
    out, y = [], top
    for i, bar in enumerate(chart.bars):
        if bar.group and (i == 0 or chart.bars[i - 1].group != bar.group):
            out.append(text(0, y + 15, bar.group, size=SMALL, bold=True))
            y += ROW + 2
        drawn, y = _bar(bar, x, y, left, chart.decimals, t)
        out.append(drawn)
    base = x(0)
    out.append(line(base, top, base, y, class_="f-rule", stroke=INK, stroke_width=0.9))
    out.append(_mean_line(mean, chart, x, y, t) if mean is not None else "")
    sentence = _extremes(chart, t)
    description = t(
        "Bar chart: {title}. {sentence} All values stand in the table.", title=chart.title, sentence=sentence
    )
    height = round(y + 6)
    head = (chart.label_head or t("Area"), chart.title + (f" ({chart.unit})" if chart.unit else ""))
    rows = tuple((b.label, shown_text(b.cell, chart.decimals, t)) for b in chart.bars)
    svg = document("".join(out), chart.width, height, chart.title, description, chart.uid)
    return Figure(svg, chart.title, description, sentence, head, rows, chart.width, height)


def _bar(bar: Bar, x: Scale, y: float, left: float, decimals: int, t: Texts) -> tuple[str, float]:
    out, middle, end_of_row = _row_name(bar.label, y, left, ROW, bold=bar.own)
    name, fill = ("f-own", INK) if bar.own else ("f-other", PALE)
    value = bar.cell.value if bar.cell else None
    said = shown_text(bar.cell, decimals, t)
    if isinstance(value, Decimal):
        start, end = sorted((x(0), x(value)))
        out.append(rect(start, middle - 5.5, end - start, 11, class_=name, fill=fill))
        out.append(_beside(x(value), middle, said, value < 0, bold=bar.own))
    else:
        out.append(_absent(bar.cell.mark if bar.cell else "", x, middle, t))
    return "".join(out), end_of_row


def _row_name(
    label: str, y: float, left: float, least: float, *, bold: bool
) -> tuple[list[str], float, float]:
    """The name left of a bar, in as many lines as it needs; the middle of its row, and where the row ends."""
    words = wrap(label, left - 8, SMALL)
    high = least + 12.5 * (len(words) - 1)
    middle = y + high / 2
    first = middle + 4 - 12.5 * (len(words) - 1) / 2
    drawn = [
        text(left - 8, first + 12.5 * i, part, size=SMALL, anchor="end", bold=bold)
        for i, part in enumerate(words)
    ]
    return drawn, middle, y + high


def _absent(mark: str, x: Scale, middle: float, t: Texts) -> str:
    """Why there is no bar, in words where it would begin."""
    return text(x(0) + 6, middle + 4, t(MARK_LABELS[mark or "missing"]), size=SMALL, ink=SOFT, name="f-soft")


def _beside(at: float, middle: float, words: str, left: bool, *, bold: bool) -> str:
    return text(
        at - 5 if left else at + 5,
        middle + 4,
        words,
        size=SMALL,
        anchor="end" if left else "start",
        bold=bold,
        halo=2.0,
    )


def _mean_line(mean: Decimal, chart: Bars, x: Scale, bottom: float, t: Texts) -> str:
    at = x(mean)
    words = f"{chart.mean_label} {t.number(mean, chart.decimals)}".strip()
    half = text_width(words, SMALL) / 2
    centre = min(max(at, half), chart.width - half)
    under = line(at, 15, at, bottom, class_="f-halo-line", stroke=PAPER, stroke_width=2.6)
    return (
        under
        + line(at, 15, at, bottom, class_="f-rule", stroke=INK, stroke_width=1.0)
        + text(centre, 11, words, size=SMALL, anchor="middle")
    )


def shown_text(cell: Cell | None, decimals: int, t: Texts) -> str:
    """A cell as printed; one that is not there at all is missing.

    >>> from lebenslagen.texts import texts
    >>> shown_text(None, 1, texts("en"))
    '…'
    """
    return SIGNS["missing"] if cell is None else cell_text(cell, decimals, t)


def _extremes(chart: Bars, t: Texts) -> str:
    """The page's own bar beside the mean, or else the highest and the lowest."""
    known = [
        (b.cell.value, b.label, b.own) for b in chart.bars if b.cell and isinstance(b.cell.value, Decimal)
    ]
    if not known:
        return t("No value is published for this chart.")
    own = next(((value, label) for value, label, own in known if own), None)
    mean = chart.mean.value if chart.mean and isinstance(chart.mean.value, Decimal) else None
    if own:
        return beside_mean(own[1], own[0], chart.mean_label, mean, chart.decimals, chart.unit, t)
    low, high = min(known, key=lambda k: k[0]), max(known, key=lambda k: k[0])
    return t(
        "Highest: {high} ({high_label}); lowest: {low} ({low_label}).",
        high=amount_text(high[0], chart.decimals, chart.unit, t), high_label=high[1],
        low=amount_text(low[0], chart.decimals, chart.unit, t), low_label=low[1],
    )  # fmt: skip


def beside_mean(
    label: str, value: Decimal, town: str, mean: Decimal | None, decimals: int, unit: str, t: Texts
) -> str:
    """One value beside the town's, in a sentence.

    >>> from lebenslagen.texts import texts
    >>> beside_mean("Nord", Decimal(5), "Stadt", Decimal(4), 0, "%", texts("en"))
    'Nord: 5\\xa0%; Stadt: 4\\xa0%.'
    """
    own = amount_text(value, decimals, unit, t)
    if mean is None:
        return t("{label}: {value}.", label=label, value=own)
    return t(
        "{label}: {value}; {town}: {mean}.",
        label=label,
        value=own,
        town=town,
        mean=amount_text(mean, decimals, unit, t),
    )


def contributions(
    title: str, parts: Sequence[tuple[str, Cell]], total: Cell, t: Texts, *, total_label: str, favourable: bool = False,
    decimals: int = 2, width: int = 480, uid: str = "contributions",
) -> Figure:  # fmt: skip
    """How the indicators add up to the score: bars to both sides of zero, the sum last.

    `favourable`: a positive value is more favourable (the town's orientation); otherwise it is more burden.

    >>> from lebenslagen.disclosure import Cell
    >>> from lebenslagen.texts import texts
    >>> parts = [("A", Cell(Decimal("0.20"))), ("B", Cell(Decimal("-0.50")))]
    >>> contributions("Beiträge", parts, Cell(Decimal("-0.30")), texts("en"), total_label="Index").rows[-1]
    ('Index', '−0.30')
    """
    entries = [*parts, (total_label, total)]
    values = [c.value for _, c in entries if isinstance(c.value, Decimal)]
    room = max((text_width(t.number(v, decimals), SMALL, bold=True) for v in values), default=20.0) + 9
    left = min(max(text_width(label, SMALL, bold=True) for label, _ in entries) + 10, width * 0.45)
    x = scale_for([*values, 0], left + room, width - room, zero=True, tight=True)
    out, y = [_sides(x, left, width, favourable, t)], 20.0
    for i, (label, cell) in enumerate(entries):
        last = i == len(entries) - 1
        if last:
            out.append(line(0, y + 3, width, y + 3, class_="f-rule", stroke=INK, stroke_width=0.8))
            y += 6
        drawn, y = _part(label, cell, x, y, left, decimals, favourable, t, last=last)
        out.append(drawn)
    out.append(line(x(0), 18, x(0), y, class_="f-rule", stroke=INK, stroke_width=0.9))
    note = _rounding_note(parts, total, decimals, t)
    for words in wrap(note, width, SMALL) if note else ():
        y += 14
        out.append(text(0, y, words, size=SMALL, ink=SOFT, name="f-soft"))
    sentence = _contribution_sentence(parts, total, total_label, decimals, favourable, t)
    description = t(
        "Bars to both sides of zero: {title}. {sentence} All values stand in the table.",
        title=title,
        sentence=sentence,
    )
    rows = tuple((label, cell_text(cell, decimals, t)) for label, cell in entries)
    svg = document("".join(out), width, round(y + 6), title, description, uid)
    return Figure(svg, title, description, sentence, (t("Part"), title), rows, width, round(y + 6))


def _sides(x: Scale, left: float, width: float, favourable: bool, t: Texts) -> str:
    """What left and right of zero mean, in words."""
    low = t("lowers the index value (higher risk of poverty)") if favourable else t("lowers the index value")
    high = t("raises the index value") if favourable else t("raises the index value (higher risk of poverty)")
    inks = (MORE, LESS) if favourable else (LESS, MORE)
    at = x(0)
    ends = (max(at - 6, text_width(low, SMALL) + 2), min(at + 6, width - text_width(high, SMALL) - 2))
    if ends[0] > ends[1] - 4:
        ends = (ends[0], ends[0] + 12) if at < width / 2 else (ends[1] - 12, ends[1])
    return text(ends[0], 11, low, size=SMALL, anchor="end", ink=inks[0]) + text(
        ends[1], 11, high, size=SMALL, ink=inks[1]
    )


def _part(
    label: str,
    cell: Cell,
    x: Scale,
    y: float,
    left: float,
    decimals: int,
    favourable: bool,
    t: Texts,
    *,
    last: bool,
) -> tuple[str, float]:
    out, middle, end_of_row = _row_name(label, y, left, ROW + 2, bold=last)
    said = cell_text(cell, decimals, t)
    if isinstance(cell.value, Decimal):
        start, end = sorted((x(0), x(cell.value)))
        burden = (cell.value < 0) == favourable
        fill = INK if last else MORE if burden else LESS
        out.append(
            rect(
                start,
                middle - 6,
                end - start,
                12,
                class_="f-own" if last else f"f-{'more' if burden else 'less'}",
                fill=fill,
            )
        )
        out.append(_beside(x(cell.value), middle, said, cell.value < 0, bold=last))
    else:
        out.append(_absent(cell.mark, x, middle, t))
    return "".join(out), end_of_row


def _rounding_note(parts: Sequence[tuple[str, Cell]], total: Cell, decimals: int, t: Texts) -> str:
    values = [c.value for _, c in parts]
    known = [v for v in values if isinstance(v, Decimal)]
    if len(known) < len(values) or not isinstance(total.value, Decimal):
        return ""
    printed = sum((round_half_up(v, decimals) for v in known), Decimal(0))
    return (
        ""
        if printed == round_half_up(total.value, decimals)
        else t("Differences in the sum come from rounding.")
    )


def _contribution_sentence(
    parts: Sequence[tuple[str, Cell]],
    total: Cell,
    total_label: str,
    decimals: int,
    favourable: bool,
    t: Texts,
) -> str:
    known = [(c.value, label) for label, c in parts if isinstance(c.value, Decimal)]
    if not known:
        return t("No value is published for this chart.")
    value, label = max(known, key=lambda k: abs(k[0]))
    if not isinstance(total.value, Decimal):
        hidden = [total_label, *(label for label, c in parts if not isinstance(c.value, Decimal))]
        return t(
            "Not published: {hidden}. The largest published contribution comes from {label} ({value}).",
            hidden=", ".join(hidden), label=label, value=t.number(value, decimals),
        )  # fmt: skip
    words = t("{label}: {value}.", label=total_label, value=t.number(total.value, decimals))
    largest = t(
        "The largest contribution comes from {label} ({value}).", label=label, value=t.number(value, decimals)
    )
    return f"{words} {largest}"

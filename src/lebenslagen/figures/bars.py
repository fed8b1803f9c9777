"""Bars from zero, position strips, contributions that add up, population pyramids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.axes import Scale, scale_for
from lebenslagen.figures.model import MARK_LABELS, Figure, amount_text, cell_text
from lebenslagen.figures.svg import INK, PAPER, SMALL, SOFT, document, line, num, rect, text, text_width, wrap
from lebenslagen.texts import MARKS, SIGNS, Texts, round_half_up

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell

__all__ = ["Bar", "Bars", "Pyramid", "Strip", "bars", "contributions", "dot_strip", "pyramid", "strip"]

PALE, DOT, GRID = "#b9c0c8", "#aab1b9", "#e3e6e9"
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
    rows = tuple((b.label, _text(b.cell, chart.decimals, t)) for b in chart.bars)
    svg = document("".join(out), chart.width, height, chart.title, description, chart.uid)
    return Figure(svg, chart.title, description, sentence, head, rows, chart.width, height)


def _bar(bar: Bar, x: Scale, y: float, left: float, decimals: int, t: Texts) -> tuple[str, float]:
    words = wrap(bar.label, left - 8, SMALL)
    high = ROW + 12.5 * (len(words) - 1)
    middle = y + high / 2
    name, fill = ("f-own", INK) if bar.own else ("f-other", PALE)
    out = [
        text(
            left - 8,
            middle + 4 + 12.5 * (i - (len(words) - 1) / 2),
            part,
            size=SMALL,
            anchor="end",
            bold=bar.own,
        )
        for i, part in enumerate(words)
    ]
    value = bar.cell.value if bar.cell else None
    said = _text(bar.cell, decimals, t)
    if isinstance(value, Decimal):
        start, end = sorted((x(0), x(value)))
        out.append(rect(start, middle - 5.5, end - start, 11, class_=name, fill=fill))
        out.append(_beside(x(value), middle, said, value < 0, bold=bar.own))
    else:
        mark = MARK_LABELS[(bar.cell.mark if bar.cell else "") or "missing"]
        out.append(text(x(0) + 6, middle + 4, t(mark), size=SMALL, ink=SOFT, name="f-soft"))
    return "".join(out), y + high


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


def _text(cell: Cell | None, decimals: int, t: Texts) -> str:
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
        return _beside_mean(own[1], own[0], chart.mean_label, mean, chart.decimals, chart.unit, t)
    low, high = min(known, key=lambda k: k[0]), max(known, key=lambda k: k[0])
    return t(
        "Highest: {high} ({high_label}); lowest: {low} ({low_label}).",
        high=amount_text(high[0], chart.decimals, chart.unit, t), high_label=high[1],
        low=amount_text(low[0], chart.decimals, chart.unit, t), low_label=low[1],
    )  # fmt: skip


def _beside_mean(
    label: str, value: Decimal, town: str, mean: Decimal | None, decimals: int, unit: str, t: Texts
) -> str:
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
    places = sorted({num(scale(v)) for v in values}, key=float)
    dots = "".join(f'<circle cx="{place}" cy="24" r="3.2"/>' for place in places)
    return Strip(title, cells, mean, mean_label, unit, decimals, width, scale, dots)


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
    out.append(
        f'<g class="f-other" fill="{DOT}" fill-opacity="0.75" stroke="{PAPER}" stroke-width="0.5">{base.dots}</g>'
    )
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
    sentence = _strip_sentence(base, value, label, t)
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
    values = [c.value for c in base.cells.values() if isinstance(c.value, Decimal)]
    if not values:
        return ""
    mean = base.scale(base.mean.value) if base.mean and isinstance(base.mean.value, Decimal) else None
    wide = (
        text_width(f"{base.mean_label} {t.number(base.mean.value, base.decimals)}", SMALL)
        if mean is not None and base.mean and isinstance(base.mean.value, Decimal)
        else 0
    )
    low, high = (t.number(v, base.decimals) for v in (min(values), max(values)))
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


def _strip_sentence(base: Strip, value: Decimal | None, label: str, t: Texts) -> str:
    if value is None:
        return t("{label}: no value is published.", label=label)
    mean = base.mean.value if base.mean and isinstance(base.mean.value, Decimal) else None
    return _beside_mean(label, value, base.mean_label, mean, base.decimals, base.unit, t)


def _strip_rows(base: Strip, cell: Cell | None, label: str, t: Texts) -> tuple[tuple[str, str], ...]:
    values = [c.value for c in base.cells.values() if isinstance(c.value, Decimal)]
    rows = [(label, _text(cell, base.decimals, t)), (base.mean_label, _text(base.mean, base.decimals, t))]
    if values:
        rows.append((t("lowest value shown"), t.number(min(values), base.decimals)))
        rows.append((t("highest value shown"), t.number(max(values), base.decimals)))
    return tuple(rows)


def contributions(
    title: str, parts: Sequence[tuple[str, Cell]], total: Cell, t: Texts, *, total_label: str, favourable: bool = False, decimals: int = 2,
    width: int = 480, uid: str = "contributions",
) -> Figure:  # fmt: skip
    """How the indicators add up to the score: bars to both sides of zero, the sum last.

    `favourable`: a positive value is more favourable (the town's orientation); otherwise it is more burden.

    >>> from lebenslagen.disclosure import Cell
    >>> from lebenslagen.texts import texts
    >>> contributions("Beiträge", [("A", Cell(Decimal("0.20"))), ("B", Cell(Decimal("-0.50")))], Cell(Decimal("-0.30")), texts("en"), total_label="Index").rows[-1]
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
    low, high = (t("more burden"), t("less burden")) if favourable else (t("less burden"), t("more burden"))
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
    words = wrap(label, left - 8, SMALL)
    high = ROW + 2 + 12.5 * (len(words) - 1)
    middle = y + high / 2
    out = [
        text(
            left - 8,
            middle + 4 + 12.5 * (i - (len(words) - 1) / 2),
            part,
            size=SMALL,
            anchor="end",
            bold=last,
        )
        for i, part in enumerate(words)
    ]
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
        out.append(text(x(0) + 6, middle + 4, said, size=SMALL, ink=SOFT, name="f-soft"))
    return "".join(out), y + high


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
    if not known or not isinstance(total.value, Decimal):
        return t("No value is published for this chart.")
    value, label = max(known, key=lambda k: abs(k[0]))
    words = t("{label}: {value}.", label=total_label, value=t.number(total.value, decimals))
    largest = t(
        "The largest contribution comes from {label} ({value}).", label=label, value=t.number(value, decimals)
    )
    return f"{words} {largest}"


@dataclass(frozen=True)
class Pyramid:
    """A population by age: `left` and `right` are counts by age group (youngest first), `right` empty for one side only.

    `town_left`, `town_right` and the totals give the outline of the town to compare with. Totals are released cells
    themselves: where one group is withheld, a sum of the others would not be the whole.

    >>> Pyramid("Alter", ("0 bis 5",), (), ()).left_label
    ''
    """

    title: str
    groups: tuple[str, ...]
    left: tuple[Cell, ...]
    right: tuple[Cell, ...]
    total: Cell | None = None
    town_left: tuple[Cell, ...] = ()
    town_right: tuple[Cell, ...] = ()
    town_total: Cell | None = None
    left_label: str = ""
    right_label: str = ""
    label: str = ""
    town_label: str = ""
    width: int = 330
    uid: str = "pyramid"


def pyramid(chart: Pyramid, t: Texts) -> Figure:
    """Shares of age groups in percent of all residents, youngest at the bottom, the town as a stepped line around.

    >>> from lebenslagen.disclosure import Cell
    >>> from lebenslagen.texts import texts
    >>> some = (Cell(Decimal(30)), Cell(Decimal(20)))
    >>> pyramid(Pyramid("Age", ("0-17", "18+"), some, some, Cell(Decimal(100)), label="Nord"), texts("en")).rows
    (('18+', '20.0', '20.0'), ('0-17', '30.0', '30.0'))
    """
    own = [_shares(side, chart.total) for side in (chart.left, chart.right)]
    town = [_shares(side, chart.town_total) for side in (chart.town_left, chart.town_right)]
    known = [v for side in (*own, *town) for v in side if v is not None]
    label_room = max((text_width(g, SMALL) for g in chart.groups), default=20.0) + 12
    row = max(11.5, min(17.0, 230 / max(len(chart.groups), 1)))
    top, bottom = 20.0, 20.0 + row * len(chart.groups)
    scales = _pyramid_scales(known, chart, label_room)
    out = [
        _side(own[i], town[i], scales[i], top, row, (chart.left, chart.right)[i], t)
        for i in range(len(scales))
    ]
    out.append(_pyramid_words(chart, scales, label_room, bottom, row, t))
    has_town = any(v is not None for side in town for v in side)
    height = round(bottom + (34 if has_town else 18))
    out.append(_pyramid_key(chart, height, t) if has_town else "")
    sentence = _pyramid_sentence(chart, own, t)
    description = t(
        "Population by age: {title}. {sentence} All values stand in the table.",
        title=chart.title,
        sentence=sentence,
    )
    svg = document("".join(out), chart.width, height, chart.title, description, chart.uid)
    return Figure(
        svg, chart.title, description, sentence, *_pyramid_table(chart, own, town, t), chart.width, height
    )


def _shares(cells: Sequence[Cell], total: Cell | None) -> list[Decimal | None]:
    """Percent of all residents; None where the group or the whole is not shown."""
    whole = total.value if total and isinstance(total.value, Decimal) and total.value > 0 else None
    return [cell.value / whole * 100 if whole and isinstance(cell.value, Decimal) else None for cell in cells]


def _pyramid_scales(known: Sequence[Decimal], chart: Pyramid, label_room: float) -> list[Scale]:
    if not chart.right:
        return [scale_for([*known, 0], label_room, chart.width - 8.0, zero=True)]
    middle = (chart.width - label_room) / 2
    return [
        scale_for([*known, 0], middle, 6.0, zero=True, steps=2),
        scale_for([*known, 0], middle + label_room, chart.width - 6.0, zero=True, steps=2),
    ]


def _side(
    own: Sequence[Decimal | None],
    town: Sequence[Decimal | None],
    x: Scale,
    top: float,
    row: float,
    cells: Sequence[Cell],
    t: Texts,
) -> str:
    bottom = top + row * len(own)
    out = [
        line(
            x(tick),
            top,
            x(tick),
            bottom,
            class_="f-grid",
            stroke=SOFT if tick == 0 else GRID,
            stroke_width=0.8,
        )
        for tick in x.ticks
    ]
    for i, value in enumerate(own):
        y = bottom - (i + 1) * row
        if value is not None:
            start, end = sorted((x(0), x(value)))
            out.append(rect(start, y + 1, end - start, row - 2, class_="f-bar", fill="#8b95a1"))
        elif cells[i].mark:
            away = 5 if x.end > x.start else -5
            out.append(
                text(
                    x(0) + away,
                    y + row / 2 + 4,
                    cell_text(cells[i], 1, t),
                    size=15,
                    ink=SOFT,
                    anchor="start" if away > 0 else "end",
                    name="f-soft",
                )
            )
    return "".join(out) + _steps(town, x, bottom, row)


def _steps(town: Sequence[Decimal | None], x: Scale, bottom: float, row: float) -> str:
    """The town as a stepped line, with gaps where nothing is shown."""
    d, last = "", None
    for i, value in enumerate(town):
        low, high = bottom - i * row, bottom - (i + 1) * row
        if value is not None:
            d += f"{'L' if last is not None else 'M'}{num(x(value))} {num(low)}L{num(x(value))} {num(high)}"
        last = value
    return f'<path class="f-rule" d="{d}" fill="none" stroke="{INK}" stroke-width="1.3"/>' if d else ""


def _pyramid_words(
    chart: Pyramid, scales: Sequence[Scale], label_room: float, bottom: float, row: float, t: Texts
) -> str:
    at = scales[0].start + label_room / 2 if chart.right else label_room - 8
    anchor = "middle" if chart.right else "end"
    out = [
        text(at, bottom - (i + 0.5) * row + 4, g, size=SMALL, anchor=anchor)
        for i, g in enumerate(chart.groups)
    ]
    for scale, words in zip(scales, (chart.left_label, chart.right_label), strict=False):
        inward = scale.end < scale.start
        out.append(text(scale.start, 12, words, size=SMALL, anchor="end" if inward else "start", bold=True))
        for tick in scale.ticks[:: max(1, len(scale.ticks) // 3)]:
            out.append(
                text(
                    scale(tick),
                    bottom + 13,
                    t.number(tick, scale.decimals),
                    size=SMALL,
                    anchor="middle",
                    ink=SOFT,
                    name="f-soft",
                )
            )
    return "".join(out) + text(
        chart.width, 12, t("in") + "\u00a0%", size=SMALL, anchor="end", ink=SOFT, name="f-soft"
    )


def _pyramid_key(chart: Pyramid, height: float, t: Texts) -> str:
    y, x = height - 4.0, 26 + text_width(chart.label, SMALL) + 18
    return (
        rect(0, y - 9, 20, 9, class_="f-bar", fill="#8b95a1") + text(26, y, chart.label, size=SMALL)
        + line(x, y - 4, x + 20, y - 4, class_="f-rule", stroke=INK, stroke_width=1.3) + text(x + 26, y, chart.town_label, size=SMALL)
    )  # fmt: skip


def _pyramid_sentence(chart: Pyramid, own: Sequence[Sequence[Decimal | None]], t: Texts) -> str:
    known = [(v, g) for side in own for v, g in zip(side, chart.groups, strict=False) if v is not None]
    if not known:
        return t("No value is published for this chart.")
    sums: dict[str, Decimal] = {}
    for value, group in known:
        sums[group] = sums.get(group, Decimal(0)) + value
    group = max(sums, key=lambda g: sums[g])
    return t(
        "The largest age group is {group} with {value} of all residents.",
        group=group,
        value=amount_text(sums[group], 1, "%", t),
    )


def _pyramid_table(
    chart: Pyramid,
    own: Sequence[Sequence[Decimal | None]],
    town: Sequence[Sequence[Decimal | None]],
    t: Texts,
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    names = [(chart.label, side) for side in (chart.left_label, chart.right_label)]
    shown = [
        (*name, values, cells)
        for name, values, cells in zip(names, own, (chart.left, chart.right), strict=True)
        if cells
    ]
    towns = [(chart.town_label, side, values, cells) for side, values, cells in
             zip((chart.left_label, chart.right_label), town, (chart.town_left, chart.town_right), strict=True) if cells]  # fmt: skip
    head = (
        t("Age"),
        *(" ".join(filter(None, (label, side, "(%)"))) for label, side, _, _ in (*shown, *towns)),
    )
    rows = [
        (
            g,
            *(
                t.number(values[i], 1)
                if (v := values[i]) is not None and v is not None
                else cell_text_or(cells[i], t)
                for _, _, values, cells in (*shown, *towns)
            ),
        )
        for i, g in enumerate(chart.groups)
    ]
    return head, tuple(reversed(rows))


def cell_text_or(cell: Cell, t: Texts) -> str:
    """The sign of a group without a share: its own, or that its whole is not there.

    >>> from lebenslagen.disclosure import Cell
    >>> from lebenslagen.texts import texts
    >>> cell_text_or(Cell(None, "withheld"), texts()), cell_text_or(Cell(Decimal(3)), texts())
    ('·', '…')
    """
    return SIGNS[cell.mark or "missing"]

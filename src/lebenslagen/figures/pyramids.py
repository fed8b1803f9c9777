"""Population by age, a quarter as bars and the town as a stepped line around them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.axes import Scale, scale_for
from lebenslagen.figures.model import Figure, amount_text, cell_text, empty
from lebenslagen.figures.svg import INK, SMALL, SOFT, document, line, num, rect, text, text_width
from lebenslagen.texts import SIGNS, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell

__all__ = ["Pyramid", "pyramid"]

BAR, GRID = "#8b95a1", "#e3e6e9"


@dataclass(frozen=True)
class Pyramid:
    """A population by age: `left` and `right` are counts by age group, youngest first; no `right` for one side only.

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
    if not known:
        words = t("No value is published for this chart.")
        return empty(chart.title, words, _pyramid_table(chart, own, town, t), chart.width, chart.uid)
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
        return [scale_for([*known, 0], label_room, chart.width - 16.0, zero=True)]
    middle = (chart.width - label_room) / 2
    return [
        scale_for([*known, 0], middle, 10.0, zero=True, steps=2),
        scale_for([*known, 0], middle + label_room, chart.width - 10.0, zero=True, steps=2),
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
            out.append(rect(start, y + 1, end - start, row - 2, class_="f-bar", fill=BAR))
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
        out += [
            text(
                scale(tick),
                bottom + 13,
                t.number(tick, scale.decimals),
                size=SMALL,
                anchor="middle",
                ink=SOFT,
                name="f-soft",
            )
            for tick in scale.ticks[:: max(1, len(scale.ticks) // 3)]
        ]
    return "".join(out) + text(
        chart.width, 12, t("in") + "\u00a0%", size=SMALL, anchor="end", ink=SOFT, name="f-soft"
    )


def _pyramid_key(chart: Pyramid, height: float, t: Texts) -> str:
    y, x = height - 4.0, 26 + text_width(chart.label, SMALL) + 18
    return (
        rect(0, y - 9, 20, 9, class_="f-bar", fill=BAR) + text(26, y, chart.label, size=SMALL)
        + line(x, y - 4, x + 20, y - 4, class_="f-rule", stroke=INK, stroke_width=1.3)
        + text(x + 26, y, chart.town_label, size=SMALL)
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
    sides = (chart.left_label, chart.right_label)
    columns = [
        (" ".join(filter(None, (label, side, "(%)"))), shares, cells)
        for label, values, counts in (
            (chart.label, own, (chart.left, chart.right)),
            (chart.town_label, town, (chart.town_left, chart.town_right)),
        )
        for side, shares, cells in zip(sides, values, counts, strict=True)
        if cells
    ]
    rows = [
        (g, *(_share_text(shares[i], cells[i], t) for _, shares, cells in columns))
        for i, g in enumerate(chart.groups)
    ]
    return (t("Age"), *(head for head, _, _ in columns)), tuple(reversed(rows))


def _share_text(share: Decimal | None, cell: Cell, t: Texts) -> str:
    """A share as printed; without one its own sign, or that its whole is not there."""
    return SIGNS[cell.mark or "missing"] if share is None else t.number(share, 1)

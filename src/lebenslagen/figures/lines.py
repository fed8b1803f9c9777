"""Time lines: dots only where measured, gaps where not, breaks as dashed verticals with their reason, direct labels."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.axes import Scale, apart, scale_for
from lebenslagen.figures.model import Figure, Moment, Series, amount_text, cell_text, empty
from lebenslagen.figures.svg import (
    INK,
    PAPER,
    SMALL,
    SOFT,
    document,
    line,
    note,
    num,
    rect,
    text,
    text_width,
    wrap,
)
from lebenslagen.texts import SIGNS, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell
    from lebenslagen.indicators import Break

__all__ = ["Lines", "multiples", "time_line"]

GRID, PALE, BAND = "#e3e6e9", "#9aa1a9", "#dfe3e8"
# Six colours that can be told apart by the colour-blind and in grey; further series are grey (look: at most six).
HUES = (INK, "#b35806", "#5e3c99", "#2a788e", "#8c6d1f", "#7a7f86")


@dataclass(frozen=True)
class Lines:
    """What a time line shows: its moments in order, its series, known breaks, unit and decimals, size in units.

    `zero` forces the axis to start at zero; otherwise it does where the values reach below half of their height.

    >>> Lines("Quote", (Moment("2024", "2024", 2024.0),), (), unit="%").decimals
    1
    """

    title: str
    moments: tuple[Moment, ...]
    series: tuple[Series, ...]
    breaks: tuple[Break, ...] = ()
    unit: str = "%"
    decimals: int = 1
    zero: bool = False
    width: int = 680
    height: int = 230
    uid: str = "line"


def time_line(lines: Lines, t: Texts) -> Figure:
    """A line chart of one or several series with its table.

    >>> from types import SimpleNamespace as New
    >>> from lebenslagen.texts import texts
    >>> cells = {"2020": New(value=Decimal("15.2"), mark=""), "2024": New(value=Decimal("16.9"), mark="")}
    >>> moments = (Moment("2020", "2020", 2020.0), Moment("2024", "2024", 2024.0))
    >>> time_line(Lines("Quote", moments, (Series("Stadt", cells),)), texts("en")).rows
    (('2020', '15.2'), ('2024', '16.9'))
    """
    right = _label_room(lines, t)
    values = [v for s in lines.series for v in _values(s)]
    if not values:
        words = t("No value is published for this line.")
        return empty(lines.title, words, _table(lines, t), lines.width, lines.uid)
    y = scale_for(
        values, 0.0, 100.0, zero=lines.zero
    )  # only its ticks are needed to know the room for their labels
    x = _time_scale(lines.moments, _axis_room(y, t), lines.width - right + 6)
    notes = _break_notes(lines, x)
    top = 22.0 + 13 * sum(len(each.words) for each in notes)
    height = max(lines.height, int(top + 120))
    y = scale_for(values, height - 26.0, top, zero=lines.zero)
    body = _grid(y, x, lines.unit, t) + _years(lines.moments, x, height) + _break_lines(notes, height)
    drawn = [_series(series, lines, x, y, _hue(i, lines), height) for i, series in enumerate(lines.series)]
    body += "".join(drawn) + _end_labels(lines, x, y, t)
    sentence = _sentence(lines, t)
    description = t(
        "Line chart: {title}. {sentence} All values stand in the table.", title=lines.title, sentence=sentence
    )
    svg = document(body, lines.width, height, lines.title, description, lines.uid)
    return Figure(svg, lines.title, description, sentence, *_table(lines, t), lines.width, height)


def _hue(i: int, lines: Lines) -> str:
    series = lines.series[i]
    if any(s.own for s in lines.series):
        return INK if series.own else PALE
    return HUES[i] if i < len(HUES) else PALE


def _values(series: Series) -> Iterator[Decimal]:
    yield from (cell.value for cell in series.cells.values() if isinstance(cell.value, Decimal))
    yield from series.low.values()
    yield from series.high.values()


def _axis_room(y: Scale, t: Texts) -> float:
    return 8 + max(text_width(t.number(tick, y.decimals), SMALL) for tick in y.ticks)


def _time_scale(moments: Sequence[Moment], start: float, end: float) -> Scale:
    low, high = moments[0].at, moments[-1].at
    return (
        Scale(low, high, start + 8, end - 10, (), 0)
        if high > low
        else Scale(low - 1, low + 1, start + 8, end - 10, (), 0)
    )


def _grid(y: Scale, x: Scale, unit: str, t: Texts) -> str:
    out = [text(0, y.end - 9, f"{t('in')}\u00a0{unit}", size=SMALL, ink=SOFT, name="f-soft")] if unit else []
    for tick in y.ticks:
        heavy = tick == 0
        out.append(
            line(
                x.start - 8,
                y(tick),
                x.end + 8,
                y(tick),
                class_="f-grid",
                stroke=SOFT if heavy else GRID,
                stroke_width=0.8,
            )
        )
        out.append(
            text(
                x.start - 12,
                y(tick) + 4,
                t.number(tick, y.decimals),
                size=SMALL,
                anchor="end",
                ink=SOFT,
                name="f-soft",
            )
        )
    return "".join(out)


def _years(moments: Sequence[Moment], x: Scale, height: float) -> str:
    """Labels under the axis, as many as have room; the last one always."""
    out, free = [], float("inf")
    for moment in reversed(moments):
        half = text_width(moment.label, SMALL) / 2
        if x(moment.at) + half + 6 <= free:
            out.append(
                text(
                    x(moment.at),
                    height - 8,
                    moment.label,
                    size=SMALL,
                    anchor="middle",
                    ink=SOFT,
                    name="f-soft",
                )
            )
            free = x(moment.at) - half
    return "".join(reversed(out))


@dataclass(frozen=True)
class _Note:
    """A break: its place (units), its reason in lines, on which side of it they stand, how many lines are above."""

    at: float
    words: list[str]
    left: bool
    above: int


def _known_breaks(lines: Lines) -> list[tuple[float, str]]:
    """Place in time and reason of each break that falls between two moments of the chart."""
    keys = [moment.key for moment in lines.moments]
    known = [b for b in lines.breaks if b.period in keys and keys.index(b.period) > 0]
    ends = [
        (lines.moments[keys.index(b.period) - 1].at, lines.moments[keys.index(b.period)].at) for b in known
    ]
    return [((before + after) / 2, b.reason) for (before, after), b in zip(ends, known, strict=True)]


def _break_notes(lines: Lines, x: Scale) -> list[_Note]:
    """The reasons wrapped on the wider side of their line, one below the other."""
    notes, above = [], 0
    for at, reason in _known_breaks(lines):
        place = x(at)
        left = place > lines.width - place
        words = wrap(reason, min(max(place, lines.width - place) - 10, 330.0), SMALL)
        notes.append(_Note(place, words, left, above))
        above += len(words)
    return notes


def _break_lines(notes: Sequence[_Note], height: float) -> str:
    out = []
    for each in notes:
        x, anchor = (each.at - 5, "end") if each.left else (each.at + 5, "start")
        first = 10 + 13 * each.above
        for i, part in enumerate(each.words):
            wide = text_width(part, SMALL) + 4
            ground = x + 2 - wide if each.left else x - 2
            # No dashes of an earlier break run through the words of a later one.
            out.append(rect(ground, first + 13 * i - 10, wide, 13, class_="f-ground", fill=PAPER))
            out.append(text(x, first + 13 * i, part, size=SMALL, anchor=anchor, ink=SOFT, name="f-soft"))
        pen = {"class_": "f-break", "stroke": SOFT, "stroke_width": 1.0, "stroke_dasharray": "4 3"}
        out.insert(0, line(each.at, first - 8, each.at, height - 24, **pen))
    return "".join(out)


def _series(
    series: Series, lines: Lines, x: Scale, y: Scale, hue: str, height: float, weight: float = 1.0
) -> str:
    runs = list(_runs(series, lines.moments, _broken(lines)))
    name = "f-own" if hue == INK else "f-other"
    wide = (2.2 if hue == INK else 1.6) * weight
    d = "".join("M" + "L".join(f"{num(x(m.at))} {num(y(v))}" for m, v in run) for run in runs if len(run) > 1)
    dots = "".join(
        f'<circle cx="{num(x(m.at))}" cy="{num(y(v))}" r="{num((3 if hue == INK else 2.6) * weight)}"/>'
        for run in runs
        for m, v in run
    )
    path = (
        f'<path class="{name}" d="{d}" fill="none" stroke="{hue}" stroke-width="{num(wide)}" stroke-linejoin="round"/>'
        if d
        else ""
    )
    signs = "".join(
        text(
            x(m.at),
            height - 30,
            SIGNS[series.cells[m.key].mark],
            size=15,
            anchor="middle",
            ink=SOFT,
            name="f-soft",
        )
        for m in lines.moments
        if m.key in series.cells and series.cells[m.key].mark and (series.own or len(lines.series) == 1)
    )
    return (
        _band(series, lines.moments, x, y)
        + path
        + f'<g class="{name}" fill="{hue}" stroke="{PAPER}" stroke-width="0.8">{dots}</g>'
        + signs
    )


def _broken(lines: Lines) -> set[str]:
    """The periods at which a line is interrupted: where something was counted otherwise, not where something happened."""
    return {b.period for b in lines.breaks if b.kind == "definition"}


def _runs(
    series: Series, moments: Sequence[Moment], broken: set[str]
) -> Iterator[list[tuple[Moment, Decimal]]]:
    """Stretches without a gap or a break."""
    run: list[tuple[Moment, Decimal]] = []
    for moment in moments:
        value = series.cells[moment.key].value if moment.key in series.cells else None
        if run and (moment.key in broken or not isinstance(value, Decimal)):
            yield run
            run = []
        if isinstance(value, Decimal):
            run.append((moment, value))
    if run:
        yield run


def _band(series: Series, moments: Sequence[Moment], x: Scale, y: Scale) -> str:
    ends = [m for m in moments if m.key in series.low and m.key in series.high]
    if len(ends) < 2:
        return ""
    upper = [f"{num(x(m.at))} {num(y(series.high[m.key]))}" for m in ends]
    lower = [f"{num(x(m.at))} {num(y(series.low[m.key]))}" for m in reversed(ends)]
    return f'<path class="f-band" d="M{"L".join(upper + lower)}z" fill="{BAND}"/>'


def _last(series: Series, moments: Sequence[Moment]) -> tuple[Moment, Decimal] | None:
    known = [(m, series.cells[m.key].value) for m in moments if m.key in series.cells]
    return next(((m, v) for m, v in reversed(known) if isinstance(v, Decimal)), None)


def _end_words(series: Series, lines: Lines, t: Texts) -> str:
    last = _last(series, lines.moments)
    if not last:
        return series.label
    value = t.number(last[1], lines.decimals)
    if last[0].key == lines.moments[-1].key:
        return f"{series.label} {value}"
    return t("{label} {value} ({year})", label=series.label, value=value, year=last[0].label)


def _label_room(lines: Lines, t: Texts) -> float:
    longest = max((text_width(_end_words(s, lines, t), SMALL, bold=s.own) for s in lines.series), default=0.0)
    return min(longest, max(96.0, lines.width * 0.26)) + 14


def _end_labels(lines: Lines, x: Scale, y: Scale, t: Texts) -> str:
    """Names with last values right of the lines, moved apart where lines end close together.

    A line that ends earlier says the year of its last value, and is led to its name by dots.
    """
    known = [(i, s, _last(s, lines.moments)) for i, s in enumerate(lines.series)]
    shown = [(i, s, last) for i, s, last in known if last]
    wrapped = [_fitted(_end_words(s, lines, t), lines.width - x.end - 6) for _, s, _ in shown]
    gap = 13.0 * max((len(w) for w in wrapped), default=1)
    places = apart([y(last[1]) for _, _, last in shown], gap, y.end, y.start)
    leads = "".join(
        _lead(x(last[0].at), y(last[1]), x.end + 10, place, _hue(i, lines))
        for (i, _, last), place in zip(shown, places, strict=True)
        if last[0].key != lines.moments[-1].key
    )
    return leads + "".join(
        text(
            x.end + 14,
            place + 4 + 12 * k,
            part,
            size=SMALL,
            ink=SOFT if _hue(i, lines) == PALE else _hue(i, lines),
            bold=s.own,
            name="f-own" if _hue(i, lines) == INK else "f-soft",
        )
        for (i, s, _), place, words in zip(shown, places, wrapped, strict=True)
        for k, part in enumerate(words)
    )


def _lead(x: float, y: float, end: float, place: float, hue: str) -> str:
    """Dots from the last value of a line that ends early to its name: nothing is known in between."""
    name = "f-own" if hue == INK else "f-other"
    pen = {"class_": name, "stroke": hue, "stroke_width": 0.8, "stroke_dasharray": "1 4"}
    return line(x + 5, y, end, place, **pen)


def _fitted(words: str, room: float) -> list[str]:
    return wrap(words, max(room - 8, 60.0), SMALL)


def _sentence(lines: Lines, t: Texts) -> str:
    """First and last value of the series that matters, and whether a break lies between."""
    series = next((s for s in lines.series if s.own), lines.series[0] if lines.series else None)
    points = [p for run in _runs(series, lines.moments, set()) for p in run] if series else []
    if series is None or not points:
        if series is None or len(lines.series) == 1:
            return t("No value is published for this line.")
        return t("{label}: no value is published.", label=series.label)
    (first, low), (last, high) = points[0], points[-1]
    amounts = [amount_text(v, lines.decimals, lines.unit, t) for v in (low, high)]
    if first is last:
        return t("{label}: {value} ({period}).", label=series.label, value=amounts[0], period=first.label)
    words = t(
        "{label}: {first} ({start}), {last} ({end}).",
        label=series.label,
        first=amounts[0],
        start=first.label,
        last=amounts[1],
        end=last.label,
    )
    keys = [m.key for m in lines.moments]
    between = any(
        p in keys and keys.index(first.key) < keys.index(p) <= keys.index(last.key) for p in _broken(lines)
    )
    return (
        words + " " + t("A break in the series lies between; the two values cannot be compared directly.")
        if between
        else words
    )


def _table(lines: Lines, t: Texts) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    unit = f" ({lines.unit})" if lines.unit else ""
    broken = _broken(lines)
    dates = [
        t("{date} (break in the series)", date=m.label) if m.key in broken else m.label for m in lines.moments
    ]
    cells = [[_cell(s.cells.get(m.key), lines.decimals, t) for s in lines.series] for m in lines.moments]
    return (t("Date"), *(s.label + unit for s in lines.series)), tuple(
        (d, *row) for d, row in zip(dates, cells, strict=True)
    )


def _cell(cell: Cell | None, decimals: int, t: Texts) -> str:
    return SIGNS["missing"] if cell is None else cell_text(cell, decimals, t)


def multiples(lines: Lines, reference: Series | None, t: Texts, *, columns: int = 5) -> Figure:
    """One small line an area, all on one scale, in the town's order; the reference (the town) pale in each.

    >>> from types import SimpleNamespace as New
    >>> from lebenslagen.texts import texts
    >>> cells = {"a": New(value=Decimal(1), mark=""), "b": New(value=Decimal(2), mark="")}
    >>> moments = (Moment("a", "2020", 2020.0), Moment("b", "2024", 2024.0))
    >>> multiples(Lines("Quote", moments, (Series("Nord", cells),)), None, texts("en")).head
    ('Area', '2020', '2024')
    """
    every = (*lines.series, reference) if reference else lines.series
    step, left = (lines.width - 34) / columns, 34.0
    names = [_fitted(s.label, step - 2) for s in lines.series]
    head = 13.0 * max((len(n) for n in names), default=1)
    high, values = head + 78, [v for s in every for v in _values(s)]
    body = []
    for i, series in enumerate(lines.series):
        shown = [(reference, PALE), (series, INK)] if reference else [(series, INK)]
        corner = left + (i % columns) * step, (i // columns) * high + head
        body.append(_panel(shown, lines, values, corner, step, names[i], first=i % columns == 0, t=t))
    height = round(-(-len(lines.series) // columns) * high + 4)
    sentence = _multiples_sentence(lines, reference, t)
    description = t(
        "Small line charts: {title}. {sentence} All values stand in the table.",
        title=lines.title,
        sentence=sentence,
    )
    rows = tuple(
        (s.label, *(_cell(s.cells.get(m.key), lines.decimals, t) for m in lines.moments)) for s in every
    )
    table = (t("Area"), *(m.label for m in lines.moments)), rows
    svg = document("".join(body), lines.width, height, lines.title, description, lines.uid)
    return Figure(svg, lines.title, description, sentence, *table, lines.width, height)


def _multiples_sentence(lines: Lines, reference: Series | None, t: Texts) -> str:
    count = len(lines.series)
    if reference is None:
        return t("{count} areas on one scale.", count=count)
    return t("{count} areas on one scale; the pale line is {label}.", count=count, label=reference.label)


def _panel(
    shown: Sequence[tuple[Series, str]], lines: Lines, values: Sequence[Decimal], corner: tuple[float, float],
    step: float, names: Sequence[str], *, first: bool, t: Texts,
) -> str:  # fmt: skip
    x0, y0 = corner
    y = scale_for(values, y0 + 52, y0 + 4, steps=2)
    x = _time_scale(lines.moments, x0 - 4, x0 + step - 24)
    out = [
        text(x0, y0 - 4 - 12 * (len(names) - 1 - k), part, size=SMALL, bold=True)
        for k, part in enumerate(names)
    ]
    for tick in y.ticks:
        out.append(line(x0, y(tick), x0 + step - 30, y(tick), class_="f-grid", stroke=GRID, stroke_width=0.7))
        out += [note(x0 - 5, y(tick) + 4, t.number(tick, y.decimals), "end")] if first else []
    pen = {"class_": "f-break", "stroke": SOFT, "stroke_width": 0.8, "stroke_dasharray": "3 2"}
    out += [line(x(at), y0, x(at), y0 + 52, **pen) for at, _ in _known_breaks(lines)]
    out += [_series(s, lines, x, y, hue, y0 + 78, 0.55) for s, hue in shown]
    last = _last(shown[-1][0], lines.moments)
    if last:
        early = last[0].key != lines.moments[-1].key
        at = x(last[0].at) + 4 if early else x0 + step - 28
        words = (
            f"{t.number(last[1], lines.decimals)} ({last[0].label})"
            if early
            else t.number(last[1], lines.decimals)
        )
        room = x0 + step - text_width(words, SMALL, bold=True)
        out.append(text(min(at, room), y(last[1]) + (-5 if early else 4), words, size=SMALL, bold=True))
    ends = (lines.moments[0], "start", -4), (lines.moments[-1], "end", 4)
    out += [note(x(m.at) + away, y0 + 66, m.label, anchor) for m, anchor, away in ends]
    return "".join(out)

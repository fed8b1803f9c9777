"""From a released figure down to the delivered cells, the way it was computed: index, rate, counts, sums, cells.

Each step says how it is made from those below it, so that the chain can be computed again from the cells alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import MARKS, SIGNS, Texts
from lebenslagen.web.services.data_steps import Cell, Step, cells, made, recomputed, steps, value_text, words
from lebenslagen.web.services.data_trace import Trace, keyed

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column, Release
    from lebenslagen.web.models import User
    from lebenslagen.web.permissions import System
    from lebenslagen.web.town import Town

__all__ = [
    "Cell",
    "Released",
    "Step",
    "agrees",
    "cells",
    "chain",
    "others",
    "recomputed",
    "released",
    "stages",
]


# --- what everybody sees --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Released:
    """A figure as it is released (or protected for a draft), with what it is and whose figures it rests on."""

    column: Column
    level: str
    area: str
    area_name: str
    level_label: str
    period_label: str
    title: str
    text: str
    why: str
    draft: bool
    report: str
    numerator: str
    denominator: str
    per: int
    sources: tuple[tuple[str, str, str, date | None], ...]
    figures: Release = field(repr=False, compare=False)


def released(
    town: Town, key: str, level: str, area: str, report: str, t: Texts, *, to: User | System | None
) -> Released | None:
    """The figure behind a column, level and area as this person may see it: of the report named, else of the latest that has it."""
    reports = [town.declaration.reports[report]] if report in town.declaration.reports else sorted(
        town.declaration.reports.values(), key=lambda r: (r.date, r.key), reverse=True)  # fmt: skip
    for declared in reports:
        edition = town.edition(declared.key, t.language, to=to)
        column = next((c for c in edition.release.columns if c.key == key), None) if edition else None
        if edition is not None and column is not None and area in column.cells.get(level, {}):
            return _released(town, edition, declared.key, column, level, area, t)
    return None


def _released(
    town: Town, edition: Any, report: str, column: Column, level: str, area: str, t: Texts
) -> Released:
    cell = column.cells[level][area]
    labels = {v.key: v.label or v.key for v in town.declaration.catalogue.variables}
    names = (
        dict(zip(edition.areas[level].ids, edition.areas[level].names, strict=True))
        if level in edition.areas
        else {}
    )
    period = town.declaration.period(column.period) if column.period else None
    return Released(
        column, level, area, names.get(area, area), edition.level_of(level).label,
        (period.label or t.date(period.as_of)) if period else "", column.label or column.key, _shown(column, cell, edition.release, t),
        t(MARKS[cell.mark]) if cell.mark else "", edition.status == "draft", report,
        labels.get(column.numerator.partition("@")[0], ""), labels.get(column.denominator.partition("@")[0], ""), column.per,
        tuple(_sources(town, column)), edition.release,
    )  # fmt: skip


def _shown(column: Column, cell: Any, figures: Release, t: Texts) -> str:
    if cell.mark:
        return SIGNS[cell.mark]
    if isinstance(cell.value, Decimal):
        text = t.number(cell.value, column.decimals)
        return f"{text} {column.unit}".strip() if column.unit != "%" else f"{text}\u202f%"
    info = figures.methods.get(column.index)
    keys = (
        {
            **dict(zip(info.class_keys, info.class_labels, strict=False)),
            **dict(zip(info.dynamics_class_keys, info.dynamics_class_labels, strict=False)),
        }
        if info
        else {}
    )
    return keys.get(str(cell.value), str(cell.value))


def _sources(town: Town, column: Column) -> Iterator[tuple[str, str, str, date | None]]:
    """Whose figures: producer, title, key, the day its delivery for the period came."""
    from datetime import datetime

    came = {(d.source, d.period): d for d in town.project.deliveries()}
    for key in column.sources:
        declared = town.declaration.sources.get(key)
        delivery = came.get((key, column.period))
        day = datetime.fromisoformat(delivery.at).date() if delivery else None
        yield (
            declared.source.producer if declared else key,
            declared.source.title if declared else "",
            key,
            day,
        )


# --- the chain ------------------------------------------------------------------------------------------------


def chain(town: Town, found: Released, t: Texts, *, deep: bool = True, everywhere: bool = True) -> Step:
    """The chain behind a released figure. `deep`: down to the delivered cells, only for whoever may see true numbers.

    Otherwise it ends at published figures, from which every figure of the index can be computed. `everywhere`: for a
    figure of an index, in all areas it rests on; else in its own, and at what is published in the others.
    """
    trace = _trace(town, found, t)
    if found.column.kind in ("computed", "class", "linear") or found.column.role == "combined_class":
        from lebenslagen.web.services.data_lineage_index import edition_of

        return edition_of(town, found, trace, t, deep=deep, own="" if everywhere else found.area).step(found.column, found.area)  # fmt: skip
    return _step(trace, found.figures, found.column, found.level, found.area)


def _trace(town: Town, found: Released, t: Texts) -> Trace:
    works = town._works()
    labels = {v.key: v.label or v.key for v in works.declaration.catalogue.variables}
    return Trace(works, date.fromisoformat(found.column.vintage), labels, t)


def _step(trace: Trace, figures: Release, column: Column, level: str, area: str) -> Step:
    label, name = column.label or column.key, trace.name(level, area, trace.vintage)
    whose = {"key": column.key, "level": level, "area": area, "area_name": name}
    if column.kind in ("count", "amount"):
        return trace.count(column.variable, column.period, level, area)
    if column.kind == "rate":
        tops = [trace.count(key.partition("@")[0], column.period, level, area)
                for key in (column.numerator, column.denominator)]  # fmt: skip
        return made("divide", label, [(1.0, top) for top in tops], per=column.per, **whose)
    if column.kind == "published":
        variable = str(trace.works.declaration.catalogue.indicator(column.indicator).published)
        own = trace.own(variable, column.period, level, area, trace.vintage)
        return keyed(own, column.key, label, name, level, area)
    by_key = {c.key: c for c in figures.columns}
    parts = [(factor, _step(trace, figures, by_key[key], level, area))
             for factor, key in zip((1.0, -1.0), column.of, strict=False) if key in by_key]  # fmt: skip
    return made("difference", label, parts, **whose)


def agrees(step: Step, found: Released) -> bool | None:
    """Whether a chain gives the released figure, rounded as it is; None where there is none."""
    shown = found.column.cells[found.level][found.area].value
    if shown is None:
        return None
    if isinstance(shown, Decimal) and isinstance(step.value, float | int):
        return abs(float(shown) - step.value) <= 0.5 * 10**-found.column.decimals + 1e-6
    return bool(step.value == shown)


# --- as the page tells it -------------------------------------------------------------------------------------

MOST = 400


@dataclass(frozen=True)
class Line:
    """A row of the page: whose number, what, how much, how it is made; `step` for the link and the cell."""

    label: str
    area: str
    value: str
    factor: str
    how: str
    step: Step


def stages(step: Step, t: Texts, own: str = "") -> tuple[list[list[Line]], list[Line], int]:
    """What is between the figure and the cells, stage by stage; the cells; and how many of them are not shown.

    own: an area; then steps of other areas are left out (the page shows them in a table of all).
    """
    between, here, seen = [], [(1.0, step)], {id(step)}
    while here:
        here = [(f, one) for f, one in here if not own or one.area in ("", own)]
        lines = [_line(factor, one, t) for factor, one in here if one.op != "cell"]
        between += [lines[:MOST]] if lines else []
        below = [part for _, one in here for part in one.parts]
        here = []
        for factor, one in below:
            if id(one) not in seen:
                seen.add(id(one))
                here.append((factor, one))
    found = [_line(1.0, one, t) for one in _different(s for s in cells(step) if not own or s.area == own)]
    return between, found[:MOST], max(0, len(found) - MOST)


def _different(found: Iterator[Step]) -> Iterator[Step]:
    seen: set[Cell] = set()
    for step in found:
        if step.cell is not None and step.cell not in seen:
            seen.add(step.cell)
            yield step


def _line(factor: float, step: Step, t: Texts) -> Line:
    text = "" if factor == 1 else "−" if factor == -1 else t.number(factor, 4)
    return Line(step.label, step.area_name, _shown_value(step, t), text, words(step, t), step)


def _shown_value(step: Step, t: Texts) -> str:
    labels = step.more.get("labels", {})
    return (
        labels.get(step.value, value_text(step.value, t))
        if isinstance(step.value, str)
        else value_text(step.value, t)
    )


FEW = 60  # so many areas are shown before the reader asks for all


@dataclass(frozen=True)
class Others:
    """The rates of all areas that an index figure rests on: areas downwards, indicators across; cells read below them."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, str, tuple[tuple[str, str], ...]], ...]
    left: int
    cells: tuple[tuple[str, Step, str, int], ...]


def others(step: Step, t: Texts, own: str, *, everything: bool = False) -> Others | None:
    """All areas beside each other, for a figure in which mean and standard deviation of all of them are."""
    below = list(steps(step))
    rates = [s for s in below if s.op == "divide" or (s.op in ("published", "cell") and s.label and s.key.partition("@")[0].endswith(".rate"))]  # fmt: skip
    if len({s.area for s in rates}) < 2:
        return None
    head = tuple(dict.fromkeys(s.label for s in rates))
    by_place = {(s.area, s.label): s for s in rates}
    areas = sorted({(s.area != own, s.area, s.area_name) for s in rates})
    chosen = areas if everything else areas[:FEW]
    rows = tuple((f"{area} {name}", area, tuple(_rate_words(by_place.get((area, label)), t) for label in head)) for _, area, name in chosen)  # fmt: skip
    return Others(
        head, rows, len(areas) - len(chosen), tuple(_grouped(s for s in below if s.cell and s.area != own))
    )


def _rate_words(rate: Step | None, t: Texts) -> tuple[str, str]:
    """A rate, and the counts it is made of; a count that is not published with the sign for an estimate."""
    if rate is None or rate.value is None:
        return SIGNS["missing"], ""
    if rate.op != "divide":
        return value_text(rate.value, t), ""
    counts = [
        ("≈\u202f" if part.op == "estimate" else "") + value_text(part.value, t) for _, part in rate.parts
    ]
    return t.number(float(rate.value), 2), t(
        "{numerator} of {denominator}", numerator=counts[0], denominator=counts[1]
    )  # type: ignore[arg-type]


def _grouped(found: Iterator[Step]) -> Iterator[tuple[str, Step, str, int]]:
    """The delivered cells by file and sheet: (sheet, one of them, the cells, how many)."""
    groups: dict[tuple[str, str], list[Step]] = {}
    for step in _different(found):
        assert step.cell is not None
        groups.setdefault((step.cell.line, step.cell.where.rpartition("!")[0]), []).append(step)
    for (_, sheet), members in groups.items():
        places = [m.cell.where.rpartition("!")[2] for m in members if m.cell]
        yield sheet, members[0], ranges(places), len(places)


def ranges(places: Sequence[str]) -> str:
    """Cells that lie beside or below each other written as one range.

    >>> ranges(["B5", "B6", "B7", "C5", "C6", "C7", "F2"])
    'B5:C7, F2'
    """
    by_column: dict[int, list[int]] = {}
    for place in places:
        letters = place.rstrip("0123456789")
        by_column.setdefault(_number_of(letters), []).append(int(place[len(letters) :] or 0))
    blocks: list[tuple[int, int, list[tuple[int, int]]]] = []
    for column in sorted(by_column):
        rows = _runs(sorted(set(by_column[column])))
        if blocks and blocks[-1][1] == column - 1 and blocks[-1][2] == rows:
            blocks[-1] = (blocks[-1][0], column, rows)
        else:
            blocks.append((column, column, rows))
    return ", ".join(_range(left, right, top, end) for left, right, rows in blocks for top, end in rows)


def _runs(numbers: Sequence[int]) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found


def _range(left: int, right: int, top: int, end: int) -> str:
    first, last = f"{_letters(left)}{top}", f"{_letters(right)}{end}"
    return first if first == last else f"{first}:{last}"


def _number_of(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def _letters(number: int) -> str:
    letters = ""
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters

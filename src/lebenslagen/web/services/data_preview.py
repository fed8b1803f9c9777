"""Files as pages show them: cells with their marks, columns with samples, numbers veiled for who may not see them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, Outcome
from lebenslagen.texts import N_, Texts
from lebenslagen.web import models
from lebenslagen.web.permissions import may
from lebenslagen.web.services import data_veil
from lebenslagen.web.services.data_layout import registers
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.project.read import Check
    from lebenslagen.project.read.grid import Cell, Sheet

__all__ = [
    "ColumnView", "Veil", "columns_of", "first_rows", "grouped", "known_column", "letters", "marked", "tables_of", "usual_signs", "veil_for",
]  # fmt: skip

ROWS, COLUMNS = 60, 24


@dataclass(frozen=True)
class Veil:
    """How numbers are shown to a person who may not see single values; None in its place: as they are."""

    t: Texts
    least: int
    ids: frozenset[str]
    heads: Mapping[str, int]  # sheet -> first row below the heads
    keys: Mapping[str, frozenset[int]]  # sheet -> columns that name areas

    def keeps(self, sheet: str, row: int, column: int, cell: object = None) -> bool:
        """Whether a cell names an area or is a head."""
        if sheet in self.heads:
            return row < self.heads[sheet] or column in self.keys[sheet]
        return column < 2 and _area_like(cell, self.ids)

    def cell(self, sheet: str, row: int, column: int, cell: Cell) -> Cell:
        return cell if self.keeps(sheet, row, column, cell) else data_veil._cell(cell, self.t, self.least)


def _area_like(cell: object, ids: frozenset[str]) -> bool:
    text = f"{cell:.0f}" if isinstance(cell, float) else str(cell).strip()
    return (
        text in ids or text.lstrip("0") in {i.lstrip("0") for i in ids} or not text.replace(".", "").isdigit()
    )


def veil_for(user: models.User, t: Texts, period: str, result: Check | None = None) -> Veil | None:
    """The veil for a person; none for whoever may see single values."""
    if may(user, "values.see"):
        return None
    policies = town().declaration.head.policies.values()
    ids = frozenset(i for areas in registers(period).values() for i in areas.ids)
    heads, keys = _read_places(result) if result is not None else ({}, {})
    return Veil(t, data_veil.floor(p.threshold for p in policies), ids, heads, keys)


def _read_places(result: Check) -> tuple[dict[str, int], dict[str, frozenset[int]]]:
    """Where the values of each read sheet begin, and which columns carry none."""
    heads: dict[str, int] = {}
    values: dict[str, set[int]] = {}
    for series in result.reading.series:
        first = min(series.rows, default=0)
        heads[series.sheet] = min(heads.get(series.sheet, first), first)
        values.setdefault(series.sheet, set()).add(series.column)
    left = {name: min(columns) for name, columns in values.items()}
    return heads, {name: frozenset(range(left[name])) for name in heads}


# --- sheets ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CellView:
    """A cell of the preview: its text, whether it is a number, what is noticed about it, and its anchor."""

    text: str
    number: bool = False
    mark: str = ""
    anchor: str = ""
    note: str = ""


def _text(cell: Cell, t: Texts) -> str:
    from datetime import date

    from lebenslagen.project.read.heads import shown

    if isinstance(cell, float):
        whole = cell.is_integer()
        return (
            t.number(cell, 0 if whole else min(3, len(f"{cell:.10g}".partition(".")[2])))
            if abs(cell) < 1e15
            else shown(cell)
        )
    if isinstance(cell, bool):
        return t("yes") if cell else t("no")
    return t.date(cell) if isinstance(cell, date) else shown(cell)


def letters(sheet: Sheet, most: int, heads: Sequence[str] = ()) -> list[tuple[int, str, str]]:
    """Number, letters and head of each column."""
    from lebenslagen.project.read.grid import column_name

    return [
        (n, column_name(n), heads[n][:60] if n < len(heads) else "") for n in range(min(sheet.width, most))
    ]


def first_rows(sheet: Sheet, veil: Veil | None, most: int = 12) -> dict[str, Any]:
    """The beginning of a sheet: letters of the columns, and rows with their numbers."""
    from lebenslagen.project.read.grid import column_name
    from lebenslagen.texts import texts

    t = veil.t if veil else texts("de")
    width = min(sheet.width, 12)

    def cell(row: int, column: int) -> str:
        found = sheet.cell(row, column)
        return _text(
            veil.cell(sheet.name, row, column, found) if veil and not _head_like(sheet, row) else found, t
        )

    rows = [(r + 1, [cell(r, c) for c in range(width)]) for r in range(min(sheet.height, most))]
    return {"letters": [column_name(c) for c in range(width)], "rows": rows, "more": sheet.width - width}


def _head_like(sheet: Sheet, row: int) -> bool:
    """A row without numbers below ten thousand other than years: titles and heads may be shown as they are."""
    return not any(
        isinstance(cell, int | float) or (isinstance(cell, str) and data_veil.number_of(cell) is not None)
        for cell in sheet.row(row)
    )


def tables_of(result: Check, veil: Veil | None, t: Texts) -> list[dict[str, Any]]:
    """The sheets that are read, with marks; of long ones the head, every marked row, and as many others as fit."""
    from lebenslagen.project.read.marked import _marks

    read = {series.sheet for series in result.reading.series} | {
        f.where.rpartition("!")[0] for f in result.faults
    }
    sheets = [s for s in result.reading.grid.sheets if s.name in read] or list(result.reading.grid.sheets[:1])
    found = []
    for number, sheet in enumerate(sheets[:4]):
        marks = _marks(sheet, result.faults)
        found.append({"name": sheet.name, **_marked_rows(sheet, marks, number, veil, t)})
    return found


def _marked_rows(
    sheet: Sheet, marks: Mapping[tuple[int, int], list[Fault]], number: int, veil: Veil | None, t: Texts
) -> dict[str, Any]:
    from lebenslagen.project.read.grid import column_name

    columns = sorted({*range(min(sheet.width, COLUMNS)), *(c for _, c in marks if c < sheet.width)})[
        : COLUMNS + 10
    ]
    marked = sorted({r for r, _ in marks if r < sheet.height})
    rows = sorted({*range(min(sheet.height, ROWS)), *marked[:100]})
    body = [
        (r + 1, [_view(sheet, r, c, marks.get((r, c), ()), number, veil, t) for c in columns]) for r in rows
    ]
    return {
        "letters": [column_name(c) for c in columns],
        "rows": body,
        "more_rows": sheet.height - len(rows),
        "more_columns": sheet.width - len(columns),
    }


MARKS: Mapping[Outcome, tuple[str, str]] = {
    Outcome.REJECT: ("reject", N_("must be corrected")), Outcome.ASK: ("ask", N_("please answer")), Outcome.WARN: ("warn", N_("note")),
}  # fmt: skip


def _view(
    sheet: Sheet, row: int, column: int, here: Sequence[Fault], number: int, veil: Veil | None, t: Texts
) -> CellView:
    from lebenslagen.project.read.grid import column_name

    cell = sheet.cell(row, column)
    shown = veil.cell(sheet.name, row, column, cell) if veil else cell
    worst = max((f.outcome for f in here), default=Outcome.ACCEPT)
    mark, words = MARKS.get(worst, ("", ""))
    anchor = f"z{number}-{column_name(column)}{row + 1}" if here else ""
    return CellView(
        _text(shown, t),
        isinstance(cell, int | float) and not isinstance(cell, bool),
        mark,
        anchor,
        t(words) if words else "",
    )


# --- columns --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ColumnView:
    """A column to be given a meaning: where it stands, its head, and some of its values."""

    position: int
    letter: str
    head: str
    samples: tuple[str, ...]


def columns_of(sheet: Sheet, mapping: Mapping[str, Any], veil: Veil | None) -> list[ColumnView]:
    """The columns beside those that name the areas."""
    from lebenslagen.project.read.grid import column_name
    from lebenslagen.texts import texts

    t = veil.t if veil else texts("de")
    first, heads = mapping["row"] + mapping["rows"] - 1, mapping["heads"]
    found = []
    for column in range(sheet.width):
        if column in (mapping["key"], mapping.get("name", -1)):
            continue
        cells = [c for c in sheet.columns[column][first:] if c is not None][:3]
        shown = (data_veil._cell(c, t, veil.least) if veil else c for c in cells)
        head = heads[column] if column < len(heads) else ""
        if head or cells:
            found.append(ColumnView(column, column_name(column), head, tuple(_text(c, t) for c in shown)))
    return found


def known_column(head: str, specs: Sequence[Any]) -> dict[str, str]:
    """The meaning of a head that the source declared before."""
    from lebenslagen.project.read.heads import clean, fold

    spec = next(
        (s for s in specs if fold(clean(head)) in {fold(clean(h)) for h in (s.head, *s.also) if h}), None
    )
    return {"variable": spec.variable, "unit": spec.unit, "scale": spec.scale} if spec else {}


def usual_signs(signs: Sequence[str]) -> dict[str, str]:
    """What signs usually mean; proposed for the person to confirm."""
    from lebenslagen.project.read.values import USUAL_SIGNS

    return {sign: USUAL_SIGNS[sign] for sign in signs if sign in USUAL_SIGNS}


# --- faults ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Noticed:
    """One fault for the page: its place, sentence, remedy, and the anchor of its cell in the preview."""

    code: str
    where: str
    sentence: str
    remedy: str
    anchor: str = ""


@dataclass(frozen=True)
class Group:
    """The faults of one kind of outcome; of questions, those with one code together."""

    outcome: str
    title: str
    faults: tuple[Noticed, ...]
    code: str = ""
    answerable: bool = False


TITLES = {
    Outcome.REJECT: N_("Must be corrected"),
    Outcome.ASK: N_("Please answer"),
    Outcome.WARN: N_("Notes"),
}


def grouped(user: models.User, t: Texts, intake: models.Intake, result: Check) -> list[Group]:
    """Faults to correct, questions (one place for a reason a code), notes."""
    from lebenslagen.project.read import ANSWERABLE

    told = [(f, _noticed(f, user, t, intake)) for f in result.faults]
    groups = []
    for outcome, title in TITLES.items():
        here = [(f, n) for f, n in told if f.outcome is outcome]
        codes = dict.fromkeys(f.code for f, _ in here) if outcome is Outcome.ASK else ([""] if here else [])
        for code in codes:
            faults = tuple(n for f, n in here if code in ("", f.code))
            groups.append(Group(outcome.name.lower(), t(title), faults, code, code in ANSWERABLE))
    return groups


def _noticed(fault: Fault, user: models.User, t: Texts, intake: models.Intake) -> Noticed:
    from lebenslagen.web.views.errors import said

    seen = fault if may(user, "values.see") else data_veil.veiled_fault(fault, t, data_veil.LEAST)
    _, sentence, remedy = said((seen,), t.language)[0]
    cell = fault.where.rpartition("!")[2] if "!" in fault.where else ""
    return Noticed(fault.code, fault.where, sentence, _for_pages(fault.code, remedy, t), cell)


# Remedies that tell of options or of the declaration are said here in terms of the steps.
IN_STEPS: Mapping[str, str] = {
    "sign-undeclared": N_("Say in the step “Meaning” what the sign means, or let the file be corrected."),
    "mark-undeclared": N_("Say in the step “Meaning” what the sign means, or let the file be corrected."),
}  # fmt: skip


def _for_pages(code: str, remedy: str, t: Texts) -> str:
    """What to do, for a person who sees fields and buttons."""
    if code in IN_STEPS:
        return t(IN_STEPS[code])
    return t("Give the reason below, or let the file be corrected.") if "--answer" in remedy else remedy


def marked(user: models.User, t: Texts, intake: models.Intake, result: Check) -> bytes:
    """The marked copy; for whoever may not see single values the numbers are veiled in it.

    Raises DataError where data on persons were found.
    """
    from lebenslagen.project.read import marked_copy

    veil = veil_for(user, t, intake.period, result)
    if veil is None:
        return marked_copy(result.reading, result.faults, language=t.language)
    faults = [data_veil.veiled_fault(f, t, veil.least) for f in result.faults]
    keep: Callable[[str, int, int], bool] = _keeper(veil, result)
    return marked_copy(
        data_veil.veiled_reading(result.reading, keep, t, veil.least), faults, language=t.language
    )


def _keeper(veil: Veil, result: Check) -> Callable[[str, int, int], bool]:
    sheets = {s.name: s for s in result.reading.grid.sheets}
    return lambda sheet, row, column: veil.keeps(sheet, row, column, sheets[sheet].cell(row, column))

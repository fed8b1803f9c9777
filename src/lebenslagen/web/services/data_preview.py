"""Files as pages show them: cells with their marks, columns with samples, numbers veiled for who may not see them."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, Outcome
from lebenslagen.texts import N_, Texts
from lebenslagen.web import models
from lebenslagen.web.permissions import may
from lebenslagen.web.services import data_veil
from lebenslagen.web.services.data_layout import first_figures, guess, registers
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.project.read import Check
    from lebenslagen.project.read.grid import Cell, Sheet

__all__ = [
    "ColumnView", "Veil", "columns_of", "first_rows", "grouped", "known_column", "letters", "marked", "shown_heads", "skipped_lines", "tables_of", "told", "usual_signs", "veil_for",
]  # fmt: skip

ROWS, COLUMNS = 60, 24


@dataclass(frozen=True)
class _Places:
    """Where figures begin in a sheet, which columns name areas, and the texts above the figures."""

    first: int
    columns: frozenset[int]
    heads: frozenset[str]


@dataclass(frozen=True)
class Veil:
    """How numbers are shown to a person who may not see single values; None in its place: as they are.

    What names an area or stands above the figures is found in the sheet itself, by the areas in it: what the person
    says about the file does not make a number a head.
    """

    t: Texts
    least: int
    known: Mapping[str, Areas]
    words: frozenset[str]
    places: dict[str, _Places] = field(default_factory=dict)

    def keeps(self, sheet: Sheet, row: int, column: int) -> bool:
        """Whether a cell names an area, or stands above the figures and is none."""
        cell, place = sheet.cell(row, column), self._place(sheet)
        if row < place.first:
            return not _figure(cell)
        return column in place.columns and (_folded(cell) in self.words or not _digits(cell))

    def cell(self, sheet: Sheet, row: int, column: int) -> Cell:
        cell = sheet.cell(row, column)
        return cell if self.keeps(sheet, row, column) else data_veil.veiled_cell(cell, self.t, self.least)

    def head(self, sheet: Sheet, text: str) -> str:
        """A head as it may be shown: one that stands above the figures."""
        above = self._place(sheet).heads
        return text if all(part in above for part in text.split(" / ")) else data_veil.masked(text)

    def fault(self, fault: Fault, sheets: Mapping[str, Sheet]) -> Fault:
        """A fault as it may be told; it may repeat what names an area and heads above the figures."""

        def keeps(told: Fault, text: str) -> bool:
            name, row, column = _place_of(told.where)
            sheet = sheets.get(name)
            if sheet is None:
                return False
            return (column in self._place(sheet).columns and self.keeps(sheet, row, column)) or self.head(
                sheet, text
            ) == text

        veiled = data_veil.veiled_fault(fault, self.t, self.least, keeps)
        # Which cell differs from an earlier delivery would tell whoever guesses a number that the guess is right.
        return replace(veiled, where=self.t("File")) if fault.code == "revision" else veiled

    def _place(self, sheet: Sheet) -> _Places:
        if sheet.name not in self.places:
            self.places[sheet.name] = _places(sheet, self.known)
        return self.places[sheet.name]


def _places(sheet: Sheet, known: Mapping[str, Areas]) -> _Places:
    from lebenslagen.project.read.heads import clean

    found = guess(sheet, known)
    first = first_figures(sheet, known)
    above = {clean(cell) for row in range(first) for cell in sheet.row(row) if not _figure(cell)}
    return _Places(first, frozenset({found.key, found.name} if first else ()), frozenset(above - {""}))


def _place_of(where: str) -> tuple[str, int, int]:
    from lebenslagen.project.read.marked import _place

    return _place(where) or ("", 0, 0)


def _folded(cell: object) -> str:
    from lebenslagen.project.read.heads import clean, fold

    text = f"{cell:.0f}" if isinstance(cell, float) else clean(cell)  # type: ignore[arg-type]
    return fold(text.lstrip("0"))


def _digits(cell: object) -> bool:
    return any(c.isdigit() for c in str(cell))


def _figure(cell: object) -> bool:
    """Whether a cell above the figures holds one itself: a number other than a year, or a number with a mark."""
    if isinstance(cell, int | float):
        return not (isinstance(cell, bool) or (float(cell).is_integer() and 1900 <= cell <= 2100))
    if (
        not isinstance(cell, str)
        or not _digits(cell)
        or re.fullmatch(r"(19|20)\d\d|\d{1,2}\.\d{1,2}\.(19|20)\d\d", cell.strip())
    ):
        return False
    return not any(c.isalpha() for c in cell)


def veil_for(user: models.User, t: Texts, period: str) -> Veil | None:
    """The veil for a person; none for whoever may see single values."""
    if may(user, "values.see"):
        return None
    policies, known = town().declaration.head.policies.values(), registers(period)
    words = frozenset(_folded(word) for areas in known.values() for word in (*areas.ids, *areas.names))
    return Veil(t, data_veil.floor(p.threshold for p in policies), known, words)


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


def letters(
    sheet: Sheet, most: int, heads: Sequence[str] = (), veil: Veil | None = None
) -> list[tuple[int, str, str]]:
    """Number, letters and head of each column."""
    from lebenslagen.project.read.grid import column_name

    shown = [veil.head(sheet, head) if veil else head for head in heads]
    return [
        (n, column_name(n), shown[n][:60] if n < len(shown) else "") for n in range(min(sheet.width, most))
    ]


def first_rows(sheet: Sheet, veil: Veil | None, most: int = 12) -> dict[str, Any]:
    """The beginning of a sheet: letters of the columns, and rows with their numbers."""
    from lebenslagen.project.read.grid import column_name
    from lebenslagen.texts import texts

    t = veil.t if veil else texts("de")
    width = min(sheet.width, 12)

    def cell(row: int, column: int) -> str:
        return _text(veil.cell(sheet, row, column) if veil else sheet.cell(row, column), t)

    rows = [(r + 1, [cell(r, c) for c in range(width)]) for r in range(min(sheet.height, most))]
    return {"letters": [column_name(c) for c in range(width)], "rows": rows, "more": sheet.width - width}


def tables_of(result: Check, veil: Veil | None, t: Texts) -> list[dict[str, Any]]:
    """The sheets that are read, with marks; of long ones the head, every marked row, and as many others as fit."""
    from lebenslagen.project.read.marked import _marks

    read = {series.sheet for series in result.reading.series} | {
        f.where.rpartition("!")[0] for f in result.faults
    }
    sheets = [s for s in result.reading.grid.sheets if s.name in read] or list(result.reading.grid.sheets[:1])
    found = []
    by_name = _sheets(result)
    faults = [veil.fault(f, by_name) if veil else f for f in result.faults]
    for number, sheet in enumerate(sheets[:4]):
        marks = _marks(sheet, faults)
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
    shown = veil.cell(sheet, row, column) if veil else cell
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
        shown = (data_veil.veiled_cell(c, t, veil.least) if veil else c for c in cells)
        head = heads[column] if column < len(heads) else ""
        head = veil.head(sheet, head) if veil else head
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

    veil, sheets = veil_for(user, t, intake.period), _sheets(result)
    told = [(f, _noticed(veil.fault(f, sheets) if veil else f, t)) for f in result.faults]
    groups = []
    for outcome, title in TITLES.items():
        here = [(f, n) for f, n in told if f.outcome is outcome]
        codes = dict.fromkeys(f.code for f, _ in here) if outcome is Outcome.ASK else ([""] if here else [])
        for code in codes:
            faults = tuple(n for f, n in here if code in ("", f.code))
            groups.append(Group(outcome.name.lower(), t(title), faults, code, code in ANSWERABLE))
    return groups


def told(
    user: models.User, t: Texts, intake: models.Intake, result: Check, faults: Sequence[Fault]
) -> tuple[Fault, ...]:
    """Faults about a file as this person may read them."""
    veil, sheets = veil_for(user, t, intake.period), _sheets(result)
    return tuple(veil.fault(f, sheets) if veil else f for f in faults)


def skipped_lines(result: Check, veil: Veil | None) -> list[tuple[str, str]]:
    """Lines that are not read as figures: place and text."""
    sheets = _sheets(result)

    def text(line: Any) -> str:
        sheet = sheets.get(_place_of(line.where)[0])
        kept = veil is None or (sheet is not None and veil.head(sheet, line.text) == line.text)
        return str(line.text) if kept else data_veil.masked(line.text)

    return [(line.where, text(line)) for line in result.reading.skipped[:20]]


def shown_heads(user: models.User, t: Texts, intake: models.Intake, result: Check) -> dict[str, str]:
    """The heads of the file that may not be shown as they are, and what is shown instead."""
    veil, sheet = veil_for(user, t, intake.period), _sheets(result).get(intake.mapping.get("sheet", ""))
    heads = intake.mapping.get("heads", []) if veil else []
    told = {head: veil.head(sheet, head) if sheet else data_veil.masked(head) for head in heads if veil}
    return {head: shown for head, shown in told.items() if head != shown}


def _sheets(result: Check) -> dict[str, Sheet]:
    return {sheet.name: sheet for sheet in result.reading.grid.sheets}


def _noticed(fault: Fault, t: Texts) -> Noticed:
    from lebenslagen.web.views.errors import said

    _, sentence, remedy = said((fault,), t.language)[0]
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

    veil, sheets = veil_for(user, t, intake.period), _sheets(result)
    if veil is None:
        return marked_copy(result.reading, result.faults, language=t.language)
    faults = [veil.fault(f, sheets) for f in result.faults]

    def keep(sheet: str, row: int, column: int) -> bool:
        return veil.keeps(sheets[sheet], row, column)

    return marked_copy(
        data_veil.veiled_reading(result.reading, keep, t, veil.least), faults, language=t.language
    )

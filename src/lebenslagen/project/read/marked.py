"""The marked copy: the supplier's cells in a new workbook, the faulty ones coloured, all faults on the first sheet.

Written from nothing, so nothing hidden travels along: no formulas, links, macros, names or properties. Text
is written as text whatever it begins with. Of a file with data on persons no copy is made.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime, time

from lebenslagen.errors import DataError, Fault, Outcome
from lebenslagen.project.read.grid import Broken, Cell, Sheet
from lebenslagen.project.read.reading import Reading
from lebenslagen.texts import N_, Texts, fault_text, texts

__all__ = ["marked_copy"]

EPOCH = datetime(2000, 1, 1)  # noqa: DTZ001  # no clock: the same faults give the same bytes
COLOURS = {Outcome.REJECT: "#F4B6A6", Outcome.ASK: "#FFE08A", Outcome.WARN: "#D6E6F5"}
OUTCOMES = {
    Outcome.REJECT: N_("must be corrected"),
    Outcome.ASK: N_("please answer"),
    Outcome.WARN: N_("note"),
}
PLACE = re.compile(r"(?P<sheet>.+)!(?P<letters>[A-Z]{1,3})(?P<row>\d+)")
FORBIDDEN = re.compile(r"[\[\]:*?/\\]")
LIMIT_CELLS = 2_000_000


def _place(where: str) -> tuple[str, int, int] | None:
    match = PLACE.fullmatch(where)
    if match is None:
        return None
    column = 0
    for letter in match["letters"]:
        column = column * 26 + ord(letter) - 64
    return match["sheet"], int(match["row"]) - 1, column - 1


def _names(sheets: Sequence[Sheet], first: str) -> list[str]:
    """Sheet names as a workbook takes them: at most 31 signs, none twice."""
    taken = {first.casefold()}
    names = []
    for sheet in sheets:
        base = FORBIDDEN.sub("_", sheet.name).strip("'")[:31] or "Tabelle"
        name, number = base, 2
        while name.casefold() in taken:
            name = f"{base[:27]} ({number})"
            number += 1
        taken.add(name.casefold())
        names.append(name)
    return names


def marked_copy(reading: Reading, faults: Iterable[Fault], *, language: str = "de") -> bytes:
    """The marked copy of a delivery as an xlsx workbook.

    Raises DataError where data on persons were found: of such a file nothing is written.
    """
    import xlsxwriter

    found = list(faults)
    personal = [f for f in (*found, *reading.faults) if f.code == "personal-data"]
    if personal:
        raise DataError(personal)
    t = texts(language)
    target = io.BytesIO()
    book = xlsxwriter.Workbook(
        target, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"created": EPOCH, "title": t("Marked copy of {file}", file=reading.filename)})
    writer = _Writer(book, t, language)
    names = _names(reading.grid.sheets, t("Remarks"))
    writer.remarks(reading, found)
    for sheet, name in zip(reading.grid.sheets, names, strict=True):
        writer.sheet(sheet, name, found)
    book.close()
    return target.getvalue()


class _Writer:
    def __init__(self, book: object, t: Texts, language: str) -> None:
        self.book, self.t, self.language = book, t, language
        self.plain = self._format()
        self.wrapped = self._format(text_wrap=True, valign="top")
        self.head = self._format(bold=True, bottom=1)
        self.day = self._format(num_format="dd.mm.yyyy")
        self.marks = {o: self._format(bg_color=c, border=1) for o, c in COLOURS.items()}
        self.day_marks = {
            o: self._format(bg_color=c, border=1, num_format="dd.mm.yyyy") for o, c in COLOURS.items()
        }

    def _format(self, **properties: object) -> object:
        return self.book.add_format(properties)  # type: ignore[attr-defined]

    def remarks(self, reading: Reading, faults: Sequence[Fault]) -> None:
        t = self.t
        page = self.book.add_worksheet(t("Remarks"))  # type: ignore[attr-defined]
        page.set_column(0, 0, 24)
        page.set_column(1, 1, 18)
        page.set_column(2, 3, 70)
        page.write_string(0, 0, t("Remarks on {file}", file=reading.filename), self.head)
        page.write_string(
            1, 0, t("Coloured cells have a comment. Please correct the original, not this copy."), self.plain
        )
        for column, text in enumerate((t("Place"), t("Kind"), t("What was noticed"), t("What to do"))):
            page.write_string(3, column, text, self.head)
        for row, fault in enumerate(faults, 4):
            message, remedy = fault_text(fault, self.language)
            kind = t(OUTCOMES.get(fault.outcome, OUTCOMES[Outcome.WARN]))
            page.write_string(row, 0, fault.where, self.wrapped)
            page.write_string(row, 1, kind, self.marks.get(fault.outcome, self.wrapped))
            page.write_string(row, 2, message, self.wrapped)
            page.write_string(row, 3, remedy, self.wrapped)
        page.freeze_panes(4, 0)

    def sheet(self, sheet: Sheet, name: str, faults: Sequence[Fault]) -> None:
        page = self.book.add_worksheet(name)  # type: ignore[attr-defined]
        marks = _marks(sheet, faults)
        if sheet.height * sheet.width > LIMIT_CELLS:
            page.write_string(
                0, 0, self.t("The sheet is too large to be copied; the remarks stand on the first sheet.")
            )
            return
        for column, cells in enumerate(sheet.columns):
            for row, cell in enumerate(cells):
                if cell is not None or (row, column) in marks:
                    self._cell(page, row, column, cell, marks.get((row, column), ()))
        for (row, column), here in marks.items():
            comment = "\n".join(" ".join(fault_text(f, self.language)) for f in here[:3])
            page.write_comment(row, column, comment, {"x_scale": 2.5, "y_scale": 1.6})
            if row >= sheet.height or column >= sheet.width:
                page.write_blank(row, column, None, self.marks[max(f.outcome for f in here)])

    def _cell(self, page: object, row: int, column: int, cell: Cell, here: Sequence[Fault]) -> None:
        outcome = max((f.outcome for f in here), default=Outcome.ACCEPT)
        style = self.marks.get(outcome)
        if isinstance(cell, bool):
            page.write_boolean(row, column, cell, style)  # type: ignore[attr-defined]
        elif isinstance(cell, float) and cell == cell and abs(cell) != float("inf"):
            page.write_number(row, column, cell, style)  # type: ignore[attr-defined]
        elif isinstance(cell, datetime | date) and cell.year >= 1900:
            page.write_datetime(row, column, cell, self.day_marks.get(outcome, self.day))  # type: ignore[attr-defined]
        elif cell is None:
            page.write_blank(row, column, None, style)  # type: ignore[attr-defined]
        else:
            page.write_string(row, column, _text(cell), style)  # type: ignore[attr-defined]


def _text(cell: object) -> str:
    if isinstance(cell, Broken):
        return "" if cell == "=" else str(cell)
    if isinstance(cell, time):
        return cell.isoformat()
    text = "".join(c if c in "\n\t" or c.isprintable() else "�" for c in str(cell))
    return text[:32_000]


def _marks(sheet: Sheet, faults: Sequence[Fault]) -> dict[tuple[int, int], list[Fault]]:
    marks: dict[tuple[int, int], list[Fault]] = {}
    for fault in faults:
        place = _place(fault.where)
        if place and place[0] == sheet.name:
            marks.setdefault(place[1:], []).append(fault)
    return marks

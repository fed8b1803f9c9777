"""Workbooks in the parsing child: xlsx and xls by calamine, what calamine leaves out by a look at the XML itself.

calamine drops error cells, formulas without a stored result, number formats and what is hidden; all four change what
a figure means, so they are read here by scanning the sheet's XML for them. It also aborts the whole process on one
cell in the last corner, so addresses are looked at first.
"""

from __future__ import annotations

import datetime
import io
import re
from collections.abc import Iterator
from types import MappingProxyType
from typing import cast
from xml.etree import ElementTree as ET

import python_calamine

from lebenslagen.project.read.archive import members, stored
from lebenslagen.project.read.content import ENCRYPTED, LIMIT_COLUMNS, LIMIT_ROWS, Refused, refuse_markup
from lebenslagen.project.read.grid import TOP, Broken, Cell, Grid, Note, Sheet, all_numbers, column_name

__all__ = ["read_xls", "read_xlsx"]

EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001  # what a spreadsheet calls day 0
MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
STRICT = "{http://purl.oclc.org/ooxml/spreadsheetml/main}"
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"

# Cells right of ZZ, rows of six digits: what makes calamine reserve the whole sheet. Two scans; most sheets
# have neither.
FAR_CELL = re.compile(rb"""r=["'][A-Z]{3,}\d+""")
FAR_ROW = re.compile(rb"""row [^>]*?\br=["'](\d{6,})""")
ERROR_CELL = re.compile(
    rb"""<(?:\w+:)?c\b(?=[^>]*?\br=["']([A-Z]+)(\d+)["'])[^>]*?\bt=["']e["'][^>]*>(?:<(?:\w+:)?f\b[^>]*?(?:/>|>.*?</(?:\w+:)?f>))?"""
    rb"""\s*<(?:\w+:)?v>([^<]*)<""",
    re.DOTALL,
)
FORMULA = re.compile(
    rb"""<(?:\w+:)?c\b([^>]*)>\s*<(?:\w+:)?f\b[^>]*?(?:/>|>([^<]*)</(?:\w+:)?f>)\s*(<(?:\w+:)?v\s*/>|<(?:\w+:)?v></|</|<(?:\w+:)?v>)"""
)
PLACE = re.compile(rb"""\br=["']([A-Z]+)(\d+)["']""")
TEXT_RESULT = re.compile(rb"""\bt=["'](?:str|s|inlineStr)["']""")
HIDDEN_ROW = re.compile(rb"""<(?:\w+:)?row\b[^>]*\bhidden=["'](?:1|true)["']""")
HIDDEN_COLUMN = re.compile(rb"""<(?:\w+:)?col\b[^>]*\bhidden=["'](?:1|true)["'][^>]*>""")
SPAN = re.compile(rb"""\b(min|max)=["'](\d+)["']""")


def column_index(letters: bytes | str) -> int:
    """The column of its letters, counted from 0.

    >>> column_index("A"), column_index(b"AA"), column_index("XFD")
    (0, 26, 16383)
    """
    index = 0
    for letter in letters if isinstance(letters, bytes) else letters.encode():
        index = index * 26 + letter - 64
    return index - 1


# --- xlsx ------------------------------------------------------------------------------------------------


def _xml(parts: dict[str, bytes], name: str, where: str) -> ET.Element | None:
    if name not in parts:
        return None
    try:
        return ET.fromstring(parts[name])  # entities were refused before  # noqa: S314
    except ET.ParseError as error:
        raise Refused("workbook-broken", where, name=name, reason=str(error)) from error


def _refuse_active(parts: dict[str, bytes], where: str) -> None:
    for name in parts:
        lower = name.lower()
        if lower.endswith("vbaproject.bin") or "/macrosheets/" in lower or "/activex/" in lower:
            raise Refused("workbook-macros", where)
    if b"macroEnabled" in parts.get("[Content_Types].xml", b""):
        raise Refused("workbook-macros", where)


def _check_parts(parts: dict[str, bytes], where: str) -> None:
    if "xl/workbook.xml" not in parts:
        raise Refused("not-a-workbook", where)
    _refuse_active(parts, where)
    for name, part in parts.items():
        if name.lower().endswith((".xml", ".rels", ".vml")):
            refuse_markup(name, part, where)


def _sheet_parts(parts: dict[str, bytes], where: str) -> dict[str, str]:
    """Sheet name -> part name."""
    book, links = _xml(parts, "xl/workbook.xml", where), _xml(parts, "xl/_rels/workbook.xml.rels", where)
    targets = {r.get("Id", ""): r.get("Target", "") for r in links} if links is not None else {}
    result: dict[str, str] = {}
    for sheet in book.iter() if book is not None else ():
        if sheet.tag in (MAIN + "sheet", STRICT + "sheet"):
            target = targets.get(sheet.get(RELATION) or sheet.get(STRICT_RELATION) or "", "")
            result[sheet.get("name", "")] = (
                target.lstrip("/") if target.startswith("/xl/") else f"xl/{target}"
            )
    return result


def _refuse_far(xml: bytes, sheet: str) -> None:
    cell = FAR_CELL.search(xml)
    if cell:
        raise Refused("too-many-columns", sheet, limit=LIMIT_COLUMNS, place=cell.group()[3:].decode())
    last = max((int(row) for row in FAR_ROW.findall(xml)), default=0)
    if last > LIMIT_ROWS:
        raise Refused("too-many-rows", sheet, limit=LIMIT_ROWS, n=last)


def _percent_styles(parts: dict[str, bytes], where: str) -> set[str]:
    styles = _xml(parts, "xl/styles.xml", where)
    if styles is None:
        return set()
    custom = {f.get("numFmtId"): f.get("formatCode", "") for f in styles.iter() if f.tag.endswith("}numFmt")}
    quoted = re.compile(r'"[^"]*"|\\.')
    percent = {"9", "10"} | {key for key, code in custom.items() if "%" in quoted.sub("", code)}
    formats = next((e for e in styles if e.tag.endswith("}cellXfs")), ())
    return {str(i) for i, xf in enumerate(formats) if xf.get("numFmtId") in percent}


def _percent_cells(xml: bytes, styles: set[str]) -> dict[int, frozenset[int]]:
    if not styles:
        return {}
    pattern = re.compile(
        rb"""<(?:\w+:)?c\b(?=[^>]*?\bs=["'](?:%s)["'])[^>]*?\br=["']([A-Z]+)(\d+)["']"""
        % "|".join(sorted(styles)).encode()
    )
    rows: dict[int, set[int]] = {}
    for letters, row in pattern.findall(xml):
        rows.setdefault(column_index(letters), set()).add(int(row) - 1)
    return {column: frozenset(found) for column, found in rows.items()}


def _among_cells(xml: bytes, letter: bytes, word: bytes) -> bool:
    """Whether a word stands among the cells of a sheet.

    Looking for one letter of it first is ten times as fast, and sheets of plain numbers have few letters.
    """
    start, end = xml.find(b"sheetData"), xml.rfind(b"sheetData")
    start += len(b"sheetData")
    return xml.find(letter, start, end) >= 0 and xml.find(word, start, end) >= 0


def _formulas(xml: bytes) -> list[tuple[bytes, bytes, bytes]]:
    """Attributes, formula and what follows it, of each cell with a formula."""
    return FORMULA.findall(xml) if _among_cells(xml, b"f", b"f") else []


def _broken_cells(
    xml: bytes, formulas: list[tuple[bytes, bytes, bytes]]
) -> Iterator[tuple[int, int, Broken]]:
    if _among_cells(xml, b"e", b't="e"') or _among_cells(xml, b"'", b"t='e'"):
        for letters, row, text in ERROR_CELL.findall(xml):
            yield int(row) - 1, column_index(letters), Broken(text.decode("utf-8", "replace"))
    for attributes, _, result in formulas:
        place = PLACE.search(attributes)
        stored = result.endswith(b"v>") or (result.endswith(b"></") and TEXT_RESULT.search(attributes))
        if place and not stored:
            yield int(place.group(2)) - 1, column_index(place.group(1)), Broken("=")


def _external(formulas: list[tuple[bytes, bytes, bytes]]) -> tuple[str, ...]:
    """Cells whose formula reads another workbook: their values may be old."""
    found = (PLACE.search(a) for a, text, _ in formulas if re.search(rb"\[\d+\]|\[[^\]]*\.xls", text))
    return tuple(f"{m.group(1).decode()}{int(m.group(2))}" for m in found if m)


def _hidden_columns(xml: bytes) -> int:
    head = xml[: xml.find(b"sheetData")]
    spans = [dict(SPAN.findall(c)) for c in HIDDEN_COLUMN.findall(head)]
    return sum(min(int(s.get(b"max", 0)), LIMIT_COLUMNS) - int(s.get(b"min", 1)) + 1 for s in spans)


def read_xlsx(data: bytes, where: str) -> Grid:
    """The grid of an xlsx workbook: all sheets, hidden ones too.

    Raises Refused.
    """
    parts = members(data, where)
    _check_parts(parts, where)
    places = _sheet_parts(parts, where)
    for title, name in places.items():
        _refuse_far(parts.get(name, b""), title)
    styles = _percent_styles(parts, where)
    sheets = []
    for sheet in _calamine(stored(parts), where):
        xml = parts.get(places.get(sheet.name, ""), b"")
        columns = cast(list[list[Cell]], list(sheet.columns))
        formulas = _formulas(xml)
        for row, column, broken in _broken_cells(xml, formulas):
            _put(columns, row, column, broken)
        sheets.append(_with(sheet, columns, xml, styles, _external(formulas)))
    return Grid("xlsx", tuple(sheets))


def _with(
    sheet: Sheet, columns: list[list[Cell]], xml: bytes, styles: set[str], external: tuple[str, ...]
) -> Sheet:
    return Sheet(
        name=sheet.name,
        columns=tuple(columns),
        visible=sheet.visible,
        merged=sheet.merged,
        hidden_rows=len(HIDDEN_ROW.findall(xml)) if _among_cells(xml, b"h", b"hidden") else 0,
        hidden_columns=_hidden_columns(xml),
        filtered=xml.find(b"filterColumn", xml.rfind(b"sheetData")) >= 0,
        percent=MappingProxyType(_percent_cells(xml, styles)),
        external=external,
    )


def _put(columns: list[list[Cell]], row: int, column: int, cell: Cell) -> None:
    height = max(len(columns[0]) if columns else 0, row + 1)
    while len(columns) <= column:
        columns.append([None] * height)
    for values in columns:
        values.extend([None] * (height - len(values)))
    columns[column][row] = cell


# --- xls, and what both share ----------------------------------------------------------------------------

# Names of streams in an OLE container, as they stand in its directory.
MACROS = "_VBA_PROJECT".encode("utf-16-le")
BOOKS = tuple(name.encode("utf-16-le") for name in ("Workbook", "Book"))


def read_xls(data: bytes, where: str) -> Grid:
    """The grid of an old xls workbook.

    Raises Refused: encrypted, with macros, not a workbook, cut off at the row limit of the format.
    """
    if ENCRYPTED in data:
        raise Refused("file-encrypted", where)
    if MACROS in data:
        raise Refused("workbook-macros", where)
    if not any(name in data for name in BOOKS):
        raise Refused("not-a-workbook", where)
    return Grid("xls", tuple(_calamine(data, where)), (Note("old-format", where),))


def _calamine(data: bytes, where: str) -> Iterator[Sheet]:
    try:
        book = python_calamine.load_workbook(io.BytesIO(data))
        for meta in book.sheets_metadata:
            kind = str(meta.typ).rpartition(".")[2]
            if kind == "MacroSheet":
                raise Refused("workbook-macros", where)
            if kind == "WorkSheet":
                yield _sheet(book, meta)
    except python_calamine.PasswordError as error:
        raise Refused("file-encrypted", where) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Refused("workbook-broken", where, name=where, reason=str(error)[:120]) from error


VISIBLE = {"Visible": "visible", "Hidden": "hidden", "VeryHidden": "very-hidden"}


def _sheet(book: python_calamine.CalamineWorkbook, meta: python_calamine.SheetMetadata) -> Sheet:
    sheet = book.get_sheet_by_name(meta.name)
    rows, columns = sheet.end or (-1, -1)
    if columns >= LIMIT_COLUMNS:
        raise Refused("too-many-columns", meta.name, limit=LIMIT_COLUMNS, place=column_name(columns))
    if rows + 1 > LIMIT_ROWS:
        raise Refused("too-many-rows", meta.name, limit=LIMIT_ROWS, n=rows + 1)
    if rows + 1 == 65_536:
        raise Refused("rows-cut-off", meta.name, n=rows + 1)
    merged = tuple((a, b, c, d) for (a, b), (c, d) in sheet.merged_cell_ranges or ())
    grid = zip(*sheet.to_python(skip_empty_area=False), strict=True)
    return Sheet(
        meta.name, tuple(_column(c) for c in grid), VISIBLE[str(meta.visible).rpartition(".")[2]], merged
    )


def _column(column: tuple) -> list[Cell]:
    body = column[TOP:]
    if all_numbers(body):
        return [*_filled(column[:TOP]), *body]
    return _filled(column)


def _filled(cells: tuple) -> list[Cell]:
    if set(map(type, cells)) & {int, datetime.timedelta}:
        cells = tuple(_plain(c) for c in cells)
    return [None if c == "" else c for c in cells]


def _plain(cell: object) -> object:
    if isinstance(cell, datetime.timedelta):
        return EPOCH + cell  # a time beyond 24:00: kept as a date, never a number
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell

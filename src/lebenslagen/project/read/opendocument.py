"""OpenDocument spreadsheets in the parsing child, by the standard library alone.

A cell may be repeated a million times in one attribute: repeats are counted before they are unfolded, empty
tails never.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from types import MappingProxyType
from xml.etree import ElementTree as ET

from lebenslagen.project.read.archive import members
from lebenslagen.project.read.content import LIMIT_COLUMNS, LIMIT_ROWS, Refused, refuse_markup
from lebenslagen.project.read.grid import Broken, Cell, Grid, Sheet

__all__ = ["read_ods"]

OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"


def read_ods(data: bytes, where: str) -> Grid:
    """The grid of an ods workbook: all tables, hidden ones too.

    Raises Refused.
    """
    parts = members(data, where)
    for name, part in parts.items():
        if name.endswith(".xml"):
            refuse_markup(name, part, where)
    if b"encryption-data" in parts.get("META-INF/manifest.xml", b""):
        raise Refused("file-encrypted", where)
    if any(name.startswith(("Basic/", "Scripts/")) for name in parts):
        raise Refused("workbook-macros", where)
    try:
        root = ET.fromstring(parts["content.xml"])  # entities were refused before  # noqa: S314
    except (ET.ParseError, KeyError) as error:
        raise Refused("workbook-broken", where, name="content.xml", reason=str(error)) from error
    hidden = _hidden_styles(root)
    return Grid("ods", tuple(_Table(t, hidden).sheet() for t in root.iter(TABLE + "table")))


def _hidden_styles(root: ET.Element) -> set[str]:
    return {
        style.get(STYLE + "name", "")
        for style in root.iter(STYLE + "style")
        for properties in style.iter(STYLE + "table-properties")
        if properties.get(TABLE + "display") == "false"
    }


class _Table:
    """One table while it is read."""

    def __init__(self, element: ET.Element, hidden: set[str]) -> None:
        self.element = element
        self.name = element.get(TABLE + "name", "")
        self.visible = "hidden" if element.get(TABLE + "style-name") in hidden else "visible"
        self.rows: list[list[Cell]] = []
        self.merged: list[tuple[int, int, int, int]] = []
        self.percent: dict[int, set[int]] = {}
        self.hidden_rows = 0
        self.external: list[str] = []

    def sheet(self) -> Sheet:
        for row in self.element.iter(TABLE + "table-row"):
            self._row(row)
        width = max((len(r) for r in self.rows), default=0)
        padded = [r + [None] * (width - len(r)) for r in self.rows]
        return Sheet(
            name=self.name,
            columns=tuple(list(c) for c in zip(*padded, strict=True)),
            visible=self.visible,
            merged=tuple(self.merged),
            hidden_rows=self.hidden_rows,
            hidden_columns=sum(
                c.get(TABLE + "visibility", "visible") != "visible"
                for c in self.element.iter(TABLE + "table-column")
            ),
            percent=MappingProxyType({c: frozenset(r) for c, r in self.percent.items()}),
            external=tuple(self.external),
        )

    def _row(self, element: ET.Element) -> None:
        repeat = int(element.get(TABLE + "number-rows-repeated", "1"))
        cells = self._cells(element, len(self.rows))
        if not cells and not self._filled_after(repeat):
            return
        if len(self.rows) + repeat > LIMIT_ROWS:
            raise Refused("too-many-rows", self.name, limit=LIMIT_ROWS, n=len(self.rows) + repeat)
        if element.get(TABLE + "visibility", "visible") != "visible":
            self.hidden_rows += repeat
        self.rows.extend(list(cells) for _ in range(repeat))

    def _filled_after(self, repeat: int) -> bool:
        # A run of empty rows up to the end of the sheet is how a spreadsheet fills its page; it is not data.
        return len(self.rows) + repeat < LIMIT_ROWS

    def _cells(self, element: ET.Element, row: int) -> list[Cell]:
        cells: list[Cell] = []
        pending = 0
        for place, repeat in _repeats(element):
            cell = self._cell(place)
            if cell is None:
                pending += repeat
                continue
            if len(cells) + pending + repeat > LIMIT_COLUMNS:
                raise Refused("too-many-columns", self.name, limit=LIMIT_COLUMNS, place=str(pending + repeat))
            cells.extend([None] * pending)
            pending = 0
            self._remember(place, row, len(cells), repeat)
            cells.extend([cell] * repeat)
        return cells

    def _remember(self, element: ET.Element, row: int, column: int, repeat: int) -> None:
        if element.get(OFFICE + "value-type") == "percentage":
            for c in range(column, column + repeat):
                self.percent.setdefault(c, set()).add(row)
        down = int(element.get(TABLE + "number-rows-spanned", "1"))
        right = int(element.get(TABLE + "number-columns-spanned", "1"))
        if down > 1 or right > 1:
            self.merged.append((row, column, row + down - 1, column + right - 1))
        if "'file:" in element.get(TABLE + "formula", ""):
            self.external.append(f"{row + 1}/{column + 1}")

    def _cell(self, element: ET.Element) -> Cell:
        kind = element.get(OFFICE + "value-type")
        formula = element.get(TABLE + "formula")
        if kind is None:
            return Broken("=") if formula else None
        if kind in ("float", "percentage", "currency"):
            return float(element.get(OFFICE + "value", "nan"))
        if kind == "boolean":
            return element.get(OFFICE + "boolean-value") == "true"
        if kind == "date":
            return _date(element.get(OFFICE + "date-value", ""))
        text = "\n".join("".join(p.itertext()) for p in element.iter(TEXT + "p"))
        if formula and text.startswith(("#", "Err:")):
            return Broken(text)
        return text or None


def _repeats(element: ET.Element) -> Iterator[tuple[ET.Element, int]]:
    for child in element:
        if child.tag in (TABLE + "table-cell", TABLE + "covered-table-cell"):
            yield child, int(child.get(TABLE + "number-columns-repeated", "1"))


def _date(text: str) -> Cell:
    try:
        return datetime.date.fromisoformat(text[:10])
    except ValueError:
        return Broken(text)

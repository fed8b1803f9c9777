"""A small table typed into a grid of areas: which tables of a source can be, and the file its source would deliver.

A source with several tables delivers them in one file; then one is typed, and the others are taken from the delivery in
force. Heads in several lines and tables below each other keep the build that the source declares.
"""

from __future__ import annotations

import contextlib
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DataError
from lebenslagen.web.services.data_layout import registers
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.project.read.layout import Column, Table

__all__ = ["Field", "Typed", "any_typed", "file_name", "file_of", "tables"]

Cells = Mapping[tuple[str, int], str]  # (area id, number of the field) -> what was typed


@dataclass(frozen=True)
class Field:
    """One column of the grid: its words, the declared column, and the title of its block where there are blocks."""

    label: str
    column: Column
    title: str = ""

    @property
    def variable(self) -> str:
        return self.column.variable


@dataclass(frozen=True)
class Typed:
    """A table that can be typed for a period."""

    number: int
    table: Table
    fields: tuple[Field, ...]

    @property
    def label(self) -> str:
        """What the table is called where there are several: its sheet."""
        return self.table.sheet or str(self.number + 1)


MOST_TYPED = 4500  # cells of one table; a form with more is neither typed by anybody nor taken by the server


def tables(source: str, period: str) -> list[Typed]:
    """The tables of a source that make up its file for a period; empty where one of them cannot be typed or is too large."""
    from lebenslagen.project.read.apply import _meant_for

    fit = [t for t in town().declaration.source(source).layout.tables if _meant_for(t, period)]
    found = [Typed(number, table, tuple(_fields(table))) for number, table in enumerate(fit)]
    sheets = [one.table.sheet for one in found]
    apart = len(found) < 2 or (all(sheets) and len(set(sheets)) == len(sheets))
    possible = apart and all(one.fields for one in found)
    return found if possible and not any(_too_large(one, period) for one in found) else []


def _too_large(one: Typed, period: str) -> bool:
    areas = registers(period).get(one.table.level)
    return areas is not None and len(areas.ids) * len(one.fields) > MOST_TYPED


def _fields(table: Table) -> Iterator[Field]:
    if (
        table.key is None
        or table.long
        or table.key.columns
        or table.subtotals
        or not all(map(_typable, table.columns))
    ):
        return
    if table.blocks is None:
        yield from (Field(column.head, column) for column in table.columns)
    elif table.blocks.variable_column == "" and isinstance(table.blocks.head_column, int):
        for title in table.blocks.titles:
            for column in table.columns:
                yield Field(title if len(table.columns) == 1 else f"{title}, {column.head}", column, title)


def _typable(column: Column) -> bool:
    return bool(column.head and column.variable and column.unit != "text")


def file_name(source: str, period: str) -> str:
    """A file name that says the period in the way the source declares it."""
    from lebenslagen.project.read.tables import period_of

    rule = town().declaration.source(source).layout.period
    day: date = town().declaration.period(period).as_of
    names = (
        f"{source}_{period}",
        f"{source}_{day:%d.%m.%Y}",
        f"{source}_{day.year - 1}_{day.year}",
        f"{source}_{day:%Y%m%d}",
    )
    ending = "xlsx" if len(tables(source, period)) > 1 else "csv"
    if rule.source != "filename":
        return f"{names[0]}.{ending}"
    fit = (
        name for name in names if period_of(name, rule.pattern or r"(?<!\d)((?:19|20)\d\d)(?!\d)") == period
    )
    return f"{next(fit, names[0])}.{ending}"


def file_of(source: str, period: str, number: int, cells: Cells) -> bytes:
    """What was typed as the file its source would deliver: CSV, or a workbook where it has several tables."""
    known = tables(source, period)
    if len(known) == 1:
        return _csv(list(_rows(source, period, known[0], cells)))
    sheets = [
        (one.table.sheet, list(_rows(source, period, one, cells if one.number == number else _delivered(source, period, one))))
        for one in known
    ]  # fmt: skip
    return _workbook(sheets)


def _rows(source: str, period: str, one: Typed, cells: Cells) -> Iterator[list[str]]:
    """The lines of a table, with blank ones above its heads."""
    table, rule = one.table, one.table.period or town().declaration.source(source).layout.period
    assert table.key is not None
    key, columns = table.key, list(dict.fromkeys(field.column.head for field in one.fields))
    named = bool(key.name_column) and key.form == "id"
    own = [period] if rule.source == "column" else []
    heads = [
        str(key.column),
        *([str(key.name_column)] if named else []),
        *([str(rule.column)] if own else []),
        *columns,
    ]
    yield from ([""] * len(heads) for _ in range(max(0, table.header.row - 1)))
    yield from (_head_line(heads, line, table.header.rows) for line in range(table.header.rows))
    for title, fields in _blocks(one).items():
        if table.blocks is not None:
            place = int(table.blocks.head_column) - 1
            yield [*[""] * place, title, *[""] * (len(heads) - place - 1)]
        for area, name in _areas(period, table):
            first = [name if key.form == "name" else area, *([name] if named else []), *own]
            yield [*first, *(cells.get((area, number), "") for number in fields)]


def _blocks(one: Typed) -> dict[str, list[int]]:
    """The numbers of the fields under each title."""
    found: dict[str, list[int]] = {}
    for number, field in enumerate(one.fields):
        found.setdefault(field.title, []).append(number)
    return found


def _areas(period: str, table: Table) -> list[tuple[str, str]]:
    known = registers(period)[table.level]
    return list(zip(known.ids, known.names, strict=True))


def _head_line(heads: Sequence[str], line: int, lines: int) -> list[str]:
    """One of the lines of the heads; heads in several lines are declared joined by a stroke."""
    parts = [head.split(" / ") if lines > 1 else [head] for head in heads]
    return [part[line] if line < len(part) else "" for part in parts]


def _delivered(source: str, period: str, one: Typed) -> dict[tuple[str, int], str]:
    """What the delivery in force says in a table that is not typed now; nothing without one."""
    from lebenslagen.project import build
    from lebenslagen.web.services.data_state import in_force

    force, rows = in_force(town().project, source, period), []
    with contextlib.suppress(DataError):  # it may have been built otherwise
        rows = build.rows_of(town()._works(), force) if force else []
    titles = one.table.blocks.titles if one.table.blocks else {}
    fields = {
        (titles[field.title] if field.variable == "{block}" else field.variable): n for n, field in enumerate(one.fields)
    }  # fmt: skip
    found = {}
    for level, area, when, variable, value, *_ in rows:
        if level == one.table.level and when == period and variable in fields and value is not None:
            found[area, fields[variable]] = f"{value:.10g}".replace(".", ",")
    return found


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";", lineterminator="\n").writerows(rows)
    return ("\ufeff" + text.getvalue()).encode()


def _workbook(sheets: Sequence[tuple[str, Sequence[Sequence[str]]]]) -> bytes:
    import openpyxl

    from lebenslagen.web.services.data_veil import number_of

    book, target = openpyxl.Workbook(), io.BytesIO()
    book.remove(book.active)
    for name, rows in sheets:
        sheet = book.create_sheet(name)
        for line, row in enumerate(rows, 1):
            for column, text in enumerate(row, 1):
                number = number_of(text) if column > 1 else None  # the first names areas: "01" stays as it is
                cell = sheet.cell(line, column, text or None if number is None else float(number))
                if text and number is None:
                    cell.data_type = "s"  # what was typed is never a formula
    book.save(target)
    return target.getvalue()


def any_typed(cells: Mapping[Any, str]) -> bool:
    """Whether anything was typed at all.

    >>> any_typed({("01", 0): " "}), any_typed({("01", 0): "0"})
    (False, True)
    """
    return any(value.strip() for value in cells.values())

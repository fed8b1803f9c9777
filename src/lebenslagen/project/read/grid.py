"""Cells as they stand in a file, and how they travel from the parsing child to its parent.

A sheet is kept by columns: the checks go down columns, and a column of plain numbers crosses the pipe as bytes.
The parent never unpickles what the child sends: it reads JSON and plain arrays, and checks their lengths. Named
tuples, because loading dataclasses would cost the child a fifth of its start.
"""

from __future__ import annotations

import json
import re
from array import array
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from functools import cache
from itertools import compress
from types import MappingProxyType
from typing import Any, NamedTuple

__all__ = [
    "TOP",
    "Broken",
    "Cell",
    "Grid",
    "Note",
    "Sheet",
    "address",
    "all_numbers",
    "column_name",
    "pack",
    "unpack",
]

NOTHING: Mapping[Any, Any] = MappingProxyType({})
TOP = 8  # rows at the top of a sheet in which titles and heads are usual


class Broken(str):
    """A cell without a usable value: an error such as #DIV/0!, or "=" for a formula whose result is not stored.

    >>> Broken("#REF!")
    '#REF!'
    """

    __slots__ = ()


Cell = str | float | bool | date | time | Broken | None

EMPTY, NUMBER, TEXT, BOOL, DATE, BROKEN = range(6)
RUN = re.compile(rb"(.)\1*", re.DOTALL)


class Note(NamedTuple):
    """What the child found wrong: a code of `errors.FAULTS`, the place, and the values of its sentence.

    >>> dict(Note("file-empty", "a.csv").values)
    {}
    """

    code: str
    where: str
    values: Mapping[str, object] = NOTHING


class Sheet(NamedTuple):
    """One sheet: columns of equal length; rows and columns count from 0, addresses from A1.

    >>> Sheet("A", ((None, "x"), (1.0, 2.0))).cell(1, 1)
    2.0
    """

    name: str
    columns: tuple[Sequence[Cell], ...]
    visible: str = "visible"
    merged: tuple[tuple[int, int, int, int], ...] = ()
    hidden_rows: int = 0
    hidden_columns: int = 0
    filtered: bool = False
    percent: Mapping[int, frozenset[int]] = NOTHING
    external: tuple[str, ...] = ()

    @property
    def height(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    @property
    def width(self) -> int:
        return len(self.columns)

    def cell(self, row: int, column: int) -> Cell:
        if 0 <= column < self.width and 0 <= row < self.height:
            return self.columns[column][row]
        return None

    def row(self, row: int) -> list[Cell]:
        return [column[row] for column in self.columns]


class Grid(NamedTuple):
    """Everything a file holds, before any meaning: its sheets, and what already speaks against it.

    >>> Grid("csv").sheets
    ()
    """

    kind: str
    sheets: tuple[Sheet, ...] = ()
    notes: tuple[Note, ...] = ()
    encoding: str = ""
    delimiter: str = ""
    walls: tuple[str, ...] = ()
    samples: tuple[str, ...] = ()


@cache
def column_name(column: int) -> str:
    """The letters of a column counted from 0.

    >>> column_name(0), column_name(25), column_name(26), column_name(16383)
    ('A', 'Z', 'AA', 'XFD')
    """
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def address(sheet: str, row: int, column: int) -> str:
    """The place of a cell, as a spreadsheet names it.

    >>> address("SGB II", 8, 1)
    'SGB II!B9'
    """
    return f"{sheet}!{column_name(column)}{row + 1}"


def all_numbers(cells: Sequence[Cell]) -> bool:
    """Whether there are numbers alone, as in most columns below their first rows.

    >>> all_numbers([1.0, 2.5]), all_numbers([1.0, None]), all_numbers([True])
    (True, False, False)
    """
    return [*map(type, cells)].count(float) == len(cells)


# --- over the pipe --------------------------------------------------------------------------------------


# By exact type, which is three times as fast as asking one after the other.
TAGS = {type(None): EMPTY, float: NUMBER, int: NUMBER, str: TEXT, Broken: BROKEN, bool: BOOL, date: DATE}
TAGS |= {datetime: DATE, time: DATE, timedelta: DATE}


def _only(*tags: int) -> bytes:
    return bytes(1 if t in tags else 0 for t in range(256))


NUMBERS, OTHERS = _only(NUMBER), _only(TEXT, BOOL, DATE, BROKEN)


def _pack_column(column: Sequence[Cell], blobs: list[bytes]) -> dict[str, object]:
    top, body = column[:TOP], column[TOP:]
    plain = all_numbers(body)
    tags = bytes(map(TAGS.__getitem__, map(type, top if plain else column)))
    numbers = array("d", compress(column, tags.translate(NUMBERS)) if NUMBER in tags else ())  # type: ignore[type-var]
    if plain:
        tags += bytes([NUMBER]) * len(body)
        numbers.extend(array("d", body))  # type: ignore[type-var]
    blobs += [tags, numbers.tobytes()]
    return {
        "numbers": len(numbers),
        "rest": [c if type(c) is str else _text(c) for c in compress(column, tags.translate(OTHERS))],
    }


def _text(cell: Cell | timedelta) -> str:
    if isinstance(cell, str):
        return str(cell)
    if isinstance(cell, bool):
        return "1" if cell else ""
    return str(cell) if isinstance(cell, timedelta) else cell.isoformat()  # type: ignore[union-attr]


def _unpack_column(head: Mapping, rows: int, data: memoryview) -> tuple[list[Cell], int]:
    count = int(head["numbers"])
    size = rows + 8 * count
    tags = bytes(data[:rows])
    numbers: list[float] = array("d", data[rows:size].tobytes()).tolist()
    if len(tags) != rows or len(numbers) != count or tags.count(NUMBER) != count:
        raise ValueError("column does not have the length it says")
    if count == rows:
        return list(numbers), size
    return _mixed(tags, numbers, head["rest"]), size


def _mixed(tags: bytes, numbers: list[float], rest: Sequence[str]) -> list[Cell]:
    """Cells in their order; long runs of numbers, as below a head, are taken whole."""
    cells: list[Cell] = []
    number, other = 0, 0
    for run in RUN.finditer(tags):
        length = run.end() - run.start()
        tag = tags[run.start()]
        if tag == NUMBER:
            cells += numbers[number : number + length]
            number += length
        elif tag == EMPTY:
            cells += [None] * length
        else:
            texts = rest[other : other + length]
            cells += texts if tag == TEXT else [_special(tag, text) for text in texts]
            other += length
    if len(cells) != len(tags):
        raise ValueError("column does not have the length it says")
    return cells


def _special(tag: int, text: str) -> Cell:
    if tag == BROKEN:
        return Broken(text)
    if tag == BOOL:
        return bool(text)
    for kind in (date, datetime, time):
        try:
            return kind.fromisoformat(text)
        except ValueError:
            continue
    return Broken(text)


def pack(grid: Grid) -> bytes:
    """A grid as bytes: length of the head, head as JSON, then the columns.

    >>> unpack(pack(Grid("csv", (Sheet("a", (("x", 1.5, None),)),)))).sheets[0].columns
    (['x', 1.5, None],)
    """
    blobs: list[bytes] = []
    sheets = [
        {
            "name": s.name,
            "visible": s.visible,
            "rows": s.height,
            "columns": [_pack_column(c, blobs) for c in s.columns],
            "merged": s.merged,
            "hidden": [s.hidden_rows, s.hidden_columns, int(s.filtered)],
            "percent": [[column, sorted(rows)] for column, rows in s.percent.items()],
            "external": s.external,
        }
        for s in grid.sheets
    ]
    head = {
        "kind": grid.kind,
        "sheets": sheets,
        "notes": [[n.code, n.where, dict(n.values)] for n in grid.notes],
        "text": [grid.encoding, grid.delimiter, list(grid.walls), list(grid.samples)],
    }
    encoded = json.dumps(head, ensure_ascii=True).encode()
    return b"".join([len(encoded).to_bytes(8, "big"), encoded, *blobs])


def unpack(data: bytes) -> Grid:
    """The grid of `pack`.

    Raises ValueError where the bytes are not what their head says.

    >>> unpack(pack(Grid("xlsx", walls=("limits",)))).walls
    ('limits',)
    """
    size = int.from_bytes(data[:8], "big")
    head = json.loads(data[8 : 8 + size])
    rest = memoryview(data)[8 + size :]
    sheets = []
    for s in head["sheets"]:
        columns = []
        for c in s["columns"]:
            column, used = _unpack_column(c, s["rows"], rest)
            columns.append(column)
            rest = rest[used:]
        sheets.append(_sheet(s, columns))
    encoding, delimiter, walls, samples = head["text"]
    notes = tuple(Note(*n) for n in head["notes"])
    return Grid(head["kind"], tuple(sheets), notes, encoding, delimiter, tuple(walls), tuple(samples))


def _sheet(head: Mapping, columns: list[list[Cell]]) -> Sheet:
    rows, cols, filtered = head["hidden"]
    return Sheet(
        name=head["name"],
        columns=tuple(columns),
        visible=head["visible"],
        merged=tuple((a, b, c, d) for a, b, c, d in head["merged"]),
        hidden_rows=rows,
        hidden_columns=cols,
        filtered=bool(filtered),
        percent=MappingProxyType({c: frozenset(r) for c, r in head["percent"]}),
        external=tuple(head["external"]),
    )

"""The lines of a table: which are areas, titles, totals, remainders, notes; in one pass from top to bottom."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lebenslagen.errors import Fault
from lebenslagen.project.read.grid import Cell, Sheet, address
from lebenslagen.project.read.heads import clean, fold, shown
from lebenslagen.project.read.keys import KeyFaults, Keys, name_problem
from lebenslagen.project.read.layout import Blocks, Table, Total
from lebenslagen.project.read.reading import Skipped

__all__ = ["Line", "LineReader"]

RULER = re.compile(r"[-=_*.~\s]*")
# What offices call their sums, where a layout declares none.
SUM_WORDS = (
    "gesamtstadt",
    "stadt insgesamt",
    "insgesamt",
    "gesamt",
    "summe",
    "zusammen",
    "gesamtsumme",
    "total",
)
USUAL_TOTAL = Total(key=("", *SUM_WORDS), names=SUM_WORDS)
GROUP_WORDS = re.compile(
    r"(?i)\b(summe|zusammen|insgesamt|gesamt|zwischensumme|bezirk|stadtbezirk|sozialraum)\b:?"
)


class Line(NamedTuple):
    """One line that carries values: an area, or a total, subtotal or remainder under its name.

    >>> Line(4, "area", "01").block
    ''
    """

    row: int
    kind: str
    area: str
    block: str = ""
    name: str = ""
    total: Total | None = None


@dataclass
class _Blocks:
    """Which block the lines stand in; titles that follow each other name it together."""

    declared: Blocks | None
    column: int = -1
    current: list[str] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)

    def title(self, cells: Sequence[Cell]) -> bool:
        if self.declared is None or self.column < 0:
            return False
        text = clean(cells[self.column])
        part = self.declared.titles.get(text)
        if part is None or any(isinstance(c, float) for c in cells):
            return False
        self.pending.append(part)
        return True

    def name(self) -> str:
        if self.pending:
            depth = max(len(self.current), len(self.pending))
            self.current = self.current[: depth - len(self.pending)] + self.pending
            self.pending = []
        return "_".join(p for p in self.current if p)


class LineReader:
    """Reads the lines below the heads of one table.

    columns: key (or several), name, values: the columns that matter, counted from 0.
    """

    def __init__(
        self,
        sheet: Sheet,
        table: Table,
        keys: Keys | None,
        key_columns: Sequence[int],
        name_column: int | None,
        value_columns: Sequence[int],
        block_column: int = -1,
        group_column: int | None = None,
        parents: Sequence[str] = (),
    ) -> None:
        self.sheet, self.table, self.keys = sheet, table, keys
        self.key_columns, self.name_column, self.value_columns = key_columns, name_column, value_columns
        self.group_column, self.parents = group_column, {fold(p) for p in parents}
        self.blocks = _Blocks(table.blocks, block_column)
        self.skipped: list[Skipped] = []
        self.faults: list[Fault] = []
        self.key_faults = KeyFaults()
        self.skip = [re.compile(p) for p in table.skip_rows]
        self.stop = re.compile(table.stop) if table.stop else None
        self.remainder = {fold(r) for r in table.remainder}
        self.totals = table.totals or ((USUAL_TOTAL,) if keys is not None else ())
        self.above: list[Cell] = []
        self.head_places: list[int] = []

    def lines(self, first: int, heads: Sequence[str]) -> Iterator[Line]:
        """The lines from row `first` (from 0); heads: the last row of the head, to know it when it comes again."""
        last = min(self.table.last_row or self.sheet.height, self.sheet.height)
        known = self._known()
        written: Sequence[Any] = self.sheet.columns[self.key_columns[0]] if known else ()
        names = self.sheet.columns[self.name_column] if known and self.name_column is not None else None
        self.head_places = [
            c for c in (*self.key_columns, *self.value_columns) if c < len(heads) and heads[c]
        ]
        for row in range(first, last):
            if known and (key := written[row]) in known:
                name = known[key] if names is not None else ""
                if names is None or (name and names[row] == name):
                    yield Line(row, "area", key, "", name)
                    continue
            keys = [self.sheet.columns[c][row] for c in self.key_columns]
            found = self._area(keys)
            cells = self.sheet.row(row)
            if self._stops(cells):
                return
            line = self._line(row, cells, keys, found, heads)
            if line is not None:
                yield line

    def _known(self) -> dict[Any, str]:
        """Keys with their names, where a line that shows a known key (beside its known name) needs no further look."""
        if self.keys is None or len(self.key_columns) != 1 or not self.keys.direct:
            return {}
        if self.table.blocks or self.skip or self.stop or self.remainder or self.keys.register is None:
            return {}
        return dict(zip(self.keys.register.ids, self.keys.register.names, strict=True))

    def _area(self, cells: list[Cell]) -> str:
        """The area where the key says it without any doubt; "" otherwise."""
        if self.keys is None or self.keys.register is None or len(cells) != 1 or self.keys.key.fill_down:
            return ""
        found = self.keys.find(cells[0])
        return found.area or "" if not found.code else ""

    def _stops(self, cells: Sequence[Cell]) -> bool:
        if self.stop is None:
            return False
        return self.stop.search(next((clean(c) for c in cells if clean(c)), "")) is not None

    def _line(
        self, row: int, cells: list[Cell], keys: list[Cell], found: str, heads: Sequence[str]
    ) -> Line | None:
        if all(c is None or (isinstance(c, str) and RULER.fullmatch(c)) for c in cells):
            if any(c is not None for c in cells):
                self._skip(row, cells, "ruler")
            return None
        if self._skips(row, cells) or self._again(row, cells, found, heads):
            return None
        if found:
            self._check_name(row, found, cells)
            return Line(row, "area", found, self.blocks.name(), self._name(cells))
        if self.blocks.title(cells):
            self._skip(row, cells, "title")
            return None
        return self._special(row, cells, keys) or self._by_key(row, cells, keys)

    def _skips(self, row: int, cells: Sequence[Cell]) -> bool:
        text = next((clean(c) for c in cells if clean(c)), "")
        if any(p.search(text) for p in self.skip):
            self._skip(row, cells, "declared")
            return True
        return False

    def _again(self, row: int, cells: Sequence[Cell], found: str, heads: Sequence[str]) -> bool:
        """The head repeated among the data."""
        if found:
            return False
        places = self.head_places
        same = sum(1 for c in places if cells[c] is not None and clean(cells[c]) == heads[c])
        if not places or same < 2 or same * 2 < len(places):
            return False
        if self.table.blocks is None:
            self.faults.append(
                Fault("header-again", address(self.sheet.name, row, places[0]), {"line": row + 1})
            )
        return True

    def _special(self, row: int, cells: Sequence[Cell], keys: Sequence[Cell]) -> Line | None:
        """A total, a subtotal or the remainder, known by its key or name."""
        key = clean(keys[0]) if keys else ""
        name = self._name(cells) or next((clean(c) for c in cells if isinstance(c, str) and clean(c)), "")
        if {fold(key), fold(name)} & self.remainder:
            return Line(row, "remainder", "", self.blocks.name(), name or key)
        group = fold(GROUP_WORDS.sub("", name or key))
        if group and group in self.parents and not self._is_area(keys):
            return Line(row, "subtotal", group, self.blocks.name(), name or key)
        total = next((t for t in self.totals if _is_total(t, key, name)), None)
        if total is not None and self._has_values(cells):
            return Line(row, "total", "", self.blocks.name(), name or key, total)
        return None

    def _is_area(self, keys: Sequence[Cell]) -> bool:
        return bool(self._area(list(keys)))

    def _by_key(self, row: int, cells: list[Cell], keys: list[Cell]) -> Line | None:
        if self.keys is None:
            if self._has_values(cells):
                return Line(row, "area", "", self.blocks.name())
            self._skip(row, cells, "note")
            return None
        cell = self._composed(keys)
        found = self.keys.find(cell)
        if (found.area is None or self.keys.register is None) and not self._has_values(cells):
            self._skip(row, cells, "note")
            return None
        where = address(self.sheet.name, row, self.key_columns[0] if self.key_columns else 0)
        if found.code:
            near = self.keys.nearest(clean(cell)) if found.code == "unknown-area" else ""
            self.key_faults.add(found.code, where, cell, found.meant, nearest=f" ({near}?)" if near else "")
        if found.area is None:
            return None
        self._check_name(row, found.area, cells)
        return Line(row, "area", found.area, self.blocks.name(), self._name(cells))

    def _composed(self, keys: list[Cell]) -> Cell:
        """The key of several columns, each padded, empty ones filled from above where declared."""
        assert self.keys is not None
        if self.keys.key.fill_down:
            below = _filled_down(keys, self.above)
            if any(clean(k) for k in keys):
                self.above = below
            keys = below if clean(keys[-1]) else keys
        if len(keys) == 1:
            return keys[0]
        pads = self.keys.key.pads or (self.keys.key.pad,) * len(keys)
        return "".join(clean(k).zfill(p) if clean(k) else "" for k, p in zip(keys, pads, strict=True))

    def _has_values(self, cells: Sequence[Cell]) -> bool:
        return any(cells[c] is not None and clean(cells[c]) for c in self.value_columns if c < len(cells))

    def _name(self, cells: Sequence[Cell]) -> str:
        return clean(cells[self.name_column]) if self.name_column is not None else ""

    def _check_name(self, row: int, area: str, cells: Sequence[Cell]) -> None:
        if self.name_column is None or self.keys is None or area not in self.keys.names:
            return
        cell, expected = cells[self.name_column], self.keys.names[area]
        if not clean(cell) or clean(cell) == expected or not expected:
            return
        where = address(self.sheet.name, row, self.name_column)
        other = self.keys.named(cell)
        if other is not None and other != area:
            self.key_faults.add("name-of-another", where, cell, expected, key=area, other=other)
            return
        code = name_problem(str(cell).replace("\r", " ").replace("\n", " "), expected)
        if code:
            self.key_faults.add(code, where, cell, expected)

    def _skip(self, row: int, cells: Sequence[Cell], reason: str) -> None:
        column = next((i for i, c in enumerate(cells) if c is not None), 0)
        text = shown(clean(cells[column]))
        self.skipped.append(Skipped(address(self.sheet.name, row, column), text, reason))


def _filled_down(keys: Sequence[Cell], above: Sequence[Cell]) -> list[Cell]:
    """Empty parts from the line above, but only left of the first part that this line gives anew."""
    if not above:
        return list(keys)
    first = next((i for i, k in enumerate(keys) if clean(k)), len(keys))
    return [above[i] if i < first else k for i, k in enumerate(keys)]


def _is_total(total: Total, key: str, name: str) -> bool:
    keys, names = {fold(k) for k in total.key}, {fold(n) for n in total.names}
    if fold(key) and fold(key) in keys | names:
        return True
    if name and fold(name) in names:
        return True
    return not key and not name and "" in total.key

"""One declared table in one sheet: from cells to values by area, period and variable, with all faults at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property

from lebenslagen.errors import Fault
from lebenslagen.project.read.bounds import Enough, Faults, most_rows
from lebenslagen.project.read.grid import Cell, Sheet, address
from lebenslagen.project.read.heads import (
    Heads,
    Match,
    Matcher,
    clean,
    find_heads,
    fold,
    match_columns,
    shown,
)
from lebenslagen.project.read.keys import Keys, _class_of
from lebenslagen.project.read.layout import Column, Key, Layout, PeriodRule, Place, Table
from lebenslagen.project.read.lines import Line, LineReader
from lebenslagen.project.read.numbers import Grammar
from lebenslagen.project.read.reading import Control, Observed, Register, Series, Skipped
from lebenslagen.project.read.sums import Sums
from lebenslagen.project.read.values import ColumnReader, Exact, lookup, shares

__all__ = ["Result", "TableReader", "period_of"]

LIMIT_TEXT = 500
RATES = ("rate", "percent", "change")
DAY = re.compile(r"(\d{2})\.(\d{2})\.(\d{4})|(\d{4})-(\d{2})-(\d{2})", re.ASCII)
YEARS = range(1900, 2101)


@dataclass
class Result:
    """What gathers while a table is read.

    >>> Result().series
    []
    """

    series: list[Series] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)
    texts: dict[tuple[str, str], str] = field(default_factory=dict)
    remainders: list[Observed] = field(default_factory=list)
    controls: list[Control] = field(default_factory=list)
    skipped: list[Skipped] = field(default_factory=list)
    withheld: list[str] = field(default_factory=list)
    lines: int = 0


# --- periods ---------------------------------------------------------------------------------------------


def period_of(cell: Cell, pattern: str = "") -> str:
    """The period key in a cell: the pattern's first group, else the year of a year or a whole date; "" for none.

    >>> period_of(2023.0), period_of("31.12.2023"), period_of("31.02.2023"), period_of("202012", r"(\\d{4})")
    ('2023', '2023', '', '2020')
    """
    if isinstance(cell, date):
        return str(cell.year) if cell.year in YEARS else ""
    text = clean(cell)
    if pattern:
        match = re.search(pattern, text)
        text = (match.group(1) if match.groups() else match.group()) if match else ""
        if match and not DAY.fullmatch(text):
            return text
    day = DAY.fullmatch(text)
    if day:
        d, m, y = (day[1], day[2], day[3]) if day[1] else (day[6], day[5], day[4])
        return _year(int(y), int(m), int(d))
    return text if re.fullmatch(r"\d{4}", text, re.ASCII) and int(text) in YEARS else ""


def _year(year: int, month: int, day: int) -> str:
    try:
        return str(date(year, month, day).year) if year in YEARS else ""
    except ValueError:
        return ""


# --- one table in one sheet ------------------------------------------------------------------------------


class TableReader:
    """Reads one table; everything found gathers in `result`.

    >>> TableReader(Sheet("a", ()), Table(), Layout(()), None, "2024").read().faults[0].code
    'header-absent'
    """

    def __init__(
        self, sheet: Sheet, table: Table, layout: Layout, register: Register | None, period: str
    ) -> None:
        self.sheet, self.table, self.layout, self.register = sheet, table, layout, register
        self.period, self.rule = period, table.period or layout.period
        self.result = Result()
        self.group: int | None = None
        self.periods: dict[int, str] = {}

    def read(self) -> Result:
        try:
            return self._read_table()
        except Enough:
            self.result.faults.close(self.sheet.name)
            return self.result

    def _read_table(self) -> Result:
        heads = find_heads(self.sheet, self.table)
        above = self._merged_above(heads) if heads else None
        if heads is None or above is not None:
            self.result.faults.append(above or self._headless())
            return self.result
        matcher = Matcher(self.sheet, heads, self.table)
        matches = match_columns(self.table, matcher)
        places = _Places(self.table, self.rule, matcher)
        self.result.faults += matcher.faults
        self._undeclared(heads, matches, places)
        if any(f.code in ("head-twice", "column-absent") for f in matcher.faults) and not matches:
            return self.result
        if self._crowded(heads):
            return self.result
        lines = self._lines(heads, matches, places)
        self._visible(matches)
        self._read(lines, matches, places)
        return self.result

    # heads

    def _merged_above(self, heads: Heads) -> Fault | None:
        """Heads were found in one row, but the row above parts them into several groups: both rows are the head."""
        header = self.table.header
        if header.row or header.rows > 1 or heads.first == 0:
            return None
        row = heads.first - 1
        groups = [m for m in self.sheet.merged if m[0] <= row <= m[2] and m[3] > m[1]]
        return self._two_rows(row) if len(groups) > 1 else None

    def _two_rows(self, row: int) -> Fault:
        two = find_heads(self.sheet, Table(header=replace(self.table.header, row=row + 1, rows=2)))
        text = ", ".join(shown(h) for h in two.texts[:8]) if two else ""
        return Fault("header-in-two-rows", address(self.sheet.name, row, 0), {"heads": text, "row": row + 1})

    def _headless(self) -> Fault:
        """No row with the declared heads: two rows that look like merged heads are a question, else a refusal."""
        for row in range(min(20, max(self.sheet.height - 1, 0))):
            upper, lower = (sum(1 for c in self.sheet.row(r) if clean(c)) for r in (row, row + 1))
            merged = any(
                top <= row <= bottom and right > left for top, left, bottom, right in self.sheet.merged
            )
            if merged and 2 <= upper < lower:
                return self._two_rows(row)
        row = next((r for r in range(self.sheet.height) if any(self.sheet.row(r))), 0)
        found = (
            ", ".join(shown(c) for c in self.sheet.row(row) if c is not None)[:200]
            if self.sheet.height
            else ""
        )
        return Fault("header-absent", address(self.sheet.name, row, 0), {"found": found or "–"})

    def _undeclared(self, heads: Heads, matches: Sequence[Match], places: _Places) -> None:
        if self.table.other_columns != "refuse":
            return
        known = {m.column for m in matches} | set(places.all())
        ignored = {clean(c.head) for c in self.table.columns if c.ignore}
        for column, head in enumerate(heads.texts):
            if head and column not in known and head not in ignored:
                where = address(self.sheet.name, heads.last, column)
                self.result.faults.append(Fault("column-undeclared", where, {"head": shown(head)}))

    def _visible(self, matches: Sequence[Match]) -> None:
        sheet, where = self.sheet, self.sheet.name
        if sheet.visible != "visible":
            self.result.faults.append(Fault("sheet-hidden", where, {"sheet": sheet.name}))
        if sheet.hidden_rows or sheet.hidden_columns or sheet.filtered:
            values = {"rows": sheet.hidden_rows, "columns": sheet.hidden_columns}
            self.result.faults.append(Fault("rows-hidden", where, values))
        columns = {address("", 0, m.column)[1:-1] for m in matches}
        stale = [a for a in sheet.external if a.rstrip("0123456789") in columns or "/" in a]
        if stale:
            self.result.faults.append(
                Fault("values-from-elsewhere", f"{where}!{stale[0]}", {"n": len(stale)})
            )

    # lines

    def _crowded(self, heads: Heads) -> bool:
        """Whether there are so many rows that they cannot be those of the areas; then none of them is looked at."""
        table = self.table
        if table.key is None or self.register is None or table.skip_rows or table.stop:
            return False
        areas, first, last = len(self.register.ids), heads.last + 1, table.last_row or self.sheet.height
        kinds = len(table.long.map) if table.long else len(table.blocks.titles) ** 2 if table.blocks else 1
        most = most_rows(areas, kinds=kinds, several=self.rule.several)
        below = (column[first:last] for column in self.sheet.columns) if last - first > most else ()
        rows = max((len(cells) - cells.count(None) for cells in below), default=0)
        if rows > most:
            values = {"n": rows, "areas": areas, "limit": most}
            self.result.faults.append(Fault("rows-beyond-areas", self.sheet.name, values))
        return rows > most

    def _lines(self, heads: Heads, matches: Sequence[Match], places: _Places) -> list[Line]:
        keys = Keys(self.table.key, self.register) if self.table.key else None
        subtotals = self.table.subtotals
        group = self.group = places.group
        parents = self._parents(group, heads.last + 1)
        reader = LineReader(
            self.sheet,
            self.table,
            keys,
            places.key,
            places.name,
            [m.column for m in matches] + ([places.long_value] if places.long_value is not None else []),
            places.block,
            group if subtotals else None,
            parents,
        )
        if keys is not None and not places.key:
            return []
        first = max(heads.last + 1, self.table.first_row - 1)
        lasts = [clean(self.sheet.cell(heads.last, c)) for c in range(self.sheet.width)]
        try:
            lines = list(reader.lines(first, lasts))
        finally:
            self.result.faults += [*reader.key_faults.all(), *reader.faults]
        self.result.skipped += self._titles(heads) + reader.skipped
        return lines

    def _titles(self, heads: Heads) -> list[Skipped]:
        if self.table.first_row or self.table.header.row:
            return []
        rows = ((r, next((c for c in self.sheet.row(r) if clean(c)), None)) for r in range(heads.first))
        return [
            Skipped(address(self.sheet.name, r, 0), shown(clean(c)), "title")
            for r, c in rows
            if c is not None
        ]

    def _parents(self, group: int | None, first: int) -> list[str]:
        if group is not None:
            return [clean(c) for c in self.sheet.columns[group][first:] if clean(c)]
        if self.table.subtotals and self.register:
            return [*self.register.parents, *self.table.subtotals.words]
        return []

    # values

    def _read(self, lines: list[Line], matches: Sequence[Match], places: _Places) -> None:
        areas = [line for line in lines if line.kind == "area"]
        others = [line for line in lines if line.kind != "area"]
        self._assign_periods(areas, places)
        areas = [line for line in areas if line.row in self.periods]
        self.result.lines = len(areas)
        if not areas and not self.result.faults:
            self.result.faults.append(Fault("no-data-rows", self.sheet.name))
        for label, group in self._groups(areas, places).items():
            kept = self._once(group, label, matches)
            rows, ids = [line.row for line in kept], [line.area for line in kept]
            periods = [self.periods[row] for row in rows]
            for match in self._columns(matches, places, label):
                series = self._series(match, kept, rows, ids, periods)
                if series is not None:
                    self.result.series.append(series)
                    self._sums(others, match, label, series, places)
        if self.table.uninhabited:
            self._uninhabited()

    def _assign_periods(self, lines: Sequence[Line], places: _Places) -> None:
        if places.period is None:
            fixed = self._fixed_period()
            self.periods = {line.row: fixed for line in lines}
            return
        bad: list[Line] = []
        for line in lines:
            period = period_of(self.sheet.columns[places.period][line.row], self.rule.pattern)
            if period:
                self.periods[line.row] = period
            else:
                bad.append(line)
        for line in bad:
            cell = self.sheet.columns[places.period][line.row]
            self._fault("period-unclear", line.row, places.period, value=shown(cell))
        if not self.rule.several:
            self._one_period(places.period)

    def _one_period(self, column: int) -> None:
        """A delivery is for one period: rows of another are refused, a whole file of another is flagged."""
        counts: dict[str, int] = {}
        for period in self.periods.values():
            counts[period] = counts.get(period, 0) + 1
        if len(counts) == 1:
            only = next(iter(counts))
            if self.period and only != self.period:
                row = next(iter(self.periods))
                self._fault("period-differs", row, column, found=only, given=self.period)
            return
        usual = self.period if self.period in counts else max(counts, key=lambda p: counts[p], default="")
        for row, period in self.periods.items():
            if period != usual:
                self._fault("period-mixed", row, column, found=period, usual=usual)

    def _fixed_period(self) -> str:
        if self.rule.source == "cell":
            column = re.fullmatch(r"([A-Z]+)(\d+)", self.rule.cell)
            if column:
                index = 0
                for letter in column[1]:
                    index = index * 26 + ord(letter) - 64
                cell = self.sheet.cell(int(column[2]) - 1, index - 1)
                period = period_of(cell, self.rule.pattern)
                if period:
                    return period
                self._fault("period-unclear", int(column[2]) - 1, index - 1, value=shown(cell))
        return self.period

    def _groups(self, lines: Sequence[Line], places: _Places) -> dict[str, list[Line]]:
        """Lines by the variable they carry: one group, one a block, or one a value of the long form's column."""
        groups: dict[str, list[Line]] = {}
        if self.table.long is None and self.table.blocks is None:
            return {"": list(lines)}
        if self.table.long is None or places.long_variable is None:
            for line in lines:
                groups.setdefault(line.block, []).append(line)
            return groups
        for line in lines:
            cell = self.sheet.columns[places.long_variable][line.row]
            variable = self._long_variable(cell, line.row, places.long_variable)
            if variable:
                groups.setdefault(variable, []).append(line)
        return groups

    def _long_variable(self, cell: Cell, row: int, column: int) -> str:
        if isinstance(cell, date):
            self._fault("class-is-date", row, column, value=f"{cell:%d.%m.%Y}", meant=_class_of(cell))
            return ""
        assert self.table.long is not None
        variable = lookup(self.table.long.map, clean(cell))
        if not variable:
            self._fault(
                "class-unknown", row, column, value=shown(cell), known=", ".join(self.table.long.map)[:200]
            )
        return variable

    def _columns(self, matches: Sequence[Match], places: _Places, label: str) -> Iterator[Match]:
        if self.table.long is not None and places.long_value is not None:
            yield Match(Column(variable=label, unit=self.table.long.unit), places.long_value, label)
            return
        for match in matches:
            yield replace(match, variable=match.variable.replace("{block}", label)) if label else match

    def _once(self, lines: Sequence[Line], label: str, matches: Sequence[Match]) -> list[Line]:
        """Each area and period once: the same row again is asked, another one under the same key refused."""
        areas, periods = {line.area for line in lines}, {self.periods[line.row] for line in lines}
        if len(areas) == len(lines) and len(periods) == 1:
            return list(lines)
        seen: dict[tuple[str, str], Line] = {}
        for line in lines:
            key = (line.area, self.periods[line.row])
            first = seen.setdefault(key, line)
            if first is line:
                continue
            same = self.sheet.row(first.row) == self.sheet.row(line.row)
            code = "row-twice" if same else "area-twice-differs"
            self._fault(code, line.row, 0, key=line.area or key[1], first=first.row + 1, second=line.row + 1)
        return list(seen.values())

    def _series(
        self, match: Match, lines: Sequence[Line], rows: list[int], ids: list[str], periods: list[str]
    ) -> Series | None:
        spec, column = match.spec, match.column
        if spec.unit == "text":
            self._texts(match, lines)
            return None
        area = self._column_area(match)
        if area is None:
            return None
        values, statuses = self._cells(match, rows)
        return Series(
            level=self.table.level,
            variable=match.variable,
            unit="rate" if spec.unit in ("percent", "change") else spec.unit,
            areas=[area] * len(rows) if match.area else ids,
            periods=[match.period] * len(rows) if match.period else periods,
            values=values,
            statuses=statuses,
            sheet=self.sheet.name,
            column=column,
            rows=rows,
        )

    def _column_area(self, match: Match) -> str | None:
        """The area that a column stands for, where areas stand side by side."""
        if not match.area:
            return ""
        key = self.table.key or Key(form="name")
        found = Keys(replace(key, pattern=""), self.register).find(match.area)
        if found.code and found.area is None and self.register and match.area in self.register.ids:
            return match.area
        if found.code:
            self._fault(
                found.code,
                0,
                match.column,
                value=match.area,
                meant=found.meant,
                n=1,
                examples=match.area,
                nearest="",
            )
        return found.area

    def _cells(self, match: Match, rows: Sequence[int]) -> tuple[list[Exact], Sequence[str]]:
        column = self.sheet.columns[match.column]
        if rows and rows[-1] - rows[0] + 1 == len(rows):
            cells = column[rows[0] : rows[-1] + 1]
        else:
            cells = [column[r] for r in rows]
        reader = self._reader(match)
        values, statuses = reader.read(cells, rows)
        self.result.withheld += [address(self.sheet.name, r, match.column) for r in reader.withheld]
        if (
            shares(match.spec, values)
            and not reader.forms.get("percent-format")
            and not reader.forms.get("percent")
        ):
            first = next(r for r, v in zip(rows, values, strict=True) if v)
            n = sum(1 for v in values if v)
            self._fault("share-or-percent", first, match.column, n=0, m=n, variable=match.variable)
        return values, statuses

    def _reader(self, match: Match) -> ColumnReader:
        grammar = Grammar(
            self.table.decimal or self.layout.decimal, {**self.layout.signs, **self.table.signs}
        )
        return ColumnReader(
            match.spec,
            match.variable,
            grammar,
            self.sheet.name,
            match.column,
            self.table.empty,
            self.sheet.percent.get(match.column, frozenset()),
            self.result.faults,
        )

    def _texts(self, match: Match, lines: Sequence[Line]) -> None:
        for line in lines:
            text = clean(self.sheet.columns[match.column][line.row])
            if len(text) > LIMIT_TEXT:
                self._fault("cell-too-long", line.row, match.column, value=shown(text), limit=LIMIT_TEXT)
            elif text:
                self.result.texts[line.area, match.variable] = text

    def _uninhabited(self) -> None:
        """Rows with the declared value in all declared variables: nobody lives there, their values are missing."""
        rule = self.table.uninhabited
        assert rule is not None
        marks: dict[tuple[str, str], int] = {}
        for s in self.result.series:
            if s.variable in rule.when_all:
                for a, p, v in zip(s.areas, s.periods, s.values, strict=True):
                    if v is not None and v == Decimal(str(rule.value)):
                        marks[a, p] = marks.get((a, p), 0) + 1
        empty = {key for key, n in marks.items() if n == len(rule.when_all)}
        self.result.series = [_without(s, empty, rule.when_all) for s in self.result.series]

    # sums

    def _sums(self, lines: Sequence[Line], match: Match, label: str, series: Series, places: _Places) -> None:
        if match.spec.unit not in ("count", "amount") or match.area:
            return
        block = "" if self.table.long else label
        others = [x for x in lines if x.block == block and self._carries(x, label, places)]
        remainder = self._special_values(match, [x for x in others if x.kind == "remainder"])
        for line, value in remainder:
            where = address(self.sheet.name, line.row, match.column)
            status = "O" if value is None else "A"
            number = None if value is None else Decimal(value)
            observed = Observed(
                self.table.level, line.name, self.period, match.variable, number, status, where
            )
            self.result.remainders.append(observed)
        sums = Sums(series, [v for _, v in remainder], self._group_of)
        for line, value in self._special_values(match, [x for x in others if x.kind != "remainder"]):
            if value is not None and not (line.total and line.total.rule == "none"):
                self._control(line, Decimal(value), sums, match)

    def _carries(self, line: Line, label: str, places: _Places) -> bool:
        if self.table.long is None or places.long_variable is None:
            return True
        return lookup(self.table.long.map, clean(self.sheet.columns[places.long_variable][line.row])) == label

    def _special_values(self, match: Match, lines: Sequence[Line]) -> list[tuple[Line, Exact]]:
        if not lines:
            return []
        reader = self._reader(replace(match, spec=replace(match.spec, maximum=1e12)))
        values, _ = reader.read(
            [self.sheet.columns[match.column][x.row] for x in lines], [x.row for x in lines]
        )
        return list(zip(lines, values, strict=True))

    def _control(self, line: Line, said: Decimal, sums: Sums, match: Match) -> None:
        known, complete = (
            sums.groups.get(line.area, (Decimal(0), True)) if line.kind == "subtotal" else sums.all
        )
        control = Control(
            level=line.total.level
            if line.total
            else (self.table.subtotals.level if self.table.subtotals else ""),
            name=line.name,
            period=self.period,
            variable=match.variable,
            said=said,
            found=known if complete else None,
            where=address(self.sheet.name, line.row, match.column),
            tolerance=Decimal(str(line.total.tolerance)) if line.total else Decimal(0),
            at_most=known if match.spec.unit == "count" else None,
        )
        self.result.controls.append(control)

    def _group_of(self, area: str, row: int) -> str | None:
        """The subtotal that a line of an area adds to, as subtotals are called."""
        if self.table.subtotals and self.table.subtotals.column:
            return None if self.group is None else fold(clean(self.sheet.columns[self.group][row]))
        return self.parents.get(area, "")

    @cached_property
    def parents(self) -> dict[str, str]:
        """Area -> the area above it, as subtotals are called."""
        register = self.register
        return dict(zip(register.ids, map(fold, register.parents), strict=True)) if register else {}

    def _fault(self, code: str, row: int, column: int, **values: object) -> None:
        self.result.faults.append(Fault(code, address(self.sheet.name, row, column), values))


def _without(series: Series, empty: set[tuple[str, str]], variables: Sequence[str]) -> Series:
    if series.variable not in variables or not empty:
        return series
    hit = [(a, p) in empty for a, p in zip(series.areas, series.periods, strict=True)]
    values = [None if h else v for h, v in zip(hit, series.values, strict=True)]
    statuses = ["O" if h else s for h, s in zip(hit, series.statuses, strict=True)]
    return replace(series, values=values, statuses=statuses)


class _Places:
    """The columns of a table that are not values: key, name, period, group, block titles, long form."""

    def __init__(self, table: Table, rule: PeriodRule, matcher: Matcher) -> None:
        key = table.key
        self.key: list[int] = []
        self.name: int | None = None
        if key is not None:
            columns: tuple[Place, ...] = key.columns or ((key.column,) if key.column else ())
            found = [matcher.place(c, "") for c in columns]
            self.key = [c for c in found if c is not None] if None not in found else []
            self.name = self._optional(matcher, key.name_column)
        self.period = matcher.place(rule.column, "") if rule.source == "column" and rule.column else None
        self.block = (matcher.place(table.blocks.head_column, "") if table.blocks else None) or 0
        self.block = self.block if table.blocks else -1
        self.group = self._optional(matcher, table.subtotals.column) if table.subtotals else None
        self.long_variable = matcher.place(table.long.variable_column, "") if table.long else None
        self.long_value = matcher.place(table.long.value_column, "") if table.long else None

    @staticmethod
    def _optional(matcher: Matcher, place: Place) -> int | None:
        if not place:
            return None
        if isinstance(place, int):
            return matcher.place(place)
        found = matcher.places.get(clean(place), [])
        return found[0] if len(found) == 1 else None

    def all(self) -> Iterable[int]:
        places = (self.name, self.period, self.group, self.long_variable, self.long_value)
        return [*self.key, *(p for p in places if p is not None)]

"""What a delivery says once its layout is applied: values with status and place, and all that was noticed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol

from lebenslagen.errors import Fault
from lebenslagen.project.read.grid import Grid, address

__all__ = ["Control", "Observed", "Reading", "Register", "Series", "Skipped"]


class Register(Protocol):
    """What reading needs to know of the areas of a level; `areas.Areas` is one."""

    @property
    def ids(self) -> tuple[str, ...]: ...

    @property
    def names(self) -> tuple[str, ...]: ...

    @property
    def parents(self) -> tuple[str, ...]: ...


class Observed(NamedTuple):
    """One value: where it belongs, what it is, where it stood."""

    level: str
    area: str
    period: str
    variable: str
    value: Decimal | None
    status: str
    where: str


@dataclass(frozen=True, eq=False)
class Series:
    """The values of one variable in one column, as it went down the sheet.

    values are exact: int or Decimal; statuses: one letter a value (A, E, O, Q); rows count from 0.

    >>> Series("quartier", "n", "count", ("01",), ("2024",), (5,), "A", "a", 1, (1,)).where(0)
    'a!B2'
    """

    level: str
    variable: str
    unit: str
    areas: Sequence[str]
    periods: Sequence[str]
    values: Sequence[int | Decimal | None]
    statuses: Sequence[str]
    sheet: str
    column: int
    rows: Sequence[int]

    def where(self, position: int) -> str:
        return address(self.sheet, self.rows[position], self.column)

    def __len__(self) -> int:
        return len(self.values)


@dataclass(frozen=True)
class Skipped:
    """A line that was not read as data, and why: title, note, blank, remainder, total.

    >>> Skipped("a!A1", "Sozialdaten", "title").reason
    'title'
    """

    where: str
    text: str
    reason: str


@dataclass(frozen=True)
class Control:
    """A control total: what the file says the sum is, and what the areas sum up to (None where some are not known).

    >>> Control("stadt", "Gesamtstadt", "2024", "n", Decimal(5), Decimal(5), "a!B9").agrees
    True
    """

    level: str
    name: str
    period: str
    variable: str
    said: Decimal
    found: Decimal | None
    where: str
    tolerance: Decimal = Decimal(0)
    at_most: Decimal | None = None

    @property
    def agrees(self) -> bool:
        if self.found is None:
            return self.at_most is None or self.at_most <= self.said + self.tolerance
        return abs(self.said - self.found) <= self.tolerance


@dataclass(frozen=True, eq=False)
class Reading:
    """One delivery, read by its layout.

    series: the values by column; texts: (area, variable) -> text; remainders: values that belong to no area;
    controls: totals the file itself gives; skipped: lines that are not data; grid: the cells, for the marked copy.

    >>> Reading("a.csv", "", (), (), Grid("csv")).periods
    ()
    """

    filename: str
    digest: str
    series: tuple[Series, ...]
    faults: tuple[Fault, ...]
    grid: Grid
    texts: Mapping[tuple[str, str], str] = field(default_factory=dict)
    remainders: tuple[Observed, ...] = ()
    controls: tuple[Control, ...] = ()
    skipped: tuple[Skipped, ...] = ()

    @property
    def periods(self) -> tuple[str, ...]:
        lists = {id(s.periods): s.periods for s in self.series}  # columns of one table share them
        return tuple(sorted(set().union(*lists.values())))

    @property
    def encoding(self) -> str:
        return self.grid.encoding

    def rows(self) -> Iterator[Observed]:
        """The observations one by one, in the order of the file's columns."""
        for s in self.series:
            for i, value in enumerate(s.values):
                number = None if value is None else Decimal(value)
                yield Observed(
                    s.level, s.areas[i], s.periods[i], s.variable, number, s.statuses[i], s.where(i)
                )

    def value(self, area: str, period: str, variable: str) -> Decimal | None:
        """One value; None where it is missing or withheld.

        Raises KeyError where the file has no such cell.
        """
        for row in self.rows():
            if (row.area, row.period, row.variable) == (area, period, variable):
                return row.value
        raise KeyError((area, period, variable))

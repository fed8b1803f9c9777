"""What lies on the reader's table: releases as tables of counts, and what is printed as lines in the counts not known.

Serves `attack` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import NamedTuple

from lebenslagen.disclosure.extremes import Id
from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Release

__all__ = ["NUMBERS", "Line", "Reader", "counts", "expression", "half", "near_value", "step"]

NUMBERS = ("", "withheld")  # marks behind which there is a number
SMALL = 1e-6


@dataclass(frozen=True)
class Reader:
    """What lies on the reader's table: this release and the earlier ones, and the counts known exactly (values).

    unchanged: pairs of counts, now and before a correction, that nothing says were corrected. doubtful: some of them
    must have been, so each pair may differ by what `corrections` holds.

    >>> from lebenslagen.disclosure.release import Policy
    >>> Reader(Release(Policy(), "T", "M", (), ()), ()).releases[0].title
    'T'
    """

    release: Release
    earlier: tuple[Release, ...]
    values: dict[Id, float] = field(default_factory=dict)
    unchanged: tuple[tuple[Id, Id], ...] = ()
    doubtful: bool = False

    @property
    def releases(self) -> tuple[Release, ...]:
        return (self.release, *self.earlier)

    @cached_property
    def frames(self) -> Mapping[str, tuple[LevelFrame, ...]]:
        """Vintage -> its levels, finest first."""
        found: dict[str, dict[str, LevelFrame]] = {}
        for release in sorted(self.releases, key=lambda r: -len(r.frames)):
            for frame in release.frames:
                found.setdefault(frame.vintage, {}).setdefault(frame.level, frame)
        return {vintage: tuple(frames.values()) for vintage, frames in found.items()}

    @cached_property
    def tables(self) -> Mapping[tuple[str, str, str], dict[str, dict[str, Cell]]]:
        """Variable, period, vintage -> level -> area -> cell: from the first release that has a number."""
        tables: dict[tuple[str, str, str], dict[str, dict[str, Cell]]] = {}
        for _, column in self.columns("count"):
            table = tables.setdefault(column.identity, {})
            for level, cells in column.cells.items():
                row = table.setdefault(level, {})
                for area, cell in cells.items():
                    if area not in row or row[area].mark not in NUMBERS:
                        row[area] = cell
        for k in (k for release in self.releases for k in release.known):
            table = tables.setdefault((k.variable, k.period, k.vintage), {})
            table.setdefault(k.level, {}).setdefault(k.area, Cell(k.value))
        self._add_towns(tables)
        return tables

    def _add_towns(self, tables: dict[tuple[str, str, str], dict[str, dict[str, Cell]]]) -> None:
        """A town total printed under other boundaries is the total here too, although not printed here."""
        for (variable, period, vintage), table in tables.items():
            for level, town in self.towns(vintage):
                others = (
                    tables.get((variable, period, other), {}) for other in self.frames if other != vintage
                )
                if level not in table and any(town in other.get(level, {}) for other in others):
                    table[level] = {town: Cell(None, "withheld")}

    def towns(self, vintage: str) -> Iterator[tuple[str, str]]:
        """The levels that consist of one single area, and that area."""
        return ((f.level, f.ids[0]) for f in self.frames.get(vintage, ()) if len(f.ids) == 1)

    def columns(self, *kinds: str) -> Iterator[tuple[Release, Column]]:
        """All columns of these kinds, this release's first."""
        for release in self.releases:
            for column in release.columns:
                if column.kind in kinds:
                    yield release, column

    def around(self, vintage: str, finer: str, area: str, coarser: str) -> str:
        """The area of a coarser level that an area lies in; "" where that is not declared."""
        walking = False
        for frame in self.frames[vintage]:
            if frame.level == coarser:
                return area or (frame.ids[0] if len(frame.ids) == 1 else "")
            walking = walking or frame.level == finer
            if walking:
                area = frame.parent(area)
        return ""

    def unknown(self, level: str, area: str) -> bool:
        """Whether any count of this area is not known exactly."""
        return (level, area) in self._open

    @cached_property
    def _open(self) -> set[tuple[str, str]]:
        return {(i.level, i.area) for i in counts(self) if i not in self.values}


def counts(reader: Reader) -> Iterator[Id]:
    """Every count that any release speaks of, shown or withheld.

    >>> from lebenslagen.disclosure.families import example
    >>> len(list(counts(example())))
    7
    """
    for identity, table in reader.tables.items():
        for level, cells in table.items():
            for area, cell in cells.items():
                if cell.mark in NUMBERS:
                    yield Id(*identity, level, area)


class Line(NamedTuple):
    """A value as constant + sum of factor x count, within ± near.

    >>> Line({}, 3.9, 0.05).constant
    3.9
    """

    terms: dict[Id, float]
    constant: float
    near: float


def expression(reader: Reader, release: Release, column: Column, level: str, area: str) -> Line | None:
    """A share, an index value or a class's score as a line in the counts not known; None where a base is not known.

    >>> from lebenslagen.disclosure.families import example
    >>> reader = example()
    >>> line = expression(reader, reader.release, reader.release.column("UY"), "quarter", "01")
    >>> [(count.variable, round(factor, 2)) for count, factor in line.terms.items()]
    [('U', 1.41)]
    """
    if column.kind == "rate":
        return _share_line(reader, release, column, level, area)
    if column.kind == "published":
        cell = column.cells.get(level, {}).get(area)
        return Line({}, float(cell.value), half(column)) if cell and isinstance(cell.value, Decimal) else None
    if not column.terms:
        return expression(reader, release, release.column(column.of[0]), level, area)
    terms: dict[Id, float] = {}
    constant, near = float(column.constant), SMALL
    for key, factor in column.terms:
        line = expression(reader, release, release.column(key), level, area)
        if line is None:
            return None
        weight = float(factor)
        constant, near = constant + weight * line.constant, near + abs(weight) * line.near
        for count, inner in line.terms.items():
            terms[count] = terms.get(count, 0.0) + weight * inner
    return Line(terms, constant, near)


def _share_line(reader: Reader, release: Release, column: Column, level: str, area: str) -> Line | None:
    top, base = (Id(*release.column(k).identity, level, area) for k in (column.numerator, column.denominator))
    below = near_value(reader, base)
    if not below:
        return None
    if top in reader.values:
        return Line({}, column.per * reader.values[top] / below, 0.0)
    return Line({top: column.per / below}, 0.0, 0.0)


def near_value(reader: Reader, count: Id) -> float | None:
    """The value of a count that is shown, also of one shown as an estimate.

    >>> from lebenslagen.disclosure.families import example
    >>> near_value(example(), Id("U", "", "", "quarter", "03"))
    40.0
    """
    if count in reader.values:
        return reader.values[count]
    cell = reader.tables.get(count[:3], {}).get(count.level, {}).get(count.area)
    return float(cell.value) if cell and isinstance(cell.value, Decimal) else None


def half(column: Column) -> float:
    """Half a unit of the last printed digit.

    >>> half(Column(key="a", role="rate", kind="rate", decimals=1))
    0.05
    """
    return 0.5 * 10.0**-column.decimals


def step(number: Decimal) -> float:
    """One unit of the last digit of a number as it is written.

    >>> step(Decimal("12.30"))
    0.01
    """
    return 10.0 ** int(number.as_tuple().exponent)

"""What was corrected between releases: a count that a later release contradicts is another count, with a name of its own.

A reader does not mix the figures of two releases that cannot both hold. He takes every count that was not visibly
corrected for unchanged, though, and that may tell him what the correction hides. Serves `attack` alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import pairwise

from lebenslagen.disclosure.extremes import Id
from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Release

__all__ = ["Told", "first_name", "told_apart"]

SIGN = "~"  # between the name of a variable and the number of its older version
Subject = tuple[str, str]  # variable, period
Spot = tuple[str, str, str]  # vintage, level, area
NUMBERS = ("", "withheld")
HALF = Decimal("0.5")


@dataclass(frozen=True)
class Told:
    """Releases in which no two figures of one count differ; pairs of counts that are the same unless corrected unseen.

    >>> Told((), ()).unchanged
    ()
    """

    earlier: tuple[Release, ...]
    unchanged: tuple[tuple[Id, Id], ...]


def first_name(variable: str) -> str:
    """The variable's own name, whichever version.

    >>> first_name("sgb2~1"), first_name("sgb2")
    ('sgb2', 'sgb2')
    """
    return variable.split(SIGN, maxsplit=1)[0]


def told_apart(release: Release, earlier: Iterable[Release]) -> Told:
    """The earlier releases with each count that was corrected later under a name of its own, oldest first.

    A count was corrected where two releases print different numbers, or where one that was printed is withheld later
    and the later release says that it was corrected.

    >>> from lebenslagen.disclosure.release import LevelFrame, Policy
    >>> frames = (LevelFrame("town", ("05",)),)
    >>> def printed(number: int) -> Release:
    ...     cells = {"town": {"05": Cell(Decimal(number))}}
    ...     return Release(Policy(), "T", "M", frames, (Column(key="a", role="count", kind="count", cells=cells),))
    >>> [r.columns[0].variable for r in told_apart(printed(7), (printed(9), printed(7))).earlier]
    ['a~1', '']
    """
    newest: dict[Subject, _Version] = {}
    same: list[tuple[Id, Id]] = []
    for subject, columns in _subjects(release).items():
        newest[subject] = _Version(subject[0]).joined(columns, release)
    renamed: list[Release] = []
    for older in reversed(tuple(earlier)):
        names: dict[Subject, str] = {}
        moved = _moved(older, newest)
        for subject, columns in _subjects(older).items():
            version = newest.get(subject) or _Version(subject[0])
            if moved[subject]:
                before = _Version(f"{subject[0]}{SIGN}{version.number + 1}", version.number + 1)
                same += version.links(before.name, subject[1], columns, moved[subject])
                version = before
            newest[subject] = version.joined(columns, older)
            names[subject] = version.name
        renamed.append(_renamed(older, names))
    return Told(tuple(reversed(renamed)), tuple(same))


def _moved(older: Release, newest: Mapping[Subject, _Version]) -> Mapping[Subject, set[Spot]]:
    """Where counts of a release were corrected later, and what is counted from those: totals, sums, other boundaries."""
    found: dict[Subject, set[Spot]] = {}
    for subject, columns in _subjects(older).items():
        version = newest.get(subject)
        cells = (cell for column in columns for cell in _cells(column))
        if version is None:
            found[subject] = set()
            continue
        corrected = {spot for spot, cell in cells if version.corrected(spot, cell)}
        found[subject] = corrected.union(*(_in_doubt(older, version, spot, corrected) for spot in corrected))
    size = -1
    while size != sum(map(len, found.values())):
        size = sum(map(len, found.values()))
        for spots in found.values():
            spots.update([further for spot in spots for further in _follows(older, spot)])
        for column in older.columns:
            for key in (*column.sum_of, *column.less):
                found[column.identity[:2]] |= found[older.column(key).identity[:2]]
    return found


def _in_doubt(release: Release, version: _Version, spot: Spot, corrected: set[Spot]) -> Iterator[Spot]:
    """What was corrected with a count that is withheld now: where nothing else that it adds up with is known to be.

    A total does not change alone, nor one of its areas: something that is withheld must have changed with it.
    """
    if version.cells[spot].mark != "withheld":
        return
    vintage, level, _ = spot
    for finer, coarser in pairwise([frame for frame in release.frames if frame.vintage == vintage]):
        if level in (finer.level, coarser.level):
            for total in coarser.ids:
                inside = [(vintage, finer.level, a) for a in finer.ids if _parent(finer, coarser, a) == total]
                whole = (vintage, coarser.level, total)
                # A total that is withheld may have changed with its area.
                free = spot != whole and (whole not in version.cells or version.cells[whole].mark)
                if (
                    not free
                    and spot in (whole, *inside)
                    and corrected.intersection([whole, *inside]) == {spot}
                ):
                    yield from (s for s in inside if s in version.cells and version.cells[s].mark)


def _parent(finer: LevelFrame, coarser: LevelFrame, area: str) -> str:
    return finer.parent(area) or coarser.ids[0]


def _follows(release: Release, spot: Spot) -> Iterator[Spot]:
    """The next total above a count, and the areas of other boundaries that share ground with it."""
    vintage, level, area = spot
    frames = [frame for frame in release.frames if frame.vintage == vintage]
    for finer, coarser in pairwise(frames):
        if finer.level == level:
            yield vintage, coarser.level, _parent(finer, coarser, area)
    for link in release.links:
        if link.level == level and vintage in (link.old, link.new):
            side = (link.old, link.new).index(vintage)
            other = (link.new, link.old)[side]
            for old, new, _ in link.pairs:
                if (old, new)[side] == area:
                    yield other, level, (new, old)[side]
    yield from ((f.vintage, level, area) for f in release.frames if f.level == level and f.ids == (area,))


@dataclass
class _Version:
    """What the releases of one version print about one variable and period; spots said to be corrected."""

    name: str
    number: int = 0
    cells: dict[Spot, Cell] = field(default_factory=dict)
    revised: set[Spot] = field(default_factory=set)

    def joined(self, columns: Iterable[Column], release: Release) -> _Version:
        for column in columns:
            for spot, cell in _cells(column):
                if spot not in self.cells or self.cells[spot].mark:
                    self.cells[spot] = cell
                if (column.key, *spot[1:]) in release.revised:
                    self.revised.add(spot)
        return self

    def corrected(self, spot: Spot, cell: Cell) -> bool:
        """Whether an earlier cell must have been corrected, to judge by what is printed now."""
        here = self.cells.get(spot)
        if here is None or not isinstance(cell.value, Decimal):
            return False
        if isinstance(here.value, Decimal):
            return abs(here.value - cell.value) > HALF * (here.estimated + cell.estimated)
        return spot in self.revised

    def links(
        self, older: str, period: str, columns: Iterable[Column], moved: set[Spot]
    ) -> Iterator[tuple[Id, Id]]:
        """Counts of both versions that nothing says were corrected."""
        for column in columns:
            for spot, _ in _cells(column):
                if spot in self.cells and spot not in moved:
                    vintage, level, area = spot
                    yield Id(self.name, period, vintage, level, area), Id(older, period, vintage, level, area)


def _cells(column: Column) -> Iterator[tuple[Spot, Cell]]:
    for level, row in column.cells.items():
        for area, cell in row.items():
            if cell.mark in NUMBERS:
                yield (column.vintage, level, area), cell


def _subjects(release: Release) -> Mapping[Subject, list[Column]]:
    found: dict[Subject, list[Column]] = {}
    for column in release.columns:
        if column.kind == "count":
            found.setdefault(column.identity[:2], []).append(column)
    return found


def _renamed(release: Release, names: Mapping[Subject, str]) -> Release:
    if all(name == variable for (variable, _), name in names.items()):
        return release
    return replace(release, columns=tuple(_column(column, names) for column in release.columns))


def _column(column: Column, names: Mapping[Subject, str]) -> Column:
    if column.kind != "count":
        return column
    variable, period, _ = column.identity
    wholes = tuple(names.get((whole, period), whole) for whole in column.part_of)
    own = names[variable, period]
    return replace(column, variable=column.variable if own == variable else own, part_of=wholes)

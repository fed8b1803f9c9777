"""The naive twin of the attack: try every whole number for every hidden count and print the release again.

A combination is possible when the same figures would have been printed from it. It knows nothing about facts, blocks
and programs, and rounds as the release rounds.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise, product

from lebenslagen.disclosure import Column, Ledger, Release
from lebenslagen.texts import round_half_up

Place = tuple[str, str, str]
Values = Mapping[Place, int]


def possible(release: Release, limit: int, ledger: Ledger | None = None) -> dict[Place, tuple[int, int]]:
    """Smallest and largest value of each hidden count among all combinations from 0 to limit that fit."""
    hidden = [place for place, mark in _marks(release) if mark == "withheld"]
    shown = {place: int(release.cell(*place).value) for place, mark in _marks(release) if not mark}  # type: ignore[arg-type]
    known = _known(release, ledger)
    least = 0 if release.policy.group == "both" else 1
    found: dict[Place, tuple[int, int]] = {}
    for numbers in product(*(_choices(place, known, least, limit) for place in hidden)):
        values = {**shown, **dict(zip(hidden, numbers, strict=True))}
        if _fits(release, values):
            for place, number in zip(hidden, numbers, strict=True):
                low, high = found.get(place, (number, number))
                found[place] = (min(low, number), max(high, number))
    return found


def _choices(place: Place, known: Mapping[Place, int], least: int, limit: int) -> range:
    return range(known[place], known[place] + 1) if place in known else range(least, limit + 1)


def _marks(release: Release) -> Iterator[tuple[Place, str]]:
    for column in release.columns:
        if column.kind == "count":
            for level, cells in column.cells.items():
                yield from (((column.key, level, area), cell.mark) for area, cell in cells.items())


def _known(release: Release, ledger: Ledger | None) -> dict[Place, int]:
    keys = {column.identity: column.key for column in release.columns}
    return {
        (keys[column.identity], level, area): int(cell.value)
        for other in (ledger.known if ledger else ())
        for column in other.columns
        if column.kind == "count" and column.identity in keys
        for level, cells in column.cells.items()
        for area, cell in cells.items()
        if isinstance(cell.value, Decimal)
    }


def _fits(release: Release, values: Values) -> bool:
    return all(_column_fits(release, column, values) for column in release.columns)


def _column_fits(release: Release, column: Column, values: Values) -> bool:
    if column.kind == "count":
        return _totals_fit(release, column, values) and _sums_fit(column, values)
    for level, cells in column.cells.items():
        for area, cell in cells.items():
            exact = _exact(release, column, level, area, values)
            if exact is None:
                continue
            if column.kind == "rate" and column.share and exact > column.per:
                return False
            if cell.mark:
                continue
            printed = (
                _class(column, exact) if column.kind == "class" else round_half_up(exact, column.decimals)
            )
            if printed != cell.value:
                return False
    return True


def _exact(release: Release, column: Column, level: str, area: str, values: Values) -> Decimal | None:
    if column.kind == "rate":
        top, base = values[column.numerator, level, area], values[column.denominator, level, area]
        return Decimal(column.per * top) / base if base else None
    if column.kind == "class" and not column.terms:
        return _exact(release, release.column(column.of[0]), level, area, values)
    total = column.constant
    for key, weight in column.terms:
        rate = _exact(release, release.column(key), level, area, values)
        if rate is None:
            return None
        total += weight * rate
    return total


def _class(column: Column, exact: Decimal) -> str:
    return column.keys[sum(exact > cut for cut in column.cuts)]


def _totals_fit(release: Release, column: Column, values: Values) -> bool:
    levels = [frame for frame in release.frames if frame.level in column.cells]
    for finer, coarser in pairwise(levels):
        for parent in coarser.ids:
            parts = [
                values[column.key, finer.level, area] for area in finer.ids if finer.parent(area) == parent
            ]
            if sum(parts) != values[column.key, coarser.level, parent]:
                return False
    return True


def _sums_fit(column: Column, values: Values) -> bool:
    if not column.sum_of:
        return True
    return all(
        values[column.key, level, area] == sum(values[key, level, area] for key in column.sum_of)
        for level, cells in column.cells.items()
        for area in cells
    )

"""The naive twin of the attack: try every whole number for every hidden count and print the release again.

A combination is possible when the same figures would have been printed from it. It knows nothing about facts, blocks
and programs, and rounds as the release rounds.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise, product
from typing import Any

import numpy as np

from lebenslagen.disclosure import Cell, Column, Ledger, Release
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


MOST = 600_000  # so many combinations are tried


def possible_after(
    before: Release, now: Release, key: str, limit: int
) -> dict[Place, tuple[int, int]] | None:
    """What two releases of one count, with a correction between them, leave possible for each hidden cell of the second.

    Every combination up to limit of the finest counts then and now that prints both; a finest count hidden both times is
    taken for unchanged. None where there are too many combinations; empty where hidden counts must have changed too.
    """
    level = now.frames[0].level
    then, here = (release.column(key).cells[level] for release in (before, now))
    hidden = [area for area in here if here[area].mark or then[area].mark]
    pairs = [_pairs(then[a], here[a], (key, level, a) in now.revised, limit) for a in hidden]
    if not pairs:
        return {}
    if math.prod(map(len, pairs)) > MOST:
        return None
    chosen = np.indices([len(choice) for choice in pairs]).reshape(len(pairs), -1)
    fits = np.ones(chosen.shape[1], dtype=bool)
    numbers = {}
    for side, release in enumerate((before, now)):
        numbers = {
            a: np.array(pairs[hidden.index(a)])[chosen[hidden.index(a)], side]
            if a in hidden
            else int(here[a].value if side else then[a].value)  # type: ignore[arg-type]
            for a in here
        }
        fits &= _sums_print(release, key, numbers)
    fits &= _sums_moved(before, now, key, numbers)
    if not fits.any():
        return {}
    left = {a: numbers[a][fits] for a in hidden if here[a].mark}
    return {(key, level, a): (int(row.min()), int(row.max())) for a, row in left.items()}


def _pairs(old: Cell, new: Cell, revised: bool, limit: int) -> list[tuple[int, int]]:
    """What a count may have been then and may be now."""
    olds = range(1, limit + 1) if old.mark else [int(old.value)]  # type: ignore[arg-type]
    news = range(1, limit + 1) if new.mark else [int(new.value)]  # type: ignore[arg-type]
    if old.mark and new.mark:
        return [(number, number) for number in olds]
    return [(o, n) for o in olds for n in news if not (revised and o == n)]


def _sums_print(release: Release, key: str, counts: Mapping[str, Any]) -> Any:
    """For each combination, whether the totals are those printed."""
    cells, fits = release.column(key).cells, True
    for finer, coarser in pairwise(release.frames):
        counts = {p: sum(n for a, n in counts.items() if finer.parent(a) == p) for p in coarser.ids}
        for area, cell in cells[coarser.level].items():
            if not cell.mark:
                fits = fits & (counts[area] == int(cell.value))  # type: ignore[arg-type]
    return fits


def _sums_moved(before: Release, now: Release, key: str, counts: Mapping[str, Any]) -> Any:
    """For each combination, whether the totals that are said to be corrected differ from those printed before."""
    fits: Any = True
    for finer, coarser in pairwise(now.frames):
        counts = {p: sum(n for a, n in counts.items() if finer.parent(a) == p) for p in coarser.ids}
        for area in coarser.ids:
            if (key, coarser.level, area) in now.revised:
                fits = fits & (counts[area] != int(before.cell(key, coarser.level, area).value))  # type: ignore[arg-type]
    return fits

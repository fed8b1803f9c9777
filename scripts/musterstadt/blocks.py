"""Baublöcke of Musterstadt as points with residents: they carry counts from the boundaries of 2013 to 2019."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from .geometry import Town, woods
from .people import People
from .town import BLOCK_MOVED, OLD_KEY, QUARTERS, SEED, YEARS

__all__ = ["Block", "build", "shares"]

PER_BLOCK = 400
# Where people live in the wide quarters: villages, not fields. Points are drawn nearer to these spots.
_LOOSE = {"19", "25", "26", "27", "24", "09", "13"}
_NEW_HOMES = (("17", 3, 820),)


@dataclass(frozen=True)
class Block:
    """One block: number, quarter before and since 2019, place in metres, residents on 31.12.2018 and 31.12.2024."""

    number: str
    before: str
    since: str
    x: float
    y: float
    residents_2018: int
    residents_2024: int


def build(town: Town, people: People) -> list[Block]:
    """Scatter blocks over the quarters so that their residents add up to each quarter's."""
    rng = np.random.default_rng(SEED + 7)
    t18, t24 = YEARS.index(2018), YEARS.index(2024)
    residents = people.base("residents")
    blocks: list[Block] = []
    for i, quarter in enumerate(QUARTERS):
        now, then = int(residents[t24, i]), int(residents[t18, i])
        if quarter.key == "10":
            now, then = now - BLOCK_MOVED, then - BLOCK_MOVED
        count = max(3, round(now / PER_BLOCK))
        points = _scatter(town.faces[quarter.key], count, quarter.key in _LOOSE, rng)
        weight = rng.lognormal(0, 0.45, count)
        fresh = _fresh(quarter.key, count)
        old = _spread(weight * ~fresh, then)
        new = _spread(weight * ~fresh, now - _added(quarter.key)) + _spread(
            fresh.astype(float), _added(quarter.key)
        )
        before = OLD_KEY if quarter.key in ("06", "07") else quarter.key
        for n, (x, y) in enumerate(points):
            blocks.append(
                Block(f"{quarter.key}{n + 1:03d}", before, quarter.key, x, y, int(old[n]), int(new[n]))
            )
    spot = town.faces["B"].representative_point()
    blocks.append(Block("10900", OLD_KEY, "10", round(spot.x, 1), round(spot.y, 1), BLOCK_MOVED, BLOCK_MOVED))
    return sorted(blocks, key=lambda block: block.number)


def shares(blocks: list[Block]) -> list[tuple[str, str, int, str]]:
    """Give the crosswalk as a table: old key, new key, residents of 2018 who pass, their share as text."""
    passed: dict[tuple[str, str], int] = {}
    for block in blocks:
        passed[block.before, block.since] = passed.get((block.before, block.since), 0) + block.residents_2018
    total: dict[str, int] = {}
    for (old, _), number in passed.items():
        total[old] = total.get(old, 0) + number
    rows, left = [], dict.fromkeys(total, 10**12)
    ordered = sorted(passed)
    for old, new in ordered:
        last = (old, new) == max(pair for pair in ordered if pair[0] == old)
        part = left[old] if last else round(10**12 * passed[old, new] / total[old])
        left[old] -= part
        rows.append((old, new, passed[old, new], f"{part // 10**12},{part % 10**12:012d}"))
    return rows


def _fresh(key: str, count: int) -> np.ndarray:
    new = {k: n for k, n, _ in _NEW_HOMES}.get(key, 0)
    return np.arange(count) >= count - new


def _added(key: str) -> int:
    return {k: people for k, _, people in _NEW_HOMES}.get(key, 0)


def _spread(weight: np.ndarray, total: int) -> np.ndarray:
    if total == 0:
        return np.zeros(len(weight), dtype=int)
    values = weight / weight.sum() * total
    floor = np.floor(values).astype(int)
    floor[np.argsort(-(values - floor), kind="stable")[: total - int(floor.sum())]] += 1
    return floor


def _scatter(face: shapely.Polygon, count: int, loose: bool, rng: np.random.Generator) -> np.ndarray:
    """Choose well-spread points inside, in wide quarters around a few village centres and never in the woods."""
    inside = face.buffer(-25)
    if loose:
        inside = inside.difference(woods())
    west, south, east, north = inside.bounds
    pool = np.empty((0, 2))
    while len(pool) < count * (36 if loose else 12):
        draw = np.c_[rng.uniform(west, east, 400), rng.uniform(south, north, 400)]
        pool = np.vstack([pool, draw[shapely.contains_xy(inside, draw[:, 0], draw[:, 1])]])
    if loose:
        spots = pool[np.argsort(pool[:, 1])[[len(pool) // 12, len(pool) // 4, len(pool) // 3]]]
        near = np.min(np.hypot(*(pool[:, None] - spots[None]).transpose(2, 0, 1)), axis=1)
        pool = pool[np.argsort(near, kind="stable")[: count * 4]]
    chosen = [0]
    gap = np.hypot(*(pool - pool[0]).T)
    while len(chosen) < count:
        chosen.append(int(np.argmax(gap)))
        gap = np.minimum(gap, np.hypot(*(pool - pool[chosen[-1]]).T))
    return np.round(pool[chosen], 1)

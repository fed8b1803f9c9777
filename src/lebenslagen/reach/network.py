"""A network out of lines: cut where lines of the same level cross, joined where ends meet, loose parts told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np

from lebenslagen.errors import DataError, Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Loose", "Network", "Streets", "network"]

SNAP = 0.01  # metres; ends closer together than this are one place
FARTHEST = 10_000_000.0  # metres; beyond, numbers are no projected coordinates
MOST_DEGREES = 360.0


@dataclass(frozen=True, eq=False)
class Streets:
    """Lines one may walk: shapely LineStrings in metres, whether each is a flight of steps, and its level.

    `level` is 0 on the ground, above it on bridges, below it in tunnels. Lines of different levels do not meet where
    they cross, only where the one that leaves the ground ends.

    Raises DataError for coordinates in degrees, infinite ones, and lists of different length.

    >>> import shapely
    >>> len(Streets(shapely.linestrings([[(0, 0), (100, 0)]])).steps)
    1
    """

    geometry: Any
    steps: Any = ()
    level: Any = ()

    def __post_init__(self) -> None:
        import shapely

        lines = np.asarray(self.geometry, dtype=object).ravel()
        steps = np.asarray(self.steps, dtype=bool) if len(self.steps) else np.zeros(len(lines), dtype=bool)
        level = (
            np.asarray(self.level, dtype=np.int64)
            if len(self.level)
            else np.zeros(len(lines), dtype=np.int64)
        )
        if not len(lines) == len(steps) == len(level):
            raise DataError(Fault("lengths-differ", "streets", {"n": len(steps), "places": len(lines)}))
        parts, origin = shapely.get_parts(lines, return_index=True)
        long = shapely.length(parts) > 0
        if faults := [*_coordinate_faults(parts)]:
            raise DataError(faults)
        for name, value in (
            ("geometry", parts[long]),
            ("steps", steps[origin][long]),
            ("level", level[origin][long]),
        ):
            value.flags.writeable = False
            object.__setattr__(self, name, value)


@dataclass(frozen=True)
class Loose:
    """A part of a network that hangs together and with nothing else: its length (m) and how many pieces it has.

    >>> Loose(1, 120.0, 3, (0.0, 0.0)).metres
    120.0
    """

    part: int
    metres: float
    pieces: int
    place: tuple[float, float]


@dataclass(frozen=True, eq=False)
class Network:
    """Places (`xy`, metres) and the pieces between them: `start`, `end` (numbers of places), `metres`, `steps`, line each.

    >>> import shapely
    >>> net = network(Streets(shapely.linestrings([[(0, 0), (100, 0)], [(50, -50), (50, 50)]])))
    >>> len(net.xy), sorted(net.metres.tolist())
    (5, [50.0, 50.0, 50.0, 50.0])
    """

    xy: NDArray[np.float64]
    start: NDArray[np.int64]
    end: NDArray[np.int64]
    metres: NDArray[np.float64]
    steps: NDArray[np.bool_]
    geometry: Any

    @cached_property
    def part(self) -> NDArray[np.int64]:
        """For each piece the part it belongs to; 0 is the longest."""
        from scipy import sparse
        from scipy.sparse.csgraph import connected_components

        count = len(self.xy)
        graph = sparse.coo_array((np.ones(len(self.start)), (self.start, self.end)), shape=(count, count))
        _, of_place = connected_components(graph, directed=False)
        own = of_place[self.start]
        order = np.argsort(-np.bincount(own, self.metres, of_place.max(initial=-1) + 1), kind="stable")
        rank = np.empty(len(order), dtype=np.int64)
        rank[order] = np.arange(len(order))
        found: NDArray[np.int64] = rank[own]
        return found

    @property
    def loose(self) -> tuple[Loose, ...]:
        """All parts but the longest, the longest of them first."""
        lengths, pieces = np.bincount(self.part, self.metres), np.bincount(self.part)
        first = {int(p): n for n, p in reversed(list(enumerate(self.part.tolist())))}
        return tuple(
            Loose(p, float(lengths[p]), int(pieces[p]), tuple(self.xy[self.start[first[p]]].tolist()))
            for p in range(1, len(lengths))
        )

    @property
    def main_share(self) -> float:
        """The share of the length that hangs together (0 to 1)."""
        whole = float(self.metres.sum())
        return float(self.metres[self.part == 0].sum()) / whole if whole else 0.0


def network(streets: Streets, snap: float = SNAP) -> Network:
    """Cut lines where they meet and join what ends at the same place (within `snap` metres).

    Raises DataError where there is no line at all.

    >>> import shapely
    >>> bridge = Streets(shapely.linestrings([[(0, 0), (100, 0)], [(50, -50), (50, 50)]]), level=[0, 1])
    >>> len(network(bridge).loose)
    1
    """
    import shapely

    if not len(streets.geometry):
        raise DataError(Fault("no-streets", "streets"))
    cuts: list[list[float]] = [[] for _ in streets.geometry]
    for line, along in _meetings(streets, snap):
        cuts[line].append(along)
    pieces, origin = _pieces(streets.geometry, cuts, snap)
    ends = np.concatenate([shapely.get_coordinates(shapely.get_point(pieces, k)) for k in (0, -1)])
    places, number = _joined(ends, snap)
    count = len(pieces)
    metres = shapely.length(pieces)
    start, end = number[:count], number[count:]
    return Network(places, start, end, metres, streets.steps[origin], pieces)


def _coordinate_faults(lines: Any) -> Iterator[Fault]:
    import shapely

    xy = shapely.get_coordinates(lines)
    if not np.isfinite(xy).all():
        yield Fault("coordinate-not-usable", "streets")
    elif len(xy) and np.abs(xy).max() <= MOST_DEGREES and np.ptp(xy, axis=0).max() < 10:
        yield Fault("streets-in-degrees", "streets")
    elif len(xy) and np.abs(xy).max() > FARTHEST:
        yield Fault("coordinate-not-usable", "streets")


def _meetings(streets: Streets, snap: float) -> Iterator[tuple[int, float]]:
    """Where a line must be cut: its number and the metres along it."""
    import shapely

    lines, level = streets.geometry, streets.level
    tree = shapely.STRtree(lines)
    a, b = tree.query(lines, predicate="dwithin", distance=snap)
    once = a < b
    a, b = a[once], b[once]
    same = level[a] == level[b]
    yield from _crossings(lines, a[same], b[same])
    yield from _touching(lines, a[same], b[same], snap)
    yield from _touching(lines, b[same], a[same], snap)
    a, b = a[~same], b[~same]
    away = np.abs(level[a]) > np.abs(level[b])
    off, on = np.where(away, a, b), np.where(away, b, a)
    yield from _touching(lines, off, on, snap)


def _crossings(lines: Any, a: NDArray[np.int64], b: NDArray[np.int64]) -> Iterator[tuple[int, float]]:
    """Points where pairs of lines cross or begin to run together, along both."""
    import shapely

    shared = shapely.intersection(lines[a], lines[b])
    pair, points = _points_of(shared)
    for line in (a[pair], b[pair]):
        yield from zip(line.tolist(), shapely.line_locate_point(lines[line], points).tolist(), strict=True)


def _points_of(shared: Any) -> tuple[NDArray[np.int64], Any]:
    """The points of all intersections with the number of each; of a stretch in common its two ends."""
    import shapely

    parts, origin = shapely.get_parts(shared, return_index=True)
    parts, deeper = shapely.get_parts(parts, return_index=True)
    origin = origin[deeper]
    kinds = shapely.get_type_id(parts)
    point, line = kinds == 0, kinds == 1
    points = [parts[point], shapely.get_point(parts[line], 0), shapely.get_point(parts[line], -1)]
    return np.concatenate([origin[point], origin[line], origin[line]]), np.concatenate(points)


def _touching(
    lines: Any, ending: NDArray[np.int64], on: NDArray[np.int64], snap: float
) -> Iterator[tuple[int, float]]:
    """Where an end of one line lies on another within the tolerance: that one is cut there."""
    import shapely

    for k in (0, -1):
        ends = shapely.get_point(lines[ending], k)
        near = shapely.distance(ends, lines[on]) <= snap
        along = shapely.line_locate_point(lines[on[near]], ends[near])
        yield from zip(on[near].tolist(), along.tolist(), strict=True)


def _pieces(lines: Any, cuts: Sequence[Sequence[float]], snap: float) -> tuple[Any, NDArray[np.int64]]:
    """The lines cut at some metres along them, and the line each piece comes from."""
    import shapely

    whole = [n for n, own in enumerate(cuts) if not own]
    made, origin = [lines[whole]], [np.array(whole, dtype=np.int64)]
    for n, own in enumerate(cuts):
        if own:
            parts = _cut(shapely.get_coordinates(lines[n]), own, snap)
            made.append(
                shapely.linestrings(
                    np.concatenate(parts), indices=np.repeat(range(len(parts)), [*map(len, parts)])
                )
            )
            origin.append(np.full(len(parts), n))
    return np.concatenate(made), np.concatenate(origin)


def _cut(xy: NDArray[np.float64], along: Sequence[float], snap: float) -> list[NDArray[np.float64]]:
    """The coordinates of a line in pieces; cuts at its ends, and closer together than the tolerance, make none."""
    run = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(xy, axis=0).T))])
    marks: list[float] = [0.0]
    for mark in sorted(along):
        if mark - marks[-1] > snap and run[-1] - mark > snap:
            marks.append(float(mark))
    marks.append(float(run[-1]))
    parts = []
    for low, high in pairwise(marks):
        inner = (run > low) & (run < high)
        ends = [np.array([np.interp(m, run, xy[:, 0]), np.interp(m, run, xy[:, 1])]) for m in (low, high)]
        parts.append(np.vstack([ends[0], xy[inner], ends[1]]))
    return parts


def _joined(ends: NDArray[np.float64], snap: float) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Ends that are one place: their coordinates, and the number of the place of each end."""
    from scipy import sparse
    from scipy.sparse.csgraph import connected_components
    from scipy.spatial import KDTree

    distinct, number = np.unique(ends, axis=0, return_inverse=True)
    number = number.ravel()
    pairs = KDTree(distinct).query_pairs(2 * snap, output_type="ndarray")
    count = len(distinct)
    graph = sparse.coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(count, count))
    places, of = connected_components(graph, directed=False)
    first = np.full(places, count, dtype=np.int64)
    np.minimum.at(first, of, np.arange(count))
    return distinct[first], of[number].astype(np.int64)

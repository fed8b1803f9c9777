"""Ways on foot: attach people and places to the nearest piece one may walk, and measure between them, to the metre."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lebenslagen.reach.network import Network

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = [
    "WALKERS",
    "Attached",
    "Walker",
    "Ways",
    "attach",
    "isochrones",
    "nearest",
    "straight_ways",
    "ways",
]

MEMORY = 64_000_000  # bytes for one block of distances


@dataclass(frozen=True)
class Walker:
    """Who walks: metres a second, and whether steps can be taken.

    >>> round(WALKERS["senior"].minutes(300), 1)
    5.6
    """

    speed: float
    steps: bool

    def minutes(self, metres: float) -> float:
        """How long a way takes."""
        return metres / self.speed / 60


# Adults: 1.4 m/s, the planning value of Weidmann (1993); older people 0.9, as signals for them are timed (RiLSA).
WALKERS: dict[str, Walker] = {
    "adult": Walker(1.4, steps=True),
    "senior": Walker(0.9, steps=True),
    "pram": Walker(1.1, steps=False),
    "wheelchair": Walker(0.9, steps=False),
}


@dataclass(frozen=True, eq=False)
class Attached:
    """Points on a network: number of the piece (-1: none), metres along it, metres from the point to it.

    >>> Attached(np.array([0]), np.array([3.0]), np.array([4.0])).off.tolist()
    [4.0]
    """

    piece: NDArray[np.int64]
    along: NDArray[np.float64]
    off: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Ways:
    """Metres from origins to destinations, pair by pair, none longer than the limit; `detour` where no network was used.

    >>> Ways(np.array([0]), np.array([1]), np.array([250.0]), None).measured
    True
    """

    origin: NDArray[np.int64]
    destination: NDArray[np.int64]
    metres: NDArray[np.float64]
    detour: float | None

    @property
    def measured(self) -> bool:
        """Whether the ways follow streets; otherwise they are straight lines times a detour."""
        return self.detour is None


def attach(net: Network, xy: Any, walker: Walker = WALKERS["adult"]) -> Attached:
    """Put points (rows of x, y in metres) on the nearest piece that the walker may take.

    >>> import shapely
    >>> from lebenslagen.reach.network import Streets, network
    >>> net = network(Streets(shapely.linestrings([[(0, 0), (100, 0)]])))
    >>> put = attach(net, [(30, 40)])
    >>> put.along.tolist(), put.off.tolist()
    ([30.0], [40.0])
    """
    import shapely

    points = shapely.points(np.asarray(xy, dtype=float).reshape(-1, 2))
    open_ = np.flatnonzero(walker.steps | ~net.steps)
    piece = np.full(len(points), -1)
    if len(open_) and len(points):
        which, found = shapely.STRtree(net.geometry[open_]).query_nearest(points, all_matches=False)
        piece[which] = open_[found]
    some = piece >= 0
    along, off = np.zeros(len(points)), np.full(len(points), np.inf)
    lines = net.geometry[piece[some]]
    along[some] = shapely.line_locate_point(lines, points[some])
    off[some] = shapely.distance(lines, points[some])
    return Attached(piece, along, off)


def ways(
    net: Network, origins: Attached, destinations: Attached, limit: float, walker: Walker = WALKERS["adult"]
) -> Ways:
    """The shortest ways between attached points, up to a limit in metres; both ends include the way to the street.

    >>> import shapely
    >>> from lebenslagen.reach.network import Streets, network
    >>> net = network(Streets(shapely.linestrings([[(0, 0), (100, 0)], [(100, 0), (100, 80)]])))
    >>> ways(net, attach(net, [(30, 10)]), attach(net, [(110, 50)]), 500).metres.tolist()
    [140.0]
    """
    turned = len(_used(origins)) > len(_used(destinations))
    first, second = (destinations, origins) if turned else (origins, destinations)
    graph, at_first, at_second = _graph(net, walker, first, second)
    found = [*_blocks(graph, at_first, at_second, first, second, limit)]
    a, b, metres = (np.concatenate([part[k] for part in found]) if found else np.array([]) for k in range(3))
    a, b = a.astype(np.int64), b.astype(np.int64)
    origin, destination = (b, a) if turned else (a, b)
    order = np.lexsort((destination, origin))
    return Ways(origin[order], destination[order], metres[order], None)


def straight_ways(origins: Any, destinations: Any, limit: float, detour: float) -> Ways:
    """Straight lines times a detour, up to a limit in metres, where there is no network.

    >>> straight_ways([(0, 0)], [(300, 400)], 700, 1.3).metres.tolist()
    [650.0]
    """
    from scipy.spatial import KDTree

    a, b = (np.asarray(xy, dtype=float).reshape(-1, 2) for xy in (origins, destinations))
    near: Any = KDTree(b).query_ball_point(a, limit / detour * (1 + 1e-9)) if len(a) and len(b) else []
    origin = (
        np.repeat(np.arange(len(a)), [len(own) for own in near])
        if len(near)
        else np.array([], dtype=np.int64)
    )
    destination = np.array([n for own in near for n in sorted(own)], dtype=np.int64)
    metres = detour * np.hypot(*(a[origin] - b[destination]).T) if len(origin) else np.array([])
    kept = metres <= limit
    return Ways(origin[kept], destination[kept], metres[kept], detour)


def nearest(found: Ways, count: int = 3) -> Ways:
    """Of each origin only its nearest destinations.

    >>> w = Ways(np.array([0, 0]), np.array([0, 1]), np.array([9.0, 5.0]), None)
    >>> nearest(w, 1).destination.tolist()
    [1]
    """
    order = np.lexsort((found.destination, found.metres, found.origin))
    origin = found.origin[order]
    place = np.arange(len(origin)) - np.searchsorted(origin, origin)
    kept = order[place < count]
    return Ways(found.origin[kept], found.destination[kept], found.metres[kept], found.detour)


def isochrones(net: Network, origins: Attached, limit: float, walker: Walker = WALKERS["adult"]) -> Any:
    """The streets that can be reached from any of some points within a limit: shapely lines, cut where the limit is met.

    >>> import shapely
    >>> from lebenslagen.reach.network import Streets, network
    >>> net = network(Streets(shapely.linestrings([[(0, 0), (100, 0)]])))
    >>> round(float(shapely.length(isochrones(net, attach(net, [(50, 0)]), 30)).sum()), 6)
    60.0
    """
    from scipy.sparse.csgraph import dijkstra

    nobody = Attached(*(np.array([], dtype=kind) for kind in (np.int64, float, float)))
    graph, at, _ = _graph(net, walker, origins, nobody)
    hub = graph.shape[0]
    used = _used(origins)
    wide = _with_hub(graph, at[used], origins.off[used])
    metres = dijkstra(wide, directed=False, indices=hub, limit=limit)[:hub]
    return _reached(net, walker, origins, metres, limit)


# --- the graph -------------------------------------------------------------------------------------------------------


def _used(points: Attached) -> NDArray[np.int64]:
    return np.flatnonzero(points.piece >= 0)


def _chain(net: Network, walker: Walker, *groups: Attached) -> tuple[Any, ...]:
    """Each piece as a chain of stops: its ends, and the points attached to it in their order.

    Returns piece, metres along it and number of the stop, sorted along the pieces; and the stops of each group.
    """
    open_ = np.flatnonzero(walker.steps | ~net.steps)
    piece = [open_, open_, *(g.piece[_used(g)] for g in groups)]
    along = [np.zeros(len(open_)), net.metres[open_], *(g.along[_used(g)] for g in groups)]
    first, stops, at = len(net.xy), [net.start[open_], net.end[open_]], []
    for group in groups:
        number = np.full(len(group.piece), -1)
        number[_used(group)] = np.arange(first, first + len(_used(group)))
        first += len(_used(group))
        stops.append(number[_used(group)])
        at.append(number)
    rank = np.concatenate([np.zeros(len(open_)), np.full(len(open_), 2.0), np.ones(sum(map(len, stops[2:])))])
    pieces, metres, numbers = np.concatenate(piece), np.concatenate(along), np.concatenate(stops)
    order = np.lexsort((rank, metres, pieces))
    return pieces[order], metres[order], numbers[order], first, at


def _graph(net: Network, walker: Walker, *groups: Attached) -> tuple[Any, ...]:
    from scipy import sparse

    pieces, metres, numbers, count, at = _chain(net, walker, *groups)
    next_ = np.flatnonzero(pieces[:-1] == pieces[1:])
    a, b, length = numbers[next_], numbers[next_ + 1], np.maximum(np.diff(metres)[next_], 0.0)
    low, high = np.minimum(a, b), np.maximum(a, b)
    order = np.lexsort((length, high, low))
    low, high, length = low[order], high[order], length[order]
    kept = (low != high) & np.concatenate([[True], (np.diff(low) != 0) | (np.diff(high) != 0)])
    # A stored zero would be no edge at all to csgraph; a nanometre is one and cannot be seen.
    graph = sparse.csr_array((np.maximum(length[kept], 1e-9), (low[kept], high[kept])), shape=(count, count))
    return graph, *at


def _blocks(
    graph: Any, at_first: Any, at_second: Any, first: Attached, second: Attached, limit: float
) -> Iterator[tuple[Any, Any, Any]]:
    """Pairs and metres, some origins at a time so that the memory stays bounded."""
    from scipy.sparse.csgraph import dijkstra

    starts, ends = _used(first), _used(second)
    both = graph + graph.T
    size = max(MEMORY // (8 * max(graph.shape[0], 1)), 1)
    for low in range(0, len(starts), size):
        some = starts[low : low + size]
        found = dijkstra(both, directed=True, indices=at_first[some], limit=limit)[:, at_second[ends]]
        found = found + first.off[some][:, None] + second.off[ends][None, :]
        a, b = np.nonzero(found <= limit + 1e-6)
        yield some[a], ends[b], np.round(found[a, b], 6)


def _with_hub(graph: Any, at: NDArray[np.int64], off: NDArray[np.float64]) -> Any:
    """The graph and one more stop, from which all points are as far as they lie off the street."""
    from scipy import sparse

    count = graph.shape[0]
    links = graph.tocoo()
    data = np.concatenate([links.data, np.maximum(off, 1e-9)])
    row = np.concatenate([links.row, np.full(len(at), count)])
    column = np.concatenate([links.col, at])
    return sparse.csr_array((data, (row, column)), shape=(count + 1, count + 1))


def _reached(
    net: Network, walker: Walker, origins: Attached, metres: NDArray[np.float64], limit: float
) -> Any:
    """Of each stretch between two stops what lies within the limit, from either end."""
    import shapely
    from shapely.ops import substring

    pieces, along, numbers, _, _ = _chain(net, walker, origins)
    lines = []
    for n in np.flatnonzero(pieces[:-1] == pieces[1:]).tolist():
        low, high = along[n], along[n + 1]
        ahead = min(limit - metres[numbers[n]], high - low)
        back = min(limit - metres[numbers[n + 1]], high - low)
        line = net.geometry[pieces[n]]
        if ahead + back >= high - low > 0 and ahead > 0 and back > 0:
            lines.append(substring(line, low, high))
        else:
            lines += [substring(line, low, low + ahead)] if ahead > 0 else []
            lines += [substring(line, high - back, high)] if back > 0 else []
    return np.array([line for line in lines if shapely.length(line) > 0], dtype=object)

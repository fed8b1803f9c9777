"""Ways are those of a plain search over the same pieces; nothing on the way is rounded, lost or walked for free."""

from __future__ import annotations

import heapq
from math import hypot, inf

import numpy as np
import pytest
import shapely

from lebenslagen.reach import (
    WALKERS,
    Attached,
    Network,
    Streets,
    attach,
    isochrones,
    nearest,
    network,
    straight_ways,
    ways,
)


def town(seed: int) -> Network:
    """A crooked grid with holes, steps and a bridge."""
    draw = np.random.default_rng(seed)
    xy = {(i, j): np.array([i * 100, j * 100]) + draw.uniform(-20, 20, 2) for i in range(6) for j in range(6)}
    lines, steps = [], []
    for (i, j), here in xy.items():
        for other in ((i + 1, j), (i, j + 1)):
            if other in xy and draw.random() < 0.8:
                lines.append(
                    shapely.LineString([here, (here + xy[other]) / 2 + draw.uniform(-5, 5, 2), xy[other]])
                )
                steps.append(draw.random() < 0.2)
    lines.append(shapely.LineString([xy[0, 0], xy[5, 5]]))
    return network(Streets(lines, [*steps, False], [*([0] * len(steps)), 1]))


def twin(net: Network, origin: tuple[float, float], target: tuple[float, float], steps: bool) -> float:
    """The plain search: leave the nearest piece at either end, walk from place to place."""
    open_ = [n for n in range(len(net.start)) if steps or not net.steps[n]]

    def put(point: tuple[float, float]) -> tuple[int, float, float]:
        where = shapely.Point(point)
        best = min(open_, key=lambda n: net.geometry[n].distance(where))
        return best, net.geometry[best].project(where), net.geometry[best].distance(where)

    a, b = put(origin), put(target)
    best = abs(a[1] - b[1]) if a[0] == b[0] else inf
    seen = {int(net.start[a[0]]): a[1]}
    end = int(net.end[a[0]])
    seen[end] = min(seen.get(end, inf), float(net.metres[a[0]]) - a[1])
    queue = [(metres, place) for place, metres in seen.items()]
    heapq.heapify(queue)
    beside: dict[int, list[tuple[int, float]]] = {}
    for n in open_:
        for one, other in ((net.start[n], net.end[n]), (net.end[n], net.start[n])):
            beside.setdefault(int(one), []).append((int(other), float(net.metres[n])))
    while queue:
        metres, place = heapq.heappop(queue)
        if metres > seen[place]:
            continue
        for other, more in beside.get(place, []):
            if metres + more < seen.get(other, inf):
                seen[other] = metres + more
                heapq.heappush(queue, (metres + more, other))
    from_start = seen.get(int(net.start[b[0]]), inf) + b[1]
    from_end = seen.get(int(net.end[b[0]]), inf) + float(net.metres[b[0]]) - b[1]
    return a[2] + b[2] + min(best, from_start, from_end)


@pytest.mark.parametrize("who", ["adult", "wheelchair"])
@pytest.mark.parametrize("seed", range(4))
def test_as_the_plain_search(seed: int, who: str) -> None:
    net, draw, walker = town(seed), np.random.default_rng(100 + seed), WALKERS[who]
    origins, targets = draw.uniform(-30, 530, (9, 2)), draw.uniform(-30, 530, (5, 2))
    found = ways(net, attach(net, origins, walker), attach(net, targets, walker), 900, walker)
    told = {
        (int(o), int(d)): m for o, d, m in zip(found.origin, found.destination, found.metres, strict=True)
    }
    for o, origin in enumerate(origins.tolist()):
        for d, target in enumerate(targets.tolist()):
            plain = twin(net, tuple(origin), tuple(target), walker.steps)
            if plain <= 900 - 1e-6:
                assert told[o, d] == pytest.approx(plain, abs=1e-4)
            elif plain > 900 + 1e-6:
                assert (o, d) not in told


def test_both_directions_are_one_way() -> None:
    net = town(1)
    a, b = attach(net, [(10, 10), (400, 300)]), attach(net, [(90, 410), (5, 5), (300, 300)])
    there, back = ways(net, a, b, 2000), ways(net, b, a, 2000)
    one = sorted(zip(there.origin.tolist(), there.destination.tolist(), there.metres.tolist(), strict=True))
    other = sorted(zip(back.destination.tolist(), back.origin.tolist(), back.metres.tolist(), strict=True))
    assert [pair[:2] for pair in one] == [pair[:2] for pair in other]
    assert [pair[2] for pair in one] == pytest.approx([pair[2] for pair in other])


def test_exactly_the_limit_is_within_it() -> None:
    net = network(Streets([shapely.LineString([(0, 0), (1000, 0)])]))
    a, b = attach(net, [(0, 0)]), attach(net, [(300, 0), (300.001, 0)])
    assert ways(net, a, b, 300).destination.tolist() == [0]


def test_two_points_at_one_place_are_no_metre_apart() -> None:
    net = network(Streets([shapely.LineString([(0, 0), (1000, 0)])]))
    same = attach(net, [(400, 0), (400, 0)])
    assert ways(net, same, same, 100).metres.max() < 1e-6


def test_blocks_give_the_same_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    net = town(2)
    a = attach(net, np.random.default_rng(5).uniform(0, 500, (20, 2)))
    whole = ways(net, a, a, 700)
    monkeypatch.setattr("lebenslagen.reach.walk.MEMORY", 8 * 300)
    parts = ways(net, a, a, 700)
    assert np.array_equal(whole.metres, parts.metres)
    assert np.array_equal(whole.destination, parts.destination)


def test_no_way_around_where_everything_is_steps() -> None:
    net = network(Streets([shapely.LineString([(0, 0), (100, 0)])], steps=[True]))
    put = attach(net, [(10, 0)], WALKERS["pram"])
    assert put.piece.tolist() == [-1]
    assert put.off.tolist() == [inf]
    assert len(ways(net, put, put, 100, WALKERS["pram"]).metres) == 0


def test_nearest_three_by_metres_then_by_number() -> None:
    found = straight_ways([(0, 0), (1000, 0)], [(0, 30), (0, 20), (0, 20), (0, 10)], 500, 1.0)
    assert nearest(found, 3).destination.tolist() == [3, 1, 2]
    assert nearest(found, 3).detour == 1.0


def test_straight_lines_say_their_detour() -> None:
    found = straight_ways([(0, 0)], [(100, 0), (300, 0)], 300, 1.3)
    assert (found.destination.tolist(), found.metres.tolist(), found.measured) == ([0], [130.0], False)
    assert len(straight_ways([], [(0, 0)], 10, 1.3).metres) == 0


@pytest.mark.parametrize("seed", range(3))
def test_streets_within_a_limit_are_those_the_search_reaches(seed: int) -> None:
    net, limit = town(seed), 260.0
    start = [(120.0, 130.0), (410.0, 380.0)]
    lines = isochrones(net, attach(net, start), limit)
    inside = shapely.union_all(lines)
    for piece in net.geometry:
        for share in (0.05, 0.5, 0.95):
            point = shapely.line_interpolate_point(piece, share, normalized=True)
            metres = min(twin(net, s, (point.x, point.y), True) for s in start)
            if abs(metres - limit) > 0.01:
                assert (shapely.distance(inside, point) < 1e-6) == (metres < limit)


def test_nobody_walks_for_free() -> None:
    net = town(3)
    draw = np.random.default_rng(9)
    a, b = draw.uniform(0, 500, (10, 2)), draw.uniform(0, 500, (10, 2))
    found = ways(net, attach(net, a), attach(net, b), 5000)
    for o, d, metres in zip(found.origin, found.destination, found.metres, strict=True):
        assert metres >= hypot(*(a[o] - b[d])) - 1e-6


def test_unattached_points_have_no_way() -> None:
    net = town(0)
    nowhere = Attached(np.array([-1]), np.array([0.0]), np.array([inf]))
    assert len(ways(net, nowhere, attach(net, [(0, 0)]), 1000).metres) == 0

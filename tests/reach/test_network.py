"""Lines become a network: cut where they meet on one level, joined at their ends, nothing of their length lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely

from lebenslagen.errors import DataError
from lebenslagen.reach import Network, Streets, network

Line = list[tuple[float, float]]


def made(*lines: Line, **more: Any) -> Network:
    return network(Streets([shapely.LineString(line) for line in lines], **more))


def lengths(net: Network) -> list[float]:
    return sorted(np.round(net.metres, 6).tolist())


def test_a_crossing_is_a_place() -> None:
    net = made([(0, 0), (100, 0)], [(50, -50), (50, 50)])
    assert (len(net.xy), lengths(net), net.loose) == (5, [50.0] * 4, ())


def test_a_bridge_passes_over() -> None:
    net = made([(0, 0), (100, 0)], [(50, -50), (50, 50)], level=[0, 1])
    assert lengths(net) == [100.0, 100.0]
    assert [loose.metres for loose in net.loose] == [100.0]


def test_a_bridge_is_entered_at_its_end() -> None:
    bank = [(50.0, -100.0), (50.0, 0.0), (50.0, 100.0)]
    net = made([(0, 0), (100, 0)], bank, [(100, 0), (100, 60), (50, 60)], level=[0, 1, 1])
    assert net.loose == ()
    assert lengths(made([(0, 0), (100, 0)], [(40, 0), (40, 90)], level=[0, 1])) == [40.0, 60.0, 90.0]


def test_a_path_that_ends_below_a_bridge_does_not_climb_it() -> None:
    net = made([(0, 0), (100, 0)], [(50, -50), (50, 0)], level=[1, 0])
    assert len(net.loose) == 1


def test_an_end_that_misses_by_less_than_a_centimetre_meets() -> None:
    assert made([(0, 0), (100, 0)], [(50, 0.009), (50, 50)]).loose == ()
    assert len(made([(0, 0), (100, 0)], [(50, 0.5), (50, 50)]).loose) == 1


def test_a_stretch_in_common_is_cut_at_both_its_ends() -> None:
    net = made([(0, 0), (100, 0)], [(20, 10), (20, 0), (60, 0), (60, 10)])
    assert lengths(net) == [10.0, 10.0, 20.0, 40.0, 40.0, 40.0]
    assert net.loose == ()


def test_a_line_that_crosses_itself_through_another_keeps_its_length() -> None:
    knot: Line = [(0, 0), (100, 0), (100, 50), (50, 50), (50, -50)]
    net = made(knot, [(-10, -20), (200, -20)])
    assert net.metres.sum() == pytest.approx(250 + 50 - 0 + 210 - 0)


def test_steps_and_order_stay_with_their_line() -> None:
    net = made([(0, 0), (100, 0)], [(50, -50), (50, 50)], steps=[False, True])
    assert sorted(zip(net.steps.tolist(), net.metres.tolist(), strict=True)) == [
        (False, 50.0), (False, 50.0), (True, 50.0), (True, 50.0),
    ]  # fmt: skip


def test_loose_parts_are_told_the_longest_first() -> None:
    net = made([(0, 0), (100, 0)], [(500, 0), (510, 0)], [(800, 0), (830, 0)])
    assert [(loose.part, loose.metres, loose.pieces) for loose in net.loose] == [(1, 30.0, 1), (2, 10.0, 1)]
    assert net.main_share == pytest.approx(100 / 140)


@pytest.mark.parametrize("seed", range(12))
def test_any_lines_keep_their_length_and_no_two_pieces_cross(seed: int) -> None:
    draw = np.random.default_rng(seed)
    lines = [shapely.LineString(draw.uniform(0, 1000, (int(draw.integers(2, 5)), 2))) for _ in range(25)]
    net = network(Streets(lines))
    assert net.metres.sum() == pytest.approx(sum(line.length for line in lines))
    own_crossings = [n for n, line in enumerate(lines) if not line.is_simple]
    a, b = shapely.STRtree(net.geometry).query(net.geometry, predicate="crosses")
    away = shapely.distance(
        shapely.intersection(net.geometry[a], net.geometry[b]), shapely.boundary(net.geometry[a])
    )
    assert (away < 0.02).all() or own_crossings


def test_refused() -> None:
    for lines, code in (
        ([], "no-streets"),
        ([shapely.LineString([(6.8, 51.5), (6.81, 51.5)])], "streets-in-degrees"),
        ([shapely.LineString([(0, 0), (np.inf, 0)])], "coordinate-not-usable"),
        ([shapely.LineString([(0, 0), (1e9, 0)])], "coordinate-not-usable"),
    ):
        with pytest.raises(DataError) as refused:
            network(Streets(lines))
        assert refused.value.faults[0].code == code

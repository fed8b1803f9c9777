"""Rings that are looked at all at once are judged as those looked at point by point."""

from __future__ import annotations

from array import array

from hypothesis import example, given
from hypothesis import strategies as st

from lebenslagen.project.read.wkb import BadGeometry, from_coordinates, from_rings

NUMBERS = st.one_of(
    st.floats(-2e8, 2e8), st.sampled_from([float("nan"), float("inf"), float("-inf"), 1e300, 1e8, -1e8])
)
RINGS = st.lists(st.tuples(NUMBERS, NUMBERS), min_size=1, max_size=6)
SQUARE = [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0), (0.0, 0.0)]


def outcome(read):
    try:
        return read()
    except BadGeometry as bad:
        return bad.code


@given(st.lists(st.one_of(RINGS, RINGS.map(lambda r: [*r, r[0]])), min_size=1, max_size=3))
@example([SQUARE])
@example([SQUARE, SQUARE[::-1]])
@example([SQUARE[:-1]])
@example([[(1e308, 0.0), (1e308, 1.0), (0.0, 1.0), (1e308, 0.0)]])
@example([[(0.0, 0.0), (float("inf"), float("-inf")), (1.0, 1.0), (0.0, 0.0)]])
def test_flat_rings_are_judged_as_points_are(rings):
    flat = [array("d", [number for point in ring for number in point]) for ring in rings]
    assert outcome(lambda: from_rings([flat])) == outcome(lambda: from_coordinates("Polygon", rings))
    two = outcome(lambda: from_rings([flat, flat]))
    assert two == outcome(lambda: from_coordinates("MultiPolygon", [rings, rings]))

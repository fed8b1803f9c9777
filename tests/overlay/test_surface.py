"""People stay in their area and on its ground; nobody is lost on the way, nobody appears."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from lebenslagen.errors import DataError
from lebenslagen.overlay import Surface, pieces, surface, surface_error


def grid(size: int, count: int) -> np.ndarray:
    low = np.arange(count) * size
    x, y = (axis.ravel() for axis in np.meshgrid(low, low))
    return np.asarray(shapely.box(x, y, x + size, y + size))


def areas(seed: int, count: int = 12) -> np.ndarray:
    """A random tessellation of 1,000 x 1,000 m."""
    draw = np.random.default_rng(seed)
    points = shapely.MultiPoint(draw.uniform(0, 1000, (count, 2)))
    cells = shapely.get_parts(shapely.voronoi_polygons(points, extend_to=shapely.box(0, 0, 1000, 1000)))
    return np.asarray(shapely.intersection(cells, shapely.box(0, 0, 1000, 1000)))


@pytest.mark.parametrize("seed", range(6))
def test_pieces_are_those_of_cutting_each_with_each(seed: int) -> None:
    own, cells = areas(seed), grid(70, 16)
    a, c, size = pieces(own, cells)
    told = {(int(x), int(y)): s for x, y, s in zip(a, c, size, strict=True)}
    for i, area in enumerate(own):
        for j, cell in enumerate(cells):
            plain = area.intersection(cell).area
            assert told.get((i, j), 0.0) == pytest.approx(plain, abs=1e-6)
    assert size.sum() == pytest.approx(1_000_000)


@pytest.mark.parametrize("seed", range(6))
def test_totals_are_kept_to_the_last_person(seed: int) -> None:
    draw = np.random.default_rng(seed)
    own, cells = areas(seed), grid(50, 20)
    made = surface(*pieces(own, cells), draw.integers(0, 3, len(cells)).astype(float), len(own))
    counts = draw.integers(0, 5000, len(own)).astype(float)
    assert np.bincount(made.area, made.spread(counts), len(own)) == pytest.approx(counts, abs=1e-9)
    whole = made.whole(counts)
    assert np.array_equal(np.bincount(made.area, whole, len(own)), counts)
    assert np.array_equal(whole, np.round(whole))
    assert np.abs(whole - made.spread(counts)).max() < 1


def test_nobody_lives_where_the_ground_is_empty() -> None:
    own, cells = [shapely.box(0, 0, 100, 100)], [shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)]
    made = surface(*pieces(own, cells), [0.0, 2.0], 1)
    assert made.spread([80]).tolist() == [0.0, 80.0]
    assert made.bare == ()


def test_people_without_ground_are_spread_by_size_and_told() -> None:
    own = [shapely.box(0, 0, 100, 100), shapely.box(500, 500, 600, 600)]
    cells = [shapely.box(0, 0, 50, 100), shapely.box(50, 0, 100, 100)]
    made = surface(*pieces(own, cells), [0.0, 0.0], 2)
    assert made.spread([80, 30]).tolist() == [40.0, 40.0]
    assert made.bare == (0, 1)


def test_what_is_not_known_is_not_zero() -> None:
    made = Surface(np.array([0, 1]), np.array([0, 1]), np.array([1.0, 1.0]), 2, ())
    assert np.isnan(made.spread([np.nan, 3])).tolist() == [True, False]
    assert np.isnan(made.whole([np.nan, 3])).tolist() == [True, False]


def test_ground_leads_nearer_to_the_counted_cells_than_size() -> None:
    draw = np.random.default_rng(3)
    own, cells = areas(3), grid(100, 10)
    people = np.where(draw.random(100) < 0.4, 0, draw.integers(20, 200, 100)).astype(float)
    a, c, size = pieces(own, cells)
    counts = np.bincount(a, people[c] * size / 10_000, len(own))
    floor_space = people * draw.uniform(0.7, 1.3, 100)
    by_ground = surface_error(surface(a, c, size, floor_space, len(own)), counts, people)
    by_size = surface_error(surface(a, c, size, np.ones(100), len(own)), counts, people)
    assert by_ground < 0.5 * by_size
    assert surface_error(surface(a, c, size, people, len(own)), counts, people) < by_ground


def test_refused() -> None:
    with pytest.raises(DataError):
        surface([0], [0], [1.0], [-1.0], 1)
    with pytest.raises(DataError):
        surface([0], [0], [1.0], [np.nan], 1)
    with pytest.raises(DataError):
        Surface(np.array([0, 0]), np.array([0, 1]), np.array([0.5, 0.4]), 1, ())

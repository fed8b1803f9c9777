"""Areas and crosswalks, in maps of 100-metre squares and tables one can check by hand."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd
import pyproj  # noqa: F401  (its first import looks for network libraries, which the sealed core may not)
import pytest
import shapely
from shapely import MultiPolygon, Point, Polygon, box

from lebenslagen.areas import (
    Areas,
    Crosswalk,
    crosswalk_by_area,
    crosswalk_by_points,
    crosswalk_by_table,
    dissolve,
    neighbours,
    transfer,
)
from lebenslagen.errors import DataError
from lebenslagen.texts import fault_text
from tests.spec.tables import areas, codes, drawn, faults, table

NAN = float("nan")
SQUARE = box(0, 0, 100, 100)
with np.errstate(invalid="ignore"):
    NOWHERE = Polygon([(0, 0), (NAN, 1), (1, 1)])
BOW_TIE = Polygon([(0, 0), (100, 100), (100, 0), (0, 100)])


def shares(crosswalk: Crosswalk) -> dict[str, dict[str, str]]:
    """A crosswalk as a table: a row an old area, a column a new one."""
    return {
        old: {new: f"{share:g}" for new, share in zip(crosswalk.target, row, strict=True)}
        for old, row in zip(crosswalk.source, crosswalk.shares.toarray(), strict=True)
    }


# --- areas ----------------------------------------------------------------------------------------------------


def test_areas_keep_the_towns_order() -> None:
    """Areas stand in the order the town lists them in, not in the order of their keys."""
    found = drawn("c a\nb b")
    assert found.ids == ("c", "a", "b")
    assert found.name("a") == "Quartier a"
    assert list(found.index()) == ["c", "a", "b"]
    assert found.total_area == 4 * 100 * 100


def test_areas_do_not_change() -> None:
    """What is handed in later changes nothing, and the polygons cannot be overwritten."""
    polygons = np.array([SQUARE], dtype=object)
    found = Areas("q", areas({"a": SQUARE}).vintage, ("a",), ("A",), ("",), polygons, "EPSG:25832")
    polygons[0] = None
    assert found.geometry[0] == SQUARE
    with pytest.raises(ValueError, match="read-only"):
        found.geometry[0] = None


@pytest.mark.parametrize(
    ("shape", "code"),
    [
        (None, "area-without-polygon"),
        (Polygon(), "area-without-polygon"),
        (Point(1, 1), "area-not-polygon"),
        (shapely.LineString([(0, 0), (1, 1)]), "area-not-polygon"),
        (shapely.GeometryCollection([SQUARE, Point(1, 1)]), "area-not-polygon"),
        (BOW_TIE, "area-crosses-itself"),
        (Polygon(SQUARE.exterior, [box(200, 200, 210, 210).exterior]), "area-hole-outside"),
        (MultiPolygon([SQUARE, box(10, 10, 20, 20)]), "area-parts-nested"),
        (NOWHERE, "area-coordinate"),
        (Polygon([(0, 0), (0, 1e300), (1, 1)]), "area-coordinate"),
        (Polygon([(0, 0), (50, 0), (100, 0)]), "area-crosses-itself"),
        (Polygon([(0, 0), (50, 0), (0, 0), (0, 0)]), "area-too-few-points"),
        (
            Polygon(SQUARE.exterior, [box(10, 10, 90, 90).exterior, box(20, 20, 30, 30).exterior]),
            "area-parts-nested",
        ),
    ],
)
def test_each_fault_of_a_polygon_has_its_name(shape: object, code: str) -> None:
    """A polygon that is none is refused with the area's key; nothing is repaired in silence."""
    found = faults(lambda: areas({"01": box(500, 0, 600, 100), "02": shape}))
    assert [(fault.code, fault.where) for fault in found] == [(code, "quartier@2019-01-01/02")]


def test_a_crossing_border_is_named_with_its_place() -> None:
    """Whoever has to repair a border is told where: easting and northing in metres."""
    sentence, remedy = fault_text(faults(lambda: areas({"07": BOW_TIE}))[0])
    assert sentence == "Die Grenze des Gebiets 07 überschneidet sich selbst, und zwar bei 50, 50."
    assert remedy.startswith("Berichtigen Sie die Grenze dort")


def test_all_faults_come_at_once() -> None:
    """Keys, reference system and polygons are all looked at before anything is refused."""
    squares = np.array([SQUARE, None, BOW_TIE], dtype=object)
    day = areas({"a": SQUARE}).vintage
    refused = codes(lambda: Areas("q", day, ("01", "01", " "), ("",) * 3, ("",) * 3, squares, ""))
    assert refused == [
        "area-id-blank",
        "area-twice",
        "crs-missing",
        "area-without-polygon",
        "area-crosses-itself",
    ]


def test_a_list_that_is_too_short_is_refused() -> None:
    """Three keys, two names, one polygon: nobody guesses which belong together."""
    day = areas({"a": SQUARE}).vintage
    one = np.array([SQUARE], dtype=object)
    assert codes(lambda: Areas("q", day, ("1", "2", "3"), ("A", "B"), ("",), one, "EPSG:25832")) == [
        "areas-uneven"
    ]
    assert codes(lambda: Areas("q", day, (), (), (), one[:0], "EPSG:25832")) == ["areas-none"]


@pytest.mark.parametrize(
    ("overlap", "refused"),
    [(0.0, []), (0.05, []), (0.15, ["areas-overlap"]), (100.0, ["areas-overlap"])],
)
def test_overlap_is_tolerated_up_to_a_thousandth(overlap: float, refused: list[str]) -> None:
    """Two squares of 100 m overlap by a strip: 5 cm are drawing inaccuracy, 15 cm are refused."""
    shapes = {"a": SQUARE, "b": box(100 - overlap, 0, 200 - overlap, 100)}
    assert (codes(lambda: areas(shapes)) if refused else areas(shapes) and []) == refused


def test_an_overlap_is_measured_by_the_smaller_area() -> None:
    """A small area that lies within a large one is an overlap, however small its part of the large one is."""
    found = faults(lambda: areas({"gross": box(0, 0, 10_000, 10_000), "klein": box(50, 50, 60, 60)}))
    assert [dict(fault.values) for fault in found] == [{"a": "gross", "b": "klein", "area": 100, "size": 100}]
    assert (
        fault_text(found[0])[0]
        == "Die Gebiete gross und klein überlappen sich auf 100 m²; das kleinere hat 100 m²."
    )


def test_an_area_in_the_hole_of_another_is_no_overlap() -> None:
    """An enclave touches its surroundings and overlaps nothing."""
    ring = box(0, 0, 300, 300) - box(100, 100, 200, 200)
    assert len(areas({"ring": ring, "mitte": box(100, 100, 200, 200)})) == 2


@pytest.mark.parametrize(
    ("crs", "refused"),
    [
        ("EPSG:25832", []),
        ("EPSG:25833", []),
        ("EPSG:3068", []),
        ("EPSG:4326", ["crs-in-degrees"]),
        ("EPSG:4258", ["crs-in-degrees"]),
        ("EPSG:2263", ["crs-not-metres"]),
        ("EPSG:99999", ["crs-unknown"]),
        ("irgendwas", ["crs-unknown"]),
        (" ", ["crs-missing"]),
    ],
)
def test_areas_need_a_flat_reference_system_in_metres(crs: str, refused: list[str]) -> None:
    """Square metres and distances are only right where coordinates are metres; degrees and feet are refused."""
    assert (
        codes(lambda: areas({"a": SQUARE}, crs=crs)) if refused else areas({"a": SQUARE}, crs=crs) and []
    ) == refused


# --- crosswalks -----------------------------------------------------------------------------------------------


def test_crosswalk_by_area() -> None:
    """Each new area gets the part of the old one that lies in it, by square metres."""
    old = drawn("a a a a b b")
    new = drawn("x x x y y y", year=2024)
    assert shares(crosswalk_by_area(old, new)) == table(
        """
        alt  x     y
        a    0.75  0.25
        b    0     1
        """
    )


def test_slivers_are_no_shares() -> None:
    """A common border drawn 5 cm apart moves nobody: the old area goes into its successor wholly."""
    old = areas({"a": SQUARE, "b": box(100, 0, 200, 100)})
    new = areas({"x": box(0, 0, 100.05, 100), "y": box(100.05, 0, 200, 100)}, year=2024)
    assert shares(crosswalk_by_area(old, new)) == table(
        """
        alt  x  y
        a    1  0
        b    0  1
        """
    )


def test_an_old_area_must_lie_in_the_new_ones() -> None:
    """Where the new areas leave out a tenth of an old one, its people would be lost: refused, with square metres."""
    old, new = areas({"a": SQUARE}), areas({"x": box(0, 0, 90, 100)}, year=2024)
    fault = faults(lambda: crosswalk_by_area(old, new))[0]
    assert fault_text(fault)[0] == (
        "Von den 10000 m² des Gebiets a liegen 1000 m² in keinem der Gebiete von quartier@2024-01-01."
    )
    assert shares(crosswalk_by_area(old, areas({"x": box(0, 0, 99.5, 100)}))) == {"a": {"x": "1"}}


def test_crosswalk_by_points_follows_the_residents() -> None:
    """Half the square lies in each new area, but 90 of 100 residents live in the west."""
    old, new = drawn("a a"), drawn("x y", year=2024)
    homes = shapely.points([[50, -50], [60, -60], [150, -50]])
    assert shares(crosswalk_by_points(old, new, homes, [40, 50, 10])) == table(
        """
        alt  x    y
        a    0.9  0.1
        """
    )


def test_where_nobody_lives_points_fall_back_on_square_metres() -> None:
    """No resident in b: its shares follow the square metres, so that each row still sums to 1."""
    old, new = drawn("a b b b b"), drawn("x x y y y", year=2024)
    assert shares(crosswalk_by_points(old, new, shapely.points([[50, -50], [150, -50]]), [7, 0])) == table(
        """
        alt  x     y
        a    1     0
        b    0.25  0.75
        """
    )


def test_a_point_on_a_common_border_counts_once() -> None:
    """It belongs to the area listed first, before and after."""
    old, new = drawn("a a"), drawn("x y", year=2024)
    assert shares(crosswalk_by_points(old, new, shapely.points([[100, -50]]), [1])) == {
        "a": {"x": "1", "y": "0"}
    }


@pytest.mark.parametrize("weight", [-1.0, NAN, float("inf")])
def test_points_weigh_something_or_nothing(weight: float) -> None:
    """A weight is a number of residents or flats: 0 or more."""
    old, new = drawn("a a"), drawn("x y", year=2024)
    points = shapely.points([[50, -50], [150, -50]])
    assert [
        (f.code, f.where) for f in faults(lambda: crosswalk_by_points(old, new, points, [1, weight]))
    ] == [("weight-wrong", "2")]


def test_points_outside_the_new_areas_are_not_lost_in_silence() -> None:
    """Eight of ten residents live where no new area is."""
    old, new = drawn("a a"), drawn("x", year=2024)
    points = shapely.points([[50, -50], [150, -50]])
    assert codes(lambda: crosswalk_by_points(old, new, points, [2, 8])) == ["points-not-covered"]


def test_reference_systems_must_agree() -> None:
    """The same numbers in two reference systems are two places."""
    old, new = drawn("a"), areas({"x": SQUARE}, crs="EPSG:25833")
    assert codes(lambda: crosswalk_by_area(old, new)) == ["crs-differs"]
    assert codes(lambda: crosswalk_by_points(old, new, shapely.points([[1, 1]]), [1])) == ["crs-differs"]


def test_crosswalk_by_table() -> None:
    """A published crosswalk is taken as it is."""
    rows = [("a", "x", 0.3), ("a", "y", 0.7), ("b", "y", 1.0)]
    expected = table(
        """
        alt  x    y
        a    0.3  0.7
        b    0    1
        """
    )
    assert shares(crosswalk_by_table(rows, ["a", "b"], ["x", "y"])) == expected
    assert shares(crosswalk_by_table(pd.DataFrame(rows), ["a", "b"], ["x", "y"])) == expected


def test_shares_that_do_not_sum_to_one_are_refused_with_their_sum() -> None:
    """0.33 three times is 0.99: rounded, said by its sum; declared as rounded it is divided by it."""
    rows = [("a", "x", 0.33), ("a", "y", 0.33), ("a", "z", 0.33)]
    fault = faults(lambda: crosswalk_by_table(rows, ["a"], ["x", "y", "z"]))[0]
    assert fault_text(fault) == (
        "Die Anteile des Gebiets a ergeben zusammen 0,990000 statt 1.",
        "Berichtigen Sie die Anteile, oder setzen Sie „rescale = true“, wenn sie gerundet sind.",
    )
    rescaled = crosswalk_by_table(rows, ["a"], ["x", "y", "z"], rescale=True)
    assert rescaled.shares.toarray() == pytest.approx(np.full((1, 3), 1 / 3), abs=1e-15)


def test_all_faults_of_a_table_come_at_once() -> None:
    """Unknown areas, a share of 110 per cent, a pair twice, an old area without a row: each with its line."""
    rows = [("a", "x", 1.1), ("a", "x", 0.2), ("q", "x", 1.0), ("b", "p", NAN)]
    found = faults(lambda: crosswalk_by_table(rows, ["a", "b", "c"], ["x"], rescale=True))
    assert [(fault.code, fault.where) for fault in found] == [
        ("crosswalk-share", "1"),
        ("crosswalk-twice", "2"),
        ("crosswalk-unknown", "3"),
        ("crosswalk-unknown", "4"),
        ("crosswalk-share", "4"),
        ("crosswalk-without", "b"),
        ("crosswalk-without", "c"),
    ]


# --- transfer -------------------------------------------------------------------------------------------------

OLD_TO_NEW = [("a", "x", 1.0), ("b", "x", 0.25), ("b", "y", 0.75), ("c", "y", 1.0)]


def old_to_new() -> Crosswalk:
    return crosswalk_by_table(OLD_TO_NEW, ["a", "b", "c"], ["x", "y"])


def test_counts_are_divided_and_keep_their_sum() -> None:
    """x = 10 + 0.25 · 40 = 20 and y = 0.75 · 40 + 6 = 36; before and after it is 56."""
    people = pd.Series({"a": 10.0, "b": 40.0, "c": 6.0}, name="einwohner")
    assert transfer(people, old_to_new(), "extensive").to_dict() == {"x": 20.0, "y": 36.0}


def test_rates_become_weighted_means() -> None:
    """x has 10 people at 50 % and 0.25 · 40 = 10 people at 10 %: (10 · 50 + 10 · 10) / 20 = 30 %."""
    rate, people = pd.Series({"a": 50.0, "b": 10.0, "c": 5.0}), pd.Series({"a": 10.0, "b": 40.0, "c": 0.0})
    found = transfer(rate, old_to_new(), "intensive", people)
    assert found.to_dict() == {"x": 30.0, "y": 10.0}


def test_a_rate_without_weight_is_refused() -> None:
    """A mean of rates without the people behind them would be a figure about nothing."""
    assert codes(lambda: transfer(pd.Series({"a": 1.0, "b": 1.0, "c": 1.0}), old_to_new(), "intensive")) == [
        "weight-missing"
    ]


@pytest.mark.parametrize(
    ("missing", "expected"),
    [("a", {"x": NAN, "y": 36.0}), ("b", {"x": NAN, "y": NAN}), ("c", {"x": 20.0, "y": NAN})],
)
def test_missing_stays_missing(missing: str, expected: dict[str, float]) -> None:
    """A new area that a missing one goes into is missing, and only that one; it never becomes 0."""
    people = pd.Series({"a": 10.0, "b": 40.0, "c": 6.0})
    people[missing] = NAN
    assert transfer(people, old_to_new(), "extensive").to_dict() == pytest.approx(expected, nan_ok=True)


def test_zero_stays_zero() -> None:
    """Nobody in the old areas is nobody in the new ones: a 0, not a missing value."""
    nobody = pd.Series({"a": 0.0, "b": 0.0, "c": 0.0})
    assert transfer(nobody, old_to_new(), "extensive").to_dict() == {"x": 0.0, "y": 0.0}


def test_a_rate_of_nobody_is_missing_for_nobody() -> None:
    """c has no people and no rate: y is the rate of b alone. Where nobody lives at all there is no rate."""
    rate = pd.Series({"a": 50.0, "b": 10.0, "c": NAN})
    assert transfer(rate, old_to_new(), "intensive", pd.Series({"a": 1.0, "b": 4.0, "c": 0.0}))["y"] == 10.0
    found = transfer(rate, old_to_new(), "intensive", pd.Series({"a": 1.0, "b": 0.0, "c": 0.0}))
    assert found.to_dict() == pytest.approx({"x": 50.0, "y": NAN}, nan_ok=True)


def test_a_missing_weight_makes_the_mean_missing() -> None:
    """How much a rate counts must be known."""
    rate = pd.Series({"a": 50.0, "b": 10.0, "c": 5.0})
    found = transfer(rate, old_to_new(), "intensive", pd.Series({"a": NAN, "b": 4.0, "c": 0.0}))
    assert found.to_dict() == pytest.approx({"x": NAN, "y": 10.0}, nan_ok=True)


def test_values_must_be_those_of_the_old_areas() -> None:
    """An unknown area, a missing one, one twice: each is named."""
    values = pd.Series([1.0, 2.0, 3.0, 4.0], index=["a", "b", "b", "q"])
    assert [(f.code, f.where) for f in faults(lambda: transfer(values, old_to_new(), "extensive"))] == [
        ("value-unknown-area", "q"),
        ("value-area-absent", "c"),
        ("area-twice", "b"),
    ]


# --- neighbours and coarser areas -----------------------------------------------------------------------------


def test_neighbours_share_a_border() -> None:
    """Squares that only touch at a corner are no neighbours; an island has none."""
    found = neighbours(
        drawn(
            """
            a b . e
            c d . .
            """
        )
    )
    assert found == {"a": ("b", "c"), "b": ("a", "d"), "e": (), "c": ("a", "d"), "d": ("b", "c")}


@pytest.mark.parametrize(("gap", "near"), [(0.0, True), (0.03, True), (-0.03, True), (1.0, False)])
def test_borders_drawn_twice_are_one(gap: float, near: bool) -> None:
    """Offices draw the same border 3 cm apart; a metre apart there is a strip between."""
    found = neighbours(areas({"a": SQUARE, "b": box(100 + gap, 0, 200, 100)}))
    assert (found["a"] == ("b",)) is near


def test_coarser_areas_are_unions() -> None:
    """The quarters a and b lie in I, c in II: two coarser areas of 2 and 1 squares, in the order they are named."""
    quarters = drawn("a b c", parents={"a": "I", "b": "I", "c": "II"})
    found = dissolve(quarters, "sozialraum", {"II": "Ost", "I": "West"}, {"I": "stadt", "II": "stadt"})
    assert list(zip(found.ids, found.names, found.parents, shapely.area(found.geometry), strict=True)) == [
        ("II", "Ost", "stadt", 10_000.0),
        ("I", "West", "stadt", 20_000.0),
    ]
    assert quarters.children("I") == ("a", "b")
    assert quarters.parent("c") == "II"


def test_coarser_areas_need_a_place_for_each_quarter() -> None:
    """No parent, an unknown parent, and a coarser area with nothing in it are refused together."""
    quarters = drawn("a b", parents={"a": "I"})
    found = faults(lambda: dissolve(quarters, "sozialraum", {"I": "West", "II": "Ost"}))
    assert [(fault.code, fault.where) for fault in found] == [
        ("parent-unknown", "quartier@2019-01-01/b"),
        ("parent-without-areas", "sozialraum"),
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        lambda: Crosswalk(("a",), ("x",), np.array([[0.5]]), "table"),  # type: ignore[arg-type]
        lambda: Crosswalk(("a",), ("x",), np.array([[NAN]]), "table"),  # type: ignore[arg-type]
    ],
)
def test_no_crosswalk_loses_or_doubles_anybody(wrong: Callable[[], object]) -> None:
    """However a crosswalk is made: each row sums to 1."""
    with pytest.raises(DataError, match="crosswalk-sum"):
        wrong()

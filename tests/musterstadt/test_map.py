"""The map: one town without gaps, cut in two ways, with its river, its bridges and its gradient."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import shapely

from scripts.musterstadt import committed
from scripts.musterstadt.committed import Year

Polygons = dict[str, dict[str, object]]


def test_polygons_share_their_borders_exactly(polygons: Polygons) -> None:
    for vintage in polygons.values():
        shapes = np.array(list(vintage.values()), dtype=object)
        assert shapely.is_valid(shapes).all()
        assert shapely.coverage_is_valid(shapes)
        town = shapely.union_all(shapes)
        assert town.geom_type == "Polygon"
        assert not town.interiors
        assert abs(town.area - shapely.area(shapes).sum()) < 1e-3


def test_both_vintages_cover_the_same_town(polygons: Polygons) -> None:
    old, new = (shapely.union_all(list(polygons[v].values())) for v in ("2013", "2019"))
    assert shapely.symmetric_difference(old, new).area < 1e-3
    changed = {key for key in polygons["2019"] if key not in polygons["2013"]} | {"10"}
    assert changed == {"06", "07", "10"}
    for key in set(polygons["2019"]) - changed:
        assert polygons["2013"][key].equals(polygons["2019"][key])  # type: ignore[attr-defined]


def test_sizes_vary_by_more_than_twenty(polygons: Polygons) -> None:
    areas = shapely.area(np.array(list(polygons["2019"].values()), dtype=object)) / 1e6
    assert areas.max() / areas.min() > 20
    assert 60 < areas.sum() < 110


def test_borders_look_drawn_by_people(polygons: Polygons) -> None:
    """A Voronoi diagram has convex cells of a few corners."""
    shapes = np.array(list(polygons["2019"].values()), dtype=object)
    convex = shapely.area(shapes) / shapely.area(shapely.convex_hull(shapes))
    assert convex.max() < 0.995
    assert shapely.get_num_coordinates(shapes).min() > 20


def test_sozialraeume_hang_together(polygons: Polygons, room: dict[str, str]) -> None:
    for number in "123456":
        parts = [polygon for key, polygon in polygons["2019"].items() if room[key] == number]
        assert shapely.union_all(parts).geom_type == "Polygon", number


def test_the_block_that_moved(polygons: Polygons, blocks: dict[str, np.ndarray]) -> None:
    moved = (blocks["quartier_2013"] == "60") & (blocks["quartier_2019"] == "10")
    assert blocks["einwohner_2018"][moved].tolist() == [41]
    spot = blocks["point"][moved][0]
    assert polygons["2013"]["60"].contains(spot)  # type: ignore[attr-defined]
    assert polygons["2019"]["10"].contains(spot)  # type: ignore[attr-defined]


def test_blocks_lie_in_their_quarters(polygons: Polygons, blocks: dict[str, np.ndarray]) -> None:
    assert 400 <= len(blocks["block"]) <= 700
    for vintage in ("2013", "2019"):
        for point, key in zip(blocks["point"], blocks[f"quartier_{vintage}"], strict=True):
            assert polygons[vintage][key].contains(point)  # type: ignore[attr-defined]


def test_blocks_add_up_to_the_quarters(blocks: dict[str, np.ndarray], years: dict[int, Year]) -> None:
    for year, column in ((2018, "quartier_2013"), (2024, "quartier_2019")):
        data = years[year]
        for key, residents in zip(data.keys, data.counts["residents"], strict=True):
            assert blocks[f"einwohner_{year}"][blocks[column] == key].sum() == residents


def test_crosswalk_as_a_table_agrees_with_the_blocks(root: Path, blocks: dict[str, np.ndarray]) -> None:
    with (root / "areas" / "umsteigeschluessel-2019.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    for old in {row["alt"] for row in rows}:
        assert (
            abs(sum(float(row["anteil"].replace(",", ".")) for row in rows if row["alt"] == old) - 1) < 1e-11
        )
        for row in (r for r in rows if r["alt"] == old):
            both = (blocks["quartier_2013"] == old) & (blocks["quartier_2019"] == row["neu"])
            assert blocks["einwohner_2018"][both].sum() == int(row["einwohner_2018"])
    assert [(row["neu"], row["einwohner_2018"]) for row in rows if row["alt"] == "60"][-1] == ("10", "41")


def test_backdrop(root: Path, polygons: Polygons) -> None:
    fields, shapes = committed.layer(root / "areas" / "hintergrund.gpkg")
    kinds = [str(kind) for kind in fields["art"]]
    assert {"water", "woods", "built", "neighbour", "landmark"} == set(kinds)
    town = shapely.union_all(list(polygons["2019"].values()))
    for kind, shape in zip(kinds, shapes, strict=True):
        assert shape.is_valid  # type: ignore[attr-defined]
        if kind == "neighbour":
            assert shapely.intersection(town, shape).area < 1
    named = dict(zip(map(str, fields["name"]), shapes, strict=True))
    bridges = [named[name] for name in ("Alte Brücke", "Hafenbrücke")]
    assert all(named["Ruhr"].buffer(60).contains(bridge) for bridge in bridges)  # type: ignore[attr-defined]
    island = polygons["2019"]["08"]
    assert all(shapely.distance(island, named[name]) < 1 for name in ("Ruhr", "Hafenkanal"))
    assert sum(kind == "neighbour" for kind in kinds) >= 5


def test_burden_falls_from_south_to_north(polygons: Polygons, now: Year) -> None:
    north = np.array([shapely.centroid(polygons["2019"][key]).y for key in now.keys])
    assert np.corrcoef(north, now.rates("SGB"))[0, 1] < -0.4


def test_sozialraeume_of_the_north_lie_north(polygons: Polygons, room: dict[str, str]) -> None:
    y = {number: [] for number in "123456"}
    for key, polygon in polygons["2019"].items():
        y[room[key]].append(shapely.centroid(polygon).y)
    assert min(y["6"]) > max(y["1"]) + 2000

"""A real town: 542 areas since 2021, 448 polygons before, and the published shares between them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from lebenslagen.areas import Areas, crosswalk_by_area, crosswalk_by_table, dissolve, neighbours, transfer
from tests.spec.tables import faults

pytestmark = pytest.mark.reference_data

NEW = "berlin/geometry/lor_post2021_PLR/lor_planungsraeume_2021.shp"
OLD = "berlin/geometry/lor_pre2021_PLR/lor_planungsraeume.shp"
SEED = "berlin/crosswalk/seed_lor_crosswalk_2006_to_2021.csv"
TWICE, ABSENT = "06010102", "04030417"


def layer(path: Path, key: str, district: str) -> pd.DataFrame:
    """The polygons of a layer with their keys and districts, as delivered."""
    meta, _, shapes, values = pyogrio.raw.read(path)
    fields = dict(zip(meta["fields"], values, strict=True))
    return pd.DataFrame(
        {"key": map(str, fields[key]), "district": fields[district], "shape": shapely.from_wkb(shapes)}
    )


def as_areas(found: pd.DataFrame, day: date) -> Areas:
    ids = tuple(found["key"])
    shapes = found["shape"].to_numpy(dtype=object)
    return Areas("planungsraum", day, ids, ids, tuple(key[:2] for key in ids), shapes, "EPSG:25833")


@pytest.fixture(scope="module")
def new(reference_data: Path) -> Areas:
    return as_areas(layer(reference_data / NEW, "PLR_ID", "BEZ"), date(2021, 1, 1))


@pytest.fixture(scope="module")
def old_layer(reference_data: Path) -> pd.DataFrame:
    return layer(reference_data / OLD, "broker Dow", "BEZIRKSNAM")


@pytest.fixture(scope="module")
def old(old_layer: pd.DataFrame) -> Areas:
    """The old layer with its repair as a project declares it: one of the two of the same name has the other's key."""
    wrong = (old_layer["key"] == TWICE) & (old_layer["district"] == "Charlottenburg-Wilmersdorf")
    return as_areas(old_layer.assign(key=old_layer["key"].mask(wrong, ABSENT)), date(2006, 1, 1))


@pytest.fixture(scope="module")
def seed(reference_data: Path) -> pd.DataFrame:
    columns = ["plr_id_pre2021", "plr_id_2021", "weight"]
    return pd.read_csv(reference_data / SEED, dtype=dict.fromkeys(columns[:2], str))[columns]


def test_the_present_areas_are_sound(new: Areas, reference_data: Path) -> None:
    """542 polygons without an overlap; the monitoring's 536 classified areas and 6 that it leaves out."""
    classified = pd.read_csv(reference_data / "berlin/mss/2021/table-1.csv", dtype=str)["id"]
    assert len(new) == 542
    assert len(classified) == 536
    assert set(classified) <= set(new.ids)


def test_the_old_layer_is_refused_for_the_key_that_is_there_twice(old_layer: pd.DataFrame) -> None:
    found = faults(lambda: as_areas(old_layer, date(2006, 1, 1)))
    assert [(fault.code, fault.values["id"], fault.values["times"]) for fault in found] == [
        ("area-twice", TWICE, 2)
    ]
    assert len(old_layer) == 448
    assert ABSENT not in set(old_layer["key"])


def test_the_published_shares_are_taken_where_they_are_rounded(seed: pd.DataFrame, new: Areas) -> None:
    ids = sorted(set(seed["plr_id_pre2021"]))
    sums = seed.groupby("plr_id_pre2021")["weight"].sum()
    assert (sums - 1).abs().max() < 1e-2
    crosswalk = crosswalk_by_table(seed, ids, new.ids, rescale=True)
    assert crosswalk.shares.shape == (len(ids), 542)
    assert np.abs(crosswalk.shares.sum(axis=1) - 1).max() < 1e-9
    people = pd.Series(np.arange(len(ids), dtype=float), index=ids)
    assert transfer(people, crosswalk, "extensive").sum() == pytest.approx(people.sum(), rel=1e-12)


def test_shares_from_polygons_are_the_published_ones(seed: pd.DataFrame, old: Areas, new: Areas) -> None:
    """Made from another copy of the same boundaries: one pair in a hundred differs by more than 0.3 per cent."""
    published = seed.set_index(["plr_id_pre2021", "plr_id_2021"])["weight"]
    found = crosswalk_by_area(old, new)
    assert set(found.source) == set(seed["plr_id_pre2021"])
    ours = pd.DataFrame(found.shares.toarray(), index=list(found.source), columns=list(found.target)).stack()
    both = pd.concat([ours[ours > 0], published], axis=1).astype(float)
    difference = (
        both[0].where(both[0].notna(), 0.0) - both["weight"].where(both["weight"].notna(), 0.0)
    ).abs()
    assert difference.max() < 0.03
    assert (difference > 0.003).sum() <= len(ours[ours > 0]) // 100


def test_districts_are_unions_and_everybody_has_neighbours(new: Areas) -> None:
    districts = dissolve(new, "bezirk", {f"{number:02}": f"Bezirk {number}" for number in range(1, 13)})
    assert len(districts) == 12
    assert districts.total_area == pytest.approx(new.total_area, rel=1e-9)
    found = neighbours(new)
    assert all(found.values())
    assert all(area in found[other] for area, others in found.items() for other in others)

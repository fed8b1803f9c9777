"""Our own readers of shapefile, GeoPackage and GeoJSON against GDAL's, on the published layers."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from lebenslagen.project.read import read_vectors
from lebenslagen.project.vectors import packed

pytestmark = pytest.mark.reference_data
LAYERS = (
    "berlin/geometry/lor_post2021_PLR/lor_planungsraeume_2021.shp",
    "berlin/geometry/lor_post2021_BZR/lor_bezirksregionen_2021.shp",
    "berlin/geometry/lor_pre2021_PLR/lor_planungsraeume.shp",
    "berlin/geometry/bezirke/bezirksgrenzen.shp",
    "berlin/network/moabit_roads.gpkg",
    "berlin/facilities/schulen.geojson",
    "berlin/facilities/kuehler_raum.geojson",
)


@pytest.mark.parametrize("layer", LAYERS)
def test_the_same_as_gdal(layer, reference_data):
    import pyogrio

    path = Path(reference_data) / layer
    name, raw = packed(path)
    ours = read_vectors(raw, name)
    meta, _, wkb, fields = pyogrio.raw.read(path)
    theirs = shapely.force_2d(shapely.from_wkb(wkb))
    assert ours.crs == meta["crs"]
    assert shapely.equals_exact(shapely.normalize(ours.geometry), shapely.normalize(theirs), 0).all()
    for column, values in zip(meta["fields"], fields, strict=True):
        texts = [v for v in values if isinstance(v, str)]
        if column in ours.columns and texts:
            assert [v for v in ours.columns[column] if isinstance(v, str) and v] == [t for t in texts if t]

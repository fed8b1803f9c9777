"""What is known of usual reference systems without asking PROJ is what PROJ says."""

from __future__ import annotations

import json
import subprocess
import sys

import numpy as np
import pyproj
import pytest

from lebenslagen.errors import DataError
from lebenslagen.project.read import read_vectors, vectors

RING = [[0, 0], [900, 0], [900, 900], [0, 900], [0, 0]]


def layer(east: float, north: float, crs: str = "EPSG:25833") -> bytes:
    ring = [[east + x, north + y] for x, y in RING]
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    named = {"type": "name", "properties": {"name": crs}}
    return json.dumps({"type": "FeatureCollection", "crs": named, "features": [feature]}).encode()


@pytest.mark.parametrize("code", vectors.AT_HOME)
def test_who_is_at_home_lies_in_germany(code):
    west, south, east, north = vectors.AT_HOME[code]
    x, y = np.linspace(west, east, 200), np.linspace(south, north, 200)
    xs = np.concatenate([x, x, np.full(200, west), np.full(200, east)])
    ys = np.concatenate([np.full(200, south), np.full(200, north), y, y])
    degrees = pyproj.Transformer.from_crs(code, "EPSG:4326", always_xy=True).transform(xs, ys)
    found = (*map(min, degrees), *map(max, degrees))
    assert vectors._within((found[0], found[1], found[2], found[3]), vectors.GERMANY)
    assert not vectors._older(pyproj.CRS(code))
    assert pyproj.CRS(code).is_geographic == (vectors.AT_HOME[code] == vectors.GERMANY)


@pytest.mark.parametrize("text", vectors.WRITTEN)
def test_a_text_beside_a_shapefile_means_the_system_it_stands_for(text):
    assert pyproj.CRS(text).to_epsg(min_confidence=25) == int(vectors.WRITTEN[text].removeprefix("EPSG:"))
    assert pyproj.CRS(vectors.WRITTEN[text]).to_wkt("WKT1_ESRI") == text


def test_just_outside_the_rectangle_is_looked_up_and_far_outside_refused():
    west, south, _, _ = vectors.AT_HOME["EPSG:25833"]
    assert read_vectors(layer(west - 500, south + 5e5), "a.geojson").faults == ()
    with pytest.raises(DataError) as caught:
        read_vectors(layer(west - 3e5, south), "a.geojson")
    assert [f.code for f in caught.value.faults] == ["outside-box"]


def test_a_layer_at_home_needs_no_library_of_systems():
    code = (
        "import sys\nfrom lebenslagen.project.read import read_vectors\n"
        "assert len(read_vectors(sys.stdin.buffer.read(), 'a.geojson')) == 1\nprint('pyproj' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], input=layer(390e3, 5.8e6), capture_output=True, check=True
    )
    assert done.stdout.strip() == b"False"

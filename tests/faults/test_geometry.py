"""The catalogue of faults in geometry on a town of four squares made here, and hostile files that point elsewhere."""

from __future__ import annotations

import io
import json
import sqlite3
import struct
import zipfile

import pytest
import shapely

from lebenslagen.errors import DataError, Outcome
from lebenslagen.project.read import check_areas, read_vectors
from tests.faults.makers import Register

ACCEPT, WARN, ASK, REJECT = Outcome.ACCEPT, Outcome.WARN, Outcome.ASK, Outcome.REJECT
EAST, NORTH, SIDE = 343_000.0, 5_700_000.0, 1_000.0
TOWN = Register(("01", "02", "03", "04"), ("Alt", "Berg", "Cöln", "Dorf"), ("",) * 4)
CRS = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::25832"}}


def square(i: int) -> list[list[float]]:
    x, y = EAST + SIDE * (i % 2), NORTH + SIDE * (i // 2)
    return [[x, y], [x + SIDE, y], [x + SIDE, y + SIDE], [x, y + SIDE], [x, y]]


def features(**changes: object) -> list[dict]:
    """Four quarters; `changes` puts another geometry at a number: g2 = {...}."""
    made = []
    for i, (area, name) in enumerate(zip(TOWN.ids, TOWN.names, strict=True)):
        geometry = changes.get(f"g{i + 1}", {"type": "Polygon", "coordinates": [square(i)]})
        made.append({"type": "Feature", "properties": {"id": area, "name": name}, "geometry": geometry})
    return made


def geojson(made: list[dict] | None = None, crs: object = CRS, **changes: object) -> bytes:
    collection = {"type": "FeatureCollection", "features": made or features(**changes)}
    return json.dumps(collection | ({"crs": crs} if crs else {})).encode()


def judge(data: bytes, name: str = "a.geojson", **options: object) -> tuple[Outcome, list[str]]:
    outcome, faults = check_areas(data, name, key="id", name="name", known=TOWN, **options)  # type: ignore[arg-type]
    return outcome, [f.code for f in faults]


def polygon(*rings: list[list[float]]) -> dict:
    return {"type": "Polygon", "coordinates": list(rings)}


def moved(ring: list[list[float]], x: float = 0, y: float = 0) -> list[list[float]]:
    return [[a + x, b + y] for a, b in ring]


BOW = [square(3)[i] for i in (0, 2, 1, 3, 0)]
OUTLINE = shapely.box(EAST, NORTH, EAST + 2 * SIDE, NORTH + 2 * SIDE)


def test_the_town_is_taken():
    assert judge(geojson(), outline=OUTLINE) == (ACCEPT, [])
    found = read_vectors(geojson(), "a.geojson")
    assert (found.crs, list(found.columns["name"]), len(found)) == ("EPSG:25832", list(TOWN.names), 4)
    assert found.geometry[3].equals(shapely.Polygon(square(3)))


@pytest.mark.parametrize(
    ("geometry", "outcome", "code"),
    [
        (polygon(BOW), ASK, "polygon-invalid"),
        (polygon(square(3)[:-1]), REJECT, "ring-open"),
        (polygon([*square(3)[:2], square(3)[0]]), REJECT, "ring-too-short"),
        (polygon([square(3)[0], square(3)[1], square(3)[0], square(3)[0]]), REJECT, "area-zero"),
        (polygon(moved(square(3), x=-100)), ASK, "polygons-overlap"),
        (polygon([*square(3)[:2], square(3)[1], *square(3)[2:]]), WARN, "border-cleaned"),
        (
            polygon([*square(3)[:2], [EAST + 2 * SIDE + 50, NORTH + SIDE - 50], *square(3)[1:]]),
            WARN,
            "border-cleaned",
        ),
        (polygon(square(3), moved(square(0), 9000)), REJECT, "hole-outside"),
        (None, REJECT, "geometry-empty"),
        ({"type": "Polygon", "coordinates": []}, REJECT, "geometry-empty"),
        ({"type": "Point", "coordinates": [EAST, NORTH]}, REJECT, "geometry-kind"),
        ({"type": "GeometryCollection", "geometries": []}, REJECT, "geometry-kind"),
        ({"type": "Polygon", "coordinates": "x"}, REJECT, "geometry-broken"),
        ({"type": "Polygon", "coordinates": [[["a", "b"]] * 4]}, REJECT, "geometry-broken"),
        (polygon([[*p, 17.0] for p in square(3)]), WARN, "height-dropped"),
        (polygon([[1e300, 0], *square(3)[1:4], [1e300, 0]]), REJECT, "coordinate-absurd"),
        (polygon([[EAST, NORTH]] * 200_001), REJECT, "too-many-vertices"),
    ],
)
def test_g02_to_g23_one_geometry(geometry, outcome, code):
    found, codes = judge(geojson(g4=geometry))
    assert found is outcome and code in codes


def test_g17_infinite_numbers():
    assert judge(geojson().replace(b"5700000.0", b"1e400", 1)) == (REJECT, ["coordinate-not-finite"])
    assert judge(geojson().replace(b"5700000.0", b"NaN", 1)) == (REJECT, ["json-constant"])


def test_g07_g42_gaps_and_outline():
    eight = [(x, y) for x in range(3) for y in range(3) if (x, y) != (1, 1)]
    made = [
        {
            "type": "Feature",
            "properties": {"id": f"{i:02d}"},
            "geometry": polygon(moved(square(0), x * SIDE, y * SIDE)),
        }
        for i, (x, y) in enumerate(eight)
    ]
    assert [f.code for f in check_areas(geojson(made), "a.geojson", key="id")[1]] == ["gaps-between"]
    assert judge(geojson(), outline=OUTLINE.buffer(100)) == (ASK, ["outline-differs"])


def test_g08_g09_g29_keys():
    assert judge(geojson(features()[:3])) == (ASK, ["area-absent"])
    twice = features()
    twice[3]["properties"]["id"] = "03"
    assert "polygon-twice" in judge(geojson(twice))[1]
    numeric = features()
    for feature in numeric:
        feature["properties"]["id"] = int(feature["properties"]["id"])
    assert judge(geojson(numeric)) == (ASK, ["key-without-zero"])
    assert "column-absent" in [f.code for f in check_areas(geojson(), "a.geojson", key="nr", known=TOWN)[1]]


def test_g10_to_g15_the_wrong_place():
    assert judge(geojson(crs=None)) == (REJECT, ["not-degrees"])
    degrees = [[[6.7, 51.4], [6.8, 51.4], [6.8, 51.5], [6.7, 51.4]]]
    swapped = [[[y, x] for x, y in degrees[0]]]
    one = [{"type": "Feature", "properties": {"id": "01"}, "geometry": polygon(*swapped)}]
    assert judge(geojson(one, crs=None))[1][0] == "axes-swapped"
    elsewhere = [{"type": "Feature", "properties": {"id": "01"}, "geometry": polygon(moved(degrees[0], 60))}]
    assert judge(geojson(elsewhere, crs=None))[1][0] == "outside-box"
    zone = geojson(
        [f | {"geometry": polygon(moved(f["geometry"]["coordinates"][0], 32e6))} for f in features()]
    )
    outcome, faults = check_areas(zone, "a.geojson", key="id", known=TOWN)
    assert (outcome, faults[0].code, faults[0].values["hint"]) == (REJECT, "outside-box", "EPSG:4647")


def test_g14_g40_older_systems_and_moved_borders():
    gk = {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::31466"}}
    made = [
        f | {"geometry": polygon(moved(f["geometry"]["coordinates"][0], 2_553_000 - EAST))}
        for f in features()
    ]
    assert judge(geojson(made, crs=gk)) == (WARN, ["older-system"])
    before = {a: shapely.Polygon(square(i)) for i, a in enumerate(TOWN.ids)}
    assert judge(geojson(), before=before, outline=OUTLINE) == (ACCEPT, [])
    shifted = [f | {"geometry": polygon(moved(f["geometry"]["coordinates"][0], 28, 28))} for f in features()]
    assert judge(geojson(shifted), before=before, outline=OUTLINE) == (WARN, ["borders-moved"])


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b'{"type": "FeatureCollection", "type": "x", "features": []}', "json-key-twice"),
        (b'{"type": "FeatureCollection", "features": [' + b"[" * 100_000, "json-too-deep"),
        (geojson()[:-30], "json-broken"),
        (b"// note\n" + geojson(), "json-broken"),
        (b'{"type": "gdalg", "command_line": "gdal vector read /etc/passwd"}', "not-a-feature-collection"),
        (b'{"type": "Topology", "objects": {}}', "not-a-feature-collection"),
        (
            b"<OGRVRTDataSource><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTDataSource>",
            "content-differs",
        ),
        (b"<OGRWFSDataSource><URL>http://127.0.0.1:18999/</URL></OGRWFSDataSource>", "content-differs"),
        (b"", "file-empty"),
        (b'{"type": "FeatureCollection", "features": []}', "layer-empty"),
    ],
)
def test_g22_g30_to_g33_g37_g43_g45_g46_documents(data, code):
    outcome, codes = judge(data)
    assert outcome is REJECT and codes == [code]


def test_g46_a_mark_alone_is_taken():
    assert judge(b"\xef\xbb\xbf" + geojson()) == (ACCEPT, [])


def test_g37_hostile_properties_stay_text():
    made = features()
    made[0]["properties"] |= {
        "__proto__": {"a": 1},
        "x": "<script>alert(1)</script>",
        "big": 10**30,
        "nested": [1],
    }
    found = read_vectors(geojson(made), "a.geojson")
    assert found.columns["x"][0] == "<script>alert(1)</script>"
    assert (found.columns["__proto__"][0], found.columns["nested"][0], found.columns["big"][0]) == (
        None,
        None,
        str(10**30),
    )


@pytest.mark.parametrize("name", ["a.kml", "a.dxf", "a.fgb", "a.vrt", "a.tif", "a.xml", "a"])
def test_g35_g41_g44_other_formats(name):
    assert judge(geojson(), name) == (REJECT, ["geometry-format"])


# --- GeoPackage ------------------------------------------------------------------------------------------


def blob(geometry: shapely.Geometry, byte_order: int = 1) -> bytes:
    return b"GP\x00\x01" + struct.pack("<i", 25832) + shapely.to_wkb(geometry, byte_order=byte_order)


NAN = struct.pack("<d", float("nan"))
NOWHERE = blob(shapely.Polygon(square(3))).replace(struct.pack("<d", EAST + SIDE), NAN)


def geopackage(*statements: str, geometry: bytes | None = None, layers: int = 1) -> bytes:
    base = sqlite3.connect(":memory:")
    base.executescript(
        "CREATE TABLE gpkg_spatial_ref_sys (srs_id INTEGER, organization TEXT, organization_coordsys_id INTEGER);"
        "CREATE TABLE gpkg_contents (table_name TEXT, data_type TEXT);"
        "CREATE TABLE gpkg_geometry_columns (table_name TEXT, column_name TEXT, srs_id INTEGER);"
        "INSERT INTO gpkg_spatial_ref_sys VALUES (25832, 'EPSG', 25832);"
    )
    for layer in range(layers):
        name = f"quartiere{layer or ''}"
        base.execute(f"CREATE TABLE {name} (fid INTEGER PRIMARY KEY, geom BLOB, id TEXT, name TEXT)")
        base.execute("INSERT INTO gpkg_contents VALUES (?, 'features')", (name,))
        base.execute("INSERT INTO gpkg_geometry_columns VALUES (?, 'geom', 25832)", (name,))
        for i, area in enumerate(TOWN.ids):
            shape = geometry if geometry is not None and i == 3 else blob(shapely.Polygon(square(i)), i % 2)
            base.execute(
                f"INSERT INTO {name} (geom, id, name) VALUES (?, ?, ?)", (shape, area, TOWN.names[i])
            )
    for statement in statements:
        base.execute(statement)
    base.commit()
    return base.serialize()


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (geopackage(), ""),
        (
            geopackage(
                "CREATE TRIGGER rtree_quartiere_geom_insert AFTER INSERT ON quartiere BEGIN SELECT 1; END"
            ),
            "",
        ),
        (
            geopackage("CREATE TRIGGER t AFTER INSERT ON quartiere BEGIN DELETE FROM quartiere; END"),
            "geopackage-code",
        ),
        (geopackage("CREATE VIEW v AS SELECT load_extension('evil.so')"), "geopackage-code"),
        (geopackage("DELETE FROM gpkg_contents"), "layer-absent"),
        (geopackage("UPDATE gpkg_geometry_columns SET table_name = 'sqlite_master'"), "layer-absent"),
        (geopackage("UPDATE gpkg_geometry_columns SET srs_id = -1"), "crs-absent"),
        (geopackage(layers=2), "layer-unclear"),
        (geopackage()[:5000], "geopackage-broken"),
        (geopackage(geometry=blob(shapely.Polygon(square(3)))[:40]), "geometry-broken"),
        (geopackage(geometry=NOWHERE), "coordinate-not-finite"),
        (geopackage(geometry=blob(shapely.Point(EAST, NORTH))), "geometry-kind"),
        (geopackage(geometry=b"XX"), "geometry-broken"),
    ],
)
def test_g17_g34_geopackage(data, code):
    _, codes = judge(data, "a.gpkg")
    assert codes == ([code] if code else [])


def test_a_named_layer_of_several():
    assert len(read_vectors(geopackage(layers=2), "a.gpkg", layer="quartiere1")) == 4
    with pytest.raises(DataError):
        read_vectors(geopackage(), "a.gpkg", layer="bezirke")


# --- shapefile -------------------------------------------------------------------------------------------

WGS84 = (
    'GEOGCS["GCS_WGS_1984",DATUM["D_WGS_1984",SPHEROID["WGS_1984",6378137.0,298.257223563]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]]'
)
PRJ = (
    'PROJCS["ETRS_1989_UTM_Zone_32N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",SPHEROID["GRS_1980",6378137.0,298.257222101]],'
    'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],PROJECTION["Transverse_Mercator"],'
    'PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",9.0],'
    'PARAMETER["Scale_Factor",0.9996],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)


def shp(parts: list[list[list[list[float]]]]) -> bytes:
    body = b""
    for number, rings in enumerate(parts, 1):
        starts, points = [], []
        for ring in rings:
            starts.append(len(points))
            points += ring
        record = struct.pack("<i4dii", 5, 0, 0, 0, 0, len(rings), len(points)) + struct.pack(
            f"<{len(starts)}i", *starts
        )
        record += b"".join(struct.pack("<dd", *p) for p in points)
        body += struct.pack(">ii", number, len(record) // 2) + record
    return (
        struct.pack(">i", 9994)
        + bytes(20)
        + struct.pack(">i", (100 + len(body)) // 2)
        + struct.pack("<ii", 1000, 5)
        + bytes(64)
        + body
    )


def dbf(rows: list[tuple[str, ...]], encoding: str = "utf-8", kind: bytes = b"C", page: int = 0) -> bytes:
    width = 12
    fields = b"".join(
        n.ljust(11, b"\x00") + k + bytes(4) + bytes([width, 0]) + bytes(14)
        for n, k in ((b"id", kind), (b"name", b"C"))
    )
    head = (
        struct.pack("<B3BIHH", 3, 124, 1, 1, len(rows), 33 + len(fields), 1 + 2 * width)
        + bytes(17)
        + bytes([page])
        + bytes(2)
    )
    cells = b"".join(b" " + b"".join(c.encode(encoding).ljust(width)[:width] for c in row) for row in rows)
    return head + fields + b"\r" + cells + b"\x1a"


ROWS = list(zip(TOWN.ids, TOWN.names, strict=True))


def zipped(**changes: bytes | str | None) -> bytes:
    clockwise = [[square(i)[::-1]] for i in range(4)]
    parts = {"a.shp": shp(clockwise), "a.dbf": dbf(ROWS), "a.prj": PRJ, "a.cpg": "UTF-8", "a.shx": b"x"}
    parts |= {name.replace("_", "."): part for name, part in changes.items()}
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, part in parts.items():
            if part is not None:
                archive.writestr(name, part)
    return target.getvalue()


@pytest.mark.parametrize(
    ("data", "outcome", "code"),
    [
        (zipped(), ACCEPT, ""),
        (zipped(a_prj=None), ASK, "crs-absent"),
        (zipped(a_prj=WGS84), REJECT, "not-degrees"),
        (zipped(a_dbf=None), REJECT, "shapefile-part-absent"),
        (zipped(a_shp=None), REJECT, "shapefile-part-absent"),
        (zipped(a_shx=None), WARN, "shapefile-without-index"),
        (zipped(a_dbf=dbf(ROWS[:3])), REJECT, "shapefile-counts-differ"),
        (zipped(a_dbf=dbf(ROWS)[:90]), REJECT, "shapefile-broken"),
        (zipped(a_shp=shp([[square(0)]])[:150]), REJECT, "shapefile-broken"),
        (zipped(b_shp=shp([[square(0)]])), ASK, "layer-unclear"),
        (zipped(b_zip=b"PK"), REJECT, "archive-nested"),
        (zipped(a_dbf=dbf([(str(int(i)), n) for i, n in ROWS], kind=b"N")), ASK, "key-without-zero"),
        (zipped(a_cpg=None, a_dbf=dbf(ROWS, "cp850")), ASK, "encoding-unclear"),
        (zipped(a_cpg=None, a_dbf=dbf(ROWS, "cp1252", page=0x57)), ACCEPT, ""),
        (zipped(a_cpg=None, a_dbf=dbf(ROWS, "cp850", page=0x02)), ACCEPT, ""),
    ],
)
def test_g12_g13_g25_to_g29_shapefiles(data, outcome, code):
    found, codes = judge(data, "a.zip")
    assert found is outcome and (codes[:1] == [code] if code else codes == [])


def test_holes_and_parts_of_a_shapefile():
    inner = [
        [EAST + 100, NORTH + 100],
        [EAST + 200, NORTH + 100],
        [EAST + 200, NORTH + 200],
        [EAST + 100, NORTH + 100],
    ]
    far = moved(square(0)[::-1], 5000)
    data = zipped(a_shp=shp([[square(0)[::-1], inner, far]]), a_dbf=dbf(ROWS[:1]))
    shape = read_vectors(data, "a.zip").geometry[0]
    assert (shape.geom_type, shape.area) == ("MultiPolygon", 2 * SIDE**2 - 5000)


def test_g16_gml_puts_latitude_first():
    ring = "51.4 6.7 51.4 6.8 51.5 6.8 51.4 6.7"
    gml = (
        '<wfs:FeatureCollection xmlns:wfs="w" xmlns:gml="g"><wfs:member><q><id>01</id><geom>'
        '<gml:Polygon srsName="{srs}"><gml:exterior>'
        "<gml:LinearRing><gml:posList>{ring}</gml:posList></gml:LinearRing></gml:exterior></gml:Polygon></geom></q></wfs:member>"
        "</wfs:FeatureCollection>"
    )
    found = read_vectors(gml.format(srs="urn:ogc:def:crs:EPSG::4326", ring=ring).encode(), "a.gml")
    assert found.geometry[0].bounds == (6.7, 51.4, 6.8, 51.5) and found.columns["id"] == ["01"]
    entity = (
        b'<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
        + gml.format(srs="urn:ogc:def:crs:EPSG::4326", ring="&a;").encode()
    )
    assert judge(entity, "a.gml") == (REJECT, ["xml-entities"])
    schema = gml.format(srs="urn:ogc:def:crs:EPSG::4326", ring=ring)
    inner = schema.replace(
        'xmlns:gml="g"', 'xmlns:gml="g" xmlns:i="i" i:schemaLocation="m http://127.0.0.1:18999/x.xsd"'
    )
    assert judge(inner.encode(), "a.gml") == (REJECT, ["xml-elsewhere"])

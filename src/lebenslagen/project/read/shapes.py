"""Files of polygons, lines and points in the geometry child: GeoJSON, GeoPackage, GML, each by the standard library.

GDAL opens a file by what it finds in it, and follows what stands there to other files and to the network;
so it sees none. Source: OGC 12-128r18 (GeoPackage), RFC 7946 (GeoJSON).
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

from lebenslagen.project.read.content import Refused, refuse_markup
from lebenslagen.project.read.grid import Note
from lebenslagen.project.read.wkb import BadGeometry, dimensions, from_coordinates, from_wkb

__all__ = ["Layer", "Plain", "plain", "read_geojson", "read_geopackage", "read_gml"]

LIMIT_FEATURES = 200_000
Plain = str | int | float | bool | None


class Layer:
    """One layer as it was read: columns, WKB a feature (empty where it was not taken), and what is wrong.

    crs: "EPSG:n", well-known text, or "" where the file does not say.
    """

    def __init__(self, crs: str = "", notes: Sequence[Note] = ()) -> None:
        self.crs = crs
        self.notes = list(notes)
        self.columns: dict[str, list[Plain]] = {}
        self.wkb: list[bytes] = []
        self.problems: list[tuple[int, str]] = []
        self.dropped = 0

    def add(self, attributes: Mapping[str, Any], shape: bytes | str) -> None:
        """A feature with its WKB, or the code of why there is none."""
        row = len(self.wkb)
        if row >= LIMIT_FEATURES:
            raise Refused("too-many-features", "", limit=LIMIT_FEATURES)
        for name in attributes:
            self.columns.setdefault(name, [None] * row)
        for name, values in self.columns.items():
            values.append(plain(attributes.get(name)))
        if isinstance(shape, str):
            self.problems.append((row, shape))
        self.wkb.append(shape if isinstance(shape, bytes) else b"")


def plain(value: Any) -> Plain:
    """An attribute as text or number; anything nested is not taken.

    >>> plain("01"), plain({"a": 1})
    ('01', None)
    """
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= 2**63:
        return str(value)
    return value if isinstance(value, str | int | float | bool) else None


# --- GeoJSON ---------------------------------------------------------------------------------------------


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        raise Refused("json-key-twice", "", key=next(n for n in names if names.count(n) > 1)[:40])
    return found


def _no_constant(name: str) -> Any:
    raise Refused("json-constant", "", value=name)


def _parsed(data: bytes, where: str) -> Any:
    try:
        text = data.decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=_once, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise Refused("undecodable", where, encoding="UTF-8") from error
    except json.JSONDecodeError as error:
        raise Refused("json-broken", where, line=error.lineno, position=error.colno) from error
    except RecursionError as error:
        raise Refused("json-too-deep", where) from error
    except ValueError as error:
        raise Refused("json-broken", where, line=1, position=1) from error


def _declared_crs(collection: Mapping[str, Any]) -> str:
    """RFC 7946 knows only degrees; the older `crs` member is honoured where a file still has one."""
    crs = collection.get("crs")
    if crs is None:
        return "EPSG:4326"
    name = crs.get("properties", {}).get("name", "") if isinstance(crs, dict) else ""
    code = re.search(r"EPSG:{1,2}(\d{4,6})$", str(name))
    return f"EPSG:{code.group(1)}" if code else "EPSG:4326" if "CRS84" in str(name) else ""


def read_geojson(data: bytes, where: str, layer: str = "") -> Layer:
    """A feature collection.

    Raises Refused for anything else, for a key twice, NaN, nesting without end.
    """
    try:
        collection = _parsed(data, where)
    except Refused as refused:
        raise Refused(refused.note.code, where, **refused.note.values) from refused
    if not isinstance(collection, dict) or collection.get("type") != "FeatureCollection":
        raise Refused("not-a-feature-collection", where)
    features = collection.get("features")
    if not isinstance(features, list):
        raise Refused("not-a-feature-collection", where)
    found = Layer(crs=_declared_crs(collection))
    for feature in features:
        if not isinstance(feature, dict) or feature.get("type") != "Feature":
            raise Refused("not-a-feature-collection", where)
        properties = feature.get("properties")
        found.add(
            properties if isinstance(properties, dict) else {}, _json_shape(feature.get("geometry"), found)
        )
    return found


def _json_shape(geometry: Any, layer: Layer) -> bytes | str:
    if not isinstance(geometry, dict):
        return "geometry-empty"
    coordinates = geometry.get("coordinates")
    layer.dropped += dimensions(coordinates) > 2
    try:
        return from_coordinates(str(geometry.get("type")), coordinates)
    except BadGeometry as bad:
        return bad.code


# --- GeoPackage ------------------------------------------------------------------------------------------

# Triggers that programs put into every GeoPackage to keep its indices; they only run on writing, which
# never happens here.
KNOWN_TRIGGER = re.compile(r"(rtree|gpkg|trigger_(insert|update|delete)_feature_count)_")
ENVELOPES = (0, 32, 48, 48, 64)


def read_geopackage(data: bytes, where: str, layer: str = "") -> Layer:
    """One layer of a GeoPackage, from memory, by SELECT alone.

    Raises Refused: damaged, views or unknown triggers, no layer, several of which none is named.
    """
    base = sqlite3.connect(":memory:")
    try:
        base.deserialize(data)
        for pragma in ("trusted_schema=OFF", "query_only=ON", "cell_size_check=ON", "temp_store=MEMORY"):
            base.execute(f"PRAGMA {pragma}")
        if base.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise Refused("geopackage-broken", where)
        _refuse_schema(base, where)
        return _layer(base, _table(base, layer, where), where)
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise Refused("geopackage-broken", where) from error
    finally:
        base.close()


def _refuse_schema(base: sqlite3.Connection, where: str) -> None:
    for kind, name in base.execute("SELECT type, name FROM sqlite_master"):
        if kind == "view" or (kind == "trigger" and not KNOWN_TRIGGER.match(name)):
            raise Refused("geopackage-code", where, name=name[:40])


def _table(base: sqlite3.Connection, layer: str, where: str) -> tuple[str, str, int]:
    """Table, geometry column and reference system of the layer."""
    rows = base.execute(
        "SELECT g.table_name, g.column_name, g.srs_id FROM gpkg_geometry_columns g JOIN gpkg_contents c "
        "ON c.table_name = g.table_name JOIN sqlite_master m ON m.name = g.table_name AND m.type = 'table' "
        "WHERE c.data_type = 'features' ORDER BY g.table_name"
    ).fetchall()
    names = [row[0] for row in rows]
    if layer and layer not in names:
        raise Refused("layer-absent", where, layer=layer, layers=", ".join(names)[:200] or "–")
    if not rows:
        raise Refused("layer-absent", where, layer="–", layers="–")
    if len(rows) > 1 and not layer:
        raise Refused("layer-unclear", where, layers=", ".join(names)[:200])
    return next((str(t), str(c), int(s)) for t, c, s in rows if not layer or t == layer)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _layer(base: sqlite3.Connection, table: tuple[str, str, int], where: str) -> Layer:
    name, geometry, srs = table
    known = base.execute(
        "SELECT organization, organization_coordsys_id FROM gpkg_spatial_ref_sys WHERE srs_id = ?", (srs,)
    ).fetchone()
    crs = f"{known[0]}:{known[1]}".upper() if known and srs > 0 else ""
    columns = [row[1] for row in base.execute(f"PRAGMA table_info({_quoted(name)})")]
    wanted = [c for c in columns if c != geometry]
    found = Layer(crs=crs)
    fields = ", ".join(map(_quoted, [geometry, *wanted]))
    for row in base.execute(f"SELECT {fields} FROM {_quoted(name)}"):  # noqa: S608  # names from its own schema, quoted
        found.add(dict(zip(wanted, row[1:], strict=True)), _blob(row[0], found))
    return found


def _blob(blob: Any, layer: Layer) -> bytes | str:
    if not isinstance(blob, bytes) or len(blob) < 8 or blob[:2] != b"GP":
        return "geometry-empty" if blob is None else "geometry-broken"
    flags = blob[3]
    envelope = (flags >> 1) & 7
    if flags & 16:
        return "geometry-empty"
    if envelope >= len(ENVELOPES):
        return "geometry-broken"
    try:
        wkb, dropped = from_wkb(blob[8 + ENVELOPES[envelope] :])
    except BadGeometry as bad:
        return bad.code
    layer.dropped += dropped
    return wkb


# --- GML -------------------------------------------------------------------------------------------------


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _positions(element: ET.Element, swap: bool) -> list[list[float]]:
    try:
        numbers = [float(n) for n in (element.text or "").split()]
    except ValueError:
        raise BadGeometry("geometry-broken") from None
    pairs = [list(p) for p in zip(numbers[::2], numbers[1::2], strict=False)]
    return [[y, x] for x, y in pairs] if swap else pairs


def _refuse_inner_addresses(root: ET.Element, where: str) -> None:
    """No address is ever followed here; but a file that points into a network is not a delivery."""
    texts = [text for element in root.iter() for text in element.attrib.values() if "://" in text]
    for scheme, host in re.findall(r"(\w+)://([^/\s:]*)", " ".join(texts)):
        inner = "." not in host or re.fullmatch(r"[\d.]+|.*\.(local|internal|intern|lan)", host)
        if scheme == "file" or inner:
            raise Refused("xml-elsewhere", where, address=f"{scheme}://{host}"[:60])


def _gml_polygon(polygon: ET.Element, swap: bool) -> list[list[list[float]]]:
    rings = []
    for side in polygon:
        if _local(side.tag) in ("exterior", "interior"):
            rings += [_positions(p, swap) for p in side.iter() if _local(p.tag) == "posList"]
    return rings


def _gml_shape(member: ET.Element, layer: Layer) -> bytes | str:
    polygons = []
    for element in member.iter():
        if _local(element.tag) in ("Polygon", "PolygonPatch"):
            name = (
                element.get("srsName")
                or next((e.get("srsName") for e in member.iter() if e.get("srsName")), "")
                or ""
            )
            code = re.search(r"(\d{4,6})$", name)
            layer.crs = f"EPSG:{code.group(1)}" if code else layer.crs
            # urn names follow the register's axis order; for degrees that is latitude first (OGC 09-048r5).
            polygons.append(
                _gml_polygon(element, name.startswith(("urn:", "http")) and layer.crs == "EPSG:4326")
            )
    if not polygons:
        return "geometry-empty"
    return from_coordinates(
        "MultiPolygon" if len(polygons) > 1 else "Polygon", polygons if len(polygons) > 1 else polygons[0]
    )


def _attributes(feature: ET.Element) -> Iterator[tuple[str, str]]:
    for child in feature:
        if not len(child) and child.text:
            yield _local(child.tag), child.text


def read_gml(data: bytes, where: str, layer: str = "") -> Layer:
    """A GML feature collection; no schema is looked up, no link followed.

    Raises Refused.
    """
    refuse_markup(where, data, where)
    try:
        root = ET.fromstring(data)  # entities were refused before  # noqa: S314
    except ET.ParseError as error:
        raise Refused("xml-broken", where, reason=str(error)[:80]) from error
    if _local(root.tag) != "FeatureCollection":
        raise Refused("not-a-feature-collection", where)
    _refuse_inner_addresses(root, where)
    found = Layer()
    for member in root.iter():
        if _local(member.tag) in ("member", "featureMember") and len(member):
            try:
                shape = _gml_shape(member, found)
            except BadGeometry as bad:
                shape = bad.code
            found.add(dict(_attributes(member[0])), shape)
    return found

"""Zipped shapefiles in the geometry child, by the standard library: .shp, .dbf, .prj, .cpg; no index is needed.

Source: ESRI Shapefile Technical Description (1998); dBASE III file structure.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Iterator, Sequence
from itertools import pairwise

from lebenslagen.project.read.archive import members
from lebenslagen.project.read.content import Refused
from lebenslagen.project.read.grid import Note
from lebenslagen.project.read.shapes import Layer, Plain
from lebenslagen.project.read.text import GERMAN, odd_signs
from lebenslagen.project.read.wkb import BadGeometry, from_coordinates, from_rings

__all__ = ["read_shapefile"]

ANSI = 0x57  # what programs write when they do not know: no proof of anything
POINTS, LINES, POLYGONS = (1, 11, 21), (3, 13, 23), (5, 15, 25)
CODE_PAGES = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0x57: "cp1252", 0x58: "cp1252"}


def read_shapefile(data: bytes, where: str, layer: str = "") -> Layer:
    """The one shapefile in a ZIP, or the one named.

    Raises Refused: parts missing, counts that differ, several layers of which none is named.
    """
    parts = {name.rpartition("/")[2]: part for name, part in members(data, where).items()}
    names = sorted(n[:-4] for n in parts if n.lower().endswith(".shp"))
    if layer and layer not in names:
        raise Refused("layer-absent", where, layer=layer, layers=", ".join(names)[:200] or "–")
    if not names:
        raise Refused("shapefile-part-absent", where, part=".shp")
    if len(names) > 1 and not layer:
        raise Refused("layer-unclear", where, layers=", ".join(names)[:200])
    return _read(_Parts(parts, layer or names[0]), where)


class _Parts:
    def __init__(self, parts: dict[str, bytes], name: str) -> None:
        self.parts = {n.lower(): p for n, p in parts.items()}
        self.name = name.lower()

    def get(self, ending: str) -> bytes | None:
        return self.parts.get(self.name + ending)


def _read(parts: _Parts, where: str) -> Layer:
    shp, dbf = parts.get(".shp"), parts.get(".dbf")
    if shp is None or dbf is None:
        raise Refused("shapefile-part-absent", where, part=".dbf" if shp else ".shp")
    prj = (parts.get(".prj") or b"")[:20_000].decode("latin-1").strip()
    layer = Layer(crs=prj)
    if parts.get(".shx") is None:
        layer.notes.append(Note("shapefile-without-index", where))
    columns = _table(dbf, parts.get(".cpg"), where, layer)
    shapes = list(_shapes(shp, where, layer))
    count = len(next(iter(columns.values()), []))
    if columns and count != len(shapes):
        raise Refused("shapefile-counts-differ", where, shapes=len(shapes), rows=count)
    for row, shape in enumerate(shapes):
        layer.add({name: values[row] for name, values in columns.items()}, shape)
    return layer


# --- .shp ------------------------------------------------------------------------------------------------


def _shapes(shp: bytes, where: str, layer: Layer) -> Iterator[bytes | str]:
    if len(shp) < 100 or shp[:4] != b"\x00\x00\x27\x0a":
        raise Refused("shapefile-broken", where, part=".shp")
    at = 100
    while at + 8 <= len(shp):
        size = struct.unpack(">i", shp[at + 4 : at + 8])[0] * 2
        record = shp[at + 8 : at + 8 + size]
        if size < 4 or len(record) != size:
            raise Refused("shapefile-broken", where, part=".shp")
        try:
            yield _shape(record, layer)
        except BadGeometry as bad:
            yield bad.code
        except (struct.error, IndexError):
            yield "geometry-broken"
        at += 8 + size


def _shape(record: bytes, layer: Layer) -> bytes:
    kind = struct.unpack("<i", record[:4])[0]
    layer.dropped += kind > 10
    if kind == 0:
        raise BadGeometry("geometry-empty")
    if kind in POINTS:
        return from_coordinates("Point", struct.unpack("<dd", record[4:20]))
    if kind not in LINES + POLYGONS:
        raise BadGeometry("geometry-kind")
    rings = _parts(record)
    if kind in LINES:
        return from_coordinates("MultiLineString", list(map(_points, rings)))
    return from_rings(_polygons(rings))


def _parts(record: bytes) -> list[array[float]]:
    parts, points = struct.unpack("<ii", record[36:44])
    if not 0 < parts <= points <= 1_000_000 or len(record) < 44 + 4 * parts + 16 * points:
        raise BadGeometry("geometry-broken")
    starts = [*struct.unpack(f"<{parts}i", record[44 : 44 + 4 * parts]), points]
    at = 44 + 4 * parts
    flat = array("d", record[at : at + 16 * points])
    if sys.byteorder == "big":
        flat.byteswap()
    if starts[0] != 0 or any(a >= b for a, b in pairwise(starts)):
        raise BadGeometry("geometry-broken")
    return [flat[2 * a : 2 * b] for a, b in pairwise(starts)]


def _points(ring: array[float]) -> list[tuple[float, float]]:
    return list(zip(ring[::2], ring[1::2], strict=True))


def _area(ring: array[float]) -> float:
    """Twice the signed area: negative for a ring that runs clockwise, as outer rings do here."""
    x0, y0 = ring[:2]
    moved = [(x - x0, y - y0) for x, y in _points(ring)]
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(moved))


def _inside(point: tuple[float, float], ring: array[float]) -> bool:
    x, y = point
    inside = False
    for (ax, ay), (bx, by) in pairwise(_points(ring)):
        if (ay > y) != (by > y) and x < (bx - ax) * (y - ay) / (by - ay) + ax:
            inside = not inside
    return inside


def _polygons(rings: Sequence[array[float]]) -> list[list[array[float]]]:
    """Rings as polygons: each hole with the smallest outer ring that holds one of its points."""
    areas = [_area(ring) for ring in rings] if len(rings) > 1 else []
    outer = [i for i, area in enumerate(areas) if area <= 0]
    if not outer:
        return [[ring] for ring in rings]
    polygons = {i: [rings[i]] for i in outer}
    for i, area in enumerate(areas):
        if area > 0:
            around = [j for j in outer if any(_inside(p, rings[j]) for p in _points(rings[i][:6]))]
            home = min(around or outer, key=lambda j: abs(areas[j]))
            polygons[home].append(rings[i])
    return list(polygons.values())


# --- .dbf ------------------------------------------------------------------------------------------------


def _fields(dbf: bytes, where: str) -> tuple[int, list[tuple[str, str, int, int]]]:
    """Bytes a row, and name, type, length and decimals of each field."""
    if len(dbf) < 33:
        raise Refused("shapefile-broken", where, part=".dbf")
    head, size = struct.unpack("<HH", dbf[8:12])
    fields = []
    for at in range(32, min(head, len(dbf)) - 1, 32):
        if dbf[at] == 0x0D:
            break
        name = dbf[at : at + 11].split(b"\x00")[0].decode("latin-1")
        fields.append((name, chr(dbf[at + 11]), dbf[at + 16], dbf[at + 17]))
    if size != 1 + sum(f[2] for f in fields):
        raise Refused("shapefile-broken", where, part=".dbf")
    return size, fields


def _table(dbf: bytes, cpg: bytes | None, where: str, layer: Layer) -> dict[str, list[Plain]]:
    size, fields = _fields(dbf, where)
    head = struct.unpack("<H", dbf[8:10])[0]
    count = struct.unpack("<I", dbf[4:8])[0]
    if count > 200_000 or len(dbf) < head + size * count:
        raise Refused("shapefile-broken", where, part=".dbf")
    rows = [dbf[head + size * i : head + size * (i + 1)] for i in range(count)]
    encoding = _encoding(dbf, cpg, b"".join(rows), where, layer)
    columns: dict[str, list[Plain]] = {}
    at = 1
    for name, kind, length, decimals in fields:
        columns[name] = [_value(row[at : at + length], kind, decimals, encoding, where) for row in rows]
        at += length
    return columns


def _value(cell: bytes, kind: str, decimals: int, encoding: str, where: str) -> Plain:
    try:
        text = cell.decode(encoding).strip("\x00 ")
    except UnicodeDecodeError as error:
        raise Refused("undecodable", where, encoding=encoding) from error
    if kind not in "NF" or not text or text.strip("*") == "":
        return text if kind not in "NF" else None
    try:
        return float(text) if decimals or "." in text else int(text)
    except ValueError:
        return text


def _encoding(dbf: bytes, cpg: bytes | None, content: bytes, where: str, layer: Layer) -> str:
    """The declared encoding; without one UTF-8, else a question with both readings."""
    declared = (cpg or b"").decode("latin-1").strip().lower()
    named = {
        "utf-8": "utf-8",
        "utf8": "utf-8",
        "65001": "utf-8",
        "iso-8859-1": "cp1252",
        "iso 8859-1": "cp1252",
    }
    named |= {
        "1252": "cp1252",
        "ansi 1252": "cp1252",
        "cp1252": "cp1252",
        "850": "cp850",
        "cp850": "cp850",
        "oem 850": "cp850",
    }
    named |= {"88591": "cp1252", "latin1": "cp1252", "windows-1252": "cp1252"}
    if declared in named:
        return named[declared]
    page = CODE_PAGES.get(dbf[29])
    if content.isascii() or (page and dbf[29] != ANSI):
        return page or "utf-8"
    try:
        content.decode("utf-8")
        return "utf-8"
    except UnicodeDecodeError:
        plain = odd_signs(content.decode("cp1252", "replace")) == 0
        return "cp1252" if plain and dbf[29] == ANSI else _asked(content, where, layer)


def _asked(content: bytes, where: str, layer: Layer) -> str:
    readings = {name: content.decode(name, "replace") for name in ("cp1252", "cp850")}
    best = max(readings, key=lambda n: sum(readings[n].count(c) for c in GERMAN))
    shown = {
        name: next((w for w in text.split() if not w.isascii()), "")[:30] for name, text in readings.items()
    }
    layer.notes.append(
        Note("encoding-unclear", where, {"a": shown["cp1252"], "b": shown["cp850"], "meant": best})
    )
    return best

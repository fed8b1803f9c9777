"""Coordinates in the geometry child: checked one by one, written as plain two-dimensional WKB.

Whatever stood in the file, the parent receives only points, lines and polygons with finite coordinates and
closed rings; no library written in C sees a stranger's bytes. Source: OGC 06-103r4 (WKB), RFC 7946 (GeoJSON).
"""

from __future__ import annotations

import math
import struct
import sys
from array import array
from collections.abc import Sequence
from itertools import chain
from typing import Any

__all__ = ["BadGeometry", "Coordinates", "from_coordinates", "from_rings", "from_wkb"]

KINDS = {"Point": 1, "LineString": 2, "Polygon": 3, "MultiPoint": 4, "MultiLineString": 5, "MultiPolygon": 6}
PART = {4: 1, 5: 2, 6: 3}
LIMIT_COORDINATE = 1e8  # metres or degrees: nothing on Earth is further
LIMIT_VERTICES = 200_000

Coordinates = Any


class BadGeometry(Exception):
    """A geometry that is not taken; carries the fault code.

    >>> BadGeometry("ring-open").code
    'ring-open'
    """

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _point(values: Any) -> tuple[float, float]:
    if not isinstance(values, list | tuple) or len(values) < 2:
        raise BadGeometry("geometry-broken")
    x, y = values[0], values[1]
    if not all(isinstance(v, int | float) and not isinstance(v, bool) for v in values):
        raise BadGeometry("geometry-broken")
    if not (math.isfinite(x) and math.isfinite(y)):
        raise BadGeometry("coordinate-not-finite")
    if abs(x) > LIMIT_COORDINATE or abs(y) > LIMIT_COORDINATE:
        raise BadGeometry("coordinate-absurd")
    return float(x), float(y)


def _points(values: Any) -> bytes:
    if not isinstance(values, list | tuple):
        raise BadGeometry("geometry-broken")
    if len(values) > LIMIT_VERTICES:
        raise BadGeometry("too-many-vertices")
    flat = array("d", _plain(values) or chain.from_iterable(map(_point, values)))
    if sys.byteorder == "big":
        flat.byteswap()
    return struct.pack("<I", len(values)) + flat.tobytes()


def _plain(values: Sequence[Any]) -> list[float]:
    """The numbers of sound pairs in a row, checked all at once; empty where each must be looked at."""
    if not set(map(type, values)) <= {list, tuple} or set(map(len, values)) != {2}:
        return []
    flat = list(chain.from_iterable(values))
    if set(map(type, flat)) != {float} or not math.isfinite(sum(flat)):  # no sum hides one that is not finite
        return []
    return flat if max(flat) <= LIMIT_COORDINATE and min(flat) >= -LIMIT_COORDINATE else []


def _ring(values: Any) -> bytes:
    points = _points(values)
    if len(values) < 4:
        raise BadGeometry(
            "ring-too-short" if values and list(values[0][:2]) == list(values[-1][:2]) else "ring-open"
        )
    if list(values[0][:2]) != list(values[-1][:2]):
        raise BadGeometry("ring-open")
    return points


def _flat_ring(flat: array[float]) -> bytes:
    """A ring given as x, y, x, y, …: looked at all at once; one that is not sound point by point, to say why."""
    points = len(flat) // 2
    closed = 4 <= points <= LIMIT_VERTICES and flat[:2] == flat[-2:] and math.isfinite(sum(flat))
    if not closed or max(flat) > LIMIT_COORDINATE or min(flat) < -LIMIT_COORDINATE:
        return _ring(list(zip(flat[::2], flat[1::2], strict=True)))
    if sys.byteorder == "big":
        flat = flat[:]
        flat.byteswap()
    return struct.pack("<I", points) + flat.tobytes()


def from_rings(polygons: Sequence[Sequence[array[float]]]) -> bytes:
    """WKB of a polygon, or of several, whose rings are given flat as in a shapefile: x, y, x, y, …

    Raises BadGeometry as `from_coordinates`.

    >>> from_rings([[array("d", [0, 0, 0, 1, 1, 1, 0, 0])]]) == from_coordinates(
    ...     "Polygon", [[[0, 0], [0, 1], [1, 1], [0, 0]]]
    ... )
    True
    """
    parts = [
        _head(3) + struct.pack("<I", len(rings)) + b"".join(map(_flat_ring, rings)) for rings in polygons
    ]
    return parts[0] if len(parts) == 1 else _head(6) + struct.pack("<I", len(parts)) + b"".join(parts)


def _head(kind: int) -> bytes:
    return struct.pack("<BI", 1, kind)


def from_coordinates(kind: str, coordinates: Coordinates) -> bytes:
    """WKB of a geometry given as GeoJSON gives it.

    Raises BadGeometry: kind unknown, coordinates broken, infinite or absurd, ring open or too short.

    >>> len(from_coordinates("Point", [1, 2]))
    21
    """
    if kind not in KINDS:
        raise BadGeometry("geometry-kind")
    if not isinstance(coordinates, list | tuple):
        raise BadGeometry("geometry-broken")
    if not coordinates:
        raise BadGeometry("geometry-empty")
    return _build(KINDS[kind], coordinates)


def _build(kind: int, coordinates: Coordinates) -> bytes:
    if kind == 1:
        return _head(1) + struct.pack("<dd", *_point(coordinates))
    if not isinstance(coordinates, list | tuple):
        raise BadGeometry("geometry-broken")
    if kind == 2:
        return _head(2) + _points(coordinates)
    if kind == 3:
        return _head(3) + struct.pack("<I", len(coordinates)) + b"".join(_ring(r) for r in coordinates)
    parts = b"".join(_build(PART[kind], c) for c in coordinates)
    return _head(kind) + struct.pack("<I", len(coordinates)) + parts


def dimensions(coordinates: Coordinates) -> int:
    """How many numbers the first position has: 2, or 3 and 4 with height and measure.

    >>> dimensions([[[1, 2, 3]]])
    3
    """
    while isinstance(coordinates, list | tuple) and coordinates and isinstance(coordinates[0], list | tuple):
        coordinates = coordinates[0]
    return len(coordinates) if isinstance(coordinates, list | tuple) else 0


# --- WKB as it stands in a GeoPackage -------------------------------------------------------------------


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data, self.at, self.flat = data, 0, True

    def take(self, count: int) -> bytes:
        piece = self.data[self.at : self.at + count]
        if len(piece) != count:
            raise BadGeometry("geometry-broken")
        self.at += count
        return piece

    def number(self, order: str) -> int:
        return int(struct.unpack(order + "I", self.take(4))[0])

    def geometry(self, depth: int = 0) -> tuple[int, Coordinates]:
        """Kind and coordinates, at most two levels deep."""
        order = "<" if self.take(1) == b"\x01" else ">"
        code = self.number(order)
        if code & 0x20000000:
            self.take(4)
        size = 2 + bool(code & 0x80000000) + bool(code & 0x40000000)
        code &= 0x0FFFFFFF
        size = max(size, 2 + (code // 1000 in (1, 3)) + (code // 1000 in (2, 3)))
        self.flat = self.flat and size == 2
        kind = code % 1000
        if kind not in KINDS.values() or depth > 1:
            raise BadGeometry("geometry-kind")
        return kind, self.body(kind, order, size, depth)

    def body(self, kind: int, order: str, size: int, depth: int) -> Coordinates:
        if kind == 1:
            return list(struct.unpack(f"{order}{size}d", self.take(8 * size))[:2])
        count = self.number(order)
        if kind == 2:
            return self.line(count, order, size)
        if count > LIMIT_VERTICES:
            raise BadGeometry("too-many-vertices")
        if kind == 3:
            return [self.line(self.number(order), order, size) for _ in range(count)]
        return [self.geometry(depth + 1)[1] for _ in range(count)]

    def line(self, count: int, order: str, size: int) -> Sequence[Sequence[float]]:
        if count > LIMIT_VERTICES:
            raise BadGeometry("too-many-vertices")
        flat = struct.unpack(f"{order}{count * size}d", self.take(8 * size * count))
        return list(zip(flat[::size], flat[1::size], strict=True))


def from_wkb(data: bytes) -> tuple[bytes, bool]:
    """A stranger's WKB, read by hand and written anew; and whether height or measure were dropped.

    Raises BadGeometry.

    >>> from_wkb(from_coordinates("Point", [1, 2]))[1]
    False
    """
    reader = _Reader(data)
    kind, coordinates = reader.geometry()
    name = next(n for n, k in KINDS.items() if k == kind)
    return from_coordinates(name, coordinates), not reader.flat

"""Delivered geometry in the parent: features with their attributes, and what is wrong with them as areas of a town."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DataError, Fault, Outcome, worst
from lebenslagen.project.read.heads import shown
from lebenslagen.project.read.keys import KeyFaults, Keys, name_problem
from lebenslagen.project.read.layout import Key
from lebenslagen.project.read.process import run_child
from lebenslagen.project.read.reading import Register

if TYPE_CHECKING:
    import numpy as np

__all__ = ["Opened", "Vectors", "check_areas", "opened", "placed", "read_vectors"]

# Where German municipalities lie, with a margin: longitude from, latitude from, longitude to, latitude to.
GERMANY = (5.0, 46.5, 16.0, 56.0)
# Rectangles in the coordinates of usual systems that lie within GERMANY whole: who lies in them need not be looked up.
AT_HOME = {
    "EPSG:25832": (260e3, 5.2e6, 930e3, 6.2e6),
    "EPSG:25833": (-120e3, 5.2e6, 560e3, 6.2e6),
    "EPSG:4258": GERMANY,
    "EPSG:4326": GERMANY,
}
# How ESRI and GDAL write ETRS89 / UTM beside a shapefile: known without the library that knows all systems.
UTM = (
    'PROJCS["ETRS_1989_UTM_Zone_{zone}N",GEOGCS["GCS_ETRS_1989",DATUM["D_ETRS_1989",'
    'SPHEROID["GRS_1980",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
    'PROJECTION["Transverse_Mercator"],PARAMETER["False_Easting",500000.0],PARAMETER["False_Northing",0.0],'
    'PARAMETER["Central_Meridian",{meridian}.0],PARAMETER["Scale_Factor",0.9996],'
    'PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]'
)
NOWHERE = (0.0, 0.0, -1.0, -1.0)
WRITTEN = {UTM.format(zone=zone, meridian=6 * zone - 183): f"EPSG:{25800 + zone}" for zone in (31, 32, 33)}
SLIVER = 0.001
SHIFT = 5.0


@dataclass(frozen=True, eq=False)
class Vectors:
    """The features of a layer: attributes by column, shapely geometries in the same order, and the reference system.

    crs: "EPSG:n" where it is a registered one, else its text; faults: remarks that do not stand against taking it.
    """

    columns: Mapping[str, Sequence[str | int | float | bool | None]]
    geometry: np.ndarray[Any, Any]
    crs: str
    faults: tuple[Fault, ...] = field(default=())

    def __len__(self) -> int:
        return len(self.geometry)


# --- reading ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class Opened:
    """A delivered layer whose features were read, before any geometry is built: head of the answer, WKB by feature."""

    filename: str
    head: Mapping[str, Any]
    parts: Sequence[bytes]


def opened(data: bytes, filename: str, layer: str = "") -> Opened:
    """The features of a delivered layer, read in a child process; needs neither numpy nor shapely.

    Raises DataError where the child gave no answer.
    """
    answer = run_child("lebenslagen.project.read.geochild", [filename, layer], data)
    size = int.from_bytes(answer[:8], "big")
    if not answer or size > len(answer):
        raise DataError(Fault("reading-too-big", filename))
    head = json.loads(answer[8 : 8 + size])
    at, parts = 8 + size, []
    for length in head["sizes"]:
        parts.append(answer[at : at + length])
        at += length
    return Opened(filename, head, parts)


def _label(columns: Mapping[str, Sequence[Any]], row: int) -> str:
    """What a message calls a feature: its number and its first texts."""
    texts = [
        shown(values[row]) for values in columns.values() if isinstance(values[row], str) and values[row]
    ]
    return " ".join(texts[:2]) or f"#{row + 1}"


@cache
def _registered(crs: str) -> str:
    """The EPSG code of a reference system where there is one."""
    if not crs or (crs.startswith("EPSG:") and crs[5:].isdigit()):
        return crs
    if crs in WRITTEN:
        return WRITTEN[crs]
    import pyproj

    try:
        found = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError:
        return ""
    code = found.to_epsg(min_confidence=25)
    return f"EPSG:{code}" if code else str(found.to_wkt())


def _load(file: Opened) -> tuple[Vectors, list[Fault]]:
    """The layer and everything wrong with it as a file; geometries that were not taken are None."""
    import numpy as np
    import shapely

    filename, head, parts = file.filename, file.head, file.parts
    faults = [Fault(code, where or filename, values) for code, where, values in head["notes"]]
    columns = head["columns"]
    for row, code in head["problems"]:
        faults.append(Fault(code, f"{filename}#{row + 1}", {"area": _label(columns, row)}))
    if head["dropped"]:
        faults.append(Fault("height-dropped", filename, {"n": head["dropped"]}))
    shapes = shapely.from_wkb(np.array([p or None for p in parts], dtype=object))
    shapes = _cleaned(shapes, columns, filename, faults)
    crs = _registered(head["crs"])
    if len(parts) and not crs:
        faults.append(Fault("crs-absent", filename))
    if not parts and not faults:
        faults.append(Fault("layer-empty", filename))
    return Vectors(columns, shapes, crs), faults


def _cleaned(shapes: Any, columns: Mapping[str, Sequence[Any]], filename: str, faults: list[Fault]) -> Any:
    """Spikes and points given twice taken out, where the size stays exactly the same; anything else stays as it is."""
    import numpy as np
    import shapely

    plain = shapely.remove_repeated_points(shapes)
    repeated = shapely.get_num_coordinates(plain) < shapely.get_num_coordinates(shapes)
    there = ~shapely.is_missing(shapes)
    for row in np.flatnonzero(there & (repeated | ~shapely.is_valid(shapes))).tolist():
        shape = _same_size(plain[row])
        if shape is not None:
            shapes[row] = shape
            faults.append(Fault("border-cleaned", f"{filename}#{row + 1}", {"area": _label(columns, row)}))
    return shapes


def _same_size(shape: Any) -> Any:
    """The polygon without its spikes, or None where that would change its size."""
    import shapely

    if shape.geom_type not in ("Polygon", "MultiPolygon"):
        return None
    if shape.is_valid:
        return shape
    if not shape.area:
        return None
    made = shapely.get_parts(shapely.make_valid(shape))
    whole = shapely.union_all([p for p in made if p.geom_type in ("Polygon", "MultiPolygon")])
    return whole if abs(whole.area / shape.area - 1) < 1e-9 else None


def read_vectors(
    data: bytes, filename: str, *, layer: str = "", box: tuple[float, float, float, float] = GERMANY
) -> Vectors:
    """The features of a GeoJSON, GeoPackage, GML or zipped shapefile, opened in a child process with limits.

    layer: which one, where the file holds several; box: degrees within which all must lie. Raises DataError
    with everything that stands against taking it; remarks stand in `faults`.
    """
    return placed(opened(data, filename, layer), box)


def placed(file: Opened, box: tuple[float, float, float, float] = GERMANY) -> Vectors:
    """The features of an opened layer as geometry; as `read_vectors`."""
    filename = file.filename
    vectors, faults = _load(file)
    faults += _misplaced(vectors, filename, box) if vectors.crs else []
    if worst(faults) >= Outcome.ASK:
        raise DataError(faults)
    return Vectors(vectors.columns, vectors.geometry, vectors.crs, tuple(faults))


# --- where it lies ---------------------------------------------------------------------------------------


def _bounds(vectors: Vectors) -> tuple[float, float, float, float] | None:
    import shapely

    shapes = [s for s in vectors.geometry if s is not None and not s.is_empty]
    return tuple(map(float, shapely.total_bounds(shapes))) if shapes else None  # type: ignore[return-value]


def _misplaced(vectors: Vectors, filename: str, box: tuple[float, float, float, float]) -> list[Fault]:
    """Coordinates that cannot be what the reference system says, or lie outside the box."""
    bounds = _bounds(vectors)
    if bounds is None or (box == GERMANY and _within(bounds, AT_HOME.get(vectors.crs, NOWHERE))):
        return []
    import pyproj

    try:
        crs = pyproj.CRS.from_user_input(vectors.crs)
    except pyproj.exceptions.CRSError:
        return [Fault("crs-unregistered", filename, {"crs": shown(vectors.crs)})]
    west, south, east, north = bounds
    older = _older(crs)
    if crs.is_geographic:
        if max(abs(west), abs(east)) > 180 or max(abs(south), abs(north)) > 90:
            return [
                Fault(
                    "not-degrees",
                    filename,
                    {"value": f"{max(abs(north), abs(east)):.0f}", "crs": vectors.crs},
                )
            ]
        degrees = bounds
    else:
        degrees = _degrees(crs, bounds)
    if _within(degrees, box):
        return [Fault("older-system", filename, {"crs": vectors.crs})] if older else []
    if _within((degrees[1], degrees[0], degrees[3], degrees[2]), box):
        values = {
            "north": f"{degrees[1]:.1f}".replace(".", ","),
            "east": f"{degrees[0]:.1f}".replace(".", ","),
        }
        return [Fault("axes-swapped", filename, values)]
    return [Fault("outside-box", filename, {"crs": vectors.crs, "hint": _meant(bounds, box)})]


def _older(crs: Any) -> bool:
    """Whether a system rests on the older German datums, whose transformation is a matter of metres."""
    datum = str(getattr(crs.geodetic_crs, "datum", "") or "")
    return any(name in datum for name in ("Hauptdreiecksnetz", "Pulkovo", "Potsdam", "Rauenberg"))


def _degrees(crs: Any, bounds: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    import pyproj

    transformer = pyproj.Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    west, south, east, north = transformer.transform_bounds(*bounds)
    return west, south, east, north


def _within(bounds: tuple[float, ...], box: tuple[float, float, float, float]) -> bool:
    return box[0] <= bounds[0] and box[1] <= bounds[1] and bounds[2] <= box[2] and bounds[3] <= box[3]


# Reference systems that German offices deliver under a wrong label.
USUAL_SYSTEMS = (
    "EPSG:25832",
    "EPSG:25833",
    "EPSG:4647",
    "EPSG:5650",
    "EPSG:31466",
    "EPSG:31467",
    "EPSG:31468",
    "EPSG:31469",
)


def _meant(bounds: tuple[float, float, float, float], box: tuple[float, float, float, float]) -> str:
    import pyproj

    for code in USUAL_SYSTEMS:
        if _plausible(code, bounds) and _within(_degrees(pyproj.CRS.from_user_input(code), bounds), box):
            return code
    return "?"


def _plausible(code: str, bounds: tuple[float, float, float, float]) -> bool:
    """Eastings as the system writes them: Gauß-Krüger begins with its zone, 4647 and 5650 with the UTM zone."""
    starts = {
        "EPSG:4647": 32e6,
        "EPSG:5650": 33e6,
        "EPSG:31466": 2e6,
        "EPSG:31467": 3e6,
        "EPSG:31468": 4e6,
        "EPSG:31469": 5e6,
    }
    start = starts.get(code, 0.0)
    return start <= bounds[0] and bounds[2] < start + 1e6 and bounds[1] > 5e6 and bounds[3] < 6.3e6


# --- as the areas of a town ------------------------------------------------------------------------------


def check_areas(
    data: bytes,
    filename: str,
    *,
    key: str,
    name: str = "",
    layer: str = "",
    known: Register | None = None,
    outline: Any = None,
    before: Mapping[str, Any] | None = None,
    crs: str = "EPSG:25832",
) -> tuple[Outcome, tuple[Fault, ...]]:
    """Judge a layer as the areas of a town: keys, kinds, validity, overlaps, gaps, place.

    key, name: its columns; known: the areas expected; outline: a shapely polygon of the town;
    before: area id -> polygon as known; both in `crs`, a projected system.
    """
    try:
        vectors, faults = _load(opened(data, filename, layer))
    except DataError as error:
        return worst(error.faults), error.faults
    if vectors.crs and len(vectors):
        faults += _misplaced(vectors, filename, GERMANY)
    if len(vectors) and not any(f.outcome is Outcome.REJECT for f in faults):
        faults += _column_faults(vectors, filename, key, name, known)
        faults += _shape_faults(vectors, filename, key)
        if vectors.crs and not any(f.outcome is Outcome.REJECT for f in faults):
            faults += _mosaic(vectors, filename, key, outline, before or {}, crs)
    ordered = tuple(sorted(faults, key=lambda f: -f.outcome))
    return worst(ordered), ordered


def _column_faults(
    vectors: Vectors, filename: str, key: str, name: str, known: Register | None
) -> Iterator[Fault]:
    columns = vectors.columns
    if key not in columns:
        heads = ", ".join(columns)[:200]
        yield Fault("column-absent", filename, {"head": key, "needed": key, "heads": heads or "–"})
        return
    keys, gathered = Keys(Key(key), known), KeyFaults()
    areas: list[str] = []
    for row, cell in enumerate(columns[key]):
        value = float(cell) if isinstance(cell, int | float) else cell
        found = keys.find(value)
        if found.code:
            near = keys.nearest(str(cell)) if found.code == "unknown-area" else ""
            gathered.add(
                found.code, f"{filename}#{row + 1}", value, found.meant, nearest=f" ({near}?)" if near else ""
            )
        areas.append(found.area or "")
        text = columns[name][row] if name in columns else None
        code = (
            name_problem(text, keys.names[areas[-1]])
            if isinstance(text, str) and areas[-1] in keys.names
            else ""
        )
        if code:
            gathered.add(code, f"{filename}#{row + 1}", text, keys.names[areas[-1]])
    yield from gathered.all()
    yield from _twice_or_absent(areas, known, filename)


def _twice_or_absent(areas: list[str], known: Register | None, filename: str) -> Iterator[Fault]:
    for area in sorted({a for a in areas if a and areas.count(a) > 1}):
        yield Fault("polygon-twice", filename, {"key": area, "n": areas.count(area)})
    absent = (
        [f"{i} {n}" for i, n in zip(known.ids, known.names, strict=True) if i not in areas] if known else []
    )
    if absent:
        text = ", ".join(absent[:5]) + (" …" if len(absent) > 5 else "")
        yield Fault("area-absent", filename, {"n": len(absent), "areas": text, "period": ""})


def _shape_faults(vectors: Vectors, filename: str, key: str) -> Iterator[Fault]:
    import shapely

    for row, shape in enumerate(vectors.geometry):
        where, area = f"{filename}#{row + 1}", str(vectors.columns.get(key, [""] * (row + 1))[row])
        if shape.geom_type not in ("Polygon", "MultiPolygon"):
            yield Fault("geometry-kind", where, {"area": area})
        elif not shape.is_valid or shape.area == 0:
            repaired = shapely.make_valid(shape)
            if repaired.area == 0:
                yield Fault("area-zero", where, {"area": area})
                continue
            ratio = f"{repaired.area / shape.area * 100:.0f}" if shape.area else "?"
            reason = shapely.is_valid_reason(shape)
            if "Hole" in reason:
                yield Fault("hole-outside", where, {"area": area, "reason": reason})
                continue
            yield Fault("polygon-invalid", where, {"area": area, "reason": reason, "percent": ratio})


def _mosaic(
    vectors: Vectors, filename: str, key: str, outline: Any, before: Mapping[str, Any], crs: str
) -> Iterator[Fault]:
    """Overlaps, gaps, and the difference to the town's outline, in a system of metres."""
    import pyproj
    import shapely

    transformer = pyproj.Transformer.from_crs(vectors.crs, crs, always_xy=True)
    shapes = shapely.make_valid(shapely.transform(vectors.geometry, transformer.transform, interleaved=False))
    keys = [str(k) for k in vectors.columns.get(key, [])]
    yield from _overlaps(shapes, keys, filename)
    union = shapely.union_all(shapes)
    metres = _shift(dict(zip(keys, shapes, strict=True)), before)
    if metres > SHIFT:
        yield Fault("borders-moved", filename, {"metres": f"{metres:.0f}"})
        outline = None
    if outline is None:
        yield from _holes(union, filename)
        return
    lacking, beyond = outline.difference(union).area, union.difference(outline).area
    if lacking + beyond > SLIVER * outline.area:
        values = {
            "lacking": f"{lacking / 1e4:.1f}".replace(".", ","),
            "beyond": f"{beyond / 1e4:.1f}".replace(".", ","),
        }
        yield Fault("outline-differs", filename, values)
    else:
        yield from _holes(union, filename)


def _shift(now: Mapping[str, Any], before: Mapping[str, Any]) -> float:
    """By how many metres all polygons moved the same way; 0 where some stayed or they moved differently."""
    pairs = [(now[k].centroid, before[k].centroid) for k in now if k in before]
    if len(pairs) < 3:
        return 0.0
    moves = sorted(a.distance(b) for a, b in pairs)
    return moves[0] if moves[-1] - moves[0] < 0.2 * moves[-1] and moves[-1] < 1000 else 0.0


def _overlaps(shapes: Any, keys: Sequence[str], filename: str) -> Iterator[Fault]:
    import shapely

    tree = shapely.STRtree(shapes)
    for i, j in zip(*tree.query(shapes, predicate="intersects"), strict=True):
        if i < j and keys[i] != keys[j]:
            common = shapes[i].intersection(shapes[j]).area
            if common > SLIVER * min(shapes[i].area, shapes[j].area):
                values = {"area": keys[i], "other": keys[j], "size": f"{common:.0f}"}
                yield Fault("polygons-overlap", f"{filename}#{i + 1}", values)


def _holes(union: Any, filename: str) -> Iterator[Fault]:
    import shapely

    rings = [r for part in shapely.get_parts(union) for r in getattr(part, "interiors", ())]
    sizes = [shapely.Polygon(r).area for r in rings]
    gaps = [s for s in sizes if s > SHIFT]
    if gaps:
        yield Fault("gaps-between", filename, {"n": len(gaps), "size": f"{sum(gaps):.0f}"})

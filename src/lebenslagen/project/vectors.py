"""Delivered polygons, points and tables of shares as `Areas`, `Crosswalk` and `Backdrop`; known faults only by declared remedy."""

from __future__ import annotations

import io
import json
import unicodedata
import zipfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from lebenslagen.areas import Areas, Backdrop, crosswalk_by_area, crosswalk_by_points, crosswalk_by_table
from lebenslagen.errors import DataError, DesignError, Fault
from lebenslagen.project.read.vectors import Opened, opened, placed

if TYPE_CHECKING:
    from lebenslagen.areas import Crosswalk
    from lebenslagen.project.declare import AreaLayer, DeclaredBackdrop, DeclaredCrosswalk, Repair
    from lebenslagen.project.store import Project

__all__ = [
    "ACTIONS",
    "areas_from",
    "backdrop_from",
    "crosswalk_from",
    "dump_backdrop",
    "load_backdrop",
    "packed",
]

Columns = dict[str, list[str]]
Shapes = np.ndarray[Any, np.dtype[np.object_]]

LARGEST = 200 * 1024 * 1024  # bytes of one geometry file

KINDS = {"water": "water", "woods": "woods", "built": "built", "neighbour": "neighbours"}


def packed(path: Path) -> tuple[str, bytes]:
    """The name and bytes under which a geometry file is kept; a shapefile's parts as one ZIP, always the same bytes.

    Raises DataError where the file is missing.
    """
    if not path.is_file():
        raise DataError(Fault("file-missing", path.name, {"file": path.name}))
    if path.stat().st_size > LARGEST:
        raise DataError(Fault("file-too-large", path.name, {"file": path.name, "limit": LARGEST // 1024**2}))
    if path.suffix.lower() != ".shp":
        return path.name, path.read_bytes()
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(path.parent.glob(f"{path.stem}.*")):
            if part.suffix.lower() in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
                archive.writestr(zipfile.ZipInfo(part.name), part.read_bytes(), zipfile.ZIP_DEFLATED)
    return f"{path.stem}.zip", target.getvalue()


def areas_from(file: Opened, layer: AreaLayer, crs: str, town_key: str) -> Areas:
    """The areas of a delivered layer, in the project's reference system, ordered by key.

    Raises DataError with the faults of the file (a key twice, a polygon invalid, no reference system), DesignError where
    the declaration names a column that is not there or a remedy that does not fit.
    """
    columns, shapes = _placed(file, crs)
    faults = [_no_column(layer, name, columns) for name in _named(layer) if name not in columns]
    if faults:
        raise DesignError(faults)
    keys = [key.strip() for key in columns[layer.key]]
    for repair in layer.repairs:
        keys, shapes, columns = _repaired(repair, keys, shapes, columns, layer)
    _readable_names(layer, columns[layer.name])
    order = sorted(range(len(keys)), key=lambda row: keys[row])
    return Areas(
        layer.level,
        layer.vintage,
        tuple(keys[row] for row in order),
        tuple(columns[layer.name][row].strip() for row in order),
        tuple(_parent(layer, keys[row], columns, row) or town_key for row in order),
        shapes[order],
        crs,
    )


def _readable_names(layer: AreaLayer, names: list[str]) -> None:
    """Names go into maps, tables and the printed report: no control signs, no turned writing direction."""
    wrong = [name for name in names if any(unicodedata.category(c) in ("Cc", "Cf") for c in name)]
    if wrong:
        where = f"areas/{layer.level}@{layer.vintage}"
        raise DataError([Fault("name-unreadable", where, {"name": ascii(name)[:60]}) for name in wrong])


def _read(raw: bytes, filename: str, layer: str, crs: str) -> tuple[Columns, Shapes]:
    return _placed(opened(raw, filename, layer), crs)


def _placed(file: Opened, crs: str) -> tuple[Columns, Shapes]:
    found = placed(file)
    shapes = _moved(np.asarray(found.geometry, dtype=object), found.crs, crs)
    columns = {name: ["" if v is None else str(v) for v in values] for name, values in found.columns.items()}
    return columns, shapes


def _moved(shapes: Shapes, source: str, target: str) -> Shapes:
    """Into the project's reference system; the same system leaves every coordinate as it is."""
    if source == target:
        return shapes
    from pyproj import CRS, Transformer

    if CRS.from_user_input(source).equals(CRS.from_user_input(target), ignore_axis_order=True):
        return shapes
    transformer = Transformer.from_crs(source, target, always_xy=True)
    return np.asarray(shapely.transform(shapes, transformer.transform, interleaved=False), dtype=object)


def _named(layer: AreaLayer) -> Iterator[str]:
    yield layer.key
    yield layer.name
    if layer.parent and layer.parent.column:
        yield layer.parent.column


def _no_column(layer: AreaLayer, name: str, columns: Columns) -> Fault:
    known = ", ".join(sorted(columns))
    return Fault(
        "unknown-name", f"areas/{layer.level}@{layer.vintage}", {"name": name, "hint": "", "known": known}
    )


def _parent(layer: AreaLayer, key: str, columns: Columns, row: int) -> str:
    if layer.parent is None:
        return ""
    return columns[layer.parent.column][row].strip() if layer.parent.column else key[: layer.parent.prefix]


# --- declared remedies ---------------------------------------------------------------------------------------


def _repaired(
    repair: Repair, keys: list[str], shapes: Shapes, columns: Columns, layer: AreaLayer
) -> tuple[list[str], Shapes, Columns]:
    """The layer after one declared remedy. Raises DesignError where the remedy is unknown or nothing fits it."""
    where = f"areas/{layer.level}@{layer.vintage}.repairs"
    if repair.action not in ACTIONS:
        values = {"name": repair.action, "hint": "", "known": ", ".join(ACTIONS)}
        raise DesignError(Fault("unknown-name", where, values))
    rows = [row for row, key in enumerate(keys) if key == repair.key and _fits(repair.where, columns, row)]
    if not rows:
        raise DesignError(Fault("repair-without-object", where, {"key": repair.key}))
    new_keys, new_shapes, gone = ACTIONS[repair.action](repair, list(keys), shapes.copy(), rows)
    keep = [row for row in range(len(keys)) if row not in gone]
    kept = {name: [values[row] for row in keep] for name, values in columns.items()}
    return [new_keys[row] for row in keep], new_shapes[keep], kept


def _fits(where: Mapping[str, str], columns: Columns, row: int) -> bool:
    return all(columns.get(name, [""] * (row + 1))[row].strip() == value for name, value in where.items())


Repaired = tuple[list[str], Shapes, set[int]]


def _rekey(repair: Repair, keys: list[str], shapes: Shapes, rows: list[int]) -> Repaired:
    for row in rows:
        keys[row] = repair.to
    return keys, shapes, set()


def _union(repair: Repair, keys: list[str], shapes: Shapes, rows: list[int]) -> Repaired:
    shapes[rows[0]] = shapely.union_all(shapes[rows])
    return keys, shapes, set(rows[1:])


def _keep_largest(repair: Repair, keys: list[str], shapes: Shapes, rows: list[int]) -> Repaired:
    largest = max(rows, key=lambda row: shapely.area(shapes[row]))
    return keys, shapes, set(rows) - {largest}


def _drop(repair: Repair, keys: list[str], shapes: Shapes, rows: list[int]) -> Repaired:
    return keys, shapes, set(rows)


def _make_valid(repair: Repair, keys: list[str], shapes: Shapes, rows: list[int]) -> Repaired:
    for row in rows:
        valid = shapely.make_valid(shapes[row])
        polygons = [p for p in shapely.get_parts(valid) if shapely.get_type_id(p) in (3, 6)]
        shapes[row] = shapely.union_all(polygons)
    return keys, shapes, set()


ACTIONS = {
    "rekey": _rekey,
    "union": _union,
    "keep-largest": _keep_largest,
    "drop": _drop,
    "make-valid": _make_valid,
}


# --- crosswalks and backdrop ---------------------------------------------------------------------------------


def crosswalk_from(project: Project, declared: DeclaredCrosswalk, old: Areas, new: Areas) -> Crosswalk:
    """The declared crosswalk. Raises DesignError for an unknown basis, DataError for faults of its file."""
    if declared.basis == "area":
        return crosswalk_by_area(old, new)
    if declared.basis == "table":
        return crosswalk_by_table(_shares(project, declared), old.ids, new.ids, declared.rescale)
    if declared.basis == "points" and declared.points is not None:
        name, raw = _delivered(project, declared.points.file)
        columns, points = _read(raw, name, declared.points.layer, old.crs)
        weights = columns.get(declared.points.weight)
        return crosswalk_by_points(
            old, new, points, [float(w) for w in weights] if weights else [1.0] * len(points)
        )
    values = {"name": declared.basis, "hint": "", "known": "area, points, table"}
    raise DesignError(Fault("unknown-name", "areas.crosswalks.basis", values))


def _delivered(project: Project, file: str) -> tuple[str, bytes]:
    for delivery in project.deliveries():
        if delivery.source == f"areas/{file}":
            return delivery.file, project.snapshot(delivery.snapshot)
    raise DataError(Fault("file-missing", file, {"file": file}))


def _shares(project: Project, declared: DeclaredCrosswalk) -> list[tuple[str, str, float]]:
    from lebenslagen.project.read.process import table

    name, raw = _delivered(project, declared.file)
    grid = table(raw, name)
    if grid.notes or not grid.sheets:
        raise DataError([Fault(note.code, note.where or name, note.values) for note in grid.notes])
    columns = {
        str(column[0]).strip(): ["" if cell is None else str(cell).strip() for cell in column[1:]]
        for column in grid.sheets[0].columns
        if len(column)
    }
    wanted = (declared.source_column, declared.target_column, declared.share_column)
    absent = [head for head in wanted if head not in columns]
    if absent:
        known = ", ".join(sorted(columns))
        raise DesignError(
            [Fault("unknown-name", name, {"name": h, "hint": "", "known": known}) for h in absent]
        )
    return [
        (old, new, _share(part, name))
        for old, new, part in zip(*(columns[h] for h in wanted), strict=True)
        if old
    ]


def _share(text: str, name: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        raise DataError(Fault("not-a-share", name, {"value": text[:40]})) from None


def backdrop_from(raw: bytes, filename: str, declared: DeclaredBackdrop, crs: str) -> Backdrop:
    """What lies behind the maps: features with a column ``art`` (water, woods, built, neighbour, landmark) and ``name``."""
    columns, shapes = _read(raw, filename, declared.layer, crs)
    found: dict[str, list[tuple[str, Any]]] = {target: [] for target in KINDS.values()}
    landmarks = []
    for kind, name, shape in zip(columns["art"], columns["name"], shapes, strict=True):
        if kind == "landmark":
            centre = shapely.centroid(shape)
            landmarks.append((name, float(shapely.get_x(centre)), float(shapely.get_y(centre))))
        elif kind in KINDS:
            found[KINDS[kind]].append((name, shape))
    return Backdrop(**{key: tuple(values) for key, values in found.items()}, landmarks=tuple(landmarks))


def dump_backdrop(backdrop: Backdrop) -> bytes:
    """The backdrop as bytes for the cache."""
    shapes = {
        kind: [(name, bytes.hex(shapely.to_wkb(shape))) for name, shape in getattr(backdrop, kind)]
        for kind in KINDS.values()
    }
    return json.dumps({**shapes, "landmarks": backdrop.landmarks}, ensure_ascii=False).encode()


def load_backdrop(raw: bytes) -> Backdrop:
    """The backdrop that `dump_backdrop` wrote."""
    kept = json.loads(raw)
    shapes = {
        kind: tuple((name, shapely.from_wkb(bytes.fromhex(wkb))) for name, wkb in kept[kind])
        for kind in KINDS.values()
    }
    return Backdrop(**shapes, landmarks=tuple((n, x, y) for n, x, y in kept["landmarks"]))

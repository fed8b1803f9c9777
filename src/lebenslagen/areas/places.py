"""Areas with their boundaries of one date, their neighbours, and the coarser areas they lie in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
import shapely

from lebenslagen.errors import DataError, Fault

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Areas", "dissolve", "neighbours"]

OVERLAP = 0.001  # share of the smaller polygon up to which an overlap is drawing inaccuracy
BORDER = 1.0  # metres of common border that make two areas neighbours
SNAP = 0.05  # metres within which two borders count as the same line
FARTHEST = 1e8  # metres: no projected coordinate on earth is beyond it

# Reference systems known to be projected and in metres; others are looked up, which takes longer.
METRES = frozenset(
    f"EPSG:{code}" for code in (3034, 3035, 4647, 5650, 25831, 25832, 25833, *range(31466, 31470))
)

# What GEOS says of an invalid polygon -> our fault; anything else is "area-invalid".
INVALID = {
    "Self-intersection": "area-crosses-itself",
    "Ring Self-intersection": "area-crosses-itself",
    "Hole lies outside shell": "area-hole-outside",
    "Holes are nested": "area-parts-nested",
    "Nested shells": "area-parts-nested",
    "Too few points": "area-too-few-points",
    "Invalid Coordinate": "area-coordinate",
}

Polygons = np.ndarray[Any, np.dtype[np.object_]]
Floats = np.ndarray[Any, np.dtype[np.float64]]
Integers = np.ndarray[Any, np.dtype[np.intp]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]


@dataclass(frozen=True, eq=False)
class Areas:
    """The areas of one level with their boundaries of one date.

    `ids`, `names`, `parents` and `geometry` have the same order, the town's own; `parents` holds the id on the next
    coarser level, "" where none is declared. `geometry`: shapely polygons, read-only; `crs`: projected, in metres.
    Raises DataError with all faults at once: ids blank or twice, polygons missing, invalid or overlapping by more than
    0.1 % of the smaller one, a reference system that is absent or in degrees.

    >>> square = shapely.box(0, 0, 100, 100)
    >>> areas = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("",), np.array([square]), "EPSG:25832")
    >>> len(areas), areas.name("01"), areas.total_area
    (1, 'Nord', 10000.0)
    """

    level: str
    vintage: date
    ids: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]
    geometry: Polygons
    crs: str

    def __post_init__(self) -> None:
        polygons = np.array(self.geometry, dtype=object)
        polygons.setflags(write=False)
        object.__setattr__(self, "geometry", polygons)
        for column in ("ids", "names", "parents"):
            object.__setattr__(self, column, tuple(getattr(self, column)))
        faults = _faults(self)
        if faults:
            raise DataError(faults)

    def __len__(self) -> int:
        return len(self.ids)

    @cached_property
    def position(self) -> Mapping[str, int]:
        """The place of each id in the order of the areas."""
        return {area: place for place, area in enumerate(self.ids)}

    @cached_property
    def ragged(self) -> Truths:
        """Which polygons have an edge that a neighbour shares otherwise than it is drawn here."""
        found: Truths = ~shapely.is_empty(shapely.coverage_invalid_edges(self.geometry))
        return found

    @property
    def label(self) -> str:
        """How faults name these areas: level and date of the boundaries."""
        return f"{self.level}@{self.vintage.isoformat()}"

    @property
    def total_area(self) -> float:
        """Square metres of all areas together."""
        return float(shapely.area(self.geometry).sum())

    def name(self, area: str) -> str:
        """The name of an area; KeyError for an id that is not one of them."""
        return self.names[self.position[area]]

    def parent(self, area: str) -> str:
        """The id of the area on the next coarser level, "" where none is declared."""
        return self.parents[self.position[area]]

    def children(self, parent: str) -> tuple[str, ...]:
        """The ids of the areas that lie in a coarser one, in the town's order."""
        return tuple(area for area, above in zip(self.ids, self.parents, strict=True) if above == parent)

    def index(self) -> pd.Index[str]:
        """The ids as an index for Series and DataFrames."""
        import pandas as pd

        return pd.Index(self.ids, name="area")


def _faults(areas: Areas) -> list[Fault]:
    lengths = {len(areas.ids), len(areas.names), len(areas.parents), len(areas.geometry)}
    if len(lengths) > 1:
        counts = {"ids": len(areas.ids), "names": len(areas.names), "polygons": len(areas.geometry)}
        return [Fault("areas-uneven", areas.label, counts)]
    if not areas.ids:
        return [Fault("areas-none", areas.label)]
    found = _id_faults(areas) + _crs_faults(areas)
    shapes = _shape_faults(areas)
    return found + (shapes or _overlap_faults(areas))


def _id_faults(areas: Areas) -> list[Fault]:
    seen = Counter(areas.ids)
    blank = [
        Fault("area-id-blank", areas.label, {"id": area}) for area in seen if not area or area != area.strip()
    ]
    twice = [
        Fault("area-twice", f"{areas.label}/{area}", {"id": area, "times": times})
        for area, times in seen.items()
        if times > 1
    ]
    return blank + twice


def _crs_faults(areas: Areas) -> list[Fault]:
    if not areas.crs.strip():
        return [Fault("crs-missing", areas.label)]
    code = None if areas.crs in METRES else _crs_code(areas.crs)
    return [Fault(code, areas.label, {"crs": areas.crs})] if code else []


def _crs_code(crs: str) -> str | None:
    """Why a reference system is of no use here; None where it is projected and in metres."""
    from pyproj import CRS
    from pyproj.exceptions import CRSError

    try:
        found = CRS.from_user_input(crs)
    except CRSError:
        return "crs-unknown"
    if found.is_geographic:
        return "crs-in-degrees"
    metres = {axis.unit_name for axis in found.axis_info[:2]} == {"metre"}
    return None if found.is_projected and metres else "crs-not-metres"


def _shape_faults(areas: Areas) -> list[Fault]:
    return [
        fault
        for place in np.flatnonzero(~_sound(areas.geometry))
        if (
            fault := _shape_fault(
                f"{areas.label}/{areas.ids[place]}", areas.ids[place], areas.geometry[place]
            )
        )
    ]


def _sound(shapes: Polygons) -> Truths:
    """Which are polygons with nothing wrong, asked of all at once."""
    kinds = [shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON]
    polygons = np.isin(shapely.get_type_id(shapes), kinds) & ~shapely.is_empty(shapes)
    near = (np.abs(shapely.bounds(shapes)) <= FARTHEST).all(axis=1)
    found: Truths = polygons & near & shapely.is_valid(shapes)
    return found


def _shape_fault(where: str, area: str, shape: shapely.Geometry | None) -> Fault | None:
    if shape is None or shape.is_empty:
        return Fault("area-without-polygon", where, {"id": area})
    if not isinstance(shape, shapely.Polygon | shapely.MultiPolygon):
        return Fault("area-not-polygon", where, {"id": area, "kind": shape.geom_type})
    if not np.abs(shape.bounds).max() <= FARTHEST:
        return Fault("area-coordinate", where, {"id": area})
    if not shape.is_valid:
        return _invalid(where, area, shapely.is_valid_reason(shape))
    return None


def _invalid(where: str, area: str, reason: str) -> Fault:
    """GEOS says "Self-intersection[363200.5 5701000]": what is wrong, and where."""
    what, _, place = reason.partition("[")
    code = next((INVALID[start] for start in INVALID if what.startswith(start)), "area-invalid")
    place = ", ".join(f"{float(number):.0f}" for number in place.rstrip("]").split())
    return Fault(code, where, {"id": area, "reason": what, "place": place})


def _overlap_faults(areas: Areas) -> list[Fault]:
    """Overlaps of more than drawing inaccuracy; in each, one of the two has an edge the other does not share."""
    first, second = _pairs(areas.geometry, areas.ragged)
    common = shapely.area(shapely.intersection(areas.geometry[first], areas.geometry[second]))
    size = shapely.area(areas.geometry)
    smaller = np.minimum(size[first], size[second])
    return [
        Fault(
            "areas-overlap",
            areas.label,
            {"a": areas.ids[a], "b": areas.ids[b], "area": round(both), "size": round(small)},
        )
        for a, b, both, small in zip(first, second, common, smaller, strict=True)
        if both > OVERLAP * small
    ]


def _pairs(polygons: Polygons, some: Truths) -> tuple[Integers, Integers]:
    """Each pair of polygons that touch or overlap, one of them among `some`, once and in the order of the areas."""
    query, second = shapely.STRtree(polygons).query(polygons[some], predicate="intersects")
    first = np.flatnonzero(some)[query]
    pairs = np.unique(np.sort(np.column_stack([first, second]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] < pairs[:, 1]]
    return pairs[:, 0], pairs[:, 1]


def neighbours(areas: Areas) -> dict[str, tuple[str, ...]]:
    """For each area the areas it shares more than 1 m of border with, in the town's order; an island has none.

    >>> boxes = np.array([shapely.box(0, 0, 9, 9), shapely.box(9, 0, 18, 9), shapely.box(18, 9, 27, 18)])
    >>> ids = ("a", "b", "c")
    >>> neighbours(Areas("q", date(2020, 1, 1), ids, ids, ("",) * 3, boxes, "EPSG:25832"))
    {'a': ('b',), 'b': ('a',), 'c': ()}
    """
    first, second = _near_pairs(areas.geometry)
    shared = _borders(areas.geometry[first], areas.geometry[second]) > BORDER
    found: dict[str, list[int]] = {area: [] for area in areas.ids}
    for a, b in zip(first[shared], second[shared], strict=True):
        found[areas.ids[a]].append(b)
        found[areas.ids[b]].append(a)
    return {area: tuple(areas.ids[place] for place in sorted(places)) for area, places in found.items()}


def _near_pairs(polygons: Polygons) -> tuple[Integers, Integers]:
    first, second = shapely.STRtree(polygons).query(polygons, predicate="dwithin", distance=SNAP)
    return first[first < second], second[first < second]


def _borders(a: Polygons, b: Polygons) -> Floats:
    """Metres of border that a and b share; only where there is none, borders drawn 5 cm apart are looked for."""
    lines, others = shapely.boundary(a), shapely.boundary(b)
    length: Floats = shapely.length(shapely.intersection(lines, others))
    twice = length <= BORDER
    length[twice] = shapely.length(shapely.intersection(lines[twice], shapely.buffer(others[twice], SNAP)))
    return length


def dissolve(
    areas: Areas,
    level: str,
    names: Mapping[str, str],
    parents: Mapping[str, str] | None = None,
    *,
    within: Sequence[str] | None = None,
) -> Areas:
    """The coarser areas that the finer ones name as their parents, as unions of polygons.

    `names`: id of the coarser area -> name, in the town's order; `parents`: its id -> id one level above; `within`: for
    each finer area the coarser one, where they do not name it themselves. Raises DataError for finer areas whose parent
    is not in `names` and for names that no finer area has as parent.

    >>> boxes = np.array([shapely.box(0, 0, 9, 9), shapely.box(9, 0, 18, 9)])
    >>> fine = Areas("q", date(2020, 1, 1), ("a", "b"), ("A", "B"), ("1", "1"), boxes, "EPSG:25832")
    >>> dissolve(fine, "stadt", {"1": "Stadt"}).total_area
    162.0
    """
    within = areas.parents if within is None else within
    faults = [
        Fault("parent-unknown", f"{areas.label}/{a}", {"id": a, "parent": p})
        for a, p in zip(areas.ids, within, strict=True)
        if p not in names
    ]
    faults += [
        Fault("parent-without-areas", level, {"id": area}) for area in names if area not in set(within)
    ]
    if faults:
        raise DataError(faults)
    above = np.array(within, dtype=object)
    unions = np.array([_union(areas, above == area) for area in names], dtype=object)
    upper = tuple((parents or {}).get(area, "") for area in names)
    return Areas(level, areas.vintage, tuple(names), tuple(names.values()), upper, unions, areas.crs)


def _union(areas: Areas, these: Truths) -> Any:
    """Where all edges fit, the inner ones are left out, which is exact and quick; else the polygons are overlaid."""
    polygons = areas.geometry[these]
    return shapely.union_all(polygons) if areas.ragged[these].any() else shapely.coverage_union_all(polygons)

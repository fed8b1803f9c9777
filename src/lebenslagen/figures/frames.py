"""The frame all maps of a report share: projection, scale, simplified borders, places for labels; built once.

Borders are simplified as a coverage (Visvalingam and Whyatt 1993, edges shared), so neighbours still touch. A built
Frame holds text and numbers only: drawing a map needs neither geometry nor its library.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lebenslagen.figures.labels import Label, Place, place_labels, place_names
from lebenslagen.figures.svg import FAINT, INK, SMALL, line, num, text
from lebenslagen.texts import Texts

if TYPE_CHECKING:
    import numpy as np

    from lebenslagen.areas import Areas, Backdrop

__all__ = ["Frame", "Shapes", "frame"]

PAD, SIDE, TOLERANCE = 8.0, 216.0, 1.0
COLOURS = {"neighbours": "#f4f4f1", "built": "#e9e7e3", "woods": "#e3ecdc", "water": "#cfe0ee"}


@dataclass(frozen=True)
class Shapes:
    """The areas of one level, ready to draw in the town's order: paths in units of the frame, label places, centres.

    >>> Shapes("stadt", "Stadt", ("0",), ("Stadt",), ("M0 0z",), (None,), ((1.0, 1.0),), "").ids
    ('0',)
    """

    level: str
    plural: str
    ids: tuple[str, ...]
    names: tuple[str, ...]
    paths: tuple[str, ...]
    labels: tuple[Label | None, ...]
    centres: tuple[tuple[float, float], ...]
    places: str


@dataclass(frozen=True)
class Frame:
    """Projection, frame and scale of all maps: `width` x `height` units for the map, `total` wide with its legend.

    `levels` go from finest to coarsest; `ground` lies under the areas, `water` over their colours,
    `furniture` (north, scale) on top.
    `outline` is drawn last where the coarsest level is not the town itself.

    >>> Frame(680, 680, 400, {}, "", "", "").side
    False
    """

    total: int
    width: int
    height: int
    levels: Mapping[str, Shapes]
    ground: str
    water: str
    furniture: str
    outline: str = ""

    @property
    def side(self) -> bool:
        """Whether the legend stands at the side of the map instead of beneath."""
        return self.width < self.total

    def coarser(self, level: str) -> tuple[Shapes, ...]:
        """The levels above one, finest first."""
        keys = list(self.levels)
        return tuple(self.levels[key] for key in keys[keys.index(level) + 1 :])


def frame(
    areas: Mapping[str, Areas], t: Texts, backdrop: Backdrop | None = None, *, plurals: Mapping[str, str] | None = None,
    width: int = 680,
) -> Frame:  # fmt: skip
    """The frame of a town from its levels (finest first), placed so that the finest level fills it.

    `plurals` are the words for the areas of a level ("Sozialquartiere"); without one it is "Gebiete".
    Sizes are units; 680 are set 170 mm wide.

    >>> from types import SimpleNamespace
    >>> import shapely
    >>> from lebenslagen.texts import texts
    >>> town = SimpleNamespace(ids=("1",), names=("Nord",), parents=("",), geometry=[shapely.box(0, 0, 2000, 1000)])
    >>> built = frame({"quartier": town}, texts(), width=300)
    >>> built.width, built.levels["quartier"].labels[0].lines
    (300, ('Nord',))
    """
    finest_key, finest = next(iter(areas.items()))
    to_units, scale, box = _projection(finest.geometry, width)
    shapes = _levels(areas, to_units)
    words = plurals or {}
    size = max(_scale_bar(scale)[1], 44.0) + 8, 46.0
    x, y, covered = _corner(shapes, size, box)
    if covered > 60:  # no corner is free: a strip beneath the town
        box = box[0], box[1] + round(size[1])
        x, y = box[0] - size[0] - 4, box[1] - size[1] - 4
    names = _named(backdrop, to_units, box, shapes)
    levels = {
        level: _shapes(level, words.get(level, ""), areas[level], geometry, names, t)
        for level, geometry in shapes.items()
    }
    outline = (
        ""
        if len(shapes) > 1 and len(finest.ids) > len(list(shapes.values())[-1]) == 1
        else path(_union(list(shapes[finest_key])))
    )
    ground, water = _backdrop(backdrop, to_units, box)
    return Frame(width, *box, levels, ground, water, _furniture(x, y, size[1], scale), outline)


def _projection(geometry: Any, width: int) -> tuple[Any, float, tuple[int, int]]:
    """Metres to units: the town fills the frame; a narrow one leaves the side for the legend."""
    import shapely

    low_x, low_y, high_x, high_y = shapely.total_bounds(shapely.GeometryCollection(list(geometry)))
    side = (high_y - low_y) > 1.1 * (high_x - low_x)
    inner = width - (SIDE if side else 0) - 2 * PAD
    scale = min(inner / (high_x - low_x), 1.45 * inner / (high_y - low_y))
    box = round(inner + 2 * PAD), round((high_y - low_y) * scale + 2 * PAD)
    left = PAD + (inner - (high_x - low_x) * scale) / 2

    def to_units(shape: Any) -> Any:
        return shapely.transform(shape, lambda xy: (xy - [low_x, high_y]) * [scale, -scale] + [left, PAD])

    return to_units, scale, box


def _levels(areas: Mapping[str, Areas], to_units: Any) -> dict[str, np.ndarray[Any, Any]]:
    """Simplified polygons a level; a coarser level is the union of the finer one where its parents are known."""
    import numpy as np
    import shapely

    shapes: dict[str, np.ndarray[Any, Any]] = {}
    below: tuple[Areas, np.ndarray[Any, Any]] | None = None
    for level, own in areas.items():
        parents = below[0].parents if below else ()
        if below and set(own.ids) <= set(parents):
            groups = {key: [g for g, p in zip(below[1], parents, strict=True) if p == key] for key in own.ids}
            shapes[level] = np.array([_union(groups[key]) for key in own.ids], dtype=object)
        else:
            moved = np.array([to_units(g) for g in own.geometry], dtype=object)
            shapes[level] = np.asarray(shapely.coverage_simplify(moved, TOLERANCE))
        below = own, shapes[level]
    return shapes


def _union(parts: list[Any]) -> Any:
    import shapely

    try:
        return shapely.coverage_union_all(parts)
    except shapely.errors.GEOSException:
        return shapely.union_all(parts, grid_size=0.01)


def _shapes(level: str, plural: str, own: Areas, geometry: Any, names: tuple[Place, ...], t: Texts) -> Shapes:
    import shapely

    labels = place_labels(geometry, own.names)
    centres = [shapely.point_on_surface(g) for g in geometry]
    return Shapes(
        level, plural or t("areas"), tuple(own.ids), tuple(own.names), tuple(path(g) for g in geometry), labels,
        tuple((round(float(p.x), 1), round(float(p.y), 1)) for p in centres), place_names(names, labels, geometry),
    )  # fmt: skip


def path(shape: Any) -> str:
    """The path of a (multi)polygon: tenths of a unit, relative steps; parts too small to be seen are left out.

    >>> import shapely
    >>> path(shapely.box(0, 0, 10, 5.25))
    'M10 0l0 5.2-10 0 0-5.2z'
    """
    parts = sorted(getattr(shape, "geoms", [shape]), key=lambda part: -part.area)
    shown = [part for i, part in enumerate(parts) if i == 0 or part.area > 0.6]
    return "".join(_ring(ring) for part in shown for ring in _rings(part))


def _rings(part: Any) -> list[Any]:
    return [part.exterior, *(hole for hole in part.interiors if hole.envelope.area > 0.6)]


def _ring(ring: Any) -> str:
    """One closed ring; rounded first and subtracted after, so that shared borders stay shared."""
    points = [(round(float(x) * 10), round(float(y) * 10)) for x, y in ring.coords[:-1]]
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(points) if a != b]
    words = "".join(_tenth(value) for step in steps for value in step).lstrip()
    return f"M{num(points[0][0] / 10)} {num(points[0][1] / 10)}l{words or '0 0'}z"


def _tenth(value: int) -> str:
    return f" {value / 10:g}" if value >= 0 else f"{value / 10:g}"


def _backdrop(backdrop: Backdrop | None, to_units: Any, box: tuple[int, int]) -> tuple[str, str]:
    """What lies behind the town, and its water, which is drawn over the colours so that people find their river."""
    if backdrop is None:
        return "", ""
    layers = {kind: _clipped(getattr(backdrop, kind), to_units, box) for kind in COLOURS}
    drawn = {
        kind: f'<path class="f-{kind}" d="{"".join(map(path, shapes))}" fill="{COLOURS[kind]}"/>'
        for kind, shapes in layers.items()
        if shapes
    }
    edge = f' stroke="{FAINT}" stroke-width="0.6"/>'
    ground = "".join(drawn.get(kind, "") for kind in ("neighbours", "built", "woods"))
    return ground.replace("/>", edge, 1) if "neighbours" in drawn else ground, drawn.get("water", "")


def _clipped(named: Iterable[Any], to_units: Any, box: tuple[int, int]) -> list[Any]:
    import shapely

    cut = [shapely.simplify(shapely.clip_by_rect(to_units(item[1]), 0, 0, *box), 0.5) for item in named]
    polygons = [part for shape in cut for part in getattr(shape, "geoms", [shape])]
    return [part for part in polygons if part.geom_type == "Polygon" and not part.is_empty]


def _named(
    backdrop: Backdrop | None, to_units: Any, box: tuple[int, int], shapes: Mapping[str, Any]
) -> tuple[Place, ...]:
    """What is named so that people recognise their town: its largest water, its landmarks, the neighbours around it."""
    if backdrop is None:
        return ()
    import shapely

    points = [(name, to_units(shapely.Point(x, y))) for name, x, y in backdrop.landmarks]
    marks = tuple(Place(name, float(at.x), float(at.y), None) for name, at in points)
    drawn = [
        (name, shapely.union_all(_clipped([(name, shape)], to_units, box)))
        for name, shape in backdrop.water
        if name
    ]
    rivers = sorted(
        (Place(name, 0.0, 0.0, shape) for name, shape in drawn if shape.area > 0), key=lambda p: -p.shape.area
    )
    town = shapely.buffer(shapely.union_all(next(iter(shapes.values())), grid_size=0.1), 2.0)
    outside = [
        (name, shapely.union_all(_clipped([(name, shape)], to_units, box)))
        for name, shape in backdrop.neighbours
        if name
    ]
    around = tuple(
        Place(name, 0.0, 0.0, shapely.difference(shape, town), faint=True) for name, shape in outside
    )
    return (*rivers[:1], *marks, *(place for place in around if place.shape.area > 0))


def _corner(
    shapes: Mapping[str, Any], size: tuple[float, float], box: tuple[int, int]
) -> tuple[float, float, float]:
    """Left and top of the corner the town leaves most free, and how much of it the town covers (square units)."""
    import shapely

    wide, high = size
    corners = [(x, y) for y in (box[1] - high - 4, 4.0) for x in (box[0] - wide - 4, 8.0)]
    town = shapely.buffer(shapely.union_all(next(iter(shapes.values())), grid_size=0.1), 3.0)
    covered = [round(shapely.box(x, y, x + wide, y + high).intersection(town).area, 1) for x, y in corners]
    best = min(range(4), key=lambda i: covered[i])
    return (*corners[best], covered[best])


def _scale_bar(scale: float) -> tuple[int, float]:
    """A round length in metres and its units on the map."""
    metres = next(
        step for step in (10000, 5000, 2000, 1000, 500, 200, 100, 50, 1) if step * scale < 80 or step == 1
    )
    return metres, metres * scale


def _furniture(x: float, y: float, high: float, scale: float) -> str:
    """North arrow over a scale bar."""
    metres, long = _scale_bar(scale)
    words = f"{metres // 1000}\u00a0km" if metres >= 1000 else f"{metres}\u00a0m"
    end, base = x + long, y + high - 14
    return (
        f'<path class="f-ink" d="M{num(x + 6)} {num(y)}l5 14-5-3-5 3z" fill="{INK}"/>'
        + text(x + 14, y + 11, "N", size=SMALL, halo=2.4)
        + line(x, base, end, base, class_="f-rule", stroke=INK, stroke_width=1.4)
        + line(x, base - 3, x, base + 3, class_="f-rule", stroke=INK, stroke_width=1.0)
        + line(end, base - 3, end, base + 3, class_="f-rule", stroke=INK, stroke_width=1.0)
        + text(x, base + 13, words, size=SMALL, halo=2.4)
    )

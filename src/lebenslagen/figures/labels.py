"""Where names stand on a map: inside their own area or not at all; then a number with a key does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from lebenslagen.figures.svg import INK, NORMAL, PAPER, SMALL, SOFT, num, rect, text, text_width

__all__ = ["Label", "Place", "place_labels", "place_names"]

VALUE = "100,0"  # the widest value that may stand under a name
LEAD = 1.08  # line distance in font sizes
RIVER = "#2f5d86"
LANDMARKS = 2


@dataclass(frozen=True)
class Label:
    """A label in its place: lines around a centre; `number` when the name did not fit and stands in the key.

    `room`: whether a value fits on a further line.

    >>> Label(10.0, 20.0, ("Am", "Siepen"), 12.0, False).box[1]
    7.04
    """

    x: float
    y: float
    lines: tuple[str, ...]
    size: float
    number: bool
    room: bool = False

    @property
    def box(self) -> tuple[float, float, float, float]:
        """left, top, right, bottom"""
        wide, high = _extent((*self.lines, VALUE) if self.room else self.lines, self.size)
        return self.x - wide / 2, round(self.y - high / 2, 3), self.x + wide / 2, self.y + high / 2

    def svg(self, value: str = "") -> str:
        """The label as text with a halo, the value beneath the name where there is room.

        A number stands on a plate, or it would be read as a value.
        """
        lines = (*self.lines, value) if value and self.room else self.lines
        first = self.y - _extent(lines, self.size)[1] / 2 + self.size * 0.88
        return (_plate(self.x, first, self.lines[0], self.size) if self.number else "") + "".join(
            text(
                self.x,
                first + i * LEAD * self.size,
                words,
                size=self.size,
                anchor="middle",
                halo=0 if self.number and i == 0 else 2.6,
                bold=i >= len(self.lines),
            )
            for i, words in enumerate(lines)
        )


def _plate(x: float, base: float, number: str, size: float) -> str:
    """What a number of the key stands on: white, with round ends."""
    wide, high = max(text_width(number, size) + 6, size + 1), size + 1
    frame = {"class_": "f-plate", "fill": PAPER, "stroke": SOFT, "stroke_width": 0.7}
    return rect(x - wide / 2, base - size * 0.86, wide, high, rx=num(high / 2), **frame)


@dataclass(frozen=True)
class Place:
    """Something that people know their town by: a landmark at a point, a water or (faint) a neighbour as a shape.

    >>> Place("Rathaus", 1.0, 2.0, None).shape is None
    True
    """

    name: str
    x: float
    y: float
    shape: Any
    faint: bool = False


def place_labels(geometry: Sequence[Any], names: Sequence[str]) -> tuple[Label | None, ...]:
    """A label for each polygon: its name where it fits inside, else its number in the town's order, else none.

    >>> import shapely
    >>> shapes = [shapely.box(0, 0, 90, 30), shapely.box(0, 0, 20, 20), shapely.box(0, 0, 3, 3)]
    >>> labels = place_labels(shapes, ["Nord", "Hochschulviertel", "X"])
    >>> [label and label.lines for label in labels]
    [('Nord',), ('2',), None]
    """
    return tuple(
        _label(shape, name, i + 1) for i, (shape, name) in enumerate(zip(geometry, names, strict=True))
    )


def _label(shape: Any, name: str, number: int) -> Label | None:
    import shapely

    part = max(getattr(shape, "geoms", [shape]), key=lambda p: p.area)
    if part.is_empty:
        return None
    shapely.prepare(part)
    xs, ys = _candidates(part)
    for size in (NORMAL, SMALL):
        for lines in _splits(name):
            found = _placed(part, lines, size, xs, ys, number=False)
            if found:
                return found
    return _placed(part, (str(number),), SMALL, xs, ys, number=True)


def _placed(
    part: Any, lines: tuple[str, ...], size: float, xs: Any, ys: Any, *, number: bool
) -> Label | None:
    """The label where it fits, with a line left for a value if that fits too."""
    spot = _fit(part, lines, size, xs, ys)
    if spot is None:
        return None
    roomy = _fit(part, (*lines, VALUE), size, xs, ys)
    return Label(*(roomy or spot), lines, size, number, roomy is not None)


def _candidates(part: Any) -> tuple[Any, Any]:
    """Points of a grid over the polygon, those nearest to the centre of its largest inner circle first."""
    import numpy as np
    import shapely

    left, top, right, bottom = part.bounds
    steps_x, steps_y = (min(24, max(3, int(extent / 5))) for extent in (right - left, bottom - top))
    grid = np.meshgrid(
        np.linspace(left, right, steps_x + 2)[1:-1], np.linspace(top, bottom, steps_y + 2)[1:-1]
    )
    centre = shapely.maximum_inscribed_circle(part, tolerance=1.0).coords[0]
    xs, ys = np.append(centre[0], grid[0].ravel()), np.append(centre[1], grid[1].ravel())
    order = np.argsort((xs - centre[0]) ** 2 + 2 * (ys - centre[1]) ** 2, kind="stable")
    return xs[order], ys[order]


def _fit(part: Any, lines: Sequence[str], size: float, xs: Any, ys: Any) -> tuple[float, float] | None:
    import numpy as np
    import shapely

    wide, high = _extent(lines, size)
    left, top, right, bottom = part.bounds
    if wide > right - left or high > bottom - top:
        return None
    boxes = shapely.box(xs - wide / 2, ys - high / 2, xs + wide / 2, ys + high / 2)
    inside = np.flatnonzero(shapely.contains(part, boxes))
    return (round(float(xs[inside[0]]), 1), round(float(ys[inside[0]]), 1)) if len(inside) else None


def _extent(lines: Sequence[str], size: float) -> tuple[float, float]:
    return max(text_width(words, size) for words in lines) + 3, len(lines) * LEAD * size


def _splits(name: str) -> Iterator[tuple[str, ...]]:
    """The name on one, two and three lines, broken at spaces and after hyphens, the lines as even as can be."""
    words = name.replace("-", "-\n").replace(" ", " \n").split("\n")
    yield (name,)
    for count in range(2, min(3, len(words)) + 1):
        breaks = [(i,) for i in range(1, len(words))] if count == 2 else _pairs(len(words))
        options = [_joined(words, at) for at in breaks]
        yield min(options, key=lambda lines: max(text_width(part) for part in lines))


def _pairs(count: int) -> list[tuple[int, int]]:
    return [(i, j) for i in range(1, count - 1) for j in range(i + 1, count)]


def _joined(words: Sequence[str], breaks: Sequence[int]) -> tuple[str, ...]:
    ends = [*breaks, len(words)]
    return tuple("".join(words[start:end]).strip() for start, end in zip([0, *breaks], ends, strict=True))


def place_names(places: Sequence[Place], labels: Sequence[Label | None], geometry: Sequence[Any]) -> str:
    """A river, two landmarks and the neighbours, written where they hide no label and cross no border.

    >>> import shapely
    >>> place_names([Place("Rathaus", 20.0, 20.0, None)], [], [shapely.box(0, 0, 90, 90)]).count("<text")
    1
    """
    if not places:
        return ""
    import shapely

    borders = shapely.union_all([shape.boundary for shape in geometry])
    taken = [label.box for label in labels if label]
    out, marks = [], 0
    for place in places:
        spot = _spot(place, taken, borders) if place.shape is not None or marks < LANDMARKS else None
        if spot is not None:
            taken.append(spot)
            out.append(_name_svg(place, spot))
            marks += place.shape is None
    return "".join(out)


Box = tuple[float, float, float, float]


def _spot(place: Place, taken: Sequence[Box], borders: Any) -> Box | None:
    """The best box for a name, or None where each would hide another label or cross more than a short piece of border.

    Stations, bridges and rivers are often themselves on a border; quarters' own names never cross one.
    """
    import numpy as np
    import shapely

    wide, high = text_width(place.name, SMALL) + 4, SMALL * 1.1
    river = place.shape is not None and not place.faint
    spots = [(x, y, x + wide, y + high) for x, y in _around(place, wide, high)]
    boxes = shapely.box(*np.array(spots).reshape(-1, 4).T)
    costs = _hidden(spots, taken) + (0.02 if river else 0.5) * _crossed(borders, boxes)
    if place.shape is not None:
        costs = costs + (0.3 if river else 50.0) * _outside(place.shape, boxes)
    best, best_cost = None, 60.0 if river else 12.0
    for spot, cost in zip(spots, costs.tolist(), strict=True):
        if cost < best_cost - 1e-9:
            best, best_cost = spot, cost
    return best


def _crossed(borders: Any, boxes: Any) -> Any:
    """The length of border inside each box; most boxes meet none, which is cheap to see."""
    import numpy as np
    import shapely

    shapely.prepare(borders)
    met, lengths = shapely.intersects(borders, boxes), np.zeros(len(boxes))
    lengths[met] = shapely.length(shapely.intersection(borders, boxes[met]))
    return lengths


def _outside(shape: Any, boxes: Any) -> Any:
    """The share of each box that lies outside a shape; most lie inside it whole."""
    import numpy as np
    import shapely

    shapely.prepare(shape)
    cut, shares = ~shapely.covers(shape, boxes), np.zeros(len(boxes))
    shares[cut] = 1 - shapely.area(shapely.intersection(boxes[cut], shape)) / shapely.area(boxes[cut])
    return shares


def _hidden(spots: Sequence[Box], taken: Sequence[Box]) -> Any:
    """For each spot the area of the boxes taken already that it would hide."""
    import numpy as np

    left, top, right, bottom = np.array(spots).reshape(-1, 4).T[:, :, np.newaxis]
    other = np.array(taken).reshape(-1, 4).T
    across = np.minimum(right, other[2]) - np.maximum(left, other[0])
    down = np.minimum(bottom, other[3]) - np.maximum(top, other[1])
    return (across.clip(min=0) * down.clip(min=0)).sum(axis=1)


def _around(place: Place, wide: float, high: float) -> list[tuple[float, float]]:
    """Upper left corners to try: beside, above and below a landmark; all along a water."""
    if place.shape is None:
        x, y = place.x, place.y
        beside = [
            (left, y - high * rise) for rise in (0.5, 0.2, 0.8, 0.0, 1.0) for left in (x + 4, x - wide - 4)
        ]
        over = [
            (x - wide * share, top) for share in (0.5, 0.3, 0.7, 0.1, 0.9) for top in (y - high - 4, y + 4)
        ]
        return beside + over
    import numpy as np
    import shapely

    left, top, right, bottom = place.shape.bounds
    xs, ys = np.meshgrid(np.linspace(left + wide / 2, right - wide / 2, 20), np.linspace(top, bottom, 16))
    inside = shapely.contains_xy(place.shape, xs.ravel(), ys.ravel())
    spots = [
        (float(x) - wide / 2, float(y) - high / 2)
        for x, y in zip(xs.ravel()[inside], ys.ravel()[inside], strict=True)
    ]
    return [spot for spot in spots if spot[0] > 2 and spot[1] > 2]


def _name_svg(place: Place, box: tuple[float, float, float, float]) -> str:
    middle, base = (box[0] + box[2]) / 2, box[3] - SMALL * 0.28
    if place.faint:
        return text(middle, base, place.name, size=SMALL, anchor="middle", ink=SOFT, name="f-soft")
    if place.shape is not None:
        return text(
            middle, base, place.name, size=SMALL, anchor="middle", ink=RIVER, halo=2.4, name="f-river"
        )
    corner = f"M{num(place.x - 2.4)} {num(place.y - 2.4)}h4.8v4.8h-4.8z"
    dot = f'<path class="f-ink" d="{corner}" fill="{INK}" stroke="{PAPER}" stroke-width="0.8"/>'
    return dot + text(middle, base, place.name, size=SMALL, anchor="middle", halo=2.4)

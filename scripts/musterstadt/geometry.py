"""The map of Musterstadt: faces of a hand-laid net of roads, railway, river and fields.

Every border is drawn once, as an edge between two named corners, and used by both neighbours: so polygons share their
borders to the last vertex. Coordinates in EPSG:25832, rounded to decimetres.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.ops import unary_union

from .town import OLD_KEY, OLD_NAME, QUARTERS, ROOMS, SEED

__all__ = ["Town", "backdrop", "build", "woods"]

ORIGIN = (348_100.0, 5_701_200.0)
SCALE = 870.0  # metres a drawn unit: 85 square kilometres in all

# Corners in drawn units east and north of ORIGIN.
CORNERS: dict[str, tuple[float, float]] = {
    # river from west to east, and where the canal arm leaves it
    "R0": (0.70, 1.22), "R1": (2.95, 1.80), "R2": (5.02, 2.02), "R3": (7.12, 2.06), "R4": (8.62, 2.78),
    "R5": (10.35, 3.30),
    "C2": (5.55, 2.36), "C1": (6.50, 2.44),
    # south bank
    "S1": (2.72, 0.72), "S2": (5.18, 0.70), "S3": (7.55, 1.12), "S4": (8.92, 1.72),
    # old town, station, park, university
    "A": (4.70, 2.98), "B": (3.22, 2.92), "D": (2.05, 2.78), "E": (0.16, 2.38),
    # railway from west to east
    "W0": (0.72, 4.22), "F": (2.28, 3.98), "RB1": (3.38, 3.66), "RB2": (4.66, 3.62), "RB3": (6.72, 3.88),
    "RB4": (8.22, 4.42),
    "RB5": (10.52, 4.72),
    # Hafenstraße against Eisenhütte, with the block that moved in 2019
    "H1": (7.15, 2.92), "P1": (6.98, 3.24), "P2": (6.86, 3.52), "Q1": (7.19, 3.32), "Q2": (7.08, 3.60),
    "V1": (8.46, 3.58),
    # north of the railway
    "K1": (4.72, 4.66), "K3": (5.58, 4.72), "K2": (6.60, 4.88), "L1": (6.74, 5.66), "L2": (8.18, 5.74),
    "L3": (9.02, 6.38),
    "O1": (10.52, 6.32), "O2": (9.72, 7.92), "O3": (8.62, 7.72), "Q": (7.52, 6.68),
    "T1": (3.94, 5.08), "T2": (4.12, 6.38), "T3": (5.26, 5.98), "T4": (6.44, 6.34),
    "U1": (2.30, 5.28), "U2": (2.56, 6.52), "U3": (-0.42, 5.72), "U4": (1.78, 7.22), "U5": (0.18, 7.02),
    # north
    "Y0": (-1.02, 8.72), "Y1": (3.62, 7.52), "Y2": (2.92, 8.42), "Y3": (4.12, 9.42), "Z1": (5.92, 7.94),
    "Z2": (7.22, 8.48),
    "Z3": (5.72, 9.24), "N0": (0.28, 11.22), "N1": (2.92, 10.62), "N4": (6.12, 11.02), "N5": (8.42, 10.72),
    "N6": (9.02, 12.22), "N7": (4.92, 13.92), "N8": (0.42, 12.82),
}  # fmt: skip

# Faces by their corners, in either sense of rotation. "B" is the block of 41 residents.
FACES: dict[str, str] = {
    "01": "R1 R2 A B",
    "02": "B A RB2 RB1",
    "03": "E D B RB1 F W0",
    "04": "S1 S2 R2 R1",
    "05": "R0 R1 B D E",
    "06": "R2 C2 C1 R3 H1 P1 P2 RB3 RB2 A",
    "07": "RB2 RB3 K2 K3 K1",
    "08": "R2 R3 C1 C2",
    "09": "S2 S3 S4 R4 R3 R2",
    "10": "R3 R4 V1 RB4 RB3 P2 Q2 Q1 P1 H1",
    "11": "RB3 RB4 L2 L1 K2",
    "12": "RB4 RB5 O1 L3 L2",
    "13": "L1 L2 L3 O1 O2 O3 Q",
    "14": "R4 R5 RB5 RB4 V1",
    "15": "F RB1 RB2 K1 T1 U1",
    "16": "W0 F U1 U3",
    "17": "U1 T1 T2 U2",
    "18": "U3 U1 U2 U4 U5",
    "19": "U5 U4 U2 T2 Y1 Y2 Y0",
    "20": "K1 K3 T3 T2 T1",
    "21": "K3 K2 L1 T4 T3",
    "22": "T2 T3 T4 Z1 Y1",
    "23": "T4 L1 Q O3 Z2 Z1",
    "24": "Y1 Z1 Z3 Y3 Y2",
    "25": "Y0 Y2 Y3 N1 N0",
    "26": "Z1 Z2 O3 N5 N4 Z3",
    "27": "N0 N1 Y3 Z3 N4 N5 N6 N7 N8",
    "B": "P1 P2 Q2 Q1",
}

# Lines that run smoothly through several corners; numbers are waypoints.
SMOOTH: dict[str, list[str | tuple[float, float]]] = {
    "river": ["R0", (1.25, 1.62), (2.1, 1.42), "R1", (3.7, 1.98), (4.4, 1.78),
    "R2", (5.7, 1.80), (6.4, 1.74), "R3",
              (7.75, 2.20), (8.15, 2.66), "R4", (9.2, 2.72), (9.8, 3.18), "R5"],
    "canal": ["R2", (5.24, 2.24), "C2", (6.05, 2.46), "C1", (6.88, 2.34), "R3"],
    "rail": ["W0", (1.2, 4.20), "F", (2.85, 3.82), "RB1", (4.0, 3.60), "RB2", (5.6, 3.68),
    "RB3", (7.45, 4.16), "RB4",
             (9.3, 4.62), "RB5"],
    "motorway": ["U3", (1.2, 5.48), "U1", (3.2, 5.10), "T1"],
    "brook": ["T4", (6.30, 7.05), "Z1", (6.05, 8.5), "Z3"],
    "ring": ["L1", (7.45, 5.70), "L2", (8.62, 5.98), "L3", (9.9, 6.35), "O1"],
}  # fmt: skip

# Borders that follow streets around blocks, as right-angled steps of so many metres.
STEPS = {
    "R1 B": 70, "A RB2": 40, "B A": 60, "D B": 90, "RB1 B": 45, "E D": 110, "K1 RB2": 70, "K1 K3": 60,
    "K2 K3": 60, "K2 RB3": 60,
    "K3 T3": 80, "K2 L1": 80, "T2 T3": 90, "T1 T2": 80, "U1 U2": 90, "U1 F": 100, "K1 T1": 90, "T3 T4": 80,
    "L2 RB4": 90,
    "T2 Y1": 100, "T2 U2": 110, "V1 RB4": 80, "R4 V1": 70, "L1 T4": 70, "A R2": 60,
}  # fmt: skip

# Lines through fields and forest: how far they wander, as a share of their length.
WANDER_FIELD, WANDER_ROAD = 0.11, 0.03


@dataclass(frozen=True, eq=False)
class Town:
    """Polygons of the finest faces, and of the two vintages of quarters."""

    faces: dict[str, Polygon]
    smooth: dict[str, LineString]

    def quarters(self, vintage: str) -> list[tuple[str, str, str, Polygon]]:
        """List key, name, key of the Sozialraum and polygon in the town's own order."""
        rows = []
        for quarter in QUARTERS:
            if vintage == "2013-01-01" and quarter.key == "07":
                continue
            parts, key, name = [quarter.key], quarter.key, quarter.name
            if vintage == "2013-01-01" and quarter.key == "06":
                parts, key, name = ["06", "07", "B"], OLD_KEY, OLD_NAME
            if vintage == "2019-01-01" and quarter.key == "10":
                parts = ["10", "B"]
            polygon = (
                self.faces[parts[0]]
                if len(parts) == 1
                else shapely.coverage_union_all([self.faces[p] for p in parts])
            )
            polygon = polygon.geoms[0] if polygon.geom_type == "MultiPolygon" else polygon
            rows.append((key, name, quarter.room, shapely.orient_polygons(shapely.normalize(polygon))))
        return rows

    def rooms(self) -> dict[str, Polygon]:
        """Unite the quarters of 2019 to the six Sozialräume."""
        rows = self.quarters("2019-01-01")
        return {room: shapely.coverage_union_all([p for _, _, r, p in rows if r == room]) for room in ROOMS}


def build() -> Town:
    """Draw every border once and close the faces."""
    rng = np.random.default_rng(SEED)
    edges = _smooth_edges()
    outer = _outer_edges()
    for face in FACES.values():
        for pair in _pairs(face):
            if frozenset(pair) not in edges:
                first, second = sorted(pair)
                edges[frozenset(pair)] = (first, _border(first, second, frozenset(pair) in outer, rng))
    faces = {key: Polygon(_ring(face, edges)) for key, face in FACES.items()}
    smooth = {
        name: LineString(_metres(_spline([_at(stop) for stop in stops]))) for name, stops in SMOOTH.items()
    }
    return Town(faces, smooth)


def _at(stop: str | tuple[float, float]) -> tuple[float, float]:
    return CORNERS[stop] if isinstance(stop, str) else stop


def _pairs(face: str) -> list[tuple[str, str]]:
    names = face.split()
    return list(zip(names, names[1:] + names[:1], strict=True))


def _outer_edges() -> set[frozenset[str]]:
    seen: dict[frozenset[str], int] = {}
    for face in FACES.values():
        for pair in _pairs(face):
            seen[frozenset(pair)] = seen.get(frozenset(pair), 0) + 1
    assert max(seen.values()) == 2, "a border belongs to at most two faces"
    return {pair for pair, times in seen.items() if times == 1}


def _smooth_edges() -> dict[frozenset[str], tuple[str, np.ndarray]]:
    """Cut the smooth lines at their corners."""
    edges: dict[frozenset[str], tuple[str, np.ndarray]] = {}
    for stops in SMOOTH.values():
        line, marks = _spline([_at(stop) for stop in stops], marks=True)
        corners = [(stop, marks[i]) for i, stop in enumerate(stops) if isinstance(stop, str)]
        for (first, start), (second, end) in itertools.pairwise(corners):
            edges[frozenset((first, second))] = (first, line[start : end + 1])
    return edges


def _spline(points: list[tuple[float, float]], marks: bool = False):  # type: ignore[no-untyped-def]
    """Catmull-Rom through the points, six pieces a span."""
    p = np.array(points)
    p = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    out, at = [p[1]], [0]
    for i in range(1, len(p) - 2):
        for s in np.linspace(0, 1, 7)[1:]:
            a, b, c, d = p[i - 1], p[i], p[i + 1], p[i + 2]
            out.append(
                0.5
                * (2 * b + (c - a) * s + (2 * a - 5 * b + 4 * c - d) * s**2 + (3 * b - a - 3 * c + d) * s**3)
            )
        at.append(len(out) - 1)
    return (np.array(out), at) if marks else np.array(out)


def _border(first: str, second: str, outer: bool, rng: np.random.Generator) -> np.ndarray:
    a, b = np.array(CORNERS[first]), np.array(CORNERS[second])
    steps = STEPS.get(f"{first} {second}") or STEPS.get(f"{second} {first}")
    if steps:
        return _stepped(a, b, steps / 1000, rng)
    if outer or {first, second} & {"N1", "N4", "N5", "Y3", "Y0", "O3", "Z2"}:
        return _wandering(a, b, WANDER_FIELD, 4, rng)
    return _wandering(a, b, WANDER_ROAD, 3, rng)


def _wandering(
    a: np.ndarray, b: np.ndarray, share: float, depth: int, rng: np.random.Generator
) -> np.ndarray:
    """Displace midpoints; short pieces wander less, so lines never tie a knot."""
    points = [a, b]
    for level in range(depth):
        limit = 0.18 if level < 2 else 0.10
        nxt = [points[0]]
        for p, q in itertools.pairwise(points):
            across = np.array([-(q - p)[1], (q - p)[0]])
            middle = (
                p
                + (q - p) * rng.uniform(0.38, 0.62)
                + across * float(np.clip(rng.normal(0, share), -limit, limit))
            )
            nxt += [middle, q]
        points = nxt
    return np.array(points)


def _stepped(a: np.ndarray, b: np.ndarray, size: float, rng: np.random.Generator) -> np.ndarray:
    """Follow streets: pieces along the line, joined by pieces across it."""
    length = float(np.linalg.norm(b - a))
    along = (b - a) / length
    across = np.array([-along[1], along[0]])
    pieces = max(3, round(length / 0.26))
    at = np.cumsum(rng.uniform(0.6, 1.4, pieces))
    at = np.concatenate([[0], at / at[-1]]) * length
    offset, points = 0.0, [a]
    for i in range(pieces):
        target = (
            0.0
            if i in (0, pieces - 1)
            else float(rng.choice([-1, 0, 1])) * size * float(rng.uniform(0.6, 1.0))
        )
        if target != offset:
            points.append(a + along * at[i] + across * target)
        points.append(a + along * at[i + 1] + across * target)
        offset = target
    points[-1] = b
    return np.array(points)


def _metres(points: np.ndarray) -> np.ndarray:
    return np.round(np.asarray(points) * SCALE + np.array(ORIGIN), 1)


def _ring(face: str, edges: dict[frozenset[str], tuple[str, np.ndarray]]) -> np.ndarray:
    parts = []
    for first, second in _pairs(face):
        start, line = edges[frozenset((first, second))]
        parts.append(_metres(line if start == first else line[::-1])[:-1])
    return np.vstack(parts)


# --- backdrop -----------------------------------------------------------------------------------------------------

_FRAME = (-2.4, -0.6, 12.6, 14.9)


def backdrop(town: Town) -> list[tuple[str, str, shapely.Geometry]]:
    """List kind, name and geometry of water, woods, built ground, neighbouring towns and landmarks."""
    rows: list[tuple[str, str, shapely.Geometry]] = []
    river, canal = _river(town), town.smooth["canal"].buffer(26, cap_style="flat")
    basin = _blob((5.98, 2.86), 0.16, 0.055, -4)
    rows += [("water", "Ruhr", river), ("water", "Hafenkanal", canal), ("water", "Nordhafen", basin)]
    rows += [
        ("water", "Mühlenteich", _wild((7.55, 9.35), 0.20, 0.13, 11)),
        ("water", "Parkweiher", _wild((9.35, 3.75), 0.13, 0.09, 12)),
    ]
    rows.append(("water", "Siepenbach", LineString(_metres(_spline(_BROOK))).buffer(7)))
    rows += _woods()
    rows.append(
        (
            "built",
            "Bahnanlagen",
            LineString(_metres(_spline([_at(s) for s in SMOOTH["rail"]]))).buffer(14, cap_style="flat"),
        )
    )
    rows.append(("built", "Rangierbahnhof", _yard()))
    rows.append(("built", "Eisenhüttenwerk (stillgelegt)", _blob((7.85, 3.15), 0.42, 0.26, 24)))
    rows += _neighbours(town)
    rows += [("landmark", name, Point(*_metres(np.array([at]))[0])) for name, at in LANDMARKS]
    return [(kind, name, shapely.set_precision(shape, 0.1)) for kind, name, shape in rows]


LANDMARKS = [
    ("Rathaus am Altmarkt", (3.95, 2.45)),
    ("Hauptbahnhof", (3.98, 3.58)),
    ("Alte Brücke", (3.66, 1.94)),
    ("Hafenbrücke", (5.98, 1.76)),
    ("Wasserturm", (3.05, 5.82)),
    ("Hochschule", (1.62, 3.42)),
    ("Volkspark", (9.42, 3.98)),
    ("Kloster Marienberg", (1.35, 7.92)),
]
_BROOK = [
    (6.42, 10.62),
    (6.9, 9.9),
    (7.45, 9.4),
    (7.0, 8.75),
    (7.22, 8.28),
    (6.9, 7.6),
    (6.44, 6.9),
    (6.44, 6.34),
]


def _river(town: Town) -> Polygon:
    line = (
        [(-2.6, 1.05), (-1.4, 0.82), (-0.2, 1.16)]
        + [_at(s) for s in SMOOTH["river"]]
        + [(11.2, 3.28), (12.9, 3.86)]
    )
    return LineString(_metres(_spline(line))).buffer(42, cap_style="flat")


def _ellipse(centre: tuple[float, float], a: float, b: float, turn: float, wobble: np.ndarray) -> Polygon:
    angle = np.linspace(0, 2 * np.pi, len(wobble), endpoint=False)
    x, y = a * np.cos(angle) * wobble, b * np.sin(angle) * wobble
    t = np.radians(turn)
    points = np.c_[centre[0] + x * np.cos(t) - y * np.sin(t), centre[1] + x * np.sin(t) + y * np.cos(t)]
    return Polygon(_metres(points))


def _blob(centre: tuple[float, float], a: float, b: float, turn: float) -> Polygon:
    """Draw a turned rectangle."""
    corners = np.array([(-a, -b), (a, -b), (a, b), (-a, b)])
    t = np.radians(turn)
    return Polygon(
        _metres(corners @ np.array([[np.cos(t), np.sin(t)], [-np.sin(t), np.cos(t)]]) + np.array(centre))
    )


def _wild(centre: tuple[float, float], a: float, b: float, seed: int, corners: int = 40) -> Polygon:
    """Draw a rounded irregular patch."""
    rng = np.random.default_rng(SEED + seed)
    angle = np.linspace(0, 2 * np.pi, corners, endpoint=False)
    wobble = np.ones(corners)
    for k in range(2, 3 + corners // 8):  # larger patches have finer bays
        wobble += rng.normal(0, 0.32 / k) * np.cos(k * angle + rng.uniform(0, 6.28))
    return _ellipse(centre, a, b, 0, np.clip(wobble, 0.45, 1.6))


def _yard() -> Polygon:
    line = LineString(_metres(_spline([_at(s) for s in SMOOTH["rail"]])))
    part = shapely.ops.substring(line, line.length * 0.46, line.length * 0.60)
    return part.buffer(85, cap_style="flat", single_sided=True).buffer(0)


# Name: centre, half axes, number of the drawing, corners; the Stadtwald of three patches.
_WOODS = {
    "Stadtwald": (
        ((3.9, 12.25), 3.4, 1.05, 1, 140),
        ((7.0, 11.75), 1.6, 0.75, 2, 80),
        ((1.5, 11.95), 1.4, 0.85, 3, 80),
    ),
    "Heide": (((1.0, 10.2), 0.62, 0.42, 4, 40),),
    "Siepental": (((6.95, 7.35), 0.24, 0.42, 5, 40),),
    "Klosterwald": (((0.75, 8.2), 0.55, 0.34, 6, 40),),
    "Volkspark": (((9.35, 3.85), 0.46, 0.30, 7, 40),),
    "Ruhraue": (((7.4, 1.45), 0.75, 0.22, 8, 40),),
    "Stadtgarten": (((1.75, 2.15), 0.42, 0.26, 9, 40),),
    "Mühlenbruch": (((8.1, 9.9), 0.5, 0.45, 10, 40),),
    "Lindenhofer Busch": (((9.35, 7.2), 0.4, 0.25, 13, 40),),
}


def woods() -> shapely.Geometry:
    """Unite all woods and parks: nobody lives in them."""
    return unary_union([shape for _, _, shape in _woods()])


def _woods() -> list[tuple[str, str, shapely.Geometry]]:
    return [
        ("woods", name, unary_union([_wild(*patch) for patch in patches])) for name, patches in _WOODS.items()
    ]


def _neighbours(town: Town) -> list[tuple[str, str, shapely.Geometry]]:
    """Cut the ground around the town along five lines into neighbours."""
    rng = np.random.default_rng(SEED + 99)
    own = shapely.coverage_union_all(list(town.faces.values()))
    west, south, east, north = _FRAME
    frame = Polygon(_metres(np.array([(west, south), (east, south), (east, north), (west, north)])))
    cuts = [
        ((-2.6, 6.3), "U3"),
        ((2.4, -0.8), "S1"),
        ((9.9, -0.8), "S4"),
        ((12.8, 7.4), "O2"),
        ((8.9, 15.2), "N6"),
        ((-1.2, 15.1), "N8"),
    ]
    lines = [
        LineString(_metres(_wandering(np.array(a), np.array(CORNERS[c]), 0.05, 5, rng))) for a, c in cuts
    ]
    inner = [LineString(_metres(np.array([CORNERS[c], (5.0, 6.0)]))) for _, c in cuts]
    pieces = shapely.ops.split(frame, unary_union([own.boundary]))
    outside = unary_union([piece for piece in pieces.geoms if not piece.representative_point().within(own)])
    mesh = unary_union([outside.boundary, *lines, *inner])
    faces = [
        f for f in shapely.ops.polygonize(mesh) if f.representative_point().within(outside) and f.area > 1000
    ]
    names = [
        ("Altenrode", (-1.6, 9.0)),
        ("Werdenberg", (-1.4, 3.6)),
        ("Steinbeck", (6.5, 0.1)),
        ("Kupferstadt", (11.8, 4.4)),
        ("Hohenlinden", (10.9, 11.0)),
        ("Grünholt", (4.0, 14.4)),
    ]
    rows = []
    for name, at in names:
        spot = Point(*_metres(np.array([at]))[0])
        rows.append(("neighbour", name, unary_union([f for f in faces if f.contains(spot)])))
    return rows

"""Maps: classes that can be read off, nothing hidden shown, labels at home, the same bytes twice."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from lebenslagen.areas import Areas
from lebenslagen.disclosure import Cell, Column, IndexInfo, LevelFrame, Policy, Release
from lebenslagen.figures import Frame, Layer, choropleth, frame, locator, status_dynamics_map
from lebenslagen.figures.labels import Label
from lebenslagen.figures.svg import SMALL, text_width
from lebenslagen.texts import texts

T = texts("de")
LEVEL = "quartier"
SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = "<script>alert(1)</script>\"'&\x00"


def grid(names: list[str], side: float = 1000.0) -> dict[str, Areas]:
    """Quarters side by side in rows of three, and the town around them."""
    boxes = [
        shapely.box(i % 3 * side, i // 3 * side, (i % 3 + 1) * side, (i // 3 + 1) * side)
        for i in range(len(names))
    ]
    ids = tuple(f"{i + 1:02}" for i in range(len(names)))
    quarters = Areas(
        LEVEL, date(2019, 1, 1), ids, tuple(names), ("0",) * len(ids), np.array(boxes), "EPSG:25832"
    )
    town = Areas(
        "stadt",
        date(2019, 1, 1),
        ("0",),
        ("Stadt",),
        ("",),
        np.array([shapely.union_all(boxes)]),
        "EPSG:25832",
    )
    return {LEVEL: quarters, "stadt": town}


def released(
    *columns: Column, methods: dict[str, IndexInfo] | None = None, ids: tuple[str, ...] = ()
) -> Release:
    return Release(Policy(), "T", "Stadt", (LevelFrame(LEVEL, ids),), columns, methods or {})


def rates(values: list[str], key: str = "q") -> Column:
    """Text that is a number is a value, otherwise a mark."""

    def cell(value: str) -> Cell:
        return Cell(None, value) if value[0].isalpha() else Cell(Decimal(value))

    cells = {f"{i + 1:02}": cell(value) for i, value in enumerate(values)}
    return Column(
        key=key, role="rate", kind="rate", label="Quote", unit="%", decimals=1, cells={LEVEL: cells}
    )


@pytest.fixture(scope="module")
def six() -> Frame:
    return frame(grid(["Nord", "Süd", "West", "Ost", "Mitte", "Hafen"]), T, plurals={LEVEL: "Quartiere"})


def parsed(svg: str) -> ET.Element:
    return ET.fromstring(svg)


def test_classes_are_printed_values_with_counts_of_areas_and_people(six: Frame) -> None:
    people = Column(
        key="ew",
        role="count",
        kind="count",
        cells={LEVEL: {f"0{i}": Cell(Decimal(1000 * i)) for i in range(1, 7)}},
    )
    layer = Layer("Karte", "q", LEVEL, breaks=(Decimal(10), Decimal(20)), people="ew")
    figure = choropleth(
        released(rates(["9.9", "10.0", "19.9", "20.0", "50.0", "withheld"]), people), layer, six, T
    )
    assert figure.legend is not None
    rows = [(row.label, row.areas, row.people) for row in figure.legend.rows]
    assert rows == [
        ("unter 10", 1, "1.000"),
        ("10 bis unter 20", 2, "5.000"),
        ("20 und mehr", 2, "9.000"),
        ("nicht veröffentlicht", 1, "6.000"),
    ]
    assert all(row[0] in figure.svg for row in rows)


def test_a_sum_of_people_is_not_shown_where_one_of_them_is_hidden(six: Frame) -> None:
    people = Column(
        key="ew", role="count", kind="count",
        cells={LEVEL: {f"0{i}": Cell(None, "withheld") if i == 2 else Cell(Decimal(1000)) for i in range(1, 7)}},
    )  # fmt: skip
    layer = Layer("Karte", "q", LEVEL, breaks=(Decimal(10),), people="ew")
    figure = choropleth(released(rates(["1", "1", "20", "20", "20", "20"]), people), layer, six, T)
    assert figure.legend is not None
    assert [row.people for row in figure.legend.rows] == ["·", "4.000"]


def test_withheld_missing_and_excluded_are_three_patterns_and_zero_is_a_value(six: Frame) -> None:
    figure = choropleth(
        released(rates(["0", "withheld", "missing", "excluded", "undefined", "5"])),
        Layer("K", "q", LEVEL),
        six,
        T,
    )
    for mark in ("withheld", "missing", "excluded", "undefined"):
        assert f'fill="url(#map-{mark})"' in figure.svg
    assert [row[1] for row in figure.rows] == ["0,0", "·", "…", "–", "x", "5,0"]
    assert figure.rows[1][2] == "nicht veröffentlicht"


def test_everything_withheld_says_so_and_shows_no_class(six: Frame) -> None:
    figure = choropleth(released(rates(["withheld"] * 6)), Layer("K", "q", LEVEL), six, T)
    assert figure.sentence == "Für diese Karte ist kein Wert veröffentlicht."
    assert figure.legend is not None and [row.pattern for row in figure.legend.rows] == ["withheld"]


def test_one_class_only_is_no_scale(six: Frame) -> None:
    figure = choropleth(released(rates(["10.0"] * 6)), Layer("K", "q", LEVEL), six, T)
    assert figure.legend is not None
    assert [(row.label, row.areas) for row in figure.legend.rows] == [("überall 10,0", 6)]
    assert "10,0\u00a0%" in figure.sentence


def test_the_sentence_is_drawn_from_the_data(six: Frame) -> None:
    first = choropleth(
        released(rates(["5", "6", "7", "8", "9", "10"])), Layer("K", "q", LEVEL), six, T
    ).sentence
    second = choropleth(
        released(rates(["5", "6", "7", "8", "9", "11"])), Layer("K", "q", LEVEL), six, T
    ).sentence
    assert "10,0\u00a0% (Hafen)" in first and "11,0\u00a0% (Hafen)" in second


def test_unsure_classes_are_drawn_and_said(six: Frame) -> None:
    chance = rates(["95", "79", "80", "40", "100", "missing"], "p")
    figure = choropleth(
        released(rates(["1", "1", "1", "20", "20", "20"]), chance),
        Layer("K", "q", LEVEL, breaks=(Decimal(10),), probability="p"), six, T,
    )  # fmt: skip
    assert figure.svg.count("url(#map-unsure0)") >= 1 and figure.svg.count("url(#map-unsure1)") >= 1
    assert figure.legend is not None and figure.legend.rows[-1].areas == 2
    assert [row[2].endswith("(unsicher)") for row in figure.rows] == [False, True, False, True, False, False]


INDEX = IndexInfo(
    key="i", label="Sozialindex", cuts=(-1.0, 1.0, 1.5), upper_closed=(False, True, True),
    class_keys=("1", "2", "3", "4"), class_labels=("hoch", "mittel", "niedrig", "sehr niedrig"),
    dynamics_cuts=(-1.0, 1.0), dynamics_upper_closed=(False, True), dynamics_class_keys=("+", "+/-", "-"),
    dynamics_class_labels=("günstig", "stabil", "ungünstig"),
)  # fmt: skip


def index_column(role: str, values: list[str]) -> Column:
    cells = {f"{i + 1:02}": Cell(v) if v else Cell(None, "excluded") for i, v in enumerate(values)}
    return Column(
        key=role, role=role, kind="class", index="i", label="Status und Dynamik", cells={LEVEL: cells}
    )


def test_status_and_dynamics_share_a_legend_of_twelve_cells_with_counts(six: Frame) -> None:
    column = index_column("combined_class", ["1+", "2+/-", "2+/-", "4-", "", "3+"])
    figure = status_dynamics_map(
        released(column, methods={"i": INDEX}), Layer("K", "combined_class", LEVEL), six, T
    )
    assert figure.legend is not None and figure.legend.grid is not None
    counts = [row.areas for row in figure.legend.rows]
    assert counts == [1, 0, 0, 0, 2, 0, 1, 0, 0, 0, 0, 1, 1]
    assert len({row.fill for row in figure.legend.rows[:12]}) == 12
    assert ["sehr niedrig" in figure.svg, "ungünstig" in figure.svg] == [True, True]


def test_long_heads_of_the_legend_do_not_cover_each_other(six: Frame) -> None:
    column = index_column("combined_class", ["1+", "2+/-", "2+/-", "4-", "", "3+"])
    labels = ("günstiger als der Durchschnitt", "wie der Durchschnitt", "ungünstiger als der Durchschnitt")
    info = replace(INDEX, dynamics_class_labels=labels)
    layer = Layer("K", "combined_class", LEVEL)
    root = parsed(status_dynamics_map(released(column, methods={"i": info}), layer, six, T).svg)
    heads = [t for t in root.iter(f"{SVG}text") if t.text and "Durchschnitt" in t.text]
    places = [(float(t.get("x", 0)), text_width(t.text or "", SMALL)) for t in heads]
    assert len(places) == 3
    assert all(
        left + wide / 2 <= right - also / 2 for (left, wide), (right, also) in pairwise(sorted(places))
    )


def test_a_number_of_the_key_is_no_value_and_stands_only_where_there_is_a_key() -> None:
    names = ["Nord", "Hochschulviertel am Rathausplatz", "West"]
    places = frame(grid(names, side=60.0), T, plurals={LEVEL: "Quartiere"})
    label = Label(50.0, 50.0, ("2",), SMALL, True, True)
    shapes = replace(places.levels[LEVEL], labels=(None, label, label))
    tight = replace(places, levels={**places.levels, LEVEL: shapes})
    keyed = choropleth(released(rates(["1", "2", "3"])), Layer("K", "q", LEVEL), tight, T)
    plain = choropleth(released(rates(["1", "2", "3"])), Layer("K", "q", LEVEL, numbers=False), tight, T)
    assert [keyed.svg.count("f-plate"), plain.svg.count("f-plate")] == [2, 0]
    drawn = [figure.svg.partition("f-labels")[2].partition("</g>")[0] for figure in (keyed, plain)]
    assert [">2</text>" in labels for labels in drawn] == [True, False]


def test_printed_limits_follow_the_orientation_of_the_town(six: Frame) -> None:
    column = index_column("class", ["1", "2", "3", "4", "2", ""])
    burden = choropleth(
        released(column, methods={"i": INDEX}), Layer("K", "class", LEVEL, style="class"), six, T
    )
    turned = SimpleNamespace(
        **{**{f: getattr(INDEX, f) for f in INDEX.__dataclass_fields__}, "orientation": "favourable"}
    )
    favourable = choropleth(
        released(column, methods={"i": turned}), Layer("K", "class", LEVEL, style="class"), six, T
    )  # type: ignore[dict-item]
    assert burden.legend is not None and favourable.legend is not None
    assert [row.label for row in burden.legend.rows[:4]] == [
        "hoch (1): unter −1,0", "mittel (2): −1,0 bis 1,0", "niedrig (3): über 1,0 bis 1,5",
        "sehr niedrig (4): über 1,5",
    ]  # fmt: skip
    assert favourable.legend.rows[3].label == "sehr niedrig (4): unter −1,5"


def test_changes_have_a_true_middle(six: Frame) -> None:
    figure = choropleth(
        released(rates(["-4", "-1", "0", "1", "2", "6"])), Layer("K", "q", LEVEL, style="two-sided"), six, T
    )
    assert figure.legend is not None
    middle = figure.legend.rows[2]
    assert (middle.fill, middle.areas) == ("#f7f7f7", 3)
    labels = [row.label for row in figure.legend.rows]
    assert labels[:2] == ["unter −3,0", "−3,0 bis unter −1,5"]
    assert labels[2:] == ["−1,5 bis 1,5", "über 1,5 bis 3,0", "über 3,0"]


def test_hostile_names_stay_text() -> None:
    hostile = frame(grid([HOSTILE, "]]>", "&amp;", "ok", "ok2", "ok3"]), T, plurals={LEVEL: HOSTILE})
    column = rates(["1", "2", "3", "4", "5", "6"])
    layer = Layer(HOSTILE, "q", LEVEL, note=HOSTILE, link={"01": f"javascript:{HOSTILE}"}, uid=HOSTILE)
    root = parsed(choropleth(released(column), layer, hostile, T).svg)
    assert not [element for element in root.iter() if element.tag.endswith("script")]
    assert "<script" not in choropleth(released(column), layer, hostile, T).svg
    assert parsed(locator(hostile, LEVEL, "01", T, uid=HOSTILE).svg) is not None


def test_a_figure_is_one_named_picture_without_anything_from_elsewhere(six: Frame) -> None:
    svg = choropleth(
        released(rates(["1", "2", "3", "4", "5", "6"])), Layer("Titel", "q", LEVEL, uid="a"), six, T
    ).svg
    root = parsed(svg)
    assert root.get("role") == "img" and [child.tag.split("}")[1] for child in root][:2] == ["title", "desc"]
    assert not re.search(
        r"https?://(?!www\.w3\.org/2000/svg)|<script|<style|<image|<foreignObject|\son\w+=", svg
    )
    assert min(float(size) for size in re.findall(r'font-size="([\d.]+)"', svg)) >= 10.6  # 7.5 pt at 170 mm


def test_two_figures_fit_in_one_page(six: Frame) -> None:
    release = released(rates(["1", "2", "3", "4", "5", "withheld"]))
    pages = [choropleth(release, Layer("T", "q", LEVEL, uid=uid), six, T).svg for uid in ("a", "b")]
    ids = [set(re.findall(r'\bid="([^"]+)"', svg)) for svg in pages]
    assert ids[0] and not ids[0] & ids[1]
    for svg, own in zip(pages, ids, strict=True):
        assert set(re.findall(r"url\(#([^)]+)\)", svg)) <= own


def test_linked_areas_are_named_by_quarter_and_value_in_the_order_of_the_town(six: Frame) -> None:
    layer = Layer("T", "q", LEVEL, link={f"0{i}": f"q/0{i}.html" for i in range(1, 7)})
    root = parsed(choropleth(released(rates(["1", "2", "3", "4", "5", "withheld"])), layer, six, T).svg)
    links = [element for element in root.iter() if element.tag.endswith("}a")]
    assert [link.get("aria-label") for link in links][::5] == [
        "Nord: 1,0\u00a0%",
        "Hafen: nicht veröffentlicht",
    ]
    assert [link.get("data-area") for link in links] == [f"0{i}" for i in range(1, 7)]
    assert root.get("role") == "group"


def test_the_same_map_has_the_same_bytes() -> None:
    def build() -> str:
        shapes = frame(grid(["Nord", "Süd", "West", "Ost", "Mitte", "Hafen"]), T)
        return choropleth(
            released(rates(["1", "2", "3", "4", "5", "6"])), Layer("T", "q", LEVEL), shapes, T
        ).svg

    assert build() == build()


def test_values_a_map_does_not_know_are_missing_not_zero(six: Frame) -> None:
    figure = choropleth(released(rates(["1", "2"])), Layer("T", "q", LEVEL), six, T)
    assert [row[1] for row in figure.rows] == ["1,0", "2,0", "…", "…", "…", "…"]


# --- the real shape of a town ----------------------------------------------------------------------------------

STARTER = Path(__file__).parents[2] / "src" / "lebenslagen" / "starter" / "musterstadt" / "areas"


@pytest.fixture(scope="module")
def town() -> tuple[Frame, dict[str, Areas]]:
    import pyogrio

    _, _, shapes, columns = pyogrio.raw.read(STARTER / "sozialquartiere-2019.gpkg")
    ids, names, parents = (tuple(map(str, column)) for column in columns)
    quarters = Areas(LEVEL, date(2019, 1, 1), ids, names, parents, shapely.from_wkb(shapes), "EPSG:25832")
    levels = {LEVEL: quarters}
    return frame(levels, T), levels


def test_names_stay_inside_their_own_quarter(town: tuple[Frame, dict[str, Areas]]) -> None:
    shapes = town[0].levels[LEVEL]
    polygons = [polygon_of(path) for path in shapes.paths]
    named = 0
    for label, polygon in zip(shapes.labels, polygons, strict=True):
        if label is None:
            continue
        named += not label.number
        assert polygon.buffer(0.2).contains(shapely.box(*label.box)), label
    assert named >= 15


def test_neighbours_still_touch_after_simplification(town: tuple[Frame, dict[str, Areas]]) -> None:
    polygons = [polygon_of(path) for path in town[0].levels[LEVEL].paths]
    total = shapely.union_all(polygons)
    assert total.geom_type == "Polygon"
    holes = sum(shapely.Polygon(ring).area for ring in total.interiors)  # rounding to tenths of a unit
    assert holes < 1.0 and sum(p.area for p in polygons) == pytest.approx(total.area, abs=2.0)


def polygon_of(path: str) -> shapely.Polygon:
    """The first ring of a path, read as the browser reads it."""
    start, steps = re.match(r"M(\S+ \S+?)l([^z]+)z", path).groups()  # type: ignore[union-attr]
    points = [tuple(map(float, start.split()))]
    numbers = [float(n) for n in re.findall(r"-?[\d.]+(?:e-?\d+)?", steps)]
    for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
        points.append((points[-1][0] + dx, points[-1][1] + dy))
    return shapely.Polygon(points)


@pytest.mark.reference_data
def test_five_hundred_quarters_stay_near_a_hundred_kilobytes(reference_data: Path) -> None:
    import pyogrio

    source = reference_data / "berlin" / "geometry" / "lor_post2021_PLR" / "lor_planungsraeume_2021.shp"
    meta, _, shapes, columns = pyogrio.raw.read(source)
    ids = tuple(map(str, dict(zip(meta["fields"], columns, strict=True))["PLR_ID"]))
    level = SimpleNamespace(
        ids=ids, names=ids, parents=tuple(i[:2] for i in ids), geometry=shapely.from_wkb(shapes)
    )
    whole = frame({LEVEL: level}, T)  # type: ignore[dict-item]
    cells = {i: Cell(Decimal(n % 50)) for n, i in enumerate(ids)}
    column = Column(
        key="q", role="rate", kind="rate", label="Quote", unit="%", decimals=1, cells={LEVEL: cells}
    )
    figure = choropleth(released(column), Layer("T", "q", LEVEL), whole, T)
    assert len(figure.rows) == 542 and len(figure.svg.encode()) < 120_000

"""What leaves the house as a file: complete, the same bytes each time, readable again, nothing hidden in any part."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import struct
import zipfile
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import openpyxl
import pytest
import shapely

from lebenslagen.areas import Areas, dissolve
from lebenslagen.disclosure import Draft, DraftColumn, LevelFrame, Policy, Release, printed_rules, protect
from lebenslagen.indicators import Catalogue, Source
from lebenslagen.project import read
from lebenslagen.project.export import csv_files, defused, files, geojson, geopackage, tables, workbook
from lebenslagen.project.export.office import _sheet_names
from lebenslagen.project.read.layout import Column, Header, Key, Layout, PeriodRule, Table
from lebenslagen.texts import texts
from tests.spec.tables import areas

DAY = date(2025, 6, 30)
NAMES = ("=1+1", "@Nord", "\N{FULLWIDTH EQUALS SIGN}Süd", "+7", 'Ost; "West"', "-Mitte")
IDS = ("01", "02", "03", "04", "05", "06")
ROOMS = ("I", "I", "I", "II", "II", "II")
CHILDREN = {"01": 2, "02": 48611, "03": 60211, "04": 0, "06": 77}  # 05 missing; 01 is few, 02 would tell it
PEOPLE = {"01": 4000, "02": 90217, "03": 97000, "04": 3000, "05": 2500, "06": 6500}
SECRET = (48611, Decimal(48611) * 100 / 90217)
AGENCY = Source(
    "ba",
    "Bundesagentur",
    "Kinder im SGB II",
    date(2024, 12, 31),
    licence="dl-de/by-2-0",
    url="https://example.org",
)


def town() -> dict[str, Areas]:
    boxes = {
        key: shapely.box(364_000 + 100 * n, 5_700_000, 364_100 + 100 * n, 5_700_100, ccw=False)
        for n, key in enumerate(IDS)
    }
    drawn = areas(boxes, parents=dict(zip(IDS, ROOMS, strict=True)))
    quarters = Areas("quartier", drawn.vintage, IDS, NAMES, ROOMS, drawn.geometry, drawn.crs)
    rooms = dissolve(quarters, "raum", {"I": "West", "II": "Ost"}, {"I": "05", "II": "05"})
    return {"quartier": quarters, "raum": rooms, "stadt": dissolve(rooms, "stadt", {"05": "Musterstadt"})}


def draft() -> Draft:
    frames = (
        LevelFrame("quartier", IDS, ROOMS, label="Quartiere", names=NAMES),
        LevelFrame("raum", ("I", "II"), ("05", "05"), label="Sozialräume", names=("West", "Ost")),
        LevelFrame("stadt", ("05",), ("",), label="Stadt", names=("Musterstadt",)),
    )
    base = {"period": "2024", "sources": ("ba",)}
    rate = {a: Decimal(n) * 100 / PEOPLE[a] for a, n in CHILDREN.items()}
    return Draft(
        "Sozialbericht 2024",
        "Musterstadt",
        frames,
        (
            DraftColumn(
                key="kinder@2024", role="numerator", kind="count", label="Kinder im SGB II",
                variable="kinder", unit="Personen",
                values={"quartier": CHILDREN, "raum": {"I": 108824}},
                status={"quartier": {"06": "E", "05": "O"}, "raum": {"II": "O"}}, **base,
            ),
            DraftColumn(
                key="ew@2024", role="denominator", kind="count", label="Einwohnerinnen und Einwohner", variable="ew",
                values={"quartier": PEOPLE, "raum": {"I": 191217, "II": 12000}, "stadt": {"05": 203217}}, **base,
            ),
            DraftColumn(
                key="ew@2020", role="denominator", kind="count", label="Einwohnerinnen und Einwohner", variable="ew",
                period="2020", values={"quartier": {area: n - 100 for area, n in PEOPLE.items()}},
            ),
            DraftColumn(
                key="KI.rate@2024", role="rate", kind="rate", label="Kinderarmut", unit="%", indicator="KI",
                numerator="kinder@2024", denominator="ew@2024",
                values={"quartier": rate}, status={"quartier": {"04": "undefined", "03": "excluded"}}, **base,
            ),
            DraftColumn(
                key="flaeche@2024", period="2024", role="amount", kind="amount", label="Fläche", unit="ha",
                persons=False, decimals=2,
                values={"quartier": dict.fromkeys(IDS, Decimal("-1.5"))},
            ),
            DraftColumn(
                key="klasse@2024", period="2024", role="focus", kind="amount", label="Stufe",
                persons=False,
                values={"quartier": {"01": "3+/-", "02": "+", "03": "-", "04": "+/-", "05": "=2+3", "06": "4"}},
            ),
        ),
    )  # fmt: skip


@pytest.fixture(scope="module")
def release() -> Release:
    made = protect(draft(), Policy("public", threshold=5, width=4, complements=False))
    assert made.cell("kinder@2024", "quartier", "01").mark == "withheld"
    assert made.cell("kinder@2024", "quartier", "02").mark == "withheld", "the partner that would tell it"
    return made.signed("A. Planung", "B. Statistik", "2025-06-30")


CATALOGUE = Catalogue(sources=(AGENCY,))


def rows(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";"))


# --- every format ---------------------------------------------------------------------------------------------


def test_all_formats_are_written(release: Release) -> None:
    assert sorted(files(release, town(), CATALOGUE, DAY)) == [
        "csv/quartier.csv",
        "csv/quartier.csv-metadata.json",
        "csv/raum.csv",
        "csv/raum.csv-metadata.json",
        "csv/stadt.csv",
        "csv/stadt.csv-metadata.json",
        "geojson/quartier.geojson",
        "geojson/raum.geojson",
        "geojson/stadt.geojson",
        "tabellen.gpkg",
        "tabellen.xlsx",
    ]


def test_same_release_same_bytes(release: Release) -> None:
    assert files(release, town(), CATALOGUE, DAY) == files(release, town(), CATALOGUE, DAY)


def test_csv_is_what_german_office_software_opens(release: Release) -> None:
    content = csv_files(release, CATALOGUE)["quartier.csv"]
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.endswith(b"\r\n")
    head, *lines = rows(content)
    first, last, before = lines[0], lines[5], lines[6]
    assert head == [
        "Schlüssel",
        "Gebiet",
        "Zeitraum",
        "Kinder im SGB II (Personen)",
        "Kinder im SGB II (Personen), Wertstatus",
        "Einwohnerinnen und Einwohner",
        "Kinderarmut (%)",
        "Fläche (ha)",
        "Stufe",
    ]
    assert first == ["01", "'=1+1", "2024", "·", "", "4000", "·", "-1,50", "3+/-"]
    assert last == ["06", "'-Mitte", "2024", "77", "geschätzt", "6500", "1,2", "-1,50", "4"]
    assert before == ["01", "'=1+1", "2020", "", "", "3900", "", "", ""]
    assert len(lines) == 12


def test_what_is_not_there_says_why_in_every_format(release: Release) -> None:
    """Zero, missing, withheld, not defined and left out are five things, in the cell or beside it."""
    column = [row[3:7:3] for row in rows(csv_files(release, CATALOGUE)["quartier.csv"])[1:7]]
    assert column == [["·", "·"], ["·", "·"], ["60211", "–"], ["0", "x"], ["…", "…"], ["77", "1,2"]]
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(release, CATALOGUE, DAY)))["Quartiere"]
    assert [cell.value for cell in sheet["D"][1:7]] == ["·", "·", 60211, 0, "…", 77]
    assert [cell.value for cell in sheet["G"][1:7]] == ["·", "·", "–", "x", "…", 1.2]
    seen = [f["properties"] for f in json.loads(geojson(release, town())["quartier.geojson"])["features"]]
    said = [(p["kinder"], p.get("kinder.status")) for p in seen]
    assert said == [
        (None, "geheim gehalten"),
        (None, "geheim gehalten"),
        (60211, None),
        (0, None),
        (None, "fehlt"),
        (77, "geschätzt"),
    ]
    assert [p.get("KI.rate.status") for p in seen[2:4]] == [
        "nicht in den Vergleich einbezogen",
        "nicht definiert",
    ]
    assert (
        query(
            geopackage(release, town(), CATALOGUE, DAY),
            'SELECT "kinder", "kinder.status" FROM quartier',
        )
        == said
    )


def query(content: bytes, sql: str) -> list[tuple[object, ...]]:
    database = sqlite3.connect(":memory:")
    database.deserialize(content)
    try:
        return database.execute(sql).fetchall()
    finally:
        database.close()


# --- nothing hidden -------------------------------------------------------------------------------------------


def parts(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Every part of an artefact: the file itself, each member of an archive, each cell of a database."""
    yield name, content
    if name.endswith(".xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for info in archive.infolist():
                yield f"{name}!{info.filename}", archive.read(info)
    if name.endswith(".gpkg"):
        for (table,) in query(content, "SELECT name FROM sqlite_master WHERE type = 'table'"):
            for row in query(content, f'SELECT * FROM "{table}"'):
                yield f"{name}!{table}", repr(row).encode()


def traces(value: int | Decimal) -> list[bytes]:
    """A value as text in its likely forms, and as numbers a database writes."""
    texts = {f"{value:.2f}", f"{value:.1f}", f"{value:,.1f}", f"{float(value)!r}"}
    if value == int(value):
        texts |= {str(value), f"{value:,}", f"{value:,}".replace(",", ".")}
    texts |= {text.replace(".", ",") for text in texts}
    numbers = [struct.pack(">d", float(value)), struct.pack("<d", float(value))]
    if value == int(value):
        numbers += [struct.pack(">i", int(value)), struct.pack(">I", int(value))[1:]]
    return [text.encode() for text in texts] + numbers


def test_no_part_of_any_artefact_tells_what_is_hidden(release: Release) -> None:
    """The small count's partner is 48611, its rate 53.9 %: neither stands in any part of any file, in any form."""
    found = [
        (where, value)
        for name, content in files(release, town(), CATALOGUE, DAY).items()
        for where, part in parts(name, content)
        for value in SECRET
        for trace in traces(value)
        if trace in part
    ]
    assert found == []


def test_the_search_would_find_it(release: Release) -> None:
    """A shown value is found in every file by the same search: what finds nothing has looked."""
    for name, content in files(release, town(), CATALOGUE, DAY).items():
        if name in ("csv/quartier.csv", "geojson/quartier.geojson", "tabellen.xlsx", "tabellen.gpkg"):
            assert any(trace in part for _, part in parts(name, content) for trace in traces(90217)), name


def test_workbooks_have_no_hidden_parts(release: Release) -> None:
    """No hidden sheet, comment, link, macro, defined name, and no property that names a machine or a person."""
    with zipfile.ZipFile(io.BytesIO(workbook(release, CATALOGUE, DAY))) as archive:
        names = archive.namelist()
        core = archive.read("docProps/core.xml").decode()
    assert not [
        n
        for n in names
        if any(word in n for word in ("comment", "vba", "external", "drawing", "custom", "pivot"))
    ]
    assert "<dc:creator>Musterstadt</dc:creator>" in core
    assert core.count("2025-06-30T00:00:00Z") == 2
    book = openpyxl.load_workbook(io.BytesIO(workbook(release, CATALOGUE, DAY)))
    assert [sheet.sheet_state for sheet in book] == ["visible"] * 4
    assert not book.defined_names


# --- text stays text ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", list("=+-@\t\r\0\uff1d\uff0b\uff0d\uff20"))
def test_what_a_spreadsheet_takes_for_a_formula_is_defused(first: str) -> None:
    assert defused(f"{first}cmd|' /C calc'!A0") == f"'{first}cmd|' /C calc'!A0"


@pytest.mark.parametrize("harmless", ["Nord", "3+/-", "+", "-", "+/-", "–", "", " =1"])
def test_other_text_stays_as_it_is(harmless: str) -> None:
    assert defused(harmless) == harmless


def test_no_text_is_a_formula_in_the_workbook(release: Release) -> None:
    """Each text is typed as text, and stays text when somebody edits the cell."""
    with zipfile.ZipFile(io.BytesIO(workbook(release, CATALOGUE, DAY))) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
        styles = archive.read("xl/styles.xml").decode()
    assert not [sheet for sheet in sheets if "<f>" in sheet or "<f " in sheet or "hyperlink" in sheet]
    assert 'quotePrefix="1"' in styles
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(release, CATALOGUE, DAY)))["Quartiere"]
    assert [cell.value for cell in sheet["B"][1:7]] == list(NAMES)
    assert {cell.data_type for cell in sheet["B"][1:]} == {"s"}
    assert [cell.value for cell in sheet["I"][1:7]] == ["3+/-", "+", "-", "+/-", "=2+3", "4"]


# --- metadata -------------------------------------------------------------------------------------------------


def test_a_csv_is_described_beside_it(release: Release) -> None:
    found = json.loads(csv_files(release, CATALOGUE)["quartier.csv-metadata.json"])
    assert found["url"] == "quartier.csv"
    assert found["dc:publisher"] == "Musterstadt"
    assert found["dialect"]["delimiter"] == ";"
    assert found["dc:source"] == [
        {
            "producer": "Bundesagentur",
            "title": "Kinder im SGB II",
            "licence": "dl-de/by-2-0",
            "url": "https://example.org",
            "as_of": "2024-12-31",
        }
    ]
    head = rows(csv_files(release, CATALOGUE)["quartier.csv"])[0]
    columns = found["tableSchema"]["columns"]
    assert [column["titles"][0] for column in columns] == head
    rate = next(column for column in columns if column["name"] == "KI.rate")
    assert rate["datatype"] == {"base": "decimal", "format": {"decimalChar": ","}}
    assert rate["null"] == ["", "·", "…", "x", "–"]
    assert {note["sign"] for note in found["notes"]} == {"·", "…", "x", "–"}


def test_figures_of_an_index_say_what_they_are() -> None:
    """Score, class and contributions have the same label: their heads tell them apart, and no head stands twice."""
    frame = LevelFrame("quartier", ("01",))

    def column(key: str, role: str, **more: object) -> DraftColumn:
        return DraftColumn(
            key=f"{key}@2024", role=role, kind="amount", period="2024", persons=False, values={"quartier": {"01": 1}},
            **{"label": "Sozialindex", **more},
        )  # fmt: skip

    columns = (
        column("score", "score"),
        column("class", "class"),
        column("contribution.KI", "contribution", indicator="KI"),
        column("KI.rate", "rate", indicator="KI", label="Kinderarmut", unit="%"),
        column("alter_M_15_24", "age", label="alter_M_15_24", variable="alter_M_15_24"),
        column("a", "amount"),
        column("b", "amount"),
    )
    made = protect(Draft("T", "M", (frame,), columns), Policy("public"))
    assert [field.title for field in tables(made)[0].fields[3:-1]] == [
        "Sozialindex, Indexwert",
        "Sozialindex, Stufe",
        "Sozialindex, Beitrag von „Kinderarmut“",
        "Kinderarmut (%)",
        "Alter 15 bis 24 Jahre, Geschlecht M",
        "Sozialindex [a]",
        "Sozialindex [b]",
    ]


def test_the_printed_rules_stand_in_the_guide(release: Release) -> None:
    """Whoever opens the workbook reads in German what was hidden and why."""
    sheet = openpyxl.load_workbook(io.BytesIO(workbook(release, CATALOGUE, DAY)))["Lesehilfe"]
    said = [cell.value for cell in sheet["A"] if cell.value]
    assert said[0] == "Sozialbericht 2024"
    assert "Zeichen" in said
    assert len(printed_rules(release, texts())) == len(release.rules) >= 3
    assert set(printed_rules(release, texts())) <= set(said)


def test_what_is_not_for_the_public_says_so_in_name_and_content() -> None:
    inside = protect(draft(), Policy("internal", threshold=0, width=0, min_residents=0))
    found = csv_files(inside, CATALOGUE)
    name = "INTERN-ENTWURF-quartier.csv"
    assert name in found
    assert {row[-1] for row in rows(found[name])} == {"Vermerk", "INTERN ENTWURF"}
    assert [row[3] for row in rows(found[name])][1:3] == ["2", "48611"]
    assert set(files(inside, town(), CATALOGUE, DAY)) >= {
        "INTERN-ENTWURF-tabellen.xlsx",
        "INTERN-ENTWURF-tabellen.gpkg",
    }


def test_every_sheet_name_is_one_excel_accepts() -> None:
    found = _sheet_names(["Gebiete [alt]/neu: 'x' und noch viel mehr Text", "A", "A", ""])
    assert found == ["Gebiete _alt__neu_ _x_ und n", "A", "A 3", "Tabelle"]


# --- boundaries -----------------------------------------------------------------------------------------------


def test_maps_show_the_newest_figures(release: Release) -> None:
    """A polygon once, with the figures of the newest period; earlier ones stand in the tables."""
    features = json.loads(geojson(release, town())["quartier.geojson"])["features"]
    assert [feature["properties"]["zeitraum"] for feature in features] == ["2024"] * 6
    assert features[0]["properties"]["ew"] == 4000
    assert query(geopackage(release, town(), CATALOGUE, DAY), "SELECT count(*), min(ew) FROM quartier") == [
        (6, 2500)
    ]


def test_geojson_is_in_degrees_with_rings_as_the_standard_wants(release: Release) -> None:
    found = json.loads(geojson(release, town(), CATALOGUE)["quartier.geojson"])
    ring = shapely.geometry.shape(found["features"][0]["geometry"]).exterior
    assert ring.is_ccw
    x, y = ring.coords[0]
    assert 6 < x < 8
    assert 51 < y < 52
    assert found["sources"][0]["producer"] == "Bundesagentur"
    assert found["columns"]["KI.rate"] == {
        "title": "Kinderarmut (%)",
        "unit": "%",
        "period": "2024",
    }
    assert [feature["properties"]["name"] for feature in found["features"]] == list(NAMES)


def test_other_boundaries_are_not_mixed() -> None:
    """Figures of one date never lie on the polygons of another."""
    frame = LevelFrame("raum", ("x",), vintage="2019-01-01")
    column = DraftColumn(
        key="ew", role="count", kind="count", vintage="2019-01-01", values={"raum": {"x": 9000}}
    )
    dated = protect(Draft("T", "M", (frame,), (column,)), Policy("public"))
    box = {"x": shapely.box(364_000, 5_700_000, 364_100, 5_700_100)}
    assert geojson(dated, {"raum": areas(box, level="raum", year=2024)}) == {}
    assert geojson(dated, {}) == {}
    assert list(geojson(dated, {"raum": areas(box, level="raum", year=2019)})) == ["ENTWURF-raum.geojson"]


def test_tables_name_their_boundaries_where_there_are_several(release: Release) -> None:
    both = Draft(
        "T",
        "M",
        (
            LevelFrame("stadt", ("05",), vintage="2013-01-01"),
            LevelFrame("stadt", ("05",), vintage="2019-01-01"),
        ),
        tuple(
            DraftColumn(
                key=f"ew@{year}",
                role="count",
                kind="count",
                vintage=f"{year}-01-01",
                values={"stadt": {"05": 9000}},
            )
            for year in (2013, 2019)
        ),
    )
    made = protect(both, Policy("public")).signed("A", "B", "2025-06-30")
    assert [table.name for table in tables(made)] == ["stadt-2013-01-01", "stadt-2019-01-01"]
    assert [[field.key for field in table.fields] for table in tables(made)] == [
        ["gebiet", "name", "zeitraum", "ew@2013"],
        ["gebiet", "name", "zeitraum", "ew@2019"],
    ]


# --- there and back -------------------------------------------------------------------------------------------

SIGNS = {"·": "withheld", "…": "missing", "x": "undefined", "–": "missing"}


def layout(sheet: str = "") -> Layout:
    columns = (
        Column("Kinder im SGB II (Personen)", variable="kinder"),
        Column("Einwohnerinnen und Einwohner", variable="ew"),
        Column("Kinderarmut (%)", variable="KI", unit="percent"),
        Column("Fläche (ha)", variable="flaeche", unit="amount"),
        Column("Stufe", variable="stufe", unit="text"),
    )
    key = Key("Schlüssel", name_column="Gebiet")
    period = PeriodRule("column", column="Zeitraum", several=True)
    return Layout((Table(columns, "quartier", key, Header(row=1), sheet=sheet, signs=SIGNS, period=period),))


@pytest.mark.parametrize(("name", "sheet"), [("quartier.csv", ""), ("tabellen.xlsx", "Quartiere")])
def test_what_export_writes_read_reads_back(release: Release, name: str, sheet: str) -> None:
    """Values, gaps and the names that look like formulas come back as they were."""
    content = workbook(release, CATALOGUE, DAY) if sheet else csv_files(release, CATALOGUE)[name]
    found = read.read(content, name, layout(sheet), town(), "2024")
    assert [
        (fault.code, fault.where) for fault in found.faults if fault.outcome.name in ("ASK", "REJECT")
    ] == []
    seen = {(o.variable, o.area): (o.value, o.status) for o in found.rows() if o.period == "2024"}
    earlier = {(o.variable, o.area): o.value for o in found.rows() if o.period == "2020"}
    assert earlier["ew", "01"] == 3900
    assert [seen["kinder", area] for area in IDS] == [
        (None, "Q"),
        (None, "Q"),
        (60211, "A"),
        (0, "A"),
        (None, "O"),
        (77, "A"),
    ]
    assert [seen["ew", area] for area in IDS] == [(PEOPLE[area], "A") for area in IDS]
    assert seen["KI", "06"] == (Decimal("1.2"), "A")
    assert seen["flaeche", "01"] == (Decimal("-1.5"), "A")
    assert [found.texts[area, "stufe"] for area in IDS] == ["3+/-", "+", "-", "+/-", "=2+3", "4"]


def test_boundaries_come_back(release: Release) -> None:
    original = town()["quartier"]
    package = read.read_vectors(
        geopackage(release, town(), CATALOGUE, DAY), "tabellen.gpkg", layer="quartier"
    )
    assert list(package.columns["name"]) == list(NAMES)
    assert package.crs == "EPSG:25832"
    assert shapely.equals(
        shapely.normalize(package.geometry),
        shapely.normalize(shapely.multipolygons(original.geometry[:, None])),
    ).all()
    plain = read.read_vectors(geojson(release, town())["quartier.geojson"], "quartier.geojson")
    assert plain.crs == "EPSG:4326"
    assert len(plain.geometry) == 6

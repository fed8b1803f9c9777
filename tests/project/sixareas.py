"""A town of six areas, made in code: squares of one kilometre, three years, two offices that deliver CSV.

Small enough to be started, built and reported in a test; nobody in it is real.
"""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyogrio.raw
import shapely

from lebenslagen.project.start import start
from lebenslagen.project.store import Project

AREAS = ("01", "02", "03", "04", "05", "06")
NAMES = ("Altdorf", "Neudorf", "Hagen", "Wiesental", "Am Bahnhof", "Oberfeld")
YEARS = ("2022", "2023", "2024")
NOW = datetime(2025, 3, 1, 9, 0, tzinfo=UTC)

# area -> residents, children, recipients, children among them (2024); the years before have one in twenty less a year.
PEOPLE = {
    "01": (4210, 610, 402, 121),
    "02": (3875, 548, 811, 214),
    "03": (2990, 402, 236, 58),
    "04": (1820, 301, 97, 31),
    "05": (5125, 799, 1207, 322),
    "06": (2460, 377, 143, 44),
}

PROJECT = """
schema = 1
name = "Sechsdorf"
kind = "Gemeinde"
ags = "05999901"
crs = "EPSG:25832"
levels = [
    { key = "ortsteil", label = "Ortsteil", plural = "Ortsteile" },
    { key = "stadt", label = "Gemeinde", plural = "Gemeinde" },
]
[policies.public]
threshold = 5
width = 4
decimals = { rate = 1, score = 2, contribution = 2, z = 2, mean = 1, sd = 1, probability = 0 }
""" + "".join(
    f'[[periods]]\nkey = "{year}"\nas_of = {year}-12-31\nlabel = "31.12.{year}"\nvintage = 2020-01-01\n'
    for year in YEARS
)

AREAS_TOML = """
[[areas]]
level = "ortsteil"
vintage = 2020-01-01
file = "areas/ortsteile.gpkg"
key = "schluessel"
name = "name"
source = { producer = "Gemeinde Sechsdorf", title = "Ortsteile", as_of = 2020-01-01, licence = "dl-de/zero-2-0" }

[[areas]]
level = "stadt"
vintage = 2020-01-01
dissolve = true
names = { "05999901" = "Sechsdorf" }
"""

INDICATORS = """
residents = "einwohner"
dimensions = [{ key = "einkommen", label = "Einkommen" }]
variables = [
    { key = "einwohner", label = "Einwohnerinnen und Einwohner" },
    { key = "kinder", label = "Kinder unter 15 Jahren" },
    { key = "sgb2", label = "Leistungsberechtigte nach dem SGB II" },
    { key = "sgb2_kinder", label = "Leistungsberechtigte unter 15 Jahren" },
]
[[indicators]]
key = "SGB"
label = "Leistungen nach dem SGB II"
short = "SGB II"
numerator = "sgb2"
denominator = "einwohner"
direction = 1
dimension = "einkommen"
description = "Anteil der Leistungsberechtigten an den Einwohnerinnen und Einwohnern."
sentence = "{value} von 100 Menschen erhalten Leistungen nach dem SGB II."

[[indicators]]
key = "KI"
label = "Kinder in Haushalten mit Leistungen nach dem SGB II"
short = "Kinder"
numerator = "sgb2_kinder"
denominator = "kinder"
direction = 1
dimension = "einkommen"
description = "Anteil der Kinder in Haushalten mit Leistungen nach dem SGB II an allen Kindern."
sentence = "{value} von 100 Kindern leben in Haushalten mit Leistungen nach dem SGB II."
"""

SOURCE = """
key = "{key}"
producer = "{producer}"
title = "{title}"
licence = "intern"
[period]
from = "argument"
[[tables]]
header = {{ row = 1 }}
level = "ortsteil"
key = {{ column = "schluessel", form = "id" }}
columns = [
    {{ head = "{one}", variable = "{one}" }},
    {{ head = "{two}", variable = "{two}" }},
]
signs = {{ "*" = "withheld" }}
"""

REPORT = """
key = "sozialbericht-2024"
title = "Sozialbericht Sechsdorf"
period = "2024"
level = "ortsteil"
profiles = ["ortsteil"]
chapters = ["auftrag", "daten", "raum", "indikatoren", "steckbriefe", "anhang"]
date = 2025-03-01
compare = { file = "vergleich.csv" }
"""

COMPARE = "indikator;Kreis;Land\nSGB;8,4;11,2\nKI;13,1;17,9\n"

INDEX = """
key = "sozialindex"
label = "Sozialindex"
level = "ortsteil"
orientation = "burden"
reference = "areas"
missing = "refuse"
editions = [{ period = "2024" }]
[status]
weights = "equal"
parts = [{ indicator = "SGB" }, { indicator = "KI" }]
[status.classes]
keys = ["1", "2", "3"]
labels = ["niedrig", "mittel", "hoch"]
cuts = [-1, 1]
upper_closed = [false, true]
"""


def people(year: str) -> dict[str, tuple[int, ...]]:
    """What the offices count in a year."""
    less = 2024 - int(year)
    return {area: tuple(n - less * (n // 20) for n in counts) for area, counts in PEOPLE.items()}


def table(year: str, first: int, heads: tuple[str, str]) -> bytes:
    """A delivered CSV with two of the four counts."""
    rows = [f"{area};{counts[first]};{counts[first + 1]}" for area, counts in people(year).items()]
    return "\n".join([";".join(("schluessel", *heads)), *rows, ""]).encode()


def squares(path: Path) -> None:
    """Six squares in two rows of three, as a GeoPackage."""
    path.parent.mkdir(parents=True, exist_ok=True)
    shapes = [shapely.box(x, y, x + 1000, y + 1000) for y in (0, 1000) for x in (0, 1000, 2000)]
    moved = shapely.transform(np.array(shapes, dtype=object), lambda xy: np.add(xy, (400_000, 5_700_000)))
    pyogrio.raw.write(
        path,
        shapely.to_wkb(moved),
        field_data=[np.array(AREAS, dtype=object), np.array(NAMES, dtype=object)],
        fields=["schluessel", "name"],
        crs="EPSG:25832",
        geometry_type="Polygon",
        driver="GPKG",
        layer="ortsteile",
    )


def starter(folder: Path, *, index: bool = False) -> Path:
    """Write the starter: declarations, polygons, deliveries."""
    year_files = [
        (source, year, f"{source}/{source}_{year}.csv")
        for source in ("meldeamt", "jobcenter")
        for year in YEARS
    ]
    texts = {
        "project.toml": PROJECT,
        "areas.toml": AREAS_TOML,
        "indicators.toml": INDICATORS,
        "deliveries.toml": "".join(
            f'[[deliveries]]\nsource = "{s}"\nperiod = "{y}"\nfile = "{f}"\n' for s, y, f in year_files
        ),
        "sources/meldeamt.toml": SOURCE.format(
            key="meldeamt", producer="Meldeamt", title="Bestand", one="einwohner", two="kinder"
        ),
        "sources/jobcenter.toml": SOURCE.format(
            key="jobcenter", producer="Jobcenter", title="Leistungen", one="sgb2", two="sgb2_kinder"
        ),
        "reports/sozialbericht-2024.toml": REPORT,
        "reports/vergleich.csv": COMPARE,
        **({"indices/sozialindex.toml": INDEX} if index else {}),
    }
    for name, text in texts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    squares(folder / "areas" / "ortsteile.gpkg")
    for source, year, file in year_files:
        path = folder / "deliveries" / file
        path.parent.mkdir(parents=True, exist_ok=True)
        first, heads = (0, ("einwohner", "kinder")) if source == "meldeamt" else (2, ("sgb2", "sgb2_kinder"))
        path.write_bytes(table(year, first, heads))
    return folder


def make(target: Path, *, index: bool = False) -> Project:
    """The project, started from its own starter."""
    origin = starter(target.with_name(f"{target.name}-starter"), index=index)
    list(start(target, str(origin), None, by="Test", at=NOW))
    return Project(target)

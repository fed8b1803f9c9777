"""A large town as a project: quarters as squares, indicators over counts of one office, a file a year. Nobody in it is real."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

__all__ = ["make"]

SIDE, WIDE = 400, 25  # metres of a quarter, quarters in a row

PROJECT = """schema = 1
name = "Großstadt"
kind = "Stadt"
ags = "05999902"
crs = "EPSG:25832"
levels = [
    {{ key = "quartier", label = "Quartier", plural = "Quartiere" }},
    {{ key = "stadt", label = "Stadt", plural = "Stadt" }},
]
[policies.public]
threshold = 5
width = 4
decimals = {{ rate = 1, score = 2, contribution = 2, z = 2, mean = 1, sd = 1, probability = 0 }}
{periods}"""
PERIOD = '[[periods]]\nkey = "{year}"\nas_of = {year}-12-31\nlabel = "31.12.{year}"\nvintage = 2010-01-01\n'
AREAS = """[[areas]]
level = "quartier"
vintage = 2010-01-01
file = "areas/quartiere.gpkg"
key = "schluessel"
name = "name"
source = { producer = "Stadt Großstadt", title = "Quartiere", as_of = 2010-01-01, licence = "dl-de/zero-2-0" }

[[areas]]
level = "stadt"
vintage = 2010-01-01
dissolve = true
names = { "05999902" = "Großstadt" }
"""
INDICATOR = """[[indicators]]
key = "{key}"
label = "Anteil {key} an allen, die gezählt werden"
short = "Anteil {key}"
numerator = "n{key}"
denominator = "d{key}"
direction = 1
dimension = "leben"
description = "Anteil der {key} an allen."
sentence = "{{value}} von 100 Menschen gehören dazu."

"""
SOURCE = """key = "amt"
producer = "Amt für Statistik"
title = "Bestand"
licence = "intern"
[period]
from = "argument"
[[tables]]
header = { row = 1 }
level = "quartier"
key = { column = "schluessel", form = "id" }
"""
REPORT = """key = "sozialbericht"
title = "Sozialbericht Großstadt"
period = "{last}"
previous = "{before}"
level = "quartier"
index = "sozialindex"
profiles = ["quartier"]
chapters = ["auftrag", "daten", "raum", "index", "indikatoren", "steckbriefe", "anhang"]
date = 2025-03-01
"""
INDEX = """key = "sozialindex"
label = "Sozialindex"
level = "quartier"
orientation = "burden"
reference = "areas"
missing = "refuse"
editions = [{{ period = "{last}" }}]
[status]
weights = "equal"
parts = [{parts}]
[status.classes]
keys = ["1", "2", "3", "4"]
labels = ["niedrig", "mittel", "hoch", "sehr hoch"]
cuts = [-1, 0, 1]
upper_closed = [false, true, true]
"""


def make(folder: Path, quarters: int, indicators: int, years: int) -> Path:
    """Write the starter of a town; returns its folder."""
    ids = [f"{n:04}" for n in range(1, quarters + 1)]
    keys = [f"I{n:02}" for n in range(1, indicators + 1)]
    counted = [str(2025 - years + n) for n in range(years)]
    for name, text in _texts(keys, counted).items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    _squares(folder / "areas" / "quartiere.gpkg", ids)
    (folder / "deliveries").mkdir()
    for year, rows in _tables(ids, keys, counted):
        (folder / "deliveries" / f"bestand_{year}.csv").write_text(rows, "utf-8")
    return folder


def _texts(keys: list[str], years: list[str]) -> dict[str, str]:
    variables = ["einwohner", *(f"{side}{key}" for key in keys for side in "nd")]
    named = ",\n".join(f'    {{ key = "{v}", label = "Zahl {v}" }}' for v in variables)
    columns = ",\n".join(f'    {{ head = "{v}", variable = "{v}" }}' for v in variables)
    parts = ", ".join(f'{{ indicator = "{key}" }}' for key in keys[:6])
    head = f'residents = "einwohner"\ndimensions = [{{ key = "leben", label = "Leben" }}]\nvariables = [\n{named}\n]\n'
    return {
        "project.toml": PROJECT.format(periods="".join(PERIOD.format(year=year) for year in years)),
        "areas.toml": AREAS,
        "indicators.toml": head + "".join(INDICATOR.format(key=key) for key in keys),
        "deliveries.toml": "".join(
            f'[[deliveries]]\nsource = "amt"\nperiod = "{y}"\nfile = "bestand_{y}.csv"\n' for y in years
        ),
        "sources/amt.toml": f"{SOURCE}columns = [\n{columns}\n]\n",
        "reports/sozialbericht.toml": REPORT.format(last=years[-1], before=years[-2]),
        "indices/sozialindex.toml": INDEX.format(last=years[-1], parts=parts),
    }


def _tables(ids: list[str], keys: list[str], years: list[str]) -> Iterator[tuple[str, str]]:
    """Counts that move slowly from year to year and are nowhere small."""
    draw = random.Random(1)
    base = {(i, key): (draw.randint(400, 4000), draw.uniform(0.05, 0.4)) for i in ids for key in keys}
    head = ";".join(["schluessel", "einwohner", *(f"{side}{key}" for key in keys for side in "nd")])
    for number, year in enumerate(years):
        lines = [head]
        for i in ids:
            cells = [str(4000 + int(i) + 7 * number)]
            for key in keys:
                whole, share = base[i, key]
                whole += number * 3
                cells += [str(round(whole * share * (1 + number / 100))), str(whole)]
            lines.append(";".join((i, *cells)))
        yield year, "\n".join([*lines, ""])


def _squares(path: Path, ids: list[str]) -> None:
    import numpy as np
    import pyogrio.raw
    import shapely

    path.parent.mkdir(parents=True, exist_ok=True)
    corners = ((400_000 + n % WIDE * SIDE, 5_700_000 + n // WIDE * SIDE) for n in range(len(ids)))
    shapes = np.array([shapely.box(x, y, x + SIDE, y + SIDE) for x, y in corners], dtype=object)
    names = np.array([f"Quartier an der langen Straße {i}" for i in ids], dtype=object)
    pyogrio.raw.write(
        path, shapely.to_wkb(shapes), field_data=[np.array(ids, dtype=object), names], fields=["schluessel", "name"],
        crs="EPSG:25832", geometry_type="Polygon", driver="GPKG", layer="quartiere",
    )  # fmt: skip

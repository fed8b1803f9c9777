"""The fictitious town of the corpus as a project: 27 quarters, and a source for each kind of head that occurs."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from lebenslagen.project import intake
from lebenslagen.project.read.grid import Grid
from lebenslagen.project.read.heads import clean, fold
from lebenslagen.project.read.process import table
from lebenslagen.project.store import Project

AT = datetime(2025, 1, 2, 3, 4, tzinfo=UTC)
WHO = "Prüfung"
COUNTS = (
    "einwohner",
    "haushalte",
    "kinder_u15",
    "sgb2_personen",
    "sgb2_kinder_u15",
    "alleinerziehende_hh",
    "einwohner_80plus",
    "pflegebeduerftige",
    "wohnungslose",
)
WHOLES = {
    "haushalte": "einwohner",
    "kinder_u15": "einwohner",
    "sgb2_personen": "einwohner",
    "sgb2_kinder_u15": "kinder_u15",
    "alleinerziehende_hh": "haushalte",
    "einwohner_80plus": "einwohner",
    "pflegebeduerftige": "einwohner",
    "wohnungslose": "einwohner",
}
KEYS = re.compile(r"(teil)?(quartier|gebiet|stadtteil|area)s?(_?(id|nr|nummer|schluessel))|id|nr|schluessel")
NAMES = ("quartier", "quartiername", "name", "stadtteil")
YEARS = ("jahr", "stichtag", "datum", "berichtsjahr", "zeitraum")
GROUPS = ("bezirk", "stadtbezirk", "sozialraum")
CLASSES = ("merkmal", "indikator", "variable", "altersgruppe", "gruppe", "klasse", "geschlecht", "kennzahl")
RATES = re.compile(r"quote|anteil|prozent|rate|proz|_pct|%")
TEXTS = ("bemerkung", "hinweis", "kommentar", "quelle")
AGE_CLASSES = ("0-2", "3-5", "6-10", "11-12", "11-14", "12-14", "15-17")

PROJECT = """
schema = 1
name = "Prüfstadt"
kind = "Stadt"
ags = "05998000"
crs = "EPSG:25832"
levels = [
    { key = "quartier", label = "Quartier", plural = "Quartiere" },
    { key = "stadt", label = "Stadt", plural = "Stadt" },
]
[policies.public]
threshold = 3
width = 3
"""
AREAS = """
[[areas]]
level = "quartier"
vintage = 2015-01-01
file = "quartiere.geojson"
key = "quartier_id"
name = "quartier"
[[areas]]
level = "stadt"
vintage = 2015-01-01
dissolve = true
names = { "05998000" = "Prüfstadt" }
"""
HEAD = """
key = "{key}"
producer = "Statistikstelle"
title = "Prüflieferung"
published = true
url = "https://example.org/"
"""


# --- sources ---------------------------------------------------------------------------------------------


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(k)} = {_value(v)}" for k, v in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_value, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def source(key: str, heads: Iterable[str], classes: Iterable[str] = ()) -> str:
    """The declaration of a source whose table has these heads, as an office and a planner would agree on it."""
    heads = [h for h in heads if h]
    kinds = {h: _kind(h) for h in heads}
    named = {
        kind: next((h for h in heads if kinds[h] == kind), "")
        for kind in ("key", "name", "year", "group", "class")
    }
    columns = [
        {
            "head": h,
            "variable": fold(h) if h not in COUNTS else h,
            "unit": "rate" if kinds[h] == "rate" else "count",
        }
        for h in heads
        if kinds[h] in ("count", "rate")
    ]
    lines = [HEAD.format(key=key)]
    if named["year"]:
        lines.append(f'[period]\nfrom = "column"\ncolumn = {_value(named["year"])}')
    counts = {c["variable"] for c in columns}
    lines += [f'[[relations]]\npart = "{p}"\nwhole = "{w}"' for p, w in WHOLES.items() if {p, w} <= counts]
    lines.append('[[tables]]\nlevel = "quartier"\nsigns = { "*" = "withheld" }')
    lines.append(f"key = {_value({'column': named['key'] or heads[0], 'name_column': named['name']})}")
    if named["group"]:
        lines.append(f"subtotals = {_value({'column': named['group']})}")
    if named["class"] and len(columns) == 1:
        meanings = {c: f"{columns[0]['variable']}_{fold(c)}" for c in [*classes, *AGE_CLASSES]}
        long = {"variable_column": named["class"], "value_column": columns[0]["head"], "map": meanings}
        return "\n".join([*lines, 'absent = "missing"', f"long = {_value(long)}"])
    return "\n".join([*lines, f"columns = {_value(columns)}"])


def _kind(head: str) -> str:
    folded = head.casefold().strip()
    if KEYS.fullmatch(folded):
        return "key"
    for kind, words in (
        ("name", NAMES),
        ("year", YEARS),
        ("group", GROUPS),
        ("class", CLASSES),
        ("text", TEXTS),
    ):
        if folded in words:
            return kind
    return "rate" if RATES.search(folded) else "count"


STANDARD = ("quartier_id", "quartier", "bezirk", "jahr", *COUNTS)


def head_row(grid: Grid) -> list[str]:
    """The row of heads: the first with most filled text cells."""
    best: list[str] = []
    for sheet in grid.sheets[:1]:
        for row in range(min(20, sheet.height)):
            texts = [clean(c) for c in sheet.row(row) if isinstance(c, str) and clean(c)]
            if len(texts) > len(best) and not any(re.fullmatch(r"[\d.,%*\s-]+", t) for t in texts):
                best = texts
    return best


class Town:
    """The project in a folder, with the sources its corpus needs."""

    def __init__(self, root: Path, geometry: Path) -> None:
        self.root = root
        self.sources: dict[str, tuple[str, ...]] = {}
        (root / "sources").mkdir(parents=True)
        years = "".join(
            f'[[periods]]\nkey = "{y}"\nas_of = {y}-12-31\nvintage = 2015-01-01\n' for y in range(2015, 2027)
        )
        shutil.copy(geometry, root / "quartiere.geojson")
        (root / "project.toml").write_text(PROJECT + years, encoding="utf-8")
        (root / "areas.toml").write_text(AREAS, encoding="utf-8")
        (root / "indicators.toml").write_text("indicators = []\n", encoding="utf-8")
        self.add(STANDARD)
        self.project = Project(root)
        list(intake.deliver_areas(self.project, self.project.declaration(), root, by=WHO, at=AT))

    def add(self, heads: Iterable[str], classes: Iterable[str] = ()) -> str:
        heads = tuple(heads)
        key = f"quelle-{len(self.sources)}"
        self.sources[key] = heads
        (self.root / "sources" / f"{key}.toml").write_text(source(key, heads, classes), encoding="utf-8")
        return key

    def source_of(self, path: Path) -> str:
        """The source a file belongs to: the one whose heads it has, a new one where none fits."""
        grid = table(path.read_bytes(), path.name)
        heads = head_row(grid)
        folded = {fold(h) for h in heads}
        for key, known in self.sources.items():
            wanted = {fold(h) for h in known}
            if not heads or len(folded & wanted) * 3 >= 2 * max(len(wanted), len(folded)):
                return key
        if not any(_kind(h) == "key" for h in heads):
            return next(iter(self.sources))
        return self.add(heads, _classes(grid, heads))

    def deliver(self, path: Path, period: str) -> None:
        intake.deliver(self.project, path, source=self.source_of(path), period=period, by=WHO, at=AT)


def _classes(grid: Grid, heads: list[str]) -> list[str]:
    column = next((h for h in heads if _kind(h) == "class"), "")
    for values in grid.sheets[0].columns if column else ():
        texts = [clean(c) for c in values if isinstance(c, str)]
        if column in texts:
            return [t for t in dict.fromkeys(texts) if t != column]
    return []

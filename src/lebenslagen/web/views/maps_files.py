"""A map and its figures as files: made from the released or protected cells that the page shows, from nothing else."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.figures.svg import identifier
from lebenslagen.web.town import town
from lebenslagen.web.views.maps_panels import ROLES, Wish, _layer, column_of

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Release
    from lebenslagen.report.view import View

__all__ = ["File", "made", "png"]

TYPES = {
    "svg": "image/svg+xml",
    "png": "image/png",
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "gpkg": "application/geopackage+sqlite3",
}
PIXELS, LIMIT = 192, 60  # dots per inch; seconds


@dataclass(frozen=True)
class File:
    """A file to be handed out."""

    name: str
    type: str
    content: bytes


def made(view: View, wish: Wish, kind: str) -> File:
    """The file of a view, remembered while nothing changes."""
    stem = identifier(f"karte-{wish.topic}-{wish.period}-{wish.level}".lower())
    mark = "ENTWURF-" if view.edition.status == "draft" else ""
    key = ("map-file", view.edition.release.digest, view.t.language, wish, kind)
    content = town().kept(key, lambda: _made(view, wish, kind))
    return File(f"{mark}{stem}.{kind}", TYPES[kind], content)


def _made(view: View, wish: Wish, kind: str) -> bytes:
    if kind in ("svg", "png"):
        drawn = _picture(view, wish)
        return drawn if kind == "svg" else png(drawn)
    return _table(view, wish, kind)


def _picture(view: View, wish: Wish) -> bytes:
    """The map whole: with its legend, without links."""
    from lebenslagen.figures import choropleth

    layer = _layer(view, wish.topic, wish.period, wish.level, "karte")
    note = " · ".join(
        filter(None, (view.sources(column_of(view, wish.topic, wish.period), full=True), _draft(view)))
    )
    return choropleth(view.edition.release, replace(layer, note=note), view.frame, view.t).svg.encode()


def _draft(view: View) -> str:
    return view.t("Draft: protected, not released yet") if view.edition.status == "draft" else ""


def _table(view: View, wish: Wish, kind: str) -> bytes:
    from lebenslagen.project.export import csv_files, geopackage, workbook

    part, edition = _part(view, wish), view.edition
    if kind == "csv":
        files = csv_files(part, edition.catalogue, view.t)
        return next(raw for name, raw in files.items() if name.endswith(f"{wish.level}.csv"))
    if kind == "xlsx":
        return workbook(part, edition.catalogue, edition.generated, view.t)
    areas = {wish.level: edition.areas[wish.level]}
    return geopackage(part, areas, edition.catalogue, edition.generated, view.t)


def _part(view: View, wish: Wish) -> Release:
    """Only the columns on the page, only the level on the page."""
    from lebenslagen.disclosure.release import Column

    wanted: list[Column] = []
    for topic in filter(None, (wish.topic, wish.beside)):
        column = column_of(view, topic, wish.period)
        if column is not None:
            wanted.append(column)
            wanted += [
                c
                for key in (column.numerator, column.denominator)
                if key and (c := view.edition.release.column(key))
            ]
        if topic in ROLES:
            score = view.of_index("score" if topic != "dynamik" else "dynamics_score", period=wish.period)
            wanted += [score] if score else []
    residents = view.count(view.residents, wish.period) if view.residents else None
    wanted += [residents] if residents else []
    columns = {c.key: replace(c, cells={k: v for k, v in c.cells.items() if k == wish.level}) for c in wanted}
    return replace(view.edition.release, columns=tuple(columns.values()), bounds={})


# --- pictures ---------------------------------------------------------------------------------------------------


def png(svg: bytes) -> bytes:
    """A picture of points from an SVG: Typst draws it in a child process, with the fonts of the report.

    Raises ProjectError where it cannot.
    """
    from lebenslagen.report import assets

    fonts = Path(assets.__file__).parent / "style" / "fonts"
    with TemporaryDirectory(prefix="lebenslagen-") as folder:
        root = Path(folder)
        (root / "karte.svg").write_bytes(svg)
        (root / "karte.typ").write_text(
            '#set page(width: auto, height: auto, margin: 12pt)\n#image("karte.svg", width: 510pt)\n'
        )
        call = [sys.executable, "-m", __name__, str(root / "karte.typ"), str(root / "karte.png"), str(fonts)]
        try:
            done = subprocess.run(call, capture_output=True, timeout=LIMIT, check=False)
        except subprocess.TimeoutExpired:
            raise ProjectError(Fault("report-not-set", "karte.png", {"reason": f"{LIMIT} s"})) from None
        if done.returncode:
            reason = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [str(done.returncode)]
            raise ProjectError(Fault("report-not-set", "karte.png", {"reason": reason[0]}))
        return (root / "karte.png").read_bytes()


def _child(source: str, target: str, fonts: str) -> None:
    import typst

    typst.compile(
        source, output=target, format="png", ppi=PIXELS, font_paths=[fonts], ignore_system_fonts=True
    )


if __name__ == "__main__":
    _child(*sys.argv[1:4])

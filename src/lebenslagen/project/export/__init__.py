"""Releases as files others can use: CSV with metadata, XLSX, GeoPackage, GeoJSON. Written from nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING

from lebenslagen.project.export.geodata import geojson, geopackage
from lebenslagen.project.export.office import csv_files, defused, workbook
from lebenslagen.project.export.tables import Field, Table, marked, tables
from lebenslagen.texts import Texts, texts

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.disclosure.release import Release
    from lebenslagen.indicators import Catalogue

__all__ = ["Field", "Table", "csv_files", "defused", "files", "geojson", "geopackage", "tables", "workbook"]


def files(
    release: Release, areas: Mapping[str, Areas], catalogue: Catalogue, day: date, t: Texts | None = None
) -> dict[str, bytes]:
    """All formats at once: path -> bytes. `areas`: level -> Areas; `day`: the declared date of the files.

    >>> from decimal import Decimal
    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> from lebenslagen.indicators import Catalogue
    >>> sorted(files(made, {}, Catalogue(), date(2025, 6, 30)))
    ['csv/stadt.csv', 'csv/stadt.csv-metadata.json', 'tabellen.gpkg', 'tabellen.xlsx']
    """
    said = t or texts()
    stem = marked(release, "tabellen")
    return {
        **{f"csv/{name}": content for name, content in csv_files(release, catalogue, said).items()},
        f"{stem}.xlsx": workbook(release, catalogue, day, said),
        f"{stem}.gpkg": geopackage(release, areas, catalogue, day, said),
        **{f"geojson/{name}": content for name, content in geojson(release, areas, catalogue, said).items()},
    }

"""Read Musterstadt back from its committed files, by the plainest means: what tests and the comparison rely on."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .deliveries import HOUSEHOLDS, SHORT
from .people import AGES, RATE, SPANS
from .town import QUARTERS, YEARS

__all__ = ["Year", "borders", "layer", "read"]

# Variables of the Dezember sheet, in the order of its columns.
JOBCENTER = ("sgb", "able", "unable", "ki", "ja", "ja3", "ja2")


@dataclass(frozen=True, eq=False)
class Year:
    """One 31.12.: keys in the town's order, counts by quarter (NaN where withheld), sex x age, delivered totals."""

    year: int
    keys: tuple[str, ...]
    counts: dict[str, np.ndarray]
    ages: np.ndarray
    totals: dict[str, int]
    remainder: tuple[object, ...]

    def base(self, name: str) -> np.ndarray:
        """Give a denominator by quarter."""
        if name in SPANS:
            low, high = SPANS[name]
            return self.ages[:, :, low:high].sum(axis=(1, 2))
        return self.counts[name]

    def rates(self, indicator: str) -> np.ndarray:
        """Give a rate in % by quarter."""
        part, whole = RATE[indicator]
        return 100 * self.counts[part] / self.base(whole)

    def town(self, indicator: str) -> float:
        """Give the rate of the town in %; what a supplier withheld is left out above and below."""
        part, whole = RATE[indicator]
        known = ~np.isnan(self.counts[part])
        return float(100 * self.counts[part][known].sum() / self.base(whole)[known].sum())

    def at(self, key: str) -> int:
        """Give the place of a quarter."""
        return self.keys.index(key)


def read(root: Path, year: int) -> Year:
    """Read the deliveries of one year below `root`/deliveries."""
    folder, counts, totals = root / "deliveries", {}, {}
    keys, ages = _residents(folder / f"einwohner/EW_Altersjahre_{year}.csv", counts, totals)
    remainder = _jobcenter(folder / f"jobcenter/Jobcenter_Musterstadt_{year}.xlsx", keys, counts, totals)
    _households(folder / f"haushalte/Haushalte_{year}.xls", keys, counts, totals)
    _old_age(folder / f"soziales/GSiA_31.12.{year}.xlsx", keys, counts, totals)
    return Year(year, keys, counts, ages, totals, remainder)


def read_all(root: Path) -> dict[int, Year]:
    """Read all twelve years."""
    return {year: read(root, year) for year in YEARS}


def sheet(path: Path, name: str) -> list[list[object]]:
    """Give the cells of a sheet, numbers as numbers."""
    from python_calamine import CalamineWorkbook

    return CalamineWorkbook.from_path(str(path)).get_sheet_by_name(name).to_python(skip_empty_area=False)


def _residents(
    path: Path, counts: dict[str, np.ndarray], totals: dict[str, int]
) -> tuple[tuple[str, ...], np.ndarray]:
    rows = list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252")), delimiter=";"))
    body = [row for row in rows[1:] if row[0]]
    numbers = np.array([[int(cell) for cell in row[2:]] for row in body])
    counts["residents"], counts["second"], counts["au"] = numbers[:, 0], numbers[:, 1], numbers[:, 2]
    totals["residents"] = int(rows[-1][2])
    return tuple(row[0].zfill(2) for row in body), numbers[:, 3:].reshape(-1, 2, AGES)


def _jobcenter(
    path: Path, keys: tuple[str, ...], counts: dict[str, np.ndarray], totals: dict[str, int]
) -> tuple[object, ...]:
    rows = sheet(path, "Dezember")
    by_key = {str(row[0]): row[2:9] for row in rows if str(row[0]) in keys}
    for column, name in enumerate(JOBCENTER):
        counts[name] = np.array(
            [np.nan if by_key[key][column] == "*" else float(str(by_key[key][column])) for key in keys]
        )
        totals[name] = int(float(str(next(row for row in rows if row[0] == "Insgesamt")[2 + column])))
    return tuple(next(row for row in rows if row[0] == "nicht zuordenbar")[2:9])


def _households(
    path: Path, keys: tuple[str, ...], counts: dict[str, np.ndarray], totals: dict[str, int]
) -> None:
    names, name, found = dict(HOUSEHOLDS), "", {}
    for row in sheet(path, "Haushalte"):
        if row[0] in names:
            name = names[str(row[0])]
        elif str(row[0]) in keys:
            found[name, str(row[0])] = float(str(row[2]))
        elif row[0] == "Summe":
            totals[name] = int(float(str(row[2])))
    for name in names.values():
        counts[name] = np.array([found[name, key] for key in keys])


def _old_age(
    path: Path, keys: tuple[str, ...], counts: dict[str, np.ndarray], totals: dict[str, int]
) -> None:
    name_of = {q.key: q.name for q in QUARTERS} | SHORT
    rows = {str(row[0]): row for row in sheet(path, "Tabelle1")}
    counts["ga"] = np.array([float(str(rows[name_of[key]][1])) for key in keys])
    totals["ga"] = int(float(str(rows["Summe"][1])))


def layer(path: Path) -> tuple[dict[str, list[object]], list[object]]:
    """Give the fields and the shapely geometries of a GeoPackage's only layer."""
    import pyogrio.raw
    import shapely

    meta, _, geometry, columns = pyogrio.raw.read(path)
    return {str(f): list(c) for f, c in zip(meta["fields"], columns, strict=True)}, list(
        shapely.from_wkb(geometry)
    )


def borders(polygons: list[object]) -> np.ndarray:
    """Give the matrix of neighbours: those who share more than a metre of border."""
    import shapely

    tree = shapely.STRtree(polygons)
    matrix = np.zeros((len(polygons), len(polygons)), dtype=bool)
    for i, j in zip(*tree.query(polygons, predicate="intersects"), strict=True):
        if i < j and shapely.length(shapely.intersection(polygons[i], polygons[j])) > 1:
            matrix[i, j] = matrix[j, i] = True
    return matrix

"""Lay Musterstadt beside Berlin: `python -m scripts.musterstadt.compare [STARTER [BERLIN]]`.

Correlations in space and time and the share of small cells, each within a stated band. Berlin: Monitoring Soziale
Stadtentwicklung 2013 to 2021 and residents by age of 31.12.2020, where the published files are at hand.
"""

from __future__ import annotations

import csv
import itertools
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from . import committed
from .people import RATE, scores
from .town import INDICATORS

__all__ = ["BANDS", "Row", "berlin", "compare", "musterstadt"]

ROOT = Path(__file__).parents[2]
STARTER = ROOT / "src" / "lebenslagen" / "starter" / "musterstadt"
BERLIN = ROOT.parent / "shared" / "data" / "berlin"
SMALL = 10  # persons in a numerator
YEARS = tuple(range(2013, 2025))

# What is compared, and how it may lie in Musterstadt.
BANDS = {
    "r der Indikatoren untereinander (Mittel)": (0.70, 0.95),
    "r Transferbezug mit Kinderarmut": (0.95, 0.999),
    "Moran's I des Transferbezugs": (0.30, 0.75),
    "r des Statusindex über zwei Jahre (Mittel)": (0.97, 0.999),
    "r der Dynamik mit der nächsten": (-0.35, 0.60),
    "Stufe nach zwei Jahren dieselbe (Anteil)": (0.80, 1.0),
    "kleine Zähler (unter 10, Anteil)": (0.0, 0.05),
}


@dataclass(frozen=True)
class Row:
    """One line of the comparison: what, its band, Musterstadt, Berlin (None where its files are absent)."""

    name: str
    low: float
    high: float
    here: float
    berlin: float | None

    @property
    def holds(self) -> bool:
        """Say whether Musterstadt lies within the band."""
        return self.low <= self.here <= self.high


def moran(values: np.ndarray, neighbours: np.ndarray) -> float:
    """Moran's I with weights that add up to 1 in each row (Cliff and Ord 1981); lonely areas are left out."""
    linked = neighbours.any(axis=1)
    weight = neighbours[np.ix_(linked, linked)].astype(float)
    weight /= weight.sum(axis=1, keepdims=True)
    z = values[linked] - values[linked].mean()
    return float(len(z) / weight.sum() * (z @ weight @ z) / (z @ z))


def classes(score: np.ndarray) -> np.ndarray:
    """1 hoch, 2 mittel, 3 niedrig, 4 sehr niedrig."""
    return 1 + (score >= -1).astype(int) + (score > 1) + (score > 1.5)


def musterstadt(root: Path = STARTER) -> dict[str, float]:
    """Measure the town from its committed deliveries."""
    years = committed.read_all(root)
    now = years[2024]
    inside = np.array([key != "08" for key in now.keys])
    fields, polygons = committed.layer(root / "areas" / "sozialquartiere-2019.gpkg")
    assert tuple(fields["schluessel"]) == now.keys
    status = {year: status_of(data) for year, data in years.items()}
    pairs = [(a, a + 2) for a in YEARS if a + 2 in status and (a < 2019) == (a + 2 < 2019)]
    changes = [_change(years, 2020, 2022), _change(years, 2022, 2024)]
    numerators = np.concatenate([now.counts[RATE[k][0]] for k in INDICATORS])
    rates = np.column_stack([now.rates(k)[inside] for k in INDICATORS])
    return {
        "r der Indikatoren untereinander (Mittel)": _mean_r(rates),
        "r Transferbezug mit Kinderarmut": _r(now.rates("SGB"), now.rates("KI")),
        "Moran's I des Transferbezugs": moran(now.rates("SGB"), committed.borders(polygons)),
        "r des Statusindex über zwei Jahre (Mittel)": float(
            np.mean([_r(status[a], status[b]) for a, b in pairs])
        ),
        "r der Dynamik mit der nächsten": _r(*changes),
        "Stufe nach zwei Jahren dieselbe (Anteil)": float(
            np.mean(np.concatenate([classes(status[a]) == classes(status[b]) for a, b in pairs]))
        ),
        "kleine Zähler (unter 10, Anteil)": float(np.mean(np.isnan(numerators) | (numerators < SMALL))),
    }


def status_of(year: committed.Year) -> np.ndarray:
    """Score of the quarters of one 31.12. without Kanalinsel."""
    inside = np.array([key != "08" for key in year.keys])
    return scores(np.column_stack([year.rates(k)[inside] for k in INDICATORS]))


def change_of(before: committed.Year, after: committed.Year) -> np.ndarray:
    """Score of the change in percentage points between two years of the same boundaries."""
    inside = np.array([key != "08" for key in after.keys])
    return scores(np.column_stack([(after.rates(k) - before.rates(k))[inside] for k in INDICATORS]))


def _change(years: dict[int, committed.Year], before: int, after: int) -> np.ndarray:
    return change_of(years[before], years[after])


def berlin(folder: Path = BERLIN) -> dict[str, float] | None:
    """Measure Berlin from its published shares, or nothing where they are absent."""
    if not (folder / "mss" / "2021" / "table-2-1.csv").exists():
        return None
    shares = {year: _shares(folder, year) for year in (2013, 2015, 2017, 2019, 2021)}
    status = {year: dict(zip(ids, scores(s), strict=True)) for year, (ids, s, _) in shares.items()}
    dynamics = {year: dict(zip(ids, scores(d), strict=True)) for year, (ids, _, d) in shares.items()}
    pairs = [(2013, 2015), (2015, 2017), (2017, 2019)]  # the areas were cut anew in 2021
    ids, now, _ = shares[2021]
    polygons = _polygons(folder, ids)
    both = [_both(status, a, b) for a, b in pairs]
    same = np.concatenate([classes(x) == classes(y) for x, y in both])
    return {
        "r der Indikatoren untereinander (Mittel)": _mean_r(now),
        "r Transferbezug mit Kinderarmut": _r(now[:, 1], now[:, 2]),
        "Moran's I des Transferbezugs": moran(now[:, 1], committed.borders(polygons)),
        "r des Statusindex über zwei Jahre (Mittel)": float(np.mean([_r(x, y) for x, y in both])),
        "r der Dynamik mit der nächsten": float(np.mean([_r(*_both(dynamics, a, b)) for a, b in pairs])),
        "Stufe nach zwei Jahren dieselbe (Anteil)": float(same.mean()),
        "kleine Zähler (unter 10, Anteil)": _small(folder, *shares[2019][:2]),
    }


def _shares(folder: Path, year: int) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Ids, index indicators and their changes of the classified areas."""
    with (folder / f"mss/{year}/table-1.csv").open(encoding="utf-8") as file:
        classified = {row["id"] for row in csv.DictReader(file) if row["status_index_klasse"]}
    with (folder / f"mss/{year}/table-2-1.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["id"] in classified]
    names = [name for name in rows[0] if name.startswith("s") and name[1].isdigit()]
    moved = [name for name in rows[0] if name.startswith("d") and name[1].isdigit()]
    complete = [row for row in rows if all(row[name] for name in names + moved)]
    return (
        [row["id"] for row in complete],
        np.array([[float(row[name]) for name in names] for row in complete]),
        np.array([[float(row[name]) for name in moved] for row in complete]),
    )


def _polygons(folder: Path, ids: list[str]) -> list[object]:
    path = next((folder / "geometry").glob("lor_post2021_PLR/*.shp"))
    fields, polygons = committed.layer(path)
    by_id = dict(zip(map(str, fields["PLR_ID"]), polygons, strict=True))
    return [by_id[i] for i in ids]


def _small(folder: Path, ids: list[str], rates: np.ndarray) -> float:
    """Numerators worked back from shares of 31.12.2018 and residents by age of 31.12.2020 (same areas)."""
    ages: dict[str, tuple[float, float, float]] = {}
    with (folder / "population" / "EWR202012E_Matrix.csv").open(encoding="latin-1") as file:
        for row in csv.DictReader(file, delimiter=";"):
            n = {name: float(value or 0) for name, value in row.items() if name.startswith("E_")}
            children = n["E_EU1"] + n["E_E1U6"] + n["E_E6U15"]
            workers = n["E_E15U18"] + n["E_E18U25"] + n["E_E25U55"] + n["E_E55U65"]
            ages[row["RAUMID"]] = (workers, n["E_E"], children)
    base = np.array([ages[i] for i in ids])
    return float(np.mean(base * rates / 100 < SMALL))


def _both(found: dict[int, dict[str, float]], a: int, b: int) -> tuple[np.ndarray, np.ndarray]:
    common = sorted(set(found[a]) & set(found[b]))
    return np.array([found[a][i] for i in common]), np.array([found[b][i] for i in common])


def _r(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.corrcoef(a, b)[0, 1])


def _mean_r(rates: np.ndarray) -> float:
    return float(
        np.mean([_r(rates[:, i], rates[:, j]) for i, j in itertools.combinations(range(rates.shape[1]), 2)])
    )


def compare(root: Path = STARTER, folder: Path = BERLIN) -> list[Row]:
    """Give the comparison, line by line."""
    here, there = musterstadt(root), berlin(folder)
    return [
        Row(name, low, high, here[name], there[name] if there else None)
        for name, (low, high) in BANDS.items()
    ]


def _lines(rows: Iterable[Row]) -> Iterable[str]:
    yield f"{'':46}{'Musterstadt':>12}{'Berlin':>9}   Band"
    for row in rows:
        other = "–" if row.berlin is None else f"{row.berlin:.3f}"
        band = f"{row.low:.3f} bis {row.high:.3f}{'' if row.holds else '  AUSSERHALB'}"
        yield f"{row.name:46}{row.here:>12.3f}{other:>9}   {band}"


def main(arguments: list[str]) -> int:
    """Print the comparison; 1 where a value lies outside its band."""
    rows = compare(*(Path(argument) for argument in arguments))
    sys.stdout.write("\n".join(_lines(rows)) + "\n")
    return 0 if all(row.holds for row in rows) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""Published indices of other countries, by declaration alone: England 2019 and the United States 2018."""

from __future__ import annotations

import csv
import gzip
import io
import math
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from lebenslagen.index import IndexDesign, Measure, Part, build_index

pytestmark = pytest.mark.reference_data


def read(path: Path) -> list[dict[str, str]]:
    with gzip.open(path, "rb") as file:
        return list(csv.DictReader(io.TextIOWrapper(file, encoding="utf-8")))


def test_index_of_multiple_deprivation_2019(reference_data: Path) -> None:
    """English IMD 2019 from its domain ranks (1 is the most deprived): 32,736 of 32,844 ranks equal, none off by more
    than 2. The published weights sum to .999 and are therefore written as shares of 999."""
    rows = read(reference_data / "reference" / "imd2019" / "imd2019_england_lsoa11.csv.gz")
    weights = {
        **dict.fromkeys(("Income_rank", "Employment_rank"), 225),
        **dict.fromkeys(("Education_rank", "Health_rank"), 135),
        **dict.fromkeys(("Crime_rank", "Housing_and_Access_rank", "Environment_rank"), 93),
    }
    parts = tuple(Part(key, Fraction(weight, 999), direction=-1) for key, weight in weights.items())
    measure = Measure(parts, normalise="exponential-rank", aggregate="mean", rescale="none")
    ids = [row["lsoa11_code"] for row in rows]
    panel = pd.DataFrame({key: [float(row[key]) for row in rows] for key in weights}, index=ids)
    scores = build_index(IndexDesign("imd", "IMD", "lsoa", measure), panel).status.scores
    ranks = scores.rank(ascending=False).to_numpy()
    published = np.array([float(row["IMD_rank"]) for row in rows])
    assert (ranks == published).sum() == 32736
    assert np.abs(ranks - published).max() <= 2
    assert scores["E01000001"] * 0.999 == pytest.approx(6.208, abs=5e-4)
    assert scores["E01021988"] * 0.999 == pytest.approx(92.735, abs=5e-4)


THEMES = {
    "THEME1": {"POV": 1, "UNEMP": 1, "PCI": -1, "NOHSDP": 1},
    "THEME2": {"AGE65": 1, "AGE17": 1, "DISABL": 1, "SNGPNT": 1},
    "THEME3": {"MINRTY": 1, "LIMENG": 1},
    "THEME4": {"MUNIT": 1, "MOBILE": 1, "CROWD": 1, "NOVEH": 1, "GROUPQ": 1},
}


@pytest.mark.parametrize("theme", THEMES)
def test_social_vulnerability_index_2018(theme: str, reference_data: Path) -> None:
    """CDC/ATSDR SVI 2018, 3,142 counties: percentile ranks of the indicators, their sum, its percentile rank.

    Published to four decimals. Income counts downwards: CDC subtracts its rank from 1, so that equal incomes share the
    higher rank instead of the lower. One county without data for three of the four indicators of the first theme
    (-999) is left out of it here, which moves the fourth by one place (1/3141)."""
    rows = read(reference_data / "reference" / "cdc_svi" / "svi2018_us_county.csv.gz")
    keys = THEMES[theme]
    parts = tuple(Part(key, direction=direction) for key, direction in keys.items())
    measure = Measure(parts, normalise="percentile-rank", weights="equal", rescale="percentile-rank")
    design = IndexDesign("svi", "SVI", "county", measure, missing="leave-out")
    values = {key: [known(row[f"EP_{key}"]) for row in rows] for key in keys}
    index = build_index(design, pd.DataFrame(values, index=[row["FIPS"] for row in rows]))
    published = {row["FIPS"]: row for row in rows}
    for key in keys:
        expected = np.array([float(published[area][f"EPL_{key}"]) for area in index.areas])
        tolerance = 1e-3 if keys[key] < 0 else 4e-4 if index.left_out else 5.1e-5
        assert np.abs(index.status.z[key].to_numpy() - expected).max() < tolerance, key
    # Published sums are those of rounded ranks: they tie more often, which moves the last rank by up to five places.
    sums = np.array([float(published[area][f"SPL_{theme}"]) for area in index.areas])
    assert np.abs(index.status.sums.to_numpy() - sums).max() < 1.2e-3
    ranks = np.array([float(published[area][f"RPL_{theme}"]) for area in index.areas])
    assert np.abs(index.status.scores.to_numpy() - ranks).max() < 2e-3
    assert len(index.areas) == len(rows) - len(index.left_out) >= 3141


def known(cell: str) -> float:
    return math.nan if float(cell) == -999 else float(cell)

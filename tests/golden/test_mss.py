"""Published results we must meet: Monitoring Soziale Stadtentwicklung 2013 to 2021, read here by Python's own csv.

Independent of the reading layer on purpose. Columns of table-3 by position, because its header is shifted (found by
comparing with sums and class words): after id, name, residents come z of the K status indicators, their sum, then
2013 to 2017 the status index (2019 and 2021 lack it), the status class in words, and z of the first dynamics indicator;
z of the other dynamics indicators, their sum and the dynamics index are not in it. For 2021 a second file
(index-indikatoren_z-werte_plr.csv) has everything, rounded to two decimals.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import pandas as pd
import pytest

from lebenslagen.index import Classes, Index, IndexDesign, Measure, Part, build_index

pytestmark = pytest.mark.reference_data

EDITIONS = {2013: 434, 2015: 435, 2017: 436, 2019: 436, 2021: 536}
STATUS = Classes((-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4"))
DYNAMICS = Classes((-1, 1), (False, True), ("+", "+/-", "-"))

# methods.md section 1: means and standard deviations of the status indicators, SD of their sum, sizes of the classes.
MEANS = {
    2013: ((8.0682, 3.7215), (2.7351, 1.3824), (12.3536, 8.6138), (30.8952, 21.1769)),
    2015: ((7.4066, 3.3315), (2.4271, 1.1962), (12.1737, 8.6630), (28.3676, 20.1311)),
    2017: ((6.1562, 2.8543), (2.0049, 1.0674), (12.2271, 8.5177), (26.9831, 19.1171)),
    2019: ((3.8862, 2.2985), (11.6690, 7.9370), (25.5562, 17.8838)),
    2021: ((4.9716, 2.9439), (10.9180, 7.0727), (24.5404, 16.6544)),
}
SUM_SD = {2013: 3.88188, 2015: 3.86358, 2017: 3.87936, 2019: 2.94758, 2021: 2.95547}
SIZES = {
    2013: ((80, 264, 52, 38), (54, 330, 50)),
    2015: ((78, 270, 49, 38), (48, 350, 37)),
    2017: ((75, 278, 41, 42), (49, 339, 48)),
    2019: ((67, 283, 47, 39), (46, 357, 33)),
    2021: ((75, 366, 46, 49), (48, 436, 52)),
}
TWELVE = {
    "1+": 1,
    "1+/-": 73,
    "1-": 1,
    "2+": 36,
    "2+/-": 296,
    "2-": 34,
    "3+": 8,
    "3+/-": 31,
    "3-": 7,
    "4+": 3,
    "4+/-": 36,
    "4-": 10,
}


@dataclass(frozen=True)
class Edition:
    year: int
    index: Index
    published: dict[str, dict[str, str]]  # table-1
    z: dict[str, list[str]]  # table-3 by position, without id, name, residents


def rows(path: Path, delimiter: str = ",") -> tuple[list[str], list[list[str]]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        head, *body = csv.reader(file, delimiter=delimiter)
    return head, body


def table(path: Path, prefix: str) -> pd.DataFrame:
    head, body = rows(path)
    columns = {name.split("_")[0]: i for i, name in enumerate(head) if name.startswith(prefix)}
    data = {key: [float(row[i]) for row in body] for key, i in columns.items()}
    return pd.DataFrame(data, index=[row[0] for row in body])


def measure(keys: list[str], classes: Classes) -> Measure:
    return Measure(tuple(Part(key, Fraction(1, len(keys)), direction=1) for key in keys), classes)


def design(status: pd.DataFrame, change: pd.DataFrame, exclude: set[str]) -> IndexDesign:
    return IndexDesign(
        key="mss",
        label="Gesamtindex Soziale Ungleichheit",
        level="planungsraum",
        status=measure(list(status.columns), STATUS),
        dynamics=measure(list(change.columns), DYNAMICS),
        change_over="published",
        exclude=dict.fromkeys(sorted(exclude), "ohne veröffentlichte Klasse"),
    )


@pytest.fixture(scope="module", params=EDITIONS)
def edition(request: pytest.FixtureRequest, reference_data: Path) -> Edition:
    folder = reference_data / "berlin" / "mss" / str(request.param)
    head, body = rows(folder / "table-1.csv")
    published = {row[0]: dict(zip(head, row, strict=True)) for row in body}
    status, change = table(folder / "table-2-1.csv", "s"), table(folder / "table-2-1.csv", "d")
    index = build_index(design(status, change, set(status.index) - set(published)), status, change)
    z = {row[0]: row[3:] for row in rows(folder / "table-3.csv")[1]}
    return Edition(request.param, index, published, z)


def test_classes_are_those_published(edition: Edition) -> None:
    index = edition.index
    assert len(index.areas) == EDITIONS[edition.year]
    assert set(index.areas) == set(edition.published)
    assert index.status.classes is not None and index.dynamics is not None
    assert index.dynamics.classes is not None and index.combined is not None
    for area in index.areas:
        row = edition.published[area]
        assert index.status.classes[area] == str(int(float(row["status_index"]))), area
        assert index.dynamics.classes[area] == row["dynamik_index"], area
        assert index.combined[area] == row["status_dynamik_index"], area


def test_z_sums_and_index_are_those_published(edition: Edition) -> None:
    index, status = edition.index, edition.index.status
    k = len(status.z.columns)
    with_index = edition.year <= 2017
    assert index.dynamics is not None
    first_change = index.dynamics.z.columns[0]
    seen = 0
    for area in index.areas:
        cells = edition.z[area]
        for key, cell in zip(status.z.columns, cells, strict=False):
            assert status.z.at[area, key] == pytest.approx(float(cell), abs=1e-5)
        assert status.sums[area] == pytest.approx(float(cells[k]), abs=3e-5)
        if with_index:
            assert status.scores[area] == pytest.approx(float(cells[k + 1]), abs=1e-5)
        word, z_d1 = cells[k + 1 + with_index : k + 3 + with_index]
        assert word.strip() == edition.published[area]["status_index_klasse"].strip()
        assert index.dynamics.z.at[area, first_change] == pytest.approx(float(z_d1), abs=3e-5)
        seen += 1
    assert seen == EDITIONS[edition.year]


def test_statistics_are_those_of_the_design_document(edition: Edition) -> None:
    status, dynamics = edition.index.status, edition.index.dynamics
    for key, (mean, sd) in zip(status.means.index, MEANS[edition.year], strict=True):
        assert status.means[key] == pytest.approx(mean, abs=5.1e-5)
        assert status.sds[key] == pytest.approx(sd, abs=5.1e-5)
    assert status.sum_sd == pytest.approx(SUM_SD[edition.year], abs=5.1e-6)
    assert status.sum_mean == pytest.approx(0, abs=1e-13)
    assert dynamics is not None and status.classes is not None and dynamics.classes is not None
    sizes = Counter(status.classes), Counter(dynamics.classes)
    assert tuple(sizes[0][key] for key in STATUS.keys) == SIZES[edition.year][0]
    assert tuple(sizes[1][key] for key in DYNAMICS.keys) == SIZES[edition.year][1]


@pytest.mark.parametrize("edition", [2021], indirect=True)
def test_2021_in_full(edition: Edition, reference_data: Path) -> None:
    """Everything of the two-decimal file of 2021, the twelve groups, and the worked example Stülerstraße."""
    index = edition.index
    dynamics = index.dynamics
    assert dynamics is not None and dynamics.classes is not None
    assert Counter(index.combined) == TWELVE
    file = reference_data / "berlin" / "mss" / "2021" / "index-indikatoren_z-werte_plr.csv"
    compared = 0
    for row in rows(file, ";")[1]:
        if row[0] not in edition.published:
            continue
        found = [*index.status.z.loc[row[0]], index.status.sums[row[0]], index.status.scores[row[0]]]
        found += [*dynamics.z.loc[row[0]], dynamics.sums[row[0]], dynamics.scores[row[0]]]
        assert found == pytest.approx([float(cell) for cell in row[3:8] + row[9:14]], abs=5.1e-3), row[0]
        compared += 1
    assert compared == 536
    means = ((1.0869, 0.9217), (-0.9526, 1.4700), (-1.0444, 3.8135))
    for key, (mean, sd) in zip(dynamics.means.index, means, strict=True):
        assert (dynamics.means[key], dynamics.sds[key]) == pytest.approx((mean, sd), abs=5.1e-5)


@pytest.mark.parametrize("edition", [2021], indirect=True)
def test_worked_example(edition: Edition) -> None:
    """01100101 Stülerstraße, 3,419 residents: methods.md section 1."""
    area, status, dynamics = "01100101", edition.index.status, edition.index.dynamics
    assert dynamics is not None and edition.index.combined is not None
    assert list(status.z.loc[area]) == pytest.approx([-0.25328, -0.40645, -0.30877], abs=1e-5)
    assert (status.sums[area], status.scores[area]) == pytest.approx((-0.9685, -0.3277), abs=5.1e-5)
    assert list(dynamics.z.loc[area]) == pytest.approx([0.40965, 0.91, 1.31], abs=5.1e-3)
    assert dynamics.scores[area] == pytest.approx(1.27, abs=5.1e-3)
    assert edition.index.combined[area] == "2-"
    assert status.contributions.loc[area].sum() == pytest.approx(status.scores[area], abs=1e-15)

"""What must hold for every crosswalk and every table, whatever the numbers and the names."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import fsum, isnan

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from lebenslagen.areas import (
    Areas,
    Crosswalk,
    crosswalk_by_area,
    crosswalk_by_table,
    dissolve,
    neighbours,
    transfer,
)
from lebenslagen.indicators import Variable
from lebenslagen.observations import COLUMNS, Observations, aggregate, convert, counts, derive
from tests.spec.tables import areas

NAN = float("nan")
PEOPLE = st.integers(0, 5000) | st.none()


@dataclass(frozen=True)
class Case:
    """Shares as fractions that sum to exactly 1, and a value for each old area (None: missing)."""

    shares: tuple[tuple[Fraction, ...], ...]
    values: tuple[int | None, ...]
    weights: tuple[int | None, ...]

    @property
    def old(self) -> list[str]:
        return [f"o{i}" for i in range(len(self.shares))]

    @property
    def new(self) -> list[str]:
        return [f"n{j}" for j in range(len(self.shares[0]))]

    def rows(self) -> list[tuple[str, str, float]]:
        return [
            (o, n, float(share))
            for o, row in zip(self.old, self.shares, strict=True)
            for n, share in zip(self.new, row, strict=True)
            if share
        ]

    def crosswalk(self) -> Crosswalk:
        return crosswalk_by_table(self.rows(), self.old, self.new)


@st.composite
def cases(draw: Callable[..., object], some: object = PEOPLE) -> Case:
    n_old, n_new = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    row = st.lists(st.integers(0, 20), min_size=n_new, max_size=n_new).filter(any)
    parts = draw(st.lists(row, min_size=n_old, max_size=n_old))
    values = st.lists(some, min_size=n_old, max_size=n_old)
    shares = tuple(tuple(Fraction(part, sum(row)) for part in row) for row in parts)
    return Case(shares, tuple(draw(values)), tuple(draw(values)))


def series(ids: list[str], values: tuple[int | None, ...]) -> pd.Series:
    return pd.Series([NAN if value is None else float(value) for value in values], index=ids)


def by_hand(case: Case, kind: str) -> dict[str, Fraction | None]:
    """The slow twin: every target on its own, in exact fractions; None is missing, -1 stands for not defined."""
    found: dict[str, Fraction | None] = {}
    for j, target in enumerate(case.new):
        feeding = [i for i in range(len(case.old)) if case.shares[i][j] > 0]
        found[target] = (
            _sum_by_hand(case, feeding, j) if kind == "extensive" else _mean_by_hand(case, feeding, j)
        )
    return found


def _sum_by_hand(case: Case, feeding: list[int], j: int) -> Fraction | None:
    parts = [(case.shares[i][j], case.values[i]) for i in feeding]
    return (
        None if any(value is None for _, value in parts) else sum((s * v for s, v in parts if v), Fraction(0))
    )


def _mean_by_hand(case: Case, feeding: list[int], j: int) -> Fraction | None:
    if any(case.weights[i] is None for i in feeding):
        return None
    counted = [i for i in feeding if case.weights[i]]
    if not counted or any(case.values[i] is None for i in counted):
        return None
    base = sum(case.shares[i][j] * (case.weights[i] or 0) for i in counted)
    return (
        sum(
            (case.shares[i][j] * (case.weights[i] or 0) * (case.values[i] or 0) for i in counted), Fraction(0)
        )
        / base
    )


@given(cases())
def test_counts_agree_with_the_slow_twin(case: Case) -> None:
    found = transfer(series(case.old, case.values), case.crosswalk(), "extensive")
    assert_same(found, by_hand(case, "extensive"))


@given(cases())
def test_rates_agree_with_the_slow_twin(case: Case) -> None:
    weight = series(case.old, case.weights)
    found = transfer(series(case.old, case.values), case.crosswalk(), "intensive", weight)
    assert_same(found, by_hand(case, "intensive"))


def assert_same(found: pd.Series, expected: dict[str, Fraction | None]) -> None:
    assert list(found.index) == list(expected)
    for area, value in expected.items():
        if value is None:
            assert isnan(found[area]), area
        else:
            assert found[area] == pytest.approx(float(value), rel=1e-12, abs=1e-9), area


@given(cases(some=st.integers(0, 5000)))
def test_nobody_is_lost_or_doubled(case: Case) -> None:
    people = series(case.old, case.values)
    assert fsum(transfer(people, case.crosswalk(), "extensive")) == pytest.approx(
        fsum(people), rel=1e-12, abs=1e-9
    )


@given(cases(), st.randoms(use_true_random=False))
def test_order_changes_nothing(case: Case, chance: object) -> None:
    old, new, rows = case.old[:], case.new[:], case.rows()
    for listed in (old, new, rows):
        chance.shuffle(listed)  # type: ignore[attr-defined]
    people = series(case.old, case.values)
    plain = transfer(people, case.crosswalk(), "extensive")
    mixed = transfer(people[old[::-1]], crosswalk_by_table(rows, old, new), "extensive")
    pd.testing.assert_series_equal(mixed[case.new], plain, check_names=False, rtol=1e-12)


@given(cases())
def test_names_change_nothing(case: Case) -> None:
    rename = {area: f"0{area[::-1]} ß" for area in case.old + case.new}
    rows = [(rename[o], rename[n], share) for o, n, share in case.rows()]
    crosswalk = crosswalk_by_table(rows, [rename[a] for a in case.old], [rename[a] for a in case.new])
    people = series(case.old, case.values)
    renamed = transfer(people.rename(rename), crosswalk, "extensive")
    plain = transfer(people, case.crosswalk(), "extensive")
    assert np.array_equal(renamed.to_numpy(), plain.to_numpy(), equal_nan=True)


@given(cases(some=st.integers(1, 5000)), st.integers(0, 100))
def test_a_rate_that_is_the_same_everywhere_stays_the_same(case: Case, rate: int) -> None:
    same = pd.Series(float(rate), index=case.old)
    found = transfer(same, case.crosswalk(), "intensive", series(case.old, case.weights))
    fed = [any(row[j] for row in case.shares) for j in range(len(case.new))]
    assert [isnan(value) for value in found] == [not reached for reached in fed]
    assert found.dropna().to_numpy() == pytest.approx(rate, rel=1e-12)


@given(cases(some=st.integers(1, 5000)))
def test_a_mean_lies_between_its_parts(case: Case) -> None:
    rate = series(case.old, case.values)
    found = transfer(rate, case.crosswalk(), "intensive", series(case.old, case.weights)).dropna()
    assert (found >= rate.min() * (1 - 1e-12)).all()
    assert (found <= rate.max() * (1 + 1e-12)).all()


# --- observations ---------------------------------------------------------------------------------------------

STATUS = st.sampled_from(["A", "A", "A", "E", "O", "Q"])


def strip(n: int, prefix: str, parents: dict[str, str] | None = None) -> Areas:
    return areas(
        {f"{prefix}{i}": shapely.box(i * 100, 0, i * 100 + 100, 100) for i in range(n)}, parents=parents
    )


def observations(places: Areas, columns: dict[str, list[tuple[int, str]]]) -> Observations:
    rows = [
        (area, "2024", variable, float(value) if status in "AE" else NAN, status, f"{variable}!{area}")
        for variable, cells in columns.items()
        for area, (value, status) in zip(places.ids, cells, strict=True)
    ]
    return Observations(places, pd.DataFrame(rows, columns=list(COLUMNS)))


@st.composite
def tables(draw: Callable[..., object]) -> tuple[Observations, Areas]:
    n = draw(st.integers(1, 6))
    parents = {f"q{i}": draw(st.sampled_from(["I", "II", "III"])) for i in range(n)}
    cell = st.tuples(st.integers(0, 500), STATUS)
    columns = {name: draw(st.lists(cell, min_size=n, max_size=n)) for name in ("m", "w", "d")}
    fine = strip(n, "q", parents)
    return observations(fine, columns), dissolve(
        fine, "raum", {p: p for p in dict.fromkeys(parents.values())}
    )


SUM = Variable("alle", "alle", sum_of=("m", "w", "d"))


@settings(max_examples=40)
@given(tables())
def test_adding_up_quarters_and_variables_may_be_swapped(case: tuple[Observations, Areas]) -> None:
    found, rooms = case
    first = derive(aggregate(found, rooms), [SUM])
    second = aggregate(derive(found, [SUM]), rooms)
    for result in (first, second):
        assert len(result) == 4 * len(rooms)
    key = ["area", "variable", "value", "status"]
    pd.testing.assert_frame_equal(
        first.frame[key].sort_values(key[:2]).reset_index(drop=True),
        second.frame[key].sort_values(key[:2]).reset_index(drop=True),
    )


@settings(max_examples=40)
@given(tables())
def test_the_graver_status_decides(case: tuple[Observations, Areas]) -> None:
    found = derive(case[0], [SUM])
    graver = "AEOQ"
    for area, rows in found.frame.groupby("area"):
        parts = [row.status for row in rows.itertuples() if row.variable != "alle"]
        whole = next(row for row in rows.itertuples() if row.variable == "alle")
        assert whole.status == max(parts, key=graver.index), area
        assert isnan(whole.value) == (whole.status in "OQ")


@settings(max_examples=40)
@given(tables(), st.randoms(use_true_random=False))
def test_the_order_of_a_delivery_changes_nothing(case: tuple[Observations, Areas], chance: object) -> None:
    found, rooms = case
    order = list(range(len(found)))
    chance.shuffle(order)  # type: ignore[attr-defined]
    mixed = Observations(found.areas, found.frame.iloc[order])
    for one, other in ((found, mixed), (aggregate(found, rooms), aggregate(mixed, rooms))):
        for variable in ("m", "w", "d"):
            pd.testing.assert_series_equal(counts(one, variable, "2024"), counts(other, variable, "2024"))


@settings(max_examples=40)
@given(cases(), st.data())
def test_converting_is_transferring(case: Case, data: st.DataObject) -> None:
    status = data.draw(st.lists(STATUS, min_size=len(case.old), max_size=len(case.old)))
    old, new = strip(len(case.old), "o"), strip(len(case.new), "n")
    cells = [(value or 0, state) for value, state in zip(case.values, status, strict=True)]
    found = observations(old, {"m": cells})
    converted = convert(found, case.crosswalk(), new)
    plain = transfer(counts(found, "m", "2024"), case.crosswalk(), "extensive")
    pd.testing.assert_series_equal(counts(converted, "m", "2024"), plain, check_names=False)


# --- maps -----------------------------------------------------------------------------------------------------

CUTS = st.lists(st.integers(1, 99), max_size=5, unique=True).map(lambda cuts: [0, *sorted(cuts), 100])


def grid(cuts: list[int], rows: list[int], year: int) -> Areas:
    cells = [
        shapely.box(left, low, right, high) for left, right in pairwise(cuts) for low, high in pairwise(rows)
    ]
    return areas({f"{year}-{i}": cell for i, cell in enumerate(cells)}, year=year)


@settings(max_examples=40)
@given(CUTS, CUTS, CUTS, CUTS)
def test_square_metres_are_transferred_to_square_metres(
    a: list[int], b: list[int], c: list[int], d: list[int]
) -> None:
    old, new = grid(a, b, 2010), grid(c, d, 2020)
    hectares = pd.Series(shapely.area(old.geometry), index=old.index())
    found = transfer(hectares, crosswalk_by_area(old, new), "extensive")
    assert found.to_numpy() == pytest.approx(
        shapely.area(new.geometry), abs=old.total_area * 0.001 * len(old)
    )
    assert fsum(found) == pytest.approx(old.total_area, rel=1e-12)


@settings(max_examples=40)
@given(CUTS, CUTS)
def test_neighbours_are_mutual(a: list[int], b: list[int]) -> None:
    found = neighbours(grid(a, b, 2010))
    assert all(area in found[other] for area, others in found.items() for other in others)
    rows, columns = len(b) - 1, len(a) - 1
    assert sum(map(len, found.values())) == 2 * (rows * (columns - 1) + columns * (rows - 1))

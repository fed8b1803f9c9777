"""Classes, counts and products by hand; missing is never zero."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from lebenslagen.errors import DesignError
from lebenslagen.overlay import (
    Burden,
    burden_count,
    burden_product,
    classed,
    cross,
    disagreement,
    percentile_sum,
    which,
)

VALUES = pd.Series({"a": 1.0, "b": 2.0, "c": np.nan, "d": 3.0, "e": 5.0})


@pytest.mark.parametrize(
    ("direction", "wanted"),
    [(1, [1, 2, pd.NA, 2, 3]), (-1, [3, 3, pd.NA, 2, 1])],
)
def test_a_value_at_the_limit_is_in_the_worse_class(direction: int, wanted: list[object]) -> None:
    found = classed(VALUES, Burden("x", (2.0, 4.0), direction))
    assert found.isna().tolist() == [value is pd.NA for value in wanted]
    assert found.dropna().tolist() == [value for value in wanted if value is not pd.NA]


def test_limits_in_order() -> None:
    for limits in ((), (2.0, 1.0), (1.0, 1.0), (1.0, np.inf)):
        with pytest.raises(DesignError):
            Burden("x", limits)
    with pytest.raises(DesignError):
        Burden("x", (1.0,), 0)


def test_count_and_names() -> None:
    classes = pd.DataFrame(
        {"heat": [3, 3, 1], "noise": [3, pd.NA, 1], "green": [1, 3, 2]}, index=[*"abc"], dtype="Int64"
    )
    worst = {"heat": 3, "noise": 3, "green": 3}
    assert burden_count(classes, worst).isna().tolist() == [False, True, False]
    assert burden_count(classes, worst).dropna().to_dict() == {"a": 2, "c": 0}
    assert which(classes, worst).to_dict() == {"a": ("heat", "noise"), "b": ("heat", "green"), "c": ()}


def test_product_by_hand() -> None:
    burden = pd.DataFrame({"heat": [1.0, 2.0, 3.0, 4.0], "site": [4.0, 3.0, 2.0, 1.0]}, index=[*"abcd"])
    tender = pd.DataFrame({"poor": [1.0, 2.0, np.nan, 4.0]}, index=[*"abcd"])
    heat, site = np.array([25, 50, 75, 100]), np.array([100, 75, 50, 25])
    exposed = (heat + site / 2) / 1.5
    poor = np.array([100 / 3, 200 / 3, np.nan, 100])
    plain = (10 * exposed / exposed.max()) * (10 * poor / 100)
    found = burden_product(burden, tender, half=("site",))
    assert found.tolist() == pytest.approx(plain.tolist(), nan_ok=True)
    assert found.max() == pytest.approx(100)


def test_percentiles_share_their_place() -> None:
    values = pd.DataFrame({"x": [1.0, 1.0, 2.0, np.nan], "y": [0.0, 1.0, 2.0, 3.0]})
    found = percentile_sum(values)
    assert found.tolist()[:3] == pytest.approx([0.0, 1 / 3, 1 + 2 / 3])
    assert np.isnan(found.iloc[3])


def test_disagreement_takes_ties_in() -> None:
    first, second = pd.Series([5, 5, 1, 0, np.nan]), pd.Series([5, 0, 4, 0, 9])
    told = disagreement(first, second, 0.25)
    assert told.tolist()[:4] == ["both" if False else "first", "first", "", ""]
    assert pd.isna(told.iloc[4])


def test_cross_counts_areas_and_people() -> None:
    first, second = pd.Series([1, 1, 2, np.nan]), pd.Series([1, 2, 2, 2])
    people = pd.DataFrame({"all": [10, 20, np.nan, 40]})
    found = cross(first, second, people)
    assert found["areas"].to_dict() == {(1, 1): 1, (1, 2): 1, (2, 2): 1}
    assert found.loc[(1, 2), "all"] == 20
    assert np.isnan(found.loc[(2, 2), "all"])

"""What people live with is counted where they live; the gap is that of the plain sums."""

from __future__ import annotations

import numpy as np
import pytest

from lebenslagen.overlay import Surface, concentration, exposed, gap, mean_exposure


def half() -> Surface:
    return Surface(np.array([0, 0, 1]), np.array([0, 1, 2]), np.array([0.25, 0.75, 1.0]), 2, ())


def test_people_by_class_sum_to_the_people() -> None:
    found = exposed(half(), {"all": [80, 10], "80+": [8, np.nan]}, [1, 3, np.nan], ["a", "b"])
    assert found["all"].groupby("area").sum().to_dict() == {"a": 80.0, "b": 10.0}
    assert found.loc[("a", 3), "80+"] == 6.0
    assert np.isnan(found["80+"].xs("b", level="area")).all()


def test_the_mean_is_that_of_people_not_of_ground() -> None:
    assert mean_exposure(half(), [80, 10], [20.0, 30.0, 25.0]).tolist() == [27.5, 25.0]
    assert np.isnan(mean_exposure(half(), [80, 0], [20.0, 30.0, 25.0])[1])
    assert np.isnan(mean_exposure(half(), [80, 10], [20.0, 30.0, np.nan])[1])


def test_gap_as_by_hand() -> None:
    found = gap([30, 10], [100, 100], [30.0, 20.0])
    assert found.poor == pytest.approx((30 * 30 + 10 * 20) / 40)
    assert found.others == pytest.approx((70 * 30 + 90 * 20) / 160)
    assert np.isnan(found.low)
    assert not found.clear


def test_gap_knows_how_sure_it_is() -> None:
    draw = np.random.default_rng(4)
    poor, people = draw.uniform(5, 40, 60), np.full(60, 100.0)
    tied = gap(poor, people, 20 + poor / 10 + draw.normal(0, 0.3, 60))
    loose = gap(poor, people, draw.normal(20, 3, 60))
    assert tied.clear
    assert tied.low < tied.difference < tied.high
    assert tied.concentration < 0
    assert not loose.clear
    assert gap(poor, people, 20 + poor) == gap(poor, people, 20 + poor)


def test_unknown_areas_are_left_out() -> None:
    assert (
        gap([30, 10, np.nan], [100, 100, 100], [30.0, 20.0, 99.0]).difference
        == gap([30, 10], [100, 100], [30.0, 20.0]).difference
    )


def test_concentration_by_hand() -> None:
    """Twice the covariance of burden and rank, over the mean: person by person."""
    people, burden = [3, 2, 5], [9.0, 4.0, 1.0]
    each = np.repeat(burden, people)
    rank = (np.arange(10) + 0.5) / 10
    middle = np.repeat([rank[:3].mean(), rank[3:5].mean(), rank[5:].mean()], people)
    plain = 2 * np.cov(each, middle, bias=True)[0, 1] / each.mean()
    assert concentration([1, 2, 3], people, burden) == pytest.approx(plain)
    assert concentration([1, 1, 1], people, burden) == pytest.approx(0.0)
    assert concentration([1, 2, 3], people, [5.0, 5.0, 5.0]) == pytest.approx(0.0)
    assert concentration([3, 2, 1], people, burden) > 0

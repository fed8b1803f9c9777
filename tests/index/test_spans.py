"""An area of which a supplier withholds a figure has no point and no guessed class: a span, and every class in it."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pandas as pd
import pytest

from lebenslagen.errors import DesignError
from lebenslagen.index import Classes, IndexDesign, Measure, Part, build_index, change, spans

NAN = float("nan")
IDS = [f"{n:02d}" for n in range(1, 13)]
CLASSES = Classes((-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4"))
TREND = Classes((-1, 1), (False, True), ("+", "+/-", "-"))
A = [5.0, 7.0, 9.0, 11.0, 12.0, 14.0, 15.0, 18.0, 22.0, 30.0, 41.0, 16.0]
B = [60.0, 55.0, 58.0, 50.0, 49.0, 45.0, 44.0, 40.0, 35.0, 20.0, 12.0, 43.0]


def design(**more: object) -> IndexDesign:
    half = Fraction(1, 2)
    status = Measure((Part("A", half, 1), Part("B", half, -1)), CLASSES)
    return IndexDesign("i", "I", "quartier", status, missing="interval", **more)  # type: ignore[arg-type]


def panel(a: list[float] = A, withheld: tuple[str, ...] = ()) -> pd.DataFrame:
    table = pd.DataFrame({"A": a, "B": B}, index=IDS)
    table.loc[list(withheld), "A"] = NAN
    table.attrs["reasons"] = {(area, "A"): "withheld" for area in withheld}
    return table


def ends(low: float, high: float, area: str = "12") -> tuple[pd.DataFrame, pd.DataFrame]:
    row = {"B": [B[IDS.index(area)]]}
    return tuple(pd.DataFrame({"A": [value], **row}, index=[area]) for value in (low, high))  # type: ignore[return-value]


def test_the_others_are_computed_without_the_area() -> None:
    index = build_index(design(), panel(withheld=("12",)))
    without = build_index(replace(design(), missing="refuse", exclude={"12": "harbour"}), panel())
    assert index.status.scores.equals(without.status.scores)
    assert dict(index.left_out) == {"12": ("A",)}
    assert "12" not in index.status.classes


@pytest.mark.parametrize("value", [2.0, 16.0, 33.3, 55.0])
def test_each_value_in_between_scores_in_between(value: float) -> None:
    """Measured as if it took part with its z-value, by hand."""
    index = build_index(design(), panel(withheld=("12",)))
    span = spans(index.status, *ends(2.0, 55.0))["12"]
    status, b = index.status, B[11]
    total = (value - status.means["A"]) / status.sds["A"] - (b - status.means["B"]) / status.sds["B"]
    score = (total * 2 / 2 - status.sum_mean) / status.sum_sd
    assert span.low - 1e-12 <= score <= span.high + 1e-12
    key = CLASSES.keys[sum((score > c, score >= c)[c == -1] for c in CLASSES.cuts)]
    assert key in span.classes


def test_the_ends_are_those_of_the_values_and_classes_have_no_gap() -> None:
    index = build_index(design(), panel(withheld=("12",)))
    narrow = spans(index.status, *ends(16.0, 16.0))["12"]
    assert narrow.low == pytest.approx(narrow.high)
    assert len(narrow.classes) == 1
    wide = spans(index.status, *ends(0.0, 100.0))["12"]
    assert wide.low < narrow.low < wide.high
    assert (
        wide.classes
        == CLASSES.keys[CLASSES.keys.index(wide.classes[0]) : CLASSES.keys.index(wide.classes[-1]) + 1]
    )
    assert len(wide.classes) > 1


def test_of_an_indicator_that_relieves_the_greatest_value_gives_the_least_score() -> None:
    index = build_index(design(), panel(withheld=("12",)))
    low, high = (pd.DataFrame({"A": [16.0], "B": [value]}, index=["12"]) for value in (20.0, 60.0))
    span = spans(index.status, low, high)["12"]
    assert span.low == pytest.approx(spans(index.status, high, high)["12"].low)
    assert span.high == pytest.approx(spans(index.status, low, low)["12"].high)
    assert span.low < span.high


def test_what_is_missing_for_another_reason_is_still_refused() -> None:
    table = panel(withheld=("12",))
    table.loc["03", "B"] = NAN
    with pytest.raises(DesignError) as raised:
        build_index(design(), table)
    assert [(f.code, f.values["areas"]) for f in raised.value.faults] == [("value-missing", "03")]


def test_a_withheld_figure_of_the_earlier_period_takes_the_area_out_of_both() -> None:
    dynamics = Measure((Part("A", 1, 1),), TREND)
    now, before = panel(), panel([n * 0.9 + k for k, n in enumerate(A)], withheld=("05",))
    index = build_index(design(dynamics=dynamics, change_over="2020"), now, change(now, before))
    assert dict(index.left_out) == {"05": ("A",)}
    assert index.dynamics is not None
    moved = [pd.DataFrame({"A": [value]}, index=["05"]) for value in (-20.0, 12.0)]
    assert len(spans(index.dynamics, *moved)["05"].classes) > 1


def test_ranks_have_no_span() -> None:
    ranked = replace(design(), status=replace(design().status, normalise="rank"))
    index = build_index(ranked, panel(withheld=("12",)))
    with pytest.raises(DesignError) as raised:
        spans(index.status, *ends(2.0, 55.0))
    assert raised.value.faults[0].code == "interval-needs-linear"

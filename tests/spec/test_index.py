"""The social index, step by step, in tables one can check by hand."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from datetime import date
from fractions import Fraction
from typing import Any

import numpy as np
import pandas as pd
import pytest

from lebenslagen.errors import DesignError, Fault
from lebenslagen.index import (
    AGGREGATE,
    CLASSIFY,
    NORMALISE,
    TREAT,
    WEIGHT,
    Classes,
    FocusRule,
    Index,
    IndexDesign,
    Measure,
    Part,
    build_index,
    certainty,
    change,
    rates_only,
    robustness,
    what_if,
)
from lebenslagen.index.examples import ten_quarters
from lebenslagen.index.methods import Reference
from lebenslagen.texts import fault_text

NAN = float("nan")
MSS = Classes(
    (-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4"), ("hoch", "mittel", "niedrig", "sehr niedrig")
)
TREND = Classes((-1, 1), (False, True), ("+", "+/-", "-"))
IDS = [f"{n:02d}" for n in range(1, 11)]


def parts(*keys: str, direction: int | None = 1) -> tuple[Part, ...]:
    return tuple(Part(key, Fraction(1, len(keys)), direction) for key in keys)


def design(status: Measure | None = None, **more: Any) -> IndexDesign:
    return IndexDesign("i", "Sozialindex", "quartier", status or Measure(parts("A", "B"), MSS), **more)


def frame(*rows: Iterable[float], keys: str = "AB", ids: list[str] | None = None) -> pd.DataFrame:
    """Columns of values by indicator."""
    data = dict(zip(keys, rows, strict=True))
    return pd.DataFrame(data, index=ids or IDS[: len(next(iter(data.values())))], dtype=float)


def ten(**changes: float) -> pd.DataFrame:
    """The rates of the ten quarters, with single cells changed: `ten(A01=NAN)`."""
    _, _, numerators, denominators = ten_quarters()
    panel = 100 * numerators / denominators
    for cell, value in changes.items():
        panel.loc[cell[1:], cell[0]] = value
    return panel


def refused(call: Callable[[], object]) -> tuple[Fault, ...]:
    with pytest.raises(DesignError) as raised:
        call()
    return raised.value.faults


def codes(call: Callable[[], object]) -> list[str]:
    return [fault.code for fault in refused(call)]


def normalised(name: str, *values: float, residents: tuple[float, ...] | None = None) -> list[float]:
    reference = Reference(np.array(residents) if residents else None)
    found: np.ndarray[Any, Any] = NORMALISE[name].function(np.array(values), reference)
    return [round(value, 4) for value in found.tolist()]


def aggregated(
    name: str, z: list[list[float]], weights: list[float]
) -> tuple[list[float], list[list[float]]]:
    """The score of each area, and its terms by indicator."""
    reference = Reference()
    arguments = np.array(z), np.array(weights), reference
    row = AGGREGATE[name]
    return (
        row.function(*arguments).round(4).tolist(),  # type: ignore[attr-defined]
        row.terms(*arguments).round(4).tolist(),  # type: ignore[attr-defined]
    )


def test_every_method_has_its_specification_here() -> None:
    for table in (TREAT, NORMALISE, WEIGHT, AGGREGATE, CLASSIFY):
        for name, row in table.items():
            assert row.spec in globals(), f"{name}: {row.spec} is not in this file"
            assert row.label


# --- outliers -------------------------------------------------------------------------------------------------


def test_treat_none() -> None:
    """The values stay as they are."""
    assert TREAT["none"].function(np.array([1.0, 5.0, 300.0])).tolist() == [1, 5, 300]


def test_treat_winsorise() -> None:
    """Of 21 values 0 to 20 the outermost are drawn in to the next: the 5th percentile is 1, the 95th is 19."""
    found = TREAT["winsorise"].function(np.arange(21.0))
    assert found[:3].tolist() == [1, 1, 2]
    assert found[-3:].tolist() == [18, 19, 19]


def test_treat_log() -> None:
    """The natural logarithm: equal ratios become equal distances."""
    assert TREAT["log"].function(np.array([1.0, math.e, math.e**2])).tolist() == pytest.approx([0, 1, 2])


def test_treat_square_root() -> None:
    """The square root."""
    assert TREAT["square-root"].function(np.array([0.0, 4.0, 9.0])).tolist() == [0, 2, 3]


# --- a common scale -------------------------------------------------------------------------------------------


def test_normalise_z() -> None:
    """Mean 5, population standard deviation 2: the divisor is the number of areas."""
    assert normalised("z", 2, 4, 4, 4, 5, 5, 7, 9) == [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]


def test_normalise_z_with_residents() -> None:
    """Areas counted with their residents: mean (3*1 + 1*5) / 4 = 2, variance (3*1 + 1*9) / 4 = 3."""
    assert normalised("z", 1, 5, residents=(3000, 1000)) == [-0.5774, 1.7321]


def test_normalise_z_sample() -> None:
    """The divisor is the number of areas less 1: mean 2, standard deviation 1."""
    assert normalised("z-sample", 1, 2, 3) == [-1, 0, 1]


def test_normalise_min_max() -> None:
    """The lowest value becomes 0, the highest 1."""
    assert normalised("min-max", 10, 20, 50) == [0, 0.25, 1]


def test_normalise_percentile_rank() -> None:
    """Share of the other areas that lie below; equal values share the lower rank."""
    assert normalised("percentile-rank", 10, 20, 20, 40, 50) == [0, 0.25, 0.25, 0.75, 1]


def test_normalise_rank() -> None:
    """Ranks from the least burdened; equal values share the mean rank."""
    assert normalised("rank", 10, 20, 20, 40) == [1, 2.5, 2.5, 4]


def test_normalise_exponential_rank() -> None:
    """Ranks stretched at the burdened end: the most burdened of four has 100, the half-way one 15.6.

    By hand for the lowest: exp(-100/23) = 0.01294; 1 - 0.25 * 0.98706 = 0.75323; -23 ln 0.75323 = 6.518.
    """
    found = normalised("exponential-rank", 1, 2, 3, 4)
    assert found == pytest.approx([6.518, 15.647, 31.009, 100], abs=6e-4)


def test_normalise_none() -> None:
    """The values enter as they are."""
    assert normalised("none", 3, 1, 2) == [3, 1, 2]


def test_direction_turns_an_indicator_round() -> None:
    """Where more means less burden, the area with most has the lowest value."""
    both = (Part("A", 0.5, 1), Part("B", 0.5, -1))
    found = build_index(design(Measure(both, normalise="min-max")), frame([1, 2, 3, 4, 5], [5, 1, 2, 3, 4]))
    assert found.status.z["B"].tolist() == [0, 1, 0.75, 0.5, 0.25]


# --- weights --------------------------------------------------------------------------------------------------


def weighted(name: str, z: list[list[float]]) -> list[float]:
    declared = np.array([0.5, 0.3, 0.2])
    found: np.ndarray[Any, Any] = WEIGHT[name].function(np.array(z), declared, Reference())
    return found.round(4).tolist()  # type: ignore[no-any-return]


ALIKE = [[-1.0, 0.0, 1.0, 0.0], [-1.0, 0.0, 1.0, 0.0], [0.0, -1.0, 0.0, 1.0]]


def test_weight_declared() -> None:
    """The weights of the design."""
    assert weighted("declared", ALIKE) == [0.5, 0.3, 0.2]


def test_weight_equal() -> None:
    """Every indicator weighs the same."""
    assert weighted("equal", ALIKE) == [0.3333, 0.3333, 0.3333]


def test_weight_pca() -> None:
    """Two indicators that are the same make the first component; one unrelated to them gets no weight."""
    assert [abs(weight) for weight in weighted("pca", ALIKE)] == [0.5, 0.5, 0]


def test_pca_refuses_a_component_that_points_in_two_directions() -> None:
    """Where indicators oppose each other, the component would count one against the others."""
    measure = Measure(parts("A", "B", "C"), weights="pca")
    table = frame([1, 2, 3, 4, 5], [1, 2, 3, 5, 4], [5, 4, 3, 2, 1.5], keys="ABC")
    assert codes(lambda: build_index(design(measure), table)) == ["weights-opposed"]


# --- bringing indicators together -----------------------------------------------------------------------------


def test_aggregate_sum() -> None:
    """With equal weights the plain sum: 1 + 3 and 2 + 0."""
    assert aggregated("sum", [[1, 2], [3, 0]], [0.5, 0.5]) == ([4, 2], [[1, 2], [3, 0]])


def test_aggregate_sum_with_weights() -> None:
    """Otherwise the number of indicators times the weighted mean: 2 (0.75 * 1 + 0.25 * 3) = 3."""
    assert aggregated("sum", [[1, 2], [3, 0]], [0.75, 0.25])[0] == [3, 3]


def test_aggregate_mean() -> None:
    """The weighted mean: 0.75 * 1 + 0.25 * 3."""
    assert aggregated("mean", [[1, 2], [3, 0]], [0.75, 0.25]) == ([1.5, 1.5], [[0.75, 1.5], [0.75, 0]])


def test_aggregate_percentile_sum() -> None:
    """Each indicator's percentile rank, added up."""
    z = [[1.0, 2.0, 9.0], [5.0, 7.0, 6.0]]
    assert aggregated("percentile-sum", z, [0.5, 0.5]) == ([0, 1.5, 1.5], [[0, 0.5, 1], [0, 1, 0.5]])


def test_aggregate_geometric() -> None:
    """The weighted geometric mean: sqrt(4 * 9) = 6; its terms are fair shares that add up to it."""
    score, terms = aggregated("geometric", [[4, 1], [9, 1]], [0.5, 0.5])
    assert score == [6, 1]
    assert [round(a + b, 3) for a, b in zip(*terms, strict=True)] == [6, 1]
    assert terms[1][0] > terms[0][0]


def test_aggregate_product() -> None:
    """The product: 4 * 9 = 36 and 2 * 1 = 2. By hand: the means are 3 and 5, their product 15, of which each has half;
    the first adds on average ((4-3)*5 + (4-3)*9) / 2 = 7, the second ((9-5)*3 + (9-5)*4) / 2 = 14."""
    assert aggregated("product", [[4, 2], [9, 1]], [0.5, 0.5]) == ([36, 2], [[14.5, 4.5], [21.5, -2.5]])


# --- classes --------------------------------------------------------------------------------------------------


def classified(classes: Classes, *scores: float) -> list[str]:
    table = frame(scores, keys="A", ids=[str(i) for i in range(len(scores))])
    plain = Measure(parts("A"), classes, normalise="none", rescale="none")
    found = build_index(design(plain), table).status.classes
    assert found is not None
    return found.tolist()


def test_classify_cuts() -> None:
    """I < -1 | -1 <= I <= 1 | 1 < I <= 1.5 | I > 1.5: for each cut-off it is declared to which side it belongs."""
    scores = (-1.01, -1, 0, 0.99, 1, 1.0001, 1.5, 1.5001, 2, 3)
    assert classified(MSS, *scores) == ["1", "2", "2", "2", "2", "3", "3", "4", "4", "4"]


def test_classify_quantiles() -> None:
    """Five classes of two areas each."""
    found = classified(Classes(keys=tuple("abcde"), method="quantiles"), *range(10))
    assert found == list("aabbccddee")


def test_quantiles_keep_equal_scores_together() -> None:
    """Equal scores are in one class, even if the classes then differ in size; impossible classes are refused."""
    halves = Classes(keys=("a", "b"), method="quantiles")
    assert classified(halves, 1, 1, 1, 1, 1, 1, 2, 2, 2, 3) == ["a"] * 6 + ["b"] * 4
    fifths = Classes(keys=tuple("abcde"), method="quantiles")
    assert codes(lambda: classified(fifths, *[1] * 9, 2)) == ["class-empty"]


def test_classify_equal_interval() -> None:
    """From 0 to 100 in four classes of 25."""
    found = classified(
        Classes(keys=tuple("abcd"), method="equal-interval"), 0, 5, 10, 20, 25, 26, 50, 51, 75, 100
    )
    assert found == list("aaaaabbccd")


def test_classify_deviations() -> None:
    """Mean 5, standard deviation 2 (twice the eight values of the z-values): cut-offs at 3 and 7."""
    values = (2, 4, 4, 4, 5, 5, 7, 9) * 2
    found = classified(Classes((-1, 1), (False, True), ("low", "mid", "high"), method="deviations"), *values)
    assert found[:8] == ["low", "mid", "mid", "mid", "mid", "mid", "mid", "high"]


# --- the index ------------------------------------------------------------------------------------------------


def test_status_by_hand() -> None:
    """A: z of test_normalise_z, twice. B is A doubled and shifted, so its z are the same, the sum is twice z and its
    standard deviation 2: the score is z again, half of it from each indicator."""
    a = [2.0, 4, 4, 4, 5, 5, 7, 9] * 2
    ids = [f"{i:02d}" for i in range(16)]
    index = build_index(design(), frame(a, [2 * x + 10 for x in a], ids=ids))
    assert index.status.means.to_dict() == {"A": 5, "B": 20}
    assert index.status.sds.to_dict() == {"A": 2, "B": 4}
    assert index.status.sums.tolist()[:8] == [-3, -1, -1, -1, 0, 0, 2, 4]
    assert (index.status.sum_mean, index.status.sum_sd) == (0, 2)
    assert index.status.scores.tolist()[:8] == [-1.5, -0.5, -0.5, -0.5, 0, 0, 1, 2]
    assert index.status.contributions.loc["07"].to_dict() == {"A": 1, "B": 1}
    assert index.status.classes is not None
    assert index.status.classes.tolist()[:8] == ["1", "2", "2", "2", "2", "2", "2", "4"]


def both(**more: Any) -> Index:
    table = ten()
    moved = ten() - ten().mean()
    two = design(dynamics=Measure(parts("A", "B"), TREND), change_over="2020", **more)
    return build_index(two, table, moved.iloc[::-1])


def test_status_and_dynamics_are_combined() -> None:
    """Both keys in a row, status first: "4" and "-" give "4-"."""
    index = both()
    assert index.combined is not None
    assert index.combined.to_dict()["10"] == "4-"
    assert index.combined.to_dict()["01"] == "1+"
    assert index.combined.to_dict()["05"] == "2+/-"


def test_dynamics_are_the_difference_in_points() -> None:
    """49 percent after 41 percent are 8 points; where one period has no value, there is no change."""
    now, before = frame([49, 20], keys="A"), frame([41, NAN], keys="A")
    before.attrs["reasons"] = {("02", "A"): "withheld"}
    moved = change(now, before.iloc[::-1])
    assert moved["A"].tolist()[0] == 8
    assert math.isnan(moved["A"].tolist()[1])
    assert moved.attrs["reasons"] == {("02", "A"): "withheld"}
    assert codes(lambda: change(now, frame([1], keys="A"))) == ["index-areas-differ"]


def test_excluded_areas_enter_nothing() -> None:
    """An excluded area moves neither mean nor standard deviation, whatever its value, and keeps its declared reason."""
    reason = {"10": "Weniger als 300 Einwohnerinnen und Einwohner"}
    one = build_index(design(Measure(parts("A", "B")), exclude=reason), ten())
    other = build_index(design(Measure(parts("A", "B")), exclude=reason), ten(A10=99, B10=NAN))
    pd.testing.assert_series_equal(one.status.scores, other.status.scores, check_exact=True)
    assert "10" not in one.areas
    assert dict(one.excluded) == reason


def test_missing_values_are_refused_or_left_out_by_declaration() -> None:
    """Never filled: either no index, with every indicator and its reason named, or without the area."""
    table = ten(A03=NAN, B03=NAN, B07=NAN)
    table.attrs["reasons"] = {("07", "B"): "withheld", ("03", "A"): "small-base"}
    faults = refused(lambda: build_index(design(), table))
    assert [(f.code, f.values["indicator"], f.values["areas"]) for f in faults] == [
        ("value-small-base", "A", "03"),
        ("value-missing", "B", "03"),
        ("value-withheld", "B", "07"),
    ]
    left = build_index(design(Measure(parts("A", "B")), missing="leave-out"), table)
    assert dict(left.left_out) == {"03": ("A", "B"), "07": ("B",)}
    assert len(left.areas) == 8


def test_orientation_turns_what_is_shown_and_not_the_classes() -> None:
    """Oberhausen's reading: higher is more favourable. Scores and contributions change their sign, classes stay."""
    burden, favourable = build_index(design(), ten()), build_index(design(orientation="favourable"), ten())
    scores, contributions = favourable.shown()
    assert scores.tolist() == [-score for score in burden.shown()[0]]
    assert contributions.loc["10", "A"] == -burden.status.contributions.loc["10", "A"]
    assert favourable.rows()[9][1] == scores["10"] < 0
    assert favourable.status.classes is not None and burden.status.classes is not None
    assert favourable.status.classes.tolist() == burden.status.classes.tolist()


def test_mean_over_residents() -> None:
    """With nearly all residents in one area, that area is the mean: its score is nearly 0."""
    residents = pd.Series([1.0] * 9 + [10**6], index=IDS)
    measure = Measure(parts("A", "B"))
    index = build_index(design(measure, reference="residents"), ten(), weights=residents)
    assert abs(index.status.scores["10"]) < 0.01 < 1 < abs(index.status.scores["01"])
    assert codes(lambda: build_index(design(measure, reference="residents"), ten())) == ["no-residents"]
    zero = residents.where(residents > 1)
    faults = refused(lambda: build_index(design(measure, reference="residents"), ten(), weights=zero))
    assert faults[0].values["areas"] == "01, 02, 03, 04, 05, 06, 07, 08, 09"


def test_contributions_add_up() -> None:
    """Exactly where indicators are added; to the last digits where they are multiplied or ranked."""
    for change_ in (
        {},
        {"aggregate": "mean", "rescale": "none"},
        {"normalise": "percentile-rank", "rescale": "percentile-rank"},
        {"normalise": "min-max", "aggregate": "geometric", "rescale": "min-max"},
        {"normalise": "min-max", "aggregate": "product"},
    ):
        status = build_index(what_if(design(Measure(parts("A", "B"))), **change_), ten()).status
        for area, score in status.scores.items():
            assert math.fsum(status.contributions.loc[area]) == pytest.approx(score, abs=1e-12), change_
            if change_.get("aggregate") not in ("geometric", "product") and status.measure.rescale in (
                "z",
                "none",
            ):
                assert math.fsum(status.contributions.loc[area]) == score


# --- Fokusquartiere -------------------------------------------------------------------------------------------


def test_focus_by_rule() -> None:
    """ "4" means every area of status 4, "3-" only those whose dynamics are unfavourable too."""
    index = both(focus=FocusRule(classes=("4", "3-")))
    assert dict(index.focus) == {"09": "3-", "10": "4-"}
    assert dict(both(focus=FocusRule(classes=("3+",))).focus) == {}


def test_focus_by_decision() -> None:
    """A council decision names the areas, with its date; an area that does not exist is refused."""
    rule = FocusRule(areas=("02", "10"), decision="Beschluss des Rates", date=date(2024, 5, 6))
    assert dict(both(focus=rule).focus) == {"02": "Beschluss des Rates", "10": "Beschluss des Rates"}
    wrong = FocusRule(areas=("2",), decision="Beschluss", date=date(2024, 5, 6))
    assert codes(lambda: both(focus=wrong)) == ["unknown-name"]


# --- designs that refuse to exist -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (lambda: design(Measure((Part("A", 0.9, 1), Part("B", 0.4, 1)))), "weights-sum"),
        (
            lambda: design(Measure((Part("A", Fraction(1, 2), 1), Part("B", Fraction(1, 3), 1)))),
            "weights-sum",
        ),
        (lambda: design(Measure((Part("A", 1.5, 1), Part("B", -0.5, 1)))), "weight-not-positive"),
        (lambda: design(Measure((Part("A", NAN, 1),))), "weight-not-positive"),
        (lambda: design(Measure((Part("A", math.inf, 1),))), "weight-not-positive"),
        (lambda: design(Measure((Part("A", 1, 1), Part("B", 0, 1)))), "weight-not-positive"),
        (lambda: design(Measure((Part("A", 0.5, 1), Part("A", 0.5, 1)))), "indicator-twice"),
        (lambda: design(Measure((Part("A", 1),))), "no-direction"),
        (lambda: design(Measure((Part("A", 1, 0),))), "no-direction"),
        (lambda: design(Measure(())), "no-indicator"),
        (lambda: design(Measure(parts("A"), Classes((1, 1), (), tuple("abc")))), "cuts-not-increasing"),
        (lambda: design(Measure(parts("A"), Classes((1, NAN), (), tuple("abc")))), "cuts-not-increasing"),
        (lambda: design(Measure(parts("A"), Classes((1,), (), tuple("abc")))), "cuts-count"),
        (
            lambda: design(Measure(parts("A"), Classes((1,), (), ("a", "b"), method="quantiles"))),
            "cuts-count",
        ),
        (lambda: design(Measure(parts("A"), Classes((1,), (True, True), ("a", "b")))), "closed-count"),
        (lambda: design(Measure(parts("A"), Classes((1,), (), ("a", "b"), ("x",)))), "labels-count"),
        (lambda: design(Measure(parts("A"), Classes((1,), (), ("a", "a")))), "class-keys"),
        (lambda: design(Measure(parts("A"), aggregate="product")), "aggregate-needs-positive"),
        (
            lambda: design(Measure(parts(*"ABCDEFGHIJKLM"), normalise="rank", aggregate="geometric")),
            "too-many-parts",
        ),
        (lambda: design(focus=FocusRule()), "focus-rule"),
        (lambda: design(focus=FocusRule(("4",), ("01",), "x", date(2024, 1, 1))), "focus-rule"),
        (lambda: design(focus=FocusRule(areas=("01",))), "focus-decision"),
        (lambda: design(focus=FocusRule(classes=("5",))), "unknown-name"),
        (lambda: design(reference="area"), "unknown-name"),
        (lambda: design(missing="mean"), "unknown-name"),
        (lambda: what_if(design(), colour="red"), "unknown-name"),
    ],
)
def test_wrong_designs(build: Callable[[], object], expected: str) -> None:
    """A wrong design is refused, and its German sentence can be said."""
    (fault,) = refused(build)
    assert fault.code == expected
    assert all(fault_text(fault))


def test_all_faults_of_a_design_at_once() -> None:
    """Every fault with its place, and for a misspelt method the name that was probably meant."""
    wrong = Measure(
        (Part("A", 0.5), Part("B", 0.6, 1)), Classes((2, 1), (), tuple("abc")), normalise="zscore"
    )
    faults = refused(lambda: design(wrong, orientation="favorable"))
    assert [(f.where, f.code) for f in faults] == [
        ("indices/i.orientation", "unknown-name"),
        ("indices/i.status.normalise", "unknown-name"),
        ("indices/i.status.parts.A", "no-direction"),
        ("indices/i.status.parts", "weights-sum"),
        ("indices/i.status.classes.cuts", "cuts-not-increasing"),
    ]
    assert faults[0].values["hint"] == " (favourable?)"
    assert "z-sample" in str(faults[1].values["known"])
    assert fault_text(faults[3])[0] == "Die Gewichte ergeben zusammen 1,1 statt 1."


def test_weights_as_fractions_and_decimals() -> None:
    """Seven times 1/7 are exactly 1; decimals may miss it by rounding."""
    assert design(Measure(parts(*"ABCDEFG"))).status.parts[0].weight == Fraction(1, 7)
    assert design(Measure(tuple(Part(key, 0.1, 1) for key in "ABCDEFGHIJ"))).status.keys == tuple(
        "ABCDEFGHIJ"
    )


# --- data that refuse an index --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (ten(**{f"B{area}": 7.0 for area in IDS}), ["indicator-constant"]),
        (ten(**{f"B{area}": NAN for area in IDS}), ["indicator-all-missing"]),
        (ten(B04=math.inf), ["index-value-infinite"]),
        (ten().drop(columns="B"), ["unknown-name"]),
        (ten().iloc[:0], ["empty-panel"]),
        (ten().iloc[:9], ["too-few-areas"]),
        (ten().iloc[:1], ["too-few-areas", "indicator-constant", "indicator-constant"]),
        (pd.concat([ten(), ten().iloc[:1]]), ["index-area-twice"]),
    ],
    ids=["constant", "all missing", "infinite", "absent", "empty", "nine areas", "one area", "area twice"],
)
def test_data_without_an_index(table: pd.DataFrame, expected: list[str]) -> None:
    """Refused by name; nothing is divided by 0 and nothing becomes NaN."""
    faults = refused(lambda: build_index(design(), table))
    assert [fault.code for fault in faults] == expected
    assert all(all(fault_text(fault)) for fault in faults)


def test_fewer_than_ten_areas_have_no_classes() -> None:
    """Nine areas: refused with the reason; without classes, scores are possible from five areas on."""
    fault = refused(lambda: build_index(design(), ten().iloc[:9]))[0]
    assert (fault.values["n"], fault.values["least"]) == (9, 10)
    assert "Zufall" in fault_text(fault)[0]
    plain = design(Measure(parts("A", "B")))
    assert len(build_index(plain, ten().iloc[:5]).areas) == 5
    assert codes(lambda: build_index(plain, ten().iloc[:4])) == ["too-few-areas-for-scores"]


def test_other_contradictions_of_design_and_data() -> None:
    """Dynamics without a second table, other areas, an excluded area that does not exist, a logarithm of 0."""
    two = design(dynamics=Measure(parts("A", "B"), TREND))
    assert codes(lambda: build_index(two, ten())) == ["no-change-table"]
    assert codes(lambda: build_index(two, ten(), ten().iloc[:9])) == ["index-areas-differ"]
    assert codes(lambda: build_index(design(exclude={"1": "x"}), ten())) == ["unknown-name"]
    assert codes(lambda: build_index(what_if(design(), treat="log"), ten(A01=0))) == ["treat-needs-positive"]
    opposed = frame(range(10), range(9, -1, -1))
    assert codes(lambda: build_index(design(), opposed)) == ["sum-constant"]
    assert codes(lambda: build_index(design(), ten()).shown("dynamics")) == ["no-dynamics"]


@pytest.mark.files
def test_designs_need_no_numpy() -> None:
    """Declarations are read where nothing is computed: the names of the methods are known without numpy."""
    import subprocess
    import sys

    code = (
        "import sys; from lebenslagen.index import IndexDesign, Measure, Part; "
        "IndexDesign('i', 'I', 'q', Measure((Part('A', 1, 1),))); print({'numpy', 'pandas'} & set(sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "set()"


# --- how sure a class is --------------------------------------------------------------------------------------


def test_probabilities_of_classes() -> None:
    """Far from every border a class is sure; close to one it is not, and the rows add up to 1."""
    _, plain, numerators, denominators = ten_quarters()
    sure = certainty(plain, numerators, denominators, draws=1000, seed=1).status
    assert sure.probabilities is not None and sure.own is not None
    assert sure.probabilities.sum(axis=1).to_numpy() == pytest.approx(np.ones(10))
    assert sure.own["05"] > 0.99
    assert 0.4 < sure.own["02"] < 0.75
    assert sure.probabilities.at["02", "1"] == sure.own["02"]


def test_more_people_make_a_class_surer() -> None:
    """The same rates in quarters a hundred times as large: chance decides no more."""
    _, plain, numerators, denominators = ten_quarters()
    large = certainty(plain, 100 * numerators, 100 * denominators, draws=200, seed=1).status
    assert large.own is not None
    assert large.own.min() > 0.95


def test_distance_to_the_border() -> None:
    """Quarter 02 stands at -1.054: .054 below the border at -1, or 6 persons more of A alone, or 2 more of B."""
    index, plain, numerators, denominators = ten_quarters()
    sure = certainty(plain, numerators, denominators, draws=10, seed=1).status
    assert sure.more is not None and sure.fewer is not None
    assert index.status.scores["02"] == pytest.approx(-1.0537, abs=1e-4)
    assert (sure.distance["02"], sure.border["02"]) == (pytest.approx(0.0537, abs=1e-4), -1)
    assert sure.more.loc["02"].tolist() == [6, 2]
    assert sure.fewer.loc["02"].isna().all()  # the lowest class has nothing below it
    assert sure.nearest("02") == ("B", 2)
    assert sure.nearest("10") == ("B", -19)


def test_dynamics_draw_both_years() -> None:
    """With as many people in both years the change is twice as uncertain as one year alone; combined classes too."""
    _, plain, numerators, denominators = ten_quarters()
    two = design(plain.status, dynamics=Measure(parts("A", "B"), TREND), change_over="2020")
    before = (
        numerators - frame([0, 3, 1, 1, 1, 1, 1, 1, 0, 30], [1, 0, 1, 1, 1, 1, 1, 1, 0, 4]),
        denominators,
    )
    sure = certainty(two, numerators, denominators, before=before, draws=500, seed=1)
    assert sure.combined is not None and sure.dynamics is not None and sure.dynamics.own is not None
    assert list(sure.combined.columns)[:4] == ["1+", "1+/-", "1-", "2+"]
    assert sure.combined.sum(axis=1).to_numpy() == pytest.approx(np.ones(10))
    assert sure.status.own is not None
    assert sure.dynamics.own.mean() < sure.status.own.mean()
    assert sure.index.combined is not None and sure.index.combined["10"] == "4-"


def test_without_case_numbers_there_is_no_probability() -> None:
    """Where only rates are known it says so: the distance in score stands, nothing is invented."""
    index, plain, numerators, denominators = ten_quarters()
    known = rates_only(index)
    assert known.basis == "rates-only"
    assert known.status.probabilities is None and known.status.nearest("02") is None
    assert known.status.distance["02"] == pytest.approx(0.0537, abs=1e-4)
    absent = numerators.drop(columns="B")
    faults = refused(lambda: certainty(plain, absent, denominators, seed=1))
    assert [(fault.code, fault.values["indicators"]) for fault in faults] == [("only-rates-known", "B")]


def test_counts_that_contradict_each_other() -> None:
    """More recipients than residents: refused with the areas."""
    _, plain, numerators, denominators = ten_quarters()
    wrong = numerators.copy()
    wrong.loc["03", "B"] = 201
    faults = refused(lambda: certainty(plain, wrong, denominators, seed=1))
    assert [(fault.code, fault.values["areas"]) for fault in faults] == [("counts-contradict", "03")]
    empty = denominators.copy()
    empty.loc["03", "B"] = 0
    assert codes(lambda: certainty(plain, numerators, empty, seed=1)) == ["value-undefined"]


# --- what other choices would say -----------------------------------------------------------------------------


def test_robustness() -> None:
    """One choice at a time is made otherwise; the share of them in which an area keeps its class is said."""
    _, plain, numerators, denominators = ten_quarters()
    residents = pd.Series(range(1000, 11000, 1000), index=IDS)
    robust = robustness(plain, 100 * numerators / denominators, weights=residents, draws=50, seed=1)
    said = [variant.text.format(**variant.values) for variant in robust.variants]
    assert said == [
        "without A",
        "without B",
        "common scale: from 0 (lowest) to 1 (highest)",
        "common scale: percentile rank from 0 to 1",
        "weights: first principal component",
        "outliers drawn in",
        "mean over residents instead of areas",
    ]
    by_hand = (robust.classes.loc["02"] == "1").mean()
    assert robust.same["02"] == by_hand
    assert robust.ranks.loc["10"].tolist() == [1] * 7
    assert (robust.lowest["10"], robust.highest["10"]) == (1, 1)
    assert robust.same_weights.between(0, 1).all()
    assert robust.impossible == ()


def test_robustness_needs_classes_and_names_what_is_impossible() -> None:
    """Without classes nothing can be kept; a variant that the data do not allow is listed, not left out silently."""
    assert codes(lambda: robustness(design(Measure(parts("A", "B"))), ten(), seed=1)) == ["no-classes"]
    turned = ten().assign(C=[9.0, 8.5, 8, 7, 6.5, 6, 5, 4.5, 4, 2])
    robust = robustness(design(Measure(parts("A", "B", "C"), MSS)), turned, draws=5, seed=1)
    assert [variant.values["method"] for variant in robust.impossible] == ["first principal component"]


def test_what_if_changes_one_choice() -> None:
    """The design stays as it is; the new one differs in one choice, or by one indicator."""
    base = design()
    assert what_if(base, normalise="rank").status.normalise == "rank"
    assert base.status.normalise == "z"
    assert what_if(base, without="A").status.keys == ("B",)
    assert what_if(base, missing="leave-out").missing == "leave-out"


# --- a town at the border -------------------------------------------------------------------------------------

# Residents; SGB KI JA GA AE GF AU in %; status to two decimals: Musterstadt 2024 without the Kanalinsel.
MUSTERSTADT = """
01  9800 31 49 6.9 12.0 33 20 38  1.68
02  7400 33 45 8.4 11.0 31 22 43  1.80
03  8100 10 17 2.1 5.0 24 10 34 -0.41
04  6900 26 38 5.9 9.0 37 15 28  1.07
05  7600 11 16 4.2 4.6 26 9 15 -0.50
06  9200 35 51 9.0 9.8 29 25 41  1.89
07  8300 25 37 6.7 7.9 30 19.8 30  1.00
09  6100 9 14 2.6 3.2 20 12 10 -0.91
10  8600 26 37 8.3 8.2 28 22 30  1.16
11  7900 15 21 5.6 4.2 23 15 18 -0.16
12 10400 14 22 4.2 4.8 25 12 14 -0.32
13  6700 10 14 3.0 3.5 23 9 10 -0.84
14  8900 15 24 4.1 5.4 26 11 16 -0.23
15  9700 27 41 6.9 8.3 29 23 31  1.19
16  7300 17 30 4.9 4.6 19 22 23  0.10
17  8200 21 35 6.1 6.6 31 16 24  0.63
18  7700 17 25 4.8 5.0 26 14 17 -0.05
19  8000 7 11 2.7 2.2 19 9 7 -1.18
20  9900 20 28 4.7 7.4 30 14 21  0.33
21  7100 15 23 5.8 5.2 27 11 14 -0.12
22  9100 12 19 4.5 3.7 22 12 12 -0.54
23  6600 8 12 3.2 2.7 21 9 8 -1.02
24  7500 10 13 3.4 10.9 25 7 14 -0.38
25  9300 6 9 2.2 1.8 17 8 6 -1.39
26  8400 7 10 2.5 2.0 18 8 6 -1.29
27  5660 6 8 1.9 1.4 16 7 4 -1.53
"""
SEVEN = "SGB KI JA GA AE GF AU".split()
# Bases as shares of the residents, about those of the town: below 65, below 15, 15 to 24, 65 and older, families.
BASES = np.array([0.795, 0.138, 0.111, 0.205, 0.095, 0.095, 1.0])


def musterstadt() -> tuple[pd.DataFrame, pd.DataFrame, pd.Series[float]]:
    """Rates, bases in persons or households, and the status as printed."""
    rows = [line.split() for line in MUSTERSTADT.split("\n") if line]
    ids = [row[0] for row in rows]
    rates = pd.DataFrame([[float(cell) for cell in row[2:9]] for row in rows], index=ids, columns=SEVEN)
    bases = pd.DataFrame([np.round(float(row[1]) * BASES) for row in rows], index=ids, columns=SEVEN)
    return rates, bases, pd.Series([float(row[9]) for row in rows], index=ids)


def test_musterstadt_is_computed_as_printed() -> None:
    """All 26 quarters to the printed digit (half a unit more where the printed rates are rounded), and the classes."""
    rates, _, printed = musterstadt()
    index = build_index(design(Measure(parts(*SEVEN), MSS)), rates)
    assert (index.status.scores - printed).abs().max() < 0.0075
    assert index.status.scores["07"] == pytest.approx(0.9986, abs=5e-5)
    assert index.status.classes is not None
    assert index.status.classes.value_counts().to_dict() == {"1": 5, "2": 15, "3": 3, "4": 3}


def test_a_quarter_that_hangs_at_the_border() -> None:
    """Hafenstraße-Nord stands at 0.9986: one child moves it by about .0009, and chance decides its class."""
    rates, bases, _ = musterstadt()
    numerators = (rates * bases / 100).round()
    plain = design(Measure(parts(*SEVEN), MSS))
    sure = certainty(plain, numerators, bases, seed=20241231)
    child = numerators.copy()
    child.loc["07", "KI"] += 1
    moved = build_index(plain, 100 * child / bases).status.scores["07"] - sure.index.status.scores["07"]
    assert 0.0008 < moved < 0.0011
    assert (
        sure.status.own is not None and sure.status.more is not None and sure.status.probabilities is not None
    )
    assert sure.status.more.at["07", "KI"] in (1, 2)
    assert 0.45 < sure.status.own["07"] < 0.62
    assert sure.status.probabilities.loc["07", ["2", "3"]].sum() == 1
    assert sure.status.own["06"] == 1


def test_a_class_that_rests_on_one_indicator() -> None:
    """Brückenviertel is "niedrig" only through its single parents: without them it stands at 0.82, "mittel"."""
    rates, _, _ = musterstadt()
    index = build_index(what_if(design(Measure(parts(*SEVEN), MSS)), without="AE"), rates)
    assert index.status.scores["04"] == pytest.approx(0.82, abs=0.005)
    robust = robustness(design(Measure(parts(*SEVEN), MSS)), rates, draws=10, seed=1)
    assert robust.classes.loc["04"].tolist()[SEVEN.index("AE")] == "2"
    assert robust.same["04"] < 1


def test_other_weights_leave_clear_classes_and_move_unclear_ones() -> None:
    """Weights between half and one and a half of the declared: the quarter at the border moves, the others do not."""
    rates, _, _ = musterstadt()
    robust = robustness(design(Measure(parts(*SEVEN), MSS)), rates, draws=200, seed=1)
    assert 0.2 < robust.same_weights["07"] < 0.8
    assert robust.same_weights[["01", "06", "12", "25"]].tolist() == [1, 1, 1, 1]

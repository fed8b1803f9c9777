"""What must hold for every town: names, order and units change nothing; more burden never lowers a score."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from lebenslagen.index import (
    NORMALISE,
    Classes,
    Index,
    IndexDesign,
    Measure,
    Part,
    build_index,
    certainty,
    change,
    robustness,
    what_if,
)
from lebenslagen.index.examples import ten_quarters

CLASSES = Classes((-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4"))
KEYS = ("A", "B", "C")
EXACT: dict[str, Any] = {"check_exact": True}


def design(**steps: Any) -> IndexDesign:
    weights = (0.5, 0.3, 0.2)
    parts = tuple(Part(key, weight, 1) for key, weight in zip(KEYS, weights, strict=True))
    return IndexDesign("i", "I", "quartier", Measure(parts, CLASSES, **steps))


@st.composite
def panels(draw: st.DrawFn) -> pd.DataFrame:
    """Rates of 10 to 30 areas, in tenths of a percent, each indicator with some spread."""
    n = draw(st.integers(10, 30))
    columns = {}
    for key in KEYS:
        values = draw(st.lists(st.integers(0, 1000), min_size=n, max_size=n))
        assume(len(set(values)) > 2)
        columns[key] = [value / 10 for value in values]
    return pd.DataFrame(columns, index=[f"{i:02d}" for i in range(n)])


def computed(chosen: IndexDesign, panel: pd.DataFrame) -> Index:
    index = build_index(chosen, panel)
    assume(index.status.sum_sd > 1e-6)
    return index


METHODS = st.sampled_from(
    [
        {},
        {"normalise": "z-sample"},
        {"normalise": "min-max", "aggregate": "geometric"},
        {"normalise": "percentile-rank", "rescale": "percentile-rank"},
        {"normalise": "rank", "aggregate": "product"},
        {"treat": "winsorise"},
        {"weights": "equal", "aggregate": "percentile-sum"},
    ]
)


@given(panels(), METHODS, st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_order_of_areas_changes_nothing(panel: pd.DataFrame, steps: dict[str, str], chance: Any) -> None:
    """To the last bit, whatever the order of the rows and of the columns."""
    index = computed(design(**steps), panel)
    rows = chance.sample(list(panel.index), len(panel))
    other = build_index(design(**steps), panel.loc[rows, list(reversed(KEYS))])
    pd.testing.assert_series_equal(index.status.scores, other.status.scores.loc[panel.index], **EXACT)
    pd.testing.assert_frame_equal(
        index.status.contributions, other.status.contributions.loc[panel.index], **EXACT
    )
    assert index.combined is not None and other.combined is not None
    assert index.combined.to_dict() == other.combined.to_dict()


@given(panels(), METHODS)
@settings(max_examples=40)
def test_names_change_nothing(panel: pd.DataFrame, steps: dict[str, str]) -> None:
    index = computed(design(**steps), panel)
    renamed = panel.rename(index=lambda name: f"Quartier {name}")
    other = build_index(design(**steps), renamed)
    assert index.status.scores.tolist() == other.status.scores.tolist()
    assert list(other.areas) == list(renamed.index)


@given(panels(), st.sampled_from(KEYS), st.sampled_from([0.01, 3.0, 1000.0]), st.sampled_from([0.0, 17.0]))
@settings(max_examples=60)
def test_units_change_nothing(panel: pd.DataFrame, key: str, factor: float, shift: float) -> None:
    """Percent, share or per mille, counted from anywhere: z-values and with them the index stay."""
    index = computed(design(), panel)
    other = build_index(design(), panel.assign(**{key: panel[key] * factor + shift}))
    assert other.status.scores.tolist() == pytest.approx(index.status.scores.tolist(), abs=1e-9)


@given(panels(), METHODS, st.data())
@settings(max_examples=120)
def test_more_burden_never_lowers_the_score(
    panel: pd.DataFrame, steps: dict[str, str], data: st.DataObject
) -> None:
    """The sum never falls. The score neither, as long as the area does not itself set the standard deviation."""
    index = computed(design(**steps), panel)
    area, key = data.draw(st.sampled_from(list(panel.index))), data.draw(st.sampled_from(KEYS))
    more = panel.copy()
    more.loc[area, key] += data.draw(st.sampled_from([0.1, 1.0, 5.0]))
    other = computed(design(**steps), more)
    assert other.status.sums[area] >= index.status.sums[area] - 1e-12
    furthest = max(
        max(abs(found.status.scores[area]), abs(panel_z(table, key, area)))
        for found, table in ((index, panel), (other, more))
    )
    if furthest <= math.sqrt((len(panel) - 1) / 3):
        assert other.status.scores[area] >= index.status.scores[area] - 1e-12


def panel_z(table: pd.DataFrame, key: str, area: str) -> float:
    return float((table.at[area, key] - table[key].mean()) / table[key].std(ddof=0))


def test_one_area_far_out_sets_the_standard_deviation_itself() -> None:
    """Why the sentence above has its second half: the sum rises, its standard deviation rises faster."""
    rest = [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0, 8.0]
    panel = pd.DataFrame(
        {"A": [-60.0, *rest], "B": [-3.0, *reversed(rest)]}, index=[f"{i:02d}" for i in range(10)]
    )
    more = panel.copy()
    more.loc["00", "A"] = -8.0
    plain = IndexDesign("i", "I", "quartier", Measure((Part("A", 0.5, 1), Part("B", 0.5, 1)), CLASSES))
    one, two = build_index(plain, panel).status, build_index(plain, more).status
    assert two.sums["00"] > one.sums["00"]
    assert two.scores["00"] < one.scores["00"] < -2.5


@given(panels(), METHODS)
@settings(max_examples=60)
def test_contributions_add_up(panel: pd.DataFrame, steps: dict[str, str]) -> None:
    status = computed(design(**steps), panel).status
    for area in panel.index:
        total = math.fsum(status.contributions.loc[area])
        assert total == pytest.approx(status.scores[area], abs=1e-9)


@given(panels(), st.sampled_from(sorted(NORMALISE)))
@settings(max_examples=60)
def test_scales_keep_the_order(panel: pd.DataFrame, name: str) -> None:
    z = computed(design(normalise=name), panel).status.z
    for key in KEYS:
        order = np.argsort(panel[key].to_numpy(), kind="stable")
        assert (np.diff(z[key].to_numpy()[order]) >= 0).all()


@given(panels())
@settings(max_examples=30)
def test_orientation_is_only_a_sign(panel: pd.DataFrame) -> None:
    burden = computed(design(), panel)
    favourable = build_index(what_if(design(), orientation="favourable"), panel)
    assert (favourable.shown()[0] == -burden.shown()[0]).all()
    assert burden.combined is not None and favourable.combined is not None
    assert burden.combined.tolist() == favourable.combined.tolist()


def test_input_is_left_alone_and_results_cannot_be_overwritten() -> None:
    _, plain, numerators, denominators = ten_quarters()
    panel = 100 * numerators / denominators
    kept = panel.copy()
    index = build_index(plain, panel)
    pd.testing.assert_frame_equal(panel, kept, **EXACT)
    scores = index.status.scores.tolist()
    panel.loc["01", "A"] = 99
    assert index.status.scores.tolist() == scores
    with pytest.raises(ValueError, match="read-only"):
        index.status.scores.to_numpy()[0] = 0


def test_same_seed_same_bytes() -> None:
    """The same seed gives the same bytes in any order of the areas; another seed gives others."""
    _, plain, numerators, denominators = ten_quarters()
    one = certainty(plain, numerators, denominators, draws=300, seed=5).status.probabilities
    two = certainty(
        plain, numerators.iloc[::-1], denominators[["B", "A"]], draws=300, seed=5
    ).status.probabilities
    other = certainty(plain, numerators, denominators, draws=300, seed=6).status.probabilities
    assert one is not None and two is not None and other is not None
    assert one.to_numpy().tobytes() == two.loc[one.index].to_numpy().tobytes()
    assert one.to_numpy().tobytes() != other.to_numpy().tobytes()
    panel = 100 * numerators / denominators
    first, second = (robustness(plain, table, draws=40, seed=5) for table in (panel, panel.iloc[::-1]))
    assert first.same_weights.to_dict() == second.same_weights.to_dict()
    assert first.classes.to_dict() == second.classes.to_dict()


def test_an_area_keeps_its_draws_when_others_come_and_go() -> None:
    """Each area has its own stream of chance, so an added quarter does not shake the figures of the others."""
    from lebenslagen.index.sureness import _stream

    first = _stream(1, "now", "A", "01").binomial(1000, 0.2, 5).tolist()
    assert first == _stream(1, "now", "A", "01").binomial(1000, 0.2, 5).tolist()
    assert first != _stream(1, "then", "A", "01").binomial(1000, 0.2, 5).tolist()
    assert first != _stream(1, "now", "A", "02").binomial(1000, 0.2, 5).tolist()


def test_counts_and_rates_give_the_same_index() -> None:
    _, plain, numerators, denominators = ten_quarters()
    sure = certainty(plain, numerators, denominators, draws=2, seed=1)
    index = build_index(plain, 100 * numerators / denominators)
    pd.testing.assert_series_equal(sure.index.status.scores, index.status.scores, **EXACT)


@given(panels())
@settings(max_examples=20)
def test_no_change_is_no_dynamics(panel: pd.DataFrame) -> None:
    """Where nothing has changed anywhere there are no dynamics, and it is said instead of divided by 0."""
    moved = change(panel, panel)
    assert (moved.to_numpy() == 0).all()
    both = IndexDesign("i", "I", "quartier", design().status, design().status)
    with pytest.raises(Exception, match="indicator-constant"):
        build_index(both, panel, moved)

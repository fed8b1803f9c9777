"""What stands out is found by rules, and only where the numbers say so."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lebenslagen.disclosure import Cell
from lebenslagen.edition import Edition
from lebenslagen.report import insight
from lebenslagen.report.view import View, view
from tests.report.town import QUARTER, edition

CUTS, CLOSED, KEYS = (-1.0, 1.0, 1.5), (False, True, True), ("1", "2", "3", "4")


@pytest.fixture(scope="module")
def seen(edition: Edition) -> View:
    return view(edition)


@pytest.mark.parametrize(
    ("score", "key"),
    [("-1.001", "1"), ("-1", "2"), ("0", "2"), ("1", "2"), ("1.001", "3"), ("1.5", "3"), ("1.501", "4")],
)
def test_a_value_on_a_border_belongs_where_the_rule_says(score: str, key: str) -> None:
    assert insight.class_at(Decimal(score), CUTS, CLOSED, KEYS) == key


def test_scores_are_counted_as_burden_whatever_is_printed(seen: View) -> None:
    shown = seen.values(seen.of_index("score"))
    assert insight.scores(seen)["01"] == -shown["01"]
    assert insight.scores(seen)["01"] > 1
    assert insight.scores(seen)["27"] < -1


def test_the_class_recomputed_from_released_scores_is_the_released_class(seen: View) -> None:
    info = seen.index
    assert info is not None
    for area, score in insight.scores(seen).items():
        near = any(
            abs(score - Decimal(str(cut))) < Decimal("0.006") for cut in info.cuts
        )  # printed with two decimals
        assert (
            near
            or insight.class_at(score, info.cuts, info.upper_closed, info.class_keys)
            == seen.cell(seen.of_index("class"), area).value
        )


def test_an_indicator_far_from_the_others_is_found_and_only_there(seen: View) -> None:
    found = {one.area: one for one in insight.odd(seen)}
    assert found["24"].indicator == "GA"  # 11 % in old age, where all else is low
    assert found["24"].higher
    assert "01" not in found  # high in everything
    assert "27" not in found  # low in everything


def test_people_moving_in_explain_a_fall(seen: View) -> None:
    found = {one.area: one for one in insight.growth(seen)}
    assert list(found) == ["17"]
    one = found["17"]
    # 820 people more of whom 0.8 are under 65; rate with the base of before = 100 × numerator now ÷ base before
    assert one.more == 656
    assert one.points == one.without - one.now > 1


def test_without_counts_nothing_is_said_about_growth(edition: Edition) -> None:
    kept = tuple(c for c in edition.release.columns if c.role != "denominator")
    assert insight.growth(view(replace(edition, release=replace(edition.release, columns=kept)))) == ()


def test_a_class_that_hangs_on_one_indicator(edition: Edition) -> None:
    """Lower the other contributions of an area just over the border: now it hangs on the remaining one."""
    seen = view(edition)
    found = {one.area: one for one in insight.single(seen)}
    info = seen.index
    assert info is not None
    for area, one in found.items():
        assert seen.cell(seen.of_index("class"), area).value in insight.burdened(info)
        assert one.without not in insight.burdened(info)
    assert all(area not in found for area in insight.standing(seen, ("1", "2")))


def test_unsure_is_what_is_under_eighty_percent_or_at_a_border(seen: View) -> None:
    column = seen.of_index("probability")
    low = {a for a, v in seen.values(column).items() if v < 80}
    found = {one.area for one in insight.unsure(seen)}
    assert low
    assert low <= found
    for one in insight.unsure(seen):
        assert one.near or one.area in low


def test_early_signs_are_inconspicuous_and_move_the_wrong_way(seen: View) -> None:
    info = seen.index
    assert info is not None
    for area in insight.early(seen):
        assert seen.cell(seen.of_index("class"), area).value not in insight.burdened(info)
        assert seen.cell(seen.of_index("dynamics_class"), area).value == "-"


def test_what_of_a_movement_falls_on_a_break(edition: Edition) -> None:
    """Child poverty from 40 to 50 with 5 of it from 2021 to 2022, when counting changed."""
    values = {"2020": "40.0", "2021": "41.0", "2022": "46.0", "2024": "50.0"}
    columns = []
    for column in edition.release.columns:
        if column.indicator == "KI" and column.role == "rate" and column.period in values:
            row = dict(column.cells[QUARTER]) | {"01": Cell(Decimal(values[column.period]))}
            column = replace(column, cells={**column.cells, QUARTER: row})
        columns.append(column)
    seen = view(replace(edition, release=replace(edition.release, columns=tuple(columns))))
    kids, earlier = seen.edition.catalogue.indicator("KI"), seen.previous
    assert earlier is not None
    movement = insight.move(seen, kids, earlier, seen.period, "01")
    assert movement is not None
    assert (movement.change, movement.at_breaks, movement.share) == (
        Decimal("10.0"),
        Decimal("5.0"),
        Decimal("0.5"),
    )


def test_where_a_neighbour_of_the_break_is_hidden_its_part_is_unknown(edition: Edition) -> None:
    columns = tuple(
        replace(c, cells={**c.cells, QUARTER: dict(c.cells[QUARTER]) | {"01": Cell(None, "withheld")}})
        if c.indicator == "KI" and c.role == "rate" and c.period == "2021" else c
        for c in edition.release.columns
    )  # fmt: skip
    seen = view(replace(edition, release=replace(edition.release, columns=columns)))
    assert seen.previous is not None
    movement = insight.move(seen, seen.edition.catalogue.indicator("KI"), seen.previous, seen.period, "01")
    assert movement is not None
    assert movement.breaks
    assert movement.at_breaks is None


def test_an_edition_without_index_has_no_findings_about_it() -> None:
    from tests.report.town import Size

    seen = view(edition(Size(6, 2)))
    assert (insight.unsure(seen), insight.single(seen), insight.early(seen)) == ((), (), ())


def test_a_handful_of_people_moving_in_is_not_named() -> None:
    from tests.report.town import Size

    few = {
        ("u65", "2020", "01"): 40,
        ("u65", "2024", "01"): 64,
        ("sgb2", "2020", "01"): 20,
        ("sgb2", "2024", "01"): 20,
    }
    assert "01" not in {one.area for one in insight.growth(view(edition(Size(6, 2), few)))}
    many = {key: 10 * value for key, value in few.items()}
    assert "01" in {one.area for one in insight.growth(view(edition(Size(6, 2), many)))}

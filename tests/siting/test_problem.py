"""A question that is wrong is refused with all that is wrong; nothing is guessed."""

from __future__ import annotations

from dataclasses import replace
from math import inf, nan
from typing import Any

import pytest

from lebenslagen.errors import DesignError
from lebenslagen.siting import (
    MODELS,
    Demand,
    Distances,
    Floor,
    Grant,
    Period,
    Site,
    SitingProblem,
    closer_than,
)


def asked(**other: Any) -> SitingProblem:
    plain: dict[str, Any] = {
        "demand": Demand(("a", "b"), {"all": [5, 3]}, {"all": 1}),
        "sites": (Site("s"), Site("t")),
        "distances": Distances([0, 1], [0, 1], [300.0, 9.0]),
        "radius": 300,
        "periods": (Period(2026, 1),),
    }
    return SitingProblem(**{**plain, **other})


def people(**other: Any) -> Demand:
    plain: dict[str, Any] = {"ids": ("a", "b"), "people": {"all": [5, 3]}, "weights": {"all": 1}}
    return Demand(**{**plain, **other})


@pytest.mark.parametrize(
    ("code", "wrong"),
    [
        ("no-sites", {"sites": ()}),
        ("site-twice", {"sites": (Site("s"), Site("s"))}),
        ("place-twice", {"demand": people(ids=("a", "a"))}),
        ("people-not-usable", {"demand": people(people={"all": [5, -3]})}),
        ("people-not-usable", {"demand": people(people={"all": [5, 1e308]})}),
        ("people-not-usable", {"demand": people(people={"all": [5, nan]})}),
        ("people-not-usable", {"demand": people(factor=[1, inf])}),
        ("lengths-differ", {"demand": people(people={"all": [5]})}),
        ("group-unknown", {"demand": people(weights={"80+": 1})}),
        ("weight-not-usable", {"demand": people(weights={"all": -1})}),
        ("cost-not-usable", {"sites": (Site("s", investment=-1), Site("t"))}),
        ("cost-not-usable", {"sites": (Site("s", lifetime=0), Site("t"))}),
        ("cost-not-usable", {"sites": (Site("s", grant=Grant(1.2, "P", 2026)), Site("t"))}),
        ("site-must-and-barred", {"sites": (Site("s", must=True, barred="Autobahn"), Site("t"))}),
        ("distance-not-usable", {"distances": Distances([0, 2], [0, 1], [1.0, 1.0])}),
        ("distance-not-usable", {"distances": Distances([0, 1], [0, 1], [1.0, -1.0])}),
        ("radius-not-usable", {"radius": 0}),
        ("radius-not-usable", {"radius": nan}),
        ("periods-not-in-order", {"periods": (Period(2027, 1), Period(2026, 1))}),
        ("periods-not-in-order", {"periods": ()}),
        ("more-sites-than-there-are", {"periods": (Period(2026, 3),)}),
        ("limit-not-usable", {"periods": (Period(2026, -1),)}),
        ("limit-not-usable", {"periods": (Period(2026, 1, nan),)}),
        ("floor-of-nothing", {"floors": (Floor("F", 1),)}),
        ("floor-not-usable", {"floors": (Floor("F", 3, sites=frozenset({"s"})),)}),
        ("floor-not-usable", {"floors": (Floor("F", 1.5, places=frozenset({"a"})),)}),
        ("floor-year-unknown", {"floors": (Floor("F", 1, sites=frozenset({"s"}), by=2030),)}),
        ("site-unknown", {"floors": (Floor("F", 1, sites=frozenset({"s", "x"})),)}),
        ("site-unknown", {"apart": (("s", "x"),)}),
        ("place-unknown", {"floors": (Floor("F", 1, places=frozenset({"x"})),)}),
        ("group-unknown", {"floors": (Floor("F", 1, places=frozenset({"a"}), group="80+"),)}),
    ],
)  # fmt: skip
def test_refused(code: str, wrong: dict[str, Any]) -> None:
    with pytest.raises(DesignError) as refused:
        asked(**wrong)
    assert code in [fault.code for fault in refused.value.faults]


def test_all_faults_at_once() -> None:
    with pytest.raises(DesignError) as refused:
        asked(radius=-1, sites=(Site("s", investment=-1), Site("s")))
    assert {f.code for f in refused.value.faults} >= {"radius-not-usable", "cost-not-usable", "site-twice"}


def test_exactly_at_the_limit_counts_and_a_millimetre_more_does_not() -> None:
    near, far = Distances([0], [0], [300.0]), Distances([0], [0], [300.001])
    assert MODELS["maximal-cover"](asked(distances=near)).value == 5.0
    assert MODELS["maximal-cover"](asked(distances=far)).value == 0.0


def test_places_without_a_way_are_named() -> None:
    plan = MODELS["p-median"](asked(distances=Distances([0], [0], [10.0])))
    assert plan.unreachable == ("b",)


def test_nobody_is_allowed_and_needs_nothing() -> None:
    plan = MODELS["maximal-cover"](asked(demand=people(people={"all": [0, 0]})))
    assert (plan.value, plan.chosen, plan.proven) == (0.0, (), True)


def test_the_order_of_the_sites_does_not_choose() -> None:
    equal = Distances([0, 1], [0, 1], [10.0, 10.0])
    both = asked(demand=people(people={"all": [4, 4]}), distances=equal)
    turned = replace(both, sites=(Site("t"), Site("s")), distances=Distances([1, 0], [0, 1], [10.0, 10.0]))
    assert MODELS["maximal-cover"](both).chosen == MODELS["maximal-cover"](turned).chosen


def test_no_time_is_said() -> None:
    from lebenslagen.errors import InfeasibleError

    with pytest.raises(InfeasibleError) as refused:
        MODELS["p-median"](asked(), seconds=0.0)
    assert refused.value.faults[0].code == "no-plan-in-time"


def test_closer_than_is_strict() -> None:
    assert closer_than(("a", "b"), [(0, 0), (0, 100)], 100) == ()


def test_money_of_ten_years_holds_renewals_without_grant() -> None:
    site = Site("s", investment=1000.0, running=10.0, lifetime=4.0, grant=Grant(0.5, "P", 2026))
    assert site.cost_over(10, 2026) == 500 + 2 * 1000 + 100
    assert site.cost_over(10, 2027) == 1000 + 2 * 1000 + 100

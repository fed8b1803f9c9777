"""What is said about a plan is true of every choice there is: counted one by one on small questions."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from lebenslagen.errors import InfeasibleError
from lebenslagen.siting import (
    MODELS,
    Demand,
    Floor,
    Period,
    SitingPlan,
    SitingProblem,
    added,
    alternatives,
    marginal_curve,
    prices,
    regret,
    shifts,
    value_of,
    worth,
)
from tests.siting.twin import allowed, best, choices, metres_between, question

WITHIN = 0.1


def solved(wanted: int, **kind: bool) -> list[tuple[SitingProblem, SitingPlan]]:
    found: list[tuple[SitingProblem, SitingPlan]] = []
    for seed in range(1000):
        asked = question(seed)
        if kind.get("floors") and not asked.floors:
            continue
        try:
            plan = MODELS["maximal-cover"](asked)
        except InfeasibleError:
            continue
        if plan.value > 0 and plan.chosen:
            found.append((asked, plan))
        if len(found) == wanted:
            return found
    raise AssertionError("too few questions have a plan")


def test_conditions_that_contradict_are_a_smallest_set() -> None:
    seen = set()
    for seed in range(160):
        asked = question(seed)
        try:
            MODELS["maximal-cover"](asked)
        except InfeasibleError as error:
            names = [fault.where for fault in error.faults]
            assert best("maximal-cover", only(asked, set(names))) is None, seed
            for name in names:
                assert best("maximal-cover", only(asked, set(names) - {name})) is not None, (seed, names)
            seen |= {name.split(":")[0] for name in names}
    assert {"most", "budget", "floor", "must"} <= seen


def only(asked: SitingProblem, names: set[str]) -> SitingProblem:
    """The question with no conditions but the named ones."""
    return replace(
        asked,
        periods=tuple(
            Period(
                p.year,
                p.most if f"most:{p.year}" in names else None,
                p.budget if f"budget:{p.year}" in names else None,
            )
            for p in asked.periods
        ),
        floors=tuple(f for f in asked.floors if f"floor:{f.label}" in names),
        sites=tuple(s if f"must:{s.id}" in names else replace(s, must=False) for s in asked.sites),
        apart=asked.apart if "apart" in names else (),
    )


def test_alternatives_are_all_there_are_and_common_sites_are_common() -> None:
    several = 0
    for asked, plan in solved(60):
        found = alternatives(asked, plan, within=WITHIN, most=200)
        walk = metres_between(asked)
        good = [
            frozenset(opened) for opened in choices(asked)
            if allowed(asked, opened, walk) and value_of(plan.model, asked, opened) >= plan.value * (1 - WITHIN) - 1e-9
        ]  # fmt: skip
        assert found.complete
        assert found.common == frozenset(plan.chosen) & frozenset.intersection(*good)
        told = [frozenset(plan.chosen), *(frozenset(other.chosen) for other in found.plans)]
        assert all(any(one <= choice for one in told) for choice in good)
        assert all(one in good for one in told)
        several += len(found.plans) > 1
    assert several > 5


def test_each_site_is_worth_what_its_absence_takes() -> None:
    for asked, plan in solved(30):
        for one in added(asked, plan):
            rest = {site: t for site, t in plan.worth.opened.items() if site != one.site}
            for group, people in worth(asked, rest).people.items():
                assert plan.worth.people[group][-1] - people[-1] == pytest.approx(one.only[group])
                assert one.only[group] <= one.people[group] + 1e-9


def test_the_curve_never_falls_and_ends_where_all_are_reached() -> None:
    asked = replace(question(6), floors=(), apart=(), periods=(Period(2026),))
    asked = replace(asked, sites=tuple(replace(s, must=False) for s in asked.sites))
    curve = marginal_curve(asked, len(asked.candidates))
    values = [plan.value for plan in curve if plan is not None]
    assert len(values) == len(asked.candidates) + 1
    assert values == sorted(values)
    assert values[0] < values[-1] == pytest.approx(best("maximal-cover", asked))


def test_a_floor_has_its_price() -> None:
    paid = 0
    for asked, plan in solved(40, floors=True):
        for price, floor in zip(prices(asked, plan), asked.floors, strict=True):
            rest = tuple(other for other in asked.floors if other is not floor)
            assert price.value == pytest.approx(best("maximal-cover", replace(asked, floors=rest)))
            assert price.value >= plan.value - 1e-9
            paid += price.value > plan.value + 1e-9
    assert paid > 0


def test_a_list_of_others_is_judged_as_it_is() -> None:
    asked, plan = next((a, p) for a, p in solved(60) if any(period.most == 1 for period in a.periods))
    everything = {asked.sites[n].id: 0 for n in asked.candidates}
    judged = regret(asked, plan, everything)
    assert any(name.startswith("most:") for name in judged.worth.broken)
    assert dict(judged.worth.opened) == everything
    assert judged.best == plan.value
    with pytest.raises(KeyError):
        regret(asked, plan, {"nirgends": 0})


def test_other_weights_move_the_choice() -> None:
    asked, plan = next((a, p) for a, p in solved(60) if len(a.candidates) > 2)
    old = Demand(asked.demand.ids, asked.demand.people, {"80+": 1.0})
    moved = shifts(asked, plan, {"80+": old})
    other, common = moved["80+"]
    assert other.value == pytest.approx(best("maximal-cover", replace(asked, demand=old)))
    assert set(common) == set(other.chosen) & set(plan.chosen)


def test_a_floor_over_people_of_one_group() -> None:
    asked = replace(question(3), floors=(), apart=(), periods=(Period(2026),))
    people = np.asarray(asked.demand.people["80+"])
    whole = Floor("alle", 1.0, places=frozenset(asked.demand.ids), group="80+")
    broken = worth(replace(asked, floors=(whole,)), {}).broken
    reached_all = people[~asked.served].sum() == 0
    assert broken == (() if reached_all else ("floor:alle",)) or any(
        name.startswith("must") for name in broken
    )

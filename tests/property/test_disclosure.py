"""No generated table, with no generated history, lets the attack win; protecting twice changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lebenslagen.disclosure import Draft, DraftColumn, Ledger, Policy, Release, attack, leaks, protect
from lebenslagen.errors import DisclosureError
from tests.disclosure.build import draft, draft_column, frames, summed
from tests.disclosure.enumerate import possible

QUICK = settings(
    max_examples=60, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow]
)
PLACES = frames({"Nord": "01 02 03", "Mitte": "04 05", "Süd": "06 07"})
IDS = PLACES[0].ids
SMALL = st.integers(0, 12)
LARGE = st.integers(0, 300)
RULES = st.builds(
    Policy,
    audience=st.sampled_from(["public", "committee"]),
    threshold=st.integers(3, 6),
    width=st.integers(1, 5),
    group=st.sampled_from(["none", "full", "both"]),
    complements=st.booleans(),
)


@dataclass(frozen=True)
class Case:
    """A draft, the rules, and what was released before: other tables on the same counts, by other rules."""

    table: Draft
    policy: Policy
    ledger: Ledger


def rows(draw: st.DrawFn, numbers: st.SearchStrategy[int]) -> dict[str, int]:
    return {area: draw(numbers) for area in IDS}


@st.composite
def columns(draw: st.DrawFn) -> tuple[DraftColumn, ...]:
    """Two counts, their sum, a base, shares, an index value and its class."""
    a, b, extra = rows(draw, SMALL), rows(draw, SMALL | LARGE), rows(draw, SMALL | LARGE)
    both = {area: a[area] + b[area] for area in IDS}
    base = {area: both[area] + extra[area] for area in IDS}
    shares = {
        key: {area: Decimal(100 * row[area]) / base[area] for area in IDS if base[area]}
        for key, row in (("A", a), ("B", b))
    }
    weight = Decimal(draw(st.integers(1, 300))) / 1000
    score = {area: weight * shares["A"][area] - shares["B"][area] / 10 for area in shares["A"]}
    cut = Decimal(draw(st.integers(-50, 50))) / 10
    return (
        draft_column("a", **summed(PLACES, a)),
        draft_column("b", **summed(PLACES, b)),
        draft_column("both", sum_of=("a", "b"), **summed(PLACES, both)),
        draft_column("base", **summed(PLACES, base)),
        draft_column("A", "rate", numerator="a", denominator="base", quarter=shares["A"]),
        draft_column("B", "rate", numerator="b", denominator="base", quarter=shares["B"]),
        draft_column("score", "linear", role="score", terms=(("A", weight), ("B", Decimal("-0.1"))), quarter=score),
        draft_column(
            "class", "class", of=("score",), cuts=(cut,), keys=("low", "high"),
            quarter={area: "high" if value > cut else "low" for area, value in score.items()},
        ),
    )  # fmt: skip


@st.composite
def cases(draw: st.DrawFn) -> Case:
    every = draw(columns())
    history: list[Release] = []
    for chosen in draw(st.lists(st.sampled_from([every[:1], every[:2], every[3:4], every[:4]]), max_size=2)):
        try:
            history.append(protect(draft(PLACES, *chosen), draw(RULES), Ledger(tuple(history))))
        except DisclosureError:
            continue
    number = draw(st.sampled_from([1, 2, 4, 6, 8]))
    return Case(draft(PLACES, *every[:number]), draw(RULES), Ledger(tuple(history)))


@QUICK
@given(cases())
def test_the_attack_never_wins(case: Case) -> None:
    try:
        release = protect(case.table, case.policy, case.ledger)
    except DisclosureError:
        return
    assert leaks(release, attack(release, case.ledger)) == ()
    for column in release.columns:
        if column.kind == "count":
            for level, cells in column.cells.items():
                small = [
                    area
                    for area, cell in cells.items()
                    if cell.value is not None and 0 < cell.value < case.policy.threshold
                ]  # type: ignore[operator]
                assert small == [], level


@QUICK
@given(cases())
def test_the_truth_lies_within_the_bounds(case: Case) -> None:
    try:
        release = protect(case.table, case.policy, case.ledger)
    except DisclosureError:
        return
    for (key, level, area), bound in release.bounds.items():
        if " − " not in key:
            value = case.table.column(key).value(level, area)
            assert (
                bound.low - 1e-6
                <= float(value)
                <= (float("inf") if bound.high is None else bound.high) + 1e-6
            )  # type: ignore[arg-type]


@QUICK
@given(cases())
def test_protecting_twice_changes_nothing(case: Case) -> None:
    try:
        first = protect(case.table, case.policy, case.ledger)
    except DisclosureError:
        return
    again = protect(case.table, case.policy, Ledger((*case.ledger.releases, first)))
    assert again.columns == first.columns
    assert again.bounds == first.bounds


@QUICK
@given(rows=st.fixed_dictionaries({area: st.integers(0, 9) for area in IDS}), policy=RULES)
def test_nobody_who_tries_all_numbers_learns_more(rows: dict[str, int], policy: Policy) -> None:
    try:
        release = protect(draft(PLACES, draft_column("a", **summed(PLACES, rows))), policy)
    except DisclosureError:
        return
    limit = sum(rows.values())
    hidden = [place for place in release.bounds if release.cell(*place).mark]
    if (limit + 1) ** len(hidden) > 20_000:
        return
    for place, (low, high) in possible(release, limit).items():
        bound = release.bounds[place]
        assert bound.low == low
        assert bound.high is None or bound.high == high
        assert bound.width >= policy.width


def test_most_generated_tables_can_be_protected() -> None:
    """Otherwise the properties above would say little."""
    done = []

    @settings(max_examples=40, deadline=None, derandomize=True, database=None)
    @given(columns())
    def protected(every: tuple[DraftColumn, ...]) -> None:
        try:
            protect(draft(PLACES, *every), Policy(threshold=3, width=3))
        except DisclosureError:
            done.append(False)
        else:
            done.append(True)

    protected()
    assert sum(done) > len(done) / 3


@pytest.mark.parametrize("group", ["full", "both"])
def test_renaming_areas_changes_nothing(group: str) -> None:
    values = {"01": 2, "02": 17, "03": 9, "04": 30, "05": 25, "06": 11, "07": 40}
    policy = Policy(threshold=5, width=4, group=group)
    plain = protect(draft(PLACES, draft_column("a", **summed(PLACES, values))), policy)
    other = frames({"Nord": "x1 x2 x3", "Mitte": "x4 x5", "Süd": "x6 x7"})
    renamed = {f"x{int(area)}": value for area, value in values.items()}
    named = protect(draft(other, draft_column("a", **summed(other, renamed))), policy)
    assert list(plain.column("a").cells["quarter"].values()) == list(
        named.column("a").cells["quarter"].values()
    )

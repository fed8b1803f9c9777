"""Trying all whole numbers never finds more than the attack says, on small cases of every kind."""

from __future__ import annotations

import random
from decimal import Decimal

import pytest

from lebenslagen.disclosure import Column, Policy, Release, attack
from tests.disclosure.build import column, flat, frames, ledger, release, summed
from tests.disclosure.enumerate import possible
from tests.disclosure.leaking import LEAKS

LIMIT = {"hierarchy": 21, "linked": 13, "indexed": 61}  # no true count of these cases is larger
PLACES = frames({"Nord": "01 02", "Süd": "03 04"})


def hidden(
    table: dict[str, dict[str, int]], draw: random.Random, number: int
) -> dict[str, dict[str, object]]:
    """The table with so many cells withheld."""
    places = [(level, area) for level, row in table.items() for area in row]
    chosen = set(draw.sample(places, number))
    return {lv: {a: "*" if (lv, a) in chosen else v for a, v in row.items()} for lv, row in table.items()}


def policy(draw: random.Random) -> Policy:
    return Policy(threshold=3, width=3, group=draw.choice(["full", "both"]))


def hierarchy(draw: random.Random) -> Release:
    """Three levels, any three cells withheld."""
    table = summed(PLACES, {area: draw.randint(1, 5) for area in PLACES[0].ids})
    return release(PLACES, column("a", **hidden(table, draw, 3)), policy=policy(draw))


def linked(draw: random.Random) -> Release:
    """Three variables, one of them the sum of the others, in two quarters and the town."""
    places = flat("01 02")
    rows = [summed(places, {area: draw.randint(1, 3) for area in ("01", "02")}) for _ in "ab"]
    both = {lv: {area: rows[0][lv][area] + rows[1][lv][area] for area in rows[0][lv]} for lv in rows[0]}
    return release(
        places,
        column("a", **hidden(rows[0], draw, 2)),
        column("b", **hidden(rows[1], draw, 1)),
        column("ab", sum_of=("a", "b"), **hidden(both, draw, 1)),
        policy=policy(draw),
    )


def indexed(draw: random.Random) -> Release:
    """Two shares, a printed index value, a class; one or both counts withheld."""
    base, counts = draw.randint(12, 60), [draw.randint(1, 12), draw.randint(1, 12)]
    weights, constant = (Decimal("0.137"), Decimal("0.0613")), Decimal("-1.0171")
    rates = [Decimal(100 * count) / base for count in counts]
    score = constant + sum(w * r for w, r in zip(weights, rates, strict=True))
    cuts = (Decimal("-0.3331"), Decimal("0.4447"))
    show_score, show_share, second = draw.random() < 0.6, draw.random() < 0.3, draw.random() < 0.5
    return release(
        flat("01"),
        column("base", quarter={"01": base}),
        column("a", quarter={"01": "*"}),
        column("b", quarter={"01": "*" if second else counts[1]}),
        share("A", "a", round(rates[0]) if show_share else "*"),
        share("B", "b", "*"),
        linear("score", weights, constant, round(score, 1) if show_score else "*"),
        column(
            "class",
            "class",
            of=("score",),
            cuts=cuts,
            keys=("1", "2", "3"),
            quarter={"01": 1 + sum(score > c for c in cuts)},
        ),
        policy=policy(draw),
    )


def share(key: str, numerator: str, shown: object) -> Column:
    return column(key, "rate", numerator=numerator, denominator="base", quarter={"01": shown})


def linear(key: str, weights: tuple[Decimal, Decimal], constant: Decimal, shown: object) -> Column:
    terms = tuple(zip(("A", "B"), weights, strict=True))
    return column(key, "linear", terms=terms, constant=constant, quarter={"01": shown})


@pytest.mark.parametrize("seed", range(24))
@pytest.mark.parametrize("kind", [hierarchy, linked, indexed], ids=lambda kind: kind.__name__)
def test_enumeration_finds_nothing_narrower(kind: object, seed: int) -> None:
    table: Release = kind(random.Random(seed))  # type: ignore[operator]
    bounds = attack(table)
    limit = LIMIT[kind.__name__]  # type: ignore[attr-defined]
    tried = possible(table, limit)
    unlimited = any(bounds[place].high is None for place in tried)
    further = possible(table, limit + 3) if unlimited else {}
    assert tried
    for place, (low, high) in tried.items():
        assert bounds[place].low == low
        if bounds[place].high is None:
            assert further[place][1] > high
        else:
            assert bounds[place].high == high


def test_enumeration_with_an_earlier_release() -> None:
    leak = LEAKS["cumulated_minus_earlier"]()
    assert possible(leak.release, 20, leak.ledger)[leak.cell] == leak.learns


@pytest.mark.parametrize(
    "name",
    [
        "one_hidden_per_district",
        "two_hidden_but_tight",
        "declared_sum",
        "share_times_base",
        "zeros_are_shown",
    ],
)
def test_enumeration_finds_the_leaks_too(name: str) -> None:
    leak = LEAKS[name]()
    assert possible(leak.release, 10)[leak.cell] == leak.learns


def test_enumeration_sees_a_planted_error() -> None:
    """The twin would notice an attack that forgets the totals."""
    table = release(flat("01 02"), column("a", quarter={"01": "*", "02": 4}, town=6))
    assert possible(table, 10) == {("a", "quarter", "01"): (2, 2)}
    assert ledger().known == ()

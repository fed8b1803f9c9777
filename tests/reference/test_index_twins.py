"""The index against slow twins that share no code with it: lists, loops, one person after the other."""

from __future__ import annotations

import itertools
import math
import statistics
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from lebenslagen.index import (
    AGGREGATE,
    NORMALISE,
    Classes,
    IndexDesign,
    Measure,
    Part,
    build_index,
    certainty,
)
from lebenslagen.index.methods import Reference

STATUS = Classes((-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4"))
TREND = Classes((-1, 1), (False, True), ("+", "+/-", "-"))
KEYS = ("A", "B", "C")

Table = dict[str, list[float]]


# --- the twins ------------------------------------------------------------------------------------------------


def slow_scores(table: Table) -> list[float]:
    """The index of equal weights, as one would do it on paper."""
    z = []
    for values in table.values():
        mean, sd = statistics.fmean(values), statistics.pstdev(values)
        z.append([(value - mean) / sd for value in values])
    sums = [math.fsum(column) for column in zip(*z, strict=True)]
    return [total / statistics.pstdev(sums) for total in sums]


def slow_class(score: float) -> str:
    if score < -1:
        return "1"
    if score <= 1:
        return "2"
    return "3" if score <= 1.5 else "4"


def slow_trend(score: float) -> str:
    return "+" if score < -1 else "+/-" if score <= 1 else "-"


def rates(numerators: Table, denominators: Table) -> Table:
    return {
        key: [100 * a / b for a, b in zip(numerators[key], denominators[key], strict=True)] for key in KEYS
    }


def less(now: Table, before: Table | None) -> Table:
    if before is None:
        return now
    return {key: [a - b for a, b in zip(now[key], before[key], strict=True)] for key in KEYS}


def slow_persons(
    numerators: Table, denominators: Table, key: str, area: int, step: int, before: Table | None = None
) -> float:
    """Add (or take away) one person after the other until the class of the area is another one."""
    classify = slow_class if before is None else slow_trend
    own = classify(slow_scores(less(rates(numerators, denominators), before))[area])
    changed = {name: list(values) for name, values in numerators.items()}
    for persons in itertools.count(1):
        changed[key][area] += step
        if not 0 <= changed[key][area] <= denominators[key][area]:
            return math.nan
        if classify(slow_scores(less(rates(changed, denominators), before))[area]) != own:
            return persons
    raise AssertionError


# --- random towns ---------------------------------------------------------------------------------------------


def town(seed: int, n: int = 12, base: tuple[int, int] = (30, 120)) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Numerators and denominators of a small town whose indicators resemble each other."""
    chance = np.random.default_rng(seed)
    ids = [f"{i:02d}" for i in range(n)]
    denominators = pd.DataFrame(chance.integers(*base, (n, 3)), index=ids, columns=list(KEYS))
    share = np.clip(chance.normal(0.3, 0.12, (n, 1)) + chance.normal(0, 0.05, (n, 3)), 0.02, 0.95)
    numerators = pd.DataFrame(chance.binomial(denominators.to_numpy(), share), index=ids, columns=list(KEYS))
    return numerators, denominators


def lists(frame: pd.DataFrame) -> Table:
    return {str(key): frame[key].tolist() for key in frame.columns}


def measure(classes: Classes) -> Measure:
    return Measure(tuple(Part(key, Fraction(1, 3), direction=1) for key in KEYS), classes)


def design(dynamics: bool = False) -> IndexDesign:
    return IndexDesign("i", "I", "quartier", measure(STATUS), measure(TREND) if dynamics else None)


@pytest.mark.parametrize("seed", range(20))
def test_scores_and_classes(seed: int) -> None:
    numerators, denominators = town(seed)
    index = build_index(design(), 100 * numerators / denominators)
    expected = slow_scores(rates(lists(numerators), lists(denominators)))
    assert index.status.scores.tolist() == pytest.approx(expected, abs=1e-12)
    assert index.status.classes is not None
    assert index.status.classes.tolist() == [slow_class(score) for score in expected]


@pytest.mark.parametrize("seed", range(6))
def test_persons_to_the_border_of_the_status(seed: int) -> None:
    numerators, denominators = town(seed)
    sure = certainty(design(), numerators, denominators, draws=2, seed=1).status
    assert sure.more is not None and sure.fewer is not None
    for (number, area), key in itertools.product(enumerate(numerators.index), KEYS):
        for found, step in ((sure.more, 1), (sure.fewer, -1)):
            expected = slow_persons(lists(numerators), lists(denominators), key, number, step)
            assert found.at[area, key] == pytest.approx(expected, nan_ok=True), (area, key, step)


@pytest.mark.parametrize("seed", range(3))
def test_persons_to_the_border_of_the_dynamics(seed: int) -> None:
    (numerators, denominators), before = town(seed), town(seed + 100)
    sure = certainty(design(True), numerators, denominators, before=before, draws=2, seed=1).dynamics
    assert sure is not None and sure.more is not None and sure.fewer is not None
    earlier = rates(*map(lists, before))
    for (number, area), key in itertools.product(enumerate(numerators.index), KEYS):
        for found, step in ((sure.more, 1), (sure.fewer, -1)):
            expected = slow_persons(lists(numerators), lists(denominators), key, number, step, earlier)
            assert found.at[area, key] == pytest.approx(expected, nan_ok=True), (area, key, step)


@pytest.mark.parametrize("seed", range(3))
def test_probabilities(seed: int) -> None:
    """Another generator, another order, one table after the other: equal within four standard errors of both."""
    draws = 1500
    (numerators, denominators), (then, base) = town(seed, base=(80, 300)), town(seed + 50, base=(80, 300))
    sure = certainty(design(True), numerators, denominators, before=(then, base), draws=draws, seed=seed)
    chance = np.random.Generator(np.random.MT19937(seed))
    counted = {area: dict.fromkeys(sure.combined.columns, 0) for area in numerators.index}  # type: ignore[union-attr]
    for _ in range(draws):
        now = {
            key: [
                float(chance.binomial(d, n / d))
                for n, d in zip(numerators[key], denominators[key], strict=True)
            ]
            for key in KEYS
        }
        earlier = {
            key: [float(chance.binomial(d, n / d)) for n, d in zip(then[key], base[key], strict=True)]
            for key in KEYS
        }
        status = rates(now, lists(denominators))
        change = less(status, rates(earlier, lists(base)))
        for area, s, d in zip(numerators.index, slow_scores(status), slow_scores(change), strict=True):
            counted[area][slow_class(s) + slow_trend(d)] += 1
    assert sure.combined is not None
    for area, key in itertools.product(counted, sure.combined.columns):
        expected, found = counted[area][key] / draws, sure.combined.at[area, key]
        error = math.sqrt(2 * max(expected * (1 - expected), 1 / draws) / draws)
        assert abs(found - expected) <= 4 * error, (area, key)


@pytest.mark.parametrize("name", ["geometric", "product"])
def test_fair_shares(name: str) -> None:
    """Over all orders of the indicators, one permutation after the other."""
    chance = np.random.default_rng(7)
    z, weights = chance.uniform(0.2, 3, (4, 6)), np.array([0.1, 0.2, 0.3, 0.4])
    power = weights if name == "geometric" else weights * 4
    mean = z.mean(axis=1)

    def worth(values: list[float]) -> float:
        return math.prod(value**p for value, p in zip(values, power, strict=True))

    terms = AGGREGATE[name].terms(z, weights, Reference())
    for area in range(6):
        shares = [weight * worth(list(mean)) for weight in weights]
        orders = list(itertools.permutations(range(4)))
        for order in orders:
            values = list(mean)
            for k in order:
                before = worth(values)
                values[k] = z[k, area]
                shares[k] += (worth(values) - before) / len(orders)
        assert terms[:, area] == pytest.approx(shares, abs=1e-12)
        assert terms[:, area].sum() == pytest.approx(worth(list(z[:, area])), abs=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_ranks(seed: int) -> None:
    """Counting, for each area, those below it and those equal."""
    values = np.random.default_rng(seed).integers(0, 6, 15).astype(float)
    below = [sum(other < value for other in values) for value in values]
    equal = [sum(other == value for other in values) for value in values]
    reference = Reference()
    assert NORMALISE["percentile-rank"].function(values, reference).tolist() == [b / 14 for b in below]
    middle = [b + (e + 1) / 2 for b, e in zip(below, equal, strict=True)]
    assert NORMALISE["rank"].function(values, reference).tolist() == middle

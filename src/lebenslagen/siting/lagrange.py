"""A good choice and a bound for maximal cover before the solver starts, and the sites that are settled by them.

Lagrangian relaxation of "reached only if a site stands" (Galvão and ReVelle 1996), solved by subgradients. A site whose
being taken, or left, would push the bound below the value of a known choice cannot be taken, or left, in any better one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from lebenslagen.siting.problem import SitingProblem
from lebenslagen.siting.reduce import Reduced

__all__ = ["Fixed", "fix"]

ROUNDS = 300


@dataclass(frozen=True, eq=False)
class Fixed:
    """A choice (numbers of kept candidates), its value and a bound on any; which sites are taken or left for sure.

    >>> Fixed((0,), 5.0, 5.0, frozenset({0}), frozenset()).choice
    (0,)
    """

    choice: tuple[int, ...]
    value: float
    bound: float
    taken: frozenset[int]
    left: frozenset[int]


def fix(problem: SitingProblem, small: Reduced) -> Fixed | None:
    """What can be settled beforehand; None where there is more to keep to than a number of sites.

    >>> fix.__name__
    'fix'
    """
    most = problem.periods[0].most
    others = problem.floors or problem.apart or any(site.must for site in problem.sites)
    if len(problem.periods) > 1 or most is None or problem.periods[0].budget is not None or others:
        return None
    count, total = min(most, len(small.sites)), len(small.sites)
    if not count or count == total or not len(small.weight):
        return None
    columns = small.serves.tocsc()
    choice = _improved(columns, small.weight, _greedy(columns, small.weight, count))
    value = _covered(columns, small.weight, choice)
    best_bound = np.inf
    best: np.ndarray = np.zeros(total)
    price, step, stuck = small.weight / np.maximum(small.serves.sum(axis=1), 1.0), 1.0, 0
    rows = small.serves
    for _ in range(ROUNDS):
        profit: np.ndarray = np.asarray(columns.T @ price)
        order = np.argsort(-profit, kind="stable")[:count]
        bound = float(np.maximum(small.weight - price, 0).sum() + profit[order].sum())
        if bound < best_bound - 1e-9:
            best_bound, best, stuck = bound, profit, 0
        else:
            stuck += 1
            step, stuck = (step / 2, 0) if stuck >= 10 else (step, stuck)
        found = _covered(columns, small.weight, order)
        if found > value:
            choice = _improved(columns, small.weight, order)
            value = _covered(columns, small.weight, choice)
        if best_bound <= value * (1 + 1e-12) or step < 1e-4:
            break
        picked = np.zeros(total)
        picked[order] = 1.0
        slope = rows @ picked - (small.weight > price)
        length = float(slope @ slope)
        if not length:
            break
        price = np.clip(price - step * (bound - value) / length * slope, 0, small.weight)
    taken, left = _settled(best, count, best_bound, value)
    return Fixed(tuple(sorted(int(k) for k in choice)), value, best_bound, taken, left)


def _settled(
    profit: np.ndarray, count: int, bound: float, value: float
) -> tuple[frozenset[int], frozenset[int]]:
    order = np.argsort(-profit, kind="stable")
    inside, outside = order[:count], order[count:]
    slack = bound - value * (1 - 1e-9)
    taken = [int(k) for k in inside if profit[k] - profit[outside[0]] > slack]
    left = [int(k) for k in outside if profit[inside[-1]] - profit[k] > slack]
    return frozenset(taken), frozenset(left)


def _covered(columns: object, weight: np.ndarray, choice: np.ndarray) -> float:
    near = np.zeros(len(weight), dtype=bool)
    for k in choice:
        near[_served(columns, int(k))] = True
    return float(weight[near].sum())


def _served(columns: object, k: int) -> np.ndarray:
    start, end = columns.indptr[k : k + 2]  # type: ignore[attr-defined]
    return np.asarray(columns.indices[start:end])  # type: ignore[attr-defined]


def _greedy(columns: object, weight: np.ndarray, count: int) -> np.ndarray:
    """One after the other the site that adds most."""
    rest, choice = weight.copy(), list[int]()
    for _ in range(count):
        gain = columns.T @ rest  # type: ignore[attr-defined]
        gain[choice] = -1.0
        best = int(np.argmax(gain))
        choice.append(best)
        rest[_served(columns, best)] = 0.0
    return np.array(choice)


def _improved(columns: object, weight: np.ndarray, choice: np.ndarray) -> np.ndarray:
    """Swap one site for another as long as that adds people."""
    chosen = [int(k) for k in choice]
    times = np.zeros(len(weight))
    for k in chosen:
        times[_served(columns, k)] += 1
    better = True
    while better:
        better = False
        for place, k in enumerate(chosen):
            own = _served(columns, k)
            times[own] -= 1
            gain = columns.T @ np.where(times == 0, weight, 0.0)  # type: ignore[attr-defined]
            gain[[other for other in chosen if other != k]] = -1.0
            best = int(np.argmax(gain))
            if gain[best] > gain[k] * (1 + 1e-12) + 1e-9:
                chosen[place], better = best, True
            times[_served(columns, chosen[place])] += 1
    return np.array(chosen)

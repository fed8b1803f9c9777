"""How many people live with a burden, by group; and whether poor people bear more of it than others.

People are on pieces of ground, so a forest or a car park in their area does not change what they live with.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from lebenslagen.overlay.people import Surface

__all__ = ["Gap", "concentration", "exposed", "gap", "mean_exposure"]


@dataclass(frozen=True)
class Gap:
    """The mean burden of poor people and of all others, in the unit of the burden, and their difference with an interval.

    `low` and `high` hold 95 of 100 draws of the areas (seeded bootstrap). `concentration` is below 0 where the burden
    gathers among areas with many poor people.

    >>> Gap(28.1, 27.2, 0.9, 0.4, 1.3, -0.02).clear
    True
    """

    poor: float
    others: float
    difference: float
    low: float
    high: float
    concentration: float

    @property
    def clear(self) -> bool:
        """Whether the interval leaves no doubt which of the two is larger."""
        return self.low > 0 or self.high < 0


def exposed(
    surface: Surface, counts: Mapping[str, Sequence[float]], classes: Sequence[float], ids: Sequence[str]
) -> pd.DataFrame:
    """Persons of each group in each class of burden: index (area, class), a column a group.

    `classes` holds the class of each piece, NaN where the burden is not known there: these people are in class NaN.

    >>> from lebenslagen.overlay.people import Surface
    >>> s = Surface(np.array([0, 0]), np.array([0, 1]), np.array([0.25, 0.75]), 1, ())
    >>> exposed(s, {"all": [8]}, [1, 3], ["a"])["all"].tolist()
    [2.0, 6.0]
    """
    import pandas as pd

    frame = pd.DataFrame({group: surface.spread(numbers) for group, numbers in counts.items()})
    frame.insert(0, "class", np.asarray(classes, dtype=float))
    frame.insert(0, "area", np.asarray(ids, dtype=object)[surface.area])
    found: pd.DataFrame = frame.groupby(["area", "class"], dropna=False).sum(min_count=1)
    return found


def mean_exposure(surface: Surface, counts: Sequence[float], values: Sequence[float]) -> NDArray[np.float64]:
    """The mean burden that the people of each area live with; NaN where there are none, or nothing is known.

    `values` is the burden of each piece. People where it is not known are left out.

    >>> from lebenslagen.overlay.people import Surface
    >>> s = Surface(np.array([0, 0]), np.array([0, 1]), np.array([0.25, 0.75]), 1, ())
    >>> mean_exposure(s, [8], [20.0, 30.0]).tolist()
    [27.5]
    """
    people, burden = surface.spread(counts), np.asarray(values, dtype=float)
    known = np.isfinite(burden) & np.isfinite(people)
    whole = np.bincount(surface.area[known], people[known], surface.areas)
    total = np.bincount(surface.area[known], (people * burden)[known], surface.areas)
    return np.asarray(np.divide(total, whole, out=np.full(surface.areas, np.nan), where=whole > 0))


def gap(
    poor: Sequence[float],
    residents: Sequence[float],
    burden: Sequence[float],
    *,
    draws: int = 1000,
    seed: int = 1,
) -> Gap:
    """Whether poor people live with more of a burden: one number an area (persons, persons, mean burden of its people).

    Areas where one of the three is not known are left out. Raises nothing; the interval is NaN below three areas.

    >>> gap([90, 10], [100, 100], [30.0, 20.0]).difference
    8.0
    """
    rows = np.column_stack([np.asarray(part, dtype=float) for part in (poor, residents, burden)])
    rows = rows[np.isfinite(rows).all(axis=1)]
    own, other = _means(rows)
    low = high = np.nan
    if len(rows) >= 3:
        draw = np.random.default_rng(seed)
        some = [np.subtract(*_means(rows[draw.integers(0, len(rows), len(rows))])) for _ in range(draws)]
        low, high = np.nanquantile(some, [0.025, 0.975]).tolist()
    share = np.divide(rows[:, 0], rows[:, 1], out=np.zeros(len(rows)), where=rows[:, 1] > 0)
    return Gap(own, other, own - other, low, high, concentration(-share, rows[:, 1], rows[:, 2]))


def concentration(rank_by: Sequence[float], people: Sequence[float], burden: Sequence[float]) -> float:
    """The concentration index of a burden over people ranked from worst off to best off (Kakwani, Wagstaff 1997).

    `rank_by` is larger where people are better off; areas with the same value share their middle rank. 0: alike for all;
    below 0: it gathers among the worst off.

    >>> round(concentration([1, 2], [100, 100], [30.0, 10.0]), 3)
    -0.25
    """
    order = np.argsort(np.asarray(rank_by, dtype=float), kind="stable")
    key, weight = np.asarray(rank_by, dtype=float)[order], np.asarray(people, dtype=float)[order]
    values, whole = np.asarray(burden, dtype=float)[order], float(np.sum(people))
    mean = float((weight * values).sum() / whole) if whole else 0.0
    if not mean:
        return 0.0
    _, group = np.unique(key, return_inverse=True)
    sizes = np.bincount(group, weight)
    middle = (np.cumsum(sizes) - sizes / 2) / whole
    return float(2 * (weight * values * (middle[group] - 0.5)).sum() / whole / mean)


def _means(rows: NDArray[np.float64]) -> tuple[float, float]:
    """The mean burden of poor people and of all others."""
    poor, others = rows[:, 0], rows[:, 1] - rows[:, 0]
    found = [float((w * rows[:, 2]).sum() / w.sum()) if w.sum() > 0 else np.nan for w in (poor, others)]
    return found[0], found[1]

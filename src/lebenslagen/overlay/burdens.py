"""Several burdens in one place: how many, which, weighed against vulnerability; and where ways of counting disagree.

The count is that of the German environmental justice maps (burdens in their worst class), the product that of
CalEnviroScreen (OEHHA), the sum of percentiles that of the Social Vulnerability Index (CDC/ATSDR).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from lebenslagen.errors import DesignError, Fault

if TYPE_CHECKING:
    import pandas as pd

__all__ = [
    "Burden",
    "burden_count",
    "burden_product",
    "classed",
    "cross",
    "disagreement",
    "percentile_sum",
    "which",
]


@dataclass(frozen=True)
class Burden:
    """One burden: its key, the limits between its classes, and whether more is worse (1) or better (-1).

    A value exactly at a limit belongs to the worse class.

    >>> Burden("heat", (25.0, 28.0)).classes
    3
    """

    key: str
    limits: tuple[float, ...]
    direction: int = 1

    def __post_init__(self) -> None:
        ordered = all(low < high for low, high in pairwise(self.limits))
        if not self.limits or not ordered or not np.isfinite(self.limits).all():
            raise DesignError(Fault("limits-not-in-order", self.key, {"limits": self.limits}))
        if self.direction not in (1, -1):
            raise DesignError(Fault("no-direction", self.key, {"indicator": self.key}))

    @property
    def classes(self) -> int:
        """How many classes there are; the last one is the worst."""
        return len(self.limits) + 1


def classed(values: pd.Series, burden: Burden) -> pd.Series:
    """The class of each area, 1 (least) to the number of classes (worst); missing stays missing.

    >>> import pandas as pd
    >>> classed(pd.Series({"a": 24.9, "b": 28.0}), Burden("heat", (25.0, 28.0))).tolist()
    [1, 3]
    """
    import pandas as pd

    known = values.dropna().to_numpy(dtype=float)
    limits = np.asarray(burden.limits)
    if burden.direction == 1:
        found = np.searchsorted(limits, known, side="right") + 1
    else:
        found = len(limits) + 1 - np.searchsorted(limits, known, side="left")
    out = pd.Series(found, index=values.dropna().index, dtype="Int64").reindex(values.index)
    return out.rename(burden.key)


def burden_count(classes: pd.DataFrame, worst: Mapping[str, int]) -> pd.Series:
    """How many burdens of an area are in their worst class; missing where one of them is missing.

    >>> import pandas as pd
    >>> burden_count(pd.DataFrame({"heat": [3, 2], "noise": [3, 3]}, index=["a", "b"]), {"heat": 3, "noise": 3}).tolist()
    [2, 1]
    """
    hit = _hits(classes, worst).astype("Int64").where(classes.notna())
    return hit.sum(axis=1, skipna=False).astype("Int64").rename("burdens")


def which(classes: pd.DataFrame, worst: Mapping[str, int]) -> pd.Series:
    """The burdens of each area that are in their worst class, in the order of the columns.

    >>> import pandas as pd
    >>> which(pd.DataFrame({"heat": [3, 2], "noise": [3, 3]}, index=["a", "b"]), {"heat": 3, "noise": 3}).tolist()
    [('heat', 'noise'), ('noise',)]
    """
    import pandas as pd

    hit = _hits(classes, worst)
    rows = [tuple(key for key in classes.columns if row[key]) for _, row in hit.iterrows()]
    return pd.Series(rows, index=classes.index, name="which", dtype=object)


def burden_product(burden: pd.DataFrame, vulnerability: pd.DataFrame, half: Sequence[str] = ()) -> pd.Series:
    """Burden times vulnerability, 0 to 100: percentiles averaged within each, scaled to 10 at their largest, multiplied.

    Columns in `half` count half, as environmental effects do in the source. Missing values are left out of the average
    of an area; an area without any is missing.

    >>> import pandas as pd
    >>> b, v = pd.DataFrame({"heat": [1.0, 2.0]}, ["x", "y"]), pd.DataFrame({"poor": [1.0, 2.0]}, ["x", "y"])
    >>> burden_product(b, v).tolist()
    [25.0, 100.0]
    """
    weights = np.array([0.5 if key in half else 1.0 for key in burden.columns])
    exposed = _mean(_percentiles(burden), weights)
    exposed = 10 * exposed / exposed.max()
    tender = _mean(_percentiles(vulnerability), np.ones(vulnerability.shape[1]))
    tender = 10 * tender / tender.max()
    product: pd.Series = (exposed * tender).rename("product")
    return product


def percentile_sum(values: pd.DataFrame) -> pd.Series:
    """The sum of the percentiles of all columns (each 0 to 1); missing where one of them is missing.

    >>> import pandas as pd
    >>> percentile_sum(pd.DataFrame({"a": [1.0, 3.0, 2.0], "b": [1.0, 2.0, 3.0]})).tolist()
    [0.0, 1.5, 1.5]
    """
    ranks = values.rank(method="min") - 1
    shares = ranks / (values.notna().sum() - 1).clip(lower=1)
    total: pd.Series = shares.sum(axis=1, skipna=False).rename("percentiles")
    return total


def disagreement(first: pd.Series, second: pd.Series, share: float = 0.25) -> pd.Series:
    """Where two ways of counting name other areas among the worst `share`: "both", "first", "second", "" for neither.

    Areas as bad as the last one within the share belong to it. Missing in one of them stays missing.

    >>> import pandas as pd
    >>> a, b = pd.Series([4, 3, 2, 1]), pd.Series([4, 1, 2, 3])
    >>> disagreement(a, b, 0.5).tolist()
    ['both', 'first', '', 'second']
    """
    import pandas as pd

    marks = [_worst(part, share) for part in (first, second)]
    words = np.select(
        [marks[0] & marks[1], marks[0].to_numpy(), marks[1].to_numpy()],
        ["both", "first", "second"],
        default="",
    )
    told = pd.Series(words, index=first.index, dtype=object, name="disagreement")
    return told.where(first.notna() & second.notna())


def cross(first: pd.Series, second: pd.Series, people: pd.DataFrame | None = None) -> pd.DataFrame:
    """Two class series crossed: for each pair of classes how many areas, and of each group how many people.

    Areas without one of the classes are in no pair.

    >>> import pandas as pd
    >>> a, b = pd.Series([1, 2, 2], ["x", "y", "z"]), pd.Series([3, 3, 3], ["x", "y", "z"])
    >>> cross(a, b, pd.DataFrame({"all": [5, 6, 7]}, ["x", "y", "z"])).loc[(2, 3)].tolist()
    [2, 13]
    """
    import pandas as pd

    pair = pd.DataFrame({"first": first, "second": second}).dropna()
    table = pair.assign(areas=1) if people is None else pair.assign(areas=1).join(people)
    found: pd.DataFrame = table.groupby(["first", "second"]).sum(min_count=1)
    return found


def _hits(classes: pd.DataFrame, worst: Mapping[str, int]) -> pd.DataFrame:
    """Whether each burden is in its worst class; what is missing is in none."""
    import pandas as pd

    columns = {key: classes[key].eq(worst[key]).fillna(value=False).astype(bool) for key in classes.columns}
    return pd.DataFrame(columns, index=classes.index)


def _percentiles(values: pd.DataFrame) -> pd.DataFrame:
    """Share of the areas that are no worse, 0 to 100; equal values share the higher one."""
    return 100 * values.rank(method="max") / values.notna().sum()


def _mean(values: pd.DataFrame, weights: np.ndarray) -> pd.Series:
    import pandas as pd

    there = values.notna().to_numpy() * weights
    sums = there.sum(axis=1)
    total = np.nansum(values.to_numpy() * weights, axis=1)
    return pd.Series(np.where(sums > 0, total / np.where(sums > 0, sums, 1), np.nan), index=values.index)


def _worst(values: pd.Series, share: float) -> pd.Series:
    known = values.dropna()
    count = max(int(np.floor(share * len(known))), 1)
    limit = known.sort_values(ascending=False).iloc[min(count, len(known)) - 1] if len(known) else np.inf
    return values.ge(limit).fillna(value=False).astype(bool)

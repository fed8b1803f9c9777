"""The methods an index is made of: each a function and a row in a table.

Arrays have the areas on their last axis and, where there are several indicators, the indicators on the last but one:
``(..., areas)`` or ``(..., indicators, areas)``. Any number of axes may stand before them, so that a thousand draws
are computed like one. Values are oriented: more is more burden.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import N_

if TYPE_CHECKING:  # numpy is imported where it is used: declarations must be readable without it
    import numpy as np

__all__ = [
    "AGGREGATE",
    "CLASSIFY",
    "NONNEGATIVE",
    "NORMALISE",
    "TREAT",
    "WEIGHT",
    "Aggregation",
    "Array",
    "Method",
    "Reference",
    "exact_total",
    "plain_total",
    "rank",
]

if TYPE_CHECKING:
    Array = np.ndarray[Any, np.dtype[np.float64]]
else:
    Array = Any

MOST_PARTS = 12  # up to which a score that is no sum is divided fairly: 2 ** 12 combinations


@dataclass(frozen=True)
class Method:
    """One way of doing a step: the function, its name for readers, and the test that specifies it.

    >>> NORMALISE["z"].spec
    'test_normalise_z'
    """

    function: Callable[..., Any]
    label: str
    spec: str


@dataclass(frozen=True)
class Aggregation(Method):
    """A way of bringing indicators together; `terms` are the shares of the indicators and add up to the function.

    >>> AGGREGATE["sum"].label
    'sum'
    """

    terms: Callable[..., Any]


def exact_total(values: Array) -> Array:
    """The sum over the last axis, exactly rounded and so independent of the order; the axis stays with length 1.

    >>> import numpy as np
    >>> exact_total(np.array([1e16, 1.0, -1e16]))
    array([1.])
    """
    import numpy as np

    rows = values.reshape(-1, values.shape[-1]).tolist()
    return np.array([math.fsum(row) for row in rows]).reshape(*values.shape[:-1], 1)


def plain_total(values: Array) -> Array:
    """The sum over the last axis in floating point, for thousands of draws; the axis stays with length 1.

    >>> import numpy as np
    >>> plain_total(np.array([[1.0, 2.0], [3.0, 4.0]]))
    array([[3.],
           [7.]])
    """
    total: Array = values.sum(axis=-1, keepdims=True)
    return total


@dataclass(frozen=True, eq=False)
class Reference:
    """What an area is compared with: the mean of all areas, each counted once or with its residents.

    `residents`: (areas), None where each area counts once. `exact`: sums rounded once, or plain ones for many draws.

    >>> import numpy as np
    >>> Reference().mean(np.array([1.0, 2.0, 6.0]))
    array([3.])
    >>> Reference(np.array([8000.0, 1000.0, 1000.0])).mean(np.array([1.0, 2.0, 6.0]))
    array([1.6])
    """

    residents: Array | None = None
    exact: bool = True

    def total(self, values: Array) -> Array:
        """The sum over the last axis, which stays with length 1."""
        return exact_total(values) if self.exact else plain_total(values)

    def mean(self, values: Array) -> Array:
        if self.residents is None:
            return self.total(values) / _length(values)
        return self.total(values * self.residents) / self.total(self.residents)

    def spread(self, deviation: Array) -> Array:
        """The population standard deviation of values whose deviation from the mean this is."""
        if self.exact or self.residents is not None:
            return self.mean(deviation * deviation) ** 0.5
        import numpy as np

        squares: Array = np.einsum("...n,...n->...", deviation, deviation)[..., None] / _length(deviation)
        return np.sqrt(squares)

    def sd(self, values: Array) -> Array:
        """The population standard deviation (divisor n, or the residents)."""
        return self.spread(values - self.mean(values))


def _length(values: Array) -> int:
    return int(values.shape[-1])


# --- outliers -------------------------------------------------------------------------------------------------


def _leave(values: Array) -> Array:
    return values


def _winsorise(values: Array) -> Array:
    """Values beyond the 5th and the 95th percentile are set to it (OECD/JRC handbook 2008, step 3)."""
    import numpy as np

    low, high = np.quantile(values, [0.05, 0.95], axis=-1, keepdims=True)
    return np.clip(values, low, high)


def _log(values: Array) -> Array:
    """Natural logarithm; values must be above 0."""
    import numpy as np

    return np.log(values)


def _root(values: Array) -> Array:
    """Square root; values must not be below 0."""
    import numpy as np

    return np.sqrt(values)


TREAT: dict[str, Method] = {
    "none": Method(_leave, N_("as they are"), "test_treat_none"),
    "winsorise": Method(_winsorise, N_("outliers beyond 5 and 95 percent drawn in"), "test_treat_winsorise"),
    "log": Method(_log, N_("logarithm"), "test_treat_log"),
    "square-root": Method(_root, N_("square root"), "test_treat_square_root"),
}


# --- a common scale -------------------------------------------------------------------------------------------


def _z(values: Array, reference: Reference) -> Array:
    """(x - mean) / SD with the population SD."""
    deviation = values - reference.mean(values)
    return deviation / reference.spread(deviation)


def _z_sample(values: Array, reference: Reference) -> Array:
    """(x - mean) / SD with the sample SD (divisor n - 1)."""
    n = _length(values)
    return _z(values, reference) * math.sqrt((n - 1) / n)


def _min_max(values: Array, _reference: Reference) -> Array:
    """(x - min) / (max - min): 0 is the least burdened area, 1 the most burdened."""
    low = values.min(axis=-1, keepdims=True)
    scaled: Array = (values - low) / (values.max(axis=-1, keepdims=True) - low)
    return scaled


def rank(values: Array, side: str = "left") -> Array:
    """How many areas lie below each area (side "left"), or below it or equal ("right"); over the last axis.

    >>> import numpy as np
    >>> rank(np.array([5.0, 7.0, 5.0, 9.0]))
    array([0., 2., 0., 3.])
    >>> rank(np.array([5.0, 7.0, 5.0, 9.0]), "right")
    array([2., 3., 2., 4.])
    """
    import numpy as np

    rows = values.reshape(-1, values.shape[-1])
    right = side == "right"
    ranks = [np.searchsorted(np.sort(row), row, side="right" if right else "left") for row in rows]
    return np.array(ranks, dtype=float).reshape(values.shape)


def _percentile_rank(values: Array, _reference: Reference) -> Array:
    """(rank - 1) / (n - 1), equal values share the lower rank (CDC/ATSDR Social Vulnerability Index, 2018)."""
    return rank(values) / (_length(values) - 1)


def _rank(values: Array, _reference: Reference) -> Array:
    """Rank from 1, the least burdened; equal values share the mean of their ranks."""
    return (rank(values) + rank(values, "right") + 1) / 2


def _exponential_rank(values: Array, _reference: Reference) -> Array:
    """-23 ln(1 - R (1 - exp(-100/23))), R: share of areas at or below; up to 100, steep among the most burdened tenth.

    Source: English Indices of Deprivation 2019, technical report, appendix on exponential transformation.
    """
    import numpy as np

    share = rank(values, "right") / _length(values)
    stretched: Array = -23 * np.log(1 - share * (1 - math.exp(-100 / 23)))
    return stretched


def _as_is(values: Array, _reference: Reference) -> Array:
    return values


NORMALISE: dict[str, Method] = {
    "z": Method(_z, N_("z-values (population standard deviation)"), "test_normalise_z"),
    "z-sample": Method(_z_sample, N_("z-values (sample standard deviation)"), "test_normalise_z_sample"),
    "min-max": Method(_min_max, N_("from 0 (lowest) to 1 (highest)"), "test_normalise_min_max"),
    "percentile-rank": Method(
        _percentile_rank, N_("percentile rank from 0 to 1"), "test_normalise_percentile_rank"
    ),
    "rank": Method(_rank, N_("rank"), "test_normalise_rank"),
    "exponential-rank": Method(
        _exponential_rank, N_("rank, stretched at the burdened end"), "test_normalise_exponential_rank"
    ),
    "none": Method(_as_is, N_("unchanged"), "test_normalise_none"),
}
NONNEGATIVE = ("min-max", "percentile-rank", "rank", "exponential-rank", "none")


# --- weights --------------------------------------------------------------------------------------------------


def _declared(_values: Array, declared: Array, _reference: Reference) -> Array:
    return declared


def _equal(_values: Array, declared: Array, _reference: Reference) -> Array:
    return declared * 0 + 1 / _length(declared)


def _first_component(values: Array, _declared: Array, reference: Reference) -> Array:
    """Weights in proportion to the first principal component of the correlations; its sign makes their sum positive.

    Source: OECD/JRC handbook 2008, step 6; sign rule: own, so that two years have the same one.
    """
    import numpy as np

    z = _z(values, reference)
    products = z[..., :, None, :] * z[..., None, :, :]
    vector: Array = np.linalg.eigh(reference.mean(products)[..., 0])[1][..., -1]
    return vector / plain_total(vector)


WEIGHT: dict[str, Method] = {
    "declared": Method(_declared, N_("as declared"), "test_weight_declared"),
    "equal": Method(_equal, N_("all equal"), "test_weight_equal"),
    "pca": Method(_first_component, N_("first principal component"), "test_weight_pca"),
}


# --- bringing indicators together -----------------------------------------------------------------------------


def _mean_terms(z: Array, weights: Array, _reference: Reference) -> Array:
    return weights[..., None] * z


def _sum_terms(z: Array, weights: Array, _reference: Reference) -> Array:
    return _length(weights) * weights[..., None] * z


def _percentile_terms(z: Array, weights: Array, reference: Reference) -> Array:
    return _sum_terms(_percentile_rank(z, reference), weights, reference)


def _added(terms: Callable[[Array, Array, Reference], Array]) -> Callable[[Array, Array, Reference], Array]:
    def function(z: Array, weights: Array, reference: Reference) -> Array:
        parts = terms(z, weights, reference)
        return reference.total(parts.swapaxes(-1, -2))[..., 0]

    return function


def _geometric(z: Array, weights: Array, _reference: Reference) -> Array:
    result: Array = (z ** weights[..., None]).prod(axis=-2)
    return result


def _product(z: Array, weights: Array, reference: Reference) -> Array:
    return _geometric(z, weights * _length(weights), reference)


def _fair_share(
    combine: Callable[[Array, Array, Reference], Array],
) -> Callable[[Array, Array, Reference], Array]:
    """Divide a score that is no sum among its indicators, so that the shares add up to it.

    Each indicator gets what it changes on average over all orders in which the values of the average area are replaced
    by the area's own (Shapley 1953), and of the average area's score its weight.
    """

    def terms(z: Array, weights: Array, reference: Reference) -> Array:
        import numpy as np

        k = z.shape[-2]
        average = np.broadcast_to(reference.mean(z), z.shape)
        worth = {
            chosen: combine(np.where(np.array(chosen)[:, None], z, average), weights, reference)
            for chosen in itertools.product((False, True), repeat=k)
        }
        shares = [weights[..., j, None] * worth[(False,) * k] for j in range(k)]
        for without, j in itertools.product(worth, range(k)):
            if not without[j]:
                size = sum(without)
                chance = math.factorial(size) * math.factorial(k - size - 1) / math.factorial(k)
                with_j = (*without[:j], True, *without[j + 1 :])
                shares[j] = shares[j] + chance * (worth[with_j] - worth[without])
        return np.stack(shares, axis=-2)

    return terms


AGGREGATE: dict[str, Aggregation] = {
    "sum": Aggregation(_added(_sum_terms), N_("sum"), "test_aggregate_sum", _sum_terms),
    "mean": Aggregation(_added(_mean_terms), N_("weighted mean"), "test_aggregate_mean", _mean_terms),
    "percentile-sum": Aggregation(
        _added(_percentile_terms),
        N_("sum of percentile ranks"),
        "test_aggregate_percentile_sum",
        _percentile_terms,
    ),
    "geometric": Aggregation(
        _geometric, N_("weighted geometric mean"), "test_aggregate_geometric", _fair_share(_geometric)
    ),
    "product": Aggregation(_product, N_("product"), "test_aggregate_product", _fair_share(_product)),
}
ADDITIVE = ("sum", "mean", "percentile-sum")


# --- classes --------------------------------------------------------------------------------------------------


def _cuts(scores: Array, cuts: tuple[float, ...], _n: int, _reference: Reference) -> Array:
    import numpy as np

    return np.broadcast_to(np.array(cuts, dtype=float), (*scores.shape[:-1], len(cuts)))


def _quantile_cuts(scores: Array, _cuts: tuple[float, ...], n: int, _reference: Reference) -> Array:
    """As many areas in each class as the ties allow (quantiles of Hyndman and Fan 1996, type 7)."""
    import numpy as np

    return np.moveaxis(np.quantile(scores, np.arange(1, n) / n, axis=-1), 0, -1)


def _equal_cuts(scores: Array, _cuts: tuple[float, ...], n: int, _reference: Reference) -> Array:
    """Classes of the same width between the lowest and the highest score."""
    import numpy as np

    low, high = scores.min(axis=-1, keepdims=True), scores.max(axis=-1, keepdims=True)
    cuts: Array = low + (high - low) * np.arange(1, n) / n
    return cuts


def _deviation_cuts(scores: Array, cuts: tuple[float, ...], _n: int, reference: Reference) -> Array:
    """The declared cuts count standard deviations from the mean of the scores."""
    import numpy as np

    return reference.mean(scores) + np.array(cuts, dtype=float) * reference.sd(scores)


CLASSIFY: dict[str, Method] = {
    "cuts": Method(_cuts, N_("fixed cut-offs"), "test_classify_cuts"),
    "quantiles": Method(_quantile_cuts, N_("classes of equal size"), "test_classify_quantiles"),
    "equal-interval": Method(_equal_cuts, N_("classes of equal width"), "test_classify_equal_interval"),
    "deviations": Method(
        _deviation_cuts, N_("standard deviations from the mean"), "test_classify_deviations"
    ),
}
DECLARED_CUTS = ("cuts", "deviations")

TABLES: Mapping[str, Mapping[str, Method]] = {
    "treat": TREAT,
    "normalise": NORMALISE,
    "weights": WEIGHT,
    "aggregate": AGGREGATE,
    "rescale": NORMALISE,
}

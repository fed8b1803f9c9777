"""Where an area may stand of which a supplier withholds a figure: a least and a greatest score, and every class between."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from lebenslagen.errors import DesignError, Fault
from lebenslagen.index.compute import Scored, directions
from lebenslagen.index.methods import AGGREGATE, Reference

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Span", "spans"]

LINEAR = {
    "treat": ("none",),
    "normalise": ("z", "none"),
    "aggregate": ("sum", "mean"),
    "rescale": ("z", "none"),
}


@dataclass(frozen=True)
class Span:
    """What the score of an area can be, in the unit of the score and oriented towards burden; the classes it can have.

    >>> Span(-0.4, 1.2, ("2", "3")).classes
    ('2', '3')
    """

    low: float
    high: float
    classes: tuple[str, ...] = ()


def spans(scored: Scored, low: pd.DataFrame, high: pd.DataFrame, place: str = "index") -> Mapping[str, Span]:
    """The spans of areas that take no part in mean and standard deviation because a figure is withheld.

    `low`, `high`: areas x indicators, the least and the greatest value each can have, in the unit of the indicator. The
    areas are measured against those that take part: their means and standard deviations hold, so the score is linear
    in each value and its ends follow from the ends of the values. Raises DesignError where the measure is not linear in
    that sense (ranks, geometric means, treated outliers).

    >>> import pandas as pd
    >>> from lebenslagen.index import Classes, IndexDesign, Measure, Part, build_index
    >>> panel = pd.DataFrame({"A": [float(n) for n in range(10)]}, index=list("abcdefghij"))
    >>> status = Measure((Part("A", 1, 1),), Classes((-1, 1), (True, True), ("low", "middle", "high")))
    >>> index = build_index(IndexDesign("i", "I", "quartier", status), panel)
    >>> ends = (pd.DataFrame({"A": [value]}, index=["k"]) for value in (4.5, 8.0))
    >>> span = spans(index.status, *ends)["k"]
    >>> round(span.low, 2), round(span.high, 2), span.classes
    (0.0, 1.22, ('middle', 'high'))
    """
    measure = scored.measure
    bent = [step for step, rows in LINEAR.items() if getattr(measure, step) not in rows]
    if bent:
        steps = ", ".join(f"{step} = {getattr(measure, step)}" for step in bent)
        raise DesignError(Fault("interval-needs-linear", place, {"steps": steps}))
    keys, direction = list(measure.keys), directions(measure)
    ends = [table[keys].to_numpy(dtype=float).T for table in (low, high)]
    smaller, greater = np.where(direction > 0, ends[0], ends[1]), np.where(direction > 0, ends[1], ends[0])
    scores = [_score(scored, values) for values in (smaller, greater)]
    return {
        str(area): Span(float(a), float(b), _between(scored, float(a), float(b)))
        for area, a, b in zip(low.index, *scores, strict=True)
    }


def _score(scored: Scored, values: np.ndarray) -> np.ndarray:
    """The scores of values (indicators, areas), measured against the areas that take part: (areas,)."""
    measure = scored.measure
    z = values * directions(measure)
    if measure.normalise == "z":
        means, sds = (series.to_numpy(dtype=float)[:, None] for series in (scored.means, scored.sds))
        z = (values - means) / sds * directions(measure)
    terms = AGGREGATE[measure.aggregate].terms(z, scored.weights.to_numpy(dtype=float), Reference())
    sums: np.ndarray = terms.sum(axis=0)
    return sums if measure.rescale == "none" else (sums - scored.sum_mean) / scored.sum_sd


def _between(scored: Scored, low: float, high: float) -> tuple[str, ...]:
    """The classes from that of the least score to that of the greatest, by the borders in use."""
    classes = scored.measure.classes
    if classes is None:
        return ()
    closed = classes.closed
    first, last = (
        sum(score > cut if shut else score >= cut for cut, shut in zip(scored.cuts, closed, strict=True))
        for score in (low, high)
    )
    return classes.keys[first : last + 1]

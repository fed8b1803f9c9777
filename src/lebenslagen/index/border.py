"""By how many persons of which indicator a single area would change its class: the question of one page, asked at
once.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from lebenslagen.index.compute import reference_of
from lebenslagen.index.sureness import _first, _moved_codes

if TYPE_CHECKING:
    import pandas as pd

    from lebenslagen.index.compute import Index

__all__ = ["persons_to_border"]


def persons_to_border(
    index: Index,
    numerators: pd.DataFrame,
    denominators: pd.DataFrame,
    area: str,
    *,
    per: Mapping[str, int] | int = 100,
    weights: pd.Series[float] | None = None,
) -> dict[str, tuple[int | None, int | None]]:
    """Indicator -> (persons more, persons fewer) that would change the status class of one area; None for no number.

    `numerators`, `denominators`: areas x indicators, persons; the index is computed anew with each number, mean and
    standard deviation included, as `certainty` does for all areas.

    >>> from lebenslagen.index import build_index, certainty
    >>> from lebenslagen.index.examples import ten_quarters
    >>> _, design, n, d = ten_quarters()
    >>> persons_to_border(build_index(design, 100 * n / d), n, d, "09")["B"][1]
    3
    """
    measure = index.status.measure
    areas, keys = list(index.areas), list(measure.keys)
    over, under = (table.loc[areas, keys].to_numpy(dtype=float).T for table in (numerators, denominators))
    factor = np.array([float(per if isinstance(per, int) else per[key]) for key in keys])[:, None]
    values, place, n = factor * over / under, areas.index(area), len(areas)
    reference = reference_of(index.design, areas, weights, exact=False)
    assert measure.classes is not None and index.status.classes is not None
    own = measure.classes.keys.index(str(index.status.classes[area]))
    cells = np.arange(len(keys)) * n + place
    found = {}
    for sign in (1, -1):
        room = (
            under[:, place] - over[:, place]
            if sign > 0
            else over[:, place] - (1 if measure.treat == "log" else 0)
        )

        def moved(which: np.ndarray, persons: np.ndarray, sign: int = sign) -> np.ndarray:
            changed = factor[which, 0] * (over[which, place] + sign * persons) / under[which, place]
            codes = _moved_codes(measure, values, reference, cells[which], changed)
            return np.asarray(codes != own)

        found[sign] = _first(moved, np.floor(np.maximum(room, 0)).astype(np.int64))
    return {key: (_whole(found[1][k]), _whole(found[-1][k])) for k, key in enumerate(keys)}


def _whole(value: float) -> int | None:
    return None if value != value else int(value)

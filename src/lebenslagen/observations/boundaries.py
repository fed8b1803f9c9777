"""Counts of older boundaries as values of newer ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lebenslagen.areas import Areas, Crosswalk
from lebenslagen.errors import DataError, Fault
from lebenslagen.observations.values import SPAN, STATUSES, Matrix, Observations, counts, statuses

__all__ = ["convert"]

WHOLE = 1 - 1e-9  # share from which an area goes into another as a whole


def convert(observations: Observations, crosswalk: Crosswalk, new_areas: Areas) -> Observations:
    """Counts and amounts of the old areas as values of the new ones, by `transfer`.

    A value is estimated (E) unless every area that feeds the new one lies in it wholly. A withheld source makes the new
    value withheld, a missing one missing. Raises DataError for rates (counts must be converted and divided again) and
    where the crosswalk does not lead from these areas to the new ones.

    >>> from lebenslagen.observations import example
    >>> seen = example()
    >>> import shapely
    >>> from lebenslagen.areas import crosswalk_by_table
    >>> halves = np.array([shapely.box(0, 0, 4.5, 9), shapely.box(4.5, 0, 9, 9)])
    >>> new = replace(seen.areas, ids=("1a", "1b"), names=("West", "Ost"), parents=("1", "1"), geometry=halves)
    >>> crosswalk = crosswalk_by_table([("01", "1a", 0.25), ("01", "1b", 0.75)], seen.areas.ids, new.ids)
    >>> counts(convert(seen, crosswalk, new), "ew", "2024").to_dict()
    {'1a': 3.0, '1b': 9.0}
    """
    faults = _convert_faults(observations, crosswalk, new_areas)
    if faults:
        raise DataError(faults)
    keys = list(observations.places)
    if not keys:
        return replace(observations, areas=new_areas)
    value, status = _by_source(observations, crosswalk, keys)
    found = _target_status(crosswalk, status)
    sums = crosswalk.shares.T @ np.where(np.isnan(value), 0.0, value)
    return replace(
        observations, areas=new_areas, frame=_converted(observations, crosswalk, keys, sums, found)
    )


def _convert_faults(observations: Observations, crosswalk: Crosswalk, new: Areas) -> list[Fault]:
    faults = []
    old = observations.areas
    if set(crosswalk.source) != set(old.ids) or set(crosswalk.target) != set(new.ids):
        faults.append(Fault("crosswalk-other-areas", old.label, {"a": old.label, "b": new.label}))
    rates = [key for key in observations.variables if observations.units.get(key) == "rate"]
    return faults + [Fault("rate-converted", f"variables/{key}", {"key": key}) for key in rates]


def _by_source(
    observations: Observations, crosswalk: Crosswalk, keys: Sequence[tuple[str, str]]
) -> tuple[Matrix, Matrix]:
    """Values and statuses as matrices, sources x keys; no row is missing."""
    places = observations.areas.index().get_indexer(pd.Index(crosswalk.source))
    value = [counts(observations, *key).to_numpy()[places] for key in keys]
    status = [statuses(observations, *key).to_numpy()[places] for key in keys]
    return np.array(value).T, np.array(status).T


def _converted(
    observations: Observations,
    crosswalk: Crosswalk,
    keys: Sequence[tuple[str, str]],
    sums: Matrix,
    found: Matrix,
) -> pd.DataFrame:
    size, where = len(crosswalk.target), observations.frame["where"].to_numpy()
    places = [where[observations.places[key]] for key in keys]
    return pd.DataFrame(
        {
            "area": list(crosswalk.target) * len(keys),
            "period": np.repeat([period for _, period in keys], size),
            "variable": np.repeat([variable for variable, _ in keys], size),
            "value": np.where(np.isin(found, ["A", "E"]), sums, np.nan).T.ravel(),
            "status": found.T.ravel(),
            "where": np.repeat([_span(cells[0], cells[-1]) for cells in places], size),
        }
    )


def _span(first: str, last: str) -> str:
    first, last = first.partition(SPAN)[0], last.rpartition(SPAN)[2]
    return first if first == last else first + SPAN + last


def _target_status(crosswalk: Crosswalk, status: Matrix) -> Matrix:
    """Targets x keys: normal where whole areas go in, else estimated; an estimated, missing or withheld one decides."""
    partly = crosswalk.shares.copy()
    partly.data = np.where(partly.data < WHOLE, 1.0, 0.0)
    whole = np.where(np.asarray(partly.sum(axis=0)).ravel() > 0, "E", "A")
    found = np.tile(whole[:, None], status.shape[1])
    for code in STATUSES[1:]:
        found[(crosswalk.shares.T @ (status == code).astype(float)) > 0] = code
    return found

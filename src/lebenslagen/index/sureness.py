"""How sure a class is: its probability from case numbers, and the distance to the border in score and in persons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from lebenslagen.errors import DesignError, Fault
from lebenslagen.index.compute import (
    Index,
    Scored,
    build_index,
    change,
    codes_of,
    directions,
    listed,
    reference_of,
    scaled,
    scores_of,
)
from lebenslagen.index.design import IndexDesign, Measure, class_keys
from lebenslagen.index.methods import Array, Reference

if TYPE_CHECKING:
    import pandas as pd

    Counts = tuple[pd.DataFrame, pd.DataFrame]

__all__ = ["Certainty", "Sureness", "certainty", "class_numbers", "rates_only", "scores_for"]

Integers = np.ndarray[Any, np.dtype[np.int64]]
Truths = np.ndarray[Any, np.dtype[np.bool_]]

AT_ONCE = 250_000  # numbers computed together: 2 MB, what a processor keeps at hand


@dataclass(frozen=True, eq=False)
class Sureness:
    """How sure the classes of one measure are, for the areas that take part.

    `distance`: from the score to the nearest border, positive where the border lies on the side of more burden, in the
    unit of the score; `border`: its value. `probabilities`: areas x class keys, rows sum to 1; `own`: that of the class
    the area has. `more`, `fewer`: areas x indicators, by how many persons (households, where the indicator counts
    households) its numerator alone must grow or shrink until the area is in another class; NaN where the whole base
    would not do. Where only rates are known, all but distance and border are None.

    >>> import pandas as pd
    >>> from lebenslagen.index import rates_only
    >>> from lebenslagen.index.examples import ten_quarters
    >>> rates_only(ten_quarters()[0]).status.own is None
    True
    """

    distance: pd.Series[float]
    border: pd.Series[float]
    probabilities: pd.DataFrame | None = None
    own: pd.Series[float] | None = None
    more: pd.DataFrame | None = None
    fewer: pd.DataFrame | None = None

    def nearest(self, area: str) -> tuple[str, int] | None:
        """The indicator of which the fewest persons change the class, and how many: below 0 means fewer persons."""
        if self.more is None or self.fewer is None:
            return None
        reachable = [
            (int(persons), key, sign)
            for table, sign in ((self.more, 1), (self.fewer, -1))
            for key, persons in zip(table.columns, table.loc[[area]].to_numpy()[0].tolist(), strict=True)
            if not np.isnan(persons)
        ]
        if not reachable:
            return None
        persons, key, sign = min(reachable, key=lambda step: step[0])
        return key, sign * persons


@dataclass(frozen=True, eq=False)
class Certainty:
    """How sure the classes of an index are. `basis`: "counts", or "rates-only", then without any probability.

    `combined`: areas x combined classes, probabilities; None without dynamics or case numbers. `index`: the index.

    >>> from lebenslagen.index.examples import ten_quarters
    >>> certainty(*ten_quarters()[1:], draws=50, seed=1).basis
    'counts'
    """

    basis: str
    draws: int
    seed: int | None
    index: Index
    status: Sureness
    dynamics: Sureness | None
    combined: pd.DataFrame | None


def rates_only(index: Index) -> Certainty:
    """What can be said without case numbers: the distance of each score to its nearest border, and nothing more.

    >>> from lebenslagen.index.examples import ten_quarters
    >>> sure = rates_only(ten_quarters()[0])
    >>> sure.basis, round(float(sure.status.distance["09"]), 2), float(sure.status.border["09"])
    ('rates-only', -0.1, 1.0)
    """
    dynamics = Sureness(*_distance(index.dynamics)) if index.dynamics else None
    return Certainty("rates-only", 0, None, index, Sureness(*_distance(index.status)), dynamics, None)


def certainty(
    design: IndexDesign,
    numerators: pd.DataFrame,
    denominators: pd.DataFrame,
    before: Counts | None = None,
    *,
    per: Mapping[str, int] | int = 100,
    weights: pd.Series[float] | None = None,
    draws: int = 1000,
    seed: int,
) -> Certainty:
    """How sure the classes are when the case numbers are taken for what they are: one outcome among possible ones.

    `numerators`, `denominators`: areas x indicators, persons; `before`: the same of the earlier period, for the
    dynamics (without it only the status is answered). `per`: the base of the rates. `weights`: residents.

    Each draw takes every numerator from a binomial distribution (denominator; observed rate) and computes the whole
    index anew: means, standard deviations and cut-offs move with it. A count of 0 stays 0.

    People between the years: both years are drawn independently. Many who received a benefit then receive it now, so
    that the true change varies less; how many they are the totals do not tell. The probabilities of the dynamics are
    therefore cautious: at least this sure. People between indicators are drawn independently too, although a child in
    the SGB II counts in two of them; the status is in that respect a little less sure than it seems.

    Each area has its own stream of chance, made from seed, area, indicator and year: the same seed gives the same
    bytes, in whatever order the areas stand and whichever others are there. Persons to the border: the index is
    computed anew with one numerator changed, mean and standard deviation included. The number is doubled until the
    class changes, then halved back to the first person who changes it.

    Raises DesignError: "only-rates-known" where counts are absent; numerator above denominator; all faults of the
    index. Source of the idea: Goldstein and Spiegelhalter 1996, J. R. Stat. Soc. A 159, 385-443.

    >>> from lebenslagen.index.examples import ten_quarters
    >>> _, design, numerators, denominators = ten_quarters()
    >>> sure = certainty(design, numerators, denominators, draws=200, seed=1)
    >>> sure.status.nearest("09"), float(sure.status.own["09"])
    (('B', -3), 0.59)
    """
    index, counts = _counted(design, (numerators, denominators), before, per, weights)
    order = sorted(index.areas)
    reference = reference_of(design, order, weights, exact=False)
    drawn = {
        name: _drawn_codes(design.measures[name], table, reference, draws, seed)
        for name, table in counts.items()
    }
    sure = {name: _sureness(index, name, table, drawn[name], reference) for name, table in counts.items()}
    return Certainty(
        basis="counts",
        draws=draws,
        seed=seed,
        index=index,
        status=sure["status"],
        dynamics=sure.get("dynamics"),
        combined=_combined(index, drawn, order) if "dynamics" in counts else None,
    )


# --- the counts -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Table:
    """Counts of one measure as arrays (indicators, areas), areas sorted by id; `then` only for the dynamics."""

    areas: tuple[str, ...]
    keys: tuple[str, ...]
    per: Array
    numerators: Array
    denominators: Array
    then: tuple[Array, Array] | None = None

    def rates(self, numerators: Array) -> Array:
        """The indicator values for these numerators: rates, or their difference to the earlier period."""
        now: Array = self.per * numerators / self.denominators
        if self.then is None:
            return now
        earlier: Array = self.per * self.then[0] / self.then[1]
        return now - earlier


def _counted(
    design: IndexDesign,
    now: Counts,
    before: Counts | None,
    per: Mapping[str, int] | int,
    weights: pd.Series[float] | None,
) -> tuple[Index, dict[str, _Table]]:
    """The index of the counts, and the tables of its measures."""
    measures = {"status": design.status}
    if design.dynamics is not None and before is not None:
        measures["dynamics"] = design.dynamics
    absent = [_absent(design, name, measure, now, before) for name, measure in measures.items()]
    if any(absent):
        raise DesignError([fault for faults in absent for fault in faults])
    keys = list(dict.fromkeys(key for measure in measures.values() for key in measure.keys))
    panel = _rates(now, keys, per)
    moved = change(panel, _rates(before, keys, per)) if before is not None else None
    index = build_index(design if "dynamics" in measures else _status_only(design), panel, moved, weights)
    faults = _contradictions(design, index, now, keys)
    faults += _contradictions(design, index, before, keys) if before else []
    if faults:
        raise DesignError(faults)
    return index, {
        name: _table(index, measure, now, before if name == "dynamics" else None, per)
        for name, measure in measures.items()
    }


def _status_only(design: IndexDesign) -> IndexDesign:
    return replace(design, dynamics=None, focus=None) if design.dynamics else design


def _absent(
    design: IndexDesign, name: str, measure: Measure, now: Counts, before: Counts | None
) -> list[Fault]:
    tables = [*now, *(before if before and name == "dynamics" else ())]
    missing = [key for key in measure.keys if any(key not in table.columns for table in tables)]
    values = {"indicators": ", ".join(missing)}
    return [Fault("only-rates-known", f"{design.place}.{name}", values)] if missing else []


def _per(per: Mapping[str, int] | int, key: str) -> int:
    return per if isinstance(per, int) else per[key]


def _rates(counts: Counts, keys: list[str], per: Mapping[str, int] | int) -> pd.DataFrame:
    import pandas as pd

    numerators, denominators = counts
    base = denominators[keys].where(denominators[keys] != 0)
    table = pd.DataFrame({key: _per(per, key) * numerators[key] / base[key] for key in keys})
    empty = {(area, key): "undefined" for key in keys for area in base.index[denominators[key] == 0]}
    table.attrs["reasons"] = empty
    return table


def _contradictions(design: IndexDesign, index: Index, counts: Counts, keys: list[str]) -> list[Fault]:
    rows = list(index.areas)
    numerators, denominators = (table.loc[rows] for table in counts)
    faults = []
    for key in keys:
        wrong = (numerators[key] < 0) | (numerators[key] > denominators[key])
        if wrong.any():
            values = {"indicator": key, "areas": listed(str(area) for area in wrong.index[wrong])}
            faults.append(Fault("counts-contradict", f"{design.place}.parts.{key}", values))
    return faults


def _table(
    index: Index, measure: Measure, now: Counts, before: Counts | None, per: Mapping[str, int] | int
) -> _Table:
    areas, keys = sorted(index.areas), list(measure.keys)
    numerators, denominators = (t.loc[areas, keys].to_numpy(dtype=float).T for t in now)
    then = None
    if before is not None:
        earlier = [t.loc[areas, keys].to_numpy(dtype=float).T for t in before]
        then = (earlier[0], earlier[1])
    factor = np.array([float(_per(per, key)) for key in keys])[:, None]
    return _Table(tuple(areas), measure.keys, factor, numerators, denominators, then)


# --- probabilities --------------------------------------------------------------------------------------------


def _stream(*names: object) -> np.random.Generator:
    digest = hashlib.sha256("\n".join(map(str, names)).encode()).digest()
    return np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))


def _draw(table: _Table, when: str, numerators: Array, denominators: Array, draws: int, seed: int) -> Array:
    """Drawn numerators: (draws, indicators, areas). An estimated denominator is rounded to persons for the draw."""
    drawn = np.empty((draws, *numerators.shape))
    for k, key in enumerate(table.keys):
        for i, area in enumerate(table.areas):
            base, rate = round(denominators[k, i]), numerators[k, i] / denominators[k, i]
            scale = denominators[k, i] / max(base, 1)
            drawn[:, k, i] = _stream(seed, when, key, area).binomial(base, rate, draws) * scale
    return drawn


def _drawn_codes(
    measure: Measure, table: _Table, reference: Reference, draws: int, seed: int
) -> Integers | None:
    """The number of the class of each area in each draw: (draws, areas); None where no classes are declared."""
    if measure.classes is None:
        return None
    now = _draw(table, "now", table.numerators, table.denominators, draws, seed)
    values = table.per * now / table.denominators
    if table.then is not None:
        then = _draw(table, "then", *table.then, draws, seed)
        values = values - table.per * then / table.then[1]
    return np.concatenate([class_numbers(measure, chunk, reference) for chunk in _chunks(values)])


def _chunks(values: Array) -> Iterator[Array]:
    size = max(1, AT_ONCE // (values.shape[1] * values.shape[2]))
    yield from (values[start : start + size] for start in range(0, len(values), size))


def class_numbers(measure: Measure, values: Array, reference: Reference) -> Integers:
    """Class numbers of many indicator tables at once: (tables, indicators, areas) -> (tables, areas); -1 undefined.

    >>> from lebenslagen.index.examples import ten_quarters
    >>> index, design, numerators, denominators = ten_quarters()
    >>> rates = (100 * numerators / denominators)[list(design.status.keys)].to_numpy().T
    >>> class_numbers(design.status, rates[None], reference_of(design, index.areas, None))[0].tolist().count(-1)
    0
    """
    with np.errstate(invalid="ignore", divide="ignore"):  # a draw may leave an indicator without any spread
        return _codes_of_z(measure, scaled(measure, values, directions(measure), reference)[1], reference)


def scores_for(measure: Measure, values: Array, reference: Reference) -> Array:
    """The scores of many indicator tables at once: (tables, indicators, areas) -> (tables, areas).

    >>> from lebenslagen.index.examples import ten_quarters
    >>> index, design, numerators, denominators = ten_quarters()
    >>> rates = (100 * numerators / denominators)[list(design.status.keys)].to_numpy().T
    >>> scores = scores_for(design.status, rates[None], reference_of(design, index.areas, None))
    >>> bool(abs(scores[0] - index.status.scores.to_numpy()).max() < 1e-9)
    True
    """
    return scores_of(measure, scaled(measure, values, directions(measure), reference)[1], reference)


def _codes_of_z(measure: Measure, z: Array, reference: Reference) -> Integers:
    assert measure.classes is not None
    scores = scores_of(measure, z, reference)
    codes, _ = codes_of(measure.classes, scores, reference)
    return np.where(np.isfinite(scores), codes, -1)


def _shares(codes: Integers, keys: tuple[str, ...], areas: list[str] | tuple[str, ...]) -> pd.DataFrame:
    """How often each class occurs: areas x keys, among the draws in which the index is defined."""
    import pandas as pd

    defined = codes[(codes >= 0).all(axis=1)]
    counted = np.stack([(defined == number).sum(axis=0) for number in range(len(keys))], axis=1)
    return pd.DataFrame(counted / len(defined), index=list(areas), columns=list(keys))


def _combined(index: Index, drawn: Mapping[str, Integers | None], order: list[str]) -> pd.DataFrame | None:
    status, dynamics = drawn["status"], drawn["dynamics"]
    declared = index.design.dynamics.classes if index.design.dynamics else None
    if status is None or dynamics is None or declared is None:
        return None
    both = np.where((status < 0) | (dynamics < 0), -1, status * len(declared.keys) + dynamics)
    return _shares(both, class_keys(index.design), order).loc[list(index.areas)]


# --- distances ------------------------------------------------------------------------------------------------


def _distance(scored: Scored) -> tuple[pd.Series[float], pd.Series[float]]:
    """To the nearest border and the border's value; NaN where no classes are declared."""
    import pandas as pd

    scores = scored.scores.to_numpy()
    if not scored.cuts:
        nothing = pd.Series(np.full(len(scores), np.nan), index=scored.scores.index)
        return nothing, nothing
    cuts = np.array(scored.cuts)
    nearest = cuts[np.abs(cuts[:, None] - scores).argmin(axis=0)]
    return (
        pd.Series(nearest - scores, index=scored.scores.index),
        pd.Series(nearest, index=scored.scores.index),
    )


def _sureness(
    index: Index, name: str, table: _Table, drawn: Integers | None, reference: Reference
) -> Sureness:
    import pandas as pd

    scored = index.dynamics if name == "dynamics" else index.status
    assert scored is not None
    distance, border = _distance(scored)
    if drawn is None or scored.measure.classes is None or scored.classes is None:
        return Sureness(distance, border)
    areas = list(index.areas)
    probabilities = _shares(drawn, scored.measure.classes.keys, table.areas).loc[areas]
    own = [probabilities.at[area, scored.classes[area]] for area in areas]
    steps = {
        sign: pd.DataFrame(
            _persons(scored.measure, table, reference, sign).T,
            index=list(table.areas),
            columns=list(table.keys),
        ).loc[areas]
        for sign in (1, -1)
    }
    return Sureness(distance, border, probabilities, pd.Series(own, index=areas), steps[1], steps[-1])


def _persons(measure: Measure, table: _Table, reference: Reference, sign: int) -> Array:
    """By how many persons each numerator alone must grow (1) or shrink (-1) until its area's class changes.

    (indicators, areas), NaN where the whole base would not do.
    """
    values = table.rates(table.numerators)
    room = table.denominators - table.numerators if sign > 0 else table.numerators
    if sign < 0 and measure.treat == "log":
        room = room - 1  # a rate of 0 has no logarithm
    now = np.tile(class_numbers(measure, values[None], reference)[0], len(table.keys))

    def moved(cells: Integers, persons: Integers) -> Truths:
        numerators = table.numerators.ravel().copy()
        numerators[cells] += sign * persons
        changed = table.rates(numerators.reshape(values.shape)).ravel()[cells]
        other: Truths = np.not_equal(_moved_codes(measure, values, reference, cells, changed), now[cells])
        return other

    return _first(moved, np.floor(room).astype(np.int64).ravel()).reshape(values.shape)


def _first(moved: Callable[[Integers, Integers], Truths], room: Integers) -> Array:
    """The least number of persons from 1 to `room` that moves each cell, NaN for none: doubling, then halving."""
    low, high = np.zeros_like(room), np.minimum(1, room)
    open_, found = np.flatnonzero(room > 0), np.full(room.shape, np.nan)
    reached = []
    while open_.size:
        beyond = moved(open_, high[open_])
        reached.append(open_[beyond])
        open_ = open_[~beyond & (high[open_] < room[open_])]
        low[open_] = high[open_]
        high[open_] = np.minimum(2 * high[open_], room[open_])
    cells = np.concatenate([*reached, open_])
    active = cells[high[cells] - low[cells] > 1]
    while active.size:
        middle = (low[active] + high[active]) // 2
        beyond = moved(active, middle)
        high[active[beyond]] = middle[beyond]
        low[active[~beyond]] = middle[~beyond]
        active = active[high[active] - low[active] > 1]
    found[cells] = high[cells]
    return found


def _moved_codes(
    measure: Measure, values: Array, reference: Reference, cells: Integers, changed: Array
) -> Integers:
    """The class of each cell's area after that one cell has changed; cells count through (indicators, areas).

    Outliers are treated and indicators put on their scale one by one, so only the changed indicator is computed anew.
    """
    k, n = values.shape
    direction = directions(measure)
    _, z = scaled(measure, values, direction, reference)
    size = max(1, AT_ONCE // (k * n))
    found = np.empty(len(cells), dtype=np.int64)
    for start in range(0, len(cells), size):
        indicator, area = np.divmod(cells[start : start + size], n)
        number = np.arange(len(area))
        rows = values[indicator]
        rows[number, area] = changed[start : start + size]
        tables = np.repeat(z[None], len(area), axis=0)
        with np.errstate(invalid="ignore", divide="ignore"):
            tables[number, indicator] = scaled(measure, rows, direction[indicator], reference)[1]
            codes = _codes_of_z(measure, tables, reference)
        found[start : start + size] = codes[number, area]
    return found

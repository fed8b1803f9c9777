"""Sums: variables derived from others, and areas added up to coarser ones; one withheld part makes a sum withheld."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from lebenslagen.areas import Areas
from lebenslagen.errors import DataError, DesignError, Fault
from lebenslagen.indicators import Source, Variable
from lebenslagen.observations.values import KEY, SPAN, STATUSES, Observations, row_faults

__all__ = ["aggregate", "derive"]


def derive(observations: Observations, variables: Sequence[Variable]) -> Observations:
    """The observations with the derived variables added: sums of `sum_of` less `less`, by area and period.

    One withheld part makes the sum withheld, one missing part makes it missing, one estimated part makes it estimated.
    Raises DataError where a difference is below 0, DesignError where a derived variable is already delivered.

    >>> from lebenslagen.observations import counts, example
    >>> seen = example()
    >>> adults = Variable("erwachsene", "Erwachsene", sum_of=("ew",), less=("kinder",))
    >>> counts(derive(seen, [adults]), "erwachsene", "2024").to_dict()
    {'01': 9.0}
    """
    found = observations
    for wave in _waves(variables):
        found = _with_sums(found, wave)
    return found


def _waves(variables: Sequence[Variable]) -> Iterator[list[Variable]]:
    """Derived variables in waves, each after those it is made of; Catalogue has refused rings."""
    waiting = {variable.key: variable for variable in variables if variable.parts}
    while waiting:
        ready = [
            variable for variable in waiting.values() if not any(part in waiting for part in variable.parts)
        ]
        if not ready:
            raise DesignError([Fault("part-of-itself", f"variables/{key}", {"key": key}) for key in waiting])
        yield ready
        for variable in ready:
            del waiting[variable.key]


def _with_sums(observations: Observations, variables: Sequence[Variable]) -> Observations:
    """All variables of one wave at once: none of them is a part of another."""
    frame = observations.frame
    rows_of = {str(key): rows for key, rows in frame.groupby("variable", sort=False).indices.items()}
    sums, sources, units, parts = [], dict(observations.sources), {}, {}
    for variable in variables:
        if variable.key in rows_of:
            raise DesignError(Fault("derived-delivered", f"variables/{variable.key}", {"key": variable.key}))
        places = [rows_of[part] for part in dict.fromkeys(variable.parts) if part in rows_of]
        rows = _sum_rows(frame.iloc[np.sort(np.concatenate([np.empty(0, dtype=int), *places]))], variable)
        if (rows["value"] < 0).any():
            raise DataError(row_faults("derived-negative", rows[rows["value"] < 0]))
        delivered = [name for part in variable.parts for name in observations.parts.get(part, (part,))]
        sums.append(rows)
        sources |= _strictest(observations, variable.key, delivered)
        units[variable.key] = variable.unit
        parts[variable.key] = tuple(dict.fromkeys(delivered))
    return replace(
        observations,
        frame=pd.concat([frame, *sums], ignore_index=True),
        sources=sources,
        units={**observations.units, **units},
        parts={**observations.parts, **parts},
    )


def _sum_rows(parts: pd.DataFrame, variable: Variable) -> pd.DataFrame:
    sign = np.where(parts["variable"].isin(variable.less), -1.0, 1.0)
    signed = parts.assign(value=parts["value"] * sign)
    return _summed(signed, ["area", "period"], len(variable.parts)).assign(variable=variable.key)


def _summed(rows: pd.DataFrame, by: list[str], expected: int | pd.Series[int]) -> pd.DataFrame:
    """Sums by group with the gravest status in it; a group with fewer rows than expected is missing."""
    graver = {status: place for place, status in enumerate(STATUSES)}
    grouped = rows.assign(rank=rows["status"].map(graver)).groupby(by, sort=False)
    found = grouped.agg(
        value=("value", "sum"),
        rank=("rank", "max"),
        rows=("value", "size"),
        first=("where", "first"),
        last=("where", "last"),
    ).reset_index()
    incomplete = found["rows"] < (expected if isinstance(expected, int) else found[by[0]].map(expected))
    rank = found["rank"].mask(incomplete & (found["rank"] < graver["O"]), graver["O"]).astype(int)
    found["status"] = np.array(STATUSES)[rank]
    found["value"] = found["value"].where(rank < graver["O"])
    span = found["first"].str.split(SPAN).str[0] + SPAN + found["last"].str.split(SPAN).str[-1]
    found["where"] = found["first"].where(found["rows"] == 1, span)
    return found.drop(columns=["rank", "rows", "first", "last"])


def _strictest(observations: Observations, variable: str, parts: Iterable[str]) -> dict[str, Source]:
    known = [observations.sources[part] for part in parts if part in observations.sources]
    strictest = max(known, key=lambda source: source.threshold or 0, default=None)
    return {variable: strictest} if strictest else {}


def aggregate(observations: Observations, coarser: Areas, totals: Observations | None = None) -> Observations:
    """Counts and amounts of the areas added up to the coarser ones their parents name.

    One withheld part makes the sum withheld, one missing part or row makes it missing, unless `totals`, figures the
    source delivered for the coarser level, hold a value: that one is taken. Rates are never added up: they appear only
    where `totals` holds them. The source of a variable that `totals` holds is theirs. Raises DataError for areas whose
    parent is not among the coarser ones.

    >>> from lebenslagen.observations import counts, example
    >>> seen = example()
    >>> whole = replace(seen.areas, level="stadt", ids=("1",), names=("Stadt",), parents=("",))
    >>> counts(aggregate(seen, whole), "ew", "2024").to_dict()
    {'1': 12.0}
    """
    above = dict(zip(observations.areas.ids, observations.areas.parents, strict=True))
    known = set(coarser.ids)
    faults = [
        Fault("parent-unknown", f"{observations.areas.label}/{area}", {"id": area, "parent": parent})
        for area, parent in above.items()
        if parent not in known
    ]
    if faults:
        raise DataError(faults)
    frame = observations.frame
    rates = [key for key, unit in observations.units.items() if unit == "rate"]
    rows = frame[~frame["variable"].isin(rates)]
    rows = rows.assign(area=rows["area"].map(above))
    sums = _summed(rows, KEY, pd.Series(list(above.values())).value_counts())
    both = (totals, observations) if totals is not None else (observations,)
    return replace(
        observations,
        areas=coarser,
        frame=_with_totals(sums, totals),
        sources={**observations.sources, **(totals.sources if totals is not None else {})},
        units={key: unit for part in both for key, unit in part.units.items()},
        parts={key: names for part in both for key, names in part.parts.items()},
    )


def _with_totals(sums: pd.DataFrame, totals: Observations | None) -> pd.DataFrame:
    if totals is None:
        return sums
    given = totals.frame[totals.frame["value"].notna()]
    return pd.concat([given, sums]).drop_duplicates(KEY, keep="first")

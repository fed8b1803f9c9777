"""Values by area, period and variable, each with the status it has and the cell it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd
import shapely

from lebenslagen.areas import Areas
from lebenslagen.errors import DataError, Fault
from lebenslagen.indicators import Source

__all__ = [
    "COLUMNS",
    "KEY",
    "SPAN",
    "STATUSES",
    "Observations",
    "combine",
    "counts",
    "example",
    "row_faults",
    "select",
    "statuses",
]

COLUMNS = ("area", "period", "variable", "value", "status", "where")
KEY = ["area", "period", "variable"]

# SDMX code list CL_OBS_STATUS: A normal, E estimated, O missing, Q withheld by the supplier. The graver one decides.
STATUSES = ("A", "E", "O", "Q")

SPAN = " … "  # between the first and the last cell a derived value comes from

Integers = np.ndarray[Any, np.dtype[np.intp]]
Matrix = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Observations:
    """Values by area, period and variable for the areas of one level and date.

    `frame`: columns area, period, variable (text), value (float), status ("A" normal, "E" estimated, "O" missing, "Q"
    withheld by the supplier), where (the cell it was read from); a copy, to be read only. A value is there exactly
    when the status is A or E. `sources`: variable -> Source; `units`: variable -> "count" (where not named), "amount"
    or "rate"; `parts`: derived variable -> the delivered variables in it. Raises DataError with all faults at once.

    >>> rows = [("01", "2024", "sgb2", 412.0, "A", "ab12#SGB II!B9")]
    >>> source = Source("ba", "Jobcenter", "SGB II")
    >>> seen = Observations(example().areas, pd.DataFrame(rows, columns=COLUMNS), {"sgb2": source})
    >>> counts(seen, "sgb2", "2024").to_dict()
    {'01': 412.0}
    """

    areas: Areas
    frame: pd.DataFrame
    sources: Mapping[str, Source] = field(default_factory=dict)
    units: Mapping[str, str] = field(default_factory=dict)
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        frame = self.frame.loc[:, list(COLUMNS)].reset_index(drop=True)
        frame = frame.astype({name: "str" for name in COLUMNS if name != "value"} | {"value": "float64"})
        object.__setattr__(self, "frame", frame)
        for name in ("sources", "units", "parts"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        faults = _faults(self)
        if faults:
            raise DataError(faults)

    def __len__(self) -> int:
        return len(self.frame)

    @property
    def periods(self) -> tuple[str, ...]:
        """The periods there are rows for, sorted."""
        return tuple(sorted(self.frame["period"].unique()))

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables there are rows for, in order of first appearance."""
        return tuple(self.frame["variable"].unique())

    @cached_property
    def places(self) -> Mapping[tuple[str, str], Integers]:
        """Variable and period -> positions of their rows in the frame."""
        found = self.frame.groupby(["variable", "period"], sort=False).indices
        return {(str(key[0]), str(key[1])): np.asarray(rows) for key, rows in found.items()}  # type: ignore[index]

    @cached_property
    def area_places(self) -> Integers:
        """For each row of the frame the place of its area in the areas' order."""
        return self.areas.index().get_indexer(pd.Index(self.frame["area"]))

    def sources_of(self, variable: str) -> tuple[Source, ...]:
        """The sources of a variable, those of its parts where it is derived; none twice."""
        parts = self.parts.get(variable, (variable,))
        found = {self.sources[part].key: self.sources[part] for part in parts if part in self.sources}
        return tuple(found.values())


def _faults(observations: Observations) -> list[Fault]:
    frame = observations.frame
    known = frame["area"].isin(list(observations.areas.ids))
    status = frame["status"].isin(STATUSES)
    valued = frame["value"].notna()
    stated = frame["status"].isin(["A", "E"])
    finite = ~valued | np.isfinite(frame["value"])
    return [
        *row_faults("area-unknown", frame[~known]),
        *row_faults("status-unknown", frame[~status]),
        *row_faults("status-without-value", frame[stated & ~valued]),
        *row_faults("value-without-status", frame[status & ~stated & valued]),
        *row_faults("value-infinite", frame[~finite]),
        *_collisions(frame),
    ]


def row_faults(code: str, rows: pd.DataFrame) -> list[Fault]:
    """One fault for each row of a frame, at the cell it came from.

    >>> [fault.where for fault in row_faults("value-infinite", example().frame)]
    ['B2', 'C2']
    """
    return [
        Fault(code, row["where"], row | {"value": Decimal(repr(row["value"])).normalize()})
        for row in ({str(key): value for key, value in found.items()} for found in rows.to_dict("records"))
    ]


def _collisions(frame: pd.DataFrame) -> list[Fault]:
    twice = frame[frame.duplicated(KEY, keep=False)]
    return [
        Fault(
            "value-twice",
            places.iloc[1],
            dict(zip(KEY, key, strict=True)) | {"a": places.iloc[0], "b": places.iloc[1]},
        )
        for key, places in twice.groupby(KEY, sort=False)["where"]
    ]


def example() -> Observations:
    """Observations to try a function on: one area with 3 children among 12 residents in 2024.

    >>> example().frame[["variable", "value"]].to_numpy().tolist()
    [['kinder', 3.0], ['ew', 12.0]]
    """
    box = np.array([shapely.box(0, 0, 9, 9)])
    town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    return Observations(town, pd.DataFrame(rows, columns=list(COLUMNS)))


def select(
    observations: Observations, variables: Iterable[str] | None = None, periods: Iterable[str] | None = None
) -> Observations:
    """Only the rows of some variables and periods; None keeps all.

    >>> seen = example()
    >>> select(seen, variables=["ew"]).variables
    ('ew',)
    """
    frame = observations.frame
    if variables is not None:
        frame = frame[frame["variable"].isin(list(variables))]
    if periods is not None:
        frame = frame[frame["period"].isin(list(periods))]
    return replace(observations, frame=frame)


def combine(*observations: Observations) -> Observations:
    """Several observations of the same areas as one.

    Where a variable comes from several deliveries, its source is the one as of the latest date. Raises DataError where
    areas differ or two deliveries hold a value for the same area, period and variable: both places are named.

    >>> seen = example()
    >>> later = Observations(seen.areas, pd.DataFrame([("01", "2025", "ew", 13, "A", "C2")], columns=COLUMNS))
    >>> combine(seen, later).periods
    ('2024', '2025')
    """
    first = observations[0]
    faults = [
        _areas_differ(first.areas, other.areas)
        for other in observations[1:]
        if not _same(first.areas, other.areas)
    ]
    if faults:
        raise DataError(faults)
    return Observations(
        first.areas,
        pd.concat([part.frame for part in observations], ignore_index=True),
        _latest(observations),
        {key: unit for part in observations for key, unit in part.units.items()},
        {key: names for part in observations for key, names in part.parts.items()},
    )


def _same(a: Areas, b: Areas) -> bool:
    return a is b or (a.level == b.level and a.vintage == b.vintage and set(a.ids) == set(b.ids))


def _areas_differ(a: Areas, b: Areas) -> Fault:
    return Fault("areas-differ", b.label, {"a": a.label, "b": b.label})


def _latest(observations: Sequence[Observations]) -> dict[str, Source]:
    found: dict[str, Source] = {}
    for part in observations:
        for key, source in part.sources.items():
            if key not in found or _as_of(source) > _as_of(found[key]):
                found[key] = source
    return found


def _as_of(source: Source) -> str:
    return source.as_of.isoformat() if source.as_of else ""


def counts(observations: Observations, variable: str, period: str) -> pd.Series[float]:
    """The values of a variable in a period by area, in the areas' order; NaN where there is none.

    >>> seen = example()
    >>> counts(seen, "kinder", "2024").to_dict()
    {'01': 3.0}
    """
    return _column(observations, variable, period, "value", np.full(len(observations.areas), np.nan))


def statuses(observations: Observations, variable: str, period: str) -> pd.Series[str]:
    """The statuses of a variable in a period by area; "O" where there is no row.

    >>> seen = example()
    >>> statuses(seen, "kinder", "2024").to_dict(), statuses(seen, "kinder", "2025").to_dict()
    ({'01': 'A'}, {'01': 'O'})
    """
    return _column(observations, variable, period, "status", np.full(len(observations.areas), "O"))


def _column(
    observations: Observations, variable: str, period: str, column: str, found: Matrix
) -> pd.Series[Any]:
    rows = observations.places.get((variable, period))
    if rows is not None:
        found[observations.area_places[rows]] = observations.frame[column].to_numpy()[rows]
    return pd.Series(found, index=observations.areas.index(), name=variable)

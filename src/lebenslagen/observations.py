"""How many: values by area, period and variable, each with the status it has; rates are derived and never stored."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

import numpy as np
import pandas as pd

from lebenslagen.areas import Areas, Crosswalk
from lebenslagen.errors import DataError, DesignError, Fault
from lebenslagen.indicators import Indicator, Source, Variable

__all__ = [
    "COLUMNS",
    "REASONS",
    "Observations",
    "aggregate",
    "combine",
    "convert",
    "counts",
    "derive",
    "panel",
    "select",
    "statuses",
    "trend",
]

COLUMNS = ("area", "period", "variable", "value", "status", "where")
KEY = ["area", "period", "variable"]

# SDMX code list CL_OBS_STATUS: A normal, E estimated, O missing, Q withheld by the supplier. The graver one decides.
STATUSES = ("A", "E", "O", "Q")
REASONS: Mapping[str, str] = {"O": "missing", "Q": "withheld"}

WHOLE = 1 - 1e-9  # share from which an area goes into another as a whole
SPAN = " … "  # between the first and the last cell a derived value comes from


class Reasons(dict[tuple[str, str], str]):
    """Why values are not there; pandas copies a table's attributes with each step, this one it shares."""

    def __deepcopy__(self, memo: dict[int, object]) -> Reasons:
        return self


Integers = np.ndarray[Any, np.dtype[np.intp]]
Matrix = np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class Observations:
    """Values by area, period and variable for the areas of one level and date.

    `frame`: columns area, period, variable (text), value (float), status ("A" normal, "E" estimated, "O" missing, "Q"
    withheld by the supplier), where (the cell it was read from); a copy, to be read only. A value is there exactly
    when the status is A or E. `sources`: variable -> Source; `units`: variable -> "count" (where not named), "amount"
    or "rate"; `parts`: derived variable -> the delivered variables in it. Raises DataError with all faults at once.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "sgb2", 412.0, "A", "ab12#SGB II!B9")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS), {"sgb2": Source("ba", "Jobcenter", "SGB II")})
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
        *_row_faults("area-unknown", frame[~known]),
        *_row_faults("status-unknown", frame[~status]),
        *_row_faults("status-without-value", frame[stated & ~valued]),
        *_row_faults("value-without-status", frame[status & ~stated & valued]),
        *_row_faults("value-infinite", frame[~finite]),
        *_collisions(frame),
    ]


def _row_faults(code: str, rows: pd.DataFrame) -> list[Fault]:
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


def select(
    observations: Observations, variables: Iterable[str] | None = None, periods: Iterable[str] | None = None
) -> Observations:
    """Only the rows of some variables and periods; None keeps all.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
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

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
    >>> later = Observations(town, pd.DataFrame([("01", "2025", "ew", 13, "A", "C2")], columns=COLUMNS))
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


def derive(observations: Observations, variables: Sequence[Variable]) -> Observations:
    """The observations with the derived variables added: sums of `sum_of` less `less`, by area and period.

    One withheld part makes the sum withheld, one missing part makes it missing, one estimated part makes it estimated.
    Raises DataError where a difference is below 0, DesignError where a derived variable is already delivered.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
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
            raise DataError(_row_faults("derived-negative", rows[rows["value"] < 0]))
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
    where `totals` holds them. Raises DataError for areas whose parent is not among the coarser ones.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
    >>> whole = Areas("stadt", date(2019, 1, 1), ("1",), ("Stadt",), ("",), box, "EPSG:25832")
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
        sources={key: source for part in both for key, source in part.sources.items()},
        units={key: unit for part in both for key, unit in part.units.items()},
        parts={key: names for part in both for key, names in part.parts.items()},
    )


def _with_totals(sums: pd.DataFrame, totals: Observations | None) -> pd.DataFrame:
    if totals is None:
        return sums
    given = totals.frame[totals.frame["value"].notna()]
    return pd.concat([given, sums]).drop_duplicates(KEY, keep="first")


def counts(observations: Observations, variable: str, period: str) -> pd.Series[float]:
    """The values of a variable in a period by area, in the areas' order; NaN where there is none.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
    >>> counts(seen, "kinder", "2024").to_dict()
    {'01': 3.0}
    """
    return _column(observations, variable, period, "value", np.full(len(observations.areas), np.nan))


def statuses(observations: Observations, variable: str, period: str) -> pd.Series[str]:
    """The statuses of a variable in a period by area; "O" where there is no row.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
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


def panel(observations: Observations, indicators: Sequence[Indicator], period: str) -> pd.DataFrame:
    """The indicators of one period: areas x indicator keys, rates per `per`, NaN where there is no value.

    `.attrs["reasons"]`: (area, key) -> why a value is not there: "withheld" or "missing" (numerator or denominator),
    "undefined" (denominator 0), "small-base" (denominator below `min_base`). Raises DataError where a numerator of the
    period meets a denominator that only other periods have: figures of different periods are never divided.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
    >>> share = Indicator("KI", "Kinder", numerator="kinder", denominator="ew")
    >>> panel(seen, [share], "2024").loc["01", "KI"]
    np.float64(25.0)
    >>> panel(seen, [share], "2025").attrs["reasons"]
    {('01', 'KI'): 'missing'}
    """
    faults = [fault for indicator in indicators for fault in _period_faults(observations, indicator, period)]
    if faults:
        raise DataError(faults)
    reasons = Reasons()
    columns = {indicator.key: _rate(observations, indicator, period, reasons) for indicator in indicators}
    found = pd.DataFrame(columns, index=observations.areas.index(), dtype=float)
    found.attrs["reasons"] = reasons
    return found


def _period_faults(observations: Observations, indicator: Indicator, period: str) -> list[Fault]:
    if not indicator.numerator or not indicator.denominator:
        return []
    above = _periods_of(observations, indicator.numerator)
    below = _periods_of(observations, indicator.denominator)
    if period not in above or period in below or not below:
        return []
    values = {
        "key": indicator.key,
        "period": period,
        "base": indicator.denominator,
        "others": ", ".join(sorted(below)),
    }
    return [Fault("period-mismatch", f"indicators/{indicator.key}", values)]


def _periods_of(observations: Observations, variable: str) -> set[str]:
    return {period for key, period in observations.places if key == variable}


def _rate(
    observations: Observations, indicator: Indicator, period: str, reasons: Reasons
) -> pd.Series[float]:
    given = {key: counts(observations, key, period) for key in indicator.variables}
    why = _absences([statuses(observations, key, period) for key in indicator.variables])
    base = given[indicator.denominator] if indicator.denominator else None
    if base is not None:
        why = why.mask((why == "") & (base < indicator.min_base), "small-base")
        why = why.mask(why.isin(["", "small-base"]) & (base == 0), "undefined")
    value = given[indicator.published] if indicator.published else _divided(indicator, given)
    reasons.update({(str(area), indicator.key): reason for area, reason in why[why != ""].items()})
    return value.where(why == "")


def _divided(indicator: Indicator, given: Mapping[str, pd.Series[float]]) -> pd.Series[float]:
    base = given[indicator.denominator or ""]
    return given[indicator.numerator or ""] * indicator.per / base.where(base != 0)


def _absences(found: Sequence[pd.Series[str]]) -> pd.Series[str]:
    why = pd.Series("", index=found[0].index)
    for status in ("O", "Q"):
        for column in found:
            why = why.mask(column == status, REASONS[status])
    return why


def trend(observations: Observations, indicator: Indicator, periods: Sequence[str]) -> pd.DataFrame:
    """One indicator over time: areas x periods, as `panel`; a period without figures is missing.

    `.attrs["reasons"]`: (area, period) -> why there is no value; `.attrs["breaks"]`: the breaks within the periods.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
    >>> share = Indicator("KI", "Kinder", numerator="kinder", denominator="ew")
    >>> trend(seen, share, ["2023", "2024"]).loc["01"].to_dict()
    {'2023': nan, '2024': 25.0}
    """
    reasons = Reasons()
    columns = {}
    for period in periods:
        why = Reasons()
        columns[period] = _rate(observations, indicator, period, why)
        reasons.update({(area, period): reason for (area, _), reason in why.items()})
    found = pd.DataFrame(columns, index=observations.areas.index(), dtype=float)
    found.attrs["reasons"] = reasons
    found.attrs["breaks"] = indicator.breaks_between(min(periods), max(periods)) if periods else ()
    return found


def convert(observations: Observations, crosswalk: Crosswalk, new_areas: Areas) -> Observations:
    """Counts and amounts of the old areas as values of the new ones, by `transfer`.

    A value is estimated (E) unless every area that feeds the new one lies in it wholly. A withheld source makes the new
    value withheld, a missing one missing. Raises DataError for rates (counts must be converted and divided again) and
    where the crosswalk does not lead from these areas to the new ones.

    >>> import shapely
    >>> from datetime import date
    >>> box = np.array([shapely.box(0, 0, 9, 9)])
    >>> town = Areas("quartier", date(2019, 1, 1), ("01",), ("Nord",), ("1",), box, "EPSG:25832")
    >>> rows = [("01", "2024", "kinder", 3, "A", "B2"), ("01", "2024", "ew", 12, "A", "C2")]
    >>> seen = Observations(town, pd.DataFrame(rows, columns=COLUMNS))
    >>> from lebenslagen.areas import crosswalk_by_table
    >>> halves = np.array([shapely.box(0, 0, 4.5, 9), shapely.box(4.5, 0, 9, 9)])
    >>> new = Areas("quartier", date(2024, 1, 1), ("1a", "1b"), ("West", "Ost"), ("1", "1"), halves, "EPSG:25832")
    >>> crosswalk = crosswalk_by_table([("01", "1a", 0.25), ("01", "1b", 0.75)], town.ids, new.ids)
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

"""From an indicator table to scores, classes and contributions."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from lebenslagen.errors import DesignError, Fault
from lebenslagen.index.design import Classes, IndexDesign, Measure, unknown
from lebenslagen.index.methods import AGGREGATE, CLASSIFY, NORMALISE, TREAT, WEIGHT, Array, Reference

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Index", "Scored", "build_index", "change"]

Integers = np.ndarray[Any, np.dtype[np.intp]]

LEAST_AREAS = 10  # below, classes relative to the town's own mean say nothing
LEAST_FOR_SCORES = 5  # below, not even the scores do
REASONS = {
    "withheld": "value-withheld",
    "small-base": "value-small-base",
    "undefined": "value-undefined",
    "excluded": "value-missing",
    "missing": "value-missing",
}


@dataclass(frozen=True, eq=False)
class Scored:
    """One measure computed, for the areas that take part; oriented so that more is more burden.

    `scores`, `sums` (before rescaling): by area. `z` (normalised values) and `contributions` (they add up to the
    score): areas x indicators. `means`, `sds` (of the treated values, population SD), `weights`: by indicator.
    `sum_mean`, `sum_sd`: of `sums`. `classes`: class keys by area; `cuts`; None and () where no classes are declared.

    >>> import pandas as pd
    >>> from lebenslagen.index import IndexDesign, Measure, Part, build_index
    >>> panel = pd.DataFrame({"A": [1.0, 2.0, 3.0, 4.0, 5.0]}, index=list("abcde"))
    >>> index = build_index(IndexDesign("i", "I", "quartier", Measure((Part("A", 1, 1),))), panel)
    >>> float(index.status.means["A"]), index.status.scores.round(3).tolist()
    (3.0, [-1.414, -0.707, 0.0, 0.707, 1.414])
    """

    measure: Measure
    means: pd.Series[float]
    sds: pd.Series[float]
    weights: pd.Series[float]
    z: pd.DataFrame
    sums: pd.Series[float]
    sum_mean: float
    sum_sd: float
    contributions: pd.DataFrame
    scores: pd.Series[float]
    cuts: tuple[float, ...]
    classes: pd.Series[str] | None


@dataclass(frozen=True, eq=False)
class Index:
    """An index computed: the status, the dynamics, their combination, and who is left out and why.

    `combined`: class keys by area ("3+/-"), the status class alone without dynamics. `excluded`: area -> declared
    reason; `left_out`: area -> indicators without a value; `focus`: Fokusquartier -> its class, or the decision.

    >>> import pandas as pd
    >>> from lebenslagen.index import IndexDesign, Measure, Part, build_index
    >>> panel = pd.DataFrame({"A": [1.0, 2.0, 3.0, 4.0, 5.0, 9.0]}, index=list("abcdef"))
    >>> design = IndexDesign("i", "I", "quartier", Measure((Part("A", 1, 1),)), exclude={"f": "harbour"})
    >>> index = build_index(design, panel)
    >>> index.areas, dict(index.excluded)
    (('a', 'b', 'c', 'd', 'e'), {'f': 'harbour'})
    """

    design: IndexDesign
    status: Scored
    dynamics: Scored | None
    combined: pd.Series[str] | None
    excluded: Mapping[str, str]
    left_out: Mapping[str, tuple[str, ...]]
    focus: Mapping[str, str]

    @property
    def areas(self) -> tuple[str, ...]:
        """The areas that take part, in the order of the indicator table."""
        return tuple(self.status.scores.index)

    def shown(self, measure: str = "status") -> tuple[pd.Series[float], pd.DataFrame]:
        """Scores and contributions of "status" or "dynamics" in the orientation the design declares."""
        scored = self.dynamics if measure == "dynamics" else self.status
        if scored is None:
            raise DesignError(Fault("no-dynamics", self.design.place))
        if self.design.orientation == "burden":
            return scored.scores, scored.contributions
        return 0.0 - scored.scores, 0.0 - scored.contributions

    def rows(self) -> list[tuple[str | float | None, ...]]:
        """One row an area: id, status score and class, dynamics score and class, combined class; None where undeclared.

        The scores stand in the orientation the design declares, unrounded.
        """
        columns = [self.shown()[0], self.status.classes]
        columns += [self.shown("dynamics")[0], self.dynamics.classes] if self.dynamics else [None, None]
        columns += [self.combined]
        lists = [[None] * len(self.areas) if c is None else c.tolist() for c in columns]
        return list(zip(self.areas, *lists, strict=True))


def build_index(
    design: IndexDesign,
    panel: pd.DataFrame,
    change: pd.DataFrame | None = None,
    weights: pd.Series[float] | None = None,
) -> Index:
    """Compute an index.

    `panel`: areas x indicators, the rates of the period, NaN where there is no value (reasons in
    `panel.attrs["reasons"]`). `change`: areas x indicators of the dynamics, in percentage points. `weights`: residents
    by area, for `reference="residents"`. Areas in `design.exclude` enter nothing, neither mean nor standard deviation.
    Raises DesignError with all faults: indicator absent, constant or without any value, value missing, too few areas.
    Formula and source: z = (x - mean) / SD of the population; T = sum of K w z; score = (T - mean T) / SD T
    (Monitoring Soziale Stadtentwicklung 2013 to 2021; OECD/JRC handbook on composite indicators 2008).
    More burden never lowers an area's sum T, nor its score, unless it stands so far out among few areas that it sets
    the standard deviation itself (z or score beyond the root of (n - 1) / 3: 1.7 with 10 areas, 2.9 with 26).

    >>> import pandas as pd
    >>> from lebenslagen.index import IndexDesign, Measure, Part
    >>> status = Measure((Part("KI", 0.5, 1), Part("SGB", 0.5, 1)))
    >>> panel = pd.DataFrame({"KI": [8, 20, 30, 42, 50], "SGB": [5, 15, 20, 25, 35]}, index=list("abcde"))
    >>> index = build_index(IndexDesign("i", "I", "quartier", status), panel)
    >>> index.status.contributions.round(2).loc["e"].to_dict(), float(index.status.scores["e"].round(2))
    ({'KI': 0.67, 'SGB': 0.75}, 1.42)
    """
    tables = _tables(design, panel, change)
    areas, left_out = _who(design, tables, weights)
    reference = reference_of(design, areas, weights)
    scored = {
        name: score(measure, tables[name].loc[list(areas), list(measure.keys)], reference)
        for name, measure in design.measures.items()
    }
    status, dynamics = scored["status"], scored.get("dynamics")
    combined = _combine(status, dynamics)
    return Index(
        design=design,
        status=status,
        dynamics=dynamics,
        combined=combined,
        excluded=design.exclude,
        left_out=MappingProxyType(left_out),
        focus=MappingProxyType(_focus(design, status, combined)),
    )


def change(now: pd.DataFrame, before: pd.DataFrame) -> pd.DataFrame:
    """The difference of two indicator tables, later minus earlier: areas x indicators, in percentage points.

    Raises DesignError where the areas are not the same: a comparison of other areas is none. Where a value is not there
    in one period, its reason is kept in `attrs["reasons"]`.

    >>> import pandas as pd
    >>> now, before = (pd.DataFrame({"KI": [value]}, index=["01"]) for value in (49.0, 41.0))
    >>> change(now, before)
        KI
    01  8.0
    """
    if set(now.index) != set(before.index):
        different = sorted(set(now.index) ^ set(before.index))
        raise DesignError(
            Fault("index-areas-differ", "change", {"areas": listed(different), "n": len(different)})
        )
    moved = now - before.reindex(index=now.index, columns=now.columns)
    moved.attrs["reasons"] = {**before.attrs.get("reasons", {}), **now.attrs.get("reasons", {})}
    return moved


# --- what can be wrong with the data --------------------------------------------------------------------------


def listed(names: Iterable[str], most: int = 12) -> str:
    """Names in a row, cut after some.

    >>> listed(["01", "02", "03"], most=2)
    '01, 02, …'
    """
    names = list(names)
    return ", ".join(names[:most]) + (", …" if len(names) > most else "")


def _tables(
    design: IndexDesign, panel: pd.DataFrame, change: pd.DataFrame | None
) -> Mapping[str, pd.DataFrame]:
    """The table of each measure, with the areas of the panel; raises where rows or columns are not there."""
    faults: list[Fault] = []
    if panel.empty:
        raise DesignError(Fault("empty-panel", design.place))
    tables = {"status": panel}
    if design.dynamics is not None:
        if change is None:
            raise DesignError(Fault("no-change-table", f"{design.place}.dynamics"))
        tables["dynamics"] = change
    for name, table in tables.items():
        columns = [str(column) for column in table.columns]
        place = f"{design.place}.{name}.parts"
        keys = design.measures[name].keys
        faults += [unknown(key, columns, f"{place}.{key}") for key in keys if key not in columns]
        twice = sorted(set(table.index[table.index.duplicated()]))
        if twice:
            faults.append(Fault("index-area-twice", f"{design.place}.{name}", {"areas": listed(twice)}))
        elif set(table.index) != set(panel.index):
            different = sorted(set(table.index) ^ set(panel.index))
            values = {"areas": listed(different), "n": len(different)}
            faults.append(Fault("index-areas-differ", f"{design.place}.{name}", values))
    known = set(panel.index)
    faults += [
        unknown(area, known, f"{design.place}.exclude.{area}") for area in design.exclude if area not in known
    ]
    if faults:
        raise DesignError(faults)
    return tables


def _who(
    design: IndexDesign, tables: Mapping[str, pd.DataFrame], weights: pd.Series[float] | None
) -> tuple[tuple[str, ...], dict[str, tuple[str, ...]]]:
    """The areas that take part, and those left out for a missing value; raises all faults of the values at once."""
    rows = [area for area in tables["status"].index if area not in design.exclude]
    parts = {
        name: tables[name].loc[rows, list(measure.keys)].astype(float)
        for name, measure in design.measures.items()
    }
    faults = [fault for name, part in parts.items() for fault in _column_faults(design, name, part)]
    empty = {fault.values["indicator"] for fault in faults}
    left_out = _gaps(parts)
    if design.missing != "leave-out":
        if design.missing == "interval":
            left_out = _withheld_alone(tables, left_out)
        for name, part in parts.items():
            asked = part.drop(index=list(left_out) if design.missing == "interval" else [])
            reasons = tables[name].attrs.get("reasons", {})
            faults += _missing_faults(
                design, name, asked.drop(columns=list(empty & set(part.columns))), reasons
            )
    elsewhere = left_out if design.missing != "refuse" else {}
    taking_part = tuple(area for area in rows if area not in elsewhere)
    if not faults:
        chosen = {name: part.loc[list(taking_part)] for name, part in parts.items()}
        faults += [*_number_faults(design, len(taking_part)), *_spread_faults(design, chosen)]
    faults += _resident_faults(design, taking_part, weights)
    if faults:
        raise DesignError(faults)
    return taking_part, left_out


def _gaps(parts: Mapping[str, pd.DataFrame]) -> dict[str, tuple[str, ...]]:
    """The areas in which a value is not there, with the indicators concerned, in the order of the table."""
    found: dict[str, dict[str, None]] = {}
    for part in parts.values():
        for row, column in np.argwhere(part.isna().to_numpy()).tolist():
            found.setdefault(part.index[row], {})[part.columns[column]] = None
    rows = next(iter(parts.values())).index
    return {area: tuple(found[area]) for area in rows if area in found}


def _withheld_alone(
    tables: Mapping[str, pd.DataFrame], gaps: Mapping[str, tuple[str, ...]]
) -> dict[str, tuple[str, ...]]:
    """The areas in which nothing is missing but what a supplier withholds."""
    reasons = {key: r for table in tables.values() for key, r in table.attrs.get("reasons", {}).items()}
    return {
        area: keys
        for area, keys in gaps.items()
        if all(reasons.get((area, key)) == "withheld" for key in keys)
    }


def _column_faults(design: IndexDesign, name: str, part: pd.DataFrame) -> Iterator[Fault]:
    for key in part.columns:
        where, values = f"{design.place}.{name}.parts.{key}", {"indicator": key}
        if bool(part[key].isna().all()):
            yield Fault("indicator-all-missing", where, values)
        elif bool(np.isinf(part[key].to_numpy()).any()):
            yield Fault("index-value-infinite", where, values)


def _missing_faults(
    design: IndexDesign, name: str, part: pd.DataFrame, reasons: Mapping[tuple[str, str], str]
) -> Iterator[Fault]:
    for key in part.columns:
        by_code: dict[str, list[str]] = {}
        for area in part.index[part[key].isna()]:
            by_code.setdefault(REASONS[reasons.get((area, key), "missing")], []).append(area)
        for code, areas in by_code.items():
            values = {"indicator": key, "n": len(areas), "areas": listed(areas)}
            yield Fault(code, f"{design.place}.{name}.parts.{key}", values)


def _number_faults(design: IndexDesign, n: int) -> Iterator[Fault]:
    if any(measure.classes for measure in design.measures.values()):
        if n < LEAST_AREAS:
            yield Fault("too-few-areas", design.place, {"n": n, "least": LEAST_AREAS})
    elif n < LEAST_FOR_SCORES:
        yield Fault("too-few-areas-for-scores", design.place, {"n": n, "least": LEAST_FOR_SCORES})


def _spread_faults(design: IndexDesign, parts: Mapping[str, pd.DataFrame]) -> Iterator[Fault]:
    for name, part in parts.items():
        treat = design.measures[name].treat
        for key in part.columns:
            values = part[key].to_numpy()
            where, named = f"{design.place}.{name}.parts.{key}", {"indicator": key}
            if (treat == "log" and values.min() <= 0) or (treat == "square-root" and values.min() < 0):
                yield Fault("treat-needs-positive", where, {**named, "treat": treat})
            elif np.ptp(TREAT[treat].function(values)) == 0:
                yield Fault("indicator-constant", where, named)


def _resident_faults(
    design: IndexDesign, areas: Sequence[str], weights: pd.Series[float] | None
) -> Iterator[Fault]:
    if design.reference != "residents":
        return
    if weights is None:
        yield Fault("no-residents", f"{design.place}.reference", {"areas": "–"})
        return
    given = weights.reindex(list(areas))
    wrong = [area for area in areas if not given[area] > 0]
    if wrong:
        yield Fault("no-residents", f"{design.place}.reference", {"areas": listed(wrong)})


def reference_of(
    design: IndexDesign, areas: Sequence[str], weights: pd.Series[float] | None, exact: bool = True
) -> Reference:
    """The reference population of a design for these areas."""
    if design.reference == "residents" and weights is not None:
        return Reference(np.asarray(weights.reindex(list(areas)), dtype=np.float64), exact)
    return Reference(exact=exact)


# --- the computation ------------------------------------------------------------------------------------------


def directions(measure: Measure) -> Array:
    """1 or -1 for each indicator: (indicators, 1).

    >>> from lebenslagen.index import Part
    >>> directions(Measure((Part("A", 0.5, 1), Part("B", 0.5, -1)))).tolist()
    [[1.0], [-1.0]]
    """
    return np.array([[float(part.direction or 0)] for part in measure.parts])


def scaled(measure: Measure, values: Array, direction: Array, reference: Reference) -> tuple[Array, Array]:
    """Treated values, and those on the common scale where more is more burden: (..., areas), each row for itself."""
    treated = TREAT[measure.treat].function(values)
    return treated, NORMALISE[measure.normalise].function(treated * direction, reference)


def weights_of(measure: Measure, z: Array, reference: Reference) -> Array:
    """The weights in use: (..., indicators)."""
    declared = np.array([float(part.weight) for part in measure.parts])
    weights: Array = WEIGHT[measure.weights].function(z, declared, reference)
    return weights


def scores_of(measure: Measure, z: Array, reference: Reference) -> Array:
    """Only the scores, for many tables at once: (..., indicators, areas) on the common scale -> (..., areas)."""
    sums = AGGREGATE[measure.aggregate].function(z, weights_of(measure, z, reference), reference)
    result: Array = NORMALISE[measure.rescale].function(sums, reference)
    return result


def codes_of(classes: Classes, scores: Array, reference: Reference) -> tuple[Integers, Array]:
    """The number of each area's class from 0, and the cuts: (..., areas) -> (..., areas), (..., cuts)."""
    cuts = CLASSIFY[classes.method].function(scores, classes.cuts, len(classes.keys), reference)
    closed = np.array(classes.closed)[:, None]
    border, value = cuts[..., None], scores[..., None, :]
    above = np.where(closed, value > border, value >= border)
    return above.sum(axis=-2), cuts


def score(measure: Measure, table: pd.DataFrame, reference: Reference) -> Scored:
    """One measure for the areas of a table without gaps (areas x indicators).

    Linear rescaling divides the contributions like the score, and the score is their exactly rounded sum. Other
    rescaling bends: what the bend adds or takes is divided by the weights.
    """
    values = table.to_numpy(dtype=float).T
    treated, z = scaled(measure, values, directions(measure), reference)
    weights = weights_of(measure, z, reference)
    if (weights < 0).any():
        raise DesignError(Fault("weights-opposed", "index.weights", {"indicators": ", ".join(measure.keys)}))
    terms = AGGREGATE[measure.aggregate].terms(z, weights, reference)
    sums = reference.total(terms.T)[:, 0]
    if np.ptp(sums) == 0:
        raise DesignError(Fault("sum-constant", "index.parts", {"indicators": ", ".join(measure.keys)}))
    contributions, scores = _contributions(measure.rescale, terms, sums, weights, reference)
    return _scored(measure, table, reference, (treated, z, weights, sums, contributions, scores))


def _contributions(
    rescale: str, terms: Array, sums: Array, weights: Array, reference: Reference
) -> tuple[Array, Array]:
    centred = terms - reference.mean(terms)
    if rescale in ("none", "z"):
        contributions = terms if rescale == "none" else centred / reference.sd(sums)
        return contributions, reference.total(contributions.T)[:, 0]
    scores: Array = NORMALISE[rescale].function(sums, reference)
    straight = centred * (reference.sd(scores) / reference.sd(sums))
    bend = scores - reference.total(straight.T)[:, 0]
    return straight + weights[:, None] * bend, scores


def _scored(measure: Measure, table: pd.DataFrame, reference: Reference, found: tuple[Array, ...]) -> Scored:
    import pandas as pd

    treated, z, weights, sums, contributions, scores = (_frozen(array) for array in found)
    areas, keys = table.index, list(measure.keys)
    cuts, classes = (), None
    if measure.classes:
        codes, borders = codes_of(measure.classes, scores, reference)
        cuts = tuple(borders.tolist())
        classes = pd.Series(_keys(measure.classes, codes), index=areas, dtype=object)
    return Scored(
        measure=measure,
        means=pd.Series(_frozen(reference.mean(treated)[:, 0]), index=keys),
        sds=pd.Series(_frozen(reference.sd(treated)[:, 0]), index=keys),
        weights=pd.Series(weights, index=keys),
        z=pd.DataFrame(z.T, index=areas, columns=keys),
        sums=pd.Series(sums, index=areas),
        sum_mean=float(reference.mean(sums)[0]),
        sum_sd=float(reference.sd(sums)[0]),
        contributions=pd.DataFrame(contributions.T, index=areas, columns=keys),
        scores=pd.Series(scores, index=areas),
        cuts=cuts,
        classes=classes,
    )


def _frozen(values: Array) -> Array:
    copy = np.array(values, dtype=float)
    copy.setflags(write=False)
    return copy


def _keys(classes: Classes, codes: Integers) -> list[str]:
    """The keys of the classes; refused where ties or few areas leave a class without any area it was made for."""
    if classes.method == "quantiles" and len(set(codes.tolist())) < len(classes.keys):
        raise DesignError(Fault("class-empty", "index.classes", {"n": len(classes.keys)}))
    return [classes.keys[code] for code in codes.tolist()]


def _combine(status: Scored, dynamics: Scored | None) -> pd.Series[str] | None:
    if status.classes is None or dynamics is None or dynamics.classes is None:
        return status.classes
    return status.classes + dynamics.classes


def _focus(design: IndexDesign, status: Scored, combined: pd.Series[str] | None) -> dict[str, str]:
    rule = design.focus
    if rule is None or combined is None or status.classes is None:
        return {}
    if rule.areas:
        absent = [area for area in rule.areas if area not in {*status.scores.index, *design.exclude}]
        if absent:
            raise DesignError(
                [unknown(a, status.scores.index, f"{design.place}.focus.areas") for a in absent]
            )
        return dict.fromkeys(rule.areas, rule.decision)
    chosen = set(rule.classes)
    return {
        area: combined[area]
        for area in combined.index
        if combined[area] in chosen or status.classes[area] in chosen
    }

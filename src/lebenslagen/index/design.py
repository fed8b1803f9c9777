"""What an index is: its declaration, which refuses to exist when it contradicts itself."""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType
from typing import Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.index.methods import CLASSIFY, DECLARED_CUTS, MOST_PARTS, NONNEGATIVE, TABLES
from lebenslagen.texts import N_

__all__ = [
    "MISSING",
    "ORIENTATION",
    "REFERENCE",
    "Classes",
    "FocusRule",
    "IndexDesign",
    "Measure",
    "Part",
    "class_keys",
    "unknown",
    "what_if",
]

REFERENCE: Mapping[str, str] = {
    "areas": N_("each area counts once"),
    "residents": N_("each area counts with its residents"),
}
MISSING: Mapping[str, str] = {
    "refuse": N_("no index while a value is missing"),
    "leave-out": N_("areas with a missing value are left out"),
    "interval": N_(
        "areas of which a supplier withholds a figure get a least and a greatest score; no index while another value is missing"
    ),
}
ORIENTATION: Mapping[str, str] = {
    "burden": N_("higher means more burden"),
    "favourable": N_("higher means more favourable"),
}
ROUNDING = 1e-9  # how far weights written as decimals may sum from 1


@dataclass(frozen=True)
class Part:
    """One indicator in an index: its weight, and its direction (1: more is more burden, -1: more is less).

    There is no default direction: `IndexDesign` refuses a part without one.

    >>> Part("AE", Fraction(1, 7), direction=1).weight
    Fraction(1, 7)
    """

    indicator: str
    weight: Fraction | float = 1
    direction: int | None = None
    dimension: str = ""


@dataclass(frozen=True)
class Classes:
    """How scores become classes, from least to most burden.

    `cuts` separate the `keys`; a score equal to a cut belongs to the lower class where `upper_closed` is true, to the
    higher one where it is false. Rows of `CLASSIFY` other than "cuts" and "deviations" find the cuts themselves.

    >>> Classes((-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4")).keys
    ('1', '2', '3', '4')
    """

    cuts: tuple[float, ...] = ()
    upper_closed: tuple[bool, ...] = ()
    keys: tuple[str, ...] = ()
    labels: tuple[str, ...] = ()
    method: str = "cuts"

    def __post_init__(self) -> None:
        for name in ("cuts", "upper_closed", "keys", "labels"):
            object.__setattr__(self, name, tuple(getattr(self, name)))

    @property
    def closed(self) -> tuple[bool, ...]:
        """Whether a score on each cut belongs to the class below; true where nothing is declared."""
        return self.upper_closed or (True,) * (len(self.keys) - 1)


@dataclass(frozen=True)
class Measure:
    """One score over several indicators: the status, or the dynamics.

    The steps, each a row of a table: treat (outliers), normalise (a common scale), weights, aggregate, rescale (a row
    of `NORMALISE` again), classes. With `weights="equal"` or "pca" the declared weights are not used.

    >>> Measure((Part("A", 0.5, 1), Part("B", 0.5, 1))).keys
    ('A', 'B')
    """

    parts: tuple[Part, ...]
    classes: Classes | None = None
    treat: str = "none"
    normalise: str = "z"
    weights: str = "declared"
    aggregate: str = "sum"
    rescale: str = "z"

    def __post_init__(self) -> None:
        object.__setattr__(self, "parts", tuple(self.parts))

    @property
    def keys(self) -> tuple[str, ...]:
        """The indicators in declared order."""
        return tuple(part.indicator for part in self.parts)


@dataclass(frozen=True)
class FocusRule:
    """Which areas are Fokusquartiere: by classes ("4", "3-"), or by a decision that names them, with its date.

    >>> FocusRule(classes=("4", "3-")).classes
    ('4', '3-')
    """

    classes: tuple[str, ...] = ()
    areas: tuple[str, ...] = ()
    decision: str = ""
    date: date | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "classes", tuple(self.classes))
        object.__setattr__(self, "areas", tuple(self.areas))


@dataclass(frozen=True)
class IndexDesign:
    """An index as it is declared, complete; wrong declarations raise DesignError with all their faults at once.

    `change_over`: the earlier period, or "published" where the dynamics use published changes. `reference`: whose mean
    and standard deviation. `exclude`: area id -> reason. `orientation` concerns what is shown, never the classes.

    >>> design = IndexDesign("sozialindex", "Sozialindex", "quartier", Measure((Part("A", 1, direction=1),)))
    >>> design.status.keys
    ('A',)
    >>> IndexDesign(
    ...     "sozialindex", "Sozialindex", "quartier", Measure((Part("A", 0.8),), normalise="zz")
    ... )  # doctest: +ELLIPSIS
    Traceback (most recent call last):
    lebenslagen.errors.DesignError: indices/sozialindex.status.normalise: unknown-name ...
    """

    key: str
    label: str
    level: str
    status: Measure
    dynamics: Measure | None = None
    change_over: str | None = None
    reference: str = "areas"
    exclude: Mapping[str, str] = field(default_factory=dict)
    missing: str = "refuse"
    orientation: str = "burden"
    focus: FocusRule | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "exclude", MappingProxyType(dict(self.exclude)))
        faults = list(_faults(self))
        if faults:
            raise DesignError(faults)

    @property
    def measures(self) -> Mapping[str, Measure]:
        """The status, and the dynamics where they are declared."""
        both = {"status": self.status, "dynamics": self.dynamics}
        return {name: measure for name, measure in both.items() if measure}

    @property
    def place(self) -> str:
        """Where a fault of this design is: the head of `Fault.where`."""
        return f"indices/{self.key}"


def what_if(design: IndexDesign, without: str = "", **changes: Any) -> IndexDesign:
    """The design with a choice changed, or without one indicator; the steps of a measure change in both measures.

    Left-out indicators: the other weights grow in proportion. Raises DesignError for a choice that does not exist.

    >>> design = IndexDesign("i", "I", "quartier", Measure((Part("A", 0.5, 1), Part("B", 0.5, 1))))
    >>> what_if(design, normalise="min-max").status.normalise
    'min-max'
    >>> what_if(design, without="A").status.parts[0].weight
    1.0
    """
    own = {f.name for f in fields(IndexDesign)}
    steps = {f.name for f in fields(Measure)} - {"parts", "classes"}
    wrong = [unknown(name, own | steps, design.place) for name in changes if name not in own | steps]
    if wrong:
        raise DesignError(wrong)
    measures = {
        name: replace(_without(measure, without), **{k: v for k, v in changes.items() if k in steps})
        for name, measure in design.measures.items()
    }
    return replace(design, **{**measures, **{k: v for k, v in changes.items() if k in own}})


def _without(measure: Measure, indicator: str) -> Measure:
    parts = [part for part in measure.parts if part.indicator != indicator]
    if len(parts) == len(measure.parts):
        return measure
    whole = sum(part.weight for part in parts)
    return replace(measure, parts=tuple(replace(part, weight=part.weight / whole) for part in parts))


# --- what can be wrong ----------------------------------------------------------------------------------------


def unknown(name: str, known: Iterable[str], where: str) -> Fault:
    """The fault of a name that is not known, with the name that was probably meant.

    >>> dict(unknown("zz", ["z", "rank"], "x").values)
    {'name': 'zz', 'hint': ' (z?)', 'known': 'rank, z'}
    """
    choices = sorted(known)
    near = difflib.get_close_matches(str(name), choices, n=1, cutoff=0.5)
    hint = f" ({near[0]}?)" if near else ""
    return Fault("unknown-name", where, {"name": name, "hint": hint, "known": ", ".join(choices)})


def _faults(design: IndexDesign) -> Iterator[Fault]:
    for name, choices in (("reference", REFERENCE), ("missing", MISSING), ("orientation", ORIENTATION)):
        if getattr(design, name) not in choices:
            yield unknown(getattr(design, name), choices, f"{design.place}.{name}")
    for name, measure in design.measures.items():
        yield from _measure_faults(measure, f"{design.place}.{name}")
    yield from _focus_faults(design)


def _measure_faults(measure: Measure, place: str) -> Iterator[Fault]:
    for step, table in TABLES.items():
        if getattr(measure, step) not in table:
            yield unknown(getattr(measure, step), table, f"{place}.{step}")
    if measure.aggregate in ("geometric", "product"):
        if measure.normalise not in NONNEGATIVE:
            values = {"aggregate": measure.aggregate, "normalise": measure.normalise}
            yield Fault("aggregate-needs-positive", f"{place}.aggregate", values)
        if len(measure.parts) > MOST_PARTS:
            many = {"aggregate": measure.aggregate, "n": len(measure.parts), "most": MOST_PARTS}
            yield Fault("too-many-parts", f"{place}.parts", many)
    yield from _part_faults(measure, f"{place}.parts")
    if measure.classes:
        yield from _class_faults(measure.classes, f"{place}.classes")


def _part_faults(measure: Measure, place: str) -> Iterator[Fault]:
    if not measure.parts:
        yield Fault("no-indicator", place)
    for position, part in enumerate(measure.parts):
        where = f"{place}.{part.indicator}"
        if part.indicator in measure.keys[:position]:
            yield Fault("indicator-twice", where, {"indicator": part.indicator})
        if part.direction not in (1, -1):
            yield Fault("no-direction", where, {"indicator": part.indicator})
        if not _positive(part.weight):
            yield Fault("weight-not-positive", where, {"indicator": part.indicator, "weight": part.weight})
    if measure.parts and measure.weights == "declared":
        yield from _weight_sum(measure, place)


def _positive(weight: Fraction | float) -> bool:
    return math.isfinite(weight) and weight > 0


def _weight_sum(measure: Measure, place: str) -> Iterator[Fault]:
    weights = [part.weight for part in measure.parts]
    if not all(_positive(weight) for weight in weights):
        return
    exact = all(isinstance(weight, int | Fraction) for weight in weights)
    total = sum((Fraction(weight) for weight in weights), Fraction(0))
    if abs(total - 1) > (0 if exact else Fraction(ROUNDING)):
        yield Fault("weights-sum", place, {"sum": Decimal(f"{float(total):.6g}")})


def _class_faults(classes: Classes, place: str) -> Iterator[Fault]:
    n = len(classes.keys)
    if classes.method not in CLASSIFY:
        yield unknown(classes.method, CLASSIFY, f"{place}.method")
    if n < 2 or len(set(classes.keys)) < n:
        yield Fault("class-keys", f"{place}.keys", {"keys": ", ".join(classes.keys)})
    expected = n - 1 if classes.method in DECLARED_CUTS else 0
    if classes.method in CLASSIFY and len(classes.cuts) != expected:
        yield Fault("cuts-count", f"{place}.cuts", {"n": len(classes.cuts), "expected": expected})
    if not all(math.isfinite(cut) for cut in classes.cuts) or any(b <= a for a, b in pairwise(classes.cuts)):
        yield Fault("cuts-not-increasing", f"{place}.cuts", {"cuts": "; ".join(map(str, classes.cuts))})
    if classes.upper_closed and len(classes.upper_closed) != n - 1:
        values = {"n": len(classes.upper_closed), "expected": n - 1}
        yield Fault("closed-count", f"{place}.upper_closed", values)
    if classes.labels and len(classes.labels) != n:
        yield Fault("labels-count", f"{place}.labels", {"n": len(classes.labels), "expected": n})


def class_keys(design: IndexDesign) -> tuple[str, ...]:
    """All combined classes of a design, status first; without dynamics the classes of the status.

    >>> status = Measure((Part("A", 1, 1),), Classes((0,), (True,), ("1", "2")))
    >>> class_keys(IndexDesign("i", "I", "quartier", status))
    ('1', '2')
    """
    status = design.status.classes.keys if design.status.classes else ()
    if not (design.dynamics and design.dynamics.classes):
        return status
    return tuple(a + b for a in status for b in design.dynamics.classes.keys)


def _focus_faults(design: IndexDesign) -> Iterator[Fault]:
    rule, place = design.focus, f"{design.place}.focus"
    if rule is None:
        return
    if bool(rule.classes) == bool(rule.areas):
        yield Fault("focus-rule", place)
    if rule.areas and not (rule.decision and rule.date):
        yield Fault("focus-decision", place)
    status = design.status.classes.keys if design.status.classes else ()
    known = {*status, *class_keys(design)}
    yield from (unknown(name, known, f"{place}.classes") for name in rule.classes if name not in known)

"""Declared indices as `IndexDesign`s: one a dated edition, with the parts it had then."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

from lebenslagen.errors import DesignError, Fault
from lebenslagen.index import Classes, FocusRule, IndexDesign, Measure, Part

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lebenslagen.project.declare import (
        Declaration,
        DeclaredClasses,
        DeclaredEdition,
        DeclaredFocus,
        DeclaredIndex,
        DeclaredMeasure,
        DeclaredPart,
    )

__all__ = ["design_of"]

ROUNDING = Fraction(1, 10**9)  # how far weights written as decimals may sum from 1


def design_of(declaration: Declaration, declared: DeclaredIndex, edition: DeclaredEdition) -> IndexDesign:
    """The design of one edition of a declared index.

    Raises DesignError with the faults of the declaration, each at its key.
    """
    where = f"indices/{declared.key}"
    status = _measure(declaration, declared.status, edition.parts, f"{where}.status")
    dynamics = declared.dynamics
    changed = edition.dynamics_parts or edition.parts
    return IndexDesign(
        key=declared.key,
        label=declared.label,
        level=declared.level,
        status=status,
        dynamics=_measure(declaration, dynamics, changed, f"{where}.dynamics") if dynamics else None,
        change_over=(edition.change_from or "published") if dynamics else None,
        reference=declared.reference,
        exclude={x.area: x.reason for x in edition.exclude},
        missing=declared.missing,
        orientation=declared.orientation,
        focus=_focus(declared.focus),
    )


def _measure(declaration: Declaration, declared: DeclaredMeasure, only: Sequence[str], where: str) -> Measure:
    parts = [part for part in declared.parts if not only or part.indicator in only]
    missing = [key for key in only if key not in {part.indicator for part in declared.parts}]
    if missing:
        known = ", ".join(part.indicator for part in declared.parts)
        raise DesignError(
            [Fault("unknown-name", where, {"name": k, "hint": "", "known": known}) for k in missing]
        )
    equal = declared.weights == "equal"
    made = tuple(
        _part(declaration, part, Fraction(1, len(parts)) if equal else None, where) for part in parts
    )
    if len(parts) < len(declared.parts) and declared.weights in ("", "declared"):
        made = _in_proportion(made, [_weight(part, where) for part in declared.parts])
    return Measure(
        parts=made,
        classes=_classes(declared.classes),
        treat=declared.treat,
        normalise=declared.normalise,
        weights="declared" if equal else declared.weights or "declared",
        aggregate=declared.aggregate,
        rescale=declared.rescale,
    )


def _in_proportion(parts: tuple[Part, ...], whole: Sequence[Fraction | float]) -> tuple[Part, ...]:
    """An edition with fewer parts: the weights of those left grow in proportion, as in `what_if`; wrong ones stay
    wrong.
    """
    left = sum(Fraction(part.weight) for part in parts)
    if abs(float(sum(Fraction(weight) for weight in whole)) - 1) > ROUNDING or left <= 0:
        return parts
    return tuple(replace(part, weight=Fraction(part.weight) / left) for part in parts)


def _part(declaration: Declaration, part: DeclaredPart, weight: Fraction | None, where: str) -> Part:
    """The direction is the indicator's own unless the part turns it."""
    indicator = declaration.catalogue.indicator(part.indicator)
    return Part(
        indicator=part.indicator,
        weight=weight if weight is not None else _weight(part, where),
        direction=part.direction or indicator.direction,
        dimension=part.dimension or indicator.dimension,
    )


def _weight(part: DeclaredPart, where: str) -> Fraction | float:
    """A number, or a fraction as text such as "1/7"."""
    if isinstance(part.weight, str):
        with suppress(ValueError, ZeroDivisionError):
            return Fraction(part.weight)
    elif isinstance(part.weight, int | float) and not isinstance(part.weight, bool):
        return part.weight if isinstance(part.weight, float) else Fraction(part.weight)
    values = {"value": repr(part.weight), "reason": "a number or a fraction such as 1/7"}
    raise DesignError(Fault("wrong-value", f"{where}.parts.{part.indicator}.weight", values))


def _classes(declared: DeclaredClasses) -> Classes:
    return Classes(
        cuts=declared.cuts,
        upper_closed=declared.upper_closed,
        keys=declared.keys,
        labels=declared.labels,
        method=declared.method,
    )


def _focus(declared: DeclaredFocus | None) -> FocusRule | None:
    if declared is None:
        return None
    return FocusRule(declared.classes, declared.areas, declared.decision, declared.date)

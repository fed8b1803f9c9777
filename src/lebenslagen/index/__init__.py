"""The Sozialindex: where an area stands, where it moves, how sure that is, and what it is made of.

Declare an `IndexDesign`, compute it with `build_index`, ask `certainty` how sure the classes are and `robustness` how
far they hang on the choices made. A method is a function and a row in `TREAT`, `NORMALISE`, `WEIGHT`, `AGGREGATE` or
`CLASSIFY`. Designs are read without numpy and pandas; what computes is loaded when it is first asked for.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from lebenslagen.index.design import (
    MISSING,
    ORIENTATION,
    REFERENCE,
    Classes,
    FocusRule,
    IndexDesign,
    Measure,
    Part,
    class_keys,
    what_if,
)
from lebenslagen.index.methods import AGGREGATE, CLASSIFY, NORMALISE, TREAT, WEIGHT, Method

if TYPE_CHECKING:
    from lebenslagen.index.compute import Index, Scored, build_index, change, reference_of
    from lebenslagen.index.interval import Span, spans
    from lebenslagen.index.robust import Robustness, Variant, robustness
    from lebenslagen.index.sureness import (
        Certainty,
        Sureness,
        certainty,
        class_numbers,
        rates_only,
        scores_for,
    )

__all__ = [
    "AGGREGATE",
    "CLASSIFY",
    "MISSING",
    "NORMALISE",
    "ORIENTATION",
    "REFERENCE",
    "TREAT",
    "WEIGHT",
    "Certainty",
    "Classes",
    "FocusRule",
    "Index",
    "IndexDesign",
    "Measure",
    "Method",
    "Part",
    "Robustness",
    "Scored",
    "Span",
    "Sureness",
    "Variant",
    "build_index",
    "certainty",
    "change",
    "class_keys",
    "class_numbers",
    "rates_only",
    "reference_of",
    "robustness",
    "scores_for",
    "spans",
    "what_if",
]

LATER = {
    **dict.fromkeys(("Index", "Scored", "build_index", "change", "reference_of"), "compute"),
    **dict.fromkeys(("Robustness", "Variant", "robustness"), "robust"),
    **dict.fromkeys(("Span", "spans"), "interval"),
    **dict.fromkeys(
        ("Certainty", "Sureness", "certainty", "class_numbers", "rates_only", "scores_for"), "sureness"
    ),
}


def __getattr__(name: str) -> object:
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{LATER[name]}"), name)

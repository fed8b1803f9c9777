"""How many: values by area, period and variable, each with the status it has; rates are derived and never stored."""

from __future__ import annotations

from lebenslagen.observations.boundaries import convert
from lebenslagen.observations.rates import REASONS, panel, trend
from lebenslagen.observations.sums import aggregate, derive
from lebenslagen.observations.values import COLUMNS, Observations, combine, counts, example, select, statuses

__all__ = [
    "COLUMNS",
    "REASONS",
    "Observations",
    "aggregate",
    "combine",
    "convert",
    "counts",
    "derive",
    "example",
    "panel",
    "select",
    "statuses",
    "trend",
]

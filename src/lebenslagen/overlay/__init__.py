"""Burdens and people on the same ground: who lives where inside an area, with what, and whether poor people bear more."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lebenslagen.overlay.burdens import (
        Burden,
        burden_count,
        burden_product,
        classed,
        cross,
        disagreement,
        percentile_sum,
        which,
    )
    from lebenslagen.overlay.exposure import Gap, concentration, exposed, gap, mean_exposure
    from lebenslagen.overlay.people import Surface, pieces, surface, surface_error

__all__ = [
    "Burden",
    "Gap",
    "Surface",
    "burden_count",
    "burden_product",
    "classed",
    "concentration",
    "cross",
    "disagreement",
    "exposed",
    "gap",
    "mean_exposure",
    "percentile_sum",
    "pieces",
    "surface",
    "surface_error",
    "which",
]

_HOME = {
    **dict.fromkeys(("Surface", "pieces", "surface", "surface_error"), "people"),
    **dict.fromkeys(("Gap", "concentration", "exposed", "gap", "mean_exposure"), "exposure"),
}


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(name)
    return getattr(import_module(f"lebenslagen.overlay.{_HOME.get(name, 'burdens')}"), name)

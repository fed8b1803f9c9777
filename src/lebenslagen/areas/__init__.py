"""Where: areas with their boundaries of one date, and crosswalks from one set of areas to another."""

from __future__ import annotations

from lebenslagen.areas.backdrop import Backdrop
from lebenslagen.areas.crosswalk import (
    Crosswalk,
    crosswalk_by_area,
    crosswalk_by_points,
    crosswalk_by_table,
    transfer,
)
from lebenslagen.areas.places import Areas, dissolve, neighbours

__all__ = [
    "Areas",
    "Backdrop",
    "Crosswalk",
    "crosswalk_by_area",
    "crosswalk_by_points",
    "crosswalk_by_table",
    "dissolve",
    "neighbours",
    "transfer",
]

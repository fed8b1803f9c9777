"""Faults of a network of streets and of the points attached to it."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "no-streets": FaultKind(
        REJECT,
        N_("There is no street or path in it."),
        N_("Deliver the streets, or compute with straight lines and a declared detour."),
    ),
    "streets-in-degrees": FaultKind(
        REJECT,
        N_("The coordinates of the streets are degrees, not metres."),
        N_("Deliver them with their coordinate reference system, or in EPSG:25832."),
    ),
    "coordinate-not-usable": FaultKind(
        REJECT,
        N_("A coordinate is infinite, missing or far outside any map."),
        N_("Correct the coordinate in the office that delivers the streets."),
    ),
}

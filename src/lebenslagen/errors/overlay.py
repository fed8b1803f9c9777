"""Faults of laying people and burdens over each other."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "shares-do-not-sum": FaultKind(
        REJECT,
        N_("The shares of people on the ground of an area do not sum to 1."),
        N_("Compute the distribution anew from its inputs."),
    ),
    "ground-not-usable": FaultKind(
        REJECT,
        N_("The inhabited ground holds a negative, infinite or missing number."),
        N_("Correct the delivery; 0 where nobody lives."),
    ),
    "limits-not-in-order": FaultKind(
        REJECT,
        N_("The limits of the classes are not in rising order: {limits}."),
        N_("Name each limit once, the lowest first."),
    ),
}

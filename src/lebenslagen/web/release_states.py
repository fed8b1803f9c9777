"""The states of a release and the ways between them: one table, asked by the services and drawn into the reference."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lebenslagen.texts import N_

__all__ = ["OPEN", "STATES", "TRANSITIONS", "Step"]

STATES: Mapping[str, str] = {
    "draft": N_("draft"), "submitted": N_("submitted"), "returned": N_("returned"), "approved": N_("approved"),
    "published": N_("published"), "withdrawn": N_("withdrawn"),
}  # fmt: skip
OPEN = ("draft", "submitted", "returned", "approved")


@dataclass(frozen=True)
class Step:
    """A way from some states to another: who may go it (blank: the installation itself), and whether it says why."""

    label: str
    before: tuple[str, ...]
    after: str
    permission: str
    reason: bool = False


TRANSITIONS: Mapping[str, Step] = {
    "submit": Step(N_("Submit"), ("draft", "returned"), "submitted", "release.submit"),
    "recall": Step(N_("Take back to work on it"), ("submitted",), "draft", "release.submit"),
    "return": Step(
        N_("Return to the planning"), ("submitted", "approved"), "returned", "release.approve", reason=True
    ),
    "approve": Step(N_("Approve"), ("submitted",), "approved", "release.approve"),
    "publish": Step(N_("Publish at the time set"), ("approved",), "published", ""),
    "void": Step(
        N_("The approval lapses: figures or texts have changed"), ("approved",), "returned", "", reason=True
    ),
    "withdraw": Step(N_("Withdraw"), ("published",), "withdrawn", "release.approve", reason=True),
}

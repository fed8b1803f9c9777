"""What a kind of fault is: its outcome, its sentence, its remedy."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

__all__ = ["ACCEPT", "ASK", "N_", "REJECT", "WARN", "FaultKind", "Outcome"]


class Outcome(IntEnum):
    """What follows from a fault, from harmless to refusing; the worst one decides.

    >>> max(Outcome.WARN, Outcome.ASK).name
    'ASK'
    """

    ACCEPT = 0
    WARN = 1
    ASK = 2
    REJECT = 3


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault: its outcome, its sentence and its remedy (English, translated by `texts`).

    >>> FaultKind(Outcome.ASK, "{n} areas are absent.", "Confirm it with a reason.").outcome.name
    'ASK'
    """

    outcome: Outcome
    message: str
    remedy: str


def N_(text: str) -> str:
    """The text itself, marked for the catalogues; `texts` has a mark of its own, which lies above this module.

    >>> N_("Add the key.")
    'Add the key.'
    """
    return text


ACCEPT, WARN, ASK, REJECT = Outcome.ACCEPT, Outcome.WARN, Outcome.ASK, Outcome.REJECT

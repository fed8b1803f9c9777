"""What can go wrong, as values and as exceptions.

::

    LebenslagenError
    ├── DataError         the delivery is not what was declared          exit 10
    ├── DesignError       a declaration contradicts itself or its data   exit 11
    ├── DisclosureError   a release would tell about single persons      exit 12
    ├── InfeasibleError   no choice of sites meets the conditions        exit 13
    ├── ProjectError      a project's files are broken or not ours       exit 14
    ├── NotAllowed        this person may not do this now                exit 15
    └── QuestionOpen      a person must decide (ASK)                     exit 16

0 done, with or without warnings; 2 wrong call; 17 no space or the disk refuses; 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

__all__ = [
    "FAULTS",
    "DataError",
    "DesignError",
    "DisclosureError",
    "Fault",
    "FaultKind",
    "InfeasibleError",
    "LebenslagenError",
    "NotAllowed",
    "Outcome",
    "ProjectError",
    "QuestionOpen",
    "worst",
]


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

    >>> FAULTS["not-a-count"].outcome.name
    'REJECT'
    """

    outcome: Outcome
    message: str
    remedy: str


def N_(text: str) -> str:
    return text


ACCEPT, WARN, ASK, REJECT = Outcome.ACCEPT, Outcome.WARN, Outcome.ASK, Outcome.REJECT

# One row a code. The message may use the values of the fault by name; it never guesses and never blames.
FAULTS: dict[str, FaultKind] = {
    # --- declarations (project.declare) -------------------------------------------------------------------
    "declaration-unreadable": FaultKind(
        REJECT,
        N_("The declaration is not valid TOML: {reason}."),
        N_("Correct the line named; text stands in quotation marks."),
    ),
    "unknown-key": FaultKind(
        REJECT, N_("Unknown key “{key}”{hint}."), N_("Correct the spelling or remove the key.")
    ),
    "missing-key": FaultKind(REJECT, N_("The key “{key}” is missing."), N_("Add the key.")),
    "wrong-value": FaultKind(
        REJECT, N_("The value {value} does not fit: {reason}."), N_("Enter a value of the kind named.")
    ),
    "unknown-name": FaultKind(
        REJECT,
        N_("“{name}” is not known here{hint}. Known are: {known}."),
        N_("Use one of the known names or declare the missing one."),
    ),
    # --- read (project.read) ------------------------------------------------------------------------------
    "not-a-count": FaultKind(
        REJECT,
        N_("“{value}” is not a count."),
        N_("Enter a whole number of 0 or more, or the sign for a missing value."),
    ),
    # --- areas --------------------------------------------------------------------------------------------
    # --- observations -------------------------------------------------------------------------------------
    # --- index --------------------------------------------------------------------------------------------
    # --- disclosure ---------------------------------------------------------------------------------------
    # --- project (store, build, export, start) ------------------------------------------------------------
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a delivery or declaration: code, place, and the values its sentence needs.

    Raises KeyError for a code that is not in `FAULTS`.

    >>> Fault("not-a-count", "SGB II!B9", {"value": "abc"}).outcome.name
    'REJECT'
    """

    code: str
    where: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        FAULTS[self.code]
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    @property
    def outcome(self) -> Outcome:
        return FAULTS[self.code].outcome


def worst(faults: Iterable[Fault]) -> Outcome:
    """The outcome of a list of faults: that of the gravest, ACCEPT for none.

    >>> worst([]).name
    'ACCEPT'
    """
    return max((fault.outcome for fault in faults), default=Outcome.ACCEPT)


class LebenslagenError(Exception):
    """Anything this software refuses, with all its faults at once.

    >>> LebenslagenError([Fault("missing-key", "project.toml", {"key": "name"})]).faults[0].code
    'missing-key'
    """

    exit_code = 14

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("; ".join(f"{f.where}: {f.code} {dict(f.values)}" for f in self.faults))


class DataError(LebenslagenError):
    """The delivery is not what was declared.

    >>> DataError.exit_code
    10
    """

    exit_code = 10


class DesignError(LebenslagenError):
    """A declaration contradicts itself or its data.

    >>> DesignError.exit_code
    11
    """

    exit_code = 11


class DisclosureError(LebenslagenError):
    """A release would tell about single persons.

    >>> DisclosureError.exit_code
    12
    """

    exit_code = 12


class InfeasibleError(LebenslagenError):
    """No choice of sites meets the conditions.

    >>> InfeasibleError.exit_code
    13
    """

    exit_code = 13


class ProjectError(LebenslagenError):
    """A project's files are broken or not ours.

    >>> ProjectError.exit_code
    14
    """

    exit_code = 14


class NotAllowed(LebenslagenError):
    """This person may not do this now.

    >>> NotAllowed.exit_code
    15
    """

    exit_code = 15


class QuestionOpen(LebenslagenError):
    """A person must decide before the delivery is taken over.

    >>> QuestionOpen.exit_code
    16
    """

    exit_code = 16

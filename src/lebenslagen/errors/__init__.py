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
from types import MappingProxyType

from lebenslagen.errors import (
    areas,
    declarations,
    figures,
    files,
    geometry,
    index,
    overlay,
    project,
    reach,
    release,
    siting,
    tables,
    web,
)
from lebenslagen.errors.kinds import FaultKind, Outcome

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

# One row a code, in the module of its group. A message may use the values of its fault by name; it never
# guesses and never blames.
FAULTS: dict[str, FaultKind] = {
    **declarations.ROWS,
    **files.ROWS,
    **tables.ROWS,
    **geometry.ROWS,
    **areas.ROWS,
    **figures.ROWS,
    **index.ROWS,
    **release.ROWS,
    **overlay.ROWS,
    **reach.ROWS,
    **siting.ROWS,
    **project.ROWS,
    **web.ROWS,
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
        """What follows from it, as its kind says."""
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

"""`indices/*.toml`: an index with its measures, its dated editions, its focus rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lebenslagen.errors import DesignError
from lebenslagen.project.declare.faults import unknown_name
from lebenslagen.project.toml import STRICT, Day, Flag, Key, Name, Number, Text, Whole

__all__ = [
    "DeclaredCertainty",
    "DeclaredClasses",
    "DeclaredEdition",
    "DeclaredFocus",
    "DeclaredIndex",
    "DeclaredMeasure",
    "DeclaredPart",
    "Exclusion",
]


@dataclass(frozen=True)
class DeclaredPart:
    """An indicator in a measure: its weight (a number or a fraction such as "1/7"), its direction where it is turned.

    >>> DeclaredPart("kinderarmut", weight="1/4").direction
    0
    """

    __pydantic_config__ = STRICT
    indicator: Name
    weight: Any = 1
    direction: Whole = 0
    dimension: Text = ""


@dataclass(frozen=True)
class DeclaredClasses:
    """The classes of a measure: keys and names from the first to the last, and the cuts between them.

    >>> DeclaredClasses(("1", "2"), ("low", "high"), (0.0,)).method
    'cuts'
    """

    __pydantic_config__ = STRICT
    keys: tuple[Name, ...]
    labels: tuple[Name, ...]
    cuts: tuple[Number, ...]
    upper_closed: tuple[Flag, ...] = ()
    method: Name = "cuts"


@dataclass(frozen=True)
class DeclaredMeasure:
    """Status or dynamics: which parts, and how they are treated, normalised, added up and classed.

    >>> DeclaredMeasure((), DeclaredClasses(("1", "2"), ("low", "high"), (0.0,))).normalise
    'z'
    """

    __pydantic_config__ = STRICT
    parts: tuple[DeclaredPart, ...]
    classes: DeclaredClasses
    treat: Name = "none"
    normalise: Name = "z"
    aggregate: Name = "sum"
    rescale: Name = "z"
    weights: Text = ""


@dataclass(frozen=True)
class Exclusion:
    """An area that an edition leaves out, and why.

    >>> Exclusion("0107", "fewer than 300 residents").area
    '0107'
    """

    __pydantic_config__ = STRICT
    area: Name
    reason: Name


@dataclass(frozen=True)
class DeclaredEdition:
    """One edition of an index: its period, what it leaves out, and which parts it had then.

    >>> DeclaredEdition("2024", change_from="2022").exclude
    ()
    """

    __pydantic_config__ = STRICT
    period: Name
    change_from: Text = ""
    exclude: tuple[Exclusion, ...] = ()
    parts: tuple[Name, ...] = ()
    dynamics_parts: tuple[Name, ...] = ()


@dataclass(frozen=True)
class DeclaredFocus:
    """Which areas are focus quarters: by their classes, or by a decision with its date.

    >>> DeclaredFocus(classes=("4-",)).decision
    ''
    """

    __pydantic_config__ = STRICT
    classes: tuple[Name, ...] = ()
    areas: tuple[Name, ...] = ()
    decision: Text = ""
    date: Day | None = None


@dataclass(frozen=True)
class DeclaredCertainty:
    """How the certainty of classes is drawn: how often, and from which seed.

    >>> DeclaredCertainty().draws
    1000
    """

    __pydantic_config__ = STRICT
    draws: Whole = 1000
    seed: Whole = 1


@dataclass(frozen=True)
class DeclaredIndex:
    """An index as declared: its measures, its dated editions, its focus rule.

    >>> measure = DeclaredMeasure((), DeclaredClasses(("1", "2"), ("low", "high"), (0.0,)))
    >>> editions = (DeclaredEdition("2022"), DeclaredEdition("2024"))
    >>> index = DeclaredIndex("sozial", "Index", "stadtteil", "burden", "areas", "refuse", measure, editions)
    >>> index.edition("2024").change_from
    ''
    """

    __pydantic_config__ = STRICT
    key: Key
    label: Name
    level: Name
    orientation: Name
    reference: Name
    missing: Name
    status: DeclaredMeasure
    editions: tuple[DeclaredEdition, ...]
    dynamics: DeclaredMeasure | None = None
    focus: DeclaredFocus | None = None
    certainty: DeclaredCertainty = DeclaredCertainty()
    description: Text = ""

    def edition(self, period: str) -> DeclaredEdition:
        """The edition of a period. Raises DesignError naming the editions there are."""
        for edition in self.editions:
            if edition.period == period:
                return edition
        raise DesignError(
            unknown_name(f"indices/{self.key}.editions", period, [e.period for e in self.editions])
        )

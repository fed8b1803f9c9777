"""`project.toml`: the municipality, its levels and periods, its rules of disclosure control."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated

from pydantic import Field, Strict

from lebenslagen.project.toml import STRICT, Day, Flag, Key, Name, Text, Whole

__all__ = ["SCHEMA", "DeclaredPeriod", "DeclaredPolicy", "Head", "Level"]

SCHEMA = 1


@dataclass(frozen=True)
class Level:
    """One level of areas: its key and what it is called.

    >>> Level("stadt", "Stadt", "Stadt").key
    'stadt'
    """

    __pydantic_config__ = STRICT
    key: Key
    label: Name
    plural: Name


@dataclass(frozen=True)
class DeclaredPeriod:
    """One period: the day it describes and the boundaries that were valid then.

    >>> from datetime import date
    >>> DeclaredPeriod("2024", date(2024, 12, 31), date(2024, 1, 1)).as_of.year
    2024
    """

    __pydantic_config__ = STRICT
    key: Name
    as_of: Day
    vintage: Day
    label: Text = ""


@dataclass(frozen=True)
class DeclaredPolicy:
    """The rules of disclosure control for one audience (`disclosure.Policy` says what each means).

    >>> DeclaredPolicy(threshold=3, width=4).method
    'suppress'
    """

    __pydantic_config__ = STRICT
    threshold: Whole
    width: Whole
    method: Name = "suppress"
    secondary: Flag = True
    complements: Flag = True
    group: Name = "full"
    min_residents: Whole = 50
    decimals: Mapping[str, Whole] = field(default_factory=dict)


@dataclass(frozen=True)
class Head:
    """What `project.toml` says: the municipality, its levels and periods, the rules for each audience."""

    __pydantic_config__ = STRICT
    schema: Whole
    name: Name
    kind: Name
    ags: Annotated[str, Strict(), Field(pattern=r"^\d{2,12}$")]
    crs: Name
    levels: tuple[Level, ...]
    periods: tuple[DeclaredPeriod, ...]
    policies: Mapping[str, DeclaredPolicy]
    language: Name = "de"
    land: Text = ""
    licence: Text = ""
    contact: Mapping[str, Text] = field(default_factory=dict)

"""`reports/*.toml`: a report with its period, its chapters, and whose words stand in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lebenslagen.project.toml import STRICT, Day, Key, Name, Text

__all__ = ["CompareFile", "DeclaredReport"]


@dataclass(frozen=True)
class CompareFile:
    """The file with the figures of another place, shown beside those of the report.

    >>> CompareFile("land.csv").file
    'land.csv'
    """

    __pydantic_config__ = STRICT
    file: Name


@dataclass(frozen=True)
class DeclaredReport:
    """One report: which period, which chapters, whose words.

    >>> from datetime import date
    >>> DeclaredReport("bericht", "Sozialbericht", "2024", "stadtteil", date(2025, 6, 1)).audience
    'public'
    """

    __pydantic_config__ = STRICT
    key: Key
    title: Name
    period: Name
    level: Name
    date: Day
    subtitle: Text = ""
    previous: Text = ""
    index: Text = ""
    audience: Name = "public"
    profiles: tuple[Name, ...] = ()
    chapters: tuple[Name, ...] = ()
    words: Mapping[str, Text] = field(default_factory=dict)
    context: tuple[Name, ...] = ()
    periods: tuple[Name, ...] = ()
    imprint: Mapping[str, Text] = field(default_factory=dict)
    compare: CompareFile | None = None

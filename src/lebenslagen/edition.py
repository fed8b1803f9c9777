"""What a publication may use: a town's boundaries, its definitions, and releases. No value that is not released."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from lebenslagen.areas import Areas, Backdrop
from lebenslagen.errors import DesignError, Fault
from lebenslagen.indicators import Catalogue, Indicator, Period

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column, IndexInfo, Release

__all__ = ["Backdrop", "Columns", "Edition", "Level", "Period"]

STATUSES = ("draft", "released")
RATES = ("rate", "published_rate")  # roles of columns


@dataclass(frozen=True)
class Level:
    """One level of areas and what one area of it and several are called.

    >>> Level("quartier", "Quartier", "Quartiere").plural
    'Quartiere'
    """

    key: str
    label: str
    plural: str = ""

    def __post_init__(self) -> None:
        if not self.key.strip() or not self.label.strip():
            raise DesignError(Fault("key-blank", "levels", {"key": self.key or self.label}))
        object.__setattr__(self, "plural", self.plural or self.label)

    def among(self, language: str) -> str:
        """The word for several areas after a preposition: German adds an n to most plurals in the dative."""
        german = language.startswith("de") and not self.plural.endswith(("n", "s"))
        return f"{self.plural}n" if german else self.plural


@dataclass(frozen=True, eq=False, kw_only=True)
class Edition:
    """Everything report and atlas may use.

    `levels`: finest first, the last is the town; `areas`: level -> Areas with the boundaries of this edition;
    `period`: what it reports on, `previous`: what it compares with, `periods`: all with figures, oldest first;
    `release`: the figures of all periods as they may be shown to `release.audience`; `before`: the release of the
    last edition; `index`: key of the index, None without one; `chapters`: what the report holds, in order;
    `profiles`: levels with a page for each area; `words`: chapter -> the town's own Markdown; `compare`: name ->
    indicator -> value of another place; `generated`: the declared date. Raises DesignError with all faults: levels
    without areas, periods that are not among `periods`, an index the release does not hold, "released" without two
    persons.

    >>> [name for name in ("release", "draft", "observations") if name in Edition.__dataclass_fields__]
    ['release']
    """

    town: str
    title: str
    period: Period
    levels: tuple[Level, ...]
    areas: Mapping[str, Areas]
    catalogue: Catalogue
    release: Release
    generated: date
    ags: str = ""
    subtitle: str = ""
    year: str = ""
    language: str = "de"
    status: Literal["draft", "released"] = "draft"
    previous: Period | None = None
    periods: tuple[Period, ...] = ()
    backdrop: Backdrop = field(default_factory=Backdrop)
    before: Release | None = None
    index: str | None = None
    chapters: tuple[str, ...] = ()
    profiles: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=dict)
    imprint: Mapping[str, str] = field(default_factory=dict)
    compare: Mapping[str, Mapping[str, Decimal]] = field(default_factory=dict)
    findings: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name in ("levels", "periods", "chapters", "profiles", "findings"):
            object.__setattr__(self, name, tuple(getattr(self, name)))
        for name in ("areas", "words", "imprint", "compare"):
            object.__setattr__(self, name, MappingProxyType(dict(getattr(self, name))))
        object.__setattr__(self, "year", self.year or str(self.period.as_of.year))
        faults = [*_place_faults(self), *_time_faults(self), *_release_faults(self)]
        if faults:
            raise DesignError(faults)

    @property
    def finest(self) -> Level:
        """The level of the smallest areas."""
        return self.levels[0]

    @property
    def town_level(self) -> Level:
        """The level of the whole town."""
        return self.levels[-1]

    def level_of(self, key: str) -> Level:
        """The level of that key; KeyError where there is none."""
        return {level.key: level for level in self.levels}[key]

    def period_of(self, key: str) -> Period:
        """The period of that key; KeyError where there is none."""
        return {period.key: period for period in self.periods}[key]


@dataclass(frozen=True, eq=False)
class Columns:
    """The columns of an edition by what they mean; where several vintages hold a figure, that of the edition's own.

    >>> Columns.__dataclass_params__.frozen
    True
    """

    edition: Edition

    @cached_property
    def _by_meaning(self) -> Mapping[tuple[str, str, str, str], Column]:
        """(role, indicator or variable, period, index) -> column; the role of a rate is "rate", of a count "count"."""
        now = self.edition.period.vintage.isoformat()
        found: dict[tuple[str, str, str, str], Column] = {}
        for column in self.edition.release.columns:
            counted = column.kind == "count"
            role = "count" if counted else "rate" if column.role in RATES else column.role
            name = (column.variable or column.key) if counted else column.indicator or column.variable
            key = (role, name, column.period, column.index)
            if key not in found or column.vintage in (now, ""):
                found[key] = column
        return found

    @cached_property
    def index(self) -> IndexInfo | None:
        """The rules of the index, None where the edition has none or too few areas for one."""
        key = self.edition.index
        return self.edition.release.methods.get(key) if key else None

    def rate(self, indicator: str, period: str = "") -> Column | None:
        """The rate of an indicator in a period, that of the edition where none is named."""
        return self._by_meaning.get(("rate", indicator, period or self.edition.period.key, ""))

    def count(self, variable: str, period: str = "") -> Column | None:
        """The count of a variable in a period, that of the edition where none is named."""
        return self._by_meaning.get(("count", variable, period or self.edition.period.key, ""))

    def of_index(self, role: str, indicator: str = "", period: str = "") -> Column | None:
        """A column of the index: score, class, z, contribution …"""
        index = self.index.key if self.index else ""
        return self._by_meaning.get((role, indicator, period or self.edition.period.key, index))

    @cached_property
    def until_now(self) -> tuple[Period, ...]:
        """The periods up to that of the edition, oldest first."""
        now = self.edition.period
        return tuple(period for period in self.edition.periods if period.as_of <= now.as_of) or (now,)

    def latest(self, indicator: str) -> Column | None:
        """The rate of this edition's period, or of the latest before it (sources that deliver less often)."""
        found = (self.rate(indicator, period.key) for period in reversed(self.until_now))
        return next((column for column in found if column is not None), None)

    def periods_of(self, indicator: str) -> tuple[Period, ...]:
        """The periods up to now for which the release holds the indicator's rate."""
        return tuple(period for period in self.until_now if self.rate(indicator, period.key) is not None)

    @cached_property
    def told(self) -> tuple[Indicator, ...]:
        """The indicators with a released value, in the order declared; mere changes are none of their own."""
        every = self.edition.catalogue.indicators
        return tuple(i for i in every if i.aspect != "change" and self.latest(i.key) is not None)


def _place_faults(edition: Edition) -> list[Fault]:
    keys = [level.key for level in edition.levels]
    faults = [Fault("key-twice", f"levels/{key}", {"key": key}) for key in _twice(keys)]
    faults += [] if keys else [Fault("levels-none", "levels")]
    faults += [
        Fault("level-without-areas", f"levels/{key}", {"key": key})
        for key in keys
        if key not in edition.areas
    ]
    return faults + [_unknown("areas", key, keys) for key in edition.areas if key not in keys]


def _time_faults(edition: Edition) -> list[Fault]:
    keys = [period.key for period in edition.periods]
    faults = [Fault("key-twice", f"periods/{key}", {"key": key}) for key in _twice(keys)]
    wanted = [period for period in (edition.period, edition.previous) if period]
    faults += [_unknown("period", period.key, keys) for period in wanted if period not in edition.periods]
    if edition.previous and edition.previous.as_of >= edition.period.as_of:
        values = {"earlier": edition.previous.key, "later": edition.period.key}
        faults.append(Fault("previous-not-earlier", "previous", values))
    order = [period.as_of for period in edition.periods]
    return faults + ([Fault("periods-unordered", "periods")] if order != sorted(order) else [])


def _release_faults(edition: Edition) -> list[Fault]:
    release, keys = edition.release, [level.key for level in edition.levels]
    faults = [_unknown("release", key, keys) for key in release.levels if key not in keys]
    faults += [Fault("key-twice", f"chapters/{key}", {"key": key}) for key in _twice(edition.chapters)]
    faults += [
        _unknown("words", key, edition.chapters) for key in edition.words if key not in edition.chapters
    ]
    if edition.status not in STATUSES:
        faults.append(_unknown("status", edition.status, STATUSES))
    if edition.index is not None and edition.index not in release.methods:
        faults.append(_unknown("index", edition.index, release.methods))
    if edition.status == "released" and (not release.approved_by or release.author == release.approved_by):
        faults.append(Fault("released-by-one", "release", {"author": release.author}))
    return faults


def _unknown(where: str, name: str, known: Iterable[str]) -> Fault:
    return Fault("unknown-name", where, {"name": name, "hint": "", "known": ", ".join(known)})


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]

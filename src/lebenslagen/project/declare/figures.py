"""`indicators.toml`: variables, indicators, dimensions, as the catalogue that the analyses know."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Literal

from lebenslagen.indicators import Break, Catalogue, Dimension, Indicator, Source, Variable
from lebenslagen.project.toml import STRICT, Flag, Name, Text, Whole

__all__ = [
    "DeclaredBreak",
    "DeclaredDimension",
    "DeclaredIndicator",
    "DeclaredVariable",
    "IndicatorsFile",
    "catalogue_of",
]


@dataclass(frozen=True)
class DeclaredBreak:
    """A break of a time series: from which period on, and whether a definition changed or something happened.

    >>> DeclaredBreak("2022", "refugees from Ukraine moved to another law").kind
    'definition'
    """

    __pydantic_config__ = STRICT
    period: Name
    reason: Name
    effect: Text = ""
    kind: Literal["definition", "event"] = "definition"


@dataclass(frozen=True)
class DeclaredDimension:
    """A dimension of life: its key and what it is called.

    >>> DeclaredDimension("arbeit", "Arbeit").label
    'Arbeit'
    """

    __pydantic_config__ = STRICT
    key: Name
    label: Name


@dataclass(frozen=True)
class DeclaredVariable:
    """A count that is delivered or added up: its parts by name or by pattern, and what is taken off their sum.

    >>> DeclaredVariable("kinder", sum_of=("alter_00_05", "alter_06_14")).unit
    'count'
    """

    __pydantic_config__ = STRICT
    key: Name
    label: Text = ""
    persons: Flag = True
    sum_of: tuple[Name, ...] = ()
    sum_pattern: Text = ""
    less: tuple[Name, ...] = ()
    unit: Name = "count"


@dataclass(frozen=True)
class DeclaredIndicator:
    """An indicator: its two counts, or the rate its source published, with unit, direction and words.

    `direction`: 1 where more is more burden, -1 where more is less; `per`: the rate is for so many (100: per cent).

    >>> DeclaredIndicator("kinderarmut", "Kinderarmut", 1, numerator="arm", denominator="kinder").per
    100
    """

    __pydantic_config__ = STRICT
    key: Name
    label: Name
    direction: Whole
    dimension: Text = ""
    numerator: Text = ""
    denominator: Text = ""
    published: Text = ""
    per: Whole = 100
    unit: Text = "%"
    min_base: Whole = 0
    persons: Flag = True
    context: Flag = False
    breaks: tuple[DeclaredBreak, ...] = ()
    description: Text = ""
    short: Text = ""
    sentence: Text = ""
    level: Text = ""
    aspect: Text = "burden"


@dataclass(frozen=True)
class IndicatorsFile:
    """What `indicators.toml` says: variables, indicators, dimensions; which variable counts the residents.

    >>> IndicatorsFile(indicators=()).residents
    ''
    """

    __pydantic_config__ = STRICT
    indicators: tuple[DeclaredIndicator, ...]
    variables: tuple[DeclaredVariable, ...] = ()
    dimensions: tuple[DeclaredDimension, ...] = ()
    residents: Text = ""
    pyramid: Text = ""


def catalogue_of(file: IndicatorsFile, sources: Iterable[Source]) -> Catalogue:
    """The catalogue that the declared indicators make. Raises DesignError where they contradict each other.

    >>> catalogue_of(IndicatorsFile((), variables=(DeclaredVariable("kinder", "Kinder"),)), []).variables[0].label
    'Kinder'
    """
    breaks = {
        i.key: tuple(Break(b.period, b.reason, b.effect, b.kind) for b in i.breaks) for i in file.indicators
    }
    optional = ("numerator", "denominator", "published", "level")
    indicators = [
        Indicator(
            **{  # type: ignore[arg-type]
                f.name: (getattr(i, f.name) or None) if f.name in optional else getattr(i, f.name)
                for f in dataclasses.fields(i)
                if f.name != "breaks"
            },
            breaks=breaks[i.key],
        )
        for i in file.indicators
    ]
    return Catalogue(
        variables=tuple(Variable(**_values(v)) for v in file.variables),
        indicators=tuple(indicators),
        dimensions=tuple(Dimension(d.key, d.label) for d in file.dimensions),
        sources=tuple(sources),
    )


def _values(variable: DeclaredVariable) -> dict[str, Any]:
    return {
        f.name: getattr(variable, f.name) for f in dataclasses.fields(variable) if f.name != "sum_pattern"
    }

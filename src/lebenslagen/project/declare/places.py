"""`areas.toml`: the layers of polygons, their repairs, crosswalks between vintages, what lies behind the maps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from lebenslagen.project.toml import STRICT, Day, Flag, Name, Text, Whole

__all__ = [
    "AreaLayer",
    "AreaSource",
    "AreasFile",
    "DeclaredBackdrop",
    "DeclaredCrosswalk",
    "Parent",
    "PointsFile",
    "Repair",
    "from_to",
]


@dataclass(frozen=True)
class Parent:
    """Where an area's parent stands: in a column, or in the first characters of its key."""

    __pydantic_config__ = STRICT
    column: Text = ""
    prefix: Whole = 0


@dataclass(frozen=True)
class AreaSource:
    """Who publishes the polygons of a layer, as of when and under which licence.

    >>> AreaSource("Stadt Musterstadt", "Stadtteile").licence
    ''
    """

    __pydantic_config__ = STRICT
    producer: Name
    title: Name
    as_of: Day | None = None
    licence: Text = ""
    url: Text = ""


@dataclass(frozen=True)
class Repair:
    """A declared remedy for a known fault of a layer: union, keep-largest, drop or rekey the polygons of one key.

    `rekey` gives the polygons that fit `where` (column -> value) the key `to`.
    """

    __pydantic_config__ = STRICT
    key: Name
    action: Name
    reason: Name
    to: Text = ""
    where: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class AreaLayer:
    """The polygons of one level and vintage: from a file, or by dissolving the finer level.

    >>> from datetime import date
    >>> AreaLayer("stadtteil", date(2024, 1, 1), file="stadtteile.gpkg", key="nr", name="name").dissolve
    False
    """

    __pydantic_config__ = STRICT
    level: Name
    vintage: Day
    file: Text = ""
    layer: Text = ""
    key: Text = ""
    name: Text = ""
    parent: Parent | None = None
    source: AreaSource | None = None
    repairs: tuple[Repair, ...] = ()
    absent: Mapping[str, Text] = field(default_factory=dict)
    dissolve: Flag = False
    names: Mapping[str, Text] = field(default_factory=dict)
    parents: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class PointsFile:
    """The file of points by which values are shared out, and the column with the weight of each point.

    >>> PointsFile("adressen.gpkg", weight="personen").layer
    ''
    """

    __pydantic_config__ = STRICT
    file: Name
    weight: Text = ""
    layer: Text = ""


@dataclass(frozen=True)
class DeclaredCrosswalk:
    """How values move from one vintage of a level to another: by area, by points or by a table.

    >>> from datetime import date
    >>> DeclaredCrosswalk(date(2020, 1, 1), date(2024, 1, 1), "sozialquartier", "area").rescale
    False
    """

    __pydantic_config__ = STRICT
    source: Day
    target: Day
    level: Name
    basis: Name
    file: Text = ""
    source_column: Text = ""
    target_column: Text = ""
    share_column: Text = ""
    rescale: Flag = False
    points: PointsFile | None = None


@dataclass(frozen=True)
class DeclaredBackdrop:
    """The file with what lies behind the maps: water, woods, neighbouring towns, landmarks.

    >>> DeclaredBackdrop("hintergrund.gpkg").layer
    ''
    """

    __pydantic_config__ = STRICT
    file: Name
    layer: Text = ""


@dataclass(frozen=True)
class AreasFile:
    """What `areas.toml` says: layers, crosswalks between vintages, what lies behind the maps."""

    __pydantic_config__ = STRICT
    areas: tuple[AreaLayer, ...]
    crosswalks: tuple[DeclaredCrosswalk, ...] = ()
    backdrop: DeclaredBackdrop | None = None


def from_to(row: Mapping[str, Any]) -> dict[str, Any]:
    """A crosswalk's row with our names: `from` is a word of Python; the declaration says `from` and `to`.

    >>> from_to({"from": 1, "to": 2, "level": "stadt"})
    {'source': 1, 'target': 2, 'level': 'stadt'}
    """
    names = {"from": "source", "to": "target"}
    return {names.get(key, key): value for key, value in row.items()}

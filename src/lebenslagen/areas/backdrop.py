"""What lies behind and around the areas on a map."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import shapely

__all__ = ["Backdrop"]

Named = tuple[str, "shapely.Geometry"]


@dataclass(frozen=True, eq=False)
class Backdrop:
    """What a map shows behind and around the areas, in their reference system, each with its name ("" for none).

    `landmarks`: name, easting and northing in metres.

    >>> Backdrop(landmarks=(("Hauptbahnhof", 364000.0, 5701000.0),)).landmarks[0][0]
    'Hauptbahnhof'
    """

    water: tuple[Named, ...] = ()
    woods: tuple[Named, ...] = ()
    built: tuple[Named, ...] = ()
    neighbours: tuple[Named, ...] = ()
    landmarks: tuple[tuple[str, float, float], ...] = ()

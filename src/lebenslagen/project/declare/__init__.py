"""What a municipality declares in TOML, as frozen types; nothing is computed here and no delivery is read."""

from __future__ import annotations

from lebenslagen.project.declare.figures import (
    DeclaredBreak,
    DeclaredDimension,
    DeclaredIndicator,
    DeclaredVariable,
)
from lebenslagen.project.declare.files import load
from lebenslagen.project.declare.indices import (
    DeclaredCertainty,
    DeclaredClasses,
    DeclaredEdition,
    DeclaredFocus,
    DeclaredIndex,
    DeclaredMeasure,
    DeclaredPart,
    Exclusion,
)
from lebenslagen.project.declare.places import (
    AreaLayer,
    AreaSource,
    DeclaredBackdrop,
    DeclaredCrosswalk,
    Parent,
    PointsFile,
    Repair,
)
from lebenslagen.project.declare.reports import CompareFile, DeclaredReport
from lebenslagen.project.declare.sources import Answer, DeclaredDelivery, DeclaredSource
from lebenslagen.project.declare.town import SCHEMA, DeclaredPeriod, DeclaredPolicy, Level
from lebenslagen.project.declare.whole import Declaration
from lebenslagen.project.store import declarations_of

__all__ = [
    "SCHEMA",
    "Answer",
    "AreaLayer",
    "AreaSource",
    "CompareFile",
    "Declaration",
    "DeclaredBackdrop",
    "DeclaredBreak",
    "DeclaredCertainty",
    "DeclaredClasses",
    "DeclaredCrosswalk",
    "DeclaredDelivery",
    "DeclaredDimension",
    "DeclaredEdition",
    "DeclaredFocus",
    "DeclaredIndex",
    "DeclaredIndicator",
    "DeclaredMeasure",
    "DeclaredPart",
    "DeclaredPeriod",
    "DeclaredPolicy",
    "DeclaredReport",
    "DeclaredSource",
    "DeclaredVariable",
    "Exclusion",
    "Level",
    "Parent",
    "PointsFile",
    "Repair",
    "declarations_of",
    "load",
]

"""Statistical disclosure control: a number leaves the house only inside a Release, and only `protect` makes one."""

from __future__ import annotations

from lebenslagen.disclosure.attack import attack
from lebenslagen.disclosure.release import (
    Bounds,
    Cell,
    Column,
    Draft,
    DraftColumn,
    IndexInfo,
    Known,
    Ledger,
    LevelFrame,
    Link,
    Policy,
    Release,
)

__all__ = [
    "Bounds",
    "Cell",
    "Column",
    "Draft",
    "DraftColumn",
    "IndexInfo",
    "Known",
    "Ledger",
    "LevelFrame",
    "Link",
    "Policy",
    "Release",
    "attack",
]

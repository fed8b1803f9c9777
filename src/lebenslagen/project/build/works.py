"""A project at one moment, and results remembered by the digest of what they were made from."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lebenslagen.project.store import Delivery, Project, digest_of

if TYPE_CHECKING:
    from lebenslagen.project.declare import Declaration

__all__ = ["Works", "key_of", "open_works", "remembered", "versions"]

T = TypeVar("T")
# A result also depends on what computed it.
LIBRARIES = ("lebenslagen", "numpy", "pandas", "scipy", "shapely", "pyproj")


@dataclass(frozen=True, eq=False)
class Works:
    """A project at one moment: its declarations and the deliveries in force."""

    project: Project
    declaration: Declaration
    deliveries: tuple[Delivery, ...]
    memory: dict[tuple[str, str], Any]

    def delivered(self, source: str, period: str = "") -> tuple[Delivery, ...]:
        """The deliveries of a source, of one period where it is named."""
        return tuple(d for d in self.deliveries if d.source == source and period in ("", d.period))


def open_works(project: Project) -> Works:
    """A project, ready to compute.

    Raises DesignError where its declarations have faults, ProjectError where a delivered file changed or is gone.
    """
    return Works(project, project.declaration(), project.sound(), {})


@cache
def versions() -> bytes:
    """What computes, with its versions.

    Read from the names of the folders in which libraries are recorded: importlib.metadata takes longer than the rest.
    """
    found: dict[str, str] = {}
    for folder in map(Path, sys.path):
        for place in sorted(folder.glob("*.dist-info")):
            name, _, number = place.stem.partition("-")
            found.setdefault(name.lower(), number)
    return "|".join(f"{name} {found.get(name) or _recorded(name)}" for name in LIBRARIES).encode()


def _recorded(name: str) -> str:
    from importlib.metadata import version

    return version(name)


def key_of(parts: Sequence[object]) -> str:
    """The key of a result: what it was made from, and the versions of what made it."""
    return digest_of(versions(), *(repr(part).encode() for part in parts))


def remembered(
    works: Works,
    step: str,
    parts: Sequence[object],
    compute: Callable[[], T],
    dump: Callable[[T], bytes],
    load: Callable[[bytes], T],
) -> T:
    """What `compute` gives, taken from memory or cache where the same parts were computed before."""
    key = key_of(parts)
    if (step, key) not in works.memory:
        kept = works.project.remembered(step, key)
        if kept is None:
            result = compute()
            works.project.remember(step, key, dump(result))
        else:
            result = load(kept)
        works.memory[step, key] = result
    return works.memory[step, key]

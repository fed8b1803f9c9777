"""The only door by which office files enter: cells, layout, checks, marked copy, geometry.

`read` gives a `Reading` (values with status and place, all faults), `check` judges it, `marked_copy`
returns the file to its
supplier with the faulty cells marked, `read_vectors` reads polygons and points. Nothing in a file is
trusted: it is opened in a child process with limits (`sandbox`), after its bytes were looked at (`content`, `archive`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = [
    "ANSWERABLE",
    "Check",
    "Earlier",
    "Layout",
    "Reading",
    "Vectors",
    "check",
    "check_areas",
    "marked_copy",
    "read",
    "read_vectors",
]

if TYPE_CHECKING:
    from lebenslagen.project.read.checks import ANSWERABLE, Check, Earlier, check, read
    from lebenslagen.project.read.layout import Layout
    from lebenslagen.project.read.marked import marked_copy
    from lebenslagen.project.read.reading import Reading
    from lebenslagen.project.read.vectors import Vectors, check_areas, read_vectors

# The child imports this package too and must not pay for what it does not need.
HOMES = {
    "ANSWERABLE": "checks",
    "Check": "checks",
    "Earlier": "checks",
    "check": "checks",
    "read": "checks",
    "Layout": "layout",
    "Vectors": "vectors",
    "check_areas": "vectors",
    "marked_copy": "marked",
    "read_vectors": "vectors",
    "Reading": "reading",
}


def __getattr__(name: str) -> Any:
    if name not in HOMES:
        raise AttributeError(name)
    import importlib

    return getattr(importlib.import_module(f"{__name__}.{HOMES[name]}"), name)

"""Faults of declarations: names that are not declared, and the faults of several files gathered."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from lebenslagen.errors import DesignError, Fault, LebenslagenError
from lebenslagen.project.toml import nearest

__all__ = ["collecting", "pick", "unknown_name"]

T = TypeVar("T")


def unknown_name(where: str, name: str, known: Iterable[object]) -> Fault:
    """The fault of a name that nothing declares, with the nearest of those that are known.

    >>> unknown_name("indices/a.level", "stadtteile", ["stadt", "stadtteil"]).values["hint"]
    ' (→ stadtteil?)'
    """
    names = sorted(str(k) for k in known)
    shown = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    return Fault("unknown-name", where, {"name": name, "hint": nearest(name, names), "known": shown or "–"})


def pick(table: Mapping[str, T], key: str, where: str) -> T:
    """What is declared under a key. Raises DesignError naming the known ones.

    >>> pick({"a": 1}, "a", "sources")
    1
    """
    if key not in table:
        raise DesignError(unknown_name(where, key, table))
    return table[key]


@contextlib.contextmanager
def collecting(faults: list[Fault]) -> Iterator[None]:
    """Keep the faults of one file and go on with the next.

    >>> faults = []
    >>> with collecting(faults):
    ...     _ = pick({}, "a", "sources")
    >>> faults[0].code
    'unknown-name'
    """
    try:
        yield
    except LebenslagenError as error:
        faults.extend(error.faults)

"""How far a bad file is followed: faults, rows and guesses have an end, so that one file cannot hold up the machine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Self

from lebenslagen.errors import Fault

__all__ = ["MOST_FAULTS", "STOPPED", "Enough", "Faults", "bounded", "most_rows"]

MOST_FAULTS = (
    20_000  # of one table; 27 areas with 196 columns in which every cell is wrong have a quarter of that
)
GUESSES = 500_000  # comparisons of one unknown key with one known, for all hints of a table together
SPARE_ROWS = 1_000  # titles, notes, sums and repeated rows that are named one by one
PERIODS = 50  # that one file may hold
# What says that the rest was not looked at: nothing can be concluded from what was not found.
STOPPED = frozenset({"rows-beyond-areas", "faults-without-end"})


class Enough(Exception):
    """So much is wrong that the rest need not be looked at."""


class Faults(list[Fault]):
    """Faults as they are found. Raises Enough with the first one beyond the most that are kept.

    >>> found = Faults()
    >>> found += [Fault("file-empty", "a.csv")] * 3
    >>> len(found)
    3
    """

    def append(self, fault: Fault) -> None:
        """Keep a fault. Raises Enough."""
        if len(self) >= MOST_FAULTS:
            raise Enough
        super().append(fault)

    def extend(self, faults: Iterable[Fault]) -> None:
        """Keep faults, one after the other. Raises Enough."""
        for fault in faults:
            self.append(fault)

    def __iadd__(self, faults: Iterable[Fault]) -> Self:  # type: ignore[override, misc]
        self.extend(faults)
        return self

    def close(self, where: str) -> None:
        """Say that there are more."""
        super().append(Fault("faults-without-end", where, {"n": MOST_FAULTS}))


def bounded(faults: Iterable[Fault], where: str) -> Iterator[Fault]:
    """The faults, up to the most that are kept; then that there are more.

    >>> [fault.code for fault in bounded([Fault("file-empty", "a.csv")], "a.csv")]
    ['file-empty']
    """
    for number, fault in enumerate(faults):
        if number >= MOST_FAULTS:
            yield Fault("faults-without-end", where, {"n": MOST_FAULTS})
            return
        yield fault


def most_rows(areas: int, *, kinds: int = 1, several: bool = False) -> int:
    """How many rows a table can have in which each area stands once a period and kind of value; three times that, and some.

    kinds: values an area has one below the other; several: whether one file holds several periods.

    >>> most_rows(27), most_rows(27, kinds=20), most_rows(542, several=True)
    (1081, 2620, 82300)
    """
    return SPARE_ROWS + 3 * areas * kinds * (PERIODS if several else 1)

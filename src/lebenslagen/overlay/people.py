"""Where people live inside their area: counts spread over inhabited ground, and how far off that is.

Dasymetric mapping with binary or weighted ground (Wright 1936; Eicher and Brewer 2001): an area's people go to its
pieces of ground in proportion to what speaks for people there, and each area's total stays what it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from lebenslagen.errors import DataError, Fault

if TYPE_CHECKING:
    from numpy.typing import NDArray

__all__ = ["Surface", "pieces", "surface", "surface_error"]


@dataclass(frozen=True, eq=False)
class Surface:
    """Pieces of ground: the number of the `area` and of the `cell` each lies in, and the `share` of the area's people.

    The shares of an area sum to 1, or there are none; `bare` are areas without inhabited ground, spread by their size.

    >>> s = Surface(np.array([0, 0]), np.array([5, 6]), np.array([0.25, 0.75]), 1, ())
    >>> s.spread([100]).tolist()
    [25.0, 75.0]
    """

    area: NDArray[np.int64]
    cell: NDArray[np.int64]
    share: NDArray[np.float64]
    areas: int
    bare: tuple[int, ...]

    def __post_init__(self) -> None:
        sums = np.bincount(self.area, self.share, self.areas)
        if not np.all((np.abs(sums - 1) < 1e-9) | (sums == 0)):
            raise DataError(Fault("shares-do-not-sum", "surface"))

    def spread(self, counts: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Persons on each piece, fractions allowed; counts hold one number an area, NaN where it is not known.

        What is not known stays so on each piece: nobody is spread where nobody was counted.
        """
        return np.asarray(np.asarray(counts, dtype=float)[self.area] * self.share)

    def whole(self, counts: Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Whole persons on each piece, each area's total kept to the last person (largest remainders, first piece first).

        >>> Surface(np.array([0, 0, 0]), np.arange(3), np.array([0.2, 0.4, 0.4]), 1, ()).whole([4]).tolist()
        [1.0, 2.0, 1.0]
        """
        exact = self.spread(counts)
        known = np.isfinite(exact)
        down = np.where(known, np.floor(exact + 1e-9), np.nan)
        left = np.bincount(self.area[known], (exact - down)[known], self.areas).round().astype(np.int64)
        order = np.lexsort((np.arange(len(exact)), -(exact - down).round(9), self.area))
        own = self.area[order]
        rank = np.arange(len(order)) - np.searchsorted(own, own)
        up = np.zeros(len(exact))
        up[order] = rank < left[own]
        return np.asarray(down + np.where(known, up, 0.0))


def pieces(areas: Any, cells: Any) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """The parts that areas and cells (shapely polygons of one projected system) have in common: area, cell, square metres.

    Most cells lie in one area whole and are not cut: only those that a border crosses are.

    >>> import shapely
    >>> a, c, size = pieces([shapely.box(0, 0, 15, 10)], [shapely.box(0, 0, 10, 10), shapely.box(10, 0, 20, 10)])
    >>> a.tolist(), c.tolist(), size.tolist()
    ([0, 0], [0, 1], [100.0, 50.0])
    """
    import shapely

    areas, cells = np.asarray(areas, dtype=object), np.asarray(cells, dtype=object)
    tree = shapely.STRtree(cells)
    shapely.prepare(areas)
    met_area, met_cell = tree.query(areas, predicate="intersects")
    inside = shapely.covers(areas[met_area], cells[met_cell])
    size = np.where(inside, shapely.area(cells[met_cell]), 0.0)
    cut = ~inside
    size[cut] = shapely.area(shapely.intersection(areas[met_area[cut]], cells[met_cell[cut]]))
    kept = size > 0
    order = np.lexsort((met_cell[kept], met_area[kept]))
    return met_area[kept][order], met_cell[kept][order], size[kept][order]


def surface(
    area: Sequence[int], cell: Sequence[int], size: Sequence[float], density: Sequence[float], areas: int
) -> Surface:
    """Shares of an area's people on its pieces, in proportion to size (m2) times density of their cell (people, floor
    space or 1 for inhabited ground; one number a cell). An area whose ground holds nothing is spread by size.

    Raises DataError for negative or infinite densities.

    >>> surface([0, 0], [0, 1], [50.0, 50.0], [3.0, 1.0], 1).share.tolist()
    [0.75, 0.25]
    """
    where, what = np.asarray(area, dtype=np.int64), np.asarray(cell, dtype=np.int64)
    square, weight = np.asarray(size, dtype=float), np.asarray(density, dtype=float)
    if not (np.isfinite(weight) & (weight >= 0)).all():
        raise DataError(Fault("ground-not-usable", "surface"))
    mass = square * weight[what]
    total = np.bincount(where, mass, areas)
    empty = total <= 0
    mass = np.where(empty[where], square, mass)
    total = np.bincount(where, mass, areas)
    share = mass / np.where(total[where] > 0, total[where], 1.0)
    covered = np.bincount(where, minlength=areas) > 0
    bare = tuple(np.flatnonzero(empty & covered).tolist()) + tuple(np.flatnonzero(~covered).tolist())
    return Surface(where, what, share, areas, tuple(sorted(bare)))


def surface_error(spread: Surface, counts: Sequence[float], known: Sequence[float]) -> float:
    """How far the spread people lie from people counted cell by cell: those in the wrong cell, as a share of all.

    `counts` one number an area, `known` one a cell. 0: every cell right; 1: everybody elsewhere. Compare it with that of
    spreading by size alone.

    >>> s = Surface(np.array([0, 0]), np.array([0, 1]), np.array([0.5, 0.5]), 1, ())
    >>> surface_error(s, [10], [8, 2])
    0.3
    """
    told = np.asarray(known, dtype=float)
    made = np.bincount(spread.cell, np.nan_to_num(spread.spread(counts)), len(told))
    whole = float(told.sum())
    return float(np.abs(made - told).sum() / (2 * whole)) if whole else 0.0

"""Crosswalks from one set of areas to another, and values carried along them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import shapely

from lebenslagen.areas.places import Areas, Floats, Integers, Polygons, Truths
from lebenslagen.errors import DataError, Fault

if TYPE_CHECKING:
    import pandas as pd
    import scipy.sparse

__all__ = [
    "Crosswalk",
    "crosswalk_by_area",
    "crosswalk_by_points",
    "crosswalk_by_table",
    "transfer",
]

SLIVER = 0.001  # share of the smaller polygon below which a common piece is drawing inaccuracy
COVERED = 0.99  # share of an old area that the new areas must cover
ONE = 1e-9  # how far a row of shares may be from 1

Cells = tuple[Integers, Integers, Floats]  # rows, columns, values of a sparse matrix
Rows = Iterable[tuple[str, str, float]]  # source, target, share


@dataclass(frozen=True, eq=False)
class Crosswalk:
    """Shares by which the areas `source` go into the areas `target`.

    `shares`: sparse, sources x targets, 0 to 1, each row sums to 1 within 1e-9: nobody is lost, nobody doubled.
    `basis`: "area", "points" or "table". Raises DataError naming each row that does not sum to 1.

    >>> halves = crosswalk_by_table([("a", "x", 0.5), ("a", "y", 0.5)], ["a"], ["x", "y"])
    >>> halves.shares.toarray().tolist()
    [[0.5, 0.5]]
    """

    source: tuple[str, ...]
    target: tuple[str, ...]
    shares: scipy.sparse.csr_array[Any, Any]
    basis: str

    def __post_init__(self) -> None:
        import scipy.sparse

        shares = scipy.sparse.csr_array(self.shares).astype(float, copy=True)
        shares.eliminate_zeros()
        shares.data.setflags(write=False)
        object.__setattr__(self, "source", tuple(self.source))
        object.__setattr__(self, "target", tuple(self.target))
        object.__setattr__(self, "shares", shares)
        faults = _share_faults(self)
        if faults:
            raise DataError(faults)


def _share_faults(crosswalk: Crosswalk) -> list[Fault]:
    if crosswalk.shares.shape != (len(crosswalk.source), len(crosswalk.target)):
        raise ValueError(f"shares {crosswalk.shares.shape} do not fit the sources and targets")
    sums = np.asarray(crosswalk.shares.sum(axis=1)).ravel()
    wrong = ~(np.abs(sums - 1) <= ONE)
    return [
        Fault("crosswalk-sum", area, {"id": area, "sum": _decimal(total)})
        for area, total in zip(np.array(crosswalk.source)[wrong], sums[wrong], strict=True)
    ]


def _decimal(number: float) -> Decimal:
    return Decimal(f"{number:.6f}")


def _crosswalk(source: Sequence[str], target: Sequence[str], cells: Cells, basis: str) -> Crosswalk:
    import scipy.sparse

    rows, columns, values = cells
    shape = (len(source), len(target))
    return Crosswalk(
        tuple(source), tuple(target), scipy.sparse.csr_array((values, (rows, columns)), shape=shape), basis
    )


def crosswalk_by_area(old: Areas, new: Areas) -> Crosswalk:
    """The crosswalk that gives each new area the part of an old one that lies in it, by square metres.

    Pieces below 0.1 % of the smaller polygon are drawing inaccuracy and left out. Raises DataError where the reference
    systems differ or the new areas cover less than 99 % of an old one. An even spread of people within the old area is
    assumed: `crosswalk_by_points` is better where addresses are known.

    >>> from datetime import date
    >>> def areas(year, *boxes):
    ...     ids = tuple("abc"[: len(boxes)])
    ...     return Areas("q", date(year, 1, 1), ids, ids, ("",) * len(ids), np.array(boxes), "EPSG:25832")
    >>> old = areas(2010, shapely.box(0, 0, 100, 100))
    >>> new = areas(2020, shapely.box(0, 0, 25, 100), shapely.box(25, 0, 100, 100))
    >>> crosswalk_by_area(old, new).shares.toarray().tolist()
    [[0.25, 0.75]]
    """
    _same_crs(old, new)
    rows, columns, common = _pieces(old, new)
    covered = np.bincount(rows, weights=common, minlength=len(old)).astype(float)
    size = shapely.area(old.geometry)
    faults = _lost("area-not-covered", old, new, covered, size)
    if faults:
        raise DataError(faults)
    return _crosswalk(old.ids, new.ids, (rows, columns, common / covered[rows]), "area")


def _same_crs(old: Areas, new: Areas) -> None:
    if old.crs != new.crs:
        raise DataError(Fault("crs-differs", new.label, {"a": old.crs, "b": new.crs}))


def _pieces(old: Areas, new: Areas) -> Cells:
    rows, columns = shapely.STRtree(new.geometry).query(old.geometry, predicate="intersects")
    common = shapely.area(shapely.intersection(old.geometry[rows], new.geometry[columns]))
    smaller = np.minimum(shapely.area(old.geometry)[rows], shapely.area(new.geometry)[columns])
    real = common > SLIVER * smaller
    return rows[real], columns[real], common[real]


def _lost(code: str, old: Areas, new: Areas, kept: Floats, whole: Floats) -> list[Fault]:
    return [
        Fault(
            code,
            f"{old.label}/{area}",
            {"id": area, "lost": round(all_ - part), "whole": round(all_), "target": new.label},
        )
        for area, part, all_ in zip(old.ids, kept, whole, strict=True)
        if part < COVERED * all_
    ]


def crosswalk_by_points(
    old: Areas, new: Areas, points: Polygons, weights: Sequence[float] | Floats
) -> Crosswalk:
    """The crosswalk that follows points such as addresses: the weight of those in both areas by that in the old one.

    `points`: shapely points in the areas' reference system; `weights`: residents or flats of each, 0 or more. An
    old area without a weighted point is divided by square metres: nobody is known to live there. Raises DataError
    where reference systems differ, a weight is negative or missing, or less than 99 % of an old area's weight lies
    in new areas.

    >>> from datetime import date
    >>> def areas(year, *boxes):
    ...     ids = tuple("abc"[: len(boxes)])
    ...     return Areas("q", date(year, 1, 1), ids, ids, ("",) * len(ids), np.array(boxes), "EPSG:25832")
    >>> old = areas(2010, shapely.box(0, 0, 100, 100))
    >>> new = areas(2020, shapely.box(0, 0, 25, 100), shapely.box(25, 0, 100, 100))
    >>> crosswalk_by_points(old, new, shapely.points([[10, 5], [90, 5]]), [9, 1]).shares.toarray().tolist()
    [[0.9, 0.1]]
    """
    _same_crs(old, new)
    weight = _weights(points, weights)
    before, after = _located(old, points), _located(new, points)
    inside = before >= 0
    both = inside & (after >= 0)
    total, known = _weight_by(before, inside, weight, old), _weight_by(before, both, weight, old)
    faults = _lost("points-not-covered", old, new, known, total)
    if faults:
        raise DataError(faults)
    cells = _point_cells(before[both], after[both], weight[both], known)
    return _crosswalk(old.ids, new.ids, _with_empty(cells, old, new, known), "points")


def _weights(points: Polygons, weights: Sequence[float] | Floats) -> Floats:
    weight = np.asarray(weights, dtype=float)
    if weight.shape != (len(points),):
        raise ValueError(f"{len(points)} points but weights of shape {weight.shape}")
    wrong = ~(np.isfinite(weight) & (weight >= 0))
    if wrong.any():
        raise DataError(
            [
                Fault("weight-wrong", f"{place + 1}", {"value": weight[place]})
                for place in np.flatnonzero(wrong)
            ]
        )
    return weight


def _located(areas: Areas, points: Polygons) -> Integers:
    """For each point the place of its area, -1 for none; on a common border the first area has it."""
    point, area = shapely.STRtree(areas.geometry).query(points, predicate="intersects")
    place = np.full(len(points), -1, dtype=np.intp)
    order = np.argsort(-area, kind="stable")
    place[point[order]] = area[order]
    return place


def _weight_by(place: Integers, chosen: Truths, weight: Floats, areas: Areas) -> Floats:
    return np.bincount(place[chosen], weights=weight[chosen], minlength=len(areas)).astype(float)


def _point_cells(rows: Integers, columns: Integers, weight: Floats, known: Floats) -> Cells:
    counted = weight > 0
    rows, columns, weight = rows[counted], columns[counted], weight[counted]
    return rows, columns, weight / known[rows]


def _with_empty(cells: Cells, old: Areas, new: Areas, known: Floats) -> Cells:
    empty = np.flatnonzero(known == 0)
    if not len(empty):
        return cells
    by_area = crosswalk_by_area(old, new).shares.tocoo()
    wanted = np.isin(by_area.coords[0], empty)
    return (
        np.concatenate([cells[0], by_area.coords[0][wanted]]),
        np.concatenate([cells[1], by_area.coords[1][wanted]]),
        np.concatenate([cells[2], by_area.data[wanted]]),
    )


def crosswalk_by_table(
    rows: Rows | pd.DataFrame, old_ids: Sequence[str], new_ids: Sequence[str], rescale: bool = False
) -> Crosswalk:
    """The crosswalk a table declares: source, target, share from 0 to 1 (of a frame: its first three columns).

    With `rescale` each source's shares are divided by their sum. Raises DataError with all faults at once: unknown
    areas, a pair twice, shares out of range, sources without a row, sums that are not 1.

    >>> rows = [("a", "x", 0.2), ("a", "y", 0.6)]
    >>> crosswalk_by_table(rows, ["a"], ["x", "y"], rescale=True).shares.toarray().round(6)
    array([[0.25, 0.75]])
    """
    listed = _listed(rows)
    faults = _row_faults(listed, old_ids, new_ids)
    if faults:
        raise DataError(faults)
    old, new = _places(old_ids), _places(new_ids)
    places = (np.array([old[a] for a, _, _ in listed]), np.array([new[b] for _, b, _ in listed]))
    share = np.array([float(part) for _, _, part in listed])
    if rescale:
        share = share / np.bincount(places[0], weights=share, minlength=len(old_ids))[places[0]]
    return _crosswalk(old_ids, new_ids, (*places, share), "table")


def _places(ids: Sequence[str]) -> dict[str, int]:
    return {area: place for place, area in enumerate(ids)}


def _listed(rows: Rows | pd.DataFrame) -> list[tuple[str, str, float]]:
    values: Iterable[Any] = rows.iloc[:, :3].itertuples(index=False) if hasattr(rows, "iloc") else rows
    return [(str(source), str(target), float(share)) for source, target, share in values]


def _row_faults(
    rows: list[tuple[str, str, float]], old_ids: Sequence[str], new_ids: Sequence[str]
) -> list[Fault]:
    old, new = set(old_ids), set(new_ids)
    faults: list[Fault] = []
    seen: set[tuple[str, str]] = set()
    for number, (source, target, share) in enumerate(rows, start=1):
        where = f"{number}"
        faults += [
            Fault("crosswalk-unknown", where, {"id": area}) for area in _unknown(source, old, target, new)
        ]
        if not 0 <= share <= 1:
            faults.append(
                Fault("crosswalk-share", where, {"source": source, "target": target, "share": share})
            )
        if (source, target) in seen:
            faults.append(Fault("crosswalk-twice", where, {"source": source, "target": target}))
        seen.add((source, target))
    with_share = {source for source, _, share in rows if share > 0}
    return faults + [
        Fault("crosswalk-without", area, {"id": area}) for area in old_ids if area not in with_share
    ]


def _unknown(source: str, old: set[str], target: str, new: set[str]) -> list[str]:
    return [area for area, known in ((source, old), (target, new)) if area not in known]


def transfer(
    values: pd.Series[float],
    crosswalk: Crosswalk,
    kind: Literal["extensive", "intensive"],
    weight: pd.Series[float] | None = None,
) -> pd.Series[float]:
    """Values of the crosswalk's sources as values of its targets.

    Extensive values (counts, hectares) are divided by the shares and keep their sum: y_j = Σ_i s_ij x_i. Intensive
    values (rates, means) become means weighted by s_ij w_i, `weight` being the count they refer to, by source area:
    y_j = Σ_i s_ij w_i x_i / Σ_i s_ij w_i. Missing stays missing: a target that a missing source goes into is missing,
    never 0. Raises DataError where values or weights do not name the crosswalk's sources, or intensive values come
    without weights. Goodchild, Lam: Areal interpolation (1980).

    >>> import pandas as pd
    >>> halves = crosswalk_by_table([("a", "x", 0.5), ("a", "y", 0.5), ("b", "y", 1)], ["a", "b"], ["x", "y"])
    >>> transfer(pd.Series({"a": 10.0, "b": 4.0}), halves, "extensive").to_dict()
    {'x': 5.0, 'y': 9.0}
    """
    source = _by_source(values, crosswalk)
    if kind == "extensive":
        return _series(_sums(crosswalk, source), crosswalk, values)
    if weight is None:
        raise DataError(Fault("weight-missing", str(values.name or "")))
    return _series(_means(crosswalk, source, _by_source(weight, crosswalk)), crosswalk, values)


def _by_source(values: pd.Series[float], crosswalk: Crosswalk) -> Floats:
    given = Counter(map(str, values.index))
    known = set(crosswalk.source)
    faults = [Fault("value-unknown-area", area, {"id": area}) for area in given if area not in known]
    faults += [
        Fault("value-area-absent", area, {"id": area}) for area in crosswalk.source if area not in given
    ]
    faults += [Fault("area-twice", a, {"id": a, "times": times}) for a, times in given.items() if times > 1]
    if faults:
        raise DataError(faults)
    return np.array(values.reindex(list(crosswalk.source)).to_numpy(dtype=float, na_value=np.nan), np.float64)


def _sums(crosswalk: Crosswalk, source: Floats) -> Floats:
    missing = np.isnan(source)
    sums: Floats = crosswalk.shares.T @ np.where(missing, 0.0, source)
    return np.where(_fed_by(crosswalk, missing), np.nan, sums)


def _fed_by(crosswalk: Crosswalk, sources: Truths) -> Truths:
    reached: Truths = (crosswalk.shares.T @ sources.astype(float)) > 0
    return reached


def _means(crosswalk: Crosswalk, source: Floats, weight: Floats) -> Floats:
    counted = np.where(weight > 0, source, 0.0)  # where nobody is, a missing rate is missing for nobody
    top, base = _sums(crosswalk, counted * weight), _sums(crosswalk, weight)
    mean = np.full(len(base), np.nan)
    np.divide(top, base, out=mean, where=base > 0)
    return mean


def _series(target: Floats, crosswalk: Crosswalk, values: pd.Series[float]) -> pd.Series[float]:
    import pandas as pd

    return pd.Series(target, index=pd.Index(crosswalk.target, name="area"), name=values.name)

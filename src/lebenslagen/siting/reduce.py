"""The same question, smaller: places that the same sites serve become one; a site that another one beats is left out.

Both keep the optimum; `certify` checks it anew on the question as it was asked, by the plain definition.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from scipy import sparse

from lebenslagen.siting.problem import YEARS, SitingProblem

__all__ = ["Reduced", "certify", "reduce"]

MOST_COMPARED = 4000  # candidates; beyond, comparing each with each costs more than it saves


@dataclass(frozen=True, eq=False)
class Reduced:
    """`sites`: numbers of the candidates kept; `serves`: classes of places x kept candidates, 1 where within reach.

    `weight`: weighted people a class; `constant`: those an existing site serves; `classes`: the class of each place, -1
    where it is served already or never; `beaten`: dropped candidate -> the kept one that beats it.

    >>> Reduced.__name__
    'Reduced'
    """

    sites: tuple[int, ...]
    serves: sparse.csr_array
    weight: np.ndarray
    constant: float
    classes: np.ndarray
    beaten: dict[int, int]


def reduce(problem: SitingProblem) -> Reduced:
    """The smaller question.

    >>> from lebenslagen.siting.problem import Demand, Distances, Site
    >>> p = SitingProblem(demand=Demand(("a", "b"), {"all": [5, 3]}, {"all": 1}), sites=(Site("s"), Site("t")),
    ...                   distances=Distances([0, 1, 1], [0, 0, 1], [9.0, 9.0, 9.0]), radius=300)
    >>> small = reduce(p)
    >>> small.sites, small.beaten, small.weight.tolist()
    ((0,), {1: 0}, [8.0])
    """
    classes, members = _classes(problem)
    serves = _matrix(problem, members)
    beaten = _beaten(problem, serves)
    kept = tuple(n for n in problem.candidates if n not in beaten)
    classes, members = _merged(classes, members, set(kept))
    weight = np.bincount(classes[classes >= 0], problem.demand.weight[classes >= 0], len(members))
    columns = {n: k for k, n in enumerate(kept)}
    small = _rows(members, columns)
    return Reduced(kept, small, weight, float(problem.demand.weight[problem.served].sum()), classes, beaten)


def certify(problem: SitingProblem, small: Reduced) -> bool:
    """Whether the smaller question has the same optimum: nobody lost, nobody doubled, each dropped site really beaten.

    Looks at the places and sites of the question itself, not at what the reduction made of them.

    >>> certify.__name__
    'certify'
    """
    reach: dict[int, set[int]] = {n: set() for n in problem.candidates}
    served = problem.served
    for place, site in problem.covers.tolist():
        if site in reach and not served[place]:
            reach[site].add(place)
    for lost, better in small.beaten.items():
        if not (reach[lost] <= reach[better] and _cheaper(problem, better, lost) and better in small.sites):
            return False
        if not _free(problem, lost) or not _rivals(problem, better) <= _rivals(problem, lost) | {lost}:
            return False
    columns = small.serves.tocsc()
    for k, n in enumerate(small.sites):
        rows = columns.indices[columns.indptr[k] : columns.indptr[k + 1]]
        if reach[n] != _places_of(small, rows):
            return False
    whole = float(problem.demand.weight[sorted(set().union(*reach.values()))].sum()) if reach else 0.0
    kept = float(small.weight[small.serves.sum(axis=1) > 0].sum())
    return bool(np.isclose(kept, whole, rtol=1e-12, atol=1e-9))


def _places_of(small: Reduced, rows: np.ndarray) -> set[int]:
    inside = np.zeros(len(small.weight) + 1, dtype=bool)  # the last one stands for class -1
    inside[rows] = True
    return set(np.flatnonzero(inside[small.classes]).tolist())


def _classes(problem: SitingProblem) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """The class of each place, and the candidates within reach of each class."""
    covers = problem.covers
    usable = np.zeros(len(problem.sites), dtype=bool)
    usable[list(problem.candidates)] = True
    covers = covers[usable[covers[:, 1]] & ~problem.served[covers[:, 0]]]
    covers = np.unique(covers, axis=0)
    classes, known = np.full(len(problem.demand.ids), -1), dict[tuple[int, ...], int]()
    starts = np.flatnonzero(np.diff(covers[:, 0], prepend=-1))
    for start, end in zip(starts, [*starts[1:], len(covers)] if len(starts) else [], strict=True):
        key = tuple(covers[start:end, 1].tolist())
        classes[covers[start, 0]] = known.setdefault(key, len(known))
    return classes, list(known)


def _merged(
    classes: np.ndarray, members: list[tuple[int, ...]], kept: set[int]
) -> tuple[np.ndarray, list[tuple[int, ...]]]:
    """Classes anew, with the kept candidates only."""
    known: dict[tuple[int, ...], int] = {}
    anew = [known.setdefault(tuple(n for n in key if n in kept), len(known)) for key in members]
    renamed = np.array([*anew, -1])
    return renamed[classes], list(known)


def _matrix(problem: SitingProblem, members: list[tuple[int, ...]]) -> sparse.csr_array:
    return _rows(members, {n: k for k, n in enumerate(problem.candidates)})


def _rows(members: list[tuple[int, ...]], columns: dict[int, int]) -> sparse.csr_array:
    index = np.array([columns[n] for key in members for n in key], dtype=np.int64)
    ends = np.cumsum([0, *map(len, members)])
    return sparse.csr_array((np.ones(len(index)), index, ends), shape=(len(members), len(columns)))


# --- sites that another one beats ------------------------------------------------------------------------------------


def _beaten(problem: SitingProblem, serves: sparse.csr_array) -> dict[int, int]:
    """Candidates that may be left out, each with a kept one that serves no fewer people at no higher cost."""
    count = len(problem.candidates)
    if count > MOST_COMPARED or not count:
        return {}
    common = (serves.T @ serves).toarray()
    whole = serves.sum(axis=0)
    better: dict[int, list[int]] = {}
    for j, site in enumerate(problem.candidates):
        if not _free(problem, site):
            continue
        rivals = _rivals(problem, site) | {site}
        for k in np.flatnonzero(common[j] >= whole[j]).tolist():
            other = problem.candidates[k]
            same = whole[k] == whole[j] and _cheaper(problem, site, other) and _free(problem, other)
            if k == j or (same and k > j and _rivals(problem, site) <= _rivals(problem, other) | {other}):
                continue
            if _cheaper(problem, other, site) and _rivals(problem, other) <= rivals:
                better.setdefault(site, []).append(other)
    return {site: next(other for other in _up(site, better) if other not in better) for site in better}


def _up(site: int, better: dict[int, list[int]]) -> Iterator[int]:
    """All that beat a site, and all that beat those."""
    seen, open_ = set[int](), list(better[site])
    while open_:
        other = open_.pop(0)
        if other not in seen:
            seen.add(other)
            yield other
            open_.extend(better.get(other, []))


def _free(problem: SitingProblem, site: int) -> bool:
    """No condition names the site, so that nothing but its people and its cost speak for it."""
    own = problem.sites[site]
    return not own.must and not any(own.id in floor.sites for floor in problem.floors)


def _cheaper(problem: SitingProblem, site: int, than: int) -> bool:
    """Never dearer than another in any year, in any kind of cost."""
    a, b = problem.sites[site], problem.sites[than]
    return a.running <= b.running and all(
        a.own(p.year) <= b.own(p.year) and a.cost_over(YEARS, p.year) <= b.cost_over(YEARS, p.year)
        for p in problem.periods
    )


def _rivals(problem: SitingProblem, site: int) -> set[int]:
    own = problem.sites[site].id
    pairs = (pair for pair in problem.apart if own in pair)
    return {problem.counted[other] for pair in pairs for other in pair if other != own}

"""How small and how large a sum of counts can be, given linear facts.

Counts that no fact connects are looked at apart; small blocks are searched over whole numbers. Serves `attack` alone.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

__all__ = ["Fact", "Id", "extremes"]

INFINITE = float("inf")
WHOLE_LIMIT = 24  # so many counts that hang together are still searched over whole numbers
NODES = 2000  # branches of one such search; what is then still open is answered by its proven bound
CLOSE = 1e-6


class Id(NamedTuple):
    """One count in the world, whichever release speaks of it.

    >>> Id("sgb2", "2024", "", "town", "05").level
    'town'
    """

    variable: str
    period: str
    vintage: str
    level: str
    area: str


@dataclass(frozen=True)
class Fact:
    """Something the reader knows: low <= sum of coefficient x count <= high; or a note about single counts.

    note: "whole" the counts are whole numbers; "counted" the reader may be one of those counted.

    >>> Fact({Id("sgb2", "2024", "", "town", "05"): 1.0}, low=0).high
    inf
    """

    terms: Mapping[Id, float]
    low: float = -INFINITE
    high: float = INFINITE
    note: str = ""


Terms = Mapping[Id, float]
Answer = tuple[float, float] | None  # None: the facts contradict one another


@dataclass
class Block:
    """Counts that hang together by facts about several of them."""

    counts: list[Id] = field(default_factory=list)
    rows: list[Fact] = field(default_factory=list)


def extremes(facts: Iterable[Fact], values: Mapping[Id, float], targets: Sequence[Terms]) -> list[Answer]:
    """For each target (count -> coefficient) its smallest and largest value; infinite where nothing limits it.

    values: counts known exactly. Whole numbers are searched in blocks of up to `WHOLE_LIMIT` counts.

    >>> a, b = (Id("v", "2024", "", "quarter", area) for area in "ab")
    >>> facts = [Fact({a: 1.0, b: 1.0}, 7, 7), Fact({a: 1.0}, low=0), Fact({b: 1.0}, low=0)]
    >>> extremes(facts, {}, [{a: 1.0}])
    [(0.0, 7.0)]
    """
    rows, limits, whole = _reduced(facts, values)
    open_targets = [{c: f for c, f in target.items() if c not in values} for target in targets]
    blocks = _blocks(rows, open_targets)
    models: dict[int, _Model | None] = {}
    answers: list[Answer] = []
    for target, free in zip(targets, open_targets, strict=True):
        known = sum(factor * values[count] for count, factor in target.items() if count in values)
        if not free:
            answers.append((known, known))
            continue
        block = blocks[next(iter(free))]
        if id(block) not in models:
            models[id(block)] = _model(block, limits, whole)
        model = models[id(block)]
        answer = None if model is None else model.answer(free)
        answers.append(None if answer is None else (answer[0] + known, answer[1] + known))
    return answers


def _reduced(
    facts: Iterable[Fact], values: Mapping[Id, float]
) -> tuple[list[Fact], dict[Id, tuple[float, float]], set[Id]]:
    """Known counts put in; facts about one single count become its limits."""
    rows: list[Fact] = []
    limits: dict[Id, tuple[float, float]] = {}
    whole: set[Id] = set()
    for fact in facts:
        if fact.note:
            whole.update(fact.terms if fact.note == "whole" else ())
            continue
        free = {count: factor for count, factor in fact.terms.items() if count not in values and factor}
        if not free:
            continue
        known = sum(factor * values[count] for count, factor in fact.terms.items() if count in values)
        low, high = fact.low - known, fact.high - known
        if len(free) == 1:
            ((count, factor),) = free.items()
            ends = sorted((low / factor, high / factor))
            before = limits.get(count, (-INFINITE, INFINITE))
            limits[count] = (max(before[0], ends[0]), min(before[1], ends[1]))
        else:
            rows.append(Fact(free, low, high))
    return rows, limits, whole


def _blocks(rows: Sequence[Fact], targets: Sequence[Terms]) -> dict[Id, Block]:
    """Each count's block: counts are in one block when a chain of facts connects them."""
    leader: dict[Id, Id] = {}

    def find(count: Id) -> Id:
        leader.setdefault(count, count)
        while leader[count] != count:
            leader[count] = leader[leader[count]]
            count = leader[count]
        return count

    for terms in filter(None, (*(row.terms for row in rows), *targets)):
        first, *others = terms
        find(first)
        for other in others:
            leader[find(other)] = find(first)
    found: dict[Id, Block] = {}
    blocks: dict[Id, Block] = {}
    for count in leader:
        block = blocks.setdefault(find(count), Block())
        block.counts.append(count)
        found[count] = block
    for row in rows:
        found[next(iter(row.terms))].rows.append(row)
    return found


@dataclass
class _Model:
    """One block as a program for HiGHS, and the same over whole numbers where it is small."""

    place: dict[Id, int]
    limits: list[tuple[float, float]]
    linear: Any
    search: Any
    whole: set[Id]

    def answer(self, terms: Terms) -> Answer:
        if len(self.place) == 1:
            return self._single(terms)
        downwards = {count: -factor for count, factor in terms.items()}
        low, high = self._least(terms), self._least(downwards)
        if low is None or high is None:
            return None
        whole = all(count in self.whole and factor % 1 == 0 for count, factor in terms.items())
        return _inner((low, -high)) if whole else (_snap(low), _snap(-high))

    def _least(self, terms: Terms) -> float | None:
        """By the linear program; where its answer is not in whole numbers, by searching them, in small blocks."""
        rough, fractional = _least(self.linear, self.place, terms, self.whole)
        if self.search is None or not fractional:
            return rough
        exact, _ = _least(self.search, self.place, terms, self.whole)
        return rough if exact is None else exact

    def _single(self, terms: Terms) -> Answer:
        ((count, factor),) = terms.items()
        low, high = _inner(self.limits[0]) if count in self.whole else self.limits[0]
        return None if low > high + CLOSE else tuple(sorted((low * factor, high * factor)))  # type: ignore[return-value]


def _inner(ends: tuple[float, float]) -> tuple[float, float]:
    low, high = ends
    return (
        low if math.isinf(low) else float(math.ceil(low - CLOSE)),
        high if math.isinf(high) else float(math.floor(high + CLOSE)),
    )


def _snap(end: float) -> float:
    return end if math.isinf(end) else round(end, 4) + 0.0


def _model(block: Block, limits: Mapping[Id, tuple[float, float]], whole: set[Id]) -> _Model | None:
    ends = []
    for count in block.counts:
        low, high = limits.get(count, (-INFINITE, INFINITE))
        low, high = _inner((low, high)) if count in whole else (low, high)
        if low > high + CLOSE:
            return None
        ends.append((low, max(low, high)))
    place = {count: i for i, count in enumerate(block.counts)}
    if len(place) == 1:
        return _Model(place, ends, None, None, whole)
    small = len(place) <= WHOLE_LIMIT and all(math.isfinite(low) for low, _ in ends)
    search = _highs(place, ends, block.rows, whole) if small and whole.intersection(place) else None
    return _Model(place, ends, _highs(place, ends, block.rows, set()), search, whole)


def _highs(
    place: Mapping[Id, int], ends: Sequence[tuple[float, float]], rows: Sequence[Fact], whole: set[Id]
) -> Any:
    import highspy
    import numpy as np

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(place), len(rows)
    lp.col_cost_ = np.zeros(len(place))
    lp.col_lower_ = np.array([low for low, _ in ends])
    lp.col_upper_ = np.array([high for _, high in ends])
    # Each row is scaled to a largest coefficient of one, so that tolerances mean the same in all of them.
    scales = [max(map(abs, row.terms.values())) for row in rows]
    lp.row_lower_ = np.array([row.low / scale for row, scale in zip(rows, scales, strict=True)])
    lp.row_upper_ = np.array([row.high / scale for row, scale in zip(rows, scales, strict=True)])
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(row.terms) for row in rows)])
    lp.a_matrix_.index_ = np.array([place[count] for row in rows for count in row.terms])
    lp.a_matrix_.value_ = np.array(
        [factor / scale for row, scale in zip(rows, scales, strict=True) for factor in row.terms.values()]
    )
    if whole:
        kinds = (highspy.HighsVarType.kContinuous, highspy.HighsVarType.kInteger)
        lp.integrality_ = [kinds[count in whole] for count in place]
    # The plain solver: the class around it prints a banner when it is made.
    solver: Any = highspy._Highs()  # type: ignore[attr-defined]  # noqa: SLF001
    for option, value in _options(bool(whole)).items():
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    return solver


def _options(whole: bool) -> dict[str, Any]:
    common: dict[str, Any] = {
        "output_flag": False,
        "threads": 1,
        "random_seed": 1,
        "primal_feasibility_tolerance": 1e-9,
    }
    if whole:
        return {**common, "mip_rel_gap": 0.0, "mip_feasibility_tolerance": 1e-9, "mip_max_nodes": NODES}
    return common


def _least(solver: Any, place: Mapping[Id, int], terms: Terms, whole: set[Id]) -> tuple[float | None, bool]:
    """The least value of the terms, None where no value fits all facts; whether counts in the answer are fractional."""
    import highspy

    for count, factor in terms.items():
        solver.changeColCost(place[count], factor)
    solver.run()
    status, info = solver.getModelStatus(), solver.getInfo()
    for count in terms:
        solver.changeColCost(place[count], 0.0)
    if status == highspy.HighsModelStatus.kOptimal:
        found = solver.getSolution().col_value
        fractional = any(
            abs(found[i] - round(found[i])) > CLOSE for count, i in place.items() if count in whole
        )
        return float(info.objective_function_value), fractional
    if status == highspy.HighsModelStatus.kInfeasible:
        return None, False
    # Stopped early: the proven bound is wide enough to hold the truth. Unlimited: no bound at all.
    bound = float(info.mip_dual_bound) if status == highspy.HighsModelStatus.kSolutionLimit else -INFINITE
    return (bound if math.isfinite(bound) else -INFINITE), False

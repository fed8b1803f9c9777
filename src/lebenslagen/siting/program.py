"""A mixed-integer program in sparse arrays, and HiGHS that solves it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

import numpy as np

__all__ = ["Answer", "Program"]


@dataclass(frozen=True, eq=False)
class Answer:
    """What the solver found: whether there is a solution, the `values` of its columns, and the bound it proved.

    >>> Answer(np.array([]), 0.0, found=False, proven=False, infeasible=True).found
    False
    """

    values: np.ndarray
    bound: float
    found: bool
    proven: bool
    infeasible: bool


@dataclass
class Program:
    """Minimise cost over columns, under rows `low <= row <= high`.

    >>> p = Program()
    >>> x = p.columns(1, cost=-1.0, high=3.5, whole=True)
    >>> p.solve().values.tolist()
    [3.0]
    """

    cost: list[np.ndarray] = field(default_factory=list)
    upper: list[np.ndarray] = field(default_factory=list)
    lower: list[np.ndarray] = field(default_factory=list)
    whole: list[np.ndarray] = field(default_factory=list)
    rows: list[tuple[np.ndarray, np.ndarray, np.ndarray]] = field(default_factory=list)
    low: list[np.ndarray] = field(default_factory=list)
    high: list[np.ndarray] = field(default_factory=list)

    def columns(
        self, count: int, cost: Any = 0.0, low: Any = 0.0, high: Any = 1.0, whole: bool = False
    ) -> np.ndarray:
        """Add columns; their numbers."""
        first = sum(map(len, self.cost))
        for kept, value in ((self.cost, cost), (self.lower, low), (self.upper, high)):
            kept.append(np.broadcast_to(np.asarray(value, dtype=float), count).copy())
        self.whole.append(np.full(count, whole))
        return np.arange(first, first + count)

    def charge(self, columns: np.ndarray, cost: Any) -> None:
        """Give columns their cost."""
        whole = np.concatenate(self.cost)
        whole[columns] = cost
        self.cost[:] = np.split(whole, np.cumsum([len(part) for part in self.cost])[:-1])

    def add(
        self,
        row: Any,
        column: Any,
        value: Any,
        low: Sequence[float] | Any,
        high: Sequence[float] | Any,
        count: int,
    ) -> None:
        """Add `count` rows from their entries; `row` counts from 0 within them."""
        first = sum(map(len, self.low))
        row, column, value = np.broadcast_arrays(
            np.asarray(row, dtype=np.int64), column, np.asarray(value, dtype=float)
        )
        self.rows.append((row.ravel() + first, column.ravel(), value.ravel()))
        self.low.append(np.broadcast_to(np.asarray(low, dtype=float), count).copy())
        self.high.append(np.broadcast_to(np.asarray(high, dtype=float), count).copy())

    def solve(self, start: np.ndarray | None = None, seconds: float = inf) -> Answer:
        """The best solution within a time, with its bound; the same program gives the same answer."""
        import highspy

        if not sum(map(len, self.cost)):
            holds = all(
                (low <= 0).all() and (high >= 0).all() for low, high in zip(self.low, self.high, strict=True)
            )
            return Answer(np.array([]), 0.0, found=holds, proven=holds, infeasible=not holds)
        solver: Any = highspy._Highs()  # type: ignore[attr-defined]  # noqa: SLF001 - the class around it prints
        options = {
            "output_flag": False, "threads": 1, "random_seed": 1, "mip_rel_gap": 0.0, "mip_abs_gap": 1e-9,
            "time_limit": seconds, "mip_feasibility_tolerance": 1e-9,
        }  # fmt: skip
        for option, value in options.items():
            solver.setOptionValue(option, value)
        solver.passModel(self._lp())
        if start is not None:
            solution = highspy.HighsSolution()
            solution.col_value = start.tolist()
            solver.setSolution(solution)
        solver.run()
        return self._answer(solver)

    def _lp(self) -> Any:
        import highspy
        from scipy import sparse

        lp = highspy.HighsLp()
        columns, rows = sum(map(len, self.cost)), sum(map(len, self.low))
        parts = [np.concatenate([p[k] for p in self.rows]) if self.rows else np.array([]) for k in range(3)]
        matrix = sparse.csr_array((parts[2], (parts[0], parts[1])), shape=(rows, columns))
        lp.num_col_, lp.num_row_ = columns, rows
        lp.col_cost_, lp.col_lower_ = np.concatenate(self.cost), np.concatenate(self.lower)
        lp.col_upper_ = np.concatenate(self.upper)
        lp.row_lower_ = np.concatenate(self.low) if self.low else np.array([])
        lp.row_upper_ = np.concatenate(self.high) if self.high else np.array([])
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_, lp.a_matrix_.index_ = matrix.indptr, matrix.indices
        lp.a_matrix_.value_ = matrix.data
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if w else kinds.kContinuous for w in np.concatenate(self.whole)]
        return lp

    def _answer(self, solver: Any) -> Answer:
        import highspy

        status, info = solver.getModelStatus(), solver.getInfo()
        states = highspy.HighsModelStatus
        found = info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
        values = np.array(solver.getSolution().col_value) if found else np.array([])
        whole = bool(np.concatenate(self.whole).any())
        bound = info.mip_dual_bound if whole else info.objective_function_value
        infeasible = status in (states.kInfeasible, states.kUnboundedOrInfeasible)
        return Answer(values, float(bound), found, status == states.kOptimal, infeasible)

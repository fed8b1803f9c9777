"""Secondary suppression: the cheapest further counts to hide, so that no relation gives a hidden count away.

Serves `protect` alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import inf, log2
from typing import Any

from lebenslagen.disclosure.book import Book, Place, Relation, State, fault_of
from lebenslagen.errors import DisclosureError, Fault

__all__ = ["cost", "cover", "usable"]

NODES = 300  # branches of the search for the smallest set of partners; then the best one found is taken
LEVEL_COST = (1.0, 6.0, 60.0)  # a total is missed by more readers than one of its areas
HABIT = 0.5  # a gap costs less where the same area has one already
DEAR = 20.0  # and much more where the draft says that much hangs on the figures


def cover(book: Book, state: State) -> None:
    """Add to the hidden counts as few and as small partners as needed, so that no relation gives one of them away.

    Raises DisclosureError where a count stands alone with values that everybody knows.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> from lebenslagen.disclosure.release import Ledger, Policy
    >>> state = State({("U", "quarter", "01")})
    >>> cover(Book(three_quarters(), Policy(), Ledger()), state)
    >>> sorted(state.hidden)
    [('U', 'quarter', '01'), ('U', 'quarter', '02')]
    """
    faults: list[Fault] = []
    for relations in _components(book, state.hidden):
        if all(_covered(book, relation, state.hidden) for relation in relations):
            continue
        chosen = _cheapest(book, relations, state) or _cheapest(book, relations, state, room=False)
        if chosen is None:
            bare = [r for r in relations if not _covered(book, r, state.hidden)]
            alone = sorted({p for relation in bare for p in relation.places if p in state.hidden})
            faults += [fault_of(book, place) for place in alone[:5]]
            continue
        state.habits.update({place[1:] for place in chosen - state.hidden})
        state.hidden |= chosen
    if faults:
        raise DisclosureError(faults)


def _need(book: Book, relation: Relation) -> float:
    """The freedom a relation must leave to its hidden counts: the width, and one who knows about himself."""
    return (book.policy.width + 1) * max(relation.weights, default=1.0)


def _freedom(book: Book, relation: Relation, place: Place, weight: float) -> float:
    """How far a hidden count may give way to the others of its relation: readers know that it is one at least.

    A total that its supplier withheld gives way as far as its own total lets it: that relation demands it.
    """
    if relation.equal or (place == relation.places[0] and place in book.withheld):
        return inf
    return weight * max(book.numbers.get(place, 1.0) - 1.0, 0.0)


def _weights(relation: Relation) -> tuple[float, ...]:
    return relation.weights or (1.0,) * len(relation.places)


def _covered(book: Book, relation: Relation, hidden: set[Place]) -> bool:
    there = [(p, w) for p, w in zip(relation.places, _weights(relation), strict=True) if p in hidden]
    if not there or relation.loose:
        return True
    return len(there) > 1 and sum(_freedom(book, relation, p, w) for p, w in there) >= _need(book, relation)


def _components(book: Book, hidden: set[Place]) -> Iterator[list[Relation]]:
    """Relations that share counts, as far as a hidden count is among them; the latest period first."""
    leader: dict[Place, Place] = {}

    def find(place: Place) -> Place:
        leader.setdefault(place, place)
        while leader[place] != place:
            leader[place] = leader[leader[place]]
            place = leader[place]
        return place

    strict = [relation for relation in book.relations if not relation.loose]
    for relation in strict:
        for place in relation.places[1:]:
            leader[find(place)] = find(relation.places[0])
    wanted = {find(place) for place in hidden if place in leader}
    found: dict[Place, list[Relation]] = {}
    for relation in strict:
        if find(relation.places[0]) in wanted:
            found.setdefault(find(relation.places[0]), []).append(relation)
    yield from sorted(
        found.values(), key=lambda rs: book.draft.column(rs[0].places[0][0]).period, reverse=True
    )


def cost(book: Book, place: Place, habits: Mapping[tuple[str, str], int]) -> float:
    """What readers lose with a count: the larger and the coarser, the more.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> from lebenslagen.disclosure.release import Ledger, Policy
    >>> book = Book(three_quarters(), Policy(), Ledger())
    >>> places = ("quarter", "02"), ("quarter", "03"), ("town", "05")
    >>> [round(cost(book, ("U", *place), {})) for place in places]
    [4, 5, 356]
    """
    levels = list(dict.fromkeys(frame.level for frame in book.draft.levels))
    depth = levels.index(place[1])
    town = depth == len(levels) - 1 and len(levels) > 1
    factor = LEVEL_COST[2] if town else LEVEL_COST[min(depth, 1)]
    habit = HABIT if habits.get(place[1:]) else 1.0
    dear = DEAR if place[1:] in book.draft.dear else 1.0
    return factor * habit * dear * log2(2.0 + book.numbers.get(place, 0.0))


def usable(book: Book, place: Place) -> bool:
    """A partner must not be known already, and must be able to give way.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> from lebenslagen.disclosure.release import Ledger, Policy
    >>> usable(Book(three_quarters(), Policy(), Ledger()), ("U", "quarter", "03"))
    True
    """
    return book.numbers.get(place, 0.0) > 1 and place not in book.public


def _cheapest(book: Book, relations: list[Relation], state: State, room: bool = True) -> set[Place] | None:
    """The set of counts of least cost that covers all relations, by integer programming; None where there is none.

    Without room: two hidden ones a relation are enough, however small; upwards there may be room, the attacker will see.
    """
    places = list(dict.fromkeys(place for relation in relations for place in relation.places))
    column = {place: i for i, place in enumerate(places)}
    n = len(places)
    costs = [cost(book, place, state.habits) * (1 + 1e-6 * i) for i, place in enumerate(places)] + [
        0.0
    ] * len(relations)
    lower = [float(place in state.hidden) for place in places] + [0.0] * len(relations)
    upper = [
        float(place in state.hidden or (usable(book, place) and place not in state.barred))
        for place in places
    ] + [1.0] * len(relations)
    rows: list[tuple[dict[int, float], float]] = []  # sum >= bound
    for r, relation in enumerate(relations):
        active, need = n + r, _need(book, relation)
        rows += [({active: 1.0, column[place]: -1.0}, 0.0) for place in relation.places]
        rows.append(({**{column[place]: 1.0 for place in relation.places}, active: -2.0}, 0.0))
        if room and not relation.equal:
            pairs = zip(relation.places, _weights(relation), strict=True)
            give = {column[p]: min(_freedom(book, relation, p, w), need) / need for p, w in pairs}
            rows.append(({**give, active: -1.0}, 0.0))
    solution = _integer_program(costs, lower, upper, rows, n)
    return None if solution is None else {place for place in places if solution[column[place]] > 0.5}


def _integer_program(
    costs: list[float],
    lower: list[float],
    upper: list[float],
    rows: list[tuple[dict[int, float], float]],
    whole: int,
) -> list[float] | None:
    import highspy
    import numpy as np

    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(costs), len(rows)
    lp.col_cost_, lp.col_lower_, lp.col_upper_ = np.array(costs), np.array(lower), np.array(upper)
    lp.row_lower_, lp.row_upper_ = np.array([bound for _, bound in rows]), np.full(len(rows), inf)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.cumsum([0, *(len(terms) for terms, _ in rows)])
    lp.a_matrix_.index_ = np.array([i for terms, _ in rows for i in terms])
    lp.a_matrix_.value_ = np.array([value for terms, _ in rows for value in terms.values()])
    kinds = highspy.HighsVarType
    lp.integrality_ = [kinds.kInteger if i < whole else kinds.kContinuous for i in range(len(costs))]
    # The plain solver: the class around it prints a banner when it is made.
    solver: Any = highspy._Highs()  # type: ignore[attr-defined]  # noqa: SLF001
    for option, value in {
        "output_flag": False,
        "threads": 1,
        "random_seed": 1,
        "mip_max_nodes": NODES,
    }.items():
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    solver.run()
    found = solver.getInfo().primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible
    return list(solver.getSolution().col_value) if found else None

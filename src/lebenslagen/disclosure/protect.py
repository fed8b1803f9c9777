"""Hiding: which cells of a draft are not shown, so that no count of few persons can be read or calculated.

First the counts that tell about few (`primary`), then partners so that totals do not tell them (`cover`), then whatever
follows from a hidden count (`show`). An attacker handed in from outside looks at the result; what he finds out too well
gets further partners, until he fails or nothing is left to hide. How he works is not known here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from math import inf, log2
from typing import Any

from lebenslagen.disclosure.release import (
    Bounds,
    Cell,
    Column,
    Described,
    Draft,
    DraftColumn,
    IndexInfo,
    Ledger,
    Policy,
    Release,
)
from lebenslagen.errors import DisclosureError, Fault
from lebenslagen.texts import N_, round_half_up

__all__ = ["PROTECT", "Attacker", "Method", "Place", "Relation", "primary", "suppress"]

Place = tuple[str, str, str]  # column key, level, area
Attacker = Callable[[Release, Ledger], Mapping[Place, Bounds]]
ROUNDS = 60
NODES = 300  # branches of the search for the smallest set of partners; then the best one found is taken
LEVEL_COST = (1.0, 6.0, 60.0)  # a total is missed by more readers than one of its areas
HABIT = 0.5  # a gap costs less where the same area has one already


@dataclass(frozen=True)
class Relation:
    """Counts of which the last one follows from all others; weights in persons per person.

    loose: only an inequality (an area is missing). equal: two names of one count.

    >>> Relation((("a", "town", "05"), ("a", "quarter", "01"))).loose
    False
    """

    places: tuple[Place, ...]
    weights: tuple[float, ...] = ()
    loose: bool = False
    equal: bool = False


@dataclass(frozen=True)
class Book:
    """A draft opened for work: lookups that several steps share."""

    draft: Draft
    policy: Policy
    ledger: Ledger

    @cached_property
    def counts(self) -> tuple[DraftColumn, ...]:
        return tuple(column for column in self.draft.columns if column.kind == "count")

    @cached_property
    def by_identity(self) -> Mapping[tuple[str, str, str], DraftColumn]:
        return {column.identity: column for column in self.counts}

    @cached_property
    def numbers(self) -> Mapping[Place, float]:
        """The true values of all counts of persons; those withheld by the supplier are not in it."""
        return {
            (column.key, level, area): float(value)
            for column in self.counts
            if column.persons
            for level, area in cells_of(self.draft, column)
            if column.state(level, area) in "AE" and isinstance(value := column.value(level, area), Decimal)
        }

    @cached_property
    def withheld(self) -> frozenset[Place]:
        """Withheld by the supplier."""
        return frozenset(
            (column.key, level, area)
            for column in self.counts
            for level, area in cells_of(self.draft, column)
            if column.state(level, area) == "Q"
        )

    @cached_property
    def public(self) -> Mapping[Place, str]:
        """Counts that readers know from elsewhere, and from where."""
        known = {
            (k.variable, k.period, k.vintage, k.level, k.area): k.source or "–" for k in self.draft.known
        }
        for release in self.ledger.known:
            for column in release.columns:
                if column.kind == "count":
                    for level, cells in column.cells.items():
                        known.update(
                            ((*column.identity, level, area), f"{release.title} {release.issued}".strip())
                            for area, cell in cells.items()
                            if not cell.mark
                        )
        return {p: known[i] for p, i in self._identities.items() if i in known}

    @cached_property
    def frozen(self) -> frozenset[Place]:
        """Hidden in an earlier release and never shown: a pattern once chosen stays."""
        before = {
            (*column.identity, level, area)
            for release in self.ledger.known
            for column in release.columns
            if column.kind == "count"
            for level, cells in column.cells.items()
            for area, cell in cells.items()
            if cell.mark == "withheld"
        }
        return frozenset(p for p, i in self._identities.items() if i in before and p not in self.public)

    @cached_property
    def _identities(self) -> Mapping[Place, tuple[str, str, str, str, str]]:
        keys = {column.key: column.identity for column in self.counts}
        return {place: (*keys[place[0]], *place[1:]) for place in (*self.numbers, *self.withheld)}

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        found = (*totals(self), *sums(self), *means(self), *vintages(self))
        return tuple(relation for relation in found if len(relation.places) > 1)

    def threshold(self, column: DraftColumn) -> int:
        """The strictest threshold of a column and everything it is made of (persons)."""
        behind = (*column.sum_of, *column.less, column.numerator, column.denominator)
        inner = [self.threshold(self.draft.column(key)) for key in behind if key]
        return max(self.policy.threshold, column.threshold or 0, *inner, 0)


def cells_of(draft: Draft, column: DraftColumn) -> Iterator[tuple[str, str]]:
    """Level and area of every cell of a column, finest level first."""
    for frame in draft.levels:
        if frame.vintage == column.vintage and (frame.level in column.values or frame.level in column.status):
            yield from ((frame.level, area) for area in frame.ids)


# --- first: counts that tell about few ------------------------------------------------------------------------------


def primary(book: Book) -> set[Place]:
    """The counts that must be hidden for what they are: small, with a small rest, of small rows, withheld before."""
    hidden = set(book.withheld | book.frozen)
    for column in book.counts:
        if column.persons:
            limit = book.threshold(column)
            hidden.update(
                (column.key, level, area)
                for level, area in cells_of(book.draft, column)
                if 0 < book.numbers.get((column.key, level, area), 0) < limit
            )
    hidden.update(_small_rest(book))
    hidden.update(_small_rows(book))
    return hidden


def _small_rest(book: Book) -> Iterator[Place]:
    """Parts whose rest of the whole is small, or that are everybody (or nobody, if the policy says so)."""
    policy = book.policy
    for part, entire in _wholes(book):
        limit = max(book.threshold(part), book.threshold(entire))
        for level, area in cells_of(book.draft, part):
            count = book.numbers.get((part.key, level, area))
            base = book.numbers.get((entire.key, level, area))
            if count is None or not base:
                continue
            rest = base - count
            everybody = policy.group != "none" and rest == 0
            nobody = policy.group == "both" and count == 0
            if everybody or nobody or (policy.complements and 0 < rest < limit):
                yield part.key, level, area


def _wholes(book: Book) -> Iterator[tuple[DraftColumn, DraftColumn]]:
    draft, pairs = book.draft, set()
    for column in draft.columns:
        if column.kind in ("rate", "published") and column.share and column.numerator and column.denominator:
            pairs.add((column.numerator, column.denominator))
        for variable in column.part_of:
            entire = book.by_identity.get((variable, column.period, column.vintage))
            if entire:
                pairs.add((column.key, entire.key))
    for part, entire_key in sorted(pairs):
        if draft.column(part).persons and draft.column(entire_key).persons:
            yield draft.column(part), draft.column(entire_key)


def _small_rows(book: Book) -> Iterator[Place]:
    """Everything about persons in areas with very few residents."""
    least = book.policy.min_residents
    rows = {
        (*book.draft.column(key).identity[1:], level, area)
        for (key, level, area), value in book.numbers.items()
        if book.draft.residents
        and book.draft.column(key).variable == book.draft.residents
        and 0 < value < least
    }
    for place in book.numbers:
        column = book.draft.column(place[0])
        if (column.period, column.vintage, *place[1:]) in rows:
            yield place


# --- what connects counts -------------------------------------------------------------------------------------------


def totals(book: Book) -> Iterator[Relation]:
    """Each total with its areas."""
    for column in book.counts:
        levels = [f for f in book.draft.levels if f.vintage == column.vintage and f.level in column.values]
        for finer, coarser in pairwise(levels):
            children: dict[str, list[Place]] = {}
            for area in finer.ids:
                parent = _above(book.draft, column.vintage, finer.level, area, coarser.level)
                children.setdefault(parent, []).append((column.key, finer.level, area))
            for parent, places in children.items():
                if parent in coarser.ids:
                    yield _relation(book, [(column.key, coarser.level, parent), *places])


def _above(draft: Draft, vintage: str, level: str, area: str, coarser: str) -> str:
    frames = [frame for frame in draft.levels if frame.vintage == vintage]
    names = [frame.level for frame in frames]
    for frame in frames[names.index(level) : names.index(coarser)]:
        area = frame.parent(area)
    top = frames[names.index(coarser)].ids
    return area or (top[0] if len(top) == 1 else "")


def _relation(book: Book, places: Iterable[Place], **flags: bool) -> Relation:
    places = tuple(places)
    there = tuple(place for place in places if place in book.numbers or place in book.withheld)
    return Relation(
        there, loose=len(there) < len(places) or flags.get("loose", False), equal=flags.get("equal", False)
    )


def sums(book: Book) -> Iterator[Relation]:
    """Each declared sum of variables, area by area."""
    for column in book.counts:
        if column.sum_of or column.less:
            for level, area in cells_of(book.draft, column):
                yield _relation(
                    book, [(key, level, area) for key in (column.key, *column.sum_of, *column.less)]
                )


def means(book: Book) -> Iterator[Relation]:
    """The counts behind a printed mean of an index."""
    for info in book.draft.methods.values():
        for column in book.draft.columns:
            if column.kind == "rate" and column.indicator in info.means and column.period == info.period:
                yield _mean_relation(book, column, info)


def _mean_relation(book: Book, column: DraftColumn, info: IndexInfo) -> Relation:
    places, weights = [], []
    for level, area in cells_of(book.draft, column) if column.vintage == info.vintage else ():
        base = book.numbers.get((column.denominator, level, area))
        place = (column.numerator, level, area)
        if level == info.level and area not in info.excluded and base and place in book.numbers:
            places.append(place)
            weights.append(column.per / base)
    return Relation(tuple(places), tuple(weights))


def vintages(book: Book) -> Iterator[Relation]:
    """The same persons counted for old and for new areas."""
    for link in book.draft.links:
        for column in book.counts:
            other = book.by_identity.get((column.variable or column.key, column.period, link.old))
            if (
                other
                and column.vintage == link.new
                and link.level in column.values
                and link.level in other.values
            ):
                for olds, news in _groups(link.pairs):
                    places = [(other.key, link.level, a) for a in olds] + [
                        (column.key, link.level, a) for a in news
                    ]
                    yield _relation(book, places, equal=len(places) == 2)
    yield from _same_town(book)


def _groups(pairs: Iterable[tuple[str, str, Decimal]]) -> Iterator[tuple[list[str], list[str]]]:
    """Old and new areas that together cover the same ground."""
    groups: list[tuple[set[str], set[str]]] = []
    for old, new, _ in pairs:
        touching = [group for group in groups if old in group[0] or new in group[1]]
        groups = [group for group in groups if group not in touching]
        olds, news = {old}.union(*(g[0] for g in touching)), {new}.union(*(g[1] for g in touching))
        groups.append((olds, news))
    for olds, news in groups:
        yield sorted(olds), sorted(news)


def _same_town(book: Book) -> Iterator[Relation]:
    towns = {(frame.vintage, frame.level): frame.ids[0] for frame in book.draft.levels if len(frame.ids) == 1}
    first: dict[tuple[str, str, str], Place] = {}
    for column in book.counts:
        for level in column.values:
            area = towns.get((column.vintage, level))
            if area is not None:
                here = (column.key, level, area)
                other = first.setdefault((column.variable or column.key, column.period, level), here)
                if other != here:
                    yield _relation(book, [other, here], equal=True)


# --- second: partners -----------------------------------------------------------------------------------------------


def cover(book: Book, hidden: set[Place], habits: Counter[tuple[str, str]]) -> set[Place]:
    """The hidden counts with as few and as small partners as needed, so that no relation gives one of them away.

    Raises DisclosureError where a count stands alone with values that everybody knows.
    """
    result = set(hidden)
    faults: list[Fault] = []
    for relations in _components(book, hidden):
        if all(_covered(book, relation, result) for relation in relations):
            continue
        chosen = _cheapest(book, relations, result, habits)
        if chosen is None:
            alone = sorted(
                {p for r in relations if not _covered(book, r, result) for p in r.places if p in hidden}
            )
            faults += [fault_of(book, place) for place in alone[:5]]
            continue
        habits.update({place[1:] for place in chosen - result})
        result |= chosen
    if faults:
        raise DisclosureError(faults)
    return result


def _need(book: Book, relation: Relation) -> float:
    """The freedom a relation must leave to its hidden counts: the width, and one who knows about himself."""
    return (book.policy.width + 1) * max(relation.weights, default=1.0)


def _freedom(book: Book, relation: Relation, place: Place, weight: float) -> float:
    """How far a hidden count may give way to the others of its relation: readers know that it is one at least."""
    return inf if relation.equal else weight * max(book.numbers.get(place, 1.0) - 1.0, 0.0)


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
    """What readers lose with a count: the larger and the coarser, the more."""
    levels = list(dict.fromkeys(frame.level for frame in book.draft.levels))
    depth = levels.index(place[1])
    town = depth == len(levels) - 1 and len(levels) > 1
    factor = LEVEL_COST[2] if town else LEVEL_COST[min(depth, 1)]
    habit = HABIT if habits.get(place[1:]) else 1.0
    return factor * habit * log2(2.0 + book.numbers.get(place, 0.0))


def _usable(book: Book, place: Place) -> bool:
    """A partner must not be known already, and must be able to give way."""
    return book.numbers.get(place, 0.0) > 1 and place not in book.public


def _cheapest(
    book: Book, relations: list[Relation], hidden: set[Place], habits: Mapping[tuple[str, str], int]
) -> set[Place] | None:
    """The set of counts of least cost that covers all relations, by integer programming; None where there is none."""
    places = list(dict.fromkeys(place for relation in relations for place in relation.places))
    column = {place: i for i, place in enumerate(places)}
    n = len(places)
    costs = [cost(book, place, habits) * (1 + 1e-6 * i) for i, place in enumerate(places)] + [0.0] * len(
        relations
    )
    lower = [float(place in hidden) for place in places] + [0.0] * len(relations)
    upper = [float(place in hidden or _usable(book, place)) for place in places] + [1.0] * len(relations)
    rows: list[tuple[dict[int, float], float]] = []  # sum >= bound
    for r, relation in enumerate(relations):
        active, need = n + r, _need(book, relation)
        rows += [({active: 1.0, column[place]: -1.0}, 0.0) for place in relation.places]
        rows.append(({**{column[place]: 1.0 for place in relation.places}, active: -2.0}, 0.0))
        if not relation.equal:
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


# --- third: what follows --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class View:
    """Which cells of a draft are shown, given the hidden counts and the derived cells that were silenced."""

    book: Book
    hidden: frozenset[Place]
    silenced: frozenset[Place]

    def shown(self, column: DraftColumn, level: str, area: str) -> bool:
        return (column.key, level, area) not in self.silenced and VISIBLE[column.kind](
            self, column, level, area
        )

    def key_shown(self, key: str, level: str, area: str) -> bool:
        return self.shown(self.book.draft.column(key), level, area)


def _count_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    return (column.key, level, area) not in view.hidden


def _rate_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    if not all(view.key_shown(key, level, area) for key in (column.numerator, column.denominator)):
        return False
    count = view.book.numbers.get((column.numerator, level, area))
    # A share obeys the strictest of its sources, also where its counts do not.
    return count is None or not 0 < count < view.book.threshold(column)


def _always_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    return column.state(level, area) != "Q"


def _linear_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    behind = [(key, weight) for key, weight in column.terms if not view.key_shown(key, level, area)]
    if not behind:
        return True
    steps = [_per_person(view, key, weight, level, area) for key, weight in behind]
    if len(column.terms) == 1 or None in steps:
        return False
    printed = 10.0 ** -decimals_of(view.book.policy, column)
    return all(step is not None and printed >= step * (view.book.policy.width + 2) for step in steps)


def _per_person(view: View, key: str, weight: Decimal, level: str, area: str) -> float | None:
    """By how much one person more moves an index value; None where the base is hidden or the rate no plain one."""
    rate = view.book.draft.column(key)
    if rate.kind != "rate" or not view.key_shown(rate.denominator, level, area):
        return None
    base = view.book.numbers.get((rate.denominator, level, area))
    return abs(float(weight)) * rate.per / base if base else None


def _class_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    source = column if column.terms else view.book.draft.column(column.of[0])
    behind = [(key, weight) for key, weight in source.terms if not view.key_shown(key, level, area)]
    steps = [_per_person(view, key, weight, level, area) for key, weight in behind]
    if None in steps:
        return False
    gaps = [float(high - low) for low, high in pairwise(column.cuts)]
    width = _gap(column, str(column.value(level, area)), gaps)
    return all(step is not None and width >= step * (view.book.policy.width + 2) for step in steps)


def _gap(column: DraftColumn, key: str, gaps: list[float]) -> float:
    place = column.keys.index(key) if key in column.keys else 0
    return gaps[place - 1] if 0 < place <= len(gaps) else inf


def _opaque_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    return all(view.key_shown(key, level, area) for key in column.of)


VISIBLE: Mapping[str, Callable[[View, DraftColumn, str, str], bool]] = {
    "count": _count_shown,
    "rate": _rate_shown,
    "published": _always_shown,
    "amount": _always_shown,
    "linear": _linear_shown,
    "class": _class_shown,
    "opaque": _opaque_shown,
}

MARKS = {"O": "missing", "Q": "withheld", "undefined": "undefined", "excluded": "excluded"}


def decimals_of(policy: Policy, column: DraftColumn) -> int:
    """The fewer of the digits that policy and column allow; none for counts and words."""
    if (
        column.kind in ("count", "class", "opaque")
        and column.decimals is None
        and column.role not in policy.decimals
    ):
        return 0
    allowed = [digits for digits in (policy.decimals.get(column.role), column.decimals) if digits is not None]
    return min(allowed, default=1 if column.kind in ("rate", "published") else 0)


def show(book: Book, hidden: set[Place], silenced: set[Place]) -> Release:
    """The release that shows everything but the hidden counts and what follows from them."""
    draft = book.draft
    view = View(book, frozenset(hidden), frozenset(silenced))
    return Release(
        policy=book.policy,
        title=draft.title,
        town=draft.town,
        frames=draft.levels,
        columns=tuple(_shown_column(view, column) for column in draft.columns),
        methods={key: _shown_info(book.policy, info) for key, info in draft.methods.items()},
        links=draft.links,
        known=draft.known,
        residents=draft.residents,
    )


def _shown_column(view: View, column: DraftColumn) -> Column:
    digits = decimals_of(view.book.policy, column)
    cells: dict[str, dict[str, Cell]] = {}
    for level, area in cells_of(view.book.draft, column):
        cells.setdefault(level, {})[area] = _shown_cell(view, column, level, area, digits)
    described = {f.name: getattr(column, f.name) for f in fields(Described)}
    return Column(**described, decimals=digits, cells=cells)


def _shown_cell(view: View, column: DraftColumn, level: str, area: str, digits: int) -> Cell:
    state, value = column.state(level, area), column.value(level, area)
    withheld = not view.shown(column, level, area)
    estimated = state == "E"
    # A derived value that the builder could not compute because a count is withheld is withheld, not missing.
    if withheld and (state in "AEQ" or column.kind != "count"):
        return Cell(None, "withheld", estimated)
    if value is None or state not in "AE":
        return Cell(None, MARKS.get(state, "missing"))
    return Cell(value if isinstance(value, str) else round_half_up(value, digits), estimated=estimated)


def _shown_info(policy: Policy, info: IndexInfo) -> IndexInfo:
    """The printed means and deviations: rounded, because exact ones would tell hidden shares."""
    mean, sd = policy.decimals["mean"], policy.decimals["sd"]
    changes: dict[str, Any] = {
        name: {
            key: round_half_up(value, mean if "mean" in name else sd)
            for key, value in getattr(info, name).items()
        }
        for name in ("means", "sds", "dynamics_means", "dynamics_sds")
    }
    for name in ("sd_sum", "dynamics_sd_sum"):
        value = getattr(info, name)
        changes[name] = None if value is None else round_half_up(value, sd)
    return replace(info, **changes)


# --- all together ---------------------------------------------------------------------------------------------------


def suppress(draft: Draft, policy: Policy, ledger: Ledger, attacker: Attacker) -> Release:
    """Hide small counts, their partners and what follows, until the attacker learns nothing (method "suppress").

    Raises DisclosureError, naming the areas, where that cannot be had.
    """
    book = Book(draft, policy, ledger)
    hidden, silenced, habits = primary(book), set[Place](), Counter[tuple[str, str]]()
    if not policy.secondary:
        return show(book, hidden, silenced)
    known = sorted(place for place in hidden if place in book.public)
    if known:
        raise DisclosureError([fault_of(book, place) for place in known])
    for _ in range(ROUNDS):
        hidden = cover(book, hidden, habits)
        release = show(book, hidden, silenced)
        bounds = attacker(release, ledger)
        weak = [place for place, bound in bounds.items() if bound.width < policy.width]
        if not weak:
            return replace(release, bounds=bounds)
        if not strengthen(book, release, hidden, silenced, weak):
            break
    raise DisclosureError([fault_of(book, place) for place in weak[:20]])


def strengthen(
    book: Book, release: Release, hidden: set[Place], silenced: set[Place], weak: Iterable[Place]
) -> bool:
    """Hide more for the counts the attacker knows too well; False where for none of them anything is left to hide."""
    done = False
    touched: set[Place] = set()
    for place in weak:
        if place in touched:
            done = True
            continue
        for step in (_expose, _silence_lines, _add_partner, _silence_classes):
            added = step(book, release, hidden, silenced, place)
            if added:
                touched.update(added)
                done = True
                break
    return done


def _expose(
    book: Book, release: Release, hidden: set[Place], silenced: set[Place], place: Place
) -> set[Place]:
    """A difference or a piece nobody printed: hide the printed count it comes from."""
    column, level, area = place
    if any(c.key == column for c in book.counts):
        found = {place} - hidden
    elif " − " in column:
        found = {(column.split(" − ")[1], level, area)} - hidden
    else:
        name = column.rsplit(" ", 1)[0]
        found = {
            (c.key, level, part)
            for c in book.counts
            if f"{c.variable or c.key}@{c.period}" == name
            for part in area.split("/")
            if (c.key, level, part) in book.numbers
        } - hidden
    found = {p for p in found if p in book.numbers and p not in book.public}
    hidden |= found
    return found


def _silence(kind: str, book: Book, release: Release, silenced: set[Place], place: Place) -> set[Place]:
    column, level, area = place
    rates = {c.key for c in book.draft.columns if c.kind == "rate" and column in (c.numerator, c.denominator)}
    lines = {c.key for c in book.draft.columns if c.kind == "linear" and rates & {key for key, _ in c.terms}}
    found = {
        (c.key, level, area)
        for c in book.draft.columns
        if c.kind == kind
        and (rates & {key for key, _ in c.terms} or lines & set(c.of))
        and release.cell(c.key, level, area).value is not None
    }
    silenced |= found
    return {place, *found} if found else set()


def _silence_lines(
    book: Book, release: Release, hidden: set[Place], silenced: set[Place], place: Place
) -> set[Place]:
    return _silence("linear", book, release, silenced, place)


def _silence_classes(
    book: Book, release: Release, hidden: set[Place], silenced: set[Place], place: Place
) -> set[Place]:
    return _silence("class", book, release, silenced, place)


def _add_partner(
    book: Book, release: Release, hidden: set[Place], silenced: set[Place], place: Place
) -> set[Place]:
    """The cheapest further count of the relations that the place stands in."""
    around = [relation for relation in book.relations if place in relation.places]
    free = {p for relation in around for p in relation.places if p not in hidden and _usable(book, p)}
    if not free:
        return set()
    chosen = min(sorted(free), key=lambda p: cost(book, p, {}))
    hidden.add(chosen)
    return {place, chosen, *(p for relation in around if chosen in relation.places for p in relation.places)}


def fault_of(book: Book, place: Place) -> Fault:
    """Why a count cannot be protected, by the names of variable, area and level; never by its value."""
    key, level, area = place
    column = next((c for c in book.draft.columns if c.key == key), None)
    vintage = column.vintage if column else ""
    frame = next((f for f in book.draft.levels if f.level == level and f.vintage == vintage), None)
    values: dict[str, object] = {
        "what": (column.label if column else "") or key,
        "area": frame.name(area) if frame else area,
        "level": (frame.label if frame else "") or level,
    }
    if place in book.public:
        return Fault("already-published", key, {**values, "source": book.public[place]})
    return Fault("not-protectable", key, values)


@dataclass(frozen=True)
class Method:
    """A way to protect a draft: its function and what it is called.

    >>> PROTECT["suppress"].label
    'hide small counts and partners'
    """

    function: Callable[[Draft, Policy, Ledger, Attacker], Release]
    label: str


PROTECT: Mapping[str, Method] = {"suppress": Method(suppress, N_("hide small counts and partners"))}

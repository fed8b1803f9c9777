"""Hiding: which cells of a draft are not shown, so that no count of few persons can be read or calculated.

First the counts that tell about few (`primary`), then partners so that totals do not tell them (`partners.cover`),
then whatever follows from a hidden count (`shown.show`). An attacker handed in from outside looks at the result; what
he finds out too well gets further partners, until he fails or nothing is left to hide. How he works is not known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from lebenslagen.disclosure.book import Book, Place, Relation, State, cells_of, clash_of, fault_of, name_of
from lebenslagen.disclosure.partners import cost, cover, usable
from lebenslagen.disclosure.release import Bounds, Draft, DraftColumn, Ledger, Policy, Release
from lebenslagen.disclosure.shown import show
from lebenslagen.errors import DisclosureError, Fault
from lebenslagen.texts import N_

__all__ = ["PROTECT", "Attacker", "Method", "primary", "suppress"]

Attacker = Callable[[Release, Ledger], Mapping[Place, Bounds]]
ROUNDS = 60
PATIENCE = 2  # so often a partner is tried before a class is hidden


def primary(book: Book) -> set[Place]:
    """The counts that must be hidden for what they are: small, with a small rest, of small rows, withheld before.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> primary(Book(three_quarters(), Policy(), Ledger()))
    {('U', 'quarter', '01')}
    """
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
                places = (part.key, level, area), (entire.key, level, area)
                # A part that readers know already cannot be hidden; its whole can, where it was corrected since.
                yield places[places[0] in book.public and places[1] not in book.public]


def _wholes(book: Book) -> Iterator[tuple[DraftColumn, DraftColumn]]:
    draft, pairs = book.draft, set()
    for column in draft.columns:
        if (
            column.kind in ("rate", "published")
            and column.numerator
            and column.denominator
            and book.is_share(column)
        ):
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


def suppress(draft: Draft, policy: Policy, ledger: Ledger, attacker: Attacker) -> Release:
    """Hide small counts, their partners and what follows, until the attacker learns nothing (method "suppress").

    Raises DisclosureError, naming the areas, where that cannot be had.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> release = suppress(three_quarters(), Policy(), Ledger(), lambda release, ledger: {})
    >>> [release.cell("UY", "quarter", area).mark for area in ("01", "02", "03")]
    ['withheld', 'withheld', '']
    """
    book = Book(draft, policy, ledger)
    state = State(primary(book))
    state.must = frozenset(state.hidden)
    if (
        not policy.secondary
    ):  # nothing is mended; but whoever decides about it is told what a reader could find out
        release = show(book, state)
        read = policy.audience != "internal"
        return replace(release, bounds=attacker(release, book.ledger)) if read else release
    known = sorted(place for place in state.hidden if place in book.public)
    if known:
        raise DisclosureError([fault_of(book, place) for place in known])
    while True:
        before = frozenset(state.hidden)
        release = _settled(book, state, attacker)
        if state.hidden == before:
            return release
        # Once more from the final counts: what was silenced on the way may be shown now; a second time nothing changes.
        state = State(set(state.hidden), must=state.must)


def _settled(book: Book, state: State, attacker: Attacker) -> Release:
    for _ in range(ROUNDS):
        _covered(book, state)
        release = show(book, state)
        bounds = attacker(release, book.ledger)
        weak = [place for place, bound in bounds.items() if bound.width < book.policy.width]
        if not weak:
            return replace(release, bounds=bounds)
        state.before = frozenset(state.hidden)
        if not strengthen(book, release, state, weak):
            break
    raise DisclosureError(list(_refusal(book, release, weak[:20], attacker)))


def _covered(book: Book, state: State) -> None:
    """Cover what is hidden; partners added last that cannot be covered themselves are taken back and not tried again."""
    try:
        cover(book, state)
    except DisclosureError:
        added = sorted(state.hidden - state.before)
        if not state.before or not added:
            raise
        state.hidden = set(state.before)
        for place in added:
            trial = State({*state.hidden, place}, barred=state.barred)
            try:
                cover(book, trial)
            except DisclosureError:
                state.barred.add(place)
            else:
                state.hidden = trial.hidden


def _refusal(book: Book, release: Release, weak: list[Place], attacker: Attacker) -> Iterator[Fault]:
    """For each count whether this release alone tells it, or which earlier ones do together with it."""
    width = book.policy.width
    alone = attacker(release, Ledger()) if book.ledger.known else {}
    single = {name_of(one): attacker(release, Ledger((one,))) for one in book.ledger.known} if alone else {}
    for place in weak:
        if place not in alone or alone[place].width < width:
            yield fault_of(book, place)
            continue
        telling = [name for name, bounds in single.items() if bounds[place].width < width]
        yield clash_of(book, place, telling or list(single))


def strengthen(book: Book, release: Release, state: State, weak: list[Place]) -> bool:
    """Hide more for the counts the attacker knows too well; False where for none of them anything is left to hide.

    One kind of step a round: what a silenced index value already mends needs no partner.
    """
    for step in (
        _expose,
        _silence_lines,
        _silence_telling_classes,
        _add_partner,
        _silence_classes,
        _hide_whole,
        _give_back,
        _hide_corrections,
    ):
        touched: set[Place] = set()
        for place in weak:
            if place not in touched:
                touched |= step(book, release, state, place)
        if touched:
            return True
    return False


def _expose(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    """A difference or a piece nobody printed: hide the printed count it comes from."""
    column, level, area = place
    if any(c.key == column for c in book.counts):
        found = {place}
    elif " − " in column:
        found = {(column.split(" − ")[1], level, area)}
    else:
        name = column.rsplit(" ", 1)[0]
        same = [c for c in book.counts if f"{c.variable or c.key}@{c.period}" == name]
        found = {(c.key, level, part) for c in same for part in area.split("/")}
    found = {p for p in found - state.hidden if p in book.numbers and p not in book.public}
    state.hidden |= found
    return found


def _silence(kind: str, book: Book, release: Release, state: State, place: Place) -> set[Place]:
    column, level, area = place
    columns = book.draft.columns
    rates = {c.key for c in columns if c.kind == "rate" and column in (c.numerator, c.denominator)}
    lines = {c.key for c in columns if c.kind == "linear" and rates & {key for key, _ in c.terms}}
    found = {
        (c.key, level, area)
        for c in columns
        if c.kind == kind
        and (rates & {key for key, _ in c.terms} or lines & set(c.of))
        and release.cell(c.key, level, area).value is not None
    }
    state.silenced |= found
    return {place, *found} if found else set()


def _silence_lines(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    return _silence("linear", book, release, state, place)


def _silence_telling_classes(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    """Where partners did not help, it is the class that tells."""
    return _silence("class", book, release, state, place) if state.tried[place] >= PATIENCE else set()


def _silence_classes(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    return _silence("class", book, release, state, place)


def _add_partner(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    """The cheapest further count of the relations that the place stands in, or a hidden one beside it, and so on.

    The nearest and smallest relation first; a total is taken only where no area is left that would do.
    """
    state.tried[place] += 1
    if " − " in place[0]:  # the rest of a whole has the room that its part gets
        place = (place[0].split(" − ")[1], *place[1:])
    levels = [frame.level for frame in book.draft.levels]
    options: list[tuple[bool, int, int, Place, Relation]] = []
    reached, seen, ring = {place}, set[Place](), 0
    while reached - seen and not any(not option[0] for option in options):
        around = [relation for relation in book.relations if (reached - seen).intersection(relation.places)]
        for relation in around:
            free = [p for p in relation.places if p not in state.hidden | state.barred and usable(book, p)]
            if free:
                chosen = min(sorted(free), key=lambda p: cost(book, p, state.habits))
                coarser = levels.index(chosen[1]) > levels.index(place[1])
                options.append((coarser, ring, len(relation.places), chosen, relation))
        seen = reached
        reached = seen | {p for relation in around for p in relation.places if p in state.hidden}
        ring += 1
    if not options:
        return set()
    *_, chosen, relation = min(options, key=lambda option: option[:4])
    state.hidden.add(chosen)
    return {place, chosen, *relation.places}


def _hide_whole(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    """A part has no room in a small whole that is shown: the whole is hidden too."""
    column, level, area = place
    wholes = {(entire.key, level, area) for part, entire in _wholes(book) if part.key == column}
    found = {p for p in wholes - state.hidden - state.barred if usable(book, p)}
    state.hidden |= found
    return found


def _give_back(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    """A partner that everybody can calculate protects nothing: it is shown, and others are looked for."""
    if place not in state.hidden - state.must:
        return set()
    state.hidden.discard(place)
    state.barred.add(place)
    return {place}


def _hide_corrections(book: Book, release: Release, state: State, place: Place) -> set[Place]:
    """The last resort after a correction: of this count only what was printed before and still holds is shown."""
    found = {p for p in book.own if p[0] == place[0] and p not in book.public and book.own[p] > 0}
    found -= state.hidden | state.barred
    state.hidden |= found
    return found


@dataclass(frozen=True)
class Method:
    """A way to protect a draft: its function and what it is called.

    >>> PROTECT["suppress"].label
    'hide small counts and partners'
    """

    function: Callable[[Draft, Policy, Ledger, Attacker], Release]
    label: str


PROTECT: Mapping[str, Method] = {"suppress": Method(suppress, N_("hide small counts and partners"))}

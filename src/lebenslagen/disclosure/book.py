"""A draft opened for protection: its counts, what readers know already, and the relations that connect counts.

Serves `protect` alone.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from itertools import pairwise
from math import inf

from lebenslagen.disclosure.release import Draft, DraftColumn, IndexInfo, Ledger, Policy, Release
from lebenslagen.errors import Fault

__all__ = ["Book", "Place", "Relation", "State", "cells_of", "clash_of", "fault_of", "name_of"]

Place = tuple[str, str, str]  # column key, level, area
Identity = tuple[str, str, str]  # variable, period, vintage
ROUNDED = 0.5  # persons
MOST_NAMED = 4  # so many counts of an earlier release are named in a refusal


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
    """A draft opened for work: lookups that several steps share.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> len(Book(three_quarters(), Policy(), Ledger()).relations)
    2
    """

    draft: Draft
    policy: Policy
    ledger: Ledger

    @cached_property
    def counts(self) -> tuple[DraftColumn, ...]:
        return tuple(column for column in self.draft.columns if column.kind == "count")

    @cached_property
    def by_identity(self) -> Mapping[Identity, DraftColumn]:
        return {column.identity: column for column in self.counts}

    @cached_property
    def own(self) -> Mapping[Place, float]:
        """The values of all counts of persons in the draft; those withheld by the supplier are not in it."""
        return {
            (column.key, level, area): float(value)
            for column in self.counts
            if column.persons
            for level, area in cells_of(self.draft, column)
            if column.state(level, area) in "AE" and isinstance(value := column.value(level, area), Decimal)
        }

    @cached_property
    def numbers(self) -> Mapping[Place, float]:
        """The values of all counts of persons, also of those that only others have printed.

        Those withheld by the supplier are not in it.
        """
        others = {place: value for place, (value, _) in self._printed.items() if place not in self.withheld}
        towns = {
            (self.by_identity[i].key, *at): self.own[place]
            for i, at, place in self._towns_elsewhere()
            if place in self.own
        }
        return {**towns, **others, **self.own}

    def _towns_elsewhere(self) -> Iterator[tuple[Identity, tuple[str, str], Place]]:
        """Town totals printed only under other boundaries: identity and place they belong to, place they stand at."""
        for (variable, period, vintage), column in self.by_identity.items():
            for (other, level), area in self.towns.items():
                twin = self.by_identity.get((variable, period, other))
                here = self.towns.get((vintage, level)) == area and level not in column.values
                if twin and other != vintage and here and level in twin.values:
                    yield (variable, period, vintage), (level, area), (twin.key, level, area)

    @cached_property
    def towns(self) -> Mapping[tuple[str, str], str]:
        """Vintage and level -> the area, for levels that consist of a single one."""
        return {(f.vintage, f.level): f.ids[0] for f in self.draft.levels if len(f.ids) == 1}

    @cached_property
    def levels(self) -> Mapping[str, frozenset[str]]:
        """Key of a column -> the levels it has, those included that only others have printed."""
        found: dict[str, set[str]] = {c.key: set(c.values) | set(c.status) for c in self.counts}
        for key, level, _ in self.numbers:
            found[key].add(level)
        return {key: frozenset(levels) for key, levels in found.items()}

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
        """Counts that readers know from elsewhere, and from where; not those that were corrected since."""
        return {place: source for place, (_, source) in self._printed.items() if place not in self.outdated}

    @cached_property
    def outdated(self) -> frozenset[Place]:
        """Counts of which the newest earlier number is no longer the true one: readers do not know that one yet."""
        elsewhere = {
            (self.by_identity[identity].key, known.level, known.area)
            for known in self.draft.known
            for identity in self._also((known.variable, known.period, known.vintage), known.level, known.area)
            if identity in self.by_identity
        }
        return frozenset(
            place
            for place, (value, _) in self._printed.items()
            if place in self.own and place not in elsewhere
            # An estimate is printed rounded to whole persons.
            if abs(self.own[place] - value) > (ROUNDED if self._is_estimated(place) else 0.0)
        )

    def _is_estimated(self, place: Place) -> bool:
        return self.draft.column(place[0]).state(*place[1:]) == "E"

    @cached_property
    def _printed(self) -> Mapping[Place, tuple[float, str]]:
        """Counts that were printed before or elsewhere: newest value and source."""
        return {
            (self.by_identity[identity].key, *place): (float(value), source)
            for identity, place, value, source in self._printed_cells()
            if value is not None and identity in self.by_identity and self.by_identity[identity].persons
        }

    def printed_in(self, source: str) -> frozenset[Place]:
        """Counts that one of the earlier releases, or somebody else, printed."""
        return frozenset(
            (self.by_identity[identity].key, *place)
            for identity, place, value, where in self._printed_cells()
            if value is not None and where == source and identity in self.by_identity
        )

    def _printed_cells(self) -> Iterator[tuple[Identity, tuple[str, str], Decimal | None, str]]:
        for release in self.ledger.known:
            source = name_of(release)
            for column in release.columns:
                if column.kind == "count":
                    for level, cells in column.cells.items():
                        for area, cell in cells.items():
                            if cell.mark == "withheld" or isinstance(cell.value, Decimal):
                                value = cell.value if isinstance(cell.value, Decimal) else None
                                for identity in self._also(column.identity, level, area):
                                    yield identity, (level, area), value, source
        for k in self.draft.known:
            for identity in self._also((k.variable, k.period, k.vintage), k.level, k.area):
                yield identity, (k.level, k.area), k.value, k.source or "–"

    def _also(self, identity: Identity, level: str, area: str) -> Iterator[Identity]:
        """A town total is the same under all boundaries."""
        yield identity
        for (vintage, other), town in self.towns.items():
            if (other, town) == (level, area) and vintage != identity[2]:
                yield (*identity[:2], vintage)

    @cached_property
    def frozen(self) -> frozenset[Place]:
        """Hidden in an earlier release and never shown: a pattern once chosen stays."""
        return frozenset(
            place
            for identity, at, value, _ in self._printed_cells()
            if value is None and identity in self.by_identity
            if (place := (self.by_identity[identity].key, *at)) not in self.public
            if place in self.numbers or place in self.withheld
        )

    @cached_property
    def relations(self) -> tuple[Relation, ...]:
        found = (*totals(self), *sums(self), *means(self), *vintages(self))
        return tuple(relation for relation in found if len(relation.places) > 1)

    def threshold(self, column: DraftColumn) -> int:
        """The strictest threshold of a column and everything it is made of (persons)."""
        return self._thresholds[column.key]

    @cached_property
    def _thresholds(self) -> Mapping[str, int]:
        found: dict[str, int] = {}

        def strictest(column: DraftColumn) -> int:
            if column.key not in found:
                behind = (*column.sum_of, *column.less, column.numerator, column.denominator)
                inner = [strictest(self.draft.column(key)) for key in behind if key]
                found[column.key] = max(self.policy.threshold, column.threshold or 0, *inner, 0)
            return found[column.key]

        for column in self.draft.columns:
            strictest(column)
        return found

    def is_share(self, column: DraftColumn) -> bool:
        """Whether a rate counts a part of its base: as declared, unless the values say otherwise."""
        return column.share and not self._exceeding.intersection({column.key})

    @cached_property
    def _exceeding(self) -> frozenset[str]:
        """Rates of which some numerator is larger than its denominator, such as cases per resident."""
        return frozenset(
            column.key
            for column in self.draft.columns
            if column.kind in ("rate", "published") and column.numerator and column.denominator
            for level, area in cells_of(self.draft, column)
            if self.numbers.get((column.numerator, level, area), 0.0)
            > self.numbers.get((column.denominator, level, area), inf)
        )


@dataclass
class State:
    """What has been decided so far.

    hidden: counts. silenced: derived cells hidden although their counts alone would not demand it. habits: level and
    area of partners chosen. tried: partners added for a count. before: what was hidden, and covered, before the last
    partners were added. barred: partners that cannot be covered themselves. must: counts that are hidden for what they are.

    >>> State({("U", "quarter", "01")}).silenced
    set()
    """

    hidden: set[Place]
    silenced: set[Place] = field(default_factory=set)
    habits: Counter[tuple[str, str]] = field(default_factory=Counter)
    tried: Counter[Place] = field(default_factory=Counter)
    before: frozenset[Place] = frozenset()
    barred: set[Place] = field(default_factory=set)
    must: frozenset[Place] = frozenset()


def cells_of(draft: Draft, column: DraftColumn) -> Iterator[tuple[str, str]]:
    """Level and area of every cell of a column, finest level first.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> list(cells_of(three_quarters(), three_quarters().column("U")))[-1]
    ('town', '05')
    """
    for frame in draft.levels:
        if frame.vintage == column.vintage and (frame.level in column.values or frame.level in column.status):
            yield from ((frame.level, area) for area in frame.ids)


def totals(book: Book) -> Iterator[Relation]:
    """Each total with its areas."""
    for column in book.counts:
        levels = [
            f for f in book.draft.levels if f.vintage == column.vintage and f.level in book.levels[column.key]
        ]
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
        for column in book.draft.columns if info.basis != "published" else ():
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
    first: dict[tuple[str, str, str], Place] = {}
    for column in book.counts:
        for (vintage, level), area in book.towns.items():
            here = (column.key, level, area)
            if vintage == column.vintage and (here in book.numbers or here in book.withheld):
                other = first.setdefault((column.variable or column.key, column.period, level), here)
                if other != here:
                    yield _relation(book, [other, here], equal=True)


def fault_of(book: Book, place: Place) -> Fault:
    """Why a count cannot be protected, by the names of variable, area and level; never by its value.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> fault_of(Book(three_quarters(), Policy(), Ledger()), ("U", "quarter", "01")).code
    'not-protectable'
    """
    if place in book.public:
        return Fault("already-published", place[0], {**_named(book, place), "source": book.public[place]})
    out = {name_of(release) for release in book.ledger.known}
    sources = sorted({book.public[p] for p in _around(book, place) if p in book.public} & out)
    return (
        clash_of(book, place, sources) if sources else Fault("not-protectable", place[0], _named(book, place))
    )


def clash_of(book: Book, place: Place, sources: Sequence[str]) -> Fault:
    """The same, where earlier releases tell the count: they are named, and what they printed beside it.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> book = Book(three_quarters(), Policy(), Ledger())
    >>> clash_of(book, ("U", "quarter", "01"), ("Bericht 2020",)).values["source"]
    'Bericht 2020'
    """
    printed = frozenset().union(*(book.printed_in(source) for source in sources))
    named = [p for p in _around(book, place) if p in printed] or sorted(
        p for p in printed if p[0] == place[0]
    )
    named.sort(key=lambda p: p in book.outdated)
    listed = ["{what}, {area} ({level})".format_map(_named(book, p)) for p in named[:MOST_NAMED]]
    more = "; …" if len(named) > MOST_NAMED else ""
    values = {**_named(book, place), "source": ", ".join(sources), "clash": "; ".join(listed) + more}
    return Fault("clashes-with-earlier", place[0], values)


def _around(book: Book, place: Place) -> list[Place]:
    """The counts that stand in a relation with this one."""
    return list(dict.fromkeys(p for r in book.relations if place in r.places for p in r.places if p != place))


def name_of(release: Release) -> str:
    """How an earlier release is named in a refusal: its title and day.

    >>> name_of(Release(Policy(), "Bericht", "M", (), (), issued="2021-06-30"))
    'Bericht 2021-06-30'
    """
    return f"{release.title} {release.issued}".strip()


def _named(book: Book, place: Place) -> dict[str, str]:
    key, level, area = place
    column = next((c for c in book.draft.columns if c.key == key), None)
    vintage = column.vintage if column else ""
    frame = next((f for f in book.draft.levels if f.level == level and f.vintage == vintage), None)
    return {
        "what": (column.label if column else "") or key,
        "area": frame.name(area) if frame else area,
        "level": (frame.label if frame else "") or level,
    }

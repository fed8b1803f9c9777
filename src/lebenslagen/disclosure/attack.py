"""The reader who wants to know: what can be calculated about every hidden count from everything that was ever shown.

All that the reader knows becomes facts, linear in the counts, one family after the other (`families.FAMILIES`). Then
two linear programs ask for each hidden count how small and how large it can be; where few counts hang together, the
same is asked over whole numbers, because readers know that persons are whole. Nothing here knows how values were
hidden.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from lebenslagen.disclosure.extremes import Fact, Id, extremes
from lebenslagen.disclosure.families import (
    FAMILIES,
    Family,
    corrections,
    piece,
    tables_twice,
    unchanged,
    wholes,
)
from lebenslagen.disclosure.reader import Reader, near_value
from lebenslagen.disclosure.release import Bounds, Cell, Column, Ledger, Link, Release
from lebenslagen.disclosure.versions import told_apart

__all__ = ["FAMILIES", "Key", "attack", "leaks"]

# What is printed or known as such; all other families reason about it.
GIVEN = ("shown-here", "shown-before", "known-elsewhere")
INFINITE = float("inf")
CLOSE = 1e-4  # persons
Key = tuple[str, str, str]  # column key, level, area


def attack(
    release: Release, ledger: Ledger | None = None, families: Mapping[str, Family] = FAMILIES
) -> dict[Key, Bounds]:
    """What the best informed reader finds out about each count that is hidden, or small and not hidden (persons).

    Keys are (column key, level, area); counts that nobody printed but that follow from printed ones have the key of a
    difference, "whole − part", or of the piece between old and new boundaries.

    >>> from lebenslagen.disclosure.release import LevelFrame, Policy
    >>> frames = (LevelFrame("quarter", ("01", "02")), LevelFrame("town", ("05",)))
    >>> cells = {"quarter": {"01": Cell(None, "withheld"), "02": Cell(Decimal(7))}, "town": {"05": Cell(Decimal(9))}}
    >>> column = Column(key="sgb2", role="count", kind="count", cells=cells)
    >>> attack(Release(Policy(), "T", "Musterstadt", frames, (column,)))
    {('sgb2', 'quarter', '01'): Bounds(low=2.0, high=2.0, known=1)}
    """
    earlier = ledger.known if ledger else ()
    reader, facts = _knowledge(release, earlier, families)
    targets = dict(_targets(reader))
    found = _solve(reader, facts, targets)
    lost = {key: terms for key, terms in targets.items() if found[key] is None}
    if lost and reader.unchanged and "revisions" in families:
        found.update(_least_corrected(release, earlier, families, lost))
    # Facts that contradict one another (a figure revised since): less knowledge, but consistent.
    for fewer in (set(families) - {"printed-rules"}, set(families) - {"printed-rules", "shown-before"}):
        lost = {key: terms for key, terms in targets.items() if found[key] is None}
        if lost:
            kept = {name: family for name, family in families.items() if name in fewer}
            found.update(_solve(*_knowledge(release, earlier if "shown-before" in fewer else (), kept), lost))
    telling = {fact_id for fact in facts if fact.note == "counted" for fact_id in fact.terms}
    return dict(_judged(reader, targets, found, telling))


def leaks(release: Release, bounds: Mapping[Key, Bounds]) -> tuple[Key, ...]:
    """The counts whose interval is narrower than the policy demands.

    >>> from lebenslagen.disclosure.release import Policy
    >>> leaks(Release(Policy(width=4), "T", "M", (), ()), {("a", "town", "05"): Bounds(0, 4, 1)})
    (('a', 'town', '05'),)
    """
    return tuple(key for key, bound in bounds.items() if bound.width < release.policy.width)


def _least_corrected(
    release: Release,
    earlier: tuple[Release, ...],
    families: Mapping[str, Family],
    lost: Mapping[Key, Mapping[Id, float]],
) -> dict[Key, Any]:
    """Hidden counts were corrected too, then: the reader assumes that as few persons as possible were."""
    reader, facts = _knowledge(release, earlier, families, doubtful=True)
    moved = {correction: 1.0 for pair in reader.unchanged for correction in corrections(*pair)}
    least = extremes(facts, reader.values, [moved])[0]
    limit = [] if least is None else [Fact(moved, high=least[0] + CLOSE)]
    return _solve(reader, [*facts, *limit], lost)


def _knowledge(
    release: Release,
    earlier: tuple[Release, ...],
    families: Mapping[str, Family],
    doubtful: bool = False,
) -> tuple[Reader, list[Fact]]:
    told = told_apart(release, earlier)
    reader = Reader(release, told.earlier, unchanged=told.unchanged, doubtful=doubtful)
    facts: list[Fact] = []
    for name in (name for name in GIVEN if name in families):
        for fact in families[name].facts(reader):
            if fact.low == fact.high:
                reader.values.setdefault(next(iter(fact.terms)), fact.low)
            else:
                facts.append(fact)
    for name, family in families.items():
        if name not in GIVEN:
            facts.extend(family.facts(reader))
    return reader, facts


def _solve(reader: Reader, facts: list[Fact], targets: Mapping[Key, Mapping[Id, float]]) -> dict[Key, Any]:
    answers = extremes(facts, reader.values, list(targets.values()))
    return dict(zip(targets, answers, strict=True))


def _targets(reader: Reader) -> Iterator[tuple[Key, Mapping[Id, float]]]:
    for column in reader.release.columns:
        if column.kind == "count" and column.persons:
            for level, cells in column.cells.items():
                for area, cell in cells.items():
                    if cell.mark == "withheld" or _small(reader, column, cell):
                        yield (column.key, level, area), {Id(*column.identity, level, area): 1.0}
    yield from _difference_targets(reader)
    yield from _piece_targets(reader)


def _small(reader: Reader, column: Column, cell: Cell) -> bool:
    return isinstance(cell.value, Decimal) and 0 < cell.value < _threshold(reader.release, column)


def _threshold(release: Release, column: Column) -> int:
    return max(release.policy.threshold, column.threshold or 0)


def _difference_targets(reader: Reader) -> Iterator[tuple[Key, Mapping[Id, float]]]:
    """Those of a whole who are not in its part: counts too, although nobody printed them."""
    policy, here = reader.release.policy, {c.identity: c for _, c in reader.columns("count") if c.persons}
    printed = {column.identity for column in reader.release.columns}
    for part, entire in dict.fromkeys(wholes(reader)):
        if not {part[:3], entire[:3]} & printed or not {part[:3], entire[:3]} <= set(here):
            continue
        key = (f"{here[entire[:3]].key} − {here[part[:3]].key}", part.level, part.area)
        if part in reader.values and entire in reader.values:
            rest = reader.values[entire] - reader.values[part]
            everybody = policy.group != "none" and rest == 0 and reader.values[part] > 0
            nobody = policy.group == "both" and reader.values[part] == 0 and rest > 0
            if (policy.complements and 0 < rest < _threshold(reader.release, here[part[:3]])) or everybody:
                yield key, {entire: 1.0, part: -1.0}
            elif nobody:
                yield (here[part[:3]].key, part.level, part.area), {part: 1.0}
        elif policy.complements and part not in reader.values and entire not in reader.values:
            rests = [near_value(reader, count) for count in (entire, part)]
            # Estimates are printed within half a person each.
            if (
                None in rests
                or (rests[0] or 0) - (rests[1] or 0) < _threshold(reader.release, here[part[:3]]) + 1
            ):
                yield key, {entire: 1.0, part: -1.0}


def _piece_targets(reader: Reader) -> Iterator[tuple[Key, Mapping[Id, float]]]:
    """What an old and a new area have in common, where both the old and the new figures were printed."""
    printed = {column.identity for column in reader.release.columns if column.persons}
    for link, variable, period in tables_twice(reader):
        if printed & {(variable, period, link.old), (variable, period, link.new)}:
            for old, new, _ in link.pairs:
                if not unchanged(link, old, new):
                    yield (
                        _piece_key(link, variable, period, old, new),
                        {piece(variable, period, link, old, new): 1.0},
                    )


def _piece_key(link: Link, variable: str, period: str, old: str, new: str) -> Key:
    return (f"{variable}@{period} {link.old}/{link.new}", link.level, f"{old}/{new}")


def _judged(
    reader: Reader,
    targets: Mapping[Key, Mapping[Id, float]],
    found: Mapping[Key, Any],
    counted_ids: set[Id],
) -> Iterator[tuple[Key, Bounds]]:
    policy = reader.release.policy
    tiny = set(_tiny_pieces(reader, found)) if policy.min_residents else set()
    columns = {column.key: column for column in reader.release.columns}
    for key, terms in targets.items():
        one = int(any(count in counted_ids for count in terms))
        if found[key] is None:
            yield key, Bounds(0.0, 0.0, one)
            continue
        low, high = found[key]
        threshold = _threshold(reader.release, columns[key[0]]) if key[0] in columns else policy.threshold
        small = low < threshold and high >= 1
        everybody = high == 0 and " − " in key[0] and policy.group != "none"
        if key[0] in columns or small or everybody or key[1:] in tiny:
            yield key, Bounds(low, None if high == INFINITE else high, one)


def _tiny_pieces(reader: Reader, found: Mapping[Key, Any]) -> Iterator[tuple[str, str]]:
    """Pieces with so few residents that nothing at all may be known about them."""
    for link, variable, period in tables_twice(reader):
        for old, new, _ in link.pairs if variable == reader.release.residents else ():
            answer = found.get(_piece_key(link, variable, period, old, new))
            if answer and 1 <= answer[1] < reader.release.policy.min_residents:
                yield link.level, f"{old}/{new}"

"""What a reader knows: everything that was ever printed, turned into facts that are linear in the counts.

One family of facts after the other, see `FAMILIES`; nothing here knows how values were hidden. Serves `attack` alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise

from lebenslagen.disclosure.extremes import Fact, Id
from lebenslagen.disclosure.reader import NUMBERS, Line, Reader, counts, expression, half, near_value, step
from lebenslagen.disclosure.release import Cell, Column, IndexInfo, Link, Release
from lebenslagen.disclosure.versions import first_name
from lebenslagen.texts import N_

__all__ = [
    "FAMILIES",
    "Family",
    "corrections",
    "example",
    "piece",
    "tables_twice",
    "unchanged",
    "wholes",
]

INFINITE = float("inf")
SMALL = 1e-6


@dataclass(frozen=True)
class Family:
    """A kind of knowledge: the function that turns releases into facts, and what it is called.

    >>> FAMILIES["totals"].label
    'totals are the sums of their areas'
    """

    facts: Callable[[Reader], Iterator[Fact]]
    label: str


def example() -> Reader:
    """A reader of three quarters, two of whose counts are withheld; for the examples below.

    >>> example().releases[0].title
    'Beispiel'
    """
    from lebenslagen.disclosure.examples import three_quarters_printed

    reader = Reader(three_quarters_printed(), ())
    reader.values.update({next(iter(fact.terms)): fact.low for fact in shown_here(reader)})
    return reader


# --- families of facts ------------------------------------------------------------------------------------------


def shown_here(reader: Reader) -> Iterator[Fact]:
    """Each figure of this release."""
    yield from _shown(reader.release)


def shown_before(reader: Reader) -> Iterator[Fact]:
    """Each figure of every earlier release, withdrawn ones too."""
    for release in reader.earlier:
        yield from _shown(release)


def _shown(release: Release) -> Iterator[Fact]:
    for column in release.columns:
        if column.kind == "count":
            for level, cells in column.cells.items():
                for area, cell in cells.items():
                    if isinstance(cell.value, Decimal):
                        around = half(column) if cell.estimated else 0.0
                        value = float(cell.value)
                        yield Fact({Id(*column.identity, level, area): 1.0}, value - around, value + around)


def known_elsewhere(reader: Reader) -> Iterator[Fact]:
    """Each figure that others have published, as far as it is declared."""
    for release in reader.releases:
        for k in release.known:
            value = float(k.value)
            yield Fact({Id(k.variable, k.period, k.vintage, k.level, k.area): 1.0}, value, value)


def not_negative(reader: Reader) -> Iterator[Fact]:
    """Nobody can be counted less than zero times."""
    for count in counts(reader):
        yield Fact({count: 1.0}, low=0)


def whole(reader: Reader) -> Iterator[Fact]:
    """Persons are whole; only estimates are not."""
    for identity, table in reader.tables.items():
        for level, cells in table.items():
            for area, cell in cells.items():
                if cell.mark in NUMBERS and not cell.estimated:
                    yield Fact({Id(*identity, level, area): 1.0}, note="whole")


def counted(reader: Reader) -> Iterator[Fact]:
    """The reader may be one of those counted in a neighbouring cell, so nobody's interval is safer than one less."""
    for _, column in reader.columns("count"):
        if column.persons:
            for level, cells in column.cells.items():
                yield from (Fact({Id(*column.identity, level, area): 1.0}, note="counted") for area in cells)


def printed_rules(reader: Reader) -> Iterator[Fact]:
    """Zeros are shown, says the rule; so what is hidden is at least one (but for rows hidden as a whole).

    A count that an earlier release hid stays hidden whatever it is now: only that release tells that it was not zero.
    """
    first = _first_hidden(reader)
    for release, column in reader.columns("count"):
        if column.persons and release.policy.group != "both":
            for level, cells in column.cells.items():
                for area, cell in cells.items():
                    if (
                        cell.mark == "withheld"
                        and not cell.estimated
                        and first[(*_first_identity(column), level, area)] is release
                        and not _row_hidden(release, column, level, area)
                    ):
                        yield Fact({Id(*column.identity, level, area): 1.0}, low=1)


def _first_hidden(reader: Reader) -> Mapping[tuple[str, ...], Release]:
    """Count, level and area -> the oldest release that hides it."""
    found: dict[tuple[str, ...], Release] = {}
    for release in (*reader.earlier, reader.release):
        for column in release.columns:
            if column.kind == "count":
                for level, cells in column.cells.items():
                    for area, cell in cells.items():
                        if cell.mark == "withheld":
                            found.setdefault((*_first_identity(column), level, area), release)
    return found


def _first_identity(column: Column) -> tuple[str, str, str]:
    variable, period, vintage = column.identity
    return first_name(variable), period, vintage


def _row_hidden(release: Release, column: Column, level: str, area: str) -> bool:
    rows = release.find(period=column.period) if release.residents else ()
    residents = (c for c in rows if c.kind == "count" and first_name(c.identity[0]) == release.residents)
    return any(c.cells.get(level, {}).get(area, Cell("")).mark == "withheld" for c in residents)


def revisions(reader: Reader) -> Iterator[Fact]:
    """What was not visibly corrected since an earlier release is what it was; in doubt, but for a correction."""
    for now, before in reader.unchanged:
        up, down = corrections(now, before)
        doubt = {up: -1.0, down: 1.0} if reader.doubtful else {}
        yield Fact({now: 1.0, before: -1.0, **doubt}, 0, 0)
        for correction in doubt:
            yield Fact({correction: 1.0}, low=0)


def corrections(now: Id, before: Id) -> tuple[Id, Id]:
    """By how many persons a count may have been corrected unseen: upwards, downwards.

    >>> now, before = Id("a", "2024", "", "town", "05"), Id("a~1", "2024", "", "town", "05")
    >>> [correction.variable for correction in corrections(now, before)]
    ['a+a~1', 'a-a~1']
    """
    up, down = (f"{now.variable}{sign}{before.variable}" for sign in "+-")
    return now._replace(variable=up), now._replace(variable=down)


def totals(reader: Reader) -> Iterator[Fact]:
    """A total is the sum of its areas; with an area missing it is at least the sum of the others."""
    for identity, table in reader.tables.items():
        levels = [frame.level for frame in reader.frames.get(identity[2], ()) if frame.level in table]
        for finer, coarser in pairwise(levels):
            for parent, children in _families_of(reader, identity[2], finer, coarser).items():
                if table[coarser].get(parent, Cell(None, "missing")).mark not in NUMBERS:
                    continue
                there = [a for a in children if a in table[finer] and table[finer][a].mark in NUMBERS]
                terms = {Id(*identity, finer, area): -1.0 for area in there}
                terms[Id(*identity, coarser, parent)] = 1.0
                yield Fact(terms, 0, 0 if len(there) == len(children) else INFINITE)


def _families_of(reader: Reader, vintage: str, finer: str, coarser: str) -> Mapping[str, list[str]]:
    frame = next(f for f in reader.frames[vintage] if f.level == finer)
    found: dict[str, list[str]] = {}
    for area in frame.ids:
        found.setdefault(reader.around(vintage, finer, area, coarser), []).append(area)
    return found


def parts(reader: Reader) -> Iterator[Fact]:
    """A part is never larger than its whole."""
    for part, entire in wholes(reader):
        yield Fact({entire: 1.0, part: -1.0}, low=0)
    yield from _piece_parts(reader)


def wholes(reader: Reader) -> Iterator[tuple[Id, Id]]:
    """All pairs of a count and the count it is a part of, by shares and by declaration.

    >>> list(wholes(example()))[0]
    (Id(variable='U', period='', vintage='', level='quarter', area='01'),
     Id(variable='Y', period='', vintage='', level='quarter', area='01'))
    """
    pairs = dict.fromkeys(_declared_wholes(reader))
    for part, entire in pairs:
        for level, cells in reader.tables.get(part, {}).items():
            others = reader.tables.get(entire, {}).get(level, {})
            for area, cell in cells.items():
                if cell.mark in NUMBERS and area in others and others[area].mark in NUMBERS:
                    yield Id(*part, level, area), Id(*entire, level, area)


def _declared_wholes(reader: Reader) -> Iterator[tuple[tuple[str, str, str], tuple[str, str, str]]]:
    for release, column in reader.columns("rate", "published"):
        if column.share and column.numerator and column.denominator:
            yield release.column(column.numerator).identity, release.column(column.denominator).identity
    for _, column in reader.columns("count"):
        for variable in column.part_of:
            yield column.identity, (variable, column.period, column.vintage)


def sums(reader: Reader) -> Iterator[Fact]:
    """A variable declared as a sum of others is that sum in every area."""
    for release, column in reader.columns("count"):
        signs = {release.column(key).identity: -1.0 for key in column.sum_of}
        signs.update({release.column(key).identity: 1.0 for key in column.less})
        for level, cells in column.cells.items() if signs else ():
            for area, cell in cells.items():
                rows = {identity: reader.tables[identity].get(level, {}).get(area) for identity in signs}
                if cell.mark in NUMBERS and all(row and row.mark in NUMBERS for row in rows.values()):
                    terms = {Id(*identity, level, area): sign for identity, sign in signs.items()}
                    yield Fact({**terms, Id(*column.identity, level, area): 1.0}, 0, 0)


def shares(reader: Reader) -> Iterator[Fact]:
    """A share shown, times its base, is the count within rounding; shares that others published too."""
    for release, column in reader.columns("rate", "published"):
        if not (column.numerator and column.denominator):
            continue
        top, base = (release.column(key).identity for key in (column.numerator, column.denominator))
        for level, area, value in _values(column):
            if reader.unknown(level, area):
                near, per = half(column), float(column.per)
                a, b = Id(*top, level, area), Id(*base, level, area)
                yield Fact({a: per, b: -(value - near)}, low=0)
                # What rounds half up stays below the upper end: by a whole step, where both counts are whole.
                rough = any(reader.tables[i][level][area].estimated for i in (top, base))
                yield Fact({a: per, b: -(value + near)}, high=0 if rough else -near)


def index_values(reader: Reader) -> Iterator[Fact]:
    """An index value, a contribution or a change is linear in the shares of its area, with known means and spreads."""
    for release, column in reader.columns("linear"):
        for level, area, value in _values(column):
            if reader.unknown(level, area):
                line = expression(reader, release, column, level, area)
                if line is not None and line.terms:
                    near = half(column) + line.near
                    yield Fact(line.terms, value - near - line.constant, value + near - line.constant)


def classes(reader: Reader) -> Iterator[Fact]:
    """A class says between which cuts the index value lies."""
    for release, column in reader.columns("class"):
        for level, cells in column.cells.items():
            for area, cell in cells.items():
                if str(cell.value) in column.keys and reader.unknown(level, area):
                    line = expression(reader, release, column, level, area)
                    if line is not None and line.terms:
                        low, high = _between(column, str(cell.value))
                        yield Fact(
                            line.terms, low - line.near - line.constant, high + line.near - line.constant
                        )


def _between(column: Column, key: str) -> tuple[float, float]:
    place = column.keys.index(key)
    cuts = [-INFINITE, *map(float, column.cuts), INFINITE]
    return cuts[place], cuts[place + 1]


def means(reader: Reader) -> Iterator[Fact]:
    """The printed mean of an index's part, times the number of its areas, is the sum of their shares."""
    for part in _index_parts(reader):
        weights = [_weight(reader, part, area) for area in part.members]
        if None in weights:
            continue
        total = sum(w for w in weights if w is not None)
        terms: dict[Id, float] = {}
        constant, near = 0.0, part.around * total
        for line, weight in zip(part.lines, weights, strict=True):
            weight = weight or 0.0
            constant, near = constant + weight * line.constant, near + weight * line.near
            terms.update({count: weight * factor for count, factor in line.terms.items()})
        target = part.mean * total - constant
        yield Fact(terms, target - near, target + near)


def deviations(reader: Reader) -> Iterator[Fact]:
    """No share lies further from the mean than the printed standard deviation leaves room for, given all others."""
    for part in _index_parts(reader):
        if part.sd is None or part.info.weights:
            continue
        number, largest = len(part.lines), float(part.sd) + step(part.sd) / 2
        shown = [line for line in part.lines if not line.terms]
        nearest = (max(abs(line.constant - part.mean) - part.around - line.near, 0.0) for line in shown)
        room = number * (largest**2 + part.around**2) - sum(distance**2 for distance in nearest)
        most = math.sqrt(max(room, 0.0)) + part.around + SMALL
        for line in part.lines:
            if line.terms:
                yield Fact(line.terms, part.mean - most - line.constant, part.mean + most - line.constant)


@dataclass(frozen=True)
class _Part:
    """One indicator of an index as printed: the areas that entered, their shares as lines, mean ± around, deviation."""

    release: Release
    info: IndexInfo
    members: tuple[str, ...]
    lines: tuple[Line, ...]
    mean: float
    around: float
    sd: Decimal | None


def _index_parts(reader: Reader) -> Iterator[_Part]:
    for release in reader.releases:
        for info in release.methods.values():
            for column, mean, sd in _printed_statistics(release, info):
                cells = column.cells.get(info.level, {})
                members = tuple(a for a, c in cells.items() if c.mark in NUMBERS and a not in info.excluded)
                if not any(reader.unknown(info.level, area) for area in members):
                    continue
                lines = [expression(reader, release, column, info.level, area) for area in members]
                there = tuple(line for line in lines if line is not None)
                if len(there) == len(members):
                    middle, around = _sharpened(reader, release, column, info.level, mean)
                    yield _Part(release, info, members, there, middle, around, sd)


def _printed_statistics(
    release: Release, info: IndexInfo
) -> Iterator[tuple[Column, Decimal, Decimal | None]]:
    if info.basis == "published":
        return
    for indicator, mean in info.means.items():
        for column in release.find(indicator=indicator, period=info.period):
            if column.kind in ("rate", "published") and column.vintage == info.vintage:
                yield column, mean, info.sds.get(indicator)
    for indicator, mean in info.dynamics_means.items():
        for column in release.find(indicator=indicator, role="change", period=info.period):
            if column.kind == "linear" and column.vintage == info.vintage:
                yield column, mean, info.dynamics_sds.get(indicator)


def _sharpened(
    reader: Reader, release: Release, column: Column, level: str, mean: Decimal
) -> tuple[float, float]:
    """The mean within its printed digits, and closer still by every contribution shown beside a known share."""
    low, high = float(mean) - step(mean) / 2, float(mean) + step(mean) / 2
    for other in release.columns:
        if other.role in ("contribution", "z") and [key for key, _ in other.terms] == [column.key]:
            factor = float(other.terms[0][1])
            for area, cell in other.cells.get(level, {}).items():
                line = expression(reader, release, column, level, area)
                if isinstance(cell.value, Decimal) and line and not line.terms:
                    ends = sorted(
                        line.constant - (float(cell.value) + e * half(other)) / factor for e in (-1, 1)
                    )
                    low, high = max(low, ends[0] - line.near), min(high, ends[1] + line.near)
    return (low + high) / 2, max(high - low, 0.0) / 2 + SMALL


def _weight(reader: Reader, part: _Part, area: str) -> float | None:
    key = part.info.weights
    return near_value(reader, Id(*part.release.column(key).identity, part.info.level, area)) if key else 1.0


def boundaries(reader: Reader) -> Iterator[Fact]:
    """Old and new areas consist of the same pieces; an estimate carries the old values over by known shares."""
    for link, variable, period in tables_twice(reader):
        before = reader.tables[variable, period, link.old][link.level]
        after = reader.tables[variable, period, link.new][link.level]
        yield from _pieces(variable, period, link, before, after)
    yield from _same_town(reader)


def tables_twice(reader: Reader) -> Iterator[tuple[Link, str, str]]:
    """Links, variables and periods that were printed for the old and for the new areas.

    >>> list(tables_twice(example()))
    []
    """
    for link in dict.fromkeys(link for release in reader.releases for link in release.links):
        for variable, period, vintage in reader.tables:
            both = [reader.tables.get((variable, period, v), {}) for v in (link.old, link.new)]
            if vintage == link.new and all(link.level in table for table in both):
                yield link, variable, period


def unchanged(link: Link, old: str, new: str) -> bool:
    """Whether an old and a new area are the same, because neither shares ground with another.

    >>> unchanged(Link("quarter", "2013-01-01", "2019-01-01", (("01", "01", Decimal(1)),)), "01", "01")
    True
    """
    return sum(pair[0] == old for pair in link.pairs) == 1 == sum(pair[1] == new for pair in link.pairs)


def _piece_parts(reader: Reader) -> Iterator[Fact]:
    twice = list(tables_twice(reader))
    for part, entire in dict.fromkeys(_declared_wholes(reader)):
        for link, variable, period in twice:
            if part == (variable, period, link.new) and (link, entire[0], period) in twice:
                for old, new, _ in link.pairs:
                    terms = {piece(entire[0], period, link, old, new): 1.0}
                    yield Fact({**terms, piece(variable, period, link, old, new): -1.0}, low=0)


def _pieces(
    variable: str, period: str, link: Link, before: Mapping[str, Cell], after: Mapping[str, Cell]
) -> Iterator[Fact]:
    for side, cells, vintage in ((0, before, link.old), (1, after, link.new)):
        for area, cell in cells.items():
            pairs = [pair for pair in link.pairs if pair[side] == area]
            if cell.mark not in NUMBERS or not pairs:
                continue
            here = Id(variable, period, vintage, link.level, area)
            if cell.estimated and side == 1:
                old = {Id(variable, period, link.old, link.level, a): -float(s) for a, _, s in pairs}
                if all(before.get(a, Cell(None, "missing")).mark in NUMBERS for a, _, _ in pairs):
                    yield Fact({here: 1.0, **old}, 0, 0)
                continue
            pieces = {piece(variable, period, link, a, b): -1.0 for a, b, _ in pairs}
            yield Fact({here: 1.0, **pieces}, 0, 0)
            for part in pieces:
                yield Fact({part: 1.0}, low=0)
                if not cell.estimated:
                    yield Fact({part: 1.0}, note="whole")


def piece(variable: str, period: str, link: Link, old: str, new: str) -> Id:
    """The count of those who live in what an old and a new area have in common.

    >>> piece("sgb2", "2018", Link("quarter", "2013-01-01", "2019-01-01", ()), "06", "10").area
    '06/10'
    """
    return Id(variable, period, f"{link.old}/{link.new}", link.level, f"{old}/{new}")


def _same_town(reader: Reader) -> Iterator[Fact]:
    """A level of one single area is the town, whatever happens to the boundaries inside."""
    towns = {(vintage, level): town for vintage in reader.frames for level, town in reader.towns(vintage)}
    first: dict[tuple[str, str, str], Id] = {}
    for count in counts(reader):
        if towns.get((count.vintage, count.level)) == count.area:
            other = first.setdefault((count.variable, count.period, count.level), count)
            cell = reader.tables[count[:3]][count.level][count.area]
            if other != count and not cell.estimated:
                yield Fact({count: 1.0, other: -1.0}, 0, 0)


FAMILIES: Mapping[str, Family] = {
    "shown-here": Family(shown_here, N_("figures of this release")),
    "shown-before": Family(shown_before, N_("figures of earlier releases, withdrawn ones too")),
    "known-elsewhere": Family(known_elsewhere, N_("figures that others have published")),
    "not-negative": Family(not_negative, N_("no count is below zero")),
    "totals": Family(totals, N_("totals are the sums of their areas")),
    "parts": Family(parts, N_("a part is never larger than its whole")),
    "sums": Family(sums, N_("declared sums of variables")),
    "shares": Family(shares, N_("a share times its base")),
    "index-values": Family(index_values, N_("index values, contributions and changes solved for a share")),
    "classes": Family(classes, N_("classes as intervals of index values")),
    "means": Family(means, N_("printed means of an index")),
    "deviations": Family(deviations, N_("printed deviations of an index")),
    "boundaries": Family(boundaries, N_("old areas against new areas")),
    "printed-rules": Family(printed_rules, N_("the printed rules: zeros are shown")),
    "revisions": Family(revisions, N_("what was not visibly corrected is unchanged")),
    "whole": Family(whole, N_("persons are whole numbers")),
    "counted": Family(counted, N_("the reader may be one of those counted")),
}


def _values(column: Column) -> Iterator[tuple[str, str, float]]:
    for level, cells in column.cells.items():
        for area, cell in cells.items():
            if isinstance(cell.value, Decimal):
                yield level, area, float(cell.value)

"""What speaks for an area, by rules that know no names: one answer for report and atlas, from released values alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

from lebenslagen.disclosure.release import NO_CELL
from lebenslagen.edition import Columns

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Cell, Column, Release
    from lebenslagen.edition import Edition
    from lebenslagen.indicators import Indicator
    from lebenslagen.texts import Texts

__all__ = ["UNJUDGED", "Dilution", "ages", "dilution", "no_strength", "strengths"]

UNJUDGED = ("context", "neutral", "change")  # neither good nor bad in itself
MOST = 3  # sentences
BETTER = Decimal("0.15")  # share of the town's value by which an area must lie below it to be named first
MOST_OF = Decimal("0.75")  # share of the areas with more burden, where the town's value is not known
MOVED = Decimal("0.5")  # points of a rate by which it must have improved
GROWN = Decimal("1.01")  # times the residents of the last report from which growth is named
YOUNG = Decimal("1.08")  # times the town's share of children or young people from which they are named
STEADY = 5  # periods in which an area must never have lain above the town
ADULT, YOUTH = 18, range(15, 30)  # years of age
LARGER = Decimal("1.5")  # times the town's share of a group from which the group makes a rate small
AGES = re.compile(r"^(?:alter_)?([A-Za-zäöü]+?)_?(\d{1,3})(?:[_-](\d{1,3}))?$")
MEN, WOMEN = ("m", "maennlich", "mann"), ("w", "f", "weiblich", "frau")

Ages = tuple[tuple[int, int], tuple[str, str]]


def ages(release: Release, period: str) -> list[Ages]:
    """The age groups a release holds for both sexes: (first, last year of age), (men, women), youngest first.

    Read from the keys of the variables: sex, then the first and perhaps the last year of age ("alter_M_15_24", "W07").

    >>> ages.__name__
    'ages'
    """
    found: dict[tuple[int, int], dict[str, str]] = {}
    for column in release.columns:
        key = column.variable or column.key
        match = AGES.match(key) if column.kind == "count" and column.period == period else None
        sex = match.group(1).lower() if match else ""
        side = "m" if sex in MEN else "w" if sex in WOMEN else ""
        if match and side:
            low = int(match.group(2))
            found.setdefault((low, int(match.group(3) or low)), {})[side] = key
    return [(years, (sides["m"], sides["w"])) for years, sides in sorted(found.items()) if len(sides) == 2]


@dataclass(frozen=True, eq=False)
class _Known(Columns):
    """Released values by what they mean."""

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Those of which less (or more) is good in itself."""
        every = self.edition.catalogue.indicators
        return tuple(i for i in every if not i.context and i.aspect not in UNJUDGED)

    @cached_property
    def ages(self) -> list[Ages]:
        return ages(self.edition.release, self.edition.period.key)

    @cached_property
    def residents(self) -> str:
        found = self.edition.release.find(role="residents")
        return self.edition.release.residents or (found[0].variable or found[0].key if found else "")

    @cached_property
    def town(self) -> tuple[str, str]:
        level = self.edition.town_level.key
        return level, self.edition.areas[level].ids[0]

    def cell(self, column: Column | None, level: str, area: str) -> Cell:
        return column.cells.get(level, {}).get(area, NO_CELL) if column else NO_CELL

    def number(self, column: Column | None, level: str, area: str) -> Decimal | None:
        value = self.cell(column, level, area).value
        return value if isinstance(value, Decimal) else None

    def people(self, variable: str, level: str, area: str, period: str = "") -> Decimal | None:
        return self.number(self.count(variable, period), level, area) if variable else None

    def share(self, parts: Sequence[str], level: str, area: str) -> Decimal | None:
        """Some counts in percent of the residents; None where one of the numbers is not shown."""
        known = [self.people(part, level, area) for part in parts]
        whole = self.people(self.residents, level, area)
        if not known or any(value is None for value in known) or not whole:
            return None
        return 100 * sum((value for value in known if value is not None), Decimal(0)) / whole


@lru_cache(maxsize=1)
def _known(edition: Edition) -> _Known:
    """What is known of an edition; the areas of one are asked for one after the other."""
    return _Known(edition)


def strengths(edition: Edition, area: str, level: str, t: Texts) -> tuple[str, ...]:
    """Up to three sentences on what speaks for an area; empty where the numbers know nothing of that kind.

    First what is clearly more favourable than in the town, then what improved, who lives here, what has long been
    steady, and only then what is slightly more favourable. What says nothing good or bad in itself is never named.

    >>> strengths.__name__
    'strengths'
    """
    known = _known(edition)
    better = sorted(_better(known, area, level, t), key=lambda b: -b[0])
    clear = [(key, words) for gain, key, words in better if gain >= BETTER][:2]
    named = {key for key, _ in clear}
    found = [words for _, words in clear]
    found += [
        *_improved(known, area, level, t),
        *_growing(known, area, level, t),
        *_young(known, area, level, t),
    ]
    if len(found) < 2:
        steady = list(_steady(known, area, level, t, named))[:1]
        found += [words for _, words in steady]
        named |= {key for key, _ in steady}
    if len(found) < 2:
        found += [words for _, key, words in better if key not in named][:1]
    return tuple(found[:MOST])


def no_strength(t: Texts) -> str:
    """What is said where the numbers know no strength.

    >>> from lebenslagen.texts import texts
    >>> no_strength(texts("en"))
    'These figures know no strengths of this area; the people who live here do.'
    """
    return t("These figures know no strengths of this area; the people who live here do.")


# --- more favourable -------------------------------------------------------------------------------------------------


def _better(known: _Known, area: str, level: str, t: Texts) -> Iterator[tuple[Decimal, str, str]]:
    """Gain against the town as a share, indicator, sentence; where the town's value is not known, against the areas."""
    diluted = {one.indicator for one in _diluted(known, area, level)}
    for indicator in known.indicators:
        column = known.latest(indicator.key)
        own, town = known.number(column, level, area), known.number(column, *known.town)
        if column is None or own is None or indicator.key in diluted or (level, area) == known.town:
            continue
        value = _amount(own, column, t)
        if town:
            gain = indicator.direction * (town - own) / abs(town)
            if gain > 0:
                yield gain, indicator.key, _than_town(indicator, value, _amount(town, column, t), gain, t)
        else:
            yield from _than_most(known, indicator, column, own, level, t)


def _amount(value: Decimal, column: Column, t: Texts) -> str:
    words = t.number(value, column.decimals)
    return f"{words}\u00a0{column.unit}" if column.unit else words


def _than_town(indicator: Indicator, value: str, town: str, gain: Decimal, t: Texts) -> str:
    if gain >= BETTER:
        return t(
            "{label}: {value}, more favourable than in the town ({town}).",
            label=indicator.head,
            value=value,
            town=town,
        )
    return t(
        "{label}: {value}, slightly more favourable than in the town ({town}).",
        label=indicator.head, value=value, town=town,
    )  # fmt: skip


def _than_most(
    known: _Known, indicator: Indicator, column: Column, own: Decimal, level: str, t: Texts
) -> Iterator[tuple[Decimal, str, str]]:
    cells = column.cells.get(level, {}).values()
    others = [cell.value for cell in cells if isinstance(cell.value, Decimal)]
    worse = sum(indicator.direction * (value - own) > 0 for value in others)
    share = Decimal(worse) / max(len(others), 1)
    if share >= MOST_OF:
        yield share, indicator.key, t(
            "{label}: {value}, more favourable than in {n} of {total} areas.",
            label=indicator.head, value=_amount(own, column, t), n=worse, total=len(others),
        )  # fmt: skip


def _improved(known: _Known, area: str, level: str, t: Texts) -> Iterator[str]:
    """The indicator that improved most against the town since the last edition, where it improved at all."""
    earlier = known.edition.previous
    if earlier is None:
        return
    best: tuple[Decimal, str] | None = None
    for indicator in known.indicators:
        columns = [known.rate(indicator.key, period) for period in (earlier.key, known.edition.period.key)]
        own = [known.number(column, level, area) for column in columns]
        town = [known.number(column, *known.town) for column in columns]
        if own[0] is None or own[1] is None or town[0] is None or town[1] is None or columns[1] is None:
            continue
        gain = indicator.direction * (own[0] - own[1])
        ahead = gain - indicator.direction * (town[0] - town[1])
        if gain >= MOVED and ahead > 0 and (best is None or ahead > best[0]):
            best = (
                ahead,
                t(
                    "{label}: better since {earlier}, from {old} to {new}.",
                    label=indicator.head,
                    earlier=earlier.label,
                    old=t.number(own[0], columns[1].decimals),
                    new=_amount(own[1], columns[1], t),
                ),
            )
    if best:
        yield best[1]


def _steady(known: _Known, area: str, level: str, t: Texts, named: set[str]) -> Iterator[tuple[str, str]]:
    """Indicators in which the area has never lain above the town, over at least `STEADY` periods without a gap."""
    for indicator in known.indicators:
        columns = [c for p in known.until_now if (c := known.rate(indicator.key, p.key))]
        pairs = [(known.number(c, level, area), known.number(c, *known.town)) for c in columns]
        both = [(own, town) for own, town in pairs if own is not None and town is not None]
        if indicator.key in named or len(both) < max(STEADY, len(pairs)) or (level, area) == known.town:
            continue
        if all(indicator.direction * (own - town) <= 0 for own, town in both):
            first = known.edition.period_of(columns[0].period).label
            yield (
                indicator.key,
                t(
                    "{label}: never above the value of the town since {first}.",
                    label=indicator.head,
                    first=first,
                ),
            )


# --- who lives here --------------------------------------------------------------------------------------------------


def _growing(known: _Known, area: str, level: str, t: Texts) -> Iterator[str]:
    """More people than in the last report, and more so than in the town."""
    earlier, people = known.edition.previous, known.residents
    if earlier is None or not people:
        return
    now, old = known.people(people, level, area), known.people(people, level, area, earlier.key)
    town, before = known.people(people, *known.town), known.people(people, *known.town, earlier.key)
    if not now or not old or now / old < GROWN or (town and before and now / old <= town / before):
        return
    yield t(
        "More people live here: {more} more than on {earlier}.",
        more=t.number(now - old),
        earlier=earlier.label,
    )


def _young(known: _Known, area: str, level: str, t: Texts) -> Iterator[str]:
    """More children, or more young people, than in the town."""
    children = [(years, keys) for years, keys in known.ages if years[1] < ADULT and years[1] < YOUTH.start]
    own, town = _shares(known, children, level, area)
    if own and town and own >= town * YOUNG:
        yield t(
            "Many children: {share} of 100 residents are under {age} (town: {town}).",
            share=t.number(own, 1), town=t.number(town, 1), age=children[-1][0][1] + 1,
        )  # fmt: skip
    young = [(years, keys) for years, keys in known.ages if years[0] in YOUTH and years[1] in YOUTH]
    own, town = _shares(known, young, level, area)
    if own and town and own >= town * YOUNG:
        yield t(
            "Many young people: {share} of 100 residents are {low} to {high} years old (town: {town}).",
            share=t.number(own, 1), town=t.number(town, 1), low=young[0][0][0], high=young[-1][0][1],
        )  # fmt: skip


def _shares(
    known: _Known, groups: Sequence[Ages], level: str, area: str
) -> tuple[Decimal | None, Decimal | None]:
    keys = [key for _, sides in groups for key in sides]
    return known.share(keys, level, area), known.share(keys, *known.town)


# --- a large base ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Dilution:
    """A rate made small by a base far larger than elsewhere: of 100 residents `own` belong to it, in the town `town`.

    >>> Dilution("03", "JA", "einwohner_15_24", Decimal("27.0"), Decimal("11.1")).indicator
    'JA'
    """

    area: str
    indicator: str
    base: str
    own: Decimal
    town: Decimal


def dilution(edition: Edition, area: str, level: str) -> tuple[Dilution, ...]:
    """The indicators of an area whose value is low while the group they refer to is far larger than in the town.

    >>> dilution.__name__
    'dilution'
    """
    return tuple(_diluted(_known(edition), area, level))


def _diluted(known: _Known, area: str, level: str) -> Iterator[Dilution]:
    found = (_dilution(known, indicator, area, level) for indicator in known.indicators)
    yield from (one for one in found if one is not None)


def _dilution(known: _Known, indicator: Indicator, area: str, level: str) -> Dilution | None:
    base = indicator.denominator
    if not base or not indicator.persons or base == known.residents:
        return None
    share, usual = known.share((base,), level, area), known.share((base,), *known.town)
    column = known.rate(indicator.key, known.edition.period.key)
    own, town = known.number(column, level, area), known.number(column, *known.town)
    if share is None or not usual or own is None or town is None:
        return None
    if share < LARGER * usual or indicator.direction * (town - own) <= 0:
        return None
    return Dilution(area, indicator.key, base, share, usual)

"""The index as it may be published: computed from published figures alone, so that it tells nothing about the others.

Scores, contributions, means, probabilities and persons to the border of one area depend on the figures of all areas. Printed
beside each other they would give a hidden count away, whatever is withheld: a reader computes the index for every number it
could be and keeps the one that fits. Here nothing hidden enters. For a count that is not published stands an estimate that a
reader could make himself: of the numbers it can be, those for which every class is as it truly is, the one nearest to their
middle. Beyond what the tables show, only the classes are told; where one would not leave enough room, the area has none:
between which values it lies is shown, and every class that it can have.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.project import build, withheld
from lebenslagen.project.draft import index_periods
from lebenslagen.project.index_columns import IndexColumns
from lebenslagen.project.withheld import Spans

if TYPE_CHECKING:
    import pandas as pd

    from lebenslagen.disclosure.release import Draft, Release
    from lebenslagen.index import Index, IndexDesign, Span
    from lebenslagen.project.build import Works
    from lebenslagen.project.declare import DeclaredIndex, DeclaredReport

__all__ = ["Surrogates", "Unknown", "computed", "published_counts", "surrogates", "with_index"]

MOST = 4000  # numbers tried together; above, a seeded sample with the corners
SEED = 1
ROOM = 0.5  # share of its range that a hidden count must keep when the classes are known,
ENOUGH = 3  # or so many times the width demanded, where the range is wide


@dataclass(frozen=True)
class Unknown:
    """A count behind the index that is not published: which table, where, and between which numbers it lies.

    >>> Unknown("2024", "numerator", "JA", "27", 4, 12).middle
    8
    """

    period: str
    side: str
    indicator: str
    area: str
    low: int
    high: int

    @property
    def middle(self) -> int:
        return (self.low + self.high) // 2


def with_index(works: Works, report: DeclaredReport, draft: Draft, release: Release) -> Draft:
    """The draft with the columns of every index edition the report shows, computed from what `release` shows.

    `release`: the protected draft without an index. Areas whose class would tell too much have none, but a span.
    """
    columns, methods = [], {}
    for period in index_periods(works, report):
        made = _edition(works, report, release, period)
        columns += list(made.columns())
        if period == report.period:
            methods[report.index] = made.info()
    return replace(draft, columns=(*draft.columns, *columns), methods=methods)


def _edition(works: Works, report: DeclaredReport, release: Release, period: str) -> IndexColumns:
    declared = works.declaration.index(report.index)
    true = build.built_index(works, report.index, period)
    keys = list(dict.fromkeys(k for measure in true.design.measures.values() for k in measure.keys))
    indicators = [works.declaration.catalogue.indicator(key) for key in keys]
    vintage = works.declaration.period(period).vintage.isoformat()
    variables = {v for indicator in indicators for v in indicator.variables}
    sources = tuple(
        dict.fromkeys(s for c in release.columns if c.indicator in {*variables, *keys} for s in c.sources)
    )
    shared: dict[str, Any] = {"declared": declared, "period": period, "vintage": vintage, "sources": sources}
    shared["residents"] = works.declaration.residents
    if any(indicator.published for indicator in indicators):
        shared["spans"] = withheld.released(works, declared, true, release, period)
        return IndexColumns(index=true, certainty=None, estimated=frozenset(), **shared)
    counts, unknown = published_counts(works, declared, release, period, keys, true.areas)
    spans: dict[str, dict[str, Span]] = {name: {} for name in true.design.measures}
    if unknown:
        chosen = surrogates(works, true, counts, unknown, keys, release.policy.width)
        counts = _filled(counts, unknown, chosen.numbers)
        spans = {name: dict(chosen.spans.get(name, {})) for name in spans}
    index, certainty = computed(works, declared, true.design, counts, period, keys, release)
    estimated = frozenset(one.area for one in unknown)
    index = replace(index, left_out=true.left_out)
    for name, found in withheld.released(works, declared, index, release, period).items():
        spans[name].update(found)
    shared["spans"] = spans
    return IndexColumns(index=index, certainty=certainty, estimated=estimated, **shared)


Counts = dict[tuple[str, str], "pd.DataFrame"]  # (period, "numerator" or "denominator") -> areas x indicators


def published_counts(
    works: Works,
    declared: DeclaredIndex,
    release: Release,
    period: str,
    keys: Sequence[str],
    areas: Sequence[str],
) -> tuple[Counts, list[Unknown]]:
    """The counts behind an edition as a release shows them, and those it does not show with what they can be.

    Counts that are not shown are NaN in the tables. Raises KeyError for a release without the columns.
    """
    import pandas as pd

    before = declared.edition(period).change_from
    counts: Counts = {}
    unknown: list[Unknown] = []
    for when in filter(None, (period, before)):
        for side in ("numerator", "denominator"):
            table = pd.DataFrame(float("nan"), index=pd.Index(list(areas)), columns=list(keys))
            for key in keys:
                variable = getattr(works.declaration.catalogue.indicator(key), side)
                column = f"{variable}@{when}"
                for area in areas:
                    cell = release.cell(column, declared.level, area)
                    if isinstance(cell.value, Decimal):
                        table.loc[area, key] = float(cell.value)
                    elif cell.mark == "withheld":
                        unknown.append(
                            _unknown(release, column, declared.level, Unknown(when, side, key, area, 0, 0))
                        )
            counts[when, side] = table
    return counts, unknown


def _unknown(release: Release, column: str, level: str, one: Unknown) -> Unknown:
    bounds = release.bounds[column, level, one.area]
    low = int(bounds.low)
    return replace(one, low=low, high=int(bounds.high) if bounds.high is not None else 2 * low + 10)


@dataclass(frozen=True)
class Surrogates:
    """Numbers in place of counts that are not published, and the areas whose class would tell one of them.

    numbers: one an unknown count. spans: measure -> area -> what it can score and every class it can have.
    """

    numbers: tuple[int, ...]
    spans: Spans


def surrogates(
    works: Works, true: Index, counts: Counts, unknown: Sequence[Unknown], keys: Sequence[str], width: int
) -> Surrogates:
    """A number for each unknown count: of those for which all classes shown are the true ones, the nearest to the middle.

    A class is not shown where knowing it would leave a count too little room: less than `width` demands, or less than half
    of its range where that is narrow.
    """
    import numpy as np

    tried = np.array(list(_tried(unknown)))
    found = _scored(works, true, counts, unknown, keys, tried)
    silent = _silenced(found, tried, unknown, width)
    left = np.flatnonzero(_fits(found, silent))
    middle = np.array([one.middle for one in unknown], dtype=float)
    span = np.array([max(one.high - one.low, 1) for one in unknown], dtype=float)
    distance = (((tried[left] - middle) / span) ** 2).sum(axis=1)
    numbers = tuple(int(n) for n in tried[left[int(np.argmin(distance))]])
    return Surrogates(
        numbers, {name: one.spans(left, silent) for name, one in found.items()} if silent else {}
    )


def _has_room(numbers: Any, one: Unknown, width: int) -> bool:
    import numpy as np

    if not len(numbers):
        return False
    most = one.high - one.low
    return bool(np.ptp(numbers) >= max(min(width + 1, most), min(ROOM * most, ENOUGH * (width + 1))))


def _silenced(
    found: Mapping[str, _Tried], tried: Any, unknown: Sequence[Unknown], width: int
) -> frozenset[int]:
    """The areas, by their place, whose class must not be shown: none, a single one that is enough, or all that waver."""

    def enough(silent: frozenset[int]) -> bool:
        left = tried[_fits(found, silent)]
        return all(_has_room(left[:, place], one, width) for place, one in enumerate(unknown))

    if enough(frozenset()):
        return frozenset()
    waver = sorted({int(area) for one in found.values() for area in one.wavering()})
    single = next((frozenset([area]) for area in waver if enough(frozenset([area]))), None)
    return single or frozenset(waver)


def _fits(found: Mapping[str, _Tried], silent: frozenset[int]) -> Any:
    """For each row of numbers, whether the index computed with them has the true classes: (rows,) of true and false."""
    import numpy as np

    same = [one.same(silent) for one in found.values()]
    return np.all(same, axis=0) if same else np.ones(1, dtype=bool)


@dataclass(frozen=True, eq=False)
class _Tried:
    """One measure for every row of numbers tried: scores and class numbers (rows, areas), and the true class numbers."""

    areas: tuple[str, ...]
    keys: tuple[str, ...]
    scores: Any
    codes: Any
    own: Any

    def same(self, silent: frozenset[int]) -> Any:
        shown = [place for place in range(len(self.areas)) if place not in silent]
        return (self.codes[:, shown] == self.own[shown]).all(axis=1)

    def wavering(self) -> Any:
        import numpy as np

        return np.flatnonzero((self.codes != self.own).any(axis=0))

    def spans(self, left: Any, silent: frozenset[int]) -> dict[str, Span]:
        from lebenslagen.index import Span

        found = {}
        for place in sorted(silent):
            scores = self.scores[left, place]
            codes = {int(self.own[place]), *(int(n) for n in self.codes[left, place])}
            classes = tuple(key for n, key in enumerate(self.keys) if n in codes)
            found[self.areas[place]] = Span(float(scores.min()), float(scores.max()), classes)
        return found


def _tried(unknown: Sequence[Unknown]) -> Iterator[tuple[int, ...]]:
    """All combinations of numbers, or a seeded sample that holds the middle and the ends of each."""
    import numpy as np

    ranges = [range(one.low, one.high + 1) for one in unknown]
    total = 1
    for numbers in ranges:
        total *= len(numbers)
    if total <= MOST:
        yield from itertools.product(*ranges)
        return
    middle = tuple(one.middle for one in unknown)
    yield middle
    for place, numbers in enumerate(ranges):
        for number in numbers:
            yield (*middle[:place], number, *middle[place + 1 :])
    drawn = np.random.default_rng(SEED).integers(
        [one.low for one in unknown], [one.high + 1 for one in unknown], size=(MOST, len(unknown))
    )
    yield from (tuple(int(n) for n in row) for row in drawn)


def _scored(
    works: Works, true: Index, counts: Counts, unknown: Sequence[Unknown], keys: Sequence[str], tried: Any
) -> dict[str, _Tried]:
    """The measures that have classes, computed with each row of numbers."""
    import numpy as np

    from lebenslagen.index import class_numbers, reference_of, scores_for

    periods = list(dict.fromkeys(period for period, _ in counts))
    rates = {period: _rates(works, counts, unknown, keys, tried, period) for period in periods}
    reference = reference_of(true.design, true.areas, None, exact=False)
    found = {}
    for name, measure in true.design.measures.items():
        scored = true.dynamics if name == "dynamics" else true.status
        if scored is None or scored.classes is None or measure.classes is None:
            continue
        places = [list(keys).index(key) for key in measure.keys]
        values = rates[periods[0]] if name == "status" else rates[periods[0]] - rates[periods[-1]]
        own = np.array([measure.classes.keys.index(scored.classes[area]) for area in true.areas])
        codes = class_numbers(measure, values[:, places], reference)
        scores = scores_for(measure, values[:, places], reference)
        found[name] = _Tried(tuple(true.areas), measure.classes.keys, scores, codes, own)
    return found


def _rates(
    works: Works, counts: Counts, unknown: Sequence[Unknown], keys: Sequence[str], tried: Any, period: str
) -> Any:
    """Rates for each row of numbers: (rows, indicators, areas)."""
    import numpy as np

    tables = {}
    for side in ("numerator", "denominator"):
        base = counts[period, side].to_numpy().T
        tables[side] = np.repeat(base[None], len(tried), axis=0)
        areas = list(counts[period, side].index)
        for place, one in enumerate(unknown):
            if (one.period, one.side) == (period, side):
                tables[side][:, list(keys).index(one.indicator), areas.index(one.area)] = tried[:, place]
    per = np.array([works.declaration.catalogue.indicator(key).per for key in keys], dtype=float)
    return per[None, :, None] * tables["numerator"] / tables["denominator"]


def _filled(counts: Counts, unknown: Sequence[Unknown], numbers: Sequence[int]) -> Counts:
    filled = {key: table.copy() for key, table in counts.items()}
    for one, number in zip(unknown, numbers, strict=True):
        filled[one.period, one.side].loc[one.area, one.indicator] = float(number)
    return filled


def computed(
    works: Works,
    declared: DeclaredIndex,
    design: IndexDesign,
    counts: Counts,
    period: str,
    keys: Sequence[str],
    release: Release,
) -> tuple[Index, Any]:
    """The index and how sure it is, from tables of counts without gaps as `published_counts` gives them."""
    from lebenslagen.index import build_index, certainty

    per: Mapping[str, int] = {key: works.declaration.catalogue.indicator(key).per for key in keys}
    before = declared.edition(period).change_from
    rates = {
        when: counts[when, "numerator"] * list(per.values()) / counts[when, "denominator"]
        for when in filter(None, (period, before))
    }
    within = replace(design, exclude={})  # the excluded areas are not in the tables
    weights = (
        _residents(works, declared, release, period, rates[period].index)
        if design.reference == "residents"
        else None
    )
    change = rates[period] - rates[before] if before else None
    index = build_index(within, rates[period], change=change, weights=weights)
    now = (counts[period, "numerator"], counts[period, "denominator"])
    then = (counts[before, "numerator"], counts[before, "denominator"]) if before else None
    draws = declared.certainty
    sure = certainty(within, *now, before=then, per=per, weights=weights, draws=draws.draws, seed=draws.seed)
    return replace(index, design=design, excluded=design.exclude), sure


def _residents(
    works: Works, declared: DeclaredIndex, release: Release, period: str, areas: Any
) -> pd.Series[float]:
    import pandas as pd

    column = f"{works.declaration.residents}@{period}"
    values = [release.cell(column, declared.level, area).value for area in areas]
    return pd.Series([float(v) if isinstance(v, Decimal) else float("nan") for v in values], index=areas)

"""The index of a design that is not stored yet, computed from what may be shown and from nothing else.

Where a count is shown, it is taken exactly as it is. Where it is hidden, the middle of the interval stands in for it
that the best informed reader can find out anyway (it is part of every release); the quarter itself is then shown
without score; its class is shown only where both ends of those intervals lead to the same one. So whatever is tried in
the workshop, in whatever combination, tells no more than the release does: it is made from nothing else. The true index
is computed when the design is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.texts import round_half_up
from lebenslagen.web.town import town

if TYPE_CHECKING:
    import pandas as pd

    from lebenslagen.disclosure.release import Cell, Column, IndexInfo, Release
    from lebenslagen.index import Index, IndexDesign
    from lebenslagen.index.compute import Scored
    from lebenslagen.project.declare import DeclaredIndex
    from lebenslagen.report.view import View

__all__ = ["Counted", "Preview", "counted", "preview", "public_release"]

DECIMALS = 2


@dataclass(frozen=True, eq=False)
class Counted:
    """Rates of some indicators in one period as far as they may be used: areas x indicators.

    `hidden`: (area, indicator) whose value is not shown and only stands in, between `low` and `high`; `numerators`,
    `denominators`: persons.
    """

    rates: pd.DataFrame
    numerators: pd.DataFrame
    denominators: pd.DataFrame
    low: pd.DataFrame
    high: pd.DataFrame
    hidden: frozenset[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Preview:
    """An index computed from a release.

    `veiled`: the areas something is hidden of, with the indicators; `ends`: the index with all of it at its lower
    and at
    its upper end of burden; `given`: role -> cells of the release, where it holds this very index.
    """

    index: Index
    declared: DeclaredIndex
    period: str
    now: Counted
    before: Counted | None
    veiled: Mapping[str, tuple[str, ...]]
    ends: tuple[Index, ...] = ()
    given: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)
    weights: pd.Series[float] | None = None

    @property
    def design(self) -> IndexDesign:
        return self.index.design

    def score(self, area: str, measure: str = "status") -> Cell:
        """The score of an area in the declared orientation."""
        role = "score" if measure == "status" else "dynamics_score"
        if role in self.given:
            return self.given[role].get(area, _gap())
        if area in self._there and self._hides(area, measure):
            return _gap("withheld")
        return self._cell(area, lambda: self.scores_of[measure][0][area])

    def part(self, area: str, indicator: str, measure: str = "status") -> Cell:
        """The contribution of an indicator; hidden where the indicator is."""

        role = f"{'' if measure == 'status' else 'dynamics_'}contribution.{indicator}"
        if role in self.given:
            return self.given[role].get(area, _gap())
        if (area, indicator) in self.hidden(measure):
            return _gap("withheld")
        return self._cell(area, lambda: float(self.scores_of[measure][1].at[area, indicator]))

    def group(self, area: str, measure: str = "status") -> Cell:
        """The class of an area: "status", "dynamics" or "combined"."""
        role = {"status": "class", "dynamics": "dynamics_class", "combined": "combined_class"}[measure]
        if role in self.given:
            return self.given[role].get(area, _gap())
        if (
            area in self.veiled
            and area in self._there
            and len({known.get(area) for known in self.classes_by[measure]}) > 1
        ):
            return _gap("withheld")
        return self._cell(area, lambda: self.classes_by[measure][0].get(area))

    def hidden(self, measure: str) -> frozenset[tuple[str, str]]:
        before = self.before.hidden if measure == "dynamics" and self.before else frozenset()
        return self.now.hidden | before

    def _hides(self, area: str, measure: str) -> bool:
        scored = self.index.dynamics if measure == "dynamics" else self.index.status
        hidden = self.hidden(measure)
        return scored is not None and any((area, key) in hidden for key in scored.measure.keys)

    def _cell(self, area: str, value: Callable[[], float | str | None]) -> Cell:
        from lebenslagen.disclosure.release import Cell

        if area in self.index.excluded:
            return Cell(None, "excluded")
        if area not in self._there:
            return Cell(None, "missing")
        found = value()
        if found is None:
            return Cell(None, "missing")
        return Cell(found if isinstance(found, str) else round_half_up(found, DECIMALS))

    @cached_property
    def sure(self) -> Mapping[str, Cell]:
        """How sure the status class of each area is, in percent: as released, or drawn anew; empty where that takes too long.

        Where a count of the area is hidden, so is this.
        """
        if "probability" in self.given:
            return self.given["probability"]
        drawn = _drawn(self)
        return {area: _gap("withheld") if self._hides(area, "status") else self._cell(area, lambda a=area: drawn[a])
                for area in drawn}  # fmt: skip

    @cached_property
    def _there(self) -> frozenset[str]:
        return frozenset(self.index.areas)

    @cached_property
    def scores_of(self) -> dict[str, tuple[dict[str, float], pd.DataFrame]]:
        """Scores and contributions in the declared orientation, turned once."""
        measures = ["status", *(["dynamics"] if self.index.dynamics is not None else [])]
        shown = {measure: self.index.shown(measure) for measure in measures}
        return {measure: (scores.to_dict(), parts) for measure, (scores, parts) in shown.items()}

    @cached_property
    def classes_by(self) -> dict[str, tuple[dict[str, str], ...]]:
        """The classes of the index and of its two ends, by area."""
        indices = (self.index, *self.ends)
        return {
            measure: tuple(_classes_of(index, measure) for index in indices)
            for measure in ("status", "dynamics", "combined")
        }


AT_ONCE = 800  # areas times indicators up to which certainty is drawn while a page waits


def _drawn(found: Preview) -> dict[str, float]:
    """How often each area is in its status class when all counts are drawn around their values: percent by area."""
    from lebenslagen.index import certainty

    keys, measure = list(found.design.status.keys), found.design.status
    numerators, denominators = found.now.numerators[keys], found.now.denominators[keys]
    known = not numerators.loc[list(found.index.areas)].isna().to_numpy().any()
    if measure.classes is None or not known or len(found.index.areas) * len(keys) > AT_ONCE:
        return {}
    per = {key: town().declaration.catalogue.indicator(key).per for key in keys}
    design = replace(found.design, dynamics=None, focus=None)
    draws = found.declared.certainty
    drawn = certainty(
        design, numerators, denominators, per=per, weights=found.weights, draws=draws.draws, seed=draws.seed
    )
    own = drawn.status.own
    return {} if own is None else {str(area): 100 * float(share) for area, share in own.items()}


def _gap(mark: str = "missing") -> Cell:
    from lebenslagen.disclosure.release import Cell

    return Cell(None, mark)


def _classes_of(index: Index, measure: str) -> dict[str, str]:
    scored = index.dynamics if measure == "dynamics" else index.status
    classes = index.combined if measure == "combined" else scored.classes if scored else None
    return {} if classes is None else {str(area): str(key) for area, key in classes.items()}


# --- what may be used -------------------------------------------------------------------------------------------


def counted(view: View, level: str, keys: Iterable[str], period: str) -> Counted:
    """The rates of indicators as a release lets one compute them.

    Raises DesignError naming the indicators of which it holds nothing for this period.
    """
    import pandas as pd

    keys = list(keys)
    columns = {key: view.rate(key, period) for key in keys}
    absent = [key for key, column in columns.items() if column is None or not column.cells.get(level)]
    if absent:
        labels = ", ".join(view.edition.catalogue.indicator(key).label for key in absent)
        raise DesignError(Fault("index-not-shown", "indices", {"indicators": labels, "period": period}))
    ids, hidden, reasons = view.edition.areas[level].ids, set(), {}
    tables: dict[str, dict[str, list[float]]] = {"rate": {}, "n": {}, "d": {}, "low": {}, "high": {}}
    for key, column in columns.items():
        assert column is not None
        mark = ("rates", view.edition.release.digest, column.key, level)
        found = town().kept(
            mark, lambda c=column: [_rate(view.edition.release, c, level, area) for area in ids]
        )
        for position, name in enumerate(tables):
            tables[name][key] = [row[0][position] for row in found]
        hidden |= {(area, key) for area, (_, mark) in zip(ids, found, strict=True) if mark == "withheld"}
        reasons |= {
            (area, key): mark
            for area, (_, mark) in zip(ids, found, strict=True)
            if mark and mark != "withheld"
        }
    frames = [pd.DataFrame(table, index=list(ids)) for table in tables.values()]
    frames[0].attrs["reasons"] = reasons
    return Counted(*frames, frozenset(hidden))


NOTHING = float("nan")


Numbers = tuple[float, float, float, float, float]


def _rate(release: Release, column: Column, level: str, area: str) -> tuple[Numbers, str]:
    """(rate, numerator, denominator, lowest and highest rate) and what hides it: from what is known of the counts."""
    cell = release.cell(column.key, level, area)
    if cell.mark and cell.mark != "withheld":
        return _only(NOTHING), cell.mark
    counts = [_count(release, key, level, area) for key in (column.numerator, column.denominator) if key]
    if len(counts) < 2 or counts[1] is None or counts[1][1] <= 0:
        return _only(float(cell.value) if isinstance(cell.value, Decimal) else NOTHING), cell.mark
    low, base, high = counts[1]
    if counts[0] is None:  # nothing but its base is known: the rate of the town stands in
        usual = _town_share(release, column)
        return (column.per * usual, usual * base, base, 0.0, float(column.per)), "withheld"
    least, number, most = counts[0]
    mark = "withheld" if cell.mark or least < most or low < high else ""
    ends = column.per * min(least / high, 1.0), column.per * min(most / max(low, 1.0), 1.0)
    return (column.per * min(number / base, 1.0), min(number, base), base, *ends), mark


def _only(rate: float) -> Numbers:
    return rate, NOTHING, NOTHING, rate, rate


def _count(release: Release, key: str, level: str, area: str) -> tuple[float, float, float] | None:
    """The lowest, the middle and the highest that is known of a count: three times the same where it is shown."""
    cell = release.cell(key, level, area)
    if isinstance(cell.value, Decimal):
        return (float(cell.value),) * 3
    bounds = release.bounds.get((key, level, area))
    if bounds is None or bounds.high is None:
        return None
    return float(bounds.low), float(round((bounds.low + bounds.high) / 2)), float(bounds.high)


def _town_share(release: Release, column: Column) -> float:
    """The rate of the whole town as a share, where a hidden count has no interval."""
    level = release.levels[-1]
    for cell in column.cells.get(level, {}).values():
        if isinstance(cell.value, Decimal):
            return float(cell.value) / column.per
    return 0.0


def _residents(view: View, level: str, period: str) -> pd.Series[float]:
    import pandas as pd

    column = view.count(view.residents, period) if view.residents else None
    ids = view.edition.areas[level].ids
    found = [_count(view.edition.release, column.key, level, a) if column else None for a in ids]
    return pd.Series([NOTHING if n is None else n[1] for n in found], index=list(ids), dtype=float)


# --- the index --------------------------------------------------------------------------------------------------


def preview(view: View, declared: DeclaredIndex, design: IndexDesign, period: str) -> Preview:
    """The index of a design from the figures of a release.

    Raises DesignError where design and figures contradict each other.
    """
    from lebenslagen.index import build_index, change

    edition = declared.edition(period)
    keys = dict.fromkeys(key for measure in design.measures.values() for key in measure.keys)
    now = counted(view, declared.level, keys, period)
    wanted = list(design.dynamics.keys) if design.dynamics else []
    before = (
        counted(view, declared.level, wanted, edition.change_from) if wanted and edition.change_from else None
    )
    weights = _residents(view, declared.level, period) if design.reference == "residents" else None

    def built(rates: pd.DataFrame, then: pd.DataFrame | None) -> Index:
        moved = None if not wanted else change(rates[wanted], then) if then is not None else rates[wanted]
        return build_index(design, rates, moved, weights)

    veiled = _veiled(now, before)
    index = built(now.rates, before.rates if before else None)
    ends = ()
    if veiled:
        turned = {
            p.indicator: p.direction or 1 for measure in design.measures.values() for p in measure.parts
        }
        ends = tuple(
            built(_end(now, turned, up), _end(before, turned, not up) if before else None)
            for up in (False, True)
        )
    found = Preview(index, declared, period, now, before, veiled, ends, weights=weights)
    return replace(found, given=_given(view, found))


def _end(known: Counted, turned: Mapping[str, int], up: bool) -> pd.DataFrame:
    """The rates with everything hidden at its lower (or upper) end of burden."""
    rates = known.rates.copy()
    for key in rates.columns:
        rates[key] = known.high[key] if (turned[key] > 0) == up else known.low[key]
    rates.attrs = dict(known.rates.attrs)
    return rates


ALIKE = 0.05  # so far may a score lie from the released one for the sake of hidden counts elsewhere


def _given(view: View, found: Preview) -> dict[str, Mapping[str, Cell]]:
    """The cells of the release where it holds this very index: same classes, same scores but for rounding."""
    columns = {
        c.role + (f".{c.indicator}" if c.role.endswith("contribution") else ""): c.cells.get(
            found.declared.level, {}
        )
        for c in view.edition.release.find(index=found.design.key, period=found.period)
    }
    if not {"score", "class"} <= set(columns):
        return {}
    scores, classes = found.scores_of["status"][0], found.classes_by["status"][0]
    for area in found.index.areas:
        cell, group = columns["score"].get(area), columns["class"].get(area)
        if cell and isinstance(cell.value, Decimal) and abs(float(cell.value) - scores[area]) > ALIKE:
            return {}
        if area not in found.veiled and group and group.value not in (None, classes.get(area)):
            return {}
    shown = sum(isinstance(cell.value, Decimal) for cell in columns["score"].values())
    return columns if shown >= len(found.index.areas) / 2 else {}


def _veiled(now: Counted, before: Counted | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for area, key in sorted(now.hidden | (before.hidden if before else frozenset())):
        found.setdefault(area, {})[key] = None
    return {area: tuple(keys) for area, keys in found.items()}


def public_release(view: View, found: Preview) -> Release:
    """The preview as columns that the figures can draw: classes and rounded scores, hidden ones hidden."""
    level, ids = found.declared.level, view.edition.areas[found.declared.level].ids
    key = found.design.key
    columns = [
        _column(found, "score", level, {a: found.score(a) for a in ids}),
        _column(found, "class", level, {a: found.group(a) for a in ids}),
    ]
    if found.index.dynamics is not None:
        columns.append(_column(found, "dynamics_class", level, {a: found.group(a, "dynamics") for a in ids}))
        if found.index.dynamics.classes is not None:
            columns.append(
                _column(found, "combined_class", level, {a: found.group(a, "combined") for a in ids})
            )
    residents = view.count(view.residents, found.period) if view.residents else None
    people = (residents,) if residents else ()
    return replace(view.edition.release, columns=(*columns, *people), methods={key: _info(found)}, bounds={})


def _column(found: Preview, role: str, level: str, cells: Mapping[str, Cell]) -> Column:
    from lebenslagen.disclosure.release import Column

    key, label = found.design.key, found.design.label
    return Column(
        key=f"{key}.{role}@{found.period}",
        role=role,
        kind="amount",
        period=found.period,
        label=label,
        index=key,
        decimals=DECIMALS if role == "score" else 0,
        cells={level: cells},
    )


def _info(found: Preview) -> IndexInfo:
    from lebenslagen.disclosure.release import IndexInfo

    index = found.index
    more = _limits(index.dynamics, "dynamics_") if index.dynamics else {}
    return IndexInfo(
        key=found.design.key,
        label=found.design.label,
        period=found.period,
        level=found.declared.level,
        orientation=found.design.orientation,
        excluded=dict(found.design.exclude),
        focus=tuple(a for a in index.focus if a not in found.veiled),
        **_limits(index.status, ""),
        **more,
    )


def _limits(scored: Scored, prefix: str) -> dict[str, Any]:
    classes = scored.measure.classes
    return {
        f"{prefix}cuts": tuple(round(float(cut), 4) for cut in scored.cuts),
        f"{prefix}upper_closed": classes.closed if classes else (),
        f"{prefix}class_keys": classes.keys if classes else (),
        f"{prefix}class_labels": (classes.labels or classes.keys) if classes else (),
    }

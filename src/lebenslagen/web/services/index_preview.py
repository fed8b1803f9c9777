"""The index of a design that is not stored yet, computed from what may be shown and from nothing else.

Where a count is shown, it is taken exactly as it is. Where it is hidden, the middle of the interval stands in for it that
the best informed reader can find out anyway (it is part of every release); the quarter itself is then shown without score
and class. So whatever is tried in the workshop, in whatever combination, tells no more than the release does: it is made
from nothing else. The true index is computed when the design is stored.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.texts import round_half_up

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

    `hidden`: (area, indicator) whose value is not shown and only stands in; `numerators`, `denominators`: persons.
    """

    rates: pd.DataFrame
    numerators: pd.DataFrame
    denominators: pd.DataFrame
    hidden: frozenset[tuple[str, str]]


@dataclass(frozen=True, eq=False)
class Preview:
    """An index computed from a release: `veiled` are the areas of which nothing may be shown, with the indicators."""

    index: Index
    declared: DeclaredIndex
    period: str
    now: Counted
    before: Counted | None
    veiled: Mapping[str, tuple[str, ...]]

    @property
    def design(self) -> IndexDesign:
        return self.index.design

    def score(self, area: str, measure: str = "status") -> Cell:
        return self._cell(area, lambda: float(self.index.shown(measure)[0][area]))

    def part(self, area: str, indicator: str, measure: str = "status") -> Cell:
        """The contribution of an indicator; hidden where the indicator is."""
        from lebenslagen.disclosure.release import Cell

        if (area, indicator) in self.hidden(measure):
            return Cell(None, "withheld")
        return self._cell(area, lambda: float(self.index.shown(measure)[1].at[area, indicator]), whole=False)

    def group(self, area: str, measure: str = "status") -> Cell:
        """The class of an area: "status", "dynamics" or "combined"."""
        scored = self.index.dynamics if measure == "dynamics" else self.index.status
        classes = self.index.combined if measure == "combined" else scored.classes if scored else None
        return self._cell(area, lambda: str(classes[area]) if classes is not None else None)

    def hidden(self, measure: str) -> frozenset[tuple[str, str]]:
        before = self.before.hidden if measure == "dynamics" and self.before else frozenset()
        return self.now.hidden | before

    def _cell(self, area: str, value: Any, *, whole: bool = True) -> Cell:
        from lebenslagen.disclosure.release import Cell

        if area in self.index.excluded:
            return Cell(None, "excluded")
        if area not in self._there:
            return Cell(None, "missing")
        if whole and area in self.veiled:
            return Cell(None, "withheld")
        found = value()
        if found is None:
            return Cell(None, "missing")
        return Cell(found if isinstance(found, str) else round_half_up(found, DECIMALS))

    @property
    def _there(self) -> frozenset[str]:
        kept = self.__dict__.get("_areas")
        if kept is None:
            kept = frozenset(self.index.areas)
            object.__setattr__(self, "_areas", kept)
        return kept


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
    tables: dict[str, dict[str, list[float]]] = {"rate": {}, "n": {}, "d": {}}
    for key, column in columns.items():
        assert column is not None
        found = [_rate(view.edition.release, column, level, area) for area in ids]
        for name, position in (("rate", 0), ("n", 1), ("d", 2)):
            tables[name][key] = [row[position] for row in found]
        hidden |= {(area, key) for area, row in zip(ids, found, strict=True) if row[3] == "withheld"}
        reasons |= {(area, key): row[3] for area, row in zip(ids, found, strict=True) if row[3] and row[3] != "withheld"}
    frames = [pd.DataFrame(tables[name], index=list(ids)) for name in ("rate", "n", "d")]
    frames[0].attrs["reasons"] = reasons
    return Counted(frames[0], frames[1], frames[2], frozenset(hidden))


NOTHING = float("nan")


def _rate(release: Release, column: Column, level: str, area: str) -> tuple[float, float, float, str]:
    """Rate, numerator, denominator and what hides it: from shown counts, otherwise from what is known of them."""
    cell = release.cell(column.key, level, area)
    if cell.mark and cell.mark != "withheld":
        return NOTHING, NOTHING, NOTHING, cell.mark
    if not (column.numerator and column.denominator):
        return (float(cell.value) if isinstance(cell.value, Decimal) else NOTHING), NOTHING, NOTHING, cell.mark
    over, under = (_count(release, key, level, area) for key in (column.numerator, column.denominator))
    base = under[0]
    if base is None or base <= 0:
        return (float(cell.value) if isinstance(cell.value, Decimal) else NOTHING), NOTHING, NOTHING, cell.mark
    usual = _town_share(release, column) if over[0] is None else 0.0
    number = min(over[0] if over[0] is not None else usual * base, base)
    mark = "withheld" if cell.mark or over[1] or under[1] else ""
    return column.per * number / base, number, base, mark


def _count(release: Release, key: str, level: str, area: str) -> tuple[float | None, bool]:
    """A count as shown, or the middle of what is known of it; whether it is hidden."""
    cell = release.cell(key, level, area)
    if isinstance(cell.value, Decimal):
        return float(cell.value), False
    bounds = release.bounds.get((key, level, area))
    if bounds is not None and bounds.high is not None:
        return round((bounds.low + bounds.high) / 2), True
    return None, True


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
    found = [_count(view.edition.release, column.key, level, a)[0] if column else None for a in ids]
    return pd.Series([NOTHING if n is None else n for n in found], index=list(ids), dtype=float)


# --- the index --------------------------------------------------------------------------------------------------


def preview(view: View, declared: DeclaredIndex, design: IndexDesign, period: str) -> Preview:
    """The index of a design from the figures of a release.

    Raises DesignError where design and figures contradict each other.
    """
    from lebenslagen.index import build_index, change

    edition = declared.edition(period)
    keys = dict.fromkeys(key for measure in design.measures.values() for key in measure.keys)
    now = counted(view, declared.level, keys, period)
    before, moved = None, None
    if design.dynamics is not None:
        wanted = list(design.dynamics.keys)
        before = counted(view, declared.level, wanted, edition.change_from) if edition.change_from else None
        moved = change(now.rates[wanted], before.rates) if before else now.rates[wanted]
    weights = _residents(view, declared.level, period) if design.reference == "residents" else None
    index = build_index(design, now.rates, moved, weights)
    return Preview(index, declared, period, now, before, _veiled(now, before))


def _veiled(now: Counted, before: Counted | None) -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for area, key in sorted(now.hidden | (before.hidden if before else frozenset())):
        found.setdefault(area, {})[key] = None
    return {area: tuple(keys) for area, keys in found.items()}


def public_release(view: View, found: Preview) -> Release:
    """The preview as columns that the figures can draw: classes and rounded scores, hidden ones hidden."""
    level, ids = found.declared.level, view.edition.areas[found.declared.level].ids
    key = found.design.key
    columns = [_column(found, "score", level, {a: found.score(a) for a in ids}), _column(found, "class", level, {a: found.group(a) for a in ids})]
    if found.index.dynamics is not None:
        columns.append(_column(found, "dynamics_class", level, {a: found.group(a, "dynamics") for a in ids}))
        if found.index.dynamics.classes is not None:
            columns.append(_column(found, "combined_class", level, {a: found.group(a, "combined") for a in ids}))
    residents = view.count(view.residents, found.period) if view.residents else None
    people = (residents,) if residents else ()
    return replace(view.edition.release, columns=(*columns, *people), methods={key: _info(found)}, bounds={})


def _column(found: Preview, role: str, level: str, cells: Mapping[str, Cell]) -> Column:
    from lebenslagen.disclosure.release import Column

    key, label = found.design.key, found.design.label
    return Column(
        key=f"{key}.{role}@{found.period}", role=role, kind="amount", period=found.period, label=label, index=key,
        decimals=DECIMALS if role == "score" else 0, cells={level: cells},
    )  # fmt: skip


def _info(found: Preview) -> IndexInfo:
    from lebenslagen.disclosure.release import IndexInfo

    index = found.index
    more = _limits(index.dynamics, "dynamics_") if index.dynamics else {}
    return IndexInfo(
        key=found.design.key, label=found.design.label, period=found.period, level=found.declared.level,
        orientation=found.design.orientation, excluded=dict(found.design.exclude), focus=tuple(a for a in index.focus if a not in found.veiled),
        **_limits(index.status, ""), **more,
    )  # fmt: skip


def _limits(scored: Scored, prefix: str) -> dict[str, Any]:
    classes = scored.measure.classes
    return {
        f"{prefix}cuts": tuple(round(float(cut), 4) for cut in scored.cuts), f"{prefix}upper_closed": classes.closed if classes else (),
        f"{prefix}class_keys": classes.keys if classes else (), f"{prefix}class_labels": (classes.labels or classes.keys) if classes else (),
    }  # fmt: skip

"""From a released figure down to the delivered cells, the way it was computed: index, rate, counts, sums, cells.

Each step says how it is made from those below it, so that the chain can be computed again from the cells alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import MARKS, N_, SIGNS, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column, Release
    from lebenslagen.project.build import Row, Works
    from lebenslagen.project.store import Delivery
    from lebenslagen.web.models import User
    from lebenslagen.web.permissions import System
    from lebenslagen.web.town import Town

__all__ = ["Cell", "Released", "Step", "cells", "chain", "recomputed", "released", "stages"]


# --- what everybody sees --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Released:
    """A figure as it is released (or protected for a draft), with what it is and whose figures it rests on."""

    column: Column
    level: str
    area: str
    area_name: str
    level_label: str
    period_label: str
    title: str
    text: str
    why: str
    draft: bool
    report: str
    numerator: str
    denominator: str
    per: int
    sources: tuple[tuple[str, str, str, date | None], ...]
    figures: Release = field(repr=False, compare=False)


def released(
    town: Town, key: str, level: str, area: str, report: str, t: Texts, *, to: User | System | None
) -> Released | None:
    """The figure behind a column, level and area as this person may see it: of the report named, else of the latest that has it."""
    reports = [town.declaration.reports[report]] if report in town.declaration.reports else sorted(
        town.declaration.reports.values(), key=lambda r: (r.date, r.key), reverse=True)  # fmt: skip
    for declared in reports:
        edition = town.edition(declared.key, t.language, to=to)
        column = next((c for c in edition.release.columns if c.key == key), None) if edition else None
        if edition is not None and column is not None and area in column.cells.get(level, {}):
            return _released(town, edition, declared.key, column, level, area, t)
    return None


def _released(
    town: Town, edition: Any, report: str, column: Column, level: str, area: str, t: Texts
) -> Released:
    cell = column.cells[level][area]
    labels = {v.key: v.label or v.key for v in town.declaration.catalogue.variables}
    names = (
        dict(zip(edition.areas[level].ids, edition.areas[level].names, strict=True))
        if level in edition.areas
        else {}
    )
    period = town.declaration.period(column.period) if column.period else None
    return Released(
        column, level, area, names.get(area, area), edition.level_of(level).label,
        (period.label or t.date(period.as_of)) if period else "", column.label or column.key, _shown(column, cell, edition.release, t),
        t(MARKS[cell.mark]) if cell.mark else "", edition.status == "draft", report,
        labels.get(column.numerator.partition("@")[0], ""), labels.get(column.denominator.partition("@")[0], ""), column.per,
        tuple(_sources(town, column)), edition.release,
    )  # fmt: skip


def _shown(column: Column, cell: Any, figures: Release, t: Texts) -> str:
    if cell.mark:
        return SIGNS[cell.mark]
    if isinstance(cell.value, Decimal):
        text = t.number(cell.value, column.decimals)
        return f"{text} {column.unit}".strip() if column.unit != "%" else f"{text}\u202f%"
    info = figures.methods.get(column.index)
    keys = (
        {
            **dict(zip(info.class_keys, info.class_labels, strict=False)),
            **dict(zip(info.dynamics_class_keys, info.dynamics_class_labels, strict=False)),
        }
        if info
        else {}
    )
    return keys.get(str(cell.value), str(cell.value))


def _sources(town: Town, column: Column) -> Iterator[tuple[str, str, str, date | None]]:
    """Whose figures: producer, title, key, the day its delivery for the period came."""
    from datetime import datetime

    came = {(d.source, d.period): d for d in town.project.deliveries()}
    for key in column.sources:
        declared = town.declaration.sources.get(key)
        delivery = came.get((key, column.period))
        day = datetime.fromisoformat(delivery.at).date() if delivery else None
        yield (
            declared.source.producer if declared else key,
            declared.source.title if declared else "",
            key,
            day,
        )


# --- the chain ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cell:
    """A delivered cell: file, sheet and place, what stands there, and which delivery it is part of."""

    file: str
    where: str
    snapshot: str
    source: str
    period: str
    line: str


@dataclass(frozen=True)
class Step:
    """One number and how it is made: op "cell", "sum" (factors and parts), "divide" (two parts, times `per`), "class".

    key: the column of the release it is, blank where it is none; `area` and `level`: whose number it is.
    """

    op: str
    label: str
    value: float | str | None
    parts: tuple[tuple[float, Step], ...] = ()
    cell: Cell | None = None
    per: int = 1
    constant: float = 0.0
    key: str = ""
    level: str = ""
    area: str = ""
    area_name: str = ""
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class _Trace:
    """A project whose numbers are followed on the boundaries of one vintage."""

    works: Works
    vintage: date
    labels: Mapping[str, str]
    t: Texts

    def areas(self, level: str, vintage: date) -> Any:
        from lebenslagen.project import build

        return build.areas(self.works, level, vintage)

    @property
    def levels(self) -> tuple[str, ...]:
        from lebenslagen.project import build

        return build.chain(self.works, self.vintage)

    def name(self, level: str, area: str, vintage: date) -> str:
        found = self.areas(level, vintage)
        return dict(zip(found.ids, found.names, strict=True)).get(area, area)

    def rows(self, vintage: date) -> dict[tuple[str, str, str, str], tuple[Row, Delivery]]:
        """Every delivered value on the boundaries of a vintage."""
        from lebenslagen.project import build

        key = ("lineage", str(vintage))
        if key not in self.works.memory:
            declaration = self.works.declaration
            periods = {p.key for p in declaration.head.periods if p.vintage == vintage}
            self.works.memory[key] = {
                row[:4]: (row, delivery)
                for delivery in self.works.deliveries
                if delivery.source in declaration.sources and delivery.period in periods
                for row in build.rows_of(self.works, delivery)
            }
        return self.works.memory[key]  # type: ignore[no-any-return]

    def parts_of(self, variable: str, vintage: date) -> tuple[tuple[float, str], ...]:
        """The variables a derived one is summed from, with their signs."""
        from lebenslagen.project import build

        for known in (*build.variables_of(self.works, vintage), *build.age_groups_of(self.works, vintage)):
            if known.key == variable:
                less = set(known.less)
                return tuple((-1.0 if part in less else 1.0, part) for part in dict.fromkeys(known.parts))
        return ()

    # numbers

    def own(self, variable: str, period: str, level: str, area: str, vintage: date) -> Step:
        """A value as delivered for these boundaries and this level, or summed from such."""
        label, name = self.labels.get(variable, variable), self.name(level, area, vintage)
        found = self.rows(vintage).get((level, area, period, variable))
        if found is not None:
            row, delivery = found
            where = row[6].partition("#")[2]
            cell = Cell(
                delivery.file, where, delivery.snapshot, delivery.source, delivery.period, delivery.line
            )
            note = self.t(N_("withheld by the supplier")) if row[5] == "Q" else ""
            return Step("cell", label, row[4], cell=cell, level=level, area=area, area_name=name, note=note)
        parts = tuple(
            (sign, self.own(part, period, level, area, vintage))
            for sign, part in self.parts_of(variable, vintage)
        )
        value = _summed(parts) if parts else None
        note = "" if parts else self.t(N_("not delivered"))
        return Step(
            "sum" if parts else "absent",
            label,
            value,
            parts,
            level=level,
            area=area,
            area_name=name,
            note=note,
        )

    def count(self, variable: str, period: str, level: str, area: str) -> Step:
        """A count on the report's boundaries: delivered, carried over from earlier boundaries, or added up."""
        step = (
            self.finest(variable, period, area)
            if level == self.levels[0]
            else self.coarser(variable, period, level, area)
        )
        return _keyed(
            step,
            f"{variable}@{period}",
            self.labels.get(variable, variable),
            self.name(level, area, self.vintage),
            level,
            area,
        )

    def finest(self, variable: str, period: str, area: str) -> Step:
        from lebenslagen.project import build

        level, before = self.levels[0], self.works.declaration.period(period).vintage
        here = self.own(variable, period, level, area, self.vintage)
        steps = build.crosswalk(self.works, level, before, self.vintage) if before < self.vintage else None
        if here.value is not None or steps is None:
            return here
        column = steps.target.index(area)
        shares = steps.shares.tocsc()[:, [column]].tocoo()
        pairs = [
            (float(share), steps.source[row])
            for row, share in zip(shares.row.tolist(), shares.data.tolist(), strict=True)
        ]
        parts = tuple((share, self.own(variable, period, level, old, before)) for share, old in pairs)
        note = self.t(N_("carried over from the boundaries of {day}"), day=self.t.date(before))
        return Step(
            "sum",
            here.label,
            _summed(parts),
            parts,
            level=level,
            area=area,
            area_name=here.area_name,
            note=note,
        )

    def coarser(self, variable: str, period: str, level: str, area: str) -> Step:
        """The figure delivered for the level itself, where there is one; else the areas below added up."""
        for vintage in self.same_areas(level):
            own = self.own(variable, period, level, area, vintage)
            if own.value is not None:
                return own
        below = self.levels[self.levels.index(level) - 1]
        inside = self.areas(below, self.vintage)
        children = [i for i, parent in zip(inside.ids, inside.parents, strict=True) if parent == area]
        parts = tuple((1.0, self.count(variable, period, below, child)) for child in children)
        return Step("sum", self.labels.get(variable, variable), _summed(parts), parts, level=level, area=area,
                    area_name=self.name(level, area, self.vintage))  # fmt: skip

    def same_areas(self, level: str) -> list[date]:
        """Boundaries up to these with the same areas of a level, newest first."""
        from lebenslagen.project import build

        known = sorted(
            {p.vintage for p in self.works.declaration.head.periods if p.vintage <= self.vintage},
            reverse=True,
        )
        wanted = set(self.areas(level, self.vintage).ids)
        return [
            v
            for v in known
            if level in build.chain(self.works, v) and set(self.areas(level, v).ids) == wanted
        ]


def _keyed(step: Step, key: str, label: str, name: str, level: str, area: str) -> Step:
    from dataclasses import replace

    return replace(step, key=key, label=label, area_name=name, level=level, area=area)


def _summed(parts: tuple[tuple[float, Step], ...]) -> float | None:
    """The sum of parts with their factors; one that is not there makes it unknown."""
    if not parts or any(step.value is None for _, step in parts):
        return None
    return sum(factor * float(step.value) for factor, step in parts)  # type: ignore[arg-type]


def chain(town: Town, found: Released, t: Texts) -> Step:
    """The chain behind a released figure, with its true numbers: only for whoever may see them."""
    works = town._works()
    labels = {v.key: v.label or v.key for v in works.declaration.catalogue.variables}
    vintage = date.fromisoformat(found.column.vintage)
    return _step(_Trace(works, vintage, labels, t), found.figures, found.column, found.level, found.area)


def _step(trace: _Trace, figures: Release, column: Column, level: str, area: str) -> Step:
    common = {
        "key": column.key,
        "label": column.label or column.key,
        "level": level,
        "area": area,
        "area_name": trace.name(level, area, trace.vintage),
    }
    if column.kind in ("count", "amount"):
        return trace.count(column.variable, column.period, level, area)
    if column.kind == "rate":
        parts = tuple(
            (1.0, trace.count(key.partition("@")[0], column.period, level, area))
            for key in (column.numerator, column.denominator)
        )
        return Step("divide", parts=parts, value=_divided(parts, column.per), per=column.per, **common)
    if column.kind == "published":
        variable = str(trace.works.declaration.catalogue.indicator(column.indicator).published)
        return _keyed(
            trace.own(variable, column.period, level, area, trace.vintage),
            column.key,
            common["label"],
            common["area_name"],
            level,
            area,
        )
    return _made(trace, figures, column, level, area, common)


def _made(
    trace: _Trace, figures: Release, column: Column, level: str, area: str, common: dict[str, Any]
) -> Step:
    """A figure of the index: linear in rates, a class of such, or computed from all counts behind it."""
    by_key = {c.key: c for c in figures.columns}
    if column.kind == "linear":
        parts = tuple(
            (float(weight), _step(trace, figures, by_key[key], level, area))
            for key, weight in column.terms
            if key in by_key
        )
        value = (
            None
            if any(p.value is None for _, p in parts)
            else float(column.constant) + sum(f * float(p.value) for f, p in parts)
        )  # type: ignore[arg-type]
        return Step("sum", parts=parts, value=value, constant=float(column.constant), **common)
    below = _rates_behind(figures, column) if column.kind == "computed" else column.of
    parts = tuple((1.0, _step(trace, figures, by_key[key], level, area)) for key in below if key in by_key)
    if column.kind == "class" and parts:
        value = _class(parts[0][1].value, column)
        return Step("class", parts=parts, value=value, more={"column": column}, **common)
    if column.role == "combined_class" and len(parts) == 2:
        return Step(
            "pair",
            parts=parts,
            value=None
            if None in (parts[0][1].value, parts[1][1].value)
            else "".join(str(p.value) for _, p in parts),
            **common,
        )
    return Step("method", parts=parts, value=None, **common)


def _rates_behind(figures: Release, column: Column) -> tuple[str, ...]:
    """The rates of the area that a published index figure was computed with; the method sheet says how."""
    info = figures.methods.get(column.index)
    if info is None:
        return ()
    moves = column.role.startswith(("dynamics", "combined"))
    parts = dict.fromkeys(name for name, _, _ in (*info.parts, *(info.dynamics_parts if moves else ())))
    wanted = [
        name for name in parts if column.role.endswith("contribution") is False or name == column.indicator
    ]
    periods = (column.period, info.change_from) if moves and info.change_from else (column.period,)
    return tuple(f"{name}.rate@{period}" for name in wanted for period in periods)


def _divided(parts: tuple[tuple[float, Step], ...], per: int) -> float | None:
    top, base = (step.value for _, step in parts)
    return None if top is None or not base else float(top) * per / float(base)


def _class(value: float | str | None, column: Column) -> str | None:
    """The class whose interval holds a value."""
    if value is None or isinstance(value, str):
        return None
    for cut, closed, key in zip(column.cuts, column.upper_closed, column.keys, strict=False):
        if value < cut or (closed and value == cut):
            return key
    return column.keys[-1]


# --- as the page tells it -------------------------------------------------------------------------------------

MOST = 400
HOW: Mapping[str, str] = {
    "sum": N_("added up from the numbers below"), "divide": N_("numerator divided by denominator"), "class": N_("the interval in which the value lies"),
    "pair": N_("status and dynamics together"), "method": N_("computed from all counts below"), "absent": N_("not delivered"), "cell": N_("delivered"),
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """A row of the page: whose number, what, how much, how it is made; `step` for the link and the cell."""

    label: str
    area: str
    value: str
    factor: str
    how: str
    step: Step


def stages(step: Step, t: Texts) -> tuple[list[list[Line]], list[Line], int]:
    """What is between the figure and the cells, stage by stage; the cells; and how many of them are not shown."""
    between, here = [], [(1.0, step)]
    while here:
        lines = [_line(factor, one, t) for factor, one in here if one.op != "cell"]
        between += [lines[:MOST]] if lines else []
        here = [part for _, one in here for part in one.parts]
    found = [_line(1.0, one, t) for one in _different(cells(step))]
    return between, found[:MOST], max(0, len(found) - MOST)


def _different(steps: Iterator[Step]) -> Iterator[Step]:
    seen: set[Cell] = set()
    for step in steps:
        if step.cell is not None and step.cell not in seen:
            seen.add(step.cell)
            yield step


def _line(factor: float, step: Step, t: Texts) -> Line:
    text = "" if factor == 1 else "−" if factor == -1 else t.number(factor, 4)
    how = step.note or t(HOW[step.op])
    return Line(step.label, step.area_name, _value_text(step.value, t), text, how, step)


def _value_text(value: float | str | None, t: Texts) -> str:
    if value is None or isinstance(value, str):
        return value or SIGNS["missing"]
    return t.number(value, 0 if float(value).is_integer() else 3)


# --- computed again -------------------------------------------------------------------------------------------


def cells(step: Step) -> Iterator[Step]:
    """The delivered cells at the end of a chain."""
    if step.op == "cell":
        yield step
    for _, part in step.parts:
        yield from cells(part)


def recomputed(step: Step, read: Mapping[tuple[str, str], float | None]) -> float | str | None:
    """The number again, from nothing but cells: (snapshot, place) -> what stands there."""
    if step.op == "cell":
        assert step.cell is not None
        return read[step.cell.snapshot, step.cell.where]
    parts = tuple((factor, Step("known", "", recomputed(part, read))) for factor, part in step.parts)
    if step.op == "divide":
        return _divided(parts, step.per)
    if step.op == "class":
        return _class(parts[0][1].value, step.more["column"])
    if step.op == "pair":
        return (
            None
            if None in (parts[0][1].value, parts[1][1].value)
            else "".join(str(p.value) for _, p in parts)
        )
    found = _summed(parts) if step.op == "sum" else None
    return None if found is None else found + step.constant

"""What a report shows, with its true values: the table that `protect` turns into a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.disclosure.release import Draft, DraftColumn, LevelFrame, Link
from lebenslagen.project import build

if TYPE_CHECKING:
    from lebenslagen.indicators import Indicator
    from lebenslagen.observations import Observations
    from lebenslagen.project.build import Works
    from lebenslagen.project.declare import DeclaredReport

__all__ = ["draft", "index_periods", "periods_of", "rate_key"]

Values = dict[str, dict[str, Any]]


@dataclass(frozen=True, eq=False)
class _Table:
    """What the columns of one draft are made from."""

    works: Works
    report: DeclaredReport
    vintage: date
    levels: Mapping[str, Observations]
    periods: tuple[str, ...]

    @property
    def stamp(self) -> str:
        return self.vintage.isoformat()


def draft(works: Works, report: DeclaredReport) -> Draft:
    """The draft behind a report: counts, rates and their changes, of every period it shows, on all levels.

    The index is not in it: what is published of that is computed from what is published of these; see `shielded`.

    Raises DesignError and DataError where declarations and deliveries do not fit.
    """
    vintage = works.declaration.period(report.period).vintage
    levels = build.all_levels(works, vintage)
    table = _Table(works, report, vintage, levels, periods_of(works, report))
    columns = [*_counts(table), *_rates(table), *_changes(table)]
    return Draft(
        title=report.title,
        town=works.declaration.head.name,
        levels=tuple(_frame(table, level) for level in levels),
        columns=tuple(columns),
        residents=works.declaration.residents,
        links=tuple(_links(table)),
        dear=frozenset(_dear(table)),
    )


UNSURE = 0.8  # a class less probable than this is called unsure


def _dear(table: _Table) -> Iterator[tuple[str, str]]:
    """Areas whose class is unsure: their figures must say so, a gap there would hide it."""
    for period in index_periods(table.works, table.report):
        found = build.certainty_of(table.works, table.report.index, period)
        if found is not None and found.status.own is not None:
            level = table.works.declaration.index(table.report.index).level
            yield from ((level, str(area)) for area, chance in found.status.own.items() if chance < UNSURE)


def _links(table: _Table) -> Iterator[Link]:
    """How the finest areas of earlier boundaries went over into these: what old and new tables tell together."""
    level = next(iter(table.levels))
    for declared in table.works.declaration.crosswalks:
        if declared.target != table.vintage or declared.level != level:
            continue
        steps = build.crosswalk(table.works, level, declared.source, declared.target)
        if steps is not None:
            cells = steps.shares.tocoo()
            pairs = zip(cells.row.tolist(), cells.col.tolist(), cells.data.tolist(), strict=True)
            known = (
                (steps.source[row], steps.target[column], Decimal(repr(share)))
                for row, column, share in pairs
            )
            yield Link(level, declared.source.isoformat(), table.stamp, tuple(sorted(known)))


def periods_of(works: Works, report: DeclaredReport) -> tuple[str, ...]:
    """The periods a report shows, oldest first: those it names, or all up to its own."""
    if report.periods:
        return report.periods
    last = works.declaration.period(report.period).as_of
    vintages = _comparable(works, report)
    return tuple(p.key for p in works.declaration.head.periods if p.as_of <= last and p.vintage in vintages)


def _comparable(works: Works, report: DeclaredReport) -> set[date]:
    """The report's own boundaries, and those a crosswalk leads from."""
    own = works.declaration.period(report.period).vintage
    return {own} | {c.source for c in works.declaration.crosswalks if c.target == own}


def _frame(table: _Table, level: str) -> LevelFrame:
    found = build.areas(table.works, level, table.vintage)
    label = next(x.label for x in table.works.declaration.head.levels if x.key == level)
    return LevelFrame(level, found.ids, found.parents, table.stamp, label, found.names)


# --- counts and rates ----------------------------------------------------------------------------------------


def _counts(table: _Table) -> Iterator[DraftColumn]:
    """One column a counted variable and period: residents, numerators and denominators, ages, households."""
    roles = _roles(table)
    for variable, role in roles.items():
        for period in table.periods if role != "age" else (table.report.period,):
            values, status = _values(table, variable, period)
            if values:
                yield _count(table, variable, role, period, values, status, frozenset(roles))


def _count(
    table: _Table,
    variable: str,
    role: str,
    period: str,
    values: Values,
    status: Values,
    shown: frozenset[str],
) -> DraftColumn:
    declared = _declared(table, variable)
    sources = _sources(table, variable)
    parts = _parts_shown(table, variable, shown)
    return DraftColumn(
        key=f"{variable}@{period}",
        role=role,
        kind="count" if declared.unit == "count" else "amount",
        period=period,
        label=declared.label or variable,
        sources=tuple(source.key for source in sources),
        vintage=table.stamp,
        variable=variable,
        persons=declared.persons,
        values=values,
        status=status,
        threshold=max((s.threshold for s in sources if s.threshold), default=None),
        sum_of=tuple(f"{part}@{period}" for part in parts) if period == table.report.period else (),
        indicator=variable,
    )


def _roles(table: _Table) -> dict[str, str]:
    """Which variables are shown as counts, and as what; the first role decides."""
    declaration = table.works.declaration
    roles: dict[str, str] = {declaration.residents: "residents"} if declaration.residents else {}
    for indicator in declaration.catalogue.indicators:
        if not indicator.published:
            roles.setdefault(str(indicator.numerator), "numerator")
            roles.setdefault(str(indicator.denominator), "denominator")
    if "bevoelkerung" in table.report.chapters:
        for variable in _ages(table):
            roles.setdefault(variable, "age")
    return roles


def _ages(table: _Table) -> list[str]:
    """The variables of sex and age groups, as `build` makes them."""
    finest = next(iter(table.levels.values()))
    return sorted(name for name in finest.variables if name.startswith("alter_"))


def _declared(table: _Table, variable: str) -> Any:
    from lebenslagen.indicators import Variable

    for known in table.works.declaration.catalogue.variables:
        if known.key == variable:
            return known
    return Variable(variable, variable)


def _parts_shown(table: _Table, variable: str, shown: frozenset[str]) -> tuple[str, ...]:
    """The shown columns that add up to a variable: declared parts, or the age groups that cover it exactly."""
    own = next((v for v in build.variables_of(table.works, table.vintage) if v.key == variable), None)
    if own is None or own.less or variable.startswith("alter_"):
        singles: set[str] = set()
    else:
        singles = set(own.sum_of)
    if variable == table.works.declaration.residents and not singles:
        singles = {part for group in build.age_groups_of(table.works, table.vintage) for part in group.sum_of}
    if singles and singles <= shown:
        return tuple(sorted(singles))
    groups = [
        g
        for g in build.age_groups_of(table.works, table.vintage)
        if g.key in shown and set(g.sum_of) <= singles
    ]
    return (
        tuple(g.key for g in groups) if singles and {p for g in groups for p in g.sum_of} == singles else ()
    )


def _sources(table: _Table, variable: str) -> tuple[Any, ...]:
    found: dict[str, Any] = {}
    for level in table.levels.values():
        for source in level.sources_of(variable):
            found.setdefault(source.key, source)
    return tuple(found.values())


def _values(table: _Table, variable: str, period: str) -> tuple[Values, Values]:
    """Values and statuses of one variable and period, by level and area; empty where no level has it."""
    values: Values = {}
    status: Values = {}
    for level, known in table.levels.items():
        rows = _lookup(table, level, known).get((period, variable))
        if rows:
            values[level] = {area: value for area, value, _ in rows if value is not None}
            status[level] = {area: state for area, _, state in rows if state != "A"}
    return values, status


Lookup = dict[tuple[str, str], list[tuple[str, float | None, str]]]


def _lookup(table: _Table, level: str, known: Observations) -> Lookup:
    key = ("lookup", f"{level}@{table.stamp}")
    if key not in table.works.memory:
        found: Lookup = {}
        frame = known.frame
        columns = (frame[name].tolist() for name in ("area", "period", "variable", "value", "status"))
        for area, period, variable, value, state in zip(*columns, strict=True):
            entry = (area, None if value != value else value, state)
            found.setdefault((period, variable), []).append(entry)
        table.works.memory[key] = found
    return table.works.memory[key]


def _rates(table: _Table) -> Iterator[DraftColumn]:
    for indicator in table.works.declaration.catalogue.indicators:
        for period in table.periods:
            column = (
                _published(table, indicator, period)
                if indicator.published
                else _rate(table, indicator, period)
            )
            if column is not None:
                yield column


def rate_key(indicator: str, period: str) -> str:
    """The column of an indicator's rates in a period.

    >>> rate_key("kinderarmut", "2024")
    'kinderarmut.rate@2024'
    """
    return f"{indicator}.rate@{period}"


def _published(table: _Table, indicator: Indicator, period: str) -> DraftColumn | None:
    values, status = _values(table, str(indicator.published), period)
    if not values:
        return None
    return DraftColumn(
        key=rate_key(indicator.key, period),
        role="change" if indicator.aspect == "change" else "published_rate",
        kind="published",
        period=period,
        indicator=indicator.key,
        label=indicator.label,
        unit=indicator.unit,
        sources=tuple(s.key for s in _sources(table, str(indicator.published))),
        vintage=table.stamp,
        per=indicator.per,
        persons=indicator.persons,
        values=values,
        status=status,
    )


def _rate(table: _Table, indicator: Indicator, period: str) -> DraftColumn | None:
    tops, top_status = _values(table, str(indicator.numerator), period)
    bases, base_status = _values(table, str(indicator.denominator), period)
    levels = [level for level in tops if level in bases]
    if not levels:
        return None
    values: Values = {}
    status: Values = {}
    for level in levels:
        states = _joined(top_status.get(level, {}), base_status.get(level, {}))
        values[level], status[level] = _divided(indicator, tops[level], bases[level], states)
    sources = {
        s.key: s for v in (indicator.numerator, indicator.denominator) for s in _sources(table, str(v))
    }
    return DraftColumn(
        key=rate_key(indicator.key, period),
        role="rate",
        kind="rate",
        period=period,
        indicator=indicator.key,
        label=indicator.label,
        unit=indicator.unit,
        sources=tuple(sources),
        vintage=table.stamp,
        numerator=f"{indicator.numerator}@{period}",
        denominator=f"{indicator.denominator}@{period}",
        per=indicator.per,
        persons=indicator.persons,
        values=values,
        status=status,
        threshold=max((s.threshold for s in sources.values() if s.threshold), default=None),
    )


GRAVITY = "AEOQ"  # the graver status of numerator and denominator decides


def _joined(one: Mapping[str, str], other: Mapping[str, str]) -> dict[str, str]:
    return {
        area: max(one.get(area, "A"), other.get(area, "A"), key=GRAVITY.index) for area in {**one, **other}
    }


def _divided(
    indicator: Indicator, tops: Mapping[str, float], bases: Mapping[str, float], states: Mapping[str, str]
) -> tuple[dict[str, Decimal], dict[str, str]]:
    """Rates by area; a base of nobody gives none ("undefined"), neither does one below the declared least."""
    values: dict[str, Decimal] = {}
    status = dict(states)
    for area, base in bases.items():
        if base == 0 or base < indicator.min_base:
            status[area] = "undefined"
        elif area in tops:
            values[area] = Decimal(repr(tops[area])) * indicator.per / Decimal(repr(base))
    return values, status


# --- changes -------------------------------------------------------------------------------------------------


def index_periods(works: Works, report: DeclaredReport) -> list[str]:
    """The editions of the index to show: the report's own and the one it compares with, oldest first."""
    if not report.index:
        return []
    declared = {edition.period for edition in works.declaration.index(report.index).editions}
    own = works.declaration.period(report.period).vintage
    same = [p for p in (report.previous, report.period) if p in declared and p in periods_of(works, report)]
    return [p for p in same if works.declaration.period(p).vintage == own]


def _changes(table: _Table) -> Iterator[DraftColumn]:
    """The changes that the dynamics of the index rest on, in points; published ones are columns already."""
    works, report = table.works, table.report
    for period in index_periods(works, report):
        declared = works.declaration.index(report.index)
        before, found = declared.edition(period).change_from, build.built_index(works, report.index, period)
        if not before or before not in table.periods or found.dynamics is None:
            continue
        change = build.change_of(works, report.index, period)
        for key in found.dynamics.measure.keys:
            yield DraftColumn(
                key=f"{report.index}.change.{key}@{period}",
                role="change",
                kind="opaque",
                period=period,
                label=works.declaration.catalogue.indicator(key).label,
                unit="Prozentpunkte",
                indicator=key,
                vintage=table.stamp,
                of=(rate_key(key, period), rate_key(key, before)),
                values={declared.level: _known(change[key].to_dict())},
            )


def _known(values: Mapping[Any, float]) -> dict[str, float]:
    return {str(area): value for area, value in values.items() if value == value}

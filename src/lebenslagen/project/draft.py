"""What a report shows, with its true values: the table that `protect` turns into a release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.disclosure.release import Draft, DraftColumn, IndexInfo, LevelFrame, Link
from lebenslagen.project import build

if TYPE_CHECKING:
    from lebenslagen.index import Certainty, Index
    from lebenslagen.index.compute import Scored
    from lebenslagen.indicators import Indicator
    from lebenslagen.observations import Observations
    from lebenslagen.project.build import Works
    from lebenslagen.project.declare import DeclaredIndex, DeclaredReport

__all__ = ["draft", "periods_of"]

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
    """The draft behind a report: counts, rates and index of every period it shows, on all levels.

    Raises DesignError and DataError where declarations and deliveries do not fit.
    """
    vintage = works.declaration.period(report.period).vintage
    levels = build.all_levels(works, vintage)
    table = _Table(works, report, vintage, levels, periods_of(works, report))
    columns = [*_counts(table), *_rates(table)]
    methods: dict[str, IndexInfo] = {}
    for period in _index_periods(table):
        info, more = _index(table, period)
        columns += more
        if period == report.period:
            methods[report.index] = info
    return Draft(
        title=report.title,
        town=works.declaration.head.name,
        levels=tuple(_frame(table, level) for level in levels),
        columns=tuple(columns),
        methods=methods,
        residents=works.declaration.residents,
        links=tuple(_links(table)),
        dear=frozenset(_dear(table)),
    )


UNSURE = 0.8  # a class less probable than this is called unsure


def _dear(table: _Table) -> Iterator[tuple[str, str]]:
    """Areas whose class is unsure: their figures must say so, a gap there would hide it."""
    for period in _index_periods(table):
        found = build.certainty_of(table.works, table.report.index, period)
        if found is not None and found.status.own is not None:
            level = table.works.declaration.index(table.report.index).level
            yield from ((level, area) for area, chance in found.status.own.items() if chance < UNSURE)


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
    found = {}
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
    return table.works.memory[key]  # type: ignore[no-any-return]


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


# --- index ---------------------------------------------------------------------------------------------------


def _index_periods(table: _Table) -> list[str]:
    """The editions of the index to show: the report's own and the one it compares with, oldest first."""
    report = table.report
    if not report.index:
        return []
    declared = {edition.period for edition in table.works.declaration.index(report.index).editions}
    same = [p for p in (report.previous, report.period) if p in declared and p in table.periods]
    return [p for p in same if table.works.declaration.period(p).vintage == table.vintage]


def _index(table: _Table, period: str) -> tuple[IndexInfo, list[DraftColumn]]:
    works, name = table.works, table.report.index
    found = build.built_index(works, name, period)
    declared = works.declaration.index(name)
    maker = _IndexColumns(table, declared, found, period)
    columns = [*maker.measure("status")]
    if found.dynamics is not None:
        columns += [*maker.changes(), *maker.measure("dynamics"), maker.combined()]
    certainty = build.certainty_of(works, name, period)
    if certainty is not None:
        columns += maker.certainty(certainty)
    return maker.info(certainty), columns


@dataclass(frozen=True, eq=False)
class _IndexColumns:
    table: _Table
    declared: DeclaredIndex
    index: Index
    period: str

    @property
    def sign(self) -> int:
        return 1 if self.index.design.orientation == "burden" else -1

    def key(self, role: str) -> str:
        return f"{self.declared.key}.{role}@{self.period}"

    def common(self, role: str, label: str) -> dict[str, Any]:
        return {
            "key": self.key(role),
            "role": role.split(".", maxsplit=1)[0],
            "period": self.period,
            "label": label,
            "index": self.declared.key,
            "vintage": self.table.stamp,
        }

    def values(self, found: Mapping[str, Any]) -> dict[str, Any]:
        """On the level of the index; excluded areas say so, those left out for a missing value are missing."""
        level = self.declared.level
        excluded = dict.fromkeys(self.index.excluded, "excluded")
        return {"values": {level: dict(found)}, "status": {level: excluded}}

    def measure(self, name: str) -> Iterator[DraftColumn]:
        scored = self.index.dynamics if name == "dynamics" else self.index.status
        assert scored is not None
        scores, parts = self.index.shown(name)
        prefix = "" if name == "status" else "dynamics_"
        label = self.declared.label if name == "status" else f"{self.declared.label}, Dynamik"
        terms = self.terms(name, scored)
        sources = self.sources(scored)
        yield self.linear(f"{prefix}score", label, scores.to_dict(), tuple(terms.values()), sources)
        for indicator in parts.columns:
            own = (terms[indicator],) if indicator in terms else ()
            column = self.linear(
                f"{prefix}contribution.{indicator}", label, parts[indicator].to_dict(), own, sources
            )
            yield DraftColumn(**{**_fields(column), "indicator": indicator})
        if scored.classes is not None:
            yield self.classes(f"{prefix}class", f"{prefix}score", label, scored, sources)

    def linear(
        self,
        role: str,
        label: str,
        values: Mapping[str, float],
        terms: tuple[tuple[Any, ...], ...],
        sources: tuple[str, ...],
    ) -> DraftColumn:
        """Linear in the rates behind it where the method is; else shown only where all behind it is."""
        common = {**self.common(role, label), **self.values(values), "sources": sources}
        if not terms:
            return DraftColumn(kind="opaque", of=self.behind(), **common)
        constant = -sum(
            (Decimal(repr(weight)) * Decimal(repr(mean)) for _, weight, mean in terms), Decimal(0)
        )
        flat = tuple(
            (key, Decimal(repr(part))) for keys, weight, _ in terms for key, part in _spread(keys, weight)
        )
        return DraftColumn(kind="linear", terms=flat, constant=constant, **common)

    def terms(self, name: str, scored: Scored) -> dict[str, tuple[Any, float, float]]:
        """Indicator -> (rate keys, coefficient of the rate, mean); empty for methods that are not linear."""
        m = scored.measure
        if (m.treat, m.normalise, m.rescale) != ("none", "z", "z") or m.aggregate not in ("sum", "mean"):
            return {}
        factor = len(m.parts) if m.aggregate == "sum" else 1
        found = {}
        for part in m.parts:
            key, weight = part.indicator, float(scored.weights[part.indicator])
            scale = (
                self.sign * (part.direction or 1) * factor * weight / (scored.sum_sd * float(scored.sds[key]))
            )
            found[key] = (self.rates(name, key), scale, float(scored.means[key]))
        return found

    def rates(self, name: str, indicator: str) -> tuple[tuple[str, int], ...]:
        """The rate columns a part rests on: one, or two where a change was computed."""
        before = self.declared.edition(self.period).change_from if name == "dynamics" else ""
        now = ((rate_key(indicator, self.period), 1),)
        return now + (((rate_key(indicator, before), -1),) if before else ())

    def sources(self, scored: Scored) -> tuple[str, ...]:
        found: dict[str, None] = {}
        for part in scored.measure.parts:
            indicator = self.table.works.declaration.catalogue.indicator(part.indicator)
            for variable in indicator.variables:
                found |= dict.fromkeys(s.key for s in _sources(self.table, variable))
        return tuple(found)

    def classes(
        self, role: str, of: str, label: str, scored: Scored, sources: tuple[str, ...]
    ) -> DraftColumn:
        declared, here = scored.measure.classes, scored.classes
        assert declared is not None and here is not None
        cuts, closed, keys = tuple(scored.cuts), tuple(declared.closed), tuple(declared.keys)
        if self.sign < 0:
            cuts, closed, keys = tuple(-c for c in cuts[::-1]), tuple(not c for c in closed[::-1]), keys[::-1]
        return DraftColumn(
            kind="class",
            of=(self.key(of),),
            cuts=tuple(Decimal(repr(cut)) for cut in cuts),
            upper_closed=closed,
            keys=keys,
            sources=sources,
            **self.common(role, label),
            **self.values(here.to_dict()),
        )

    def combined(self) -> DraftColumn:
        assert self.index.combined is not None
        return DraftColumn(
            kind="opaque",
            of=(self.key("class"), self.key("dynamics_class")),
            **self.common("combined_class", self.declared.label),
            **self.values(self.index.combined.to_dict()),
        )

    def changes(self) -> Iterator[DraftColumn]:
        """The computed changes the dynamics rest on, in points; published ones are columns already."""
        before = self.declared.edition(self.period).change_from
        dynamics = self.index.dynamics
        if not before or dynamics is None:
            return
        catalogue = self.table.works.declaration.catalogue
        change = build.change_of(self.table.works, self.declared.key, self.period)
        for key in dynamics.measure.keys:
            indicator = catalogue.indicator(key)
            common = self.common(f"change.{key}", indicator.label)
            yield DraftColumn(
                kind="linear",
                terms=((rate_key(key, self.period), Decimal(1)), (rate_key(key, before), Decimal(-1))),
                indicator=key,
                unit="Prozentpunkte",
                values={self.declared.level: _known(change[key].to_dict())},
                **{**common, "index": ""},
            )

    def behind(self) -> tuple[str, ...]:
        """The counts an opaque figure rests on; the published rates where there are no counts."""
        catalogue = self.table.works.declaration.catalogue
        edition = self.declared.edition(self.period)
        keys: dict[str, None] = {}
        for period in filter(None, (self.period, edition.change_from)):
            for key in dict.fromkeys(
                (
                    *self.index.status.measure.keys,
                    *(self.index.dynamics.measure.keys if self.index.dynamics else ()),
                )
            ):
                indicator = catalogue.indicator(key)
                if indicator.published:
                    keys[rate_key(key, period)] = None
                else:
                    keys |= {
                        f"{indicator.numerator}@{period}": None,
                        f"{indicator.denominator}@{period}": None,
                    }
        return tuple(keys)

    def certainty(self, found: Certainty) -> Iterator[DraftColumn]:
        """How sure each class is (percent), and by how many persons of which indicator it would change."""
        for name, sure in (("", found.status), ("dynamics_", found.dynamics)):
            if sure is not None and sure.own is not None:
                yield self.opaque(
                    f"{name}probability", self.declared.label, _percent(sure.own.to_dict()), unit="%"
                )
        if found.combined is not None and self.index.combined is not None:
            own = {area: found.combined.loc[area, key] for area, key in self.index.combined.items()}
            yield self.opaque("combined_probability", self.declared.label, _percent(own), unit="%")
        if found.status.more is not None and found.status.fewer is not None:
            for key in found.status.more.columns:
                nearest = _nearest(found.status.more[key].to_dict(), found.status.fewer[key].to_dict())
                yield self.opaque(f"persons_to_border.{key}", self.declared.label, nearest, indicator=key)

    def opaque(self, role: str, label: str, values: Mapping[str, Any], **more: Any) -> DraftColumn:
        found = self.values(values)
        level = found["status"][self.declared.level]
        level |= {area: "undefined" for area in self.index.areas if area not in values}
        return DraftColumn(
            kind="opaque", of=self.behind(), decimals=0, **self.common(role, label), **found, **more
        )

    def info(self, certainty: Certainty | None) -> IndexInfo:
        design, status, dynamics = self.index.design, self.index.status, self.index.dynamics
        edition = self.declared.edition(self.period)
        more = _measure_info(dynamics, "dynamics_") if dynamics else {}
        return IndexInfo(
            key=design.key,
            label=design.label,
            period=self.period,
            level=design.level,
            vintage=self.table.stamp,
            orientation=design.orientation,
            excluded=dict(design.exclude),
            reference=design.reference,
            weights=f"{self.table.works.declaration.residents}@{self.period}"
            if design.reference == "residents"
            else "",
            normalise=design.status.normalise,
            aggregate=design.status.aggregate,
            change_from=edition.change_from,
            focus_rule=_focus_rule(self.declared),
            focus=tuple(self.index.focus),
            certainty_basis="counts" if certainty is not None else "rates-only",
            **_measure_info(status, ""),
            **more,
        )


def _measure_info(scored: Scored, prefix: str) -> dict[str, Any]:
    m, classes = scored.measure, scored.measure.classes
    found: dict[str, Any] = {
        "parts": tuple((p.indicator, float(scored.weights[p.indicator]), p.direction or 1) for p in m.parts),
        "means": {key: Decimal(repr(float(value))) for key, value in scored.means.items()},
        "sds": {key: Decimal(repr(float(value))) for key, value in scored.sds.items()},
        "sd_sum": Decimal(repr(float(scored.sum_sd))),
        "cuts": tuple(scored.cuts),
        "upper_closed": classes.closed if classes else (),
        "class_keys": classes.keys if classes else (),
        "class_labels": (classes.labels or classes.keys) if classes else (),
    }
    return {prefix + name: value for name, value in found.items()}


def _focus_rule(declared: DeclaredIndex) -> str:
    if declared.focus is None:
        return ""
    return declared.focus.decision or ", ".join(declared.focus.classes)


def _percent(shares: Mapping[str, float]) -> dict[str, float]:
    return {area: 100 * float(share) for area, share in shares.items()}


def _nearest(more: Mapping[str, float], fewer: Mapping[str, float]) -> dict[str, int]:
    """Persons to the next class: positive for more of them, negative for fewer; areas no number would move are left out."""
    found = {}
    for area in more:
        steps = [int(n) * sign for n, sign in ((more[area], 1), (fewer[area], -1)) if n == n]
        if steps:
            found[area] = min(steps, key=abs)
    return found


def _spread(keys: Sequence[tuple[str, int]], weight: float) -> Iterator[tuple[str, float]]:
    return ((key, sign * weight) for key, sign in keys)


def _known(values: Mapping[str, float]) -> dict[str, float]:
    return {area: value for area, value in values.items() if value == value}


def _fields(column: DraftColumn) -> dict[str, Any]:
    return {name: getattr(column, name) for name in column.__dataclass_fields__}

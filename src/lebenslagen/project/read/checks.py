"""Is a delivery fit to be taken over: the reading, what must hold between its values, and what came before it."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from lebenslagen.errors import FAULTS, Fault, Outcome, worst
from lebenslagen.project.read.apply import apply_layout
from lebenslagen.project.read.bounds import STOPPED, bounded
from lebenslagen.project.read.grid import Grid
from lebenslagen.project.read.heads import shown
from lebenslagen.project.read.layout import Layout, Relation
from lebenslagen.project.read.persons import find_persons
from lebenslagen.project.read.process import table
from lebenslagen.project.read.reading import Reading, Register, Series

__all__ = ["ANSWERABLE", "Check", "Earlier", "check", "opened", "read", "understood"]

SHOWN_FAULTS = 200
# Questions about one delivery, answered with a reason; all other questions concern the layout and are answered there.
ANSWERABLE = frozenset(
    {
        "total-differs",
        "area-absent",
        "row-twice",
        "digit-slip",
        "jump",
        "revision",
        "same-file",
        "rate-without-counts",
    }
)
TINY = 100
CONTRADICTIONS = 3
STABLE = 1.5
UNIT_BREAK = 0.3

Cells = Mapping[tuple[str, str], tuple[Decimal, str]]  # (area, variable) -> value, place


@dataclass(frozen=True, eq=False)
class Earlier:
    """A delivery of the same source that was taken over before.

    values: (area, period, variable) -> value, None where none was given; received: the day, as it is to be shown.

    >>> Earlier("abc", "03.02.2024", {("01", "2023", "n"): Decimal(5)}).periods
    ('2023',)
    """

    digest: str
    received: str
    values: Mapping[tuple[str, str, str], Decimal | None]
    by: str = ""

    @property
    def periods(self) -> tuple[str, ...]:
        return tuple(sorted({period for _, period, _ in self.values}))

    @classmethod
    def of(cls, reading: Reading, received: str, by: str = "") -> Earlier:
        """The earlier delivery that a reading is."""
        values = {(r.area, r.period, r.variable): r.value for r in reading.rows()}
        return cls(reading.digest, received, values, by)


@dataclass(frozen=True, eq=False)
class Check:
    """The outcome of a check, its faults (at most 200, and how many), and which questions were answered and why."""

    outcome: Outcome
    faults: tuple[Fault, ...]
    reading: Reading
    count: int
    answered: Mapping[str, str] = field(default_factory=dict)

    @property
    def personal(self) -> bool:
        """Whether data on single persons were found: the file must be wiped."""
        return any(f.code == "personal-data" for f in self.faults)


def read(data: bytes, filename: str, layout: Layout, areas: Mapping[str, Register], period: str) -> Reading:
    """The delivery read by its layout, in a child process; everything wrong stands in `faults`.

    data: the bytes as delivered; areas: level -> its areas in the boundaries of the period. Where data on
    persons are found, that is the only fault and nothing else is read.
    """
    return understood(opened(data, filename), layout, areas, period)


@dataclass(frozen=True, eq=False)
class Opened:
    """A delivered file whose cells were read, before any meaning: its name, the digest of its bytes, its grid."""

    filename: str
    digest: str
    grid: Grid


def opened(data: bytes, filename: str) -> Opened:
    """The cells of a delivered file, read in a child process; no areas need be known for that.

    >>> opened(b"id;n\\n01;5\\n", "a.csv").grid.sheets[0].width
    2
    """
    return Opened(filename, hashlib.sha256(data).hexdigest(), table(data, filename))


def understood(file: Opened, layout: Layout, areas: Mapping[str, Register], period: str) -> Reading:
    """What an opened file says by its layout; as `read`."""
    filename, digest, grid = file.filename, file.digest, file.grid
    persons = find_persons(grid, _largest(layout, areas))
    if persons:
        return Reading(filename, digest, (), tuple(persons), Grid("refused"))
    return apply_layout(grid, layout, areas, period, filename, digest)


def _largest(layout: Layout, areas: Mapping[str, Register]) -> int:
    """How many areas the table has; tables in which an area has many rows by design know no such number."""
    if any(t.long or t.blocks or (t.period or layout.period).several for t in layout.tables):
        return 0
    return max((len(areas[t.level].ids) for t in layout.tables if t.level in areas), default=0)


def check(
    data: bytes,
    filename: str,
    layout: Layout,
    areas: Mapping[str, Register],
    period: str,
    *,
    earlier: Sequence[Earlier] = (),
    answers: Mapping[str, str] | None = None,
    published: bool = True,
    others: Mapping[str, Mapping[str, str]] | None = None,
) -> Check:
    """Read a delivery and judge it: ACCEPT, WARN, ASK or REJECT, the worst of its faults.

    earlier: deliveries of the same source taken over before; answers: code of a question -> the reason
    given; published: the
    source itself has published these figures; others: other boundaries (their date as text) -> area id -> name.
    """
    reading = read(data, filename, layout, areas, period)
    faults = list(reading.faults)
    if not any(f.code == "personal-data" or f.code in STOPPED for f in faults):
        faults += _other_boundaries(faults, reading, others or {})
        faults += bounded(_relations(reading, layout), filename)
        faults += bounded(_tiny(reading, layout), filename)
        faults += bounded(_against(reading, earlier, layout), filename)
        faults += [] if published else _rates_alone(reading)
    return _judged(faults, reading, answers or {})


def _judged(faults: list[Fault], reading: Reading, answers: Mapping[str, str]) -> Check:
    given = {code: reason for code, reason in answers.items() if code in ANSWERABLE and reason.strip()}
    open_faults = [f for f in faults if f.code not in given]
    answered = {f.code: given[f.code] for f in faults if f.code in given}
    outcome = max(worst(open_faults), Outcome.WARN if answered else Outcome.ACCEPT)
    ordered = sorted(open_faults, key=lambda f: -FAULTS[f.code].outcome)
    return Check(outcome, _shown(ordered), reading, len(open_faults), answered)


def _shown(ordered: Sequence[Fault]) -> tuple[Fault, ...]:
    """The gravest; of each kind at least the first ones, so that none hides behind many others."""
    each = max(1, SHOWN_FAULTS // max(1, len({f.code for f in ordered})))
    seen: Counter[str] = Counter()
    later = []
    for place, fault in enumerate(ordered):
        seen[fault.code] += 1
        later.append((seen[fault.code] > each, place))
    kept = sorted(place for _, place in sorted(later)[:SHOWN_FAULTS])
    return tuple(ordered[place] for place in kept)


# --- within the file -------------------------------------------------------------------------------------


def _by_period(reading: Reading) -> dict[str, dict[str, Series]]:
    """Level and period are few; variables within them: period -> variable -> series."""
    result: dict[str, dict[str, Series]] = {}
    for s in reading.series:
        for period in set(s.periods):
            result.setdefault(period, {})[s.variable] = s
    return result


def _values(series: Series, period: str) -> dict[str, tuple[int | Decimal, int]]:
    rows = zip(series.areas, series.periods, series.values, range(len(series)), strict=True)
    return {area: (value, i) for area, p, value, i in rows if p == period and value is not None}


def _declared_relations(layout: Layout) -> list[Relation]:
    return list(dict.fromkeys([*layout.relations, *(r for t in layout.tables for r in t.relations)]))


def _relations(reading: Reading, layout: Layout) -> Iterator[Fault]:
    relations = _declared_relations(layout)
    if not relations:
        return
    for period, series in _by_period(reading).items():
        found: list[tuple[Relation, str, int, int]] = []
        compared = 0
        for relation in relations:
            if relation.part in series and relation.whole in series:
                part, whole = series[relation.part], series[relation.whole]
                rows = list(_exceeding(part, whole, period))
                found += [(relation, *row) for row in rows]
                compared = max(compared, len(rows))
        yield from _exceeding_faults(series, period, found)


def _exceeding(part: Series, whole: Series, period: str) -> Iterator[tuple[str, int, int]]:
    if part.areas == whole.areas and len(set(part.periods)) == 1 and None not in part.values:
        pairs = zip(part.areas, part.values, whole.values, strict=True)
        yield from (
            (a, i, i) for i, (a, p, w) in enumerate(pairs) if p is not None and w is not None and p > w
        )
        return
    wholes = _values(whole, period)
    for area, (value, i) in _values(part, period).items():
        if area in wholes and value > wholes[area][0]:
            yield area, i, wholes[area][1]


def _exceeding_faults(
    series: Mapping[str, Series], period: str, found: list[tuple[Relation, str, int, int]]
) -> Iterator[Fault]:
    """A whole below 100 that several parts contradict is itself in doubt and flagged; all else is refused."""
    against: dict[tuple[str, str], int] = {}
    for relation, area, _, _ in found:
        against[relation.whole, area] = against.get((relation.whole, area), 0) + 1
    counts: dict[Relation, int] = {}
    for relation, area, i, j in found:
        part, whole = series[relation.part], series[relation.whole]
        value = whole.values[j]
        tiny = value is not None and value < TINY and against[relation.whole, area] >= CONTRADICTIONS
        if tiny:
            continue
        counts[relation] = counts.get(relation, 0) + 1
        values: dict[str, object] = {"area": area, "part": relation.part, "whole": relation.whole}
        numbers = {"value": part.values[i], "limit": value, "other": whole.where(j)}
        yield Fault("part-exceeds-whole", part.where(i), {**values, **numbers})
    for (name, area), n in against.items():
        number, i = _values(series[name], period)[area]
        if number < TINY and n >= CONTRADICTIONS:
            yield Fault(
                "whole-too-small",
                series[name].where(i),
                {"area": area, "variable": name, "value": number, "n": n},
            )
    for relation, n in counts.items():
        if n > 1 and n * 2 >= len(series[relation.part]):
            names = {"part": relation.part, "whole": relation.whole, "n": n}
            yield Fault("columns-swapped", series[relation.part].where(0), names)


def _tiny(reading: Reading, layout: Layout) -> Iterator[Fault]:
    limits = {c.variable: c.tiny for t in layout.tables for c in t.columns if c.tiny}
    for s in reading.series:
        for i, value in enumerate(s.values if s.variable in limits else ()):
            if value is not None and 0 < value < limits[s.variable]:
                values = {
                    "area": s.areas[i],
                    "variable": s.variable,
                    "value": value,
                    "limit": limits[s.variable],
                }
                yield Fault("few-residents", s.where(i), values)


def _rates_alone(reading: Reading) -> Iterator[Fault]:
    rates = [s for s in reading.series if s.unit == "rate"]
    if rates:
        variables = ", ".join(dict.fromkeys(s.variable for s in rates))
        yield Fault(
            "rate-without-counts",
            rates[0].where(0) if len(rates[0]) else rates[0].sheet,
            {"variables": variables},
        )


def _other_boundaries(
    faults: Sequence[Fault], reading: Reading, others: Mapping[str, Mapping[str, str]]
) -> Iterator[Fault]:
    """Several areas absent or misnamed at once, and the keys fit other boundaries: those are meant."""
    wrong = [f for f in faults if f.code in ("area-absent", "name-of-another", "unknown-area")]
    keys = {a for s in reading.series for a in s.areas}
    keys |= {str(f.values["value"]) for f in wrong if f.code == "unknown-area"}
    for vintage, names in others.items():
        fits = bool(wrong) and bool(keys) and keys <= set(names) and len(keys) >= 0.9 * len(names)
        if fits:
            yield Fault("other-boundaries", reading.filename, {"vintage": vintage, "n": len(keys)})


# --- against what came before ----------------------------------------------------------------------------


def _against(reading: Reading, earlier: Sequence[Earlier], layout: Layout) -> Iterator[Fault]:
    if not reading.series or not earlier:
        return
    same = next((e for e in earlier if e.digest == reading.digest), None)
    if same is not None:
        values = {"received": same.received, "by": same.by or "–", "digest": same.digest[:12]}
        yield Fault("same-file", reading.filename, values)
        return
    for period in reading.periods:
        yield from _revision(reading, period, earlier)
        yield from _previous(reading, period, earlier, layout)


def _revision(reading: Reading, period: str, earlier: Sequence[Earlier]) -> Iterator[Fault]:
    before: dict[tuple[str, str, str], Decimal | None] = {}
    received = ""
    for e in earlier:
        if period in e.periods:
            before |= {k: v for k, v in e.values.items() if k[1] == period}
            received = e.received
    if not before:
        return
    changed = [
        r for r in reading.rows() if (k := (r.area, r.period, r.variable)) in before and before[k] != r.value
    ]
    examples = "; ".join(
        f"{r.area} {r.variable}: {_number(before[r.area, r.period, r.variable])} → {_number(r.value)}"
        for r in changed[:3]
    )
    where = changed[0].where if changed else reading.filename
    values = {"n": len(changed), "period": period, "received": received, "examples": examples or "–"}
    yield Fault("revision", where, values)


def _number(value: Decimal | None) -> str:
    return "–" if value is None else shown(str(value)).replace(".", ",")


def _previous(reading: Reading, period: str, earlier: Sequence[Earlier], layout: Layout) -> Iterator[Fault]:
    periods = [p for e in earlier for p in e.periods if p < period]
    if not periods:
        return
    last = max(periods)
    before = {(a, v): x for e in earlier for (a, p, v), x in e.values.items() if p == last and x is not None}
    columns = _by_period(reading)[period]
    changes = {v: _changes(s, period, before) for v, s in columns.items() if s.unit in ("count", "amount")}
    for variable, found in changes.items():
        yield from _slips(columns[variable], found, last, layout.plausibility.jump)
    yield from _unit_breaks(columns, changes, last)


def _changes(
    series: Series, period: str, before: Mapping[tuple[str, str], Decimal]
) -> list[tuple[int, Decimal, Decimal]]:
    """Position, value before, value now; where both are above 0."""
    rows = _values(series, period).items()
    pairs = ((i, before.get((area, series.variable)), Decimal(value)) for area, (value, i) in rows)
    return [(i, old, new) for i, old, new in pairs if old is not None and old > 0 and new > 0]


def _slips(
    series: Series, found: Iterable[tuple[int, Decimal, Decimal]], last: str, jump: float
) -> Iterator[Fault]:
    """A value ten times the last one, or a tenth of it: exactly, or nearly so while the others stayed as they were."""
    found = list(found)
    steady = _steady(found)
    for i, old, new in found:
        ratio = float(new / old)
        slip = max(old, new) >= 500 and (
            ratio in (10.0, 0.1) or (steady and (8 < ratio < 12.5 or 0.08 < ratio < 0.125))
        )
        values = {"area": series.areas[i], "variable": series.variable, "period": last}
        numbers = {"old": _number(old), "new": _number(new), "percent": f"{(ratio - 1) * 100:+.0f}"}
        if slip:
            yield Fault("digit-slip", series.where(i), {**values, **numbers})
        elif jump and max(old, new) >= 50 and not 1 / jump <= ratio <= jump:
            yield Fault("jump", series.where(i), {**values, **numbers})
        elif old >= 500 and ratio < 0.05:
            yield Fault("fell-steeply", series.where(i), {**values, **numbers})


def _steady(found: Sequence[tuple[int, Decimal, Decimal]]) -> bool:
    ratios = [float(new / old) for _, old, new in found]
    near = sum(1 for r in ratios if 1 / STABLE <= r <= STABLE)
    return len(ratios) >= 5 and near >= 0.8 * len(ratios)


def _unit_breaks(
    columns: Mapping[str, Series], changes: Mapping[str, list[tuple[int, Decimal, Decimal]]], last: str
) -> Iterator[Fault]:
    """A variable whose sum fell or rose by a third or more while the others did not: the unit may be another."""
    ratios = {v: [new / old for _, old, new in found] for v, found in changes.items() if len(found) >= 5}
    totals = {v: float(sum(n for *_, n in changes[v]) / sum(o for _, o, _ in changes[v])) for v in ratios}
    middle = _middle(list(totals.values())) if len(totals) > 1 else 1.0
    for variable, ratio in totals.items():
        # Both the sum and the middle area must have moved: one slip of a digit moves the sum alone.
        if min(abs(ratio / middle - 1), abs(_middle(ratios[variable]) / middle - 1)) > UNIT_BREAK:
            shares = sorted(float(new / old - 1) * 100 for _, old, new in changes[variable])
            low, high = shares[len(shares) // 10], shares[-1 - len(shares) // 10]
            values = {
                "variable": variable,
                "n": len(shares),
                "period": last,
                "low": f"{low:+.0f}",
                "high": f"{high:+.0f}",
            }
            yield Fault("unit-break", columns[variable].where(0), values)


def _middle(values: Iterable[float | Decimal]) -> float:
    ordered = sorted(float(v) for v in values)
    return ordered[len(ordered) // 2]

"""What a municipality declares in TOML, as frozen types; nothing is computed here and no delivery is read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import Field, Strict

from lebenslagen.errors import DesignError, Fault, LebenslagenError
from lebenslagen.indicators import Catalogue, Dimension, Indicator, Source, Variable
from lebenslagen.project.patterns import pattern_faults
from lebenslagen.project.store.directory import FILES, declarations_of
from lebenslagen.project.toml import STRICT, Day, Flag, Key, Name, Number, Text, Whole, adapt, parse

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Policy
    from lebenslagen.project.read.layout import Layout

__all__ = [
    "SCHEMA",
    "Answer",
    "AreaLayer",
    "Declaration",
    "DeclaredDelivery",
    "DeclaredIndex",
    "DeclaredReport",
    "DeclaredSource",
    "declarations_of",
    "load",
]

SCHEMA = 1


@dataclass(frozen=True)
class Level:
    """One level of areas: its key and what it is called.

    >>> Level("stadt", "Stadt", "Stadt").key
    'stadt'
    """

    __pydantic_config__ = STRICT
    key: Key
    label: Name
    plural: Name


@dataclass(frozen=True)
class DeclaredPeriod:
    """One period: the day it describes and the boundaries that were valid then."""

    __pydantic_config__ = STRICT
    key: Name
    as_of: Day
    vintage: Day
    label: Text = ""


@dataclass(frozen=True)
class DeclaredPolicy:
    """The rules of disclosure control for one audience."""

    __pydantic_config__ = STRICT
    threshold: Whole
    width: Whole
    method: Name = "suppress"
    secondary: Flag = True
    complements: Flag = True
    group: Name = "full"
    min_residents: Whole = 50
    decimals: Mapping[str, Whole] = field(default_factory=dict)


@dataclass(frozen=True)
class _Head:
    __pydantic_config__ = STRICT
    schema: Whole
    name: Name
    kind: Name
    ags: Annotated[str, Strict(), Field(pattern=r"^\d{2,12}$")]
    crs: Name
    levels: tuple[Level, ...]
    periods: tuple[DeclaredPeriod, ...]
    policies: Mapping[str, DeclaredPolicy]
    language: Name = "de"
    land: Text = ""
    licence: Text = ""
    contact: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class Parent:
    """Where an area's parent stands: in a column, or in the first characters of its key."""

    __pydantic_config__ = STRICT
    column: Text = ""
    prefix: Whole = 0


@dataclass(frozen=True)
class AreaSource:
    __pydantic_config__ = STRICT
    producer: Name
    title: Name
    as_of: Day | None = None
    licence: Text = ""
    url: Text = ""


@dataclass(frozen=True)
class Repair:
    """A declared remedy for a known fault of a layer: union, keep-largest, drop or rekey the polygons of one key.

    `rekey` gives the polygons that fit `where` (column -> value) the key `to`.
    """

    __pydantic_config__ = STRICT
    key: Name
    action: Name
    reason: Name
    to: Text = ""
    where: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class AreaLayer:
    """The polygons of one level and vintage: from a file, or by dissolving the finer level."""

    __pydantic_config__ = STRICT
    level: Name
    vintage: Day
    file: Text = ""
    layer: Text = ""
    key: Text = ""
    name: Text = ""
    parent: Parent | None = None
    source: AreaSource | None = None
    repairs: tuple[Repair, ...] = ()
    absent: Mapping[str, Text] = field(default_factory=dict)
    dissolve: Flag = False
    names: Mapping[str, Text] = field(default_factory=dict)
    parents: Mapping[str, Text] = field(default_factory=dict)


@dataclass(frozen=True)
class PointsFile:
    __pydantic_config__ = STRICT
    file: Name
    weight: Text = ""
    layer: Text = ""


@dataclass(frozen=True)
class DeclaredCrosswalk:
    """How values move from one vintage of a level to another: by area, by points or by a table."""

    __pydantic_config__ = STRICT
    source: Day
    target: Day
    level: Name
    basis: Name
    file: Text = ""
    source_column: Text = ""
    target_column: Text = ""
    share_column: Text = ""
    rescale: Flag = False
    points: PointsFile | None = None


@dataclass(frozen=True)
class DeclaredBackdrop:
    __pydantic_config__ = STRICT
    file: Name
    layer: Text = ""


@dataclass(frozen=True)
class _AreasFile:
    __pydantic_config__ = STRICT
    areas: tuple[AreaLayer, ...]
    crosswalks: tuple[DeclaredCrosswalk, ...] = ()
    backdrop: DeclaredBackdrop | None = None


@dataclass(frozen=True)
class Answer:
    """A person's answer to a question about one delivery, with the reason."""

    __pydantic_config__ = STRICT
    code: Name
    reason: Name
    value: Text = ""


@dataclass(frozen=True)
class DeclaredDelivery:
    """One file that a starter delivers; `expect` names the outcome of a deliberately faulty first delivery."""

    __pydantic_config__ = STRICT
    source: Name
    period: Name
    file: Name
    expect: Text = ""
    answers: tuple[Answer, ...] = ()
    note: Text = ""


@dataclass(frozen=True)
class _DeliveriesFile:
    __pydantic_config__ = STRICT
    deliveries: tuple[DeclaredDelivery, ...] = ()
    day: Day | None = None


@dataclass(frozen=True)
class DeclaredBreak:
    __pydantic_config__ = STRICT
    period: Name
    reason: Name
    effect: Text = ""
    kind: Literal["definition", "event"] = "definition"


@dataclass(frozen=True)
class DeclaredDimension:
    __pydantic_config__ = STRICT
    key: Name
    label: Name


@dataclass(frozen=True)
class DeclaredVariable:
    __pydantic_config__ = STRICT
    key: Name
    label: Text = ""
    persons: Flag = True
    sum_of: tuple[Name, ...] = ()
    sum_pattern: Text = ""
    less: tuple[Name, ...] = ()
    unit: Name = "count"


@dataclass(frozen=True)
class DeclaredIndicator:
    __pydantic_config__ = STRICT
    key: Name
    label: Name
    direction: Whole
    dimension: Text = ""
    numerator: Text = ""
    denominator: Text = ""
    published: Text = ""
    per: Whole = 100
    unit: Text = "%"
    min_base: Whole = 0
    persons: Flag = True
    context: Flag = False
    breaks: tuple[DeclaredBreak, ...] = ()
    description: Text = ""
    short: Text = ""
    sentence: Text = ""
    level: Text = ""
    aspect: Text = "burden"


@dataclass(frozen=True)
class _IndicatorsFile:
    __pydantic_config__ = STRICT
    indicators: tuple[DeclaredIndicator, ...]
    variables: tuple[DeclaredVariable, ...] = ()
    dimensions: tuple[DeclaredDimension, ...] = ()
    residents: Text = ""
    pyramid: Text = ""


@dataclass(frozen=True)
class DeclaredPart:
    __pydantic_config__ = STRICT
    indicator: Name
    weight: Any = 1
    direction: Whole = 0
    dimension: Text = ""


@dataclass(frozen=True)
class DeclaredClasses:
    __pydantic_config__ = STRICT
    keys: tuple[Name, ...]
    labels: tuple[Name, ...]
    cuts: tuple[Number, ...]
    upper_closed: tuple[Flag, ...] = ()
    method: Name = "cuts"


@dataclass(frozen=True)
class DeclaredMeasure:
    __pydantic_config__ = STRICT
    parts: tuple[DeclaredPart, ...]
    classes: DeclaredClasses
    treat: Name = "none"
    normalise: Name = "z"
    aggregate: Name = "sum"
    rescale: Name = "z"
    weights: Text = ""


@dataclass(frozen=True)
class Exclusion:
    __pydantic_config__ = STRICT
    area: Name
    reason: Name


@dataclass(frozen=True)
class DeclaredEdition:
    """One edition of an index: its period, what it leaves out, and which parts it had then."""

    __pydantic_config__ = STRICT
    period: Name
    change_from: Text = ""
    exclude: tuple[Exclusion, ...] = ()
    parts: tuple[Name, ...] = ()
    dynamics_parts: tuple[Name, ...] = ()


@dataclass(frozen=True)
class DeclaredFocus:
    __pydantic_config__ = STRICT
    classes: tuple[Name, ...] = ()
    areas: tuple[Name, ...] = ()
    decision: Text = ""
    date: Day | None = None


@dataclass(frozen=True)
class DeclaredCertainty:
    __pydantic_config__ = STRICT
    draws: Whole = 1000
    seed: Whole = 1


@dataclass(frozen=True)
class DeclaredIndex:
    """An index as declared: its measures, its dated editions, its focus rule."""

    __pydantic_config__ = STRICT
    key: Key
    label: Name
    level: Name
    orientation: Name
    reference: Name
    missing: Name
    status: DeclaredMeasure
    editions: tuple[DeclaredEdition, ...]
    dynamics: DeclaredMeasure | None = None
    focus: DeclaredFocus | None = None
    certainty: DeclaredCertainty = DeclaredCertainty()
    description: Text = ""

    def edition(self, period: str) -> DeclaredEdition:
        """The edition of a period. Raises DesignError naming the editions there are."""
        for edition in self.editions:
            if edition.period == period:
                return edition
        raise DesignError(_unknown(f"indices/{self.key}.editions", period, [e.period for e in self.editions]))


@dataclass(frozen=True)
class CompareFile:
    __pydantic_config__ = STRICT
    file: Name


@dataclass(frozen=True)
class DeclaredReport:
    """One report: which period, which chapters, whose words."""

    __pydantic_config__ = STRICT
    key: Key
    title: Name
    period: Name
    level: Name
    date: Day
    subtitle: Text = ""
    previous: Text = ""
    index: Text = ""
    audience: Name = "public"
    profiles: tuple[Name, ...] = ()
    chapters: tuple[Name, ...] = ()
    words: Mapping[str, Text] = field(default_factory=dict)
    context: tuple[Name, ...] = ()
    periods: tuple[Name, ...] = ()
    imprint: Mapping[str, Text] = field(default_factory=dict)
    compare: CompareFile | None = None


@dataclass(frozen=True)
class DeclaredSource:
    """A source with the layout of its deliveries."""

    source: Source
    layout: Layout
    deliverer: str = ""
    rhythm: str = ""
    published: bool = False
    department: str = ""


@dataclass(frozen=True, eq=False)
class Declaration:
    """All that a project declares. Equal bytes in the files give equal declarations.

    Raises DesignError with all faults of all files at once.
    """

    head: _Head
    layers: tuple[AreaLayer, ...]
    crosswalks: tuple[DeclaredCrosswalk, ...]
    backdrop: DeclaredBackdrop | None
    deliveries: tuple[DeclaredDelivery, ...]
    delivered_on: date | None
    catalogue: Catalogue
    sum_patterns: Mapping[str, str]
    residents: str
    pyramid: str
    sources: Mapping[str, DeclaredSource]
    indices: Mapping[str, DeclaredIndex]
    reports: Mapping[str, DeclaredReport]
    words: Mapping[str, str]

    @property
    def levels(self) -> tuple[str, ...]:
        return tuple(level.key for level in self.head.levels)

    def period(self, key: str) -> DeclaredPeriod:
        """The period with this key. Raises DesignError naming the known ones."""
        for period in self.head.periods:
            if period.key == key:
                return period
        raise DesignError(_unknown("project.periods", key, [p.key for p in self.head.periods]))

    def source(self, key: str) -> DeclaredSource:
        """The source with this key. Raises DesignError naming the known ones."""
        return _pick(self.sources, key, "sources")

    def index(self, key: str) -> DeclaredIndex:
        """The index with this key. Raises DesignError naming the known ones."""
        return _pick(self.indices, key, "indices")

    def report(self, key: str = "") -> DeclaredReport:
        """The report with this key, or the last one by date if none is named."""
        if not key and self.reports:
            return max(self.reports.values(), key=lambda report: (report.date, report.key))
        return _pick(self.reports, key, "reports")

    def policy(self, audience: str) -> Policy:
        """The rules of disclosure control of an audience."""
        from lebenslagen.disclosure.release import Policy

        declared = _pick(self.head.policies, audience, "project.policies")
        return Policy(audience=audience, **dataclasses.asdict(declared))


def load(files: Mapping[str, bytes]) -> Declaration:
    """The declaration in `files` (name relative to the project -> bytes).

    Raises DesignError with the faults of all files at once.
    """
    faults: list[Fault] = []
    tables: dict[str, Any] = {}
    for name in [*FILES[:3], *(n for n in sorted(files) if n.endswith(".toml") and n not in FILES[:3])]:
        with _Collect(faults):
            if name not in files:
                raise DesignError(Fault("declaration-absent", name, {"file": name}))
            tables[name] = _typed(name, parse(files[name], name))
            faults += pattern_faults(tables[name], name.removesuffix(".toml"))
    if faults:
        raise DesignError(faults)
    return _assemble(tables, {n: b.decode() for n, b in files.items() if n.endswith(".md")})


class _Collect:
    """Keep the faults of one file and go on with the next."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> bool:
        if isinstance(error, LebenslagenError):
            self.faults.extend(error.faults)
            return True
        return False


def _typed(name: str, table: dict[str, Any]) -> Any:
    stem = name.removesuffix(".toml")
    if name.startswith("sources/"):
        return _source(table, stem)
    kinds = {"project.toml": _Head, "areas.toml": _AreasFile, "indicators.toml": _IndicatorsFile}
    kinds["deliveries.toml"] = _DeliveriesFile
    kind = kinds.get(name) or {"indices": DeclaredIndex, "reports": DeclaredReport}.get(
        name.split("/", maxsplit=1)[0]
    )
    if kind is None:
        raise DesignError(Fault("declaration-unknown", name, {"file": name}))
    if name == "project.toml" and table.get("schema", 0) != SCHEMA:
        raise DesignError(Fault("schema-differs", name, {"found": table.get("schema", 0), "known": SCHEMA}))
    if name == "areas.toml":
        table = {**table, "crosswalks": [_from_to(row) for row in table.get("crosswalks", [])]}
    return adapt(kind, table, stem)


def _from_to(row: dict[str, Any]) -> dict[str, Any]:
    """`from` is a word of Python; the declaration says `from` and `to`."""
    names = {"from": "source", "to": "target"}
    return {names.get(key, key): value for key, value in row.items()}


SOURCE_KEYS = ("key", "producer", "title", "as_of", "retrieved", "licence", "url", "threshold")
DELIVERY_KEYS = ("deliverer", "rhythm", "published", "department")


@dataclass(frozen=True)
class _SourceHead:
    __pydantic_config__ = STRICT
    key: Key
    producer: Name
    title: Name
    as_of: Day | None = None
    retrieved: Day | None = None
    licence: Text = ""
    url: Text = ""
    threshold: Whole | None = None
    deliverer: Text = ""
    rhythm: Text = ""
    published: Flag = False
    department: Text = ""


def _source(table: dict[str, Any], where: str) -> DeclaredSource:
    from lebenslagen.project.read.layout import Layout

    faults: list[Fault] = []
    known = {f.name for f in dataclasses.fields(_SourceHead)}
    with _Collect(faults):
        head = adapt(_SourceHead, {k: v for k, v in table.items() if k in known}, where)
    with _Collect(faults):
        layout = adapt(Layout, {k: v for k, v in table.items() if k not in known}, where)
    faults = [_meant(fault, where) for fault in faults]
    if not faults and head.published and not head.url:
        faults.append(Fault("published-without-address", where, {"source": head.key}))
    if faults:
        raise DesignError(faults)
    values = {key: getattr(head, key) for key in SOURCE_KEYS}
    source = Source(**values)
    return DeclaredSource(source, layout, head.deliverer, head.rhythm, head.published, head.department)


def _meant(fault: Fault, where: str) -> Fault:
    """Head and layout of a source stand in one table: a key unknown to the layout may be a misspelt one of the head."""
    from lebenslagen.project.toml import nearest

    if fault.code != "unknown-key" or fault.where != where or fault.values["hint"]:
        return fault
    hint = nearest(str(fault.values["key"]), [f.name for f in dataclasses.fields(_SourceHead)])
    return Fault("unknown-key", where, {**fault.values, "hint": hint})


def _assemble(tables: Mapping[str, Any], words: Mapping[str, str]) -> Declaration:
    head, areas, catalogue = tables["project.toml"], tables["areas.toml"], tables["indicators.toml"]
    sources = {t.source.key: t for n, t in tables.items() if n.startswith("sources/")}
    delivered = tables.get("deliveries.toml", _DeliveriesFile())
    declaration = Declaration(
        head=head,
        layers=areas.areas,
        crosswalks=areas.crosswalks,
        backdrop=areas.backdrop,
        deliveries=delivered.deliveries,
        delivered_on=delivered.day,
        catalogue=_catalogue(catalogue, sources),
        sum_patterns=MappingProxyType({v.key: v.sum_pattern for v in catalogue.variables if v.sum_pattern}),
        residents=catalogue.residents,
        pyramid=catalogue.pyramid,
        sources=MappingProxyType(sources),
        indices=MappingProxyType({t.key: t for n, t in tables.items() if n.startswith("indices/")}),
        reports=MappingProxyType({t.key: t for n, t in tables.items() if n.startswith("reports/")}),
        words=MappingProxyType({n.removeprefix("reports/"): text for n, text in words.items()}),
    )
    faults = [*_twice(tables), *_contradictions(declaration)]
    if faults:
        raise DesignError(faults)
    return declaration


def _twice(tables: Mapping[str, Any]) -> Iterator[Fault]:
    """Keys that two entries share; the later one would silently win."""
    head = tables["project.toml"]
    keys: dict[str, list[str]] = {
        "project.levels": [level.key for level in head.levels],
        "project.periods": [period.key for period in head.periods],
        "areas": [f"{layer.level}@{layer.vintage}" for layer in tables["areas.toml"].areas],
        "sources": [t.source.key for n, t in tables.items() if n.startswith("sources/")],
    }
    for folder in ("indices", "reports"):
        keys[folder] = [t.key for n, t in tables.items() if n.startswith(f"{folder}/")]
    for name, table in tables.items():
        if name.startswith("indices/"):
            keys[f"indices/{table.key}.editions"] = [edition.period for edition in table.editions]
    for where, found in keys.items():
        yield from (
            Fault("key-twice", where, {"key": key}) for key in dict.fromkeys(found) if found.count(key) > 1
        )


def _contradictions(d: Declaration) -> Iterator[Fault]:
    """What each file cannot see alone: names that another file should declare."""
    periods, vintages = {p.key for p in d.head.periods}, {layer.vintage for layer in d.layers}
    for layer in d.layers:
        if layer.level not in d.levels:
            yield _unknown("areas.level", layer.level, d.levels)
    for period in d.head.periods:
        if period.vintage not in vintages:
            yield _unknown(
                f"project.periods[{period.key}].vintage", str(period.vintage), map(str, sorted(vintages))
            )
    for number, delivery in enumerate(d.deliveries, 1):
        if delivery.source not in d.sources:
            yield _unknown(f"deliveries[{number}].source", delivery.source, d.sources)
        if delivery.period not in periods:
            yield _unknown(f"deliveries[{number}].period", delivery.period, periods)
    for index in d.indices.values():
        yield from _index_contradictions(d, index, periods)
    for report in d.reports.values():
        yield from _report_contradictions(d, report, periods)


def _index_contradictions(d: Declaration, index: DeclaredIndex, periods: set[str]) -> Iterator[Fault]:
    where, known = f"indices/{index.key}", [i.key for i in d.catalogue.indicators]
    if index.level not in d.levels:
        yield _unknown(f"{where}.level", index.level, d.levels)
    for name, measure in (("status", index.status), ("dynamics", index.dynamics)):
        for part in measure.parts if measure else ():
            if part.indicator not in known:
                yield _unknown(f"{where}.{name}.parts", part.indicator, known)
    for edition in index.editions:
        for period in filter(None, (edition.period, edition.change_from)):
            if period not in periods:
                yield _unknown(f"{where}.editions", period, periods)


def _report_contradictions(d: Declaration, report: DeclaredReport, periods: set[str]) -> Iterator[Fault]:
    where = f"reports/{report.key}"
    for period in filter(None, (report.period, report.previous, *report.periods)):
        if period not in periods:
            yield _unknown(where, period, periods)
    if report.index and report.index not in d.indices:
        yield _unknown(f"{where}.index", report.index, d.indices)
    if report.audience not in d.head.policies:
        yield _unknown(f"{where}.audience", report.audience, d.head.policies)
    for chapter, file in report.words.items():
        if file not in d.words:
            yield _unknown(f"{where}.words.{chapter}", file, d.words)
    for level in (report.level, *report.profiles):
        if level not in d.levels:
            yield _unknown(f"{where}.level", level, d.levels)


def _catalogue(file: _IndicatorsFile, sources: Mapping[str, DeclaredSource]) -> Catalogue:
    from lebenslagen.indicators import Break

    breaks = {
        i.key: tuple(Break(b.period, b.reason, b.effect, b.kind) for b in i.breaks) for i in file.indicators
    }
    optional = ("numerator", "denominator", "published", "level")
    indicators = [
        Indicator(
            **{  # type: ignore[arg-type]
                f.name: (getattr(i, f.name) or None) if f.name in optional else getattr(i, f.name)
                for f in dataclasses.fields(i)
                if f.name != "breaks"
            },
            breaks=breaks[i.key],
        )
        for i in file.indicators
    ]
    return Catalogue(
        variables=tuple(Variable(**_values(v)) for v in file.variables),
        indicators=tuple(indicators),
        dimensions=tuple(Dimension(d.key, d.label) for d in file.dimensions),
        sources=tuple(s.source for s in sources.values()),
    )


def _values(variable: DeclaredVariable) -> dict[str, Any]:
    return {
        f.name: getattr(variable, f.name) for f in dataclasses.fields(variable) if f.name != "sum_pattern"
    }


def _unknown(where: str, name: str, known: Any) -> Fault:
    from lebenslagen.project.toml import nearest

    names = sorted(str(k) for k in known)
    shown = ", ".join(names[:12]) + (" …" if len(names) > 12 else "")
    return Fault("unknown-name", where, {"name": name, "hint": nearest(name, names), "known": shown or "–"})


def _pick(table: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in table:
        raise DesignError(_unknown(where, key, table))
    return table[key]

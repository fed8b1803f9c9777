"""The declarations of a project out of its files, all faults of all files at once."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.project.declare.contradictions import contradictions, keys_twice
from lebenslagen.project.declare.faults import collecting
from lebenslagen.project.declare.figures import IndicatorsFile, catalogue_of
from lebenslagen.project.declare.indices import DeclaredIndex
from lebenslagen.project.declare.places import AreasFile, from_to
from lebenslagen.project.declare.reports import DeclaredReport
from lebenslagen.project.declare.sources import DeliveriesFile, source_of
from lebenslagen.project.declare.town import SCHEMA, Head
from lebenslagen.project.declare.whole import Declaration
from lebenslagen.project.patterns import pattern_faults
from lebenslagen.project.store.directory import FILES
from lebenslagen.project.toml import adapt, parse

__all__ = ["load"]


def load(files: Mapping[str, bytes]) -> Declaration:
    """The declaration in `files` (name relative to the project -> bytes).

    Raises DesignError with the faults of all files at once.

    >>> try: load({})
    ... except DesignError as error: [fault.where for fault in error.faults]
    ['project.toml', 'areas.toml', 'indicators.toml']
    """
    faults: list[Fault] = []
    tables: dict[str, Any] = {}
    for name in [*FILES[:3], *(n for n in sorted(files) if n.endswith(".toml") and n not in FILES[:3])]:
        with collecting(faults):
            if name not in files:
                raise DesignError(Fault("declaration-absent", name, {"file": name}))
            tables[name] = _typed(name, parse(files[name], name))
            faults += pattern_faults(tables[name], name.removesuffix(".toml"))
    if faults:
        raise DesignError(faults)
    return _assemble(tables, {n: b.decode() for n, b in files.items() if n.endswith(".md")})


def _typed(name: str, table: dict[str, Any]) -> Any:
    stem = name.removesuffix(".toml")
    if name.startswith("sources/"):
        return source_of(table, stem)
    kinds = {"project.toml": Head, "areas.toml": AreasFile, "indicators.toml": IndicatorsFile}
    kinds["deliveries.toml"] = DeliveriesFile
    kind = kinds.get(name) or {"indices": DeclaredIndex, "reports": DeclaredReport}.get(
        name.split("/", maxsplit=1)[0]
    )
    if kind is None:
        raise DesignError(Fault("declaration-unknown", name, {"file": name}))
    if name == "project.toml" and table.get("schema", 0) != SCHEMA:
        raise DesignError(Fault("schema-differs", name, {"found": table.get("schema", 0), "known": SCHEMA}))
    if name == "areas.toml":
        table = {**table, "crosswalks": [from_to(row) for row in table.get("crosswalks", [])]}
    return adapt(kind, table, stem)


def _assemble(tables: Mapping[str, Any], words: Mapping[str, str]) -> Declaration:
    head, areas, catalogue = tables["project.toml"], tables["areas.toml"], tables["indicators.toml"]
    sources = {t.source.key: t for n, t in tables.items() if n.startswith("sources/")}
    delivered = tables.get("deliveries.toml", DeliveriesFile())
    declaration = Declaration(
        head=head,
        layers=areas.areas,
        crosswalks=areas.crosswalks,
        backdrop=areas.backdrop,
        deliveries=delivered.deliveries,
        delivered_on=delivered.day,
        catalogue=catalogue_of(catalogue, (s.source for s in sources.values())),
        sum_patterns=MappingProxyType({v.key: v.sum_pattern for v in catalogue.variables if v.sum_pattern}),
        residents=catalogue.residents,
        pyramid=catalogue.pyramid,
        sources=MappingProxyType(sources),
        indices=MappingProxyType({t.key: t for n, t in tables.items() if n.startswith("indices/")}),
        reports=MappingProxyType({t.key: t for n, t in tables.items() if n.startswith("reports/")}),
        words=MappingProxyType({n.removeprefix("reports/"): text for n, text in words.items()}),
    )
    faults = [*keys_twice(tables), *contradictions(declaration)]
    if faults:
        raise DesignError(faults)
    return declaration

"""What each declaration cannot see alone: names that another file should declare, keys that two entries share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault
from lebenslagen.project.declare.faults import unknown_name

if TYPE_CHECKING:
    from lebenslagen.project.declare.indices import DeclaredIndex
    from lebenslagen.project.declare.reports import DeclaredReport
    from lebenslagen.project.declare.whole import Declaration

__all__ = ["contradictions", "keys_twice"]


def keys_twice(tables: Mapping[str, Any]) -> Iterator[Fault]:
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


def contradictions(d: Declaration) -> Iterator[Fault]:
    """What each file cannot see alone: names that another file should declare."""
    periods, vintages = {p.key for p in d.head.periods}, {layer.vintage for layer in d.layers}
    for layer in d.layers:
        if layer.level not in d.levels:
            yield unknown_name("areas.level", layer.level, d.levels)
    for period in d.head.periods:
        if period.vintage not in vintages:
            yield unknown_name(
                f"project.periods[{period.key}].vintage", str(period.vintage), map(str, sorted(vintages))
            )
    for number, delivery in enumerate(d.deliveries, 1):
        if delivery.source not in d.sources:
            yield unknown_name(f"deliveries[{number}].source", delivery.source, d.sources)
        if delivery.period not in periods:
            yield unknown_name(f"deliveries[{number}].period", delivery.period, periods)
    for index in d.indices.values():
        yield from _index_contradictions(d, index, periods)
    for report in d.reports.values():
        yield from _report_contradictions(d, report, periods)


def _index_contradictions(d: Declaration, index: DeclaredIndex, periods: set[str]) -> Iterator[Fault]:
    where, known = f"indices/{index.key}", [i.key for i in d.catalogue.indicators]
    if index.level not in d.levels:
        yield unknown_name(f"{where}.level", index.level, d.levels)
    for name, measure in (("status", index.status), ("dynamics", index.dynamics)):
        for part in measure.parts if measure else ():
            if part.indicator not in known:
                yield unknown_name(f"{where}.{name}.parts", part.indicator, known)
    for edition in index.editions:
        for period in filter(None, (edition.period, edition.change_from)):
            if period not in periods:
                yield unknown_name(f"{where}.editions", period, periods)


def _report_contradictions(d: Declaration, report: DeclaredReport, periods: set[str]) -> Iterator[Fault]:
    where = f"reports/{report.key}"
    for period in filter(None, (report.period, report.previous, *report.periods)):
        if period not in periods:
            yield unknown_name(where, period, periods)
    if report.index and report.index not in d.indices:
        yield unknown_name(f"{where}.index", report.index, d.indices)
    if report.audience not in d.head.policies:
        yield unknown_name(f"{where}.audience", report.audience, d.head.policies)
    for chapter, file in report.words.items():
        if file not in d.words:
            yield unknown_name(f"{where}.words.{chapter}", file, d.words)
    for level in (report.level, *report.profiles):
        if level not in d.levels:
            yield unknown_name(f"{where}.level", level, d.levels)

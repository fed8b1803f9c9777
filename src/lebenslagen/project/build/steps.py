"""Building: every declared index edition, step by step, with several hands."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import date, datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lebenslagen.project.build.counts import Row, rows_of
from lebenslagen.project.build.indices import built_index
from lebenslagen.project.build.places import areas, chain
from lebenslagen.project.build.works import Works, open_works, versions
from lebenslagen.project.store import Delivery, Project, digest_of
from lebenslagen.texts import Texts

if TYPE_CHECKING:
    from concurrent.futures import Future

    from lebenslagen.index import Index

__all__ = ["build"]


def build(project: Project, *, by: str, at: datetime, t: Texts) -> Iterator[str]:
    """Compute every declared index edition and say what was done, step by step; the caller holds the lock.

    When nothing changed since the last build, what it said is said again and nothing is computed.
    """
    files = project.declared()
    parts = [versions(), *(name.encode() + raw for name, raw in sorted(files.items()))]
    tail = [(d.source, d.period, d.snapshot, d.answers) for d in project.sound()]
    key = digest_of(*parts, repr(tail).encode(), t.language.encode())
    kept = project.remembered("build", key)
    if kept is not None:
        yield from json.loads(kept)
        yield t("Nothing changed since the last build.")
        return
    said: list[str] = []
    for line in _steps(open_works(project), t):
        said.append(line)
        yield line
    project.keep(by=by, at=at)
    project.remember("build", key, json.dumps(said, ensure_ascii=False).encode())


@contextlib.contextmanager
def _ahead(works: Works) -> Iterator[tuple[dict[date, Future[Any]], dict[Delivery, Future[list[Row]]]]]:
    """Areas and deliveries, read by four hands at once: most of that happens in child processes and in C."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=4) as hands:
        vintages = sorted({layer.vintage for layer in works.declaration.layers})
        places = {
            vintage: hands.submit(lambda v: [areas(works, level, v) for level in chain(works, v)], vintage)
            for vintage in vintages
        }

        def read(delivery: Delivery) -> list[Row]:
            return rows_of(works, delivery, places[works.declaration.period(delivery.period).vintage].result)

        declared = [d for d in works.deliveries if d.source in works.declaration.sources]
        try:
            yield places, {delivery: hands.submit(read, delivery) for delivery in declared}
        finally:
            hands.shutdown(cancel_futures=True)


def _steps(works: Works, t: Texts) -> Iterator[str]:
    with _ahead(works) as (places, read):
        for module in ("observations", "index.compute"):  # with pandas, while the hands read
            import_module(f"lebenslagen.{module}")
        for vintage, levels in places.items():
            counts = [f"{len(known)} {_plural(works, known.level)}" for known in levels.result()]
            yield t("Areas of {date}: {list}", date=t.date(vintage), list=", ".join(counts))
        for delivery, rows in read.items():
            yield t(
                "Read: {file} ({source}, {period}): {n} values",
                file=delivery.file,
                source=delivery.source,
                period=delivery.period,
                n=t.number(len(rows.result())),
            )
    for declared in works.declaration.indices.values():
        for edition in declared.editions:
            found = built_index(works, declared.key, edition.period)
            yield t(
                "Index “{label}” {period}: {n} areas; {list}",
                label=declared.label,
                period=edition.period,
                n=len(found.areas),
                list=_class_counts(found),
            )


def _plural(works: Works, level: str) -> str:
    return next(x.plural for x in works.declaration.head.levels if x.key == level)


def _class_counts(found: Index) -> str:
    declared, classes = found.design.status.classes, found.status.classes
    if declared is None or classes is None:
        return ""
    here = list(classes)
    return ", ".join(
        f"{label} {here.count(key)}" for key, label in zip(declared.keys, declared.labels, strict=True)
    )

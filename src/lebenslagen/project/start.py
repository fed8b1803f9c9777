"""A new project out of a starter: declarations copied, deliveries taken in by the same door as any other."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from glob import escape
from pathlib import Path

from lebenslagen.errors import DataError, Fault, LebenslagenError, ProjectError, QuestionOpen
from lebenslagen.project import build, intake
from lebenslagen.project.build import Works
from lebenslagen.project.declare import DeclaredDelivery
from lebenslagen.project.store import Project, sweep, sync_folder
from lebenslagen.texts import fault_text, texts

__all__ = ["STARTERS", "start", "starters"]

STARTERS = Path(__file__).parent.parent / "starter"
# What a project grows itself: never taken over from the folder that serves as its starter.
GROWN = ("snapshots", "history", "history.*", "ledger.*", "releases", "ausgabe", ".cache", ".lock*")


def starters() -> tuple[str, ...]:
    """The names of the starters that come with the software.

    >>> "musterstadt" in starters()
    True
    """
    return tuple(sorted(path.name for path in STARTERS.iterdir() if (path / "project.toml").is_file()))


def start(
    target: Path, starter: str, deliveries: Path | None, *, by: str, at: datetime, language: str = "de"
) -> Iterator[str]:
    """Make a project in `target` and say step by step what is done; the folder appears whole or not at all.

    Raises ProjectError where the folder is not empty or the starter is unknown, DataError and QuestionOpen where a
    delivery is not as declared.
    """
    origin = _origin(starter)
    if deliveries is None and (origin / "deliveries.toml").is_file() and not (origin / "deliveries").is_dir():
        raise ProjectError(Fault("deliveries-not-named", "--deliveries", {"starter": starter}))
    if deliveries is not None and not deliveries.is_dir():
        raise ProjectError(Fault("folder-missing", "--deliveries", {"folder": deliveries}))
    if target.exists() and any(target.iterdir()):
        raise ProjectError(Fault("folder-not-empty", str(target), {"folder": target.name}))
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    beside.parent.mkdir(parents=True, exist_ok=True)
    sweep(beside.parent, f".{escape(target.name)}.*.part")
    try:
        shutil.copytree(
            origin, beside, ignore=shutil.ignore_patterns("deliveries", "__pycache__", "*.pyc", *GROWN)
        )
        project = Project(beside)
        project.keep(by=by, at=at, why=f"start {starter}")
        yield from _take_in(project, deliveries or origin / "deliveries", by, at, language)
        os.replace(beside, target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _origin(starter: str) -> Path:
    """The folder of a starter that comes with the software, or one's own folder with a project.toml."""
    if starter in starters():
        return STARTERS / starter
    if (Path(starter) / "project.toml").is_file():
        return Path(starter)
    known = ", ".join(starters())
    raise ProjectError(Fault("unknown-name", "--starter", {"name": starter, "hint": "", "known": known}))


def _take_in(project: Project, folder: Path, by: str, at: datetime, language: str) -> Iterator[str]:
    t = texts(language)
    declaration = project.declaration()
    for line in intake.deliver_areas(project, declaration, folder, by=by, at=at):
        yield t("Areas: {file}", file=line)
    works = build.open_works(project)
    for declared in declaration.deliveries:
        yield from _one(works, declared, folder, by, at, language)


def _one(
    works: Works, declared: DeclaredDelivery, folder: Path, by: str, at: datetime, language: str
) -> Iterator[str]:
    project, t = works.project, texts(language)
    path = intake.within(folder, declared.file)
    answers = tuple((a.code, a.value, a.reason) for a in declared.answers)
    names = {"file": declared.file, "source": declared.source, "period": declared.period}
    try:
        check = intake.deliver(
            project,
            path,
            source=declared.source,
            period=declared.period,
            answers=answers,
            by=by,
            at=at,
            note=declared.note,
            works=works,
        )
    except (DataError, QuestionOpen) as error:
        if not declared.expect:
            raise
        yield t("Refused, as it should be: {file} ({source}, {period})", **names)
        yield from (f"    {line}" for line in _said(error, language))
        project.journal.append(
            {
                "what": "refused",
                "by": by,
                "at": at.isoformat(timespec="seconds"),
                **names,
                "codes": sorted({fault.code for fault in error.faults}),
                "where": [f.where for f in error.faults][:20],
            }
        )
        return
    yield t("Taken over: {file} ({source}, {period})", **names)
    yield from (f"    {fault.where}: {fault_text(fault, language)[0]}" for fault in check.faults)


def _said(error: LebenslagenError, language: str) -> Iterator[str]:
    for fault in error.faults[:5]:
        yield f"{fault.where}: {fault_text(fault, language)[0]}"

"""Restore a backup: checked before anything is written, put in place at once, what was purged since purged again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from lebenslagen.errors import Fault, LebenslagenError, ProjectError
from lebenslagen.project.backup.archive import Manifest, check, read_manifest, unpack
from lebenslagen.project.backup.database import SQLITE, sound
from lebenslagen.project.store import Journal, Project, sync_folder

__all__ = ["Purging", "known_purgings", "purge_files", "restore", "to_purge"]


@dataclass(frozen=True)
class Purging:
    """A delivered file that was purged after the backup was made: which, whose, by whom, confirmed by whom, when."""

    snapshot: str
    source: str
    period: str
    by: str
    confirmed_by: str
    at: str


def restore(
    file: Path,
    target: Path,
    *,
    lines: Iterable[Mapping[str, Any]] = (),
    finish: Callable[[Path, Manifest, tuple[Purging, ...]], None] | None = None,
) -> tuple[Manifest, tuple[Purging, ...]]:
    """Put a backup into a folder that is empty or not there; returns what it was and what was purged again.

    `lines`: purgings known since (`known_purgings`). `finish` brings database and files in line in the folder beside
    the target, purging included; without it the purging is done on the files alone.
    Raises ProjectError where the folder is not empty, the backup is damaged or of a newer version, or room is lacking;
    then nothing was written.
    """
    _must_be_empty(target)
    manifest = check(file)
    _room(file, target, manifest)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        beside.mkdir(mode=0o700, parents=True)
        unpack(file, manifest, beside)
        _private(beside)
        gone = to_purge(Project(beside), lines)
        finish(beside, manifest, gone) if finish else purge_files(beside, gone)
        if target.is_dir():
            target.rmdir()
        os.replace(beside, target)
        sync_folder(target.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return manifest, gone


def _must_be_empty(target: Path) -> None:
    if target.is_symlink() or (target.exists() and (not target.is_dir() or any(target.iterdir()))):
        raise ProjectError(Fault("folder-not-empty", str(target), {"folder": target.name}))
    if not target.absolute().parent.is_dir():
        raise ProjectError(Fault("folder-missing", str(target.parent), {"folder": target.parent.name}))


def _room(file: Path, target: Path, manifest: Manifest) -> None:
    needed = sum(size for size, _ in manifest.files.values())
    if shutil.disk_usage(target.absolute().parent).free < needed:
        megabytes = needed // 1024 // 1024 + 1
        raise ProjectError(Fault("backup-no-room", str(target), {"folder": target.name, "needed": megabytes}))


def _private(folder: Path) -> None:
    """Secret, uploads and database for this account alone, as they were."""
    own, database = folder / ".web", folder / SQLITE
    for path in (own, *own.rglob("*"), database):
        if path.exists():
            path.chmod(0o700 if path.is_dir() else 0o600)
    if own.is_dir():
        (own / "uploads").mkdir(mode=0o700, exist_ok=True)
    if database.is_file():
        sound(database)


def purge_files(folder: Path, gone: tuple[Purging, ...]) -> None:
    """Purge again what was purged since, in a project without a database."""
    project = Project(folder)
    with project.locked():
        for one in gone:
            project.purge_delivery(
                one.snapshot, by=one.by, confirmed_by=one.confirmed_by, at=datetime.fromisoformat(one.at)
            )


# --- what was purged since ----------------------------------------------------------------------------------------


def known_purgings(file: Path, places: Iterable[Path] = ()) -> list[Mapping[str, Any]]:
    """Purgings that newer backups beside this one tell of, and the places named: project folders or backups.

    They tell no content: which lines of the journal were emptied, when, by whom.
    """
    places = tuple(places)
    beside = (
        path
        for path in sorted(file.absolute().parent.iterdir())
        if path.is_file() and path != file.absolute()
    )
    found: dict[str, Mapping[str, Any]] = {}
    for place in (*beside, *places):
        for line in _told(place, strict=place in places):
            found[str(line["digest"])] = line
    return sorted(found.values(), key=lambda line: str(line["at"]))


def _told(place: Path, *, strict: bool) -> Iterator[Mapping[str, Any]]:
    """The lines of one place; what lies beside a backup and is none is passed over, a named place must be readable."""
    try:
        if place.is_dir():
            yield from (line for line in Journal(place / "history.jsonl").lines() if line["what"] == "purged")
        else:
            yield from read_manifest(place).purged
    except (LebenslagenError, OSError):
        if strict:
            raise


def to_purge(project: Project, lines: Iterable[Mapping[str, Any]]) -> tuple[Purging, ...]:
    """The delivered files of a restored project that were purged since."""
    delivered = {line["digest"]: line for line in project.journal.lines() if line["what"] == "delivered"}
    found: dict[str, Purging] = {}
    for line in lines:
        for digest in line.get("emptied", ()):
            told = delivered.get(digest)
            if told is not None:
                snapshot = told["snapshot"]
                found[snapshot] = Purging(
                    snapshot, told["source"], told["period"], line["by"], line["confirmed_by"], line["at"]
                )
    return tuple(found.values())

"""Make a backup: what changes is copied while nobody writes, what never changes afterwards, in peace."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.project.backup.archive import Manifest, check, pack
from lebenslagen.project.backup.database import Database
from lebenslagen.project.store import Project, schema_of, sync_folder

__all__ = ["backup"]

# Folders whose files are written once, under their digest; they are read after the locks are given back.
LASTING = ("snapshots", "history", "releases", "ausgabe")
# What is computed again, belongs to a running process, or is copied by the database itself.
LEFT_OUT = (".cache", ".web/uploads")
SQLITE = "lebenslagen.sqlite3"


def backup(
    project: Project,
    target: Path,
    database: Database,
    *,
    at: datetime,
    version: str,
    waiting: Callable[[], None] = lambda: None,
) -> str:
    """Write files and database of a project into one new file; returns the digest of its manifest.

    The program may run meanwhile: writers wait only while what changes is copied. The file is read again at the end.
    Raises ProjectError where the target stands already or lies in the project, where the database is damaged, or a file
    vanished meanwhile; OSError where the disk refuses. No half backup is left.
    """
    _may_write(project, target)
    beside = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with TemporaryDirectory(prefix=".sicherung-", dir=target.parent) as folder:
            frozen, lasting, manifest = _still_life(project, database, Path(folder), at, version, waiting)
            digest = _packed(beside, [*frozen, *lasting], manifest)
        beside.chmod(0o600)
        check(beside)
        _synced(beside)
        os.link(beside, target)  # where somebody else wrote that name meanwhile, his file stays
        sync_folder(target.parent)
    finally:
        beside.unlink(missing_ok=True)
    return digest


def _may_write(project: Project, target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise ProjectError(Fault("backup-exists", str(target), {"file": target.name}))
    if not target.parent.is_dir():
        raise ProjectError(Fault("folder-missing", str(target.parent), {"folder": target.parent.name}))
    if target.resolve().is_relative_to(project.root.resolve()):
        raise ProjectError(Fault("backup-inside", str(target), {"file": target.name}))


def _synced(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


Files = list[tuple[str, Path]]


def _still_life(
    project: Project,
    database: Database,
    folder: Path,
    at: datetime,
    version: str,
    waiting: Callable[[], None],
) -> tuple[Files, Files, Manifest]:
    """Copies of all that changes, the names of all that does not, and what the manifest says but for the files."""
    with _still(project, database, waiting):
        files = list(_all(project.root))
        lasting = [(name, path) for name, path in files if name.split("/")[0] in LASTING]
        changing = [(name, path) for name, path in files if name.split("/")[0] not in LASTING]
        frozen = [(name, _copied(path, folder / name)) for name, path in changing]
        if database.file:
            database.copy(folder / database.file)
            frozen.append((database.file, folder / database.file))
        purged = tuple(line for line in project.journal.lines() if line["what"] == "purged")
        town = project.declaration().head.name
    made = Manifest(
        town, at.isoformat(timespec="seconds"), version, schema_of(project.root), database.kind, purged
    )
    return frozen, lasting, made


@contextlib.contextmanager
def _still(project: Project, database: Database, waiting: Callable[[], None]) -> Iterator[None]:
    """Nobody writes: neither to the files, nor to the ledger, nor to the database.

    In this order, as jobs take them. The application takes the database first, but then does not wait for files.
    """
    with project.locked(waiting), project.ledger_held(), database.held():
        yield


def _all(root: Path) -> Iterator[tuple[str, Path]]:
    """Every file that belongs into a backup. Raises ProjectError for links, which lead somewhere else."""
    for path in sorted(root.rglob("*")):
        name = path.relative_to(root).as_posix()
        if _left_out(name):
            continue
        if path.is_symlink():
            raise ProjectError(Fault("link-in-project", name, {"file": name}))
        if path.is_file():
            yield name, path


def _left_out(name: str) -> bool:
    parts = name.split("/")
    return (
        name.startswith(tuple(f"{left}/" for left in LEFT_OUT))
        or name in LEFT_OUT
        or parts[0].startswith((".lock", SQLITE))
        or any(part.startswith(".") and part.endswith(".part") for part in parts)
    )


def _copied(path: Path, place: Path) -> Path:
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(path, place)
    return place


def _packed(target: Path, files: Files, manifest: Manifest) -> str:
    """Pack all of it; an output that was replaced meanwhile is left out, anything else must be there."""
    there = [(name, path) for name, path in files if not name.startswith("ausgabe/") or path.is_file()]
    try:
        return pack(target, there, manifest)
    except FileNotFoundError as error:
        name = Path(str(error.filename or "")).name
        raise ProjectError(Fault("backup-meanwhile", name[:40], {"name": name[:40]})) from None

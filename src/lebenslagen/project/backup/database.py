"""The database of a project as a backup sees it: none, a SQLite file, or what the web application says about another."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from lebenslagen.errors import Fault, ProjectError

__all__ = ["SQLITE", "Database", "Nothing", "SqliteFile", "database_of"]

SQLITE = "lebenslagen.sqlite3"
SECONDS = 30.0  # to wait for a writer


class Database(Protocol):
    """What a backup needs of a database: nobody writes while it is held, and it can be copied meanwhile."""

    kind: str
    file: str  # the copy's name in the backup

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Let nobody write for the time of the block."""
        ...

    def copy(self, target: Path) -> None:
        """Write a copy, consistent in itself. Raises ProjectError where the database is damaged."""
        ...


class Nothing:
    """A project that was never served: no database."""

    kind, file = "none", ""

    def held(self) -> contextlib.AbstractContextManager[None]:
        """Nothing to hold."""
        return contextlib.nullcontext()

    def copy(self, target: Path) -> None:
        """Nothing to copy."""


class SqliteFile:
    """A SQLite file, copied by SQLite itself: to copy the file under a running program would tear it."""

    kind, file = "sqlite", SQLITE

    def __init__(self, path: Path) -> None:
        self.path = path

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the write lock, and let go of it without having written."""
        connection = sqlite3.connect(self.path, timeout=SECONDS, isolation_level=None)
        try:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        finally:
            connection.close()

    def copy(self, target: Path) -> None:
        """Copy page by page and check the copy."""
        with (
            contextlib.closing(_read_only(self.path)) as source,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            source.backup(copy)
        sound(target)


def _read_only(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=SECONDS)


def sound(path: Path) -> None:
    """Raise ProjectError where a SQLite file is damaged."""
    try:
        with contextlib.closing(_read_only(path)) as connection:
            said = [row[0] for row in connection.execute("PRAGMA integrity_check")]
    except sqlite3.DatabaseError as error:
        said = [str(error)]
    if said != ["ok"]:
        raise ProjectError(Fault("database-damaged", path.name, {"reason": str(said[0])[:200]}))


def database_of(root: Path) -> Database:
    """The database in a project's folder: its SQLite file, or none."""
    path = root / SQLITE
    return SqliteFile(path) if path.is_file() and path.stat().st_size else Nothing()

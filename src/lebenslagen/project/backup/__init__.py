"""Back up a project, files and database together while it runs, and restore it into an empty folder."""

from __future__ import annotations

from lebenslagen.project.backup.archive import Manifest, check, read_manifest
from lebenslagen.project.backup.database import Database, Nothing, SqliteFile, database_of
from lebenslagen.project.backup.making import backup
from lebenslagen.project.backup.restoring import Purging, known_purgings, restore

__all__ = [
    "Database",
    "Manifest",
    "Nothing",
    "Purging",
    "SqliteFile",
    "backup",
    "check",
    "database_of",
    "known_purgings",
    "read_manifest",
    "restore",
]

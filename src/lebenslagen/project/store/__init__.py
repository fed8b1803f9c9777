"""The files of one project: snapshots, declarations, releases, journal and ledger; written whole or not at all."""

from __future__ import annotations

from lebenslagen.project.store.directory import Delivery, Project, declarations_of
from lebenslagen.project.store.disk import (
    digest_of,
    put_folder,
    sweep,
    sync_folder,
    write_atomic,
    write_folder,
)
from lebenslagen.project.store.four_eyes import two_persons
from lebenslagen.project.store.journal import Journal
from lebenslagen.project.store.schema import migrate, schema_of

__all__ = [
    "Delivery",
    "Journal",
    "Project",
    "declarations_of",
    "digest_of",
    "migrate",
    "put_folder",
    "schema_of",
    "sweep",
    "sync_folder",
    "two_persons",
    "write_atomic",
    "write_folder",
]

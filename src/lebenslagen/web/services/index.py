"""Storing a design of the index: the declaration in the project's files, with its history, one line in the trail."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils import timezone

from lebenslagen.errors import DesignError, Fault
from lebenslagen.project.store import sync_folder, write_atomic
from lebenslagen.texts import N_
from lebenslagen.web.permissions import require
from lebenslagen.web.services import index_design as designs
from lebenslagen.web.services.base import Conflict, change, writes
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.project.store import Project
    from lebenslagen.web.models import User

__all__ = ["put_design", "save"]


@writes("index.save", N_("Design of the index stored"))
def save(key: str, raw: bytes, *, by: User, base: str | None = None, why: str = "") -> None:
    """Store a design under its key; with `base` only where nobody changed it meanwhile (Conflict otherwise).

    Raises DesignError where the project with this design would have faults; nothing is written then.
    """
    require(by, "index.save")
    with _held() as project:
        _check(key, raw)
        before = designs.raw_of(key)
        try:
            with change(by, "index", key, base=base, why=why):
                _write(key, raw)
        except BaseException:
            if designs.raw_of(key) != before:
                _write(key, before)
            raise
        project.keep(by=by.name, at=timezone.now(), why=why)


@contextlib.contextmanager
def _held() -> Iterator[Project]:
    """The project's lock, or at once Conflict: nobody waits for a job while the database is held."""

    def busy() -> None:
        raise Conflict(Fault("project-busy", "indices", {}))

    project = town().project
    with project.locked(busy):
        yield project


def _check(key: str, raw: bytes) -> None:
    """The whole declaration with the new design in it, every edition of it included."""
    from lebenslagen.project.declare import load
    from lebenslagen.project.designs import design_of
    from lebenslagen.project.toml import parse

    name = designs.file_of(key)
    found = parse(raw, name)
    if found.get("key") != key:
        raise DesignError(
            Fault("unknown-name", name, {"name": str(found.get("key")), "hint": "", "known": key})
        )
    declaration = load({**town().project.declared(), name: raw})
    declared = declaration.index(key)
    for edition in declared.editions:
        design_of(declaration, declared, edition)


def put_design(key: str, raw: bytes | None) -> None:
    """Bring a design back to earlier bytes, or remove it; called when a change is taken back."""
    with _held() as project:
        _write(key, raw)
        project.keep(by="", at=timezone.now(), why="taken back")


def _write(key: str, raw: bytes | None) -> None:
    path = town().root / designs.file_of(key)
    if raw is not None:
        path.parent.mkdir(exist_ok=True)
        write_atomic(path, raw)
    elif path.is_file():
        path.unlink()
        sync_folder(path.parent)

"""The schema a project was made with, and the steps that bring an older one to the present."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.project.store.directory import Project
from lebenslagen.project.store.disk import write_atomic

__all__ = ["migrate", "schema_of"]


def schema_of(root: Path) -> int:
    """The schema a project was made with; 0 where it says none, as the first projects did.

    Raises ProjectError where there is no project.

    >>> import tempfile; root = Path(tempfile.mkdtemp()); _ = (root / "project.toml").write_bytes(b"name = 'A'")
    >>> schema_of(root)
    0
    """
    Project(root)
    return int(tomllib.loads((root / "project.toml").read_text("utf-8")).get("schema", 0))


def migrate(root: Path, at: datetime) -> tuple[str, ...]:
    """Bring an older project to the present schema; the old files stay in ``history``. Returns what was done.

    Raises ProjectError for a project of a newer version.

    >>> import tempfile; root = Path(tempfile.mkdtemp()); _ = (root / "project.toml").write_bytes(b"name = 'A'")
    >>> migrate(root, datetime(2025, 1, 1)), schema_of(root), migrate(root, datetime(2025, 1, 1))
    (('0 → 1',), 1, ())
    """
    from lebenslagen.project.declare import SCHEMA

    found, done = schema_of(root), []
    if found > SCHEMA:
        raise ProjectError(Fault("schema-newer", "project.toml", {"found": found, "known": SCHEMA}))
    for step in range(found, SCHEMA):
        Project(root).keep(by="migrate", at=at, why=f"schema {step}")
        MIGRATIONS[step](root)
        done.append(f"{step} → {step + 1}")
    return tuple(done)


def _name_schema(root: Path) -> None:
    """Schema 0 named none; since 1 a project says which it has."""
    path = root / "project.toml"
    write_atomic(path, b"schema = 1\n" + path.read_bytes())


MIGRATIONS: dict[int, Callable[[Path], None]] = {0: _name_schema}

"""What the settings need before Django is there: folder, secret, hosts, database; each refuses what is unsafe."""

from __future__ import annotations

import os
import re
import secrets
import stat
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from lebenslagen.errors import Fault, ProjectError

__all__ = ["database", "hosts", "own_folder", "project_directory", "secret_key"]

# Locks and renames of SQLite cannot be trusted there (names as in /proc/mounts).
NETWORK = frozenset(
    "nfs nfs4 cifs smb3 smbfs ncpfs fuse.sshfs fuse.glusterfs ceph glusterfs 9p afs davfs".split()
)
PRAGMAS = "PRAGMA journal_mode=TRUNCATE; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; PRAGMA trusted_schema=OFF;"


def project_directory(named: str) -> Path:
    """The project directory. Raises ProjectError where none is named or there is none."""
    root = Path(named).resolve()
    if not named or not (root / "project.toml").is_file():
        raise ProjectError(Fault("not-a-project", named or "LEBENSLAGEN_PROJECT", {"folder": root.name}))
    return root


def own_folder(project: Path) -> Path:
    """What belongs to the web application alone: secret and uploads, readable by its account only."""
    own = project / ".web"
    for folder in (own, own / "uploads"):
        folder.mkdir(mode=0o700, exist_ok=True)
        folder.chmod(0o700)
    return own


def secret_key(own: Path) -> str:
    """The secret of this installation, made on first use.

    Raises ProjectError where others could read it or it is too short.
    """
    path = own / "schluessel"
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
    except FileExistsError:
        pass
    else:
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise ProjectError(Fault("secret-readable", str(path), {}))
    secret = path.read_text("ascii").strip()
    if len(secret) < 50:
        raise ProjectError(Fault("secret-short", str(path), {}))
    return secret


def hosts(text: str) -> list[str]:
    """Host names separated by commas. Raises ProjectError for a pattern: each name is named.

    >>> hosts("sozialplanung.example, ")
    ['sozialplanung.example']
    """
    found = [part.strip().lower() for part in text.split(",") if part.strip()]
    for host in found:
        if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", host):
            raise ProjectError(Fault("host-unsafe", "LEBENSLAGEN_HOSTS", {"host": host}))
    return found


def database(url: str, project: Path) -> dict[str, Any]:
    """Django's settings of the database: PostgreSQL where an address is given, otherwise a file in the project.

    Raises ProjectError for another kind of database and for SQLite on a network file system.

    >>> database("postgresql://a:b%40@db.example:5433/town", Path("."))["PASSWORD"]
    'b@'
    """
    return _postgresql(url) if url else _sqlite(project / "lebenslagen.sqlite3")


def _postgresql(url: str) -> dict[str, Any]:
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql") or not parts.path.strip("/"):
        raise ProjectError(
            Fault("database-unknown", "LEBENSLAGEN_DATABASE_URL", {"kind": parts.scheme or "–"})
        )
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"options": "-c statement_timeout=10000 -c idle_in_transaction_session_timeout=60000"},
    }


def _sqlite(path: Path) -> dict[str, Any]:
    kind = file_system(path.parent)
    if kind in NETWORK:
        raise ProjectError(Fault("database-on-network", str(path), {"kind": kind}))
    path.touch(mode=0o600, exist_ok=True)
    path.chmod(0o600)
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "CONN_MAX_AGE": 60,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "init_command": PRAGMAS, "timeout": 10},
    }


def file_system(folder: Path, mounts: str = "") -> str:
    """The kind of the file system a folder lies on, "" where the system does not tell."""
    try:
        lines = (mounts or Path("/proc/self/mounts").read_text("utf-8")).splitlines()
    except OSError:
        return ""
    found = [
        (line.split()[1].replace("\\040", " "), line.split()[2]) for line in lines if len(line.split()) > 2
    ]
    here = folder.resolve()
    fitting = [(point, kind) for point, kind in found if here == Path(point) or Path(point) in here.parents]
    return max(fitting, key=lambda pair: len(pair[0]), default=("", ""))[1]

"""Backup and restore with the database, by the command line, while people work; on PostgreSQL where it is installed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from lebenslagen.project.store import Project
from tests.conftest import ROOT
from tests.web.test_postgresql import address  # noqa: F401 - a fixture

ROWS = """
import django; django.setup()
from django.utils import timezone
from lebenslagen.web import models
from lebenslagen.web.services import data
from tests.web.conftest import PASSWORD, make_user
from tests.web.writes import line_in_force
planner = make_user("planerin", "planner", password=True)
approver = make_user("freigabe", "approver")
models.UserSession.objects.create(session="x" * 32, user=planner)
file = next(t["file"] for t in data.town().project.journal.lines() if t["digest"] == line_in_force())
models.Job.objects.create(kind="build", by=planner, state="done", lines=[f"{file}: gelesen", "fertig"])
"""
PURGE = """
import django; django.setup()
from lebenslagen.web import models
from lebenslagen.web.services import data
from tests.web.writes import line_in_force
data.confirm_purge(
    data.ask_purge(line_in_force(), "supplier", by=models.User.objects.get(login="planerin")),
    by=models.User.objects.get(login="freigabe"),
)
"""
STATE = """
import django; django.setup()
import hashlib, json
from lebenslagen.web import audit, models
from lebenslagen.web.backing import _models
left = ("web.usersession",)
told = {m._meta.label_lower: sorted(map(repr, m._default_manager.values_list())) for m in _models() if m._meta.label_lower not in left}
print(json.dumps({k: hashlib.sha256(repr(v).encode()).hexdigest() for k, v in told.items()}, sort_keys=True))
assert list(audit.broken()) == []
"""


def call(root: Path, code: str, **more: str) -> str:
    environment = {
        **os.environ, "LEBENSLAGEN_PROJECT": str(root), "DJANGO_SETTINGS_MODULE": "lebenslagen.web.settings", **more
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def run(*words: object, **more: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "lebenslagen", *map(str, words)]
    return subprocess.run(command, env={**os.environ, **more}, capture_output=True, text=True, check=False)


MIGRATE = "import django; django.setup()\nfrom django.core.management import call_command\ncall_command('migrate', verbosity=0)"


@pytest.fixture
def served(musterstadt: Path, tmp_path: Path) -> Path:
    """Musterstadt as served: people, a session, a job that names a file."""
    place = tmp_path / "ort"
    shutil.copytree(musterstadt, place, ignore=shutil.ignore_patterns(".web", "*.sqlite3", ".cache"))
    call(place, MIGRATE)
    call(place, ROWS)
    return place


def test_rows_and_files_come_back_together(served: Path, tmp_path: Path) -> None:
    before = call(served, STATE)
    assert run("backup", served, tmp_path / "a.zip").returncode == 0
    answer = run("restore", tmp_path / "a.zip", tmp_path / "neu")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert call(tmp_path / "neu", STATE) == before
    rows = sqlite3.connect(tmp_path / "neu" / "lebenslagen.sqlite3").execute("select * from web_usersession")
    assert rows.fetchall() == []  # nobody is logged in by a restore
    key, old = (p / ".web" / "schluessel" for p in (tmp_path / "neu", served))
    assert key.read_bytes() == old.read_bytes() and key.stat().st_mode & 0o077 == 0
    assert (tmp_path / "neu" / "lebenslagen.sqlite3").stat().st_mode & 0o077 == 0


def holding(root: Path, word: str) -> list[str]:
    """The files of a project in which a word stands."""
    files = (p for p in sorted(root.rglob("*")) if p.is_file() and ".cache" not in p.parts)
    return [p.relative_to(root).as_posix() for p in files if word.encode() in p.read_bytes()]


def test_a_delivery_purged_since_leaves_no_trace(served: Path, tmp_path: Path) -> None:
    """The older backup holds file, journal line and the words of a job; the newer one tells that it is gone."""
    file = next(
        line["file"] for line in Project(served).journal.lines()
        if line["what"] == "delivered" and (line["source"], line["period"]) == ("jobcenter", "2024")
    )  # fmt: skip
    assert run("backup", served, tmp_path / "alt.zip").returncode == 0
    call(served, PURGE)
    assert run("backup", served, tmp_path / "neu.zip").returncode == 0
    answer = run("restore", tmp_path / "alt.zip", tmp_path / "neu")
    assert answer.returncode == 0 and "Erneut bereinigt" in answer.stdout, answer.stdout + answer.stderr
    there = tmp_path / "neu"
    assert holding(there, file) == holding(served, file)  # declarations that name it, as after any purging
    assert all(name.endswith(".toml") or name.startswith("history/") for name in holding(there, file))
    assert Project(there).verify() == []
    lines = (
        sqlite3.connect(there / "lebenslagen.sqlite3")
        .execute("select what, by_name from web_auditline")
        .fetchall()
    )
    assert lines[-1] == ("data.purge-again", "System")


def test_while_people_write(served: Path, tmp_path: Path) -> None:
    """Writers wait less than a second; each backup's trail is whole and its rows fit its files."""
    end, waits, failed = threading.Event(), [0.0], [0]

    def write() -> None:
        number = 0
        while not end.is_set():
            number += 1
            begin = time.monotonic()
            try:
                with sqlite3.connect(served / "lebenslagen.sqlite3", timeout=10, isolation_level=None) as db:
                    db.execute("begin immediate")
                    db.execute("update web_job set step = ?", (str(number),))
                    db.execute("commit")
            except sqlite3.OperationalError:
                failed[0] += 1
            waits.append(time.monotonic() - begin)
            time.sleep(0.01)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert run("backup", served, tmp_path / "a.zip").returncode == 0
    finally:
        end.set()
        writer.join()
    assert failed == [0] and max(waits) < 1 and len(waits) > 10
    assert run("restore", tmp_path / "a.zip", tmp_path / "neu").returncode == 0
    call(tmp_path / "neu", STATE)


@pytest.mark.slow
def test_on_postgresql(served: Path, tmp_path: Path, address: str) -> None:  # noqa: F811
    """Rows go out and in again through another, empty database; a database in use is refused."""
    named: dict[str, Any] = {"LEBENSLAGEN_DATABASE_URL": address}
    call(served, MIGRATE, **named)
    call(served, ROWS, **named)
    before = call(served, STATE, **named)
    (served / "lebenslagen.sqlite3").unlink()
    answer = run("backup", served, tmp_path / "a.zip", **named)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    answer = run("restore", tmp_path / "a.zip", tmp_path / "neu", **named)
    assert answer.returncode == 14 and "database-not-empty" in answer.stdout, answer.stdout + answer.stderr
    answer = run("restore", tmp_path / "a.zip", tmp_path / "neu")
    assert answer.returncode == 14 and "backup-other-database" in answer.stdout
    assert not (tmp_path / "neu").exists()
    code = "import psycopg, os; psycopg.connect(os.environ['LEBENSLAGEN_DATABASE_URL'], autocommit=True).execute('create database leer')"
    call(served, code, **named)
    named["LEBENSLAGEN_DATABASE_URL"] = address.replace("/postgres", "/leer")
    answer = run("restore", tmp_path / "a.zip", tmp_path / "neu", **named)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert call(tmp_path / "neu", STATE, **named) == before
    call(
        tmp_path / "neu",
        "import django; django.setup()\nfrom tests.web.conftest import make_user\nmake_user('neue', 'reader')",
        **named,
    )

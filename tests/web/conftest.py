"""What the tests of the workplace share: people, clients, Musterstadt with data."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from lebenslagen.web import models
from lebenslagen.web import town as towns
from lebenslagen.web.roles import ROLES
from tests.conftest import ROOT

if TYPE_CHECKING:
    from tests.web.serving import Served

PASSWORD = "vier-kluge-Eulen-lesen"


def make_user(
    login: str, role: str, department: str = "", areas: tuple[str, ...] = (), **more: Any
) -> models.User:
    """A person with one role; her password is PASSWORD only where `password=True`."""
    known = more.pop("password", False)
    user = models.User(login=login, name=login.title(), **more)
    user.set_password(PASSWORD) if known else user.set_unusable_password()
    user.save()
    models.Membership.objects.create(user=user, role=role, department=department, areas=list(areas))
    return user


def client_of(user: models.User | None, **options: Any) -> Client:
    """A browser in which this person is logged in; nobody for None."""
    client = Client(**options)
    if user is not None:
        client.force_login(user, backend="lebenslagen.web.passwords.Backend")
        models.UserSession.objects.create(session=client.session.session_key, user=user)
    return client


@pytest.fixture
def people(db: None) -> dict[str, models.User]:
    """One person a role, by the key of the role; the department is the Jobcenter."""
    return {
        role: make_user(role, role, department="Jobcenter" if role == "department" else "") for role in ROLES
    }


@pytest.fixture
def as_(people: dict[str, models.User]) -> Callable[[str], Client]:
    """as_("planner") is a browser in which the planner is logged in; as_("") one without login."""
    return lambda role: client_of(people[role] if role else None)


# --- Musterstadt with data: made once, kept between runs under a digest of all that makes it ------------------


def _made_from() -> str:
    package, total = ROOT / "src" / "lebenslagen", hashlib.sha256()
    for path in sorted(package.rglob("*")):
        inside = path.relative_to(package).parts
        if (
            path.is_file()
            and inside[0] not in ("web", "locale", "report", "atlas")
            and "__pycache__" not in inside
        ):
            total.update("/".join(inside).encode() + path.read_bytes())
    return total.hexdigest()[:16]


@pytest.fixture(scope="session")
def musterstadt() -> Path:
    """Musterstadt with both reports released; for reading only."""
    place = Path(tempfile.gettempdir()) / f"lebenslagen-musterstadt-{os.getuid()}-{_made_from()}"
    if not (place / "ledger.jsonl").is_file():
        run = [sys.executable, "-m", "lebenslagen"]
        beside = place.with_name(f"{place.name}-{os.getpid()}")
        subprocess.run(
            [*run, "start", str(beside), "--starter", "musterstadt"], check=True, capture_output=True
        )
        for report in ("sozialbericht-2020", "sozialbericht-2024"):
            names = ("--by", "A. Planung", "--approved-by", "B. Statistik")
            subprocess.run([*run, "release", str(beside), report, *names], check=True, capture_output=True)
        if (place / "ledger.jsonl").is_file():  # another run was faster and may already read it
            shutil.rmtree(beside)
        else:
            shutil.rmtree(place, ignore_errors=True)
            beside.rename(place)
    return place


@pytest.fixture
def town(musterstadt: Path, tmp_path: Path, settings: Any) -> Iterator[towns.Town]:
    """An own copy of Musterstadt with data behind the pages; may be written."""
    shutil.copytree(musterstadt, tmp_path / "musterstadt")
    yield from _behind(tmp_path / "musterstadt", settings)


@pytest.fixture
def read_town(musterstadt: Path, settings: Any) -> Iterator[towns.Town]:
    """Musterstadt with data behind the pages; only to be read, so that it need not be copied."""
    yield from _behind(musterstadt, settings)


@pytest.fixture(scope="module")
def served(musterstadt: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """An own copy of Musterstadt with its demo logins, served by web and worker."""
    from tests.web.serving import Served

    place = tmp_path_factory.mktemp("served") / "musterstadt"
    shutil.copytree(musterstadt, place)
    running = Served(place, "--demo")
    yield running
    running.stop()


_open: dict[Path, towns.Town] = {}


def _behind(place: Path, settings: Any) -> Iterator[towns.Town]:
    settings.PROJECT = place
    from lebenslagen.project.store import Project

    found = _open.setdefault(place, towns.Town(Project(place)))
    before = towns.CURRENT.set(found)
    yield found
    towns.CURRENT.reset(before)


collect_ignore = ["dying_worker.py"]  # a program that test_jobs starts as a process of its own

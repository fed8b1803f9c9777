"""Jobs: claimed once, fenced, cancelled, tried again; a worker killed at any step leaves no job running."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lebenslagen.errors import Fault
from lebenslagen.web import jobs, models, worker
from lebenslagen.web.services import jobs as services

HERE = Path(__file__).parent


@pytest.fixture
def queued(people: dict[str, models.User]) -> models.Job:
    return services.start("build", {}, by=people["planner"])


def now_of(job: models.Job) -> models.Job:
    return models.Job.objects.get(pk=job.pk)


def test_a_job_is_claimed_once(queued: models.Job) -> None:
    first = jobs.claim()
    assert first is not None and (first.pk, first.token, first.tries) == (queued.pk, 1, 1)
    assert jobs.claim() is None


def test_a_claim_that_came_too_late_gets_nothing(queued: models.Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between look and UPDATE somebody else was quicker: the token no longer fits."""
    real = models.Job.objects.filter

    def slow(*args: Any, **kwargs: Any) -> Any:
        found = real(*args, **kwargs)
        if "token" in kwargs:
            real(pk=queued.pk).update(
                token=7, state="running", lease=time.monotonic() + 30, boot=jobs.boot_id()
            )
        return found

    monkeypatch.setattr(models.Job.objects, "filter", slow)
    assert jobs.claim() is None
    assert now_of(queued).token == 7


def test_a_worker_thought_dead_has_no_effect(queued: models.Job) -> None:
    old = jobs.claim()
    assert old is not None
    new = jobs.claim(time.monotonic() + jobs.LEASE + 1)
    assert new is not None and new.token == old.token + 1
    done: list[str] = []
    with pytest.raises(jobs.Lost):
        jobs.finish(old, lambda: done.append("old") or {})  # type: ignore[func-returns-value]
    with pytest.raises(jobs.Lost):
        jobs.renew(old)
    with pytest.raises(jobs.Lost):
        jobs.report(old, ["line"], jobs.KINDS["build"])
    jobs.reset(old, "failed")
    assert now_of(new).state == "running" and done == []
    jobs.finish(new, lambda: done.append("new") or {"a": 1})  # type: ignore[func-returns-value]
    assert (now_of(new).state, done) == ("done", ["new"])


def test_an_effect_that_fails_leaves_the_job_unfinished(queued: models.Job) -> None:
    job = jobs.claim()
    assert job is not None

    def broken() -> dict[str, Any]:
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError):
        jobs.finish(job, broken)
    assert now_of(job).state == "running"


def test_after_a_restart_of_the_machine_every_lease_is_over(queued: models.Job) -> None:
    job = jobs.claim()
    assert job is not None
    models.Job.objects.filter(pk=job.pk).update(
        boot="another start of the machine", lease=time.monotonic() + 1e9
    )
    again = jobs.claim()
    assert again is not None and again.tries == 2


def test_three_tries_then_it_says_why(queued: models.Job) -> None:
    later = time.monotonic()
    for _ in range(jobs.TRIES):
        assert jobs.claim(later) is not None
        later += jobs.LEASE + 1
    assert jobs.claim(later) is None
    ended = now_of(queued)
    assert ended.state == "failed" and ended.faults[0]["code"] == "job-died" and ended.ended_at is not None


def test_cancel_before_it_runs(queued: models.Job, people: dict[str, models.User]) -> None:
    services.cancel(queued, by=people["planner"])
    assert jobs.claim() is None
    assert now_of(queued).state == "cancelled"


def test_faults_are_kept_as_faults(queued: models.Job) -> None:
    job = jobs.claim()
    assert job is not None
    jobs.reset(job, "failed", (Fault("file-missing", "reports", {"file": "a.csv"}),))
    assert now_of(job).faults == [{"code": "file-missing", "where": "reports", "values": {"file": "a.csv"}}]


def test_the_same_job_is_not_queued_twice(queued: models.Job, people: dict[str, models.User]) -> None:
    assert services.start("build", {}, by=people["planner"]).pk == queued.pk


def test_a_dead_worker_is_noticed_within_a_minute() -> None:
    assert jobs.LEASE + worker.PAUSE + worker.BEAT < 60


# --- with real processes, on a real database ------------------------------------------------------------------


class Place:
    """An installation in a folder of its own, seen from outside: through its files."""

    def __init__(self, root: Path, folder: Path) -> None:
        self.root, self.folder = root, folder
        self.environment = {
            **os.environ, "LEBENSLAGEN_PROJECT": str(root), "DJANGO_SETTINGS_MODULE": "lebenslagen.web.settings",
            "DIE_AT": "", "DIE_WHO": "", "DIE_FOLDER": str(folder),
        }  # fmt: skip
        run = [sys.executable, "-m", "django", "migrate", "--verbosity", "0"]
        subprocess.run(run, env=self.environment, check=True, cwd=HERE.parents[1])
        self.workers: list[subprocess.Popen[bytes]] = []

    def sql(self, text: str, *values: Any) -> list[Any]:
        with sqlite3.connect(self.root / "lebenslagen.sqlite3", timeout=20) as connection:
            return connection.execute(text, values).fetchall()

    def queue(self, kind: str = "probe") -> None:
        self.sql(
            "insert into web_job (kind, options, state, step, percent, lines, result, faults, cancel, tries, token,"
            " boot, lease, created_at) values"
            " (?, '{}', 'queued', '', 0, '[]', '{}', '[]', 0, 0, 0, '', 0, '2026-01-01')", kind,
        )  # fmt: skip

    def start(self, **more: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(HERE / "dying_worker.py")]
        self.workers.append(subprocess.Popen(command, env={**self.environment, **more}))
        return self.workers[-1]

    def job(self, kind: str = "") -> dict[str, Any]:
        names = ("state", "tries", "token", "faults")
        found = self.sql(f"select {', '.join(names)} from web_job where ? in (kind, '')", kind)
        return dict(zip(names, found[0], strict=True))

    def ended(self, seconds: float = 60, kind: str = "") -> dict[str, Any]:
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            if (found := self.job(kind))["state"] in ("done", "failed", "cancelled"):
                return found
            time.sleep(0.2)
        raise AssertionError(f"after {seconds} s: {self.job(kind)}")

    def killed(self, step: str, who: str) -> dict[str, Any]:
        """Let the only job be killed at a step and taken up again; its row at the end, 60 s after the kill at most."""
        first, limit = self.start(DIE_AT=step, DIE_WHO=who), time.monotonic() + 240
        while not (self.folder / "died").exists():
            assert time.monotonic() < limit, f"{step} was never reached: {self.job()}"
            time.sleep(0.1)
        if who == "worker" or step == "claimed":
            first.wait(10)
            self.start()
        return self.ended()

    def effects(self) -> int:
        path = self.folder / "effects"
        return len(path.read_text().splitlines()) if path.exists() else 0


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    import shutil

    from django.conf import settings

    shutil.copytree(settings.PROJECT, tmp_path / "ort", ignore=shutil.ignore_patterns(".web", "*.sqlite3"))
    (tmp_path / "folder").mkdir()
    found = Place(tmp_path / "ort", tmp_path / "folder")
    yield found
    for process in found.workers:
        process.kill()
        process.wait()


QUICK = {("computed", "child"), ("took-effect", "worker")}  # in every run
EACH = [
    pytest.param(step, who, marks=() if (step, who) in QUICK else pytest.mark.slow)
    for step in worker.STEPS for who in ("child", "worker")
]  # fmt: skip


@pytest.mark.parametrize(("step", "who"), EACH)
def test_killed_at_each_step(step: str, who: str, place: Place) -> None:
    """kill -9 at a step: the job ends within 60 seconds, and what it wrote is whole and from one try."""
    place.queue()
    ended = place.killed(step, who)
    assert ended["state"] == "done", ended
    assert ended["tries"] == (1 if step == "committed" else 2)
    assert (place.root / "ausgabe" / "probe" / "token").read_text() == str(ended["token"])
    assert place.effects() == (2 if step == "took-effect" else 1)
    assert [p.name for p in (place.root / "ausgabe").iterdir() if p.name.endswith(".part")] in (
        [],
        [f".auftrag-1.{_pid(place)}.part"],
    )


def _pid(place: Place) -> str:
    """The remains of a killed child are swept by the next run that holds the lock."""
    return next((p.name.split(".")[-2] for p in (place.root / "ausgabe").glob(".auftrag-*.part")), "")


@pytest.mark.slow
def test_stopped_in_order(place: Place) -> None:
    """SIGTERM ends worker and child at once; the job is taken up again by the next worker."""
    place.queue()
    first = place.start()
    place.ended()
    first.send_signal(signal.SIGTERM)
    assert first.wait(10) == 0


@pytest.mark.slow
def test_an_unknown_kind_fails_with_its_reason(place: Place) -> None:
    place.queue("no-such-kind")
    place.start()
    ended = place.ended()
    assert ended["state"] == "failed" and "job-broken" in ended["faults"]


def test_what_is_due_does_not_wait_for_a_long_job(place: Place) -> None:
    place.queue("long")
    place.start()
    while place.job("long")["state"] != "running":
        time.sleep(0.1)
    place.sql("update web_job set lease = lease where 1")
    place.queue("publish")  # of no request: it fails at once, which is all that matters here
    assert place.ended(30, "publish")["state"] == "failed"
    assert place.job("long")["state"] == "running"
    (place.folder / "enough").touch()
    assert place.ended(30, "long")["state"] == "done"


# --- every kind of job, on Musterstadt with data ---------------------------------------------------------------

ROWS = """
import django, json, sys
django.setup()
from lebenslagen.web import models, roles
from tests.web.conftest import make_user
from tests.web.writes import release_rows
from lebenslagen.web.releasing import in_force
people = {role: make_user(role, role) for role in roles.ROLES}
row = release_rows(people, "approved") if sys.argv[1] in ("publish", "prepare") else None
report = {"report": "sozialbericht-2024"}
options = {
    "build": {}, "edition": {**report, "audience": "public", "basis": "draft"},
    "public": {"release": in_force("sozialbericht-2024", "public")},
    "publish": {"request": row and row.pk}, "prepare": {"request": row and row.pk, "version": 1},
}.get(sys.argv[1], report)
models.Job.objects.create(kind=sys.argv[1], options=options, by=people["planner"])
"""
FOLDERS = {
    "report": "sozialbericht-2024", "atlas": "atlas", "export": "sozialbericht-2024-tabellen", "edition": "ausgabe-*",
    "publish": "veroeffentlicht-*", "prepare": "veroeffentlicht-*", "public": "veroeffentlicht-*",
}  # fmt: skip


@pytest.fixture
def whole(musterstadt: Path, tmp_path: Path) -> Iterator[Place]:
    """An installation of Musterstadt with its deliveries; what a released report brought is kept away from the clock."""
    import shutil

    shutil.copytree(musterstadt, tmp_path / "ort", ignore=shutil.ignore_patterns(".web", "*.sqlite3"))
    (tmp_path / "folder").mkdir()
    found = Place(tmp_path / "ort", tmp_path / "folder")
    found.environment["NO_CLOCK"] = "1"
    yield found
    for process in found.workers:
        process.kill()
        process.wait()


def swept(project: Any) -> bool:
    """Whether nothing is left of the killed process; the kernel takes a moment to let go of it."""
    for _ in range(50):
        with project.locked():  # sweeps what dead processes left
            if not list(project.root.glob("**/.*.part")):
                return True
        time.sleep(0.2)
    return False


KILLS = [(kind, step) for kind in jobs.KINDS for step in worker.STEPS] + [
    ("publish", "folder-written"), ("publish", "files-written"), ("publish", "line-written"), ("publish", "row-written"),
    ("prepare", "folder-written"),
]  # fmt: skip
ALWAYS = {("publish", "files-written"), ("publish", "line-written")}


@pytest.mark.parametrize(
    ("kind", "step"),
    [pytest.param(*kill, marks=() if kill in ALWAYS else pytest.mark.slow) for kill in KILLS],
)
def test_every_kind_killed_at_every_step(kind: str, step: str, whole: Place) -> None:
    """kill -9 of the child: done within 60 seconds, the files whole, the release in the ledger once."""
    from lebenslagen.project.store import Project

    before = len(Project(whole.root).register.lines())
    run = [sys.executable, "-c", ROWS, kind]
    subprocess.run(run, env=whole.environment, check=True, cwd=HERE.parents[1])
    ended = whole.killed(step, "child")
    assert (ended["state"], ended["tries"]) == ("done", 1 if step == "committed" else 2), ended
    project = Project(whole.root)
    assert swept(project)
    assert project.verify() == []
    folder = [path for path in (whole.root / "ausgabe").glob(FOLDERS.get(kind, "-")) if path.is_dir()]
    assert len(folder) == (1 if kind in FOLDERS else 0)
    assert all(path.stat().st_size for one in folder for path in one.rglob("*") if path.is_file())
    lines = project.register.lines()[before:]
    assert [line["what"] for line in lines] == (["published"] if kind == "publish" else [])
    if kind == "publish":
        states = whole.sql("select state, release from web_releaserequest")
        assert states == [("published", lines[0]["release"])]

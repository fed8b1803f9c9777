"""The worker: takes jobs and runs each in a child process, one at a time a lane, so that publishing waits for no long job.

The worker itself stays small; it keeps the lease while the child computes, looks at the clock, and ends the child when
the job is cancelled or no longer ours. The child dies with its worker. ``python -m lebenslagen.web.worker`` runs it, with a job
and its token behind it runs one child.
"""

from __future__ import annotations

import contextlib
import ctypes
import logging
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, LebenslagenError
from lebenslagen.texts import texts
from lebenslagen.web.clock import Clock

if TYPE_CHECKING:
    from lebenslagen.web.jobs import Work
    from lebenslagen.web.models import Job

__all__ = ["STEPS", "Running", "die_with_parent", "end", "look", "main", "reached", "run_child", "take"]

CHILD = [sys.executable, "-m", "lebenslagen.web.worker"]
STEPS = ("claimed", "started", "said", "computed", "taking-effect", "took-effect", "committed")
PAUSE = 1.0  # seconds between two looks at clock and queue
LOOK = 0.1  # seconds between two looks at the children
BEAT = 5.0  # seconds between two renewals of the lease
log = logging.getLogger("lebenslagen.worker")


def reached(step: str) -> None:
    """Named places where a worker can die; tests let it die there."""


def die_with_parent() -> None:
    """Ask the kernel to kill this process when its parent is gone (Linux)."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)  # PR_SET_PDEATHSIG


# --- the child: one job ---------------------------------------------------------------------------------------


def run_child(pk: int, token: int) -> int:
    """Run one job to its end; 0 where it ended, however it ended, 1 where it was lost."""
    from lebenslagen.web import jobs
    from lebenslagen.web.models import Job

    job = Job.objects.get(pk=pk)
    if job.token != token:
        return 1
    reached("started")
    work = _work(job)
    try:
        _run(work, jobs)
    except jobs.Lost:
        return 1
    except LebenslagenError as error:
        jobs.reset(job, Job.FAILED, error.faults)
    except MemoryError:
        jobs.reset(job, Job.FAILED, (Fault("job-memory", job.kind, {}),))
    except OSError as error:
        jobs.reset(
            job,
            Job.FAILED,
            (Fault("job-disk", job.kind, {"reason": error.strerror or type(error).__name__}),),
        )
    except Exception as error:
        log.exception("job broken", extra={"job": pk, "step": job.step})
        jobs.reset(job, Job.FAILED, (Fault("job-broken", job.kind, {"kind": type(error).__name__}),))
    finally:
        shutil.rmtree(work.staging, ignore_errors=True)
    return 0


def _work(job: Job) -> Work:
    from django.conf import settings

    from lebenslagen.web.jobs import Work

    root = Path(settings.PROJECT)
    staging = (
        root / "ausgabe" / f".auftrag-{job.pk}.{os.getpid()}.part"
    )  # swept like any other remains of a dead process
    language = job.by.language if job.by else "de"
    return Work(job, root, staging, texts(language), job.by.name if job.by else "System")


def _run(work: Work, jobs: Any) -> None:
    kind, said = jobs.KINDS[work.job.kind], []
    for line in kind.run(work):
        said.append(_plain(line, work))
        jobs.report(work.job, said, kind)
        reached("said")
    reached("computed")
    with _files_held(work):  # before the transaction: nobody waits for files with the database held
        jobs.finish(work.job, lambda: _effect(work))
    reached("committed")


@contextlib.contextmanager
def _files_held(work: Work) -> Iterator[None]:
    """The project's lock where the job wrote something that has to be put in place."""
    from lebenslagen.project.store import Project

    with Project(work.root).locked() if work.staging.is_dir() else contextlib.nullcontext():
        yield


def _plain(line: str, work: Work) -> str:
    """What a step says, without the folders of this machine."""
    return line.replace(str(work.staging), "ausgabe").replace(str(work.root), work.root.name)


def _effect(work: Work) -> dict[str, Any]:
    """Put what was written beside its place in place; called under the token, at the very end."""
    from lebenslagen.project.publish import write_start
    from lebenslagen.project.store import Project, put_folder

    reached("taking-effect")
    written: list[str] = []
    if work.staging.is_dir():
        project = Project(work.root)
        for folder in sorted(path for path in work.staging.iterdir() if path.is_dir()):
            put_folder(folder, work.root / "ausgabe" / folder.name)
            written.append(folder.name)
        write_start(project, project.declaration(), work.t)
    reached("took-effect")
    return {"folders": written}


# --- the worker -----------------------------------------------------------------------------------------------


@dataclass
class Running:
    """A job and the child that works on it; `beat` is when its lease was last renewed."""

    job: Job
    child: subprocess.Popen[bytes]
    beat: float


def take(lane: str) -> Running | None:
    """Claim the next job of a lane and start a child for it; None where none is free."""
    from lebenslagen.web import jobs

    job = jobs.claim(lane=lane)
    if job is None:
        return None
    reached("claimed")
    child = subprocess.Popen([*CHILD, str(job.pk), str(job.token)], preexec_fn=die_with_parent)  # noqa: PLW1509 - no threads here
    return Running(job, child, time.monotonic())


def look(running: Running) -> bool:
    """Keep the lease while the child works; end it where the job is cancelled or lost. False when it has ended."""
    from django.db import OperationalError

    from lebenslagen.web import jobs

    if running.child.poll() is not None:
        _after(running.job, running.child.returncode)
        return False
    if time.monotonic() - running.beat < BEAT and not _cancelled(running):
        return True
    running.beat = time.monotonic()
    try:
        if not jobs.renew(running.job):
            end(running)
            jobs.reset(running.job, running.job.CANCELLED)
            return False
    except jobs.Lost:
        end(running)
        return False
    except OperationalError:
        log.warning(
            "database busy", extra={"job": running.job.pk}
        )  # the lease has room for some missed beats
    return True


def end(running: Running) -> None:
    """Kill the child and see it gone."""
    if running.child.poll() is None:
        running.child.kill()
        running.child.wait()


def _cancelled(running: Running) -> bool:
    """Asked once a second: a person who cancels does not want to wait for the next beat."""
    if int((time.monotonic() - running.beat) / LOOK) % int(1 / LOOK):
        return False
    return type(running.job).objects.filter(pk=running.job.pk, cancel=True).exists()


def _after(job: Job, code: int) -> None:
    """A child that died gives its job back at once: it waits for the next try, or is ended by the next claim."""
    if code not in (0, 1):
        held = type(job).objects.filter(pk=job.pk, token=job.token, state=job.RUNNING)
        held.update(lease=0)


def main(arguments: list[str]) -> int:
    """Run the worker until it is told to stop, or one job where it is named."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "lebenslagen.web.settings")
    die_with_parent()
    django.setup()
    if len(arguments) == 2:
        return run_child(int(arguments[0]), int(arguments[1]))
    return _forever()


def _forever() -> int:
    """One child a lane, the clock in between: what is due never waits for a long job."""
    from lebenslagen.web import jobs

    def ask(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides
    lanes: dict[str, Running | None] = dict.fromkeys(jobs.LANES)
    clock, again = Clock(), 0.0
    try:
        while True:
            if time.monotonic() >= again:
                again = time.monotonic() + PAUSE
                _turn(lanes, clock)
            for lane, running in lanes.items():
                if running is not None and not look(running):
                    lanes[lane], again = None, 0.0
            time.sleep(LOOK)
    finally:
        for running in filter(None, lanes.values()):
            end(running)


def _turn(lanes: dict[str, Running | None], clock: Clock) -> None:
    """What is due, while the clock can be trusted, then a job for every lane that is free."""
    from django.db import OperationalError, close_old_connections

    from lebenslagen.web.services import due

    try:
        close_old_connections()
        for task in due.TASKS if clock.steady() else ():
            task()
        for lane in (lane for lane, running in lanes.items() if running is None):
            lanes[lane] = take(lane)
    except OperationalError:
        log.warning("database busy")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

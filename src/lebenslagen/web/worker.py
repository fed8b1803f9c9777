"""The worker: takes jobs one after the other and runs each in a child process.

The worker itself stays small; it keeps the lease while the child computes, and ends the child when the job is
cancelled or no longer ours. The child dies with its worker. ``python -m lebenslagen.web.worker`` runs it, with a job
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
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, LebenslagenError
from lebenslagen.texts import texts

if TYPE_CHECKING:
    from lebenslagen.web.jobs import Work
    from lebenslagen.web.models import Job

__all__ = ["STEPS", "die_with_parent", "main", "reached", "run_child", "turn"]

CHILD = [sys.executable, "-m", "lebenslagen.web.worker"]
STEPS = ("claimed", "started", "said", "computed", "taking-effect", "took-effect", "committed")
PAUSE = 1.0  # seconds between two looks at the queue
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
    jobs.finish(work.job, lambda: _effect(work))
    reached("committed")


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
        with project.locked():
            for folder in sorted(path for path in work.staging.iterdir() if path.is_dir()):
                put_folder(folder, work.root / "ausgabe" / folder.name)
                written.append(folder.name)
            write_start(project, project.declaration(), work.t)
    reached("took-effect")
    return {"folders": written}


# --- the worker -----------------------------------------------------------------------------------------------


def turn() -> bool:
    """Take one job and see it through; False where none is free."""
    from lebenslagen.web import jobs

    job = jobs.claim()
    if job is None:
        return False
    reached("claimed")
    child = subprocess.Popen([*CHILD, str(job.pk), str(job.token)], preexec_fn=die_with_parent)  # noqa: PLW1509 - no threads here
    try:
        _watch(job, child)
    finally:
        if child.poll() is None:
            child.kill()
            child.wait()
    _after(job, child.returncode)
    return True


def _watch(job: Job, child: subprocess.Popen[bytes]) -> None:
    """Keep the lease while the child works; end it where the job is cancelled or lost."""
    from django.db import OperationalError

    from lebenslagen.web import jobs

    beat = time.monotonic()
    while child.poll() is None:
        time.sleep(0.1)
        if time.monotonic() - beat < BEAT and not _cancelled(job, beat):
            continue
        beat = time.monotonic()
        try:
            if not jobs.renew(job):
                child.kill()
                child.wait()
                jobs.reset(job, job.CANCELLED)
        except jobs.Lost:
            return
        except OperationalError:
            log.warning("database busy", extra={"job": job.pk})  # the lease has room for some missed beats


def _cancelled(job: Job, beat: float) -> bool:
    """Asked once a second: a person who cancels does not want to wait for the next beat."""
    if int((time.monotonic() - beat) * 10) % 10:
        return False
    return type(job).objects.filter(pk=job.pk, cancel=True).exists()


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
    from django.db import OperationalError, close_old_connections

    stop: list[int] = []

    def ask(signum: int, frame: FrameType | None) -> None:
        stop.append(signum)
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the supervisor decides
    while not stop:
        try:
            close_old_connections()
            _due()
            if not turn():
                time.sleep(PAUSE)
        except OperationalError:
            log.warning("database busy")
            time.sleep(PAUSE)
    return 0


# What happens by the clock: one row a task; each is cheap where nothing is due and takes effect once.
def _due() -> None:
    from lebenslagen.web.services import due

    for task in due.TASKS:
        task()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""A worker that dies by kill -9 at a named step, once; DIE_AT, DIE_WHO, DIE_FOLDER in the environment (tests only).

It knows two kinds of job more: `probe`, which writes its token into a folder, and `long`, which lasts until somebody
writes FOLDER/enough. DIE_WHO says who dies: "child" or "worker". Each time a job takes effect a line is added to
FOLDER/effects, behind the back of the database. `PUBLISHING` are the steps inside publishing, between its files, the
line of the ledger and the row of the database.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from lebenslagen.web import worker

PUBLISHING = ("folder-written", "files-written", "line-written", "row-written")
STEP, WHO, FOLDER = os.environ["DIE_AT"], os.environ["DIE_WHO"], Path(os.environ["DIE_FOLDER"])


def die(step: str) -> None:
    """Die the first time this step is reached; the mark outlives the process."""
    if step == "took-effect":
        with (FOLDER / "effects").open("a") as file:
            file.write("effect\n")
    if step != STEP:
        return
    try:
        os.close(os.open(FOLDER / "died", os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        return
    os.kill(os.getppid() if WHO == "worker" and step != "claimed" else os.getpid(), signal.SIGKILL)
    time.sleep(5)  # the child of a dead worker dies with it, before this is over


def probe(work: Any) -> Iterator[str]:
    yield "erste Zeile"
    (work.staging / "probe").mkdir(parents=True)
    (work.staging / "probe" / "token").write_text(str(work.job.token))
    yield "zweite Zeile"


def long(work: Any) -> Iterator[str]:
    while not (FOLDER / "enough").exists():
        yield "dauert"
        time.sleep(0.2)


def after(step: str, owner: Any, name: str, when: Any = lambda *args: True) -> None:
    """Let a function reach a step once it has done its work."""
    real = getattr(owner, name)

    def run(*args: Any, **kwargs: Any) -> Any:
        result = real(*args, **kwargs)
        if when(*args):
            die(step)
        return result

    setattr(owner, name, run)


def watch_publishing() -> None:
    from lebenslagen.project.store import Journal, Project
    from lebenslagen.web import editions
    from lebenslagen.web.services import releases

    after("folder-written", editions, "_write_published")
    after("files-written", Project, "_write_release")
    after("line-written", Journal, "append", lambda journal, *args: journal.path.name == "ledger.jsonl")
    after("row-written", releases, "_advance")


def main() -> int:
    import django

    django.setup()
    from lebenslagen.web import jobs

    jobs.LEASE = 4.0  # type: ignore[misc]
    worker.BEAT, worker.PAUSE = 0.5, 0.2  # type: ignore[misc]
    jobs.KINDS["probe"] = jobs.Kind("probe", probe, 2)  # type: ignore[index]
    jobs.KINDS["long"] = jobs.Kind("long", long, 2)  # type: ignore[index]
    watch_publishing()
    if os.environ.get("NO_CLOCK"):  # only the job of the test runs
        from lebenslagen.web.services import due

        due.TASKS = ()
    worker.CHILD = [sys.executable, __file__]  # type: ignore[misc]
    worker.reached = die
    return worker.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

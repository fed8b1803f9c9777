"""A worker that dies by kill -9 at a named step, once: ``python dying_worker.py STEP WHO FOLDER`` (tests only).

It knows one kind of job more, `probe`, which writes its token into a folder. WHO says who dies: "child" or "worker".
Each time the job takes effect a line is added to FOLDER/effects, behind the back of the database.
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


def main() -> int:
    import django

    django.setup()
    from lebenslagen.web import jobs

    jobs.LEASE = 4.0  # type: ignore[misc]
    worker.BEAT, worker.PAUSE = 0.5, 0.2  # type: ignore[misc]
    jobs.KINDS["probe"] = jobs.Kind("probe", probe, 2)  # type: ignore[index]
    worker.CHILD = [sys.executable, __file__]  # type: ignore[misc]
    worker.reached = die
    return worker.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())

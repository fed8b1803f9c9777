"""Whole processes, one after the other and in turn, so that a busy machine slows all of them alike."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

__all__ = ["Times", "in_turn", "python", "run"]


@dataclass(frozen=True)
class Times:
    """What one process took, run after run: seconds on the clock, and seconds of computing with its children."""

    clock: tuple[float, ...]
    computing: tuple[float, ...]

    @property
    def seconds(self) -> float:
        return median(self.clock)

    @property
    def work(self) -> float:
        return median(self.computing)


Prepare = Callable[[], None]


def in_turn(
    calls: Mapping[str, Sequence[str]], runs: int, before: Mapping[str, Prepare] | None = None
) -> dict[str, Times]:
    """Run each call `runs` times: A B C, A B C, ...; `before` is done ahead of each run of a call and not measured."""
    clock: dict[str, list[float]] = {name: [] for name in calls}
    computing: dict[str, list[float]] = {name: [] for name in calls}
    for _ in range(runs):
        for name, call in calls.items():
            (before or {}).get(name, lambda: None)()
            seconds, work = run(call)
            clock[name].append(seconds)
            computing[name].append(work)
    return {name: Times(tuple(clock[name]), tuple(computing[name])) for name in calls}


def run(call: Sequence[str]) -> tuple[float, float]:
    """Seconds on the clock and of computing; raises CalledProcessError where the process fails."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    subprocess.run(call, check=True, stdout=subprocess.DEVNULL, env=_environment())
    seconds = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return seconds, after.ru_utime + after.ru_stime - used.ru_utime - used.ru_stime


def _environment() -> dict[str, str]:
    """As with a user, whose Python keeps compiled modules: a machine that forbids it would compile ours in each run."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "PYTHONPATH": "."}


def python(*words: object) -> list[str]:
    """A call of this Python."""
    return [sys.executable, *map(str, words)]

"""The parent's side of the parsing child: start it, hand it the bytes, take back a grid or the reason for its end."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from pathlib import PurePath

from lebenslagen.project.read.grid import Grid, Note, unpack

__all__ = ["run_child", "table"]

WALL_SECONDS = 60
LARGEST_ANSWER = 256 * 1024**2  # bytes; the largest sheet that is read answers with less than half of it
# Nothing of this process's surroundings is handed on: no secrets, no home, no search paths.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "OPENBLAS_NUM_THREADS": "1",
    "PYTHONDONTWRITEBYTECODE": "1",
}


def run_child(
    module: str, arguments: list[str], data: bytes, environment: dict[str, str] | None = None
) -> bytes:
    """What a child module answers to the bytes; empty when it died or took too long.

    >>> run_child("lebenslagen.project.read.child", ["a.csv"], b"a;b")[:4]
    b'\\x00\\x00\\x00\\x00'
    """
    command = [sys.executable, "-I", "-m", module, *arguments]
    with subprocess.Popen(
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={**ENVIRONMENT, **(environment or {})},
        pipesize=1 << 20,
    ) as child:
        watch = threading.Timer(WALL_SECONDS, child.kill)
        watch.start()
        try:
            answer = _exchange(child, data)
        finally:
            watch.cancel()
            child.kill()  # whoever has answered has nothing left to do
    return answer


def _exchange(child: subprocess.Popen[bytes], data: bytes) -> bytes:
    """All in, then all out: a child answers only once it has read everything, so neither waits for the other."""
    assert child.stdin is not None and child.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        child.stdin.write(data)
    with contextlib.suppress(BrokenPipeError):
        child.stdin.close()
    answer = child.stdout.read(LARGEST_ANSWER + 1)
    done = len(answer) <= LARGEST_ANSWER and child.wait() == 0
    return answer if done else b""


def table(data: bytes, filename: str) -> Grid:
    """The grid of a delivered table, read in a child process with limits.

    A child that died is a refused file, never an error of this process.

    >>> table(b"id;n\\n01;5\\n", "a.csv").sheets[0].columns
    (['id', '01'], ['n', '5'])
    """
    name = PurePath(filename).name or "Datei"
    answer = run_child("lebenslagen.project.read.child", [name], data)
    try:
        return unpack(answer)
    except (ValueError, KeyError, IndexError, TypeError, StopIteration):
        return Grid("refused", notes=(Note("reading-too-big", name),))

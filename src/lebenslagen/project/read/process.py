"""The parent's side of the parsing child: start it, hand it the bytes, take back a grid or the reason for its end."""

from __future__ import annotations

import subprocess
import sys
from pathlib import PurePath

from lebenslagen.project.read.grid import Grid, Note, unpack

__all__ = ["run_child", "table"]

WALL_SECONDS = 60
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
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            timeout=WALL_SECONDS,
            env={**ENVIRONMENT, **(environment or {})},
            check=False,
            pipesize=1 << 20,
        )
    except subprocess.TimeoutExpired:
        return b""
    return done.stdout if done.returncode == 0 else b""


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

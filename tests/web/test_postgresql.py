"""The same tests on PostgreSQL: a real server, started here where it is installed, gone afterwards."""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT

PASSES = ("test_writes.py", "test_accounts.py", "test_jobs.py", "test_safety.py")
# What is about SQLite itself, or starts processes that have their own database.
NOT_HERE = "not pragmas"


def binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: int(p.parts[-3]))
    there = found[-1] if found else shutil.which("initdb")
    return Path(there).parent if there else None


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a fresh server on a free port; PostgreSQL refuses root, so root lends it another account."""
    bin_ = binaries()
    if bin_ is None:
        pytest.skip("PostgreSQL absent (Debian: apt-get install postgresql)")
    place = Path(subprocess.check_output(["mktemp", "-d", "-p", "/tmp"], text=True).strip())
    account = "nobody" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if os.geteuid() == 0:
        os.chown(place, pwd.getpwnam("nobody").pw_uid, pwd.getpwnam("nobody").pw_gid)
    lend = {"user": account} if os.geteuid() == 0 else {}
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    data, options = place / "data", f"-p {port} -c listen_addresses=127.0.0.1 -k {place}"

    def call(*command: object) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "cwd": "/", "env": {"HOME": str(place), "LC_ALL": "C"}, **lend}
        subprocess.run([str(part) for part in command], check=True, **quiet)  # type: ignore[call-overload]

    call(bin_ / "initdb", "-D", data, "-A", "trust", "-U", "town", "-E", "UTF8", "--locale", "C")
    call(bin_ / "pg_ctl", "-D", data, "-o", options, "-l", place / "log", "-w", "start")
    try:
        yield f"postgresql://town@127.0.0.1:{port}/postgres"
    finally:
        call(bin_ / "pg_ctl", "-D", data, "-m", "immediate", "stop")
        shutil.rmtree(place, ignore_errors=True)


@pytest.mark.slow
@pytest.mark.parametrize("file", PASSES)
def test_on_postgresql(file: str, address: str) -> None:
    environment = {**os.environ, "LEBENSLAGEN_DATABASE_URL": address}
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "--tb=line",
        f"tests/web/{file}",
        "-k",
        NOT_HERE,
        "-m",
        "not slow",
    ]
    answer = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stdout[-4000:]

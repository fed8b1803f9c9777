"""A served installation under pressure: bodies without end, slow lines, a database that is held, a disk that is full."""

from __future__ import annotations

import os
import re
import shutil
import socket
import sqlite3
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from lebenslagen.project.store import Project
from tests.web.datafiles import JOBCENTER
from tests.web.serving import Served, visitor

pytestmark = pytest.mark.slow
Opener = urllib.request.OpenerDirector


def parts(served: Served, opener: Opener, name: str = JOBCENTER.name, filler: int = 0) -> tuple[str, bytes]:
    """The form of an upload as a browser sends it: its type and its body."""
    with opener.open(f"{served.address}/daten/neu/", timeout=60) as page:
        text = page.read().decode()
    mark, once = (
        re.findall(rf'name="{n}" value="([^"]*)"', text)[-1] for n in ("csrfmiddlewaretoken", "once")
    )
    fields = {"csrfmiddlewaretoken": mark, "once": once, "source": "jobcenter", "period": "2024"}
    told = "".join(
        f'--kante\r\nContent-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'
        for key, value in fields.items()
    )
    head = f'--kante\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    raw = JOBCENTER.read_bytes() + os.urandom(filler)
    return "multipart/form-data; boundary=kante", (told + head).encode() + raw + b"\r\n--kante--\r\n"


def sent(served: Served, opener: Opener, path: str, body: bytes, kind: str = "") -> tuple[int, str, str]:
    """Status, address at the end, and page."""
    request = urllib.request.Request(served.address + path, body, {"Content-Type": kind} if kind else {})
    try:
        with opener.open(request, timeout=60) as answer:
            return answer.status, answer.url, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.url or "", error.read().decode()


def test_a_body_without_end_and_without_length(served: Served) -> None:
    """In chunks, so that no length says beforehand how much comes: refused once the limit is passed."""
    block, count = b"10000\r\n" + b"x" * 65536 + b"\r\n", 0
    with socket.create_connection(("127.0.0.1", served.port), timeout=20) as line:
        line.sendall(
            b"POST /anmelden/ HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        try:
            while count < 2 * 1024**3:
                line.sendall(block)
                count += 65536
        except OSError:
            pass
    assert count < 64 * 1024**2
    served.wait(lambda: served.answers() == 200, 10)


def test_slow_lines_keep_nobody_waiting(served: Served) -> None:
    """Thirty uploads that send a byte now and then; others are answered as ever."""
    head = (
        b"POST /anmelden/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100000\r\n"
        b"Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    lines = [socket.create_connection(("127.0.0.1", served.port), timeout=20) for _ in range(30)]
    try:
        for line in lines:
            line.sendall(head)
        waits = []
        for _ in range(10):
            for line in lines:
                line.sendall(b"x")
            begin = time.monotonic()
            assert served.answers() == 200
            waits.append(time.monotonic() - begin)
    finally:
        for line in lines:
            line.close()
    assert sorted(waits)[5] < 2


def test_a_slow_upload_arrives(served: Served) -> None:
    opener, _ = visitor(served, "planung")
    kind, body = parts(served, opener)
    cookies = "; ".join(f"{c.name}={c.value}" for h in opener.handlers for c in getattr(h, "cookiejar", ()))
    head = (
        f"POST /daten/neu/ HTTP/1.1\r\nHost: 127.0.0.1:{served.port}\r\nCookie: {cookies}\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
    )
    step = len(body) // 16 + 1
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as line:
        line.sendall(head.encode())
        for begin in range(0, len(body), step):
            line.sendall(body[begin : begin + step])
            time.sleep(0.5)
        answer = b""
        while chunk := line.recv(65536):
            answer += chunk
    assert answer.split(b"\r\n")[0].split()[1] == b"302" and b"/daten/eingang/" in answer


def test_a_held_database_is_said_and_nothing_is_lost(served: Served) -> None:
    """Somebody holds the database for longer than anybody waits: 503 in words; the same form works afterwards."""
    opener, _ = visitor(served, "planung")
    with opener.open(f"{served.address}/auftraege/", timeout=60) as page:
        text = page.read().decode()
    mark, once = (
        re.findall(rf'name="{n}" value="([^"]*)"', text)[-1] for n in ("csrfmiddlewaretoken", "once")
    )
    form = urllib.parse.urlencode({"csrfmiddlewaretoken": mark, "once": once, "kind": "build"}).encode()
    database = sqlite3.connect(served.root / "lebenslagen.sqlite3", isolation_level=None, timeout=30)
    database.execute("begin immediate")
    try:
        status, _, page_ = sent(served, opener, "/auftraege/starten/", form)
        assert status == 503 and "Gerade ist zu viel los" in page_
        assert served.answers("/hilfe/") == 200  # who only reads goes on
    finally:
        database.execute("rollback")
    status, _, _ = sent(served, opener, "/auftraege/starten/", form)
    assert status == 200
    kinds = database.execute(
        "select count(*) from web_job where kind = 'build' and \"by_id\" is not null"
    ).fetchone()
    assert kinds == (1,)
    database.close()


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of 40 MB; only where this account may mount one."""
    place = tmp_path / "platte"
    place.mkdir()
    call = ["mount", "-t", "tmpfs", "-o", "size=40m,mode=700", "none", str(place)]
    if os.geteuid() != 0 or subprocess.run(call, capture_output=True, check=False).returncode:
        pytest.skip("no disk of its own can be mounted here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_is_said_and_needs_no_repair(musterstadt: Path, small_disk: Path) -> None:
    root = small_disk / "ort"
    shutil.copytree(musterstadt, root, ignore=shutil.ignore_patterns(".cache"))
    served = Served(root, "--demo")
    try:
        opener, _ = visitor(served, "planung")
        kind, body = parts(served, opener, filler=1_000_000)
        free = shutil.disk_usage(small_disk).free
        filler = small_disk / "voll"
        filler.write_bytes(b"\0" * (free - 300_000))
        status, _, page = sent(served, opener, "/daten/neu/", body, kind)
        assert status == 507 and "kein Platz mehr" in page, (status, page[-2000:])
        assert served.answers("/hilfe/") == 200
        assert list((root / ".web" / "uploads").glob("*")) == []
        assert list((root / ".web" / "eingang").glob("*")) == []
        filler.unlink()
        kind, body = parts(served, opener)
        status, address, page = sent(served, opener, "/daten/neu/", body, kind)
        assert status == 200 and "/daten/eingang/" in address, (status, page[-2000:])
    finally:
        served.stop()
    database = sqlite3.connect(root / "lebenslagen.sqlite3")
    assert database.execute("pragma integrity_check").fetchone() == ("ok",)
    database.close()
    assert Project(root).verify() == []


def test_the_worker_lives_through_a_full_disk(musterstadt: Path, small_disk: Path) -> None:
    """A job that finds the disk full waits or fails with that reason; once there is room it is done, without repair."""
    root = small_disk / "ort"
    shutil.copytree(musterstadt, root, ignore=shutil.ignore_patterns(".cache"))
    served = Served(root, "--demo")
    database = sqlite3.connect(root / "lebenslagen.sqlite3", isolation_level=None, timeout=30)

    def rows() -> list[tuple[str, str]]:
        return database.execute(
            "select state, faults from web_job where kind = 'build' order by id"
        ).fetchall()

    try:
        opener, mark = visitor(served, "planung")
        form = urllib.parse.urlencode({"csrfmiddlewaretoken": mark, "kind": "build"}).encode()
        assert sent(served, opener, "/auftraege/starten/", form)[0] == 200
        filler = small_disk / "voll"
        filler.write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - 20_000))
        worker = served.part("worker")
        time.sleep(15)
        assert served.part("worker") == worker  # it neither dies nor says that it is done
        assert all(state != "done" for state, _ in rows())
        filler.unlink()
        served.wait(lambda: rows()[-1][0] in ("done", "failed"), 90)
        if rows()[-1][0] == "failed":
            assert "job-disk" in rows()[-1][1] or "job-broken" in rows()[-1][1]
            assert sent(served, opener, "/auftraege/starten/", form)[0] == 200
            served.wait(lambda: rows()[-1][0] == "done", 90)
    finally:
        database.close()
        served.stop()
    assert Project(root).verify() == []

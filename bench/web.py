"""The workplace with a large town: every page beside an empty one, weights, memory, many people at once.

A served installation is measured from outside, as a browser would; the people are logged in beforehand.
"""

from __future__ import annotations

import gzip
import http.client
import json
import os
import random
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median, quantiles
from typing import Self
from urllib.parse import urljoin

from bench.timing import Times, python, run
from bench.town import make

__all__ = ["Amount", "cases"]

SIZE = (450, 60, 12)  # quarters, indicators, years
PORT = 8871
TIMES, MOST_RATIO = 7, 20.0
FIRST, LATER, MEMORY = 400, 60, 400  # KiB, KiB, MB
BROWSING, UPLOADING, SECONDS = 50, 5, 20.0
EMPTY = "/impressum/"
YEAR = "2024"
PAGES = (
    "/", "/daten/", "/daten/neu/", "/daten/einfuegen/", f"/daten/eintippen/amt/{YEAR}/", f"/daten/lieferung/amt/{YEAR}/",
    f"/daten/lieferung/amt/{YEAR}/werte/", f"/daten/herkunft/I01.rate@{YEAR}/quartier/0007/", "/indikatoren/", "/indikatoren/I01/",
    "/indikatoren/karte/", "/indikatoren/karte/?was=I01&neben=I02", "/indikatoren/karte/einbetten/?was=I01",
    "/indikatoren/karte/datei/csv/?was=I01", "/quartiere/", "/quartiere/quartier/0007/", "/index/sozialindex/",
    "/index/sozialindex/warum/0007/", "/index/sozialindex/vergleich/", "/index/sozialindex/methode/", "/index/sozialindex/verlauf/",
    "/freigaben/", "/freigaben/neu/", "/freigaben/verzeichnis/", "/berichte/", "/berichte/sozialbericht/", "/auftraege/", "/konto/",
    "/hilfe/", "/suche/?q=Quartier", "/atlas/", "/bericht/",
)  # fmt: skip
PEOPLE = """
import django, json, sys
django.setup()
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from lebenslagen.web import models
keys = []
for number in range(int(sys.argv[1])):
    user, new = models.User.objects.get_or_create(login=f"p{number}", defaults={"name": f"Person {number}"})
    if new:
        user.set_unusable_password()
        user.save()
        models.Membership.objects.create(user=user, role="planner")
    session = SessionStore()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(user.pk), "lebenslagen.web.passwords.Backend"
    session[HASH_SESSION_KEY] = user.get_session_auth_hash()
    session.save()
    models.UserSession.objects.create(session=session.session_key, user=user)
    keys.append(session.session_key)
print(json.dumps(keys))
"""


@dataclass(frozen=True)
class Amount:
    """A line of the table that is no ratio of times: what, how much, and how much it may be."""

    what: str
    value: float
    most: float
    unit: str
    note: str = ""

    @property
    def ratio(self) -> float:
        return self.value / self.most if self.most else self.value

    def cells(self) -> tuple[str, ...]:
        met = "yes" if self.value <= self.most else "**no**"
        return (
            self.what,
            f"{self.value:,.0f} {self.unit}",
            self.note,
            "",
            "",
            "",
            f"{self.most:g} {self.unit}",
            met,
            "1",
        )


@dataclass
class Answer:
    """What came back: status, seconds, bytes as sent, the text."""

    status: int
    seconds: float
    size: int
    text: str
    headers: dict[str, str] = field(default_factory=dict)


class Browser:
    """One person with one connection that stays open."""

    def __init__(self, session: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", PORT, timeout=60)
        self.cookies = {"sessionid": session}

    def ask(self, address: str, body: bytes | None = None, kind: str = "") -> Answer:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"Cookie": cookies, "Accept-Encoding": "gzip", **({"Content-Type": kind} if kind else {})}
        begin = time.perf_counter()
        self.connection.request("POST" if body is not None else "GET", address, body, headers)
        response = self.connection.getresponse()
        raw = response.read()
        seconds = time.perf_counter() - begin
        for line in response.headers.get_all("Set-Cookie") or ():
            name, _, value = line.partition(";")[0].partition("=")
            self.cookies[name] = value
        told = {name.lower(): value for name, value in response.headers.items()}
        plain = gzip.decompress(raw) if told.get("content-encoding") == "gzip" else raw
        return Answer(response.status, seconds, len(raw), plain.decode("utf-8", "replace"), told)

    def post(self, address: str, fields: dict[str, str], file: tuple[str, bytes] | None = None) -> Answer:
        edge = f"edge{random.getrandbits(64):x}"
        parts = [
            f'--{edge}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
            for name, value in fields.items()
        ]
        if file:
            head = f'--{edge}\r\nContent-Disposition: form-data; name="file"; filename="{file[0]}"\r\nContent-Type: text/csv\r\n\r\n'
            parts.append(head.encode() + file[1] + b"\r\n")
        body = b"".join([*parts, f"--{edge}--\r\n".encode()])
        return self.ask(address, body, f"multipart/form-data; boundary={edge}")


# --- the installation ---------------------------------------------------------------------------------------------


class Served:
    """A served town; `with` starts and stops it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.process: subprocess.Popen[bytes] | None = None
        self.sessions: list[str] = []

    def __enter__(self) -> Self:
        call = python("-m", "lebenslagen", "serve", self.root, "--port", PORT)
        self.process = subprocess.Popen(call, stdout=subprocess.DEVNULL)
        limit = time.monotonic() + 120
        while True:
            try:
                if Browser("").ask("/anmelden/").status == 200:
                    break
            except OSError:
                if time.monotonic() > limit or self.process.poll() is not None:
                    raise
                time.sleep(0.3)
        settings = {
            "LEBENSLAGEN_PROJECT": str(self.root),
            "DJANGO_SETTINGS_MODULE": "lebenslagen.web.settings",
        }
        call = python("-c", PEOPLE, BROWSING + UPLOADING)
        told = subprocess.run(call, check=True, capture_output=True, env={**os.environ, **settings})
        self.sessions = json.loads(told.stdout)
        return self

    def __exit__(self, *told: object) -> None:
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def memory(self) -> float:
        """Proportional set size of supervisor, web and worker together, in MB."""
        assert self.process is not None
        return sum(_pss(pid) for pid in _family(self.process.pid)) / 1000


def _family(pid: int) -> Iterator[int]:
    yield pid
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        yield from _family(int(child))


def _pss(pid: int) -> int:
    """In kB."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.findall(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)[0])


def town(folder: Path) -> Path:
    """The large town, released; kept where LEBENSLAGEN_BENCH_TOWN names a folder, since that takes minutes."""
    kept = Path(os.environ.get("LEBENSLAGEN_BENCH_TOWN") or folder / "gross")
    if not (kept / "ledger.jsonl").is_file():
        starter = make(folder / "gross-starter", *SIZE)
        run(python("-m", "lebenslagen", "start", kept, "--starter", starter))
        run(
            python(
                "-m", "lebenslagen", "release", kept, "--by", "A. Planung", "--approved-by", "B. Statistik"
            )
        )
    return kept


# --- what is measured ---------------------------------------------------------------------------------------------


def cases(folder: Path, seconds: float = SECONDS) -> Iterator[object]:
    """Ratios of pages, weights, memory at rest, errors of a crowd."""
    with Served(town(folder)) as served:
        browser = Browser(served.sessions[0])
        yield from _pages(browser)
        yield from _weights(browser)
        time.sleep(10)
        yield Amount(
            "memory of web and worker at rest", served.memory(), MEMORY, "MB", "PSS, after every page"
        )
        yield from _crowd(served, seconds)


def _pages(browser: Browser) -> Iterator[object]:
    """Each page in turn with the empty one; the first look at each is not counted."""
    from bench.__main__ import Ratio

    browser.ask(EMPTY)
    for address in PAGES:
        first = browser.ask(address)
        if first.status != 200:
            sys.stderr.write(f"left out, {first.status}: {address}\n")
            continue
        pairs = [(browser.ask(address).seconds, browser.ask(EMPTY).seconds) for _ in range(TIMES)]
        times, empty = (Times(tuple(side), tuple(side)) for side in zip(*pairs, strict=True))
        yield Ratio(f"`{address}` (first look {first.seconds:.2f} s)", "empty page", times, empty, MOST_RATIO)


def _weights(browser: Browser) -> Iterator[Amount]:
    """As sent, compressed; what the first page brought is not sent again."""
    first = _loaded(browser, "/")
    yield Amount(
        "first page with styles, scripts, fonts", sum(first.values()) / 1024, FIRST, "KiB", "as sent"
    )
    later = {
        address: sum(size for name, size in _loaded(browser, address).items() if name not in first)
        for address in PAGES[1:]
        if "/datei/" not in address and not address.startswith(("/atlas", "/bericht/"))
    }
    heaviest = sorted(later.items(), key=lambda pair: -pair[1])
    for address, size in heaviest[:3]:
        yield Amount(f"`{address}`, heaviest of the later pages", size / 1024, LATER, "KiB", "as sent")


def _loaded(browser: Browser, address: str) -> dict[str, int]:
    found: dict[str, int] = {}
    waiting = [address]
    while waiting:
        here = waiting.pop()
        if here not in found:
            answer = browser.ask(here)
            found[here] = answer.size
            waiting += [urljoin(here, name) for name in _links(answer)]
    return found


def _links(answer: Answer) -> list[str]:
    kind = answer.headers.get("content-type", "")
    if kind.startswith("text/html"):
        pattern = (
            r"""<(?:link[^>]*rel="(?:stylesheet|icon)"[^>]*href|script[^>]*src|img[^>]*src)="([^"]+)\""""
        )
    elif kind.startswith("text/css"):
        pattern = r"""url\(["']?([^"')]+)["']?\)"""
    else:
        return []
    return [name for name in re.findall(pattern, answer.text) if not name.startswith(("data:", "#", "http"))]


# --- many at once -------------------------------------------------------------------------------------------------


def _crowd(served: Served, seconds: float) -> Iterator[Amount]:
    """50 people who look at pages and 5 who upload, each with pauses to read; whatever goes wrong is counted."""
    end = time.monotonic() + seconds
    took: list[float] = []
    wrong: list[str] = []
    uploads: list[float] = []
    people = [
        threading.Thread(target=_browse, args=(session, end, took, wrong))
        for session in served.sessions[:BROWSING]
    ] + [
        threading.Thread(target=_upload, args=(session, number, end, uploads, wrong))
        for number, session in enumerate(served.sessions[BROWSING:])
    ]
    for person in people:
        person.start()
    for person in people:
        person.join()
    for line in sorted(set(wrong))[:10]:
        sys.stderr.write(f"wrong: {line} ({wrong.count(line)})\n")
    slow = quantiles(took, n=20)[-1] if len(took) > 20 else max(took, default=0.0)
    said = (
        f"{len(took)} pages, median {median(took) * 1000:.0f} ms, 95 % within {slow * 1000:.0f} ms; {len(uploads)} uploads, "
        f"median {median(uploads) if uploads else 0:.2f} s"
    )
    yield Amount(
        f"{BROWSING} browsing and {UPLOADING} uploading for {seconds:.0f} s: errors", len(wrong), 0, "", said
    )


def _browse(session: str, end: float, took: list[float], wrong: list[str]) -> None:
    browser, draw = Browser(session), random.Random(session)
    while time.monotonic() < end:
        address = draw.choice([page for page in PAGES if not page.startswith(("/atlas", "/bericht/"))])
        try:
            answer = browser.ask(address)
        except (OSError, http.client.HTTPException) as error:
            wrong.append(f"{address}: {type(error).__name__}")
            browser = Browser(session)
            continue
        took.append(answer.seconds)
        if answer.status != 200:
            wrong.append(f"{address}: {answer.status}")
        time.sleep(draw.uniform(2, 6))


def _upload(session: str, number: int, end: float, took: list[float], wrong: list[str]) -> None:
    """Upload a delivery, look at its preview, drop it."""
    browser, draw, year = Browser(session), random.Random(session), 2020 + number
    while time.monotonic() < end:
        try:
            begin = time.perf_counter()
            steps = list(_delivery(browser, str(year), draw))
            wrong += [f"upload: {step.status}" for step in steps if step.status >= 400]
            took.append(time.perf_counter() - begin)
        except (OSError, http.client.HTTPException, AttributeError) as error:
            wrong.append(f"upload: {type(error).__name__}")
            browser = Browser(session)
        time.sleep(draw.uniform(3, 8))


def _delivery(browser: Browser, year: str, draw: random.Random) -> Iterator[Answer]:
    page = browser.ask("/daten/neu/")
    yield page
    rows = "\n".join(f"{n:04};{draw.randint(900, 9000)}" for n in range(1, SIZE[0] + 1))
    file = ("bestand.csv", f"schluessel;einwohner\n{rows}\n".encode())
    sent = browser.post("/daten/neu/", {**_hidden(page), "source": "amt", "period": year}, file)
    yield sent
    address = sent.headers["location"] if sent.status in (302, 303) else ""
    if not address:
        yield Answer(500, 0, 0, "no next step")
        return
    looked = browser.ask(address)
    yield looked
    token = address.split("/eingang/")[1].split("/")[0]
    yield browser.post(f"/daten/eingang/{token}/verwerfen/", _hidden(looked))


def _hidden(page: Answer) -> dict[str, str]:
    """The token and the key of the last form of a page."""
    names = ("csrfmiddlewaretoken", "once")
    return {name: re.findall(rf'name="{name}" value="([^"]*)"', page.text)[-1] for name in names}

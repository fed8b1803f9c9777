"""The real thing: ``lebenslagen serve`` with web and worker, watched from outside, used in a browser by keyboard."""

from __future__ import annotations

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import PASSWORD
from tests.web.serving import Served, free_port, visitor

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.mark.slow
def test_address_and_logins_are_printed(served: Served) -> None:
    assert f"Im Browser öffnen: {served.address}/" in served.said
    logins = re.findall(r"^    (\w+) +(\w+) \(", served.said, re.MULTILINE)
    assert [role for _, role in logins] == [
        "Lesen",
        "Fachbereich",
        "Planung",
        "Freigabe",
        "Verwaltung",
        "Gast",
    ]
    assert PASSWORD in served.said


@pytest.mark.slow
@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_killed_part_comes_back(name: str, served: Served) -> None:
    before = served.part(name)
    assert before
    os.kill(before, signal.SIGKILL)
    served.wait(lambda: served.part(name) not in (0, before))
    served.wait(lambda: served.answers() == 200)


@pytest.mark.slow
def test_the_files_of_the_project_are_out_of_reach(served: Served) -> None:
    for path in (
        "/project.toml",
        "/static/../project.toml",
        "/static/%2e%2e/%2e%2e/settings.py",
        "/.web/schluessel",
        "/lebenslagen.sqlite3",
    ):
        assert served.answers(path) == 404
    modes = {
        p.name: oct(p.stat().st_mode & 0o777)
        for p in (
            served.root / "lebenslagen.sqlite3",
            served.root / ".web",
            served.root / ".web" / "schluessel",
        )
    }
    assert modes == {"lebenslagen.sqlite3": "0o600", ".web": "0o700", "schluessel": "0o400"}


@pytest.mark.slow
def test_two_gigabytes_are_refused_at_once(served: Served) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=10) as line:
        line.sendall(
            b"POST /konto/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: multipart/form-data; boundary=x\r\n"
            b"Content-Length: 2147483648\r\n\r\n"
        )
        begin, answer = time.monotonic(), b""
        while chunk := line.recv(65536):
            answer += chunk
    assert b"413" in answer.split(b"\r\n")[0] and "größer als 20 MB".encode() in answer
    assert time.monotonic() - begin < 2


@pytest.mark.slow
def test_many_writers_at_once_keep_the_chain(served: Served) -> None:
    """Six people store at the same time: no error, every write has its line, and the chain fits."""
    logins, failed = ("lesen", "fachbereich", "planung", "freigabe", "verwaltung", "gast"), []

    def write(login: str) -> None:
        try:
            opener, mark = visitor(served, login)
            for turn in range(8):
                sent = {"csrfmiddlewaretoken": mark, "name": f"{login} {turn}", "email": "", "language": "de"}
                opener.open(
                    served.address + "/konto/", urllib.parse.urlencode(sent).encode(), timeout=60
                ).close()
        except Exception as error:
            failed.append(f"{login}: {error!r}")

    threads = [threading.Thread(target=write, args=(login,)) for login in logins]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert failed == []
    code = (
        "import django; django.setup(); from lebenslagen.web import audit, models;"
        "print(models.AuditLine.objects.filter(what='account.profile').count(), list(audit.broken()))"
    )
    settings = {"LEBENSLAGEN_PROJECT": str(served.root), "DJANGO_SETTINGS_MODULE": "lebenslagen.web.settings"}
    told = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.split(maxsplit=1) == ["48", "[]\n"], told.stderr


@pytest.mark.slow
def test_a_real_town_gets_a_link_and_no_printed_password(tmp_path: Path) -> None:
    from lebenslagen.project.start import STARTERS

    shutil.copytree(STARTERS / "musterstadt", tmp_path / "ort", ignore=shutil.ignore_patterns("deliveries"))
    head = tmp_path / "ort" / "project.toml"
    head.write_text(
        head.read_text("utf-8").replace('name = "Musterstadt"', 'name = "Beispielhausen"'), "utf-8"
    )
    running = Served(tmp_path / "ort")
    try:
        link = re.search(r"http://127\.0\.0\.1:\d+(/einladung/[\w-]+/)", running.said)
        assert link and running.answers(link[1]) == 200
        assert PASSWORD not in running.said
        busy = subprocess.run(
            [sys.executable, "-m", "lebenslagen", "serve", str(tmp_path / "ort"), "--port", str(running.port)],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        assert busy.returncode == 14 and str(running.port) in busy.stdout
        web, worker = running.part("web"), running.part("worker")
    finally:
        assert running.stop() == 0
    assert not any(Path(f"/proc/{pid}").exists() for pid in (web, worker))
    refused = subprocess.run(
        [sys.executable, "-m", "lebenslagen", "serve", str(tmp_path / "ort"), "--demo", "--port", str(free_port())],
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert refused.returncode == 15 and "nur für Musterstadt" in refused.stdout


@pytest.mark.slow
def test_killing_the_supervisor_leaves_nothing_behind(tmp_path: Path) -> None:
    from lebenslagen.project.start import STARTERS

    shutil.copytree(STARTERS / "musterstadt", tmp_path / "ort", ignore=shutil.ignore_patterns("deliveries"))
    running = Served(tmp_path / "ort")
    parts = [running.part("web"), running.part("worker")]
    running.process.kill()
    running.stop()
    limit = time.monotonic() + 10
    while any(Path(f"/proc/{pid}").exists() for pid in parts):
        assert time.monotonic() < limit
        time.sleep(0.1)


# --- in the browser -------------------------------------------------------------------------------------------


def tab_to(page: Page, words: str) -> None:
    """Press Tab until the element with these words has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        said = page.evaluate(
            "() => { const e = document.activeElement; return (e.innerText || e.labels?.[0]?.innerText || '').trim(); }"
        )
        if said.startswith(words):
            return
    raise AssertionError(f"no way to “{words}” by keyboard")


def log_in(page: Page, served: Served, login: str) -> None:
    page.goto(served.address + "/")
    tab_to(page, "Anmeldename")
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(served.address + "/")


@pytest.mark.browser
@pytest.mark.slow
def test_login_journey_by_keyboard(served: Served, page: Page) -> None:
    page.goto(served.address + "/auftraege/")
    assert page.url.endswith("/anmelden/?next=/auftraege/")
    tab_to(page, "Anmeldename")
    page.keyboard.type("planung")
    page.keyboard.press("Tab")
    page.keyboard.type("falsch falsch")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fehler-oben")
    assert (
        page.evaluate("document.activeElement.id") == "fehler-oben"
    )  # the error is where the eyes and ears are
    assert page.input_value("#f-login") == "planung"  # nothing typed is lost, but the password
    tab_to(page, "Passwort")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(served.address + "/auftraege/")
    tab_to(page, "Starten")
    page.keyboard.press("Enter")
    page.wait_for_selector("h1:has-text('Alles rechnen')")
    assert "Der Auftrag ist gestartet" in page.inner_text(".messages")
    page.wait_for_selector("text=Was getan wurde", timeout=120_000)
    page.wait_for_selector(".sentence:has-text('fertig')", timeout=120_000)
    tab_to(page, "Abmelden")
    page.keyboard.press("Enter")
    page.wait_for_url(served.address + "/anmelden/")
    page.go_back()
    page.wait_for_selector("label:has-text('Anmeldename')")  # the back button shows nothing of what was there
    assert "Alles rechnen" not in page.inner_text("body")


PAGES = (
    "/ /indikatoren/ /indikatoren/?q=xyz /auftraege/ /konto/ /konto/passwort/ /konto/zweiter-faktor/ /hilfe/ "
    "/barrierefreiheit/ /impressum/ /datenschutz/ /nirgends/"
).split()
SPACED = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important }
p { margin-bottom: 2em !important }"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(scheme: str, served: Served, new_page: Any, accessibility: Any) -> None:
    page = new_page(
        viewport={"width": 1280, "height": 900}, color_scheme=scheme, bypass_csp=True
    )  # axe is put in from outside
    found = []
    page.goto(served.address + "/anmelden/")
    found += accessibility(page)
    log_in(page, served, "planung")
    for path in PAGES:
        page.goto(served.address + path)
        found += [f"{path}: {line}" for line in accessibility(page)]
    assert found == []


# What reaches beyond the window and has no frame of its own to scroll in.
WIDE = """() => {
  const limit = document.documentElement.clientWidth + 1;
  if (document.documentElement.scrollWidth <= limit) return [];
  return [...document.querySelectorAll("body *")]
    .filter((e) => e.getBoundingClientRect().right > limit && !e.closest(".kern-table-responsive, svg"))
    .map((e) => e.tagName + "." + (e.getAttribute("class") || ""));
}"""


@pytest.mark.browser
@pytest.mark.slow
def test_narrow_and_spaced(served: Served, new_page: Any) -> None:
    """At 320 px and with the text spacing of WCAG nothing scrolls sideways, but tables in their own frame."""
    page = new_page(viewport={"width": 320, "height": 700}, bypass_csp=True)
    log_in(page, served, "planung")
    for path in PAGES:
        page.goto(served.address + path)
        page.add_style_tag(content=SPACED)
        wide = page.evaluate(WIDE)
        assert wide == [], f"{path}: {wide}"


@pytest.mark.browser
@pytest.mark.slow
def test_first_page_is_light(served: Served, new_page: Any) -> None:
    """First page at most 400 KiB, later ones 60 KiB, as they come over the wire."""
    page, sizes, short = new_page(), {}, []

    def note(response: Any) -> None:
        size = response.request.sizes()
        sizes[response.url] = size["responseBodySize"] + size["responseHeadersSize"]
        if "/static/" in response.url and response.headers.get("cache-control") != "max-age=31536000, public":
            short.append(response.url)

    page.on("response", note)
    page.goto(served.address + "/anmelden/", wait_until="networkidle")
    log_in(page, served, "planung")
    page.wait_for_load_state("networkidle")
    assert sum(sizes.values()) <= 400 * 1024, sizes
    known = set(sizes)
    page.goto(served.address + "/indikatoren/", wait_until="networkidle")
    assert short == []  # so what came before is not loaded again
    assert sum(size for url, size in sizes.items() if url not in known) <= 60 * 1024, sizes

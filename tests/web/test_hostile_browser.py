"""A real browser in the hostile town: no script of a name runs, and the back button shows nothing after the logout."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import _made_from
from tests.web.hostile import hostile
from tests.web.serving import Served, log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
PAGES = (
    "/", "/quartiere/", "/quartiere/sozialquartier/01/", "/quartiere/sozialraum/1/", "/indikatoren/", "/indikatoren/SGB/",
    "/indikatoren/karte/?was=SGB&zeit=2024", "/daten/", "/daten/lieferung/jobcenter/2024/", "/index/sozialindex/", "/index/sozialindex/warum/01/",
    "/berichte/", "/berichte/sozialbericht-2024/", "/freigaben/verzeichnis/", "/suche/?q=Altmarkt", "/hilfe/", "/impressum/", "/datenschutz/",
)  # fmt: skip


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    place = tmp_path_factory.mktemp("boese") / "stadt"
    shutil.copytree(hostile(_made_from()), place)
    running = Served(place, "--demo")
    yield running
    running.stop()


def test_nothing_runs_in_a_browser(served: Served, page: Page) -> None:
    """Alerts are counted, and what the content policy stopped: it is the second wall, not the first."""
    alerts: list[str] = []
    page.on("dialog", lambda dialog: (alerts.append(dialog.message), dialog.dismiss()))
    page.add_init_script(
        "window.stopped = []; document.addEventListener('securitypolicyviolation', (e) => window.stopped.push(e.violatedDirective + ' ' + e.blockedURI));"
    )
    log_in(page, served, "planung")
    shown = 0
    for path in PAGES:
        page.goto(served.address + path)
        shown += "onerror=alert" in page.inner_text("body")
        assert page.evaluate("window.stopped") == [], path
        for area in page.query_selector_all("svg a[data-area]")[:2]:
            area.focus()
    assert alerts == [] and shown >= 8


def test_the_back_button_shows_nothing_after_the_logout(served: Served, page: Page) -> None:
    log_in(page, served, "planung")
    page.goto(served.address + "/konto/")
    assert page.input_value("#f-name") == "Petra Planung"
    page.goto(served.address + "/daten/lieferung/jobcenter/2024/werte/")
    page.get_by_role("button", name="Abmelden").first.click()
    page.wait_for_url("**/anmelden/**")
    for _ in range(3):
        page.go_back()
        page.wait_for_load_state()
        assert "/anmelden/" in page.url, page.url
        assert "Petra" not in page.content() and "≈" not in page.content()


def test_another_site_cannot_frame_a_page(served: Served, page: Page, tmp_path: Any) -> None:
    """Only the page made for it may be framed, and it holds nothing of the person who is logged in."""
    log_in(page, served, "planung")
    stopped: list[str] = []
    page.on("console", lambda message: stopped.append(message.text))
    framing = Path(tmp_path) / "rahmen.html"
    framing.write_text(
        f'<iframe src="{served.address}/freigaben/"></iframe><iframe src="{served.address}/indikatoren/karte/einbetten/"></iframe>'
    )
    page.set_content(framing.read_text())
    page.wait_for_timeout(1500)
    inside = [frame.content() for frame in page.frames[1:]]
    assert not any("Petra" in text or "Freigaben" in text for text in inside)


def test_what_one_typed_waits_for_nobody_else(served: Served, page: Page) -> None:
    """A session ends, somebody else logs in at the same screen: the text of the first is not in the form."""
    log_in(page, served, "planung")
    page.goto(served.address + "/konto/")
    page.fill("#f-name", "Petra P., noch nicht gespeichert")
    page.context.clear_cookies()
    for login, shown in (("freigabe", "Franz Freigabe"), ("planung", "Petra P., noch nicht gespeichert")):
        log_in(page, served, login)
        page.goto(served.address + "/konto/")
        assert page.input_value("#f-name") == shown
        page.context.clear_cookies()

"""Journeys 4, 5 and 10 in a browser, by keyboard: refuse and approve a release, write the report, read the atlas."""

from __future__ import annotations

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lebenslagen.web.demo import PASSWORD
from tests.web.serving import Served

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
REPORT = "sozialbericht-2024"


@pytest.fixture(scope="module")
def address(musterstadt: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The whole workplace, web and worker, on an own copy of Musterstadt with its demo logins."""
    root = tmp_path_factory.mktemp("journey") / "ms"
    shutil.copytree(musterstadt, root)
    with served(root) as place:
        yield place


@contextlib.contextmanager
def served(root: Path) -> Iterator[str]:
    """A town behind its pages, with web and worker; gives the address."""
    running = Served(root, "--demo")
    try:
        yield running.address
    finally:
        running.stop()


# What a keyboard reaches is told by its name, as a screen reader would say it.
NAME = """() => { const e = document.activeElement; const l = e.labels && e.labels[0];
  return ((e.getAttribute('aria-label') || (l && l.innerText) || e.innerText || e.value || '') + '')
    .replace(/\\s+/g, ' ').trim(); }"""


def tab_to(page: Page, name: str, *, back: bool = False) -> None:
    """Press Tab until what is called so has the focus; the focus must be visible there."""
    for _ in range(300):
        page.keyboard.press("Shift+Tab" if back else "Tab")
        if name in page.evaluate(NAME):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"the keyboard does not reach “{name}” on {page.url}")


def reach(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what the selector names."""
    for _ in range(400):
        page.keyboard.press("Tab")
        if page.evaluate("s => document.activeElement.matches(s)", selector):
            return
    raise AssertionError(f"the keyboard does not reach {selector} on {page.url}")


def choose(page: Page, name: str, wanted: str) -> None:
    """Reach a group of radio buttons and go on with the arrow keys."""
    reach(page, f"input[name={name}]")
    for _ in range(6):
        if page.evaluate("document.activeElement.id") == wanted:
            page.keyboard.press("Space")
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{wanted} is not among “{name}”")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.evaluate(
        "document.fonts.ready.then(() => true)"
    )  # what the next step would cut off counts as not loaded


def log_in(page: Page, address: str, login: str) -> Page:
    page.goto(address + "/anmelden/")
    tab_to(page, "Anmeldename")
    page.keyboard.type(login)
    page.keyboard.press("Tab")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(address + "/")
    return page


def until(page: Page, words: str, selector: str = "main", seconds: int = 180) -> None:
    """Look again until the words stand there."""
    limit = time.monotonic() + seconds
    while words not in page.inner_text(selector):
        assert time.monotonic() < limit, f"“{words}” did not come: {page.inner_text(selector)[:400]}"
        page.wait_for_timeout(1000)
        if not page.locator("#auftrag").count():  # a page with a running job brings itself up to date
            page.reload()


def test_journey_4_a_release_is_refused_mended_approved_and_public(
    address: str, new_page: Any, accessibility: Any
) -> None:
    """The planning submits, the approval returns it with the reason; mended, it is approved and public."""
    big = {"viewport": {"width": 1280, "height": 900}, "bypass_csp": True}
    planner, approver, found = (
        log_in(new_page(**big), address, "planung"),
        log_in(new_page(**big), address, "freigabe"),
        [],
    )
    tab_to(planner, "Freigaben")
    enter(planner)
    tab_to(planner, "Freigabe beginnen")
    enter(planner)
    found += accessibility(planner)
    tab_to(planner, "die Öffentlichkeit") if not planner.locator("#f-audience_0:checked").count() else None
    tab_to(planner, "Beginnen")
    enter(planner)
    until(planner, "Was gezeigt wird")
    found += accessibility(planner)
    assert (
        "nicht veröffentlicht" in planner.inner_text("main")
        and not planner.locator("button[value=approve]").count()
    )
    tab_to(planner, "Einreichen")
    enter(planner)
    assert "Eingereicht" in planner.inner_text(".messages")
    place = planner.url

    tab_to(approver, "Freigaben")
    enter(approver)
    tab_to(approver, "Sozialbericht Musterstadt")
    enter(approver)
    found += accessibility(approver)
    for words in (
        "Was gezeigt wird",
        "Was nicht veröffentlicht wird und warum",
        "bestinformierten",
        "gegenüber der letzten Freigabe",
    ):
        assert words in approver.inner_text("main")
    tab_to(approver, "An die Planung zurückgeben")
    enter(approver)  # without a reason
    found += accessibility(approver)
    assert (
        approver.evaluate("document.activeElement.id") == "fehler-oben"
        and approver.locator("#f-note[aria-invalid=true]").count()
    )
    tab_to(approver, "Hinweis an die Planung: ")  # the link of the summary leads to the field
    approver.keyboard.press("Enter")
    assert approver.evaluate("document.activeElement.id") == "f-note"
    approver.keyboard.type("Der Text zur Raumgliederung nennt die Teilung nicht. Bitte ergänzen.")
    tab_to(approver, "An die Planung zurückgeben")
    enter(approver)
    assert "zurückgegeben" in approver.inner_text(".messages")

    planner.goto(place)
    assert "Bitte ergänzen" in planner.inner_text("main")
    found += accessibility(planner)
    planner.goto(f"{address}/berichte/{REPORT}/text/raum/")
    tab_to(planner, "Text des Kapitels")
    planner.keyboard.press("Control+End")
    planner.keyboard.type(" Die Teilung der Hafenstraße ist darin berücksichtigt.")
    tab_to(planner, "Speichern")
    enter(planner)
    assert "Gespeichert" in planner.inner_text(".messages")
    planner.goto(place)
    tab_to(planner, "Einreichen")
    enter(planner)
    approver.goto(place)
    tab_to(approver, "Freigeben")
    enter(approver)
    assert "Freigegeben" in approver.inner_text(".messages")
    until(approver, "Digest" if "Digest" in approver.inner_text("main") else "Prüfwert der Freigabe")
    found += accessibility(approver)
    public = new_page(**big)
    assert public.goto(address + "/bericht/").status == 200
    assert "Die Teilung der Hafenstraße ist darin berücksichtigt." in public.inner_text("body")
    approver.goto(address + "/freigaben/verzeichnis/")
    assert "Petra Planung" in approver.inner_text("main") and "Franz Freigabe" in approver.inner_text("main")
    found += accessibility(approver)
    assert found == []


def test_journey_5_the_report_is_written_checked_and_made(
    address: str, new_page: Any, accessibility: Any
) -> None:
    """A wrong value is told at the field, a right one printed; chapters moved; an edition made."""
    page, found = (
        log_in(new_page(viewport={"width": 1280, "height": 900}, bypass_csp=True), address, "planung"),
        [],
    )
    tab_to(page, "Berichte")
    enter(page)
    found += accessibility(page)
    reach(page, f"a[href='/berichte/{REPORT}/']")
    enter(page)
    reach(page, "a[href$='/text/index/']")
    enter(page)
    tab_to(page, "Text des Kapitels")
    page.keyboard.type("Im Bezug leben {{wert:SGBB}}.")
    tab_to(page, "Speichern")
    enter(page)
    found += accessibility(page)
    assert page.evaluate("document.activeElement.id") == "fehler-oben" and "SGBB" in page.inner_text(
        "#fehler-oben"
    )
    tab_to(page, "Text des Kapitels: ")  # the link of the summary leads to the field
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "f-text"
    page.keyboard.press("Control+A")
    page.keyboard.type("Im Bezug leben ")
    tab_to(page, "Einfügen: {{wert:SGB}}")
    page.keyboard.press("Enter")
    assert page.input_value("#f-text") == "Im Bezug leben {{wert:SGB}}"
    tab_to(page, "Prüfen und Vorschau")
    enter(page)
    assert "17,5" in page.inner_text(".preview")
    found += accessibility(page)
    tab_to(page, "Speichern")
    enter(page)
    tab_to(page, "Sozialindex: nach oben")
    page.keyboard.press("Enter")
    assert "Sozialindex: jetzt an Stelle" in page.inner_text("#bewegt")
    tab_to(page, "Kapitel speichern")
    enter(page)
    labels = page.locator(".chapters li").evaluate_all("rows => rows.map(r => r.dataset.label)")
    assert labels.index("Sozialindex") == 6
    found += accessibility(page)
    choose(page, "audience", "f-audience_1")
    choose(page, "basis", "f-basis_0")
    tab_to(page, "HTML und PDF herstellen")
    enter(page)
    until(page, "Was getan wurde")
    tab_to(page, "Berichte")
    enter(page)
    reach(page, f"a[href='/berichte/{REPORT}/']")
    enter(page)
    until(page, "für den Ausschuss", ".editions")
    found += accessibility(page)
    first = page.locator(".editions li", has_text="für den Ausschuss").first
    name = first.locator("a", has_text="PDF").get_attribute("href")
    raw = page.request.get(address + str(name))
    assert raw.status == 200 and raw.body().startswith(b"%PDF") and b"pdfuaid" in raw.body()  # PDF/UA
    reader = log_in(new_page(), address, "lesen")
    assert (
        reader.request.get(address + str(name)).status == 404
    )  # a draft is seen by planning and approval only
    assert found == []


def test_journey_10_a_citizen_on_a_phone(address: str, new_page: Any, accessibility: Any) -> None:
    """By keyboard on a phone, without login and cookies: find the quarter, read its table, take the table along."""
    page = new_page(viewport={"width": 390, "height": 844}, has_touch=True, bypass_csp=True)
    limit = time.monotonic() + 180
    while page.goto(address + "/atlas/").status != 200:
        assert time.monotonic() < limit
        page.wait_for_timeout(1000)
    found = accessibility(page)
    reach(page, "a[href$='gebiete.html']")
    enter(page)
    tab_to(page, "Hafenstraße-Süd")
    enter(page)
    assert "Hafenstraße-Süd" in page.inner_text("h1") and page.locator("main table").count()
    found += accessibility(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    reach(page, "a[href$='daten.html']")
    enter(page)
    reach(page, "a[href$='.csv']")
    with page.expect_download() as taken:
        page.keyboard.press("Enter")
    assert Path(str(taken.value.path())).read_bytes().count(b"\n") > 5
    assert page.context.cookies() == []
    assert found == []


def test_the_public_pages_obey_their_policy(address: str, new_page: Any) -> None:
    """With the real headers nothing is refused: every style has its digest."""
    said: list[str] = []
    page = new_page(viewport={"width": 1280, "height": 900})
    page.on(
        "console",
        lambda message: said.append(message.text) if "Content Security Policy" in message.text else None,
    )
    for path in (
        "/atlas/",
        "/atlas/gebiete.html",
        "/atlas/index-sozialindex.html",
        "/atlas/sozialquartier-01.html",
        "/bericht/",
    ):
        assert page.goto(address + path).status == 200
    assert said == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_without_a_barrier(
    address: str, new_page: Any, accessibility: Any, scheme: str, width: int
) -> None:
    page = log_in(
        new_page(viewport={"width": width, "height": 900}, color_scheme=scheme, bypass_csp=True),
        address,
        "freigabe",
    )
    found: list[str] = []
    paths = ["/freigaben/", "/freigaben/verzeichnis/", "/berichte/", f"/berichte/{REPORT}/", "/freigaben/1/"]
    for path in paths:
        assert page.goto(address + path).status == 200
        found += [f"{path}: {line}" for line in accessibility(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        found += [f"{path}: {wide} px wide"] if wide > width else []
    page.goto(address + "/freigaben/")
    page.get_by_role("link", name="Zurückziehen").first.click()
    found += accessibility(page)
    assert found == []

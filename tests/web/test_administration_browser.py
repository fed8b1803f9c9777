"""The administration in a browser: by keyboard alone, at every width, dark and with forced colours, and what axe finds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.web.serving import Served, log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
ADMIN_PAGES = (
    "", "personen/", "personen/?q=zzz", "personen/3/", "personen/3/sperren/", "personen/einladen/", "rollen/", "gebiete/", "gebiete/namen/",
    "regeln/", "regeln/policy:public/aendern/", "regeln/source:jobcenter/aendern/", "protokoll/", "protokoll/12/", "protokoll/?art=user",
    "protokoll/?von=2001-01-01&bis=2000-01-01", "papierkorb/", "stelle/",
)  # fmt: skip


NAME = """() => { const e = document.activeElement; const l = e.labels && e.labels[0];
  return ((e.getAttribute('aria-label') || (l && l.innerText) || e.innerText || e.value || '') + '').replace(/\\s+/g, ' ').trim(); }"""


def tab_to(page: Page, name: str) -> None:
    """Press Tab until what is called so, or begins so, has the focus; it must be seen there."""
    for _ in range(200):
        page.keyboard.press("Tab")
        if page.evaluate(NAME).startswith(name):
            assert page.evaluate("document.activeElement.matches(':focus-visible')")
            return
    raise AssertionError(f"the keyboard does not reach “{name}” on {page.url}")


def enter(page: Page) -> None:
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_rules_change_by_keyboard_alone(served: Served, new_page: Any) -> None:
    """The administration asks, the approval confirms, both without a mouse and without a script."""
    admin, approver = (
        new_page(java_script_enabled=True, viewport={"width": 1280, "height": 900}) for _ in range(2)
    )
    log_in(admin, served, "verwaltung")
    for step in ("Verwaltung", "Geheimhaltungsregeln", "Ändern: Jobcenter"):
        tab_to(admin, step)
        enter(admin)
    tab_to(admin, "Mindestfallzahl")
    admin.keyboard.type("7")
    tab_to(admin, "Diese Regeln vorschlagen")
    enter(admin)
    assert (
        admin.evaluate("document.activeElement.id") == "fehler-oben"
    )  # the reason is missing; the number is still there
    assert admin.input_value("#f-threshold") == "7"
    tab_to(admin, "Grund: Bitte geben Sie eine Begründung an.")
    admin.keyboard.press("Enter")  # leads to the field
    assert admin.evaluate("document.activeElement.id") == "f-why"
    admin.keyboard.type("Der Lieferant verlangt es.")
    tab_to(admin, "Diese Regeln vorschlagen")
    enter(admin)
    assert "wartet auf Bestätigung" in admin.inner_text("main")
    log_in(approver, served, "freigabe")
    for step in ("Verwaltung", "Vera Verwaltung schlägt andere", "Bestätigen"):
        tab_to(approver, step)
        enter(approver)
    assert "Die Regeln gelten ab jetzt" in approver.inner_text("main")
    assert approver.locator("tr", has_text="Jobcenter").locator("td").first.inner_text().strip() == "7"


def test_a_person_comes_in_without_script(served: Served, new_page: Any) -> None:
    admin = new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    log_in(admin, served, "verwaltung")
    admin.goto(served.address + "/verwaltung/personen/einladen/")
    admin.fill("#f-name", "Nadja Neu")
    admin.check("text=Planung –")
    admin.click("text=Link erstellen")
    link = admin.input_value("#link")
    guest = new_page(java_script_enabled=False, viewport={"width": 390, "height": 800})
    guest.goto(link)
    for field, value in {
        "login": "nadja",
        "password": "vier kluge Eulen lesen",
        "again": "vier kluge Eulen lesen",
    }.items():
        guest.fill(f"#f-{field}", value)
    enter(guest)  # a browser sends an origin; a client of a test does not
    assert "Nadja Neu" in guest.inner_text("header")
    admin.goto(link)
    assert "Dieser Link gilt nicht mehr" in admin.inner_text("h1")


@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
def test_no_page_scrolls_sideways(served: Served, new_page: Any, width: int) -> None:
    page, found = new_page(viewport={"width": width, "height": 800}), []
    log_in(page, served, "verwaltung")
    for path in ADMIN_PAGES:
        page.goto(f"{served.address}/verwaltung/{path}")
        found += [path] if page.evaluate("document.documentElement.scrollWidth") > width else []
    assert found == []


@pytest.mark.parametrize(
    "look",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}, {"viewport": {"width": 320, "height": 700}}],
)
def test_axe_finds_nothing(served: Served, new_page: Any, accessibility: Any, look: dict[str, Any]) -> None:
    page, found = new_page(bypass_csp=True, **{"viewport": {"width": 1280, "height": 900}, **look}), []
    for who, paths in (
        ("verwaltung", ADMIN_PAGES),
        ("freigabe", ("einzelwerte/", "regeln/", "papierkorb/", "rollen/")),
    ):
        log_in(page, served, who)
        for path in paths:
            page.goto(f"{served.address}/verwaltung/{path}")
            page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
            found += [f"{path}: {line}" for line in accessibility(page)]
        page.context.clear_cookies()
    assert found == []


def test_targets_are_large_enough(served: Served, page: Page) -> None:
    log_in(page, served, "verwaltung")
    found = []
    for path in ADMIN_PAGES:
        page.goto(f"{served.address}/verwaltung/{path}")
        found += [
            f"{path}: {words}"
            for words in page.evaluate(
                """() => [...document.querySelectorAll('main :is(a, button, input, select, summary)')]
                  .filter((e) => !['hidden', 'radio', 'checkbox'].includes(e.type))
                  .filter((e) => e.offsetParent && !e.closest('td, th, p, dd, .items, aside'))
                  .map((e) => [e, e.getBoundingClientRect()])
                  .filter(([e, b]) => b.width && (b.height < 24 || b.width < 24)).map(([e]) => e.outerHTML.slice(0, 90))"""
            )
        ]
    assert found == []


def test_the_content_policy_stops_nothing(served: Served, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    log_in(page, served, "verwaltung")
    for path in ADMIN_PAGES:
        page.goto(f"{served.address}/verwaltung/{path}")
        page.wait_for_load_state("networkidle")
    assert said == []

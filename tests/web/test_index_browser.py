"""Journey 3 in a browser: build the index, move a weight, see which quarters change, read why, store; also by keys
alone.

And the maps: one tab stop, arrow keys, what assistive technology is given, years, phones, without a script.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.serving import Served, log_in

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MAP = "/indikatoren/karte/"
PAGES = (
    "/index/sozialindex/",
    "/index/sozialindex/?g-AE=4",
    "/index/sozialindex/?g-KI=viel",
    "/index/sozialindex/warum/07/",
    "/index/sozialindex/warum/08/",
    "/index/sozialindex/vergleich/?g-AE=4",
    "/index/sozialindex/methode/",
    "/index/sozialindex/speichern/?g-AE=4",
    "/index/sozialindex/verlauf/",
    MAP,
    f"{MAP}?was=KI&neben=SGB&zeit=2018",
    f"{MAP}?was=status",
    f"{MAP}einbetten/?was=KI",
    "/indikatoren/",
    "/indikatoren/GA/",
    "/quartiere/",
    "/quartiere/?q=zzz",
    "/quartiere/sozialquartier/07/",
    "/quartiere/sozialraum/2/",
)


def until(page: Page, true: str, seconds: float = 20) -> None:
    """Wait in the test: the page's content policy lets nobody evaluate text in it again and again."""
    limit = time.monotonic() + seconds
    while not page.evaluate(true):
        assert time.monotonic() < limit, true
        page.wait_for_timeout(50)


def fresh(page: Page, act: Any) -> None:
    """Wait until the preview that an act asks for is there."""
    page.evaluate("window.neu = 0; document.addEventListener('vorschau', () => { window.neu += 1; })")
    act()
    until(page, "window.neu > 0")


def changed(page: Page) -> list[str]:
    return page.locator("#vorschau .wechsel tbody th").all_inner_texts()


# --- journey 3 --------------------------------------------------------------------------------------------------


def test_journey_with_the_mouse(served: Served, page: Page) -> None:
    log_in(page, served)
    page.click("nav.circle >> text=Index-Werkstatt")
    assert "wie er gespeichert ist" in page.inner_text("#vorschau .wechsel")
    fresh(page, lambda: page.fill("#g-KI", "0,2"))
    fresh(page, lambda: page.fill("#g-KI", "1"))
    assert "wie er gespeichert ist" in page.inner_text("#vorschau .wechsel")
    fresh(page, lambda: page.fill("#g-AE", "4"))
    names = changed(page)
    assert "Hafenstraße-Nord" in names and page.url.endswith("?zeit=2024&g-AE=4")
    assert page.inner_text("[data-anteil=AE]") == "40,0\u202f%"
    page.click(f"#vorschau .wechsel >> text={names[0]}")
    assert names[0] in page.inner_text("h1") and "Dieser Entwurf ist nicht gespeichert" in page.inner_text(
        "main"
    )
    assert "Beiträge zum Indexwert" in page.inner_text("main") and "Die Menschen dahinter" in page.inner_text(
        "main"
    )
    page.click("nav[aria-label='Wo Sie sind'] a")
    assert page.input_value("#g-AE") == "4" and changed(page) == names
    page.click("text=Neben dem gespeicherten Entwurf")
    assert page.locator(
        "figure.karte"
    ).count() == 2 and "Worin sich die Entwürfe unterscheiden" in page.inner_text("main")
    page.go_back()
    page.click("text=Speichern …")
    page.fill("#f-why", "Alleinerziehende zählen mehr")
    page.click("main form.form button")
    page.wait_for_selector("text=Der Entwurf ist gespeichert.")
    assert page.input_value("#g-AE") == "4" and page.input_value("#g-AU") == "1"
    page.click("text=Verlauf")
    assert "Petra Planung" in page.inner_text("main") and "Alleinerziehende zählen mehr" in page.inner_text(
        "main"
    )
    page.click("text=Diese Änderung zurücknehmen")
    page.wait_for_selector("text=Die Änderung ist zurückgenommen.")
    page.goto(served.address + "/index/sozialindex/")
    assert page.input_value("#g-AE") == "1"


def focus_by_tab(page: Page, wanted: str, most: int = 120) -> None:
    """Reach an element by the tab key alone, as somebody without a mouse does."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({wanted!r})"):
            return
    raise AssertionError(f"{wanted} cannot be reached by the tab key")


def test_journey_by_keys_alone(served: Served, page: Page) -> None:
    log_in(page, served)
    focus_by_tab(page, "nav.circle a[href='/index/']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/index/sozialindex/")
    focus_by_tab(page, "#g-AE")
    page.keyboard.press("Control+a")
    fresh(page, lambda: page.keyboard.type("5"))
    assert changed(page) and page.evaluate("document.activeElement.id") == "g-AE"
    focus_by_tab(page, "#vorschau figure.karte a[tabindex='0']")
    first = page.inner_text("#vorschau .told")
    assert re.match(r"^.+: .+", first)
    for key in ("ArrowDown", "ArrowRight", "ArrowLeft", "ArrowUp", "End"):
        page.keyboard.press(key)
    last = page.inner_text("#vorschau .told")
    assert last != first
    page.keyboard.press("Enter")
    page.wait_for_url("**/warum/**")
    assert last.split(":")[0] in page.inner_text("h1")
    focus_by_tab(page, "nav[aria-label='Wo Sie sind'] a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/index/sozialindex/?**")
    focus_by_tab(page, "button[formaction]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/speichern/**")
    focus_by_tab(page, "input[name=wohin]")
    page.keyboard.press("ArrowDown")
    focus_by_tab(page, "#f-name")
    page.keyboard.type("Mit Gewicht auf Familien")
    focus_by_tab(page, "main form.form button")
    page.keyboard.press("Enter")
    page.wait_for_url("**/index/mit-gewicht-auf-familien/")
    assert "Der Entwurf ist gespeichert." in page.inner_text("[role=status]")


def test_without_a_script_a_button_computes(served: Served, new_page: Any) -> None:
    page = new_page(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    log_in(page, served)
    page.goto(served.address + "/index/sozialindex/")
    page.fill("#g-AE", "6")
    page.click("#neu-rechnen")
    assert changed(page) and page.input_value("#g-AE") == "6"
    page.goto(f"{served.address}{MAP}?was=KI&zeit=2018")
    page.click(".jahre >> text=31.12.2013")
    assert "31.12.2013" in page.inner_text("h1") and not page.locator(".regler").is_visible()


# --- the maps ---------------------------------------------------------------------------------------------------


def tree(page: Page) -> list[dict[str, Any]]:
    """What Chromium hands to assistive technology."""
    client = page.context.new_cdp_session(page)
    nodes = client.send("Accessibility.getFullAXTree")["nodes"]
    return [n for n in nodes if not n.get("ignored")]


def value(node: dict[str, Any], name: str) -> str:
    return str(node.get(name, {}).get("value", ""))


@pytest.mark.parametrize("topic", ["KI", "status-dynamik"])
def test_what_assistive_technology_is_given(served: Served, page: Page, topic: str) -> None:
    log_in(page, served, "lesen")
    page.goto(f"{served.address}{MAP}?was={topic}")
    nodes = tree(page)
    links = [value(n, "name") for n in nodes if value(n, "role") == "link" and ": " in value(n, "name")]
    areas = [name for name in links if re.match(r"^[\w\- äöüß]+: (\d+,\d, |Status |nicht )", name)]
    assert len(areas) == 27 and len(set(areas)) == 27
    if topic == "KI":
        assert "Altmarkt: 49,0, 40 bis unter 50" in areas
    groups = [
        n
        for n in nodes
        if value(n, "role") in ("group", "graphics-document")
        and value(n, "description").startswith("Karte: ")
    ]
    assert groups and all(value(n, "name") for n in groups)
    assert any(value(n, "role") == "status" for n in nodes)
    assert any(value(n, "role") == "table" for n in nodes)
    focusable = page.locator("figure.karte a[tabindex='0']").count()
    assert focusable == 1


def test_arrows_lead_to_neighbours_and_back(served: Served, page: Page) -> None:
    import json

    log_in(page, served, "lesen")
    page.goto(f"{served.address}{MAP}?was=KI")
    places = json.loads(page.get_attribute("figure.karte", "data-places") or "{}")
    page.locator("figure.karte a[data-area='06']").focus()
    for key, way in {
        "ArrowUp": (1, -1),
        "ArrowDown": (1, 1),
        "ArrowLeft": (0, -1),
        "ArrowRight": (0, 1),
    }.items():
        page.locator("figure.karte a[data-area='06']").focus()
        page.keyboard.press(key)
        there = page.evaluate("document.activeElement.dataset.area")
        assert there in places["06"][2], key
        assert (places[there][way[0]] - places["06"][way[0]]) * way[1] > 0, key
    seen, page_keys = {"06"}, ("ArrowUp", "ArrowRight", "ArrowDown", "ArrowLeft")
    frontier = ["06"]
    while frontier:
        here = frontier.pop()
        for key in page_keys:
            page.locator(f"figure.karte a[data-area='{here}']").focus()
            page.keyboard.press(key)
            there = page.evaluate("document.activeElement.dataset.area")
            if there not in seen:
                seen.add(there)
                frontier.append(there)
    assert seen == set(places)  # every quarter can be reached by arrow keys


def test_the_focus_shows_on_every_class(served: Served, page: Page) -> None:
    log_in(page, served, "lesen")
    page.goto(f"{served.address}{MAP}?was=KI")
    page.locator("figure.karte a[data-area='06']").focus()
    drawn = page.evaluate(
        "[...document.querySelectorAll('.k-live-under, .k-live')].map((p) => [p.getAttribute('d').length > 0, getComputedStyle(p).stroke])"
    )
    assert [d for d, _ in drawn] == [True, True] and len({stroke for _, stroke in drawn}) == 2


def test_the_year_moves_by_slider_and_the_address_follows(served: Served, page: Page) -> None:
    log_in(page, served, "lesen")
    page.goto(f"{served.address}{MAP}?was=KI&neben=SGB")
    before = page.locator("figure.karte svg").first.inner_html()
    page.focus("#jahr")
    with page.expect_response(lambda r: "zeit=2023" in r.url):
        page.keyboard.press("ArrowLeft")
    until(page, "document.querySelector('h1').textContent.includes('31.12.2023')")
    assert "zeit=2023" in page.url and "neben=SGB" in page.url
    assert page.locator("figure.karte svg").first.inner_html() != before
    assert page.evaluate("document.activeElement.id") == "jahr"
    assert page.get_attribute("#jahr", "aria-valuetext") == "31.12.2023"
    page.reload()
    assert "31.12.2023" in page.inner_text("h1")


def test_two_maps_point_to_the_same_quarter(served: Served, page: Page) -> None:
    log_in(page, served, "lesen")
    page.goto(f"{served.address}{MAP}?was=KI&neben=SGB")
    page.locator("figure.karte").first.locator("a[data-area='06']").focus()
    lit = page.evaluate("[...document.querySelectorAll('.k-live')].map((p) => p.getAttribute('d'))")
    assert len(lit) == 2 and all(lit) and lit[0] == lit[1]


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_the_table_stands_before_the_map(served: Served, new_page: Any, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 700})
    log_in(page, served, "lesen")
    page.goto(f"{served.address}{MAP}?was=KI")
    table, figure = (
        page.locator(".werte").first.bounding_box(),
        page.locator("figure.karte").first.bounding_box(),
    )
    assert table and figure and table["y"] + table["height"] <= figure["y"]


@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
def test_no_page_scrolls_sideways(served: Served, new_page: Any, width: int) -> None:
    page, found = new_page(viewport={"width": width, "height": 800}), []
    log_in(page, served)
    for path in PAGES:
        page.goto(served.address + path)
        found += [path] if page.evaluate("document.documentElement.scrollWidth") > width else []
    assert found == []


@pytest.mark.parametrize(
    "look",
    [{}, {"color_scheme": "dark"}, {"forced_colors": "active"}, {"viewport": {"width": 320, "height": 700}}],
)
def test_axe_finds_nothing(served: Served, new_page: Any, accessibility: Any, look: dict[str, Any]) -> None:
    page, found = new_page(bypass_csp=True, **{"viewport": {"width": 1280, "height": 900}, **look}), []
    log_in(page, served)
    for path in PAGES:
        page.goto(served.address + path)
        found += [f"{path}: {line}" for line in accessibility(page)]
    assert found == []


def test_targets_are_large_enough(served: Served, page: Page) -> None:
    """24 px, but for links within a sentence or a line of a table, the areas of a map, which have a table twin,
    and KERN's check boxes, whose label is the target."""
    log_in(page, served)
    found = []
    for path in PAGES:
        page.goto(served.address + path)
        found += [
            f"{path}: {words}"
            for words in page.evaluate(
                """() => [...document.querySelectorAll('main :is(a, button, input, select, summary)')]
                  .filter((e) => !['hidden', 'radio', 'checkbox'].includes(e.type))
                  .filter((e) => e.offsetParent && !e.closest('svg, td, th, p, figcaption, .items, aside'))
                  .map((e) => [e, e.getBoundingClientRect()])
                  .filter(([e, b]) => b.width && (b.height < 24 || b.width < 24)).map(([e]) => e)
                  .map((e) => e.outerHTML.slice(0, 90))"""
            )
        ]
    assert found == []


def test_the_content_policy_stops_nothing(served: Served, page: Page) -> None:
    said: list[str] = []
    page.on("console", lambda message: said.append(f"{page.url}: {message.text}"))
    log_in(page, served)
    for path in PAGES:
        page.goto(served.address + path)
        page.wait_for_load_state("networkidle")
    assert [line for line in said if "404" not in line] == []

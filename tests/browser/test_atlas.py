"""The atlas as people use it: from a folder, by keyboard, on a phone, without a script, with assistive technology."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lebenslagen.atlas import build_atlas
from tests.atlas.town import NAMES, edition

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
KINDS = ("index.html", "karte-SGB.html", "index-sozialindex.html", "quartier-01.html", "gebiete.html", "methode.html",
         "daten.html", "barrierefreiheit.html", "impressum.html", "bezirk-W.html")  # fmt: skip


def written(site: dict[str, bytes], folder: Path) -> Path:
    for name, raw in site.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(raw)
    return folder


@pytest.fixture(scope="module")
def atlas(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(build_atlas(edition(), {"werte.csv": b"a;b"}), tmp_path_factory.mktemp("atlas"))


@pytest.fixture(scope="module")
def worst(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Names of forty letters without a place to break, and everything withheld."""
    names = [f"Wilhelminenhöhenrandsiedlungserweiterung{i}" for i in range(12)]
    return written(build_atlas(edition(names, index=False, hidden=True)), tmp_path_factory.mktemp("worst"))


@pytest.mark.parametrize("name", KINDS)
def test_pages_have_no_barrier_that_axe_can_find(
    atlas: Path, page: Page, accessibility: Callable[[Page], list[str]], name: str
) -> None:
    page.goto((atlas / name).as_uri())
    assert accessibility(page) == []


@pytest.mark.parametrize("name", ["index.html", "karte-SGB.html", "quartier-01.html"])
def test_dark_pages_have_no_barrier_either(
    atlas: Path, new_page: Callable[..., Page], accessibility: Callable[[Page], list[str]], name: str
) -> None:
    page = new_page(color_scheme="dark", viewport={"width": 390, "height": 844})
    page.goto((atlas / name).as_uri())
    assert accessibility(page) == []


@pytest.mark.parametrize("folder", ["atlas", "worst"])
@pytest.mark.parametrize("width", [320, 390, 1024])
def test_no_page_scrolls_sideways(
    request: pytest.FixtureRequest, new_page: Callable[..., Page], folder: str, width: int
) -> None:
    root = request.getfixturevalue(folder)
    page = new_page(viewport={"width": width, "height": 800})
    for name in (n for n in KINDS if (root / n).exists()):
        page.goto((root / name).as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name


@pytest.mark.parametrize("width", [390, 1024, 1100, 1280])
def test_the_table_of_the_index_shows_all_its_columns(
    atlas: Path, new_page: Callable[..., Page], width: int
) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    page.goto((atlas / "index-sozialindex.html").as_uri())
    table = page.locator(".pair .scroll").first
    hidden = table.evaluate("box => [...box.querySelectorAll('th, td')].filter("
                            "cell => cell.getBoundingClientRect().right > box.getBoundingClientRect().right + 1).length")  # fmt: skip
    assert hidden == 0


def test_on_a_phone_the_table_stands_before_the_map(atlas: Path, new_page: Callable[..., Page]) -> None:
    page = new_page(viewport={"width": 320, "height": 700})
    page.goto((atlas / "karte-SGB.html").as_uri())
    table, figure = page.locator("main table").first.bounding_box(), page.locator("figure.map").bounding_box()
    assert table and figure and table["y"] + table["height"] <= figure["y"]


def test_the_map_is_one_tab_stop_and_arrows_lead_to_neighbours(atlas: Path, page: Page) -> None:
    page.goto((atlas / "karte-SGB.html").as_uri())
    assert page.locator("figure.map a[tabindex='0']").count() == 1
    page.locator("figure.map a[tabindex='0']").focus()
    told = page.locator("figure.map .told")
    names = [told.inner_text()]
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft", "ArrowUp", "End", "Home"):
        page.keyboard.press(key)
        names.append(told.inner_text())
    # rows of four, north is up: 09 10 11 12 / 05 06 07 08 / 01 02 03 04
    place = [NAMES.index(name.split(":")[0]) + 1 for name in names]
    assert place == [1, 2, 2, 1, 5, 12, 1]
    assert page.locator("figure.map a[tabindex='0']").count() == 1
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/quartier-05.html")
    assert page.inner_text("h1") == "Garten"


def test_the_area_in_focus_is_outlined_above_its_neighbours(atlas: Path, page: Page) -> None:
    page.goto((atlas / "karte-SGB.html").as_uri())
    page.locator("figure.map a[tabindex='0']").focus()
    outline = page.locator(".f-live")
    assert outline.get_attribute("d") == page.locator("a[data-area='01'] path").get_attribute("d")
    assert outline.evaluate("e => getComputedStyle(e).strokeWidth") == "3px"
    below = page.evaluate("[...document.querySelector('.f-map').children].map(e => e.getAttribute('class'))")
    assert below.index("f-areas") < len(below) - 3


def test_a_pointer_is_told_what_a_keyboard_is_told(atlas: Path, page: Page) -> None:
    page.goto((atlas / "karte-SGB.html").as_uri())
    page.locator("a[data-area='08'] path").hover()
    assert page.locator("figure.map .told").inner_text() == "Insel: nicht veröffentlicht"
    assert page.locator("a[data-area='08']").get_attribute("aria-label") == "Insel: nicht veröffentlicht"


def test_the_accessibility_tree_names_map_areas_and_tables(atlas: Path, page: Page) -> None:
    page.goto((atlas / "karte-SGB.html").as_uri())
    tree = page.locator("main").aria_snapshot()
    assert 'group "Leistungen nach dem SGB II, 31.12.2024"' in tree and 'figure "Leistungen' in tree
    assert "Altmarkt: 7,0" in tree and "Insel: nicht veröffentlicht" in tree
    assert 'rowheader "Altmarkt"' in tree and 'columnheader "Gebiet"' in tree


def test_by_keyboard_from_the_start_to_a_quarter(atlas: Path, page: Page) -> None:
    page.goto((atlas / "index.html").as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "suche"
    page.keyboard.type("bruecke")
    page.keyboard.press("Enter")
    page.wait_for_url("**/gebiete.html?q=bruecke")
    assert page.locator(".list li:visible").all_inner_texts() == ["Brücke"]
    assert page.inner_text(".found") == "Gefundene Gebiete: 1"


def test_a_search_that_finds_nothing_says_so(atlas: Path, page: Page) -> None:
    page.goto((atlas / "gebiete.html").as_uri())
    assert page.locator(".list li:visible").count() == len(NAMES)
    page.fill("#suche", "gibt es nicht")
    assert page.inner_text(".found") == "Kein Gebiet hat diesen Namen."
    page.fill("#suche", "")
    assert page.locator(".list li:visible").count() == len(NAMES)


def test_without_a_script_everything_is_there(atlas: Path, new_page: Callable[..., Page]) -> None:
    page = new_page(java_script_enabled=False)
    page.goto((atlas / "index.html").as_uri())
    assert page.locator("figure.map a[data-area]").count() == len(NAMES)
    assert not page.locator(".keys").is_visible()
    page.locator("figure.map a[data-area='06']").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/quartier-06.html")
    page.goto((atlas / "gebiete.html").as_uri())
    assert page.locator(".list li").count() == len(NAMES)
    assert not page.locator(".filter").is_visible()


def test_tables_can_be_sorted_and_given_back_their_order(atlas: Path, page: Page) -> None:
    page.goto((atlas / "karte-SGB.html").as_uri())
    heads = page.locator("table.sortable tbody tr:visible th")
    before = heads.all_inner_texts()
    button = page.locator("table.sortable thead th").last.locator("button")
    button.click()
    button.click()
    down = heads.all_inner_texts()
    assert down[0] == "Hof" and down[-1] == "Insel"  # what is not published stays at the end
    assert page.locator("table.sortable thead th").last.get_attribute("aria-sort") == "descending"
    button.click()
    assert heads.all_inner_texts() == before


def test_forced_colours_keep_map_and_focus_visible(atlas: Path, new_page: Callable[..., Page]) -> None:
    page = new_page(forced_colors="active")
    page.goto((atlas / "karte-SGB.html").as_uri())
    fills = {
        page.locator(f"a[data-area='{i:02}'] path").evaluate("e => getComputedStyle(e).fill") for i in (1, 12)
    }
    assert len(fills) == 2
    page.locator("figure.map a[tabindex='0']").focus()
    assert page.locator(".f-live").evaluate("e => getComputedStyle(e).stroke") == "rgb(31, 35, 40)"


def test_printed_pages_leave_navigation_away(atlas: Path, page: Page) -> None:
    page.goto((atlas / "quartier-01.html").as_uri())
    page.emulate_media(media="print")
    assert not page.locator("nav").first.is_visible() and page.locator("h1").is_visible()


def test_the_typeface_of_the_atlas_is_its_own(atlas: Path, page: Page) -> None:
    page.goto((atlas / "index.html").as_uri())
    page.evaluate("document.fonts.ready.then(() => 0)")
    assert page.evaluate("[...document.fonts].filter(f => f.status === 'loaded').length") >= 1

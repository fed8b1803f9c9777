"""Journey 4 with a release that could be reckoned back: the approval sees what a reader could find out and returns it.

The town is Musterstadt with rules for a committee only. While a release waits for its approval somebody switches off,
in the file of the declarations, what keeps readers from reckoning hidden counts back: then one quarter's unemployed young
people follow from the total of the district, to the person. By keyboard alone.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.test_journeys_release import enter, log_in, served, tab_to, until

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.browser, pytest.mark.slow]
OFF = "[policies.committee]\nsecondary = false\n"


@pytest.fixture(scope="module")
def town_of_a_committee(musterstadt: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Musterstadt before its first release, for a committee alone; both sets of figures are computed beforehand."""
    from lebenslagen.project import build, publish
    from lebenslagen.project.store import Project

    root = tmp_path_factory.mktemp("leak") / "ms"
    shutil.copytree(musterstadt, root)
    (root / "ledger.jsonl").unlink()
    shutil.rmtree(root / "releases")
    for path in (root / "reports").glob("*.toml"):
        path.write_text(path.read_text().replace('audience = "public"', 'audience = "committee"'))
    head = (root / "project.toml").read_text()
    begin, end = head.index("[policies.public]"), head.index("[policies.committee]")
    safe = head[:begin] + head[end:]
    for text in (safe.replace("[policies.committee]\n", OFF), safe):
        (root / "project.toml").write_text(text)
        works = build.open_works(Project(root))
        publish.figures_of(works, works.declaration.report("sozialbericht-2024"))
    return root


@pytest.fixture(scope="module")
def address(town_of_a_committee: Path) -> Iterator[str]:
    with served(town_of_a_committee) as place:
        yield place


def settled(page: Page) -> None:
    """Wait until nothing is on its way: what the next step would cut off counts as not loaded."""
    page.wait_for_load_state("networkidle", timeout=20_000)


def go(page: Page, place: str) -> None:
    settled(page)
    page.goto(place)
    settled(page)


def press(page: Page) -> None:
    settled(page)
    enter(page)
    settled(page)


def came(page: Page, address: str, login: str) -> Page:
    log_in(page, address, login)
    settled(page)
    return page


def test_a_release_that_could_be_reckoned_back_is_returned_coarsened_and_approved(
    address: str, town_of_a_committee: Path, new_page: Any, accessibility: Any
) -> None:
    big = {"viewport": {"width": 1280, "height": 900}, "bypass_csp": True}
    planner, approver = (came(new_page(**big), address, who) for who in ("planung", "freigabe"))
    found: list[str] = []
    tab_to(planner, "Freigaben")
    press(planner)
    tab_to(planner, "Freigabe beginnen")
    press(planner)
    tab_to(planner, "Beginnen")
    press(planner)
    until(planner, "Die Prüfung ist bestanden")
    tab_to(planner, "Einreichen")
    press(planner)
    place = planner.url

    head = town_of_a_committee / "project.toml"
    head.write_text(head.read_text().replace("[policies.committee]\n", OFF))
    go(approver, place)
    said = approver.inner_text("main")
    for words in ("Die Prüfung ist nicht bestanden", "18 Anzahlen", "zwischen 4 und 4", "Hafen"):
        assert words in said, words
    assert not approver.locator("button[value=approve]").count()
    found += accessibility(approver)
    tab_to(approver, "Hinweis an die Planung")
    approver.keyboard.type("Im Hafen wären die vier jungen Arbeitslosen errechenbar. Bitte gröber.")
    tab_to(approver, "An die Planung zurückgeben")
    press(approver)
    assert "zurückgegeben" in approver.inner_text(".messages")

    go(planner, place)
    assert "Bitte gröber" in planner.inner_text("main")
    tab_to(planner, "Einreichen")
    press(planner)
    assert planner.evaluate("document.activeElement.id") == "fehler-oben"  # the program refuses it, too
    assert "zu genau herausfinden" in planner.inner_text("#fehler-oben")
    found += accessibility(planner)

    admin = came(new_page(**big), address, "verwaltung")
    go(admin, address + "/verwaltung/regeln/")
    assert "Nichts hindert daran" in admin.inner_text("main")
    tab_to(admin, "Andere Regeln vorschlagen")
    press(admin)
    tab_to(admin, "damit sich nichts zurückrechnen")
    admin.keyboard.press("Space")
    tab_to(admin, "Grund")
    admin.keyboard.type("Die Freigabe ließ sich zurückrechnen.")
    tab_to(admin, "Diese Regeln vorschlagen")
    press(admin)
    go(approver, admin.url)
    found += accessibility(approver)
    tab_to(approver, "Bestätigen")
    press(approver)
    assert "secondary = true" in head.read_text()

    go(planner, place)
    if planner.locator("button", has_text="Zahlen schützen").count():
        tab_to(planner, "Zahlen schützen")
        press(planner)
        go(planner, place)
    until(planner, "Die Prüfung ist bestanden")
    said = planner.inner_text("main")
    assert "zwischen 4 und 4" not in said and "zwischen 1 und 12" in said
    tab_to(planner, "Einreichen")
    press(planner)
    go(approver, place)
    tab_to(approver, "Freigeben")
    press(approver)
    assert "Freigegeben" in approver.inner_text(".messages")
    until(approver, "Prüfwert der Freigabe")
    reader = came(new_page(**big), address, "lesen")
    go(reader, address + "/berichte/")
    assert "Sozialbericht Musterstadt" in reader.inner_text("main")
    for page in (planner, approver, admin, reader):
        settled(page)
    assert found == []

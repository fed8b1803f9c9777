"""Journey 2: a job-centre workbook with four faults, marked copy, correction, taken over, the map changes; by keyboard alone."""

from __future__ import annotations

import io
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.web.conftest import PASSWORD
from tests.web.datafiles import bigger, four_faults
from tests.web.serving import Served, log_in

if TYPE_CHECKING:
    from playwright.sync_api import FileChooser, Page

pytestmark = pytest.mark.browser


@pytest.fixture
def served(musterstadt: Path, tmp_path: Path) -> Iterator[Served]:
    shutil.copytree(musterstadt, tmp_path / "musterstadt")
    only_released(tmp_path / "musterstadt", "sozialbericht-2024")
    here = Served(tmp_path / "musterstadt", "--demo")
    yield here
    here.stop()


def only_released(root: Path, report: str) -> None:
    """A town that released one report so far: what an earlier release shows may make a correction unprotectable."""
    (root / "ledger.jsonl").unlink()
    shutil.rmtree(root / "releases")
    names = ("--by", "A. Planung", "--approved-by", "B. Statistik")
    subprocess.run(
        [sys.executable, "-m", "lebenslagen", "release", str(root), report, *names],
        check=True,
        capture_output=True,
    )


def reach(page: Page, selector: str) -> None:
    """Go on with Tab until the element has the focus."""
    for _ in range(150):
        if page.evaluate("s => !!document.activeElement && document.activeElement.matches(s)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"{selector} is not reached with Tab on {page.url}")


def choose(page: Page, selector: str, value: str) -> None:
    """Choose in a list with the arrow keys."""
    reach(page, selector)
    for _ in range(40):
        if page.locator(selector).input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not in {selector}")


def press(page: Page, selector: str) -> None:
    reach(page, selector)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def log_in_by_keys(page: Page, served: Served, login: str) -> None:
    page.goto(f"{served.address}/anmelden/")
    reach(page, "#f-login")
    page.keyboard.type(login)
    reach(page, "#f-password")
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def _chooser(page: Page) -> FileChooser:
    """Open the choice of a file by keyboard; a busy machine now and then swallows the first key."""
    from playwright.sync_api import TimeoutError as TooLate

    for _ in range(3):
        reach(page, "#f-file")
        try:
            with page.expect_file_chooser(timeout=15_000) as chooser:
                page.keyboard.press("Space")
        except TooLate:
            continue
        return chooser.value
    raise AssertionError("no choice of a file opened by keyboard")


def upload(page: Page, content: bytes) -> None:
    choose(page, "#f-source", "jobcenter")
    choose(page, "#f-period", "2024")
    _chooser(page).set_files(
        [
            {
                "name": "Jobcenter_Musterstadt_2024.xlsx",
                "mimeType": "application/octet-stream",
                "buffer": content,
            }
        ]
    )
    press(page, "main form button.kern-btn--primary")


def test_four_faults_corrected_and_the_map_changes(
    served: Served, page: Page, accessibility: Callable[[Page], list[str]], browser_guard: list[str]
) -> None:
    barriers: list[str] = []

    def look() -> None:
        barriers.extend(f"{page.url}: {found}" for found in accessibility(page))

    log_in_by_keys(page, served, "planung")
    press(page, 'nav a[href="/daten/"]')
    look()
    press(page, '.main-action a[href="/daten/neu/"]')
    look()
    upload(page, four_faults())
    look()
    told = page.locator("main").inner_text()
    assert "kann die Datei nicht übernommen werden" in told
    for place in ("Dezember!C10", "Dezember!D12", "Dezember!F14", "Dezember!D16"):
        assert place in told, place
    assert page.locator('a[href$="/uebernehmen/"]').count() == 0
    reach(page, 'a[href$="/kopie/"]')
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    browser_guard[:] = [
        line for line in browser_guard if "/kopie/" not in line
    ]  # a download is no page that loads
    marked = coloured(Path(str(download.value.path())).read_bytes())
    assert {"C10", "D12", "F14", "D16"} <= marked
    press(page, 'a[href$="/vorschau/"]')
    look()
    assert page.locator("td.marked").count() >= 4
    press(page, 'a.kern-btn--primary[href$="/pruefung/"]')
    press(page, 'main .actions a[href^="/daten/neu/"]')
    upload(page, bigger())
    look()
    reach(page, "#a-revision")
    page.keyboard.type("Nachmeldung des Jobcenters vom 3. Februar")
    press(page, "section.ask ~ button, form > button.kern-btn--primary")
    look()
    press(page, '.main-action a[href$="/uebernehmen/"]')
    look()
    press(page, "main form button.kern-btn--primary")
    assert "Die Lieferung wurde übernommen." in page.locator(".messages").inner_text()
    look()
    wait_for_map(page)
    look()
    assert "die Klasse" in page.locator("main").inner_text()
    assert page.locator("#inhalt figure svg").count() == 2
    assert barriers == []


def coloured(content: bytes) -> set[str]:
    import openpyxl

    sheet = openpyxl.load_workbook(io.BytesIO(content))["Dezember"]
    return {cell.coordinate for row in sheet.iter_rows() for cell in row if cell.fill.fill_type == "solid"}


def wait_for_map(page: Page, seconds: int = 240) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if "Entwurf mit den jetzigen Lieferungen" in page.locator("main").inner_text():
            return
        time.sleep(2)
        page.reload()
    raise AssertionError(page.locator("main").inner_text())


def test_without_a_script(served: Served, new_page: Callable[..., Any]) -> None:
    page = new_page(java_script_enabled=False)
    log_in(page, served)
    page.goto(f"{served.address}/daten/neu/")
    page.select_option("#f-source", "jobcenter")
    page.select_option("#f-period", "2024")
    page.set_input_files(
        "#f-file",
        {
            "name": "Jobcenter_Musterstadt_2024.xlsx",
            "mimeType": "application/octet-stream",
            "buffer": bigger(),
        },
    )
    page.click("main form button.kern-btn--primary")
    page.fill("#a-revision", "Nachmeldung")
    page.click("form > button.kern-btn--primary")
    page.click('.main-action a[href$="/uebernehmen/"]')
    page.click("main form button.kern-btn--primary")
    assert "Die Lieferung wurde übernommen." in page.locator(".messages").inner_text()

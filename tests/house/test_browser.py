"""The browser fixtures see what they are there to see."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
HEAD = "<!doctype html><html lang=de><title>Probe</title><main><h1>Probe</h1>"


def test_a_page_is_read_from_a_folder(page: Page, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(HEAD + "<p>Grüße</p>", encoding="utf-8")
    page.goto((tmp_path / "index.html").as_uri())
    assert page.inner_text("p") == "Grüße"


def test_axe_finds_a_picture_without_words(page: Page, accessibility: Callable[[Page], list[str]]) -> None:
    page.set_content(HEAD + "<p>ohne Bild</p>")
    assert accessibility(page) == []
    page.set_content(HEAD + '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=">')
    assert [line.split()[0] for line in accessibility(page)] == ["image-alt"]


def test_elsewhere_is_not_reached(browser_guard: list[str], page: Page) -> None:
    page.set_content(HEAD + '<img alt="" src="http://lebenslagen.invalid/a.png">')
    page.wait_for_timeout(100)
    assert browser_guard == ["not loaded: http://lebenslagen.invalid/a.png"]
    browser_guard.clear()


def test_a_missing_file_is_told(browser_guard: list[str], page: Page, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(HEAD + '<img alt="" src="fehlt.png">', encoding="utf-8")
    page.goto((tmp_path / "index.html").as_uri())
    assert browser_guard == [f"not loaded: {(tmp_path / 'fehlt.png').as_uri()}"]
    browser_guard.clear()


def test_what_a_page_no_longer_needs_is_no_fault(browser_guard: list[str], page: Page) -> None:
    page.route("**/langsam.png", lambda route: None)
    page.set_content(HEAD + '<img alt="" src="http://127.0.0.1/langsam.png">', wait_until="domcontentloaded")
    with page.expect_event("requestfailed"):
        page.goto("about:blank")
    assert browser_guard == []

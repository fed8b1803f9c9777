"""The report as one HTML file: whole, accessible, nothing from elsewhere, nothing hostile."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from lebenslagen.areas import Areas
from lebenslagen.edition import Edition
from lebenslagen.report.chapters import report
from lebenslagen.report.document import Document
from lebenslagen.report.html import PAGE, to_html
from tests.report.town import CHAPTERS, QUARTER, Size
from tests.report.town import edition as made

if TYPE_CHECKING:
    from playwright.sync_api import Page

HOSTILE = "</td></style></title><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
VOID = {"meta", "link", "br", "img", "input"}


class Reader(HTMLParser):
    """Tags that close in order, ids, links, headings."""

    def __init__(self) -> None:
        super().__init__()
        self.stack: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.headings: list[int] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.attributes.append((tag, known))
        if known.get("id"):
            self.ids.append(known["id"] or "")
        if tag == "a" and known.get("href"):
            self.links.append(known["href"] or "")
        if re.fullmatch("h[1-6]", tag) and "svg" not in self.stack:
            self.headings.append(int(tag[1]))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.stack, f"</{tag}> closes nothing"
        assert self.stack.pop() == tag, f"</{tag}> closes another"


@pytest.fixture(scope="module")
def read(html: str) -> Reader:
    reader = Reader()
    reader.feed(html)
    return reader


def test_tags_close_in_order(read: Reader) -> None:
    assert read.stack == []


def test_ids_are_unique_and_every_link_leads_somewhere(read: Reader) -> None:
    assert len(read.ids) == len(set(read.ids))
    assert {link[1:] for link in read.links if link.startswith("#")} <= set(read.ids)


def test_headings_do_not_skip_a_level(read: Reader) -> None:
    assert read.headings.count(1) == 1
    assert all(b - a <= 1 for a, b in zip(read.headings, read.headings[1:], strict=False))


def test_nothing_is_fetched_and_nothing_runs(html: str, read: Reader) -> None:
    assert not re.search(r"<script|<iframe|<object|<embed|<form|@import", html)
    for tag, known in read.attributes:
        assert not [name for name in known if name.startswith("on")], tag
        for name in ("src", "srcset", "xlink:href", "action"):
            assert name not in known, tag
    outside = [url for url in re.findall(r"url\(([^)]*)\)", html) if not url.startswith(('"data:', "#"))]
    assert outside == []


def test_tables_have_heads_for_columns_and_rows(read: Reader) -> None:
    heads = [known.get("scope") for tag, known in read.attributes if tag == "th"]
    assert set(heads) == {"col", "row"}


def test_language_title_and_skip_link(html: str, read: Reader) -> None:
    assert '<html lang="de">' in html
    assert "<title>Sozialbericht 2024 – Musterstadt</title>" in html
    assert read.links[0] == "#bericht"


def test_hostile_names_stay_text(edition: Edition) -> None:
    source = edition.areas[QUARTER]
    wrong = Areas(
        source.level,
        source.vintage,
        source.ids,
        (HOSTILE, *source.names[1:]),
        source.parents,
        source.geometry,
        source.crs,
    )
    page = to_html(report(replace(edition, town=HOSTILE, areas={**edition.areas, QUARTER: wrong})))[
        PAGE
    ].decode()
    assert "<script" not in page
    assert "<img" not in page
    reader = Reader()
    reader.feed(page)
    assert reader.stack == []


def test_the_same_bytes_each_time(document: Document) -> None:
    assert to_html(document) == to_html(document)


@pytest.mark.browser
@pytest.mark.parametrize("width", [320, 390, 1024, 1440])
def test_no_page_scrolls_sideways(
    html: str, width: int, new_page: Callable[..., Page], tmp_path: Path
) -> None:
    (tmp_path / PAGE).write_text(html, encoding="utf-8")
    page = new_page(viewport={"width": width, "height": 800})
    page.goto((tmp_path / PAGE).as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "size"), [("light", Size()), ("dark", Size(6, 2))])
def test_axe_finds_nothing(
    scheme: str,
    size: Size,
    new_page: Callable[..., Page],
    tmp_path: Path,
    accessibility: Callable[[Page], list[str]],
) -> None:
    """Without profiles for the whole town, with them for a small one."""
    chapters = tuple(name for name in CHAPTERS if name != "steckbriefe" or size.quarters < 10)
    (tmp_path / PAGE).write_bytes(to_html(report(made(size, chapters=chapters)))[PAGE])
    page = new_page(viewport={"width": 1280, "height": 900}, color_scheme=scheme)
    page.goto((tmp_path / PAGE).as_uri())
    assert accessibility(page) == []


@pytest.mark.browser
def test_the_first_tab_leads_to_the_report(html: str, page: Page, tmp_path: Path) -> None:
    (tmp_path / PAGE).write_text(html, encoding="utf-8")
    page.goto((tmp_path / PAGE).as_uri())
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("location.hash") == "#bericht"

"""What goes over the line: texts compressed, secrets not to be guessed from lengths, pages that stay light."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.test import Client

from tests.web.conftest import client_of

ZIPPED = {"HTTP_ACCEPT_ENCODING": "gzip"}
FIRST, LATER = 400 * 1024, 60 * 1024  # bytes
PAGES = (
    "/", "/indikatoren/", "/indikatoren/SGB/", "/indikatoren/karte/", "/indikatoren/karte/?was=SGB&neben=status-dynamik", "/quartiere/",
    "/quartiere/sozialquartier/05/", "/daten/", "/daten/lieferung/jobcenter/2024/", "/daten/lieferung/jobcenter/2024/werte/",
    "/index/sozialindex/", "/index/sozialindex/vergleich/", "/index/sozialindex/warum/07/", "/freigaben/", "/berichte/",
    "/berichte/sozialbericht-2024/", "/auftraege/", "/konto/", "/hilfe/", "/suche/?q=kinder",
)  # fmt: skip


@pytest.fixture
def planner(as_: Callable[[str], Client], read_town: Any) -> Client:
    return as_("planner")


def body(response: Any) -> bytes:
    raw = b"".join(response.streaming_content) if response.streaming else response.content
    response.close()
    return raw


def loaded(client: Client, address: str) -> dict[str, int]:
    """Bytes over the line, by address: the page, its styles and scripts, and the fonts and pictures of the styles."""
    found: dict[str, int] = {}
    waiting = [address]
    while waiting:
        here = waiting.pop()
        if here in found:
            continue
        response = client.get(here, **ZIPPED)
        assert response.status_code == 200, here
        raw = body(response)
        found[here] = len(raw)
        if response.get("Content-Encoding") == "gzip":
            raw = gzip.decompress(raw)
        waiting += list(links(here, raw, response["Content-Type"]))
    return found


def links(here: str, raw: bytes, kind: str) -> Iterator[str]:
    from urllib.parse import urljoin

    pattern = rb"""<(?:link[^>]*rel="(?:stylesheet|icon)"[^>]*href|script[^>]*src|img[^>]*src)="([^"]+)\""""
    if kind.startswith("text/css"):
        pattern = rb"""url\(["']?([^"')]+)["']?\)|@import\s+["']([^"']+)["']"""
    elif not kind.startswith("text/html"):
        return
    for groups in re.findall(pattern, raw):
        name = (groups if isinstance(groups, bytes) else next(filter(None, groups))).decode()
        if not name.startswith(("data:", "#", "http")):
            yield urljoin(here, name)


def test_the_first_page_and_the_later_ones(planner: Client) -> None:
    """Counted as sent, compressed where the server compresses; what the first page brought is not sent again."""
    first = loaded(planner, "/")
    assert sum(first.values()) <= FIRST, sorted(first.items(), key=lambda pair: -pair[1])[:5]
    assert len(first) > 4  # styles, scripts and fonts were found
    known, heavy = set(first), {}
    for address in PAGES[1:]:
        found = loaded(planner, address)
        weight = sum(size for name, size in found.items() if name not in known)
        if weight > LATER:
            heavy[address] = weight
    assert heavy == {}


@pytest.mark.parametrize("address", ["/anmelden/", "/hilfe/", "/robots.txt"])
def test_texts_are_compressed_where_they_may(
    address: str, as_: Callable[[str], Client], read_town: Any
) -> None:
    client = as_("")
    plain, zipped = client.get(address), client.get(address, **ZIPPED)
    assert "Content-Encoding" not in plain
    if len(body(plain)) > 300:
        assert zipped["Content-Encoding"] == "gzip" and "Accept-Encoding" in zipped["Vary"]


def test_static_files_are_compressed(planner: Client) -> None:
    sheet = next(name for name in loaded(planner, "/") if ".css" in name)
    font = next(name for name in loaded(planner, "/") if name.endswith(".woff2"))
    zipped = planner.get(sheet, **ZIPPED)
    assert zipped["Content-Encoding"] == "gzip"
    assert gzip.decompress(body(zipped)) == body(planner.get(sheet))
    plain = planner.get(font, **ZIPPED)
    assert "Content-Encoding" not in plain and len(body(plain)) > 20_000


def test_a_file_for_everybody_is_asked_for_again_only_by_its_digest(town: Any, db: None) -> None:
    from lebenslagen.web import editions
    from lebenslagen.web.releasing import in_force

    folder = editions.place_of(in_force("sozialbericht-2024", "public")) / "atlas"
    folder.mkdir(parents=True)
    (folder / "index.html").write_text("<!doctype html><title>Atlas</title>" + "<p>x</p>" * 200)
    client = client_of(None)
    first = client.get("/atlas/", **ZIPPED)
    assert first["Content-Encoding"] == "gzip" and first["Vary"] == "Accept-Encoding" and not first.cookies
    again = client.get("/atlas/", **ZIPPED, HTTP_IF_NONE_MATCH=first["ETag"])
    assert again.status_code == 304


def test_lengths_tell_nothing_about_secrets(planner: Client) -> None:
    """The same page has another length and another token each time, so that guesses cannot be told apart."""
    answers = [planner.get("/konto/", **ZIPPED) for _ in range(12)]
    tokens = {
        re.search(rb'csrfmiddlewaretoken" value="([^"]+)', gzip.decompress(a.content)).group(1)
        for a in answers
    }  # type: ignore[union-attr]
    assert len(tokens) == len(answers)
    assert len({len(a.content) for a in answers}) > 6

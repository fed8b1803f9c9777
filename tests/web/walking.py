"""Every page of the application, opened by somebody who may: for tests that hold something of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from typing import Any

from django.test import Client
from django.urls import reverse

from lebenslagen.web import models
from tests.web.conftest import client_of
from tests.web.routes import ROUTES

# Who opens a page: whoever sees most of it.
FIRST = ("planner", "approver", "admin", "department", "reader", "guest")
FORMS = {  # states of pages that a POST shows
    "login": {"login": "", "password": ""},
    "invitation": {"login": ""},
    "account-password": {"old": "", "new": "a"},
    "data-upload": {"source": ""},
    "index-save": {},
    "release-new": {},
}


def opener(who: str) -> str:
    words = who.split()
    return "" if "all" in words else next(role for role in FIRST if role in words)


@dataclass(frozen=True)
class Opened:
    """A page as somebody got it: its name, who opened it, its address and its HTML."""

    name: str
    client: Client
    address: str
    page: str
    headers: dict[str, str]


def opened(people: dict[str, models.User], language: str = "de") -> Iterator[Opened]:
    """Every page that is made from the frame, those with faults of a form among them."""
    for name, route in ROUTES.items():
        if not route.get:
            continue
        client = _browser(people[who] if (who := opener(route.get)) else None, language)
        address = reverse(name, args=route.args(people))
        yield from _framed(name, client, address, client.get(address))
        if name in FORMS and route.post:
            yield from _framed(f"{name}, faulty", client, address, client.post(address, FORMS[name]))
    client = _browser(people["reader"], language)
    for name, address in MORE.items():
        yield from _framed(name, client, address, client.get(address))


MORE = {
    "404": "/gibtesnicht/",
    "403": "/freigaben/",
    "nothing found": "/suche/?q=qqqqqq",
    "found": "/suche/?q=kinder",
    "two maps": "/indikatoren/karte/?was=KI&neben=SGB",
    "a larger area": "/quartiere/sozialraum/2/",
    "no quarter": "/quartiere/?q=zzz",
}


def _browser(user: models.User | None, language: str) -> Client:
    client = client_of(user)
    client.cookies["sprache"] = language
    return client


def pages(people: dict[str, models.User], language: str = "de") -> Iterator[tuple[str, str]]:
    """Name and HTML of every page."""
    for found in opened(people, language):
        yield found.name, found.page


def _framed(name: str, client: Client, address: str, response: Any) -> Iterator[Opened]:
    assert response.status_code < 500, name
    kind = response.headers.get("Content-Type", "")
    if not response.streaming and kind.startswith("text/html"):
        page = response.content.decode()
        if '<main id="inhalt"' in page:
            yield Opened(name, client, address, page, dict(response.headers))


def between(page: str, pattern: str) -> str:
    """The text of the first element that fits, without its tags."""
    found = re.search(pattern, page, re.DOTALL)
    return plain(found[1]) if found else ""


def plain(markup: str) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def texts_of(page: str) -> list[str]:
    """What a person is given to read or to hear: text, and the words of attributes; not what was typed into fields."""
    page = re.sub(r"<(script|style|textarea)\b.*?</\1>", " ", page, flags=re.DOTALL)
    spoken = re.findall(r'\b(?:aria-label|title|placeholder|alt)="([^"]+)"', page)
    return [t for piece in (*re.split(r"<[^>]+>", page), *spoken) if (t := plain(piece))]

"""Every page of the application, opened by somebody who may: for tests that hold something of all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

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


def pages(people: dict[str, models.User], language: str = "de") -> Iterator[tuple[str, str]]:
    """Name and HTML of every page that is made from the frame, those with faults of a form among them."""
    for name, route in ROUTES.items():
        if not route.get:
            continue
        client = client_of(people[who] if (who := opener(route.get)) else None)
        client.cookies["sprache"] = language
        address = reverse(name, args=route.args(people))
        yield from _framed(name, client.get(address))
        if name in FORMS and route.post:
            yield from _framed(f"{name}, faulty", client.post(address, FORMS[name]))
    client = client_of(people["reader"])
    client.cookies["sprache"] = language
    yield from _framed("404", client.get("/gibtesnicht/"))
    yield from _framed("403", client.get("/freigaben/"))
    yield from _framed("nothing found", client.get("/suche/?q=qqqqqq"))


def _framed(name: str, response: Any) -> Iterator[tuple[str, str]]:
    assert response.status_code < 500, name
    kind = response.headers.get("Content-Type", "")
    if not response.streaming and kind.startswith("text/html"):
        page = response.content.decode()
        if '<main id="inhalt"' in page:
            yield name, page


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

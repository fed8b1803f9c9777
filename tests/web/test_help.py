"""Each page says what it is for and helps in two sentences; what is empty says what to do next; what is not declared is said."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lebenslagen.web import models
from lebenslagen.web.services import office
from tests.conftest import ROOT
from tests.web.walking import between, pages

TEMPLATES = ROOT / "src" / "lebenslagen" / "web" / "templates"
SENTENCE_END = re.compile(r"[.!?](?=[\s”“)]|$)")


NAMES = ("title", "heading", "sentence", "help")


def source(name: str) -> str:
    return (TEMPLATES / name).read_text("utf-8")


def extends(name: str) -> str:
    found = re.match(r'{% extends "([^"]+)"', source(name))
    return found[1] if found else ""


def filled(name: str) -> set[str]:
    """The blocks of the frame that a template or one it extends fills."""
    if not name or name == "seite.html":
        return set()
    text = source(name)
    own = {
        b
        for b in NAMES
        if re.search(rf"{{% block {b} %}}\s*[^\s{{]|{{% block {b} %}}\s*{{(?!% endblock)", text)
    }
    return own | filled(extends(name))


ALL = sorted(str(path.relative_to(TEMPLATES)) for path in TEMPLATES.rglob("*.html"))
FRAMES = {extends(name) for name in ALL}


def in_frame(name: str) -> bool:
    return extends(name) == "seite.html" or (extends(name) != "" and in_frame(extends(name)))


@pytest.mark.parametrize("name", [name for name in ALL if in_frame(name) and name not in FRAMES])
def test_every_page_fills_the_blocks_of_the_frame(name: str) -> None:
    bare = name.startswith("oeffentlich/")  # stands in for an atlas that is not published yet
    assert set(NAMES) - filled(name) <= ({"help"} if bare else set())


def test_every_page_says_what_it_is_for_and_helps(people: dict[str, models.User], read_town: Any) -> None:
    faults = []
    for name, page in pages(people):
        title = between(page, r"<title>(.*?)</title>")
        heading = between(page, r"<h1[^>]*>(.*?)</h1>")
        sentence = between(page, r'<p class="sentence">(.*?)</p>')
        words = between(page, r'<aside class="page-help"[^>]*><p>(.*?)<a ')
        if not heading or not sentence or not title.split(" – ")[0] or page.count("<h1") != 1:
            faults.append(f"{name}: “{title}” “{heading}” “{sentence}”")
        if not 2 <= len(SENTENCE_END.findall(words)) <= 4 and 'class="page-help"' in page:
            faults.append(f"{name}: help “{words}”")
    assert not faults, "\n".join(faults)


# --- empty states -----------------------------------------------------------------------------------------------

EMPTY = {  # page -> what somebody who opens it before anything was delivered is told to do
    "/": "Zu den Aufträgen",
    "/indikatoren/karte/": "Zu den Aufträgen",
    "/quartiere/": "Zu den Aufträgen",
    "/quartiere/sozialquartier/01/": "Zu den Aufträgen",
    "/index/sozialindex/": "Zu den Aufträgen",
    "/freigaben/": "Freigabe beginnen",
    "/freigaben/verzeichnis/": "Freigabe beginnen",
    "/berichte/": "Ausgabe",
    "/auftraege/": "Beginnen Sie mit",
    "/daten/lieferung/jobcenter/2024/": "Datei liefern",
    "/daten/lieferung/jobcenter/2024/werte/": "Datei liefern",
}


def empty(page: str) -> list[str]:
    return [
        re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found)).strip()
        for found in re.findall(r'<div class="empty">(.*?)</div>', page, re.DOTALL)
    ]


@pytest.mark.parametrize("address", EMPTY)
def test_an_empty_page_says_what_to_do_next(as_: Callable[[str], Client], address: str) -> None:
    """Declarations only: nothing was delivered, computed or released."""
    response = as_("planner").get(address)
    assert response.status_code == 200
    main = response.content.decode().split("<main", 1)[1].split("<aside", 1)[0]
    told = empty(main)
    assert told and EMPTY[address] in " ".join(told), main
    assert all(len(words.split()) > 5 for words in told)


# --- what the town declares -------------------------------------------------------------------------------------

DECLARED = {
    "/barrierefreiheit/": (
        "accessibility_conformity", "accessibility_exceptions", "accessibility_date", "accessibility_method",
        "accessibility_contact", "ombudsstelle",
    ),
    "/impressum/": ("office", "address", "email", "phone", "represented_by", "supervision"),
    "/datenschutz/": ("office", "privacy_officer", "privacy_basis", "privacy_authority"),
}  # fmt: skip


def test_the_demo_declares_everything_the_pages_ask_for(db: None, client: Client) -> None:
    contact = office.read("contact")
    assert set(office.DETAILS) <= set(contact)
    for address, keys in DECLARED.items():
        page = re.sub(r"\s+", " ", client.get(address).content.decode())
        assert "Noch nicht eingetragen" not in page
        assert [key for key in keys if contact[key] not in page] == []
    assert {key for keys in DECLARED.values() for key in keys} == set(office.DETAILS)


def test_what_is_not_declared_is_said_with_where_to_enter_it(town: Any, as_: Callable[[str], Client]) -> None:
    path = town.root / "project.toml"
    path.write_text(path.read_text("utf-8").split("[contact]")[0], "utf-8")
    for address, missing in (("/barrierefreiheit/", 6), ("/impressum/", 3), ("/datenschutz/", 4)):
        page = Client().get(address).content.decode()
        assert page.count("Noch nicht eingetragen") == missing, address
        assert "project.toml, Abschnitt contact" in page and "/verwaltung/stelle/" not in page
        assert "/verwaltung/stelle/" in as_("admin").get(address).content.decode()


def test_nothing_the_town_declares_is_markup(town: Any) -> None:
    path = town.root / "project.toml"
    path.write_text(path.read_text("utf-8").replace('phone = "00000', 'phone = "<b>00000'), "utf-8")
    assert "&lt;b&gt;00000" in Client().get("/impressum/").content.decode()


def test_pages_that_name_no_sign_find_one(client: Client, db: None) -> None:
    """A report asks for it at the root; it is the same for everybody and may be kept."""
    answer = client.get("/favicon.ico")
    assert answer.status_code == 200 and answer["Content-Type"] == "image/svg+xml"
    assert answer.content.startswith(b"<svg") and "public" in answer["Cache-Control"]


# --- the list gone through by hand ------------------------------------------------------------------------------

CRITERIA = {
    "A": "1.1.1 1.2.1 1.2.2 1.2.3 1.3.1 1.3.2 1.3.3 1.4.1 1.4.2 2.1.1 2.1.2 2.1.4 2.2.1 2.2.2 2.3.1 2.4.1 2.4.2 2.4.3 2.4.4 "
    "2.5.1 2.5.2 2.5.3 2.5.4 3.1.1 3.2.1 3.2.2 3.2.6 3.3.1 3.3.2 3.3.7 4.1.2",
    "AA": "1.2.4 1.2.5 1.3.4 1.3.5 1.4.3 1.4.4 1.4.5 1.4.10 1.4.11 1.4.12 1.4.13 2.4.5 2.4.6 2.4.7 2.4.11 2.5.7 2.5.8 3.1.2 "
    "3.2.3 3.2.4 3.3.3 3.3.4 3.3.8 4.1.3",
}
LIST = (ROOT / "docs" / "barrierefreiheit.md").read_text("utf-8")


def test_the_list_has_every_criterion_with_verdict_and_evidence() -> None:
    for level, wanted in CRITERIA.items():
        part = LIST.split(f"## Stufe {level}\n", 1)[1].split("\n## ", 1)[0]
        rows = re.findall(r"^\| ([\d.]+) [^|]+ \| (\S+) \| (.+) \|$", part, re.MULTILINE)
        assert [key for key, _, _ in rows] == wanted.split()
        assert {verdict for _, verdict, _ in rows} <= {"erfüllt", "teilweise", "entfällt"}
        assert all(len(evidence) > 8 for _, _, evidence in rows)


def test_every_test_the_list_names_is_there() -> None:
    for file, name in set(re.findall(r"`((?:tests/)?[\w/]+\.py)(?:::(\w+))?`", LIST)):
        path = ROOT / file if file.startswith("tests/") else ROOT / "tests" / "web" / file
        assert path.is_file() and (not name or f"def {name}(" in path.read_text("utf-8")), f"{file}::{name}"

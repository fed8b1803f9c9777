"""German and English: the switch is on every page, and no page mixes the two. The town's own words stay as they are."""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lebenslagen.web import models
from tests.conftest import ROOT
from tests.web.walking import opened, texts_of

sys.path.insert(0, str(ROOT / "scripts"))
import texts as catalogue_tool

GERMAN = re.compile(
    r"\b(und|oder|der|die|das|den|dem|des|nicht|kein\w*|ist|sind|wird|werden|wurde\w*|mit|für|von|vom|eine?[rnms]?|"
    r"auf|zu[mr]?|im|bei|noch|Sie|Ihr\w*|nach|aus|über|je|als)\b"
)
ENGLISH = re.compile(
    r"\b(the|and|or|of|is|are|were|not|with|for|from|which|this|that|you|your|to|by|has|have)\b"
)


def strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from strings(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from strings(inner)
    elif isinstance(value, str):
        yield value


def own_words(root: Path) -> list[str]:
    """What the town wrote itself, shown as it is in every language; the longest first."""
    found = {
        w
        for path in root.rglob("*.toml")
        for s in strings(tomllib.loads(path.read_text("utf-8")))
        for w in (s, *s.split("\n"))
    }
    found |= {line for path in root.rglob("*.md") for line in path.read_text("utf-8").splitlines()}
    plain = {re.sub(r"\s+", " ", w).strip() for w in found}
    return sorted({w for w in plain if len(w) > 3}, key=len, reverse=True)


def rest_of(text: str, own: list[str]) -> str:
    """A text without the words of the town: none where it is a piece of them, as in a caption, or a cell cut off with …"""
    whole = text.strip(" .,")
    if text.endswith("…") or (len(whole) > 12 and any(whole in words for words in own)):
        return ""
    for words in own:
        text = text.replace(words, "")
    return text


def known(language: str) -> set[str]:
    """Every text of the program in a language that differs from the other."""
    pairs = {
        (key, said)
        for _, catalogue in catalogue_tool.catalogues("de")
        for key, said in catalogue_tool.translated(catalogue).items()
    }
    other = {en if language == "de" else de for en, de in pairs}
    return {de if language == "de" else en for en, de in pairs if en != de} - other


def foreign(page: str, wrong: set[str], words: re.Pattern[str], own: list[str]) -> list[str]:
    """What stands on a page in the other language: a text of the program, or a sentence nobody in the town wrote."""
    found = []
    for text in texts_of(page):
        if text in ("English", "Deutsch"):
            continue
        rest = rest_of(text, own)
        if (text in wrong and len(text) > 2 and rest) or len(words.findall(rest)) >= 2:
            found.append(text[:160])
    return found


@pytest.mark.parametrize("language", ["en", "de"])
def test_no_page_mixes_the_languages(people: dict[str, models.User], read_town: Any, language: str) -> None:
    wrong = known("de" if language == "en" else "en") - {person.name for person in people.values()}
    words, own, faults = GERMAN if language == "en" else ENGLISH, own_words(read_town.root), {}
    for found in opened(people, language):
        assert f'<html lang="{language}"' in found.page, found.name
        if said := foreign(found.page, wrong, words, own):
            faults[found.name] = said
    assert not faults, "\n".join(f"{name}: {texts}" for name, texts in faults.items())


def test_the_switch_is_on_every_page_and_leads_back_to_it(
    people: dict[str, models.User], read_town: Any, as_: Callable[[str], Client]
) -> None:
    without = [
        found.name
        for found in opened(people)
        if f'name="next" value="{found.address.replace("&", "&amp;")}"' not in found.page
        or 'name="language" value="en" lang="en">English' not in found.page
    ]
    assert without == []
    client = as_("planner")
    there = "/quartiere/?q=alt&status="
    answer = client.post("/sprache/", {"language": "en", "next": there})
    assert (answer.status_code, answer["Location"]) == (302, there)
    page = client.get(there).content.decode()
    assert '<html lang="en"' in page and 'lang="de">Deutsch' in page
    client.post("/sprache/", {"language": "de", "next": there})
    assert '<html lang="de"' in client.get(there).content.decode()


def test_a_planted_text_shows(people: dict[str, models.User], read_town: Any) -> None:
    own, page = own_words(read_town.root), "<p>Die Zahlen sind noch nicht berechnet.</p><p>Leave the tour</p>"
    assert foreign(page, known("de"), GERMAN, own) == ["Die Zahlen sind noch nicht berechnet."]
    assert foreign(page, known("en"), ENGLISH, own) == ["Leave the tour"]


def test_numbers_are_printed_as_the_language_does(people: dict[str, models.User], read_town: Any) -> None:
    """1.234,5 in German, 1,234.5 in English; dates in words in English. What the town wrote itself stays."""
    own, faults = own_words(read_town.root), {}
    for found in (
        f for f in opened(people, "en") if f.name != "report-text"
    ):  # values as the German report prints them
        rests = [rest_of(text, own) for text in texts_of(found.page)]
        if said := [text for text in rests if re.search(r"\d,\d{1,2}(?!\d)|\b\d\d\.\d\d\.\d{4}", text)]:
            faults[found.name] = said[:6]
    assert not faults, "\n".join(f"{name}: {texts}" for name, texts in faults.items())

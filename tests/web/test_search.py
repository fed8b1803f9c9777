"""The search: umlauts, slips of the finger, groups; nobody finds what she may not see."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver
from hypothesis import given
from hypothesis import strategies as st

from lebenslagen.web import models
from lebenslagen.web.finding import Entry, find, fold, forgiven, slips, words
from lebenslagen.web.views.search import PAGES
from tests.web.routes import ROUTES

LETTERS = st.text("abcdeäöüß", max_size=9)


# --- matching ---------------------------------------------------------------------------------------------------


def titles(wanted: str, *names: str) -> list[str]:
    return [entry.title for entry in find(wanted, [Entry(name, "", "/") for name in names])]


@pytest.mark.parametrize(
    "typed", ["Grünau", "gruenau", "GRÜNAU", "Gru\u0308nau", "grün", "Grunau", "Gürnau", "Grüanu"]
)
def test_ways_to_type_a_name(typed: str) -> None:
    assert titles(typed, "Hafen", "Grünau", "Altmarkt") == ["Grünau"]


def test_slips_are_forgiven_only_where_nothing_fits_as_it_is() -> None:
    assert titles("Marke", "Markt", "Marke") == ["Marke"]
    assert titles("Hafenstase", "Hafenstraße-Nord", "Bahnhof") == ["Hafenstraße-Nord"]
    assert titles("Hfen", "Hafen") == ["Hafen"] and titles("Hfn", "Hafen") == []


def test_numbers_and_short_words_are_taken_as_they_are() -> None:
    assert titles("2023", "Bericht 2024", "Bericht 2013") == []
    assert titles("SGX", "SGB II") == []


def test_every_word_must_fit_and_the_title_counts_more() -> None:
    entries = [Entry("Anderes", "am Hafen", "/1"), Entry("Hafen", "Nord", "/2"), Entry("Nord", "", "/3")]
    assert [e.address for e in find("hafen", entries)] == ["/2", "/1"]
    assert [e.address for e in find("nord hafen", entries)] == ["/2"]
    assert find("", entries) == [] and find("—", entries) == []


@given(LETTERS, LETTERS)
def test_slips_count_like_the_plain_definition(a: str, b: str) -> None:
    """Against a table filled by the definition, without cutting off."""
    table = {(i, 0): i for i in range(len(a) + 1)} | {(0, j): j for j in range(len(b) + 1)}
    for i in range(1, len(a) + 1):
        for j in range(1, len(b) + 1):
            ways = [
                table[i - 1, j] + 1,
                table[i, j - 1] + 1,
                table[i - 1, j - 1] + (a[i - 1] != b[j - 1]),
            ]
            if i > 1 and j > 1 and a[i - 1] == b[j - 2] and a[i - 2] == b[j - 1]:
                ways.append(table[i - 2, j - 2] + 1)
            table[i, j] = min(ways)
    right = table[len(a), len(b)]
    assert all(slips(a, b, most) == min(right, most + 1) for most in (0, 1, 2, 9))


@given(st.text(max_size=30))
def test_folding_twice_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(st.lists(LETTERS.filter(bool), min_size=1, max_size=5), st.data())
def test_what_is_there_is_found_by_its_words_and_their_beginnings(names: list[str], data: Any) -> None:
    word = words(data.draw(st.sampled_from(names)))[0]
    begin = word[: data.draw(st.integers(1, len(word)))]
    assert {n for n in names if begin in words(n) or any(w.startswith(begin) for w in words(n))} <= set(
        titles(begin, *names)
    )


def test_nothing_is_forgiven_that_would_find_everything() -> None:
    assert [forgiven(word) for word in ("a", "abc", "abcd", "abcdefgh", "12345678")] == [0, 0, 1, 2, 0]


# --- the page ---------------------------------------------------------------------------------------------------


def search(client: Client, wanted: str) -> dict[str, list[str]]:
    """What was found: group -> titles."""
    response = client.get("/suche/", {"q": wanted})
    assert response.status_code == 200
    page, found = response.content.decode(), {}
    for block in re.findall(r'<section aria-labelledby="g-\w+">.*?</section>', page, re.DOTALL):
        heading = unescape(re.findall(r"<h2[^>]*>(.*?)</h2>", block)[0])
        found[heading] = [unescape(x) for x in re.findall(r'<li><a href="[^"]+">(.*?)</a>', block)]
    return found


def test_quarters_indicators_reports_pages_help(as_: Callable[[str], Client], read_town: Any) -> None:
    planner = as_("planner")
    assert "Hafenstraße-Nord" in search(planner, "hafenstrasse")["Quartiere und größere Gebiete"]
    assert "Altmarkt" in search(planner, "Altmrakt")["Quartiere und größere Gebiete"]
    assert "Altmarkt" in search(planner, "Sozialquartier 01")["Quartiere und größere Gebiete"]
    found = search(planner, "kinder")
    assert found["Indikatoren"]
    assert "Sozialbericht Musterstadt" in search(planner, "sozialbericht 2024")["Berichte"][0]
    assert "Freigaben" in search(planner, "Geheimhaltung")["Seiten"]
    assert "Mit Tastatur und Screenreader" in search(planner, "screenreader")["Hilfe und Begriffe"]
    assert search(planner, "Jobcenter")["Lieferungen"]


def test_every_result_leads_to_a_page_that_opens(
    people: dict[str, models.User], read_town: Any, as_: Callable[[str], Client]
) -> None:
    for role in people:
        client, seen = as_(role), set()
        for wanted in ("a", "e", "sozial", "hilfe", "0", "daten", "bericht", "index"):
            page = client.get("/suche/", {"q": wanted}).content.decode()
            main = page.split("<main", 1)[1].split("<aside", 1)[0]
            seen |= {unescape(h) for h in re.findall(r'<li><a href="(/[^"#]*)', main)}
        assert len(seen) > 10
        refused = {a: s for a in seen if (s := client.get(a, follow=True).status_code) not in (200, 404)}
        assert refused == {}, role
        missing = {a for a in seen if client.get(a, follow=True).status_code == 404}
        assert all(a.startswith(("/atlas/", "/bericht/")) for a in missing), role  # not written in this copy


def test_nobody_finds_what_she_may_not_see(as_: Callable[[str], Client], read_town: Any) -> None:
    guest = search(as_("guest"), "index")
    assert "Entwürfe des Index" not in guest and "Index-Werkstatt" not in guest.get("Seiten", [])
    assert "Lieferungen" not in search(as_("guest"), "Jobcenter")
    assert "Lieferungen" in search(as_("reader"), "Jobcenter")
    assert "Freigaben" not in search(as_("reader"), "Freigaben").get("Seiten", [])


def test_a_department_finds_its_own_deliveries(as_: Callable[[str], Client], read_town: Any) -> None:
    assert search(as_("department"), "Jobcenter")["Lieferungen"]
    assert "Lieferungen" not in search(as_("department"), "Gesundheitsamt")
    assert search(as_("planner"), "Gesundheitsamt")["Lieferungen"]


def test_drafts_are_found_by_those_who_work_on_them(
    as_: Callable[[str], Client], people: dict[str, models.User]
) -> None:
    """Declarations only: nothing is released, so reports and profiles are there for nobody else."""
    assert search(as_("planner"), "sozialbericht")["Berichte"]
    for role in ("reader", "department", "admin", "guest"):
        found = search(as_(role), "sozialbericht musterstadt")
        assert "Berichte" not in found
        assert "Quartiere und größere Gebiete" not in search(as_(role), "Altmarkt")


def test_a_report_for_the_committee_is_not_found_by_guests(
    as_: Callable[[str], Client], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lebenslagen.web.town.audiences_of", lambda reader: ())
    assert "Berichte" not in search(as_("guest"), "sozialbericht")
    assert "Berichte" not in search(as_("reader"), "sozialbericht")


def test_nothing_found_says_what_helps(as_: Callable[[str], Client], read_town: Any) -> None:
    page = as_("reader").get("/suche/", {"q": "<b>qqqq"}).content.decode()
    assert "Zu „&lt;b&gt;qqqq“ wurde nichts gefunden." in page and "Was hilft:" in page
    assert '<a href="/quartiere/">Alle Quartiere</a>' in page
    assert "Geben Sie einen Namen" in as_("reader").get("/suche/").content.decode()


def test_a_long_or_strange_question_is_answered(as_: Callable[[str], Client], read_town: Any) -> None:
    client = as_("reader")
    for wanted in ("x" * 5000, "a " * 3000, "\x00\u202e%_'\"", "(((", "🏙"):
        assert client.get("/suche/", {"q": wanted}).status_code == 200


def test_the_header_searches_on_every_page_without_a_script(
    as_: Callable[[str], Client], read_town: Any
) -> None:
    page = as_("guest").get("/indikatoren/").content.decode()
    form = re.findall(r'<form method="get" action="/suche/" class="top-search".*?</form>', page, re.DOTALL)
    assert (
        len(form) == 1
        and 'name="q"' in form[0]
        and '<label class="kern-sr-only" for="suche-oben">' in form[0]
    )
    assert "top-search" not in Client().get("/hilfe/").content.decode()


NOT_SEARCHED = {
    "search", "login", "login-code", "icon", "robots", "sitemap", "map-embed",
}  # fmt: skip


def test_every_page_without_arguments_can_be_found() -> None:
    plain = {p.name for p in get_resolver().url_patterns if "<" not in str(p.pattern) and ROUTES[p.name].get}
    assert plain - NOT_SEARCHED == set(PAGES)


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("Kinderarmut", "Kinder in Haushalten mit Leistungen nach dem SGB II"),
        ("Altersarmut", "Grundsicherung im Alter"),
        ("jugendarbeitslosigkeit", "Arbeitslosigkeit junger Menschen"),
        ("Bürgergeld", "Leistungsbezug nach dem SGB II"),
        ("Ausländeranteil", "Einwohnerinnen und Einwohner mit ausländischer Staatsangehörigkeit"),
    ],
)
def test_a_figure_is_found_by_its_everyday_name(
    as_: Callable[[str], Client], read_town: Any, typed: str, found: str
) -> None:
    assert search(as_("reader"), typed)["Indikatoren"] == [found]

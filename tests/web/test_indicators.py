"""The catalogue of indicators and the page of each: definition, source, breaks, line, map and table."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from lebenslagen.web import town as towns

As = Callable[[str], Client]


def test_every_indicator_has_a_page(as_: As, read_town: towns.Town) -> None:
    client = as_("guest")
    for row in client.get("/indikatoren/").context["rows"]:
        answer = client.get(f"/indikatoren/{row['key']}/")
        assert answer.status_code == 200 and row["label"] in answer.content.decode()
    assert client.get("/indikatoren/nirgends/").status_code == 404
    assert client.get("/indikatoren/%3Cscript%3E/").status_code == 404


def test_the_page_names_source_breaks_and_use(as_: As, read_town: towns.Town) -> None:
    context = as_("guest").get("/indikatoren/GA/").context
    assert [b.period for b in context["breaks"]] == ["2016", "2017"]
    assert any("Soziales" in s["producer"] for s in context["sources"])
    assert context["used"] == ["Sozialindex"] and context["base"] == 50
    assert len(context["line"].rows) == 12 and len(context["panel"].rows) == 27


def test_search_finds_words_of_definitions(as_: As, read_town: towns.Town) -> None:
    client = as_("guest")
    assert [r["key"] for r in client.get("/indikatoren/", {"q": "Grundsicherung"}).context["rows"]] == ["GA"]
    assert "Nichts gefunden" in client.get("/indikatoren/", {"q": "zzz"}).content.decode()

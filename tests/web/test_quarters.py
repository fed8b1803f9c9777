"""Quarters: the list in the town's order, its filters, and profiles that end at released figures."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lebenslagen.errors import NotAllowed
from lebenslagen.web import town as towns
from lebenslagen.web.permissions import require

As = Callable[[str], Client]


def listed(client: Client, **asked: str) -> list[str]:
    groups = client.get("/quartiere/", asked).context["groups"]
    return [row["area"] for group in groups for row in group["rows"]]


def test_the_list_stands_in_the_towns_order(as_: As, read_town: towns.Town) -> None:
    view = as_("reader").get("/quartiere/").context["view"]
    assert (
        listed(as_("reader")) == [a for _, inside in view.groups for a in inside]
        and len(listed(as_("reader"))) == 27
    )


def test_filters_narrow_and_can_be_joined(as_: As, read_town: towns.Town) -> None:
    client = as_("reader")
    assert listed(client, q="hafenstraße") == ["06", "07"]
    assert listed(client, status="4") == ["01", "02", "06"]
    assert listed(client, status="4", dynamik="-") == ["01", "02"]
    assert listed(client, raum="2", q="nord") == ["07"]
    empty = client.get("/quartiere/", {"q": "<b>nirgends</b>"})
    assert "Kein Quartier passt" in empty.content.decode() and "<b>nirgends" not in empty.content.decode()


@pytest.mark.parametrize("place", ["sozialquartier/07", "sozialraum/2", "sozialquartier/08"])
def test_a_profile_begins_with_what_is_good(as_: As, read_town: towns.Town, place: str) -> None:
    answer = as_("guest").get(f"/quartiere/{place}/")
    body = answer.content.decode()
    order = [
        body.index(words)
        for words in ("Was hier gut ist", "Stellung unter allen", "Wie es sich entwickelt hat")
    ]
    assert answer.status_code == 200 and order == sorted(order)
    assert "style=" not in body.split("<main")[1].split("</main")[0]


@pytest.mark.parametrize(
    "place", ["sozialquartier/99", "stadt/0", "nirgends/01", "sozialquartier/%3Cscript%3E", "sozialraum/07"]
)
def test_what_is_not_there_is_not_there(as_: As, read_town: towns.Town, place: str) -> None:
    assert as_("reader").get(f"/quartiere/{place}/").status_code == 404


def test_profiles_open_no_true_values(
    as_: As, read_town: towns.Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lebenslagen.project import build

    client = as_("approver")
    client.get("/quartiere/sozialquartier/01/")

    def closed(*_: object, **__: object) -> Any:
        raise AssertionError("true values were opened")

    for name in ("observations", "panel_of", "built_index", "counted"):
        monkeypatch.setattr(sys.modules[getattr(build, name).__module__], name, closed)
        monkeypatch.setattr(build, name, closed)
    for area in ("07", "08", "26"):
        assert client.get(f"/quartiere/sozialquartier/{area}/").status_code == 200


def test_why_is_offered_to_those_who_may_ask(as_: As, read_town: towns.Town, people: Any) -> None:
    for role in ("planner", "reader"):
        shown = "/warum/07/" in as_(role).get("/quartiere/sozialquartier/07/").content.decode()
        try:
            require(people[role], "index.view")
            allowed = True
        except NotAllowed:
            allowed = False
        assert shown == allowed == (role == "planner")

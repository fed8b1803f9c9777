"""The guided first visit: the way through the circle, at most eight steps, remembered; also by keys and without a script."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import TYPE_CHECKING, Any

import pytest
from django.test import Client

from lebenslagen.web import models, touring
from tests.web.conftest import client_of

if TYPE_CHECKING:
    from playwright.sync_api import Page

    from tests.web.serving import Served


def go(client: Client, step: str) -> Any:
    return client.post("/rundgang/", {"go": step}, follow=True)


def panel(page: str) -> str:
    found = re.search(r'<section class="tour".*?</section>', page, re.DOTALL)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", found[0]))).strip() if found else ""


def test_the_planner_is_led_through_the_circle(as_: Callable[[str], Client], read_town: Any) -> None:
    client = as_("planner")
    assert "Zum ersten Mal hier?" in panel(client.get("/").content.decode())
    assert panel(client.get("/daten/").content.decode()) == ""
    answer, way = go(client, "begin"), []
    for number in range(1, 9):
        said = panel(answer.content.decode())
        way.append(answer.request["PATH_INFO"])
        assert f"Rundgang, Schritt {number} von 7" in said and answer.status_code == 200
        if "Rundgang beenden" in said:
            break
        answer = go(client, "next")
    assert [re.sub(r"(?<=warum/).*", "…", path) for path in way] == [
        "/", "/daten/", "/daten/lieferung/jobcenter/2024/", "/index/sozialindex/", "/index/sozialindex/warum/…",
        "/freigaben/", "/berichte/sozialbericht-2024/",
    ]  # fmt: skip
    end = go(client, "next").content.decode()
    assert "Der Rundgang ist beendet" in end and panel(end) == ""


def test_the_quarter_is_one_in_focus(as_: Callable[[str], Client], read_town: Any) -> None:
    focus = read_town.released().methods["sozialindex"].focus
    assert focus and touring._why(read_town) == f"/index/sozialindex/warum/{focus[0]}/"


def test_where_one_is_stays_from_login_to_login(people: dict[str, models.User], read_town: Any) -> None:
    first = client_of(people["planner"])
    go(first, "begin"), go(first, "next"), go(first, "next")
    other = client_of(people["planner"])
    wandered = panel(other.get("/quartiere/").content.decode())
    assert "Schritt 3 von 7" in wandered and "Zur Seite dieses Schritts" in wandered
    assert "Schritt 2 von 7" in panel(go(other, "back").content.decode())
    assert go(other, "stay").request["PATH_INFO"] == "/daten/"
    assert panel(client_of(people["approver"]).get("/daten/").content.decode()) == ""


def test_leaving_is_for_good_until_she_comes_back_under_help(
    as_: Callable[[str], Client], read_town: Any
) -> None:
    client = as_("reader")
    assert go(client, "leave").request["PATH_INFO"] == "/"
    assert panel(client.get("/").content.decode()) == ""
    assert "Rundgang durch Musterstadt machen" in client.get("/hilfe/").content.decode()
    assert "Schritt 1 von" in panel(go(client, "begin").content.decode())
    assert go(client, "nonsense").status_code == 200


def test_everybody_sees_only_steps_that_open(
    people: dict[str, models.User], as_: Callable[[str], Client], read_town: Any
) -> None:
    for role, person in people.items():
        client, steps = as_(role), touring.steps_of(person)
        assert 2 <= len(steps) <= 8
        answer = go(client, "begin")
        for number in range(1, len(steps) + 1):
            assert answer.status_code == 200, role
            assert f"Schritt {number} von {len(steps)}" in panel(answer.content.decode())
            answer = go(client, "next")


def test_only_on_musterstadt_and_only_with_figures(
    as_: Callable[[str], Client], people: dict[str, models.User], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Declarations only: nothing is released, so there is nothing to show."""
    assert panel(as_("planner").get("/").content.decode()) == "" and touring.steps_of(people["planner"]) == ()
    assert "Rundgang durch" not in as_("planner").get("/hilfe/").content.decode()


def test_another_town_has_no_tour(
    people: dict[str, models.User], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(touring, "TOWN", "Anderswo")
    assert touring.steps_of(people["planner"]) == ()
    client = client_of(people["planner"])
    assert panel(client.get("/").content.decode()) == ""
    assert "beendet" in go(client, "begin").content.decode()


def test_a_step_that_is_gone_begins_anew(people: dict[str, models.User], read_town: Any) -> None:
    models.TourPlace.objects.create(user=people["planner"], step="fort")
    assert "Schritt 1 von 7" in panel(client_of(people["planner"]).get("/").content.decode())


# --- in a browser -----------------------------------------------------------------------------------------------


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("script", [True, False])
def test_by_keys_alone(served: Served, new_page: Callable[..., Page], script: bool) -> None:
    """From the panel on, the next tab press reaches its buttons: nobody walks through the navigation at each step."""
    from tests.web.serving import log_in

    page = new_page(viewport={"width": 390, "height": 800}, java_script_enabled=script)
    log_in(page, served, "planung" if script else "freigabe")
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.locator("button[value=begin]:focus").count():
            break
    page.keyboard.press("Enter")
    for number in range(1, 8):
        page.wait_for_selector(f".tour >> text=Rundgang, Schritt {number} von 7")
        assert page.locator("#rundgang-titel").is_visible()
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.locator("button[value=next]:focus").count():
                break
        assert page.locator("button[value=next]:focus").count() == 1
        page.keyboard.press("Enter")
    page.wait_for_selector("text=Der Rundgang ist beendet")

"""The first page: the same figures as the release, news for those they concern, what waits for whom."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from lebenslagen.web import models


def text(client: Client) -> str:
    return client.get("/").content.decode()


def test_each_number_leads_to_as_many_quarters(as_: Callable[[str], Client], read_town: Any) -> None:
    """The matrix counts what the release says, and its links lead to exactly those quarters."""
    from collections import Counter
    from html import unescape

    release = read_town.released()
    column = release.find(role="combined_class", period="2024")[0]
    counted = Counter(cell.value for cell in column.cells["sozialquartier"].values() if cell.value)
    client = as_("reader")
    links = re.findall(r'href="(/quartiere/\?[^"]+)">([\d.]+)</a>', text(client))
    assert sorted(int(n) for _, n in links) == sorted(counted.values())
    for address, number in links:
        page = client.get(unescape(address)).content.decode()
        assert len(set(re.findall(r'href="/quartiere/sozialquartier/(\w+)/"', page))) == int(number)


def test_news_for_those_they_concern(as_: Callable[[str], Client], read_town: Any) -> None:
    assert "Lieferung „" in text(as_("planner"))
    guest = text(as_("guest"))
    assert "Lieferung „" not in guest and "„Sozialbericht Musterstadt (2024)“ freigegeben" in guest


def test_what_waits_for_whom(
    as_: Callable[[str], Client], people: dict[str, models.User], read_town: Any
) -> None:
    values = {
        "report": "sozialbericht-2024",
        "audience": "public",
        "title": "Bericht <b>X</b>",
        "author": people["planner"],
    }
    models.ReleaseRequest.objects.create(**values, state="submitted", content="0" * 64)
    models.ReleaseRequest.objects.create(
        **{**values, "title": "Zurück", "report": "sozialbericht-2020"}, state="returned", content="0" * 64
    )
    assert "Freigabe „Bericht &lt;b&gt;X&lt;/b&gt; (2024)“ prüfen" in text(as_("approver"))
    planner = text(as_("planner"))
    assert "„Zurück (2020)“ kam an Sie zurück" in planner and "prüfen" not in planner
    assert "Freigabe „" not in text(as_("reader"))


def test_a_delivery_that_is_missing_is_due_in_its_department(
    people: dict[str, models.User], town: Any
) -> None:
    """Once it is declared that there was one: in 2021 there was no examination of school beginners."""
    from lebenslagen.web.services import data_periods
    from tests.web.conftest import client_of, make_user

    health = client_of(make_user("amt", "department", department="Gesundheit"))
    assert "Auf Sie wartet nichts" in text(health)
    data_periods.expect("gesundheit", "2021", by=people["planner"])
    assert "Lieferung „Stadt Musterstadt, Gesundheitsamt“ für 2021" in text(health)
    assert "Auf Sie wartet nichts" in text(client_of(people["department"]))


def test_nothing_computed_yet(as_: Callable[[str], Client], people: dict[str, models.User]) -> None:
    """Declarations only: the page says what comes first, and to those who can do it, where."""
    assert "Zu den Aufträgen" in text(as_("planner"))
    reader = text(as_("reader"))
    assert "Zu den Aufträgen" not in reader and "Noch" in reader


def test_news_are_told_by_the_moment_not_by_the_clock_on_the_wall(
    as_: Callable[[str], Client], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """03:11 at Greenwich is later than 03:55 in Berlin, and 23:30 there is the next day here."""
    from lebenslagen.project.store.journal import Journal

    lines = [
        {"what": "delivered", "source": "jugend", "period": "2024", "at": "2026-11-24T23:55:00+01:00"},
        {"what": "delivered", "source": "soziales", "period": "2024", "at": "2026-11-24T23:30:00+00:00"},
    ]
    monkeypatch.setattr(Journal, "lines", lambda self: lines)
    page = text(as_("planner"))
    assert page.index("Bereich Soziales“ für 2024") < page.index("Jugendamt“ für 2024")
    assert "25.11.2026" in page and "24.11.2026" in page


def test_the_longest_overdue_delivery_stands_first(
    as_: Callable[[str], Client], people: dict[str, models.User], town: Any
) -> None:
    """Last year's tables were due from January to September: the calendar's order is by supplier, this one by day."""
    from datetime import date

    from lebenslagen.web.services import data_periods

    data_periods.add_period("2025", date(2025, 12, 31), date(2019, 1, 1), by=people["planner"])
    due = text(as_("planner")).split(">Fällig<", 1)[1]
    days = [(y, m, d) for d, m, y in re.findall(r'<span class="when">(\d\d)\.(\d\d)\.(\d{4})</span>', due)]
    assert len(days) > 3 and days == sorted(days)

"""Every page x every role x every method against one table; what no row grants is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import get_resolver, reverse

from lebenslagen.web import models, roles
from tests.web.conftest import client_of
from tests.web.routes import ROUTES, Route

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
WHO = ("", *roles.ROLES)


def granted(route: Route, who: str, method: str) -> bool:
    words = {"GET": route.get, "HEAD": route.get, "POST": route.post}.get(method, "").split()
    return "all" in words or (who != "" and who in words)


def refused(response: Any, who: str) -> bool:
    to_login = response.status_code == 302 and response["Location"].startswith("/anmelden/?next=")
    return response.status_code in (403, 405) or (who == "" and to_login)


def names() -> set[str]:
    return {pattern.name for pattern in get_resolver().url_patterns}


def test_every_page_has_a_row() -> None:
    assert names() == set(ROUTES)


def faults(name: str, people: dict[str, models.User]) -> list[str]:
    """Where the application and the table differ for one page."""
    route, found = ROUTES[name], []
    for who in WHO:
        for method in METHODS:
            client = client_of(people[who] if who else None)
            response = client.generic(method, reverse(name, args=route.args(people)))
            if granted(route, who, method) == refused(response, who) or response.status_code >= 500:
                found.append(f"{method} {name} as {who or 'nobody'}: {response.status_code}")
    return found


@pytest.mark.parametrize("name", sorted(ROUTES))
def test_page(name: str, people: dict[str, models.User], read_town: Any) -> None:
    assert faults(name, people) == []


def test_a_forgotten_permission_shows(
    people: dict[str, models.User], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = roles.Permission("planted", roles.EVERYONE)
    monkeypatch.setitem(roles.PERMISSIONS, "job.start", wide)  # type: ignore[index]
    assert any("POST job-start as reader" in line for line in faults("job-start", people))


def test_a_page_without_login_shows(
    people: dict[str, models.User], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = get_resolver().resolve("/auftraege/").func
    monkeypatch.setattr(view, "login_required", False, raising=False)
    found = faults("jobs", people)
    assert found == [] or any("as nobody" in line for line in found)
    monkeypatch.setattr("lebenslagen.web.views.base.require", lambda *a: None)
    assert any("GET jobs as nobody" in line for line in faults("jobs", people))


def test_sentences_are_there() -> None:
    assert all(
        row.sentence and row.roles <= set(roles.ROLES) and row.within <= row.roles
        for row in roles.PERMISSIONS.values()
    )

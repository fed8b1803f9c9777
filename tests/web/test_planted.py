"""Planted faults: with a protection taken out, the test that guards it must turn red.

Each fault names what is taken out and the test that must notice. That test runs here as it runs by itself, with its own
fixtures; only a failed assertion counts, so a fault that merely breaks the program proves nothing.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from _pytest.outcomes import Failed
from django.template.loaders.filesystem import Loader

from tests.web import (
    test_accounts,
    test_data,
    test_hostile,
    test_insider,
    test_maps,
    test_public,
    test_releases,
    test_routes,
    test_safety,
    test_withheld,
    test_writes,
)

planner, hostile_town, attacked = (
    test_accounts.planner,
    test_hostile.hostile_town,
    test_hostile.attacked,
)  # fixtures of theirs

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
Patch = pytest.MonkeyPatch
WEB = "lebenslagen.web."


@dataclass(frozen=True)
class Planted:
    """What is taken out, and the test that must turn red, with the arguments that are not fixtures."""

    plant: Callable[[Patch], None]
    red: Callable[..., Any]
    given: dict[str, Any] = field(default_factory=dict)


def nothing(*_: Any, **__: Any) -> None:
    """A check that lets everything pass."""


def put(place: str, value: Any) -> Callable[[Patch], None]:
    """Another thing in the place of a function or constant."""
    return lambda patch: patch.setattr(WEB + place, value)


def unescaped(name: str, variable: str, instead: str = "") -> Callable[[Patch], None]:
    """A template in which one variable is shown as it is."""

    def plant(patch: Patch) -> None:
        original = Loader.get_contents

        def contents(self: Any, origin: Any) -> str:
            text = original(self, origin)
            if not str(origin.name).endswith(name):
                return text
            shown = f"{{{{ {variable} }}}}"
            if shown not in text:
                raise LookupError(f"{name} shows no {variable}")
            return text.replace(shown, f"{{{{ {instead or variable + '|safe'} }}}}")

        patch.setattr(Loader, "get_contents", contents)
        fresh_templates()

    return plant


def fresh_templates() -> None:
    from django.template import engines

    for loader in engines["django"].engine.template_loaders:  # type: ignore[attr-defined]
        loader.reset()


@pytest.fixture(autouse=True)
def _templates() -> Iterator[None]:
    yield
    fresh_templates()


def no_scope(patch: Patch) -> None:
    """A department reaches everybody's objects."""
    patch.setattr(WEB + "permissions._reaches", lambda membership, within, scope: True)


def without_permission(name: str) -> Callable[[Patch], None]:
    """A page whose permission nobody asks for: its decorator forgotten."""

    def plant(patch: Patch) -> None:
        from lebenslagen.web import permissions
        from lebenslagen.web.views import base

        def require(user: Any, action: str, obj: Any = None) -> None:
            if action != name:
                permissions.require(user, action, obj)

        patch.setattr(base, "require", require)

    return plant


def wide_open(patch: Patch) -> None:
    """No page asks for a login, nor for a permission."""
    patch.setattr("django.contrib.auth.middleware.LoginRequiredMiddleware.process_view", nothing)
    patch.setattr(WEB + "views.base.require", nothing)


def get_writes(patch: Patch) -> None:
    """Every page takes every method."""
    patch.setattr(WEB + "views.base._answers", lambda request, allowed: True)


def everything_published(patch: Patch) -> None:
    """Drafts are handed to everybody who asks."""
    from lebenslagen.web.town import Town

    patch.setattr(Town, "open_to", lambda self, reader, report="": True)


def next_unchecked(patch: Patch) -> None:
    patch.setattr(WEB + "views.accounts.url_has_allowed_host_and_scheme", lambda *a, **k: True)
    patch.setattr(WEB + "views.accounts._next", lambda request: request.POST.get("next") or "/")


def no_csrf(patch: Patch) -> None:
    patch.setattr("django.middleware.csrf.CsrfViewMiddleware.process_view", nothing)


def cached_pages(patch: Patch) -> None:
    """The back button shows what was there before the logout."""
    from django.conf import settings

    patch.setattr(settings, "MIDDLEWARE", [f"{__name__}.keeping", *settings.MIDDLEWARE])


def keeping(get_response: Any) -> Any:
    """A proxy's idea of speed: pages may be kept."""

    def run(request: Any) -> Any:
        response = get_response(request)
        response["Cache-Control"] = "private, max-age=600"
        return response

    return run


def links_for_ever(patch: Patch) -> None:
    """A one-time link works twice."""
    from lebenslagen.web import models
    from lebenslagen.web.services import accounts

    patch.setattr(
        accounts,
        "open_link",
        lambda token: models.Invitation.objects.filter(token=accounts._hash(token)).first(),
    )
    update = type(models.Invitation.objects.all()).update

    def unused(self: Any, **values: Any) -> int:
        return update(self, **values) if "used_at" not in values else 1

    patch.setattr(type(models.Invitation.objects.all()), "update", unused)


def codes_twice(patch: Patch) -> None:
    """The same code of the second factor works a second time."""
    from django_otp.plugins.otp_totp.models import TOTPDevice

    verify = TOTPDevice.verify_token

    def forgetful(self: Any, token: Any) -> bool:
        fits = verify(self, token)
        TOTPDevice.objects.update(last_t=-1)
        return bool(fits)

    patch.setattr(TOTPDevice, "verify_token", forgetful)


def any_file(patch: Patch) -> None:
    """A path is joined as it comes."""

    def joined(folder: Path, path: str) -> Path:
        from django.http import Http404

        found = (folder / (path or "index.html")).resolve()
        if not found.is_file():
            raise Http404
        return found

    patch.setattr(WEB + "views.public.file_in", joined)


def no_way_back_asked(patch: Patch) -> None:
    """Whoever can open a line of the trail can take it back."""
    import dataclasses

    from lebenslagen.web import audit

    for kind, row in audit.KINDS.items():
        patch.setitem(audit.KINDS, kind, dataclasses.replace(row, guard=nothing))


def at_once(patch: Patch) -> None:
    """Where nobody has the name, no password is looked at."""
    from lebenslagen.web import passwords

    def authenticate(self: Any, request: Any, username: str = "", password: str = "", **_: Any) -> Any:
        user = passwords._person(username)
        return user if user and user.check_password(password) and self.user_can_authenticate(user) else None

    patch.setattr(passwords.Backend, "authenticate", authenticate)


def sheet_words_trusted(patch: Patch) -> None:
    """Where figures begin is what the person says."""
    from lebenslagen.web.services import data_preview

    patch.setattr(data_preview, "first_figures", lambda sheet, known: sheet.height)


PLANTED: dict[str, Planted] = {
    "a page forgets its permission": Planted(without_permission("people.manage"), test_routes.test_page, {"name": "people"}),
    "another page forgets its permission": Planted(without_permission("job.start"), test_routes.test_page, {"name": "job-start"}),
    "no login is asked for, nor a permission": Planted(wide_open, test_routes.test_page, {"name": "data"}),
    "a page takes every method": Planted(get_writes, test_routes.test_page, {"name": "indicators"}),
    "a service trusts its caller": Planted(put("services.jobs.require", nothing), test_writes.test_only_who_may, {"name": "job.start"}),
    "the report's service trusts its caller": Planted(put("services.reports.require", nothing), test_writes.test_only_who_may, {"name": "report.text"}),
    "taking back asks for nothing": Planted(no_way_back_asked, test_writes.test_taking_back_asks_for_no_less_than_doing),
    "departments are not told apart": Planted(no_scope, test_data.test_nobody_meets_another_departments_upload),
    "sources of all departments": Planted(no_scope, test_data.test_a_department_sees_its_own_sources_only),
    "a cell is shown as it is": Planted(unescaped("daten/anfang.html", "cell"), test_data.test_a_hostile_name_is_text_on_every_page),
    "a note is shown as it is": Planted(
        unescaped("freigaben/freigabe.html", "note.text|linebreaksbr", "note.text|safe"), test_releases.test_a_note_with_markup_is_text
    ),
    "names of quarters are shown as they are": Planted(
        unescaped("quartiere/liste.html", "row.name"), test_hostile.test_no_page_runs_what_somebody_typed, {"role": "guest"}
    ),
    "drafts are shown to everybody": Planted(everything_published, test_maps.test_drafts_are_for_those_who_work_on_releases),
    "numbers are not veiled": Planted(put("services.data_preview.veil_for", nothing), test_withheld.test_no_step_of_an_upload_tells_a_number, {"abuse": "as it is"}),
    "heads are believed": Planted(sheet_words_trusted, test_withheld.test_no_step_of_an_upload_tells_a_number, {"abuse": "a row of figures as head"}),
    "faults repeat numbers": Planted(
        put("services.data_veil.veiled_fault", lambda fault, *_: fault), test_withheld.test_an_error_page_tells_no_number
    ),
    "no token is asked for": Planted(no_csrf, test_safety.test_csrf),
    "the login leads anywhere": Planted(next_unchecked, test_accounts.test_login_leads_nowhere_else, {"to": "https://evil.example/"}),
    "pages may be kept": Planted(cached_pages, test_safety.test_headers),
    "links work twice": Planted(links_for_ever, test_accounts.test_the_first_administrator),
    "codes work twice": Planted(codes_twice, test_accounts.test_password_alone_is_not_enough),
    "paths are joined as they come": Planted(
        any_file, test_public.test_no_way_out_of_the_folder, {"place": "/atlas/", "guess": "../../../ledger.jsonl"}
    ),
    "one person approves by a second account": Planted(
        put("services.releases._second_person", nothing), test_releases.test_a_second_account_of_one_person_does_not_count
    ),
    "a department describes what others deliver": Planted(
        put("services.data._only_own_meanings", nothing), test_insider.test_a_department_delivers_in_nobody_elses_place
    ),
    "names may look alike": Planted(
        put("services.accounts._tells_apart", nothing), test_insider.test_nobody_takes_the_name_of_another, {"name": "Approver"}
    ),
    "an open screen is enough": Planted(
        put("views.accounts._asks_again", nothing), test_insider.test_a_screen_left_open_is_not_an_account
    ),
    "unknown people are answered at once": Planted(at_once, test_insider.test_a_login_takes_as_long_whoever_is_meant),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_the_guard_turns_red(fault: str, request: pytest.FixtureRequest, monkeypatch: Patch) -> None:
    planted = PLANTED[fault]
    names = [n for n in inspect.signature(planted.red).parameters if n not in planted.given]
    given = {**planted.given, **{name: request.getfixturevalue(name) for name in names}}
    planted.plant(monkeypatch)
    with pytest.raises((AssertionError, Failed)):
        planted.red(**given)

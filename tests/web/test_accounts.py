"""Login, throttling, invitation, second factor, sessions: who gets in, who stays, who is let out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_otp.oath import TOTP
from django_otp.plugins.otp_totp.models import TOTPDevice

from lebenslagen.web import models, passwords
from lebenslagen.web.permissions import Scope, may
from lebenslagen.web.services import accounts
from tests.web.conftest import PASSWORD, client_of, make_user

pytestmark = pytest.mark.django_db
KEY = "3132333435363738393031323334353637383930"


@pytest.fixture
def planner(read_town: Any) -> models.User:
    return make_user("petra", "planner", email="Petra@example.org", password=True)


def log_in(client: Client, login: str = "petra", password: str = PASSWORD, **more: Any) -> Any:
    return client.post("/anmelden/", {"login": login, "password": password, **more})


def inside(client: Client) -> bool:
    return bool(client.get("/konto/").status_code == 200)


@pytest.mark.parametrize("login", ["petra", "PETRA", " petra ", "petra@EXAMPLE.org"])
def test_login_by_name_or_address(login: str, planner: models.User) -> None:
    client = Client()
    assert log_in(client, login)["Location"] == "/"
    assert inside(client)


@pytest.mark.parametrize(
    ("login", "password"), [("petra", "falsch"), ("niemand", PASSWORD), ("petra", ""), ("", PASSWORD)]
)
def test_wrong_login(login: str, password: str, planner: models.User) -> None:
    client = Client()
    answer = log_in(client, login, password)
    assert answer.status_code == 200 and not inside(client)
    if login and password:  # the same sentence whether the name is known or not
        assert "passen nicht zusammen" in answer.content.decode()


def test_left_people_do_not_get_in(planner: models.User) -> None:
    models.User.objects.update(is_active=False)
    client = Client()
    log_in(client)
    assert not inside(client)


@pytest.mark.parametrize(
    "to",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "\t//evil.example"],
)
def test_login_leads_nowhere_else(to: str, planner: models.User) -> None:
    assert log_in(Client(), next=to)["Location"] == "/"
    assert log_in(Client(), next="/indikatoren/?q=a")["Location"] == "/indikatoren/?q=a"


def test_guessing_is_slowed_down_and_nobody_is_locked_out_for_ever(planner: models.User) -> None:
    for login in (
        "petra",
        "PETRA",
        "petra@example.org",
        " petra",
        "Petra@Example.org",
    ):  # one person, however it is typed
        answer = log_in(Client(), login, password="geraten")
    assert answer.status_code == 429 and "Zu viele Versuche" in answer.content.decode()
    client = Client()
    assert log_in(client).status_code == 429 and not inside(client)  # the right password does not help now
    other = Client(REMOTE_ADDR="10.1.2.3")
    log_in(other)
    assert inside(other)  # from elsewhere the person herself gets in
    from axes.models import AccessAttempt

    AccessAttempt.objects.update(attempt_time=timezone.now() - timedelta(minutes=6))
    log_in(client)
    assert inside(client)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("10.0.0.7", "10.0.0.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("::ffff:10.0.0.7", "10.0.0.7"),
        ("", "0.0.0.0"),
    ],
)
def test_who_counts_together(address: str, network: str, rf: Any) -> None:
    assert passwords.network_of(rf.get("/", REMOTE_ADDR=address)) == network


def test_a_session_ends_when_nothing_happens_and_after_twelve_hours(planner: models.User) -> None:
    for change in ({"seen_at": timedelta(minutes=31)}, {"started_at": timedelta(hours=12, minutes=1)}):
        client = Client()
        log_in(client)
        session = models.UserSession.objects.latest("pk")
        models.UserSession.objects.filter(pk=session.pk).update(
            **{k: timezone.now() - v for k, v in change.items()}
        )
        answer = client.get("/konto/")
        assert answer.status_code == 302 and answer["Location"] == "/anmelden/?next=/konto/"


def test_after_logout_nothing_is_left(planner: models.User) -> None:
    client = Client()
    log_in(client)
    key = client.session.session_key
    client.post("/abmelden/")
    client.cookies["sessionid"] = key
    assert not inside(client)
    assert not models.UserSession.objects.exists()


def test_the_session_gets_a_new_key_at_login(planner: models.User) -> None:
    client = Client()
    session = client.session
    session["x"] = 1
    session.save()
    client.cookies["sessionid"] = session.session_key
    log_in(client)
    assert client.session.session_key != session.session_key


def test_a_new_password_ends_all_other_sessions(planner: models.User) -> None:
    here, elsewhere = Client(), Client()
    log_in(here)
    log_in(elsewhere)
    answer = here.post(
        "/konto/passwort/",
        {"old": PASSWORD, "password": "ein anderer langer Satz", "again": "ein anderer langer Satz"},
    )
    assert answer.status_code == 302
    assert inside(here) and not inside(elsewhere)


@pytest.mark.parametrize(
    "password", ["zu kurz", "123456789012345", "passwordpassword1"[:8], "petra petra", "password1234"]
)
def test_weak_passwords(password: str, planner: models.User) -> None:
    client = Client()
    log_in(client)
    answer = client.post("/konto/passwort/", {"old": PASSWORD, "password": password, "again": password})
    assert answer.status_code == 200 and "fehler-oben" in answer.content.decode()


def test_ending_one_session(planner: models.User) -> None:
    here, elsewhere = Client(), Client()
    log_in(elsewhere)
    other = models.UserSession.objects.latest("pk")
    log_in(here)
    here.post("/konto/sitzungen/beenden/", {"session": str(other.pk)})
    assert inside(here) and not inside(elsewhere)


def test_nobody_ends_the_session_of_another(planner: models.User) -> None:
    victim = Client()
    log_in(victim)
    attacker = client_of(make_user("andere", "reader"))
    attacker.post("/konto/sitzungen/beenden/", {"session": str(models.UserSession.objects.earliest("pk").pk)})
    assert inside(victim)


# --- invitation -----------------------------------------------------------------------------------------------


def test_the_first_administrator(read_town: Any) -> None:
    token = accounts.first_administrator()
    client, path = Client(), accounts.link_for(token)
    sent = {"login": "vera", "name": "Vera", "password": PASSWORD, "again": PASSWORD, "email": ""}
    page = client.get(path)
    assert page["Referrer-Policy"] == "same-origin" and token not in str(models.Invitation.objects.values())
    assert client.post(path, sent)["Location"] == "/"
    assert inside(client) and may(models.User.objects.get(login="vera"), "people.manage")
    assert accounts.first_administrator() == ""
    assert Client().get(path).status_code == 410
    assert Client().post(path, {**sent, "login": "zweite"}).status_code == 410
    assert models.User.objects.count() == 1


def test_a_second_link_makes_the_first_useless(read_town: Any) -> None:
    first, second = accounts.first_administrator(), accounts.first_administrator()
    assert accounts.open_link(first) is None and accounts.open_link(second) is not None


def test_old_links_are_useless(read_town: Any) -> None:
    token = accounts.first_administrator()
    models.Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert Client().get(accounts.link_for(token)).status_code == 410


def test_a_login_is_given_once(planner: models.User) -> None:
    token = accounts.first_administrator()
    sent = {"login": "Petra", "name": "Andere", "password": PASSWORD, "again": PASSWORD}
    answer = Client().post(accounts.link_for(token), sent)
    assert answer.status_code == 200 and "schon vergeben" in answer.content.decode()
    assert accounts.open_link(token) is not None  # the invitation is not used up


def test_a_reset_link_brings_a_new_password_and_no_new_rights(planner: models.User) -> None:
    admin = make_user("vera", "admin")
    _, token = accounts.reset_link(planner, by=admin)
    client = Client()
    client.post(accounts.link_for(token), {"password": "ganz neu und lang", "again": "ganz neu und lang"})
    assert inside(client)
    assert log_in(Client(), password="ganz neu und lang").status_code == 302
    assert [m.role for m in planner.memberships.all()] == ["planner"]


# --- second factor --------------------------------------------------------------------------------------------


def code(offset: int = 0) -> str:
    import time

    clock = TOTP(bytes.fromhex(KEY))
    clock.time = time.time() + 30 * offset
    return f"{clock.token():06d}"


def enrol(user: models.User) -> tuple[str, ...]:
    codes = accounts.enrol_factor(user, by=user, key=KEY, code=code())
    TOTPDevice.objects.update(last_t=-1)
    return codes


def test_password_alone_is_not_enough(planner: models.User) -> None:
    enrol(planner)
    client = Client()
    assert log_in(client)["Location"] == "/anmelden/code/"
    assert not inside(client)
    assert client.post("/anmelden/code/", {"code": "000000"}).status_code == 200 and not inside(client)
    TOTPDevice.objects.update(throttling_failure_count=0)
    sent = code()
    assert client.post("/anmelden/code/", {"code": sent})["Location"] == "/"
    assert inside(client)
    again = Client()
    log_in(again)
    again.post("/anmelden/code/", {"code": sent})  # the same code a second time
    assert not inside(again)


def test_guessing_codes_is_slowed_down(planner: models.User) -> None:
    enrol(planner)
    client = Client()
    log_in(client)
    client.post("/anmelden/code/", {"code": "000000"})
    client.post("/anmelden/code/", {"code": code()})  # right, but too soon after a wrong one
    assert not inside(client)


def test_recovery_codes_work_once(planner: models.User) -> None:
    codes = enrol(planner)
    for expected in (True, False):
        client = Client()
        log_in(client)
        client.post("/anmelden/code/", {"code": codes[0].upper()})
        assert inside(client) is expected


def test_half_way_does_not_last(planner: models.User) -> None:
    enrol(planner)
    client = Client()
    log_in(client)
    session = client.session
    session["half"] = {**session["half"], "until": 0}
    session.save()
    assert client.get("/anmelden/code/")["Location"] == "/anmelden/"


def test_a_role_can_require_it(planner: models.User) -> None:
    accounts.require_factor("planner", True, by=make_user("vera", "admin"))
    client = Client()
    log_in(client)
    for path in ("/", "/indikatoren/", "/auftraege/"):
        assert client.get(path)["Location"] == "/konto/zweiter-faktor/"
    assert client.post("/auftraege/starten/", {"kind": "build"})["Location"] == "/konto/zweiter-faktor/"
    page = client.get("/konto/zweiter-faktor/").content.decode()
    assert "verlangt einen zweiten Faktor" in page and "data:image/svg+xml;base64," in page
    key = client.session["new_factor"]
    import time

    clock = TOTP(bytes.fromhex(key))
    clock.time = time.time()
    answer = client.post("/konto/zweiter-faktor/", {"code": f"{clock.token():06d}"})
    assert answer.status_code == 200 and "Ersatzcodes" in answer.content.decode()
    assert client.get("/").status_code == 200
    client.post("/konto/zweiter-faktor/entfernen/", {"password": "geraten"})
    assert client.get("/").status_code == 200  # whoever finds the screen open does not know the password
    client.post("/konto/zweiter-faktor/entfernen/", {"password": PASSWORD})
    assert client.get("/")["Location"] == "/konto/zweiter-faktor/"


# --- roles by department and area -----------------------------------------------------------------------------


def test_departments_and_areas(db: None) -> None:
    own = make_user("jc", "department", department="Jobcenter")
    north = make_user("nord", "department", areas=("01", "02"))
    planner = make_user("plan", "planner")
    job_centre, youth, nobodys = Scope("Jobcenter"), Scope("Jugend"), Scope()
    assert [may(own, "data.deliver", s) for s in (None, job_centre, youth, nobodys)] == [
        True,
        True,
        False,
        False,
    ]
    assert [may(planner, "data.deliver", s) for s in (None, job_centre, youth, nobodys)] == [
        True,
        True,
        True,
        True,
    ]
    assert [may(north, "data.deliver", Scope(area=a)) for a in ("01", "03")] == [True, False]
    assert not may(north, "data.deliver", job_centre)


def test_single_values_are_given_by_those_who_hold_them(people: dict[str, models.User]) -> None:
    planner, approver = people["planner"], people["approver"]
    assert may(approver, "values.see") and not may(planner, "values.see")
    accounts.grant(planner, "values.see", by=approver, why="Prüfung")
    assert may(models.User.objects.get(pk=planner.pk), "values.see")
    with pytest.raises(Exception, match="no-permission"):
        accounts.grant(
            people["reader"], "values.see", by=models.User.objects.get(pk=planner.pk), why="Prüfung"
        )  # given rights are not passed on
    with pytest.raises(Exception, match="no-permission"):
        accounts.grant(people["reader"], "job.start", by=planner, why="Prüfung")


def test_language_stays_on_the_page(as_: Callable[[str], Client], read_town: Any) -> None:
    client = as_("planner")
    answer = client.post("/sprache/", {"language": "en", "next": "/indikatoren/"})
    assert answer["Location"] == "/indikatoren/"
    assert "Catalogue of indicators" in client.get("/indikatoren/").content.decode()

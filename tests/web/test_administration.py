"""Administration: people, roles, single values, rules of secrecy, trail, trash, details; and what goes wrong there."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from lebenslagen.errors import NotAllowed
from lebenslagen.web import audit, bins, models, rules
from lebenslagen.web.permissions import SYSTEM, may
from lebenslagen.web.roles import PERMISSIONS, ROLES
from lebenslagen.web.services import accounts, due, history, office, trail, trash
from lebenslagen.web.services import people as people_services
from lebenslagen.web.services import rules as rule_services
from lebenslagen.web.services.base import Conflict
from tests.web import writes
from tests.web.conftest import client_of, make_user

As = Callable[[str], Client]
People = dict[str, models.User]


def text(response: Any) -> str:
    """What a page says, without tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", response.content.decode()))


def fresh(user: models.User) -> models.User:
    return models.User.objects.get(pk=user.pk)


def roles_of(user: models.User) -> list[str]:
    return [m.role for m in fresh(user).memberships.order_by("pk")]


# --- invitations ------------------------------------------------------------------------------------------------

INVITED = {"name": "Nadja Neu", "email": "neu@example.org", "role": "planner", "department": "", "areas": ""}
JOINED = {
    "name": "Nadja Neu", "login": "neu", "email": "neu@example.org",
    "password": "vier kluge Eulen lesen", "again": "vier kluge Eulen lesen",
}  # fmt: skip


def link_in(response: Any) -> str:
    found = re.search(r"http://testserver(/einladung/[^\"/]+/)", response.content.decode())
    assert found
    return found[1]


def test_a_link_is_shown_once_and_works_once(as_: As, read_town: Any) -> None:
    admin = as_("admin")
    shown = admin.post("/verwaltung/personen/einladen/", {**INVITED, "once": "a"})
    link = link_in(shown)
    assert link not in admin.get("/verwaltung/personen/").content.decode()
    assert link.split("/")[2] not in str(list(models.Invitation.objects.values()))
    assert client_of(None).post(link, JOINED).status_code == 302
    assert may(models.User.objects.get(login="neu"), "release.submit")
    late = client_of(None).post(link, {**JOINED, "login": "zweite", "email": ""})
    assert late.status_code == 410 and not models.User.objects.filter(login="zweite").exists()


def test_a_form_sent_twice_invites_once(as_: As, read_town: Any) -> None:
    admin = as_("admin")
    admin.post("/verwaltung/personen/einladen/", {**INVITED, "once": "b"})
    again = admin.post("/verwaltung/personen/einladen/", {**INVITED, "once": "b"})
    assert again["Location"] == "/verwaltung/personen/" and models.Invitation.objects.count() == 1


def test_a_link_that_is_too_late_opens_nothing(as_: As, read_town: Any) -> None:
    admin = as_("admin")
    link = link_in(admin.post("/verwaltung/personen/einladen/", INVITED))
    models.Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert client_of(None).get(link).status_code == 410
    said = text(admin.get("/verwaltung/personen/"))
    assert "nicht rechtzeitig benutzt" in said and "Neu einladen" in said
    assert "1 Einladung wurde nicht rechtzeitig benutzt." in text(admin.get("/verwaltung/"))


def test_a_withdrawn_link_opens_nothing(as_: As, read_town: Any) -> None:
    admin = as_("admin")
    link = link_in(admin.post("/verwaltung/personen/einladen/", INVITED))
    admin.post(f"/verwaltung/personen/einladung/{models.Invitation.objects.get().pk}/zurueckziehen/")
    assert client_of(None).get(link).status_code == 410


def test_an_address_belongs_to_one(as_: As, people: People, read_town: Any) -> None:
    admin = as_("admin")
    admin.post("/verwaltung/personen/einladen/", INVITED)
    assert "noch eine Einladung offen" in text(admin.post("/verwaltung/personen/einladen/", INVITED))
    models.User.objects.filter(pk=people["reader"].pk).update(email="da@example.org")
    taken = admin.post("/verwaltung/personen/einladen/", {**INVITED, "email": "DA@example.org"})
    assert "gehört schon zu einem Konto" in text(taken) and models.Invitation.objects.count() == 1


def test_nobody_blocked_comes_in_by_a_link(as_: As, people: People, read_town: Any) -> None:
    admin = as_("admin")
    link = link_in(admin.post(f"/verwaltung/personen/{people['reader'].pk}/neues-passwort/"))
    accounts.set_active(people["reader"], False, by=people["admin"], why="Weg")
    assert client_of(None).get(link).status_code == 410
    answer = admin.post(f"/verwaltung/personen/{people['reader'].pk}/neues-passwort/", follow=True)
    assert "Das Konto ist gesperrt" in text(answer)


# --- roles of a person ------------------------------------------------------------------------------------------


def rows(*roles: tuple[str, str, str], **more: str) -> dict[str, str]:
    """A form of roles as it is sent: (role, department, areas) each."""
    sent = {"rows": str(max(1, len(roles))), **more}
    for n, (role, department, areas) in enumerate(roles):
        sent |= {f"role_{n}": role, f"department_{n}": department, f"areas_{n}": areas}
    return sent


def base_of(client: Client, address: str) -> str:
    found = re.search(r'name="base" value="([^"]*)"', client.get(address).content.decode())
    assert found
    return found[1].replace("&quot;", '"')


def test_several_roles_with_department_and_areas(as_: As, people: People, read_town: Any) -> None:
    admin, address = as_("admin"), f"/verwaltung/personen/{people['reader'].pk}/"
    sent = rows(
        ("planner", "", ""), ("department", "Jugendamt", "Altmarkt\n07"), base=base_of(admin, address)
    )
    answer = admin.post(address, sent, follow=True)
    assert "Die Rollen von Reader sind gespeichert" in text(answer)
    second = fresh(people["reader"]).memberships.get(role="department")
    assert (second.department, len(second.areas)) == ("Jugendamt", 2) and "07" in second.areas
    assert "Fachbereich (Jugendamt; Altmarkt" in text(admin.get("/verwaltung/personen/"))


def test_one_more_row_keeps_what_was_typed(as_: As, people: People, read_town: Any) -> None:
    admin, address = as_("admin"), f"/verwaltung/personen/{people['reader'].pk}/"
    answer = admin.post(address, {**rows(("department", "Jugendamt", "")), "more": "1"})
    assert 'value="Jugendamt"' in answer.content.decode() and "Rolle 2" in text(answer)
    assert roles_of(people["reader"]) == ["reader"]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("department", "", ""), "ohne sie erreicht diese Rolle nichts"),
        (("department", "  ", ""), "ohne sie erreicht diese Rolle nichts"),
        (("planner", "Jugendamt", ""), "Nur die Rolle Fachbereich ist"),
        (("department", "Jugendamt", "Atlantis"), "Diese Gebiete sind nicht bekannt"),
        (("", "Jugendamt", ""), "Bitte wählen Sie eine Rolle"),
        (("", "", ""), "Eine Person braucht eine Rolle"),
    ],
)
def test_roles_that_do_not_fit(as_: As, people: People, read_town: Any, row: Any, said: str) -> None:
    admin, address = as_("admin"), f"/verwaltung/personen/{people['reader'].pk}/"
    answer = admin.post(address, rows(row, base=base_of(admin, address)))
    assert said in text(answer) and "Bitte prüfen Sie Ihre Eingaben" in text(answer)
    assert roles_of(people["reader"]) == ["reader"]


def test_the_service_asks_for_no_less_than_the_form(people: People) -> None:
    for bad in ({"role": "department"}, {"role": "king"}, {"role": "reader", "department": "Jugendamt"}):
        with pytest.raises(ValidationError):
            accounts.set_roles(people["reader"], (bad,), by=people["admin"])
    with pytest.raises(ValidationError):
        accounts.set_roles(people["reader"], ({"role": "reader"}, {"role": "reader"}), by=people["admin"])
    with pytest.raises(ValidationError):
        accounts.invite(by=people["admin"], name="N", role="department")
    assert roles_of(people["reader"]) == ["reader"] and not models.Invitation.objects.exists()


def test_the_second_of_two_editors_sees_the_first_ones_change(
    as_: As, people: People, read_town: Any
) -> None:
    admin, address = as_("admin"), f"/verwaltung/personen/{people['reader'].pk}/"
    base = base_of(admin, address)
    other = make_user("zweite", "admin")
    accounts.set_roles(people["reader"], ({"role": "guest"},), by=other)
    answer = admin.post(address, rows(("planner", "", ""), base=base))
    assert answer.status_code == 409 and "Zweite hat am" in text(answer) and "Zurzeit: Gast" in text(answer)
    assert roles_of(people["reader"]) == ["guest"]
    shown = answer.content.decode()
    assert '<option value="planner" selected>' in shown
    again = re.search(r'name="base" value="([^"]*)"', shown)
    assert again and again[1] != base
    assert admin.post(address, rows(("planner", "", ""), base=again[1])).status_code == 302
    assert roles_of(people["reader"]) == ["planner"]


def test_the_last_administrator_is_never_locked_out(as_: As, people: People, read_town: Any) -> None:
    admin, own = as_("admin"), f"/verwaltung/personen/{people['admin'].pk}/"
    answer = admin.post(own, rows(("reader", "", ""), base=base_of(admin, own)))
    assert answer.status_code == 403 and "Dann könnte niemand diese Installation mehr verwalten" in text(
        answer
    )
    blocked = admin.post(own + "sperren/", {"why": "Versehen", "base": base_of(admin, own + "sperren/")})
    assert blocked.status_code == 403
    assert fresh(people["admin"]).is_active and roles_of(people["admin"]) == ["admin"]


def test_whoever_gives_up_the_administration_is_led_out(as_: As, people: People, read_town: Any) -> None:
    make_user("zweite", "admin")
    admin, own = as_("admin"), f"/verwaltung/personen/{people['admin'].pk}/"
    answer = admin.post(own, rows(("reader", "", ""), base=base_of(admin, own)))
    assert answer["Location"] == "/" and admin.get("/verwaltung/personen/").status_code == 403


def test_two_administrators_cannot_remove_each_other(people: People) -> None:
    other = make_user("zweite", "admin")
    accounts.set_roles(people["admin"], ({"role": "reader"},), by=other)
    with pytest.raises(NotAllowed):
        accounts.set_roles(other, ({"role": "reader"},), by=other)
    line = models.AuditLine.objects.latest("number")
    with pytest.raises(NotAllowed):  # what was decided about oneself is not for oneself to take back
        history.revert(line.number, by=people["admin"])


def test_nobody_makes_herself_the_approval(people: People) -> None:
    with pytest.raises(NotAllowed, match="role-to-oneself"):
        accounts.set_roles(people["admin"], ({"role": "admin"}, {"role": "approver"}), by=people["admin"])
    assert not may(fresh(people["admin"]), "values.see")


def test_blocking_ends_sessions_and_letting_in_brings_the_roles_back(
    as_: As, people: People, read_town: Any
) -> None:
    admin, planner = as_("admin"), as_("planner")
    address = f"/verwaltung/personen/{people['planner'].pk}/"
    assert "Bitte geben Sie eine Begründung an" in text(admin.post(address + "sperren/", {"why": " "}))
    assert planner.get("/daten/").status_code == 200
    admin.post(address + "sperren/", {"why": "Ausgeschieden", "base": base_of(admin, address + "sperren/")})
    assert planner.get("/daten/")["Location"].startswith("/anmelden/")
    assert "Gesperrte Konten" in text(admin.get("/verwaltung/personen/"))
    assert models.AuditLine.objects.latest("number").why == "Ausgeschieden"
    admin.post(address + "entsperren/")
    assert fresh(people["planner"]).is_active and roles_of(people["planner"]) == ["planner"]


def test_an_account_is_dissolved_30_days_after_its_person_left(
    as_: As, people: People, read_town: Any
) -> None:
    admin, reader = as_("admin"), people["reader"]
    models.User.objects.filter(pk=reader.pk).update(email="weg@example.org")
    accounts.set_roles(reader, ({"role": "guest"},), by=people["admin"])
    accounts.set_active(reader, False, by=people["admin"], why="Ausgeschieden")
    assert people_services.due() == []
    with pytest.raises(ValidationError):
        people_services.forget(reader.pk, by=SYSTEM)
    models.User.objects.filter(pk=reader.pk).update(left_at=timezone.now() - timedelta(days=30))
    due._last.pop("emptied", None)
    due.empty_trash()
    gone = fresh(reader)
    assert (gone.email, gone.name, roles_of(gone), gone.has_usable_password()) == ("", "Reader", [], False)
    kept = b"".join(
        bytes(content)
        for content in models.State.objects.exclude(content=None).values_list("content", flat=True)
    )
    assert b"weg@example.org" not in kept and list(audit.broken()) == []
    said = text(admin.get(f"/verwaltung/personen/{reader.pk}/"))
    assert "aufgelöst" in said and "Rollen speichern" not in said
    answer = admin.post(f"/verwaltung/personen/{reader.pk}/entsperren/", follow=True)
    assert "laden Sie die Person neu ein" in text(answer) and not fresh(reader).is_active
    assert "wie das Gesetz es verlangt" in text(admin.get(f"/verwaltung/protokoll/?objekt=weg-{reader.pk}"))
    assert people_services.due() == []


def test_sessions_and_factor_of_another_person(as_: As, people: People, read_town: Any) -> None:
    from django_otp.plugins.otp_totp.models import TOTPDevice

    admin, planner = as_("admin"), as_("planner")
    TOTPDevice.objects.create(user=people["planner"], name="totp", confirmed=True)
    address = f"/verwaltung/personen/{people['planner'].pk}/"
    assert "Zweiten Faktor entfernen" in text(admin.get(address))
    admin.post(address + "abmelden/")
    assert planner.get("/daten/").status_code == 302
    admin.post(address + "zweiter-faktor/")
    assert not TOTPDevice.objects.exists() and "nicht eingerichtet" in text(admin.get(address))
    admin.post(f"/verwaltung/personen/{people['admin'].pk}/abmelden/")
    assert admin.get("/verwaltung/").status_code == 200  # one's own present session stays


def test_no_page_counts_or_times_work(as_: As, people: People, read_town: Any) -> None:
    """Nothing about a person but what she may do: no last login, no number of lines, no way to look for the doer."""
    models.UserSession.objects.filter(user=people["planner"]).update(seen_at=timezone.now())
    admin = as_("admin")
    pages = [
        text(admin.get(p)) for p in ("/verwaltung/personen/", f"/verwaltung/personen/{people['planner'].pk}/")
    ]
    assert not any(re.search(r"zuletzt|letzte Anmeldung|\d Zeile", said, re.IGNORECASE) for said in pages)
    fields = re.findall(r'name="([a-z]+)"', admin.get("/verwaltung/protokoll/").content.decode())
    assert set(fields) & {"wer", "von_wem", "person", "by"} == set() and {
        "art",
        "objekt",
        "von",
        "bis",
    } <= set(fields)
    accounts.invite(by=people["admin"], name="N. Neu", role="reader")
    assert "Keine Zeile passt" in text(admin.get("/verwaltung/protokoll/?objekt=Admin"))


# --- roles, second factor, single values ------------------------------------------------------------------------


def test_the_page_of_roles_says_every_right(as_: As, read_town: Any) -> None:
    from lebenslagen.texts import texts

    said, t = text(as_("department").get("/verwaltung/rollen/")), texts("de")
    assert all(t(row.sentence) in said for row in PERMISSIONS.values())
    assert all(t(role.label) in said and t(role.sentence) in said for role in ROLES.values())
    assert "nur eigene" in said and "wenn erteilt" in said and "vorschreiben" not in said


def test_a_role_that_needs_a_second_factor(as_: As, read_town: Any) -> None:
    admin, planner = as_("admin"), as_("planner")
    admin.post("/verwaltung/rollen/zweiter-faktor/", {"role": "planner", "required": "1"})
    assert planner.get("/daten/")["Location"] == "/konto/zweiter-faktor/"
    assert "zweiter Faktor vorgeschrieben" in text(admin.get("/verwaltung/rollen/"))
    admin.post("/verwaltung/rollen/zweiter-faktor/", {"role": "planner", "required": "0"})
    assert planner.get("/daten/").status_code == 200
    assert admin.post("/verwaltung/rollen/zweiter-faktor/", {"role": "king"}).status_code == 404


def test_single_values_are_given_with_a_reason_and_taken_back(
    as_: As, people: People, read_town: Any
) -> None:
    approver, planner = as_("approver"), people["planner"]
    page = "/verwaltung/einzelwerte/"
    assert "Bitte geben Sie eine Begründung an" in text(
        approver.post(page, {"person": planner.pk, "why": " "})
    )
    assert not may(fresh(planner), "values.see")
    approver.post(page, {"person": planner.pk, "why": "Prüfung der Lieferung 2024"})
    assert may(fresh(planner), "values.see")
    assert "Prüfung der Lieferung 2024" in text(approver.get(page))
    said = text(as_("admin").get(f"/verwaltung/personen/{planner.pk}/"))
    assert "Prüfung der Lieferung 2024" in said and "erteilt von Approver" in said
    own = approver.post(page, {"person": people["approver"].pk, "why": "Ich"})
    assert own.status_code == 200 and not people["approver"].grants.exists()
    approver.post(f"{page}{planner.pk}/entziehen/")
    assert not may(fresh(planner), "values.see")
    with pytest.raises(ValidationError):
        accounts.grant(planner, "values.see", by=people["approver"], why="")


# --- rules of secrecy -------------------------------------------------------------------------------------------

POLICY = {
    "threshold": "6", "width": "4", "min_residents": "50", "group": "full", "complements": "on", "secondary": "on",
    "decimals_rate": "1", "decimals_change": "1", "decimals_score": "2", "decimals_contribution": "2", "decimals_z": "2",
    "decimals_mean": "1", "decimals_sd": "1", "decimals_probability": "0", "why": "Beschluss der Statistikstelle",
}  # fmt: skip
ASK = "/verwaltung/regeln/policy:public/aendern/"


def test_rules_change_by_two_persons(as_: As, people: People, town: Any) -> None:
    from lebenslagen.web.releasing import figures_for, in_force

    before = (town.root / "project.toml").read_text()
    force = in_force("sozialbericht-2024", "public")
    admin, approver = as_("admin"), as_("approver")
    asked = admin.post(ASK, POLICY)
    change = models.RuleChange.objects.get()
    assert asked["Location"] == f"/verwaltung/regeln/vorschlag/{change.pk}/"
    assert rules.values_of("policy:public")["threshold"] == 5  # type: ignore[index]
    assert admin.post(f"/verwaltung/regeln/vorschlag/{change.pk}/bestaetigen/").status_code == 403
    assert "Admin schlägt andere Geheimhaltungsregeln vor." in text(approver.get("/verwaltung/"))
    said = text(approver.get(f"/verwaltung/regeln/vorschlag/{change.pk}/"))
    assert "Mindestfallzahl 5 6" in said and "Nichts wird dadurch weniger streng." in said
    approver.post(f"/verwaltung/regeln/vorschlag/{change.pk}/bestaetigen/", {"note": "Geprüft"})
    after = (town.root / "project.toml").read_text()
    assert after == before.replace("threshold = 5", "threshold = 6", 1) and after != before
    assert rules.effective("committee").threshold == 6
    assert in_force("sozialbericht-2024", "public") == force  # what is published stays
    assert town.project.release(force).policy.threshold == 5
    assert figures_for("sozialbericht-2024", "public") is None  # drafts are to be protected anew
    assert "Anzahlen von 1 bis 5 Personen werden nicht veröffentlicht." in text(
        as_("planner").get("/verwaltung/regeln/")
    )
    again = text(admin.get(f"/verwaltung/regeln/vorschlag/{change.pk}/"))
    assert "Die früheren Regeln vorschlagen" in again
    assert 'value="5"' in admin.get(f"{ASK}?wie={change.pk}").content.decode()


def test_nobody_confirms_what_she_asked(people: People, read_town: Any) -> None:
    both = make_user("beide", "admin")
    models.Membership.objects.create(user=both, role="approver")
    change = rule_services.ask("source:jobcenter", {"threshold": 7}, by=both, why="Wunsch des Lieferanten")
    with pytest.raises(NotAllowed, match="rule-by-one"):
        rule_services.confirm(change.pk, by=both)
    with pytest.raises(IntegrityError), transaction.atomic():  # nor past the service
        models.RuleChange.objects.filter(pk=change.pk).update(state="done", other=both)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"threshold": "2"}, "3"),
        ({"secondary": ""}, "Ohne sekundäre Sperrung"),
        ({"width": "0"}, "Bei einer Spanne von 0"),
        ({"threshold": "viele"}, "Geben Sie eine ganze Zahl ein."),
        ({"why": ""}, "Bitte geben Sie eine Begründung an."),
        ({"threshold": "5"}, "Diese Regeln gelten schon."),
    ],
)
def test_rules_that_do_not_protect_are_not_even_asked_for(
    as_: As, read_town: Any, sent: dict[str, str], said: str
) -> None:
    data = {key: value for key, value in {**POLICY, **sent}.items() if value or key == "why"}
    answer = as_("admin").post(ASK, data)
    assert answer.status_code == 200 and not models.RuleChange.objects.exists()
    alert = re.search(r'id="fehler-oben".*?</div>\s*</div>', answer.content.decode(), re.DOTALL)
    assert alert and said in re.sub(r"<[^>]+>", " ", alert[0])


def test_a_question_at_a_time_and_a_reason_to_refuse(as_: As, people: People, read_town: Any) -> None:
    asked = {"by": people["admin"], "why": "W"}
    change = rule_services.ask("source:jobcenter", {"threshold": 7}, **asked)
    with pytest.raises(NotAllowed, match="rule-asked"):
        rule_services.ask("source:jobcenter", {"threshold": 8}, **asked)
    refusal = f"/verwaltung/regeln/vorschlag/{change.pk}/ablehnen/"
    approver = as_("approver")
    assert "Bitte geben Sie eine Begründung an" in text(approver.post(refusal))
    approver.post(refusal, {"note": "Nicht nötig"})
    assert (
        models.RuleChange.objects.get().state == "refused"
        and approver.post(refusal, {"note": "x"}).status_code == 403
    )
    assert rules.values_of("source:jobcenter") == {"threshold": None}


def test_rules_that_changed_meanwhile_cannot_be_confirmed(people: People, town: Any) -> None:
    change = rule_services.ask("source:jobcenter", {"threshold": 7}, by=people["admin"], why="W")
    path = town.root / "sources" / "jobcenter.toml"
    path.write_text("threshold = 9\n" + path.read_text())
    with pytest.raises(Conflict):
        rule_services.confirm(change.pk, by=people["approver"])
    with pytest.raises(Conflict):
        rule_services.ask(
            "policy:public", {"threshold": 7}, by=people["admin"], why="W", base={"threshold": 1}
        )


def test_a_minimum_of_a_supplier_is_set_and_taken_away(people: People, town: Any) -> None:
    path, by = town.root / "sources" / "jobcenter.toml", people["admin"]
    before = path.read_bytes()
    for wanted in (7, None):
        change = rule_services.ask("source:jobcenter", {"threshold": wanted}, by=by, why="W")
        rule_services.confirm(change.pk, by=people["approver"])
        assert town.declaration.sources["jobcenter"].source.threshold == wanted
    assert path.read_bytes() == before


def test_looser_rules_are_called_so(as_: As, people: People, read_town: Any) -> None:
    change = rule_services.ask(
        "policy:public", {"threshold": 4, "group": "none"}, by=people["admin"], why="W"
    )
    said = text(as_("approver").get(f"/verwaltung/regeln/vorschlag/{change.pk}/"))
    assert "Das schützt weniger als bisher" in said and "Weniger streng bei: Mindestfallzahl" in said


# --- trail ------------------------------------------------------------------------------------------------------


def test_the_trail_says_what_it_is_for(as_: As, read_town: Any) -> None:
    said = text(as_("approver").get("/verwaltung/protokoll/"))
    assert "keine Seite zählt oder sucht Zeilen danach, wer sie geschrieben hat" in said
    assert (
        f"{trail.DECLARED.years} Jahre" in said
        and "Freigabe, Verwaltung" in said
        and "noch nicht geprüft" in said
    )


def test_the_trail_is_narrowed(as_: As, people: People, read_town: Any) -> None:
    accounts.set_roles(people["reader"], ({"role": "planner"},), by=people["admin"])
    accounts.invite(by=people["admin"], name="N. Neu", role="guest")
    admin, page = as_("admin"), "/verwaltung/protokoll/"
    both = text(admin.get(page))
    assert "Rollen geändert" in both and "Person eingeladen" in both
    assert "Lesen → Planung" in both.replace("  ", " ") and "Admin" in both
    of_kind = text(admin.get(page + "?art=user"))
    assert "Rollen geändert" in of_kind and "Person eingeladen" not in of_kind
    assert "Rollen geändert" in text(admin.get(page + "?objekt=reade"))
    today = timezone.localdate()
    assert "Rollen geändert" in text(admin.get(f"{page}?von={today}&bis={today}"))
    later = text(admin.get(f"{page}?von={today + timedelta(days=1)}"))
    assert "Keine Zeile passt" in later
    assert "Dieser Tag liegt vor dem ersten." in text(
        admin.get(f"{page}?von={today}&bis={today - timedelta(days=1)}")
    )
    assert admin.get(page + "?von=morgen&art=quatsch&vor=x").status_code == 200


def test_older_lines_come_page_by_page(as_: As, people: People, read_town: Any) -> None:
    for n in range(45):
        accounts.invite(by=people["admin"], name=f"Nr. {n}", role="guest")
    admin = as_("admin")
    first = admin.get("/verwaltung/protokoll/?art=invitation").content.decode()
    older = re.search(r'href="(\?art=invitation&amp;vor=\d+)"', first)
    assert older and "Nr. 44" in first and "Nr. 4<" not in first
    second = admin.get("/verwaltung/protokoll/" + older[1].replace("&amp;", "&")).content.decode()
    assert "Nr. 0" in second and "Ältere Zeilen" not in second


def test_a_change_is_taken_back_from_its_line(as_: As, people: People, read_town: Any) -> None:
    accounts.set_roles(people["reader"], ({"role": "planner"},), by=people["admin"])
    number = models.AuditLine.objects.latest("number").number
    line = f"/verwaltung/protokoll/{number}/"
    assert "Zum Zurücknehmen braucht es dieselbe Rolle" in text(as_("approver").get(line))
    assert as_("approver").post(line + "zuruecknehmen/").status_code == 403
    answer = as_("admin").post(line + "zuruecknehmen/", {"why": "Versehen"}, follow=True)
    assert "Die Änderung ist zurückgenommen." in text(answer) and "Versehen" in text(answer)
    assert roles_of(people["reader"]) == ["reader"]
    assert "hat sich seither wieder geändert" in text(as_("admin").get(line))
    assert as_("admin").post(line + "zuruecknehmen/").status_code == 409


def test_what_lasts_is_not_taken_back(as_: As, people: People, read_town: Any) -> None:
    token = accounts.invite(by=people["admin"], name="N", role="reader")[1]
    joined = accounts.accept(token, login="neu", name="N. Neu", password="vier kluge Eulen lesen")
    number = models.AuditLine.objects.get(what="person.join").number
    assert as_("admin").post(f"/verwaltung/protokoll/{number}/zuruecknehmen/").status_code == 403
    assert models.User.objects.filter(pk=joined.pk).exists()
    assert "gesperrt werden" in text(as_("admin").get(f"/verwaltung/protokoll/{number}/"))


def test_the_chain_is_checked_and_a_broken_one_is_named(as_: As, people: People, read_town: Any) -> None:
    for n in range(3):
        accounts.invite(by=people["admin"], name=f"N{n}", role="guest")
    admin, page = as_("admin"), "/verwaltung/protokoll/"
    answer = admin.post(page + "pruefen/", follow=True)
    assert "Die Kette ist geprüft" in text(answer) and "alles in Ordnung" in text(answer)
    models.AuditLine.objects.filter(number=2).update(why="anders")
    answer = admin.post(page + "pruefen/", follow=True)
    assert "Die Kette ist zerrissen" in text(answer) and "Zeile 2" in text(answer)
    assert "Prüfsumme stimmt nicht" in text(admin.get(page + "2/"))


def test_a_broken_journal_is_named(as_: As, town: Any) -> None:
    path = town.root / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"by"', b'"bY"', 1))
    assert trail.checked().files == ("ledger.jsonl",)


def test_the_trail_is_shortened_after_its_time_and_holds(people: People, town: Any) -> None:
    writes.trim_call(people)
    old = models.AuditLine.objects.get(number=1)
    state = old.after
    assert trail.over()
    due._last.pop("emptied", None)
    due.empty_trash()
    assert not models.AuditLine.objects.filter(number=1).exists() and list(audit.broken()) == []
    assert not models.State.objects.filter(pk=state).exists() and not trail.over()
    models.AuditLine.objects.filter(number=2).delete()
    assert list(audit.broken()) != []


def test_a_broken_trail_is_not_shortened(people: People, town: Any) -> None:
    writes.trim_call(people)
    models.AuditLine.objects.filter(number=2).update(why="anders")
    trail.trim(by=SYSTEM)
    assert models.AuditLine.objects.filter(number=1).exists() and 2 in list(audit.broken())


KINDS_SHOWN = (
    "person.invite", "person.roles", "person.active", "person.grant", "settings.factor", "index.save", "report.text",
    "report.arrange", "data.answer", "data.drop", "data.withdraw", "data.purge-ask", "job.start", "release.draft", "rules.ask",
    "rules.confirm", "trash.put", "trash.restore", "trash.expire", "town.details", "town.names", "trail.check", "history.revert",
)  # fmt: skip


@pytest.mark.parametrize("name", KINDS_SHOWN)
def test_every_kind_of_line_can_be_read(name: str, people: People, town: Any) -> None:
    """Labels instead of names of fields, words instead of keys; nothing of it is markup."""
    function, args, kwargs, _, _ = writes.EXAMPLES[name](people)
    function(*args, **kwargs)
    line = models.AuditLine.objects.latest("number")
    admin = client_of(people["admin"])
    page = admin.get(f"/verwaltung/protokoll/{line.number}/")
    assert page.status_code == 200 and admin.get("/verwaltung/protokoll/").status_code == 200
    labels = re.findall(r"<dt>([^<]*)</dt>", page.content.decode())
    plain = [
        part for label in labels for part in label.split(" – ") if re.fullmatch(r"[a-z]+(_[a-z]+)*", part)
    ]
    assert plain == []


def test_words_of_people_are_no_markup(as_: As, people: People, read_town: Any) -> None:
    evil = "<script>alert(1)</script>"
    accounts.invite(by=people["admin"], name=evil, role="guest")
    rule_services.ask("source:jobcenter", {"threshold": 7}, by=people["admin"], why=evil)
    admin = as_("admin")
    for page in ("personen/", "protokoll/", "protokoll/1/", "protokoll/2/", "regeln/", f"regeln/vorschlag/{models.RuleChange.objects.get().pk}/",
                 f"personen/?q={evil}", f"protokoll/?objekt={evil}"):  # fmt: skip
        said = admin.get(f"/verwaltung/{page}").content.decode()
        assert "<script>alert" not in said


# --- trash ------------------------------------------------------------------------------------------------------


def test_a_design_is_deleted_and_restored(as_: As, people: People, town: Any) -> None:
    key = writes.a_design(people)
    planner, page = as_("planner"), f"/verwaltung/papierkorb/index/{key}/"
    raw = (town.root / "indices" / "probe.toml").read_bytes()
    said = text(planner.get(page))
    assert "Was damit wegfällt" in said and "30 Tage im Papierkorb" in said
    answer = planner.post(page, {"why": "Nur ein Versuch"}, follow=True)
    assert "wiederherstellbar bis" in text(answer) and not (town.root / "indices" / "probe.toml").exists()
    assert planner.get(page).status_code == 404
    item = models.TrashItem.objects.get()
    assert item.until - item.at == timedelta(days=bins.DAYS)
    answer = planner.post(f"/verwaltung/papierkorb/{item.pk}/wiederherstellen/", follow=True)
    assert "ist wiederhergestellt" in text(answer)
    assert (
        town.root / "indices" / "probe.toml"
    ).read_bytes() == raw and not models.TrashItem.objects.exists()
    again = planner.post(f"/verwaltung/papierkorb/{item.pk}/wiederherstellen/", follow=True)
    assert "liegt nicht mehr im Papierkorb" in text(again)
    assert [line.what for line in history.lines_of("index", key)] == [
        "trash.restore",
        "trash.put",
        "index.save",
    ]


def test_what_is_needed_is_not_deleted(as_: As, people: People, town: Any) -> None:
    planner = as_("planner")
    said = text(planner.get("/verwaltung/papierkorb/index/sozialindex/"))
    assert "Es wird noch gebraucht" in said and "Sozialbericht" in said
    assert planner.post("/verwaltung/papierkorb/index/sozialindex/").status_code == 403
    assert planner.post("/verwaltung/papierkorb/report/sozialbericht-2024/").status_code == 403
    assert as_("admin").get("/verwaltung/papierkorb/index/sozialindex/").status_code == 403
    assert planner.get("/verwaltung/papierkorb/user/1/").status_code == 404
    assert {"sozialbericht-2024"} <= set(
        town.declaration.reports
    ) and "sozialindex" in town.declaration.indices


def test_a_report_with_its_texts_is_deleted_and_restored(people: People, town: Any) -> None:
    from lebenslagen.web.services import reports

    raw = (town.root / "reports" / "sozialbericht-2024.toml").read_text()
    new = re.sub(r"(?m)^words = .*$", "", raw).replace("sozialbericht-2024", "probe")
    (town.root / "reports" / "probe.toml").write_text(new)
    reports.write_text("probe", town.report("probe").chapters[0], "Eigene Worte.", by=people["planner"])
    before = {p.name: p.read_bytes() for p in (town.root / "reports").glob("probe*")}
    assert len(before) == 2
    trash.discard("report", "probe", by=people["planner"])
    assert not list((town.root / "reports").glob("probe*")) and "probe" not in town.declaration.reports
    trash.restore(models.TrashItem.objects.get().pk, by=people["planner"])
    assert {p.name: p.read_bytes() for p in (town.root / "reports").glob("probe*")} == before


def test_a_name_that_is_taken_again_is_not_overwritten(people: People, town: Any) -> None:
    key = writes.a_design(people)
    trash.discard("index", key, by=people["planner"])
    writes.a_design(people)
    with pytest.raises(Conflict, match="trash-taken"):
        trash.restore(models.TrashItem.objects.get().pk, by=people["planner"])


def test_an_upload_comes_back_with_its_bytes_and_goes_after_30_days(people: People, town: Any) -> None:
    from lebenslagen.errors import ProjectError
    from lebenslagen.web.services import data, data_files

    made = writes.an_intake(people)
    content = data_files.bytes_of(made)
    data.drop(made, by=people["planner"])
    item = models.TrashItem.objects.get()
    assert made.file not in item.label
    models.Intake.objects.filter(pk=made.pk).update(at=timezone.now() - timedelta(days=40))
    data_files.clear_old(timezone.now())  # an old upload, dropped today, keeps its 30 days
    trash.restore(item.pk, by=people["planner"])
    assert data_files.bytes_of(models.Intake.objects.get(pk=made.pk)) == content
    data.drop(models.Intake.objects.get(pk=made.pk), by=people["planner"])
    with pytest.raises(ValidationError):
        trash.expire(models.TrashItem.objects.get().pk, by=SYSTEM)
    models.TrashItem.objects.update(until=timezone.now())
    due._last.pop("emptied", None)
    due.empty_trash()
    assert (
        models.AuditLine.objects.latest("number").what == "trash.expire"
        and not models.TrashItem.objects.exists()
    )
    with pytest.raises(ProjectError):
        data_files.bytes_of(models.Intake.objects.get(pk=made.pk))


def test_taking_back_moves_in_and_out_of_the_trash(people: People, town: Any) -> None:
    key = writes.a_design(people)
    trash.discard("index", key, by=people["planner"])
    history.revert(models.AuditLine.objects.latest("number").number, by=people["planner"])
    assert not models.TrashItem.objects.exists() and audit.state("index", key) is not None
    history.revert(models.AuditLine.objects.latest("number").number, by=people["planner"])
    assert models.TrashItem.objects.get().key == key and audit.state("index", key) is None
    trash.restore(models.TrashItem.objects.get().pk, by=people["planner"])
    assert audit.state("index", key) is not None


def test_a_department_sees_only_its_own_in_the_trash(people: People, town: Any) -> None:
    from lebenslagen.web.services import data

    trash.discard("index", writes.a_design(people), by=people["planner"])
    data.drop(writes.an_intake(people), by=people["planner"])
    other = make_user("fremd", "department", department="Gesundheitsamt")
    mine, others = (text(client_of(p).get("/verwaltung/papierkorb/")) for p in (people["planner"], other))
    assert "Sozialindex" in mine and "Jobcenter" in mine
    assert "Der Papierkorb ist leer" in others and "Jobcenter" not in others.replace(
        "Jobcenter Musterstadt,", "Jobcenter"
    )
    item = models.TrashItem.objects.get(kind="index")
    assert client_of(other).post(f"/verwaltung/papierkorb/{item.pk}/wiederherstellen/").status_code == 403


# --- details and names ------------------------------------------------------------------------------------------


def test_details_stand_on_the_public_pages(as_: As, town: Any) -> None:
    admin, page = as_("admin"), "/verwaltung/stelle/"
    sent = {
        "office": "Amt für Soziales", "email": "soziales@example.org", "represented_by": 'O. "B" <b>M</b>',
        "privacy_officer": "D. Schutz", "base": base_of(admin, page),
    }  # fmt: skip
    assert admin.post(page, sent)["Location"] == page
    imprint = client_of(None).get("/impressum/")
    assert "Amt für Soziales" in text(imprint) and "<b>M</b>" not in imprint.content.decode()
    assert "D. Schutz" in text(client_of(None).get("/datenschutz/"))
    raw = (town.root / "project.toml").read_text()
    assert "address" not in raw.partition("[contact]")[2] and raw.startswith("# Musterstadt")
    line = models.AuditLine.objects.latest("number")
    history.revert(line.number, by=models.User.objects.get(login="admin"))
    assert "Altmarkt 1" in text(client_of(None).get("/impressum/"))


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"office": " "}, "Stelle"),
        ({"email": "so nicht"}, "Das ist keine E-Mail-Adresse."),
        ({"address": "x" * 601}, "600"),
    ],
)
def test_details_that_do_not_fit(as_: As, town: Any, sent: dict[str, str], said: str) -> None:
    before = (town.root / "project.toml").read_bytes()
    answer = as_("admin").post("/verwaltung/stelle/", {"office": "Amt", **sent})
    assert answer.status_code == 200 and said in text(answer)
    assert (town.root / "project.toml").read_bytes() == before


def test_two_editors_of_the_details(as_: As, people: People, town: Any) -> None:
    admin, page = as_("admin"), "/verwaltung/stelle/"
    base = base_of(admin, page)
    office.set_details({"office": "Erste"}, by=make_user("zweite", "admin"))
    answer = admin.post(page, {"office": "Zweite Stelle", "base": base})
    assert answer.status_code == 409 and 'value="Zweite Stelle"' in answer.content.decode()
    assert town.declaration.head.contact["office"] == "Erste"


def test_a_change_that_fails_leaves_the_files(
    people: People, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = (town.root / "project.toml").read_bytes()

    def full(*_: Any, **__: Any) -> None:
        raise OSError("no space")

    monkeypatch.setattr(audit, "write", full)
    with pytest.raises(OSError, match="no space"):
        office.set_details({"office": "Neu"}, by=people["admin"])
    assert (town.root / "project.toml").read_bytes() == before


def test_names_of_levels_and_areas(as_: As, town: Any) -> None:
    admin, page = as_("admin"), "/verwaltung/gebiete/namen/"
    form = admin.get(page).content.decode()
    sent = dict(re.findall(r'name="((?:level|area)-[^"]+)" value="([^"]*)"', form)) | {
        "base": base_of(admin, page)
    }
    assert sent["area-sozialraum@2019-01-01-1"] == "Mitte"
    before = (town.root / "areas.toml").read_text()
    assert admin.post(page, {**sent, "area-sozialraum@2019-01-01-1": ""}).status_code == 200
    sent |= {
        "area-sozialraum@2019-01-01-1": "Stadtmitte",
        "level-sozialraum-0": "Bezirk",
        "level-sozialraum-1": "Bezirke",
    }
    assert admin.post(page, sent)["Location"] == "/verwaltung/gebiete/"
    after = (town.root / "areas.toml").read_text()
    assert (
        after.count("Stadtmitte") == 1
        and after.count('"Mitte"') == 1
        and after.splitlines()[0] == before.splitlines()[0]
    )
    assert "Bezirke" in text(admin.get("/verwaltung/gebiete/"))


def test_areas_say_where_they_come_from(as_: As, read_town: Any) -> None:
    said = text(as_("department").get("/verwaltung/gebiete/"))
    assert "Vermessung und Kataster" in said and "01.01.2019" in said and "mit einer Tabelle" in said
    assert "Namen ändern" not in said


def test_an_empty_town_has_empty_pages(as_: As, settings: Any, tmp_path: Any) -> None:
    """Before anything is delivered: no area, no report, no page that breaks."""
    from lebenslagen.project.store import Project
    from lebenslagen.web import town as towns

    for name, content in {
        "project.toml": 'schema = 1\nname = "Leer"\nkind = "Stadt"\nags = "05999000"\ncrs = "EPSG:25832"\n'
        'levels = [{ key = "stadt", label = "Stadt", plural = "Stadt" }]\n'
        'periods = [{ key = "2024", as_of = 2024-12-31, vintage = 2024-01-01 }]\n[policies.public]\nthreshold = 5\nwidth = 4\n',
        "areas.toml": '[[areas]]\nlevel = "stadt"\nvintage = 2024-01-01\nfile = "areas/stadt.gpkg"\n',
        "indicators.toml": "indicators = []\n",
    }.items():
        (tmp_path / name).write_text(content)
    settings.PROJECT = tmp_path
    mark = towns.CURRENT.set(towns.Town(Project(tmp_path)))
    try:
        admin = as_("admin")
        for page in ("", "personen/", "personen/einladen/", "rollen/", "gebiete/", "gebiete/namen/", "regeln/", "regeln/policy:public/aendern/",
                     "protokoll/", "papierkorb/", "stelle/"):  # fmt: skip
            assert admin.get(f"/verwaltung/{page}").status_code == 200, page
        assert (
            admin.post(
                "/verwaltung/stelle/", {"office": "Amt", "base": base_of(admin, "/verwaltung/stelle/")}
            ).status_code
            == 302
        )
        assert towns.town().declaration.head.contact["office"] == "Amt"
    finally:
        towns.CURRENT.reset(mark)


def test_the_walk_over_pages_changes_no_file(people: People, town: Any) -> None:
    """The pages are walked on a town that is shared: the example of a question there must not be confirmed."""
    from tests.web.routes import a_rule_change

    before = town.project.declared()
    answer = client_of(people["approver"]).post(
        f"/verwaltung/regeln/vorschlag/{a_rule_change(people)[0]}/bestaetigen/"
    )
    assert answer.status_code == 409 and town.project.declared() == before

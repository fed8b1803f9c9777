"""People with an account who want more than their role gives: each way that was tried, and that it ends."""

from __future__ import annotations

import io
import json
import logging
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import get_resolver, reverse

from lebenslagen.errors import NotAllowed
from lebenslagen.web import audit, models
from lebenslagen.web.services import accounts, data, data_files
from tests.web.conftest import PASSWORD, client_of, make_user
from tests.web.datafiles import new_build
from tests.web.routes import ROUTES
from tests.web.writes import an_intake, line_in_force

pytestmark = pytest.mark.django_db
People = dict[str, models.User]


def test_only_what_is_listed_is_open_to_everybody() -> None:
    """A view without a decorator, or one that is public by mistake, shows here before anybody can ask for it."""
    views = {pattern.name: pattern.callback for pattern in get_resolver().url_patterns}
    assert [name for name, view in views.items() if not hasattr(view, "permission")] == []
    open_ = {name for name, view in views.items() if not view.permission}
    assert open_ == {name for name, route in ROUTES.items() if "all" in (route.get, route.post)}
    assert open_ == {name for name, view in views.items() if not getattr(view, "login_required", True)}


# --- looking like somebody else -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    ["Approver", "approver", " APPROVER ", "Ａｐｐｒｏｖｅｒ", "Аpprover", "App\u200brover", "\u202erevorppA", "Approver\x00", "App\u00adrover"],
)  # fmt: skip
def test_nobody_takes_the_name_of_another(name: str, people: People, read_town: Any) -> None:
    client = client_of(people["reader"])
    answer = client.post("/konto/", {"name": name, "email": "", "language": "de"})
    assert answer.status_code == 200 and "fehler-oben" in answer.content.decode()
    token = accounts.invite(by=people["admin"], name="N", role="reader")[1]
    with pytest.raises(ValidationError):
        accounts.accept(token, login="neu", name=name, password=PASSWORD)
    assert models.User.objects.get(pk=people["reader"].pk).name == "Reader"


@pytest.mark.parametrize(
    "name", ["Żółć Ærøskøbing", "Ελένη Παπαδοπούλου", "Jörg-Peter O’Neill, Amt 50", "Reader"]
)
def test_names_as_people_have_them(name: str, people: People, read_town: Any) -> None:
    accounts.set_profile(people["reader"], by=people["reader"], name=name, email="", language="de")


def test_nobody_takes_the_address_of_another(people: People, read_town: Any) -> None:
    """Whoever logs in by address must not meet another account under it."""
    models.User.objects.filter(pk=people["planner"].pk).update(
        email="petra@stadt.example", login="p@stadt.example"
    )
    client = client_of(people["reader"])
    for email in ("Petra@Stadt.example", "P@stadt.example"):
        answer = client.post("/konto/", {"name": "Reader", "email": email, "language": "de"})
        assert answer.status_code == 200 and "gehört schon zu einem Konto" in answer.content.decode()


# --- a screen left open ---------------------------------------------------------------------------------------


def test_a_screen_left_open_is_not_an_account(read_town: Any) -> None:
    """Second factor and password change only with the password; guessing it there is slowed down like a login."""
    from tests.web.test_accounts import enrol

    user = make_user("petra", "planner", password=True)
    enrol(user)
    client = client_of(user)
    assert client.get("/konto/zweiter-faktor/")["Location"] == "/konto/"
    for path in ("/konto/zweiter-faktor/codes/", "/konto/zweiter-faktor/entfernen/"):
        assert client.post(path, {"password": "geraten"}).get("Location") == "/konto/"
    new = {"password": "ein anderer langer Satz", "again": "ein anderer langer Satz"}
    for n in range(6):
        client.post("/konto/passwort/", {"old": f"geraten {n}", **new})
    client.post("/konto/passwort/", {"old": PASSWORD, **new})  # right, but after too many wrong ones
    assert models.User.objects.get(pk=user.pk).check_password(PASSWORD)
    from django_otp.plugins.otp_totp.models import TOTPDevice

    assert TOTPDevice.objects.filter(user=user).exists()


# --- a department ---------------------------------------------------------------------------------------------


def test_a_department_delivers_in_nobody_elses_place(town: Any, people: People) -> None:
    """It describes what its own source delivered or something new, never residents or what another office delivers."""
    made = data.receive(
        new_build(), "Jobcenter_2024.xlsx", by=people["department"], source="jobcenter", period="2024"
    )
    client = client_of(people["department"])
    client.post(reverse("intake-sheet", args=[made.token]), {"sheet": "Auswertung"})
    form = {"row": "2", "rows": "1", "key": "0", "form": "id", "level": "sozialquartier"}
    client.post(reverse("intake-head", args=[made.token]), form)
    page = reverse("intake-meaning", args=[made.token])
    for foreign in ("einwohner", "hze", "M05", "nichtdeutsche"):
        answer = client.post(
            page,
            {"period": "2024", "v2": foreign, "u2": "count", "v3": "sgb2", "u3": "count", "s0": "withheld"},
        )
        assert answer.status_code == 403, foreign
        assert f'value="{foreign}"' not in client.get(page).content.decode()
    told = {"period": "2024", "v2": "sgb2", "u2": "count", "v3": "+", "u3": "count", "s0": "withheld"}
    assert client.post(page, told).status_code == 302
    planner = client_of(people["planner"])
    assert planner.post(page, {**told, "v3": "hze"}).status_code == 302


def test_a_department_makes_no_source(town: Any, people: People) -> None:
    client, head = (
        client_of(people["department"]),
        {"neu-producer": "P", "neu-title": "T", "neu-department": "Jobcenter"},
    )
    file = SimpleUploadedFile("a.xlsx", new_build())
    for source in ("neu", "jugend", "nirgends", "../x"):
        client.post("/daten/neu/", {"source": source, "period": "2024", "file": file, **head})
        client.post(
            "/daten/einfuegen/",
            {"source": source, "period": "2024", "letter": "x", "table": "Nr.\tX\n01\t3", **head},
        )
        with pytest.raises(NotAllowed):
            data.receive(new_build(), "a.xlsx", by=people["department"], source=source, period="2024")
    assert not models.Intake.objects.exists()


# --- two at once ----------------------------------------------------------------------------------------------


def test_taken_over_once(town: Any, people: People) -> None:
    """Two people press the button: each holds the upload as it was before."""
    made = an_intake(people)
    one, other = (models.Intake.objects.get(pk=made.pk) for _ in range(2))
    data.take_over(one, by=people["planner"])
    count = len(list(town.project.journal.lines()))
    with pytest.raises(NotAllowed):
        data.take_over(other, by=people["department"])
    assert len(list(town.project.journal.lines())) == count


def test_what_was_refused_is_not_purged(town: Any, people: People) -> None:
    asked = data.ask_purge(line_in_force(), "supplier", by=people["planner"])
    stale = models.Purge.objects.get(pk=asked.pk)
    data.refuse_purge(asked, by=people["planner"])
    with pytest.raises(NotAllowed):
        data.confirm_purge(stale, by=people["approver"])


# --- hostile files through the page ---------------------------------------------------------------------------

BOOK = {
    "[Content_Types].xml": '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>',
    "_rels/.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>',
    "xl/workbook.xml": '<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="A" sheetId="1" r:id="r1"/></sheets></workbook>',
    "xl/_rels/workbook.xml.rels": '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
    "xl/worksheets/sheet1.xml": '<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>x</t></is></c></row></sheetData></worksheet>',
}  # fmt: skip
SHEET = BOOK["xl/worksheets/sheet1.xml"]
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))


def book(more: dict[str, bytes] | None = None, **parts: str) -> bytes:
    """A workbook with some parts as given."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in {
            **BOOK,
            **{k.replace("__", "/").replace("_xml", ".xml"): v for k, v in parts.items()},
        }.items():
            archive.writestr(name, text)
        for name, raw in (more or {}).items():
            archive.writestr(name, raw)
    return target.getvalue()


def with_link() -> bytes:
    target = io.BytesIO(book())
    with zipfile.ZipFile(target, "a") as archive:
        link = zipfile.ZipInfo("xl/media/link")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
    return target.getvalue()


def gzipped() -> bytes:
    import gzip

    return gzip.compress(b"Nr.;X\n01;3\n" * 1000)


HOSTILE: dict[str, tuple[str, bytes]] = {
    "entities from files": ("a.xlsx", book(xl__worksheets__sheet1_xml=SHEET.replace("<worksheet", '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><worksheet').replace(">x<", ">&e;<"))),
    "entities from the net": ("a.xlsx", book(xl__worksheets__sheet1_xml=SHEET.replace("<worksheet", '<!DOCTYPE x SYSTEM "http://127.0.0.1:9/x.dtd"><worksheet'))),
    "a billion laughs": ("a.xlsx", book(xl__worksheets__sheet1_xml=SHEET.replace("<worksheet", f'<!DOCTYPE x [<!ENTITY l0 "lol">{LAUGHS}]><worksheet').replace(">x<", ">&l9;<"))),
    "a part that unfolds": ("a.xlsx", book({"xl/media/a.bin": b"\0" * 60_000_000})),
    "too many parts": ("a.xlsx", book({f"xl/media/{n}": b"x" for n in range(1600)})),
    "a path out of it": ("a.xlsx", book({"../../../../tmp/boese.txt": b"x"})),
    "a link out of it": ("a.xlsx", with_link()),
    "a macro": ("a.xlsx", book({"xl/vbaProject.bin": b"x"})),
    "a cell far away": ("a.xlsx", book(xl__worksheets__sheet1_xml=SHEET.replace('r="A1"', 'r="XFD1048576"').replace('r="1"', 'r="1048576"'))),
    "a picture that is a program": ("a.csv", b"GIF89a/*\x01\x00*/=1;alert(1)//;"),
    "a page as table": ("a.csv", b"<html><script>alert(1)</script></html>"),
    "a page by its ending": ("a.csv.html", b"Nr.;X\n01;3\n"),
    "packed as table": ("a.csv", gzipped()),
    "a drawing": ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'),
    "a virtual raster": ("a.csv", b'<OGRVRTDataSource><OGRVRTLayer name="x"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'),
    "broken": ("a.xlsx", b"PK\x03\x04" + b"\0" * 100),
}  # fmt: skip


@pytest.mark.parametrize("kind", HOSTILE)
def test_hostile_files_are_refused_at_the_door(kind: str, town: Any, people: People) -> None:
    """Said in words, nothing kept, nothing of this machine in the answer, and within seconds."""
    import time

    name, content = HOSTILE[kind]
    before, begin = {p for p in town.root.rglob("*") if p.is_file()}, time.monotonic()
    sent = {"source": "jobcenter", "period": "2024", "file": SimpleUploadedFile(name, content)}
    answer = client_of(people["planner"]).post("/daten/neu/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422 and 'role="alert"' in page, answer.status_code
    assert "root:" not in page and "Traceback" not in page and str(town.root) not in page
    assert time.monotonic() - begin < 20 and not models.Intake.objects.exists()
    new = {p for p in town.root.rglob("*") if p.is_file()} - before
    assert {p.name for p in new if ".cache" not in p.parts and not p.name.startswith(".")} == set()
    assert not Path("/tmp/boese.txt").exists()


# --- secrets --------------------------------------------------------------------------------------------------


def test_secrets_stand_in_no_log_trail_or_page(
    people: People, read_town: Any, caplog: pytest.LogCaptureFixture
) -> None:
    from tests.web.test_accounts import KEY, enrol

    caplog.set_level(logging.DEBUG)
    user = make_user("petra", "planner", password=True)
    codes = enrol(user)
    token = accounts.invite(by=people["admin"], name="N", role="reader")[1]
    client = Client()
    client.post("/anmelden/", {"login": "petra", "password": PASSWORD})
    client.post("/anmelden/code/", {"code": codes[0]})
    client.post("/anmelden/", {"login": "petra", "password": "falsch-und-geheim"})
    joining = Client()
    joining.get(accounts.link_for(token))
    joining.post(
        accounts.link_for(token),
        {"login": "neu", "name": "Neu", "password": "geheim-und-lang-9", "again": "geheim-und-lang-9"},
    )
    session = client.session.session_key
    accounts.reset_link(user, by=people["admin"])
    written = json.dumps(
        [list(models.AuditLine.objects.values()), list(models.Invitation.objects.values())], default=str
    )
    written += "".join(bytes(s.content or b"").decode() for s in models.State.objects.all())
    written += caplog.text + "".join(str(vars(r)) for r in caplog.records)
    for role in ("admin", "approver"):
        for address in ("/verwaltung/protokoll/", "/verwaltung/personen/", reverse("person", args=[user.pk])):
            written += client_of(people[role]).get(address).content.decode()
    secrets = {PASSWORD, "falsch-und-geheim", "geheim-und-lang-9", token, KEY, session, *codes}
    hashed = set(models.User.objects.exclude(password__startswith="!").values_list("password", flat=True))
    assert {secret for secret in secrets | hashed if secret in written} == set()


def test_an_error_page_tells_nothing_of_the_machine(
    as_: Any, read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> Any:
        raise RuntimeError(f"{PASSWORD} in {data_files.__file__}")

    monkeypatch.setattr("lebenslagen.web.views.indicators.town", broken)
    client = as_("planner")
    client.raise_request_exception = False
    page = client.get("/indikatoren/").content.decode()
    for word in (PASSWORD, "RuntimeError", "Traceback", ".py", "lebenslagen/", "Django", "settings"):
        assert word not in page, word


# --- login ----------------------------------------------------------------------------------------------------


def test_a_login_takes_as_long_whoever_is_meant(read_town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """One hash is computed for each try: for a known name, an unknown one, a blocked person, one without password."""
    from lebenslagen.web import passwords

    make_user("bekannt", "reader", password=True)
    make_user("gesperrt", "reader", password=True, is_active=False)
    make_user("ohne", "reader")
    hashed: list[str] = []
    for name in ("encode", "verify"):
        original = getattr(passwords.Hasher, name)

        def counted(self: Any, *a: Any, original: Any = original, name: str = name) -> Any:
            hashed.append(name)
            return original(self, *a)

        monkeypatch.setattr(passwords.Hasher, name, counted)
    pages = set()
    for login in ("bekannt", "niemand", "gesperrt", "ohne"):
        hashed.clear()
        answer = Client().post("/anmelden/", {"login": login, "password": "geraten und falsch"})
        assert len(hashed) == 1, login
        pages.add((answer.status_code, re.sub(r'value="[^"]*"', "", answer.content.decode())))
    assert len(pages) == 1


FREE_OF_ONCE = {
    "konto/konto.html",
    "seite.html",
    "info/hilfe.html",
    "parts/rundgang.html",
}  # sent twice, they change nothing more


def test_every_form_carries_its_marks() -> None:
    """Each form that is sent has the token against forgery, and counts once."""
    folder, without = Path(audit.__file__).parent / "templates", []
    for path in sorted(folder.rglob("*.html")):
        for form in re.findall(
            r'<form[^>]*method="post".*?(?:</form>|\Z)', path.read_text("utf-8"), re.DOTALL
        ):
            name = path.relative_to(folder).as_posix()
            if "{% csrf_token %}" not in form or ("{% once %}" not in form and name not in FREE_OF_ONCE):
                without.append(f"{name}: {form[:90]}")
    assert without == []


def test_no_field_of_a_form_gives_a_role(people: People, read_town: Any) -> None:
    client = client_of(people["reader"])
    extra = {
        "role": "admin",
        "role_0": "admin",
        "is_active": "1",
        "is_superuser": "1",
        "memberships": "admin",
        "pk": "1",
        "user": "1",
    }
    client.post("/konto/", {"name": "Reader", "email": "", "language": "de", **extra})
    token = accounts.invite(by=people["admin"], name="N", role="guest")[1]
    joined = {
        "login": "neu",
        "name": "Neu",
        "password": "geheim-und-lang-9",
        "again": "geheim-und-lang-9",
        **extra,
    }
    Client().post(accounts.link_for(token), joined)
    roles = {
        u.login: [m.role for m in u.memberships.all()]
        for u in models.User.objects.filter(login__in=("reader", "neu"))
    }
    assert roles == {"reader": ["reader"], "neu": ["guest"]}


def test_what_is_taken_away_is_gone_at_the_next_click(people: People, read_town: Any) -> None:
    planner, client = people["planner"], client_of(people["planner"])
    assert client.get("/freigaben/").status_code == 200
    accounts.set_roles(planner, ({"role": "reader"},), by=people["admin"])
    assert client.get("/freigaben/").status_code == 403 and client.get("/konto/").status_code == 200
    accounts.set_active(planner, False, by=people["admin"], why="ausgeschieden")
    assert (
        client.get("/konto/").status_code == 302
        and not models.UserSession.objects.filter(user=planner).exists()
    )
    other = client_of(people["reader"])
    models.User.objects.filter(pk=people["reader"].pk).update(
        is_active=False
    )  # even where no service ended the session
    assert other.get("/konto/").status_code == 302


def test_a_reset_link_is_no_way_around_the_second_factor(people: People, read_town: Any) -> None:
    from tests.web.test_accounts import enrol

    user = make_user("petra", "planner", password=True)
    enrol(user)
    token, client = accounts.reset_link(user, by=people["admin"])[1], Client()
    answer = client.post(
        accounts.link_for(token), {"password": "geheim-und-lang-9", "again": "geheim-und-lang-9"}
    )
    assert answer["Location"] == "/anmelden/code/" and client.get("/konto/").status_code == 302
    for header in ("Basic cGV0cmE6eA==", "Bearer x"):
        assert Client().get("/konto/", headers={"authorization": header}).status_code == 302


def test_a_reset_link_opens_no_used_invitation_again(people: People, read_town: Any) -> None:
    token = accounts.invite(by=people["admin"], name="N", role="reader")[1]
    user = accounts.accept(token, login="neu", name="Neu", password="geheim-und-lang-9")
    accounts.reset_link(user, by=people["admin"])
    assert Client().get(accounts.link_for(token)).status_code == 410


@pytest.mark.parametrize(
    "path",
    [
        "/admin/",
        "/admin/login/",
        "/media/x",
        "/uploads/x",
        "/ausgabe/",
        "/api/",
        "/graphql",
        "/.git/config",
        "/.env",
        "/debug/",
    ],
)
def test_doors_that_other_applications_have(path: str, people: People, read_town: Any) -> None:
    assert client_of(people["admin"]).get(path).status_code == 404


@pytest.mark.parametrize(
    "path", ["/konto/x.css", "/konto/a.js", "/daten/x.png", "/konto/;x.css", "/freigaben/1/x.css"]
)
def test_no_page_pretends_to_be_a_file(path: str, people: People, read_town: Any) -> None:
    """A cache that keeps what ends like a file is given nothing of a person."""
    answer = client_of(people["planner"]).get(path)
    assert answer.status_code == 404 and answer["Cache-Control"] == "no-store, private"


def test_who_else_came_to_see_single_values_is_seen_by_the_approval(people: People, read_town: Any) -> None:
    """An administrator invites herself under another name, or takes over an account by a link: whoever answers for single values is told."""
    told = "durch die Verwaltung eingerichtet oder geändert"
    assert told not in client_of(people["approver"]).get("/").content.decode()
    token = accounts.invite(by=people["admin"], name="N", role="approver")[1]
    accounts.accept(token, login="ego", name="Alter Ego", password="geheim-und-lang-9")
    second = make_user("zweite", "approver")
    accounts.reset_link(second, by=people["admin"])
    page = client_of(people["approver"]).get("/").content.decode()
    assert f"Konto von Alter Ego {told}" in page and f"Konto von Zweite {told}" in page
    for role in ("planner", "reader", "guest"):
        assert told not in client_of(people[role]).get("/").content.decode()

"""What no form would send: parameters, paths, forms and headers from somebody who tries. Never a broken page, never a trace."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from lebenslagen.web import models
from lebenslagen.web.services import data_files
from tests.web.conftest import client_of, make_user
from tests.web.datafiles import JOBCENTER
from tests.web.routes import ROUTES, an_upload

pytestmark = pytest.mark.django_db
People = dict[str, models.User]
GARBAGE = (
    "²", "\x00", "9" * 5000, "-1", "1e9", "nan", "' OR 1=1 --", "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "%s%n{0}{x}", "{{7*7}}",
    "x\r\nSet-Cookie: a=b", "https://evil.example/", "//evil.example", "\u202egnp.exe", "a" * 10_000, "[]", "__class__", "ﷺ",
)  # fmt: skip
# Every name of a parameter that some page reads; test_every_parameter_is_known keeps the list whole.
NAMES = (
    "base bericht bis ebene email entwurf fuer go kind language line lines merkmal mit more name neben next note objekt once period q quelle raum "
    "report required role row rows art session sheet source status step von vor was why wie zahl zeit zeitraum dynamik level form key code login password "
    "again old token file letter table text chapters inside version day hour audience reason person wohin basis rules scroll"
).split()  # fmt: skip


@pytest.fixture
def anybody(people: People, town: Any) -> Client:
    """Somebody with every role: what is refused is then refused because it makes no sense."""
    user = make_user("alles", "planner")
    for role in ("approver", "admin", "department"):
        models.Membership.objects.create(
            user=user, role=role, department="Jobcenter" if role == "department" else ""
        )
    client = client_of(user)
    client.raise_request_exception = False
    return client


def addresses(people: People, method: str) -> list[tuple[str, str]]:
    found, token = [], an_upload(people)
    for name, route in ROUTES.items():
        if (route.get if method == "GET" else route.post) and name not in (
            "logout",
            "account-end-sessions",
            "person-end-sessions",
        ):
            args = token if route.args is an_upload else route.args(people)
            found.append((name, reverse(name, args=args)))
    data_files.forget(token[0])  # another page's upload may have cleared the bytes of this one
    data_files.keep(token[0], JOBCENTER.read_bytes())
    return found


@pytest.mark.slow
def test_parameters(anybody: Client, people: People) -> None:
    """Each page with each kind of garbage in every parameter at once."""
    wrong = []
    for (name, address), garbage in zip(
        itertools.chain.from_iterable(addresses(people, "GET") for _ in range(1)),
        itertools.cycle(GARBAGE),
        strict=False,
    ):
        for value in dict.fromkeys((garbage, *GARBAGE[:4])):
            answer = anybody.get(address, dict.fromkeys(NAMES, value))
            if answer.status_code >= 500 or any("evil" in str(v) for v in answer.headers.values()):
                wrong.append(f"{name} {value[:20]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.slow
def test_forms(anybody: Client, people: People, settings: Any) -> None:
    """Each form with garbage in every field; nothing is stored by it, and nothing breaks."""
    wrong = []
    fields = [*NAMES, *(f"{letter}{n}" for letter in "vunsz" for n in range(4)), "z²-01", "z0-01", "a-revision", "order-auftrag", "department_0", "role_0",
              "areas_0", "threshold", "width", "min_residents", "decimals_rate"]  # fmt: skip
    for (name, address), garbage in zip(
        addresses(people, "POST"), itertools.cycle(GARBAGE[::-1]), strict=False
    ):
        for value in dict.fromkeys((garbage, "²", "\x00", "9" * 5000)):
            answer = anybody.post(address, dict.fromkeys(fields, value))
            if answer.status_code >= 500:
                wrong.append(f"{name} {value[:20]!r}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


def test_paths(anybody: Client) -> None:
    """Every kind of argument in an address, with what was never there."""
    wrong = []
    for pattern in get_resolver().url_patterns:
        kinds = {n: type(c).__name__ for n, c in pattern.pattern.converters.items()}
        if not kinds:
            continue
        for garbage in ("x", "²", "..", "a b", "%00", "\x00", "'", "9" * 30, "0" * 64, "-"):
            args = {n: 9**25 if kind == "IntConverter" else garbage for n, kind in kinds.items()}
            try:
                address = reverse(pattern.name, kwargs=args)
            except Exception:
                continue
            for method in ("get", "post"):
                answer = getattr(anybody, method)(address)
                if answer.status_code >= 500 or (answer.status_code == 200 and pattern.name not in SHOWN):
                    wrong.append(f"{method} {address[:80]}: {answer.status_code}")
    assert not wrong, "\n".join(wrong)


SHOWN: frozenset[str] = frozenset()


@pytest.mark.parametrize(
    "kind",
    [
        "application/json",
        "text/plain",
        "multipart/form-data",
        "multipart/form-data; boundary=x",
        "application/xml",
    ],
)
def test_bodies(kind: str, anybody: Client) -> None:
    for body in (b"", b"{", b"\xff" * 100, b"--x\r\n\r\n", b'{"__proto__": 1}'):
        for path in ("/anmelden/", "/konto/", "/daten/neu/", "/auftraege/starten/", "/sprache/"):
            assert anybody.post(path, data=body, content_type=kind).status_code < 500


def test_methods_in_disguise(people: People, read_town: Any) -> None:
    """No header and no field makes another method out of one."""
    client = client_of(people["reader"])
    for more in (
        {"headers": {"x-http-method-override": "POST"}},
        {"headers": {"x-method-override": "DELETE"}},
    ):
        assert client.get("/auftraege/starten/", **more).status_code == 405
    assert client.get("/auftraege/starten/?_method=POST").status_code == 405
    assert client.generic("FOO", "/").status_code == 405

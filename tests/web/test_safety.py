"""It refuses to start unsafely, and every answer carries the headers that keep a browser safe."""

from __future__ import annotations

import ast
import gc
import hashlib
import json
import logging
import os
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client

from lebenslagen.errors import ProjectError
from lebenslagen.web import logs, models, safety
from tests.conftest import ROOT

pytestmark = pytest.mark.django_db
STATIC = ROOT / "src" / "lebenslagen" / "web" / "static"
TEMPLATES = ROOT / "src" / "lebenslagen" / "web" / "templates"


def test_secret_is_made_once_and_readable_by_its_owner_only(tmp_path: Path) -> None:
    secret = safety.secret_key(tmp_path)
    assert len(secret) > 80 and safety.secret_key(tmp_path) == secret
    assert stat.S_IMODE((tmp_path / "schluessel").stat().st_mode) == 0o400


@pytest.mark.parametrize(
    ("mode", "content", "code"), [(0o444, "x" * 90, "secret-readable"), (0o400, "kurz", "secret-short")]
)
def test_unsafe_secrets_are_refused(mode: int, content: str, code: str, tmp_path: Path) -> None:
    (tmp_path / "schluessel").write_text(content)
    (tmp_path / "schluessel").chmod(mode)
    with pytest.raises(ProjectError) as told:
        safety.secret_key(tmp_path)
    assert told.value.faults[0].code == code


@pytest.mark.parametrize("text", ["*", ".example.org", "a/b", "a b", "evil.example:80"])
def test_host_patterns_are_refused(text: str) -> None:
    with pytest.raises(ProjectError):
        safety.hosts(text)


@pytest.mark.parametrize("kind", ["nfs4", "cifs", "fuse.sshfs"])
def test_network_drives_are_refused(kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = f"/dev/sda1 / ext4 rw 0 0\nserver:/x {tmp_path} {kind} rw 0 0\n"
    assert safety.file_system(tmp_path / "a", mounts) == kind
    assert safety.file_system(Path("/"), mounts) == "ext4"
    monkeypatch.setattr(safety, "file_system", lambda folder: kind)
    with pytest.raises(ProjectError) as told:
        safety.database("", tmp_path)
    assert told.value.faults[0].code == "database-on-network"


def test_only_known_databases() -> None:
    with pytest.raises(ProjectError):
        safety.database("mysql://a:b@c/d", Path())


def test_no_debug_and_deployment_check_is_clean() -> None:
    assert settings.DEBUG is False
    environment = {
        **{
            key: value for key, value in os.environ.items() if key != "DJANGO_ALLOW_ASYNC_UNSAFE"
        },  # for tests only
        "LEBENSLAGEN_HTTPS": "1",
        "DJANGO_SETTINGS_MODULE": "lebenslagen.web.settings",
    }
    run = [sys.executable, "-m", "django", "check", "--deploy", "--fail-level", "WARNING"]
    # W005: a town's other services under the same name are not ours to force to TLS
    answer = subprocess.run(run, env=environment, capture_output=True, text=True, check=False)
    complaints = [
        line
        for line in answer.stderr.splitlines()
        if line.startswith("?:") and "W005" not in line and "W021" not in line
    ]
    assert complaints == []


def test_migrations_are_complete() -> None:
    call_command("makemigrations", "web", check=True, dry_run=True, verbosity=0)


def test_database_pragmas() -> None:
    with connection.cursor() as cursor:
        found = {
            name: cursor.execute(f"pragma {name}").fetchone()[0]
            for name in ("synchronous", "foreign_keys", "trusted_schema")
        }
    assert found == {"synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}
    assert settings.DATABASES["default"]["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=TRUNCATE" in safety.PRAGMAS


def test_author_is_never_approver_in_the_database(people: dict[str, models.User]) -> None:
    """A planted service without the check still cannot store it."""
    common = {"report": "r", "audience": "public", "title": "t", "author": people["planner"]}
    for wrong in ({"approver": people["planner"]}, {"state": "published"}, {"state": "nowhere"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            models.ReleaseRequest.objects.create(**common, **wrong)


def test_headers(as_: Callable[[str], Client], read_town: Any) -> None:
    for path, who in (
        ("/", "planner"),
        ("/anmelden/", ""),
        ("/hilfe/", ""),
        ("/nirgends/", "planner"),
        ("/abmelden/", ""),
    ):
        response = as_(who).get(path)
        policy = response["Content-Security-Policy"]
        assert (
            "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and "unsafe" not in policy
        ), path
        assert response["X-Content-Type-Options"] == "nosniff" and response["X-Frame-Options"] == "DENY"
        assert response["Cache-Control"] == "no-store, private"
        assert (
            response["Referrer-Policy"] == "same-origin"
            and response["Cross-Origin-Opener-Policy"] == "same-origin"
        )


def test_unknown_hosts_get_nothing(read_town: Any) -> None:
    assert Client().get("/anmelden/", headers={"host": "evil.example"}).status_code == 400


def test_no_inline_style_or_script_and_no_unescaped_text() -> None:
    found = [
        f"{path.name}: {word}"
        for path in TEMPLATES.rglob("*.html")
        for word in (
            ' style="',
            "<style",
            "<script>",
            " onclick",
            " onload",
            "javascript:",
            "|safe",
            "autoescape off",
            "http://",
            "https://",
        )
        if word in path.read_text("utf-8")
    ]
    assert found == []


PAGE_CODE = [
    p for part in ("views", "forms", "templatetags") for p in sorted((STATIC.parent / part).glob("*.py"))
]
WRITING = {"save", "create", "bulk_create", "get_or_create", "update_or_create", "delete"}
RAW = {"raw", "extra", "RawSQL", "mark_safe", "execute"}


def loose(source: str) -> list[str]:
    """Calls by which a page would write past the services, or let text past the escaping or the parameters."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        on_rows = ".objects" in ast.unparse(node.func) and name in {*WRITING, "update"}
        if on_rows or name in RAW:
            found.append(f"line {node.lineno}: {ast.unparse(node.func)}")
    return found


@pytest.mark.parametrize("path", PAGE_CODE, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_pages_do_not_write_and_let_nothing_past(path: Path) -> None:
    allowed = {"workplace.py": ["mark_safe"]}.get(path.name, [])  # the one place where drawings pass
    assert [
        line for line in loose(path.read_text("utf-8")) if not any(line.endswith(a) for a in allowed)
    ] == []


def test_the_rule_finds() -> None:
    assert (
        len(loose("A.objects.filter(x=1).update(y=2)\nA.objects.create()\nmark_safe(x)\nq.raw('select')"))
        == 4
    )


def test_errors_in_words(
    as_: Callable[[str], Client], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "Diese Seite gibt es nicht" in as_("planner").get("/nirgends/").content.decode()
    assert "gehört nicht zu Ihren Rollen: Personen" not in as_("guest").get("/auftraege/").content.decode()
    assert "laufende und beendete Aufträge sehen" in as_("guest").get("/auftraege/").content.decode()
    monkeypatch.setattr("lebenslagen.web.views.indicators.town", lambda: 1 / 0)
    client = as_("planner")
    client.raise_request_exception = False
    answer = client.get("/indikatoren/")
    assert answer.status_code == 500
    assert (
        "Hier ist etwas schiefgegangen" in answer.content.decode()
        and "ZeroDivision" not in answer.content.decode()
    )


def test_csrf(people: dict[str, models.User], read_town: Any) -> None:
    from tests.web.conftest import client_of

    client = client_of(people["planner"], enforce_csrf_checks=True)
    answer = client.post("/auftraege/starten/", {"kind": "build"})
    assert answer.status_code == 403 and "stand zu lange offen" in answer.content.decode()
    assert (
        Client(enforce_csrf_checks=True).post("/anmelden/", {"login": "a", "password": "b"}).status_code
        == 403
    )


def test_log_lines_tell_no_values() -> None:
    def of(**more: Any) -> dict[str, Any]:
        try:
            raise ValueError("Hafenstraße 3 Kinder")
        except ValueError:
            record = logging.LogRecord("lebenslagen.web", 40, "x", 1, "request", None, sys.exc_info())
        for name, value in more.items():
            setattr(record, name, value)
        return json.loads(logs.JsonLines().format(record))  # type: ignore[no-any-return]

    line = of(route="daten/<int:pk>/", status=500, secret="geheim")
    assert line["fault"] == "ValueError" and line["route"] == "daten/<int:pk>/" and line["place"]
    assert "Hafenstraße" not in json.dumps(line) and "geheim" not in json.dumps(line)


def test_kern_is_unchanged() -> None:
    for line in (STATIC / "kern" / "SHA256SUMS").read_text().splitlines():
        digest, name = line.split()
        assert hashlib.sha256((STATIC / "kern" / name).read_bytes()).hexdigest() == digest
    import gzip

    assert (
        gzip.decompress((STATIC / "kern" / "kern.min.css.gz").read_bytes())
        == (STATIC / "kern" / "kern.min.css").read_bytes()
    )


def test_a_form_sent_twice_counts_once(
    as_: Callable[[str], Client], people: dict[str, models.User], read_town: Any
) -> None:
    client = as_("planner")
    sent = {"kind": "build", "once": "abc", "report": "x"}
    first = client.post("/auftraege/starten/", sent)
    models.Job.objects.update(state="done")
    second = client.post("/auftraege/starten/", sent)
    assert models.Job.objects.count() == 1 and first["Location"] == second["Location"]
    client.post("/auftraege/starten/", {**sent, "once": "def"})
    assert models.Job.objects.count() == 2
    assert models.AuditLine.objects.count() == 2


def test_an_upload_over_the_limit_is_refused_while_it_comes_in(
    as_: Callable[[str], Client], read_town: Any, settings: Any
) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    settings.UPLOAD_LIMIT = 300_000
    answer = as_("planner").post(
        "/konto/", {"name": "P", "file": SimpleUploadedFile("a.xlsx", b"x" * 400_000)}
    )
    assert answer.status_code == 413 and "Die Datei ist zu groß" in answer.content.decode()
    assert (
        as_("planner").post("/konto/", {"file": SimpleUploadedFile("a.xlsx", b"x" * 200_000)}).status_code
        == 200
    )
    gc.collect()
    assert list(Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload.*")) == []


@pytest.mark.parametrize(
    ("error", "status", "words"),
    [
        (OperationalError("database is locked"), 503, "Gerade ist zu viel los"),
        (OperationalError("database or disk is full"), 507, "kein Platz mehr"),
        (OSError(28, "No space left on device"), 507, "kein Platz mehr"),
    ],
)
def test_busy_and_full(
    error: Exception,
    status: int,
    words: str,
    as_: Callable[[str], Client],
    read_town: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("lebenslagen.web.views.jobs.jobs.start", broken)
    answer = as_("planner").post("/auftraege/starten/", {"kind": "build"})
    assert answer.status_code == status and words in answer.content.decode()


@pytest.mark.parametrize(("number", "status"), [(28, 507), (5, 507), (1, 500)])
def test_a_full_disk_outside_of_a_page(
    number: int, status: int, as_: Callable[[str], Client], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While a form comes in no page is asked yet; what is said is the same."""

    def full(*_: Any, **__: Any) -> None:
        raise OSError(number, "refused")

    monkeypatch.setattr("django.core.handlers.wsgi.WSGIRequest._load_post_and_files", full)
    client = as_("planner")
    client.raise_request_exception = False
    client.handler.enforce_csrf_checks = True
    client.cookies["csrftoken"] = "a" * 32
    answer = client.post("/auftraege/starten/", {"kind": "build"})
    assert answer.status_code == status

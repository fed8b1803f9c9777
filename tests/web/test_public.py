"""Atlas and report for everybody: the bytes of the folder, cacheable, without cookies; drafts nowhere."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from lebenslagen.web import editions, jobs, models, releasing, worker
from lebenslagen.web.services import due, releases
from tests.web.conftest import client_of
from tests.web.writes import release_rows

REPORT = "sozialbericht-2024"
People = dict[str, models.User]


def write_missing() -> None:
    """What the worker does for releases whose folder is not there."""
    due._last["missing"] = -1e18
    due.publish_due()
    while (job := jobs.claim()) is not None:
        worker.run_child(job.pk, job.token)
        job.refresh_from_db()
        assert job.state == "done", job.faults


def fake_folder(town: Any, release: str) -> Path:
    """A published folder without the seconds that setting takes."""
    folder = town.root / "ausgabe" / f"veroeffentlicht-{release}"
    for name in (
        "atlas/index.html",
        "bericht/index.html",
        "atlas/daten/werte.csv",
        "bericht/sozialbericht.pdf",
    ):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(
            f'<!doctype html><style>p{{color:red}}</style><p style="flex:1">{name} {release}</p>'
        )
    return folder


def test_the_same_bytes_as_the_folder(people: People, town: Any, tmp_path: Path) -> None:
    from lebenslagen.project import publish
    from lebenslagen.texts import texts

    write_missing()
    list(publish.report(town.project, REPORT, out=tmp_path, t=texts("de")))
    list(publish.atlas(town.project, REPORT, out=tmp_path, t=texts("de")))
    client, checked = Client(), 0
    for folder, address in ((tmp_path / "atlas", "/atlas/"), (tmp_path / REPORT, "/bericht/")):
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            answer = client.get(address + path.relative_to(folder).as_posix())
            assert answer.status_code == 200 and answer.content == path.read_bytes(), path
            assert answer["ETag"] and "Set-Cookie" not in answer.headers and not answer.cookies
            checked += 1
    assert checked > 60
    assert client.get("/atlas/").content == (tmp_path / "atlas" / "index.html").read_bytes()
    assert client.get(f"/bericht/{REPORT}/").content == client.get("/bericht/").content
    assert client.get("/bericht/sozialbericht-2020/").status_code == 200
    assert client.get("/bericht/sozialbericht-2020/").content != client.get("/bericht/").content


def test_no_cookie_and_the_same_for_all(people: People, town: Any) -> None:
    digest = releasing.in_force(REPORT, "public")
    fake_folder(town, digest)
    for address in ("/atlas/", "/bericht/", f"/atlas/v/{digest}/", f"/bericht/v/{digest}/index.html"):
        answers = [
            Client().get(address),
            client_of(people["planner"]).get(address, headers={"cookie": "sprache=en"}),
        ]
        answers += [Client(headers={"cookie": "sessionid=gibtesnicht; sprache=en"}).get(address)]
        assert len({a.content for a in answers}) == 1 and len({a["ETag"] for a in answers}) == 1
        for answer in answers:
            assert answer.status_code == 200 and not answer.cookies
            assert not answer.has_header("Vary") and not answer.has_header("Content-Language")
            assert answer["Cache-Control"].startswith("public")


def test_cacheable(people: People, town: Any) -> None:
    digest = releasing.in_force(REPORT, "public")
    fake_folder(town, digest)
    first = Client().get("/atlas/")
    again = Client().get("/atlas/", headers={"if-none-match": first["ETag"]})
    assert again.status_code == 304 and again.content == b"" and again["ETag"] == first["ETag"]
    assert Client().get("/atlas/", headers={"if-none-match": '"anderes"'}).status_code == 200
    own = Client().get(f"/atlas/v/{digest}/index.html")
    assert own["ETag"] == first["ETag"]
    assert own["Cache-Control"] == first["Cache-Control"] == "public, max-age=60", "it may be withdrawn"
    assert Client().head("/atlas/").status_code == 200 and Client().post("/atlas/").status_code == 405


def test_only_its_own_styles_pass(people: People, town: Any) -> None:
    fake_folder(town, releasing.in_force(REPORT, "public"))
    policy = Client().get("/bericht/")["Content-Security-Policy"]
    assert "unsafe-inline" not in policy and "script-src 'self'" in policy
    assert len(re.findall("'sha256-", policy)) == 2
    assert Client().get("/atlas/daten/werte.csv")["Content-Disposition"].startswith("attachment")


GUESSES = (
    "../../../ledger.jsonl", "..%2f..%2f..%2fledger.jsonl", "%2e%2e/%2e%2e/project.toml", "./../edition.json", "edition.json",
    "/etc/passwd", "daten/../../edition.json", "index.html%00", "veroeffentlicht-x/index.html", "%5c..%5cledger.jsonl",
)  # fmt: skip


@pytest.mark.parametrize("guess", GUESSES)
@pytest.mark.parametrize("place", ["/atlas/", "/bericht/", "/atlas/v/{digest}/", "/bericht/v/{digest}/"])
def test_no_way_out_of_the_folder(place: str, guess: str, town: Any, db: None) -> None:
    digest = releasing.in_force(REPORT, "public")
    fake_folder(town, digest)
    answer = Client().get(place.format(digest=digest) + guess)
    assert answer.status_code in (301, 302, 400, 404)
    assert b"published" not in answer.content and b"[[periods]]" not in answer.content


def test_drafts_are_nowhere(people: People, town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """An approved release waits for its hour with its folder already written: no address shows it, nor search."""
    from lebenslagen.project import publish

    fake_folder(town, releasing.in_force(REPORT, "public"))
    monkeypatch.setattr(
        publish, "report_files", lambda made: {"index.html": b"GEHEIM", "sozialbericht.pdf": b"GEHEIM"}
    )
    monkeypatch.setattr(publish, "atlas_files", lambda made: {"index.html": b"GEHEIM"})
    row = release_rows(people, "submitted")
    releases.approve(row.pk, by=people["approver"])
    made = releases.prepare(row.pk)
    assert made is not None
    editions._write_published(REPORT, "public", made, "A. Planung")
    name = editions.place_of(made.digest).name
    parts = ("", "index.html", "atlas/index.html", "bericht/index.html", "bericht/sozialbericht.pdf")
    addresses = [
        f"{begin}{part}" for part in parts
        for begin in (
            f"/atlas/v/{made.digest}/", f"/bericht/v/{made.digest}/", f"/atlas/{name}/", f"/bericht/{name}/",
            f"/ausgabe/{name}/",
            f"/berichte/ausgaben/{name}/", f"/static/../ausgabe/{name}/", f"/atlas/v/{made.digest[:12]}/",
            f"/bericht/{row.pk}/",
        )
    ]  # fmt: skip
    for client in (Client(), client_of(people["reader"]), client_of(people["guest"])):
        for address in [
            *addresses,
            "/atlas/",
            "/bericht/",
            "/sitemap.xml",
            "/robots.txt",
            f"/suche/?q={made.digest}",
            "/",
        ]:
            answer = client.get(address, follow=True)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[union-attr]
            assert b"GEHEIM" not in body and (made.digest in address or made.digest.encode() not in body), (
                address
            )
    assert not [
        e for e in editions.kept() if e.release == made.digest
    ]  # not even in the list of the planning
    before = Client().get("/atlas/").content
    releases.publish(row.pk, by=people["approver"], made=made)
    assert Client().get("/atlas/").content == b"GEHEIM" != before


def test_a_withdrawn_release_is_gone(people: People, town: Any) -> None:
    digest = releasing.in_force(REPORT, "public")
    fake_folder(town, digest)
    assert Client().get(f"/bericht/{REPORT}/").status_code == 200
    releases.withdraw(digest, by=people["approver"], note="Fehler")
    for address in (f"/bericht/{REPORT}/", f"/atlas/v/{digest}/", f"/bericht/v/{digest}/index.html"):
        answer = Client().get(address)
        assert answer.status_code == 404 and b"<style>" not in answer.content
    assert REPORT not in Client().get("/sitemap.xml").content.decode()


def test_before_anything_is_published(db: None, town: Any) -> None:
    for path in (town.root / "ledger.jsonl",):
        path.unlink()
    for address in ("/atlas/", "/bericht/", f"/bericht/{REPORT}/"):
        answer = Client().get(address)
        assert answer.status_code == 404 and "Noch ist nichts veröffentlicht" in answer.content.decode()
        assert answer["Cache-Control"] == "no-store, private"
    assert "<loc>" not in Client().get("/sitemap.xml").content.decode()


def test_the_site_map_names_what_is_public(db: None, town: Any) -> None:
    fake_folder(town, releasing.in_force(REPORT, "public"))
    page = Client().get("/sitemap.xml").content.decode()
    assert (
        reverse("atlas") in page
        and f"/bericht/{REPORT}/" in page
        and "freigaben" not in page
        and "berichte" not in page
    )
    assert "Sitemap: http" in Client().get("/robots.txt").content.decode()

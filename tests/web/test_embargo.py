"""Before its hour a release is there for nobody but planning and approval; after it for all, on every page at once.

The walk does not look for figures: without the right to see drafts every page must be the same, byte for byte, whether a
draft is computed, approved and looked at by others, or not there at all.
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from lebenslagen.web import jobs, models, worker
from lebenslagen.web.services import due, releases
from lebenslagen.web.views.maps import FORMATS
from tests.web.conftest import client_of
from tests.web.routes import ROUTES

REPORT = "sozialbericht-2024"
People = dict[str, models.User]
OUTSIDE = ("", "reader", "department", "admin", "guest")
ASKED = f"bericht={REPORT}&zeit=2024"
QUERIES: dict[str, tuple[str, ...]] = {
    "map": (ASKED, f"{ASKED}&was=SGB&neben=status-dynamik", f"{ASKED}&was=SGB&ebene=sozialraum"),
    "map-embed": (ASKED, f"{ASKED}&was=SGB"),
    "indicator": (ASKED,),
    "quarters": (ASKED, f"{ASKED}&status=1"),
    "quarter": (ASKED,),
    "lineage": (ASKED,),
    "overview": (ASKED,),
    "search": ("q=Altstadt", "q=SGB", "q=2024"),
}
# What differs between two looks at the same page, whatever is released.
CHANGING = re.compile(
    rb"""(name="(?:csrfmiddlewaretoken|once|base)" value=")[^"]*|(<time[^>]*>)[^<]*|data-ends="[^"]*\""""
)


def addresses(who: str, people: People) -> Iterator[str]:
    """Every address of a page this person may open, with the questions that name the draft."""
    for name, route in ROUTES.items():
        if "all" not in route.get.split() and (not who or who not in route.get.split()):
            continue
        if name.startswith("account"):
            continue  # one's own sessions and keys; no figure
        if name in ("atlas-release", "atlas-release-file", "report-release", "report-release-file"):
            continue  # named by the digest of a release, below
        if name == "map-file":
            yield from (f"{reverse(name, args=[kind])}?{ASKED}&was=SGB" for kind in FORMATS)
            continue
        plain = reverse(name, args=route.args(people))
        if plain.startswith("/verwaltung/"):
            continue  # people, rules, and the trail, which says that a release is under way; no figure
        yield plain
        yield from (f"{plain}?{query}" for query in QUERIES.get(name, ()))


def walk(who: str, people: People) -> dict[str, tuple[int, bytes]]:
    client, seen = client_of(people[who] if who else None), {}
    for address in addresses(who, people):
        response = client.get(address)
        place = re.sub(r"/eingang/[^/]+", "/eingang/…", address)
        raw = b"" if "/datei/xlsx" in address else response.content  # a workbook is packed with its time
        for token in models.Intake.objects.values_list("token", flat=True):
            raw = raw.replace(token.encode(), b"")
        models.Intake.objects.all().delete()
        seen[place] = (response.status_code, CHANGING.sub(rb"\1\2", raw))
        if address != "/favicon.ico" and "no-store" not in response.get("Cache-Control", "no-store"):
            assert int(re.findall(r"max-age=(\d+)", response["Cache-Control"])[0]) <= 60, address
    return seen


def everywhere(people: People) -> dict[str, dict[str, tuple[int, bytes]]]:
    return {who: walk(who, people) for who in OUTSIDE}


@pytest.fixture
def one_released(town: Any) -> Any:
    """Musterstadt as it was before the report of 2024: released is that of 2020, the draft is not computed."""
    lines = (town.root / "ledger.jsonl").read_bytes().splitlines(keepends=True)
    assert json.loads(lines[-1])["report"] == REPORT
    (town.root / "ledger.jsonl").write_bytes(b"".join(lines[:-1]))
    shutil.rmtree(town.root / "releases" / json.loads(lines[-1])["release"])
    (town.root / ".cache" / "release").rename(town.root / ".cache" / "aside")
    return town


def draft_computed(town: Any) -> None:
    (town.root / ".cache" / "aside").rename(town.root / ".cache" / "release")
    from lebenslagen.project import publish

    publish.figures_of(town._works(), town.report(REPORT))
    assert publish.known(town._works(), town.report(REPORT)) is not None


def approved(people: People, hour: Any) -> models.ReleaseRequest:
    row = releases.draft(REPORT, "public", by=people["planner"])
    releases.submit(row.pk, by=people["planner"], publish_at=hour)
    releases.approve(row.pk, by=people["approver"])
    return models.ReleaseRequest.objects.get(pk=row.pk)


def run_jobs() -> list[str]:
    states = []
    while (job := jobs.claim()) is not None:
        worker.run_child(job.pk, job.token)
        states.append(f"{job.kind}: {models.Job.objects.get(pk=job.pk).state}")
    return states


def figure(town: Any) -> str:
    """A figure of the new report, as pages print it."""
    from lebenslagen.texts import texts

    release = town.edition(REPORT, "de", to=models.User.objects.get(login="planner")).release
    column = release.column("SGB.rate@2024")
    return texts("de").number(column.cells["sozialraum"]["1"].value, 1)


SHOWN = (
    f"/indikatoren/karte/?{ASKED}&was=SGB&ebene=sozialraum", f"/indikatoren/karte/einbetten/?{ASKED}&was=SGB&ebene=sozialraum",
    f"/indikatoren/karte/datei/csv/?{ASKED}&was=SGB&ebene=sozialraum", f"/indikatoren/karte/datei/svg/?{ASKED}&was=SGB&ebene=sozialraum",
    f"/indikatoren/SGB/?{ASKED}", f"/quartiere/sozialraum/1/?{ASKED}", f"/daten/herkunft/SGB.rate@2024/sozialraum/1/?{ASKED}",
)  # fmt: skip


def test_nobody_sees_a_draft_and_after_the_hour_all_see_the_release(
    people: People, one_released: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lebenslagen.project import publish

    monkeypatch.setattr(publish, "report_files", lambda made: {"index.html": made.title.encode()})
    due._last["missing"] = 1e18
    without = everywhere(people)
    draft_computed(one_released)
    row = approved(people, timezone.now() + timedelta(hours=3))
    for who in ("planner", "approver"):  # what they look at is remembered
        client = client_of(people[who])
        assert all(client.get(f"{a}").status_code == 200 for a in (*SHOWN, "/", "/quartiere/"))
        assert figure(one_released) in client.get(SHOWN[0]).content.decode()
    due.publish_due()
    assert run_jobs() == ["prepare: done"]  # report and atlas are written; nobody sees them
    before = everywhere(people)
    told = [(w, a) for w, pages in before.items() for a, page in pages.items() if page != without[w].get(a)]
    assert told == [], told

    models.ReleaseRequest.objects.filter(pk=row.pk).update(publish_at=timezone.now() - timedelta(seconds=1))
    due.publish_due()
    assert run_jobs() == ["publish: done"]
    for who in OUTSIDE[1:]:
        client = client_of(people[who])
        for address in SHOWN:
            response = client.get(address)
            assert (response.status_code, who) == (200, who), address
            wanted = figure(one_released) if "csv" not in address else figure(one_released).replace(",", ".")
            body = response.content.decode()
            assert wanted in body or figure(one_released) in body, (who, address)
        assert b"31.12.2024" in client.get("/").content, who
    digest = models.ReleaseRequest.objects.get(pk=row.pk).release
    for address in (
        "/atlas/",
        f"/atlas/v/{digest}/",
        "/bericht/",
        f"/bericht/v/{digest}/",
        f"/bericht/{REPORT}/",
    ):
        assert client_of(None).get(address).status_code == 200, address
    assert figure(one_released) in client_of(None).get(SHOWN[1]).content.decode()

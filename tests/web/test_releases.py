"""Releases: four eyes, approvals that lapse, day and hour, the ledger that decides, and what the page tells."""

from __future__ import annotations

import itertools
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from lebenslagen.errors import Fault, LebenslagenError, NotAllowed
from lebenslagen.web import editions, jobs, models, releasing, worker
from lebenslagen.web.permissions import SYSTEM
from lebenslagen.web.release_states import STATES, TRANSITIONS
from lebenslagen.web.services import due, releases
from lebenslagen.web.services.base import Conflict
from tests.web.conftest import client_of, make_user
from tests.web.writes import published_row, release_rows

REPORT = "sozialbericht-2024"
People = dict[str, models.User]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """Setting the PDF takes seconds and is tested with the public pages."""
    from lebenslagen.project import publish

    monkeypatch.setattr(
        publish,
        "report_files",
        lambda made: {"index.html": made.status.encode(), "sozialbericht.pdf": b"%PDF"},
    )
    monkeypatch.setattr(
        publish, "atlas_files", lambda made: {"index.html": b"<!doctype html><title>Atlas</title>"}
    )
    due._last["missing"] = 1e18  # what the fixture lacks is not written here


def run_jobs() -> list[str]:
    """The worker's turn, in this process: every waiting job, its state at the end."""
    states = []
    while (job := jobs.claim()) is not None:
        worker.run_child(job.pk, job.token)
        job.refresh_from_db()
        states.append(f"{job.kind}: {job.state}")
    return states


# --- four eyes --------------------------------------------------------------------------------------------------


def test_the_author_never_approves(people: People, town: Any) -> None:
    models.Membership.objects.create(user=people["planner"], role="approver")
    row = release_rows(people, "submitted")
    with pytest.raises(NotAllowed, match="own-release"):
        releases.approve(row.pk, by=models.User.objects.get(pk=people["planner"].pk))
    with pytest.raises(IntegrityError, match="author_is_not_approver"), transaction.atomic():
        models.ReleaseRequest.objects.filter(pk=row.pk).update(approver=row.author)


def test_nothing_is_approved_by_nobody(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    for state in ("approved", "published", "withdrawn"):
        with pytest.raises(IntegrityError, match="approved_by_somebody"), transaction.atomic():
            models.ReleaseRequest.objects.filter(pk=row.pk).update(state=state)


def test_whoever_submits_is_the_author(people: People, town: Any) -> None:
    """Drafted by one, submitted by another with both roles: that other may not approve."""
    both = make_user("beide", "planner")
    models.Membership.objects.create(user=both, role="approver")
    row = release_rows(people, "draft")
    releases.submit(row.pk, by=both)
    with pytest.raises(NotAllowed, match="own-release"):
        releases.approve(row.pk, by=both)


def test_a_second_account_of_one_person_does_not_count(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    twin = make_user("planner-zwei", "approver")
    models.User.objects.filter(pk=twin.pk).update(name=f"  {people['planner'].name.upper()} ")
    with pytest.raises(NotAllowed, match="four-eyes"):
        releases.approve(row.pk, by=models.User.objects.get(pk=twin.pk))


def test_two_roles_are_needed(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    people["planner"].memberships.all().delete()
    with pytest.raises(NotAllowed, match="two-roles"):
        releases.approve(row.pk, by=people["approver"])


# --- states -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("step", "state"), list(itertools.product(TRANSITIONS, models.ReleaseRequest.STATES))
)
def test_only_the_ways_of_the_table(step: str, state: str, people: People) -> None:
    way = TRANSITIONS[step]
    row = models.ReleaseRequest.objects.create(
        report=REPORT,
        audience="public",
        title="T",
        author=people["planner"],
        state=state,
        content="1" * 64,
        approver=people["approver"],
    )
    if state in way.before:
        releases._advance(row, step, people["approver"], "weil")
        row.refresh_from_db()
        assert (row.state, row.version) == (way.after, 2)
    else:
        with pytest.raises(NotAllowed, match="release-state"):
            releases._advance(row, step, people["approver"], "weil")
        assert models.ReleaseRequest.objects.get(pk=row.pk).state == state


def test_every_state_can_be_reached() -> None:
    reached = {"draft"}
    for _ in models.ReleaseRequest.STATES:
        reached |= {way.after for way in TRANSITIONS.values() if reached & set(way.before)}
    assert reached == set(models.ReleaseRequest.STATES) == set(STATES)


def test_two_who_decide_at_once(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    releases.return_(row.pk, by=people["approver"], note="Bitte gröber.", version=row.version)
    releases.submit(row.pk, by=people["planner"])
    with pytest.raises(Conflict):
        releases.approve(row.pk, by=people["approver"], version=row.version)


def test_returning_and_withdrawing_need_a_reason(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    with pytest.raises(ValidationError):
        releases.return_(row.pk, by=people["approver"], note=" ")
    with pytest.raises(ValidationError):
        releases.withdraw(releasing.in_force(REPORT, "public"), by=people["approver"], note="")


def test_one_way_at_a_time(people: People, town: Any) -> None:
    releases.draft(REPORT, "public", by=people["planner"])
    with pytest.raises(ValidationError):
        releases.draft(REPORT, "public", by=people["planner"])
    releases.draft(REPORT, "committee", by=people["planner"])


# --- an approval holds for what it was given for ----------------------------------------------------------------


def change_a_text(town: Any) -> None:
    path = town.root / "reports" / "raum.md"
    path.write_text(path.read_text("utf-8") + "\nNoch ein Satz.\n", "utf-8")


def test_a_change_before_the_approval_shows(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    change_a_text(town)
    with pytest.raises(Conflict, match="release-not-as-submitted"):
        releases.approve(row.pk, by=people["approver"])
    page = client_of(people["approver"]).get(reverse("release", args=[row.pk])).content.decode()
    assert "Geändert seit dem Einreichen" in page and 'value="approve"' not in page


def test_a_change_after_the_approval_voids_it(people: People, town: Any) -> None:
    before = releasing.in_force(REPORT, "public")
    row = release_rows(people, "submitted")
    releases.approve(row.pk, by=people["approver"])
    change_a_text(town)
    due.publish_due()
    assert run_jobs() == ["publish: done"]
    row.refresh_from_db()
    assert (row.state, row.approver, row.release) == ("returned", None, "")
    assert releasing.in_force(REPORT, "public") == before
    assert (
        "gilt nicht mehr"
        in client_of(people["planner"]).get(reverse("release", args=[row.pk])).content.decode()
        or row.notes.filter(text=releases.VOIDED).exists()
    )


def test_a_delivery_that_changes_no_figure_keeps_it(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    assert releases.prepare(row.pk) is None  # not approved yet
    releases.approve(row.pk, by=people["approver"])
    made = releases.prepare(row.pk)
    assert made is not None and (made.author, made.approved_by) == (
        people["planner"].name,
        people["approver"].name,
    )


# --- day and hour -----------------------------------------------------------------------------------------------


def test_not_before_its_hour(people: People, town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    hour = timezone.now() + timedelta(hours=3)
    row = release_rows(people, "draft")
    releases.submit(row.pk, by=people["planner"], publish_at=hour)
    releases.approve(row.pk, by=people["approver"])
    lines = len(releasing.ledger_lines())
    due.publish_due()
    due.publish_due()
    assert run_jobs() == ["prepare: done"] and len(releasing.ledger_lines()) == lines
    with pytest.raises(NotAllowed, match="release-too-early"):
        releases.publish(row.pk, by=SYSTEM, made=releases.prepare(row.pk))
    monkeypatch.setattr(timezone, "now", lambda: hour + timedelta(seconds=1))
    due.publish_due()
    due.publish_due()
    assert models.Job.objects.filter(kind="publish").count() == 1
    assert run_jobs() == ["publish: done"] and len(releasing.ledger_lines()) == lines + 1


def test_a_committee_sees_it_all_at_once(people: People, town: Any) -> None:
    """Before: no role without the right to see drafts sees anything of it. After: all who read reports do."""
    from lebenslagen.project import publish as publishing

    publishing.figures_of(town._works(), releasing.declared_for(REPORT, "committee"))
    row = releases.draft(REPORT, "committee", by=people["planner"])
    releases.submit(row.pk, by=people["planner"], publish_at=None)
    releases.approve(row.pk, by=people["approver"])
    due.publish_due()
    made = releases.prepare(row.pk)
    assert made is not None
    name = editions.place_of(made.digest).name
    addresses = [
        reverse("edition", args=[name, "bericht/index.html"]),
        f"/bericht/v/{made.digest}/",
        f"/atlas/v/{made.digest}/",
    ]

    def seen(role: str) -> list[int]:
        return [client_of(people[role]).get(address).status_code for address in addresses]

    assert all(seen(role) == [404, 404, 404] for role in ("reader", "department", "admin"))
    assert run_jobs() == ["publish: done"]
    assert all(
        seen(role) == [200, 404, 404] for role in ("reader", "department", "admin")
    )  # never at the public addresses
    assert seen("guest")[1:] == [404, 404]


def test_committees_are_protected_like_the_public(people: People, town: Any) -> None:
    from lebenslagen.project import publish as publishing

    works = town._works()
    committee, public = (publishing.policy_of(works, a) for a in ("committee", "public"))
    assert works.declaration.policy("committee").threshold < public.threshold
    assert (committee.threshold, committee.width) == (public.threshold, public.width)
    made = publishing.figures_of(works, releasing.declared_for(REPORT, "committee"))
    shown = [
        cell.value for column in made.columns if column.kind == "count" and column.persons
        for cells in column.cells.values() for cell in cells.values() if cell.value is not None
    ]  # fmt: skip
    assert not [value for value in shown if 0 < value < public.threshold]
    signed = made.signed("A", "B", "2026-01-01")
    town.project.publish(signed, {}, report=REPORT, by="A", approved_by="B", at=timezone.now())
    assert signed.digest in {r.digest for r in town.project.ledger().known}


# --- the ledger decides -----------------------------------------------------------------------------------------


def test_killed_between_ledger_and_row(people: People, town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    row = release_rows(people, "submitted")
    releases.approve(row.pk, by=people["approver"])
    made = releases.prepare(row.pk)
    lines = len(releasing.ledger_lines())
    with monkeypatch.context() as cut:
        cut.setattr(releases, "_advance", lambda *a, **k: (_ for _ in ()).throw(SystemExit("killed")))
        with pytest.raises(SystemExit):
            releases.publish(row.pk, by=SYSTEM, made=made)
    row.refresh_from_db()
    assert row.state == "approved" and len(releasing.ledger_lines()) == lines + 1
    assert (
        made is not None and releasing.in_force(REPORT, "public") == made.digest
    )  # published is what the ledger says
    due.publish_due()
    row.refresh_from_db()
    assert (row.state, row.release) == ("published", made.digest)
    due.publish_due()
    assert run_jobs() == [] and len(releasing.ledger_lines()) == lines + 1


def test_killed_before_the_ledger(people: People, town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files of the release are there, no line: nothing is published, and the next attempt ends it, once."""
    row = release_rows(people, "submitted")
    releases.approve(row.pk, by=people["approver"])
    made, lines = releases.prepare(row.pk), len(releasing.ledger_lines())
    with monkeypatch.context() as cut:
        cut.setattr(
            "lebenslagen.project.store.Journal.append", lambda *a: (_ for _ in ()).throw(SystemExit("killed"))
        )
        with pytest.raises(SystemExit):
            releases.publish(row.pk, by=SYSTEM, made=made)
    assert made is not None and (town.root / "releases" / made.digest).is_dir()
    assert releasing.in_force(REPORT, "public") != made.digest
    due.publish_due()
    assert run_jobs() == ["publish: done"] and len(releasing.ledger_lines()) == lines + 1


def test_rows_are_made_anew_from_the_ledger(people: People, town: Any) -> None:
    """A database restored from before: the row is gone, or says something else."""
    row = published_row(people)
    models.ReleaseNote.objects.all().delete()
    models.ReleaseRequest.objects.all().delete()
    due.publish_due()
    again = models.ReleaseRequest.objects.get(pk=row.pk)
    assert (again.state, again.release, again.author, again.approver) == (
        "published",
        row.release,
        row.author,
        row.approver,
    )
    releases.withdraw(row.release, by=people["approver"], note="Fehler in der Quelle")
    models.ReleaseRequest.objects.filter(pk=row.pk).update(state="published")
    due.publish_due()
    assert models.ReleaseRequest.objects.get(pk=row.pk).state == "withdrawn"


def test_withdrawn_stays_in_ledger_and_attack(people: People, town: Any) -> None:
    row = published_row(people)
    releases.withdraw(row.release, by=people["approver"], note="Fehler in der Quelle")
    row.refresh_from_db()
    assert row.state == "withdrawn" and releasing.in_force(REPORT, "public") == ""
    ledger = town.project.ledger()
    assert row.release in ledger.withdrawn and row.release in {r.digest for r in ledger.known}
    with pytest.raises(NotAllowed, match="release-not-in-force"):
        releases.withdraw(row.release, by=people["approver"], note="noch einmal")
    page = client_of(people["planner"]).get(reverse("ledger")).content.decode()
    assert "Fehler in der Quelle" in page and "Soeben geprüft" in page


def test_a_changed_ledger_shows(people: People, town: Any) -> None:
    path = town.root / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"A. Planung", b"X. Planung", 1))
    page = client_of(people["approver"]).get(reverse("ledger")).content.decode()
    assert "Das Verzeichnis stimmt nicht" in page and "Soeben geprüft" not in page


def test_a_broken_ledger_does_not_end_the_worker(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    releases.approve(row.pk, by=people["approver"])
    path = town.root / "ledger.jsonl"
    path.write_bytes(path.read_bytes().replace(b"A. Planung", b"X. Planung", 1))
    due.publish_due()
    assert run_jobs() == [] and models.ReleaseRequest.objects.get(pk=row.pk).state == "approved"


def test_a_busy_project_is_said_at_once(people: People, town: Any) -> None:
    """Somebody else holds the ledger: the page does not wait with the database held, and nothing is lost."""
    import fcntl

    with (town.root / ".lock-ledger").open("a+b") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(Conflict, match="project-busy"):
            releases.withdraw(releasing.in_force(REPORT, "public"), by=people["approver"], note="Fehler")
    assert releasing.in_force(REPORT, "public")


def test_withdrawing_does_not_wait_for_a_long_job(people: People, town: Any) -> None:
    with town.project.locked():
        releases.withdraw(releasing.in_force(REPORT, "public"), by=people["approver"], note="Fehler")
    assert not releasing.in_force(REPORT, "public")


# --- what the page tells ----------------------------------------------------------------------------------------


def test_the_order_of_the_page(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    page = client_of(people["approver"]).get(reverse("release", args=[row.pk])).content.decode()
    parts = [
        'id="gezeigt"',
        'id="verborgen"',
        'id="lernbar"',
        'id="anders"',
        'id="verlauf"',
        'value="approve"',
    ]
    places = [page.index(part) for part in parts]
    assert places == sorted(places)
    assert "Anzahlen von 1 bis 4 Personen werden nicht veröffentlicht." in page


def test_the_author_is_offered_no_approval(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    page = client_of(people["planner"]).get(reverse("release", args=[row.pk])).content.decode()
    assert 'value="approve"' not in page and "Zur Bearbeitung zurücknehmen" in page


def test_what_can_be_learned_is_what_the_attack_finds(people: People, town: Any) -> None:
    """The words of the page against the attack, computed once more."""
    import math

    from lebenslagen.disclosure import Ledger, attack
    from lebenslagen.texts import texts

    figures = town.project.release(releasing.in_force(REPORT, "public"))
    ledger = town.project.ledger()
    before = Ledger(tuple(r for r in ledger.releases if r.digest != figures.digest))
    found, told = attack(figures, before), releasing.learned(figures, texts("de"))
    assert len(told) == len(found) > 0
    ends = sorted(
        (math.ceil(b.low - 1e-9), None if b.high is None else math.floor(b.high + 1e-9))
        for b in found.values()
    )
    assert sorted((one.low, one.high) for one in told) == ends
    assert told == sorted(told, key=lambda one: one.width) or told[0].width == min(one.width for one in told)
    assert all(one.area and one.period and str(one.low)[:1] in one.sentence for one in told)


def test_the_difference_to_the_last_release() -> None:
    from decimal import Decimal

    from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    from lebenslagen.texts import texts

    frames = (LevelFrame("quarter", ("01", "02", "03", "04"), names=("Altmarkt", "Hafen", "Nord", "Süd")),)

    def made(*cells: Cell, key: str = "sgb2@2024") -> Release:
        column = Column(
            key=key,
            role="count",
            kind="count",
            period="2024",
            label="SGB II",
            cells={"quarter": dict(zip(frames[0].ids, cells, strict=True))},
        )
        return Release(Policy(), "T", "Musterstadt", frames, (column,))

    hidden, seven, nine = Cell(None, "withheld"), Cell(Decimal(7)), Cell(Decimal(9))
    found = releasing.difference(
        made(hidden, seven, seven, hidden), made(nine, hidden, nine, hidden), texts("de")
    )
    assert [row[2:] for row in found.newly_shown] == [("Altmarkt", "·", "9")]
    assert [row[2:] for row in found.newly_hidden] == [("Hafen", "7", "·")]
    assert [row[2:] for row in found.changed] == [("Nord", "7", "9")] and not found.nothing
    other = releasing.difference(
        made(seven, seven, seven, seven), made(seven, seven, seven, seven, key="neu@2024"), texts("de")
    )
    assert (other.added, other.gone) == (["SGB II (2024)"], ["SGB II (2024)"])


def test_a_table_as_it_would_be_printed(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    client = client_of(people["approver"])
    page = client.get(reverse("release-table", args=[row.pk]) + "?zahl=rate:JA").content.decode()
    assert "Arbeitslosigkeit junger Menschen" in page and ">·<" in page
    assert client.get(reverse("release-table", args=[row.pk]) + "?zahl=rate:%3Cscript%3E").status_code == 404


def test_a_release_that_leaks_is_not_submitted(
    people: People, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lebenslagen.errors import DisclosureError

    row = release_rows(people, "draft")
    monkeypatch.setattr("lebenslagen.disclosure.leaks", lambda release, bounds: (("a", "b", "c"),))
    with pytest.raises(DisclosureError, match="release-leaks"):
        releases.submit(row.pk, by=people["planner"])
    answer = client_of(people["planner"]).post(
        reverse("release-submit", args=[row.pk]), {"version": row.version}
    )
    assert answer.status_code == 422 and "zu genau herausfinden" in answer.content.decode()


def test_moments_are_checked(people: People, town: Any) -> None:
    row = release_rows(people, "draft")
    client, address = client_of(people["planner"]), reverse("release-submit", args=[row.pk])
    past = client.post(address, {"version": row.version, "day": "2020-01-01", "hour": "09:00"})
    assert past.status_code == 422 and "Dieser Zeitpunkt ist vorbei" in past.content.decode()
    alone = client.post(address, {"version": row.version, "hour": "09:00"})
    assert alone.status_code == 422 and "zur Uhrzeit auch den Tag" in alone.content.decode()
    assert models.ReleaseRequest.objects.get(pk=row.pk).state == "draft"


def test_a_note_with_markup_is_text(people: People, town: Any) -> None:
    row = release_rows(people, "submitted")
    releases.return_(row.pk, by=people["approver"], note="<script>alert(1)</script>")
    page = client_of(people["planner"]).get(reverse("release", args=[row.pk])).content.decode()
    assert "<script>alert(1)" not in page and "&lt;script&gt;alert(1)" in page


def test_a_failing_job_waits_before_the_next_try(
    people: People, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = release_rows(people, "submitted")
    releases.approve(row.pk, by=people["approver"])

    def full(*args: Any) -> None:
        raise LebenslagenError(Fault("job-disk", "publish", {"reason": "voll"}))

    monkeypatch.setattr(editions, "_write_published", full)
    due.publish_due()
    assert run_jobs() == ["publish: failed"]
    due.publish_due()
    assert run_jobs() == [] and releases.unsettled() == []

"""What happens by the clock: at its hour, beside whatever else is at work, and not by a clock that jumps."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from lebenslagen.texts import texts
from lebenslagen.web import clock, editions, jobs, models, releasing, worker
from lebenslagen.web.services import due, releases
from tests.web.conftest import client_of
from tests.web.test_releases import REPORT, People, run_jobs
from tests.web.writes import release_rows


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    from lebenslagen.project import publish

    monkeypatch.setattr(publish, "report_files", lambda made: {"index.html": made.title.encode()})
    monkeypatch.setattr(publish, "atlas_files", lambda made: {"index.html": b"<title>Atlas</title>"})
    due._last["missing"] = 1e18


def approved(people: People, hour: Any = None) -> models.ReleaseRequest:
    row = release_rows(people, "draft")
    releases.submit(row.pk, by=people["planner"], publish_at=hour)
    releases.approve(row.pk, by=people["approver"])
    return models.ReleaseRequest.objects.get(pk=row.pk)


def test_a_release_does_not_wait_for_who_holds_the_files(people: People, town: Any) -> None:
    """A long computation holds the project's lock for its whole time; the ledger has a lock of its own."""
    row, lines = approved(people), len(releasing.ledger_lines())
    with town.project.locked():
        due.publish_due()
        begin = time.monotonic()
        assert run_jobs() == ["publish: done"]
        assert time.monotonic() - begin < 10
    assert len(releasing.ledger_lines()) == lines + 1
    row.refresh_from_db()
    assert row.state == "published"


def test_a_long_job_and_a_release_have_a_lane_each(people: People) -> None:
    long = models.Job.objects.create(kind="build", by=people["planner"])
    models.Job.objects.create(kind="report", by=people["planner"])
    hour = models.Job.objects.create(kind="publish", options={"request": 1})
    claimed = [jobs.claim(lane=lane) for lane in jobs.LANES]
    assert [job.pk for job in claimed if job] == [hour.pk, long.pk]


def test_an_unknown_kind_is_not_forgotten(db: None) -> None:
    models.Job.objects.create(kind="of another version")
    assert jobs.claim(lane="publish") is None and jobs.claim(lane="work") is not None


def test_at_the_hour_only_the_line_is_missing(
    people: People, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    hour = timezone.now() + timedelta(days=2)
    row = approved(people, hour)
    due.publish_due()
    assert run_jobs() == ["prepare: done"]
    told = list((town.root / "ausgabe").glob("veroeffentlicht-*"))
    assert len(told) == 1
    monkeypatch.setattr(editions, "_write_published", lambda *a: pytest.fail("written again"))
    monkeypatch.setattr(timezone, "now", lambda: hour + timedelta(seconds=1))
    due.publish_due()
    assert run_jobs() == ["publish: done"]
    row.refresh_from_db()
    assert editions.place_of(row.release) == told[0]


def test_a_change_after_the_preparation_voids_it_all_the_same(people: People, town: Any) -> None:
    row = approved(people, timezone.now() + timedelta(days=2))
    due.publish_due()
    run_jobs()
    path = town.root / "project.toml"
    path.write_bytes(path.read_bytes() + b"\n# changed\n")
    models.ReleaseRequest.objects.filter(pk=row.pk).update(publish_at=timezone.now())
    due.publish_due()
    run_jobs()
    row.refresh_from_db()
    assert row.state == "returned"


# --- the clock --------------------------------------------------------------------------------------------------


def waits(people: People, until: timedelta) -> models.ReleaseRequest:
    """An approved release, as the clock sees it."""
    return models.ReleaseRequest.objects.create(
        report=REPORT, audience="public", title="T", author=people["planner"], approver=people["approver"],
        state="approved", content="1" * 64, publish_at=timezone.now() + until,
    )  # fmt: skip


@pytest.mark.parametrize("jump", [86400.0, -86400.0, 61.0])
def test_nothing_happens_by_a_clock_that_jumped(
    jump: float, people: People, read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    waits(people, timedelta(hours=20) if jump > 100 else timedelta(seconds=30 if jump > 0 else 0))
    own, real, moved = [0.0], timezone.now, [0.0]
    monkeypatch.setattr(timezone, "now", lambda: real() + timedelta(seconds=moved[0]))
    seen = clock.Clock(own=lambda: own[0], wall=lambda: own[0] + moved[0])
    lanes: dict[str, Any] = {}  # no lane is free: only what is due by the clock
    moved[0] += jump
    worker._turn(lanes, seen)
    assert models.Job.objects.count() == 0
    moved[0] -= jump  # a time server puts it right
    own[0] += 5
    worker._turn(lanes, seen)
    assert models.Job.objects.count() == 0
    own[0] += clock.WAIT
    worker._turn(lanes, seen)
    assert [job.kind for job in models.Job.objects.all()] == (["prepare"] if jump > 0 else ["publish"])


def test_a_clock_that_was_slept_over_or_set_is_believed_in_the_end(people: People, read_town: Any) -> None:
    waits(people, timedelta(seconds=-1))
    own, ahead = [0.0], [0.0]
    seen = clock.Clock(own=lambda: own[0], wall=lambda: own[0] + ahead[0])
    ahead[0] = 7200.0
    worker._turn({}, seen)
    own[0] += clock.WAIT
    worker._turn({}, seen)
    assert models.Job.objects.filter(kind="publish").count() == 1


def test_a_login_dated_ahead_does_not_last_for_ever(people: People) -> None:
    client = client_of(people["reader"])
    assert client.get("/konto/").status_code == 200
    models.UserSession.objects.update(started_at=timezone.now() + timedelta(days=1))
    assert client.get("/konto/").status_code == 302


def test_a_failure_dated_ahead_does_not_block_the_next_try(people: People, read_town: Any) -> None:
    row = waits(people, timedelta())
    models.Job.objects.create(
        kind="publish",
        options={"request": row.pk},
        state="failed",
        ended_at=timezone.now() + timedelta(days=1),
    )
    due.publish_due()
    assert models.Job.objects.filter(kind="publish", state="queued").count() == 1


def test_two_who_release_at_once_are_protected_against_each_other(
    people: People, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While one release is computed another is published: the first is computed again, against that one too."""
    from lebenslagen.project import publish

    made = releasing.figures_for(REPORT, "public")
    if made is None:
        made = publish.figures_of(town._works(), town.report(REPORT))
    asked: list[int] = []

    def computed(works: Any, report: Any) -> Any:
        asked.append(len(releasing.ledger_lines()))
        if len(asked) == 1:
            other = made.signed("C. Andere", "D. Zweite", "2026-01-01")
            town.project.publish(
                other, {}, report=REPORT, by="C. Andere", approved_by="D. Zweite", at=timezone.now()
            )
        return made

    def known(works: Any, report: Any) -> Any:
        return made if asked[-1] == len(releasing.ledger_lines()) else None

    monkeypatch.setattr(publish, "figures_of", computed)
    monkeypatch.setattr(publish, "known", known)
    list(publish.release(town.project, REPORT, by="A", approved_by="B", at=timezone.now(), t=texts()))
    assert len(asked) == 2 and asked[1] == asked[0] + 1

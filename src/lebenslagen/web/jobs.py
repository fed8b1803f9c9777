"""Long tasks: which kinds there are, and how a worker takes, keeps and ends one.

A job is claimed by one UPDATE. The claim raises its token; whoever writes later must show the token it was given, so a
worker that was thought dead can no longer have an effect. The lease counts on the clock since the machine started, which
nobody sets; after a restart of the machine every lease is over.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from lebenslagen.texts import N_, Texts
from lebenslagen.web.models import Job

if TYPE_CHECKING:
    from lebenslagen.errors import Fault

__all__ = [
    "KINDS",
    "LANES",
    "LEASE",
    "TRIES",
    "Kind",
    "Lost",
    "Work",
    "boot_id",
    "claim",
    "finish",
    "renew",
    "report",
    "reset",
]

LEASE = 30.0  # seconds; a dead worker's job is taken up again after that
TRIES = 3


class Lost(Exception):
    """The job was given to somebody else; what this worker did has no effect."""


@dataclass(frozen=True)
class Work:
    """What a running job gets: its row, the folder for its output, who asked for it, and the texts."""

    job: Job
    root: Path
    staging: Path
    t: Texts
    by: str


Effect = Callable[[], dict[str, Any]]


@dataclass(frozen=True)
class Kind:
    """A kind of job. `run` yields the lines it says and returns what takes effect at the end, under the token.

    `offered`: may be started by hand; `steps`: about how many lines it says, for the bar; `lane`: jobs of one lane run
    one after the other, those of another beside them.
    """

    label: str
    run: Callable[[Work], Iterator[str]]
    steps: int
    offered: bool = True
    lane: str = "work"


def _build(work: Work) -> Iterator[str]:
    from lebenslagen.project import build
    from lebenslagen.project.store import Project

    project = Project(work.root)
    with project.locked():
        yield from build.build(project, by=work.by, at=timezone.now(), t=work.t)


def _published(name: str) -> Callable[[Work], Iterator[str]]:
    """A function of `project.publish`: writes beside its place; the last step puts it there."""

    def run(work: Work) -> Iterator[str]:
        from lebenslagen.project import publish
        from lebenslagen.project.store import Project

        project = Project(work.root)
        with project.locked():
            yield from getattr(publish, name)(
                project, work.job.options.get("report", ""), out=work.staging, t=work.t
            )

    return run


def _protect(work: Work) -> Iterator[str]:
    """The protected figures of a report, so that pages can show them and a release can be submitted."""
    from lebenslagen.project import build, publish
    from lebenslagen.project.store import Project

    project = Project(work.root)
    with project.locked():
        works = build.open_works(project)
        declared = works.declaration.report(work.job.options.get("report", ""))
        declared = replace(declared, audience=work.job.options.get("audience") or declared.audience)
        yield work.t("Protecting the figures of “{report}” …", report=declared.title)
        yield from publish.hidden_lines(publish.figures_of(works, declared), work.t)


def _made(name: str) -> Callable[[Work], Iterator[str]]:
    """A job of `lebenslagen.web.editions`."""

    def run(work: Work) -> Iterator[str]:
        from lebenslagen.web import editions

        yield from getattr(editions, name)(work)

    return run


# One row a kind of job.
KINDS: Mapping[str, Kind] = {
    "build": Kind(N_("Compute everything"), _build, 90),
    "protect": Kind(N_("Protect the figures"), _protect, 3),
    "report": Kind(N_("Write the report"), _published("report"), 4),
    "atlas": Kind(N_("Write the atlas"), _published("atlas"), 3),
    "export": Kind(N_("Write the tables"), _published("export"), 12),
    "edition": Kind(N_("Make an edition of the report"), _made("edition_job"), 3, offered=False),
    "prepare": Kind(N_("Prepare a release for its hour"), _made("prepare_job"), 3, offered=False),
    "publish": Kind(N_("Publish a release"), _made("publish_job"), 3, offered=False, lane="publish"),
    "public": Kind(N_("Write what a release brought"), _made("public_job"), 1, offered=False),
}

LANES = ("publish", "work")


def _kinds(lane: str) -> Q:
    """The kinds of a lane; unknown ones belong to "work", where they fail with their reason."""
    others = [name for name, kind in KINDS.items() if kind.lane != "work"]
    if lane == "work":
        return ~Q(kind__in=others)
    return Q(kind__in=[name for name in others if KINDS[name].lane == lane])


@cache
def boot_id() -> str:
    """Which start of the machine this is."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text("ascii").strip()
    except OSError:
        return "unknown"


def _free(now: float) -> Q:
    """Waiting, or running under a lease that is over."""
    over = Q(state=Job.RUNNING) & (~Q(boot=boot_id()) | Q(lease__lt=now))
    return Q(state=Job.QUEUED) | over


def claim(now: float | None = None, *, lane: str = "") -> Job | None:
    """Take the oldest free job (of a lane), or None; one that failed its last try for want of a living worker is ended."""
    now = time.monotonic() if now is None else now
    for job in Job.objects.filter(_free(now), _kinds(lane) if lane else Q()).order_by("pk"):
        mine = Job.objects.filter(_free(now), pk=job.pk, token=job.token)
        if job.cancel:
            mine.update(state=Job.CANCELLED, token=F("token") + 1, ended_at=timezone.now())
        elif job.tries >= TRIES:
            fault = {"code": "job-died", "where": job.kind, "values": {"tries": TRIES, "step": job.step}}
            mine.update(state=Job.FAILED, token=F("token") + 1, faults=[fault], ended_at=timezone.now())
        elif mine.update(
            state=Job.RUNNING, token=F("token") + 1, tries=F("tries") + 1, boot=boot_id(), lease=now + LEASE,
            step="", percent=0, lines=[], started_at=timezone.now(),
        ):  # fmt: skip
            job.refresh_from_db()
            return job
    return None


def _held(job: Job) -> Any:
    """The row as long as it is still ours."""
    return Job.objects.filter(pk=job.pk, token=job.token, state=Job.RUNNING)


def renew(job: Job) -> bool:
    """Keep the lease. Raises Lost where it is no longer ours; returns whether the job should go on."""
    if not _held(job).update(lease=time.monotonic() + LEASE, boot=boot_id()):
        raise Lost(job.pk)
    return not Job.objects.filter(pk=job.pk, cancel=True).exists()


def report(job: Job, lines: list[str], kind: Kind) -> None:
    """Tell the step reached. Raises Lost where the job is no longer ours."""
    percent = min(97, round(100 * len(lines) / (kind.steps + 1)))
    told = [line.strip() for line in lines][-200:]
    if not _held(job).update(step=told[-1][:300] if told else "", percent=percent, lines=told):
        raise Lost(job.pk)


def finish(job: Job, effect: Effect) -> None:
    """Let the job take effect and end it, both or neither, and only while the token is ours. Raises Lost otherwise."""
    with transaction.atomic():
        if not _held(job).update(state=Job.DONE, percent=100, ended_at=timezone.now()):
            raise Lost(job.pk)
        Job.objects.filter(pk=job.pk).update(result=effect())


def reset(job: Job, state: str, faults: tuple[Fault, ...] = ()) -> None:
    """End a job without effect: failed with its faults, or cancelled."""
    told = [
        {"code": f.code, "where": f.where, "values": {k: str(v) for k, v in f.values.items()}} for f in faults
    ]
    _held(job).update(state=state, faults=told, ended_at=timezone.now())

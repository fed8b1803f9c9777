"""Starting and cancelling long tasks."""

from __future__ import annotations

from typing import Any

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web.models import Job, User
from lebenslagen.web.permissions import require
from lebenslagen.web.services.base import change, writes

__all__ = ["cancel", "retry", "start"]


def _queue(kind: str, options: dict[str, Any], by: User) -> Job:
    """Where the same job waits already, that one will do."""
    same = Job.objects.filter(kind=kind, options=options, state=Job.QUEUED).first()
    return same or Job.objects.create(kind=kind, options=options, by=by)


@writes("job.start", N_("Job started"))
def start(kind: str, options: dict[str, Any], *, by: User) -> Job:
    """Put a job in the queue."""
    require(by, "job.start")
    with change(by, "job") as told:
        made = _queue(kind, options, by)
        told.key = str(made.pk)
    return made


@writes("job.cancel", N_("Job cancelled"), lasting=N_("What has ended cannot go on; start the job again."))
def cancel(job: Job, *, by: User) -> None:
    """Cancel a job: at once where it waits, at its next step where it runs."""
    require(by, "job.start")
    with change(by, "job", job.pk):
        Job.objects.filter(pk=job.pk, state__in=(Job.QUEUED, Job.RUNNING)).update(cancel=True)


@writes("job.retry", N_("Job started again"))
def retry(job: Job, *, by: User) -> Job:
    """Start a failed or cancelled job again, as a new one."""
    require(by, "job.start")
    if job.state not in (Job.FAILED, Job.CANCELLED):
        raise NotAllowed(Fault("job-not-ended", job.kind, {}))
    with change(by, "job") as told:
        made = _queue(job.kind, job.options, by)
        told.key = str(made.pk)
    return made

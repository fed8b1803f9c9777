"""Long tasks: where they stand, cancel, try again."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse, JsonResponse

from lebenslagen.errors import Fault
from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.jobs import KINDS
from lebenslagen.web.services import jobs
from lebenslagen.web.services.data_veil import told_to
from lebenslagen.web.views.base import done, page, show
from lebenslagen.web.views.errors import said

__all__ = ["cancel", "job", "listed", "retry", "start", "status"]


def _job(pk: int) -> models.Job:
    found = models.Job.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@page("job.view")
def listed(request: Any) -> HttpResponse:
    """The latest jobs and what can be started."""
    rows = [
        (j, request.t(KINDS[j.kind].label) if j.kind in KINDS else j.kind)
        for j in models.Job.objects.order_by("-pk")[:50]
    ]
    return show(
        request,
        "auftraege/liste.html",
        rows=rows,
        kinds=[(key, request.t(k.label)) for key, k in KINDS.items() if k.offered],
    )


@page("job.view")
def job(request: Any, pk: int) -> HttpResponse:
    """One job: step, bar, what it said, its result or why it failed."""
    found = _job(pk)
    faults = [Fault(f["code"], f["where"], f["values"]) for f in found.faults]
    told = said(told_to(request.user, faults, request.t), request.t.language)
    return show(
        request, "auftraege/auftrag.html", job=found, label=request.t(KINDS[found.kind].label), faults=told
    )


@page("job.view")
def status(request: Any, pk: int) -> HttpResponse:
    """The same for the script that keeps the page up to date."""
    found = _job(pk)
    return JsonResponse({"state": found.state, "step": found.step, "percent": found.percent})


@page("job.start", "POST")
def start(request: Any) -> HttpResponse:
    """Start a job of a kind that may be started by hand."""
    kind = request.POST.get("kind", "")
    if kind not in KINDS or not KINDS[kind].offered:
        raise Http404
    made = jobs.start(kind, {"report": request.POST.get("report", "")[:80]}, by=request.user)
    return done(request, N_("The job was started. It goes on even if you close this page."), "job", made.pk)


@page("job.start", "POST")
def cancel(request: Any, pk: int) -> HttpResponse:
    jobs.cancel(_job(pk), by=request.user)
    return done(request, N_("The job is being cancelled."), "job", pk)


@page("job.start", "POST")
def retry(request: Any, pk: int) -> HttpResponse:
    made = jobs.retry(_job(pk), by=request.user)
    return done(request, N_("The job was started again."), "job", made.pk)

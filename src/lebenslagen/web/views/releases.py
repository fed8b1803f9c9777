"""Releases: what will be shown, hidden, learned; submit, approve, return, withdraw; the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse

from lebenslagen.errors import DisclosureError, Fault, LebenslagenError, NotAllowed, ProjectError
from lebenslagen.texts import N_, Texts
from lebenslagen.web import editions, models, releasing
from lebenslagen.web.forms import releases as forms
from lebenslagen.web.permissions import may
from lebenslagen.web.release_states import OPEN, STATES, TRANSITIONS
from lebenslagen.web.services import jobs, releases
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show
from lebenslagen.web.views.errors import said

__all__ = ["decide", "ledger", "listed", "new", "protect", "recall", "release", "submit", "table", "withdraw"]

MOST = 15  # rows shown at once of what could be learned, and of a difference
BADGES = {
    "draft": "info", "submitted": "info", "returned": "warning", "approved": "success", "published": "success",
    "withdrawn": "danger",
}  # fmt: skip


def _find(pk: int) -> models.ReleaseRequest:
    found = models.ReleaseRequest.objects.select_related("author", "approver").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _entry(row: models.ReleaseRequest, t: Texts) -> dict[str, Any]:
    return {
        "row": row, "state": t(STATES[row.state]), "badge": BADGES[row.state],
        "audience": t(releasing.AUDIENCES.get(row.audience, row.audience)), "period": _period(row.report),
    }  # fmt: skip


def _period(report: str) -> str:
    """The period of a report; its key where it is no longer declared."""
    found = town().declaration.reports.get(report)
    return found.period if found else report


@page("release.view")
def listed(request: Any) -> HttpResponse:
    """Releases on their way, and what is in force."""
    rows = [
        _entry(row, request.t)
        for row in models.ReleaseRequest.objects.select_related("author", "approver").order_by("-pk")[:100]
    ]
    waiting = [entry for entry in rows if entry["row"].state in OPEN]
    return show(
        request,
        "freigaben/liste.html",
        waiting=waiting,
        past=[e for e in rows if e["row"].state not in OPEN],
        force=_force(request.t),
    )


def _force(t: Texts) -> list[dict[str, Any]]:
    """The releases in force, from the ledger."""
    force: dict[tuple[str, str], dict[str, Any]] = {}
    for line in releasing.ledger_lines():
        force[line["report"], line["audience"]] = line
    return [_told(line, t) for line in force.values() if line["what"] == "published"]


def _told(line: dict[str, Any], t: Texts) -> dict[str, Any]:
    return {
        **line, "moment": datetime.fromisoformat(line["at"]), "short": line["release"][:12],
        "readers": t(releasing.AUDIENCES.get(line["audience"], line["audience"])),
    }  # fmt: skip


@page("release.submit", "GET", "POST")
def new(request: Any) -> HttpResponse:
    """Begin a release."""
    reports = [(key, f"{r.title} ({r.period})") for key, r in town().declaration.reports.items()]
    readers = [(key, releasing.AUDIENCES[key]) for key in releasing.audiences()]
    first = {"report": town().report().key if reports else "", "audience": readers[0][0] if readers else ""}
    form = forms.Begin(request.POST or None, initial=first, reports=reports, audiences=readers)
    if request.method == "POST" and form.is_valid():
        try:
            made = releases.draft(form.cleaned_data["report"], form.cleaned_data["audience"], by=request.user)
        except ValidationError as error:
            form.take(error)
        else:
            return done(
                request, N_("The release was begun. Look at it before you submit it."), "release", made.pk
            )
    return show(request, "freigaben/neu.html", form=form)


# --- one release ------------------------------------------------------------------------------------------------


@page("release.view")
def release(request: Any, pk: int) -> HttpResponse:
    """What will be shown, what is hidden and why, what could be learned, what changes; then the button."""
    return _release(request, _find(pk))


@dataclass(frozen=True)
class _Ways:
    """What this person may do with this release now."""

    submit: bool
    recall: bool
    decide: bool
    give_back: bool
    withdraw: bool
    protect: bool
    own: bool


def _ways(request: Any, row: models.ReleaseRequest, *, computed: bool) -> _Ways:
    planner, approver = may(request.user, "release.submit"), may(request.user, "release.approve")
    own = row.author_id == request.user.pk
    return _Ways(
        submit=planner and computed and row.state in TRANSITIONS["submit"].before,
        recall=planner and row.state == "submitted",
        decide=approver and computed and not own and row.state == "submitted",
        give_back=approver and row.state in ("approved", "submitted"),
        withdraw=approver and row.state == "published",
        protect=may(request.user, "job.start") and not computed and row.state in OPEN,
        own=approver and own and row.state == "submitted",
    )


def _release(
    request: Any, row: models.ReleaseRequest, *, status: int = 200, form: Any = None, back: Any = None
) -> HttpResponse:
    figures = _figures(row)
    ways = _ways(request, row, computed=figures is not None)
    first = {"version": row.version}
    changed = (
        bool(figures) and row.state in ("submitted", "approved") and _content(row, figures) != row.content
    )
    steps = ["draft", "submitted", "approved", "published"]
    return show(
        request, "freigaben/freigabe.html", status=status, **_entry(row, request.t), figures=figures, ways=ways,
        changed=changed,
        notes=[(note, request.t(STATES[note.state])) for note in row.notes.select_related("by").order_by("pk")],
        steps=_steps(row, steps, request.t), **(_judged(row, figures, request.t) if figures else {}), job=_job(row),
        form=form or (forms.Submit(initial=first) if ways.submit else forms.Decide(initial=first)),
        back=back or forms.Withdraw(),
        edition=next((e for e in editions.kept() if e.release == row.release), None) if row.release else None,
    )  # fmt: skip


def _content(row: models.ReleaseRequest, figures: Any) -> str:
    return releasing.content_of(row.report, row.audience, figures)


def _figures(row: models.ReleaseRequest) -> Any:
    """The figures this release is about: published ones from their file, otherwise those of now."""
    here = town()
    if row.release:
        return here.kept(("release", row.release), lambda: here.project.release(row.release))
    return releasing.figures_for(row.report, row.audience)


def _job(row: models.ReleaseRequest) -> models.Job | None:
    """The job that works for this release just now."""
    kinds = {"protect": {"report": row.report, "audience": row.audience}, "publish": {"request": row.pk}}
    alive = models.Job.objects.filter(state__in=("queued", "running"), kind__in=kinds)
    return next((job for job in alive if job.options == kinds[job.kind]), None)


def _steps(row: models.ReleaseRequest, order: list[str], t: Texts) -> list[dict[str, str]]:
    here = {"returned": "draft", "withdrawn": "published"}.get(row.state, row.state)
    place = order.index(here)
    return [
        {
            "label": t(STATES[row.state] if i == place else STATES[s]),
            "state": "done" if i < place else "here" if i == place else "later",
            "address": "",
        }
        for i, s in enumerate(order)
    ]


def _judged(row: models.ReleaseRequest, figures: Any, t: Texts) -> dict[str, Any]:
    """Everything the page tells about the figures; remembered, since it is the same for everybody."""
    key = ("judged", row.report, row.audience, figures.digest, row.release, t.language)
    return town().kept(key, lambda: _judge(row, figures, t))  # type: ignore[no-any-return]


def _judge(row: models.ReleaseRequest, figures: Any, t: Texts) -> dict[str, Any]:
    from lebenslagen.disclosure import explain, leaks

    told, labels = explain(figures, t), releasing.level_labels()
    found = releasing.learned(figures, t)
    before = _before(row)
    old = town().project.release(before) if before else None
    return {
        "levels": releasing.levels(figures), "columns": releasing.shown_columns(figures, t), "told": told,
        "hidden": [(label, labels.get(level, level), t.number(n), t.number(of)) for level, label, n, of in told.hidden],
        "learned": found[:MOST], "more_learned": found[MOST:], "leaking": len(leaks(figures, figures.bounds)),
        "difference": releasing.difference(old, figures, t) if old else None,
        "before": _line(before, t) if before else None,
        "policy": figures.policy, "known_words": t.number(len(town().project.ledger().known)),
    }  # fmt: skip


def _before(row: models.ReleaseRequest) -> str:
    """The last release of this report for these readers before this one, withdrawn or not."""
    mine = [
        line["release"]
        for line in releasing.ledger_lines()
        if (line["report"], line["audience"], line["what"]) == (row.report, row.audience, "published")
    ]
    if row.release in mine:
        mine = mine[: mine.index(row.release)]
    return mine[-1] if mine else ""


def _line(digest: str, t: Texts) -> dict[str, Any]:
    return _told(next(line for line in releasing.ledger_lines() if line["release"] == digest), t)


@page("release.view")
def table(request: Any, pk: int) -> HttpResponse:
    """One kind of figure in all areas, exactly as it would be printed."""
    row = _find(pk)
    figures = _figures(row)
    if figures is None:
        raise DisclosureError(Fault("release-not-computed", row.report, {}))
    columns = releasing.shown_columns(figures, request.t)
    wanted = request.GET.get("zahl", columns[0][0] if columns else "")
    head, rows = releasing.column_rows(figures, wanted, request.t)
    caption = next((label for key, label, _ in columns if key == wanted), "")
    if not caption:
        raise Http404
    return show(
        request,
        "freigaben/tabelle.html",
        row=row,
        columns=columns,
        wanted=wanted,
        head=head,
        rows=rows,
        caption=caption,
    )


# --- steps ------------------------------------------------------------------------------------------------------


def _refused(request: Any, error: LebenslagenError) -> list[str]:
    return [f"{message} {remedy}" for _, message, remedy in said(tuple(error.faults), request.t.language)]


@page("release.submit", "POST")
def submit(request: Any, pk: int) -> HttpResponse:
    """Hand it to the approval."""
    row, form = _find(pk), forms.Submit(request.POST)
    if form.is_valid():
        try:
            releases.submit(
                pk,
                by=request.user,
                note=form.cleaned_data["note"],
                publish_at=form.publish_at,
                version=form.cleaned_data["version"],
            )
        except DisclosureError as error:
            for message in _refused(request, error):
                form.fail(None, message)
        else:
            return done(request, N_("Submitted. The approval sees it in its overview."), "release", pk)
    return _release(request, row, form=form, status=422)


@page("release.submit", "POST")
def recall(request: Any, pk: int) -> HttpResponse:
    """Take it back to work on it."""
    _find(pk)
    releases.recall(pk, by=request.user)
    return done(request, N_("Taken back. You can change it and submit it again."), "release", pk)


@page("release.approve", "POST")
def decide(request: Any, pk: int) -> HttpResponse:
    """Approve or return."""
    row, form = _find(pk), forms.Decide(request.POST)
    if form.is_valid():
        given = {
            "by": request.user,
            "note": form.cleaned_data["note"],
            "version": form.cleaned_data["version"],
        }
        try:
            if request.POST.get("step") == "approve":
                releases.approve(pk, **given)
                return done(
                    request, N_("Approved. It is published by itself at the time set."), "release", pk
                )
            releases.return_(pk, **given)
        except ValidationError as error:
            form.take(error)
        else:
            return done(request, N_("Returned to the planning."), "release", pk)
    return _release(request, row, form=form, status=422)


@page("release.approve", "GET", "POST")
def withdraw(request: Any, digest: str) -> HttpResponse:
    """Withdraw a release of the ledger, with the reason."""
    lines = [line for line in releasing.ledger_lines() if line["release"] == digest]
    if not lines:
        raise Http404
    if lines[-1]["what"] != "published":
        raise NotAllowed(Fault("release-not-in-force", "release", {}))
    form = forms.Withdraw(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            releases.withdraw(digest, by=request.user, note=form.cleaned_data["note"])
        except ValidationError as error:
            form.take(error)
        else:
            return done(
                request,
                N_("Withdrawn. It stays in the ledger, and every later check still counts it as known."),
                "releases",
            )
    status = 422 if request.method == "POST" else 200
    return show(
        request, "freigaben/zurueckziehen.html", status=status, line=_told(lines[-1], request.t), form=form
    )


@page("job.start", "POST")
def protect(request: Any, pk: int) -> HttpResponse:
    """Have the figures protected."""
    row = _find(pk)
    made = jobs.start("protect", {"report": row.report, "audience": row.audience}, by=request.user)
    return done(request, N_("The job was started. It goes on even if you close this page."), "job", made.pk)


@page("release.view")
def ledger(request: Any) -> HttpResponse:
    """Every release that ever was out, with its chain checked."""
    broken: tuple[tuple[str, str, str], ...] = ()
    try:
        lines = [_told(line, request.t) for line in releasing.ledger_lines()]
        for line in lines:
            releasing.intact(line["release"])
    except ProjectError as error:
        lines, broken = [], tuple(said(tuple(error.faults), request.t.language))
    return show(
        request,
        "freigaben/verzeichnis.html",
        lines=lines[::-1],
        broken=broken,
        last=lines[-1]["digest"] if lines else "",
    )

"""The trash: what was deleted, until when it can be restored; the question before something is deleted."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone

from lebenslagen.errors import NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import audit, bins, models
from lebenslagen.web.forms import people
from lebenslagen.web.services import trash
from lebenslagen.web.services.base import digest
from lebenslagen.web.views.administration import framed
from lebenslagen.web.views.base import done, page

__all__ = ["discard", "listed", "restore"]


@page("administration.view")
def listed(request: Any) -> HttpResponse:
    """What this person may restore; the administration sees everything that lies there."""
    t, now = request.t, timezone.now()
    rows = [
        {
            "item": item, "kind": t(audit.KINDS[item.kind].label), "may": trash.may_discard(request.user, item.kind, item.key),
            "days": (item.until - now).days,
        }
        for item in models.TrashItem.objects.filter(until__gt=now).select_related("by").order_by("-at")
    ]  # fmt: skip
    everything = "audit.view" in _rights(request)
    return framed(
        request,
        "verwaltung/papierkorb.html",
        rows=[r for r in rows if r["may"] or everything],
        days=bins.DAYS,
    )


def _rights(request: Any) -> frozenset[str]:
    from lebenslagen.web.permissions import rights

    return rights(request.user)


@page("administration.view", "GET", "POST")
def discard(request: Any, kind: str, key: str) -> HttpResponse:
    """Say what goes with it, then delete."""
    if kind not in bins.BINS:
        raise Http404
    state, bin_ = audit.state(kind, key), bins.BINS[kind]
    if state is None or bin_.gone(state):
        raise Http404
    audit.KINDS[kind].guard(request.user, key)
    if request.method == "POST":
        trash.discard(
            kind, key, by=request.user, why=request.POST.get("why", ""), base=request.POST.get("base") or None
        )
        return done(request, N_("It lies in the trash and can be restored for 30 days."), "trash")
    form = people.Reason(initial={"base": digest(state)})
    needed = [request.t(title) for title in bin_.needed(key)]
    return framed(
        request, "verwaltung/loeschen.html", form=form, label=bin_.label(key), kind=request.t(audit.KINDS[kind].label),
        goes=request.t(bin_.goes), needed=needed, days=bins.DAYS,
    )  # fmt: skip


@page("administration.view", "POST")
def restore(request: Any, pk: int) -> HttpResponse:
    """Put it back as it was."""
    item = models.TrashItem.objects.filter(pk=pk).first()
    if item is None:
        return done(
            request, N_("This is no longer in the trash. The audit trail says what became of it."), "trash"
        )
    try:
        trash.restore(pk, by=request.user)
    except NotAllowed as error:
        if error.faults[0].code != "trash-gone":
            raise
        return done(
            request, N_("This is no longer in the trash. The audit trail says what became of it."), "trash"
        )
    return done(request, N_("“{name}” is restored."), "trash", name=item.label)

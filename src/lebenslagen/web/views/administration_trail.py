"""The audit trail: filtered by kind, object and period, never by who wrote; a line with what changed, the way back, the check."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from lebenslagen.errors import LebenslagenError, NotAllowed
from lebenslagen.texts import N_, Texts
from lebenslagen.web import audit, models
from lebenslagen.web.differences import Difference, differences, object_name
from lebenslagen.web.forms import administration as forms
from lebenslagen.web.forms import people
from lebenslagen.web.roles import ROLES
from lebenslagen.web.services import catalogue, history, trail
from lebenslagen.web.services.base import digest
from lebenslagen.web.views.administration import framed
from lebenslagen.web.views.base import done, page, whole

__all__ = ["check", "line", "listed", "revert"]

A_PAGE = 40
SHORT = 4  # changes of a line that the list shows


@page("audit.view")
def listed(request: Any) -> HttpResponse:
    """Lines newest first, filtered by kind of object, object and period."""
    t = request.t
    kinds = sorted(
        ((key, t(kind.label)) for key, kind in audit.KINDS.items()), key=lambda kind: kind[1].casefold()
    )
    form = forms.Trail(request.GET if _asked(request) else None, kinds=[("", t(N_("all kinds"))), *kinds])
    wanted = form.cleaned_data if form.is_bound and form.is_valid() else {}
    found = _narrowed(wanted) if form.is_valid() or not form.is_bound else models.AuditLine.objects.none()
    before = whole(request.GET.get("vor", ""))
    page_ = list((found.filter(number__lt=before) if before is not None else found)[: A_PAGE + 1])
    lines, more = page_[:A_PAGE], len(page_) > A_PAGE
    return framed(
        request, "verwaltung/protokoll.html", form=form, rows=_rows(lines, t), narrowed=any(wanted.values()),
        older=_address(request, lines[-1].number) if more else "", newest=_address(request, None) if before is not None else "",
        declared=trail.DECLARED, readers=[t(ROLES[r].label) for r in ROLES if r in trail.DECLARED.readers], last=trail.last_check(),
    )  # fmt: skip


def _asked(request: Any) -> bool:
    return any(name in request.GET for name in ("art", "objekt", "von", "bis"))


def _address(request: Any, before: int | None) -> str:
    given = {k: v for k, v in request.GET.items() if k in ("art", "objekt", "von", "bis") and v}
    return "?" + urlencode({**given, **({"vor": before} if before is not None else {})})


def _narrowed(wanted: dict[str, Any]) -> QuerySet[models.AuditLine]:
    found = models.AuditLine.objects.order_by("-number")
    if wanted.get("art"):
        found = found.filter(kind=wanted["art"])
    if wanted.get("objekt"):
        found = found.filter(_objects(wanted["objekt"].strip()))
    if wanted.get("von"):
        found = found.filter(at__gte=timezone.make_aware(datetime.combine(wanted["von"], time())))
    if wanted.get("bis"):
        found = found.filter(
            at__lt=timezone.make_aware(datetime.combine(wanted["bis"] + timedelta(days=1), time()))
        )
    return found


def _objects(text: str) -> Q:
    """Objects by part of their key or name; a person as the one who was changed, never as the one who changed."""
    named = Q(key__icontains=text)
    people_ = models.User.objects.filter(Q(name__icontains=text) | Q(login__icontains=text))
    named |= Q(kind__in=("user", "grants"), key__in=[str(pk) for pk in people_.values_list("pk", flat=True)])
    releases = models.ReleaseRequest.objects.filter(title__icontains=text).values_list("pk", flat=True)
    return named | Q(kind="release-request", key__in=[str(pk) for pk in releases])


def _rows(lines: list[models.AuditLine], t: Texts) -> list[dict[str, Any]]:
    states = _states(lines)
    return [_row(line, states, t) for line in lines]


def _states(lines: list[models.AuditLine]) -> dict[str, bytes | None]:
    """The states behind lines, read at once: content by digest, None where it was purged."""
    wanted = {digest for line in lines for digest in (line.before, line.after) if digest}
    found = models.State.objects.filter(digest__in=wanted)
    return {state.digest: bytes(state.content) if state.content is not None else None for state in found}


def _row(line: models.AuditLine, states: dict[str, bytes | None], t: Texts) -> dict[str, Any]:
    purged = any(digest and states.get(digest) is None for digest in (line.before, line.after))
    found = (
        [] if purged else differences(line.kind, _state(states, line.before), _state(states, line.after), t)
    )
    return {
        "line": line, "what": t(catalogue.sentence(line.what)), "kind": t(audit.KINDS[line.kind].label) if line.kind in audit.KINDS else line.kind,
        "object": _name(line, t), "changes": [one.short() for one in found[:SHORT]], "more": [one.short() for one in found] != found[:SHORT], "purged": purged, "all": found,
        "why": _why(line, t), "why_line": _taken_back(line),
    }  # fmt: skip


def _state(states: dict[str, bytes | None], digest: str) -> bytes | None:
    return states.get(digest) if digest else None


def _name(line: models.AuditLine, t: Texts) -> str:
    """A trail must be readable even where the declarations are not."""
    try:
        return object_name(line.kind, line.key, t)
    except LebenslagenError:
        return line.key


def _why(line: models.AuditLine, t: Texts) -> str:
    if line.what == "trail.check":
        return _found(trail.Checked.of(line.why), t)
    return "" if _taken_back(line) else line.why


def _taken_back(line: models.AuditLine) -> int | None:
    """The line that was taken back by this one, where no other reason was given."""
    return int(line.why) if line.what == "history.revert" and line.why.isdigit() else None


def _found(found: trail.Checked, t: Texts) -> str:
    lines = t.plural("{n} line checked", "{n} lines checked", found.lines)
    if found.sound:
        return t(N_("{lines}, all in order"), lines=lines)
    wrong = ", ".join([*(t(N_("line {n}"), n=n) for n in found.broken), *found.files])
    return t(N_("{lines}; does not fit: {wrong}"), lines=lines, wrong=wrong)


# --- one line ---------------------------------------------------------------------------------------------------


def _find(number: int) -> models.AuditLine:
    found = models.AuditLine.objects.filter(pk=number).first()
    if found is None:
        raise Http404
    return found


@page("audit.view")
def line(request: Any, number: int) -> HttpResponse:
    """One line: all that changed, and whether it can be taken back."""
    found = _find(number)
    row = _row(found, _states([found]), request.t)
    return framed(
        request, "verwaltung/protokoll-zeile.html", **row, form=people.Reason(), page=_page_of(found),
        obstacle=_obstacle(request, found, row["purged"], row["all"]), short=(found.before[:12], found.after[:12]),
        sound=audit.digest_of(found) == found.digest,
    )  # fmt: skip


def _obstacle(request: Any, found: models.AuditLine, purged: bool, changed: list[Difference]) -> str:
    """Why this line cannot be taken back here, blank where it can."""
    t = request.t
    if found.kind not in audit.KINDS or catalogue.lasting(found.what):
        return t(catalogue.lasting(found.what) or N_("This cannot be taken back here."))
    if purged:
        return t(N_("The earlier state was purged, as the law demands."))
    try:
        audit.KINDS[found.kind].guard(request.user, found.key)
    except NotAllowed as error:
        if error.faults[0].code == "no-way-back":
            return t(N_("This cannot be taken back here. It has its own way back, on its own page."))
        return t(N_("Taking it back asks for the same role as doing it."))
    if found.before == found.after:
        return t(N_("Nothing of the object changed that the trail keeps."))
    if digest(audit.state(found.kind, found.key)) != found.after:
        return t(N_("The object has changed again since. Take the later changes back first."))
    return ""


PAGES = {"user": "person", "index": "index-past", "report": "report", "release-request": "release", "job": "job",
         "rule-change": "rule-change", "delivery": "delivery"}  # fmt: skip


def _page_of(found: models.AuditLine) -> str:
    """The page of the object, blank where it has none; whether this person may see it is asked there."""
    if found.kind not in PAGES or audit.state(found.kind, found.key) is None:
        return ""
    keys = found.key.rsplit("@", 1) if found.kind == "delivery" else [found.key]
    try:
        return reverse(PAGES[found.kind], args=keys)
    except NoReverseMatch:
        return ""


@page("audit.view", "POST")
def revert(request: Any, number: int) -> HttpResponse:
    """Take the change of a line back; that is a line itself."""
    made = history.revert(
        _find(number).number, by=request.user, why=request.POST.get("why", "").strip()[:500]
    )
    return done(request, N_("The change is taken back."), "trail-line", made.number)


@page("audit.view", "POST")
def check(request: Any) -> HttpResponse:
    """Reckon all chains anew, and keep what was found."""
    found = trail.checked()
    trail.note_check(found, by=request.user)
    said = (
        N_("The chain is checked: nothing was changed, removed or put in.")
        if found.sound
        else N_("The chain is broken. Read below what does not fit.")
    )
    return done(request, said, "trail")

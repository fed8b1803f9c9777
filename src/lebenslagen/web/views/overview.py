"""The town at a glance: index map, what is new, what is due."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from lebenslagen.texts import N_, Texts
from lebenslagen.web import models
from lebenslagen.web.permissions import may
from lebenslagen.web.roles import PERMISSIONS
from lebenslagen.web.town import Town, town
from lebenslagen.web.views.base import page, show
from lebenslagen.web.views.maps_panels import panel, view_for, wish_of

if TYPE_CHECKING:
    from lebenslagen.figures import Legend
    from lebenslagen.report.view import View

__all__ = ["overview"]

MOST = 5  # so that a look is enough
LOOK_BACK = timedelta(days=30)
ACCOUNTS = ("person.join", "person.roles", "person.active", "person.drop-factor")
NEWS = {
    "delivered": N_("Delivery “{name}” for {period} taken over"),
    "withdrawn": N_("“{name}” withdrawn"),
    "published": N_("“{name}” released"),
    "refused": N_("Delivery “{name}” for {period} refused"),
}


@dataclass(frozen=True)
class Item:
    """A line under "new" or "due"."""

    text: str
    day: date | None = None
    address: str = ""


@page("overview.view")
def overview(request: Any) -> HttpResponse:
    """Index map at the left, new and due at the right, beneath it the matrix of status and dynamics."""
    here, t, user = town(), request.t, request.user
    view, report = view_for(user, t) if here.declaration.reports else (None, "")
    wish = wish_of(view, report, {}) if view and view.index else None
    drawn = panel(view, wish) if view and wish else None
    return show(
        request, "uebersicht.html", panel=drawn, matrix=_matrix(view, drawn.figure.legend) if view and drawn else None,
        draft=bool(view and view.edition.status == "draft"), waiting=view is None,
        new=_first(chain(_approvals(user, t), _new(here, user, t))), due=_first(_due(here, user, t)),
    )  # fmt: skip


def _first(items: Iterable[Item]) -> list[Item]:
    return [item for item, _ in zip(items, range(MOST), strict=False)]


def _matrix(view: View, legend: Legend | None) -> dict[str, Any] | None:
    """Status downwards, dynamics across; each number leads to the quarters behind it."""
    if legend is None or legend.grid is None or view.index is None:
        return None
    (status, dynamics), info = legend.grid, view.index
    rows = []
    for i, label in enumerate(status):
        cells = legend.rows[i * len(dynamics) : (i + 1) * len(dynamics)]
        keys = [{"status": info.class_keys[i], "dynamik": key} for key in info.dynamics_class_keys]
        found = [
            {"fill": cell.fill, "areas": cell.areas, "address": f"{reverse('quarters')}?{urlencode(key)}"}
            for cell, key in zip(cells, keys, strict=True)
        ]
        rows.append((label, found))
    return {"areas": legend.areas, "columns": dynamics, "rows": rows}


# --- new --------------------------------------------------------------------------------------------------------


def _new(here: Town, user: models.User, t: Texts) -> Iterator[Item]:
    """What happened last to each report and source, newest first."""
    lines = [*reversed(here.project.journal.lines()), *reversed(here.project.register.lines())]
    told = set()
    for line in sorted(lines, key=_moment, reverse=True):
        about = line.get("report") or line.get("source", "")
        if (
            line["what"] not in NEWS
            or str(about).startswith("areas/")
            or about in told
            or not _may_know(line, user)
        ):
            continue
        told.add(about)
        yield _news(here, line, user, t)


def _approvals(user: models.User, t: Texts) -> Iterator[Item]:
    """For those who hold single values: whose account with the same right the administration set up or changed.

    The administration gives roles and makes links for new passwords; that it opens no door to single values for itself
    is seen by those who answer for them.
    """
    if not may(user, "values.grant"):
        return
    since, days = timezone.now() - LOOK_BACK, {}
    lines = models.AuditLine.objects.filter(kind="user", at__gte=since, what__in=ACCOUNTS).order_by("number")
    days |= {
        int(line.key): line.at
        for line in lines
        if line.key.isdecimal() and (line.what == "person.join" or str(line.by_id) != line.key)
    }
    links = models.Invitation.objects.filter(created_at__gte=since, user__isnull=False).order_by("created_at")
    days |= {link.user_id: link.created_at for link in links if link.user_id is not None}
    holders = models.User.objects.filter(
        pk__in=days, is_active=True, memberships__role__in=PERMISSIONS["values.see"].roles
    )
    for person in holders.exclude(pk=user.pk).distinct().order_by("name")[:MOST]:
        sentence = t(
            "Account of {name} set up or changed by the administration; it sees single values",
            name=person.name,
        )
        yield Item(sentence, _day(days[person.pk]), reverse("single-values"))


def _may_know(line: dict[str, Any], user: models.User) -> bool:
    """Deliveries are for the administration; so is what was released to a committee."""
    if "report" in line:
        return line.get("audience") == "public" or may(user, "report.view")
    return may(user, "data.view")


def _news(here: Town, line: dict[str, Any], user: models.User, t: Texts) -> Item:
    sentence, period = NEWS[line["what"]], str(line.get("period", ""))
    name = f"{line['title']} ({period})" if "title" in line else _source_title(here, line["source"])
    return Item(t(sentence, name=name, period=period), _day(_moment(line)), _address(line, user))


def _moment(line: dict[str, Any]) -> datetime:
    """When it happened; lines carry the offset of the place they were written at, so their text is no order."""
    at = datetime.fromisoformat(str(line["at"]))
    return at if at.tzinfo else timezone.make_aware(at)


def _address(line: dict[str, Any], user: models.User) -> str:
    if "report" in line:
        return reverse("ledger") if may(user, "release.view") else ""
    return reverse("data")


def _source_title(here: Town, key: str) -> str:
    source = here.declaration.sources.get(key)
    return source.source.producer if source else key


# --- due --------------------------------------------------------------------------------------------------------


def _due(here: Town, user: models.User, t: Texts) -> Iterator[Item]:
    """What waits for this person, the most urgent kind first."""
    if may(user, "release.approve"):
        waiting = (
            models.ReleaseRequest.objects.filter(state="submitted")
            .exclude(author=user)
            .order_by("changed_at")
        )
        yield from (_release(t("Check release “{title}”", title=_titled(here, r)), r) for r in waiting[:MOST])
    if may(user, "release.submit"):
        back = models.ReleaseRequest.objects.filter(state="returned", author=user).order_by("changed_at")
        yield from (
            _release(t("Release “{title}” came back to you", title=_titled(here, r)), r) for r in back[:MOST]
        )
    if may(user, "job.view"):
        for job in models.Job.objects.filter(state="failed", by=user).order_by("-ended_at")[:1]:
            text = t("Job failed: {kind}", kind=t(_job_label(job.kind)))
            yield Item(text, _day(job.ended_at), reverse("job", args=[job.pk]))
    yield from _deliveries(here, user, t)


def _titled(here: Town, request: models.ReleaseRequest) -> str:
    """With its period, as in the list of releases: reports of several years bear the same title."""
    report = here.declaration.reports.get(request.report)
    return f"{request.title} ({report.period})" if report else request.title


def _release(text: str, request: models.ReleaseRequest) -> Item:
    return Item(text, _day(request.changed_at), reverse("release", args=[request.pk]))


def _day(moment: datetime | None) -> date | None:
    return timezone.localtime(moment).date() if moment else None


def _deliveries(here: Town, user: models.User, t: Texts) -> Iterator[Item]:
    """Deliveries that should be there by now, the longest overdue first; a department's own where the role is bound to it."""
    from lebenslagen.web.permissions import Scope
    from lebenslagen.web.services.data_calendar import calendar, periods_shown

    sources = here.declaration.sources
    own = [s for s in sources.values() if may(user, "data.deliver", Scope(department=s.department))]
    rows = calendar(here, own, periods_shown(here), timezone.localdate())
    open_ones = [due for row in rows for due in row if due.state in ("missing", "due")]
    for due in sorted(open_ones, key=lambda due: due.day or date.max):
        name, period = sources[due.source].source.producer, due.period
        yield Item(t("Delivery “{name}” for {period}", name=name, period=period), due.day, reverse("data"))


def _job_label(kind: str) -> str:
    from lebenslagen.web.jobs import KINDS

    return KINDS[kind].label if kind in KINDS else kind

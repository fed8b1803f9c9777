"""The town at a glance: index map, what is new, what is due."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.http import HttpResponse
from django.urls import reverse

from lebenslagen.texts import N_, Texts
from lebenslagen.web import models
from lebenslagen.web.permissions import may
from lebenslagen.web.town import Town, town
from lebenslagen.web.views.base import page, show

if TYPE_CHECKING:
    from lebenslagen.edition import Edition
    from lebenslagen.figures import Figure

__all__ = ["overview"]

MOST = 5  # so that a look is enough


@dataclass(frozen=True)
class Item:
    """A line under "new" or "due"."""

    text: str
    day: datetime | None = None
    address: str = ""


@page("overview.view")
def overview(request: Any) -> HttpResponse:
    """Index map at the left, new and due at the right, beneath it the matrix of status and dynamics."""
    here, t = town(), request.t
    edition = here.edition(language=t.language) if here.declaration.reports else None
    drawn = here.kept(("overview", t.language), lambda: _map(edition, t)) if edition else None
    return show(
        request, "uebersicht.html", edition=edition, figure=drawn, new=_new(here, t), due=_due(request.user, t),
        waiting=edition is None,
    )  # fmt: skip


def _map(edition: Edition, t: Texts) -> Figure | None:
    """The map of the index: status and dynamics where there are both."""
    from dataclasses import replace

    from lebenslagen.atlas.pictures import index_layer
    from lebenslagen.atlas.view import View
    from lebenslagen.figures import choropleth

    view = View(edition, t)
    styles = (("combined_class", "combined"), ("class", "class"))
    title = view.index.label if view.index else ""
    layers = (index_layer(view, role, style, title, "uebersicht") for role, style in styles)
    layer = next((found for found in layers if found), None)
    return (
        choropleth(edition.release, replace(layer, link=None, legend=False), view.frame, t) if layer else None
    )


def _new(here: Town, t: Texts) -> list[Item]:
    """The latest deliveries and releases, newest first."""
    lines = [*here.project.journal.lines()[-40:], *here.project.register.lines()[-10:]]
    said = {
        "delivered": N_("Delivery “{name}” for {period} taken over"),
        "withdrawn": N_("“{name}” withdrawn"),
        "published": N_("“{name}” released"),
        "refused": N_("Delivery “{name}” for {period} refused"),
    }
    found = []
    for line in sorted(lines, key=lambda line: line["at"], reverse=True):
        if line["what"] in said and not str(line.get("source", "")).startswith("areas/"):
            name = line.get("title") or _source_title(here, line.get("source", ""))
            sentence = said[line["what"]]
            text = t(sentence, name=name, period=line.get("period", ""))
            found.append(Item(text, datetime.fromisoformat(line["at"])))
    return found[:MOST]


def _source_title(here: Town, key: str) -> str:
    source = here.declaration.sources.get(key)
    return source.source.producer if source else key


def _due(user: models.User, t: Texts) -> list[Item]:
    """What waits for this person."""
    found = []
    if may(user, "release.approve"):
        waiting = (
            models.ReleaseRequest.objects.filter(state="submitted")
            .exclude(author=user)
            .order_by("changed_at")
        )
        found += [Item(t("Check release “{title}”", title=r.title), r.changed_at) for r in waiting[:MOST]]
    if may(user, "release.submit"):
        back = models.ReleaseRequest.objects.filter(state="returned", author=user).order_by("changed_at")
        found += [
            Item(t("Release “{title}” came back to you", title=r.title), r.changed_at) for r in back[:MOST]
        ]
    if may(user, "job.view"):
        failed = models.Job.objects.filter(state="failed", by=user).order_by("-ended_at")
        found += [
            Item(t("Job failed: {kind}", kind=t(_job_label(j.kind))), j.ended_at, reverse("job", args=[j.pk]))
            for j in failed[:1]
        ]
    return found[:MOST]


def _job_label(kind: str) -> str:
    from lebenslagen.web.jobs import KINDS

    return KINDS[kind].label if kind in KINDS else kind

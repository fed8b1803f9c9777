"""Pages everybody may see: help, accessibility, imprint, privacy."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import resolve, reverse

from lebenslagen.texts import MARKS, SIGNS
from lebenslagen.web.helping import TERMS, TOPICS, Topic
from lebenslagen.web.permissions import may
from lebenslagen.web.roles import ROLES
from lebenslagen.web.town import town
from lebenslagen.web.views.base import public, show

__all__ = ["accessibility", "assistance", "imprint", "privacy", "robots"]


def _contact() -> dict[str, str]:
    """What the town declared about itself; a page says so where something is missing."""
    from lebenslagen.errors import LebenslagenError

    try:
        head = town().declaration.head
    except LebenslagenError:
        return {}
    return {"town": head.name, "land": head.land, **dict(head.contact)}


@public()
def assistance(request: Any) -> HttpResponse:
    t = request.t
    return show(
        request, "info/hilfe.html", contact=_contact(), topics=[_topic(topic, request) for topic in TOPICS],
        roles=[(t(role.label), t(role.sentence)) for role in ROLES.values()],
        signs=[(SIGNS[mark], t(meaning)) for mark, meaning in MARKS.items()],
        terms=[(t(term), t(meaning)) for term, meaning in TERMS], guided=_guided(request),
    )  # fmt: skip


def _guided(request: Any) -> bool:
    """Whether there is a tour for this person, in this town."""
    from lebenslagen.errors import LebenslagenError
    from lebenslagen.web.touring import steps_of

    try:
        return request.user.is_authenticated and bool(steps_of(request.user))
    except LebenslagenError:
        return False


def _topic(topic: Topic, request: Any) -> dict[str, Any]:
    """A topic in words; the page it is about only for those who may open it."""
    t, address = request.t, reverse(topic.page) if topic.page else ""
    needed = getattr(resolve(address).func, "permission", "") if address else ""
    return {
        "key": topic.key, "heading": t(topic.heading), "words": [t(sentence) for sentence in topic.words],
        "address": address if address and (not needed or may(request.user, needed)) else "",
    }  # fmt: skip


@public()
def accessibility(request: Any) -> HttpResponse:
    return show(request, "info/barrierefreiheit.html", contact=_contact())


@public()
def imprint(request: Any) -> HttpResponse:
    return show(request, "info/impressum.html", contact=_contact())


@public()
def privacy(request: Any) -> HttpResponse:
    from lebenslagen.web.services.trail import DECLARED

    return show(request, "info/datenschutz.html", contact=_contact(), trail_years=DECLARED.years)


@public()
def robots(request: Any) -> HttpResponse:
    where = request.build_absolute_uri("/sitemap.xml")
    rules = f"User-agent: *\nDisallow: /\nAllow: /atlas/\nAllow: /bericht/\nSitemap: {where}\n"
    return HttpResponse(rules, content_type="text/plain; charset=utf-8")

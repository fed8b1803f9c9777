"""Pages everybody may see: help, accessibility, imprint, privacy."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from lebenslagen.texts import MARKS, SIGNS
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
    roles = [(t(role.label), t(role.sentence)) for role in ROLES.values()]
    signs = [(SIGNS[mark], t(meaning)) for mark, meaning in MARKS.items()]
    return show(request, "info/hilfe.html", contact=_contact(), roles=roles, signs=signs)


@public()
def accessibility(request: Any) -> HttpResponse:
    return show(request, "info/barrierefreiheit.html", contact=_contact())


@public()
def imprint(request: Any) -> HttpResponse:
    return show(request, "info/impressum.html", contact=_contact())


@public()
def privacy(request: Any) -> HttpResponse:
    return show(request, "info/datenschutz.html", contact=_contact())


@public()
def robots(request: Any) -> HttpResponse:
    where = request.build_absolute_uri("/sitemap.xml")
    rules = f"User-agent: *\nDisallow: /\nAllow: /atlas/\nAllow: /bericht/\nSitemap: {where}\n"
    return HttpResponse(rules, content_type="text/plain; charset=utf-8")

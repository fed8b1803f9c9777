"""Thematic maps: one address a view, its table, its years, its files, and the page that other sites may frame."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.clickjacking import xframe_options_exempt

from lebenslagen.texts import Texts
from lebenslagen.web.views.base import page, public, show
from lebenslagen.web.views.maps_panels import (
    COMBINED,
    Wish,
    levels_of,
    panel,
    periods_of,
    topics,
    view_for,
    wish_of,
)

__all__ = ["download", "embedded", "themed"]

FORMATS = ("svg", "png", "csv", "xlsx", "gpkg")


@page("indicators.view")
def themed(request: Any) -> HttpResponse:
    """The map of a topic in a year, a second one beside it where asked for; with `teil` only the part that changes."""
    view, report = view_for(request.user, request.t, request.GET.get("bericht", ""))
    wish = wish_of(view, report, request.GET) if view else None
    if view is None or wish is None:
        return show(request, "karten/leer.html", report=report)
    template = "karten/feld.html" if request.headers.get("X-Teil") == "1" else "karten/karte.html"
    return show(request, template, **_context(request, view, wish))


def _context(request: Any, view: Any, wish: Wish) -> dict[str, Any]:
    t, known = request.t, topics(view)
    panels = [panel(view, wish)] + ([panel(view, wish, beside=True)] if wish.beside else [])
    address = reverse("map")
    return {
        "panels": panels,
        "wish": wish,
        "view": view,
        "draft": view.edition.status == "draft",
        "known": list(known.items()),
        "title": panels[0].figure.title,
        "years": _years(view, wish, address),
        "levels": _levels(view, wish),
        "besides": [(key, label) for key, label in known.items() if key != wish.topic],
        "files": [(f.upper(), f"{reverse('map-file', args=[f])}?{wish.query()}") for f in FORMATS],
        "share": request.build_absolute_uri(f"{address}?{wish.query()}"),
        "embed": request.build_absolute_uri(f"{reverse('map-embed')}?{wish.query(beside='')}")
        if _open(view)
        else "",
        "combined": f"{address}?{wish.query(topic=COMBINED, beside='')}"
        if COMBINED in known and wish.topic != COMBINED
        else "",
        "address": address,
        "sentences": _apart(panels, t),
    }


def _open(view: Any) -> bool:
    """Whether these figures may be framed elsewhere: released, and for everybody."""
    return bool(view.edition.status == "released" and view.edition.release.audience == "public")


def _years(view: Any, wish: Wish, address: str) -> dict[str, Any]:
    """The years of the slider: a link each, and the ones before and after the present one."""
    keys = periods_of(view, wish.topic)
    labels = {p.key: p.label for p in view.edition.periods}
    links = [
        {
            "key": k,
            "label": labels[k],
            "address": f"{address}?{wish.query(period=k)}",
            "here": k == wish.period,
        }
        for k in keys
    ]
    at = keys.index(wish.period)
    return {
        "links": links,
        "at": str(at),
        "last": str(len(keys) - 1),
        "before": links[at - 1] if at else None,
        "after": links[at + 1] if at + 1 < len(links) else None,
        "label": labels[wish.period],
    }


def _levels(view: Any, wish: Wish) -> list[dict[str, Any]]:
    keys = levels_of(view, wish.topic, wish.period)
    return (
        [{"key": k, "label": view.plural(k), "here": k == wish.level} for k in keys] if len(keys) > 1 else []
    )


def _apart(panels: list[Any], t: Texts) -> str:
    """What is to be said where the two maps show different days."""
    if len(panels) < 2 or panels[0].column.period == panels[1].column.period:
        return ""
    return t("The two maps show different days: the second indicator has no value for this one.")


@page("indicators.view")
def download(request: Any, kind: str) -> HttpResponse:
    """The map as a picture, its figures as a table."""
    from lebenslagen.web.views.maps_files import made

    if kind not in FORMATS:
        raise Http404
    view, report = view_for(request.user, request.t, request.GET.get("bericht", ""))
    wish = wish_of(view, report, request.GET) if view else None
    if view is None or wish is None:
        raise Http404
    file = made(view, wish, kind)
    response = HttpResponse(file.content, content_type=file.type)
    response["Content-Disposition"] = f'attachment; filename="{file.name}"'
    return response


@xframe_options_exempt
@public()
def embedded(request: Any) -> HttpResponse:
    """The one page other sites may frame: a map of released figures for everybody, nothing else."""
    view, report = view_for(None, request.t, request.GET.get("bericht", ""))
    wish = wish_of(view, report, request.GET) if view else None
    if view is None or wish is None:
        response = show(request, "karten/einbetten.html", panel=None)
    else:
        response = show(
            request, "karten/einbetten.html", panel=panel(view, wish, link=""), view=view, wish=wish
        )
    response.policy = {"frame-ancestors": "*"}  # type: ignore[attr-defined]
    return response

"""The index workshop: choices with a live preview, why a quarter stands where it does, two designs side by side."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from lebenslagen.errors import DesignError
from lebenslagen.texts import N_
from lebenslagen.web import audit
from lebenslagen.web.forms.index import Store
from lebenslagen.web.services import history, index
from lebenslagen.web.services import index_design as designs
from lebenslagen.web.services.base import Conflict
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show
from lebenslagen.web.views.index_bench import Bench, bench, changes, unknown
from lebenslagen.web.views.index_why import chart, move_rows, why_rows
from lebenslagen.web.views.index_words import differences, fault_lines, told_changes

__all__ = ["compared", "listed", "method", "past", "revert", "save", "why", "workshop"]


@page("index.view")
def listed(request: Any) -> HttpResponse:
    """The designs there are."""
    rows = []
    for declared in town().declaration.indices.values():
        last = next(iter(history.lines_of("index", declared.key)), None)
        rows.append(
            {
                "key": declared.key,
                "label": declared.label,
                "parts": len(declared.status.parts),
                "last": last,
                "editions": ", ".join(e.period for e in declared.editions),
                "description": declared.description,
            }
        )
    if len(rows) == 1:
        return redirect("index", rows[0]["key"])
    return show(request, "index/liste.html", rows=rows)


def _bench(request: Any, key: str, data: Any = None) -> Bench:
    if not designs.is_key(key) or key not in town().declaration.indices:
        raise Http404
    return bench(request.user, request.t, key, request.GET if data is None else data)


@page("index.view")
def workshop(request: Any, key: str) -> HttpResponse:
    """The form with its preview; for the script only the preview."""
    here = _bench(request, key)
    template = "index/vorschau.html" if request.headers.get("X-Teil") == "1" else "index/werkstatt.html"
    return show(request, template, **_context(here), others=len(town().declaration.indices) > 1)


def _context(here: Bench) -> dict[str, Any]:
    return {
        "bench": here,
        "form": here.form,
        "key": here.key,
        "label": here.label,
        "query": here.query,
        "panel": here.panel,
        "changes": changes(here),
        "unknown": unknown(here),
        "faults": fault_lines(here),
        "rows": here.weight_rows(),
        "draft": here.draft,
        "waiting": here.view is None,
        "counts": here.counts(),
        "map_rows": here.table_rows(),
        "sure": bool(here.preview and here.preview.sure),
    }


@page("index.view")
def why(request: Any, key: str, area: str) -> HttpResponse:
    """Why a quarter stands where it does: contributions, persons behind each, distance to the next class, certainty."""
    here = _bench(request, key)
    if here.view is not None and area not in here.view.edition.areas[here.declared.level].ids:
        raise Http404
    if here.preview is None or here.view is None:
        return show(request, "index/werkstatt.html", **_context(here))
    told = why_rows(here, area, request.user)
    name = here.view.name(area, here.declared.level)
    return show(
        request,
        "index/warum.html",
        bench=here,
        key=key,
        label=here.label,
        query=here.query,
        area=area,
        name=name,
        told=told,
        figures=[f for m in ("status", "dynamics") if (f := chart(here, area, m, told))],
        draft=here.draft,
        moves=move_rows(here, area),
        level=here.declared.level,
        signs=here.signs(told),
    )


@page("index.view")
def compared(request: Any, key: str) -> HttpResponse:
    """This design beside another one that is stored, and the quarters that change class."""
    here = _bench(request, key)
    known = {k: d.label for k, d in town().declaration.indices.items()}
    wanted = request.GET.get("mit", "")
    other_key = wanted if wanted in known else key
    other = bench(
        request.user,
        request.t,
        other_key,
        {"zeit": here.choices.period} if here.choices else {},
        uid="karte-2",
    )
    return show(
        request,
        "index/vergleich.html",
        bench=here,
        other=other,
        key=key,
        other_key=other_key,
        known=list(known.items()),
        query=here.query,
        panels=[p for p in (here.panel, other.panel) if p],
        changes=changes(here, other),
        label=here.label,
        other_label=other.label,
        differences=differences(here, other),
        faults=[*fault_lines(here), *fault_lines(other)],
        hidden=here.pairs(),
    )


@page("index.view")
def method(request: Any, key: str) -> HttpResponse:
    """The method sheet: everything that makes the index, on one page to print."""
    here = _bench(request, key)
    last = next(iter(history.lines_of("index", key)), None)
    return show(
        request,
        "index/methode.html",
        bench=here,
        key=key,
        label=here.label,
        query=here.query,
        rules=here.rules(),
        rows=here.method_rows(),
        counts=here.counts(),
        last=last,
        faults=fault_lines(here),
        draft=here.draft,
    )


@page("index.save", "GET", "POST")
def save(request: Any, key: str) -> HttpResponse:
    """What would be stored, what changes by it, under which name and why; the second of two editors chooses."""
    from django.http import QueryDict

    posted = request.method == "POST"
    data = QueryDict(request.POST.get("entwurf", "")) if posted else request.GET
    here = _bench(request, key, data)
    initial = {"wohin": "hier", "base": designs.base_of(key), "why": ""}
    form = Store(request.POST) if posted else Store(initial=initial)
    conflict = None
    if posted and here.choices and here.preview and form.is_valid():
        try:
            return _stored(request, here, form)
        except Conflict as error:
            if error.faults[0].code != "changed-meanwhile":
                raise
            conflict = next(iter(history.lines_of("index", key)), None)
            form = Store(initial={**initial, "why": form.cleaned_data["why"]})
        except DesignError as error:
            for _, sentence, remedy in fault_lines(here, error):
                form.fail(None, f"{sentence} {remedy}")
    return show(
        request,
        "index/speichern.html",
        bench=here,
        key=key,
        label=here.label,
        query=here.query,
        form=form,
        changes=changes(here),
        faults=fault_lines(here),
        differences=differences(bench(request.user, request.t, key, {}), here),
        conflict=conflict,
        was_conflict=posted and conflict is not None,
        editions=[e.period for e in here.declared.editions],
        status=409 if conflict else 200,
    )


def _stored(request: Any, here: Bench, form: Store) -> HttpResponse:
    wanted, key = form.cleaned_data, here.key
    table, base = dict(here.table), wanted["base"]
    if wanted["wohin"] == "neu":
        key, base = wanted["key"], ""
        table |= {"key": key, "label": wanted["name"].strip()}
        if key in town().declaration.indices:
            form.fail("name", N_("There is already a design of this name."))
            raise DesignError(())
    said = designs.comment_of(here.key)
    index.save(key, designs.toml_of(table, said), by=request.user, base=base, why=wanted["why"])
    return done(
        request,
        N_("The design is stored. The job “Compute everything” puts it into the figures."),
        "index",
        key,
    )


@page("index.view")
def past(request: Any, key: str) -> HttpResponse:
    """Who changed this design, when and why; each change can be taken back while it is the latest."""
    if not designs.is_key(key):
        raise Http404
    lines = history.lines_of("index", key)
    if not lines and key not in town().declaration.indices:
        raise Http404
    now = designs.base_of(key)
    rows = [
        {"line": line, "what": _what(line), "latest": line.after == now and n == 0}
        for n, line in enumerate(lines)
    ]
    declared = town().declaration.indices.get(key)
    return show(
        request,
        "index/verlauf.html",
        key=key,
        rows=rows,
        label=declared.label if declared else key,
        there=declared is not None,
    )


def _what(line: Any) -> list[dict[str, str]]:
    try:
        return told_changes(audit.content_of(line.before), audit.content_of(line.after))
    except LookupError:
        return []


@page("index.save", "POST")
def revert(request: Any, key: str, number: int) -> HttpResponse:
    """Take a change back."""
    line = next((found for found in history.lines_of("index", key) if found.number == number), None)
    if line is None:
        raise Http404
    history.revert(number, by=request.user)
    if key in town().project.declaration().indices:
        return done(request, N_("The change is taken back."), "index-past", key)
    return done(request, N_("The change is taken back: the design is gone again."), "indices")

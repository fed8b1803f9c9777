"""One more period in the delivery calendar, who delivers it, and one more indicator of what is delivered."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from lebenslagen.texts import N_
from lebenslagen.web.forms.data import NewIndicator, NewPeriod
from lebenslagen.web.permissions import Scope, require
from lebenslagen.web.services import data_periods
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show

__all__ = ["expect", "indicator", "period"]


@page("data.deliver", "GET", "POST")
def period(request: Any) -> HttpResponse:
    """A period more: its day, its boundaries, and which sources deliver it."""
    require(request.user, "data.deliver", Scope())
    t = request.t
    sources = [(s.source.key, f"{s.source.producer}: {s.source.title}")
               for s in town().declaration.sources.values() if data_periods.can_follow(s)]  # fmt: skip
    start = {**data_periods.following(), "sources": [key for key, _ in sources]}
    form = NewPeriod(
        request.POST if request.method == "POST" else None, initial=start, sources=sources,
        vintages=[(day.isoformat(), t("valid from {day}", day=t.date(day))) for day in data_periods.vintages()],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            data_periods.add_period(
                told["key"], told["as_of"], date.fromisoformat(told["vintage"]), by=request.user, label=told["label"],
                sources=told.get("sources", ()),
            )  # fmt: skip
            return done(request, N_("The period stands in the calendar. Deliveries for it can come."), "data")
        except ValidationError as error:
            form.take(error)
    return show(request, "daten/zeitraum.html", form=form, status=422 if form.errors else 200)


@page("data.deliver", "POST")
def expect(request: Any, source: str, period: str) -> HttpResponse:
    """Declare that a source delivers a period, built as the last one, or that it does not."""
    require(request.user, "data.deliver", Scope())
    if source not in town().declaration.sources or period not in [
        p.key for p in town().declaration.head.periods
    ]:
        raise Http404
    if request.POST.get("wanted") not in ("yes", "no"):
        return redirect("delivery", source, period)
    wanted = request.POST["wanted"] == "yes"
    data_periods.expect(source, period, by=request.user, wanted=wanted)
    words = (
        N_("The delivery is expected from now on.")
        if wanted
        else N_("The delivery is not expected any more.")
    )
    return done(request, words, "delivery", source, period)


@page("data.deliver", "GET", "POST")
def indicator(request: Any) -> HttpResponse:
    """A share of two counts that are delivered."""
    require(request.user, "data.deliver", Scope())
    t, catalogue = request.t, town().declaration.catalogue
    variables = sorted(((v.key, v.label or v.key) for v in catalogue.variables), key=lambda pair: pair[1])
    form = NewIndicator(
        request.POST if request.method == "POST" else None, variables=[("", t("Please choose")), *variables],
        dimensions=[("", "–"), *((d.key, d.label) for d in catalogue.dimensions)],
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():
        told = form.cleaned_data
        try:
            key = data_periods.add_indicator(
                told["label"], told["numerator"], told["denominator"], by=request.user, direction=int(told["direction"]),
                dimension=told["dimension"], description=told["description"], min_base=told["min_base"] or 0,
            )  # fmt: skip
            return done(
                request,
                N_("The indicator stands in the catalogue. The job “Compute everything” computes it."),
                "indicator",
                key,
            )
        except ValidationError as error:
            form.take(error)
    return show(request, "daten/indikator-neu.html", form=form, status=422 if form.errors else 200)

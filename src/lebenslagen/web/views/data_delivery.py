"""One source in one period: what came, what happened to it, every value; withdraw, restore, purge."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse

from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.forms.data import PurgeAsk, Why
from lebenslagen.web.permissions import Scope, may, require
from lebenslagen.web.services import data, data_calendar, data_map, data_periods, data_state, data_values
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show

if TYPE_CHECKING:
    from lebenslagen.project.declare import DeclaredSource

__all__ = ["confirm_purge", "delivery", "purge", "refuse_purge", "restore", "values", "withdraw"]


def _source(request: Any, source: str, period: str, action: str = "data.view") -> DeclaredSource:
    found = town().declaration.sources.get(source)
    if found is None or period not in [p.key for p in town().declaration.head.periods]:
        raise Http404
    require(request.user, action, Scope(found.department))
    return found


def _page(request: Any, template: str, declared: DeclaredSource, period: str, **more: Any) -> HttpResponse:
    known = town().declaration.period(period)
    label = known.label or request.t.date(known.as_of)
    return show(request, template, source=declared, period=period, period_label=label, **more)


@page("data.view")
def delivery(request: Any, source: str, period: str) -> HttpResponse:
    """The delivery in force, its history, and what may be done with it."""
    declared = _source(request, source, period)
    here = town()
    force = data_state.in_force(here.project, source, period)
    told = data_calendar.history(here, source, period)
    asked = {p.snapshot: p for p in models.Purge.objects.filter(source=source, period=period, state="asked")}
    rows = [(h, request.t(data_calendar.WHAT.get(h.what, h.what)), asked.get(h.snapshot)) for h in told]
    uploads = models.Intake.objects.filter(source=source, period=period, state="open").order_by("-at")
    return _page(
        request, "daten/lieferung.html", declared, period, force=force, rows=rows, reasons=data.REASONS,
        uploads=uploads if may(request.user, "data.deliver", Scope(declared.department)) else (),
        may_withdraw=may(request.user, "data.withdraw", Scope(declared.department)), asked=list(asked.values()),
        expected=data_periods.delivers(declared, period), listed=data_periods.can_follow(declared) and may(request.user, "data.deliver", Scope()),
        may_purge=may(request.user, "data.purge", Scope(declared.department)), maps=data_map.pair(here, period, request.t, to=request.user),
    )  # fmt: skip


@page("data.view")
def values(request: Any, source: str, period: str) -> HttpResponse:
    """The history of every value of a delivery: delivered, corrected, withdrawn."""
    declared = _source(request, source, period)
    here = town()
    deliveries = data_values.deliveries(here, source, period)
    variables = data_values.variables(here, deliveries)
    wanted = request.GET.get("merkmal", "")
    chosen = wanted if wanted in variables else next(iter(variables), "")
    seen = may(request.user, "values.see")
    sized = may(
        request.user, "data.deliver", Scope(declared.department)
    )  # who takes deliveries in has to check them
    table = data_values.table(here, deliveries, chosen, request.t, seen=seen, sized=sized) if chosen else None
    return _page(
        request,
        "daten/werte.html",
        declared,
        period,
        variables=variables,
        chosen=chosen,
        table=table,
        deliveries=deliveries,
        veiled=not seen,
        sized=sized,
    )


@page("data.withdraw", "GET", "POST")
def withdraw(request: Any, source: str, period: str) -> HttpResponse:
    """Withdraw: what goes with it, a reason, the act."""
    declared = _source(request, source, period, "data.withdraw")
    force = data_state.in_force(town().project, source, period)
    if force is None:
        raise Http404
    form = Why(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            data.withdraw(source, period, by=request.user, why=form.cleaned_data["why"])
            return done(
                request,
                N_("The delivery was withdrawn. It can be restored here."),
                "delivery",
                source,
                period,
            )
        except ValidationError as error:
            form.take(error)
    shown = data_values.shown_in(town(), source, period)
    return _page(
        request,
        "daten/zurueckziehen.html",
        declared,
        period,
        force=force,
        form=form,
        shown=shown,
        status=422 if form.errors else 200,
    )


@page("data.withdraw", "POST")
def restore(request: Any, source: str, period: str) -> HttpResponse:
    """Put an earlier delivery in force again."""
    _source(request, source, period, "data.withdraw")
    data.restore(request.POST.get("line", "")[:64], by=request.user)
    return done(request, N_("The delivery is in force again."), "delivery", source, period)


@page("data.purge", "GET", "POST")
def purge(request: Any, source: str, period: str, line: str) -> HttpResponse:
    """Ask for a file to be removed for good."""
    declared = _source(request, source, period, "data.purge")
    told = next(
        (
            h
            for h in data_calendar.history(town(), source, period)
            if h.line == line and h.what == "delivered"
        ),
        None,
    )
    if told is None:
        raise Http404
    form = PurgeAsk(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        data.ask_purge(line, form.cleaned_data["reason"], by=request.user)
        return done(request, N_("Another person must confirm the purging now."), "delivery", source, period)
    return _page(request, "daten/bereinigen.html", declared, period, told=told, form=form, status=422 if form.errors else 200,
                 shown=data_values.shown_in(town(), source, period))  # fmt: skip


def _purge(pk: int) -> models.Purge:
    found = models.Purge.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@page("data.purge", "GET", "POST")
def confirm_purge(request: Any, pk: int) -> HttpResponse:
    """Confirm what another person asked for; names what goes."""
    asked = _purge(pk)
    declared = _source(request, asked.source, asked.period, "data.purge")
    if request.method == "POST":
        data.confirm_purge(asked, by=request.user)
        return done(
            request,
            N_("The delivery was purged. One line without content remains."),
            "delivery",
            asked.source,
            asked.period,
        )
    return _page(
        request, "daten/bereinigen-bestaetigen.html", declared, asked.period, asked=asked, reason=request.t(data.REASONS.get(asked.reason, asked.reason)),
        own=asked.by_id == request.user.pk, shown=data_values.shown_in(town(), asked.source, asked.period),
    )  # fmt: skip


@page("data.purge", "POST")
def refuse_purge(request: Any, pk: int) -> HttpResponse:
    """The delivery stays."""
    asked = _purge(pk)
    data.refuse_purge(asked, by=request.user)
    return done(request, N_("The delivery stays."), "delivery", asked.source, asked.period)

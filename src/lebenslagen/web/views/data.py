"""Sources and their deliveries: calendar, upload, paste, typing."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone

from lebenslagen.errors import DataError, LebenslagenError
from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.forms.data import NEW, Letter, NewSource, Paste, Upload
from lebenslagen.web.permissions import Scope, may, require
from lebenslagen.web.services import data, data_calendar, data_layout, data_typing
from lebenslagen.web.services.data_veil import told_to
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show, whole
from lebenslagen.web.views.errors import said

if TYPE_CHECKING:
    from lebenslagen.project.declare import DeclaredSource
    from lebenslagen.texts import Texts

__all__ = ["calendar", "grid", "next_step", "paste", "sources_of", "upload"]


def sources_of(user: models.User, action: str = "data.view") -> list[DeclaredSource]:
    """The declared sources a person may see, or act on, in the order of their names."""
    found = town().declaration.sources.values()
    return sorted(
        (s for s in found if may(user, action, Scope(s.department))), key=lambda s: s.source.producer
    )


@page("data.view")
def calendar(request: Any) -> HttpResponse:
    """Every source with the state of its latest deliveries."""
    here, today = town(), timezone.localdate()
    sources, periods = sources_of(request.user), data_calendar.periods_shown(here)
    rows = list(zip(sources, data_calendar.calendar(here, sources, periods, today), strict=True))
    uploads = [
        i
        for i in models.Intake.objects.filter(state="open").order_by("-at")[:100]
        if may(request.user, "data.deliver", data.scope_of_source(i.source, i.head))
    ]
    purges = (
        models.Purge.objects.filter(state="asked").order_by("at") if may(request.user, "data.purge") else []
    )
    return show(
        request, "daten/liste.html", rows=rows, periods=periods, uploads=_named(uploads[:20]), purges=purges,
        states=data_calendar.STATES, late=_late(rows), planner=_planner(request.user),
    )  # fmt: skip


def _named(uploads: list[models.Intake]) -> list[tuple[models.Intake, str, str]]:
    """Uploads with source and period as the calendar names them; a new source by the title it was given."""
    sources, days = town().declaration.sources, {p.key: p.label for p in town().declaration.head.periods}
    return [
        (
            i,
            sources[i.source].source.producer if i.source in sources else i.head.get("title", i.source),
            days.get(i.period) or i.period,
        )
        for i in uploads
    ]


def _late(rows: list[tuple[DeclaredSource, list[data_calendar.Due]]]) -> int:
    return sum(1 for _, cells in rows for cell in cells if cell.state == "missing")


# --- the first step -------------------------------------------------------------------------------------------


def _choices(request: Any, form: type[Upload], *, new: bool) -> Any:
    """The form with the sources the person may deliver and all periods, newest first."""
    t: Texts = request.t
    sources = [
        (s.source.key, f"{s.source.producer}: {s.source.title}")
        for s in sources_of(request.user, "data.deliver")
    ]
    periods = [(p.key, p.label or t.date(p.as_of)) for p in data_calendar.periods_shown(town(), 1000)]
    start = {"source": request.GET.get("quelle", ""), "period": request.GET.get("zeitraum", "")}
    arguments = (request.POST, request.FILES) if request.method == "POST" else ()
    new_label = t("A new source") if new and may(request.user, "data.deliver", Scope()) else ""
    blank = [("", t("Please choose"))] if len(sources) != 1 else []
    return form(*arguments, initial=start, sources=[*blank, *sources], periods=periods, new=new_label)


def _planner(user: models.User) -> bool:
    return may(user, "data.deliver", Scope())


@page("data.deliver", "GET", "POST")
def upload(request: Any) -> HttpResponse:
    """Step one: the file."""
    form = _choices(request, Upload, new=True)
    head = NewSource(
        request.POST if request.method == "POST" and request.POST.get("source") == NEW else None, prefix="neu"
    )
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid() and _head_valid(form, head):
        sent = form.cleaned_data["file"]
        content = sent.read()
        sent.close()  # the temporary file goes at once, whatever is in it
        found = _receive(request, form, head, content, sent.name, kind="file", letter="")
        if isinstance(found, HttpResponse):
            return found
        faults = found
    status = 422 if faults or form.errors or (head.is_bound and head.errors) else 200
    return show(request, "daten/hochladen.html", form=form, head=head, faults=faults, planner=_planner(request.user), status=status,
                steps=steps_for(request, None, "file"))  # fmt: skip


def _head_valid(form: Upload, head: NewSource) -> bool:
    return form.cleaned_data["source"] != NEW or bool(head.is_valid())


def _receive(
    request: Any, form: Upload, head: NewSource, content: bytes, name: str, *, kind: str, letter: str
) -> Any:
    """The next step, or the faults for which nothing was kept."""
    source, told = form.cleaned_data["source"], {}
    if source == NEW:
        told = {key: value for key, value in head.cleaned_data.items() if value}
        source = _new_key(head.cleaned_data["title"])
    period = form.cleaned_data["period"]
    try:
        made = data.receive(
            content, name, by=request.user, source=source, period=period, kind=kind, letter=letter, head=told
        )
    except DataError as error:
        if any(f.code == "personal-data" for f in error.faults) and source in town().declaration.sources:
            data.refuse_personal(by=request.user, source=source, period=period)
        return said(told_to(request.user, error.faults, request.t), request.t.language)
    return next_step(request, made)


def _new_key(title: str) -> str:
    """A key that is not taken."""
    key, number, known = data_layout.slug(title)[:40] or "quelle", 2, town().declaration.sources
    stem = key
    while key in known:
        key, number = f"{stem}_{number}", number + 1
    return key


def next_step(request: Any, intake: models.Intake) -> HttpResponse:
    """Where an upload goes on: to its check where its source knows how it is built, else to the first open step."""
    missing = data_layout.complete(intake.mapping) if data_layout.started(intake) else ""
    place = {"sheet": "intake-sheet", "head": "intake-head", "columns": "intake-meaning"}.get(
        missing, "intake-check"
    )
    if (
        place == "intake-check"
    ):  # its sentence says whether the file can be taken over; a green bar above would contradict it
        return redirect(place, intake.token)
    return done(request, N_("The file was received. Nothing is taken over yet."), place, intake.token)


STEPS = (
    ("file", N_("File"), ""), ("sheet", N_("Sheet and characters"), "intake-sheet"), ("head", N_("Heads and areas"), "intake-head"),
    ("columns", N_("Meaning"), "intake-meaning"), ("preview", N_("Preview"), "intake-preview"), ("check", N_("Check"), "intake-check"),
    ("take", N_("Take over"), "intake-take"),
)  # fmt: skip


def steps_for(request: Any, intake: models.Intake | None, here: str) -> list[dict[str, str]]:
    """Where one is; steps that are done lead back."""
    from django.urls import reverse

    names = [key for key, _, _ in STEPS]
    place = names.index(here)
    return [
        {
            "label": request.t(label), "state": "here" if n == place else "done" if n < place else "later",
            "address": reverse(name, args=[intake.token]) if intake is not None and name else "",
        }
        for n, (_, label, name) in enumerate(STEPS)
    ]  # fmt: skip


# --- pasted and typed -----------------------------------------------------------------------------------------


@page("data.deliver", "GET", "POST")
def paste(request: Any) -> HttpResponse:
    """A table pasted from a spreadsheet, kept like a file."""
    form = _choices(request, Paste, new=True)
    head = NewSource(
        request.POST if request.method == "POST" and request.POST.get("source") == NEW else None, prefix="neu"
    )
    faults: list[Any] = []
    if request.method == "POST" and form.is_valid() and _several(form):
        form.fail(
            "source",
            N_(
                "This source delivers several tables in one file. Please choose one in the grid of figures and paste there."
            ),
        )
    elif request.method == "POST" and form.is_valid() and _head_valid(form, head):
        told = form.cleaned_data
        key = data_layout.slug(head.cleaned_data["title"])[:40] if told["source"] == NEW else told["source"]
        name = (
            data_typing.file_name(key, told["period"])
            if told["source"] != NEW
            else f"{key}_{told['period']}.csv"
        )
        found = _receive(
            request, form, head, as_csv(told["table"]), name, kind="paste", letter=told["letter"]
        )
        if isinstance(found, HttpResponse):
            return found
        faults = found
    return show(request, "daten/einfuegen.html", form=form, head=head, faults=faults, planner=_planner(request.user),
                status=422 if faults or form.errors else 200)  # fmt: skip


def _several(form: Any) -> bool:
    """Whether the source delivers several tables for the period, so that one pasted alone is no file of it."""
    source, period = form.cleaned_data["source"], form.cleaned_data["period"]
    return source != NEW and len(data_typing.tables(source, period)) > 1


def as_csv(text: str) -> bytes:
    """What a spreadsheet puts on the clipboard (fields with tabs, quoted where they hold line breaks) as CSV with semicolons.

    >>> as_csv("Nr.\\tKinder\\r\\n01\\t12")[3:]
    b'Nr.;Kinder\\n01;12\\n'
    """
    lines = text.replace("\r\n", "\n").strip("\n")
    rows = csv.reader(io.StringIO(lines), delimiter="\t" if "\t" in lines else ";")
    target = io.StringIO()
    csv.writer(target, delimiter=";", lineterminator="\n").writerows(rows)
    return ("\ufeff" + target.getvalue()).encode()


@page("data.deliver", "GET", "POST")
def grid(request: Any, source: str, period: str) -> HttpResponse:
    """A grid of areas to type into; what is typed becomes a file like any other."""
    declared = town().declaration.sources.get(source)
    if declared is None or period not in [p.key for p in town().declaration.head.periods]:
        raise Http404
    require(request.user, "data.deliver", Scope(declared.department))
    known = data_typing.tables(source, period)
    wanted = (request.POST if request.method == "POST" else request.GET).get("tabelle", "")
    chosen = known[0] if len(known) == 1 else next((one for one in known if str(one.number) == wanted), None)
    if chosen is None:
        return show(request, "daten/raster.html", source=declared, table=None, period=period, tables=known)
    form = Letter(request.POST if request.method == "POST" else None)
    typed, faults = _typed(request), []
    if request.method == "POST" and form.is_valid() and not data_typing.any_typed(typed):
        form.fail(None, N_("Nothing was typed yet."))
    elif request.method == "POST" and form.is_valid():
        content = data_typing.file_of(source, period, chosen.number, typed)
        try:
            made = data.receive(
                content, data_typing.file_name(source, period), by=request.user, source=source, period=period, kind="grid",
                letter=form.cleaned_data["letter"],
            )  # fmt: skip
            return next_step(request, made)
        except LebenslagenError as error:
            faults = said(told_to(request.user, error.faults, request.t), request.t.language)
    areas = data_layout.registers(period)[chosen.table.level]
    rows = [
        (area, name, [(n, typed.get((area, n), "")) for n in range(len(chosen.fields))])
        for area, name in zip(areas.ids, areas.names, strict=True)
    ]
    return show(request, "daten/raster.html", source=declared, period=period, table=chosen, tables=known, rows=rows, form=form,
                faults=faults, status=422 if faults or form.errors else 200)  # fmt: skip


def _typed(request: Any) -> dict[tuple[str, int], str]:
    """What was typed: cell "z<number of the column>-<area>" -> its text."""
    found = {}
    for name, value in request.POST.items():
        column, dash, area = name.partition("-")
        number = whole(column[1:]) if dash and column[:1] == "z" else None
        if number is not None:
            found[area, number] = value.strip()[:40]
    return found

"""Reports: compose chapters, write texts with live values, look at them, make editions."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse

from lebenslagen.errors import DesignError, DisclosureError, Fault, LebenslagenError
from lebenslagen.texts import N_
from lebenslagen.web import composing, editions, models, releasing
from lebenslagen.web.forms import reports as forms
from lebenslagen.web.permissions import may
from lebenslagen.web.services import reports
from lebenslagen.web.services.base import Conflict
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show
from lebenslagen.web.views.errors import said
from lebenslagen.web.views.public_files import answer, file_in

__all__ = ["arrange", "edition", "listed", "make", "preview", "report", "text", "whole"]


def _declared(key: str) -> Any:
    if key not in town().declaration.reports:
        raise Http404
    return town().report(key)


def _editions(request: Any, report: str = "") -> list[editions.Kept]:
    """The editions this person may see: without the right to see drafts, only what is published and not withdrawn."""
    everything = may(request.user, "release.view")
    return [e for e in editions.kept() if (e.open or everything) and report in ("", e.report)]


def _rows(request: Any, found: list[editions.Kept]) -> list[tuple[editions.Kept, str, str]]:
    """Each with its readers and the day of its figures: reports of several years bear the same title."""
    days = {
        key: town().declaration.period(r.period).label or r.period
        for key, r in town().declaration.reports.items()
    }
    return [
        (e, request.t(releasing.AUDIENCES.get(e.audience, e.audience)), days.get(e.report, "")) for e in found
    ]


@page("report.view")
def listed(request: Any) -> HttpResponse:
    """The declared reports, and the latest editions."""
    found, here = _editions(request), town()
    rows = [
        {
            "report": r, "period": here.declaration.period(r.period).label or r.period,
            "editions": sum(e.report == key for e in found),
            "public": bool(releasing.in_force(key, "public")),
        }
        for key, r in here.declaration.reports.items()
    ]  # fmt: skip
    return show(request, "berichte/liste.html", rows=rows, editions=_rows(request, found[:10]))


@page("report.view")
def report(request: Any, key: str) -> HttpResponse:
    """One report: its chapters, its editions."""
    return _report(request, key)


def _report(
    request: Any, key: str, *, form: Any = None, status: int = 200, problem: tuple[str, ...] = ()
) -> HttpResponse:
    declared = _declared(key)
    readers = [(name, releasing.AUDIENCES[name]) for name in releasing.audiences()]
    basis = "released" if releasing.in_force(key, declared.audience) else "draft"
    jobs = models.Job.objects.filter(kind="edition", state__in=("queued", "running"))
    return show(
        request, "berichte/bericht.html", status=status, declared=declared, parts=composing.parts(key),
        base=composing.base_of(key),
        form=form or forms.MakeEdition(audiences=readers, initial={"audience": declared.audience, "basis": basis}),
        editions=_rows(request, _editions(request, key)),
        job=next((j for j in jobs if j.options.get("report") == key and may(request.user, "release.view")), None),
        problem=problem, period=town().declaration.period(declared.period).label or declared.period,
    )  # fmt: skip


@page("report.write", "POST")
def arrange(request: Any, key: str) -> HttpResponse:
    """Chapters in or out, and their order."""
    _declared(key)
    order = {part.key: _number(request.POST.get(f"order-{part.key}", "")) for part in composing.parts(key)}
    inside = [name for name in order if name in request.POST.getlist("inside")]
    chapters = tuple(sorted(inside, key=lambda name: order[name]))
    try:
        reports.arrange(key, chapters, by=request.user, base=request.POST.get("base", ""))
    except ValidationError as error:
        return _report(
            request,
            key,
            status=422,
            problem=tuple(request.t(m) for ms in error.message_dict.values() for m in ms),
        )
    return done(request, N_("Stored. The chapters stand in this order now."), "report", key)


def _number(text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return 999.0


# --- texts ------------------------------------------------------------------------------------------------------


@page("report.write", "GET", "POST")
def text(request: Any, key: str, chapter: str) -> HttpResponse:
    """Own words of a chapter: checked against the numbers, with a preview, kept as a file of the project."""
    part = _part(key, chapter)
    form = forms.Text(request.POST or None, initial={"text": part.text, "base": composing.base_of(key)})
    edition, other = _edition(request, key), ""
    if request.method == "POST" and form.is_valid():
        _check(request, form, edition, chapter)
        if form.is_valid() and request.POST.get("step") != "look":
            try:
                reports.write_text(
                    key, chapter, form.cleaned_data["text"], by=request.user, base=form.cleaned_data["base"]
                )
            except Conflict as error:
                other = composing.text_of(key, chapter)
                form.data = {**form.data.dict(), "base": composing.base_of(key)}
                form.fail(None, _said(request, error))
            except (ValidationError, DesignError) as error:
                form.take(error) if isinstance(error, ValidationError) else form.fail(
                    "text", _said(request, error)
                )
            else:
                return done(request, N_("Stored. The text stands in the next edition."), "report", key)
    now = form.data.get("text", "") if request.method == "POST" else part.text
    shown = _blocks(now, edition, chapter) if edition and (request.method == "GET" or form.is_valid()) else []
    values = composing.values_of(edition) if edition else []
    status = 200 if request.method == "GET" or form.is_valid() else 409 if other else 422
    return show(
        request, "berichte/text.html", status=status, form=form, part=part, declared=town().report(key), blocks=shown,
        values=values, examples=composing.examples(edition, values) if edition else [], typed=composing.typed(now),
        other=other, edition=edition,
    )  # fmt: skip


def _part(key: str, chapter: str) -> composing.Part:
    _declared(key)
    found = next((part for part in composing.parts(key) if part.key == chapter), None)
    if found is None:
        raise Http404
    return found


def _edition(request: Any, key: str) -> Any:
    return releasing.edition_for(key, town().report(key).audience, request.t)


def _said(request: Any, error: LebenslagenError) -> str:
    return " ".join(
        f"{message} {remedy}" for _, message, remedy in said(tuple(error.faults), request.t.language)
    )


def _check(request: Any, form: Any, edition: Any, chapter: str) -> None:
    """Every value must stand in the release, and the report must be able to print the rest."""
    if edition is None:
        if "{{" in form.cleaned_data["text"]:
            form.fail(
                "text",
                N_(
                    "Values cannot be checked yet, since the figures are not protected. Start the job “Protect the figures” first."
                ),
            )
        return
    for fault in composing.faults_of(form.cleaned_data["text"], edition, chapter):
        form.fail("text", _said(request, DesignError(fault)))


def _blocks(words: str, edition: Any, chapter: str) -> list[dict[str, Any]]:
    """The text as it would be printed, as plain parts for the template."""
    from lebenslagen.report.view import view
    from lebenslagen.report.words import blocks_of

    try:
        return [_plain(block) for block in blocks_of(words, view(edition), chapter)]
    except DesignError:
        return []


def _plain(block: Any) -> dict[str, Any]:
    kind = type(block).__name__
    if kind == "Section":
        return {
            "kind": "section",
            "heading": block.title,
            "blocks": [_plain(inner) for inner in block.blocks],
        }
    if kind == "Bullets":
        return {"kind": "numbered" if block.style == "numbered" else "list", "items": block.items}
    return {"kind": "paragraph", "runs": block.runs}


# --- preview and editions ---------------------------------------------------------------------------------------


def _draft(request: Any, key: str) -> Any:
    """The edition a preview is made from, for the readers that are asked for. Raises DisclosureError."""
    declared = _declared(key)
    readers = request.GET.get("fuer", declared.audience)
    if readers not in releasing.audiences():
        raise Http404
    found = releasing.draft_for(key, readers, request.t) or releasing.edition_for(key, readers, request.t)
    if found is None:
        raise DisclosureError(Fault("release-not-computed", key, {}))
    return replace(found, status="draft")  # its texts are those of now, whatever was approved


@page("release.view")
def preview(request: Any, key: str, chapter: str) -> HttpResponse:
    """One chapter as it would be printed."""
    _part(key, chapter)
    made = _draft(request, key)
    words = {name: text for name, text in made.words.items() if name == chapter}
    return _page_of(request, replace(made, chapters=(chapter,), words=words), (key, chapter))


@page("release.view")
def whole(request: Any, key: str) -> HttpResponse:
    """The whole report as a page."""
    return _page_of(request, _draft(request, key), (key, ""))


def _page_of(request: Any, made: Any, place: tuple[str, str]) -> HttpResponse:
    from lebenslagen.report.chapters import report as document_of
    from lebenslagen.report.html import to_html

    key = ("preview", *place, made.release.digest, request.t.language)
    raw = town().kept(key, lambda: to_html(document_of(made))["index.html"])
    return answer(request, raw, "index.html")


@page("report.write", "POST")
def make(request: Any, key: str) -> HttpResponse:
    """Order an edition."""
    _declared(key)
    form = forms.MakeEdition(
        request.POST, audiences=[(name, releasing.AUDIENCES[name]) for name in releasing.audiences()]
    )
    if form.is_valid():
        try:
            job = reports.make_edition(
                key, form.cleaned_data["audience"], form.cleaned_data["basis"], by=request.user
            )
        except ValidationError as error:
            form.take(error)
        else:
            return done(
                request,
                N_("The edition is being made. It goes on even if you close this page."),
                "job",
                job.pk,
            )
    return _report(request, key, form=form, status=422)


@page("report.view")
def edition(request: Any, name: str, path: str) -> HttpResponse:
    """A file of an edition; what this person may not see is not there."""
    if name not in {e.name for e in _editions(request)} or not path.startswith(("bericht/", "atlas/")):
        raise Http404
    found = file_in(town().root / "ausgabe" / name, path + "index.html" * path.endswith("/"))
    return answer(request, found.read_bytes(), found.name)

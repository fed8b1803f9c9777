"""The steps of an upload after the file: sheet, heads, meaning, preview, check, take over."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect

from lebenslagen.errors import FAULTS, DataError, Outcome, QuestionOpen
from lebenslagen.texts import N_
from lebenslagen.web import audit, models
from lebenslagen.web.permissions import Scope, may, require
from lebenslagen.web.services import data, data_files, data_layout, data_periods, data_preview, jobs
from lebenslagen.web.services.base import digest
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show
from lebenslagen.web.views.data import steps_for
from lebenslagen.web.views.errors import said

if TYPE_CHECKING:
    from lebenslagen.project.read import Check
    from lebenslagen.project.read.grid import Grid, Sheet

__all__ = ["checked", "copy", "dropped", "head", "meaning", "preview", "reset", "sheet", "take"]

MOST_COLUMNS = 80


def _intake(request: Any, token: str) -> models.Intake:
    """An upload that the person may go on with."""
    found = models.Intake.objects.filter(pk=token).first()
    if found is None:
        raise Http404
    require(request.user, "data.deliver", data.scope_of_source(found.source, found.head))
    return found


def _base(intake: models.Intake) -> str:
    return digest(audit.state("intake", intake.pk))


def _page(request: Any, template: str, intake: models.Intake, here: str, **more: Any) -> HttpResponse:
    t = request.t
    declared = town().declaration.sources.get(intake.source)
    title = declared.source.title if declared else intake.head.get("title", intake.source)
    period = town().declaration.period(intake.period)
    return show(
        request, template, intake=intake, source_title=title, period_label=period.label or t.date(period.as_of), base=_base(intake),
        steps=steps_for(request, intake, here), mapped=data_layout.started(intake), declared=declared, **more,
    )  # fmt: skip


def _grid(intake: models.Intake) -> Grid:
    return data_files.grid_of(data_files.bytes_of(intake), intake.file)


def _sheet(intake: models.Intake, grid: Grid) -> Sheet | None:
    wanted = intake.mapping.get("sheet", "")
    return next((s for s in grid.sheets if s.name == wanted or (grid.kind == "csv" and not wanted)), None)


# --- sheet ----------------------------------------------------------------------------------------------------


@page("data.deliver", "GET", "POST")
def sheet(request: Any, token: str) -> HttpResponse:
    """Which sheet, and whether the letters are right."""
    intake = _intake(request, token)
    if ended := _after(intake):
        return ended
    grid = _grid(intake)
    names = [s.name for s in grid.sheets if s.height]
    error = ""
    if request.method == "POST":
        chosen = request.POST.get("sheet", "")
        if chosen in names:
            told = "" if grid.kind == "csv" else chosen
            kept = intake.mapping if intake.mapping.get("sheet") == told else {}
            data.mapped(
                intake, {**kept, "sheet": told}, by=request.user, base=request.POST.get("base") or None
            )
            return redirect("intake-head", intake.token)
        error = N_("Please choose a sheet.")
    chosen = intake.mapping.get("sheet") or _likely(grid, intake)
    veil = data_preview.veil_for(request.user, request.t, intake.period)
    sheets = [
        (s, s.name == chosen or len(names) == 1, data_preview.first_rows(s, veil))
        for s in grid.sheets
        if s.height
    ]
    return _page(
        request,
        "daten/blatt.html",
        intake,
        "sheet",
        sheets=sheets,
        grid=grid,
        error=error,
        status=422 if error else 200,
    )


def _likely(grid: Grid, intake: models.Intake) -> str:
    """The sheet that the source reads, or the first one with areas in it."""
    known = data_layout.registers(intake.period)
    filled = [s for s in grid.sheets if s.height and s.visible == "visible"]
    declared = town().declaration.sources.get(intake.source)
    usual = {t.sheet for t in declared.layout.tables} if declared else set()
    named = next((s.name for s in filled if s.name in usual), "")
    return named or next(
        (s.name for s in filled if data_layout.guess(s, known).level), filled[0].name if filled else ""
    )


@page("data.deliver", "POST")
def reset(request: Any, token: str) -> HttpResponse:
    """Back to the build that the source declares."""
    intake = _intake(request, token)
    data.mapped(intake, {}, by=request.user)
    return done(
        request, N_("The file is read by the usual build of its source again."), "intake-check", intake.token
    )


# --- heads ----------------------------------------------------------------------------------------------------


@page("data.deliver", "GET", "POST")
def head(request: Any, token: str) -> HttpResponse:
    """In which row the heads stand and which column names the areas."""
    intake = _intake(request, token)
    if ended := _after(intake):
        return ended
    found = _sheet(intake, _grid(intake))
    if found is None:
        return redirect("intake-sheet", intake.token)
    known = data_layout.registers(intake.period)
    guess = data_layout.guess(found, known)
    now = {
        "row": guess.row,
        "rows": guess.rows,
        "level": guess.level,
        "key": guess.key,
        "form": guess.form,
        **intake.mapping,
    }
    error = ""
    if request.method == "POST":
        now, error = _head_told(request.POST, found, known)
        below = data_layout.first_figures(found, known)
        if below and not error and now["row"] + now["rows"] - 1 > below:
            error = N_("This row holds figures already. Please give a row above the first area.")
        if not error:
            data.mapped(
                intake,
                _head_mapping(intake, found, known, now),
                by=request.user,
                base=request.POST.get("base") or None,
            )
            return redirect("intake-meaning", intake.token)
    veil = data_preview.veil_for(request.user, request.t, intake.period)
    labels = {level.key: level.label for level in town().declaration.head.levels}
    return _page(
        request, "daten/kopf.html", intake, "head", now=now, error=error, status=422 if error else 200,
        rows=data_preview.first_rows(found, veil, 24), columns=data_preview.letters(found, MOST_COLUMNS, data_layout.heads_of(found, now["row"], now["rows"]), veil),
        levels=[(key, labels.get(key, key)) for key in known],
    )  # fmt: skip


def _whole(text: str, low: int, high: int) -> int | None:
    return (
        int(text)
        if text.isascii() and text.isdigit() and len(text) < 8 and low <= int(text) <= high
        else None
    )


def _head_told(told: Any, found: Sheet, known: Any) -> tuple[dict[str, Any], str]:
    row, rows = _whole(told.get("row", ""), 1, found.height), _whole(told.get("rows", ""), 1, 3)
    key, level, form = (
        _whole(told.get("key", ""), 0, found.width - 1),
        told.get("level", ""),
        told.get("form", ""),
    )
    now = {
        "row": row or 1,
        "rows": rows or 1,
        "key": key or 0,
        "level": level,
        "form": form if form in ("id", "name") else "id",
    }
    if row is None:
        return now, N_("Please give the number of a row that the sheet has.")
    return now, "" if rows and key is not None and level in known else N_(
        "Please choose a column and a level."
    )


def _head_mapping(intake: models.Intake, found: Sheet, known: Any, now: dict[str, Any]) -> dict[str, Any]:
    """What the step adds; the columns stay where heads are as before."""
    heads = list(data_layout.heads_of(found, now["row"], now["rows"]))
    guess = data_layout.guess(found, {now["level"]: known[now["level"]]})
    name = guess.name if guess.key == now["key"] else -1
    first = now["row"] + now["rows"] - 1
    kept = (
        intake.mapping
        if intake.mapping.get("heads") == heads and intake.mapping.get("key") == now["key"]
        else {}
    )
    return {
        **kept, **now, "sheet": intake.mapping.get("sheet", ""), "heads": heads, "name": name,
        "pad": guess.pad if guess.key == now["key"] and now["form"] == "id" else 0,
        "totals": list(data_layout.totals_in(found, now["key"], name, first)), "total_level": list(known)[-1],
    }  # fmt: skip


# --- meaning --------------------------------------------------------------------------------------------------

UNITS = (
    ("count", N_("number of persons, households or cases")), ("percent", N_("share in percent, 21.4")), ("share", N_("share from 0 to 1, 0.214")),
    ("amount", N_("other number, such as euros or square metres")),
)  # fmt: skip
SIGN_KINDS = (
    ("", N_("ask me in the check")), ("zero", N_("nothing there, exactly zero")), ("missing", N_("not known")),
    ("withheld", N_("withheld by the supplier")), ("later", N_("comes later")), ("undefined", N_("not meaningful")),
    ("unsure", N_("too unsure")),
)  # fmt: skip


@page("data.deliver", "GET", "POST")
def meaning(request: Any, token: str) -> HttpResponse:
    """What each column means, in which unit, for which period, and what signs stand for."""
    intake = _intake(request, token)
    if ended := _after(intake):
        return ended
    found = _sheet(intake, _grid(intake))
    if found is None or "heads" not in intake.mapping:
        return redirect("intake-head" if found else "intake-sheet", intake.token)
    columns = data_preview.columns_of(
        found, intake.mapping, data_preview.veil_for(request.user, request.t, intake.period)
    )[:MOST_COLUMNS]
    first = intake.mapping["row"] + intake.mapping["rows"] - 1
    signs = data_layout.signs_in(found, [c.position for c in columns], first)
    error, now, told_signs = (
        "",
        _columns_now(intake, columns),
        {**data_preview.usual_signs(signs), **intake.mapping.get("signs", {})},
    )
    if request.method == "POST":
        now, told_signs, error = _meaning_told(request.POST, columns, signs)
        period = request.POST.get("period", "")
        if not error and period in [p.key for p in town().declaration.head.periods]:
            mapping = {**intake.mapping, "columns": now, "signs": {k: v for k, v in told_signs.items() if v}}
            data.mapped(
                intake, mapping, by=request.user, period=period, base=request.POST.get("base") or None
            )
            _declare_new(request, intake, now)
            return redirect("intake-preview", intake.token)
    rows = [(column, now.get(str(column.position), {})) for column in columns]
    return _page(
        request, "daten/bedeutung.html", intake, "columns", rows=rows, units=UNITS, signs=[(s, told_signs.get(s, "")) for s in signs],
        sign_kinds=SIGN_KINDS, variables=_offered(request.user, intake), error=error, status=422 if error else 200,
        periods=[(p.key, p.label or request.t.date(p.as_of)) for p in town().declaration.head.periods][::-1], gone=_gone(intake, now),
    )  # fmt: skip


def _variables(intake: models.Intake) -> list[tuple[str, str]]:
    """What a column can mean: first what this source delivered before, then everything else that is declared."""
    catalogue = {v.key: v.label or v.key for v in town().declaration.catalogue.variables}
    declared = town().declaration.sources.get(intake.source)
    own = list(declared.layout.variables()) if declared else []
    return [
        (key, catalogue.get(key, key))
        for key in dict.fromkeys([*own, *catalogue])
        if "{" not in key and "\\" not in key
    ]


def _offered(user: models.User, intake: models.Intake) -> list[tuple[str, str]]:
    """What this person may choose: of a department only what its source delivers."""
    own = data.open_meanings(user, intake.source)
    return [(key, label) for key, label in _variables(intake) if own is None or key in own]


def _columns_now(intake: models.Intake, columns: Any) -> dict[str, Any]:
    """What was said, or what the heads say where the source knows them."""
    if intake.mapping.get("columns"):
        return dict(intake.mapping["columns"])
    declared = town().declaration.sources.get(intake.source)
    specs = (
        [c for t in declared.layout.tables for c in t.columns if c.variable and not c.pattern]
        if declared
        else []
    )
    return {str(c.position): found for c in columns if (found := data_preview.known_column(c.head, specs))}


def _meaning_told(told: Any, columns: Any, signs: Any) -> tuple[dict[str, Any], dict[str, str], str]:
    now: dict[str, Any] = {}
    for column in columns:
        variable, new = told.get(f"v{column.position}", ""), {}
        if variable == "+":
            label = " ".join((told.get(f"n{column.position}", "") or column.head).split())[:160]
            variable, new = (
                data_layout.slug(label),
                {"label": label, "persons": f"p{column.position}" in told},
            )
        unit = told.get(f"u{column.position}", "count")
        if variable and unit in dict(UNITS):
            scale = {"percent": "percent", "share": "share"}.get(unit, "")
            now[str(column.position)] = {
                "variable": variable[:60],
                "unit": "percent" if scale else unit,
                "scale": scale,
                **new,
            }
    names = [c["variable"] for c in now.values()]
    kinds = {sign: told.get(f"s{n}", "") for n, sign in enumerate(signs)}
    kinds = {sign: kind for sign, kind in kinds.items() if kind in dict(SIGN_KINDS)}
    if not names:
        return now, kinds, N_("Please say of at least one column what it means.")
    return (
        now,
        kinds,
        N_("Two columns have the same meaning. Each meaning can be given once.")
        if len(set(names)) < len(names)
        else "",
    )


def _declare_new(request: Any, intake: models.Intake, now: dict[str, Any]) -> None:
    """What a column counts that nobody declared yet gets its name, a line in the trail each."""
    known = {v.key for v in town().declaration.catalogue.variables}
    for told in now.values():
        if told.get("label") and told["variable"] not in known:
            data_periods.add_variable(
                told["variable"], told["label"], by=request.user, source=intake.source, persons=told["persons"],
                unit="rate" if told["scale"] else told["unit"],
            )  # fmt: skip


def _gone(intake: models.Intake, now: dict[str, Any]) -> list[str]:
    """What the source delivered before and is not among the columns now."""
    declared = town().declaration.sources.get(intake.source)
    told = {c["variable"] for c in now.values()}
    return [
        label
        for key, label in _variables(intake)
        if told and declared and key in declared.layout.variables() and key not in told
    ]


# --- preview and check ----------------------------------------------------------------------------------------


def _checked(request: Any, intake: models.Intake) -> Check | HttpResponse:
    """The check; a file in which persons are found only now is wiped at once."""
    result = data_files.check_of(intake)
    if not result.personal:
        return result
    data.refuse_personal(by=request.user, source=intake.source, period=intake.period, token=intake.token)
    raise DataError(result.faults)


def _ended(request: Any, intake: models.Intake) -> HttpResponse | None:
    if intake.state == models.Intake.OPEN:
        missing = data_layout.complete(intake.mapping) if data_layout.started(intake) else ""
        place = {"sheet": "intake-sheet", "head": "intake-head", "columns": "intake-meaning"}.get(missing)
        return redirect(place, intake.token) if place else None
    return _after(intake)


def _after(intake: models.Intake) -> HttpResponse | None:
    """Where an upload that was taken over or dropped leads; its file may be gone."""
    if intake.state == models.Intake.OPEN:
        return None
    known = intake.source in town().declaration.sources
    return redirect("delivery", intake.source, intake.period) if known else redirect("data")


@page("data.deliver")
def preview(request: Any, token: str) -> HttpResponse:
    """The sheet as it will be read, with the cells in question marked."""
    intake = _intake(request, token)
    ended = _ended(request, intake)
    if ended:
        return ended
    result = _checked(request, intake)
    veil = data_preview.veil_for(request.user, request.t, intake.period)
    tables = data_preview.tables_of(result, veil, request.t)
    return _page(request, "daten/vorschau.html", intake, "preview", tables=tables, result=result, veiled=veil is not None,
                 skipped=data_preview.skipped_lines(result, veil))  # fmt: skip


@page("data.deliver", "GET", "POST")
def checked(request: Any, token: str) -> HttpResponse:
    """Everything that was noticed, by cell, with the questions and a place for the reasons."""
    intake = _intake(request, token)
    ended = _ended(request, intake)
    if ended:
        return ended
    result = _checked(request, intake)
    errors: dict[str, str] = {}
    if request.method == "POST":
        given = {key.removeprefix("a-"): value for key, value in request.POST.items() if key.startswith("a-")}
        try:
            data.answer(intake, given, by=request.user)
            return redirect("intake-check", intake.token)
        except ValidationError as error:
            errors = {code: found[0] for code, found in error.message_dict.items()}
    groups = data_preview.grouped(request.user, request.t, intake, result)
    answered = [
        (code, reason, request.t(FAULTS[code].message) if code in FAULTS else code)
        for code, reason in intake.answers
    ]
    return _page(
        request, "daten/pruefung.html", intake, "check", result=result, groups=groups, errors=errors, status=422 if errors else 200,
        ready=result.outcome < Outcome.ASK, rejected=result.outcome is Outcome.REJECT, answered=answered, more=result.count - len(result.faults),
        asks=any(g.answerable for g in groups), heads_differ=any(f.code in HEADS for f in result.faults),
        masked=_masked(request, intake, groups),
    )  # fmt: skip


def _masked(request: Any, intake: models.Intake, groups: Any) -> bool:
    """Whether a sentence of the page shows digits as signs, since this person sees no single values."""
    veiled = data_preview.veil_for(request.user, request.t, intake.period) is not None
    return veiled and any("#" in fault.sentence for group in groups for fault in group.faults)


# Faults that say the file is built otherwise than its source declares.
HEADS = frozenset(
    "header-absent column-absent head-variant sheet-absent header-in-two-rows no-table-declared sheet-unclear head-twice sign-undeclared mark-undeclared".split()
)


@page("data.deliver")
def copy(request: Any, token: str) -> HttpResponse:
    """The marked copy for the supplier."""
    intake = _intake(request, token)
    ended = _ended(request, intake)
    if ended:
        return ended
    result = _checked(request, intake)
    content = data_preview.marked(request.user, request.t, intake, result)
    response = HttpResponse(
        content, content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    name = f"{intake.source}-{intake.period}-{request.t('marked')}.xlsx"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "no-store"
    return response


@page("data.deliver", "GET", "POST")
def take(request: Any, token: str) -> HttpResponse:
    """Take over: what will happen, then the act."""
    intake = _intake(request, token)
    ended = _ended(request, intake)
    if ended:
        return ended
    result = _checked(request, intake)
    if request.method == "POST":
        try:
            data.take_over(intake, by=request.user)
        except (DataError, QuestionOpen) as error:
            told = data_preview.told(request.user, request.t, intake, result, error.faults)
            return _page(request, "daten/uebernehmen.html", intake, "take", result=result, ready=False,
                         faults=said(told, request.t.language), status=422)  # fmt: skip
        _compute(request, intake)
        return done(request, N_("The delivery was taken over."), "delivery", intake.source, intake.period)
    before = data_files.in_force_of(intake)
    return _page(request, "daten/uebernehmen.html", intake, "take", result=result, ready=result.outcome < Outcome.ASK, before=before,
                 values=sum(len(s) for s in result.reading.series), layout=_layout_text(request, intake, result))  # fmt: skip


def _layout_text(request: Any, intake: models.Intake, result: Check) -> str:
    """What will be written into the declaration, for the planner to read."""
    content = data_layout.declared(intake)
    if content is None:
        return ""
    text = content.decode()
    text = text[text.rindex("[[tables]]") :]
    for head, shown in data_preview.shown_heads(request.user, request.t, intake, result).items():
        text = text.replace(f'"{head}"', f'"{shown}"')
    return text


def _compute(request: Any, intake: models.Intake) -> None:
    """The protected figures of the reports that show the period are computed anew, by a job."""
    if not may(request.user, "job.start", Scope()):
        return
    for report in town().declaration.reports.values():
        if report.period == intake.period:
            jobs.start("protect", {"report": report.key}, by=request.user)


@page("data.deliver", "POST")
def dropped(request: Any, token: str) -> HttpResponse:
    """Put an upload aside."""
    intake = _intake(request, token)
    data.drop(intake, by=request.user)
    return done(request, N_("The upload was dropped. Nothing was taken over."), "data")

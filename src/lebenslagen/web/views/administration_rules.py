"""Rules of secrecy: as declared and in words, other ones asked for by the administration, confirmed by the approval."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse

from lebenslagen.errors import DesignError
from lebenslagen.texts import N_, Texts
from lebenslagen.web import models, rules
from lebenslagen.web.forms import administration as forms
from lebenslagen.web.permissions import may
from lebenslagen.web.services import rules as services
from lebenslagen.web.services.base import Conflict
from lebenslagen.web.town import town
from lebenslagen.web.views.administration import framed
from lebenslagen.web.views.base import done, page, whole
from lebenslagen.web.views.errors import said

__all__ = ["ask", "change", "confirm", "listed", "refuse"]

STATES = {"asked": N_("waits for confirmation"), "done": N_("confirmed"), "refused": N_("refused")}
BADGES = {"asked": "info", "done": "success", "refused": "warning"}


@page("administration.view")
def listed(request: Any) -> HttpResponse:
    """The rules that hold, by readers and by source, and how they came to hold."""
    t, declaration = request.t, town().declaration
    audiences = [_audience(name, t) for name in declaration.head.policies]
    sources = [
        {
            "key": f"source:{key}",
            "label": rules.label_of(f"source:{key}", t),
            "threshold": source.source.threshold,
        }
        for key, source in declaration.sources.items()
    ]
    rows = list(models.RuleChange.objects.select_related("by", "other").order_by("-pk")[:50])
    return framed(
        request, "verwaltung/regeln.html", audiences=audiences, sources=sources,
        waiting=[_row(row, t) for row in rows if row.state == "asked"],
        past=[_row(row, t) for row in rows if row.state != "asked"],
    )  # fmt: skip


def _audience(name: str, t: Texts) -> dict[str, Any]:
    declared, holds = town().declaration.policy(name), rules.effective(name)
    decimals = town().declaration.head.policies[name].decimals
    return {
        "key": f"policy:{name}", "label": rules.label_of(f"policy:{name}", t), "rules": rules.told(holds, t),
        "raised": [r.label for r, d in zip(rules.told(holds, t), rules.told(declared, t), strict=True) if r.value != d.value],
        "decimals": [(t(rules.ROLES.get(role, role)), digits) for role, digits in decimals.items()],
        "name": name,
    }  # fmt: skip


def _row(row: models.RuleChange, t: Texts) -> dict[str, Any]:
    return {
        "row": row, "label": rules.label_of(row.about, t), "state": t(STATES[row.state]), "badge": BADGES[row.state],
        "changes": rules.changes(row.before, row.after, t),
    }  # fmt: skip


# --- asking -----------------------------------------------------------------------------------------------------


@page("rules.ask", "GET", "POST")
def ask(request: Any, key: str) -> HttpResponse:
    """Ask for other rules: nothing changes before somebody of the approval has confirmed."""
    now = rules.values_of(key)
    if now is None:
        raise Http404
    form, status, conflict = _form(request, key, now), 200, False
    if request.method == "POST" and form.is_valid():
        try:
            made = services.ask(
                key, form.values(), by=request.user, why=form.cleaned_data["why"], base=_seen(form, now)
            )
        except ValidationError as error:
            form.take(error)
        except DesignError as error:
            for _, sentence, remedy in said(tuple(error.faults), request.t.language):
                form.fail(None, f"{sentence} {remedy}")
        except Conflict as error:
            if error.faults[0].code != "changed-meanwhile":
                raise
            status, conflict = 409, True
            form.data = form.data.copy()
            form.data["base"] = _kept(now)
        else:
            return done(
                request,
                N_("Asked for. It holds once somebody of the approval has confirmed it."),
                "rule-change",
                made.pk,
            )
    return framed(
        request, "verwaltung/regeln-aendern.html", status=status, form=form, label=rules.label_of(key, request.t),
        key=key, conflict=conflict, committee=key == "policy:committee", words=rules.words(now, request.t) if conflict else {},
    )  # fmt: skip


def _kept(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True)


def _seen(form: Any, now: dict[str, Any]) -> dict[str, Any]:
    """The values the person saw, as the form carried them."""
    try:
        seen = json.loads(form.cleaned_data["base"])
    except ValueError:
        return now
    return seen if isinstance(seen, dict) else now


def _form(request: Any, key: str, now: dict[str, Any]) -> forms.Policy | forms.SourceRule:
    """With the values that hold, or with those of an earlier change that are to be asked for again."""
    earlier = whole(request.GET.get("wie", ""))
    again = models.RuleChange.objects.filter(pk=earlier, about=key).first() if earlier is not None else None
    first = {**now, **(again.before if again else {})}
    initial = {
        **first,
        "base": _kept(now),
        **{f"decimals_{role}": n for role, n in first.get("decimals", {}).items()},
    }
    if key.startswith("source:"):
        return forms.SourceRule(request.POST or None, initial=initial)
    return forms.Policy(request.POST or None, initial=initial, roles=list(now["decimals"]))


# --- deciding ---------------------------------------------------------------------------------------------------


def _find(pk: int) -> models.RuleChange:
    found = models.RuleChange.objects.select_related("by", "other").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


@page("administration.view")
def change(request: Any, pk: int) -> HttpResponse:
    """What was asked for, why, what it would mean; confirm or refuse."""
    return _change(request, _find(pk), forms.Note())


def _change(request: Any, row: models.RuleChange, form: forms.Note) -> HttpResponse:
    t, own, open_ = request.t, row.by_id == request.user.pk, row.state == "asked"
    fields = {**rules.FIELDS, "decimals": N_("Digits after the decimal point")}
    return framed(
        request, "verwaltung/regeln-vorschlag.html", form=form, own=own, **_row(row, t),
        looser=[t(fields[name]) for name in rules.looser(row.before, row.after)],
        can_confirm=open_ and not own and may(request.user, "rules.confirm"),
        can_take=open_ and own,
        again=row.state == "done" and rules.values_of(row.about) == row.after and may(request.user, "rules.ask"),
        stale=open_ and rules.values_of(row.about) != row.before,
        approved=models.ReleaseRequest.objects.filter(state__in=("submitted", "approved")).count(),
    )  # fmt: skip


@page("rules.confirm", "POST")
def confirm(request: Any, pk: int) -> HttpResponse:
    """Let the rules hold from now on."""
    services.confirm(_find(pk).pk, by=request.user, note=request.POST.get("note", ""))
    return done(
        request, N_("The rules hold from now on, for drafts. What is published keeps its rules."), "rules"
    )


@page("administration.view", "POST")
def refuse(request: Any, pk: int) -> HttpResponse:
    """Do not change the rules; whoever asked takes the question back like this."""
    row, form = _find(pk), forms.Note(request.POST)
    form.full_clean()
    try:
        services.refuse(row.pk, by=request.user, note=form.cleaned_data.get("note", ""))
    except ValidationError as error:
        form.take(error)
        return _change(request, row, form)
    said_ = (
        N_("You have taken the question back.")
        if row.by_id == request.user.pk
        else N_("The rules stay as they are.")
    )
    return done(request, said_, "rules")

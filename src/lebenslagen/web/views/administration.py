"""Administration: what there is to do, who may what, areas and names, the town's details. People, rules, trail and trash
have modules of their own."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lebenslagen.errors import LebenslagenError
from lebenslagen.texts import N_, Texts
from lebenslagen.web import models
from lebenslagen.web.forms import administration as forms
from lebenslagen.web.permissions import may, rights
from lebenslagen.web.roles import PERMISSIONS, ROLES
from lebenslagen.web.services import accounts, office
from lebenslagen.web.services.base import Conflict, digest
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page, show

__all__ = ["SECTIONS", "areas", "details", "framed", "names", "overview", "require_factor", "roles"]

# The pages of the administration: name, label, permission, what it is for.
SECTIONS = (
    ("people", N_("People"), "people.manage", N_("Invite, give roles, block, renew a lost access.")),
    ("single-values", N_("Single values"), "values.grant", N_("Who may see counts below the minimum number, and why.")),
    ("roles", N_("Roles"), "administration.view", N_("Who may do what, and for whom a second factor is required.")),
    ("areas", N_("Areas"), "administration.view", N_("Levels, boundaries by date, where they come from, what they are called.")),
    ("rules", N_("Rules of secrecy"), "administration.view", N_("From which number on something is published; changed by two persons.")),
    ("trail", N_("Audit trail"), "audit.view", N_("Who changed what and when; take a change back.")),
    ("trash", N_("Trash"), "administration.view", N_("What was deleted within 30 days; restore it.")),
    ("details", N_("Details"), "settings.manage", N_("Contact, imprint, privacy and accessibility of the public pages.")),
)  # fmt: skip


def framed(request: Any, template: str, /, status: int = 200, **context: Any) -> HttpResponse:
    """A page of the administration, with the way to the others."""
    held = rights(request.user)
    path = request.path
    sections = [
        {"label": request.t(label), "address": reverse(name), "here": path.startswith(reverse(name)), "sentence": request.t(sentence)}
        for name, label, needed, sentence in SECTIONS
        if needed in held
    ]  # fmt: skip
    return show(request, template, status=status, sections=sections, **context)


@page("administration.view")
def overview(request: Any) -> HttpResponse:
    """The pages of the administration, and what waits there."""
    return framed(request, "verwaltung/uebersicht.html", waiting=list(_waiting(request)))


def _waiting(request: Any) -> Iterator[dict[str, str]]:
    """What somebody should look at, where this person can."""
    t, user, now = request.t, request.user, timezone.now()
    for row in models.RuleChange.objects.filter(state="asked").select_related("by"):
        if may(user, "rules.confirm") or row.by_id == user.pk:
            words = t(N_("{name} asks for other rules of secrecy."), name=row.by.name)
            yield {"words": words, "address": reverse("rule-change", args=[row.pk])}
    if may(user, "people.manage"):
        links = models.Invitation.objects.filter(used_at=None, revoked_at=None)
        late = links.filter(expires_at__lte=now, expires_at__gt=now - timedelta(days=30), user=None).count()
        if late:
            words = t.plural(
                "{n} invitation was not used in time.", "{n} invitations were not used in time.", late
            )
            yield {"words": words, "address": reverse("people") + "#einladungen"}
    if may(user, "settings.manage") and not town().declaration.head.contact.get("privacy_officer"):
        yield {
            "words": t(N_("The privacy page does not name a data protection officer yet.")),
            "address": reverse("details"),
        }


# --- roles ------------------------------------------------------------------------------------------------------


@page("administration.view")
def roles(request: Any) -> HttpResponse:
    """Who may do what, role by role and as a table."""
    t = request.t
    required = set(models.RoleSetting.objects.filter(second_factor=True).values_list("role", flat=True))
    rows = [
        {
            "key": key, "label": t(role.label), "sentence": t(role.sentence), "factor": key in required,
            "may": [_told(t, name, key) for name in PERMISSIONS if key in PERMISSIONS[name].roles],
        }
        for key, role in ROLES.items()
    ]  # fmt: skip
    table = [(t(row.sentence), [_cell(t, name, key) for key in ROLES]) for name, row in PERMISSIONS.items()]
    return framed(request, "verwaltung/rollen.html", rows=rows, table=table)


def _told(t: Texts, name: str, role: str) -> str:
    row = PERMISSIONS[name]
    if role in row.within:
        return t(N_("{action} (only of the own department or areas)"), action=t(row.sentence))
    return t(row.sentence)


def _cell(t: Texts, name: str, role: str) -> str:
    row = PERMISSIONS[name]
    if role not in row.roles:
        return t(N_("if given")) if row.grantable and role != "guest" else "–"
    return t(N_("own only")) if role in row.within else t(N_("yes"))


@page("settings.manage", "POST")
def require_factor(request: Any) -> HttpResponse:
    """Require a second factor of a role, or no longer."""
    role, wanted = request.POST.get("role", ""), request.POST.get("required") == "1"
    if role not in ROLES:
        raise Http404
    accounts.require_factor(role, wanted, by=request.user)
    said = (
        N_("From now on the role {role} needs a second factor.")
        if wanted
        else N_("The role {role} no longer needs a second factor.")
    )
    return done(request, said, "roles", role=request.t(ROLES[role].label))


# --- areas ------------------------------------------------------------------------------------------------------


@page("administration.view")
def areas(request: Any) -> HttpResponse:
    """Levels with their boundaries by date, where these come from, how values move between them."""
    declaration, t = town().declaration, request.t
    levels = [
        {
            "level": level,
            "layers": [_layer(layer, t) for layer in declaration.layers if layer.level == level.key],
        }
        for level in declaration.head.levels
    ]
    return framed(
        request,
        "verwaltung/gebiete.html",
        levels=levels,
        ways=[_way(w, t) for w in declaration.crosswalks],
        periods=_periods(),
    )


def _layer(layer: Any, t: Texts) -> dict[str, Any]:
    return {
        "vintage": layer.vintage, "areas": _count(layer), "file": layer.file, "dissolve": layer.dissolve,
        "source": layer.source, "repairs": [f"{r.key}: {r.reason}" for r in layer.repairs],
        "absent": [f"{key}: {why}" for key, why in layer.absent.items()],
    }  # fmt: skip


def _count(layer: Any) -> int | None:
    """How many areas there are, None before they are delivered."""
    from lebenslagen.project import build

    def read() -> int | None:
        try:
            return len(build.areas(town()._works(), layer.level, layer.vintage).ids)
        except LebenslagenError:
            return None

    return town().kept(("areas", layer.level, layer.vintage), read)  # type: ignore[no-any-return]


BASES = {
    "table": N_("by a table"),
    "points": N_("by points with their weights"),
    "area": N_("by area"),
}


def _way(way: Any, t: Texts) -> dict[str, Any]:
    return {
        "from": way.source,
        "to": way.target,
        "level": way.level,
        "basis": t(BASES.get(way.basis, way.basis)),
        "file": way.file,
    }


def _periods() -> list[Any]:
    """The periods by the boundaries that held in them."""
    found: dict[Any, list[str]] = {}
    for period in town().declaration.head.periods:
        found.setdefault(period.vintage, []).append(period.label or period.key)
    return [(vintage, labels[0], labels[-1], len(labels)) for vintage, labels in found.items()]


@page("settings.manage", "GET", "POST")
def names(request: Any) -> HttpResponse:
    """Name levels, and areas that are made from finer ones."""
    known = office.read("names")
    labels = {level.key: level.label for level in town().declaration.head.levels}
    form = forms.Names(
        request.POST or None, known=known, labels=labels, t=request.t, initial={"base": _base("names")}
    )
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            office.rename(form.levels(), form.areas(), by=request.user, base=form.cleaned_data["base"])
        except ValidationError as error:
            form.take(error)
        except Conflict as error:
            status = _conflict(error, form, "names")
        else:
            return done(
                request,
                N_("The names are stored. They stand in the next drafts; what is published keeps its names."),
                "areas",
            )
    return framed(
        request,
        "verwaltung/namen.html",
        status=status,
        form=form,
        groups=form.groups(request.t),
        conflict=_who(status, "names"),
    )


# --- details ----------------------------------------------------------------------------------------------------


def _base(part: str) -> str:
    from lebenslagen.web import audit

    return digest(audit.state("town", part))


def _conflict(error: Conflict, form: Any, part: str) -> int:
    """Somebody was faster: the form keeps what was typed and may be sent again over the other's change."""
    if error.faults[0].code != "changed-meanwhile":
        raise error
    form.data = form.data.copy()
    form.data["base"] = _base(part)
    return 409


def _who(status: int, part: str) -> models.AuditLine | None:
    return (
        models.AuditLine.objects.filter(kind="town", key=part).order_by("-number").first()
        if status == 409
        else None
    )


@page("settings.manage", "GET", "POST")
def details(request: Any) -> HttpResponse:
    """Who answers for the public pages: contact, imprint, privacy, accessibility."""
    now = office.read("contact")
    form = forms.Details(request.POST or None, initial={**now, "base": _base("contact")})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            office.set_details(form.cleaned_data, by=request.user, base=form.cleaned_data["base"])
        except ValidationError as error:
            form.take(error)
        except Conflict as error:
            status = _conflict(error, form, "contact")
        else:
            return done(request, N_("The details are stored. The public pages show them at once."), "details")
    return framed(
        request,
        "verwaltung/stelle.html",
        status=status,
        form=form,
        now=_shown(now, request.t),
        conflict=_who(status, "contact"),
    )


def _shown(now: dict[str, str], t: Texts) -> list[tuple[str, str]]:
    return [(t(label), now.get(key, "")) for key, label in office.DETAILS.items()]

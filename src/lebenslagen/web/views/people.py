"""People: list, invitation, roles, block, sessions, second factor; who may see single values. Nothing counts their work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lebenslagen.texts import N_, Texts
from lebenslagen.web import audit, models
from lebenslagen.web.forms import people as forms
from lebenslagen.web.people_words import departments, membership_words, typed_areas
from lebenslagen.web.permissions import may
from lebenslagen.web.roles import PERMISSIONS, ROLES
from lebenslagen.web.services import accounts
from lebenslagen.web.services.base import Conflict, digest, led_to
from lebenslagen.web.views.administration import framed
from lebenslagen.web.views.base import done, page, whole

__all__ = [
    "block", "drop_factor", "end_sessions", "invite", "listed", "person", "renew", "revoke_link", "single_values",
    "take_values", "unblock",
]  # fmt: skip

VALUES = "values.see"


def _find(pk: int) -> models.User:
    found = models.User.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _choices(t: Texts) -> list[tuple[str, str]]:
    return [(key, f"{t(role.label)} – {t(role.sentence)}") for key, role in ROLES.items()]


@page("people.manage")
def listed(request: Any) -> HttpResponse:
    """Everybody with an account, and open invitations."""
    t = request.t
    wanted = request.GET.get("q", "").strip()[:80]
    people = models.User.objects.prefetch_related("memberships", "grants").order_by("name", "pk")
    with_factor = _with_factor()
    rows = [
        {
            "person": person, "roles": [membership_words(m, t) for m in person.memberships.all()],
            "factor": person.pk in with_factor,
            "values": any(grant.permission == VALUES for grant in person.grants.all()),
        }
        for person in people
        if wanted.casefold() in f"{person.name} {person.login} {person.email}".casefold()
    ]  # fmt: skip
    return framed(
        request, "verwaltung/personen.html", wanted=wanted, links=_links(t),
        active=[row for row in rows if row["person"].is_active], blocked=[row for row in rows if not row["person"].is_active],
    )  # fmt: skip


def _with_factor() -> set[int]:
    from django_otp.plugins.otp_totp.models import TOTPDevice

    return set(TOTPDevice.objects.filter(confirmed=True).values_list("user_id", flat=True))


def _links(t: Texts) -> list[dict[str, Any]]:
    """Links that were neither used nor withdrawn; those too late for 30 days more."""
    now = timezone.now()
    found = models.Invitation.objects.filter(
        used_at=None, revoked_at=None, expires_at__gt=now - timedelta(days=30)
    ).select_related("user", "by")
    return [
        {
            "link": link, "name": link.user.name if link.user else link.name or link.email, "late": link.expires_at <= now,
            "words": t(N_("new password")) if link.user else membership_words(link, t),
        }
        for link in found.order_by("-created_at")
    ]  # fmt: skip


# --- invitation -------------------------------------------------------------------------------------------------


@page("people.manage", "GET", "POST")
def invite(request: Any) -> HttpResponse:
    """Invite a person; the link is shown once."""
    first = {
        "role": "reader",
        "name": request.GET.get("name", "")[:120],
        "email": request.GET.get("email", "")[:254],
    }
    form = forms.Invite(request.POST or None, choices=_choices(request.t), initial=first)
    if request.method == "POST" and form.is_valid():
        try:
            made, token = accounts.invite(by=request.user, **form.cleaned_data)
        except ValidationError as error:
            form.take(error)
        else:
            return _link_shown(request, made, token)
    return framed(request, "verwaltung/einladen.html", form=form, departments=departments())


def _link_shown(request: Any, made: models.Invitation, token: str) -> HttpResponse:
    """The one page that shows a one-time link; sent again, it leads to the list and shows nothing."""
    led_to(request.POST.get("once", ""), request.user, reverse("people"))
    address = request.build_absolute_uri(accounts.link_for(token))
    return framed(
        request, "verwaltung/link.html", link=made, address=address,
        name=made.user.name if made.user else made.name, words="" if made.user else membership_words(made, request.t),
    )  # fmt: skip


@page("people.manage", "POST")
def renew(request: Any, pk: int) -> HttpResponse:
    """A one-time link with which a person chooses a new password."""
    person = _find(pk)
    if not person.is_active:
        return done(request, N_("The account is blocked; let the person in again first."), "person", pk)
    made, token = accounts.reset_link(person, by=request.user)
    return _link_shown(request, made, token)


@page("people.manage", "POST")
def revoke_link(request: Any, pk: int) -> HttpResponse:
    """Make a one-time link useless."""
    if not models.Invitation.objects.filter(pk=pk, used_at=None, revoked_at=None).exists():
        return done(request, N_("This link was used or withdrawn already."), "people")
    accounts.revoke_link(pk, by=request.user)
    return done(request, N_("The link is withdrawn; it opens nothing any more."), "people")


# --- one person -------------------------------------------------------------------------------------------------


@page("people.manage", "GET", "POST")
def person(request: Any, pk: int) -> HttpResponse:
    """The roles and the account of a person."""
    found = _find(pk)
    form, status, conflict = _roles_form(request, found), 200, None
    if request.method == "POST" and "more" not in request.POST and form.is_valid():
        try:
            accounts.set_roles(found, form.roles(), by=request.user, base=form.cleaned_data["base"])
        except ValidationError as error:
            form.take(error)
        except Conflict:
            status, conflict = 409, _last_line(found)
            form.data = form.data.copy()
            form.data["base"] = _base(found)
        else:
            return _stored(request, found)
    return _person(request, found, form, status=status, conflict=conflict)


def _stored(request: Any, found: models.User) -> HttpResponse:
    """Whoever gave up the administration herself no longer sees this page."""
    still = models.User.objects.get(pk=request.user.pk)
    to = ("person", found.pk) if may(still, "people.manage") else ("overview",)
    return done(request, N_("The roles of {name} are stored; they hold at once."), *to, name=found.name)


def _base(found: models.User) -> str:
    return digest(audit.state("user", found.pk))


def _last_line(found: models.User) -> models.AuditLine | None:
    return models.AuditLine.objects.filter(kind="user", key=str(found.pk)).order_by("-number").first()


def _roles_form(request: Any, found: models.User) -> forms.Roles:
    """As many rows as there are roles, one more to add; "one more role" adds one without storing."""
    t, rows = request.t, list(found.memberships.order_by("pk"))
    choices = [("", t(N_("no role"))), *((key, t(role.label)) for key, role in ROLES.items())]
    if request.method == "POST":
        given = request.POST.get("rows", "")
        count = min(20, max(1, whole(given) or 1))
        if "more" not in request.POST:
            return forms.Roles(request.POST, count=count, choices=choices)
        count = min(20, count + 1)
        typed = {key: value for key, value in request.POST.items() if key not in ("rows", "more")}
        return forms.Roles(initial={**typed, "rows": count}, count=count, choices=choices)
    first: dict[str, Any] = {"rows": max(1, len(rows)), "base": _base(found)}
    for n, row in enumerate(rows):
        first |= {
            f"role_{n}": row.role,
            f"department_{n}": row.department,
            f"areas_{n}": typed_areas(row.areas),
        }
    return forms.Roles(initial=first, count=max(1, len(rows)), choices=choices)


def _person(
    request: Any, found: models.User, form: forms.Roles, *, status: int = 200, conflict: Any = None
) -> HttpResponse:
    roles = {m.role for m in found.memberships.all()}
    required = models.RoleSetting.objects.filter(role__in=roles, second_factor=True).exists()
    return framed(
        request, "verwaltung/person.html", status=status, person=found, form=form, conflict=conflict,
        own=found.pk == request.user.pk, departments=departments(), base=_base(found),
        now=[membership_words(m, request.t) for m in found.memberships.order_by("pk")],
        factor=found.pk in _with_factor(), required=required, values=_holder(found),
    )  # fmt: skip


def _holder(found: models.User) -> dict[str, Any] | None:
    """Since when and by whom a person may see single values, and why."""
    grant = found.grants.filter(permission=VALUES).select_related("by").first()
    return {"grant": grant, "why": _reason(found.pk)} if grant else None


def _reason(pk: int) -> str:
    line = (
        models.AuditLine.objects.filter(kind="grants", key=str(pk), what="person.grant")
        .order_by("-number")
        .first()
    )
    return line.why if line else ""


@page("people.manage", "GET", "POST")
def block(request: Any, pk: int) -> HttpResponse:
    """Block an account: says what goes with it, asks for a reason."""
    found = _find(pk)
    form = forms.Reason(request.POST or None, initial={"base": _base(found)}, needed=True)
    if request.method == "POST" and form.is_valid():
        accounts.set_active(
            found, False, by=request.user, why=form.cleaned_data["why"], base=form.cleaned_data["base"]
        )
        return done(request, N_("{name} is blocked; all sessions have ended."), "people", name=found.name)
    if not found.is_active:
        return done(request, N_("This account is blocked already."), "person", pk)
    return framed(
        request, "verwaltung/sperren.html", person=found, form=form, own=found.pk == request.user.pk
    )


@page("people.manage", "POST")
def unblock(request: Any, pk: int) -> HttpResponse:
    """Let a blocked person in again, with the roles she had."""
    found = _find(pk)
    if found.is_active:
        return done(request, N_("This account is not blocked."), "person", pk)
    accounts.set_active(found, True, by=request.user, base=request.POST.get("base") or None)
    return done(
        request, N_("{name} may log in again, with the roles from before."), "person", pk, name=found.name
    )


@page("people.manage", "POST")
def end_sessions(request: Any, pk: int) -> HttpResponse:
    """End all sessions of a person; one's own present one stays."""
    found = _find(pk)
    keep = request.session.session_key if found.pk == request.user.pk else ""
    accounts.end_sessions(found, by=request.user, keep=keep or "")
    return done(request, N_("All sessions of {name} have ended."), "person", pk, name=found.name)


@page("people.manage", "POST")
def drop_factor(request: Any, pk: int) -> HttpResponse:
    """Remove the second factor of a person who has lost her phone."""
    found = _find(pk)
    accounts.drop_factor(found, by=request.user)
    return done(
        request, N_("The second factor of {name} is removed. Where the role needs one, a new one is set up at the next login."),
        "person", pk, name=found.name,
    )  # fmt: skip


# --- single values ----------------------------------------------------------------------------------------------


@page("values.grant", "GET", "POST")
def single_values(request: Any) -> HttpResponse:
    """Who may see counts below the minimum number: by role, and single persons with a reason."""
    by_role = PERMISSIONS[VALUES].roles
    people = models.User.objects.filter(is_active=True).prefetch_related("memberships").order_by("name", "pk")
    granted = (
        models.Grant.objects.filter(permission=VALUES).select_related("user", "by").order_by("user__name")
    )
    holders = {grant.user_id for grant in granted}
    holding = [p for p in people if any(m.role in by_role for m in p.memberships.all())]
    others = [p for p in people if p not in holding and p.pk not in holders]
    choices = [
        (
            str(p.pk),
            f"{p.name} ({', '.join(membership_words(m, request.t) for m in p.memberships.all()) or p.login})",
        )
        for p in others
    ]
    form = forms.SingleValues(request.POST or None, people=choices)
    if request.method == "POST" and form.is_valid():
        chosen = _find(int(form.cleaned_data["person"]))
        try:
            accounts.grant(chosen, VALUES, by=request.user, why=form.cleaned_data["why"])
        except ValidationError as error:
            form.take(error)
        else:
            return done(
                request, N_("{name} may see single values from now on."), "single-values", name=chosen.name
            )
    return framed(
        request, "verwaltung/einzelwerte.html", form=form, holding=holding, others=bool(others),
        granted=[(grant, _reason(grant.user_id)) for grant in granted],
    )  # fmt: skip


@page("values.grant", "POST")
def take_values(request: Any, pk: int) -> HttpResponse:
    """Take the permission back."""
    found = _find(pk)
    if not found.grants.filter(permission=VALUES).exists():
        return done(request, N_("This permission was taken back already."), "single-values")
    accounts.revoke_grant(found, VALUES, by=request.user, why=request.POST.get("why", ""))
    return done(request, N_("{name} no longer sees single values."), "single-values", name=found.name)

"""People: invitations, roles, passwords, second factors, sessions."""

from __future__ import annotations

import hashlib
import secrets
import unicodedata
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.contrib.auth import password_validation
from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import Q
from django.utils import timezone

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.audit import FIRST, may_grant
from lebenslagen.web.permissions import SYSTEM, System, require
from lebenslagen.web.roles import ADMIN, APPROVER, DEPARTMENT, ROLES
from lebenslagen.web.services.base import change, writes

__all__ = [
    "accept", "change_password", "drop_factor", "end_sessions", "enrol_factor", "first_administrator",
    "grant", "invite", "link_for", "new_codes", "open_link", "require_factor", "reset_link",
    "revoke_grant", "revoke_link", "role_faults", "set_active", "set_profile", "set_roles",
]  # fmt: skip

VALID = timedelta(days=7)
User = models.User


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def open_link(token: str) -> models.Invitation | None:
    """The invitation behind a one-time link that is still good, otherwise None; nobody who is blocked comes in by one."""
    now = timezone.now()
    found = models.Invitation.objects.select_related("user").filter(
        token=_hash(token), used_at=None, revoked_at=None, expires_at__gt=now
    )
    link = found.first()
    return None if link is None or (link.user is not None and not link.user.is_active) else link


def link_for(token: str) -> str:
    """The path of a one-time link."""
    from django.urls import reverse

    return reverse("invitation", args=[token])


def role_faults(role: str, department: str, areas: Sequence[str]) -> dict[str, str]:
    """What does not fit in a role for a person, by field; a role that reaches only its own must say what that is."""
    if role not in ROLES:
        return {"role": N_("Please choose a role.")}
    if role == DEPARTMENT and not department.strip() and not areas:
        return {"department": N_("Name the department or the areas; without them this role reaches nothing.")}
    if role != DEPARTMENT and (department.strip() or areas):
        field = "department" if department.strip() else "areas"
        return {field: N_("Only the role department is limited to a department or areas. Leave this blank.")}
    return {}


def _must_fit(role: str, department: str, areas: Sequence[str]) -> None:
    faults = role_faults(role, department, areas)
    if faults:
        raise ValidationError(faults)


@writes("person.invite", N_("Person invited"))
def invite(
    *,
    by: User | System,
    name: str,
    role: str,
    email: str = "",
    department: str = "",
    areas: tuple[str, ...] = (),
) -> tuple[models.Invitation, str]:
    """Invite a person; returns the invitation and the token of its link, which is told once and not kept.

    Raises ValidationError for a role that does not fit, or an address that is taken.
    """
    require(by, "people.manage")
    _must_fit(role, department, areas)
    _address_free(email.strip())
    token = secrets.token_urlsafe(32)
    with change(by, "invitation") as told:
        made = models.Invitation.objects.create(
            token=_hash(token), name=name.strip(), email=email.strip(), role=role, department=department.strip(), areas=list(areas),
            by_id=by.pk, expires_at=timezone.now() + VALID,
        )  # fmt: skip
        told.key = str(made.pk)
    return made, token


def _address_free(email: str) -> None:
    if not email:
        return
    if User.objects.filter(email__iexact=email).exists():
        raise ValidationError({"email": N_("This address belongs to an account already.")})
    waiting = models.Invitation.objects.filter(
        email__iexact=email, user=None, used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    if waiting.exists():
        raise ValidationError(
            {
                "email": N_(
                    "There is an open invitation for this address. Withdraw it before you invite again."
                )
            }
        )


def first_administrator() -> str:
    """The token of a one-time link that makes the first administrator; blank where there is one already."""
    if models.Membership.objects.filter(role=ADMIN, user__is_active=True).exists():
        return ""
    for older in models.Invitation.objects.filter(role=ADMIN, by=None, used_at=None, revoked_at=None):
        revoke_link(older.pk, by=SYSTEM)
    return invite(by=SYSTEM, name="", role=ADMIN)[1]


@writes("person.reset-link", N_("Link for a new password made"))
def reset_link(user: User, *, by: User) -> tuple[models.Invitation, str]:
    """A one-time link with which a person chooses a new password."""
    require(by, "people.manage")
    token = secrets.token_urlsafe(32)
    with change(by, "invitation") as told:
        made = models.Invitation.objects.create(
            token=_hash(token), user=user, by=by, expires_at=timezone.now() + timedelta(days=1)
        )
        told.key = str(made.pk)
    return made, token


@writes("person.revoke-link", N_("One-time link withdrawn"))
def revoke_link(pk: int, *, by: User | System) -> None:
    """Make a one-time link useless."""
    require(by, "people.manage")
    with change(by, "invitation", pk):
        models.Invitation.objects.filter(pk=pk).update(revoked_at=timezone.now())


@writes(
    "person.join",
    N_("Invitation accepted"),
    lasting=N_("A person has joined; the account can be blocked instead."),
)
def accept(token: str, *, login: str, name: str, email: str = "", password: str) -> User:
    """Use up a one-time link: a new person with the invited role, or a new password for a known one.

    Raises NotAllowed where the link is no longer good, ValidationError for a password or login that will not do.
    """
    link = open_link(token)
    if link is None:
        raise NotAllowed(Fault("link-used", "invitation", {}))
    user = link.user or User(login=login.strip().lower(), name=name.strip(), email=email.strip())
    if link.user is None:
        _tells_apart(user)
    password_validation.validate_password(password, user)
    taken = models.Invitation.objects.filter(pk=link.pk, used_at=None).update(used_at=timezone.now())
    if not taken:
        raise NotAllowed(Fault("link-used", "invitation", {}))
    with change(user if user.pk else SYSTEM, "user", user.pk or "") as told:
        _set_password(user, password)
        told.key = str(user.pk)
        if link.user is None:
            models.Membership.objects.create(
                user=user, role=link.role, department=link.department, areas=link.areas
            )
    return user


def _tells_apart(user: User, before: str = "") -> None:
    """Raise ValidationError where a name, login or address could be taken for somebody else's.

    Names stand in the trail and under approvals, so no two people look the same there.
    """
    others = User.objects.exclude(pk=user.pk)
    if user.name != before:
        if any(unicodedata.category(sign)[0] == "C" for sign in user.name) or len(_scripts(user.name)) > 1:
            raise ValidationError(
                {"name": N_("Write the name in one script, without signs that cannot be seen.")}
            )
        if _looks(user.name) in {_looks(name) for name in others.values_list("name", flat=True)}:
            raise ValidationError(
                {
                    "name": N_(
                        "Somebody else has this name already. Add what tells you apart, such as your office."
                    )
                }
            )
    if user.email and others.filter(Q(email__iexact=user.email) | Q(login__iexact=user.email)).exists():
        raise ValidationError({"email": N_("This address belongs to an account already.")})
    if others.filter(email__iexact=user.login).exists():
        raise ValidationError({"login": N_("This login or e-mail address is already in use.")})


def _looks(name: str) -> str:
    """How a name looks, whatever signs it is made of."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().split())


def _scripts(name: str) -> set[str]:
    """The scripts of the letters of a name: Latin and Cyrillic letters look alike."""
    return {
        unicodedata.name(sign, "?").partition(" ")[0] for sign in name if sign.isalpha() and sign not in "ªº"
    }


def _set_password(user: User, password: str) -> None:
    user.set_password(password)
    user.password_changed_at = timezone.now()
    try:
        user.save()
    except IntegrityError:
        raise ValidationError({"login": N_("This login or e-mail address is already in use.")}) from None
    _end(user)


@writes(
    "account.password",
    N_("Password changed"),
    lasting=N_("Passwords are kept as digests only; choose a new one."),
)
def change_password(user: User, *, by: User, old: str, new: str, keep: str = "") -> None:
    """Change one's own password; all other sessions end."""
    require(by, "account.own")
    if by.pk != user.pk or not user.check_password(old):
        raise ValidationError({"old": N_("This is not your present password.")})
    password_validation.validate_password(new, user)
    with change(by, "user", user.pk):
        user.set_password(new)
        user.password_changed_at = timezone.now()
        user.save()
        _end(user, keep)


@writes("account.profile", N_("Account changed"))
def set_profile(user: User, *, by: User, name: str, email: str, language: str) -> None:
    """Change one's own name, address and language."""
    require(by, "account.own")
    if by.pk != user.pk:
        raise NotAllowed(Fault("no-permission", "account.own", {"action": N_("Manage one's own account")}))
    _tells_apart(User(pk=user.pk, login=user.login, name=name, email=email), before=user.name)
    with change(by, "user", user.pk):
        User.objects.filter(pk=user.pk).update(name=name, email=email, language=language)


@writes("person.roles", N_("Roles changed"))
def set_roles(user: User, roles: tuple[dict[str, Any], ...], *, by: User, base: str | None = None) -> None:
    """Give a person exactly these roles: dicts with role, department, areas. The last administrator keeps hers.

    Raises ValidationError for roles that do not fit, NotAllowed where she gives herself the approval, Conflict.
    """
    require(by, "people.manage")
    for row in roles:
        _must_fit(row["role"], row.get("department", ""), row.get("areas", ()))
    if len({(row["role"], row.get("department", "").strip()) for row in roles}) < len(roles):
        raise ValidationError(N_("Each role once, in each department once."))
    _not_approval_to_oneself(user, roles, by)
    _one_at_a_time()
    with change(by, "user", user.pk, base=base):
        user.memberships.all().delete()
        for row in roles:
            models.Membership.objects.create(
                user=user,
                role=row["role"],
                department=row.get("department", "").strip(),
                areas=list(row.get("areas", ())),
            )
        _administrator_remains()


def _not_approval_to_oneself(user: User, roles: tuple[dict[str, Any], ...], by: User) -> None:
    """The approval sees single values and is the second pair of eyes: an administrator does not make herself one."""
    new = {row["role"] for row in roles} - set(user.memberships.values_list("role", flat=True))
    if by.pk == user.pk and APPROVER in new:
        raise NotAllowed(Fault("role-to-oneself", "people.manage", {"role": ROLES[APPROVER].label}))


def _one_at_a_time() -> None:
    """Two administrators who remove each other at the same moment: the second one waits and then sees the first's change."""
    models.AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"digest": FIRST})


@writes("person.active", N_("Person blocked or let in again"))
def set_active(user: User, active: bool, *, by: User, why: str = "", base: str | None = None) -> None:
    """Block a person, whose sessions end at once, or let her in again."""
    require(by, "people.manage")
    _one_at_a_time()
    with change(by, "user", user.pk, why=why.strip()[:500], base=base):
        left = None if active else timezone.now()
        User.objects.filter(pk=user.pk).update(is_active=active, left_at=left)
        _administrator_remains()
        if not active:
            _end(user)


def _administrator_remains() -> None:
    if not models.Membership.objects.filter(role=ADMIN, user__is_active=True).exists():
        raise NotAllowed(Fault("last-administrator", "people.manage", {}))


@writes("person.grant", N_("Permission given"))
def grant(user: User, permission: str, *, by: User, why: str) -> None:
    """Give a permission that may be given, with a reason; only who holds it by role can, and not to herself."""
    may_grant(by, permission, str(user.pk))
    if not why.strip():
        raise ValidationError({"why": N_("Please give a reason.")})
    with change(by, "grants", user.pk, why=why.strip()[:500]):
        models.Grant.objects.get_or_create(user=user, permission=permission, defaults={"by": by})


@writes("person.revoke-grant", N_("Permission taken back"))
def revoke_grant(user: User, permission: str, *, by: User, why: str = "") -> None:
    """Take a given permission back."""
    may_grant(by, permission, str(user.pk))
    with change(by, "grants", user.pk, why=why.strip()[:500]):
        models.Grant.objects.filter(user=user, permission=permission).delete()


@writes("settings.factor", N_("Second factor required or not"))
def require_factor(role: str, required: bool, *, by: User) -> None:
    """Require a second factor of everybody with a role, or no longer."""
    require(by, "settings.manage")
    if role not in ROLES:
        raise NotAllowed(Fault("no-permission", "settings.manage", {"action": N_("Change settings")}))
    with change(by, "role-setting", role):
        models.RoleSetting.objects.update_or_create(role=role, defaults={"second_factor": required})


# --- second factor: kept in django_otp's tables, told in the trail without its secret ---------------------------

LASTING_FACTOR = N_("Secrets are not kept in the trail; set the second factor up again.")


@writes("account.factor", N_("Second factor set up"), lasting=LASTING_FACTOR)
def enrol_factor(user: User, *, by: User, key: str, code: str) -> tuple[str, ...]:
    """Set up a second factor with the secret shown and a first code; returns the recovery codes.

    Raises ValidationError where the code does not fit.
    """
    import time

    from django_otp.oath import TOTP
    from django_otp.plugins.otp_totp.models import TOTPDevice

    require(by, "account.own")
    clock = TOTP(bytes.fromhex(key))
    clock.time = time.time()
    if (
        by.pk != user.pk
        or not (code.isascii() and code.isdigit())
        or not clock.verify(int(code), tolerance=1)
    ):
        raise ValidationError(
            {"code": N_("This code does not fit. Check the time of your phone and take the next code.")}
        )
    with change(by, "user", user.pk):
        TOTPDevice.objects.filter(user=user).delete()
        TOTPDevice.objects.create(user=user, name="totp", key=key, confirmed=True, last_t=clock.t())
        return _fresh_codes(user)


@writes("account.codes", N_("Recovery codes renewed"), lasting=LASTING_FACTOR)
def new_codes(user: User, *, by: User) -> tuple[str, ...]:
    """New recovery codes; the old ones no longer work."""
    require(by, "account.own")
    with change(by, "user", user.pk):
        return _fresh_codes(user)


def _fresh_codes(user: User) -> tuple[str, ...]:
    from django_otp.plugins.otp_static.models import StaticDevice

    StaticDevice.objects.filter(user=user).delete()
    device = StaticDevice.objects.create(user=user, name="codes", confirmed=True)
    codes = tuple(secrets.token_hex(5) for _ in range(10))
    for code in codes:
        device.token_set.create(token=code)
    return codes


@writes("person.drop-factor", N_("Second factor removed"), lasting=LASTING_FACTOR)
def drop_factor(user: User, *, by: User) -> None:
    """Remove the second factor of a person: her own, or by the administration where the phone is lost."""
    from django_otp.plugins.otp_static.models import StaticDevice
    from django_otp.plugins.otp_totp.models import TOTPDevice

    require(by, "account.own" if by.pk == user.pk else "people.manage")
    with change(by, "user", user.pk):
        TOTPDevice.objects.filter(user=user).delete()
        StaticDevice.objects.filter(user=user).delete()
        if by.pk != user.pk:
            _end(user)


# --- sessions ---------------------------------------------------------------------------------------------------


@writes(
    "account.end-sessions",
    N_("Sessions ended"),
    lasting=N_("An ended session cannot be continued; log in again."),
)
def end_sessions(user: User, *, by: User, only: int | None = None, keep: str = "") -> None:
    """End one of one's own sessions, or all but the present one; the administration ends all of somebody else's."""
    require(by, "account.own" if by.pk == user.pk else "people.manage")
    with change(by, "user", user.pk):
        _end(user, keep, only)


def _end(user: User, keep: str = "", only: int | None = None) -> None:
    rows = models.UserSession.objects.filter(user=user).exclude(session=keep or "-")
    rows = rows.filter(pk=only) if only is not None else rows
    Session.objects.filter(session_key__in=list(rows.values_list("session", flat=True))).delete()
    rows.delete()

"""What becomes of an account after its person has left: by the clock, without anybody asking."""

from __future__ import annotations

from datetime import timedelta

from django.contrib.sessions.models import Session
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.utils import timezone

from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.permissions import System, require
from lebenslagen.web.services.base import change, writes

__all__ = ["DAYS", "due", "forget", "is_gone"]

DAYS = 30  # an account is dissolved so long after it was blocked; the privacy page says so


def is_gone(user: models.User) -> bool:
    """Whether an account was dissolved: only the name is left, on the decisions it took."""
    return user.login == _gone_login(user.pk)


def _gone_login(pk: int) -> str:
    return f"weg-{pk}"


def due() -> list[int]:
    """Accounts that were blocked for 30 days and are not dissolved yet."""
    left = models.User.objects.filter(is_active=False, left_at__lte=timezone.now() - timedelta(days=DAYS))
    return [user.pk for user in left if not is_gone(user)]


@writes(
    "person.forget",
    N_("Account dissolved 30 days after leaving"),
    lasting=N_("Login name, address and roles were deleted; invite the person anew."),
)
def forget(pk: int, *, by: models.User | System) -> None:
    """Delete login name, address, password, second factor, roles and permissions, and what the trail keeps of them.

    The name stays on decisions. Raises ValidationError before its time.
    """
    require(by, "people.manage")
    if pk not in due():
        raise ValidationError(N_("The 30 days after leaving are not over yet."))
    user = models.User.objects.get(pk=pk)
    with change(by, "departure", pk):
        links = models.Invitation.objects.filter(Q(user=user) | (Q(email__iexact=user.email) & ~Q(email="")))
        _empty("user", [str(pk)])
        _empty("grants", [str(pk)])
        _empty("invitation", [str(key) for key in links.values_list("pk", flat=True)])
        links.update(name="", email="", revoked_at=timezone.now())
        _strip(user)


def _empty(kind: str, keys: list[str]) -> None:
    """Take the content out of every state the trail keeps of these objects; the lines stay."""
    pairs = models.AuditLine.objects.filter(kind=kind, key__in=keys).values_list("before", "after")
    digests = {digest for pair in pairs for digest in pair if digest}
    models.State.objects.filter(digest__in=digests).update(content=None)


def _strip(user: models.User) -> None:
    from django_otp.plugins.otp_static.models import StaticDevice
    from django_otp.plugins.otp_totp.models import TOTPDevice

    alive = models.UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(alive.values_list("session", flat=True))).delete()
    for rows in (
        alive,
        user.memberships,
        user.grants,
        TOTPDevice.objects.filter(user=user),
        StaticDevice.objects.filter(user=user),
    ):
        rows.all().delete()
    user.login, user.email, user.last_login = _gone_login(user.pk), "", None
    user.set_unusable_password()
    user.save()

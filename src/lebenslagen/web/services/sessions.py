"""The list of logins that are alive. Bookkeeping, not decisions: it has no lines in the trail."""

from __future__ import annotations

from django.utils import timezone

from lebenslagen.web.models import User, UserSession

__all__ = ["begin", "end", "renamed", "seen"]


def begin(user: User, session: str, device: str) -> None:
    """A person has logged in under this session."""
    UserSession.objects.filter(session=session).delete()
    UserSession.objects.create(session=session, user=user, device=device)


def end(session: str) -> None:
    """The session has ended."""
    UserSession.objects.filter(session=session).delete()


def renamed(old: str, new: str) -> None:
    """The same session under a new key."""
    UserSession.objects.filter(session=old).update(session=new)


def seen(pk: int) -> None:
    """The session was used just now."""
    UserSession.objects.filter(pk=pk).update(seen_at=timezone.now())

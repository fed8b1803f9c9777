"""Where a person is on the guided first visit. Bookkeeping for herself, no decision: it has no lines in the trail."""

from __future__ import annotations

from lebenslagen.web.models import TourPlace, User

__all__ = ["OVER", "place_of", "remember"]

OVER = ""  # left, or gone to its end


def place_of(user: User) -> str | None:
    """The key of the step she is at; OVER where she left; None where she was never there."""
    found: str | None = TourPlace.objects.filter(user=user).values_list("step", flat=True).first()
    return found


def remember(user: User, step: str) -> None:
    """She is at this step now; OVER where she leaves."""
    TourPlace.objects.update_or_create(user=user, defaults={"step": step[:20]})

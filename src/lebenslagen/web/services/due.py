"""What happens by the clock: sessions and links that are over, trash after 30 days. One row a task, called by the worker.

A task that changes what people see is a service of its own and writes its line with SYSTEM; what only clears away
what is over has none.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from lebenslagen.web import models

__all__ = ["TASKS", "clear_over"]

_last = {"cleared": 0.0}


def clear_over() -> None:
    """Once an hour: sessions that are over, failed logins, trash past its day."""
    if _last["cleared"] and time.monotonic() - _last["cleared"] < 3600:
        return
    _last["cleared"] = time.monotonic()
    from axes.models import AccessAttempt
    from django.contrib.sessions.models import Session

    now = timezone.now()
    models.UserSession.objects.filter(seen_at__lt=now - settings.SESSION_IDLE).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - timedelta(days=1)).delete()
    models.TrashItem.objects.filter(until__lt=now).delete()


TASKS: tuple[Callable[[], None], ...] = (clear_over,)

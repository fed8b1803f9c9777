"""What happens by the clock: sessions and links that are over, trash after 30 days. One row a task; the worker calls.

A task that changes what people see is a service of its own and writes its line with SYSTEM; what only clears away
what is over has none.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from lebenslagen.errors import LebenslagenError
from lebenslagen.web import models
from lebenslagen.web.services import data_files

__all__ = ["TASKS", "clear_over", "empty_trash", "publish_due"]

_last = {"cleared": 0.0}
log = logging.getLogger("lebenslagen.worker")


def clear_over() -> None:
    """Once an hour: sessions that are over, failed logins, uploads nobody wants."""
    if _last["cleared"] and time.monotonic() - _last["cleared"] < 3600:
        return
    _last["cleared"] = time.monotonic()
    from axes.models import AccessAttempt
    from django.contrib.sessions.models import Session

    now = timezone.now()
    models.UserSession.objects.filter(seen_at__lt=now - settings.SESSION_IDLE).delete()
    Session.objects.filter(expire_date__lt=now).delete()
    AccessAttempt.objects.filter(attempt_time__lt=now - timedelta(days=1)).delete()
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload.*"):  # left by a process that was killed
        if time.time() - path.stat().st_mtime > 86400:
            path.unlink(missing_ok=True)
    data_files.clear_old(now)


def publish_due() -> None:
    """Publish what is due; where the ledger does not hold, nothing is published and the worker goes on."""
    try:
        _publish_due()
    except LebenslagenError as error:
        codes = [fault.code for fault in error.faults]
        log.error("releases not looked at", extra={"codes": codes})


def _publish_due() -> None:
    """Approved releases whose hour has come are published by a job; rows follow the ledger; missing folders come.

    After a failed attempt it waits five minutes.
    """
    from lebenslagen.web import editions
    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import releases

    for pk in releases.unsettled():
        releases.settle(pk, by=SYSTEM)
    now, approved = timezone.now(), models.ReleaseRequest.objects.filter(state="approved")
    ready = approved.exclude(publish_at__gt=now)
    _start("publish", [{"request": pk} for pk in ready.values_list("pk", flat=True)])
    later = approved.filter(publish_at__gt=now).values_list("pk", "version")
    _once("prepare", [{"request": pk, "version": version} for pk, version in later])
    if time.monotonic() - _last.get("missing", -60.0) > 30:
        _last["missing"] = time.monotonic()
        _start("public", [{"release": digest} for digest in editions.missing()])


def _start(kind: str, wanted: list[dict[str, object]]) -> None:
    """A job for each, unless one is under way or failed a moment ago."""
    for options in wanted:
        same = models.Job.objects.filter(kind=kind, options=options)
        now = timezone.now()  # a moment still to come was written by a clock that was wrong
        lately = same.filter(ended_at__gt=now - timedelta(minutes=5), ended_at__lte=now).exclude(
            state=models.Job.DONE
        )
        if (
            not same.filter(state__in=(models.Job.QUEUED, models.Job.RUNNING)).exists()
            and not lately.exists()
        ):
            models.Job.objects.create(kind=kind, options=options)


def _once(kind: str, wanted: list[dict[str, object]]) -> None:
    """A job for each that never had one; where it failed, what comes at the hour does its work."""
    for options in wanted:
        if not models.Job.objects.filter(kind=kind, options=options).exists():
            models.Job.objects.create(kind=kind, options=options)


def empty_trash() -> None:
    """Let go of what has lain in the trash for 30 days, and of the oldest lines of the trail; looked at once an hour."""
    if "emptied" in _last and time.monotonic() - _last["emptied"] < 3600:
        return
    _last["emptied"] = time.monotonic()
    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import trail, trash

    for pk in trash.due():
        trash.expire(pk, by=SYSTEM)
    if trail.over():
        trail.trim(by=SYSTEM)


TASKS: tuple[Callable[[], None], ...] = (empty_trash, clear_over, publish_due)

"""What went wrong, in words: nobody meets an English sentence or a stack trace."""

from __future__ import annotations

import errno
import sys
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from lebenslagen.errors import DataError, DesignError, Fault, LebenslagenError, NotAllowed, QuestionOpen
from lebenslagen.texts import N_, fault_text, texts
from lebenslagen.web.services.base import Conflict
from lebenslagen.web.services.data_veil import told_to
from lebenslagen.web.words import spoken

__all__ = ["bad", "broken", "csrf", "forbidden", "missing", "refused", "said", "storage"]

TITLES = {
    400: (N_("This request cannot be understood"), N_("Please go back and try again.")),
    403: (N_("You may not see this page"), N_("If you need it for your work, ask the administration for the role.")),
    404: (N_("There is no such page"), N_("The address may be mistyped, or the page has moved.")),
    503: (N_("Too much is going on just now"), N_("Nothing was stored. Please wait a moment and try again.")),
    507: (
        N_("There is no room left on the disk"),
        N_("Nothing was stored, and nothing old is lost. Please tell the administration."),
    ),
    500: (
        N_("Something went wrong here"),
        N_(
            "Nothing you stored is lost. Please try again; if it happens once more, "
            "tell the administration the time."
        ),
    ),
}  # fmt: skip


def _page(request: HttpRequest, status: int, **more: Any) -> HttpResponse:
    t = getattr(request, "t", None) or spoken("de")
    title, sentence = TITLES[status]
    return render(request, "fehler.html", {"title": t(title), "sentence": t(sentence), **more}, status=status)


def said(faults: tuple[Fault, ...], language: str) -> list[tuple[str, str, str]]:
    """Faults as (place, sentence, remedy); texts among their values are translated."""
    t = texts(language)
    told = [
        Fault(f.code, f.where, {k: t(v) if isinstance(v, str) else v for k, v in f.values.items()})
        for f in faults
    ]
    return [(f.where, *fault_text(f, language)) for f in told]


def refused(request: Any, error: LebenslagenError) -> HttpResponse:
    """What is refused: 403 not allowed, 409 changed meanwhile, 413 too big, 422 faults in data."""
    kinds = {
        NotAllowed: (403, N_("This is not possible")),
        Conflict: (409, N_("Somebody else changed this meanwhile")),
    }
    status, title = kinds.get(type(error), (422, N_("This does not fit yet")))
    if any(f.code == "file-too-big" for f in error.faults):
        status, title = 413, N_("The file is too large")
    if not isinstance(error, NotAllowed | Conflict | DataError | DesignError | QuestionOpen):
        status = 500 if type(error).__name__ == "ProjectError" else status
    t = getattr(request, "t", None) or spoken("de")
    told = said(told_to(getattr(request, "user", None), error.faults, t), t.language)
    places = status not in (403, 409, 413)
    return render(
        request,
        "fehler.html",
        {"title": t(title), "sentence": "", "faults": told, "places": places},
        status=status,
    )


def storage(request: HttpRequest, error: Exception) -> HttpResponse | None:
    """The database is busy, or the disk is full or refuses; None where it is something else."""
    status = _refusing(error)
    return _page(request, status) if status else None


def _refusing(error: BaseException | None) -> int:
    """503 for a busy database, 507 for a disk that is full or refuses, 0 for anything else."""
    said = str(error)
    if isinstance(error, OperationalError) and ("locked" in said or "timeout" in said):
        return 503
    full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EIO)
    full = full or (
        isinstance(error, OperationalError) and ("full" in said or "readonly" in said or "disk I/O" in said)
    )
    return 507 if full else 0


@login_not_required
def bad(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return refused(request, exception) if isinstance(exception, LebenslagenError) else _page(request, 400)


@login_not_required
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


@login_not_required
def missing(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


@login_not_required
def broken(request: HttpRequest) -> HttpResponse:
    """Uses as little as possible: what failed may be what a page needs.

    A full disk is met here where it was met outside of a page: while a file comes in, or when a session is kept.
    """
    t = getattr(request, "t", None) or spoken("de")
    status = _refusing(sys.exc_info()[1]) or 500
    title, sentence = TITLES[status]
    return HttpResponse(
        render_to_string("fehler-500.html", {"title": t(title), "sentence": t(sentence), "t": t}),
        status=status,
    )


@login_not_required
def csrf(request: Any, reason: str = "") -> HttpResponse:
    """A form without the mark of this session: mostly one that stood open too long."""
    t = getattr(request, "t", None) or spoken("de")
    title = N_("This form stood open too long")
    sentence = N_(
        "Nothing was stored. Go back, reload the page and send it again; what you typed is still there."
    )
    return render(request, "fehler.html", {"title": t(title), "sentence": t(sentence)}, status=403)

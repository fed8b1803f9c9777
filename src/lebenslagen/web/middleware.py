"""Around every page: headers, language, limits of a session, the second factor, faults in words, one log line."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.shortcuts import redirect
from django.utils import timezone, translation
from django.utils.cache import add_never_cache_headers

from lebenslagen.errors import LebenslagenError
from lebenslagen.web.services import sessions
from lebenslagen.web.services.base import AlreadyDone
from lebenslagen.web.words import spoken

__all__ = [
    "POLICY",
    "Compressed",
    "faults",
    "headers",
    "language",
    "logged",
    "second_factor",
    "session_limits",
]

View = Callable[[HttpRequest], HttpResponse]
POLICY = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self' data:",
    "font-src": "'self'", "connect-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
    "base-uri": "'none'",
}  # fmt: skip
TEXTS = re.compile(r"text/|image/svg\+xml|application/(javascript|json|xml|geo\+json|manifest\+json)")
AHEAD = timedelta(
    minutes=5
)  # a login dated later was dated by a clock that was wrong: it would last too long
log = logging.getLogger("lebenslagen.web")


def logged(get_response: View) -> View:
    """One line a request: method, route (never the address), status, time."""

    def run(request: HttpRequest) -> HttpResponse:
        begin = time.monotonic()
        response = get_response(request)
        match = getattr(request, "resolver_match", None)
        level = logging.ERROR if response.status_code >= 500 else logging.INFO
        told = {
            "method": request.method,
            "route": match.route if match else "",
            "status": response.status_code,
        }
        log.log(level, "request", extra={**told, "milliseconds": round((time.monotonic() - begin) * 1000)})
        return response

    return run


def headers(get_response: View) -> View:
    """The content policy; pages for one person are never kept by a cache. `response.policy` may loosen single rules."""

    def run(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        policy = {**POLICY, **getattr(response, "policy", {})}
        response["Content-Security-Policy"] = "; ".join(f"{name} {rule}" for name, rule in policy.items())
        if getattr(response, "anybody", False):  # a file for everybody: the same for all, whoever asks
            response.cookies.clear()
            for name in ("Vary", "Content-Language"):
                del response[name]
        response["Permissions-Policy"] = "camera=(), geolocation=(), microphone=(), payment=(), usb=()"
        response["Cross-Origin-Resource-Policy"] = "same-origin"
        if not response.has_header("Cache-Control"):
            add_never_cache_headers(response)
            response["Cache-Control"] = "no-store, private"
        return response

    return run


class Compressed(GZipMiddleware):
    """Texts go out compressed where the browser takes them so.

    What could be guessed from the length of a page that shows a secret beside something an attacker chose: the token of
    a form is masked anew in every answer, the key of a form is drawn anew, and Django adds up to a hundred bytes at
    random. Pictures, fonts, workbooks and archives are compressed already.
    """

    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if response.status_code != 200 or not TEXTS.match(response.get("Content-Type", "")):
            return response
        return super().process_response(request, response)


def language(get_response: View) -> View:
    """German unless the cookie says English; `request.t` holds the texts."""

    def run(request: Any) -> HttpResponse:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        code = chosen if chosen in ("de", "en") else settings.LANGUAGE_CODE
        request.t = spoken(code)
        with translation.override(code):
            response = get_response(request)
        response["Content-Language"] = code
        return response

    return run


def session_limits(get_response: View) -> View:
    """A session ends after 30 minutes without a request and after 12 hours at the latest."""
    from lebenslagen.web.models import UserSession

    def run(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            row = UserSession.objects.filter(
                session=request.session.session_key or "-", user=request.user
            ).first()
            now = timezone.now()
            if (
                row is None
                or now - row.seen_at > settings.SESSION_IDLE
                or now - row.started_at > settings.SESSION_ABSOLUTE
                or row.started_at - now > AHEAD
            ):
                logout(request)
                request.session_ended = True  # type: ignore[attr-defined]
            elif abs(now - row.seen_at) > timedelta(seconds=30):  # spares a write a page
                sessions.seen(row.pk)
        return get_response(request)

    return run


FREE_OF_FACTOR = frozenset(
    {"account", "account-factor", "logout", "language", "help", "accessibility", "imprint", "privacy"}
)


def second_factor(get_response: View) -> View:
    """Who must have a second factor and has none yet is led to set it up first."""
    from lebenslagen.web.views.accounts import lacks_factor

    def run(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_view(request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        name = request.resolver_match.url_name if request.resolver_match else ""
        if request.user.is_authenticated and name not in FREE_OF_FACTOR and lacks_factor(request):
            return redirect("account-factor")
        return None

    run.process_view = process_view  # type: ignore[attr-defined]
    return run


def faults(get_response: View) -> View:
    """What the project layer refuses becomes a page in words, with status 403, 409, 413 or 422."""
    from lebenslagen.web.views import errors

    def run(request: HttpRequest) -> HttpResponse:
        return get_response(request)

    def process_exception(request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, AlreadyDone):
            return redirect(error.location or "overview")
        if isinstance(error, LebenslagenError):
            return errors.refused(request, error)
        if isinstance(error, PermissionDenied):
            return errors.forbidden(request, error)
        return errors.storage(request, error)

    run.process_exception = process_exception  # type: ignore[attr-defined]
    return run

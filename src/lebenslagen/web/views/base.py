"""What every page shares: its permission, its methods, a form that counts once."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse

from lebenslagen.texts import N_
from lebenslagen.web.permissions import require
from lebenslagen.web.services.base import AlreadyDone, form_key, led_to

__all__ = ["done", "page", "public", "show", "whole"]

View = Callable[..., HttpResponse]
SENT_TWICE = N_("This was already stored. Sending it again changed nothing.")


def page(permission: str, *methods: str) -> Callable[[View], View]:
    """A page for people with a permission; the methods it answers (GET where none is named; HEAD comes with GET)."""
    allowed = methods or ("GET",)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not _answers(request, allowed):
                return HttpResponseNotAllowed(allowed)
            require(request.user, permission)
            return (
                _once(view, request, *args, **kwargs)
                if request.method == "POST"
                else view(request, *args, **kwargs)
            )

        run.permission, run.methods = permission, allowed  # type: ignore[attr-defined]
        return run

    return decorate


def public(*methods: str) -> Callable[[View], View]:
    """A page everybody may see, without login."""
    allowed = methods or ("GET",)

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def run(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            return (
                view(request, *args, **kwargs)
                if _answers(request, allowed)
                else HttpResponseNotAllowed(allowed)
            )

        run.permission, run.methods = "", allowed  # type: ignore[attr-defined]
        return login_not_required(run)  # type: ignore[no-any-return]

    return decorate


def _answers(request: HttpRequest, allowed: tuple[str, ...]) -> bool:
    return request.method in allowed or (request.method == "HEAD" and "GET" in allowed)


def _once(view: View, request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
    key = request.POST.get("once", "")
    try:
        with form_key(key, request.user):
            response = view(request, *args, **kwargs)
    except AlreadyDone as before:
        messages.info(request, request.t(SENT_TWICE))
        return redirect(before.location or reverse("overview"))
    if key and 300 <= response.status_code < 400:
        led_to(key, request.user, response["Location"])
    return response


def show(request: HttpRequest, template: str, /, status: int = 200, **context: Any) -> HttpResponse:
    """A page from its template."""
    return render(request, template, context, status=status)


def whole(text: str) -> int | None:
    """A whole number as a form or an address carries it; None for anything else.

    >>> whole("12"), whole("²"), whole("-1"), whole("9" * 5000)
    (12, None, None, None)
    """
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def done(request: Any, message: str, to: str, *args: Any, **values: object) -> HttpResponse:
    """Success, said in one line on the next page; `to` is the name of a page or a path."""
    messages.success(request, request.t(message, **values))
    return redirect(to, *args)

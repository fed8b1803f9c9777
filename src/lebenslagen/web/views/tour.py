"""The guided first visit: one form with four buttons, from every page; works without a script."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect

from lebenslagen.texts import N_
from lebenslagen.web import touring
from lebenslagen.web.services import tour
from lebenslagen.web.town import town
from lebenslagen.web.views.base import done, page

__all__ = ["guide"]

ENDED = N_("The tour is over. You find it again under Help.")


@page("overview.view", "POST")
def guide(request: Any) -> HttpResponse:
    """Begin, go on, go back, leave; leads to the page of the step, with the panel in view."""
    steps, go = touring.steps_of(request.user), request.POST.get("go", "")
    keys = [step.key for step in steps]
    at = tour.place_of(request.user)
    number = keys.index(at) if at in keys else 0
    wanted = {"begin": 0, "next": number + 1, "back": max(0, number - 1), "stay": number}.get(go, len(steps))
    if wanted >= len(steps):
        tour.remember(request.user, tour.OVER)
        return done(request, ENDED, "overview")
    tour.remember(request.user, steps[wanted].key)
    return redirect(f"{steps[wanted].place(town())}#rundgang")

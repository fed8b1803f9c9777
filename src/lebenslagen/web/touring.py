"""A guided first visit on Musterstadt: a few pages in the order of the work, with what to look at on each.

A step shows to whoever may open its page, so the tour of a reader is shorter than that of the planning.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from lebenslagen.errors import LebenslagenError
from lebenslagen.texts import N_
from lebenslagen.web.permissions import may
from lebenslagen.web.town import Town, town

__all__ = ["STEPS", "TOWN", "Step", "panel", "steps_of"]

TOWN = "Musterstadt"  # an invented town: everything in it may be tried
SOURCE = "jobcenter"


@dataclass(frozen=True)
class Step:
    """A step: what it is called, what is to be seen, the permission of its page, and where that page is (blank: nowhere)."""

    key: str
    title: str
    words: tuple[str, ...]
    permission: str
    place: Callable[[Town], str]


def _last(here: Town) -> str:
    return max(here.declaration.head.periods, key=lambda p: p.as_of).key


def _delivery(here: Town) -> str:
    return reverse("delivery", args=[SOURCE, _last(here)]) if SOURCE in here.declaration.sources else ""


def _index(here: Town) -> str:
    key = here.report().index
    return reverse("index", args=[key]) if key in here.declaration.indices else ""


def _focus(here: Town) -> tuple[str, str]:
    """The level of the latest report and its first focus quarter, otherwise its first quarter; blank before a release."""
    released = here.released()
    if released is None:
        return "", ""
    info = released.methods.get(here.report().index)
    level = here.report().level
    classes = released.find(role="class", period=here.report().period)
    known = next((tuple(c.cells[level]) for c in classes if level in c.cells), ())
    return level, next(iter((*(getattr(info, "focus", ()) or ()), *known)), "")


def _why(here: Town) -> str:
    _, area = _focus(here)
    return reverse("index-why", args=[here.report().index, area]) if area else ""


def _profile(here: Town) -> str:
    level, area = _focus(here)
    return reverse("quarter", args=[level, area]) if area else ""


def _report(here: Town) -> str:
    return reverse("report", args=[here.report().key])


def page_of(name: str) -> Callable[[Town], str]:
    return lambda here: reverse(name)


STEPS = (
    Step("uebersicht", N_("The town at a glance"), (
        N_("Musterstadt is invented: try whatever you like, nobody is behind the figures."),
        N_("Dark quarters need support more than others; orange ones fell back. “Due” says what waits for you."),
    ), "overview.view", page_of("overview")),
    Step("daten", N_("What came in"), (
        N_("Each line is a supplier, each column a year. A gap says what is missing and since when."),
        N_("“Deliver a file” is where every year begins."),
    ), "data.view", page_of("data")),
    Step("pruefung", N_("Checked before it counts"), (
        N_("The first file of the job centre was refused: it had faults, told by cell. The second one is in force."),
        N_("“Every value with its history” shows what was delivered, and what was corrected afterwards."),
    ), "data.view", _delivery),
    Step("index", N_("From shares to an index"), (
        N_("Change a weight: map and list show at once which quarters get another class."),
        N_("Nothing you try here counts until it is stored."),
    ), "index.view", _index),
    Step("warum", N_("Why this quarter?"), (
        N_("On top stands how near the next class is. The bars say which indicator carries how much, and beneath them stand the people behind it."),
        N_("A number leads to where it comes from, down to the delivered cell."),
    ), "index.view", _why),
    Step("steckbrief", N_("One quarter, its strengths first"), (
        N_("The profile shows where the quarter stands among all others, and how it moved."),
        N_("A dot in place of a number means: not published, so that nobody can be recognised."),
    ), "quarters.view", _profile),
    Step("freigabe", N_("Two persons release"), (
        N_("The program protects a draft and then attacks it itself. You see what is hidden, why, and what could still be learnt."),
        N_("Whoever submits never approves. Log in as approval to see the other side."),
    ), "release.view", page_of("releases")),
    Step("bericht", N_("The report"), (
        N_("Choose chapters, write your own words; every number comes from the release."),
        N_("From here the circle begins anew: with the report the conference talks, and next year the data come again."),
    ), "report.view", _report),
)  # fmt: skip


def steps_of(user: Any) -> tuple[Step, ...]:
    """The steps of a person's tour; none in a town that is not Musterstadt, or before anything is released."""
    here = town()
    if here.name != TOWN or not here.declaration.reports or here.released() is None:
        return ()
    found = tuple(step for step in STEPS if may(user, step.permission) and step.place(here))
    shows_why = any(step.key == "warum" for step in found)
    return tuple(step for step in found if not (step.key == "steckbrief" and shows_why))


def panel(user: Any, path: str) -> Mapping[str, Any] | None:
    """What the frame of a page shows of the tour: the offer on the first page, the step one is at, or nothing."""
    from lebenslagen.web.services import tour

    at = tour.place_of(user)
    if at == tour.OVER:
        return None
    try:
        steps = steps_of(user)
        keys = [step.key for step in steps]
        if not steps or (at is None and path != reverse("overview")):
            return None
        if at is None:
            return {"offer": True, "total": len(steps)}
        number = keys.index(at) if at in keys else 0
        step = steps[number]
        address = step.place(town())
    except LebenslagenError:
        return None
    return {
        "step": step, "number": number + 1, "total": len(steps), "address": address, "here": path == address,
        "first": number == 0, "last": number + 1 == len(steps),
    }  # fmt: skip

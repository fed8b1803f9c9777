"""Reports: which chapters in which order, own texts, editions. What is saved is a declaration among the files."""

from __future__ import annotations

from collections.abc import Mapping

from django.core.exceptions import ValidationError
from django.utils import timezone

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import composing, releasing
from lebenslagen.web.models import Job, User
from lebenslagen.web.permissions import require
from lebenslagen.web.services.base import change, writes
from lebenslagen.web.town import town

__all__ = ["arrange", "make_edition", "write_text"]

LONGEST = 40_000  # characters of one text


def _store(files: Mapping[str, bytes], by: User, why: str) -> None:
    """Write declarations and keep them in the project's history."""
    from lebenslagen.project.store import write_atomic

    project = town().project
    for name, raw in composing.checked(files).items():
        write_atomic(project.root / name, raw)
    project.keep(by=by.name, at=timezone.now(), why=why)


@writes("report.arrange", N_("Chapters of a report arranged"))
def arrange(report: str, chapters: tuple[str, ...], *, by: User, base: str | None = None) -> None:
    """Give a report exactly these chapters in this order. Raises ValidationError, DesignError, Conflict."""
    require(by, "report.write")
    known = [part.key for part in composing.parts(report)]
    if not chapters or len(set(chapters)) != len(chapters) or set(chapters) - set(known):
        raise ValidationError({"chapters": N_("A report needs at least one chapter, each once.")})
    with change(by, "report", report, base=base), releasing.files_held():
        _store(composing.with_chapters(report, chapters), by, "chapters")


@writes("report.text", N_("Text of a report written"))
def write_text(report: str, chapter: str, text: str, *, by: User, base: str | None = None) -> None:
    """Keep the town's own words for a chapter. Raises ValidationError at the field, DesignError, Conflict."""
    require(by, "report.write")
    if chapter not in [part.key for part in composing.parts(report)]:
        raise NotAllowed(Fault("chapter-unknown", chapter, {"name": chapter, "hint": "", "known": ""}))
    if len(text) > LONGEST:
        raise ValidationError({"text": N_("This text is too long; a chapter holds up to 40,000 characters.")})
    with change(by, "report", report, base=base), releasing.files_held():
        _store(composing.with_text(report, chapter, text), by, chapter)


@writes("report.edition", N_("Edition of a report ordered"))
def make_edition(report: str, audience: str, basis: str, *, by: User) -> Job:
    """Order HTML and PDF of a report for its readers: of the release in force or as a draft. Raises ValidationError."""
    require(by, "report.write")
    if audience not in releasing.audiences():
        raise ValidationError({"audience": N_("The town has declared no rules for these readers.")})
    if basis == "released" and not releasing.in_force(report, audience):
        raise ValidationError({"basis": N_("Nothing is released for these readers yet; choose the draft.")})
    options = {"report": town().report(report).key, "audience": audience, "basis": basis}
    with change(by, "job") as told:
        waiting = Job.objects.filter(
            kind="edition", options=options, state__in=(Job.QUEUED, Job.RUNNING)
        ).first()
        made = waiting or Job.objects.create(kind="edition", options=options, by=by)
        told.key = str(made.pk)
    return made

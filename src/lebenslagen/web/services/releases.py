"""Releases on their way, from draft to withdrawn. The author is never the approver.

Published is what the ledger says: its line is written first, the row follows, and `settle` brings rows in line with it
after a crash. An approval holds for the figures and texts it was given for; whatever changes voids it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.db.models import F
from django.utils import timezone

from lebenslagen.errors import DisclosureError, Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import releasing
from lebenslagen.web.models import Job, ReleaseNote, ReleaseRequest, User
from lebenslagen.web.permissions import System, require
from lebenslagen.web.release_states import STATES, TRANSITIONS
from lebenslagen.web.roles import APPROVER, PLANNER
from lebenslagen.web.services.base import Conflict, change, writes
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Release

__all__ = [
    "approve", "draft", "prepare", "publish", "recall", "return_", "settle", "submit", "unsettled", "withdraw",
]  # fmt: skip

LASTING = N_("A release has its own way back: it is returned or withdrawn.")
REASON = N_("Please say why, so that the planning knows what to do.")
VOIDED = N_(
    "Figures or texts have changed since the approval; it no longer holds. Please look at the draft and submit it again."
)


def _find(pk: int) -> ReleaseRequest:
    return ReleaseRequest.objects.select_related("author", "approver").get(pk=pk)


def _advance(
    row: ReleaseRequest,
    step: str,
    by: User | System,
    text: str = "",
    version: int | None = None,
    **values: Any,
) -> None:
    """One step of the table, if the row still stands where the person saw it. Raises NotAllowed, Conflict."""
    way = TRANSITIONS[step]
    if row.state not in way.before:
        raise NotAllowed(
            Fault("release-state", f"release/{row.pk}", {"state": STATES[row.state], "step": way.label})
        )
    if way.reason and not text.strip():
        raise ValidationError({"note": REASON})
    here = ReleaseRequest.objects.filter(
        pk=row.pk, state=row.state, version=row.version if version is None else version
    )
    if not here.update(state=way.after, version=F("version") + 1, changed_at=timezone.now(), **values):
        raise Conflict(Fault("changed-meanwhile", "release-request", {}))
    if isinstance(by, User):
        ReleaseNote.objects.create(request=row, by=by, state=way.after, text=text.strip()[:4000])
    elif text:
        ReleaseNote.objects.create(request=row, by=row.author, state=way.after, text=text)


def _computed(row: ReleaseRequest) -> Release:
    """The protected figures of now. Raises DisclosureError where they are not computed."""
    figures = releasing.figures_for(row.report, row.audience)
    if figures is None:
        raise DisclosureError(Fault("release-not-computed", row.report, {}))
    return figures


def _queue(kind: str, options: dict[str, Any], by: User | None) -> Job:
    """A job, unless the same one waits or runs already."""
    same = Job.objects.filter(kind=kind, options=options, state__in=(Job.QUEUED, Job.RUNNING)).first()
    return same or Job.objects.create(kind=kind, options=options, by=by)


# --- planning ---------------------------------------------------------------------------------------------------


@writes("release.draft", N_("Release drafted"), lasting=LASTING)
def draft(report: str, audience: str, *, by: User) -> ReleaseRequest:
    """Begin a release of a report for an audience; its figures are protected by a job. Raises ValidationError."""
    require(by, "release.submit")
    declared = releasing.declared_for(report, audience)
    if audience not in releasing.audiences():
        raise ValidationError({"audience": N_("The town has declared no rules for these readers.")})
    with change(by, "release-request") as told:
        try:
            made = ReleaseRequest.objects.create(
                report=declared.key, audience=audience, title=declared.title, author=by
            )
        except IntegrityError:
            raise ValidationError(
                N_("There is an open release of this report for these readers already.")
            ) from None
        told.key = str(made.pk)
        ReleaseNote.objects.create(request=made, by=by, state="draft")
        if releasing.figures_for(report, audience) is None:
            _queue("protect", {"report": declared.key, "audience": audience}, by)
    return made


@writes("release.submit", N_("Release submitted"), lasting=LASTING)
def submit(
    pk: int, *, by: User, note: str = "", publish_at: datetime | None = None, version: int | None = None
) -> None:
    """Hand a draft to the approval, as it stands now. Whoever submits is its author.

    Raises DisclosureError where the figures are not computed or tell too much, NotAllowed, Conflict.
    """
    from lebenslagen.disclosure import leaks

    require(by, "release.submit")
    row = _find(pk)
    figures = _computed(row)
    if leaks(figures, figures.bounds):
        raise DisclosureError(Fault("release-leaks", row.report, {"n": len(leaks(figures, figures.bounds))}))
    content = releasing.content_of(row.report, row.audience, figures)
    with change(by, "release-request", pk):
        title = town().report(row.report).title
        changes = {
            "content": content,
            "author": by,
            "approver": None,
            "publish_at": publish_at,
            "title": title,
        }
        _advance(row, "submit", by, note, version, **changes)


@writes("release.recall", N_("Release taken back by its author"), lasting=LASTING)
def recall(pk: int, *, by: User, version: int | None = None) -> None:
    """Take a submitted release back to work on it."""
    require(by, "release.submit")
    row = _find(pk)
    with change(by, "release-request", pk):
        _advance(row, "recall", by, "", version)


# --- approval ---------------------------------------------------------------------------------------------------


@writes("release.return", N_("Release returned to the planning"), lasting=LASTING)
def return_(pk: int, *, by: User, note: str, version: int | None = None) -> None:
    """Give a release back with the reason. Raises ValidationError without one."""
    require(by, "release.approve")
    row = _find(pk)
    with change(by, "release-request", pk, why=note.strip()[:200]):
        _advance(row, "return", by, note, version, approver=None)


@writes("release.approve", N_("Release approved"), lasting=LASTING)
def approve(pk: int, *, by: User, note: str = "", version: int | None = None) -> None:
    """Approve exactly what was submitted. Raises NotAllowed for its author, Conflict where it has changed."""
    require(by, "release.approve")
    row = _find(pk)
    _second_person(row.author, by)
    figures = _computed(row)
    if releasing.content_of(row.report, row.audience, figures) != row.content:
        raise Conflict(Fault("release-not-as-submitted", row.report, {}))
    with change(by, "release-request", pk):
        _advance(row, "approve", by, note, version, approver=by)


def _second_person(author: User, by: User) -> None:
    """Two accounts, two persons, two roles. Raises NotAllowed."""
    from lebenslagen.project.store import two_persons

    if author.pk == by.pk:
        raise NotAllowed(Fault("own-release", "release", {}))
    two_persons(author.name, by.name)
    if (
        not by.memberships.filter(role=APPROVER).exists()
        or not author.memberships.filter(role=PLANNER).exists()
    ):
        raise NotAllowed(Fault("two-roles", "release", {}))


# --- publication ------------------------------------------------------------------------------------------------


def prepare(pk: int) -> Release | None:
    """The release of an approved request, signed but not published; None where the approval no longer holds.

    Where the figures are known, as they are after an approval, nothing is waited for; otherwise they are computed anew
    under the project's lock. No transaction is open meanwhile.
    """
    row = _find(pk)
    figures = releasing.figures_for(row.report, row.audience) or _computed_anew(row)
    if (
        row.state != "approved"
        or row.approver is None
        or releasing.content_of(row.report, row.audience, figures) != row.content
    ):
        return None
    day = timezone.localtime(max(timezone.now(), row.publish_at or timezone.now())).date()
    return figures.signed(row.author.name, row.approver.name, day.isoformat())


def _computed_anew(row: ReleaseRequest) -> Release:
    from lebenslagen.project import publish as publishing

    with town().project.locked():
        return publishing.figures_of(town()._works(), releasing.declared_for(row.report, row.audience))


@writes("release.publish", N_("Release published, or its approval lapsed"), lasting=LASTING)
def publish(pk: int, *, by: User | System, made: Release | None = None) -> str:
    """Enter an approved release in the ledger, then say so in its row; returns the state it has now.

    `made`: what `prepare` gave. Where the ledger holds the release already, only the row follows.
    Raises NotAllowed before its day and hour.
    """
    require(by, "release.approve")
    row = _find(pk)
    with change(by, "release-request", pk), releasing.ledger_held():
        line = _line_of(row)
        if line is None:
            if row.state == "approved" and row.publish_at and row.publish_at > timezone.now():
                raise NotAllowed(Fault("release-too-early", row.report, {}))
            if made is None or not _still_holds(row, made):
                _advance(row, "void", by, VOIDED, approver=None)
                return "returned"
            _enter(row, made)
            digest = made.digest
        else:
            digest = line["release"]
        _advance(row, "publish", by, "", release=digest)
    return "published"


def _still_holds(row: ReleaseRequest, made: Release) -> bool:
    """Whether figures and texts are still those that were approved."""
    figures = releasing.figures_for(row.report, row.audience)
    if figures is None or replace(made, author="", approved_by="", issued="") != figures:
        return False
    return releasing.content_of(row.report, row.audience, figures) == row.content


def _enter(row: ReleaseRequest, made: Release) -> None:
    """Files, then the line of the ledger; the line carries what is needed to make the row anew."""
    from lebenslagen.project import publish as publishing

    works = town()._works()
    declared = releasing.declared_for(row.report, row.audience)
    if row.approver is None:
        raise NotAllowed(Fault("two-roles", "release", {}))
    town().project.publish(
        made, publishing.released_files(works, made), report=row.report, by=row.author.name,
        approved_by=row.approver.name,
        at=timezone.localtime(timezone.now()), inputs=publishing.inputs(works, declared),
        request=row.pk, content=row.content,
        logins=[row.author.login, row.approver.login],
    )  # fmt: skip


def _line_of(row: ReleaseRequest) -> dict[str, Any] | None:
    """The line that published this very request."""
    mine = (
        line
        for line in releasing.ledger_lines()
        if line.get("request") == row.pk and line["what"] == "published"
    )
    return next((line for line in mine if line.get("content") == row.content), None)


@writes(
    "release.withdraw",
    N_("Release withdrawn"),
    lasting=N_("What was read is known: a withdrawn release stays in the ledger."),
)
def withdraw(digest: str, *, by: User, note: str) -> None:
    """Withdraw a published release, with the reason; it stays in ledger and attack for ever.

    Raises ValidationError without a reason, NotAllowed where it is not in force.
    """
    require(by, "release.approve")
    if not note.strip():
        raise ValidationError({"note": REASON})
    last = next((line for line in reversed(releasing.ledger_lines()) if line["release"] == digest), None)
    if last is None or last["what"] != "published":
        raise NotAllowed(Fault("release-not-in-force", "release", {}))
    row = ReleaseRequest.objects.filter(release=digest).first()
    kind, key = ("release-request", str(row.pk)) if row else ("ledger", digest)
    with change(by, kind, key, why=note.strip()[:200]), releasing.ledger_held():
        town().project.withdraw(
            digest, by=by.name, at=timezone.localtime(timezone.now()), why=note.strip()[:2000]
        )
        if row is not None:
            _advance(row, "withdraw", by, note)


@writes("release.settle", N_("Release brought in line with the ledger"), lasting=LASTING)
def settle(pk: int, *, by: User | System) -> ReleaseRequest:
    """Make the row of a request say what the ledger says, after a crash between the two or a restored database.

    Raises NotAllowed where the ledger knows nothing of it.
    """
    require(by, "release.approve")
    lines = [line for line in releasing.ledger_lines() if line.get("request") == pk]
    if not lines:
        raise NotAllowed(Fault("release-not-in-force", "release", {}))
    line = lines[-1]
    author, approver = (User.objects.get(login=login) for login in line["logins"])
    last = next(entry for entry in reversed(releasing.ledger_lines()) if entry["release"] == line["release"])
    state = "published" if last["what"] == "published" else "withdrawn"
    with change(by, "release-request", pk):
        row, _ = ReleaseRequest.objects.update_or_create(
            pk=pk, defaults={
                "report": line["report"], "audience": line["audience"], "title": line["title"], "state": state,
                "author": author,
                "approver": approver, "content": line["content"], "release": line["release"],
                "changed_at": timezone.now(),
            },
        )  # fmt: skip
        ReleaseNote.objects.create(request=row, by=approver, state=state)
    return row


def unsettled() -> list[int]:
    """Requests whose row does not say what the ledger says."""
    said: dict[int, tuple[str, str]] = {}
    owner: dict[str, int] = {}
    for line in releasing.ledger_lines():
        if line["what"] == "published" and "request" in line:
            owner[line["release"]] = line["request"]
        if line["release"] in owner:
            said[owner[line["release"]]] = (
                "published" if line["what"] == "published" else "withdrawn",
                line["release"],
            )
    rows = {row.pk: (row.state, row.release) for row in ReleaseRequest.objects.filter(pk__in=said)}
    known = set(User.objects.values_list("login", flat=True))
    logins = {
        line["request"]: set(line["logins"])
        for line in releasing.ledger_lines()
        if "request" in line and line["what"] == "published"
    }
    return [pk for pk, state in said.items() if rows.get(pk) != state and logins[pk] <= known]

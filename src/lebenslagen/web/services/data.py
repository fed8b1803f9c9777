"""Deliveries: uploaded, mapped, answered, taken over, withdrawn, restored, purged by two persons."""

from __future__ import annotations

import contextlib
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from lebenslagen.errors import DataError, Fault, NotAllowed
from lebenslagen.project import intake as door
from lebenslagen.project.store import Delivery, write_atomic
from lebenslagen.texts import N_
from lebenslagen.web import audit, bins, models
from lebenslagen.web.permissions import Scope, may, require
from lebenslagen.web.roles import PERMISSIONS
from lebenslagen.web.services import data_files as files
from lebenslagen.web.services.base import change, digest, writes
from lebenslagen.web.services.data_state import bring_back, declared_file, held, key_of
from lebenslagen.web.town import town

__all__ = [
    "REASONS", "answer", "ask_purge", "clear_traces", "confirm_purge", "drop", "mapped", "open_meanings", "receive", "refuse_personal", "refuse_purge",
    "restore", "scope_of_source", "take_over", "withdraw",
]  # fmt: skip

MOST_OPEN = 40  # uploads of one person that wait to be taken over
LARGEST_OPEN = 400 * 1024 * 1024  # bytes of them together
# Why a delivery is purged: a choice, so that no free text carries on what is to be gone.
REASONS: Mapping[str, str] = {
    "persons": N_("It holds data on single persons"),
    "not-ours": N_("It was not meant for us"),
    "supplier": N_("The supplier asks for it"),
    "period-over": N_("The time for which it may be kept is over"),
}


def scope_of_source(key: str, head: Mapping[str, str] | None = None) -> Scope:
    """Whose a source is; of one that is not declared yet, what its upload says."""
    declared = town().declaration.sources.get(key)
    return Scope(declared.department if declared else str((head or {}).get("department", "")))


def _may_deliver(by: models.User, source: str, head: Mapping[str, str] | None = None) -> None:
    require(by, "data.deliver", scope_of_source(source, head))


def open_meanings(person: models.User, source: str) -> frozenset[str] | None:
    """The declared variables a column of this source may mean for a person; None for all of them.

    Who is bound to a department describes what her source delivered before or something new, never what others deliver.
    """
    if may(person, "data.deliver", Scope()):
        return None
    declared = town().declaration.sources.get(source)
    return frozenset(declared.layout.variables()) if declared else frozenset()


def _only_own_meanings(by: models.User, intake: models.Intake, mapping: Mapping[str, Any]) -> None:
    """Raise NotAllowed where somebody would deliver in another department's place."""
    own = open_meanings(by, intake.source)
    if own is None:
        return
    declaration = town().declaration
    known = {v.key for v in declaration.catalogue.variables}
    known |= {v for s in declaration.sources.values() for v in s.layout.variables()}
    told = {str(column.get("variable", "")) for column in mapping.get("columns", {}).values()}
    foreign = {name for name in told - own if name in known or not re.fullmatch(r"[a-z0-9_]+", name)}
    if foreign:
        action = PERMISSIONS["data.deliver"].sentence
        raise NotAllowed(Fault("not-your-department", ", ".join(sorted(foreign)), {"action": action}))


def _open(intake: models.Intake) -> None:
    if intake.state != models.Intake.OPEN:
        raise NotAllowed(Fault("intake-ended", intake.source, {}))


# --- on the way in --------------------------------------------------------------------------------------------


@writes("data.receive", N_("File received"))
def receive(
    content: bytes, name: str, *, by: models.User, source: str, period: str, kind: str = "file", letter: str = "",
    head: Mapping[str, str] | None = None,
) -> models.Intake:  # fmt: skip
    """Keep an uploaded file beside the project until it is taken over or dropped.

    Raises DataError where it cannot be read at all or holds data on persons; then nothing is kept.
    """
    _may_deliver(by, source, head)
    town().declaration.period(period)
    _quota(by, len(content))
    _readable(content, files.file_name(name), source, period)
    token = files.new_token()
    with change(by, "intake", token) as told, _kept(token, content):
        models.Intake.objects.create(
            token=token, source=source, period=period, head=dict(head or {}), kind=kind, file=files.file_name(name),
            size=len(content), digest=hashlib.sha256(content).hexdigest(), letter=letter[:300], by=by,
        )  # fmt: skip
    del told
    return models.Intake.objects.get(pk=token)


@contextlib.contextmanager
def _kept(token: str, content: bytes) -> Iterator[None]:
    files.keep(token, content)
    try:
        yield
    except BaseException:
        files.forget(token)
        raise


def _quota(by: models.User, more: int) -> None:
    sizes = list(models.Intake.objects.filter(by=by, state=models.Intake.OPEN).values_list("size", flat=True))
    if len(sizes) >= MOST_OPEN or sum(sizes) + more > LARGEST_OPEN:
        raise NotAllowed(Fault("too-many-uploads", "upload", {"n": len(sizes)}))


def _readable(content: bytes, name: str, source: str, period: str) -> None:
    """Whether the file opens at all, and no single person is in it; both before a byte of it is kept."""
    from lebenslagen.errors import FAULTS, Outcome
    from lebenslagen.project.read.checks import _largest
    from lebenslagen.project.read.persons import find_persons
    from lebenslagen.web.services.data_layout import registers

    grid, known = files.grid_of(content, name), registers(period)
    declared_source = town().declaration.sources.get(source)
    most = (
        _largest(declared_source.layout, known)
        if declared_source
        else max(map(len, known.values()), default=0)
    )
    persons = find_persons(grid, most)
    if persons:
        raise DataError(persons)
    refused = [
        Fault(n.code, n.where, n.values) for n in grid.notes if FAULTS[n.code].outcome is Outcome.REJECT
    ]
    if refused and not grid.sheets:
        raise DataError(refused)


@writes(
    "data.refuse",
    N_("File with data on persons refused and wiped"),
    lasting=N_("The file was wiped; there is nothing to take back."),
)
def refuse_personal(*, by: models.User, source: str, period: str, token: str = "") -> None:
    """Note, without content, that a file with data on single persons came; of an upload that was kept, remove the bytes."""
    kept = models.Intake.objects.filter(pk=token).first() if token else None
    _may_deliver(by, source, kept.head if kept else None)
    with held(town().project), change(by, "delivery", key_of(source, period)):
        door.refuse_personal(town().project, source=source, period=period, by=by.name, at=timezone.now())
        if kept is not None:
            _forget(kept)


def _forget(intake: models.Intake) -> None:
    """Remove bytes, name, mapping and answers of an upload, and the states the trail kept of it."""
    files.forget(intake.token)
    models.Intake.objects.filter(pk=intake.pk).update(
        state=models.Intake.DROPPED, file="–", mapping={}, answers=[], letter="", head={}
    )
    models.TrashItem.objects.filter(kind="intake", key=intake.token).delete()
    _empty_states("intake", intake.token)


def _empty_states(kind: str, key: str) -> None:
    lines = models.AuditLine.objects.filter(kind=kind, key=key)
    digests = {digest for pair in lines.values_list("before", "after") for digest in pair if digest}
    models.State.objects.filter(digest__in=digests).update(content=None)


@writes("data.map", N_("Build of the file described"))
def mapped(
    intake: models.Intake,
    mapping: Mapping[str, Any],
    *,
    by: models.User,
    period: str = "",
    base: str | None = None,
) -> models.Intake:
    """Keep what the person said about sheet, heads, columns and period of an upload; an empty mapping goes back to the source's.

    Raises Conflict where somebody else described it meanwhile.
    """
    _may_deliver(by, intake.source, intake.head)
    _only_own_meanings(by, intake, mapping)
    _open(intake)
    town().declaration.period(period or intake.period)
    with change(by, "intake", intake.pk, base=base):
        models.Intake.objects.filter(pk=intake.pk).update(
            mapping=dict(mapping), period=period or intake.period
        )
    intake.refresh_from_db()
    return intake


@writes("data.answer", N_("Questions about the file answered"))
def answer(intake: models.Intake, given: Mapping[str, str], *, by: models.User) -> None:
    """Keep the reasons a person gives for what the check asks.

    Raises ValidationError for an answer without a reason.
    """
    from lebenslagen.project.read import ANSWERABLE

    _may_deliver(by, intake.source, intake.head)
    _open(intake)
    wrong = {code: N_("Please give a reason.") for code, reason in given.items() if not reason.strip()}
    if wrong:
        raise ValidationError(wrong)
    kept = {code: reason.strip()[:500] for code, reason in given.items() if code in ANSWERABLE}
    with change(by, "intake", intake.pk):
        models.Intake.objects.filter(pk=intake.pk).update(
            answers=[[code, reason] for code, reason in sorted(kept.items())]
        )


@writes("data.drop", N_("Upload dropped"))
def drop(intake: models.Intake, *, by: models.User) -> None:
    """Put an upload into the trash; its file is removed after 30 days."""
    _may_deliver(by, intake.source, intake.head)
    _open(intake)
    before = digest(audit.state("intake", intake.pk))
    with change(by, "intake", intake.pk):
        bins.note("intake", intake.pk, bins.BINS["intake"].label(intake.pk), before, by)
        models.Intake.objects.filter(pk=intake.pk).update(state=models.Intake.DROPPED)


@writes("data.take-over", N_("Delivery taken over"))
def take_over(intake: models.Intake, *, by: models.User) -> Delivery:
    """Take over an upload that passes its check, with the declaration of its source where that is new.

    Raises DataError or QuestionOpen where it does not pass; then nothing is stored.
    """
    from lebenslagen.web.services.data_layout import declared

    _may_deliver(by, intake.source, intake.head)
    _open(intake)
    project, key = town().project, key_of(intake.source, intake.period)
    with held(project):
        intake.refresh_from_db()  # somebody else may have been quicker
        _open(intake)
        content, raw = declared(intake), files.bytes_of(intake)
        checked = files.check_of(intake)
        if checked.personal:
            raise DataError(checked.faults)
        with _undone(key), change(by, "delivery", key):
            works = files.works_with(intake.source, content)
            if content is not None:
                write_atomic(project.root / declared_file(intake.source), content)
            project.keep(by=by.name, at=timezone.now(), why=f"{intake.source} {intake.period}")
            made = door.take_over(
                works, raw, intake.file, checked, source=intake.source, period=intake.period,
                answers=tuple((code, "", reason) for code, reason in intake.answers), by=by.name, at=timezone.now(),
                note=_note(intake),
            )  # fmt: skip
            models.Intake.objects.filter(pk=intake.pk).update(state=models.Intake.TAKEN)
    files.forget(intake.token)
    return made


def _note(intake: models.Intake) -> str:
    return intake.letter if intake.kind != "file" else ""


@contextlib.contextmanager
def _undone(key: str) -> Iterator[None]:
    """Files do not roll back with the database: where the change fails, they are brought back. The lock is held."""
    before = audit.state("delivery", key)
    try:
        yield
    except BaseException:
        if audit.state("delivery", key) != before:
            bring_back(key, before)
        raise


# --- withdrawn, restored --------------------------------------------------------------------------------------


@writes("data.withdraw", N_("Delivery withdrawn"))
def withdraw(source: str, period: str, *, by: models.User, why: str) -> None:
    """Take a delivery out of force; nothing is computed with it any more, and it can be restored."""
    require(by, "data.withdraw", scope_of_source(source))
    if not why.strip():
        raise ValidationError({"why": N_("Please give a reason.")})
    key = key_of(source, period)
    with held(town().project), _undone(key), change(by, "delivery", key):
        town().project.withdraw_delivery(source, period, by=by.name, at=timezone.now(), why=why.strip()[:500])


@writes("data.restore", N_("Delivery restored"))
def restore(line: str, *, by: models.User) -> Delivery:
    """Put an earlier delivery in force again, by the digest of its line in the journal.

    Raises DataError where it can no longer be read by the declaration of its source.
    """
    project = town().project
    told = next(
        (t for t in project.journal.lines() if t["digest"] == line and t["what"] == "delivered"), None
    )
    if told is None:
        require(by, "data.withdraw")
        raise DataError(Fault("delivery-absent", line[:12], {"source": "", "period": ""}))
    source, period = told["source"], told["period"]
    require(by, "data.withdraw", scope_of_source(source))
    key = key_of(source, period)
    with held(project), _undone(key), change(by, "delivery", key):
        found = project.restore_delivery(line, by=by.name, at=timezone.now())
        door.rows(files.works_with(source, None), found)
    return found


# --- purged ---------------------------------------------------------------------------------------------------


@writes("data.purge-ask", N_("Purging of a delivery asked for"))
def ask_purge(line: str, reason: str, *, by: models.User) -> models.Purge:
    """Ask for a delivered file to be removed for good; another person must confirm."""
    told = next(
        (t for t in town().project.journal.lines() if t["digest"] == line and t["what"] == "delivered"), None
    )
    if told is None:
        require(by, "data.purge")
        raise DataError(Fault("delivery-absent", line[:12], {"source": "", "period": ""}))
    require(by, "data.purge", scope_of_source(told["source"]))
    if reason not in REASONS:
        raise ValidationError({"reason": N_("Please choose a reason.")})
    asked = models.Purge.objects.filter(snapshot=told["snapshot"], state="asked").first()
    if asked is not None:
        raise NotAllowed(Fault("purge-asked", told["source"], {"by": asked.by.name}))
    with change(by, "purge") as noted:
        made = models.Purge.objects.create(
            source=told["source"], period=told["period"], snapshot=told["snapshot"], reason=reason, by=by
        )
        noted.key = str(made.pk)
    return made


@writes("data.purge-refuse", N_("Purging of a delivery refused"))
def refuse_purge(purge: models.Purge, *, by: models.User) -> None:
    """Do not purge; the delivery stays. Whoever asked may take the question back like this too."""
    require(by, "data.purge", scope_of_source(purge.source))
    purge.refresh_from_db()
    _asked(purge)
    with change(by, "purge", purge.pk):
        models.Purge.objects.filter(pk=purge.pk).update(state="refused", other=by, decided_at=timezone.now())


def _asked(purge: models.Purge) -> None:
    if purge.state != "asked":
        raise NotAllowed(Fault("purge-decided", purge.source, {}))


@writes(
    "data.purge", N_("Delivery purged"), lasting=N_("The file was removed for good, as two persons wanted.")
)
def confirm_purge(purge: models.Purge, *, by: models.User) -> None:
    """Remove a delivered file for good: bytes, what was computed from it, marked copies, names, reasons, jobs' words.

    Raises NotAllowed for the person who asked.
    """
    require(by, "data.purge", scope_of_source(purge.source))
    _asked(purge)
    if purge.by_id == by.pk:
        raise NotAllowed(Fault("purge-by-one", purge.source, {"by": by.name}))
    project = town().project
    if not any(line.get("snapshot") == purge.snapshot for line in project.journal.lines()):
        raise DataError(
            Fault("delivery-absent", purge.source, {"source": purge.source, "period": purge.period})
        )
    with held(project), change(by, "purge", purge.pk):
        purge.refresh_from_db()
        _asked(purge)
        models.Purge.objects.filter(pk=purge.pk).update(state="done", other=by, decided_at=timezone.now())
        names = project.purge_delivery(
            purge.snapshot, by=purge.by.name, confirmed_by=by.name, at=timezone.now()
        )
        clear_traces(purge.snapshot, names)


def clear_traces(snapshot: str, names: Sequence[str]) -> None:
    """What the application itself still knows of a purged file: uploads of the same bytes, and words of jobs."""
    for upload in models.Intake.objects.filter(digest=snapshot):
        _forget(upload)
    _clear_jobs(names)


def _clear_jobs(names: Sequence[str]) -> None:
    """What jobs said about the file, and what unfinished ones have written so far. The lock is held: none is at work."""
    import shutil

    for job in models.Job.objects.exclude(lines=[]):
        kept = [line for line in job.lines if not any(name in line for name in names)]
        if kept != job.lines:
            step = "" if any(name in job.step for name in names) else job.step
            models.Job.objects.filter(pk=job.pk).update(lines=kept, step=step)
    for staging in (town().root / "ausgabe").glob(".auftrag-*"):
        shutil.rmtree(staging, ignore_errors=True)

"""The audit trail as an object: what it is for, who reads it, how long it is kept; checking the chain, removing what is over."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from django.utils import timezone

from lebenslagen.errors import ProjectError
from lebenslagen.texts import N_
from lebenslagen.web import audit, models
from lebenslagen.web.permissions import System, require
from lebenslagen.web.roles import PERMISSIONS
from lebenslagen.web.services.base import change, writes

__all__ = ["DECLARED", "Checked", "Declared", "checked", "last_check", "note_check", "over", "trim"]

MOST = 20  # broken lines that are named


@dataclass(frozen=True)
class Declared:
    """What the trail is kept for. years: a line goes after so many years; readers: roles."""

    purpose: str
    not_for: str
    years: int
    readers: frozenset[str]


DECLARED = Declared(
    purpose=N_("To tell who decided what, to take changes back, and to show that nothing was altered afterwards."),
    not_for=N_("It is not there to watch how or how much somebody works; no page counts or searches lines by who wrote them."),
    years=10,
    readers=PERMISSIONS["audit.view"].roles,
)  # fmt: skip


@dataclass(frozen=True)
class Checked:
    """What a check of the chains found: lines read; numbers of lines of the trail, and files, that do not fit."""

    lines: int
    broken: tuple[int, ...]
    files: tuple[str, ...]

    @property
    def sound(self) -> bool:
        return not self.broken and not self.files

    def told(self) -> str:
        """As it is kept in the line about the check.

        >>> Checked(3, (2,), ()).told()
        'lines=3 broken=2 files='
        """
        return f"lines={self.lines} broken={','.join(map(str, self.broken))} files={','.join(self.files)}"

    @classmethod
    def of(cls, told: str) -> Checked:
        """What `told` said.

        >>> Checked.of("lines=3 broken=2,5 files=ledger.jsonl")
        Checked(lines=3, broken=(2, 5), files=('ledger.jsonl',))
        """
        parts = dict(part.split("=", 1) for part in told.split(" "))
        broken = tuple(int(n) for n in parts["broken"].split(",") if n)
        return cls(int(parts["lines"]), broken, tuple(name for name in parts["files"].split(",") if name))


def checked() -> Checked:
    """Reckon every digest of the trail and of the project's journals anew; nothing is written."""
    broken = tuple(islice(audit.broken(), MOST))
    return Checked(models.AuditLine.objects.count(), broken, tuple(_broken_files()))


def _broken_files() -> Iterator[str]:
    from lebenslagen.web.town import town

    project = town().project
    for journal in (project.journal, project.register):
        try:
            journal.lines()
        except ProjectError:
            yield journal.path.name


@writes("trail.check", N_("Chain checked"), lasting=N_("A check changes nothing."))
def note_check(found: Checked, *, by: models.User) -> models.AuditLine:
    """Keep who checked the chain, when, and what was found."""
    require(by, "audit.view")
    with change(by, "trail", "trail", why=found.told()) as told:
        pass
    assert told.line is not None
    return told.line


def last_check() -> tuple[models.AuditLine, Checked] | None:
    """The latest check, with what it found."""
    line = models.AuditLine.objects.filter(what="trail.check").order_by("-number").first()
    return (line, Checked.of(line.why)) if line else None


def _limit() -> datetime:
    now = timezone.now()
    return now.replace(year=now.year - DECLARED.years, day=min(now.day, 28))


def over() -> bool:
    """Whether the oldest line is older than its time."""
    first = models.AuditLine.objects.order_by("number").first()
    return first is not None and first.at < _limit()


@writes(
    "trail.trim",
    N_("Oldest lines removed, their time was over"),
    lasting=N_("Removed lines do not come back."),
)
def trim(*, by: models.User | System) -> None:
    """Remove the lines whose time is over; the chain then begins after them. Nothing is removed from a chain that is broken."""
    require(by, "settings.manage")
    kept = models.AuditLine.objects.filter(at__gte=_limit()).order_by("number").first()
    older = models.AuditLine.objects.order_by("-number")
    last = (older.filter(number__lt=kept.number) if kept else older).first()
    with change(by, "trail", "trail"):
        if last is not None and not any(audit.broken()):
            audit.begin_after(last)

"""The project behind the pages: opened once, opened anew when a file of it changed.

What pages show ends at the released values: `edition` and `released`. Who may see which of them is decided here: before
its hour a release is a draft, and drafts are for those who work on releases. True values are in `works`, which asks for
the permission *values.see*; computing services use `open_works` themselves.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from lebenslagen.project.store import Project
from lebenslagen.texts import texts
from lebenslagen.web.permissions import System, may, require

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Release
    from lebenslagen.edition import Edition
    from lebenslagen.project.build import Works
    from lebenslagen.project.declare import Declaration, DeclaredReport
    from lebenslagen.web.models import User

__all__ = ["CURRENT", "Town", "audiences_of", "drafts_open_to", "town"]

JOURNALS = ("history.jsonl", "ledger.jsonl")


def drafts_open_to(reader: User | System | None) -> bool:
    """Whether a person may see releases under way; for everybody else there is nothing before their hour."""
    return reader is not None and may(reader, "release.view")


def audiences_of(reader: User | System | None) -> tuple[str, ...]:
    """Released for whom: what a person may see of it."""
    staff = reader is not None and may(reader, "report.view")
    return ("public", "committee") if staff else ("public",)


@dataclass(eq=False)
class Town:
    """One project directory as the pages read it; what is remembered holds while no file of it changes."""

    project: Project
    _lock: threading.RLock = field(default_factory=threading.RLock)
    _seen: tuple[object, ...] = ()
    _kept: dict[object, Any] = field(default_factory=dict)

    @property
    def root(self) -> Path:
        return self.project.root

    def _stamp(self) -> tuple[object, ...]:
        """Names, sizes and times of everything that pages are made from; cheap enough for every request."""
        from lebenslagen.project.declare import declarations_of

        files = [*declarations_of(self.root), *(self.root / name for name in JOURNALS)]
        return tuple((str(path), *_times(path)) for path in files)

    def kept(self, key: object, make: Callable[[], Any]) -> Any:
        """What `make` gives, remembered under `key` until a declaration, a delivery or the ledger changes."""
        with self._lock:
            stamp = self._stamp()
            if stamp != self._seen:
                self._seen, self._kept = stamp, {}
            if key not in self._kept:
                self._kept[key] = make()
            return self._kept[key]

    @property
    def declaration(self) -> Declaration:
        """The declarations, checked. Raises DesignError."""
        return self.kept("declaration", self.project.declaration)  # type: ignore[no-any-return]

    @property
    def name(self) -> str:
        return self.declaration.head.name

    def _works(self) -> Works:
        from lebenslagen.project import build

        return self.kept("works", lambda: build.open_works(self.project))  # type: ignore[no-any-return]

    def works(self, user: User | System) -> Works:
        """The project with its true values. Raises NotAllowed without the permission to see single values."""
        require(user, "values.see")
        return self._works()

    def report(self, key: str = "") -> DeclaredReport:
        """A declared report, or the latest. Raises DesignError."""
        return self.declaration.report(key)

    def released(self, report: str = "") -> Release | None:
        """The release in force of a report, or None."""
        declared = self.report(report)
        digest = self.kept(
            ("published", declared.key), lambda: self.project.published(declared.key, declared.audience)
        )
        return self.kept(("release", digest), lambda: self.project.release(digest)) if digest else None

    def open_to(self, reader: User | System | None, report: str = "") -> bool:
        """Whether a person may see the figures of a report: released for her, or a draft she may work on."""
        declared = self.report(report)
        if drafts_open_to(reader):
            return True
        return declared.audience in audiences_of(reader) and bool(self.released(declared.key))

    def edition(
        self, report: str = "", language: str = "de", *, to: User | System | None = None
    ) -> Edition | None:
        """What a person may see of a report: the release in force; the protected draft only who works on releases.

        None where there is nothing for her, or nothing yet: protecting is a job, never done while a page waits.
        """
        declared = self.report(report)
        if not self.open_to(to, declared.key):
            return None
        return self.kept(
            ("edition", declared.key, language, self._drawn(declared)),
            lambda: self._edition(declared, language),
        )  # type: ignore[no-any-return]

    def _drawn(self, declared: DeclaredReport) -> bool:
        from lebenslagen.project import publish

        return bool(self.released(declared.key)) or publish.known(self._works(), declared) is not None

    def _edition(self, declared: DeclaredReport, language: str) -> Edition | None:
        from lebenslagen.project import publish

        return publish.edition(self._works(), declared, texts(language)) if self._drawn(declared) else None


def _times(path: Path) -> tuple[int, int]:
    try:
        found = path.stat()
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)


CURRENT: ContextVar[Town | None] = ContextVar("town", default=None)


def town() -> Town:
    """The town of this installation."""
    return CURRENT.get() or _installed()


@cache
def _installed() -> Town:
    return Town(Project(settings.PROJECT))

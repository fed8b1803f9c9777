"""One project directory: declarations, deliveries with their journal, releases with their ledger, what was computed."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import shutil
import threading
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.project.store.disk import sweep, sync_folder, write_atomic, write_folder
from lebenslagen.project.store.four_eyes import two_persons
from lebenslagen.project.store.journal import Journal

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Ledger, Release
    from lebenslagen.project.declare import Declaration

__all__ = ["FILES", "Delivery", "Project", "declarations_of"]

# The declarations of a project: which files, and in which order a reader would open them.
FILES = ("project.toml", "areas.toml", "indicators.toml", "deliveries.toml")
FOLDERS = ("sources", "indices", "reports")


def declarations_of(root: Path) -> Iterator[Path]:
    """The files that declare a project, in a fixed order.

    >>> list(declarations_of(Path("/nonexistent")))
    []
    """
    yield from (root / name for name in FILES if (root / name).is_file())
    for folder in FOLDERS:
        yield from sorted((root / folder).glob("*.toml"))
    yield from sorted((root / "reports").glob("*.md"))


@dataclass(frozen=True)
class Delivery:
    """One delivered file that is in force: whose, for which period, under which digest, with which answers.

    >>> Delivery("register", "2024", "r.csv", "9f…", by="A. Planung", at="2025-02-03T10:00:00").outcome
    'ACCEPT'
    """

    source: str
    period: str
    file: str
    snapshot: str
    by: str
    at: str
    answers: tuple[tuple[str, str, str], ...] = ()  # code, value, reason
    outcome: str = "ACCEPT"
    note: str = ""
    line: str = ""  # digest of its line in the journal

    @classmethod
    def told(cls, line: Mapping[str, Any]) -> Delivery:
        """The delivery that a line of the journal tells of."""
        return cls(
            source=line["source"],
            period=line["period"],
            file=line["file"],
            snapshot=line["snapshot"],
            by=line["by"],
            at=line["at"],
            answers=tuple((a[0], a[1], a[2]) for a in line.get("answers", ())),
            outcome=line.get("outcome", "ACCEPT"),
            note=line.get("note", ""),
            line=line.get("digest", ""),
        )


@dataclass(frozen=True)
class Project:
    """One project directory.

    Raises ProjectError when there is no project at `root`.

    >>> import tempfile; root = Path(tempfile.mkdtemp()); _ = (root / "project.toml").write_bytes(b"schema = 1")
    >>> project = Project(root); [name for name in project.declared()], project.deliveries()
    (['project.toml'], ())
    """

    root: Path

    def __post_init__(self) -> None:
        if not (self.root / "project.toml").is_file():
            raise ProjectError(Fault("not-a-project", str(self.root), {"folder": self.root.name}))

    # --- declarations ------------------------------------------------------------------------------------

    def declared(self) -> dict[str, bytes]:
        """The declarations as bytes, by their name in the project."""
        paths = list(declarations_of(self.root))
        links = [p for p in paths if p.is_symlink() or p.parent.is_symlink()]
        if links:
            raise ProjectError([Fault("link-in-project", p.name, {"file": p.name}) for p in links])
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths}

    def declaration(self) -> Declaration:
        """The declarations, checked. Raises DesignError with all faults at once."""
        from lebenslagen.project.declare import load

        return load(self.declared())

    def keep(self, *, by: str, at: datetime, why: str = "") -> None:
        """Keep every declaration that changed since it was last kept, content-addressed, in the journal."""
        latest = {
            line["file"]: line["content"] for line in self.journal.lines() if line["what"] == "declared"
        }
        for name, raw in self.declared().items():
            digest = hashlib.sha256(raw).hexdigest()
            if latest.get(name) != digest:
                write_atomic(self.root / "history" / digest, raw)
                self.journal.append(
                    _event("declared", by, at, file=name, content=digest, base=latest.get(name, ""), why=why)
                )

    # --- lock --------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def locked(self, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the project's one lock; `waiting` is called once where another process holds it."""
        with _flock(self.root / ".lock", waiting):
            sweep(self.root)
            yield

    @contextlib.contextmanager
    def ledger_held(self, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """Hold the ledger: reading it and adding a line are one act. One thread may hold it within itself.

        Apart from the project's lock, so that a release whose hour has come does not wait for a long computation. Who
        needs both takes the project's lock first.
        """
        held = _held.__dict__.setdefault("roots", set())
        if self.root in held:
            yield
            return
        with _flock(self.root / ".lock-ledger", waiting):
            held.add(self.root)
            try:
                yield
            finally:
                held.discard(self.root)

    # --- deliveries --------------------------------------------------------------------------------------

    @property
    def journal(self) -> Journal:
        """What happened to declarations and deliveries, in order."""
        return Journal(self.root / "history.jsonl")

    def snapshot(self, digest: str) -> bytes:
        """The bytes of a delivered file. Raises ProjectError where they are gone or were changed."""
        path = self.root / "snapshots" / digest
        if not path.is_file():
            raise ProjectError(Fault("snapshot-missing", f"snapshots/{digest[:12]}", {"digest": digest[:12]}))
        raw = path.read_bytes()
        if hashlib.sha256(raw).hexdigest() != digest:
            raise ProjectError(Fault("snapshot-changed", f"snapshots/{digest[:12]}", {"digest": digest[:12]}))
        return raw

    def deliver(
        self, raw: bytes, *, source: str, period: str, file: str, by: str, at: datetime, **more: Any
    ) -> Delivery:
        """Keep a delivered file under its digest, then say so in the journal; the caller holds the lock."""
        digest = hashlib.sha256(raw).hexdigest()
        try:
            self.snapshot(digest)
        except ProjectError:  # not there yet, or damaged and now delivered again
            write_atomic(self.root / "snapshots" / digest, raw)
        event = _event("delivered", by, at, source=source, period=period, file=file, snapshot=digest, **more)
        return Delivery.told({**event, "digest": self.journal.append(event)})

    def withdraw_delivery(self, source: str, period: str, *, by: str, at: datetime, why: str) -> str:
        """Take the delivery in force out of force; its file stays and can be restored. The caller holds the lock.

        Returns the digest of the line of the delivery. Raises ProjectError where none is in force.
        """
        found = next((d for d in self.deliveries() if (d.source, d.period) == (source, period)), None)
        if found is None:
            raise ProjectError(
                Fault("delivery-absent", f"{source} {period}", {"source": source, "period": period})
            )
        self.journal.append(
            _event("withdrawn", by, at, source=source, period=period, line=found.line, why=why)
        )
        return found.line

    def restore_delivery(self, line: str, *, by: str, at: datetime, why: str = "") -> Delivery:
        """Put a delivery in force again, by the digest of its line in the journal. The caller holds the lock.

        Raises ProjectError where there is no such line, or its file is gone or was changed.
        """
        told = next(
            (t for t in self.journal.lines() if t["digest"] == line and t["what"] == "delivered"), None
        )
        if told is None:
            raise ProjectError(Fault("delivery-absent", line[:12], {"source": line[:12], "period": ""}))
        self.snapshot(told["snapshot"])
        self.journal.append(
            _event("restored", by, at, source=told["source"], period=told["period"], line=line, why=why)
        )
        return Delivery.told(told)

    def purge_delivery(self, snapshot: str, *, by: str, confirmed_by: str, at: datetime) -> tuple[str, ...]:
        """Remove a delivered file for good: its bytes, all that was computed, marked copies, names and reasons.

        The caller holds the lock. One line without content says that it was there. Returns the names of the files it
        was delivered as. Raises NotAllowed unless two persons act, ProjectError where there is no such file.
        """
        two_persons(by, confirmed_by)
        lines = self.journal.lines()
        gone = [line for line in lines if line.get("snapshot") == snapshot]
        if not gone:
            raise ProjectError(
                Fault("delivery-absent", snapshot[:12], {"source": snapshot[:12], "period": ""})
            )
        names = tuple(sorted({str(line["file"]) for line in gone}))
        first = {line["digest"] for line in gone}
        about = {line["digest"] for line in lines if line.get("line") in first or _refused_as(line, gone)}
        (self.root / "snapshots" / snapshot).unlink(missing_ok=True)
        sync_folder(self.root / "snapshots")
        self._forget(names)
        event = _event(
            "purged", by, at, source=gone[-1]["source"], period=gone[-1]["period"], confirmed_by=confirmed_by
        )
        self.journal.empty(first | about, event)
        return names

    def _forget(self, names: Collection[str]) -> None:
        """Remove what was made from files: computed results, marked copies, torn lines. All but the areas is computed again."""
        for step in (self.root / ".cache").glob("*"):
            if step.name not in ("areas", "backdrop"):
                shutil.rmtree(step, ignore_errors=True)
        stems = [Path(name).stem for name in names]
        for copy in (self.root / "pruefung").glob("*"):
            if any(stem in copy.name for stem in stems):
                copy.unlink()
        for torn in self.root.glob("history.torn-*"):
            torn.unlink()

    def sound(self) -> tuple[Delivery, ...]:
        """The deliveries in force, each file with its digest recomputed. Raises ProjectError naming what does not fit."""
        found = self.deliveries()
        faults: list[Fault] = []
        for delivery in found:
            with _gather(faults):
                self.snapshot(delivery.snapshot)
        if faults:
            raise ProjectError(faults)
        return found

    def deliveries(self) -> tuple[Delivery, ...]:
        """The deliveries in force, one a source and period: later ones replace earlier ones."""
        current: dict[tuple[str, str], Delivery | None] = {}
        lines = self.journal.lines()
        delivered = {line["digest"]: line for line in lines if line["what"] == "delivered"}
        for line in lines:
            what, key = line.get("was", line["what"]), (line.get("source", ""), line.get("period", ""))
            told = delivered.get(line["digest"] if what == "delivered" else line.get("line", ""))
            if what in ("delivered", "restored", "withdrawn"):
                current[key] = Delivery.told(told) if told is not None and what != "withdrawn" else None
        return tuple(delivery for delivery in current.values() if delivery is not None)

    # --- releases ----------------------------------------------------------------------------------------

    @property
    def register(self) -> Journal:
        """What was published and withdrawn, in order."""
        return Journal(self.root / "ledger.jsonl")

    def release(self, digest: str) -> Release:
        """A published release by its digest. Raises ProjectError where its file is gone or was changed."""
        from lebenslagen.disclosure.release import Release

        path = self.root / "releases" / digest / "release.json"
        if not path.is_file():
            raise ProjectError(Fault("release-missing", f"releases/{digest[:12]}", {"digest": digest[:12]}))
        try:
            release = Release.from_json(path.read_bytes())
        except ProjectError:
            release = None
        if release is None or release.digest != digest:
            raise ProjectError(Fault("release-changed", f"releases/{digest[:12]}", {"digest": digest[:12]}))
        return release

    def ledger(self) -> Ledger:
        """All releases that ever were out; a withdrawn one stays, for nobody forgets what he read."""
        from lebenslagen.disclosure.release import Ledger

        lines = self.register.lines()
        out = dict.fromkeys(line["release"] for line in lines if line["what"] == "published")
        last = {line["release"]: line["what"] for line in lines}
        withdrawn = frozenset(digest for digest, what in last.items() if what == "withdrawn")
        return Ledger(tuple(self.release(digest) for digest in out), withdrawn)

    def published(self, report: str, audience: str, period: str = "") -> str:
        """The digest of the release in force for a report, or nothing where there is none."""
        current = ""
        for line in self.register.lines():
            if (line["report"], line["audience"]) == (report, audience) and period in (
                "",
                line.get("period", ""),
            ):
                current = line["release"] if line["what"] == "published" else ""
        return current

    def publish(
        self,
        release: Release,
        files: Mapping[str, bytes],
        *,
        report: str,
        by: str,
        approved_by: str,
        at: datetime,
        **more: Any,
    ) -> None:
        """Write a release once and enter it in the ledger.

        Whoever protected it against the releases before holds the ledger since then, or asks again once it is held.
        Raises NotAllowed where author and approver are one person.
        """
        two_persons(by, approved_by)
        entry = _event(
            "published", by, at, release=release.digest, report=report, title=release.title, **more
        )
        with self.ledger_held():
            self._write_release(release, files)
            self.register.append(
                {
                    **entry,
                    "audience": release.audience,
                    "approved_by": approved_by,
                    "period": _period(release),
                }
            )

    def withdraw(self, digest: str, *, by: str, at: datetime, why: str) -> None:
        """Take a release back; its line and its files stay, and every later attack still counts it."""
        with self.ledger_held():
            for line in reversed(self.register.lines()):
                if line["release"] == digest and line["what"] == "published":
                    kept = {key: line[key] for key in ("release", "report", "title", "audience", "period")}
                    self.register.append(_event("withdrawn", by, at, why=why, **kept))
                    return
        raise ProjectError(Fault("release-missing", f"releases/{digest[:12]}", {"digest": digest[:12]}))

    def _write_release(self, release: Release, files: Mapping[str, bytes]) -> None:
        place = self.root / "releases" / release.digest
        if not place.exists():
            write_folder(place, {"release.json": release.to_json(), **files})

    # --- derived, may be deleted at will -----------------------------------------------------------------

    def remembered(self, step: str, key: str) -> bytes | None:
        """What was computed under this key, or nothing where it is absent or was damaged."""
        path = self.root / ".cache" / step / key
        try:
            raw = path.read_bytes()
        except OSError:
            return None
        head, content = raw[:32], raw[32:]
        return content if hashlib.sha256(content).digest() == head else None

    def remember(self, step: str, key: str, content: bytes) -> None:
        """Keep a computed result under its key."""
        path = self.root / ".cache" / step / key
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = path.with_name(f".{key}.{threading.get_ident()}.{os.getpid()}.part")
        try:  # not flushed to the disk: what a power cut tears is found by its digest and computed again
            beside.write_bytes(hashlib.sha256(content).digest() + content)
            os.replace(beside, path)
        except BaseException:
            beside.unlink(missing_ok=True)
            raise

    def verify(self) -> list[Fault]:
        """Recompute every digest in the project: what is gone, changed or torn."""
        faults: list[Fault] = []
        for journal in (self.journal, self.register):
            with _gather(faults):
                if journal.torn():
                    faults.append(Fault("journal-torn", journal.path.name, {}))
        with _gather(faults):
            for delivery in self.deliveries():
                with _gather(faults):
                    self.snapshot(delivery.snapshot)
        with _gather(faults):
            for line in self.register.lines():
                with _gather(faults):
                    self.release(line["release"])
        return faults


_held = threading.local()  # the ledgers this thread holds


@contextlib.contextmanager
def _flock(path: Path, waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock of a file; `waiting` is called once where somebody else holds it. It ends with its process."""
    with path.open("a+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)


@contextlib.contextmanager
def _gather(faults: list[Fault]) -> Iterator[None]:
    try:
        yield
    except ProjectError as error:
        faults.extend(fault for fault in error.faults if fault not in faults)


def _event(what: str, by: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"what": what, "by": by, "at": at.isoformat(timespec="seconds"), **more}


def _refused_as(line: Mapping[str, Any], gone: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a line tells that this file was refused before it was taken over."""
    names = {(told["source"], told["period"], Path(str(told["file"])).name) for told in gone}
    return (
        line["what"] == "refused"
        and (line.get("source"), line.get("period"), Path(str(line.get("file", ""))).name) in names
    )


def _period(release: Release) -> str:
    return max((column.period for column in release.columns if column.role == "class"), default="")

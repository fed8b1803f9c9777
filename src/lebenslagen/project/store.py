"""The files of one project: snapshots, declarations, releases, journal and ledger; written whole or not at all.

A write goes to a file beside its place, is flushed to the disk, and takes its name by one rename. Journals grow by whole lines,
each naming the digest of the line before; a line torn by a power cut is set aside when the next one is written and never edited.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import threading
import tomllib
import unicodedata
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, NotAllowed, ProjectError

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Ledger, Release
    from lebenslagen.project.declare import Declaration

__all__ = [
    "Delivery",
    "Journal",
    "Project",
    "declarations_of",
    "digest_of",
    "migrate",
    "put_folder",
    "schema_of",
    "sweep",
    "sync_folder",
    "two_persons",
    "write_atomic",
    "write_folder",
]

FIRST = "0" * 64  # what the first line of a journal names as the line before it


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


def digest_of(*parts: bytes) -> str:
    """SHA-256 over parts, each with its length, so that no two lists of parts collide.

    >>> digest_of(b"a", b"bc") == digest_of(b"ab", b"c")
    False
    """
    total = hashlib.sha256()
    for part in parts:
        total.update(len(part).to_bytes(8, "big") + part)
    return total.hexdigest()


def write_atomic(path: Path, content: bytes) -> None:
    """Write a file whole or not at all; after return it is on the disk under its name.

    Raises OSError where the disk refuses; the old file is then still there.

    >>> import tempfile; f = Path(tempfile.mkdtemp()) / "a"; write_atomic(f, b"x"); f.read_bytes()
    b'x'
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        _write_through(beside, content)
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    sync_folder(path.parent)


def write_folder(place: Path, files: Mapping[str, bytes]) -> None:
    """Put a folder of files in place at once; a folder that stood there before is gone afterwards, never mixed with the new.

    Raises OSError where the disk refuses; the old folder is then still there.

    >>> import tempfile; place = Path(tempfile.mkdtemp()) / "a"
    >>> write_folder(place, {"x": b"1", "y/z": b"2"}); write_folder(place, {"x": b"3"})
    >>> [(path.name, path.read_bytes()) for path in place.parent.rglob("*") if path.is_file()]
    [('x', b'3')]
    """
    beside = place.with_name(f".{place.name}.{os.getpid()}.part")
    shutil.rmtree(beside, ignore_errors=True)
    try:
        for name, content in files.items():
            (beside / name).parent.mkdir(parents=True, exist_ok=True)
            _write_through(beside / name, content)
        for folder in sorted({(beside / name).parent for name in files}):
            sync_folder(folder)
        _into_place(beside, place)
        sync_folder(place.parent)
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def put_folder(beside: Path, place: Path) -> None:
    """Put a finished folder on the same disk in place at once; what stood there before is gone afterwards.

    >>> import tempfile; root = Path(tempfile.mkdtemp()); write_folder(root / "new", {"x": b"1"})
    >>> put_folder(root / "new", root / "a"); [path.name for path in root.iterdir()]
    ['a']
    """
    place.parent.mkdir(parents=True, exist_ok=True)
    _into_place(beside, place)
    shutil.rmtree(beside, ignore_errors=True)
    sync_folder(place.parent)


def _into_place(beside: Path, place: Path) -> None:
    """One rename; where a folder stands already, the two change places at once (Linux), else one after the other."""
    if not place.exists():
        os.replace(beside, place)
    elif not _exchanged(beside, place):
        gone = place.with_name(f".{place.name}.old.{os.getpid()}.part")
        os.replace(place, gone)
        os.replace(beside, place)
        shutil.rmtree(gone, ignore_errors=True)


def _exchanged(one: Path, other: Path) -> bool:
    import ctypes

    here, exchange = -100, 2  # AT_FDCWD, RENAME_EXCHANGE
    call = getattr(ctypes.CDLL(None), "renameat2", None)
    return call is not None and call(here, os.fsencode(one), here, os.fsencode(other), exchange) == 0


def sweep(folder: Path, pattern: str = "**/.*.part") -> None:
    """Remove what killed runs left beside its place; what a running process is writing stays."""
    for path in list(folder.glob(pattern)):
        if not _runs(path.name.split(".")[-2]):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def _runs(process: str) -> bool:
    try:
        os.kill(int(process), 0)
    except (ValueError, ProcessLookupError):
        return False
    except PermissionError:
        pass  # another user's
    return True


def _write_through(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    """Flush the names in a folder to the disk."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


@dataclass(frozen=True)
class Journal:
    """An append-only file of JSON lines, each with the digest of the line before.

    >>> import tempfile; j = Journal(Path(tempfile.mkdtemp()) / "j.jsonl")
    >>> _ = j.append({"a": 1}); _ = j.append({"a": 2}); [line["a"] for line in j.lines()]
    [1, 2]
    """

    path: Path

    def lines(self) -> list[dict[str, Any]]:
        """All whole lines. Raises ProjectError where a line before the last was changed or removed."""
        return self._read()[0]

    def torn(self) -> bytes:
        """What follows the last whole line: nothing, or the remains of a write that a power cut ended."""
        return self._read()[1]

    def append(self, line: Mapping[str, Any]) -> str:
        """Add one line and return its digest; the caller holds the project's lock."""
        lines, rest, end = self._read()
        before = lines[-1]["digest"] if lines else FIRST
        body = {**line, "before": before}
        digest = hashlib.sha256(_canonical(body)).hexdigest()
        if rest:
            write_atomic(self.path.with_suffix(f".torn-{hashlib.sha256(rest).hexdigest()[:8]}"), rest)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("r+b" if self.path.exists() else "w+b") as file:
            file.seek(end)
            file.truncate()
            file.write(_canonical({**body, "digest": digest}) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        sync_folder(self.path.parent)
        return digest

    def empty(self, digests: Collection[str], line: Mapping[str, Any]) -> str:
        """Take the content out of lines for good and add the line that says so; the caller holds the lock.

        An emptied line keeps its place in the chain: the digests before and of it, when it was written, whose it was.
        It is accepted only while a later line names it.

        >>> import tempfile; j = Journal(Path(tempfile.mkdtemp()) / "j.jsonl")
        >>> first = j.append({"what": "a", "secret": 1, "at": "x"}); _ = j.empty({first}, {"what": "purged"})
        >>> [sorted(line) for line in j.lines()][0]
        ['at', 'before', 'digest', 'was', 'what']
        """
        lines = self._read()[0]
        body = {**line, "emptied": sorted(digests), "before": lines[-1]["digest"] if lines else FIRST}
        digest = hashlib.sha256(_canonical(body)).hexdigest()
        kept = [_emptied(told) if told["digest"] in digests else told for told in lines]
        write_atomic(
            self.path, b"".join(_canonical(told) + b"\n" for told in [*kept, {**body, "digest": digest}])
        )
        return digest

    def _read(self) -> tuple[list[dict[str, Any]], bytes, int]:
        """Whole lines, what is left behind them, and where that begins."""
        lines, rest, position = self._whole_lines()
        said = {digest for line in lines for digest in line.get("emptied", ())}
        for number, line in enumerate(lines, 1):
            if line.get("what") == "emptied" and line["digest"] not in said:
                raise ProjectError(Fault("journal-broken", self.path.name, {"line": number}))
        return lines, rest, position

    def _whole_lines(self) -> tuple[list[dict[str, Any]], bytes, int]:
        raw = self.path.read_bytes() if self.path.exists() else b""
        lines: list[dict[str, Any]] = []
        position, before = 0, FIRST
        while position < len(raw):
            end = raw.find(b"\n", position)
            line = _whole(raw[position:end], before) if end >= 0 else None
            if line is None:
                if _has_line(raw[position:]):
                    raise ProjectError(Fault("journal-broken", self.path.name, {"line": len(lines) + 1}))
                return lines, raw[position:], position
            lines.append(line)
            before, position = line["digest"], end + 1
        return lines, b"", position


def _has_line(rest: bytes) -> bool:
    """A readable line with its end in what does not fit: then something was changed or removed. Tearing leaves no such line."""
    return any(_json(part) is not None for part in rest.split(b"\n")[:-1])


def _json(raw: bytes) -> dict[str, Any] | None:
    try:
        value = json.loads(raw)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def _whole(raw: bytes, before: str) -> dict[str, Any] | None:
    line = _json(raw)
    if line is None or line.get("before") != before:
        return None
    if line.get("what") == "emptied":  # its digest is that of the content it had; a later line must name it
        return line if isinstance(line.get("digest"), str) and set(line) <= EMPTIED else None
    body = {key: value for key, value in line.items() if key != "digest"}
    return line if hashlib.sha256(_canonical(body)).hexdigest() == line.get("digest") else None


EMPTIED = frozenset({"what", "was", "at", "source", "period", "before", "digest"})


def _emptied(line: Mapping[str, Any]) -> dict[str, Any]:
    """What stays of a line whose content was purged."""
    kept = {key: line[key] for key in ("at", "source", "period", "before", "digest") if key in line}
    return {"what": "emptied", "was": line.get("was", line["what"]), **kept}


def _canonical(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


@dataclass(frozen=True)
class Delivery:
    """One delivered file that is in force: whose, for which period, under which digest, with which answers."""

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


@dataclass(frozen=True)
class Project:
    """One project directory.

    Raises ProjectError when there is no project at `root`.
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
        with (self.root / ".lock").open("a+b") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                waiting()
                fcntl.flock(file, fcntl.LOCK_EX)
            try:
                sweep(self.root)
                yield
            finally:
                fcntl.flock(file, fcntl.LOCK_UN)

    # --- deliveries --------------------------------------------------------------------------------------

    @property
    def journal(self) -> Journal:
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
        return _delivery({**event, "digest": self.journal.append(event)})

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
        return _delivery(told)

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
                current[key] = _delivery(told) if told is not None and what != "withdrawn" else None
        return tuple(delivery for delivery in current.values() if delivery is not None)

    # --- releases ----------------------------------------------------------------------------------------

    @property
    def register(self) -> Journal:
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
        """Write a release once and enter it in the ledger; the caller holds the lock.

        Raises NotAllowed where author and approver are one person.
        """
        two_persons(by, approved_by)
        self._write_release(release, files)
        entry = _event(
            "published", by, at, release=release.digest, report=report, title=release.title, **more
        )
        self.register.append(
            {**entry, "audience": release.audience, "approved_by": approved_by, "period": _period(release)}
        )

    def withdraw(self, digest: str, *, by: str, at: datetime, why: str) -> None:
        """Take a release back; its line and its files stay, and every later attack still counts it."""
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


@contextlib.contextmanager
def _gather(faults: list[Fault]) -> Iterator[None]:
    try:
        yield
    except ProjectError as error:
        faults.extend(fault for fault in error.faults if fault not in faults)


def _event(what: str, by: str, at: datetime, **more: Any) -> dict[str, Any]:
    return {"what": what, "by": by, "at": at.isoformat(timespec="seconds"), **more}


def _delivery(line: Mapping[str, Any]) -> Delivery:
    return Delivery(
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


def _refused_as(line: Mapping[str, Any], gone: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a line tells that this file was refused before it was taken over."""
    names = {(told["source"], told["period"], Path(str(told["file"])).name) for told in gone}
    return (
        line["what"] == "refused"
        and (line.get("source"), line.get("period"), Path(str(line.get("file", ""))).name) in names
    )


def two_persons(by: str, approved_by: str) -> None:
    """Raise NotAllowed unless author and approver are named and are two persons.

    >>> two_persons("A. Planung", "B. Statistik")
    """
    if not by.strip() or not approved_by.strip() or _same_person(by, approved_by):
        raise NotAllowed(Fault("four-eyes", "release", {"by": by, "approved": approved_by or "–"}))


def _same_person(one: str, other: str) -> bool:
    """Two spellings of one name are one person: capitals, blanks, umlauts, order do not make a second pair of eyes."""
    return _words(one) == _words(other)


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", name).casefold().translate(UMLAUTS)
    return sorted(re.findall(r"\w+", folded))


UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})


def _period(release: Release) -> str:
    return max((column.period for column in release.columns if column.role == "class"), default="")


def schema_of(root: Path) -> int:
    """The schema a project was made with; 0 where it says none, as the first projects did.

    Raises ProjectError where there is no project.
    """
    Project(root)
    return int(tomllib.loads((root / "project.toml").read_text("utf-8")).get("schema", 0))


def migrate(root: Path, at: datetime) -> tuple[str, ...]:
    """Bring an older project to the present schema; the old files stay in ``history``. Returns what was done.

    Raises ProjectError for a project of a newer version.
    """
    from lebenslagen.project.declare import SCHEMA

    found, done = schema_of(root), []
    if found > SCHEMA:
        raise ProjectError(Fault("schema-newer", "project.toml", {"found": found, "known": SCHEMA}))
    for step in range(found, SCHEMA):
        Project(root).keep(by="migrate", at=at, why=f"schema {step}")
        MIGRATIONS[step](root)
        done.append(f"{step} → {step + 1}")
    return tuple(done)


def _name_schema(root: Path) -> None:
    """Schema 0 named none; since 1 a project says which it has."""
    path = root / "project.toml"
    write_atomic(path, b"schema = 1\n" + path.read_bytes())


MIGRATIONS: dict[int, Callable[[Path], None]] = {0: _name_schema}

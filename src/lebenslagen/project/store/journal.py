"""Journals: files of JSON lines that grow by whole lines, each naming the digest of the line before.

A line torn by a power cut is set aside when the next one is written and never edited.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.project.store.disk import sync_folder, write_atomic

__all__ = ["FIRST", "Journal"]

FIRST = "0" * 64  # what the first line of a journal names as the line before it


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

"""The printed report: Typst sets it in a child process, a pass over the tags makes first cells row heads.

Typst 0.15 marks column heads itself; row heads need a feature that its Python wheel does not offer, so the structure
tree is completed here (PDF/UA-1, 7.5: table headers). The bytes depend on nothing but the files handed in.
"""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Self

from lebenslagen.errors import Fault, ProjectError

__all__ = ["Typesetter", "pdf", "row_heads"]

PARTS = ("/THead", "/TBody", "/TFoot")
SPANS = ("/ColSpan", "/RowSpan")
TIME_LIMIT = 600  # seconds; a report of 542 profiles takes about ten


def pdf(files: Mapping[str, bytes], fonts: Path, day: date, main: str = "main.typ") -> bytes:
    """A tagged PDF (PDF/UA-1 and PDF/A-2a) of Typst files (path -> bytes); the same bytes for the same files.

    Raises ProjectError where Typst refuses (a missing text alternative, a skipped heading level, a missing file).
    """
    with Typesetter() as setter:
        setter.begin(files, fonts, day, main)
        return setter.result()


class Typesetter:
    """Typst in a child process that gets ready while the files are still being written.

    A process of its own, because Typst's cache grows without bound and a broken document must not end the caller.
    """

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="lebenslagen-")
        self._source = self._target = Path(self._folder.name)
        self._child = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with self._child:
            self._child.kill()
        self._folder.cleanup()

    def begin(self, files: Mapping[str, bytes], fonts: Path, day: date, main: str = "main.typ") -> None:
        """Start setting Typst files (path -> bytes)."""
        root = Path(self._folder.name)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        self._source, self._target = root / main, root / "bericht.pdf"
        moment = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        with contextlib.suppress(BrokenPipeError):  # a child that died says why in `result`
            assert self._child.stdin is not None
            json.dump([str(self._source), str(self._target), str(fonts), moment], self._child.stdin)
            self._child.stdin.write("\n")
            self._child.stdin.flush()

    def result(self) -> bytes:
        """The PDF, as soon as it is set. Raises ProjectError where Typst refuses."""
        try:
            _, said = self._child.communicate(timeout=TIME_LIMIT)
        except subprocess.TimeoutExpired:
            raise ProjectError(
                Fault("report-not-set", self._source.name, {"reason": f"{TIME_LIMIT} s"})
            ) from None
        if self._child.returncode:
            reason = said.strip().splitlines()[-1] if said.strip() else str(self._child.returncode)
            raise ProjectError(Fault("report-not-set", self._source.name, {"reason": reason}))
        return self._target.read_bytes()


def _main() -> int:
    """In the child: load what is slow to load, then wait for the one document to set."""
    import pikepdf  # noqa: F401
    import typst  # noqa: F401

    line = sys.stdin.readline()
    if not line:
        return 0
    source, target, fonts, moment = json.loads(line)
    return _child(Path(source), Path(target), Path(fonts), moment)


def _child(source: Path, target: Path, fonts: Path, moment: int) -> int:
    import typst

    try:
        typst.compile(
            str(source), output=str(target), root=str(source.parent), format="pdf", pdf_standards=["ua-1", "a-2a"],
            font_paths=[str(fonts)], ignore_system_fonts=True, timestamp=moment,
        )  # fmt: skip
    except typst.TypstError as error:
        hints = " ".join(error.hints)
        sys.stderr.write(f"{error.diagnostic}\n{error.message} {hints}".rstrip() + "\n")
        return 1
    row_heads(target)
    return 0


# --- row heads ---------------------------------------------------------------------------------------------------


def row_heads(path: Path) -> int:
    """Make the first cell of each body row a row head (TH, Scope Row) in the PDF at `path`; how many were made."""
    import pikepdf

    with pikepdf.open(path, allow_overwriting_input=True) as document:
        made = sum(_complete(table) for table in _tables(document.Root.StructTreeRoot))
        document.save(
            path,
            deterministic_id=True,
            fix_metadata_version=False,
            compress_streams=True,
            recompress_flate=False,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
        )
    return made


def _tables(root: Any) -> Iterator[Any]:
    open_nodes = [root]
    while open_nodes:
        node = open_nodes.pop()
        if node.get("/S") == "/Table":
            yield node
        else:
            open_nodes.extend(_children(node))


def _children(node: Any) -> list[Any]:
    import pikepdf

    kids = node.get("/K")
    if kids is None:
        return []
    many = list(kids) if isinstance(kids, pikepdf.Array) else [kids]
    return [kid for kid in many if isinstance(kid, pikepdf.Dictionary)]


def _complete(table: Any) -> int:
    """Rows below the column heads get a row head; what else Typst called a head in a group row is data again.

    Every head then carries its scope, so the lists of heads by cell, which know nothing of row heads, are dropped.
    """
    made = 0
    rows = [row for part in _children(table) for row in _rows(part)]
    for row in rows[1:]:
        head, *cells = _children(row)
        _dress(head, "/TH", "/Row")
        for cell in cells:
            _dress(cell, "/TD", "")
        made += 1
    return made


def _rows(part: Any) -> list[Any]:
    """The rows of a table's part; Typst leaves the part out where a table has just one."""
    return _children(part) if part.S in PARTS else [part] if part.S == "/TR" else []


def _dress(cell: Any, role: str, scope: str) -> None:
    """Give a cell its role and scope; how far it spans stays, the lists of heads go."""
    import pikepdf

    cell.S = pikepdf.Name(role)
    entries = list(cell.get("/A", []))
    kept = [entry for entry in entries if entry.get("/O") != "/Table"]
    own = {
        key: entry[key] for entry in entries if entry.get("/O") == "/Table" for key in SPANS if key in entry
    }
    if scope:
        own["/Scope"] = pikepdf.Name(scope)
    if own:
        kept.append(pikepdf.Dictionary({"/O": pikepdf.Name("/Table"), **own}))
    cell.A = pikepdf.Array(kept)


if __name__ == "__main__":
    sys.exit(_main())

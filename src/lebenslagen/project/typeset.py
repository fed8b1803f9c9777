"""The printed report: Typst sets it in a child process, a pass over the tags makes first cells row heads.

Typst 0.15 marks column heads itself; row heads need a feature that its Python wheel does not offer, so the structure
tree is completed here (PDF/UA-1, 7.5: table headers). The bytes depend on nothing but the files handed in.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lebenslagen.errors import Fault, ProjectError

__all__ = ["pdf", "row_heads"]

PARTS = ("/THead", "/TBody", "/TFoot")
SPANS = ("/ColSpan", "/RowSpan")
TIME_LIMIT = 600  # seconds; a report of 542 profiles takes about ten


def pdf(files: Mapping[str, bytes], fonts: Path, day: date, main: str = "main.typ") -> bytes:
    """A tagged PDF (PDF/UA-1 and PDF/A-2a) of Typst files (path -> bytes); the same bytes for the same files.

    Raises ProjectError where Typst refuses (a missing text alternative, a skipped heading level, a missing file).
    """
    with TemporaryDirectory(prefix="lebenslagen-") as folder:
        root = Path(folder)
        for name, content in files.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        target = root / "bericht.pdf"
        moment = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
        _run_child(root / main, target, fonts, moment)
        return target.read_bytes()


def _run_child(source: Path, target: Path, fonts: Path, moment: int) -> None:
    """Typst's cache grows without bound and a broken document must not end the caller: hence a process of its own."""
    call = [sys.executable, "-m", __name__, str(source), str(target), str(fonts), str(moment)]
    try:
        result = subprocess.run(call, capture_output=True, text=True, timeout=TIME_LIMIT, check=False)
    except subprocess.TimeoutExpired:
        raise ProjectError(Fault("report-not-set", source.name, {"reason": f"{TIME_LIMIT} s"})) from None
    if result.returncode:
        reason = result.stderr.strip().splitlines()[-1] if result.stderr.strip() else str(result.returncode)
        raise ProjectError(Fault("report-not-set", source.name, {"reason": reason}))


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
    sys.exit(_child(Path(sys.argv[1]), Path(sys.argv[2]), Path(sys.argv[3]), int(sys.argv[4])))

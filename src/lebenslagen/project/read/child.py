"""The process that opens a stranger's table: `python -I -m lebenslagen.project.read.child FILENAME < file > grid`.

It imports the one reader that the ending asks for, shuts itself in, reads the bytes from its input, answers with a
packed grid and ends. It knows no pandas: starting it costs a twentieth of a second.
"""

from __future__ import annotations

import codecs
import gc
import os
import sys
from collections.abc import Callable
from importlib import import_module

from lebenslagen.project.read.content import EIGHT_BIT, ENCRYPTED, LIMIT_BYTES, Refused, content_kind
from lebenslagen.project.read.grid import Grid, pack
from lebenslagen.project.read.sandbox import confine

__all__ = ["main", "open_table"]

# Ending -> what its content must be, and who reads it: module and function.
READERS = {
    ".xlsx": ("zip", "workbook", "read_xlsx"),
    ".xls": ("ole", "workbook", "read_xls"),
    ".ods": ("zip", "opendocument", "read_ods"),
    ".csv": ("text", "text", "read_text"),
    ".txt": ("text", "text", "read_text"),
    ".tsv": ("text", "text", "read_text"),
}


def _ending(filename: str) -> str:
    return "." + filename.rpartition(".")[2].lower()


def _reader(ending: str) -> Callable[[bytes, str], Grid]:
    _, module, function = READERS[ending]
    found: Callable[[bytes, str], Grid] = getattr(
        import_module(f"lebenslagen.project.read.{module}"), function
    )
    return found


def _refuse_content(kind: str, ending: str, data: bytes, filename: str) -> None:
    if kind == "ole" and ENCRYPTED in data:
        raise Refused("file-encrypted", filename)
    if kind == "html":
        raise Refused("content-html", filename)
    raise Refused("content-differs", filename, kind=kind, ending=ending)


def open_table(data: bytes, filename: str) -> Grid:
    """The grid of a table file, or a grid without sheets whose one note says why it was refused.

    >>> open_table(b"", "a.csv").notes[0].code
    'file-empty'
    """
    try:
        return _open(data, filename)
    except Refused as refused:
        return Grid("refused", notes=(refused.note,))
    except MemoryError:
        return Grid("refused", notes=(Refused("reading-too-big", filename).note,))


def _open(data: bytes, filename: str) -> Grid:
    if not data:
        raise Refused("file-empty", filename)
    if len(data) > LIMIT_BYTES:
        raise Refused("file-too-big", filename, limit=LIMIT_BYTES // 1024**2)
    ending = _ending(filename)
    if ending in (".xlsm", ".xltm", ".xlam", ".xlsb"):
        raise Refused("workbook-macros", filename)
    if ending not in READERS:
        raise Refused("ending-unknown", filename, ending=ending, known=", ".join(READERS))
    wanted = READERS[ending][0]
    kind = content_kind(data)
    if kind == "zip" and data[:4] != b"PK\x03\x04":
        raise Refused("archive-broken", filename, reason="no entries")
    if kind != wanted and not (wanted == "text" and kind == "json"):
        _refuse_content(kind, ending, data, filename)
    return _reader(ending)(data, filename)


def main() -> None:
    """Read standard input, answer on standard output.

    >>> main.__name__
    'main'
    """
    for name in (*EIGHT_BIT, "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"):
        codecs.lookup(name)  # found on disk now, because later no file can be opened
    import encodings.cp437  # noqa: F401  # names inside old ZIP directories

    if _ending(sys.argv[1]) in READERS:
        _reader(_ending(sys.argv[1]))  # imported now, for the same reason
    gc.disable()  # a short life with many cells
    walls = confine()
    grid = open_table(sys.stdin.buffer.read(), sys.argv[1])
    grid = Grid(grid.kind, grid.sheets, grid.notes, grid.encoding, grid.delimiter, walls, grid.samples)
    sys.stdout.buffer.write(pack(grid))
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()
    os._exit(0)  # to give back a million cells one by one would take longer than to pack them

"""The first wall: what a file is by its bytes, and what its ZIP directory promises, before any library sees it.

Nothing is unpacked to disk. A container is refused when two readers could disagree about it (a name twice, overlapping
members), when it points out of itself (../, absolute, links), or when it would unfold beyond its limits.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Mapping
from itertools import pairwise

from lebenslagen.project.read.grid import Note

__all__ = ["LIMIT_BYTES", "Refused", "content_kind", "members", "refuse_markup", "stored"]

LIMIT_BYTES = 20 * 1024**2
LIMIT_UNPACKED = 64 * 1024**2  # an honest sheet of 50,000 x 20 long decimals unfolds to 50 MB
LIMIT_ENTRIES = 200
LIMIT_RATIO = 100
RATIO_FROM = 1024**2
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# First bytes -> kind. What is not here and not text is "binary".
MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (OLE, "ole"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"\x7fELF", "program"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"fgb\x03", "flatgeobuf"),
    (b"\x00\x00\x27\x0a", "shp"),
)


class Refused(Exception):
    """The file goes no further; carries the note that says why.

    >>> Refused("file-empty", "a.csv").note.code
    'file-empty'
    """

    def __init__(self, code: str, where: str, **values: object) -> None:
        super().__init__(code)
        self.note = Note(code, where, values)


def content_kind(data: bytes) -> str:
    """What the bytes are, whatever the name says: zip, ole, sqlite, html, xml, json, text, …

    >>> content_kind(b"PK\\x03\\x04..."), content_kind(b"<html><body>"), content_kind(b"a;b\\n1;2\\n")
    ('zip', 'html', 'text')
    """
    for magic, kind in MAGIC:
        if data.startswith(magic):
            return kind
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")) or b"<html" in start:
        return "html"
    if start.startswith((b"<?xml", b"<!doctype", b"<!--")) or re.match(rb"<[a-z][\w.:-]*[\s/>]", start):
        return "xml"
    if re.match(rb"[{\[]\s*[\"{\[\]}]", start):
        return "json"
    return "text"


def _entry_fault(info: zipfile.ZipInfo) -> str:
    name = info.filename
    if info.flag_bits & 1:
        return "archive-encrypted"
    if (info.external_attr >> 16) & 0o170000 == 0o120000:
        return "archive-link"
    if ".." in name.replace("\\", "/").split("/") or name.startswith(("/", "\\")) or ":" in name:
        return "archive-path"
    if info.file_size > RATIO_FROM and info.file_size > LIMIT_RATIO * max(info.compress_size, 1):
        return "archive-bomb"
    if name.lower().endswith((".zip", ".7z", ".rar", ".gz", ".tgz", ".kmz")):
        return "archive-nested"
    return ""


def _overlapping(entries: list[zipfile.ZipInfo]) -> bool:
    spans = sorted(
        (i.header_offset, i.header_offset + 30 + len(i.filename) + i.compress_size) for i in entries
    )
    return any(end > start for (_, end), (start, _) in pairwise(spans))


def _directory(data: bytes, where: str) -> tuple[zipfile.ZipFile, list[zipfile.ZipInfo]]:
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except (zipfile.BadZipFile, ValueError, OSError, NotImplementedError, UnicodeDecodeError) as error:
        raise Refused("archive-broken", where, reason=str(error)) from error
    entries = archive.infolist()
    if len(entries) > LIMIT_ENTRIES:
        raise Refused("archive-too-many", where, n=len(entries), limit=LIMIT_ENTRIES)
    if sum(i.file_size for i in entries) > LIMIT_UNPACKED:
        raise Refused("archive-bomb", where, name=where, limit=LIMIT_UNPACKED // 1024**2)
    names = [i.filename.replace("\\", "/").casefold() for i in entries]
    double = next((n for n in names if names.count(n) > 1), None)
    if double is not None:
        raise Refused("archive-name-twice", where, name=double)
    if _overlapping(entries):
        raise Refused("archive-overlap", where)
    return archive, entries


def members(data: bytes, where: str) -> dict[str, bytes]:
    """All members of a ZIP by name, unpacked in memory, when nothing speaks against it.

    Raises Refused: broken, encrypted, too many, too large, paths, links, a name twice, overlap, archive in archive.

    >>> buffer = io.BytesIO()
    >>> with zipfile.ZipFile(buffer, "w") as z: z.writestr("a.txt", "x")
    >>> members(buffer.getvalue(), "a.zip")
    {'a.txt': b'x'}
    """
    archive, entries = _directory(data, where)
    for info in entries:
        code = _entry_fault(info)
        if code:
            raise Refused(code, where, name=info.filename[:80], limit=LIMIT_UNPACKED // 1024**2)
    try:
        return {i.filename: archive.read(i) for i in entries if not i.is_dir()}
    except (
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        ValueError,
        OSError,
        NotImplementedError,
        RuntimeError,
    ) as error:
        raise Refused("archive-broken", where, reason=str(error)[:120]) from error


def stored(parts: Mapping[str, bytes]) -> bytes:
    """A ZIP of members, uncompressed: the next reader finds what was looked at, and unpacks nothing a second time.

    >>> members(stored({"a.txt": b"x"}), "a.zip")
    {'a.txt': b'x'}
    """
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    return buffer.getvalue()


def refuse_markup(name: str, xml: bytes, where: str) -> None:
    """Refuse XML that brings its own entities, or hides them in another encoding.

    Raises Refused.

    >>> refuse_markup("a.xml", b"<a/>", "a.xlsx")
    >>> refuse_markup("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "a.xlsx")
    Traceback (most recent call last):
    lebenslagen.project.read.archive.Refused: xml-entities
    """
    if b"!" in xml and (b"<!DOCTYPE" in xml or b"<!ENTITY" in xml):  # one letter is found ten times as fast
        raise Refused("xml-entities", where, name=name)
    head = xml[:200].lower()
    declared = re.search(rb"encoding\s*=\s*[\"']([\w.-]+)", head)
    if b"\x00" in head or (declared and declared.group(1) not in (b"utf-8", b"us-ascii")):
        raise Refused("xml-encoding", where, name=name)

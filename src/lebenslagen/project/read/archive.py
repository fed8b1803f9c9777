"""The first wall: what a container's ZIP directory promises, before any library sees it.

Nothing is unpacked to disk. A container is refused when two readers could disagree about it (a name twice, overlapping
members), when it points out of itself (../, absolute, links), or when it would unfold beyond its limits.
"""

from __future__ import annotations

import io
import zipfile
import zlib
from collections.abc import Mapping
from itertools import pairwise

from lebenslagen.project.read.content import Refused

__all__ = ["members", "stored"]

LIMIT_UNPACKED = 64 * 1024**2  # an honest sheet of 50,000 x 20 long decimals unfolds to 50 MB
LIMIT_ENTRIES = 200
LIMIT_RATIO = 100
RATIO_FROM = 1024**2


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

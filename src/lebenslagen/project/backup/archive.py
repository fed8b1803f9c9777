"""The file of a backup: a ZIP whose manifest names every file with its size and its SHA-256 digest.

The manifest is written last: a backup that was cut off has none.
"""

from __future__ import annotations

import hashlib
import json
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from lebenslagen.errors import Fault, ProjectError

__all__ = ["FORMAT", "MANIFEST", "Entry", "Manifest", "check", "pack", "read_manifest", "unpack"]

FORMAT = 1
MANIFEST = "manifest.json"
BLOCK = 1024 * 1024
LONGEST = 64 * BLOCK  # bytes of a manifest
Entry = tuple[int, str]  # size in bytes, SHA-256 as hex


@dataclass(frozen=True)
class Manifest:
    """What a backup holds: of which town, when, by which version; its database, its files, what had been purged by then.

    >>> Manifest.told(json.loads(Manifest("Musterstadt", "2025-02-03T10:00:00", "1.0", 1, "none").written())).town
    'Musterstadt'
    """

    town: str
    at: str
    version: str
    schema: int
    database: str  # "none", "sqlite" or "rows"
    purged: tuple[Mapping[str, Any], ...] = ()  # the journal's lines about purgings, which tell no content
    files: Mapping[str, Entry] = field(default_factory=dict)
    format: int = FORMAT

    def written(self) -> bytes:
        """The manifest as bytes."""
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True, indent=1).encode()

    @classmethod
    def told(cls, told: Mapping[str, Any]) -> Manifest:
        """The manifest from its JSON. Raises KeyError, TypeError, ValueError where it is none."""
        files = {
            str(name): (int(entry[0]), str(entry[1])) for name, entry in dict(told.get("files", {})).items()
        }
        return cls(**{**told, "files": files, "purged": tuple(dict(line) for line in told["purged"])})


def pack(target: Path, files: Iterable[tuple[str, Path]], manifest: Manifest) -> str:
    """Write a backup; returns the digest of its manifest. Raises OSError, FileNotFoundError where a file is gone."""
    from dataclasses import replace

    entries: dict[str, Entry] = {}
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, path in files:
            with path.open("rb") as source, archive.open(_info(name), "w", force_zip64=True) as place:
                entries[name] = _copy(_blocks(source), place.write)
        raw = replace(manifest, files=entries).written()
        archive.writestr(_info(MANIFEST), raw)
    return hashlib.sha256(raw).hexdigest()


def _info(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)  # of no time, so that equal projects make equal backups
    info.compress_type, info.external_attr = zipfile.ZIP_DEFLATED, 0o100600 << 16
    return info


def _blocks(source: Any) -> Iterator[bytes]:
    while block := source.read(BLOCK):
        yield block


def _copy(blocks: Iterator[bytes], write: Any, most: int | None = None) -> Entry:
    """Copy, count and digest; no more than `most` bytes are taken."""
    total, size = hashlib.sha256(), 0
    for block in blocks:
        size += len(block)
        if most is not None and size > most:
            break
        total.update(block)
        write(block)
    return size, total.hexdigest()


def read_manifest(file: Path) -> Manifest:
    """What a backup says about itself. Raises ProjectError where it is none, is cut off, or of a newer version."""
    with _opened(file) as archive:
        return _manifest(archive, file)


def _opened(file: Path) -> zipfile.ZipFile:
    try:
        return zipfile.ZipFile(file)
    except FileNotFoundError:
        raise ProjectError(Fault("file-missing", str(file), {"file": file.name})) from None
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as error:
        raise _unreadable(file, type(error).__name__) from None


def _unreadable(file: Path, reason: str) -> ProjectError:
    return ProjectError(Fault("backup-unreadable", str(file), {"file": file.name, "reason": reason}))


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    names = archive.namelist()
    if names.count(MANIFEST) != 1 or archive.getinfo(MANIFEST).file_size > LONGEST:
        raise _unreadable(file, MANIFEST)
    try:
        told = json.loads(archive.read(MANIFEST))
        if isinstance(told, dict) and int(told.get("format", 0)) > FORMAT:
            made = str(told.get("version", "?"))
            raise ProjectError(Fault("backup-newer", str(file), {"file": file.name, "made": made}))
        found = Manifest.told(told)
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, zlib.error, zipfile.BadZipFile):
        raise _unreadable(file, MANIFEST) from None
    if sorted(names) != sorted([MANIFEST, *found.files]) or not all(map(_inside, found.files)):
        raise _unreadable(file, MANIFEST)
    return found


def _inside(name: str) -> bool:
    """A path within a folder, in one spelling."""
    path = PurePosixPath(name)
    return (
        str(path) == name
        and not path.is_absolute()
        and ".." not in path.parts
        and "\\" not in name
        and "\0" not in name
    )


def check(file: Path) -> Manifest:
    """Recompute every digest of a backup. Raises ProjectError naming all files that are not as the manifest says."""
    with _opened(file) as archive:
        found = _manifest(archive, file)
        wrong = [name for name, entry in found.files.items() if _read(archive, name, entry) != entry]
    if wrong:
        raise ProjectError(
            [Fault("backup-changed", str(file), {"file": file.name, "name": n}) for n in wrong]
        )
    return found


def _read(archive: zipfile.ZipFile, name: str, entry: Entry, write: Any = lambda block: None) -> Entry | None:
    try:
        with archive.open(name) as source:
            return _copy(_blocks(source), write, entry[0])
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError):
        return None


def unpack(file: Path, manifest: Manifest, folder: Path) -> None:
    """Write the files of a checked backup into a folder. Raises ProjectError where one changed since the check."""
    import os

    with _opened(file) as archive:
        for name, entry in manifest.files.items():
            place = folder / name
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb") as target:
                if _read(archive, name, entry, target.write) != entry:
                    raise ProjectError(Fault("backup-changed", str(file), {"file": file.name, "name": name}))
                target.flush()
                os.fsync(target.fileno())

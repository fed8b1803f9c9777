"""Files on the disk, whole or not at all: written beside their place, flushed, and named by one rename."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

__all__ = ["digest_of", "put_folder", "sweep", "sync_folder", "write_atomic", "write_folder"]


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
    """Remove what killed runs left beside its place; what a running process is writing stays.

    >>> import tempfile; root = Path(tempfile.mkdtemp()); _ = (root / ".a.toml.0000x.part").write_bytes(b"half")
    >>> sweep(root); list(root.iterdir())
    []
    """
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
    """Flush the names in a folder to the disk. Raises OSError where there is no such folder.

    >>> import tempfile; sync_folder(Path(tempfile.mkdtemp()))
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

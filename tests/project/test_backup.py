"""Backup and restore of a project's files: whole, checked before anything is written, and nothing purged comes back."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import random
import sqlite3
import subprocess
import sys
import threading
import time
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from lebenslagen.errors import LebenslagenError
from lebenslagen.project import backup as backing
from lebenslagen.project.backup import archive, making
from lebenslagen.project.store import Project
from tests.project.conftest import Run

AT = datetime(2025, 2, 3, 10, 0, tzinfo=UTC)


def made(project: Project, file: Path, **more: Any) -> Path:
    backing.backup(project, file, backing.database_of(project.root), at=AT, version="1.0", **more)
    return file


def content(root: Path) -> dict[str, bytes]:
    """Every file but what is computed again and locks."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and ".cache" not in path.parts and not path.name.startswith(".lock")
    }


def codes(error: pytest.ExceptionInfo[LebenslagenError]) -> set[str]:
    return {fault.code for fault in error.value.faults}


def test_there_and_back(town: Project, tmp_path: Path, run: Run) -> None:
    before = content(town.root)
    answer = run("backup", town.root, tmp_path / "a.zip")
    assert answer.returncode == 0, answer.stdout
    raw = zipfile.ZipFile(tmp_path / "a.zip").read("manifest.json")
    assert hashlib.sha256(raw).hexdigest() in answer.stdout
    (tmp_path / "neu").mkdir()  # an empty folder will do
    answer = run("restore", tmp_path / "a.zip", tmp_path / "neu")
    assert answer.returncode == 0, answer.stdout
    assert content(tmp_path / "neu") == before == content(town.root)
    assert Project(tmp_path / "neu").verify() == []
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []
    assert (tmp_path / "a.zip").stat().st_mode & 0o077 == 0


def test_the_manifest_names_every_file(town: Project, tmp_path: Path) -> None:
    file = made(town, tmp_path / "a.zip")
    told = json.loads(zipfile.ZipFile(file).read("manifest.json"))
    found = {n: [len(raw), hashlib.sha256(raw).hexdigest()] for n, raw in content(town.root).items()}
    assert told["files"] == found and told["town"] == "Sechsdorf" and told["database"] == "none"


def test_equal_projects_make_equal_backups(town: Project, tmp_path: Path) -> None:
    one, other = (made(town, tmp_path / name).read_bytes() for name in ("a.zip", "b.zip"))
    assert one == other


# --- refused ----------------------------------------------------------------------------------------------------


def test_nothing_is_written_over(town: Project, tmp_path: Path) -> None:
    file = made(town, tmp_path / "a.zip")
    before = file.read_bytes()
    with pytest.raises(LebenslagenError) as error:
        made(town, file)
    assert codes(error) == {"backup-exists"} and file.read_bytes() == before
    with pytest.raises(LebenslagenError) as error:
        backing.restore(file, town.root)
    assert codes(error) == {"folder-not-empty"}
    with pytest.raises(LebenslagenError) as error:
        made(town, town.root / "ausgabe.zip")
    assert codes(error) == {"backup-inside"}


@pytest.mark.parametrize("cut", [0, 1, 30, 0.5, 0.99, -1])
def test_a_truncated_backup(cut: float, town: Project, tmp_path: Path) -> None:
    file = made(town, tmp_path / "a.zip")
    raw = file.read_bytes()
    file.write_bytes(raw[: int(cut * len(raw)) if isinstance(cut, float) else cut])
    with pytest.raises(LebenslagenError) as error:
        backing.restore(file, tmp_path / "neu")
    assert codes(error) == {"backup-unreadable"}
    assert not (tmp_path / "neu").exists()


def test_one_flipped_bit_anywhere(town: Project, tmp_path: Path) -> None:
    """Wherever it is: the backup is refused, or what it restores is byte for byte what was backed up."""
    file, draw = made(town, tmp_path / "a.zip"), random.Random(7)
    raw, whole = file.read_bytes(), content(town.root)
    refused = 0
    for _ in range(60):
        bit = draw.randrange(8 * len(raw))
        broken = bytearray(raw)
        broken[bit // 8] ^= 1 << bit % 8
        (tmp_path / "b.zip").write_bytes(broken)
        try:
            backing.restore(tmp_path / "b.zip", tmp_path / "neu")
        except LebenslagenError as error:
            assert {fault.code for fault in error.faults} <= {"backup-changed", "backup-unreadable"}
            assert not (tmp_path / "neu").exists()
            refused += 1
        else:
            assert content(tmp_path / "neu") == whole
            (tmp_path / "neu").rename(tmp_path / f"gut-{bit}")
    assert refused > 40


def rewritten(file: Path, change: Any) -> None:
    """The same backup with another manifest or other files."""
    with zipfile.ZipFile(file) as old:
        files = {name: old.read(name) for name in old.namelist()}
    change(files)
    with zipfile.ZipFile(file, "w") as new:
        for name, raw in files.items():
            new.writestr(name, raw)


def told(change: Any) -> Any:
    def run(files: dict[str, bytes]) -> None:
        manifest = json.loads(files["manifest.json"])
        change(manifest, files)
        files["manifest.json"] = json.dumps(manifest).encode()

    return run


def outside(manifest: Any, files: Any) -> None:
    for name in ("../weg", "/weg", "a\\..\\weg", "a/./weg"):
        files[name] = b"x"
        manifest["files"][name] = [1, hashlib.sha256(b"x").hexdigest()]


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (told(lambda m, f: m.update(format=99, version="9.9")), "backup-newer"),
        (told(lambda m, f: f.update({"dazu": b"x"})), "backup-unreadable"),
        (told(lambda m, f: f.pop("history.jsonl")), "backup-unreadable"),
        (told(lambda m, f: f.update({"project.toml": b"x"})), "backup-changed"),
        (told(outside), "backup-unreadable"),
        (told(lambda m, f: m.update(files=[1, 2])), "backup-unreadable"),
        (lambda f: f.pop("manifest.json"), "backup-unreadable"),
        (lambda f: f.update({"manifest.json": b"[]"}), "backup-unreadable"),
    ],
)
def test_a_backup_that_somebody_made_up(change: Any, code: str, town: Project, tmp_path: Path) -> None:
    file = made(town, tmp_path / "a.zip")
    rewritten(file, change)
    with pytest.raises(LebenslagenError) as error:
        backing.restore(file, tmp_path / "neu")
    assert codes(error) == {code}
    assert not (tmp_path / "neu").exists() and not (tmp_path.parent / "weg").exists()


def test_a_bomb_is_not_unpacked(town: Project, tmp_path: Path) -> None:
    """A file that is larger than its manifest says is read no further than that."""
    file = made(town, tmp_path / "a.zip")
    rewritten(file, lambda files: files.update({"project.toml": b"\0" * 50_000_000}))
    begin = time.monotonic()
    with pytest.raises(LebenslagenError) as error:
        backing.check(file)
    assert codes(error) == {"backup-changed"} and time.monotonic() - begin < 5


def test_too_little_room(town: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import shutil

    file = made(town, tmp_path / "a.zip")
    monkeypatch.setattr(shutil, "disk_usage", lambda place: shutil._ntuple_diskusage(10, 9, 1))  # type: ignore[attr-defined]
    with pytest.raises(LebenslagenError) as error:
        backing.restore(file, tmp_path / "neu")
    assert codes(error) == {"backup-no-room"} and not (tmp_path / "neu").exists()


def test_the_disk_is_full(town: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """While a backup is written: the old one stays, no half one is left, and nobody says that it was made."""
    old = made(town, tmp_path / "alt.zip").read_bytes()

    def full(*args: Any) -> Any:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(archive, "_copy", full)
    with pytest.raises(OSError, match="No space left"):
        made(town, tmp_path / "neu.zip")
    assert {p.name for p in tmp_path.iterdir() if p.is_file()} == {"alt.zip"}
    assert (tmp_path / "alt.zip").read_bytes() == old


def test_links_do_not_lead_out(town: Project, tmp_path: Path) -> None:
    (town.root / "reports" / "fremd.md").symlink_to("/etc/hostname")
    with pytest.raises(LebenslagenError) as error:
        made(town, tmp_path / "a.zip")
    assert codes(error) == {"link-in-project"}


# --- while it runs ----------------------------------------------------------------------------------------------


def test_while_deliveries_come_in(town: Project, tmp_path: Path) -> None:
    """Every backup made meanwhile is whole: each line of the journal has its file, whatever comes next."""
    end, count = threading.Event(), [0]

    def deliver() -> None:
        while not end.is_set():
            count[0] += 1
            with town.locked():
                raw = f"{count[0]}".encode() * 1000
                town.deliver(raw, source="register", period="2024", file=f"{count[0]}.csv", by="A", at=AT)

    writer = threading.Thread(target=deliver)
    writer.start()
    try:
        for number in range(3):
            file = made(town, tmp_path / f"{number}.zip")
            backing.restore(file, tmp_path / f"neu-{number}")
            assert Project(tmp_path / f"neu-{number}").verify() == []
    finally:
        end.set()
        writer.join()
    assert count[0] > 3


def test_it_waits_for_who_works_and_says_so(town: Project, tmp_path: Path) -> None:
    said: list[str] = []
    with town.locked():
        other = threading.Thread(
            target=made, args=(town, tmp_path / "a.zip"), kwargs={"waiting": lambda: said.append("wartet")}
        )
        other.start()
        time.sleep(1.2)
        assert said == ["wartet"] and not (tmp_path / "a.zip").exists()
    other.join()
    assert backing.check(tmp_path / "a.zip").town == "Sechsdorf"


def test_a_file_that_vanishes_meanwhile(
    town: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = making._still_life

    def then_purged(*args: Any) -> Any:
        result = real(*args)
        next((town.root / "snapshots").iterdir()).unlink()
        return result

    monkeypatch.setattr(making, "_still_life", then_purged)
    with pytest.raises(LebenslagenError) as error:
        made(town, tmp_path / "a.zip")
    assert codes(error) == {"backup-meanwhile"} and not (tmp_path / "a.zip").exists()


def test_killed_while_it_writes(town: Project, tmp_path: Path) -> None:
    """kill -9 at random: either a whole backup under its name, or none."""
    draw = random.Random(3)
    for number in range(6):
        target = tmp_path / f"{number}.zip"
        command = [sys.executable, "-m", "lebenslagen", "backup", str(town.root), str(target)]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        time.sleep(draw.uniform(0.1, 0.9))
        process.kill()
        process.wait()
        if target.exists():
            backing.check(target)
    made(town, tmp_path / "danach.zip")  # what was left does not stand in the way


# --- the database -----------------------------------------------------------------------------------------------


def with_database(town: Project) -> sqlite3.Connection:
    connection = sqlite3.connect(town.root / "lebenslagen.sqlite3", isolation_level=None)
    connection.execute("create table t (n integer, filler text)")
    return connection


def test_a_database_in_use(town: Project, tmp_path: Path) -> None:
    """What is committed is in it, what is not is not; a plain copy of the file would be torn."""
    connection = with_database(town)
    connection.executemany("insert into t values (?, ?)", [(n, "x" * 500) for n in range(500)])
    file = made(town, tmp_path / "a.zip")
    (tmp_path / "copy.sqlite3").write_bytes(zipfile.ZipFile(file).read("lebenslagen.sqlite3"))
    copy = sqlite3.connect(tmp_path / "copy.sqlite3")
    assert copy.execute("select count(*) from t").fetchone() == (500,)
    assert archive.read_manifest(file).database == "sqlite"


def test_a_writer_is_waited_for(town: Project, tmp_path: Path) -> None:
    connection = with_database(town)
    connection.execute("begin immediate")
    connection.execute("insert into t values (1, '')")
    other = threading.Thread(target=made, args=(town, tmp_path / "a.zip"))
    other.start()
    time.sleep(0.5)
    assert not (tmp_path / "a.zip").exists()
    connection.execute("commit")
    other.join()
    (tmp_path / "copy.sqlite3").write_bytes(zipfile.ZipFile(tmp_path / "a.zip").read("lebenslagen.sqlite3"))
    assert sqlite3.connect(tmp_path / "copy.sqlite3").execute("select n from t").fetchall() == [(1,)]


def test_a_damaged_database(town: Project, tmp_path: Path) -> None:
    connection = with_database(town)
    connection.executemany("insert into t values (?, ?)", [(n, "x" * 500) for n in range(500)])
    connection.close()
    path = town.root / "lebenslagen.sqlite3"
    raw = bytearray(path.read_bytes())
    raw[9000:60000] = os.urandom(51000)
    path.write_bytes(raw)
    with pytest.raises(LebenslagenError) as error:
        made(town, tmp_path / "a.zip")
    assert codes(error) == {"database-damaged"} and not (tmp_path / "a.zip").exists()


# --- purged since -----------------------------------------------------------------------------------------------


def purge(project: Project) -> str:
    delivery = next(d for d in project.deliveries() if not d.source.startswith("areas"))
    with project.locked():
        project.purge_delivery(delivery.snapshot, by="A. Planung", confirmed_by="B. Statistik", at=AT)
    return delivery.snapshot


@pytest.mark.parametrize("told_by", ["newer backup", "project", "nobody"])
def test_what_was_purged_since_does_not_come_back(
    told_by: str, town: Project, tmp_path: Path, run: Run
) -> None:
    (tmp_path / "s").mkdir()
    file = made(town, tmp_path / "s" / "alt.zip")
    snapshot = purge(town)
    if told_by == "newer backup":
        made(town, tmp_path / "s" / "neu.zip")
        (tmp_path / "s" / "liste.txt").write_text("nicht von hier")
    more = ["--purged-in", town.root] if told_by == "project" else []
    answer = run("restore", file, tmp_path / "neu", *more)
    assert answer.returncode == 0, answer.stdout
    there = Project(tmp_path / "neu")
    assert there.verify() == []
    held = [raw for name, raw in content(there.root).items() if hashlib.sha256(raw).hexdigest() == snapshot]
    if told_by == "nobody":  # nothing tells of it: that is said, and the file is there
        assert len(held) == 1 and "von Hand" in answer.stdout
        return
    assert held == [] and not (there.root / "snapshots" / snapshot).exists()
    assert "Erneut bereinigt" in answer.stdout
    line = there.journal.lines()[-1]
    assert (line["what"], line["by"], line["confirmed_by"]) == ("purged", "A. Planung", "B. Statistik")


def test_a_named_place_must_be_readable(town: Project, tmp_path: Path, run: Run) -> None:
    file = made(town, tmp_path / "a.zip")
    answer = run("restore", file, tmp_path / "neu", "--purged-in", tmp_path / "b.zip")
    assert answer.returncode == 14 and "file-missing" in answer.stdout
    assert not (tmp_path / "neu").exists()

"""Files written whole or not at all, snapshots by digest, the lock, the cache."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from lebenslagen.errors import NotAllowed, ProjectError
from lebenslagen.project import build
from lebenslagen.project.store import Project, two_persons, write_atomic
from tests.project import sixareas


def files(root: Path) -> dict[str, bytes]:
    """Everything below a folder but cache and lock."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".cache" not in path.parts and path.name != ".lock"
    }


# --- atomic writes -------------------------------------------------------------------------------------------


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    really_sync, really_replace = os.fsync, os.replace

    def sync(handle: int) -> None:
        kind = "folder" if Path(f"/proc/self/fd/{handle}").is_dir() else "file"
        steps.append(f"sync {kind}")
        really_sync(handle)

    def replace(source: Path, target: Path) -> None:
        steps.append(f"rename to {Path(target).name}")
        really_replace(source, target)

    monkeypatch.setattr(os, "fsync", sync)
    monkeypatch.setattr(os, "replace", replace)
    write_atomic(tmp_path / "a.txt", b"new")
    assert steps == ["sync file", "rename to a.txt", "sync folder"]


@pytest.mark.parametrize("step", ["write", "fsync", "replace"])
def test_a_refused_write_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    target = tmp_path / "a.txt"
    write_atomic(target, b"old")

    def refuse(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(target))

    if step == "write":
        monkeypatch.setattr("lebenslagen.project.store.disk._write_through", refuse)
    else:
        monkeypatch.setattr(os, step, refuse)
    with pytest.raises(OSError, match="No space left"):
        write_atomic(target, b"new")
    assert files(tmp_path) == {"a.txt": b"old"}


def test_a_failed_flush_is_never_repeated_as_if_it_had_worked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """J08: after EIO the pages may be gone although the next fsync says all is well."""
    calls: list[int] = []

    def refuse(handle: int) -> None:
        calls.append(handle)
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="Input/output"):
        write_atomic(tmp_path / "a.txt", b"new")
    assert len(calls) == 1
    assert files(tmp_path) == {}


# --- snapshots -----------------------------------------------------------------------------------------------


def test_a_delivered_file_lies_under_its_digest(town: Project) -> None:
    for delivery in town.deliveries():
        raw = town.snapshot(delivery.snapshot)
        assert hashlib.sha256(raw).hexdigest() == delivery.snapshot
    assert len(town.deliveries()) == 7
    assert town.verify() == []


@pytest.mark.parametrize(("code", "harm"), [("snapshot-changed", "change"), ("snapshot-missing", "remove")])
def test_verify_names_a_snapshot_that_changed_or_is_gone(town: Project, code: str, harm: str) -> None:
    victim = next(d for d in town.deliveries() if d.file == "jobcenter_2023.csv")
    path = town.root / "snapshots" / victim.snapshot
    path.unlink() if harm == "remove" else path.write_bytes(path.read_bytes() + b" ")
    faults = town.verify()
    assert [(f.code, f.where) for f in faults] == [(code, f"snapshots/{victim.snapshot[:12]}")]


def test_a_build_that_needs_a_changed_snapshot_stops_with_its_name(town: Project) -> None:
    victim = next(d for d in town.deliveries() if d.file == "jobcenter_2023.csv")
    (town.root / "snapshots" / victim.snapshot).write_bytes(b"schluessel;sgb2;sgb2_kinder\n01;1;1\n")
    with pytest.raises(ProjectError) as caught:
        build.open_works(town)  # although the rows of this file are remembered
    assert caught.value.faults[0].where == f"snapshots/{victim.snapshot[:12]}"


def test_a_later_delivery_replaces_the_earlier_one_and_both_files_stay(town: Project) -> None:
    before = {d.snapshot for d in town.deliveries()}
    raw = b"schluessel;sgb2;sgb2_kinder\n"
    with town.locked():
        new = town.deliver(raw, source="jobcenter", period="2024", file="neu.csv", by="Test", at=sixareas.NOW)
    current = {(d.source, d.period): d for d in town.deliveries()}
    assert current["jobcenter", "2024"] == new
    assert len(town.deliveries()) == len(before)
    assert all((town.root / "snapshots" / digest).is_file() for digest in before | {new.snapshot})


# --- declarations --------------------------------------------------------------------------------------------


def test_every_state_of_a_declaration_is_kept_and_none_is_ever_removed(town: Project) -> None:
    path = town.root / "indicators.toml"
    states = [path.read_bytes()]
    for n in range(3):
        states.append(states[0] + f"# {n}\n".encode())
        path.write_bytes(states[-1])
        town.keep(by="M. Muster", at=sixareas.NOW, why=f"Schritt {n}")
        town.keep(by="M. Muster", at=sixareas.NOW, why="nichts geändert")
    path.write_bytes(states[0])
    town.keep(by="M. Muster", at=sixareas.NOW, why="zurück")
    lines = [x for x in town.journal.lines() if x["what"] == "declared" and x["file"] == "indicators.toml"]
    kept = [(town.root / "history" / line["content"]).read_bytes() for line in lines]
    assert kept == [*states, states[0]]
    assert [line["base"] for line in lines] == ["", *(line["content"] for line in lines[:-1])]
    assert [line["why"] for line in lines[1:]] == ["Schritt 0", "Schritt 1", "Schritt 2", "zurück"]


# --- lock ----------------------------------------------------------------------------------------------------

HOLD = """
import sys, time
from pathlib import Path
from lebenslagen.project.store import Project
with Project(Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


def test_a_second_run_waits_and_is_told_once(town: Project) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(town.root), "0.7"], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        said: list[float] = []
        with town.locked(lambda: said.append(time.monotonic())):
            entered = time.monotonic()
            assert holder.wait(5) == 0, "the other one had ended before"
        assert len(said) == 1
        assert entered - said[0] > 0.2


def test_a_lock_dies_with_its_process(town: Project) -> None:
    """J33: no PID file that a later process could be mistaken for."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(town.root), "60"], stdout=subprocess.PIPE
    ) as holder:
        assert holder.stdout is not None and holder.stdout.readline() == b"held\n"
        holder.kill()
        holder.wait()
    with town.locked(lambda: pytest.fail("a dead process holds the lock")):
        pass


def test_the_lock_is_free_after_an_error(town: Project) -> None:
    with pytest.raises(ZeroDivisionError), town.locked():
        raise ZeroDivisionError
    with (town.root / ".lock").open("a+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


# --- cache ---------------------------------------------------------------------------------------------------


def test_a_remembered_result_comes_back_and_a_damaged_one_does_not(town: Project) -> None:
    town.remember("step", "key", b"result")
    path = town.root / ".cache" / "step" / "key"
    assert town.remembered("step", "key") == b"result"
    assert town.remembered("step", "other") is None
    whole = path.read_bytes()
    for damaged in (b"", whole[:10], whole[:-1], whole[:-1] + b"T", b"\0" * len(whole)):
        path.write_bytes(damaged)
        assert town.remembered("step", "key") is None


def test_a_damaged_cache_is_computed_again_with_the_same_bytes(town: Project) -> None:
    def rows() -> list[object]:
        works = build.open_works(town)
        return [build.rows_of(works, d) for d in works.deliveries if d.source in works.declaration.sources]

    first = rows()
    entries = [path for path in (town.root / ".cache").rglob("*") if path.is_file()]
    before = {path: path.read_bytes() for path in entries}
    assert len(entries) >= 6
    for path in entries:
        path.write_bytes(path.read_bytes()[:-3])
    assert rows() == first
    assert {path: path.read_bytes() for path in entries} == before


def test_a_result_of_other_library_versions_is_not_used(
    town: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = ("same", "parts")
    before = build.key_of(parts)
    monkeypatch.setattr("lebenslagen.project.build.works.versions", lambda: b"numpy 0.0")
    assert build.key_of(parts) != before


# --- two persons ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("by", "approved"),
    [
        ("A. Planung", "A. Planung"),
        ("A. Planung", "a. planung"),
        ("A. Planung", " A.  Planung "),
        ("A. Planung", "A.Planung"),
        ("Anna Müller", "Anna Mu\u0308ller"),
        ("Anna Groß", "ANNA GROSS"),
        ("Müller, Anna", "Anna Müller"),
        ("Müller, Anna", "ANNA MUELLER"),
        ("A. Planung", ""),
        ("", "B. Statistik"),
        ("A. Planung", "\u00a0"),
    ],
)
def test_one_person_in_another_spelling_is_still_one(by: str, approved: str) -> None:
    with pytest.raises(NotAllowed):
        two_persons(by, approved)


@pytest.mark.parametrize("approved", ["B. Statistik", "A. Planungsamt", "Planung, B."])
def test_two_persons_may(approved: str) -> None:
    two_persons("A. Planung", approved)

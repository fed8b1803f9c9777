"""Killed at any moment, the disk full, two runs at once: the old state or the new one, never a mixture.

Every point where something reaches the disk is tried once (`at_each_step`): a forked child is killed by SIGKILL before
that step. Beside it, whole processes are killed at random moments.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lebenslagen.errors import QuestionOpen
from lebenslagen.project import build, intake, publish
from lebenslagen.project.store import Project
from lebenslagen.project.toml import parse
from lebenslagen.texts import texts
from tests.project import sixareas

T = texts("de")
MOST_STEPS = 400


def state(project: Project) -> tuple[object, ...]:
    """What a later run sees of a project: deliveries, releases, the declarations kept."""
    assert project.verify() == []
    lines = project.journal.lines()
    declared = tuple(line["content"] for line in lines if line["what"] == "declared")
    published = tuple((line["what"], line["release"]) for line in project.register.lines())
    deliveries = tuple((d.source, d.period, d.snapshot, d.answers) for d in project.deliveries())
    for digest in declared:
        assert (project.root / "history" / digest).is_file()
    return deliveries, published, declared


def killed_at_each_step(
    work: Callable[[Project], None], origin: Path, folder: Path, stride: int = 1
) -> Iterator[Project]:
    """The project after the work was killed before its 1st, 2nd, ... step towards the disk, until it ends by itself."""
    for step in range(0, MOST_STEPS, stride):
        root = folder / f"step-{step}"
        shutil.copytree(origin, root)
        child = os.fork()
        if child == 0:
            _die_before(step)
            try:
                work(Project(root))
            finally:
                os._exit(0)
        _, status = os.waitpid(child, 0)
        yield Project(root)
        if not os.WIFSIGNALED(status):
            assert step > 2, "the work wrote something"
            return
        assert os.WTERMSIG(status) == signal.SIGKILL
        shutil.rmtree(root)
    pytest.fail("the work does not end")


def _die_before(step: int) -> None:
    left = [step]

    def counted(really: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: object, **settings: object) -> object:
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            left[0] -= 1
            return really(*arguments, **settings)

        return call

    for name in ("fsync", "replace", "ftruncate", "mkdir"):
        setattr(os, name, counted(getattr(os, name)))
    really_open = Path.open

    def opened(path: Path, mode: str = "r", *arguments: object, **settings: object) -> object:
        if "r" not in mode or "+" in mode:
            counted(lambda: None)()
        return really_open(path, mode, *arguments, **settings)  # type: ignore[call-overload]

    Path.open = opened  # type: ignore[method-assign,assignment]


def new_file(folder: Path) -> Path:
    """A corrected delivery of the Jobcenter for 2024."""
    path = folder / "jobcenter_2024.csv"
    path.write_bytes(sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")).replace(b"402;121", b"403;122"))
    return path


def deliver(project: Project, path: Path) -> None:
    with project.locked():
        intake.deliver(
            project,
            path,
            source="jobcenter",
            period="2024",
            answers=(("revision", "", "Nachmeldung"), ("value-revised", "", "Nachmeldung")),
            by="Test",
            at=sixareas.NOW,
        )


def rebuilt(project: Project) -> list[str]:
    with project.locked():
        return list(build.build(project, by="Test", at=sixareas.NOW, t=T))


def released(project: Project) -> None:
    with project.locked():
        list(publish.release(project, "", by="A. Planung", approved_by="B. Statistik", at=sixareas.NOW, t=T))


def test_a_delivery_killed_at_each_step(sechsdorf: Project, tmp_path: Path) -> None:
    path = new_file(tmp_path)
    done = Project(shutil.copytree(sechsdorf.root, tmp_path / "done"))
    deliver(done, path)
    old, new = state(sechsdorf), state(done)
    assert old != new
    seen = [state(p) for p in killed_at_each_step(lambda p: deliver(p, path), sechsdorf.root, tmp_path)]
    assert set(seen) == {old, new}
    assert seen[0] == old and seen[-1] == new
    assert seen.index(new) >= seen.count(old), "once new, always new"


def test_a_delivery_can_be_repeated_after_each_kill(sechsdorf: Project, tmp_path: Path) -> None:
    path = new_file(tmp_path)
    old = state(sechsdorf)
    done = Project(shutil.copytree(sechsdorf.root, tmp_path / "done"))
    deliver(done, path)
    for project in killed_at_each_step(lambda p: deliver(p, path), sechsdorf.root, tmp_path):
        if state(project) == old:
            deliver(project, path)
        else:
            with pytest.raises(QuestionOpen, match="same-file"):
                deliver(project, path)
        assert state(project) == state(done)
        assert not list(project.root.rglob("*.part"))


@pytest.mark.parametrize("stride", [17, pytest.param(1, marks=pytest.mark.slow)])
def test_a_build_killed_at_each_step(sechsdorf: Project, tmp_path: Path, stride: int) -> None:
    origin = Project(shutil.copytree(sechsdorf.root, tmp_path / "origin"))
    shutil.rmtree(origin.root / ".cache")
    declaration = origin.root / "indicators.toml"
    declaration.write_bytes(declaration.read_bytes() + b"# geaendert\n")
    done = Project(shutil.copytree(origin.root, tmp_path / "done"))
    said = rebuilt(done)
    old, new = state(origin), state(done)
    assert old != new, "the changed declaration is kept"
    for project in killed_at_each_step(lambda p: rebuilt(p) and None, origin.root, tmp_path, stride):
        assert state(project) in (old, new)
        assert rebuilt(project)[: len(said)] == said
        assert state(project) == new


def test_a_release_killed_at_each_step(sechsdorf: Project, tmp_path: Path) -> None:
    done = Project(shutil.copytree(sechsdorf.root, tmp_path / "done"))
    released(done)
    origin = Project(shutil.copytree(sechsdorf.root, tmp_path / "origin"))
    shutil.copytree(
        done.root / ".cache", origin.root / ".cache", dirs_exist_ok=True
    )  # only the release is written anew
    old, new = state(origin), state(done)
    seen = []
    for project in killed_at_each_step(released, origin.root, tmp_path):
        seen.append(state(project))
        for folder in (project.root / "releases").glob("[!.]*"):
            kept = {
                path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
            }
            whole = done.root / "releases" / folder.name
            assert kept == {p.relative_to(whole): p.read_bytes() for p in whole.rglob("*") if p.is_file()}
    assert set(seen) == {old, new} and seen[-1] == new


def test_output_killed_at_each_step_shows_one_edition(sechsdorf: Project, tmp_path: Path) -> None:
    """A folder of pages: all of the old one or all of the new one."""
    from lebenslagen.project.store import write_folder

    old = {"index.html": b"old", "a/b.html": b"old", "weg.html": b"old"}
    new = {"index.html": b"new", "a/b.html": b"new", "c.html": b"new"}
    origin = Project(shutil.copytree(sechsdorf.root, tmp_path / "origin"))
    place = Path("ausgabe") / "bericht"
    write_folder(origin.root / place, old)
    seen = []
    for project in killed_at_each_step(lambda p: write_folder(p.root / place, new), origin.root, tmp_path):
        folder = project.root / place
        found = {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
        assert found in (old, new)
        seen.append(found == new)
    assert seen[0] is False and seen[-1] is True


# --- whole processes -----------------------------------------------------------------------------------------


def kill_in_a_loop(origin: Path, folder: Path, kills: int, seed: int) -> set[str]:
    """deliver, build and release as processes, each killed at a random moment; which states were seen."""
    chance, seen = random.Random(seed), set()
    path = new_file(folder)
    done = Project(shutil.copytree(origin, folder / "done"))
    deliver(done, path)
    delivered = state(done)[0]
    project = Project(shutil.copytree(origin, folder / "killed"))
    before = state(project)[0]
    answers = ("--answer", "revision=Nachmeldung", "--answer", "value-revised=Nachmeldung")
    calls = (
        ("deliver", path, "--source", "jobcenter", "--period", "2024", *answers),
        ("build",),
        ("release", "--by", "A. Planung", "--approved-by", "B. Statistik"),
    )
    for number in range(kills):
        name, *more = calls[number % len(calls)]
        command = [sys.executable, "-m", "lebenslagen", name, str(project.root), *map(str, more)]
        with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            time.sleep(chance.uniform(0.1, 1.6))
            process.kill()
            process.wait()
        now = state(project)
        assert now[0] in (before, delivered)
        seen.add(f"{name}: {'new' if now[0] == delivered else 'old'}, {len(now[1])} releases")
    rebuilt(project)
    if state(project)[0] != delivered:
        deliver(project, path)
    released(project)
    assert project.verify() == [] and state(project)[0] == delivered
    return seen


def test_processes_killed_at_random_moments(sechsdorf: Project, tmp_path: Path) -> None:
    assert kill_in_a_loop(sechsdorf.root, tmp_path, kills=9, seed=20250301)


@pytest.mark.slow
def test_processes_killed_at_many_random_moments(sechsdorf: Project, tmp_path: Path) -> None:
    seen = kill_in_a_loop(sechsdorf.root, tmp_path, kills=90, seed=1)
    assert len(seen) > 1, seen


def test_two_builds_at_once_the_second_waits_and_says_so(town: Project) -> None:
    command = [sys.executable, "-m", "lebenslagen", "build", str(town.root)]
    with contextlib.ExitStack() as stack:
        with town.locked():
            second = stack.enter_context(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
            assert second.stdout is not None
            assert second.stdout.readline().startswith(
                "Ein anderer Lauf arbeitet in diesem Projekt; es wird gewartet"
            )
            assert second.poll() is None
        said = second.communicate(timeout=60)[0]
        assert second.returncode == 0
        assert "6 Ortsteile" in said


# --- no space ------------------------------------------------------------------------------------------------


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of one megabyte; only where the tests run as root."""
    place = tmp_path / "disk"
    place.mkdir()
    made = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if made.returncode:
        pytest.skip("mounting a small disk needs root")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Leave so many bytes."""
    free = os.statvfs(disk).f_bavail * os.statvfs(disk).f_frsize
    ballast = disk / "ballast"
    ballast.write_bytes(b"\0" * max(0, free - left))
    return ballast


@pytest.mark.parametrize("left", [0, 4096, 8192, 20480])
def test_a_full_disk_says_so_and_leaves_nothing_half_written(
    sechsdorf: Project,
    small_disk: Path,
    tmp_path: Path,
    run: Callable[..., subprocess.CompletedProcess[str]],
    left: int,
) -> None:
    project = Project(shutil.copytree(sechsdorf.root, small_disk / "sechsdorf"))
    shutil.rmtree(project.root / ".cache")
    path, before = new_file(tmp_path), state(project)
    ballast = fill(small_disk, left)
    answers = ("--answer", "revision=Nachmeldung", "--answer", "value-revised=Nachmeldung")
    result = run("deliver", project.root, path, "--source", "jobcenter", "--period", "2024", *answers)
    assert "Traceback" not in result.stdout + result.stderr
    assert not list(project.root.rglob("*.part"))
    if result.returncode == 17:
        assert "Speicherplatz" in result.stdout or "Datenträger" in result.stdout
        assert state(project) == before
    else:
        assert (result.returncode, left > 0) == (0, True)
        assert state(project) != before
    ballast.unlink()
    again = run("deliver", project.root, path, "--source", "jobcenter", "--period", "2024", *answers)
    assert again.returncode == (0 if result.returncode == 17 else 16)
    assert run("build", project.root).returncode == 0


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS])
def test_what_the_disk_refuses_ends_with_17(
    town: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], code: int
) -> None:
    from lebenslagen.cli import main

    def refuse(*_: object) -> None:
        raise OSError(code, os.strerror(code))

    before = state(town)
    (town.root / "indicators.toml").write_bytes((town.root / "indicators.toml").read_bytes() + b"# x\n")
    monkeypatch.setattr(os, "fsync", refuse)
    assert main(["build", str(town.root)]) == 17
    assert os.strerror(code) in capsys.readouterr().out
    monkeypatch.undo()
    assert state(town) == before
    assert parse((town.root / "project.toml").read_bytes(), "project.toml")["name"] == "Sechsdorf"

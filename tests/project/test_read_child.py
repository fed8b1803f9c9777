"""The parsing child: what it may do, what crosses the pipe, and what becomes of one that dies."""

from __future__ import annotations

import ast
import datetime
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lebenslagen.project.read import process
from lebenslagen.project.read.child import open_table
from lebenslagen.project.read.grid import Broken, Grid, Note, Sheet, pack, unpack

CELLS = st.one_of(
    st.none(),
    st.floats(allow_nan=False),
    st.text(max_size=8),
    st.booleans(),
    st.dates(),
    st.sampled_from([Broken("#DIV/0!"), Broken("="), datetime.time(23, 59)]),
)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=5))
def test_cells_come_back_as_they_were(columns):
    sheet = Sheet(
        "Blatt", tuple(columns), "hidden", ((0, 0, 1, 1),), 2, 1, True, {0: frozenset({1})}, ("A1",)
    )
    grid = Grid("xlsx", (sheet,), (Note("file-empty", "a", {"n": 1}),), "utf-8", ";", ("limits",), ("Äpfel",))
    back = unpack(pack(grid))
    assert [list(c) for c in back.sheets[0].columns] == [list(c) for c in columns]
    for column, before in zip(back.sheets[0].columns, columns, strict=True):
        assert [type(c) for c in column] == [type(c) for c in before]
    for name in (
        "name",
        "visible",
        "merged",
        "hidden_rows",
        "hidden_columns",
        "filtered",
        "percent",
        "external",
    ):
        assert getattr(back.sheets[0], name) == getattr(sheet, name)
    assert (back.kind, back.notes, back.encoding, back.delimiter, back.walls) == (
        "xlsx",
        grid.notes,
        "utf-8",
        ";",
        ("limits",),
    )


@given(st.data())
def test_a_lying_answer_is_never_a_grid_of_other_shape(data):
    answer = bytearray(pack(Grid("csv", (Sheet("a", ([1.0, 2.0, None], ["x", None, "y"])),))))
    at = data.draw(st.integers(0, len(answer) - 1))
    answer[at] = data.draw(st.integers(0, 255))
    try:
        grid = unpack(bytes(answer))
    except (ValueError, KeyError, IndexError, TypeError, AttributeError):
        return
    assert all(len(c) == s.height for s in grid.sheets for c in s.columns)


@pytest.mark.parametrize(
    "answer", [b"", b"\x00", b"\xff" * 8, pack(Grid("csv"))[:-3], (5).to_bytes(8, "big") + b"[1,2]"]
)
def test_a_child_that_died_is_a_refused_file(monkeypatch, answer):
    monkeypatch.setattr(process, "run_child", lambda *_: answer)
    grid = process.table(b"a;b", "a.csv")
    assert (grid.sheets, [n.code for n in grid.notes]) == ((), ["reading-too-big"])


@pytest.mark.parametrize(
    ("code", "most", "seconds"),
    [
        ("while True: print('x' * 9999)", 10_000, 60),  # an answer without end
        ("import time; time.sleep(50)", 10_000, 0.5),  # no answer
        ("import os, time; os.close(1); time.sleep(50)", 10_000, 0.5),  # the end of an answer, and no end
        ("import os; print('x', flush=True); os._exit(1)", 10_000, 60),  # an answer, and a bad end
    ],
)
def test_a_child_that_does_not_end_well_has_said_nothing(monkeypatch, code, most, seconds):
    monkeypatch.setattr(process, "LARGEST_ANSWER", most)
    monkeypatch.setattr(process, "WALL_SECONDS", seconds)
    assert process.run_child("code", [], code.encode() + b"\n\n") == b""


def test_a_child_that_reads_nothing_is_no_error_here():
    assert process.run_child("platform", [], b"x" * 4_000_000).startswith(b"Linux")


def confined(code: str) -> subprocess.CompletedProcess[str]:
    """Run code in a process that has shut itself in."""
    lines = (
        "import os, socket, sys\nfrom lebenslagen.project.read.sandbox import confine\nwalls = confine()\n"
    )
    return subprocess.run(
        [sys.executable, "-I", "-c", lines + code], capture_output=True, text=True, check=False, timeout=60
    )


@pytest.mark.parametrize(
    "code",
    [
        "open('/etc/passwd')",
        "os.open('/etc/passwd', os.O_RDONLY)",
        "open('/tmp/lebenslagen-test', 'w')",
        "os.listdir('/')",
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 18999))",
        "os.pipe()",
    ],
)
def test_the_walls_hold(code):
    done = confined(f"try:\n    {code}\nexcept OSError as error:\n    print('refused', error.errno)\n")
    assert done.stdout.startswith("refused"), done.stdout + done.stderr


def test_landlock_stands_where_the_kernel_has_it():
    done = confined("print(walls)\nos.stat('/etc/passwd')\nos.unlink('/tmp/lebenslagen-never')\n")
    if "landlock" not in done.stdout:
        pytest.skip("this kernel has no Landlock: resource limits alone")
    assert "PermissionError" in done.stderr or "FileNotFoundError" in done.stderr


def test_memory_has_an_end():
    done = confined("try:\n    bytearray(2 << 30)\nexcept MemoryError:\n    print('end')\n")
    assert done.stdout == "end\n"


def test_time_has_an_end():
    code = "import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass\n"
    assert confined(code).returncode < 0


def test_the_child_starts_light():
    code = "import sys, lebenslagen.project.read.child, lebenslagen.project.read.{}\nprint(*sys.modules)"
    heavy = {"pandas", "numpy", "pyogrio", "shapely", "openpyxl", "pydantic", "dataclasses", "inspect"}
    for reader, more in (
        ("text", {"zipfile", "python_calamine"}),
        ("workbook", set()),
        ("opendocument", set()),
    ):
        done = subprocess.run(
            [sys.executable, "-I", "-c", code.format(reader)], capture_output=True, text=True, check=True
        )
        assert not (heavy | more) & set(done.stdout.split())


def test_the_child_gets_no_surroundings(monkeypatch):
    monkeypatch.setenv("LEBENSLAGEN_SECRET", "x")
    seen = process.run_child("code", [], b"import os; print(sorted(os.environ))\n").decode()
    assert ast.literal_eval(seen.strip("> \n")) == sorted(process.ENVIRONMENT)


def test_the_same_without_the_child():
    data = b"id;n\n01;5\n"
    assert open_table(data, "a.csv").sheets[0].columns == process.table(data, "a.csv").sheets[0].columns


@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx", "a.xls", "a.ods"]))
def test_no_bytes_break_the_reader(data, name):
    grid = open_table(data, name)
    assert grid.sheets or grid.notes

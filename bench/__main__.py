"""Run all comparisons, print them as a table, write bench/results.md. Nothing here is a test: machines differ."""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.timing import Times, in_turn, python, run

if TYPE_CHECKING:
    from bench.web import Amount

HERE = Path(__file__).parent
REFERENCE = Path(os.environ.get("LEBENSLAGEN_REFERENCE_DATA") or HERE.parent.parent / "shared" / "data")
LEBENSLAGEN = ("-m", "lebenslagen")
SIGNED = ("--by", "A. Planung", "--approved-by", "B. Statistik")


@dataclass(frozen=True)
class Ratio:
    """One line of the table: what took how long beside what, and how much it may take."""

    what: str
    beside: str
    times: Times
    other: Times
    most: float

    @property
    def ratio(self) -> float:
        return self.times.seconds / self.other.seconds

    def cells(self) -> tuple[str, ...]:
        ratio, work = self.ratio, self.times.work / self.other.work
        return (
            self.what,
            f"{self.times.seconds:.3f} s",
            self.beside,
            f"{self.other.seconds:.3f} s",
            f"{ratio:.2f}",
            f"{work:.2f}",
            f"{self.most:g}",
            "yes" if ratio <= self.most else "**no**",
            str(len(self.times.clock)),
        )


HEAD = ("what", "median", "beside", "median", "ratio", "ratio of computing", "at most", "met", "runs")


def help_text(_: Path) -> Iterator[Ratio]:
    """The start of the command line beside that of the bare interpreter."""
    found = in_turn({"help": python(*LEBENSLAGEN, "--help"), "bare": python("-c", "pass")}, runs=25)
    yield Ratio("`lebenslagen --help`", "`python -c pass`", found["help"], found["bare"], 4)


def reading(folder: Path) -> Iterator[Ratio]:
    """A large workbook with all checks beside its cells alone; the checked one opens it in a child process."""
    path = folder / "gross.xlsx"
    run(python("-m", "bench.peers", "workbook", path))
    calls = {name: python("-m", "bench.peers", name, path) for name in ("read", "calamine")}
    found = in_turn(calls, runs=5)
    yield Ratio(
        "read a workbook of 50,000 × 20 with all checks",
        "python-calamine alone",
        found["read"],
        found["calamine"],
        2.5,
    )


def building(folder: Path) -> Iterator[Ratio]:
    """Five editions of a real monitoring, cold and warm."""
    files = REFERENCE / "berlin"
    if not files.is_dir():
        sys.stderr.write(f"left out, no reference data: {files}\n")
        return
    project = folder / "berlin"
    run(python(*LEBENSLAGEN, "start", project, "--starter", "berlin", "--deliveries", files))
    build = python(*LEBENSLAGEN, "build", project)
    calls = {"cold": build, "warm": build, "pandas": python("-m", "bench.peers", "pandas", files)}
    found = in_turn(
        calls, runs=7, before={"cold": lambda: shutil.rmtree(project / ".cache", ignore_errors=True)}
    )
    yield Ratio(
        "build five editions, cold", "pandas and geopandas read the files", found["cold"], found["pandas"], 3
    )
    yield Ratio("build five editions, warm", "cold", found["warm"], found["cold"], 0.1)


def reports(folder: Path) -> Iterator[Ratio]:
    """Everything around Typst beside Typst: reports of a release, HTML and PDF, less the time Typst takes alone."""
    towns = [
        ("musterstadt", "sozialbericht-2024", 27, ()),
        ("berlin", "steckbriefe-2021", 542, (REFERENCE / "berlin",)),
    ]
    for town, report, profiles, deliveries in towns:
        if not all(place.is_dir() for place in deliveries):
            continue
        project, sources = folder / town, folder / f"{town}-typst"
        if not project.exists():
            more = [word for place in deliveries for word in ("--deliveries", place)]
            run(python(*LEBENSLAGEN, "start", project, "--starter", town, *more))
        run(python(*LEBENSLAGEN, "release", project, report, *SIGNED))
        run(python("-m", "bench.peers", "typst_files", project, report, sources))
        calls = {
            "report": python(*LEBENSLAGEN, "report", project, report),
            "typst": python("-m", "bench.peers", "typst_alone", sources),
        }
        found = in_turn(calls, runs=5 if profiles < 100 else 3)
        yield Ratio(
            f"report of {profiles} profiles, around Typst", "Typst alone", _less(found), found["typst"], 1
        )


def _less(found: Mapping[str, Times]) -> Times:
    whole, part = found["report"], found["typst"]
    return Times(
        tuple(a - b for a, b in zip(whole.clock, part.clock, strict=True)),
        tuple(a - b for a, b in zip(whole.computing, part.computing, strict=True)),
    )


def workplace(folder: Path) -> Iterator[Ratio | Amount]:
    """The workplace in the browser with a large town; ``--seconds N`` says how long the crowd stays."""
    from bench.web import SECONDS, cases

    yield from cases(folder, float(os.environ.get("LEBENSLAGEN_BENCH_SECONDS") or SECONDS))


CASES: Mapping[str, Callable[[Path], Iterator[Any]]] = {
    "help": help_text, "read": reading, "build": building, "report": reports, "web": workplace,
}  # fmt: skip


def table(ratios: list[Ratio | Amount]) -> str:
    rows = [HEAD, ("---",) * len(HEAD), *(ratio.cells() for ratio in ratios)]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def main(names: list[str]) -> int:
    ratios: list[Ratio | Amount] = []
    if "--seconds" in names:
        at = names.index("--seconds")
        os.environ["LEBENSLAGEN_BENCH_SECONDS"] = names[at + 1]
        names = [*names[:at], *names[at + 2 :]]
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        for name in names or CASES:
            for ratio in CASES[name](Path(folder)):
                ratios.append(ratio)
                sys.stderr.write(f"{ratio.what}: {ratio.ratio:.2f}\n")
    place = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    text = (
        f"# Comparisons\n\n{place}. Whole processes, run in turn; medians on the clock. "
        "“Ratio of computing” compares processor time with that of child processes.\n\n"
        f"{table(ratios)}\n"
    )
    print(text)
    if not names:
        (HERE / "results.md").write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

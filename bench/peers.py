"""What the comparisons run as processes of their own: `python -m bench.peers NAME ARGUMENTS`."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from datetime import date
from pathlib import Path

ROWS, COLUMNS = 50_000, 20


@dataclass(frozen=True)
class Register:
    """The areas of the large workbook; reading asks no more of them."""

    ids: tuple[str, ...]
    names: tuple[str, ...]


def workbook(path: str) -> None:
    """Write the workbook that is read: a key, a name, 16 counts, two rates; a title above, a total below."""
    import numpy as np
    import xlsxwriter

    draw = np.random.default_rng(50_000)
    counts = draw.integers(0, 4000, size=(ROWS, COLUMNS - 4))
    rates = draw.uniform(0, 60, size=(ROWS, 2)).round(1)
    with xlsxwriter.Workbook(path, {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Daten")
        sheet.write_row(0, 0, ["Bestand am 31.12.2024"])
        sheet.write_row(1, 0, ["schluessel", "name", *heads()])
        for row in range(ROWS):
            sheet.write_row(
                row + 2, 0, [f"{row:06}", f"Gebiet {row}", *counts[row].tolist(), *rates[row].tolist()]
            )
        sheet.write_row(ROWS + 2, 0, ["Summe", "", *counts.sum(axis=0).tolist()])


def heads() -> list[str]:
    return [*(f"anzahl_{n}" for n in range(COLUMNS - 4)), "quote_1", "quote_2"]


def read(path: str) -> None:
    """Read the workbook as a delivery: layout, all checks, in a child process with limits."""
    from lebenslagen.project.read import check
    from lebenslagen.project.read.layout import Column, Header, Key, Layout, Table, Total

    units = {"quote_1": "rate", "quote_2": "rate"}
    columns = tuple(
        Column(head, variable=head, unit=units.get(head, "count"), scale="percent" if head in units else "")  # type: ignore[arg-type]
        for head in heads()
    )
    table = Table(
        columns,
        "gebiet",
        Key("schluessel", name_column="name"),
        Header(row=2),
        sheet="Daten",
        totals=(Total(key=("Summe",), level="stadt"),),
    )
    keys = tuple(f"{row:06}" for row in range(ROWS))
    areas = {"gebiet": Register(keys, tuple(f"Gebiet {row}" for row in range(ROWS)))}
    found = check(Path(path).read_bytes(), "gross.xlsx", Layout((table,)), areas, "2024")
    if found.outcome.name not in ("ACCEPT", "WARN") or sum(map(len, found.reading.series)) != ROWS * (
        COLUMNS - 2
    ):
        raise SystemExit(f"not read: {found.outcome.name} {found.faults[:3]}")


def calamine(path: str) -> None:
    """Read the same cells with python-calamine."""
    from python_calamine import CalamineWorkbook

    rows = CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python()
    if len(rows) != ROWS + 3:
        raise SystemExit(f"not read: {len(rows)}")


def pandas(folder: str) -> None:
    """Merely read the official files of the five editions with pandas and geopandas."""
    import geopandas
    import pandas as pd

    files = Path(folder)
    for shape in sorted(files.glob("geometry/lor_*_PLR/*.shp")):
        geopandas.read_file(shape)
    for table in sorted(files.glob("mss/*/table-2-1.csv")):
        pd.read_csv(table)


def typst_files(project: str, report: str, folder: str) -> None:
    """Keep the Typst files of a report, as they are handed to Typst."""
    from lebenslagen import cli
    from lebenslagen.project.typeset import Typesetter

    really = Typesetter.begin

    def kept(setter: Typesetter, files: dict[str, bytes], fonts: Path, day: date) -> None:
        for name, content in files.items():
            path = Path(folder) / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        (Path(folder) / "fonts.txt").write_text(str(fonts), "utf-8")
        really(setter, files, fonts, day)

    Typesetter.begin = kept  # type: ignore[assignment, method-assign]
    if cli.main(["report", project, report]):
        raise SystemExit("no report")


def typst_alone(folder: str) -> None:
    """Typst and nothing else, on the same files with the same settings."""
    import typst

    root = Path(folder)
    fonts = [(root / "fonts.txt").read_text("utf-8")]
    typst.compile(
        str(root / "main.typ"),
        output=str(root / "allein.pdf"),
        root=folder,
        format="pdf",
        pdf_standards=["ua-1", "a-2a"],
        font_paths=fonts,
        ignore_system_fonts=True,
        timestamp=0,
    )


PEERS = {f.__name__: f for f in (workbook, read, calamine, pandas, typst_files, typst_alone)}

if __name__ == "__main__":
    PEERS[sys.argv[1]](*sys.argv[2:])

"""The deliveries: as offices send them, and the first ones with their honest mistakes."""

from __future__ import annotations

import csv
import hashlib
import importlib.util
import io
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import openpyxl
import pytest
from python_calamine import CalamineWorkbook

from scripts.musterstadt.committed import JOBCENTER, Year, sheet

Years = dict[int, Year]
ALL = range(2013, 2025)


def table(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_bytes().decode("cp1252")), delimiter=";"))


def test_all_is_small(root: Path) -> None:
    assert sum(path.stat().st_size for path in root.rglob("*") if path.is_file()) < 2_500_000


def test_every_delivery_is_declared_and_there(root: Path) -> None:
    declared = set(
        re.findall(r'^file = "(.+)"$', (root / "deliveries.toml").read_text(encoding="utf-8"), re.MULTILINE)
    )
    found = {
        str(path.relative_to(root / "deliveries"))
        for path in (root / "deliveries").rglob("*")
        if path.is_file()
    }
    assert declared == found


def test_a_faulty_first_delivery_stands_before_its_correction(root: Path) -> None:
    text = (root / "deliveries.toml").read_text(encoding="utf-8")
    for first in re.findall(r'"(\S+)_erste_Lieferung', text):
        assert 0 < text.index(f"{first}_erste_Lieferung") < text.index(f"{first}.")


@pytest.mark.parametrize("year", ALL)
def test_jobcenter(root: Path, years: Years, year: int) -> None:
    path = root / f"deliveries/jobcenter/Jobcenter_Musterstadt_{year}.xlsx"
    book = openpyxl.load_workbook(path)
    assert book.sheetnames == ["März", "Juni", "September", "Dezember"]
    page = book["Dezember"]
    assert all(page.cell(row, 1).value for row in range(1, 7))
    assert {"A7:A8", "B7:B8", "C7:F7", "G7:I7"} == {str(cells) for cells in page.merged_cells.ranges}
    assert str(page["C7"].value).endswith("¹")
    assert page["A9"].value == "01"
    data = years[year]
    shown = {name: np.nansum(data.counts[name]) for name in JOBCENTER}
    for name, lost in zip(JOBCENTER, data.remainder, strict=True):
        hidden = int(np.isnan(data.counts[name]).sum()) + (lost == "*")
        rest = data.totals[name] - shown[name] - (0 if lost == "*" else float(str(lost)))
        if name not in (
            "ja2",
            "ja3",
        ):  # there a star may also stand for a larger number, so that the other part stays hidden
            assert hidden <= rest <= 2 * hidden, (year, name)
    assert np.array_equal(np.isnan(data.counts["ja2"]), np.isnan(data.counts["ja3"]))
    both = ~np.isnan(data.counts["ja2"])
    assert np.array_equal((data.counts["ja2"] + data.counts["ja3"])[both], data.counts["ja"][both])


def test_nobody_unassigned_is_hidden_in_2024(years: Years) -> None:
    assert years[2024].remainder[0] == 212


def test_every_month_is_smaller_than_three_or_starred(root: Path) -> None:
    for month in ("März", "Juni", "September", "Dezember"):
        for row in sheet(root / "deliveries/jobcenter/Jobcenter_Musterstadt_2024.xlsx", month):
            assert not any(cell in (1.0, 2.0) for cell in row[2:9])


def test_residents_come_as_the_register_writes_them(root: Path, years: Years) -> None:
    for year in ALL:
        raw = (root / f"deliveries/einwohner/EW_Altersjahre_{year}.csv").read_bytes()
        with pytest.raises(UnicodeDecodeError):
            raw.decode("utf-8")
        rows = table(root / f"deliveries/einwohner/EW_Altersjahre_{year}.csv")
        assert rows[1][0] == "1"
        assert len(rows[0]) == 5 + 2 * 96
        assert rows[-1][:2] == ["", "Gesamtstadt"]
        body = np.array([[int(cell) for cell in row[2:]] for row in rows[1:-1]])
        assert body.sum(axis=0).tolist() == [int(cell) for cell in rows[-1][2:]]
        assert years[year].counts["second"].sum() > 0


def test_the_register_differs_from_the_official_figure(root: Path, years: Years) -> None:
    for year in ALL:
        raw = (root / f"deliveries/amtlich/Einwohnerzahl_{year}.csv").read_bytes()
        assert raw.startswith(b"\xef\xbb\xbf")
        official = int(next(csv.DictReader(io.StringIO(raw.decode("utf-8-sig")), delimiter=";"))["einwohner"])
        assert 0.002 < 1 - official / years[year].counts["residents"].sum() < 0.015


def test_households_come_as_blocks_in_an_old_workbook(root: Path, years: Years) -> None:
    for year in ALL:
        path = root / f"deliveries/haushalte/Haushalte_{year}.xls"
        assert path.read_bytes()[:8] == bytes.fromhex("d0cf11e0a1b11ae1")
        rows = sheet(path, "Haushalte")
        assert sum(row[0] == "Summe" for row in rows) == 13
        assert ("ab 2022" in str(rows[2][0])) == (year >= 2022)
        for name in ("households", "ae", "gf", "families"):
            assert years[year].totals[name] == years[year].counts[name].sum()


def test_old_age_comes_with_names_and_without_a_date(root: Path, years: Years) -> None:
    for year in ALL:
        path = root / f"deliveries/soziales/GSiA_31.12.{year}.xlsx"
        rows = sheet(path, "Tabelle1")
        text = " ".join(str(cell) for row in rows for cell in row)
        assert str(year) not in text
        assert not any(str(row[0]) in years[year].keys for row in rows)
        assert ("außerhalb von Einrichtungen" in text) == (year != 2016)
        assert years[year].totals["ga"] == years[year].counts["ga"].sum()
    assert "Hafenstr. Nord" in text
    assert "Marienbg.-Mitte" in text


def test_yellow_is_provisional(root: Path) -> None:
    page = openpyxl.load_workbook(root / "deliveries/soziales/GSiA_31.12.2024.xlsx")["Tabelle1"]
    yellow = [
        row[0].value for row in page.iter_rows(min_row=5, max_row=31) if row[1].fill.fgColor.rgb == "FFFFFF00"
    ]
    assert yellow == ["Bahnhofsvtl.", "Birkenkamp", "Hafenstr. Süd", "Kirchmarkt", "Marienbg.-Mitte"]


def test_youth_is_text(root: Path) -> None:
    cells = [
        cell
        for year in ALL
        for row in CalamineWorkbook.from_path(str(root / f"deliveries/jugend/HzE_{year}.ods"))
        .get_sheet_by_index(0)
        .to_python()
        for cell in row
    ]
    assert all(isinstance(cell, str) for cell in cells)
    assert "k. A." in cells
    assert sum(re.fullmatch(r"\d+,\d %", cell) is not None for cell in cells) > 500


def test_school_entry_by_sozialraum(root: Path) -> None:
    folder = root / "deliveries/gesundheit"
    assert len(list(folder.iterdir())) == 11
    assert not (folder / "SEU_Schuljahr_2020_2021.xlsx").exists()
    signs: dict[str, set[str]] = {}
    for path in sorted(folder.iterdir()):
        rows = [row for row in sheet(path, "Sozialräume") if str(row[0]) in "123456" and row[0]]
        assert [row[1] for row in rows] == ["Mitte", "Hafen", "Ost", "Marienberg", "Nordstadt", "Nord"]
        signs[path.stem[-4:]] = {str(cell) for row in rows for cell in row[2:] if isinstance(cell, str)}
    assert signs["2014"] == {"–"}
    assert set().union(*signs.values()) == {"–", "/"}


# --- honest mistakes ------------------------------------------------------------------------------------------


def test_jobcenter_first_delivery_has_a_transposed_figure(root: Path) -> None:
    folder = root / "deliveries/jobcenter"
    first = sheet(folder / "Jobcenter_Musterstadt_2024_erste_Lieferung.xlsx", "Dezember")
    second = sheet(folder / "Jobcenter_Musterstadt_2024.xlsx", "Dezember")
    differ = [
        (a[0], x, y) for a, b in zip(first, second, strict=True) for x, y in zip(a, b, strict=True) if x != y
    ]
    assert [place for place, _, _ in differ] == ["15"]
    wrong, right = (str(int(float(str(value)))) for value in differ[0][1:])
    assert sorted(wrong) == sorted(right)
    shown = sum(float(str(row[2])) for row in first if re.fullmatch(r"\d\d", str(row[0])))
    total = next(float(str(row[2])) for row in first if row[0] == "Insgesamt")
    assert total - shown != 212


def test_residents_first_delivery_has_a_quarter_twice(root: Path) -> None:
    rows = table(root / "deliveries/einwohner/EW_Altersjahre_2023_erste_Lieferung.csv")
    twice = [row for row in rows if row[0] == "14"]
    assert len(twice) == 2
    assert twice[0] != twice[1]
    assert len(table(root / "deliveries/einwohner/EW_Altersjahre_2023.csv")) == len(rows) - 1


def test_old_age_first_delivery_does_not_add_up(root: Path) -> None:
    rows = sheet(root / "deliveries/soziales/GSiA_31.12.2022_erste_Lieferung.xlsx", "Tabelle1")
    numbers = [float(str(row[1])) for row in rows[4:31]]
    assert sum(numbers) - next(float(str(row[1])) for row in rows if row[0] == "Summe") == 100


# --- the same again -------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.skipif(
    importlib.util.find_spec("xlwt") is None, reason="xlwt writes the .xls files and is not installed"
)
def test_the_generator_gives_the_same_bytes(root: Path, tmp_path: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "scripts.musterstadt", str(tmp_path)],
        check=True,
        cwd=Path(__file__).parents[2],
    )
    made = {str(p.relative_to(tmp_path)): p for p in tmp_path.rglob("*") if p.is_file()}
    assert len(made) > 70
    for name, path in made.items():
        if name.endswith(".gpkg"):  # the version of SQLite stands in its head
            continue
        assert (
            hashlib.sha256(path.read_bytes()).digest() == hashlib.sha256((root / name).read_bytes()).digest()
        ), name


def test_workbooks_carry_no_clock(root: Path) -> None:
    for path in (root / "deliveries").rglob("*.xlsx"):
        with zipfile.ZipFile(path) as archive:
            assert b"2025-03-31" in archive.read("docProps/core.xml")
            assert {info.date_time[0] for info in archive.infolist()} == {1980}

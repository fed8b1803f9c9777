"""The marked copy: same cells, faulty ones coloured and commented, nothing else; none of a file with persons."""

from __future__ import annotations

import io
import zipfile

import openpyxl
import pytest

from lebenslagen.errors import DataError
from lebenslagen.project.read import marked_copy
from tests.faults.makers import HEADS, changed, csv, judge, rows, xlsx


def opened(data: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_same_cells_marked_where_faulty():
    found = judge(csv(changed(2, "sgb2", "viele")))
    book = opened(marked_copy(found.reading, found.faults))
    remarks, page = book.worksheets
    assert [c.value for c in page[1]] == list(HEADS)
    assert [c.value for c in page[4]] == ["03", "Am Förderturm", "Nord", "2023", "4000", "2000", "viele"]
    assert "keine Anzahl" in page["G4"].comment.text and page["G4"].fill.fgColor.rgb == "FFF4B6A6"
    assert page["G5"].comment is None and page["G5"].fill.fill_type is None
    listed = list(remarks.iter_rows(min_row=5, values_only=True))
    assert listed == [("lieferung!G4", "bitte berichtigen", "„viele“ ist keine Anzahl.", listed[0][3])]


def test_all_faults_stand_on_the_first_sheet_even_without_a_place():
    found = judge(csv(rows()[:-1]))
    remarks = opened(marked_copy(found.reading, found.faults)).worksheets[0]
    assert "12 Linden" in remarks["C5"].value and remarks["B5"].value == "bitte beantworten"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-2+3", "@SUM(1)", "\t=1", '=HYPERLINK("http://127.0.0.1")'])
def test_text_stays_text(text):
    found = judge(csv(changed(0, "name", '"' + text.replace('"', '""') + '"')))
    data = marked_copy(found.reading, found.faults)
    cell = opened(data).worksheets[1]["B2"]
    assert (cell.data_type, cell.value) == ("s", text)
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {n: archive.read(n) for n in archive.namelist()}
    assert not any(b"<f>" in p or b"<hyperlink" in p for p in parts.values())
    assert not any(n.startswith(("xl/externalLinks", "xl/vba")) for n in parts)


def test_same_faults_same_bytes():
    found = judge(csv(changed(2, "sgb2", "viele")))
    assert marked_copy(found.reading, found.faults) == marked_copy(found.reading, found.faults)


def test_numbers_and_dates_keep_their_kind():
    import datetime

    body = [[r[0], datetime.date(2023, 12, 31), *map(int, r[4:])] for r in rows()]
    found = judge(xlsx(body, ("nr", "stichtag", *HEADS[4:]), default_date_format="dd.mm.yyyy"), "a.xlsx")
    page = opened(marked_copy(found.reading, found.faults)).worksheets[1]
    assert (page["B2"].value.date(), page["C2"].value) == (datetime.date(2023, 12, 31), 2000)


def test_no_copy_of_a_file_with_persons():
    found = judge(csv([["1", "01.02.1980"]], ("Nachname", "Geburtsdatum")))
    assert found.personal
    with pytest.raises(DataError):
        marked_copy(found.reading, found.faults)


def test_a_name_twice_and_odd_names_of_sheets():
    target = io.BytesIO()
    import xlsxwriter

    book = xlsxwriter.Workbook(target)
    for name in ("Auffälligkeiten", "Daten", "x" * 31):
        page = book.add_worksheet(name)
        for i, row in enumerate([HEADS, *rows()]):
            page.write_row(i, 0, row)
    book.close()
    found = judge(target.getvalue(), "a.xlsx")
    names = opened(marked_copy(found.reading, found.faults)).sheetnames
    assert names == ["Auffälligkeiten", "Auffälligkeiten (2)", "Daten", "x" * 31]

"""Deliveries of Musterstadt, for the tests of intake."""

from tests.conftest import ROOT

DELIVERIES = ROOT / "src" / "lebenslagen" / "starter" / "musterstadt" / "deliveries"
JOBCENTER = DELIVERIES / "jobcenter" / "Jobcenter_Musterstadt_2024.xlsx"
FIRST = DELIVERIES / "jobcenter" / "Jobcenter_Musterstadt_2024_erste_Lieferung.xlsx"


def changed(change: dict[str, object], sheet: str = "Dezember", path: object = JOBCENTER) -> bytes:
    """A workbook of Musterstadt with some cells changed."""
    import io

    import openpyxl

    book = openpyxl.load_workbook(path)
    for place, value in change.items():
        book[sheet][place] = value
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def corrected() -> bytes:
    """The job centre's table with one person more in one quarter, and in the sum of the town."""
    return changed({"C10": _cell("C10") + 1, "C37": _cell("C37") + 1})


def _cell(place: str) -> int:
    import openpyxl

    return int(openpyxl.load_workbook(JOBCENTER)["Dezember"][place].value)


def four_faults() -> bytes:
    """A text, a negative count, an error, and a part larger than its whole."""
    return changed({"C10": "ca. 300", "D12": -3, "F14": "#DIV/0!", "D16": 99999})


def bigger() -> bytes:
    """Twice as many people with benefits in two quarters; the sum of the town fits."""
    import openpyxl

    sheet = openpyxl.load_workbook(JOBCENTER)["Dezember"]
    change: dict[str, object] = {}
    for column in "CDEF":
        more = 0
        for row in (20, 24):
            value = sheet[f"{column}{row}"].value
            if isinstance(value, int):
                change[f"{column}{row}"], more = value * 3, more + 2 * value
        change[f"{column}37"] = sheet[f"{column}37"].value + more
    return changed(change)


def new_build() -> bytes:
    """The job centre's figures on a sheet of other name, with one row of heads and other words."""
    import io

    import openpyxl

    old = openpyxl.load_workbook(JOBCENTER)["Dezember"]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Auswertung"
    sheet.append(["Auswertung des Jobcenters"])
    sheet.append(["Quartier", "Bezeichnung", "Personen im SGB II", "darunter unter 15"])
    for row in range(9, 36):
        sheet.append([old[f"A{row}"].value, old[f"B{row}"].value, old[f"C{row}"].value, old[f"F{row}"].value])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()

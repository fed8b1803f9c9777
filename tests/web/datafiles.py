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

"""What is below the threshold stays hidden: from pages, files, error texts and the trail, whatever a person asks for."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from lebenslagen.web import models
from lebenslagen.web.services import data, data_layout
from tests.web.conftest import client_of, make_user

pytestmark = pytest.mark.django_db
People = dict[str, models.User]

# Counts nobody else has: four digits that stand nowhere in Musterstadt, and small ones that are also numbers of areas.
LOUD = ("4319", "5827", "6173", "7951")
SMALL = (3, 7, 2, 5)


def planted(marks: str = "") -> bytes:
    """A workbook of a source that nobody declared: a title, heads, areas without a column of names, two columns."""
    import openpyxl

    areas = data_layout.registers("2024")["sozialquartier"]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Fälle"
    sheet.append(["Fälle nach Quartier, Stand 31.12.2024"])
    sheet.append(["Quartier", "Fälle", "darunter unter 15", "Bemerkung"])
    for n, area in enumerate(areas.ids):
        few, loud = SMALL[n % 4], int(LOUD[n % 4]) + (n // 4) * 20000
        note = f"davon {loud} geschätzt nach altem Verfahren" if n == 5 else None
        sheet.append([area, f"{few}{marks}" if marks else few, loud, note])
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def upload(people: People, content: bytes, mapping: dict[str, Any] | None = None) -> models.Intake:
    """An upload of the youth office, described or not."""
    head = {"producer": "Jugendamt", "title": "Fälle", "department": "Jugend"}
    made = data.receive(
        content, "Fälle.xlsx", by=people["planner"], source="faelle", period="2024", head=head
    )
    return data.mapped(made, mapping, by=people["planner"]) if mapping else made


def mapping(**other: Any) -> dict[str, Any]:
    usual = {
        "sheet": "Fälle", "row": 2, "rows": 1, "key": 0, "name": -1, "form": "id", "level": "sozialquartier", "pad": 0,
        "totals": [], "total_level": "stadt", "heads": ["Quartier", "Fälle", "darunter unter 15", "Bemerkung"],
        "columns": {"2": {"variable": "faelle_u15", "unit": "count", "scale": ""}}, "signs": {},
    }  # fmt: skip
    return usual | other


def words(content: bytes) -> list[str]:
    """Everything a page holds: its texts and the values of its attributes."""
    text = re.sub(r'name="(once|csrfmiddlewaretoken|base)" value="[^"]*"', "", content.decode())
    text = re.sub(r'value="[^"]{30,}" name="csrf', "", text)
    return [word.strip() for word in re.split(r"<[^>]*>|\"", html.unescape(text)) if word.strip()] + [text]


def told(content: bytes) -> set[str]:
    """The planted numbers that stand in it, however they are written."""
    bare = re.sub(r"(?<=\d)[.  ](?=\d{3})", "", " ".join(words(content)))
    return {loud for loud in LOUD if re.search(rf"(?<!\d)\d*{loud}(?!\d)", bare)}


def cells(content: bytes) -> Iterator[list[str]]:
    """The rows of the tables of a page, as texts."""
    for row in re.findall(r"<tr[^>]*>(.*?)</tr>", content.decode(), re.DOTALL):
        found = re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.DOTALL)
        yield [html.unescape(re.sub(r"<[^>]+>", "", cell)).strip() for cell in found]


STEPS = ("intake-sheet", "intake-head", "intake-meaning", "intake-preview", "intake-check", "intake-take")
# What a person may say about a file to make numbers look like heads, or like the names of areas.
ABUSES: dict[str, dict[str, Any]] = {
    "as it is": {},
    "a row of figures as head": {"row": 9, "heads": ["07", "7", "26173", ""]},
    "the last row as head": {"row": 28, "heads": ["26", "7", "125827", ""]},
    "a column of figures as key": {
        "key": 2,
        "columns": {"1": {"variable": "x", "unit": "count", "scale": ""}},
    },
    "only the last column has a meaning": {"columns": {"3": {"variable": "x", "unit": "count", "scale": ""}}},
    "names as key": {"form": "name"},
    "another level": {"level": "stadt"},
}


@pytest.mark.parametrize("abuse", ABUSES)
def test_no_step_of_an_upload_tells_a_number(abuse: str, town: Any, people: People) -> None:
    made = upload(people, planted(), mapping(**ABUSES[abuse]))
    client = client_of(people["planner"])
    for step in STEPS:
        answer = client.get(reverse(step, args=[made.token]), follow=True)
        assert answer.status_code == 200, step
        assert told(answer.content) == set(), step
    assert told(client_of(both(people)).get(reverse("intake-sheet", args=[made.token])).content)
    assert told(client.post(reverse("intake-take", args=[made.token])).content) == set()


def both(people: People) -> models.User:
    """A planner who was given the right to see single values."""
    person = make_user("beides", "planner")
    models.Grant.objects.create(user=person, permission="values.see", by=people["approver"])
    return person


@pytest.mark.parametrize("marks", ["", "*", " 1)", " Fälle"])
def test_small_numbers_that_are_numbers_of_areas(marks: str, town: Any, people: People) -> None:
    """A count of 7 is not the quarter 07, and a mark at a number does not make it a word."""
    made, areas = (
        upload(people, planted(marks), {"sheet": "Fälle"}),
        data_layout.registers("2024")["sozialquartier"].ids[:5],
    )
    client = client_of(people["planner"])
    for step in ("intake-sheet", "intake-head"):
        rows = [
            r
            for r in cells(client.get(reverse(step, args=[made.token])).content)
            if len(r) > 3 and r[0] in ("3", "4", "5", "6", "7")
        ]
        assert [row[1] for row in rows] == list(areas), step
        assert not any(re.search(r"\d", row[2].replace("unter 10", "")) for row in rows), rows


@pytest.mark.parametrize("abuse", ABUSES)
def test_the_marked_copy_tells_no_number(abuse: str, town: Any, people: People) -> None:
    import zipfile

    made = upload(people, planted(), mapping(**ABUSES[abuse]))
    answer = client_of(people["planner"]).get(reverse("intake-copy", args=[made.token]))
    if answer.status_code == 200 and answer.content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
            for name in book.namelist():
                assert told(book.read(name)) == set(), name
                assert b"26173" not in book.read(name)


def test_a_row_of_figures_is_no_head(town: Any, people: People) -> None:
    made = upload(people, planted())
    client = client_of(people["planner"])
    client.post(reverse("intake-sheet", args=[made.token]), {"sheet": "Fälle"})
    form = {"row": "9", "rows": "1", "key": "0", "form": "id", "level": "sozialquartier"}
    answer = client.post(reverse("intake-head", args=[made.token]), form)
    assert answer.status_code == 422 and told(answer.content) == set()
    assert client.post(reverse("intake-head", args=[made.token]), {**form, "row": "2"}).status_code == 302


@pytest.mark.parametrize("role", ["reader", "admin"])
def test_whoever_only_reads_sees_that_values_came(role: str, read_town: Any, people: People) -> None:
    """No size either: before the release nobody else knows anything of what was delivered."""
    answer = client_of(people[role]).get(reverse("delivery-values", args=["jobcenter", "2024"]))
    body = [row for row in cells(answer.content) if len(row) > 1][1:]
    assert len(body) > 20 and not any(re.search(r"[\d≈]", cell) for row in body for cell in row[1:])
    sized = client_of(people["planner"]).get(reverse("delivery-values", args=["jobcenter", "2024"]))
    assert "≈" in sized.content.decode()


def test_an_error_page_tells_no_number(as_: Any, read_town: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from lebenslagen.errors import DataError, Fault

    faults = (
        Fault("part-exceeds-whole", "Fälle!C4", {"value": 4319, "limit": 3, "area": "07", "part": "a", "whole": "b", "other": "x"}),
        Fault("unknown-area", "Fälle!A9", {"value": "5827", "nearest": ""}),
        Fault("derived-negative", "index", {"variable": "x", "area": "07", "period": "2024", "value": "-6173", "where": "x"}),
    )  # fmt: skip

    def broken(*_: Any, **__: Any) -> None:
        raise DataError(faults)

    monkeypatch.setattr("lebenslagen.web.views.jobs.jobs.start", broken)
    client = as_("planner")
    answer = client.post("/auftraege/starten/", {"kind": "build"})
    assert answer.status_code == 422 and told(answer.content) == set() and "b“" in answer.content.decode()


def test_a_failed_job_tells_no_number(as_: Any, people: People, read_town: Any) -> None:
    values = {"variable": "x", "area": "07", "period": "2024", "value": "-6173", "where": "x"}
    job = models.Job.objects.create(
        kind="build", by=people["planner"], state="failed", faults=[{"code": "derived-negative", "where": "x", "values": values}]
    )  # fmt: skip
    for role, seen in (("planner", set()), ("approver", {"6173"})):
        answer = as_(role).get(reverse("job", args=[job.pk]))
        assert answer.status_code == 200 and told(answer.content) == seen

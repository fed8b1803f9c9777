"""Intake in the browser's services and pages: what comes in, what is refused, what is kept, what is gone after purging."""

from __future__ import annotations

import io
import json
import random
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from lebenslagen.errors import (
    DataError,
    DesignError,
    LebenslagenError,
    NotAllowed,
    ProjectError,
    QuestionOpen,
)
from lebenslagen.project import build
from lebenslagen.texts import texts
from lebenslagen.web import models
from lebenslagen.web.services import (
    data,
    data_calendar,
    data_files,
    data_layout,
    data_lineage,
    data_periods,
    data_steps,
    data_typing,
    data_values,
    data_veil,
)
from lebenslagen.web.services.base import Conflict
from lebenslagen.web.services.data_state import in_force
from tests.web.conftest import client_of, make_user
from tests.web.datafiles import DELIVERIES, FIRST, JOBCENTER, changed, corrected, new_build
from tests.web.writes import an_intake, line_in_force

People = dict[str, models.User]
T = texts("de")
PERSONS = b"Vorname;Nachname;Geburtsdatum\n" + b"".join(
    b"Eva;Muster%d;0%d.02.1990\n" % (n, n) for n in range(1, 9)
)


def sent(client: Any, content: bytes, name: str = "Jobcenter_Musterstadt_2024.xlsx", **more: str) -> Any:
    form = {"source": "jobcenter", "period": "2024", "file": SimpleUploadedFile(name, content), **more}
    return client.post(reverse("data-upload"), form)


def texts_of(response: Any) -> str:
    import html
    import re

    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html.unescape(response.content.decode())))


def everything_in(folder: Path) -> bytes:
    return b"\n".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


# --- the calendar ---------------------------------------------------------------------------------------------


def test_the_calendar_says_what_is_due(read_town: Any, people: People) -> None:
    """What a source declares and did not deliver is missing or due; what it does not declare is not expected."""
    from dataclasses import replace
    from datetime import date

    sources, period = list(read_town.declaration.sources.values()), [read_town.declaration.period("2021")]
    rows = data_calendar.calendar(read_town, sources, period, date(2026, 1, 1))
    states = {row[0].source: row[0].state for row in rows}
    assert [states[key] for key in ("gesundheit", "einwohner", "jobcenter")] == ["none", "arrived", "remarks"]
    health = read_town.declaration.source("gesundheit")
    tables = tuple(replace(t, periods=()) for t in health.layout.tables)
    every_year = replace(health, layout=replace(health.layout, tables=tables))
    late = data_calendar.calendar(read_town, [every_year], period, date(2026, 1, 1))[0][0]
    early = data_calendar.calendar(read_town, [every_year], period, date(2022, 3, 1))[0][0]
    assert (late.state, early.state, early.day) == ("missing", "due", date(2022, 9, 30))


def test_a_department_sees_its_own_sources_only(read_town: Any, as_: Callable[[str], Any]) -> None:
    page = texts_of(as_("department").get("/daten/"))
    assert "Jobcenter Musterstadt" in page and "Jugendamt" not in page
    assert as_("department").get(reverse("delivery", args=["jugend", "2024"])).status_code == 403
    assert as_("department").get(reverse("data-grid", args=["jugend", "2024"])).status_code == 403


# --- uploads --------------------------------------------------------------------------------------------------


def test_the_first_delivery_is_asked_about(town: Any, as_: Callable[[str], Any]) -> None:
    answer = sent(as_("planner"), FIRST.read_bytes())
    intake = models.Intake.objects.get()
    assert answer["Location"] == reverse("intake-check", args=[intake.token])
    page = texts_of(as_("planner").get(answer["Location"]))
    assert "Dezember!C37" in page and "Vor der Übernahme brauchen diese Fragen" in page
    with pytest.raises(QuestionOpen):
        data.take_over(intake, by=intake.by)
    assert in_force(town.project, "jobcenter", "2024").file == "Jobcenter_Musterstadt_2024.xlsx"  # type: ignore[union-attr]


def test_a_file_with_a_fault_is_not_welcomed_and_its_masked_digits_are_explained(
    town: Any, as_: Callable[[str], Any]
) -> None:
    """One sentence says where one stands; "2 4o1" is told with signs for digits to those who see no single values."""
    answer = sent(as_("department"), changed({"C10": "2 4o1"}))
    page = texts_of(as_("department").get(answer["Location"]))
    assert "So kann die Datei nicht übernommen werden." in page and "eingegangen. Übernommen" not in page
    assert "Jobcenter Musterstadt, Statistik der Bundesagentur für Arbeit, 31.12.2024 –" in texts_of(
        as_("department").get(reverse("data"))
    )
    assert "„# #o#“ ist keine Anzahl." in page and "Das Zeichen # steht für eine Ziffer" in page
    assert "Das Zeichen #" not in texts_of(
        as_("planner").get(sent(as_("planner"), FIRST.read_bytes())["Location"])
    )


def test_the_upload_says_where_a_new_year_begins(town: Any, as_: Callable[[str], Any]) -> None:
    assert reverse("data-period") in as_("planner").get(reverse("data-upload")).content.decode()
    assert reverse("data-period") not in as_("department").get(reverse("data-upload")).content.decode()


def test_personal_data_leave_nothing_behind(
    town: Any, as_: Callable[[str], Any], settings: Any, tmp_path: Path
) -> None:
    settings.FILE_UPLOAD_TEMP_DIR = str(tmp_path / "temporary")
    (tmp_path / "temporary").mkdir()
    answer = sent(as_("planner"), PERSONS, "Liste_Eva_Muster.csv")
    assert answer.status_code == 422 and "Personen" in texts_of(answer)
    assert not list((tmp_path / "temporary").iterdir())
    assert not models.Intake.objects.exists()
    last = town.project.journal.lines()[-1]
    assert last["what"] == "refused" and last["codes"] == ["personal-data"] and "file" not in last
    line = models.AuditLine.objects.latest("number")
    assert line.what == "data.refuse"
    left = (
        everything_in(town.root)
        + json.dumps(list(models.AuditLine.objects.values("what", "why", "key", "kind"))).encode()
    )
    assert b"Muster3" not in left and b"Liste_Eva" not in left


def test_persons_found_late_are_wiped(town: Any, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the first look lets a list pass, the check refuses it and the kept bytes go at once."""
    monkeypatch.setattr(data, "_readable", lambda *a: None)
    made = data.receive(
        PERSONS, "jobcenter_2024.csv", by=people["planner"], source="jobcenter", period="2024"
    )
    answer = client_of(people["planner"]).get(reverse("intake-check", args=[made.token]))
    assert answer.status_code == 422
    made.refresh_from_db()
    assert made.state == "dropped" and made.file == "–"
    assert b"Muster3" not in everything_in(town.root)


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd",
        "C:\\a\\b.csv",
        "a\u202ecsv.exe",
        "<img src=x onerror=alert(1)>.csv",
        "",
        "." * 300,
        "a\x00b.csv",
        "x.csv.html",
    ],
)
def test_hostile_names(name: str) -> None:
    found = data_files.file_name(name)
    assert (
        found and len(found) <= 130 and not set(found) & set('/\\\x00\u202e<>"') and not found.startswith(".")
    )


def test_a_hostile_name_is_text_on_every_page(town: Any, people: People) -> None:
    """Names and cells that are markup are shown as text."""
    content = changed({"A3": "<script>alert(1)</script>", "C10": "<b>zwölf</b>"})
    client = client_of(people["planner"])
    sent(client, content, "Jobcenter_2024_&lt;b&gt;'\".xlsx")
    token = models.Intake.objects.get().token
    for step in ("intake-check", "intake-preview", "intake-sheet"):
        page = client.get(reverse(step, args=[token])).content.decode()
        assert "<script>alert" not in page and "<b>zwölf" not in page and page.count("&lt;") > 0


def test_two_uploads_of_one_name_do_not_meet(town: Any, people: People) -> None:
    one = data.receive(
        JOBCENTER.read_bytes(), "a_2024.xlsx", by=people["planner"], source="jobcenter", period="2024"
    )
    two = data.receive(corrected(), "a_2024.xlsx", by=people["department"], source="jobcenter", period="2024")
    assert one.token != two.token and data_files.bytes_of(one) != data_files.bytes_of(two)


def test_a_form_sent_twice_counts_once(town: Any, as_: Callable[[str], Any]) -> None:
    client = as_("planner")
    first, second = (sent(client, corrected(), once="x" * 22) for _ in range(2))
    assert models.Intake.objects.count() == 1 and first["Location"] == second["Location"]


def test_too_large_is_refused(town: Any, as_: Callable[[str], Any], settings: Any) -> None:
    settings.UPLOAD_LIMIT = 10_000
    answer = sent(as_("planner"), b"a;b\n" * 5000)
    assert answer.status_code == 413 and not models.Intake.objects.exists()


def test_an_empty_or_foreign_file_is_refused_in_words(town: Any, as_: Callable[[str], Any]) -> None:
    for content, words in ((b"", "leer"), (b"GIF89a" + b"\x00" * 50, ""), (b"<html><table>", "")):
        answer = sent(as_("planner"), content, "a_2024.xlsx")
        assert (
            answer.status_code == 422
            and "lässt sich nicht annehmen" in texts_of(answer)
            and words in texts_of(answer)
        )
    assert not models.Intake.objects.exists()


def test_a_quota_for_each_person(town: Any, people: People, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(data, "MOST_OPEN", 1)
    an_intake(people)
    with pytest.raises(NotAllowed):
        an_intake(people)


def test_nobody_meets_another_departments_upload(town: Any, people: People) -> None:
    token = an_intake(people).token
    stranger = client_of(make_user("fremd", "department", department="Jugend"))
    for name in ("intake-check", "intake-preview", "intake-sheet", "intake-copy", "intake-take"):
        assert stranger.get(reverse(name, args=[token])).status_code == 403
    assert stranger.post(reverse("intake-take", args=[token])).status_code == 403
    assert client_of(people["department"]).get(reverse("intake-check", args=[token])).status_code == 200


def test_two_who_describe_one_file(town: Any, people: People) -> None:
    made = an_intake(people)
    from lebenslagen.web import audit
    from lebenslagen.web.services.base import digest

    base = digest(audit.state("intake", made.pk))
    data.mapped(made, {"sheet": "Dezember"}, by=people["planner"], base=base)
    with pytest.raises(Conflict):
        data.mapped(made, {"sheet": "Juni"}, by=people["department"], base=base)


# --- taken over -----------------------------------------------------------------------------------------------


def test_taken_over_and_taken_back(town: Any, people: People) -> None:
    before = in_force(town.project, "jobcenter", "2024")
    made = an_intake(people)
    client = client_of(people["planner"])
    client.post(reverse("intake-take", args=[made.token]))
    now = in_force(town.project, "jobcenter", "2024")
    assert before and now and now.snapshot != before.snapshot and now.by == people["planner"].name
    assert models.Job.objects.filter(kind="protect").exists()
    came = data_values.deliveries(town, "jobcenter", "2024")
    table = data_values.table(town, came, "sgb2", T, seen=True)
    assert [change for _, cells in table.rows for _, change in cells if change] == ["berichtigt", "berichtigt"] or sum(
        1 for _, cells in table.rows for _, change in cells if change == "berichtigt") == 1  # fmt: skip
    data.restore(before.line, by=people["planner"])
    assert in_force(town.project, "jobcenter", "2024") == before


def test_a_database_that_fails_leaves_no_delivery(
    town: Any, people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lebenslagen.web import audit

    made, before = an_intake(people), in_force(town.project, "jobcenter", "2024")

    def broken(*a: Any, **k: Any) -> Any:
        raise OSError("disk full")

    monkeypatch.setattr(audit, "write", broken)
    with pytest.raises(OSError, match="disk full"):
        data.take_over(made, by=people["planner"])
    assert in_force(town.project, "jobcenter", "2024") == before
    assert models.Intake.objects.get(pk=made.pk).state == "open" and data_files.bytes_of(made)


def test_a_job_that_computes_is_not_waited_for(town: Any, people: People) -> None:
    made = an_intake(people)
    with town.project.locked(), pytest.raises(Conflict):
        data.take_over(made, by=people["planner"])


def test_withdrawn_and_restored(town: Any, people: People) -> None:
    before = in_force(town.project, "jobcenter", "2024")
    assert before
    data.withdraw("jobcenter", "2024", by=people["planner"], why="falsches Jahr")
    assert in_force(town.project, "jobcenter", "2024") is None
    assert "zurückgezogen" in texts_of(client_of(people["planner"]).get("/daten/"))
    data.restore(before.line, by=people["planner"])
    assert in_force(town.project, "jobcenter", "2024") == before


# --- a file that is built differently -------------------------------------------------------------------------


def test_a_new_build_is_described_once_and_known_next_time(town: Any, people: People) -> None:
    client = client_of(people["planner"])
    comment = (town.root / "sources" / "jobcenter.toml").read_text("utf-8").splitlines()[0]
    sent(client, new_build())
    intake = models.Intake.objects.get()
    assert "anders aufgebaut" in texts_of(client.get(reverse("intake-check", args=[intake.token])))
    client.post(reverse("intake-sheet", args=[intake.token]), {"sheet": "Auswertung"})
    guess = client.get(reverse("intake-head", args=[intake.token])).context["now"]
    assert (guess["row"], guess["rows"], guess["key"], guess["form"], guess["level"]) == (
        2,
        1,
        0,
        "id",
        "sozialquartier",
    )
    client.post(reverse("intake-head", args=[intake.token]), {k: str(v) for k, v in guess.items()})
    told = {"period": "2024", "v2": "sgb2", "u2": "count", "v3": "sgb2_u15", "u3": "count", "s0": "withheld"}
    answer = client.post(reverse("intake-meaning", args=[intake.token]), told)
    assert answer["Location"] == reverse("intake-preview", args=[intake.token]), texts_of(answer)
    client.post(reverse("intake-check", args=[intake.token]), {"a-revision": "neuer Aufbau"})
    check = data_files.check_of(models.Intake.objects.get())
    assert client.post(reverse("intake-take", args=[intake.token])).status_code == 302, check.faults
    text = (town.root / "sources" / "jobcenter.toml").read_text("utf-8")
    assert text.startswith(comment) and 'until = "2024"' in text and 'since = "2024"' in text
    again = data_files.examine(new_build(), "Jobcenter_Musterstadt_2024.xlsx", "jobcenter", "2024")
    assert {f.code for f in again.faults} <= {
        "same-file",
        "revision",
        "withheld-by-supplier",
    }  # a workbook tells when it was saved
    assert next(s for s in again.reading.series if s.variable == "sgb2").values[0]
    old = data_files.examine(
        (DELIVERIES / "jobcenter" / "Jobcenter_Musterstadt_2023.xlsx").read_bytes(),
        "Jobcenter_Musterstadt_2023.xlsx",
        "jobcenter",
        "2023",
    )
    assert {f.code for f in old.faults} <= {"same-file", "withheld-by-supplier"}
    assert any(
        line["what"] == "declared"
        and line["file"] == "sources/jobcenter.toml"
        and line["by"] == people["planner"].name
        for line in town.project.journal.lines()
    )


def test_a_new_source_from_a_pasted_table(town: Any, people: People) -> None:
    client = client_of(people["planner"])
    areas = data_layout.registers("2024")["sozialquartier"]
    rows = "\n".join(
        f"{i}\t{name}\t{n + 11}" for n, (i, name) in enumerate(zip(areas.ids, areas.names, strict=True))
    )
    form = {"source": "neu", "period": "2024", "letter": "Schreiben vom 3. Februar", "table": f"Nr.\tQuartier\tSpielplätze\n{rows}",
            "neu-producer": "Grünflächenamt", "neu-title": "Spielplätze"}  # fmt: skip
    answer = client.post(reverse("data-paste"), form)
    assert answer.status_code == 302, texts_of(answer)
    intake = models.Intake.objects.get()
    client.post(reverse("intake-sheet", args=[intake.token]), {"sheet": Path(intake.file).stem})
    guess = client.get(reverse("intake-head", args=[intake.token])).context["now"]
    client.post(reverse("intake-head", args=[intake.token]), {k: str(v) for k, v in guess.items()})
    client.post(reverse("intake-meaning", args=[intake.token]), {"period": "2024", "v2": "+", "u2": "count"})
    answer = client.post(reverse("intake-take", args=[intake.token]))
    assert answer.status_code == 302, texts_of(answer)
    made = in_force(town.project, "spielplaetze", "2024")
    assert made and made.note == "Schreiben vom 3. Februar" and made.by == people["planner"].name
    assert town.declaration.source("spielplaetze").source.producer == "Grünflächenamt"
    assert [row[4] for row in build.rows_of(town._works(), made)][:2] == [11.0, 12.0]


def test_figures_typed_into_the_grid(town: Any, people: People) -> None:
    (table,) = data_typing.tables("jobcenter", "2024")
    areas, columns = data_layout.registers("2024")["sozialquartier"], table.fields
    typed = {f"z{n}-{area}": str(20 - n) for area in areas.ids for n in range(len(columns))}
    typed |= {f"z{n}-{areas.ids[0]}": "" for n in range(len(columns))}
    client = client_of(people["department"])
    answer = client.post(
        reverse("data-grid", args=["jobcenter", "2024"]), {**typed, "letter": "Schreiben vom 3. Februar"}
    )
    assert answer.status_code == 302, texts_of(answer)
    intake = models.Intake.objects.get()
    check = data_files.check_of(intake)
    first = next(s for s in check.reading.series if s.variable == "sgb2")
    assert first.values[0] is None and set(first.values[1:]) == {20}
    assert {f.code for f in check.faults} <= {"revision", "unit-break", "jump", "fell-steeply", "digit-slip"}


def test_tables_below_each_other_are_typed_side_by_side(town: Any, people: People) -> None:
    """Households come as blocks under titles; in the grid each is a column, in the file they stand below each other."""
    client, address = client_of(people["planner"]), reverse("data-grid", args=["haushalte", "2024"])
    (table,) = data_typing.tables("haushalte", "2024")
    assert [f.label for f in table.fields][:2] == ["Privathaushalte insgesamt", "Einpersonenhaushalte"]
    assert "Alleinerziehende" in texts_of(client.get(address))
    areas = data_layout.registers("2024")["sozialquartier"].ids
    typed = {
        f"z{n}-{area}": "1.234" if n == 0 else str(100 + n)
        for area in areas
        for n in range(len(table.fields))
    }
    answer = client.post(address, {**typed, "letter": "Brief der Statistikstelle vom 3. Februar"})
    assert answer.status_code == 302, texts_of(answer)
    intake = models.Intake.objects.get()
    assert (intake.by, intake.kind, intake.letter) == (
        people["planner"],
        "grid",
        "Brief der Statistikstelle vom 3. Februar",
    )
    check = data_files.check_of(intake)
    read = {s.variable: s.values for s in check.reading.series}
    assert (
        set(read["haushalte"]) == {1234}
        and set(read["haushalte_1"]) == {101}
        and len(read) == len(table.fields)
    )


SECOND = """
[[tables]]
since = "2025"
sheet = "Ausbildung"
header = { row = 2, rows = 2 }
level = "sozialquartier"
key = { column = "Nr.", form = "id" }
columns = [{ head = "Azubis / insgesamt", variable = "azubis", unit = "count" }, { head = "Azubis / in %", variable = "azubis_anteil", unit = "percent", scale = "percent" }]
"""


def test_of_several_tables_one_is_chosen_and_the_others_are_kept(town: Any, people: People) -> None:
    """Both stand in one workbook with their nested heads: what is not typed now comes from the delivery in force."""
    path = town.root / "sources" / "jobcenter.toml"
    day = town.declaration.period("2024")
    data_periods.add_period("2025", day.as_of.replace(year=2025), day.vintage, by=people["planner"])
    path.write_text(path.read_text() + SECOND)
    client, address = client_of(people["planner"]), reverse("data-grid", args=["jobcenter", "2025"])
    assert "Welche Tabelle" in texts_of(client.get(address))
    areas = data_layout.registers("2025")["sozialquartier"].ids
    one, two = data_typing.tables("jobcenter", "2025")
    for table, text in ((one, "20"), (two, "7,5")):
        page = texts_of(client.get(address, {"tabelle": table.number}))
        assert f"Tabelle: {table.label}" in page
        typed = {f"z{n}-{a}": text if n else "2.400" for a in areas for n in range(len(table.fields))}
        answer = client.post(address, {**typed, "tabelle": str(table.number), "letter": "Schreiben"})
        assert answer.status_code == 302, texts_of(answer)
        intake = models.Intake.objects.filter(state="open").latest("at")
        check = data_files.check_of(intake)
        data.answer(
            intake,
            {f.code: "Probe" for f in check.faults if f.code in data_typing_answers()},
            by=people["planner"],
        )
        data.take_over(models.Intake.objects.get(pk=intake.pk), by=people["planner"])
    read = {s.variable: s.values for s in check.reading.series}
    assert set(read["sgb2"]) == {2400} and set(read["arbeitslose_15_24"]) == {20}
    assert set(read["azubis"]) == {2400} and set(read["azubis_anteil"]) == {7.5}
    pasted = {"source": "jobcenter", "period": "2025", "letter": "Schreiben", "table": "Nr.\tAzubis\n01\t3"}
    answer = client.post(reverse("data-paste"), pasted)
    assert answer.status_code == 422 and "mehrere Tabellen" in texts_of(answer)


def data_typing_answers() -> Any:
    from lebenslagen.project.read import ANSWERABLE

    return ANSWERABLE


def test_german_numbers_pasted_from_a_spreadsheet(town: Any, people: People) -> None:
    """Tabs, thousands with dots and a decimal comma, as Excel puts them on the clipboard."""
    areas = data_layout.registers("2024")["sozialquartier"]
    lines = [
        "Nr.\tKinder in Kitas\tQuote",
        *(f"{a}\t1.2{n:02d}\t9{n % 10},5" for n, a in enumerate(areas.ids)),
    ]
    client = client_of(people["planner"])
    form = {"source": "neu", "period": "2024", "letter": "Mail des Jugendamts", "table": "\r\n".join(lines),
            "neu-producer": "Jugendamt", "neu-title": "Kitas"}  # fmt: skip
    assert client.post(reverse("data-paste"), form).status_code == 302
    made = models.Intake.objects.get()
    client.post(reverse("intake-sheet", args=[made.token]), {"sheet": data_files.grid_of(data_files.bytes_of(made), made.file).sheets[0].name})  # fmt: skip
    client.post(reverse("intake-head", args=[made.token]), {"row": "1", "rows": "1", "key": "0", "level": "sozialquartier", "form": "id"})  # fmt: skip
    told = {"period": "2024", "v1": "+", "n1": "Kinder in Kitas", "p1": "1", "u1": "count", "v2": "+", "n2": "Kitaquote", "u2": "percent"}  # fmt: skip
    assert client.post(reverse("intake-meaning", args=[made.token]), told).status_code == 302
    read = {s.variable: s.values for s in data_files.check_of(models.Intake.objects.get()).reading.series}
    assert read["kinder_in_kitas"][:3] == [1200, 1201, 1202] and read["kitaquote"][:2] == [90.5, 91.5]


def test_a_declaration_that_cannot_be_continued(town: Any) -> None:
    mapping = {"sheet": "", "row": 1, "rows": 1, "level": "stadt", "key": 0, "form": "id", "heads": ["a", "b"],
               "columns": {"1": {"variable": "x", "unit": "count"}}}  # fmt: skip
    with pytest.raises(DesignError):
        data_layout.text_of(
            b'key = "a"\nproducer = "P"\ntitle = "T"\ntables = [{ level = "stadt" }]\n',
            "sources/a.toml",
            "a",
            "2024",
            {},
            mapping,
        )


def test_later_builds_stand_one_after_the_other() -> None:
    from lebenslagen.project.toml import parse

    mapping = {"sheet": "", "row": 1, "rows": 1, "level": "stadt", "key": 0, "form": "id", "heads": ['a "x"', "b"],
               "columns": {"1": {"variable": "x", "unit": "count"}}}  # fmt: skip
    text = b'# Kopf\nkey = "a"\n\n[[tables]]\n# Tabelle\nlevel = "stadt"\n'
    for period in ("2025", "2023", "2025"):
        text = data_layout.text_of(text, "sources/a.toml", "a", period, {}, mapping)
    tables = parse(text, "a")["tables"]
    assert [(t.get("since"), t.get("until")) for t in tables] == [
        (None, "2023"),
        ("2023", "2025"),
        ("2025", None),
    ]
    assert b"# Kopf" in text and b"# Tabelle" in text


# --- who sees what --------------------------------------------------------------------------------------------


def test_the_planner_sees_sizes_and_the_approver_numbers(town: Any, people: People) -> None:
    secret = "1.836"
    made = data.receive(
        JOBCENTER.read_bytes(), JOBCENTER.name, by=people["planner"], source="jobcenter", period="2024"
    )
    planner, page = client_of(people["planner"]), reverse("intake-preview", args=[made.token])
    seen = texts_of(planner.get(page))
    assert secret not in seen and "≈ 2.000" in seen and "Glückaufsiedlung" in seen
    both = make_user("beides", "planner")
    models.Grant.objects.create(user=both, permission="values.see", by=people["approver"])
    assert secret in texts_of(client_of(both).get(page))
    values = reverse("delivery-values", args=["jobcenter", "2024"])
    assert secret not in texts_of(planner.get(values)) and secret in texts_of(
        client_of(people["approver"]).get(values)
    )


def test_the_marked_copy_of_a_planner_holds_no_small_number(town: Any, people: People) -> None:
    import openpyxl

    made = data.receive(
        JOBCENTER.read_bytes(), JOBCENTER.name, by=people["planner"], source="jobcenter", period="2024"
    )
    content = client_of(people["planner"]).get(reverse("intake-copy", args=[made.token])).content
    book = openpyxl.load_workbook(io.BytesIO(content))
    cells = [
        c.value
        for name in book.sheetnames[1:]
        for row in book[name].iter_rows()
        for c in row
        if c.value is not None
    ]
    assert not [c for c in cells if isinstance(c, int | float)]
    assert "unter 10" in cells and "Altmarkt" in cells


def test_faults_tell_no_small_number() -> None:
    from lebenslagen.errors import Fault

    fault = data_veil.veiled_fault(
        Fault(
            "part-exceeds-whole",
            "a!B2",
            {"value": 3, "limit": 2, "area": "01", "part": "a", "whole": "b", "other": "a!C2"},
        ),
        T,
    )
    assert fault.values["value"] == "unter 10" and fault.values["area"] == "01"
    told = data_veil.veiled_fault(
        Fault("revision", "a!B2", {"examples": "01 sgb2: 4 → 5; 02 sgb2: 7 → 9"}), T
    )
    assert not any(c in str(told.values["examples"]) for c in "4579")


# --- where a number comes from --------------------------------------------------------------------------------


def cells_of(town: Any, snapshot: str, name: str) -> dict[str, float | None]:
    """Every cell of a delivered file, read without any layout: place -> number."""
    grid = data_files.grid_of(town.project.snapshot(snapshot), name)
    from lebenslagen.project.read.grid import address

    found: dict[str, float | None] = {}
    for sheet in grid.sheets:
        for column, cells in enumerate(sheet.columns):
            for row, cell in enumerate(cells):
                number = (
                    cell
                    if isinstance(cell, float)
                    else data_veil.number_of(cell.rstrip(" %"))
                    if isinstance(cell, str)
                    else None
                )
                zero = isinstance(cell, str) and cell.strip() in ("–", "-")
                found[address(sheet.name, row, column)] = (
                    0.0 if zero else None if number is None else float(number)
                )
    return found


def drawn(figures: Any) -> list[tuple[Any, str, str]]:
    """Two hundred released numbers at random, and three of each figure of the index besides."""
    places = [
        (c, level, area) for c in figures.columns
        for level, cells in c.cells.items() for area, cell in cells.items() if cell.value is not None
    ]  # fmt: skip
    chance = random.Random(20240613)
    chosen = chance.sample(places, 200)
    for role in sorted({c.role for c, _, _ in places if c.kind in ("computed", "opaque")}):
        chosen += chance.sample([p for p in places if p[0].role == role], 3)
    return chosen


def test_two_hundred_numbers_end_at_cells_that_recompute_them(read_town: Any, people: People) -> None:
    """Drawn at random among all released numbers, those of the index too; each is computed again from nothing but what
    stands in the delivered files, in the cells its chain ends at, and the published estimates it names."""
    figures = read_town.edition("sozialbericht-2024", "de", to=people["planner"]).release
    files: dict[str, dict[str, float | None]] = {}
    wrong, chosen = [], drawn(figures)
    for column, level, area in chosen:
        found = data_lineage.released(read_town, column.key, level, area, "sozialbericht-2024", T, to=None)
        assert found
        chain = data_lineage.chain(read_town, found, T)
        assert {s.op for s in data_steps.steps(chain) if not s.parts} <= {"cell", "estimate"}, column.key
        ends = [step.cell for step in data_lineage.cells(chain) if step.cell]
        assert ends, column.key
        for cell in ends:
            if cell.snapshot not in files:
                files[cell.snapshot] = cells_of(read_town, cell.snapshot, cell.file)
        read = {(c.snapshot, c.where): files[c.snapshot][c.where] for c in ends}
        value, shown = data_lineage.recomputed(chain, read), column.cells[level][area].value
        if not agrees(value, shown, column.decimals) or not data_lineage.agrees(chain, found):
            wrong.append((column.key, level, area, shown, value))
    assert wrong == []
    assert {c.role for c, _, _ in chosen} >= {"score", "contribution", "class", "dynamics_score", "dynamics_contribution",
        "dynamics_class", "combined_class", "probability", "persons_to_border", "change", "rate", "residents"}  # fmt: skip


def agrees(value: float | str | None, shown: Any, decimals: int) -> bool:
    if isinstance(shown, Decimal) and isinstance(value, float):
        return abs(float(shown) - value) <= 0.5 * 10**-decimals + 1e-6
    return value == shown


def test_a_changed_cell_changes_the_number(read_town: Any, people: People) -> None:
    """The recomputation is no echo: with another cell it differs."""
    found = data_lineage.released(read_town, "SGB.rate@2024", "sozialraum", "3", "", T, to=None)
    assert found
    chain = data_lineage.chain(read_town, found, T)
    read = {
        (s.cell.snapshot, s.cell.where): float(s.value)
        for s in data_lineage.cells(chain)
        if s.cell and s.value is not None
    }  # type: ignore[arg-type]
    before = data_lineage.recomputed(chain, read)
    first = next(iter(read))
    assert data_lineage.recomputed(chain, {**read, first: read[first] + 50}) != before


def test_the_score_hangs_on_the_cells_of_other_areas_too(read_town: Any, people: People) -> None:
    """Mean and standard deviation are part of the chain: another number elsewhere gives another score here."""
    key = "sozialindex.score@2024"
    found = data_lineage.released(read_town, key, "sozialquartier", "05", "sozialbericht-2024", T, to=None)
    assert found
    chain = data_lineage.chain(read_town, found, T)
    ends = [s for s in data_lineage.cells(chain) if s.cell and s.value is not None]
    read = {(s.cell.snapshot, s.cell.where): float(s.value) for s in ends if s.cell}  # type: ignore[arg-type]
    before, other = data_lineage.recomputed(chain, read), next(s for s in ends if s.area == "01" and s.cell)
    assert other.cell
    place = (other.cell.snapshot, other.cell.where)
    assert data_lineage.recomputed(chain, {**read, place: read[place] + 200}) != before


def test_the_chain_of_a_score_says_each_step_in_words(read_town: Any, as_: Callable[[str], Any]) -> None:
    """For everybody down to the published counts, and for whoever sees single values to the cells."""
    address = reverse("lineage", args=["sozialindex.score@2024", "sozialquartier", "05"])
    for who, deep in (("reader", False), ("approver", True)):
        page = texts_of(as_(who).get(address))
        assert "die Beiträge zusammengezählt" in page and "Beitrag von: " in page
        assert "÷" in page and "Standardabweichung über 26 Gebiete" in page
        assert "ergeben die gezeigte Zahl" in page and "≈" in page
        assert ("Dezember!" in page) is deep
        assert ("nicht veröffentlicht; dafür steht die Schätzung" in page) is False  # not of this quarter
    hidden = reverse(
        "lineage", args=["sozialindex.contribution.JA@2024", "sozialquartier", estimated_area(read_town)]
    )
    page = texts_of(as_("reader").get(hidden))
    assert "nicht veröffentlicht; dafür steht die Schätzung" in page and "Dezember!" not in page
    group = texts_of(
        as_("reader").get(reverse("lineage", args=["sozialindex.class@2024", "sozialquartier", "05"]))
    )
    assert "Klassen: " in group and "1,50" in group


def test_in_a_large_town_only_the_own_cells_are_followed_at_once(
    read_town: Any, as_: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The others end at what is published, until everything is asked for; the figure comes out all the same."""
    from lebenslagen.web.views import data_lineage as pages

    monkeypatch.setattr(pages, "MOST", 5)
    address = reverse("lineage", args=["sozialindex.score@2024", "sozialquartier", "05"])
    few, whole = as_("approver").get(address), as_("approver").get(address, {"alle": "1"})
    assert few.context["agrees"] and whole.context["agrees"]
    assert few.context["others"].cells == () and whole.context["others"].cells
    assert [c.step.cell for c in few.context["cells"]] == [c.step.cell for c in whole.context["cells"]] != []


def estimated_area(town: Any) -> str:
    figures = town.edition("sozialbericht-2024", "de", to=None) or town.released("sozialbericht-2024")
    figures = getattr(figures, "release", figures)
    cells = figures.column("arbeitslose_15_24@2024").cells["sozialquartier"]
    return next(a for a, c in cells.items() if c.mark == "withheld" and a != "08")


def test_lineage_ends_at_the_released_figure_for_others(read_town: Any, as_: Callable[[str], Any]) -> None:
    address = reverse("lineage", args=["SGB.rate@2024", "sozialquartier", "05"])
    for who in ("reader", "department", "planner", "guest"):
        page = texts_of(as_(who).get(address))
        assert "Hier endet die Kette" in page and "Dezember!" not in page and "Freigegebene Zahl" in page
    assert "Dezember!" in texts_of(as_("approver").get(address))
    assert (
        as_("reader").get(reverse("lineage", args=["gibtesnicht", "sozialquartier", "05"])).status_code == 404
    )


# --- purging --------------------------------------------------------------------------------------------------


def test_purging_needs_two_and_leaves_one_line_without_content(town: Any, people: People) -> None:
    made = an_intake(people, name="Geheim_Mueller_2024.xlsx")
    data.answer(made, {"revision": "Anruf bei Frau Geheimrat"}, by=people["planner"])
    data.take_over(made, by=people["planner"])
    models.Job.objects.create(
        kind="build",
        by=people["planner"],
        lines=["Gelesen: Geheim_Mueller_2024.xlsx", "anderes"],
        step="anderes",
    )
    delivered = in_force(town.project, "jobcenter", "2024")
    assert delivered
    raw = town.project.snapshot(delivered.snapshot)
    asked = data.ask_purge(delivered.line, "persons", by=people["planner"])
    with pytest.raises(NotAllowed):
        data.confirm_purge(asked, by=people["planner"])
    assert town.project.snapshot(delivered.snapshot) == raw
    data.confirm_purge(models.Purge.objects.get(pk=asked.pk), by=people["approver"])
    left = everything_in(town.root)
    for trace in (b"Geheim_Mueller", b"Geheimrat", raw[:200]):
        assert trace not in left, trace
    assert (
        not (town.root / ".cache" / "rows").exists()
        and not (town.root / "snapshots" / delivered.snapshot).exists()
    )
    states = b"".join(bytes(s.content) for s in models.State.objects.exclude(content=None))
    assert b"Geheim_Mueller" not in states and b"Geheimrat" not in states
    assert models.Job.objects.get(kind="build").lines == ["anderes"]
    lines = [line for line in town.project.journal.lines() if line["what"] == "purged"]
    assert len(lines) == 1 and lines[0]["confirmed_by"] == people["approver"].name
    assert town.project.verify() == []
    page = texts_of(client_of(people["planner"]).get(reverse("delivery", args=["jobcenter", "2024"])))
    assert "endgültig gelöscht" in page and "Geheim" not in page


def test_after_purging_the_project_builds_or_says_what_is_missing(town: Any, people: People) -> None:
    asked = data.ask_purge(line_in_force(), "supplier", by=people["planner"])
    data.confirm_purge(asked, by=people["approver"])
    works = build.open_works(town.project)
    try:
        build.built_index(works, "sozialindex", "2024")
        raised = ""
    except LebenslagenError as error:
        raised = ", ".join(f.code for f in error.faults)
    assert raised
    assert build.built_index(works, "sozialindex", "2020")


def test_an_emptied_line_needs_the_line_that_says_so(town: Any, people: People) -> None:
    """Nobody empties a line by hand: without a purging that names it the journal is broken."""
    path = town.root / "history.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    number = next(n for n, line in enumerate(lines) if json.loads(line)["what"] == "delivered")
    told = json.loads(lines[number])
    emptied = {
        "what": "emptied",
        "was": "delivered",
        "at": told["at"],
        "before": told["before"],
        "digest": told["digest"],
    }
    path.write_bytes(
        b"".join(
            [
                *lines[:number],
                json.dumps(emptied, sort_keys=True, separators=(",", ":")).encode() + b"\n",
                *lines[number + 1 :],
            ]
        )
    )
    with pytest.raises(ProjectError):
        town.project.journal.lines()


def test_refused_data_are_data_errors(town: Any, people: People) -> None:
    with pytest.raises(DataError):
        data.receive(PERSONS, "a.csv", by=people["planner"], source="jobcenter", period="2024")


def test_a_table_too_large_to_type_is_delivered_as_a_file(
    as_: Callable[[str], Any], read_town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lebenslagen.web.services import data_typing

    client = as_("planner")
    assert "<input name=" in client.get("/daten/eintippen/jobcenter/2024/").content.decode()
    monkeypatch.setattr(data_typing, "MOST_TYPED", 20)
    page = client.get("/daten/eintippen/jobcenter/2024/").content.decode()
    assert "<input name=" not in page and "/daten/neu/" in page

"""Next year in the browser: a period more, who delivers it, last year's build, and a column nobody declared yet."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse

from lebenslagen.errors import DesignError, NotAllowed
from lebenslagen.web import models
from lebenslagen.web.services import data, data_blocks, data_periods, history
from lebenslagen.web.services.data_state import in_force
from tests.web.datafiles import JOBCENTER, corrected, new_build
from tests.web.test_data import texts_of

People = dict[str, models.User]
NEXT = {"key": "2025", "as_of": "2025-12-31", "label": "31.12.2025", "vintage": "2019-01-01"}


def last_line() -> models.AuditLine:
    return models.AuditLine.objects.latest("number")


def test_next_year_from_the_calendar_to_the_figures_and_back(
    town: Any, as_: Callable[[str], Any], people: People
) -> None:
    """The form starts with what comes next; the file of the new year is read by the build of the last; undo restores the bytes."""
    planner, before = as_("planner"), dict(town.project.declared())
    page = planner.get(reverse("data-period"))
    assert b'value="2025-12-31"' in page.content and b'value="2025"' in page.content
    planner.post(reverse("data-period"), {**NEXT, "sources": ["gesundheit"]})
    assert "31.12.2025" in texts_of(planner.get(reverse("data")))
    line, kept = last_line(), list((town.root / "history").iterdir())
    assert (line.what, line.kind, line.key, line.by) == ("data.period", "period", "2025", people["planner"])
    assert '"2025"' in (town.root / "sources" / "gesundheit.toml").read_text()
    assert any((town.root / "project.toml").read_bytes() == h.read_bytes() for h in kept if h.is_file())
    made = data.receive(corrected(), "Jobcenter_Musterstadt_2025.xlsx", by=people["planner"], source="jobcenter", period="2025")  # fmt: skip
    check = planner.get(reverse("intake-check", args=[made.token]))
    assert check.status_code == 200 and made.mapping == {}
    data.answer(made, {"fell-steeply": "Probe", "jump": "Probe"}, by=people["planner"])
    delivery = data.take_over(models.Intake.objects.get(pk=made.pk), by=people["planner"])
    assert in_force(town.project, "jobcenter", "2025") == delivery
    data.withdraw("jobcenter", "2025", by=people["planner"], why="Probe")
    history.revert(line.number, by=people["planner"])
    assert dict(town.project.declared()) == before


@pytest.mark.parametrize(("told", "words"), [
    ({"key": "2024"}, "Zeitraum mit diesem Namen"), ({"as_of": "2024-12-31"}, "Zeitraum mit diesem Tag"),
    ({"key": "a b/c"}, "Nur Buchstaben"), ({"as_of": "morgen"}, "wie 31.12.2025"), ({"vintage": "1999-01-01"}, ""),
])  # fmt: skip
def test_a_period_that_cannot_be_is_told_at_its_field(
    town: Any, as_: Callable[[str], Any], told: dict[str, str], words: str
) -> None:
    before = dict(town.project.declared())
    page = as_("planner").post(reverse("data-period"), {**NEXT, **told})
    assert page.status_code == 422 and words in texts_of(page)
    assert dict(town.project.declared()) == before


def test_a_department_declares_no_period(town: Any, as_: Callable[[str], Any], people: People) -> None:
    assert as_("department").get(reverse("data-period")).status_code == 403
    with pytest.raises(NotAllowed):
        data_periods.expect("gesundheit", "2021", by=people["department"])


def test_what_a_source_does_not_declare_is_not_missing(
    town: Any, as_: Callable[[str], Any], people: People
) -> None:
    """In 2021 there was no school examination: no delivery is missing, until somebody declares that there was one."""
    planner, address = as_("planner"), reverse("delivery", args=["gesundheit", "2021"])
    assert "Es fehlt nichts" in texts_of(planner.get(address))
    assert "nicht erwartet" in texts_of(planner.get(reverse("data")))
    planner.post(reverse("data-expect", args=["gesundheit", "2021"]), {"wanted": "yes"})
    assert data_periods.delivers(town.declaration.sources["gesundheit"], "2021")
    assert "Es fehlt nichts" not in texts_of(planner.get(address))
    planner.post(reverse("data-expect", args=["gesundheit", "2021"]), {"wanted": "no"})
    assert not data_periods.delivers(town.declaration.sources["gesundheit"], "2021")
    with pytest.raises(ValidationError):
        data_periods.expect("jobcenter", "2021", by=people["planner"])


def with_column(more: int = 0) -> bytes:
    """The job centre's figures with a column more that nobody declared, each of its numbers larger by `more`."""
    book = openpyxl.load_workbook(io.BytesIO(new_build()))
    sheet = book["Auswertung"]
    sheet["E2"] = "Alleinerziehende im SGB II"
    for row in range(3, sheet.max_row + 1):
        sheet[f"E{row}"] = row + more
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_an_unknown_column_becomes_a_variable(town: Any, as_: Callable[[str], Any], people: People) -> None:
    """Named by the person in the step on meanings; declared with its own line in the trail; delivered with the file."""
    planner, before = as_("planner"), (town.root / "indicators.toml").read_bytes()
    made = data.receive(
        with_column(), JOBCENTER.name, by=people["planner"], source="jobcenter", period="2024"
    )
    planner.post(reverse("intake-sheet", args=[made.token]), {"sheet": "Auswertung"})
    planner.post(reverse("intake-head", args=[made.token]), {"row": "2", "rows": "1", "key": "0", "level": "sozialquartier", "form": "id"})  # fmt: skip
    told = {"period": "2024", "v2": "sgb2", "u2": "count", "v3": "sgb2_u15", "u3": "count",
            "v4": "+", "u4": "count", "n4": "Alleinerziehende mit Leistungen", "p4": "1"}  # fmt: skip
    answer = planner.post(reverse("intake-meaning", args=[made.token]), told)
    assert answer.status_code == 302, texts_of(answer)
    line, key = last_line(), "alleinerziehende_mit_leistungen"
    assert (line.what, line.key) == ("data.variable", key)
    row = data_blocks.row_of((town.root / "indicators.toml").read_bytes(), "variables", key)
    assert row == {"key": key, "label": "Alleinerziehende mit Leistungen"}
    again = planner.get(reverse("intake-meaning", args=[made.token]))
    assert b'value="Alleinerziehende mit Leistungen"' in again.content
    data.answer(models.Intake.objects.get(pk=made.pk), {"revision": "Probe"}, by=people["planner"])
    data.take_over(models.Intake.objects.get(pk=made.pk), by=people["planner"])
    values = texts_of(planner.get(reverse("delivery-values", args=["jobcenter", "2024"]), {"merkmal": key}))
    assert "Alleinerziehende mit Leistungen" in values
    history.revert(line.number, by=people["planner"])
    assert (town.root / "indicators.toml").read_bytes() == before


def test_the_new_column_is_there_in_the_layout_of_next_year(town: Any, people: People) -> None:
    """A second period by the same build: what was said once is not asked again."""
    test = {
        "row": 2,
        "rows": 1,
        "key": 0,
        "level": "sozialquartier",
        "form": "id",
        "pad": 0,
        "name": 1,
        "sheet": "Auswertung",
    }
    made = data.receive(
        with_column(), JOBCENTER.name, by=people["planner"], source="jobcenter", period="2024"
    )
    heads = [
        "Quartier",
        "Bezeichnung",
        "Personen im SGB II",
        "darunter unter 15",
        "Alleinerziehende im SGB II",
    ]
    columns = {"2": {"variable": "sgb2", "unit": "count", "scale": ""}, "4": {"variable": "alleinerziehende_sgb2", "unit": "count", "scale": ""}}  # fmt: skip
    data.mapped(made, {**test, "heads": heads, "columns": columns, "signs": {}, "totals": [], "total_level": "stadt"}, by=people["planner"])  # fmt: skip
    data.answer(made, {"revision": "Probe"}, by=people["planner"])
    data.take_over(models.Intake.objects.get(pk=made.pk), by=people["planner"])
    data_periods.add_period("2025", town.declaration.period("2024").as_of.replace(year=2025), town.declaration.period("2024").vintage, by=people["planner"])  # fmt: skip
    second = data.receive(with_column(1), JOBCENTER.name.replace("2024", "2025"), by=people["planner"], source="jobcenter", period="2025")  # fmt: skip
    data.take_over(second, by=people["planner"])
    found = in_force(town.project, "jobcenter", "2025")
    assert found is not None


def test_an_indicator_is_declared_shown_and_taken_back(
    town: Any, as_: Callable[[str], Any], people: People
) -> None:
    """Two counts make a share; it stands in the catalogue, with who declared it, and goes again byte for byte."""
    planner, before = as_("planner"), (town.root / "indicators.toml").read_bytes()
    assert "Indikator ergänzen" in texts_of(planner.get(reverse("indicators")))
    assert "Indikator ergänzen" not in texts_of(as_("reader").get(reverse("indicators")))
    told = {"label": "Hilfen zur Erziehung je Kopf", "numerator": "hze", "denominator": "einwohner_u21", "direction": "1",
            "dimension": "familie", "description": "Hilfen je 100 junge Menschen.", "min_base": "50"}  # fmt: skip
    for wrong in (
        {"denominator": "hze"},
        {"direction": ""},
        {"label": "Kinder in Haushalten mit Leistungen nach dem SGB II"},
    ):
        assert planner.post(reverse("indicator-new"), {**told, **wrong}).status_code == 422
    assert (town.root / "indicators.toml").read_bytes() == before
    answer = planner.post(reverse("indicator-new"), told)
    key = "hilfen_zur_erziehung_je_kopf"
    assert answer["Location"] == reverse("indicator", args=[key])
    assert "Hilfen je 100 junge Menschen." in texts_of(planner.get(reverse("indicators")))
    assert town.declaration.catalogue.indicator(key).min_base == 50
    line = last_line()
    assert (line.what, line.kind, line.by) == ("data.indicator", "indicator", people["planner"])
    history.revert(line.number, by=people["planner"])
    assert (town.root / "indicators.toml").read_bytes() == before


def test_a_variable_an_indicator_rests_on_stays(town: Any, people: People) -> None:
    data_periods.add_variable("kita", "Kinder in Kitas", by=people["planner"], source="jobcenter")
    line = last_line()
    data_periods.add_indicator("Kitaquote", "kita", "einwohner_u15", by=people["planner"], direction=-1)
    with pytest.raises(DesignError):
        history.revert(line.number, by=people["planner"])
    assert data_blocks.row_of((town.root / "indicators.toml").read_bytes(), "variables", "kita")

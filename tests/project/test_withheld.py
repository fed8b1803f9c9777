"""A figure that its supplier withholds enters the index as what it can be: in the CSV, in the release, in the report's words."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from lebenslagen.disclosure import Release
from lebenslagen.errors import DesignError
from lebenslagen.project import build, intake, publish, withheld
from lebenslagen.project.start import start
from lebenslagen.project.store import Project
from lebenslagen.texts import texts

pytestmark = pytest.mark.files

AT = datetime(2025, 6, 30, tzinfo=UTC)
LEVEL = "sozialquartier"
AREA = "20"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Musterstadt, where the Jobcenter withholds the young unemployed of one more quarter in 2024."""
    root = tmp_path_factory.mktemp("withheld") / "town"
    list(start(root, "musterstadt", None, by="A", at=AT))
    project = Project(root)
    (delivery,) = [d for d in project.deliveries() if (d.source, d.period) == ("jobcenter", "2024")]
    file = root.parent / delivery.file
    file.write_bytes(project.snapshot(delivery.snapshot))
    book = openpyxl.load_workbook(file)
    (row,) = [row for row in book["Dezember"].iter_rows() if row[0].value == AREA]
    for place in (6, 8):
        row[place].value = "*"
    book.save(file)
    answers = (("revision", "", "Test"), ("total-differs", "", "Test"))
    intake.deliver(project, file, source="jobcenter", period="2024", answers=answers, by="A", at=AT)
    return root


def declare(root: Path, missing: str) -> None:
    file = root / "indices" / "sozialindex.toml"
    text = file.read_text("utf-8")
    for known in ("refuse", "interval"):
        text = text.replace(f'missing = "{known}"', f'missing = "{missing}"')
    file.write_text(text, "utf-8")


@pytest.fixture(scope="module")
def released(town: Path) -> Release:
    declare(town, "interval")
    works = build.open_works(Project(town))
    return publish.figures_of(works, works.declaration.report("sozialbericht-2024"))


def test_without_a_rule_there_is_no_index(town: Path) -> None:
    declare(town, "refuse")
    works = build.open_works(Project(town))
    with pytest.raises(DesignError) as raised:
        build.built_index(works, "sozialindex", "2024")
    assert {fault.code for fault in raised.value.faults} == {"value-withheld"}


def test_the_table_inside_the_house_gives_ends_and_all_classes(town: Path) -> None:
    declare(town, "interval")
    works = build.open_works(Project(town))
    rows = {row[0]: row for row in build.index_rows(works, "sozialindex", "2024")}
    assert len(rows) == 26
    score, classes = rows[AREA][1], rows[AREA][2]
    low, high = (float(end) for end in score.split(".."))
    assert low < high
    assert set(classes.split("|")) <= {"1", "2", "3", "4"}
    assert all(".." not in row[1] for area, row in rows.items() if area != AREA)
    span = withheld.inside(works, "sozialindex", "2024")["status"][AREA]
    assert tuple(classes.split("|")) == span.classes


def test_the_release_shows_no_class_but_what_is_possible(released: Release) -> None:
    key = "sozialindex.{}@2024"
    for measure in ("", "dynamics_"):
        possible = str(released.cell(key.format(f"{measure}possible_classes"), LEVEL, AREA).value).split(
            " | "
        )
        shown = released.cell(key.format(f"{measure}class"), LEVEL, AREA)
        assert shown.value == possible[0] if len(possible) == 1 else shown.mark == "withheld"
    assert released.cell(key.format("dynamics_class"), LEVEL, AREA).mark == "withheld"
    assert released.cell(key.format("combined_class"), LEVEL, AREA).mark == "withheld"
    assert released.cell(key.format("score"), LEVEL, AREA).mark == "withheld"
    assert released.cell(key.format("probability"), LEVEL, AREA).mark == "withheld"
    low, high = (released.cell(key.format(f"score_{end}"), LEVEL, AREA).value for end in ("low", "high"))
    assert isinstance(low, Decimal)
    assert isinstance(high, Decimal)
    assert low < high
    assert released.cell(key.format("possible_classes"), LEVEL, AREA).value
    assert released.cell(key.format("class"), LEVEL, "01").value in ("1", "2", "3", "4")
    assert Release.from_json(released.to_json()) == released


def test_the_ends_rest_on_what_readers_know(town: Path, released: Release) -> None:
    """Computed again from the release and its bounds alone, they are the same."""
    works = build.open_works(Project(town))
    declared = works.declaration.index("sozialindex")
    index = build.built_index(works, "sozialindex", "2024")
    bounds = released.bounds["arbeitslose_15_24@2024", LEVEL, AREA]
    assert bounds.width >= released.policy.width
    span = withheld.released(works, declared, index, released, "2024")["status"][AREA]
    shown = [released.cell(f"sozialindex.score_{end}@2024", LEVEL, AREA).value for end in ("low", "high")]
    assert [float(Decimal(str(v))) for v in shown] == pytest.approx([-span.high, -span.low], abs=0.05)


def test_the_report_says_so(town: Path, released: Release) -> None:
    works = build.open_works(Project(town))
    made = publish.edition(works, works.declaration.report("sozialbericht-2024"), texts("de"), released)
    (said,) = [line for line in made.findings if "hinter dem Index" in line]
    assert "Mögliche Stufen der Dynamik: " in said
    assert " oder " in said

"""Index figures are computed from what is published alone: whatever is hidden, they are the same."""

from __future__ import annotations

import itertools
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest

from lebenslagen.disclosure import Release
from lebenslagen.project import build, intake, publish, shielded
from lebenslagen.project.start import start
from lebenslagen.project.store import Project

pytestmark = pytest.mark.files

AT = datetime(2025, 6, 30, tzinfo=UTC)
LEVEL = "sozialquartier"
HIDDEN = "arbeitslose_15_24@2024"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("shielded") / "town"
    list(start(root, "musterstadt", None, by="A", at=AT))
    return root


def released(root: Path) -> Release:
    works = build.open_works(Project(root))
    return publish.figures_of(works, works.declaration.report("sozialbericht-2024"))


def hidden_areas(release: Release) -> list[str]:
    cells = release.column(HIDDEN).cells[LEVEL]
    return [area for area, cell in cells.items() if cell.mark == "withheld"]


def with_count(root: Path, folder: Path, area: str, change: int) -> Path:
    """A copy of the town in which one hidden count is another; the file's total stays, as nobody can check it."""
    other = folder / f"{area}{change:+d}"
    shutil.copytree(root, other)
    project = Project(other)
    (delivery,) = [d for d in project.deliveries() if (d.source, d.period) == ("jobcenter", "2024")]
    file = folder / delivery.file
    file.write_bytes(project.snapshot(delivery.snapshot))
    book = openpyxl.load_workbook(file)
    sheet = book["Dezember"]
    (row,) = [row for row in sheet.iter_rows() if row[0].value == area]
    for place in (6, 8):  # all young unemployed, and those in the SGB II among them
        row[place].value += change
    book.save(file)
    answers = (("revision", "", "Test"), ("total-differs", "", "Test"))
    intake.deliver(project, file, source="jobcenter", period="2024", answers=answers, by="A", at=AT)
    return other


def test_another_hidden_count_gives_the_same_release(town: Path, tmp_path: Path) -> None:
    before = released(town)
    partner = next(area for area in hidden_areas(before) if area != "08")
    for change in (-2, 1):
        other = with_count(town, tmp_path, partner, change)
        works = build.open_works(Project(other))
        after = publish.figures_of(works, works.declaration.report("sozialbericht-2024"))
        assert differences(before, after) == []
        assert after.to_json() == before.to_json()


def test_a_shown_count_changes_the_index(town: Path, tmp_path: Path) -> None:
    other = with_count(town, tmp_path, "01", 3)
    assert released(other).cell("sozialindex.score@2024", LEVEL, "01") != released(town).cell(
        "sozialindex.score@2024", LEVEL, "01"
    )


def test_every_index_figure_is_shown_and_classes_are_the_true_ones(town: Path) -> None:
    release = released(town)
    works = build.open_works(Project(town))
    for period in ("2020", "2024"):
        true = build.built_index(works, "sozialindex", period)
        for area in true.areas:
            assert release.cell(f"sozialindex.class@{period}", LEVEL, area).value == true.status.classes[area]
            assert release.cell(f"sozialindex.score@{period}", LEVEL, area).mark == ""
    estimated = [a for a, c in release.column("sozialindex.score@2024").cells[LEVEL].items() if c.estimated]
    assert estimated == [area for area in hidden_areas(release) if area != "08"]


def test_the_index_can_be_reproduced_from_the_release(town: Path) -> None:
    """All that enters is shown or follows from what is shown: recomputed from the release file alone it is the same."""
    release = Release.from_json(released(town).to_json())
    works = build.open_works(Project(town))
    declared = works.declaration.index("sozialindex")
    true = build.built_index(works, "sozialindex", "2024")
    keys = list(true.status.measure.keys)
    counts, unknown = shielded.published_counts(works, declared, release, "2024", keys, true.areas)
    assert {one.area for one in unknown} == set(hidden_areas(release)) - {"08"}
    assert sum(table.isna().to_numpy().sum() for table in counts.values()) == len(unknown)


def unknown_counts(town: Path) -> tuple[build.Works, object, dict, list[shielded.Unknown], list[str], int]:
    works = build.open_works(Project(town))
    true = build.built_index(works, "sozialindex", "2024")
    keys = list(true.status.measure.keys)
    release = released(town)
    declared = works.declaration.index("sozialindex")
    counts, unknown = shielded.published_counts(works, declared, release, "2024", keys, true.areas)
    return works, true, counts, unknown, keys, release.policy.width


def test_a_class_that_tells_too_much_is_not_shown_but_every_class_possible(town: Path) -> None:
    """So wide a range that the classes of some areas hang on it; of one count they would leave 27 a single number."""
    works, true, counts, unknown, keys, width = unknown_counts(town)
    assert shielded.surrogates(works, true, counts, unknown, keys, width).spans == {}
    wide = [replace(one, low=0, high=400) for one in unknown if one.period == "2024"]
    other = [one for one in unknown if one.period != "2024"]
    found = shielded.surrogates(works, true, counts, [*wide, *other], keys, 60)
    spans = found.spans["status"]
    assert spans
    assert any(len(span.classes) > 1 for spans in found.spans.values() for span in spans.values())
    for area, span in spans.items():
        assert true.status.classes[area] in span.classes
        assert span.low - 1e-9 <= true.status.scores[area] <= span.high + 1e-9


def test_numbers_tried_hold_the_ends_and_the_middle() -> None:
    unknown = [shielded.Unknown("2024", "numerator", "JA", str(n), 0, 30) for n in range(4)]
    tried = set(itertools.islice(shielded._tried(unknown), None))
    assert (15, 15, 15, 15) in tried
    assert {(0, 15, 15, 15), (15, 30, 15, 15)} <= tried
    assert len(tried) < 10_000


def differences(one: Release, other: Release) -> list[str]:
    found = []
    for column in one.columns:
        for level, cells in column.cells.items():
            found += [
                f"{column.key} {level} {a}"
                for a, cell in cells.items()
                if other.cell(column.key, level, a) != cell
            ]
    return found + [f"bounds {k}" for k, b in one.bounds.items() if other.bounds.get(k) != b]

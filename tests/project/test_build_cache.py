"""What is remembered depends on all it was made from; a draft is the same with and without it."""

from __future__ import annotations

import shutil
from datetime import date
from decimal import Decimal

import pytest

from lebenslagen.errors import DesignError
from lebenslagen.project import build
from lebenslagen.project.draft import draft, periods_of, rate_key
from lebenslagen.project.store import Project
from tests.project import sixareas


def vintage(works: build.Works) -> date:
    return works.declaration.layers[0].vintage


def test_a_changed_remedy_of_the_finer_layer_changes_the_coarser_one(town: Project) -> None:
    works = build.open_works(town)
    assert build.areas(works, "stadt", vintage(works)).total_area == 6_000_000
    text = (town.root / "areas.toml").read_text("utf-8")
    repair = 'name = "name"\nrepairs = [{ key = "06", action = "drop", reason = "Probe" }]\n'
    (town.root / "areas.toml").write_text(text.replace('name = "name"\n', repair, 1), "utf-8")
    works = build.open_works(town)
    assert len(build.areas(works, "ortsteil", vintage(works))) == 5
    assert build.areas(works, "stadt", vintage(works)).total_area == 5_000_000


def test_rows_are_read_again_where_the_areas_are_declared_otherwise(town: Project) -> None:
    works = build.open_works(town)
    delivery = works.delivered("jobcenter", "2024")[0]
    before = build.rows_key(works, delivery)
    text = (town.root / "areas.toml").read_text("utf-8")
    (town.root / "areas.toml").write_text(text.replace('name = "name"', 'name = "schluessel"', 1), "utf-8")
    assert build.rows_key(build.open_works(town), delivery) != before


def test_areas_come_back_from_the_cache_as_they_went_in(town: Project) -> None:
    def seen(works: build.Works) -> list[object]:
        found = build.areas(works, "ortsteil", vintage(works))
        shapes = [shape.wkb for shape in found.geometry]
        return [found.level, found.vintage, found.ids, found.names, found.parents, found.crs, shapes]

    shutil.rmtree(town.root / ".cache", ignore_errors=True)
    fresh = seen(build.open_works(town))
    assert (town.root / ".cache" / "areas").is_dir()
    assert seen(build.open_works(town)) == fresh


def test_a_draft_holds_counts_rates_and_sums_on_all_levels(town: Project) -> None:
    works = build.open_works(town)
    report = works.declaration.report("")
    made = draft(works, report)
    assert periods_of(works, report) == sixareas.YEARS
    columns = {column.key: column for column in made.columns}
    counts = columns["sgb2@2024"]
    assert dict(counts.values["ortsteil"]) == {area: people[2] for area, people in sixareas.PEOPLE.items()}
    assert list(counts.values["stadt"].values()) == [sum(people[2] for people in sixareas.PEOPLE.values())]
    rates = columns[rate_key("SGB", "2024")]
    assert rates.values["ortsteil"]["01"] == Decimal(402) * 100 / Decimal(4210)
    assert {key for key in columns if key.endswith("@2022")} == {
        f"{name}@2022" for name in ("einwohner", "kinder", "sgb2", "sgb2_kinder", "SGB.rate", "KI.rate")
    }


def test_a_draft_is_the_same_with_and_without_cache(town: Project) -> None:
    def seen() -> str:
        works = build.open_works(town)
        return repr(draft(works, works.declaration.report("")))

    first = seen()
    shutil.rmtree(town.root / ".cache", ignore_errors=True)
    assert seen() == first == seen()


def test_an_unknown_level_or_vintage_is_named(town: Project) -> None:
    works = build.open_works(town)
    with pytest.raises(DesignError) as caught:
        build.areas(works, "bezirk", vintage(works))
    assert "ortsteil@2020-01-01" in str(caught.value.faults[0].values["known"])

"""The whole way: the starter taken over, built, and its index as laid down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest

from lebenslagen.areas import crosswalk_by_area, crosswalk_by_points
from lebenslagen.index import Index
from lebenslagen.observations import counts
from lebenslagen.project import build
from lebenslagen.project.build import Works
from lebenslagen.project.start import start
from lebenslagen.project.store import Project
from scripts.musterstadt.town import QUARTERS


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    folder = tmp_path_factory.mktemp("town") / "musterstadt"
    at = datetime(2025, 5, 30, 12, 0, tzinfo=UTC)
    return folder, list(start(folder, "musterstadt", None, by="Test", at=at))


@pytest.fixture(scope="module")
def works(said: tuple[Path, list[str]]) -> Iterator[Works]:
    yield build.open_works(Project(said[0]))


@pytest.fixture(scope="module")
def now(works: Works) -> Index:
    return build.built_index(works, "sozialindex", "2024")


@pytest.mark.slow
def test_three_first_deliveries_are_refused_and_all_others_taken_over(said: tuple[Path, list[str]]) -> None:
    assert sum("_erste_Lieferung" in line and not line.startswith(" ") for line in said[1]) == 3
    taken = {(d.source, d.period): d.file for d in Project(said[0]).deliveries() if d.period}
    assert len(taken) == 7 * 12 - 1
    assert not any("erste_Lieferung" in file for file in taken.values())


@pytest.mark.slow
def test_status_comes_out_as_laid_down(now: Index) -> None:
    scores = now.status.scores
    for quarter in QUARTERS:
        if quarter.status is not None:
            assert abs(scores[quarter.key] - quarter.status) < 0.011, quarter.key
    assert list(now.excluded) == ["08"]
    counted = now.status.classes.value_counts()
    assert {key: int(counted[key]) for key in ("1", "2", "3", "4")} == {"1": 5, "2": 15, "3": 3, "4": 3}


@pytest.mark.slow
def test_dynamics_come_out_as_laid_down(now: Index) -> None:
    assert now.dynamics is not None
    classes = now.dynamics.classes
    assert set(classes[classes == "-"].index) == {"01", "02", "20"}
    assert set(classes[classes == "+"].index) == {"17"}


@pytest.mark.slow
def test_the_crosswalk_by_table_is_that_by_points_and_not_that_by_area(
    works: Works, blocks: dict[str, np.ndarray]
) -> None:
    old, new = (build.areas(works, "sozialquartier", date(year, 1, 1)) for year in (2013, 2019))
    table = build.crosswalk(works, "sozialquartier", old.vintage, new.vintage)
    assert table is not None
    points = crosswalk_by_points(old, new, blocks["point"], blocks["einwohner_2018"].tolist())
    assert table.basis == "table"
    assert np.abs((table.shares - points.shares).toarray()).max() < 1e-9
    area = crosswalk_by_area(old, new)
    place = old.ids.index("60"), new.ids.index("10")
    assert area.shares[place] > 2 * table.shares[place] > 0, "41 people live on more ground than others"


@pytest.mark.slow
def test_counts_of_the_old_boundaries_pass_without_loss(works: Works) -> None:
    found = build.observations(works, "sozialquartier", date(2019, 1, 1))
    before = build.observations(works, "sozialquartier", date(2013, 1, 1))
    for variable in ("einwohner", "sgb2", "haushalte_kinder"):
        now, then = counts(found, variable, "2018"), counts(before, variable, "2018")
        assert now.sum() == pytest.approx(then.sum())
        assert now["10"] - then["10"] == pytest.approx(then["60"] * 41 / 17_348)
        assert now["14"] == then["14"]

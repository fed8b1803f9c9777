"""The whole way: the starter taken over, built, and its index as laid down."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lebenslagen.index import Index
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

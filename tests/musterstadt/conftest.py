"""The town as committed: read once for all tests, by plain means and not by the reader under test elsewhere."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scripts.musterstadt import committed
from scripts.musterstadt.compare import change_of, status_of

ROOT = Path(__file__).parents[2] / "src" / "lebenslagen" / "starter" / "musterstadt"


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def years() -> dict[int, committed.Year]:
    return committed.read_all(ROOT)


@pytest.fixture(scope="session")
def now(years: dict[int, committed.Year]) -> committed.Year:
    return years[2024]


@pytest.fixture(scope="session")
def status(now: committed.Year) -> dict[str, float]:
    """Score of 2024, + = burden."""
    return dict(zip(inside(now), status_of(now).tolist(), strict=True))


@pytest.fixture(scope="session")
def dynamics(years: dict[int, committed.Year]) -> dict[str, float]:
    """Score of the change from 2020 to 2024, + = less favourable."""
    return dict(zip(inside(years[2024]), change_of(years[2020], years[2024]).tolist(), strict=True))


def inside(year: committed.Year) -> list[str]:
    return [key for key in year.keys if key != "08"]


@pytest.fixture(scope="session")
def polygons() -> dict[str, dict[str, object]]:
    """Vintage -> key -> polygon."""
    found = {}
    for vintage in ("2013", "2019"):
        fields, shapes = committed.layer(ROOT / "areas" / f"sozialquartiere-{vintage}.gpkg")
        found[vintage] = dict(zip(map(str, fields["schluessel"]), shapes, strict=True))
    return found


@pytest.fixture(scope="session")
def room() -> dict[str, str]:
    """Quarter -> Sozialraum, boundaries of 2019."""
    fields, _ = committed.layer(ROOT / "areas" / "sozialquartiere-2019.gpkg")
    return dict(zip(map(str, fields["schluessel"]), map(str, fields["sozialraum"]), strict=True))


@pytest.fixture(scope="session")
def blocks() -> dict[str, np.ndarray]:
    fields, shapes = committed.layer(ROOT / "areas" / "baubloecke.gpkg")
    return {name: np.array(values) for name, values in fields.items()} | {
        "point": np.array(shapes, dtype=object)
    }

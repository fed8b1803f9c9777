"""Musterstadt beside Berlin: each measure within its stated band."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from scripts.musterstadt.compare import BANDS, BERLIN, berlin, classes, compare, main, moran


@pytest.fixture(scope="module")
def measured(root: Path) -> dict[str, float]:
    return {row.name: row.here for row in compare(root, root / "absent")}


@pytest.mark.parametrize("name", BANDS)
def test_musterstadt_lies_within_its_bands(measured: dict[str, float], name: str) -> None:
    low, high = BANDS[name]
    assert low <= measured[name] <= high


@pytest.mark.reference_data
@pytest.mark.skipif(not BERLIN.exists(), reason="Berlin's published files are not beside the repository")
@pytest.mark.parametrize(
    ("name", "apart"),
    [
        ("r der Indikatoren untereinander (Mittel)", 0.15),
        ("r Transferbezug mit Kinderarmut", 0.04),
        ("Moran's I des Transferbezugs", 0.10),
        ("r des Statusindex über zwei Jahre (Mittel)", 0.025),
        ("r der Dynamik mit der nächsten", 0.45),
        ("Stufe nach zwei Jahren dieselbe (Anteil)", 0.08),
        ("kleine Zähler (unter 10, Anteil)", 0.02),
    ],
)
def test_musterstadt_lies_near_berlin(measured: dict[str, float], name: str, apart: float) -> None:
    there = berlin()
    assert there is not None
    assert abs(measured[name] - there[name]) <= apart


@pytest.mark.reference_data
@pytest.mark.skipif(not BERLIN.exists(), reason="Berlin's published files are not beside the repository")
def test_berlin_is_measured_as_published() -> None:
    there = berlin()
    assert there is not None
    assert abs(there["r des Statusindex über zwei Jahre (Mittel)"] - (0.988 + 0.981 + 0.971) / 3) < 0.001
    assert abs(there["r der Dynamik mit der nächsten"] - (0.08 + 0.29 + 0.28) / 3) < 0.01


def test_it_prints_and_says_whether_all_holds(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(root), str(root / "absent")]) == 0
    text = capsys.readouterr().out
    assert all(name in text for name in BANDS)
    assert "AUSSERHALB" not in text


def test_moran_of_a_chessboard_is_minus_one() -> None:
    ring = np.roll(np.eye(6, dtype=bool), 1, axis=1)
    assert moran(np.array([1.0, -1, 1, -1, 1, -1]), ring | ring.T) == pytest.approx(-1)


def test_classes_at_the_borders() -> None:
    assert classes(np.array([-1.01, -1, 1, 1.01, 1.5, 1.51])).tolist() == [1, 2, 2, 3, 3, 4]

"""What is only looked at must not wait for what computes: a warm build, the report and the atlas load no pandas."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    ("module", "without"),
    [
        ("indicators", "numpy pandas scipy shapely pyproj"),
        ("areas", "pandas scipy pyproj"),
        ("edition", "pandas scipy pyproj"),
        ("project.export", "pandas scipy pyproj pyogrio xlsxwriter numpy shapely"),
    ],
)
def test_light_imports(module: str, without: str) -> None:
    code = f"import sys, lebenslagen.{module}; print(*sorted(sys.modules))"
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(without.split()) & set(answer.stdout.split()) == set()


def test_areas_of_a_known_reference_system_are_made_without_looking_it_up() -> None:
    code = """
import sys, numpy, shapely, datetime
from lebenslagen.areas import Areas
box = numpy.array([shapely.box(0, 0, 9, 9)])
Areas("q", datetime.date(2019, 1, 1), ("1",), ("A",), ("",), box, "EPSG:25832")
print(*sorted({"pandas", "scipy", "pyproj"} & set(sys.modules)))
"""
    answer = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert answer.stdout.strip() == ""

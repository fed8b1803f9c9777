"""A town of ten quarters whose figures one can look through: for docstrings, the methods manual and tests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lebenslagen.index.design import Classes, IndexDesign, Measure, Part

if TYPE_CHECKING:
    import pandas as pd

    from lebenslagen.index.compute import Index

__all__ = ["ten_quarters"]


def ten_quarters() -> tuple[Index, IndexDesign, pd.DataFrame, pd.DataFrame]:
    """An index of two indicators over ten quarters: the index, its design, numerators and denominators.

    >>> index, design, numerators, denominators = ten_quarters()
    >>> index.status.classes.tolist()
    ['1', '1', '2', '2', '2', '2', '2', '2', '3', '4']
    """
    import pandas as pd

    from lebenslagen.index.compute import build_index

    ids = [f"{n:02d}" for n in range(1, 11)]
    a = [40, 60, 80, 90, 100, 110, 120, 130, 160, 200]
    b = [10, 16, 20, 24, 25, 26, 28, 30, 38, 50]
    numerators = pd.DataFrame({"A": a, "B": b}, index=ids)
    denominators = pd.DataFrame({"A": [1000] * 10, "B": [200] * 10}, index=ids)
    classes = Classes((-1, 1, 1.5), (False, True, True), ("1", "2", "3", "4"))
    status = Measure((Part("A", 0.5, 1), Part("B", 0.5, 1)), classes)
    design = IndexDesign("beispiel", "Beispiel", "quartier", status)
    return build_index(design, 100 * numerators / denominators), design, numerators, denominators

"""A table small enough to look at, for the examples in the docstrings of this package."""

from __future__ import annotations

from decimal import Decimal

from lebenslagen.disclosure.release import Cell, Column, Draft, DraftColumn, LevelFrame, Policy, Release

__all__ = ["three_quarters", "three_quarters_printed"]


def three_quarters() -> Draft:
    """Three quarters of a town: two young people without work in the first one, 17 and 40 in the others.

    >>> three_quarters().column("U").value("quarter", "01")
    Decimal('2')
    """
    frames = (LevelFrame("quarter", ("01", "02", "03"), ("05",) * 3), LevelFrame("town", ("05",)))
    count = {"quarter": {"01": 2, "02": 17, "03": 40}, "town": {"05": 59}}
    base = {"quarter": {"01": 71, "02": 650, "03": 800}, "town": {"05": 1521}}
    share = {
        level: {area: 100 * count[level][area] / base[level][area] for area in row}
        for level, row in count.items()
    }
    return Draft(
        "Beispiel",
        "Musterstadt",
        frames,
        (
            DraftColumn(key="U", role="numerator", kind="count", values=count),
            DraftColumn(key="Y", role="denominator", kind="count", values=base),
            DraftColumn(key="UY", role="rate", kind="rate", numerator="U", denominator="Y", values=share),
        ),
    )


def three_quarters_printed() -> Release:
    """The same town as printed: the first two counts and shares are withheld.

    >>> three_quarters_printed().cell("U", "quarter", "02").mark
    'withheld'
    """
    hidden = {area: Cell(None, "withheld") for area in ("01", "02")}
    counts = {"quarter": {**hidden, "03": Cell(Decimal(40))}, "town": {"05": Cell(Decimal(59))}}
    bases = {a: Cell(Decimal(n)) for a, n in (("01", 71), ("02", 650), ("03", 800))}
    shares = {"quarter": {**hidden, "03": Cell(Decimal("5.0"))}, "town": {"05": Cell(Decimal("3.9"))}}
    columns = (
        Column(key="U", role="numerator", kind="count", cells=counts),
        Column(key="Y", role="denominator", kind="count", cells={"quarter": bases}),
        Column(key="UY", role="rate", kind="rate", numerator="U", denominator="Y", decimals=1, cells=shares),
    )
    return Release(Policy(), "Beispiel", "Musterstadt", three_quarters().levels, columns)

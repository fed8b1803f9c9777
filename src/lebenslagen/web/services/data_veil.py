"""What a person without the permission *values.see* sees of delivered numbers: their size, not the numbers.

Rounded to one leading digit, and below a floor only that they are below it: sums of such numbers tell no small one.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault
from lebenslagen.texts import Texts

if TYPE_CHECKING:
    from lebenslagen.project.read.grid import Cell, Grid, Sheet
    from lebenslagen.project.read.reading import Reading

__all__ = ["floor", "number_of", "rounded", "veiled_fault", "veiled_reading"]

LEAST = 10
SHORT = 16
NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.\u00a0\u202f ]\d{3})+(?:,\d+)?|[+-]?\d+(?:[.,]\d+)?")
# Sentences that repeat numbers of a delivery, and where in them.
TELLING: Mapping[str, tuple[str, ...]] = {
    "part-exceeds-whole": ("value", "limit"), "whole-too-small": ("value",), "few-residents": ("value",),
    "total-differs": ("said", "found", "difference"), "digit-slip": ("old", "new", "percent"), "jump": ("old", "new", "percent"),
    "fell-steeply": ("old", "new", "percent"), "revision": ("examples",), "fractional-count": ("value",), "too-large": ("value",),
    "unit-break": ("low", "high"), "not-a-number": ("value",), "not-a-count": ("value",), "negative-count": ("value",),
    "sign-undeclared": ("value",), "mark-undeclared": ("value",), "decimal-point": ("value",), "mixed-number-forms": ("value",),
}  # fmt: skip


def floor(thresholds: Any = ()) -> int:
    """Below this a number is not told at all."""
    return max([LEAST, *thresholds])


def number_of(text: str) -> Decimal | None:
    """A number as it stands in a cell, or None for other text.

    >>> number_of("12.345"), number_of("7,5"), number_of("k. A.")
    (Decimal('12345'), Decimal('7.5'), None)
    """
    bare = text.strip()
    if not NUMBER.fullmatch(bare):
        return None
    grouped = re.fullmatch(r"[+-]?\d{1,3}(?:[.\u00a0\u202f ]\d{3})+(?:,\d+)?", bare)
    plain = re.sub(r"[.\u00a0\u202f ]", "", bare).replace(",", ".") if grouped else bare.replace(",", ".")
    return Decimal(plain)


def rounded(value: Decimal | float | int, t: Texts, least: int = LEAST) -> str:
    """The size of a number in words: one leading digit, or only that it is small.

    >>> from lebenslagen.texts import texts; [rounded(n, texts("en")) for n in (3, 12, 2417, -3)]
    ['under 10', '≈ 10', '≈ 2,000', 'negative']
    """
    number = Decimal(str(value))
    if number < 0:
        return t("negative")
    if number < least:
        return t("under {n}", n=least)
    size = Decimal(1).scaleb(number.adjusted())
    return f"≈ {t.number((number / size).to_integral_value() * size)}"


def veiled_fault(fault: Fault, t: Texts, least: int = LEAST) -> Fault:
    """The same fault with its numbers rounded."""
    names = TELLING.get(fault.code, ())
    if not names:
        return fault
    return Fault(
        fault.code,
        fault.where,
        {k: _veiled(v, t, least) if k in names else v for k, v in fault.values.items()},
    )


def _veiled(value: object, t: Texts, least: int) -> object:
    if isinstance(value, int | float | Decimal):
        return rounded(value, t, least)
    text = str(value)
    if "→" in text:  # examples of a revision: area, variable, old and new
        return re.sub(r"(?<=: )(\S+) → (\S+)", "… → …", text)
    number = number_of(text)
    return _masked(text) if number is None else rounded(number, t, least)


def _masked(text: str) -> str:
    """A short text with a number in it, such as "ca. 40" or "412 1)", without its digits."""
    return re.sub(r"\d", "#", text) if len(text) <= SHORT else text


def veiled_reading(reading: Reading, keep: Any, t: Texts, least: int = LEAST) -> Reading:
    """A reading whose cells show sizes instead of numbers; `keep(sheet, row, column)`: cells that name areas and heads."""
    return replace(reading, grid=_grid(reading.grid, keep, t, least))


def _grid(grid: Grid, keep: Any, t: Texts, least: int) -> Grid:
    return grid._replace(sheets=tuple(_sheet(sheet, keep, t, least) for sheet in grid.sheets))


def _sheet(sheet: Sheet, keep: Any, t: Texts, least: int) -> Sheet:
    columns = tuple(
        [cell if keep(sheet.name, row, column) else _cell(cell, t, least) for row, cell in enumerate(cells)]
        for column, cells in enumerate(sheet.columns)
    )
    return sheet._replace(columns=columns)


def _cell(cell: Cell, t: Texts, least: int) -> Cell:
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, int | float):
        return rounded(cell, t, least)
    number = number_of(cell) if isinstance(cell, str) else None
    if number is not None:
        return rounded(number, t, least)
    return _masked(cell) if isinstance(cell, str) else cell

"""What a person without the permission *values.see* sees of delivered numbers: their size, not the numbers.

Rounded to one leading digit, and below a floor only that they are below it: sums of such numbers tell no small one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault
from lebenslagen.errors.tables import ROWS
from lebenslagen.texts import Texts

if TYPE_CHECKING:
    from lebenslagen.project.read.grid import Cell, Grid, Sheet
    from lebenslagen.project.read.reading import Reading

__all__ = [
    "floor",
    "masked",
    "number_of",
    "rounded",
    "told_to",
    "veiled_cell",
    "veiled_fault",
    "veiled_reading",
]

LEAST = 10
NUMBER = re.compile(r"[+-]?\d{1,3}(?:[.\u00a0\u202f ]\d{3})+(?:,\d+)?|[+-]?\d+(?:[.,]\d+)?")
# Sentences that repeat numbers of a delivery, and where in them.
TELLING: Mapping[str, tuple[str, ...]] = {
    "part-exceeds-whole": ("value", "limit"), "whole-too-small": ("value",), "few-residents": ("value",),
    "total-differs": ("said", "found", "difference"), "digit-slip": ("old", "new", "percent"), "jump": ("old", "new", "percent"),
    "fell-steeply": ("old", "new", "percent"), "revision": ("n",), "fractional-count": ("value",), "too-large": ("value",),
    "unit-break": ("low", "high"), "not-a-number": ("value",), "not-a-count": ("value",), "negative-count": ("value",),
    "value-without-status": ("value",), "derived-negative": ("value",),
    "sign-undeclared": ("value",), "mark-undeclared": ("value",), "decimal-point": ("value",), "mixed-number-forms": ("value",),
}  # fmt: skip
# Words of other sentences about a table that may repeat a cell of it.
REPEATING = frozenset("value found heads head examples meant key nearest other name".split())
PERIODS = frozenset({"period-differs", "period-mixed"})  # what these repeat was read as a period


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


def veiled_fault(
    fault: Fault, t: Texts, least: int = LEAST, keeps: Callable[[Fault, str], bool] | None = None
) -> Fault:
    """The same fault with its numbers rounded, and without the digits of cells it repeats.

    `keeps(fault, text)`: whether a text names an area or stands above the figures, so that it may be repeated.
    """
    return Fault(
        fault.code, fault.where, {k: _told(fault, k, v, t, least, keeps) for k, v in fault.values.items()}
    )


def told_to(user: object, faults: Iterable[Fault], t: Texts) -> tuple[Fault, ...]:
    """Faults as a person may read them: without numbers for whoever may not see single values."""
    from lebenslagen.web.permissions import may

    seen = may(user, "values.see")  # type: ignore[arg-type]
    return tuple(fault if seen else veiled_fault(fault, t) for fault in faults)


def _told(fault: Fault, name: str, value: object, t: Texts, least: int, keeps: Any) -> object:
    if (fault.code, name) == ("revision", "examples"):  # also that there is none would tell something
        return "…"
    if name in TELLING.get(fault.code, ()):
        return _veiled(value, t, least)
    repeats = name in REPEATING and "!" in fault.where and fault.code not in PERIODS and fault.code in ROWS
    if not repeats:
        return value
    parts = str(value).split(", ")
    return ", ".join(part if keeps and keeps(fault, part) else masked(part) for part in parts)


def _veiled(value: object, t: Texts, least: int) -> object:
    if isinstance(value, int | float | Decimal):
        return rounded(value, t, least)
    text = str(value)
    number = number_of(text)
    return masked(text) if number is None else rounded(number, t, least)


def masked(text: str) -> str:
    """A text such as "ca. 40" or "412 1)" without its digits.

    >>> masked("ca. 40")
    'ca. ##'
    """
    return re.sub(r"\d", "#", text)


def veiled_reading(reading: Reading, keep: Any, t: Texts, least: int = LEAST) -> Reading:
    """A reading whose cells show sizes instead of numbers; `keep(sheet, row, column)`: cells that name areas and heads."""
    return replace(reading, grid=_grid(reading.grid, keep, t, least))


def _grid(grid: Grid, keep: Any, t: Texts, least: int) -> Grid:
    return grid._replace(sheets=tuple(_sheet(sheet, keep, t, least) for sheet in grid.sheets))


def _sheet(sheet: Sheet, keep: Any, t: Texts, least: int) -> Sheet:
    columns = tuple(
        [
            cell if keep(sheet.name, row, column) else veiled_cell(cell, t, least)
            for row, cell in enumerate(cells)
        ]
        for column, cells in enumerate(sheet.columns)
    )
    return sheet._replace(columns=columns)


def veiled_cell(cell: Cell, t: Texts, least: int = LEAST) -> Cell:
    """A cell as its size; other text and dates without their digits."""
    if isinstance(cell, bool) or cell is None:
        return cell
    if isinstance(cell, int | float):
        return rounded(cell, t, least)
    text = str(cell)
    number = number_of(text)
    return masked(text) if number is None else rounded(number, t, least)

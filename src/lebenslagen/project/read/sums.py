"""What the areas of a column add up to, to be compared with the totals that the file itself gives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from lebenslagen.project.read.reading import Series
from lebenslagen.project.read.values import Exact

__all__ = ["Sums"]


class Sums:
    """What the values of a series add up to, and whether all of them are known: counted once, however many totals say so.

    extra: what belongs to no area and counts in the total; group_of: the subtotal of an area and row.

    >>> series = Series("quartier", "n", "count", ("01", "02"), ("2024",) * 2, (5, None), "AO", "a", 1, (1, 2))
    >>> Sums(series, [7], lambda area, row: "nord").all
    (Decimal('12'), False)
    """

    def __init__(
        self, series: Series, extra: list[Exact], group_of: Callable[[str, int], str | None]
    ) -> None:
        self.series, self.extra, self.group_of = series, extra, group_of

    @cached_property
    def all(self) -> tuple[Decimal, bool]:
        """The sum of all known values, and whether all are known."""
        return _added([*self.series.values, *self.extra])

    @cached_property
    def groups(self) -> dict[str, tuple[Decimal, bool]]:
        """The same by subtotal."""
        parts: dict[str, list[Exact]] = {}
        for area, row, value in zip(self.series.areas, self.series.rows, self.series.values, strict=True):
            group = self.group_of(area, row)
            if group is not None:
                parts.setdefault(group, []).append(value)
        return {group: _added(values) for group, values in parts.items()}


def _added(values: Sequence[Exact]) -> tuple[Decimal, bool]:
    complete = None not in values
    numbers: Sequence[Any] = values if complete else [v for v in values if v is not None]
    return Decimal(sum(numbers)), complete  # whole numbers add up faster than Decimals

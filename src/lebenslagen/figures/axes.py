"""Scales of charts: round ticks, places in units, labels that do not cover each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

__all__ = ["Scale", "apart", "scale_for"]


@dataclass(frozen=True)
class Scale:
    """A linear scale: values `low` to `high` on units `start` to `end`, with its round ticks.

    >>> Scale(0.0, 10.0, 100.0, 0.0, (0.0, 5.0, 10.0), 0)(5)
    50.0
    """

    low: float
    high: float
    start: float
    end: float
    ticks: tuple[float, ...]
    decimals: int

    def __call__(self, value: Decimal | float) -> float:
        return self.start + (float(value) - self.low) / (self.high - self.low) * (self.end - self.start)


def scale_for(
    values: Iterable[Decimal | float],
    start: float,
    end: float,
    *,
    zero: bool = False,
    steps: int = 4,
    tight: bool = False,
) -> Scale:
    """A scale with round ticks around values; from zero where asked, or where the lowest is under half of the highest.

    `tight` ends at the values themselves and has ticks only inside.

    >>> scale_for([6, 35], 0.0, 100.0).ticks
    (0.0, 10.0, 20.0, 30.0, 40.0)
    """
    known = [float(value) for value in values]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    if zero or 0 <= low < 0.5 * high:
        low = min(low, 0.0)
    if high <= 0:
        high = max(high, 0.0) if zero else high
    if high - low < 1e-9:
        low, high = (min(low, 0.0), max(high, 0.0)) if abs(low) > 1e-9 else (0.0, 1.0)
    step = _step((high - low) / steps)
    first, last = (_up(low / step), -_up(-high / step)) if tight else (-_up(-low / step), _up(high / step))
    ticks = tuple(round(i * step, 9) for i in range(first, last + 1))
    ends = (low, high) if tight else (ticks[0], ticks[-1])
    return Scale(*ends, start, end, ticks, max(0, -int(Decimal(repr(step)).normalize().as_tuple().exponent)))


def _up(value: float) -> int:
    """Ceiling with a tolerance for what binary fractions leave over."""
    return -int(-(value - 1e-9) // 1)


def _step(rough: float) -> float:
    power = Decimal(1).scaleb(Decimal(repr(rough)).adjusted())
    return float(
        min(
            (
                power * f
                for f in map(Decimal, ("1", "2", "2.5", "5", "10"))
                if float(power * f) >= rough * 0.82
            ),
            default=power,
        )
    )


def apart(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Places moved as little as needed so that neighbours keep their gap, in the given order of sizes.

    >>> apart([10.0, 12.0, 40.0], 14.0, 0.0, 100.0)
    [4.0, 18.0, 40.0]
    """
    order = sorted(range(len(places)), key=lambda i: (places[i], i))
    blocks: list[list[float]] = []  # centre, members
    for i in order:
        blocks.append([places[i], 1])
        while len(blocks) > 1 and blocks[-1][0] - blocks[-2][0] < gap * (blocks[-1][1] + blocks[-2][1]) / 2:
            centre, members = blocks.pop()
            other, others = blocks[-1]
            blocks[-1] = [(centre * members + other * others) / (members + others), members + others]
    spread = [
        centre + gap * (k - (members - 1) / 2) for centre, members in blocks for k in range(int(members))
    ]
    if spread:
        shift = max(low - spread[0], 0) or min(high - spread[-1], 0)
        spread = [value + shift for value in spread]
    moved = [0.0] * len(places)
    for i, value in zip(order, spread, strict=True):
        moved[i] = round(value, 2)
    return moved

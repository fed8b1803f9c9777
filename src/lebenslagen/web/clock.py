"""Whether the clock on the wall can be trusted: what happens at a day and hour cannot be taken back.

A clock that jumps (a wrong time server, a machine that starts in another year, a hand at the settings) is seen by the
clock that counts since the machine started, with its sleep. After a jump nothing is published and nothing cleared away
until the clock has run evenly for a while, so that a time server can put it right first.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass

__all__ = ["JUMP", "WAIT", "Clock", "own_time"]

JUMP = 60.0  # seconds of difference that no time server brings about while it keeps a clock
WAIT = 300.0  # seconds without another jump
log = logging.getLogger("lebenslagen.worker")


def own_time() -> float:
    """Seconds since the machine started, those of its sleep too."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if hasattr(time, "CLOCK_BOOTTIME") else time.monotonic()


@dataclass
class Clock:
    """Looks at both clocks.

    >>> own, wall = [0.0], [1000.0]; clock = Clock(own=lambda: own[0], wall=lambda: wall[0])
    >>> own[0] += 10; wall[0] += 86400; clock.steady()
    False
    >>> own[0] += WAIT; wall[0] += WAIT; clock.steady()
    True
    """

    own: Callable[[], float] = own_time
    wall: Callable[[], float] = time.time
    ahead: float | None = None  # of the wall over the machine's own, in seconds
    until: float = 0.0

    def __post_init__(self) -> None:
        self.ahead = self.wall() - self.own()

    def steady(self) -> bool:
        """Whether the clock has not jumped, forwards or back, within the last minutes."""
        now, ahead = self.own(), self.wall() - self.own()
        jump = ahead - (self.ahead or 0.0)
        if abs(jump) > JUMP:
            log.error("clock jumped", extra={"seconds": round(jump), "waits": round(WAIT)})
            self.until = now + WAIT
        self.ahead = ahead  # small steps, as a time server makes, are followed
        return now >= self.until

"""How far it is on foot: a network of streets, paths and steps, who is attached to it where, and the ways between them.

Without a network the straight line times a declared detour stands in, and every result says so.
"""

from __future__ import annotations

from lebenslagen.reach.network import Loose, Network, Streets, network
from lebenslagen.reach.walk import (
    WALKERS,
    Attached,
    Walker,
    Ways,
    attach,
    isochrones,
    nearest,
    straight_ways,
    ways,
)

__all__ = [
    "WALKERS",
    "Attached",
    "Loose",
    "Network",
    "Streets",
    "Walker",
    "Ways",
    "attach",
    "isochrones",
    "nearest",
    "network",
    "straight_ways",
    "ways",
]

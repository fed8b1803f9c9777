"""Colours of maps and charts: ColorBrewer's and matplotlib's even ramps, no red against green."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["RAMPS", "luminance", "mix", "ramp", "status_dynamics"]

# Anchors from light to dark, or from one end over a true middle to the other.
# YlOrBr, PuOr, BrBG: Cynthia Brewer, colorbrewer2.org (Apache 2.0); viridis, cividis: matplotlib (CC0), reversed.
RAMPS: Mapping[str, tuple[str, ...]] = {
    "YlOrBr": ("#fff3c0", "#fee391", "#fec44f", "#fe9929", "#d95f0e", "#993404"),
    "viridis": ("#fde725", "#7ad151", "#22a884", "#2a788e", "#414487", "#440154"),
    "cividis": ("#fee838", "#cbba69", "#948e77", "#666970", "#31446b", "#00224e"),
    "PuOr": ("#5e3c99", "#8073ac", "#b2abd2", "#f7f7f7", "#fdb863", "#e08214", "#b35806"),
    "BrBG": ("#01665e", "#35978f", "#80cdc1", "#f5f5f5", "#dfc27d", "#bf812d", "#8c510a"),
}
# Hue tells the dynamics (favourable: purple, steady: grey, unfavourable: orange), depth tells the status.
_DYNAMICS = {
    "+": ("#e3dff0", "#b2abd2", "#8073ac", "#4b2e83"),
    "+/-": ("#ececec", "#c4c4c4", "#8f8f8f", "#525252"),
    "-": ("#fee6c8", "#fdb863", "#d9761a", "#8a3f05"),
}


def mix(first: str, second: str, share: float) -> str:
    """A colour between two, `share` of the way to the second; linear in sRGB.

    >>> mix("#000000", "#ffffff", 0.5)
    '#808080'
    """
    parts = zip(_channels(first), _channels(second), strict=True)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in parts)


def ramp(name: str, count: int) -> tuple[str, ...]:
    """`count` colours evenly spread over a ramp; a single one is its middle.

    >>> ramp("YlOrBr", 3), ramp("PuOr", 1)
    (('#fff3c0', '#feae3c', '#993404'), ('#f7f7f7',))
    """
    anchors = RAMPS[name]
    steps = [0.5] if count == 1 else [i / (count - 1) for i in range(count)]
    return tuple(_between(anchors, step * (len(anchors) - 1)) for step in steps)


def status_dynamics(status: int, dynamics: str, of: int = 4) -> str:
    """The colour of a combined class: status 0 (lightest) to `of` − 1, dynamics one of ``+ +/- -``.

    >>> status_dynamics(0, "+"), status_dynamics(3, "-")
    ('#e3dff0', '#8a3f05')
    """
    anchors = _DYNAMICS[dynamics]
    return _between(anchors, status * (len(anchors) - 1) / max(of - 1, 1))


def luminance(colour: str) -> float:
    """Relative luminance, 0 (black) to 1 (white), by WCAG 2.2.

    >>> luminance("#ffffff"), luminance("#000000")
    (1.0, 0.0)
    """
    linear = [
        c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4
        for c in (v / 255 for v in _channels(colour))
    ]
    return round(0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2], 6)


def _between(anchors: tuple[str, ...], at: float) -> str:
    low = min(int(at), len(anchors) - 2)
    return mix(anchors[low], anchors[low + 1], at - low)


def _channels(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)

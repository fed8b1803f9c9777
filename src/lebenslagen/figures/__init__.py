"""Pictures of a release: maps and charts as accessible SVG, each with its words and its table."""

from lebenslagen.figures.bars import Bar, Bars, bars, contributions
from lebenslagen.figures.classes import STYLES, Rules, rules_of
from lebenslagen.figures.frames import Frame, Shapes, frame
from lebenslagen.figures.lines import Lines, multiples, time_line
from lebenslagen.figures.maps import choropleth, locator, status_dynamics_map
from lebenslagen.figures.model import (
    Figure,
    Layer,
    Legend,
    LegendRow,
    Moment,
    Series,
    amount_text,
    cell_text,
    moments,
)
from lebenslagen.figures.pyramids import Pyramid, pyramid
from lebenslagen.figures.strips import Strip, dot_strip, strip

__all__ = [
    "STYLES",
    "Bar",
    "Bars",
    "Figure",
    "Frame",
    "Layer",
    "Legend",
    "LegendRow",
    "Lines",
    "Moment",
    "Pyramid",
    "Rules",
    "Series",
    "Shapes",
    "Strip",
    "amount_text",
    "bars",
    "cell_text",
    "choropleth",
    "contributions",
    "dot_strip",
    "frame",
    "locator",
    "moments",
    "multiples",
    "pyramid",
    "rules_of",
    "status_dynamics_map",
    "strip",
    "time_line",
]

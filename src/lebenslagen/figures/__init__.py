"""Pictures of a release: maps and charts as accessible SVG, each with its words and its table."""

from lebenslagen.figures.classes import STYLES
from lebenslagen.figures.frame import Frame, Shapes, frame
from lebenslagen.figures.maps import choropleth, locator
from lebenslagen.figures.model import Figure, Layer, Legend, LegendRow, Moment, Series, amount_text, cell_text

__all__ = [
    "STYLES",
    "Figure",
    "Frame",
    "Layer",
    "Legend",
    "LegendRow",
    "Moment",
    "Series",
    "Shapes",
    "amount_text",
    "cell_text",
    "choropleth",
    "frame",
    "locator",
]

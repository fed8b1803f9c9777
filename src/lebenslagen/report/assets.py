"""The report's own files: style sheets, Typst template, fonts. They never change at run time."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

__all__ = ["font_folder", "style", "web_fonts"]

WEB_FONTS = {400: "FiraSans-Regular.woff2", 600: "FiraSans-SemiBold.woff2"}


@cache
def style(name: str) -> bytes:
    """One file of `report/style`.

    >>> style("bericht.css")[:2]
    b'/*'
    """
    return (resources.files("lebenslagen.report") / "style" / name).read_bytes()


def font_folder() -> Traversable:
    """The folder with the four TrueType cuts for Typst.

    >>> font_folder().is_dir()
    True
    """
    return resources.files("lebenslagen.report") / "style" / "fonts"


@cache
def web_fonts() -> dict[int, bytes]:
    """The two WOFF2 cuts by weight; the same files the atlas carries, so that the repository holds them once.

    >>> sorted(web_fonts())
    [400, 600]
    """
    folder = resources.files("lebenslagen") / "atlas" / "static" / "fonts"
    return {weight: (folder / name).read_bytes() for weight, name in WEB_FONTS.items()}

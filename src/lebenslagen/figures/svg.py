"""Writing SVG by hand: escaped text, rounded coordinates, the width of words in Fira Sans."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache

__all__ = [
    "INK",
    "attributes",
    "document",
    "escape",
    "identifier",
    "line",
    "note",
    "num",
    "rect",
    "text",
    "text_width",
    "wrap",
]

INK, SOFT, FAINT, PAPER = "#1f2328", "#57606a", "#c9ced4", "#ffffff"
FONT = "'Fira Sans', 'Source Sans 3', 'Segoe UI', Arial, sans-serif"
SMALL, NORMAL, LARGE = 10.8, 12.0, 13.5  # units; a figure 680 wide set 170 mm wide has 7.6, 8.5 and 9.6 pt

# Advance widths of Fira Sans Regular in fiftieths of an em, so that labels can be fitted without a font engine.
_WIDTHS = {
    11: "'‚‘’", 12: "!,.:;¡·", 13: " \xa0", 14: "ijìíîïı", 15: "IJ`l´ÌÍÎÏłĺ", 16: "()[]{}•", 17: "f¯", 18: "tţť",
    19: "r¨ŕŗř", 20: '"-|¦²³¹„“”', 22: "*17zźżž", 23: "?s¿śşš", 24: "cx~¢çćč", 25: "+235<=>FLvyª¬±º×÷ýÿ−≤≥Ł",
    26: "#/9TZ\\_gk£°ğŤŹŻŽ–", 27: "$46ESX^a¥§ÈÉÊËàáâãäåāăąĒĔĖĘĚŚŞŠ", 28: "08CVYe¤»ÇÝèéêëðĆČēĕėęěŸ",
    29: "AKPhnou«µÀÁÂÃÄÅÞñòóôõöøùúûüńňőůű", 30: "BRbdpqßþđŘ", 32: "DGĎĞ", 33: "UÐÙÚÛÜŮŰ", 34: "HNQÑŃŇ",
    35: "OÒÓÔÕÖØŐ", 36: "w", 37: "¶…", 38: "&", 40: "M©—", 41: "%WÆ", 43: "mæ", 45: "Œ→", 46: "œ", 51: "@",
}  # fmt: skip
_ADVANCE = {letter: width / 50 for width, letters in _WIDTHS.items() for letter in letters}
_SPECIAL = re.compile("[&<>\"'\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_ESCAPES = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"}


def escape(value: object) -> str:
    """A value as XML text or attribute; characters that XML forbids become a replacement sign.

    >>> escape('<b> & "c"')
    '&lt;b&gt; &amp; &quot;c&quot;'
    """
    words = str(value)
    if not _SPECIAL.search(words):
        return words
    return _SPECIAL.sub(lambda hit: _ESCAPES.get(hit[0], "\ufffd"), words)


def num(value: float) -> str:
    """A coordinate with at most one decimal, the same on every machine.

    >>> num(12.04), num(3.25), num(-0.01)
    ('12', '3.2', '0')
    """
    plain = f"{value:.1f}"
    plain = plain.removesuffix(".0")
    return "0" if plain == "-0" else plain


def identifier(value: object) -> str:
    """A string that may stand in an id, whatever it was made from; different inputs stay different.

    >>> identifier("07 Süd"), identifier("a-b")
    ('07_20_S_fc_d', 'a-b')
    """
    return re.sub(r"[^A-Za-z0-9-]", lambda hit: f"_{ord(hit[0]):x}_", str(value))


def attributes(**values: object) -> str:
    """Attributes in the order given; underscores become hyphens, a trailing one is dropped, None is left out.

    >>> attributes(class_="f-ink", stroke_width=0.6, id=None)
    ' class="f-ink" stroke-width="0.6"'
    """
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in values.items() if value is not None)
    return "".join(
        f' {key}="{num(value) if isinstance(value, float) else escape(value)}"' for key, value in pairs
    )


def rect(x: float, y: float, width: float, height: float, **rest: object) -> str:
    """A rectangle.

    >>> rect(0, 1, 2.5, 3, fill="#fff")
    '<rect x="0" y="1" width="2.5" height="3" fill="#fff"/>'
    """
    return (
        f'<rect x="{num(x)}" y="{num(y)}" width="{num(width)}" height="{num(height)}"{attributes(**rest)}/>'
    )


def line(x1: float, y1: float, x2: float, y2: float, **rest: object) -> str:
    """A straight line.

    >>> line(0, 0, 5, 5, stroke="#000")
    '<path d="M0 0L5 5" fill="none" stroke="#000"/>'
    """
    return f'<path d="M{num(x1)} {num(y1)}L{num(x2)} {num(y2)}" fill="none"{attributes(**rest)}/>'


def text(
    x: float, y: float, words: str, *, size: float = NORMAL, anchor: str = "start", ink: str = INK, bold: bool = False,
    halo: float = 0, name: str = "f-ink", **rest: object,
) -> str:  # fmt: skip
    """One line of text on its baseline. The halo is a stroke of paper under the letters.

    >>> text(1, 2, "Süd & Ost", size=12.0)
    '<text x="1" y="2" class="f-ink" font-size="12" fill="#1f2328">Süd &amp; Ost</text>'
    """
    marks = _text_marks(name, float(size), anchor, bold, ink, float(halo))
    more = attributes(**rest) if rest else ""
    return f'<text x="{num(x)}" y="{num(y)}"{marks}{more}>{escape(words)}</text>'


@lru_cache(maxsize=512)
def _text_marks(name: str, size: float, anchor: str, bold: bool, ink: str, halo: float) -> str:
    """The attributes of a kind of text; a chart has dozens of texts of a few kinds."""
    under = {"stroke": PAPER, "stroke-width": halo, "stroke-linejoin": "round", "paint-order": "stroke"}
    return attributes(
        class_=f"{name} f-halo" if halo else name, font_size=size, text_anchor=None if anchor == "start" else anchor,
        font_weight="600" if bold else None, fill=ink, **(under if halo else {}),
    )  # fmt: skip


def note(x: float, y: float, words: str, anchor: str = "start") -> str:
    """A line of small soft text, as at axes.

    >>> note(0, 9, "2024")
    '<text x="0" y="9" class="f-soft" font-size="10.8" fill="#57606a">2024</text>'
    """
    return text(x, y, words, size=SMALL, anchor=anchor, ink=SOFT, name="f-soft")


@lru_cache(maxsize=8192)
def text_width(words: str, size: float = NORMAL, bold: bool = False) -> float:
    """How wide a line of text is in Fira Sans, units of the font size (advance widths, without kerning).

    >>> text_width("Süd", 10.0) < text_width("Nordstadt", 10.0)
    True
    """
    width = sum(_ADVANCE.get(letter, 0.58) for letter in words) * size
    return width * 1.04 if bold else width


def wrap(words: str, width: float, size: float = NORMAL) -> list[str]:
    """Break a text at spaces into lines no wider than `width`; a single longer word stays whole.

    >>> wrap("Zeile um Zeile", 40.0, 10.0)
    ['Zeile um', 'Zeile']
    """
    return list(_lines(words.split(" "), width, size))


def _lines(words: Iterable[str], width: float, size: float) -> Iterator[str]:
    current = ""
    for word in words:
        joined = f"{current} {word}" if current else word
        if current and text_width(joined, size) > width:
            yield current
            current = word
        else:
            current = joined
    if current:
        yield current


def document(
    body: str, width: float, height: float, title: str, description: str, uid: str, *, linked: bool = False
) -> str:
    """A whole SVG: named, described, one image for assistive technology unless it holds links; no script, no style.

    >>> document("<g/>", 10, 5, "T", "D", "m")[:60]
    '<svg xmlns="http://www.w3.org/2000/svg" class="f-figure" vie'
    """
    key = identifier(uid)
    head = attributes(
        viewBox=f"0 0 {num(width)} {num(height)}", width=num(width), height=num(height),
        role="group" if linked else "img", aria_labelledby=f"{key}-title", aria_describedby=f"{key}-desc",
        font_family=FONT,
    )  # fmt: skip
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="f-figure"{head}>'
        f'<title id="{key}-title">{escape(title)}</title><desc id="{key}-desc">{escape(description)}</desc>{body}</svg>'
    )

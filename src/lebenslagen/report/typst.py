"""The document tree as input for Typst: a constant template, the tree as JSON, each figure as an SVG file.

No markup is ever built from text: every word reaches Typst as a JSON string and is set as text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING

from lebenslagen.report.assets import style
from lebenslagen.report.document import (
    Block,
    Bullets,
    Columns,
    Definitions,
    Document,
    FigureBlock,
    KeyFacts,
    Note,
    Paragraph,
    Part,
    Run,
    Section,
    Spread,
    TableBlock,
)
from lebenslagen.texts import N_, Texts, texts

if TYPE_CHECKING:
    from lebenslagen.figures import Figure

__all__ = ["DATA", "MAIN", "to_typst"]

MAIN = "main.typ"
DATA = "bericht.json"
TEMPLATES = ("main.typ",)
NARROWEST, WIDEST, SYLLABLES = 7, 34, 9  # widths of a table's columns, counted in letters

# What the template itself says, in the language of the report.
LABELS = {
    "contents": N_("Contents"),
    "imprint": N_("Imprint"),
    "figure": N_("Figure"),
    "table": N_("Table"),
    "source": N_("Source"),
    "page": N_("page"),
    "signs": N_("Signs"),
    "coat": N_("Coat of arms"),
}


def to_typst(document: Document) -> dict[str, bytes]:
    """The files from which Typst sets the report: template, data, figures (path -> bytes), the same ones each time.

    >>> from datetime import date
    >>> sorted(to_typst(Document("Musterstadt", "Sozialbericht", "", "2024", "de", date(2025, 6, 30))))
    ['bericht.json', 'main.typ']
    """
    build = _Builder(texts(document.language))
    data = build.document(document)
    files = {name: style(name) for name in TEMPLATES}
    files[DATA] = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    return files | build.files


class _Builder:
    """Turns blocks into JSON values and collects the figures' files, each different picture once."""

    def __init__(self, t: Texts) -> None:
        self.t = t
        self.files: dict[str, bytes] = {}

    def document(self, document: Document) -> dict[str, object]:
        day = document.issued
        return {
            "town": document.town,
            "title": document.full_title,
            "heading": document.heading,
            "subtitle": document.subtitle,
            "language": document.language,
            "issued": [day.year, day.month, day.day],
            "mark": document.mark,
            "labels": {key: self.t(text) for key, text in LABELS.items()},
            "cover": self.figure(document.cover) if document.cover else None,
            "imprint": self.blocks(document.imprint),
            "sections": self.blocks(document.sections),
        }

    def blocks(self, blocks: Iterable[Block], level: int = 1) -> list[dict[str, object]]:
        return [self.block(block, level) for block in blocks]

    def block(self, block: Block, level: int) -> dict[str, object]:
        match block:
            case Section():
                return {
                    "is": "section", "id": block.id, "title": block.title, "short": block.short, "level": level,
                    "start": block.start, "listed": block.listed, "blocks": self.blocks(block.blocks, level + 1),
                }  # fmt: skip
            case Part():
                inner = self.blocks(block.blocks, level + 1)
                return {"is": "part", "title": block.title, "level": level, "blocks": inner}
            case Paragraph():
                return {"is": "paragraph", "style": block.style, "runs": self.runs(block.runs)}
            case Bullets():
                return {
                    "is": "list",
                    "style": block.style,
                    "items": [self.runs(item) for item in block.items],
                }
            case TableBlock():
                return self.table(block)
            case FigureBlock():
                return self.figure_block(block)
            case Note():
                inner = self.blocks(block.blocks, level)
                return {"is": "note", "kind": block.kind, "title": block.title, "blocks": inner}
            case KeyFacts():
                return {"is": "facts", "items": [list(item) for item in block.items]}
            case Definitions():
                return {"is": "terms", "items": [[term, self.runs(text)] for term, text in block.items]}
            case Columns():
                columns = [self.blocks(column, level) for column in block.columns]
                return {
                    "is": "columns",
                    "shares": list(block.shares),
                    "height": block.height,
                    "columns": columns,
                }
            case Spread():
                pages = {"left": self.blocks(block.left, level), "right": self.blocks(block.right, level)}
                return {"is": "spread", **pages}

    def runs(self, runs: Iterable[Run]) -> list[dict[str, object]]:
        return [_run(run) for run in runs]

    def table(self, table: TableBlock) -> dict[str, object]:
        return {
            "is": "table", "id": table.id, "caption": table.caption, "head": list(table.head),
            "rows": [{"cells": list(row.cells), "kind": row.kind, "target": row.target} for row in table.rows],
            "pages": table.pages,
            "numeric": list(table.numeric), "widths": _widths(table), "tight": _widths(table, tight=True), "source": table.source, "note": table.note,
            "signs": [list(sign) for sign in table.signs], "size": table.size,
        }  # fmt: skip

    def figure_block(self, block: FigureBlock) -> dict[str, object]:
        return self.figure(block.figure) | {
            "is": "figure", "id": block.id, "caption": block.caption, "source": block.source, "width": block.width,
            "sentence": block.seen,
        }  # fmt: skip

    def figure(self, figure: Figure) -> dict[str, object]:
        content = figure.svg.encode()
        path = f"figures/{sha256(content).hexdigest()[:24]}.svg"
        self.files[path] = content
        return {"path": path, "alt": f"{figure.title}. {figure.description}"}


def _run(run: Run) -> dict[str, object]:
    dress = {"bold": run.bold, "href": run.href, "target": run.target, "page": run.page}
    return {"text": run.text} | {key: value for key, value in dress.items() if value}


def _widths(table: TableBlock, *, tight: bool = False) -> list[int]:
    """How many letters each column needs: its longest cell, and the longest word of its head; `tight` breaks words."""
    whole = [row.cells for row in table.rows if len(row.cells) == len(table.head)]
    columns = zip(*whole, strict=True) if whole else [()] * len(table.head)
    found = [_letters(head, cells, tight=tight) for head, cells in zip(table.head, columns, strict=True)]
    return [found[0] + (0 if tight else 2), *found[1:]]  # names wrap badly


def _letters(head: str, cells: Sequence[str], *, tight: bool) -> int:
    """As wide as the longest cell and the longest word of the head, and so that the head needs few lines."""
    word = max((len(part) for part in head.replace("-", "- ").split()), default=0)
    least, lines = (min(word, SYLLABLES), 5) if tight else (max(NARROWEST, word), 3)
    return min(max(least, -(-len(head) // lines), *(len(cell) for cell in cells)), WIDEST)

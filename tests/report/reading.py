"""What the tests read out of a document: all its words, sentence by sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from lebenslagen.report.document import (
    Block,
    Bullets,
    Definitions,
    Document,
    FigureBlock,
    KeyFacts,
    Note,
    Paragraph,
    Part,
    Section,
    TableBlock,
    plain,
    walk,
)

__all__ = ["section", "sentences", "tables", "words"]


def sentences(blocks: Iterable[Block]) -> Iterator[str]:
    """Every text the report says in its own voice: paragraphs, lists, notes, facts, captions, headings."""
    for block in walk(blocks):
        match block:
            case Section() | Part() | Note():
                yield block.title
            case Paragraph():
                yield plain(block.runs)
            case Bullets():
                yield from (plain(item) for item in block.items)
            case Definitions():
                yield from (f"{term}: {plain(text)}" for term, text in block.items)
            case KeyFacts():
                yield from (" ".join(item) for item in block.items)
            case FigureBlock():
                yield from (block.caption, block.seen, block.figure.title, block.figure.description)
            case TableBlock():
                yield from (block.caption, block.note, block.source, *block.head)


def tables(document: Document) -> dict[str, TableBlock]:
    return {block.id: block for block in walk(document.sections) if isinstance(block, TableBlock)}


def section(document: Document, key: str) -> Section:
    return next(block for block in walk(document.sections) if isinstance(block, Section) and block.id == key)


def words(document: Document) -> str:
    """Everything, tables included."""
    cells = (cell for table in tables(document).values() for row in table.rows for cell in row.cells)
    return "\n".join([*sentences((*document.imprint, *document.sections)), *cells])

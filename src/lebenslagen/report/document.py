"""The report as a tree of values: chapters build it, `html` and `typst` render it, nothing is computed later."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from lebenslagen.figures import Figure

__all__ = [
    "Block",
    "Bullets",
    "Columns",
    "Definitions",
    "Document",
    "FigureBlock",
    "KeyFacts",
    "Note",
    "Paragraph",
    "Part",
    "Row",
    "Run",
    "Runs",
    "Section",
    "Spread",
    "TableBlock",
    "plain",
    "runs",
    "sections",
    "slug",
    "walk",
]

UMLAUTS: dict[str, str | int | None] = {"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss"}
ALLOWED_LINKS = ("https://", "http://", "mailto:")


@dataclass(frozen=True)
class Run:
    """A stretch of text: plain, bold, a link outwards (`href`), or one to a place of the report (`target`).

    With `page` the PDF prints the number of the target's page after the text; HTML links the text.
    Raises ValueError for a link that is neither http(s) nor mailto.

    >>> Run("Kinder", bold=True).text
    'Kinder'
    """

    text: str
    bold: bool = False
    href: str = ""
    target: str = ""
    page: bool = False

    def __post_init__(self) -> None:
        if self.href and not self.href.lower().startswith(ALLOWED_LINKS):
            raise ValueError(f"not a permitted address: {self.href!r}")


Runs: TypeAlias = tuple[Run, ...]


def runs(*parts: str | Run) -> Runs:
    """Texts and runs as one sequence of runs; empty texts vanish.

    >>> [run.text for run in runs("a", "", Run("b"))]
    ['a', 'b']
    """
    return tuple(Run(part) if isinstance(part, str) else part for part in parts if part != "")


def plain(parts: Iterable[Run]) -> str:
    """The text of runs without their dress.

    >>> plain(runs("a", Run("b", bold=True)))
    'ab'
    """
    return "".join(run.text for run in parts)


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `style` is "body", "lead" (what a reader needs first), "small" or "source".

    >>> Paragraph(runs("Text")).style
    'body'
    """

    runs: Runs
    style: str = "body"


@dataclass(frozen=True)
class Bullets:
    """A list, each item one sequence of runs; `style` "plain", "numbered" or "strengths".

    >>> len(Bullets((runs("a"), runs("b"))).items)
    2
    """

    items: tuple[Runs, ...]
    style: str = "plain"


@dataclass(frozen=True)
class Row:
    """One row of a table: its head and its cells, all as printed; `kind` "row", "group" or "total".

    A group row may have its head alone: it then stretches over the whole width.

    >>> Row(("Altmarkt", "9.800")).kind
    'row'
    """

    cells: tuple[str, ...]
    kind: str = "row"
    target: str = ""


@dataclass(frozen=True)
class TableBlock:
    """A table whose first column is the row's head; `numeric` tells which columns stand right.

    `pages` is the head of a last column with the page of each row's target, which only the printed report has.

    Raises ValueError when a row has another number of cells than the head, or a cell is empty.

    >>> TableBlock("t1", "Einwohner", ("Quartier", "Anzahl"), (Row(("Altmarkt", "9.800")),), (False, True)).id
    't1'
    """

    id: str
    caption: str
    head: tuple[str, ...]
    rows: tuple[Row, ...]
    numeric: tuple[bool, ...]
    signs: tuple[tuple[str, str], ...] = ()
    source: str = ""
    note: str = ""
    size: str = "body"
    pages: str = ""

    def __post_init__(self) -> None:
        width = len(self.head)
        widths = {len(row.cells) for row in self.rows if row.kind != "group" or len(row.cells) > 1}
        if len(self.numeric) != width or widths - {width}:
            raise ValueError(f"table {self.id}: rows and head differ in width")
        if any(cell == "" for row in self.rows for cell in row.cells):
            raise ValueError(f"table {self.id}: a cell is empty; it needs a sign")


@dataclass(frozen=True, eq=False)
class FigureBlock:
    """A figure with its caption; `width` is a share of the text column.

    `twin` offers the figure's table in HTML; `sentence` stands beneath (None: the figure's own). Without a caption
    the figure carries no number, as in a profile, where its heading says what it is.

    >>> FigureBlock.__name__
    'FigureBlock'
    """

    id: str
    figure: Figure
    caption: str
    source: str = ""
    width: float = 1.0
    twin: bool = True
    sentence: str | None = None

    @property
    def seen(self) -> str:
        """What is to be seen, in one sentence; empty where none is printed."""
        return self.figure.sentence if self.sentence is None else self.sentence


@dataclass(frozen=True)
class Note:
    """A box that is set apart: a reading aid ("hint"), a caution ("care") or a decision ("decision").

    >>> Note("Lesehilfe", (Paragraph(runs("Text")),)).kind
    'hint'
    """

    title: str
    blocks: tuple[Block, ...]
    kind: str = "hint"


@dataclass(frozen=True)
class KeyFacts:
    """A few numbers with their words: (value, label, note).

    >>> KeyFacts((("211.300", "Menschen", ""),)).items[0][0]
    '211.300'
    """

    items: tuple[tuple[str, str, str], ...]


@dataclass(frozen=True)
class Definitions:
    """Terms with their explanations.

    >>> Definitions((("Quote", runs("Anteil")),)).items[0][0]
    'Quote'
    """

    items: tuple[tuple[str, Runs], ...]


@dataclass(frozen=True, eq=False)
class Columns:
    """Blocks side by side, read from left to right; `shares` are their widths, `height` (mm) is kept free at least.

    >>> Columns(((), ()), (1, 1)).shares
    (1, 1)
    """

    columns: tuple[tuple[Block, ...], ...]
    shares: tuple[float, ...]
    height: float = 0.0


@dataclass(frozen=True, eq=False)
class Spread:
    """Two facing pages, each fitted: a profile's left and right page.

    >>> Spread((), ()).left
    ()
    """

    left: tuple[Block, ...]
    right: tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class Part:
    """A headed part without an anchor, as they repeat on every profile.

    >>> Part("Hinweise", ()).title
    'Hinweise'
    """

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, eq=False)
class Section:
    """A headed part of the report; sections within sections give the level of the heading.

    `start` is "" (goes on), "fit" (goes on if its first figure has room there), "page" (new page), "left" (an even
    page, for spreads), "profile" (a page of its own) or "fill" (a right page that would otherwise stay empty before a
    spread; HTML always has it). `file` is the HTML page it gets to itself in a very long report, without its ending.
    Raises ValueError for an id that cannot be an anchor.

    >>> Section("kinder", "Kinder").short
    'Kinder'
    """

    id: str
    title: str
    blocks: tuple[Block, ...] = ()
    short: str = ""
    start: str = ""
    listed: bool = True
    file: str = ""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z][a-z0-9-]*", self.id):
            raise ValueError(f"not an anchor: {self.id!r}")
        if not self.short:
            object.__setattr__(self, "short", self.title)


@dataclass(frozen=True, eq=False)
class Document:
    """The whole report: cover, imprint, sections; `mark` is printed on every page (ENTWURF, INTERN) or empty.

    Raises ValueError when two parts carry the same anchor or a link leads nowhere.

    >>> Document("Musterstadt", "Sozialbericht", "", "2024", "de", date(2025, 6, 30)).mark
    ''
    """

    town: str
    title: str
    subtitle: str
    year: str
    language: str
    issued: date
    cover: Figure | None = None
    imprint: tuple[Block, ...] = ()
    sections: tuple[Section, ...] = ()
    mark: str = ""
    words: tuple[tuple[str, str], ...] = field(default=())

    @property
    def heading(self) -> str:
        """The title with its year, once."""
        return self.title if self.year in self.title else f"{self.title} {self.year}"

    @property
    def full_title(self) -> str:
        """Title, year and town, each once."""
        return self.heading if self.town in self.heading else f"{self.heading} – {self.town}"

    def __post_init__(self) -> None:
        known = [
            anchor for block in walk((*self.imprint, *self.sections)) if (anchor := getattr(block, "id", ""))
        ]
        twice = (
            sorted({anchor for anchor in known if known.count(anchor) > 1})
            if len(set(known)) != len(known)
            else []
        )
        if twice:
            raise ValueError(f"anchors used twice: {', '.join(twice)}")
        lost = sorted(set(_targets((*self.imprint, *self.sections))) - set(known))
        if lost:
            raise ValueError(f"links to places that do not exist: {', '.join(lost)}")


Block: TypeAlias = (
    Section
    | Part
    | Paragraph
    | Bullets
    | TableBlock
    | FigureBlock
    | Note
    | KeyFacts
    | Definitions
    | Columns
    | Spread
)


def _inside(block: Block) -> tuple[Block, ...]:
    match block:
        case Section(blocks=blocks) | Part(blocks=blocks) | Note(blocks=blocks):
            return blocks
        case Columns(columns=columns):
            return tuple(inner for column in columns for inner in column)
        case Spread(left=left, right=right):
            return (*left, *right)
        case _:
            return ()


def walk(blocks: Iterable[Block]) -> Iterator[Block]:
    """All blocks in reading order, those inside others included.

    >>> [block.id for block in walk((Section("a", "A", (Section("b", "B"),)),))]
    ['a', 'b']
    """
    for block in blocks:
        yield block
        yield from walk(_inside(block))


def _runs_of(block: Block) -> Iterator[Run]:
    match block:
        case Paragraph(runs=parts):
            yield from parts
        case Bullets(items=items):
            for item in items:
                yield from item
        case Definitions(items=terms):
            for _, item in terms:
                yield from item


def _targets(blocks: Iterable[Block]) -> Iterator[str]:
    for block in walk(blocks):
        yield from (run.target for run in _runs_of(block) if run.target)
        if isinstance(block, TableBlock):
            yield from (row.target for row in block.rows if row.target)


def sections(blocks: Iterable[Block], level: int = 1) -> Iterator[tuple[int, Section]]:
    """Every section with its level, 1 for chapters.

    >>> [(level, section.id) for level, section in sections((Section("a", "A", (Section("b", "B"),)),))]
    [(1, 'a'), (2, 'b')]
    """
    for block in blocks:
        if isinstance(block, Section):
            yield level, block
            yield from sections(block.blocks, level + 1)


def slug(*parts: str) -> str:
    """An anchor out of keys: small letters, digits and hyphens.

    >>> slug("quartier", "06 Süd")
    'quartier-06-sued'
    """
    text = "-".join(parts).lower().translate(str.maketrans(UMLAUTS))
    return re.sub(r"[^a-z0-9]+", "-", text).strip("-")

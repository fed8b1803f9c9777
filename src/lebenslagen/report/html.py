"""The document tree as accessible HTML, one file or few: styles and fonts inside, no script, nothing from elsewhere."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING

from lebenslagen.report.assets import style, web_fonts
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
    Row,
    Run,
    Section,
    Spread,
    TableBlock,
    sections,
    walk,
)
from lebenslagen.texts import N_, Texts, texts

if TYPE_CHECKING:
    from lebenslagen.figures import Figure

__all__ = ["PAGE", "to_html"]

PAGE = "index.html"
PARAGRAPH = {"body": "", "lead": ' class="lead"', "small": ' class="small"', "source": ' class="small"'}


def to_html(document: Document) -> dict[str, bytes]:
    """The report as a page (path -> bytes), the same bytes each time; sections with a file of their own as further ones.

    >>> from datetime import date
    >>> list(to_html(Document("Musterstadt", "Sozialbericht", "", "2024", "de", date(2025, 6, 30))))
    ['index.html']
    """
    t = texts(document.language)
    apart = [part for part in walk(document.sections) if isinstance(part, Section) and part.file]
    where = {
        anchor: _name(part)
        for part in apart
        for inner in walk((part,))
        if (anchor := getattr(inner, "id", ""))
    }
    made = {PAGE: _Page(t, where).page(document)}
    made |= {_name(part): _Page(t, where, _name(part)).part(document, part) for part in apart}
    return {name: "".join(page).encode() for name, page in made.items()}


def _name(section: Section) -> str:
    return f"{section.file}.html"


def _font_faces() -> str:
    return "".join(
        f'@font-face{{font-family:"Fira Sans";font-weight:{weight};font-display:swap;'
        f'src:url("data:font/woff2;base64,{b64encode(content).decode()}") format("woff2")}}'
        for weight, content in web_fonts().items()
    )


class _Page:
    """Writes blocks as HTML; counts figures and tables as the printed report does."""

    def __init__(self, t: Texts, where: Mapping[str, str] | None = None, here: str = PAGE) -> None:
        self.t = t
        self.where = where or {}
        self.here = here
        self.figures = 0
        self.tables = 0

    def to(self, anchor: str) -> str:
        """The address of an anchor, on this page or on another one."""
        file = self.where.get(anchor, PAGE)
        return f"#{anchor}" if file == self.here else f"{file}#{anchor}"

    def head(self, document: Document, title: str) -> Iterator[str]:
        yield f'<!DOCTYPE html>\n<html lang="{escape(document.language)}">\n<head>\n<meta charset="utf-8">\n'
        yield '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        yield '<meta name="color-scheme" content="light dark">\n'
        yield f"<title>{escape(title)}</title>\n"
        yield f"<style>{_font_faces()}{style('bericht.css').decode()}</style>\n</head>\n<body>\n"
        yield f'<a class="skip" href="#bericht">{escape(self.t(N_("Skip to the report")))}</a>\n'

    def page(self, document: Document) -> Iterator[str]:
        yield from self.head(document, document.full_title)
        yield from self.cover(document)
        yield '<div class="frame">\n'
        yield from self.contents(document)
        yield '<main id="bericht">\n'
        yield from self.blocks(document.sections, 1)
        yield f'<section class="imprint" id="impressum"><h2>{escape(self.t(N_("Imprint")))}</h2>\n'
        yield from self.blocks(document.imprint, 2)
        yield "</section>\n</main>\n</div>\n</body>\n</html>\n"

    def part(self, document: Document, section: Section) -> Iterator[str]:
        """A page of its own for one section, with the way back."""
        yield from self.head(document, f"{section.title} – {document.full_title}")
        yield f'<header class="cover"><p class="town"><a href="{PAGE}">{escape(document.full_title)}</a></p>\n'
        yield f"<h1>{escape(section.title)}</h1>\n"
        if document.mark:
            yield f'<p class="mark">{escape(document.mark)}</p>\n'
        yield '</header>\n<div class="frame">\n'
        inner = [block for block in section.blocks if isinstance(block, Section)]
        yield f'<nav class="contents" aria-label="{escape(self.t(N_("Contents")))}"><ol>\n'
        yield "".join(f'<li><a href="{self.to(i.id)}">{escape(i.short)}</a></li>' for i in inner)
        yield f'</ol></nav>\n<main id="bericht">\n<div id="{section.id}">\n'
        yield from self.blocks(section.blocks, 1)
        yield "</div>\n</main>\n</div>\n</body>\n</html>\n"

    def cover(self, document: Document) -> Iterator[str]:
        yield f'<header class="cover"><p class="town">{escape(document.town)}</p>\n'
        yield f"<h1>{escape(document.heading)}</h1>\n"
        if document.subtitle:
            yield f'<p class="subtitle">{escape(document.subtitle)}</p>\n'
        if document.mark:
            yield f'<p class="mark">{escape(document.mark)}</p>\n'
        if document.cover:
            yield f'<div class="cover-map">{document.cover.svg}</div>\n'
        yield "</header>\n"

    def contents(self, document: Document) -> Iterator[str]:
        yield f'<nav class="contents" aria-label="{escape(self.t(N_("Contents")))}">\n'
        yield f"<details open><summary>{escape(self.t(N_('Contents')))}</summary>\n<ol>\n"
        for section in document.sections:
            yield f'<li><a href="{self.to(section.id)}">{escape(section.short)}</a>'
            inner = [part for level, part in sections(section.blocks, 2) if level == 2]
            if inner:
                links = (f'<li><a href="{self.to(part.id)}">{escape(part.short)}</a></li>' for part in inner)
                yield f"<ol>{''.join(links)}</ol>"
            yield "</li>\n"
        yield "</ol>\n</details>\n</nav>\n"

    def blocks(self, blocks: Iterable[Block], level: int) -> Iterator[str]:
        for block in blocks:
            yield from self.block(block, level)

    def block(self, block: Block, level: int) -> Iterator[str]:
        match block:
            case Section():
                yield from self.section(block, level)
            case Part():
                heading = min(level + 1, 6)
                yield f"<h{heading}>{escape(block.title)}</h{heading}>\n"
                yield from self.blocks(block.blocks, level + 1)
            case Paragraph():
                yield f"<p{PARAGRAPH[block.style]}>{self.runs(block.runs)}</p>\n"
            case Bullets():
                yield self.bullets(block)
            case TableBlock():
                yield from self.table(block)
            case FigureBlock():
                yield from self.figure(block)
            case Note():
                yield f'<aside class="note {block.kind}"><p class="note-title">{escape(block.title)}</p>\n'
                yield from self.blocks(block.blocks, level)
                yield "</aside>\n"
            case KeyFacts():
                yield _facts(block)
            case Definitions():
                items = (f"<dt>{escape(term)}</dt><dd>{self.runs(text)}</dd>" for term, text in block.items)
                yield f"<dl>{''.join(items)}</dl>\n"
            case Columns():
                yield from self.columns(block, level)
            case Spread():
                yield '<div class="spread">\n'
                yield from self.blocks((*block.left, *block.right), level)
                yield "</div>\n"

    def section(self, section: Section, level: int) -> Iterator[str]:
        heading = min(level + 1, 6)
        if section.file and _name(section) != self.here:
            link = f'<a href="{self.to(section.id)}">{escape(section.title)}</a>'
            yield f'<section class="level-{level}"><h{heading}>{link}</h{heading}></section>\n'
            return
        yield f'<section id="{section.id}" class="level-{level}">\n'
        yield f"<h{heading}>{escape(section.title)}</h{heading}>\n"
        yield from self.blocks(section.blocks, level + 1)
        yield "</section>\n"

    def columns(self, block: Columns, level: int) -> Iterator[str]:
        yield '<div class="columns">\n'
        for share, column in zip(block.shares, block.columns, strict=True):
            yield f'<div style="flex:{share:g} 1 {12 * share:g}rem">\n'
            yield from self.blocks(column, level)
            yield "</div>\n"
        yield "</div>\n"

    def table(self, table: TableBlock) -> Iterator[str]:
        caption = ""
        if table.caption:
            self.tables += 1
            name = self.t(N_("Table {number}"), number=self.tables)
            caption = f"<caption><b>{escape(name)}</b> {escape(table.caption)}</caption>"
        label = escape(table.caption or self.t(N_("Table {name}"), name=table.head[0]))
        yield f'<div class="table" id="{table.id}"><div class="scroll" role="region" tabindex="0" aria-label="{label}">'
        yield f"<table>{caption}{_table_head(table.head, table.numeric)}<tbody>\n"
        yield "".join(_table_row(row, table.numeric, self.to) for row in table.rows)
        yield "</tbody></table></div>\n"
        yield from self.below(table.note, table.signs, table.source)
        yield "</div>\n"

    def below(self, note: str, signs: Sequence[tuple[str, str]], source: str) -> Iterator[str]:
        if note:
            yield f'<p class="small">{escape(note)}</p>\n'
        if signs:
            parts = "; ".join(f"<b>{escape(sign)}</b> {escape(meaning)}" for sign, meaning in signs)
            yield f'<p class="small">{escape(self.t(N_("Signs")))}: {parts}.</p>\n'
        if source:
            yield f'<p class="small">{escape(self.t(N_("Source")))}: {escape(source)}</p>\n'

    def figure(self, block: FigureBlock) -> Iterator[str]:
        wide = f' style="max-width:{block.width * 100:g}%"' if block.width < 1 else ""
        yield f'<figure id="{block.id}"><div class="picture"{wide}>{block.figure.svg}</div>\n'
        if block.caption:
            self.figures += 1
            name = self.t(N_("Figure {number}"), number=self.figures)
            yield f"<figcaption><b>{escape(name)}</b> {escape(block.caption)}</figcaption>\n"
        if block.seen and block.caption:
            yield f'<p class="seen">{escape(block.seen)}</p>\n'
        if block.twin and block.figure.rows:
            yield self.twin(block.figure)
        yield from self.below("", (), block.source)
        yield "</figure>\n"

    def runs(self, runs: Iterable[Run]) -> str:
        return "".join(self.run(run) for run in runs)

    def run(self, run: Run) -> str:
        text = escape(run.text)
        if run.bold:
            text = f"<strong>{text}</strong>"
        if run.href:
            return f'<a href="{escape(run.href)}">{text}</a>'
        return f'<a href="{self.to(run.target)}">{text.strip()}</a>' if run.target else text

    def bullets(self, block: Bullets) -> str:
        tag = "ol" if block.style == "numbered" else "ul"
        dress = ' class="strengths"' if block.style == "strengths" else ""
        return f"<{tag}{dress}>{''.join(f'<li>{self.runs(item)}</li>' for item in block.items)}</{tag}>\n"

    def twin(self, figure: Figure) -> str:
        numeric = (False, *(True for _ in figure.head[1:]))
        rows = "".join(_table_row(Row(tuple(row)), numeric, self.to) for row in figure.rows)
        label = escape(self.t(N_("Figure as a table: {title}"), title=figure.title))
        return (
            f'<details class="twin"><summary>{escape(self.t(N_("Show as a table")))}</summary>'
            f'<div class="scroll" role="region" tabindex="0" aria-label="{label}">'
            f"<table>{_table_head(figure.head, numeric)}<tbody>{rows}</tbody></table></div></details>\n"
        )


def _facts(block: KeyFacts) -> str:
    return f'<dl class="facts">{"".join(_fact(*item) for item in block.items)}</dl>\n'


def _fact(value: str, label: str, note: str) -> str:
    beneath = f"<span>{escape(note)}</span>" if note else ""
    return f"<div><dt>{escape(label)}{beneath}</dt><dd>{escape(value)}</dd></div>"


def _table_head(head: Sequence[str], numeric: Sequence[bool]) -> str:
    cells = (
        f'<th scope="col"{_side(number)}>{escape(text)}</th>'
        for text, number in zip(head, numeric, strict=True)
    )
    return f"<thead><tr>{''.join(cells)}</tr></thead>"


def _table_row(row: Row, numeric: Sequence[bool], to: Callable[[str], str]) -> str:
    name = escape(row.cells[0])
    head = f'<a href="{to(row.target)}">{name}</a>' if row.target else name
    cells = (
        f"<td{_side(number)}>{escape(text)}</td>"
        for text, number in zip(row.cells[1:], numeric[1:], strict=False)
    )
    dress = "" if row.kind == "row" else f' class="{row.kind}"'
    span = f' colspan="{len(numeric)}"' if len(row.cells) == 1 and len(numeric) > 1 else ""
    return f'<tr{dress}><th scope="row"{span}{_side(numeric[0])}>{head}</th>{"".join(cells)}</tr>\n'


def _side(number: bool) -> str:
    return ' class="n"' if number else ""

"""The town's own words: a small part of Markdown into the document tree, values in it taken from the release.

Printed are paragraphs, headings, bold type, lists and links (http, https, mailto). ``{{wert:SGB@2024/03}}`` stands for
the released value of an indicator or variable, in a period (default: the report's) and an area (default: the town).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.report.document import ALLOWED_LINKS, Block, Bullets, Paragraph, Run, Runs, Section, slug

if TYPE_CHECKING:
    from lebenslagen.report.view import View

__all__ = ["blocks_of", "value_text"]

VALUE = re.compile(r"\{\{\s*wert\s*:\s*([^@/{}]+?)\s*(?:@\s*([^/{}]+?)\s*)?(?:/\s*([^{}]+?)\s*)?\}\}")
BRACES = re.compile(r"\{\{.*?(\}\}|$)")
LISTS = {"bullet_list_open": "plain", "ordered_list_open": "numbered"}


def blocks_of(text: str, view: View, chapter: str) -> tuple[Block, ...]:
    """The blocks of a Markdown text; sections where it has headings.

    Raises DesignError with all faults: values the release does not hold, and what the report does not print.

    >>> blocks_of.__name__
    'blocks_of'
    """
    from markdown_it import MarkdownIt

    reader = _Reader(view, chapter)
    blocks = tuple(reader.blocks(MarkdownIt("commonmark", {"html": False}).parse(text)))
    if reader.faults:
        raise DesignError(reader.faults)
    return _in_sections(blocks, chapter)


class _Reader:
    """Reads the tokens of one text and collects what is wrong with it."""

    def __init__(self, view: View, chapter: str) -> None:
        self.view, self.chapter = view, chapter
        self.faults: list[Fault] = []

    def blocks(self, tokens: Sequence[Any]) -> Iterator[Block | str]:
        place = 0
        while place < len(tokens):
            token = tokens[place]
            end = _closing(tokens, place)
            if token.type == "paragraph_open":
                yield Paragraph(self.runs(tokens[place + 1]))
            elif token.type == "heading_open":
                yield "".join(run.text for run in self.runs(tokens[place + 1]))
            elif token.type in LISTS:
                yield Bullets(tuple(self.items(tokens[place + 1 : end])), LISTS[token.type])
            else:
                self.refuse(token.tag or token.type)
            place = end + 1

    def items(self, tokens: Sequence[Any]) -> Iterator[Runs]:
        place = 0
        while place < len(tokens):
            end = _closing(tokens, place)
            inside = [token for token in tokens[place + 1 : end] if token.type not in PARAGRAPH]
            if len(inside) != 1 or inside[0].type != "inline":
                self.refuse("ul" if tokens[place].type == "list_item_open" else tokens[place].type)
            else:
                yield self.runs(inside[0])
            place = end + 1

    def runs(self, inline: Any) -> Runs:
        found: list[Run] = []
        bold, href = False, ""
        for token in inline.children or ():
            if token.type in ("strong_open", "strong_close"):
                bold = token.type == "strong_open"
            elif token.type in ("link_open", "link_close"):
                href = self.address(token) if token.type == "link_open" else ""
            elif token.type in ("text", "code_inline"):
                found.append(Run(self.filled(token.content), bold=bold, href=href))
            elif token.type in ("softbreak", "hardbreak"):
                found.append(Run(" "))
            elif token.type not in ("em_open", "em_close"):
                self.refuse(token.tag or token.type)
        return tuple(run for run in found if run.text)

    def address(self, token: Any) -> str:
        href = str(token.attrGet("href") or "")
        if href.lower().startswith(ALLOWED_LINKS):
            return href
        self.refuse(href or "a")
        return ""

    def filled(self, text: str) -> str:
        return BRACES.sub(self.value, text)

    def value(self, found: re.Match[str]) -> str:
        known = VALUE.fullmatch(found.group())
        said = (
            value_text(self.view, known.group(1), known.group(2) or "", known.group(3) or "")
            if known
            else None
        )
        if said is None:
            names = sorted(
                {column.indicator or column.variable for column in self.view.edition.release.columns} - {""}
            )
            near = get_close_matches(known.group(1), names, n=1) if known else []
            hint = f" (→ {near[0]}?)" if near and known and near[0] != known.group(1) else ""
            self.faults.append(
                Fault(
                    "text-value-unknown", f"words/{self.chapter}", {"reference": found.group(), "hint": hint}
                )
            )
        return said or ""

    def refuse(self, thing: str) -> None:
        self.faults.append(Fault("text-not-allowed", f"words/{self.chapter}", {"thing": thing}))


PARAGRAPH = ("paragraph_open", "paragraph_close")


def _closing(tokens: Sequence[Any], place: int) -> int:
    """The place of the token that closes the one at `place` (itself, where it opens nothing)."""
    depth = 0
    for i in range(place, len(tokens)):
        depth += tokens[i].nesting
        if not depth:
            return i
    return len(tokens) - 1


def _in_sections(blocks: Sequence[Block | str], chapter: str) -> tuple[Block, ...]:
    """Blocks under the headings before them; what stands before the first heading comes first."""
    made: list[Block] = []
    heading, inside, number = "", [], 0
    for block in [*blocks, ""]:
        if not isinstance(block, str):
            inside.append(block)
            continue
        made += (
            [Section(slug(chapter, "text", str(number)), heading, tuple(inside), listed=False)]
            if heading
            else inside
        )
        heading, inside, number = block, [], number + 1
    return tuple(made)


def value_text(view: View, name: str, period: str = "", area: str = "") -> str | None:
    """The released value of an indicator or variable with its unit, or the sign in its place; None where it is unknown.

    >>> value_text.__name__
    'value_text'
    """
    column = view.rate(name, period) or view.count(name, period)
    if column is None:
        return None
    if not area:
        return view.text(view.town_cell(column), column, unit=True)
    for level in view.levels_of(column):
        if area in column.cells[level]:
            return view.text(view.cell(column, area, level), column, unit=True)
    return None

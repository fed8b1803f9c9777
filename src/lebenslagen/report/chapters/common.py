"""What several chapters share: the opening of a chapter, tables grouped by the coarser areas, own words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lebenslagen.report.document import Block, Paragraph, Row, TableBlock, runs
from lebenslagen.report.say import LONG
from lebenslagen.report.words import blocks_of
from lebenslagen.texts import SIGNS

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Cell, Column
    from lebenslagen.report.view import View

__all__ = ["LONG", "Head", "grouped", "opening", "own_words", "paragraphs", "town_row"]


def paragraphs(*texts: str) -> tuple[Block, ...]:
    """Texts as paragraphs; empty ones vanish.

    >>> len(paragraphs("a", "", "b"))
    2
    """
    return tuple(Paragraph(runs(text)) for text in texts if text)


def opening(*sentences: str) -> tuple[Block, ...]:
    """The sentences a reader needs, as the first paragraph of a chapter.

    >>> opening("A.", "", "B.")[0].runs[0].text
    'A. B.'
    """
    said = " ".join(sentence for sentence in sentences if sentence)
    return (Paragraph(runs(said), "lead"),) if said else ()


def own_words(view: View, chapter: str) -> tuple[Block, ...]:
    """The town's own words for a chapter, values in them taken from the release.

    >>> own_words.__name__
    'own_words'
    """
    text = view.edition.words.get(chapter, "")
    return blocks_of(text, view, chapter) if text else ()


@dataclass(frozen=True)
class Head:
    """A column of a grouped table: its head, and what is printed for an area of a level.

    >>> Head("Wert", lambda area, level: "1").title
    'Wert'
    """

    title: str
    cell: Callable[[str, str], str]
    numeric: bool = True


def of_column(view: View, title: str, column: Column | None) -> Head:
    """A table column that prints the cells of a released column.

    >>> of_column.__name__
    'of_column'
    """

    levels = view.levels_of(column) if column else ()
    order = [level.key for level in view.edition.levels]

    def printed(area: str, level: str) -> str:
        if level not in levels and any(order.index(other) > order.index(level) for other in levels):
            return SIGNS["undefined"]  # the value only exists for larger areas
        cell: Cell = view.cell(column, area, level)
        return view.text(cell, column)

    return Head(title, printed)


def grouped(
    view: View, key: str, caption: str, heads: Sequence[Head], source: str = "", *, note: str = "", town: bool = True,
    keep: Iterable[str] | None = None, size: str = "body",
) -> TableBlock:  # fmt: skip
    """A table of the areas in the town's order, the coarser areas as group rows with their own figures.

    >>> grouped.__name__
    'grouped'
    """
    kept = set(view.areas.ids if keep is None else keep)
    rows: list[Row] = []
    for group, inside in view.groups:
        shown = [area for area in inside if area in kept]
        if group and shown:
            rows.append(_group_row(view, group, heads))
        rows += [_row(view, area, heads) for area in shown]
    if town:
        rows.append(town_row(view, heads))
    title = (view.label(), *(head.title for head in heads))
    numeric = (False, *(head.numeric for head in heads))
    table = TableBlock(key, caption, title, tuple(rows), numeric, source=source, note=note, size=size)
    return view.with_signs(table)


def _row(view: View, area: str, heads: Sequence[Head]) -> Row:
    cells = (view.name(area), *(head.cell(area, view.level) for head in heads))
    return Row(cells, target=view.target(area))


def _group_row(view: View, group: str, heads: Sequence[Head]) -> Row:
    """The coarser area with its own figures; its name alone where it has none."""
    level = view.group_level
    cells = tuple(head.cell(group, level) for head in heads)
    alone = set(cells) <= {SIGNS["excluded"]}
    return Row((view.name(group, level), *(() if alone else cells)), "group", view.target(group, level))


def town_row(view: View, heads: Sequence[Head]) -> Row:
    """The last row: the town as a whole.

    >>> town_row.__name__
    'town_row'
    """
    cells = (head.cell(view.town_id, view.town_level) for head in heads)
    return Row((view.t("{town} as a whole", town=view.edition.town), *cells), "total")

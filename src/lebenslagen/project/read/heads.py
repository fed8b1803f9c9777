"""The heads of a table: where they stand, what they say, and which column each declared one is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from lebenslagen.errors import Fault
from lebenslagen.project.read.grid import Cell, Sheet, address, column_name
from lebenslagen.project.read.layout import Column, Place, Table

__all__ = ["Heads", "Match", "clean", "find_heads", "fold", "match_columns", "shown"]

SEARCH_ROWS = 80
HYPHEN = re.compile(r"[-\u00ad]\s*[\r\n]+\s*(?=[a-zäöüß])")
HYPHEN_BEFORE_CAPITAL = re.compile(r"-\s*[\r\n]+\s*")
BLANKS = re.compile(r"\s+")
SHOWN = 40
FORMULA = "=+-@\t\r\0\uff1d\uff0b\uff0d\uff20"  # what a spreadsheet takes for the beginning of a formula


def shown(cell: object) -> str:
    """A cell as a message may show it: at most 40 characters, nothing invisible.

    >>> shown("a" * 50)[-3:], shown(1.0), shown("0\\u200b1")
    ('aa…', '1', '0<U+200B>1')
    """
    text = f"{cell:.15g}" if isinstance(cell, float) else "" if cell is None else str(cell)
    text = "".join(c if c == " " or c.isprintable() else f"<U+{ord(c):04X}>" for c in text[: SHOWN + 1])
    return text if len(text) <= SHOWN else text[: SHOWN - 1] + "…"


def clean(cell: Cell) -> str:
    """A head or name as text: hyphenation at line ends undone, blanks single, composed letters (NFC).

    An apostrophe before what a spreadsheet takes for a formula is taken away: exports put it there.

    >>> clean("Friedrichs-\\nhain-\\nKreuz-\\nberg"), clean("Anteil\\n (%) "), clean(2023.0), clean("'=Nord")
    ('Friedrichshain-Kreuzberg', 'Anteil (%)', '2023', '=Nord')
    """
    if isinstance(cell, float):
        return f"{cell:.15g}"
    if cell is None or not isinstance(cell, str):
        return "" if cell is None else cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
    if cell[:1] == "'" and cell[1:2] and cell[1] in FORMULA:
        cell = cell[1:]
    if cell.isascii() and cell.isprintable() and "  " not in cell:
        return cell.strip()
    text = HYPHEN_BEFORE_CAPITAL.sub("-", HYPHEN.sub("", cell))
    return unicodedata.normalize("NFC", BLANKS.sub(" ", text).strip())


def fold(text: str) -> str:
    """What two spellings of one head have in common: letters and digits, without case, umlauts spelt out.

    >>> fold("SGB  II-Personen") == fold("sgb ii personen"), fold("Schlüssel") == fold("SCHLUESSEL")
    (True, True)
    """
    spelt = text.casefold().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue")
    return "".join(c for c in unicodedata.normalize("NFKD", spelt) if c.isalnum())


@dataclass(frozen=True)
class Heads:
    """The heads of a table: one text a column, the last row they stand in (from 0)."""

    texts: tuple[str, ...]
    first: int
    last: int


@dataclass(frozen=True)
class Match:
    """A declared column found in the sheet, with variable, period and area filled in from its pattern."""

    spec: Column
    column: int
    variable: str
    period: str = ""
    area: str = ""


def _filled(sheet: Sheet, row: int) -> list[Cell]:
    """A row with merged cells repeated across their width."""
    cells = sheet.row(row)
    for top, left, bottom, right in sheet.merged:
        if top <= row <= bottom:
            for column in range(left, min(right + 1, len(cells))):
                cells[column] = sheet.cell(top, left)
    return cells


def _carried(cells: list[Cell]) -> list[Cell]:
    """A head row of a sheet without merged cells: an empty head belongs to the one on its left."""
    last: Cell = None
    result = []
    for cell in cells:
        last = cell if clean(cell) else last
        result.append(last)
    return result


def _joined(sheet: Sheet, first: int, rows: int) -> tuple[str, ...]:
    lines = [_filled(sheet, r) for r in range(first, min(first + rows, sheet.height))]
    if rows > 1 and not any(
        top <= first + rows - 1 and bottom >= first for top, _, bottom, _ in sheet.merged
    ):
        lines = [*(_carried(line) for line in lines[:-1]), lines[-1]]
    heads = []
    for cells in zip(*lines, strict=True):
        parts = [p for p in map(clean, cells) if p]
        heads.append(" / ".join(p for i, p in enumerate(parts) if i == 0 or p != parts[i - 1]))
    return tuple(heads)


def _wanted(table: Table) -> list[str]:
    """The heads by which the head row is known: those to find, else the key's and the columns'."""
    if table.header.find:
        return list(table.header.find)
    key = table.key
    places: list[Place] = [key.column, *key.columns, key.name_column] if key else []
    if table.long:
        places += [table.long.variable_column, table.long.value_column]
    return [p for p in places if isinstance(p, str) and p] + [c.head for c in table.columns if c.head]


def find_heads(sheet: Sheet, table: Table) -> Heads | None:
    """The heads of a table in a sheet: at the declared row, else the row in which most wanted heads stand.

    None where no row holds at least half of what is wanted, and nothing was declared.
    """
    header = table.header
    if header.row:
        first = header.row - 1
        return (
            Heads(_joined(sheet, first, header.rows), first, first + header.rows - 1)
            if first < sheet.height
            else None
        )
    wanted = {fold(w) for w in _wanted(table)}
    best, best_count = -1, 0
    for row in range(min(SEARCH_ROWS, sheet.height)):
        heads = _joined(sheet, row, header.rows)
        count = len(wanted & {fold(h) for h in heads})
        if count > best_count:
            best, best_count = row, count
    if best < 0 or best_count * 2 < len(wanted) or (header.find and best_count < len(wanted)):
        return None
    return Heads(_joined(sheet, best, header.rows), best, best + header.rows - 1)


def _nearly(found: str, wanted: str) -> bool:
    """Whether two folded heads may be one: one begins like the other, or four of five letters agree."""
    short, long = sorted((found, wanted), key=len)
    return (len(short) >= 5 and long.startswith(short)) or SequenceMatcher(None, found, wanted).ratio() >= 0.8


class Matcher:
    """Finds declared columns among the heads and collects what is wrong with them."""

    def __init__(self, sheet: Sheet, heads: Heads, table: Table) -> None:
        self.sheet, self.heads = sheet, heads
        self.declared = set(_wanted(table)) | {h for c in table.columns for h in (c.head, *c.also)}
        self.faults: list[Fault] = []
        self.places: dict[str, list[int]] = {}
        for column, head in enumerate(heads.texts):
            self.places.setdefault(head, []).append(column)

    def place(self, place: Place, needed_for: str = "", also: Sequence[str] = ()) -> int | None:
        """The column of a head or position; faults where it is absent, double or only similar."""
        if isinstance(place, int):
            return self._position(place)
        names = [clean(place), *map(clean, also)]
        found = [c for name in names for c in self.places.get(name, ())]
        if len(found) > 1:
            columns = ", ".join(map(column_name, found))
            self._fault("head-twice", found[1], head=place, columns=columns)
            return None
        return found[0] if found else self._similar(place, needed_for)

    def _position(self, place: int) -> int | None:
        if place <= self.sheet.width:
            return place - 1
        self._fault("column-absent", 0, head=str(place), needed=str(place), heads=self._all())
        return None

    def _similar(self, place: str, needed_for: str) -> int | None:
        like = self._like(place)
        if like is not None:
            self._fault("head-variant", like, found=self.heads.texts[like], declared=place)
            return like
        self._fault("column-absent", 0, head=place, needed=needed_for or place, heads=self._all())
        return None

    def _like(self, place: str) -> int | None:
        """The one head that is not declared elsewhere and spelt nearly like this one."""
        free = {c: fold(h) for c, h in enumerate(self.heads.texts) if h and h not in self.declared}
        wanted = fold(place)
        same = [c for c, head in free.items() if head == wanted]
        near = [c for c, head in free.items() if _nearly(head, wanted)]
        found = same or near
        return found[0] if len(found) == 1 else None

    def _all(self) -> str:
        return ", ".join(shown(h) for h in self.heads.texts if h)[:200]

    def _fault(self, code: str, column: int, **values: object) -> None:
        self.faults.append(Fault(code, address(self.sheet.name, self.heads.last, column), values))


def _by_pattern(spec: Column, heads: Heads) -> Iterator[Match]:
    pattern = re.compile(spec.pattern)
    for column, head in enumerate(heads.texts):
        match = pattern.search(head)
        if match:
            yield Match(
                spec,
                column,
                match.expand(spec.variable),
                match.expand(spec.period) if spec.period else "",
                match.expand(spec.area) if spec.area else "",
            )


def match_columns(table: Table, matcher: Matcher) -> list[Match]:
    """Each declared column with its place; what is absent, double or only similar stands in the matcher's faults."""
    matches: list[Match] = []
    for spec in table.columns:
        if spec.pattern:
            found = list(_by_pattern(spec, matcher.heads))
            if not found and spec.required and not spec.ignore:
                matcher.place(spec.pattern, spec.variable)
            matches += found
        elif spec.position or spec.head in matcher.places or (spec.required and not spec.ignore):
            column = matcher.place(spec.position or spec.head, spec.variable, spec.also)
            if column is not None:
                matches.append(Match(spec, column, spec.variable, spec.period, spec.area))
    taken = {m.column for m in matches if not m.spec.pattern}
    return [m for m in matches if not m.spec.ignore and not (m.spec.pattern and m.column in taken)]

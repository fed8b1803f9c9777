"""From what a person says about a file to the declaration of its source, and the guesses she starts from.

A declaration that is there keeps every line and comment: its tables get an end, the new one is written below them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.web import models
from lebenslagen.web.rewriting import literal
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.project.read.grid import Sheet

__all__ = [
    "Guess", "complete", "declared", "first_figures", "guess", "heads_of", "registers", "signs_in", "slug", "started", "text_of",
    "totals_in",
]  # fmt: skip

TOTALS = frozenset("summe insgesamt gesamt gesamtstadt stadt total zusammen".split())
SEARCH = 40


# --- what there is --------------------------------------------------------------------------------------------


def registers(period: str) -> dict[str, Areas]:
    """The areas of each level in the boundaries of a period, finest first."""
    from lebenslagen.project import build

    works = town()._works()
    vintage = works.declaration.period(period).vintage
    return {level: build.areas(works, level, vintage) for level in build.chain(works, vintage)}


def slug(text: str) -> str:
    """A key from words: small letters, digits and low lines.

    >>> slug("Kinder in Tagespflege (unter 3)"), slug("Übergänge")
    ('kinder_in_tagespflege_unter_3', 'uebergaenge')
    """
    from lebenslagen.project.read.heads import fold

    words = (fold(word) for word in re.split(r"[^\w]+|_", text))
    return "_".join(word for word in words if word)[:60].strip("_")


def heads_of(sheet: Sheet, row: int, rows: int) -> tuple[str, ...]:
    """The heads of a table: `row` from 1, in `rows` lines."""
    from lebenslagen.project.read.heads import find_heads
    from lebenslagen.project.read.layout import Header, Table

    found = find_heads(sheet, Table(header=Header(row=row, rows=rows)))
    return found.texts if found else ()


# --- guesses --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Guess:
    """Where a table seems to begin and which column seems to name the areas; columns count from 0."""

    row: int
    rows: int
    level: str
    key: int
    form: str
    pad: int
    name: int


def first_figures(sheet: Sheet, known: Mapping[str, Areas]) -> int:
    """The first row (from 0) with an area in it, where figures begin; 0 where no areas are found."""
    return min(_best(sheet, known)[-1], default=0)


def _best(sheet: Sheet, known: Mapping[str, Areas]) -> Fit:
    return max((_fits(sheet, level, areas, column) for level, areas in known.items() for column in range(min(sheet.width, 12))),
               key=lambda fit: fit[0], default=(0, "", 0, "id", 0, ()))  # fmt: skip


def guess(sheet: Sheet, known: Mapping[str, Areas]) -> Guess:
    """What a sheet looks like, by the areas found in it."""
    count, level, key, form, pad, lines = _best(sheet, known)
    if not count:
        return Guess(1, 1, next(iter(known), ""), 0, "id", 0, -1)
    first = min(lines)
    row = next((r for r in range(first - 1, -1, -1) if any(_filled(c) for c in sheet.row(r))), 0)
    above = row > 0 and sum(map(_filled, sheet.row(row - 1))) >= 2 and _headlike(sheet, row - 1)
    names = _name_column(sheet, known[level], key, lines) if form == "id" else -1
    return Guess(row if above else row + 1, 2 if above else 1, level, key, form, pad, names)


def _filled(cell: object) -> bool:
    return cell is not None and str(cell).strip() != ""


def _headlike(sheet: Sheet, row: int) -> bool:
    """Texts only, as heads above heads are."""
    return all(isinstance(cell, str) for cell in sheet.row(row) if _filled(cell)) and not _wide(sheet, row)


def _wide(sheet: Sheet, row: int) -> bool:
    """One text across the whole sheet is a title."""
    return sum(map(_filled, sheet.row(row))) < 2


Fit = tuple[int, str, int, str, int, tuple[int, ...]]


def _fits(sheet: Sheet, level: str, areas: Areas, column: int) -> Fit:
    from lebenslagen.project.read.heads import clean, fold

    ids, names = set(areas.ids), {fold(clean(name)) for name in areas.names}
    width = max((len(i) for i in areas.ids), default=0)
    cells = [clean(cell) for cell in sheet.columns[column][:2000]]
    exact = tuple(r for r, cell in enumerate(cells) if cell in ids)
    padded = tuple(r for r, cell in enumerate(cells) if cell.isdigit() and cell.zfill(width) in ids)
    named = tuple(r for r, cell in enumerate(cells) if cell and fold(cell) in names)
    best = max((exact, padded, named), key=lambda rows: len({cells[r] for r in rows}))
    form = "name" if best is named and len(named) > len(exact) else "id"
    pad = width if best is padded and len(padded) > len(exact) else 0
    different = len({cells[r] for r in best})
    enough = different >= max(1, len(ids) // 3)
    return (different if enough else 0, level, column, form, pad, best)


def _name_column(sheet: Sheet, areas: Areas, key: int, lines: Sequence[int]) -> int:
    from lebenslagen.project.read.heads import clean, fold

    names = {fold(clean(name)) for name in areas.names}
    for column in range(min(sheet.width, 12)):
        hits = sum(1 for r in lines if fold(clean(sheet.cell(r, column))) in names)
        if column != key and hits * 2 > len(lines):
            return column
    return -1


def signs_in(sheet: Sheet, columns: Sequence[int], first: int) -> tuple[str, ...]:
    """Texts that stand where numbers are expected, at most twelve."""
    from lebenslagen.project.read.heads import clean

    found: dict[str, None] = {}
    for column in columns:
        for cell in sheet.columns[column][first:] if column < sheet.width else ():
            text = clean(cell) if isinstance(cell, str) else ""
            if text and len(text) <= 8 and not any(c.isdigit() for c in text):
                found[text] = None
    return tuple(found)[:12]


def totals_in(sheet: Sheet, key: int, name: int, first: int) -> tuple[str, ...]:
    """How the rows are called that sum up the town."""
    from lebenslagen.project.read.heads import clean, fold

    words = TOTALS | {fold(town().name)}
    cells = [clean(sheet.cell(r, c)) for c in {key, max(name, key)} for r in range(first, sheet.height)]
    return tuple(dict.fromkeys(cell for cell in cells if fold(cell) in words))


# --- what was said --------------------------------------------------------------------------------------------


def complete(mapping: Mapping[str, Any]) -> str:
    """What is still missing of a mapping ("sheet", "head", "columns"), or nothing."""
    for step in ("sheet", "row", "columns"):
        if step not in mapping or (step == "columns" and not mapping[step]):
            return {"row": "head"}.get(step, step)
    return ""


def started(intake: models.Intake) -> bool:
    """Whether the file has a build of its own, instead of that of its source."""
    return bool(intake.mapping) or intake.source not in town().declaration.sources


def declared(intake: models.Intake) -> bytes | None:
    """The declaration of the source as it would be with this upload; None where it stays as it is.

    Raises DesignError where something is missing.
    """
    if not started(intake):
        return None
    missing = complete(intake.mapping)
    if missing:
        raise DesignError(Fault("mapping-incomplete", intake.source, {"what": missing}))
    from lebenslagen.web.services.data_state import declared_file

    name = declared_file(intake.source)
    return text_of(
        town().project.declared().get(name), name, intake.source, intake.period, intake.head, intake.mapping
    )


def text_of(
    before: bytes | None,
    name: str,
    source: str,
    period: str,
    head: Mapping[str, str],
    mapping: Mapping[str, Any],
) -> bytes:
    """The declaration of a source with a new table from a period on.

    Raises DesignError where the tables that are there cannot be continued.
    """
    if before is None:
        return ("\n".join([*_head(source, head), "", *_table(mapping, "", "")]) + "\n").encode()
    text = before.decode("utf-8-sig").rstrip() + "\n"
    tables = _tables_in(text, name)
    later = min((t.get("since", "") for t in tables if t.get("since", "") > period), default="")
    text = _ended(text, tables, period)
    return (text + "\n" + "\n".join(_table(mapping, period, later)) + "\n").encode()


def _tables_in(text: str, name: str) -> list[dict[str, Any]]:
    from lebenslagen.project.toml import parse

    tables: list[dict[str, Any]] = parse(text.encode(), name).get("tables", [])
    if len(re.findall(r"^\[\[tables\]\]\s*$", text, re.MULTILINE)) != len(tables):
        raise DesignError(Fault("layout-not-appendable", name, {"file": name}))
    return tables


def _ended(text: str, tables: Sequence[Mapping[str, Any]], period: str) -> str:
    """The tables that were meant for the period end before it; one that began with it is replaced."""
    parts = re.split(r"(?m)^(?=\[\[tables\]\]\s*$)", text)
    kept = [parts[0]]
    for part, table in zip(parts[1:], tables, strict=True):
        over = table.get("until", "") and table["until"] <= period
        listed = table.get("periods", ())
        if table.get("since") == period and not over:
            continue
        if over or table.get("since", "") > period or (listed and all(p < period for p in listed)):
            kept.append(part)
        elif table.get("until"):
            kept.append(re.sub(r'(?m)^until = ".*"$', f"until = {literal(period)}", part, count=1))
        else:
            kept.append(part.replace("[[tables]]\n", f"[[tables]]\nuntil = {literal(period)}\n", 1))
    return "".join(kept).rstrip() + "\n"


def _head(source: str, head: Mapping[str, str]) -> Iterator[str]:
    yield f"key = {literal(source)}"
    for key in ("producer", "title", "licence", "url", "deliverer", "rhythm", "department"):
        if head.get(key):
            yield f"{key} = {literal(head[key])}"
    if head.get("published"):
        yield "published = true"


def _table(mapping: Mapping[str, Any], since: str, until: str) -> Iterator[str]:
    yield "[[tables]]"
    yield from (f"{key} = {literal(value)}" for key, value in (("since", since), ("until", until)) if value)
    if mapping["sheet"]:
        yield f"sheet = {literal(mapping['sheet'])}"
    rows = f", rows = {int(mapping['rows'])}" if int(mapping["rows"]) > 1 else ""
    yield f"header = {{ row = {int(mapping['row'])}{rows} }}"
    yield f"level = {literal(mapping['level'])}"
    yield f"key = {{ {', '.join(_key(mapping))} }}"
    yield "columns = ["
    for position, told in sorted(mapping["columns"].items(), key=lambda item: int(item[0])):
        scale = f", scale = {literal(told['scale'])}" if told.get("scale") else ""
        yield f"    {{ {_place(mapping, int(position), 'head', 'position')}, variable = {literal(told['variable'])}, unit = {literal(told['unit'])}{scale} }},"
    yield "]"
    if mapping.get("signs"):
        yield f"signs = {{ {', '.join(f'{literal(sign)} = {literal(kind)}' for sign, kind in mapping['signs'].items())} }}"
    if mapping.get("totals"):
        names = f"[{', '.join(map(literal, mapping['totals']))}]"
        yield f'totals = [{{ key = {names}, names = {names}, level = {literal(mapping["total_level"])}, rule = "sum" }}]'


def _key(mapping: Mapping[str, Any]) -> Iterator[str]:
    yield f"column = {_spot(mapping, int(mapping['key']))}"
    yield f"form = {literal(mapping['form'])}"
    if mapping.get("pad"):
        yield f"pad = {int(mapping['pad'])}"
    if int(mapping.get("name", -1)) >= 0 and mapping["form"] == "id":
        yield f"name_column = {_spot(mapping, int(mapping['name']))}"


def _spot(mapping: Mapping[str, Any], column: int) -> str:
    """A column by its head, or by its number where the head is blank or stands twice."""
    heads = mapping["heads"]
    head = heads[column] if column < len(heads) else ""
    return literal(head) if head and heads.count(head) == 1 else str(column + 1)


def _place(mapping: Mapping[str, Any], column: int, named: str, numbered: str) -> str:
    spot = _spot(mapping, column)
    return f"{named if spot.startswith(chr(34)) else numbered} = {spot}"

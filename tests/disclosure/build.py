"""Small releases and drafts as one would write them on paper: `*` withheld, `…` missing, `~7` estimated."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any

from lebenslagen.disclosure import Cell, Column, Draft, DraftColumn, Ledger, LevelFrame, Policy, Release

Row = Mapping[str, object]
PERIOD = "2024"


def frames(districts: Mapping[str, str], vintage: str = "") -> tuple[LevelFrame, ...]:
    """Three levels: `{"Nord": "01 02", "Süd": "03"}` are districts with their quarters, in the town "05"."""
    quarters = [(quarter, name) for name, row in districts.items() for quarter in row.split()]
    return (
        LevelFrame("quarter", tuple(q for q, _ in quarters), tuple(d for _, d in quarters), vintage),
        LevelFrame("district", tuple(districts), ("05",) * len(districts), vintage),
        LevelFrame("town", ("05",), ("",), vintage),
    )


def flat(quarters: str, vintage: str = "") -> tuple[LevelFrame, ...]:
    """Two levels: quarters in the town "05"."""
    ids = tuple(quarters.split())
    return (
        LevelFrame("quarter", ids, ("05",) * len(ids), vintage),
        LevelFrame("town", ("05",), ("",), vintage),
    )


def cell(text: object, word: bool = False) -> Cell:
    """One cell as written; word: a class, even where it looks like a number."""
    written = str(text)
    if word and written not in "*…–":
        return Cell(written)
    if written in "*…–":
        return Cell(None, {"*": "withheld", "…": "missing", "–": "excluded"}[written])
    if written.startswith("~"):
        return Cell(None, "withheld", True) if written == "~*" else Cell(Decimal(written[1:]), estimated=True)
    try:
        return Cell(Decimal(written))
    except ArithmeticError:
        return Cell(written)


def column(key: str, kind: str = "count", *, period: str = PERIOD, **more: Any) -> Column:
    """A column as shown; levels are given by name: quarter={"01": 5}, town=59."""
    cells = {
        level: {
            area: cell(text, kind == "class")
            for area, text in (row if isinstance(row, Mapping) else {"05": row}).items()
        }
        for level in ("quarter", "district", "town")
        if (row := more.pop(level, None)) is not None
    }
    digits = max(
        (
            max(0, -int(c.value.as_tuple().exponent))
            for r in cells.values()
            for c in r.values()
            if isinstance(c.value, Decimal)
        ),
        default=0,
    )
    described = {
        "role": kind,
        "decimals": digits,
        "variable": key.split("@", maxsplit=1)[0] if kind == "count" else "",
        **more,
    }
    return Column(key=key, kind=kind, period=period, cells=cells, **described)


def release(
    places: tuple[LevelFrame, ...], *columns: Column, policy: Policy | None = None, **more: Any
) -> Release:
    """A release with these columns; nobody has checked it."""
    return Release(policy or Policy(threshold=3, width=3), "Probe", "Musterstadt", places, columns, **more)


def draft_column(key: str, kind: str = "count", *, period: str = PERIOD, **more: Any) -> DraftColumn:
    """A column with true values; `"Q"` and `"O"` in place of a value are its status, `"~7"` an estimate."""
    values: dict[str, dict[str, object]] = {}
    status: dict[str, dict[str, str]] = {}
    for level in ("quarter", "district", "town"):
        row = more.pop(level, None)
        for area, value in (row if isinstance(row, Mapping) else {} if row is None else {"05": row}).items():
            values.setdefault(level, {})[area] = None if value in ("Q", "O") else _number(value)
            if value in ("Q", "O"):
                status.setdefault(level, {})[area] = str(value)
            elif str(value).startswith("~"):
                status.setdefault(level, {})[area] = "E"
    described = {"role": kind, "variable": key.split("@", maxsplit=1)[0] if kind == "count" else "", **more}
    return DraftColumn(key=key, kind=kind, period=period, values=values, status=status, **described)


def _number(value: object) -> object:
    written = str(value).removeprefix("~")
    try:
        return Decimal(written)
    except ArithmeticError:
        return written


def draft(places: tuple[LevelFrame, ...], *columns: DraftColumn, **more: Any) -> Draft:
    """A draft with these columns."""
    return Draft("Probe", "Musterstadt", places, columns, **more)


def summed(places: tuple[LevelFrame, ...], row: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Counts of the quarters with the totals of all coarser levels."""
    found: dict[str, dict[str, Any]] = {places[0].level: dict(row)}
    for finer, coarser in pairwise(places):
        totals: dict[str, Any] = dict.fromkeys(coarser.ids, 0)
        for area, value in found[finer.level].items():
            parent = finer.parent(area) or coarser.ids[0]
            totals[parent] += value
        found[coarser.level] = totals
    return found


def ledger(*releases: Release, withdrawn: tuple[Release, ...] = ()) -> Ledger:
    """Releases that are out."""
    return Ledger(releases, frozenset(r.digest for r in withdrawn))

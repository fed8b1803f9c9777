"""The history of every value of a source and period: as delivered, corrected, withdrawn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import LebenslagenError
from lebenslagen.texts import MARKS, N_, SIGNS, Texts
from lebenslagen.web.services import data_veil

if TYPE_CHECKING:
    from lebenslagen.project.build import Row
    from lebenslagen.web.town import Town

__all__ = ["Came", "deliveries", "rows", "shown_in", "table", "variables"]


@dataclass(frozen=True)
class Came:
    """One delivery that can still be read: when it came, whether it is in force."""

    line: str
    at: datetime
    by: str
    in_force: bool
    delivery: Any


def deliveries(town: Town, source: str, period: str) -> list[Came]:
    """All deliveries of a source and period whose files are there, oldest first."""
    from lebenslagen.project.store import Delivery

    force = {d.line for d in town.project.deliveries()}
    lines = [
        line
        for line in town.project.journal.lines()
        if line["what"] == "delivered" and (line["source"], line["period"]) == (source, period)
    ]
    return [
        Came(
            line["digest"],
            datetime.fromisoformat(line["at"]),
            line["by"],
            line["digest"] in force,
            Delivery.told(line),
        )
        for line in lines
    ]


def rows(town: Town, came: Came) -> list[Row]:
    """What a delivery says; nothing where it can no longer be read as its source is declared today."""
    from lebenslagen.project import build

    try:
        return town.kept(("rows", came.line), lambda: build.rows_of(town._works(), came.delivery))  # type: ignore[no-any-return]
    except LebenslagenError:
        return []


def variables(town: Town, came: Sequence[Came]) -> dict[str, str]:
    """The variables of some deliveries with their labels."""
    labels = {v.key: v.label or v.key for v in town.declaration.catalogue.variables}
    return {row[3]: labels.get(row[3], row[3]) for one in came for row in rows(town, one)}


@dataclass(frozen=True)
class Table:
    """Areas downwards, deliveries across; each cell its text and what happened to it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]


SAME, CHANGED, NEW, GONE = "", N_("corrected"), N_("new"), N_("no longer delivered")
CAME = N_("delivered")
STATUS: Mapping[str, str] = {"O": "missing", "Q": "withheld"}


def table(
    town: Town, came: Sequence[Came], variable: str, t: Texts, *, seen: bool, sized: bool = True
) -> Table:
    """The values of a variable in every delivery. Without the right to see them: their size where `sized`, else that they came."""
    least = data_veil.floor(p.threshold for p in town.declaration.head.policies.values()) if sized else -1
    columns = [{(r[0], r[1]): r for r in rows(town, one) if r[3] == variable} for one in came]
    places = list(dict.fromkeys(place for column in columns for place in column))
    names = _names(town, came[0].delivery.period if came else "")
    body = tuple(
        (
            names.get(place, place[1]),
            tuple(_cell(columns, n, place, t, least if not seen else 0) for n in range(len(columns))),
        )
        for place in places
    )
    head = tuple(
        t("{day}, withdrawn or replaced", day=t.date(one.at.date()))
        if not one.in_force
        else t("{day}, in force", day=t.date(one.at.date()))
        for one in came
    )
    return Table(head, body)


def _cell(
    columns: Sequence[Mapping[tuple[str, str], Row]], n: int, place: tuple[str, str], t: Texts, least: int
) -> tuple[str, str]:
    row = columns[n].get(place)
    before = columns[n - 1].get(place) if n else None
    if row is None:
        return SIGNS["missing"], t(GONE) if before is not None else ""
    text = _number(row, t, least)
    if n and before is None:
        return text, t(NEW)
    return text, t(CHANGED) if before is not None and (before[4], before[5]) != (row[4], row[5]) else ""


def _number(row: Row, t: Texts, least: int) -> str:
    value = row[4]
    if value is None:
        sign = STATUS.get(row[5], "missing")
        return f"{SIGNS[sign]} ({t(MARKS[sign])})" if sign == "withheld" and not least else SIGNS[sign]
    if least:
        return data_veil.rounded(value, t, least) if least > 0 else t(CAME)
    return t.number(value, 0 if float(value).is_integer() else 2)


def _names(town: Town, period: str) -> dict[tuple[str, str], str]:
    from lebenslagen.web.services.data_layout import registers

    return {
        (level, i): f"{i} {name}"
        for level, areas in registers(period).items()
        for i, name in zip(areas.ids, areas.names, strict=True)
    }


def shown_in(town: Town, source: str, period: str) -> list[str]:
    """The reports whose figures rest on a source in a period, as far as they are computed."""
    from lebenslagen.project import publish

    found = []
    for declared in town.declaration.reports.values():
        figures = town.released(declared.key) or publish.known(town._works(), declared)
        if figures and any(source in c.sources and c.period == period for c in figures.columns):
            found.append(declared.title)
    return found

"""Who delivers what, when it is due, and how far it is."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.services.data_periods import delivers
from lebenslagen.web.town import Town

if TYPE_CHECKING:
    from lebenslagen.project.declare import DeclaredPeriod, DeclaredSource

__all__ = ["STATES", "Due", "History", "calendar", "due_day", "history", "periods_shown"]

# Names of months as towns write them in the rhythm of a source ("jährlich im April").
MONTHS = (
    "januar|january", "februar|february", "märz|maerz|march", "april", "mai|may", "juni|june", "juli|july", "august", "september",
    "oktober|october", "november", "dezember|december",
)  # fmt: skip
# State of a delivery -> its words; the order is that of urgency.
STATES: Mapping[str, str] = {
    "missing": N_("missing"),
    "checking": N_("being checked"),
    "due": N_("due"),
    "remarks": N_("arrived, with remarks"),
    "arrived": N_("arrived"),
    "withdrawn": N_("withdrawn"),
    "purged": N_("purged"),
    "open": N_("not delivered"),
    "none": N_("not expected"),
}


@dataclass(frozen=True)
class Due:
    """One source in one period: its state, the day it came or is due, uploads that wait."""

    source: str
    period: str
    state: str
    day: date | None
    upload: str = ""


def due_day(rhythm: str, as_of: date) -> date | None:
    """The last day of the month in which the figures of a day are to come; None where the rhythm names none.

    >>> due_day("jährlich im April", date(2024, 12, 31)), due_day("", date(2024, 12, 31))
    (datetime.date(2025, 4, 30), None)
    """
    words = rhythm.casefold()
    month = next((n for n, names in enumerate(MONTHS, 1) if re.search(rf"\b({names})\b", words)), 0)
    if not month:
        return None
    year = as_of.year + (1 if month <= as_of.month else 0)
    following = date(year + (month == 12), month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def periods_shown(town: Town, count: int = 4) -> list[DeclaredPeriod]:
    """The latest periods, newest first."""
    return sorted(town.declaration.head.periods, key=lambda p: p.as_of, reverse=True)[:count]


def calendar(
    town: Town, sources: Sequence[DeclaredSource], periods: Sequence[DeclaredPeriod], today: date
) -> list[list[Due]]:
    """One row a source, one cell a period."""
    delivered = {(d.source, d.period): d for d in town.kept("deliveries", town.project.deliveries)}
    last = town.kept("last-lines", lambda: _last(town.project.journal.lines()))
    waiting = {
        (i.source, i.period): i.token
        for i in models.Intake.objects.filter(state=models.Intake.OPEN).order_by("at")
    }

    def cell(source: DeclaredSource, period: DeclaredPeriod) -> Due:
        key = (source.source.key, period.key)
        found, upload = delivered.get(key), waiting.get(key, "")
        if found is not None:
            state = "remarks" if found.outcome == "WARN" or found.answers else "arrived"
            return Due(*key, state, datetime.fromisoformat(found.at).date(), upload)
        if upload:
            return Due(*key, "checking", None, upload)
        if key in last:
            return Due(*key, *last[key])
        if not delivers(source, period.key):
            return Due(*key, "none", None)
        day = due_day(source.rhythm, period.as_of)
        return Due(*key, "open" if day is None else "missing" if day < today else "due", day)

    return [[cell(source, period) for period in periods] for source in sources]


def _last(lines: Sequence[Mapping[str, Any]]) -> dict[tuple[str, str], tuple[str, date]]:
    """What happened last to what is no longer in force."""
    found = {}
    for line in lines:
        if line["what"] in ("withdrawn", "purged"):
            found[line["source"], line["period"]] = (line["what"], datetime.fromisoformat(line["at"]).date())
    return found


# --- history --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class History:
    """One line of the journal about a source and period, for the page of the delivery."""

    what: str
    at: datetime
    by: str
    line: str
    file: str = ""
    snapshot: str = ""
    reasons: tuple[str, ...] = ()
    why: str = ""
    in_force: bool = False
    other: str = ""


WHAT: Mapping[str, str] = {
    "delivered": N_("taken over"), "withdrawn": N_("withdrawn"), "restored": N_("restored"), "refused": N_("refused"),
    "purged": N_("purged"), "emptied": N_("purged"),
}  # fmt: skip


def history(town: Town, source: str, period: str) -> list[History]:
    """Everything that happened to the deliveries of a source and period, newest first; of purged ones one line is left."""
    lines = town.project.journal.lines()
    force = {d.line for d in town.project.deliveries() if (d.source, d.period) == (source, period)}
    here = [line for line in lines if (line.get("source"), line.get("period")) == (source, period)]
    return list(reversed(list(_told(here, force))))


def _told(lines: Sequence[Mapping[str, Any]], force: set[str]) -> Iterator[History]:
    for line in lines:
        if line["what"] not in WHAT or line["what"] == "emptied":
            continue
        reasons = tuple(a[2] for a in line.get("answers", ()))
        more = (line.get("note", ""),) if line.get("note") else ()
        refused = line["what"] == "refused" and "personal-data" in line.get("codes", ())
        yield History(
            "personal" if refused else line["what"], datetime.fromisoformat(line["at"]), line["by"], line["digest"],
            "" if refused else str(line.get("file", "")).rpartition("/")[2], line.get("snapshot", ""), (*reasons, *more),
            line.get("why", ""), line["digest"] in force, line.get("confirmed_by", ""),
        )  # fmt: skip

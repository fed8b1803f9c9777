"""The chapters of a Sozialbericht: a table of functions, and the report they make together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING

from lebenslagen.errors import DesignError, Fault
from lebenslagen.report.chapters.annex import annex
from lebenslagen.report.chapters.front import imprint, summary
from lebenslagen.report.chapters.index import index
from lebenslagen.report.chapters.indicators import context, indicators
from lebenslagen.report.chapters.method import boundaries, method, sources
from lebenslagen.report.chapters.people import people
from lebenslagen.report.chapters.profiles import profiles
from lebenslagen.report.document import Document, Section
from lebenslagen.report.pictures import index_map, indicator_map
from lebenslagen.report.view import View, view
from lebenslagen.texts import N_

if TYPE_CHECKING:
    from lebenslagen.edition import Edition
    from lebenslagen.figures import Figure

__all__ = ["CHAPTERS", "Chapter", "report"]


@dataclass(frozen=True)
class Chapter:
    """A chapter: its function (view -> section, None where the edition has nothing for it) and its name.

    >>> CHAPTERS["index"].label
    'Social index'
    """

    function: Callable[[View], Section | None]
    label: str


CHAPTERS: dict[str, Chapter] = {
    "wichtigstes": Chapter(summary, N_("The essentials on one page")),
    "auftrag": Chapter(method, N_("Purpose and method")),
    "daten": Chapter(sources, N_("Data and confidentiality")),
    "raum": Chapter(boundaries, N_("Areas and boundaries")),
    "bevoelkerung": Chapter(people, N_("Population")),
    "indikatoren": Chapter(indicators, N_("Indicators")),
    "kontext": Chapter(context, N_("Further indicators")),
    "index": Chapter(index, N_("Social index")),
    "steckbriefe": Chapter(profiles, N_("Profiles")),
    "anhang": Chapter(annex, N_("Annex")),
}


def report(edition: Edition) -> Document:
    """The report of an edition: its chapters in their order, every number from its release.

    Raises DesignError for chapters that do not exist, and for own words that cannot be printed.

    >>> report.__name__
    'report'
    """
    faults = [_unknown(name) for name in edition.chapters if name not in CHAPTERS]
    if faults:
        raise DesignError(faults)
    seen = view(edition)
    made = (CHAPTERS[name].function(seen) for name in edition.chapters)
    return Document(
        town=edition.town,
        title=edition.title,
        subtitle=edition.subtitle,
        year=edition.year,
        language=edition.language,
        issued=edition.generated,
        cover=_cover(seen),
        imprint=imprint(seen),
        sections=tuple(section for section in made if section is not None),
        mark=_mark(seen),
    )


def _unknown(name: str) -> Fault:
    near = get_close_matches(name, CHAPTERS, n=1)
    hint = f" (→ {near[0]}?)" if near else ""
    return Fault("chapter-unknown", "chapters", {"name": name, "hint": hint, "known": ", ".join(CHAPTERS)})


def _cover(seen: View) -> Figure | None:
    """The map of the index; without one, that of the first indicator."""
    found = index_map(seen, "titelkarte", legend=False)
    if found is not None or not seen.indicators:
        return found
    first = indicator_map(seen, seen.indicators[0])
    return first.figure if first else None


def _mark(seen: View) -> str:
    """What every page says of a report that is not released, or not for everybody."""
    if seen.edition.release.audience == "internal":
        return seen.t("INTERNAL – not for publication")
    if seen.edition.status != "released":
        return seen.t("DRAFT – not released")
    return ""

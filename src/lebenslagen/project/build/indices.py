"""Index editions: their tables, their scores and classes, how sure these are, and the list of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.project.build.counts import observations
from lebenslagen.project.build.works import Works, open_works
from lebenslagen.project.store import Project, write_atomic

if TYPE_CHECKING:
    import pandas as pd

    from lebenslagen.index import Certainty, Index
    from lebenslagen.indicators import Indicator
    from lebenslagen.project.declare import DeclaredIndex

__all__ = [
    "COLUMNS",
    "built_index",
    "certainty_of",
    "change_of",
    "counted",
    "index_rows",
    "panel_of",
    "write_index",
]


def panel_of(works: Works, declared: DeclaredIndex, period: str, keys: Sequence[str]) -> pd.DataFrame:
    """The indicator table of an index edition: areas x indicators of one period."""
    from lebenslagen.observations import panel

    vintage = _vintage(works, declared, period)
    return panel(observations(works, declared.level, vintage), _indicators(works, keys), period)


def _vintage(works: Works, declared: DeclaredIndex, period: str) -> date:
    """An edition stands on the boundaries of its own period; earlier ones are converted to them."""
    return works.declaration.period(period).vintage


def _indicators(works: Works, keys: Sequence[str]) -> list[Indicator]:
    return [works.declaration.catalogue.indicator(key) for key in keys]


def built_index(works: Works, name: str, period: str) -> Index:
    """An index edition, computed.

    Raises DesignError for an unknown index or period and where design and data contradict each other.
    """
    key = ("index", f"{name}@{period}")
    if key not in works.memory:
        works.memory[key] = _build_index(works, name, period)
    return works.memory[key]


def _build_index(works: Works, name: str, period: str) -> Index:
    from lebenslagen.index import build_index
    from lebenslagen.project.designs import design_of

    declared = works.declaration.index(name)
    edition = declared.edition(period)
    design = design_of(works.declaration, declared, edition)
    status = panel_of(works, declared, period, [part.indicator for part in design.status.parts])
    change = _change(works, declared, edition.period, edition.change_from, design)
    weights = _residents(works, declared, period) if design.reference == "residents" else None
    return build_index(design, status, change=change, weights=weights)


def _change(
    works: Works, declared: DeclaredIndex, period: str, before: str, design: Any
) -> pd.DataFrame | None:
    """Published changes as they are, or the difference of two panels on the same areas in points."""
    if design.dynamics is None:
        return None
    keys = [part.indicator for part in design.dynamics.parts]
    now = panel_of(works, declared, period, keys)
    if not before:
        return now
    from lebenslagen.index import change
    from lebenslagen.observations import panel

    vintage = _vintage(works, declared, period)
    then = panel(observations(works, declared.level, vintage), _indicators(works, keys), before)
    return change(now, then)


def change_of(works: Works, name: str, period: str) -> pd.DataFrame:
    """The changes behind the dynamics of an edition: areas x indicators, in points. Raises DesignError without dynamics."""
    declared = works.declaration.index(name)
    edition, found = declared.edition(period), built_index(works, name, period)
    change = _change(works, declared, period, edition.change_from, found.design)
    if change is None:
        raise DesignError(Fault("no-dynamics", found.design.place))
    return change


def _residents(works: Works, declared: DeclaredIndex, period: str) -> pd.Series[float]:
    from lebenslagen.observations import counts

    vintage = _vintage(works, declared, period)
    return counts(observations(works, declared.level, vintage), works.declaration.residents, period)


def counted(works: Works, declared: DeclaredIndex, keys: Sequence[str], period: str, vintage: date) -> Any:
    """Numerators and denominators of indicators as two tables, or None where only rates are known."""
    import pandas as pd

    from lebenslagen.observations import counts

    known = observations(works, declared.level, vintage)
    indicators = _indicators(works, keys)
    if any(i.published or not i.numerator or not i.denominator for i in indicators):
        return None
    tables = [
        {i.key: counts(known, str(getattr(i, side)), period) for i in indicators}
        for side in ("numerator", "denominator")
    ]
    return tuple(pd.DataFrame(table, index=known.areas.index()) for table in tables)


def certainty_of(works: Works, name: str, period: str) -> Certainty | None:
    """How sure the classes of an edition are, from case numbers; None where only rates are known."""
    from lebenslagen.index import certainty
    from lebenslagen.project.designs import design_of

    key = ("certainty", f"{name}@{period}")
    if key not in works.memory:
        declared = works.declaration.index(name)
        edition, vintage = declared.edition(period), _vintage(works, declared, period)
        design = design_of(works.declaration, declared, edition)
        keys = list(dict.fromkeys(key for measure in design.measures.values() for key in measure.keys))
        now: Any = counted(works, declared, keys, period, vintage)
        before = (
            counted(works, declared, keys, edition.change_from, vintage)
            if edition.change_from and now
            else None
        )
        if now and design.missing == "interval":
            # Areas with a withheld figure have no class that could be sure.
            gone = list(built_index(works, name, period).left_out)
            now = [table.drop(index=gone) for table in now]
            before = [table.drop(index=gone) for table in before] if before else None
        draws = declared.certainty
        works.memory[key] = (
            certainty(
                design,
                now[0],
                now[1],
                before=before,
                per={key: works.declaration.catalogue.indicator(key).per for key in keys},
                weights=_residents(works, declared, period) if design.reference == "residents" else None,
                draws=draws.draws,
                seed=draws.seed,
            )
            if now
            else None
        )
    return works.memory[key]


COLUMNS = ("area_id", "status_score", "status_class", "dynamics_score", "dynamics_class", "combined_class")


def index_rows(works: Works, name: str, period: str) -> list[tuple[str, ...]]:
    """One row an area with scores and classes; excluded areas are not in it. Full precision, no rounding.

    Areas of which a figure is withheld follow with what they can score and every class they can have (`withheld.rows`).
    """
    from lebenslagen.project import withheld

    found = built_index(works, name, period)
    scores = found.shown()[0]
    moved = found.shown("dynamics")[0] if found.dynamics else None
    return [
        (
            area,
            repr(float(scores[area])),
            _class(found.status.classes, area),
            repr(float(moved[area])) if moved is not None else "",
            _class(found.dynamics.classes if found.dynamics else None, area),
            _class(found.combined, area),
        )
        for area in found.areas
    ] + withheld.rows(works, name, period)


def _class(classes: pd.Series[str] | None, area: str) -> str:
    return "" if classes is None else str(classes[area])


def write_index(project: Project, name: str, period: str, path: Path) -> Path:
    """Write an index edition as CSV; named INTERN unless all it rests on was published by its source."""
    works = open_works(project)
    rows = index_rows(works, name, period)
    keys = [part.indicator for part in built_index(works, name, period).design.status.parts]
    internal = not all(i.published for i in _indicators(works, keys))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*COLUMNS, *(["note"] if internal else [])])
    writer.writerows([*row, *(["INTERN"] if internal else [])] for row in rows)
    place = (
        path.with_name(f"{path.stem}-INTERN{path.suffix}") if internal and "INTERN" not in path.name else path
    )
    write_atomic(place, text.getvalue().encode())
    return place

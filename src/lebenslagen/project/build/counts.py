"""Observations out of deliveries: rows as they were read, sums, and earlier periods on later boundaries."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DataError, Fault
from lebenslagen.project.build.places import areas, areas_key, chain, crosswalk
from lebenslagen.project.build.works import Works, key_of, remembered
from lebenslagen.project.store import Delivery

if TYPE_CHECKING:
    import pandas as pd

    from lebenslagen.areas import Areas
    from lebenslagen.indicators import Source
    from lebenslagen.observations import Observations

__all__ = [
    "AGES",
    "Row",
    "age_groups_of",
    "age_key",
    "all_levels",
    "delivered_names",
    "dump_rows",
    "observations",
    "rows_key",
    "rows_of",
    "variables_of",
]

Row = tuple[str, str, str, str, float | None, str, str]  # level, area, period, variable, value, status, where


def rows_of(
    works: Works, delivery: Delivery, places: Callable[[], Sequence[Areas]] | None = None
) -> list[Row]:
    """What one delivery says, as rows (level, area, period, variable, value, status, where).

    places: gives the areas of its period, where somebody else is computing them.
    """
    from lebenslagen.project import intake

    return remembered(
        works,
        "rows",
        _rows_parts(works, delivery),
        lambda: intake.rows(works, delivery, places or (lambda: _places(works, delivery))),
        dump_rows,
        _load_rows,
    )


def _places(works: Works, delivery: Delivery) -> list[Areas]:
    vintage = works.declaration.period(delivery.period).vintage
    return [areas(works, level, vintage) for level in chain(works, vintage)]


def rows_key(works: Works, delivery: Delivery) -> str:
    """The key under which the rows of a delivery are remembered."""
    return key_of(_rows_parts(works, delivery))


def _rows_parts(works: Works, delivery: Delivery) -> tuple[object, ...]:
    layout = works.declaration.source(delivery.source).layout
    return (
        delivery.snapshot,
        delivery.file,
        layout,
        delivery.period,
        areas_key(works, works.declaration.period(delivery.period).vintage),
    )


def dump_rows(rows: list[Row]) -> bytes:
    """The rows of a delivery as they are remembered.

    >>> _load_rows(dump_rows([("stadt", "1", "2024", "ew", 12.0, "A", "C2")]))
    [('stadt', '1', '2024', 'ew', 12.0, 'A', 'C2')]
    """
    return json.dumps(rows, ensure_ascii=False, separators=(",", ":")).encode()


def _load_rows(raw: bytes) -> list[Row]:
    return [tuple(row) for row in json.loads(raw)]


def observations(works: Works, level: str, vintage: date) -> Observations:
    """All values of a level: delivered for it, added up from the finer one, and converted from earlier boundaries.

    Earlier periods are converted where a crosswalk is declared and counts are known; rates are not: they do not add up.
    """
    key = ("observations", f"{level}@{vintage}")
    if key not in works.memory:
        works.memory[key] = _observations(works, level, vintage)
    return works.memory[key]


def _observations(works: Works, level: str, vintage: date) -> Observations:
    from lebenslagen.observations import combine, convert, select

    own = _of_vintage(works, level, vintage)
    parts = [own] if own is not None else []
    for earlier in sorted({p.vintage for p in works.declaration.head.periods if p.vintage < vintage}):
        steps = crosswalk(works, level, earlier, vintage) if level == works.declaration.levels[0] else None
        old = _of_vintage(works, level, earlier) if steps is not None else None
        if old is not None and steps is not None:
            counted = [v for v in old.variables if old.units.get(v) != "rate"]
            parts.append(convert(select(old, variables=counted), steps, areas(works, level, vintage)))
    if not parts:
        raise DataError(Fault("no-observations", f"{level}@{vintage}", {"level": level, "vintage": vintage}))
    return combine(*parts)


def _of_vintage(works: Works, level: str, vintage: date) -> Observations | None:
    """What was delivered for the boundaries of one vintage, with the declared sums."""
    from lebenslagen.observations import Observations, derive, select

    frame, sources, units = _frame(works, level, vintage)
    if frame is None:
        return None
    found = Observations(areas(works, level, vintage), frame, sources, units)
    variables = [*_variables(works, found.variables), *_age_groups(works, found.variables)]
    wanted = [v for v in variables if v.parts and set(v.parts) & _reachable(works, found.variables)]
    kept = {v.key for v in variables} | {i.published for i in works.declaration.catalogue.indicators}
    derived = derive(found, wanted)
    return select(derived, variables=[key for key in derived.variables if key in kept])


# Where the age groups of the pyramid begin; the last is open.
AGES = (0, 6, 15, 25, 35, 45, 55, 65, 75, 85, 100)


def _age_groups(works: Works, delivered: Sequence[str]) -> list[Any]:
    """Sex and age groups summed from single years, where the declaration says how those are named."""
    from lebenslagen.indicators import Variable

    if not works.declaration.pyramid:
        return []
    parts: dict[tuple[str, int], list[str]] = {}
    for name in delivered:
        fit = re.fullmatch(works.declaration.pyramid, name)
        if fit:
            low = max(age for age in AGES if age <= int(fit[2]))
            parts.setdefault((fit[1], low), []).append(name)
    upper = dict(pairwise(AGES))
    return [
        Variable(age_key(sex, low, upper[low]), f"{sex} {low}–{upper[low] - 1}", sum_of=tuple(names))
        for (sex, low), names in sorted(parts.items())
    ]


def delivered_names(works: Works, vintage: date) -> tuple[str, ...]:
    """The variables delivered for a vintage."""
    periods = {p.key for p in works.declaration.head.periods if p.vintage == vintage}
    found = {
        row[3]
        for d in works.deliveries
        if d.source in works.declaration.sources and d.period in periods
        for row in rows_of(works, d)
    }
    return tuple(sorted(found))


def variables_of(works: Works, vintage: date) -> list[Any]:
    """The declared variables, with the delivered ones that a pattern sums."""
    key = ("variables", str(vintage))
    if key not in works.memory:
        works.memory[key] = _variables(works, delivered_names(works, vintage))
    return works.memory[key]


def age_groups_of(works: Works, vintage: date) -> list[Any]:
    """The sex and age groups of a vintage."""
    key = ("ages", str(vintage))
    if key not in works.memory:
        works.memory[key] = _age_groups(works, delivered_names(works, vintage))
    return works.memory[key]


def age_key(sex: str, low: int, high: int) -> str:
    """The variable of one sex and age group, from `low` to under `high` years."""
    return f"alter_{sex}_{low:02d}_{high - 1:02d}"


def _frame(
    works: Works, level: str, vintage: date
) -> tuple[pd.DataFrame | None, dict[str, Source], dict[str, str]]:
    import pandas as pd

    rows: list[Row] = []
    sources: dict[str, Source] = {}
    units: dict[str, str] = {}
    periods = {p.key for p in works.declaration.head.periods if p.vintage == vintage}
    for delivery in works.deliveries:
        if delivery.source in works.declaration.sources and delivery.period in periods:
            found = [row for row in rows_of(works, delivery) if row[0] == level]
            rows += found
            declared = works.declaration.source(delivery.source)
            as_of = works.declaration.period(delivery.period).as_of
            dated = replace(declared.source, as_of=declared.source.as_of or as_of, digest=delivery.snapshot)
            sources.update({row[3]: dated for row in found})
            units.update(declared.layout.units())
    if not rows:
        return None, {}, {}
    columns = ["level", "area", "period", "variable", "value", "status", "where"]
    frame = pd.DataFrame(rows, columns=columns).drop(columns="level")
    return frame.assign(value=frame["value"].astype(float)), sources, units


def _variables(works: Works, delivered: Sequence[str]) -> list[Any]:
    """The declared variables, those summed by a pattern with the delivered ones that fit it."""
    found = []
    for variable in works.declaration.catalogue.variables:
        pattern = works.declaration.sum_patterns.get(variable.key)
        if pattern:
            fit = tuple(name for name in delivered if re.fullmatch(pattern, name))
            variable = replace(variable, sum_of=variable.sum_of + fit)
        found.append(variable)
    return found


def _reachable(works: Works, delivered: Sequence[str]) -> set[str]:
    """Delivered variables and those declared as sums of something delivered."""
    known = set(delivered)
    for _ in works.declaration.catalogue.variables:
        new = {v.key for v in _variables(works, delivered) if v.parts and set(v.parts) & known}
        if new <= known:
            break
        known |= new
    return known


def all_levels(works: Works, vintage: date) -> dict[str, Observations]:
    """The observations of every level of a vintage: counts added up to the coarser ones, what was delivered there kept."""
    from lebenslagen.observations import aggregate

    found: dict[str, Observations] = {}
    below: Observations | None = None
    for level in chain(works, vintage):
        own = (
            _delivered_only(works, level, vintage)
            if below is not None
            else observations(works, level, vintage)
        )
        found[level] = own if below is None else aggregate(below, areas(works, level, vintage), own)  # type: ignore[assignment]
        below = found[level]
    return found


def _delivered_only(works: Works, level: str, vintage: date) -> Observations | None:
    """What was delivered for a coarser level itself, for every period with these areas."""
    from lebenslagen.observations import Observations, combine

    town = areas(works, level, vintage)
    parts = []
    for earlier in sorted({p.vintage for p in works.declaration.head.periods if p.vintage <= vintage}):
        if level in chain(works, earlier) and set(areas(works, level, earlier).ids) == set(town.ids):
            own = _of_vintage(works, level, earlier)
            if own is not None:
                parts.append(Observations(town, own.frame, own.sources, own.units, own.parts))
    return combine(*parts) if parts else None

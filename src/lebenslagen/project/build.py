"""The chain from deliveries to the index: each step a function of declarations and deliveries, remembered by its digest.

Areas, readings, observations, panel, index. Deleting ``.cache`` changes no result, only the time it takes.
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import cache
from importlib import import_module
from itertools import accumulate, pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from lebenslagen.errors import DataError, DesignError, Fault, ProjectError
from lebenslagen.project.store import Delivery, Project, digest_of
from lebenslagen.texts import Texts

if TYPE_CHECKING:
    from concurrent.futures import Future

    import pandas as pd

    from lebenslagen.areas import Areas, Backdrop, Crosswalk
    from lebenslagen.index import Certainty, Index
    from lebenslagen.indicators import Indicator, Source
    from lebenslagen.observations import Observations
    from lebenslagen.project.declare import AreaLayer, Declaration, DeclaredIndex

__all__ = [
    "Works",
    "areas",
    "backdrop",
    "build",
    "built_index",
    "certainty_of",
    "chain",
    "change_of",
    "observations",
    "open_works",
    "panel_of",
    "write_index",
]

T = TypeVar("T")
# A result also depends on what computed it.
LIBRARIES = ("lebenslagen", "numpy", "pandas", "scipy", "shapely", "pyproj")


@dataclass(frozen=True, eq=False)
class Works:
    """A project at one moment: its declarations and the deliveries in force."""

    project: Project
    declaration: Declaration
    deliveries: tuple[Delivery, ...]
    memory: dict[tuple[str, str], Any]

    def delivered(self, source: str, period: str = "") -> tuple[Delivery, ...]:
        """The deliveries of a source, of one period where it is named."""
        return tuple(d for d in self.deliveries if d.source == source and period in ("", d.period))


def open_works(project: Project) -> Works:
    """A project, ready to compute.

    Raises DesignError where its declarations have faults, ProjectError where a delivered file changed or is gone.
    """
    return Works(project, project.declaration(), project.sound(), {})


@cache
def _versions() -> bytes:
    """Read from the names of the folders in which libraries are recorded: importlib.metadata takes longer than the rest."""
    found: dict[str, str] = {}
    for folder in map(Path, sys.path):
        for place in sorted(folder.glob("*.dist-info")):
            name, _, number = place.stem.partition("-")
            found.setdefault(name.lower(), number)
    return "|".join(f"{name} {found.get(name) or _recorded(name)}" for name in LIBRARIES).encode()


def _recorded(name: str) -> str:
    from importlib.metadata import version

    return version(name)


def key_of(parts: Sequence[object]) -> str:
    """The key of a result: what it was made from, and the versions of what made it."""
    return digest_of(_versions(), *(repr(part).encode() for part in parts))


def remembered(
    works: Works,
    step: str,
    parts: Sequence[object],
    compute: Callable[[], T],
    dump: Callable[[T], bytes],
    load: Callable[[bytes], T],
) -> T:
    """What `compute` gives, taken from memory or cache where the same parts were computed before."""
    key = key_of(parts)
    if (step, key) not in works.memory:
        kept = works.project.remembered(step, key)
        if kept is None:
            result = compute()
            works.project.remember(step, key, dump(result))
        else:
            result = load(kept)
        works.memory[step, key] = result
    return works.memory[step, key]


# --- areas ---------------------------------------------------------------------------------------------------


def chain(works: Works, vintage: date) -> tuple[str, ...]:
    """The levels there are polygons for in a vintage, finest first."""
    there = {layer.level for layer in works.declaration.layers if layer.vintage == vintage}
    return tuple(level for level in works.declaration.levels if level in there)


def areas(works: Works, level: str, vintage: date) -> Areas:
    """The areas of a level and vintage.

    Raises DesignError where none are declared, DataError where the delivered polygons have faults.
    """
    layer = _layer(works, level, vintage)
    finer = areas(works, _finer(works, layer), vintage) if layer.dissolve else None
    parts = (layer, _areas_key(works, vintage))
    return remembered(works, "areas", parts, lambda: _areas(works, layer, finer), _dump_areas, _load_areas)


def _areas_key(works: Works, vintage: date) -> tuple[object, ...]:
    """All that the areas of a vintage depend on: its layers as declared, and the files behind them."""
    layers = tuple(layer for layer in works.declaration.layers if layer.vintage == vintage)
    files = tuple(_layer_file(works, layer) for layer in layers if not layer.dissolve)
    return ("wkb", layers, files, works.declaration.levels, works.declaration.head.crs)


def _layer_file(works: Works, layer: AreaLayer) -> tuple[str, str]:
    found = works.delivered(area_source(layer))
    if not found:
        raise ProjectError(Fault("areas-not-delivered", area_source(layer), {"file": layer.file}))
    return found[-1].file, found[-1].snapshot


def area_source(layer: AreaLayer) -> str:
    """The name under which the polygons of a layer are delivered."""
    return f"areas/{layer.level}@{layer.vintage}"


def _layer(works: Works, level: str, vintage: date) -> AreaLayer:
    for layer in works.declaration.layers:
        if (layer.level, layer.vintage) == (level, vintage):
            return layer
    known = ", ".join(f"{x.level}@{x.vintage}" for x in works.declaration.layers)
    raise DesignError(
        Fault("unknown-name", "areas", {"name": f"{level}@{vintage}", "hint": "", "known": known or "–"})
    )


def _finer(works: Works, layer: AreaLayer) -> str:
    levels = chain(works, layer.vintage)
    return levels[levels.index(layer.level) - 1]


def _areas(works: Works, layer: AreaLayer, finer: Areas | None) -> Areas:
    if finer is None:
        return _from_file(works, layer)
    from lebenslagen.areas import dissolve

    names = layer.names or {parent: parent for parent in sorted(set(finer.parents))}
    return dissolve(_below(works, layer, finer), layer.level, names, _parents_above(works, layer, names))


def _below(works: Works, layer: AreaLayer, finer: Areas) -> Areas:
    """The town is the union of all: its parts need not name it."""
    if layer.level == works.declaration.levels[-1] and len(layer.names) == 1:
        return replace(finer, parents=(next(iter(layer.names)),) * len(finer))
    return finer


def _parents_above(works: Works, layer: AreaLayer, names: Mapping[str, str]) -> dict[str, str]:
    if layer.parents:
        return dict(layer.parents)
    town = [
        x
        for x in works.declaration.layers
        if x.vintage == layer.vintage and x.level == works.declaration.levels[-1]
    ]
    above = chain(works, layer.vintage)[chain(works, layer.vintage).index(layer.level) + 1 :]
    if town and above == (town[0].level,) and len(town[0].names) == 1:
        return dict.fromkeys(names, next(iter(town[0].names)))
    return {}


def _from_file(works: Works, layer: AreaLayer) -> Areas:
    from lebenslagen.project.read.vectors import opened

    delivery = works.delivered(area_source(layer))[-1]
    file = opened(works.project.snapshot(delivery.snapshot), delivery.file, layer.layer)
    from lebenslagen.project import vectors  # with numpy and shapely, which the child does not wait for

    return vectors.areas_from(file, layer, works.declaration.head.crs, _town_key(works, layer))


def _town_key(works: Works, layer: AreaLayer) -> str:
    """The key of the town, where the layer lies directly below it and names no parents."""
    above = chain(works, layer.vintage)[chain(works, layer.vintage).index(layer.level) + 1 :]
    town = [x for x in works.declaration.layers if x.vintage == layer.vintage and x.level in above[:1]]
    return next(iter(town[0].names)) if town and len(above) == 1 and len(town[0].names) == 1 else ""


def _dump_areas(found: Areas) -> bytes:
    import shapely

    shapes = shapely.to_wkb(found.geometry).tolist()
    fields = (
        found.level,
        found.vintage.isoformat(),
        found.ids,
        found.names,
        found.parents,
        [len(shape) for shape in shapes],
        found.crs,
    )
    return b"".join([json.dumps(fields).encode(), b"\n", *shapes])


def _load_areas(raw: bytes) -> Areas:
    import numpy as np
    import shapely

    from lebenslagen.areas import Areas

    head, _, shapes = raw.partition(b"\n")
    level, vintage, ids, names, parents, sizes, crs = json.loads(head)
    ends = list(accumulate(sizes, initial=0))
    geometry = np.array(shapely.from_wkb([shapes[a:b] for a, b in pairwise(ends)]), dtype=object)
    return Areas(level, date.fromisoformat(vintage), tuple(ids), tuple(names), tuple(parents), geometry, crs)


def crosswalk(works: Works, level: str, source: date, target: date) -> Crosswalk | None:
    """The declared crosswalk between two vintages of a level, or none."""
    for declared in works.declaration.crosswalks:
        if (declared.level, declared.source, declared.target) == (level, source, target):
            from lebenslagen.project import vectors

            return vectors.crosswalk_from(
                works.project, declared, areas(works, level, source), areas(works, level, target)
            )
    return None


def backdrop(works: Works) -> Backdrop:
    """Water, woods, neighbours and landmarks behind the maps; empty where none is declared."""
    from lebenslagen.areas import Backdrop
    from lebenslagen.project import vectors

    declared = works.declaration.backdrop
    found = works.delivered("areas/backdrop") if declared else ()
    if not declared or not found:
        return Backdrop()
    parts = (declared, found[-1].snapshot, works.declaration.head.crs)
    raw = works.project.snapshot(found[-1].snapshot)
    return remembered(
        works,
        "backdrop",
        parts,
        lambda: vectors.backdrop_from(raw, found[-1].file, declared, works.declaration.head.crs),
        vectors.dump_backdrop,
        vectors.load_backdrop,
    )


# --- observations --------------------------------------------------------------------------------------------

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
        _areas_key(works, works.declaration.period(delivery.period).vintage),
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


AGES = (
    0,
    6,
    15,
    25,
    35,
    45,
    55,
    65,
    75,
    85,
    100,
)  # where the age groups of the pyramid begin; the last is open


def _age_groups(works: Works, delivered: Sequence[str]) -> list[Any]:
    """Sex and age groups summed from single years, where the declaration says how those are named."""
    import re

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
    import re

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


# --- index ---------------------------------------------------------------------------------------------------


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
    import csv
    import io

    from lebenslagen.project.store import write_atomic

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


def build(project: Project, *, by: str, at: datetime, t: Texts) -> Iterator[str]:
    """Compute every declared index edition and say what was done, step by step; the caller holds the lock.

    When nothing changed since the last build, what it said is said again and nothing is computed.
    """
    files = project.declared()
    parts = [_versions(), *(name.encode() + raw for name, raw in sorted(files.items()))]
    tail = [(d.source, d.period, d.snapshot, d.answers) for d in project.sound()]
    key = digest_of(*parts, repr(tail).encode(), t.language.encode())
    kept = project.remembered("build", key)
    if kept is not None:
        yield from json.loads(kept)
        yield t("Nothing changed since the last build.")
        return
    said: list[str] = []
    for line in _steps(open_works(project), t):
        said.append(line)
        yield line
    project.keep(by=by, at=at)
    project.remember("build", key, json.dumps(said, ensure_ascii=False).encode())


@contextlib.contextmanager
def _ahead(works: Works) -> Iterator[tuple[dict[date, Future[Any]], dict[Delivery, Future[list[Row]]]]]:
    """Areas and deliveries, read by four hands at once: most of that happens in child processes and in C."""
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(max_workers=4) as hands:
        vintages = sorted({layer.vintage for layer in works.declaration.layers})
        places = {
            vintage: hands.submit(lambda v: [areas(works, level, v) for level in chain(works, v)], vintage)
            for vintage in vintages
        }

        def read(delivery: Delivery) -> list[Row]:
            return rows_of(works, delivery, places[works.declaration.period(delivery.period).vintage].result)

        declared = [d for d in works.deliveries if d.source in works.declaration.sources]
        try:
            yield places, {delivery: hands.submit(read, delivery) for delivery in declared}
        finally:
            hands.shutdown(cancel_futures=True)


def _steps(works: Works, t: Texts) -> Iterator[str]:
    with _ahead(works) as (places, read):
        for module in ("observations", "index.compute"):  # with pandas, while the hands read
            import_module(f"lebenslagen.{module}")
        for vintage, levels in places.items():
            counts = [f"{len(known)} {_plural(works, known.level)}" for known in levels.result()]
            yield t("Areas of {date}: {list}", date=t.date(vintage), list=", ".join(counts))
        for delivery, rows in read.items():
            yield t(
                "Read: {file} ({source}, {period}): {n} values",
                file=delivery.file,
                source=delivery.source,
                period=delivery.period,
                n=t.number(len(rows.result())),
            )
    for declared in works.declaration.indices.values():
        for edition in declared.editions:
            found = built_index(works, declared.key, edition.period)
            yield t(
                "Index “{label}” {period}: {n} areas; {list}",
                label=declared.label,
                period=edition.period,
                n=len(found.areas),
                list=_class_counts(found),
            )


def _plural(works: Works, level: str) -> str:
    return next(x.plural for x in works.declaration.head.levels if x.key == level)


def _class_counts(found: Index) -> str:
    declared, classes = found.design.status.classes, found.status.classes
    if declared is None or classes is None:
        return ""
    here = list(classes)
    return ", ".join(
        f"{label} {here.count(key)}" for key, label in zip(declared.keys, declared.labels, strict=True)
    )

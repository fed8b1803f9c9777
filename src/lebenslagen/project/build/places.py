"""Areas and what leads from one set of them to another: out of delivered files, dissolved, converted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from lebenslagen.errors import DesignError, Fault, ProjectError
from lebenslagen.project.build.works import Works, remembered

if TYPE_CHECKING:
    from lebenslagen.areas import Areas, Backdrop, Crosswalk
    from lebenslagen.project.declare import AreaLayer

__all__ = ["area_source", "areas", "areas_key", "backdrop", "chain", "crosswalk"]


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
    parts = (layer, areas_key(works, vintage))
    return remembered(works, "areas", parts, lambda: _areas(works, layer, finer), _dump_areas, _load_areas)


def areas_key(works: Works, vintage: date) -> tuple[object, ...]:
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
    above, within = _parents_above(works, layer, names), _within(works, layer, finer)
    return dissolve(finer, layer.level, names, above, within=within)


def _within(works: Works, layer: AreaLayer, finer: Areas) -> tuple[str, ...]:
    """The town is the union of all: its parts need not name it."""
    if layer.level == works.declaration.levels[-1] and len(layer.names) == 1:
        return (next(iter(layer.names)),) * len(finer)
    return finer.parents


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

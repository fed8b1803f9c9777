"""Tables and maps as one would draw them on paper, and the values of the core written back the same way."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date

import numpy as np
import pandas as pd
import pytest
import shapely

from lebenslagen.areas import Areas
from lebenslagen.errors import Fault, LebenslagenError
from lebenslagen.observations import COLUMNS, Observations

CELL = 100.0  # metres of one square on a drawn map
STATUS = {"*": "Q", "…": "O"}
REASON = {"withheld": "*", "missing": "…", "undefined": "x", "small-base": "<", "excluded": "–"}

Table = dict[str, dict[str, str]]


def table(text: str) -> Table:
    """A table with the row's name in the first column: `table("area m w\\n01 3 4")["01"]["w"] == "4"`."""
    head, *rows = [line.split() for line in text.strip().splitlines()]
    return {row[0]: dict(zip(head[1:], row[1:], strict=True)) for row in rows}


def drawn(
    text: str, *, level: str = "quartier", year: int = 2019, parents: Mapping[str, str] | None = None
) -> Areas:
    """Areas from a map of letters: each letter is a square of 100 m, a dot is nothing; order as in reading."""
    rows = [line.split() for line in text.strip().splitlines()]
    squares: dict[str, list[shapely.Polygon]] = {}
    for down, row in enumerate(rows):
        for right, letter in enumerate(row):
            left, top = right * CELL, -down * CELL
            squares.setdefault(letter, []).append(shapely.box(left, top - CELL, left + CELL, top))
    squares.pop(".", None)
    return areas(
        {letter: shapely.union_all(found) for letter, found in squares.items()},
        level=level,
        year=year,
        parents=parents,
    )


def areas(
    shapes: Mapping[str, object],
    *,
    level: str = "quartier",
    year: int = 2019,
    parents: Mapping[str, str] | None = None,
    crs: str = "EPSG:25832",
) -> Areas:
    """Areas from named polygons; each is called after its key."""
    ids = tuple(shapes)
    names = tuple(f"Quartier {key}" for key in ids)
    above = tuple((parents or {}).get(key, "") for key in ids)
    polygons = np.empty(len(shapes), dtype=object)
    polygons[:] = list(shapes.values())
    return Areas(level, date(year, 1, 1), ids, names, above, polygons, crs)


def observed(places: Areas, text: str, period: str = "2024", **more: object) -> Observations:
    """Observations from a table of variables by area: `7` a count, `~7` estimated, `*` withheld, `…` missing."""
    rows = [
        (area, period, variable, *_value(cell), f"{period}!{variable}.{area}")
        for area, cells in table(text).items()
        for variable, cell in cells.items()
        if cell != "-"  # no row at all
    ]
    return Observations(places, pd.DataFrame(rows, columns=list(COLUMNS)), **more)  # type: ignore[arg-type]


def _value(cell: str) -> tuple[float, str]:
    if cell in STATUS:
        return float("nan"), STATUS[cell]
    return float(cell.removeprefix("~")), "E" if cell.startswith("~") else "A"


def shown(observations: Observations, *variables: str, period: str = "2024") -> Table:
    """Observations of one period written as `observed` reads them."""
    frame = observations.frame
    frame = frame[(frame["period"] == period) & frame["variable"].isin(variables or observations.variables)]
    found: Table = {}
    for row in frame.to_dict("records"):
        sign = {"Q": "*", "O": "…", "E": f"~{row['value']:g}"}.get(row["status"], f"{row['value']:g}")
        found.setdefault(row["area"], {})[row["variable"]] = sign
    return found


def rates(frame: pd.DataFrame) -> Table:
    """A panel or trend with its reasons: `*` withheld, `…` missing, `x` undefined, `<` too few people."""
    reasons = frame.attrs["reasons"]
    return {
        area: {
            column: REASON[reasons[area, column]] if (area, column) in reasons else f"{value:g}"
            for column, value in row.items()
        }
        for area, row in frame.iterrows()
    }


def faults(call: Callable[[], object]) -> tuple[Fault, ...]:
    """The faults a call is refused with."""
    with pytest.raises(LebenslagenError) as refused:
        call()
    return refused.value.faults


def codes(call: Callable[[], object]) -> list[str]:
    """The codes of the faults a call is refused with."""
    return [fault.code for fault in faults(call)]

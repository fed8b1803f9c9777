"""The chain from deliveries to the index: each step a function of declarations and deliveries, remembered by its digest.

Areas, readings, observations, panel, index. Deleting ``.cache`` changes no result, only the time it takes.
"""

from __future__ import annotations

from lebenslagen.project.build.counts import (
    Row,
    age_groups_of,
    age_key,
    all_levels,
    delivered_names,
    dump_rows,
    observations,
    rows_key,
    rows_of,
    variables_of,
)
from lebenslagen.project.build.indices import (
    COLUMNS,
    built_index,
    certainty_of,
    change_of,
    counted,
    index_rows,
    panel_of,
    write_index,
)
from lebenslagen.project.build.places import area_source, areas, backdrop, chain, crosswalk
from lebenslagen.project.build.steps import build
from lebenslagen.project.build.works import Works, key_of, open_works, remembered

__all__ = [
    "COLUMNS",
    "Row",
    "Works",
    "age_groups_of",
    "age_key",
    "all_levels",
    "area_source",
    "areas",
    "backdrop",
    "build",
    "built_index",
    "certainty_of",
    "chain",
    "change_of",
    "counted",
    "crosswalk",
    "delivered_names",
    "dump_rows",
    "index_rows",
    "key_of",
    "observations",
    "open_works",
    "panel_of",
    "remembered",
    "rows_key",
    "rows_of",
    "variables_of",
    "write_index",
]

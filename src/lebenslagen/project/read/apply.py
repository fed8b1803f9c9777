"""A layout applied to a file: which tables, which sheets, which areas are absent, which totals differ."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from lebenslagen.errors import Fault
from lebenslagen.project.read.bounds import STOPPED
from lebenslagen.project.read.grid import Grid, Sheet
from lebenslagen.project.read.heads import clean, find_heads, shown
from lebenslagen.project.read.layout import Layout, Table
from lebenslagen.project.read.reading import Control, Reading, Register
from lebenslagen.project.read.tables import Result, TableReader, period_of

__all__ = ["apply_layout"]

UNCLEAR = STOPPED | {
    "key-is-date",
    "header-absent",
    "header-in-two-rows",
}  # which areas there are is not known
YEAR_IN_NAME = r"(?<!\d)((?:19|20)\d\d)(?!\d)"


def _tables(layout: Layout, filename: str, period: str) -> list[Table]:
    named = [t for t in layout.tables if not t.files or fnmatch.fnmatch(filename.lower(), t.files.lower())]
    return [t for t in named if _meant_for(t, period)]


def _meant_for(table: Table, period: str) -> bool:
    """A changed build counts from a period on; what was delivered before is still read by the old one."""
    listed = not table.periods or period in table.periods
    return listed and table.since <= period and (not table.until or period < table.until)


def _sheets(grid: Grid, table: Table) -> list[Sheet] | Fault:
    """The sheets a table stands in, or why there is none."""
    names = ", ".join(s.name for s in grid.sheets)
    if not any(s.height for s in grid.sheets):
        return Fault("no-data-rows", names)
    if grid.kind == "csv":
        return list(grid.sheets)
    if table.sheet:
        found = [s for s in grid.sheets if clean(s.name) == clean(table.sheet)]
    elif table.index is not None:
        found = list(grid.sheets[table.index : table.index + 1])
    elif table.sheet_pattern:
        found = [s for s in grid.sheets if re.search(table.sheet_pattern, s.name)]
    else:
        filled = [s for s in grid.sheets if s.height]
        found = filled if len(filled) == 1 else [s for s in filled if find_heads(s, table)]
        if not found and filled:
            found = filled[:1]
        if len(found) > 1:
            return Fault("sheet-unclear", found[1].name, {"sheets": ", ".join(s.name for s in found)})
    wanted = table.sheet or table.sheet_pattern or str(table.index)
    return found or Fault("sheet-absent", wanted, {"sheet": wanted, "sheets": names or "–"})


def _period(layout: Layout, filename: str, period: str) -> tuple[str, list[Fault]]:
    """The period of the delivery: as given, unless the file's name is declared to say it."""
    if layout.period.source != "filename":
        return period, []
    found = period_of(filename.rpartition(".")[0], layout.period.pattern or YEAR_IN_NAME)
    if not found:
        return period, [Fault("period-unclear", filename, {"value": shown(filename)})]
    differs = period and found != period
    return found, [Fault("period-differs", filename, {"found": found, "given": period})] if differs else []


def _absent(
    table: Table, results: Iterable[Result], register: Register | None, where: str
) -> Iterator[Fault]:
    """Areas of the register that the table does not have, unless it is declared that they may be missing."""
    if register is None or not table.asks_for_absent:
        return
    absent = dict(zip(register.ids, register.names, strict=True))
    for period, areas in _present(results):
        missing = [f"{i} {n}".strip() for i, n in absent.items() if i not in areas]
        if missing and areas:
            text = ", ".join(missing[:5]) + (" …" if len(missing) > 5 else "")
            code = "areas-cut-off" if _cut_off(register.ids, areas) else "area-absent"
            yield Fault(code, where, {"n": len(missing), "areas": text, "period": period})


def _cut_off(ids: Sequence[str], areas: frozenset[str]) -> bool:
    """Whether the file has all areas up to one and none after it: it ends early, or has other boundaries."""
    here = [i in areas for i in ids]
    first = here.index(False)
    return len(ids) - first >= 2 and not any(here[first:]) and first >= 0.8 * len(ids)


def _present(results: Iterable[Result]) -> list[tuple[str, frozenset[str]]]:
    """The areas that each column, block or variable has, by period; the same set once."""
    series = [s for r in results for s in r.series]
    seen: dict[tuple[str, str], set[str]] = {}
    # Columns of one table share their lists of areas and periods: each pair of lists once.
    lists = {(id(s.areas), id(s.periods)): s for s in series}.values()
    for s in lists:
        for period in set(s.periods):
            single = s.periods.count(period) == len(s.periods)
            here = s.areas if single else _of_period(s.areas, s.periods, period)
            seen.setdefault((s.variable, period), set()).update(here)
    if not series:
        seen = {("", ""): {area for r in results for area, _ in r.texts}}
    return list(dict.fromkeys((period, frozenset(areas)) for (_, period), areas in seen.items()))


def _of_period(areas: Sequence[str], periods: Sequence[str], period: str) -> list[str]:
    return [area for area, p in zip(areas, periods, strict=True) if p == period]


def apply_layout(
    grid: Grid, layout: Layout, areas: Mapping[str, Register], period: str, filename: str, digest: str = ""
) -> Reading:
    """The delivery in a grid, read by its layout.

    areas: level -> its areas in the boundaries of the period; period: the key given with the delivery. Never raises for
    what is in the file: everything stands in the reading's faults.
    """
    faults = [Fault(n.code, n.where, n.values) for n in grid.notes]
    if not grid.sheets or any(f.code in ("field-count", "comma-twice") for f in faults):
        return Reading(filename, digest, (), tuple(faults), grid)
    period, more = _period(layout, filename, period)
    tables = _tables(layout, filename, period)
    if not tables:
        faults.append(Fault("no-table-declared", filename, {"period": period}))
    results: list[Result] = []
    for table in tables:
        found, wrong = _table(grid, table, layout, areas.get(table.level), period)
        results += found
        faults += wrong
    return _reading(grid, filename, digest, [*faults, *more], results)


def _table(
    grid: Grid, table: Table, layout: Layout, register: Register | None, period: str
) -> tuple[list[Result], list[Fault]]:
    sheets = _sheets(grid, table)
    if isinstance(sheets, Fault):
        return [], [sheets]
    results = [TableReader(sheet, table, layout, register, period).read() for sheet in sheets]
    where = sheets[0].name
    clear = not any(f.code in UNCLEAR for r in results for f in r.faults)
    return results, list(_absent(table, results, register, where)) if clear else []


def _reading(grid: Grid, filename: str, digest: str, faults: list[Fault], results: list[Result]) -> Reading:
    for result in results:
        faults += result.faults
    withheld = [w for r in results for w in r.withheld]
    if withheld:
        faults.append(Fault("withheld-by-supplier", withheld[0], {"n": len(withheld)}))
    controls = tuple(c for r in results for c in r.controls)
    faults += [_differs(c) for c in controls if not c.agrees]
    texts = {key: text for r in results for key, text in r.texts.items()}
    return Reading(
        filename,
        digest,
        tuple(s for r in results for s in r.series),
        tuple(faults),
        grid,
        texts,
        tuple(o for r in results for o in r.remainders),
        controls,
        tuple(s for r in results for s in r.skipped),
    )


def _differs(control: Control) -> Fault:
    found = control.found if control.found is not None else control.at_most or Decimal(0)
    values = {"name": control.name, "variable": control.variable, "said": control.said, "found": found}
    return Fault("total-differs", control.where, {**values, "difference": control.said - found})

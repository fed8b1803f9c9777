"""Counts followed down to the delivered cells: as delivered, carried over from earlier boundaries, or added up."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import N_, Texts
from lebenslagen.web.services.data_steps import Cell, Step, summed

if TYPE_CHECKING:
    from lebenslagen.project.build import Row, Works
    from lebenslagen.project.store import Delivery

__all__ = ["Trace", "keyed"]


@dataclass(frozen=True, eq=False)
class Trace:
    """A project whose numbers are followed on the boundaries of one vintage."""

    works: Works
    vintage: date
    labels: Mapping[str, str]
    t: Texts

    def areas(self, level: str, vintage: date) -> Any:
        from lebenslagen.project import build

        return build.areas(self.works, level, vintage)

    @property
    def levels(self) -> tuple[str, ...]:
        from lebenslagen.project import build

        return build.chain(self.works, self.vintage)

    def name(self, level: str, area: str, vintage: date) -> str:
        key = ("lineage", f"names {level} {vintage}")
        if key not in self.works.memory:
            found = self.areas(level, vintage)
            self.works.memory[key] = dict(zip(found.ids, found.names, strict=True))
        return self.works.memory[key].get(area, area)  # type: ignore[no-any-return]

    def rows(self, vintage: date) -> dict[tuple[str, str, str, str], tuple[Row, Delivery]]:
        """Every delivered value on the boundaries of a vintage."""
        from lebenslagen.project import build

        key = ("lineage", str(vintage))
        if key not in self.works.memory:
            declaration = self.works.declaration
            periods = {p.key for p in declaration.head.periods if p.vintage == vintage}
            self.works.memory[key] = {
                row[:4]: (row, delivery)
                for delivery in self.works.deliveries
                if delivery.source in declaration.sources and delivery.period in periods
                for row in build.rows_of(self.works, delivery)
            }
        return self.works.memory[key]  # type: ignore[no-any-return]

    def parts_of(self, variable: str, vintage: date) -> tuple[tuple[float, str], ...]:
        """The variables a derived one is summed from, with their signs."""
        from lebenslagen.project import build

        for known in (*build.variables_of(self.works, vintage), *build.age_groups_of(self.works, vintage)):
            if known.key == variable:
                less = set(known.less)
                return tuple((-1.0 if part in less else 1.0, part) for part in dict.fromkeys(known.parts))
        return ()

    # numbers

    def own(self, variable: str, period: str, level: str, area: str, vintage: date) -> Step:
        """A value as delivered for these boundaries and this level, or summed from such."""
        label, name = self.labels.get(variable, variable), self.name(level, area, vintage)
        found = self.rows(vintage).get((level, area, period, variable))
        if found is not None:
            row, delivery = found
            where = row[6].partition("#")[2]
            cell = Cell(
                delivery.file, where, delivery.snapshot, delivery.source, delivery.period, delivery.line
            )
            note = self.t(N_("withheld by the supplier")) if row[5] == "Q" else ""
            return Step("cell", label, row[4], cell=cell, level=level, area=area, area_name=name, note=note)
        parts = tuple(
            (sign, self.own(part, period, level, area, vintage))
            for sign, part in self.parts_of(variable, vintage)
        )
        value = summed(parts) if parts else None
        note = "" if parts else self.t(N_("not delivered"))
        return Step(
            "sum" if parts else "absent",
            label,
            value,
            parts,
            level=level,
            area=area,
            area_name=name,
            note=note,
        )

    def count(self, variable: str, period: str, level: str, area: str) -> Step:
        """A count on the report's boundaries: delivered, carried over from earlier boundaries, or added up."""
        step = (
            self.finest(variable, period, area)
            if level == self.levels[0]
            else self.coarser(variable, period, level, area)
        )
        return keyed(
            step,
            f"{variable}@{period}",
            self.labels.get(variable, variable),
            self.name(level, area, self.vintage),
            level,
            area,
        )

    def finest(self, variable: str, period: str, area: str) -> Step:
        level, before = self.levels[0], self.works.declaration.period(period).vintage
        here = self.own(variable, period, level, area, self.vintage)
        if here.value is not None or before >= self.vintage:
            return here
        pairs = self.shares(level, before).get(area)
        if pairs is None:
            return here
        parts = tuple((share, self.own(variable, period, level, old, before)) for share, old in pairs)
        note = self.t(N_("carried over from the boundaries of {day}"), day=self.t.date(before))
        return Step(
            "sum",
            here.label,
            summed(parts),
            parts,
            level=level,
            area=area,
            area_name=here.area_name,
            note=note,
        )

    def shares(self, level: str, before: date) -> dict[str, list[tuple[float, str]]]:
        """For each area of today, the areas of earlier boundaries it is made of, with their shares."""
        from lebenslagen.project import build

        key = ("lineage", f"shares {level} {before} {self.vintage}")
        if key not in self.works.memory:
            steps, found = build.crosswalk(self.works, level, before, self.vintage), {}
            if steps is not None:
                table = steps.shares.tocoo()
                rows = zip(table.row.tolist(), table.col.tolist(), table.data.tolist(), strict=True)
                for row, column, share in sorted(rows):
                    found.setdefault(steps.target[column], []).append((float(share), steps.source[row]))
            self.works.memory[key] = found
        return self.works.memory[key]  # type: ignore[no-any-return]

    def coarser(self, variable: str, period: str, level: str, area: str) -> Step:
        """The figure delivered for the level itself, where there is one; else the areas below added up."""
        for vintage in self.same_areas(level):
            own = self.own(variable, period, level, area, vintage)
            if own.value is not None:
                return own
        below = self.levels[self.levels.index(level) - 1]
        inside = self.areas(below, self.vintage)
        children = [i for i, parent in zip(inside.ids, inside.parents, strict=True) if parent == area]
        parts = tuple((1.0, self.count(variable, period, below, child)) for child in children)
        return Step("sum", self.labels.get(variable, variable), summed(parts), parts, level=level, area=area,
                    area_name=self.name(level, area, self.vintage))  # fmt: skip

    def same_areas(self, level: str) -> list[date]:
        """Boundaries up to these with the same areas of a level, newest first."""
        from lebenslagen.project import build

        known = sorted(
            {p.vintage for p in self.works.declaration.head.periods if p.vintage <= self.vintage},
            reverse=True,
        )
        wanted = set(self.areas(level, self.vintage).ids)
        return [
            v
            for v in known
            if level in build.chain(self.works, v) and set(self.areas(level, v).ids) == wanted
        ]


def keyed(step: Step, key: str, label: str, name: str, level: str, area: str) -> Step:
    return replace(step, key=key, label=label, area_name=name, level=level, area=area)

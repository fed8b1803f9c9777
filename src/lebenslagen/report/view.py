"""What chapters ask an edition: which column, which cell, how it is printed. Everything comes from the release."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from lebenslagen.disclosure.release import NO_CELL, Cell, Column
from lebenslagen.edition import Columns
from lebenslagen.figures import Frame, frame
from lebenslagen.report.document import TableBlock, slug
from lebenslagen.texts import MARKS, SIGNS, Texts, texts

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.edition import Edition, Period
    from lebenslagen.indicators import Indicator

__all__ = ["FEWEST_FOR_INDEX", "View", "view"]

FEWEST_FOR_INDEX = 10  # below it classes by standard deviation say nothing


@dataclass(frozen=True, eq=False)
class View(Columns):
    """An edition as chapters read it; every number it hands out is a cell of the release.

    >>> View.__dataclass_params__.frozen
    True
    """

    t: Texts

    # --- places ------------------------------------------------------------------------------------------------

    @cached_property
    def level(self) -> str:
        """The level the report is about: that of the index, otherwise the finest one."""
        return (self.index.level if self.index and self.index.level else "") or self.edition.finest.key

    @cached_property
    def areas(self) -> Areas:
        return self.edition.areas[self.level]

    @cached_property
    def town_level(self) -> str:
        return self.edition.town_level.key

    @cached_property
    def town_id(self) -> str:
        return self.edition.areas[self.town_level].ids[0]

    @cached_property
    def group_level(self) -> str:
        """The next coarser level below the town, "" where there is none."""
        keys = [level.key for level in self.edition.levels]
        above = keys[keys.index(self.level) + 1 : -1]
        return above[0] if above else ""

    @cached_property
    def groups(self) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The areas of the level by the coarser area they lie in: (id or "", ids), in the town's order."""
        if not self.group_level:
            return (("", self.areas.ids),)
        above = self.edition.areas[self.group_level]
        parts = [(group, self.areas.children(group)) for group in above.ids]
        loose = tuple(
            a for a, up in zip(self.areas.ids, self.areas.parents, strict=True) if up not in above.ids
        )
        return tuple((group, inside) for group, inside in [*parts, ("", loose)] if inside)

    def name(self, area: str, level: str = "") -> str:
        return self.edition.areas[level or self.level].name(area)

    def label(self, level: str = "") -> str:
        return self.edition.level_of(level or self.level).label

    def plural(self, level: str = "") -> str:
        return self.edition.level_of(level or self.level).plural

    def among(self, level: str = "") -> str:
        """The word for several areas after a preposition."""
        return self.edition.level_of(level or self.level).among(self.t.language)

    @cached_property
    def compared(self) -> int:
        """How many areas the index compares."""
        column = self.of_index("class")
        return sum(isinstance(self.cell(column, area).value, str) for area in self.areas.ids)

    def anchor(self, area: str, level: str = "") -> str:
        return slug("profil", level or self.level, area)

    @cached_property
    def profile_levels(self) -> tuple[str, ...]:
        """The levels that get profiles: as declared, otherwise the report's level and the one above."""
        declared = tuple(getattr(self.edition, "profiles", ()) or ())
        return declared or tuple(level for level in (self.level, self.group_level) if level)

    def target(self, area: str, level: str = "") -> str:
        """The anchor of an area's profile where the report has one, otherwise nothing."""
        there = "steckbriefe" in self.chapters and (level or self.level) in self.profile_levels
        return self.anchor(area, level) if there else ""

    @cached_property
    def chapters(self) -> tuple[str, ...]:
        return self.edition.chapters

    @cached_property
    def frame(self) -> Frame:
        """The one frame of all maps."""
        plurals = {level.key: level.plural for level in self.edition.levels}
        order = {level.key: self.edition.areas[level.key] for level in self.edition.levels}
        return frame(order, self.t, self.edition.backdrop, plurals=plurals)

    # --- what --------------------------------------------------------------------------------------------------

    @property
    def period(self) -> Period:
        return self.edition.period

    @property
    def previous(self) -> Period | None:
        return self.edition.previous

    @cached_property
    def indicators(self) -> tuple[Indicator, ...]:
        """Indicators with a value in this edition that are neither context nor a mere change, in declared order."""
        return tuple(i for i in self.told if not i.context and i.aspect != "context")

    @cached_property
    def contexts(self) -> tuple[Indicator, ...]:
        return tuple(i for i in self.told if i.context or i.aspect == "context")

    # --- columns and cells -------------------------------------------------------------------------------------

    def change(self, indicator: str, earlier: str, later: str = "") -> Column | None:
        """The released change of an indicator's rate between two periods: exact before it was rounded."""
        period = later or self.period.key
        rules = self.edition.release.methods
        if self.index is None:
            return None
        info = rules.get(f"{self.index.key}@{period}") or self.index
        if info.period not in ("", period) or info.change_from != earlier:
            return None
        named = self._by_meaning.get(("change", indicator, period, self.index.key))
        found = named or self._by_meaning.get(("change", indicator, period, ""))
        wanted = f"{self.index.key}.change.{indicator}@{period}"
        return found if found is not None and (found is named or found.key == wanted) else None

    def before_class(self, area: str) -> object:
        """The class an area had in the last edition: from its release, otherwise from this one's earlier period."""
        if self.previous is None or self.index is None:
            return None
        for release in (self.edition.before, self.edition.release):
            for column in (
                release.find(role="class", period=self.previous.key, index=self.index.key) if release else ()
            ):
                value = self.cell(column, area).value
                if value is not None:
                    return value
        return None

    def cell(self, column: Column | None, area: str, level: str = "") -> Cell:
        if column is None:
            return NO_CELL
        return column.cells.get(level or self.level, {}).get(area, NO_CELL)

    def town_cell(self, column: Column | None) -> Cell:
        return self.cell(column, self.town_id, self.town_level)

    def values(
        self, column: Column | None, level: str = "", *, within: Iterable[str] | None = None
    ) -> dict[str, Decimal]:
        """The numbers shown in a column, by area in the town's order."""
        if column is None:
            return {}
        cells = column.cells.get(level or self.level, {})
        ids = self.edition.areas[level or self.level].ids if within is None else within
        return {
            area: cell.value for area in ids if (cell := cells.get(area)) and isinstance(cell.value, Decimal)
        }

    def levels_of(self, column: Column) -> tuple[str, ...]:
        return tuple(level.key for level in self.edition.levels if column.cells.get(level.key))

    # --- how it is printed -------------------------------------------------------------------------------------

    def text(self, cell: Cell, column: Column | None, unit: bool = False) -> str:
        """A cell as printed: its number (with its unit), its text, or the sign in its place."""
        if cell.value is None:
            return SIGNS[cell.mark]
        if isinstance(cell.value, str):
            return cell.value
        return self.number(cell.value, column, unit)

    def number(self, value: Decimal, column: Column | None, unit: bool = False) -> str:
        words = self.t.number(value, column.decimals if column else 0)
        return f"{words}\u00a0{column.unit}" if unit and column and column.unit else words

    def signs_in(self, rows: Iterable[Sequence[str]]) -> tuple[tuple[str, str], ...]:
        """The legend of the signs that these printed cells use."""
        used = {cell for row in rows for cell in row}
        return tuple((sign, self.t(MARKS[mark])) for mark, sign in SIGNS.items() if sign in used)

    def with_signs(self, table: TableBlock) -> TableBlock:
        return replace(table, signs=self.signs_in(row.cells[1:] for row in table.rows))

    def sources(self, *columns: Column | None, full: bool = False) -> str:
        """Who made the columns, each once; `full` names what it is called as well."""
        keys = dict.fromkeys(key for column in columns if column for key in column.sources)
        return "; ".join(dict.fromkeys(self.source(key, full) for key in keys))

    def source(self, key: str, full: bool = False) -> str:
        known = {source.key: source for source in self.edition.catalogue.sources}
        if key not in known:
            return key
        return f"{known[key].producer}, {known[key].title}" if full else known[key].producer

    def as_of(self, source: str) -> str:
        """The dates a source's figures refer to: as declared, otherwise the first and last period of its columns."""
        declared = next(
            (s.as_of for s in self.edition.catalogue.sources if s.key == source and s.as_of), None
        )
        if declared:
            return self.t.date(declared)
        used = {column.period for column in self.edition.release.columns if source in column.sources}
        labels = [period.label for period in self.edition.periods if period.key in used]
        if not labels:
            return SIGNS["missing"]
        return (
            labels[0] if len(labels) == 1 else self.t("{first} to {last}", first=labels[0], last=labels[-1])
        )

    # --- residents ---------------------------------------------------------------------------------------------

    @cached_property
    def residents(self) -> str:
        """The variable that counts residents: the one the release names, otherwise the largest count of the town."""
        if self.edition.release.residents and self.count(self.edition.release.residents):
            return self.edition.release.residents
        now = [
            c
            for c in self.edition.release.columns
            if c.kind == "count" and c.period == self.period.key and c.persons
        ]
        sized = [
            (value, c.variable or c.key) for c in now if isinstance(value := self.town_cell(c).value, Decimal)
        ]
        return max(sized)[1] if sized else ""

    def people(self, areas: Iterable[str], level: str = "") -> Decimal | None:
        """How many people live in some areas; None where one of the numbers is not shown."""
        column = self.count(self.residents) if self.residents else None
        wanted = tuple(areas)
        found = self.values(column, level, within=wanted)
        return sum(found.values(), Decimal(0)) if column is not None and len(found) == len(wanted) else None


def view(edition: Edition) -> View:
    """The view of an edition in its own language.

    >>> view.__name__
    'view'
    """
    return View(edition, texts(edition.language))

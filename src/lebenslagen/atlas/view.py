"""What the pages of the atlas ask an edition: columns, cells, addresses. Everything comes from the release."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING

from lebenslagen.disclosure.release import NO_CELL, Cell
from lebenslagen.edition import Columns
from lebenslagen.figures import Frame, Strip, cell_text, frame, strip
from lebenslagen.figures.svg import identifier
from lebenslagen.texts import Texts

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.disclosure.release import Column
    from lebenslagen.edition import Level
    from lebenslagen.indicators import Indicator

__all__ = ["Topic", "View"]

COARSER = Cell(None, "undefined")  # the value only exists for larger areas


@dataclass(frozen=True)
class Topic:
    """A field of life with the indicators that tell about it.

    >>> Topic("Arbeit", ()).indicators
    ()
    """

    label: str
    indicators: tuple[Indicator, ...]


@dataclass(frozen=True, eq=False)
class View(Columns):
    """An edition as the atlas reads it; every number it hands out is a cell of the release.

    >>> View.__dataclass_params__.frozen
    True
    """

    t: Texts
    downloads: Mapping[str, bytes] = field(default_factory=dict)

    # --- places ------------------------------------------------------------------------------------------------

    @cached_property
    def level(self) -> Level:
        """The level maps start with: that of the index, otherwise the finest one."""
        key = self.index.level if self.index and self.index.level else self.edition.finest.key
        return self.edition.level_of(key)

    @cached_property
    def place_levels(self) -> tuple[Level, ...]:
        """The levels whose areas have pages: all below the town, or the town where it is all there is."""
        below = tuple(level for level in self.edition.levels if not self._is_town(level))
        return below or self.edition.levels[-1:]

    def _is_town(self, level: Level) -> bool:
        return level is self.edition.town_level and len(self.edition.areas[level.key]) == 1

    def areas(self, level: str) -> Areas:
        return self.edition.areas[level]

    def parent(self, level: str, area: str) -> tuple[str, str] | None:
        """Level and id of the area above, where that one has a page."""
        keys = [known.key for known in self.place_levels]
        above = keys[keys.index(level) + 1 :] if level in keys else []
        up = dict(zip(self.areas(level).ids, self.areas(level).parents, strict=True)).get(area, "")
        return (above[0], up) if above and up in self.areas(above[0]).ids else None

    def groups(self, level: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
        """The areas of a level by the area above ("" for none), in the town's order."""
        ids = self.areas(level).ids
        up = {area: self.parent(level, area) for area in ids}
        first = next((place[0] for place in up.values() if place), "")
        order = self.areas(first).ids if first else ()
        named = [(group, tuple(a for a in ids if up[a] == (first, group))) for group in order]
        loose = tuple(area for area in ids if not up[area])
        return tuple((group, inside) for group, inside in [*named, ("", loose)] if inside)

    @cached_property
    def frame(self) -> Frame:
        """The one frame of all maps."""
        plurals = {level.key: level.plural for level in self.edition.levels}
        order = {level.key: self.edition.areas[level.key] for level in self.edition.levels}
        return frame(order, self.t, self.edition.backdrop, plurals=plurals)

    # --- addresses ---------------------------------------------------------------------------------------------

    def place_page(self, level: str, area: str) -> str:
        return f"{identifier(level)}-{identifier(area)}.html"

    def indicator_page(self, key: str) -> str:
        return f"karte-{identifier(key)}.html"

    @property
    def index_page(self) -> str:
        return f"index-{identifier(self.index.key)}.html" if self.index else ""

    def links(self, level: str) -> dict[str, str]:
        known = {place.key for place in self.place_levels}
        return (
            {area: self.place_page(level, area) for area in self.areas(level).ids} if level in known else {}
        )

    # --- columns and cells -------------------------------------------------------------------------------------

    def residents(self, period: str = "") -> Column | None:
        found = self.edition.release.find(role="residents", period=period or self.edition.period.key)
        return found[0] if found else None

    @cached_property
    def topics(self) -> tuple[Topic, ...]:
        """The fields of life as the town has named them, then what belongs to none."""
        labels = {d.key: d.label for d in self.edition.catalogue.dimensions}
        order = [*labels, ""]
        inside = {key: tuple(i for i in self.told if (i.dimension or "") == key) for key in order}
        return tuple(
            Topic(labels.get(k) or self.t("Further topics"), found) for k, found in inside.items() if found
        )

    def cell(self, column: Column | None, level: str, area: str) -> Cell:
        """The cell of an area; on a finer level than all that a column has, its value makes no sense."""
        if column is None:
            return NO_CELL
        here = column.cells.get(level)
        return here.get(area, NO_CELL) if here else COARSER if self._has_coarser(column, level) else NO_CELL

    def _has_coarser(self, column: Column, level: str) -> bool:
        keys = [known.key for known in self.edition.levels]
        return any(column.cells.get(key) for key in keys[keys.index(level) + 1 :])

    def town_cell(self, column: Column | None) -> Cell:
        town = self.edition.areas[self.edition.town_level.key]
        return self.cell(column, self.edition.town_level.key, town.ids[0])

    def text(self, cell: Cell, column: Column | None, *, unit: bool = False) -> str:
        """A cell as printed, with its unit where asked."""
        words = cell_text(cell, column.decimals if column else 0, self.t)
        with_unit = unit and column and column.unit and isinstance(cell.value, Decimal)
        return f"{words}\u00a0{column.unit}" if with_unit and column else words

    def known_on(self, level: str, columns: Iterable[Column]) -> bool:
        """Whether anything is told about a level: a value, or that it is not published."""
        return any(
            cell.mark != "missing" for column in columns for cell in column.cells.get(level, {}).values()
        )

    def shown_level(self, column: Column) -> str:
        """The level a column is mapped on: the usual one, otherwise the finest it has below the town, or ""."""
        have = [place.key for place in self.place_levels if self.known_on(place.key, [column])]
        return self.level.key if self.level.key in have else next(iter(have), "")

    @cached_property
    def _strips(self) -> dict[tuple[str, str], Strip]:
        return {}

    def strip(self, indicator: Indicator, column: Column, level: str) -> Strip:
        """The position strip of an indicator on a level, drawn once for all pages."""
        key = (indicator.key, level)
        if key not in self._strips:
            self._strips[key] = strip(
                indicator.label, column.cells.get(level, {}), self.town_cell(column), mean_label=self.edition.town,
                unit=column.unit, decimals=column.decimals, width=400,
            )  # fmt: skip
        return self._strips[key]

    # --- words -------------------------------------------------------------------------------------------------

    def among(self, level: Level) -> str:
        """The word for several areas after a preposition."""
        return level.among(self.t.language)

    def sentence(self, indicator: Indicator, value: Decimal, column: Column) -> str:
        """The public sentence of an indicator with its value, or label and value where none is declared."""
        words = self.t.number(value, column.decimals)
        for zero in (",0", ".0"):
            words = words.removesuffix(zero)
        if indicator.sentence:
            return indicator.sentence.replace("{value}", words)
        return f"{indicator.label}: {words}\u00a0{column.unit}"

    def sources(self, columns: Iterable[Column | None]) -> str:
        """Producers and titles behind some columns, each once."""
        known = {source.key: source for source in self.edition.catalogue.sources}
        keys = dict.fromkeys(key for column in columns if column for key in column.sources)
        named = [f"{known[key].producer}, {known[key].title}" if key in known else key for key in keys]
        return "; ".join(named)

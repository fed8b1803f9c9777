"""The chain behind a figure of an index: contributions, means over all areas, rates, published counts, delivered cells.

A published index is computed from published figures alone (project/shielded.py). So its chain goes through them: each
count is the delivered one, rounded as published; where it is not published, the chain ends at the estimate that takes
its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DisclosureError
from lebenslagen.texts import N_, Texts
from lebenslagen.web.services.data_steps import Step, made

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column, Release
    from lebenslagen.index import Index
    from lebenslagen.index.design import Measure, Part
    from lebenslagen.project.declare import DeclaredIndex
    from lebenslagen.web.services.data_lineage import Released
    from lebenslagen.web.services.data_trace import Trace
    from lebenslagen.web.town import Town

__all__ = ["IndexEdition", "edition_of"]

LINEAR = {"treat": ("none",), "normalise": ("z",), "aggregate": ("sum", "mean"), "rescale": ("z", "none"), "weights": ("declared",)}  # fmt: skip
Place = tuple[str, str, str, str]  # period, side ("numerator", "denominator"), indicator, area


def edition_of(
    town: Town, found: Released, trace: Trace, t: Texts, *, deep: bool, own: str = ""
) -> IndexEdition:
    """The edition that a figure belongs to; kept, so that every figure of it is followed through the same steps.

    own: the one area whose counts are followed to the delivered cells; blank for all of them.
    """
    column = found.column
    key = ("index lineage", found.figures.digest, column.index, column.period, deep, t.language)
    made_of = (column.index, column.period, found.level, trace, found.figures, deep, own)
    if own:  # hundreds of them would fill the memory
        return IndexEdition(*made_of)
    return town.kept(key, lambda: IndexEdition(*made_of))  # type: ignore[no-any-return]


@dataclass(frozen=True, eq=False)
class IndexEdition:
    """One edition of an index in a release. `deep`: whether its counts are followed to the delivered cells."""

    key: str
    period: str
    level: str
    trace: Trace = field(repr=False)
    figures: Release = field(repr=False)
    deep: bool
    own: str = ""
    _known: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    @property
    def t(self) -> Texts:
        return self.trace.t

    @cached_property
    def declared(self) -> DeclaredIndex:
        return self.trace.works.declaration.index(self.key)

    @cached_property
    def index(self) -> Index:
        """The true index, of which only design and areas are used here, with the classes as they are released."""
        import pandas as pd

        from lebenslagen.project import build

        true, found = build.built_index(self.trace.works, self.key, self.period), {}
        for name, role in (("status", "class"), ("dynamics", "dynamics_class")):
            scored, column = getattr(true, name), self.column(role)
            if scored is not None and scored.classes is not None and column is not None:
                cells = column.cells.get(self.level, {})
                shown = [(cells[a].value if a in cells else None) or scored.classes[a] for a in true.areas]
                found[name] = replace(scored, classes=pd.Series(shown, index=list(true.areas), dtype=object))
        return replace(true, **found)

    def column(self, role: str) -> Column | None:
        return next((c for c in self.figures.columns if c.key == f"{self.key}.{role}@{self.period}"), None)

    def follows(self, area: str) -> bool:
        """Whether the counts of an area are followed to the delivered cells."""
        return self.deep and self.own in ("", area)

    @property
    def areas(self) -> tuple[str, ...]:
        return self.index.areas

    @cached_property
    def names(self) -> dict[str, str]:
        found = self.trace.areas(self.level, self.trace.vintage)
        return dict(zip(found.ids, found.names, strict=True))

    @cached_property
    def keys(self) -> list[str]:
        measures = self.index.design.measures.values()
        return list(dict.fromkeys(key for measure in measures for key in measure.keys))

    @cached_property
    def periods(self) -> tuple[str, ...]:
        """The period of the edition, and the one its dynamics look back to."""
        before = self.declared.edition(self.period).change_from
        return tuple(filter(None, (self.period, before)))

    @cached_property
    def from_rates(self) -> bool:
        """Whether an indicator is delivered as a rate: then the index is computed from the rates as delivered."""
        catalogue = self.trace.works.declaration.catalogue
        return any(catalogue.indicator(key).published for key in self.keys)

    # --- the figures -----------------------------------------------------------------------------------------

    def step(self, column: Column, area: str) -> Step:
        """The chain of one figure."""
        role, name, whose = column.role, "status", self.whose(area, column.key)
        if role.startswith("dynamics_"):
            role, name = role.removeprefix("dynamics_"), "dynamics"
        if area not in self.areas:
            reason = self.index.excluded.get(area, "") or self.t(N_("takes no part in the index"))
            return Step("absent", column.label, None, **{**whose, "note": reason})
        if role == "class":
            labels = self.labels(name)
            return made("class", column.label, [(1.0, self.score(name, area))], more={"column": column, "labels": labels}, **whose)  # fmt: skip
        if role == "combined_class":
            return self._combined(column, area)
        if role == "score":
            return self.score(name, area)
        if role == "contribution" and self.linear(name):
            return self.contribution(name, self.part(name, column.indicator), area)
        return self._method(column.key, column.label, area)

    def _combined(self, column: Column, area: str) -> Step:
        parts = [self.column(role) for role in ("class", "dynamics_class")]
        steps = [(1.0, self.step(part, area)) for part in parts if part is not None]
        return made("pair", column.label, steps, **self.whose(area, column.key))

    def labels(self, name: str) -> dict[str, str]:
        classes = self.index.design.measures[name].classes
        return dict(zip(classes.keys, classes.labels, strict=False)) if classes else {}

    def whose(self, area: str, key: str = "") -> dict[str, Any]:
        return {"key": key, "level": self.level, "area": area, "area_name": self.names.get(area, area)}

    def kept(self, key: tuple[Any, ...], make: Callable[[], Any]) -> Any:
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    # --- a sum of standardised rates -------------------------------------------------------------------------

    def linear(self, name: str) -> bool:
        """Whether a measure is a weighted sum of z-values, so that each step fits into a line."""
        measure = self.index.design.measures[name]
        return all(getattr(measure, step) in rows for step, rows in LINEAR.items())

    def measure(self, name: str) -> Measure:
        return self.index.design.measures[name]

    def part(self, name: str, indicator: str) -> Part:
        return next(part for part in self.measure(name).parts if part.indicator == indicator)

    def score(self, name: str, area: str) -> Step:
        prefix = "" if name == "status" else "dynamics_"
        key, label = f"{self.key}.{prefix}score@{self.period}", self._score_label(name)
        if not self.linear(name):
            return self._method(key, label, area)
        parts = self.measure(name).parts
        return self.kept(("score", name, area), lambda: made(
            "sum", label, [(1.0, self.contribution(name, part, area)) for part in parts],
            note=self.t(N_("the contributions added up")), **self.whose(area, key)))  # type: ignore[no-any-return]  # fmt: skip

    def _score_label(self, name: str) -> str:
        column = self.column("score" if name == "status" else "dynamics_score")
        return column.label if column else self.declared.label

    def contribution(self, name: str, part: Part, area: str) -> Step:
        """(value − mean) / SD · weight, over the SD of the sums where they are rescaled; oriented as shown."""
        prefix = "" if name == "status" else "dynamics_"
        key = f"{self.key}.{prefix}contribution.{part.indicator}@{self.period}"
        sign = 1 if self.index.design.orientation == "burden" else -1
        sums = [(1.0, self.sum_spread(name))] if self.measure(name).rescale == "z" else []
        label = self.t(N_("Contribution of: {indicator}"), indicator=self.label_of(part.indicator))
        return self.kept(("contribution", name, part.indicator, area), lambda: self._standard(
            name, part, area, sums, label, key, sign))  # type: ignore[no-any-return]  # fmt: skip

    def _standard(
        self,
        name: str,
        part: Part,
        area: str,
        sums: list[tuple[float, Step]],
        label: str,
        key: str,
        sign: int,
    ) -> Step:
        parts = [(1.0, self.value(name, part.indicator, area)), (1.0, self.over_all("mean", name, part.indicator)),
                 (1.0, self.over_all("spread", name, part.indicator)), *sums]  # fmt: skip
        many = len(self.measure(name).parts) if self.measure(name).aggregate == "sum" else 1
        weight = sign * (part.direction or 1) * many * float(part.weight)
        return made("standard", label, parts, more={"weight": weight}, **self.whose(area, key))

    def sum_spread(self, name: str) -> Step:
        """The standard deviation of the sums of all areas before they are rescaled."""

        def total(area: str) -> Step:
            terms = [(1.0, self._standard(name, part, area, [], self.label_of(part.indicator), "", 1)) for part in self.measure(name).parts]  # fmt: skip
            return made("sum", self.t(N_("Sum of the weighted z-values")), terms, **self.whose(area))

        return self.kept(("sums", name), lambda: self._over(
            "spread", self.t(N_("Standard deviation of the sums")), [total(area) for area in self.areas]))  # type: ignore[no-any-return]  # fmt: skip

    def over_all(self, op: str, name: str, indicator: str) -> Step:
        """Mean or standard deviation of an indicator over all areas that take part."""
        text = N_("Mean: {indicator}") if op == "mean" else N_("Standard deviation: {indicator}")
        label = self.t(text, indicator=self.label_of(indicator))
        return self.kept((op, name, indicator), lambda: self._over(
            op, label, [self.value(name, indicator, area) for area in self.areas]))  # type: ignore[no-any-return]  # fmt: skip

    def _over(self, op: str, label: str, values: Sequence[Step]) -> Step:
        weighed = self.index.design.reference == "residents"
        parts = [*values, *(self.residents(area) for area in self.areas)] if weighed else list(values)
        n = self.t.plural(N_("{n} area"), N_("{n} areas"), len(self.areas))
        text = N_("mean over {areas}") if op == "mean" else N_("standard deviation over {areas}")
        if weighed:
            text = N_("mean over the residents of {areas}") if op == "mean" else N_("standard deviation over the residents of {areas}")  # fmt: skip
        return made(
            op, label, [(1.0, part) for part in parts], more={"weighed": weighed}, note=self.t(text, areas=n)
        )

    def label_of(self, indicator: str) -> str:
        return self.trace.works.declaration.catalogue.indicator(indicator).label

    def when(self, label: str, period: str) -> str:
        """A label with its period, where the edition has two."""
        told = self.trace.works.declaration.period(period)
        return f"{label}, {told.label or self.t.date(told.as_of)}" if len(self.periods) > 1 else label

    # --- values, rates, counts -------------------------------------------------------------------------------

    def value(self, name: str, indicator: str, area: str) -> Step:
        """What is standardised: a rate, or how it changed."""
        if name == "status" or len(self.periods) == 1:
            return self.rate(indicator, self.period, area)
        label = self.t(N_("Change: {indicator}"), indicator=self.label_of(indicator))
        now, then = (self.rate(indicator, period, area) for period in self.periods)
        return self.kept(("change", indicator, area), lambda: made(
            "difference", label, [(1.0, now), (-1.0, then)], **self.whose(area)))  # type: ignore[no-any-return]  # fmt: skip

    def rate(self, indicator: str, period: str, area: str) -> Step:
        return self.kept(("rate", indicator, period, area), lambda: self._rate(indicator, period, area))  # type: ignore[no-any-return]

    def _rate(self, key: str, period: str, area: str) -> Step:
        indicator, column = self.trace.works.declaration.catalogue.indicator(key), f"{key}.rate@{period}"
        label = self.when(indicator.label, period)
        if indicator.published:
            return self._published_rate(str(indicator.published), label, column, period, area)
        sides = [(1.0, self.count((period, side, key, area))) for side in ("numerator", "denominator")]
        return made("divide", label, sides, per=indicator.per, **self.whose(area, column))

    def _published_rate(self, variable: str, label: str, column: str, period: str, area: str) -> Step:
        if not self.follows(area):
            cell = self.figures.cell(column, self.level, area)
            shown = float(cell.value) if isinstance(cell.value, Decimal) else None
            return Step("published", label, shown, **self.whose(area, column))
        own = self.trace.own(variable, period, self.level, area, self.trace.vintage)
        return replace(own, label=label, **self.whose(area, column))

    def count(self, place: Place) -> Step:
        """A count as it enters the index: as published, or the published estimate for it."""
        period, side, key, _ = place
        variable = str(getattr(self.trace.works.declaration.catalogue.indicator(key), side))
        return self.kept(("count", variable, *place), lambda: self._count(place, variable, period))  # type: ignore[no-any-return]

    def residents(self, area: str) -> Step:
        variable, place = self.trace.works.declaration.residents, (self.period, "", "", area)
        return self.kept(("count", variable, *place), lambda: self._count(place, variable, self.period))  # type: ignore[no-any-return]

    def _count(self, place: Place, variable: str, period: str) -> Step:
        label, area, column = (
            self.when(self.trace.labels.get(variable, variable), period),
            place[3],
            f"{variable}@{period}",
        )
        whose = self.whose(area, column)
        if self.from_rates and self.follows(area):
            return self.trace.count(variable, period, self.level, area)
        cell = self.figures.cell(column, self.level, area)
        if not isinstance(cell.value, Decimal):
            return self._estimate(place, label, whose)
        if not self.follows(area):
            return Step("published", label, float(cell.value), **whose)
        true = self.trace.count(variable, period, self.level, area)
        decimals = self.figures.column(column).decimals
        return made("printed", label, [(1.0, true)], more={"decimals": decimals}, **whose)

    # --- what is not published -------------------------------------------------------------------------------

    def _estimate(self, place: Place, label: str, whose: dict[str, Any]) -> Step:
        number = self.estimates.get(place)
        note = N_("not published; for it stands the estimate that every reader can make: of the numbers it can be with these classes, the one nearest to the middle")  # fmt: skip
        value = None if number is None else float(number)
        return Step("absent" if number is None else "estimate", label, value, note=self.t(note) if number is not None else "", **whose)  # fmt: skip

    @property
    def estimates(self) -> dict[Place, int]:
        """The number that stands for each count that is not published; nothing where they can no longer be found."""
        mark, memory = (
            ("lineage", f"estimates {self.figures.digest} {self.key} {self.period}"),
            self.trace.works.memory,
        )
        if mark not in memory:
            memory[mark] = self._estimates()
        return memory[mark]  # type: ignore[no-any-return]

    def _estimates(self) -> dict[Place, int]:
        from lebenslagen.project import shielded

        works, policy = self.trace.works, self.figures.policy
        counts, unknown = shielded.published_counts(works, self.declared, self.figures, self.period, self.keys, self.areas)  # fmt: skip
        try:
            numbers = shielded.surrogates(works, self.index, counts, unknown, self.keys, policy.width).numbers if unknown else ()  # fmt: skip
        except DisclosureError:  # other deliveries than those the release was made from
            return {}
        return {
            (one.period, one.side, one.indicator, one.area): n
            for one, n in zip(unknown, numbers, strict=True)
        }

    # --- by the method as a whole ----------------------------------------------------------------------------

    def _method(self, key: str, label: str, area: str) -> Step:
        """A figure that no line of arithmetic gives: computed by the method of the index from all that enters it."""
        parts = [(1.0, step) for step in self.kept(("inputs",), self._inputs)]
        note = {"probability": N_("how often the class comes out when every count is drawn {draws} times around its value (seed {seed})"),
                "persons_to_border": N_("the fewest persons more or fewer with whom the class would be another, everything computed anew")}  # fmt: skip
        role = key.removeprefix(f"{self.key}.").partition("@")[0].partition(".")[0]
        kind = "probability" if role.endswith("probability") else role
        text = note.get(kind, N_("computed by the method of the index from all numbers below"))
        sure = self.declared.certainty
        return made("method", label, parts, note=self.t(text, draws=sure.draws, seed=sure.seed), **self.whose(area, key),
                    more={"compute": lambda found: self._answer(key, area, tuple(found))})  # fmt: skip

    def _inputs(self) -> list[Step]:
        if self.from_rates:
            return [
                self.rate(key, period, area)
                for period in self.periods
                for key in self.keys
                for area in self.areas
            ]
        sides = ("numerator", "denominator")
        found = [self.count((p, s, key, area)) for p in self.periods for s in sides for key in self.keys for area in self.areas]  # fmt: skip
        weighed = self.index.design.reference == "residents"
        return [*found, *(self.residents(area) for area in self.areas if weighed)]

    def _answer(self, key: str, area: str, found: tuple[float, ...]) -> float | str | None:
        columns = self.kept(("answers", found), lambda: self._columns(found))
        value = columns[key].value(self.level, area) if key in columns else None
        return float(value) if isinstance(value, Decimal) else value

    def _columns(self, found: tuple[float, ...]) -> dict[str, Any]:
        """All columns of the edition from the numbers that enter it, in the order of `_inputs`."""
        import numpy as np
        import pandas as pd

        from lebenslagen.index import build_index
        from lebenslagen.project import shielded
        from lebenslagen.project.index_columns import IndexColumns

        n, k = len(self.areas), len(self.keys)
        tables = [pd.DataFrame(np.array(found[i * n * k : (i + 1) * n * k]).reshape(k, n).T, index=list(self.areas), columns=self.keys)
                  for i in range(len(self.periods) * (1 if self.from_rates else 2))]  # fmt: skip
        if self.from_rates:
            within = replace(self.index.design, exclude={})
            change = (tables[0] - tables[1] if len(tables) > 1 else tables[0]) if within.dynamics else None
            index, sure = build_index(within, tables[0], change=change), None
        else:
            sides = [(p, s) for p in self.periods for s in ("numerator", "denominator")]
            counts = dict(zip(sides, tables, strict=True))
            index, sure = shielded.computed(self.trace.works, self.declared, self.index.design, counts, self.period, self.keys, self.figures)  # fmt: skip
        made_of = IndexColumns(self.declared, index, sure, self.period, "", (), frozenset())
        return {column.key: column for column in made_of.columns()}

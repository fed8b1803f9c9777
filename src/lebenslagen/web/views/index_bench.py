"""What the pages of the index workshop show of one design: its form, its preview, its map, the quarters that change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from lebenslagen.errors import LebenslagenError
from lebenslagen.texts import MARKS, SIGNS, Texts
from lebenslagen.web.forms.index import Workshop
from lebenslagen.web.services import index_design as designs
from lebenslagen.web.services.index_preview import Preview, preview, public_release
from lebenslagen.web.town import town
from lebenslagen.web.views.index_words import rules_of_table, said_choices
from lebenslagen.web.views.maps_panels import Panel, dressed, view_for

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Cell
    from lebenslagen.project.declare import DeclaredIndex
    from lebenslagen.report.view import View
    from lebenslagen.web.models import User

__all__ = ["Bench", "bench", "changes", "unknown"]


@dataclass(frozen=True, eq=False)
class Bench:
    """A design on the workbench. `choices` and `preview` are None where the form or the figures have faults."""

    key: str
    t: Texts
    form: Workshop
    view: View | None
    table: Mapping[str, Any]
    stored: Mapping[str, Any]
    choices: designs.Choices | None
    preview: Preview | None
    before: Preview | None
    error: LebenslagenError | None
    uid: str

    @property
    def declared(self) -> DeclaredIndex:
        return self.preview.declared if self.preview else town().declaration.index(self.key)

    @property
    def label(self) -> str:
        return str(self.stored.get("label", self.key))

    @property
    def draft(self) -> bool:
        return self.view is not None and self.view.edition.status == "draft"

    @cached_property
    def unchanged(self) -> bool:
        return self.table == self.stored

    # --- the address ---------------------------------------------------------------------------------------------

    @cached_property
    def query(self) -> str:
        """The address of this design: what differs from the stored one, so that links stay short."""
        return urlencode(self.pairs())

    def pairs(self) -> list[tuple[str, str]]:
        """The choices that differ from what is stored, as GET parameters."""
        if self.choices is None:
            return []
        usual = said_choices(
            designs.choices_of(designs.declared_of(self.stored), self.choices.period), self.t
        )
        here = said_choices(self.choices, self.t)
        return [
            ("zeit", self.choices.period),
            *((n, v) for n, values in here.items() if usual.get(n) != values for v in values),
        ]

    # --- what is shown -------------------------------------------------------------------------------------------

    @cached_property
    def panel(self) -> Panel | None:
        """The map of the preview."""
        if self.preview is None or self.view is None:
            return None
        from lebenslagen.figures import Layer, choropleth

        level, found = self.declared.level, self.preview
        release = public_release(self.view, found)
        role = "combined_class" if any(c.role == "combined_class" for c in release.columns) else "class"
        column = next(c for c in release.columns if c.role == role)
        residents = self.view.count(self.view.residents, found.period) if self.view.residents else None
        people = residents.key if residents and residents.cells.get(level) else ""
        links = {
            a: f"{reverse('index-why', args=[self.key, a])}?{self.query}"
            for a in self.view.edition.areas[level].ids
        }
        layer = Layer(
            self.title,
            column.key,
            level,
            style="combined" if role == "combined_class" else "class",
            people=people,
            focus=release.methods[column.index].focus,
            link=links,
            legend=False,
            uid=self.uid,
        )
        figure = choropleth(release, layer, self.view.frame, self.t)
        made = dressed(self.view, figure, column, level, self.uid, links)
        return replace(made, source=self._sources())

    @property
    def title(self) -> str:
        """What the map is called: the design, its edition, and whether it is stored."""
        period = self.choices.period if self.choices else ""
        state = self.t("as stored") if self.unchanged else self.t("preview")
        return f"{self.label}, {period} ({state})"

    def _sources(self) -> str:
        assert self.view is not None and self.preview is not None
        columns = [self.view.rate(key, self.preview.period) for key in self.preview.design.status.keys]
        return self.view.sources(*columns)

    def weight_rows(self) -> list[dict[str, Any]]:
        """The indicators of the form: chosen or not, weight, share."""
        catalogue = town().declaration.catalogue
        weights = self.preview.index.status.weights if self.preview else {}
        rows = []
        for key in self.form.known:
            i = catalogue.indicator(key)
            rows.append(
                {
                    "key": key,
                    "label": i.label,
                    "chosen": key in self.form.chosen,
                    "weight": self.form.weight_text(key),
                    "share": f"{self.t.number(Decimal(repr(float(weights[key]))) * 100, 1)}\u202f%"
                    if key in weights
                    else "",
                    "error": self.t(self.form.weight_errors[key]) if key in self.form.weight_errors else "",
                    "direction": self.t("more is more burden")
                    if i.direction > 0
                    else self.t("more is less burden"),
                }
            )
        return rows

    def counts(self) -> list[tuple[str, str, int]]:
        """Class, its limits, and how many quarters are shown in it."""
        if self.preview is None or self.view is None:
            return []
        from lebenslagen.figures import rules_of

        release = public_release(self.view, self.preview)
        rules = rules_of(next(iter(release.methods.values())))
        shown = [self.preview.group(a).value for a in self.view.edition.areas[self.declared.level].ids]
        rows = zip(rules.keys, rules.labels, rules.printed(self.t), strict=True)
        return [(f"{label} ({key})", limits, shown.count(key)) for key, label, limits in rows]

    def table_rows(self) -> list[dict[str, Any]]:
        """Every quarter with its score and classes, in the town's own order."""
        if self.preview is None or self.view is None:
            return []
        found, level = self.preview, self.declared.level
        names = self.view.edition.areas[level].name
        return [
            {
                "area": a,
                "name": names(a),
                "score": self.cell(found.score(a)),
                "status": self.word(a, "status"),
                "dynamics": self.word(a, "dynamics"),
                "sure": self._sure(a),
            }
            for a in self.view.edition.areas[level].ids
        ]

    def _sure(self, area: str) -> str:
        """In how many of 100 cases chance leaves the quarter in its class, or the sign in its place."""
        assert self.preview is not None
        cell = self.preview.sure.get(area)
        return self.cell(cell, 0) if cell is not None else ""

    def certainty_words(self) -> str:
        """What there is to say where the certainty of the classes is not shown: which job computes it, and when."""
        if self.preview is None or self.preview.sure:
            return ""
        return self.t(
            "How sure the classes are is not computed while you try out. Once the design is stored, the job “{job}” computes it.",
            job=self.t("Protect the figures"),
        )

    def cell(self, cell: Cell, decimals: int = 2) -> str:
        from lebenslagen.figures import cell_text

        return cell_text(cell, decimals, self.t)

    def word(self, area: str, measure: str) -> str:
        """A class in words with its key, or the sign in its place."""
        if self.preview is None:
            return SIGNS["missing"]
        scored = self.preview.index.dynamics if measure == "dynamics" else self.preview.index.status
        cell = self.preview.group(area, measure)
        if cell.value is None or scored is None or scored.measure.classes is None:
            return SIGNS[cell.mark or "missing"]
        classes = scored.measure.classes
        labels = dict(zip(classes.keys, classes.labels or classes.keys, strict=True))
        return labels[str(cell.value)]

    def signs(self, told: Mapping[str, Any]) -> list[tuple[str, str]]:
        used = {str(v) for row in told["rows"] for v in row.values()} | {
            told["score"],
            told["status"],
            told["dynamics"],
        }
        return [(sign, self.t(MARKS[mark])) for mark, sign in SIGNS.items() if sign in used]

    # --- the method sheet ----------------------------------------------------------------------------------------

    def rules(self) -> list[tuple[str, str]]:
        """Every choice in words."""
        return rules_of_table(self.table, self.choices.period if self.choices else "", self.t)

    def method_rows(self) -> list[tuple[str, ...]]:
        """Indicator, direction, weight, mean and standard deviation of the areas in it."""
        if self.preview is None or self.view is None:
            return []
        scored, catalogue = self.preview.index.status, self.view.edition.catalogue
        rows = []
        for part in scored.measure.parts:
            i, column = (
                catalogue.indicator(part.indicator),
                self.view.rate(part.indicator, self.preview.period),
            )
            decimals = column.decimals if column else 1
            numbers = [
                self.t.number(Decimal(repr(float(s[part.indicator]))), decimals)
                for s in (scored.means, scored.sds)
            ]
            share = self.t.number(Decimal(repr(float(scored.weights[part.indicator]))) * 100, 1)
            more = (
                self.t("more is more burden") if (part.direction or 1) > 0 else self.t("more is less burden")
            )
            rows.append((f"{i.label} ({i.unit})", more, share, *numbers, self.view.sources(column)))
        return rows


# --- made -------------------------------------------------------------------------------------------------------


def bench(user: User, t: Texts, key: str, data: Any, *, uid: str = "karte") -> Bench:
    """The design stored under a key with the choices of a form in it; remembered while nothing changes."""
    view, _ = view_for(user, t)
    pairs = tuple(data.lists()) if isinstance(data, QueryDict) else tuple((k, [v]) for k, v in data.items())
    asked = tuple(sorted((k, tuple(v)) for k, v in pairs if k not in ("mit", "bericht")))
    digest = view.edition.release.digest if view else ""
    recent = town().kept(("benches",), dict)
    mark = (key, t.language, digest, asked, uid)
    if mark not in recent:
        if len(recent) > 60:
            recent.clear()
        recent[mark] = _bench(view, t, key, asked, uid)
    found: Bench = recent[mark]
    return found


def _bench(
    view: View | None, t: Texts, key: str, asked: tuple[tuple[str, tuple[str, ...]], ...], uid: str
) -> Bench:
    stored = designs.table_of(key)
    declared = designs.declared_of(stored)
    given = dict(asked)
    period = _period(declared, view, given.get("zeit", ("",))[0])
    choices = designs.choices_of(declared, period)
    form = _form(declared, t, choices, given)
    chosen = form.choices() if form.is_bound and form.is_valid() else None if form.is_bound else choices
    table = designs.changed(stored, chosen) if form.is_bound and chosen else stored
    if chosen == choices:
        table = stored
    made, before, error = None, None, None
    if chosen is not None and view is not None:
        try:
            made = _preview(view, table, chosen.period)
        except LebenslagenError as found:
            error = found
        mark = ("stored preview", view.edition.release.digest, key, chosen.period)
        before = made if table is stored else town().kept(mark, lambda: _try(view, stored, chosen.period))
    return Bench(key, t, form, view, table, stored, chosen, made, before, error, uid)


def _period(declared: DeclaredIndex, view: View | None, wanted: str) -> str:
    known = [e.period for e in declared.editions]
    if wanted in known:
        return wanted
    return view.period.key if view and view.period.key in known else known[-1]


def _form(
    declared: DeclaredIndex, t: Texts, choices: designs.Choices, given: Mapping[str, tuple[str, ...]]
) -> Workshop:
    """Bound where choices were sent; a short address holds only what differs from the stored design."""
    known, usual = designs.usable(declared), said_choices(choices, t)
    if set(given) - {"zeit"}:
        data = QueryDict(mutable=True)
        for name, values in {
            "zeit": (choices.period,),
            **({} if "treat" in given and "labels" in given else usual),
            **given,
        }.items():
            data.setlist(name, list(values))
        return Workshop(declared, known, t, data)
    initial = {name: values[0] for name, values in usual.items() if values}
    return Workshop(
        declared, known, t, initial={**initial, "zeit": choices.period, "teil": list(usual["teil"])}
    )


def _preview(view: View, table: Mapping[str, Any], period: str) -> Preview:
    return preview(view, designs.declared_of(table), designs.design_of(table, period), period)


def _try(view: View, table: Mapping[str, Any], period: str) -> Preview | None:
    try:
        return _preview(view, table, period)
    except LebenslagenError:
        return None


# --- what changes -----------------------------------------------------------------------------------------------


def changes(here: Bench, other: Bench | None = None) -> list[dict[str, str]]:
    """The quarters whose class differs between what is stored (or another design) and this one."""
    before = other.preview if other else here.before
    if here.preview is None or before is None or here.view is None or (other is None and here.unchanged):
        return []
    rows = []
    then = other or replace(here, preview=before)
    for area in here.view.edition.areas[here.declared.level].ids:
        both = [
            (then.word(area, m), here.word(area, m))
            for m in ("status", "dynamics")
            if m == "status" or here.preview.index.dynamics
        ]
        if any(a != b and not {a, b} & set(SIGNS.values()) for a, b in both):
            name = here.view.name(area, here.declared.level)
            old, new = (", ".join(pair[i] for pair in both) for i in (0, 1))
            rows.append(
                {
                    "area": area,
                    "name": name,
                    "old": old,
                    "new": new,
                    "score": here.cell(here.preview.score(area)),
                }
            )
    return rows


def unknown(here: Bench) -> int:
    """How many quarters have a class in the stored design, but here only once it is stored: something of them is
    hidden.
    """
    if here.preview is None or here.before is None or here.view is None or here.unchanged:
        return 0
    ids, measures = (
        here.view.edition.areas[here.declared.level].ids,
        ("status", "dynamics") if here.preview.index.dynamics else ("status",),
    )
    return sum(
        any(
            here.preview.group(a, m).mark == "withheld" and here.before.group(a, m).value is not None
            for m in measures
        )
        for a in ids
    )

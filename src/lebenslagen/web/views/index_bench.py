"""What the pages of the index workshop show of one design: its form, its preview, its map, and everything said about
it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.urls import reverse

from lebenslagen.errors import LebenslagenError
from lebenslagen.index.design import MISSING, REFERENCE
from lebenslagen.index.methods import AGGREGATE, CLASSIFY, NORMALISE, TREAT, WEIGHT
from lebenslagen.texts import MARKS, N_, SIGNS, Texts, round_half_up
from lebenslagen.web.forms.index import DYNAMICS, Workshop
from lebenslagen.web.permissions import may
from lebenslagen.web.services import index_design as designs
from lebenslagen.web.services.index_preview import Preview, preview, public_release
from lebenslagen.web.town import town
from lebenslagen.web.views.maps_panels import Panel, dressed, view_for

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Cell
    from lebenslagen.figures import Figure
    from lebenslagen.project.declare import DeclaredIndex
    from lebenslagen.report.view import View
    from lebenslagen.web.models import User

__all__ = [
    "Bench",
    "bench",
    "changes",
    "chart",
    "differences",
    "fault_lines",
    "move_rows",
    "told_changes",
    "unknown",
    "why_rows",
]

STEPS = {
    "treat": (N_("Outliers"), TREAT),
    "normalise": (N_("Common scale"), NORMALISE),
    "aggregate": (N_("Bringing together"), AGGREGATE),
    "rescale": (N_("Scale of the index"), NORMALISE),
}


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
            }
            for a in self.view.edition.areas[level].ids
        ]

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


def said_choices(c: designs.Choices, t: Texts) -> dict[str, tuple[str, ...]]:
    """All choices as the form sends them: name -> values."""
    one = {
        "gewichtung": c.weighting,
        **{step: getattr(c, step) for step in designs.STEPS},
        "reference": c.reference,
        "missing": c.missing,
    }
    one |= {
        "method": c.method,
        "cuts": cuts_text(c.cuts, t),
        "labels": "; ".join(c.labels),
        "dynamik": c.dynamics,
    }
    weights = {f"g-{key}": (weight_text(weight),) for key, weight in c.weights.items()}
    return {"teil": tuple(c.weights), **weights, **{name: (value,) for name, value in one.items()}}


def weight_text(weight: Fraction) -> str:
    """A weight as people type it.

    >>> weight_text(Fraction(5, 2)), weight_text(Fraction(1, 7)), weight_text(Fraction(3))
    ('2,5', '1/7', '3')
    """
    if weight.denominator == 1:
        return str(weight.numerator)
    places = next((n for n in range(1, 5) if (weight * 10**n).denominator == 1), 0)
    return (
        f"{float(weight):.{places}f}".replace(".", ",")
        if places
        else f"{weight.numerator}/{weight.denominator}"
    )


def cuts_text(cuts: Sequence[float], t: Texts) -> str:
    """Limits as people type them.

    >>> from lebenslagen.texts import texts
    >>> cuts_text((-1, 1.5), texts())
    '−1; 1,5'
    """
    return "; ".join(weight_text(Fraction(str(cut))).replace("-", "−") for cut in cuts)


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


# --- what is said about it --------------------------------------------------------------------------------------


def fault_lines(here: Bench, error: LebenslagenError | None = None) -> list[tuple[str, str, str]]:
    """What is wrong with the design, in words."""
    from lebenslagen.web.views.errors import said

    found = error or here.error
    return said(found.faults, here.t.language) if found else []


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


def rules_of_table(table: Mapping[str, Any], period: str, t: Texts) -> list[tuple[str, str]]:
    """Every choice of a design in words: what is chosen, what that means."""
    status, catalogue = table["status"], town().declaration.catalogue
    labels = {i.key: i.label for i in catalogue.indicators}
    parts = status.get("parts", [])
    names = "; ".join(_part_words(part, labels, status, len(parts)) for part in parts)
    rows = [(t("Indicators and weights"), names)]
    if status.get("weights") == "pca":
        method = WEIGHT["pca"].label
        rows.append((t("Weights"), t(method)))
    for step, (label, known) in STEPS.items():
        row = known.get(
            status.get(
                step, "z" if step in ("normalise", "rescale") else "none" if step == "treat" else "sum"
            )
        )
        rows.append((t(label), t(row.label) if row else ""))
    rows += [(t("What a quarter is compared with"), t(REFERENCE.get(table["reference"], table["reference"])))]
    rows += [(t("Where a value is missing"), t(MISSING.get(table["missing"], table["missing"])))]
    classes = status["classes"]
    kind = CLASSIFY.get(classes.get("method", "cuts"))
    limits = cuts_text(classes.get("cuts", ()), t)
    rows.append((t("Classes"), "; ".join(classes.get("labels", classes["keys"]))))
    rows.append(
        (t("Limits of the classes"), f"{t(kind.label) if kind else ''}{': ' + limits if limits else ''}")
    )
    edition = next((e for e in table["editions"] if e["period"] == period), {})
    if table.get("dynamics"):
        same = {k: v for k, v in table["dynamics"].items() if k != "classes"} == {
            k: v for k, v in status.items() if k != "classes"
        }
        how = dict(DYNAMICS)["same" if same else "kept"]
        moved = t(how)
        if edition.get("change_from"):
            moved += f"; {t('change since {period}', period=edition['change_from'])}"
        rows.append((t("Dynamics"), moved))
    left = "; ".join(f"{x['area']}: {x['reason']}" for x in edition.get("exclude", ()))
    return [*rows, *([(t("Left out"), left)] if left else [])]


def _part_words(part: Mapping[str, Any], labels: Mapping[str, str], status: Mapping[str, Any], n: int) -> str:
    label = labels.get(part["indicator"], part["indicator"])
    if status.get("weights") == "pca":
        return label
    weight = Fraction(1, n) if status.get("weights") == "equal" else Fraction(str(part.get("weight", 1)))
    return f"{label} {str(round_half_up(float(weight) * 100, 1)).replace('.', ',')}\u202f%"


def differences(one: Bench, other: Bench) -> list[dict[str, str]]:
    """The choices in which two designs differ, in words."""
    first, second = dict(one.rules()), dict(other.rules())
    return [
        {"what": k, "one": first.get(k, "–"), "other": second.get(k, "–")}
        for k in {**first, **second}
        if first.get(k) != second.get(k)
    ]


def told_changes(before: bytes | None, after: bytes | None) -> list[dict[str, str]]:
    """What a stored change changed, in words; nothing where one of the two is no design."""
    import tomllib

    from lebenslagen.web.words import spoken

    try:
        tables = [tomllib.loads(raw.decode()) if raw else None for raw in (before, after)]
        if tables[0] is None or tables[1] is None:
            return []
        period = tables[1]["editions"][-1]["period"]
        old, new = (dict(rules_of_table(table, period, spoken("de"))) for table in tables if table)
    except (KeyError, IndexError, ValueError, TypeError):
        return []
    return [
        {"what": k, "one": old.get(k, "–"), "other": new.get(k, "–")}
        for k in {**old, **new}
        if old.get(k) != new.get(k)
    ]


# --- why --------------------------------------------------------------------------------------------------------


def why_rows(here: Bench, area: str, user: User) -> dict[str, Any]:
    """Everything that brings a quarter where it is. Ends at what is shown, but for those who may see single values."""
    assert here.preview is not None and here.view is not None
    found, view, t, level = here.preview, here.view, here.t, here.declared.level
    there = area in found.index.areas
    true = _true(here, area, user)
    rows = [_why_row(here, area, key, true) for key in found.design.status.keys]
    known = there and not any((area, key) in found.now.hidden for key in found.design.status.keys)
    steps = _steps(here, area) if known else {}
    for row in rows:
        row["border"] = _border_words(steps.get(row["key"]), t)
    return {
        "rows": rows,
        "score": here.cell(found.score(area)),
        "status": here.word(area, "status"),
        "dynamics": here.word(area, "dynamics"),
        "veiled": [view.edition.catalogue.indicator(k).label for k in found.veiled.get(area, ())],
        "true": bool(true),
        "excluded": found.index.excluded.get(area, ""),
        "distance": _distance(here, area),
        "nearest": _nearest(steps, here),
        "sure": _sure(here, area),
        "there": there,
        "name": view.name(area, level),
    }


def _why_row(here: Bench, area: str, key: str, true: Mapping[str, Any]) -> dict[str, Any]:
    """One indicator: rate, persons, base, mean of the quarters, contribution; each as released, with the sign
    otherwise.
    """
    assert here.preview is not None and here.view is not None
    view, found, level = here.view, here.preview, here.declared.level
    column = view.rate(key, found.period)
    assert column is not None
    over = view.edition.release.column(column.numerator) if column.numerator else None
    under = view.edition.release.column(column.denominator) if column.denominator else None
    cells = [view.cell(c, area, level) for c in (column, over, under)]
    texts = [
        view.text(cell, c) if c else SIGNS["excluded"]
        for cell, c in zip(cells, (column, over, under), strict=True)
    ]
    if key in true:
        texts = [
            here.t.number(Decimal(repr(v)), d)
            for v, d in zip(true[key], (column.decimals, 0, 0), strict=True)
        ]
    mean = float(found.index.status.means[key])
    return {
        "key": key,
        "label": view.edition.catalogue.indicator(key).label,
        "rate": f"{texts[0]}\u00a0{column.unit}" if texts[0] not in SIGNS.values() else texts[0],
        "persons": texts[1],
        "base": texts[2],
        "mean": here.t.number(Decimal(repr(mean)), column.decimals),
        "part": here.cell(found.part(area, key)),
        "town": view.text(view.town_cell(column), column),
    }


def _true(here: Bench, area: str, user: User) -> dict[str, tuple[float, float, float]]:
    """The true values of what is hidden here, for those who may see single values; nothing for everybody else."""
    assert here.preview is not None
    hidden = [key for key in here.preview.design.status.keys if (area, key) in here.preview.now.hidden]
    if not hidden or not may(user, "values.see"):
        return {}
    from lebenslagen.project import build

    works = town().works(user)
    found = build.counted(
        works,
        here.declared,
        hidden,
        here.preview.period,
        works.declaration.period(here.preview.period).vintage,
    )
    if found is None:
        return {}
    per = {key: works.declaration.catalogue.indicator(key).per for key in hidden}
    pairs = {key: (float(found[0].at[area, key]), float(found[1].at[area, key])) for key in hidden}
    return {key: (per[key] * n / d, n, d) for key, (n, d) in pairs.items() if d > 0 and n == n}


def _steps(here: Bench, area: str) -> dict[str, tuple[int | None, int | None]]:
    """How many persons more or fewer of each indicator would change the class of a quarter."""
    from lebenslagen.index.border import persons_to_border

    assert here.preview is not None and here.view is not None
    found = here.preview
    keys = list(found.design.status.keys)
    if found.given:
        return _released_steps(here, area)
    if (
        found.index.status.classes is None
        or found.now.numerators[keys].loc[list(found.index.areas)].isna().to_numpy().any()
    ):
        return {}
    catalogue = town().declaration.catalogue
    per = {key: catalogue.indicator(key).per for key in keys}
    weights = None
    if found.design.reference == "residents":
        from lebenslagen.web.services.index_preview import _residents

        weights = _residents(here.view, here.declared.level, found.period)
    return persons_to_border(
        found.index, found.now.numerators, found.now.denominators, area, per=per, weights=weights
    )


def _released_steps(here: Bench, area: str) -> dict[str, tuple[int | None, int | None]]:
    """What the release says of it: the nearest number of each indicator, more or fewer."""
    assert here.preview is not None and here.view is not None
    steps: dict[str, tuple[int | None, int | None]] = {}
    for column in here.view.edition.release.find(
        role="persons_to_border", index=here.key, period=here.preview.period
    ):
        value = here.view.cell(column, area, here.declared.level).value
        if isinstance(value, Decimal):
            steps[column.indicator] = (int(value), None) if value > 0 else (None, -int(value))
    return steps


def _border_words(steps: tuple[int | None, int | None] | None, t: Texts) -> str:
    if steps is None:
        return "–"
    more, fewer = steps
    words = [
        t("{n} more", n=t.number(more)) if more is not None else "",
        t("{n} fewer", n=t.number(fewer)) if fewer is not None else "",
    ]
    return f" {t('or')} ".join(word for word in words if word) or t("no number would")


def _nearest(steps: Mapping[str, tuple[int | None, int | None]], here: Bench) -> str:
    """The smallest change of persons that would change the class."""
    assert here.view is not None
    options = [
        (n, key, more)
        for key, pair in steps.items()
        for n, more in ((pair[0], True), (pair[1], False))
        if n is not None
    ]
    if not options:
        return ""
    n, key, more = min(options, key=lambda option: option[0])
    label, t = here.view.edition.catalogue.indicator(key).label, here.t
    many = (
        t.plural("one case more", "{n} cases more", n)
        if more
        else t.plural("one case fewer", "{n} cases fewer", n)
    )
    return t("{many} in “{label}” would change the class.", many=many, label=label)


def _distance(here: Bench, area: str) -> str:
    """How far the score is from the next limit, in the shown orientation."""
    assert here.preview is not None
    found = here.preview
    score = found.score(area).value
    if not isinstance(score, Decimal) or not found.index.status.cuts:
        return ""
    sign = -1 if found.design.orientation == "favourable" else 1
    cut = min(
        (Decimal(repr(round(sign * float(c), 4))) for c in found.index.status.cuts),
        key=lambda c: abs(c - score),
    )
    return here.t(
        "The index value is {score}; the nearest limit of a class is {cut}.",
        score=here.t.number(score, 2),
        cut=here.t.number(cut, 2),
    )


def _sure(here: Bench, area: str) -> str:
    """How sure the class is: computed with the figures of the stored design only."""
    assert here.view is not None and here.preview is not None
    view, t = here.view, here.t
    if not here.unchanged:
        return t("How sure the class is will be computed when the design is stored.")
    columns = view.edition.release.find(role="probability", index=here.key, period=here.preview.period)
    cell = view.cell(columns[0], area, here.declared.level) if columns else None
    if cell is None or not isinstance(cell.value, Decimal):
        return ""
    return t(
        "If chance is taken into account, the quarter is in this class in {n} of 100 cases.",
        n=t.number(cell.value),
    )


def chart(here: Bench, area: str, measure: str, told: Mapping[str, Any]) -> Figure | None:
    """The contributions of a quarter as bars."""
    from lebenslagen.figures import contributions

    assert here.preview is not None and here.view is not None
    found = here.preview
    scored = found.index.dynamics if measure == "dynamics" else found.index.status
    if scored is None or not told["there"]:
        return None
    catalogue, t = here.view.edition.catalogue, here.t
    parts = [(catalogue.indicator(key).head, found.part(area, key, measure)) for key in scored.measure.keys]
    total = found.score(area, measure)
    title = (
        t("Contributions to the dynamics") if measure == "dynamics" else t("Contributions to the index value")
    )
    label = t("Dynamics") if measure == "dynamics" else t("Index value")
    favourable = found.design.orientation == "favourable"
    return contributions(
        title,
        parts,
        total,
        t,
        total_label=label,
        favourable=favourable,
        width=620,
        uid=f"beitraege-{measure}",
    )


def move_rows(here: Bench, area: str) -> list[tuple[str, str, str, str]]:
    """Indicator, earlier rate, present rate, contribution to the dynamics."""
    assert here.preview is not None and here.view is not None
    found, view, level = here.preview, here.view, here.declared.level
    before = found.declared.edition(found.period).change_from
    if found.index.dynamics is None or not before:
        return []
    rows = []
    for key in found.index.dynamics.measure.keys:
        columns = view.rate(key, before), view.rate(key, found.period)
        old, new = (view.text(view.cell(c, area, level), c, unit=True) for c in columns)
        rows.append(
            (
                view.edition.catalogue.indicator(key).label,
                old,
                new,
                here.cell(found.part(area, key, "dynamics")),
            )
        )
    return rows

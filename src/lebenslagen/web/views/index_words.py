"""The choices of a design in words: as the form sends them, as people type them, as the method sheet prints them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import LebenslagenError
from lebenslagen.index.design import MISSING, REFERENCE
from lebenslagen.index.methods import AGGREGATE, CLASSIFY, NORMALISE, TREAT, WEIGHT
from lebenslagen.texts import N_, Texts
from lebenslagen.web.forms.index import DYNAMICS
from lebenslagen.web.services import index_design as designs
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.web.views.index_bench import Bench

__all__ = [
    "cuts_text",
    "differences",
    "fault_lines",
    "rules_of_table",
    "said_choices",
    "told_changes",
    "weight_text",
]

STEPS = {
    "treat": (N_("Outliers"), TREAT),
    "normalise": (N_("Common scale"), NORMALISE),
    "aggregate": (N_("Bringing together"), AGGREGATE),
    "rescale": (N_("Scale of the index"), NORMALISE),
}


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
    comma = "," if t.language == "de" else "."
    return "; ".join(weight_text(Fraction(str(cut))).replace("-", "−").replace(",", comma) for cut in cuts)


def fault_lines(here: Bench, error: LebenslagenError | None = None) -> list[tuple[str, str, str]]:
    """What is wrong with the design, in words."""
    from lebenslagen.web.views.errors import said

    found = error or here.error
    return said(found.faults, here.t.language) if found else []


def rules_of_table(table: Mapping[str, Any], period: str, t: Texts) -> list[tuple[str, str]]:
    """Every choice of a design in words: what is chosen, what that means."""
    status, catalogue = table["status"], town().declaration.catalogue
    labels = {i.key: i.label for i in catalogue.indicators}
    parts = status.get("parts", [])
    names = "; ".join(_part_words(part, labels, status, len(parts), t) for part in parts)
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


def _part_words(
    part: Mapping[str, Any], labels: Mapping[str, str], status: Mapping[str, Any], n: int, t: Texts
) -> str:
    label = labels.get(part["indicator"], part["indicator"])
    if status.get("weights") == "pca":
        return label
    weight = Fraction(1, n) if status.get("weights") == "equal" else Fraction(str(part.get("weight", 1)))
    return f"{label} {t.number(float(weight) * 100, 1)}\u202f%"


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

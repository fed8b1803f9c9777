"""Why a quarter stands where it does in an index: contributions, persons behind them, the next class, certainty."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import SIGNS, Texts
from lebenslagen.web.permissions import may
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.figures import Figure
    from lebenslagen.web.models import User
    from lebenslagen.web.views.index_bench import Bench

__all__ = ["chart", "move_rows", "why_rows"]


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
    """How sure the class is: as released, or drawn anew for a design that is not stored; else which job computes it."""
    assert here.preview is not None
    cell = here.preview.sure.get(area)
    if cell is None:
        return here.certainty_words()
    if not isinstance(cell.value, Decimal):
        return ""
    return here.t(
        "If chance is taken into account, the quarter is in this class in {n} of 100 cases.",
        n=here.t.number(cell.value),
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

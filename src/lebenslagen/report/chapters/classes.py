"""Classes in words: what they are called, how sure they are, what they hide."""

from __future__ import annotations

from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.report import insight, say
from lebenslagen.report.chapters.common import Head
from lebenslagen.texts import SIGNS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from lebenslagen.disclosure.release import Cell, Column
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.view import View
    from lebenslagen.strengths import Dilution

__all__ = [
    "chance_head",
    "class_head",
    "class_label",
    "class_text",
    "dilution_sentence",
    "early_sentence",
    "estimated_sentence",
    "odd_sentence",
    "risk_head",
    "risk_label",
    "score_head",
    "silent_sentence",
    "single_sentence",
    "unsure_sentence",
]

UNJUDGED = ("context", "neutral")  # neither good nor bad in itself


def class_label(view: View, key: object, *, dynamics: bool = False) -> str:
    """The name of a class.

    >>> class_label.__name__
    'class_label'
    """
    info = view.index
    if info is None or not isinstance(key, str):
        return ""
    keys, labels = (
        (info.dynamics_class_keys, info.dynamics_class_labels)
        if dynamics
        else (info.class_keys, info.class_labels)
    )
    return labels[keys.index(key)] if key in keys else key


def risk_label(view: View, key: object) -> str:
    """What a class means in plain words: how high the risks of poverty are in comparison.

    >>> risk_label.__name__
    'risk_label'
    """
    info = view.index
    if info is None or not isinstance(key, str) or key not in info.class_keys:
        return ""
    worse, centre = insight.burdened(info), insight.middle(info)
    if key in worse:
        return view.t("very high") if len(worse) > 1 and key == worse[-1] else view.t("high")
    better = info.class_keys[: info.class_keys.index(centre)]
    if key in better:
        return view.t("very low") if len(better) > 1 and key == better[0] else view.t("low")
    return view.t("medium")


def risk_head(view: View) -> Head:
    """A table column of the risks of poverty in words; for coarser areas there is none.

    >>> risk_head.__name__
    'risk_head'
    """
    column = view.of_index("class")

    def said(area: str) -> str:
        cell = view.cell(column, area)
        return risk_label(view, cell.value) if cell.value is not None else SIGNS[cell.mark]

    return Head(view.t("Risks of poverty"), _of_index_areas(view, said), numeric=False)


def _of_index_areas(view: View, said: Callable[[str], str]) -> Callable[[str, str], str]:
    """What is said of the areas of the index; areas of other levels have no class."""
    return lambda area, level: said(area) if level == view.level else SIGNS["excluded"]


def class_text(view: View, column: Column | None, area: str, *, dynamics: bool = False) -> str:
    """The name of an area's class, or the sign in its place.

    >>> class_text.__name__
    'class_text'
    """
    cell: Cell = view.cell(column, area)
    return class_label(view, cell.value, dynamics=dynamics) if cell.value is not None else SIGNS[cell.mark]


def class_head(view: View, title: str, *, dynamics: bool = False) -> Head:
    """A table column of class names; for coarser areas there is no class.

    >>> class_head.__name__
    'class_head'
    """
    column = view.of_index("dynamics_class" if dynamics else "class")

    def said(area: str) -> str:
        return class_text(view, column, area, dynamics=dynamics)

    return Head(title, _of_index_areas(view, said), numeric=False)


def score_head(view: View, title: str, column: Column | None) -> Head:
    """A table column of index values; for coarser areas there is none.

    >>> score_head.__name__
    'score_head'
    """
    return Head(title, _of_index_areas(view, lambda area: view.text(view.cell(column, area), column)))


def chance_head(view: View, title: str) -> Head:
    """A table column of the probability of the class, in percent.

    >>> chance_head.__name__
    'chance_head'
    """
    return score_head(view, title, view.of_index("probability"))


def unsure_sentence(view: View, one: insight.Unsure, *, named: bool = True) -> str:
    """That chance alone could change a class, and how few persons lead to the border.

    >>> unsure_sentence.__name__
    'unsure_sentence'
    """
    t, label = view.t, class_label(view, one.now)
    name = f"{view.name(one.area)}: " if named else ""
    if one.probability is None or one.probability >= insight.UNSURE:
        return name + t("the class “{label}” lies close to its border.", label=label)
    said = t(
        "the class “{label}” appears in {chance} of 100 trials only; it could as well be the neighbouring one.",
        label=label,
        chance=t.number(one.probability),
    )
    return f"{name}{said} {_border(view, one)}".rstrip()


def _border(view: View, one: insight.Unsure) -> str:
    info, t = view.index, view.t
    if info is None:
        return ""
    shown = view.cell(view.of_index("score"), one.area).value
    if not isinstance(shown, Decimal):
        return ""
    burden = -shown if info.orientation == "favourable" else shown
    cut = min(info.cuts, key=lambda edge: abs(burden - Decimal(str(edge))))
    edge = -Decimal(str(cut)) if info.orientation == "favourable" else Decimal(str(cut))
    column = view.of_index("score")
    decimals = column.decimals if column else 2
    said = t(
        "The index value is {score}, the border {edge}.",
        score=t.number(shown, decimals),
        edge=t.number(edge, decimals),
    )
    if not one.persons:
        return said
    unit = view.edition.catalogue.indicator(one.indicator).label
    if one.persons > 0:
        way = t.plural(
            "One case more in “{unit}” would change the class.",
            "{n} cases more in “{unit}” would change the class.",
            one.persons,
            unit=unit,
        )
    else:
        way = t.plural(
            "One case fewer in “{unit}” would change the class.",
            "{n} cases fewer in “{unit}” would change the class.",
            -one.persons,
            unit=unit,
        )
    return f"{said} {way}"


def odd_sentence(view: View, one: insight.Odd, *, named: bool = True) -> str:
    """That an indicator lies far from what the others lead to expect, with its values.

    >>> odd_sentence.__name__
    'odd_sentence'
    """
    t, indicator = view.t, view.edition.catalogue.indicator(one.indicator)
    column = view.rate(one.indicator)
    label = class_text(view, view.of_index("class"), one.area)
    values = {
        "label": indicator.label,
        "value": view.text(view.cell(column, one.area), column, unit=True),
        "town": view.edition.town,
        "mean": view.text(view.town_cell(column), column, unit=True),
    }
    name = f"{view.name(one.area)}: " if named else ""
    if one.higher:
        said = t(
            "{label} is far higher than the other indicators lead to expect ({value}; {town}: {mean}).",
            **values,
        )
    else:
        said = t(
            "{label} is far lower than the other indicators lead to expect ({value}; {town}: {mean}).",
            **values,
        )
    return f"{name}{said} {_behind(view, one, indicator, label)}".rstrip()


def _behind(view: View, one: insight.Odd, indicator: Indicator, label: str) -> str:
    """What follows from a high indicator: that the class hides it; or, where it is no burden in itself, that it is alone."""
    t, info = view.t, view.index
    if info is None or not one.higher:
        return ""
    if indicator.aspect in UNJUDGED:
        first = next((i for i in view.indicators if i.aspect not in UNJUDGED), None)
        if first is None or not _calm(view, first, one.area):
            return ""
        return t("Only this is high; “{label}” does not lie above the value of the town.", label=first.head)
    if view.cell(view.of_index("class"), one.area).value in insight.burdened(info) or not label:
        return ""
    return t("The class “{label}” does not show it.", label=label)


def _calm(view: View, indicator: Indicator, area: str) -> bool:
    """Whether an area shows no more burden in an indicator than the town."""
    column = view.rate(indicator.key)
    own, town = view.cell(column, area).value, view.town_cell(column).value
    known = isinstance(own, Decimal) and isinstance(town, Decimal)
    return known and indicator.direction * (own - town) <= 0  # type: ignore[operator]


def silent_sentence(view: View, areas: Sequence[str]) -> str:
    """That it is not released how sure the classes of some areas are; without areas: of this one.

    >>> silent_sentence.__name__
    'silent_sentence'
    """
    t = view.t
    if not areas:
        return t("It is not published how sure the class is; it may be unsure.")
    return t.plural(
        "For {names} it is not published how sure the class is; it may be unsure.",
        "For {names} it is not published how sure the classes are; they may be unsure.",
        len(areas),
        names=say.listed([view.name(area) for area in areas], t),
    )


def early_sentence(view: View, area: str, *, named: bool = True) -> str:
    """That an area in no burdened class develops clearly less favourably than the average of the areas.

    >>> early_sentence.__name__
    'early_sentence'
    """
    t = view.t
    values = {"label": class_text(view, view.of_index("class"), area), "areas": view.plural()}
    if not named:
        return t(
            "An early sign: the status is “{label}”, but the development is clearly less favourable than the average of "
            "the {areas}.",
            **values,
        )
    return t(
        "{name} deserves early attention: the status is “{label}”, but the development is clearly less favourable than "
        "the average of the {areas}.",
        name=view.name(area),
        **values,
    )


def estimated_sentence(view: View) -> str:
    """For which areas the index value rests on an estimate, because a figure behind it is not published.

    >>> estimated_sentence.__name__
    'estimated_sentence'
    """
    t, column = view.t, view.of_index("score")
    names = [view.name(area) for area in view.areas.ids if view.cell(column, area).estimated]
    if not names:
        return ""
    return t(
        "Estimated, because a figure behind it is not published: index value of {names}.",
        names=say.listed(names, t, 20),
    )


def dilution_sentence(view: View, one: Dilution) -> str:
    """That a low value comes with a group far larger than elsewhere.

    >>> dilution_sentence.__name__
    'dilution_sentence'
    """
    t, labels = view.t, {v.key: v.label for v in view.edition.catalogue.variables}
    return t(
        "“{indicator}” refers to a group that is far larger here than elsewhere: {group} ({own} of 100 residents; "
        "{town}: {mean}). The larger the group, the smaller the value; it says little in comparison with other areas.",
        indicator=view.edition.catalogue.indicator(one.indicator).head,
        group=labels.get(one.base, one.base),
        own=t.number(one.own, 1),
        town=view.edition.town,
        mean=t.number(one.town, 1),
    )


def single_sentence(view: View, one: insight.Single, *, named: bool = True) -> str:
    """That a class hangs on one indicator.

    >>> single_sentence.__name__
    'single_sentence'
    """
    label = view.edition.catalogue.indicator(one.indicator).label
    name = f"{view.name(one.area)}: " if named else ""
    return name + view.t(
        "without the indicator “{indicator}” the class would be “{without}” instead of “{now}”.",
        indicator=label,
        without=class_label(view, one.without),
        now=class_label(view, one.now),
    )

"""What a council asks about an index: who changed class, why all parts count alike, what drives the dynamics."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from lebenslagen.report import insight, say
from lebenslagen.report.chapters.classes import UNJUDGED, class_label
from lebenslagen.report.chapters.common import LONG, paragraphs
from lebenslagen.report.chapters.method import equal_weights, unclaimed
from lebenslagen.report.document import Block, Bullets, Part, Row, Section, TableBlock, runs

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import IndexInfo
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.view import View

__all__ = ["questions"]

MOST = 20  # areas up to which they are listed one by one


def questions(view: View, info: IndexInfo) -> Section:
    """Short answers, each from released values and printed rules alone.

    >>> questions.__name__
    'questions'
    """
    t = view.t
    weighed = say.listed([part.head for part in _neutral(view, info)], t)
    earlier = view.previous.label if view.previous else ""
    asked = (
        (
            t("Which areas have changed their status since the last report ({earlier})?", earlier=earlier),
            _changed(view),
        ),
        (t("Why are {names} in the index, and how much do they weigh?", names=weighed), _weights(view, info)),
        (t("What contributes to the dynamics?"), _drives(view, info)),
        (t("How much poverty stays invisible, above all in old age?"), _invisible(view)),
    )
    parts = tuple(Part(question, blocks) for question, answer in asked if (blocks := tuple(answer)))
    return Section("index-fragen", t("Questions from the council"), parts)


# --- who changed class -----------------------------------------------------------------------------------------------


def _changed(view: View) -> Iterator[Block]:
    t, found, earlier = view.t, insight.changed(view), view.previous
    if found is None or earlier is None:
        return
    if not found:
        yield from paragraphs(t("None: each area with a published status stands in the same class as then."))
    elif len(found) > MOST:
        yield from paragraphs(t("{n} areas; their profiles and the annex tell which.", n=len(found)))
    else:
        yield Bullets(
            tuple(
                runs(f"{view.name(one.area)}: {class_label(view, one.before)} → {class_label(view, one.now)}")
                for one in found
            )
        )


# --- why all count alike ---------------------------------------------------------------------------------------------


def _neutral(view: View, info: IndexInfo) -> list[Indicator]:
    """The parts of an index that are no shortcoming in themselves."""
    parts = (view.edition.catalogue.indicator(key) for key, *_ in info.parts)
    return [part for part in parts if part.aspect in UNJUDGED]


def _weights(view: View, info: IndexInfo) -> Iterator[Block]:
    """Asked of the parts that are no shortcoming in themselves: why they weigh as much as the first that is a burden."""
    t = view.t
    parts = [view.edition.catalogue.indicator(key) for key, *_ in info.parts]
    neutral = _neutral(view, info)
    first = next((part for part in parts if part.aspect not in UNJUDGED), None)
    if not neutral or first is None:
        return
    yield from paragraphs(
        t(
            "By the declared method all {n} parts weigh the same, these as much as “{first}”. None of them is a "
            "shortcoming: they are part of it because the risk of poverty is statistically higher.",
            n=len(parts),
            first=first.head,
        )
        if equal_weights(info)
        else t(
            "They weigh as the method declares. None of them is a shortcoming: they are part of it because the risk of "
            "poverty is statistically higher."
        )
    )
    yield Bullets(tuple(runs(_left_out(view, part)) for part in neutral))
    yield from paragraphs(_basis(view))


def _left_out(view: View, part: Indicator) -> str:
    """Which areas would stand in another class without a part, as far as released contributions tell."""
    t = view.t
    known = set(insight.contributions(view).get(part.key, {})) & set(insight.scores(view))
    if not known:
        return t(
            "Without “{part}”: the contributions are not published, so this cannot be reckoned.",
            part=part.head,
        )
    moved = [one for one in insight.without(view) if one.indicator == part.key]
    if not moved:
        return t("Without “{part}” no area would stand in another class.", part=part.head)
    if len(moved) > MOST:
        return t(
            "Without “{part}” {number} areas would stand in another class.", part=part.head, number=len(moved)
        )
    names = [
        t(
            "{name} (“{other}” instead of “{now}”)",
            name=view.name(one.area),
            other=class_label(view, one.without),
            now=class_label(view, one.now),
        )
        for one in moved
    ]
    return t.plural(
        "Without “{part}” one area would stand in another class: {names}.",
        "Without “{part}” {n} areas would stand in another class: {names}.",
        len(moved),
        part=part.head,
        names=say.listed(names, t),
    )


def _basis(view: View) -> str:
    """From what it was reckoned, and for which areas it cannot be."""
    t, known = view.t, set(insight.scores(view))
    column = view.of_index("class")
    lost = [a for a in view.areas.ids if view.cell(column, a).value is not None and a not in known]
    if not known:
        return ""
    said = t(
        "Reckoned from the published contributions of {n} {among}: the rest is standardised again over them.",
        n=len(known),
        among=view.among(),
    )
    if not lost or len(lost) > MOST:
        return said
    names = say.listed([view.name(area) for area in lost], t)
    return f"{said} {t('For {names} the index value is not published; nothing can be said about it.', names=names)}"


# --- what drives the dynamics ----------------------------------------------------------------------------------------


def _drives(view: View, info: IndexInfo) -> Iterator[Block]:
    t = view.t
    columns = [
        (key, view.of_index("dynamics_contribution", key)) for key, *_ in info.dynamics_parts or info.parts
    ]
    if not any(column for _, column in columns) or not info.dynamics_class_keys:
        return
    middle = insight.middle(info, dynamics=True)
    outer = [key for key in info.dynamics_class_keys if key != middle]
    ids = insight.standing(view, outer, "dynamics_class")
    if not ids:
        return
    yield from paragraphs(
        t(
            "Each indicator counts with its change, compared with the changes in all other areas. Contributions below 0 "
            "lower the value of the dynamics (less favourable), those above 0 raise it."
        )
        if info.orientation == "favourable"
        else t(
            "Each indicator counts with its change, compared with the changes in all other areas. Contributions above 0 "
            "raise the value of the dynamics (less favourable), those below 0 lower it."
        )
    )
    if len(ids) > MOST or len(view.areas) > LONG:
        yield from paragraphs(
            t("The contributions of all areas are in the files that come with this report.")
        )
        return
    total = view.of_index("dynamics_score")
    heads = [view.edition.catalogue.indicator(key).head for key, _ in columns]
    rows = tuple(
        Row(
            (
                view.name(area),
                *(view.text(view.cell(column, area), column) for _, column in columns),
                view.text(view.cell(total, area), total),
            ),
            target=view.target(area),
        )
        for area in ids
    )
    table = TableBlock(
        "tabelle-dynamikbeitraege",
        t("Contributions to the dynamics where they are not “{middle}”",
          middle=class_label(view, middle, dynamics=True)),
        (view.label(), *heads, t("Dynamics value")),
        rows,
        (False, *(True for _ in heads), True),
        source=view.sources(*(column for _, column in columns)),
        size="small",
    )  # fmt: skip
    yield view.with_signs(table)


# --- what stays invisible --------------------------------------------------------------------------------------------


def _invisible(view: View) -> Iterator[Block]:
    t = view.t
    yield from paragraphs(f"{t('These figures cannot tell.')} {unclaimed(t)}")

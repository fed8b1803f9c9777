"""The social index: status, dynamics, how sure the classes are, what they hide, and the focus quarters."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lebenslagen.figures import Layer, status_dynamics_map
from lebenslagen.figures.classes import focus_words
from lebenslagen.report import insight, say
from lebenslagen.report.chapters.classes import (
    chance_head,
    class_head,
    early_sentence,
    estimated_sentence,
    odd_sentence,
    risk_head,
    score_head,
    silent_sentence,
    single_sentence,
    unsure_sentence,
)
from lebenslagen.report.chapters.common import LONG, grouped, opening, own_words, paragraphs
from lebenslagen.report.chapters.council import questions
from lebenslagen.report.chapters.indicators import growth_sentence
from lebenslagen.report.document import Block, Bullets, FigureBlock, Note, Row, Section, TableBlock, runs
from lebenslagen.report.pictures import index_map, share_of
from lebenslagen.report.view import FEWEST_FOR_INDEX
from lebenslagen.texts import SIGNS

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column, IndexInfo
    from lebenslagen.report.view import View

__all__ = ["comparison_table", "index", "index_table"]


FEW = 6  # areas up to which each gets a sentence of its own
MANY = 40  # focus quarters up to which all are named
NAMED = 20  # areas up to which a cell of the matrix names them


def index(view: View) -> Section | None:
    """The chapter of the index; in a town of few areas, why there is none and what is compared instead.

    >>> index.__name__
    'index'
    """
    info = view.index
    if info is None:
        return _without(view)
    t = view.t
    from lebenslagen.report.chapters.front import _burdened, _moving

    blocks: list[Block] = [
        *opening(_burdened(view), _moving(view), _meaning(view)),
        *own_words(view, "index"),
    ]
    picture = index_map(view)
    if picture is not None:
        wide = share_of(picture, 560)
        blocks.append(
            FigureBlock("karte-index", picture, picture.title, view.sources(*_rates(view)), width=wide)
        )
    blocks.append(_reading(view))
    parts = [
        _dynamics(view, info),
        _focus(view, info),
        _certainty(view),
        _hidden(view),
        questions(view, info),
    ]
    blocks += [part for part in parts if part is not None]
    if len(view.areas) <= LONG:
        table = Section(
            "index-tabelle",
            t("The index in figures"),
            (index_table(view), *_contribution_tables(view)),
        )
        blocks.append(table)
    return Section("index", info.label, tuple(blocks), start="page")


def _rates(view: View) -> list[Column | None]:
    return [view.rate(key) for key, *_ in view.index.parts] if view.index else []


def _meaning(view: View) -> str:
    return view.t(
        "The class compares the areas of this town with each other; it says nothing about single people, "
        "and nothing about other towns."
    )


def _reading(view: View) -> Note:
    t = view.t
    return Note(
        t("What the index says and what it does not say"),
        (
            Bullets(
                (
                    runs(
                        t(
                            "It says where several risks of poverty come together more than elsewhere in "
                            "the town."
                        )
                    ),
                    runs(
                        t(
                            "It does not say why. It does not establish a need for action by itself; that "
                            "takes the "
                            "knowledge of those who live and work there."
                        )
                    ),
                    runs(t("It is relative: when all areas improve equally, no class changes.")),
                    runs(
                        t(
                            "A low status means high risks of poverty in comparison, not that the people "
                            "there are worth "
                            "less or do less."
                        )
                    ),
                )
            ),
        ),
        "care",
    )


# --- status x dynamics -----------------------------------------------------------------------------------------------


def _dynamics(view: View, info: IndexInfo) -> Section | None:
    column = view.of_index("combined_class")
    if column is None or not info.dynamics_class_keys:
        return None
    t = view.t
    title = t("Status and dynamics, {when}", when=view.period.label)
    layer = Layer(title, column.key, view.level, focus=tuple(info.focus), uid="karte-dynamik")
    figure = status_dynamics_map(view.edition.release, layer, view.frame, t)
    earlier = view.edition.period_of(info.change_from).label if info.change_from else ""
    said = [
        t(
            "The dynamics compare the movement of each area since {earlier} with that of the others.",
            earlier=earlier,
        )
        if earlier
        else "",
        *_better(view, info),
    ]
    warned = insight.early(view)
    blocks: list[Block] = [*paragraphs(" ".join(part for part in said if part))]
    if len(warned) <= FEW:
        blocks += paragraphs(*(early_sentence(view, area) for area in warned))
    wide = share_of(figure, 500)
    blocks.append(FigureBlock("karte-dynamik", figure, title, view.sources(*_rates(view)), width=wide))
    blocks.append(_matrix(view, info))
    return Section("index-dynamik", t("Status and dynamics together"), tuple(blocks))


def _better(view: View, info: IndexInfo) -> Iterator[str]:
    """Who developed favourably; the others stand in the first sentences of the chapter."""
    keys = info.dynamics_class_keys
    good = keys[: keys.index(insight.middle(info, dynamics=True))]
    ids = insight.standing(view, good, "dynamics_class")
    if ids:
        yield view.t.plural(
            "{n} of {total} {among} has developed clearly more favourably than the average of the {areas}: {names}.",
            "{n} of {total} {among} have developed clearly more favourably than the average of the {areas}: {names}.",
            len(ids),
            total=view.compared,
            among=view.among(),
            areas=view.plural(),
            names=say.named(view, ids),
        )


def _matrix(view: View, info: IndexInfo) -> TableBlock:
    """Status by dynamics: how many areas, and which."""
    t = view.t
    status, moving = view.of_index("class"), view.of_index("dynamics_class")
    rows = []
    for key, label in zip(info.class_keys, info.class_labels, strict=True):
        cells = []
        for move in info.dynamics_class_keys:
            both = [
                a
                for a in view.areas.ids
                if view.cell(status, a).value == key and view.cell(moving, a).value == move
            ]
            cells.append(_names_or_number(view, both))
        rows.append(Row((label, *cells)))
    caption = t("{areas} by status (rows) and dynamics (columns)", areas=view.plural())
    head = (t("Status"), *info.dynamics_class_labels)
    return TableBlock("tabelle-matrix", caption, head, tuple(rows), (False,) * len(head))


def _names_or_number(view: View, areas: Sequence[str]) -> str:
    if not areas:
        return "0"
    if len(areas) <= (NAMED if len(view.areas) <= LONG else FEW):
        return ", ".join(view.name(area) for area in areas)
    if len(view.areas) > LONG:
        return view.t("{n}, see annex", n=len(areas))
    return view.t("{n}, see the table of index values", n=len(areas))


# --- how sure --------------------------------------------------------------------------------------------------------


def _certainty(view: View) -> Section | None:
    """How sure the classes are; says so where it cannot be known."""
    t, info = view.t, view.index
    if info is None:
        return None
    title = t("How sure the classes are")
    if view.of_index("probability") is None:
        if info.certainty_basis != "rates-only":
            return None
        return Section(
            "index-sicherheit",
            title,
            paragraphs(
                t(
                    "The sources publish rates only, not the numbers of cases behind them. How far chance alone "
                    "could change a class can therefore not be reckoned here."
                )
            ),
        )
    text = t(
        "The numbers of cases in an area change by chance alone: a family moves, a person finds work. It "
        "was tried out 1,000 times which class each area "
        "would have with counts that could just as well have come about."
    )
    return Section("index-sicherheit", title, (*paragraphs(text), *_unsure(view)))


def _unsure(view: View) -> Iterator[Block]:
    """How many classes are unsure of those whose sureness is released, which they are, and of which nothing is said."""
    t = view.t
    found, silent = insight.unsure(view), insight.silent(view)
    column = view.of_index("probability")
    known = sum(view.cell(column, area).value is not None for area in view.areas.ids)
    low = sum(one.probability is not None and one.probability < insight.UNSURE for one in found)
    yield from paragraphs(_how_many(view, low, known, whole=not silent))
    if found:
        yield Bullets(tuple(runs(unsure_sentence(view, one)) for one in found[:12]))
    if len(found) > 12:
        yield from paragraphs(
            t.plural(
                "One more can be told from the table: its class appears in fewer than 80 of 100 trials.",
                "{n} more can be told from the table: their classes appear in fewer than 80 of 100 trials.",
                len(found) - 12,
            )
        )
    if silent:
        yield from paragraphs(silent_sentence(view, silent))


def _how_many(view: View, low: int, known: int, *, whole: bool) -> str:
    t = view.t
    if not low and whole:
        return t("No class is unsure: each appears in at least 80 of 100 trials.")
    if not low:
        return t("None of the {known} classes whose sureness is published is unsure.", known=known)
    if whole:
        return t.plural(
            "One class is unsure and is drawn with fine cross-lines on the map:",
            "{n} classes are unsure and are drawn with fine cross-lines on the map:",
            low,
        )
    return t.plural(
        "Of the {known} classes whose sureness is published one is unsure; it is drawn with fine cross-lines on the map:",
        "Of the {known} classes whose sureness is published {n} are unsure; they are drawn with fine cross-lines on "
        "the map:",
        low,
        known=known,
    )


# --- what the class hides --------------------------------------------------------------------------------------------


def _hidden(view: View) -> Section | None:
    """What a class does not show: an indicator far from the others, a class that hangs on one, people moving in."""
    t = view.t
    odd = [one for one in insight.odd(view) if one.area not in (view.index.excluded if view.index else {})]
    alone, grown = insight.single(view), insight.growth(view)
    if not (odd or alone or grown) or len(view.areas) > LONG:
        return None
    blocks: list[Block] = [
        *paragraphs(
            t(
                "One class sums up several indicators. In these areas it is worth looking behind it, because one "
                "of them lies far from what the others lead to expect:"
            )
        )
    ]
    if odd:
        blocks.append(Bullets(tuple(runs(odd_sentence(view, one)) for one in odd)))
    if alone:
        blocks += [
            *paragraphs(t("These classes hang on a single indicator:")),
            Bullets(tuple(runs(single_sentence(view, one)) for one in alone)),
        ]
    if grown:
        blocks += [
            *paragraphs(t("Here people moving in explain part of the development:")),
            Bullets(tuple(runs(growth_sentence(view, one)) for one in grown)),
        ]
    return Section("index-dahinter", t("What the class does not show"), tuple(blocks))


# --- focus -----------------------------------------------------------------------------------------------------------


def _focus(view: View, info: IndexInfo) -> Section | None:
    if not info.focus:
        return None
    t = view.t
    names = [view.name(area) for area in info.focus if area in view.areas.position]
    people = view.people(info.focus)
    said = [
        t("Focus quarters are: {names}.", names=say.listed(names, t, MANY)),
        t("{people} live there.", people=say.persons(people, t)) if people is not None else "",
        focus_words(info, t),
        t("Focus quarters are outlined on every map. They are the first to be looked at in depth."),
    ]
    return Section("index-fokus", t("Focus quarters"), paragraphs(" ".join(part for part in said if part)))


# --- tables ----------------------------------------------------------------------------------------------------------


def index_table(view: View, key: str = "tabelle-index") -> TableBlock:
    """Index value, status, dynamics and how sure the class is, by area.

    >>> index_table.__name__
    'index_table'
    """
    t, info = view.t, view.index
    named = len(view.areas) <= LONG
    heads = [
        score_head(view, t("Index value"), view.of_index("score")),
        class_head(view, t("Status")),
        *((risk_head(view),) if named else ()),
    ]
    if view.of_index("dynamics_class") is not None:
        if view.of_index("dynamics_score") is not None:
            heads.append(score_head(view, t("Dynamics value"), view.of_index("dynamics_score")))
        heads.append(class_head(view, t("Dynamics"), dynamics=True))
    if view.of_index("probability") is not None:
        heads.append(chance_head(view, t("In … of 100 trials")))
    caption = t("{label}, {when}", label=info.label if info else "", when=view.period.label)
    care = t("Risks of poverty in comparison of the areas; this says nothing about single people.")
    note = " ".join(part for part in (care if named else "", estimated_sentence(view)) if part)
    size = "small" if len(view.areas) > LONG else "body"
    return grouped(view, key, caption, heads, view.sources(*_rates(view)), town=False, note=note, size=size)


def _contribution_tables(view: View) -> Iterator[Block]:
    info = view.index
    if info is None:
        return
    columns = [(key, view.of_index("contribution", key)) for key, *_ in info.parts]
    if not any(column for _, column in columns):
        return
    heads = [score_head(view, view.edition.catalogue.indicator(key).head, column) for key, column in columns]
    heads.append(score_head(view, view.t("Index value"), view.of_index("score")))
    sums = view.t(
        "The contributions of a row add up to the index value; differences in the last digit come from rounding."
    )
    note = " ".join(part for part in (sums, estimated_sentence(view)) if part)
    caption = view.t("Contributions of the indicators to the index value, {when}", when=view.period.label)
    yield grouped(
        view,
        "tabelle-beitraege",
        caption,
        heads,
        view.sources(*(c for _, c in columns)),
        town=False,
        size="small",
        note=note,
    )


# --- few areas -------------------------------------------------------------------------------------------------------


def _without(view: View) -> Section | None:
    """Why a town of few areas has no index, and the comparison that stands in its place."""
    t = view.t
    if len(view.areas) >= FEWEST_FOR_INDEX:
        return None
    said = t.plural(
        "An index compares areas with each other. With {n} area its classes would say nothing; this report "
        "shows profiles, several years together, and comparison values instead.",
        "An index compares areas with each other. With {n} areas its classes would depend on single cases; "
        "this report shows profiles, several years together, and comparison values instead.",
        len(view.areas),
    )
    blocks: list[Block] = [*opening(said), *own_words(view, "index"), comparison_table(view)]
    return Section("index", t("Comparison"), tuple(blocks), start="page")


def comparison_table(view: View, key: str = "tabelle-vergleich") -> TableBlock:
    """All indicators of all areas, of the town, and of the places named for comparison.

    >>> comparison_table.__name__
    'comparison_table'
    """
    t, chosen = view.t, (*view.indicators, *view.contexts)
    columns = [view.latest(i.key) for i in chosen]
    head = (
        view.label(),
        *(f"{i.head} ({c.unit})" if c and c.unit else i.head for i, c in zip(chosen, columns, strict=True)),
    )
    rows = [
        Row((view.name(a), *(view.text(view.cell(c, a), c) for c in columns)), target=view.target(a))
        for a in view.areas.ids
    ]
    town = (
        t("{town} as a whole", town=view.edition.town),
        *(view.text(view.town_cell(c), c) for c in columns),
    )
    rows.append(Row(town, "total"))
    for name, values in view.edition.compare.items():
        cells = (
            t.number(values[i.key], c.decimals if c else 1) if i.key in values else SIGNS["missing"]
            for i, c in zip(chosen, columns, strict=True)
        )
        rows.append(Row((name, *cells)))
    caption = t("All indicators in comparison, {when}", when=view.period.label)
    numeric = (False, *(True for _ in chosen))
    return view.with_signs(
        TableBlock(key, caption, head, tuple(rows), numeric, source=view.sources(*columns), size="small")
    )

"""One part an indicator: what a reader needs in three sentences, definition, map, time line, table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.report import insight, say
from lebenslagen.report.chapters.common import LONG, Head, grouped, of_column, opening, own_words, paragraphs
from lebenslagen.report.chapters.front import town_sentence
from lebenslagen.report.chapters.people import signed
from lebenslagen.report.document import (
    Block,
    FigureBlock,
    Paragraph,
    Row,
    Run,
    Section,
    TableBlock,
    plain,
    runs,
    slug,
)
from lebenslagen.report.pictures import indicator_lines, indicator_map
from lebenslagen.texts import N_, SIGNS

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column
    from lebenslagen.edition import Period
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.view import View

__all__ = ["context", "indicator_table", "indicators", "one"]

# What a part may show: the beginning of the block's id, and how it is spoken of.
SHOWN = (("karte", N_("the map")), ("verlauf", N_("the time line")), ("tabelle", N_("the table")))
BELOW = 465.0  # height of a map (units) that shares its page with the overview
MANY = 8  # more areas without a figure than this are not named under their table


def indicators(view: View) -> Section | None:
    """The indicators of the report, each by the same function.

    >>> indicators.__name__
    'indicators'
    """
    if not view.indicators:
        return None
    t = view.t
    sections = [one(view, i, start="page" if n else _first(view, i)) for n, i in enumerate(view.indicators)]
    count = len(view.indicators)
    fields = {i.dimension for i in view.indicators if i.dimension}
    labels = [d.label for d in view.edition.catalogue.dimensions if d.key in fields]
    lead = opening(
        t.plural(
            "One indicator describes how people live.", "{n} indicators describe how people live.", count
        ),
        t("They belong to the fields: {fields}.", fields=say.listed(labels, t)) if labels else "",
        _shown(view, sections),
    )
    compared = t(
        "Changes are reckoned from exact values and rounded afterwards; they can therefore differ by 0.1 from the "
        "difference of the printed ones. Where only rounded values are published, their difference stands there, and "
        "the table says so."
    )
    notes = paragraphs(compared) if view.previous else ()
    parts: tuple[Block, ...] = (
        _overview(view),
        *notes,
        *_places(view),
        *sections,
    )
    return Section(
        "indikatoren", t("Indicators"), (*lead, *own_words(view, "indikatoren"), *parts), start="page"
    )


def _first(view: View, indicator: Indicator) -> str:
    """A part of words and a map alone may follow the overview; one with lines and tables has two pages to itself."""
    return "fit" if len(view.areas) > LONG and len(view.periods_of(indicator.key)) < 2 else "page"


def _shown(view: View, sections: Sequence[Section]) -> str:
    """What the parts show after their words, and where the values stand if there are no tables."""
    t, blocks = view.t, [block for section in sections for block in section.blocks]
    kinds = {block.id.partition("-")[0] for block in blocks if isinstance(block, FigureBlock)}
    tables = any(isinstance(block, TableBlock) for block in blocks)
    found = [t(words) for kind, words in SHOWN if kind in kinds or (kind == "tabelle" and tables)]
    said = t("Each part says first what a reader needs, then shows {shown}.", shown=say.listed(found, t))
    if tables or "anhang" not in view.chapters:
        return said if found else ""
    return f"{said} {t('The values of all areas stand in the annex.')}"


def _places(view: View) -> Iterator[Block]:
    """All areas beside the places named for comparison, where no chapter on the index shows them."""
    from lebenslagen.report.chapters.index import comparison_table

    if view.edition.compare and "index" not in view.edition.chapters:
        yield comparison_table(view)


def _overview(view: View) -> TableBlock:
    """All indicators of the town in one table: now, in the last edition, and between which values the areas lie."""
    t, rows = view.t, []
    told = any(view.town_cell(view.latest(i.key)).value is not None for i in view.indicators)
    previous = view.previous if told else None
    for indicator in view.indicators:
        column = view.latest(indicator.key)
        before = view.rate(indicator.key, previous.key) if previous else None
        town = view.town_id, view.town_level
        values = view.values(column).values()
        reach = (
            t("{low} to {high}", low=view.number(min(values), column), high=view.number(max(values), column))
            if values
            else SIGNS["missing"]
        )
        cells = [view.text(view.town_cell(column), column, unit=True)] if told else []
        if previous:
            cells += [
                view.text(view.town_cell(before), before, unit=True),
                _change(view, indicator.key, column, before)(*town),
            ]
        rows.append(Row((indicator.label, *cells, reach), target=slug("indikator", indicator.key)))
    earlier = (previous.label, t("Change")) if previous else ()
    head = (t("Indicator"), *((view.period.label,) if told else ()), *earlier, view.plural())
    caption = (
        t("The indicators for {town}, and between which values the areas lie", town=view.edition.town)
        if told
        else t("The indicators, and between which values the areas lie, {when}", when=view.period.label)
    )
    note = t("The change is the difference of the rounded values.") if previous else ""
    table = TableBlock(
        "tabelle-ueberblick", caption, head, tuple(rows), (False, *(True for _ in head[1:])), note=note,
        pages=t("Page"),
    )  # fmt: skip
    return view.with_signs(table)


def context(view: View) -> Section | None:
    """Indicators outside the index, some of them only known for coarser areas.

    >>> context.__name__
    'context'
    """
    if not view.contexts:
        return None
    t = view.t
    names = say.listed([i.label for i in view.contexts], t)
    lead = opening(
        t("These indicators complete the picture and are not part of the index: {names}.", names=names),
        t(
            "Where an indicator is only delivered for larger areas, it stands here for those; it is not "
            "divided among smaller ones."
        ),
    )
    parts = tuple(one(view, i, start="page" if n else "") for n, i in enumerate(view.contexts))
    return Section(
        "kontext", t("Further indicators"), (*lead, *own_words(view, "kontext"), *parts), start="page"
    )


def one(view: View, indicator: Indicator, start: str = "page") -> Section:
    """The part of one indicator.

    >>> one.__name__
    'one'
    """
    blocks: list[Block] = [
        *opening(town_sentence(view, indicator, reason=False), say.spread(view, indicator))
    ]
    blocks += paragraphs(*_remarks(view, indicator))
    letters = sum(len(plain(block.runs)) for block in blocks if isinstance(block, Paragraph))
    picture = indicator_map(view, indicator, BELOW if start == "fit" else _map_height(letters))
    lines = indicator_lines(view, indicator)
    blocks += [block for block in (picture,) if block]
    blocks.append(_definition(view, indicator))
    blocks += [block for block in (lines,) if block]
    blocks += _tables(view, indicator)
    return Section(
        slug("indikator", indicator.key), indicator.label, tuple(blocks), short=indicator.head, start=start
    )


def _map_height(letters: int) -> float:
    """How high a map may be (units) so that it stays on the page with the words before it."""
    return max(440.0, 620.0 - 0.5 * max(0, letters - 700))


def _definition(view: View, indicator: Indicator) -> Block:
    """What is counted, in small type: there for whoever asks, out of the way of whoever reads on."""
    t = view.t
    said = indicator.description or indicator.label
    if indicator.published:
        said += " " + t(
            "This rate was published by its source itself; the counts behind it are not available."
        )
    return Paragraph(runs(Run(t("What is counted:"), bold=True), f" {said}"), "small")


def _remarks(view: View, indicator: Indicator) -> Iterator[str]:
    """Where the indicator moved against the town or by the break, and where people moving in hide its level."""
    yield _strongest(view, indicator)
    for grown in insight.growth(view):
        if grown.indicator == indicator.key:
            yield growth_sentence(view, grown)


def growth_sentence(view: View, grown: insight.Growth, *, named: bool = True) -> str:
    """That a rate fell while its base grew: what it would be if none of those who came received benefits.

    >>> growth_sentence.__name__
    'growth_sentence'
    """
    t, column = view.t, view.rate(grown.indicator)
    decimals = column.decimals if column else 1
    name = f"{view.name(grown.area)}: " if named else ""
    return name + t(
        "The group behind “{label}” has grown by {more} since {earlier}. With the group of that time the "
        "value would be {without} instead of {now}: {size} of the fall come from the larger group by calculation, if "
        "nobody of those who came is counted here.",
        label=view.edition.catalogue.indicator(grown.indicator).head,
        more=t.number(grown.more),
        earlier=view.previous.label if view.previous else "",
        without=t.number(grown.without, decimals),
        now=view.number(grown.now, column, unit=True),
        size=say.points(grown.points, decimals, t),
    )


def _strongest(view: View, indicator: Indicator) -> str:
    """The areas that rose and fell most since the last edition, and what of it falls on a break."""
    column = view.rate(indicator.key)
    if view.previous is None or column is None or view.level not in view.levels_of(column):
        return ""
    moves = _moves(view, indicator, view.previous)
    if len(moves) < 2:
        return ""
    t = view.t
    up, down = max(moves, key=lambda a: moves[a].change), min(moves, key=lambda a: moves[a].change)
    said = []
    if moves[up].change > 0:
        words = t(
            "The value has risen most in {name}: from {old} to {new}.",
            name=view.name(up),
            **_from_to(view, moves[up], column),
        )
        said.append(
            f"{words} {say.of_breaks(view, indicator, moves[up], column.decimals, reason=False)}".rstrip()
        )
    if moves[down].change < 0:
        said.append(
            t(
                "It has fallen most in {name}: from {old} to {new}.",
                name=view.name(down),
                **_from_to(view, moves[down], column),
            )
        )
    return " ".join(said)


def _moves(view: View, indicator: Indicator, earlier: Period) -> dict[str, insight.Move]:
    found = ((area, insight.move(view, indicator, earlier, view.period, area)) for area in view.areas.ids)
    return {area: movement for area, movement in found if movement is not None}


def _from_to(view: View, movement: insight.Move, column: Column) -> dict[str, str]:
    return {"old": view.number(movement.before, column), "new": view.number(movement.now, column, unit=True)}


# --- tables ----------------------------------------------------------------------------------------------------------


def _tables(view: View, indicator: Indicator) -> Iterable[Block]:
    column = view.latest(indicator.key)
    if column is None:
        return
    levels = view.levels_of(column)
    if view.level in levels and len(view.areas) <= LONG:
        yield indicator_table(view, indicator, column)
    elif view.level not in levels:
        yield _coarse_table(view, indicator, column)


def heads_of(view: View, indicator: Indicator, column: Column) -> list[Head]:
    """Value now, value of the last edition, change, and the count behind the value.

    >>> heads_of.__name__
    'heads_of'
    """
    t = view.t
    unit = f" ({column.unit})" if column.unit else ""
    when = view.edition.period_of(column.period)
    heads = [of_column(view, f"{when.label}{unit}", column)]
    before = (
        view.rate(indicator.key, view.previous.key)
        if view.previous and column.period == view.period.key
        else None
    )
    if before is not None and view.previous:
        heads.append(of_column(view, f"{view.previous.label}{unit}", before))
        heads.append(Head(t("Change"), _change(view, indicator.key, column, before)))
    counted = view.count(indicator.numerator, column.period) if indicator.numerator else None
    if counted is not None:
        heads.append(of_column(view, t("Number"), counted))
    return heads


def _change(
    view: View, indicator: str, now: Column | None, before: Column | None
) -> Callable[[str, str], str]:
    """The change as released; where none is, the difference of the rounded values."""
    released = view.change(indicator, before.period, now.period) if now and before else None

    def printed(area: str, level: str) -> str:
        exact = released.cells.get(level, {}).get(area) if released else None
        if exact is not None:
            decimals = released.decimals if released else 1
            return (
                signed(view, exact.value, decimals) if isinstance(exact.value, Decimal) else SIGNS[exact.mark]
            )
        new, old = view.cell(now, area, level), view.cell(before, area, level)
        if isinstance(new.value, Decimal) and isinstance(old.value, Decimal):
            return signed(view, new.value - old.value, now.decimals if now else 1)
        return SIGNS[new.mark or old.mark or "missing"]

    return printed


def _change_note(view: View, indicator: str, column: Column) -> str:
    """That a change was made from rounded values, and for which rows; nothing where every change is a released one."""
    before = view.rate(indicator, view.previous.key) if view.previous else None
    if before is None or column.period != view.period.key:
        return ""
    released = view.change(indicator, before.period, column.period)
    known = set(view.levels_of(released)) if released else set()
    rough = [level for level in view.levels_of(column) if level not in known]
    if not rough:
        return ""
    if not known:
        return view.t("The change is the difference of the rounded values.")
    names = [view.edition.town if level == view.town_level else view.plural(level) for level in rough]
    return view.t(
        "For {names} the change is the difference of the rounded values.", names=say.listed(names, view.t)
    )


def _missing_note(view: View, column: Column) -> str:
    """Which areas have no figure, and that sums which would need it are missing for that reason."""
    t, finest = view.t, view.level if view.level in view.levels_of(column) else ""
    lost = [a for a in view.areas.ids if view.cell(column, a).mark == "missing"] if finest else []
    if not lost or len(lost) > MANY:
        return ""
    said = t("The supplier gives no figure for {names}.", names=say.listed([view.name(a) for a in lost], t))
    coarser = [level for level in view.levels_of(column) if level != finest]
    sums = [
        view.edition.town if level == view.town_level else view.name(area, level)
        for level in coarser
        for area in view.edition.areas[level].ids
        if view.cell(column, area, level).mark == "missing"
    ]
    if not sums:
        return said
    return f"{said} {t('Therefore the sums for {names} are missing as well.', names=say.listed(sums, t))}"


def indicator_table(view: View, indicator: Indicator, column: Column, key: str = "tabelle") -> TableBlock:
    """The table of an indicator by area, grouped by the coarser areas.

    >>> indicator_table.__name__
    'indicator_table'
    """
    label = view.edition.period_of(column.period).label
    caption = view.t("{label}, {when}", label=indicator.label, when=label)
    notes = (_missing_note(view, column), _change_note(view, indicator.key, column))
    return grouped(
        view, slug(key, indicator.key), caption, heads_of(view, indicator, column), view.sources(column),
        note=" ".join(note for note in notes if note),
    )  # fmt: skip


def _coarse_table(view: View, indicator: Indicator, column: Column) -> TableBlock:
    """The table of an indicator that is only known for coarser areas."""
    heads = heads_of(view, indicator, column)
    levels = [level for level in view.levels_of(column) if level != view.town_level]
    rows = [
        Row((view.name(a, level), *(h.cell(a, level) for h in heads)), target=view.target(a, level))
        for level in levels[:1]
        for a in view.edition.areas[level].ids
    ]
    town = (
        view.t("{town} as a whole", town=view.edition.town),
        *(h.cell(view.town_id, view.town_level) for h in heads),
    )
    rows.append(Row(town, "total"))
    title = (view.label(levels[0]) if levels else view.edition.town, *(h.title for h in heads))
    label = view.edition.period_of(column.period).label
    caption = view.t("{label}, {when}", label=indicator.label, when=label)
    numeric = (False, *(h.numeric for h in heads))
    return view.with_signs(
        TableBlock(
            slug("tabelle", indicator.key), caption, title, tuple(rows), numeric, source=view.sources(column),
            note=_change_note(view, indicator.key, column),
        )
    )  # fmt: skip

"""Profiles: one spread an area, everything in the same place; the same function for every level."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.disclosure.release import Cell
from lebenslagen.figures import contributions, dot_strip, locator, strip
from lebenslagen.report import insight, say
from lebenslagen.report.chapters.classes import (
    class_label,
    odd_sentence,
    risk_label,
    single_sentence,
    unsure_sentence,
)
from lebenslagen.report.chapters.common import opening, own_words, paragraphs
from lebenslagen.report.chapters.indicators import growth_sentence
from lebenslagen.report.chapters.people import children, signed
from lebenslagen.report.document import (
    Block,
    Bullets,
    Columns,
    FigureBlock,
    KeyFacts,
    Paragraph,
    Part,
    Row,
    Run,
    Section,
    Spread,
    TableBlock,
    runs,
    slug,
)
from lebenslagen.report.pictures import own_line
from lebenslagen.texts import SIGNS

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column
    from lebenslagen.figures import Figure, Strip
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.view import View

__all__ = ["profile", "profiles"]

LINE_WIDTH, LINE_HEIGHT, STRIP_WIDTH = 364, 140, 322  # units; two side by side fill the type area
UNJUDGED = ("context", "neutral")
MOST = 4  # sentences in a list of a profile
GROWN = Decimal("1.02")  # times the residents of the last report from which growth is named
YOUNG = Decimal("1.08")  # times the town's share of children from which many children are named
BETTER = Decimal("0.15")  # share of the town's value by which an area must lie below it to be named
MOST_OF = Decimal(
    "0.75"
)  # share of the areas that must have more burden, where the town's value is not known


def profiles(view: View) -> Section | None:
    """A profile for each area of each level that is to have them.

    >>> profiles.__name__
    'profiles'
    """
    t = view.t
    levels = [level for level in view.profile_levels if level in view.edition.areas]
    if not levels:
        return None
    lead = opening(
        t("Each area has two pages on which everything stands in the same place."),
        t("They begin with what is good there."),
        t("The dark dot is the area itself, each pale dot another area; the line marks the town as a whole."),
    )
    shared = _Shared(view)
    coarse_first = sorted(levels, key=lambda level: -[x.key for x in view.edition.levels].index(level))
    parts = tuple(
        _level_part(view, level, shared, "page" if n else "") for n, level in enumerate(coarse_first)
    )
    return Section(
        "steckbriefe", t("Profiles"), (*lead, *own_words(view, "steckbriefe"), *parts), start="page"
    )


def _level_part(view: View, level: str, shared: _Shared, start: str) -> Section:
    areas = view.edition.areas[level]
    made = tuple(profile(view, area, level, shared) for area in areas.ids)
    return Section(slug("profile", level), view.plural(level), (_register(view, level), *made), start=start)


def _register(view: View, level: str) -> TableBlock:
    """Where the profile of each area stands, grouped as in all tables."""
    areas, rows = view.edition.areas[level], []
    for group, inside in view.groups if level == view.level else (("", areas.ids),):
        rows += [Row((view.name(group, view.group_level),), "group")] if group else []
        rows += [
            Row(
                (view.name(area, level), *_register_cells(view, area, level)), target=view.anchor(area, level)
            )
            for area in inside
        ]
    head = (
        view.label(level),
        view.t("Residents"),
        *((view.t("Risks of poverty"),) if _graded(view, level) else ()),
    )
    numeric = (False, True, False)[: len(head)]
    table = TableBlock(slug("register", level), "", head, tuple(rows), numeric, pages=view.t("Page"))
    return view.with_signs(table)


def _graded(view: View, level: str) -> bool:
    return view.index is not None and level == view.level


def _register_cells(view: View, area: str, level: str) -> Iterator[str]:
    residents = view.count(view.residents) if view.residents else None
    yield view.text(view.cell(residents, area, level), residents)
    if _graded(view, level):
        status = view.cell(view.of_index("class"), area)
        yield risk_label(view, status.value) if status.value is not None else SIGNS[status.mark]


class _Shared:
    """What all profiles use and is found out once: strips by level and indicator, what stands out by area."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.strips: dict[tuple[str, str], Strip] = {}
        self.odd = {one.area: one for one in insight.odd(view)}
        self.single = {one.area: one for one in insight.single(view)}
        self.growth = {one.area: one for one in insight.growth(view)}
        self.unsure = {one.area: one for one in insight.unsure(view)}
        self.z = {i.key: insight.z_values(view, i) for i in view.indicators}

    def strip(self, indicator: Indicator, column: Column, level: str) -> Strip:
        key = (level, indicator.key)
        if key not in self.strips:
            self.strips[key] = strip(
                indicator.head,
                column.cells.get(level, {}),
                self.view.town_cell(column),
                mean_label=self.view.edition.town,
                unit=column.unit,
                decimals=column.decimals,
                width=STRIP_WIDTH,
            )
        return self.strips[key]


def profile(view: View, area: str, level: str, shared: _Shared | None = None) -> Section:
    """The spread of one area: left what it is and where it stands, right how it moved and why.

    >>> profile.__name__
    'profile'
    """
    known = shared or _Shared(view)
    left = (
        _top(view, area, level, known),
        *_positions(view, area, level, known),
        *_explained(view, area, level),
    )
    words = (tuple(_changed(view, area, level)), tuple(_notes(view, area, level, known)))
    beneath: tuple[Block, ...] = (Columns(words, (1, 1)),) if any(words) else ()
    right = tuple(_lines(view, area, level))
    if level == view.level:
        right += beneath
    else:  # no index value to explain: the room for it is free
        left += beneath
    listed = len(view.edition.areas[level]) <= 60
    start = "left" if right else "profile"
    return Section(
        view.anchor(area, level), view.name(area, level), (Spread(left, right),), start=start, listed=listed
    )


# --- left page -------------------------------------------------------------------------------------------------------


def _top(view: View, area: str, level: str, shared: _Shared) -> Columns:
    """Where it lies, how many live there, what is good there; at the right the map of where it lies."""
    picture = locator(view.frame, level, area, view.t, uid=slug("lage", level, area), width=200)
    here = FigureBlock(slug("lage", level, area), picture, "", twin=False, sentence="")
    words: tuple[Block, ...] = (
        Paragraph(runs(_place(view, area, level)), "small"),
        KeyFacts(_facts(view, area, level)),
        *_strengths(view, area, level, shared),
    )
    return Columns((words, (here,)), (2.6, 1), 72)


def _place(view: View, area: str, level: str) -> str:
    t = view.t
    areas = view.edition.areas[level]
    parts = [view.label(level)]
    above = areas.parent(area)
    keys = [x.key for x in view.edition.levels]
    coarser = keys[keys.index(level) + 1] if keys.index(level) + 1 < len(keys) else ""
    if above and coarser and coarser != view.town_level and above in view.edition.areas[coarser].ids:
        parts.append(f"{view.label(coarser)} {view.name(above, coarser)}")
    parts.append(t("key {key}", key=area))
    return " · ".join(parts)


def _facts(view: View, area: str, level: str) -> tuple[tuple[str, str, str], ...]:
    t = view.t
    facts = []
    residents = view.count(view.residents) if view.residents else None
    if residents is not None:
        facts.append(
            (
                view.text(view.cell(residents, area, level), residents),
                t("people live here"),
                view.period.label,
            )
        )
    if level == view.level and view.index is not None:
        status = view.cell(view.of_index("class"), area)
        moving = view.cell(view.of_index("dynamics_class"), area)
        value = risk_label(view, status.value) if status.value is not None else SIGNS[status.mark]
        notes = []
        if status.value is not None:
            notes.append(t("status: {label}", label=class_label(view, status.value)))
        if moving.value is not None:
            notes.append(t("dynamics: {label}", label=class_label(view, moving.value, dynamics=True)))
        facts.append((value, t("risks of poverty in comparison"), " · ".join(notes)))
    elif residents is not None:
        inside = _inside(view, area, level)
        if inside:
            facts.append((str(len(inside)), view.plural(), ""))
    first = next(iter(view.indicators), None)
    column = view.latest(first.key) if first else None
    if first and column and area in column.cells.get(level, {}):
        town = t(
            "{town}: {value}",
            town=view.edition.town,
            value=view.text(view.town_cell(column), column, unit=True),
        )
        facts.append((view.text(view.cell(column, area, level), column, unit=True), first.head, town))
    return tuple(facts[:3]) or ((view.name(area, level), view.label(level), ""),)


def _inside(view: View, area: str, level: str) -> tuple[str, ...]:
    return view.areas.children(area) if level == view.group_level else ()


def _strengths(view: View, area: str, level: str, shared: _Shared) -> tuple[Block, ...]:
    t = view.t
    found = [
        *_better_than_town(view, area, level),
        *_improved(view, area, level),
        *_growing(view, area, level),
    ]
    if not found:
        found = [
            t(
                "The figures of this report show none that could be named. What makes an area strong is "
                "seldom counted: neighbours, clubs, people who help."
            )
        ]
    return (
        Part(t("What is good here"), (Bullets(tuple(runs(text) for text in found[:MOST]), "strengths"),)),
    )


def _judged(view: View) -> tuple[Indicator, ...]:
    """The indicators of which less is good in itself: not where people come from, or how many children they have."""
    return tuple(indicator for indicator in view.indicators if indicator.aspect not in UNJUDGED)


def _better_than_town(view: View, area: str, level: str) -> Iterator[str]:
    """Up to two indicators with clearly less burden than the town (where it is not known: than most areas)."""
    t, better = view.t, []
    for indicator in _judged(view):
        column = view.latest(indicator.key)
        own, town = view.cell(column, area, level).value, view.town_cell(column).value
        if column is None or not isinstance(own, Decimal):
            continue
        if isinstance(town, Decimal) and town:
            gain = indicator.direction * (town - own) / town
            said = t("more favourable than in the town ({town})", town=view.number(town, column, unit=True))
        else:
            gain, said = _better_than_most(view, indicator, column, own, level)
        if gain >= BETTER:
            words = t(
                "{label}: {value}, {better}.",
                label=indicator.head,
                value=view.number(own, column, unit=True),
                better=said,
            )
            better.append((gain, words))
    yield from (words for _, words in sorted(better, key=lambda b: -b[0])[:2])


def _better_than_most(
    view: View, indicator: Indicator, column: Column, own: Decimal, level: str
) -> tuple[Decimal, str]:
    """The share of areas with more burden beyond three quarters, and how many they are."""
    others = view.values(column, level).values()
    worse = sum(indicator.direction * (value - own) > 0 for value in others)
    share = Decimal(worse) / max(len(others), 1)
    said = view.t(
        "more favourable than in {n} of {total} {among}", n=worse, total=len(others), among=view.among(level)
    )
    return (share - MOST_OF if share >= MOST_OF else Decimal(0)) + (BETTER if share >= MOST_OF else 0), said


def _improved(view: View, area: str, level: str) -> Iterator[str]:
    """The indicator that improved most against the town since the last edition, where it improved at all."""
    if view.previous is None:
        return
    best: tuple[Decimal, str] | None = None
    for indicator in _judged(view):
        own = insight.move(view, indicator, view.previous, view.period, area, level)
        town = insight.move(view, indicator, view.previous, view.period)
        column = view.rate(indicator.key)
        if own is None or town is None or column is None:
            continue
        gain = -indicator.direction * own.change
        ahead = gain + indicator.direction * town.change
        if gain > 0 and ahead > 0 and gain >= Decimal("0.5") and (best is None or ahead > best[0]):
            values = {"old": view.number(own.before, column), "new": view.number(own.now, column, unit=True)}
            best = (
                ahead,
                view.t(
                    "{label}: better since {earlier}, from {old} to {new}.",
                    label=indicator.head,
                    earlier=view.previous.label,
                    **values,
                ),
            )
    if best:
        yield best[1]


def _growing(view: View, area: str, level: str) -> Iterator[str]:
    """More people than in the last report, or more children than in the town."""
    t, earlier = view.t, view.previous
    now = _number(view, view.residents, area, level)
    old = _number(view, view.residents, area, level, earlier.key) if earlier else None
    if earlier and now and old and now / old >= GROWN:
        more = t.number(now - old)
        yield t("More people live here: {more} more than on {earlier}.", more=more, earlier=earlier.label)
    own, town = children(view, area, level), children(view, view.town_id, view.town_level)
    if own and town and own[1] >= town[1] * YOUNG:
        yield t(
            "Many children: {share} of 100 residents are under {age} (town: {town}).",
            share=t.number(own[1], 1), town=t.number(town[1], 1), age=own[0],
        )  # fmt: skip


def _number(view: View, variable: str, area: str, level: str, period: str = "") -> Decimal | None:
    value = view.cell(view.count(variable, period) if variable else None, area, level).value
    return value if isinstance(value, Decimal) else None


def _positions(view: View, area: str, level: str, shared: _Shared) -> Iterator[Block]:
    """One strip an indicator, two side by side, all indicators in the order of the report."""
    t = view.t
    made: list[tuple[Block, ...]] = []
    for indicator in (*view.indicators, *view.contexts):
        column = view.latest(indicator.key)
        if column is None or area not in column.cells.get(level, {}):
            continue
        base = shared.strip(indicator, column, level)
        key = slug("stand", level, area, indicator.key)
        figure = dot_strip(base, area, view.name(area, level), t, uid=key)
        label = Paragraph(runs(Run(indicator.head, bold=True), *_period_note(view, column)), "small")
        made.append((label, FigureBlock(key, figure, "", twin=False, sentence="")))
    if made:
        yield Part(t("Where it stands among all {among}", among=view.among(level)), tuple(_pairs(made)))


def _period_note(view: View, column: Column) -> tuple[str, ...]:
    return () if column.period == view.period.key else (f" ({view.edition.period_of(column.period).label})",)


def _pairs(cells: list[tuple[Block, ...]], wide: int = 2) -> Iterator[Block]:
    for start in range(0, len(cells), wide):
        row = cells[start : start + wide]
        row += [()] * (wide - len(row))
        yield Columns(tuple(row), (1,) * wide)


# --- right page ------------------------------------------------------------------------------------------------------


def _lines(view: View, area: str, level: str) -> Iterator[Block]:
    t = view.t
    made: list[tuple[Block, ...]] = []
    for indicator in (*view.indicators, *view.contexts):
        figure = own_line(view, indicator, area, level, LINE_WIDTH, LINE_HEIGHT)
        if figure is not None:
            key = slug("linie", level, area, indicator.key)
            label = Paragraph(runs(Run(indicator.head, bold=True)), "small")
            made.append((label, FigureBlock(key, figure, "", sentence="")))
    if made:
        yield Part(t("How it has developed"), tuple(_pairs(made)))


def _explained(view: View, area: str, level: str) -> Iterator[Block]:
    """The contributions that add up to the index value, or why none is shown; nothing for coarser areas."""
    info, t = view.index, view.t
    if info is None or level != view.level:
        return
    columns = [(key, view.of_index("contribution", key)) for key, *_ in info.parts]
    total = view.cell(view.of_index("score"), area)
    title = t("What adds up to the index value")
    if _excluded(view, area):
        yield Part(
            title, paragraphs(t("Not part of the index: {reason}.", reason=info.excluded[area].rstrip(".")))
        )
    elif total.mark == "withheld":
        yield Part(
            title,
            paragraphs(
                t(
                    "The index value and its contributions are not published here: from them a number "
                    "could be calculated that must stay "
                    "hidden."
                )
            ),
        )
    elif total.value is not None and any(column for _, column in columns):
        parts = [
            (view.edition.catalogue.indicator(key).head, view.cell(column, area)) for key, column in columns
        ]
        figure = _contribution_figure(view, area, parts, total)
        yield Part(title, (FigureBlock(slug("beitraege", area), figure, "", sentence=""),))


def _contribution_figure(view: View, area: str, parts: list[tuple[str, Cell]], total: Cell) -> Figure:
    info, column = view.index, view.of_index("score")
    favourable = info is not None and info.orientation == "favourable"
    return contributions(
        view.t("Contributions to the index value"),
        parts,
        total,
        view.t,
        total_label=view.t("Index value"),
        favourable=favourable,
        decimals=column.decimals if column else 2,
        width=620,
        uid=slug("beitraege", area),
    )


def _changed(view: View, area: str, level: str) -> Iterator[Block]:
    t = view.t
    if view.previous is None:
        return
    items = [text for text in (_class_change(view, area, level), *_largest_moves(view, area, level)) if text]
    if not items:
        return
    title = t("Since the last report ({earlier})", earlier=view.previous.label)
    yield Part(title, (Bullets(tuple(runs(text) for text in items[:MOST]), "fitted"),))


def _class_change(view: View, area: str, level: str) -> str:
    t, previous = view.t, view.previous
    if view.index is None or level != view.level or previous is None:
        return ""
    now = view.cell(view.of_index("class"), area).value
    before = view.before_class(area)
    if not (isinstance(now, str) and isinstance(before, str)):
        return ""
    if now == before:
        return t("The status is the same as in the last report: {label}.", label=class_label(view, now))
    return t(
        "The status is now “{now}”; in the last report it was “{before}”.",
        now=class_label(view, now),
        before=class_label(view, before),
    )


def _largest_moves(view: View, area: str, level: str) -> Iterator[str]:
    """The indicators that moved most, measured in the spread of the areas; breaks said."""
    previous = view.previous
    if previous is None:
        return
    found = []
    for indicator in view.indicators:
        movement = insight.move(view, indicator, previous, view.period, area, level)
        column = view.rate(indicator.key)
        if movement is not None and column is not None and movement.change:
            scale = abs(movement.before) or Decimal(1)
            found.append((abs(movement.change) / scale, indicator, movement, column))
    for _, indicator, movement, column in sorted(found, key=lambda f: -f[0])[:3]:
        size = signed(view, movement.change, column.decimals)
        said = view.t(
            "{label}: {old} → {new} ({size} percentage points).",
            label=indicator.head,
            old=view.number(movement.before, column),
            new=view.number(movement.now, column, unit=True),
            size=size,
        )
        yield f"{said} {_short_break(view, indicator, movement, column)}".rstrip()


def _short_break(view: View, indicator: Indicator, movement: insight.Move, column: Column) -> str:
    """The part of a movement that falls on a break, without its reason: that stands in the chart above."""
    if not movement.breaks:
        return ""
    t = view.t
    when = say.listed([found.period for found in movement.breaks], t)
    if movement.at_breaks is None or movement.share is None:
        return t("A break of the time series ({when}) lies in between.", when=when)
    part = say.part_words(movement.share, t)
    if not part:
        return t("The break of {when} accounts for more than that.", when=when)
    return t("Of this, {part} falls on the break of {when}.", part=part, when=when)


def _notes(view: View, area: str, level: str, shared: _Shared) -> Iterator[Block]:
    """What must be known to read this area's numbers rightly."""
    t, items = view.t, []
    if level == view.level:
        items += [unsure_sentence(view, shared.unsure[area], named=False)] if area in shared.unsure else []
        items += (
            [odd_sentence(view, shared.odd[area], named=False)]
            if area in shared.odd and not _excluded(view, area)
            else []
        )
        items += [single_sentence(view, shared.single[area], named=False)] if area in shared.single else []
        items += [growth_sentence(view, shared.growth[area])] if area in shared.growth else []
    items += _missing_notes(view, area, level)
    if items:
        shown = tuple(runs(text[:1].upper() + text[1:]) for text in items[:MOST])
        yield Part(t("Notes"), (Bullets(shown, "fitted"),))


def _excluded(view: View, area: str) -> bool:
    return view.index is not None and area in view.index.excluded


def _missing_notes(view: View, area: str, level: str) -> list[str]:
    t = view.t
    hidden = [
        i.head for i in view.indicators if view.cell(view.latest(i.key), area, level).mark == "withheld"
    ]
    coarse = [
        i.head
        for i in view.contexts
        if (c := view.latest(i.key)) is not None and area not in c.cells.get(level, {})
    ]
    notes = _estimated(view, area, level)
    if hidden:
        notes.append(
            t("Not published, so that nobody can be recognised: {names}.", names=say.listed(hidden, t))
        )
    if coarse:
        notes.append(t("Only known for larger areas: {names}.", names=say.listed(coarse, t)))
    return notes


def _estimated(view: View, area: str, level: str) -> list[str]:
    """That older values were converted to today's boundaries, where this concerns the area."""
    periods = [
        period
        for period in view.edition.periods
        if any(view.cell(view.rate(i.key, period.key), area, level).estimated for i in view.indicators)
    ]
    if not periods:
        return []
    years = sorted({period.as_of.year for period in periods})
    t, since = view.t, view.t.date(view.areas.vintage)
    if len(years) == 1:
        return [
            t(
                "The values of {first} are estimated for the boundaries of {since}.",
                first=years[0],
                since=since,
            )
        ]
    return [
        t("The values from {first} to {last} are estimated for the boundaries of {since}.",
          first=years[0], last=years[-1], since=since)
    ]  # fmt: skip

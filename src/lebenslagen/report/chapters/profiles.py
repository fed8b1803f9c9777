"""Profiles: one spread an area, everything in the same place; the same function for every level."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.disclosure.release import Cell
from lebenslagen.figures import contributions, dot_strip, locator, strip
from lebenslagen.report import insight, say
from lebenslagen.report.chapters.classes import (
    UNJUDGED,
    class_label,
    dilution_sentence,
    early_sentence,
    odd_sentence,
    risk_label,
    silent_sentence,
    single_sentence,
    unsure_sentence,
)
from lebenslagen.report.chapters.common import LONG, opening, own_words, paragraphs
from lebenslagen.report.chapters.indicators import growth_sentence
from lebenslagen.report.chapters.people import signed
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
from lebenslagen.strengths import dilution, no_strength, strengths
from lebenslagen.texts import SIGNS

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column
    from lebenslagen.figures import Figure, Strip
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.view import View

__all__ = ["profile", "profiles"]

LINE_WIDTH, LINE_HEIGHT, STRIP_WIDTH = 364, 140, 322  # units; two side by side fill the type area
MOST = 4  # sentences in a list of a profile


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
        t("Each area has two pages on which everything stands in the same place.")
        if _spread(view)
        else t("Each area has a page on which everything stands in the same place."),
        t("They begin with what is good there."),
        t("The dark dot is the area itself, each pale dot another area; the line marks the town as a whole."),
    )
    shared = _Shared(view)
    coarse_first = sorted(levels, key=lambda level: -[x.key for x in view.edition.levels].index(level))
    parts: list[Block] = []
    for level in coarse_first:
        parts += _of_level(view, level, shared)
    blocks = (*lead, *own_words(view, "steckbriefe"), *_registers(view, coarse_first), _guide(view), *parts)
    return Section("steckbriefe", t("Profiles"), blocks, start="page")


def _of_level(view: View, level: str, shared: _Shared) -> Iterator[Block]:
    """The profiles of a level; of very many areas those of each coarser area together, in a file of their own."""
    areas = view.edition.areas[level]
    if not _parted(view, level):
        yield from (profile(view, area, level, shared) for area in areas.ids)
        return
    for group, inside in view.groups:
        made = tuple(profile(view, area, level, shared) for area in inside)
        title = view.name(group, view.group_level) if group else view.t("Further areas")
        key = slug("steckbriefe", level, group or "weitere")
        register = _table(view, level, [_register_row(view, area, level) for area in inside], key)
        yield Section(key, title, (register, *made), start="page", file=key)


def _parted(view: View, level: str) -> bool:
    """Whether the profiles of a level are so many that those of each coarser area stand together."""
    return len(view.edition.areas[level]) > LONG and level == view.level and bool(view.group_level)


def _guide(view: View) -> Section:
    """How a profile is read; printed where a right page would otherwise stay empty."""
    t = view.t
    spread = _spread(view)
    items = (
        t("At the top: where the area lies, how many people live there, and what is good there."),
        t("Below: for each indicator a line from the lowest to the highest area. The dark dot is the area itself."),
        t("Then: what raises and what lowers the index value. The bars add up to it.") if view.index else "",
        t("On the right page: how the area has developed, beside the town as a whole. A dashed line marks a break, a gap "
          "a value that is not known.") if spread else "",
        t("At the end: what has changed since the last report, and what must be known to read the figures rightly.")
        if view.previous else t("At the end: what must be known to read the figures rightly."),
    )  # fmt: skip
    care = paragraphs(t("A profile describes an area, never the single people who live there."))
    blocks = (Bullets(tuple(runs(item) for item in items if item)), *care)
    start = "fill" if _spread(view) else ""
    return Section("steckbriefe-lesen", t("How a profile is read"), blocks, start=start, listed=False)


def _spread(view: View) -> bool:
    """Whether profiles have a second page: for time lines there must be several periods."""
    return any(len(view.periods_of(indicator.key)) > 1 for indicator in (*view.indicators, *view.contexts))


def _registers(view: View, levels: Sequence[str]) -> tuple[TableBlock, ...]:
    """Where the profile of each area stands: in one table where both levels have profiles, otherwise one a level."""
    whole = [level for level in levels if not _parted(view, level)]
    if tuple(whole) == (view.group_level, view.level):
        return (_register(view, view.level),)
    return tuple(_register(view, level) for level in whole)


def _register(view: View, level: str) -> TableBlock:
    areas, rows = view.edition.areas[level], []
    for group, inside in view.groups if level == view.level else (("", areas.ids),):
        rows += [_group_row(view, group)] if group else []
        rows += [_register_row(view, area, level) for area in inside]
    return _table(view, level, rows)


def _register_row(view: View, area: str, level: str) -> Row:
    cells = (view.name(area, level), *_register_cells(view, area, level))
    return Row(cells, target=view.anchor(area, level))


def _table(view: View, level: str, rows: Sequence[Row], part: str = "") -> TableBlock:
    graded = (view.t("Risks of poverty"),) if _graded(view, level) else ()
    head = (view.label(level), view.t("Residents"), *graded)
    numeric = (False, True, False)[: len(head)]
    key = slug("register", part) if part else slug("register", level)
    return view.with_signs(TableBlock(key, "", head, tuple(rows), numeric, pages=view.t("Page")))


def _group_row(view: View, group: str) -> Row:
    """The coarser area; with its residents and its page where it has a profile."""
    name, target = view.name(group, view.group_level), view.target(group, view.group_level)
    if not target:
        return Row((name,), "group")
    residents = view.count(view.residents) if view.residents else None
    number = view.text(view.cell(residents, group, view.group_level), residents)
    risk = (SIGNS["excluded"],) if _graded(view, view.level) else ()
    return Row((name, number, *risk), "group", target)


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
        self.silent, self.early = set(insight.silent(view)), set(insight.early(view))
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
    if level == view.level and right:
        right += beneath
    else:  # no index value to explain, or nothing to stand on a second page: the room for it is free
        left += beneath
    listed = len(view.edition.areas[level]) <= LONG
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
        *_strengths(view, area, level),
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
        mean = view.town_cell(column)
        town = t("{town}: {value}", town=view.edition.town, value=view.text(mean, column, unit=True))
        town = town if mean.value is not None else ""
        facts.append((view.text(view.cell(column, area, level), column, unit=True), first.head, town))
    return tuple(facts[:3]) or ((view.name(area, level), view.label(level), ""),)


def _inside(view: View, area: str, level: str) -> tuple[str, ...]:
    return view.areas.children(area) if level == view.group_level else ()


def _strengths(view: View, area: str, level: str) -> tuple[Block, ...]:
    found = strengths(view.edition, area, level, view.t) or (no_strength(view.t),)
    return (Part(view.t("What is good here"), (Bullets(tuple(runs(text) for text in found), "strengths"),)),)


def _judged(view: View) -> tuple[Indicator, ...]:
    """The indicators of which less is good in itself: not where people come from, or how many children they have."""
    return tuple(indicator for indicator in view.indicators if indicator.aspect not in UNJUDGED)


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
    """The contributions that add up to the index value, and which are not shown; nothing for coarser areas."""
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
        return
    parts = [(view.edition.catalogue.indicator(key).head, view.cell(column, area)) for key, column in columns]
    known = any(cell.value is not None for _, cell in parts)
    hidden = [name for name, cell in [(t("index value"), total), *parts] if cell.mark == "withheld"]
    blocks: list[Block] = []
    if known:
        figure = _contribution_figure(view, area, parts, total)
        blocks.append(FigureBlock(slug("beitraege", area), figure, "", sentence=""))
    if hidden:
        blocks += paragraphs(
            t(
                "Not published here, because a number could be calculated from it that must stay hidden: {names}.",
                names=say.listed(hidden, t),
            )
        )
    if total.estimated:
        blocks += paragraphs(t("Estimated, because a figure behind it is not published."))
    if blocks:
        yield Part(title, tuple(blocks))


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
    """What moved most, measured in its own size, breaks said: first what may be judged, then what is neither good nor bad."""
    previous, judged = view.previous, {indicator.key for indicator in _judged(view)}
    if previous is None:
        return
    found = []
    for indicator in view.indicators:
        movement = insight.move(view, indicator, previous, view.period, area, level)
        column = view.rate(indicator.key)
        if movement is not None and column is not None and movement.change:
            scale = abs(movement.before) or Decimal(1)
            found.append(
                (indicator.key not in judged, -abs(movement.change) / scale, indicator, movement, column)
            )
    for neutral, _, indicator, movement, column in sorted(found, key=lambda f: f[:2])[:3]:
        yield _move_sentence(view, indicator, movement, column, neutral=neutral)


def _move_sentence(
    view: View, indicator: Indicator, movement: insight.Move, column: Column, *, neutral: bool
) -> str:
    values = {
        "label": indicator.head,
        "old": view.number(movement.before, column),
        "new": view.number(movement.now, column, unit=True),
        "size": signed(view, movement.change, column.decimals),
    }
    t = view.t
    if not neutral:
        said = t("{label}: {old} → {new} ({size} percentage points).", **values)
    elif movement.change > 0:
        said = t("{label}: more often, {old} → {new} ({size} percentage points).", **values)
    else:
        said = t("{label}: less often, {old} → {new} ({size} percentage points).", **values)
    return f"{said} {say.of_breaks(view, indicator, movement, column.decimals, reason=False)}".rstrip()


def _notes(view: View, area: str, level: str, shared: _Shared) -> Iterator[Block]:
    """What must be known to read this area's numbers rightly."""
    t, items = view.t, []
    if level == view.level:
        items += [early_sentence(view, area, named=False)] if area in shared.early else []
        items += [unsure_sentence(view, shared.unsure[area], named=False)] if area in shared.unsure else []
        items += [silent_sentence(view, ())] if area in shared.silent else []
        items += (
            [odd_sentence(view, shared.odd[area], named=False)]
            if area in shared.odd and not _excluded(view, area)
            else []
        )
        items += [single_sentence(view, shared.single[area], named=False)] if area in shared.single else []
        items += [growth_sentence(view, shared.growth[area], named=False)] if area in shared.growth else []
    items += [dilution_sentence(view, one) for one in dilution(view.edition, area, level)]
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

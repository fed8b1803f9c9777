"""Population: how many, how old, where, and how households live."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.disclosure.release import NO_CELL, Cell, Column
from lebenslagen.figures import Pyramid, pyramid
from lebenslagen.report import say
from lebenslagen.report.chapters.common import LONG, Head, grouped, of_column, opening, own_words
from lebenslagen.report.document import Block, FigureBlock, Section
from lebenslagen.report.pictures import rate_map, share_of
from lebenslagen.strengths import ages
from lebenslagen.texts import SIGNS

if TYPE_CHECKING:
    from lebenslagen.indicators import Variable
    from lebenslagen.report.view import View

__all__ = ["age_groups", "bases", "people", "pyramid_of"]

CUTS = (
    15,
    25,
    65,
)  # years of age at which children, the young, those of working age and the old are told apart


def people(view: View) -> Section | None:
    """How many people live where, and how old they are; None where the release holds no residents.

    >>> people.__name__
    'people'
    """
    t = view.t
    column = view.count(view.residents) if view.residents else None
    if column is None:
        return None
    blocks: list[Block] = [*opening(*_lead(view, column)), *own_words(view, "bevoelkerung")]
    change = _change_map(view, column)
    blocks += [change] if change else []
    blocks += _pyramid_block(view)
    if len(view.areas) <= LONG:
        blocks.append(people_table(view))
    return Section("bevoelkerung", t("Population"), tuple(blocks), start="page")


def _lead(view: View, column: Column) -> Iterator[str]:
    from lebenslagen.report.chapters.front import _residents

    yield _residents(view)
    yield _grown(view)
    yield _age_sentence(view)


def _grown(view: View) -> str:
    """In how many areas the number of residents rose and fell since the last edition."""
    earlier = view.previous
    if earlier is None:
        return ""
    now, before = (
        view.values(view.count(view.residents)),
        view.values(view.count(view.residents, earlier.key)),
    )
    both = [area for area in now if area in before]
    if not both:
        return ""
    more, fewer = sum(now[a] > before[a] for a in both), sum(now[a] < before[a] for a in both)
    return view.t(
        "Since {earlier} it has risen in {more} and fallen in {fewer} of {n} areas.",
        earlier=earlier.label,
        more=more,
        fewer=fewer,
        n=len(both),
    )


def _age_sentence(view: View) -> str:
    """How many of 100 residents are children, young, of working age, old: groups that do not overlap."""
    whole, groups = view.town_cell(view.count(view.residents)).value, _stages(view)
    if not isinstance(whole, Decimal) or not whole or len(groups) < 2:
        return ""
    said = []
    for label, keys in groups:
        values = [view.town_cell(view.count(key)).value for key in keys]
        known = [value for value in values if isinstance(value, Decimal)]
        if len(known) < len(values):
            return ""
        said.append(f"{label} ({view.t.number(100 * sum(known, Decimal(0)) / whole, 1)})")
    return view.t("Of 100 residents belong to these ages: {groups}.", groups=say.listed(said, view.t))


def _stages(view: View) -> list[tuple[str, list[str]]]:
    """The released age groups joined to stages of life, with the years they really hold: label, variables."""
    found: list[tuple[list[int], list[str]]] = []
    known = ages(view.edition.release, view.period.key)
    for (low, high), keys in known:
        if not found or any(found[-1][0][0] < cut <= low for cut in CUTS):
            found.append(([low, high], []))
        found[-1][0][1] = high
        found[-1][1].extend(keys)
    t = view.t
    labels = [
        t("{age} and older", age=low) if i == len(found) - 1
        else t("under {age}", age=high + 1) if not low
        else t("{low} to {high}", low=low, high=high)
        for i, ((low, high), _) in enumerate(found)
    ]  # fmt: skip
    return [(label, keys) for label, (_, keys) in zip(labels, found, strict=True)]


def bases(view: View) -> tuple[Variable, ...]:
    """The counts of people that indicators are related to, without the residents themselves, in declared order.

    >>> bases.__name__
    'bases'
    """
    used = {i.denominator for i in (*view.indicators, *view.contexts) if i.denominator and i.persons}
    every = view.edition.catalogue.variables
    counted = (v for v in every if v.key in used and v.key != view.residents and v.persons)
    return tuple(
        v for v in counted if (column := view.count(v.key)) is not None and column.cells.get(view.level)
    )


def _change_map(view: View, column: Column) -> FigureBlock | None:
    """Where people live by age: the map of the share of the first base, else of the residents."""
    if not column.cells.get(view.level):
        return None
    title = view.t("Residents by {among}, {when}", among=view.among(), when=view.period.label)
    picture = rate_map(view, column, title, "karte-bevoelkerung")
    return FigureBlock(
        "karte-bevoelkerung", picture, title, view.sources(column), width=share_of(picture, 480)
    )


def people_table(view: View) -> Block:
    """Residents, their change, and the bases of the indicators, by area.

    >>> people_table.__name__
    'people_table'
    """
    t, column = view.t, view.count(view.residents)
    heads = [of_column(view, t("Residents"), column)]
    earlier = view.previous
    before = view.count(view.residents, earlier.key) if earlier else None
    if earlier and before is not None:
        heads.append(
            Head(t("Change since {earlier} (%)", earlier=earlier.label), _percent(view, column, before))
        )
    heads += [of_column(view, variable.label, view.count(variable.key)) for variable in bases(view)]
    caption = t("Residents, {when}", when=view.period.label)
    return grouped(
        view,
        "tabelle-bevoelkerung",
        caption,
        heads,
        view.sources(column, *(view.count(v.key) for v in bases(view))),
    )


def _percent(view: View, now: Column | None, before: Column) -> Callable[[str, str], str]:
    def printed(area: str, level: str) -> str:
        new, old = view.cell(now, area, level), view.cell(before, area, level)
        if not (isinstance(new.value, Decimal) and isinstance(old.value, Decimal)):
            return SIGNS[new.mark or old.mark or "missing"]
        if not old.value:
            return SIGNS["undefined"]
        return signed(view, 100 * (new.value - old.value) / old.value, 1)

    return printed


def signed(view: View, value: Decimal, decimals: int) -> str:
    """A change with its sign; zero has none.

    >>> signed.__name__
    'signed'
    """
    words = view.t.number(value, decimals)
    return f"+{words}" if value > 0 and any(digit in "123456789" for digit in words) else words


# --- ages ------------------------------------------------------------------------------------------------------------


def age_groups(view: View) -> tuple[tuple[str, tuple[str, str]], ...]:
    """The age groups the release holds by sex: (label, (men, women)), youngest first; empty where it holds none.

    >>> age_groups.__name__
    'age_groups'
    """
    found = ages(view.edition.release, view.period.key)
    return tuple((_age_label(view, years, last=years == found[-1][0]), keys) for years, keys in found)


def _age_label(view: View, years: tuple[int, int], *, last: bool) -> str:
    low, high = years
    if last:
        return view.t("{age} and older", age=low)
    return str(low) if low == high else view.t("{low} to {high}", low=low, high=high)


def pyramid_of(view: View, area: str, level: str, width: int = 330, uid: str = "") -> Pyramid | None:
    """The population of an area by age and sex beside the town's; None where the release holds no ages for it.

    >>> pyramid_of.__name__
    'pyramid_of'
    """
    groups = age_groups(view)
    if len(groups) < 3:
        return None
    men, women = ([view.count(keys[side]) for _, keys in groups] for side in (0, 1))
    own = [tuple(view.cell(c, area, level) for c in side) for side in (men, women)]
    if all(cell.value is None for side in own for cell in side):
        return None
    town = _town_cells(view, men, women) if level != view.town_level else ((), ())
    whole = view.count(view.residents)
    return Pyramid(
        view.t("Population by age and sex"),
        tuple(label for label, _ in groups),
        own[0],
        own[1],
        view.cell(whole, area, level),
        town[0],
        town[1],
        view.town_cell(whole) if town[0] else None,
        view.t("Men"),
        view.t("Women"),
        view.name(area, level),
        view.edition.town,
        width,
        uid or f"alter-{level}-{area}",
    )


def _town_cells(view: View, *sides: Sequence[Column | None]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(tuple(view.town_cell(c) if c else NO_CELL for c in side) for side in sides)


def _pyramid_block(view: View) -> Iterator[Block]:
    chart = pyramid_of(view, view.town_id, view.town_level, 480, "alter-stadt")
    if chart is None:
        return
    title = view.t(
        "Population of {town} by age and sex, {when}", town=view.edition.town, when=view.period.label
    )
    columns = [view.count(key) for _, keys in age_groups(view) for key in keys]
    yield FigureBlock("alter-stadt", pyramid(chart, view.t), title, view.sources(*columns), width=0.55)

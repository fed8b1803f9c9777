"""What a figure is: picture, words and table in one value; and what a map is asked to show."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.svg import SMALL, SOFT, document, text
from lebenslagen.texts import N_, SIGNS, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell
    from lebenslagen.indicators import Period

__all__ = [
    "Figure",
    "Layer",
    "Legend",
    "LegendRow",
    "Moment",
    "Series",
    "amount_text",
    "cell_text",
    "moments",
]

# What a mark means, in the few words a map or a bar has room for; `texts.MARKS` says it in full.
MARK_LABELS = {
    "withheld": N_("not published"),
    "missing": N_("no figure from the supplier"),
    "undefined": N_("not meaningful"),
    "excluded": N_("not part of the comparison"),
}
UNSURE = Decimal("0.8")  # probability below which a class is drawn as unsure


@dataclass(frozen=True)
class LegendRow:
    """One line of a legend: its colour or pattern, its printed limits, how many areas and people it holds.

    `pattern` is "" for a plain fill, or "withheld", "missing", "undefined", "excluded", "unsure"; `people` is a printed
    number or a sign.

    >>> LegendRow("10 bis unter 15", "#fec44f", 7, "52.300").pattern
    ''
    """

    label: str
    fill: str
    areas: int
    people: str = ""
    pattern: str = ""


@dataclass(frozen=True)
class Legend:
    """The legend of a map, for those who set it as text beside the picture (HTML) instead of inside.

    `grid`: labels of status and of dynamics where the first rows are their combinations, row by row; `key`: the names
    behind the numbers on the map.

    >>> Legend("Quote in %", "Quartiere", "Menschen", (), "").rows
    ()
    """

    title: str
    areas: str
    people: str
    rows: tuple[LegendRow, ...]
    note: str = ""
    grid: tuple[tuple[str, ...], tuple[str, ...]] | None = None
    key: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Figure:
    """A picture with everything that makes it readable without eyes: title, description, sentence, table twin.

    `svg` is one self-contained element, `width` and `height` are its units (680 units are set 170 mm wide);
    `head` and `rows` hold every value shown, as printed. `legend` is None for charts.

    >>> Figure("<svg/>", "T", "D", "S", ("Gebiet",), (("Nord",),), 680, 400).legend is None
    True
    """

    svg: str
    title: str
    description: str
    sentence: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    width: int
    height: int
    legend: Legend | None = None


@dataclass(frozen=True)
class Layer:
    """What a map shows: one column of a release on one level.

    `column` is the key of a column; `style` a row of STYLES ("order", "two-sided", "class", "combined"); `breaks` are
    the lower limits of the second and later classes (None: even steps chosen from the released values); `people` is the
    key of a count of residents for the legend;
    `probability` the key of a column with the probability of the class (a share, or in %); `link` area id to address;
    `focus` areas with a second outline; `reverse` turns the ramp where more is better; `values` prints the values under
    the names; `numbers` stand where a name has no room, and need the key to be near; `uid` makes ids unique in a page.

    >>> Layer("Kinder in Haushalten mit SGB II", "KI.rate@2024", "sozialquartier").style
    'order'
    """

    title: str
    column: str
    level: str
    style: str = "order"
    breaks: tuple[Decimal, ...] | None = None
    note: str = ""
    people: str = ""
    probability: str = ""
    link: Mapping[str, str] | None = None
    focus: tuple[str, ...] = ()
    reverse: bool = False
    labels: bool = True
    values: bool = True
    numbers: bool = True
    legend: bool = True
    uid: str = "map"


@dataclass(frozen=True)
class Moment:
    """A point on a time axis: key of its period, printed label, its place in years.

    >>> Moment("2024", "2024", 2024.99).label
    '2024'
    """

    key: str
    label: str
    at: float


@dataclass(frozen=True)
class Series:
    """A line of a chart: its cells by period key; `low` and `high` are an interval, `own` draws it dark.

    >>> Series("Stadt", {}).own
    False
    """

    label: str
    cells: Mapping[str, Cell]
    own: bool = False
    low: Mapping[str, Decimal] = field(default_factory=dict)
    high: Mapping[str, Decimal] = field(default_factory=dict)


def moments(periods: Iterable[Period]) -> tuple[Moment, ...]:
    """The periods of an edition as points in time: labelled by year, by month and year where a year has several.

    >>> from datetime import date
    >>> from types import SimpleNamespace
    >>> halves = [SimpleNamespace(key=k, as_of=d) for k, d in (("a", date(2024, 6, 30)), ("b", date(2024, 12, 31)))]
    >>> moments(halves)[0].label
    '06/2024'
    """
    known = list(periods)
    years = [period.as_of.year for period in known]
    return tuple(
        Moment(
            period.key,
            str(period.as_of.year) if years.count(period.as_of.year) == 1 else f"{period.as_of:%m/%Y}",
            round(period.as_of.year + (period.as_of.timetuple().tm_yday - 1) / 366, 3),
        )
        for period in known
    )


def empty(
    title: str, words: str, table: tuple[tuple[str, ...], tuple[tuple[str, ...], ...]], width: int, uid: str
) -> Figure:
    """A chart without a single value says so in words instead of showing axes that mean nothing.

    >>> empty("Quote", "Kein Wert", (("Jahr",), ()), 330, "e").height
    24
    """
    body = text(0, 15, words, size=SMALL, ink=SOFT, name="f-soft")
    return Figure(document(body, width, 24, title, words, uid), title, words, words, *table, width, 24)


def cell_text(cell: Cell, decimals: int, t: Texts) -> str:
    """A cell as printed: its number, its text, or the sign of what keeps it from being there.

    >>> from types import SimpleNamespace
    >>> from lebenslagen.texts import texts
    >>> shown, hidden = SimpleNamespace(value=Decimal("17.46"), mark=""), SimpleNamespace(value=None, mark="withheld")
    >>> cell_text(shown, 1, texts()), cell_text(hidden, 1, texts())
    ('17,5', '·')
    """
    if cell.mark or cell.value is None:
        return SIGNS[cell.mark or "missing"]
    return cell.value.replace("-", "−") if isinstance(cell.value, str) else t.number(cell.value, decimals)


def amount_text(value: Decimal | float, decimals: int, unit: str, t: Texts) -> str:
    """A number with its unit behind a no-break space.

    >>> from lebenslagen.texts import texts
    >>> amount_text(Decimal("17.46"), 1, "%", texts())
    '17,5\\xa0%'
    """
    return f"{t.number(value, decimals)}\u00a0{unit}" if unit else t.number(value, decimals)

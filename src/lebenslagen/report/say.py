"""Sentences: released values in plain German, built from whole sentences so that number and case agree."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.maps import names_text
from lebenslagen.texts import N_, Texts, round_half_up

if TYPE_CHECKING:
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.insight import Move
    from lebenslagen.report.view import View

__all__ = [
    "LONG",
    "ascending",
    "listed",
    "moved",
    "named",
    "of_breaks",
    "of_hundred",
    "part_words",
    "persons",
    "points",
    "spread",
    "times",
]

LONG = 60  # more areas than this: their tables stand in the annex only

# How large a part is, in words: up to this share, this word; whether it is a plural.
PARTS = (
    (Decimal("0.15"), N_("a small part"), False),
    (Decimal("0.29"), N_("about a quarter"), False),
    (Decimal("0.42"), N_("about a third"), False),
    (Decimal("0.58"), N_("about half"), False),
    (Decimal("0.71"), N_("about two thirds"), True),
    (Decimal("0.88"), N_("most"), False),
    (Decimal("1.05"), N_("almost all"), False),
)


@dataclass(frozen=True)
class BreakWords:
    """How a break is spoken of: what falls on it (one part, two thirds), what it hides, what happened in spite of it.

    >>> WORDS["event"].careful
    ''
    """

    falls: str
    fall: str
    without_up: str
    without_down: str
    despite_up: str
    despite_down: str
    careful: str = ""


WORDS = {
    "definition": BreakWords(
        falls=N_("Of this, {part} ({size}) falls on a break of the time series ({when})."),
        fall=N_("Of this, {part} ({size}) fall on a break of the time series ({when})."),
        without_up=N_(
            "Without the break of the time series ({when}), which by itself raised it by {size}, it would "
            "not have risen."
        ),
        without_down=N_(
            "Without the break of the time series ({when}), which by itself lowered it by {size}, it would not "
            "have fallen."
        ),
        despite_up=N_(
            "This happened in spite of the break of the time series ({when}), which by itself raises it."
        ),
        despite_down=N_(
            "This happened in spite of the break of the time series ({when}), which by itself lowers it."
        ),
        careful=N_(
            "In between lies a break of the time series ({when}); the values can only be compared with caution."
        ),
    ),
    "event": BreakWords(
        falls=N_("Of this, {part} ({size}) falls on a single event ({when})."),
        fall=N_("Of this, {part} ({size}) fall on a single event ({when})."),
        without_up=N_(
            "Without the single event ({when}), which by itself raised it by {size}, it would not have risen."
        ),
        without_down=N_(
            "Without the single event ({when}), which by itself lowered it by {size}, it would not have fallen."
        ),
        despite_up=N_("This happened in spite of the single event ({when}), which by itself raises it."),
        despite_down=N_("This happened in spite of the single event ({when}), which by itself lowers it."),
    ),
}


def listed(names: Sequence[str], t: Texts, most: int = 12) -> str:
    """Names as a list in words; beyond `most` the rest is counted.

    >>> from lebenslagen.texts import texts
    >>> listed(["A", "B", "C"], texts("en")), listed(["A"], texts("en")), listed(list("ABCD"), texts("en"), 2)
    ('A, B and C', 'A', 'A, B and 2 more')
    """
    if len(names) > most:
        head, rest = ", ".join(names[:most]), len(names) - most
        return t.plural("{head} and {n} more", "{head} and {n} more", rest, head=head)
    if len(names) < 2:
        return "".join(names)
    return t("{head} and {last}", head=", ".join(names[:-1]), last=names[-1])


def named(view: View, areas: Sequence[str], most: int = 12, *, counted: bool = False) -> str:
    """The names of areas; of more than `most` the reader is sent to the annex, where all of them stand.

    `counted`: say how many they are, where the sentence around it does not.

    >>> named.__name__
    'named'
    """
    if len(areas) > most and len(view.areas) > LONG and "anhang" in view.chapters:
        if counted:
            return view.t("{n} {areas} (see annex)", n=view.t.number(len(areas)), areas=view.plural())
        return view.t("see annex")
    return listed([view.name(area) for area in areas], view.t, most if len(view.areas) > LONG else LONG)


def persons(value: Decimal, t: Texts) -> str:
    """A number of people in words.

    >>> from lebenslagen.texts import texts
    >>> persons(Decimal(1), texts("en")), persons(Decimal(1240), texts("en"))
    ('1 person', '1,240 people')
    """
    return t.plural("{words} person", "{words} people", int(value), words=t.number(value))


def points(value: Decimal, decimals: int, t: Texts) -> str:
    """A size of change in percentage points, without its sign.

    >>> from lebenslagen.texts import texts
    >>> points(Decimal("-1.6"), 1, texts("en")), points(Decimal("1.0"), 0, texts("en"))
    ('1.6 percentage points', '1 percentage point')
    """
    size = abs(round_half_up(value, decimals))
    one = t("{size} percentage point", size=t.number(size, decimals))
    return one if size == 1 and not decimals else t("{size} percentage points", size=t.number(size, decimals))


def change_text(value: Decimal, indicator: Indicator, decimals: int, t: Texts) -> str:
    """A size of change in the indicator's own unit.

    >>> change_text.__name__
    'change_text'
    """
    if indicator.unit == "%":
        return points(value, decimals, t)
    size = t.number(abs(value), decimals)
    return f"{size}\u00a0{indicator.unit}" if indicator.unit else size


def of_hundred(indicator: Indicator, value: str, t: Texts) -> str:
    """The public sentence of an indicator with its value; without one, label and value.

    >>> from types import SimpleNamespace as New
    >>> from lebenslagen.texts import texts
    >>> of_hundred(New(sentence="{value} von 100 Kindern", label="", unit="%"), "26,9", texts())
    '26,9 von 100 Kindern'
    """
    if indicator.sentence:
        return indicator.sentence.replace("{value}", value)
    unit = f"\u00a0{indicator.unit}" if indicator.unit else ""
    return t("{label}: {value}.", label=indicator.label, value=f"{value}{unit}")


def moved(view: View, indicator: Indicator, movement: Move, decimals: int, *, reason: bool = True) -> str:
    """Whether and by how much a rate rose or fell between two periods, breaks included (with their reason or without).

    >>> moved.__name__
    'moved'
    """
    t, earlier = view.t, view.edition.period_of(movement.earlier).label
    size = change_text(movement.change, indicator, decimals, t)
    old, new = (view.t.number(value, decimals) for value in (movement.before, movement.now))
    if not round_half_up(movement.change, decimals):
        sentence = t("Compared with {earlier} the value is unchanged ({new}).", earlier=earlier, new=new)
    elif movement.change > 0:
        sentence = t(
            "Since {earlier} the value has risen by {size}, from {old} to {new}.",
            earlier=earlier,
            size=size,
            old=old,
            new=new,
        )
    else:
        sentence = t(
            "Since {earlier} the value has fallen by {size}, from {old} to {new}.",
            earlier=earlier,
            size=size,
            old=old,
            new=new,
        )
    return " ".join(filter(None, (sentence, of_breaks(view, indicator, movement, decimals, reason=reason))))


def of_breaks(view: View, indicator: Indicator, movement: Move, decimals: int, *, reason: bool = True) -> str:
    """What of a movement falls on breaks: said in the sentence, so that nobody takes it for a change in life.

    >>> of_breaks.__name__
    'of_breaks'
    """
    if not movement.breaks:
        return ""
    t, when = view.t, _when(view, movement, reason)
    words = WORDS["definition" if movement.defined else "event"]
    if movement.despite:
        up = (movement.lift or movement.at_breaks or Decimal(0)) > 0
        return t(words.despite_up if up else words.despite_down, when=when)
    if movement.at_breaks is None or movement.share is None:
        return t(words.careful, when=when)
    size = change_text(movement.at_breaks, indicator, decimals, t)
    part = part_words(movement.share, t)
    if part:
        said = words.fall if _is_plural(movement.share) else words.falls
        return t(said, part=part, size=size, when=when)
    return t(words.without_up if movement.change > 0 else words.without_down, when=when, size=size)


def _when(view: View, movement: Move, reason: bool) -> str:
    """The years of the breaks; with their reasons where these have not been given before."""
    years = listed([_year(view, found.period) for found in movement.breaks], view.t)
    reasons = "; ".join(dict.fromkeys(found.reason.rstrip(".") for found in movement.breaks))
    return f"{years}: {reasons}" if reason else years


def _year(view: View, period: str) -> str:
    return str(view.edition.period_of(period).as_of.year)


def part_words(share: Decimal, t: Texts) -> str:
    """How large a part is, in words; empty for more than the whole.

    >>> from lebenslagen.texts import texts
    >>> part_words(Decimal("0.5"), texts("en")), part_words(Decimal(2), texts("en"))
    ('about half', '')
    """
    return next((t(word) for limit, word, _ in PARTS if share <= limit), "")


def _is_plural(share: Decimal) -> bool:
    return next((plural for limit, _, plural in PARTS if share <= limit), False)


def spread(view: View, indicator: Indicator) -> str:
    """From where to where the areas reach, and how many lie far above the town.

    >>> spread.__name__
    'spread'
    """
    t, column = view.t, view.latest(indicator.key)
    values = view.values(column)
    if len(values) < 2 or column is None:
        return ""
    low, high = min(values.values()), max(values.values())
    lowest, highest = ([view.name(a) for a, value in values.items() if value == end] for end in (low, high))
    said = t(
        "Among the {among} the values reach from {low} ({low_name}) to {high} ({high_name}).",
        among=view.among(),
        low=view.number(low, column),
        high=view.number(high, column, unit=True),
        low_name=names_text(lowest, view.plural(), t),
        high_name=names_text(highest, view.plural(), t),
    )
    return f"{said} {_far(view, indicator, values)}".strip()


def _far(view: View, indicator: Indicator, values: dict[str, Decimal]) -> str:
    town = view.town_cell(view.latest(indicator.key)).value
    if not isinstance(town, Decimal) or not town:
        return ""
    far = sum(value >= town * 3 / 2 for value in values.values())
    if not far:
        return ""
    return view.t.plural(
        "In {n} of them it is at least half as high again as in the town as a whole.",
        "In {n} of them it is at least half as high again as in the town as a whole.",
        far,
    )


def times(high: Decimal, low: Decimal, t: Texts) -> str:
    """How many times as high, in halves; empty where it is less than one and a half.

    >>> from lebenslagen.texts import texts
    >>> times(Decimal(51), Decimal(8), texts("en")), times(Decimal(10), Decimal(9), texts("en"))
    ('6.5 times', '')
    """
    if low <= 0 or high / low < Decimal("1.5"):
        return ""
    halves = round_half_up(high / low * 2) / 2
    return t("{number} times", number=t.number(halves, 0 if halves == int(halves) else 1))


def ascending(text: str) -> str:
    """A sentence part with a small first letter, for use inside a sentence.

    >>> ascending("Etwa die Hälfte")
    'etwa die Hälfte'
    """
    return text[:1].lower() + text[1:]

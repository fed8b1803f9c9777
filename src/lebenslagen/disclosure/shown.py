"""What a release shows once it is decided which counts are hidden: everything that does not follow from them.

Serves `protect` alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, replace
from decimal import Decimal
from itertools import pairwise
from math import inf
from typing import Any

from lebenslagen.disclosure.book import Book, Place, State, cells_of
from lebenslagen.disclosure.release import Cell, Column, Described, DraftColumn, IndexInfo, Policy, Release
from lebenslagen.texts import round_half_up

__all__ = ["VISIBLE", "View", "show"]

MARGIN = (
    2.0  # an index value must leave so many times the room demanded, because other figures narrow it further
)


@dataclass(frozen=True)
class View:
    """Which cells of a draft are shown, given the hidden counts and the derived cells that were silenced.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> from lebenslagen.disclosure.release import Ledger
    >>> book = Book(three_quarters(), Policy(), Ledger())
    >>> View(book, frozenset({("U", "quarter", "01")}), frozenset()).key_shown("UY", "quarter", "01")
    False
    """

    book: Book
    hidden: frozenset[Place]
    silenced: frozenset[Place]

    def shown(self, column: DraftColumn, level: str, area: str) -> bool:
        return (column.key, level, area) not in self.silenced and VISIBLE[column.kind](
            self, column, level, area
        )

    def key_shown(self, key: str, level: str, area: str) -> bool:
        return self.shown(self.book.draft.column(key), level, area)


def _count_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    return (column.key, level, area) not in view.hidden


def _rate_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    if not all(view.key_shown(key, level, area) for key in (column.numerator, column.denominator)):
        return False
    count = view.book.numbers.get((column.numerator, level, area))
    # A share obeys the strictest of its sources, also where its counts do not.
    return count is None or not 0 < count < view.book.threshold(column)


def _always_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    return column.state(level, area) != "Q"


def _linear_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    if all(view.key_shown(key, level, area) for key, _ in column.terms):
        return True
    value = column.value(level, area)
    if len(column.terms) == 1 or not isinstance(value, Decimal):
        return False
    digits = decimals_of(view.book.policy, column)
    printed, near = float(round_half_up(value, digits)), 0.5 * 10.0**-digits
    return _leaves_room(view, column, level, area, (printed - near, printed + near), MARGIN)


def _class_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    source = column if column.terms else view.book.draft.column(column.of[0])
    if all(view.key_shown(key, level, area) for key, _ in source.terms):
        return True
    key = str(column.value(level, area))
    cuts = (-inf, *map(float, column.cuts), inf)
    ends = pairwise(cuts) if key in column.keys else ()
    between = dict(zip(column.keys, ends, strict=False)).get(key, (-inf, inf))
    return _leaves_room(view, source, level, area, between)


def _leaves_room(
    view: View, column: DraftColumn, level: str, area: str, between: tuple[float, float], margin: float = 1.0
) -> bool:
    """Whether each hidden count behind a linear value stays uncertain enough when the value is known to lie between."""
    fixed, ranges = float(column.constant), []
    for key, weight in column.terms:
        rate = view.book.draft.column(key)
        base = view.book.numbers.get((rate.denominator, level, area))
        value = rate.value(level, area)
        if view.key_shown(key, level, area) and isinstance(value, Decimal):
            fixed += float(weight * value)
        elif rate.kind == "rate" and base and view.key_shown(rate.denominator, level, area):
            step = float(weight) * rate.per / base
            ranges.append((step, *sorted((step, step * base))))
        else:
            return False
    needed = margin * (view.book.policy.width + 1)
    for step, least, most in ranges:
        others = [sum(r[i] for r in ranges) for i in (1, 2)]
        low = max(least, between[0] - fixed - (others[1] - most))
        high = min(most, between[1] - fixed - (others[0] - least))
        if high - low < needed * abs(step):
            return False
    return True


def _opaque_shown(view: View, column: DraftColumn, level: str, area: str) -> bool:
    return all(view.key_shown(key, level, area) for key in column.of)


VISIBLE: Mapping[str, Callable[[View, DraftColumn, str, str], bool]] = {
    "count": _count_shown,
    "rate": _rate_shown,
    "published": _always_shown,
    "amount": _always_shown,
    "linear": _linear_shown,
    "computed": _always_shown,
    "class": _class_shown,
    "opaque": _opaque_shown,
}

MARKS = {"O": "missing", "Q": "withheld", "undefined": "undefined", "excluded": "excluded"}


def decimals_of(policy: Policy, column: DraftColumn) -> int:
    """The fewer of the digits that policy and column allow; none for counts and words."""
    if (
        column.kind in ("count", "class", "opaque")
        and column.decimals is None
        and column.role not in policy.decimals
    ):
        return 0
    allowed = [digits for digits in (policy.decimals.get(column.role), column.decimals) if digits is not None]
    return min(allowed, default=1 if column.kind in ("rate", "published") else 0)


def show(book: Book, state: State) -> Release:
    """The release that shows everything but the hidden counts and what follows from them.

    >>> from lebenslagen.disclosure.examples import three_quarters
    >>> from lebenslagen.disclosure.release import Ledger
    >>> show(Book(three_quarters(), Policy(), Ledger()), State(set())).cell("UY", "town", "05").value
    Decimal('3.9')
    """
    draft = book.draft
    view = View(book, frozenset(state.hidden), frozenset(state.silenced))
    return Release(
        policy=book.policy,
        title=draft.title,
        town=draft.town,
        frames=draft.levels,
        columns=tuple(_shown_column(view, column) for column in draft.columns),
        methods={key: _shown_info(book.policy, info) for key, info in draft.methods.items()},
        links=draft.links,
        known=draft.known,
        residents=draft.residents,
        revised=tuple(sorted(view.hidden & book.outdated)),
    )


def _shown_column(view: View, column: DraftColumn) -> Column:
    digits = decimals_of(view.book.policy, column)
    cells: dict[str, dict[str, Cell]] = {}
    for level, area in cells_of(view.book.draft, column):
        cells.setdefault(level, {})[area] = _shown_cell(view, column, level, area, digits)
    described = {f.name: getattr(column, f.name) for f in fields(Described)}
    described["share"] = view.book.is_share(column)
    return Column(**described, decimals=digits, cells=cells)


def _shown_cell(view: View, column: DraftColumn, level: str, area: str, digits: int) -> Cell:
    state, value = column.state(level, area), column.value(level, area)
    withheld = not view.shown(column, level, area)
    estimated = state == "E"
    # A derived value that the builder could not compute because a count is withheld is withheld, not missing.
    if withheld and (state in "AEQ" or (column.kind != "count" and state != "excluded")):
        return Cell(None, "withheld", estimated)
    if value is None or state not in "AE":
        return Cell(None, MARKS.get(state, "missing"))
    return Cell(value if isinstance(value, str) else round_half_up(value, digits), estimated=estimated)


def _shown_info(policy: Policy, info: IndexInfo) -> IndexInfo:
    """The printed means and deviations: rounded, because exact ones would tell hidden shares."""
    mean, sd = policy.decimals["mean"], policy.decimals["sd"]
    changes: dict[str, Any] = {
        name: {
            key: round_half_up(value, mean if "mean" in name else sd)
            for key, value in getattr(info, name).items()
        }
        for name in ("means", "sds", "dynamics_means", "dynamics_sds")
    }
    for name in ("sd_sum", "dynamics_sd_sum"):
        value = getattr(info, name)
        changes[name] = None if value is None else round_half_up(value, sd)
    return replace(info, **changes)

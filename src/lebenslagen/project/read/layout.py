"""How a recurring delivery is built: which sheet, which rows, which columns mean what. Declared, never guessed.

The dataclasses are filled from a source's TOML (`project.declare`), unknown keys forbidden. `from` and `as`
are words of Python, so those two keys have another name here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

__all__ = [
    "Absent",
    "Blocks",
    "Column",
    "Header",
    "Key",
    "Layout",
    "Long",
    "PeriodRule",
    "Plausibility",
    "Relation",
    "Subtotals",
    "Table",
    "Total",
    "Uninhabited",
]

# TOML key -> field, where the key is a word of Python.
RENAMED = {"source": "from", "meaning": "as", "when_all": "when_all_zero"}


def _key(name: str) -> str:
    return RENAMED.get(name, name)


# What pydantic needs to know; it is not imported here, for a check alone can do without.
STRICT: dict[str, Any] = {"extra": "forbid", "populate_by_name": True, "alias_generator": _key}
Unit = Literal["count", "amount", "rate", "percent", "change", "text"]
SignKind = Literal[
    "zero", "missing", "later", "undefined", "unsure", "withheld", "note", "revised", "estimated"
]
Place = str | int  # a head, or a position counted from 1


@dataclass(frozen=True)
class PeriodRule:
    """Where the delivery says which period it describes.

    source ("from" in TOML): argument, filename, column or cell; pattern: its first group is the key,
    without one the year counts; several: one file holds several periods, each row says its own.

    >>> PeriodRule("column", column="jahr").several
    False
    """

    __pydantic_config__ = STRICT
    source: Literal["argument", "filename", "column", "cell"] = "argument"
    pattern: str = ""
    column: Place = ""
    cell: str = ""
    several: bool = False


@dataclass(frozen=True)
class Header:
    """The rows of the heads: `row` counted from 1, or found by the heads in `find`, or by the declared columns.

    >>> Header(row=7, rows=2).rows
    2
    """

    __pydantic_config__ = STRICT
    row: int = 0
    rows: int = 1
    find: tuple[str, ...] = ()


@dataclass(frozen=True)
class Key:
    """Which column names the area, and in which form.

    columns: several that make up the key, each padded; pad: digits, zeros in front; pattern: its first
    group is the key; fill_down: an empty cell repeats the one above; aliases: what the office writes -> area id.

    >>> Key("Schlüssel", pad=2).form
    'id'
    """

    __pydantic_config__ = STRICT
    column: Place = ""
    form: Literal["id", "name"] = "id"
    pad: int = 0
    columns: tuple[Place, ...] = ()
    pads: tuple[int, ...] = ()
    fill_down: bool = False
    name_column: Place = ""
    pattern: str = ""
    aliases: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Column:
    """One column, or all whose head fits `pattern`, and the variable it carries.

    head: as it stands, line breaks as blanks, merged heads joined by " / "; also: other spellings; position: from 1.
    variable, period, area: text, with \\1 for the pattern's groups and {block} for the block's name.
    unit: count (whole, from 0), amount (any number), rate or percent (0 to 100), change (percentage points), text.
    scale: what a rate's numbers are, percent (21.4) or share (0.214); tiny: a smaller value is flagged.

    >>> Column("SGB II / Personen", variable="sgb2").unit
    'count'
    """

    __pydantic_config__ = STRICT
    head: str = ""
    also: tuple[str, ...] = ()
    position: int = 0
    pattern: str = ""
    variable: str = ""
    unit: Unit = "count"
    scale: Literal["", "percent", "share"] = ""
    required: bool = True
    ignore: bool = False
    period: str = ""
    area: str = ""
    tiny: int = 0
    maximum: float = 0


@dataclass(frozen=True)
class Blocks:
    """Tables one below the other, each under a title in `head_column`; several titles in a row name a block together.

    titles: title -> its part of the variable's name; parts are joined by "_".

    >>> Blocks(1, {"Paare": "paare"}).variable_column
    ''
    """

    __pydantic_config__ = STRICT
    head_column: Place
    titles: Mapping[str, str]
    variable_column: Place = ""
    unit: Unit = "count"


@dataclass(frozen=True)
class Long:
    """Long form: one row a value, the variable named in a column.

    >>> Long("Merkmal", "Wert", {"SGB II": "sgb2"}).unit
    'count'
    """

    __pydantic_config__ = STRICT
    variable_column: Place
    value_column: Place
    map: Mapping[str, str]
    unit: Unit = "count"


@dataclass(frozen=True)
class Total:
    """Rows that are control totals: recognised by key or name, compared with the sum, never stored as an area.

    >>> Total(names=("Gesamtstadt",)).rule
    'sum'
    """

    __pydantic_config__ = STRICT
    key: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    level: str = ""
    rule: Literal["sum", "none"] = "sum"
    tolerance: float = 0


@dataclass(frozen=True)
class Subtotals:
    """Rows between the areas that sum up a group: the value of `column`, or the areas' parents of `level`.

    >>> Subtotals(column="bezirk").level
    ''
    """

    __pydantic_config__ = STRICT
    level: str = ""
    column: Place = ""
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Relation:
    """A part that cannot be larger than its whole.

    >>> Relation("sgb2", "einwohner").part
    'sgb2'
    """

    __pydantic_config__ = STRICT
    part: str
    whole: str


@dataclass(frozen=True)
class Absent:
    """What absent areas mean: ask, or declared as not delivered.

    >>> Absent().areas
    'ask'
    """

    __pydantic_config__ = STRICT
    areas: Literal["ask", "missing"] = "ask"


@dataclass(frozen=True)
class Uninhabited:
    """Rows that carry `value` in all of `when_all` where nobody lives: their values are missing, not zero.

    >>> Uninhabited(0, ("s1", "s3")).meaning
    'missing'
    """

    __pydantic_config__ = STRICT
    value: float = 0
    when_all: tuple[str, ...] = ()
    meaning: Literal["missing"] = "missing"


@dataclass(frozen=True)
class Plausibility:
    """Against the previous period: values that changed more than `jump` times are asked; 0: slips of a digit only.

    >>> Plausibility().jump
    0
    """

    __pydantic_config__ = STRICT
    jump: float = 0


@dataclass(frozen=True)
class Table:
    """One table in a file.

    periods: for which it is meant, all where blank; since: the first one, until: the first one it is no longer meant for.
    last_row: counted from 1, 0 for the end; stop: a pattern on the first filled cell that ends the table.

    >>> Table(columns=(Column("n", variable="n"),), key=Key("id"), level="quartier").empty
    'missing'
    """

    __pydantic_config__ = STRICT
    columns: tuple[Column, ...] = ()
    level: str = ""
    key: Key | None = None
    header: Header = Header()
    files: str = ""
    periods: tuple[str, ...] = ()
    since: str = ""
    until: str = ""
    sheet: str = ""
    index: int | None = None
    sheet_pattern: str = ""
    vintage: date | None = None
    first_row: int = 0
    last_row: int = 0
    stop: str = ""
    period: PeriodRule | None = None
    other_columns: Literal["ignore", "refuse"] = "ignore"
    blocks: Blocks | None = None
    long: Long | None = None
    signs: Mapping[str, SignKind] = field(default_factory=dict)
    decimal: Literal["", ",", "."] = ""
    empty: Literal["missing", "zero", "withheld", "refuse"] = "missing"
    totals: tuple[Total, ...] = ()
    remainder: tuple[str, ...] = ()
    subtotals: Subtotals | None = None
    skip_rows: tuple[str, ...] = ()
    relations: tuple[Relation, ...] = ()
    absent: Absent | Literal["ask", "missing"] = Absent()
    uninhabited: Uninhabited | None = None

    @property
    def asks_for_absent(self) -> bool:
        return (self.absent if isinstance(self.absent, str) else self.absent.areas) == "ask"


@dataclass(frozen=True)
class Layout:
    """The build of one source's deliveries: its tables, its period rule, what must hold between its variables.

    signs and decimal count for all tables that declare none of their own.

    >>> Layout((Table(),)).period.source
    'argument'
    """

    __pydantic_config__ = STRICT
    tables: tuple[Table, ...]
    period: PeriodRule = PeriodRule()
    signs: Mapping[str, SignKind] = field(default_factory=dict)
    decimal: Literal[",", "."] = ","
    relations: tuple[Relation, ...] = ()
    plausibility: Plausibility = Plausibility()

    def units(self) -> dict[str, str]:
        """Variable -> "count", "amount" or "rate", for those named without a pattern."""
        rates = ("percent", "change")
        return {name: "rate" if unit in rates else unit for name, unit in self.variables().items()}

    def variables(self) -> dict[str, Any]:
        """Variable -> unit, for those named without a pattern."""
        named = [(c.variable, c.unit) for t in self.tables for c in t.columns if c.variable and not c.ignore]
        named += [(v, t.long.unit) for t in self.tables if t.long for v in t.long.map.values()]
        return dict(named)

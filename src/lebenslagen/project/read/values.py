"""The cells of one column as exact values with their status, and what is wrong with them, each thing once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, time
from decimal import Decimal
from types import NoneType

from lebenslagen.errors import Fault
from lebenslagen.project.read.grid import Broken, Cell, address, all_numbers
from lebenslagen.project.read.heads import shown
from lebenslagen.project.read.keys import _class_of
from lebenslagen.project.read.layout import Column
from lebenslagen.project.read.numbers import MISSING, USUAL_SIGNS, Grammar, Value

__all__ = ["ColumnReader", "Exact"]

Exact = int | Decimal | None
LARGEST = Decimal("1e15")
BARE = {"plain", "decimal", "number"}  # forms that may stand in one column without a question
MAXIMUM = 10_000_000  # persons in one area: more than any German district of a city
BLANKS = " \t\r\n"
EMPTY = {"missing": (None, "O"), "zero": (0, "A"), "withheld": (None, "Q")}


@dataclass
class ColumnReader:
    """Reads the cells of one column; faults gather in `faults`, the list of the whole table.

    percent: rows whose number format is a percentage; empty: what an empty cell means.
    """

    spec: Column
    variable: str
    grammar: Grammar
    sheet: str
    column: int
    empty: str = "missing"
    percent: frozenset[int] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    forms: dict[str, list[int]] = field(default_factory=dict)
    asked: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    withheld: list[int] = field(default_factory=list)

    def read(self, cells: Sequence[Cell], rows: Sequence[int]) -> tuple[list[Exact], Sequence[str]]:
        """Values and statuses of the cells, in their order."""
        quick = self._all_whole(cells)
        if quick is not None:
            return quick, "A" * len(quick)
        cache: dict[str, Value] = {}
        plain = self._all_plain(cells, rows, cache)
        if plain is not None:
            return plain
        values, statuses = [], []
        for cell, row in zip(cells, rows, strict=True):
            value, status = self.cell(cell, row, cache)
            values.append(value)
            statuses.append(status)
        self._judge()
        return values, statuses

    def _all_whole(self, cells: Sequence[Cell]) -> list[Exact] | None:
        """A column of nothing but whole, non-negative numbers, the most frequent kind, is read in one go."""
        if self.spec.unit != "count" or self.percent or not cells or not all_numbers(cells):
            return None
        if not all(map(float.is_integer, cells)) or min(cells) < 0 or max(cells) > self._maximum():  # type: ignore[type-var, arg-type, operator]
            return None
        return list(map(int, cells))  # type: ignore[arg-type]

    def _all_plain(
        self, cells: Sequence[Cell], rows: Sequence[int], cache: dict[str, Value]
    ) -> tuple[list[Exact], Sequence[str]] | None:
        """A column in which nothing is to be said about any cell: each different cell is read once.

        None as soon as one cell has a fault or a question, for those need their places.
        """
        if self.empty == "refuse" or not set(map(type, cells)) <= {str, NoneType, float} or self.percent:
            return None
        trial = replace(self, faults=[], forms={}, asked={}, withheld=[])
        read = {cell: trial.cell(cell, 0, cache) for cell in dict.fromkeys(cells)}
        mixed = len(trial.forms) > 1 and not trial.forms.keys() <= BARE
        if trial.faults or trial.asked or trial.withheld or mixed or "grouped" in trial.forms:
            return None
        self.forms = {form: list(rows) for form in trial.forms}
        values = {cell: value for cell, (value, _) in read.items()}
        statuses = {cell: status for cell, (_, status) in read.items()}
        return list(map(values.__getitem__, cells)), list(map(statuses.__getitem__, cells))

    def cell(self, cell: Cell, row: int, cache: dict[str, Value]) -> tuple[Exact, str]:
        if isinstance(cell, str) and not isinstance(cell, Broken):
            text = cell.strip(BLANKS)
            if text:
                if text not in cache:
                    cache[text] = self.grammar.read(text)
                return self._value(cache[text], text, row)
            cell = None
        if cell is None:
            return self._empty(row)
        if isinstance(cell, float) and not isinstance(cell, bool):
            return self._number(cell, row)
        return self._refuse(cell, row)

    def _empty(self, row: int) -> tuple[Exact, str]:
        if self.empty == "refuse":
            self._fault("cell-empty", row)
        return EMPTY.get(self.empty, (None, "O"))

    def _number(self, cell: float, row: int) -> tuple[Exact, str]:
        if cell != cell or cell in (float("inf"), float("-inf")):
            self._fault("not-a-number", row, value=shown(cell))
            return None, "O"
        number: int | Decimal = (
            int(cell) if cell.is_integer() and abs(cell) < 1e15 else Decimal(f"{cell:.15g}")
        )
        form = "percent-format" if row in self.percent else "number"
        return self._value(Value(number, form=form), shown(cell), row)

    def _refuse(self, cell: Cell, row: int) -> tuple[Exact, str]:
        if isinstance(cell, Broken):
            self._fault("formula-without-value" if cell == "=" else "error-cell", row, value=shown(cell))
        elif isinstance(cell, date | time):
            self._fault(
                "number-is-date",
                row,
                value=shown(f"{cell:%d.%m.%Y}" if isinstance(cell, date) else str(cell)),
                meant=_class_of(cell),
            )
        else:
            self._fault("not-a-number", row, value=shown(cell))
        return None, "O"

    def _value(self, value: Value, text: str, row: int) -> tuple[Exact, str]:
        if value.problem:
            return self._problem(value, text, row)
        self.forms.setdefault(value.form, []).append(row)
        if value.number is None:
            if value.status == "Q":
                self.withheld.append(row)
            return None, value.status
        if value.sign != "" and value.number == 0:
            return 0, value.status
        return self._checked(self._scaled(value), text, row), value.status

    def _scaled(self, value: Value) -> int | Decimal:
        number: int | Decimal = value.number if value.number is not None else 0
        share = value.form == "percent-format" or (self.spec.scale == "share" and value.form != "percent")
        if self.spec.unit in ("rate", "percent", "change") and share:
            return Decimal(number) * 100
        return number

    def _checked(self, number: int | Decimal, text: str, row: int) -> Exact:
        if self.spec.unit == "count":
            return self._count(number, text, row)
        if not -LARGEST <= number <= LARGEST:
            self._fault("too-large", row, value=shown(text), limit="1e15")
            return None
        return number

    def _count(self, number: int | Decimal, text: str, row: int) -> Exact:
        if number < 0:
            self._fault("negative-count", row, value=shown(text), variable=self.variable)
        elif number != int(number):
            self._fault("fractional-count", row, value=shown(text), variable=self.variable)
        elif number > self._maximum():
            self._fault("too-large", row, value=shown(text), limit=f"{self._maximum():.0f}")
        else:
            return int(number)
        return None

    def _maximum(self) -> float:
        return self.spec.maximum or MAXIMUM

    def _problem(self, value: Value, text: str, row: int) -> tuple[Exact, str]:
        self.forms.setdefault(value.form if value.form == "foreign" else "sign", []).append(row)
        if value.problem == "decimal-point":
            whole = text.rstrip("0").endswith((".", ","))
            if self.spec.unit == "count" and not whole and self.grammar.group not in text[:-4]:
                self._fault("fractional-count", row, value=shown(text), variable=self.variable)
            else:
                self.asked.setdefault(("decimal-point", ""), []).append(row)
                self.asked.setdefault(("example", shown(text)), []).append(row)
        elif value.problem in ("sign", "mark"):
            self.asked.setdefault((f"{value.problem}-undeclared", shown(text)), []).append(row)
        else:
            code = "not-a-count" if self.spec.unit == "count" else "not-a-number"
            self._fault(code, row, value=shown(text))
        return None, "O"

    # --- what only the whole column shows ---------------------------------------------------------------

    def _judge(self) -> None:
        examples = [text for code, text in self.asked if code == "example"]
        mixed = self._mixed_forms()
        for (code, text), rows in self.asked.items():
            if code == "example" or (code == "decimal-point" and mixed):
                continue
            values = {"value": text or examples[0], "n": len(rows), "variable": self.variable}
            values["meaning"] = USUAL_SIGNS.get(text, "missing")
            self._fault(code, rows[0], **values)
        if mixed:
            foreign = self.forms["foreign"][0]
            self._fault(
                "mixed-number-forms",
                foreign,
                value=examples[0],
                other=address(self.sheet, mixed[0], self.column),
            )
        self._ambiguous()

    def _mixed_forms(self) -> list[int]:
        if "foreign" not in self.forms:
            return []
        return self.forms.get("grouped", []) + self.forms.get("decimal", [])

    def _ambiguous(self) -> None:
        """Numbers that could be thousands or decimals; rates that could be shares."""
        if self.spec.unit in ("count", "text"):
            return
        grouped = self.forms.get("grouped", [])
        if grouped and not self.forms.get("decimal") and not self.forms.get("plain"):
            self._fault("thousands-or-decimals", grouped[0], n=len(grouped), variable=self.variable)
        if self.spec.unit in ("rate", "percent") and not self.spec.scale:
            marked = self.forms.get("percent", []) + self.forms.get("percent-format", [])
            bare = [r for f in ("plain", "decimal", "grouped", "number") for r in self.forms.get(f, [])]
            if marked and bare:
                self._fault("share-or-percent", bare[0], n=len(marked), m=len(bare), variable=self.variable)

    def _fault(self, code: str, row: int, **values: object) -> None:
        self.faults.append(Fault(code, address(self.sheet, row, self.column), values))


def shares(spec: Column, values: Sequence[Exact]) -> bool:
    """Whether a rate's values are all between 0 and 1, so that they may be shares instead of percentages.

    >>> shares(Column("a", unit="rate"), [Decimal("0.2"), Decimal("0.05"), Decimal("0.31")])
    True
    """
    if spec.unit not in ("rate", "percent") or spec.scale:
        return False
    known = [abs(Decimal(v)) for v in values if v]
    return len(known) >= 3 and max(known) <= 1


def lookup(values: Mapping[str, str], text: str) -> str:
    """The declared meaning of a text, folded blanks and case; empty for none.

    >>> lookup({"SGB II": "sgb2"}, "sgb ii")
    'sgb2'
    """
    return values.get(text) or next((v for k, v in values.items() if k.casefold() == text.casefold()), "")


__all__ += ["MISSING", "lookup", "shares"]

"""The steps between a released figure and the delivered cells: what each is made of, in words and to compute again."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from lebenslagen.texts import N_, SIGNS, Texts, round_half_up

__all__ = [
    "OPS",
    "Cell",
    "Step",
    "Value",
    "cells",
    "made",
    "recomputed",
    "steps",
    "summed",
    "value_text",
    "words",
]

Value = float | str | None


@dataclass(frozen=True)
class Cell:
    """A delivered cell: file, sheet and place, what stands there, and which delivery it is part of."""

    file: str
    where: str
    snapshot: str
    source: str
    period: str
    line: str


@dataclass(frozen=True, eq=False)
class Step:
    """One number and how it is made of its parts: `op` is a row of `OPS`; a part counts with its factor.

    key: the column of the release it is, blank where it is none; `area` and `level`: whose number it is. A step may be
    part of several others (the rate of a quarter enters its own score and the mean of all).

    >>> whole = made("divide", "SGB", [(1.0, Step("cell", "", 3.0)), (1.0, Step("cell", "", 12.0))], per=100)
    >>> whole.value
    25.0
    """

    op: str
    label: str
    value: Value
    parts: tuple[tuple[float, Step], ...] = field(default=(), repr=False)
    cell: Cell | None = None
    per: int = 1
    constant: float = 0.0
    key: str = ""
    level: str = ""
    area: str = ""
    area_name: str = ""
    note: str = ""
    more: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Op:
    """A way of making a number: in words, and the function of the step and the values of its parts."""

    words: str
    compute: Callable[[Step, Sequence[Value]], Value]


def made(op: str, label: str, parts: Sequence[tuple[float, Step]], **more: Any) -> Step:
    """A step with the value that its parts give."""
    step = Step(op, label, None, tuple(parts), **more)
    return replace(step, value=OPS[op].compute(step, [part.value for _, part in parts]))


# --- how each is computed -------------------------------------------------------------------------------------


def _numbers(values: Sequence[Value]) -> list[float] | None:
    """Numbers only; one that is not there makes the whole unknown."""
    if not values or any(value is None for value in values):
        return None
    return [float(value) for value in values]  # type: ignore[arg-type]


def _sum(step: Step, values: Sequence[Value]) -> Value:
    found = _numbers(values)
    if found is None:
        return None
    return step.constant + sum(factor * x for (factor, _), x in zip(step.parts, found, strict=True))


def _divide(step: Step, values: Sequence[Value]) -> Value:
    found = _numbers(values)
    return None if found is None or not found[1] else found[0] * step.per / found[1]


def _printed(step: Step, values: Sequence[Value]) -> Value:
    found = _numbers(values)
    return None if found is None else float(round_half_up(Decimal(repr(found[0])), step.more["decimals"]))


def _weighed(step: Step, values: Sequence[float]) -> tuple[list[float], list[float]]:
    """The numbers, and how much each counts: with its residents, which then follow them, or once."""
    half = len(values) // 2
    return (
        (list(values[:half]), list(values[half:]))
        if step.more.get("weighed")
        else (list(values), [1.0] * len(values))
    )


def _mean(step: Step, values: Sequence[Value]) -> Value:
    found = _numbers(values)
    if found is None:
        return None
    numbers, weights = _weighed(step, found)
    return sum(x * w for x, w in zip(numbers, weights, strict=True)) / sum(weights)


def _spread(step: Step, values: Sequence[Value]) -> Value:
    """The standard deviation of the population: divisor n, or the residents."""
    found, mean = _numbers(values), _mean(step, values)
    if found is None or not isinstance(mean, float):
        return None
    numbers, weights = _weighed(step, found)
    squares = sum(w * (x - mean) ** 2 for x, w in zip(numbers, weights, strict=True))
    return float((squares / sum(weights)) ** 0.5)


def _standard(step: Step, values: Sequence[Value]) -> Value:
    """(value − mean) / standard deviation, times weight, over the standard deviation of the sums where they are rescaled."""
    found = _numbers(values)
    if found is None or not all(found[2:]):
        return None
    value, mean, *spreads = found
    result = float(step.more["weight"]) * (value - mean)
    for spread in spreads:
        result /= spread
    return result


def _class(step: Step, values: Sequence[Value]) -> Value:
    """The class whose interval holds a value."""
    found, column = _numbers(values), step.more["column"]
    if found is None:
        return None
    for cut, closed, key in zip(column.cuts, column.upper_closed, column.keys, strict=False):
        if found[0] < cut or (closed and found[0] == cut):
            return str(key)
    return str(column.keys[-1])


def _pair(_step: Step, values: Sequence[Value]) -> Value:
    return None if None in values else "".join(str(value) for value in values)


def _method(step: Step, values: Sequence[Value]) -> Value:
    found = _numbers(values)
    return None if found is None else step.more["compute"](found)


def _leaf(step: Step, _values: Sequence[Value]) -> Value:
    return step.value


def summed(parts: Sequence[tuple[float, Step]]) -> float | None:
    """The sum of parts with their factors; one that is not there makes it unknown."""
    found = _sum(Step("sum", "", None, tuple(parts)), [part.value for _, part in parts])
    return found if isinstance(found, float) else None


OPS: Mapping[str, Op] = {
    "cell": Op(N_("delivered"), _leaf),
    "absent": Op(N_("not delivered"), _leaf),
    "published": Op(N_("published"), _leaf),
    "estimate": Op(N_("not published; a published estimate takes its place"), _leaf),
    "sum": Op(N_("added up from the numbers below"), _sum),
    "difference": Op(N_("later minus earlier"), _sum),
    "divide": Op(N_("numerator divided by denominator"), _divide),
    "printed": Op(N_("rounded as published"), _printed),
    "mean": Op(N_("mean of all areas that take part"), _mean),
    "spread": Op(N_("standard deviation over all areas that take part"), _spread),
    "standard": Op(N_("(value − mean) ÷ standard deviation × weight"), _standard),
    "class": Op(N_("the interval in which the value lies"), _class),
    "pair": Op(N_("status and dynamics together"), _pair),
    "method": Op(N_("computed from all counts below"), _method),
}  # fmt: skip


# --- in words -------------------------------------------------------------------------------------------------


def words(step: Step, t: Texts) -> str:
    """How a step is made, with its numbers where they fit into a line."""
    if step.note:
        return step.note
    if step.op == "standard" and all(isinstance(part.value, float) for _, part in step.parts):
        return _standard_words(step, t)
    if step.op == "class":
        return t("classes: {borders}", borders=_borders(step, t))
    return t(OPS[step.op].words)


def _standard_words(step: Step, t: Texts) -> str:
    value, mean, spread, *sums = (t.number(part.value, 3) for _, part in step.parts)  # type: ignore[arg-type]
    weight = step.more["weight"]
    numbers = {"value": value, "mean": f"({mean})" if mean.startswith(("−", "-")) else mean, "spread": spread}
    factor = t.number(weight, 0 if float(weight).is_integer() else 4)
    numbers["weight"] = f"({factor})" if weight < 0 else factor
    told = t("({value} − {mean}) ÷ {spread} × {weight}", **numbers)
    return f"{told} ÷ {sums[0]}" if sums else str(told)


def _borders(step: Step, t: Texts) -> str:
    """The classes of a measure with the borders between them, in the order of rising values."""
    column, found = step.more["column"], []
    labels = step.more.get("labels", {})
    for number, key in enumerate(column.keys):
        low, high = number - 1, number
        name = labels.get(key, key)
        if high < len(column.cuts):
            text = N_("{name} up to {cut}") if column.upper_closed[high] else N_("{name} below {cut}")
            found.append(t(text, name=name, cut=t.number(column.cuts[high], 2)))
        else:
            text = N_("{name} above {cut}") if column.upper_closed[low] else N_("{name} from {cut}")
            found.append(t(text, name=name, cut=t.number(column.cuts[low], 2)))
    return "; ".join(found)


def value_text(value: Value, t: Texts) -> str:
    """A number with up to three decimals, a class as it is called, or the sign for what is missing."""
    if value is None or isinstance(value, str):
        return value or SIGNS["missing"]
    return t.number(value, 0 if float(value).is_integer() else 3)


# --- computed again -------------------------------------------------------------------------------------------


def steps(step: Step) -> Iterator[Step]:
    """A step and all below it, each once."""
    seen, waiting = set(), [step]
    while waiting:
        one = waiting.pop()
        if id(one) not in seen:
            seen.add(id(one))
            yield one
            waiting.extend(part for _, part in reversed(one.parts))


def cells(step: Step) -> Iterator[Step]:
    """The delivered cells at the end of a chain."""
    return (one for one in steps(step) if one.op == "cell")


def recomputed(step: Step, read: Mapping[tuple[str, str], float | None]) -> Value:
    """The number again, from nothing but cells: (snapshot, place) -> what stands there.

    Published estimates stand for counts that are not published; no cell is used for them.
    """
    return _again(step, read, {})


def _again(step: Step, read: Mapping[tuple[str, str], float | None], known: dict[int, Value]) -> Value:
    if id(step) not in known:
        if step.cell is not None:
            known[id(step)] = read[step.cell.snapshot, step.cell.where]
        else:
            values = [_again(part, read, known) for _, part in step.parts]
            known[id(step)] = OPS[step.op].compute(step, values)
    return known[id(step)]

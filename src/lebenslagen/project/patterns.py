"""Patterns in declarations: regular expressions that always come to an end soon."""

from __future__ import annotations

import dataclasses
import re
import re._constants as _c  # type: ignore[import-not-found]
import re._parser as _parser  # type: ignore[import-not-found]
from collections.abc import Iterator
from typing import Any

from lebenslagen.errors import Fault

__all__ = ["pattern_faults", "problem"]

LONGEST = 200  # letters
NAMES = frozenset({"pattern", "sheet_pattern", "stop", "sum_pattern", "pyramid", "skip_rows"})
REPEATS = ("MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT")
FEW = 4  # repetitions up to which a repeated group may repeat within


def problem(pattern: str) -> str:
    """Why a pattern is refused: "invalid", "long", "nested" (a repetition within a repetition may never end), or "".

    >>> problem("^([MW])([0-9][0-9])$"), problem("(a+)+$"), problem("("), problem("a" * 300)
    ('', 'nested', 'invalid', 'long')
    """
    if len(pattern) > LONGEST:
        return "long"
    try:
        tree = _parser.parse(pattern)
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError):
        return "invalid"
    return "nested" if _nested(tree, False) or _many_wide(tree) else ""


def _nested(tree: Any, inside: bool) -> bool:
    for operator, argument in tree:
        wide = str(operator) in REPEATS and (argument[1] is _c.MAXREPEAT or argument[1] > FEW)
        if wide and inside:
            return True
        if any(_nested(part, inside or wide) for part in _parts(argument)):
            return True
    return False


def _many_wide(tree: Any) -> bool:
    """More than four unbounded repetitions in a row: slow on long texts, whatever stands between them."""
    wide = sum(str(o) in REPEATS and a[1] is _c.MAXREPEAT for o, a in tree)
    return wide > FEW


def _parts(argument: Any) -> Iterator[Any]:
    """The patterns within an argument of a parsed pattern: groups, branches, repeated parts."""
    if isinstance(argument, _parser.SubPattern):
        yield argument
    elif isinstance(argument, tuple | list):
        for item in argument:
            yield from _parts(item)


def pattern_faults(declared: object, where: str) -> Iterator[Fault]:
    """The faults of all patterns in a declaration, whatever it is nested in."""
    if dataclasses.is_dataclass(declared) and not isinstance(declared, type):
        for field in dataclasses.fields(declared):
            value = getattr(declared, field.name)
            if field.name in NAMES:
                for text in (value,) if isinstance(value, str) else tuple(value or ()):
                    yield from _fault(str(text), f"{where}.{field.name}")
            else:
                yield from pattern_faults(value, f"{where}.{field.name}")
    elif isinstance(declared, tuple | list):
        for number, item in enumerate(declared, 1):
            yield from pattern_faults(item, f"{where}[{number}]")


def _fault(pattern: str, where: str) -> Iterator[Fault]:
    found = problem(pattern)
    if found:
        yield Fault(f"pattern-{found}", where, {"pattern": pattern[:40]})

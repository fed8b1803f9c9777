"""TOML to frozen dataclasses: strict, every fault at once, each with its key and the likely meaning."""

from __future__ import annotations

import dataclasses
import difflib
import re
import tomllib
import typing
from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, TypeVar

from pydantic import ConfigDict, Field, Strict, TypeAdapter, ValidationError

from lebenslagen.errors import DesignError, Fault

__all__ = [
    "STRICT",
    "Day",
    "Flag",
    "Key",
    "Name",
    "Number",
    "Text",
    "Whole",
    "adapt",
    "nearest",
    "parse",
    "read_toml",
]

STRICT = ConfigDict(extra="forbid", arbitrary_types_allowed=True)
Text = Annotated[str, Strict()]
Key = Annotated[str, Strict(), Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$")]
Name = Annotated[str, Strict(), Field(min_length=1, max_length=200)]
Whole = Annotated[int, Strict()]
Flag = Annotated[bool, Strict()]
Day = Annotated[date, Strict()]
Number = Annotated[float, Strict(), Field(allow_inf_nan=False)]

T = TypeVar("T")


def read_toml(path: Path, name: str) -> dict[str, Any]:
    """The table in a TOML file.

    Raises DesignError with the line where it cannot be read.

    >>> import tempfile; f = Path(tempfile.mkdtemp()) / "a.toml"; _ = f.write_text("a = 1")
    >>> read_toml(f, "a.toml")
    {'a': 1}
    """
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        raise DesignError(Fault("declaration-absent", name, {"file": name})) from None
    return parse(raw, name)


def parse(raw: bytes, name: str) -> dict[str, Any]:
    """The table in the bytes of a TOML file; `name` is the place that a fault names.

    >>> parse(b'a = 1', "a.toml")
    {'a': 1}
    """
    try:
        return tomllib.loads(raw.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise DesignError(Fault("declaration-encoding", name, {"byte": error.start})) from None
    except tomllib.TOMLDecodeError as error:
        raise DesignError(_not_toml(str(error), name)) from None


def _not_toml(said: str, name: str) -> Fault:
    """tomllib speaks English only; its line and whether a key stands twice are what helps."""
    line = re.search(r"at line (\d+)", said)
    twice = "twice" in said or "overwrite" in said or "Duplicate" in said
    code = "declaration-key-twice" if twice else "declaration-unreadable"
    return Fault(code, f"{name}:{line[1]}" if line else name)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def adapt(kind: type[T], data: object, where: str) -> T:
    """`data` as an instance of the frozen dataclass `kind`.

    Raises DesignError with all faults, each at its key, with the nearest known key for a misspelt one.

    >>> @dataclasses.dataclass(frozen=True)
    ... class Point:
    ...     __pydantic_config__ = STRICT
    ...     x: Number
    >>> adapt(Point, {"x": 1.5}, "p")
    Point(x=1.5)
    >>> try: adapt(Point, {"y": 1}, "p")
    ... except DesignError as error: [f.code for f in error.faults]
    ['missing-key', 'unknown-key']
    """
    try:
        return typing.cast(T, _adapter(typing.cast(Any, kind)).validate_python(data))
    except ValidationError as error:
        raise DesignError([_fault(kind, where, e) for e in error.errors(include_url=False)]) from None


def _fault(kind: type, where: str, error: Any) -> Fault:
    place = _place(kind, error["loc"])
    key = str(place[-1]) if place else ""
    if error["type"] in ("unexpected_keyword_argument", "extra_forbidden"):
        hint = nearest(key, _keys(kind, place[:-1]))
        return Fault("unknown-key", _path(where, place[:-1]), {"key": key, "hint": hint})
    if error["type"] in ("missing", "missing_argument"):
        return Fault("missing-key", _path(where, place[:-1]), {"key": key})
    code = next(
        (code for start, code in EXPECTED.items() if error["type"].startswith(start)), "expects-other"
    )
    if code == "expects-key-of-digits" and "A-Z" in str((error.get("ctx") or {}).get("pattern", "")):
        code = "expects-key"
    values = {"value": repr(error["input"])[:60], "expected": (error.get("ctx") or {}).get("expected", "")}
    return Fault(code, _path(where, place), values)


# How pydantic's kinds of error begin -> our fault.
EXPECTED = {
    "string_type": "expects-text",
    "string_too": "expects-text-of-length",
    "string_pattern": "expects-key-of-digits",
    "int": "expects-whole-number",
    "float": "expects-number",
    "finite": "expects-number",
    "bool": "expects-true-or-false",
    "date": "expects-date",
    "literal": "expects-one-of",
    "tuple": "expects-list",
    "dataclass": "expects-table",
    "mapping": "expects-table",
    "dict": "expects-table",
}


def _place(kind: Any, location: Sequence[object]) -> list[object]:
    """Without the names of types, under which pydantic lists the branches of a union."""
    place: list[object] = []
    for part in location:
        known = kind is not None and str(part) in _keys(kind, ())
        if isinstance(part, int) or known or not _is_branch(part):
            place.append(part)
            kind = _member(kind) if isinstance(part, int) else _field(kind, str(part))
    return place


def _is_branch(part: object) -> bool:
    return isinstance(part, str) and ("[" in part or part in ("str", "int", "float", "bool", "date"))


def _path(where: str, place: Sequence[object]) -> str:
    for part in place:
        where += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return where


def nearest(key: str, known: Sequence[str]) -> str:
    """A hint at the known key that was probably meant, to follow a name; empty where none is near.

    >>> nearest("wieghts", ["weights", "parts"])
    ' (→ weights?)'
    """
    close = difflib.get_close_matches(key, known, n=1, cutoff=0.6)
    return f" (→ {close[0]}?)" if close else ""


def _keys(kind: Any, place: Sequence[object]) -> list[str]:
    """The known keys of the dataclass that stands at `place` below `kind`."""
    for part in place:
        kind = _member(kind) if isinstance(part, int) else _field(kind, str(part))
    kind = _plain(kind)
    return [f.name for f in dataclasses.fields(kind)] if dataclasses.is_dataclass(kind) else []


def _field(kind: Any, name: str) -> Any:
    kind = _plain(kind)
    if dataclasses.is_dataclass(kind):
        return typing.get_type_hints(kind, include_extras=False).get(name)
    return typing.get_args(kind)[-1] if typing.get_origin(kind) in (dict, Mapping) else None


def _member(kind: Any) -> Any:
    arguments = typing.get_args(_plain(kind))
    return arguments[0] if arguments else None


def _plain(kind: Any) -> Any:
    """Without Annotated and Optional: the type that matters."""
    if typing.get_origin(kind) is Annotated:
        return _plain(typing.get_args(kind)[0])
    options = [option for option in typing.get_args(kind) if option is not type(None)]
    if type(None) in typing.get_args(kind) and options:
        return _plain(options[0])
    return kind

"""One table of a declaration changed in its file: keys are rewritten where they stand; comments and order stay.

What comes out is read again and must say exactly what was wanted; otherwise nothing is changed.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from lebenslagen.errors import DesignError, Fault

__all__ = ["key_text", "literal", "rewritten"]

Path = tuple[str | int, ...]
BARE = re.compile(r"[A-Za-z0-9_-]+")
HEAD = re.compile(r"(?m)^[ \t]*\[{1,2}[^\[\]\n]+\]{1,2}[ \t]*(?:#[^\n]*)?$")


def rewritten(raw: bytes, path: Path, changes: Mapping[str, Any], name: str) -> bytes:
    """The file with these keys of the table at `path` set, or removed where the value is None; `()` is the top.

    `path` names tables, and the place in an array of tables from 0. Raises DesignError (with the file's `name`) where the
    file is written in a way that is not understood here.

    >>> rewritten(b'a = "1 # 2" # so\\nb = 1 # too\\n', (), {"a": 3, "b": None}, "p")
    b'a = 3 # so\\n'
    >>> print(rewritten(b'a = 1\\n\\n[c] # us\\nx = "1"\\n', ("c",), {"x": None, "y": [2]}, "p").decode())
    a = 1
    <BLANKLINE>
    [c] # us
    y = [2]
    <BLANKLINE>
    """
    text = raw.decode("utf-8-sig").replace("\r\n", "\n")
    wanted = _wanted(tomllib.loads(text), path, changes)
    for made in _ways(text, path, changes):
        try:
            if tomllib.loads(made) == wanted:
                return made.encode()
        except tomllib.TOMLDecodeError:
            continue
    raise DesignError(Fault("declaration-not-rewritten", name, {"file": name, "key": ", ".join(changes)}))


def literal(value: Any) -> str:
    """A value as TOML writes it, on one line.

    >>> literal({"a b": ["ü", True, 1.5]})
    '{ "a b" = ["ü", true, 1.5] }'
    """
    if isinstance(value, Mapping):
        inside = ", ".join(f"{key_text(k)} = {literal(v)}" for k, v in value.items())
        return f"{{ {inside} }}" if inside else "{}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(literal(v) for v in value) + "]"
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, Decimal):
        return repr(float(value))
    return repr(value) if isinstance(value, int | float) else str(value.isoformat())


def _text(value: str) -> str:
    escaped = value.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04x}" for c in escaped) + '"'


def key_text(name: str) -> str:
    """A key as TOML writes it.

    >>> key_text("a-1"), key_text("ä b")
    ('a-1', '"ä b"')
    """
    return name if BARE.fullmatch(name) else _text(name)


def _wanted(table: dict[str, Any], path: Path, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The whole as it must read afterwards. Raises DesignError where there is no such table in an array."""
    if not path:
        merged = {**table, **changes}
        return {key: value for key, value in merged.items() if value is not None}
    first, rest = path[0], path[1:]
    assert isinstance(first, str)
    if rest and isinstance(rest[0], int):
        rows = list(table.get(first, ()))
        if not 0 <= rest[0] < len(rows):
            raise DesignError(Fault("declaration-not-rewritten", first, {"file": first, "key": str(rest[0])}))
        rows[rest[0]] = _wanted(rows[rest[0]], rest[1:], changes)
        return {**table, first: rows}
    return {**table, first: _wanted(table.get(first, {}), rest, changes)}


def _ways(text: str, path: Path, changes: Mapping[str, Any]) -> Iterator[str]:
    """What the file could read like: the table under its head, as an inline table, or added at the end."""
    spans = list(_spans(text))
    for head, begin, end in spans:
        if head == path:
            yield text[:begin] + _set(text[begin:end], changes) + text[end:]
    if len(path) == 1:
        table = tomllib.loads(text).get(str(path[0]))
        if isinstance(table, dict):
            values = {k: v for k, v in {**table, **changes}.items() if v is not None}
            begin, end = spans[0][1:]
            yield _set(text[begin:end], {str(path[0]): values}) + text[end:]
    if path and all(isinstance(part, str) for part in path):
        head = ".".join(key_text(str(part)) for part in path)
        lines = [f"{key_text(k)} = {literal(v)}" for k, v in changes.items() if v is not None]
        yield text.rstrip("\n") + "\n".join(["", "", f"[{head}]", *lines, ""])


def _spans(text: str) -> Iterator[tuple[Path, int, int]]:
    """Each table with its place: (path, begin of its keys, end of them)."""
    heads = [found for found in HEAD.finditer(text) if _readable(text[: found.start()])]
    yield (), 0, heads[0].start() if heads else len(text)
    seen: dict[str, int] = {}
    for number, found in enumerate(heads):
        inside = found[0].split("#")[0].strip()
        array = inside.startswith("[[")
        name = inside.strip("[] \t")
        path: Path = tuple(part.strip().strip("\"'") for part in name.split("."))
        if array:
            seen[name] = seen.get(name, -1) + 1
            path = (*path, seen[name])
        end = heads[number + 1].start() if number + 1 < len(heads) else len(text)
        yield path, min(found.end() + 1, len(text)), end


def _readable(text: str) -> bool:
    """Whether the text ends between two values: what looks like a head inside a longer text or list is none."""
    try:
        tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return False
    return True


def _set(span: str, changes: Mapping[str, Any]) -> str:
    for key, value in changes.items():
        span = _set_one(span, key, value)
    return span


def _set_one(span: str, key: str, value: Any) -> str:
    """One key set, removed or added in the lines of its table."""
    line = f"{key_text(key)} = {_written(value)}" if value is not None else None
    begin = re.search(rf"(?m)^[ \t]*(?:{re.escape(key)}|{re.escape(_text(key))})[ \t]*=", span)
    if begin is None:
        if line is None:
            return span
        body = span.rstrip("\n")
        return (body + "\n" if body else "") + line + "\n" + "\n" * max(0, len(span) - len(body) - 1)
    stop = _end_of(span, begin.start())
    if line is None:  # its remark goes with it
        return span[: begin.start()] + re.sub(r"\A[ \t]*(?:#[^\n]*)?\n?", "", span[stop:])
    return span[: begin.start()] + line + span[stop:]


def _written(value: Any) -> str:
    """A list of tables on a line each, everything else on one line."""
    if isinstance(value, list | tuple) and value and all(isinstance(row, Mapping) for row in value):
        return "[\n" + "".join(f"    {literal(row)},\n" for row in value) + "]"
    return literal(value)


def _end_of(span: str, begin: int) -> int:
    """Where the value that begins in this line ends: at the first remark or line end up to which it can be read."""
    for end in re.finditer(r"[ \t]*#|\n|\Z", span[begin:]):
        try:
            tomllib.loads(span[begin : begin + end.start()])
        except tomllib.TOMLDecodeError:
            continue
        return begin + end.start()
    return len(span)

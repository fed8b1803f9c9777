"""One block of a declaration (a period, a variable) added to its file or taken out of it; everything else stays as it is.

What comes out is read again and must say exactly what was wanted; otherwise nothing is written.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.web.rewriting import literal, rewritten

__all__ = ["row_of", "with_block", "without_block"]


def row_of(raw: bytes, name: str, key: str) -> dict[str, Any] | None:
    """The block of that key, or None.

    >>> row_of(b'[[periods]]\\nkey = "2024"\\n', "periods", "2024")
    {'key': '2024'}
    """
    rows = tomllib.loads(raw.decode("utf-8-sig")).get(name, [])
    return next((row for row in rows if row.get("key") == key), None)


def with_block(raw: bytes, name: str, row: Mapping[str, Any], file: str) -> bytes:
    """The file with a block more, below the last of its kind. Raises DesignError where the file cannot be added to.

    >>> print(with_block(b'[[v]]\\nkey = "a"\\n\\n# next\\n[x]\\n', "v", {"key": "b"}, "f").decode())
    [[v]]
    key = "a"
    <BLANKLINE>
    [[v]]
    key = "b"
    <BLANKLINE>
    # next
    [x]
    <BLANKLINE>
    """
    text = _text(raw)
    table = tomllib.loads(text)
    wanted = {**table, name: [*table.get(name, []), dict(row)]}
    block = "\n".join([f"[[{name}]]", *(f"{key} = {literal(value)}" for key, value in row.items())])
    spans = list(_blocks(text, name))
    places = [spans[-1][1]] if spans else []
    for place in (*places, len(text.rstrip("\n"))):
        made = f"{text[:place]}\n\n{block}{text[place:] or chr(10)}"
        if _says(made, wanted):
            return made.encode()
    return rewritten(raw, (), {name: wanted[name]}, file)


def without_block(raw: bytes, name: str, key: str, file: str) -> bytes:
    """The file without the block of that key. Raises DesignError where it is written in a way not understood here."""
    text = _text(raw)
    table = tomllib.loads(text)
    wanted = {**table, name: [row for row in table.get(name, []) if row.get("key") != key]}
    if not wanted[name]:
        wanted.pop(name)
    for begin, end in _blocks(text, name):
        made = text[: len(text[:begin].rstrip("\n"))] + (text[end:] or "\n")
        if _says(made, wanted):
            return made.encode()
    raise DesignError(Fault("declaration-not-rewritten", file, {"file": file, "key": key}))


def _text(raw: bytes) -> str:
    return raw.decode("utf-8-sig").replace("\r\n", "\n")


def _says(text: str, wanted: Mapping[str, Any]) -> bool:
    try:
        return tomllib.loads(text) == wanted
    except tomllib.TOMLDecodeError:
        return False


def _blocks(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where each block of an array of tables begins and ends; remarks before the next head belong to that."""
    heads = [found.start() for found in re.finditer(r"(?m)^[ \t]*\[", text)]
    for begin in heads:
        if re.match(rf"[ \t]*\[\[[ \t]*{re.escape(name)}[ \t]*\]\]", text[begin:]):
            stop = next((head for head in heads if head > begin), len(text))
            lines = text[begin:stop].split("\n")
            while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith("#")):
                lines.pop()
            yield begin, begin + len("\n".join(lines))

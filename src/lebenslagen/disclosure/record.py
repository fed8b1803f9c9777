"""How a release is written down: plain lists and texts, packed so that a warm build reads it quickly.

A cell is one text: its first letter says what follows (n number, t text, m mark; capital letters: estimated).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Cell, Column, Described, IndexInfo, Release

__all__ = ["canonical", "pack", "unpack"]

FORM = 1  # raised when the packing changes


def canonical(content: object) -> bytes:
    """The one way to write this content as JSON: sorted keys, no spaces, UTF-8.

    >>> canonical({"b": 1, "a": "ä"}).decode()
    '{"a":"ä","b":1}'
    """
    return json.dumps(content, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def pack(release: Release) -> dict[str, Any]:
    """A release as plain values that JSON can hold.

    >>> from lebenslagen.disclosure.release import LevelFrame, Policy, Release
    >>> pack(Release(Policy(), "T", "Musterstadt", (LevelFrame("town", ("05",)),), ()))["town"]
    'Musterstadt'
    """
    frames = {(f.level, f.vintage): f.ids for f in release.frames}
    return {
        "form": FORM,
        "title": release.title,
        "town": release.town,
        "residents": release.residents,
        "author": release.author,
        "approved_by": release.approved_by,
        "issued": release.issued,
        "rules": list(release.rules),
        "policy": _plain(release.policy),
        "frames": [_plain(frame) for frame in release.frames],
        "columns": [_pack_column(column, frames) for column in release.columns],
        "methods": {key: _plain(info) for key, info in release.methods.items()},
        "bounds": [[*key, b.low, b.high, b.known] for key, b in sorted(release.bounds.items())],
        "links": [_plain(link) for link in release.links],
        "known": [_plain(known) for known in release.known],
        # Written only where there are any, so that releases without corrections keep their digest.
        **({"revised": [list(place) for place in release.revised]} if release.revised else {}),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value) if f.init}
    return value


def _pack_column(column: Column, frames: Mapping[tuple[str, str], tuple[str, ...]]) -> dict[str, Any]:
    defaults = {f.name: f.default for f in fields(column)}
    packed = {
        name: _plain(getattr(column, name))
        for name, default in defaults.items()
        if name != "cells" and getattr(column, name) != default
    }
    cells = {}
    for level, row in column.cells.items():
        cells[level] = [
            _pack_cell(row[area]) if area in row else "" for area in frames[level, column.vintage]
        ]
    return {**packed, "cells": cells}


def _pack_cell(cell: Cell) -> str:
    letter = "m" if cell.mark else "t" if isinstance(cell.value, str) else "n"
    return (letter.upper() if cell.estimated else letter) + (cell.mark or str(cell.value))


def unpack(content: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of a Release out of what `pack` made.

    >>> from lebenslagen.disclosure.release import LevelFrame, Policy, Release
    >>> unpack(pack(Release(Policy(), "T", "Musterstadt", (LevelFrame("town", ("05",)),), ())))["title"]
    'T'
    """
    from lebenslagen.disclosure.release import Bounds, Known, LevelFrame, Link, Policy

    if content["form"] != FORM:
        raise ValueError("unknown form")
    frames = tuple(LevelFrame(**_tuples(frame)) for frame in content["frames"])
    areas = {(f.level, f.vintage): f.ids for f in frames}
    texts: dict[str, Cell] = {}
    return {
        **{name: content[name] for name in ("title", "town", "residents", "author", "approved_by", "issued")},
        "rules": tuple(content["rules"]),
        "policy": Policy(**content["policy"]),
        "frames": frames,
        "columns": tuple(_unpack_column(column, areas, texts) for column in content["columns"]),
        "methods": {key: _unpack_info(info) for key, info in content["methods"].items()},
        "bounds": {(k, lv, a): Bounds(low, high, one) for k, lv, a, low, high, one in content["bounds"]},
        "links": tuple(
            Link(x["level"], x["old"], x["new"], tuple((a, b, Decimal(s)) for a, b, s in x["pairs"]))
            for x in content["links"]
        ),
        "known": tuple(Known(**{**x, "value": Decimal(x["value"])}) for x in content["known"]),
        "revised": tuple((key, level, area) for key, level, area in content.get("revised", ())),
    }


def _tuples(content: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in content.items()}


def _unpack_described(content: Mapping[str, Any]) -> dict[str, Any]:
    described = _tuples({key: value for key, value in content.items() if key != "cells"})
    for name in ("constant",):
        if name in described:
            described[name] = Decimal(described[name])
    if "cuts" in described:
        described["cuts"] = tuple(Decimal(cut) for cut in described["cuts"])
    if "terms" in described:
        described["terms"] = tuple((key, Decimal(weight)) for key, weight in described["terms"])
    return described


def _unpack_column(
    content: Mapping[str, Any], areas: Mapping[tuple[str, str], tuple[str, ...]], texts: dict[str, Cell]
) -> Described:
    from lebenslagen.disclosure.release import Column

    vintage = content.get("vintage", "")
    cells = {
        level: {
            area: _unpack_cell(text, texts)
            for area, text in zip(areas[level, vintage], row, strict=True)
            if text
        }
        for level, row in content["cells"].items()
    }
    return Column(**_unpack_described(content), cells=cells)


def _unpack_cell(text: str, texts: dict[str, Cell]) -> Cell:
    cell = texts.get(text)
    if cell is None:
        from lebenslagen.disclosure.release import Cell

        kind, rest = text[0], text[1:]
        if kind in "mM":
            cell = Cell(None, rest, kind == "M")
        else:
            cell = Cell(Decimal(rest) if kind in "nN" else rest, estimated=kind.isupper())
        texts[text] = cell
    return cell


def _unpack_info(content: Mapping[str, Any]) -> IndexInfo:
    from lebenslagen.disclosure.release import IndexInfo

    info = _tuples(content)
    for name in ("parts", "dynamics_parts"):
        info[name] = tuple((key, weight, direction) for key, weight, direction in info[name])
    for name in ("means", "sds", "dynamics_means", "dynamics_sds"):
        info[name] = {key: Decimal(value) for key, value in info[name].items()}
    for name in ("sd_sum", "dynamics_sd_sum"):
        info[name] = None if info[name] is None else Decimal(info[name])
    return IndexInfo(**info)

"""Every fault carries the values its sentence needs, and no code stands twice in the table."""

from __future__ import annotations

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest

from lebenslagen.errors import FAULTS
from tests.house.tree import PACKAGE

pytestmark = pytest.mark.files

SOURCE = PACKAGE


def calls() -> Iterator[tuple[str, str, set[str] | None]]:
    """(place, code, keys of the values; None where they are not written out) of every `Fault("…", …)` in the package."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Fault" and node.args:
                code = node.args[0]
                if isinstance(code, ast.Constant) and isinstance(code.value, str):
                    yield f"{path.name}:{node.lineno}", code.value, keys(node)


def keys(call: ast.Call) -> set[str] | None:
    given = (
        call.args[2]
        if len(call.args) > 2
        else next((k.value for k in call.keywords if k.arg == "values"), None)
    )
    if given is None:
        return set()
    if isinstance(given, ast.Dict) and all(isinstance(k, ast.Constant) for k in given.keys):
        return {str(k.value) for k in given.keys if isinstance(k, ast.Constant)}
    return None


def needed(code: str) -> set[str]:
    kind = FAULTS[code]
    return {n for text in (kind.message, kind.remedy) for _, n, _, _ in string.Formatter().parse(text) if n}


def test_values_meet_the_sentence() -> None:
    wrong = [
        f"{place}: {code} lacks {sorted(needed(code) - given)}"
        for place, code, given in calls()
        if given is not None and needed(code) - given
    ]
    assert wrong == []


def rows(path: Path) -> list[str]:
    """The codes of the table ROWS as they are written in a file."""
    return [
        str(key.value)
        for node in ast.parse(path.read_text("utf-8")).body
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict)
        for key in node.value.keys
        if isinstance(key, ast.Constant)
    ]


def test_no_code_stands_twice() -> None:
    codes = [code for path in sorted((SOURCE / "errors").glob("*.py")) for code in rows(path)]
    assert sorted(codes) == sorted(FAULTS)

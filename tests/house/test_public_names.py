"""Each public name is there and says what it is in one sentence; those of the core show it in a doctest too."""

from __future__ import annotations

import ast
import importlib
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.house.tree import CORE, module_name, sources

MODULES = [module_name(path) for path in sources(*CORE)]
SPOKEN = sources(*CORE, "cli", "project")
Defined = ast.FunctionDef | ast.ClassDef


@pytest.mark.parametrize("name", MODULES)
def test_public_names(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__, f"{name} does not say what it is"
    missing = [public for public in getattr(module, "__all__", ()) if not hasattr(module, public)]
    assert missing == []


@pytest.mark.parametrize("name", MODULES)
def test_docstrings_with_doctest(name: str) -> None:
    module = importlib.import_module(name)
    silent = []
    for public in getattr(module, "__all__", ()):
        thing = getattr(module, public)
        defined_here = getattr(thing, "__module__", None) == name
        if defined_here and (inspect.isfunction(thing) or inspect.isclass(thing)):
            silent += [public] if ">>>" not in (thing.__doc__ or "") else []
    assert silent == [], f"no doctest in {name}: {silent}"


@pytest.mark.parametrize(
    "path", [path for path in sources(*CORE) if path.name != "__init__.py"], ids=module_name
)
def test_names_are_declared(path: Path) -> None:
    assert hasattr(importlib.import_module(module_name(path)), "__all__"), f"{path.name} declares no __all__"


def defined(path: Path) -> Iterator[Defined]:
    """The functions and classes a module defines for others to use."""
    for node in ast.parse(path.read_text("utf-8")).body:
        if isinstance(node, Defined) and not node.name.startswith("_"):
            yield node


def says(docstring: str) -> bool:
    """Whether a docstring opens with a sentence."""
    first = docstring.partition("\n\n")[0]
    return first.rstrip().endswith((".", "…", ":")) and len(first.split()) > 1


@pytest.mark.parametrize("path", SPOKEN, ids=module_name)
def test_each_says_what_it_is(path: Path) -> None:
    silent = [node.name for node in defined(path) if not says(ast.get_docstring(node) or "")]
    assert silent == [], f"{path.name} does not say what these are: {silent}"

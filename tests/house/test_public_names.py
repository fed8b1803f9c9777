"""Each public name of the core is there, says what it is in a docstring, and shows it in a doctest."""

from __future__ import annotations

import importlib
import inspect
from pathlib import Path

import pytest

from tests.house.tree import CORE, module_name, sources

MODULES = [module_name(path) for path in sources(*CORE)]


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

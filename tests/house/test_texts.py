"""Every text a user sees is translated, and the compiled catalogues are those of their sources."""

from __future__ import annotations

import re
import string
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import texts as catalogue_tool

from lebenslagen.errors import FAULTS

pytestmark = pytest.mark.files


def test_every_marked_text_is_translated_and_compiled() -> None:
    assert list(catalogue_tool.faults(check=True)) == []


def fields(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_translations_use_the_same_values() -> None:
    for path, catalogue in catalogue_tool.catalogues("de"):
        for key, said in catalogue_tool.translated(catalogue).items():
            if "msgid_plural" not in said and not said.startswith("("):
                assert fields(said) <= fields(key), f"{path.name}: {key!r}"


def test_every_fault_code_raised_is_known() -> None:
    source = Path(catalogue_tool.SOURCE)
    raised = {
        code
        for path in source.rglob("*.py")
        for code in re.findall(r'Fault\(\s*"([a-z0-9-]+)"', path.read_text("utf-8"))
    }
    assert raised - set(FAULTS) == set()
    assert all(kind.message and kind.remedy for kind in FAULTS.values())

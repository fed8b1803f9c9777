"""The reference lags behind no table of the code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "scripts"))
import docs as reference
from lebenslagen.texts import texts

pytestmark = pytest.mark.files


@pytest.mark.parametrize("name", sorted(reference.PAGES))
def test_reference_page_is_current(name: str) -> None:
    page = reference.PAGES[name](texts("de"))
    assert (reference.TARGET / name).read_text("utf-8") == page, "make docs"

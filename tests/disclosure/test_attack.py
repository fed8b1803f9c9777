"""Leaking releases are found, and each family of the reader's knowledge is needed for it."""

from __future__ import annotations

import pytest

from lebenslagen.disclosure import attack, leaks
from lebenslagen.disclosure.attack import FAMILIES
from tests.disclosure.leaking import LEAKS

NEEDED = [(name, family) for name, leak in LEAKS.items() for family in leak().families]


@pytest.mark.parametrize("name", LEAKS)
def test_leak_is_found(name: str) -> None:
    leak = LEAKS[name]()
    bounds = attack(leak.release, leak.ledger)
    assert (bounds[leak.cell].low, bounds[leak.cell].high) == leak.learns
    assert leak.cell in leaks(leak.release, bounds)


@pytest.mark.parametrize(("name", "family"), NEEDED)
def test_without_a_family_the_reader_learns_less(name: str, family: str) -> None:
    leak = LEAKS[name]()
    fewer = {key: value for key, value in FAMILIES.items() if key != family}
    learns = attack(leak.release, leak.ledger)[leak.cell].width
    bounds = attack(leak.release, leak.ledger, fewer)
    assert leak.cell not in bounds or bounds[leak.cell].width > learns


def test_every_family_is_needed_by_a_leak() -> None:
    assert {family for _, family in NEEDED} == set(FAMILIES)

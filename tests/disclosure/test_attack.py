"""Leaking releases are found, and each family of the reader's knowledge is needed for it."""

from __future__ import annotations

import pytest

from lebenslagen.disclosure import attack, leaks
from lebenslagen.disclosure.attack import FAMILIES
from tests.disclosure.build import column, flat, ledger, release
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


def test_a_figure_revised_since_is_no_contradiction() -> None:
    """Nine were printed before; now the town has five altogether: readers fall back on what fits."""
    before = release(flat("01 02"), column("a", quarter={"01": 9, "02": 30}))
    now = release(flat("01 02"), column("a", quarter={"01": "*", "02": "*"}, town=5))
    bounds = attack(now, ledger(before))
    assert (bounds["a", "quarter", "01"].low, bounds["a", "quarter", "01"].high) == (9, 9)
    now_and_new = release(flat("01 03"), column("a", quarter={"01": "*", "03": "*"}, town=5))
    fallen = attack(now_and_new, ledger(before))["a", "quarter", "03"]
    assert (fallen.low, fallen.high) == (0, 5)


def test_contradictions_that_stay_count_as_found() -> None:
    """Figures that cannot all be true are not waved through."""
    table = release(flat("01 02 03"), column("a", quarter={"01": "*", "02": "*", "03": 9}, town=5))
    bounds = attack(table)
    assert leaks(table, bounds) == (("a", "quarter", "01"), ("a", "quarter", "02"))

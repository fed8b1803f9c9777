"""After a correction: what was printed before is known, what was corrected is not, and nothing tells a hidden count."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal

import pytest

from lebenslagen.disclosure import Draft, DraftColumn, Ledger, Policy, Release, attack, leaks, protect
from lebenslagen.disclosure.attack import FAMILIES
from lebenslagen.errors import DisclosureError
from tests.disclosure.build import column, draft, draft_column, flat, frames, ledger, release, summed
from tests.disclosure.enumerate import possible_after

PUBLIC = Policy("public", threshold=5, width=4)
PLACES = frames({"Nord": "01 02 03", "Süd": "04 05"})
ROW = {"01": 2, "02": 17, "03": 40, "04": 30, "05": 60}


def town(row: Mapping[str, int], **more: object) -> Draft:
    return draft(PLACES, draft_column("a", **summed(PLACES, row)), **more)


def after(row: Mapping[str, int], *earlier: Release) -> Release:
    return protect(town(row), PUBLIC, ledger(*earlier))


def hidden(made: Release) -> set[str]:
    return {a for cells in made.column("a").cells.values() for a, cell in cells.items() if cell.mark}


def test_a_shown_count_is_corrected_to_another_one_shown() -> None:
    first = after(ROW)
    second = after({**ROW, "03": 44}, first)
    assert hidden(second) == hidden(first) == {"01", "02"}
    assert second.revised == ()
    assert second.bounds == first.bounds


def test_a_shown_count_is_corrected_to_a_small_one() -> None:
    """40 were printed, now there are three: hidden, and the totals that would tell it with what was known before."""
    first = after(ROW)
    second = after({**ROW, "03": 3}, first)
    assert hidden(second) >= {"01", "02", "03", "Nord"}
    assert set(second.revised) == {
        ("a", level, a) for level, a in (("quarter", "03"), ("district", "Nord"), ("town", "05"))
    }
    assert leaks(second, attack(second, ledger(first))) == ()


def test_without_the_knowledge_of_what_is_unchanged_the_totals_would_have_been_shown() -> None:
    first = after(ROW)
    printed = column(
        "a",
        quarter={"01": "*", "02": "*", "03": "*", "04": 30, "05": 60},
        district={"Nord": 22, "Süd": 90},
        town=112,
    )
    told = release(PLACES, printed, policy=PUBLIC, revised=(("a", "quarter", "03"),))
    assert attack(told, ledger(first))["a", "quarter", "03"].high == 3
    fewer = {name: family for name, family in FAMILIES.items() if name != "revisions"}
    assert attack(told, ledger(first), fewer)["a", "quarter", "03"].high == 22
    assert leaks(told, attack(told, ledger(first)))


def test_what_is_hidden_now_and_was_shown_is_known_unless_the_release_says_otherwise() -> None:
    first = after(ROW)
    printed = column("a", quarter={"01": "*", "02": "*", "03": "*", "04": 30, "05": 60})
    silent = release(PLACES, printed, policy=PUBLIC)
    assert attack(silent, ledger(first))["a", "quarter", "03"].low == 40
    said = release(PLACES, printed, policy=PUBLIC, revised=(("a", "quarter", "03"),))
    assert attack(said, ledger(first))["a", "quarter", "03"].high is None


def test_a_correction_of_hidden_counts_is_not_read_as_a_contradiction() -> None:
    """The total says that two more are hidden: the reader assumes that two were added, nothing else."""
    first = release(
        PLACES,
        column("a", quarter={"01": "*", "02": "*", "03": 40}, district={"Nord": 59}),
        column("b", quarter={"02": "*"}),
        column("s", quarter={"02": 9}, sum_of=("a", "b")),
        policy=PUBLIC,
    )
    second = release(
        PLACES,
        column("a", quarter={"01": "*", "02": "*", "03": 40}, district={"Nord": 61}),
        column("b", quarter={"02": "*"}),
        column("s", quarter={"02": "*"}, sum_of=("a", "b")),
        policy=PUBLIC,
        revised=(("s", "quarter", "02"),),
    )
    bounds = attack(second, ledger(first))["a", "quarter", "02"]
    assert (bounds.low, bounds.high) == (1, 10)


def test_a_total_that_was_never_shown_moves_with_its_areas() -> None:
    """Withheld then and now, the district is not taken for unchanged: quarter 02 would seem to have its 40 still."""
    places = frames({"Nord": "01 02", "Süd": "03 04"})
    rest = {"01": "*", "03": "*", "04": 30}
    districts = {"Nord": "*", "Süd": "*"}
    first = release(places, column("a", quarter={**rest, "02": 40}, district=districts), policy=PUBLIC)
    second = release(
        places,
        column("a", quarter={**rest, "02": "*"}, district=districts),
        policy=PUBLIC,
        revised=(("a", "quarter", "02"),),
    )
    assert attack(second, ledger(first))["a", "quarter", "02"].high is None


def test_a_count_does_not_change_alone_under_a_total_that_stays() -> None:
    """03 was corrected, the total was not: something else withheld was corrected too, so 03 is not 40 still."""
    places = flat("01 02 03")
    first = release(places, column("a", quarter={"01": "*", "02": "*", "03": 40}, town=59), policy=PUBLIC)
    second = release(
        places,
        column("a", quarter={"01": "*", "02": "*", "03": "*"}, town=59),
        policy=PUBLIC,
        revised=(("a", "quarter", "03"),),
    )
    bounds = attack(second, ledger(first))["a", "quarter", "03"]
    assert (bounds.low, bounds.high) == (1, 59)


def test_a_hidden_count_corrected_to_zero_stays_hidden_and_is_not_taken_for_one_at_least() -> None:
    first = after(ROW)
    second = after({**ROW, "01": 0}, first)
    assert hidden(second) >= {"01", "02"}
    assert second.bounds["a", "quarter", "01"].low == 0


def test_a_part_known_already_is_covered_by_its_corrected_whole() -> None:
    """36 of 60 were printed; now there are 38 altogether: the two others are told unless the whole is hidden."""
    part, whole = {a: 36 if a == "01" else 20 for a in ROW}, dict.fromkeys(ROW, 60)

    def table(base: Mapping[str, int]) -> Draft:
        return draft(
            PLACES,
            draft_column("part", part_of=("whole",), **summed(PLACES, part)),
            draft_column("whole", **summed(PLACES, base)),
        )

    first = protect(table(whole), PUBLIC)
    second = protect(table({**whole, "01": 38}), PUBLIC, ledger(first))
    assert second.cell("part", "quarter", "01").value == 36
    assert second.cell("whole", "quarter", "01").mark == "withheld"
    assert leaks(second, attack(second, ledger(first))) == ()


def test_three_releases_with_two_corrections() -> None:
    first = after(ROW)
    second = after({**ROW, "03": 3}, first)
    third = after({**ROW, "03": 41}, first, second)
    assert third.cell("a", "quarter", "03").mark == "withheld"
    assert leaks(third, attack(third, ledger(first, second))) == ()
    back = after(ROW, first, second)
    assert back.cell("a", "quarter", "03").value == 40


def test_what_nothing_helps_against_is_told_with_the_earlier_figures() -> None:
    """Two counts were exchanged within a district whose total is known: their sum of five leaves no room."""
    places = flat("01 02 03")
    first = protect(draft(places, draft_column("a", **summed(places, {"01": 5, "02": 0, "03": 90}))), PUBLIC)
    signed = first.signed("A", "B", "2021-06-30")
    with pytest.raises(DisclosureError) as raised:
        protect(
            draft(places, draft_column("a", **summed(places, {"01": 3, "02": 2, "03": 90}))),
            PUBLIC,
            ledger(signed),
        )
    fault = raised.value.faults[0]
    assert (fault.code, fault.values["source"]) == ("clashes-with-earlier", "Probe 2021-06-30")
    assert "03" in str(fault.values["clash"])


def test_the_order_of_periods_does_not_matter() -> None:
    """The later period first, then both: each is protected with the other known."""

    def both(*periods: str) -> Draft:
        rows = {"2020": ROW, "2024": {**ROW, "01": 3, "04": 28}}
        return draft(PLACES, *(draft_column(f"a@{p}", period=p, **summed(PLACES, rows[p])) for p in periods))

    newer = protect(both("2024"), PUBLIC)
    older = protect(both("2020"), PUBLIC, ledger(newer))
    together = protect(both("2020", "2024"), PUBLIC, ledger(newer, older))
    assert leaks(together, attack(together, ledger(newer, older))) == ()


def test_a_part_of_a_small_whole_takes_the_whole_with_it() -> None:
    """Five of five: the five beside it would leave the part no room, so both are withheld, and a partner of each."""
    part, whole = {**dict.fromkeys(ROW, 20), "01": 5}, {**dict.fromkeys(ROW, 60), "01": 5}
    few = draft_column("part", part_of=("whole",), **summed(PLACES, part))
    made = protect(draft(PLACES, few, draft_column("whole", **summed(PLACES, whole))), PUBLIC)
    assert {made.cell(key, "quarter", "01").mark for key in ("part", "whole")} == {"withheld"}
    assert leaks(made, attack(made)) == ()


# --- many small towns -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Town:
    """A small town before and after a correction."""

    places: tuple[object, ...]
    then: dict[str, int]
    now: dict[str, int]

    def draft(self, row: Mapping[str, int]) -> Draft:
        few = draft_column("a", **summed(self.places, row))  # type: ignore[arg-type]
        base = draft_column("base", **summed(self.places, dict.fromkeys(row, 600)))  # type: ignore[arg-type]
        return draft(self.places, few, base, _rate(few, base))  # type: ignore[arg-type]


def _rate(few: DraftColumn, base: DraftColumn) -> DraftColumn:
    values = {
        level: {area: Decimal(100) * number / base.values[level][area] for area, number in row.items()}
        for level, row in few.values.items()
    }
    return replace(draft_column("rate", "rate", numerator="a", denominator="base"), values=values)


def small_town(seed: int) -> Town:
    draw = random.Random(seed)
    districts = {
        name: [f"{name}{n}" for n in range(draw.randint(2, 4))] for name in "NSW"[: draw.randint(1, 3)]
    }
    places = frames({name: " ".join(quarters) for name, quarters in districts.items()})
    then = {
        q: draw.choice((draw.randint(0, 6), draw.randint(5, 30))) for row in districts.values() for q in row
    }
    now = dict(then)
    for quarter in draw.sample(list(then), draw.choice((1, 1, 2, 3)) if len(then) > 2 else 1):
        now[quarter] = draw.choice(
            (draw.randint(0, 6), max(0, then[quarter] + draw.randint(-4, 4)), draw.randint(5, 40))
        )
    return Town(places, then, now)


def check(seed: int) -> str:
    """Protect, correct, protect again; the attack and the enumeration look at the second release."""
    made = small_town(seed)
    try:
        first = protect(made.draft(made.then), PUBLIC)
    except DisclosureError:
        return "too small"
    try:
        second = protect(made.draft(made.now), PUBLIC, Ledger((first,)))
    except DisclosureError as error:
        return error.faults[0].code
    bounds = attack(second, Ledger((first,)))
    assert leaks(second, bounds) == ()
    found = possible_after(first, second, "a", 45)
    for place, (low, high) in (found or {}).items():
        assert high - low - 1 >= PUBLIC.width, place
        assert bounds[place].low <= low
        assert bounds[place].high is None or bounds[place].high >= high
    return "enumerated" if found else "attacked"


@pytest.mark.parametrize("seed", range(25))
def test_a_correction_never_tells_a_hidden_count(seed: int) -> None:
    check(seed)


@pytest.mark.parametrize("seed", [19, 101, 398, 455])
def test_towns_in_which_the_first_partners_do_not_do(seed: int) -> None:
    """Areas of nobody, exchanged counts, partners that a shown correction gives away: others are found."""
    assert check(seed) in ("attacked", "enumerated")


@pytest.mark.slow
def test_two_hundred_towns_with_a_correction() -> None:
    seen = [check(seed) for seed in range(200)]
    assert seen.count("enumerated") >= 40
    assert seen.count("enumerated") + seen.count("attacked") >= 198


def with_bases(made: Town, few: Mapping[str, int], base: Mapping[str, int]) -> Draft:
    columns = [draft_column(key, **summed(made.places, row)) for key, row in (("a", few), ("base", base))]  # type: ignore[arg-type]
    rate = draft_column("rate", "rate", numerator="a", denominator="base")
    shares = {
        level: {
            area: Decimal(100) * n / columns[1].values[level][area]
            for area, n in row.items()
            if columns[1].values[level][area]
        }
        for level, row in columns[0].values.items()
    }
    return draft(made.places, *columns, replace(rate, values=shares))  # type: ignore[arg-type]


def three_releases(seed: int) -> list[str]:
    """Small wholes, then a correction of both counts, then one more of the part: what became of each release."""
    made, draw = small_town(seed), random.Random(seed + 9)
    base = {
        q: max(made.then[q], made.now[q]) + draw.choice((0, draw.randint(0, 6), draw.randint(10, 80)))
        for q in made.then
    }
    second = dict(base)
    changed = draw.choice(list(base))
    second[changed] = max(made.now[changed], base[changed] + draw.randint(-5, 5))
    third = dict(made.now)
    changed = draw.choice(list(base))
    third[changed] = min(second[changed], max(0, made.now[changed] + draw.randint(-6, 6)))
    out: list[Release] = []
    seen = []
    for few, whole in ((made.then, base), (made.now, second), (third, second)):
        try:
            one = protect(with_bases(made, few, whole), PUBLIC, Ledger(tuple(out)))
        except DisclosureError as error:
            seen.append(error.faults[0].code)
            continue
        assert leaks(one, attack(one, Ledger(tuple(out)))) == ()
        out.append(one)
        seen.append("released")
    return seen


@pytest.mark.parametrize("seed", range(8))
def test_three_releases_of_parts_and_small_wholes(seed: int) -> None:
    assert three_releases(seed) == ["released"] * 3


@pytest.mark.slow
def test_two_hundred_towns_with_three_releases() -> None:
    seen = [code for seed in range(200) for code in three_releases(seed)]
    assert seen.count("released") >= 590

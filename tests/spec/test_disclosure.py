"""Statistical disclosure control, rule by rule, in tables one can check by hand.

The policy of all examples: counts of 1 to 4 persons are not published (threshold 5), and readers must not be able to
narrow such a count down to less than 4 persons (width 4). "·" is a count that is not published.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from lebenslagen.disclosure import (
    DraftColumn,
    Known,
    Ledger,
    LevelFrame,
    Link,
    Policy,
    Release,
    attack,
    leaks,
    protect,
)
from lebenslagen.disclosure.attack import FAMILIES
from lebenslagen.disclosure.protect import PROTECT
from lebenslagen.disclosure.release import KINDS
from lebenslagen.errors import DisclosureError
from lebenslagen.texts import texts
from tests.disclosure.build import column, draft, draft_column, flat, frames, ledger, release
from tests.disclosure.leaking import LEAKS
from tests.spec.tables import table

RULES = Policy("public", threshold=5, width=4)
TOWN = frames({"Nord": "01 02 03", "Süd": "04 05"})
AREAS = {frame.level: frame.ids for frame in TOWN}
SIGN = {"withheld": "·", "missing": "…", "undefined": "x", "excluded": "–"}


def level_of(area: str) -> str:
    return next(level for level, ids in AREAS.items() if area in ids) if area != "town" else "town"


def columns(text: str, **more: dict[str, object]) -> list[DraftColumn]:
    """Draft columns from a table of true values: `*` withheld by the supplier, `…` missing, `~7` estimated."""
    rows = table(text)
    found = []
    for name in next(iter(rows.values())):
        levels: dict[str, dict[str, object]] = {}
        for area, cells in rows.items():
            if cells[name] != "-":
                value = {"*": "Q", "…": "O"}.get(cells[name], cells[name])
                levels.setdefault(level_of(area), {})["05" if area == "town" else area] = value
        found.append(draft_column(name, **{**levels, **more.get(name, {})}))
    return found


def shown(result: Release, text: str) -> None:
    """The release shows what the table says."""
    for area, cells in table(text).items():
        for name, expected in cells.items():
            cell = result.cell(name, level_of(area), "05" if area == "town" else area)
            assert (SIGN[cell.mark] if cell.mark else str(cell.value)) == expected, (area, name)


def rate(numerator: str, denominator: str, **values: str) -> DraftColumn:
    quarters = {area[1:]: value for area, value in values.items()}
    return draft_column("rate", "rate", numerator=numerator, denominator=denominator, quarter=quarters)


def test_small_counts_and_a_partner_for_each_total() -> None:
    """Counts of 1 to 4 are not shown; so that no total tells them, the cheapest further count is not either."""
    result = protect(
        draft(
            TOWN,
            *columns("""
                area  young
                01    2
                02    40
                03    9
                04    30
                05    60
                Nord  51
                Süd   90
                town  141
            """),
        ),
        RULES,
    )
    shown(
        result,
        """
        area  young
        01    ·
        02    40
        03    ·
        04    30
        05    60
        Nord  51
        Süd   90
        town  141
        """,
    )
    # 11 for both: readers know that each is at least one, so the first lies between 1 and 10.
    assert (result.bounds["young", "quarter", "01"].low, result.bounds["young", "quarter", "01"].high) == (
        1,
        10,
    )


def test_three_kinds_of_nothing() -> None:
    """Zero is shown, missing stays missing, and what its supplier withholds is protected like a small count."""
    result = protect(
        draft(
            TOWN,
            *columns("""
                area  young
                01    0
                02    *
                03    19
                04    …
                05    60
                Nord  51
            """),
        ),
        RULES,
    )
    shown(
        result,
        """
        area  young
        01    0
        02    ·
        03    ·
        04    …
        05    60
        Nord  51
        """,
    )


def test_partners_leave_room() -> None:
    """1 and 5 have a sum of 6: an interval of 4 persons, or 3 for one who is counted himself. A third one is needed."""
    result = protect(
        draft(
            TOWN,
            *columns("""
                area  young
                01    1
                02    5
                03    5
                Nord  11
            """),
        ),
        RULES,
    )
    shown(
        result,
        """
        area  young
        01    ·
        02    ·
        03    ·
        Nord  11
        """,
    )


def test_shares_follow_their_counts() -> None:
    """A share is not shown where its numerator or denominator is not: a share times its base is the count."""
    result = protect(
        draft(
            TOWN,
            *columns("""
                area  out  young
                01    2    700
                02    35   700
                03    70   700
                Nord  107  2100
            """),
            rate("out", "young", q01="0.2857", q02="5", q03="10"),
        ),
        RULES,
    )
    shown(
        result,
        """
        area  out  young  rate
        01    ·    700    ·
        02    ·    700    ·
        03    70   700    10.0
        Nord  107  2100   …
        """,
    )


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (RULES, "· 39 ·"),  # everybody, and all but one
        (replace(RULES, group="none"), "41 39 ·"),
        (replace(RULES, complements=False), "· 39 60"),
        (replace(RULES, group="none", complements=False), "41 39 60"),
    ],
)
def test_everybody_and_all_but_a_few(policy: Policy, expected: str) -> None:
    """41 of 41 children tell about each of them; 60 of 61 tell about the one who is not counted."""
    result = protect(
        draft(
            TOWN,
            *columns("""
                area  sgb2  children
                01    41    41
                02    39    80
                03    60    61
            """),
            rate("sgb2", "children", q01="100", q02="48.75", q03="98.36"),
        ),
        policy,
    )
    cells = [result.cell("sgb2", "quarter", area) for area in ("01", "02", "03")]
    assert " ".join(SIGN.get(cell.mark, str(cell.value)) for cell in cells) == expected


def test_the_strictest_source_decides() -> None:
    """One source demands at least 10: its own counts below are not shown, and no share that uses it."""
    table_ = columns(
        """
        area  few  base
        01    8    900
        02    60   900
        03    70   900
        Nord  138  2700
        """,
        base={"threshold": 10},
    )
    result = protect(draft(TOWN, *table_, rate("few", "base", q01="0.89", q02="6.67", q03="7.78")), RULES)
    shown(
        result,
        """
        area  few  base  rate
        01    8    900   ·
        02    60   900   6.7
        03    70   900   7.8
        """,
    )


def test_rows_of_few_residents() -> None:
    """About fewer than 50 residents nothing is published."""
    result = protect(
        draft(
            TOWN,
            *columns("""
                area  residents  sgb2
                01    31         12
                02    900        60
                03    800        70
            """),
            residents="residents",
        ),
        RULES,
    )
    shown(
        result,
        """
        area  residents  sgb2
        01    ·          ·
        02    900        60
        03    800        70
        """,
    )


def test_estimates_are_shown_as_estimates() -> None:
    """Values carried over from older boundaries are rounded and marked."""
    result = protect(draft(TOWN, *columns("area sgb2\n01 ~17.4\n02 60")), RULES)
    assert (result.cell("sgb2", "quarter", "01").value, result.cell("sgb2", "quarter", "01").estimated) == (
        17,
        True,
    )


def test_an_earlier_release_is_known() -> None:
    """What was shown is no partner any more; what was hidden stays hidden, also where rules have become milder."""
    first = protect(draft(TOWN, *columns("area a\n01 4\n02 40\n03 9\nNord 53")), RULES)
    shown(first, "area a\n01 ·\n02 40\n03 ·\nNord 53")
    milder = Policy("public", threshold=3, width=3)
    second = protect(draft(TOWN, *columns("area a\n01 4\n02 40\n03 9\nNord 53")), milder, ledger(first))
    shown(second, "area a\n01 ·\n02 40\n03 ·\nNord 53")


def test_a_withdrawn_release_is_known_too() -> None:
    """Four persons were printed by milder rules and withdrawn: they cannot be hidden again."""
    first = protect(
        draft(TOWN, *columns("area a\n01 4\n02 40\n03 9\nNord 53")), Policy("public", threshold=3, width=3)
    )
    with pytest.raises(DisclosureError) as refused:
        protect(
            draft(TOWN, *columns("area a\n01 4\n02 40\n03 9\nNord 53")),
            RULES,
            ledger(first, withdrawn=(first,)),
        )
    assert [(fault.code, fault.values["area"]) for fault in refused.value.faults] == [
        ("already-published", "01")
    ]


def test_a_total_known_from_elsewhere() -> None:
    """The state office has published the total: although it is not in the table, a partner is needed."""
    known = Known("a", "2024", "", "town", "05", Decimal(59), "Landesbetrieb")
    places = flat("01 02 03")
    table_ = draft_column("a", quarter={"01": 2, "02": 17, "03": 40})
    alone = protect(draft(places, table_), RULES)
    assert [c.mark for c in alone.column("a").cells["quarter"].values()] == ["withheld", "", ""]
    with_total = protect(draft(places, table_, known=(known,)), RULES)
    assert [c.mark for c in with_total.column("a").cells["quarter"].values()] == ["withheld", "withheld", ""]


def test_what_cannot_be_protected_is_refused() -> None:
    """Two quarters, one of them known from elsewhere, and the total: the error names the area and never the value."""
    known = tuple(
        Known("a", "2024", "", level, area, Decimal(value))
        for level, area, value in (("quarter", "02", 17), ("town", "05", 19))
    )
    with pytest.raises(DisclosureError) as refused:
        protect(
            draft(flat("01 02"), draft_column("a", quarter={"01": 2, "02": 17}, town=19), known=known), RULES
        )
    (fault,) = refused.value.faults
    assert (fault.code, fault.values["area"], "2" in str(fault.values["what"])) == (
        "not-protectable",
        "01",
        False,
    )


def test_old_and_new_boundaries() -> None:
    """A block of six residents went from quarter 14 to 15: old minus new is a table about six people."""
    old, new, one = "2013-01-01", "2019-01-01", Decimal(1)
    link = Link("quarter", old, new, (("14", "14", one), ("14", "15", one), ("15", "15", one)))
    table_ = release(
        (LevelFrame("quarter", ("14", "15"), (), old), LevelFrame("quarter", ("14", "15"), (), new)),
        column("a@alt", variable="a", vintage=old, quarter={"14": 57, "15": 80}),
        column("a@neu", variable="a", vintage=new, quarter={"14": 55, "15": 82}),
        links=(link,),
    )
    bounds = attack(table_)
    assert [(key[2], bound.low, bound.high) for key, bound in bounds.items()] == [("14/15", 2, 2)]


@pytest.mark.parametrize("name", LEAKS)
def test_leaking_releases_are_found(name: str) -> None:
    """Each leaking release of the collection is found, with the interval that a reader gets."""
    leak = LEAKS[name]()
    bounds = attack(leak.release, leak.ledger)
    assert (bounds[leak.cell].low, bounds[leak.cell].high) == leak.learns
    assert leak.cell in leaks(leak.release, bounds)


@pytest.mark.parametrize(
    ("total", "expected"),
    [(2, (1, 1)), (4, (1, 3)), (11, (1, 10))],
    ids=["sum of 2", "sum of 4", "sum of 11"],
)
def test_what_two_hidden_counts_and_their_sum_tell(total: int, expected: tuple[int, int]) -> None:
    """Zeros are shown, so each of the two is at least one and at most the sum less one."""
    table_ = release(flat("01 02"), column("a", quarter={"01": "*", "02": "*"}, town=total))
    bound = attack(table_)["a", "quarter", "01"]
    assert (bound.low, bound.high) == expected
    assert bound.width == expected[1] - expected[0] - 1  # who is counted in the other cell knows one more


def test_every_method_kind_and_family_has_a_german_name() -> None:
    german = texts("de")
    rows = (*PROTECT.values(), *KINDS.values(), *FAMILIES.values())
    assert [row.label for row in rows if german(row.label) == row.label] == []


def test_nothing_known_is_nothing_found() -> None:
    assert attack(release(flat("01"), column("a", quarter={"01": 9})), Ledger()) == {}

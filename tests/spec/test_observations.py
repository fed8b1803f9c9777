"""Counts in, rates out.

In the tables: `7` a count, `~7` estimated, `*` withheld by the supplier, `…` missing, `-` no row;
in rates: `x` not defined, `<` too few people.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np
import pandas as pd
import pytest

from lebenslagen.areas import crosswalk_by_table, dissolve
from lebenslagen.indicators import Break, Indicator, Source, Variable
from lebenslagen.observations import (
    COLUMNS,
    Observations,
    aggregate,
    combine,
    convert,
    counts,
    derive,
    panel,
    select,
    statuses,
    trend,
)
from lebenslagen.texts import fault_text
from tests.spec.tables import codes, drawn, faults, observed, rates, shown, table

NAN = float("nan")
TOWN = drawn("a b c d", parents={"a": "I", "b": "I", "c": "II", "d": "II"})
ROOMS = dissolve(TOWN, "sozialraum", {"I": "West", "II": "Ost"})
MONITORING, REGISTER = Source("monitoring", "Stadt", "Monitoring"), Source("register", "Amt", "Register")
QUOTE = Indicator("Q", "Quote", numerator="kinder", denominator="ew")


# --- three states ---------------------------------------------------------------------------------------------


def test_zero_missing_and_withheld_are_three_things() -> None:
    """A count of 0 is a number. A missing and a withheld value are none, and differ by their status."""
    found = observed(
        TOWN,
        """
        gebiet  kinder
        a       0
        b       …
        c       *
        d       -
        """,
    )
    found_counts = counts(found, "kinder", "2024")
    assert found_counts["a"] == 0
    assert found_counts.isna().to_list() == [False, True, True, True]
    assert statuses(found, "kinder", "2024").to_dict() == {"a": "A", "b": "O", "c": "Q", "d": "O"}


def rows(*found: tuple[str, str, str, float, str, str]) -> Observations:
    return Observations(TOWN, pd.DataFrame(found, columns=list(COLUMNS)))


@pytest.mark.parametrize(
    ("row", "code"),
    [
        (("q", "2024", "ew", 1.0, "A", "T!B2"), "area-unknown"),
        (("a", "2024", "ew", 1.0, "Z", "T!B2"), "status-unknown"),
        (("a", "2024", "ew", NAN, "A", "T!B2"), "status-without-value"),
        (("a", "2024", "ew", NAN, "E", "T!B2"), "status-without-value"),
        (("a", "2024", "ew", 1.0, "O", "T!B2"), "value-without-status"),
        (("a", "2024", "ew", 1.0, "Q", "T!B2"), "value-without-status"),
        (("a", "2024", "ew", float("inf"), "A", "T!B2"), "value-infinite"),
    ],
)
def test_value_and_status_say_the_same(row: tuple[str, str, str, float, str, str], code: str) -> None:
    """A value is there exactly when the status says so; the fault names the cell it was read from."""
    assert [(fault.code, fault.where) for fault in faults(lambda: rows(row))] == [(code, "T!B2")]


def test_all_faults_come_at_once() -> None:
    """Every row is looked at before anything is refused."""
    wrong = (("q", "2024", "ew", 1.0, "Z", "T!B2"), ("a", "2024", "ew", NAN, "A", "T!B3"))
    assert codes(lambda: rows(*wrong)) == ["area-unknown", "status-unknown", "status-without-value"]


def test_a_key_is_there_once() -> None:
    """Two values for the same area, period and variable: both places are named, neither wins."""
    twice = (("a", "2024", "ew", 1.0, "A", "Blatt1!B2"), ("a", "2024", "ew", 1.0, "A", "Blatt2!B9"))
    fault = faults(lambda: rows(*twice))[0]
    assert (
        fault_text(fault)[0]
        == "ew ist für das Gebiet a (2024) zweimal vorhanden: in Blatt1!B2 und in Blatt2!B9."
    )


def test_what_is_handed_in_is_copied() -> None:
    """Changing the table afterwards changes no observation."""
    frame = pd.DataFrame([("a", "2024", "ew", 7.0, "A", "T!B2")], columns=list(COLUMNS))
    found = Observations(TOWN, frame)
    frame.loc[0, "value"] = 9.0
    assert counts(found, "ew", "2024")["a"] == 7.0


# --- combining ------------------------------------------------------------------------------------------------


def test_deliveries_are_combined() -> None:
    """Two offices, two tables, one set of observations."""
    found = combine(
        observed(TOWN, "gebiet ew\na 10\nb 20"),
        observed(TOWN, "gebiet kinder\na 1\nb *"),
        observed(TOWN, "gebiet ew\na 11\nb 22", period="2025"),
    )
    assert shown(found) == table("gebiet ew kinder\na 10 1\nb 20 *")
    assert found.periods == ("2024", "2025")
    assert found.variables == ("ew", "kinder")
    assert shown(select(found, variables=["ew"], periods=["2025"]), period="2025") == table(
        "gebiet ew\na 11\nb 22"
    )


def test_deliveries_may_not_overlap() -> None:
    """Both cells are named, so that a person can decide which one is right."""
    one, two = observed(TOWN, "gebiet ew\na 10\nb 20"), observed(TOWN, "gebiet ew\nb 21\nc 30")
    found = faults(lambda: combine(one, two))
    assert [(fault.code, fault.values["area"], fault.values["a"], fault.values["b"]) for fault in found] == [
        ("value-twice", "b", "2024!ew.b", "2024!ew.b")
    ]


def test_only_figures_of_the_same_areas_are_combined() -> None:
    """Quarters of 2019 and of 2024 are different areas, even where their keys agree."""
    earlier, later = observed(TOWN, "gebiet ew\na 1"), observed(drawn("a b c d", year=2024), "gebiet ew\na 1")
    assert codes(lambda: combine(earlier, later)) == ["areas-differ"]


def test_the_latest_source_speaks_for_a_variable() -> None:
    """A variable delivered every year is cited with its latest delivery."""
    old, new = (Source("ba", "Jobcenter", "SGB II", date(year, 12, 31)) for year in (2023, 2024))
    found = combine(
        observed(TOWN, "gebiet ew\na 1", "2024", sources={"ew": new}),
        observed(TOWN, "gebiet ew\na 1", "2023", sources={"ew": old}),
    )
    assert found.sources["ew"] is new


# --- derived variables ----------------------------------------------------------------------------------------


def test_a_sum_is_as_good_as_its_worst_part() -> None:
    """One withheld part makes the sum withheld, one missing part missing, one estimated part estimated."""
    found = derive(
        observed(
            TOWN,
            """
            gebiet  jungen  maedchen
            a       3       4
            b       0       ~2
            c       …       4
            d       *       …
            """,
        ),
        [Variable("kinder", "Kinder", sum_of=("jungen", "maedchen"))],
    )
    assert shown(found, "kinder") == table("gebiet kinder\na 7\nb ~2\nc …\nd *")


def test_a_part_without_a_row_is_missing() -> None:
    """A sum with a part nobody delivered is no sum; an area nobody delivered gets no row."""
    found = derive(
        observed(TOWN, "gebiet jungen maedchen\na 3 -\nb 3 4\nc - -\nd - 4"),
        [Variable("kinder", "Kinder", sum_of=("jungen", "maedchen"))],
    )
    assert shown(found, "kinder") == table("gebiet kinder\na …\nb 7\nd …")


def test_a_difference_takes_away() -> None:
    """15 to 64 is all, less those under 15 and those of 65 and over; sums may be made of sums, in any order."""
    found = derive(
        observed(TOWN, "gebiet alle m_u15 w_u15 ue64\na 100 6 4 20\nb 50 0 0 50"),
        [
            Variable("mitte", "15 bis 64", sum_of=("alle",), less=("u15", "ue64")),
            Variable("u15", "unter 15", sum_of=("m_u15", "w_u15")),
        ],
    )
    assert shown(found, "mitte") == table("gebiet mitte\na 70\nb 0")
    assert found.parts["mitte"] == ("alle", "m_u15", "w_u15", "ue64")


def test_nothing_can_be_less_than_nobody() -> None:
    """More taken away than there is: one of the two figures is wrong, and both cells are named."""
    call = lambda: derive(  # noqa: E731
        observed(TOWN, "gebiet alle u15\na 9 10"), [Variable("rest", "Rest", sum_of=("alle",), less=("u15",))]
    )
    assert fault_text(faults(call)[0]) == (
        "rest ergibt im Gebiet a (2024) −1: Es wird mehr abgezogen, als da ist.",
        "Prüfen Sie die Zahlen in 2024!alle.a … 2024!u15.a; eine davon ist zu klein oder zu groß.",
    )


def test_a_sum_is_not_delivered_too() -> None:
    """Declared as a sum and delivered as a column: nobody could say which one counts."""
    wrong = [Variable("ew", "alle", sum_of=("m", "w"))]
    assert codes(lambda: derive(observed(TOWN, "gebiet ew m w\na 9 4 5"), wrong)) == ["derived-delivered"]
    ring = [Variable("p", "p", sum_of=("q",)), Variable("q", "q", sum_of=("p",))]
    assert codes(lambda: derive(observed(TOWN, "gebiet ew\na 9"), ring)) == ["part-of-itself"] * 2


def test_a_sum_has_the_sources_of_its_parts() -> None:
    """Both offices are cited, and the stricter one speaks where a single source is asked for."""
    registry, agency = Source("reg", "Meldebehörde", "EW"), Source("ba", "Jobcenter", "SGB II", threshold=10)
    found = derive(
        observed(TOWN, "gebiet m w\na 9 4", sources={"m": registry, "w": agency}),
        [Variable("ew", "alle", sum_of=("m", "w"))],
    )
    assert found.sources_of("ew") == (registry, agency)
    assert found.sources["ew"] is agency


# --- coarser areas --------------------------------------------------------------------------------------------


def test_counts_add_up_to_the_coarser_area() -> None:
    """I is a and b, II is c and d."""
    found = aggregate(
        observed(
            TOWN,
            """
            gebiet  ew  kinder  faelle  heime
            a       10  1       …       ~2
            b       20  0       5       1
            c       30  *       1       1
            d       40  2       2       1
            """,
        ),
        ROOMS,
    )
    assert shown(found) == table(
        """
        gebiet  ew  kinder  faelle  heime
        I       30  1       …       ~3
        II      70  *       3       2
        """
    )


def test_what_is_only_delivered_for_coarser_areas_keeps_its_source_and_its_threshold() -> None:
    """The health office delivers for rooms alone; without its source its stricter threshold would be forgotten."""
    health = Source("gesund", "Gesundheitsamt", "Einschulung", threshold=10)
    below = observed(
        TOWN, "gebiet ew\na 10\nb 20\nc 30\nd 40", sources={"ew": Source("reg", "Meldebehörde", "EW")}
    )
    above = observed(ROOMS, "gebiet kinder\nI 12\nII 15", sources={"kinder": health})
    found = aggregate(below, ROOMS, above)
    assert found.sources_of("kinder") == (health,)
    assert [source.key for source in found.sources_of("ew")] == ["reg"]


def test_an_area_without_a_row_makes_the_sum_missing() -> None:
    """Three of four quarters are not the town."""
    assert shown(aggregate(observed(TOWN, "gebiet ew\na 10\nb 20\nc 30"), ROOMS)) == table(
        "gebiet ew\nI 30\nII …"
    )


def test_a_delivered_total_is_taken() -> None:
    """The supplier withheld c but delivered the total of II: the total is known, and it is theirs."""
    totals = observed(ROOMS, "gebiet kinder\nII 9\nI …")
    found = aggregate(observed(TOWN, "gebiet kinder\na 1\nb 1\nc *\nd 2"), ROOMS, totals)
    assert shown(found) == table("gebiet kinder\nI 2\nII 9")


def test_a_delivered_total_names_its_own_source() -> None:
    """Quarters come from the monitoring, districts from the register: each level says its own."""
    fine = observed(TOWN, "gebiet ew kinder\na 1 1\nb 1 1\nc 1 1\nd 1 1")
    fine = replace(fine, sources={"ew": MONITORING, "kinder": MONITORING})
    totals = replace(observed(ROOMS, "gebiet ew\nI 3\nII 4"), sources={"ew": REGISTER})
    found = aggregate(fine, ROOMS, totals)
    assert {key: found.sources[key].key for key in ("ew", "kinder")} == {
        "ew": "register",
        "kinder": "monitoring",
    }


def test_rates_are_never_added_up() -> None:
    """10 % and 20 % are not 30 %: a rate of the coarser area is there only where it was delivered."""
    fine = observed(TOWN, "gebiet ew quote\na 1 10\nb 2 20\nc 3 5\nd 4 5", units={"quote": "rate"})
    assert shown(aggregate(fine, ROOMS)) == table("gebiet ew\nI 3\nII 7")
    totals = observed(ROOMS, "gebiet quote\nI 17", units={"quote": "rate"})
    assert shown(aggregate(fine, ROOMS, totals)) == {"I": {"quote": "17", "ew": "3"}, "II": {"ew": "7"}}


def test_every_quarter_lies_in_a_coarser_area() -> None:
    """Nobody is left out of a total in silence."""
    homeless = drawn("a b", parents={"a": "I"})
    found = faults(lambda: aggregate(observed(homeless, "gebiet ew\na 1\nb 1"), ROOMS))
    assert [(fault.code, fault.where) for fault in found] == [("parent-unknown", "quartier@2019-01-01/b")]


# --- rates ----------------------------------------------------------------------------------------------------


def test_a_rate_is_numerator_by_denominator() -> None:
    """3 of 12 are 25 of 100 and 250 of 1,000."""
    found = observed(TOWN, "gebiet kinder ew\na 3 12\nb 0 12\nc 12 12\nd 1 3")
    per_mille = Indicator("P", "je 1.000", numerator="kinder", denominator="ew", per=1000)
    assert rates(panel(found, [QUOTE, per_mille], "2024")) == table(
        """
        gebiet  Q        P
        a       25       250
        b       0        0
        c       100      1000
        d       33.3333  333.333
        """
    )


def test_every_gap_has_its_reason() -> None:
    """Withheld, missing, nobody in the base, too few in the base: five different rates that are not there, and why."""
    base = Indicator("Q", "Quote", numerator="kinder", denominator="ew", min_base=10)
    town = drawn("a b c d e f g")
    found = observed(
        town,
        """
        gebiet  kinder  ew
        a       3       12
        b       *       12
        c       3       …
        d       0       0
        e       3       9
        f       *       …
        g       *       9
        """,
    )
    assert rates(panel(found, [base], "2024")) == table("gebiet Q\na 25\nb *\nc …\nd x\ne <\nf *\ng *")


def test_a_rate_of_nobody_is_not_zero() -> None:
    """0 of 0 is not 0 %."""
    found = panel(observed(TOWN, "gebiet kinder ew\na 0 0\nb 0 5\nc 1 5\nd 1 5"), [QUOTE], "2024")
    assert rates(found)["a"] == {"Q": "x"}
    assert found["Q"]["b"] == 0.0


def test_a_published_rate_is_taken_as_it_is() -> None:
    """Where the source publishes the rate itself, it is not computed; withheld stays withheld."""
    found = observed(TOWN, "gebiet s1\na 4.2\nb *\nc …\nd 0", units={"s1": "rate"})
    published = Indicator("S1", "Arbeitslose", published="s1")
    assert rates(panel(found, [published], "2024")) == table("gebiet S1\na 4.2\nb *\nc …\nd 0")


def test_figures_of_different_periods_are_not_divided() -> None:
    """Children of 2024 by residents of 2023 would be a rate of no year at all."""
    found = combine(
        observed(TOWN, "gebiet kinder\na 1\nb 1\nc 1\nd 1"),
        observed(TOWN, "gebiet ew\na 9\nb 9\nc 9\nd 9", "2023"),
    )
    assert fault_text(faults(lambda: panel(found, [QUOTE], "2024"))[0]) == (
        "Für 2024 hat „Q“ einen Zähler, aber keinen Nenner: „ew“ gibt es nur für 2023.",
        "Liefern Sie „ew“ für 2024; Zahlen verschiedener Zeiträume werden nicht miteinander verrechnet.",
    )
    assert rates(panel(found, [QUOTE], "2023")) == table("gebiet Q\na …\nb …\nc …\nd …")


def test_what_was_never_delivered_is_missing() -> None:
    """No delivery is no fault of the panel: the values are missing, and it says so."""
    assert rates(panel(observed(TOWN, "gebiet kinder\na 1"), [QUOTE], "2024"))["a"] == {"Q": "…"}


def test_a_panel_has_the_order_of_areas_and_indicators() -> None:
    """Rows as the town lists its areas, whatever the order of the delivery."""
    found = panel(observed(TOWN, "gebiet ew kinder\nd 4 1\nb 4 1\na 4 1\nc 4 1"), [QUOTE], "2024")
    assert list(found.index) == ["a", "b", "c", "d"]
    assert found.index.name == "area"


def test_a_trend_is_one_indicator_over_time() -> None:
    """Areas by periods; a period without figures is missing; the breaks that lie within are handed along."""
    broken = Indicator(
        "Q",
        "Quote",
        numerator="kinder",
        denominator="ew",
        breaks=(Break("2024", "neu"), Break("2019", "alt")),
    )
    found = combine(
        observed(TOWN, "gebiet kinder ew\na 1 4\nb 1 4\nc * 4\nd 1 0", "2022"),
        observed(TOWN, "gebiet kinder ew\na 2 4\nb … 4\nc 2 4\nd 1 4", "2024"),
    )
    series = trend(found, broken, ["2020", "2022", "2024"])
    assert rates(series) == table(
        """
        gebiet  2020  2022  2024
        a       …     25    50
        b       …     25    …
        c       …     *     50
        d       …     x     25
        """
    )
    assert [b.reason for b in series.attrs["breaks"]] == ["neu"]


# --- other boundaries -----------------------------------------------------------------------------------------

NEW = drawn("x y z", year=2024)
OLD_TO_NEW = crosswalk_by_table(
    [("a", "x", 1.0), ("b", "x", 0.5), ("b", "y", 0.5), ("c", "z", 1.0), ("d", "z", 1.0)], TOWN.ids, NEW.ids
)


def test_counts_are_converted_to_new_boundaries() -> None:
    """b is divided, so x and y are estimated; z is made of c and d as a whole, so its sum is exact."""
    found = convert(observed(TOWN, "gebiet ew\na 10\nb 20\nc 3\nd 4"), OLD_TO_NEW, NEW)
    assert shown(found) == table("gebiet ew\nx ~20\ny ~10\nz 7")
    assert found.areas is NEW


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("gebiet ew\na *\nb 20\nc 3\nd 4", "gebiet ew\nx *\ny ~10\nz 7"),
        ("gebiet ew\na 1\nb …\nc 3\nd ~4", "gebiet ew\nx …\ny …\nz ~7"),
        ("gebiet ew\na *\nb …\nc 3\nd -", "gebiet ew\nx *\ny …\nz …"),
        ("gebiet ew\na 0\nb 0\nc 0\nd 0", "gebiet ew\nx ~0\ny ~0\nz 0"),
    ],
)
def test_what_is_not_there_is_not_there_afterwards(before: str, after: str) -> None:
    """Withheld and missing go where their area goes; estimated stays estimated; nobody stays nobody."""
    assert shown(convert(observed(TOWN, before), OLD_TO_NEW, NEW)) == table(after)


def test_rates_are_not_converted() -> None:
    """Half a quarter has not half a rate: convert the counts and divide again."""
    found = observed(TOWN, "gebiet ew quote\na 1 10\nb 2 20\nc 3 5\nd 4 5", units={"quote": "rate"})
    assert codes(lambda: convert(found, OLD_TO_NEW, NEW)) == ["rate-converted"]
    assert len(convert(select(found, ["ew"]), OLD_TO_NEW, NEW)) == 3


def test_the_crosswalk_must_lead_from_here_to_there() -> None:
    """A crosswalk of other areas is refused with both dates."""
    assert codes(lambda: convert(observed(TOWN, "gebiet ew\na 1"), OLD_TO_NEW, ROOMS)) == [
        "crosswalk-other-areas"
    ]


def test_the_order_of_the_areas_does_not_matter_to_a_crosswalk() -> None:
    """The crosswalk names its areas; its order need not be the town's."""
    turned = crosswalk_by_table(
        [("d", "z", 1.0), ("c", "z", 1.0), ("b", "y", 0.5), ("b", "x", 0.5), ("a", "x", 1.0)],
        ["d", "c", "b", "a"],
        ["z", "y", "x"],
    )
    rows_ = "gebiet ew\na 10\nb 20\nc 3\nd 4"
    assert shown(convert(observed(TOWN, rows_), turned, NEW)) == shown(
        convert(observed(TOWN, rows_), OLD_TO_NEW, NEW)
    )


def test_many_areas_are_added_exactly() -> None:
    """Sums of counts are whole: 0.1 does not creep in."""
    found = derive(
        observed(TOWN, "gebiet " + " ".join(f"v{i}" for i in range(30)) + "\na " + " ".join("7" * 30)),
        [Variable("summe", "Summe", sum_of=tuple(f"v{i}" for i in range(30)))],
    )
    assert counts(found, "summe", "2024")["a"] == 210
    assert np.isfinite(counts(found, "summe", "2024")["a"])

"""Releases that tell what they hide: the cell that leaks, the interval a reader gets, the knowledge that it takes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from lebenslagen.disclosure import IndexInfo, Known, Ledger, Link, Policy, Release
from tests.disclosure.build import column, flat, frames, ledger, release

BOTH = Policy(threshold=3, width=3, group="both")  # zeros are hidden too, so the printed rules tell nothing
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Leak:
    """A leaking release: the cell, what the reader learns (low, high), and the families of facts that it takes."""

    release: Release
    cell: Key
    learns: tuple[float, float]
    families: tuple[str, ...]
    ledger: Ledger | None = None


def small_cells_published() -> Leak:
    """D01: two homeless people in a quarter, printed."""
    table = column("homeless", quarter={"22": 7, "23": 2})
    return Leak(release(flat("22 23"), table), ("homeless", "quarter", "23"), (2, 2), ("shown-here",))


def everybody() -> Leak:
    """D02: 41 of 41 children."""
    table = release(
        flat("22"),
        column("children", quarter={"22": 41}),
        column("sgb2", quarter={"22": 41}),
        column("rate", "rate", numerator="sgb2", denominator="children", quarter={"22": "100.0"}),
    )
    return Leak(table, ("children − sgb2", "quarter", "22"), (0, 0), ("shown-here",))


def complement_of_one() -> Leak:
    """D03: all but one."""
    table = release(
        flat("22"),
        column("children", quarter={"22": 41}),
        column("sgb2", quarter={"22": 40}, part_of=("children",)),
    )
    return Leak(table, ("children − sgb2", "quarter", "22"), (1, 1), ("shown-here",))


def one_hidden_and_the_total() -> Leak:
    """D04: the total minus all others."""
    table = column("homeless", quarter={"01": 11, "02": 4, "03": "*"}, town=17)
    return Leak(release(flat("01 02 03"), table), ("homeless", "quarter", "03"), (2, 2), ("totals",))


def two_hidden_but_tight() -> Leak:
    """D05: two hidden ones have a sum of one."""
    table = column("homeless", quarter={"10": "*", "11": "*", "12": 9}, town=10)
    return Leak(
        release(flat("10 11 12"), table, policy=BOTH),
        ("homeless", "quarter", "10"),
        (0, 1),
        ("totals", "not-negative"),
    )


def one_of_the_counted() -> Leak:
    """D05: a sum of three; outsiders learn 0 to 3, but who is counted in the other cell learns one more."""
    table = column("homeless", quarter={"10": "*", "11": "*"}, town=3)
    return Leak(
        release(flat("10 11"), table, policy=BOTH), ("homeless", "quarter", "10"), (0, 3), ("counted",)
    )


def one_hidden_per_district() -> Leak:
    """D06: two hidden in the town, one in each district."""
    places = frames({"Nord": "01 02", "Süd": "18 19"})
    table = column(
        "homeless",
        quarter={"01": "*", "02": 23, "18": 7, "19": "*"},
        district={"Nord": 24, "Süd": 9},
        town=33,
    )
    return Leak(release(places, table), ("homeless", "quarter", "19"), (2, 2), ("totals",))


def share_times_base() -> Leak:
    """D11: 1.5 per cent of 134 are two."""
    table = release(
        flat("22"),
        column("young", quarter={"22": 134}),
        column("unemployed", quarter={"22": "*"}),
        column("rate", "rate", numerator="unemployed", denominator="young", quarter={"22": "1.5"}),
    )
    return Leak(table, ("unemployed", "quarter", "22"), (2, 2), ("shares",))


def share_published_elsewhere() -> Leak:
    """D11: the same share, published by its source."""
    table = release(
        flat("22"),
        column("young", quarter={"22": 134}),
        column("unemployed", quarter={"22": "*"}),
        column("rate", "published", numerator="unemployed", denominator="young", quarter={"22": "1.5"}),
    )
    return Leak(table, ("unemployed", "quarter", "22"), (2, 2), ("shares",))


def index_solved_for_its_part() -> Leak:
    """D12: the index value minus the other part: 0.51 = (3/100 − 0.02) / 0.01 / 2 + 0.01."""
    table = release(
        flat("22"),
        column("young", quarter={"22": 200}),
        column("unemployed", quarter={"22": "*"}),
        column("benefit", quarter={"22": 60}),
        column("a", "rate", numerator="unemployed", denominator="young", quarter={"22": "*"}),
        column("b", "rate", numerator="benefit", denominator="young", quarter={"22": "30.0"}),
        column(
            "score",
            "linear",
            terms=(("a", Decimal("0.5")), ("b", Decimal("0.02"))),
            constant=Decimal("-1.24"),
            quarter={"22": "-0.14"},
        ),
    )
    return Leak(table, ("unemployed", "quarter", "22"), (2, 2), ("index-values",))


def class_as_interval() -> Leak:
    """A narrow class of the index says nearly as much as its value."""
    table = release(
        flat("22"),
        column("young", quarter={"22": 200}),
        column("unemployed", quarter={"22": "*"}),
        column("a", "rate", numerator="unemployed", denominator="young", quarter={"22": "*"}),
        column("score", "linear", terms=(("a", Decimal(1)),), constant=Decimal(-1), quarter={"22": "*"}),
        column(
            "class",
            "class",
            of=("score",),
            cuts=(Decimal("-0.1"), Decimal("0.6")),
            keys=("1", "2", "3"),
            quarter={"22": "2"},
        ),
    )
    return Leak(table, ("unemployed", "quarter", "22"), (2, 3), ("classes",))


def age_bands() -> Leak:
    """D09: 0 to 14 and 0 to 15 years: the difference is one child; the second table came later."""
    first = release(flat("05"), column("u15", quarter={"05": 120}, part_of=("u16",)))
    second = release(flat("05"), column("u16", quarter={"05": 121}))
    return Leak(second, ("u16 − u15", "quarter", "05"), (1, 1), ("shown-before",), ledger(first))


def declared_sum() -> Leak:
    """D09: the part that is not printed is what the others leave."""
    table = release(
        flat("05"),
        column("u6", quarter={"05": 60}),
        column("6to14", quarter={"05": "*"}),
        column("u15", quarter={"05": 62}, sum_of=("u6", "6to14")),
    )
    return Leak(table, ("6to14", "quarter", "05"), (2, 2), ("sums",))


def part_of_a_small_whole() -> Leak:
    """A part cannot be larger than its whole, even where neither share nor rest is printed."""
    table = release(
        flat("22"),
        column("young", quarter={"22": 2}, persons=False),
        column("unemployed", quarter={"22": "*"}, part_of=("young",)),
        policy=BOTH,
    )
    return Leak(table, ("unemployed", "quarter", "22"), (0, 2), ("parts", "not-negative"))


OLD, NEW = "2013-01-01", "2019-01-01"
ONE = Decimal(1)


def old_minus_new_boundaries() -> Leak:
    """D08: quarter 14 lost one block of six people to quarter 15: 57 before, 55 after."""
    link = Link(
        "quarter", OLD, NEW, (("14", "14", Decimal("0.9")), ("14", "15", Decimal("0.1")), ("15", "15", ONE))
    )
    table = release(
        (*flat("14 15", OLD), *flat("14 15", NEW)),
        column("sgb2@alt", variable="sgb2", vintage=OLD, quarter={"14": 57, "15": 80}),
        column("sgb2@neu", variable="sgb2", vintage=NEW, quarter={"14": 55, "15": 82}),
        links=(link,),
    )
    return Leak(table, ("sgb2@2024 2013-01-01/2019-01-01", "quarter", "14/15"), (2, 2), ("boundaries",))


def block_of_few() -> Leak:
    """The block of 41: nine of them receive benefits; nothing may be told about so few residents."""
    link = Link(
        "quarter", OLD, NEW, (("06", "06", Decimal("0.9")), ("06", "10", Decimal("0.1")), ("10", "10", ONE))
    )
    table = release(
        (*flat("06 10", OLD), *flat("06 10", NEW)),
        column("residents@alt", variable="residents", vintage=OLD, quarter={"06": 9241, "10": 8559}),
        column("residents@neu", variable="residents", vintage=NEW, quarter={"06": 9200, "10": 8600}),
        column("sgb2@alt", variable="sgb2", vintage=OLD, quarter={"06": 3009, "10": 2200}),
        column("sgb2@neu", variable="sgb2", vintage=NEW, quarter={"06": 3000, "10": 2209}),
        links=(link,),
        residents="residents",
    )
    return Leak(table, ("sgb2@2024 2013-01-01/2019-01-01", "quarter", "06/10"), (9, 9), ("boundaries",))


def unchanged_area_under_old_boundaries() -> Leak:
    """Hidden under the new boundaries, shown under the old ones, and the area is the same."""
    link = Link("quarter", OLD, NEW, (("01", "01", ONE), ("02", "02", ONE)))
    table = release(
        (*flat("01 02", OLD), *flat("01 02", NEW)),
        column("sgb2@alt", variable="sgb2", vintage=OLD, quarter={"01": 4, "02": 80}),
        column("sgb2@neu", variable="sgb2", vintage=NEW, quarter={"01": "*", "02": "*"}),
        links=(link,),
    )
    return Leak(table, ("sgb2@neu", "quarter", "01"), (4, 4), ("boundaries",))


def estimate_of_a_hidden_count() -> Leak:
    """The estimate for the new boundaries is the old count times a known share."""
    link = Link("quarter", OLD, NEW, (("01", "01", Decimal("0.5")), ("01", "02", Decimal("0.5"))))
    table = release(
        (*flat("01", OLD), *flat("01 02", NEW)),
        column("sgb2@alt", variable="sgb2", vintage=OLD, quarter={"01": "*"}),
        column("sgb2@neu", variable="sgb2", vintage=NEW, quarter={"01": "~1", "02": "~1"}),
        links=(link,),
    )
    return Leak(table, ("sgb2@alt", "quarter", "01"), (1, 3), ("boundaries", "shown-here"))


def an_area_is_missing() -> Leak:
    """One area was not delivered: the hidden one is at most what the total leaves, not exactly that."""
    table = column("homeless", quarter={"01": 18, "02": "*", "03": "…"}, town=20)
    return Leak(release(flat("01 02 03"), table), ("homeless", "quarter", "02"), (1, 2), ("totals",))


def total_printed_with_the_old_boundaries() -> Leak:
    """The town is the same town, however its quarters are cut."""
    table = release(
        (*flat("01 02", OLD), *flat("01 02 03", NEW)),
        column("sgb2@alt", variable="sgb2", vintage=OLD, town=59),
        column("sgb2@neu", variable="sgb2", vintage=NEW, quarter={"01": "*", "02": 17, "03": 40}),
    )
    return Leak(table, ("sgb2@neu", "quarter", "01"), (2, 2), ("boundaries", "totals"))


def part_of_a_small_block() -> Leak:
    """Two residents moved from 14 to 15: not more than two of them receive benefits."""
    pairs = (("14", "14", Decimal("0.9")), ("14", "15", Decimal("0.1")), ("15", "15", ONE))
    names = (("alt", OLD), ("neu", NEW))
    rows = {"residents": ((900, 700), (898, 702)), "sgb2": (("*", 80), (55, "*"))}
    table = release(
        (*flat("14 15", OLD), *flat("14 15", NEW)),
        *(
            column(
                f"{variable}@{name}",
                variable=variable,
                vintage=vintage,
                part_of=("residents",) if variable == "sgb2" else (),
                quarter=dict(zip(("14", "15"), row, strict=True)),
            )
            for variable, both in rows.items()
            for (name, vintage), row in zip(names, both, strict=True)
        ),
        links=(Link("quarter", OLD, NEW, pairs),),
    )
    return Leak(table, ("sgb2@alt", "quarter", "14"), (55, 57), ("boundaries", "parts"))


def hidden_now_shown_before() -> Leak:
    """D07, D24: an earlier release, even a withdrawn one, showed the cell."""
    before = release(flat("22 23"), column("homeless", quarter={"22": 7, "23": 4}))
    table = release(
        flat("22 23"), column("homeless", quarter={"22": "*", "23": "*"}), policy=Policy(threshold=5, width=3)
    )
    return Leak(
        table, ("homeless", "quarter", "23"), (4, 4), ("shown-before",), ledger(before, withdrawn=(before,))
    )


def cumulated_minus_earlier() -> Leak:
    """D07: January to June minus January to May, as declared."""
    before = release(flat("22"), column("until_may", quarter={"22": 14}))
    table = release(
        flat("22"),
        column("until_may", quarter={"22": "*"}),
        column("june", quarter={"22": "*"}),
        column("until_june", quarter={"22": 16}, sum_of=("until_may", "june")),
    )
    return Leak(table, ("june", "quarter", "22"), (2, 2), ("sums", "shown-before"), ledger(before))


def corrected_since() -> Leak:
    """40 were printed in quarter 03, now it is withheld; the others are unchanged: 22 − (59 − 40) = 3."""
    places = flat("01 02 03")
    before = release(places, column("homeless", quarter={"01": "*", "02": "*", "03": 40}, town=59))
    table = release(
        places,
        column("homeless", quarter={"01": "*", "02": "*", "03": "*"}, town=22),
        revised=(("homeless", "quarter", "03"),),
    )
    return Leak(table, ("homeless", "quarter", "03"), (3, 3), ("revisions", "totals"), ledger(before))


def two_audiences() -> Leak:
    """D27: the public sees the quarters, the committee the districts."""
    places = frames({"Nord": "01 02 03", "Süd": "04 05"})
    partner = replace(
        release(places, column("homeless", district={"Nord": 30, "Süd": 27})),
        policy=Policy("committee", threshold=3, width=3),
    )
    public = release(places, column("homeless", quarter={"01": "*", "02": 12, "03": 16, "04": 9, "05": 18}))
    return Leak(public, ("homeless", "quarter", "01"), (2, 2), ("totals", "shown-before"), ledger(partner))


def external_total() -> Leak:
    """D30: the total is known from the statistical office."""
    known = Known("homeless", "2024", "", "town", "05", Decimal(224), "Landesbetrieb")
    table = column("homeless", quarter={"22": 222, "23": "*"})
    return Leak(
        release(flat("22 23"), table, known=(known,)),
        ("homeless", "quarter", "23"),
        (2, 2),
        ("known-elsewhere", "totals"),
    )


def printed_mean() -> Leak:
    """The mean share of three quarters is printed: the hidden one is what remains."""
    info = IndexInfo(
        key="i",
        label="I",
        period="2024",
        level="quarter",
        parts=(("U", 1.0, 1),),
        means={"U": Decimal("2.67")},
    )
    table = release(
        flat("01 02 03"),
        column("young", quarter={"01": 100, "02": 100, "03": 100}),
        column("unemployed", quarter={"01": 3, "02": "*", "03": 3}),
        column(
            "U",
            "rate",
            indicator="U",
            numerator="unemployed",
            denominator="young",
            quarter={"01": "3.0", "02": "*", "03": "3.0"},
        ),
        methods={"i": info},
    )
    return Leak(table, ("unemployed", "quarter", "02"), (2, 2), ("means",))


def mean_told_by_contributions() -> Leak:
    """The mean is printed without digits, but two contributions shown beside their shares tell it: 2.67."""
    info = IndexInfo(key="i", label="I", period="2024", level="quarter", means={"U": Decimal(3)})
    quarters = ("01", "02", "03")
    table = release(
        flat(" ".join(quarters)),
        column("young", quarter=dict.fromkeys(quarters, 100)),
        column("unemployed", quarter={"01": 3, "02": "*", "03": 3}),
        column(
            "U",
            "rate",
            indicator="U",
            numerator="unemployed",
            denominator="young",
            quarter={"01": "3.0", "02": "*", "03": "3.0"},
        ),
        column(
            "U.contribution",
            "linear",
            role="contribution",
            terms=(("U", Decimal("0.5")),),
            constant=Decimal("-1.3333"),
            quarter={"01": "0.17", "02": "*", "03": "0.17"},
        ),
        methods={"i": info},
    )
    return Leak(table, ("unemployed", "quarter", "02"), (2, 2), ("means",))


def printed_deviation() -> Leak:
    """2, 3 and 4 per cent: mean 3.00 and deviation 0.82 leave no room for 1 and 5."""
    info = IndexInfo(
        key="i",
        label="I",
        period="2024",
        level="quarter",
        means={"U": Decimal("3.00")},
        sds={"U": Decimal("0.82")},
    )
    table = release(
        flat("01 02 03"),
        column("young", quarter={"01": 100, "02": 100, "03": 100}),
        column("unemployed", quarter={"01": "*", "02": "*", "03": 3}),
        column(
            "U",
            "rate",
            indicator="U",
            numerator="unemployed",
            denominator="young",
            quarter={"01": "*", "02": "*", "03": "3.0"},
        ),
        methods={"i@2024": info},
    )
    return Leak(table, ("unemployed", "quarter", "01"), (2, 4), ("deviations",))


def persons_are_whole() -> Leak:
    """Between 1.4 and 2.6 lies one whole number only."""
    table = release(
        flat("22"),
        column("young", quarter={"22": 120}),
        column("unemployed", quarter={"22": "*"}),
        column("rate", "rate", numerator="unemployed", denominator="young", quarter={"22": "2"}),
    )
    return Leak(table, ("unemployed", "quarter", "22"), (2, 2), ("shares", "whole"))


def zeros_are_shown() -> Leak:
    """The printed rule says that zeros are shown, so of two hidden ones with a sum of four each has 1 to 3."""
    table = column("homeless", quarter={"10": "*", "11": "*"}, town=4)
    return Leak(release(flat("10 11"), table), ("homeless", "quarter", "10"), (1, 3), ("printed-rules",))


LEAKS = {
    function.__name__: function
    for function in (
        small_cells_published,
        everybody,
        complement_of_one,
        one_hidden_and_the_total,
        two_hidden_but_tight,
        one_of_the_counted,
        one_hidden_per_district,
        share_times_base,
        share_published_elsewhere,
        index_solved_for_its_part,
        class_as_interval,
        age_bands,
        declared_sum,
        part_of_a_small_whole,
        old_minus_new_boundaries,
        block_of_few,
        unchanged_area_under_old_boundaries,
        estimate_of_a_hidden_count,
        an_area_is_missing,
        total_printed_with_the_old_boundaries,
        part_of_a_small_block,
        hidden_now_shown_before,
        cumulated_minus_earlier,
        corrected_since,
        two_audiences,
        external_total,
        printed_mean,
        mean_told_by_contributions,
        printed_deviation,
        persons_are_whole,
        zeros_are_shown,
    )
}

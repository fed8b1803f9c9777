"""What is hidden, why, and that nothing more than needed is."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from lebenslagen.disclosure import (
    Draft,
    DraftColumn,
    IndexInfo,
    Known,
    Ledger,
    LevelFrame,
    Link,
    Policy,
    Release,
    attack,
    explain,
    leaks,
    printed_rules,
    protect,
)
from lebenslagen.errors import DesignError, DisclosureError, ProjectError
from lebenslagen.texts import texts
from tests.disclosure.build import PERIOD, draft, draft_column, flat, frames, ledger, summed

PUBLIC = Policy("public", threshold=5, width=4)
PLACES = frames({"Nord": "01 02 03", "Süd": "04 05"})


def counts(key: str, row: dict[str, int], **more: object) -> DraftColumn:
    return draft_column(key, **summed(PLACES, row), **more)


def marks(release: Release, key: str, level: str = "quarter") -> str:
    """The cells of a column as one line."""
    cells = release.column(key).cells[level].values()
    return " ".join("*" if c.mark == "withheld" else str(c.value) if not c.mark else c.mark for c in cells)


def refused(call: object) -> list[tuple[str, str]]:
    with pytest.raises(DisclosureError) as error:
        call()  # type: ignore[operator]
    return [(fault.code, str(fault.values.get("area", ""))) for fault in error.value.faults]


def test_a_small_count_and_its_cheapest_partner() -> None:
    release = protect(draft(PLACES, counts("a", {"01": 2, "02": 40, "03": 9, "04": 30, "05": 60})), PUBLIC)
    assert marks(release, "a") == "* 40 * 30 60"
    assert marks(release, "a", "district") == "51 90"


def test_zero_is_shown_and_missing_is_not_withheld() -> None:
    column = draft_column("a", quarter={"01": 0, "02": "O", "03": 9, "04": 30, "05": 60})
    release = protect(draft(PLACES, column), PUBLIC)
    assert marks(release, "a") == "0 missing 9 30 60"


def test_withheld_by_the_supplier_is_protected_like_a_small_one() -> None:
    column = draft_column(
        "a",
        quarter={"01": "Q", "02": 40, "03": 9, "04": 30, "05": 60},
        district={"Nord": 51, "Süd": 90},
        town=141,
    )
    release = protect(draft(PLACES, column), PUBLIC)
    assert marks(release, "a") == "* 40 * 30 60"
    assert release.bounds["a", "quarter", "01"].width >= 4


def test_partners_must_be_large_enough() -> None:
    """One and one more would leave an interval of one person: a third one is hidden."""
    release = protect(draft(PLACES, counts("a", {"01": 1, "02": 5, "03": 5, "04": 30, "05": 60})), PUBLIC)
    assert marks(release, "a") == "* * * 30 60"


def test_a_stricter_source_and_what_is_derived_from_it() -> None:
    few = counts("few", {"01": 8, "02": 60, "03": 70, "04": 80, "05": 90})
    base = counts("base", {"01": 800, "02": 600, "03": 700, "04": 800, "05": 900}, threshold=10)
    rate = draft_column(
        "rate",
        "rate",
        numerator="few",
        denominator="base",
        quarter={"01": 1, "02": 10, "03": 10, "04": 10, "05": 10},
    )
    release = protect(draft(PLACES, few, base, rate), PUBLIC)
    assert marks(release, "few") == "8 60 70 80 90"
    assert marks(release, "rate") == "* 10.0 10.0 10.0 10.0"
    stricter = protect(draft(PLACES, replace(few, threshold=10), base, rate), PUBLIC)
    assert marks(stricter, "few") == "* * 70 80 90"


def test_rates_follow_their_counts() -> None:
    few, base = (
        counts("few", {"01": 2, "02": 60, "03": 70, "04": 80, "05": 90}),
        counts("base", dict.fromkeys(PLACES[0].ids, 700)),
    )
    rate = draft_column(
        "rate",
        "rate",
        numerator="few",
        denominator="base",
        quarter={"01": "0.29", "02": "8.57", "03": 10, "04": "11.43", "05": "12.86"},
    )
    release = protect(draft(PLACES, few, base, rate), PUBLIC)
    assert marks(release, "few") == "* * 70 80 90"
    assert marks(release, "rate") == "* * 10.0 11.4 12.9"
    assert marks(release, "base") == "700 700 700 700 700"


@pytest.mark.parametrize(
    ("policy", "few", "expected"),
    [
        (PUBLIC, 41, "* * 20 20 20"),  # everybody
        (PUBLIC, 40, "* * 20 20 20"),  # all but one
        (PUBLIC, 36, "36 20 20 20 20"),
        (PUBLIC, 0, "0 20 20 20 20"),
        (replace(PUBLIC, group="both"), 0, "* * * 20 20"),  # nobody
        (replace(PUBLIC, group="none"), 41, "41 20 20 20 20"),
        (replace(PUBLIC, complements=False), 40, "40 20 20 20 20"),
    ],
)
def test_everybody_nobody_and_all_but_one(policy: Policy, few: int, expected: str) -> None:
    part = counts("part", {"01": few, "02": 20, "03": 20, "04": 20, "05": 20})
    entire = counts("entire", {"01": 41, "02": 99, "03": 99, "04": 99, "05": 99})
    rate = draft_column("rate", "rate", numerator="part", denominator="entire")
    release = protect(draft(PLACES, part, entire, rate), policy)
    shown = marks(release, "part").split()
    assert shown[0] == expected.split(maxsplit=1)[0]
    assert shown.count("*") >= min(expected.count("*"), 2)
    assert leaks(release, release.bounds) == ()


def test_rows_of_very_few_residents_are_hidden_as_a_whole() -> None:
    residents = counts("residents", {"01": 31, "02": 900, "03": 800, "04": 700, "05": 900})
    few = counts("few", {"01": 12, "02": 60, "03": 70, "04": 80, "05": 90})
    release = protect(draft(PLACES, residents, few, residents="residents"), PUBLIC)
    assert (
        release.cell("few", "quarter", "01").mark
        == release.cell("residents", "quarter", "01").mark
        == "withheld"
    )
    assert protect(draft(PLACES, residents, few), PUBLIC).cell("few", "quarter", "01").value == 12


def test_estimates_are_marked() -> None:
    release = protect(
        draft(PLACES, draft_column("a", quarter={"01": "~17.4", "02": "~2.4", "03": 40})), PUBLIC
    )
    for shown in (release, Release.from_json(release.to_json())):
        cells = [shown.cell("a", "quarter", area) for area in ("01", "02", "03")]
        assert [cell.value for cell in cells] == [Decimal(17), None, Decimal(40)]
        assert [cell.estimated for cell in cells] == [True, True, False]


def test_a_declared_sum_is_watched() -> None:
    young = counts("u6", {"01": 60, "02": 60, "03": 60, "04": 60, "05": 60})
    old = counts("6to14", {"01": 2, "02": 20, "03": 60, "04": 60, "05": 60})
    both = counts("u15", {"01": 62, "02": 80, "03": 120, "04": 120, "05": 120}, sum_of=("u6", "6to14"))
    release = protect(draft(PLACES, young, old, both), PUBLIC)
    assert marks(release, "6to14").startswith("*")
    hidden = [key for key in ("u6", "u15") if release.cell(key, "quarter", "01").mark]
    assert len(hidden) == 1


TOWN = frames({"Nord": "01 02 03 04", "Mitte": "05 06 07 08", "Süd": "09 10 11 12"})
FEW = (2, 20, 31, 44, 18, 61, 27, 35, 52, 23, 39, 48)
OTHER = (90, 80, 120, 60, 130, 71, 88, 95, 140, 66, 79, 101)
BASE = (600, 520, 810, 640, 475, 930, 705, 590, 845, 660, 745, 880)


def index_draft(score_digits: int | None = None) -> Draft:
    """Two shares, twelve quarters, an index over eleven of them (01 is excluded), with class and probability."""
    ids = TOWN[0].ids
    rows = {key: dict(zip(ids, row, strict=True)) for key, row in (("F", FEW), ("O", OTHER), ("base", BASE))}
    shares = {key: {a: Decimal(100 * rows[key][a]) / rows["base"][a] for a in ids} for key in "FO"}
    included = ids[1:]
    mean = {key: sum(row[a] for a in included) / 11 for key, row in shares.items()}
    sd = {key: (sum((row[a] - mean[key]) ** 2 for a in included) / 11).sqrt() for key, row in shares.items()}
    score = {a: sum((shares[key][a] - mean[key]) / sd[key] for key in shares) / 2 for a in included}
    terms = tuple((key, 1 / sd[key] / 2) for key in shares)
    constant = -sum(mean[key] / sd[key] for key in mean) / 2
    classes = {a: "high" if value > 0 else "low" for a, value in score.items()}
    info = IndexInfo(
        key="i",
        label="I",
        period=PERIOD,
        level="quarter",
        parts=(("F", 1.0, 1), ("O", 1.0, 1)),
        means=mean,
        sds=sd,
        excluded={"01": "klein"},
    )
    return draft(
        TOWN,
        draft_column("few", **summed(TOWN, rows["F"])),
        draft_column("other", **summed(TOWN, rows["O"])),
        draft_column("base", **summed(TOWN, rows["base"])),
        draft_column("F", "rate", indicator="F", numerator="few", denominator="base", quarter=shares["F"]),
        draft_column("O", "rate", indicator="O", numerator="other", denominator="base", quarter=shares["O"]),
        draft_column(
            "score",
            "linear",
            role="score",
            terms=terms,
            constant=constant,
            quarter=score,
            decimals=score_digits,
        ),
        draft_column(
            "class", "class", of=("score",), cuts=(Decimal(0),), keys=("low", "high"), quarter=classes
        ),
        draft_column(
            "probability",
            "opaque",
            of=("few", "other", "base"),
            quarter=dict.fromkeys(included, Decimal("0.8")),
        ),
        methods={"i": info},
    )


def partners(release: Release) -> list[str]:
    return [area for area in TOWN[0].ids[1:] if release.cell("few", "quarter", area).mark]


def test_an_index_value_is_hidden_where_it_would_tell_and_the_class_stays() -> None:
    release = protect(index_draft(), PUBLIC)
    assert 2 <= len(partners(release)) <= 6  # the printed mean would tell a single one
    for area in TOWN[0].ids[1:]:
        hidden = area in partners(release)
        assert bool(release.cell("score", "quarter", area).mark) == hidden
        assert bool(release.cell("probability", "quarter", area).mark) == hidden
        assert release.cell("class", "quarter", area).mark == ""


def test_an_index_value_printed_coarsely_may_stay() -> None:
    release = protect(index_draft(score_digits=0), PUBLIC)
    assert [area for area in partners(release) if not release.cell("score", "quarter", area).mark]
    assert leaks(release, attack(release)) == ()


def test_a_contribution_follows_its_share_however_coarse() -> None:
    plain = index_draft()
    part = draft_column(
        "F.contribution",
        "linear",
        role="contribution",
        terms=(("F", Decimal("0.01")),),
        decimals=0,
        quarter=dict.fromkeys(TOWN[0].ids, 0),
    )
    release = protect(replace(plain, columns=(*plain.columns, part)), PUBLIC)
    hidden = [a for a in TOWN[0].ids if release.cell("F.contribution", "quarter", a).mark]
    assert hidden == [a for a in TOWN[0].ids if release.cell("F", "quarter", a).mark] != []


def test_excluded_areas_say_so() -> None:
    plain = index_draft()
    status = {"quarter": {"01": "excluded"}}
    marked = tuple(replace(c, status=status) if c.key in ("score", "class") else c for c in plain.columns)
    release = protect(replace(plain, columns=marked), PUBLIC)
    assert [release.cell(key, "quarter", "01").mark for key in ("score", "class")] == ["excluded", "excluded"]


def test_a_withheld_area_and_its_withheld_total_need_one_pair_elsewhere() -> None:
    """The supplier gave the town only: beside the two, one other total and one of its areas are enough."""
    row = {"01": "Q", "02": 40, "03": 30, "04": 30, "05": 60}
    column = draft_column("a", quarter=row, district={"Nord": "Q", "Süd": 90}, town=162)
    release = protect(draft(PLACES, column), PUBLIC)
    marked = [c.mark for cells in release.column("a").cells.values() for c in cells.values()]
    assert marked.count("withheld") == 4
    assert (release.cell("a", "district", "Süd").mark, marks(release, "a")) == ("withheld", "* 40 30 * 60")


def test_printed_means_are_rounded() -> None:
    info = protect(index_draft(), PUBLIC).methods["i"]
    shares = [Fraction(100 * few, base) for few, base in zip(FEW[1:], BASE[1:], strict=True)]
    exact = sum(shares) / 11
    assert abs(Fraction(info.means["F"]) - exact) <= Fraction(1, 200)
    assert info.means["F"].as_tuple().exponent == -2


def test_protecting_twice_changes_nothing() -> None:
    first = protect(index_draft(), PUBLIC)
    assert protect(index_draft(), PUBLIC) == first
    again = protect(index_draft(), PUBLIC, ledger(first))
    assert again.columns == first.columns
    assert again.bounds == first.bounds


def test_the_pattern_of_an_earlier_release_stays() -> None:
    """A later policy with a lower threshold shows nothing that was hidden, and takes no partner that was shown."""
    first = protect(draft(PLACES, counts("a", {"01": 4, "02": 40, "03": 9, "04": 30, "05": 60})), PUBLIC)
    later = draft(PLACES, counts("a", {"01": 4, "02": 40, "03": 9, "04": 30, "05": 60}))
    release = protect(later, Policy("public", threshold=3, width=3), ledger(first))
    assert marks(release, "a") == marks(first, "a") == "* 40 * 30 60"


def test_what_an_earlier_release_showed_cannot_be_hidden() -> None:
    values = {"01": 4, "02": 40, "03": 9, "04": 30, "05": 60}
    first = protect(draft(PLACES, counts("a", values)), Policy("public", threshold=3, width=3))
    for withdrawn in ((), (first,)):
        out = ledger(first, withdrawn=withdrawn)
        assert refused(lambda out=out: protect(draft(PLACES, counts("a", values)), PUBLIC, out)) == [
            ("already-published", "01")
        ]
    internal = replace(first, policy=Policy("internal", threshold=0, secondary=False))
    assert (
        protect(draft(PLACES, counts("a", values)), PUBLIC, ledger(internal)).cell("a", "quarter", "01").mark
    )


def test_a_total_known_elsewhere_is_no_partner() -> None:
    known = tuple(
        Known("a", PERIOD, "", "quarter", area, Decimal(9), "Landesbetrieb") for area in ("02", "03")
    )
    table = draft(PLACES, counts("a", {"01": 2, "02": 9, "03": 9, "04": 30, "05": 60}), known=known)
    release = protect(table, PUBLIC)
    assert release.cell("a", "district", "Nord").mark == "withheld"


def test_where_nothing_can_be_hidden_the_area_is_named() -> None:
    known = tuple(
        Known("a", PERIOD, "", level, area, Decimal(9)) for level, area in (("quarter", "02"), ("town", "05"))
    )
    table = draft(flat("01 02"), draft_column("a", quarter={"01": 2, "02": 9}, town=11), known=known)
    assert refused(lambda: protect(table, PUBLIC)) == [("not-protectable", "01")]


def test_a_share_that_its_source_has_published_tells() -> None:
    few, base = (
        counts("few", {"01": 2, "02": 60, "03": 70, "04": 80, "05": 90}),
        counts("base", dict.fromkeys(PLACES[0].ids, 700)),
    )
    rate = draft_column("rate", "published", numerator="few", denominator="base", quarter={"01": "0.3"})
    assert ("not-protectable", "01") in refused(lambda: protect(draft(PLACES, few, base, rate), PUBLIC))
    free = draft_column("rate", "published", quarter={"01": "0.3"})
    assert marks(protect(draft(PLACES, free), PUBLIC), "rate").startswith("0.3")


def moved_block() -> tuple[tuple[LevelFrame, ...], tuple[LevelFrame, ...], Link, list[DraftColumn]]:
    """A block of 41 residents, nine of them with benefits, moved from quarter 06 to 10; 11 stayed as it was."""
    old, new, one = "2013-01-01", "2019-01-01", Decimal(1)
    pairs = (
        ("06", "06", Decimal("0.99")),
        ("06", "10", Decimal("0.01")),
        ("10", "10", one),
        ("11", "11", one),
    )
    rows = {
        "residents": ((9241, 8559, 3000), (9200, 8600, 3000)),
        "sgb2": ((3009, 2200, 400), (3000, 2209, 400)),
    }
    columns = [
        draft_column(
            f"{variable}@{name}",
            variable=variable,
            vintage=vintage,
            quarter=dict(zip(("06", "10", "11"), row, strict=True)),
        )
        for variable, both in rows.items()
        for name, vintage, row in zip(("alt", "neu"), (old, new), both, strict=True)
    ]
    places = flat("06 10 11", old), flat("06 10 11", new)
    return (*places, Link("quarter", old, new, pairs), columns)


def test_old_and_new_boundaries_in_one_release() -> None:
    """Every figure on the block could be calculated: one of the two tables does not show the quarters concerned."""
    old, new, link, columns = moved_block()
    release = protect(draft((*old, *new), *columns, links=(link,), residents="residents"), PUBLIC)
    assert leaks(release, attack(release)) == ()
    for variable in ("residents", "sgb2"):
        shown = [release.cell(f"{variable}@{name}", "quarter", "06").mark for name in ("alt", "neu")]
        assert "withheld" in shown
        assert release.cell(f"{variable}@neu", "quarter", "11").mark == ""


def test_new_boundaries_after_a_release_with_the_old_ones() -> None:
    """The old table is out; the new one may not show the two quarters that exchanged the block."""
    old, new, link, columns = moved_block()
    first = protect(draft(old, *columns[::2], links=(link,), residents="residents"), PUBLIC)
    release = protect(draft(new, *columns[1::2], links=(link,), residents="residents"), PUBLIC, ledger(first))
    assert {release.cell("sgb2@neu", "quarter", area).mark for area in ("06", "10")} == {"withheld"}
    assert release.cell("sgb2@neu", "quarter", "11").value == 400
    assert leaks(release, attack(release, ledger(first))) == ()


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"threshold": 2}, "policy-threshold-low"),
        ({"secondary": False}, "policy-secondary-off"),
        ({"width": 0}, "policy-width-low"),
        ({"audience": "alle"}, "unknown-name"),
        ({"group": "some"}, "unknown-name"),
    ],
)
def test_policies_that_do_not_protect_are_refused(more: dict[str, object], code: str) -> None:
    with pytest.raises(DesignError) as error:
        Policy(**{"audience": "public", **more})  # type: ignore[arg-type]
    assert [fault.code for fault in error.value.faults] == [code]


def test_all_faults_of_a_draft_at_once() -> None:
    with pytest.raises(DesignError) as error:
        draft(
            PLACES,
            draft_column("a", quarter={"99": 1}),
            draft_column("a"),
            draft_column("r", "rate", numerator="a", denominator="b"),
            draft_column("l", "linear"),
            draft_column("x", "guess"),
        )
    assert [fault.code for fault in error.value.faults] == [
        "unknown-name",
        "unknown-name",
        "missing-key",
        "unknown-name",
        "column-twice",
    ]


def test_internal_drafts_hide_nothing_that_the_policy_does_not_demand() -> None:
    policy = Policy(
        "internal", threshold=0, secondary=False, complements=False, group="none", min_residents=0
    )
    release = protect(draft(PLACES, counts("a", {"01": 2, "02": 40, "03": 9, "04": 30, "05": 60})), policy)
    assert marks(release, "a") == "2 40 9 30 60"
    assert (release.rules, release.bounds) == ((), {})


def test_four_eyes() -> None:
    release = protect(index_draft(), PUBLIC)
    signed = release.signed("A. Planung", "B. Statistik", "2025-06-30")
    assert (signed.author, signed.approved_by, signed.digest != release.digest) == (
        "A. Planung",
        "B. Statistik",
        True,
    )
    assert refused(lambda: release.signed("A. Planung", " a.  PLANUNG ", "2025-06-30"))[0][0] == "same-person"
    assert refused(lambda: release.signed("A. Planung", "", "2025-06-30"))[0][0] == "approval-missing"


def test_a_release_comes_back_as_it_was_and_no_other() -> None:
    release = protect(index_draft(), PUBLIC).signed("A", "B", "2025-06-30")
    back = Release.from_json(release.to_json())
    assert back == release
    assert back.to_json() == release.to_json()
    for broken in (
        release.to_json().replace(b"Musterstadt", b"Nusterstadt"),
        b"{}",
        b"nonsense",
        b'{"release": 3}',
    ):
        with pytest.raises(ProjectError):
            Release.from_json(broken)


def test_the_rules_are_said_in_plain_words() -> None:
    release = protect(index_draft(), PUBLIC)
    english, german = printed_rules(release, texts("en")), printed_rules(release, texts("de"))
    assert english[0] == "Counts of 1 to 4 persons are not published."
    assert german[0] == "Anzahlen von 1 bis 4 Personen werden nicht veröffentlicht."
    assert not any("primär" in rule or "{" in rule for rule in german)


def test_the_explanation_counts_what_is_hidden() -> None:
    release = protect(index_draft(), PUBLIC)
    said = explain(release, texts("de"))
    shown = [c.mark for column in release.columns for row in column.cells.values() for c in row.values()]
    assert said.total == shown.count("withheld") == sum(row[2] for row in said.hidden)
    assert said.narrowest is not None
    assert said.narrowest >= PUBLIC.width


def test_an_unknown_method_is_refused() -> None:
    with pytest.raises(DesignError):
        protect(index_draft(), replace(PUBLIC, method="noise"))


def test_a_ledger_knows_what_is_withdrawn() -> None:
    release = protect(index_draft(), PUBLIC)
    out = ledger(release, withdrawn=(release,))
    assert (out.known, out.current) == ((release,), ())
    assert Ledger().known == ()


def test_a_town_total_printed_with_old_boundaries_needs_a_partner() -> None:
    old, new = flat("01 02", "2013-01-01"), flat("01 02 03", "2019-01-01")
    before = draft_column("a@alt", variable="a", vintage="2013-01-01", town=59)
    after = draft_column("a@neu", variable="a", vintage="2019-01-01", quarter={"01": 2, "02": 17, "03": 40})
    release = protect(draft((*old, *new), before, after), PUBLIC)
    assert marks(release, "a@neu") == "* * 40"
    first = protect(draft(old, before), PUBLIC)
    assert marks(protect(draft(new, after), PUBLIC, ledger(first)), "a@neu") == "* * 40"


def test_without_mending_it_is_told_what_could_be_found_out() -> None:
    """A committee's rules may leave counts that follow from totals; then the release says so and fails its check."""
    levels = (LevelFrame("quarter", ("01", "02", "03")), LevelFrame("town", ("05",)))
    values = {"quarter": {"01": 2, "02": 17, "03": 40}, "town": {"05": 59}}
    column = DraftColumn(key="a", role="count", kind="count", values=values)
    release = protect(
        Draft("T", "Musterstadt", levels, (column,)),
        Policy("committee", threshold=5, width=4, secondary=False),
    )
    assert (release.bounds["a", "quarter", "01"].low, release.bounds["a", "quarter", "01"].high) == (2, 2)
    assert leaks(release, release.bounds) == (("a", "quarter", "01"),)

"""The releases of the bad-input corpus that leak by their figures: each is found; protecting them mends it."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from lebenslagen.disclosure import Known, Link, Policy, Release, attack, leaks, protect
from lebenslagen.errors import DisclosureError
from tests.disclosure.build import column, draft, draft_column, flat, frames, ledger, release

CORPUS = Path(__file__).resolve().parents[3] / "shared" / "data" / "badinputs" / "disclosure"
pytestmark = [
    pytest.mark.files,
    pytest.mark.reference_data,
    pytest.mark.skipif(not CORPUS.is_dir(), reason="the corpus of bad input is not beside the repository"),
]
DISTRICTS = {
    "Nord": " ".join(f"{n:02}" for n in range(1, 10)),
    "Mitte": " ".join(f"{n:02}" for n in range(10, 19)),
    "Süd": " ".join(f"{n:02}" for n in range(19, 28)),
}
PLACES = frames(DISTRICTS)
ZERO = Policy(threshold=3, width=2, group="both")


def content(name: str) -> dict[str, Any]:
    return json.loads(next(CORPUS.glob(f"{name}_*.json")).read_text(encoding="utf-8"))  # type: ignore[no-any-return]


def row(values: dict[str, Any]) -> dict[str, Any]:
    """The quarters of a table; null is withheld."""
    return {key: "*" if value is None else value for key, value in values.items() if key.isdigit()}


def found(table: Release, *earlier: Release) -> dict[tuple[str, str, str], tuple[float, float | None]]:
    bounds = attack(table, ledger(*earlier))
    return {key: (bounds[key].low, bounds[key].high) for key in leaks(table, bounds)}


def test_d01_small_cells() -> None:
    case = content("D01")
    told = found(release(PLACES, column("homeless", quarter=row(case["release"]))))
    expected = {
        ("homeless", "quarter", area): (value, value) for area, value in case["attacker_learns"].items()
    }
    assert {key: value for key, value in told.items() if value[0] > 0} == expected


def test_d02_everybody() -> None:
    case = content("D02")["release"]
    table = release(
        flat("22"),
        column("children", quarter=case["kinder_u15"]),
        column("sgb2", quarter=case["sgb2_kinder_u15"], part_of=("children",)),
    )
    assert found(table) == {("children − sgb2", "quarter", "22"): (0, 0)}


def test_d04_one_hidden_and_the_total() -> None:
    case = content("D04")
    values = case["release"]
    table = release(PLACES, column("homeless", quarter=row(values), town=values["Gesamtstadt"]))
    assert found(table)["homeless", "quarter", "23"] == (2, 2)
    assert case["attacker_learns"] == {"23": 2}


def test_d05_two_hidden_with_tight_bounds() -> None:
    """District totals as printed leave one person for two quarters."""
    case = content("D05")
    values, totals = case["release"], case["release"]["Bezirk"]
    districts = by_totals(values, totals, hidden_sum=case["attacker_learns"]["10+11"])
    table = release(frames(districts), column("homeless", quarter=row(values), district=totals), policy=ZERO)
    assert found(table)["homeless", "quarter", "10"] == tuple(case["attacker_learns"]["interval"])


def test_d06_one_hidden_per_district() -> None:
    case = content("D06")
    values, totals = case["release"], case["release"]["Bezirk"]
    quarters = row(values)
    districts = {"A": "01", "B": "19", "rest": " ".join(a for a in quarters if a not in ("01", "19"))}
    rest = sum(v for a, v in quarters.items() if a not in ("01", "19"))
    learns = case["attacker_learns"]
    table = release(
        frames(districts),
        column(
            "homeless",
            quarter=quarters,
            district={"A": learns["01"], "B": learns["19"], "rest": rest},
            town=sum(totals.values()),
        ),
    )
    told = found(table)
    assert sum(totals.values()) == values["Gesamtstadt"]
    assert {area: told["homeless", "quarter", area] for area in learns} == {
        a: (v, v) for a, v in learns.items()
    }


def by_totals(values: dict[str, Any], totals: dict[str, int], hidden_sum: int) -> dict[str, str]:
    """Districts that give the printed totals: the corpus does not say which quarters they consist of."""
    shown = {area: value for area, value in values.items() if area.isdigit() and value is not None}
    hidden = [area for area, value in values.items() if area.isdigit() and value is None]
    found_districts, left = {}, dict(shown)
    for name, total in sorted(totals.items(), key=lambda item: item[0] != "Mitte"):
        wanted = total - hidden_sum if name == "Mitte" else total
        chosen = subset(left, wanted)
        left = {area: value for area, value in left.items() if area not in chosen}
        found_districts[name] = " ".join(chosen + (hidden if name == "Mitte" else []))
    return {name: areas for name, areas in found_districts.items() if areas}


def subset(values: dict[str, int], total: int) -> list[str]:
    """Some areas whose values add up to the total."""
    reached: dict[int, list[str]] = {0: []}
    for area, value in values.items():
        for so_far, areas in list(reached.items()):
            reached.setdefault(so_far + value, [*areas, area])
    return reached.get(total, [])


def test_d08_old_minus_new_boundaries() -> None:
    case = content("D08")
    old, new, one = "alt", "neu", Decimal(1)
    link = Link("quarter", old, new, (("14", "14", one), ("14", "15", one), ("15", "15", one)))
    table = release(
        (*flat("14 15", old), *flat("14 15", new)),
        column("sgb2@alt", variable="sgb2", vintage=old, quarter={**case["release_quartiere_alt"], "15": 80}),
        column("sgb2@neu", variable="sgb2", vintage=new, quarter={**case["release_quartiere_neu"], "15": 82}),
        links=(link,),
    )
    assert found(table)["sgb2@2024 alt/neu", "quarter", "14/15"] == (2, 2)


def test_d09_age_bands() -> None:
    case = content("D09")
    first = release(
        flat("05"), column("u15", quarter=case["release_1"]["kinder_0_14_sgb2"], part_of=("u16",))
    )
    second = release(flat("05"), column("u16", quarter=case["release_2"]["kinder_0_15_sgb2"]))
    assert found(second, first) == {("u16 − u15", "quarter", "05"): (1, 1)}


def test_d27_partner_and_public() -> None:
    """The partner's district totals add up what the public cannot see."""
    case = content("D27")
    public = release(PLACES, column("homeless", quarter=row(case["public"])), policy=ZERO)
    partner = release(PLACES, column("homeless", district=case["partner"]))
    alone, together = attack(public), attack(public, ledger(partner))
    assert all(bound.high is None for bound in alone.values())
    assert all(bound.high is not None for bound in together.values())


def test_d30_external_total() -> None:
    case = content("D30")
    total = Decimal(case["published_elsewhere"]["Gesamtstadt (Landesbetrieb)"])
    known = (Known("homeless", "2024", "", "town", "05", total, "Landesbetrieb"),)
    table = release(PLACES, column("homeless", quarter=row(case["our_release"])), known=known)
    assert found(table)["homeless", "quarter", "23"] == (2, 2)


def test_d33_four_eyes() -> None:
    case = content("D33")
    table = protect(draft(flat("01"), draft_column("a", quarter={"01": 9})), Policy(threshold=3, width=3))
    with pytest.raises(DisclosureError):
        table.signed(case["created_by"], case["approved_by"], "2025-01-01")


def test_the_same_figures_protected_do_not_leak() -> None:
    values = dict(content("D01")["release"])
    towns = {"quarter": values, "town": {"05": sum(values.values())}}
    table = protect(draft(PLACES, draft_column("homeless", **towns)), Policy(threshold=3, width=3))
    assert {area for area, value in values.items() if 0 < value < 3} <= {
        area for area, cell in table.column("homeless").cells["quarter"].items() if cell.mark == "withheld"
    }
    assert found(table) == {}

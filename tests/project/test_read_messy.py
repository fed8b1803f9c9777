"""Four office workbooks as planners get them, read into clean tables by layouts alone and compared with the eye."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from lebenslagen.errors import Outcome
from lebenslagen.project.read import Check, Layout, check, read_vectors
from lebenslagen.project.toml import adapt
from lebenslagen.project.vectors import packed

pytestmark = pytest.mark.reference_data
LAYOUTS = Path(__file__).parent / "layouts"


def judge(
    reference_data: Path, name: str, file: str, areas: dict | None = None, period: str = "2023"
) -> Check:
    layout = adapt(Layout, tomllib.loads((LAYOUTS / f"{name}.toml").read_text(encoding="utf-8")), name)
    return check((reference_data / "messy" / file).read_bytes(), file, layout, areas or {}, period)


def values(found: Check) -> dict[tuple[str, str, str], Decimal | None]:
    return {(r.area, r.period, r.variable): r.value for r in found.reading.rows()}


def planning_areas(reference_data: Path) -> dict:
    """The 542 planning areas of 2021 as a register."""
    path = reference_data / "berlin" / "geometry" / "lor_post2021_PLR" / "lor_planungsraeume_2021.shp"
    name, raw = packed(path)
    found = read_vectors(raw, name)

    class Register:
        ids = tuple(map(str, found.columns["PLR_ID"]))
        names = tuple(map(str, found.columns["PLR_NAME"]))
        parents = ("",) * len(found)

    return {"planungsraum": Register()}


def test_broadband(reference_data):
    areas = planning_areas(reference_data)
    found = judge(reference_data, "versorgung", "Berlin_LOR_Versorgungsdaten_Stand_2402.xlsx", areas)
    assert {f.code for f in found.faults if f.outcome > Outcome.WARN} == set()
    cells = values(found)
    assert len({area for area, _, _ in cells}) == 542
    assert cells["01100101", "2023", "gigabit"] == 2613
    assert cells["01100101", "2023", "gigabit_anteil"] == Decimal("98.3")
    assert cells["12601236", "2023", "glasfaser"] == 77
    assert cells["12601236", "2024", "glasfaser"] == 1378
    controls = {(c.variable, c.said, c.found) for c in found.reading.controls}
    assert ("gigabit", Decimal(2067165), Decimal(2067165)) in controls
    assert len(found.reading.controls) == 4


def test_debtors(reference_data):
    found = judge(reference_data, "schuldner", "E_Schuldnerquote.xls")
    assert [f.code for f in found.faults] == ["old-format"]
    cells = values(found)
    assert len(cells) == 400 * 18
    assert found.reading.periods == tuple(str(y) for y in range(2004, 2022))
    assert cells["01001", "2004", "schuldnerquote"] == Decimal("16.94")
    assert cells["01053", "2010", "schuldnerquote"] == 10
    assert cells["16077", "2021", "schuldnerquote"] == Decimal("8.01")
    assert found.reading.texts["01002", "name"] == "Kiel, Landeshauptstadt"


def test_key_register(reference_data):
    found = judge(reference_data, "schluessel", "LOR-Schluesselsystematik.xls")
    assert [f.code for f in found.faults] == ["old-format"]
    names = {area: text for (area, _), text in found.reading.texts.items()}
    assert len(names) == 447
    assert names["01011101"] == "Stülerstr."
    assert names["01011201"] == "Wilhelmstr."
    assert names["01044203"] == "Leopoldplatz"
    assert names["03020209"] == "Niederschönhausen"
    path = reference_data / "berlin" / "geometry" / "lor_pre2021_PLR" / "lor_planungsraeume.shp"
    drawn = set(read_vectors(packed(path)[1], "plr.zip").columns["broker Dow"])
    # Two known faults of the layer: one area lacks its polygon, one polygon belongs to no area with data.
    assert (set(names) - drawn, drawn - set(names)) == ({"04030417"}, {"09041403"})


def test_report(reference_data):
    found = judge(reference_data, "bericht", "SB_A01-05-00_2023h02_BE.xlsx")
    assert {f.code for f in found.faults if f.outcome > Outcome.WARN} == set()
    cells = values(found)
    assert cells["Berlin", "2000", "t1_insgesamt"] == 3331232
    assert cells["Berlin", "2023", "t1_weiblich"] == 1959163
    assert cells["Berlin", "2023", "t1_auslaender"] == 946369
    assert cells["Berlin", "2023", "t2_unter 6"] == 215179
    assert cells["Berlin", "2000", "t2_75 und mehr"] == 217926
    assert cells["Friedrichshain-Kreuzberg", "2013", "t3_deutsche"] == 209873
    assert cells["Reinickendorf", "2023", "t3_insgesamt"] == 268792
    assert cells["Mitte", "2023", "t6_d_m_unter 6"] == 8332
    assert cells["Charlottenburg-Wilmersdorf", "2023", "t6_a_w_65 und mehr"] == 5563
    assert cells["Reinickendorf", "2023", "t6_i_i_alle"] == 268792
    assert cells["Moabit", "2023", "t11_alle"] == 84113
    assert cells["Heinersdorf", "2023", "t11_unter_6"] == 568
    t6 = [c for c in found.reading.controls if c.variable.startswith("t6_")]
    assert len(t6) == 9 * 13 and all(c.agrees for c in t6)
    assert [c.said for c in found.reading.controls if c.variable == "t11_alle"] == [3878100]
    assert "Nachrichtlich:" in {s.text for s in found.reading.skipped}

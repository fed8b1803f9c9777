"""Musterstadt comes in by the same door as any other: declarations and deliveries read by the product's own reader."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from lebenslagen.errors import Outcome
from lebenslagen.project.declare import Declaration, declarations_of, load
from lebenslagen.project.read import Check, Earlier, check
from scripts.musterstadt import committed
from scripts.musterstadt.committed import JOBCENTER, Year
from scripts.musterstadt.town import ROOMS

SAME = {  # variable of the declaration -> count of the plain reading
    "sgb2": "sgb",
    "sgb2_u15": "ki",
    "arbeitslose_15_24": "ja",
    "gsia": "ga",
    "einwohner": "residents",
    "nichtdeutsche": "au",
    "haushalte": "households",
    "haushalte_kinder": "families",
    "alleinerziehende": "ae",
    "haushalte_3_kinder": "gf",
}


@dataclass(frozen=True)
class Register:
    ids: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]


@pytest.fixture(scope="module")
def declaration(root: Path) -> Declaration:
    return load({str(path.relative_to(root)): path.read_bytes() for path in declarations_of(root)})


def register(root: Path, vintage: str) -> dict[str, Register]:
    fields, _ = committed.layer(root / "areas" / f"sozialquartiere-{vintage}.gpkg")
    columns = (tuple(map(str, fields[name])) for name in ("schluessel", "name", "sozialraum"))
    return {
        "sozialquartier": Register(*columns),
        "sozialraum": Register(tuple(ROOMS), tuple(ROOMS.values()), ("05999000",) * 6),
        "stadt": Register(("05999000",), ("Musterstadt",), ("",)),
    }


@pytest.fixture(scope="module")
def checked(root: Path, declaration: Declaration) -> dict[str, Check]:
    """File -> outcome of its check, in the order of arrival, each seen beside those taken over before."""
    registers = {vintage: register(root, vintage) for vintage in ("2013", "2019")}
    earlier: dict[str, list[Earlier]] = {}
    found = {}
    for declared in declaration.deliveries:
        vintage = str(declaration.period(declared.period).vintage.year)
        source, path = declaration.source(declared.source), root / "deliveries" / declared.file
        found[declared.file] = result = check(
            path.read_bytes(),
            path.name,
            source.layout,
            registers[vintage],
            declared.period,
            earlier=earlier.get(declared.source, [])[-2:],
            answers={answer.code: answer.reason for answer in declared.answers},
            published=source.published,
        )
        if result.outcome in (Outcome.ACCEPT, Outcome.WARN):
            earlier.setdefault(declared.source, []).append(Earlier.of(result.reading, "31.03.2025"))
    return found


def test_every_delivery_is_taken_over_or_refused_as_declared(
    declaration: Declaration, checked: dict[str, Check]
) -> None:
    for declared in declaration.deliveries:
        outcome = checked[declared.file].outcome
        if declared.expect:
            assert outcome.name == declared.expect, declared.file
        else:
            assert outcome in (Outcome.ACCEPT, Outcome.WARN), (declared.file, checked[declared.file].faults)


@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("jobcenter/Jobcenter_Musterstadt_2024_erste_Lieferung.xlsx", "total-differs"),
        ("einwohner/EW_Altersjahre_2023_erste_Lieferung.csv", "area-twice"),
        ("soziales/GSiA_31.12.2022_erste_Lieferung.xlsx", "total-differs"),
    ],
)
def test_the_honest_mistakes_are_found(checked: dict[str, Check], file: str, code: str) -> None:
    assert any(fault.code.startswith(code) for fault in checked[file].faults)


def test_warnings_are_few_and_known(declaration: Declaration, checked: dict[str, Check]) -> None:
    codes = Counter(
        fault.code
        for declared in declaration.deliveries
        if not declared.expect
        for fault in checked[declared.file].faults
    )
    assert set(codes) <= {"old-format", "withheld-by-supplier"}


@pytest.mark.parametrize("year", [2013, 2016, 2018, 2019, 2024])
def test_the_reader_reads_what_is_written(
    declaration: Declaration, checked: dict[str, Check], years: dict[int, Year], year: int
) -> None:
    read = {
        (row.variable, row.area): row.value
        for declared in declaration.deliveries
        if declared.period == str(year) and not declared.expect
        for row in checked[declared.file].reading.rows()
    }
    data = years[year]
    for variable, name in SAME.items():
        for key, number in zip(data.keys, data.counts[name], strict=True):
            value = read[variable, key]
            assert (value is None) == bool(np.isnan(number)), (variable, key)
            assert value is None or int(value) == int(number), (variable, key)
    for sex, letter in enumerate("MW"):
        for age in (0, 17, 64, 95):
            assert [int(read[f"{letter}{age:02d}", key] or 0) for key in data.keys] == data.ages[
                :, sex, age
            ].tolist()


def test_what_is_withheld_is_neither_zero_nor_missing(checked: dict[str, Check]) -> None:
    rows = checked["jobcenter/Jobcenter_Musterstadt_2024.xlsx"].reading.rows()
    hidden = {(row.area, row.variable) for row in rows if row.status == "Q"}
    assert hidden == {
        ("08", name) for name in ("arbeitslose_15_24", "arbeitslose_15_24_sgb2", "arbeitslose_15_24_sgb3")
    }
    assert len(JOBCENTER) == 7


def test_signs_of_the_health_office_change_their_meaning(checked: dict[str, Check]) -> None:
    def kita(year: int) -> dict[str, tuple[object, str]]:
        reading = checked[f"gesundheit/SEU_Schuljahr_{year - 1}_{year}.xlsx"].reading
        return {
            row.area: (row.value, row.status) for row in reading.rows() if row.variable == "seu_kurze_kita"
        }

    assert kita(2016)["6"] == (None, "O"), "until 2016/17 a dash says: not evaluated"
    assert kita(2019)["6"] == (0, "A"), "later a dash says: none"
    assert kita(2020)["2"][0] is None


def test_the_index_declared_covers_the_seven_indicators(declaration: Declaration) -> None:
    index = declaration.index("sozialindex")
    assert index.orientation == "favourable"
    assert [part.indicator for part in index.status.parts] == ["SGB", "KI", "JA", "GA", "AE", "GF", "AU"]
    assert [edition.period for edition in index.editions] == ["2020", "2024"]
    assert {e.area for edition in index.editions for e in edition.exclude} == {"08"}
    assert "GA" not in index.edition("2020").dynamics_parts, "2016 counted people in homes"

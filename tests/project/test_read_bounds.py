"""A bad file has an end: what is counted here is work, not time."""

from __future__ import annotations

import difflib

import pytest

from lebenslagen.errors import Outcome
from lebenslagen.project.read import bounds, sums
from lebenslagen.project.read.layout import Column, Key, PeriodRule
from lebenslagen.project.read.lines import LineReader
from lebenslagen.project.read.values import ColumnReader
from lebenslagen.texts import fault_text
from tests.faults.makers import HEADS, TOWN, codes, csv, judge, layout, rows

LIMIT = bounds.most_rows(len(TOWN.ids))


@pytest.fixture
def counted(monkeypatch):
    """Counts the calls of a function that is replaced by itself."""

    def count(home, name):
        calls, really = [], getattr(home, name)

        def call(*args, **more):
            calls.append(1)
            return really(*args, **more)

        monkeypatch.setattr(home, name, call)
        return calls

    return count


def test_far_more_rows_than_areas_are_not_looked_at(counted):
    lines, cells = counted(LineReader, "_line"), counted(ColumnReader, "read")
    found = judge(csv(rows() * 100))
    assert (found.outcome, codes(found), found.count) == (Outcome.REJECT, ["rows-beyond-areas"], 1)
    assert found.faults[0].values == {"n": 1200, "areas": 12, "limit": LIMIT}
    assert not lines and not cells
    message, remedy = fault_text(found.faults[0], "de")
    assert message.startswith("1200 Zeilen für 12 Gebiete") and remedy.startswith(
        "Bitte je Gebiet eine Zeile"
    )


def test_rows_up_to_the_limit_are_named_one_by_one():
    many = [row for _ in range(LIMIT // 12) for row in rows()]
    found = judge(csv(many))
    assert set(codes(found)) == {"row-twice"} and found.count == len(many) - 12
    assert codes(judge(csv([*many, *rows()]))) == ["rows-beyond-areas"]


def test_empty_rows_are_not_counted():
    found = judge(csv([*rows(), *[[""] * len(HEADS)] * (2 * LIMIT)]))
    assert (found.outcome, codes(found)) == (Outcome.ACCEPT, [])


def test_several_periods_and_kinds_of_value_have_more_rows():
    several = layout(period=PeriodRule("column", column="jahr", several=True), subtotals=None)
    body = [row for year in range(1920, 2020) for row in rows(year)]
    assert len(body) > LIMIT and judge(csv(body), use=several).outcome is Outcome.ACCEPT


def test_what_the_layout_leaves_out_is_not_counted():
    notes = [["", f"Hinweis {i}", *[""] * 5] for i in range(2 * LIMIT)]
    assert judge(csv([*rows(), *notes]), use=layout(skip_rows=("^Hinweis",))).outcome is Outcome.ACCEPT
    assert codes(judge(csv([*rows(), *notes]))) == ["rows-beyond-areas"]


WIDE = tuple(f"v{i}" for i in range(40))


def test_faults_have_an_end(monkeypatch, counted):
    monkeypatch.setattr(bounds, "MOST_FAULTS", 50)
    cells = counted(ColumnReader, "_fault")
    use = layout(*(Column(v, variable=v) for v in WIDE), key=Key("nr"), subtotals=None)
    found = judge(csv([[r[0], r[3], *["q"] * 40] for r in rows()], ("nr", "jahr", *WIDE)), use=use)
    assert found.outcome is Outcome.REJECT
    assert (found.count, set(codes(found))) == (51, {"not-a-count", "faults-without-end"})
    assert len(cells) < 100 < 12 * len(WIDE)
    last = next(f for f in found.faults if f.code == "faults-without-end")
    assert fault_text(last, "de")[0].startswith("Mehr als 50 Auffälligkeiten")


def test_unknown_keys_have_an_end_and_no_area_is_called_absent(monkeypatch):
    monkeypatch.setattr(bounds, "MOST_FAULTS", 50)
    strange = [[f"X{i}", "", "Nord", "2023", "1", "1", "1"] for i in range(LIMIT - 12)]
    found = judge(csv(strange))
    assert set(codes(found)) == {"unknown-area", "faults-without-end"}


def test_hints_have_an_end(monkeypatch, counted):
    from lebenslagen.project.read import keys

    monkeypatch.setattr(keys, "GUESSES", 10 * len(TOWN.ids))
    guesses = counted(difflib, "get_close_matches")
    strange = [[f"3{i}", "", "Nord", "2023", "1", "1", "1"] for i in range(500)]
    found = judge(csv(strange))
    assert len(guesses) == 10 and codes(found).count("unknown-area") > 150


def test_values_are_added_up_once_however_many_totals_there_are(counted):
    added = counted(sums, "_added")
    totals = [["", "Gesamtstadt", "", "2023", "1", "1", "1"]] * 60
    subtotals = [["", "Bezirk Nord", "Nord", "2023", "1", "1", "1"]] * 60
    found = judge(csv([*rows(), *subtotals, *totals]))
    assert codes(found).count("total-differs") == 200 and found.count >= 3 * 120
    assert len(added) <= 3 * 3  # columns x (all, Nord, Süd)


def test_what_contradicts_itself_has_an_end(monkeypatch):
    monkeypatch.setattr(bounds, "MOST_FAULTS", 5)
    body = [[*row[:5], "999999", "0"] for row in rows()]
    found = judge(csv(body))
    assert "faults-without-end" in codes(found) and codes(found).count("part-exceeds-whole") == 5


def test_no_kind_hides_behind_many_others():
    wide = layout(*(Column(v, variable=v) for v in WIDE), key=Key("nr"), subtotals=None)
    body = [[r[0], r[3], *["q"] * 39, "-5"] for r in rows()]
    found = judge(csv(body, ("nr", "jahr", *WIDE)), use=wide)
    assert (found.count, len(found.faults)) == (480, 200)
    assert (codes(found).count("negative-count"), codes(found).count("not-a-count")) == (12, 188)

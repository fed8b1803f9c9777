"""Definitions: what a project declares about its figures, and what is refused before a single number is read."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from lebenslagen.indicators import Break, Catalogue, Dimension, Indicator, Source, Variable
from lebenslagen.texts import fault_text
from tests.spec.tables import codes, faults

SGB2 = Variable("sgb2", "Personen in SGB-II-Bedarfsgemeinschaften")
PEOPLE = Variable("ew", "Einwohnerinnen und Einwohner")
RATE = Indicator("SGB", "SGB-II-Quote", numerator="sgb2", denominator="ew", dimension="einkommen")
INCOME = Dimension("einkommen", "Einkommen")


def test_an_indicator_is_a_rate_of_declared_variables() -> None:
    """Numerator and denominator are variables of the catalogue; the rate itself is never stored."""
    catalogue = Catalogue((SGB2, PEOPLE), (RATE,), (INCOME,))
    assert catalogue.indicator("SGB").variables == ("sgb2", "ew")
    assert catalogue.variable("ew").label == "Einwohnerinnen und Einwohner"
    assert catalogue.dimension("einkommen").label == "Einkommen"
    assert catalogue.indicator("SGB").head == "SGB-II-Quote"


def test_a_source_may_publish_a_rate_itself() -> None:
    """Where a source publishes rates only, the indicator names the variable that holds them."""
    published = Indicator("S1", "Arbeitslose", published="s1")
    assert published.variables == ("s1",)
    assert Indicator("S1", "Arbeitslose", published="s1", denominator="ew").variables == ("s1", "ew")


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (lambda: Indicator("X", "x"), "rate-without-base"),
        (lambda: Indicator("X", "x", numerator="a"), "rate-without-base"),
        (lambda: Indicator("X", "x", denominator="b"), "rate-without-base"),
        (lambda: Indicator("X", "x", numerator="a", denominator="b", published="c"), "rate-twice"),
        (lambda: Indicator("X", "x", published="c", direction=0), "direction-wrong"),  # type: ignore[arg-type]
        (lambda: Indicator("X", "x", published="c", per=0), "below-least"),
        (lambda: Indicator("X", "x", published="c", min_base=-1), "below-least"),
        (lambda: Indicator(" X", "x", published="c"), "key-blank"),
        (lambda: Variable("", "nichts"), "key-blank"),
        (lambda: Variable("a", "a", sum_of=("a", "b")), "part-of-itself"),
        (lambda: Variable("a", "a", sum_of=("b", "b")), "part-twice"),
        (lambda: Variable("a", "a", sum_of=("b",), less=("b",)), "part-twice"),
        (lambda: Variable("a", "a", less=("b",)), "less-without-sum"),
        (lambda: Variable("a", "a", sum_of=("b",), unit="rate"), "rate-summed"),
        (lambda: Source("ba", "", "SGB II"), "missing-key"),
        (lambda: Source("ba", "Jobcenter", " "), "missing-key"),
        (lambda: Source("ba", "Jobcenter", "SGB II", threshold=0), "threshold-low"),
        (lambda: Dimension("", "Einkommen"), "key-blank"),
        (lambda: Catalogue((PEOPLE, PEOPLE)), "key-twice"),
        (lambda: Catalogue((PEOPLE,), (RATE,), (INCOME,)), "unknown-name"),
        (lambda: Catalogue((PEOPLE, SGB2), (RATE,)), "unknown-name"),
    ],
)
def test_what_contradicts_itself_is_refused(wrong: Callable[[], object], code: str) -> None:
    """Each contradiction has a name, and no half-declared thing exists."""
    assert codes(wrong) == [code]


def test_all_faults_of_a_catalogue_come_at_once() -> None:
    """Two unknown names and a key given twice are one list, not three attempts."""
    wrong = Indicator("KI", "Kinder", numerator="sgb2_u15", denominator="ew_u15")
    found = faults(lambda: Catalogue((PEOPLE, SGB2), (wrong, wrong)))
    assert [fault.code for fault in found] == ["key-twice"] + ["unknown-name"] * 4


def test_an_unknown_name_is_answered_with_the_likely_one() -> None:
    """A slip of the pen is answered with what was probably meant."""
    found = faults(lambda: Catalogue((SGB2, PEOPLE), (RATE,), (INCOME,)).indicator("SGP"))
    assert dict(found[0].values) == {"name": "SGP", "hint": " (→ SGB?)", "known": "SGB"}
    none = faults(lambda: Catalogue((SGB2, PEOPLE), (RATE,), (INCOME,)).variable("wasser"))
    assert none[0].values["hint"] == ""


def test_sums_of_sums_may_not_lead_back() -> None:
    """u15 is made of u18, and u18 of u15: no number could ever come out."""
    ring = (Variable("u15", "unter 15", sum_of=("u18",)), Variable("u18", "unter 18", sum_of=("u15",)))
    assert codes(lambda: Catalogue(ring)) == ["part-of-itself", "part-of-itself"]
    leading_in = (*ring, Variable("alle", "alle", sum_of=("u18",)))
    assert [fault.where for fault in faults(lambda: Catalogue(leading_in))] == [
        "variables/u15",
        "variables/u18",
    ]


def test_breaks_between_two_periods() -> None:
    """A break counts from its first period on: it lies between 2021 and 2022, not between 2022 and 2023."""
    found = Indicator(
        "SGB", "Quote", published="q", breaks=(Break("2022", "Ukraine"), Break("2018", "Revision"))
    )
    assert [b.period for b in found.breaks_between("2021", "2022")] == ["2022"]
    assert found.breaks_between("2022", "2023") == ()
    assert [b.period for b in found.breaks_between("2017", "2024")] == ["2022", "2018"]


def test_a_stricter_threshold_belongs_to_its_source() -> None:
    """The employment agency lets nothing below 10 be published, whatever the town's own rule is."""
    source = Source("ba", "Bundesagentur für Arbeit", "SGB II", date(2024, 12, 31), threshold=10)
    assert Catalogue(sources=(source,)).source("ba").threshold == 10


def test_each_refusal_is_said_in_german() -> None:
    """Sentence and remedy, complete."""
    fault = faults(lambda: Indicator("SGB", "Quote"))[0]
    assert fault_text(fault) == (
        "Der Indikator „SGB“ hat weder Zähler und Nenner noch eine von der Quelle veröffentlichte Quote.",
        "Tragen Sie „numerator“ und „denominator“ ein, oder unter „published“ die Variable mit der veröffentlichten Quote.",
    )

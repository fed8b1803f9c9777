"""The grammar of German numbers against a table one can check by eye, and against everything else."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lebenslagen.project.read.numbers import SIGN_KINDS, USUAL_SIGNS, Grammar

GERMAN, ENGLISH = Grammar(), Grammar(".")


@pytest.mark.parametrize(
    ("text", "number", "form"),
    [
        ("5", 5, "plain"),
        ("-5", -5, "plain"),
        ("\u22125", -5, "plain"),
        ("0", 0, "plain"),
        ("007", 7, "plain"),
        ("12.345", 12345, "grouped"),
        ("1.234.567", 1234567, "grouped"),
        ("1\u00a0234", 1234, "plain"),
        ("1\u202f234\u202f567", 1234567, "plain"),
        ("12,30", Decimal("12.30"), "decimal"),
        ("1.234,5", Decimal("1234.5"), "grouped"),
        (",876", Decimal("0.876"), "decimal"),
        ("21,4 %", Decimal("21.4"), "percent"),
        ("21,4\u202f%", Decimal("21.4"), "percent"),
        ("-0,25", Decimal("-0.25"), "decimal"),
    ],
)
def test_numbers(text, number, form):
    value = GERMAN.read(text)
    assert (value.number, value.form, value.problem) == (number, form, "")


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("12.03", "decimal-point"),
        ("1.5", "decimal-point"),
        ("2795.0", "decimal-point"),
        ("7,412.0", "decimal-point"),
        ("1.23.456", "not-a-number"),
        ("1,5,6", "not-a-number"),
        ("12 34", "not-a-number"),
        ("12..3", "not-a-number"),
        ("1e3", "not-a-number"),
        ("0x1F", "not-a-number"),
        ("1_000", "not-a-number"),
        ("+412", "not-a-number"),
        ("½", "not-a-number"),
        ("٤١٢", "not-a-number"),
        ("１２", "not-a-number"),
        ("NaN", "not-a-number"),
        ("9" * 40, "not-a-number"),
        ("412 1)", "mark"),
        ("412¹", "mark"),
        ("1204r", "mark"),
        ("*", "sign"),
        ("k. A.", "sign"),
        ("<3", "sign"),
    ],
)
def test_what_is_no_number(text, problem):
    value = GERMAN.read(text)
    assert (value.number, value.problem) == (None, problem)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("4.22594", Decimal("4.22594")),
        ("3419.0", Decimal("3419.0")),
        (".876", Decimal("0.876")),
        ("1,234.5", Decimal("1234.5")),
    ],
)
def test_a_declared_point(text, number):
    assert ENGLISH.read(text).number == number
    assert ENGLISH.read("12,3").problem == "decimal-point"


@given(st.integers(-(10**12), 10**12))
def test_grouped_numbers_come_back(number):
    written = f"{number:,}".replace(",", ".")
    assert GERMAN.read(written).number == number
    assert GERMAN.read(str(number)).number == number


@given(st.decimals(-(10**6), 10**6, places=3, allow_nan=False))
def test_decimals_come_back_to_the_last_digit(number):
    value = GERMAN.read(f"{number:f}".replace(".", ","))
    assert value.number == number


@given(st.text(max_size=12))
def test_only_own_digits_make_a_number(text):
    value = GERMAN.read(text.strip())
    if value.number is not None:
        assert re.fullmatch(
            r"[-\u2212\u2013]?[0-9.,\u00a0\u202f\u2009\u2007 ]*[0-9][\s\u00a0\u202f\u2009\u2007]?%?",
            text.strip(),
        )
    else:
        assert value.problem in ("sign", "mark", "decimal-point", "not-a-number")


@given(st.sampled_from(sorted(USUAL_SIGNS)), st.sampled_from(sorted(SIGN_KINDS)))
def test_a_sign_means_what_is_declared_and_nothing_else(sign, kind):
    assert GERMAN.read(sign).number is None
    value = Grammar(signs={sign: kind}).read(sign)
    assert (value.number, value.status, value.problem) == (
        0 if kind == "zero" else None,
        SIGN_KINDS[kind],
        "",
    )


@given(st.integers(0, 10**6))
def test_a_mark_is_never_read_as_a_digit(number):
    for mark in ("¹", " 1)", "*", "r"):
        assert GERMAN.read(f"{number}{mark}").number is None
    assert Grammar(signs={"¹": "note"}).read(f"{number}¹").number == number

"""The catalogue of faults in tables, row by row, on files made here: what must be refused, asked, flagged, taken."""

from __future__ import annotations

import datetime
import io
from decimal import Decimal

import pytest
import xlsxwriter

from lebenslagen.errors import Outcome
from lebenslagen.project.read.layout import Absent, Column, Header, Key, Long, PeriodRule, Total
from lebenslagen.texts import fault_text
from tests.faults import makers
from tests.faults.makers import (
    changed,
    codes,
    csv,
    earlier,
    fault,
    inline,
    judge,
    layout,
    ods,
    ods_cell,
    ods_row,
    raw_xlsx,
    rows,
    xlsx,
)

ACCEPT, WARN, ASK, REJECT = Outcome.ACCEPT, Outcome.WARN, Outcome.ASK, Outcome.REJECT
ONE = Column("wert", variable="w", unit="rate")


def value(found, area, variable="einwohner"):
    return found.reading.value(area, "2023", variable)


# --- encodings -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "cp850", "mac_roman", "utf-16"])
def test_t02_t03_t04_encodings(encoding):
    found = judge(csv().decode().encode(encoding))
    assert (found.outcome, codes(found)) == (ACCEPT, [])
    assert value(found, "12") == 13000


def test_t05_mojibake_is_asked_and_never_repaired():
    found = judge(csv(changed(2, "name", "Am FÃ¶rderturm")))
    assert (found.outcome, codes(found)) == (ASK, ["mojibake"])
    assert "Am FÃ¶rderturm" in fault_text(fault(found, "mojibake"))[0]


def test_t06_two_encodings_in_one_file():
    lines = csv().split(b"\n")
    lines[3] = lines[3].decode().encode("cp1252")
    found = judge(b"\n".join(lines))
    assert (found.outcome, codes(found)) == (REJECT, ["mixed-encoding"])
    assert fault(found, "mixed-encoding").values["line"] == 4


def test_t07_nul():
    found = judge(csv().replace(b"Dorf", b"Do\x00f"))
    assert codes(found) == ["not-text"] and fault(found, "not-text").values["line"] == 5


def test_t65_decomposed_names_match():
    import unicodedata

    found = judge(unicodedata.normalize("NFD", csv().decode()).encode())
    assert (found.outcome, codes(found)) == (ACCEPT, [])


# --- keys ------------------------------------------------------------------------------------------------


def test_t08_lost_zeros_are_asked_once_and_declared_ones_filled():
    body = [[r[0].lstrip("0"), *r[1:]] for r in rows()]
    found = judge(csv(body))
    assert (found.outcome, codes(found)) == (ASK, ["key-without-zero"])
    assert fault(found, "key-without-zero").values["n"] == 9
    assert judge(csv(body), use=layout(key=Key("nr", pad=2, name_column="name"))).outcome is ACCEPT


def test_t09_numeric_keys():
    found = judge(xlsx([[int(r[0]), *r[1:]] for r in rows()]), "a.xlsx")
    assert (found.outcome, codes(found)) == (ASK, ["key-without-zero"])


def test_t10_keys_with_decimals():
    assert codes(judge(csv([[str(int(r[0])) + ",0", *r[1:]] for r in rows()]))) == ["key-as-number"]
    assert "unknown-area" in codes(judge(csv(changed(0, "nr", "1,5"))))


def test_t11_keys_turned_into_dates():
    body = [[datetime.date(2024, 1, int(r[0])), *r[1:]] for r in rows()]
    found = judge(xlsx(body, default_date_format="dd.mm.yyyy"), "a.xlsx")
    assert (found.outcome, codes(found)) == (REJECT, ["key-is-date"])
    assert fault(found, "key-is-date").values["n"] == 12


def test_t12_classes_turned_into_dates():
    use = layout(
        long=Long("alter", "n", {"0-5": "a", "6-10": "b"}),
        key=Key("nr"),
        absent=Absent("missing"),
        period=PeriodRule(),
        subtotals=None,
    )
    body = [["01", "0-5", 5], ["01", datetime.date(2024, 10, 6), 7]]
    found = judge(xlsx(body, ("nr", "alter", "n"), default_date_format="dd.mm.yyyy"), "a.xlsx", use)
    assert (found.outcome, codes(found)) == (REJECT, ["class-is-date"])
    assert "6-10" in fault_text(fault(found, "class-is-date"))[0]


@pytest.mark.parametrize(
    "key", ["0\u200b1", "01\u00a0", "\ufeff01", "O1", "0l", "0\u0435", "\u0660\u0661", "\uff10\uff11"]
)
def test_t64_lookalikes_are_asked_with_their_code_points(key):
    found = judge(csv(changed(0, "nr", key)))
    assert found.outcome is ASK and "key-lookalike" in codes(found)
    if not key.isprintable():
        assert "U+" in fault_text(fault(found, "key-lookalike"))[0]


@pytest.mark.parametrize("key", [" 01", "01 ", "01\t"])
def test_t64_ordinary_blanks_are_trimmed(key):
    assert judge(csv(changed(0, "nr", key))).outcome is ACCEPT


def test_t83_names_of_other_keys():
    body = rows()
    body[6][1], body[7][1] = body[7][1], body[6][1]
    assert codes(judge(csv(body))) == ["name-of-another"] * 2


def test_t80_other_boundaries():
    found = judge(csv(rows()[:9]), others={"01.01.2014": {f"{i:02d}": "" for i in range(1, 10)}})
    assert found.outcome is REJECT and "other-boundaries" in codes(found)


# --- numbers ---------------------------------------------------------------------------------------------


def rate(*cells, **options):
    """Twelve quarters with these cells in a rate column, the last one repeated."""
    given = [*cells, *[cells[-1]] * (makers.BIG - len(cells))]
    body = [[r[0], r[3], c] for r, c in zip(rows(), given, strict=True)]
    use = layout(options.pop("column", ONE), key=Key("nr"), subtotals=None, **options)
    return judge(csv(body, ("nr", "jahr", "wert")), use=use)


def test_t13_thousands_in_a_count_are_counts():
    found = judge(csv(changed(0, "einwohner", "12.345")))
    assert found.outcome is ACCEPT and value(found, "01") == 12345


def test_t13_thousands_in_a_rate_are_asked():
    assert codes(rate("12.345", "13.456", "1.234")) == ["thousands-or-decimals"]
    assert rate("12.345", column=Column("wert", variable="w")).outcome is ACCEPT


def test_t14_german_and_english_numbers_in_one_column():
    body = rows()
    body[1][4], body[5][4] = "11.003", "7,412.0"
    found = judge(csv(body))
    assert (found.outcome, codes(found)) == (REJECT, ["mixed-number-forms"])


def test_t15_decimal_comma_is_exact():
    found = rate("12,3")
    assert found.outcome is ACCEPT and value(found, "01", "w") == Decimal("12.3")


def test_t16_shares_and_percentages_mixed():
    assert codes(rate("12,3 %", "0,123", "12,3")) == ["share-or-percent"]
    assert codes(rate("0,123", "0,2")) == ["share-or-percent"]
    found = rate("0,123", column=Column("wert", variable="w", unit="rate", scale="share"))
    assert found.outcome is ACCEPT and value(found, "01", "w") == Decimal("12.3")


@pytest.mark.parametrize("text", ["2\u00a0795", "2\u202f795", "2\u2009795"])
def test_t17_thin_blanks_group_thousands(text):
    assert value(judge(csv(changed(0, "einwohner", text))), "01") == 2795


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("-3", "negative-count"),
        ("\u22123", "negative-count"),
        ("412,5", "fractional-count"),
        ("1" + "0" * 18, "too-large"),
        ("1e308", "not-a-count"),
    ],
)
def test_t18_t19_t21_counts(text, code):
    found = judge(csv(changed(6, "sgb2", text)))
    assert (found.outcome, codes(found)) == (REJECT, [code])
    assert fault(found, code).where == "lieferung!G8"


def test_t22_only_own_digits_all_at_once():
    odd = [
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "1e3",
        "0x1F",
        "1_000",
        "+412",
        "\u0664\u0661\u0662",
        "\u00bd",
        "\uff11\uff12",
    ]
    found = judge(csv([[*r[:6], t] for r, t in zip(rows(), odd, strict=True)]))
    assert codes(found) == ["not-a-count"] * 12


@pytest.mark.parametrize(
    "sign", ["-", "–", ".", "/", "x", "...", "…", "•", "k.A.", "k. A.", "<3", "(2)", "ca. 40", "*"]
)
def test_t23_undeclared_signs_are_asked(sign):
    found = judge(csv(changed(3, "sgb2", sign)))
    assert (found.outcome, codes(found)) == (ASK, ["sign-undeclared"])
    assert value(found, "04", "sgb2") is None


SIGNS = {
    "-": "zero",
    ".": "missing",
    "/": "unsure",
    "x": "undefined",
    "...": "later",
    "*": "withheld",
    "()": "estimated",
    "<": "withheld",
    "¹": "note",
    "r": "revised",
}


@pytest.mark.parametrize(
    ("text", "number", "status"),
    [
        ("-", 0, "A"),
        (".", None, "O"),
        ("/", None, "O"),
        ("x", None, "O"),
        ("...", None, "O"),
        ("*", None, "Q"),
        ("(2)", 2, "E"),
        ("<3", None, "Q"),
        ("412¹", 412, "A"),
        ("1204r", 1204, "A"),
        ("0", 0, "A"),
        ("", None, "O"),
    ],
)
def test_t23_t24_t25_declared_signs(text, number, status):
    found = judge(csv(changed(3, "sgb2", text)), use=layout(signs=SIGNS))
    row = next(r for r in found.reading.rows() if (r.area, r.variable) == ("04", "sgb2"))
    assert (row.value, row.status) == (number, status)
    assert found.outcome is (WARN if status == "Q" else ACCEPT)


@pytest.mark.parametrize("text", ["412 1)", "412¹", "1204r", "412*", "412 a)"])
def test_t78_marks_are_never_digits(text):
    found = judge(csv(changed(11, "sgb2", text)))
    assert (found.outcome, codes(found)) == (ASK, ["mark-undeclared"])
    assert value(found, "12", "sgb2") is None


@pytest.mark.parametrize("text", ["± 40", "12-15)", "(88)"])
def test_t78_other_marks(text):
    assert judge(csv(changed(11, "sgb2", text))).outcome is ASK


def test_t57_numbers_as_text_and_t10_percent_formats():
    assert judge(xlsx(rows()), "a.xlsx").outcome is ACCEPT
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page, percent = book.add_worksheet(), book.add_format({"num_format": "0.0%"})
    page.write_row(0, 0, ("nr", "jahr", "wert"))
    for i, row in enumerate(rows(), 1):
        page.write_row(i, 0, (row[0], 2023))
        page.write_number(i, 2, 0.2138, percent)
    book.close()
    found = judge(target.getvalue(), "a.xlsx", layout(ONE, key=Key("nr"), subtotals=None))
    assert found.outcome is ACCEPT and value(found, "01", "w") == Decimal("21.38")


def test_a_decimal_point_is_a_question_until_declared():
    assert codes(rate("4.22594", "12.03")) == ["decimal-point"]
    found = rate("4.22594", "12.03", decimal=".")
    assert found.outcome is ACCEPT and value(found, "01", "w") == Decimal("4.22594")


# --- rows ------------------------------------------------------------------------------------------------


def test_t20_t42_part_larger_than_whole_and_swapped_columns():
    found = judge(csv(changed(3, "sgb2", "99999")))
    assert codes(found) == ["part-exceeds-whole"]
    assert {fault(found, "part-exceeds-whole").where, fault(found, "part-exceeds-whole").values["other"]} == {
        "lieferung!G5",
        "lieferung!E5",
    }
    swapped = judge(csv([[*r[:4], r[6], r[5], r[4]] for r in rows()]))
    assert swapped.outcome is REJECT and "columns-swapped" in codes(swapped)


def test_t26_t27_rows_twice():
    assert codes(judge(csv([*rows(), rows()[3]]))) == ["row-twice"]
    other = [*rows(), [*rows()[3][:6], "7"]]
    found = judge(csv(other))
    assert (found.outcome, codes(found)) == (REJECT, ["area-twice-differs"])
    assert (
        fault(found, codes(found)[0]).values["first"],
        fault(found, codes(found)[0]).values["second"],
    ) == (5, 14)


def test_t28_t29_absent_and_unknown_areas():
    found = judge(csv(rows()[:-1]))
    assert codes(found) == ["area-absent"] and "12 Linden" in str(fault(found, "area-absent").values["areas"])
    assert judge(csv(rows()[:-1]), use=layout(absent="missing")).outcome is ACCEPT
    assert "unknown-area" in codes(judge(csv(changed(11, "nr", "28"))))


def total(column="", name="Gesamtstadt", sgb2=9000):
    return [
        column,
        name,
        "",
        "2023",
        str(sum(1000 * (i + 2) for i in range(12))),
        str(sum(500 * (i + 2) for i in range(12))),
        str(sgb2),
    ]


def test_t30_t31_totals_are_controls():
    found = judge(csv([*rows(), total()]))
    assert found.outcome is ACCEPT and len(found.reading.controls) == 3
    assert {r.area for r in found.reading.rows()} == set(makers.TOWN.ids)
    wrong = judge(csv([*rows(), total(sgb2=9270)]))
    assert codes(wrong) == ["total-differs"] and fault(wrong, "total-differs").values["difference"] == 270
    answered = judge(csv([*rows(), total(sgb2=9270)]), answers={"total-differs": "Nachmeldung vom 3.2."})
    assert answered.outcome is WARN and answered.answered == {"total-differs": "Nachmeldung vom 3.2."}
    assert judge(csv([*rows(), total(sgb2=9270)]), answers={"total-differs": " "}).outcome is ASK


def test_t31_a_withheld_part_leaves_the_total_open():
    body = [*changed(0, "sgb2", "*"), total(sgb2=9000)]
    assert judge(csv(body), use=layout(signs={"*": "withheld"})).outcome is WARN
    body[-1][6] = "8000"
    assert "total-differs" in codes(judge(csv(body), use=layout(signs={"*": "withheld"})))


def test_t32_subtotals_between_the_rows():
    body = rows()
    sums = [str(sum(int(r[c]) for r in body[:6])) for c in (4, 5, 6)]
    body.insert(6, ["", "Nord zusammen", "", "2023", *sums])
    found = judge(csv(body))
    assert found.outcome is ACCEPT and len(found.reading.controls) == 3
    body[6][6] = "1"
    assert codes(judge(csv(body))) == ["total-differs"]


def test_a_remainder_counts_in_the_sum_and_is_no_area():
    body = [*rows(), ["", "nicht zuordenbar", "", "2023", "0", "0", "12"], total(sgb2=9012)]
    found = judge(csv(body), use=layout(remainder=("nicht zuordenbar",)))
    assert found.outcome is ACCEPT
    assert [(r.area, r.variable, r.value) for r in found.reading.remainders][-1] == (
        "nicht zuordenbar",
        "sgb2",
        12,
    )


def test_t33_titles_and_footnotes():
    body = [["Sozialdaten"], ["Stand: 31.12.2023"], [], list(makers.HEADS), *rows(), [], ["1) vorläufig"]]
    found = judge(xlsx(body[1:], body[0]), "a.xlsx")
    assert found.outcome is ACCEPT
    assert [s.text for s in found.reading.skipped] == ["Sozialdaten", "Stand: 31.12.2023", "1) vorläufig"]


def merged():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    page.merge_range(0, 0, 0, 1, "Quartier")
    page.merge_range(0, 2, 0, 3, "2022")
    page.merge_range(0, 4, 0, 5, "2023")
    page.write_row(1, 0, ("Nr.", "Name", "Einwohner", "SGB II", "Einwohner", "SGB II"))
    for i, row in enumerate(rows(), 2):
        page.write_row(i, 0, (row[0], row[1], 1, 1, int(row[4]), int(row[6])))
    book.close()
    return target.getvalue()


def test_t34_two_rows_of_heads_are_asked_and_read_once_declared():
    found = judge(merged(), "a.xlsx")
    assert (found.outcome, codes(found)) == (ASK, ["header-in-two-rows"])
    assert "2023 / SGB II" in str(fault(found, "header-in-two-rows").values["heads"])
    column = Column(pattern=r"^(\d{4}) / Einwohner$", variable="einwohner", period=r"\1")
    use = layout(
        column,
        header=Header(row=1, rows=2),
        key=Key("Quartier / Nr.", name_column="Quartier / Name"),
        period=PeriodRule(),
        subtotals=None,
    )
    declared = judge(merged(), "a.xlsx", use)
    assert declared.outcome is ACCEPT and value(declared, "12") == 13000
    assert declared.reading.periods == ("2022", "2023")


@pytest.mark.parametrize(
    "heads",
    [("BG_Nummer", "Name", "Geburtsdatum"), ("Nachname", "Vorname", "nr"), ("Aktenzeichen", "nr", "betrag")],
)
@pytest.mark.parametrize("hide", ["", "hide", "very_hidden"])
def test_t36_t37_t38_persons(heads, hide):
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet("Daten")
    for i, row in enumerate([makers.HEADS, *rows()]):
        page.write_row(i, 0, row)
    raw = book.add_worksheet("Rohdaten")
    raw.write_row(0, 0, heads)
    raw.write_row(1, 0, ("31702//0000001", "Muster, Erika", "01.02.1980"))
    if hide:
        getattr(raw, hide)()
    book.close()
    found = judge(target.getvalue(), "a.xlsx")
    assert (found.outcome, codes(found), found.personal) == (REJECT, ["personal-data"], True)
    assert not found.reading.grid.sheets and not list(found.reading.rows())
    assert "Erika" not in "".join(fault_text(found.faults[0]))


def test_t38_person_rows_without_telling_heads():
    cases = [[f"12345//{i:07d}", "01", "2023"] for i in range(5)]
    assert codes(judge(csv(cases, ("fall", "nr", "jahr")))) == ["personal-data"]
    many = [[str(i), "w", str(20 + i % 50), "01"] for i in range(100)]
    assert codes(judge(csv(many, ("lfd", "geschlecht", "alter", "nr")))) == ["personal-data"]


# --- heads and fields ------------------------------------------------------------------------------------


def test_t39_t40_t41_heads():
    twice = [*makers.HEADS[:5], "sgb2", "sgb2"]
    assert "head-twice" in codes(judge(csv(heads=twice)))
    lacking = judge(csv([[*r[:4], *r[5:]] for r in rows()], [*makers.HEADS[:4], *makers.HEADS[5:]]))
    assert (lacking.outcome, codes(lacking)) == (REJECT, ["column-absent"])
    variant = judge(csv(heads=["Nr", "NAME", "bezirk", "Jahr", "Ein-Wohner", "HAUSHALTE", "SGB  2"]))
    assert variant.outcome is ASK and codes(variant).count("head-variant") == 5
    assert fault(variant, "head-variant").values.keys() == {"found", "declared"}
    known = layout(Column("einwohner", also=("Personen",), variable="einwohner"))
    assert judge(csv(heads=[*makers.HEADS[:4], "Personen", *makers.HEADS[5:]]), use=known).outcome is ACCEPT


@pytest.mark.parametrize(
    ("old", "new", "code", "line"),
    [
        (b"08;Hafen", b"08Hafen", "field-count", 9),
        (b";Hafen;", b";Hafen; Nord;", "field-count", 9),
        (b";Hafen;", b';"Hafen;', "quote-open", 9),
    ],
)
def test_t43_t44_t45_fields(old, new, code, line):
    found = judge(csv().replace(old, new))
    assert (found.outcome, codes(found)) == (REJECT, [code])
    assert fault(found, code).values["line"] == line


def test_t46_line_break_in_a_cell():
    found = judge(csv().replace("Brückstraße".encode(), '"Brückstraße\n(mit Hof)"'.encode()))
    assert found.outcome is ACCEPT and value(found, "03") == 4000


def test_t47_comma_twice():
    body = [[r[0], r[3], "12,3"] for r in rows()]
    body[2][2] = "12"
    found = judge(csv(body, ("nr", "jahr", "wert"), sep=","), use=layout(ONE, key=Key("nr"), subtotals=None))
    assert (found.outcome, codes(found)) == (REJECT, ["comma-twice"])


def test_t47_a_comma_file_with_quotes_is_fine():
    body = [[r[0], r[3], '"12,3"'] for r in rows()]
    found = judge(csv(body, ("nr", "jahr", "wert"), sep=","), use=layout(ONE, key=Key("nr"), subtotals=None))
    assert found.outcome is ACCEPT and value(found, "01", "w") == Decimal("12.3")


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n"])
def test_t48_line_ends(end):
    assert judge(csv(end=end)).outcome is ACCEPT


def test_t48_line_ends_mixed():
    found = judge(csv().replace(b"\n", b"\r\n", 4).replace(b"Dorf", b"Dorf", 1))
    assert found.outcome is ACCEPT and len({r.area for r in found.reading.rows()}) == 12


@pytest.mark.parametrize("sep", [";", ",", "\t"])
def test_delimiters(sep):
    assert judge(csv(sep=sep)).outcome is ACCEPT


def test_t94_header_again():
    found = judge(csv([*rows()[:6], list(makers.HEADS), *rows()[6:]]))
    assert (found.outcome, codes(found)) == (REJECT, ["header-again"])


def test_t95_sep_line_and_rulers():
    found = judge(b"sep=;\n\n" + csv().replace(b"07;", b"----;----\n;;;;;;\n07;") + b"\n\n")
    assert found.outcome is ACCEPT and value(found, "07") == 8000


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "file-empty"),
        (csv([]), "no-data-rows"),
        (csv([[*rows()[0][:1], "x" * 50_000, *rows()[0][2:]]]), "field-too-long"),
        ((";" * 12_000).encode(), "too-many-columns"),
        (b"a;b\n" + b"x" * 300_000, "line-too-long"),
        (b"a;b\n" + b"1;2\n" * 210_000, "too-many-rows"),
    ],
)
def test_t49_t50_t70_t71_t72_t91_limits(data, code):
    found = judge(data)
    assert (found.outcome, codes(found)) == (REJECT, [code])


# --- periods ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "31.02.2023",
        "12/31/2023",
        "01/02/2023",
        "45291",
        "2203",
        "31.12.2023 24:00",
        "Dez 2023",
        "2023/IV",
        "31.12.23",
        "00.00.0000",
    ],
)
def test_t61_only_two_forms_of_dates(text):
    found = judge(csv(changed(3, "jahr", text)))
    assert found.outcome is REJECT and "period-unclear" in codes(found)


@pytest.mark.parametrize("text", ["31.12.2023", "2023-12-31", "2023"])
def test_t61_these_forms(text):
    assert judge(csv(changed(3, "jahr", text))).outcome is ACCEPT


def test_t63_other_years_mixed_in():
    found = judge(csv([*rows()[:9], *rows(2022)[9:]]))
    assert codes(found).count("period-mixed") == 3
    assert (judge(csv(rows(2022))).outcome, codes(judge(csv(rows(2022))))) == (WARN, ["period-differs"])


def test_period_absent_in_the_name():
    use = layout(period=PeriodRule("filename", pattern=r"_(\d{4})"))
    assert judge(csv(), "lieferung.csv", use).outcome is REJECT
    assert judge(csv(), "lieferung_2023.csv", use).outcome is ACCEPT


def test_t96_long_form_key_twice():
    use = layout(long=Long("merkmal", "wert", {"SGB II": "sgb2"}), key=Key("nr"), subtotals=None)
    heads = ("nr", "jahr", "merkmal", "wert")
    body = [[i, "2023", "SGB II", "5"] for i in makers.TOWN.ids]
    assert judge(csv(body, heads), use=use).outcome is ACCEPT
    assert "area-twice-differs" in codes(judge(csv([*body, ["03", "2023", "SGB II", "6"]], heads), use=use))
    assert "class-unknown" in codes(judge(csv([*body, ["03", "2023", "Wohngeld", "6"]], heads), use=use))


# --- against what came before ----------------------------------------------------------------------------


def test_t82_t99_revision_and_same_file():
    before = [makers.Earlier.of(judge(csv()).reading, "03.02.2024", "Statistikstelle")]
    again = judge(csv(), earlier=before)
    assert codes(again) == ["same-file"] and "03.02.2024" in fault_text(again.faults[0])[0]
    revised = judge(csv(changed(2, "sgb2", "401")), earlier=before)
    assert codes(revised) == ["revision"] and "400 → 401" in fault_text(revised.faults[0])[0]
    assert (
        judge(csv(changed(2, "sgb2", "401")), earlier=before, answers={"revision": "Nachlieferung"}).outcome
        is WARN
    )


def test_t84_unit_break():
    found = judge(csv(rows(factor=0.5)), earlier=[earlier()])
    assert (found.outcome, codes(found)) == (WARN, ["unit-break"])


def test_t97_t98_slips_and_tiny_areas():
    slip = judge(csv(changed(3, "einwohner", "50000")), earlier=[earlier()])
    assert (slip.outcome, codes(slip)) == (ASK, ["digit-slip"])
    assert "5000" in fault_text(slip.faults[0])[0] and "+900" in fault_text(slip.faults[0])[0]
    nearly = judge(csv(changed(3, "einwohner", "51230")), earlier=[earlier()])
    assert codes(nearly) == ["digit-slip"]
    growth = judge(csv(changed(3, "einwohner", "6100")), earlier=[earlier()])
    assert growth.outcome is ACCEPT
    small = judge(
        csv(changed(0, "einwohner", "900")), use=layout(Column("einwohner", variable="einwohner", tiny=1000))
    )
    assert (small.outcome, codes(small)) == (WARN, ["few-residents"])


def test_t79_rates_alone():
    use = layout(ONE, key=Key("nr"), subtotals=None)
    body = csv([[r[0], r[3], "12,3"] for r in rows()], ("nr", "jahr", "wert"))
    assert judge(body, use=use, published=True).outcome is ACCEPT
    assert codes(judge(body, use=use, published=False)) == ["rate-without-counts"]


# --- workbooks -------------------------------------------------------------------------------------------


def test_t53_old_format_is_flagged_and_its_limit_refused():
    xlwt = pytest.importorskip("xlwt")
    book = xlwt.Workbook()
    page = book.add_sheet("Daten")
    for r, row in enumerate([makers.HEADS, *rows()]):
        for c, cell in enumerate(row):
            page.write(r, c, cell)
    target = io.BytesIO()
    book.save(target)
    assert (judge(target.getvalue(), "a.xls").outcome, codes(judge(target.getvalue(), "a.xls"))) == (
        WARN,
        ["old-format"],
    )
    page.write(65_535, 0, "13")
    target = io.BytesIO()
    book.save(target)
    assert codes(judge(target.getvalue(), "a.xls")) == ["rows-cut-off"]


def sheet(cells):
    """A raw workbook of key, year and one rate, whose first value cell is given as XML."""
    lines = ["".join(inline(f"{c}1", h) for c, h in zip("ABC", ("nr", "jahr", "wert"), strict=True))]
    for i, area in enumerate(makers.TOWN.ids, 2):
        value_cell = cells if i == 2 else f'<c r="C{i}"><v>12.5</v></c>'
        lines.append(inline(f"A{i}", area) + inline(f"B{i}", "2023") + value_cell)
    return raw_xlsx("".join(f'<row r="{i}">{line}</row>' for i, line in enumerate(lines, 1)))


@pytest.mark.parametrize(
    ("cell", "outcome", "code"),
    [
        ('<c r="C2"><v>12.5</v></c>', ACCEPT, ""),
        ('<c r="C2"><f>1+1</f></c>', REJECT, "formula-without-value"),
        ('<c r="C2"><f>1+1</f><v/></c>', REJECT, "formula-without-value"),
        ('<c r="C2"><f t="shared" si="0"/></c>', REJECT, "formula-without-value"),
        ('<c r="C2"><f>1+1</f><v>2</v></c>', ACCEPT, ""),
        ('<c r="C2" t="e"><v>#DIV/0!</v></c>', REJECT, "error-cell"),
        ('<c r="C2" t="e"><f>1/0</f><v>#NAME?</v></c>', REJECT, "error-cell"),
        ('<c r="C2"><f>[1]Tabelle1!A1</f><v>12.5</v></c>', WARN, "values-from-elsewhere"),
        ('<c r="C2" t="b"><v>1</v></c>', REJECT, "not-a-number"),
    ],
)
def test_t54_t55_t56_formulas_and_errors(cell, outcome, code):
    found = judge(sheet(cell), "a.xlsx", layout(ONE, key=Key("nr"), subtotals=None))
    assert (found.outcome, codes(found)) == (outcome, [code] if code else [])
    if code and code != "values-from-elsewhere":
        assert fault(found, code).where == "Daten!C2"


@pytest.mark.parametrize("date_1904", [False, True])
def test_t60_both_date_systems(date_1904):
    body = [[r[0], datetime.date(2023, 12, 31), *r[4:]] for r in rows()]
    data = xlsx(
        body, ("nr", "stichtag", *makers.HEADS[4:]), default_date_format="dd.mm.yyyy", date_1904=date_1904
    )
    found = judge(
        data, "a.xlsx", layout(key=Key("nr"), subtotals=None, period=PeriodRule("column", column="stichtag"))
    )
    assert found.outcome is ACCEPT and found.reading.periods == ("2023",)


def test_t58_hidden_rows_are_read_and_flagged():
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target)
    page = book.add_worksheet()
    for i, row in enumerate([makers.HEADS, *rows()]):
        page.write_row(i, 0, row)
    page.set_row(4, None, None, {"hidden": True})
    page.set_column(4, 4, None, None, {"hidden": True})
    book.close()
    found = judge(target.getvalue(), "a.xlsx")
    assert (found.outcome, codes(found)) == (WARN, ["rows-hidden"]) and value(found, "04") == 5000


def test_t86_ods_with_percent_and_text():
    lines = [ods_row(*map(ods_cell, ("nr", "jahr", "wert")))]
    for area in makers.TOWN.ids:
        percent = ods_cell("21,4 %", "percentage", "0.214")
        lines.append(ods_row(ods_cell(area), ods_cell("2023", "float", "2023"), percent))
    found = judge(ods("".join(lines)), "a.ods", layout(ONE, key=Key("nr"), subtotals=None))
    assert found.outcome is ACCEPT and value(found, "01", "w") == Decimal("21.4")


def test_all_faults_at_once_at_most_two_hundred():
    body = [[*r[:4], "q", "y", "z"] for r in rows()]
    found = judge(csv(body))
    assert found.count == 36 == len(found.faults)
    wide = layout(*(Column(f"v{i}", variable=f"v{i}") for i in range(30)), key=Key("nr"), subtotals=None)
    many = judge(
        csv([[r[0], r[3], *["q"] * 30] for r in rows()], ("nr", "jahr", *(f"v{i}" for i in range(30)))),
        use=wide,
    )
    assert (many.count, len(many.faults)) == (360, 200)


def test_a_total_may_be_declared_without_a_rule():
    use = layout(totals=(Total(names=("Gesamtstadt",), rule="none"),))
    assert judge(csv([*rows(), total(sgb2=1)]), use=use).outcome is ACCEPT

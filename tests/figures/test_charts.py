"""Charts: dots only where measured, gaps, breaks with their reason, sums that add up, words for what is not there."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from itertools import pairwise
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lebenslagen.disclosure import Cell
from lebenslagen.figures import (
    Bar,
    Bars,
    Figure,
    Lines,
    Moment,
    Pyramid,
    Series,
    bars,
    contributions,
    dot_strip,
    moments,
    multiples,
    pyramid,
    strip,
    time_line,
)  # fmt: skip
from lebenslagen.figures.axes import apart, scale_for
from lebenslagen.figures.classes import even_breaks
from lebenslagen.figures.colours import RAMPS, luminance, ramp, status_dynamics
from lebenslagen.figures.svg import identifier, text_width, wrap
from lebenslagen.indicators import Break
from lebenslagen.texts import texts

T = texts("de")
YEARS = tuple(Moment(str(y), str(y), float(y)) for y in range(2018, 2025))
HIDDEN = Cell(None, "withheld")


def series(values: list[float | None], *, own: bool = True, label: str = "Nord") -> Series:
    cells = {
        m.key: HIDDEN if v is None else Cell(Decimal(str(v))) for m, v in zip(YEARS, values, strict=False)
    }
    return Series(label, cells, own)


def test_a_line_has_dots_only_where_measured_and_gaps_where_not() -> None:
    figure = time_line(Lines("Quote", YEARS, (series([1, 2, None, 4, 5, 6, 7]),)), T)
    assert figure.svg.count("<circle") == 6
    path = re.search(r'<path class="f-own" d="([^"]+)"', figure.svg)
    assert path and path[1].count("M") == 2
    assert figure.rows[2] == ("2020", "·") and ">·<" in figure.svg


def test_a_break_is_a_dashed_line_with_its_reason_and_nothing_crosses_it() -> None:
    reason = "Geflüchtete aus der Ukraine erhalten Leistungen nach dem SGB II"
    figure = time_line(Lines("Quote", YEARS, (series([1, 2, 3, 4, 5, 6, 7]),), (Break("2022", reason),)), T)
    path = re.search(r'<path class="f-own" d="([^"]+)"', figure.svg)
    assert path and path[1].count("M") == 2
    assert "stroke-dasharray" in figure.svg and "Ukraine" in figure.svg
    assert "Zeitreihenbruch" in figure.sentence and figure.rows[4][0] == "2022 (Zeitreihenbruch)"


def test_a_break_outside_the_chart_is_not_drawn() -> None:
    figure = time_line(
        Lines("Quote", YEARS, (series([1, 2, 3, 4, 5, 6, 7]),), (Break("2018", "alt"), Break("1990", "x"))), T
    )
    assert "stroke-dasharray" not in figure.svg and "vergleichbar" not in figure.sentence


def test_intervals_are_a_pale_band() -> None:
    own = Series(
        "Nord",
        series([5] * 7).cells,
        True,
        {m.key: Decimal(4) for m in YEARS},
        {m.key: Decimal(6) for m in YEARS},
    )
    assert 'class="f-band"' in time_line(Lines("Quote", YEARS, (own,)), T).svg


def test_ends_are_labelled_directly_and_labels_keep_apart() -> None:
    figure = time_line(
        Lines("Quote", YEARS, (series([5] * 7), series([5.1] * 7, own=False, label="Stadt"))), T
    )
    places = [float(y) for y in re.findall(r'y="([\d.]+)"[^>]*>(?:Nord|Stadt) 5', figure.svg)]
    assert len(places) == 2 and abs(places[0] - places[1]) >= 12.9


@pytest.mark.parametrize("values", [[None] * 7, [None, None]])
def test_a_line_without_values_says_so(values: list[float | None]) -> None:
    figure = time_line(Lines("Quote", YEARS, (series(values),)), T)
    assert "kein Wert veröffentlicht" in figure.svg and "<circle" not in figure.svg
    assert [row[1] for row in figure.rows][:2] == ["·", "·"]


def test_small_charts_share_one_scale_in_the_order_given() -> None:
    lines = Lines("Quote", YEARS, (series([5] * 7, label="Nord"), series([30] * 7, label="Süd")))
    figure = multiples(lines, series([15] * 7, own=False, label="Stadt"), T)
    assert [row[0] for row in figure.rows] == ["Nord", "Süd", "Stadt"]
    lone = multiples(Lines("Quote", YEARS, (series([5] * 7),)), series([15] * 7, own=False), T)
    assert (
        re.findall(r'class="f-own" d="([^"]+)"', figure.svg)[0]
        != re.findall(r'class="f-own" d="([^"]+)"', lone.svg)[0]
    )


def test_bars_start_at_zero_and_hidden_ones_have_words() -> None:
    chart = Bars(
        "Quote", (Bar("Nord", Cell(Decimal(10))), Bar("Süd", HIDDEN), Bar("West", Cell(Decimal(0)))), uid="b"
    )
    figure = bars(chart, T)
    assert [row[1] for row in figure.rows] == ["10,0", "·", "0,0"]
    assert "nicht veröffentlicht" in figure.svg
    widths = [float(w) for w in re.findall(r'<rect[^>]* width="([\d.]+)"', figure.svg)]
    assert len(widths) == 2 and widths[1] == 0 < widths[0]


def test_bars_are_as_long_as_their_values() -> None:
    figure = bars(Bars("Quote", tuple(Bar(str(v), Cell(Decimal(v))) for v in (10, 20, 40))), T)
    widths = [float(w) for w in re.findall(r'<rect[^>]* width="([\d.]+)"', figure.svg)]
    assert widths[2] / widths[0] == pytest.approx(4, rel=0.01) and widths[1] / widths[0] == pytest.approx(
        2, rel=0.01
    )


def test_the_strip_shows_all_pale_one_dark_and_the_mean_by_name() -> None:
    cells = {"a": Cell(Decimal(5)), "b": Cell(Decimal(15)), "c": Cell(Decimal(25)), "d": HIDDEN}
    base = strip("Quote", cells, Cell(Decimal("14.9")), mean_label="Musterstadt")
    figure = dot_strip(base, "c", "Hafen", T)
    assert figure.svg.count("<circle") == 4 and "Musterstadt 14,9" in figure.svg
    assert figure.sentence == "Hafen: 25,0\u00a0%; Musterstadt: 14,9\u00a0%."
    hidden = dot_strip(base, "d", "Ost", T)
    assert 'class="f-own"' not in hidden.svg and hidden.rows[0] == ("Ost", "·")


def test_contributions_end_with_their_sum_and_say_when_rounding_shows() -> None:
    parts = [("A", Cell(Decimal("0.33"))), ("B", Cell(Decimal("0.33"))), ("C", Cell(Decimal("0.33")))]
    exact = contributions("Beiträge", parts, Cell(Decimal("0.99")), T, total_label="Index")
    rounded = contributions("Beiträge", parts, Cell(Decimal("1.00")), T, total_label="Index")
    assert exact.rows[-1] == ("Index", "0,99")
    assert ("Runden" in exact.svg, "Runden" in rounded.svg) == (False, True)


def test_the_side_of_a_contribution_follows_the_orientation() -> None:
    parts = [("A", Cell(Decimal("0.50")))]
    burden = contributions("B", parts, Cell(Decimal("0.50")), T, total_label="Index")
    favourable = contributions("B", parts, Cell(Decimal("0.50")), T, total_label="Index", favourable=True)
    assert ('class="f-more"' in burden.svg, 'class="f-less"' in favourable.svg) == (True, True)


def test_a_pyramid_shows_shares_of_all_and_leaves_hidden_groups_open() -> None:
    groups = ("0–17", "18–64", "65+")
    left, right = (
        (Cell(Decimal(100)), HIDDEN, Cell(Decimal(50))),
        (Cell(Decimal(100)), Cell(Decimal(300)), Cell(Decimal(60))),
    )
    figure = pyramid(Pyramid("Alter", groups, left, right, Cell(Decimal(1000)), label="Nord"), T)
    assert figure.rows == (("65+", "5,0", "6,0"), ("18–64", "·", "30,0"), ("0–17", "10,0", "10,0"))
    assert figure.svg.count('class="f-bar"') == 5


def test_a_pyramid_without_its_whole_shows_no_shares() -> None:
    some = (Cell(Decimal(10)),)
    figure = pyramid(Pyramid("Alter", ("0+",), some, some, HIDDEN), T)
    assert 'class="f-bar"' not in figure.svg and figure.rows[0][1:] == ("…", "…")


def charts(label: str, uid: str) -> list[Figure]:
    cell = Cell(Decimal(5))
    return [
        time_line(
            Lines(
                label, YEARS, (series([1, 2, 3, 4, 5, 6, 7], label=label),), (Break("2022", label),), uid=uid
            ),
            T,
        ),
        multiples(
            Lines(label, YEARS, (series([1] * 7, label=label),), uid=uid), series([2] * 7, label=label), T
        ),
        bars(Bars(label, (Bar(label, cell, True, label),), mean=cell, mean_label=label, uid=uid), T),
        dot_strip(strip(label, {"a": cell}, cell, mean_label=label), "a", label, T, uid=uid),
        contributions(label, [(label, cell)], cell, T, total_label=label, uid=uid),
        pyramid(Pyramid(label, (label,), (cell,), (cell,), cell, label=label, uid=uid), T),
    ]


@pytest.mark.parametrize(
    "label", ["<script>\"&'\x01", "Siedlung Obere Wilhelminenhöhe-Nordost am Kanal", "x", ""]
)
def test_every_chart_is_well_formed_named_and_large_enough_to_read(label: str) -> None:
    for figure in charts(label, f"u{label}"):
        root = ET.fromstring(figure.svg)
        assert root.get("role") == "img" and root.get("aria-labelledby")
        assert min(float(s) for s in re.findall(r'font-size="([\d.]+)"', figure.svg)) >= 10.6
        assert (
            figure.description and figure.sentence and figure.rows and len(figure.head) == len(figure.rows[0])
        )
        assert "<script" not in figure.svg


def test_moments_are_years_unless_a_year_has_several() -> None:
    from datetime import date

    periods = [
        SimpleNamespace(key=k, as_of=d)
        for k, d in (("a", date(2023, 12, 31)), ("b", date(2024, 6, 30)), ("c", date(2024, 12, 31)))
    ]
    assert [m.label for m in moments(periods)] == ["2023", "06/2024", "12/2024"]  # type: ignore[arg-type]


@given(st.lists(st.floats(-1000, 1000), min_size=1, max_size=30))
def test_a_scale_holds_all_its_values(values: list[float]) -> None:
    scale = scale_for(values, 0.0, 100.0)
    assert all(-1e-6 <= scale(v) <= 100 + 1e-6 for v in values) and len(scale.ticks) <= 9


@given(st.lists(st.floats(0, 100), max_size=12))
def test_labels_moved_apart_keep_their_gap_and_order(places: list[float]) -> None:
    moved = apart(places, 5.0, 0.0, 100.0)
    ordered = [m for _, m in sorted(zip(places, moved, strict=True))]
    assert all(b - a >= 4.98 for a, b in pairwise(ordered))


@given(st.decimals(0, 100, places=1), st.decimals(0, 100, places=1))
def test_even_breaks_lie_inside_and_are_few(a: Decimal, b: Decimal) -> None:
    low, high = sorted((a, b))
    breaks = even_breaks(low, high, 1)
    assert all(low < value <= high for value in breaks) and len(breaks) <= 8
    assert bool(breaks) == (low < high)


def test_ramps_darken_evenly_so_that_grey_print_keeps_the_order() -> None:
    for name in ("YlOrBr", "viridis", "cividis"):
        shades = [luminance(colour) for colour in ramp(name, 6)]
        assert shades == sorted(shades, reverse=True) and len(set(shades)) == 6
    for sign in ("+", "+/-", "-"):
        shades = [luminance(status_dynamics(i, sign)) for i in range(4)]
        assert shades == sorted(shades, reverse=True)


def test_no_ramp_sets_red_against_green() -> None:
    assert set(RAMPS) == {"YlOrBr", "viridis", "cividis", "PuOr", "BrBG"}


@given(st.text(max_size=20), st.text(max_size=20))
def test_ids_are_safe_and_different_for_different_inputs(a: str, b: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_-]*", identifier(a))
    assert (identifier(a) == identifier(b)) == (a == b)


def test_wrapped_lines_fit_and_lose_nothing() -> None:
    words = "Kinder unter 15 Jahren in Bedarfsgemeinschaften nach dem Zweiten Buch Sozialgesetzbuch"
    lines = wrap(words, 150.0, 10.8)
    assert " ".join(lines) == words and all(text_width(part, 10.8) <= 150 for part in lines)


def test_a_line_that_ends_early_says_its_year_and_is_led_to_its_name_by_dots() -> None:
    early = series([1, 2, 7.5, None, None, None, None], own=False, label="Hafen")
    figure = time_line(Lines("Quote", YEARS, (series([1, 2, 3, 4, 5, 6, 7]), early)), T)
    assert ">Hafen 7,5 (2020)<" in figure.svg and ">Nord 7,0<" in figure.svg
    assert 'stroke-dasharray="1 4"' in figure.svg
    whole = time_line(Lines("Quote", YEARS, (series([1, 2, 3, 4, 5, 6, 7]),)), T)
    assert 'stroke-dasharray="1 4"' not in whole.svg
    small = multiples(Lines("Quote", YEARS, (early,)), None, T)
    assert ">7,5 (2020)<" in small.svg


def test_a_single_event_is_drawn_but_the_line_goes_on() -> None:
    event = Break("2022", "Viele kamen", "", "event")
    figure = time_line(Lines("Quote", YEARS, (series([1, 2, 3, 4, 5, 6, 7]),), (event,)), T)
    path = re.search(r'<path class="f-own" d="([^"]+)"', figure.svg)
    assert path and path[1].count("M") == 1
    assert "Viele kamen" in figure.svg and "vergleichbar" not in figure.sentence
    assert figure.rows[4][0] == "2022"


def test_contributions_say_what_raises_the_value_and_what_is_not_published() -> None:
    parts = [("SGB II", Cell(Decimal("-0.30"))), ("Junge", HIDDEN)]
    figure = contributions("Beiträge", parts, HIDDEN, T, total_label="Index", favourable=True)
    assert "senkt den Indexwert (höheres Armutsrisiko)" in figure.svg and "hebt den Indexwert" in figure.svg
    assert figure.sentence.startswith("Nicht veröffentlicht: Index, Junge.")
    assert "Belastung" not in figure.svg

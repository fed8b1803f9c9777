"""German sentences: number and case agree, breaks are said where the change is said."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest

from lebenslagen.edition import Level
from lebenslagen.indicators import Break
from lebenslagen.report import say
from lebenslagen.report.insight import Move
from lebenslagen.report.view import View, view
from lebenslagen.texts import texts
from tests.report.town import Size, edition

DE = texts("de")


@pytest.mark.parametrize(
    ("names", "said"),
    [
        (["Nord"], "Nord"),
        (["Nord", "Süd"], "Nord und Süd"),
        (["Nord", "Süd", "Am Wasserturm"], "Nord, Süd und Am Wasserturm"),
        (["A", "B", "C"], "A, B und C"),
    ],
)
def test_lists_in_words(names: list[str], said: str) -> None:
    assert say.listed(names, DE) == said


def test_long_lists_are_counted_and_agree() -> None:
    assert say.listed(list("ABCD"), DE, 3) == "A, B, C und 1 weiteres"
    assert say.listed(list("ABCDE"), DE, 3) == "A, B, C und 2 weitere"


@pytest.mark.parametrize(
    ("value", "decimals", "said"),
    [
        ("1", 0, "1 Prozentpunkt"),
        ("-1", 0, "1 Prozentpunkt"),
        ("1.0", 1, "1,0 Prozentpunkte"),
        ("2.44", 1, "2,4 Prozentpunkte"),
    ],
)
def test_points(value: str, decimals: int, said: str) -> None:
    assert say.points(Decimal(value), decimals, DE) == said


@pytest.mark.parametrize(("number", "said"), [(0, "0 Menschen"), (1, "1 Person"), (1240, "1.240 Menschen")])
def test_people(number: int, said: str) -> None:
    assert say.persons(Decimal(number), DE) == said


@pytest.mark.parametrize(
    ("share", "words"),
    [
        ("0.1", "ein kleiner Teil"),
        ("0.25", "etwa ein Viertel"),
        ("0.33", "etwa ein Drittel"),
        ("0.5", "etwa die Hälfte"),
        ("0.66", "etwa zwei Drittel"),
        ("0.8", "der größte Teil"),
        ("1.0", "fast alles"),
        ("1.3", ""),
    ],
)
def test_parts_in_words(share: str, words: str) -> None:
    assert say.part_words(Decimal(share), DE) == words


@pytest.mark.parametrize(
    ("level", "word"),
    [
        ("Quartiere", "Quartieren"),
        ("Sozialräume", "Sozialräumen"),
        ("Viertel", "Vierteln"),
        ("Ortschaften", "Ortschaften"),
        ("Kieze", "Kiezen"),
    ],
)
def test_the_dative_of_levels(level: str, word: str) -> None:
    fake = View(SimpleNamespace(level_of=lambda key: Level(key, key, level)), DE)  # type: ignore[arg-type]
    assert fake.among("x") == word


BREAK = Break("2022", "Seit Juni 2022 erhalten Geflüchtete Leistungen.")


def movement(before: str, now: str, at_break: str | None) -> Move:
    return Move(
        "KI", "2020", "2024", Decimal(before), Decimal(now), (BREAK,), Decimal(at_break) if at_break else None
    )


@pytest.mark.parametrize(
    ("moved", "said"),
    [
        (
            ("41.2", "49.0", "3.9"),
            (
                "Davon entfällt etwa die Hälfte (3,9 Prozentpunkte) auf einen Zeitreihenbruch (2022: Seit Juni "
                "2022 erhalten Geflüchtete Leistungen)."
            ),
        ),
        (
            ("41.2", "42.0", "1.3"),
            (
                "Ohne den Zeitreihenbruch (2022: Seit Juni 2022 erhalten Geflüchtete Leistungen), der ihn für "
                "sich genommen um 1,3 Prozentpunkte erhöht hat, wäre er nicht gestiegen."
            ),
        ),
        (
            ("41.2", "40.0", "1.3"),
            (
                "Das geschah trotz des Zeitreihenbruchs (2022: Seit Juni 2022 erhalten Geflüchtete Leistungen), "
                "der für sich genommen erhöht."
            ),
        ),
        (
            ("41.2", "47.0", "3.9"),
            (
                "Davon entfallen etwa zwei Drittel (3,9 Prozentpunkte) auf einen Zeitreihenbruch (2022: Seit Juni "
                "2022 erhalten Geflüchtete Leistungen)."
            ),
        ),
        (
            ("41.2", "49.0", None),
            (
                "Dazwischen liegt ein Zeitreihenbruch (2022: Seit Juni 2022 erhalten Geflüchtete Leistungen); "
                "die Werte sind nur mit Vorsicht vergleichbar."
            ),
        ),
    ],
)
def test_the_break_is_said_in_the_sentence(moved: tuple[str, str, str | None], said: str) -> None:
    seen = view(edition())
    found = say.of_breaks(seen, seen.edition.catalogue.indicator("KI"), movement(*moved), 1)
    assert found == said


def test_a_break_that_raises_takes_no_part_in_a_fall_even_where_the_area_itself_fell_in_that_year() -> None:
    """The town rose by 1.3 when counting changed, the area fell: the break cannot explain why it fell."""
    seen = view(edition())
    fell = replace(movement("27.0", "21.0", "-0.6"), lift=Decimal("1.3"))
    assert fell.share is None
    said = say.of_breaks(seen, seen.edition.catalogue.indicator("SGB"), fell, 1, reason=False)
    assert said == "Das geschah trotz des Zeitreihenbruchs (2022), der für sich genommen erhöht."


def test_a_single_event_is_no_break_of_definition() -> None:
    seen = view(edition())
    event = Break("2022", "2022 kamen viele Geflüchtete.", "", "event")
    moved = replace(movement("16.6", "20.3", "2.2"), breaks=(event,))
    said = say.of_breaks(seen, seen.edition.catalogue.indicator("SGB"), moved, 1, reason=False)
    assert said == "Davon entfallen etwa zwei Drittel (2,2 Prozentpunkte) auf ein einmaliges Ereignis (2022)."
    unknown = replace(moved, at_breaks=None)
    assert say.of_breaks(seen, seen.edition.catalogue.indicator("SGB"), unknown, 1) == ""


@pytest.mark.parametrize(
    ("values", "start"),
    [
        (
            ("10.0", "12.0"),
            "Gegenüber dem Stand 31.12.2020 ist der Wert um 2,0 Prozentpunkte gestiegen, von 10,0 auf 12,0.",
        ),
        (
            ("12.0", "10.0"),
            "Gegenüber dem Stand 31.12.2020 ist der Wert um 2,0 Prozentpunkte gesunken, von 12,0 auf 10,0.",
        ),
        (("12.0", "12.0"), "Gegenüber dem Stand 31.12.2020 ist der Wert unverändert (12,0)."),
    ],
)
def test_up_down_and_unchanged(values: tuple[str, str], start: str) -> None:
    seen = view(edition())
    plain = Move("GA", "2020", "2024", Decimal(values[0]), Decimal(values[1]), (), None)
    assert say.moved(seen, seen.edition.catalogue.indicator("GA"), plain, 1) == start


def test_one_of_many_and_many_of_many_agree() -> None:
    from lebenslagen.report.chapters.front import _moving

    said = _moving(view(edition()))
    assert " haben sich deutlich ungünstiger entwickelt als der Durchschnitt der Quartiere: " in said
    one = DE.plural(
        "{n} of {total} {among} has developed clearly less favourably than the average of the {areas}: {names}.",
        "x",
        1,
        total=26,
        among="Quartieren",
        areas="Quartiere",
        names="Nord",
    )
    assert (
        one
        == "1 von 26 Quartieren hat sich deutlich ungünstiger entwickelt als der Durchschnitt der Quartiere: Nord."
    )


def test_nothing_is_said_about_the_spread_of_a_single_area() -> None:
    alone = view(edition(Size(1, 1)))
    assert say.spread(alone, alone.edition.catalogue.indicator("SGB")) == ""

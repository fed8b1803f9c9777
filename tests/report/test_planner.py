"""What a planner with a fresh eye asks of the report: sureness, contributions, changes, signs, sources, the council."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

import pytest

from lebenslagen.disclosure import Cell, Column
from lebenslagen.edition import Edition
from lebenslagen.indicators import Break, Source
from lebenslagen.report import insight
from lebenslagen.report.chapters import report
from lebenslagen.report.document import Document, FigureBlock, Section, walk
from lebenslagen.report.html import PAGE, to_html
from lebenslagen.report.view import view
from lebenslagen.strengths import dilution, no_strength, strengths
from lebenslagen.texts import MARKS, SIGNS, texts
from tests.report.reading import section, sentences, tables
from tests.report.town import QUARTER, ROOM, Size, edition

DE = texts("de")


def with_cells(made: Edition, chosen: Callable[[Column], bool], cells: dict[str, Cell]) -> Edition:
    """The edition with other cells of the quarters in some columns."""
    columns = tuple(
        replace(c, cells={**c.cells, QUARTER: {**c.cells[QUARTER], **cells}}) if chosen(c) else c
        for c in made.release.columns
    )
    return replace(made, release=replace(made.release, columns=columns))


def role(name: str, indicator: str = "") -> Callable[[Column], bool]:
    return lambda c: c.role == name and c.period == "2024" and (not indicator or c.indicator == indicator)


HIDDEN = Cell(None, "withheld")


# --- how sure --------------------------------------------------------------------------------------------------------


def test_where_sureness_is_withheld_the_report_says_so_everywhere() -> None:
    said = report(with_cells(edition(), role("probability"), {"01": HIDDEN, "02": HIDDEN}))
    index = " ".join(sentences([section(said, "index-sicherheit")]))
    assert "Von den 24 Einstufungen mit veröffentlichter Sicherheit sind" in index
    assert "Für Altmarkt und Bahnhofsviertel wird nicht veröffentlicht, wie sicher die Stufen sind" in index
    one = " ".join(sentences([section(said, "profil-quartier-01")]))
    assert "Wie sicher die Stufe ist, wird nicht veröffentlicht; sie kann unsicher sein." in one
    figure = next(
        b for b in walk(said.sections) if isinstance(b, FigureBlock) and b.id == "karte-index"
    ).figure
    assert figure.legend is not None
    assert figure.legend.note.startswith("Bei 2 eingestuften Gebieten wird nicht veröffentlicht")
    assert {row[0]: row[2] for row in figure.rows}["Altmarkt"].endswith("(Sicherheit nicht veröffentlicht)")


def test_published_contributions_are_shown_beside_those_that_are_not() -> None:
    made = with_cells(edition(), role("score"), {"01": HIDDEN})
    said = report(with_cells(made, role("contribution", "GA"), {"01": HIDDEN}))
    figure = next(
        b for b in walk(said.sections) if isinstance(b, FigureBlock) and b.id == "beitraege-01"
    ).figure
    assert [row[1] for row in figure.rows].count("·") == 2
    assert figure.sentence.startswith("Nicht veröffentlicht: Indexwert, Grundsicherung im Alter.")
    profile = " ".join(sentences([section(said, "profil-quartier-01")]))
    assert "verborgen bleiben muss: Indexwert und Grundsicherung im Alter." in profile


def test_what_rests_on_an_estimate_says_so() -> None:
    made = edition()
    score = made.release.find(role="score", period="2024")[0].cells[QUARTER]["01"]
    said = report(with_cells(made, role("score"), {"01": replace(score, estimated=True)}))
    assert "Indexwert von Altmarkt." in tables(said)["tabelle-index"].note
    assert "Geschätzt, weil eine Zahl dahinter nicht veröffentlicht ist." in sentences(
        [section(said, "profil-quartier-01")]
    )


# --- changes ---------------------------------------------------------------------------------------------------------


def released_change(made: Edition, value: str) -> Edition:
    """The edition with a released change of SGB that differs from the difference of the printed rates."""
    rate = made.release.find(indicator="SGB", role="rate", period="2024")[0]
    column = replace(
        rate, key="sozialindex.change.SGB@2024", role="change", kind="opaque", numerator="", denominator="",
        cells={QUARTER: dict.fromkeys(rate.cells[QUARTER], Cell(Decimal(value)))},
    )  # fmt: skip
    return replace(made, release=replace(made.release, columns=(*made.release.columns, column)))


def test_changes_are_the_released_ones_and_others_are_said_to_be_rounded() -> None:
    said = report(released_change(edition(), "9.9"))
    table = tables(said)["tabelle-sgb"]
    row = {r.cells[0]: r for r in table.rows}
    assert row["Altmarkt"].cells[3] == "+9,9"
    assert row["Musterstadt insgesamt"].cells[3] != "+9,9"
    assert table.note == (
        "Für Sozialräume und Musterstadt ist die Veränderung der Unterschied der gerundeten Werte."
    )
    assert tables(said)["tabelle-ga"].note == "Die Veränderung ist der Unterschied der gerundeten Werte."
    assert "(+9,9 Prozentpunkte)" in " ".join(sentences([section(said, "profil-quartier-01")]))


def test_a_released_change_over_another_span_is_not_taken() -> None:
    made = released_change(edition(), "9.9")
    info = replace(made.release.methods["sozialindex"], change_from="2016")
    said = report(replace(made, release=replace(made.release, methods={"sozialindex": info})))
    assert "+9,9" not in {cell for row in tables(said)["tabelle-sgb"].rows for cell in row.cells}


def test_the_direction_of_a_break_is_that_of_the_town() -> None:
    made = edition()
    seen = view(made)
    assert seen.previous is not None
    movement = insight.move(seen, made.catalogue.indicator("SGB"), seen.previous, seen.period, "17")
    assert movement is not None
    assert movement.change < 0 < (movement.lift or 0)
    assert movement.despite
    assert movement.share is None
    assert "trotz des Zeitreihenbruchs (2022), der für sich genommen erhöht" in " ".join(
        sentences([section(report(made), "profil-quartier-17")])
    )


# --- signs and sources -----------------------------------------------------------------------------------------------


def test_every_sign_has_one_text_wherever_it_is_explained() -> None:
    said = report(edition())
    meanings = {sign: DE(MARKS[mark]) for mark, sign in SIGNS.items()}
    legends = [sign for table in tables(said).values() for sign in table.signs]
    assert legends
    assert all(meanings[sign] == meaning for sign, meaning in legends)
    alone = report(edition(chapters=("auftrag",)))
    for sign, meaning in meanings.items():
        assert f"„{sign}“ heißt: {meaning}." in sentences([section(alone, "auftrag-lesen")])
    assert meanings["…"] == "keine Angabe der liefernden Stelle"


def test_a_missing_figure_and_the_sums_that_need_it_are_explained() -> None:
    made = edition()
    column = made.release.find(indicator="SGB", role="rate", period="2024")[0]
    gone = Cell(None, "missing")
    cells = {
        QUARTER: {**column.cells[QUARTER], "08": gone},
        ROOM: {**column.cells[ROOM], "2": gone},
        "stadt": {"0": gone},
    }
    columns = tuple(replace(c, cells=cells) if c is column else c for c in made.release.columns)
    said = report(replace(made, release=replace(made.release, columns=columns)))
    note = tables(said)["tabelle-sgb"].note
    assert "Für Kanalinsel fehlt die Angabe der liefernden Stelle." in note
    assert "Deshalb fehlen auch die Summen für Raum 2 und Musterstadt." in note


def test_what_is_only_known_for_larger_areas_is_said_under_the_table() -> None:
    table = tables(report(edition()))["tabelle-alle"]
    assert table.note == "Nur für Sozialräume: Sprache vor der Schule."
    quarters = [row.cells[-1] for row in table.rows if row.kind == "row"]
    assert set(quarters) == {SIGNS["undefined"]}


def test_the_town_has_a_key_and_sources_not_shown_are_named() -> None:
    made = edition(ags="05999000")
    more = replace(
        made.catalogue, sources=(*made.catalogue.sources, Source("amt", "Landesamt", "Fortschreibung"))
    )
    said = report(replace(made, catalogue=more))
    assert tables(said)["tabelle-raum"].rows[-1].cells[-1] == "05999000"
    assert "in diesem Bericht aber nicht gezeigt: Fortschreibung (Landesamt)." in " ".join(
        sentences([section(said, "daten-quellen")])
    )


def test_the_day_of_release_is_written_as_people_write_it_and_nothing_stands_twice() -> None:
    made = edition(imprint={"contact": "Altmarkt 1", "address": "Altmarkt 1", "note": "Erfunden."})
    signed = made.release.signed("A. Planung", "B. Statistik", "2025-06-30")
    said = list(sentences(report(replace(made, status="released", release=signed)).imprint))
    assert sum("Altmarkt 1" in text for text in said) == 1
    assert "Hinweis: Erfunden." in " ".join(said)
    assert any(text.startswith("Freigegeben am 30.06.2025") for text in said)


def test_a_break_before_the_comparison_warns_for_context_too() -> None:
    made = edition()
    late = (Break("2022", "Wieder alle untersucht.", "Mit 2020 nur mit Vorsicht vergleichbar."),)
    indicators = tuple(replace(i, breaks=late) if i.key == "SEU" else i for i in made.catalogue.indicators)
    column = made.release.find(indicator="SEU", role="rate", period="2024")[0]
    older = replace(column, key="SEU.rate@2020", period="2020")
    release = replace(made.release, columns=(*made.release.columns, older))
    changed = replace(made, catalogue=replace(made.catalogue, indicators=indicators), release=release)
    said = " ".join(sentences([section(report(changed), "indikator-seu")]))
    assert (
        "Dazwischen liegt ein Zeitreihenbruch (2022); die Werte sind nur mit Vorsicht vergleichbar." in said
    )


# --- strengths, neutral things, what is odd --------------------------------------------------------------------------


def test_what_is_neither_good_nor_bad_is_only_more_or_less_often(edition: Edition) -> None:
    said = report(edition)
    moved = [
        text for area in edition.areas[QUARTER].ids
        for text in sentences([section(said, f"profil-quartier-{area}")])
        if text.startswith("Alleinerziehende: ") and "Prozentpunkte" in text
    ]  # fmt: skip
    assert all(re.match("Alleinerziehende: (häufiger|seltener), von ", text) for text in moved)
    for area in edition.areas[QUARTER].ids:
        assert not [words for words in strengths(edition, area, QUARTER, DE) if "Alleinerziehende" in words]


def test_an_area_without_a_strength_gets_one_respectful_sentence(edition: Edition) -> None:
    worst = replace(edition, previous=None)
    bare = [area for area in edition.areas[QUARTER].ids if not strengths(worst, area, QUARTER, DE)]
    assert bare
    said = report(worst)
    assert no_strength(DE) in sentences([section(said, f"profil-quartier-{bare[0]}")])


def test_only_a_high_neutral_indicator_says_nothing_about_poverty(edition: Edition) -> None:
    """Quarter 25 is low in everything; with very many single parents only that is high."""
    made = with_cells(edition, lambda c: c.key == "AE.rate@2024", {"25": Cell(Decimal("45.0"))})
    profile = " ".join(sentences([section(report(made), "profil-quartier-25")]))
    assert "Nur dieses Merkmal ist hoch; „SGB II“ liegt nicht über dem Wert der Stadt." in profile
    assert "zeigt das nicht" not in profile


def test_a_large_group_makes_a_low_value_and_is_no_strength(edition: Edition) -> None:
    town = edition.release.column("ab65@2024")
    own = Cell(2 * edition.release.column("einwohner@2024").cells[QUARTER]["27"].value / 5)
    made = with_cells(edition, lambda c: c is town, {"27": own})
    assert [one.indicator for one in dilution(made, "27", QUARTER)] == ["GA"]
    assert dilution(edition, "27", QUARTER) == ()
    assert not [words for words in strengths(made, "27", QUARTER, DE) if words.startswith("Grundsicherung")]
    assert "bezieht sich auf eine Gruppe, die hier weit größer ist als sonst" in " ".join(
        sentences([section(report(made), "profil-quartier-27")])
    )


def test_an_early_sign_stands_in_the_profile_too(edition: Edition) -> None:
    early = insight.early(view(edition))
    assert early
    said = report(edition)
    for area in early:
        notes = " ".join(sentences([section(said, f"profil-quartier-{area}")]))
        assert "Frühes Zeichen: Der Status ist" in notes


def test_an_area_is_not_named_in_its_own_profile(edition: Edition) -> None:
    notes = list(sentences([section(report(edition), "profil-quartier-17")]))
    grown = [text for text in notes if "rechnerisch" in text]
    assert len(grown) == 1
    assert grown[0].startswith("Die Gruppe, auf die sich")
    assert "falls niemand der Hinzugekommenen Leistungen bezieht" in grown[0]


def test_ages_do_not_overlap_and_focus_gives_no_verdict(document: Document) -> None:
    said = " ".join(sentences(document.sections))
    assert "mit besonderem Unterstützungsbedarf" not in said
    assert "Sie werden zuerst vertieft betrachtet." in said


# --- the council -----------------------------------------------------------------------------------------------------


def test_the_council_learns_who_changed_and_what_hangs_on_neutral_parts(edition: Edition) -> None:
    column = edition.release.find(role="class", period="2024")[0]
    cells = {QUARTER: dict(column.cells[QUARTER]) | {"02": Cell("2"), "01": Cell("3")}}
    earlier = replace(column, key="class@2020", period="2020", cells=cells)
    release = replace(edition.release, columns=(*edition.release.columns, earlier))
    said = list(
        sentences([section(report(replace(edition, release=release, before=release)), "index-fragen")])
    )
    moves = [text for text in said if " → " in text]
    assert moves == ["Altmarkt: niedrig → sehr niedrig", "Bahnhofsviertel: mittel → sehr niedrig"]
    assert any(text.startswith("Ohne „Alleinerziehende“ st") for text in said)
    assert any("zählen alle 4 Indikatoren gleich viel" in text for text in said)
    assert any("Nicht beantragte Leistungen sind unsichtbar." in text for text in said)


def test_leaving_a_part_out_is_reckoned_from_released_contributions(edition: Edition) -> None:
    seen = view(edition)
    for one in insight.without(seen):
        assert one.now != one.without
        assert one.area in insight.contributions(seen)[one.indicator]


# --- shape -----------------------------------------------------------------------------------------------------------


def test_the_matrix_names_areas_instead_of_counting_them(document: Document) -> None:
    cells = [cell for row in tables(document)["tabelle-matrix"].rows for cell in row.cells[1:]]
    assert all(cell == "0" or not cell.isdigit() for cell in cells)


def test_one_register_serves_both_levels_and_nothing_stands_between_it_and_the_profiles(
    document: Document,
) -> None:
    chapter = section(document, "steckbriefe")
    registers = [t for key, t in tables(document).items() if key.startswith("register-")]
    assert len(registers) == 1
    assert [row.kind for row in registers[0].rows].count("group") == 6
    after = [b for b in chapter.blocks if isinstance(b, Section)]
    assert after[0].start == "fill"
    assert {b.start for b in after[1:]} == {"left"}


@pytest.fixture(scope="module")
def many() -> Document:
    return report(edition(Size(64, 4), chapters=("index", "steckbriefe", "anhang")))


def test_very_many_profiles_get_a_page_for_each_coarser_area(many: Document) -> None:
    pages = to_html(many)
    assert list(pages) == [PAGE, *(f"steckbriefe-quartier-{room}.html" for room in "1234")]
    start = pages[PAGE].decode()
    assert 'href="steckbriefe-quartier-1.html#steckbriefe-quartier-1"' in start
    assert 'id="profil-quartier-01"' not in start
    for name, raw in pages.items():
        for file, anchor in re.findall(r'href="([^"#:]*)#([^"]+)"', raw.decode()):
            assert f'id="{anchor}"' in pages[file or name].decode(), (name, file, anchor)


def test_very_many_areas_have_no_table_twice(many: Document) -> None:
    keys = list(tables(many))
    assert "tabelle-raum" not in keys
    heads = tables(many)["tabelle-alle"].head
    assert "Schlüssel" in heads
    assert "Menschen" in heads

"""What the chapters say, and that every number of theirs is a released one."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal

import pytest

from lebenslagen.areas import Areas
from lebenslagen.disclosure import Cell, Release
from lebenslagen.edition import Edition
from lebenslagen.errors import DesignError
from lebenslagen.report.chapters import CHAPTERS, report
from lebenslagen.report.document import Bullets, Document, FigureBlock, Section, plain, walk
from lebenslagen.texts import SIGNS, texts
from tests.report.reading import section, sentences, tables, words
from tests.report.town import PERIODS, QUARTER, ROOM, Size, edition

# product.md, section 6: words that go wrong.
NEVER = re.compile(
    r"sozial schwach|Problemviertel|Problemquartier|Brennpunkt|Ausländeranteil|negative Dynamik|positive Dynamik|"
    r"primär gesperrt|keine Daten|Beanstandung|Fehler|signifikant|Rangplatz|\bRang\b|Platz \d|Regret|"
    r"Freigabe verweigert|schlechteste|beste Quartier"
)


def test_every_chapter_is_there_and_has_a_german_name(document: Document) -> None:
    assert [s.id for s in document.sections] == list(CHAPTERS)
    t = texts("de")
    assert all(t(chapter.label) != chapter.label for chapter in CHAPTERS.values())


def test_nothing_is_left_in_english_or_unfilled(document: Document) -> None:
    said = words(document)
    assert not re.search(r"[{}]|\bNone\b|\bnan\b|Decimal", said)
    english = re.findall(
        r"\b(?:the|with|which|areas|people|between|values)\b",
        "\n".join(s for s in sentences(document.sections) if s not in set(printed_rules(document))),
    )
    assert not english, sorted(set(english))


def printed_rules(document: Document) -> list[str]:
    """The rules of secrecy are the words of the disclosure part and tested there."""
    return list(sentences(section(document, "daten-geheimhaltung").blocks))


def test_words_that_go_wrong_are_not_used(document: Document) -> None:
    assert NEVER.findall(words(document)) == []


def test_what_the_method_must_say(document: Document) -> None:
    said = " ".join(sentences([section(document, "auftrag")]))
    assert "nicht dasselbe wie arm zu sein" in said
    assert "Nicht beantragte Leistungen sind unsichtbar" in said
    assert "Melderegister" in said
    assert "begründet für sich allein keinen Handlungsbedarf" in said


def test_the_essentials_are_five_sentences_each_with_its_place(document: Document) -> None:
    first = section(document, "wichtigstes").blocks[0]
    assert len(first.items) == 5
    assert [item[-2].target for item in first.items] == [
        "bevoelkerung",
        "indikatoren",
        "indikatoren",
        "index",
        "index",
    ]
    assert all(item[-2].page for item in first.items)
    assert all(re.search(r"\d", item[0].text) for item in first.items)


# --- every number comes from the release -----------------------------------------------------------------------------


def changed(number: int) -> Document:
    """The report after the count of recipients in Altmarkt has changed."""
    return report(edition(changes={("sgb2", "2024", "01"): number}))


def test_a_changed_cell_changes_its_sentences_and_no_others(document: Document) -> None:
    other = changed(900)
    before, after = list(sentences(document.sections)), list(sentences(other.sections))
    gone = set(before) - set(after)
    assert any("Menschen unter 65 Jahren erhielten Leistungen" in s for s in gone)
    assert any(s.startswith("SGB II: von") for s in gone)
    untouched = [
        s
        for s in before
        if "von 100 Kindern unter 15" in s or "Menschen leben hier" in s or "von 100 Haushalten" in s
    ]
    assert untouched
    assert set(untouched) <= set(after)


def test_a_changed_cell_changes_map_table_profile_and_line(document: Document) -> None:
    other = changed(900)
    for key in ("tabelle-sgb", "tabelle-alle", "tabelle-index"):
        rows = [tables(d)[key].rows for d in (document, other)]
        assert rows[0] != rows[1], key
    pictures = [
        {b.id: b.figure.svg for b in walk(d.sections) if isinstance(b, FigureBlock)}
        for d in (document, other)
    ]
    for key in (
        "karte-sgb",
        "verlauf-sgb",
        "karte-index",
        "stand-quartier-01-sgb",
        "linie-quartier-01-sgb",
        "beitraege-01",
    ):
        assert pictures[0][key] != pictures[1][key], key


def hidden(release: Release) -> Release:
    """The same release with nothing shown."""
    cells = {
        c.key: {level: dict.fromkeys(row, Cell(None, "withheld")) for level, row in c.cells.items()}
        for c in release.columns
    }
    return replace(release, columns=tuple(replace(c, cells=cells[c.key]) for c in release.columns))


def test_with_everything_withheld_no_value_is_printed(edition: Edition) -> None:
    said = report(replace(edition, release=hidden(edition.release)))
    for key in ("tabelle-sgb", "tabelle-alle"):
        cells = {cell for row in tables(said)[key].rows for cell in row.cells[1:]}
        assert SIGNS["withheld"] in cells
        assert cells <= {SIGNS["withheld"], SIGNS["undefined"]}  # undefined: only known for larger areas
        hint = "nicht veröffentlicht, damit niemand erkannt werden kann"
        assert tables(said)[key].signs[0] == (SIGNS["withheld"], hint)
    assert "leben 2" not in words(said)
    assert "Am stärksten gestiegen" not in words(said)
    assert not re.search(r"\d,\d %", " ".join(sentences([section(said, "steckbriefe")])))


def test_one_sign_for_both_kinds_of_hiding_and_a_legend_under_each_table(document: Document) -> None:
    for table in tables(document).values():
        used = {cell for row in table.rows for cell in row.cells[1:]} & set(SIGNS.values())
        if table.id != "tabelle-zeichen":
            assert {sign for sign, _ in table.signs} >= used, table.id


def test_a_hidden_value_is_never_said(edition: Edition) -> None:
    column = edition.release.find(indicator="GA", role="rate", period="2024")[0]
    row = dict(column.cells[QUARTER]) | {"01": Cell(None, "withheld")}
    columns = tuple(
        replace(c, cells={**c.cells, QUARTER: row}) if c.key == column.key else c
        for c in edition.release.columns
    )
    said = report(replace(edition, release=replace(edition.release, columns=columns)))
    profile = " ".join(sentences([section(said, "profil-quartier-01")]))
    assert "Nicht veröffentlicht, damit niemand erkannt werden kann: Grundsicherung im Alter" in profile
    line = next(r for r in tables(said)["tabelle-ga"].rows if r.cells[0] == "Altmarkt")
    assert line.cells[1] == SIGNS["withheld"]
    assert line.cells[3] == SIGNS["withheld"]  # the change would tell it


# --- order, shape ----------------------------------------------------------------------------------------------------


def test_tables_keep_the_order_of_the_town(document: Document, edition: Edition) -> None:
    names = list(edition.areas[QUARTER].names)
    for key in ("tabelle-raum", "tabelle-bevoelkerung", "tabelle-sgb", "tabelle-index", "tabelle-alle"):
        listed = [row.cells[0] for row in tables(document)[key].rows if row.kind == "row"]
        assert listed == names, key


def test_each_area_and_each_coarser_area_has_a_profile(document: Document, edition: Edition) -> None:
    spreads = [s.id for s in walk(document.sections) if isinstance(s, Section) and s.start == "left"]
    assert [f"profil-{ROOM}-{a}" for a in edition.areas[ROOM].ids] + [
        f"profil-{QUARTER}-{a}" for a in edition.areas[QUARTER].ids
    ] == spreads


def test_profiles_have_everything_in_the_same_place(document: Document) -> None:
    titles = {
        tuple(
            p.title
            for p in walk([section(document, f"profil-{QUARTER}-{area:02}")])
            if type(p).__name__ == "Part"
        )
        for area in (1, 2, 5, 17, 27)
    }
    assert {t[:4] for t in titles} == {
        (
            "Was hier gut ist",
            "Stellung unter allen Quartieren",
            "Wie der Indexwert zustande kommt",
            "Wie es sich entwickelt hat",
        )
    }


def test_what_is_neither_good_nor_bad_is_no_strength(document: Document) -> None:
    strengths = [
        block
        for block in walk(document.sections)
        if isinstance(block, Bullets) and block.style == "strengths"
    ]
    said = [plain(item) for block in strengths for item in block.items]
    assert len(strengths) == 33
    assert any(text.startswith("SGB II: ") for text in said)
    assert not any("Alleinerziehende" in text for text in said)


def test_the_excluded_area_says_why(document: Document) -> None:
    profile = " ".join(sentences([section(document, f"profil-{QUARTER}-08")]))
    assert "Nicht Teil des Index: Weniger als 1.000 Einwohnerinnen und Einwohner." in profile
    row = next(r for r in tables(document)["tabelle-index"].rows if r.cells[0] == "Kanalinsel")
    assert set(row.cells[1:]) == {SIGNS["excluded"]}


def test_an_indicator_of_the_coarser_level_stays_there(document: Document) -> None:
    assert [row.cells[0] for row in tables(document)["tabelle-seu"].rows] == [
        f"Raum {i}" for i in range(1, 7)
    ] + ["Musterstadt insgesamt"]
    assert "Nur für größere Gebiete bekannt: Sprache vor der Schule." in sentences(
        [section(document, f"profil-{QUARTER}-01")]
    )


def test_what_changed_since_the_last_edition_names_the_class_before(edition: Edition) -> None:
    column = edition.release.find(role="class", period="2024")[0]
    earlier = replace(
        column,
        key="class@2020",
        period="2020",
        cells={QUARTER: dict(column.cells[QUARTER]) | {"01": Cell("2")}},
    )
    before = replace(edition.release, columns=(*edition.release.columns, earlier))
    said = report(replace(edition, before=before))
    assert "Der Status ist jetzt „sehr niedrig“; im letzten Bericht war er „mittel“." in sentences(
        [section(said, f"profil-{QUARTER}-01")]
    )
    assert "Der Status ist derselbe wie im letzten Bericht: sehr niedrig." in sentences(
        [section(said, f"profil-{QUARTER}-02")]
    )


# --- drafts, chapters, sizes -----------------------------------------------------------------------------------------


def test_a_draft_says_so_and_a_release_does_not(edition: Edition) -> None:
    assert report(edition).mark == "ENTWURF – nicht freigegeben"
    signed = edition.release.signed("A. Planung", "B. Statistik", "2025-06-30")
    out = report(replace(edition, status="released", release=signed))
    assert out.mark == ""
    assert "genehmigt von B. Statistik" in words(out)


def test_what_is_internal_says_so(edition: Edition) -> None:
    inside = replace(edition.release, policy=replace(edition.release.policy, audience="internal"))
    assert report(replace(edition, release=inside)).mark == "INTERN – nicht zur Veröffentlichung"


def test_an_unknown_chapter_is_refused_with_the_likely_one(edition: Edition) -> None:
    with pytest.raises(DesignError) as caught:
        report(replace(edition, chapters=("auftrag", "indx")))
    assert dict(caught.value.faults[0].values)["hint"] == " (→ index?)"


def test_any_chapter_may_stand_alone(edition: Edition) -> None:
    for name in CHAPTERS:
        made = report(replace(edition, chapters=(name,)))
        assert [s.id for s in made.sections] == [name]


SMALL = Size(6, 2)


def test_six_areas_get_no_classes_but_profiles_years_and_comparison() -> None:
    few = edition(SMALL, compare={"Nordrhein-Westfalen": {"SGB": Decimal("11.2"), "KI": Decimal("17.9")}})
    said = report(few)
    text = " ".join(sentences(said.sections))
    assert "Bei nur 6 Gebieten hingen seine Stufen an einzelnen Fällen" in text
    assert not re.search(r"Status|Dynamik:|Indexwert", " ".join(sentences([section(said, "steckbriefe")])))
    last = tables(said)["tabelle-vergleich"].rows[-1]
    assert last.cells == ("Nordrhein-Westfalen", "11,2", "17,9", "…", "…", "…")
    lines = [
        b for b in walk(said.sections) if isinstance(b, FigureBlock) and b.id.startswith("linie-quartier-03")
    ]
    assert len(lines) == 4
    assert all(len(b.figure.rows) == len(PERIODS) for b in lines)
    assert "Risiken" not in text
    assert "Armutsrisiken" not in " ".join(tables(said)["register-quartier"].head)


def test_one_single_quarter_is_enough() -> None:
    said = report(edition(Size(1, 1)))
    assert section(said, f"profil-{QUARTER}-01").title == "Altmarkt"
    assert "Bei einem einzigen Gebiet gibt es nichts zu vergleichen" in words(said)


def named(source: Areas, name: str) -> Areas:
    return Areas(
        source.level,
        source.vintage,
        source.ids,
        (name, *source.names[1:]),
        source.parents,
        source.geometry,
        source.crs,
    )


def test_a_name_of_forty_letters_stands_in_full(edition: Edition) -> None:
    long = "Obere Wilhelminenhöhe-Nordost am Kanal 2"
    said = report(replace(edition, areas={**edition.areas, QUARTER: named(edition.areas[QUARTER], long)}))
    assert section(said, f"profil-{QUARTER}-01").title == long


def test_without_a_last_edition_nothing_is_compared(edition: Edition) -> None:
    said = " ".join(sentences(report(replace(edition, previous=None)).sections))
    assert "im letzten Bericht" not in said
    assert "Seit dem letzten Bericht" not in said
    assert "Gegenüber dem Stand 31.12.2020 ist" not in said


def test_an_index_without_dynamics_has_one_table_of_classes() -> None:
    from types import SimpleNamespace

    from lebenslagen.disclosure.release import IndexInfo
    from lebenslagen.report.chapters.method import _class_tables

    info = IndexInfo(
        key="i",
        label="Index",
        cuts=(0.0,),
        upper_closed=(True,),
        class_keys=("1", "2"),
        class_labels=("niedrig", "hoch"),
    )
    view = SimpleNamespace(
        of_index=lambda role: None, areas=SimpleNamespace(ids=()), t=texts("de"), plural=lambda: "Quartiere"
    )
    assert len(list(_class_tables(view, info))) == 1  # type: ignore[arg-type]

"""The document tree refuses to exist when it is wrong."""

from __future__ import annotations

from datetime import date

import pytest

from lebenslagen.report.document import Document, Paragraph, Row, Run, Section, TableBlock, runs, slug


def whole(*sections: Section) -> Document:
    return Document("Musterstadt", "Sozialbericht", "", "2024", "de", date(2025, 6, 30), sections=sections)


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", "data:text/html,x", "file:///etc/passwd", "//x.de", "seite.html"]
)
def test_links_lead_to_the_web_or_to_mail_only(address: str) -> None:
    with pytest.raises(ValueError, match="not a permitted address"):
        Run("hier", href=address)


@pytest.mark.parametrize("address", ["https://musterstadt.example", "http://a.example", "mailto:a@b.example"])
def test_links_to_the_web_and_to_mail_are_kept(address: str) -> None:
    assert Run("hier", href=address).href == address


def test_no_cell_of_a_table_is_empty() -> None:
    with pytest.raises(ValueError, match="a cell is empty"):
        TableBlock("t", "", ("Quartier", "Wert"), (Row(("Nord", "")),), (False, True))


def test_rows_are_as_wide_as_the_head_unless_a_group_stretches() -> None:
    head = ("Quartier", "Wert", "Anzahl")
    TableBlock("t", "", head, (Row(("Mitte",), "group"), Row(("Nord", "1", "2"))), (False, True, True))
    with pytest.raises(ValueError, match="differ in width"):
        TableBlock("t", "", head, (Row(("Nord", "1")),), (False, True, True))
    with pytest.raises(ValueError, match="differ in width"):
        TableBlock("t", "", head, (Row(("Nord",)),), (False, True, True))


def test_an_anchor_stands_once() -> None:
    with pytest.raises(ValueError, match="anchors used twice: a"):
        whole(Section("a", "A"), Section("b", "B", (Section("a", "A"),)))


def test_a_link_leads_to_a_place_of_the_report() -> None:
    with pytest.raises(ValueError, match="places that do not exist: c"):
        whole(Section("a", "A", (Paragraph(runs(Run("siehe", target="c"))),)))
    whole(Section("a", "A", (Paragraph(runs(Run("siehe", target="c"))),)), Section("c", "C"))


def test_year_and_town_stand_once_in_the_title() -> None:
    named = Document("Musterstadt", "Sozialbericht Musterstadt 2024", "", "2024", "de", date(2025, 6, 30))
    assert named.full_title == "Sozialbericht Musterstadt 2024"
    assert whole().full_title == "Sozialbericht 2024 – Musterstadt"


@pytest.mark.parametrize(
    ("key", "anchor"), [("Große Höhe", "grosse-hoehe"), ("06/07", "06-07"), ("A§$B", "a-b")]
)
def test_anchors_are_plain(key: str, anchor: str) -> None:
    assert slug("x", key) == f"x-{anchor}"

"""The town's own words: a small part of Markdown, with values from the release."""

from __future__ import annotations

from dataclasses import replace

import pytest

from lebenslagen.edition import Edition
from lebenslagen.errors import DesignError
from lebenslagen.report.chapters import report
from lebenslagen.report.document import Bullets, Paragraph, Section, plain
from lebenslagen.report.html import PAGE, to_html
from lebenslagen.report.view import View, view
from lebenslagen.report.words import blocks_of
from lebenslagen.texts import fault_text
from tests.report.reading import section, sentences


@pytest.fixture(scope="module")
def seen(edition: Edition) -> View:
    return view(edition)


def test_paragraphs_bold_and_links(seen: View) -> None:
    first, second = blocks_of(
        "Der **Rat** hat\nbeschlossen.\n\nMehr: [hier](https://musterstadt.example/a?b=1&c=2).",
        seen,
        "auftrag",
    )
    assert isinstance(first, Paragraph)
    assert plain(first.runs) == "Der Rat hat beschlossen."
    assert [run.text for run in first.runs if run.bold] == ["Rat"]
    assert isinstance(second, Paragraph)
    assert [run.href for run in second.runs if run.href] == ["https://musterstadt.example/a?b=1&c=2"]


def test_lists_and_headings(seen: View) -> None:
    before, headed = blocks_of(
        "Vorweg.\n\n## Ziele\n\n- eins\n- **zwei**\n\n1. erstens\n2. zweitens\n", seen, "auftrag"
    )
    assert isinstance(before, Paragraph)
    assert isinstance(headed, Section)
    assert (headed.title, headed.id) == ("Ziele", "auftrag-text-1")
    plain_list, numbered = headed.blocks
    assert isinstance(plain_list, Bullets)
    assert isinstance(numbered, Bullets)
    assert [plain(item) for item in plain_list.items] == ["eins", "zwei"]
    assert numbered.style == "numbered"


@pytest.mark.parametrize(
    ("reference", "value"),
    [
        ("{{wert:SGB}}", "16,2\xa0%"),
        ("{{wert:SGB@2020}}", None),
        ("{{wert:SGB@2024/01}}", "31,0\xa0%"),
        ("{{ wert : KI @ 2024 / 1 }}", None),
        ("{{wert:einwohner@2024/08}}", "640"),
    ],
)
def test_values_come_from_the_release(seen: View, reference: str, value: str | None) -> None:
    (block,) = blocks_of(f"Es sind **{reference}** im Jahr.", seen, "auftrag")
    assert isinstance(block, Paragraph)
    text = plain(block.runs)
    assert "{" not in text
    if value is not None:
        assert text == f"Es sind {value} im Jahr."


@pytest.mark.parametrize(
    "reference",
    [
        "{{wert:SGP}}",
        "{{wert:SGB@1999}}",
        "{{wert:SGB@2024/99}}",
        "{{wert}}",
        "{{anderes:SGB}}",
        "{{wert:SGB",
    ],
)
def test_an_unknown_value_is_a_fault_that_names_it(seen: View, reference: str) -> None:
    with pytest.raises(DesignError) as caught:
        blocks_of(f"Es sind {reference} im Jahr.", seen, "auftrag")
    fault = caught.value.faults[0]
    assert fault.code == "text-value-unknown"
    sentence, remedy = fault_text(fault)
    assert "{{wert" in sentence + remedy
    if reference == "{{wert:SGP}}":
        assert "(→ SGB?)" in sentence


@pytest.mark.parametrize(
    "text",
    [
        "![Bild](https://a.example/b.png)",
        "> Zitat",
        "---",
        "```\ncode\n```",
        "[x](javascript:alert(1))",
        "[x](file:///etc/passwd)",
        "- a\n  - b\n",
    ],
)
def test_what_the_report_does_not_print_is_refused_or_stays_text(seen: View, text: str) -> None:
    try:
        blocks = blocks_of(text, seen, "auftrag")
    except DesignError as error:
        assert {fault.code for fault in error.faults} == {"text-not-allowed"}
    else:  # an address that Markdown itself does not take for one stays what was typed
        assert "(" in plain(blocks[0].runs)  # type: ignore[union-attr]
        assert not any(run.href for run in blocks[0].runs)  # type: ignore[union-attr]


def test_all_faults_come_at_once(seen: View) -> None:
    with pytest.raises(DesignError) as caught:
        blocks_of("{{wert:SGP}}\n\n> Zitat\n\n{{wert:KX}}", seen, "auftrag")
    assert [fault.code for fault in caught.value.faults] == [
        "text-value-unknown",
        "text-not-allowed",
        "text-value-unknown",
    ]


def test_markup_of_others_stays_text(edition: Edition) -> None:
    hostile = '<script>alert(1)</script> <img src=x onerror="alert(1)"> &amp; #panic("x") $x$'
    made = report(replace(edition, words={"auftrag": hostile}))
    page = to_html(made)[PAGE].decode()
    assert "<script" not in page
    assert "<img" not in page
    assert '#panic("x") $x$' in " ".join(sentences([section(made, "auftrag")]))


def test_own_words_stand_in_their_chapter(edition: Edition) -> None:
    made = report(replace(edition, words={"auftrag": "Der Rat hat den Bericht beauftragt."}))
    assert "Der Rat hat den Bericht beauftragt." in list(sentences([section(made, "auftrag")]))

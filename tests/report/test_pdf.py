"""The printed report: accessible, archivable, the same bytes each time, and nothing of the text becomes markup."""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest

from lebenslagen.areas import Areas
from lebenslagen.edition import Edition
from lebenslagen.errors import ProjectError
from lebenslagen.project.typeset import pdf
from lebenslagen.report.assets import style
from lebenslagen.report.chapters import report
from lebenslagen.report.document import Document, FigureBlock, Paragraph, Row, Section, TableBlock, runs, walk
from lebenslagen.report.typst import DATA, MAIN, to_typst
from tests.report.town import QUARTER

HOSTILE = '#panic("x") *fett* $x^2$ @verweis <marke> \\ `roh` [a] = Titel // weg #{1+1} "'
DAY = date(2025, 6, 30)


def small(*blocks: object, town: str = "Musterstadt") -> Document:
    return Document(
        town,
        "Sozialbericht",
        "",
        "2024",
        "de",
        DAY,
        sections=(Section("a", "Kapitel", blocks, start="page"),),
    )  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def pages(printed: bytes) -> list[str]:
    """The text of each page, taken out once."""
    from pypdf import PdfReader

    return [page.extract_text() for page in PdfReader(io.BytesIO(printed)).pages]


def text_of(content: bytes) -> str:
    from pypdf import PdfReader

    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


def test_the_template_never_changes_with_the_data(document: Document, edition: Edition) -> None:
    other = to_typst(report(replace(edition, town=HOSTILE)))
    assert to_typst(document)[MAIN] == other[MAIN] == style(MAIN)
    assert json.loads(other[DATA])["town"] == HOSTILE


def test_hostile_text_is_set_as_text(fonts: Path) -> None:
    table = TableBlock(
        "t", HOSTILE, ("Quartier", HOSTILE), (Row((HOSTILE, "1")), Row(("b", HOSTILE))), (False, True)
    )
    made = small(Paragraph(runs(HOSTILE)), table, town=HOSTILE)
    said = re.sub(r"\s", "", text_of(pdf(to_typst(made), fonts, DAY)))
    assert said.count(re.sub(r"\s", "", HOSTILE)) >= 3


def test_a_hostile_name_goes_through_the_whole_report(edition: Edition, fonts: Path) -> None:
    source = edition.areas[QUARTER]
    wrong = Areas(
        source.level,
        source.vintage,
        source.ids,
        (HOSTILE, *source.names[1:]),
        source.parents,
        source.geometry,
        source.crs,
    )
    made = report(replace(edition, areas={**edition.areas, QUARTER: wrong}, chapters=("indikatoren",)))
    assert pdf(to_typst(made), fonts, DAY).startswith(b"%PDF-1.7")


def test_ua_1_is_met(printed: bytes) -> None:
    page = pytest.importorskip("page", reason="page-validation is a development dependency")
    found = page.validate_pdf_bytes(
        printed, profile=page.ValidationProfile.PDF_UA_1, limits=page.SafetyLimits.unlimited()
    )
    assert found.is_compliant, [str(failure) for failure in found.failures]


def test_it_says_that_it_is_pdf_a_2a_and_ua_1(printed: bytes) -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(printed)) as opened:
        said = opened.Root.Metadata.read_bytes().decode()
        assert re.search(r"pdfaid:part>2<|pdfaid:part=\"2\"", said)
        assert re.search(r"pdfaid:conformance>A<|pdfaid:conformance=\"A\"", said)
        assert re.search(r"pdfuaid:part>1<|pdfuaid:part=\"1\"", said)
        assert str(opened.Root.Lang) == "de"
        assert bool(opened.Root.MarkInfo.Marked)


def test_every_row_has_a_head_and_every_head_a_scope(printed: bytes) -> None:
    import pikepdf

    rows = 0
    with pikepdf.open(io.BytesIO(printed)) as opened:
        for item in opened.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TR":
                cells = [kid for kid in item.K if isinstance(kid, pikepdf.Dictionary)]
                assert cells[0].S == "/TH"
                for cell in cells:
                    scopes = [str(entry.get("/Scope")) for entry in cell.get("/A", []) if entry.get("/Scope")]
                    assert bool(scopes) == (cell.S == "/TH")
                    assert set(scopes) <= {"/Row", "/Column"}
                rows += 1
    assert rows > 200


def test_every_picture_has_words(printed: bytes, document: Document) -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(printed)) as opened:
        pictures = [
            i for i in opened.objects if isinstance(i, pikepdf.Dictionary) and i.get("/S") == "/Figure"
        ]
        assert all(len(str(picture.get("/Alt", ""))) > 20 for picture in pictures)
    assert (
        len(pictures) == sum(isinstance(b, FigureBlock) for b in walk(document.sections)) + 1
    )  # and the cover


def test_only_fira_sans_is_used_and_embedded(printed: bytes) -> None:
    import pikepdf

    with pikepdf.open(io.BytesIO(printed)) as opened:
        fonts = [
            i
            for i in opened.objects
            if isinstance(i, pikepdf.Dictionary) and i.get("/Type") == "/FontDescriptor"
        ]
        assert fonts
        assert all("FiraSans" in str(font.FontName) for font in fonts)
        assert all("/FontFile2" in font or "/FontFile3" in font for font in fonts)


def test_every_page_of_a_draft_says_so(pages: list[str]) -> None:
    assert all("ENTWURF" in text for text in pages)


def test_contents_and_essentials_give_the_pages_where_things_stand(pages: list[str]) -> None:
    found = re.search(r"Sozialindex, Seite\s+(\d+)", pages[3])
    assert found
    assert pages[int(found.group(1)) - 1].lstrip().startswith("Sozialindex")


def test_a_profile_begins_on_a_left_page(pages: list[str]) -> None:
    starts = [number for number, text in enumerate(pages, 1) if "Was hier gut ist" in text]
    assert len(starts) == 27 + 6
    assert all(number % 2 == 0 for number in starts)
    assert all(b - a == 2 for a, b in pairwise(starts[6:]))  # one spread each, nothing spills over


PROGRAM = """
import sys
from datetime import date
from pathlib import Path
from hashlib import sha256
from lebenslagen.project.typeset import pdf
from lebenslagen.report.assets import font_folder
from lebenslagen.report.chapters import report
from lebenslagen.report.html import to_html
from lebenslagen.report.typst import to_typst
from tests.report.town import Size, edition
made = report(edition(Size(6, 2)))
print(sha256(pdf(to_typst(made), Path(str(font_folder())), date(2025, 6, 30))).hexdigest())
print(sha256(to_html(made)["index.html"]).hexdigest())
print("pandas" in sys.modules)
"""


def test_two_processes_write_the_same_bytes() -> None:
    root = Path(__file__).parents[2]
    said = [
        subprocess.run(
            [sys.executable, "-c", PROGRAM],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed},
        ).stdout
        for seed in ("1", "2")
    ]
    assert said[0] == said[1]


def test_the_report_needs_no_pandas() -> None:
    modules = "lebenslagen.report.chapters, lebenslagen.report.html, lebenslagen.project.typeset"
    code = f"import sys, {modules}; print('pandas' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"


def test_what_typst_refuses_is_told(fonts: Path) -> None:
    files = to_typst(small(Paragraph(runs("Text"))))
    with pytest.raises(ProjectError) as caught:
        pdf({**files, DATA: b"{"}, fonts, DAY)
    assert caught.value.faults[0].code == "report-not-set"


def test_a_picture_without_words_stops_the_print(fonts: Path, document: Document) -> None:
    figure = next(b.figure for b in walk(document.sections) if isinstance(b, FigureBlock))
    files = to_typst(small(FigureBlock("f", figure, "Karte")))
    data = json.loads(files[DATA])
    data["sections"][0]["blocks"][0]["alt"] = None
    with pytest.raises(ProjectError) as caught:
        pdf({**files, DATA: json.dumps(data).encode()}, fonts, DAY)
    assert "alt" in str(caught.value).lower()

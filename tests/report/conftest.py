"""The report's town, its documents and renderings: made once, used by many tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from lebenslagen.edition import Edition
from lebenslagen.project.typeset import pdf
from lebenslagen.report.assets import font_folder
from lebenslagen.report.chapters import report
from lebenslagen.report.document import Document
from lebenslagen.report.html import PAGE, to_html
from lebenslagen.report.typst import to_typst
from tests.report.town import edition as made


@pytest.fixture(scope="session")
def edition() -> Edition:
    return made()


@pytest.fixture(scope="session")
def document(edition: Edition) -> Document:
    return report(edition)


@pytest.fixture(scope="session")
def html(document: Document) -> str:
    return to_html(document)[PAGE].decode()


@pytest.fixture(scope="session")
def fonts() -> Path:
    return Path(str(font_folder()))


@pytest.fixture(scope="session")
def printed(document: Document, fonts: Path) -> bytes:
    return pdf(to_typst(document), fonts, document.issued)

"""Markup, formulas and typesetting commands in every text a person can type, declare or upload stay text, everywhere."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from django.urls import reverse

from lebenslagen.web import models
from lebenslagen.web import town as towns
from tests.web.conftest import _behind, _made_from, client_of, make_user
from tests.web.hostile import FORMULA, FORMULAS, MARKUP, TYPESET, hostile
from tests.web.routes import ROUTES
from tests.web.test_noninterference import pages

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
People = dict[str, models.User]


@pytest.fixture(scope="session")
def hostile_town() -> Path:
    return hostile(_made_from())


@pytest.fixture
def attacked(hostile_town: Path, settings: Any) -> Iterator[towns.Town]:
    yield from _behind(hostile_town, settings)


class Finder(HTMLParser):
    """What would run or load if a browser showed a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        bad = [name for name in given if name.startswith("on") or name == "srcdoc"]
        bad += [
            n
            for n in ("href", "src", "action", "formaction", "xlink:href")
            if re.match(r"\s*(javascript|vbscript|data:text)", given.get(n, ""), re.IGNORECASE)
        ]
        if (
            tag == "script"
            and "src" not in given
            and given.get("type") not in ("application/json", "application/ld+json")
        ):
            bad.append("script")
        if bad or tag in ("iframe", "object", "embed", "base") or given.get("src") == "x":
            self.found.append(f"<{tag} {given}>"[:200])


def running(content: bytes) -> list[str]:
    finder = Finder()
    finder.feed(content.decode())
    return finder.found


def test_the_finder_finds() -> None:
    for words in (MARKUP, '<a href="javascript:alert(1)">', "<p onclick=x>", "<iframe>", '<img src="x">'):
        assert running(words.encode())
    assert not running(b'<p title="&lt;img onerror=x&gt;">&lt;script&gt;</p><script src="/a.js"></script>')


def attack(people: People) -> None:
    """Everything a person can type, typed by somebody who means harm."""
    for role, user in people.items():
        models.User.objects.filter(pk=user.pk).update(name=f"{role} {MARKUP}"[:120])
    user = make_user("fremd", "department", department=MARKUP[:80])
    models.UserSession.objects.create(session="x" * 20, user=people["planner"], device=MARKUP[:60])
    models.Invitation.objects.create(
        token="1" * 64, name=MARKUP[:120], email="a@b.example", role="department", department=MARKUP[:80], by=people["admin"],
        expires_at=user.joined_at,
    )  # fmt: skip
    row = models.ReleaseRequest.objects.create(
        report="sozialbericht-2024", audience="committee", title=MARKUP, author=people["planner"]
    )
    models.ReleaseNote.objects.create(request=row, by=people["planner"], state="draft", text=MARKUP)
    models.Job.objects.create(
        kind="build", by=people["planner"], state="failed", step=MARKUP[:300], lines=[MARKUP],
        faults=[{"code": "unknown-name", "where": MARKUP, "values": {"name": MARKUP, "hint": MARKUP, "known": MARKUP}}],
    )  # fmt: skip


def named(people: People) -> None:
    """Names and reasons in the rows that the pages themselves bring."""
    short = MARKUP[:100]
    models.Intake.objects.update(file=f"{short}.xlsx", letter=MARKUP, answers=[["revision", MARKUP]])
    models.ReleaseRequest.objects.update(title=MARKUP)
    models.RuleChange.objects.update(why=MARKUP)
    models.AuditLine.objects.update(why=MARKUP, by_name=short)
    models.TrashItem.objects.update(label=short)


@pytest.mark.parametrize("role", ["", "reader", "department", "planner", "approver", "admin", "guest"])
def test_no_page_runs_what_somebody_typed(role: str, attacked: towns.Town, people: People) -> None:
    attack(people)
    found = pages(people)
    named(people)
    shown = 0
    client = client_of(models.User.objects.get(pk=people[role].pk) if role else None)
    for name, find in found:
        answer = client.get(find())
        kind, content = (
            answer.get("Content-Type", ""),
            b"".join(answer) if answer.streaming else answer.content,
        )
        assert answer.status_code < 500, name
        if kind.startswith("text/html"):
            assert not running(content), name
            assert b"alert(1)&gt;49" not in content, name  # {{7*7}} was worked out
            shown += b"&lt;img src=x" in content
        elif kind.startswith("image/svg"):
            harmless_svg(content)
    assert shown >= {"": 1, "guest": 8}.get(role, 12), shown


def harmless_svg(content: bytes) -> None:
    for element in ElementTree.fromstring(content).iter():
        name = element.tag.rpartition("}")[2]
        assert name not in ("script", "foreignObject", "image", "use"), name
        assert not [key for key in element.attrib if key.rpartition("}")[2].startswith("on")]


DANGEROUS = re.compile(r"[=+@\t\r\x00]|-(?!\d+(?:[.,]\d+)?$)")


def harmless_csv(content: bytes) -> int:
    """No cell of a table begins as a formula does; how many were looked at."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))
    cells = [cell for row in rows for cell in row]
    assert [
        cell
        for cell in cells
        if DANGEROUS.match(cell) and not re.fullmatch(r"[+-]?[\d.,]+", cell) and cell not in ("-", "+", "+/-")
    ] == []
    return len(cells)


def harmless_workbook(content: bytes) -> int:
    """No formula, no link, no drawing from elsewhere in a workbook."""
    texts = 0
    with zipfile.ZipFile(io.BytesIO(content)) as book:
        for name in book.namelist():
            raw = book.read(name)
            assert not re.search(rb"<f[ >/]|<hyperlink|TargetMode=\"External\"|ddeLink|oleLink", raw), name
            texts += raw.count(FORMULA[:12].encode())
    return texts


@pytest.mark.parametrize("kind", ["csv", "xlsx", "svg", "gpkg"])
def test_files_of_a_map(kind: str, attacked: towns.Town, people: People) -> None:
    address = reverse("map-file", args=[kind]) + "?was=SGB&zeit=2024&ebene=sozialquartier"
    answer = client_of(people["planner"]).get(address)
    assert answer.status_code == 200 and answer["Content-Disposition"].startswith("attachment")
    if kind == "csv":
        assert harmless_csv(answer.content) > 50 and b"HYPERLINK" in answer.content
    elif kind == "xlsx":
        assert harmless_workbook(answer.content) > 0
    elif kind == "svg":
        harmless_svg(answer.content)
    else:
        assert answer.content[:15] == b"SQLite format 3"


def test_the_marked_copy_holds_no_formula(town: Any, people: People) -> None:
    import openpyxl

    from lebenslagen.web.services import data, data_layout

    areas = data_layout.registers("2024")["sozialquartier"]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "=1+1"
    sheet.append(["Quartier", "Zahl", *FORMULAS])
    for n, area in enumerate(areas.ids):
        sheet.append([area, 40 + n, *(f"{formula}{n}" for formula in FORMULAS)])
        for cell in sheet[sheet.max_row]:
            cell.data_type = "s" if isinstance(cell.value, str) else "n"
    for cell in sheet[1]:
        cell.data_type = "s"
    target = io.BytesIO()
    book.save(target)
    head = {"producer": FORMULA, "title": FORMULA}
    made = data.receive(
        target.getvalue(), "=1+1.xlsx", by=people["planner"], source="boese", period="2024", head=head
    )
    mapping = {"sheet": "=1+1", "row": 1, "rows": 1, "key": 0, "name": -1, "form": "id", "level": "sozialquartier", "pad": 0, "totals": [],
               "total_level": "stadt", "heads": ["Quartier", "Zahl", *FORMULAS], "columns": {"1": {"variable": "x", "unit": "count", "scale": ""}},
               "signs": {}}  # fmt: skip
    data.mapped(made, mapping, by=people["planner"])
    for role in ("planner", "approver"):
        if role == "approver":
            models.Membership.objects.create(user=people[role], role="planner")
        answer = client_of(models.User.objects.get(pk=people[role].pk)).get(
            reverse("intake-copy", args=[made.token])
        )
        assert answer.status_code == 200 and harmless_workbook(answer.content) > 0
        assert "\r" not in answer["Content-Disposition"] and '"=' not in answer["Content-Disposition"]


def test_every_page_is_asked() -> None:
    """A new page comes in by its row in the table of routes."""
    assert len([name for name, route in ROUTES.items() if route.get]) > 50


# --- report and atlas -----------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def written(hostile_town: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Report and atlas of the hostile town as they would be served to everybody."""
    from lebenslagen.project import build, publish
    from lebenslagen.project.store import Project
    from lebenslagen.texts import texts

    works = build.open_works(Project(hostile_town))
    edition = publish.edition(works, works.declaration.report("sozialbericht-2024"), texts("de"))
    report = {f"bericht/{name}": raw for name, raw in publish.report_files(edition).items()}
    return report | {f"atlas/{name}": raw for name, raw in publish.atlas_files(edition).items()}


def test_report_and_atlas_run_nothing(written: dict[str, bytes]) -> None:
    pages = {name: raw for name, raw in written.items() if name.endswith(".html")}
    assert len(pages) > 30 and {name: found for name, raw in pages.items() if (found := running(raw))} == {}
    assert sum(b"&lt;img src=x" in raw for raw in pages.values()) > 5
    for name, raw in written.items():
        if name.endswith(".svg"):
            harmless_svg(raw)
        if name.endswith(".csv"):
            assert harmless_csv(raw) > 10, name
        if name.endswith(".xlsx"):
            harmless_workbook(raw)


def test_names_of_files_come_from_keys(written: dict[str, bytes]) -> None:
    assert not [name for name in written if re.search(r"[^\w./-]|\.\.", name, re.ASCII)]


def test_the_pdf_prints_commands_as_words(written: dict[str, bytes]) -> None:
    pypdf = pytest.importorskip("pypdf")
    [raw] = [raw for name, raw in written.items() if name.endswith(".pdf")]
    text = "\n".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(raw)).pages)
    assert "root:" not in text and '#read("/etc/passwd")' in text.replace("“", '"').replace("„", '"').replace(
        "”", '"'
    ), TYPESET

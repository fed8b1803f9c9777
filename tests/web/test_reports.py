"""Reports: chapters, own texts checked against the numbers, two editors at once, editions and who may see them."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest
from django.urls import reverse

from lebenslagen.errors import DesignError
from lebenslagen.web import composing, editions, jobs, models, releasing, worker
from lebenslagen.web.services import due, history, reports
from lebenslagen.web.services.base import Conflict
from tests.web.conftest import client_of
from tests.web.writes import published_row

REPORT = "sozialbericht-2024"
People = dict[str, models.User]


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    due._last["missing"] = 1e18


def text_page(people: People, chapter: str = "index", role: str = "planner", **data: str) -> Any:
    client, address = client_of(people[role]), reverse("report-text", args=[REPORT, chapter])
    if not data:
        return client.get(address)
    return client.post(address, {"base": composing.base_of(REPORT), **data})


# --- chapters ---------------------------------------------------------------------------------------------------


def test_chapters_are_stored_as_a_declaration(people: People, town: Any) -> None:
    before = (town.root / "reports" / f"{REPORT}.toml").read_text("utf-8")
    data = {
        "base": composing.base_of(REPORT),
        "inside": ["index", "anhang", "wichtigstes"],
        "order-index": "3",
        "order-wichtigstes": "1",
        "order-anhang": "2",
    }
    answer = client_of(people["planner"]).post(reverse("report-arrange", args=[REPORT]), data)
    assert answer.status_code == 302
    after = (town.root / "reports" / f"{REPORT}.toml").read_text("utf-8")
    assert town.declaration.reports[REPORT].chapters == ("wichtigstes", "anhang", "index")
    assert [a for a, b in zip(before.split("\n"), after.split("\n"), strict=True) if a != b] == [
        line for line in before.split("\n") if line.startswith("chapters")
    ]
    line = models.AuditLine.objects.latest("number")
    history.revert(line.number, by=people["planner"])
    assert (town.root / "reports" / f"{REPORT}.toml").read_text("utf-8") == before
    kept = [
        entry
        for entry in town.project.journal.lines()
        if entry["what"] == "declared" and entry["file"].endswith(f"{REPORT}.toml")
    ]
    assert kept[-1]["content"] == kept[-3]["content"] if len(kept) > 2 else True


def test_a_report_without_chapters_is_refused(people: People, town: Any) -> None:
    answer = client_of(people["planner"]).post(
        reverse("report-arrange", args=[REPORT]), {"base": composing.base_of(REPORT)}
    )
    assert answer.status_code == 422 and "mindestens ein Kapitel" in answer.content.decode()


@pytest.mark.parametrize(
    "raw",
    [
        'key = "a"\nchapters = ["x"] # so\n[imprint]\nnote = "chapters = [1]"\n',
        'key = "a"\nchapters = [\n  "x", # ]\n  "y",\n]\n',
        'key = "a"\n\n[imprint]\nnote = "ja"\n',
        'key = "a"',
        '# chapters = ["alt"]\nkey = "a"\nchapters=[]\n',
    ],
)
def test_one_key_is_rewritten_and_nothing_else(raw: str) -> None:
    made = composing._rewritten(raw.encode(), (), {"chapters": ["z"]}).decode()
    assert tomllib.loads(made) == {**tomllib.loads(raw), "chapters": ["z"]}
    assert [line for line in raw.split("\n") if line.startswith("#")] == [
        line for line in made.split("\n") if line.startswith("#")
    ]


def test_what_cannot_be_rewritten_is_refused() -> None:
    with pytest.raises(DesignError, match="report-not-rewritten"):
        composing._rewritten(b"[chapters]\na = 1\n", (), {"chapters": ["z"]})


# --- texts ------------------------------------------------------------------------------------------------------


def test_values_come_from_the_release(people: People, town: Any) -> None:
    answer = text_page(
        people, text="Im Bezug leben **{{wert:SGB}}**, im Altmarkt {{wert:SGB@2024/01}}.", step="look"
    )
    page = re.sub(r"[\u202f\xa0]|&nbsp;", " ", answer.content.decode())
    assert answer.status_code == 200 and "<strong>17,5 %</strong>" in page and "30,9 %" in page
    assert composing.text_of(REPORT, "index") == ""  # looked at, not stored


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("{{wert:SGBX}}", "SGBX"), ("{{wert:SGB@1066}}", "1066"), ("{{wert:SGB/99999}}", "99999"),
        ("{{wert}}", "{{wert}}"),
        ("Ein Bild: ![x](a.png)", "Text"), ("| a | b |\n|---|---|\n\n> Zitat", "blockquote"),
    ],
)  # fmt: skip
def test_an_error_at_the_field_and_nothing_stored(people: People, town: Any, words: str, said: str) -> None:
    answer = text_page(people, text=words)
    page = answer.content.decode()
    assert (
        answer.status_code == 422
        and 'href="#f-text"' in page
        and 'aria-invalid="true"' in page
        and said in page
    )
    assert composing.text_of(REPORT, "index") == "" and 'id="f-text"' in page


def test_typed_numbers_are_told_and_the_way_out_works(people: People, town: Any) -> None:
    """Not refused, since a report may quote; but who types a number is told that nobody checks it."""
    words = "Im Altmarkt leben 9.900 Menschen, am 31.12.2024 waren {{wert:SGB}} unter 15 Jahren."
    page = text_page(people, text=words, step="look").content.decode()
    assert "Von Hand getippt: 9.900." in page
    assert (
        "Von Hand getippt"
        not in text_page(people, text="{{wert:SGB/01}} seit 2020", step="look").content.decode()
    )
    shown = re.findall(r"<code>(\{\{wert:[^<]+)</code>", page)
    assert len(shown) == 3 and "@" in shown[1] and "/" in shown[2]
    assert text_page(people, text=" ".join(shown), step="look").status_code == 200


def test_places_of_chapters_are_named_in_the_reader_s_language(people: People, town: Any) -> None:
    page = client_of(people["planner"]).get(reverse("report", args=[REPORT])).content.decode()
    assert "Stelle von „Steckbriefe“" in page and "„Profiles“" not in page


def test_markup_in_a_text_stays_text(people: People, town: Any) -> None:
    bad = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
    assert text_page(people, text=bad).status_code == 302
    page = text_page(people).content.decode()
    preview = (
        client_of(people["planner"]).get(reverse("report-preview", args=[REPORT, "index"])).content.decode()
    )
    for shown in (page, preview):
        assert "<script>alert" not in shown and "<img src=x" not in shown and "&lt;script&gt;" in shown


def test_no_link_runs_a_script(people: People, town: Any) -> None:
    page = text_page(
        people, text="[hier](javascript:alert(1)) [da](https://example.org/a)", step="look"
    ).content.decode()
    assert 'href="javascript' not in page and 'href="https://example.org/a"' in page


def test_a_chapter_left_out_keeps_its_text(people: People, town: Any) -> None:
    """Leaving out a chapter that has words must not break the report; put in again, they are there."""
    reports.arrange(REPORT, ("index", "anhang"), by=people["planner"])
    page = client_of(people["planner"]).get(reverse("report-preview", args=[REPORT, "index"]))
    assert page.status_code == 200 and "Sozialindex" in page.content.decode()
    assert client_of(people["reader"]).get("/").status_code == 200
    assert "Rat der Stadt" in composing.text_of(REPORT, "auftrag")


def test_a_text_is_kept_as_a_file_and_in_the_next_edition(people: People, town: Any) -> None:
    assert text_page(people, text="## Einordnung\n\nNeu: {{wert:SGB}}").status_code == 302
    assert (town.root / "reports" / f"{REPORT}-index.md").read_text(
        "utf-8"
    ) == "## Einordnung\n\nNeu: {{wert:SGB}}\n"
    assert town.declaration.reports[REPORT].words["auftrag"] == "auftrag.md"
    page = (
        client_of(people["planner"]).get(reverse("report-preview", args=[REPORT, "index"])).content.decode()
    )
    assert "Einordnung" in page and "Neu: 17,5" in page and "ENTWURF" in page


def test_a_text_two_reports_share_is_not_changed_for_the_other(people: People, town: Any) -> None:
    shared = [r.words.get("auftrag") for r in town.declaration.reports.values()]
    assert shared == ["auftrag.md", "auftrag.md"]
    assert text_page(people, "auftrag", text="Anders.").status_code == 302
    assert composing.text_of(REPORT, "auftrag").strip() == "Anders."
    assert "Rat der Stadt" in composing.text_of("sozialbericht-2020", "auftrag")


def test_the_second_editor_sees_the_first_change_and_chooses(people: People, town: Any) -> None:
    old = composing.base_of(REPORT)
    assert text_page(people, "raum", text="Von der ersten.").status_code == 302
    answer = text_page(people, "raum", text="Von der zweiten.", base=old)
    page = answer.content.decode()
    assert answer.status_code == 409 and "Von der ersten." in page and "Von der zweiten." in page
    assert composing.text_of(REPORT, "raum").strip() == "Von der ersten."
    assert f'value="{composing.base_of(REPORT)}"' in page  # storing once more means: mine holds
    assert text_page(people, "raum", text="Von der zweiten.").status_code == 302
    assert composing.text_of(REPORT, "raum").strip() == "Von der zweiten."


def test_a_stale_order_of_chapters_is_a_conflict(people: People, town: Any) -> None:
    with pytest.raises(Conflict):
        reports.arrange(REPORT, ("index",), by=people["planner"], base="0" * 64)


def test_writing_texts_leaves_the_figures_alone(people: People, town: Any) -> None:
    """Neither words nor the order of chapters make the figures be protected anew."""
    from lebenslagen.project import publish

    declared = town.declaration.report(REPORT)
    before = publish.inputs(town._works(), declared)
    reports.write_text(REPORT, "index", "Neu.", by=people["planner"])
    reports.arrange(REPORT, ("bevoelkerung", "index"), by=people["planner"])
    assert publish.inputs(town._works(), town.declaration.report(REPORT)) == before
    reports.arrange(
        REPORT, ("index",), by=people["planner"]
    )  # the chapter on the population brings figures of its own
    assert publish.inputs(town._works(), town.declaration.report(REPORT)) != before


def test_a_busy_project_keeps_the_text(people: People, town: Any) -> None:
    with town.project.locked():
        answer = text_page(people, "raum", text="Mein Text.")
    assert answer.status_code in (409, 422) and "Mein Text." in answer.content.decode()
    assert "rechnet ein Auftrag" in answer.content.decode()


# --- editions ---------------------------------------------------------------------------------------------------


def make(people: People, audience: str, basis: str) -> editions.Kept:
    reports.make_edition(REPORT, audience, basis, by=people["planner"])
    job = jobs.claim()
    assert job is not None
    worker.run_child(job.pk, job.token)
    job.refresh_from_db()
    assert job.state == "done", job.faults
    return editions.kept()[0]


def test_editions_for_committee_and_public_from_one_source(people: People, town: Any) -> None:
    public, committee = make(people, "public", "released"), make(people, "committee", "draft")
    assert (public.status, public.release) == ("released", releasing.in_force(REPORT, "public"))
    assert (committee.status, committee.release, committee.audience) == ("draft", "", "committee")
    for one in (public, committee):
        folder = town.root / "ausgabe" / one.name / "bericht"
        assert (folder / "sozialbericht.pdf").read_bytes().startswith(b"%PDF") and (
            folder / "index.html"
        ).is_file()
        page = (folder / "index.html").read_text("utf-8")
        assert ("ENTWURF" in page) == (one.status == "draft")
    again = make(people, "public", "released")
    assert again.digest == public.digest and len(editions.kept()) == 2  # the same source, the same bytes
    page = client_of(people["planner"]).get(reverse("report", args=[REPORT])).content.decode()
    assert public.short in page and committee.short in page

    name = reverse("edition", args=[committee.name, "bericht/index.html"])
    assert (
        client_of(people["planner"]).get(name).status_code
        == client_of(people["approver"]).get(name).status_code
        == 200
    )
    for role in ("reader", "department", "admin"):
        client = client_of(people[role])
        assert client.get(name).status_code == 404
        assert committee.short not in client.get(reverse("report", args=[REPORT])).content.decode()
        assert (
            client.get(reverse("edition", args=[public.name, "bericht/sozialbericht.pdf"])).status_code == 404
        )  # own work


def test_released_figures_with_other_texts_are_a_draft(
    people: People, town: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four eyes hold for words too: with a text nobody approved an edition is no longer "released"."""
    from lebenslagen.project import publish

    monkeypatch.setattr(publish, "report_files", lambda made: {"index.html": made.status.encode()})
    published_row(people)
    assert make(people, "public", "released").status == "released"
    reports.write_text(REPORT, "index", "Neu und ungeprüft.", by=people["planner"])
    assert make(people, "public", "released").status == "draft"


def test_nothing_released_no_edition_of_it(people: People, town: Any) -> None:
    data = {"audience": "committee", "basis": "released"}
    answer = client_of(people["planner"]).post(reverse("report-make", args=[REPORT]), data)
    assert answer.status_code == 422 and "noch nichts freigegeben" in answer.content.decode()


@pytest.mark.parametrize(
    "path",
    [
        "../ledger.jsonl",
        "bericht/../../../ledger.jsonl",
        "edition.json",
        "bericht/",
        "/etc/passwd",
        "bericht/x.html",
    ],
)
def test_no_file_but_those_of_the_edition(people: People, town: Any, path: str) -> None:
    folder = town.root / "ausgabe" / f"veroeffentlicht-{releasing.in_force(REPORT, 'public')}"
    (folder / "bericht").mkdir(parents=True)
    (folder / "bericht" / "index.html").write_text("<title>Bericht</title>")
    (folder / "edition.json").write_text(
        '{"report": "sozialbericht-2024", "audience": "public", "title": "T", "status": "released", "digest": "d", '
        f'"release": "{releasing.in_force(REPORT, "public")}", "by": "A", "made_at": "2026-01-01T00:00:00+00:00"}}'
    )
    (folder / "bericht" / "geheim").symlink_to(town.root / "ledger.jsonl")
    client = client_of(people["reader"])
    assert client.get(f"/berichte/ausgaben/{folder.name}/bericht/index.html").status_code == 200
    answer = client.get(f"/berichte/ausgaben/{folder.name}/{path}")
    assert answer.status_code in (404, 301, 302) or b"<title>Bericht" in answer.content
    assert client.get(f"/berichte/ausgaben/{folder.name}/bericht/geheim").status_code == 404


def test_unknown_reports_and_chapters(people: People, town: Any) -> None:
    client = client_of(people["planner"])
    for address in (
        "/berichte/nix/",
        "/berichte/nix/text/index/",
        f"/berichte/{REPORT}/text/nix/",
        f"/berichte/{REPORT}/vorschau/nix/",
    ):
        assert client.get(address).status_code == 404
    assert client.get(f"/berichte/{REPORT}/vorschau/?fuer=internal").status_code == 404


def test_texts_are_files_of_the_project_alone(people: People, town: Any) -> None:
    """What is written stands in a file that the command line reads, too; no table keeps a second truth."""
    from django.db import connection

    reports.write_text(REPORT, "index", "Eigene Worte.", by=people["planner"])
    assert "Eigene Worte." in b"\n".join(town.project.declared().values()).decode()
    assert [name for name in connection.introspection.table_names() if "text" in name] == []

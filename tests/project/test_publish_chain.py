"""From deliveries to what leaves the house: report, atlas, releases, ledger; six areas, and Musterstadt as a whole."""

from __future__ import annotations

import csv
import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lebenslagen.cli import main
from lebenslagen.project import build, publish
from lebenslagen.project.start import start
from lebenslagen.project.store import Project
from lebenslagen.texts import texts
from tests.project import sixareas

T = texts("de")
NOW = datetime(2025, 7, 1, 9, 0, tzinfo=UTC)
REPORT = "sozialbericht-2024"


def words(html: str) -> str:
    """The text of a page as a reader sees it, without pictures."""
    text = re.sub(r"<(svg|style|script)\b.*?</\1>", " ", html, flags=re.DOTALL)
    text = re.sub(r"<[^>]+>", " ", text)
    return re.sub(r"\s+", " ", text.replace("&nbsp;", " ").replace("\u00a0", " ").replace("\u202f", " "))


def page(project: Project, report: str = REPORT) -> str:
    return words((project.root / "ausgabe" / report / "index.html").read_text("utf-8"))


def publish_report(project: Project) -> None:
    with project.locked():
        list(publish.release(project, "", by="A. Planung", approved_by="B. Statistik", at=NOW, t=T))


# --- six areas -----------------------------------------------------------------------------------------------


def test_six_areas_without_an_index_give_report_and_atlas(town: Project) -> None:
    assert main(["build", str(town.root)]) == 0
    assert main(["report", str(town.root)]) == 0
    assert main(["atlas", str(town.root)]) == 0
    out = town.root / "ausgabe"
    assert (out / REPORT / "sozialbericht.pdf").read_bytes().startswith(b"%PDF")
    assert (out / "atlas" / "index.html").is_file() and (out / "index.html").is_file()
    text = page(town)
    for name in sixareas.NAMES:
        assert name in text, "a profile for each"
    assert "Indexstufe" not in text and "Status × Dynamik" not in text


def test_six_areas_show_several_years_together(town: Project) -> None:
    assert main(["report", str(town.root)]) == 0
    text = page(town)
    shares = {
        year: 100 * sum(p[2] for p in c.values()) / sum(p[0] for p in c.values())
        for year in sixareas.YEARS
        for c in [sixareas.people(year)]
    }
    for year, share in shares.items():
        assert f"{year} {f'{share:.1f}'.replace('.', ',')}" in text, year


def test_six_areas_show_the_places_to_compare_with(town: Project) -> None:
    assert main(["report", str(town.root)]) == 0
    text = page(town)
    assert "Kreis" in text and "8,4" in text and "Land" in text and "11,2" in text


def test_a_draft_says_so_and_a_release_does_not(town: Project) -> None:
    assert main(["report", str(town.root)]) == 0
    assert "Entwurf" in page(town)
    publish_report(town)
    assert main(["report", str(town.root)]) == 0
    assert "Entwurf" not in page(town)


def test_one_delivered_cell_changes_the_sentence_that_shows_it(town: Project, tmp_path: Path) -> None:
    """Of 4,210 people in Altdorf 402 get benefits (9.5 %); with 812 it is 19.3 %."""
    assert main(["report", str(town.root)]) == 0
    before = page(town)
    path = tmp_path / "jobcenter_2024.csv"
    path.write_bytes(sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")).replace(b"01;402;", b"01;812;"))
    answers = ["--answer", "revision=Berichtigt", "--answer", "value-jumped=Berichtigt"]
    assert (
        main(["deliver", str(town.root), str(path), "--source", "jobcenter", "--period", "2024", *answers])
        == 0
    )
    assert main(["report", str(town.root)]) == 0
    after = page(town)
    assert "9,5" in before and "19,3" in after
    assert before.count("19,3") < after.count("19,3")
    assert "402" in before and "812" in after and "402" not in after


# --- releases ------------------------------------------------------------------------------------------------


def test_a_release_is_a_folder_under_its_digest_and_a_line_in_the_ledger(town: Project) -> None:
    publish_report(town)
    line = town.register.lines()[0]
    folder = town.root / "releases" / line["release"]
    assert (line["what"], line["by"], line["approved_by"], line["report"]) == (
        "published",
        "A. Planung",
        "B. Statistik",
        REPORT,
    )
    assert {"release.json", "attack.json"} <= {path.name for path in folder.iterdir()}
    assert list((folder / "tables").glob("*.csv"))
    release = town.release(line["release"])
    assert (release.author, release.approved_by) == ("A. Planung", "B. Statistik")
    assert town.verify() == []


def test_a_changed_or_vanished_release_is_named(town: Project) -> None:
    publish_report(town)
    digest = town.register.lines()[0]["release"]
    path = town.root / "releases" / digest / "release.json"
    raw = path.read_bytes()
    for content, code in (
        (raw.replace(b"Altdorf", b"Neudorf"), "release-changed"),
        (b"", "release-changed"),
        (None, "release-missing"),
    ):
        path.unlink() if content is None else path.write_bytes(content)
        assert [(f.code, f.where) for f in town.verify()] == [(code, f"releases/{digest[:12]}")]
        assert main(["report", str(town.root)]) == 14


def test_a_withdrawn_release_stays_in_the_ledger_and_the_attack(town: Project) -> None:
    publish_report(town)
    digest = town.register.lines()[0]["release"]
    call = [
        "release",
        str(town.root),
        "--withdraw",
        digest[:12],
        "--why",
        "Zahlendreher",
        "--by",
        "A. Planung",
    ]
    assert main(call) == 0
    ledger = town.ledger()
    assert [r.digest for r in ledger.releases] == [digest]
    assert ledger.withdrawn == frozenset([digest])
    assert town.published(REPORT, "public") == ""
    assert (town.root / "releases" / digest / "release.json").is_file()
    assert main(["report", str(town.root)]) == 0
    assert "Entwurf" in page(town)
    publish_report(town)
    assert town.published(REPORT, "public") != ""


def test_a_second_release_is_attacked_together_with_the_first(
    town: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    from lebenslagen import disclosure

    seen: list[int] = []
    really = disclosure.protect

    def watched(draft: object, policy: object, ledger: object) -> object:
        seen.append(len(ledger.releases))  # type: ignore[attr-defined]
        return really(draft, policy, ledger)  # type: ignore[arg-type]

    monkeypatch.setattr(disclosure, "protect", watched)
    publish_report(town)
    text = (town.root / "indicators.toml").read_text("utf-8")
    (town.root / "indicators.toml").write_text(
        text.replace('short = "Kinder"', 'short = "Kinder im SGB II"'), "utf-8"
    )
    publish_report(town)
    assert seen == [0, 1]


def test_a_ledger_with_a_removed_line_stops_every_release(
    town: Project, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_report(town)
    digest = town.register.lines()[0]["release"]
    town.withdraw(digest, by="A. Planung", at=NOW, why="Probe")
    path = town.root / "ledger.jsonl"
    path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[1:]))
    code = main(["release", str(town.root), "--by", "A. Planung", "--approved-by", "B. Statistik"])
    assert code == 14 and "[journal-broken]" in capsys.readouterr().out


def test_what_is_written_after_a_release_shows_the_release_until_the_next_one(
    town: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish_report(town)
    path = tmp_path / "jobcenter_2024.csv"
    path.write_bytes(sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")).replace(b"01;402;", b"01;442;"))
    answers = ["--answer", "revision=Berichtigt"]
    assert (
        main(["deliver", str(town.root), str(path), "--source", "jobcenter", "--period", "2024", *answers])
        == 0
    )
    capsys.readouterr()
    assert main(["report", str(town.root)]) == 0
    assert "Seit der Freigabe" in capsys.readouterr().out
    text = page(town)
    assert "402" in text and "442" not in text


# --- same bytes ----------------------------------------------------------------------------------------------


def output(project: Project) -> dict[str, bytes]:
    out = project.root / "ausgabe"
    return {p.relative_to(out).as_posix(): p.read_bytes() for p in sorted(out.rglob("*")) if p.is_file()}


def test_two_builds_of_one_project_give_the_same_bytes(town: Project, tmp_path: Path) -> None:
    """With and without cache, in another folder, with another time zone and hash seed."""
    other = Project(shutil.copytree(town.root, tmp_path / "anderswo" / "x"))
    for project in (town, other):
        shutil.rmtree(project.root / ".cache", ignore_errors=True)
    for command in ("report", "atlas", "export"):
        assert main([command, str(town.root)]) == 0
    first = output(town)
    for command in ("report", "atlas", "export"):
        assert main([command, str(town.root)]) == 0
    again = output(town)
    assert first.keys() == again.keys()
    assert [name for name in first if first[name] != again[name]] == []
    environment = {**os.environ, "TZ": "Pacific/Auckland", "PYTHONHASHSEED": "77", "LC_ALL": "C"}
    for command in ("report", "atlas", "export"):
        subprocess.run(
            [sys.executable, "-m", "lebenslagen", command, str(other.root)],
            env=environment,
            check=True,
            capture_output=True,
        )
    elsewhere = output(other)
    assert [name for name in first if first[name] != elsewhere.get(name)] == []


# --- Musterstadt ---------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def musterstadt(tmp_path_factory: pytest.TempPathFactory) -> Project:
    root = tmp_path_factory.mktemp("muster") / "musterstadt"
    list(start(root, "musterstadt", None, by="Test", at=NOW))
    return Project(root)


def test_an_index_of_unprotected_values_is_named_internal(
    musterstadt: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "index.csv"
    assert main(["index", str(musterstadt.root), "sozialindex", "--period", "2024", "--csv", str(path)]) == 0
    assert [p.name for p in tmp_path.iterdir()] == ["index-INTERN.csv"]
    with (tmp_path / "index-INTERN.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0])[:6] == list(build.COLUMNS)
    assert len(rows) == 26 and all("INTERN" in row.values() for row in rows)
    assert "index-INTERN.csv" in capsys.readouterr().out
    named = tmp_path / "x-INTERN.csv"
    assert main(["index", str(musterstadt.root), "sozialindex", "--period", "2024", "--csv", str(named)]) == 0
    assert named.is_file()


def test_the_deliberately_faulty_deliveries_were_refused_and_noted(musterstadt: Project) -> None:
    faulty = [d for d in musterstadt.declaration().deliveries if d.expect]
    assert faulty
    refused = [line for line in musterstadt.journal.lines() if line["what"] == "refused"]
    assert {line["file"] for line in refused} == {d.file for d in faulty}
    kept = {d.file for d in musterstadt.deliveries()}
    assert not kept & {Path(d.file).name for d in faulty}


@pytest.mark.slow
def test_one_cell_of_musterstadt_changes_the_sentence_that_shows_it(
    musterstadt: Project, tmp_path: Path
) -> None:
    """The children of one quarter in benefits: the indicator's own sentence says the town's new value."""
    import openpyxl

    def shown(project: Project) -> str:
        assert main(["report", str(project.root)]) == 0
        return page(project)

    before = shown(musterstadt)
    changed = Project(shutil.copytree(musterstadt.root, tmp_path / "musterstadt"))
    delivery = next(d for d in changed.deliveries() if (d.source, d.period) == ("jobcenter", "2024"))
    path = tmp_path / delivery.file
    path.write_bytes(changed.snapshot(delivery.snapshot))
    book = openpyxl.load_workbook(path)
    sheet = book["Dezember"]
    rows = [
        r for r in sheet.iter_rows(min_row=9) if isinstance(r[0].value, str) and r[0].value.strip().isdigit()
    ]
    heads = {str(c.value): c.column for c in sheet[8] if c.value} | {
        str(c.value): c.column for c in sheet[7] if c.value
    }
    column = next(place for head, place in heads.items() if "unter 15" in head)
    cell = sheet.cell(rows[0][0].row, column)
    old = int(cell.value)
    cell.value = old - 60
    for row in sheet.iter_rows(min_row=9):
        if any(isinstance(c.value, str) and c.value.startswith("Insgesamt") for c in row[:2]):
            total = sheet.cell(row[0].row, column)
            if isinstance(total.value, int):
                total.value -= 60
    book.save(path)
    answers = [f"--answer={code}=Probe" for code in ("revision", "value-jumped", "total-differs")]
    call = ["deliver", str(changed.root), str(path), "--source", "jobcenter", "--period", "2024", *answers]
    assert main(call) == 0
    after = shown(changed)

    def sentences(text: str) -> list[str]:
        return re.findall(r"[^.]*von 100 Kindern[^.]*\.", text)

    assert sentences(before) and sentences(before) != sentences(after)

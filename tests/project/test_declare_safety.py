"""What a declaration could do to the machine it is read on, and does not."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lebenslagen.errors import DataError, DesignError, Fault, LebenslagenError, ProjectError
from lebenslagen.project import publish
from lebenslagen.project.intake import within
from lebenslagen.project.patterns import problem
from lebenslagen.project.store import Project
from lebenslagen.texts import fault_text, texts

pytestmark = pytest.mark.files


def codes(error: LebenslagenError) -> set[str]:
    return {fault.code for fault in error.faults}


@pytest.mark.parametrize("key", ["../../pwn", "a/b", "", ".", "bericht\n", "ä"])
def test_a_report_key_is_no_path(town: Project, key: str) -> None:
    file = next((town.root / "reports").glob("*.toml"))
    lines = [
        f"key = {key!r}".replace("'", '"') if x.startswith("key =") else x
        for x in file.read_text().splitlines()
    ]
    file.write_text("\n".join(lines), "utf-8")
    with pytest.raises(DesignError) as raised:
        town.declaration()
    assert codes(raised.value) & {"expects-key", "declaration-unreadable"}


def test_links_in_a_project_are_refused(town: Project, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("nicht für den Bericht", "utf-8")
    (town.root / "reports" / "fremd.md").symlink_to(secret)
    with pytest.raises(ProjectError) as raised:
        town.declared()
    assert codes(raised.value) == {"link-in-project"}


def test_output_never_follows_a_link(town: Project, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (town.root / "ausgabe").symlink_to(elsewhere)
    with pytest.raises(ProjectError):
        list(publish.report(town, "", out=None, t=texts("de")))
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (r"^([MW])(\d\d)$", ""),
        (r"Stand (\d{2}\.\d{2}\.\d{4})", ""),
        (r"^(Stand|Quelle):.*", ""),
        (r"(a+)+$", "nested"),
        (r"(a|aa)+b{2,9}c*", ""),
        (r"((ab)*c)*d", "nested"),
        (r"(.*a){20}", "nested"),
        (r"a*a*a*a*a*b", "nested"),
        (r"(", "invalid"),
        ("a" * 201, "long"),
    ],
)
def test_patterns_come_to_an_end(pattern: str, found: str) -> None:
    begun = time.process_time()
    assert problem(pattern) == found
    assert time.process_time() - begun < 5


def test_a_path_stays_in_its_folder(tmp_path: Path) -> None:
    assert within(tmp_path, "a/b.csv") == tmp_path / "a/b.csv"
    for outside in ("../x", "/etc/passwd", "a/../../x"):
        with pytest.raises(DataError):
            within(tmp_path, outside)


def test_names_of_files_steer_no_terminal() -> None:
    said = fault_text(Fault("file-missing", "x", {"file": "a\x1b[2J\nb.csv"}))[0]
    assert "\x1b" not in said
    assert "\n" not in said

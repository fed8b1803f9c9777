"""The command line: help in both languages, wrong calls, exit codes, what it prints."""

from __future__ import annotations

import json
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lebenslagen import cli
from lebenslagen.errors import (
    DataError,
    DesignError,
    DisclosureError,
    Fault,
    InfeasibleError,
    LebenslagenError,
    NotAllowed,
    ProjectError,
    QuestionOpen,
)
from lebenslagen.project.store import Project
from tests.project import sixareas

Run = Callable[..., "subprocess.CompletedProcess[str]"]
Capture = pytest.CaptureFixture[str]


def call(capsys: Capture, *arguments: object) -> tuple[int, str, str]:
    """Exit code, what was said, what was said on the error channel."""
    try:
        code = cli.main([str(a) for a in arguments])
    except SystemExit as ended:
        code = int(ended.code or 0)
    said = capsys.readouterr()
    return code, said.out, said.err


# --- help ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["", *cli.COMMANDS])
def test_help_is_there_in_german_and_english(capsys: Capture, command: str) -> None:
    german = call(capsys, *filter(None, ["--lang", "de", command, "--help"]))
    english = call(capsys, *filter(None, ["--lang", "en", command, "--help"]))
    assert german[0] == english[0] == 0
    for text, words in ((german[1], ("Aufruf:", "Beispiel")), (english[1], ("usage:", "For example"))):
        assert all(word in text for word in words), text
    assert not set(_sentences(german[1])) & set(_sentences(english[1]))


def _sentences(text: str) -> list[str]:
    """The explaining words behind each argument; examples and names of arguments are the same in both languages."""
    text = text.split("\n\n", 1)[1]
    text = re.sub(r"(For example|Zum Beispiel):.*", "", text, flags=re.DOTALL)
    return [
        part
        for line in text.splitlines()
        for part in re.split(r"\s{2,}", line.strip())
        if part.count(" ") > 1
    ]


def test_every_argument_is_explained() -> None:
    for name, command in cli.COMMANDS.items():
        assert command.help, name
        for argument in command.arguments:
            assert argument.help, (name, argument.names)
        assert command.example.startswith(f"lebenslagen {name} ")


@pytest.mark.parametrize("command", cli.COMMANDS)
def test_the_example_of_a_command_is_a_right_call(command: str) -> None:
    from lebenslagen.texts import texts

    words = cli.COMMANDS[command].example.replace("'A. Planung'", "A").replace("'B. Statistik'", "B").split()
    assert cli._parser(texts("de"), words[1:]).parse_args(words[1:]).command == command


def test_help_names_no_town_but_the_made_up_one(capsys: Capture) -> None:
    for command in ("", *cli.COMMANDS):
        text = call(capsys, *filter(None, [command, "--help"]))[1].casefold()
        assert not re.search("berlin|oberhausen", text)


# --- wrong calls ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("bild", "out"),
        ("build",),
        ("index", "out", "mss"),
        ("deliver", "out", "datei.csv"),
        ("start", "out"),
        ("serve", "out", "--port", "achtzig"),
        ("build", "out", "--unbekannt"),
        ("--lang", "fr", "build", "out"),
    ],
)
def test_a_wrong_call_ends_with_2_and_shows_the_right_one(
    capsys: Capture, arguments: tuple[str, ...]
) -> None:
    code, out, err = call(capsys, *arguments)
    assert (code, out) == (2, "")
    named = arguments[0] if arguments and arguments[0] in cli.COMMANDS else ""
    assert f"Beispiel: {cli.COMMANDS[named].example if named else 'lebenslagen '}" in err
    assert "error" not in err.casefold() and "argument" not in err.casefold().replace("argumente", ""), err


# --- exit codes ----------------------------------------------------------------------------------------------

CLASSES: dict[type[LebenslagenError], int] = {
    DataError: 10,
    DesignError: 11,
    DisclosureError: 12,
    InfeasibleError: 13,
    ProjectError: 14,
    NotAllowed: 15,
    QuestionOpen: 16,
}


@pytest.mark.parametrize("kind", CLASSES)
def test_each_class_of_error_has_its_exit_code(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, kind: type[LebenslagenError]
) -> None:
    def fail(*_: object) -> int:
        raise kind(
            [
                Fault("port-taken", "hier", {"port": 1, "next": 2}),
                Fault("four-eyes", "dort", {"by": "A", "approved": "A"}),
            ]
        )

    broken = cli.Command(fail, "", cli.COMMANDS["build"].arguments, "")
    monkeypatch.setitem(cli.COMMANDS, "build", broken)
    code, out, err = call(capsys, "build", "out")
    assert code == CLASSES[kind] and err == ""
    assert re.findall(r"^(\w+): .+\n    → .+  \[([a-z-]+)\]$", out, re.MULTILINE) == [
        ("hier", "port-taken"),
        ("dort", "four-eyes"),
    ]


def test_a_missing_file_is_10(town: Project, capsys: Capture) -> None:
    code, out, _ = call(
        capsys, "deliver", town.root, "fehlt.csv", "--source", "jobcenter", "--period", "2024"
    )
    assert code == 10 and "fehlt.csv" in out


@pytest.mark.parametrize(
    ("name", "raw"), [("leer.csv", b""), ("kaputt.xlsx", b"PK\x03\x04kaputt"), ("text.xlsx", b"hallo")]
)
def test_a_file_that_is_not_what_it_says_is_10_and_changes_nothing(
    town: Project, tmp_path: Path, capsys: Capture, name: str, raw: bytes
) -> None:
    (tmp_path / name).write_bytes(raw)
    before = (town.root / "history.jsonl").read_bytes()
    code, out, _ = call(
        capsys, "deliver", town.root, tmp_path / name, "--source", "jobcenter", "--period", "2024"
    )
    assert code == 10 and "→" in out
    assert (town.root / "history.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("option", "value", "near"), [("--source", "jobcentr", "jobcenter"), ("--period", "2034", "2024")]
)
def test_an_unknown_source_or_period_is_11_with_the_known_ones(
    town: Project, tmp_path: Path, capsys: Capture, option: str, value: str, near: str
) -> None:
    path = tmp_path / "neu.csv"
    path.write_bytes(sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")))
    options = {"--source": "jobcenter", "--period": "2024", option: value}
    code, out, _ = call(
        capsys, "deliver", town.root, path, *(word for pair in options.items() for word in pair)
    )
    assert code == 11 and near in out


def test_an_index_of_six_areas_is_11_with_the_reason(tmp_path: Path, capsys: Capture) -> None:
    project = sixareas.make(tmp_path / "sechsdorf", index=True)
    code, out, _ = call(capsys, "build", project.root)
    assert code == 11
    assert "6" in out and "10" in out and "Profile" in out, out


def test_a_figure_that_cannot_be_protected_is_12(town: Project, capsys: Capture) -> None:
    """Six areas of which every count lies below the threshold of the public."""
    text = (town.root / "project.toml").read_text("utf-8")
    (town.root / "project.toml").write_text(text.replace("threshold = 5", "threshold = 100000"), "utf-8")
    code, out, _ = call(capsys, "release", town.root, "--by", "A. Planung", "--approved-by", "B. Statistik")
    assert code in (0, 12)
    if code == 0:  # everything withheld is protected too
        assert re.search(r"nicht veröffentlicht: \d{2,}", out), out


@pytest.mark.parametrize("command", ["build", "report", "atlas", "export", "verify", "serve", "migrate"])
def test_a_folder_without_a_project_is_14(tmp_path: Path, capsys: Capture, command: str) -> None:
    code, out, _ = call(capsys, command, tmp_path)
    assert code == 14 and "[not-a-project]" in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("by", "approved"),
    [
        ("A. Planung", "A. Planung"),
        ("A. Planung", "a.  planung "),
        ("A. Planung", ""),
        ("Planung, A.", "A. Planung"),
    ],
)
def test_a_release_needs_two_persons(town: Project, capsys: Capture, by: str, approved: str) -> None:
    code, out, _ = call(capsys, "release", town.root, "--by", by, "--approved-by", approved)
    assert code == 15 and "[four-eyes]" in out
    assert not (town.root / "ledger.jsonl").exists() and not (town.root / "releases").exists()


def test_an_open_question_is_16_and_its_answer_lets_the_file_in(
    town: Project, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "ohne_eine.csv"
    rows = sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")).splitlines(keepends=True)
    path.write_bytes(b"".join(rows[:-1]))
    arguments = ("deliver", town.root, path, "--source", "jobcenter", "--period", "2024")
    before = len(town.journal.lines())
    code, out, _ = call(capsys, *arguments)
    assert code == 16
    asked = set(re.findall(r"\[([a-z-]+)\]$", out, re.MULTILINE))
    assert asked and len(town.journal.lines()) == before
    given = [word for code_ in asked for word in ("--answer", f"{code_}=Ist so gemeldet")]
    code, out, _ = call(capsys, *arguments, *given)
    assert code == 0, out
    line = town.journal.lines()[-1]
    assert {tuple(a) for a in line["answers"]} == {(c, "", "Ist so gemeldet") for c in asked}
    assert call(capsys, *arguments, "--answer", "area-missing=")[0] == 11


def test_ctrl_c_is_130(town: Project) -> None:
    command = [sys.executable, "-m", "lebenslagen", "build", str(town.root)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with town.locked(), subprocess.Popen(command, **pipes, text=True) as waiting:
        assert waiting.stdout is not None and waiting.stderr is not None
        assert waiting.stdout.readline()
        waiting.send_signal(signal.SIGINT)
        assert waiting.wait(20) == 130
        assert "Traceback" not in waiting.stderr.read()


def test_a_reader_that_goes_away_is_no_crash(town: Project) -> None:
    command = f"{sys.executable} -m lebenslagen build {town.root} | head -1"
    result = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=False)
    assert "Traceback" not in result.stderr and "BrokenPipe" not in result.stderr, result.stderr


# --- check ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "outcome", "code"),
    [
        (b"", b"", "ASK", 16),  # the same file again
        (b"402;121", b"404;121", "ASK", 16),  # a revision
        (b"402;121", b"-4;121", "REJECT", 10),
        (b"402;121", b"viele;121", "REJECT", 10),
        (b"01;402", b"99;402", "REJECT", 10),
    ],
)
def test_check_says_as_json_what_would_happen_and_stores_nothing(
    town: Project, tmp_path: Path, capsys: Capture, old: bytes, new: bytes, outcome: str, code: int
) -> None:
    path = tmp_path / "jobcenter_2024.csv"
    path.write_bytes(sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")).replace(old, new))
    before = {p: p.read_bytes() for p in town.root.rglob("*") if p.is_file() and ".cache" not in p.parts}
    found, out, err = call(
        capsys, "check", town.root, path, "--source", "jobcenter", "--period", "2024", "--json"
    )
    said = json.loads(out)
    assert (said["outcome"], found, err) == (outcome, code, "")
    assert list(said) == ["outcome", "faults"] and said["faults"]
    for fault in said["faults"]:
        assert list(fault) == ["code", "where", "message", "remedy"]
        assert all(isinstance(value, str) and value for value in fault.values())
        assert "{" not in fault["message"] + fault["remedy"]
    assert {
        p: p.read_bytes() for p in town.root.rglob("*") if p.is_file() and ".cache" not in p.parts
    } == before


def test_check_accepts_a_good_file_of_a_new_period(
    sechsdorf: Project, tmp_path: Path, capsys: Capture
) -> None:
    root = tmp_path / "sechsdorf"
    origin = sixareas.starter(tmp_path / "starter")
    (origin / "deliveries.toml").write_text(
        '[[deliveries]]\nsource = "meldeamt"\nperiod = "2023"\nfile = "meldeamt/meldeamt_2023.csv"\n'
    )
    assert call(capsys, "start", root, "--starter", origin)[0] == 0
    path = origin / "deliveries" / "meldeamt" / "meldeamt_2024.csv"
    code, out, _ = call(capsys, "check", root, path, "--source", "meldeamt", "--period", "2024", "--json")
    assert (code, json.loads(out)) == (0, {"outcome": "ACCEPT", "faults": []})


def test_the_marked_copy_is_written_where_it_was_asked_for(
    town: Project, tmp_path: Path, capsys: Capture
) -> None:
    path = tmp_path / "jobcenter_2024.csv"
    path.write_bytes(sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")).replace(b"402;121", b"viele;121"))
    marked = tmp_path / "markiert.xlsx"
    code, out, _ = call(
        capsys, "check", town.root, path, "--source", "jobcenter", "--period", "2024", "--marked", marked
    )
    assert code == 10 and str(marked) in out
    assert marked.read_bytes().startswith(b"PK")


# --- start ---------------------------------------------------------------------------------------------------


def test_start_into_a_folder_with_files_is_refused_and_changes_nothing(
    tmp_path: Path, capsys: Capture
) -> None:
    origin = sixareas.starter(tmp_path / "starter")
    target = tmp_path / "voll"
    target.mkdir()
    (target / "notiz.txt").write_text("bleibt")
    code, out, _ = call(capsys, "start", target, "--starter", origin)
    assert code == 14 and "[folder-not-empty]" in out
    assert [p.name for p in target.iterdir()] == ["notiz.txt"]


def test_start_into_an_empty_folder(tmp_path: Path, capsys: Capture) -> None:
    origin = sixareas.starter(tmp_path / "starter")
    (tmp_path / "leer").mkdir()
    code, out, _ = call(capsys, "start", tmp_path / "leer", "--starter", origin)
    assert code == 0 and f"lebenslagen build {tmp_path / 'leer'}" in out
    assert call(capsys, "build", tmp_path / "leer")[0] == 0
    assert sorted(p.name for p in tmp_path.iterdir()) == ["leer", "starter"]


def test_an_unknown_starter_is_named_with_the_known_ones(tmp_path: Path, capsys: Capture) -> None:
    code, out, _ = call(capsys, "start", tmp_path / "neu", "--starter", "nirgendwo")
    assert code == 14 and "musterstadt" in out
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda o: (o / "deliveries/jobcenter/jobcenter_2023.csv").unlink(), 10),
        (
            lambda o: (o / "deliveries/jobcenter/jobcenter_2023.csv").write_bytes(
                b"schluessel;sgb2\n01;-1\n"
            ),
            10,
        ),
        (lambda o: (o / "areas/ortsteile.gpkg").unlink(), 10),
        (lambda o: (o / "indicators.toml").write_text("x = 1"), 11),
    ],
)
def test_a_start_that_fails_leaves_no_folder(
    tmp_path: Path, capsys: Capture, spoil: Callable[[Path], object], code: int
) -> None:
    origin = sixareas.starter(tmp_path / "starter")
    spoil(origin)
    assert call(capsys, "start", tmp_path / "neu", "--starter", origin)[0] == code
    assert [p.name for p in tmp_path.iterdir()] == ["starter"]


def test_a_start_expects_the_refusal_it_declares(tmp_path: Path, capsys: Capture) -> None:
    """A delivery declared as faulty is refused through the same door, noted without its values, and never stored."""
    origin = sixareas.starter(tmp_path / "starter")
    bad = origin / "deliveries" / "jobcenter" / "erste.csv"
    bad.write_bytes(sixareas.table("2024", 2, ("sgb2", "sgb2_kinder")).replace(b"402;121", b"viele;121"))
    first = '[[deliveries]]\nsource = "jobcenter"\nperiod = "2024"\nfile = "jobcenter/erste.csv"\nexpect = "REJECT"\n'
    (origin / "deliveries.toml").write_text(first + (origin / "deliveries.toml").read_text())
    code, out, _ = call(capsys, "start", tmp_path / "neu", "--starter", origin)
    assert code == 0 and "erste.csv" in out
    refused = [line for line in Project(tmp_path / "neu").journal.lines() if line["what"] == "refused"]
    assert len(refused) == 1 and "viele" not in json.dumps(refused)
    assert not any(b"viele" in p.read_bytes() for p in (tmp_path / "neu").rglob("*") if p.is_file())


def test_a_project_can_be_the_starter_of_another_without_its_data(
    town: Project, tmp_path: Path, capsys: Capture
) -> None:
    (town.root / "deliveries.toml").unlink()
    assert call(capsys, "start", tmp_path / "neu", "--starter", town.root)[0] == 0
    new = Project(tmp_path / "neu")
    assert [d.source for d in new.deliveries()] == ["areas/ortsteil@2020-01-01"]
    assert new.verify() == []


# --- schema --------------------------------------------------------------------------------------------------


def schema(root: Path, line: str) -> None:
    text = (root / "project.toml").read_text("utf-8")
    (root / "project.toml").write_text(text.replace("schema = 1\n", line), "utf-8")


def test_a_project_of_a_newer_version_is_refused_and_nothing_is_lost(town: Project, capsys: Capture) -> None:
    schema(town.root, "schema = 99\n")
    before = {p: p.read_bytes() for p in town.root.rglob("*") if p.is_file()}
    for command, code in (("build", 11), ("migrate", 14)):
        found, out, _ = call(capsys, command, town.root)
        assert found == code and "99" in out and "1" in out
    assert {p: p.read_bytes() for p in before} == before


def test_an_older_project_is_migrated_and_its_old_files_stay(town: Project, capsys: Capture) -> None:
    schema(town.root, "")
    old = (town.root / "project.toml").read_bytes()
    code, out, _ = call(capsys, "build", town.root)
    assert code == 11 and "migrate" in out, out
    assert call(capsys, "migrate", town.root)[0] == 0
    assert (town.root / "project.toml").read_bytes().startswith(b"schema = 1\n")
    assert any(p.read_bytes() == old for p in (town.root / "history").iterdir())
    assert call(capsys, "build", town.root)[0] == 0
    code, out, _ = call(capsys, "migrate", town.root)
    assert code == 0 and "→" not in out


# --- verify --------------------------------------------------------------------------------------------------


def test_verify_is_0_or_14(town: Project, capsys: Capture) -> None:
    assert call(capsys, "verify", town.root)[0] == 0
    shutil.rmtree(town.root / "snapshots")
    code, out, _ = call(capsys, "verify", town.root)
    assert code == 14 and out.count("[snapshot-missing]") == 7


def test_verify_says_each_fault_once(town: Project, capsys: Capture) -> None:
    path = town.root / "history.jsonl"
    path.write_bytes(path.read_bytes().replace(b'"by":"Test"', b'"by":"Niemand"', 1))
    code, out, _ = call(capsys, "verify", town.root)
    assert code == 14 and out.count("[journal-broken]") == 1

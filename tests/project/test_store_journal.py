"""Journals: chained lines; torn tails set aside, changed or removed lines refused."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from lebenslagen.errors import ProjectError
from lebenslagen.project.store.journal import FIRST, Journal


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    made = Journal(tmp_path / "register.jsonl")
    for n in range(1, 7):
        made.append({"n": n, "what": "Übergabe"})
    return made


def numbers(journal: Journal) -> list[int]:
    return [line["n"] for line in journal.lines()]


def test_each_line_names_the_digest_of_the_line_before(journal: Journal) -> None:
    lines = [json.loads(raw) for raw in journal.path.read_bytes().splitlines()]
    assert [line["before"] for line in lines] == [FIRST, *(line["digest"] for line in lines[:-1])]
    for line in lines:
        body = {key: value for key, value in line.items() if key != "digest"}
        canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        assert hashlib.sha256(canonical).hexdigest() == line["digest"]
    assert journal.torn() == b""


@pytest.mark.parametrize("cut", [1, 5, 40, 120])
def test_a_torn_last_line_leaves_the_lines_before_it_valid(journal: Journal, cut: int) -> None:
    journal.path.write_bytes(journal.path.read_bytes()[:-cut])
    before = journal.path.read_bytes()
    assert numbers(journal) == [1, 2, 3, 4, 5]
    assert journal.torn().startswith(b'{"before"')
    assert journal.path.read_bytes() == before, "reading edits nothing"


@pytest.mark.parametrize("tail", [b"\0" * 60, b"\0" * 60 + b"\n", b'{"n": 7', b"\xff\xfe\n"])
def test_what_a_power_cut_leaves_behind_the_last_line_is_set_aside_at_the_next_entry(
    journal: Journal, tail: bytes
) -> None:
    whole = journal.path.read_bytes()
    journal.path.write_bytes(whole + tail)
    assert numbers(journal) == [1, 2, 3, 4, 5, 6]
    assert journal.torn() == tail
    journal.append({"n": 7})
    assert numbers(journal) == [1, 2, 3, 4, 5, 6, 7]
    assert journal.path.read_bytes().startswith(whole), "earlier lines stay byte for byte"
    aside = [path for path in journal.path.parent.iterdir() if ".torn-" in path.name]
    assert [path.read_bytes() for path in aside] == [tail]


def test_two_torn_tails_are_both_kept(journal: Journal) -> None:
    for n, tail in ((7, b'{"n": 7'), (8, b'{"n": 8')):
        journal.path.write_bytes(journal.path.read_bytes() + tail)
        journal.append({"n": n})
    aside = {path.read_bytes() for path in journal.path.parent.iterdir() if ".torn-" in path.name}
    assert aside == {b'{"n": 7', b'{"n": 8'}


@pytest.mark.parametrize("line", range(5))
def test_a_removed_line_is_refused(journal: Journal, line: int) -> None:
    lines = journal.path.read_bytes().splitlines(keepends=True)
    del lines[line]
    journal.path.write_bytes(b"".join(lines))
    with pytest.raises(ProjectError) as caught:
        journal.lines()
    assert [(f.code, f.values["line"]) for f in caught.value.faults] == [("journal-broken", line + 1)]


@pytest.mark.parametrize("line", range(6))
def test_a_changed_line_is_refused_even_where_its_own_digest_was_made_to_fit(
    journal: Journal, line: int
) -> None:
    lines = [json.loads(raw) for raw in journal.path.read_bytes().splitlines()]
    lines[line]["n"] = 99
    rehashed = dict(lines[line])
    rehashed.pop("digest")
    raw = json.dumps(rehashed, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
    for digest in (lines[line]["digest"], hashlib.sha256(raw).hexdigest()):
        changed = [*lines[:line], {**lines[line], "digest": digest}, *lines[line + 1 :]]
        if line == 5 and digest != lines[line]["digest"]:
            continue  # a last line made anew with a fitting digest is found by no chain
        journal.path.write_text("".join(json.dumps(x, ensure_ascii=False) + "\n" for x in changed), "utf-8")
        with pytest.raises(ProjectError, match="journal-broken"):
            journal.lines()


def test_exchanged_lines_are_refused(journal: Journal) -> None:
    lines = journal.path.read_bytes().splitlines(keepends=True)
    journal.path.write_bytes(b"".join([lines[0], lines[2], lines[1], *lines[3:]]))
    with pytest.raises(ProjectError, match="journal-broken"):
        journal.lines()


def test_nothing_is_appended_to_a_changed_register(journal: Journal) -> None:
    raw = journal.path.read_bytes().replace(b'"n":2', b'"n":3')
    journal.path.write_bytes(raw)
    with pytest.raises(ProjectError):
        journal.append({"n": 7})
    assert journal.path.read_bytes() == raw


def _ours(raw: bytes) -> bytes:
    """A ledger of the test corpus in our form: `prev` is `before`, and each line carries its own digest."""
    lines, before = [], FIRST
    for text in raw.splitlines():
        try:
            line = json.loads(text)
        except ValueError:
            lines.append(text)
            continue
        body = {"n": line["n"], "release": line["release"], "before": before}
        canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()
        before = hashlib.sha256(canonical).hexdigest()
        lines.append(
            json.dumps({**body, "digest": before}, sort_keys=True, separators=(",", ":")).encode() + b"\n"
        )
    return b"".join(lines)


@pytest.mark.reference_data
@pytest.mark.parametrize(
    ("file", "lines", "torn"),
    [
        ("J34_ledger_ok.jsonl", 6, False),
        ("J34b_ledger_torn_last_line.jsonl", 5, True),
        ("J34c_ledger_nul_tail.jsonl", 5, True),
    ],
)
def test_corpus_torn_ledgers(reference_data: Path, tmp_path: Path, file: str, lines: int, torn: bool) -> None:
    raw = (reference_data / "badinputs" / "backup" / file).read_bytes()
    journal = Journal(tmp_path / "ledger.jsonl")
    journal.path.write_bytes(_ours(raw))
    assert numbers(journal) == list(range(1, lines + 1))
    assert bool(journal.torn()) is torn
    journal.append({"n": 7})
    assert numbers(journal)[-1] == 7


@pytest.mark.reference_data
def test_corpus_ledgers_with_a_line_removed_or_changed(reference_data: Path, tmp_path: Path) -> None:
    """B11 in our form: the good ledger, with the same line removed or changed as in the corpus."""
    good = _ours((reference_data / "badinputs" / "backup" / "J34_ledger_ok.jsonl").read_bytes())
    lines = good.splitlines(keepends=True)
    removed = (reference_data / "badinputs" / "backup" / "B11_ledger_line_removed.jsonl").read_bytes()
    kept = [json.loads(text)["n"] for text in removed.splitlines()]
    changed = [*lines[:2], lines[2].replace(b'"n":3', b'"n":3,"von":"x"'), *lines[3:]]
    for broken in (b"".join(lines[n - 1] for n in kept), b"".join(changed)):
        journal = Journal(tmp_path / "ledger.jsonl")
        journal.path.write_bytes(broken)
        with pytest.raises(ProjectError, match="journal-broken"):
            journal.lines()


def test_a_whole_line_that_does_not_belong_is_not_taken_for_a_torn_one(journal: Journal) -> None:
    journal.path.write_bytes(journal.path.read_bytes() + b'{"n":7}\n')
    with pytest.raises(ProjectError, match="journal-broken"):
        journal.lines()


@pytest.mark.reference_data
@pytest.mark.parametrize(
    "file", ["J34_ledger_ok.jsonl", "B11_ledger_line_removed.jsonl", "B11b_ledger_line_changed.jsonl"]
)
def test_a_ledger_of_another_software_is_not_taken_for_ours(
    reference_data: Path, tmp_path: Path, file: str
) -> None:
    journal = Journal(tmp_path / "ledger.jsonl")
    journal.path.write_bytes((reference_data / "badinputs" / "backup" / file).read_bytes())
    with pytest.raises(ProjectError):
        journal.lines()

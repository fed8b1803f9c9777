"""The rules of the house that a look at the source can tell."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from tests.house.tree import CORE, PACKAGE, ROOT, calls, sources, tracked

FORBIDDEN_CALLS = {
    "print": "prints",
    "open": "opens a file",
    "input": "asks",
    "np.random.seed": "uses global random state",
    "np.random.rand": "uses global random state",
    "np.random.normal": "uses global random state",
    "np.random.choice": "uses global random state",
}
FORBIDDEN_ENDS = {
    ".today": "looks at the clock",
    ".now": "looks at the clock",
    ".utcnow": "looks at the clock",
    ".read_csv": "opens a file",
    ".read_excel": "opens a file",
    ".to_csv": "writes a file",
    ".write_text": "writes a file",
    ".write_bytes": "writes a file",
}


def offences(path: Path) -> list[str]:
    """What a core file does that the core must not do, each with its line."""
    found = []
    for name, call in calls(path):
        reason = FORBIDDEN_CALLS.get(name)
        reason = reason or next((why for end, why in FORBIDDEN_ENDS.items() if name.endswith(end)), None)
        if name.endswith("default_rng") and not call.args and not call.keywords:
            reason = "draws without a seed"
        if any(word.arg == "inplace" for word in call.keywords):
            reason = "changes a frame in place"
        if name.endswith(".fillna") and [ast.unparse(a) for a in call.args] in (["0"], ["0.0"]):
            reason = "fills a missing value with 0"
        if reason:
            found.append(f"{path.name}:{call.lineno} {reason}: {name}")
    return found


@pytest.mark.parametrize("path", sources(*CORE), ids=lambda p: str(p.relative_to(PACKAGE)))
def test_core_is_silent_and_pure(path: Path) -> None:
    found = [line for line in offences(path) if not (path.name == "texts.py" and "opens a file" in line)]
    assert found == []


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("print(1)", "prints"),
        ("frame.fillna(0)", "fills a missing value with 0"),
        ("frame.drop(columns='a', inplace=True)", "changes a frame in place"),
        ("date.today()", "looks at the clock"),
        ("np.random.default_rng()", "draws without a seed"),
        ("open('a')", "opens a file"),
    ],
)
def test_the_rule_finds(line: str, reason: str, tmp_path: Path) -> None:
    file = tmp_path / "wrong.py"
    file.write_text(line + "\n", encoding="utf-8")
    assert [reason in found for found in offences(file)] == [True]


def test_no_town_in_the_package() -> None:
    towns = re.compile("|".join(("Ber" + "lin", "Ober" + "hausen")), re.IGNORECASE)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in PACKAGE.rglob("*.py")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if towns.search(line)
    ]
    assert found == []


def test_no_path_of_one_machine_and_no_address_in_the_locks() -> None:
    machine = re.compile(r"(?<![\w.])/(?:work|root|Users|home/[a-z]\w*)/\w", re.ASCII)
    address = re.compile(r"https?:|file:|--index-url|--find-links")
    found = []
    for path in tracked():
        content = path.read_bytes()
        if b"\0" in content or "vendor" in path.parts:
            continue
        pattern = address if path.suffix == ".lock" else machine
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), 1):
            if match := pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number} {match[0]}")
    assert found == []


def test_every_dependency_has_its_reason() -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = declared["dependency-groups"]
    wanted = [*declared["project"]["dependencies"], *groups["build"], *groups["dev"], *groups["bench"]]
    names = {re.split(r"[\[<>=~!; ]", requirement)[0].lower() for requirement in wanted}
    text = (ROOT / "docs" / "entscheidungen" / "0001-abhaengigkeiten.md").read_text(encoding="utf-8")
    explained = {name.lower() for name in re.findall(r"^\|\s*\d+\s*\|\s*`([^`]+)`\s*\|", text, re.MULTILINE)}
    assert explained == names


def test_locks_are_what_the_declaration_says() -> None:
    import tomllib

    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = declared["dependency-groups"]
    runtime = [*declared["project"]["dependencies"], *groups["build"]]
    for file, wanted in {
        "requirements.lock": runtime,
        "requirements-dev.lock": [*runtime, *groups["dev"]],
        "requirements-bench.lock": [*runtime, *groups["dev"], *groups["bench"]],
    }.items():
        locked = set(
            re.findall(r"^([a-z0-9._-]+)==", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)
        )
        names = {re.split(r"[\[<>=~!; ]", requirement)[0].lower() for requirement in wanted}
        assert names - locked == set(), file

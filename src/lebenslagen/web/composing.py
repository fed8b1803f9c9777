"""The declaration of a report as its page changes it: chapters and their order, own texts. Files in, files out.

Comments and the order of keys stay: one key is rewritten in place, and what comes out must say what was wanted.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import DesignError, Fault
from lebenslagen.web.rewriting import rewritten
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.edition import Edition

__all__ = [
    "Part", "base_of", "checked", "examples", "faults_of", "parts", "put_back", "state_of", "text_of", "typed", "values_of",
    "with_chapters", "with_text",
]  # fmt: skip


@dataclass(frozen=True)
class Part:
    """One chapter on the page of a report: whether it is in, and how long its own text is (characters)."""

    key: str
    label: str
    inside: bool
    text: str


def _name(report: str) -> str:
    return f"reports/{report}.toml"


def _decoded(files: Mapping[str, bytes], name: str) -> str:
    return files[name].decode()


def _own(report: str, files: Mapping[str, bytes]) -> list[str]:
    """The files of a report: its declaration and its texts."""
    table = tomllib.loads(_decoded(files, _name(report)))
    return [_name(report), *(f"reports/{name}" for name in dict.fromkeys(table.get("words", {}).values()))]


def state_of(report: str) -> bytes | None:
    """The declaration and the texts of a report, by file; None where there is none."""
    files = town().project.declared()
    if _name(report) not in files:
        return None
    told = {name: _decoded(files, name) for name in _own(report, files) if name in files}
    return json.dumps(told, ensure_ascii=False, sort_keys=True).encode()


def put_back(report: str, content: bytes | None) -> None:
    """Write the files of a report as they were, or remove them; a text file that no other report uses goes with it."""
    from lebenslagen.project.store import write_atomic

    wanted, here = json.loads(content) if content is not None else {}, town().project
    files = here.declared()
    if content is None:
        files.pop(_name(report), None)
    _checked({**files, **{name: text.encode() for name, text in wanted.items()}})
    files = here.declared()
    own = _own(report, files) if _name(report) in files else []
    for name in set(own) - set(wanted) - _used_by_others(report, files):
        (here.root / name).unlink(missing_ok=True)
    for name, text in wanted.items():
        if not _inside(name):
            raise DesignError(Fault("report-not-removed", name, {}))
        write_atomic(here.root / name, text.encode())


def _inside(name: str) -> bool:
    return re.fullmatch(r"reports/[A-Za-z0-9][A-Za-z0-9._-]*\.(toml|md)", name) is not None


def _used_by_others(report: str, files: Mapping[str, bytes]) -> set[str]:
    others = (
        name
        for name in files
        if name.startswith("reports/") and name.endswith(".toml") and name != _name(report)
    )
    return {
        f"reports/{word}"
        for name in others
        for word in tomllib.loads(_decoded(files, name)).get("words", {}).values()
    }


def base_of(report: str) -> str:
    """The digest of what a person sees, for the optimistic lock."""
    import hashlib

    state = state_of(report)
    return hashlib.sha256(state).hexdigest() if state is not None else ""


# --- reading --------------------------------------------------------------------------------------------------


def parts(report: str) -> list[Part]:
    """Every chapter there is: those of the report in its order, then those it leaves out."""
    from lebenslagen.report.chapters import CHAPTERS

    declared = town().report(report)
    order = [*declared.chapters, *(key for key in CHAPTERS if key not in declared.chapters)]
    return [
        Part(key, CHAPTERS[key].label, key in declared.chapters, text_of(report, key))
        for key in order
        if key in CHAPTERS
    ]


def text_of(report: str, chapter: str) -> str:
    """The town's own words for a chapter, blank without any."""
    here = town().declaration
    file = here.report(report).words.get(chapter, "")
    return here.words.get(file, "") if file else ""


def faults_of(text: str, edition: Edition, chapter: str) -> tuple[Fault, ...]:
    """What the report could not print of a text: unknown values, other markup."""
    from lebenslagen.report.view import view
    from lebenslagen.report.words import blocks_of

    try:
        blocks_of(text, view(edition), chapter)
    except DesignError as error:
        return tuple(error.faults)
    return ()


def values_of(edition: Edition) -> list[tuple[str, str, str]]:
    """What can stand in a text: (reference, what it is, its value for the town)."""
    from lebenslagen.report.view import view
    from lebenslagen.report.words import value_text

    seen, found = view(edition), []
    for column in sorted(edition.release.columns, key=lambda c: not c.role.endswith("rate")):
        if column.period != edition.period.key or column.role not in (
            "rate",
            "published_rate",
            "numerator",
            "residents",
        ):
            continue
        name = column.indicator if column.role.endswith("rate") else column.variable
        value = value_text(seen, name)
        if name and value is not None:
            found.append((f"{{{{wert:{name}}}}}", column.label or name, value))
    return list(dict.fromkeys(found))


def examples(edition: Edition, values: list[tuple[str, str, str]]) -> list[str]:
    """References that this edition prints: of the town, of another period, of an area."""
    from lebenslagen.report.view import view

    if not values:
        return []
    seen, name = view(edition), values[0][0].removeprefix("{{wert:").removesuffix("}}")
    periods = sorted(
        {c.period for c in edition.release.columns if c.indicator == name and c.period < edition.period.key}
    )
    areas = edition.areas[seen.level].ids if seen.level else ()
    wanted = [
        name,
        *(f"{name}@{period}" for period in periods[-1:]),
        *(f"{name}/{area}" for area in areas[:1]),
    ]
    return [said for key in wanted if not faults_of(said := f"{{{{wert:{key}}}}}", edition, "")]


# What looks like a number but is none of the release: references, addresses, days, years, paragraphs and ages.
NO_NUMBER = re.compile(
    r"\{\{.*?\}\}|\]\([^)]*\)|\d{1,2}\.\s?\d{1,2}\.(?:\s?\d{2,4})?|§+\s?\d+\w*|\b(?:19|20)\d\d\b|^\s*\d+\.\s"
    r"|\b\d+(?: bis (?:unter )?\d+)?[- ]?[Jj]ähr\w*|\b\d+(?: bis (?:unter )?\d+)? Jahre?n?\b",
    re.MULTILINE,
)


def typed(text: str) -> list[str]:
    """Numbers of a text that were typed instead of referred to; nobody checks them against the release.

    >>> typed("In Altmarkt leben 9.900 Menschen, 2020 waren es {{wert:einwohner@2020/01}}; 12,5 % sind unter 15 Jahre alt.")
    ['9.900', '12,5']
    """
    return list(dict.fromkeys(re.findall(r"(?<![\w.,])\d+(?:[.,]\d+)*", NO_NUMBER.sub(" ", text))))


# --- changing -------------------------------------------------------------------------------------------------


def _checked(files: Mapping[str, bytes]) -> None:
    from lebenslagen.project.declare import load

    load(files)


def checked(changed: Mapping[str, bytes]) -> Mapping[str, bytes]:
    """Changed files, once all declarations together have been read with them. Raises DesignError."""
    _checked({**town().project.declared(), **changed})
    return changed


def with_chapters(report: str, chapters: tuple[str, ...]) -> dict[str, bytes]:
    """The declaration with these chapters in this order. Raises DesignError."""
    raw = town().project.declared()[_name(report)]
    return {_name(report): _rewritten(raw, (), {"chapters": list(chapters)})}


def with_text(report: str, chapter: str, text: str) -> dict[str, bytes]:
    """The files with these own words for a chapter: in the file it has, or in one of its own. Raises DesignError."""
    files = town().project.declared()
    words = dict(tomllib.loads(_decoded(files, _name(report))).get("words", {}))
    file = words.get(chapter, "")
    shared = [key for key, name in words.items() if name == file and key != chapter]
    if not file or shared or f"reports/{file}" in _used_by_others(report, files):
        file = f"{report}-{chapter}.md"
        declared = {_name(report): _rewritten(files[_name(report)], ("words",), {chapter: file})}
    else:
        declared = {}
    body = "\n".join(line.rstrip() for line in text.replace("\r\n", "\n").split("\n")).strip()
    return {**declared, f"reports/{file}": (body + "\n" if body else "").encode()}


def _rewritten(raw: bytes, path: tuple[str, ...], changes: Mapping[str, Any]) -> bytes:
    """The declaration with some keys rewritten in place; the rest reads as before. Raises DesignError."""
    try:
        return rewritten(raw, path, changes, "")
    except DesignError:
        key = path[0] if path else next(iter(changes))
        raise DesignError(Fault("report-not-rewritten", key, {"key": key})) from None

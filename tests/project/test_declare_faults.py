"""Declarations: strict, every fault at once, each at its key with the likely meaning."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lebenslagen.errors import DesignError, Fault
from lebenslagen.project import declare
from lebenslagen.project.designs import design_of
from lebenslagen.texts import fault_text
from tests.project import sixareas


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The declarations of the town of six areas, with an index."""
    folder = sixareas.starter(tmp_path_factory.mktemp("declared"), index=True)
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in declare.declarations_of(folder)}


def faults(files: dict[str, bytes]) -> list[Fault]:
    """What `load` finds, and what the design of each edition finds."""
    with pytest.raises(DesignError) as caught:
        found = declare.load(files)
        for index in found.indices.values():
            for edition in index.editions:
                design_of(found, index, edition)
    for fault in caught.value.faults:
        message, remedy = fault_text(fault, "de")
        assert "{" not in message + remedy, (message, remedy)
    return list(caught.value.faults)


def codes(files: dict[str, bytes]) -> list[tuple[str, str]]:
    return [(fault.code, fault.where) for fault in faults(files)]


def changed(files: dict[str, bytes], name: str, old: str, new: str) -> dict[str, bytes]:
    text = files[name].decode()
    assert old in text
    return {**files, name: text.replace(old, new, 1).encode()}


def test_the_declarations_as_they_are_have_no_fault(files: dict[str, bytes]) -> None:
    found = declare.load(files)
    assert found.levels == ("ortsteil", "stadt")
    assert [p.key for p in found.head.periods] == list(sixareas.YEARS)
    index = found.index("sozialindex")
    assert len(design_of(found, index, index.edition("2024")).status.parts) == 2


def test_the_faults_of_all_files_come_at_once(files: dict[str, bytes]) -> None:
    broken = changed(files, "project.toml", 'kind = "Gemeinde"', 'knid = "Gemeinde"')
    broken = changed(broken, "indicators.toml", "direction = 1", 'direction = "hoch"')
    broken = changed(broken, "sources/meldeamt.toml", 'form = "id"', 'form = "nummer"')
    broken = changed(broken, "reports/sozialbericht-2024.toml", "date = 2025-03-01", 'date = "gestern"')
    broken = {**broken, "areas.toml": b"[[areas]\n"}
    assert {(code, where) for code, where in codes(broken)} >= {
        ("missing-key", "project"),  # project.toml: kind
        ("unknown-key", "project"),
        ("expects-whole-number", "indicators.indicators[1].direction"),
        ("expects-one-of", "sources/meldeamt.tables[1].key.form"),
        ("expects-date", "reports/sozialbericht-2024.date"),
        ("declaration-unreadable", "areas.toml:1"),
    }


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "meant"),
    [
        ("project.toml", "threshold = 5", "treshold = 5", "project.policies.public", "threshold"),
        (
            "indicators.toml",
            'numerator = "sgb2"',
            'numerater = "sgb2"',
            "indicators.indicators[1]",
            "numerator",
        ),
        (
            "indices/sozialindex.toml",
            "[status]\nweights",
            "[status]\nwieghts",
            "indices/sozialindex.status",
            "weights",
        ),
        ("areas.toml", "dissolve = true", "disolve = true", "areas.areas[2]", "dissolve"),
        ("sources/meldeamt.toml", "signs =", "sings =", "sources/meldeamt.tables[1]", "signs"),
        ("sources/meldeamt.toml", "licence =", "license =", "sources/meldeamt", "licence"),
    ],
)
def test_a_misspelt_key_is_named_with_the_one_that_was_meant(
    files: dict[str, bytes], name: str, old: str, new: str, where: str, meant: str
) -> None:
    found = [f for f in faults(changed(files, name, old, new)) if f.code == "unknown-key"]
    assert [f.where for f in found] == [where]
    assert f"(→ {meant}?)" in fault_text(found[0], "de")[0]


@pytest.mark.parametrize(
    ("name", "old", "new", "code"),
    [
        ("project.toml", 'ags = "05999901"', "ags = 5999901", "expects-text"),
        ("project.toml", 'ags = "05999901"', 'ags = "5999-901"', "expects-key-of-digits"),
        ("project.toml", 'name = "Sechsdorf"', "name = 2024-12-31", "expects-text"),
        ("project.toml", 'name = "Sechsdorf"', 'name = ""', "expects-text-of-length"),
        ("project.toml", 'key = "2022"', "key = 2022", "expects-text"),
        ("project.toml", "as_of = 2022-12-31", 'as_of = "2022-12-31"', "expects-date"),
        ("project.toml", "as_of = 2022-12-31", "as_of = 20221231", "expects-date"),
        ("project.toml", "as_of = 2022-12-31", "as_of = 2022-12-31T10:00:00", "expects-date"),
        ("project.toml", "threshold = 5", "threshold = 5.0", "expects-whole-number"),
        ("project.toml", "threshold = 5", "threshold = true", "expects-whole-number"),
        ("areas.toml", "dissolve = true", "dissolve = 1", "expects-true-or-false"),
        ("areas.toml", '"05999901" = "Sechsdorf"', "05999901 = 5", "expects-text"),
        ("indicators.toml", 'key = "SGB"', "key = 1", "expects-text"),
        ("indices/sozialindex.toml", "cuts = [-1, 1]", 'cuts = ["-1", 1]', "expects-number"),
        ("indices/sozialindex.toml", "cuts = [-1, 1]", "cuts = [-1, nan]", "expects-number"),
        ("indices/sozialindex.toml", "cuts = [-1, 1]", "cuts = -1", "expects-list"),
        (
            "reports/sozialbericht-2024.toml",
            'profiles = ["ortsteil"]',
            'profiles = "ortsteil"',
            "expects-list",
        ),
    ],
)
def test_a_value_of_another_kind_is_refused_and_never_converted(
    files: dict[str, bytes], name: str, old: str, new: str, code: str
) -> None:
    assert code in [c for c, _ in codes(changed(files, name, old, new))]


@pytest.mark.parametrize(
    "weight", ["nan", "inf", "-inf", '"1/0"', '"viel"', "true", "[1]", '"nan"', '"inf"', "1e400"]
)
def test_a_weight_that_is_no_finite_number_is_refused(files: dict[str, bytes], weight: str) -> None:
    broken = changed(files, "indices/sozialindex.toml", 'weights = "equal"\n', "")
    broken = changed(
        broken,
        "indices/sozialindex.toml",
        '{ indicator = "SGB" }, { indicator = "KI" }',
        f'{{ indicator = "SGB", weight = {weight} }}, {{ indicator = "KI", weight = 0.5 }}',
    )
    found = faults(broken)
    assert all(f.where.startswith("indices/sozialindex") for f in found), found


def test_weights_that_do_not_sum_show_their_sum(files: dict[str, bytes]) -> None:
    broken = changed(files, "indices/sozialindex.toml", 'weights = "equal"\n', "")
    broken = changed(
        broken,
        "indices/sozialindex.toml",
        '{ indicator = "SGB" }, { indicator = "KI" }',
        '{ indicator = "SGB", weight = 0.8 }, { indicator = "KI", weight = 0.5 }',
    )
    found = faults(broken)
    assert any("1,3" in fault_text(f, "de")[0] for f in found), [fault_text(f, "de")[0] for f in found]


@pytest.mark.parametrize(
    ("name", "old", "new", "where", "hint"),
    [
        (
            "indices/sozialindex.toml",
            '{ indicator = "SGB" }',
            '{ indicator = "SGBII" }',
            "indices/sozialindex.status.parts",
            "SGB",
        ),
        (
            "indices/sozialindex.toml",
            'period = "2024"',
            'period = "2025"',
            "indices/sozialindex.editions",
            "2024",
        ),
        (
            "indices/sozialindex.toml",
            'level = "ortsteil"',
            'level = "ortsteile"',
            "indices/sozialindex.level",
            "ortsteil",
        ),
        (
            "reports/sozialbericht-2024.toml",
            'period = "2024"',
            'period = "2026"',
            "reports/sozialbericht-2024",
            "2024",
        ),
        ("deliveries.toml", 'source = "meldeamt"', 'source = "meldamt"', "deliveries[1].source", "meldeamt"),
        ("areas.toml", 'level = "ortsteil"', 'level = "ortsteil2"', "areas.level", "ortsteil"),
        ("indicators.toml", 'numerator = "sgb2"', 'numerator = "sgb_2"', "", "sgb2"),
        (
            "indices/sozialindex.toml",
            'parts = [{ indicator = "SGB" }',
            'normalise = "zscore"\nparts = [{ indicator = "SGB" }',
            "",
            "z",
        ),
        ("indices/sozialindex.toml", 'orientation = "burden"', 'orientation = "burdon"', "", "burden"),
        ("indices/sozialindex.toml", 'missing = "refuse"', 'missing = "refus"', "", "refuse"),
    ],
)
def test_an_unknown_name_is_named_with_the_known_ones(
    files: dict[str, bytes], name: str, old: str, new: str, where: str, hint: str
) -> None:
    found = faults(changed(files, name, old, new))
    named = [f for f in found if not where or f.where == where]
    assert named, [(f.code, f.where) for f in found]
    assert any(hint in fault_text(f, "de")[0] for f in named), [fault_text(f, "de") for f in named]


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [
        ("project.toml", 'key = "2023"', 'key = "2022"'),
        ("project.toml", 'kind = "Gemeinde"', 'kind = "Gemeinde"\nkind = "Stadt"'),
        ("indicators.toml", 'key = "KI"', 'key = "SGB"'),
        ("indicators.toml", 'key = "kinder"', 'key = "einwohner"'),
        ("project.toml", 'key = "stadt", label', 'key = "ortsteil", label'),
        ("indices/sozialindex.toml", '{ indicator = "KI" }', '{ indicator = "SGB" }'),
        (
            "indices/sozialindex.toml",
            'editions = [{ period = "2024" }]',
            'editions = [{ period = "2024" }, { period = "2024" }]',
        ),
        ("sources/jobcenter.toml", 'key = "jobcenter"', 'key = "meldeamt"'),
        ("areas.toml", 'level = "stadt"', 'level = "ortsteil"'),
    ],
)
def test_the_same_key_twice_is_refused(files: dict[str, bytes], name: str, old: str, new: str) -> None:
    found = [code for code, _ in codes(changed(files, name, old, new))]
    assert any(code in ("key-twice", "indicator-twice", "declaration-key-twice") for code in found), found


def test_a_variable_that_is_the_sum_of_itself_is_refused(files: dict[str, bytes]) -> None:
    loop = changed(files, "indicators.toml", '{ key = "kinder",', '{ key = "kinder", sum_of = ["sgb2"],')
    loop = changed(loop, "indicators.toml", '{ key = "sgb2",', '{ key = "sgb2", sum_of = ["kinder"],')
    assert codes(loop)


@pytest.mark.parametrize("name", ["project.toml", "areas.toml", "indicators.toml"])
def test_an_absent_or_empty_declaration_is_named(files: dict[str, bytes], name: str) -> None:
    without = {n: raw for n, raw in files.items() if n != name}
    assert ("declaration-absent", name) in codes(without)
    assert any(
        where.removesuffix(".toml") == name.removesuffix(".toml") for _, where in codes({**files, name: b""})
    )


@pytest.mark.parametrize(
    ("raw", "code", "where"),
    [
        (b"name = 'offen", "declaration-unreadable", "indicators.toml"),
        (b"a = 1\nx = 01", "declaration-unreadable", "indicators.toml:2"),
        (b"a = 1\n\na = 2\nb = 1", "declaration-key-twice", "indicators.toml:3"),
        (b"[a]\nb = 1\n[a]\n", "declaration-key-twice", "indicators.toml:3"),
        (b"a = { b = 1, b = 2 }\n", "declaration-key-twice", "indicators.toml:1"),
        (b"\xff\xfea\x00", "declaration-encoding", "indicators.toml"),
        ("x = 'ä'".encode("cp1252"), "declaration-encoding", "indicators.toml"),
    ],
)
def test_what_is_not_toml_is_named_with_its_line(
    files: dict[str, bytes], raw: bytes, code: str, where: str
) -> None:
    assert codes({**files, "indicators.toml": raw}) == [(code, where)]


def test_a_byte_order_mark_is_no_fault(files: dict[str, bytes]) -> None:
    marked = {**files, "indicators.toml": b"\xef\xbb\xbf" + files["indicators.toml"]}
    assert declare.load(marked).catalogue == declare.load(files).catalogue


def test_a_policy_without_protection_is_refused_for_the_public(files: dict[str, bytes]) -> None:
    """C15: a floor of 3, and secondary suppression cannot be switched off."""
    for old, new in (("threshold = 5", "threshold = 0"), ("width = 4", "width = 4\nsecondary = false")):
        with pytest.raises(DesignError) as caught:
            declare.load(changed(files, "project.toml", old, new)).policy("public")
        assert caught.value.faults[0].where.startswith("policies.public")


def test_equal_bytes_give_equal_declarations(files: dict[str, bytes]) -> None:
    one, other = declare.load(files), declare.load(dict(reversed(list(files.items()))))
    assert one.indices == other.indices and one.reports == other.reports and one.head == other.head
    assert list(one.sources) == list(other.sources)


# --- corpus --------------------------------------------------------------------------------------------------

# How the corpus names what our declarations name: its designs are those of a fictitious earlier software.
NAMES = {"id": "indicator", "weight": "weight", "directoin": "directoin"}


def _as_index(raw: bytes) -> bytes:
    """A design of the corpus as a declared index of ours; its weight and its misspelt key stay as they are."""
    lines = raw.decode().splitlines()
    part = {key.strip(): value.strip() for key, _, value in (line.partition("=") for line in lines) if value}
    own = [f"{name} = {part[key]}" for key, name in NAMES.items() if key in part]
    own[0] = 'indicator = "SGB"'
    text = sixareas.INDEX.replace('weights = "equal"\n', "")
    return re.sub(r"parts = .*", "parts = [{ " + ", ".join(own) + " }]", text).encode()


@pytest.mark.reference_data
@pytest.mark.parametrize(
    ("file", "code"),
    [
        ("C00b_ok.toml", ""),
        ("C03b_weight_nan.toml", "weight-not-positive"),
        ("C03c_weight_inf.toml", "weight-not-positive"),
        ("C19b_misspelt_key.toml", "unknown-key"),
    ],
)
def test_corpus_designs(files: dict[str, bytes], reference_data: Path, file: str, code: str) -> None:
    raw = (reference_data / "badinputs" / "config" / file).read_bytes()
    ours = {**files, "indices/sozialindex.toml": _as_index(raw)}
    if code:
        found = faults(ours)
        assert [f.code for f in found] == [code]
        return
    declared = declare.load(ours)
    index = declared.index("sozialindex")
    assert design_of(declared, index, index.editions[0]).status.parts[0].weight == 1


@pytest.mark.reference_data
@pytest.mark.parametrize("file", ["C20c_toml_types.toml", "C20d_toml_types_legal.toml"])
def test_corpus_codes_that_are_no_text(files: dict[str, bytes], reference_data: Path, file: str) -> None:
    """C20: `quartier = 01` is no TOML; `ags = 5119000` is a number that lost its leading zero."""
    raw = (reference_data / "badinputs" / "config" / file).read_bytes()
    found = faults(
        {
            **files,
            "project.toml": files["project.toml"]
            .replace(b'ags = "05999901"\n', b"")
            .replace(b"schema = 1", b"schema = 1\n" + raw),
        }
    )
    if file == "C20c_toml_types.toml":
        assert [f.code for f in found] == ["declaration-unreadable"]
        return
    assert ("expects-text", "project.ags") in [(f.code, f.where) for f in found]


@pytest.mark.reference_data
def test_corpus_designs_unchanged_are_no_declarations_of_ours(
    files: dict[str, bytes], reference_data: Path
) -> None:
    """Read as they are, every key of the other software is named, none silently passed over."""
    raw = (reference_data / "badinputs" / "config" / "C00b_ok.toml").read_bytes()
    found = faults({**files, "indices/sozialindex.toml": raw})
    assert {f.values["key"] for f in found if f.code == "unknown-key"} == {
        "schema",
        "name",
        "year",
        "indicators",
    }

"""One table of a declaration changed in its file: what comes out says exactly what was wanted, the rest stays."""

from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lebenslagen.errors import DesignError
from lebenslagen.web.rewriting import literal, rewritten

PLAIN = b'a = 1 # one\n\n[c]\n# us\nx = "1"\n\n[[d]]\nn = 1\n[[d]]\nn = 2\nm = { k = "v" }\n'


def table(raw: bytes) -> dict[str, Any]:
    return tomllib.loads(raw.decode())


@pytest.mark.parametrize(
    ("raw", "path", "changes", "wanted"),
    [
        (PLAIN, (), {"a": 2, "b": "neu"}, {"a": 2, "b": "neu"}),
        (PLAIN, ("c",), {"x": None, "y": True}, {"c": {"y": True}}),
        (PLAIN, ("d", 1), {"m": {"k": "w"}}, {"d": [{"n": 1}, {"n": 2, "m": {"k": "w"}}]}),
        (b"c = { x = 1 }\n[e]\n", ("c",), {"y": 2}, {"c": {"x": 1, "y": 2}}),
        (b"a = 1", ("p", "q"), {"x": 1}, {"p": {"q": {"x": 1}}}),
        (b"", ("c",), {"x": 'a\n"b"\\'}, {"c": {"x": 'a\n"b"\\'}}),
        (b"a = [\n 1, # [c]\n 2]\n[c]\nx = '''\n[d]\n'''\n", ("c",), {"x": "y"}, {"c": {"x": "y"}}),
        (b"\xef\xbb\xbfa = 1\r\n[c]\r\nx = 1\r\n", ("c",), {"x": 2}, {"c": {"x": 2}}),
    ],
)
def test_rewritten(raw: bytes, path: Any, changes: Any, wanted: dict[str, Any]) -> None:
    made = table(rewritten(raw, path, changes, "f.toml"))
    assert made == {**tomllib.loads(raw.decode("utf-8-sig")), **wanted}


def test_comments_and_order_stay() -> None:
    made = rewritten(PLAIN, ("c",), {"x": "2"}, "f.toml").decode()
    assert made == PLAIN.decode().replace('x = "1"', 'x = "2"')


@pytest.mark.parametrize(("raw", "path"), [(PLAIN, ("d", 7)), (b"c.x = 1\n", ("c",))])
def test_what_is_not_understood_is_left_alone(raw: bytes, path: Any) -> None:
    with pytest.raises(DesignError, match="declaration-not-rewritten"):
        rewritten(raw, path, {"x": 2}, "f.toml")


values = st.recursive(
    st.booleans() | st.integers(-(2**60), 2**60) | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(st.characters(exclude_categories=["Cs"]), min_size=1), inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(values)
def test_every_value_reads_as_it_was_meant(value: Any) -> None:
    assert tomllib.loads(f"v = {literal(value)}")["v"] == value


@given(st.dictionaries(st.sampled_from("xyz"), values, min_size=1))
def test_every_change_holds(changes: dict[str, Any]) -> None:
    made = table(rewritten(PLAIN, ("c",), changes, "f.toml"))
    assert made == {**table(PLAIN), "c": {**table(PLAIN)["c"], **changes}}

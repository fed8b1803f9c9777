"""Hostile files: each is refused with a sentence, in a child process, and nothing is followed, executed or stored."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from lebenslagen.errors import Outcome
from lebenslagen.texts import fault_text
from tests.faults import makers
from tests.faults.makers import (
    changed,
    codes,
    csv,
    inline,
    judge,
    ods,
    ods_cell,
    ods_row,
    raw_xlsx,
    rows,
    xlsx,
)

ACCEPT, WARN, REJECT = Outcome.ACCEPT, Outcome.WARN, Outcome.REJECT


def value(found, area, variable="einwohner"):
    return found.reading.value(area, "2023", variable)


def zipped(parts):
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return target.getvalue()


def encrypted():
    data = bytearray(zipped([("xl/workbook.xml", b"x")]))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def flipped():
    data = bytearray(xlsx(rows()))
    data[len(data) // 3] ^= 0xFF
    return bytes(data)


def overlapping():
    """Two names in the directory, one and the same member in the body."""
    data = bytearray(zipped([("a.xml", b"x" * 500), ("b.xml", b"y" * 500)]))
    second = data.rindex(b"PK\x01\x02")
    data[second + 42 : second + 46] = struct.pack("<I", 0)
    return bytes(data)


def link():
    info = zipfile.ZipInfo("xl/workbook.xml")
    info.external_attr = 0o120777 << 16
    return zipped([(info, "/etc/passwd")])


ENTITY = b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><sst>&x;</sst>'


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (
            lambda: raw_xlsx(
                f'<row r="1">{inline("A1", "a")}</row><row r="1048576">{inline("XFD1048576", "b")}</row>'
            ),
            "a.xlsx",
            "too-many-columns",
        ),
        (lambda: raw_xlsx(f'<row r="1048576">{inline("A1048576", "b")}</row>'), "a.xlsx", "too-many-rows"),
        (lambda: raw_xlsx("", {"xl/sharedStrings.xml": ENTITY}), "a.xlsx", "xml-entities"),
        (
            lambda: raw_xlsx(
                "", {"xl/comments1.xml": '<?xml version="1.0" encoding="UTF-16"?><a/>'.encode("utf-16")}
            ),
            "a.xlsx",
            "xml-encoding",
        ),
        (lambda: raw_xlsx("", {"xl/media/x.xml": b"0" * 30_000_000}), "a.xlsx", "archive-bomb"),
        (
            lambda: raw_xlsx("", {f"xl/x{i}.xml": bytes(9_000_000) for i in range(9)}),
            "a.xlsx",
            "archive-bomb",
        ),
        (lambda: raw_xlsx("", {"../../tmp/x.xml": b"x"}), "a.xlsx", "archive-path"),
        (lambda: raw_xlsx("", {"/etc/x.xml": b"x"}), "a.xlsx", "archive-path"),
        (lambda: raw_xlsx("", {"C:\\x.xml": b"x"}), "a.xlsx", "archive-path"),
        (lambda: raw_xlsx("", {"xl/Workbook.xml": b"<a/>"}), "a.xlsx", "archive-name-twice"),
        (lambda: raw_xlsx("", {f"x{i}.xml": b"x" for i in range(300)}), "a.xlsx", "archive-too-many"),
        (lambda: raw_xlsx("", {"xl/vbaProject.bin": b"x"}), "a.xlsx", "workbook-macros"),
        (lambda: raw_xlsx("", {"xl/embeddings/x.zip": b"x"}), "a.xlsx", "archive-nested"),
        (lambda: xlsx(rows()), "a.xlsm", "workbook-macros"),
        (overlapping, "a.xlsx", "archive-overlap"),
        (encrypted, "a.xlsx", "archive-encrypted"),
        (link, "a.xlsx", "archive-link"),
        (flipped, "a.xlsx", "archive-broken"),
        (lambda: xlsx(rows())[:-200], "a.xlsx", "archive-broken"),
        (lambda: zipped([("readme.txt", b"x")]), "a.xlsx", "not-a-workbook"),
        (
            lambda: (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
                + bytes(512)
                + "EncryptedPackage".encode("utf-16-le")
                + bytes(512)
            ),
            "a.xlsx",
            "file-encrypted",
        ),
        (
            lambda: (
                b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
                + bytes(1024)
                + "Workbook".encode("utf-16-le")
                + bytes(512)
            ),
            "a.xls",
            "workbook-broken",
        ),
        (lambda: b"<html><body><table><tr><td>1</td></tr></table></body></html>", "a.xls", "content-html"),
        (lambda: b"SQLite format 3\x00" + bytes(100), "a.csv", "content-differs"),
        (lambda: b"\x1f\x8b" + bytes(50), "a.csv", "content-differs"),
        (lambda: b"%PDF-1.7", "a.xlsx", "content-differs"),
        (csv, "a.csv.html", "ending-unknown"),
        (lambda: bytes(21 * 1024**2), "a.csv", "file-too-big"),
        (lambda: ods(ods_row(ods_cell("x", repeat=3), repeat=1_048_576)), "a.ods", "too-many-rows"),
        (lambda: ods(ods_row(ods_cell("x", repeat=16_384))), "a.ods", "too-many-columns"),
    ],
)
def test_t51_t52_t76_t85_t87_to_t93_u_hostile_files(data, name, code):
    found = judge(data(), name)
    assert (found.outcome, codes(found)) == (REJECT, [code])
    message, remedy = fault_text(found.faults[0])
    assert "{" not in message + remedy and "nichts gespeichert" in message


def test_t89_the_corner_hidden_from_the_first_wall_kills_the_child_only():
    hidden = "&#88;FD1048576"  # a parser reads XFD1048576, a search does not
    found = judge(
        raw_xlsx(f'<row r="1">{inline("A1", "a")}</row><row r="2">{inline(hidden, "b")}</row>'), "a.xlsx"
    )
    assert found.outcome is REJECT


def test_empty_rows_to_the_end_of_an_ods_page_are_no_bomb():
    lines = [ods_row(*map(ods_cell, row), ods_cell(repeat=16_000)) for row in [makers.HEADS, *rows()]]
    tail = ods_row(ods_cell(repeat=16_384), repeat=1_048_000)
    assert judge(ods("".join(lines) + tail), "a.ods").outcome is ACCEPT


@pytest.mark.parametrize(
    "name",
    [
        '=HYPERLINK("http://127.0.0.1")',
        "+1+1",
        "@SUM(1)",
        "<script>alert(1)</script>",
        "{{7*7}}",
        "../../etc/passwd",
        "NULL",
        "%s%n",
    ],
)
def test_t68_t69_hostile_names_are_text(name):
    quoted = '"' + name.replace('"', '""') + '"'
    found = judge(csv(changed(3, "name", quoted)))
    assert found.outcome in (ACCEPT, WARN)
    assert value(found, "04") == 5000


@pytest.mark.parametrize("name", ["\u202eredro", "a\x1b[31m", "a\u200bb"])
def test_t69_control_signs_in_names(name):
    assert codes(judge(csv(changed(3, "name", name)))) == ["control-character"]

"""What a file is by its bytes, whatever its name says: looked at before any reader is chosen."""

from __future__ import annotations

import re

from lebenslagen.project.read.grid import Note

__all__ = [
    "EIGHT_BIT",
    "ENCRYPTED",
    "LIMIT_BYTES",
    "LIMIT_COLUMNS",
    "LIMIT_ROWS",
    "Refused",
    "content_kind",
    "refuse_markup",
]

LIMIT_BYTES = 20 * 1024**2
LIMIT_COLUMNS = 500  # SF
LIMIT_ROWS = 200_000
EIGHT_BIT = ("cp1252", "cp850", "mac_roman")  # encodings that German offices still write
ENCRYPTED = "EncryptedPackage".encode("utf-16-le")  # a stream's name, as in the directory of an OLE container
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

# First bytes -> kind. What is not here and not text is "binary".
MAGIC = (
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
    (OLE, "ole"),
    (b"SQLite format 3\x00", "sqlite"),
    (b"\x89PNG", "png"),
    (b"\xff\xd8\xff", "jpeg"),
    (b"GIF8", "gif"),
    (b"%PDF", "pdf"),
    (b"\x1f\x8b", "gzip"),
    (b"BZh", "bzip2"),
    (b"7z\xbc\xaf", "7z"),
    (b"Rar!", "rar"),
    (b"\x7fELF", "program"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"fgb\x03", "flatgeobuf"),
    (b"\x00\x00\x27\x0a", "shp"),
)


class Refused(Exception):
    """The file goes no further; carries the note that says why.

    >>> Refused("file-empty", "a.csv").note.code
    'file-empty'
    """

    def __init__(self, code: str, where: str, **values: object) -> None:
        super().__init__(code)
        self.note = Note(code, where, values)


def content_kind(data: bytes) -> str:
    """What the bytes are, whatever the name says: zip, ole, sqlite, html, xml, json, text, …

    >>> content_kind(b"PK\\x03\\x04..."), content_kind(b"<html><body>"), content_kind(b"a;b\\n1;2\\n")
    ('zip', 'html', 'text')
    """
    for magic, kind in MAGIC:
        if data.startswith(magic):
            return kind
    start = data[:1024].removeprefix(b"\xef\xbb\xbf").lstrip()[:512].lower()
    if start.startswith((b"<html", b"<!doctype html", b"<table")) or b"<html" in start:
        return "html"
    if start.startswith((b"<?xml", b"<!doctype", b"<!--")) or re.match(rb"<[a-z][\w.:-]*[\s/>]", start):
        return "xml"
    if re.match(rb"[{\[]\s*[\"{\[\]}]", start):
        return "json"
    return "text"


def refuse_markup(name: str, xml: bytes, where: str) -> None:
    """Refuse XML that brings its own entities, or hides them in another encoding.

    Raises Refused.

    >>> refuse_markup("a.xml", b"<a/>", "a.xlsx")
    >>> refuse_markup("a.xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a/>', "a.xlsx")
    Traceback (most recent call last):
    lebenslagen.project.read.content.Refused: xml-entities
    """
    if b"!" in xml and (b"<!DOCTYPE" in xml or b"<!ENTITY" in xml):  # one letter is found ten times as fast
        raise Refused("xml-entities", where, name=name)
    head = xml[:200].lower()
    declared = re.search(rb"encoding\s*=\s*[\"']([\w.-]+)", head)
    if b"\x00" in head or (declared and declared.group(1) not in (b"utf-8", b"us-ascii")):
        raise Refused("xml-encoding", where, name=name)

"""Tables for office software: CSV with its description, and one workbook."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.project.export.tables import (
    FIRST,
    Field,
    Table,
    citation,
    note,
    sources,
    sources_of,
    tables,
)
from lebenslagen.texts import MARKS, SIGNS, Texts, texts

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Release
    from lebenslagen.indicators import Catalogue

__all__ = ["csv_files", "defused", "guide", "workbook"]

# A spreadsheet takes text that begins like this for a formula, full-width forms too; signs alone are none.
FORMULA = re.compile("[=+\\-@\t\r\0\uff1d\uff0b\uff0d\uff20]")
SIGNS_ONLY = re.compile(r"[+\-/]+")

TEXT = {
    "num_format": "@",
    "quote_prefix": True,
}  # what was text stays text, even when somebody edits the cell


def defused(text: str) -> str:
    """A text no spreadsheet takes for a formula: an apostrophe goes before = + - @, tab, carriage return and NUL.

    Signs alone (a class such as "+/-") are no formula. Reading such a file takes the apostrophe away again.
    OWASP ASVS 5.0, 1.2.10.

    >>> defused("=1+1"), defused("Nord"), defused("+/-")
    ("'=1+1", 'Nord', '+/-')
    """
    return f"'{text}" if FORMULA.match(text) and not SIGNS_ONLY.fullmatch(text) else text


def csv_files(release: Release, catalogue: Catalogue, t: Texts | None = None) -> dict[str, bytes]:
    """Each table as CSV as German office software reads it, with its description beside it (W3C CSV on the Web).

    Separator `;`, decimal comma, UTF-8 with byte order mark; in place of a value that is not there stands its sign.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> from lebenslagen.indicators import Catalogue
    >>> csv_files(made, Catalogue())["stadt.csv"].decode("utf-8-sig").splitlines()
    ['Schlüssel;Gebiet;Zeitraum;Einwohner', '05;05;2024;1234']
    """
    said = t or texts()
    found = {}
    for table in tables(release, said):
        found[f"{table.name}.csv"] = _csv(table)
        found[f"{table.name}.csv-metadata.json"] = _json(_description(release, table, catalogue, said))
    return found


def _rules(release: Release, t: Texts) -> tuple[str, ...]:
    from lebenslagen.disclosure.explain import printed_rules

    return printed_rules(release, t)


def _csv(table: Table) -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow([defused(field.title) for field in table.fields])
    for row in table.rows:
        writer.writerow([_written(value, field) for value, field in zip(row, table.fields, strict=True)])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _written(value: Decimal | str, field: Field) -> str:
    if isinstance(value, Decimal):
        return f"{value:.{field.decimals}f}".replace(".", ",")
    return defused(value)


def _json(content: object) -> bytes:
    return (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode()


def _description(release: Release, table: Table, catalogue: Catalogue, t: Texts) -> dict[str, Any]:
    return {
        "@context": ["http://www.w3.org/ns/csvw", {"@language": t.language}],
        "url": f"{table.name}.csv",
        "dc:title": f"{release.title}: {table.label}",
        "dc:publisher": release.town,
        "dc:issued": release.issued,
        "dc:language": t.language,
        "dc:description": [line for line in (note(release, t), *_rules(release, t)) if line],
        "dc:source": [citation(source) for source in sources(table, catalogue)],
        "notes": [{"sign": sign, "meaning": t(MARKS[mark])} for mark, sign in SIGNS.items()],
        "dialect": {"delimiter": ";", "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "columns": [_described(field, catalogue) for field in table.fields],
            "primaryKey": [table.fields[0].key, table.fields[2].key],
        },
    }


def _described(field: Field, catalogue: Catalogue) -> dict[str, Any]:
    found: dict[str, Any] = {"name": field.key, "titles": [field.title], "datatype": "string"}
    if field.kind == "number":
        found["datatype"] = {"base": "decimal", "format": {"decimalChar": ","}}
        found["null"] = ["", *SIGNS.values()]
    if field.columns:
        found["dc:temporal"] = sorted(field.columns)
        found["unit"] = _unit(field)
        found["dc:source"] = [citation(source) for source in sources_of(field, catalogue)]
    return found


def _unit(field: Field) -> str:
    return next((column.unit for column in field.columns.values()), "")


def workbook(release: Release, catalogue: Catalogue, day: date, t: Texts | None = None) -> bytes:
    """All tables as one XLSX file: a sheet a table, and first one that says how to read them.

    Numbers are numbers, texts are typed as text and never taken for a formula. The same release gives the same bytes.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> from lebenslagen.indicators import Catalogue
    >>> workbook(made, Catalogue(), date(2025, 6, 30))[:2]
    b'PK'
    """
    import xlsxwriter

    said, out = t or texts(), io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    created = datetime(day.year, day.month, day.day, tzinfo=UTC).replace(tzinfo=None)
    book.set_properties({"title": release.title, "author": release.town, "created": created})
    found = tables(release, said)
    _guide_sheet(book, guide(release, found, catalogue, said), said)
    for name, table in zip(_sheet_names(table.label for table in found), found, strict=True):
        _sheet(book, name, table)
    book.close()
    return out.getvalue()


def _sheet_names(labels: Iterable[str]) -> list[str]:
    """Names Excel accepts: 31 characters, none of []:*?/\\ in them, none twice."""
    plain = [re.sub(r"[\[\]:*?/\\']", "_", label)[:28] or "Tabelle" for label in labels]
    return [f"{name} {n}" if plain[: n - 1].count(name) else name for n, name in enumerate(plain, start=1)]


def _sheet(book: Any, name: str, table: Table) -> None:
    sheet = book.add_worksheet(name)
    head = book.add_format({**TEXT, "bold": True, "text_wrap": True, "valign": "top", "bottom": 1})
    text, sign = book.add_format(TEXT), book.add_format({**TEXT, "align": "right"})
    numbers = {d: book.add_format({"num_format": _format(d)}) for d in {f.decimals for f in table.fields}}
    for place, field in enumerate(table.fields):
        sheet.write_string(0, place, field.title, head)
        for line, row in enumerate(table.rows, start=1):
            value = row[place]
            if isinstance(value, Decimal):
                sheet.write_number(line, place, float(value), numbers[field.decimals])
            elif value:
                sheet.write_string(line, place, value, sign if field.kind == "number" else text)
    sheet.freeze_panes(1, FIRST)
    sheet.autofilter(0, 0, len(table.rows), len(table.fields) - 1)
    sheet.set_column(0, 0, 14)
    sheet.set_column(1, 1, 32)
    sheet.set_column(2, len(table.fields), 14)


def _format(decimals: int) -> str:
    return "#,##0." + "0" * decimals if decimals else "#,##0"


def _guide_sheet(book: Any, lines: Iterable[Line], t: Texts) -> None:
    sheet = book.add_worksheet(t("How to read"))
    bold = book.add_format({**TEXT, "bold": True})
    text = book.add_format({**TEXT, "text_wrap": True, "valign": "top"})
    for line, (cells, strong) in enumerate(lines):
        for place, cell in enumerate(cells):
            if cell:
                sheet.write_string(line, place, cell, bold if strong else text)
    sheet.set_column(0, 0, 44)
    sheet.set_column(1, 1, 60)
    sheet.set_column(2, 4, 30)


Line = tuple[tuple[str, ...], bool]


def guide(release: Release, found: Sequence[Table], catalogue: Catalogue, t: Texts) -> Iterator[Line]:
    """The lines that explain the tables, and whether each is a heading: title, rules, signs, columns, sources.

    >>> from lebenslagen.disclosure.release import Policy, Release
    >>> from lebenslagen.indicators import Catalogue
    >>> next(guide(Release(Policy(), "Sozialbericht", "M", (), ()), (), Catalogue(), texts()))
    (('Sozialbericht',), True)
    """
    yield (release.title,), True
    yield from (((line,), False) for line in (note(release, t), release.town, release.issued) if line)
    yield from (((line,), False) for line in _rules(release, t))
    yield (t("Sign"), t("Meaning")), True
    yield from (((sign, t(MARKS[mark])), False) for mark, sign in SIGNS.items())
    yield (t("Column"), t("Key of the column"), t("Periods"), t("Unit"), t("Source")), True
    fields = {field.key: field for table in found for field in table.fields if field.columns}
    yield from ((_explained(field, catalogue), False) for field in fields.values())
    yield (t("Source"), t("Title"), t("As of"), t("Licence"), t("Internet address")), True
    named = {source.key: source for table in found for source in sources(table, catalogue)}
    for source in named.values():
        day = t.date(source.as_of) if source.as_of else ""
        yield (source.producer, source.title, day, source.licence, source.url), False


def _explained(field: Field, catalogue: Catalogue) -> tuple[str, ...]:
    titles = "; ".join(source.title for source in sources_of(field, catalogue))
    return (field.title, field.key, ", ".join(sorted(field.columns)), _unit(field), titles)

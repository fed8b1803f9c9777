"""A small town and the files its offices send: csv by hand, xlsx by XlsxWriter and byte by byte, ods by hand."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import xlsxwriter

from lebenslagen.errors import Fault, Outcome
from lebenslagen.project.read import Check, Earlier, Layout, check
from lebenslagen.project.read.layout import Column, Header, Key, PeriodRule, Relation, Subtotals, Table

NAMES = (
    "Altmarkt",
    "Brückstraße",
    "Am Förderturm",
    "Dorf",
    "Eisenhütte",
    "Forst",
    "Gärten",
    "Hafen",
    "Inselhof",
    "Jungbusch",
    "Kamp",
    "Linden",
)
BIG = 12


@dataclass(frozen=True)
class Register:
    ids: tuple[str, ...]
    names: tuple[str, ...]
    parents: tuple[str, ...]


TOWN = Register(
    ids=tuple(f"{i:02d}" for i in range(1, BIG + 1)),
    names=NAMES,
    parents=tuple("Nord" if i < 6 else "Süd" for i in range(BIG)),
)
AREAS = {"quartier": TOWN}
HEADS = ("nr", "name", "bezirk", "jahr", "einwohner", "haushalte", "sgb2")
RELATIONS = (Relation("haushalte", "einwohner"), Relation("sgb2", "einwohner"))


def layout(*columns: Column, period: PeriodRule | None = None, **table: object) -> Layout:
    """The usual layout of this town, or one with other columns or other properties of its table."""
    counts = columns or (() if "long" in table else tuple(Column(h, variable=h) for h in HEADS[4:]))
    options = {
        "key": Key("nr", name_column="name"),
        "level": "quartier",
        "subtotals": Subtotals(column="bezirk"),
    }
    return Layout(
        (Table(columns=counts, **(options | table)),),  # type: ignore[arg-type]
        period or PeriodRule("column", column="jahr"),
        relations=RELATIONS,
    )


USUAL = layout()


def rows(year: int = 2023, factor: float = 1) -> list[list[str]]:
    """Twelve quarters: residents 2,000 to 13,000, half as many households, a tenth on benefits."""
    return [
        [
            TOWN.ids[i],
            NAMES[i],
            TOWN.parents[i],
            str(year),
            str(1000 * (i + 2)),
            str(500 * (i + 2)),
            str(int(100 * (i + 2) * factor)),
        ]
        for i in range(BIG)
    ]


def csv(
    body: Sequence[Sequence[str]] | None = None,
    heads: Sequence[str] = HEADS,
    *,
    sep: str = ";",
    end: str = "\n",
) -> bytes:
    lines = [sep.join(heads), *(sep.join(r) for r in (rows() if body is None else body))]
    return (end.join(lines) + end).encode()


def changed(row: int, column: str, text: str) -> list[list[str]]:
    """The usual rows with one other cell."""
    body = rows()
    body[row][HEADS.index(column)] = text
    return body


def xlsx(body: Sequence[Sequence[object]], heads: Sequence[str] = HEADS, **options: object) -> bytes:
    """A workbook of one sheet "Daten"; numbers as numbers where they are written as such."""
    target = io.BytesIO()
    book = xlsxwriter.Workbook(target, {"in_memory": True, **options})
    page = book.add_worksheet("Daten")
    page.write_row(0, 0, heads)
    for r, row in enumerate(body, 1):
        page.write_row(r, 0, row)
    book.close()
    return target.getvalue()


XMLNS = "http://schemas.openxmlformats.org"
OFFICE = "application/vnd.openxmlformats-officedocument.spreadsheetml"
CONTENT = (
    f'<?xml version="1.0"?><Types xmlns="{XMLNS}/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/xl/workbook.xml" ContentType="{OFFICE}.sheet.main+xml"/>'
    f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{OFFICE}.worksheet+xml"/></Types>'
)
RELS = (
    f'<?xml version="1.0"?><Relationships xmlns="{XMLNS}/package/2006/relationships">'
    f'<Relationship Id="rId1" Type="{XMLNS}/officeDocument/2006/relationships/{{kind}}" Target="{{target}}"/>'
    "</Relationships>"
)
BOOK = (
    f'<?xml version="1.0"?><workbook xmlns="{XMLNS}/spreadsheetml/2006/main" '
    f'xmlns:r="{XMLNS}/officeDocument/2006/relationships">'
    '<sheets><sheet name="Daten" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
SHEET = (
    f'<?xml version="1.0"?><worksheet xmlns="{XMLNS}/spreadsheetml/2006/main">'
    "<sheetData>{rows}</sheetData></worksheet>"
)


def raw_xlsx(sheet_rows: str, extra: Mapping[str, bytes] | None = None, sheet: str = SHEET) -> bytes:
    """A workbook written byte by byte, as no program would."""
    parts = {
        "[Content_Types].xml": CONTENT,
        "_rels/.rels": RELS.format(kind="officeDocument", target="xl/workbook.xml"),
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": RELS.format(kind="worksheet", target="worksheets/sheet1.xml"),
        "xl/worksheets/sheet1.xml": sheet.format(rows=sheet_rows),
    }
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in {**parts, **(extra or {})}.items():
            archive.writestr(name, part)
    return target.getvalue()


def inline(ref: str, text: str) -> str:
    return f'<c r="{ref}" t="inlineStr"><is><t>{text}</t></is></c>'


def ods_row(*cells: str, repeat: int = 0) -> str:
    times = f' table:number-rows-repeated="{repeat}"' if repeat else ""
    return f"<table:table-row{times}>{''.join(cells)}</table:table-row>"


def ods_cell(text: str = "", kind: str = "string", number: str = "", repeat: int = 0) -> str:
    times = f' table:number-columns-repeated="{repeat}"' if repeat else ""
    if not text:
        return f"<table:table-cell{times}/>"
    value = f' office:value="{number}"' if number else ""
    return f'<table:table-cell{times} office:value-type="{kind}"{value}><text:p>{text}</text:p></table:table-cell>'


def ods(table_rows: str, styles: str = "", attributes: str = "") -> bytes:
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    names = " ".join(f'xmlns:{n}="{urn}:{n}:1.0"' for n in ("office", "table", "text", "style"))
    content = (
        f'<?xml version="1.0"?><office:document-content {names}>'
        f"<office:automatic-styles>{styles}</office:automatic-styles><office:body><office:spreadsheet>"
        f'<table:table table:name="Daten" {attributes}>{table_rows}</table:table>'
        "</office:spreadsheet></office:body></office:document-content>"
    )
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", content)
    return target.getvalue()


def judge(data: bytes, name: str = "lieferung.csv", use: Layout = USUAL, **options: object) -> Check:
    return check(data, name, use, AREAS, "2023", **options)  # type: ignore[arg-type]


def codes(found: Check) -> list[str]:
    return [f.code for f in found.faults]


def fault(found: Check, code: str) -> Fault:
    return next(f for f in found.faults if f.code == code)


def earlier(year: int = 2022, factor: float = 1) -> Earlier:
    """What was delivered a year before."""
    reading = judge(csv(rows(year, factor)), "vorjahr.csv").reading
    return Earlier.of(reading, "03.02.2023", "Statistikstelle")


__all__ = ["AREAS", "BIG", "HEADS", "NAMES", "TOWN", "USUAL", "Header", "Outcome", "Register"]
__all__ += [
    "changed",
    "codes",
    "csv",
    "earlier",
    "fault",
    "inline",
    "judge",
    "layout",
    "ods",
    "raw_xlsx",
    "rows",
    "xlsx",
]

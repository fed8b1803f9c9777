"""Write workbooks, tables and layers so that the same content gives the same bytes."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from xml.sax.saxutils import escape

__all__ = ["csv_bytes", "layer", "ods_bytes", "xls_bytes", "xlsx"]

# Before pyogrio loads GDAL: the GeoPackage carries the date of its last change.
os.environ["OGR_CURRENT_DATE"] = "2025-03-31T00:00:00Z"

CREATED = datetime(2025, 3, 31, tzinfo=UTC)


def xlsx() -> tuple[io.BytesIO, object]:
    """Open a workbook in memory with a fixed date of creation."""
    import xlsxwriter

    stream = io.BytesIO()
    book = xlsxwriter.Workbook(stream, {"in_memory": True})
    book.set_properties({"created": CREATED, "author": "Stadt Musterstadt"})
    return stream, book


def csv_bytes(rows: Iterable[Sequence[object]], encoding: str) -> bytes:
    """Join cells by semicolons, lines by CR LF."""
    return "".join(";".join(str(cell) for cell in row) + "\r\n" for row in rows).encode(encoding)


def xls_bytes(sheets: dict[str, list[list[object]]]) -> bytes:
    """Write the old binary workbook."""
    import xlwt

    book = xlwt.Workbook(encoding="utf-8")
    for name, rows in sheets.items():
        sheet = book.add_sheet(name)
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if cell is not None:
                    sheet.write(r, c, cell)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_XML = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_ODS = " ".join(f'xmlns:{name}="{_NAMES}:{name}:1.0"' for name in ("office", "table", "text"))
_MIME = "application/vnd.oasis.opendocument.spreadsheet"
_MANIFEST = (
    f'{_XML}<manifest:manifest xmlns:manifest="{_NAMES}:manifest:1.0" manifest:version="1.2">'
    f'<manifest:file-entry manifest:full-path="/" manifest:version="1.2" manifest:media-type="{_MIME}"/>'
    '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml"/></manifest:manifest>'
)


def ods_bytes(sheets: dict[str, list[list[str]]]) -> bytes:
    """Write a spreadsheet in which every cell is text."""
    body = []
    for name, rows in sheets.items():
        body.append(f'<table:table table:name="{escape(name)}">')
        for row in rows:
            cells = "".join(_ods_cell(cell) for cell in row) or "<table:table-cell/>"
            body.append(f"<table:table-row>{cells}</table:table-row>")
        body.append("</table:table>")
    content = (
        f'{_XML}<office:document-content {_ODS} office:version="1.2"><office:body>'
        f"<office:spreadsheet>{''.join(body)}</office:spreadsheet></office:body></office:document-content>"
    )
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, text, how in (
            ("mimetype", _MIME, zipfile.ZIP_STORED),
            ("content.xml", content, zipfile.ZIP_DEFLATED),
            ("META-INF/manifest.xml", _MANIFEST, zipfile.ZIP_DEFLATED),
        ):
            member = zipfile.ZipInfo(name, (2025, 3, 31, 0, 0, 0))
            member.compress_type = how
            member.external_attr = 0o644 << 16
            archive.writestr(member, text)
    return stream.getvalue()


def _ods_cell(text: str) -> str:
    if text == "":
        return "<table:table-cell/>"
    return f'<table:table-cell office:value-type="string"><text:p>{escape(text)}</text:p></table:table-cell>'


def layer(
    path: Path, name: str, geometry: Sequence[object], kind: str, fields: dict[str, Sequence[object]]
) -> None:
    """Write one layer of a GeoPackage, EPSG:25832."""
    import numpy as np
    import pyogrio.raw
    import shapely

    columns = [
        np.array(values, dtype=object if isinstance(values[0], str) else None) for values in fields.values()
    ]
    path.unlink(missing_ok=True)
    path.parent.mkdir(parents=True, exist_ok=True)
    pyogrio.raw.write(
        path,
        geometry=np.array([shapely.to_wkb(g) for g in geometry], dtype=object),
        field_data=columns,
        fields=list(fields),
        layer=name,
        driver="GPKG",
        geometry_type=kind,
        crs="EPSG:25832",
        layer_options={"SPATIAL_INDEX": "NO"},
    )

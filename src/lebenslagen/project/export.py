"""Releases as files others can use: CSV with metadata, XLSX, GeoPackage, GeoJSON. Written from nothing."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from lebenslagen.texts import MARKS, N_, SIGNS, Texts, texts

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Release
    from lebenslagen.indicators import Catalogue, Source

__all__ = ["Field", "Table", "csv_files", "defused", "files", "geojson", "geopackage", "tables", "workbook"]

# Why a number is not there, or is no count, in one word; the sign stands in the cell, the word beside it.
STATES: Mapping[str, str] = {
    "estimated": N_("estimated"),
    "excluded": N_("left out of the comparison"),
    "missing": N_("missing"),
    "undefined": N_("not defined"),
    "withheld": N_("kept secret"),
}

# A spreadsheet takes text that begins like this for a formula, full-width forms too; signs alone are none.
FORMULA = re.compile("[=+\\-@\t\r\0\uff1d\uff0b\uff0d\uff20]")
SIGNS_ONLY = re.compile(r"[+\-/]+")

TEXT = {
    "num_format": "@",
    "quote_prefix": True,
}  # what was text stays text, even when somebody edits the cell
DEGREES = "EPSG:4326"
STATUS = ".status"  # what is added to a column's key for the column that says why a value is not a count
PLACES = 6  # decimals of a degree: a tenth of a metre


@dataclass(frozen=True)
class Field:
    """One column of a table: its key, what stands above it, and what it holds.

    kind: "text", "number" (cells are Decimal, or a sign) or "status" (a word, or nothing).

    >>> Field("SGB.rate@2024", "SGB-II-Quote 2024 (%)", "number", 1).decimals
    1
    """

    key: str
    title: str
    kind: Literal["text", "number", "status"]
    decimals: int = 0
    column: Column | None = None


@dataclass(frozen=True)
class Table:
    """All that is shown for the areas of one level in the boundaries of one date: a row an area.

    >>> Table("stadt", "Stadt", "stadt", "", (), ()).rows
    ()
    """

    name: str
    label: str
    level: str
    vintage: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Decimal | str, ...], ...]


def files(
    release: Release, areas: Mapping[str, Areas], catalogue: Catalogue, day: date, t: Texts | None = None
) -> dict[str, bytes]:
    """All formats at once: path -> bytes. `areas`: level -> Areas; `day`: the declared date of the files.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> from lebenslagen.indicators import Catalogue
    >>> sorted(files(made, {}, Catalogue(), date(2025, 6, 30)))
    ['csv/stadt.csv', 'csv/stadt.csv-metadata.json', 'tabellen.gpkg', 'tabellen.xlsx']
    """
    said = t or texts()
    stem = _marked(release, "tabellen")
    return {
        **{f"csv/{name}": content for name, content in csv_files(release, catalogue, said).items()},
        f"{stem}.xlsx": workbook(release, catalogue, day, said),
        f"{stem}.gpkg": geopackage(release, areas, catalogue, day, said),
        **{f"geojson/{name}": content for name, content in geojson(release, areas, catalogue, said).items()},
    }


# --- tables ---------------------------------------------------------------------------------------------------


def tables(release: Release, t: Texts | None = None) -> tuple[Table, ...]:
    """The release as tables, one a level and date of boundaries, finest first; tables without figures are left out.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> tables(made)[0].rows
    (('05', '05', Decimal('1234')),)
    """
    said = t or texts()
    frames = [(frame, columns) for frame in release.frames if (columns := _columns(release, frame))]
    several = Counter(frame.level for frame, _ in frames)
    return tuple(_table(release, frame, columns, several[frame.level] > 1, said) for frame, columns in frames)


def _columns(release: Release, frame: LevelFrame) -> tuple[Column, ...]:
    return tuple(c for c in release.columns if c.vintage == frame.vintage and c.cells.get(frame.level))


def _table(release: Release, frame: LevelFrame, columns: Sequence[Column], several: bool, t: Texts) -> Table:
    fields = (
        Field("gebiet", t("Key"), "text"),
        Field("name", t("Area"), "text"),
        *_fields(frame, columns, t),
    )
    note = _note(release, t)
    fields += (Field("vermerk", t("Note"), "text"),) if note else ()
    name = re.sub(r"[^\w-]", "_", f"{frame.level}-{frame.vintage}" if several else frame.level)
    label = f"{frame.label or frame.level} {frame.vintage}" if several else frame.label or frame.level
    heads = (frame.ids, tuple(frame.name(area) for area in frame.ids))
    contents = [_contents(field, frame, t) for field in fields if field.column is not None]
    notes = [(note,) * len(frame.ids)] if note else []
    rows = tuple(zip(*heads, *contents, *notes, strict=True))
    return Table(_marked(release, name), label, frame.level, frame.vintage, fields, rows)


def _fields(frame: LevelFrame, columns: Sequence[Column], t: Texts) -> Iterator[Field]:
    titles = Counter(_title(column) for column in columns)
    for column in columns:
        title = _title(column)
        title = title if titles[title] == 1 else f"{title} [{column.key}]"
        words = any(isinstance(cell.value, str) for cell in column.cells[frame.level].values())
        yield Field(column.key, title, "text" if words else "number", column.decimals, column)
        if any(cell.estimated for cell in column.cells[frame.level].values()):
            yield Field(column.key + STATUS, t("{title}, status", title=title), "status", 0, column)


def _title(column: Column) -> str:
    label = column.label or column.key
    label = label if not column.period or column.period in label else f"{label} {column.period}"
    return f"{label} ({column.unit})" if column.unit and column.unit not in label else label


def _contents(field: Field, frame: LevelFrame, t: Texts) -> tuple[Decimal | str, ...]:
    """What a column of the release shows for each area, or for each area whether it is estimated."""
    cells = field.column.cells[frame.level] if field.column else {}
    found = [cells.get(area) for area in frame.ids]
    if field.kind == "status":
        return tuple(t(STATES["estimated"]) if cell is not None and cell.estimated else "" for cell in found)
    return tuple(map(_shown, found))


def _shown(cell: Cell | None) -> Decimal | str:
    """The value of a cell, or the sign in its place; a cell the release does not have is missing."""
    if cell is None:
        return SIGNS["missing"]
    return SIGNS[cell.mark] if cell.value is None else cell.value


def _note(release: Release, t: Texts) -> str:
    """What must stand on everything that is not for the public, or not approved yet."""
    notes = [t("INTERNAL")] if release.audience == "internal" else []
    return " ".join(notes + ([] if release.approved_by else [t("DRAFT")]))


def _marked(release: Release, name: str) -> str:
    inside = "INTERN-" if release.audience == "internal" else ""
    return f"{inside}{'' if release.approved_by else 'ENTWURF-'}{name}"


def defused(text: str) -> str:
    """A text no spreadsheet takes for a formula: an apostrophe goes before = + - @, tab, carriage return and NUL.

    Signs alone (a class such as "+/-") are no formula. Reading such a file takes the apostrophe away again.
    OWASP ASVS 5.0, 1.2.10.

    >>> defused("=1+1"), defused("Nord"), defused("+/-")
    ("'=1+1", 'Nord', '+/-')
    """
    return f"'{text}" if FORMULA.match(text) and not SIGNS_ONLY.fullmatch(text) else text


# --- CSV ------------------------------------------------------------------------------------------------------


def csv_files(release: Release, catalogue: Catalogue, t: Texts | None = None) -> dict[str, bytes]:
    """Each table as CSV as German office software reads it, with its description beside it (W3C CSV on the Web).

    Separator `;`, decimal comma, UTF-8 with byte order mark; in place of a value that is not there stands its sign.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> from lebenslagen.indicators import Catalogue
    >>> csv_files(made, Catalogue())["stadt.csv"].decode("utf-8-sig").splitlines()
    ['Schlüssel;Gebiet;Einwohner 2024', '05;05;1234']
    """
    said = t or texts()
    found = {}
    for table in tables(release, said):
        found[f"{table.name}.csv"] = _csv(table)
        found[f"{table.name}.csv-metadata.json"] = _json(_description(release, table, catalogue, said))
    return found


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
        "dc:description": [line for line in (_note(release, t), *release.rules) if line],
        "dc:source": [_citation(source) for source in _sources(release, table, catalogue)],
        "notes": [{"sign": sign, "meaning": t(MARKS[mark])} for mark, sign in SIGNS.items()],
        "dialect": {"delimiter": ";", "encoding": "utf-8", "header": True, "lineTerminators": ["\r\n"]},
        "tableSchema": {
            "columns": [_described(field, catalogue) for field in table.fields],
            "primaryKey": table.fields[0].key,
        },
    }


def _described(field: Field, catalogue: Catalogue) -> dict[str, Any]:
    found: dict[str, Any] = {"name": field.key, "titles": [field.title]}
    if field.kind == "number":
        found["datatype"] = {"base": "decimal", "format": {"decimalChar": ","}}
        found["null"] = list(SIGNS.values())
    else:
        found["datatype"] = "string"
    if field.column is not None:
        found["dc:temporal"] = field.column.period
        found["unit"] = field.column.unit
        found["dc:source"] = [_citation(source) for source in _of_column(field.column, catalogue)]
    return found


def _sources(release: Release, table: Table, catalogue: Catalogue) -> tuple[Source, ...]:
    """The sources of a table's columns, in the order of the columns, none twice."""
    columns = [field.column for field in table.fields if field.column is not None]
    return tuple({s.key: s for column in columns for s in _of_column(column, catalogue)}.values())


def _of_column(column: Column, catalogue: Catalogue) -> tuple[Source, ...]:
    known = {source.key: source for source in catalogue.sources}
    return tuple(known[key] for key in column.sources if key in known)


def _citation(source: Source) -> dict[str, str]:
    facts = {"producer": source.producer, "title": source.title, "licence": source.licence, "url": source.url}
    facts["as_of"] = source.as_of.isoformat() if source.as_of else ""
    return {name: text for name, text in facts.items() if text}


# --- XLSX -----------------------------------------------------------------------------------------------------


def workbook(release: Release, catalogue: Catalogue, day: date, t: Texts | None = None) -> bytes:
    """All tables as one XLSX file: a sheet a table, and first a sheet that says how to read them.

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
    _guide_sheet(book, _guide(release, found, catalogue, said), said)
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
    sheet.freeze_panes(1, 2)
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


def _guide(release: Release, found: Sequence[Table], catalogue: Catalogue, t: Texts) -> Iterator[Line]:
    """The lines of the guide and whether each is a heading: title, rules, signs, columns, sources."""
    yield (release.title,), True
    for line in (_note(release, t), release.town, release.issued, *release.rules):
        if line:
            yield (line,), False
    yield (t("Sign"), t("Meaning")), True
    for mark, sign in SIGNS.items():
        yield (sign, t(MARKS[mark])), False
    yield (t("Column"), t("Key of the column"), t("Period"), t("Unit"), t("Source")), True
    fields = {field.key: field for table in found for field in table.fields if field.column is not None}
    for field in fields.values():
        yield _explained(field, catalogue), False
    sources = {source.key: source for table in found for source in _sources(release, table, catalogue)}
    yield (t("Source"), t("Title"), t("As of"), t("Licence"), t("Internet address")), True
    for source in sources.values():
        day = t.date(source.as_of) if source.as_of else ""
        yield (source.producer, source.title, day, source.licence, source.url), False


def _explained(field: Field, catalogue: Catalogue) -> tuple[str, ...]:
    column = field.column
    if column is None:
        return (field.title, field.key)
    sources = "; ".join(source.title for source in _of_column(column, catalogue))
    return (field.title, field.key, column.period, column.unit, sources)


# --- geometry -------------------------------------------------------------------------------------------------


def geojson(
    release: Release, areas: Mapping[str, Areas], catalogue: Catalogue | None = None, t: Texts | None = None
) -> dict[str, bytes]:
    """Each table whose boundaries are given as GeoJSON (RFC 7946: degrees, WGS 84, outer rings anticlockwise).

    A value that is not there is null, and the property with `.status` says why.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> geojson(made, {})
    {}
    """
    said = t or texts()
    return {
        f"{table.name}.geojson": _geojson(release, table, areas[table.level], catalogue, said)
        for table in _mapped(release, areas, said)
    }


def _mapped(release: Release, areas: Mapping[str, Areas], t: Texts) -> Iterator[Table]:
    """The tables whose boundaries are given: of the same level and, where it is known, of the same date."""
    for table in tables(release, t):
        found = areas.get(table.level)
        if found is not None and table.vintage in ("", found.vintage.isoformat()):
            yield table


def _geojson(release: Release, table: Table, areas: Areas, catalogue: Catalogue | None, t: Texts) -> bytes:
    shapes = dict(zip(areas.ids, _in_degrees(areas), strict=True))
    column = {field.key: _meaning(field) for field in table.fields if field.column is not None}
    sources = _sources(release, table, catalogue) if catalogue is not None else ()
    head = {
        "type": "FeatureCollection",
        "title": f"{release.title}: {table.label}",
        "publisher": release.town,
        "issued": release.issued,
        "note": _note(release, t),
        "rules": list(release.rules),
        "sources": [_citation(source) for source in sources],
        "columns": column,
    }
    features = ",\n".join(
        f'{{"type":"Feature","id":{_line(row[0])},"properties":{_line(_properties(table, row, t))},'
        f'"geometry":{shapes.get(str(row[0]), "null")}}}'
        for row in table.rows
    )
    return f'{_line(head)[:-1]},"features":[\n{features}\n]}}\n'.encode()


def _line(content: object) -> str:
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))


def _meaning(field: Field) -> dict[str, str]:
    column = field.column
    unit, period = (column.unit, column.period) if column else ("", "")
    return {"title": field.title, "unit": unit, "period": period}


def _in_degrees(areas: Areas) -> list[str]:
    import pyproj
    import shapely

    there = pyproj.Transformer.from_crs(areas.crs, DEGREES, always_xy=True)

    def degrees(points: Any) -> Any:
        import numpy as np

        return np.column_stack(there.transform(points[:, 0], points[:, 1])).round(PLACES)

    turned = shapely.orient_polygons(shapely.transform(areas.geometry, degrees))
    return [shapely.to_geojson(shape).replace(" ", "") for shape in turned]


def _properties(table: Table, row: Sequence[Decimal | str], t: Texts) -> dict[str, object]:
    found: dict[str, object] = {}
    for field, value in zip(table.fields, row, strict=True):
        if field.kind != "number":
            found |= {field.key: value} if value or field.kind == "text" else {}
        elif isinstance(value, Decimal):
            found[field.key] = int(value) if field.decimals == 0 else float(value)
        else:
            found |= {field.key: None, field.key + STATUS: _state(value, t)}
    return found


def _state(sign: str, t: Texts) -> str:
    return next(t(STATES[mark]) for mark, said in SIGNS.items() if said == sign)


def geopackage(
    release: Release, areas: Mapping[str, Areas], catalogue: Catalogue, day: date, t: Texts | None = None
) -> bytes:
    """The tables whose boundaries are given as layers of one GeoPackage, with a table that explains the columns.

    A value that is not there is NULL, and the field with `.status` says why. Same release and day, same bytes.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> from lebenslagen.indicators import Catalogue
    >>> geopackage(made, {}, Catalogue(), date(2025, 6, 30))[:15]
    b'SQLite format 3'
    """
    import pyogrio

    said = t or texts()
    before = pyogrio.get_gdal_config_option("OGR_CURRENT_DATE")
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": f"{day.isoformat()}T00:00:00.000Z"})
    try:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "tabellen.gpkg"
            found = tuple(_mapped(release, areas, said))
            for table in found:
                _layer(path, table, areas[table.level], said)
            _guide_layer(path, _guide(release, found, catalogue, said))
            return path.read_bytes()
    finally:
        pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": before})


def _layer(path: Path, table: Table, areas: Areas, t: Texts) -> None:
    import shapely

    rows = [row for row in table.rows if row[0] in areas.position]
    shapes = areas.geometry[[areas.position[str(row[0])] for row in rows]]
    multi = [
        shape if isinstance(shape, shapely.MultiPolygon) else shapely.MultiPolygon([shape])
        for shape in shapes
    ]
    records = [_properties(table, row, t) for row in rows]
    names = list(dict.fromkeys(name for record in records for name in record))
    kinds = {
        field.key: (int if field.decimals == 0 else float) if field.kind == "number" else str
        for field in table.fields
    }
    columns = {name: ([record.get(name) for record in records], kinds.get(name, str)) for name in names}
    _write(path, table.name, shapely.to_wkb(multi), "MultiPolygon", areas.crs, columns)


def _guide_layer(path: Path, lines: Iterable[Line]) -> None:
    rows = [(*cells, "", "", "", "")[:5] for cells, _ in lines]
    columns = {f"text{n}": (list(column), str) for n, column in enumerate(zip(*rows, strict=True), start=1)}
    _write(path, "lesehilfe", None, None, None, columns)


def _write(
    path: Path,
    layer: str,
    shapes: Any,
    kind: str | None,
    crs: str | None,
    columns: Mapping[str, tuple[list[Any], Callable[..., object]]],
) -> None:
    import numpy as np
    import pyogrio

    data, masks = [], []
    for values, of in columns.values():
        gap = of(0) if of is not str else ""
        masks.append(np.array([value is None for value in values]))
        filled = [gap if value is None else value for value in values]
        data.append(np.array(filled, dtype=object if of is str else "int64" if of is int else "float64"))
    pyogrio.raw.write(
        path,
        shapes,
        data,
        list(columns),
        field_mask=masks,
        layer=layer,
        driver="GPKG",
        geometry_type=kind,
        crs=crs,
        append=path.exists(),
    )

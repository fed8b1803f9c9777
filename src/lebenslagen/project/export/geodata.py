"""Figures on their polygons: GeoJSON for the web, GeoPackage for geographic information systems."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lebenslagen.project.export.office import Line, guide
from lebenslagen.project.export.tables import STATES, STATUS, Field, Table, citation, note, sources, tables
from lebenslagen.texts import SIGNS, Texts, texts

if TYPE_CHECKING:
    from lebenslagen.areas import Areas
    from lebenslagen.disclosure.release import Release
    from lebenslagen.indicators import Catalogue

__all__ = ["geojson", "geopackage"]

DEGREES = "EPSG:4326"
PLACES = 6  # decimals of a degree: a tenth of a metre


def geojson(
    release: Release, areas: Mapping[str, Areas], catalogue: Catalogue | None = None, t: Texts | None = None
) -> dict[str, bytes]:
    """The newest figures of each level whose boundaries are given (RFC 7946: degrees, outer rings anticlockwise).

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
    """The newest figures of which the boundaries are given: same level and, where it is known, same date."""
    for table in tables(release, t, latest=True):
        found = areas.get(table.level)
        if found is not None and table.vintage in ("", found.vintage.isoformat()):
            yield table


def _geojson(release: Release, table: Table, areas: Areas, catalogue: Catalogue | None, t: Texts) -> bytes:
    shapes = dict(zip(areas.ids, _in_degrees(areas), strict=True))
    head = {
        "type": "FeatureCollection",
        "title": f"{release.title}: {table.label}",
        "publisher": release.town,
        "issued": release.issued,
        "note": note(release, t),
        "sources": [citation(source) for source in sources(table, catalogue)]
        if catalogue is not None
        else [],
        "columns": {field.key: _meaning(field) for field in table.fields if field.columns},
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
    column = next(iter(field.columns.values()))
    return {"title": field.title, "unit": column.unit, "period": column.period}


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
            found |= {field.key: value} if value else {}
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
    """The newest figures as layers of one GeoPackage, with a table that explains the columns.

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
            _guide_layer(path, guide(release, found, catalogue, said))
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

"""A small town for the tests of the atlas: twelve quarters in two districts, two indicators, an index, three years."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from lebenslagen.areas import Areas
from lebenslagen.disclosure import Cell, Column, IndexInfo, LevelFrame, Policy, Release
from lebenslagen.edition import Edition, Level, Period
from lebenslagen.indicators import Break, Catalogue, Dimension, Indicator, Source, Variable

NAMES = (
    "Altmarkt",
    "Bahnhof",
    "Hafen",
    "Brücke",
    "Garten",
    "Süd",
    "Nord",
    "Insel",
    "Wiesen",
    "Hütte",
    "Feld",
    "Hof",
)
YEARS = ("2020", "2022", "2024")
QUARTER, DISTRICT, TOWN = "quartier", "bezirk", "stadt"
INDEX = "sozialindex"


def edition(
    names: Sequence[str] = NAMES,
    *,
    status: str = "draft",
    index: bool = True,
    town: str = "Musterstadt",
    hidden: bool = False,
    **more: Any,
) -> Edition:
    """An edition over these quarters; `hidden` withholds every value, `index` leaves the index away."""
    areas = _areas(names, town)
    columns = [*_residents(areas, hidden), *_rates(areas, hidden), *(_index(areas) if index else ())]
    frames = tuple(LevelFrame(key, a.ids, a.parents, names=a.names) for key, a in areas.items())
    release = Release(
        Policy(),
        "Sozialbericht",
        town,
        frames,
        tuple(columns),
        {INDEX: _rules(areas)} if index else {},
        rules=("Anzahlen von 1 bis 4 werden nicht veröffentlicht.",),
        author="A. Planung",
        approved_by="B. Statistik",
        issued="2025-06-30",
    )
    periods = tuple(Period(y, date(int(y), 12, 31), f"31.12.{y}", date(2019, 1, 1)) for y in YEARS)
    values: dict[str, Any] = {
        "levels": (
            Level(QUARTER, "Quartier", "Quartiere"),
            Level(DISTRICT, "Bezirk", "Bezirke"),
            Level(TOWN, "Stadt", "Stadt"),
        ),
        "previous": periods[0],
        "periods": periods,
        "imprint": {"publisher": "Stadt Musterstadt", "contact": "Altmarkt 1"},
    }
    return Edition(
        town=town,
        title="Sozialbericht",
        period=periods[-1],
        areas=areas,
        catalogue=_catalogue(),
        release=release,
        generated=date(2025, 6, 30),
        status=status,
        index=INDEX if index else None,
        **{**values, **more},
    )


def _areas(names: Sequence[str], town: str) -> dict[str, Areas]:
    boxes = [
        shapely.box(i % 4 * 1000, i // 4 * 800, (i % 4 + 1) * 1000, (i // 4 + 1) * 800)
        for i in range(len(names))
    ]
    ids = tuple(f"{i + 1:02}" for i in range(len(names)))
    parents = tuple("W" if i % 4 < 2 else "O" for i in range(len(names)))
    halves = [shapely.union_all([b for b, p in zip(boxes, parents, strict=True) if p == key]) for key in "WO"]
    shown = [(k, n, s) for k, n, s in zip("WO", ("West", "Ost"), halves, strict=True) if not s.is_empty]

    def level(key: str, rows: Sequence[tuple[str, str, str, Any]]) -> Areas:
        columns = list(zip(*rows, strict=True))
        return Areas(
            key, date(2019, 1, 1), columns[0], columns[1], columns[2], np.array(columns[3]), "EPSG:25832"
        )

    return {
        QUARTER: level(QUARTER, list(zip(ids, names, parents, boxes, strict=True))),
        DISTRICT: level(DISTRICT, [(k, n, "0", s) for k, n, s in shown]),
        TOWN: level(TOWN, [("0", town, "", shapely.union_all(boxes))]),
    }


def _catalogue() -> Catalogue:
    variables = tuple(Variable(key, key) for key in ("einwohner", "sgb2", "u15", "sgb2_u15"))
    law = Break("2022", "Seit Juni 2022 zählt anders.", "Die Werte steigen.")
    indicators = (
        Indicator(
            "SGB",
            "Leistungen nach dem SGB II",
            numerator="sgb2",
            denominator="einwohner",
            dimension="einkommen",
            breaks=(law,),
            short="SGB II",
            sentence="{value} von 100 Menschen erhielten Leistungen.",
            description="Am 31.12. je 100 Menschen.",
        ),
        Indicator(
            "KI", "Kinder", numerator="sgb2_u15", denominator="u15", dimension="kinder", aspect="neutral"
        ),
    )
    fields = (Dimension("einkommen", "Einkommen"), Dimension("kinder", "Kinder"))
    return Catalogue(
        variables, indicators, fields, (Source("jc", "Jobcenter", "SGB II", date(2024, 12, 31)),)
    )


def _cells(
    areas: dict[str, Areas], start: Decimal, step: Decimal, hidden: bool
) -> dict[str, dict[str, Cell]]:
    """Values that grow from quarter to quarter; the eighth is withheld."""

    def cell(i: int) -> Cell:
        return Cell(None, "withheld") if hidden or i == 7 else Cell(start + step * i)

    levels = {QUARTER: {area: cell(i) for i, area in enumerate(areas[QUARTER].ids)}}
    whole = Cell(None, "withheld") if hidden else Cell(start + 5 * step)
    coarse = {key: dict.fromkeys(areas[key].ids, whole) for key in (DISTRICT, TOWN)}
    return levels | coarse


def _residents(areas: dict[str, Areas], hidden: bool) -> list[Column]:
    return [
        Column(
            key=f"einwohner@{y}",
            role="residents",
            kind="count",
            period=y,
            variable="einwohner",
            indicator="einwohner",
            label="Bevölkerung",
            cells=_cells(areas, Decimal(5000), Decimal(100), hidden),
        )
        for y in YEARS
    ]


def _rates(areas: dict[str, Areas], hidden: bool) -> list[Column]:
    return [
        Column(
            key=f"{key}.rate@{y}",
            role="rate",
            kind="rate",
            period=y,
            indicator=key,
            label=key,
            unit="%",
            decimals=1,
            sources=("jc",),
            numerator="a",
            denominator="b",
            cells=_cells(areas, Decimal(start) + n, Decimal("1.5"), hidden),
        )
        for key, start in (("SGB", 5), ("KI", 9))
        for n, y in enumerate(YEARS)
    ]


def _index(areas: dict[str, Areas]) -> list[Column]:
    ids = areas[QUARTER].ids
    keys = dict.fromkeys(ids, "2") | dict(zip(ids, ("1", "2", "3", "4"), strict=False))
    moves = {area: ("+", "+/-", "-")[i % 3] for i, area in enumerate(ids)}
    what: dict[str, Any] = {"index": INDEX, "period": "2024"}

    def column(role: str, kind: str, cells: dict[str, Cell], **rest: Any) -> Column:
        shown = {area: Cell(None, "excluded") if i == 7 else cells[area] for i, area in enumerate(ids)}
        return Column(
            key=f"{role}{rest.get('indicator', '')}",
            role=role,
            kind=kind,
            cells={QUARTER: shown},
            **what,
            **rest,
        )

    half = {area: Cell(Decimal(i) / 10) for i, area in enumerate(ids)}
    return [
        column(
            "score",
            "linear",
            {area: Cell(Decimal(i) / 5) for i, area in enumerate(ids)},
            label="Sozialindex",
            decimals=2,
        ),
        column("contribution", "linear", half, label="SGB", indicator="SGB", decimals=2),
        column("contribution", "linear", half, label="KI", indicator="KI", decimals=2),
        column("class", "class", {a: Cell(k) for a, k in keys.items()}, label="Status"),
        column("dynamics_class", "class", {a: Cell(m) for a, m in moves.items()}, label="Dynamik"),
        column(
            "combined_class", "class", {a: Cell(keys[a] + moves[a]) for a in ids}, label="Status und Dynamik"
        ),
        column(
            "probability",
            "opaque",
            {a: Cell(Decimal("0.60" if a == "01" else "0.95")) for a in ids},
            decimals=2,
        ),
    ]


def _rules(areas: dict[str, Areas]) -> IndexInfo:
    return IndexInfo(
        key=INDEX,
        label="Sozialindex",
        period="2024",
        level=QUARTER,
        parts=(("SGB", 1.0, 1), ("KI", 1.0, 1)),
        means={"SGB": Decimal("12.5")},
        sds={"SGB": Decimal("4.2")},
        cuts=(-1.0, 1.0, 1.5),
        upper_closed=(False, True, True),
        class_keys=("1", "2", "3", "4"),
        class_labels=("hoch", "mittel", "niedrig", "sehr niedrig"),
        dynamics_cuts=(-1.0, 1.0),
        dynamics_upper_closed=(False, True),
        dynamics_class_keys=("+", "+/-", "-"),
        dynamics_class_labels=("günstig", "stabil", "ungünstig"),
        excluded={"08": "Weniger als 1.000 Menschen"} if len(areas[QUARTER]) > 7 else {},
        focus=areas[QUARTER].ids[3:4],
        focus_rule="Quartiere der Stufe 4",
    )

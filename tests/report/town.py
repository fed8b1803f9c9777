"""A small town for the report's tests: figures made by rule, protected by `protect`, nothing read from files.

Six Sozialräume, 27 quarters on a grid (or fewer), the periods 2016, 2020, 2021, 2022, 2024, a break in 2022.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import cache
from statistics import fmean, pstdev
from typing import Any

import numpy as np
import shapely

from lebenslagen.areas import Areas
from lebenslagen.disclosure import Draft, DraftColumn, IndexInfo, Ledger, LevelFrame, Policy, Release, protect
from lebenslagen.edition import Edition, Level, Period
from lebenslagen.indicators import Break, Catalogue, Dimension, Indicator, Source, Variable

PERIODS = ("2016", "2020", "2021", "2022", "2024")
VINTAGE = date(2019, 1, 1)
QUARTER, ROOM, TOWN = "quartier", "sozialraum", "stadt"

# Rates of 2024 in percent: SGB, KI, GA, AE (of 27 quarters, the first six rooms of a made-up town).
RATES = (
    (31, 49, 12, 33),
    (33, 45, 11, 31),
    (10, 17, 5, 24),
    (26, 38, 9, 37),
    (11, 16, 5, 26),
    (35, 51, 10, 29),
    (25, 37, 8, 30),
    (17, 26, 4, 25),
    (9, 14, 3, 20),
    (26, 37, 8, 28),
    (15, 21, 4, 23),
    (14, 22, 5, 25),
    (10, 14, 4, 23),
    (15, 24, 5, 26),
    (27, 41, 8, 29),
    (17, 30, 5, 19),
    (21, 35, 7, 31),
    (17, 25, 5, 26),
    (7, 11, 2, 19),
    (20, 28, 7, 30),
    (15, 23, 5, 27),
    (12, 19, 4, 22),
    (8, 12, 3, 21),
    (10, 13, 11, 25),
    (6, 9, 2, 17),
    (7, 10, 2, 18),
    (6, 8, 1, 16),
)
PARTS = ("SGB", "KI", "GA", "AE")
BASES = {"SGB": ("u65", 0.8), "KI": ("u15", 0.14), "GA": ("ab65", 0.2), "AE": ("hh_kinder", 0.1)}
COUNTS = {"SGB": "sgb2", "KI": "sgb2_u15", "GA": "gsia", "AE": "hh_allein"}
BREAK = Break(
    "2022",
    "Seit Juni 2022 erhalten Geflüchtete aus der Ukraine Leistungen nach dem SGB II.",
    "Die Werte steigen.",
)


@dataclass(frozen=True)
class Size:
    """How large a town: its number of quarters and of rooms.

    >>> Size(6, 2).quarters
    6
    """

    quarters: int = 27
    rooms: int = 6

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(f"{i + 1:02}" for i in range(self.quarters))

    @property
    def parents(self) -> tuple[str, ...]:
        return tuple(str(i * self.rooms // self.quarters + 1) for i in range(self.quarters))

    @property
    def room_ids(self) -> tuple[str, ...]:
        return tuple(str(i + 1) for i in range(self.rooms))


def catalogue() -> Catalogue:
    """Four indicators and one context indicator that is only known for rooms."""
    variables = [
        Variable("einwohner", "Einwohnerinnen und Einwohner"),
        Variable("u65", "Menschen unter 65 Jahren"),
        Variable("u15", "Kinder unter 15 Jahren"),
        Variable("ab65", "Menschen ab 65 Jahren"),
        Variable("hh_kinder", "Haushalte mit Kindern"),
        Variable("sgb2", "Leistungsberechtigte nach dem SGB II"),
        Variable("sgb2_u15", "Kinder in Bedarfsgemeinschaften"),
        Variable("gsia", "Menschen mit Grundsicherung im Alter"),
        Variable("hh_allein", "Haushalte von Alleinerziehenden"),
        Variable("untersucht", "Untersuchte Kinder"),
        Variable("sprache", "Kinder mit auffälliger Sprache"),
    ]

    def rate(key: str, label: str, short: str, dimension: str, sentence: str, **more: Any) -> Indicator:
        over, under = (COUNTS[key], BASES[key][0]) if key in COUNTS else ("sprache", "untersucht")
        return Indicator(
            key,
            label,
            numerator=over,
            denominator=under,
            short=short,
            dimension=dimension,
            sentence=sentence,
            description=f"{label}, je 100.",
            **more,
        )

    indicators = (
        rate(
            "SGB",
            "Leistungen nach dem SGB II",
            "SGB II",
            "einkommen",
            "{value} von 100 Menschen unter 65 Jahren erhielten Leistungen nach dem SGB II.",
            breaks=(BREAK,),
        ),
        rate(
            "KI",
            "Kinder in Haushalten mit Leistungen nach dem SGB II",
            "Kinder im SGB II",
            "einkommen",
            "{value} von 100 Kindern unter 15 Jahren lebten in Haushalten mit Leistungen nach dem SGB II.",
            breaks=(BREAK,),
        ),
        rate(
            "GA",
            "Grundsicherung im Alter",
            "Grundsicherung im Alter",
            "einkommen",
            "{value} von 100 Menschen ab 65 Jahren erhielten Grundsicherung im Alter.",
        ),
        rate(
            "AE",
            "Haushalte von Alleinerziehenden",
            "Alleinerziehende",
            "zusammenleben",
            "In {value} von 100 Haushalten mit Kindern lebte nur ein Elternteil.",
            persons=False,
            aspect="neutral",
        ),
        rate(
            "SEU",
            "Auffällige Sprache vor der Schule",
            "Sprache vor der Schule",
            "gesundheit",
            "Bei {value} von 100 Kindern war die Sprache auffällig.",
            context=True,
            aspect="context",
            level=ROOM,
        ),
    )
    dimensions = (
        Dimension("einkommen", "Einkommen"),
        Dimension("zusammenleben", "Zusammenleben"),
        Dimension("gesundheit", "Gesundheit"),
    )
    sources = (
        Source(
            "jobcenter", "Jobcenter", "Leistungen nach dem SGB II", date(2024, 12, 31), licence="dl-de/by-2-0"
        ),
        Source("melderegister", "Einwohnerwesen", "Melderegister", date(2024, 12, 31)),
    )
    return Catalogue(tuple(variables), indicators, dimensions, sources)


def counts(
    size: Size, changes: Mapping[tuple[str, str, str], int] | None = None
) -> dict[tuple[str, str], dict[str, int]]:
    """(variable, period) -> quarter -> count; `changes` (variable, period, quarter) -> another count."""
    found: dict[tuple[str, str], dict[str, int]] = {}
    for i, area in enumerate(size.ids):
        people = 640 if area == "08" else 6000 + (i * 977) % 4200
        for period in PERIODS:
            before = int(period) < 2021
            here = people - 820 if area == "17" and before else people
            found.setdefault(("einwohner", period), {})[area] = here
            for at, part in enumerate(PARTS):
                base, share = BASES[part]
                under = round(here * share)
                found.setdefault((base, period), {})[area] = under
                found.setdefault((COUNTS[part], period), {})[area] = round(under * _rate(i, at, period) / 100)
    for (variable, period, area), value in (changes or {}).items():
        found[variable, period][area] = value
    return found


def _rate(i: int, part: int, period: str) -> float:
    now = RATES[i % len(RATES)][part]
    step = {"2016": -0.02, "2020": -0.06, "2021": -0.05, "2022": 0.0, "2024": 0.0}[period]
    jump = 0.04 if part < 2 and int(period) < 2022 else 0.0
    extra = 5.0 if i == 16 and part == 0 and period in ("2016", "2020", "2021") else 0.0
    return now * (1 + step - jump) + extra


def _by_level(values: Mapping[str, int], size: Size) -> dict[str, dict[str, int]]:
    rooms = {
        room: sum(v for a, v in values.items() if size.parents[size.ids.index(a)] == room)
        for room in size.room_ids
    }
    return {QUARTER: dict(values), ROOM: rooms, TOWN: {"0": sum(values.values())}}


def draft(size: Size, changes: Mapping[tuple[str, str, str], int] | None = None) -> Draft:
    """The draft of the town: counts, rates, and an index where there are enough quarters."""
    known = counts(size, changes)
    labels = {v.key: v.label for v in catalogue().variables}
    columns = [
        DraftColumn(
            key=f"{variable}@{period}",
            role="residents"
            if variable == "einwohner"
            else "numerator"
            if variable in COUNTS.values()
            else "denominator",
            kind="count",
            period=period,
            label=labels[variable],
            variable=variable,
            values=_by_level(values, size),
            sources=("melderegister",)
            if variable in ("einwohner", "u65", "u15", "ab65", "hh_kinder")
            else ("jobcenter",),
            persons=not variable.startswith("hh_"),
            vintage=VINTAGE.isoformat(),
        )
        for (variable, period), values in known.items()
    ]
    columns += [_rate_column(part, period, size, known) for period in PERIODS for part in PARTS]
    columns += _context(size)
    methods = {}
    if size.quarters >= 10:
        info, more = _index(size, known)
        methods, columns = {"sozialindex": info}, columns + more
    frames = (
        LevelFrame(QUARTER, size.ids, size.parents, VINTAGE.isoformat(), "Quartier", tuple(names(size))),
        LevelFrame(ROOM, size.room_ids, ("0",) * size.rooms, VINTAGE.isoformat()),
        LevelFrame(TOWN, ("0",), (), VINTAGE.isoformat()),
    )
    return Draft("Sozialbericht", "Musterstadt", frames, tuple(columns), methods, residents="einwohner")


def _rate_column(
    part: str, period: str, size: Size, known: Mapping[tuple[str, str], Mapping[str, int]]
) -> DraftColumn:
    over, under = (_by_level(known[v, period], size) for v in (COUNTS[part], BASES[part][0]))
    label = catalogue().indicator(part).label
    return DraftColumn(
        key=f"{part}.rate@{period}",
        role="rate",
        kind="rate",
        indicator=part,
        period=period,
        label=label,
        unit="%",
        numerator=f"{COUNTS[part]}@{period}",
        denominator=f"{BASES[part][0]}@{period}",
        vintage=VINTAGE.isoformat(),
        values={
            level: {a: 100 * v / under[level][a] for a, v in cells.items() if under[level][a]}
            for level, cells in over.items()
        },
        sources=("jobcenter", "melderegister"),
        persons=part != "AE",
    )


def _context(size: Size) -> list[DraftColumn]:
    below = {room: 300 + 10 * i for i, room in enumerate(size.room_ids)}
    above = {room: 60 + 9 * i for i, room in enumerate(size.room_ids)}
    levels = [{ROOM: v, TOWN: {"0": sum(v.values())}} for v in (above, below)]
    common: dict[str, Any] = {"period": "2024", "vintage": VINTAGE.isoformat(), "sources": ("melderegister",)}
    over = DraftColumn(
        key="sprache@2024",
        role="numerator",
        kind="count",
        label="Kinder",
        variable="sprache",
        values=levels[0],
        **common,
    )
    under = DraftColumn(
        key="untersucht@2024",
        role="denominator",
        kind="count",
        label="Kinder",
        variable="untersucht",
        values=levels[1],
        **common,
    )
    rate = DraftColumn(
        key="SEU.rate@2024",
        role="rate",
        kind="rate",
        indicator="SEU",
        label="Sprache",
        unit="%",
        numerator=over.key,
        denominator=under.key,
        values={
            level: {a: 100 * v / levels[1][level][a] for a, v in cells.items()}
            for level, cells in levels[0].items()
        },
        **common,
    )
    return [over, under, rate]


def _index(
    size: Size, known: Mapping[tuple[str, str], Mapping[str, int]]
) -> tuple[IndexInfo, list[DraftColumn]]:
    kept = [a for a in size.ids if a != "08"]
    table = {
        p: {a: 100 * known[COUNTS[p], "2024"][a] / known[BASES[p][0], "2024"][a] for a in kept} for p in PARTS
    }
    then = {
        p: {a: 100 * known[COUNTS[p], "2020"][a] / known[BASES[p][0], "2020"][a] for a in kept} for p in PARTS
    }
    moved = {p: {a: table[p][a] - then[p][a] for a in kept} for p in PARTS}
    (status, parts, sums), (dynamics, _, _) = _scored(table, kept), _scored(moved, kept)
    common: dict[str, Any] = {
        "period": "2024",
        "index": "sozialindex",
        "vintage": VINTAGE.isoformat(),
        "sources": ("jobcenter",),
    }
    excluded = {QUARTER: {"08": "excluded"}}
    behind = tuple(f"{part}.rate@2024" for part in PARTS)

    def column(role: str, values: Mapping[str, Any], **more: Any) -> DraftColumn:
        settings = {"kind": "opaque", "of": behind, "label": "Sozialindex", **common, **more}
        return DraftColumn(
            key=settings.pop("key", f"{role}@2024"),
            role=role,
            values={QUARTER: values},
            status=excluded,
            **settings,
        )

    keys = {a: "4" if s > 1.5 else "3" if s > 1 else "2" if s >= -1 else "1" for a, s in status.items()}
    moves = {a: "-" if s > 1 else "+/-" if s >= -1 else "+" for a, s in dynamics.items()}
    chance = {a: min(99, round(55 + 90 * min(abs(s - c) for c in (-1, 1, 1.5)))) for a, s in status.items()}
    columns = [
        column("score", {a: -s for a, s in status.items()}),
        column("class", keys),
        column("dynamics_score", {a: -s for a, s in dynamics.items()}),
        column("dynamics_class", moves),
        column("combined_class", {a: keys[a] + moves[a] for a in kept}),
        column("probability", chance, unit="%", decimals=0),
        column("persons_to_border", dict.fromkeys(kept, 3), indicator="SGB", decimals=0),
    ]
    columns += [
        column(
            "contribution", {a: -v for a, v in parts[p].items()}, key=f"contribution.{p}@2024", indicator=p
        )
        for p in PARTS
    ]
    info = IndexInfo(
        key="sozialindex",
        label="Sozialindex",
        period="2024",
        level=QUARTER,
        vintage=VINTAGE.isoformat(),
        parts=tuple((p, 0.25, 1) for p in PARTS),
        means={p: Decimal(repr(fmean(table[p].values()))) for p in PARTS},
        sds={p: Decimal(repr(pstdev(table[p].values()))) for p in PARTS},
        sd_sum=Decimal(repr(sums)),
        cuts=(-1.0, 1.0, 1.5),
        upper_closed=(False, True, True),
        class_keys=("1", "2", "3", "4"),
        class_labels=("hoch", "mittel", "niedrig", "sehr niedrig"),
        orientation="favourable",
        excluded={"08": "Weniger als 1.000 Einwohnerinnen und Einwohner"},
        dynamics_cuts=(-1.0, 1.0),
        dynamics_upper_closed=(False, True),
        dynamics_class_keys=("+", "+/-", "-"),
        dynamics_class_labels=("günstig", "stabil", "ungünstig"),
        change_from="2020",
        focus=tuple(a for a in kept if keys[a] == "4"),
        focus_rule="4+, 4+/-, 4-",
        certainty_basis="counts",
    )
    return info, columns


def _scored(
    table: Mapping[str, Mapping[str, float]], kept: list[str]
) -> tuple[dict[str, float], dict[str, dict[str, float]], float]:
    z = {
        p: {a: (v - fmean(row.values())) / (pstdev(row.values()) or 1) for a, v in row.items()}
        for p, row in table.items()
    }
    total = {a: sum(z[p][a] for p in table) for a in kept}
    deviation = pstdev(total.values())
    return (
        {a: v / deviation for a, v in total.items()},
        {p: {a: v / deviation for a, v in z[p].items()} for p in table},
        deviation,
    )


# --- edition ---------------------------------------------------------------------------------------------------------


def names(size: Size) -> list[str]:
    some = (
        "Altmarkt",
        "Bahnhofsviertel",
        "Hochschulviertel",
        "Brückenviertel",
        "Stadtgarten",
        "Hafenstraße-Süd",
        "Hafenstraße-Nord",
        "Kanalinsel",
        "Ruhrwiesen",
        "Eisenhütte",
    )
    return [some[i] if i < len(some) else f"Quartier {area}" for i, area in enumerate(size.ids)]


def areas(size: Size) -> dict[str, Areas]:
    boxes = [
        shapely.box(700 * (i % 9), 700 * (i // 9), 700 * (i % 9) + 700, 700 * (i // 9) + 700)
        for i in range(size.quarters)
    ]
    rooms = [
        shapely.union_all([b for b, up in zip(boxes, size.parents, strict=True) if up == r])
        for r in size.room_ids
    ]

    def made(
        level: str, ids: tuple[str, ...], called: list[str], up: tuple[str, ...], shapes: list[Any]
    ) -> Areas:
        return Areas(level, VINTAGE, ids, tuple(called), up, np.array(shapes, dtype=object), "EPSG:25832")

    return {
        QUARTER: made(QUARTER, size.ids, names(size), size.parents, boxes),
        ROOM: made(ROOM, size.room_ids, [f"Raum {r}" for r in size.room_ids], ("0",) * size.rooms, rooms),
        TOWN: made(TOWN, ("0",), ["Musterstadt"], ("",), [shapely.union_all(boxes)]),
    }


CHAPTERS = (
    "wichtigstes",
    "auftrag",
    "daten",
    "raum",
    "bevoelkerung",
    "indikatoren",
    "kontext",
    "index",
    "steckbriefe",
    "anhang",
)


@cache
def released(size: Size, changes: tuple[tuple[tuple[str, str, str], int], ...] = ()) -> Release:
    """The protected release; made once for the same town."""
    return protect(draft(size, dict(changes)), Policy("public", threshold=5, width=4), Ledger())


def edition(
    size: Size = Size(), changes: Mapping[tuple[str, str, str], int] | None = None, **more: Any
) -> Edition:
    """The edition of the town; more settings replace the usual ones."""
    periods = tuple(Period(p, date(int(p), 12, 31), f"31.12.{p}", VINTAGE) for p in PERIODS)
    settings: dict[str, Any] = {
        "town": "Musterstadt",
        "title": "Sozialbericht",
        "period": periods[-1],
        "previous": periods[1],
        "periods": periods,
        "levels": (
            Level(QUARTER, "Quartier", "Quartiere"),
            Level(ROOM, "Sozialraum", "Sozialräume"),
            Level(TOWN, "Stadt", "Stadt"),
        ),
        "areas": areas(size),
        "catalogue": catalogue(),
        "release": released(size, tuple((changes or {}).items())),
        "generated": date(2025, 6, 30),
        "index": "sozialindex" if size.quarters >= 10 else None,
        "chapters": CHAPTERS,
    }
    return Edition(**{**settings, **more})


__all__ = ["CHAPTERS", "PERIODS", "QUARTER", "ROOM", "TOWN", "Size", "edition", "released", "replace"]

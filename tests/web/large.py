"""A large town in memory: quarters as squares, rates and counts released, one index; for measuring the workshop."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.http import QueryDict
from django.template.loader import render_to_string

from lebenslagen.areas import Areas
from lebenslagen.disclosure import Cell
from lebenslagen.disclosure.release import Column, LevelFrame, Policy, Release
from lebenslagen.edition import Edition, Level, Period
from lebenslagen.indicators import Catalogue, Indicator, Variable
from lebenslagen.report.view import View
from lebenslagen.texts import texts
from lebenslagen.web import town as towns
from lebenslagen.web.views import index_bench, index_words
from lebenslagen.web.words import spoken

PERIODS = ("2020", "2024")


def large_town(n: int, parts: int) -> View:
    """`n` quarters, `parts` indicators, two periods."""
    import numpy as np
    import shapely

    draw, wide = random.Random(1), 25
    ids = tuple(f"{i:04}" for i in range(n))
    squares = np.array(
        [
            shapely.box(i % wide * 400, i // wide * 400, i % wide * 400 + 400, i // wide * 400 + 400)
            for i in range(n)
        ],
        dtype=object,
    )
    names = tuple(f"Quartier an der langen Straße {i}" for i in range(n))
    quarters = Areas("quartier", date(2019, 1, 1), ids, names, ("0",) * n, squares, "EPSG:25832")
    whole = Areas(
        "stadt",
        date(2019, 1, 1),
        ("0",),
        ("Großstadt",),
        ("",),
        np.array([shapely.union_all(squares)], dtype=object),
        "EPSG:25832",
    )
    keys = [f"I{i:02}" for i in range(1, parts + 1)]
    columns = [_count("ew", p, {a: draw.randint(800, 9000) for a in ids}) for p in PERIODS]
    for key in keys:
        for period in PERIODS:
            base = {a: draw.randint(200, 2000) for a in ids}
            over = {a: round(base[a] * draw.uniform(0.03, 0.5)) for a in ids}
            columns += [
                _count(f"n{key}", period, over),
                _count(f"d{key}", period, base),
                _rate(key, period, over, base),
            ]
    frames = (
        LevelFrame("quartier", ids, ("0",) * n, "2019-01-01"),
        LevelFrame("stadt", ("0",), (), "2019-01-01"),
    )
    release = Release(
        Policy(),
        "T",
        "Großstadt",
        frames,
        tuple(columns),
        residents="ew",
        author="A",
        approved_by="B",
        issued="2025-01-01",
    )
    catalogue = Catalogue(
        variables=tuple(Variable(v, v) for key in keys for v in (f"n{key}", f"d{key}")),
        indicators=tuple(
            Indicator(key, f"Anteil {key}", numerator=f"n{key}", denominator=f"d{key}", direction=1)
            for key in keys
        ),
    )
    periods = tuple(Period(p, date(int(p), 12, 31), f"31.12.{p}", date(2019, 1, 1)) for p in PERIODS)
    edition = Edition(
        town="Großstadt",
        title="T",
        period=periods[1],
        previous=periods[0],
        periods=periods,
        levels=(Level("quartier", "Quartier", "Quartiere"), Level("stadt", "Stadt")),
        areas={"quartier": quarters, "stadt": whole},
        catalogue=catalogue,
        release=release,
        generated=date(2025, 1, 1),
        status="released",
    )
    return View(edition, texts())


def _count(variable: str, period: str, values: dict[str, int]) -> Column:
    cells = {a: Cell(Decimal(v)) for a, v in values.items()}
    return Column(
        key=f"{variable}@{period}",
        role="residents" if variable == "ew" else "count",
        kind="count",
        period=period,
        variable=variable,
        vintage="2019-01-01",
        cells={"quartier": cells},
    )


def _rate(key: str, period: str, over: dict[str, int], base: dict[str, int]) -> Column:
    cells = {a: Cell(round(Decimal(100) * over[a] / base[a], 1)) for a in over}
    return Column(
        key=f"{key}.rate@{period}",
        role="rate",
        kind="rate",
        period=period,
        indicator=key,
        unit="%",
        decimals=1,
        vintage="2019-01-01",
        numerator=f"n{key}@{period}",
        denominator=f"d{key}@{period}",
        cells={"quartier": cells},
    )


def table_of(view: View) -> dict[str, Any]:
    """The declaration of an index over all indicators."""
    parts = [{"indicator": i.key} for i in view.edition.catalogue.indicators]
    steps = {
        "treat": "none",
        "normalise": "z",
        "aggregate": "sum",
        "rescale": "z",
        "weights": "equal",
        "parts": parts,
    }
    status = {
        "keys": ["1", "2", "3", "4"],
        "labels": ["a", "b", "c", "d"],
        "cuts": [-1, 1, 1.5],
        "upper_closed": [False, True, True],
    }
    moving = {
        "keys": ["+", "+/-", "-"],
        "labels": ["günstig", "stabil", "ungünstig"],
        "cuts": [-1, 1],
        "upper_closed": [False, True],
    }
    return {
        "key": "gross",
        "label": "Index",
        "level": "quartier",
        "orientation": "favourable",
        "reference": "areas",
        "missing": "refuse",
        "status": {**steps, "classes": status},
        "dynamics": {**steps, "classes": moving},
        "editions": [{"period": "2024", "change_from": "2020"}],
    }


class _Town:
    """As much of a town as the workshop asks for."""

    def __init__(self, view: View) -> None:
        from lebenslagen.web.services import index_design

        self.memory: dict[object, Any] = {}
        self.declaration = SimpleNamespace(
            catalogue=view.edition.catalogue, indices={"gross": index_design.declared_of(table_of(view))}
        )
        self.declaration.index = self.declaration.indices.__getitem__

    def kept(self, key: object, make: Callable[[], Any]) -> Any:
        if key not in self.memory:
            self.memory[key] = make()
        return self.memory[key]


def fragment(view: View, changed: dict[str, list[str]]) -> str:
    """What the server answers to the form of the workshop: the preview with map and tables."""
    from lebenslagen.web.services import index_design as designs
    from lebenslagen.web.views import index as pages

    if not hasattr(view, "_town"):
        object.__setattr__(view, "_town", _Town(view))
    mark = towns.CURRENT.set(view._town)  # type: ignore[attr-defined]
    really, table = (designs.table_of, index_bench.view_for), table_of(view)
    try:
        designs.table_of = lambda key: table
        index_bench.view_for = lambda *a, **k: (view, "")  # type: ignore[assignment]
        first = index_bench.bench(None, spoken("de"), "gross", {})  # type: ignore[arg-type]
        data = QueryDict(mutable=True)
        assert first.choices is not None
        data["zeit"] = "2024"
        for said, given in index_words.said_choices(first.choices, first.t).items():
            data.setlist(said, list(given))
        for name, values in changed.items():
            data.setlist(name, values)
        here = index_bench.bench(None, spoken("de"), "gross", data)  # type: ignore[arg-type]
        assert here.preview is not None, here.error
        return render_to_string("index/vorschau.html", {"t": spoken("de"), **pages._context(here)})
    finally:
        designs.table_of, index_bench.view_for = really
        towns.CURRENT.reset(mark)

"""Write the data of the starter Musterstadt: `python -m scripts.musterstadt [DIRECTORY]`."""

from __future__ import annotations

import sys
from pathlib import Path

from . import blocks, deliveries, files, geometry, people

STARTER = Path(__file__).parents[2] / "src" / "lebenslagen" / "starter" / "musterstadt"


def main(root: Path = STARTER) -> None:
    """Generate boundaries, blocks, backdrop, crosswalk and deliveries below `root`."""
    town, residents = geometry.build(), people.build()
    areas = root / "areas"
    for vintage in ("2013-01-01", "2019-01-01"):
        rows = town.quarters(vintage)
        name = f"sozialquartiere-{vintage[:4]}"
        fields = {
            "schluessel": [r[0] for r in rows],
            "name": [r[1] for r in rows],
            "sozialraum": [r[2] for r in rows],
        }
        files.layer(areas / f"{name}.gpkg", name, [r[3] for r in rows], "Polygon", fields)
    _backdrop(areas, town)
    _blocks(areas, blocks.build(town, residents))
    deliveries.write(residents, root / "deliveries")
    (root / "deliveries.toml").write_text(deliveries.manifest(), encoding="utf-8")


def _backdrop(areas: Path, town: geometry.Town) -> None:
    rows = geometry.backdrop(town)
    fields = {"art": [kind for kind, _, _ in rows], "name": [name for _, name, _ in rows]}
    files.layer(areas / "hintergrund.gpkg", "hintergrund", [shape for _, _, shape in rows], "Unknown", fields)


def _blocks(areas: Path, rows: list[blocks.Block]) -> None:
    from shapely.geometry import Point

    fields = {
        "block": [b.number for b in rows],
        "quartier_2013": [b.before for b in rows],
        "quartier_2019": [b.since for b in rows],
        "einwohner_2018": [b.residents_2018 for b in rows],
        "einwohner_2024": [b.residents_2024 for b in rows],
    }
    files.layer(areas / "baubloecke.gpkg", "baubloecke", [Point(b.x, b.y) for b in rows], "Point", fields)
    table = [("alt", "neu", "einwohner_2018", "anteil"), *blocks.shares(rows)]
    (areas / "umsteigeschluessel-2019.csv").write_bytes(files.csv_bytes(table, "utf-8"))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else STARTER)

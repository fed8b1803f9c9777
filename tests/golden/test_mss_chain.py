"""The published monitoring of a real city met through the whole chain: official files, declarations in TOML, command line."""

from __future__ import annotations

import csv
import json
import re
import shutil
from pathlib import Path

import pytest

from lebenslagen.cli import main
from lebenslagen.errors import DataError, LebenslagenError
from lebenslagen.observations import counts
from lebenslagen.project import build
from lebenslagen.project.start import STARTERS
from lebenslagen.project.store import Project

pytestmark = pytest.mark.reference_data

EDITIONS = {"2013": 434, "2015": 435, "2017": 436, "2019": 436, "2021": 536}
HEAD = ["area_id", "status_score", "status_class", "dynamics_score", "dynamics_class", "combined_class"]


@pytest.fixture(scope="module")
def project(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Project:
    """The project as the starter makes it from the official files."""
    root = tmp_path_factory.mktemp("mss") / "berlin"
    deliveries = reference_data / "berlin"
    assert main(["start", str(root), "--starter", "berlin", "--deliveries", str(deliveries)]) == 0
    assert main(["build", str(root)]) == 0
    return Project(root)


def written(project: Project, period: str, folder: Path) -> list[dict[str, str]]:
    """The rows that `lebenslagen index` writes."""
    path = folder / f"mss-{period}.csv"
    assert main(["index", str(project.root), "mss", "--period", period, "--csv", str(path)]) == 0
    assert path.is_file(), "all rates were published by their source, so the file is not internal"
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        found = list(reader)
        assert reader.fieldnames == HEAD
    assert "INTERN" not in path.read_text("utf-8")
    return found


def table(reference_data: Path, period: str, name: str) -> list[list[str]]:
    path = reference_data / "berlin" / "mss" / period / name
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file))


@pytest.mark.parametrize("period", EDITIONS)
def test_every_class_is_the_published_one(
    project: Project, reference_data: Path, tmp_path: Path, period: str
) -> None:
    head, *body = table(reference_data, period, "table-1.csv")
    published = {row[0]: dict(zip(head, row, strict=True)) for row in body}
    rows = {row["area_id"]: row for row in written(project, period, tmp_path)}
    assert len(rows) == EDITIONS[period]
    assert rows.keys() == published.keys()
    for area, row in rows.items():
        said = published[area]
        assert row["status_class"] == str(int(float(said["status_index"]))), area
        assert row["dynamics_class"] == said["dynamik_index"], area
        assert row["combined_class"] == said["status_dynamik_index"], area


@pytest.mark.parametrize("period", EDITIONS)
def test_scores_z_and_sums_are_the_published_ones(
    project: Project, reference_data: Path, tmp_path: Path, period: str
) -> None:
    """z and index of the status within 1e-5, sums and the first z of the dynamics within 3e-5 (table 3 by position)."""
    cells = {row[0]: row[3:] for row in table(reference_data, period, "table-3.csv")[1:]}
    works = build.open_works(project)
    found = build.built_index(works, "mss", period)
    rows = {row["area_id"]: row for row in written(project, period, tmp_path)}
    assert found.dynamics is not None
    k, with_index = len(found.status.z.columns), period <= "2017"
    first = found.dynamics.z.columns[0]
    for area, row in rows.items():
        published = cells[area]
        z = [float(found.status.z.at[area, key]) for key in found.status.z.columns]
        assert z == pytest.approx([float(cell) for cell in published[:k]], abs=1e-5), area
        assert found.status.sums[area] == pytest.approx(float(published[k]), abs=3e-5), area
        if with_index:
            assert float(row["status_score"]) == pytest.approx(float(published[k + 1]), abs=1e-5), area
        z_d1 = float(published[k + 2 + with_index])
        assert found.dynamics.z.at[area, first] == pytest.approx(z_d1, abs=3e-5), area


def test_the_file_of_2021_with_two_decimals(project: Project, reference_data: Path, tmp_path: Path) -> None:
    path = reference_data / "berlin" / "mss" / "2021" / "index-indikatoren_z-werte_plr.csv"
    with path.open(encoding="utf-8-sig", newline="") as file:
        published = {row[0]: row for row in list(csv.reader(file, delimiter=";"))[1:]}
    rows = written(project, "2021", tmp_path)
    for row in rows:
        said = published[row["area_id"]]
        assert float(row["status_score"]) == pytest.approx(float(said[7]), abs=5.1e-3), row
        assert float(row["dynamics_score"]) == pytest.approx(float(said[13]), abs=5.1e-3), row


def test_an_unknown_edition_is_refused_with_the_known_ones(
    project: Project, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "x.csv"
    assert main(["index", str(project.root), "mss", "--period", "2014", "--csv", str(path)]) == 11
    said = capsys.readouterr().out
    assert all(period in said for period in EDITIONS)
    assert list(tmp_path.iterdir()) == []


def test_the_geometry_is_joined_to_every_area(project: Project, reference_data: Path) -> None:
    works = build.open_works(project)
    layers = [layer for layer in works.declaration.layers if layer.level == "planungsraum"]
    old, new = (build.areas(works, "planungsraum", v) for v in sorted(layer.vintage for layer in layers))
    assert (len(old), len(new)) == (448, 542)
    delivered = {row[0] for row in table(reference_data, "2021", "table-2-1.csv")[1:]}
    assert set(new.ids) >= {f"{int(area):08d}" for area in delivered}
    assert {"06010102", "04030417"} <= set(old.ids)
    assert new.name("01100101") == "Stülerstraße"


def test_warm_and_cold_builds_say_the_same(project: Project, capsys: pytest.CaptureFixture[str]) -> None:
    shutil.rmtree(project.root / ".cache")
    said = []
    for _ in range(2):
        assert main(["build", str(project.root)]) == 0
        said.append(capsys.readouterr().out.splitlines())
    cold, warm = said
    assert warm[:-1] == cold
    assert "nichts geändert" in warm[-1]


# --- the faults of the old layer -----------------------------------------------------------------------------


def without_repairs(folder: Path) -> Path:
    """The starter with the remedy struck out."""
    shutil.copytree(STARTERS / "berlin", folder)
    path = folder / "areas.toml"
    text = path.read_text("utf-8")
    changed = re.sub(r"repairs = \[\n.*?\n\]\n", "", text, flags=re.DOTALL)
    assert changed != text
    path.write_text(changed, "utf-8")
    return folder


def test_without_the_declared_remedy_the_old_layer_is_refused_by_name(
    reference_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    origin = without_repairs(tmp_path / "starter")
    code = main(
        [
            "start",
            str(tmp_path / "neu"),
            "--starter",
            str(origin),
            "--deliveries",
            str(reference_data / "berlin"),
        ]
    )
    said = capsys.readouterr().out
    assert code in (10, 16)
    assert "06010102" in said
    assert not (tmp_path / "neu").exists()


def test_the_absent_key_is_noticed_where_a_delivery_needs_it(reference_data: Path, tmp_path: Path) -> None:
    """With the two polygons only united, the other key has no polygon: the deliveries that name it are refused."""
    origin = tmp_path / "starter"
    shutil.copytree(STARTERS / "berlin", origin)
    path = origin / "areas.toml"
    united = re.sub(
        r"repairs = \[\n.*?\n\]\n",
        'repairs = [{ key = "06010102", action = "union", reason = "Probe" }]\n',
        path.read_text("utf-8"),
        flags=re.DOTALL,
    )
    path.write_text(united, "utf-8")
    from datetime import UTC, datetime

    from lebenslagen.project.start import start

    with pytest.raises(LebenslagenError) as caught:
        list(
            start(
                tmp_path / "neu",
                str(origin),
                reference_data / "berlin",
                by="Test",
                at=datetime(2025, 1, 1, tzinfo=UTC),
            )
        )
    assert isinstance(caught.value, DataError)
    assert "04030417" in json.dumps(
        [dict(f.values) | {"w": f.where} for f in caught.value.faults], default=str
    )


def test_no_python_file_of_the_package_names_a_town() -> None:
    package = STARTERS.parent
    named = [
        path.relative_to(package).as_posix()
        for path in package.rglob("*.py")
        if re.search("berlin|oberhausen", path.read_text("utf-8"), re.IGNORECASE)
    ]
    assert named == []


# --- report and atlas of the real city -----------------------------------------------------------------------


@pytest.mark.slow
def test_report_and_atlas_are_built(project: Project) -> None:
    assert main(["report", str(project.root)]) == 0
    assert main(["atlas", str(project.root)]) == 0
    out = project.root / "ausgabe"
    assert (out / "monitoring-2021" / "sozialbericht.pdf").read_bytes().startswith(b"%PDF")
    page = (out / "monitoring-2021" / "index.html").read_text("utf-8")
    assert "536" in page and "Berlin" in page
    assert (out / "atlas" / "index.html").is_file()


def test_districts_and_town_have_their_residents_although_planning_areas_are_not_named(
    project: Project,
) -> None:
    """The monitoring of 2021 does not name six areas, four of them inhabited: the register's districts are taken."""
    works = build.open_works(project)
    towns = {}
    for period in EDITIONS:
        levels = build.all_levels(works, works.declaration.period(period).vintage)
        finest = counts(levels["planungsraum"], "einwohner", period)
        districts = counts(levels["bezirk"], "einwohner", period)
        towns[period] = counts(levels["stadt"], "einwohner", period).iloc[0]
        if period != "2013":
            assert not districts.isna().any()
            assert finest.sum() <= districts.sum()
    assert towns["2021"] == 3_769_962
    assert towns["2019"] == 3_748_148
    assert towns["2013"] != towns["2013"], "the register's table begins a year later"

"""Every file of the corpus through the public door: `pytest tests/faults --corpus DIR`.

Files of kinds that no door of this software takes yet are skipped, each with its reason.
"""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pyproj
import pytest
import shapely

from lebenslagen.errors import Outcome
from lebenslagen.project import intake
from lebenslagen.project.read import check_areas, read_vectors
from tests.conftest import REFERENCE
from tests.faults.town import Town

TRAP = 18999
SECONDS = 20
TABLES = (".csv", ".xlsx", ".xls", ".xlsm", ".ods", ".txt", ".tsv", ".html")
# Groups of the corpus that other parts of the software answer for.
LATER = {
    "raster": "rasters are read with the overlay of environmental burdens",
    "config": "declarations are tested with project.declare",
    "index": "the index is tested with its own tables",
    "disclosure": "releases are tested with disclosure control",
    "siting": "candidate sites are read with the siting question",
    "reports": "documents are not taken in",
    "web": "belongs to the web application",
    "backup": "belongs to storing and restoring",
}


def _folder(config: pytest.Config) -> Path:
    given = config.getoption("--corpus")
    return Path(given) if given else REFERENCE / "badinputs"


def _entries(folder: Path) -> list[dict]:
    index = folder / "index.json"
    return json.loads(index.read_text(encoding="utf-8"))["files"] if index.is_file() else []


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "entry" in metafunc.fixturenames:
        entries = _entries(_folder(metafunc.config))
        metafunc.parametrize("entry", entries, ids=[e["file"] for e in entries])


@pytest.fixture(scope="session")
def trap() -> Iterator[socket.socket]:
    """A server to which the hostile files point: nobody may ever call."""
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", TRAP))
        except OSError:
            pytest.skip(f"port {TRAP} is taken")
        server.listen()
        server.setblocking(False)
        yield server


def called(server: socket.socket) -> bool:
    try:
        server.accept()[0].close()
    except BlockingIOError:
        return False
    return True


@pytest.fixture(scope="session")
def town(corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    return Town(
        tmp_path_factory.mktemp("town") / "prüfstadt", corpus / "geometry" / "G01_quartiere_ok.geojson"
    )


def _table(town: Town, corpus: Path, entry: dict, folder: Path) -> Outcome:
    root = folder / "town"
    shutil.copytree(town.root, root)
    own = Town.__new__(Town)
    own.root, own.sources, own.project = root, dict(town.sources), type(town.project)(root)
    periods = {e["file"]: e.get("period") for e in _entries(corpus)}
    for given in entry.get("given") or []:
        own.deliver(corpus / given, periods.get(given) or entry["period"])
    path = corpus / entry["file"]
    source = own.source_of(path)
    before = sorted(p for p in root.rglob("*") if ".cache" not in p.parts)
    result = intake.check(own.project, path, source=source, period=entry.get("period") or "2023")
    assert sorted(p for p in root.rglob("*") if ".cache" not in p.parts) == before, "a check stored something"
    return result.outcome


def _geometry(corpus: Path, entry: dict) -> Outcome:
    ok = read_vectors((corpus / "geometry" / "G01_quartiere_ok.geojson").read_bytes(), "G01.geojson")

    class Register:
        ids = tuple(map(str, ok.columns["quartier_id"]))
        names = tuple(map(str, ok.columns["quartier"]))
        parents = ("",) * len(ok)

    move = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:25832", always_xy=True).transform
    known = shapely.transform(ok.geometry, move, interleaved=False)
    path = corpus / entry["file"]
    short = path.suffix == ".zip"
    outcome, _ = check_areas(
        path.read_bytes(),
        path.name,
        key="QID" if short else "quartier_id",
        name="NAME" if short else "quartier",
        known=Register(),
        outline=shapely.union_all(known),
        before=dict(zip(Register.ids, known, strict=True)),
    )
    return outcome


def test_file(entry: dict, corpus: Path, town: Town, trap: socket.socket, tmp_path: Path) -> None:
    group, suffix = entry["file"].split("/")[0], Path(entry["file"]).suffix.lower()
    if group in LATER:
        pytest.skip(f"{group}: {LATER[group]}")
    if group == "uploads" and suffix == ".json":
        pytest.skip("uploads: a list of file names for the web application")
    start = time.monotonic()
    as_table = group == "tabular" or (group == "uploads" and suffix in TABLES)
    outcome = _table(town, corpus, entry, tmp_path) if as_table else _geometry(corpus, entry)
    assert time.monotonic() - start < SECONDS
    assert not called(trap), "the file made somebody call the trap server"
    if entry["outcome"] != "SAFE":
        assert outcome.name == entry["outcome"], entry["expected"]


def test_the_corpus_is_there(corpus: Path) -> None:
    """Without a corpus the files above are no tests at all: this one says so by being skipped."""
    assert _entries(corpus)


@pytest.mark.parametrize("outcome", ["ACCEPT", "WARN", "ASK", "REJECT"])
def test_the_command_line_says_the_same(outcome: str, corpus: Path, town: Town) -> None:
    entries = [e for e in _entries(corpus) if e["file"].startswith("tabular/") and not e.get("given")]
    entry = next((e for e in entries if e["outcome"] == outcome), None)
    if entry is None:
        pytest.skip(f"no table with the outcome {outcome}")
    source = town.source_of(corpus / entry["file"])
    call = [
        "check",
        town.root,
        corpus / entry["file"],
        "--source",
        source,
        "--period",
        entry["period"],
        "--json",
    ]
    done = subprocess.run(
        [sys.executable, "-m", "lebenslagen", *map(str, call)], capture_output=True, text=True, check=False
    )
    answer = json.loads(done.stdout)
    assert answer["outcome"] == outcome
    assert all(set(f) == {"code", "where", "message", "remedy"} for f in answer["faults"])
    assert done.returncode == {"ASK": 16, "REJECT": 10}.get(outcome, 0)
    assert "Traceback" not in done.stderr

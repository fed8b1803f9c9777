"""Maps: what may be asked for, who sees which figures, full names, files, and the one page that may be framed."""

from __future__ import annotations

import json
import re
import sqlite3
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from lebenslagen.texts import SIGNS, texts
from lebenslagen.web import town as towns
from lebenslagen.web.views import maps_panels
from tests.web.conftest import client_of

As = Callable[[str], Client]
MAP = "/indikatoren/karte/"


# --- what is asked for ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "asked",
    [
        "",
        "?was=nirgends",
        "?zeit=1900",
        "?ebene=stadt",
        "?ebene=../..",
        "?neben=KI&was=KI",
        "?neben=<script>",
        "?bericht=x",
        "?was=" + "x" * 5000,
        "?zeit=2024&zeit=2013",
        "?was=%00",
        "?was=KI&zeit=2024'--",
    ],
)
def test_what_does_not_exist_becomes_what_comes_next(as_: As, read_town: towns.Town, asked: str) -> None:
    answer = as_("reader").get(MAP + asked)
    assert answer.status_code == 200
    wish, view = answer.context["wish"], answer.context["view"]
    assert wish.topic in maps_panels.topics(view) and wish.level in ("sozialquartier", "sozialraum")
    assert wish.period in maps_panels.periods_of(view, wish.topic) and wish.beside != wish.topic
    assert "<script>" not in answer.content.decode().replace('<script src="', "")


def test_the_address_restores_the_view(as_: As, read_town: towns.Town) -> None:
    client = as_("reader")
    first = client.get(MAP, {"was": "KI", "neben": "SGB", "zeit": "2019", "ebene": "sozialraum"}).context
    again = client.get(first["share"].split("testserver")[1]).context
    assert again["wish"] == first["wish"]
    assert [p.figure.svg for p in again["panels"]] == [p.figure.svg for p in first["panels"]]


def test_all_years_have_the_same_limits(as_: As, read_town: towns.Town) -> None:
    client = as_("reader")
    limits = {
        tuple(r["label"] for r in client.get(MAP, {"was": "KI", "zeit": str(y)}).context["panels"][0].legend)
        for y in (2013, 2018, 2024)
    }
    assert len(limits) == 1


def test_years_are_links_without_a_script(as_: As, read_town: towns.Town) -> None:
    body = as_("reader").get(MAP, {"was": "KI", "zeit": "2018"}).content.decode()
    links = re.findall(r'href="(/indikatoren/karte/\?[^"]*zeit=(\d{4})[^"]*)"', body)
    assert {year for _, year in links} == {str(y) for y in range(2013, 2025)}
    assert "autoplay" not in body and 'type="range"' in body


def test_the_part_that_changes_is_no_page(as_: As, read_town: towns.Town) -> None:
    part = as_("reader").get(MAP, {"was": "KI"}, headers={"X-Teil": "1"}).content.decode()
    assert "<html" not in part and "<svg" in part and "csrf" not in part


# --- names, table, legend ---------------------------------------------------------------------------------------


def test_every_area_is_named_with_value_and_class(as_: As, read_town: towns.Town) -> None:
    panel = as_("reader").get(MAP, {"was": "KI"}).context["panels"][0]
    names = re.findall(r'data-area="([^"]*)" aria-label="([^"]*)"', panel.figure.svg)
    assert len(names) == len(panel.rows) == 27
    assert dict(names)["01"] == "Altmarkt: 49,0, 40 bis unter 50"
    places = json.loads(panel.places)
    assert all(set(beside) <= set(places) for _, _, beside in places.values()) and places["06"][2]
    assert all(a in places[b][2] for a, (_, _, beside) in places.items() for b in beside)


def test_hidden_is_said_to_be_hidden() -> None:
    said = texts()
    assert (
        maps_panels.named(("Nord", SIGNS["withheld"], said("not published")), said)
        == "Nord: nicht veröffentlicht"
    )
    assert maps_panels.named(("Nord", "3+/−", "Status niedrig (3), Dynamik stabil (+/−)"), said).startswith(
        "Nord: Status"
    )


def test_the_legend_counts_every_area(as_: As, read_town: towns.Town) -> None:
    for topic in ("KI", "GA", "status"):
        legend = as_("reader").get(MAP, {"was": topic}).context["panels"][0].legend
        assert sum(row["areas"] for row in legend if "unsicher" not in row["label"]) == 27
    panel = as_("reader").get(MAP, {"was": "status-dynamik"}).context["panels"][0]
    assert sum(cell.areas for row in panel.grid for cell in row["cells"]) == 26


def test_names_with_markup_stay_text() -> None:
    svg = '<a href="/x" data-area="1" aria-label="N: 1"><path d=""><title>N: 1</title></path></a>'
    made = maps_panels._with_names(svg, {"1": '<b>"N"</b>: 1, 0 & mehr'})
    assert "<b>" not in made and "&lt;b&gt;&quot;N&quot;" in made and "&amp; mehr" in made


# --- whose figures ----------------------------------------------------------------------------------------------


def test_drafts_are_for_those_who_work_on_releases(town: towns.Town, people: Any) -> None:
    withdrawn = [line["release"] for line in town.project.register.lines()]
    from django.utils import timezone

    for digest in withdrawn:
        town.project.withdraw(digest, by="B. Statistik", at=timezone.now(), why="Probe")
    for role, person in people.items():
        assert (maps_panels.report_for(person) is not None) == (role in ("planner", "approver")), role
        answer = client_of(person).get(MAP)
        assert answer.status_code == 200
        if role not in ("planner", "approver"):
            assert (
                "<svg" not in answer.content.decode()
                and "Noch sind keine Zahlen freigegeben" in answer.content.decode()
            )
    assert "<svg" not in client_of(None).get(MAP + "einbetten/").content.decode()


def test_the_embedded_map_is_the_only_page_that_may_be_framed(as_: As, read_town: towns.Town) -> None:
    framed = client_of(None).get(MAP + "einbetten/?was=KI&zeit=2024")
    assert framed.status_code == 200 and not framed.has_header("X-Frame-Options")
    assert (
        "frame-ancestors *" in framed["Content-Security-Policy"]
        and "script-src 'self'" in framed["Content-Security-Policy"]
    )
    body = framed.content.decode()
    assert "data-area" in body and "/quartiere/" not in body and "csrf" not in body and not framed.cookies
    for page in (MAP, "/quartiere/", "/indikatoren/KI/", "/"):
        answer = as_("reader").get(page)
        assert (
            answer["X-Frame-Options"] == "DENY"
            and "frame-ancestors 'none'" in answer["Content-Security-Policy"]
        )


# --- files ------------------------------------------------------------------------------------------------------


def test_files_hold_what_the_page_shows(as_: As, read_town: towns.Town, tmp_path: Path) -> None:
    client, query = as_("reader"), {"was": "KI", "zeit": "2024"}
    got = {kind: client.get(f"{MAP}datei/{kind}/", query) for kind in ("svg", "png", "csv", "xlsx", "gpkg")}
    assert all(
        a.status_code == 200 and a["Content-Disposition"].startswith("attachment") for a in got.values()
    )
    assert (
        got["svg"].content.startswith(b"<svg")
        and b"href" not in got["svg"].content
        and b"<script" not in got["svg"].content
    )
    assert got["png"].content.startswith(b"\x89PNG\r\n\x1a\n")
    rows = got["csv"].content.decode("utf-8-sig").splitlines()
    assert len(rows) == 28 and any("Altmarkt" in row and "49" in row for row in rows)
    assert "xl/workbook.xml" in zipfile.ZipFile(BytesIO(got["xlsx"].content)).namelist()
    (tmp_path / "k.gpkg").write_bytes(got["gpkg"].content)
    with sqlite3.connect(tmp_path / "k.gpkg") as base:
        tables = [
            name
            for (name,) in base.execute("SELECT table_name FROM gpkg_contents WHERE data_type = 'features'")
        ]
        assert len(tables) == 1 and base.execute(f'SELECT count(*) FROM "{tables[0]}"').fetchone() == (27,)
    assert client.get(f"{MAP}datei/exe/", query).status_code == 404


def test_a_file_name_holds_no_line_break(as_: As, read_town: towns.Town) -> None:
    name = as_("reader").get(f"{MAP}datei/csv/", {"was": 'KI"\r\nX: y'})["Content-Disposition"]
    assert re.fullmatch(r'attachment; filename="[A-Za-z0-9_.-]+"', name)

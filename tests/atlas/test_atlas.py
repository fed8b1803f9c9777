"""The atlas as files: every link leads somewhere, nothing hostile becomes markup, every number is a released one."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from html.parser import HTMLParser
from pathlib import Path

import pytest

from lebenslagen.atlas import build_atlas
from lebenslagen.disclosure import Cell
from lebenslagen.edition import Level
from lebenslagen.figures.svg import escape
from lebenslagen.strengths import no_strength, strengths
from lebenslagen.texts import texts
from tests.atlas.town import DISTRICT, NAMES, QUARTER, TOWN, edition

HOSTILE = "</script><script>alert(1)</script>\"'&<img src=x onerror=alert(1)>"
LONG = tuple(f"Obere Wilhelminenhöhe-Nordost am Kanal {i}" for i in range(6))
VOID = {"meta", "link", "input", "br", "img"}


class Reader(HTMLParser):
    """Checks that tags close in order; collects ids, links, tags, text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: list[str] = []
        self.headings: list[int] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        assert not [name for name in known if name.startswith("on")], known
        self.tags.append(tag)
        self.ids += [known["id"] or ""] if "id" in known else []
        self.links += [known[name] or "" for name in ("href", "src", "action") if name in known]
        self.headings += [int(tag[1])] if re.fullmatch(r"h[1-6]", tag) else []
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open and self.open.pop() == tag, f"</{tag}>"

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.words.append(data)


def read(page: bytes) -> Reader:
    reader = Reader()
    reader.feed(page.decode())
    assert not reader.open
    return reader


def pages(site: dict[str, bytes]) -> dict[str, Reader]:
    return {name: read(raw) for name, raw in site.items() if name.endswith(".html")}


@pytest.fixture(scope="module")
def site() -> dict[str, bytes]:
    return build_atlas(edition(), {"werte.csv": b"a;b", "gebiete.geojson": b"{}"})


def test_every_link_leads_to_a_file_of_the_atlas_and_none_elsewhere(site: dict[str, bytes]) -> None:
    for name, page in pages(site).items():
        ids = set(page.ids)
        for target in page.links:
            file, _, anchor = target.partition("#")
            assert not re.match(r"[a-z]+:|//", file) or file == "data:,", f"{name}: {target}"
            if file and file != "data:,":
                assert file in site, f"{name}: {target}"
            elif anchor:
                assert anchor in ids, f"{name}: {target}"


def test_every_page_has_one_title_heading_in_order_and_ids_once(site: dict[str, bytes]) -> None:
    for name, page in pages(site).items():
        assert page.headings.count(1) == 1 and page.headings[0] == 1, name
        assert all(b <= a + 1 for a, b in zip(page.headings, page.headings[1:], strict=False)), (
            name,
            page.headings,
        )
        assert len(page.ids) == len(set(page.ids)), name


def test_there_is_a_page_for_every_area_and_every_indicator(site: dict[str, bytes]) -> None:
    expected = {f"quartier-{i:02}.html" for i in range(1, 13)} | {"bezirk-W.html", "bezirk-O.html"}
    expected |= {"karte-SGB.html", "karte-KI.html", "index-sozialindex.html", "gebiete.html", "methode.html"}
    assert expected <= set(site)


def test_a_draft_says_so_on_every_page_and_a_release_on_none(site: dict[str, bytes]) -> None:
    released = build_atlas(edition(status="released"))
    for name in (n for n in site if n.endswith(".html")):
        assert b"<strong>ENTWURF</strong>" in site[name] and b"ENTWURF</title>" in site[name], name
        assert b"ENTWURF" not in released[name], name


def test_an_internal_edition_says_so_on_every_page() -> None:
    made = edition()
    internal = replace(made.release, policy=replace(made.release.policy, audience="internal"))
    site = build_atlas(edition_with(internal))
    assert all(b"INTERN" in raw for name, raw in site.items() if name.endswith(".html"))


def edition_with(release: object) -> object:
    made = edition()
    return type(made)(**{f: getattr(made, f) for f in made.__dataclass_fields__} | {"release": release})


def test_the_same_edition_gives_the_same_bytes(site: dict[str, bytes]) -> None:
    assert build_atlas(edition(), {"werte.csv": b"a;b", "gebiete.geojson": b"{}"}) == site


def test_hostile_names_stay_text() -> None:
    site = build_atlas(edition([HOSTILE, *NAMES[1:]], town=HOSTILE), {HOSTILE: b""})
    for name, page in pages(site).items():
        assert page.tags.count("script") == 1 and page.tags.count("img") == 0, name
    assert any(HOSTILE in "".join(page.words) for page in pages(site).values())


def test_changing_one_cell_changes_what_the_pages_say() -> None:
    made = edition(status="released")
    release = made.release
    column = release.column("SGB.rate@2024")
    cells = {**column.cells, QUARTER: {**column.cells[QUARTER], "05": Cell(Decimal("77.7"))}}
    other = replace(
        release, columns=tuple(replace(c, cells=cells) if c is column else c for c in release.columns)
    )
    before, after = build_atlas(made), build_atlas(edition_with(other))
    assert "77,7" not in before["karte-SGB.html"].decode() and "77,7" in after["karte-SGB.html"].decode()
    assert "77,7 von 100 Menschen" in after["quartier-05.html"].decode()
    assert "77,7" in after["karten/karte-SGB.svg"].decode()


def test_withheld_values_appear_in_no_file_and_are_named() -> None:
    site = build_atlas(edition(hidden=True, index=False, status="released"))
    start, place = site["index.html"].decode(), site["quartier-01.html"].decode()
    assert "kein Wert veröffentlicht" in start and "nicht veröffentlicht" in place
    assert "Was hier gut ist" in place and '<ul class="strengths">' not in place


def test_strengths_come_first_and_only_what_may_be_judged(site: dict[str, bytes]) -> None:
    place = site["quartier-01.html"].decode()
    first = place[
        place.index('<ul class="strengths">') : place.index("</ul>", place.index('<ul class="strengths">'))
    ]
    assert "günstiger als in der Stadt insgesamt" in first and "Kinder" not in first
    assert place.index("Was hier gut ist") < place.index("Sozialindex</a>")


def test_areas_stand_in_the_order_of_the_town(site: dict[str, bytes]) -> None:
    page = site["karte-SGB.html"].decode()
    table = page[page.index("<tbody>") : page.index("</tbody>")]
    order = re.findall(r'<th scope="row">(?:<a[^>]*>)?([^<]+)', table)
    assert order == [
        "Musterstadt",
        "West",
        *NAMES[0:2],
        *NAMES[4:6],
        *NAMES[8:10],
        "Ost",
        *NAMES[2:4],
        *NAMES[6:8],
        *NAMES[10:12],
    ]


def test_the_map_names_quarter_and_value_or_that_it_is_not_published(site: dict[str, bytes]) -> None:
    names = re.findall(r'data-area="(\d+)" aria-label="([^"]+)"', site["karte-SGB.html"].decode())
    assert dict(names)["01"] == "Altmarkt: 7,0\u00a0%" and dict(names)["08"] == "Insel: nicht veröffentlicht"
    classes = dict(re.findall(r'data-area="(\d+)" aria-label="([^"]+)"', site["index.html"].decode()))
    assert classes["04"] == "Brücke: sehr niedrig (4): über 1,5"
    assert classes["08"] == "Insel: nicht in den Vergleich einbezogen"


def test_the_certainty_of_a_class_is_a_percentage(site: dict[str, bytes]) -> None:
    page = site["index-sozialindex.html"].decode()
    assert "60\u00a0%" in page and "davon Stufe unsicher" in page


def test_breaks_are_told_where_the_line_is_drawn(site: dict[str, bytes]) -> None:
    page = site["karte-SGB.html"].decode()
    assert page.count("Seit Juni 2022 zählt anders.") >= 2 and "Zeitreihenbruch" in page


def test_downloads_are_offered_as_they_were_given(site: dict[str, bytes]) -> None:
    assert site["daten/werte.csv"] == b"a;b"
    assert b'href="daten/werte.csv"' in site["daten.html"]
    assert site["karten/index-status.svg"].startswith(b"<svg")


@pytest.mark.parametrize(
    "names",
    [("Altmarkt",), ("A", "B"), LONG],
)
def test_towns_of_one_to_nine_areas_have_an_atlas_without_index(names: tuple[str, ...]) -> None:
    site = build_atlas(edition(names, index=False))
    assert "karte-SGB.html" in site and not [n for n in site if n.startswith("index-")]
    for page in pages(site).values():
        assert page.headings[0] == 1


def test_a_town_of_one_level_has_a_page_for_its_only_area() -> None:
    made = edition(("Altmarkt",), index=False)
    release = replace(
        made.release,
        frames=made.release.frames[:1],
        columns=tuple(replace(c, cells={QUARTER: c.cells[QUARTER]}) for c in made.release.columns),
    )
    values = {f: getattr(made, f) for f in made.__dataclass_fields__}
    lone = type(made)(
        **values
        | {
            "levels": (Level(QUARTER, "Quartier", "Quartiere"),),
            "areas": {QUARTER: made.areas[QUARTER]},
            "release": release,
        }
    )
    site = build_atlas(lone)
    assert "quartier-01.html" in site and "karte-SGB.html" in site
    pages(site)


def test_hundreds_of_quarters_stay_small_pages() -> None:
    many = edition([f"Quartier {i}" for i in range(450)], index=False)
    site = build_atlas(many)
    sizes = {name: len(raw) for name, raw in site.items() if name.startswith("quartier-")}
    assert len(sizes) == 450 and max(sizes.values()) < 60_000
    assert len(site["karte-SGB.html"]) < 700_000


def test_every_text_in_the_pages_is_translated() -> None:
    """Texts inside f-strings are not seen by the extractor of the catalogues, therefore they are looked for here."""
    t = texts("de")
    folder = Path(__file__).parents[2] / "src" / "lebenslagen" / "atlas"
    found = {
        m
        for file in folder.glob("*.py")
        for m in re.findall(r"\bt\('(.+?)'", file.read_text(encoding="utf-8"))
    }
    same = {"Index", "Start", "Status", "{label}, {when}", "{name}, {when}"}
    assert len(found) > 20
    assert {words for words in found if t(words) == words} <= same


def test_levels_have_pages_that_lead_to_each_other(site: dict[str, bytes]) -> None:
    assert 'href="bezirk-W.html"' in site["quartier-01.html"].decode()
    assert 'href="quartier-01.html"' in site["bezirk-W.html"].decode()
    assert f"{TOWN}-0.html" not in site and f"{DISTRICT}-O.html" in site


def without(column_levels: tuple[str, ...]) -> object:
    """The edition with rates on the quarters alone, as where a source publishes nothing else."""
    made = edition(status="released")
    columns = tuple(
        replace(c, cells={k: v for k, v in c.cells.items() if k not in column_levels})
        if c.role == "rate"
        else c
        for c in made.release.columns
    )
    return edition_with(replace(made.release, columns=columns))


def test_where_the_town_has_no_value_the_other_areas_are_what_counts() -> None:
    site = build_atlas(without((DISTRICT, TOWN)))
    place = site["quartier-01.html"].decode()
    assert "günstiger als in 10 von 11 Gebieten." in place
    assert "keine Angabe der liefernden Stelle" not in place
    assert "<h2>Alle Werte</h2>" not in site["bezirk-W.html"].decode()


def test_what_is_only_known_of_larger_areas_makes_no_sense_in_smaller_ones() -> None:
    made = edition(status="released")
    columns = tuple(
        replace(c, cells={k: v for k, v in c.cells.items() if k != QUARTER}) if c.indicator == "SGB" else c
        for c in made.release.columns
    )
    place = build_atlas(edition_with(replace(made.release, columns=columns)))["quartier-01.html"].decode()
    row = place.partition("Alle Werte</h2>")[2].partition("karte-SGB.html")[2].partition("</tr>")[0]
    assert '<td class="n">x</td>' in row and "…" not in row
    assert "den Wert gibt es nur für größere Gebiete" in place


def test_groups_without_values_are_a_name_over_all_columns() -> None:
    page = build_atlas(without((DISTRICT, TOWN)))["karte-SGB.html"].decode()
    assert '<th scope="rowgroup" colspan="3"><a href="bezirk-W.html">West</a></th>' in page
    assert '<th scope="row">Musterstadt</th>' not in page


def test_the_rules_of_protection_are_german_and_filled() -> None:
    made = edition()
    rules = ("Counts of 1 to {last} persons are not published.", "not translated {width}")
    page = build_atlas(edition_with(replace(made.release, rules=rules)))["methode.html"].decode()
    assert "Anzahlen von 1 bis 4 Personen werden nicht veröffentlicht." in page
    assert "{" not in page and "Counts" not in page


def test_report_and_atlas_name_the_same_strengths(site: dict[str, bytes]) -> None:
    made = edition()
    for area in made.areas[QUARTER].ids:
        page = site[f"quartier-{area}.html"].decode()
        said = strengths(made, area, QUARTER, texts("de"))
        for words in said or (no_strength(texts("de")),):
            assert escape(words) in page


def test_where_sureness_is_withheld_the_atlas_says_so() -> None:
    made = edition()
    chance = made.release.find(role="probability")[0]
    cells = {QUARTER: {**chance.cells[QUARTER], "01": Cell(None, "withheld")}}
    columns = tuple(replace(c, cells=cells) if c is chance else c for c in made.release.columns)
    site = build_atlas(edition_with(replace(made.release, columns=columns)))
    assert "Wie sicher die Stufe ist, wird nicht veröffentlicht" in site["quartier-01.html"].decode()
    assert "Für Altmarkt wird nicht veröffentlicht" in site["index-sozialindex.html"].decode()
    assert "Bei 1 eingestuften Gebiet wird nicht veröffentlicht" in site["index-sozialindex.html"].decode()


def test_published_contributions_do_not_contradict_a_withheld_sum() -> None:
    made = edition()
    score = made.release.find(role="score")[0]
    cells = {QUARTER: {**score.cells[QUARTER], "01": Cell(None, "withheld")}}
    columns = tuple(replace(c, cells=cells) if c is score else c for c in made.release.columns)
    page = build_atlas(edition_with(replace(made.release, columns=columns)))["quartier-01.html"].decode()
    shown = page[page.index("chart contributions") :]
    assert "Nicht veröffentlicht: Sozialindex. Den größten veröffentlichten Beitrag leistet" in shown
    assert "kein Wert veröffentlicht" not in shown[: shown.index("</figure>")]

"""Two towns that differ in one hidden number only: no page, file or header may tell which is which.

In Waldmark eight unemployed people under 25 were delivered; in the second town seven. The number is not published. Every
page is asked by every role that may not see single values, in both towns, and must answer the same; also what is said
about a file that guesses the number right in one of them.
"""

from __future__ import annotations

import hashlib
import io
import re
import shutil
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse

from lebenslagen.project.store import Project
from lebenslagen.web import models
from lebenslagen.web import town as towns
from lebenslagen.web.services import data_files
from tests.web.conftest import client_of
from tests.web.datafiles import changed
from tests.web.routes import ROUTES, a_line, an_upload

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
People = dict[str, models.User]
ROLES = ("", "reader", "department", "planner", "admin", "guest")
AREA, HIDDEN = "27", "arbeitslose_15_24@2024"
CHAPTERS = ("auftrag", "index", "steckbriefe", "indikatoren")
# Views of the same pages that need words: where the hidden number would stand if it were told.
MORE: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("lineage", (HIDDEN, "sozialquartier", AREA), ""),
    ("lineage", ("JA.rate@2024", "sozialquartier", AREA), ""),
    ("lineage", ("sozialindex.score@2024", "sozialquartier", AREA), ""),
    ("lineage", (HIDDEN, "sozialraum", "6"), ""),
    ("quarter", ("sozialquartier", AREA), ""),
    ("quarter", ("sozialraum", "6"), ""),
    ("indicator", ("JA",), ""),
    ("index-why", ("sozialindex", AREA), ""),
    ("index", ("sozialindex",), "gewicht-JA=3"),
    ("delivery-values", ("jobcenter", "2024"), "merkmal=arbeitslose_15_24"),
    ("search", (), "q=Waldmark"),
    ("search", (), "q=9"),
    ("quarters", (), "status=1"),
    ("map", (), "was=JA&zeit=2024&ebene=sozialquartier"),
    ("map-embed", (), "was=JA&zeit=2024&ebene=sozialquartier"),
    *(
        ("map-file", (kind,), "was=JA&zeit=2024&ebene=sozialquartier")
        for kind in ("svg", "csv", "xlsx", "gpkg")
    ),
    *(("report-preview", ("sozialbericht-2024", chapter), "") for chapter in CHAPTERS),
)


def world(musterstadt: Path, count: int, beside: Path) -> Path:
    """Musterstadt with another delivery of the job centre, its draft protected."""
    from lebenslagen.project import build, publish
    from lebenslagen.project import intake as door

    place, name = beside / f"stadt-{count}", "Jobcenter_Musterstadt_2024.xlsx"
    shutil.copytree(musterstadt, place)
    project, answers = Project(place), (("revision", "", "Nachlieferung"),)
    raw = changed({"G35": count, "I35": count - 3})
    works = build.open_works(project)
    checked = door.examine(works, raw, name, source="jobcenter", period="2024", answers=answers, before=works)
    at = datetime(2025, 6, 1, 9, tzinfo=UTC)
    door.take_over(
        works,
        raw,
        name,
        checked,
        source="jobcenter",
        period="2024",
        answers=answers,
        by="P. Planung",
        at=at,
        note="",
    )
    works = build.open_works(project)
    publish.figures_of(works, works.declaration.report("sozialbericht-2024"))
    return place


@contextmanager
def behind(place: Path, settings: Any) -> Iterator[None]:
    settings.PROJECT = place
    mark = towns.CURRENT.set(towns.Town(Project(place)))
    try:
        yield
    finally:
        towns.CURRENT.reset(mark)


def pages(people: People) -> list[tuple[str, Callable[[], str]]]:
    """Every page that can be looked at: its name, and what gives its address in a town."""
    token = an_upload(people)
    found: list[tuple[str, Callable[[], str]]] = []
    for name, route in ROUTES.items():
        if not route.get or name == "account-factor":  # its secret is another each time
            continue
        if route.args is a_line:
            found.append((name, lambda name=name: reverse(name, args=a_line(people))))
            continue
        args = token if route.args is an_upload else route.args(people)
        found.append((name, lambda name=name, args=args: reverse(name, args=args)))
    for name, words, query in MORE:
        address = f"{reverse(name, args=words)}?{query}"
        found.append((f"{name} {words} {query}", lambda address=address: address))
    made = data_files.new_token()  # the last call of an upload's page above may have cleared its bytes
    models.Intake.objects.filter(pk=token[0]).update(token=made)
    guessed = changed({"G35": 8, "I35": 5, "A38": "Nachtrag"})
    models.Intake.objects.filter(pk=made).update(digest=hashlib.sha256(guessed).hexdigest())
    data_files.keep(made, guessed)
    return [(name, lambda find=find: find().replace(token[0], made)) for name, find in found]


CHANGING = re.compile(
    r'base64,[^"]*|name="(?:csrfmiddlewaretoken|once|base)" value="[^"]*"|\b[0-9a-f]{8,64}\b|\b\d\d:\d\d(?::\d\d)?\b|nonce-[\w-]+'
)


def plain(content: bytes) -> str:
    """What an answer says, without what differs between two askings of the same."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            content = b"\n".join(name.encode() + b": " + book.read(name) for name in sorted(book.namelist()))
    return CHANGING.sub("…", content.decode("utf-8", "replace"))


def answers(
    people: People, found: list[tuple[str, Callable[[], str]]]
) -> dict[tuple[str, str], tuple[Any, ...]]:
    told = {}
    models.UserSession.objects.all().delete()  # the list of sessions is a page, too
    for role in ROLES:
        client = client_of(people[role] if role else None)
        for name, find in found:
            answer = client.get(find())
            content = b"".join(answer.streaming_content) if answer.streaming else answer.content  # type: ignore[attr-defined]
            heads = tuple(
                plain(answer.get(h, "").encode()) for h in ("ETag", "Content-Disposition", "Location")
            )
            told[role, name] = (answer.status_code, *heads, plain(content), len(plain(content)))
    return told


def test_a_hidden_number_changes_no_answer(
    musterstadt: Path, tmp_path: Path, people: People, settings: Any
) -> None:
    places = [world(musterstadt, count, tmp_path) for count in (8, 7)]
    with behind(places[0], settings):
        found = pages(people)
        eight = answers(people, found)
    folder = Path(".web") / "eingang"
    shutil.copytree(places[0] / folder, places[1] / folder, dirs_exist_ok=True)
    with behind(places[1], settings):
        seven = answers(people, found)
    assert len([key for key, told in eight.items() if told[0] == 200]) > 200
    parted = [
        f"{key}: {first_difference(eight[key], seven[key])}" for key in eight if eight[key] != seven[key]
    ]
    assert not parted, "\n".join(parted)
    assert not [key for key, told in eight.items() if told[0] >= 500]


def first_difference(one: tuple[Any, ...], other: tuple[Any, ...]) -> str:
    """Where two answers part."""
    if one[:4] != other[:4]:
        return f"{one[:4]} / {other[:4]}"
    at = next((n for n, pair in enumerate(zip(one[4], other[4], strict=False)) if pair[0] != pair[1]), 0)
    return f"…{one[4][max(0, at - 60) : at + 60]}… / …{other[4][max(0, at - 60) : at + 60]}…"


def test_the_right_to_see_shows_the_difference(
    musterstadt: Path, tmp_path: Path, people: People, settings: Any
) -> None:
    """The comparison can fail: whoever may see single values is told."""
    seen = []
    for count in (8, 7):
        with behind(world(musterstadt, count, tmp_path), settings):
            address = reverse("delivery-values", args=["jobcenter", "2024"]) + "?merkmal=arbeitslose_15_24"
            seen.append(plain(client_of(people["approver"]).get(address).content))
    assert seen[0] != seen[1]

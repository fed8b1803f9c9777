"""An edition: what a publication may use, refused as a whole where its parts do not fit together."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from lebenslagen.areas import dissolve
from lebenslagen.disclosure import IndexInfo, LevelFrame, Policy, Release
from lebenslagen.edition import Edition, Level, Period
from lebenslagen.indicators import Catalogue
from lebenslagen.texts import fault_text
from tests.spec.tables import codes, drawn, faults

QUARTERS = drawn("a b", parents={"a": "05", "b": "05"})
TOWN = dissolve(QUARTERS, "stadt", {"05": "Musterstadt"})
LEVELS = (Level("quartier", "Quartier", "Quartiere"), Level("stadt", "Stadt"))
OLD = Period("2020", date(2020, 12, 31), "31.12.2020", QUARTERS.vintage)
NOW = Period("2024", date(2024, 12, 31), "31.12.2024", QUARTERS.vintage)
FRAMES = (LevelFrame("quartier", ("a", "b"), ("05", "05")), LevelFrame("stadt", ("05",)))
RELEASE = Release(
    Policy(), "T", "Musterstadt", FRAMES, (), methods={"si": IndexInfo(key="si", label="Sozialindex")}
)


def edition(**changes: Any) -> Edition:
    parts = {
        "town": "Musterstadt",
        "title": "Sozialbericht",
        "period": NOW,
        "previous": OLD,
        "periods": (OLD, NOW),
        "levels": LEVELS,
        "areas": {"quartier": QUARTERS, "stadt": TOWN},
        "catalogue": Catalogue(),
        "release": RELEASE,
        "generated": date(2025, 6, 30),
        "index": "si",
        "chapters": ("auftrag", "index"),
    }
    return Edition(**(parts | changes))


def test_an_edition_knows_its_levels_and_periods() -> None:
    """The finest level comes first, the town last; the year is that of the period where none is declared."""
    found = edition()
    assert (found.finest.plural, found.town_level.plural, found.year) == ("Quartiere", "Stadt", "2024")
    assert found.level_of("stadt") is LEVELS[1]
    assert found.period_of("2020") is OLD


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"levels": ()}, "levels-none"),
        ({"levels": (*LEVELS, LEVELS[0])}, "key-twice"),
        ({"areas": {"quartier": QUARTERS}}, "level-without-areas"),
        ({"areas": {"quartier": QUARTERS, "stadt": TOWN, "block": QUARTERS}}, "unknown-name"),
        ({"periods": (OLD,)}, "unknown-name"),
        ({"periods": (NOW, OLD)}, "periods-unordered"),
        ({"periods": (OLD, NOW, NOW)}, "key-twice"),
        ({"period": OLD, "previous": NOW}, "previous-not-earlier"),
        ({"index": "gibtesnicht"}, "unknown-name"),
        ({"chapters": ("index", "index")}, "key-twice"),
        ({"words": {"fehlt": "Text"}}, "unknown-name"),
        ({"status": "fertig"}, "unknown-name"),
        ({"status": "released"}, "released-by-one"),
        ({"release": replace(RELEASE, frames=(*FRAMES, LevelFrame("block", ("1",))))}, "unknown-name"),
    ],
)
def test_parts_that_do_not_fit_are_refused(changes: dict[str, Any], code: str) -> None:
    """Each contradiction has a name."""
    assert code in codes(lambda: edition(**changes))


def test_all_faults_of_an_edition_come_at_once() -> None:
    """Areas, periods and release are all looked at."""
    found = codes(lambda: edition(areas={"stadt": TOWN}, periods=(OLD,), index="x"))
    assert found == ["level-without-areas", "unknown-name", "unknown-name"]


def test_released_means_two_persons() -> None:
    """An edition that says it is released rests on a release that two persons signed."""
    signed = RELEASE.signed("A. Planung", "B. Statistik", "2025-06-30")
    assert edition(status="released", release=signed).status == "released"
    alone = replace(RELEASE, author="A. Planung", approved_by="A. Planung")
    fault = faults(lambda: edition(status="released", release=alone))[0]
    assert fault_text(fault)[0] == (
        "Diese Ausgabe gilt als freigegeben, doch die Freigabe von A. Planung hat keine zweite Person bestätigt."
    )


def test_an_edition_cannot_be_changed_from_outside() -> None:
    """Mappings handed in are copied."""
    words = {"auftrag": "Text"}
    found = edition(words=words)
    words["auftrag"] = "anderer Text"
    assert found.words["auftrag"] == "Text"
    with pytest.raises(TypeError):
        found.words["auftrag"] = "neu"  # type: ignore[index]


def test_without_comparison_and_index() -> None:
    """A first report has no earlier edition and may have no index."""
    found = edition(previous=None, index=None, before=None)
    assert found.previous is None
    assert found.index is None

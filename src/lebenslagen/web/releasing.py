"""What a release would show, hide and tell, and how it differs from the one before. Reads protected figures only."""

from __future__ import annotations

import contextlib
import math
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import N_, SIGNS, Texts
from lebenslagen.web.services.base import waited
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Bounds, Column, Release
    from lebenslagen.edition import Edition
    from lebenslagen.project.declare import DeclaredReport

__all__ = [
    "AUDIENCES",
    "Difference",
    "Learned",
    "Level",
    "audiences",
    "column_rows",
    "content_of",
    "declared_for",
    "difference",
    "draft_for",
    "edition_for",
    "figures_for",
    "files_held",
    "in_force",
    "intact",
    "learned",
    "ledger_held",
    "ledger_lines",
    "level_labels",
    "levels",
    "shown_columns",
]  # fmt: skip

TRIES = 6  # a page waits that long with the database held
AUDIENCES = {"public": N_("the public"), "committee": N_("the committee")}


def audiences() -> tuple[str, ...]:
    """For whom this town may release: those it declared rules for."""
    return tuple(key for key in AUDIENCES if key in town().declaration.head.policies)


def declared_for(report: str, audience: str) -> DeclaredReport:
    """A declared report for an audience: one source, several readers. Raises DesignError."""
    return replace(town().report(report), audience=audience)


@contextlib.contextmanager
def files_held() -> Iterator[None]:
    """The project's lock, or at once Conflict: a page does not wait for a job with the database held."""
    with waited(town().project.locked, 1):
        yield


@contextlib.contextmanager
def ledger_held() -> Iterator[None]:
    """The lock of the ledger. Nobody holds it longer than it takes to write a release; Conflict where somebody does."""
    with waited(town().project.ledger_held, TRIES):
        yield


# --- figures --------------------------------------------------------------------------------------------------


def figures_for(report: str, audience: str) -> Release | None:
    """The protected figures as they stand now, None where they are not computed yet."""
    from lebenslagen.project import publish

    here = town()
    return publish.known(here._works(), declared_for(report, audience))


def in_force(report: str, audience: str) -> str:
    """The digest of the release in force, blank without one."""
    return town().project.published(report, audience)


def edition_for(report: str, audience: str, t: Texts) -> Edition | None:
    """The release in force for an audience, otherwise the protected draft where it is computed."""
    from lebenslagen.project import publish

    here, declared = town(), declared_for(report, audience)
    force = in_force(report, audience)
    if not force and figures_for(report, audience) is None:
        return None
    key = ("edition-for", report, audience, force, t.language)
    return here.kept(key, lambda: publish.edition(here._works(), declared, t))  # type: ignore[no-any-return]


def draft_for(report: str, audience: str, t: Texts) -> Edition | None:
    """The edition a release would bring: the figures of now, whatever is in force."""
    from lebenslagen.project import publish

    here, figures = town(), figures_for(report, audience)
    if figures is None:
        return None
    key = ("draft-for", report, audience, figures.digest, t.language)
    return here.kept(key, lambda: publish.edition(here._works(), declared_for(report, audience), t, figures))  # type: ignore[no-any-return]


def content_of(report: str, audience: str, figures: Release) -> str:
    """The digest an approval is bound to: the figures, and every declaration and text that is printed with them."""
    from lebenslagen.project.store import digest_of

    declared = town().report(report)
    files = town().project.declared()
    own = {f"reports/{report}.toml", *(f"reports/{name}" for name in declared.words.values())}
    printed = {
        name for name in files if not name.startswith(("reports/", "sources/", "deliveries.toml"))
    } | own
    parts = [name.encode() + files[name] for name in sorted(printed) if name in files]
    return digest_of(audience.encode(), figures.digest.encode(), *parts)


def intact(digest: str) -> None:
    """Recompute the digest of a release, once for each state of its file. Raises ProjectError where it was changed."""
    here = town()
    path = here.root / "releases" / digest / "release.json"
    state = path.stat() if path.is_file() else None
    key = ("intact", digest, state and (state.st_ino, state.st_mtime_ns, state.st_ctime_ns, state.st_size))
    here.kept(key, lambda: bool(here.project.release(digest)))


def ledger_lines() -> list[dict[str, Any]]:
    """The lines of the ledger, oldest first. Raises ProjectError where its chain is broken."""
    return town().project.register.lines()


# --- what is shown, hidden, learned -----------------------------------------------------------------------------


@dataclass(frozen=True)
class Level:
    """How many figures of one level are shown, not published, or not there."""

    label: str
    areas: int
    shown: int
    withheld: int
    missing: int


def level_labels() -> dict[str, str]:
    """What several areas of each level are called."""
    return {level.key: level.plural or level.label for level in town().declaration.head.levels}


def levels(figures: Release) -> list[Level]:
    """What will be shown, level by level, finest first."""
    counted: dict[str, Counter[str]] = {level: Counter() for level in figures.levels}
    for column in figures.columns:
        for level, cells in column.cells.items():
            counted[level].update(cell.mark or "shown" for cell in cells.values())
    labels, sizes = level_labels(), {frame.level: len(frame.ids) for frame in figures.frames}
    return [
        Level(
            labels.get(level, level),
            sizes[level],
            c["shown"],
            c["withheld"],
            sum(c.values()) - c["shown"] - c["withheld"],
        )
        for level, c in counted.items()
    ]


def shown_columns(figures: Release, t: Texts) -> list[tuple[str, str, str]]:
    """What is shown, without its periods: (key to ask for, label, first to last period)."""
    found: dict[str, list[Column]] = {}
    for column in figures.columns:
        if column.role in ROLES:
            found.setdefault(_family(column), []).append(column)
    return [
        (key, f"{_label(columns[0])}, {t(ROLES[columns[0].role])}", _span(sorted(c.period for c in columns)))
        for key, columns in found.items()
    ]


def _family(column: Column) -> str:
    return f"{column.role}:{column.indicator or column.index or column.variable or column.label}"


ROLES = {
    "rate": N_("share"), "published_rate": N_("share"), "numerator": N_("number"), "denominator": N_("number"),
    "residents": N_("number"), "score": N_("index value"), "class": N_("class"), "dynamics_score": N_("dynamics"),
}  # fmt: skip


def _label(column: Column) -> str:
    return column.label or column.variable or column.key


def _span(periods: list[str]) -> str:
    return periods[0] if periods[0] == periods[-1] else f"{periods[0]}–{periods[-1]}"


def column_rows(figures: Release, family: str, t: Texts) -> tuple[tuple[str, ...], list[tuple[str, ...]]]:
    """One kind of figure in all areas and periods, as it would be printed: (head, rows)."""
    columns = sorted((c for c in figures.columns if _family(c) == family), key=lambda c: c.period)[-12:]
    if not columns:
        return (), []
    rows = []
    for frame in figures.frames:
        if frame.vintage == columns[-1].vintage:
            for area in frame.ids:
                cells = [column.cells.get(frame.level, {}).get(area) for column in columns]
                if any(cells):
                    rows.append(
                        (
                            frame.name(area),
                            *(_printed(cell, c, t) for cell, c in zip(cells, columns, strict=True)),
                        )
                    )
    return (t(N_("Area")), *(column.period for column in columns)), rows


def _printed(cell: Any, column: Column, t: Texts) -> str:
    if cell is None:
        return SIGNS["missing"]
    if cell.mark:
        return SIGNS[cell.mark]
    return cell.value if isinstance(cell.value, str) else t.number(cell.value, column.decimals)


@dataclass(frozen=True)
class Learned:
    """What the strictest reader could still find out about one count: it lies between low and high (persons)."""

    label: str
    period: str
    area: str
    low: int
    high: int | None
    width: float
    sentence: str


def learned(figures: Release, t: Texts) -> list[Learned]:
    """Every count that is hidden, or follows from shown ones, the most closely known first."""
    names = {(f.level, area): f.name(area) for f in figures.frames for area in f.ids}
    found = [_learned(figures, key, bounds, names, t) for key, bounds in figures.bounds.items()]
    return sorted(found, key=lambda row: (row.width, row.label, row.period, row.area))


def _learned(
    figures: Release, key: tuple[str, str, str], bounds: Bounds, names: dict[tuple[str, str], str], t: Texts
) -> Learned:
    label, period = _count_label(figures, key[0])
    low = math.ceil(bounds.low - 1e-9)
    high = None if bounds.high is None else math.floor(bounds.high + 1e-9)
    if high is None:
        sentence = t(N_("{low} or more; no upper limit follows from what is published"), low=t.number(low))
    else:
        sentence = t(N_("between {low} and {high}"), low=t.number(low), high=t.number(high))
    return Learned(label, period, names.get((key[1], key[2]), key[2]), low, high, bounds.width, sentence)


def _count_label(figures: Release, key: str) -> tuple[str, str]:
    """A count, or the difference of two, in words."""
    labels, period = [], ""
    for part in key.split(" − "):
        column = next((c for c in figures.columns if c.key == part), None)
        labels.append(_label(column) if column else part.partition("@")[0])
        period = period or (column.period if column else part.partition("@")[2])
    return " − ".join(labels), period


# --- difference to the last release -----------------------------------------------------------------------------


Row = tuple[str, str, str, str, str]  # figure, period, area, before, now


@dataclass(frozen=True)
class Difference:
    """What changes against the last release: lists of (figure, period, area, before, now), and columns new or gone."""

    newly_shown: list[Row]
    newly_hidden: list[Row]
    changed: list[Row]
    added: list[str]
    gone: list[str]

    @property
    def nothing(self) -> bool:
        return not (self.newly_shown or self.newly_hidden or self.changed or self.added or self.gone)


def difference(before: Release, now: Release, t: Texts) -> Difference:
    """Cells newly shown, newly hidden, changed; whole columns that came or went."""
    old, new = ({c.key: c for c in r.columns} for r in (before, now))
    names = {(f.level, area): f.name(area) for f in (*before.frames, *now.frames) for area in f.ids}
    shown: list[Row] = []
    hidden: list[Row] = []
    changed: list[Row] = []
    for key in (key for key in new if key in old):
        one, other = old[key], new[key]
        for level, cells in other.cells.items():
            for area, cell in cells.items():
                was = one.cells.get(level, {}).get(area)
                if was is None or was == cell:
                    continue
                row = (
                    _label(other),
                    other.period,
                    names.get((level, area), area),
                    _printed(was, one, t),
                    _printed(cell, other, t),
                )
                (shown if was.mark == "withheld" else hidden if cell.mark == "withheld" else changed).append(
                    row
                )
    return Difference(shown, hidden, changed, _only(new, old), _only(old, new))


def _only(here: dict[str, Column], there: dict[str, Column]) -> list[str]:
    found = dict.fromkeys((_label(c), c.period) for key, c in here.items() if key not in there)
    return [f"{label} ({period})" if period else label for label, period in found]

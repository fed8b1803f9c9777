"""A release as plain tables: a row an area and period, a column what is shown, a sign where no value is."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from lebenslagen.texts import N_, SIGNS, Texts, texts

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Release
    from lebenslagen.indicators import Catalogue, Source

__all__ = [
    "STATES",
    "STATUS",
    "Field",
    "Table",
    "citation",
    "marked",
    "note",
    "sources",
    "sources_of",
    "tables",
]

# Why a number is not there, or is no count, in one word; the sign stands in the cell, the word beside it.
STATES: Mapping[str, str] = {
    "estimated": N_("estimated"),
    "excluded": N_("left out of the comparison"),
    "missing": N_("missing"),
    "undefined": N_("not defined"),
    "withheld": N_("kept secret"),
}

# What a figure of an index is, where its label only names the index.
ROLES: Mapping[str, str] = {
    "class": N_("{label}, class"),
    "combined_class": N_("{label}, class of status and dynamics"),
    "combined_probability": N_("{label}, how sure the class of status and dynamics is"),
    "contribution": N_("{label}, contribution of “{indicator}”"),
    "dynamics_class": N_("{label}, class"),
    "dynamics_contribution": N_("{label}, contribution of “{indicator}”"),
    "dynamics_probability": N_("{label}, how sure the class of the dynamics is"),
    "dynamics_possible_classes": N_("{label}, possible classes"),
    "dynamics_score": N_("{label}, index value"),
    "dynamics_score_high": N_("{label}, greatest possible index value"),
    "dynamics_score_low": N_("{label}, least possible index value"),
    "persons_to_border": N_("{label}, persons to the next class in “{indicator}”"),
    "possible_classes": N_("{label}, possible classes"),
    "probability": N_("{label}, how sure the class is"),
    "score": N_("{label}, index value"),
    "score_high": N_("{label}, greatest possible index value"),
    "score_low": N_("{label}, least possible index value"),
    "change": N_("{label}, change"),
}
AGE = re.compile(r"alter_(.+)_(\d+)_(\d+)")
OLDEST = 99

FIRST = 3  # fields before the figures: key, name and period
STATUS = ".status"  # what is added to a column's key for the column that says why a value is not a count


@dataclass(frozen=True)
class Field:
    """One column of a table: its key, what stands above it, and what it holds.

    kind: "text", "number" (cells are Decimal, or a sign) or "status" (a word, or nothing); columns: period -> column of
    the release.

    >>> Field("SGB.rate", "SGB-II-Quote (%)", "number", 1).decimals
    1
    """

    key: str
    title: str
    kind: Literal["text", "number", "status"]
    decimals: int = 0
    columns: Mapping[str, Column] = field(default_factory=dict)


@dataclass(frozen=True)
class Table:
    """All that is shown for the areas of one level in the boundaries of one date: a row an area and period.

    >>> Table("stadt", "Stadt", "stadt", "", (), ()).rows
    ()
    """

    name: str
    label: str
    level: str
    vintage: str
    fields: tuple[Field, ...]
    rows: tuple[tuple[Decimal | str, ...], ...]


def tables(release: Release, t: Texts | None = None, *, latest: bool = False) -> tuple[Table, ...]:
    """The release as tables, one a level and date of boundaries, finest first; tables without figures are left out.

    A row an area and period, newest period first; latest: only the newest. Where the release has no column for a period
    the cell is empty.

    >>> from lebenslagen.disclosure.release import Cell, Column, LevelFrame, Policy, Release
    >>> shown = Column(key="ew@2024", role="count", kind="count", label="Einwohner", period="2024",
    ...     cells={"stadt": {"05": Cell(Decimal(1234))}})
    >>> made = Release(Policy(), "T", "Musterstadt", (LevelFrame("stadt", ("05",)),), (shown,), approved_by="B")
    >>> tables(made)[0].rows
    (('05', '05', '2024', Decimal('1234')),)
    """
    said = t or texts()
    frames = [(frame, columns) for frame in release.frames if (columns := _columns(release, frame, latest))]
    several = Counter(frame.level for frame, _ in frames)
    return tuple(_table(release, frame, columns, several[frame.level] > 1, said) for frame, columns in frames)


def _columns(release: Release, frame: LevelFrame, latest: bool) -> tuple[Column, ...]:
    found = tuple(c for c in release.columns if c.vintage == frame.vintage and c.cells.get(frame.level))
    newest = max((column.period for column in found), default="")
    return tuple(column for column in found if not latest or column.period == newest)


def _table(release: Release, frame: LevelFrame, columns: Sequence[Column], several: bool, t: Texts) -> Table:
    head = ("gebiet", t("Key")), ("name", t("Area")), ("zeitraum", t("Period"))
    fields = (*(Field(key, title, "text") for key, title in head), *_fields(release, frame, columns, t))
    said = note(release, t)
    fields += (Field("vermerk", t("Note"), "text"),) if said else ()
    name = re.sub(r"[^\w-]", "_", f"{frame.level}-{frame.vintage}" if several else frame.level)
    label = f"{frame.label or frame.level} {frame.vintage}" if several else frame.label or frame.level
    periods = sorted({column.period for column in columns}, reverse=True)
    rows = tuple(row for period in periods for row in _rows(frame, fields, period, said, t))
    return Table(marked(release, name), label, frame.level, frame.vintage, fields, rows)


def _rows(
    frame: LevelFrame, fields: Sequence[Field], period: str, said: str, t: Texts
) -> Iterator[tuple[Decimal | str, ...]]:
    """The rows of one period: key, name, period, figures, note."""
    areas = frame.ids
    heads = (areas, tuple(frame.name(area) for area in areas), (period,) * len(areas))
    contents = [_contents(found, frame, period, t) for found in fields if found.columns]
    notes = [(said,) * len(areas)] if said else []
    return zip(*heads, *contents, *notes, strict=True)


def _fields(release: Release, frame: LevelFrame, columns: Sequence[Column], t: Texts) -> Iterator[Field]:
    groups: dict[str, dict[str, Column]] = {}
    for column in columns:
        groups.setdefault(_base(column), {})[column.period] = column
    titles = {key: _title(release, next(iter(group.values())), t) for key, group in groups.items()}
    times = Counter(titles.values())
    for key, group in groups.items():
        title = titles[key] if times[titles[key]] == 1 else f"{titles[key]} [{key}]"
        cells = [cell for column in group.values() for cell in column.cells[frame.level].values()]
        words = any(isinstance(cell.value, str) for cell in cells)
        decimals = max(column.decimals for column in group.values())
        yield Field(key, title, "text" if words else "number", decimals, group)
        if any(cell.estimated for cell in cells):
            yield Field(key + STATUS, t("{title}, status", title=title), "status", 0, group)


def _base(column: Column) -> str:
    """The key of a column without its period: the same figure of another period has the same."""
    return column.key.removesuffix(f"@{column.period}") if column.period else column.key


def _title(release: Release, column: Column, t: Texts) -> str:
    label = column.label or _base(column)
    age = AGE.fullmatch(column.variable)
    if age and label == column.variable:
        label = _age(age[1], int(age[2]), int(age[3]), t)
    elif column.role in ROLES:
        rates = release.find(indicator=column.indicator, role="rate") if column.indicator else ()
        label = t(ROLES[column.role], label=label, indicator=rates[0].label if rates else column.indicator)
    return f"{label} ({column.unit})" if column.unit and column.unit not in label else label


def _age(sex: str, low: int, high: int, t: Texts) -> str:
    if high >= OLDEST:
        return t("Aged {low} and over, sex {sex}", low=low, sex=sex)
    return t("Aged {low} to {high}, sex {sex}", low=low, high=high, sex=sex)


def _contents(found: Field, frame: LevelFrame, period: str, t: Texts) -> tuple[Decimal | str, ...]:
    """What the column of a period shows for each area, or for each area whether it is estimated."""
    column = found.columns.get(period)
    if column is None:
        return ("",) * len(frame.ids)
    cells = [column.cells[frame.level].get(area) for area in frame.ids]
    if found.kind == "status":
        return tuple(t(STATES["estimated"]) if cell is not None and cell.estimated else "" for cell in cells)
    return tuple(map(_shown, cells))


def _shown(cell: Cell | None) -> Decimal | str:
    """The value of a cell, or the sign in its place; a cell the release does not have is missing."""
    if cell is None:
        return SIGNS["missing"]
    return SIGNS[cell.mark] if cell.value is None else cell.value


def note(release: Release, t: Texts) -> str:
    """What must stand on everything that is not for the public, or not approved yet.

    >>> from lebenslagen.disclosure.release import LevelFrame, Policy, Release
    >>> note(Release(Policy("internal"), "T", "M", (), ()), texts())
    'INTERN ENTWURF'
    """
    notes = [t("INTERNAL")] if release.audience == "internal" else []
    return " ".join(notes + ([] if release.approved_by else [t("DRAFT")]))


def marked(release: Release, name: str) -> str:
    """A file name that says whether the file is for the house only, or a draft.

    >>> from lebenslagen.disclosure.release import LevelFrame, Policy, Release
    >>> marked(Release(Policy("internal"), "T", "M", (), ()), "tabellen")
    'INTERN-ENTWURF-tabellen'
    """
    inside = "INTERN-" if release.audience == "internal" else ""
    return f"{inside}{'' if release.approved_by else 'ENTWURF-'}{name}"


def sources(found: Table, catalogue: Catalogue) -> tuple[Source, ...]:
    """The sources of a table's figures, in the order of the columns, none twice.

    >>> from lebenslagen.indicators import Catalogue
    >>> sources(Table("stadt", "Stadt", "stadt", "", (), ()), Catalogue())
    ()
    """
    return tuple(
        {source.key: source for one in found.fields for source in sources_of(one, catalogue)}.values()
    )


def sources_of(found: Field, catalogue: Catalogue) -> tuple[Source, ...]:
    """The sources of one column, over all its periods.

    >>> from lebenslagen.indicators import Catalogue
    >>> sources_of(Field("ew", "Einwohner", "number"), Catalogue())
    ()
    """
    known = {source.key: source for source in catalogue.sources}
    keys = dict.fromkeys(key for column in found.columns.values() for key in column.sources)
    return tuple(known[key] for key in keys if key in known)


def citation(source: Source) -> dict[str, str]:
    """What is said of a source beside the figures.

    >>> from lebenslagen.indicators import Source
    >>> citation(Source("ba", "Jobcenter", "SGB II"))
    {'producer': 'Jobcenter', 'title': 'SGB II'}
    """
    facts = {"producer": source.producer, "title": source.title, "licence": source.licence, "url": source.url}
    facts["as_of"] = source.as_of.isoformat() if source.as_of else ""
    return {name: text for name, text in facts.items() if text}

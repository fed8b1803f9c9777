"""What leaves the house: rules, drafts with true values, releases with what is shown, the ledger of those already out.

Read by figures, report, atlas and export, therefore without pandas and numpy. Identity of a count across releases:
variable, period, vintage of the boundaries, level and area.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import Any

from lebenslagen.disclosure import record
from lebenslagen.errors import DesignError, DisclosureError, Fault, ProjectError
from lebenslagen.texts import N_

__all__ = [
    "AUDIENCES",
    "DECIMALS",
    "KINDS",
    "NO_CELL",
    "Bounds",
    "Cell",
    "Column",
    "Described",
    "Draft",
    "DraftColumn",
    "IndexInfo",
    "Kind",
    "Known",
    "Ledger",
    "LevelFrame",
    "Link",
    "Policy",
    "Release",
]


@dataclass(frozen=True)
class Kind:
    """How protect and attack treat a column, and which fields such a column must declare.

    >>> KINDS["rate"].needs
    ('numerator', 'denominator')
    """

    label: str
    needs: tuple[str, ...] = ()


KINDS: Mapping[str, Kind] = {
    "count": Kind(N_("count: hidden when it tells about few")),
    "rate": Kind(N_("rate: hidden with its counts"), ("numerator", "denominator")),
    "published": Kind(N_("rate already published by its source: known to everybody")),
    "amount": Kind(N_("amount: not of persons, always shown")),
    "linear": Kind(N_("linear in rates: hidden where it would tell a hidden count"), ("terms",)),
    "class": Kind(N_("class: the interval of a linear value"), ("of", "cuts", "keys")),
    "computed": Kind(N_("computed from what is published and nothing else: always shown")),
    "opaque": Kind(N_("shown only where everything behind it is shown"), ("of",)),
}

AUDIENCES = ("internal", "committee", "public")

# Digits after the decimal point by role, where neither the policy nor the column says otherwise.
DECIMALS: Mapping[str, int] = {
    "rate": 1,
    "published_rate": 1,
    "change": 1,
    "score": 2,
    "contribution": 2,
    "z": 2,
    "dynamics_score": 2,
    "dynamics_contribution": 2,
    "mean": 2,
    "sd": 2,
}


def _frozen(mapping: Mapping[Any, Any]) -> Mapping[Any, Any]:
    return MappingProxyType(dict(mapping))


@dataclass(frozen=True)
class Policy:
    """The rules for one audience.

    threshold: counts of persons from 1 to threshold − 1 are hidden (persons). width: so far apart must the smallest
    and the largest value of a hidden count stay for the best informed reader (persons). group: whether everybody
    ("full") or also nobody ("both") of a group being counted is hidden. complements: whether those of a group who are
    not counted are treated like those who are. min_residents: below it a whole row is hidden (persons).

    Raises DesignError for rules that do not protect.

    >>> Policy("public", threshold=5, width=4).decimals["rate"]
    1
    """

    audience: str = "public"
    threshold: int = 5
    width: int = 4
    method: str = "suppress"
    decimals: Mapping[str, int] = field(default_factory=dict)
    secondary: bool = True
    complements: bool = True
    group: str = "full"
    min_residents: int = 50

    def __post_init__(self) -> None:
        object.__setattr__(self, "decimals", _frozen({**DECIMALS, **self.decimals}))
        faults = list(_policy_faults(self))
        if faults:
            raise DesignError(faults)


def _policy_faults(policy: Policy) -> Iterator[Fault]:
    where = f"policies.{policy.audience}"
    if policy.audience not in AUDIENCES:
        yield _unknown(where, policy.audience, AUDIENCES)
    if policy.group not in ("none", "full", "both"):
        yield _unknown(f"{where}.group", policy.group, ("none", "full", "both"))
    if policy.threshold < 0 or policy.width < 0 or policy.min_residents < 0:
        reason = "threshold, width and min_residents are 0 or more"
        yield Fault("wrong-value", where, {"value": policy.threshold, "reason": reason})
    if policy.audience == "public" and policy.threshold < 3:
        yield Fault("policy-threshold-low", f"{where}.threshold", {"threshold": policy.threshold})
    if policy.audience == "public" and not policy.secondary:
        yield Fault("policy-secondary-off", f"{where}.secondary")
    if policy.audience == "public" and policy.width < 1:
        yield Fault("policy-width-low", f"{where}.width", {"width": policy.width})


def _unknown(where: str, name: str, known: tuple[str, ...]) -> Fault:
    return Fault("unknown-name", where, {"name": name, "hint": "", "known": ", ".join(known)})


@dataclass(frozen=True)
class LevelFrame:
    """The areas of one level and one vintage, in the town's own order; parents are ids of the next coarser level.

    >>> LevelFrame("quarter", ("01", "02"), ("A", "A")).parent("02")
    'A'
    """

    level: str
    ids: tuple[str, ...]
    parents: tuple[str, ...] = ()
    vintage: str = ""
    label: str = ""
    names: tuple[str, ...] = ()

    def parent(self, area: str) -> str:
        return self._parents.get(area, "")

    def name(self, area: str) -> str:
        return self._names.get(area) or area

    @cached_property
    def _parents(self) -> Mapping[str, str]:
        return dict(zip(self.ids, self.parents, strict=False))

    @cached_property
    def _names(self) -> Mapping[str, str]:
        return dict(zip(self.ids, self.names, strict=False))


@dataclass(frozen=True)
class Link:
    """How the areas of two vintages overlap: (old id, new id, share of the old one's values carried over).

    Shares serve estimates; true counts only add up piece by piece. An area that stands in one pair only, on both sides,
    is unchanged: the same figure under two vintages.

    >>> Link("quarter", "2013-01-01", "2019-01-01", (("01", "01", Decimal(1)),)).level
    'quarter'
    """

    level: str
    old: str
    new: str
    pairs: tuple[tuple[str, str, Decimal], ...]


@dataclass(frozen=True)
class Known:
    """A figure that readers know from elsewhere, such as a total published by the statistical office.

    >>> Known("homeless", "2024", "", "town", "05", Decimal(224), "Landesbetrieb").value
    Decimal('224')
    """

    variable: str
    period: str
    vintage: str
    level: str
    area: str
    value: Decimal
    source: str = ""


@dataclass(frozen=True)
class Cell:
    """One figure as shown: a value, or a sign in its place (a key of `texts.SIGNS`).

    Raises ValueError for a value beside a sign, or neither.

    >>> Cell(Decimal("17.5")).mark, Cell(None, "withheld").value
    ('', None)
    """

    value: Decimal | str | None
    mark: str = ""
    estimated: bool = False

    def __post_init__(self) -> None:
        if (self.value is None) != bool(self.mark):
            raise ValueError("a cell has either a value or a mark")


NO_CELL = Cell(None, "missing")


@dataclass(frozen=True)
class Bounds:
    """What the best informed reader finds out about one count: it lies between low and high (persons; None: no limit).

    known: 1 where the reader may be one of those counted, which tells him one more.

    >>> Bounds(0, 6, 1).width
    5.0
    """

    low: float
    high: float | None
    known: int = 0

    @property
    def width(self) -> float:
        return float("inf") if self.high is None else float(self.high - self.low - self.known)


@dataclass(frozen=True, kw_only=True)
class Described:
    """What a column is, without its values: common to a draft and to a release.

    Kind decides which of the last fields are meant: rate (numerator, denominator: keys of counts; per; share: the
    numerator is a part of the denominator), linear (constant + sum of coefficient x rate key of the same area), class
    (cuts ascending; keys of the classes; upper_closed a cut; own constant and terms, else those of the linear column
    named first in `of`), opaque (of: all keys behind), count (variable; sum_of and less: keys of counts that add up to
    it; part_of: variables whose count contains this one; threshold: a stricter one demanded by a source, in persons).
    Terms and constants serve protection alone: nothing that is published prints them.

    >>> Described(key="sgb2@2024", role="numerator", kind="count", period="2024", variable="sgb2").identity
    ('sgb2', '2024', '')
    """

    key: str
    role: str
    kind: str
    period: str = ""
    indicator: str = ""
    label: str = ""
    unit: str = ""
    sources: tuple[str, ...] = ()
    index: str = ""
    vintage: str = ""
    variable: str = ""
    persons: bool = True
    numerator: str = ""
    denominator: str = ""
    per: int = 100
    share: bool = True
    constant: Decimal = Decimal(0)
    terms: tuple[tuple[str, Decimal], ...] = ()
    of: tuple[str, ...] = ()
    cuts: tuple[Decimal, ...] = ()
    upper_closed: tuple[bool, ...] = ()
    keys: tuple[str, ...] = ()
    sum_of: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    part_of: tuple[str, ...] = ()
    threshold: int | None = None

    @property
    def identity(self) -> tuple[str, str, str]:
        """Variable, period and vintage: the same count in whichever release."""
        return (self.variable or self.key, self.period, self.vintage)


@dataclass(frozen=True, kw_only=True)
class DraftColumn(Described):
    """A column with its true values: level -> area id -> value.

    status: level -> area id -> "E" estimated, "O" missing, "Q" withheld by the supplier, "undefined", "excluded";
    where nothing stands, a value that is there is normal and one that is not is missing. decimals: None for those of
    the policy.

    >>> column = DraftColumn(key="a", role="count", kind="count", values={"town": {"05": 3}})
    >>> column.value("town", "05"), column.state("town", "05")
    (Decimal('3'), 'A')
    """

    values: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    status: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    decimals: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", _frozen({k: _frozen(v) for k, v in self.values.items()}))
        object.__setattr__(self, "status", _frozen({k: _frozen(v) for k, v in self.status.items()}))
        object.__setattr__(self, "constant", _decimal(self.constant))
        object.__setattr__(self, "terms", tuple((key, _decimal(weight)) for key, weight in self.terms))
        object.__setattr__(self, "cuts", tuple(_decimal(cut) for cut in self.cuts))

    def value(self, level: str, area: str) -> Decimal | str | None:
        """The true value as Decimal or text, None where there is none."""
        value = self.values.get(level, {}).get(area)
        if value is None or isinstance(value, str | Decimal):
            return value
        number = _decimal(value)
        return None if number.is_nan() else number

    def state(self, level: str, area: str) -> str:
        """The status of a cell: A, E, O, Q, undefined or excluded."""
        declared = self.status.get(level, {}).get(area, "A")
        return "O" if declared in "AE" and self.value(level, area) is None else declared


def _decimal(value: Any) -> Decimal:
    return (
        value
        if isinstance(value, Decimal)
        else Decimal(repr(float(value)) if isinstance(value, float) else value)
    )


@dataclass(frozen=True, kw_only=True)
class Column(Described):
    """A column as shown: level -> area id -> Cell; numbers are rounded to its decimals.

    >>> Column(key="a", role="count", kind="count", cells={"town": {"05": Cell(Decimal(9))}}).cells["town"]["05"].value
    Decimal('9')
    """

    decimals: int = 0
    cells: Mapping[str, Mapping[str, Cell]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class IndexInfo:
    """The printed rules of an index: parts, means and standard deviations, cuts, classes, exclusions.

    parts: (indicator, weight, direction); means and sds by indicator, in the unit of the rate, over the areas of
    `level` that are not excluded (reference "areas", or weighted by the count column whose key is `weights`). basis:
    "published" where everything was computed from published figures, with estimates for those that are not published; such
    figures tell nothing about them.

    >>> IndexInfo(key="sozialindex", label="Sozialindex", parts=(("SGB", 1.0, 1),)).parts[0][0]
    'SGB'
    """

    key: str
    label: str
    period: str = ""
    level: str = ""
    vintage: str = ""
    parts: tuple[tuple[str, float, int], ...] = ()
    means: Mapping[str, Decimal] = field(default_factory=dict)
    sds: Mapping[str, Decimal] = field(default_factory=dict)
    sd_sum: Decimal | None = None
    cuts: tuple[float, ...] = ()
    upper_closed: tuple[bool, ...] = ()
    class_keys: tuple[str, ...] = ()
    class_labels: tuple[str, ...] = ()
    orientation: str = "burden"
    excluded: Mapping[str, str] = field(default_factory=dict)
    reference: str = "areas"
    weights: str = ""
    normalise: str = "z"
    aggregate: str = "sum"
    dynamics_parts: tuple[tuple[str, float, int], ...] = ()
    dynamics_means: Mapping[str, Decimal] = field(default_factory=dict)
    dynamics_sds: Mapping[str, Decimal] = field(default_factory=dict)
    dynamics_sd_sum: Decimal | None = None
    dynamics_cuts: tuple[float, ...] = ()
    dynamics_upper_closed: tuple[bool, ...] = ()
    dynamics_class_keys: tuple[str, ...] = ()
    dynamics_class_labels: tuple[str, ...] = ()
    change_from: str = ""
    focus_rule: str = ""
    focus: tuple[str, ...] = ()
    certainty_basis: str = ""
    basis: str = ""


@dataclass(frozen=True)
class Draft:
    """A table before protection: its true values may be seen only by those bound to statistical secrecy.

    frames: levels finest first, one for each vintage. residents: the variable whose counts decide about whole rows.
    dear: (level, area) where a further gap costs most, since much hangs on the figures there.

    Raises DesignError for unknown kinds, keys, levels and areas, all at once.

    >>> frame = LevelFrame("town", ("05",))
    >>> Draft("T", "Musterstadt", (frame,), (DraftColumn(key="a", role="count", kind="count"),)).column("a").kind
    'count'
    """

    title: str
    town: str
    levels: tuple[LevelFrame, ...]
    columns: tuple[DraftColumn, ...]
    methods: Mapping[str, IndexInfo] = field(default_factory=dict)
    residents: str = ""
    links: tuple[Link, ...] = ()
    known: tuple[Known, ...] = ()
    dear: frozenset[tuple[str, str]] = frozenset()

    def __post_init__(self) -> None:
        object.__setattr__(self, "methods", _frozen(self.methods))
        keys = [column.key for column in self.columns]
        faults = [fault for column in self.columns for fault in _column_faults(self, column, set(keys))]
        faults += [
            Fault("column-twice", key, {"key": key}) for key in sorted({k for k in keys if keys.count(k) > 1})
        ]
        if faults:
            raise DesignError(faults)

    def column(self, key: str) -> DraftColumn:
        return self._by_key[key]

    def frame(self, level: str, vintage: str = "") -> LevelFrame:
        return _frame(self.levels, level, vintage)

    @cached_property
    def _by_key(self) -> Mapping[str, DraftColumn]:
        return {column.key: column for column in self.columns}


def _frame(frames: tuple[LevelFrame, ...], level: str, vintage: str) -> LevelFrame:
    return next(f for f in frames if f.level == level and f.vintage == vintage)


def _column_faults(draft: Draft, column: DraftColumn, known: set[str]) -> Iterator[Fault]:
    if column.kind not in KINDS:
        yield _unknown(f"{column.key}.kind", column.kind, tuple(KINDS))
        return
    for name in KINDS[column.kind].needs:
        if not getattr(column, name):
            yield Fault("missing-key", column.key, {"key": name})
    for name in _references(column):
        if name not in known:
            yield _unknown(column.key, name, tuple(sorted(known))[:20])
    frames = {frame.level: set(frame.ids) for frame in draft.levels if frame.vintage == column.vintage}
    for level, values in column.values.items():
        if level not in frames:
            yield _unknown(column.key, level, tuple(frames))
        elif strange := sorted(set(values) - frames[level]):
            yield _unknown(f"{column.key}.{level}", strange[0], tuple(sorted(frames[level]))[:20])


def _references(column: Described) -> tuple[str, ...]:
    linked = (*column.of, *column.sum_of, *column.less, *(key for key, _ in column.terms))
    return linked + tuple(key for key in (column.numerator, column.denominator) if key)


@dataclass(frozen=True)
class Release:
    """What may leave the house: columns as shown, rules, and the bounds that an attacker gets for every hidden count.

    Only `disclosure.protect` makes one; only `Release.from_json` brings one back. bounds: (column key, level, area) ->
    Bounds; hidden counts, and what can be calculated from shown ones. revised: hidden counts of which an earlier release
    printed a number that was corrected since; the release says so, since readers must not take that number for valid.

    >>> release = Release(Policy(), "T", "Musterstadt", (LevelFrame("town", ("05",)),), ())
    >>> Release.from_json(release.to_json()) == release
    True
    """

    policy: Policy
    title: str
    town: str
    frames: tuple[LevelFrame, ...]
    columns: tuple[Column, ...]
    methods: Mapping[str, IndexInfo] = field(default_factory=dict)
    rules: tuple[str, ...] = ()
    bounds: Mapping[tuple[str, str, str], Bounds] = field(default_factory=dict)
    links: tuple[Link, ...] = ()
    known: tuple[Known, ...] = ()
    residents: str = ""
    revised: tuple[tuple[str, str, str], ...] = ()
    author: str = ""
    approved_by: str = ""
    issued: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "methods", _frozen(self.methods))
        object.__setattr__(self, "bounds", _frozen(self.bounds))

    @property
    def audience(self) -> str:
        return self.policy.audience

    @cached_property
    def levels(self) -> tuple[str, ...]:
        """The levels, finest first."""
        return tuple(dict.fromkeys(frame.level for frame in self.frames))

    def frame(self, level: str, vintage: str = "") -> LevelFrame:
        """The areas of a level under a vintage. Raises KeyError."""
        for frame in self.frames:
            if frame.level == level and frame.vintage == vintage:
                return frame
        raise KeyError(f"{level} {vintage}")

    def column(self, key: str) -> Column:
        """The column of that key. Raises KeyError."""
        return self._by_key[key]

    def find(
        self,
        indicator: str | None = None,
        role: str | None = None,
        period: str | None = None,
        index: str | None = None,
        variable: str | None = None,
    ) -> tuple[Column, ...]:
        """All columns that fit, in the order of the release."""
        wanted = {
            "indicator": indicator,
            "role": role,
            "period": period,
            "index": index,
            "variable": variable,
        }
        asked = {name: value for name, value in wanted.items() if value is not None}
        return tuple(
            c for c in self.columns if all(getattr(c, name) == value for name, value in asked.items())
        )

    def cell(self, key: str, level: str, area: str) -> Cell:
        """What is shown in one cell; missing where the column has no such level or area."""
        return self._by_key[key].cells.get(level, {}).get(area, NO_CELL)

    def signed(self, author: str, approved_by: str, issued: str) -> Release:
        """The same release with its author, the second person who approved it, and the day (ISO date).

        Raises DisclosureError where the two are one, or one is missing.
        """
        names = [" ".join(name.split()).casefold() for name in (author, approved_by)]
        if not all(names):
            raise DisclosureError(Fault("approval-missing", self.title))
        if names[0] == names[1]:
            raise DisclosureError(Fault("same-person", self.title, {"name": author}))
        return replace(self, author=author, approved_by=approved_by, issued=issued)

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the canonical bytes, in hexadecimal digits."""
        return hashlib.sha256(record.canonical(record.pack(self))).hexdigest()

    def to_json(self) -> bytes:
        """Canonical bytes: the same release gives the same bytes; its digest stands beside it."""
        return record.canonical({"digest": self.digest, "release": record.pack(self)})

    @classmethod
    def from_json(cls, data: bytes) -> Release:
        """The release that `to_json` wrote.

        Raises ProjectError where the bytes are no release, or not what their digest says.
        """
        try:
            content = json.loads(data)
            digest = hashlib.sha256(record.canonical(content["release"])).hexdigest()
            release = cls(**record.unpack(content["release"]))
        except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError) as error:
            raise ProjectError(
                Fault("release-unreadable", "release", {"reason": type(error).__name__})
            ) from error
        if digest != content.get("digest"):
            raise ProjectError(Fault("release-digest", "release", {"digest": digest}))
        return release

    @cached_property
    def _by_key(self) -> Mapping[str, Column]:
        return {column.key: column for column in self.columns}


@dataclass(frozen=True)
class Ledger:
    """The releases that are out, oldest first. Withdrawn ones stay: what was read is known (withdrawn: digests).

    >>> Ledger().known
    ()
    """

    releases: tuple[Release, ...] = ()
    withdrawn: frozenset[str] = frozenset()

    @property
    def known(self) -> tuple[Release, ...]:
        """What readers may have seen: all but the internal ones, whose readers are bound to secrecy."""
        return tuple(release for release in self.releases if release.audience != "internal")

    @property
    def current(self) -> tuple[Release, ...]:
        """The releases that have not been withdrawn."""
        return tuple(release for release in self.releases if release.digest not in self.withdrawn)

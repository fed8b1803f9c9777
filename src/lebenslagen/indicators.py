"""What: sources, variables, indicators and dimensions. Definitions only, no numbers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Literal, Protocol, TypeVar

from lebenslagen.errors import DesignError, Fault

__all__ = ["Break", "Catalogue", "Dimension", "Indicator", "Period", "Source", "Variable"]


@dataclass(frozen=True)
class Source:
    """Where figures come from: who made them, what they are called, as of when, under which licence.

    `threshold`: smallest count the source lets be published, where it is stricter than the policy; `digest`: SHA-256 of
    the delivered file. Raises DesignError without producer or title, or with a threshold below 1.

    >>> Source("ba", "Jobcenter", "SGB II", date(2024, 12, 31), threshold=10).threshold
    10
    """

    key: str
    producer: str
    title: str
    as_of: date | None = None
    _: KW_ONLY
    retrieved: date | None = None
    licence: str = ""
    url: str = ""
    threshold: int | None = None
    digest: str = ""

    def __post_init__(self) -> None:
        faults = _key_faults("sources", self.key)
        for name in ("producer", "title"):
            if not getattr(self, name).strip():
                faults.append(Fault("missing-key", f"sources/{self.key}", {"key": name}))
        if self.threshold is not None and self.threshold < 1:
            faults.append(Fault("threshold-low", f"sources/{self.key}", {"value": self.threshold}))
        _refuse(faults)


@dataclass(frozen=True)
class Break:
    """A known change of definition or law: periods from `period` on do not compare with those before it.

    With `kind` "event" nothing was counted otherwise, but something happened once that explains a jump (many people
    arriving in one year): it is named, and values before and after compare.

    >>> Break("2022", "Geflüchtete aus der Ukraine erhalten SGB II", "Quoten steigen sprunghaft").period
    '2022'
    """

    period: str
    reason: str
    effect: str = ""
    kind: Literal["definition", "event"] = "definition"


@dataclass(frozen=True)
class Period:
    """A reporting period: the day its figures refer to, and the date of the boundaries then in force.

    >>> Period("2024", date(2024, 12, 31), "31.12.2024", date(2019, 1, 1)).key
    '2024'
    """

    key: str
    as_of: date
    label: str
    vintage: date

    def __post_init__(self) -> None:
        if not self.key.strip() or not self.label.strip():
            raise DesignError(Fault("key-blank", "periods", {"key": self.key or self.label}))


@dataclass(frozen=True)
class Variable:
    """Something counted or measured; derived where it is a sum of delivered variables (`sum_of` less `less`).

    `persons`: does it count people, so that small numbers could tell about one of them? `unit`: "count" (whole, 0 or
    more), "amount" (hectares, euros) or "rate" (already divided by its source; never added up).
    Raises DesignError for a blank key, a rate that is a sum, a variable that is part of itself.

    >>> Variable("u15", "Kinder unter 15", sum_of=("m_u15", "w_u15")).parts
    ('m_u15', 'w_u15')
    """

    key: str
    label: str
    _: KW_ONLY
    persons: bool = True
    sum_of: tuple[str, ...] = ()
    less: tuple[str, ...] = ()
    unit: Literal["count", "amount", "rate"] = "count"

    def __post_init__(self) -> None:
        object.__setattr__(self, "sum_of", tuple(self.sum_of))
        object.__setattr__(self, "less", tuple(self.less))
        where = f"variables/{self.key}"
        faults = _key_faults("variables", self.key)
        faults += [Fault("part-of-itself", where, {"key": self.key})] if self.key in self.parts else []
        faults += (
            [Fault("rate-summed", where, {"key": self.key})] if self.parts and self.unit == "rate" else []
        )
        faults += (
            [Fault("less-without-sum", where, {"key": self.key})] if self.less and not self.sum_of else []
        )
        faults += [Fault("part-twice", where, {"key": part}) for part in _twice(self.parts)]
        _refuse(faults)

    @property
    def parts(self) -> tuple[str, ...]:
        """The variables it is made of, those added before those taken away."""
        return self.sum_of + self.less


@dataclass(frozen=True)
class Indicator:
    """What is compared between areas: a rate `per` × numerator ÷ denominator, or a rate its source has published.

    `direction`: 1 where more is more burden, −1 where less is; `min_base`: smallest denominator for which a rate is
    shown at all; `context`: outside the index; `level`: the level it is only delivered at; `sentence`: the public
    sentence with {value}; `aspect`: "change" is a published change that only the dynamics use, "neutral" counts in
    the index and is never called good or bad. Raises DesignError
    where neither rate nor publication is declared, or both.

    >>> Indicator("SGB", "SGB-II-Quote", numerator="sgb2", denominator="einwohner").per
    100
    """

    key: str
    label: str
    _: KW_ONLY
    numerator: str | None = None
    denominator: str | None = None
    published: str | None = None
    per: int = 100
    unit: str = "%"
    direction: Literal[1, -1] = 1
    dimension: str = ""
    min_base: int = 0
    persons: bool = True
    context: bool = False
    breaks: tuple[Break, ...] = ()
    description: str = ""
    short: str = ""
    sentence: str = ""
    level: str | None = None
    aspect: Literal["burden", "strength", "context", "change", "neutral"] = "burden"

    def __post_init__(self) -> None:
        object.__setattr__(self, "breaks", tuple(self.breaks))
        where = f"indicators/{self.key}"
        faults = _key_faults("indicators", self.key)
        faults += self._rate_faults(where)
        if self.direction not in (1, -1):
            faults.append(Fault("direction-wrong", where, {"value": self.direction}))
        if self.per < 1:
            faults.append(Fault("below-least", where, {"key": "per", "value": self.per, "least": 1}))
        if self.min_base < 0:
            faults.append(
                Fault("below-least", where, {"key": "min_base", "value": self.min_base, "least": 0})
            )
        _refuse(faults)

    def _rate_faults(self, where: str) -> list[Fault]:
        if self.published and self.numerator:
            return [Fault("rate-twice", where, {"key": self.key})]
        if not self.published and not (self.numerator and self.denominator):
            return [Fault("rate-without-base", where, {"key": self.key})]
        return []

    @property
    def head(self) -> str:
        """What stands over its column: the short name, or the label where none is declared."""
        return self.short or self.label

    @property
    def variables(self) -> tuple[str, ...]:
        """The variables it is computed from."""
        return tuple(key for key in (self.published, self.numerator, self.denominator) if key)

    def breaks_between(self, earlier: str, later: str) -> tuple[Break, ...]:
        """The breaks that lie after the earlier period and not after the later one, periods in text order."""
        return tuple(found for found in self.breaks if earlier < found.period <= later)


@dataclass(frozen=True)
class Dimension:
    """A field of life that indicators belong to: income, work, education, health, housing, participation.

    >>> Dimension("income", "Einkommen").label
    'Einkommen'
    """

    key: str
    label: str

    def __post_init__(self) -> None:
        _refuse(_key_faults("dimensions", self.key))


@dataclass(frozen=True)
class Catalogue:
    """All definitions of a project: each key once, every name used is declared.

    A derived variable may name delivered variables that are not declared themselves. Raises DesignError with all
    faults: keys twice, an indicator's variable or dimension that is not declared, variables that are parts of each
    other.

    >>> catalogue = Catalogue(variables=(Variable("sgb2", "SGB II"), Variable("ew", "Einwohner")),
    ...     indicators=(Indicator("SGB", "Quote", numerator="sgb2", denominator="ew"),))
    >>> catalogue.indicator("SGB").denominator
    'ew'
    >>> catalogue.indicator("SGP")
    Traceback (most recent call last):
    lebenslagen.errors.DesignError: indicators: unknown-name {'name': 'SGP', 'hint': ' (→ SGB?)', 'known': 'SGB'}
    """

    variables: tuple[Variable, ...] = ()
    indicators: tuple[Indicator, ...] = ()
    dimensions: tuple[Dimension, ...] = ()
    sources: tuple[Source, ...] = ()

    def __post_init__(self) -> None:
        faults = []
        for kind in ("variables", "indicators", "dimensions", "sources"):
            object.__setattr__(self, kind, tuple(getattr(self, kind)))
            twice = _twice(thing.key for thing in getattr(self, kind))
            faults += [Fault("key-twice", f"{kind}/{key}", {"key": key}) for key in twice]
        _refuse(faults + _name_faults(self) + _ring_faults(self.variables))

    def variable(self, key: str) -> Variable:
        """The variable of that key; DesignError with the likely meaning where there is none."""
        return _found(self.variables, key, "variables")

    def indicator(self, key: str) -> Indicator:
        """The indicator of that key; DesignError with the likely meaning where there is none."""
        return _found(self.indicators, key, "indicators")

    def dimension(self, key: str) -> Dimension:
        """The dimension of that key; DesignError with the likely meaning where there is none."""
        return _found(self.dimensions, key, "dimensions")

    def source(self, key: str) -> Source:
        """The source of that key; DesignError with the likely meaning where there is none."""
        return _found(self.sources, key, "sources")


class _Keyed(Protocol):
    @property
    def key(self) -> str: ...


T = TypeVar("T", bound=_Keyed)


def _found(things: tuple[T, ...], key: str, kind: str) -> T:
    for thing in things:
        if thing.key == key:
            return thing
    raise DesignError(_unknown(key, [thing.key for thing in things], kind))


def _unknown(name: str, known: list[str], where: str) -> Fault:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    hint = f" (→ {near[0]}?)" if near else ""
    return Fault("unknown-name", where, {"name": name, "hint": hint, "known": ", ".join(known)})


def _key_faults(kind: str, key: str) -> list[Fault]:
    if key and key == key.strip():
        return []
    return [Fault("key-blank", kind, {"key": key})]


def _twice(keys: Iterable[str]) -> list[str]:
    return [key for key, times in Counter(keys).items() if times > 1]


def _name_faults(catalogue: Catalogue) -> list[Fault]:
    variables = [variable.key for variable in catalogue.variables]
    dimensions = [dimension.key for dimension in catalogue.dimensions]
    faults = []
    for indicator in catalogue.indicators:
        where = f"indicators/{indicator.key}"
        faults += [_unknown(key, variables, where) for key in indicator.variables if key not in variables]
        if indicator.dimension and indicator.dimension not in dimensions:
            faults.append(_unknown(indicator.dimension, dimensions, where))
    return faults


def _ring_faults(variables: tuple[Variable, ...]) -> list[Fault]:
    parts = {variable.key: variable.parts for variable in variables}
    return [
        Fault("part-of-itself", f"variables/{key}", {"key": key}) for key in parts if _leads_back(key, parts)
    ]


def _leads_back(key: str, parts: Mapping[str, tuple[str, ...]]) -> bool:
    waiting, seen = list(parts[key]), set()
    while waiting:
        part = waiting.pop()
        if part == key:
            return True
        if part not in seen:
            seen.add(part)
            waiting += parts.get(part, ())
    return False


def _refuse(faults: list[Fault]) -> None:
    if faults:
        raise DesignError(faults)

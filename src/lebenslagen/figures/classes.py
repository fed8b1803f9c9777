"""Classes of a map: limits that can be printed, made from the released values, never from what lies behind them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.figures.colours import ramp, status_dynamics
from lebenslagen.figures.model import Layer
from lebenslagen.texts import N_, Texts

if TYPE_CHECKING:
    from lebenslagen.disclosure import Cell, Column, IndexInfo, Release

__all__ = [
    "STYLES",
    "MapClass",
    "Rules",
    "Span",
    "class_text",
    "classes_of",
    "even_breaks",
    "focus_words",
    "index_of",
    "limits",
    "rules_of",
    "span_text",
]


@dataclass(frozen=True)
class Span:
    """An interval of values; None is open to that side.

    >>> Decimal(5) in Span(Decimal(5), None), Decimal(5) in Span(None, Decimal(5))
    (True, False)
    """

    low: Decimal | None
    high: Decimal | None
    low_closed: bool = True
    high_closed: bool = False

    def __contains__(self, value: Decimal) -> bool:
        above = self.low is None or value > self.low or (self.low_closed and value == self.low)
        below = self.high is None or value < self.high or (self.high_closed and value == self.high)
        return above and below


@dataclass(frozen=True)
class MapClass:
    """One class of a map: its printed label and its colour; a value belongs by span or by key.

    >>> MapClass("unter 5", "#fff", Span(None, Decimal(5))).holds(Decimal(4))
    True
    """

    label: str
    fill: str
    span: Span | None = None
    key: str = ""
    name: str = ""

    @property
    def short(self) -> str:
        """Its name without its limits."""
        return self.name or self.label

    def holds(self, value: Decimal | str) -> bool:
        if self.span is not None and isinstance(value, Decimal):
            return value in self.span
        return bool(self.key) and str(value) == self.key


def classes_of(release: Release, layer: Layer, t: Texts) -> tuple[MapClass, ...]:
    """The classes of a layer, lightest first.

    >>> from types import SimpleNamespace as New
    >>> from lebenslagen.texts import texts
    >>> cells = {"a": New(value=Decimal(10), mark=""), "b": New(value=Decimal(20), mark="")}
    >>> column = New(key="q", decimals=0, unit="%", index="", cells={"quartier": cells})
    >>> release = New(column=lambda key: column, methods={})
    >>> [c.label for c in classes_of(release, Layer("T", "q", "quartier", breaks=(Decimal(15),)), texts("en"))]
    ['under 15', '15 and more']
    """
    column = release.column(layer.column)
    return STYLES[layer.style](release, column, layer, t)


def _order(release: Release, column: Column, layer: Layer, t: Texts) -> tuple[MapClass, ...]:
    values = _shown(column.cells.get(layer.level, {}))
    if not values:
        return ()
    breaks = (
        layer.breaks if layer.breaks is not None else even_breaks(min(values), max(values), column.decimals)
    )
    spans = [Span(a, b) for a, b in zip((None, *breaks), (*breaks, None), strict=True)]
    if not breaks:
        return (
            MapClass(
                t("{value} everywhere", value=t.number(min(values), column.decimals)),
                ramp("YlOrBr", 3)[1],
                spans[0],
            ),
        )
    return _coloured("YlOrBr", spans, breaks, layer, t)


def _two_sided(release: Release, column: Column, layer: Layer, t: Texts) -> tuple[MapClass, ...]:
    values = _shown(column.cells.get(layer.level, {}))
    if not values:
        return ()
    step = _step(max(max(abs(v) for v in values) / 4, Decimal(1).scaleb(-column.decimals)))
    cuts = layer.breaks if layer.breaks is not None else (-2 * step, -step, step, 2 * step)
    spans = limits(cuts, tuple(cut > 0 for cut in cuts))
    return _coloured("PuOr", spans, cuts, layer, t)


def _coloured(
    scheme: str, spans: Sequence[Span], cuts: Sequence[Decimal], layer: Layer, t: Texts
) -> tuple[MapClass, ...]:
    """One class a span, in the colours of a scheme from the first to the last or the other way round."""
    colours = ramp(scheme, len(spans))
    fills = reversed(colours) if layer.reverse else colours
    return tuple(
        MapClass(span_text(span, _decimals(cuts), t), fill, span)
        for span, fill in zip(spans, fills, strict=True)
    )


def _class(release: Release, column: Column, layer: Layer, t: Texts) -> tuple[MapClass, ...]:
    """Declared classes in their declared order: lightest is the first; dynamics keep their hue."""
    rules = rules_of(index_of(release, column), dynamics=column.role == "dynamics_class")
    fills = (
        tuple(status_dynamics(2, sign) for sign in SIGNS_OF_CHANGE[-len(rules.keys) :])
        if column.role == "dynamics_class" and len(rules.keys) == 3
        else ramp("YlOrBr", len(rules.keys))
    )
    return tuple(
        MapClass(f"{label} ({class_text(key)}): {span}", fill, None, key, f"{label} ({class_text(key)})")
        for key, label, span, fill in zip(rules.keys, rules.labels, rules.printed(t), fills, strict=True)
    )


def _combined(release: Release, column: Column, layer: Layer, t: Texts) -> tuple[MapClass, ...]:
    """Status times dynamics, row by row: hue for dynamics, depth for status."""
    info = index_of(release, column)
    status, dynamics = rules_of(info), rules_of(info, dynamics=True)
    return tuple(
        MapClass(
            t("status {status} ({status_key}), dynamics {dynamics} ({dynamics_key})", status=status.labels[i],
              status_key=class_text(key), dynamics=dynamics.labels[j], dynamics_key=class_text(sign)),
            status_dynamics(i, SIGNS_OF_CHANGE[min(j, 2)], len(status.keys)), None, key + sign,
        )
        for i, key in enumerate(status.keys)
        for j, sign in enumerate(dynamics.keys)
    )  # fmt: skip


SIGNS_OF_CHANGE = (
    "+",
    "+/-",
    "-",
)  # favourable, steady, unfavourable: the order in which dynamics classes are declared


@dataclass(frozen=True)
class Rules:
    """The declared classes of a status or a dynamics: keys and labels in order, and their limits.

    >>> Rules(("1", "2"), ("hoch", "niedrig"), (Decimal(0),), (True,), False).keys
    ('1', '2')
    """

    keys: tuple[str, ...]
    labels: tuple[str, ...]
    cuts: tuple[Decimal, ...]
    upper_closed: tuple[bool, ...]
    flip: bool

    def printed(self, t: Texts) -> tuple[str, ...]:
        """The limits as words; a favourable orientation turns their sign, as it does with the scores."""
        spans = limits(self.cuts, self.upper_closed)
        return tuple(
            span_text(_flipped(span) if self.flip else span, max(1, _decimals(self.cuts)), t)
            for span in spans
        )


def rules_of(info: IndexInfo, *, dynamics: bool = False) -> Rules:
    """The classes an index declares for its status, or for its dynamics.

    >>> from lebenslagen.disclosure import IndexInfo
    >>> from lebenslagen.texts import texts
    >>> info = IndexInfo(key="i", label="I", orientation="favourable", cuts=(-1.0, 1.0, 1.5),
    ...     upper_closed=(False, True, True), class_keys=("1", "2", "3", "4"), class_labels=("a", "b", "c", "d"))
    >>> rules_of(info).printed(texts("en"))
    ('over 1.0', '−1.0 to 1.0', '−1.5 to under −1.0', 'under −1.5')
    """
    parts = (
        (info.dynamics_class_keys, info.dynamics_class_labels, info.dynamics_cuts, info.dynamics_upper_closed)
        if dynamics
        else (info.class_keys, info.class_labels, info.cuts, info.upper_closed)
    )
    keys, labels, cuts, closed = parts
    return Rules(
        tuple(keys),
        tuple(labels),
        tuple(Decimal(str(cut)) for cut in cuts),
        tuple(closed),
        info.orientation == "favourable",
    )


def index_of(release: Release, column: Column) -> IndexInfo:
    """The printed rules a column belongs to: those of its own period where an index has several.

    >>> from types import SimpleNamespace as New
    >>> index_of(New(methods={"i": "rules"}), New(index="i", period="2024"))
    'rules'
    """
    dated = release.methods.get(f"{column.index}@{column.period}")
    return dated if dated is not None else release.methods[column.index]


def class_text(key: str) -> str:
    """A class key as printed, with a true minus sign.

    >>> class_text("3+/-")
    '3+/−'
    """
    return key.replace("-", "−")


STYLES: Mapping[str, Callable[[Release, Column, Layer, Texts], tuple[MapClass, ...]]] = {
    "order": _order,
    "two-sided": _two_sided,
    "class": _class,
    "combined": _combined,
}


def _flipped(span: Span) -> Span:
    low, high = (None if end is None else -end for end in (span.high, span.low))
    return Span(low, high, span.high_closed, span.low_closed)


def limits(cuts: Sequence[Decimal], upper_closed: Sequence[bool]) -> tuple[Span, ...]:
    """The spans between cuts; `upper_closed[i]` says that cut i belongs to the span below it.

    >>> [Decimal(1) in span for span in limits([Decimal(1)], [True])]
    [True, False]
    """
    lows, highs = (None, *cuts), (*cuts, None)
    low_closed, high_closed = (True, *(not closed for closed in upper_closed)), (*upper_closed, False)
    return tuple(Span(*ends) for ends in zip(lows, highs, low_closed, high_closed, strict=True))


def span_text(span: Span, decimals: int, t: Texts) -> str:
    """A span in words, so that nobody has to guess on which side a limit falls.

    >>> from lebenslagen.texts import texts
    >>> span_text(Span(Decimal(5), Decimal(10)), 0, texts("en"))
    '5 to under 10'
    """
    low = "" if span.low is None else t.number(span.low, decimals)
    high = "" if span.high is None else t.number(span.high, decimals)
    return t(
        _WORDS[bool(low), bool(high), bool(low) and span.low_closed, bool(high) and span.high_closed],
        low=low,
        high=high,
    )


# (has a lower end, has an upper end, lower end belongs, upper end belongs)
_WORDS = {
    (False, False, False, False): N_("all values"),
    (False, True, False, False): N_("under {high}"),
    (False, True, False, True): N_("up to {high}"),
    (True, False, False, False): N_("over {low}"),
    (True, False, True, False): N_("{low} and more"),
    (True, True, True, False): N_("{low} to under {high}"),
    (True, True, True, True): N_("{low} to {high}"),
    (True, True, False, False): N_("over {low} to under {high}"),
    (True, True, False, True): N_("over {low} to {high}"),
}


def even_breaks(low: Decimal, high: Decimal, decimals: int) -> tuple[Decimal, ...]:
    """Up to six even steps at round numbers between the lowest and the highest released value.

    Even steps, not quantiles: a quarter's colour then depends on its value and not on how many others lie near it.

    >>> even_breaks(Decimal("6.0"), Decimal("35.0"), 1)
    (Decimal('10'), Decimal('15'), Decimal('20'), Decimal('25'), Decimal('30'))
    """
    step = max(_step((high - low) / 6), Decimal(1).scaleb(-decimals))
    first = (low // step + 1) * step if low >= 0 else -((-low) // step) * step
    count = int((high - first) // step) + 1 if high >= first else 0
    breaks = tuple(first + i * step for i in range(count))
    inside = tuple(value for value in breaks if low < value < high)
    return inside or tuple(value for value in breaks if low < value <= high)


def _step(rough: Decimal) -> Decimal:
    """The next round number from a rough step upwards."""
    if rough <= 0:
        return Decimal(1)
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(
        power * f for f in map(Decimal, ("1", "1.5", "2", "2.5", "3", "4", "5", "10")) if power * f >= rough
    )
    return step.to_integral_value() if step == step.to_integral_value() else step.normalize()


def _decimals(values: Sequence[Decimal]) -> int:
    exponents = (value.normalize().as_tuple().exponent for value in values)
    return max((-e for e in exponents if isinstance(e, int)), default=0) if values else 0


def _shown(cells: Mapping[str, Cell]) -> list[Decimal]:
    return [cell.value for cell in cells.values() if not cell.mark and isinstance(cell.value, Decimal)]


def focus_words(info: IndexInfo, t: Texts) -> str:
    """By which rule focus areas were chosen: classes in words, or the decision as it is declared; "" without a rule.

    >>> from types import SimpleNamespace as New
    >>> from lebenslagen.texts import texts
    >>> classes = {"class_keys": ("1", "2"), "class_labels": ("high", "low")}
    >>> moves = {"dynamics_class_keys": ("+", "-"), "dynamics_class_labels": ("better", "worse")}
    >>> focus_words(New(focus_rule="2+, 2-, 1-", **classes, **moves), texts("en"))
    'They were chosen by this rule: status “low”; status “high” with dynamics “worse”.'
    """
    status = dict(zip(info.class_keys, info.class_labels, strict=True))
    moving = dict(zip(info.dynamics_class_keys, info.dynamics_class_labels, strict=True))
    known = {f"{s}{d}": (s, d) for s in status for d in moving} | {s: (s, "") for s in status}
    wanted = [key.strip() for key in info.focus_rule.split(",")]
    if not all(key in known for key in wanted):
        return info.focus_rule
    chosen: dict[str, list[str]] = {}
    for s, d in (known[key] for key in wanted):
        chosen.setdefault(s, []).extend([moving[d]] if d else [])
    rule = "; ".join(_class_words(status[s], moves, len(moving), t) for s, moves in chosen.items())
    return t("They were chosen by this rule: {rule}.", rule=rule)


def _class_words(status: str, moves: Sequence[str], every: int, t: Texts) -> str:
    if not moves or len(moves) == every:
        return t("status “{status}”", status=status)
    return t("status “{status}” with dynamics “{moves}”", status=status, moves="”, “".join(moves))

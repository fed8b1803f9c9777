"""An index edition as columns of a release: scores, contributions, classes and how sure they are, all computed from published figures."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from typing import TYPE_CHECKING, Any

from lebenslagen.disclosure.release import DraftColumn, IndexInfo

if TYPE_CHECKING:
    from lebenslagen.index import Certainty, Index
    from lebenslagen.index.compute import Scored
    from lebenslagen.index.interval import Span
    from lebenslagen.project.declare import DeclaredIndex

__all__ = ["POSSIBLE", "IndexColumns"]

POSSIBLE = " | "  # between the keys of the classes that an area can have
OUTWARDS = Decimal("0.01")


@dataclass(frozen=True, eq=False)
class IndexColumns:
    """The columns of one edition.

    `sources`: keys of the sources behind it; `estimated`: areas with an estimated input; `spans`: measure -> area -> what an
    area can score that has no class, because a figure behind it is withheld: nothing but spans is shown of it.
    """

    declared: DeclaredIndex
    index: Index
    certainty: Certainty | None
    period: str
    vintage: str
    sources: tuple[str, ...]
    estimated: frozenset[str]
    residents: str = ""
    spans: Mapping[str, Mapping[str, Span]] = field(default_factory=dict)

    @property
    def open(self) -> frozenset[str]:
        """The areas of which only spans are shown."""
        return frozenset(area for spans in self.spans.values() for area in spans)

    def _sure(self) -> Mapping[str, Mapping[str, str]]:
        """Classes of these areas that nothing leaves open: role of the column -> area -> key."""
        single = {
            name: {area: span.classes[0] for area, span in spans.items() if len(span.classes) == 1}
            for name, spans in self.spans.items()
        }
        status, dynamics = single.get("status", {}), single.get("dynamics", {})
        both = {area: status[area] + dynamics[area] for area in status if area in dynamics}
        return {"class": status, "dynamics_class": dynamics, "combined_class": both}

    @property
    def sign(self) -> int:
        """1 where higher scores mean more burden as shown, −1 where they mean less."""
        return 1 if self.index.design.orientation == "burden" else -1

    def columns(self) -> Iterator[DraftColumn]:
        """All columns, status before dynamics."""
        yield from self._measure("status")
        if self.index.dynamics is not None:
            yield from self._measure("dynamics")
        if self.index.dynamics is not None and self.index.combined is not None:
            yield self._column("combined_class", self.declared.label, self.index.combined.to_dict())
        if self.certainty is not None:
            yield from self._sureness(self.certainty)

    def info(self) -> IndexInfo:
        """The printed rules of the edition."""
        design, dynamics = self.index.design, self.index.dynamics
        more = _measure_info(dynamics, "dynamics_") if dynamics else {}
        return IndexInfo(
            key=design.key,
            label=design.label,
            period=self.period,
            level=design.level,
            vintage=self.vintage,
            orientation=design.orientation,
            excluded=dict(design.exclude),
            reference=design.reference,
            weights=f"{self.residents}@{self.period}" if design.reference == "residents" else "",
            normalise=design.status.normalise,
            aggregate=design.status.aggregate,
            change_from=self.declared.edition(self.period).change_from,
            focus_rule=_focus_rule(self.declared),
            focus=tuple(area for area in self.index.focus if area not in self.open),
            certainty_basis="counts" if self.certainty is not None else "rates-only",
            basis="published",
            **_measure_info(self.index.status, ""),
            **more,
        )

    def _measure(self, name: str) -> Iterator[DraftColumn]:
        scored = self.index.dynamics if name == "dynamics" else self.index.status
        assert scored is not None
        scores, parts = self.index.shown(name)
        prefix = "" if name == "status" else "dynamics_"
        label = self.declared.label if name == "status" else f"{self.declared.label}, Dynamik"
        yield self._column(f"{prefix}score", label, scores.to_dict())
        for indicator in parts.columns:
            values = parts[indicator].to_dict()
            yield self._column(f"{prefix}contribution.{indicator}", label, values, indicator=str(indicator))
        if scored.classes is not None:
            yield self._classes(f"{prefix}class", label, scored)
        yield from self._spans(prefix, label, self.spans.get(name, {}))

    def _spans(self, prefix: str, label: str, spans: Mapping[str, Span]) -> Iterator[DraftColumn]:
        """Least and greatest score, rounded outwards as far as scores are printed, and every class between."""
        if not spans:
            return
        ends = {area: sorted((self.sign * s.low, self.sign * s.high)) for area, s in spans.items()}
        for side, rounding in enumerate((ROUND_FLOOR, ROUND_CEILING)):
            values = {
                area: Decimal(repr(row[side])).quantize(OUTWARDS, rounding) for area, row in ends.items()
            }
            yield self._column(f"{prefix}score_{('low', 'high')[side]}", label, values, decimals=2)
        classes = {area: POSSIBLE.join(s.classes) for area, s in spans.items() if s.classes}
        if classes:
            yield self._column(f"{prefix}possible_classes", label, classes)

    def _classes(self, role: str, label: str, scored: Scored) -> DraftColumn:
        declared, here = scored.measure.classes, scored.classes
        assert declared is not None and here is not None
        cuts, closed, keys = tuple(scored.cuts), tuple(declared.closed), tuple(declared.keys)
        if self.sign < 0:
            cuts, closed, keys = tuple(-c for c in cuts[::-1]), tuple(not c for c in closed[::-1]), keys[::-1]
        exact = tuple(Decimal(repr(float(cut))) for cut in cuts)
        return self._column(role, label, here.to_dict(), cuts=exact, upper_closed=closed, keys=keys)

    def _sureness(self, found: Certainty) -> Iterator[DraftColumn]:
        """How sure each class is (percent), and by how many persons of which indicator it would change."""
        label = self.declared.label
        for name, sure in (("", found.status), ("dynamics_", found.dynamics)):
            if sure is not None and sure.own is not None:
                yield self._column(f"{name}probability", label, _percent(sure.own.to_dict()), unit="%")
        if found.combined is not None and self.index.combined is not None:
            table = found.combined.to_dict("index")
            own = {area: table[area][key] for area, key in self.index.combined.to_dict().items()}
            yield self._column("combined_probability", label, _percent(own), unit="%")
        if found.status.more is not None and found.status.fewer is not None:
            for key in found.status.more.columns:
                nearest = _nearest(found.status.more[key].to_dict(), found.status.fewer[key].to_dict())
                yield self._column(f"persons_to_border.{key}", label, nearest, indicator=str(key))

    def _column(self, role: str, label: str, values: Mapping[Any, Any], **more: Any) -> DraftColumn:
        """On the level of the index; excluded areas say so, what no number would move is undefined."""
        status = dict.fromkeys(self.index.excluded, "excluded")
        status |= {area: "undefined" for area in self.index.areas if area not in values}
        status |= {area: "E" for area in self.estimated if area in values}
        if role.rsplit("_", maxsplit=1)[-1] not in ("low", "high", "classes"):
            shown = {area: value for area, value in values.items() if area not in self.open}
            values = {**shown, **self._sure().get(role, {})}
            status |= {area: "Q" for area in self.open if area not in values}
        level = self.declared.level
        return DraftColumn(
            key=f"{self.declared.key}.{role}@{self.period}",
            role=role.split(".", maxsplit=1)[0],
            kind="computed",
            period=self.period,
            label=label,
            index=self.declared.key,
            vintage=self.vintage,
            sources=self.sources,
            values={level: dict(values)},
            status={level: status},
            **more,
        )


def _measure_info(scored: Scored, prefix: str) -> dict[str, Any]:
    m, classes = scored.measure, scored.measure.classes
    found: dict[str, Any] = {
        "parts": tuple((p.indicator, float(scored.weights[p.indicator]), p.direction or 1) for p in m.parts),
        "means": {key: Decimal(repr(float(value))) for key, value in scored.means.to_dict().items()},
        "sds": {key: Decimal(repr(float(value))) for key, value in scored.sds.to_dict().items()},
        "sd_sum": Decimal(repr(float(scored.sum_sd))),
        "cuts": tuple(scored.cuts),
        "upper_closed": classes.closed if classes else (),
        "class_keys": classes.keys if classes else (),
        "class_labels": (classes.labels or classes.keys) if classes else (),
    }
    return {prefix + name: value for name, value in found.items()}


def _focus_rule(declared: DeclaredIndex) -> str:
    if declared.focus is None:
        return ""
    return declared.focus.decision or ", ".join(declared.focus.classes)


def _percent(shares: Mapping[Any, Any]) -> dict[str, float]:
    return {str(area): 100 * float(share) for area, share in shares.items()}


def _nearest(more: Mapping[Any, float], fewer: Mapping[Any, float]) -> dict[str, int]:
    """Persons to the next class: positive for more of them, negative for fewer; areas no number would move are left out."""
    found = {}
    for area in more:
        steps = [int(n) * sign for n, sign in ((more[area], 1), (fewer[area], -1)) if n == n]
        if steps:
            found[str(area)] = min(steps, key=abs)
    return found

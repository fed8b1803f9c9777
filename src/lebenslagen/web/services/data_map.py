"""The index map before and after a delivery: what is released, and the protected draft with the new figures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import Texts
from lebenslagen.web import models
from lebenslagen.web.permissions import SYSTEM
from lebenslagen.web.town import drafts_open_to

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Release
    from lebenslagen.edition import Edition
    from lebenslagen.figures import Figure
    from lebenslagen.project.declare import DeclaredReport
    from lebenslagen.web.town import Town

__all__ = ["Pair", "pair"]


@dataclass(frozen=True)
class Pair:
    """Two maps of one report: as released (or nothing), and with the deliveries in force (or nothing yet)."""

    title: str
    report: str
    released: Figure | None
    draft: Figure | None
    changed: tuple[tuple[str, str, str], ...]
    same: bool
    job: models.Job | None
    closed: bool = False  # there may be a draft; it is not for this person


def pair(town: Town, period: str, t: Texts, *, to: models.User) -> Pair | None:
    """The maps of the report that reports on a period, as far as a person may see them; None where there is none."""
    declared = next((r for r in town.declaration.reports.values() if r.period == period and r.index), None)
    if declared is None or not town.open_to(to, declared.key):
        return None
    if not drafts_open_to(to):
        shown = _shown_alone(town, declared, t)
        return Pair(declared.title, declared.key, shown, None, (), False, None, closed=True)
    return _both(town, declared, t)


def _shown_alone(town: Town, declared: DeclaredReport, t: Texts) -> Figure | None:
    key = ("data-map", declared.key, t.language, "released")
    return town.kept(key, lambda: _drawn(_edition(town, declared, t), t, "vorher"))  # type: ignore[no-any-return]


def _both(town: Town, declared: DeclaredReport, t: Texts) -> Pair:
    if _as_released(town, declared):
        shown = _shown_alone(town, declared, t)
        return Pair(declared.title, declared.key, shown, None, (), True, None)
    if _known(town, declared) is None:
        return _waiting(town, declared, t)
    return town.kept(("data-map", declared.key, t.language, "both"), lambda: _pair(town, declared, t))  # type: ignore[no-any-return]


def _as_released(town: Town, declared: DeclaredReport) -> bool:
    """Whether nothing a report rests on changed since its release in force."""
    from lebenslagen.project import publish

    digest = town.project.published(declared.key, declared.audience)
    said = [
        line
        for line in town.project.register.lines()
        if line["release"] == digest and line["what"] == "published"
    ]
    return bool(said) and said[-1].get("inputs") == publish.inputs(town._works(), declared)


def _known(town: Town, declared: DeclaredReport) -> Release | None:
    from lebenslagen.project import publish

    return publish.known(town._works(), declared)


def _waiting(town: Town, declared: DeclaredReport, t: Texts) -> Pair:
    job = models.Job.objects.filter(kind="protect", options={"report": declared.key}).order_by("-pk").first()
    return Pair(
        declared.title, declared.key, _drawn(_edition(town, declared, t), t, "vorher"), None, (), False, job
    )


def _edition(town: Town, declared: DeclaredReport, t: Texts) -> Edition | None:
    return town.edition(declared.key, t.language, to=SYSTEM) if town.released(declared.key) else None


def _pair(town: Town, declared: DeclaredReport, t: Texts) -> Pair:
    figures = _known(town, declared)
    before = _edition(town, declared, t)
    base = before or town.edition(declared.key, t.language, to=SYSTEM)
    after = (
        replace(base, release=figures, status="draft") if base is not None and figures is not None else None
    )
    changed = _changed(before, after, t)
    same = before is not None and after is not None and _shown(before) == _shown(after)
    return Pair(
        declared.title,
        declared.key,
        _drawn(before, t, "vorher"),
        _drawn(after, t, "nachher"),
        changed,
        same,
        None,
    )


def _shown(edition: Edition) -> dict[str, Any]:
    """Every figure of an edition as it is shown."""
    return {column.key: column.cells for column in edition.release.columns}


def _drawn(edition: Edition | None, t: Texts, uid: str) -> Figure | None:
    from lebenslagen.atlas.pictures import index_layer
    from lebenslagen.atlas.view import View
    from lebenslagen.figures import choropleth

    if edition is None:
        return None
    view = View(edition, t)
    title = view.index.label if view.index else ""
    layers = (
        index_layer(view, role, style, title, uid)
        for role, style in (("combined_class", "combined"), ("class", "class"))
    )
    layer = next((found for found in layers if found), None)
    return (
        choropleth(edition.release, replace(layer, link=None, legend=False), view.frame, t) if layer else None
    )


def _changed(before: Edition | None, after: Edition | None, t: Texts) -> tuple[tuple[str, str, str], ...]:
    """Areas whose class of the index is another now: name, before, after."""
    if before is None or after is None:
        return ()
    old, new = _classes(before), _classes(after)
    names = {i: n for areas in after.areas.values() for i, n in zip(areas.ids, areas.names, strict=True)}
    return tuple(
        (names.get(area, area), old.get(area, "–"), label)
        for area, label in new.items()
        if old.get(area) != label
    )


def _classes(edition: Edition) -> dict[str, str]:
    """Area -> the words of its class, status and dynamics, as the map colours them."""
    info = edition.release.methods.get(edition.index or "")
    if info is None:
        return {}
    status = _labels(
        edition, "class", dict(zip(info.class_keys, info.class_labels, strict=False)), info.level
    )
    moved = _labels(
        edition,
        "dynamics_class",
        dict(zip(info.dynamics_class_keys, info.dynamics_class_labels, strict=False)),
        info.level,
    )
    return {area: ", ".join(filter(None, (label, moved.get(area, "")))) for area, label in status.items()}


def _labels(edition: Edition, role: str, labels: dict[str, str], level: str) -> dict[str, str]:
    column = next(
        (c for c in edition.release.columns if c.role == role and c.period == edition.period.key), None
    )
    cells = column.cells.get(level, {}) if column else {}
    return {
        area: labels.get(str(cell.value), str(cell.value))
        for area, cell in cells.items()
        if cell.value is not None
    }

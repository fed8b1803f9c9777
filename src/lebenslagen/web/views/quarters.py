"""The quarters: a list in the town's own order, and a profile of each area from released figures, strengths first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpResponse

from lebenslagen.texts import SIGNS
from lebenslagen.web.town import town
from lebenslagen.web.views.base import page, show
from lebenslagen.web.views.maps_panels import view_for

if TYPE_CHECKING:
    from lebenslagen.report.view import View

__all__ = ["listed", "profile"]


@page("quarters.view")
def listed(request: Any) -> HttpResponse:
    """All quarters by the area they lie in; narrowed by name, area, status and dynamics."""
    view, report = view_for(request.user, request.t, request.GET.get("bericht", ""))
    if view is None:
        return show(request, "quartiere/leer.html", report=report)
    wanted = {name: request.GET.get(name, "").strip()[:80] for name in ("q", "raum", "status", "dynamik")}
    rows = [row for row in _rows(view) if _fits(row, wanted)]
    groups = [
        {"label": name, "address": _area(view.group_level, key), "rows": found}
        for key, name in _groups(view)
        if (found := [row for row in rows if row["group"] == key])
    ]
    return show(
        request,
        "quartiere/liste.html",
        groups=groups,
        found=len(rows),
        total=len(view.areas.ids),
        wanted=wanted,
        view=view,
        choices=_choices(view),
        graded=view.index is not None,
        draft=view.edition.status == "draft",
        plural=view.plural(),
        one=view.label(),
        narrowed=any(wanted.values()),
    )


def _area(level: str, key: str) -> tuple[str, str] | None:
    return (level, key) if level and key else None


def _groups(view: View) -> list[tuple[str, str]]:
    return [(key, view.name(key, view.group_level) if key else "") for key, _ in view.groups]


def _rows(view: View) -> list[dict[str, Any]]:
    """Every quarter with what is shown of it, in the town's order."""
    return town().kept(("quarters", view.edition.release.digest, view.t.language), lambda: list(_made(view)))  # type: ignore[no-any-return]


def _made(view: View) -> Any:
    residents = view.count(view.residents) if view.residents else None
    for group, inside in view.groups:
        for area in inside:
            status, moving = (
                view.cell(view.of_index("class"), area),
                view.cell(view.of_index("dynamics_class"), area),
            )
            yield {
                "area": area,
                "level": view.level,
                "group": group,
                "name": view.name(area),
                "status": status.value or status.mark,
                "dynamics": moving.value or moving.mark,
                "people": view.text(view.cell(residents, area), residents),
                "status_label": _label(view, status),
                "dynamics_label": _label(view, moving, dynamics=True),
                "focus": bool(view.index and area in view.index.focus),
            }


def _label(view: View, cell: Any, *, dynamics: bool = False) -> str:
    from lebenslagen.report.chapters.classes import class_label

    return class_label(view, cell.value, dynamics=dynamics) if cell.value is not None else SIGNS[cell.mark]


def _fits(row: dict[str, Any], wanted: dict[str, str]) -> bool:
    return (
        wanted["q"].casefold() in f"{row['name']} {row['area']}".casefold()
        and wanted["raum"] in ("", row["group"])
        and wanted["status"] in ("", row["status"])
        and wanted["dynamik"] in ("", row["dynamics"])
    )


def _choices(view: View) -> list[dict[str, Any]]:
    """What the list can be narrowed by: the coarser areas, the classes of the index."""
    info = view.index
    above = [(key, name) for key, name in _groups(view) if key]
    found = [{"name": "raum", "label": view.label(view.group_level) if above else "", "options": above}]
    if info:
        found.append(
            {
                "name": "status",
                "label": view.t("Status"),
                "options": list(zip(info.class_keys, info.class_labels, strict=True)),
            }
        )
        pairs = zip(info.dynamics_class_keys, info.dynamics_class_labels, strict=True)
        found.append({"name": "dynamik", "label": view.t("Dynamics"), "options": list(pairs)})
    return [choice for choice in found if len(choice["options"]) > 1]


@page("quarters.view")
def profile(request: Any, level: str, area: str) -> HttpResponse:
    """One area: what is good there, where it stands, how it moved, why, what changed."""
    view, report = view_for(request.user, request.t, request.GET.get("bericht", ""))
    if view is None:
        return show(request, "quartiere/leer.html", report=report)
    if (
        level not in view.edition.areas
        or level == view.town_level
        or area not in view.edition.areas[level].ids
    ):
        raise Http404
    key = ("profile", view.edition.release.digest, view.t.language, level, area)
    blocks = town().kept(key, lambda: _blocks(view, area, level))
    inside = view.areas.children(area) if level == view.group_level else ()
    above = view.edition.areas[level].parent(area) if level == view.level and view.group_level else ""
    return show(
        request,
        "quartiere/steckbrief.html",
        view=view,
        blocks=blocks,
        area=area,
        level=level,
        name=view.name(area, level),
        one=view.label(level),
        inside=[(view.level, a, view.name(a)) for a in inside],
        inside_label=view.plural(),
        above=(view.group_level, above, view.name(above, view.group_level)) if above else None,
        above_label=view.label(view.group_level) if above else "",
        draft=view.edition.status == "draft",
        graded=view.index is not None and level == view.level,
        index=view.index,
        neighbours=_beside(view, area, level),
        day=view.period.label,
        indicators=[(i.key, i.head) for i in view.indicators],
    )


def _beside(view: View, area: str, level: str) -> list[tuple[str, str, str]]:
    import json

    from lebenslagen.web.views.maps_panels import places_of

    return [
        (level, a, view.name(a, level)) for a in json.loads(places_of(view, level)).get(area, (0, 0, ()))[2]
    ]


# --- the blocks of the report's profile, as templates can walk through them ---------------------------------------


def _blocks(view: View, area: str, level: str) -> list[dict[str, Any]]:
    from lebenslagen.report.chapters.profiles import _Shared
    from lebenslagen.report.chapters.profiles import profile as chapter

    shared = town().kept(("profiles", view.edition.release.digest, view.t.language), lambda: _Shared(view))
    section = chapter(view, area, level, shared)
    return [plain for block in section.blocks for plain in plained(block)]


def plained(block: Any) -> list[dict[str, Any]]:
    """A block of the report as nested values that a template shows; two pages of the print become one flow."""
    from lebenslagen.report import document as d

    match block:
        case d.Spread():
            return [plain for part in (*block.left, *block.right) for plain in plained(part)]
        case d.Part() | d.Section():
            return [
                {
                    "kind": "part",
                    "title": block.title,
                    "blocks": [p for b in block.blocks for p in plained(b)],
                }
            ]
        case d.Columns():
            parts = [[p for b in column for p in plained(b)] for column in block.columns]
            return [
                {
                    "kind": "columns",
                    "columns": [part for part in parts if part],
                    "even": len(set(block.shares)) == 1,
                }
            ]
        case d.Paragraph():
            return [{"kind": "paragraph", "runs": block.runs, "style": block.style}]
        case d.Bullets():
            return [{"kind": "bullets", "items": block.items, "style": block.style}]
        case d.KeyFacts():
            return [{"kind": "facts", "items": block.items}]
        case d.FigureBlock():
            return [
                {
                    "kind": "figure",
                    "figure": block.figure,
                    "twin": block.twin,
                    "seen": block.figure.sentence if block.sentence is None else "",
                }
            ]
    return []

"""Roles of a person in words, and areas by name or key as somebody types them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import LebenslagenError
from lebenslagen.texts import N_, Texts
from lebenslagen.web import models
from lebenslagen.web.roles import ROLES
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from collections.abc import Iterable

__all__ = ["area_names", "areas_of", "departments", "membership_words", "typed_areas"]


def area_names() -> dict[str, str]:
    """Every area of the latest boundaries, finest first: key -> name; nothing before the areas are delivered."""

    def read() -> dict[str, str]:
        from lebenslagen.web.services.data_layout import registers

        periods = town().declaration.head.periods
        try:
            found = registers(max(periods, key=lambda p: p.as_of).key) if periods else {}
        except LebenslagenError:
            return {}
        named: dict[str, str] = {}
        for areas in found.values():
            named = {**dict(zip(areas.ids, areas.names, strict=True)), **named}
        return named

    return town().kept("area-names", read)  # type: ignore[no-any-return]


def areas_of(text: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Areas as typed, one a line or between semicolons, by key or name: (keys, what is not known)."""
    known = area_names()
    by_name: dict[str, str] = {}
    for key, name in known.items():
        by_name.setdefault(name.casefold(), key)
    found, unknown = [], []
    for part in (part.strip() for line in text.splitlines() for part in line.split(";")):
        if part:
            key = part if part in known else by_name.get(part.casefold(), "")
            (found if key else unknown).append(key or part)
    return tuple(dict.fromkeys(found)), tuple(unknown)


def typed_areas(keys: Iterable[str]) -> str:
    """Areas as they stand in a form: one a line, by name where it is the only one of this name."""
    known = area_names()
    names = list(known.values())
    return "\n".join(known[key] if key in known and names.count(known[key]) == 1 else key for key in keys)


def departments() -> list[str]:
    """The departments that sources or people name, in alphabetical order."""
    named = {source.department for source in town().declaration.sources.values()}
    named |= set(models.Membership.objects.exclude(department="").values_list("department", flat=True))
    return sorted(filter(None, named), key=str.casefold)


def membership_words(row: models.Membership | models.Invitation | Mapping[str, Any], t: Texts) -> str:
    """A role with what it is limited to: "Fachbereich (Jobcenter)"."""
    values = (
        row if isinstance(row, Mapping) else {f: getattr(row, f) for f in ("role", "department", "areas")}
    )
    known = area_names() if values["areas"] else {}
    limits = [values["department"], ", ".join(known.get(key, key) for key in values["areas"])]
    said = "; ".join(filter(None, limits))
    role = str(values["role"])
    label = t(ROLES[role].label) if role in ROLES else role
    return t(N_("{role} ({limits})"), role=label, limits=said) if said else label

"""What the town says about itself: contact and details that pages print, names of levels and areas. Declared in its files."""

from __future__ import annotations

import contextlib
import re
import tomllib
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from lebenslagen.texts import N_
from lebenslagen.web.permissions import require
from lebenslagen.web.rewriting import rewritten
from lebenslagen.web.services.base import change, writes
from lebenslagen.web.services.data_state import BACK, held
from lebenslagen.web.town import town

__all__ = ["DETAILS", "put", "put_files", "read", "rename", "set_details"]

# Keys of the section `contact` that pages print, with what they are called.
DETAILS: Mapping[str, str] = {
    "office": N_("Office"),
    "address": N_("Postal address"),
    "email": N_("E-mail address"),
    "phone": N_("Telephone"),
    "represented_by": N_("Represented by"),
    "supervision": N_("Supervisory authority"),
    "privacy_officer": N_("Data protection officer"),
    "privacy_basis": N_("Legal basis of processing personal data"),
    "privacy_authority": N_("Supervisory authority for data protection"),
    "accessibility_conformity": N_("How far the pages conform to BITV 2.0"),
    "accessibility_exceptions": N_("Known barriers"),
    "accessibility_date": N_("Accessibility statement made on"),
    "accessibility_method": N_("How the statement was arrived at"),
    "accessibility_contact": N_("Contact for barriers"),
    "ombudsstelle": N_("Ombudsstelle of the Land"),
}
LONGEST = 600


def read(part: str) -> dict[str, Any]:
    """A part of the declarations: `contact`, or `names` of levels and of areas made from finer ones."""
    head = town().declaration.head
    if part == "contact":
        return dict(head.contact)
    levels = {level.key: [level.label, level.plural] for level in head.levels}
    areas = {
        f"{layer.level}@{layer.vintage}": dict(layer.names)
        for layer in town().declaration.layers
        if layer.dissolve
    }
    return {"levels": levels, "areas": areas}


def put(part: str, content: Mapping[str, Any]) -> None:
    """Bring a part back to an earlier state; called when a change is taken back."""
    with held(town().project), put_files(_files(part, content), BACK, "taken back") as write:
        write()


def _files(part: str, wanted: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that change, once all declarations hold with them. Raises DesignError."""
    from lebenslagen.project.declare import load

    files = town().project.declared()
    made = dict(_contact(files, wanted) if part == "contact" else _names(files, wanted))
    load({**files, **made})
    return {name: raw for name, raw in made.items() if raw != files[name]}


def _contact(files: Mapping[str, bytes], wanted: Mapping[str, str]) -> Iterator[tuple[str, bytes]]:
    before = read("contact")
    changes = {k: wanted.get(k) for k in {**before, **wanted} if before.get(k) != wanted.get(k)}
    if changes:
        yield "project.toml", rewritten(files["project.toml"], ("contact",), changes, "project.toml")


def _names(files: Mapping[str, bytes], wanted: Mapping[str, Any]) -> Iterator[tuple[str, bytes]]:
    head = tomllib.loads(files["project.toml"].decode("utf-8-sig"))
    rows = [dict(row) for row in head["levels"]]
    for row in rows:
        row["label"], row["plural"] = wanted["levels"][row["key"]]
    if rows != head["levels"]:
        yield "project.toml", rewritten(files["project.toml"], (), {"levels": rows}, "project.toml")
    raw = files["areas.toml"]
    for number, layer in enumerate(tomllib.loads(raw.decode("utf-8-sig"))["areas"]):
        names = wanted["areas"].get(f"{layer['level']}@{layer['vintage']}")
        if layer.get("dissolve") and names is not None and names != layer.get("names", {}):
            raw = rewritten(raw, ("areas", number), {"names": names}, "areas.toml")
    yield "areas.toml", raw


@contextlib.contextmanager
def put_files(files: Mapping[str, bytes], person: str, why: str) -> Iterator[Callable[[], None]]:
    """Give a function that writes declarations, to be called within the change of the database; the lock is held.

    Files do not roll back with the database: where the change fails, the old ones come back. Where it holds, the new ones
    are kept in the project's history.
    """
    from lebenslagen.project.store import write_atomic

    project = town().project
    before = project.declared()

    def put(contents: Mapping[str, bytes]) -> None:
        for name, raw in contents.items():
            write_atomic(project.root / name, raw)

    try:
        yield lambda: put(files)
        if files:
            project.keep(by=person, at=timezone.now(), why=why)
    except BaseException:
        put({name: before[name] for name in files if (project.root / name).read_bytes() != before[name]})
        raise


@writes("town.details", N_("Contact and details of the town changed"))
def set_details(values: Mapping[str, str], *, by: Any, base: str | None = None) -> None:
    """Declare who answers for these pages; blank values are taken out. Raises ValidationError, DesignError, Conflict."""
    require(by, "settings.manage")
    clean = {key: _clean(values.get(key, "")) for key in DETAILS}
    faults = {key: N_("At most 600 characters.") for key, value in clean.items() if len(value) > LONGEST}
    if not clean["office"]:
        faults["office"] = N_("Name the office that answers for these pages.")
    if clean["email"] and not re.fullmatch(r"[^@\s<>\"']+@[^@\s<>\"']+\.[^@\s<>\"']+", clean["email"]):
        faults["email"] = N_("This is no e-mail address.")
    if faults:
        raise ValidationError(faults)
    others = {key: value for key, value in read("contact").items() if key not in DETAILS}
    _store("contact", {**others, **{key: value for key, value in clean.items() if value}}, by, base)


def _clean(value: str) -> str:
    return " ".join("".join(c if c.isprintable() else " " for c in value).split())


@writes("town.names", N_("Names of levels and areas changed"))
def rename(
    levels: Mapping[str, tuple[str, str]],
    areas: Mapping[str, Mapping[str, str]],
    *,
    by: Any,
    base: str | None = None,
) -> None:
    """Name levels (one, several) and the areas made from finer ones. Raises ValidationError for a blank name, DesignError, Conflict."""
    require(by, "settings.manage")
    known = read("names")
    wanted: dict[str, Any] = {
        "levels": {
            key: [_clean(name) for name in levels.get(key, pair)] for key, pair in known["levels"].items()
        },
        "areas": {
            layer: {key: _clean(areas.get(layer, {}).get(key, name)) for key, name in names.items()}
            for layer, names in known["areas"].items()
        },
    }
    given = [n for pair in wanted["levels"].values() for n in pair] + [
        n for a in wanted["areas"].values() for n in a.values()
    ]
    if not all(given) or any(len(name) > 120 for name in given):
        raise ValidationError(N_("Every level and every area needs a name, of at most 120 characters."))
    _store("names", wanted, by, base)


def _store(part: str, wanted: Mapping[str, Any], by: Any, base: str | None) -> None:
    with held(town().project):
        files = _files(part, wanted)
        with put_files(files, by.name, part) as write, change(by, "town", part, base=base):
            write()

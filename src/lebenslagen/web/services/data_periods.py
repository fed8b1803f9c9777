"""Periods and variables declared in the browser: next year in the calendar, who delivers it, and a new column's meaning.

All of it is declared in the project's files: what is added can be taken back, and the history of the project keeps it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError

from lebenslagen.texts import N_
from lebenslagen.web import audit
from lebenslagen.web.permissions import Scope, require
from lebenslagen.web.rewriting import rewritten
from lebenslagen.web.services.base import change, writes
from lebenslagen.web.services.data_blocks import row_of, with_block, without_block
from lebenslagen.web.services.data_state import BACK, declared_file, held
from lebenslagen.web.services.office import put_files
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.project.declare import DeclaredSource
    from lebenslagen.web.models import User

__all__ = [
    "add_indicator", "add_period", "add_variable", "can_follow", "delivers", "expect", "following", "put_indicator", "put_period", "put_variable", "read_indicator", "read_period",
    "read_variable", "vintages",
]  # fmt: skip

PROJECT, FIGURES = "project.toml", "indicators.toml"
KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}")


# --- what there is --------------------------------------------------------------------------------------------


def vintages() -> tuple[date, ...]:
    """The days for which boundaries are declared, newest first."""
    return tuple(sorted({layer.vintage for layer in town().declaration.layers}, reverse=True))


def delivers(source: DeclaredSource, period: str) -> bool:
    """Whether a source declares a table for a period; where it declares none, nothing is missing."""
    from lebenslagen.project.read.apply import _meant_for

    return any(_meant_for(table, period) for table in source.layout.tables)


def can_follow(source: DeclaredSource) -> bool:
    """Whether the periods a source delivers are listed one by one, so that one more has to be declared."""
    return _listed(source.source.key) is not None


def _listed(source: str) -> tuple[str, int, list[str]] | None:
    """File, place and periods of the last table of a source that lists its periods; None where the last does not."""
    import tomllib

    file = declared_file(source)
    raw = town().project.declared().get(file, b"")
    tables = tomllib.loads(raw.decode("utf-8-sig")).get("tables", [])
    if not tables or any(not table.get("periods") and not table.get("until") for table in tables):
        return None
    found = [(max(table["periods"]), n) for n, table in enumerate(tables) if table.get("periods")]
    return (file, max(found)[1], list(tables[max(found)[1]]["periods"])) if found else None


def following() -> dict[str, Any]:
    """The period that comes after the latest, with the same boundaries: what the form begins with."""
    last = max(town().declaration.head.periods, key=lambda period: period.as_of)
    after = last.as_of.year + 1
    day = last.as_of.replace(
        year=after, day=28 if (last.as_of.month, last.as_of.day) == (2, 29) else last.as_of.day
    )
    return {"key": last.key.replace(str(last.as_of.year), str(after)), "as_of": day, "vintage": last.vintage.isoformat(),
            "label": last.label.replace(str(last.as_of.year), str(after))}  # fmt: skip


# --- states in the trail --------------------------------------------------------------------------------------


def read_period(key: str) -> bytes | None:
    """A period as declared, and the sources that list it; None where it is not declared."""
    files = town().project.declared()
    row = row_of(files[PROJECT], "periods", key)
    if row is None:
        return None
    told = {name: value.isoformat() if isinstance(value, date) else value for name, value in row.items()}
    return audit.canonical({"period": told, "listed": _listing(files, key)})


def _listing(files: Mapping[str, bytes], period: str) -> list[str]:
    """Files of sources, each with the place of a table that lists a period."""
    import tomllib

    found = []
    for name, raw in sorted(files.items()):
        if name.startswith("sources/"):
            tables = tomllib.loads(raw.decode("utf-8-sig")).get("tables", [])
            found += [f"{name}#{n}" for n, table in enumerate(tables) if period in table.get("periods", ())]
    return found


def put_period(key: str, content: bytes | None) -> None:
    """Bring a period back to a state; called when a change is taken back."""
    wanted = json.loads(content) if content is not None else {"period": None, "listed": []}
    row = wanted["period"]
    if row is not None:
        row = {**row, **{name: date.fromisoformat(row[name]) for name in ("as_of", "vintage")}}
    with held(town().project):
        files = _with_period(key, row, wanted["listed"])
        with put_files(files, BACK, "taken back") as write:
            write()


def _with_period(key: str, row: Mapping[str, Any] | None, listed: Sequence[str]) -> dict[str, bytes]:
    """The files that change, once the whole declaration holds with them. Raises DesignError with every fault."""
    files, made = town().project.declared(), dict[str, bytes]()
    present = row_of(files[PROJECT], "periods", key)
    if present != row:
        raw = (
            without_block(files[PROJECT], "periods", key, PROJECT) if present is not None else files[PROJECT]
        )
        made[PROJECT] = with_block(raw, "periods", row, PROJECT) if row is not None else raw
    before = set(_listing(files, key))
    for place in sorted(before ^ set(listed)):
        name, _, number = place.rpartition("#")
        made[name] = _relisted(made.get(name, files[name]), int(number), key, name, more=place in listed)
    return _holding(files, made)


def _relisted(raw: bytes, number: int, period: str, file: str, *, more: bool) -> bytes:
    import tomllib

    known = tomllib.loads(raw.decode("utf-8-sig"))["tables"][number].get("periods", [])
    wanted = [*known, period] if more else [p for p in known if p != period]
    return rewritten(raw, ("tables", number), {"periods": wanted}, file)


def _holding(files: Mapping[str, bytes], made: dict[str, bytes]) -> dict[str, bytes]:
    from lebenslagen.project.declare import load

    load({**files, **made})
    return made


def read_variable(key: str) -> bytes | None:
    """A variable as declared, or None."""
    return _read("variables", key)


def put_variable(key: str, content: bytes | None) -> None:
    """Bring the declaration of a variable back to a state; called when a change is taken back."""
    _put("variables", key, content)


def read_indicator(key: str) -> bytes | None:
    """An indicator as declared, or None."""
    return _read("indicators", key)


def put_indicator(key: str, content: bytes | None) -> None:
    """Bring the declaration of an indicator back to a state; refused while an index or a report rests on it."""
    _put("indicators", key, content)


def _read(name: str, key: str) -> bytes | None:
    row = row_of(town().project.declared()[FIGURES], name, key)
    return None if row is None else audit.canonical(row)


def _put(name: str, key: str, content: bytes | None) -> None:
    with held(town().project):
        files = _with_row(name, key, None if content is None else json.loads(content))
        with put_files(files, BACK, "taken back") as write:
            write()


def _with_row(name: str, key: str, row: Mapping[str, Any] | None) -> dict[str, bytes]:
    files = town().project.declared()
    present, raw = row_of(files[FIGURES], name, key), files[FIGURES]
    if present == row:
        return {}
    raw = without_block(raw, name, key, FIGURES) if present is not None else raw
    raw = with_block(raw, name, row, FIGURES) if row is not None else raw
    return _holding(files, {FIGURES: raw})


# --- services -------------------------------------------------------------------------------------------------


@writes("data.period", N_("Period added to the calendar"))
def add_period(
    key: str, as_of: date, vintage: date, *, by: User, label: str = "", sources: Sequence[str] = ()
) -> None:
    """Declare a period: the day its figures describe, the boundaries valid then, and which sources deliver it.

    `sources`: those that list their periods; the others deliver it anyway. Raises ValidationError, DesignError.
    """
    require(by, "data.deliver", Scope())
    known = town().declaration.head.periods
    faults = {}
    if not KEY.fullmatch(key):
        faults["key"] = N_("Letters, digits and hyphens only, for example 2025.")
    elif any(period.key == key for period in known):
        faults["key"] = N_("There is a period of this name already.")
    if any(period.as_of == as_of for period in known):
        faults["as_of"] = N_("There is a period of this day already.")
    if vintage not in vintages():
        faults["vintage"] = N_("Please choose boundaries that are declared.")
    if faults:
        raise ValidationError(faults)
    row = {
        "key": key,
        "as_of": as_of,
        **({"label": label.strip()[:120]} if label.strip() else {}),
        "vintage": vintage,
    }
    listed = [f"{found[0]}#{found[1]}" for s in dict.fromkeys(sources) if (found := _listed(s)) is not None]
    with held(town().project):
        files = _with_period(key, row, listed)
        with put_files(files, by.name, key) as write, change(by, "period", key):
            write()


@writes("data.expect", N_("Declared who delivers a period"))
def expect(source: str, period: str, *, by: User, wanted: bool = True) -> None:
    """Declare that a source delivers a period by the build of the last one, or that it does not.

    Raises ValidationError where the source does not list its periods.
    """
    require(by, "data.deliver", Scope())
    town().declaration.period(period)
    found = _listed(source)
    if found is None:
        raise ValidationError(N_("This source delivers every period; nothing has to be declared."))
    place = f"{found[0]}#{found[1]}"
    with held(town().project):
        before = _listing(town().project.declared(), period)
        others = [p for p in before if not p.startswith(f"{found[0]}#")]
        files = _with_period(period, row_of(town().project.declared()[PROJECT], "periods", period), [*others, place] if wanted else others)  # fmt: skip
        with put_files(files, by.name, f"{source} {period}") as write, change(by, "period", period):
            write()


@writes("data.variable", N_("Variable declared"))
def add_variable(
    key: str, label: str, *, by: User, source: str, persons: bool = True, unit: str = "count"
) -> None:
    """Declare what a new column counts, under a name that everybody reads. Raises ValidationError, DesignError."""
    from lebenslagen.web.services.data import scope_of_source

    require(by, "data.deliver", scope_of_source(source))
    if any(variable.key == key for variable in town().declaration.catalogue.variables):
        raise ValidationError(N_("There is a variable of this name already."))
    if not KEY.fullmatch(key) or not label.strip():
        raise ValidationError(N_("Please give the new column a name."))
    row: dict[str, Any] = {"key": key, "label": " ".join(label.split())[:160]}
    row |= ({} if persons else {"persons": False}) | ({} if unit == "count" else {"unit": unit})
    with held(town().project):
        files = _with_row("variables", key, row)
        with put_files(files, by.name, key) as write, change(by, "variable", key):
            write()


@writes("data.indicator", N_("Indicator declared"))
def add_indicator(
    label: str, numerator: str, denominator: str, *, by: User, direction: int, dimension: str = "", description: str = "",
    min_base: int = 0,
) -> str:  # fmt: skip
    """Declare a share: what is counted, out of how many, and whether more of it is more burden. Gives its key.

    Raises ValidationError at the field, DesignError where the declarations contradict each other.
    """
    from lebenslagen.web.services.data_layout import slug

    require(by, "data.deliver", Scope())
    catalogue, words = town().declaration.catalogue, " ".join(label.split())[:160]
    key, faults = slug(words)[:40], {}
    if not key or any(words == i.label or key == i.key for i in catalogue.indicators):
        faults["label"] = N_("Please give a name that no other indicator has.")
    if numerator == denominator:
        faults["denominator"] = N_("Numerator and denominator must be two different counts.")
    if faults:
        raise ValidationError(faults)
    row: dict[str, Any] = {
        "key": key,
        "label": words,
        "numerator": numerator,
        "denominator": denominator,
        "direction": direction,
    }
    row |= {name: value for name, value in (("dimension", dimension), ("min_base", min_base), ("description", " ".join(description.split()))) if value}  # fmt: skip
    with held(town().project):
        files = _with_row("indicators", key, row)
        with put_files(files, by.name, key) as write, change(by, "indicator", key):
            write()
    return key

"""Rules of secrecy: one person of the administration asks for others with a reason, the approval confirms or refuses.

They are declared in the project's files and hold for drafts from then on; what is published keeps the rules it was
published with.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from lebenslagen.errors import DesignError, Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import rules
from lebenslagen.web.models import RuleChange, User
from lebenslagen.web.permissions import require
from lebenslagen.web.rewriting import rewritten
from lebenslagen.web.services.base import Conflict, change, writes
from lebenslagen.web.services.data_state import declared_file, held
from lebenslagen.web.services.office import put_files
from lebenslagen.web.town import town

__all__ = ["ask", "checked_files", "confirm", "refuse"]

LASTING = N_("Rules of secrecy change by two persons only; ask for the former ones.")


def _changes(key: str, after: Mapping[str, Any]) -> dict[str, Any]:
    """What to write: only what differs from what holds now, so that the file stays as its authors wrote it."""
    before = rules.values_of(key) or {}
    return {name: value for name, value in after.items() if before.get(name) != value}


def checked_files(key: str, after: Mapping[str, Any]) -> dict[str, bytes]:
    """The one file that changes, once the whole declaration holds with it. Raises DesignError with every fault."""
    from lebenslagen.project.declare import load

    kind, _, name = key.partition(":")
    files = town().project.declared()
    file = "project.toml" if kind == "policy" else declared_file(name)
    path: tuple[str, ...] = ("policies", name) if kind == "policy" else ()
    made = rewritten(files[file], path, _written(files[file], path, _changes(key, after)), file)
    declaration = load({**files, file: made})
    if kind == "policy":
        declaration.policy(name)
    if rules.values_in(declaration, key) != dict(after):
        raise DesignError(Fault("declaration-not-rewritten", file, {"file": file, "key": name}))
    return {file: made}


def _written(raw: bytes, path: tuple[str, ...], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Decimals are written with those the file has; a source without a minimum of its own loses the key."""
    table: Any = tomllib.loads(raw.decode("utf-8-sig"))
    for part in path:
        table = table.get(part, {})
    known = set(table)
    return {name: value for name, value in changes.items() if value is not None or name in known}


@writes(
    "rules.ask",
    N_("Other rules of secrecy asked for"),
    lasting=N_("What was asked for is refused or confirmed."),
)
def ask(
    key: str, after: Mapping[str, Any], *, by: User, why: str, base: Mapping[str, Any] | None = None
) -> RuleChange:
    """Ask for other rules, with a reason; somebody of the approval decides.

    `base`: the values the person saw. Raises ValidationError without a reason or a change, DesignError for rules that do
    not protect, Conflict where the rules changed meanwhile, NotAllowed where others are asked for already.
    """
    require(by, "rules.ask")
    before = rules.values_of(key)
    if before is None:
        raise NotAllowed(Fault("rule-decided", key, {}))
    if base is not None and dict(base) != before:
        raise Conflict(Fault("changed-meanwhile", "rules", {}))
    if not why.strip():
        raise ValidationError({"why": N_("Please give a reason.")})
    wanted = {name: after.get(name, value) for name, value in before.items()}
    if wanted == before:
        raise ValidationError(N_("These are the rules that hold already."))
    checked_files(key, wanted)
    open_ = RuleChange.objects.select_related("by").filter(about=key, state="asked").first()
    if open_ is not None:
        raise NotAllowed(Fault("rule-asked", key, {"by": open_.by.name}))
    with change(by, "rule-change", why=why.strip()[:500]) as told:
        made = RuleChange.objects.create(
            about=key, before=before, after=wanted, why=why.strip()[:2000], by=by
        )
        told.key = str(made.pk)
    return made


def _asked(pk: int) -> RuleChange:
    found = RuleChange.objects.select_related("by").select_for_update(of=("self",)).get(pk=pk)
    if found.state != "asked":
        raise NotAllowed(Fault("rule-decided", found.about, {}))
    return found


def _decide(row: RuleChange, state: str, by: User, note: str) -> None:
    RuleChange.objects.filter(pk=row.pk).update(
        state=state, other=by, decided_at=timezone.now(), note=note.strip()[:2000]
    )


@writes("rules.refuse", N_("Other rules of secrecy refused"), lasting=LASTING)
def refuse(pk: int, *, by: User, note: str = "") -> None:
    """Do not change the rules; whoever asked may take the question back like this too."""
    mine = RuleChange.objects.filter(pk=pk, by_id=by.pk).exists()
    require(by, "rules.ask" if mine else "rules.confirm")
    row = _asked(pk)
    if not mine and not note.strip():
        raise ValidationError({"note": N_("Please give a reason.")})
    with change(by, "rule-change", pk, why=note.strip()[:500]):
        _decide(row, "refused", by, note)


@writes("rules.confirm", N_("Rules of secrecy changed"), lasting=LASTING)
def confirm(pk: int, *, by: User, note: str = "") -> None:
    """Let the rules asked for hold from now on. Raises NotAllowed for the person who asked, Conflict where the rules changed since."""
    require(by, "rules.confirm")
    row = _asked(pk)
    if row.by_id == by.pk:
        raise NotAllowed(Fault("rule-by-one", row.about, {"by": by.name}))
    with held(town().project):
        if rules.values_of(row.about) != row.before:
            raise Conflict(Fault("changed-meanwhile", "rules", {}))
        files = checked_files(row.about, row.after)
        with (
            put_files(files, by.name, row.about) as write,
            change(by, "rules", row.about, why=row.why[:500]),
        ):
            write()
            _decide(row, "done", by, note)

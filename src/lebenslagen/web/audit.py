"""The audit trail: one line a write, each naming the digest of the line before; the states behind it by their digest.

Purpose, readers and the time for which it is kept are declared in `lebenslagen.web.services.trail`. No page counts
lines by person. States may be purged; what is older than its time goes, and the chain then begins later.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import models as tables
from django.db import transaction
from django.utils import timezone

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.permissions import Scope, System, require
from lebenslagen.web.roles import ADMIN, APPROVER, PERMISSIONS, ROLES

__all__ = [
    "KINDS", "Kind", "begin_after", "broken", "canonical", "content_of", "digest_of", "may_grant", "needs", "never", "of_rows", "put", "state",
    "write",
]  # fmt: skip

FIRST = "0" * 64
BEGIN = 2  # the row of AuditHead that tells where the trail begins; row 1 tells where it ends


@dataclass(frozen=True)
class Kind:
    """A kind of object the trail can tell about: how its state is read, and put back byte for byte.

    `read` gives None where there is no such object; `put` with None removes it. `guard` raises NotAllowed where the
    person may not take back changes of such an object: taking back asks for no less than doing. It is called with the
    key, before and after the object is put back.
    """

    label: str
    read: Callable[[str], bytes | None]
    put: Callable[[str, bytes | None], None]
    guard: Callable[[models.User, str], None]


def needs(permission: str) -> Callable[[models.User, str], None]:
    """A guard that asks for one permission."""
    return lambda by, key: require(by, permission)


def never(by: models.User, key: str) -> None:
    """A guard for what has its own way back: a release is withdrawn or returned, not undone."""
    raise NotAllowed(Fault("no-way-back", key, {}))


def _people(by: models.User, key: str) -> None:
    """The administration may take back what it did to others, as long as somebody administers afterwards."""
    require(by, "people.manage")
    if str(by.pk) == key:
        raise NotAllowed(Fault("role-to-oneself", "people.manage", {"role": ROLES[APPROVER].label}))
    if not models.Membership.objects.filter(role=ADMIN, user__is_active=True).exists():
        raise NotAllowed(Fault("last-administrator", "people.manage", {}))


def may_grant(by: models.User, permission: str, to: str) -> None:
    """Raise NotAllowed unless the permission can be given, by this person, who holds it by role, to somebody else."""
    row = PERMISSIONS[permission]
    if (
        not row.grantable
        or str(by.pk) == to
        or not by.is_active
        or not by.memberships.filter(role__in=row.roles).exists()
    ):
        raise NotAllowed(Fault("no-permission", permission, {"action": row.sentence}))


def _grants() -> Kind:
    """The permissions given to one person; always there, mostly empty."""
    columns = ("permission", "by_id", "at")

    def read(key: str) -> bytes:
        return canonical(list(models.Grant.objects.filter(user=key).order_by("pk").values("pk", *columns)))

    def put(key: str, content: bytes | None) -> None:
        _put_rows(models.User.objects.get(pk=key).grants, json.loads(content or b"[]"))

    return Kind(N_("Given permissions"), read, put, lambda by, key: may_grant(by, "values.see", key))


def _delivery() -> Kind:
    """Which delivery of a source and period is in force, and the declaration it is read by."""

    def read(key: str) -> bytes | None:
        from lebenslagen.web.services import data_state

        return data_state.read(key)

    def put(key: str, content: bytes | None) -> None:
        from lebenslagen.web.services import data_state

        data_state.put(key, content)

    return Kind(N_("Delivery"), read, put, _deliveries)


def _deliveries(by: models.User, key: str) -> None:
    from lebenslagen.web.services.data import scope_of_source

    require(by, "data.withdraw", scope_of_source(key.rpartition("@")[0]))


def _intake(by: models.User, key: str) -> None:
    """Whoever may deliver this source; what was taken over goes back through the delivery."""
    from lebenslagen.web.services.data import scope_of_source

    found = models.Intake.objects.filter(pk=key).first()
    require(by, "data.deliver", scope_of_source(found.source, found.head) if found else None)
    if found is not None and found.state == models.Intake.TAKEN:
        never(by, key)


def _purge(by: models.User, key: str) -> None:
    """What was purged does not come back; a question or a refusal does."""
    require(by, "data.purge")
    if models.Purge.objects.filter(pk=key, state="done").exists():
        never(by, key)


def _ledger() -> Kind:
    """The lines of the ledger about one release; nothing in it can be taken back."""

    def read(key: str) -> bytes | None:
        from lebenslagen.web.releasing import ledger_lines

        lines = [line for line in ledger_lines() if line["release"] == key]
        return canonical(lines) if lines else None

    def put(key: str, content: bytes | None) -> None:
        raise NotAllowed(Fault("no-way-back", key, {}))

    return Kind(N_("Release in the register"), read, put, never)


def _report() -> Kind:
    """The declaration and the texts of a report, in the project's files."""

    def read(key: str) -> bytes | None:
        from lebenslagen.web.composing import state_of

        return state_of(key)

    def put(key: str, content: bytes | None) -> None:
        from lebenslagen.web.composing import put_back
        from lebenslagen.web.releasing import files_held
        from lebenslagen.web.town import town

        with files_held():
            put_back(key, content)
            town().project.keep(by="", at=timezone.now(), why="taken back")

    return Kind(N_("Report"), read, put, needs("report.write"))


def _design() -> Kind:
    """A design of the index: the bytes of its declaration."""

    def read(key: str) -> bytes | None:
        from lebenslagen.web.services.index_design import raw_of

        return raw_of(key)

    def put(key: str, content: bytes | None) -> None:
        from lebenslagen.web.services.index import put_design

        put_design(key, content)

    return Kind(N_("Design of the index"), read, put, needs("index.save"))


def _rules() -> Kind:
    """The rules of secrecy of one audience, or of one source; they change by two persons, so nothing is taken back."""

    def read(key: str) -> bytes | None:
        from lebenslagen.web.rules import values_of

        found = values_of(key)
        return None if found is None else canonical(found)

    def put(key: str, content: bytes | None) -> None:
        never(models.User(), key)

    return Kind(N_("Rules of secrecy"), read, put, never)


def _town() -> Kind:
    """What the town says about itself: contact and details, names of levels and areas; a part of the declarations."""

    def read(key: str) -> bytes | None:
        from lebenslagen.web.services import office

        return canonical(office.read(key))

    def put(key: str, content: bytes | None) -> None:
        from lebenslagen.web.services import office

        office.put(key, json.loads(content or b"{}"))

    return Kind(N_("Details of the town"), read, put, needs("settings.manage"))


def _declared(label: str, name: str) -> Kind:
    """A period or a variable: one block of the declarations, and for a period the sources that list it."""

    def read(key: str) -> bytes | None:
        from lebenslagen.web.services import data_periods

        return getattr(data_periods, f"read_{name}")(key)  # type: ignore[no-any-return]

    def put(key: str, content: bytes | None) -> None:
        from lebenslagen.web.services import data_periods

        getattr(data_periods, f"put_{name}")(key, content)

    return Kind(label, read, put, lambda by, key: require(by, "data.deliver", Scope()))


def _departure() -> Kind:
    """Whether the account of a person who left was dissolved; nothing of what it held."""

    def read(key: str) -> bytes:
        return canonical({"dissolved": models.User.objects.filter(pk=key, login=f"weg-{key}").exists()})

    def put(key: str, content: bytes | None) -> None:
        never(models.User(), key)

    return Kind(N_("Person who has left"), read, put, never)


def _trail() -> Kind:
    """The trail itself: where it begins, once its oldest lines were removed."""

    def read(key: str) -> bytes:
        return canonical(_begin())

    def put(key: str, content: bytes | None) -> None:
        never(models.User(), key)

    return Kind(N_("Audit trail"), read, put, never)


def canonical(value: Any) -> bytes:
    """One spelling for one value: JSON with sorted keys; moments in UTC.

    >>> canonical({"b": 1, "a": None})
    b'{"a":null,"b":1}'
    """
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain
    ).encode()


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    raise TypeError(f"no state of {type(value).__name__}")


def of_rows(
    label: str,
    model: type[tables.Model],
    guard: Callable[[models.User, str], None],
    *,
    leave: tuple[str, ...] = (),
    rows: Mapping[str, tuple[str, ...]] | None = None,
) -> Kind:
    """A kind kept in one table, with the rows that belong to it: {related name: fields}.

    Fields in `leave` (secrets, times of use) are neither kept nor put back.
    """
    fields = [f for f in model._meta.concrete_fields if f.attname not in leave]
    below = dict(rows or {})

    def read(key: str) -> bytes | None:
        found = model._default_manager.filter(pk=key).first()
        if found is None:
            return None
        state = {f.attname: getattr(found, f.attname) for f in fields}
        parts = {
            name: list(getattr(found, name).order_by("pk").values("pk", *columns))
            for name, columns in below.items()
        }
        return canonical({**state, **parts})

    def put(key: str, content: bytes | None) -> None:
        if content is None:
            model._default_manager.filter(pk=key).delete()
            return
        state = json.loads(content)
        values = {f.attname: f.to_python(state[f.attname]) for f in fields}
        found = model._default_manager.filter(pk=key).first() or model(pk=key)
        for name, value in values.items():
            setattr(found, name, value)
        found.save()
        for name in below:
            _put_rows(getattr(found, name), state[name])

    return Kind(label, read, put, guard)


def _put_rows(manager: Any, wanted: list[dict[str, Any]]) -> None:
    manager.exclude(pk__in=[row["pk"] for row in wanted]).delete()
    for row in wanted:
        values = {
            name: manager.model._meta.get_field(name).to_python(value)
            for name, value in row.items()
            if name != "pk"
        }
        manager.update_or_create(pk=row["pk"], defaults=values)


# One row a kind of object. Kinds kept in the project's files bring their own `read` and `put`.
KINDS: dict[str, Kind] = {
    "user": of_rows(
        N_("Person"), models.User, _people, leave=("password", "last_login", "password_changed_at"),
        rows={"memberships": ("role", "department", "areas")},
    ),
    "grants": _grants(),
    "invitation": of_rows(N_("Invitation"), models.Invitation, needs("people.manage")),
    "role-setting": of_rows(N_("Requirement of a role"), models.RoleSetting, needs("settings.manage")),
    "job": of_rows(N_("Job"), models.Job, needs("job.start"), leave=(
        "step", "percent", "lines", "result", "faults", "tries", "token", "boot", "lease", "started_at", "ended_at",
    )),
    "release-request": of_rows(
        N_("Release"), models.ReleaseRequest, never, rows={"notes": ("by_id", "at", "state", "text")},
    ),
    "ledger": _ledger(),
    "report": _report(),
    "index": _design(),
    "intake": of_rows(N_("Upload"), models.Intake, _intake),
    "delivery": _delivery(),
    "purge": of_rows(N_("Purging"), models.Purge, _purge),
    "saved-view": of_rows(N_("Saved view"), models.SavedView, needs("account.own")),
    "rules": _rules(),
    "rule-change": of_rows(N_("Other rules of secrecy asked for"), models.RuleChange, never),
    "town": _town(),
    "period": _declared(N_("Period"), "period"),
    "variable": _declared(N_("Variable"), "variable"),
    "indicator": _declared(N_("Indicator"), "indicator"),
    "trash": of_rows(N_("Trash"), models.TrashItem, never),
    "trail": _trail(),
    "departure": _departure(),
}  # fmt: skip


def state(kind: str, key: object) -> bytes | None:
    """The present state of an object, or None where there is none."""
    return KINDS[kind].read(str(key))


def put(kind: str, key: object, content: bytes | None) -> None:
    """Bring an object to a state; inside a service only."""
    KINDS[kind].put(str(key), content)


def write(
    by: models.User | System,
    what: str,
    kind: str,
    key: object,
    before: bytes | None,
    after: bytes | None,
    *,
    why: str = "",
) -> models.AuditLine:
    """Add one line to the chain, inside the transaction of the change it tells about."""
    if not transaction.get_connection().in_atomic_block:
        raise RuntimeError("an audit line is written in the transaction of its change")
    head, _ = models.AuditHead.objects.select_for_update().get_or_create(pk=1, defaults={"digest": FIRST})
    line = models.AuditLine(
        number=head.number + 1, at=timezone.now(), by_id=by.pk, by_name=by.name, what=what, why=why, kind=kind,
        key=str(key), before=_keep(before), after=_keep(after), previous=head.digest,
    )  # fmt: skip
    line.digest = digest_of(line)
    line.save(force_insert=True)
    models.AuditHead.objects.filter(pk=1).update(number=line.number, digest=line.digest)
    return line


def _keep(content: bytes | None) -> str:
    if content is None:
        return ""
    digest = hashlib.sha256(content).hexdigest()
    models.State.objects.update_or_create(pk=digest, defaults={"content": content})
    return digest


def content_of(digest: str) -> bytes | None:
    """The state behind a digest: None for "no object". Raises LookupError where it was purged."""
    if not digest:
        return None
    found = models.State.objects.filter(pk=digest).first()
    if found is None or found.content is None:
        raise LookupError(digest)
    return bytes(found.content)


def digest_of(line: models.AuditLine) -> str:
    """What the next line names: a digest of everything in this one."""
    told = (
        line.number, line.at, line.by_id, line.by_name, line.what, line.why, line.kind, line.key, line.before, line.after,
        line.previous,
    )  # fmt: skip
    return hashlib.sha256(canonical(told)).hexdigest()


def broken() -> Iterator[int]:
    """The numbers of lines that do not fit the chain: changed, removed or put in."""
    removed, previous = _begin()
    expected = removed + 1
    for line in models.AuditLine.objects.order_by("number").iterator():
        if line.number != expected or line.previous != previous or digest_of(line) != line.digest:
            yield line.number
        previous, expected = line.digest, line.number + 1
    head = models.AuditHead.objects.filter(pk=1).first()
    if (head.digest, head.number) != (previous, expected - 1) if head else expected > 1:
        yield expected


def _begin() -> tuple[int, str]:
    """The number and digest of the last line that was removed because its time was over; what the first line names."""
    found = models.AuditHead.objects.filter(pk=BEGIN).first()
    return (found.number, found.digest) if found else (0, FIRST)


def begin_after(line: models.AuditLine) -> None:
    """Remove every line up to this one, with the states that nothing names any more; inside a service only."""
    models.AuditHead.objects.update_or_create(
        pk=BEGIN, defaults={"number": line.number, "digest": line.digest}
    )
    models.AuditLine.objects.filter(number__lte=line.number).delete()
    named = models.AuditLine.objects.filter(
        tables.Q(before=tables.OuterRef("pk")) | tables.Q(after=tables.OuterRef("pk"))
    )
    binned = models.TrashItem.objects.filter(state=tables.OuterRef("pk"))
    models.State.objects.exclude(tables.Exists(named)).exclude(tables.Exists(binned)).delete()

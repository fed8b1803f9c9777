"""The trash: deleting, restoring within 30 days, letting go by the clock. Each is one line in the trail."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.utils import timezone

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import audit, bins, models
from lebenslagen.web.permissions import System, require
from lebenslagen.web.services import data_files
from lebenslagen.web.services.base import Conflict, change, digest, writes

__all__ = ["discard", "due", "expire", "may_discard", "restore"]


def may_discard(person: models.User, kind: str, key: str) -> bool:
    """Whether a person may delete or restore this object: whoever may take back its changes."""
    try:
        audit.KINDS[kind].guard(person, key)
    except NotAllowed:
        return False
    return True


@writes("trash.put", N_("Put into the trash"))
def discard(kind: str, key: str, *, by: models.User, why: str = "", base: str | None = None) -> None:
    """Delete an object; for 30 days it can be restored.

    Raises NotAllowed where something still needs it or there is none, Conflict where it changed meanwhile.
    """
    require(by, "administration.view")
    if kind not in bins.BINS:
        raise NotAllowed(Fault("no-way-back", kind, {}))
    guard, bin_ = audit.KINDS[kind].guard, bins.BINS[kind]
    guard(by, key)
    before = audit.state(kind, key)
    if before is None or bin_.gone(before):
        raise NotAllowed(Fault("trash-gone", key, {}))
    needed = bin_.needed(key)
    if needed:
        raise NotAllowed(Fault("trash-in-use", key, {"by": needed[0]}))
    with change(by, kind, key, why=why.strip()[:500], base=base):
        bins.note(kind, key, bin_.label(key), digest(before), by)
        _remove(kind, key)


def _remove(kind: str, key: str) -> None:
    if kind == "intake":
        models.Intake.objects.filter(pk=key).update(state=models.Intake.DROPPED)
    else:
        audit.put(kind, key, None)


@writes("trash.restore", N_("Restored from the trash"))
def restore(pk: int, *, by: models.User) -> models.TrashItem:
    """Put an object back as it was. Raises Conflict where its name is taken by now, NotAllowed where it is gone."""
    require(by, "administration.view")
    item = models.TrashItem.objects.select_for_update().filter(pk=pk, until__gt=timezone.now()).first()
    if item is None:
        raise NotAllowed(Fault("trash-gone", str(pk), {}))
    guard = audit.KINDS[item.kind].guard
    guard(by, item.key)
    if not bins.BINS[item.kind].gone(audit.state(item.kind, item.key)):
        raise Conflict(Fault("trash-taken", item.key, {}))
    try:
        content = audit.content_of(item.state)
    except LookupError:
        raise NotAllowed(Fault("state-purged", item.key, {})) from None
    with change(by, item.kind, item.key):
        audit.put(item.kind, item.key, content)
        guard(by, item.key)
        models.TrashItem.objects.filter(pk=pk).delete()
    return item


@writes(
    "trash.expire",
    N_("Time in the trash over"),
    lasting=N_("After 30 days nothing comes back from the trash."),
)
def expire(pk: int, *, by: models.User | System) -> None:
    """Let go of what has lain in the trash for 30 days; the file of an upload is removed.

    Raises ValidationError before its time.
    """
    require(by, "settings.manage")
    item = models.TrashItem.objects.get(pk=pk)
    if item.until > timezone.now():
        raise ValidationError(N_("Its 30 days are not over yet."))
    with change(by, "trash", pk):
        if item.kind == "intake":
            data_files.forget(item.key)
        models.TrashItem.objects.filter(pk=pk).delete()


def due() -> list[int]:
    """What has lain in the trash for its time."""
    return list(models.TrashItem.objects.filter(until__lte=timezone.now()).values_list("pk", flat=True))

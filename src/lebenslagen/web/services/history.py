"""Taking changes back: an object returns to the state before a line, byte for byte, and that is a line itself."""

from __future__ import annotations

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.texts import N_
from lebenslagen.web import audit, bins, models
from lebenslagen.web.services import catalogue
from lebenslagen.web.services.base import Conflict, change, digest, writes

__all__ = ["lines_of", "revert"]


@writes("history.revert", N_("Change taken back"))
def revert(number: int, *, by: models.User, why: str = "") -> models.AuditLine:
    """Take back the change a line tells about.

    Raises Conflict where the object changed again since, NotAllowed where the person may not do what is taken back or
    the earlier state was purged.
    """
    line = models.AuditLine.objects.get(pk=number)
    if catalogue.lasting(line.what):
        raise NotAllowed(Fault("no-way-back", line.kind, {}))
    guard = audit.KINDS[line.kind].guard
    guard(by, line.key)
    try:
        earlier = audit.content_of(line.before)
    except LookupError:
        raise NotAllowed(Fault("state-purged", str(number), {})) from None
    if digest(audit.state(line.kind, line.key)) != line.after:
        raise Conflict(Fault("changed-meanwhile", line.kind, {}))
    with change(by, line.kind, line.key, why=why or str(number)) as told:
        audit.put(line.kind, line.key, earlier)
        bins.follow(line.kind, line.key, gone=line.after, back=line.before, by=by)
        guard(by, line.key)
    assert told.line is not None
    return told.line


def lines_of(kind: str, key: object) -> list[models.AuditLine]:
    """The history of one object, newest first."""
    return list(models.AuditLine.objects.filter(kind=kind, key=str(key)).order_by("-number"))

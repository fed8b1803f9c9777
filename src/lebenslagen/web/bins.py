"""The trash: which kinds of objects lie in it once deleted, for how long, and what must let go of them first.

What lies there is the state the trail keeps; a row says until when. Deleting, restoring and letting go are services.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from django.utils import timezone

from lebenslagen.texts import N_
from lebenslagen.web import audit, models

__all__ = ["BINS", "DAYS", "Bin", "follow", "note"]

DAYS = 30


@dataclass(frozen=True)
class Bin:
    """A kind of object that can be deleted.

    label: what it is called. needed: titles of what still uses it. gone: whether a state is that of a deleted object.
    goes: what goes with it, said before it is deleted.
    """

    label: Callable[[str], str]
    needed: Callable[[str], tuple[str, ...]]
    gone: Callable[[bytes | None], bool]
    goes: str


def _index_label(key: str) -> str:
    from lebenslagen.web.town import town

    declared = town().declaration.indices.get(key)
    return declared.label if declared else key


def _index_needed(key: str) -> tuple[str, ...]:
    from lebenslagen.web.town import town

    return tuple(report.title for report in town().declaration.reports.values() if report.index == key)


def _report_label(key: str) -> str:
    from lebenslagen.web.town import town

    declared = town().declaration.reports.get(key)
    return f"{declared.title} ({declared.period})" if declared else key


def _report_needed(key: str) -> tuple[str, ...]:
    """A report that was ever released, or is on its way, stays; and one report there must be."""
    from lebenslagen.web.town import town

    out = any(line["report"] == key for line in town().project.register.lines())
    under_way = models.ReleaseRequest.objects.filter(report=key).exclude(state="withdrawn").exists()
    last = len(town().declaration.reports) < 2
    return (N_("releases of this report"),) * (out or under_way) + (N_("there is no other report"),) * last


def _upload_label(key: str) -> str:
    """Source and period; never the name of the file, which may itself tell about somebody."""
    from lebenslagen.web.town import town

    found = models.Intake.objects.get(pk=key)
    declared = town().declaration.sources.get(found.source)
    return f"{declared.source.producer if declared else found.source}, {found.period}"


def _dropped(content: bytes | None) -> bool:
    return content is None or json.loads(content)["state"] == models.Intake.DROPPED


BINS: Mapping[str, Bin] = {
    "index": Bin(
        _index_label, _index_needed, lambda content: content is None,
        N_("The design goes with its weights, classes and editions. What was published with it stays published."),
    ),
    "report": Bin(
        _report_label, _report_needed, lambda content: content is None,
        N_("The report goes with its chapters and its own texts. Editions that were printed stay where they lie."),
    ),
    "intake": Bin(
        _upload_label, lambda key: (), _dropped,
        N_("The uploaded file goes with what was said about its build. What was taken over already stays."),
    ),
}  # fmt: skip


def note(kind: str, key: str, label: str, state: str, by: models.User) -> None:
    """Say that an object lies in the trash now; `state` is the digest of what it was. Inside a service only."""
    now = timezone.now()
    models.TrashItem.objects.update_or_create(
        kind=kind, key=key,
        defaults={"label": label[:200], "state": state, "by": by, "at": now, "until": now + timedelta(days=DAYS)},
    )  # fmt: skip


def follow(kind: str, key: str, *, gone: str, back: str, by: models.User) -> None:
    """After a change was taken back: what came back leaves the trash, what went away by it lies there.

    gone, back: digests of the state that was left and of the one that holds again.
    """
    if kind not in BINS:
        return
    if not BINS[kind].gone(audit.state(kind, key)):
        models.TrashItem.objects.filter(kind=kind, key=key).delete()
    elif gone and gone != back:
        note(kind, key, _named(kind, key), gone, by)


def _named(kind: str, key: str) -> str:
    try:
        return BINS[kind].label(key)
    except models.Intake.DoesNotExist:
        return key

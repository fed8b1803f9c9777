"""What a restored backup must not bring back: deliveries purged since, and logins."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from lebenslagen.texts import N_
from lebenslagen.web import models
from lebenslagen.web.permissions import System, require
from lebenslagen.web.services.base import change, writes
from lebenslagen.web.services.data import clear_traces
from lebenslagen.web.services.data_state import key_of
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.project.backup import Purging

__all__ = ["end_logins", "purge_again"]


@writes(
    "data.purge-again",
    N_("Delivery purged again after a backup was restored"),
    lasting=N_("The file was removed for good, as two persons wanted."),
)
def purge_again(one: Purging, *, by: models.User | System) -> None:
    """Remove a file that two persons had purged after the backup was made, as it was removed then."""
    require(by, "data.purge")
    project = town().project
    with project.locked(), change(by, "delivery", key_of(one.source, one.period)):
        names = project.purge_delivery(
            one.snapshot, by=one.by, confirmed_by=one.confirmed_by, at=datetime.fromisoformat(one.at)
        )
        clear_traces(one.snapshot, names)
        models.Purge.objects.filter(snapshot=one.snapshot, state="asked").delete()


def end_logins() -> None:
    """Sessions of the time of the backup: nobody is logged in by a restore, and open links are void."""
    from django.contrib.sessions.models import Session

    models.UserSession.objects.all().delete()
    Session.objects.all().delete()

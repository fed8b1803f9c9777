"""Who gets which page, by hand: the second book beside `roles.py`, so that one slip shows in the comparison.

One row a page (name in `urls.py`): who may GET it, who may POST to it. "all" is everybody without login. What a row does
not grant must be refused: without login by a redirect to the login page, with login by 403 or 405.
`args` makes the arguments of the address, where the object must exist.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from lebenslagen.web import models

READER, DEPARTMENT, PLANNER, APPROVER, ADMIN, GUEST = (
    "reader",
    "department",
    "planner",
    "approver",
    "admin",
    "guest",
)
EVERYONE = "reader department planner approver admin guest"
STAFF = "reader department planner approver admin"


@dataclass(frozen=True)
class Route:
    """Who may GET and who may POST; nobody where blank."""

    get: str = ""
    post: str = ""
    args: Callable[[dict[str, models.User]], tuple[Any, ...]] = lambda people: ()


def a_job(people: dict[str, models.User]) -> tuple[int]:
    return (models.Job.objects.create(kind="build", by=people["planner"]).pk,)


def a_failed_job(people: dict[str, models.User]) -> tuple[int]:
    return (models.Job.objects.create(kind="build", by=people["planner"], state="failed").pk,)


def a_release(people: dict[str, models.User], state: str = "draft") -> tuple[int]:
    """A new release; only one of a report for the same readers may be under way."""
    models.ReleaseRequest.objects.all().delete()
    row = models.ReleaseRequest.objects.create(
        report="sozialbericht-2024", audience="public", title="T", author=people["planner"], state=state,
        content="0" * 64 if state != "draft" else "",
    )  # fmt: skip
    return (row.pk,)


def a_submitted_release(people: dict[str, models.User]) -> tuple[int]:
    return a_release(people, "submitted")


def in_force(people: dict[str, models.User]) -> tuple[str]:
    """The release in force of the fixture; blank where there is no town."""
    from lebenslagen.web.releasing import in_force as force

    return (force("sozialbericht-2024", "public"),)


def a_report(people: dict[str, models.User]) -> tuple[str]:
    return ("sozialbericht-2024",)


def an_upload(people: dict[str, models.User]) -> tuple[str]:
    """A table of the job centre that waits to be taken over; only its row where there is no town."""
    import hashlib

    from lebenslagen.web.services import data_files
    from tests.web.datafiles import JOBCENTER

    data_files.clear_forgotten(set())
    token = data_files.new_token()
    models.Intake.objects.create(
        token=token, source="jobcenter", period="2024", file=JOBCENTER.name, digest=hashlib.sha256(JOBCENTER.read_bytes()).hexdigest(),
        by=people["planner"],
    )  # fmt: skip
    data_files.keep(token, JOBCENTER.read_bytes())
    return (token,)


def a_line(people: dict[str, models.User]) -> tuple[str, str, str]:
    """The line of a delivery in the journal; a blank one where there is no town."""
    from lebenslagen.web.town import town

    lines = [
        t
        for t in town().project.journal.lines()
        if t["what"] == "delivered" and t["source"] == "jobcenter" and t["period"] == "2024"
    ]
    return ("jobcenter", "2024", lines[-1]["digest"] if lines else "0" * 64)


def a_purge(people: dict[str, models.User]) -> tuple[int]:
    models.Purge.objects.all().delete()
    row = models.Purge.objects.create(
        source="jobcenter", period="2024", snapshot="0" * 64, reason="supplier", by=people["planner"]
    )
    return (row.pk,)


def jobcenter(people: dict[str, models.User]) -> tuple[str, str]:
    return ("jobcenter", "2024")


def somebody(people: dict[str, models.User]) -> tuple[int]:
    return (people["reader"].pk,)


def an_invitation(people: dict[str, models.User]) -> tuple[int]:
    from django.utils import timezone

    made = models.Invitation.objects.create(
        token=timezone.now().isoformat(), name="N", role="reader", expires_at=timezone.now()
    )
    return (made.pk,)


def a_rule_change(people: dict[str, models.User]) -> tuple[int]:
    """Asked for by the administration, when other rules held: whoever may confirm it gets a conflict, and no file changes."""
    models.RuleChange.objects.all().delete()
    row = models.RuleChange.objects.create(
        about="source:jobcenter",
        before={"threshold": 1},
        after={"threshold": 7},
        why="W",
        by=people["admin"],
    )
    return (row.pk,)


def a_trail_line(people: dict[str, models.User]) -> tuple[int]:
    """A line about an invitation, which the administration may take back."""
    from lebenslagen.web.services import accounts

    accounts.invite(by=people["admin"], name="N", role="reader")
    return (models.AuditLine.objects.latest("number").number,)


def in_the_trash(people: dict[str, models.User]) -> tuple[int]:
    """An upload for the job centre that was dropped."""
    from lebenslagen.web.services import data

    models.TrashItem.objects.all().delete()
    data.drop(models.Intake.objects.get(pk=an_upload(people)[0]), by=people["planner"])
    return (models.TrashItem.objects.get().pk,)


def to_delete(people: dict[str, models.User]) -> tuple[str, str]:
    """An upload that may go into the trash."""
    return ("intake", *an_upload(people))


DELIVERERS = "department planner"
OFFICE = "department planner approver admin"

ROUTES: dict[str, Route] = {
    "overview": Route(get=EVERYONE),
    # --- data
    "data": Route(get=STAFF),
    "data-upload": Route(get=DELIVERERS, post=DELIVERERS),
    "data-paste": Route(get=DELIVERERS, post=DELIVERERS),
    "data-grid": Route(get=DELIVERERS, post=DELIVERERS, args=jobcenter),
    "intake-sheet": Route(get=DELIVERERS, post=DELIVERERS, args=an_upload),
    "intake-head": Route(get=DELIVERERS, post=DELIVERERS, args=an_upload),
    "intake-meaning": Route(get=DELIVERERS, post=DELIVERERS, args=an_upload),
    "intake-preview": Route(get=DELIVERERS, args=an_upload),
    "intake-check": Route(get=DELIVERERS, post=DELIVERERS, args=an_upload),
    "intake-copy": Route(get=DELIVERERS, args=an_upload),
    "intake-take": Route(get=DELIVERERS, post=DELIVERERS, args=an_upload),
    "intake-reset": Route(post=DELIVERERS, args=an_upload),
    "intake-drop": Route(post=DELIVERERS, args=an_upload),
    "delivery": Route(get=STAFF, args=jobcenter),
    "delivery-values": Route(get=STAFF, args=jobcenter),
    "delivery-withdraw": Route(get="planner", post="planner", args=jobcenter),
    "delivery-restore": Route(post="planner", args=jobcenter),
    "delivery-purge": Route(get="planner approver", post="planner approver", args=a_line),
    "purge-confirm": Route(get="planner approver", post="approver", args=a_purge),  # the planner asked
    "purge-refuse": Route(post="planner approver", args=a_purge),
    "data-period": Route(get="planner", post="planner"),
    "data-expect": Route(post="planner", args=lambda people: ("gesundheit", "2021")),
    "lineage": Route(get=EVERYONE, args=lambda people: ("SGB.rate@2024", "sozialquartier", "05")),
    # --- indicators
    "indicators": Route(get=EVERYONE),
    "indicator-new": Route(get="planner", post="planner"),
    "indicator": Route(get=EVERYONE, args=lambda people: ("SGB",)),
    "map": Route(get=EVERYONE),
    "map-file": Route(get=EVERYONE, args=lambda people: ("csv",)),
    "map-embed": Route(get="all"),
    # --- index
    "indices": Route(get="planner approver"),
    "index": Route(get="planner approver", args=lambda people: ("sozialindex",)),
    "index-why": Route(get="planner approver", args=lambda people: ("sozialindex", "07")),
    "index-compare": Route(get="planner approver", args=lambda people: ("sozialindex",)),
    "index-method": Route(get="planner approver", args=lambda people: ("sozialindex",)),
    "index-save": Route(get="planner", post="planner", args=lambda people: ("sozialindex",)),
    "index-past": Route(get="planner approver", args=lambda people: ("sozialindex",)),
    "index-revert": Route(post="planner", args=lambda people: ("sozialindex", 1)),
    # --- quarters
    "quarters": Route(get=EVERYONE),
    "quarter": Route(get=EVERYONE, args=lambda people: ("sozialraum", "1")),
    # --- releases
    "releases": Route(get="planner approver"),
    "release-new": Route(get="planner", post="planner"),
    "ledger": Route(get="planner approver"),
    "release-withdraw": Route(get="approver", post="approver", args=in_force),
    "release": Route(get="planner approver", args=a_release),
    "release-table": Route(get="planner approver", args=a_release),
    "release-protect": Route(post="planner", args=a_release),
    "release-submit": Route(post="planner", args=a_release),
    "release-recall": Route(post="planner", args=a_submitted_release),
    "release-decide": Route(post="approver", args=a_release),
    # --- reports
    "reports": Route(get=STAFF),
    "edition": Route(get=STAFF, args=lambda people: ("veroeffentlicht-none", "bericht/index.html")),
    "report": Route(get=STAFF, args=a_report),
    "report-arrange": Route(post="planner", args=a_report),
    "report-text": Route(
        get="planner", post="planner", args=lambda people: ("sozialbericht-2024", "auftrag")
    ),
    "report-whole": Route(get="planner approver", args=a_report),
    "report-preview": Route(get="planner approver", args=lambda people: ("sozialbericht-2024", "auftrag")),
    "report-make": Route(post="planner", args=a_report),
    # --- public
    "atlas": Route(get="all"),
    "atlas-file": Route(get="all", args=lambda people: ("index.html",)),
    "atlas-release": Route(get="all", args=in_force),
    "atlas-release-file": Route(get="all", args=lambda people: (*in_force(people), "index.html")),
    "report-public": Route(get="all"),
    "report-public-file": Route(get="all", args=lambda people: ("index.html",)),
    "report-release": Route(get="all", args=in_force),
    "report-release-file": Route(get="all", args=lambda people: (*in_force(people), "index.html")),
    "sitemap": Route(get="all"),
    # --- jobs
    "jobs": Route(get="planner approver"),
    "job-start": Route(post="planner"),
    "job": Route(get="planner approver", args=a_job),
    "job-status": Route(get="planner approver", args=a_job),
    "job-cancel": Route(post="planner", args=a_job),
    "job-retry": Route(post="planner", args=a_failed_job),
    # --- accounts
    "login": Route(get="all", post="all"),
    "login-code": Route(get="all", post="all"),
    "logout": Route(post="all"),
    "invitation": Route(get="all", post="all", args=lambda people: ("unknown-token",)),
    "language": Route(post="all"),
    "account": Route(get=EVERYONE, post=EVERYONE),
    "account-password": Route(get=EVERYONE, post=EVERYONE),
    "account-factor": Route(get=EVERYONE, post=EVERYONE),
    "account-codes": Route(post=EVERYONE),
    "account-factor-remove": Route(post=EVERYONE),
    "account-end-sessions": Route(post=EVERYONE),
    # --- administration
    "administration": Route(get=OFFICE),
    "people": Route(get="admin"),
    "person-invite": Route(get="admin", post="admin"),
    "person": Route(get="admin", post="admin", args=somebody),
    "person-block": Route(get="admin", post="admin", args=somebody),
    "person-unblock": Route(post="admin", args=somebody),
    "person-sessions": Route(post="admin", args=somebody),
    "person-factor": Route(post="admin", args=somebody),
    "person-renew": Route(post="admin", args=somebody),
    "link-revoke": Route(post="admin", args=an_invitation),
    "single-values": Route(get="approver", post="approver"),
    "single-values-take": Route(post="approver", args=somebody),
    "roles": Route(get=OFFICE),
    "role-factor": Route(post="admin"),
    "areas": Route(get=OFFICE),
    "names": Route(get="admin", post="admin"),
    "rules": Route(get=OFFICE),
    "rule-ask": Route(get="admin", post="admin", args=lambda people: ("policy:public",)),
    "rule-change": Route(get=OFFICE, args=a_rule_change),
    "rule-confirm": Route(post="approver", args=a_rule_change),
    "rule-refuse": Route(post="approver admin", args=a_rule_change),  # the administration asked
    "trail": Route(get="admin approver"),
    "trail-line": Route(get="admin approver", args=a_trail_line),
    "trail-revert": Route(post="admin", args=a_trail_line),  # what it tells about, the approval may not do
    "trail-check": Route(post="admin approver"),
    "trash": Route(get=OFFICE),
    "trash-restore": Route(post=DELIVERERS, args=in_the_trash),
    "trash-put": Route(get=DELIVERERS, post=DELIVERERS, args=to_delete),
    "details": Route(get="admin", post="admin"),
    # --- everybody
    "search": Route(get=EVERYONE),
    "tour": Route(post=EVERYONE),
    "help": Route(get="all"),
    "accessibility": Route(get="all"),
    "imprint": Route(get="all"),
    "privacy": Route(get="all"),
    "icon": Route(get="all"),
    "robots": Route(get="all"),
}

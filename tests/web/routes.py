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

READER, DEPARTMENT, PLANNER, APPROVER, ADMIN, GUEST = "reader", "department", "planner", "approver", "admin", "guest"
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


ROUTES: dict[str, Route] = {
    "overview": Route(get=EVERYONE),
    # --- indicators
    "indicators": Route(get=EVERYONE),
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
    "report-text": Route(get="planner", post="planner", args=lambda people: ("sozialbericht-2024", "auftrag")),
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
    # --- everybody
    "help": Route(get="all"),
    "accessibility": Route(get="all"),
    "imprint": Route(get="all"),
    "privacy": Route(get="all"),
    "robots": Route(get="all"),
}

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

"""Who may do what: one table. The reference shows it, the tests hold every page against it.

A permission names its sentence and the roles that hold it; `within` are the roles that hold it only inside their own
department or areas. What no row grants is refused.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from lebenslagen.texts import N_

__all__ = [
    "ADMIN",
    "APPROVER",
    "DEPARTMENT",
    "GUEST",
    "PERMISSIONS",
    "PLANNER",
    "READER",
    "ROLES",
    "Permission",
    "Role",
]

READER, DEPARTMENT, PLANNER = "reader", "department", "planner"
APPROVER, ADMIN, GUEST = "approver", "admin", "guest"


@dataclass(frozen=True)
class Role:
    """A role: what it is called and what it is for."""

    label: str
    sentence: str


ROLES: Mapping[str, Role] = {
    READER: Role(
        N_("Reading"), N_("Sees what is released, for everybody in the administration who works with it.")
    ),
    DEPARTMENT: Role(N_("Department"), N_("Delivers its own tables and sees how they were taken over.")),
    PLANNER: Role(
        N_("Planning"), N_("Takes in deliveries, builds the index, writes reports and submits releases.")
    ),
    APPROVER: Role(
        N_("Approval"),
        N_("Checks what would be published and approves or returns it; bound to statistical secrecy."),
    ),
    ADMIN: Role(
        N_("Administration"),
        N_("Invites people, gives roles, sees the audit trail; sees no more figures than reading."),
    ),
    GUEST: Role(N_("Guest"), N_("Sees what is published: overview, indicators and quarters.")),
}
STAFF = frozenset({READER, DEPARTMENT, PLANNER, APPROVER, ADMIN})
EVERYONE = frozenset(ROLES)


@dataclass(frozen=True)
class Permission:
    """A permission: its sentence, the roles that hold it, and those that hold it only for their own department or areas.

    `grantable`: may also be given to a single person by those who hold it.
    """

    sentence: str
    roles: frozenset[str]
    within: frozenset[str] = frozenset()
    grantable: bool = False


# One row a permission: "noun.verb". A page may be seen by whoever holds the permission its view names.
PERMISSIONS: Mapping[str, Permission] = {
    "overview.view": Permission(N_("See the overview"), EVERYONE),
    "account.own": Permission(N_("Manage one's own account"), EVERYONE),
    "search.use": Permission(N_("Search quarters, indicators and pages"), EVERYONE),
    "indicators.view": Permission(N_("See the catalogue of indicators"), EVERYONE),
    "quarters.view": Permission(N_("See the profiles of the quarters"), EVERYONE),
    # --- data
    "data.view": Permission(N_("See sources and deliveries"), STAFF, within=frozenset({DEPARTMENT})),
    "data.deliver": Permission(
        N_("Check and take over deliveries"), frozenset({PLANNER, DEPARTMENT}), within=frozenset({DEPARTMENT})
    ),
    "data.withdraw": Permission(N_("Withdraw and restore deliveries"), frozenset({PLANNER})),
    "data.purge": Permission(N_("Purge deliveries; two persons"), frozenset({PLANNER, APPROVER})),
    "values.see": Permission(
        N_("See single values below the threshold"), frozenset({APPROVER}), grantable=True
    ),
    # --- index
    "index.view": Permission(N_("See the index workshop"), frozenset({PLANNER, APPROVER})),
    "index.save": Permission(N_("Save designs of the index"), frozenset({PLANNER})),
    # --- releases, reports, atlas
    "release.view": Permission(N_("See drafts and releases"), frozenset({PLANNER, APPROVER})),
    "release.submit": Permission(N_("Submit releases"), frozenset({PLANNER})),
    "release.approve": Permission(N_("Approve, return and withdraw releases"), frozenset({APPROVER})),
    "report.view": Permission(N_("See reports and their editions"), STAFF),
    "report.write": Permission(N_("Write and compose reports"), frozenset({PLANNER})),
    # --- jobs
    "job.view": Permission(N_("See running and finished jobs"), frozenset({PLANNER, APPROVER})),
    "job.start": Permission(N_("Start and cancel jobs"), frozenset({PLANNER})),
    # --- administration
    "administration.view": Permission(
        N_("See roles, areas, rules of secrecy and the trash"),
        frozenset({DEPARTMENT, PLANNER, APPROVER, ADMIN}),
    ),
    "people.manage": Permission(N_("Invite people and give roles"), frozenset({ADMIN})),
    "values.grant": Permission(
        N_("Let single persons see single values, and take that back"), frozenset({APPROVER})
    ),
    "settings.manage": Permission(N_("Change settings"), frozenset({ADMIN})),
    "rules.ask": Permission(N_("Ask for other rules of secrecy"), frozenset({ADMIN})),
    "rules.confirm": Permission(N_("Confirm or refuse other rules of secrecy"), frozenset({APPROVER})),
    "audit.view": Permission(N_("Read the audit trail"), frozenset({ADMIN, APPROVER})),
}

"""The people of the demo: one a role, with one printed password. Only for towns that are invented."""

from __future__ import annotations

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.web import models
from lebenslagen.web.permissions import SYSTEM
from lebenslagen.web.roles import ADMIN, APPROVER, DEPARTMENT, GUEST, PLANNER, READER
from lebenslagen.web.services import accounts
from lebenslagen.web.town import town

__all__ = ["PASSWORD", "PEOPLE", "people"]

PASSWORD = "vier-kluge-Eulen-lesen"  # noqa: S105 - printed on purpose: the town is invented
PEOPLE = (
    ("lesen", "Lena Lesen", READER, ""),
    ("fachbereich", "Farid Fachbereich", DEPARTMENT, "Jobcenter"),
    ("planung", "Petra Planung", PLANNER, ""),
    ("freigabe", "Franz Freigabe", APPROVER, ""),
    ("verwaltung", "Vera Verwaltung", ADMIN, ""),
    ("gast", "Gesine Gast", GUEST, ""),
)


def people() -> list[tuple[models.User, str]]:
    """Make the people of the demo where they are missing; returns each with her role.

    Raises NotAllowed for a town that is not Musterstadt: a printed password must never open a real one.
    """
    if town().name != "Musterstadt":
        raise NotAllowed(Fault("demo-only", town().name, {}))
    found = []
    for login, name, role, department in PEOPLE:
        user = models.User.objects.filter(login=login).first()
        if user is None:
            token = accounts.invite(by=SYSTEM, name=name, role=role, department=department)[1]
            user = accounts.accept(token, login=login, name=name, password=PASSWORD)
        found.append((user, role))
    return found

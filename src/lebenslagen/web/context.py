"""What every page knows: texts, town, navigation, rights."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.urls import reverse

from lebenslagen.errors import LebenslagenError
from lebenslagen.texts import N_
from lebenslagen.web.permissions import rights, role_keys
from lebenslagen.web.roles import ROLES
from lebenslagen.web.touring import panel
from lebenslagen.web.words import spoken

__all__ = ["NAVIGATION", "workplace"]

# The planning circle: name of the page, its label, the permission that shows it. Only pages that exist.
NAVIGATION = (
    ("overview", N_("Overview"), "overview.view"),
    ("data", N_("Data"), "data.view"),
    ("indicators", N_("Indicators"), "indicators.view"),
    ("indices", N_("Index workshop"), "index.view"),
    ("quarters", N_("Quarters"), "quarters.view"),
    ("releases", N_("Releases"), "release.view"),
    ("reports", N_("Reports"), "report.view"),
    ("jobs", N_("Jobs"), "job.view"),
    ("administration", N_("Administration"), "administration.view"),
)


def workplace(request: Any) -> dict[str, Any]:
    """The context of every template: `t`, `town_name`, `nav`, `can` (rights), `session_seconds`."""
    t = getattr(request, "t", None) or spoken("de")
    user: Any = getattr(request, "user", None)
    known = user is not None and user.is_authenticated
    can = rights(user) if known else frozenset()
    return {
        "t": t,
        "can": {name.replace(".", "_"): True for name in can},
        "nav": [_entry(request, name, t(label)) for name, label, needed in NAVIGATION if needed in can],
        "role_labels": [t(ROLES[key].label) for key in role_keys(user)] if known else [],
        "session_seconds": int(settings.SESSION_IDLE.total_seconds()) if known else 0,
        "tour": panel(user, request.path) if known else None,
        **_town(),
    }


def _entry(request: Any, name: str, label: str) -> dict[str, Any]:
    address = reverse(name)
    here = request.path == address if address == "/" else request.path.startswith(address)
    return {"label": label, "address": address, "here": here}


def _town() -> dict[str, str]:
    """Name and period, as long as the declarations can be read: an error page must show in any case."""
    from lebenslagen.web.town import town

    try:
        declaration = town().declaration
        report = town().report() if declaration.reports else None
        return {
            "town_name": declaration.head.name,
            "town_period": declaration.period(report.period).label if report else "",
        }
    except (LebenslagenError, OSError):
        return {"town_name": "", "town_period": ""}

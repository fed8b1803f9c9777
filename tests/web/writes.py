"""One example for every write service; the walking test performs each, reads its line, takes it back and compares.

`EXAMPLES[name]` gets the people (one a role) and the town, and returns (function, args, kwargs, kind, key): what to call,
and which object it changes ("" for a new one). Kinds are rows of `lebenslagen.web.audit.KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from lebenslagen.web import models
from lebenslagen.web.services import accounts, history, jobs
from tests.web.conftest import PASSWORD

People = dict[str, models.User]
Call = tuple[Callable[..., Any], tuple[Any, ...], dict[str, Any], str, str]


def with_password(user: models.User) -> models.User:
    user.set_password(PASSWORD)
    user.save()
    return user


def code_of(key: str) -> str:
    from django_otp.oath import TOTP

    return f"{TOTP(bytes.fromhex(key)).token():06d}"


def revert_something(people: People) -> Call:
    made = jobs.start("build", {}, by=people["planner"])
    line = models.AuditLine.objects.get(kind="job", key=str(made.pk))
    return history.revert, (line.number,), {"by": people["planner"]}, "job", str(made.pk)


def ended_job(people: People) -> models.Job:
    return models.Job.objects.create(kind="build", by=people["planner"], state="failed", ended_at=timezone.now())


def link(people: People) -> tuple[models.Invitation, str]:
    return accounts.invite(by=people["admin"], name="N. Neu", role="reader")


EXAMPLES: dict[str, Callable[[People], Call]] = {
    "person.invite": lambda p: (accounts.invite, (), {"by": p["admin"], "name": "N. Neu", "role": "reader"}, "invitation", ""),
    "person.reset-link": lambda p: (accounts.reset_link, (p["reader"],), {"by": p["admin"]}, "invitation", ""),
    "person.revoke-link": lambda p: (
        lambda pk: (accounts.revoke_link, (pk,), {"by": p["admin"]}, "invitation", str(pk))
    )(link(p)[0].pk),
    "person.join": lambda p: (
        accounts.accept, (link(p)[1],), {"login": "neu", "name": "N. Neu", "password": PASSWORD}, "user", "",
    ),
    "account.password": lambda p: (
        accounts.change_password, (with_password(p["reader"]),),
        {"by": p["reader"], "old": PASSWORD, "new": "ein ganz anderer Satz"}, "user", str(p["reader"].pk),
    ),
    "account.profile": lambda p: (
        accounts.set_profile, (p["reader"],), {"by": p["reader"], "name": "L. Leser", "email": "l@example.org", "language": "en"},
        "user", str(p["reader"].pk),
    ),
    "person.roles": lambda p: (
        accounts.set_roles, (p["reader"], ({"role": "planner"}, {"role": "department", "department": "Jugend"})),
        {"by": p["admin"]}, "user", str(p["reader"].pk),
    ),
    "person.active": lambda p: (accounts.set_active, (p["reader"], False), {"by": p["admin"]}, "user", str(p["reader"].pk)),
    "person.grant": lambda p: (accounts.grant, (p["reader"], "values.see"), {"by": p["approver"]}, "grants", str(p["reader"].pk)),
    "person.revoke-grant": lambda p: (
        accounts.grant(p["reader"], "values.see", by=p["approver"])
        or (accounts.revoke_grant, (p["reader"], "values.see"), {"by": p["approver"]}, "grants", str(p["reader"].pk))
    ),
    "settings.factor": lambda p: (accounts.require_factor, ("planner", True), {"by": p["admin"]}, "role-setting", "planner"),
    "account.factor": lambda p: (
        accounts.enrol_factor, (p["reader"],), {"by": p["reader"], "key": "31" * 20, "code": code_of("31" * 20)},
        "user", str(p["reader"].pk),
    ),
    "account.codes": lambda p: (accounts.new_codes, (p["reader"],), {"by": p["reader"]}, "user", str(p["reader"].pk)),
    "person.drop-factor": lambda p: (accounts.drop_factor, (p["reader"],), {"by": p["admin"]}, "user", str(p["reader"].pk)),
    "account.end-sessions": lambda p: (accounts.end_sessions, (p["reader"],), {"by": p["reader"]}, "user", str(p["reader"].pk)),
    "history.revert": revert_something,
    "job.start": lambda p: (jobs.start, ("build", {}), {"by": p["planner"]}, "job", ""),
    "job.cancel": lambda p: (
        lambda job: (jobs.cancel, (job,), {"by": p["planner"]}, "job", str(job.pk))
    )(jobs.start("build", {}, by=p["planner"])),
    "job.retry": lambda p: (jobs.retry, (ended_job(p),), {"by": p["planner"]}, "job", ""),
}  # fmt: skip

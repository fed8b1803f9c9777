"""One example for every write service; the walking test performs each, reads its line, takes it back and compares.

`EXAMPLES[name]` gets the people (one a role) and the town, and returns (function, args, kwargs, kind, key): what to call,
and which object it changes ("" for a new one). Kinds are rows of `lebenslagen.web.audit.KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from fractions import Fraction
from typing import Any

from django.utils import timezone

from lebenslagen.web import models
from lebenslagen.web.services import accounts, history, index, index_design, jobs, releases, reports
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
    return models.Job.objects.create(
        kind="build", by=people["planner"], state="failed", ended_at=timezone.now()
    )


def link(people: People) -> tuple[models.Invitation, str]:
    return accounts.invite(by=people["admin"], name="N. Neu", role="reader")


def release_rows(people: People, state: str) -> models.ReleaseRequest:
    """A release of the town's report in a state, its content as it stands now."""
    from lebenslagen.web import releasing
    from lebenslagen.web.town import town

    figures = town().project.release(releasing.in_force("sozialbericht-2024", "public"))
    row = models.ReleaseRequest.objects.create(
        report="sozialbericht-2024", audience="public", title="Sozialbericht", author=people["planner"], state=state,
        approver=people["approver"] if state in ("approved", "published") else None, content="0" * 64 if state != "draft" else "",
    )  # fmt: skip
    if releasing.figures_for(row.report, row.audience) is None:
        from lebenslagen.project import publish

        publish.figures_of(town()._works(), releasing.declared_for(row.report, row.audience))
    now = releasing.figures_for(row.report, row.audience)
    assert now is not None and figures is not None
    if state != "draft":
        models.ReleaseRequest.objects.filter(pk=row.pk).update(
            content=releasing.content_of(row.report, row.audience, now)
        )
        row.refresh_from_db()
    return row


def published_row(people: People) -> models.ReleaseRequest:
    """A release that went the whole way, as the row and as the ledger say."""
    row = release_rows(people, "approved")
    releases.publish(row.pk, by=people["approver"], made=releases.prepare(row.pk))
    row.refresh_from_db()
    return row


def release_call(step: str, state: str, role: str, **more: Any) -> Callable[[People], Call]:
    """A step of a release in a state."""

    def call(people: People) -> Call:
        pk = release_rows(people, state).pk
        return getattr(releases, step), (pk,), {"by": people[role], **more}, "release-request", str(pk)

    return call


def settle_call(people: People) -> Call:
    row = published_row(people)
    models.ReleaseRequest.objects.filter(pk=row.pk).update(state="approved", release="")
    return releases.settle, (row.pk,), {"by": people["approver"]}, "release-request", str(row.pk)


def withdraw_call(people: People) -> Call:
    from lebenslagen.web import releasing

    digest = releasing.in_force("sozialbericht-2024", "public")
    return releases.withdraw, (digest,), {"by": people["approver"], "note": "Fehler"}, "ledger", digest


def publish_call(people: People) -> Call:
    row = release_rows(people, "approved")
    return (
        releases.publish, (row.pk,), {"by": people["approver"], "made": releases.prepare(row.pk)}, "release-request", str(row.pk)
    )  # fmt: skip


def report_call(step: str, *args: Any) -> Callable[[People], Call]:
    return lambda people: (
        getattr(reports, step),
        args,
        {"by": people["planner"]},
        "report",
        "sozialbericht-2024",
    )


def other_weights() -> bytes:
    table = index_design.table_of("sozialindex")
    weights = {"SGB": Fraction(2), "KI": Fraction(1), "AE": Fraction(1)}
    return index_design.toml_of(
        index_design.changed(
            table, replace(index_design.choices_of(index_design.declared_of(table), "2024"), weights=weights)
        )
    )


def an_intake(people: People, content: bytes = b"", name: str = "") -> models.Intake:
    """An upload of the job centre's table that passes its check: another file than the one in force, one reason given."""
    from lebenslagen.web.services import data
    from tests.web.datafiles import corrected

    made = data.receive(
        content or corrected(),
        name or "Jobcenter_Musterstadt_2024.xlsx",
        by=people["planner"],
        source="jobcenter",
        period="2024",
    )
    data.answer(made, {"revision": "Nachmeldung vom 3. Februar"}, by=people["planner"])
    return models.Intake.objects.get(pk=made.pk)


def line_in_force() -> str:
    from lebenslagen.web.services.data_state import in_force
    from lebenslagen.web.town import town

    found = in_force(town().project, "jobcenter", "2024")
    assert found is not None
    return found.line


def data_call(name: str, **more: Any) -> Callable[[People], Call]:
    """A service on an upload of the planner's."""
    from lebenslagen.web.services import data

    def call(people: People) -> Call:
        made = an_intake(people)
        kind, key = ("delivery", "jobcenter@2024") if name == "take_over" else ("intake", made.pk)
        return getattr(data, name), (made, *more.get("args", ())), {"by": people["planner"]}, kind, key

    return call


def restore_call(people: People) -> Call:
    from lebenslagen.web.services import data

    line = line_in_force()
    data.withdraw("jobcenter", "2024", by=people["planner"], why="Probe")
    return data.restore, (line,), {"by": people["planner"]}, "delivery", "jobcenter@2024"


def purge_call(name: str) -> Callable[[People], Call]:
    from lebenslagen.web.services import data

    def call(people: People) -> Call:
        asked = data.ask_purge(line_in_force(), "supplier", by=people["planner"])
        return getattr(data, name), (asked,), {"by": people["approver"]}, "purge", str(asked.pk)

    return call


def purge_again_call(people: People) -> Call:
    """As after the restore of a backup: what to purge is told by the journal of another place."""
    from lebenslagen.project.backup import Purging
    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import restoring
    from lebenslagen.web.town import town

    found = next(d for d in town().project.deliveries() if (d.source, d.period) == ("jobcenter", "2024"))
    one = Purging(
        found.snapshot, "jobcenter", "2024", "A. Planung", "B. Statistik", "2025-02-03T10:00:00+01:00"
    )
    return restoring.purge_again, (one,), {"by": SYSTEM}, "delivery", "jobcenter@2024"


def receive_call(people: People) -> Call:
    from lebenslagen.web.services import data
    from tests.web.datafiles import JOBCENTER

    told = {"by": people["planner"], "source": "jobcenter", "period": "2024"}
    return data.receive, (JOBCENTER.read_bytes(), JOBCENTER.name), told, "intake", ""


def plain_data_call(
    name: str, args: Callable[[], tuple[Any, ...]], kind: str, key: str, **more: Any
) -> Callable[[People], Call]:
    from lebenslagen.web.services import data

    return lambda people: (getattr(data, name), args(), {"by": people["planner"], **more}, kind, key)


def a_design(people: People) -> str:
    """A design that no report uses."""
    raw = other_weights().replace(b'key = "sozialindex"', b'key = "probe"')
    index.save("probe", raw, by=people["planner"])
    return "probe"


def trash_call(step: str) -> Callable[[People], Call]:
    """A design in the trash: put there, restored, its time over."""
    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import trash

    def call(people: People) -> Call:
        key = a_design(people)
        if step == "discard":
            return trash.discard, ("index", key), {"by": people["planner"]}, "index", key
        trash.discard("index", key, by=people["planner"])
        item = models.TrashItem.objects.get(kind="index", key=key)
        if step == "restore":
            return trash.restore, (item.pk,), {"by": people["planner"]}, "index", key
        models.TrashItem.objects.filter(pk=item.pk).update(until=timezone.now())
        return trash.expire, (item.pk,), {"by": SYSTEM}, "trash", str(item.pk)

    return call


def rule_call(step: str) -> Callable[[People], Call]:
    """Other rules for the public: asked for, refused, confirmed by a second person."""
    from lebenslagen.web.services import rules

    def call(people: People) -> Call:
        asked = {"by": people["admin"], "why": "Beschluss der Statistikstelle"}
        if step == "ask":
            return rules.ask, ("policy:public", {"threshold": 6}), asked, "rule-change", ""
        row = rules.ask("policy:public", {"threshold": 6}, **asked)
        kind, key = ("rules", "policy:public") if step == "confirm" else ("rule-change", str(row.pk))
        return getattr(rules, step), (row.pk,), {"by": people["approver"], "note": "Geprüft"}, kind, key

    return call


def check_call(people: People) -> Call:
    from lebenslagen.web.services import trail

    return trail.note_check, (trail.checked(),), {"by": people["admin"]}, "trail", "trail"


def trim_call(people: People) -> Call:
    """Two lines, the first one older than its time."""
    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import trail

    link(people), link(people)
    old = models.AuditLine.objects.get(number=1)
    old.at = old.at.replace(year=old.at.year - 11, day=1)
    rechained([old, models.AuditLine.objects.get(number=2)])
    return trail.trim, (), {"by": SYSTEM}, "trail", "trail"


def rechained(lines: list[models.AuditLine]) -> None:
    """Lines whose chain holds again after one was changed, as only the clock could have."""
    from lebenslagen.web import audit

    before = lines[0].previous
    for line in lines:
        line.previous = before
        line.digest = before = audit.digest_of(line)
        line.save()
    models.AuditHead.objects.filter(pk=1).update(digest=before)


def forget_call(people: People) -> Call:
    """A person who left 30 days ago."""
    from datetime import timedelta

    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import people as services

    accounts.set_active(people["reader"], False, by=people["admin"], why="Ausgeschieden")
    models.User.objects.filter(pk=people["reader"].pk).update(left_at=timezone.now() - timedelta(days=30))
    return services.forget, (people["reader"].pk,), {"by": SYSTEM}, "departure", str(people["reader"].pk)


def town_call(step: str, *args: Any) -> Callable[[People], Call]:
    from lebenslagen.web.services import office

    part = "contact" if step == "set_details" else "names"
    return lambda people: (getattr(office, step), args, {"by": people["admin"]}, "town", part)


def periods_call(
    name: str, args: tuple[Any, ...], kind: str, key: str, **more: Any
) -> Callable[[People], Call]:
    """A service on the calendar or the catalogue of variables."""
    from lebenslagen.web.services import data_periods

    return lambda people: (getattr(data_periods, name), args, {"by": people["planner"], **more}, kind, key)


EXAMPLES: dict[str, Callable[[People], Call]] = {
    "data.period": periods_call("add_period", ("2025", date(2025, 12, 31), date(2019, 1, 1)), "period", "2025", sources=("gesundheit",)),
    "data.expect": periods_call("expect", ("gesundheit", "2021"), "period", "2021"),
    "data.variable": periods_call("add_variable", ("kita_kinder", "Kinder in Kitas"), "variable", "kita_kinder", source="jobcenter"),
    "data.indicator": periods_call("add_indicator", ("Hilfen", "hze", "einwohner_u21"), "indicator", "hilfen", direction=1),
    "data.receive": receive_call,
    "data.refuse": plain_data_call("refuse_personal", tuple, "delivery", "jobcenter@2024", source="jobcenter", period="2024"),
    "data.map": data_call("mapped", args=({"sheet": "Dezember"},)),
    "data.answer": data_call("answer", args=({"revision": "Ein anderer Grund"},)),
    "data.drop": data_call("drop"),
    "data.take-over": data_call("take_over"),
    "data.withdraw": plain_data_call("withdraw", lambda: ("jobcenter", "2024"), "delivery", "jobcenter@2024", why="Probe"),
    "data.restore": restore_call,
    "data.purge-ask": plain_data_call("ask_purge", lambda: (line_in_force(), "supplier"), "purge", ""),
    "data.purge-refuse": purge_call("refuse_purge"),
    "data.purge": purge_call("confirm_purge"),
    "data.purge-again": purge_again_call,
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
    "person.grant": lambda p: (accounts.grant, (p["reader"], "values.see"), {"by": p["approver"], "why": "Prüfung"}, "grants", str(p["reader"].pk)),
    "person.revoke-grant": lambda p: (
        accounts.grant(p["reader"], "values.see", by=p["approver"], why="Prüfung")
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
    "person.forget": forget_call,
    "trash.put": trash_call("discard"),
    "trash.restore": trash_call("restore"),
    "trash.expire": trash_call("expire"),
    "rules.ask": rule_call("ask"),
    "rules.refuse": rule_call("refuse"),
    "rules.confirm": rule_call("confirm"),
    "trail.check": check_call,
    "trail.trim": trim_call,
    "town.details": town_call("set_details", {"office": "Amt für Soziales", "email": "amt@example.org"}),
    "town.names": town_call(
        "rename", {"sozialraum": ("Bezirk", "Bezirke")}, {"sozialraum@2019-01-01": {"1": "Stadtmitte"}}
    ),
    "index.save": lambda p: (
        index.save, ("sozialindex", other_weights()), {"by": p["planner"], "why": "Probe"}, "index", "sozialindex",
    ),
    "job.start": lambda p: (jobs.start, ("build", {}), {"by": p["planner"]}, "job", ""),
    "job.cancel": lambda p: (
        lambda job: (jobs.cancel, (job,), {"by": p["planner"]}, "job", str(job.pk))
    )(jobs.start("build", {}, by=p["planner"])),
    "job.retry": lambda p: (jobs.retry, (ended_job(p),), {"by": p["planner"]}, "job", ""),
    "release.draft": lambda p: (
        releases.draft, ("sozialbericht-2024", "public"), {"by": p["planner"]}, "release-request", ""
    ),
    "release.submit": release_call("submit", "draft", "planner"),
    "release.recall": release_call("recall", "submitted", "planner"),
    "release.return": release_call("return_", "submitted", "approver", note="Bitte gröber."),
    "release.approve": release_call("approve", "submitted", "approver"),
    "release.publish": publish_call,
    "release.settle": settle_call,
    "release.withdraw": withdraw_call,
    "report.arrange": report_call("arrange", "sozialbericht-2024", ("index", "wichtigstes")),
    "report.text": report_call("write_text", "sozialbericht-2024", "index", "Neu: {{wert:SGB}}"),
    "report.edition": lambda p: (
        reports.make_edition, ("sozialbericht-2024", "public", "released"), {"by": p["planner"]}, "job", ""
    ),
}  # fmt: skip

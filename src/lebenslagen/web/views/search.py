"""The search: quarters, indicators, designs, reports, deliveries, pages and topics of the help; only what one may see."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.http import HttpResponse
from django.urls import get_resolver, reverse

from lebenslagen.texts import N_, Texts
from lebenslagen.web.finding import Entry, find, words
from lebenslagen.web.helping import TERMS, TOPICS
from lebenslagen.web.permissions import Scope, may
from lebenslagen.web.town import town
from lebenslagen.web.views.base import page, show

__all__ = ["GROUPS", "PAGES", "search"]

LONGEST, SHOWN = 80, 12
GROUPS = {
    "areas": N_("Quarters and larger areas"),
    "indicators": N_("Indicators"),
    "indices": N_("Designs of the index"),
    "reports": N_("Reports"),
    "sources": N_("Deliveries"),
    "pages": N_("Pages"),
    "help": N_("Help and terms"),
}

# What people call a figure, beside the words of its definition: all of the first stand in it, the second finds it.
EVERYDAY = (
    (N_("children, SGB"), N_("child poverty, benefits for children")),
    (N_("basic security, age"), N_("old-age poverty, poverty of the old")),
    (N_("unemployed, young"), N_("youth unemployment, unemployment rate")),
    (N_("recipients of benefits, SGB"), N_("poverty, basic income support, unemployment benefit II")),
    (N_("foreign citizenship"), N_("foreigners, share of foreigners, migration, nationality")),
    (N_("households of single parents"), N_("single mothers, single fathers, one-parent families")),
)

# Pages without arguments that a person may look for: label, and further words she may type.
PAGES = {
    "overview": (N_("Overview"), N_("start, at a glance, new, due")),
    "data": (N_("Data"), N_("deliveries, calendar, sources, missing, due")),
    "data-upload": (N_("Deliver a file"), N_("upload, Excel, CSV, new delivery")),
    "data-paste": (N_("Paste a table"), N_("clipboard, Excel, type in")),
    "data-period": (N_("Add a period"), N_("year, day, calendar, add a column")),
    "indicators": (N_("Indicators"), N_("catalogue, definition, numerator, denominator")),
    "indicator-new": (N_("Add an indicator"), N_("new indicator, numerator, denominator, share")),
    "map": (N_("Map"), N_("thematic map, years, download, share, GeoPackage")),
    "indices": (N_("Index workshop"), N_("weights, method, design, social index, why")),
    "quarters": (N_("Quarters"), N_("profile, list of quarters, strengths")),
    "releases": (N_("Releases"), N_("draft, submit, approve, publish, secrecy")),
    "release-new": (N_("New release"), N_("draft, protect")),
    "ledger": (N_("Register of releases"), N_("ledger, published, withdrawn")),
    "reports": (N_("Reports"), N_("chapters, editions, PDF, social report")),
    "report-public": (N_("Public report"), N_("report for everybody")),
    "atlas": (N_("Public atlas"), N_("atlas for everybody, citizens, press")),
    "jobs": (N_("Jobs"), N_("compute, progress, failed, retry")),
    "administration": (N_("Administration"), N_("settings, people, rules")),
    "people": (N_("People"), N_("accounts, invitations, roles, block")),
    "person-invite": (N_("Invite a person"), N_("invitation, account, one-time link")),
    "single-values": (N_("Single values"), N_("threshold, permission")),
    "roles": (N_("Roles"), N_("rights, permissions, who may what")),
    "areas": (N_("Areas"), N_("boundaries, vintage, levels, crosswalk")),
    "names": (N_("Names of levels and areas"), N_("rename")),
    "rules": (N_("Rules of secrecy"), N_("threshold, statistical secrecy, two persons")),
    "trail": (N_("Audit trail"), N_("who changed what, take back, history")),
    "trash": (N_("Trash"), N_("deleted, restore")),
    "details": (N_("Details"), N_("contact, imprint, privacy, accessibility statement, enter")),
    "account": (N_("Account"), N_("name, e-mail address, sessions")),
    "account-password": (N_("Change password"), N_("password")),
    "account-factor": (N_("Second factor"), N_("TOTP, app, code, recovery codes")),
    "help": (N_("Help"), N_("handbook, signs, roles, terms")),
    "accessibility": (N_("Accessibility statement"), N_("barrier, WCAG, BITV, ombuds office")),
    "imprint": (N_("Imprint"), N_("who answers, address, contact")),
    "privacy": (N_("Privacy"), N_("data protection, cookies, audit trail, retention")),
}
WHOLE_TOWN = frozenset(
    {"data-period", "indicator-new"}
)  # not for those who hold the permission in their department only


@page("search.use")
def search(request: Any) -> HttpResponse:
    """What was found, by group; the best group first."""
    wanted = " ".join(request.GET.get("q", "").split())[:LONGEST]
    found = find(wanted, list(_entries(request.user, request.t))) if wanted else []
    groups: dict[str, list[Entry]] = {}
    for entry in found:
        groups.setdefault(entry.kind, []).append(entry)
    shown = [
        {"key": kind, "label": request.t(GROUPS[kind]), "hits": hits[:SHOWN], "more": len(hits) - SHOWN}
        for kind, hits in groups.items()
    ]
    return show(request, "suche.html", wanted=wanted, groups=shown, found=len(found))


def _entries(user: Any, t: Texts) -> Iterator[Entry]:
    yield from _areas(user, t)
    yield from _indicators(user, t)
    yield from _reports(user, t)
    yield from _sources(user, t)
    yield from _pages(user, t)
    yield from _topics(t)


def _areas(user: Any, t: Texts) -> Iterator[Entry]:
    """Areas whose profiles this person may open, by name and number."""
    from lebenslagen.web.views.maps_panels import view_for

    view, _ = view_for(user, t)
    if view is None or not may(user, "quarters.view"):
        return
    for level in (view.level, view.group_level):
        for area in view.edition.areas[level].ids if level else ():
            above = view.edition.areas[level].parent(area) if level == view.level and view.group_level else ""
            line = f"{view.label(level)} {area}" + (
                f", {view.name(above, view.group_level)}" if above else ""
            )
            yield Entry(
                view.name(area, level),
                line,
                reverse("quarter", args=[level, area]),
                view.plural(level),
                "areas",
            )


def _indicators(user: Any, t: Texts) -> Iterator[Entry]:
    declaration = town().declaration
    variables = {v.key: v.label or v.key for v in declaration.catalogue.variables}
    if may(user, "indicators.view"):
        for i in declaration.catalogue.indicators:
            if i.aspect != "change":
                over = [variables.get(key or "", "") for key in (i.numerator, i.denominator)]
                more = " ".join((i.key, i.short, *over))
                more = " ".join((more, *_everyday(f"{i.label} {i.description} {more}", t)))
                yield Entry(i.label, i.description, reverse("indicator", args=[i.key]), more, "indicators")
    if may(user, "index.view"):
        for design in declaration.indices.values():
            yield Entry(
                design.label, design.description, reverse("index", args=[design.key]), design.key, "indices"
            )


def _everyday(definition: str, t: Texts) -> Iterator[str]:
    """What a figure of this definition is called in the street; the definition's words may be longer than those of the table."""
    known = words(definition)
    for needed, names in EVERYDAY:
        if all(any(word.startswith(need) for word in known) for need in words(t(needed))):
            yield t(names)


def _reports(user: Any, t: Texts) -> Iterator[Entry]:
    """Reports whose figures are there for this person; drafts only for those who work on them."""
    here = town()
    for report in here.declaration.reports.values():
        if not here.open_to(user, report.key):
            continue
        when = here.declaration.period(report.period).label or report.period
        public = report.audience == "public" and here.released(report.key)
        if may(user, "report.view"):
            address = reverse("report", args=[report.key])
        elif public:
            address = f"{reverse('report-public')}{report.key}/"
        else:
            continue
        yield Entry(report.title, when, address, f"{report.subtitle} {t(N_('Social report'))}", "reports")


def _sources(user: Any, t: Texts) -> Iterator[Entry]:
    """Sources, by supplier and table; a department finds its own."""
    if not may(user, "data.view"):
        return
    declaration = town().declaration
    last = max(declaration.head.periods, key=lambda p: p.as_of).key
    for key, source in declaration.sources.items():
        if may(user, "data.view", Scope(department=source.department)):
            title = source.source.title or source.source.producer
            address = reverse("delivery", args=[key, last])
            yield Entry(title, source.source.producer, address, f"{key} {source.department}", "sources")


def _pages(user: Any, t: Texts) -> Iterator[Entry]:
    for name, (label, more) in PAGES.items():
        address = reverse(name)
        needed = getattr(get_resolver().resolve(address).func, "permission", "")
        if not needed or may(user, needed, Scope() if name in WHOLE_TOWN else None):
            yield Entry(t(label), address, address, t(more), "pages")


def _topics(t: Texts) -> Iterator[Entry]:
    where = reverse("help")
    for topic in TOPICS:
        first, *more = (t(word) for word in topic.words)
        yield Entry(t(topic.heading), first, f"{where}#{topic.key}", " ".join(more), "help")
    for term, meaning in TERMS:
        yield Entry(t(term), t(meaning), f"{where}#begriffe", "", "help")

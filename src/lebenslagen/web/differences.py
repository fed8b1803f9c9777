"""What a line of the trail changed, so that it can be read: labels instead of fields, words instead of keys and digests."""

from __future__ import annotations

import difflib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from lebenslagen.texts import N_, Texts
from lebenslagen.web import models
from lebenslagen.web.roles import PERMISSIONS, ROLES

__all__ = ["Difference", "differences", "object_name"]

MOST_LINES = 80  # of a text that are shown


@dataclass(frozen=True)
class Difference:
    """One thing that changed: its label, before and after; for long texts the lines that went and came."""

    label: str
    before: str = ""
    after: str = ""
    gone: tuple[str, ...] = ()
    came: tuple[str, ...] = ()

    def short(self, lines: int = 4) -> Difference:
        """The same with the first lines of a long text only.

        >>> Difference("Text", came=("a", "b")).short(1).came
        ('a', '…')
        """
        gone, came = ((*part[:lines], "…") if len(part) > lines else part for part in (self.gone, self.came))
        return Difference(self.label, self.before, self.after, gone, came)


# Fields of states, as they are called on the page; what is not named here is shown under its own name.
LABELS: Mapping[str, str] = {
    "about": N_("Rules"), "accessibility_date": N_("Accessibility statement made on"), "accessibility_exceptions": N_("Known barriers"),
    "address": N_("Postal address"), "as_of": N_("Day of the figures"), "listed": N_("Sources that list it"), "vintage": N_("Boundaries that were valid then"), "after": N_("asked for"), "answers": N_("Answers"), "approver": N_("Approver"),
    "areas": N_("Areas"), "at": N_("Moment"), "audience": N_("For whom"), "author": N_("Author"), "before": N_("before"),
    "by": N_("By"), "cancel": N_("Cancelled"), "chapter": N_("Chapter"), "complements": N_("Also for those of a group who are not counted"),
    "content": N_("Digest of what was submitted"), "created_at": N_("Made"), "decided_at": N_("Decided"), "decimals": N_("Digits after the decimal point"),
    "department": N_("Department"), "digest": N_("Digest"), "dissolved": N_("Account dissolved"), "email": N_("E-mail address"), "expires_at": N_("Good until"),
    "file": N_("File"), "group": N_("Where all or nobody of a group is counted"), "head": N_("Source"), "is_active": N_("May log in"),
    "joined_at": N_("Account since"), "key": N_("Object"), "kind": N_("Kind"), "label": N_("Name"), "language": N_("Language"),
    "layout": N_("Build of the file"), "left_at": N_("Blocked since"), "letter": N_("From which letter"), "levels": N_("Levels"),
    "line": N_("Delivery in force"), "login": N_("Login name"), "mapping": N_("Build of the file"), "memberships": N_("Role"),
    "min_residents": N_("Minimum number of residents of an area"), "name": N_("Name"), "note": N_("Note"), "notes": N_("Note"),
    "office": N_("Office"), "ombudsstelle": N_("Ombudsstelle of the Land"), "options": N_("Options"), "other": N_("Decided by"),
    "page": N_("Page"), "period": N_("Period"), "permission": N_("Permission"), "permissions": N_("Given permissions"), "phone": N_("Telephone"), "privacy_officer": N_("Data protection officer"),
    "publish_at": N_("Publish on"), "reason": N_("Reason"), "release": N_("Digest of the release"), "report": N_("Report"),
    "represented_by": N_("Represented by"), "revoked_at": N_("Withdrawn"), "role": N_("Role"), "secondary": N_("Further figures against reckoning back"),
    "second_factor": N_("Second factor required"), "settings": N_("Settings"), "size": N_("Size in bytes"), "snapshot": N_("Digest of the file"),
    "source": N_("Source"), "state": N_("State"), "supervision": N_("Supervisory authority"), "text": N_("Text"),
    "threshold": N_("Minimum number of persons"), "title": N_("Title"), "until": N_("Restorable until"), "used_at": N_("Used"),
    "user": N_("Person"), "what": N_("What"), "why": N_("Reason"), "width": N_("Distance that must remain"), "words": N_("Own texts"), "chapters": N_("Chapters"), "context": N_("Further figures"), "profiles": N_("Profiles"),
}  # fmt: skip
# What tells a reader nothing: keys of rows, digests of secrets, counters.
FIRST = (
    "name",
    "login",
    "title",
    "label",
    "memberships",
    "role",
    "department",
    "state",
    "about",
)  # what an object is known by
HIDDEN = frozenset({"id", "pk", "token", "version", "changed_at", "before_digest"})
PERSONS = frozenset({"by", "user", "author", "approver", "other"})
WORDS: Mapping[str, str] = {
    "draft": N_("draft"), "submitted": N_("submitted"), "returned": N_("returned"), "approved": N_("approved"), "published": N_("published"),
    "withdrawn": N_("withdrawn"), "open": N_("open"), "taken": N_("taken over"), "dropped": N_("dropped"), "asked": N_("asked"),
    "done": N_("done"), "refused": N_("refused"), "queued": N_("waiting"), "running": N_("running"), "failed": N_("failed"),
    "cancelled": N_("cancelled"), "public": N_("the public"), "committee": N_("the committee"), "de": N_("German"), "en": N_("English"),
}  # fmt: skip
DIGEST = re.compile(r"[0-9a-f]{64}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d")


def differences(kind: str, before: bytes | None, after: bytes | None, t: Texts) -> list[Difference]:
    """What changed between two states of an object of this kind; a new or removed object tells all it had."""
    if kind == "index":
        return _of_design(before, after, t)
    if kind == "rules":
        return _of_rules(_parsed(before), _parsed(after), t)
    if kind == "rule-change":
        return _of_question(_parsed(before), _parsed(after), t)
    if kind == "report":
        return _of_texts(_files(before), _files(after), t)
    states = [_parsed(content) for content in (before, after)]
    one, other = ({"permissions": state} if kind == "grants" and state else state for state in states)
    return _of_values(one, other, t)


def _of_rules(before: Mapping[str, Any], after: Mapping[str, Any], t: Texts) -> list[Difference]:
    from lebenslagen.web.rules import changes

    return [Difference(c["label"], c["before"], c["after"]) for c in changes(before, after, t)]


def _of_question(before: Mapping[str, Any], after: Mapping[str, Any], t: Texts) -> list[Difference]:
    """Other rules asked for: what would change, and why; of a decision, only what was decided."""
    plain = [{k: v for k, v in state.items() if k not in ("before", "after")} for state in (before, after)]
    told = [] if before else _of_rules(after["before"], after["after"], t)
    return [*told, *_of_values(*plain, t)]


def _parsed(content: bytes | None) -> Any:
    if content is None:
        return {}
    try:
        return json.loads(content)
    except ValueError:
        return {"text": content.decode(errors="replace")}


def _files(content: bytes | None) -> dict[str, str]:
    return {str(name): str(text) for name, text in _parsed(content).items()}


def _of_design(before: bytes | None, after: bytes | None, t: Texts) -> list[Difference]:
    """A design in the words of the workshop where both states can be read, otherwise line by line."""
    from lebenslagen.web.views.index_words import told_changes

    told = [Difference(c["what"], c["one"], c["other"]) for c in told_changes(before, after)]
    one, other = ((raw or b"").decode(errors="replace") for raw in (before, after))
    return told or ([_of_text(t(N_("Declaration")), one, other)] if one != other else [])


def _of_texts(before: Mapping[str, str], after: Mapping[str, str], t: Texts) -> list[Difference]:
    """Files of a report: its declaration key by key, its texts line by line."""
    found: list[Difference] = []
    for name in sorted({**before, **after}):
        one, other = before.get(name, ""), after.get(name, "")
        if one == other:
            continue
        if name.endswith(".toml") and one and other:
            found += _of_values(_toml(one), _toml(other), t)
        else:
            found.append(_of_text(name.removeprefix("reports/"), one, other))
    return found


def _toml(text: str) -> dict[str, Any]:
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return {"text": text}


def _of_values(before: Any, after: Any, t: Texts) -> list[Difference]:
    one, other = dict(_flat(before, t)), dict(_flat(after, t))
    found = []
    for path in sorted({**one, **other}, key=lambda path: _place(path[0] if path else "")):
        was, now = one.get(path, ""), other.get(path, "")
        if was != now:
            label = _label(path, t)
            found.append(_of_text(label, was, now) if "\n" in was + now else Difference(label, was, now))
    return found


def _place(name: str) -> int:
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _of_text(label: str, before: str, after: str) -> Difference:
    gone, came = [], []
    for line in difflib.ndiff(before.splitlines(), after.splitlines()):
        if line.startswith("- "):
            gone.append(line[2:])
        elif line.startswith("+ "):
            came.append(line[2:])
    return Difference(label, gone=tuple(gone[:MOST_LINES]), came=tuple(came[:MOST_LINES]))


Path = tuple[str, ...]


def _flat(value: Any, t: Texts, path: Path = ()) -> Iterator[tuple[Path, str]]:
    """Every single value with its path; the rows of a table as one value of several lines."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            name = str(key).removesuffix("_id")
            if name not in HIDDEN:
                yield from _flat(inner, t, (*path, name))
    elif isinstance(value, list) and value and all(isinstance(row, Mapping) for row in value):
        yield path, "\n".join(sorted(_row(row, t) for row in value))
    elif isinstance(value, list):
        said = ", ".join(_said(path, part, t) for part in value)
        if said:
            yield path, said
    elif value is not None and value != "":
        yield path, _said(path, value, t)


def _row(row: Mapping[str, Any], t: Texts) -> str:
    """A row in a line: its values, with labels where they do not speak for themselves."""
    parts = []
    for path, said in sorted(_flat(row, t), key=lambda one: _place(one[0][0])):
        plain = path[-1] in ("role", "department", "areas", "permission", "state", "text")
        parts.append(said if plain else f"{_label(path, t)}: {said}")
    return ", ".join(parts)


def _label(path: Path, t: Texts) -> str:
    return " – ".join(_called(part, t) for part in path) or t(N_("Value"))


def _called(part: str, t: Texts) -> str:
    """A field, a chapter, a level or a layer of areas as people call it; otherwise its own name."""
    from lebenslagen.report.chapters import CHAPTERS
    from lebenslagen.web.services.office import DETAILS
    from lebenslagen.web.town import town

    known = LABELS.get(part) or DETAILS.get(part) or (CHAPTERS[part].label if part in CHAPTERS else "")
    if known:
        return t(known)
    levels = {level.key: level.plural for level in town().declaration.head.levels}
    level, _, vintage = part.partition("@")
    return f"{levels[level]} {vintage}".strip() if level in levels else part


def _said(path: Path, value: Any, t: Texts) -> str:
    """One value in words."""
    name = path[-1] if path else ""
    if isinstance(value, bool):
        return t(N_("yes")) if value else t(N_("no"))
    if isinstance(value, int) and name in PERSONS:
        found = models.User.objects.filter(pk=value).first()
        return found.name if found else f"{value}"
    if isinstance(value, int | float):
        return (
            f"{value}"
            if name in ("number", "request")
            else t.number(value, 0 if isinstance(value, int) else 2)
        )
    if isinstance(value, list | Mapping):
        return ", ".join(said for _, said in _flat(value, t))
    text = str(value)
    if name == "role" and text in ROLES:
        return t(ROLES[text].label)
    if name == "about":
        return _rules_called(text, t)
    if name == "permission" and text in PERMISSIONS:
        return t(PERMISSIONS[text].sentence)
    if path[:1] == ("chapters",):
        return _called(text, t)
    if name in ("state", "audience", "language") and text in WORDS:
        return t(WORDS[text])
    if DIGEST.fullmatch(text):
        return text[:12]
    return _moment(text, t) if MOMENT.match(text) else text


def _rules_called(key: str, t: Texts) -> str:
    from lebenslagen.web.rules import label_of

    return label_of(key, t)


def _moment(text: str, t: Texts) -> str:
    try:
        local = timezone.localtime(datetime.fromisoformat(text))
    except ValueError:
        return text
    return t("{day}, {time}", day=t.date(local.date()), time=f"{local:%H:%M}")


# --- names of objects -------------------------------------------------------------------------------------------


def object_name(kind: str, key: str, t: Texts) -> str:
    """What an object is called, its key where it is gone."""
    from lebenslagen.web.bins import BINS
    from lebenslagen.web.rules import label_of

    if kind in ("user", "grants", "departure"):
        return next(iter(models.User.objects.filter(pk=key).values_list("name", flat=True)), key)
    if kind == "invitation":
        found = models.Invitation.objects.select_related("user").filter(pk=key).first()
        return (found.user.name if found.user else found.name) if found else key
    if kind in ("index", "report"):
        return BINS[kind].label(key)
    if kind == "rules":
        return label_of(key, t)
    if kind == "role-setting" and key in ROLES:
        return t(ROLES[key].label)
    if kind == "town":
        return t(TOWN.get(key, key))
    if kind == "trail":
        return ""
    return _by_row(kind, key, t)


TOWN = {"contact": N_("Contact and details"), "names": N_("Names of levels and areas")}


def _by_row(kind: str, key: str, t: Texts) -> str:
    from lebenslagen.web.jobs import KINDS
    from lebenslagen.web.rules import label_of
    from lebenslagen.web.town import town

    if kind == "release-request":
        found = models.ReleaseRequest.objects.filter(pk=key).first()
        return found.title if found else key
    if kind == "job":
        job = models.Job.objects.filter(pk=key).first()
        return t(KINDS[job.kind].label) if job and job.kind in KINDS else key
    if kind == "rule-change":
        row = models.RuleChange.objects.filter(pk=key).first()
        return label_of(row.about, t) if row else key
    if kind in ("delivery", "intake", "purge"):
        source, period = _delivered(kind, key)
        declared = town().declaration.sources.get(source)
        return ", ".join(filter(None, (declared.source.producer if declared else source, period)))
    return f"{key[:12]}…" if DIGEST.fullmatch(key) else key


def _delivered(kind: str, key: str) -> tuple[str, str]:
    if kind == "delivery":
        source, _, period = key.rpartition("@")
        return source, period
    table = models.Intake if kind == "intake" else models.Purge
    found = table.objects.filter(pk=key).values_list("source", "period").first()  # type: ignore[attr-defined]
    return found or (key, "")

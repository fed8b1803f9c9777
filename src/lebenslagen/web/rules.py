"""The rules of secrecy as declared: by audience and by source, in words a data protection officer can check.

A key is ``policy:public`` or ``source:jobcenter``. Nothing is written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lebenslagen.texts import N_, Texts
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Policy
    from lebenslagen.project.declare import Declaration

__all__ = [
    "FIELDS", "GROUPS", "ROLES", "Rule", "changes", "effective", "label_of", "looser", "told", "values_in", "values_of", "words",
]  # fmt: skip

# Values of an audience that a person may ask to change, with what they are called.
FIELDS: Mapping[str, str] = {
    "threshold": N_("Minimum number of persons"),
    "width": N_("Distance that must remain"),
    "min_residents": N_("Minimum number of residents of an area"),
    "group": N_("Where all or nobody of a group is counted"),
    "complements": N_("Also for those of a group who are not counted"),
    "secondary": N_("Further figures against reckoning back"),
}
GROUPS: Mapping[str, str] = {
    "none": N_("publish both"),
    "full": N_("hide where all are counted"),
    "both": N_("hide where all or nobody is counted"),
}
# Kinds of figures with digits after the decimal point.
ROLES: Mapping[str, str] = {
    "rate": N_("Shares"), "change": N_("Changes of shares"), "score": N_("Index values"),
    "contribution": N_("Contributions to the index"), "z": N_("Standardised values"), "mean": N_("Means"),
    "sd": N_("Standard deviations"), "probability": N_("Certainty of the class"),
}  # fmt: skip


@dataclass(frozen=True)
class Rule:
    """One rule as it applies: what it is called, its value in words, and what it means."""

    label: str
    value: str
    means: str


def values_of(key: str) -> dict[str, Any] | None:
    """The declared values behind a key, defaults filled in; None where there is no such audience or source."""
    return values_in(town().declaration, key)


def values_in(declaration: Declaration, key: str) -> dict[str, Any] | None:
    """The same in any declaration."""
    import dataclasses

    kind, _, name = key.partition(":")
    if kind == "policy" and name in declaration.head.policies:
        declared = dataclasses.asdict(declaration.head.policies[name])
        return {field: declared[field] for field in FIELDS} | {"decimals": dict(declared["decimals"])}
    if kind == "source" and name in declaration.sources:
        return {"threshold": declaration.sources[name].source.threshold}
    return None


def label_of(key: str, t: Texts) -> str:
    """What the rules of a key are called."""
    from lebenslagen.web.releasing import AUDIENCES

    kind, _, name = key.partition(":")
    if kind == "source":
        found = town().declaration.sources.get(name)
        return f"{found.source.producer}: {found.source.title}" if found else name
    return t(N_("For {readers}"), readers=t(AUDIENCES.get(name, name)))


def effective(audience: str) -> Policy:
    """The rules that hold in the end: what a committee sees is protected at least as strictly as for the public."""
    from lebenslagen.project.publish import policy_of

    return policy_of(town()._works(), audience)


def told(policy: Policy, t: Texts) -> list[Rule]:
    """The rules of an audience as sentences."""
    n = t.number
    last, yes, no = policy.threshold - 1, t(N_("yes")), t(N_("no"))
    means = {
        "threshold": t(N_("Counts of 1 to {last} persons are not published."), last=n(last)) if last > 0
        else t(N_("No count is too small to be published.")),
        "width": t(N_(
            "Before each publication it is reckoned what the best informed reader could find out. Between the smallest "
            "and the largest value that a count not published can have, at least {width} persons must remain."
        ), width=n(policy.width)),
        "min_residents": t(N_("About areas with fewer than {n} residents no figures on persons are published."), n=n(policy.min_residents)),
        "group": t(GROUP_MEANS[policy.group]),
        "complements": t(N_("Where all but a few of a group are counted, those few could be told; therefore the same holds for them."))
        if policy.complements else t(N_("Those of a group who are not counted are not looked at.")),
        "secondary": t(N_("Further figures are not published, so that no hidden count follows from totals, shares or earlier publications."))
        if policy.secondary else t(N_("Nothing keeps a reader from reckoning hidden counts back.")),
    }  # fmt: skip
    values = {
        "threshold": n(policy.threshold), "width": n(policy.width), "min_residents": n(policy.min_residents),
        "group": t(GROUPS[policy.group]), "complements": yes if policy.complements else no,
        "secondary": yes if policy.secondary else no,
    }  # fmt: skip
    return [Rule(t(FIELDS[field]), values[field], means[field]) for field in FIELDS]


GROUP_MEANS: Mapping[str, str] = {
    "none": N_("A count is published even where all or nobody of a group is counted."),
    "full": N_("Where all of a group are counted, everybody in it would be known to belong; such a count is not published."),
    "both": N_("Where all or nobody of a group is counted, something would be known about everybody in it; such a count is not published."),
}  # fmt: skip


def looser(before: Mapping[str, Any], after: Mapping[str, Any]) -> tuple[str, ...]:
    """The fields in which the new rules protect less: names of FIELDS, or `decimals`.

    >>> looser({"threshold": 5, "group": "both"}, {"threshold": 3, "group": "full"})
    ('threshold', 'group')
    """
    order = tuple(GROUPS)
    found = [
        field for field in ("threshold", "width", "min_residents")
        if field in before and (after.get(field) or 0) < (before[field] or 0)
    ]  # fmt: skip
    found += [f for f in ("complements", "secondary") if before.get(f) and not after.get(f)]
    if "group" in before and order.index(after["group"]) < order.index(before["group"]):
        found.append("group")
    old, new = before.get("decimals", {}), after.get("decimals", {})
    if any(new.get(role, 0) > old.get(role, 0) for role in new):
        found.append("decimals")
    return tuple(found)


def changes(before: Mapping[str, Any], after: Mapping[str, Any], t: Texts) -> list[dict[str, str]]:
    """What differs between two sets of declared values: label, before, after, each in words."""
    one, other = words(before, t), words(after, t)
    return [
        {"label": label, "before": one.get(label, "–"), "after": other.get(label, "–")}
        for label in {**one, **other}
        if one.get(label) != other.get(label)
    ]


def words(values: Mapping[str, Any], t: Texts) -> dict[str, str]:
    """Declared values in words, by what they are called."""
    found = {}
    for name, value in values.items():
        if name == "decimals":
            for role, digits in value.items():
                figures = t(ROLES[role]) if role in ROLES else role
                found[t(N_("Digits after the decimal point: {figures}"), figures=figures)] = t.number(digits)
        elif name in FIELDS:
            found[t(FIELDS[name])] = _word(name, value, t)
    return found


def _word(name: str, value: Any, t: Texts) -> str:
    if value is None:
        return t(N_("none of its own"))
    if isinstance(value, bool):
        return t(N_("yes")) if value else t(N_("no"))
    return t(GROUPS[value]) if name == "group" and value in GROUPS else t.number(value)

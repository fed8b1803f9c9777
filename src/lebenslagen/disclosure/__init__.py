"""Statistical disclosure control: a number leaves the house only inside a Release, and only `protect` makes one.

`protect` and `attack` share no code; here they meet.
"""

from __future__ import annotations

from dataclasses import replace

from lebenslagen.disclosure.attack import attack, leaks
from lebenslagen.disclosure.explain import Explanation, explain, printed_rules, rules_of
from lebenslagen.disclosure.protect import PROTECT
from lebenslagen.disclosure.release import (
    Bounds,
    Cell,
    Column,
    Draft,
    DraftColumn,
    IndexInfo,
    Known,
    Ledger,
    LevelFrame,
    Link,
    Policy,
    Release,
)
from lebenslagen.errors import DesignError, Fault

__all__ = [
    "Bounds",
    "Cell",
    "Column",
    "Draft",
    "DraftColumn",
    "Explanation",
    "IndexInfo",
    "Known",
    "Ledger",
    "LevelFrame",
    "Link",
    "Policy",
    "Release",
    "attack",
    "explain",
    "leaks",
    "printed_rules",
    "protect",
]


def protect(draft: Draft, policy: Policy, ledger: Ledger | None = None) -> Release:
    """The release of a draft: small counts, their partners and all that follows hidden, so that `attack` fails.

    Raises DesignError for an unknown method; DisclosureError, naming the areas, where the draft cannot be protected.

    >>> frames = (LevelFrame("quarter", ("01", "02", "03")), LevelFrame("town", ("05",)))
    >>> values = {"quarter": {"01": 2, "02": 17, "03": 40}, "town": {"05": 59}}
    >>> draft = Draft("T", "Musterstadt", frames, (DraftColumn(key="a", role="count", kind="count", values=values),))
    >>> release = protect(draft, Policy("public", threshold=5, width=4))
    >>> [release.cell("a", "quarter", area).mark for area in ("01", "02", "03")], release.bounds["a", "quarter", "01"]
    (['withheld', 'withheld', ''], Bounds(low=1.0, high=18.0, known=1))
    """
    if policy.method not in PROTECT:
        values = {"name": policy.method, "hint": "", "known": ", ".join(PROTECT)}
        raise DesignError(Fault("unknown-name", f"policies.{policy.audience}.method", values))
    release = PROTECT[policy.method].function(draft, policy, ledger or Ledger(), attack)
    return replace(release, rules=rules_of(draft, policy, revised=bool(release.revised)))

"""Why cells are hidden, in words for readers and for a data protection officer: one text for all of them."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from lebenslagen.disclosure.release import Draft, Policy, Release
from lebenslagen.texts import N_, Texts

__all__ = ["Explanation", "explain", "printed_rules", "rules_of"]

COUNTS = N_("Counts of 1 to {last} persons are not published.")
SOURCES = N_("Where a supplier demands a higher minimum number for its figures, that number applies.")
REST = N_("The same applies where all but 1 to {last} persons of a group are counted.")
EVERYBODY = N_("A count is not published where it comprises everybody in its group.")
NOBODY = N_("A count is not published where it comprises nobody or everybody in its group.")
ROWS = N_("About areas with fewer than {residents} residents no figures on persons are published.")
PARTNERS = N_(
    "So that these counts cannot be calculated from totals, from shares, from index values or from earlier "
    "publications, further figures are not published. All of them carry the same sign."
)
FOLLOWS = N_("Shares, index values and other figures that would tell such a count are not published either.")
COMPUTED = N_(
    "Index values are computed from published figures alone. Where a figure is not published, the middle of what it can be "
    "takes its place; such values are marked as estimated."
)
WIDTH = N_(
    "Before publication it was calculated what the best informed readers could find out from all figures published here and "
    "before: the smallest and the largest possible value of each count that is not published lie at least {width} persons "
    "apart. Not calculated is what follows from the conclusion that among counts withheld together one must be small: "
    "some of the numbers in between can thereby be excluded."
)
REVISED = N_(
    "Some figures of earlier publications have been corrected since. Where the corrected figure is not published, the earlier "
    "one does not hold any more."
)
# Releases that are out carry these sentences.
FORMER = (
    N_(
        "Before publication it was calculated what the best informed readers could find out: between the smallest and "
        "the largest possible value of each count that is not published there remain at least {width} persons."
    ),
)


def rules_of(draft: Draft, policy: Policy, revised: bool = False) -> tuple[str, ...]:
    """The rules that apply to a draft, as texts to be translated; see `printed_rules`.

    revised: whether counts are hidden of which an earlier release printed a number that no longer holds.

    >>> rules_of(Draft("T", "M", (), ()), Policy(group="none", complements=False, min_residents=0))[0]
    'Counts of 1 to {last} persons are not published.'
    """
    if policy.threshold < 2 and not policy.min_residents:
        return ()
    stricter = any((column.threshold or 0) > policy.threshold for column in draft.columns)
    rules = (
        (COUNTS, policy.threshold > 1),
        (SOURCES, stricter),
        (REST, policy.complements and policy.threshold > 1),
        ({"full": EVERYBODY, "both": NOBODY}.get(policy.group, ""), policy.group != "none"),
        (ROWS, bool(policy.min_residents and draft.residents)),
        (PARTNERS, policy.secondary),
        (FOLLOWS, True),
        (REVISED, revised),
        (WIDTH, policy.secondary),
        (COMPUTED, any(info.basis == "published" for info in draft.methods.values())),
    )
    return tuple(text for text, applies in rules if applies)


def printed_rules(release: Release, t: Texts) -> tuple[str, ...]:
    """The rules of a release as sentences in the language of the texts.

    >>> from lebenslagen.texts import texts
    >>> printed_rules(Release(Policy(), "T", "M", (), (), rules=(COUNTS,)), texts("en"))
    ('Counts of 1 to 4 persons are not published.',)
    """
    policy = release.policy
    values = {"last": policy.threshold - 1, "residents": policy.min_residents, "width": policy.width}
    return tuple(t(rule, **values) for rule in release.rules)


@dataclass(frozen=True)
class Explanation:
    """What was hidden in a release.

    rules: sentences. hidden: (level, label of the column, cells not published, cells in all). total: cells not
    published. narrowest: the smallest distance that remains between smallest and largest possible value (persons; None
    where nothing is hidden or nothing limits it). summary: sentences.

    >>> Explanation((), (), 0, None, ()).total
    0
    """

    rules: tuple[str, ...]
    hidden: tuple[tuple[str, str, int, int], ...]
    total: int
    narrowest: int | None
    summary: tuple[str, ...]


def explain(release: Release, t: Texts) -> Explanation:
    """How many figures are not published, by level and column, and how safe they are.

    >>> from lebenslagen.texts import texts
    >>> explain(Release(Policy(), "T", "M", (), ()), texts("en")).summary
    ('All figures of this publication could be published.',)
    """
    hidden: Counter[tuple[str, str]] = Counter()
    every: Counter[tuple[str, str]] = Counter()
    for column in release.columns:
        for level, cells in column.cells.items():
            place = (level, column.label or column.key)
            every[place] += len(cells)
            hidden[place] += sum(cell.mark == "withheld" for cell in cells.values())
    rows = tuple((*place, number, every[place]) for place, number in hidden.items() if number)
    total = sum(hidden.values())
    widths = [bound.high - bound.low for bound in release.bounds.values() if bound.high is not None]
    narrowest = int(min(widths)) if widths else None
    return Explanation(printed_rules(release, t), rows, total, narrowest, _summary(total, narrowest, t))


def _summary(total: int, narrowest: int | None, t: Texts) -> tuple[str, ...]:
    if not total:
        return (t("All figures of this publication could be published."),)
    first = t.plural(
        "{n} figure is not published, so that nobody can be recognised.",
        "{n} figures are not published, so that nobody can be recognised.",
        total,
    )
    if narrowest is None:
        return (first,)
    second = t(
        "Even for those who know all totals, shares, index values and earlier publications, the smallest and the "
        "largest possible value of each of these counts lie at least {n} persons apart.",
        n=narrowest,
    )
    return (first, second)

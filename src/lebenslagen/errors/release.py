"""Faults on the way out: disclosure control, editions, reports."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "policy-threshold-low": FaultKind(
        REJECT,
        N_("A threshold of {threshold} is too low for publication: single persons could be recognised."),
        N_("Set a threshold of 3 or more for the public."),
    ),
    "policy-secondary-off": FaultKind(
        REJECT,
        N_("Without secondary suppression hidden counts could be calculated from the totals."),
        N_("Leave secondary suppression switched on for the public."),
    ),
    "policy-width-low": FaultKind(
        REJECT,
        N_("A width of {width} would allow hidden counts to be calculated exactly."),
        N_("Set a width of 1 or more for the public."),
    ),
    "column-twice": FaultKind(
        REJECT,
        N_("The column “{key}” stands twice in the draft."),
        N_("Give each column a key of its own."),
    ),
    "not-protectable": FaultKind(
        REJECT,
        N_("{what} in {area} ({level}) could be calculated from what is to be published."),
        N_("Publish this only for larger areas, or leave out some of the columns."),
    ),
    "already-published": FaultKind(
        REJECT,
        N_("{what} in {area} ({level}) should be hidden, but readers can know it from: {source}."),
        N_("Leave out this column for this period; what is known once cannot be hidden again."),
    ),
    "clashes-with-earlier": FaultKind(
        REJECT,
        N_(
            "{what} in {area} ({level}) could be calculated from this publication and an earlier one together ({source}). "
            "Printed there: {clash}."
        ),
        N_(
            "Publish this figure only for larger areas, or take its period out of the report (key “periods”). Withdrawing the "
            "earlier publication does not help: what was read once is known."
        ),
    ),
    "approval-missing": FaultKind(
        REJECT,
        N_("A release needs an author and a second person who approves it."),
        N_("Name both."),
    ),
    "same-person": FaultKind(
        REJECT,
        N_("{name} cannot approve a release of her or his own."),
        N_("Have a second person check and approve it."),
    ),
    "release-unreadable": FaultKind(
        REJECT,
        N_("The file is not a release of this software ({reason})."),
        N_("Restore the release from a backup."),
    ),
    "release-digest": FaultKind(
        REJECT,
        N_("The release has been changed since it was written: its checksum does not fit."),
        N_("Restore the release from a backup. Nothing is published from a changed release."),
    ),
    "report-not-set": FaultKind(
        REJECT,
        N_("The printed report could not be set: {reason}."),
        N_("Look at the place named; the HTML report is not affected. If it stays, pass the message on."),
    ),
    "text-value-unknown": FaultKind(
        REJECT,
        N_("The text refers to a value that the release does not hold: “{reference}”{hint}."),
        N_(
            "Write {{{{wert:INDICATOR@PERIOD/AREA}}}} with names of the catalogue, or leave the area out for the town."
        ),
    ),
    "text-not-allowed": FaultKind(
        REJECT,
        N_("The text uses something that the report does not print: {thing}."),
        N_("Use paragraphs, headings, bold type, lists and links that begin with https, http or mailto."),
    ),
    "chapter-unknown": FaultKind(
        REJECT,
        N_("There is no chapter “{name}”{hint}. Known are: {known}."),
        N_("Use one of the known names or remove the entry."),
    ),
    "levels-none": FaultKind(
        REJECT,
        N_("No level of areas is declared."),
        N_("Declare at least one level; the last one is the town."),
    ),
    "level-without-areas": FaultKind(
        REJECT,
        N_("There are no areas for the level “{key}”."),
        N_("Declare the boundaries of this level, or remove the level."),
    ),
    "previous-not-earlier": FaultKind(
        REJECT,
        N_("{earlier} is to be compared with {later}, but is not earlier."),
        N_("Name an earlier period to compare with."),
    ),
    "periods-unordered": FaultKind(
        REJECT,
        N_("The periods are not in order of time."),
        N_("List the periods from the oldest to the latest."),
    ),
    "released-by-one": FaultKind(
        REJECT,
        N_("This edition counts as released, but no second person has approved the release of {author}."),
        N_("Have a second person approve the release, or publish the edition as a draft."),
    ),
}

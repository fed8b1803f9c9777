"""The handbook on the help page: a topic is a heading with a few sentences. The search looks here, too."""

from __future__ import annotations

from dataclasses import dataclass

from lebenslagen.texts import N_

__all__ = ["TERMS", "TOPICS", "Topic"]


@dataclass(frozen=True)
class Topic:
    """A topic: its anchor on the page, its heading, what is said about it, and the page it is about (blank: none)."""

    key: str
    heading: str
    words: tuple[str, ...]
    page: str = ""


TOPICS = (
    Topic("kreis", N_("The work as a circle"), (
        N_("Data come in, indicators and the index are made from them, a release protects them, and report and atlas show what was released."),
        N_("The navigation follows this circle from top to bottom."),
    ), "overview"),
    Topic("lieferung", N_("Taking in a delivery"), (
        N_("Upload the file of the supplier as it came. The steps ask for sheet, head, meaning and period, and remember the answers for next year."),
        N_("Nothing changes until the check is passed and somebody takes the delivery over."),
    ), "data"),
    Topic("auffaelligkeiten", N_("When something is odd in a file"), (
        N_("Every remark names sheet and cell and says what to do. The marked copy shows the same in the file itself; send it to the supplier."),
        N_("What is right although it looks odd is answered with a reason; the reason stays with the delivery."),
    ), "data"),
    Topic("eintippen", N_("Typing or pasting a small table"), (
        N_("A small table can be pasted from Excel or typed into a grid of quarters. It is kept like a file, with your name and the letter it comes from."),
    ), "data"),
    Topic("herkunft", N_("Where a number comes from"), (
        N_("Choose a number: the page of its origin leads step by step to the delivered cells it was made from."),
        N_("The way ends at the released value for everybody who may not see single values."),
    ), "indicators"),
    Topic("index", N_("Building the index"), (
        N_("In the workshop you choose indicators, weights and methods; map and list change at once and show which quarters get another class."),
        N_("A design counts only once it is stored and the figures are computed anew."),
    ), "indices"),
    Topic("warum", N_("Why a quarter stands where it does"), (
        N_("Choose the quarter in the workshop: contributions show which indicator carries how much, how many people are behind it, and how far the next class is."),
        N_("The index compares quarters with each other. It says nothing about single people."),
    ), "indices"),
    Topic("freigabe", N_("Releasing figures"), (
        N_("A draft is protected and attacked by the program as the strictest reader would. The page shows what is hidden, why, and what could still be learnt."),
        N_("Whoever submits never approves. At the hour of publication everybody sees the same at once."),
    ), "releases"),
    Topic("zeichen", N_("Why there is no number here"), (
        N_("Four signs stand in place of a number; none of them means zero. Which figure is small and which is only hidden to protect another cannot be told apart, on purpose."),
    )),
    Topic("bericht", N_("Writing a report"), (
        N_("Choose chapters and write your own words; numbers are referred to, never typed, so that they are right in every edition."),
        N_("Report and PDF for the committee and for the public are made from one source."),
    ), "reports"),
    Topic("atlas", N_("The public atlas"), (
        N_("Atlas and report show published releases only and need no login. They are the same files that can be copied to any web server."),
    ), "atlas"),
    Topic("zurueck", N_("Taking something back"), (
        N_("Every change has a line that says who, when and what, and most can be taken back. What is deleted can be restored for 30 days."),
        N_("Releases are withdrawn instead: what was read once is known."),
    )),
    Topic("tastatur", N_("With the keyboard and with a screen reader"), (
        N_("Every page can be used by keyboard alone. The first press of the tab key offers to go straight to the content."),
        N_("A map is one stop: arrow keys lead to the neighbouring area, Enter opens its page. Every map has a table with the same content."),
    ), "map"),
    Topic("sitzung", N_("Session and second factor"), (
        N_("A session ends after 30 minutes without use. Two minutes before, a window warns you; what you have typed is kept until the new login."),
        N_("The second factor is set up in your account. Codes and passwords may be pasted and filled in by a password manager."),
    ), "account"),
    Topic("suche", N_("Searching"), (
        N_("The search finds quarters, indicators, deliveries, reports, pages and these topics. Umlauts may be typed as ae, oe, ue; small slips are forgiven."),
    ), "search"),
    Topic("it", N_("For the town’s IT"), (
        N_("How to install the workplace on one Linux server behind your proxy stands in the handbook that comes with the program (docs/handbuch/installation.md)."),
    )),
)  # fmt: skip

# Words that need a sentence.
TERMS = (
    (N_("Sozialquartier"), N_("The smallest area for which figures are shown; several make a Sozialraum.")),
    (N_("Status"), N_("Where a quarter stands in comparison with all others at one time.")),
    (N_("Dynamics"), N_("How a quarter moved in comparison with all others between two times.")),
    (N_("Focus quarter"), N_("A quarter with special need of support, by a rule that the town declared.")),
    (N_("Contribution"), N_("What one indicator adds to the index value of a quarter; all contributions make the value.")),
    (N_("Threshold"), N_("Counts of people below it are not published, so that nobody can be recognised.")),
    (N_("Register of releases"), N_("The list of everything that was ever published; its lines can be neither changed nor removed.")),
    (N_("Delivery"), N_("A table of a supplier for one period, as it came; it is never changed.")),
)  # fmt: skip

"""The front of the report: the essentials on one page, and the imprint."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.report import insight, say
from lebenslagen.report.document import Block, Bullets, Note, Paragraph, Run, Runs, Section, runs
from lebenslagen.texts import N_

if TYPE_CHECKING:
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.view import View
    from lebenslagen.texts import Texts

__all__ = ["imprint", "summary"]

MOST = 5  # sentences on the page

IMPRINT = {
    "publisher": N_("Published by"),
    "department": N_("Department"),
    "editor": N_("Editing"),
    "contact": N_("Contact"),
    "address": N_("Address"),
    "office": N_("Office in charge"),
    "email": N_("E-mail"),
    "phone": N_("Telephone"),
    "represented_by": N_("Represented by"),
    "supervision": N_("Supervisory authority"),
    "web": N_("Internet"),
    "licence": N_("Licence"),
    "note": N_("Note to readers"),
}
ON_SCREEN = ("accessibility", "privacy", "ombudsstelle")  # said on pages of their own, not on paper


def summary(view: View) -> Section:
    """Five sentences, each with its number and the place where more is said.

    >>> summary.__name__
    'summary'
    """
    items = [_with_page(view, sentence, chapter) for sentence, chapter in _sentences(view)][:MOST]
    blocks: list[Block] = [Bullets(tuple(items), "numbered")]
    blocks.append(
        Note(
            view.t("What these numbers do not say"),
            (Paragraph(runs(view.t(
                "They describe areas, not people: nobody can be judged by the place where they live. "
                "Receiving benefits is not the same "
                "as being poor, and those who are entitled but do not claim do not appear in these numbers."
            ))),),
            "care",
        )
    )  # fmt: skip
    return Section("wichtigstes", view.t("The essentials on one page"), tuple(blocks), start="page")


def _with_page(view: View, sentence: str, chapter: str) -> Runs:
    place = chapter if chapter in view.chapters else ""
    if not place:
        return runs(sentence)
    from lebenslagen.report.chapters import CHAPTERS

    named = view.index.label if chapter == "index" and view.index else view.t(CHAPTERS[chapter].label)
    return runs(sentence, " (", Run(named, target=place, page=True), ")")


def _sentences(view: View) -> Iterator[tuple[str, str]]:
    """In this order, as many as the release can answer for."""
    makers = (
        (_residents, "bevoelkerung"),
        (_largest_change, "indikatoren"),
        (_widest, "indikatoren"),
        (_burdened, "index"),
        (_moving, "index"),
    )
    for maker, chapter in makers:
        sentence = maker(view)
        if sentence:
            yield sentence, chapter


def _residents(view: View) -> str:
    column = view.count(view.residents) if view.residents else None
    now = view.town_cell(column).value
    if not isinstance(now, Decimal):
        return ""
    t, sentence = view.t, ""
    earlier = view.previous
    before = view.town_cell(view.count(view.residents, earlier.key)).value if earlier else None
    values = {"town": view.edition.town, "when": view.period.label, "now": t.number(now)}
    if not earlier or not isinstance(before, Decimal):
        return t("{now} people live in {town} ({when}).", **values)
    more = {"size": t.number(abs(now - before)), "earlier": earlier.label}
    if now > before:
        sentence = t(
            "{now} people live in {town} ({when}), {size} more than in the last report ({earlier}).",
            **values,
            **more,
        )
    elif now < before:
        sentence = t(
            "{now} people live in {town} ({when}), {size} fewer than in the last report ({earlier}).",
            **values,
            **more,
        )
    else:
        sentence = t(
            "{now} people live in {town} ({when}), as many as in the last report ({earlier}).",
            **values,
            **more,
        )
    return sentence


def _largest_change(view: View) -> str:
    """The first indicator of the report for the town, with its movement."""
    first = next(iter(view.indicators), None)
    return town_sentence(view, first) if first else ""


def town_sentence(view: View, indicator: Indicator, *, reason: bool = True) -> str:
    """The town's value in public words, and how it moved since the last edition.

    >>> town_sentence.__name__
    'town_sentence'
    """
    column = view.latest(indicator.key)
    cell = view.town_cell(column)
    if column is None or not isinstance(cell.value, Decimal):
        return ""
    said = say.of_hundred(indicator, view.number(cell.value, column), view.t)
    value = view.t(
        "{town}, {when}: {sentence}",
        town=view.edition.town,
        when=view.edition.period_of(column.period).label,
        sentence=said,
    )
    movement = insight.move(view, indicator, view.previous, view.period) if view.previous else None
    return (
        f"{value} {say.moved(view, indicator, movement, column.decimals, reason=reason)}"
        if movement
        else value
    )


def _widest(view: View) -> str:
    """The indicator whose highest and lowest value lie farthest apart, among those that are percentages."""
    found: list[tuple[Decimal, Indicator]] = []
    for indicator in view.indicators:
        values = view.values(view.latest(indicator.key)).values()
        if len(values) > 1 and indicator.unit == "%":
            found.append((max(values) - min(values), indicator))
    if not found:
        return ""
    indicator = max(found, key=lambda pair: pair[0])[1]
    said = view.t(
        "The {among} lie farthest apart in this: {label}.", among=view.plural(), label=indicator.label
    )
    return f"{said} {say.spread(view, indicator)}"


def _burdened(view: View) -> str:
    info = view.index
    if info is None or not info.class_keys:
        return ""
    worst = insight.burdened(info)
    ids = insight.standing(view, worst)
    if not ids:
        return view.t("No area stands out in the index: all are close to the mean of the town.")
    names = say.named(view, ids)
    said = view.t.plural(
        "In {n} of {total} {among} the risks of poverty are clearly higher than on average: {names}.",
        "In {n} of {total} {among} the risks of poverty are clearly higher than on average: {names}.",
        len(ids), total=view.compared, among=view.among(), names=names,
    )  # fmt: skip
    people = view.people(ids)
    if people is None:
        return said
    return said + " " + view.t("{people} live there.", people=say.persons(people, view.t))


def _moving(view: View) -> str:
    info = view.index
    if info is None or not info.dynamics_class_keys:
        return ""
    ids = insight.standing(view, insight.burdened(info, dynamics=True), "dynamics_class")
    if not ids:
        return view.t("No area has developed clearly less favourably than the average.")
    names = say.named(view, ids)
    said = view.t.plural(
        "{n} of {total} {among} has developed clearly less favourably than the average of the {areas}: {names}.",
        "{n} of {total} {among} have developed clearly less favourably than the average of the {areas}: {names}.",
        len(ids), total=view.compared, among=view.among(), areas=view.plural(), names=names,
    )  # fmt: skip
    warned = insight.early(view)
    if not warned:
        return said
    return (
        said
        + " "
        + view.t(
            "Early signs, because the status is still inconspicuous there: {names}.",
            names=say.named(view, warned, counted=True),
        )
    )


def imprint(view: View) -> tuple[Block, ...]:
    """Who publishes, the declared details, and by which releases the numbers may be checked.

    >>> imprint.__name__
    'imprint'
    """
    edition, t = view.edition, view.t
    known = {
        edition.imprint[key]: t(label) for key, label in reversed(IMPRINT.items()) if edition.imprint.get(key)
    }
    lines: list[Block] = [
        Paragraph(runs(Run(f"{label}: ", bold=True), value)) for value, label in reversed(known.items())
    ]
    rest = (
        value
        for key, value in edition.imprint.items()
        if key not in IMPRINT and value not in known and not key.startswith(ON_SCREEN)
    )
    lines += [Paragraph(runs(value)) for value in dict.fromkeys(rest) if value]
    lines.append(
        Paragraph(
            runs(
                t(
                    "Figures as of {when}; report of {day}.",
                    when=edition.period.label,
                    day=t.date(edition.generated),
                )
            )
        )
    )
    release = edition.release
    if edition.status == "released":
        lines.append(Paragraph(runs(t(
            "Released on {day}: made by {author}, approved by {approved_by}. Key of the release: {digest}.",
            day=_day(release.issued, t), author=release.author, approved_by=release.approved_by, digest=release.digest[:16],
        )), "small"))  # fmt: skip
    else:
        lines.append(
            Paragraph(runs(t("This report is a draft: its figures have not been released yet.")), "small")
        )
    return tuple(lines)


def _day(issued: str, t: Texts) -> str:
    """The day of a release as people write it; releases keep it as year-month-day."""
    try:
        return t.date(date.fromisoformat(issued))
    except ValueError:
        return issued

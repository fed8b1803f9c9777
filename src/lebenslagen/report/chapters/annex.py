"""The annex: all values in tables, definitions, the signs, the glossary."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lebenslagen.report import say
from lebenslagen.report.chapters.common import LONG, Head, grouped, of_column
from lebenslagen.report.chapters.index import index_table
from lebenslagen.report.chapters.indicators import heads_of, indicator_table
from lebenslagen.report.chapters.method import area_heads
from lebenslagen.report.chapters.people import bases, people_table
from lebenslagen.report.document import Block, Definitions, Row, Runs, Section, TableBlock, runs
from lebenslagen.texts import MARKS, N_, SIGNS

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column
    from lebenslagen.indicators import Indicator
    from lebenslagen.report.view import View

__all__ = ["GLOSSARY", "annex"]

GLOSSARY: tuple[tuple[str, str], ...] = (
    (
        N_("Benefits under SGB II"),
        N_(
            "Basic income support for people able to work and those who live with them (Bürgergeld). Those "
            "without a claim or who do not apply are not included."
        ),
    ),
    (
        N_("Household in receipt (Bedarfsgemeinschaft)"),
        N_(
            "People who live together and share their means; benefits under SGB II are granted to them together."
        ),
    ),
    (
        N_("Basic income in old age"),
        N_(
            "Benefits under chapter 4 of SGB XII for people from the standard retirement age whose income does "
            "not suffice."
        ),
    ),
    (
        N_("Break of the time series"),
        N_("A change in law or counting after which values cannot simply be compared with earlier ones."),
    ),
    (
        N_("Confidentiality"),
        N_(
            "Duty to publish no number by which single persons could be recognised, not even by calculating back."
        ),
    ),
    (N_("Dynamics"), N_("How an area has moved in comparison with the other areas of the town.")),
    (
        N_("Focus quarter"),
        N_(
            "An area with a particular need of support, chosen by a declared rule or by a decision of the "
            "council."
        ),
    ),
    (
        N_("Percentage point"),
        N_("Difference of two percentages: from 20 to 22 percent are 2 percentage points."),
    ),
    (N_("Rate"), N_("How many of 100 people or households of a group something applies to.")),
    (
        N_("Standard deviation"),
        N_(
            "A measure of how far values usually lie from their mean. About two thirds of all areas lie within "
            "one standard deviation."
        ),
    ),
    (N_("Status"), N_("Where an area stands in the comparison of all areas at the time of the report.")),
)


def annex(view: View) -> Section:
    """All that is needed to look something up.

    >>> annex.__name__
    'annex'
    """
    t = view.t
    tables = Section("anhang-tabellen", t("Tables"), tuple(_tables(view)))
    definitions = Section(
        "anhang-definitionen",
        t("Definitions of the indicators"),
        (Definitions(tuple(_definitions(view))),),
        start="page",
    )
    signs = Section("anhang-zeichen", t("Signs in the tables"), (_signs(view),))
    terms = tuple((t(term), runs(t(meaning))) for term, meaning in GLOSSARY)
    glossary = Section("anhang-glossar", t("Glossary"), (Definitions(terms),))
    return Section("anhang", t("Annex"), (tables, definitions, signs, glossary), start="page")


def _tables(view: View) -> Iterator[Block]:
    """One wide table of all values; for very many areas the tables of the chapters stand here, none with the same figures."""
    yield _wide(view)
    if len(view.areas) <= LONG:
        return
    if view.residents and view.count(view.residents) is not None and bases(view):
        yield people_table(view)
    for indicator in view.indicators:
        column = view.latest(indicator.key)
        if (
            column is not None
            and view.level in view.levels_of(column)
            and len(heads_of(view, indicator, column)) > 1
        ):
            yield indicator_table(view, indicator, column)
    if view.index is not None:
        yield index_table(view)


def _wide(view: View) -> TableBlock:
    t = view.t
    chosen = [
        (i, c)
        for i in (*view.indicators, *view.contexts)
        if (c := view.latest(i.key)) is not None and view.levels_of(c)
    ]
    heads: list[Head] = area_heads(view) if len(view.areas) > LONG else []
    for indicator, column in chosen:
        unit = f" ({column.unit})" if column.unit else ""
        heads.append(of_column(view, f"{indicator.head}{unit}", column))
    caption = t("All indicators, {when}", when=view.period.label)
    source = view.sources(*(c for _, c in chosen))
    return grouped(
        view, "tabelle-alle", caption, heads, source, size="small", note=_coarse_note(view, chosen)
    )


def _coarse_note(view: View, chosen: Sequence[tuple[Indicator, Column]]) -> str:
    """Which indicators only exist for larger areas."""
    coarse: dict[str, list[str]] = {}
    for indicator, column in chosen:
        levels = [level for level in view.levels_of(column) if level != view.town_level]
        if view.level not in levels and levels:
            coarse.setdefault(levels[0], []).append(indicator.head)
    t = view.t
    return " ".join(
        t("Only for {areas}: {names}.", areas=view.plural(level), names=say.listed(names, t))
        for level, names in coarse.items()
    )


def _definitions(view: View) -> Iterator[tuple[str, Runs]]:
    variables = {v.key: v.label for v in view.edition.catalogue.variables}
    for indicator in (*view.indicators, *view.contexts):
        said = indicator.description
        if indicator.numerator and indicator.denominator:
            said += " " + view.t(
                "Numerator: {numerator}. Denominator: {denominator}.",
                numerator=variables.get(indicator.numerator, indicator.numerator),
                denominator=variables.get(indicator.denominator, indicator.denominator),
            )
        if indicator.min_base:
            said += " " + view.t("Shown from a base of {base}.", base=view.t.number(indicator.min_base))
        yield indicator.label, runs(said.strip())


def _signs(view: View) -> TableBlock:
    t = view.t
    rows = [Row(("0", t("exactly nobody or nothing")))]
    rows += [Row((sign, t(MARKS[mark]))) for mark, sign in SIGNS.items()]
    return TableBlock(
        "tabelle-zeichen", t("Signs in the tables"), (t("Sign"), t("Meaning")), tuple(rows), (False, False)
    )

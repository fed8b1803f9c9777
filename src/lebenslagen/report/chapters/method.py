"""Chapters on method: what the report is for and how it reckons, its data and their protection, its areas."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING

from lebenslagen.disclosure.explain import printed_rules
from lebenslagen.figures import rules_of
from lebenslagen.report import say
from lebenslagen.report.chapters.common import LONG, Head, grouped, of_column, opening, own_words, paragraphs
from lebenslagen.report.document import (
    Block,
    Bullets,
    FigureBlock,
    Note,
    Paragraph,
    Row,
    Run,
    Section,
    TableBlock,
    runs,
)
from lebenslagen.report.pictures import rate_map, share_of
from lebenslagen.texts import MARKS, SIGNS

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Column, IndexInfo
    from lebenslagen.report.view import View
    from lebenslagen.texts import Texts

__all__ = ["area_heads", "area_table", "boundaries", "equal_weights", "method", "sources", "unclaimed"]


# --- Purpose and method ----------------------------------------------------------------------------------------------


def method(view: View) -> Section:
    """What the report is for, what benefit receipt says and does not say, how the index is reckoned.

    >>> method.__name__
    'method'
    """
    t = view.t
    lead = opening(
        t(
            "This report describes how people live in {n} {among} of {town}.",
            n=len(view.areas),
            among=view.among(),
            town=view.edition.town,
        ),
        t("It shows where support is needed more than elsewhere, and what has changed."),
        t("It describes areas and never single persons."),
    )
    parts = [_meaning(view), _method_section(view), _reading(view), _two_populations(view)]
    sections = tuple(part for part in parts if part is not None)
    return Section(
        "auftrag", t("Purpose and method"), (*lead, *own_words(view, "auftrag"), *sections), start="page"
    )


def _meaning(view: View) -> Section:
    t = view.t
    return Section(
        "auftrag-aussage",
        t("What the numbers say and what they do not say"),
        (
            *paragraphs(
                t(
                    "Receiving benefits is not the same as being poor. Those who receive benefits are helped; "
                    "that they claim them is a good sign. And whoever earns "
                    "just a little more than the limit receives nothing and may still have little."
                ),
                unclaimed(t),
                t(
                    "A high value is a statement about an area, not about the people in it. Foreign "
                    "nationality, many "
                    "children or bringing up children alone are no shortcomings; where they stand here, it "
                    "is because the "
                    "risk of poverty is statistically higher."
                ),
            ),
            Note(
                t("Numbers alone do not decide"),
                paragraphs(
                    t(
                        "An index by itself does not establish a need for action. That takes the knowledge "
                        "of those "
                        "who live and work in the area, "
                        "for example in the conferences of the social areas."
                    )
                ),
                "decision",
            ),
        ),
    )


def unclaimed(t: Texts) -> str:
    """That those who do not claim are not counted.

    >>> unclaimed.__name__
    'unclaimed'
    """
    return t(
        "Unclaimed benefits are invisible. Many who are entitled do not apply: out of shame, "
        "because they do not know, or because the way is too long. "
        "In old age this happens especially often. The numbers of this report are therefore a lower "
        "limit of need."
    )


def _two_populations(view: View) -> Section:
    t = view.t
    return Section(
        "auftrag-einwohnerzahlen",
        t("Why two numbers of residents exist"),
        paragraphs(
            t(
                "This report counts residents by the town's register, because only the register knows the area "
                "in which somebody lives. The official number of residents "
                "is carried on from the census by the statistical office of the Land and is binding for "
                "laws and finances."
            ),
            t(
                "The two differ: people who moved away without giving notice remain in the register for a "
                "while, and the census corrects its numbers by a sample. "
                "Both are right for their purpose; they must not be mixed within a rate."
            ),
        ),
    )


def _reading(view: View) -> Section:
    t = view.t
    decimals = t(
        "A rate says how many of 100 belong to a group. Points are the difference of two rates: from 20 to "
        "22 of 100 is a rise by 2 percentage points."
    )
    signs = [
        t("“{sign}” means: {meaning}.", sign="0", meaning=t("exactly nobody or nothing")),
        *(t("“{sign}” means: {meaning}.", sign=sign, meaning=t(MARKS[mark])) for mark, sign in SIGNS.items()),
    ]
    where = Run(t("annex"), target="anhang-zeichen")
    legend: tuple[Block, ...] = (
        (
            Paragraph(
                runs(t("Signs in place of a number are explained under each table and in the "), where, ".")
            ),
        )
        if "anhang" in view.chapters
        else (Bullets(tuple(runs(sign) for sign in signs)),)
    )
    order = t(
        "Areas always stand in the town's own order. The report has no ranking list: it would suggest "
        "differences that often are only chance."
    )
    breaks = any(i.breaks for i in (*view.indicators, *view.contexts))
    share = t(
        "What falls on a break of the time series cannot be measured. As its share counts at most the change from the "
        "value before it to the first one after it."
    )
    return Section(
        "auftrag-lesen",
        t("How to read the tables and maps"),
        (
            *paragraphs(decimals, share if breaks else ""),
            *legend,
            *paragraphs(order),
        ),
    )


def _method_section(view: View) -> Section | None:
    info = view.index
    if info is None:
        return None
    t = view.t
    return Section(
        "auftrag-index",
        t("How the index is reckoned"),
        (
            *paragraphs(*_how(view, info)),
            *_class_tables(view, info),
        ),
    )


def _how(view: View, info: IndexInfo) -> Iterator[str]:
    t = view.t
    names = [view.edition.catalogue.indicator(key).label for key, *_ in info.parts]
    yield t.plural(
        "The index “{label}” joins one indicator: {names}.",
        "The index “{label}” joins {n} indicators: {names}.",
        len(names),
        label=info.label,
        names=say.listed(names, t),
    )
    base = (
        t("each area counting once")
        if info.reference == "areas"
        else t("each area counting with its residents")
    )
    yield (
        t(
            "For each indicator it is determined how far an area lies from the mean of the areas ({base}), "
            "measured in standard deviations. These distances are "
            "added up; the sum is again measured in standard deviations. So all indicators weigh equally, "
            "whatever their size.",
            base=base,
        )
        if equal_weights(info)
        else t(
            "For each indicator it is determined how far an area lies from the mean of the areas ({base}), "
            "measured in standard deviations. These distances are "
            "added up with their declared weights; the sum is again measured in standard deviations.",
            base=base,
        )
    )
    if info.orientation == "favourable":
        yield t("0 is the mean of the areas. The higher the value, the more favourable the situation.")
    else:
        yield t("0 is the mean of the areas. The higher the value, the greater the burden in comparison.")
    if info.change_from and info.dynamics_class_keys:
        yield t(
            "The status says where an area stands. The dynamics say how it has moved since {earlier} "
            "compared with the others: an area can be called “less favourable” "
            "although its own values have improved, if the others improved more.",
            earlier=_label(view, info.change_from),
        )
    reasons: dict[str, list[str]] = {}
    for area, reason in info.excluded.items():
        if area in view.areas.position:
            reasons.setdefault(reason.rstrip("."), []).append(view.name(area))
    for reason, areas in reasons.items():
        yield t(
            "Not part of the comparison: {areas}. Reason: {reason}.",
            areas=say.listed(areas, t),
            reason=reason,
        )


def equal_weights(info: IndexInfo) -> bool:
    """Whether all parts of an index weigh the same.

    >>> equal_weights.__name__
    'equal_weights'
    """
    return len({abs(float(weight)) for _, weight, _ in info.parts}) == 1


def _label(view: View, period: str) -> str:
    return view.edition.period_of(period).label if period in {p.key for p in view.edition.periods} else period


def _class_tables(view: View, info: IndexInfo) -> Iterator[Block]:
    t = view.t
    head = (t("Class"), t("Index value"), view.plural())
    names = {False: t("Classes of the status"), True: t("Classes of the dynamics")}
    for dynamics, key in ((False, "tabelle-stufen"), (True, "tabelle-dynamikstufen")):
        rows = tuple(_class_rows(view, info, dynamics=dynamics))
        if rows:
            yield TableBlock(key, names[dynamics], head, rows, (False, True, True))


def _class_rows(view: View, info: IndexInfo, *, dynamics: bool) -> Iterator[Row]:
    column = view.of_index("dynamics_class" if dynamics else "class")
    cells = [view.cell(column, area).value for area in view.areas.ids]
    rules = rules_of(info, dynamics=dynamics)
    if not rules.keys:  # an index without dynamics has no classes of it
        return
    for key, label, limits in zip(rules.keys, rules.labels, rules.printed(view.t), strict=True):
        yield Row((label, limits, str(cells.count(key))))


# --- Data and confidentiality ----------------------------------------------------------------------------------------


def sources(view: View) -> Section:
    """Where the figures come from, what was noticed in them, what is hidden and what could still be learned.

    >>> sources.__name__
    'sources'
    """
    t = view.t
    used = _used_sources(view)
    lead = opening(
        t.plural("The figures come from one source.", "The figures come from {n} sources.", len(used)),
        _hidden_sentence(view),
        t("Every figure in this report can be traced back to the delivered cell."),
    )
    parts = (_source_table(view, used), _break_section(view), _finding_section(view), _secrecy(view))
    blocks = tuple(part for part in parts if part is not None)
    return Section(
        "daten", t("Data and confidentiality"), (*lead, *own_words(view, "daten"), *blocks), start="page"
    )


def _used_sources(view: View) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key for column in view.edition.release.columns for key in column.sources))


def _source_table(view: View, used: tuple[str, ...]) -> Section:
    t = view.t
    known = {source.key: source for source in view.edition.catalogue.sources}
    rows = []
    for key in used:
        source = known.get(key)
        if source is None:
            rows.append(Row((key, SIGNS["excluded"], SIGNS["missing"], SIGNS["missing"])))
            continue
        rows.append(Row((source.title, source.producer, view.as_of(key), source.licence or SIGNS["missing"])))
    head = (t("Data"), t("Producer"), t("As of"), t("Licence"))
    table = TableBlock("tabelle-quellen", t("Sources of this report"), head, tuple(rows), (False,) * 4)
    rest = [f"{s.title} ({s.producer})" for s in view.edition.catalogue.sources if s.key not in used]
    more = (
        t("Delivered as well, but not shown in this report: {sources}.", sources="; ".join(rest))
        if rest
        else ""
    )
    return Section("daten-quellen", t("Sources"), (view.with_signs(table), *paragraphs(more)))


def _break_section(view: View) -> Section | None:
    t = view.t
    rows = tuple(_break_rows(view))
    if not rows:
        return None
    head = (t("Indicators"), t("From"), t("Reason"), t("What follows"))
    table = TableBlock("tabelle-brueche", t("Breaks of the time series"), head, rows, (False,) * 4)
    text = t(
        "Where law or counting changed, values before and after cannot simply be compared. Such breaks are "
        "drawn in every "
        "time line and said in the sentences."
    )
    known = [one for i in (*view.indicators, *view.contexts) for one in i.breaks]
    event = t(
        "Single events explain a jump without anything being counted otherwise; they are drawn and named as well."
    )
    said = (text, event if any(one.kind == "event" for one in known) else "")
    return Section(
        "daten-brueche", t("Breaks of the time series"), (*paragraphs(*said), view.with_signs(table))
    )


def _break_rows(view: View) -> Iterator[Row]:
    """Each break once, with all indicators it concerns."""
    found: dict[tuple[str, str, str], list[str]] = {}
    for indicator in (*view.indicators, *view.contexts):
        known = {period.key for period in view.periods_of(indicator.key)}
        for one in indicator.breaks:
            if one.period in known:
                found.setdefault((one.period, one.reason, one.effect), []).append(indicator.head)
    for (period, reason, effect), names in sorted(found.items(), key=lambda item: item[0][0]):
        yield Row((say.listed(names, view.t), _label(view, period), reason, effect or SIGNS["missing"]))


def _finding_section(view: View) -> Section | None:
    t = view.t
    items = tuple(runs(text) for text in _findings(view))
    if not items:
        return None
    text = t(
        "While the deliveries were read, the following was noticed and settled before anything was reckoned:"
    )
    title = t("What was noticed in the deliveries")
    return Section("daten-auffaelligkeiten", title, (*paragraphs(text), Bullets(items)))


def _findings(view: View) -> Iterator[str]:
    """What was noticed; the same remark about several files is made once."""
    same: dict[str, list[str]] = {}
    for text in view.edition.findings:
        file, _, remark = text.partition(": ")
        same.setdefault(remark or text, []).append(file if remark else "")
    for remark, files in same.items():
        yield f"{say.listed(files, view.t, 2)}: {remark}" if files[0] else remark


def _hidden(view: View) -> tuple[tuple[Column, int], ...]:
    counted = (
        (c, sum(cell.mark == "withheld" for cells in c.cells.values() for cell in cells.values()))
        for c in view.edition.release.columns
    )
    return tuple((column, number) for column, number in counted if number)


def _hidden_sentence(view: View) -> str:
    number = sum(count for _, count in _hidden(view))
    if not number:
        return view.t("No value had to be left out for reasons of confidentiality.")
    return view.t.plural(
        "One value is not published, so that nobody can be recognised.",
        "{number} values are not published, so that nobody can be recognised.",
        number,
        number=view.t.number(number),
    )


def _secrecy(view: View) -> Section:
    """The rules in force; where the release prints none, what holds at least. Then how many values are hidden."""
    t, policy = view.t, view.edition.release.policy
    rules = printed_rules(view.edition.release, t)
    plain = t(
        "Numbers of persons from 1 to {most} are not published. Other values are left out as well "
        "where a hidden one could otherwise be calculated from sums, rates, "
        "earlier reports or the index.",
        most=policy.threshold - 1,
    )
    blocks: list[Block] = [*((Bullets(tuple(runs(rule) for rule in rules)),) if rules else paragraphs(plain))]
    secret = t("For which of these reasons a value is missing is never shown: it would give the value away.")
    blocks += paragraphs(secret, "" if rules else _left_to_learn(view))
    table = _hidden_table(view)
    return Section(
        "daten-geheimhaltung", t("What is hidden and why"), tuple(blocks) + ((table,) if table else ())
    )


def _left_to_learn(view: View) -> str:
    """What a reader who knows everything published could still find out about the hidden counts."""
    t = view.t
    bounds = view.edition.release.bounds
    widths = [b.width for b in bounds.values() if b.width != float("inf")]
    if not bounds:
        return ""
    if not widths:
        return t(
            "Even a reader who knows everything published so far cannot narrow down any of the hidden counts."
        )
    least = Decimal(str(min(widths)))
    return t(
        "It was tried to calculate the hidden counts back from everything this report and earlier ones "
        "show, the rules of the index included. Even the best informed "
        "reader is left with a range of at least {least} for each of them.",
        least=say.persons(least, t),
    )


def _hidden_table(view: View) -> TableBlock | None:
    t = view.t
    rows: dict[str, int] = {}
    for column, number in _hidden(view):
        name = column.label or column.key
        rows[name] = rows.get(name, 0) + number
    if not rows:
        return None
    body = tuple(Row((name, t.number(number))) for name, number in rows.items())
    return TableBlock(
        "tabelle-verborgen", t("Values not published"), (t("Column"), t("Number")), body, (False, True)
    )


# --- Areas -----------------------------------------------------------------------------------------------------------


def boundaries(view: View) -> Section:
    """The areas of the town, since when their borders hold, and what changed.

    >>> boundaries.__name__
    'boundaries'
    """
    t = view.t
    levels = [level for level in view.edition.levels if level.key != view.town_level]
    named = [f"{len(view.edition.areas[level.key])} {level.plural}" for level in reversed(levels)]
    lead = opening(
        t("{town} is divided into {levels}.", town=view.edition.town, levels=say.listed(named, t)),
        t("The boundaries have been in force since {day}.", day=t.date(view.areas.vintage)),
        _size_sentence(view),
    )
    blocks: list[Block] = [*lead, *own_words(view, "raum")]
    picture = _map(view)
    if picture:
        blocks.append(picture)
    blocks += _changes(view)
    if len(view.areas) <= LONG:
        blocks.append(area_table(view))
    return Section("raum", t("Areas and boundaries"), tuple(blocks), start="page")


def _map(view: View) -> FigureBlock | None:
    column = view.count(view.residents) if view.residents else None
    if column is None or not column.cells.get(view.level):
        return None
    above = view.edition.areas[view.group_level].ids if view.group_level else ()
    level = (
        view.group_level if above and len(view.values(column, view.group_level)) == len(above) else view.level
    )
    title = view.t("Residents by {among}, {when}", among=view.among(level), when=view.period.label)
    picture = rate_map(view, column, title, "karte-raum", level)
    return FigureBlock("karte-raum", picture, title, view.sources(column), width=share_of(picture, 560))


def _size_sentence(view: View) -> str:
    column = view.count(view.residents) if view.residents else None
    values = view.values(column)
    if len(values) < 2:
        return ""
    low, high = min(values, key=values.__getitem__), max(values, key=values.__getitem__)
    return view.t(
        "The smallest area has {low} residents ({low_name}), the largest {high} ({high_name}).",
        low=view.t.number(values[low]),
        high=view.t.number(values[high]),
        low_name=view.name(low),
        high_name=view.name(high),
    )


def _changes(view: View) -> Iterator[Block]:
    """What the release says about older boundaries: which areas came from which."""
    t = view.t
    now = view.areas.vintage.isoformat()
    links = [link for link in view.edition.release.links if link.level == view.level and link.new == now]
    items = [sentence for link in links for sentence in _link_sentences(view, link.old, link.new, link.pairs)]
    older = sorted({p.vintage for p in view.edition.periods if p.vintage != view.areas.vintage})
    if not items and not older:
        return
    yield Section(
        "raum-grenzen",
        t("What changed in the boundaries"),
        (
            *paragraphs(
                t(
                    "Figures from before {day} were converted to today's borders. Where an area was divided, the "
                    "parts are estimated; small differences to earlier reports come from this.",
                    day=t.date(view.areas.vintage),
                )
            ),
            *((Bullets(tuple(runs(item) for item in items)),) if items else ()),
        ),
    )


def _link_sentences(
    view: View, old: str, new: str, pairs: Iterable[tuple[str, str, Decimal]]
) -> Iterator[str]:
    t = view.t
    release = view.edition.release
    try:
        before, after = release.frame(view.level, old), release.frame(view.level, new)
    except KeyError:
        return
    into: dict[str, list[str]] = {}
    for source, target, share in pairs:
        if share > 0:
            into.setdefault(source, []).append(target)
    for source, targets in into.items():
        if len(targets) > 1:
            names = [
                after.name(target) if target not in view.areas.position else view.name(target)
                for target in targets
            ]
            yield t(
                "{old} was divided; its people are now counted in {new}.",
                old=before.name(source),
                new=say.listed(names, t),
            )


def area_table(view: View) -> TableBlock:
    """The areas with their residents, their size and their key.

    >>> area_table.__name__
    'area_table'
    """
    caption = view.t("{areas} of {town}", areas=view.plural(), town=view.edition.town)
    column = view.count(view.residents) if view.residents else None
    return grouped(view, "tabelle-raum", caption, area_heads(view), view.sources(column))


def area_heads(view: View) -> list[Head]:
    """Table columns: residents, size, key.

    >>> area_heads.__name__
    'area_heads'
    """
    import shapely

    t = view.t
    column = view.count(view.residents) if view.residents else None
    heads = [of_column(view, t("Residents"), column)] if column is not None else []
    sizes = {
        level: dict(
            zip(areas.ids, (Decimal(str(s)) / 1_000_000 for s in shapely.area(areas.geometry)), strict=True)
        )
        for level, areas in view.edition.areas.items()
    }
    heads.append(Head(t("Area in km²"), lambda area, level: t.number(sizes[level][area], 2)))
    heads.append(
        Head(
            t("Key"),
            lambda area, level: (view.edition.ags or area) if level == view.town_level else area,
            numeric=False,
        )
    )
    return heads

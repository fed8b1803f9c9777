"""The pages around: start, list of areas, method with glossary, downloads, accessibility, imprint."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lebenslagen.atlas.markup import Page, items, link, paragraphs
from lebenslagen.atlas.pictures import Drawn, map_block
from lebenslagen.disclosure.explain import printed_rules
from lebenslagen.figures.svg import escape
from lebenslagen.texts import MARKS, N_, SIGNS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from lebenslagen.atlas.view import View

__all__ = ["accessibility", "downloads", "imprint", "method", "place_list", "start"]


def start(view: View, drawn: Drawn | None) -> Page:
    """The first page: the question, topics in the town's words, search, the map.

    >>> start.__name__
    'start'
    """
    t, town = view.t, view.edition.town
    lead = t("This atlas shows how life differs between the {areas} of {town}, with figures of {when}.",
             areas=view.among(view.level), town=town, when=view.edition.period.label)  # fmt: skip
    picture = (
        f'<div class="picture"><h2>{escape(drawn.figure.title)}</h2>{map_block(drawn, view)}</div>'
        if drawn
        else ""
    )
    index = (
        f"<p>{link(view.index_page, t('All values of the index as a table'))}</p>"
        if view.index and drawn
        else ""
    )
    body = (
        f"<h1>{escape(t('How do people live in {town}?', town=town))}</h1>{paragraphs(lead, name='lead')}"
        f'<div class="pair start"><div class="words">{_search(view)}{_topics(view)}{index}</div>{picture}</div>'
    )
    return Page("index.html", t("Start"), body)


def _search(view: View) -> str:
    t = view.t
    label = t("Search for an area")
    return (
        '<form class="search" action="gebiete.html" method="get" role="search">'
        f'<label for="suche">{escape(label)}</label><input id="suche" name="q" type="search" autocomplete="off">'
        f"<button>{escape(t('Search'))}</button></form>"
        f"<p>{link('gebiete.html', t('All areas'))}</p>"
    )


def _topics(view: View) -> str:
    t = view.t
    index = f"<li><h3>{link(view.index_page, view.index.label)}</h3></li>" if view.index else ""
    named = {
        topic.label: items(link(view.indicator_page(i.key), i.label) for i in topic.indicators)
        for topic in view.topics
    }
    each = "".join(f"<li><h3>{escape(label)}</h3>{listed}</li>" for label, listed in named.items())
    return f'<h2 id="themen">{escape(t("Topics"))}</h2><ul class="topics">{index}{each}</ul>'


def place_list(view: View) -> Page:
    """All areas in the town's order, under those they lie in; a script narrows the list while typing.

    >>> place_list.__name__
    'place_list'
    """
    t = view.t
    first = view.place_levels[0].key
    body = []
    for group, inside in view.groups(first):
        above = view.parent(first, inside[0])
        head = (
            link(view.place_page(above[0], group), view.areas(above[0]).name(group))
            if group and above
            else ""
        )
        names = _names(view, first, inside)
        body.append(f"<section>{f'<h2>{head}</h2>' if head else ''}{names}</section>")
    coarser = "".join(
        f"<section><h2>{escape(level.plural)}</h2>{_names(view, level.key, view.areas(level.key).ids)}</section>"
        for level in view.place_levels[2:]
    )
    search = (
        f'<div class="search filter" hidden><label for="suche">{escape(t("Search for an area"))}</label>'
        f'<input id="suche" type="search" autocomplete="off"></div>'
        f'<p class="found" role="status" data-none="{escape(t("No area has this name."))}" '
        f'data-some="{escape(t("areas found:"))}"></p>'
    )
    title = view.place_levels[0].plural
    return Page(
        "gebiete.html",
        title,
        f'<h1>{escape(title)}</h1>{search}<div class="list">{"".join(body)}{coarser}</div>',
    )


def _names(view: View, level: str, ids: Sequence[str]) -> str:
    return items(link(view.place_page(level, area), view.areas(level).name(area)) for area in ids)


# Terms a reader meets, in the order they are met.
GLOSSARY = (
    (N_("Rate"), N_("How many of 100 people, children or households something applies to.")),
    (N_("Index"), N_("Several indicators in one number, so that areas can be compared. "
                     "It measures risks, not people.")),
    (N_("Status"), N_("Where an area stands today in comparison with the other areas of the town.")),
    (N_("Dynamics"), N_("How an area has moved in comparison with the other areas. “Unfavourable” can also mean: "
                        "it improved, but less than the others.")),
    (N_("Class"), N_("A range of values that gets one colour on the map.")),
    (N_("Break in the series"), N_("A change in law or counting. "
                                   "Values before and after cannot be compared directly.")),
    (N_("Not published"), N_("The number is so small that somebody could be recognised, or it could be calculated "
                             "from others. That it is missing says nothing about the area.")),
)  # fmt: skip


def method(view: View) -> Page:
    """What the numbers mean and do not mean, how they are protected, signs, glossary, sources.

    >>> method.__name__
    'method'
    """
    t, edition = view.t, view.edition
    limits = (
        t("Receiving benefits is not the same as being poor. People who do not claim benefits they are entitled to "
          "are invisible in these figures, and so are people who have little without being entitled."),
        t("Figures of an area describe many people together. They say nothing about a single person who lives there."),
        t("The areas stand in the town's own order. This atlas draws up no league table."),
    )  # fmt: skip
    signs = "".join(f"<dt>{escape(s)}</dt><dd>{escape(t(MARKS[mark]))}</dd>" for mark, s in SIGNS.items())
    terms = "".join(f"<dt>{escape(t(a))}</dt><dd>{escape(t(b))}</dd>" for a, b in GLOSSARY)
    printed = printed_rules(edition.release, t)
    rules = items(escape(rule) for rule in printed) if printed else ""
    protection = paragraphs(t("Figures are only published where nobody can be recognised by them."))
    parts = [
        f"<h1>{escape(t('Method and glossary'))}</h1>",
        f"<h2>{escape(t('What the figures say and do not say'))}</h2>{paragraphs(*limits)}",
        f"<h2>{escape(t('Protection of single people'))}</h2>{protection}{rules}",
        f'<h2>{escape(t("Signs"))}</h2><dl class="signs">{signs}</dl>',
        f"<h2>{escape(t('Glossary'))}</h2><dl>{terms}</dl>",
        _sources(view),
    ]
    return Page("methode.html", t("Method and glossary"), "".join(parts))


def _sources(view: View) -> str:
    t = view.t
    used = {key for column in view.edition.release.columns for key in column.sources}
    known = [source for source in view.edition.catalogue.sources if source.key in used]
    entries = []
    for source in known:
        dated = t("as of {day}", day=t.date(source.as_of)) if source.as_of else ""
        parts = [source.producer, source.title, dated, source.licence, source.url]
        entries.append(escape(", ".join(part for part in parts if part)))
    return f"<h2>{escape(t('Sources'))}</h2>{items(entries)}" if entries else ""


def downloads(view: View, drawings: Sequence[Drawn]) -> Page:
    """Everything that can be taken away: tables and borders the caller handed in, maps as pictures.

    >>> downloads.__name__
    'downloads'
    """
    t = view.t
    tables = items(
        f"{link(f'daten/{name}', name, download='')} ({_size(view, raw)})"
        for name, raw in view.downloads.items()
    )
    maps = items(f"{link(d.name, d.figure.title, download='')} ({_size(view, d.file)})" for d in drawings)
    body = f"<h1>{escape(t('Downloads'))}</h1>"
    body += f"<h2>{escape(t('Tables and borders'))}</h2>{tables}" if view.downloads else ""
    body += f"<h2>{escape(t('Maps as pictures (SVG)'))}</h2>{maps}" if drawings else ""
    note = t(
        "The files hold exactly the figures that this atlas shows. What is not published is not in them either."
    )
    return Page("daten.html", t("Downloads"), body + paragraphs(note))


def _size(view: View, raw: bytes) -> str:
    return f"{view.t.number(max(1, round(len(raw) / 1024)))}\u00a0KB"


def accessibility(view: View) -> Page:
    """How the atlas can be used by everybody, and whom to tell where it cannot.

    >>> accessibility.__name__
    'accessibility'
    """
    t, imprint = view.t, view.edition.imprint
    words = (
        t("Every map and every chart has a table with the same numbers and a description. The atlas can be used with "
          "the keyboard alone, with a screen reader, at 400 % size, in dark and in high-contrast colours, "
          "and without scripts."),
        t("On a map, the tab key leads to one area; arrow keys lead to its neighbours, Enter opens its page."),
        t("No page loads anything from elsewhere, none sets a cookie, none records who reads it."),
        t("Where you meet a barrier, please write to us. We answer and remove it as soon as we can."),
    )  # fmt: skip
    contact = paragraphs(
        imprint.get("accessibility", "")
        or imprint.get("accessibility_contact", "")
        or imprint.get("contact", "")
    )
    statement = paragraphs(imprint.get("accessibility_statement", "")) + "".join(
        f"<h2>{escape(t(words))}</h2>{paragraphs(imprint[key])}"
        for key, words in STATEMENT.items()
        if imprint.get(key)
    )
    head = f"<h1>{escape(t('Accessibility'))}</h1>{paragraphs(*words)}"
    body = f"{head}<h2>{escape(t('Contact'))}</h2>{contact}{statement}"
    return Page("barrierefreiheit.html", t("Accessibility"), body)


# What the town declares about accessibility, in the order in which it is read.
STATEMENT = {
    "accessibility_conformity": N_("Conformity"),
    "accessibility_exceptions": N_("Content that is not accessible"),
    "accessibility_date": N_("Made on"),
    "accessibility_method": N_("How this statement was arrived at"),
    "ombudsstelle": N_("Ombudsstelle"),
}
IMPRINT = {
    "publisher": N_("Published by"),
    "department": N_("Department"),
    "editor": N_("Editor"),
    "contact": N_("Contact"),
    "address": N_("Address"),
    "office": N_("Office in charge"),
    "web": N_("Internet"),
    "email": N_("E-mail"),
    "phone": N_("Telephone"),
    "responsible": N_("Responsible for the content"),
    "licence": N_("Licence"),
    "privacy": N_("Data protection"),
}


def imprint(view: View) -> Page:
    """Who is responsible, from the declaration.

    >>> imprint.__name__
    'imprint'
    """
    t, known = view.t, view.edition.imprint
    named = {known[key]: t(words) for key, words in reversed(IMPRINT.items()) if known.get(key)}
    facts = [(words, value) for value, words in reversed(named.items())]
    listed = "".join(f"<dt>{escape(a)}</dt><dd>{escape(b)}</dd>" for a, b in facts)
    empty = "" if facts else paragraphs(t("The publisher has not yet been named."))
    privacy = t(
        "This atlas sets no cookies and passes no data on. What your provider or the server records lies outside of it."
    )
    digest = t("Release {digest}", digest=view.edition.release.digest[:12])
    body = f"<h1>{escape(t('Imprint'))}</h1><dl>{listed}</dl>{empty}"
    body += paragraphs(privacy) + paragraphs(digest, name="small")
    return Page("impressum.html", t("Imprint"), body)

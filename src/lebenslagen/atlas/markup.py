"""HTML written by hand: everything escaped, tables with row heads, one shell for all pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lebenslagen.figures.svg import escape
from lebenslagen.texts import MARKS, SIGNS, Texts

if TYPE_CHECKING:
    from lebenslagen.atlas.view import View

__all__ = ["Page", "Row", "items", "link", "page", "paragraphs", "plain_rows", "signs", "table"]

SCROLL = 60  # rows from which a table gets its own scrolling region on wide screens


@dataclass(frozen=True)
class Row:
    """One row of a table: cells as text, the address behind its first cell, whether it heads a group.

    A group of which no value is known has its name alone.

    >>> Row(("Nord", "5,0"), "nord.html").group
    False
    """

    cells: tuple[str, ...]
    href: str = ""
    group: bool = False


@dataclass(frozen=True)
class Page:
    """A page before it gets its shell: file name, title, main part; `here` is the navigation entry it belongs to.

    >>> Page("index.html", "Start", "<h1>Start</h1>").here
    ''
    """

    name: str
    title: str
    body: str
    here: str = ""


def link(href: str, words: str, **rest: str) -> str:
    """A link with its words, attributes as keywords.

    >>> link("a.html", "Nord & Süd")
    '<a href="a.html">Nord &amp; Süd</a>'
    """
    more = "".join(f' {key.rstrip("_").replace("_", "-")}="{escape(value)}"' for key, value in rest.items())
    return f'<a href="{escape(href)}"{more}>{escape(words)}</a>'


def paragraphs(*texts: str, name: str = "") -> str:
    """Texts as paragraphs, empty ones left out.

    >>> paragraphs("a < b", "")
    '<p>a &lt; b</p>'
    """
    mark = f' class="{name}"' if name else ""
    return "".join(f"<p{mark}>{escape(words)}</p>" for words in texts if words)


def items(entries: Iterable[str], name: str = "") -> str:
    """A list of entries that are markup already.

    >>> items(["<b>x</b>"])
    '<ul><li><b>x</b></li></ul>'
    """
    mark = f' class="{name}"' if name else ""
    return f"<ul{mark}>{''.join(f'<li>{entry}</li>' for entry in entries)}</ul>"


def plain_rows(rows: Iterable[Sequence[str]], links: Mapping[str, str] | None = None) -> list[Row]:
    """Rows of a table twin; links by the text of the first cell.

    >>> plain_rows([("Nord", "1")], {"Nord": "n.html"})[0].href
    'n.html'
    """
    known = links or {}
    return [Row(tuple(cells), known.get(cells[0], "")) for cells in rows]


def table(
    caption: str,
    head: Sequence[str],
    rows: Sequence[Row],
    t: Texts,
    *,
    sortable: bool = False,
    words: int = 0,
) -> str:
    """A table whose first column heads its rows; the last `words` columns hold text, the others numbers.

    >>> from lebenslagen.texts import texts
    >>> table("Quote", ("Gebiet", "%"), [Row(("Nord", "·"))], texts("en")).count('scope="row"')
    1
    """
    text_from = len(head) - words
    heads = "".join(
        f'<th scope="col"{"" if i == 0 or i >= text_from else _N}>{escape(h)}</th>'
        for i, h in enumerate(head)
    )
    body = "".join(_row(row, text_from, len(head)) for row in rows)
    mark = ' class="sortable"' if sortable and len(rows) > 2 else ""
    inner = f"<caption>{escape(caption)}</caption><thead><tr>{heads}</tr></thead><tbody>{body}</tbody>"
    markup = f"<table{mark}>{inner}</table>"
    label = escape(t("Table: {title}", title=caption))
    name = "scroll tall" if len(rows) > SCROLL else "scroll"
    return f'<div class="{name}" role="region" aria-label="{label}" tabindex="0">{markup}</div>' + signs(
        rows, t
    )


_N, _GROUP = ' class="n"', ' class="group"'


def _row(row: Row, text_from: int, width: int) -> str:
    first = link(row.href, row.cells[0]) if row.href else escape(row.cells[0])
    if row.group and len(row.cells) == 1:
        return f'<tr{_GROUP}><th scope="rowgroup" colspan="{width}">{first}</th></tr>'
    cells = "".join(
        f"<td{'' if i >= text_from else _N}>{escape(c)}</td>" for i, c in enumerate(row.cells[1:], start=1)
    )
    return f'<tr{_GROUP if row.group else ""}><th scope="row">{first}</th>{cells}</tr>'


def signs(rows: Iterable[Row], t: Texts) -> str:
    """The legend of the signs a table uses; nothing where it uses none.

    >>> from lebenslagen.texts import texts
    >>> signs([Row(("Nord", "1"))], texts("en"))
    ''
    """
    used = {cell for row in rows for cell in row.cells[1:]}
    known = [(sign, MARKS[mark]) for mark, sign in SIGNS.items() if sign in used]
    words = "; ".join(f'<span class="sign">{escape(sign)}</span> {escape(t(mark))}' for sign, mark in known)
    return f'<p class="small">{escape(t("Signs"))}: {words}</p>' if known else ""


def page(content: Page, view: View) -> bytes:
    """A page in its shell: skip link, head, navigation, the main part, foot; the draft says so at the top.

    >>> page.__name__
    'page'
    """
    t, edition = view.t, view.edition
    site = t("Social atlas of {town}", town=edition.town)
    draft = t("DRAFT") if edition.status == "draft" else ""
    title = " – ".join(part for part in (content.title, site, draft) if part)
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(t.language)}">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f'<title>{escape(title)}</title>\n<link rel="stylesheet" href="static/atlas.css">\n'
        '<link rel="icon" href="data:,">\n'
        f'<script src="static/atlas.js" defer></script>\n</head>\n<body>\n'
        f'<a class="skip" href="#inhalt">{escape(t("Skip to the content"))}</a>\n{_head(content, view, site)}'
        f'<main id="inhalt" tabindex="-1">\n{content.body}\n</main>\n{_foot(view)}</body>\n</html>\n'
    ).encode()


def _head(content: Page, view: View, site: str) -> str:
    t = view.t
    entries = [
        ("index.html", t("Start")), ("index.html#themen", t("Topics")), ("gebiete.html", t("Areas")),
        ("methode.html", t("Method")), ("daten.html", t("Downloads")),
    ]  # fmt: skip
    nav = "".join(f"<li>{link(name, words, **_current(name, content))}</li>" for name, words in entries)
    name = link("index.html", site, class_="site")
    label = escape(t("Pages of the atlas"))
    inner = f'<p>{name}</p><nav aria-label="{label}"><ul>{nav}</ul></nav>'
    return f'<header>{_banner(view)}<div class="head">{inner}</div></header>\n'


def _current(name: str, content: Page) -> dict[str, str]:
    if name == content.name:
        return {"aria_current": "page"}
    return {"aria_current": "true"} if name == content.here else {}


def _banner(view: View) -> str:
    """What a reader must know before any number: not released yet, or not for everybody."""
    t, notes = view.t, []
    if view.edition.status == "draft":
        notes.append((t("DRAFT"), t("These figures have not been released yet.")))
    if view.edition.release.audience != "public":
        notes.append((t("INTERNAL"), t("These figures are not meant for the public.")))
    words = " ".join(f"<strong>{escape(mark)}</strong> {escape(text)}" for mark, text in notes)
    return f'<p class="banner">{words}</p>\n' if words else ""


def _foot(view: View) -> str:
    t, edition = view.t, view.edition
    links = items([link("impressum.html", t("Imprint")), link("barrierefreiheit.html", t("Accessibility"))])
    as_of = t(
        "Figures as of {day}; published {date}.", day=edition.period.label, date=t.date(edition.generated)
    )
    note = edition.imprint.get("note", "")
    return f"<footer>{paragraphs(as_of, note)}{links}</footer>\n"

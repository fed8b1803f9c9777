"""Maps and charts of the atlas: the drawing, its legend as text, its sentence, its source, its download."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from lebenslagen.atlas.markup import link, paragraphs
from lebenslagen.figures import Figure, Layer, Legend, LegendRow, choropleth
from lebenslagen.figures.colours import luminance
from lebenslagen.figures.svg import escape, identifier

if TYPE_CHECKING:
    from lebenslagen.atlas.view import View
    from lebenslagen.disclosure.release import Column
    from lebenslagen.texts import Texts

__all__ = ["Drawn", "chart", "draw", "index_layer", "map_block", "rate_layer"]


@dataclass(frozen=True)
class Drawn:
    """A map twice: for the page, with links and without its legend; and whole, for the download.

    >>> Drawn(Figure("", "", "", "", (), (), 1, 1), b"", "karte.svg", "").name
    'karte.svg'
    """

    figure: Figure
    file: bytes
    name: str
    source: str


def rate_layer(view: View, column: Column, title: str, uid: str) -> Layer:
    """The layer of a rate on the level it is mapped on.

    >>> rate_layer.__name__
    'rate_layer'
    """
    level = view.shown_level(column)
    people = view.residents()
    counted = people.key if people is not None and people.cells.get(level) else ""
    return Layer(
        title, column.key, level, people=counted, focus=_focus(view, level), link=view.links(level), uid=uid
    )


def index_layer(view: View, role: str, style: str, title: str, uid: str) -> Layer | None:
    """The layer of a class of the index; None where the release has none.

    >>> index_layer.__name__
    'index_layer'
    """
    column = view.of_index(role)
    if column is None:
        return None
    chance = view.of_index({"class": "probability", "combined_class": "combined_probability"}.get(role, ""))
    sure = chance.key if chance is not None else ""
    return replace(rate_layer(view, column, title, uid), style=style, probability=sure)


def _focus(view: View, level: str) -> tuple[str, ...]:
    return tuple(view.index.focus) if view.index and level == view.level.key else ()


def draw(view: View, layer: Layer) -> Drawn:
    """The map of a layer.

    >>> draw.__name__
    'draw'
    """
    shown = choropleth(view.edition.release, replace(layer, legend=False), view.frame, view.t)
    whole = choropleth(view.edition.release, replace(layer, link=None), view.frame, view.t)
    source = view.sources([view.edition.release.column(layer.column)])
    return Drawn(shown, whole.svg.encode(), f"karten/{identifier(layer.uid)}.svg", source)


def map_block(drawn: Drawn, view: View) -> str:
    """The map as a figure: drawing, line that names the area in focus, legend, sentence, source, download.

    >>> map_block.__name__
    'map_block'
    """
    t, figure = view.t, drawn.figure
    legend = _legend(figure.legend, figure.svg, view) if figure.legend else ""
    source = f'<p class="small">{escape(t("Source"))}: {escape(drawn.source)}</p>' if drawn.source else ""
    save = f'<p class="small">{link(drawn.name, t("Map as a picture (SVG)"), download="")}</p>'
    return (
        f'<figure class="map" aria-label="{escape(figure.title)}"><div class="panel">{figure.svg}</div>'
        '<p class="told" role="status"></p>'
        f'<p class="small keys" hidden>{escape(t("Arrow keys lead from area to area, Enter opens its page."))}</p>'
        f'<figcaption><p class="seen">{escape(figure.sentence)}</p>{legend}{source}{save}</figcaption></figure>'
    )


def _legend(legend: Legend, svg: str, view: View) -> str:
    t = view.t
    body = _grid(legend, t) if legend.grid else ""
    rows = legend.rows[len(legend.grid[0]) * len(legend.grid[1]) :] if legend.grid else legend.rows
    people = f'<th scope="col" class="n">{escape(legend.people)}</th>' if legend.people else ""
    counted = f'<th scope="col" class="n">{escape(legend.areas)}</th>'
    head = f'<tr><th scope="col">{escape(t("Class"))}</th>{counted}{people}</tr>'
    listed = "".join(_legend_row(row, legend, svg) for row in rows)
    plain = f"<thead>{head}</thead><tbody>{listed}</tbody>"
    shown = f'<table class="legend"><caption>{escape(legend.title)}</caption>{plain}</table>' if rows else ""
    return body + shown + paragraphs(legend.note, name="small") + _key(legend, t)


def _legend_row(row: LegendRow, legend: Legend, svg: str) -> str:
    people = f'<td class="n">{escape(row.people)}</td>' if legend.people else ""
    label = f'<th scope="row">{_swatch(row, svg)} {escape(row.label)}</th>'
    return f'<tr>{label}<td class="n">{row.areas}</td>{people}</tr>'


def _swatch(row: LegendRow, svg: str) -> str:
    """A small field in the colour or the pattern of the map on the same page."""
    fill = row.fill
    if row.pattern:
        name = row.pattern if row.pattern != "unsure" else "unsure1"
        uid = svg.split('aria-labelledby="', 1)[1].split("-title", 1)[0]
        fill = f"url(#{uid}-{name})" if f'id="{uid}-{name}"' in svg else row.fill
    field = f'<path d="M.5.5h21v11h-21z" fill="{escape(fill)}" stroke="#1f2328"/>'
    return f'<svg class="swatch" viewBox="0 0 22 12" width="22" height="12" aria-hidden="true">{field}</svg>'


def _grid(legend: Legend, t: Texts) -> str:
    """Status downwards, dynamics across, the number of areas in each cell."""
    status, dynamics = legend.grid or ((), ())
    heads = "".join(f'<th scope="col">{escape(words)}</th>' for words in dynamics)
    rows = []
    for i, words in enumerate(status):
        cells = "".join(_field(legend.rows[i * len(dynamics) + j]) for j in range(len(dynamics)))
        rows.append(f'<tr><th scope="row">{escape(words)}</th>{cells}</tr>')
    caption = t(
        "{title}: number of {areas} by status (rows) and dynamics (columns)",
        title=legend.title,
        areas=legend.areas,
    )
    corner = f'<th scope="col">{escape(t("Status"))}</th>'
    return (
        f'<table class="grid"><caption>{escape(caption)}</caption><thead><tr>{corner}{heads}</tr></thead>'
        f"<tbody>{''.join(rows)}</tbody></table>"
    )


def _field(row: LegendRow) -> str:
    ink = "#fff" if luminance(row.fill) < 0.3 else "#1f2328"
    return f'<td style="background:{escape(row.fill)};color:{ink}">{row.areas}</td>'


def _key(legend: Legend, t: Texts) -> str:
    if not legend.key:
        return ""
    names = "".join(f"<li value={escape(number)}>{escape(name)}</li>" for number, name in legend.key)
    return f'<p class="small">{escape(t("Numbers on the map"))}</p><ol class="key">{names}</ol>'


def chart(figure: Figure, name: str = "") -> str:
    """A chart as a figure with its sentence; its numbers stand in a table on the same page.

    >>> chart(Figure("<svg/>", "T", "D", "S", (), (), 1, 1))
    '<figure class="chart"><div class="panel"><svg/></div><figcaption>S</figcaption></figure>'
    """
    mark = f"chart {name}".strip()
    words = f"<figcaption>{escape(figure.sentence)}</figcaption>" if figure.sentence else ""
    return f'<figure class="{mark}"><div class="panel">{figure.svg}</div>{words}</figure>'

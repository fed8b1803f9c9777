"""The atlas: a static site made from a release, for everybody, without server, script or anything from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib import resources
from typing import TYPE_CHECKING

from lebenslagen.texts import texts

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

    from lebenslagen.atlas.markup import Page
    from lebenslagen.atlas.view import View
    from lebenslagen.edition import Edition

__all__ = ["build_atlas"]


def build_atlas(edition: Edition, downloads: Mapping[str, bytes] | None = None) -> dict[str, bytes]:
    """The whole site, path to content; the same edition gives the same bytes. `index.html` is where it starts.

    `downloads`: files to offer as they are (tables, borders), name to content; made from the same release.

    >>> build_atlas.__name__
    'build_atlas'
    """
    from lebenslagen.atlas.markup import page
    from lebenslagen.atlas.view import View

    view = View(edition, texts(edition.language), dict(downloads or {}))
    pages, files = _pages(view)
    out = {content.name: page(content, view) for content in pages}
    out |= files
    out |= {f"daten/{name}": raw for name, raw in view.downloads.items()}
    return {**out, **_static()}


def _pages(view: View) -> tuple[list[Page], dict[str, bytes]]:
    """All pages and the maps to take away."""
    from lebenslagen.atlas import places, site, topics

    drawings = topics.index_drawings(view) if view.index else []
    topic_pages, maps = [], list(drawings)
    for indicator in view.told:
        content, drawn = topics.indicator_page(view, indicator)
        topic_pages.append(content)
        maps += [drawn] if drawn else []
    pages = [site.start(view, maps[0] if maps else None)]
    pages += [topics.index_page(view, drawings)] if view.index else []
    pages += topic_pages
    pages += [site.place_list(view), site.method(view), site.downloads(view, maps)]
    pages += [site.accessibility(view), site.imprint(view)]
    pages += [
        places.place_page(view, level.key, area)
        for level in view.place_levels
        for area in view.areas(level.key).ids
    ]
    return pages, {drawn.name: drawn.file for drawn in maps}


def _static() -> dict[str, bytes]:
    """Style, script and fonts, the same for every atlas."""
    return {
        f"static/{name}": file.read_bytes()
        for name, file in _walk(resources.files("lebenslagen.atlas") / "static")
    }


def _walk(folder: Traversable, prefix: str = "") -> Iterator[tuple[str, Traversable]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        if entry.is_dir():
            yield from _walk(entry, f"{prefix}{entry.name}/")
        elif not entry.name.endswith(".md"):
            yield prefix + entry.name, entry

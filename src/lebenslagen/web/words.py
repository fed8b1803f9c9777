"""The texts of a page in one language."""

from __future__ import annotations

from functools import cache

from lebenslagen.texts import Texts, texts

__all__ = ["PageTexts", "spoken"]


class PageTexts(Texts):
    """Texts that templates may hold without calling them."""

    do_not_call_in_templates = True


@cache
def spoken(language: str = "de") -> PageTexts:
    """The texts of a language, for `request.t` and for templates."""
    found = texts(language)
    return PageTexts(found.language, found.catalogue)

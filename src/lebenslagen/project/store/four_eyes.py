"""Four eyes: who a person is, however the name is spelt."""

from __future__ import annotations

import re
import unicodedata

from lebenslagen.errors import Fault, NotAllowed

__all__ = ["two_persons"]


def two_persons(by: str, approved_by: str) -> None:
    """Raise NotAllowed unless author and approver are named and are two persons.

    >>> two_persons("A. Planung", "B. Statistik")
    """
    if not by.strip() or not approved_by.strip() or _same_person(by, approved_by):
        raise NotAllowed(Fault("four-eyes", "release", {"by": by, "approved": approved_by or "–"}))


def _same_person(one: str, other: str) -> bool:
    """Two spellings of one name are one person: capitals, blanks, umlauts, order do not make a second pair of eyes."""
    return _words(one) == _words(other)


def _words(name: str) -> list[str]:
    folded = unicodedata.normalize("NFKC", name).casefold().translate(UMLAUTS)
    return sorted(re.findall(r"\w+", folded))


UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})

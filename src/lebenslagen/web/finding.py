"""Finding things by their words: umlauts as people type them, word beginnings, and a slip of the finger or two.

Nothing here knows what is searched; a page gathers what a person may see and asks `find`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

__all__ = ["MOST_WORDS", "Entry", "find", "fold", "slips", "words"]

UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "æ": "ae", "ø": "oe", "å": "a"})
MOST_WORDS = 6
EXACT, BEGINS, INSIDE, SLIP = 8.0, 5.0, 2.0, 1.0
IN_TITLE = 3.0  # what stands in the title counts more than what stands in the text


@dataclass(frozen=True)
class Entry:
    """Something that can be found: its title, a line about it, where it leads, and further words it is found by."""

    title: str
    line: str
    address: str
    more: str = ""
    kind: str = field(default="", compare=False)

    @cached_property
    def in_title(self) -> frozenset[str]:
        return frozenset(words(self.title))

    @cached_property
    def anywhere(self) -> frozenset[str]:
        return self.in_title | frozenset(words(f"{self.line} {self.more}"))


def fold(text: str) -> str:
    """One spelling for what people type differently.

    >>> fold("Hafenstraße-Süd"), fold("HAFENSTRASSE-SUED"), fold("Café")
    ('hafenstrasse-sued', 'hafenstrasse-sued', 'cafe')
    """
    composed = unicodedata.normalize("NFC", text).casefold().translate(UMLAUTS)
    plain = unicodedata.normalize("NFKD", composed)
    return "".join(sign for sign in plain if not unicodedata.combining(sign))


def words(text: str) -> list[str]:
    """The words of a text in one spelling.

    >>> words("Grün & Wald, 2024")
    ['gruen', 'wald', '2024']
    """
    return re.findall(r"\w+", fold(text))


def slips(a: str, b: str, most: int) -> int:
    """How many letters are wrong, missing, too many or swapped with their neighbour; `most + 1` where there are more.

    Optimal string alignment distance (Damerau 1964), cut off early.

    >>> slips("altmarkt", "altmrakt", 2), slips("altmarkt", "altmarck", 2), slips("altmarkt", "hafen", 2)
    (1, 2, 3)
    """
    if abs(len(a) - len(b)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(b) + 1))
    for i, sign in enumerate(a, 1):
        earlier, before, row = before, row, [i]
        for j, other in enumerate(b, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (sign != other))
            if i > 1 and j > 1 and sign == b[j - 2] and a[i - 2] == other:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def forgiven(word: str) -> int:
    """How many slips a word may have: none in short words and in numbers.

    >>> forgiven("sgb"), forgiven("markt"), forgiven("hafenstrasse"), forgiven("2024")
    (0, 1, 2, 0)
    """
    return 0 if len(word) < 4 or word.isdecimal() else 1 if len(word) < 8 else 2


def find(wanted: str, entries: Sequence[Entry]) -> list[Entry]:
    """The entries that hold every word that was asked for, the best first; equal ones stay in their order."""
    asked = list(dict.fromkeys(words(wanted)))[:MOST_WORDS]
    if not asked:
        return []
    vocabulary = frozenset[str]().union(*(entry.anywhere for entry in entries))
    known = [_known(word, vocabulary) for word in asked]
    scored = [(sum(scores), entry) for entry in entries if all(scores := [_score(entry, k) for k in known])]
    return [entry for _, entry in sorted(scored, key=lambda pair: -pair[0])]


def _known(word: str, vocabulary: Iterable[str]) -> Mapping[str, float]:
    """Which words of all entries are meant by this one; slips are forgiven only where nothing fits as it is."""
    fits = {other: score for other in vocabulary if (score := _fit(word, other))}
    most = forgiven(word)
    if fits or not most:
        return fits
    near = {
        other: min(_slips_at_begin(word, other, most), _slips_at_begin(_bare(word), _bare(other), most))
        for other in vocabulary
    }
    return {other: SLIP / (n or 1) for other, n in near.items() if n <= most}


def _bare(word: str) -> str:
    """An umlaut is one letter, however it is written: so that "Gürn" is one slip from "Grün"."""
    return word.replace("ae", "a").replace("oe", "o").replace("ue", "u")


def _fit(word: str, other: str) -> float:
    if word == other:
        return EXACT
    if other.startswith(word):
        return BEGINS
    return INSIDE if len(word) > 2 and word in other else 0.0


def _slips_at_begin(word: str, other: str, most: int) -> int:
    """Slips against the whole word, or against its beginning where that is longer: "Hafenstase" means Hafenstraßenviertel."""
    whole = slips(word, other, most)
    return min(whole, slips(word, other[: len(word)], most)) if len(other) > len(word) >= 5 else whole


def _score(entry: Entry, known: Mapping[str, float]) -> float:
    best = max((known.get(word, 0.0) for word in entry.anywhere), default=0.0)
    title = max((known.get(word, 0.0) for word in entry.in_title), default=0.0)
    return max(best, IN_TITLE * title)

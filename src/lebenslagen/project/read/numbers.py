"""The grammar of German numbers: what is a number, what is a sign in place of one, and what must be asked.

Only what stands here is a number: digits 0 to 9, thousands in groups of three parted by point, no-break space or thin
space, a decimal comma, a minus in front, a percent sign behind. No exponents, no hexadecimal, no underscores, no other
digits, no fractions. Signs in place of numbers follow DIN 55301 and the practice of the statistical
offices, and count only where the layout declares them. Source: DIN 55301:2018, Gestaltung statistischer Tabellen.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import NamedTuple

__all__ = ["SIGN_KINDS", "USUAL_SIGNS", "Grammar", "Value", "looks_like_sign"]

MINUS = "-\u2212\u2013"
SPACES = " \u00a0\u202f\u2009\u2007"

# What a declared sign may mean -> SDMX status, and whether a zero stands there.
SIGN_KINDS: Mapping[str, str] = {
    "zero": "A",
    "missing": "O",
    "later": "O",
    "undefined": "O",
    "unsure": "O",
    "withheld": "Q",
    "note": "A",
    "revised": "A",
    "estimated": "E",
}
# The usual meaning, offered in the question; never applied without a declaration.
USUAL_SIGNS: Mapping[str, str] = {
    "-": "zero",
    "–": "zero",
    "—": "zero",
    ".": "missing",
    "•": "withheld",
    "·": "withheld",
    "*": "withheld",
    "/": "unsure",
    "x": "undefined",
    "X": "undefined",
    "...": "later",
    "…": "later",
    "()": "estimated",
    "<": "withheld",
    "ca.": "estimated",
    "±": "estimated",
    "r": "revised",
    "p": "estimated",
}
MISSING_WORDS = re.compile(
    r"(?i)(k\.?\s?a\.?|n\.?\s?v\.?|n\.?\s?a\.?|keine angabe|entfällt|liegt nicht vor|ohne angabe|#?nv)"
)
NOTE_MARKS = re.compile(r"[\u00b9\u00b2\u00b3\u2070-\u2079]+|\s*\*{1,3}|\s+\d\)|\s*[a-z]\)?")


class Value(NamedTuple):
    """One cell understood: a number or none, its status (A, E, O, Q), and what must be asked or refused.

    problem: "" | "sign" | "not-a-number" | "mark" | "decimal-point" | "ambiguous"; form: how it was written.

    >>> Value(Decimal(5)).status
    'A'
    """

    number: Decimal | int | None
    status: str = "A"
    problem: str = ""
    form: str = "plain"
    sign: str = ""


MISSING = Value(None, "O")


def looks_like_sign(text: str) -> bool:
    """Whether a text that is no number is one of the usual signs or words in place of one.

    >>> looks_like_sign("k. A."), looks_like_sign("<3"), looks_like_sign("abc")
    (True, True, False)
    """
    return (
        text in USUAL_SIGNS
        or MISSING_WORDS.fullmatch(text) is not None
        or re.fullmatch(
            r"[<>≤≥]\s?\d+|\(\d[\d.,]*\)|(?:ca\.?|rund|etwa|~|±)\s?\d[\d.,]*|\d+\s?[-–]\s?\d+\)?|[.\-–*/x•·…]{1,3}",
            text,
        )
        is not None
    )


class Grammar:
    """How the cells of one column are read: decimal sign, declared signs.

    decimal: "," as in German or "." where the layout declares it; signs: sign -> kind of `SIGN_KINDS`.

    >>> german = Grammar()
    >>> german.read("12.345").number, german.read("12,3").number, german.read("21,4 %").number
    (12345, Decimal('12.3'), Decimal('21.4'))
    >>> german.read("12.03").problem, german.read("1e3").problem, german.read("*").problem
    ('decimal-point', 'not-a-number', 'sign')
    >>> Grammar(signs={"*": "withheld"}).read("*")
    Value(number=None, status='Q', problem='', form='plain', sign='*')
    """

    def __init__(self, decimal: str = ",", signs: Mapping[str, str] | None = None) -> None:
        self.decimal = decimal
        self.signs = dict(signs or {})
        group = "." if decimal == "," else ","
        thin, head = SPACES[1:], r"\d{1,3}"
        groups = (
            rf"{head}(?:\{group}\d{{3}})+",
            rf"{head}(?:[{thin}]\d{{3}})+",
            rf"{head}(?: \d{{3}})+",
            r"\d+",
        )
        digits = f"(?P<whole>{'|'.join(groups)})"
        self.group = group
        self.pattern = re.compile(
            rf"(?P<minus>[{MINUS}])?{digits}(?:\{decimal}(?P<part>\d+))?(?P<percent>[{SPACES}]?%)?", re.ASCII
        )
        self.bare = re.compile(rf"(?P<minus>[{MINUS}])?\{decimal}(?P<part>\d+)", re.ASCII)
        other = decimal.translate(str.maketrans(",.", ".,"))
        self.foreign = re.compile(
            rf"[{MINUS}]?\d+\{other}\d+(?:[{SPACES}]?%)?|[{MINUS}]?\d{{1,3}}(?:\{decimal}\d{{3}})+\{other}\d+",
            re.ASCII,
        )

    def read(self, text: str) -> Value:
        """The value of one cell's text, stripped of ordinary blanks by the caller."""
        found = self._number(text)
        if found is not None:
            return found
        if text in self.signs:
            return self._sign(text, self.signs[text])
        marked = self._marked(text)
        if marked is not None:
            return marked
        if self.foreign.fullmatch(text):
            return Value(None, problem="decimal-point", form="foreign")
        if self._mark_after_number(text):
            return Value(None, problem="mark")
        return Value(None, problem="sign" if looks_like_sign(text) else "not-a-number")

    def _number(self, text: str) -> Value | None:
        match = self.pattern.fullmatch(text)
        if match is None:
            bare = self.bare.fullmatch(text)
            return (
                Value(Decimal(f"{'-' if bare['minus'] else ''}0.{bare['part']}"), form="decimal")
                if bare
                else None
            )
        minus, whole, part, percent = match.groups()
        if len(whole) > 30 or len(part or "") > 30:
            return Value(None, problem="not-a-number")
        form = "grouped" if self.group in whole else "decimal" if part else "plain"
        sign = "-" if minus else ""
        digits = whole if whole.isdigit() else re.sub(r"\D", "", whole)
        number = Decimal(f"{sign}{digits}.{part}") if part else int(sign + digits)
        return Value(number, form="percent" if percent else form)

    def _sign(self, text: str, kind: str) -> Value:
        return Value(0 if kind == "zero" else None, SIGN_KINDS[kind], sign=text)

    def _marked(self, text: str) -> Value | None:
        """A number with a declared mark at it: "412¹", "(2)", "ca. 40", "<3"."""
        for sign, kind in self.signs.items():
            inner = _inside(text, sign)
            number = self._number(inner) if inner else None
            if number is not None and not number.problem:
                if kind in ("withheld", "missing", "later", "undefined"):
                    return Value(None, SIGN_KINDS[kind], sign=sign)
                return Value(
                    number.number,
                    "E" if kind in ("unsure", "estimated") else "A",
                    form=number.form,
                    sign=sign,
                )
        return None

    def _mark_after_number(self, text: str) -> bool:
        match = NOTE_MARKS.search(text)
        return (
            match is not None and match.end() == len(text) and self._number(text[: match.start()]) is not None
        )


def _inside(text: str, sign: str) -> str:
    if sign == "()":
        return text[1:-1].strip() if text.startswith("(") and text.endswith(")") else ""
    if text.endswith(sign):
        return text[: -len(sign)].rstrip()
    return text[len(sign) :].lstrip() if text.startswith(sign) else ""


def read_all(texts: Iterable[str], grammar: Grammar) -> dict[str, Value]:
    """Each different text once.

    >>> read_all(["5", "5", "x"], Grammar())["5"].number
    5
    """
    return {text: grammar.read(text) for text in dict.fromkeys(texts)}

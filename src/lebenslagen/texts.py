"""How things are said: gettext catalogues, German numbers and dates, and the signs for values that are not there."""

from __future__ import annotations

import gettext
import os
from collections.abc import Iterator, Mapping
from functools import cache

TYPE_CHECKING = False  # typing, dataclasses and pathlib would double the time that --help takes
if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from lebenslagen.errors import Fault

__all__ = [
    "MARKS",
    "N_",
    "SIGNS",
    "Texts",
    "date_text",
    "fault_text",
    "number_text",
    "printable",
    "round_half_up",
    "texts",
]

LOCALE = os.path.join(os.path.dirname(__file__), "locale")  # noqa: PTH120
NARROW = "\u202f"  # narrow no-break space before %

# What stands in place of a value; the legend of signs under a table is made from this.
SIGNS: Mapping[str, str] = {"withheld": "·", "missing": "…", "undefined": "x", "excluded": "–"}


def N_(text: str) -> str:
    """Mark a text for translation where it is only translated later.

    >>> N_("Area")
    'Area'
    """
    return text


MARKS: Mapping[str, str] = {
    "withheld": N_("not published, so that nobody can be recognised"),
    "missing": N_("no figure from the supplier"),
    "undefined": N_(
        "not meaningful here: the base is empty or too small, or the value only exists for larger areas"
    ),
    "excluded": N_("not part of the comparison"),
}


class Texts:
    """The catalogue of one language; call it with an English text and named values.

    >>> Texts("en", gettext.NullTranslations())("{n} areas", n=3)
    '3 areas'
    """

    __slots__ = ("catalogue", "language")

    def __init__(self, language: str, catalogue: gettext.NullTranslations) -> None:
        self.language = language
        self.catalogue = catalogue

    def __call__(self, message: str, **values: object) -> str:
        text = self.catalogue.gettext(message) if message else ""
        return text.format(**values) if values else text

    def plural(self, one: str, many: str, n: int, **values: object) -> str:
        return self.catalogue.ngettext(one, many, n).format(n=n, **values)

    def number(self, value: Decimal | float | int, decimals: int = 0) -> str:
        return number_text(value, decimals, self.language)

    def date(self, day: date) -> str:
        return date_text(day, self.language)


@cache
def texts(language: str = "de") -> Texts:
    """The texts of a language: all catalogues under ``locale/<language>/LC_MESSAGES`` together; English is the code.

    >>> texts("en")("Areas")
    'Areas'
    """
    folder = os.path.join(LOCALE, language, "LC_MESSAGES")
    names = [name for name in os.listdir(folder) if name.endswith(".mo")] if os.path.isdir(folder) else []  # noqa: PTH112, PTH208
    first = {"cli.mo": 0, "project.mo": 1}  # what a short command says
    paths = [
        os.path.join(folder, name) for name in sorted(names, key=lambda name: (first.get(name, 2), name))
    ]
    return Texts(language, _Catalogues(paths))


class _Catalogues(gettext.NullTranslations):
    """All catalogues of a language; each is read when a text is asked for that those before it do not have."""

    def __init__(self, paths: list[str]) -> None:
        super().__init__()
        self._waiting = iter(paths)
        self._read: list[gettext.GNUTranslations] = []
        self._known: dict[str, str] = {}

    def _parts(self) -> Iterator[gettext.GNUTranslations]:
        yield from self._read
        for path in self._waiting:
            with open(path, "rb") as file:  # noqa: PTH123
                self._read.append(gettext.GNUTranslations(file))
            yield self._read[-1]

    def gettext(self, message: str) -> str:
        if message not in self._known:
            found = (part.gettext(message) for part in self._parts())
            self._known[message] = next((text for text in found if text != message), message)
        return self._known[message]

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        found = (part.ngettext(msgid1, msgid2, n) for part in self._parts())
        return next((text for text in found if text not in (msgid1, msgid2)), msgid1 if n == 1 else msgid2)


def round_half_up(value: Decimal | float | int, decimals: int = 0) -> Decimal:
    """Round once, in Decimal, half away from zero. A float is taken by its shortest decimal form.

    >>> round_half_up(0.125, 2), round_half_up(-2.5)
    (Decimal('0.13'), Decimal('-3'))
    """
    from decimal import ROUND_HALF_UP, Decimal

    exact = value if isinstance(value, Decimal) else Decimal(repr(value))
    rounded = exact.quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
    return abs(rounded) if rounded.is_zero() else rounded


def number_text(value: Decimal | float | int, decimals: int = 0, language: str = "de") -> str:
    """A number as it is printed: rounded half up, thousands grouped, decimal comma in German, true minus sign.

    >>> number_text(1234.5, 1), number_text(-0.5), number_text(1234.5, 1, "en")
    ('1.234,5', '−1', '1,234.5')
    """
    plain = f"{round_half_up(value, decimals):,f}".replace("-", "−")
    if language.startswith("de"):
        return plain.translate(str.maketrans(",.", ".,"))
    return plain


def date_text(day: date, language: str = "de") -> str:
    """A date as it is printed: 31.12.2024 in German, 31 December 2024 in English.

    >>> from datetime import date
    >>> date_text(date(2024, 12, 31)), date_text(date(2024, 12, 31), "en")
    ('31.12.2024', '31 December 2024')
    """
    if language.startswith("de"):
        return f"{day:%d.%m.%Y}"
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def fault_text(fault: Fault, language: str = "de") -> tuple[str, str]:
    """The sentence and the remedy of a fault in a language.

    >>> from lebenslagen.errors import Fault
    >>> fault_text(Fault("missing-key", "project.toml", {"key": "name"}), "en")
    ('The key “name” is missing.', 'Add the key.')
    """
    from lebenslagen.errors import FAULTS

    t, kind = texts(language), FAULTS[fault.code]
    values = {key: _value_text(value, language) for key, value in fault.values.items()}
    return t(kind.message).format_map(values), t(kind.remedy).format_map(values)


def _value_text(value: object, language: str) -> str:
    """A Decimal is written with the digits it has; whole numbers stay as they are: they may be keys or years."""
    from decimal import Decimal

    if isinstance(value, Decimal) and value.is_finite():
        return number_text(value, max(0, -int(value.as_tuple().exponent)), language)
    return printable(str(value))


def printable(text: str) -> str:
    """A text from outside without control signs, which could steer a terminal or break a line.

    >>> printable("a\x1b[2Jb")
    'a\ufffd[2Jb'
    """
    return "".join("\ufffd" if ord(sign) < 32 or 127 <= ord(sign) < 160 else sign for sign in text)

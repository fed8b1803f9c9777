"""How things are said: gettext catalogues, German numbers and dates, and the signs for values that are not there."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import cache
from pathlib import Path

from lebenslagen.errors import FAULTS, Fault

__all__ = [
    "MARKS",
    "N_",
    "SIGNS",
    "Texts",
    "date_text",
    "fault_text",
    "number_text",
    "round_half_up",
    "texts",
]

LOCALE = Path(__file__).parent / "locale"
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
    "missing": N_("not available yet, or not delivered"),
    "undefined": N_("not meaningful, because nobody is in the base"),
    "excluded": N_("not part of the comparison"),
}


@dataclass(frozen=True)
class Texts:
    """The catalogue of one language; call it with an English text and named values.

    >>> Texts("en", gettext.NullTranslations())("{n} areas", n=3)
    '3 areas'
    """

    language: str
    catalogue: gettext.NullTranslations

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
    catalogue = gettext.NullTranslations()
    for path in sorted(LOCALE.glob(f"{language}/LC_MESSAGES/*.mo"), reverse=True):
        with path.open("rb") as file:
            part = gettext.GNUTranslations(file)
        part.add_fallback(catalogue)
        catalogue = part
    return Texts(language, catalogue)


def round_half_up(value: Decimal | float | int, decimals: int = 0) -> Decimal:
    """Round once, in Decimal, half away from zero. A float is taken by its shortest decimal form.

    >>> round_half_up(0.125, 2), round_half_up(-2.5)
    (Decimal('0.13'), Decimal('-3'))
    """
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

    >>> date_text(date(2024, 12, 31)), date_text(date(2024, 12, 31), "en")
    ('31.12.2024', '31 December 2024')
    """
    if language.startswith("de"):
        return f"{day:%d.%m.%Y}"
    months = "January February March April May June July August September October November December".split()
    return f"{day.day} {months[day.month - 1]} {day.year}"


def fault_text(fault: Fault, language: str = "de") -> tuple[str, str]:
    """The sentence and the remedy of a fault in a language.

    >>> fault_text(Fault("missing-key", "project.toml", {"key": "name"}), "en")
    ('The key “name” is missing.', 'Add the key.')
    """
    t, kind = texts(language), FAULTS[fault.code]
    values = {key: _value_text(value, language) for key, value in fault.values.items()}
    return t(kind.message).format_map(values), t(kind.remedy).format_map(values)


def _value_text(value: object, language: str) -> str:
    """A Decimal is written with the digits it has; whole numbers stay as they are: they may be keys or years."""
    if isinstance(value, Decimal) and value.is_finite():
        return number_text(value, max(0, -int(value.as_tuple().exponent)), language)
    return str(value)

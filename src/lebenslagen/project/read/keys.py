"""Which area a key or a name means: exactly one of the register's, or a question, never a guess.

Only ordinary blanks are cut off. Whatever else differs (a lost zero, an invisible sign, a letter that looks
like a digit, a spelling) is shown with old and new, and asked.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property

from lebenslagen.errors import Fault
from lebenslagen.project.read.bounds import GUESSES, Faults
from lebenslagen.project.read.grid import Broken, Cell
from lebenslagen.project.read.heads import clean, fold, shown
from lebenslagen.project.read.layout import Key
from lebenslagen.project.read.reading import Register

__all__ = ["Found", "KeyFaults", "Keys", "mojibake", "name_problem"]

BLANKS = " \t\r\n"
LOOKALIKES = str.maketrans("OoОоlIіІ|", "000011111")
MOJIBAKE = re.compile(r"[ÃÂ][\u0080-\u00bf\u2018-\u203a€Ÿœžšˆ˜]|â€")


@dataclass(frozen=True)
class Found:
    """What a key cell means: the area, and what stands against taking it (a fault code, and the reading offered).

    >>> Found("01").code
    ''
    """

    area: str | None
    code: str = ""
    meant: str = ""


def mojibake(text: str) -> str:
    """The text as it probably was before UTF-8 was read as an 8-bit encoding; empty where nothing speaks for it.

    >>> mojibake("Am FÃ¶rderturm"), mojibake("Am Förderturm")
    ('Am Förderturm', '')
    """
    if not MOJIBAKE.search(text):
        return ""
    for encoding in ("cp1252", "latin-1"):
        try:
            return text.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
    return ""


def _bare(text: str) -> str:
    """A key without what cannot be seen, other digits as 0 to 9, letters that look like digits as digits."""
    plain = unicodedata.normalize("NFKC", text)
    kept = (
        str(unicodedata.digit(c, c)) for c in plain if unicodedata.category(c) not in ("Cf", "Zs", "Cc", "Mn")
    )
    return "".join(kept).translate(LOOKALIKES)


class Keys:
    """The keys of one register as a layout says they are written.

    register None: no areas are known for the level, and each key stands for itself.
    """

    def __init__(self, key: Key, register: Register | None) -> None:
        self.key = key
        self.register = register
        self.ids = frozenset(register.ids) if register else frozenset()
        self.aliases = {clean(written): area for written, area in key.aliases.items()}
        self.pattern = re.compile(key.pattern) if key.pattern else None
        self.cache: dict[tuple[type, Cell], Found] = {}
        self.guesses = GUESSES
        self.direct = (
            self.ids if key.form == "id" and not (key.pattern or key.pad or key.aliases) else frozenset()
        )

    @cached_property
    def names(self) -> dict[str, str]:
        register = self.register
        return dict(zip(register.ids, map(clean, register.names), strict=True)) if register else {}

    @cached_property
    def by_name(self) -> dict[str, str]:
        return {name: area for area, name in self.names.items()}

    @cached_property
    def by_fold(self) -> dict[str, list[str]]:
        return _grouped((fold(name), area) for area, name in self.names.items())

    @cached_property
    def by_stripped(self) -> dict[str, list[str]]:
        return _grouped((area.lstrip("0") or "0", area) for area in self.ids)

    def find(self, cell: Cell) -> Found:
        """The area a key cell means."""
        if type(cell) is str and cell in self.direct:
            return Found(cell)
        known = (type(cell), cell)
        if known not in self.cache:
            self.cache[known] = self._find(cell)
        return self.cache[known]

    def _find(self, cell: Cell) -> Found:
        if isinstance(cell, Broken):
            return Found(None, "formula-without-value" if cell == "=" else "error-cell")
        if isinstance(cell, date | time):
            return Found(None, "key-is-date", _class_of(cell))
        text = self._text(cell)
        if not text:
            return Found(None, "key-empty")
        alias = self.aliases.get(clean(text))
        if alias is not None:
            return Found(alias)
        return self._by_name(text) if self.key.form == "name" else self._by_id(text)

    def _text(self, cell: Cell) -> str:
        text = f"{cell:.15g}" if isinstance(cell, float) else "" if cell is None else str(cell).strip(BLANKS)
        if self.pattern:
            match = self.pattern.search(text)
            text = (match.group(1) if match.groups() else match.group()) if match else text
        if self.key.pad and text.isascii() and text.isdigit():
            text = text.zfill(self.key.pad)
        return text

    def _by_id(self, text: str) -> Found:
        if text in self.ids or self.register is None:
            return Found(text)
        if re.fullmatch(r"\d+[.,]0+", text):
            same = self.by_stripped.get(re.split("[.,]", text)[0].lstrip("0") or "0", [])
            return Found(same[0], "key-as-number", same[0]) if len(same) == 1 else Found(None, "unknown-area")
        same = self.by_stripped.get(text.lstrip("0") or "0", []) if text.isascii() and text.isdigit() else []
        if len(same) == 1:
            return Found(same[0], "key-without-zero", same[0])
        return self._suspicious(text)

    def _suspicious(self, text: str) -> Found:
        bare = _bare(text)
        if bare != text:
            same = [bare] if bare in self.ids else self.by_stripped.get(bare.lstrip("0") or "0", [])
            if len(same) == 1:
                return Found(same[0], "key-lookalike", same[0])
        if not text.isascii() and all(area.isascii() for area in self.ids) and len(text) <= 12:
            return Found(None, "key-lookalike", "?")
        return Found(None, "unknown-area")

    def _by_name(self, text: str) -> Found:
        name = clean(text)
        if self.register is None:
            return Found(name)
        if name in self.by_name:
            return Found(self.by_name[name])
        repaired = mojibake(name)
        if repaired in self.by_name:
            return Found(self.by_name[repaired], "mojibake", repaired)
        same = self.by_fold.get(fold(name), [])
        if len(same) == 1:
            return Found(same[0], "name-variant", self.names[same[0]])
        close = self._like(name, self.by_name, 1, 0.75)
        return (
            Found(self.by_name[close[0]], "name-variant", close[0]) if close else Found(None, "unknown-area")
        )

    def nearest(self, area: str) -> str:
        """The known areas most like an unknown one, for its message; empty where none is, or enough was guessed.

        >>> from types import SimpleNamespace
        >>> areas = SimpleNamespace(ids=("27", "02"), names=("Zechenplatz", "Altstadt-Nord"))
        >>> Keys(Key("nr"), areas).nearest("28")
        '27 Zechenplatz, 02 Altstadt-Nord'
        """
        return ", ".join(f"{k} {self.names[k]}".strip() for k in self._like(area, self.names, 2, 0.5))

    def _like(self, text: str, known: Mapping[str, str], n: int, cutoff: float) -> list[str]:
        """Comparing takes long: one file with many unknown keys is not worth more than so many comparisons."""
        self.guesses -= len(known)
        return difflib.get_close_matches(text, known, n, cutoff) if self.guesses >= 0 else []

    def named(self, cell: Cell) -> str | None:
        """The area whose name stands in a cell, None for no or several areas."""
        return self.by_name.get(clean(cell))


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = {}
    for key, area in pairs:
        groups.setdefault(key, []).append(area)
    return groups


def _class_of(cell: date | time) -> str:
    """The age class or key that a spreadsheet probably turned into this date: 6. October was "6-10"."""
    return f"{cell.day}-{cell.month}" if isinstance(cell, date) else str(cell)


def name_problem(name: str, expected: str) -> str:
    """What a name says against its key: "" | "mojibake" | "control-character" | "name-unlike".

    A name that contains the registered one, or is contained in it, or is spelt nearly so, is the same.

    >>> name_problem("Brückstraße (mit Hafen)", "Brückstraße"), name_problem("Hafenstr. Nord", "Hafenstraße-Nord")
    ('', '')
    >>> name_problem("=1+1", "Altstadt")
    'name-unlike'
    """
    if mojibake(name):
        return "mojibake"
    if any(unicodedata.category(c) in ("Cc", "Cf") for c in name):
        return "control-character"
    a, b = fold(name), fold(expected)
    return "" if a and (a in b or b in a or _alike(a, b)) else "name-unlike"


def _alike(a: str, b: str) -> bool:
    """Texts of very different length are not, which is known without comparing them."""
    matcher = difflib.SequenceMatcher(None, a, b)
    return matcher.real_quick_ratio() >= 0.5 and matcher.ratio() >= 0.5


# Codes that are said once for a whole column, with number and examples.
GATHERED = frozenset(
    {"key-without-zero", "key-as-number", "key-is-date", "mojibake", "name-unlike", "name-variant"}
)
EXAMPLES = 3


@dataclass
class KeyFaults:
    """Gathers what is wrong with keys and names, so that one cause is said once."""

    gathered: dict[str, list[tuple[str, str, str]]] = field(default_factory=dict)
    single: Faults = field(default_factory=Faults)

    def add(self, code: str, where: str, cell: Cell, meant: str = "", **values: object) -> None:
        if code in GATHERED:
            self.gathered.setdefault(code, []).append((where, shown(cell), shown(meant)))
        else:
            self.single.append(Fault(code, where, {"value": shown(cell), "meant": shown(meant), **values}))

    def all(self) -> Iterable[Fault]:
        for code, found in self.gathered.items():
            examples = ", ".join(f"{old} → {new}" if new else old for _, old, new in found[:EXAMPLES])
            more = " …" if len(found) > EXAMPLES else ""
            yield Fault(code, found[0][0], {"n": len(found), "examples": examples + more})
        yield from self.single

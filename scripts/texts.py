"""Compile the catalogues and say what is not translated: ``python scripts/texts.py [--check]``.

Every text marked in the code by ``N_``, ``t`` or ``t.plural`` must stand in one catalogue of each language; with ``--check``
nothing is written and a compiled catalogue that lags behind its source is a fault too.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

SOURCE = Path(__file__).parent.parent / "src" / "lebenslagen"
LANGUAGES = ("de",)
KEYWORDS = {"N_": None, "t": None, "plural": (1, 2), "_t": None}

Key = str


def marked() -> dict[Key, str]:
    """Every text marked in the code -> where it stands first."""
    found: dict[Key, str] = {}
    for file, line, message, _, _ in extract_from_dir(
        str(SOURCE), [("**.py", "python")], {}, keywords=KEYWORDS
    ):
        for text in message if isinstance(message, tuple) else (message,):
            if text:
                found.setdefault(text, f"{file}:{line}")
                break
    return found


def catalogues(language: str) -> Iterator[tuple[Path, Catalog]]:
    for path in sorted((SOURCE / "locale" / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            yield path, read_po(file, locale=language)


def compiled(catalogue: Catalog) -> bytes:
    target = io.BytesIO()
    catalogue.creation_date = datetime(
        2026, 1, 1, tzinfo=UTC
    )  # otherwise the present minute: other bytes each time
    write_mo(target, catalogue)
    return target.getvalue()


def translated(catalogue: Catalog) -> dict[Key, str]:
    found = {}
    for message in catalogue:
        key = message.id[0] if isinstance(message.id, tuple) else message.id
        whole = all(message.string) if isinstance(message.string, tuple) else bool(message.string)
        if key and whole and not message.fuzzy:
            found[key] = str(message.string)
    return found


def faults(check: bool) -> Iterator[str]:
    """What is missing, by language; compiles on the way unless only checking."""
    for language in LANGUAGES:
        known: set[Key] = set()
        for path, catalogue in catalogues(language):
            known |= set(translated(catalogue))
            target, content = path.with_suffix(".mo"), compiled(catalogue)
            if not target.exists() or target.read_bytes() != content:
                if check:
                    yield f"{path.name}: compiled catalogue is older than its source (make texts)"
                else:
                    target.write_bytes(content)
        for text, place in marked().items():
            if text not in known:
                yield f"{language}: {place}: {text!r} is not translated"


def main(arguments: list[str]) -> int:
    found = list(faults("--check" in arguments))
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

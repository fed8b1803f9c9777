"""Write the reference from the tables of the code: ``python scripts/docs.py [--check]``.

Commands, faults, methods and chapters are documented by the rows that make them; with ``--check`` nothing is written.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from lebenslagen.cli import COMMANDS
from lebenslagen.disclosure.protect import PROTECT
from lebenslagen.disclosure.release import KINDS
from lebenslagen.errors import FAULTS, Outcome
from lebenslagen.index import AGGREGATE, CLASSIFY, NORMALISE, TREAT, WEIGHT
from lebenslagen.report.chapters import CHAPTERS
from lebenslagen.texts import MARKS, SIGNS, Texts, texts
from lebenslagen.web.release_states import STATES, TRANSITIONS
from lebenslagen.web.roles import PERMISSIONS, ROLES

TARGET = Path(__file__).parent.parent / "docs" / "referenz"
OUTCOMES = {
    Outcome.ACCEPT: "angenommen",
    Outcome.WARN: "Hinweis",
    Outcome.ASK: "Frage",
    Outcome.REJECT: "zurückgewiesen",
}


def table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> str:
    lines = [" | ".join(head), " | ".join("---" for _ in head)]
    lines += [" | ".join(cell.replace("|", "\\|") for cell in row) for row in rows]
    return "\n".join(f"| {line} |" for line in lines) + "\n"


def commands(t: Texts) -> str:
    parts = ["# Befehle\n"]
    for name, command in COMMANDS.items():
        parts.append(
            f"## {name}\n\n{t(command.help)[:1].upper()}{t(command.help)[1:]}.\n\n```sh\n{command.example}\n```\n"
        )
        rows = ((", ".join(f"`{n}`" for n in a.names), t(a.help)) for a in command.arguments)
        parts.append(table(("Angabe", "Bedeutung"), rows))
    codes = (
        "0 fertig, auch mit Hinweisen · 2 falscher Aufruf · 10 Lieferung · 11 Erklärung · 12 Geheimhaltung · "
    )
    codes += "13 unlösbar · 14 Projekt · 15 nicht erlaubt · 16 Frage offen · 17 Datenträger · 130 abgebrochen"
    return "\n".join([*parts, f"## Rückgabewerte\n\n{codes}\n"])


def faults(t: Texts) -> str:
    rows = (
        (f"`{code}`", OUTCOMES[kind.outcome], t(kind.message), t(kind.remedy))
        for code, kind in sorted(FAULTS.items())
    )
    return "# Auffälligkeiten\n\n" + table(("Kennung", "Folge", "Meldung", "Abhilfe"), rows)


def methods(t: Texts) -> str:
    tables: Mapping[str, Mapping[str, object]] = {
        "Ausreißer behandeln": TREAT,
        "Standardisieren": NORMALISE,
        "Gewichten": WEIGHT,
        "Zusammenfassen": AGGREGATE,
        "Stufen bilden": CLASSIFY,
        "Geheimhaltung: Arten von Werten": KINDS,
        "Geheimhaltung: Verfahren": PROTECT,
    }
    parts = ["# Verfahren\n"]
    for title, rows in tables.items():
        parts.append(f"## {title}\n")
        parts.append(
            table(("Name", "Verfahren"), ((f"`{name}`", t(_label(row))) for name, row in rows.items()))
        )
    return "\n".join(parts)


def _label(row: object) -> str:
    return str(getattr(row, "label", "") or (getattr(row, "__doc__", "") or "").splitlines()[0])


def chapters(t: Texts) -> str:
    named = ((f"`{name}`", t(chapter.label)) for name, chapter in CHAPTERS.items())
    signs = ((f"`{SIGNS[mark]}`", t(meaning)) for mark, meaning in MARKS.items())
    return (
        "# Kapitel und Zeichen\n\n"
        + table(("Name", "Kapitel"), named)
        + "\n"
        + table(("Zeichen", "Bedeutung"), signs)
    )


def roles(t: Texts) -> str:
    """Who may do what in the workplace, from the table the application itself asks."""
    marks = {True: "nur eigener Bereich", False: "ja"}
    named = table(("Rolle", "wofür"), ((t(role.label), t(role.sentence)) for role in ROLES.values()))
    rows = (
        (t(row.sentence)[:1].upper() + t(row.sentence)[1:] + (" (auch einzeln erteilbar)" if row.grantable else ""),
         *(marks[key in row.within] if key in row.roles else "" for key in ROLES))
        for row in PERMISSIONS.values()
    )  # fmt: skip
    granted = table(("Befugnis", *(t(role.label) for role in ROLES.values())), rows)
    return f"# Rollen und Befugnisse\n\n{named}\nWas hier nicht steht, ist nicht erlaubt.\n\n{granted}"


def releases(t: Texts) -> str:
    """The states of a release and the ways between them, drawn from the table that the services ask."""
    drawn = [f"    [*] --> {_state(t, 'draft')}"]
    drawn += [
        f"    {_state(t, b)} --> {_state(t, w.after)}: {t(w.label)}"
        for w in TRANSITIONS.values()
        for b in w.before
    ]
    rows = (
        (t(w.label), " oder ".join(t(STATES[b]) for b in w.before), t(STATES[w.after]),
         t(PERMISSIONS[w.permission].sentence) if w.permission else "die Anwendung selbst", "ja" if w.reason else "")
        for w in TRANSITIONS.values()
    )  # fmt: skip
    named = table(("Schritt", "von", "nach", "Befugnis", "mit Begründung"), rows)
    told = "Wer einreicht, kann nie selbst freigeben: Das prüfen der Dienst und die Datenbank."
    return f"# Freigabe\n\n{told}\n\n```mermaid\nstateDiagram-v2\n" + "\n".join(drawn) + f"\n```\n\n{named}"


def _state(t: Texts, state: str) -> str:
    return t(STATES[state]).replace(" ", "_")


PAGES: Mapping[str, Callable[[Texts], str]] = {
    "befehle.md": commands,
    "auffaelligkeiten.md": faults,
    "verfahren.md": methods,
    "kapitel.md": chapters,
    "freigabe.md": releases,
    "rollen.md": roles,
}


def main(arguments: list[str]) -> int:
    stale = []
    for name, page in PAGES.items():
        text, path = page(texts("de")), TARGET / name
        if path.exists() and path.read_text("utf-8") == text:
            continue
        stale.append(name)
        if "--check" not in arguments:
            TARGET.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    sys.stdout.writelines(f"{name}\n" for name in stale)
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

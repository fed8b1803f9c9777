"""Finds data on single persons where counts are expected, in any sheet, hidden or not.

Three signs, each enough: a head that only lists of persons have, with cells under it; a column of case numbers or of
birth dates beside names; many more rows than areas with heads that describe one person. What is found is
named by its heads alone; no cell is ever repeated in a message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import date

from lebenslagen.errors import Fault
from lebenslagen.project.read.grid import TOP, Cell, Grid, Sheet, all_numbers
from lebenslagen.project.read.heads import clean, fold

__all__ = ["find_persons"]

SEARCH_ROWS = 60
# Heads that only a list of persons has.
STRONG = re.compile(
    r"(vor|nach|familien|geburts|zu)name[n]?|vor(und|u)?(nach|zu|familien)name|namevorname|nachnamevorname|"
    r"(geburts|geb)(datum|tag)|gebdat|geburtsdat|dateofbirth|firstname|lastname|surname|"
    r"bg(nr|nummer)|bedarfsgemeinschaft(s)?(nr|nummer|id)|kunden(nr|nummer)|akten(zeichen|nr|nummer)|fall(nr|nummer|id)|"
    r"personen(nr|nummer|id|kennziffer|schluessel)|versicherten(nr|nummer)|sozialversicherungs(nr|nummer)|(sv|rv)(nr|nummer)|"
    r"steuer(id|identifikationsnummer|nr|nummer)|iban|kontonummer|klient(in)?(en)?(nr|nummer|id)?|patient(in)?(en)?(nr|nummer|id)|"
    r"schueler(in)?(nr|nummer|id)|ausweis(nr|nummer)|email(adresse)?|telefon(nummer|nr)?|handy(nummer)?|mobil(nummer|telefon)|hausnummer|hausnr"
)
CONTACT = re.compile(
    r"email(adresse)?|telefon(nummer|nr)?|handy(nummer)?|mobil(nummer|telefon)|hausnummer|hausnr|iban|kontonummer"
)
# Heads that describe one person, where a table of counts has none of them as a column.
WEAK = re.compile(
    r"name|geschlecht|alter|geburtsjahr|staatsangehoerigkeit|nationalitaet|familienstand|strasse|anschrift|adresse|plz|"
    r"wohnort|beruf|konfession|religion|leistung(eur)?|diagnose|herkunft(sland)?|einkommen"
)
CASE = re.compile(
    r"\d{5}//\d{7}|\d{3}[A-Z]\d{6}|\d{2}\s?\d{6}\s?[A-Z]\s?\d{3}|[A-Z]{2}\d{2}(\s?\d{4}){4}\s?\d{2}"
)
BIRTH = re.compile(
    r"(0[1-9]|[12]\d|3[01])\.(0[1-9]|1[0-2])\.(19|20)\d{2}|(19|20)\d{2}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])"
)
NAME = re.compile(r"[A-ZÄÖÜ][a-zäöüß]+(?:-[A-ZÄÖÜ][a-zäöüß]+)?,\s*[A-ZÄÖÜ][a-zäöüß]+.*")
ROWS_A_AREA = 5


def _below(sheet: Sheet, column: int, row: int) -> list[Cell]:
    return [c for c in sheet.columns[column][row + 1 :] if c is not None and clean(c)]


def _heads(sheet: Sheet) -> Iterator[tuple[int, int, str]]:
    for column in range(sheet.width):
        for row, cell in enumerate(sheet.columns[column][:SEARCH_ROWS]):
            if isinstance(cell, str) and len(cell) <= 60:
                yield row, column, fold(cell)


def _strong(sheet: Sheet) -> list[str]:
    """The heads that only lists of persons have, standing side by side over filled cells."""
    found: dict[int, list[tuple[int, str]]] = {}
    for row, column, head in _heads(sheet):
        if STRONG.fullmatch(head) and _below(sheet, column, row):
            found.setdefault(row, []).append((column, head))
    for row, places in found.items():
        contacts = all(CONTACT.fullmatch(head) for _, head in places)
        beside = sum(1 for c in range(sheet.width) if clean(sheet.cell(row, c)))
        if beside >= 2 and not (contacts and len(places) < 3):
            return [clean(sheet.cell(row, column)) for column, _ in places]
    return []


def _birth(cell: Cell) -> bool:
    if isinstance(cell, date):
        return 1900 <= cell.year <= 2030
    return isinstance(cell, str) and len(cell) >= 10 and BIRTH.fullmatch(cell.strip()) is not None


def _sample(column: Sequence[Cell]) -> list[Cell]:
    """Some thousand filled cells, from the whole length of a column; all of its top."""
    body: Sequence[Cell] = column[TOP:]
    if not all_numbers(body):
        body = [c for c in body if c is not None]
    return [c for c in (*column[:TOP], *body[:: max(1, len(body) // 1000)]) if c is not None]


def _patterned(sheet: Sheet) -> list[str]:
    """Columns of case numbers, or of many different birth dates beside a column of names."""
    births, names = [], []
    for column in range(sheet.width):
        cells = _sample(sheet.columns[column])
        text = [c.strip() for c in cells if isinstance(c, str)]
        if sum(1 for t in text if CASE.fullmatch(t)) >= 3:
            return ["Aktenzeichen"]
        dates = {str(c) for c in cells if _birth(c)}
        if len(dates) >= 3 and len(dates) * 2 >= len(cells):
            births.append(column)
        if sum(1 for t in text if NAME.fullmatch(t)) >= max(3, len(cells) // 2):
            names.append(column)
    return ["Name", "Geburtsdatum"] if births and names else []


def _person_rows(sheet: Sheet, areas: int) -> list[str]:
    """Many more rows than areas, under heads that describe one person."""
    if not areas or sheet.height < ROWS_A_AREA * areas:
        return []
    rows: dict[int, list[str]] = {}
    for row, column, head in _heads(sheet):
        if WEAK.fullmatch(head):
            rows.setdefault(row, []).append(clean(sheet.cell(row, column)))
    return next((heads for heads in rows.values() if len(heads) >= 2), [])


def find_persons(grid: Grid, areas: int) -> list[Fault]:
    """One fault for each sheet that holds data on single persons; areas: how many areas the table's level has."""
    faults = []
    for sheet in grid.sheets:
        heads = _strong(sheet) or _patterned(sheet) or _person_rows(sheet, areas)
        if heads:
            faults.append(
                Fault("personal-data", sheet.name, {"sheet": sheet.name, "heads": ", ".join(heads[:6])})
            )
    return faults

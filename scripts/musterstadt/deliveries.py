"""The deliveries of the offices, as offices send them, and the first deliveries with their honest mistakes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from . import files
from .people import AGES, People
from .town import AGS, OFFICIAL, ROOMS, SEED, YEARS

__all__ = ["REMAINDER", "manifest", "write"]


def write(people: People, root: Path) -> None:
    """Write every delivery of every year below `root`."""
    make: dict[str, Callable[..., bytes]] = {
        "jobcenter": jobcenter, "einwohner": residents, "haushalte": households, "soziales": old_age,
        "jugend": youth,
        "gesundheit": school,
        "amtlich": official,
    }  # fmt: skip
    for year in YEARS:
        for source, file in _FILES.items():
            if (source, year) != ("gesundheit", 2021):  # no examinations in the school year 2020/21
                _save(root / file.format(year=year, before=year - 1, first=""), make[source](people, year))
    for source, year in FIRST:
        name = _FILES[source].format(year=year, before=year - 1, first="_erste_Lieferung")
        _save(root / name, make[source](people, year, faulty=True))


# First deliveries with a mistake in them: file, outcome of the check, what is wrong with it.
FIRST = {
    ("jobcenter", 2024): (
        "ASK",
        "Bei Marienberg-Mitte sind zwei Ziffern vertauscht, die Summe geht nicht auf.",
    ),
    ("einwohner", 2023): ("REJECT", "Quartier 14 steht zweimal in der Datei, mit verschiedenen Werten."),
    ("soziales", 2022): ("ASK", "Die Zeile „Summe“ ist um 100 zu klein."),
}
_FILES = {
    "jobcenter": "jobcenter/Jobcenter_Musterstadt_{year}{first}.xlsx",
    "einwohner": "einwohner/EW_Altersjahre_{year}{first}.csv",
    "haushalte": "haushalte/Haushalte_{year}{first}.xls",
    "soziales": "soziales/GSiA_31.12.{year}{first}.xlsx",
    "jugend": "jugend/HzE_{year}{first}.ods",
    "amtlich": "amtlich/Einwohnerzahl_{year}{first}.csv",
    "gesundheit": "gesundheit/SEU_Schuljahr_{before}_{year}{first}.xlsx",
}


_INTERNAL = "Die gelieferten Anteile wurden durch eigene Quoten aus den Fallzahlen ersetzt."


def manifest() -> str:
    """Declare all deliveries in the order in which they arrive: a faulty first one before its correction."""
    lines = [
        "# Alle Lieferungen in der Reihenfolge ihres Eingangs; erzeugt von scripts/musterstadt.",
        "day = 2025-05-30",
    ]
    for year in YEARS:
        for source, file in _FILES.items():
            if (source, year) == ("gesundheit", 2021):
                continue
            if (source, year) in FIRST:
                outcome, wrong = FIRST[source, year]
                lines += _declared(
                    source, year, file.format(year=year, before=year - 1, first="_erste_Lieferung")
                )
                lines += [f'expect = "{outcome}"', f'note = "{wrong}"']
            lines += _declared(source, year, file.format(year=year, before=year - 1, first=""))
            if source == "jugend":
                lines.append(f'answers = [{{ code = "rate-without-counts", reason = "{_INTERNAL}" }}]')
    return "\n".join(lines) + "\n"


def _declared(source: str, year: int, file: str) -> list[str]:
    return ["", "[[deliveries]]", f'source = "{source}"', f'period = "{year}"', f'file = "{file}"']


def _save(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)


# --- Jobcenter ----------------------------------------------------------------------------------------------------

_MONTHS = ("März", "Juni", "September", "Dezember")
# How far a quarter's end has come from one December to the next; in 2022 everything moved in June.
_WAY = (0.25, 0.50, 0.75, 1.0)
_WAY_2022 = (0.04, 0.58, 0.90, 1.0)
# "nicht zuordenbar" on 31.12.: SGB II recipients whose address belongs to no quarter.
REMAINDER = dict(zip(YEARS, (187, 193, 204, 231, 226, 215, 198, 194, 189, 238, 221, 212), strict=True))
_HEAD = (
    (
        "Leistungsberechtigte nach dem SGB II ¹",
        ("insgesamt", "erwerbsfähig", "nicht erwerbsfähig", "unter 15 Jahre in Bedarfsgemeinschaften"),
    ),
    ("Arbeitslose von 15 bis unter 25 Jahren ²", ("insgesamt", "Rechtskreis SGB III", "Rechtskreis SGB II")),
)


def jobcenter_table(people: People, year: int, month: int) -> tuple[list[list[int]], list[int]]:
    """Seven counts by quarter, and those that belong to no quarter."""
    t = YEARS.index(year)
    rng = np.random.default_rng(SEED + year * 10 + month)
    way = (_WAY_2022 if year == 2022 else _WAY)[month]
    now = {name: people.count(name, year) for name in ("sgb", "ki", "ja", "ja3")}
    if month == 3:
        sgb, ki, ja, ja3 = now["sgb"], now["ki"], now["ja"], now["ja3"]
    else:
        drawn = []
        for name in ("sgb", "ki", "ja", "ja3"):
            before = people.by_vintage(
                people.counts[name][max(t - 1, 0)], people.block[name][max(t - 1, 0)], year
            )
            value = before + (now[name] - before) * way
            drawn.append(
                np.maximum(
                    np.round(
                        value * np.exp(rng.normal(0, 0.006 if name in ("sgb", "ki") else 0.04, len(value)))
                    ),
                    0,
                ).astype(int)
            )
        sgb, ki, ja, ja3 = drawn
        ja3 = np.minimum(ja3, ja)
    unable = people.count("unable", year) if month == 3 else ki + np.round(ki * 0.035).astype(int)
    rows = [
        [int(v) for v in row] for row in zip(sgb, sgb - unable, unable, ki, ja, ja3, ja - ja3, strict=True)
    ]
    lost = REMAINDER[year] if month == 3 else round(REMAINDER[year] * float(rng.uniform(0.9, 1.08)))
    lost_ki = round(lost * 0.17)
    # so few young unemployed that this row hides like a quarter does: nobody gets Kanalinsel by subtraction
    return rows, [lost, lost - lost_ki - 2, lost_ki + 2, lost_ki, 2, 0, 2]


def _starred(values: list[int]) -> list[int | str]:
    """Hide 1 and 2; where one of two parts is hidden and the whole is shown, the other part too."""
    shown: list[int | str] = ["*" if 0 < value < 3 else value for value in values]
    if "*" in shown[5:7]:
        shown[5] = shown[6] = "*"
    return shown


def jobcenter(people: People, year: int, faulty: bool = False) -> bytes:
    """One workbook a year, one sheet a quarter of the year."""
    stream, book = files.xlsx()
    bold, merged, number, plain = _formats(book)
    for month, name in enumerate(_MONTHS):
        sheet = book.add_worksheet(name)
        rows, lost = jobcenter_table(people, year, month)
        for r, title in enumerate(_titles(year, name)):
            sheet.write_string(r, 0, title, bold if r < 2 else plain)
        sheet.merge_range(6, 0, 7, 0, "Schlüssel", merged)
        sheet.merge_range(6, 1, 7, 1, "Sozialquartier", merged)
        column = 2
        for head, names in _HEAD:
            sheet.merge_range(6, column, 6, column + len(names) - 1, head, merged)
            for label in names:
                sheet.write_string(7, column, label, merged)
                column += 1
        sheet.set_column(0, 0, 16)
        sheet.set_column(1, 8, 20)
        r = 8
        for (key, label, _), values in zip(people.rows(year), rows, strict=True):
            shown = _starred(values)
            if faulty and month == 3 and key == "15":
                shown[0] = _transposed(values[0])
            _line(sheet, r, [key, label, *shown], number, plain)
            r += 1
        _line(sheet, r, ["nicht zuordenbar", "", *_starred(lost)], number, plain)
        totals = [sum(column) + extra for column, extra in zip(zip(*rows, strict=True), lost, strict=True)]
        _line(sheet, r + 1, ["Insgesamt", "Musterstadt", *totals], number, bold)
        for n, note in enumerate(_NOTES):
            sheet.write_string(r + 3 + n, 0, note, plain)
    book.close()
    return stream.getvalue()


def _formats(book: Any) -> tuple[Any, Any, Any, Any]:
    bold = book.add_format({"bold": True})
    merged = book.add_format(
        {"bold": True, "text_wrap": True, "border": 1, "align": "center", "valign": "vcenter"}
    )
    return bold, merged, book.add_format({"num_format": "#,##0"}), book.add_format()


def _titles(year: int, month: str) -> tuple[str, ...]:
    stand = "1.1.2019 (27 Sozialquartiere)" if year >= 2019 else "31.12.2018 (26 Sozialquartiere)"
    return (
        "Statistik der Bundesagentur für Arbeit, Auftrag des Jobcenters Musterstadt",
        "Leistungen nach dem SGB II und Arbeitslosigkeit in kleinräumiger Gliederung",
        "Gebiet: Stadt Musterstadt (05999000)",
        f"Gebietsstand: {stand}",
        f"Stichtag: Ende {month} {year}, Daten nach einer Wartezeit von drei Monaten",
        "Auswertung nach Straßenverzeichnis der Stadt",
    )


_NOTES = (
    "¹ Regelleistungsberechtigte und sonstige Leistungsberechtigte unterhalb der Regelaltersgrenze.",
    "² Zuordnung nach dem Wohnort; ohne Personen in Maßnahmen.",
    "* Werte unter 3 und Werte, aus denen sie sich errechnen ließen, werden nicht ausgewiesen.",
)


def _transposed(value: int) -> int:
    """Swap the second and third digit from the left: 2205 becomes 2025."""
    text = str(value)
    return int(text[0] + text[2] + text[1] + text[3:])


def _line(sheet: Any, r: int, cells: list[Any], number: Any, text: Any) -> None:
    for c, cell in enumerate(cells):
        if isinstance(cell, str):
            sheet.write_string(r, c, cell, text)
        else:
            sheet.write_number(r, c, cell, number)


# --- Einwohnerwesen -----------------------------------------------------------------------------------------------


def residents(people: People, year: int, faulty: bool = False) -> bytes:
    """Export of the register: main residence by sex and single years of age, second residence, foreign nationality."""
    head = ["QNR", "QUARTIER", "HAUPTWOHNSITZ", "NEBENWOHNSITZ", "NICHTDEUTSCHE"]
    head += [f"M{age:02d}" for age in range(AGES)] + [f"W{age:02d}" for age in range(AGES)]
    ages, second, foreign = people.age(year), people.count("second", year), people.count("au", year)
    rows: list[list[object]] = []
    for i, (key, name, _) in enumerate(people.rows(year)):
        rows.append(
            [int(key), name, int(ages[i].sum()), int(second[i]), int(foreign[i]), *map(int, ages[i].ravel())]
        )
    total = ["", "Gesamtstadt", *(sum(int(row[c]) for row in rows) for c in range(2, len(head)))]  # type: ignore[call-overload]
    if faulty:  # the row of quarter 14 came twice out of the export, the second time from the month before
        twice = list(rows[13])
        for c in (8, 30, 61, 120):
            twice[c] = int(twice[c]) + 1  # type: ignore[call-overload]
        twice[2] = int(twice[2]) + 4  # type: ignore[call-overload]
        rows.insert(14, twice)
    return files.csv_bytes([head, *rows, total], "cp1252")


def official(people: People, year: int) -> bytes:
    """Population of the statistical office, one row: the census carried forward, not the register."""
    rows = [
        ("ags", "gemeinde", "stichtag", "einwohner"),
        (AGS, "Musterstadt, Stadt", f"31.12.{year}", OFFICIAL[year]),
    ]
    return files.csv_bytes(rows, "utf-8-sig")


# --- Statistik ----------------------------------------------------------------------------------------------------

HOUSEHOLDS = (
    ("Privathaushalte insgesamt", "households"),
    ("Einpersonenhaushalte", "size1"),
    ("Haushalte mit 2 Personen", "size2"),
    ("Haushalte mit 3 Personen", "size3"),
    ("Haushalte mit 4 Personen", "size4"),
    ("Haushalte mit 5 und mehr Personen", "size5"),
    ("Paare ohne Kinder", "couples"),
    ("Haushalte mit Kindern unter 18 Jahren", "families"),
    ("Paare mit Kindern", "couples_children"),
    ("Alleinerziehende", "ae"),
    ("Haushalte mit 1 Kind", "child1"),
    ("Haushalte mit 2 Kindern", "child2"),
    ("Haushalte mit 3 und mehr Kindern", "gf"),
)


def households(people: People, year: int) -> bytes:
    """Types of households as blocks one below the other."""
    how = (
        "Haushaltegenerierung, Verfahren ab 2022"
        if year >= 2022
        else "Haushaltegenerierung, Verfahren bis 2021"
    )
    rows: list[list[object]] = [
        ["Stadt Musterstadt, Statistikstelle"],
        [f"Privathaushalte am 31.12.{year}"],
        [how],
        [],
        ["Nr.", "Sozialquartier", "Anzahl"],
    ]
    for title, name in HOUSEHOLDS:
        values = people.count(name, year)
        rows.append([title])
        rows += [
            [key, label, int(value)] for (key, label, _), value in zip(people.rows(year), values, strict=True)
        ]
        rows += [["Summe", "Stadt insgesamt", int(values.sum())], []]
    return files.xls_bytes({"Haushalte": rows})


# --- Soziales -----------------------------------------------------------------------------------------------------

SHORT = {
    "02": "Bahnhofsvtl.", "03": "Hochschulvtl.", "04": "Brückenvtl.", "06": "Hafenstr. Süd",
    "07": "Hafenstr. Nord", "11": "Glückaufsdlg.",
    "15": "Marienbg.-Mitte", "16": "Marienbg.-Süd", "17": "A. Wasserturm", "21": "Postvtl.",
    "60": "Hafenstr.",
}  # fmt: skip
_PROVISIONAL = {2022: ("10",), 2023: ("02", "24"), 2024: ("02", "06", "15", "20", "24")}


def old_age(people: People, year: int, faulty: bool = False) -> bytes:
    """Names instead of keys, by the alphabet; the date in the file's name alone; 2016 with people in homes."""
    outside, homes = people.count("ga", year), people.count("ga_homes", year)
    stream, book = files.xlsx()
    bold, merged, number, plain = _formats(book)
    yellow = book.add_format({"bg_color": "#FFFF00", "num_format": "#,##0"})
    sheet = book.add_worksheet("Tabelle1")
    sheet.set_column(0, 3, 26)
    sheet.write_string(0, 0, "Bereich Soziales", plain)
    sheet.write_string(1, 0, "Grundsicherung im Alter (4. Kapitel SGB XII), Personen ab 65 Jahren", bold)
    together = year == 2016
    heads = (
        ["Quartier", "Personen"]
        if together
        else ["Quartier", "außerhalb von Einrichtungen", "in Einrichtungen"]
    )
    for c, head in enumerate(heads):
        sheet.write_string(3, c, head, merged)
    table = [
        (SHORT.get(key, name), key, int(outside[i]), int(homes[i]))
        for i, (key, name, _) in enumerate(people.rows(year))
    ]
    r = 4
    for label, key, out, home in sorted(table):
        cells = [out + home] if together else [out, home]
        sheet.write_string(r, 0, label, plain)
        for c, cell in enumerate(cells):
            sheet.write_number(r, c + 1, cell, yellow if key in _PROVISIONAL.get(year, ()) else number)
        r += 1
    totals = [int(outside.sum() + homes.sum())] if together else [int(outside.sum()), int(homes.sum())]
    if faulty:  # typed by hand after a correction further up
        totals[0] -= 100
    _line(sheet, r, ["Summe", *totals], number, bold)
    notes = ["gelb hinterlegt = vorläufig"] if year in _PROVISIONAL else []
    notes += ["Einschließlich Personen in Einrichtungen (Umstellung des Fachverfahrens)."] if together else []
    for n, note in enumerate(notes):
        sheet.write_string(r + 2 + n, 0, note, yellow if note.startswith("gelb") else plain)
    book.close()
    return stream.getvalue()


# --- Jugend -------------------------------------------------------------------------------------------------------


def youth(people: People, year: int) -> bytes:
    """Hilfen zur Erziehung: everything is text, shares as "21,4 %", "k. A." where nothing is said."""
    cases, away = people.count("hze", year), people.count("hze_away", year)
    young = people.age(year)[:, :, :21].sum(axis=(1, 2))
    rows = [
        ["Stadt Musterstadt, Jugendamt"],
        [f"Hilfen zur Erziehung (§§ 27 bis 35a SGB VIII), laufende Hilfen am 31.12.{year}"],
        [""],
    ]
    rows.append(
        ["Nr.", "Sozialquartier", "Hilfen", "je 100 unter 21-Jährige", "darunter außerhalb des Elternhauses"]
    )
    for i, (key, name, _) in enumerate(people.rows(year)):
        if cases[i] < 10 or (year == 2017 and key in ("20", "21")):
            rows.append([key, name, "k. A.", "k. A.", "k. A."])
        else:
            rows.append([key, name, str(cases[i]), _percent(cases[i], young[i]), _percent(away[i], cases[i])])
    rows.append(
        [
            "Summe",
            "Stadt",
            str(cases.sum()),
            _percent(cases.sum(), young.sum()),
            _percent(away.sum(), cases.sum()),
        ]
    )
    rows += [[""], ["k. A. = keine Angabe"]]
    return files.ods_bytes({"HzE": rows})


def _percent(part: int, whole: int) -> str:
    tenths = (2000 * int(part) + int(whole)) // (2 * int(whole))
    return f"{tenths // 10},{tenths % 10} %"


# --- Gesundheit ---------------------------------------------------------------------------------------------------

SCHOOL = (("seu", "untersuchte Kinder"), ("seu_language", "Sprache auffällig"), ("seu_weight", "übergewichtig"),
          ("seu_no_kita", "weniger als 18 Monate Kita"))  # fmt: skip


def school(people: People, year: int) -> bytes:
    """School entry by Sozialraum; until 2016/17 "–" meant "not evaluated", later "/" does and "–" means none."""
    stream, book = files.xlsx()
    bold, merged, number, plain = _formats(book)
    sheet = book.add_worksheet("Sozialräume")
    sheet.set_column(0, 5, 22)
    sheet.write_string(0, 0, "Gesundheitsamt, Kinder- und Jugendärztlicher Dienst", plain)
    sheet.write_string(1, 0, f"Schuleingangsuntersuchung im Schuljahr {year - 1}/{year % 100:02d}", bold)
    for c, head in enumerate(["Nr.", "Sozialraum", *(label for _, label in SCHOOL)]):
        sheet.write_string(3, c, head, merged)
    table = school_table(people, year)
    for r, (room, values) in enumerate(table.items()):
        _line(sheet, 4 + r, [room, ROOMS[room], *values], number, plain)
    notes = (
        ["– = nicht ausgewertet"]
        if year <= 2017
        else ["– = nichts vorhanden", "/ = Zahlenwert nicht sicher genug"]
    )
    for n, note in enumerate(notes):
        sheet.write_string(11 + n, 0, note, plain)
    book.close()
    return stream.getvalue()


def school_table(people: People, year: int) -> dict[str, list[int | str]]:
    """Counts by Sozialraum with the signs the office sets: for few children, and where it evaluated nothing."""
    table: dict[str, list[int | str]] = {}
    for room in ROOMS:
        inside = [i for i, (_, _, r) in enumerate(people.rows(year)) if r == room]
        counts = [int(people.count(name, year)[inside].sum()) for name, _ in SCHOOL]
        if year == 2020:  # broken off in March 2020
            counts = [round(count * 0.55) for count in counts]
        unsure = year >= 2018 and (counts[3] < 5 or (year, room) == (2020, "2"))
        table[room] = [*counts[:3], "/" if unsure else counts[3]]
    if year in (2014, 2016, 2019):  # not evaluated until 2016/17, none in 2018/19
        table["6"][3] = "–"
    return table

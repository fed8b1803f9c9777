"""What can go wrong, as values and as exceptions.

::

    LebenslagenError
    ├── DataError         the delivery is not what was declared          exit 10
    ├── DesignError       a declaration contradicts itself or its data   exit 11
    ├── DisclosureError   a release would tell about single persons      exit 12
    ├── InfeasibleError   no choice of sites meets the conditions        exit 13
    ├── ProjectError      a project's files are broken or not ours       exit 14
    ├── NotAllowed        this person may not do this now                exit 15
    └── QuestionOpen      a person must decide (ASK)                     exit 16

0 done, with or without warnings; 2 wrong call; 17 no space or the disk refuses; 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

__all__ = [
    "FAULTS",
    "DataError",
    "DesignError",
    "DisclosureError",
    "Fault",
    "FaultKind",
    "InfeasibleError",
    "LebenslagenError",
    "NotAllowed",
    "Outcome",
    "ProjectError",
    "QuestionOpen",
    "worst",
]


class Outcome(IntEnum):
    """What follows from a fault, from harmless to refusing; the worst one decides.

    >>> max(Outcome.WARN, Outcome.ASK).name
    'ASK'
    """

    ACCEPT = 0
    WARN = 1
    ASK = 2
    REJECT = 3


@dataclass(frozen=True)
class FaultKind:
    """One kind of fault: its outcome, its sentence and its remedy (English, translated by `texts`).

    >>> FAULTS["not-a-count"].outcome.name
    'REJECT'
    """

    outcome: Outcome
    message: str
    remedy: str


def N_(text: str) -> str:
    return text


ACCEPT, WARN, ASK, REJECT = Outcome.ACCEPT, Outcome.WARN, Outcome.ASK, Outcome.REJECT

# One row a code. The message may use the values of the fault by name; it never guesses and never blames.
FAULTS: dict[str, FaultKind] = {
    # --- declarations (project.declare) -------------------------------------------------------------------
    "declaration-unreadable": FaultKind(
        REJECT,
        N_("The declaration is not valid TOML from this line on."),
        N_("Correct the line named or the one before it; text stands in quotation marks."),
    ),
    "declaration-key-twice": FaultKind(
        REJECT, N_("A key or heading stands here for the second time."), N_("Remove one of the two.")
    ),
    "declaration-encoding": FaultKind(
        REJECT,
        N_("The declaration is not stored in UTF-8 (byte {byte})."),
        N_("Store the file as UTF-8 in the editor."),
    ),
    "unknown-key": FaultKind(
        REJECT, N_("Unknown key “{key}”{hint}."), N_("Correct the spelling or remove the key.")
    ),
    "missing-key": FaultKind(REJECT, N_("The key “{key}” is missing."), N_("Add the key.")),
    "wrong-value": FaultKind(
        REJECT, N_("The value {value} does not fit: {reason}."), N_("Enter a value of the kind named.")
    ),
    "unknown-name": FaultKind(
        REJECT,
        N_("“{name}” is not known here{hint}. Known are: {known}."),
        N_("Use one of the known names or declare the missing one."),
    ),
    "expects-text": FaultKind(
        REJECT,
        N_("A text in quotation marks is expected, not {value}."),
        N_("Write the value in quotation marks, also where it consists of digits."),
    ),
    "expects-text-of-length": FaultKind(
        REJECT,
        N_("The text {value} is empty or too long."),
        N_("Enter between 1 and 200 characters."),
    ),
    "expects-key-of-digits": FaultKind(
        REJECT,
        N_("An official key of digits in quotation marks is expected, not {value}."),
        N_('Enter the key with its leading zeros, for example "05119000".'),
    ),
    "expects-whole-number": FaultKind(
        REJECT,
        N_("A whole number is expected, not {value}."),
        N_("Enter a number without decimals and without quotation marks."),
    ),
    "expects-number": FaultKind(
        REJECT,
        N_("A number is expected, not {value}."),
        N_("Enter a finite number with a decimal point and without quotation marks."),
    ),
    "expects-true-or-false": FaultKind(
        REJECT,
        N_("true or false is expected, not {value}."),
        N_("Enter true or false without quotation marks."),
    ),
    "expects-date": FaultKind(
        REJECT,
        N_("A date is expected, not {value}."),
        N_("Enter the date as year-month-day without quotation marks, for example 2024-12-31."),
    ),
    "expects-one-of": FaultKind(
        REJECT,
        N_("One of these is expected: {expected}; not {value}."),
        N_("Enter one of the values named."),
    ),
    "expects-list": FaultKind(
        REJECT,
        N_("A list in square brackets is expected, not {value}."),
        N_("Put the values in square brackets, separated by commas."),
    ),
    "expects-table": FaultKind(
        REJECT,
        N_("A table with keys and values is expected, not {value}."),
        N_("Put keys and values in curly brackets, or under a heading in square brackets."),
    ),
    "expects-other": FaultKind(
        REJECT,
        N_("The value {value} does not fit here."),
        N_("Compare with the declarations of the starter “musterstadt”."),
    ),
    "declaration-absent": FaultKind(
        REJECT,
        N_("The declaration “{file}” is missing."),
        N_("Create the file, or start the project anew from a starter."),
    ),
    "declaration-unknown": FaultKind(
        REJECT,
        N_("“{file}” is not a declaration this software knows."),
        N_("Move it into sources, indices or reports, or remove it."),
    ),
    "schema-differs": FaultKind(
        REJECT,
        N_("The project was made with schema {found}; this version knows schema {known}."),
        N_("Use the newer version of the software, or run “lebenslagen migrate”. Nothing was changed."),
    ),
    "published-without-address": FaultKind(
        REJECT,
        N_("The source “{source}” is declared as already published, but its address is missing."),
        N_("Give the address (url) where the source published the figures."),
    ),
    # --- read (project.read) ------------------------------------------------------------------------------
    "not-a-count": FaultKind(
        REJECT,
        N_("“{value}” is not a count."),
        N_("Enter a whole number of 0 or more, or the sign for a missing value."),
    ),
    "file-empty": FaultKind(
        REJECT, N_("The file is empty (0 bytes); nothing was stored."), N_("Ask for the file again.")
    ),
    "file-too-big": FaultKind(
        REJECT,
        N_("The file is larger than {limit} MB; nothing was stored."),
        N_("Deliver only the table that was agreed, without pictures and raw data."),
    ),
    "file-encrypted": FaultKind(
        REJECT,
        N_("The file is protected by a password; nothing was stored."),
        N_("Remove the password and save it again."),
    ),
    "ending-unknown": FaultKind(
        REJECT,
        N_("Files ending in “{ending}” are not read; nothing was stored."),
        N_("Save the table as one of: {known}."),
    ),
    "content-differs": FaultKind(
        REJECT,
        N_("The content ({kind}) is not what the ending “{ending}” says; nothing was stored."),
        N_("Open the file in the program it comes from and save it as a table."),
    ),
    "content-html": FaultKind(
        REJECT,
        N_("The content is a web page (HTML), not a table file; nothing was stored."),
        N_("Open it in a spreadsheet program and save it as .xlsx."),
    ),
    "reading-too-big": FaultKind(
        REJECT,
        N_(
            "Reading was broken off at the limits for files from outside (20 seconds, 1 GB); nothing was stored."
        ),
        N_("Deliver the table in a new, plain workbook."),
    ),
    "archive-broken": FaultKind(
        REJECT,
        N_("The file is damaged or incomplete ({reason}); nothing was stored."),
        N_("Send the file again; compare its size with the original."),
    ),
    "archive-bomb": FaultKind(
        REJECT,
        N_("“{name}” unfolds beyond {limit} MB; nothing was stored."),
        N_("Deliver the table in a new, plain workbook."),
    ),
    "archive-too-many": FaultKind(
        REJECT,
        N_("The archive holds {n} files, at most {limit} are allowed; nothing was stored."),
        N_("Deliver only the files that were agreed."),
    ),
    "archive-name-twice": FaultKind(
        REJECT,
        N_("“{name}” stands in the archive twice; which one is meant cannot be told; nothing was stored."),
        N_("Save the file anew in the program it comes from."),
    ),
    "archive-overlap": FaultKind(
        REJECT,
        N_("Parts of the archive overlap; nothing was stored."),
        N_("Save the file anew in the program it comes from."),
    ),
    "archive-encrypted": FaultKind(
        REJECT,
        N_("“{name}” in the archive is encrypted; nothing was stored."),
        N_("Pack the archive without a password."),
    ),
    "archive-link": FaultKind(
        REJECT,
        N_("“{name}” in the archive is a link to another place; nothing was stored."),
        N_("Pack the files themselves."),
    ),
    "archive-path": FaultKind(
        REJECT,
        N_("“{name}” points out of the archive; nothing was stored."),
        N_("Pack the files without folders."),
    ),
    "archive-nested": FaultKind(
        REJECT,
        N_("“{name}” is an archive in the archive; nothing was stored."),
        N_("Unpack it and pack its files directly."),
    ),
    "xml-entities": FaultKind(
        REJECT,
        N_(
            "“{name}” brings definitions of its own (DOCTYPE), which no office program writes; nothing was stored."
        ),
        N_("Save the workbook anew in the program it comes from."),
    ),
    "xml-encoding": FaultKind(
        REJECT,
        N_("“{name}” is written in an encoding that no office program uses; nothing was stored."),
        N_("Save the workbook anew in the program it comes from."),
    ),
    "not-a-workbook": FaultKind(
        REJECT,
        N_("The file is not a workbook of the kind its ending says; nothing was stored."),
        N_("Open it in a spreadsheet program and save it as .xlsx."),
    ),
    "workbook-broken": FaultKind(
        REJECT,
        N_("The workbook is damaged at “{name}” ({reason}); nothing was stored."),
        N_("Open it in a spreadsheet program, repair it and save it anew."),
    ),
    "workbook-macros": FaultKind(
        REJECT,
        N_("The workbook holds macros or is in a format made for them; nothing was stored."),
        N_("Save it as .xlsx without macros."),
    ),
    "too-many-columns": FaultKind(
        REJECT,
        N_("More columns than the limit of {limit} ({place}); nothing was stored."),
        N_("Delete what stands far to the right, save, deliver again."),
    ),
    "too-many-rows": FaultKind(
        REJECT,
        N_("{n} rows, the limit is {limit}; nothing was stored."),
        N_("Delete what stands far below, or deliver summed figures instead of single cases."),
    ),
    "rows-cut-off": FaultKind(
        REJECT,
        N_(
            "Exactly {n} rows: the limit of the old Excel format was reached, the rest is probably cut off; nothing was stored."
        ),
        N_("Deliver the table as .xlsx or .csv."),
    ),
    "old-format": FaultKind(
        WARN,
        N_("The workbook has the old format .xls."),
        N_("Save it as .xlsx in future; colours and long tables get lost in the old format."),
    ),
    "not-text": FaultKind(
        REJECT,
        N_("Not a text file: sign NUL in line {line}; nothing was stored."),
        N_("Save the table as CSV (UTF-8)."),
    ),
    "mixed-encoding": FaultKind(
        REJECT,
        N_(
            "Line {line} is not UTF-8 like the others (byte {byte} at position {position}); nothing was stored."
        ),
        N_("Save the whole table in one encoding, best as CSV (UTF-8)."),
    ),
    "undecodable": FaultKind(
        REJECT,
        N_("The text cannot be read as {encoding}; nothing was stored."),
        N_("Save the table as CSV (UTF-8)."),
    ),
    "line-too-long": FaultKind(
        REJECT,
        N_("Line {line} is longer than {limit} signs; nothing was stored."),
        N_("Check the line breaks and save the table again."),
    ),
    "field-too-long": FaultKind(
        REJECT,
        N_("A field in line {line} is longer than {limit} signs; nothing was stored."),
        N_("Check the quotation marks and the content of this line."),
    ),
    "quote-open": FaultKind(
        REJECT,
        N_("A quotation mark opened in line {line} is not closed; nothing was stored."),
        N_("Close or remove the quotation mark."),
    ),
    "field-count": FaultKind(
        REJECT,
        N_("Line {line} has {n} fields instead of {usual}; its values would stand in the wrong columns."),
        N_("Check the separators of this line; a separator within a text needs quotation marks."),
    ),
    "comma-twice": FaultKind(
        REJECT,
        N_(
            "The comma parts the columns and the decimals at once ({n} lines do not fit); nothing was stored."
        ),
        N_("Save the table with semicolons between the columns."),
    ),
    "personal-data": FaultKind(
        REJECT,
        N_("Sheet “{sheet}” holds data on single persons ({heads}). The file was not stored and is wiped."),
        N_("Delete the file, tell your data protection officer, and deliver counts by area."),
    ),
    "no-table-declared": FaultKind(
        REJECT,
        N_("No table of the source's layout fits this file and the period {period}."),
        N_("Check the source and the period, or add the table to the source's declaration."),
    ),
    "sheet-absent": FaultKind(
        REJECT,
        N_("The sheet “{sheet}” is absent. There are: {sheets}."),
        N_("Rename the sheet as agreed, or change `sheet` in the source's declaration."),
    ),
    "sheet-unclear": FaultKind(
        ASK,
        N_("Several sheets have these heads: {sheets}. Which one counts?"),
        N_("Name it as `sheet` in the source's declaration."),
    ),
    "sheet-hidden": FaultKind(
        WARN,
        N_("The sheet “{sheet}” is hidden and was read."),
        N_("Ask the supplier whether it is the right one."),
    ),
    "rows-hidden": FaultKind(
        WARN,
        N_("Hidden rows ({rows}) and columns ({columns}) were read as well; a filter does not count."),
        N_("Ask the supplier whether hidden rows belong to the delivery."),
    ),
    "values-from-elsewhere": FaultKind(
        WARN,
        N_("{n} cells take their value from another workbook; the value stored last was read."),
        N_("Ask for a workbook with the values themselves."),
    ),
    "header-absent": FaultKind(
        REJECT,
        N_("No row with the declared column heads was found. First row: {found}."),
        N_(
            "Check whether it is the right file; otherwise correct `header` and `columns` in the source's declaration."
        ),
    ),
    "header-in-two-rows": FaultKind(
        ASK,
        N_(
            "The column heads seem to stand in two rows from row {row}. Together they read: {heads}. Read it so?"
        ),
        N_("Declare `header = {{ row = {row}, rows = 2 }}` and these heads in the source's declaration."),
    ),
    "header-again": FaultKind(
        REJECT, N_("Line {line} repeats the column heads among the data."), N_("Delete the line.")
    ),
    "column-absent": FaultKind(
        REJECT,
        N_("The column “{head}” is absent; it is needed for: {needed}. Heads found: {heads}."),
        N_("Add the column, or change the source's declaration."),
    ),
    "head-twice": FaultKind(
        REJECT,
        N_("The column head “{head}” stands twice (columns {columns})."),
        N_("Name the columns so that each head stands once."),
    ),
    "column-undeclared": FaultKind(
        REJECT,
        N_("The column “{head}” is not declared."),
        N_("Declare it in the source, with `ignore = true` if it is not needed."),
    ),
    "head-variant": FaultKind(
        ASK,
        N_("The head is “{found}”, declared is “{declared}”. Is it the same column?"),
        N_("Add the spelling under `also` in the source's declaration, or have the head corrected."),
    ),
    "no-data-rows": FaultKind(
        REJECT, N_("The sheet has heads but no data rows."), N_("Ask for the complete table.")
    ),
    "key-empty": FaultKind(
        REJECT,
        N_("The row has values but no area."),
        N_("Enter the area, or declare the row as total, remainder or to be skipped."),
    ),
    "key-without-zero": FaultKind(
        ASK,
        N_("{n} keys without leading zero ({examples}). Assign them so?"),
        N_("Declare `pad` for the key in the source's declaration, or deliver the keys as text."),
    ),
    "key-as-number": FaultKind(
        ASK, N_("{n} keys with decimals ({examples}). Assign them so?"), N_("Deliver the keys as text.")
    ),
    "key-is-date": FaultKind(
        REJECT,
        N_("{n} keys were turned into dates by the spreadsheet ({examples})."),
        N_("Format the column as text before entering the keys, then deliver again."),
    ),
    "key-lookalike": FaultKind(
        ASK,
        N_(
            "The key “{value}” holds signs that cannot be seen or only look like digits; meant is probably {meant}."
        ),
        N_("Have the key corrected, or add it under `aliases` in the source's declaration."),
    ),
    "unknown-area": FaultKind(
        REJECT,
        N_("The area “{value}” is not known in the boundaries of this period{nearest}."),
        N_("Correct the key, or check the date of the boundaries."),
    ),
    "area-twice-differs": FaultKind(
        REJECT,
        N_("The area {key} stands twice with different values (rows {first} and {second})."),
        N_("Delete or correct one of the rows."),
    ),
    "row-twice": FaultKind(
        ASK,
        N_("The area {key} stands twice with the same values (rows {first} and {second}). Take it once?"),
        N_("Confirm with a reason, or delete one row."),
    ),
    "area-absent": FaultKind(
        ASK,
        N_("Absent areas: {n} ({areas}). Take the delivery over as incomplete?"),
        N_(
            "Confirm with a reason, or ask for the complete table; without these areas there is no index for the period."
        ),
    ),
    "other-boundaries": FaultKind(
        REJECT,
        N_("The {n} areas fit the boundaries of {vintage}, not those of this period."),
        N_("Deliver by the boundaries of the period, or with the period that belongs to these."),
    ),
    "name-of-another": FaultKind(
        REJECT,
        N_("{key} is called “{meant}”, the file says “{value}”, which is the name of {other}."),
        N_("Check whether rows were swapped."),
    ),
    "name-unlike": FaultKind(
        WARN,
        N_("{n} names do not fit their keys ({examples})."),
        N_("Ask the supplier whether the keys are right."),
    ),
    "name-variant": FaultKind(
        ASK,
        N_("{n} names are spelt differently ({examples}). Assign them so?"),
        N_("Add the spelling under `aliases` in the source's declaration."),
    ),
    "mojibake": FaultKind(
        ASK,
        N_("The umlauts are damaged ({examples}). Is this meant?"),
        N_("Save the table as CSV (UTF-8) or .xlsx and deliver again; nothing is repaired silently."),
    ),
    "control-character": FaultKind(
        REJECT, N_("The name “{value}” holds control signs."), N_("Type the name anew.")
    ),
    "cell-too-long": FaultKind(
        REJECT, N_("The cell is longer than {limit} signs: {value}"), N_("Shorten the text.")
    ),
    "cell-empty": FaultKind(
        REJECT,
        N_("The cell is empty, although a value or a sign is agreed here."),
        N_("Enter the value, or the sign for a missing one."),
    ),
    "period-unclear": FaultKind(
        REJECT,
        N_("“{value}” is not a period: only a year, dd.mm.yyyy and yyyy-mm-dd are read."),
        N_("Enter the date in one of these forms."),
    ),
    "period-mixed": FaultKind(
        REJECT,
        N_("The row is for {found}, the delivery for {usual}."),
        N_("Deliver each period in a file of its own, or correct the year."),
    ),
    "period-differs": FaultKind(
        WARN,
        N_("The file says {found} throughout, given was {given}; it is taken for {found}."),
        N_("Check whether it is the right file."),
    ),
    "class-is-date": FaultKind(
        REJECT,
        N_("The spreadsheet turned a class into the date {value}; it was probably “{meant}”."),
        N_("Format the column as text, enter the class again, and deliver anew."),
    ),
    "class-unknown": FaultKind(
        ASK,
        N_("“{value}” is not declared as a variable. Known are: {known}."),
        N_("Add it under `long.map` in the source's declaration."),
    ),
    "not-a-number": FaultKind(
        REJECT,
        N_("“{value}” is not a number."),
        N_("Enter a number with digits and decimal comma, or the sign for a missing value."),
    ),
    "number-is-date": FaultKind(
        REJECT,
        N_("The spreadsheet turned a number into the date {value}; it was probably “{meant}”."),
        N_("Format the column as number and enter the value again."),
    ),
    "negative-count": FaultKind(
        REJECT,
        N_("{value} for “{variable}”: a count is 0 or more."),
        N_("Correct the value; a change belongs into a column of its own."),
    ),
    "fractional-count": FaultKind(
        REJECT,
        N_("{value} for “{variable}”: a count is whole."),
        N_("Correct the value, or declare the column as amount or rate."),
    ),
    "too-large": FaultKind(
        REJECT, N_("{value} is larger than can be (limit {limit})."), N_("Check the digits.")
    ),
    "mixed-number-forms": FaultKind(
        REJECT,
        N_(
            "“{value}” is written in another form than {other}: decimal point and decimal comma in one column."
        ),
        N_("Write all numbers of the column in one form."),
    ),
    "decimal-point": FaultKind(
        ASK,
        N_("{n} values with a point where a comma is agreed (“{value}”). Is the point the decimal sign?"),
        N_('Declare `decimal = "."` in the source\'s declaration, or have the numbers written with comma.'),
    ),
    "thousands-or-decimals": FaultKind(
        ASK,
        N_("{n} values such as 12.345 in “{variable}”: are these thousands or decimals?"),
        N_('Declare the column as count, or `decimal = "."`.'),
    ),
    "share-or-percent": FaultKind(
        ASK,
        N_("Share or per cent in “{variable}”? {n} values with per cent sign, {m} without."),
        N_('Declare `scale = "share"` or `scale = "percent"` for the column.'),
    ),
    "sign-undeclared": FaultKind(
        ASK,
        N_("The sign “{value}” stands {n} times instead of a number. Does it mean “{meaning}”?"),
        N_("Declare it under `signs`: withheld, missing, zero, unsure, undefined, later or estimated."),
    ),
    "mark-undeclared": FaultKind(
        ASK,
        N_("A mark stands at the number “{value}” ({n} times). Provisional, revised, or a footnote?"),
        N_("Declare the mark under `signs`: note, revised or estimated. It is never read as a digit."),
    ),
    "formula-without-value": FaultKind(
        REJECT,
        N_("A formula without a stored result."),
        N_("Open the workbook in a spreadsheet program, let it calculate, and save it."),
    ),
    "error-cell": FaultKind(
        REJECT, N_("The cell holds an error: {value}."), N_("Correct the formula or enter the value.")
    ),
    "withheld-by-supplier": FaultKind(
        WARN,
        N_("{n} values are withheld by the supplier; they stay withheld in every sum, index and release."),
        N_("Nothing to do."),
    ),
    "total-differs": FaultKind(
        ASK,
        N_(
            "“{name}” says {said} for “{variable}”, the areas sum up to {found}: difference {difference}. Take it over all the same?"
        ),
        N_("Ask the supplier, or confirm with a reason."),
    ),
    "part-exceeds-whole": FaultKind(
        REJECT,
        N_("{area}: {value} “{part}” are more than {limit} “{whole}” ({other})."),
        N_("Check both values."),
    ),
    "columns-swapped": FaultKind(
        REJECT,
        N_("In {n} areas “{part}” is larger than “{whole}”: the columns are probably swapped."),
        N_("Check the column heads."),
    ),
    "whole-too-small": FaultKind(
        WARN,
        N_(
            "{area}: only {value} for “{variable}”, which {n} other values of the row contradict; probably digits are missing."
        ),
        N_("Ask the supplier; rates of this area are not shown below the declared smallest base."),
    ),
    "few-residents": FaultKind(
        WARN,
        N_("{area}: {value} for “{variable}”, fewer than {limit}."),
        N_("Nothing to do; the area is marked as too small."),
    ),
    "rate-without-counts": FaultKind(
        ASK,
        N_(
            "Rates without the counts behind them ({variables}): they cannot be tested for disclosure and not be published. Take them over for internal use?"
        ),
        N_(
            "Ask for numerator and denominator, or declare `published = true` with the address where the source has published them."
        ),
    ),
    "same-file": FaultKind(
        ASK,
        N_("This very file was taken over on {received} (by {by}, {digest}). Take it over again?"),
        N_("Check whether the right file was chosen."),
    ),
    "revision": FaultKind(
        ASK,
        N_(
            "For {period} there is a delivery of {received} already; {n} values differ ({examples}). Take it over as revision?"
        ),
        N_("Confirm with a reason; the old version stays and can be cited."),
    ),
    "digit-slip": FaultKind(
        ASK,
        N_("{area}, “{variable}”: {old} ({period}) → {new} ({percent} %). A digit too many or too few?"),
        N_("Ask the supplier, or confirm with a reason."),
    ),
    "jump": FaultKind(
        ASK,
        N_("{area}, “{variable}”: {old} ({period}) → {new} ({percent} %). Is that right?"),
        N_("Ask the supplier, or confirm with a reason."),
    ),
    "fell-steeply": FaultKind(
        WARN,
        N_("{area}, “{variable}”: {old} ({period}) → {new} ({percent} %)."),
        N_("Ask the supplier whether digits are missing."),
    ),
    "unit-break": FaultKind(
        WARN,
        N_(
            "“{variable}”: {n} values changed by {low} to {high} % against {period}, the other columns did not. Has the unit changed?"
        ),
        N_("Ask the supplier; if so, declare a break."),
    ),
    "geometry-format": FaultKind(
        REJECT,
        N_("Files ending in “{ending}” are not read as geometry; nothing was stored."),
        N_("Deliver one of: {known} (a shapefile as ZIP)."),
    ),
    "not-a-feature-collection": FaultKind(
        REJECT,
        N_("The file is no collection of features; nothing was stored."),
        N_("Export the layer anew from the geographic information system."),
    ),
    "json-broken": FaultKind(
        REJECT,
        N_("The JSON cannot be read at line {line}, sign {position}; nothing was stored."),
        N_("Export the layer anew; it may be cut off."),
    ),
    "json-key-twice": FaultKind(
        REJECT,
        N_("The key “{key}” stands twice in one object; nothing was stored."),
        N_("Export the layer anew."),
    ),
    "json-constant": FaultKind(
        REJECT,
        N_("“{value}” is no number; nothing was stored."),
        N_("Repair the geometry and export the layer anew."),
    ),
    "json-too-deep": FaultKind(
        REJECT, N_("The JSON is nested too deeply; nothing was stored."), N_("Export the layer anew.")
    ),
    "xml-broken": FaultKind(
        REJECT, N_("The XML cannot be read ({reason}); nothing was stored."), N_("Export the layer anew.")
    ),
    "too-many-features": FaultKind(
        REJECT,
        N_("More than {limit} features; nothing was stored."),
        N_("Deliver only the layer that was agreed."),
    ),
    "geopackage-broken": FaultKind(
        REJECT, N_("The GeoPackage is damaged; nothing was stored."), N_("Export it anew.")
    ),
    "geopackage-code": FaultKind(
        REJECT,
        N_("The GeoPackage holds statements of its own (“{name}”); nothing was stored."),
        N_("Export the layer into a new GeoPackage."),
    ),
    "layer-absent": FaultKind(
        REJECT,
        N_("The layer “{layer}” is absent. There are: {layers}."),
        N_("Name the layer as agreed, or change `layer` in the declaration."),
    ),
    "layer-unclear": FaultKind(
        ASK,
        N_("The file holds several layers: {layers}. Which one counts?"),
        N_("Name it as `layer` in the declaration."),
    ),
    "layer-empty": FaultKind(
        REJECT, N_("The layer has no features; nothing was stored."), N_("Export the layer anew.")
    ),
    "shapefile-part-absent": FaultKind(
        REJECT,
        N_("The shapefile lacks its part {part}; nothing was stored."),
        N_("Pack all parts (.shp, .shx, .dbf, .prj) into one ZIP."),
    ),
    "shapefile-broken": FaultKind(
        REJECT,
        N_("The part {part} of the shapefile is damaged; nothing was stored."),
        N_("Export the layer anew."),
    ),
    "shapefile-counts-differ": FaultKind(
        REJECT,
        N_("{shapes} shapes, but {rows} rows of attributes; nothing was stored."),
        N_("Export the layer anew."),
    ),
    "shapefile-without-index": FaultKind(
        WARN,
        N_("The index .shx is absent; the shapes were read without it."),
        N_("Pack all parts in future."),
    ),
    "encoding-unclear": FaultKind(
        ASK,
        N_("The shapefile does not say its encoding: “{a}” or “{b}”?"),
        N_("Add a .cpg file, or export as GeoPackage."),
    ),
    "crs-absent": FaultKind(
        ASK,
        N_("The file does not say its reference system. Which one is it?"),
        N_("Add the .prj file, or export as GeoPackage with reference system."),
    ),
    "crs-unregistered": FaultKind(
        REJECT,
        N_("The reference system {crs} is not known; nothing was stored."),
        N_("Export the layer in EPSG:25832 or EPSG:25833."),
    ),
    "not-degrees": FaultKind(
        REJECT,
        N_("Values up to {value} are no degrees ({crs}); nothing was stored."),
        N_("State the true reference system, probably EPSG:25832 or EPSG:25833."),
    ),
    "axes-swapped": FaultKind(
        REJECT,
        N_(
            "The coordinates lie at {north}° N, {east}° E: latitude and longitude are probably swapped; nothing was stored."
        ),
        N_("Export the layer with longitude first."),
    ),
    "outside-box": FaultKind(
        REJECT,
        N_(
            "The coordinates lie outside the expected area ({crs}); meant is probably {hint}. Nothing was stored."
        ),
        N_("State the true reference system."),
    ),
    "height-dropped": FaultKind(
        WARN, N_("{n} features carry heights or measures; they were left out."), N_("Nothing to do.")
    ),
    "geometry-empty": FaultKind(
        REJECT, N_("{area} has no geometry."), N_("Draw the polygon, or take the object out.")
    ),
    "geometry-broken": FaultKind(
        REJECT, N_("The geometry of {area} cannot be read."), N_("Repair it and export the layer anew.")
    ),
    "geometry-kind": FaultKind(
        REJECT, N_("{area} is of a kind of geometry that does not belong here."), N_("Deliver polygons only.")
    ),
    "coordinate-not-finite": FaultKind(
        REJECT, N_("{area} has a coordinate that is no finite number."), N_("Repair the geometry.")
    ),
    "coordinate-absurd": FaultKind(
        REJECT, N_("{area} has a coordinate that lies nowhere on Earth."), N_("Repair the geometry.")
    ),
    "too-many-vertices": FaultKind(
        REJECT, N_("{area} has more than 200,000 corners."), N_("Simplify the border.")
    ),
    "ring-open": FaultKind(REJECT, N_("The border of {area} is not closed."), N_("Close the ring.")),
    "ring-too-short": FaultKind(
        REJECT, N_("The border of {area} has fewer than three corners."), N_("Draw the polygon anew.")
    ),
    "area-zero": FaultKind(REJECT, N_("{area} has the size 0."), N_("Draw the polygon anew.")),
    "polygon-invalid": FaultKind(
        ASK,
        N_(
            "The border of {area} crosses itself ({reason}); repaired it would have {percent} % of its size. Repair it?"
        ),
        N_("Have it corrected, or declare a remedy with its reason."),
    ),
    "polygon-twice": FaultKind(
        ASK,
        N_("The key {key} stands at {n} polygons. Do they belong together?"),
        N_("Declare a remedy (union, keep-largest, drop, rekey) with its reason."),
    ),
    "polygons-overlap": FaultKind(
        ASK, N_("{area} and {other} overlap by {size} m²."), N_("Have the borders corrected.")
    ),
    "gaps-between": FaultKind(
        ASK,
        N_("Between the areas there are {n} gaps, together {size} m²."),
        N_("Have the borders corrected, or confirm with a reason."),
    ),
    "outline-differs": FaultKind(
        ASK,
        N_("Together the areas are not the town: {lacking} ha are lacking, {beyond} ha lie outside."),
        N_("Check whether all areas are there."),
    ),
    "areas-cut-off": FaultKind(
        REJECT,
        N_(
            "The last {n} areas are absent ({areas}) and no other: the file ends early, or has other boundaries."
        ),
        N_("Ask for the complete table in the boundaries of the period."),
    ),
    "hole-outside": FaultKind(
        REJECT, N_("In {area} a hole lies outside the border ({reason})."), N_("Draw the polygon anew.")
    ),
    "border-cleaned": FaultKind(
        WARN,
        N_("The border of {area} had spikes or points twice; they were taken out, the size is the same."),
        N_("Nothing to do."),
    ),
    "older-system": FaultKind(
        WARN,
        N_("The coordinates are in an older reference system ({crs}); they are transformed to about 3 m."),
        N_("Ask for the layer in EPSG:25832 or EPSG:25833."),
    ),
    "borders-moved": FaultKind(
        WARN,
        N_(
            "All borders are shifted by about {metres} m against the known ones. Have the boundaries changed?"
        ),
        N_("Ask the supplier; changed boundaries need a vintage of their own."),
    ),
    "xml-elsewhere": FaultKind(
        REJECT,
        N_("The file refers to an address inside a network ({address}); nothing was stored."),
        N_("Export the layer anew without references."),
    ),
    # --- areas --------------------------------------------------------------------------------------------
    "areas-none": FaultKind(
        REJECT,
        N_("This level has no area."),
        N_("Deliver the boundaries of all areas of this level."),
    ),
    "areas-uneven": FaultKind(
        REJECT,
        N_("{ids} keys, {names} names and {polygons} polygons do not belong together."),
        N_("Give each area exactly one key, one name and one polygon."),
    ),
    "area-id-blank": FaultKind(
        REJECT,
        N_("The key “{id}” is empty or has spaces around it."),
        N_("Enter the area's key as text without spaces before or after it."),
    ),
    "area-twice": FaultKind(
        REJECT,
        N_("The area {id} occurs {times} times."),
        N_("Keep one entry for each area, or declare under “repairs” how the entries belong together."),
    ),
    "area-without-polygon": FaultKind(
        REJECT,
        N_("The area {id} has no polygon."),
        N_("Deliver its boundary, or declare the area as absent with the reason."),
    ),
    "area-not-polygon": FaultKind(
        REJECT,
        N_("The geometry of the area {id} is of the kind {kind}, not a polygon."),
        N_("Deliver the area as a polygon or multipolygon."),
    ),
    "area-crosses-itself": FaultKind(
        REJECT,
        N_("The boundary of the area {id} crosses itself near {place}."),
        N_("Correct the boundary there in the geographic information system, or declare a repair."),
    ),
    "area-hole-outside": FaultKind(
        REJECT,
        N_("The area {id} has a hole outside its boundary near {place}."),
        N_("Remove the hole in the geographic information system."),
    ),
    "area-parts-nested": FaultKind(
        REJECT,
        N_("Parts or holes of the area {id} lie in one another near {place}."),
        N_("Merge these parts in the geographic information system."),
    ),
    "area-too-few-points": FaultKind(
        REJECT,
        N_("The boundary of the area {id} has too few points to enclose an area."),
        N_("Deliver the complete boundary of the area."),
    ),
    "area-coordinate": FaultKind(
        REJECT,
        N_("A coordinate of the area {id} is not a possible number."),
        N_("Deliver the boundary again with coordinates in metres."),
    ),
    "area-invalid": FaultKind(
        REJECT,
        N_("The polygon of the area {id} is not valid ({reason})."),
        N_("Correct the boundary in the geographic information system, or declare a repair."),
    ),
    "areas-overlap": FaultKind(
        REJECT,
        N_("The areas {a} and {b} overlap by {area} m²; the smaller one has {size} m²."),
        N_("Correct the common border; each place may belong to one area only."),
    ),
    "crs-missing": FaultKind(
        REJECT,
        N_("The boundaries name no coordinate reference system."),
        N_("Enter the reference system, for example EPSG:25832 or EPSG:25833."),
    ),
    "crs-unknown": FaultKind(
        REJECT,
        N_("The coordinate reference system “{crs}” is not known."),
        N_("Enter the EPSG code of the reference system, for example EPSG:25832."),
    ),
    "crs-in-degrees": FaultKind(
        REJECT,
        N_("The coordinate reference system {crs} measures in degrees; areas and distances need metres."),
        N_("Convert the boundaries to a projected reference system, for example EPSG:25832."),
    ),
    "crs-not-metres": FaultKind(
        REJECT,
        N_("The coordinate reference system {crs} is not a flat one measured in metres."),
        N_("Convert the boundaries to a projected reference system, for example EPSG:25832."),
    ),
    "crs-differs": FaultKind(
        REJECT,
        N_("The reference systems {a} and {b} differ."),
        N_("Convert both to the same reference system."),
    ),
    "area-not-covered": FaultKind(
        REJECT,
        N_("Of the {whole} m² of the area {id}, {lost} m² lie in none of the areas of {target}."),
        N_("Check whether both sets of boundaries are complete and belong to the same town."),
    ),
    "points-not-covered": FaultKind(
        REJECT,
        N_(
            "Of the weight {whole} of the points in the area {id}, {lost} lies in none of the areas of {target}."
        ),
        N_("Check whether both sets of boundaries are complete and belong to the same town."),
    ),
    "crosswalk-sum": FaultKind(
        REJECT,
        N_("The shares of the area {id} add up to {sum} instead of 1."),
        N_("Correct the shares, or declare “rescale = true” if they are rounded."),
    ),
    "crosswalk-unknown": FaultKind(
        REJECT,
        N_("The crosswalk names the area “{id}”, which does not exist with this date of boundaries."),
        N_("Correct the key, or name the right date of boundaries."),
    ),
    "crosswalk-share": FaultKind(
        REJECT,
        N_("The share {share} from {source} to {target} is not between 0 and 1."),
        N_("Enter the share as a number from 0 to 1."),
    ),
    "crosswalk-twice": FaultKind(
        REJECT,
        N_("The crosswalk names the pair {source} and {target} more than once."),
        N_("Keep one row for each pair."),
    ),
    "crosswalk-without": FaultKind(
        REJECT,
        N_("The crosswalk says nothing about the area {id}."),
        N_("Add the rows that say where this area's residents belong now."),
    ),
    "weight-wrong": FaultKind(
        REJECT,
        N_("The weight {value} of a point is not a number of 0 or more."),
        N_("Enter how many residents or flats the point stands for."),
    ),
    "weight-missing": FaultKind(
        REJECT,
        N_("A rate or a mean cannot be converted without the number it refers to."),
        N_("Name the number of persons the rate refers to, or convert the counts and divide again."),
    ),
    "value-unknown-area": FaultKind(
        REJECT,
        N_("There is a value for the area “{id}”, which the crosswalk does not know."),
        N_("Check the date of the boundaries the value refers to."),
    ),
    "value-area-absent": FaultKind(
        REJECT,
        N_("There is no row for the area {id}."),
        N_("Deliver a row for each area; a value that is not known is entered as missing."),
    ),
    "parent-unknown": FaultKind(
        REJECT,
        N_("The area {id} is said to lie in “{parent}”, which does not exist."),
        N_("Name the coarser area it lies in, or declare that area."),
    ),
    "parent-without-areas": FaultKind(
        REJECT,
        N_("No area lies in {id}."),
        N_("Remove it, or name it as the coarser area of those that lie in it."),
    ),
    # --- indicators ---------------------------------------------------------------------------------------
    "key-blank": FaultKind(
        REJECT,
        N_("The key “{key}” is empty or has spaces around it."),
        N_("Enter a short name without spaces around it."),
    ),
    "key-twice": FaultKind(
        REJECT, N_("The key “{key}” is declared more than once."), N_("Give each entry a key of its own.")
    ),
    "below-least": FaultKind(
        REJECT,
        N_("“{key}” is {value}, but must be at least {least}."),
        N_("Enter a number of {least} or more."),
    ),
    "threshold-low": FaultKind(
        REJECT,
        N_("A smallest publishable count of {value} protects nobody."),
        N_("Enter a number of 1 or more, or leave the key out."),
    ),
    "direction-wrong": FaultKind(
        REJECT,
        N_("The direction {value} is neither 1 nor -1."),
        N_("Enter 1 if a higher value means more burden, and -1 if it means less."),
    ),
    "rate-without-base": FaultKind(
        REJECT,
        N_("The indicator “{key}” has neither numerator and denominator nor a rate published by its source."),
        N_("Enter “numerator” and “denominator”, or under “published” the variable with the published rate."),
    ),
    "rate-twice": FaultKind(
        REJECT,
        N_("The indicator “{key}” is declared as computed and as published by its source at once."),
        N_("Remove either “numerator” or “published”."),
    ),
    "rate-summed": FaultKind(
        REJECT,
        N_("The variable “{key}” is a rate and cannot be the sum of others."),
        N_("Add up counts and declare the rate as an indicator."),
    ),
    "less-without-sum": FaultKind(
        REJECT,
        N_("The variable “{key}” names what is taken away, but not from what."),
        N_("Name under “sum_of” what it is taken away from."),
    ),
    "part-of-itself": FaultKind(
        REJECT, N_("The variable “{key}” is made of itself."), N_("Remove it from its own parts.")
    ),
    "part-twice": FaultKind(
        REJECT, N_("The variable “{key}” is used twice in the same sum."), N_("Name each part once.")
    ),
    # --- observations -------------------------------------------------------------------------------------
    "area-unknown": FaultKind(
        REJECT,
        N_("There is a value for the area “{area}”, which does not exist with this date of boundaries."),
        N_("Correct the key, or name the right date of boundaries."),
    ),
    "status-unknown": FaultKind(
        REJECT,
        N_("The status “{status}” is not known; known are A, E, O and Q."),
        N_("Enter A (normal), E (estimated), O (missing) or Q (withheld by the supplier)."),
    ),
    "value-without-status": FaultKind(
        REJECT,
        N_("{variable} in the area {area} ({period}) has the value {value}, but the status {status}."),
        N_("Enter the status A or E for a value, or remove the value."),
    ),
    "status-without-value": FaultKind(
        REJECT,
        N_("{variable} in the area {area} ({period}) has no value, but the status {status}."),
        N_("Enter the value, or the status O (missing) or Q (withheld by the supplier)."),
    ),
    "value-infinite": FaultKind(
        REJECT,
        N_("The value for {variable} in the area {area} ({period}) is not a finite number."),
        N_("Enter the number, or the sign for a missing value."),
    ),
    "value-twice": FaultKind(
        REJECT,
        N_("{variable} is there twice for the area {area} ({period}): at {a} and at {b}."),
        N_("Withdraw one of the two deliveries, or declare them for different periods."),
    ),
    "areas-differ": FaultKind(
        REJECT,
        N_("Figures for the areas of {a} and of {b} cannot be put together."),
        N_("Convert the figures to the same areas first."),
    ),
    "derived-delivered": FaultKind(
        REJECT,
        N_("The variable “{key}” is declared as a sum, but is also delivered."),
        N_("Remove either the declaration of the sum or the column of the delivery."),
    ),
    "derived-negative": FaultKind(
        REJECT,
        N_("{variable} in the area {area} ({period}) comes to {value}: more is taken away than there is."),
        N_("Check the figures at {where}; one of them is too small or too large."),
    ),
    "period-mismatch": FaultKind(
        REJECT,
        N_("For {period}, “{key}” has a numerator but no denominator: “{base}” is there for {others} only."),
        N_("Deliver “{base}” for {period}; figures of different periods are not divided by each other."),
    ),
    "crosswalk-other-areas": FaultKind(
        REJECT,
        N_("The crosswalk does not lead from the areas of {a} to those of {b}."),
        N_("Declare the crosswalk between these two dates of boundaries."),
    ),
    "rate-converted": FaultKind(
        REJECT,
        N_("The rate “{key}” cannot be converted to other areas, because rates cannot be added up."),
        N_("Convert numerator and denominator and divide again, or show the rate with its own boundaries."),
    ),
    # --- index --------------------------------------------------------------------------------------------
    "no-indicator": FaultKind(
        REJECT, N_("The index has no indicator."), N_("Declare at least one indicator with its weight.")
    ),
    "indicator-twice": FaultKind(
        REJECT,
        N_("The indicator {indicator} occurs twice and would count double."),
        N_("Remove one of the two; a higher weight says the same openly."),
    ),
    "no-direction": FaultKind(
        REJECT,
        N_("It is not said whether more {indicator} means more burden or less."),
        N_("Enter direction = 1 (more burden) or direction = -1 (less)."),
    ),
    "weight-not-positive": FaultKind(
        REJECT,
        N_("The weight {weight} of {indicator} is not a positive number."),
        N_("Enter a weight above 0; whether more is better or worse is said by the direction."),
    ),
    "weights-sum": FaultKind(
        REJECT,
        N_("The weights sum to {sum}, not to 1."),
        N_('Correct the weights, write them as fractions such as 1/7, or declare weights = "equal".'),
    ),
    "weights-opposed": FaultKind(
        REJECT,
        N_(
            "The first principal component does not point in one direction: "
            "some of {indicators} would count against the others."
        ),
        N_("Check the directions, leave the opposing indicator out, or declare the weights."),
    ),
    "aggregate-needs-positive": FaultKind(
        REJECT,
        N_("“{aggregate}” multiplies and cannot work with values below 0, as “{normalise}” gives them."),
        N_('Choose the normalisation "min-max" or "percentile-rank", or aggregate by "sum".'),
    ),
    "too-many-parts": FaultKind(
        REJECT,
        N_("“{aggregate}” cannot be divided among {n} indicators; at most {most} are possible."),
        N_('Use fewer indicators or aggregate by "sum".'),
    ),
    "class-keys": FaultKind(
        REJECT,
        N_("The class keys ({keys}) are fewer than two, or one occurs twice."),
        N_("Declare at least two classes with different keys."),
    ),
    "cuts-count": FaultKind(
        REJECT,
        N_("The number of cut-offs is {n}; it must be {expected}."),
        N_("Between two classes belongs one cut-off; methods that find the cut-offs themselves take none."),
    ),
    "cuts-not-increasing": FaultKind(
        REJECT,
        N_("The cut-offs {cuts} do not increase."),
        N_("Sort the cut-offs upwards and use each only once."),
    ),
    "closed-count": FaultKind(
        REJECT,
        N_("The number of entries in “upper_closed” is {n}; it must be {expected}."),
        N_("Say for each cut-off whether a score on it belongs to the class below."),
    ),
    "labels-count": FaultKind(
        REJECT,
        N_("The number of class labels is {n}; it must be {expected}."),
        N_("Give each class one label."),
    ),
    "no-classes": FaultKind(
        REJECT, N_("This index declares no classes."), N_("Declare “classes” with keys and cut-offs.")
    ),
    "focus-rule": FaultKind(
        REJECT,
        N_("Fokusquartiere are declared either by classes or by a list of areas, not by both or neither."),
        N_("Keep one of the two."),
    ),
    "focus-decision": FaultKind(
        REJECT,
        N_("A list of Fokusquartiere needs the decision it rests on and its date."),
        N_("Add “decision” and “date”."),
    ),
    "no-dynamics": FaultKind(
        REJECT,
        N_("This index declares no dynamics."),
        N_("Declare [dynamics], or ask for the status."),
    ),
    "empty-panel": FaultKind(
        REJECT,
        N_("There are no values at all for this index."),
        N_("Deliver the sources of its indicators for this period, or choose another period."),
    ),
    "no-change-table": FaultKind(
        REJECT,
        N_("The dynamics are declared, but there is no earlier period to compare with."),
        N_("Declare “change_from”, or leave the dynamics out."),
    ),
    "index-area-twice": FaultKind(
        REJECT,
        N_("These areas occur twice in the indicator table: {areas}."),
        N_("Deliver each area once."),
    ),
    "index-areas-differ": FaultKind(
        REJECT,
        N_("The two tables do not have the same areas; these are in one of them only ({n}): {areas}."),
        N_("Convert the earlier period to the present areas by a crosswalk first."),
    ),
    "indicator-all-missing": FaultKind(
        REJECT,
        N_("The indicator {indicator} has no value in any area."),
        N_("Deliver its source for this period, or leave the indicator out."),
    ),
    "indicator-constant": FaultKind(
        REJECT,
        N_("The indicator {indicator} has the same value in all areas and tells none from another."),
        N_("Check the delivery; leave the indicator out if the value is right."),
    ),
    "sum-constant": FaultKind(
        REJECT,
        N_("The indicators {indicators} cancel each other out: all areas have the same sum."),
        N_("Check the directions of the indicators."),
    ),
    "value-missing": FaultKind(
        REJECT,
        N_("The indicator {indicator} has no value in these areas ({n}): {areas}."),
        N_('Deliver the values, exclude the areas with a reason, or declare missing = "leave-out".'),
    ),
    "value-withheld": FaultKind(
        REJECT,
        N_("The indicator {indicator} is withheld by its supplier in these areas ({n}): {areas}."),
        N_('Exclude the areas with a reason, declare missing = "leave-out", or use a coarser level.'),
    ),
    "value-small-base": FaultKind(
        REJECT,
        N_("The indicator {indicator} rests on too few people in these areas ({n}): {areas}."),
        N_('Exclude the areas with a reason, declare missing = "leave-out", or use a coarser level.'),
    ),
    "value-undefined": FaultKind(
        REJECT,
        N_(
            "The indicator {indicator} is not defined in these areas ({n}), because nobody is in its base: {areas}."
        ),
        N_('Exclude the areas with a reason, or declare missing = "leave-out".'),
    ),
    "index-value-infinite": FaultKind(
        REJECT,
        N_("The indicator {indicator} contains a value that is not a finite number."),
        N_("Check the delivery."),
    ),
    "treat-needs-positive": FaultKind(
        REJECT,
        N_("“{treat}” is not defined for all values of {indicator}, because some are 0 or below."),
        N_("Choose another treatment of outliers."),
    ),
    "too-few-areas": FaultKind(
        REJECT,
        N_(
            "The number of areas ({n}) is too small for index classes: with fewer than {least}, "
            "a single area moves mean and spread so much that chance decides the class."
        ),
        N_("Use profiles and comparison values instead of index classes, or a finer level with more areas."),
    ),
    "too-few-areas-for-scores": FaultKind(
        REJECT,
        N_("The number of areas ({n}) is too small for an index; at least {least} are needed."),
        N_("Use profiles and comparison values instead of an index, or a finer level with more areas."),
    ),
    "no-residents": FaultKind(
        REJECT,
        N_("The mean is to count residents, but there is no number of residents for: {areas}."),
        N_('Deliver the residents, or declare reference = "areas".'),
    ),
    "class-empty": FaultKind(
        REJECT,
        N_("Too many areas have the same score: {n} classes of equal size cannot be formed."),
        N_("Use fewer classes or fixed cut-offs."),
    ),
    "only-rates-known": FaultKind(
        REJECT,
        N_("For {indicators} only rates are known, no case numbers: how sure a class is cannot be computed."),
        N_("Deliver numerators and denominators, or show the classes without probability."),
    ),
    "counts-contradict": FaultKind(
        REJECT,
        N_("In {indicator} the numerator is above the denominator or below 0: {areas}."),
        N_("Check the two deliveries."),
    ),
    # --- disclosure ---------------------------------------------------------------------------------------
    "policy-threshold-low": FaultKind(
        REJECT,
        N_("A threshold of {threshold} is too low for publication: single persons could be recognised."),
        N_("Set a threshold of 3 or more for the public."),
    ),
    "policy-secondary-off": FaultKind(
        REJECT,
        N_("Without secondary suppression hidden counts could be calculated from the totals."),
        N_("Leave secondary suppression switched on for the public."),
    ),
    "policy-width-low": FaultKind(
        REJECT,
        N_("A width of {width} would allow hidden counts to be calculated exactly."),
        N_("Set a width of 1 or more for the public."),
    ),
    "column-twice": FaultKind(
        REJECT,
        N_("The column “{key}” stands twice in the draft."),
        N_("Give each column a key of its own."),
    ),
    "not-protectable": FaultKind(
        REJECT,
        N_("{what} in {area} ({level}) could be calculated from what is to be published."),
        N_("Publish this only for larger areas, or leave out some of the columns."),
    ),
    "already-published": FaultKind(
        REJECT,
        N_("{what} in {area} ({level}) should be hidden, but readers can know it from: {source}."),
        N_("Leave out this column for this period; what is known once cannot be hidden again."),
    ),
    "approval-missing": FaultKind(
        REJECT,
        N_("A release needs an author and a second person who approves it."),
        N_("Name both."),
    ),
    "same-person": FaultKind(
        REJECT,
        N_("{name} cannot approve a release of her or his own."),
        N_("Have a second person check and approve it."),
    ),
    "release-unreadable": FaultKind(
        REJECT,
        N_("The file is not a release of this software ({reason})."),
        N_("Restore the release from a backup."),
    ),
    "release-digest": FaultKind(
        REJECT,
        N_("The release has been changed since it was written: its checksum does not fit."),
        N_("Restore the release from a backup. Nothing is published from a changed release."),
    ),
    # --- report (report, project.typeset) -----------------------------------------------------------------
    "report-not-set": FaultKind(
        REJECT,
        N_("The printed report could not be set: {reason}."),
        N_("Look at the place named; the HTML report is not affected. If it stays, pass the message on."),
    ),
    "text-value-unknown": FaultKind(
        REJECT,
        N_("The text refers to a value that the release does not hold: “{reference}”{hint}."),
        N_(
            "Write {{{{wert:INDICATOR@PERIOD/AREA}}}} with names of the catalogue, or leave the area out for the town."
        ),
    ),
    "text-not-allowed": FaultKind(
        REJECT,
        N_("The text uses something that the report does not print: {thing}."),
        N_("Use paragraphs, headings, bold type, lists and links that begin with https, http or mailto."),
    ),
    "chapter-unknown": FaultKind(
        REJECT,
        N_("There is no chapter “{name}”{hint}. Known are: {known}."),
        N_("Use one of the known names or remove the entry."),
    ),
    # --- edition ------------------------------------------------------------------------------------------
    "levels-none": FaultKind(
        REJECT,
        N_("No level of areas is declared."),
        N_("Declare at least one level; the last one is the town."),
    ),
    "level-without-areas": FaultKind(
        REJECT,
        N_("There are no areas for the level “{key}”."),
        N_("Declare the boundaries of this level, or remove the level."),
    ),
    "previous-not-earlier": FaultKind(
        REJECT,
        N_("{earlier} is to be compared with {later}, but is not earlier."),
        N_("Name an earlier period to compare with."),
    ),
    "periods-unordered": FaultKind(
        REJECT,
        N_("The periods are not in order of time."),
        N_("List the periods from the oldest to the latest."),
    ),
    "released-by-one": FaultKind(
        REJECT,
        N_("This edition counts as released, but no second person has approved the release of {author}."),
        N_("Have a second person approve the release, or publish the edition as a draft."),
    ),
    # --- project (store, build, export, start) ------------------------------------------------------------
    "not-a-project": FaultKind(
        REJECT,
        N_("There is no project in the folder “{folder}”: it has no project.toml."),
        N_("Name the folder of a project, or make one with “lebenslagen start”."),
    ),
    "deliveries-not-named": FaultKind(
        REJECT,
        N_("The starter “{starter}” brings no delivered files."),
        N_("Name the folder that holds them: --deliveries FOLDER."),
    ),
    "folder-missing": FaultKind(REJECT, N_("The folder “{folder}” is missing."), N_("Check the path.")),
    "release-unknown": FaultKind(
        REJECT,
        N_("No release, or more than one, begins with “{digest}”. Known are: {known}."),
        N_("Name the first characters of one of them. Nothing was withdrawn."),
    ),
    "link-in-project": FaultKind(
        REJECT,
        N_("“{file}” is a link that may lead out of the project."),
        N_("Put the file or folder itself in its place. Nothing was read or written."),
    ),
    "path-outside": FaultKind(
        REJECT,
        N_("The path “{file}” leads out of the folder of the deliveries."),
        N_("Name a file within the folder, without “..”."),
    ),
    "name-unreadable": FaultKind(
        REJECT,
        N_("The name {name} holds signs that cannot be printed."),
        N_("Correct the name in the file of the boundaries and deliver it again."),
    ),
    "expects-key": FaultKind(
        REJECT,
        N_("A key of letters, digits, “-” and “_” is expected, not {value}."),
        N_("Choose a short key without blanks and umlauts; the label may be longer."),
    ),
    "pattern-invalid": FaultKind(
        REJECT,
        N_("The pattern “{pattern}” is not a regular expression."),
        N_("Check brackets and backslashes."),
    ),
    "pattern-long": FaultKind(
        REJECT, N_("The pattern “{pattern}…” is longer than 200 signs."), N_("Write a shorter one.")
    ),
    "pattern-nested": FaultKind(
        REJECT,
        N_("The pattern “{pattern}” repeats something that itself repeats; it might never come to an end."),
        N_("Write it without a repetition within a repetition, for example [0-9]+ instead of ([0-9]+)+."),
    ),
    "folder-not-empty": FaultKind(
        REJECT,
        N_("The folder “{folder}” is not empty."),
        N_("Name a new folder. Nothing was changed."),
    ),
    "file-missing": FaultKind(
        REJECT, N_("The file “{file}” is missing."), N_("Check the name and the folder. Nothing was stored.")
    ),
    "file-too-large": FaultKind(
        REJECT,
        N_("The file “{file}” is larger than {limit} MB."),
        N_("Deliver only the table of areas, without pictures and other sheets. Nothing was stored."),
    ),
    "answer-without-reason": FaultKind(
        REJECT,
        N_("The answer “{code}” has no reason."),
        N_(
            "Give the reason after an equals sign, for example --answer “total-differs=correction of 3 February”."
        ),
    ),
    "areas-not-delivered": FaultKind(
        REJECT,
        N_("The boundaries in “{file}” were not delivered."),
        N_("Start the project anew with the folder that holds the file."),
    ),
    "no-observations": FaultKind(
        REJECT,
        N_("Nothing was delivered for the areas “{level}” with the boundaries of {vintage}."),
        N_("Deliver at least one table for these areas."),
    ),
    "repair-without-object": FaultKind(
        REJECT,
        N_("The declared remedy for the key {key} fits no polygon of the file."),
        N_("Check key and conditions of the remedy; perhaps the file was corrected, then remove it."),
    ),
    "not-a-share": FaultKind(
        REJECT,
        N_("“{value}” is not a share from 0 to 1."),
        N_("Enter the share as a decimal number, for example 0,25."),
    ),
    "nothing-to-serve": FaultKind(
        REJECT,
        N_("There is nothing to show yet in “{folder}”."),
        N_("First write the report or the atlas: lebenslagen report {folder}"),
    ),
    "port-taken": FaultKind(
        REJECT,
        N_("Port {port} is used by another program."),
        N_("Take another one, for example --port {next}."),
    ),
    "journal-broken": FaultKind(
        REJECT,
        N_("Line {line} of the register was changed or removed afterwards; what follows cannot be trusted."),
        N_("Restore the file from the backup. Nothing was changed."),
    ),
    "journal-torn": FaultKind(
        WARN,
        N_(
            "The last line of the register is incomplete, as after a power cut; it is set aside at the next entry."
        ),
        N_("Repeat the last action if its result is missing."),
    ),
    "snapshot-missing": FaultKind(
        REJECT,
        N_("The delivered file {digest} is missing."),
        N_("Restore the folder snapshots from the backup, or deliver the file again."),
    ),
    "snapshot-changed": FaultKind(
        REJECT,
        N_("The delivered file {digest} was changed after it was delivered."),
        N_("Restore the folder snapshots from the backup, or deliver the file again."),
    ),
    "release-missing": FaultKind(
        REJECT, N_("The release {digest} is not there."), N_("Restore the folder releases from the backup.")
    ),
    "release-changed": FaultKind(
        REJECT,
        N_("The release {digest} was changed after it was approved."),
        N_("Restore the folder releases from the backup."),
    ),
    "class-tells": FaultKind(
        REJECT,
        N_(
            "The class of an area would tell too much about “{indicator}” in the area {area}, which is not published."
        ),
        N_("Publish without the index, with wider class limits, or leave the indicator out."),
    ),
    "four-eyes": FaultKind(
        REJECT,
        N_(
            "“{by}” wrote the release and “{approved}” is to approve it: these must be two different persons."
        ),
        N_("Name the author with --by and another person with --approved-by. Nothing was published."),
    ),
    "schema-newer": FaultKind(
        REJECT,
        N_("The project was made with schema {found}; this version knows schemas up to {known}."),
        N_("Use the newer version of the software. Nothing was changed."),
    ),
    # --- web ------------------------------------------------------------------------------------------------
    "no-permission": FaultKind(
        REJECT,
        N_("Your roles do not include this: {action}."),
        N_("If you need it for your work, ask the administration for the role."),
    ),
    "not-your-department": FaultKind(
        REJECT,
        N_(
            "This belongs to another department or area. Your role includes this only for your own: {action}."
        ),
        N_("Ask the department it belongs to, or the planning."),
    ),
    "project-busy": FaultKind(
        REJECT,
        N_("A job is computing with the deliveries just now, so nothing can be changed at the moment."),
        N_("Nothing is lost. Please try again in a minute, or look under Jobs how far it is."),
    ),
    "delivery-absent": FaultKind(
        REJECT,
        N_("There is no such delivery: {source} {period}"),
        N_("Go back to the list of sources; it may have been withdrawn or purged meanwhile."),
    ),
    "intake-gone": FaultKind(
        REJECT,
        N_("The uploaded file is no longer there."),
        N_("Please upload it again."),
    ),
    "intake-ended": FaultKind(
        REJECT,
        N_("This upload was already taken over or dropped."),
        N_("Look at the delivery, or upload the file again."),
    ),
    "too-many-uploads": FaultKind(
        REJECT,
        N_("{n} of your uploads wait to be taken over; more do not fit."),
        N_("Take some over or drop them; then upload again."),
    ),
    "layout-not-appendable": FaultKind(
        REJECT,
        N_("The declaration {file} lists its tables in a way that cannot be continued here."),
        N_("Let the planning change the file by hand: one section [[tables]] for each table."),
    ),
    "mapping-incomplete": FaultKind(
        REJECT,
        N_("The build of this file is not fully described yet: {what} is missing."),
        N_("Go back to that step."),
    ),
    "purge-asked": FaultKind(
        REJECT,
        N_("“{by}” already asked for this delivery to be purged."),
        N_("Another person must confirm or refuse it."),
    ),
    "purge-decided": FaultKind(
        REJECT,
        N_("This was already decided."),
        N_("Look at the page of the delivery."),
    ),
    "purge-by-one": FaultKind(
        REJECT,
        N_("“{by}” asked for this to be purged; another person must confirm it."),
        N_("Ask a colleague of the planning or of the approval to confirm. Nothing was removed."),
    ),
    # --- releases and reports in the browser ---------------------------------------------------------------
    "release-state": FaultKind(
        REJECT,
        N_("The release is {state}; “{step}” is not possible from there."),
        N_("Open the release again and look at its present state."),
    ),
    "release-not-computed": FaultKind(
        REJECT,
        N_("The figures of this release are not protected yet, or data or declarations have changed since."),
        N_("Start the job “Protect the figures” on the page of the release and wait until it has ended."),
    ),
    "release-leaks": FaultKind(
        REJECT,
        N_("{n} counts that are not published could be found out too closely."),
        N_("Release fewer figures or a coarser level, and have them protected again. Nothing was submitted."),
    ),
    "release-not-as-submitted": FaultKind(
        REJECT,
        N_("Figures or texts have changed since the release was submitted. Nothing was approved."),
        N_("Return it to the planning, so that it is submitted again as it stands now."),
    ),
    "own-release": FaultKind(
        REJECT,
        N_("You submitted this release yourself; somebody else must approve it."),
        N_("Ask a colleague with the role Approval."),
    ),
    "two-roles": FaultKind(
        REJECT,
        N_("A release needs two persons in two roles: the planning submits, the approval approves."),
        N_("Ask the administration to check the roles of both."),
    ),
    "release-too-early": FaultKind(
        REJECT,
        N_("The day and hour of publication have not come yet."),
        N_("It is published by itself at the time set."),
    ),
    "release-not-in-force": FaultKind(
        REJECT,
        N_("This release is not in the ledger, or was withdrawn already."),
        N_("Look at the ledger; it shows every release and what became of it."),
    ),
    "report-not-rewritten": FaultKind(
        REJECT,
        N_("The declaration of the report is written in a way that this page cannot change ({key})."),
        N_("Change it in the file itself, or write the key on one line."),
    ),
    "report-not-removed": FaultKind(
        REJECT,
        N_("The declaration of a report cannot be removed here."),
        N_("Remove the file in the project's folder."),
    ),
    "index-not-shown": FaultKind(
        REJECT,
        N_("For {period} there are no released or protected figures of: {indicators}."),
        N_(
            "Leave these indicators out, choose another edition, or have the figures protected once more under Jobs."
        ),
    ),
    "changed-meanwhile": FaultKind(
        REJECT,
        N_("Somebody else changed this after you opened it. Nothing of yours was stored."),
        N_("Open it again, look at the change, and decide what shall hold."),
    ),
    "no-way-back": FaultKind(
        REJECT,
        N_("This cannot be taken back here."),
        N_("It has its own way back, on its own page."),
    ),
    "state-purged": FaultKind(
        REJECT,
        N_("The earlier state was purged, as the law demands."),
        N_("Enter it anew if it is needed."),
    ),
    "link-used": FaultKind(
        REJECT,
        N_("This link was used already, withdrawn, or is too old."),
        N_("Ask the administration for a new one."),
    ),
    "last-administrator": FaultKind(
        REJECT,
        N_("Then nobody could administer this installation any more."),
        N_("Give somebody else the role administration first."),
    ),
    "job-not-ended": FaultKind(
        REJECT,
        N_("Only a failed or cancelled job can be started again."),
        N_("Wait until it has ended, or cancel it."),
    ),
    "job-died": FaultKind(
        REJECT,
        N_("The job was cut off {tries} times, the last time at “{step}”. It had no effect."),
        N_("Mostly memory or power is missing. Tell the administration, then start it again."),
    ),
    "job-memory": FaultKind(
        REJECT,
        N_("There was not enough memory. The job had no effect."),
        N_("Tell the administration, then start it again."),
    ),
    "job-disk": FaultKind(
        REJECT,
        N_("The disk refused ({reason}). The job had no effect."),
        N_("Tell the administration; once there is room, start it again."),
    ),
    "job-broken": FaultKind(
        REJECT,
        N_("The program made a mistake ({kind}). The job had no effect."),
        N_("Tell the administration the number of the job; the log says where it was."),
    ),
    "secret-readable": FaultKind(
        REJECT,
        N_("The secret of this installation can be read by others; the server does not start."),
        N_("Take the rights away (chmod 400), or remove the file: everybody logs in anew then."),
    ),
    "secret-short": FaultKind(
        REJECT, N_("The secret of this installation is too short."), N_("Remove the file; a new one is made.")
    ),
    "host-unsafe": FaultKind(
        REJECT,
        N_("“{host}” is no host name; patterns are not allowed."),
        N_("Name each host, separated by commas."),
    ),
    "database-unknown": FaultKind(
        REJECT,
        N_("A database of the kind “{kind}” is not known."),
        N_("Enter postgresql://user:password@host:port/name, or leave it blank for SQLite."),
    ),
    "database-on-network": FaultKind(
        REJECT,
        N_(
            "The project lies on a network drive ({kind}); SQLite can lose data there. The server does not start."
        ),
        N_("Move the project to a local disk, or use PostgreSQL."),
    ),
    "demo-only": FaultKind(
        REJECT,
        N_("Demo logins exist for Musterstadt only."),
        N_("Start without --demo; the first link printed makes the administrator."),
    ),
}


@dataclass(frozen=True)
class Fault:
    """One thing wrong in a delivery or declaration: code, place, and the values its sentence needs.

    Raises KeyError for a code that is not in `FAULTS`.

    >>> Fault("not-a-count", "SGB II!B9", {"value": "abc"}).outcome.name
    'REJECT'
    """

    code: str
    where: str
    values: Mapping[str, object] = field(default_factory=dict)

    def __post_init__(self) -> None:
        FAULTS[self.code]
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))

    @property
    def outcome(self) -> Outcome:
        return FAULTS[self.code].outcome


def worst(faults: Iterable[Fault]) -> Outcome:
    """The outcome of a list of faults: that of the gravest, ACCEPT for none.

    >>> worst([]).name
    'ACCEPT'
    """
    return max((fault.outcome for fault in faults), default=Outcome.ACCEPT)


class LebenslagenError(Exception):
    """Anything this software refuses, with all its faults at once.

    >>> LebenslagenError([Fault("missing-key", "project.toml", {"key": "name"})]).faults[0].code
    'missing-key'
    """

    exit_code = 14

    def __init__(self, faults: Iterable[Fault] | Fault) -> None:
        self.faults: tuple[Fault, ...] = (faults,) if isinstance(faults, Fault) else tuple(faults)
        super().__init__("; ".join(f"{f.where}: {f.code} {dict(f.values)}" for f in self.faults))


class DataError(LebenslagenError):
    """The delivery is not what was declared.

    >>> DataError.exit_code
    10
    """

    exit_code = 10


class DesignError(LebenslagenError):
    """A declaration contradicts itself or its data.

    >>> DesignError.exit_code
    11
    """

    exit_code = 11


class DisclosureError(LebenslagenError):
    """A release would tell about single persons.

    >>> DisclosureError.exit_code
    12
    """

    exit_code = 12


class InfeasibleError(LebenslagenError):
    """No choice of sites meets the conditions.

    >>> InfeasibleError.exit_code
    13
    """

    exit_code = 13


class ProjectError(LebenslagenError):
    """A project's files are broken or not ours.

    >>> ProjectError.exit_code
    14
    """

    exit_code = 14


class NotAllowed(LebenslagenError):
    """This person may not do this now.

    >>> NotAllowed.exit_code
    15
    """

    exit_code = 15


class QuestionOpen(LebenslagenError):
    """A person must decide before the delivery is taken over.

    >>> QuestionOpen.exit_code
    16
    """

    exit_code = 16

"""Faults of delivered files as files: too big, encrypted, damaged, unsafe, not a table at all."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, WARN, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
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
}

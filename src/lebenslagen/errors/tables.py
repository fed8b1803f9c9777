"""Faults of delivered tables: sheets, heads, keys, periods, cells, and figures that cannot or may not be true."""

from __future__ import annotations

from lebenslagen.errors.kinds import ASK, N_, REJECT, WARN, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "not-a-count": FaultKind(
        REJECT,
        N_("“{value}” is not a count."),
        N_("Enter a whole number of 0 or more, or the sign for a missing value."),
    ),
    "no-table-declared": FaultKind(
        REJECT,
        N_("No table of the source's layout fits this file and the period {period}."),
        N_("Check the source and the period, or add the table to the source's declaration."),
    ),
    "rows-beyond-areas": FaultKind(
        REJECT,
        N_("{n} rows for {areas} areas; more than {limit} cannot be meant. None of them was read."),
        N_(
            "Deliver one row an area and delete what repeats; where the table is built otherwise, change the source's layout."
        ),
    ),
    "faults-without-end": FaultKind(
        REJECT,
        N_("More than {n} faults; the rest of the table was not looked at."),
        N_(
            "Correct those named first: often one cause is behind all, such as a shifted column or a wrong layout."
        ),
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
}

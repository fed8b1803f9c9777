"""Faults of declarations: TOML files that are broken, incomplete, or say what cannot be."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
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
}

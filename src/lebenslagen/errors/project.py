"""Faults of a project directory: its files, its store, its log of releases."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, WARN, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
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
    "backup-exists": FaultKind(
        REJECT, N_("The file {file} is there already."), N_("Choose a new name. Nothing was written.")
    ),
    "backup-inside": FaultKind(
        REJECT,
        N_("The file {file} would lie in the project that is backed up."),
        N_("Name a place outside of it, best on another disk. Nothing was written."),
    ),
    "backup-meanwhile": FaultKind(
        REJECT,
        N_("The file {name} was removed while the backup was being written."),
        N_("Repeat the backup. No half backup was left."),
    ),
    "backup-unreadable": FaultKind(
        REJECT,
        N_("{file} is no complete backup of this program ({reason})."),
        N_("Use another backup. Nothing was written."),
    ),
    "backup-changed": FaultKind(
        REJECT,
        N_("In the backup {file}, “{name}” is not as it was written: its digest differs."),
        N_("Use another backup. Nothing was written."),
    ),
    "backup-newer": FaultKind(
        REJECT,
        N_("The backup {file} was made by the newer version {made}."),
        N_("Install that version or a later one, then restore. Nothing was written."),
    ),
    "backup-no-room": FaultKind(
        REJECT,
        N_("The disk has no room for the folder {folder}: {needed} MB are needed."),
        N_("Make room or choose another disk. Nothing was written."),
    ),
    "backup-other-database": FaultKind(
        REJECT,
        N_("The backup holds the rows of a PostgreSQL database, but none is named."),
        N_("Name an empty database by LEBENSLAGEN_DATABASE_URL and repeat. Nothing was written."),
    ),
    "database-not-empty": FaultKind(
        REJECT,
        N_("The database named by LEBENSLAGEN_DATABASE_URL is not empty."),
        N_("Name an empty one. Nothing was written."),
    ),
    "database-damaged": FaultKind(
        REJECT,
        N_("The database is damaged: {reason}"),
        N_("Restore it from the last backup that is sound. No backup was made of the damaged one."),
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
}

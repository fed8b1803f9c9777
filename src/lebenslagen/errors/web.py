"""Faults of the workplace in the browser: rights, uploads, releases, jobs, the server itself."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
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
    # --- administration in the browser ---------------------------------------------------------------------
    "role-to-oneself": FaultKind(
        REJECT,
        N_(
            "Nobody gives the role {role} to herself, and nobody takes back what was decided about her own roles."
        ),
        N_("Another person of the administration must do it."),
    ),
    "rule-asked": FaultKind(
        REJECT,
        N_("{by} has already asked for other rules here."),
        N_("Have them confirmed or refused first."),
    ),
    "rule-decided": FaultKind(
        REJECT,
        N_("This was already decided."),
        N_("Look at the rules as they are now."),
    ),
    "rule-by-one": FaultKind(
        REJECT,
        N_("“{by}” asked for these rules; another person must confirm them."),
        N_("Somebody with the role approval confirms. Nothing was changed."),
    ),
    "trash-in-use": FaultKind(
        REJECT,
        N_("It is still needed: {by}."),
        N_("Take it out there first. Nothing was deleted."),
    ),
    "trash-gone": FaultKind(
        REJECT,
        N_("This is no longer in the trash."),
        N_("It was restored, or its 30 days are over. The audit trail says which."),
    ),
    "trash-taken": FaultKind(
        REJECT,
        N_("Under this name there is something else by now."),
        N_("Delete or rename that first. Nothing was restored."),
    ),
    "declaration-not-rewritten": FaultKind(
        REJECT,
        N_("The file {file} is written in a way that this page cannot change ({key})."),
        N_("Change it in the file itself, or write each key on a line of its own. Nothing was stored."),
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

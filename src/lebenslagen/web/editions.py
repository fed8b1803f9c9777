"""Editions: a report as HTML and PDF, with a public release its atlas too, each in a folder that nobody changes.

What a release brought lies in ``ausgabe/veroeffentlicht-<digest of the release>``; whether anybody may
see it, the ledger says. What the planning made for itself lies in ``ausgabe/ausgabe-<report>-<digest of the files>``.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.utils import timezone

from lebenslagen.texts import Texts, texts
from lebenslagen.web import releasing
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Release
    from lebenslagen.edition import Edition
    from lebenslagen.project.declare import DeclaredReport
    from lebenslagen.web.jobs import Work

__all__ = ["Kept", "edition_job", "kept", "missing", "place_of", "prepare_job", "public_job", "publish_job"]

PUBLISHED, OWN = "veroeffentlicht-", "ausgabe-"
TOLD = "edition.json"
BUSY = 20


@dataclass(frozen=True)
class Kept:
    """An edition that was made: what it is of, when, by whom; `name` is that of its folder."""

    name: str
    report: str
    audience: str
    title: str
    status: str
    release: str
    digest: str
    made_at: datetime
    by: str
    withdrawn: bool = False

    @property
    def short(self) -> str:
        return self.digest[:12]

    @property
    def open(self) -> bool:
        """Whether those who only see what is released may see it."""
        return self.name.startswith(PUBLISHED) and self.status == "released" and not self.withdrawn


def place_of(release: str) -> Path:
    """The folder of what a release brought."""
    return town().root / "ausgabe" / f"{PUBLISHED}{release}"


def kept() -> list[Kept]:
    """All editions, newest first; those of releases that the ledger does not hold are left out."""
    lines = releasing.ledger_lines()
    last = {line["release"]: line["what"] for line in lines}
    found = [_read(path) for path in (town().root / "ausgabe").glob(f"*/{TOLD}")]
    known = [e for e in found if e is not None and (e.status == "draft" or e.release in last)]
    marked = [Kept(**{**vars(e), "withdrawn": last.get(e.release) == "withdrawn"}) for e in known]
    return sorted(marked, key=lambda e: e.made_at, reverse=True)


def _read(path: Path) -> Kept | None:
    if not path.parent.name.startswith((PUBLISHED, OWN)):
        return None
    try:
        told = json.loads(path.read_bytes())
        return Kept(**{**told, "made_at": datetime.fromisoformat(told["made_at"])}, name=path.parent.name)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _files(made: Edition, *, atlas: bool) -> dict[str, bytes]:
    from lebenslagen.project import publish

    files = {f"bericht/{name}": raw for name, raw in publish.report_files(made).items()}
    return files | (
        {f"atlas/{name}": raw for name, raw in publish.atlas_files(made).items()} if atlas else {}
    )


def _told(made: Edition, report: str, files: Mapping[str, bytes], by: str) -> tuple[str, bytes]:
    """The digest of an edition and what is kept about it."""
    from lebenslagen.project.store import digest_of

    digest = digest_of(*(name.encode() + b"\0" + raw for name, raw in sorted(files.items())))
    told = {
        "report": report, "audience": made.release.audience, "title": made.title, "status": made.status,
        "digest": digest,
        "release": made.release.digest if made.status == "released" else "", "by": by,
        "made_at": timezone.now().isoformat(timespec="seconds"),
    }  # fmt: skip
    return digest, json.dumps(told, ensure_ascii=False, indent=1).encode()


def _language() -> Texts:
    return texts(town().declaration.head.language)


# --- jobs -----------------------------------------------------------------------------------------------------


def edition_job(work: Work) -> Iterator[str]:
    """A report as HTML and PDF: of the release in force, or as a draft with the figures of now."""
    from lebenslagen.project import build, publish
    from lebenslagen.project.store import Project, write_folder

    options, project = work.job.options, Project(work.root)
    with project.locked():
        works = build.open_works(project)
        declared = releasing.declared_for(options["report"], options["audience"])
        yield work.t("Protecting the figures of “{report}” …", report=declared.title)
        figures = None if options.get("basis") == "released" else publish.figures_of(works, declared)
        made = publish.edition(works, declared, _language(), figures)
        if made.status == "released" and not _as_approved(declared, made):
            made = replace(made, status="draft")  # the figures are released, the texts are not
    yield work.t("Setting the report as HTML and PDF …")
    files = _files(made, atlas=False)
    digest, told = _told(made, declared.key, files, work.by)
    write_folder(work.staging / f"{OWN}{declared.key}-{digest[:16]}", {**files, TOLD: told})
    yield work.t("Kept as edition {digest}.", digest=digest[:12])


def _as_approved(declared: DeclaredReport, made: Edition) -> bool:
    """Whether the texts are those that were released with these figures, as far as the ledger knows."""
    line = next(line for line in reversed(releasing.ledger_lines()) if line["release"] == made.release.digest)
    unsigned = replace(made.release, author="", approved_by="", issued="")
    return line.get("content") in (None, releasing.content_of(declared.key, declared.audience, unsigned))


def publish_job(work: Work) -> Iterator[str]:
    """Report and atlas of an approved release, where they were not prepared, then its publication.

    May be cut off anywhere and begun again. Waits for no other job: it takes the ledger's lock alone.
    """
    from lebenslagen.web.models import ReleaseRequest
    from lebenslagen.web.release_states import STATES
    from lebenslagen.web.services import releases

    pk = int(work.job.options["request"])
    row, made = ReleaseRequest.objects.get(pk=pk), None
    if row.state == "published":  # by an earlier try that died after it took effect
        yield work.t(STATES[row.state])
        return
    if pk not in releases.unsettled():
        yield work.t("Checking that figures and texts are those that were approved …")
        made = releases.prepare(pk)
        if made is not None and not (place_of(made.digest) / TOLD).is_file():
            yield work.t("Setting the report as HTML and PDF …")
            _write_published(row.report, row.audience, made, row.author.name)
    state = _publish(pk, made)
    if state != "published" and made is not None:
        shutil.rmtree(place_of(made.digest), ignore_errors=True)
    yield work.t(STATES[state])


def _publish(pk: int, made: Release | None) -> str:
    """Publish, however often the ledger is held by somebody else at that moment. Raises Conflict after half a minute."""
    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import releases
    from lebenslagen.web.services.base import Conflict

    for _ in range(BUSY):
        with contextlib.suppress(Conflict):
            return releases.publish(pk, by=SYSTEM, made=made)
        time.sleep(1)
    return releases.publish(pk, by=SYSTEM, made=made)


def prepare_job(work: Work) -> Iterator[str]:
    """Report and atlas of an approved release, before its hour: then only the line of the ledger is missing.

    Nobody sees them before, for whatever the ledger does not name is not shown.
    """
    from lebenslagen.web.models import ReleaseRequest
    from lebenslagen.web.services import releases

    row = ReleaseRequest.objects.get(pk=int(work.job.options["request"]))
    yield work.t("Checking that figures and texts are those that were approved …")
    made = releases.prepare(row.pk)
    if made is not None:
        yield work.t("Setting the report as HTML and PDF …")
        _write_published(row.report, row.audience, made, row.author.name)


def _write_published(report: str, audience: str, made: Any, by: str) -> None:
    from lebenslagen.project import publish
    from lebenslagen.project.store import write_folder

    edition = publish.edition(town()._works(), releasing.declared_for(report, audience), _language(), made)
    files = _files(edition, atlas=audience == "public")
    write_folder(place_of(made.digest), {**files, TOLD: _told(edition, report, files, by)[1]})


def public_job(work: Work) -> Iterator[str]:
    """Report and atlas of a release that is in the ledger already, where its folder is missing."""
    from lebenslagen.project.store import write_folder

    digest = work.job.options["release"]
    line = next(
        line for line in releasing.ledger_lines() if line["release"] == digest and line["what"] == "published"
    )
    yield work.t("Writing what the release of {day} brought …", day=line["at"][:10])
    from lebenslagen.project import publish

    edition = publish.edition(
        town()._works(),
        releasing.declared_for(line["report"], line["audience"]),
        _language(),
        town().project.release(digest),
    )
    files = _files(edition, atlas=line["audience"] == "public")
    write_folder(
        work.staging / place_of(digest).name,
        {**files, TOLD: _told(edition, line["report"], files, line["by"])[1]},
    )


def missing() -> list[str]:
    """Releases in force whose folder is not there: released by command line, or restored without it."""
    force: dict[tuple[str, str], str] = {}
    for line in releasing.ledger_lines():
        force[line["report"], line["audience"]] = line["release"] if line["what"] == "published" else ""
    known = town().declaration.reports
    return [
        digest for (report, audience), digest in force.items()
        if digest and audience != "internal" and report in known and not (place_of(digest) / TOLD).is_file()
    ]  # fmt: skip

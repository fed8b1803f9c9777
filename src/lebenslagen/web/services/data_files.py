"""Files on their way in: where they lie, what they are called, what a check of them says. Nothing here writes a delivery."""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import threading
import unicodedata
from collections import OrderedDict
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.project.store import sync_folder
from lebenslagen.web import models
from lebenslagen.web.town import town

if TYPE_CHECKING:
    from lebenslagen.project.build import Works
    from lebenslagen.project.read import Check
    from lebenslagen.project.read.grid import Grid
    from lebenslagen.project.store import Delivery

__all__ = [
    "bytes_of", "check_of", "clear_forgotten", "clear_old", "examine", "file_name", "forget", "grid_of", "in_force_of", "keep", "new_token", "works_with",
]  # fmt: skip

LENGTH = 120
KEPT_CHECKS = 3
FORGOTTEN = timedelta(days=30)
LARGE = (
    4 * 1024 * 1024
)  # bytes; the check of a larger file is made anew for each page instead of kept in memory


def new_token() -> str:
    return secrets.token_urlsafe(15)


def file_name(given: str) -> str:
    """A file's name as it may be stored and shown: no folders, no control or direction signs, not too long.

    >>> file_name("../../etc/pass\\u202ewd.csv"), file_name("C:\\\\Daten\\\\a.xlsx"), file_name(" .. ")
    ('passwd.csv', 'a.xlsx', 'Datei')
    """
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", given)[-1])
    name = "".join(c for c in name if unicodedata.category(c)[0] != "C" and c not in '<>:"|?*').strip(" .")
    stem, dot, ending = name.rpartition(".")
    return f"{stem[: LENGTH - 10]}{dot}{ending[:8]}" if dot else name[:LENGTH] or "Datei"


# --- bytes ----------------------------------------------------------------------------------------------------


def _place(token: str) -> Path:
    if not re.fullmatch(r"[A-Za-z0-9_-]{10,24}", token):
        raise ProjectError(Fault("intake-gone", token[:24], {}))
    return town().root / ".web" / "eingang" / token


def keep(token: str, content: bytes) -> None:
    """Keep uploaded bytes under their own id, readable by the application alone."""
    path = _place(token)
    path.parent.mkdir(parents=True, mode=0o700, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    sync_folder(path.parent)


def bytes_of(intake: models.Intake) -> bytes:
    """The bytes of an upload. Raises ProjectError where they are gone or are not those that came."""
    try:
        content = _place(intake.token).read_bytes()
    except OSError:
        raise ProjectError(Fault("intake-gone", intake.token, {})) from None
    if hashlib.sha256(content).hexdigest() != intake.digest:
        raise ProjectError(Fault("intake-gone", intake.token, {}))
    return content


def forget(token: str) -> None:
    """Remove the bytes of an upload and what is remembered of it."""
    _place(token).unlink(missing_ok=True)
    with _lock:
        _checks.clear()


def clear_forgotten(known: set[str]) -> None:
    """Remove bytes that no upload names, as a process that died between the two may leave them."""
    folder = town().root / ".web" / "eingang"
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name not in known:
            path.unlink(missing_ok=True)


def clear_old(now: datetime) -> None:
    """Bytes of uploads that were dropped or left for 30 days, or that nobody names; temporary files of broken uploads after a day."""
    models.Intake.objects.filter(at__lt=now - FORGOTTEN, state=models.Intake.OPEN).update(
        state=models.Intake.DROPPED
    )
    known = models.Intake.objects.filter(at__gte=now - FORGOTTEN).exclude(state=models.Intake.TAKEN)
    binned = models.TrashItem.objects.filter(kind="intake").values_list("key", flat=True)
    clear_forgotten({*known.values_list("token", flat=True), *binned})
    for path in Path(settings.FILE_UPLOAD_TEMP_DIR).glob("*.upload*"):
        if path.stat().st_mtime < (now - timedelta(days=1)).timestamp():
            path.unlink(missing_ok=True)


# --- checks ---------------------------------------------------------------------------------------------------

_checks: OrderedDict[tuple[object, ...], Check] = OrderedDict()
_lock = threading.Lock()


def works_with(source: str, content: bytes | None) -> Works:
    """The project as it would be with another declaration of one source.

    Raises DesignError where that declaration has faults.
    """
    from lebenslagen.project import declare
    from lebenslagen.web.services.data_state import declared_file

    works = town()._works()
    if content is None:
        return works
    files = {**works.project.declared(), declared_file(source): content}
    return replace(works, declaration=declare.load(files), memory=dict(_areas(works)))


def _areas(works: Works) -> dict[tuple[str, str], object]:
    """What was remembered under a digest of what it was made from holds for the other declaration too."""
    return {key: value for key, value in works.memory.items() if key[0] in ("areas", "rows")}


def examine(
    content: bytes, name: str, source: str, period: str, *, declared: bytes | None = None,
    answers: tuple[tuple[str, str, str], ...] = (),
) -> Check:  # fmt: skip
    """The check of bytes under a name; remembered while nothing changes, as every page of the steps needs it."""
    from lebenslagen.project import intake

    town_stamp = town()._stamp()
    parts = (content, name.encode(), source.encode(), period.encode(), declared or b"")
    key = (*(hashlib.sha256(part).hexdigest() for part in parts), answers, town_stamp)
    with _lock:
        if key in _checks:
            _checks.move_to_end(key)
            return _checks[key]
    works = works_with(source, declared)
    found = intake.examine(
        works, content, name, source=source, period=period, answers=answers, before=town()._works()
    )
    if len(content) < LARGE:
        with _lock:
            _checks[key] = found
            while len(_checks) > KEPT_CHECKS:
                _checks.popitem(last=False)
    return found


def check_of(intake: models.Intake, *, answered: bool = True) -> Check:
    """The check of an upload as it is mapped and answered now. Raises DesignError where its mapping has faults."""
    from lebenslagen.web.services.data_layout import declared

    answers = tuple((code, "", reason) for code, reason in intake.answers) if answered else ()
    return examine(
        bytes_of(intake),
        intake.file,
        intake.source,
        intake.period,
        declared=declared(intake),
        answers=answers,
    )


def grid_of(content: bytes, name: str) -> Grid:
    """The cells of a file without any layout, read in the child process."""
    from lebenslagen.project.read.process import table

    return table(content, name)


def in_force_of(intake: models.Intake) -> Delivery | None:
    """The delivery that an upload would replace."""
    from lebenslagen.web.services.data_state import in_force

    return in_force(town().project, intake.source, intake.period)

"""What the trail knows of a delivery: which line of the journal is in force, and the declaration its file is read by.

No number and no name of a file is in it, only digests; so purging a delivery leaves nothing to clear here.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Iterator

from django.utils import timezone

from lebenslagen.project.store import Delivery, Project, write_atomic
from lebenslagen.web.town import town

__all__ = ["bring_back", "declared_file", "held", "in_force", "key_of", "put", "read"]

TRIES = 4
BACK = "lebenslagen"  # who the journal names where a change is taken back; the trail says which person did


def key_of(source: str, period: str) -> str:
    """The key of a delivery in the trail.

    >>> key_of("jobcenter", "2024")
    'jobcenter@2024'
    """
    return f"{source}@{period}"


@contextlib.contextmanager
def held(project: Project) -> Iterator[None]:
    """Hold the project's lock, or say after a second that a job holds it: a page does not wait for a job.

    Raises Conflict where the project stays busy.
    """
    from lebenslagen.web.services.base import waited

    with waited(project.locked, TRIES):
        yield


def in_force(project: Project, source: str, period: str) -> Delivery | None:
    """The delivery in force of a source and period."""
    return next((d for d in project.deliveries() if (d.source, d.period) == (source, period)), None)


def declared_file(source: str) -> str:
    """The name of the file that declares a source, in the project."""
    for name, content in town().project.declared().items():
        if name.startswith("sources/") and _key_in(content) == source:
            return name
    return f"sources/{source}.toml"


def _key_in(content: bytes) -> str:
    import tomllib

    try:
        return str(tomllib.loads(content.decode("utf-8-sig")).get("key", ""))
    except ValueError:
        return ""


def read(key: str) -> bytes | None:
    """The state of a delivery; None where neither it nor its source is there."""
    source, _, period = key.rpartition("@")
    project = town().project
    found = in_force(project, source, period)
    content = project.declared().get(declared_file(source))
    if found is None and content is None:
        return None
    state = {
        "line": found.line if found else "",
        "layout": hashlib.sha256(content).hexdigest() if content is not None else "",
    }
    return json.dumps(state, sort_keys=True, separators=(",", ":")).encode()


def put(key: str, content: bytes | None) -> None:
    """Bring a delivery and its declaration back to a state."""
    with held(town().project):
        bring_back(key, content)


def bring_back(key: str, content: bytes | None) -> None:
    """The same for whoever holds the lock."""
    source, _, period = key.rpartition("@")
    project, wanted = town().project, json.loads(content or b'{"line":"","layout":""}')
    _declare(project, declared_file(source), wanted["layout"])
    found = in_force(project, source, period)
    if found is not None and not wanted["line"]:
        project.withdraw_delivery(source, period, by=BACK, at=timezone.now(), why="")
    elif wanted["line"] and (found is None or found.line != wanted["line"]):
        project.restore_delivery(wanted["line"], by=BACK, at=timezone.now())


def _declare(project: Project, name: str, digest: str) -> None:
    path = project.root / name
    if not digest:
        path.unlink(missing_ok=True)
        return
    content = (project.root / "history" / digest).read_bytes()
    if not path.is_file() or path.read_bytes() != content:
        write_atomic(path, content)
        project.keep(by=BACK, at=timezone.now())

"""What every write service shares: one transaction, one audit line, no effect from a form sent twice.

A service is a function decorated with `writes`. Inside it, `change` reads the state of its object before and after and
writes the line. A test walks every such function: perform, read the line, take back, compare byte for byte.
"""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ParamSpec, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from lebenslagen.errors import Fault, LebenslagenError
from lebenslagen.web import audit, models
from lebenslagen.web.permissions import System

__all__ = [
    "AlreadyDone",
    "Change",
    "Conflict",
    "Service",
    "change",
    "form_key",
    "services",
    "waited",
    "writes",
]

P = ParamSpec("P")
R = TypeVar("R")


class Conflict(LebenslagenError):
    """Somebody else changed the object meanwhile; nothing was written."""

    exit_code = 15


PAUSE = 0.25  # seconds between two tries


@contextlib.contextmanager
def waited(
    lock: Callable[[Callable[[], None]], contextlib.AbstractContextManager[Any]], tries: int
) -> Iterator[None]:
    """Hold a lock of the project, tried that often: a page does not wait for a job.

    Raises Conflict where somebody else still holds it.
    """

    def busy() -> None:
        raise Conflict(Fault("project-busy", "project", {}))

    for attempt in range(tries):
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(lock(busy))
            except Conflict:
                if attempt == tries - 1:
                    raise
                time.sleep(PAUSE)
                continue
            yield
            return


class AlreadyDone(Exception):
    """This form was taken before; `location` is where it led."""

    def __init__(self, location: str) -> None:
        super().__init__(location)
        self.location = location


@dataclass(frozen=True)
class Service:
    """A write service: its name in the trail, its German sentence, and why it cannot be taken back (blank: it can)."""

    name: str
    sentence: str
    lasting: str = ""


@dataclass
class _Form:
    """The form a request carries: its key is used up by the first service that writes."""

    key: str
    user: models.User
    used: bool = False


@dataclass
class _Running:
    """The service at work and the lines it has written."""

    service: Service
    lines: list[models.AuditLine]


_form: ContextVar[_Form | None] = ContextVar("form", default=None)
_running: ContextVar[_Running | None] = ContextVar("running", default=None)


def writes(name: str, sentence: str, *, lasting: str = "") -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Make a function a write service: one transaction, exactly one audit line, once a form.

    `lasting`: why it cannot be taken back, as a German-translated text; blank where it can.
    """
    service = Service(name, sentence, lasting)

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            if _running.get() is not None:
                raise RuntimeError(f"{name} is called inside another service: two lines for one act")
            here = _Running(service, [])
            mark = _running.set(here)
            try:
                with _form_taken(), transaction.atomic():
                    _take_form()
                    result = function(*args, **kwargs)
                    if len(here.lines) != 1:
                        raise RuntimeError(f"{name} wrote {len(here.lines)} audit lines instead of one")
                return result
            finally:
                _running.reset(mark)

        run.service = service  # type: ignore[attr-defined]
        return run

    return decorate


def services(module: Any) -> dict[str, Callable[..., Any]]:
    """The write services of a module, by name."""
    found = (value for value in vars(module).values() if callable(value) and hasattr(value, "service"))
    return {function.service.name: function for function in found if function.__module__ == module.__name__}


@dataclass
class Change:
    """The object being changed; a new one gets its key when it has one. `line` is there after the block."""

    kind: str
    key: str = ""
    why: str = ""
    line: models.AuditLine | None = None


@contextlib.contextmanager
def change(
    by: models.User | System, kind: str, key: object = "", *, why: str = "", base: str | None = None
) -> Iterator[Change]:
    """Read the state of an object, let it be changed, read it again and write the line.

    `base`: digest of the state the person saw. Raises Conflict where the object has changed since then.
    """
    running = _running.get()
    if running is None:
        raise RuntimeError("objects are changed by services only")
    told = Change(kind, str(key), why)
    before = audit.state(kind, told.key) if told.key else None
    if base is not None and base != digest(before):
        raise Conflict(Fault("changed-meanwhile", kind, {}))
    yield told
    after = audit.state(kind, told.key)
    told.line = audit.write(by, running.service.name, kind, told.key, before, after, why=told.why)
    running.lines.append(told.line)


def digest(content: bytes | None) -> str:
    """The digest of a state as a form carries it; blank for no object."""
    import hashlib

    return hashlib.sha256(content).hexdigest() if content is not None else ""


@contextlib.contextmanager
def form_key(key: str, user: models.User) -> Iterator[None]:
    """Let the first write inside use up this key. Raises AlreadyDone where it was used up before."""
    if not key or not user.is_authenticated:
        yield
        return
    done = models.Once.objects.filter(user=user, key=key[:60]).first()
    if done:
        raise AlreadyDone(done.location)
    mark = _form.set(_Form(key[:60], user))
    try:
        yield
    finally:
        _form.reset(mark)


def led_to(key: str, user: models.User, location: str) -> None:
    """Note where a form led, for its second sending."""
    models.Once.objects.filter(user=user, key=key[:60]).update(location=location[:500])


@contextlib.contextmanager
def _form_taken() -> Iterator[None]:
    """What is rolled back did not use up its form."""
    form = _form.get()
    before = form.used if form else False
    try:
        yield
    except BaseException:
        if form:
            form.used = before
        raise


def _take_form() -> None:
    form = _form.get()
    if form is None or form.used:
        return
    try:
        with transaction.atomic():
            models.Once.objects.create(user=form.user, key=form.key)
    except IntegrityError:
        done = models.Once.objects.filter(user=form.user, key=form.key).first()
        raise AlreadyDone(done.location if done else "") from None
    form.used = True
    models.Once.objects.filter(at__lt=timezone.now() - timedelta(days=2)).delete()

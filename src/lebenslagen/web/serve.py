"""``lebenslagen serve``: web and worker as two processes under one supervisor that starts, watches and stops both."""

from __future__ import annotations

import errno
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.texts import Texts

__all__ = ["HOST", "main", "serve"]

HOST = "127.0.0.1"
THREADS = 6
SOON = 10.0  # a process that dies within these seconds was not well from the beginning
GIVE_UP = 5


@dataclass
class _Part:
    """One of the two processes."""

    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    since: float = 0.0
    early: int = 0
    again: float = field(default=0.0)

    def start(self) -> None:
        from lebenslagen.web.worker import die_with_parent

        self.since = time.monotonic()
        self.process = subprocess.Popen(self.command, preexec_fn=die_with_parent)  # noqa: PLW1509 - no threads here

    def look(self) -> bool:
        """Start it again where it died; False where it dies again and again."""
        if self.process is not None and self.process.poll() is None:
            return True
        now = time.monotonic()
        if self.process is not None:
            self.early = self.early + 1 if now - self.since < SOON else 0
            self.process, self.again = None, now + min(30, 2**self.early - 1)
        if self.early >= GIVE_UP:
            return False
        if now >= self.again:
            self.start()
        return True


def serve(root: Path, port: int, *, demo: bool, say: Callable[[str], None], t: Texts) -> int:
    """Prepare the database, say address and first link, run web and worker until Ctrl-C.

    Raises ProjectError where the port is taken.
    """
    _port_is_free(port)
    os.environ.setdefault(
        "MALLOC_ARENA_MAX", "2"
    )  # threads share their memory; a large town fits twice otherwise
    os.environ.update(
        LEBENSLAGEN_PROJECT=str(root.resolve()), DJANGO_SETTINGS_MODULE="lebenslagen.web.settings"
    )
    module = [sys.executable, "-m", "lebenslagen.web.serve"]
    ready = subprocess.run([*module, "prepare", str(port), t.language, "demo" if demo else ""], check=False)
    if ready.returncode:
        return ready.returncode
    parts = (
        _Part("web", [*module, "web", str(port)]),
        _Part("worker", [sys.executable, "-m", "lebenslagen.web.worker"]),
    )
    return _supervise(parts, say, t)


def _port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError as error:
            if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                raise
            raise ProjectError(
                Fault("port-taken", f"{HOST}:{port}", {"port": port, "next": port + 1})
            ) from None


def _supervise(parts: tuple[_Part, ...], say: Callable[[str], None], t: Texts) -> int:
    stop: list[int] = []

    def ask(signum: int, frame: FrameType | None) -> None:
        stop.append(signum)

    before = {s: signal.signal(s, ask) for s in (signal.SIGINT, signal.SIGTERM)}
    try:
        for part in parts:
            part.start()
        while not stop:
            if not all(part.look() for part in parts):
                say(t("Web or worker dies again and again; the log lines above say where. Stopped."))
                return 1
            time.sleep(0.2)
    finally:
        _end(parts)
        for known, handler in before.items():
            signal.signal(known, handler)
    say(t("Stopped."))
    return 0


def _end(parts: tuple[_Part, ...]) -> None:
    """Ask both to end, then make them."""
    alive = [part.process for part in parts if part.process is not None and part.process.poll() is None]
    for process in alive:
        process.terminate()
    limit = time.monotonic() + 10
    for process in alive:
        try:
            process.wait(max(0.1, limit - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


# --- inside the processes -------------------------------------------------------------------------------------


def _prepare(port: int, language: str, demo: bool) -> int:
    """Bring the database to the present schema; say where the browser goes, and who may log in."""
    import django

    from lebenslagen.texts import texts

    django.setup()
    from django.core.management import call_command

    from lebenslagen.web.services import accounts

    call_command("check", fail_level="ERROR", stdout=io.StringIO())
    call_command("migrate", interactive=False, verbosity=0)
    t, address = texts(language), _address(port)
    if demo:
        _demo(t)
    token = accounts.first_administrator()
    _say(t("Open in the browser: {address}", address=f"{address}/"))
    if token:
        _say(
            t(
                "Nobody administers this installation yet. This link makes the first administrator; it works once:"
            )
        )
        _say(f"    {address}{accounts.link_for(token)}")
    _say(t("Ends with Ctrl-C."))
    return 0


def _address(port: int) -> str:
    """Where people open the workplace: behind the proxy under its own name, otherwise on this machine."""
    from django.conf import settings

    names = [host for host in settings.ALLOWED_HOSTS if host not in (HOST, "localhost")]
    return f"https://{names[0]}" if settings.HTTPS and names else f"http://{HOST}:{port}"


def _demo(t: Texts) -> None:
    from lebenslagen.web.demo import PASSWORD, people
    from lebenslagen.web.roles import ROLES

    found = people()
    if found:
        _say(t("Logins of the demo, all with the password “{password}”:", password=PASSWORD))
        width = max(len(user.login) for user, _ in found)
        for user, role in found:
            _say(f"    {user.login:<{width}}  {t(ROLES[role].label)} ({user.name})")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _web(port: int) -> int:
    """Waitress with the application; ends when it is asked to."""
    import waitress

    from lebenslagen.web.worker import die_with_parent

    die_with_parent()
    from lebenslagen.web.wsgi import application

    def ask(signum: int, frame: FrameType | None) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, ask)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    proxy = {
        "trusted_proxy": HOST,
        "trusted_proxy_headers": "x-forwarded-for x-forwarded-proto",
        "trusted_proxy_count": 1,
    }
    from django.conf import settings

    _say_too_big(settings.UPLOAD_LIMIT)
    waitress.serve(
        application, host=HOST, port=port, threads=THREADS, ident="", channel_timeout=60, cleanup_interval=10,
        max_request_body_size=settings.UPLOAD_LIMIT + 2 * 1024 * 1024, connection_limit=200,
        clear_untrusted_proxy_headers=True,
        **(proxy if settings.HTTPS else {}),
    )  # fmt: skip
    return 0


def _say_too_big(limit: int) -> None:
    """What waitress itself answers to a request far too big: our words instead of its own."""
    from html import escape

    from waitress import utilities

    from lebenslagen.errors import FAULTS
    from lebenslagen.texts import texts

    t, kind = texts(), FAULTS["file-too-big"]
    said, remedy = escape(t(kind.message, limit=limit // 1024 // 1024)), escape(t(kind.remedy))
    head = f'<!doctype html><html lang="{t.language}"><meta charset="utf-8"><title>413</title>'
    page = f"{head}<h1>{said}</h1><p>{remedy}</p></html>"

    def to_response(self: object, ident: str | None = None) -> tuple[str, list[tuple[str, str]], bytes]:
        headers = [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Security-Policy", "default-src 'none'"),
        ]
        return "413 Request Entity Too Large", headers, page.encode()

    utilities.RequestEntityTooLarge.to_response = to_response


def main(arguments: list[str]) -> int:
    """What the supervisor starts: ``prepare PORT LANGUAGE DEMO`` or ``web PORT``."""
    from lebenslagen.errors import LebenslagenError
    from lebenslagen.texts import fault_text, texts

    try:
        if arguments[0] == "prepare":
            return _prepare(int(arguments[1]), arguments[2], arguments[3] == "demo")
        return _web(int(arguments[1]))
    except LebenslagenError as error:
        for fault in error.faults:
            message, remedy = fault_text(fault, texts().language)
            _say(f"{fault.where}: {message}\n    → {remedy}  [{fault.code}]")
        return error.exit_code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

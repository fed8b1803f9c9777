"""Report and atlas in a browser on this computer: static files from one folder, 127.0.0.1 only."""

from __future__ import annotations

import errno
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.project.store import Project
from lebenslagen.texts import Texts

__all__ = ["Handler", "serve", "server"]

HOST = "127.0.0.1"
HEADERS = {
    "Content-Security-Policy": "default-src 'self'; "
    "script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Handler(SimpleHTTPRequestHandler):
    """Files of the output folder, read only; everything else of the project is out of its reach."""

    def end_headers(self) -> None:
        for name, value in HEADERS.items():
            self.send_header(name, value)
        super().end_headers()

    def send_head(self) -> Any:
        """A name of this computer as host, for pages elsewhere can have theirs point here; no way out by a link."""
        if urlsplit(f"//{self.headers.get('Host', '')}").hostname not in (HOST, "localhost"):
            self.send_error(HTTPStatus.MISDIRECTED_REQUEST)
        elif not self._inside():
            self.send_error(HTTPStatus.NOT_FOUND)
        else:
            return super().send_head()
        return None

    def _inside(self) -> bool:
        try:
            return (
                Path(self.translate_path(self.path)).resolve().is_relative_to(Path(self.directory).resolve())
            )
        except ValueError:  # a NUL in the path
            return False

    def log_message(self, *_: Any) -> None:
        """Say nothing: requests are nobody's business."""


def server(project: Project, port: int) -> ThreadingHTTPServer:
    """A server of the project's output on 127.0.0.1; port 0 takes a free one.

    Raises ProjectError where there is no output yet or the port is taken.
    """
    folder = project.root / "ausgabe"
    if not folder.is_dir():
        raise ProjectError(Fault("nothing-to-serve", "ausgabe", {"folder": project.root}))
    try:
        return ThreadingHTTPServer((HOST, port), partial(Handler, directory=str(folder)))
    except OSError as error:
        if error.errno != errno.EADDRINUSE:
            raise
        raise ProjectError(Fault("port-taken", f"{HOST}:{port}", {"port": port, "next": port + 1})) from None


def serve(project: Project, port: int, *, say: Callable[[str], None], t: Texts) -> int:
    """Serve until Ctrl-C; says the address first."""
    with server(project, port) as running:
        say(t("Open in the browser: {address}", address=f"http://{HOST}:{running.server_port}/"))
        say(t("Ends with Ctrl-C."))
        try:
            running.serve_forever()
        except KeyboardInterrupt:
            say("")
    return 0

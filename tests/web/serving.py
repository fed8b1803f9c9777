"""The real thing for tests: ``lebenslagen serve`` with web and worker as processes of their own, and who comes to it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.web.conftest import PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Served:
    """A running installation; `said` is what it printed."""

    def __init__(self, root: Path, *more: str) -> None:
        self.root, self.port = root, free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("LEBENSLAGEN_", "DJANGO_"))}
        command = [sys.executable, "-m", "lebenslagen", "serve", str(root), "--port", str(self.port), *more]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment
        )
        self.said = ""
        self.ears = threading.Thread(target=self._listen, daemon=True)
        self.ears.start()
        self.wait(lambda: self.answers() == 200)

    def _listen(self) -> None:
        assert self.process.stdout
        for line in self.process.stdout:
            self.said += line

    def answers(self, path: str = "/anmelden/") -> int:
        try:
            with urllib.request.urlopen(self.address + path, timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            error.close()
            return error.code
        except OSError:
            return 0

    def wait(self, true: Callable[[], Any], seconds: float = 60) -> None:
        limit = time.monotonic() + seconds
        while not true():
            assert time.monotonic() < limit and self.process.poll() is None, self.said
            time.sleep(0.2)

    def part(self, name: str) -> int:
        """The process of a part, by what it was started with; 0 where it is not there."""
        listed = subprocess.run(
            ["ps", "-o", "pid=,args=", "--ppid", str(self.process.pid)],
            capture_output=True,
            text=True,
            check=False,
        ).stdout
        fits = {"web": "lebenslagen.web.serve web", "worker": "lebenslagen.web.worker"}[name]
        return next((int(line.split()[0]) for line in listed.splitlines() if fits in line), 0)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(20)
        self.ears.join(5)
        if self.process.stdout:
            self.process.stdout.close()
        return code


def visitor(served: Served, login: str) -> tuple[urllib.request.OpenerDirector, str]:
    """Somebody logged in without a browser, and the mark her forms carry."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def mark(path: str) -> str:
        with opener.open(served.address + path, timeout=30) as page:
            found = re.search(r'csrfmiddlewaretoken" value="(\w+)"', page.read().decode())
        assert found
        return found[1]

    sent = {"csrfmiddlewaretoken": mark("/anmelden/"), "login": login, "password": PASSWORD}
    opener.open(served.address + "/anmelden/", urllib.parse.urlencode(sent).encode(), timeout=60).close()
    return opener, mark("/konto/")


def log_in(page: Page, served: Served, login: str = "planung") -> None:
    page.goto(served.address + "/anmelden/")
    # the fonts are there: no later page is left while it still loads them
    page.wait_for_load_state("networkidle")
    page.fill("#f-login", login)
    page.fill("#f-password", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url(served.address + "/")

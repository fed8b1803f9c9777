"""The handbook for the town's IT, followed: behind a proxy that speaks TLS, with the settings and headers it names."""

from __future__ import annotations

import http.client
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.web.serving import free_port

HANDBOOK = (ROOT / "docs" / "handbuch" / "installation.md").read_text("utf-8")
NAME = "sozialplanung.example.de"


def block(language: str, holding: str) -> str:
    """A code block of the handbook."""
    found: list[str] = re.findall(rf"```{language}\n(.*?)```", HANDBOOK, re.DOTALL)
    return next(code for code in found if holding in code)


class Behind:
    """A running installation with the environment of the handbook's unit; asked as the handbook's proxy asks."""

    def __init__(self, root: Path) -> None:
        unit = dict(re.findall(r"^Environment=(\w+)=(\S+)$", block("ini", "[Service]"), re.MULTILINE))
        asked = dict(re.findall(r"proxy_set_header (\S+) (\S+);", block("nginx", "server {")))
        values = {"$host": NAME, "$remote_addr": "192.0.2.7"}
        self.headers = {name: values.get(value, value) for name, value in asked.items()}
        self.port, clean = (
            free_port(),
            {k: v for k, v in os.environ.items() if not k.startswith("LEBENSLAGEN_")},
        )
        command = [sys.executable, "-m", "lebenslagen", "serve", str(root), "--port", str(self.port)]
        self.log = root.parent / "serve.log"
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(command, stdout=out, stderr=out, env={**clean, **unit})
        limit = time.monotonic() + 90
        while time.monotonic() < limit:
            try:
                self.get("/anmelden/")
            except OSError:
                time.sleep(0.3)
            else:
                return
        raise AssertionError(self.log.read_text("utf-8"))

    def get(self, path: str, **changed: str | None) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        headers = {**self.headers, **{k.replace("_", "-"): v for k, v in changed.items()}}
        try:
            connection.request("GET", path, headers={k: v for k, v in headers.items() if v is not None})
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()


@pytest.fixture(scope="module")
def behind(musterstadt: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Behind]:
    place = tmp_path_factory.mktemp("proxy") / "stadt"
    shutil.copytree(musterstadt, place)
    running = Behind(place)
    yield running
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(30) == 0


def test_the_proxy_gets_pages_with_secure_cookies(behind: Behind) -> None:
    answer = behind.get("/anmelden/")
    cookies = [v for k, v in answer.getheaders() if k.lower() == "set-cookie"]
    assert answer.status == 200 and cookies
    assert all("Secure" in c and "HttpOnly" in c and "SameSite=Lax" in c for c in cookies)
    assert answer.getheader("Strict-Transport-Security") == "max-age=31536000"


def test_without_tls_there_is_only_the_way_to_it(behind: Behind) -> None:
    answer = behind.get("/anmelden/", X_Forwarded_Proto=None)
    assert (answer.status, answer.getheader("Location")) == (301, f"https://{NAME}/anmelden/")


def test_no_other_name_is_answered(behind: Behind) -> None:
    assert behind.get("/anmelden/", Host="anderswo.example").status == 400
    assert (
        behind.get("/anmelden/", X_Forwarded_Host="anderswo.example").status == 200
    )  # not believed, not used


def test_the_first_link_is_the_public_one_and_opens(behind: Behind) -> None:
    said = behind.log.read_text("utf-8")
    found = re.search(rf"https://{re.escape(NAME)}(/einladung/\S+/)", said)
    assert found and f"https://{NAME}/" in said and "http://127.0.0.1" not in said
    assert behind.get(found[1]).status == 200


def test_the_check_of_the_handbook_says_what_it_should(behind: Behind) -> None:
    """The commands under "Prüfen", with this port and through this proxy."""
    lines = re.findall(
        r"^curl .*https?://([\w.]+)(?::8000)?(/\S*) +# (\d{3})", block("sh", "curl"), re.MULTILINE
    )
    assert len(lines) >= 3
    for host, path, status in lines:
        changed: dict[str, str | None] = (
            {"X_Forwarded_Proto": None, "Host": f"127.0.0.1:{behind.port}"} if host != NAME else {}
        )
        assert behind.get(path, **changed).status == int(status), path

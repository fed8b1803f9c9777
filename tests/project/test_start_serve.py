"""`serve`: the output on 127.0.0.1 and nothing else."""

from __future__ import annotations

import http.client
import socket
import threading
from collections.abc import Iterator

import pytest

from lebenslagen.cli import main
from lebenslagen.errors import ProjectError
from lebenslagen.project.serving import server
from lebenslagen.project.store import Project, write_folder


@pytest.fixture
def address(town: Project) -> Iterator[tuple[str, int]]:
    """A running server of a project with one page."""
    write_folder(town.root / "ausgabe", {"index.html": b"<h1>Sechsdorf</h1>", "bericht/a b.html": b"ja"})
    (town.root / "ausgabe" / "hinaus").symlink_to(town.root / "project.toml")
    running = server(town, 0)
    thread = threading.Thread(target=running.serve_forever)
    thread.start()
    yield ("127.0.0.1", running.server_port)
    running.shutdown()
    thread.join()
    running.server_close()


def ask(
    address: tuple[str, int], path: str, method: str = "GET", host: str = ""
) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection(*address, timeout=10)
    connection.putrequest(method, path, skip_host=bool(host))
    if host:
        connection.putheader("Host", host)
    connection.endheaders()
    answer = connection.getresponse()
    found = answer.status, answer.read(), {k.lower(): v for k, v in answer.getheaders()}
    connection.close()
    return found


def test_pages_are_served_with_headers_that_forbid_the_rest(address: tuple[str, int]) -> None:
    status, body, head = ask(address, "/")
    assert (status, body) == (200, b"<h1>Sechsdorf</h1>")
    assert ask(address, "/bericht/a%20b.html")[:2] == (200, b"ja")
    assert (
        "default-src 'self'" in head["content-security-policy"]
        and head["x-content-type-options"] == "nosniff"
    )


@pytest.mark.parametrize(
    "path",
    [
        "/../project.toml",
        "/%2e%2e/project.toml",
        "/..%2fproject.toml",
        "/bericht/../../project.toml",
        "//etc/passwd",
        "/%2fetc/passwd",
        "/..%5cproject.toml",
        "/bericht/%2e%2e/%2e%2e/history.jsonl",
        "/%00",
        "/\\..\\project.toml",
        "/.%2e/.lock",
        "/hinaus",
    ],
)
def test_no_path_leads_out_of_the_output(address: tuple[str, int], path: str) -> None:
    status, body, _ = ask(address, path)
    assert status in (400, 403, 404), status
    assert b"Sechsdorf" not in body and b"root:" not in body


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_nothing_can_be_written(address: tuple[str, int], method: str) -> None:
    assert ask(address, "/index.html", method)[0] in (405, 501)


def test_another_host_name_is_refused(address: tuple[str, int]) -> None:
    """A page elsewhere whose name is made to point here must not read a draft."""
    assert ask(address, "/", host="boese.example:80")[0] in (400, 403, 421)
    assert ask(address, "/", host=f"localhost:{address[1]}")[0] == 200


def test_only_this_computer_is_listened_to(address: tuple[str, int]) -> None:
    with socket.socket() as outside:
        outside.settimeout(1)
        try:
            own = socket.gethostbyname(socket.gethostname())
        except OSError:
            pytest.skip("this machine has no address of its own")
        if own.startswith("127."):
            own = "127.0.0.2"
        with pytest.raises(OSError):
            outside.connect((own, address[1]))


def test_without_output_it_says_what_to_do(town: Project, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", str(town.root), "--static", "--port", "0"]) == 14
    assert "lebenslagen report" in capsys.readouterr().out


def test_a_taken_port_is_named_with_the_next_one(town: Project) -> None:
    (town.root / "ausgabe").mkdir()
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ProjectError) as caught:
            server(town, port)
    assert (caught.value.faults[0].code, caught.value.faults[0].values["next"]) == ("port-taken", port + 1)

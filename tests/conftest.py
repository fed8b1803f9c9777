"""What all tests share: the reference data beside the repository, a real browser, and the sealed core."""

from __future__ import annotations

import builtins
import io
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import hypothesis
import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page, Request, Route

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path(os.environ.get("LEBENSLAGEN_REFERENCE_DATA") or ROOT.parent / "shared" / "data")
CI = os.environ.get("CI") == "true"
CHROMIUM_FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
SEALED = ("core", "spec", "property")  # folders whose tests are about the pure core

hypothesis.settings.register_profile("house", deadline=None, database=None, derandomize=CI)
hypothesis.settings.load_profile("house")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--corpus", type=Path, help="folder with index.json and the files it lists, for tests/faults"
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if REFERENCE.is_dir():
        return
    reason = f"reference data absent: {REFERENCE} (set LEBENSLAGEN_REFERENCE_DATA)"
    for item in items:
        if item.get_closest_marker("reference_data"):
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def reference_data() -> Path:
    """The folder of published reference data; a test that asks for it skips where it is absent."""
    if not REFERENCE.is_dir():
        pytest.skip(f"reference data absent: {REFERENCE} (set LEBENSLAGEN_REFERENCE_DATA)")
    return REFERENCE


@pytest.fixture(scope="session")
def corpus(request: pytest.FixtureRequest) -> Path:
    """The folder of bad deliveries: `--corpus DIR`, otherwise `badinputs` of the reference data."""
    given = request.config.getoption("--corpus")
    if given is not None:
        assert (given / "index.json").is_file(), f"no index.json in {given}"
        return given
    if not (REFERENCE / "badinputs" / "index.json").is_file():
        pytest.skip(f"corpus absent: {REFERENCE / 'badinputs'} (name one with --corpus)")
    return REFERENCE / "badinputs"


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser. Where there is none the test skips; in continuous integration it fails."""
    named = os.environ.get("LEBENSLAGEN_CHROMIUM")
    found = named or next(
        filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
    )
    if found and Path(found).exists():
        return found
    reason = "Chromium absent (Debian: apt-get install chromium; elsewhere set LEBENSLAGEN_CHROMIUM)"
    if CI:
        pytest.fail(reason)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One headless browser for all tests of the session."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        instance = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_FLAGS))
        yield instance
        instance.close()


def _only_here(route: Route) -> None:
    if route.request.url.startswith(
        ("file:", "data:", "blob:", "about:", "http://127.0.0.1", "http://localhost")
    ):
        route.continue_()
    else:
        route.abort()


def _not_loaded(request: Request) -> Iterator[str]:
    """A request that failed. One given up because the page was left meanwhile, such as for a font, did not."""
    if request.failure != "net::ERR_ABORTED":
        yield f"not loaded: {request.url}"


@pytest.fixture
def browser_guard() -> Iterator[list[str]]:
    """What went wrong in the pages of a test: failed requests, script errors. What is left in it fails the test."""
    faults: list[str] = []
    yield faults
    assert not faults, "\n".join(faults)


@pytest.fixture
def new_page(browser: Browser, browser_guard: list[str]) -> Iterator[Callable[..., Page]]:
    """Open pages with any context options (viewport, java_script_enabled, forced_colors); none reaches the network."""
    contexts = []

    def open_page(**options: Any) -> Page:
        context = browser.new_context(locale="de-DE", **options)
        contexts.append(context)
        context.route("**/*", _only_here)
        context.on("requestfailed", lambda request: browser_guard.extend(_not_loaded(request)))
        page = context.new_page()
        page.on("pageerror", lambda error: browser_guard.append(f"script: {error}"))
        return page

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: Callable[..., Page]) -> Page:
    """A desktop page."""
    return new_page(viewport={"width": 1280, "height": 900})


@pytest.fixture(scope="session")
def accessibility() -> Callable[[Page], list[str]]:
    """Check a page with axe: returns one line for each violation of WCAG 2.2 A and AA and of good practice."""
    script = (ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text(encoding="utf-8")

    def check(page: Page) -> list[str]:
        page.evaluate(script)
        violations = page.evaluate("async () => (await axe.run(document, {preload: false})).violations")
        return [
            f"{v['id']} ({v['impact']}): {node['target']} {node['html'][:120]}"
            for v in violations
            for node in v["nodes"]
        ]

    return check


@pytest.fixture(autouse=True)
def sealed(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The core computes without files and network: its tests run with both locked.

    A test that must read a file of expected values is marked `files`.
    """
    node = request.node
    folders = node.path.relative_to(ROOT).parts if node.path.is_relative_to(ROOT) else ()
    if folders[:1] != ("tests",) or not set(SEALED) & set(folders):
        return
    if node.get_closest_marker("files") or node.get_closest_marker("reference_data"):
        return
    own = (ROOT / "src" / "lebenslagen" / "locale", ROOT / ".venv")
    really_open = builtins.open

    def locked_open(file: Any, mode: str = "r", *args: Any, **kwargs: Any) -> Any:
        path = Path(os.fspath(file)).resolve() if not isinstance(file, int) else None
        if (
            path
            and mode in ("r", "rb")
            and (path.suffix == ".py" or any(path.is_relative_to(o) for o in own))
        ):
            return really_open(
                file, mode, *args, **kwargs
            )  # catalogues, sources for tracebacks, library data
        raise AssertionError(f"the core opened {file}")

    def locked_socket(*_: Any, **__: Any) -> Any:
        raise AssertionError("the core opened a socket")

    monkeypatch.setattr(builtins, "open", locked_open)
    monkeypatch.setattr(io, "open", locked_open)
    monkeypatch.setattr(socket, "socket", locked_socket)

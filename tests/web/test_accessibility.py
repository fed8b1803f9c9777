"""Every page of the application in a real browser, opened by somebody who may: axe, reflow, text spacing, focus, targets.

No server runs: the browser gets what the application answers to the test client, with its headers.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest
from django.test import Client

from lebenslagen.web import models
from tests.conftest import ROOT
from tests.web.walking import Opened, opened

if TYPE_CHECKING:
    from playwright.sync_api import Page, Route

pytestmark = [pytest.mark.browser, pytest.mark.slow]
STATIC = ROOT / "src" / "lebenslagen" / "web" / "static"
HOST = "http://127.0.0.1:9"

LOOKS: dict[str, dict[str, Any]] = {
    "desktop": {"viewport": {"width": 1280, "height": 900}},
    "phone, dark": {"viewport": {"width": 320, "height": 700}, "color_scheme": "dark"},
    "forced colours, less motion": {
        "viewport": {"width": 1024, "height": 768},
        "forced_colors": "active",
        "reduced_motion": "reduce",
    },
}

AXE = """async () => (await axe.run(document, {preload: false, rules: {'target-size': {enabled: true}}})).violations
  .flatMap((v) => v.nodes.map((n) => `${v.id} (${v.impact}): ${n.target} ${n.html.slice(0, 120)}`))"""
SIDEWAYS = """() => [document.documentElement.scrollWidth, window.innerWidth,
  [...document.querySelectorAll('body *')].filter((e) => e.getBoundingClientRect().right > window.innerWidth + 1
    && !e.closest('.kern-table-responsive, svg, [role=region]')).map((e) => e.outerHTML.slice(0, 100))[0] || '']"""
SPACING = """* { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
  p { margin-bottom: 2em !important; }"""
CLIPPED = """() => [...document.querySelectorAll('main *, header *, nav *, footer *')].filter((e) => {
    const s = getComputedStyle(e);
    return e.children.length === 0 && e.textContent.trim() && e.offsetParent && !e.closest('.kern-sr-only, svg')
      && ['hidden', 'clip'].includes(s.overflow) && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 1);
  }).map((e) => e.outerHTML.slice(0, 120))"""
DOUBLE = """() => { const ids = [...document.querySelectorAll('[id]')].map((e) => e.id);
  return [...new Set(ids.filter((id, i) => ids.indexOf(id) !== i))]; }"""
FOCUS = """async () => { await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const e = document.activeElement;
  if (!e || e === document.body) return null;
  const b = e.getBoundingClientRect(), s = getComputedStyle(e);
  const label = e.closest('.kern-form-check') || e.parentElement;
  const shown = [e, ...(label ? [label] : [])].some((x) => { const c = getComputedStyle(x);
    return (c.outlineStyle !== 'none' && parseFloat(c.outlineWidth) >= 2) || c.boxShadow !== 'none'; });
  const at = (x, y) => document.elementFromPoint(Math.min(Math.max(x, 1), innerWidth - 1), Math.min(Math.max(y, 1), innerHeight - 1));
  const points = [[b.left + b.width / 2, b.top + b.height / 2], [b.left + 4, b.top + 4], [b.right - 4, b.bottom - 4]];
  const seen = e.closest('svg') || points.some(([x, y]) => { const hit = at(x, y);
    return hit && (hit === e || e.contains(hit) || hit.contains(e) || (e.labels && [...e.labels].some((l) => l.contains(hit)))); });
  const inside = b.bottom > 0 && b.top < innerHeight;
  return {words: e.outerHTML.slice(0, 110), shown, seen: !!seen && inside, skip: e.matches('.skip')}; }"""


@pytest.fixture
def show(
    new_page: Callable[..., Page], browser_guard: list[str]
) -> Iterator[Callable[..., Callable[[Opened], Page]]]:
    """show(look) gives a function that brings an opened page into one browser tab; assets come from the application."""
    assets: dict[str, tuple[int, dict[str, str], bytes]] = {}

    def begin(**look: Any) -> Callable[[Opened], Page]:
        page, now = new_page(bypass_csp=True, **look), {}

        def answer(route: Route) -> None:
            parts = urlsplit(route.request.url)
            address = parts.path + (f"?{parts.query}" if parts.query else "")
            here: Opened = now["page"]
            if route.request.is_navigation_request():
                route.fulfill(status=200, headers=_plain(here.headers), body=here.page)
                return
            if not address.startswith("/static/"):  # a script that looks after its job: it goes on
                route.fulfill(json={"state": "running", "step": "", "percent": 5})
                return
            if address not in assets:
                got = Client().get(address)
                body = b"".join(got.streaming_content) if got.streaming else got.content
                assets[address] = (got.status_code, _plain(dict(got.headers)), body)
            status, headers, raw = assets[address]
            route.fulfill(status=status, headers=headers, body=raw)

        page.route(f"{HOST}/**", answer)

        def open_(found: Opened) -> Page:
            now["page"] = found
            page.goto(HOST + found.address, wait_until="load")
            return page

        open_.tab = page  # type: ignore[attr-defined]
        tabs.append(page)
        return open_

    tabs: list[Page] = []
    yield begin
    for tab in tabs:
        tab.goto("about:blank")  # a look after a job is cut off by leaving its page
    browser_guard[:] = [fault for fault in browser_guard if not fault.endswith("/stand/")]


def _plain(headers: dict[str, str]) -> dict[str, str]:
    return {k: v for k, v in headers.items() if k.lower() not in ("set-cookie", "content-length")}


@pytest.mark.parametrize("look", LOOKS)
def test_axe_finds_nothing_on_any_page(
    people: dict[str, models.User], read_town: Any, show: Any, look: str
) -> None:
    script = (ROOT / "tests" / "vendor" / "axe-core" / "axe.min.js").read_text("utf-8")
    bring, faults, seen = show(**LOOKS[look]), [], set()
    for found in opened(people):
        page = bring(found)
        page.evaluate(script)
        faults += [f"{found.name}: {line}" for line in page.evaluate(AXE)]
        faults += [f"{found.name}: id {name} twice" for name in page.evaluate(DOUBLE)]
        seen.add(found.name)
    assert not faults, "\n".join(faults)
    assert len(seen) > 60


@pytest.mark.parametrize("width", [320, 1024])
def test_every_page_flows_also_with_wide_spacing(
    people: dict[str, models.User], read_town: Any, show: Any, width: int
) -> None:
    """320 CSS px are 1280 px at 400 %; nothing scrolls sideways but tables and figures, nothing is cut off."""
    bring, faults = show(viewport={"width": width, "height": 700}), []
    for found in opened(people):
        page = bring(found)
        for spaced in (False, True):
            if spaced:
                page.add_style_tag(content=SPACING)
            wide, window, culprit = page.evaluate(SIDEWAYS)
            if wide > window:
                faults.append(f"{found.name}{' spaced' * spaced}: {wide} px {culprit}")
            faults += [
                f"{found.name}{' spaced' * spaced}: cut off {words}" for words in page.evaluate(CLIPPED)
            ]
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("width", [390, 1280])
def test_the_focus_shows_everywhere_and_is_never_hidden(
    people: dict[str, models.User], read_town: Any, show: Any, width: int
) -> None:
    """By the tab key from top to bottom: every stop is outlined and not covered; the first leads to the content."""
    bring, faults = show(viewport={"width": width, "height": 700}, reduced_motion="reduce"), []
    for found in opened(people):
        page, stops = bring(found), 0
        for stops in range(80):
            page.keyboard.press("Tab")
            stop = page.evaluate(FOCUS)
            if stop is None:
                break
            if (
                stops == 0
                and not (stop["skip"] or "autofocus" in stop["words"])
                and "fehler-oben" not in found.page
            ):
                faults.append(f"{found.name}: first stop {stop['words']}")
            if not stop["shown"]:
                faults.append(f"{found.name}: no outline {stop['words']}")
            if not stop["seen"]:
                faults.append(f"{found.name}: covered {stop['words']}")
        assert stops > 3, found.name
    assert not faults, "\n".join(sorted(set(faults)))


def first(people: dict[str, models.User], name: str) -> Opened:
    return next(found for found in opened(people) if found.name == name)


def test_a_window_warns_before_the_session_ends(
    people: dict[str, models.User], read_town: Any, show: Any
) -> None:
    """After 28 of 30 minutes; it takes the focus, Enter stays logged in, Escape leaves it; the text says what is kept."""
    bring = show(viewport={"width": 390, "height": 700})
    bring.tab.clock.install()
    page = bring(first(people, "overview"))
    page.focus("nav.circle a")
    page.clock.fast_forward("27:30")
    assert not page.locator("#session").is_visible()
    for key in ("Enter", "Escape"):
        page.clock.fast_forward("28:05")
        assert page.locator("#session").is_visible() and "zwei Minuten" in page.inner_text("#session")
        assert page.evaluate("document.activeElement.id") == "session-stay"
        page.keyboard.press(key)
        page.wait_for_selector("#session", state="hidden")
        assert page.evaluate("document.activeElement.matches('nav.circle a')")


def test_faults_are_told_on_top_and_at_their_field(
    people: dict[str, models.User], read_town: Any, show: Any
) -> None:
    """The summary has the focus, each line leads to its field, each field is marked and described by its fault."""
    bring, faulty = show(viewport={"width": 1280, "height": 900}), []
    for found in opened(people):
        if 'id="fehler-oben"' not in found.page:
            continue
        page = bring(found)
        faulty.append(found.name)
        assert page.evaluate("document.activeElement.id") == "fehler-oben", found.name
        marked = page.evaluate(
            """() => [...document.querySelectorAll('[aria-invalid=true]')].map((e) =>
              (e.getAttribute('aria-describedby') || '').split(' ').map((id) => document.getElementById(id))
                .some((x) => x && x.classList.contains('kern-error') && x.textContent.trim()))"""
        )
        links = page.locator("#fehler-oben a")
        assert all(marked), found.name
        for i in range(links.count()):
            target = str(links.nth(i).get_attribute("href"))
            assert page.locator(target).count() == 1, f"{found.name}: {target}"
    assert {"login, faulty", "account-password, faulty"} <= set(faulty)


def test_help_stands_in_the_same_place_everywhere(people: dict[str, models.User], read_town: Any) -> None:
    feet = {found.page.split('<footer class="bottom">')[1].split("</footer>")[0] for found in opened(people)}
    assert len(feet) == 1 and 'href="/hilfe/"' in feet.pop()
    for found in opened(people):
        parts = [
            found.page.find(x)
            for x in ('<header class="top">', "<main ", 'class="page-help"', '<footer class="bottom">')
        ]
        assert parts == sorted(parts) or parts[2] == -1, found.name


def test_secrets_may_be_filled_in_and_pasted(people: dict[str, models.User], read_town: Any) -> None:
    """WCAG 3.3.8: nothing has to be remembered or typed over; a manager of passwords knows each field."""
    seen = set()
    for found in opened(people):
        for field in re.findall(r"<input[^>]*>", found.page):
            assert "onpaste" not in field, found.name
            if 'type="password"' in field or 'name="code"' in field:
                loaded = re.findall(r'<script src="/static/([^"?]+)', found.page)
                assert not any("paste" in (STATIC / name).read_text("utf-8") for name in loaded), found.name
                kind = re.search(r'autocomplete="([^"]+)"', field)
                assert kind, f"{found.name}: {field}"
                seen.add(kind[1])
    assert seen >= {"current-password", "new-password", "one-time-code"}


def test_typed_text_survives_a_new_login_and_goes_with_the_logout(
    people: dict[str, models.User], read_town: Any, show: Any
) -> None:
    bring = show(viewport={"width": 1280, "height": 900})
    text, login = first(people, "report-text"), first(people, "login")
    page = bring(text)
    before = page.input_value("#f-text")
    page.locator("#f-text").press_sequentially("Noch nicht gespeichert. ")
    typed = page.input_value("#f-text")
    assert typed != before
    bring(login)  # the session has ended meanwhile
    bring(text)
    assert page.input_value("#f-text") == typed
    told = '<div class="messages" role="status"><div class="kern-alert kern-alert--success"></div>'
    bring(
        replace(login, page=login.page.replace('<div class="messages" role="status">', told))
    )  # logged out by hand
    bring(text)
    assert page.input_value("#f-text") == before

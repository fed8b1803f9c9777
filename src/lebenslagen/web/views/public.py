"""Atlas and report for everybody: from published releases only, the same bytes as the folders of the command line."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from lebenslagen.errors import LebenslagenError
from lebenslagen.web import editions, models, releasing
from lebenslagen.web.town import town
from lebenslagen.web.views.base import public, show
from lebenslagen.web.views.public_files import answer, file_in

__all__ = ["atlas", "atlas_of", "report", "report_of", "sitemap"]

FRESH = 60


def _force() -> dict[str, str]:
    """The public release in force of each report, the newest period last."""
    here = town()
    return here.kept("public", _public_releases)  # type: ignore[no-any-return]


def _public_releases() -> dict[str, str]:
    declaration = town().declaration
    order = sorted(declaration.reports.values(), key=lambda r: declaration.period(r.period).as_of)
    found = {r.key: releasing.in_force(r.key, "public") for r in order}
    return {key: digest for key, digest in found.items() if digest}


def _newest() -> str:
    return next(reversed(_force().values()), "")


def _nothing(request: HttpRequest) -> HttpResponse:
    """What stands here before anything is published, or while it is being written."""
    return show(request, "oeffentlich/leer.html", status=404, bare=True)


def _serve(request: HttpRequest, digest: str, part: str, path: str) -> HttpResponse:
    if not digest or not (editions.place_of(digest) / part).is_dir():
        return _nothing(request)
    name = path or "index.html"
    raw = file_in(editions.place_of(digest) / part, name).read_bytes()
    return answer(request, raw, name, anybody=True, fresh=_fresh())


def _fresh() -> int:
    """Seconds a cache may keep what is in force: never past the hour of the next release, so that all see it at once."""
    ready = models.ReleaseRequest.objects.filter(state="approved", audience="public")
    hours = [at or timezone.now() for at in ready.values_list("publish_at", flat=True)]
    return max(0, min([FRESH, *(int((at - timezone.now()).total_seconds()) for at in hours)]))


def _was_out(digest: str) -> bool:
    """Whether a digest is a public release that was published and not withdrawn."""
    lines = [line for line in releasing.ledger_lines() if line["release"] == digest]
    return bool(lines) and lines[-1]["what"] == "published" and lines[-1]["audience"] == "public"


@public()
def atlas(request: HttpRequest, path: str = "") -> HttpResponse:
    """The atlas of the newest public release."""
    return _serve(request, _newest(), "atlas", path)


@public()
def atlas_of(request: HttpRequest, digest: str, path: str = "") -> HttpResponse:
    """The atlas of one release, always the same as long as it is not withdrawn."""
    if not _was_out(digest):
        raise Http404
    return _serve(request, digest, "atlas", path)


@public()
def report(request: HttpRequest, path: str = "") -> HttpResponse:
    """The report of the newest public release, or of a report that is named."""
    name, _, rest = path.partition("/")
    if name in town().declaration.reports:
        return _serve(request, _force().get(name, ""), "bericht", rest)
    return _serve(request, _newest(), "bericht", path)


@public()
def report_of(request: HttpRequest, digest: str, path: str = "") -> HttpResponse:
    """The report of one release, always the same as long as it is not withdrawn."""
    if not _was_out(digest):
        raise Http404
    return _serve(request, digest, "bericht", path)


@public()
def sitemap(request: Any) -> HttpResponse:
    """The pages of published releases; nothing else has an address for search engines."""
    from html import escape

    try:
        force = _force()
    except LebenslagenError:
        force = {}
    pages = [reverse("atlas"), reverse("report-public")] if force else []
    pages += [f"{reverse('report-public')}{key}/" for key in force]
    if force:
        folder = editions.place_of(_newest()) / "atlas"
        pages += [
            f"{reverse('atlas')}{p.name}" for p in sorted(folder.glob("*.html")) if p.name != "index.html"
        ]
    entries = "".join(f"<url><loc>{escape(request.build_absolute_uri(page))}</loc></url>" for page in pages)
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>\n'
    return answer(request, body.encode(), "sitemap.xml", anybody=True, fresh=_fresh())

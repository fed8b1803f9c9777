"""Files that the program wrote, as answers: type, digest, and a policy that lets just their own styles through."""

from __future__ import annotations

import hashlib
import html
import mimetypes
import re
from base64 import b64encode
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified

__all__ = ["answer", "file_in"]

TYPES = {
    ".woff2": "font/woff2",
    ".geojson": "application/geo+json",
    ".js": "text/javascript",
    ".csv": "text/csv",
    ".md": "text/plain",
}
STYLES = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)
ATTRIBUTES = re.compile(rb"""\sstyle="([^"]*)\"""")


def file_in(folder: Path, path: str) -> Path:
    """A file inside a folder, by exactly the name it has there. Raises Http404."""
    names = _names(folder, _stamp(folder))
    wanted = path or "index.html"
    if wanted not in names:
        raise Http404
    return folder / wanted


def _stamp(folder: Path) -> int:
    try:
        return folder.stat().st_mtime_ns
    except OSError:
        return 0


@lru_cache(maxsize=32)
def _names(folder: Path, stamp: int) -> frozenset[str]:
    """Every file that is really there: an address can name no other."""
    return frozenset(
        p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file() and not p.is_symlink()
    )


def answer(
    request: HttpRequest,
    raw: bytes,
    name: str,
    *,
    anybody: bool = False,
    fresh: int = 60,
) -> HttpResponse:
    """Bytes as an answer. `anybody`: cacheable, without cookies; after `fresh` seconds a cache asks whether they still stand."""
    etag = f'"{hashlib.sha256(raw).hexdigest()[:32]}"'
    known = request.META.get("HTTP_IF_NONE_MATCH", "").removeprefix(
        "W/"
    )  # as it comes back from a compressed answer
    if known == etag:
        response: HttpResponse = HttpResponseNotModified()
    else:
        response = HttpResponse(raw, content_type=_type(name))
    response["ETag"] = etag
    if name.endswith((".csv", ".geojson", ".json")):
        response["Content-Disposition"] = (
            f'attachment; filename="{re.sub(r"[^A-Za-z0-9._-]", "_", Path(name).name)}"'
        )
    if anybody:
        response["Cache-Control"] = f"public, max-age={fresh}"
        response.anybody = True  # type: ignore[attr-defined]
    if name.endswith(".html"):
        response.policy = _policy(raw)  # type: ignore[attr-defined]
    return response


def _type(name: str) -> str:
    found = TYPES.get(Path(name).suffix) or mimetypes.guess_type(name)[0] or "application/octet-stream"
    return f"{found}; charset=utf-8" if found.startswith("text/") or found.endswith("json") else found


def _policy(raw: bytes) -> dict[str, Any]:
    """The styles a written page holds, each by its digest; nothing else runs or loads."""
    return dict(_policy_of(hashlib.sha256(raw).hexdigest(), raw))


_known: dict[str, tuple[tuple[str, str], ...]] = {}


def _policy_of(digest: str, raw: bytes) -> tuple[tuple[str, str], ...]:
    if digest not in _known:
        if len(_known) > 500:
            _known.clear()
        blocks = " ".join(_hash(found) for found in dict.fromkeys(STYLES.findall(raw)))
        attributes = " ".join(
            _hash(html.unescape(a.decode()).encode()) for a in dict.fromkeys(ATTRIBUTES.findall(raw))
        )
        _known[digest] = (
            ("style-src", "'self'"),
            ("style-src-elem", f"'self' {blocks}".strip()),
            ("style-src-attr", f"'unsafe-hashes' {attributes}" if attributes else "'none'"),
            ("font-src", "'self' data:"),
        )
    return _known[digest]


def _hash(content: bytes) -> str:
    return f"'sha256-{b64encode(hashlib.sha256(content).digest()).decode()}'"

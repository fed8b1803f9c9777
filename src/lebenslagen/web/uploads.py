"""Uploads: no larger than the limit, refused while they come in, not when they are there."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousOperation
from django.core.files.uploadhandler import FileUploadHandler

from lebenslagen.errors import DataError, Fault

__all__ = ["Limited", "TooBig"]


class TooBig(SuspiciousOperation, DataError):
    """Refused while it comes in, which is before any page sees it: Django hands it to the page for bad requests."""


class Limited(FileUploadHandler):
    """Counts what arrives and refuses the rest of a request that is too big. Raises TooBig."""

    def handle_raw_input(
        self,
        input_data: Any,
        META: Any,  # noqa: N803 - Django hands it over by this name
        content_length: int,
        boundary: bytes,
        encoding: Any = None,
    ) -> None:
        self.come = 0
        if content_length > settings.UPLOAD_LIMIT + 1024 * 1024:
            self._refuse()

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        self.come += len(raw_data)
        if self.come > settings.UPLOAD_LIMIT:
            self._refuse()
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """The next handler keeps the file."""

    def _refuse(self) -> None:
        for handler in self.request.upload_handlers:
            if handler is not self:
                handler.upload_interrupted()  # what has come so far goes at once
        raise TooBig(Fault("file-too-big", "upload", {"limit": settings.UPLOAD_LIMIT // 1024 // 1024}))

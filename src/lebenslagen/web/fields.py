"""A field for lists and tables of texts."""

from __future__ import annotations

from typing import Any

from django.db import models

__all__ = ["Json"]


class Json(models.JSONField):
    """JSON without SQLite's own check: with ``trusted_schema=OFF`` a schema must call no functions.

    What is written comes from our services as Python values, so it is always valid.
    """

    def db_check(self, connection: Any) -> None:
        return None

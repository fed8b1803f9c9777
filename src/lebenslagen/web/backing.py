"""The part of backup and restore that needs the application: rows of PostgreSQL, and what a restore must not bring back.

SQLite is copied by SQLite itself. Of PostgreSQL a backup keeps the rows, as JSON lines in the order of their tables:
readable without its tools and by a later version of it.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, ProjectError
from lebenslagen.project.backup.database import database_of
from lebenslagen.project.backup.restoring import purge_files

if TYPE_CHECKING:
    from lebenslagen.project.backup import Database, Manifest, Purging

__all__ = ["Rows", "database", "finish"]

ADDRESS = "LEBENSLAGEN_DATABASE_URL"
FILE = ".web/datenbank.jsonl"
LEFT_OUT = ("sessions", "axes")  # apps whose rows are nothing to keep: logins, and tries to log in


def database(root: Path) -> Database:
    """The database of a project as it is served here: the PostgreSQL database that is named, otherwise its SQLite file."""
    if not os.environ.get(ADDRESS):
        return database_of(root)
    _set_up(root)
    return Rows()


def _set_up(root: Path) -> None:
    import django

    os.environ.update(LEBENSLAGEN_PROJECT=str(root), DJANGO_SETTINGS_MODULE="lebenslagen.web.settings")
    django.setup()


class Rows:
    """All rows of a PostgreSQL database."""

    kind, file = "rows", FILE

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """One view of all tables, while nobody writes: every write adds to the trail, whose end is locked."""
        from django.db import connection, transaction

        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
                cursor.execute("LOCK TABLE web_audithead IN SHARE ROW EXCLUSIVE MODE")
            yield

    def copy(self, target: Path) -> None:
        """Write the rows."""
        from django.core import serializers

        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("w", encoding="utf-8") as file:
            for model in _models():
                rows = model._default_manager.order_by("pk").iterator(chunk_size=500)
                serializers.serialize("jsonl", rows, stream=file, cls=_exact())


def _exact() -> type[Any]:
    """Django's encoder cuts moments to milliseconds; the digests of the trail are over microseconds."""
    from datetime import datetime

    from django.core.serializers.json import DjangoJSONEncoder

    class Exact(DjangoJSONEncoder):
        def default(self, o: Any) -> Any:
            return o.isoformat() if isinstance(o, datetime) else super().default(o)

    return Exact


def _models() -> list[Any]:
    from django.apps import apps

    return [
        m
        for m in apps.get_models()
        if m._meta.app_label not in LEFT_OUT and m._meta.managed and not m._meta.proxy
    ]


def finish(folder: Path, manifest: Manifest, gone: tuple[Purging, ...]) -> None:
    """Bring the database of a restored project to the present schema and purge again; nobody is logged in any more.

    Raises ProjectError where the database for the rows is not named or not empty.
    """
    if manifest.database == "none":
        purge_files(folder, gone)
        return
    if manifest.database == "rows" and not os.environ.get(ADDRESS):
        raise ProjectError(Fault("backup-other-database", ADDRESS, {}))
    if manifest.database == "sqlite":
        os.environ.pop(ADDRESS, None)
    _set_up(folder)
    from django.core.management import call_command
    from django.db import connections

    if manifest.database == "rows":
        _must_be_empty()
    call_command("migrate", interactive=False, verbosity=0)
    if manifest.database == "rows":
        _load(folder / FILE)
        (folder / FILE).unlink()
    from lebenslagen.web.permissions import SYSTEM
    from lebenslagen.web.services import restoring

    for one in gone:
        restoring.purge_again(one, by=SYSTEM)
    restoring.end_logins()
    connections.close_all()


def _must_be_empty() -> None:
    from django.db import connection

    if "web_user" in connection.introspection.table_names():
        with connection.cursor() as cursor:
            cursor.execute("SELECT EXISTS (SELECT 1 FROM web_user)")
            if cursor.fetchone()[0]:
                raise ProjectError(Fault("database-not-empty", ADDRESS, {}))


def _load(file: Path) -> None:
    """Put the rows in, all or none; references are checked at the end of the transaction."""
    from django.contrib.contenttypes.models import ContentType
    from django.core import serializers
    from django.core.management.color import no_style
    from django.db import connection, transaction

    with transaction.atomic(), file.open(encoding="utf-8") as lines:
        for model in reversed(_models()):
            model._default_manager.all().delete()
        ContentType.objects.clear_cache()
        for row in serializers.deserialize("jsonl", lines):
            row.save()
        with connection.cursor() as cursor:
            for statement in connection.ops.sequence_reset_sql(no_style(), _models()):
                cursor.execute(statement)

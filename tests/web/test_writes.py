"""Every write service: perform it, read its line, take it back, compare byte for byte."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

from lebenslagen.errors import NotAllowed
from lebenslagen.web import audit, models, services
from lebenslagen.web.services import history
from lebenslagen.web.services.base import services as services_of
from lebenslagen.web.services.base import writes
from tests.web.conftest import make_user
from tests.web.writes import EXAMPLES

MODULES = [
    importlib.import_module(f"lebenslagen.web.services.{m.name}")
    for m in pkgutil.iter_modules(services.__path__)
]
SERVICES: dict[str, Callable[..., Any]] = {
    name: f for module in MODULES for name, f in services_of(module).items()
}


def test_every_service_has_an_example() -> None:
    assert set(SERVICES) == set(EXAMPLES)


def test_whoever_acts_for_a_person_is_a_service() -> None:
    """A public function that takes `by` writes; it must not get past the walk."""
    loose = [
        f"{module.__name__}.{name}"
        for module in MODULES
        for name, function in vars(module).items()
        if inspect.isfunction(function) and function.__module__ == module.__name__ and not name.startswith("_")
        and "by" in inspect.signature(function).parameters and not hasattr(function, "service") and name != "change"
    ]  # fmt: skip
    assert loose == []


def perform(name: str, people: dict[str, models.User]) -> tuple[models.AuditLine, bytes | None]:
    """Perform a service and return its line with the state the object had before."""
    function, args, kwargs, kind, key = EXAMPLES[name](people)
    before = audit.state(kind, key) if key else None
    latest = max(models.AuditLine.objects.values_list("number", flat=True), default=0)
    function(*args, **kwargs)
    lines = list(models.AuditLine.objects.filter(number__gt=latest).order_by("number"))
    assert [line.what for line in lines] == [name]
    assert lines[0].kind == kind and (not key or lines[0].key == key)
    return lines[0], before


def who_may(people: dict[str, models.User], line: models.AuditLine) -> models.User:
    """Somebody who may take this back: whoever may do it."""

    def may(person: models.User) -> bool:
        try:
            audit.KINDS[line.kind].guard(person, line.key)
        except NotAllowed:
            return False
        return True

    return next(person for person in people.values() if may(person))


@pytest.mark.parametrize("name", sorted(EXAMPLES))
def test_perform_read_take_back_compare(name: str, people: dict[str, models.User], town: Any) -> None:
    line, before = perform(name, people)
    assert audit.content_of(line.before) == before
    assert audit.content_of(line.after) == audit.state(line.kind, line.key)
    assert line.by_name and line.digest == audit.digest_of(line)
    if not SERVICES[name].service.lasting:  # type: ignore[attr-defined]
        history.revert(line.number, by=who_may(people, line))
        assert audit.state(line.kind, line.key) == before
    assert list(audit.broken()) == []


@pytest.mark.parametrize("name", sorted(set(EXAMPLES) - {"person.join"}))
def test_only_who_may(name: str, people: dict[str, models.User], town: Any) -> None:
    """No service trusts its caller: without the right it refuses and writes nothing."""
    function, args, kwargs, _, _ = EXAMPLES[name](people)
    people["guest"].memberships.all().delete()
    count = models.AuditLine.objects.count()
    with pytest.raises(NotAllowed):
        function(*args, **{**kwargs, "by": models.User.objects.get(login="guest")})
    assert models.AuditLine.objects.count() == count


def test_a_changed_line_shows(people: dict[str, models.User]) -> None:
    for _ in range(3):
        EXAMPLES["person.invite"](people)[0](by=people["admin"], name="N", role="reader")
    models.AuditLine.objects.filter(number=2).update(by_name="jemand anderes")
    assert list(audit.broken()) == [2]


def test_a_removed_end_shows(people: dict[str, models.User]) -> None:
    for _ in range(3):
        EXAMPLES["person.invite"](people)[0](by=people["admin"], name="N", role="reader")
    models.AuditLine.objects.filter(number=3).delete()
    assert list(audit.broken()) == [3]


def test_a_service_without_a_line_is_refused(db: None) -> None:
    @writes("planted.silent", "planted")
    def silent() -> None:
        models.Job.objects.create(kind="build")

    with pytest.raises(RuntimeError, match="0 audit lines"):
        silent()
    assert not models.Job.objects.exists()


def test_taking_back_asks_for_no_less_than_doing(people: dict[str, models.User]) -> None:
    """A planner who lost a role does not get it back by taking the change back."""
    from lebenslagen.web.services import accounts

    accounts.set_roles(people["approver"], ({"role": "reader"},), by=people["admin"])
    line = models.AuditLine.objects.latest("number")
    for person in ("planner", "approver", "reader", "guest"):
        with pytest.raises(NotAllowed):
            history.revert(line.number, by=people[person])
    accounts.grant(people["reader"], "values.see", by=make_user("zweite", "approver"), why="Prüfung")
    with pytest.raises(NotAllowed):
        history.revert(models.AuditLine.objects.latest("number").number, by=people["admin"])


def test_the_last_administrator_stays(people: dict[str, models.User]) -> None:
    from lebenslagen.web.services import accounts

    for act in (lambda: accounts.set_active(people["admin"], False, by=people["admin"]),
                lambda: accounts.set_roles(people["admin"], ({"role": "reader"},), by=people["admin"])):  # fmt: skip
        with pytest.raises(NotAllowed):
            act()
    assert models.User.objects.get(pk=people["admin"].pk).is_active

"""Passwords: a hasher fast enough for a morning of logins, a login by name or e-mail, and who is throttled together."""

from __future__ import annotations

import ipaddress
import threading
from collections.abc import Mapping
from typing import Any

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.db.models import Q
from django.http import HttpRequest

from lebenslagen.web.models import User

__all__ = ["Backend", "Hasher", "name_of", "network_of"]

# Each hash takes 19 MiB; two at a time leave a small machine room for the pages.
_ROOM = threading.BoundedSemaphore(2)


class Hasher(Argon2PasswordHasher):
    """Argon2id with 19 MiB, two passes, one lane: a tenth of the time of Django's default."""

    time_cost = 2
    memory_cost = 19456
    parallelism = 1

    def encode(self, password: str, salt: str) -> str:
        with _ROOM:
            return str(super().encode(password, salt))

    def verify(self, password: str, encoded: str) -> bool:
        with _ROOM:
            return bool(super().verify(password, encoded))


class Backend(ModelBackend):
    """Accepts the login name or the e-mail address, in any capitals; takes as long for people who do not exist."""

    def authenticate(
        self, request: Any, username: str | None = None, password: str | None = None, **_: Any
    ) -> Any:
        if not username or not password:
            return None
        user = _person(username)
        if user is None:
            User().set_password(password)
            return None
        return user if user.check_password(password) and self.user_can_authenticate(user) else None


def _person(typed: str) -> User | None:
    name = typed.strip().lower()
    return User.objects.filter(Q(login=name) | (Q(email__iexact=name) & ~Q(email=""))).first()


def name_of(request: Any, credentials: Mapping[str, Any] | None = None) -> str:
    """Whose password is being guessed: one name, however it is typed; address and login are one person."""
    typed = str((credentials or {}).get("username") or "").strip().lower()[:254]
    person = _person(typed) if typed else None
    return person.login if person else typed


def network_of(request: HttpRequest) -> str:
    """Whose attempts count together: an IPv4 address, or the /64 of an IPv6 address.

    Behind a proxy the server has already put the client's address in place (see `serve`).
    """
    try:
        address = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return "0.0.0.0"  # noqa: S104 - no address, so all of these count together
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is None:
        return str(ipaddress.ip_network(f"{address}/64", strict=False).network_address)
    return str(getattr(address, "ipv4_mapped", None) or address)

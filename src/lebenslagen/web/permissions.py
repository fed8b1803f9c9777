"""May this person do this? `require` raises with a reason for the reader, `may` wraps it for pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from lebenslagen.errors import Fault, NotAllowed
from lebenslagen.web.roles import PERMISSIONS

if TYPE_CHECKING:
    from lebenslagen.web.models import Membership, User

__all__ = ["SYSTEM", "Scope", "System", "may", "require", "rights", "role_keys", "scope_of"]


@dataclass(frozen=True)
class Scope:
    """Whose an object is: a department, an area, or the whole town's (both blank)."""

    department: str = ""
    area: str = ""


@dataclass(frozen=True)
class System:
    """The installation itself: it sets up the first administrator and ends what is due. Nobody logs in as it."""

    name: str = "System"
    pk: None = None


SYSTEM = System()


def require(user: User | System, action: str, obj: Any = None) -> None:
    """Raise NotAllowed unless the person may do this, to this object where one is given.

    `obj`: a Scope, or anything with `department` or `area`.
    Raises KeyError for a permission that no row declares.
    """
    permission = PERMISSIONS[action]
    if isinstance(user, System):
        return
    if not getattr(user, "is_authenticated", False) or not user.is_active:
        raise NotAllowed(Fault("no-permission", action, {"action": permission.sentence}))
    held = [m for m in _memberships(user) if m.role in permission.roles]
    if any(_reaches(m, permission.within, scope_of(obj)) for m in held):
        return
    if permission.grantable and user.grants.filter(permission=action).exists():
        return
    code = "not-your-department" if held else "no-permission"
    raise NotAllowed(Fault(code, action, {"action": permission.sentence}))


def may(user: User | System, action: str, obj: Any = None) -> bool:
    """Whether `require` would let it pass."""
    try:
        require(user, action, obj)
    except NotAllowed:
        return False
    return True


def rights(user: User | System) -> frozenset[str]:
    """Every permission the person holds somewhere."""
    return frozenset(action for action in PERMISSIONS if may(user, action))


def role_keys(user: User) -> tuple[str, ...]:
    """The roles of a person."""
    return tuple(dict.fromkeys(m.role for m in _memberships(user)))


def scope_of(obj: Any) -> Scope | None:
    """Whose an object is; None where no object is asked about."""
    if obj is None or isinstance(obj, Scope):
        return obj
    return Scope(str(getattr(obj, "department", "") or ""), str(getattr(obj, "area", "") or ""))


def _memberships(user: User) -> tuple[Membership, ...]:
    """Read once a request: the user object lives as long as one."""
    if not hasattr(user, "held"):
        user.held = tuple(user.memberships.all()) if user.is_active else ()  # type: ignore[attr-defined]
    return user.held  # type: ignore[attr-defined]


def _reaches(membership: Membership, within: frozenset[str], scope: Scope | None) -> bool:
    """A role bound to its own department or areas reaches an object only there."""
    if membership.role not in within or scope is None:
        return True
    if membership.department and scope.department:
        return membership.department == scope.department
    return bool(scope.area) and scope.area in membership.areas

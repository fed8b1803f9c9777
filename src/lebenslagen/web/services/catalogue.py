"""Every write service by its name: what the trail calls it, and whether it can be taken back."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from lebenslagen.web.services.base import Service

__all__ = ["every", "lasting", "sentence"]


@cache
def every() -> dict[str, Service]:
    """All write services of this package."""
    from lebenslagen.web import services

    modules = (
        importlib.import_module(f"{services.__name__}.{module.name}")
        for module in pkgutil.iter_modules(services.__path__)
    )
    found = (
        value.service for module in modules for value in vars(module).values() if hasattr(value, "service")
    )
    return {service.name: service for service in found}


def lasting(name: str) -> str:
    """Why what a service did cannot be taken back; blank where it can, or where the name is not known any more."""
    return every()[name].lasting if name in every() else ""


def sentence(name: str) -> str:
    """What the trail says of a service; its name where an older version of the program knew it."""
    return every()[name].sentence if name in every() else name

"""All that a project declares, as one value."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from lebenslagen.errors import DesignError
from lebenslagen.indicators import Catalogue
from lebenslagen.project.declare.faults import pick, unknown_name
from lebenslagen.project.declare.indices import DeclaredIndex
from lebenslagen.project.declare.places import AreaLayer, DeclaredBackdrop, DeclaredCrosswalk
from lebenslagen.project.declare.reports import DeclaredReport
from lebenslagen.project.declare.sources import DeclaredDelivery, DeclaredSource
from lebenslagen.project.declare.town import DeclaredPeriod, Head

if TYPE_CHECKING:
    from lebenslagen.disclosure.release import Policy

__all__ = ["Declaration"]


@dataclass(frozen=True, eq=False)
class Declaration:
    """All that a project declares. Equal bytes in the files give equal declarations.

    >>> from importlib.resources import files
    >>> from lebenslagen.project.store import Project
    >>> declared = Project(files("lebenslagen") / "starter" / "musterstadt").declaration()
    >>> declared.levels, declared.source("einwohner").published, declared.policy("public").threshold
    (('sozialquartier', 'sozialraum', 'stadt'), False, 5)
    """

    head: Head
    layers: tuple[AreaLayer, ...]
    crosswalks: tuple[DeclaredCrosswalk, ...]
    backdrop: DeclaredBackdrop | None
    deliveries: tuple[DeclaredDelivery, ...]
    delivered_on: date | None
    catalogue: Catalogue
    sum_patterns: Mapping[str, str]
    residents: str
    pyramid: str
    sources: Mapping[str, DeclaredSource]
    indices: Mapping[str, DeclaredIndex]
    reports: Mapping[str, DeclaredReport]
    words: Mapping[str, str]

    @property
    def levels(self) -> tuple[str, ...]:
        """The keys of the levels, finest first."""
        return tuple(level.key for level in self.head.levels)

    def period(self, key: str) -> DeclaredPeriod:
        """The period with this key. Raises DesignError naming the known ones."""
        for period in self.head.periods:
            if period.key == key:
                return period
        raise DesignError(unknown_name("project.periods", key, [p.key for p in self.head.periods]))

    def source(self, key: str) -> DeclaredSource:
        """The source with this key. Raises DesignError naming the known ones."""
        return pick(self.sources, key, "sources")

    def index(self, key: str) -> DeclaredIndex:
        """The index with this key. Raises DesignError naming the known ones."""
        return pick(self.indices, key, "indices")

    def report(self, key: str = "") -> DeclaredReport:
        """The report with this key, or the last one by date if none is named."""
        if not key and self.reports:
            return max(self.reports.values(), key=lambda report: (report.date, report.key))
        return pick(self.reports, key, "reports")

    def policy(self, audience: str) -> Policy:
        """The rules of disclosure control of an audience."""
        from lebenslagen.disclosure.release import Policy

        declared = pick(self.head.policies, audience, "project.policies")
        return Policy(audience=audience, **dataclasses.asdict(declared))

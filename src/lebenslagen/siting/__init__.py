"""Where something should stand: the best plan under all conditions, its proof, and what it says to those who ask."""

from __future__ import annotations

from lebenslagen.siting.explain import added, alternatives, marginal_curve, prices, regret, shifts
from lebenslagen.siting.models import MODELS, value_of
from lebenslagen.siting.plan import SitingPlan, Worth, worth
from lebenslagen.siting.problem import (
    Demand,
    Distances,
    Floor,
    Grant,
    Period,
    Site,
    SitingProblem,
    closer_than,
)

__all__ = [
    "MODELS",
    "Demand",
    "Distances",
    "Floor",
    "Grant",
    "Period",
    "Site",
    "SitingPlan",
    "SitingProblem",
    "Worth",
    "added",
    "alternatives",
    "closer_than",
    "marginal_curve",
    "prices",
    "regret",
    "shifts",
    "value_of",
    "worth",
]

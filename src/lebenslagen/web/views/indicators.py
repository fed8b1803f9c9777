"""The catalogue of indicators: what is counted, over what, from where."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse

from lebenslagen.web.town import town
from lebenslagen.web.views.base import page, show

__all__ = ["catalogue"]


@page("indicators.view")
def catalogue(request: Any) -> HttpResponse:
    """All indicators by field of life, with a search over their words."""
    wanted = request.GET.get("q", "").strip()[:80]
    declared = town().declaration.catalogue
    labels = {d.key: d.label for d in declared.dimensions}
    variables = {v.key: v.label or v.key for v in declared.variables}
    rows = [
        {
            "key": i.key, "label": i.label, "dimension": labels.get(i.dimension or "", ""), "description": i.description,
            "numerator": variables.get(i.numerator or "", i.numerator or ""), "unit": i.unit,
            "denominator": variables.get(i.denominator or "", i.denominator or ""),
        }
        for i in declared.indicators
        if i.aspect != "change"
    ]  # fmt: skip
    found = [row for row in rows if wanted.casefold() in " ".join(row.values()).casefold()]
    return show(request, "indikatoren/liste.html", rows=found, wanted=wanted, total=len(rows))

"""Where a number comes from: from the released figure down to the delivered cells."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpResponse

from lebenslagen.web.permissions import may
from lebenslagen.web.services import data_lineage
from lebenslagen.web.town import town
from lebenslagen.web.views.base import page, show

__all__ = ["lineage"]


@page("indicators.view")
def lineage(request: Any, column: str, level: str, area: str) -> HttpResponse:
    """The chain behind one number; for whoever may not see single values it ends at the released figure and its sources."""
    report, user = request.GET.get("bericht", ""), request.user
    found = data_lineage.released(town(), column, level, area, report, request.t, to=user)
    if found is None:
        raise Http404
    deep = may(user, "values.see")
    of_index = bool(found.column.index) and found.column.kind == "computed"
    everything = "alle" in request.GET
    chain = (
        data_lineage.chain(town(), found, request.t, deep=deep, everywhere=everything or _few(found))
        if deep or of_index
        else None
    )
    own = area if of_index else ""
    between, cells, more = data_lineage.stages(chain, request.t, own) if chain else ([], [], 0)
    return show(
        request,
        "daten/herkunft.html",
        found=found,
        between=[(lines, any(line.factor for line in lines)) for lines in between],
        cells=cells,
        more=more,
        total=len(cells) + more,
        deep=deep,
        agrees=data_lineage.agrees(chain, found) if chain else None,
        others=data_lineage.others(chain, request.t, own, everything=everything) if chain and own else None,
    )


MOST = 60  # areas whose counts are followed to the cells at once


def _few(found: data_lineage.Released) -> bool:
    return len(found.column.cells.get(found.level, {})) <= MOST

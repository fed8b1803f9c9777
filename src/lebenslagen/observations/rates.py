"""Rates out of counts: tables of areas x indicators and areas x periods, each gap with its reason."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd

from lebenslagen.errors import DataError, Fault
from lebenslagen.indicators import Indicator
from lebenslagen.observations.values import Observations, counts, statuses

__all__ = ["REASONS", "Reasons", "panel", "trend"]

REASONS: Mapping[str, str] = {"O": "missing", "Q": "withheld"}


class Reasons(dict[tuple[str, str], str]):
    """Why values are not there; pandas copies a table's attributes with each step, this one it shares.

    >>> from copy import deepcopy
    >>> reasons = Reasons({("01", "KI"): "missing"}); deepcopy(reasons) is reasons
    True
    """

    def __deepcopy__(self, memo: dict[int, object]) -> Reasons:
        return self


def panel(observations: Observations, indicators: Sequence[Indicator], period: str) -> pd.DataFrame:
    """The indicators of one period: areas x indicator keys, rates per `per`, NaN where there is no value.

    `.attrs["reasons"]`: (area, key) -> why a value is not there: "withheld" or "missing" (numerator or denominator),
    "undefined" (denominator 0), "small-base" (denominator below `min_base`). Raises DataError where a numerator of the
    period meets a denominator that only other periods have: figures of different periods are never divided.

    >>> from lebenslagen.observations import example
    >>> seen = example()
    >>> share = Indicator("KI", "Kinder", numerator="kinder", denominator="ew")
    >>> panel(seen, [share], "2024").loc["01", "KI"]
    np.float64(25.0)
    >>> panel(seen, [share], "2025").attrs["reasons"]
    {('01', 'KI'): 'missing'}
    """
    faults = [fault for indicator in indicators for fault in _period_faults(observations, indicator, period)]
    if faults:
        raise DataError(faults)
    reasons = Reasons()
    columns = {indicator.key: _rate(observations, indicator, period, reasons) for indicator in indicators}
    found = pd.DataFrame(columns, index=observations.areas.index(), dtype=float)
    found.attrs["reasons"] = reasons
    return found


def _period_faults(observations: Observations, indicator: Indicator, period: str) -> list[Fault]:
    if not indicator.numerator or not indicator.denominator:
        return []
    above = _periods_of(observations, indicator.numerator)
    below = _periods_of(observations, indicator.denominator)
    if period not in above or period in below or not below:
        return []
    values = {
        "key": indicator.key,
        "period": period,
        "base": indicator.denominator,
        "others": ", ".join(sorted(below)),
    }
    return [Fault("period-mismatch", f"indicators/{indicator.key}", values)]


def _periods_of(observations: Observations, variable: str) -> set[str]:
    return {period for key, period in observations.places if key == variable}


def _rate(
    observations: Observations, indicator: Indicator, period: str, reasons: Reasons
) -> pd.Series[float]:
    given = {key: counts(observations, key, period) for key in indicator.variables}
    why = _absences([statuses(observations, key, period) for key in indicator.variables])
    base = given[indicator.denominator] if indicator.denominator else None
    if base is not None:
        why = why.mask((why == "") & (base < indicator.min_base), "small-base")
        why = why.mask(why.isin(["", "small-base"]) & (base == 0), "undefined")
    value = given[indicator.published] if indicator.published else _divided(indicator, given)
    reasons.update({(str(area), indicator.key): reason for area, reason in why[why != ""].items()})
    return value.where(why == "")


def _divided(indicator: Indicator, given: Mapping[str, pd.Series[float]]) -> pd.Series[float]:
    base = given[indicator.denominator or ""]
    return given[indicator.numerator or ""] * indicator.per / base.where(base != 0)


def _absences(found: Sequence[pd.Series[str]]) -> pd.Series[str]:
    why = pd.Series("", index=found[0].index)
    for status in ("O", "Q"):
        for column in found:
            why = why.mask(column == status, REASONS[status])
    return why


def trend(observations: Observations, indicator: Indicator, periods: Sequence[str]) -> pd.DataFrame:
    """One indicator over time: areas x periods, as `panel`; a period without figures is missing.

    `.attrs["reasons"]`: (area, period) -> why there is no value; `.attrs["breaks"]`: the breaks within the periods.

    >>> from lebenslagen.observations import example
    >>> seen = example()
    >>> share = Indicator("KI", "Kinder", numerator="kinder", denominator="ew")
    >>> trend(seen, share, ["2023", "2024"]).loc["01"].to_dict()
    {'2023': nan, '2024': 25.0}
    """
    reasons = Reasons()
    columns = {}
    for period in periods:
        why = Reasons()
        columns[period] = _rate(observations, indicator, period, why)
        reasons.update({(area, period): reason for (area, _), reason in why.items()})
    found = pd.DataFrame(columns, index=observations.areas.index(), dtype=float)
    found.attrs["reasons"] = reasons
    found.attrs["breaks"] = indicator.breaks_between(min(periods), max(periods)) if periods else ()
    return found

"""Residents, households and benefits of Musterstadt, 31.12.2013 to 31.12.2024, drawn from a seed as whole numbers.

Everything is first laid down for the 27 quarters of 2019; the block of 41 residents is kept apart, so the 26 quarters
before are sums of the same people.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

import numpy as np

from .town import AGE_SHARES, INDICATORS, OLD_KEY, QUARTERS, SEED, TOWN_PATH, TOWN_RESIDENTS, YEARS

__all__ = ["AGES", "COUNTS", "People", "build", "change", "scores", "status"]

AGES = 96  # 0 … 94, 95 and older
KEYS = tuple(quarter.key for quarter in QUARTERS)
AT = {key: i for i, key in enumerate(KEYS)}
INDEXED = np.array([quarter.status is not None for quarter in QUARTERS])

# Numerator and denominator of each indicator.
RATE = {
    "SGB": ("sgb", "under65"),
    "KI": ("ki", "under15"),
    "JA": ("ja", "from15to24"),
    "GA": ("ga", "from65"),
    "AE": ("ae", "families"),
    "GF": ("gf", "families"),
    "AU": ("au", "residents"),
}
# Denominators that are age groups: from, below.
SPANS = {
    "residents": (0, 96),
    "under15": (0, 15),
    "from15to24": (15, 25),
    "under21": (0, 21),
    "under65": (0, 65),
    "from65": (65, 96),
}
COUNTS = (
    "second", "au", "sgb", "able", "unable", "ki", "ja", "ja3", "ja2", "ga", "ga_homes",
    "households", "size1", "size2", "size3", "size4", "size5", "families", "ae", "couples_children", "couples",
    "child1", "child2", "gf", "hze", "hze_away", "seu", "seu_language", "seu_weight", "seu_no_kita",
)  # fmt: skip


@dataclass(eq=False)
class People:
    """Counts by year and quarter; `ages` is year x quarter x sex (m, w) x age."""

    ages: np.ndarray
    counts: dict[str, np.ndarray] = field(default_factory=dict)
    block: dict[str, np.ndarray] = field(default_factory=dict)
    block_ages: np.ndarray = field(default_factory=lambda: np.zeros((0,)))

    def rows(self, year: int) -> list[tuple[str, str, str]]:
        """List key, name and Sozialraum of the quarters of that 31.12."""
        if year >= 2019:
            return [(q.key, q.name, q.room) for q in QUARTERS]
        rows = [(q.key, q.name, q.room) for q in QUARTERS if q.key != "07"]
        return [
            (OLD_KEY, "Hafenstraße", "2") if key == "06" else (key, name, room) for key, name, room in rows
        ]

    def count(self, name: str, year: int) -> np.ndarray:
        """Give a count by quarter in the boundaries valid on that 31.12."""
        t = YEARS.index(year)
        return self.by_vintage(self.counts[name][t], self.block[name][t], year)

    def age(self, year: int) -> np.ndarray:
        """Give residents by quarter, sex and age in the boundaries valid on that 31.12."""
        t = YEARS.index(year)
        return self.by_vintage(self.ages[t], self.block_ages[t], year)

    @staticmethod
    def by_vintage(values: np.ndarray, block: np.ndarray, year: int) -> np.ndarray:
        """Add up the parts of the old Hafenstraße for years before 2019."""
        if year >= 2019:
            return values
        values = values.copy()
        values[AT["06"]] += values[AT["07"]] + block
        values[AT["10"]] -= block
        return np.delete(values, AT["07"], axis=0)

    def base(self, name: str) -> np.ndarray:
        """Give a denominator, year x quarter (boundaries of 2019)."""
        if name in SPANS:
            low, high = SPANS[name]
            return self.ages[:, :, :, low:high].sum(axis=(2, 3))
        return self.counts[name]

    def rates(self, indicator: str) -> np.ndarray:
        """Give a rate in %, year x quarter (boundaries of 2019)."""
        part, whole = RATE[indicator]
        return 100 * self.counts[part] / self.base(whole)

    def town(self, indicator: str) -> np.ndarray:
        """Give the rate of the town in % by year."""
        part, whole = RATE[indicator]
        return 100 * self.counts[part].sum(axis=1) / self.base(whole).sum(axis=1)


def scores(x: np.ndarray) -> np.ndarray:
    """Standardise columns (population SD), add them up, standardise the sum."""
    z = (x - x.mean(axis=0)) / x.std(axis=0)
    total = z.sum(axis=1)
    return total / total.std()


def status(people: People, year: int) -> np.ndarray:
    """Score of the 26 quarters (unweighted mean, population SD, equal weights, standardised again)."""
    t = YEARS.index(year)
    return scores(np.column_stack([people.rates(k)[t][INDEXED] for k in INDICATORS]))


def change(people: People, before: int, after: int) -> np.ndarray:
    """Score of the change in percentage points, same scheme."""
    a, b = YEARS.index(after), YEARS.index(before)
    return scores(np.column_stack([(people.rates(k)[a] - people.rates(k)[b])[INDEXED] for k in INDICATORS]))


# --- residents ----------------------------------------------------------------------------------------------------

_PATH_U15 = (12.9, 12.9, 13.1, 13.2, 13.2, 13.3, 13.3, 13.4, 13.4, 13.7, 13.8, 13.8)
_PATH_15_24 = (11.3, 11.2, 11.3, 11.2, 11.0, 10.8, 10.7, 10.6, 10.6, 10.9, 11.0, 11.1)
_PATH_65 = (20.0, 20.0, 19.9, 19.9, 20.0, 20.1, 20.2, 20.3, 20.5, 20.4, 20.4, 20.5)
# Residents of single quarters that have a story: new homes at the Wasserturm, an ageing estate in Birkenkamp.
_GROWTH = {
    "17": (7180, 7195, 7230, 7265, 7290, 7330, 7360, 7380, 7540, 7850, 8060, 8200),
    "24": (7790, 7770, 7760, 7740, 7720, 7690, 7660, 7630, 7590, 7560, 7530, 7500),
}
_AGED_65 = {  # share of 65+ in %: Birkenkamp ages, at the Wasserturm the newcomers are young
    "24": (26.4, 26.8, 27.3, 27.8, 28.4, 28.9, 29.5, 30.2, 30.9, 31.4, 32.0, 32.5),
    "17": (17.2, 17.2, 17.3, 17.3, 17.4, 17.5, 17.6, 17.7, 17.6, 17.5, 17.4, 17.4),
}
YOUNG_ON_ISLAND = 62


def _residents(rng: np.random.Generator) -> np.ndarray:
    """Residents by year and quarter; 2024 as laid down, the past by smooth paths that add up to the town."""
    now = np.array([q.residents for q in QUARTERS], dtype=float)
    drift = np.clip(rng.normal(0, 0.0035, len(now)), -0.006, 0.006)
    out = np.empty((len(YEARS), len(now)), dtype=int)
    fixed = np.array([key in _GROWTH for key in KEYS])
    for t, year in enumerate(YEARS):
        path = now * np.exp(-drift * (2024 - year)) * np.exp(rng.normal(0, 0.0015, len(now)) * (year != 2024))
        for key, values in _GROWTH.items():
            path[AT[key]] = values[t]
        path[~fixed] *= (TOWN_RESIDENTS[year] - path[fixed].sum()) / path[~fixed].sum()
        out[t] = _whole(path, TOWN_RESIDENTS[year])
    return out


def _whole(values: np.ndarray, total: int) -> np.ndarray:
    """Round to whole numbers that add up, by largest remainder."""
    floor = np.floor(values).astype(int)
    order = np.argsort(-(values - floor), kind="stable")
    floor[order[: total - int(floor.sum())]] += 1
    return floor


def _groups(residents: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Split residents into under 15, 15 to 24, 25 to 64, 65+: year x quarter x 4."""
    now = np.array([AGE_SHARES[key] for key in KEYS]) / 100
    wander = np.clip(rng.normal(0, 0.02, (len(YEARS), len(KEYS), 3)), -0.04, 0.04)
    wander[-1] = 0
    out = np.empty((*residents.shape, 4), dtype=int)
    for t in range(len(YEARS)):
        for g, path in enumerate((_PATH_U15, _PATH_15_24, _PATH_65)):
            share = now[:, g] * path[t] / path[-1] * np.exp(wander[t, :, g] * 0.5)
            people = share * residents[t]
            free = np.ones(len(KEYS), dtype=bool)
            free[AT["08"]] = False
            if g == 1:
                people[AT["08"]] = YOUNG_ON_ISLAND if t == len(YEARS) - 1 else round(people[AT["08"]])
                free[AT["03"]] = False
            if g == 2:
                for key, line in _AGED_65.items():
                    people[AT[key]], free[AT[key]] = residents[t, AT[key]] * line[t] / 100, False
                free[AT["03"]] = False
            want = path[t] / 100 * residents[t].sum()
            people[free] *= (want - people[~free].sum()) / people[free].sum()
            out[t, :, (0, 1, 3)[g]] = np.round(people).astype(int)
    for place, name in ((1, "JA"), (3, "GA")):
        out[-1, :, place] = [
            _whole_rate(int(n), q.rates[INDICATORS.index(name)])
            for n, q in zip(out[-1, :, place], QUARTERS, strict=True)
        ]
    out[:, :, 2] = residents - out[:, :, [0, 1, 3]].sum(axis=2)
    return out


def _whole_rate(base: int, rate: float) -> int:
    """Find the base nearby on which whole persons give the rate laid down (one person is 0.1 points)."""
    if base == YOUNG_ON_ISLAND:
        return base

    def miss(near: int) -> float:
        return abs(100 * round(rate / 100 * near) / near - rate)

    return min(range(base - 12, base + 13), key=lambda near: (round(miss(near) / 0.004), abs(near - base)))


_CUTS = (0, 15, 25, 65, 96)


def _cohorts(year: int) -> np.ndarray:
    """Relative size of each age: births of the year, survival, coming and going at 20 to 30; sex x age."""
    age = np.arange(AGES)
    birth = year - age
    size = 1 + 0.48 * np.exp(-(((birth - 1964) / 6.5) ** 2)) - 0.22 * np.exp(-(((birth - 1945) / 2.6) ** 2))
    size += 0.16 * np.exp(-(((birth - 1939) / 3.0) ** 2)) + 0.10 * np.exp(-(((birth - 1990) / 4.0) ** 2))
    size += 0.12 * np.exp(-(((birth - 2018) / 3.5) ** 2)) - 0.08 * np.exp(-(((birth - 2009) / 4.0) ** 2))
    size = size * (1 + 0.10 * np.exp(-(((age - 29) / 7.0) ** 2)))
    men = 0.512 * size * np.exp(-np.exp((age - 84.5) / 9.6))
    women = 0.488 * size * np.exp(-np.exp((age - 88.5) / 8.8))
    both = np.vstack([men, women])
    both[:, -1] *= 2.6
    return both


def _ages(groups: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Give each quarter its pyramid: cohorts with a lasting local colour, exact in the four groups."""
    colour = np.exp(rng.normal(0, 0.05, (len(KEYS), 2, 140)))
    for q in range(len(KEYS)):  # neighbouring cohorts resemble each other
        for sex in range(2):
            colour[q, sex] = np.convolve(colour[q, sex], np.ones(5) / 5, mode="same")
    colour[:, :, :3], colour[:, :, -3:] = 1.0, 1.0
    out = np.zeros((*groups.shape[:2], 2, AGES), dtype=int)
    age = np.arange(AGES)
    for t, year in enumerate(YEARS):
        weight = _cohorts(year)[None] * colour[:, :, year - age - 1910]
        weight[AT["03"], :, 15:25] *= 1 + 5.5 / (1 + np.exp(-(age[15:25] - 19.0) * 2.2))
        weight[AT["03"], :, 25:65] *= 0.5 + 2.4 * np.exp(-(((age[25:65] - 25) / 5.0) ** 2))
        weight[AT["24"], :, 65:] *= np.exp(np.linspace(0, 0.5, 31))
        for q in range(len(KEYS)):
            for g in range(4):
                low, high = _CUTS[g], _CUTS[g + 1]
                part = weight[q, :, low:high]
                out[t, q, :, low:high] = _whole(
                    (part / part.sum() * groups[t, q, g]).ravel(), int(groups[t, q, g])
                ).reshape(2, -1)
    return out


# --- households ---------------------------------------------------------------------------------------------------

_SIZE = {
    "01": 1.78, "02": 1.72, "03": 1.55, "04": 1.85, "05": 1.86, "06": 2.02, "07": 2.00, "08": 2.00,
    "09": 2.10, "10": 2.05,
    "11": 2.03, "12": 2.05, "13": 2.12, "14": 2.02, "15": 2.05, "16": 2.25, "17": 2.00, "18": 2.04,
    "19": 2.20, "20": 1.90,
    "21": 1.86, "22": 2.08, "23": 2.15, "24": 1.80, "25": 2.22, "26": 2.20, "27": 2.20,
}  # fmt: skip
_HOUSEHOLDS, _FAMILIES = 105_800, 0.19
# The procedure of 2022 finds 1.2 % more households in the same register.
_PROCEDURE = np.array([1 / 1.012] * 9 + [1.0] * 3)


def _households(people: np.ndarray, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Number of households and of those with children under 18, year x quarter."""
    residents = people.sum(axis=(2, 3))
    size = np.array([_SIZE[key] for key in KEYS])
    minors = people[:, :, :, :18].sum(axis=(2, 3))
    large = np.array([q.rates[5] for q in QUARTERS]) / 100
    families = minors / (1.45 + 2.0 * large)
    families *= _FAMILIES * _HOUSEHOLDS / families[-1].sum()
    all_of = residents / size
    all_of *= _HOUSEHOLDS / all_of[-1].sum()
    years = np.arange(len(YEARS))[:, None]
    all_of *= 1 - 0.0012 * (len(YEARS) - 1 - years)  # households grew smaller
    wander = np.exp(rng.normal(0, 0.003, all_of.shape))
    wander[-1] = 1
    families = np.round(families * wander).astype(int)
    families[-1, AT["08"]] = 61  # on so few families 13 and 25 % are not met by every number
    return np.round(all_of * _PROCEDURE[:, None] * wander).astype(int), families


# --- rates --------------------------------------------------------------------------------------------------------

# What moved between 2020 and 2024, in units of the spread of each indicator's change: + is less favourable.
_MOVED = {
    "01": 2.4, "02": 2.2, "03": -0.3, "04": 0.35, "05": -0.2, "06": 0.55, "07": 0.25, "08": 0.0,
    "09": -0.15, "10": 0.35, "11": 0.1,
    "12": 0.05, "13": -0.2, "14": 0.1, "15": 0.35, "16": 0.2, "17": -3.2, "18": 0.15, "19": -0.25,
    "20": 2.0, "21": 0.3, "22": -0.1,
    "23": -0.1, "24": 0.1, "25": -0.3, "26": -0.2, "27": -0.3,
}  # fmt: skip
# The same between 2016 and 2020.
_MOVED_BEFORE = {
    "01": 1.7, "02": 0.5, "03": -0.1, "04": 0.3, "05": 0.0, "06": 1.9, "07": 0.5, "08": 0.0, "09": -0.2,
    "10": 0.4, "11": 0.2,
    "12": 0.1, "13": -0.1, "14": -1.6, "15": 0.5, "16": 0.1, "17": -2.1, "18": -0.2, "19": -0.2, "20": 0.3,
    "21": 0.0, "22": -0.1,
    "23": -0.2, "24": 0.2, "25": -0.3, "26": -0.3, "27": -0.4,
}  # fmt: skip
_SPREAD = {"SGB": 1.0, "KI": 2.1, "JA": 0.45, "GA": 0.45, "AE": 0.8, "GF": 0.7, "AU": 1.5}
_NOISE = {"SGB": 0.016, "KI": 0.020, "JA": 0.06, "GA": 0.022, "AE": 0.016, "GF": 0.025, "AU": 0.012}
# Lines laid down year by year.
_LINES = {
    ("SGB", "01"): (26.0, 26.6, 27.2, 27.8, 27.7, 27.3, 26.9, 27.1, 26.9, 29.3, 30.3, 31.0),
    ("KI", "01"): (38.6, 39.4, 40.2, 41.0, 41.3, 41.0, 40.8, 41.2, 41.5, 45.4, 47.3, 49.0),
    ("SGB", "17"): (31.0, 30.8, 30.6, 30.3, 29.6, 28.6, 27.6, 27.0, 25.1, 24.3, 22.5, 21.0),
    ("GA", "24"): (6.3, 6.6, 6.9, 7.2, 7.5, 7.8, 8.0, 8.3, 8.8, 9.8, 10.4, 10.9),
}
# Rates laid down as whole percents get decimals of their own, within what rounds to the table.
_ROOM = 0.42
_NEAR = {("AE", "04"): 0.08, ("SGB", "17"): 0.06, ("KI", "01"): 0.06, ("GF", "07"): 0.04, ("SGB", "03"): 0.2}
_DECIMALS = ("SGB", "KI", "AE", "GF", "AU")


def _now(bases: dict[str, np.ndarray], rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Rates of 2024: the table with decimals drawn so that neither a quarter's score nor the town's rates move."""
    table = np.array([q.rates for q in QUARTERS])
    rates = {k: table[:, i].copy() for i, k in enumerate(INDICATORS)}
    spread = table[INDEXED].std(axis=0)[[INDICATORS.index(k) for k in _DECIMALS]]
    gap = np.array([TOWN_PATH[k][-1] - (rates[k] * bases[k]).sum() / bases[k].sum() for k in _DECIMALS])
    tries = [np.array([_decimals(key, gap, spread, rng) for key in KEYS]) for _ in range(30)]
    drawn = min(tries, key=lambda one: _apart(table, one))
    for i, k in enumerate(_DECIMALS):
        left = gap[i] - (drawn[:, i] * bases[k]).sum() / bases[k].sum()
        rates[k] = rates[k] + np.clip(drawn[:, i] + left, -0.435, 0.435)
    return rates


def _apart(table: np.ndarray, drawn: np.ndarray) -> float:
    """Say how far the correlations with SGB would move away from the table's."""
    moved = table.copy()
    moved[:, [INDICATORS.index(k) for k in _DECIMALS]] += drawn
    r = [np.corrcoef(rates[INDEXED], rowvar=False)[0] for rates in (table, moved)]
    return float(np.abs(r[0] - r[1]).max())


def _decimals(key: str, gap: np.ndarray, spread: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Draw what is added to the rates of one quarter: around the town's gap, of no effect on the score."""
    if key == "08":  # on so few people whole numbers leave no room
        return np.zeros(len(gap))
    near = np.array([_NEAR.get((k, key), _ROOM) for k in _DECIMALS])
    draws = np.clip(gap + rng.uniform(-0.42, 0.42, (2000, len(gap))), -near, near)
    return draws[np.abs(((draws - gap) / spread).sum(axis=1)).argmin()]


def _before(
    rates: np.ndarray, step: float, moved: dict[str, float], indicator: str, rng: np.random.Generator
) -> np.ndarray:
    """Take back the change of four years."""
    change = step + _SPREAD[indicator] * (
        np.array([moved[key] for key in KEYS]) + rng.normal(0, 0.42, len(KEYS))
    )
    return np.maximum(rates - change, 0.55 * rates)


# What moves all indicators of a quarter together from year to year (houses emptied and let, a firm closed), as a share.
_TOGETHER = 0.035


def _together(rng: np.random.Generator) -> np.ndarray:
    """Lasting common deviations, year x quarter; none in the years laid down by anchors."""
    shocks = rng.normal(0, _TOGETHER * 0.8, (len(YEARS), len(KEYS)))
    for t in range(1, len(YEARS)):
        shocks[t] += 0.6 * shocks[t - 1]
    shocks[[3, 7, 11]] = 0
    return shocks


def _paths(
    indicator: str, now: np.ndarray, base: np.ndarray, together: np.ndarray, rng: np.random.Generator
) -> np.ndarray:
    """Rates in %, year x quarter: anchors relative to the town, small deviations between."""
    town = np.array(TOWN_PATH[indicator])
    then = _before(now, town[-1] - town[7], _MOVED, indicator, rng)
    earlier = _before(then, town[7] - town[3], _MOVED_BEFORE, indicator, rng)
    anchors = np.empty((4, len(KEYS)))
    anchors[3], anchors[2], anchors[1] = now / town[-1], then / town[7], earlier / town[3]
    anchors[0] = anchors[1] ** 0.97 * np.exp(rng.normal(0, 0.025, len(KEYS)))
    noise = rng.normal(0, _NOISE[indicator], (len(YEARS), len(KEYS)))
    noise[[3, 7, 11]] = 0
    noise += together * (0.4 if indicator in ("AE", "GF", "AU") else 1.0)
    years = np.arange(len(YEARS))
    level = np.column_stack([np.interp(years, [0, 3, 7, 11], anchors[:, q]) for q in range(len(KEYS))])
    rates = level * np.exp(noise) * town[:, None]
    laid = np.zeros(len(KEYS), dtype=bool)
    for (name, key), line in _LINES.items():
        if name == indicator:
            rates[:, AT[key]], laid[AT[key]] = line, True
            rates[-1, AT[key]] = now[AT[key]]
    for t in range(len(YEARS) - 1):
        want = town[t] * base[t].sum() - (rates[t] * base[t])[laid].sum()
        rates[t, ~laid] *= want / (rates[t] * base[t])[~laid].sum()
    return rates


# --- all together -------------------------------------------------------------------------------------------------


def build() -> People:
    """Draw the town."""
    rng = np.random.default_rng(SEED)
    people = People(ages=_ages(_groups(_residents(rng), rng), rng))
    counts = people.counts
    counts["households"], counts["families"] = _households(people.ages, rng)
    together = _together(rng)
    now = _now({k: people.base(RATE[k][1])[-1] for k in INDICATORS}, rng)
    for indicator in INDICATORS:
        part, whole = RATE[indicator]
        base = people.base(whole)
        counts[part] = np.round(_paths(indicator, now[indicator], base, together, rng) / 100 * base).astype(
            int
        )
    counts["ja"][-1, AT["08"]] = 2
    counts["ga"][:, AT["08"]] = (
        5  # 4.0 %; below 5 it would have to be hidden, and with it a neighbour that has a story
    )
    _fine(people)
    _further(people, rng)
    _block(people)
    return people


def _fine(people: People) -> None:
    """Set Hafenstraße-Nord to 0.9986 by single persons (whole numbers moved the score a little)."""
    target, q = 0.9986, AT["07"]
    at = int(np.flatnonzero(np.array(KEYS)[INDEXED] == "07")[0])
    parts = ("sgb", "ki", "au")
    before = [int(people.counts[part][-1, q]) for part in parts]
    best = (9.0, 9.0, 0, 0, 0)
    for steps in itertools.product(range(-4, 5), repeat=3):
        for part, value, step in zip(parts, before, steps, strict=True):
            people.counts[part][-1, q] = value + step
        miss = abs(status(people, 2024)[at] - target)
        best = min(best, (float(miss > 4e-5), sum(map(abs, steps)) + miss, *steps))
    for part, value, step in zip(parts, before, best[2:], strict=True):
        people.counts[part][-1, q] = value + step


def _further(people: People, rng: np.random.Generator) -> None:
    """Everything the offices send beyond the seven indicators."""
    c, shape = people.counts, people.counts["sgb"].shape
    residents = people.base("residents")
    second = np.full(shape[1], 0.014)
    second[AT["03"]], second[AT["01"]], second[AT["02"]] = 0.058, 0.022, 0.024
    c["second"] = np.round(residents * second * np.exp(rng.normal(0, 0.03, shape))).astype(int)
    c["unable"] = c["ki"] + np.round(c["ki"] * 0.035).astype(int)
    c["able"] = c["sgb"] - c["unable"]
    c["ja3"] = np.round(
        c["ja"] * np.clip(0.42 - 0.008 * people.rates("SGB") + rng.normal(0, 0.02, shape), 0.1, 0.6)
    ).astype(int)
    c["ja2"] = c["ja"] - c["ja3"]
    homes = np.full(shape[1], 0.0045)
    for key, share in (
        ("24", 0.012),
        ("05", 0.013),
        ("22", 0.011),
        ("13", 0.010),
        ("01", 0.009),
        ("20", 0.009),
        ("08", 0.0),
    ):
        homes[AT[key]] = share
    c["ga_homes"] = np.round(people.base("from65") * homes * np.exp(rng.normal(0, 0.05, shape))).astype(int)
    _families(people, rng)
    under21 = people.base("under21")
    rate = (
        (1.1 + 0.135 * people.rates("SGB") + 0.02 * people.rates("AE"))
        / 100
        * np.linspace(0.86, 1.0, shape[0])[:, None]
    )
    local = rng.normal(0, 0.06, shape[1]) + rng.normal(0, 0.035, shape)  # lasting, and from year to year
    c["hze"] = np.round(under21 * rate * np.exp(local)).astype(int)
    c["hze_away"] = rng.binomial(c["hze"], np.clip(0.235 + rng.normal(0, 0.02, shape[1]), 0.15, 0.32))
    c["seu"] = rng.binomial(people.ages[:, :, :, 5].sum(axis=2), 0.97)
    for name, low, slope in (
        ("seu_language", 0.10, 0.0105),
        ("seu_weight", 0.065, 0.0035),
        ("seu_no_kita", -0.004, 0.0026),
    ):
        local = np.exp(rng.normal(0, 0.05, shape[1]) + rng.normal(0, 0.05, shape))
        c[name] = np.round(c["seu"] * (low + slope * people.rates("SGB")) * local).astype(int)


def _families(people: People, rng: np.random.Generator) -> None:
    """Split households by type, number of children and size so that the residents fit into them."""
    c = people.counts
    one = 0.535 + 0.12 * (c["ae"] / c["families"] - 0.25)
    c["child1"] = np.round(
        c["families"] * np.clip(one, 0.4, 0.62) - 0.35 * (c["gf"] - 0.145 * c["families"])
    ).astype(int)
    c["child2"] = c["families"] - c["child1"] - c["gf"]
    c["couples_children"] = c["families"] - c["ae"]
    minors_and_parents = c["child1"] + 2 * c["child2"] + 3.3 * c["gf"] + c["ae"] + 2 * c["couples_children"]
    rest_people = people.base("residents") * 0.985 - minors_and_parents
    rest = c["households"] - c["families"]
    several = np.clip((rest_people - rest) / 1.22, 0.24 * rest, 0.84 * rest)
    c["size1"] = np.round(rest - several).astype(int)
    c["couples"] = np.round(several * 0.78).astype(int)
    ae1, ae2 = np.round(c["ae"] * 0.60).astype(int), np.round(c["ae"] * 0.29).astype(int)
    ae3 = c["ae"] - ae1 - ae2
    pair1, pair2 = c["child1"] - ae1, c["child2"] - ae2
    others = c["households"] - c["families"] - c["size1"] - c["couples"]
    c["size2"] = c["couples"] + ae1 + np.round(others * 0.25).astype(int)
    c["size3"] = pair1 + ae2 + np.round(others * 0.60).astype(int)
    c["size4"] = pair2 + ae3 + np.round(others * 0.10).astype(int)
    c["size5"] = c["households"] - c["size1"] - c["size2"] - c["size3"] - c["size4"]


# Sizes in the block that moved, by year until 2018 (41 residents); later years only for completeness.
_BLOCK = {
    "second": 0, "au": 15, "sgb": 13, "able": 9, "unable": 4, "ki": 4, "ja": 1, "ja3": 0, "ja2": 1, "ga": 1,
    "ga_homes": 0, "households": 19,
    "size1": 8, "size2": 5, "size3": 3, "size4": 2, "size5": 1, "families": 6, "ae": 2,
    "couples_children": 4, "couples": 3, "child1": 3,
    "child2": 2, "gf": 1, "hze": 1, "hze_away": 0, "seu": 1, "seu_language": 0, "seu_weight": 0,
    "seu_no_kita": 0,
}  # fmt: skip
_BLOCK_AGES = {  # sex, age: residents of the block
    0: (3, 5, 9, 14, 17, 21, 26, 29, 33, 34, 38, 41, 45, 49, 52, 55, 58, 61, 64, 68, 73),
    1: (1, 6, 11, 13, 19, 24, 27, 31, 32, 36, 39, 43, 47, 50, 54, 57, 60, 66, 71, 80),
}


def _block(people: People) -> None:
    for name in COUNTS:
        people.block[name] = np.full(len(YEARS), _BLOCK[name])
    ages = np.zeros((2, AGES), dtype=int)
    for sex, those in _BLOCK_AGES.items():
        np.add.at(ages[sex], np.array(those), 1)
    people.block_ages = np.repeat(ages[None], len(YEARS), axis=0)
    # the age columns of Eisenhütte must hold these people in every year
    short = people.ages[:, AT["10"]] - people.block_ages
    assert short.min() >= 0, "the block has people of an age that Eisenhütte lacks"

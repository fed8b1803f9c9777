"""What is laid down about Musterstadt: quarters, rates of 2024, the town's time lines, the stories."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = [
    "AGE_SHARES",
    "AGS",
    "INDICATORS",
    "OLD_KEY",
    "QUARTERS",
    "ROOMS",
    "SEED",
    "TOWN_PATH",
    "TOWN_RESIDENTS",
    "YEARS",
    "Quarter",
    "vintage_of",
]

SEED = 20241231
AGS = "05999000"
YEARS = tuple(range(2013, 2025))
INDICATORS = ("SGB", "KI", "JA", "GA", "AE", "GF", "AU")

# Age limit: 65 years in all years. The statutory one rises by months (65 + 2 months in 2013, 66 in 2024); single-year
# ages cannot follow it, and a moving limit would itself be a break in SGB and GA.
RETIREMENT = 65

# "Hafenstraße" until 31.12.2018; 06 and 07 were given in 2019, so no number ever meant two different areas.
OLD_KEY = "60"
OLD_NAME = "Hafenstraße"
BLOCK_MOVED = 41


@dataclass(frozen=True)
class Quarter:
    """One Sozialquartier: key, name, its Sozialraum, residents and rates of 31.12.2024 in the order of INDICATORS."""

    key: str
    name: str
    room: str
    residents: int
    rates: tuple[float, ...]
    status: float | None


ROOMS = {"1": "Mitte", "2": "Hafen", "3": "Ost", "4": "Marienberg", "5": "Nordstadt", "6": "Nord"}

_TABLE = """
1 01 Altmarkt|9800|31/49/6.9/12.0/33/20/38|1.68
1 02 Bahnhofsviertel|7400|33/45/8.4/11.0/31/22/43|1.80
1 03 Hochschulviertel|8100|10/17/2.1/5.0/24/10/34|-0.41
1 04 Brückenviertel|6900|26/38/5.9/9.0/37/15/28|1.07
1 05 Stadtgarten|7600|11/16/4.2/4.6/26/9/15|-0.50
2 06 Hafenstraße-Süd|9200|35/51/9.0/9.8/29/25/41|1.89
2 07 Hafenstraße-Nord|8300|25/37/6.7/7.9/30/19.8/30|1.00
2 08 Kanalinsel|640|17/26/3.2/4.0/25/13/22|
2 09 Ruhrwiesen|6100|9/14/2.6/3.2/20/12/10|-0.91
3 10 Eisenhütte|8600|26/37/8.3/8.2/28/22/30|1.16
3 11 Glückaufsiedlung|7900|15/21/5.6/4.2/23/15/18|-0.16
3 12 Ostfeld|10400|14/22/4.2/4.8/25/12/14|-0.32
3 13 Lindenhof|6700|10/14/3.0/3.5/23/9/10|-0.84
3 14 Am Volkspark|8900|15/24/4.1/5.4/26/11/16|-0.23
4 15 Marienberg-Mitte|9700|27/41/6.9/8.3/29/23/31|1.19
4 16 Marienberg-Süd|7300|17/30/4.9/4.6/19/22/23|0.10
4 17 Am Wasserturm|8200|21/35/6.1/6.6/31/16/24|0.63
4 18 Rotbuche|7700|17/25/4.8/5.0/26/14/17|-0.05
4 19 Klosterfeld|8000|7/11/2.7/2.2/19/9/7|-1.18
5 20 Kirchmarkt|9900|20/28/4.7/7.4/30/14/21|0.33
5 21 Postviertel|7100|15/23/5.8/5.2/27/11/14|-0.12
5 22 Rosenhöhe|9100|12/19/4.5/3.7/22/12/12|-0.54
5 23 Im Siepen|6600|8/12/3.2/2.7/21/9/8|-1.02
6 24 Birkenkamp|7500|10/13/3.4/10.9/25/7/14|-0.38
6 25 Heidedorf|9300|6/9/2.2/1.8/17/8/6|-1.39
6 26 Mühlenbruch|8400|7/10/2.5/2.0/18/8/6|-1.29
6 27 Waldmark|5660|6/8/1.9/1.4/16/7/4|-1.53
"""


def _quarter(line: str) -> Quarter:
    head, residents, rates, status = line.split("|")
    room, key, name = head.split(" ", 2)
    values = tuple(float(value) for value in rates.split("/"))
    return Quarter(key, name, room, int(residents), values, float(status) if status else None)


QUARTERS = tuple(_quarter(line) for line in _TABLE.strip().splitlines())

# Residents of the town on 31.12., main residence.
TOWN_RESIDENTS = dict(
    zip(
        YEARS,
        (
            208_730,
            209_140,
            210_610,
            211_050,
            210_930,
            210_640,
            210_210,
            209_480,
            208_960,
            210_480,
            210_790,
            211_000,
        ),
        strict=True,
    )
)

# Rates of the town in %, 2013 to 2024. SGB, KI, GF, AU jump in 2022 (refugees from Ukraine come under SGB II in June
# 2022); AE and GF jump also because the procedure that forms households out of the register was changed in 2022.
TOWN_PATH = {
    "SGB": (16.4, 16.8, 17.2, 17.6, 17.4, 17.0, 16.5, 16.3, 15.9, 17.2, 17.4, 17.5),
    "KI": (24.6, 25.2, 25.9, 26.8, 27.0, 26.4, 25.6, 25.2, 24.4, 26.2, 26.6, 26.9),
    "JA": (5.9, 5.8, 5.6, 5.3, 4.9, 4.5, 4.3, 5.4, 4.8, 4.6, 4.7, 4.9),
    "GA": (3.9, 4.1, 4.2, 4.3, 4.4, 4.5, 4.6, 4.7, 4.8, 5.2, 5.4, 5.6),
    "AE": (23.6, 23.7, 23.9, 24.0, 24.1, 24.3, 24.4, 24.5, 24.5, 25.3, 25.4, 25.6),
    "GF": (11.9, 12.1, 12.5, 12.9, 13.0, 13.1, 13.2, 13.3, 13.3, 14.3, 14.5, 14.6),
    "AU": (11.3, 12.0, 13.5, 14.5, 15.2, 15.8, 16.2, 16.6, 17.0, 19.2, 19.8, 20.3),
}

# Shares of under-15s, 15 to 24 and 65+ in %, 2024, by quarter (before they are fitted to the town's shares).
AGE_SHARES = {
    "01": (15.5, 12.4, 15.6),
    "02": (14.5, 13.0, 14.6),
    "03": (7.5, 27.0, 12.0),
    "04": (14.8, 12.3, 17.6),
    "05": (11.0, 10.0, 24.0),
    "06": (17.0, 12.4, 14.0),
    "07": (15.8, 12.2, 16.0),
    "08": (12.5, 9.7, 19.5),
    "09": (12.8, 8.6, 23.0),
    "10": (15.6, 11.4, 17.5),
    "11": (14.5, 10.2, 21.5),
    "12": (14.0, 10.2, 20.5),
    "13": (13.2, 9.4, 23.0),
    "14": (13.5, 10.0, 21.5),
    "15": (16.2, 11.5, 17.0),
    "16": (16.8, 11.5, 16.5),
    "17": (15.0, 11.5, 17.0),
    "18": (14.0, 10.3, 20.5),
    "19": (13.4, 9.0, 23.5),
    "20": (13.8, 10.8, 20.0),
    "21": (12.2, 11.0, 19.5),
    "22": (12.8, 9.2, 23.5),
    "23": (13.0, 9.0, 24.5),
    "24": (9.5, 7.8, 32.5),
    "25": (13.5, 9.2, 24.5),
    "26": (13.0, 8.9, 25.0),
    "27": (12.6, 8.6, 26.5),
}


def vintage_of(year: int) -> str:
    """Give the date from which the boundaries of a 31.12. are valid."""
    return "2013-01-01" if year < 2019 else "2019-01-01"


# Official population of the town on 31.12. (census carried forward): the register counts some 0.7 % more.
OFFICIAL = dict(
    zip(
        YEARS,
        (
            207_160,
            207_420,
            208_910,
            209_530,
            209_380,
            209_240,
            208_790,
            207_980,
            207_310,
            208_850,
            209_260,
            209_530,
        ),
        strict=True,
    )
)

"""The plain twin: every choice of every year, one after the other, by the definitions and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np

from lebenslagen.siting import Demand, Distances, Floor, Grant, Period, Site, SitingProblem


def metres_between(p: SitingProblem) -> dict[tuple[int, int], float]:
    found: dict[tuple[int, int], float] = {}
    for place, site, metres in zip(p.distances.place, p.distances.site, p.distances.metres, strict=True):
        found[int(place), int(site)] = min(found.get((int(place), int(site)), np.inf), float(metres))
    return found


def choices(p: SitingProblem) -> Iterator[dict[str, int]]:
    never = len(p.periods)
    free = [s.id for s in p.sites if not s.existing and not s.barred]
    for when in product(range(never + 1), repeat=len(free)):
        yield {site: t for site, t in zip(free, when, strict=True) if t < never}


def allowed(p: SitingProblem, opened: dict[str, int], walk: dict[tuple[int, int], float]) -> bool:
    by_id = {s.id: s for s in p.sites}
    for t, period in enumerate(p.periods):
        new = [by_id[s] for s, when in opened.items() if when == t]
        if period.most is not None and len(new) > period.most:
            return False
        money = sum(
            s.investment * (1 - (s.grant.share if s.grant and period.year <= s.grant.until else 0))
            for s in new
        )
        money += sum(by_id[s].running for s, when in opened.items() if when <= t)
        if period.budget is not None and money > period.budget + 1e-9:
            return False
    if any(s.must and not s.existing and s.id not in opened for s in p.sites):
        return False
    standing = {s.id for s in p.sites if s.existing} | set(opened)
    if any(
        a in standing and b in standing and not (by_id[a].existing and by_id[b].existing) for a, b in p.apart
    ):
        return False
    return all(_floor(p, floor, opened, walk) for floor in p.floors)


def _floor(
    p: SitingProblem, floor: Floor, opened: dict[str, int], walk: dict[tuple[int, int], float]
) -> bool:
    t = next((k for k, period in enumerate(p.periods) if period.year == floor.by), len(p.periods) - 1)
    standing = {s.id for s in p.sites if s.existing} | {s for s, when in opened.items() if when <= t}
    if floor.sites:
        return len(floor.sites & standing) >= floor.at_least
    people, reached = 0.0, 0.0
    for n, place in enumerate(p.demand.ids):
        if place in floor.places:
            own = sum(
                float(p.demand.people[g][n]) for g in ([floor.group] if floor.group else p.demand.people)
            )
            people += own
            reached += own * (nearest(p, n, standing, walk) <= p.radius)
    return people == 0 or reached / people >= floor.at_least - 1e-9


def nearest(p: SitingProblem, place: int, standing: set[str], walk: dict[tuple[int, int], float]) -> float:
    return min(
        (walk.get((place, k), np.inf) for k, s in enumerate(p.sites) if s.id in standing), default=np.inf
    )


def standing_at(p: SitingProblem, opened: dict[str, int], t: int) -> set[str]:
    return {s.id for s in p.sites if s.existing} | {s for s, when in opened.items() if when <= t}


def weight(p: SitingProblem, place: int) -> float:
    return float(p.demand.factor[place]) * sum(
        w * float(p.demand.people[g][place]) for g, w in p.demand.weights.items()
    )


def best(model: str, p: SitingProblem) -> float | None:
    """The best value there is; None where no choice keeps to the conditions."""
    walk = metres_between(p)
    usable = {k for k, s in enumerate(p.sites) if not s.barred}
    known = [n for n in range(len(p.demand.ids)) if weight(p, n) > 0 and any((n, k) in walk for k in usable)]
    beyond = max(walk.values(), default=0.0)
    priced = any(s.investment or s.running for s in p.sites if not s.existing and not s.barred)
    found: list[float] = []
    for opened in choices(p):
        if not allowed(p, opened, walk):
            continue
        ways = [
            [nearest(p, n, standing_at(p, opened, t), walk) for n in range(len(p.demand.ids))]
            for t in range(len(p.periods))
        ]
        if model == "maximal-cover":
            found.append(
                sum(weight(p, n) for row in ways for n, m in enumerate(row) if m <= p.radius) / len(p.periods)
            )
        elif model == "set-cover":
            reachable = [n for n in known if any(walk.get((n, k), np.inf) <= p.radius for k in usable)]
            if all(ways[-1][n] <= p.radius for n in reachable):
                year = p.periods[0].year
                by_id = {s.id: s for s in p.sites}
                found.append(sum(by_id[s].cost_over(10, year) if priced else 1.0 for s in opened))
        elif model == "p-median":
            found.append(
                sum(weight(p, n) * min(row[n], beyond) for row in ways for n in known) / len(p.periods)
            )
        else:
            found.append(max((min(ways[-1][n], beyond) for n in known), default=0.0))
    if not found:
        return None
    return max(found) if model == "maximal-cover" else min(found)


def question(seed: int) -> SitingProblem:
    """A small random question with all kinds of conditions; distances fall on the limit now and then."""
    draw = np.random.default_rng(seed)
    places, sites = int(draw.integers(1, 9)), int(draw.integers(1, 7))
    two = draw.random() < 0.35
    if two:
        sites = min(sites, 5)
    ids = tuple(f"p{n}" for n in range(places))
    keys = tuple(draw.permutation([f"s{n}" for n in range(sites)]).tolist())
    pairs = [(p, s) for p in range(places) for s in range(sites) if draw.random() < 0.6]
    metres = draw.choice([0.0, 100.0, 200.0, 299.9, 300.0, 300.1, 500.0], len(pairs))
    people = {"all": draw.integers(0, 30, places), "80+": draw.integers(0, 5, places)}
    made = tuple(_site(key, draw) for key in keys)
    free = sum(not s.existing and not s.barred for s in made)
    limit = [int(draw.integers(0, free + 1)) if draw.random() < 0.7 else None for _ in range(2)]
    if two and None not in limit:
        limit[1] = min(limit[1] or 0, free - (limit[0] or 0))
    budget = [float(draw.integers(0, 60)) if draw.random() < 0.3 else None for _ in range(2)]
    periods = tuple(Period(2026 + t, limit[t], budget[t]) for t in range(2 if two else 1))
    floors = []
    if draw.random() < 0.35:
        own = frozenset(draw.choice(keys, int(draw.integers(1, sites + 1)), replace=False).tolist())
        floors.append(
            Floor("Standorte", int(draw.integers(0, len(own) + 1)), sites=own, by=int(draw.choice([0, 2026])))
        )
    if draw.random() < 0.35:
        own = frozenset(draw.choice(ids, int(draw.integers(1, places + 1)), replace=False).tolist())
        floors.append(
            Floor(
                "Menschen",
                float(draw.choice([0.3, 0.5, 1.0])),
                places=own,
                group=str(draw.choice(["", "80+"])),
            )
        )
    apart = tuple((a, b) for k, a in enumerate(keys) for b in keys[k + 1 :] if draw.random() < 0.08)
    return SitingProblem(
        demand=Demand(ids, people, {"all": 1.0, "80+": 2.5}, draw.choice([1.0, 1.5], places)), sites=made,
        distances=Distances([p for p, _ in pairs], [s for _, s in pairs], metres), radius=300.0,
        periods=periods, floors=tuple(floors), apart=apart,
    )  # fmt: skip


def _site(key: str, draw: np.random.Generator) -> Site:
    kind = draw.choice(["free", "existing", "barred", "must"], p=[0.78, 0.1, 0.06, 0.06])
    grant = Grant(float(draw.choice([0.3, 0.8])), "Programm", 2026) if draw.random() < 0.3 else None
    return Site(
        key, existing=kind == "existing", must=kind == "must", barred="Baustelle" if kind == "barred" else "",
        investment=float(draw.integers(0, 20)), running=float(draw.integers(0, 3)), grant=grant,
        lifetime=float(draw.choice([4.0, 15.0])),
    )  # fmt: skip

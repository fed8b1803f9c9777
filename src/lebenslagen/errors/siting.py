"""Faults of a siting question: its places, its sites, its conditions."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "no-sites": FaultKind(
        REJECT, N_("There is no site to choose from."), N_("Deliver candidates or existing sites.")
    ),
    "site-twice": FaultKind(
        REJECT,
        N_("The site {id} occurs twice."),
        N_("Give each site a key of its own, or remove one of the two."),
    ),
    "place-twice": FaultKind(
        REJECT,
        N_("The place {id} occurs twice; its people would count double."),
        N_("Add the two together, or remove one."),
    ),
    "site-unknown": FaultKind(
        REJECT, N_("There is no site {id}."), N_("Correct the key, or take it out of the condition.")
    ),
    "place-unknown": FaultKind(
        REJECT, N_("There is no place {id}."), N_("Correct the key, or take it out of the condition.")
    ),
    "group-unknown": FaultKind(
        REJECT, N_("There is no group {group}. Known: {known}."), N_("Correct the name of the group.")
    ),
    "weight-not-usable": FaultKind(
        REJECT, N_("The weight {weight} cannot be used."), N_("Enter a number from 0 to 1,000,000.")
    ),
    "people-not-usable": FaultKind(
        REJECT,
        N_("{group}: {value} cannot be a number of people."),
        N_("Enter a number from 0 to 100,000,000; 0 where nobody lives."),
    ),
    "lengths-differ": FaultKind(
        REJECT, N_("There are {n} numbers for {places} places."), N_("Deliver one number for each place.")
    ),
    "cost-not-usable": FaultKind(
        REJECT,
        N_("The cost of this site cannot be used: {cost}."),
        N_(
            "Enter investment and running cost from 0 on, a lifetime above 0 years and a grant from 0 to 100 percent."
        ),
    ),
    "site-must-and-barred": FaultKind(
        REJECT,
        N_("The site must be in every plan and may be in none ({reason})."),
        N_("Take back one of the two."),
    ),
    "too-many-distances": FaultKind(
        REJECT,
        N_("{n} pairs of place and site are more than the {most} that can be worked with."),
        N_("Shorten the longest way that is looked at, or take larger places."),
    ),
    "distance-not-usable": FaultKind(
        REJECT,
        N_("A distance is negative, infinite, or belongs to nothing known."),
        N_("Compute the distances anew."),
    ),
    "radius-not-usable": FaultKind(
        REJECT,
        N_("The distance {radius} cannot be used."),
        N_("Enter the metres that people should walk at most."),
    ),
    "periods-not-in-order": FaultKind(
        REJECT,
        N_("The years of building are not in order: {years}."),
        N_("Name each year once, the earliest first."),
    ),
    "more-sites-than-there-are": FaultKind(
        REJECT,
        N_("{wanted} new sites are wanted, there are {there} candidates."),
        N_("Want fewer, or deliver more candidates."),
    ),
    "limit-not-usable": FaultKind(
        REJECT,
        N_("The limits of this year cannot be used (sites: {most}, EUR: {budget})."),
        N_("Enter numbers from 0 on."),
    ),
    "floor-of-nothing": FaultKind(
        REJECT,
        N_("The condition says neither of which sites nor of which places."),
        N_("Name one of the two."),
    ),
    "floor-not-usable": FaultKind(
        REJECT, N_("At least {at_least} cannot be met; the most is {most}."), N_("Lower the condition.")
    ),
    "floor-year-unknown": FaultKind(
        REJECT, N_("In the year {year} nothing is built (years: {years})."), N_("Name one of these years.")
    ),
    "conditions-contradict": FaultKind(
        REJECT,
        N_("This condition cannot hold together with the others named here: {condition}."),
        N_("Give up or ease one of them; then there is a plan."),
    ),
    "no-plan-in-time": FaultKind(
        REJECT, N_("In the time allowed no plan was found."), N_("Allow more time.")
    ),
}

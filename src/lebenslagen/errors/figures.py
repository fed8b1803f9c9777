"""Faults of indicators and of the observations they are computed from."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "key-blank": FaultKind(
        REJECT,
        N_("The key “{key}” is empty or has spaces around it."),
        N_("Enter a short name without spaces around it."),
    ),
    "key-twice": FaultKind(
        REJECT, N_("The key “{key}” is declared more than once."), N_("Give each entry a key of its own.")
    ),
    "below-least": FaultKind(
        REJECT,
        N_("“{key}” is {value}, but must be at least {least}."),
        N_("Enter a number of {least} or more."),
    ),
    "threshold-low": FaultKind(
        REJECT,
        N_("A smallest publishable count of {value} protects nobody."),
        N_("Enter a number of 1 or more, or leave the key out."),
    ),
    "direction-wrong": FaultKind(
        REJECT,
        N_("The direction {value} is neither 1 nor -1."),
        N_("Enter 1 if a higher value means more burden, and -1 if it means less."),
    ),
    "rate-without-base": FaultKind(
        REJECT,
        N_("The indicator “{key}” has neither numerator and denominator nor a rate published by its source."),
        N_("Enter “numerator” and “denominator”, or under “published” the variable with the published rate."),
    ),
    "rate-twice": FaultKind(
        REJECT,
        N_("The indicator “{key}” is declared as computed and as published by its source at once."),
        N_("Remove either “numerator” or “published”."),
    ),
    "rate-summed": FaultKind(
        REJECT,
        N_("The variable “{key}” is a rate and cannot be the sum of others."),
        N_("Add up counts and declare the rate as an indicator."),
    ),
    "less-without-sum": FaultKind(
        REJECT,
        N_("The variable “{key}” names what is taken away, but not from what."),
        N_("Name under “sum_of” what it is taken away from."),
    ),
    "part-of-itself": FaultKind(
        REJECT, N_("The variable “{key}” is made of itself."), N_("Remove it from its own parts.")
    ),
    "part-twice": FaultKind(
        REJECT, N_("The variable “{key}” is used twice in the same sum."), N_("Name each part once.")
    ),
    "area-unknown": FaultKind(
        REJECT,
        N_("There is a value for the area “{area}”, which does not exist with this date of boundaries."),
        N_("Correct the key, or name the right date of boundaries."),
    ),
    "status-unknown": FaultKind(
        REJECT,
        N_("The status “{status}” is not known; known are A, E, O and Q."),
        N_("Enter A (normal), E (estimated), O (missing) or Q (withheld by the supplier)."),
    ),
    "value-without-status": FaultKind(
        REJECT,
        N_("{variable} in the area {area} ({period}) has the value {value}, but the status {status}."),
        N_("Enter the status A or E for a value, or remove the value."),
    ),
    "status-without-value": FaultKind(
        REJECT,
        N_("{variable} in the area {area} ({period}) has no value, but the status {status}."),
        N_("Enter the value, or the status O (missing) or Q (withheld by the supplier)."),
    ),
    "value-infinite": FaultKind(
        REJECT,
        N_("The value for {variable} in the area {area} ({period}) is not a finite number."),
        N_("Enter the number, or the sign for a missing value."),
    ),
    "value-twice": FaultKind(
        REJECT,
        N_("{variable} is there twice for the area {area} ({period}): at {a} and at {b}."),
        N_("Withdraw one of the two deliveries, or declare them for different periods."),
    ),
    "areas-differ": FaultKind(
        REJECT,
        N_("Figures for the areas of {a} and of {b} cannot be put together."),
        N_("Convert the figures to the same areas first."),
    ),
    "derived-delivered": FaultKind(
        REJECT,
        N_("The variable “{key}” is declared as a sum, but is also delivered."),
        N_("Remove either the declaration of the sum or the column of the delivery."),
    ),
    "derived-negative": FaultKind(
        REJECT,
        N_("{variable} in the area {area} ({period}) comes to {value}: more is taken away than there is."),
        N_("Check the figures at {where}; one of them is too small or too large."),
    ),
    "period-mismatch": FaultKind(
        REJECT,
        N_("For {period}, “{key}” has a numerator but no denominator: “{base}” is there for {others} only."),
        N_("Deliver “{base}” for {period}; figures of different periods are not divided by each other."),
    ),
    "crosswalk-other-areas": FaultKind(
        REJECT,
        N_("The crosswalk does not lead from the areas of {a} to those of {b}."),
        N_("Declare the crosswalk between these two dates of boundaries."),
    ),
    "rate-converted": FaultKind(
        REJECT,
        N_("The rate “{key}” cannot be converted to other areas, because rates cannot be added up."),
        N_("Convert numerator and denominator and divide again, or show the rate with its own boundaries."),
    ),
}

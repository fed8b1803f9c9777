"""Faults of the design of an index and of the table it is computed from."""

from __future__ import annotations

from lebenslagen.errors.kinds import N_, REJECT, FaultKind

__all__ = ["ROWS"]

ROWS: dict[str, FaultKind] = {
    "no-indicator": FaultKind(
        REJECT, N_("The index has no indicator."), N_("Declare at least one indicator with its weight.")
    ),
    "indicator-twice": FaultKind(
        REJECT,
        N_("The indicator {indicator} occurs twice and would count double."),
        N_("Remove one of the two; a higher weight says the same openly."),
    ),
    "no-direction": FaultKind(
        REJECT,
        N_("It is not said whether more {indicator} means more burden or less."),
        N_("Enter direction = 1 (more burden) or direction = -1 (less)."),
    ),
    "weight-not-positive": FaultKind(
        REJECT,
        N_("The weight {weight} of {indicator} is not a positive number."),
        N_("Enter a weight above 0; whether more is better or worse is said by the direction."),
    ),
    "weights-sum": FaultKind(
        REJECT,
        N_("The weights sum to {sum}, not to 1."),
        N_('Correct the weights, write them as fractions such as 1/7, or declare weights = "equal".'),
    ),
    "weights-opposed": FaultKind(
        REJECT,
        N_(
            "The first principal component does not point in one direction: "
            "some of {indicators} would count against the others."
        ),
        N_("Check the directions, leave the opposing indicator out, or declare the weights."),
    ),
    "aggregate-needs-positive": FaultKind(
        REJECT,
        N_("“{aggregate}” multiplies and cannot work with values below 0, as “{normalise}” gives them."),
        N_('Choose the normalisation "min-max" or "percentile-rank", or aggregate by "sum".'),
    ),
    "too-many-parts": FaultKind(
        REJECT,
        N_("“{aggregate}” cannot be divided among {n} indicators; at most {most} are possible."),
        N_('Use fewer indicators or aggregate by "sum".'),
    ),
    "class-keys": FaultKind(
        REJECT,
        N_("The class keys ({keys}) are fewer than two, or one occurs twice."),
        N_("Declare at least two classes with different keys."),
    ),
    "cuts-count": FaultKind(
        REJECT,
        N_("The number of cut-offs is {n}; it must be {expected}."),
        N_("Between two classes belongs one cut-off; methods that find the cut-offs themselves take none."),
    ),
    "cuts-not-increasing": FaultKind(
        REJECT,
        N_("The cut-offs {cuts} do not increase."),
        N_("Sort the cut-offs upwards and use each only once."),
    ),
    "closed-count": FaultKind(
        REJECT,
        N_("The number of entries in “upper_closed” is {n}; it must be {expected}."),
        N_("Say for each cut-off whether a score on it belongs to the class below."),
    ),
    "labels-count": FaultKind(
        REJECT,
        N_("The number of class labels is {n}; it must be {expected}."),
        N_("Give each class one label."),
    ),
    "no-classes": FaultKind(
        REJECT, N_("This index declares no classes."), N_("Declare “classes” with keys and cut-offs.")
    ),
    "focus-rule": FaultKind(
        REJECT,
        N_("Fokusquartiere are declared either by classes or by a list of areas, not by both or neither."),
        N_("Keep one of the two."),
    ),
    "focus-decision": FaultKind(
        REJECT,
        N_("A list of Fokusquartiere needs the decision it rests on and its date."),
        N_("Add “decision” and “date”."),
    ),
    "no-dynamics": FaultKind(
        REJECT,
        N_("This index declares no dynamics."),
        N_("Declare [dynamics], or ask for the status."),
    ),
    "empty-panel": FaultKind(
        REJECT,
        N_("There are no values at all for this index."),
        N_("Deliver the sources of its indicators for this period, or choose another period."),
    ),
    "no-change-table": FaultKind(
        REJECT,
        N_("The dynamics are declared, but there is no earlier period to compare with."),
        N_("Declare “change_from”, or leave the dynamics out."),
    ),
    "index-area-twice": FaultKind(
        REJECT,
        N_("These areas occur twice in the indicator table: {areas}."),
        N_("Deliver each area once."),
    ),
    "index-areas-differ": FaultKind(
        REJECT,
        N_("The two tables do not have the same areas; these are in one of them only ({n}): {areas}."),
        N_("Convert the earlier period to the present areas by a crosswalk first."),
    ),
    "indicator-all-missing": FaultKind(
        REJECT,
        N_("The indicator {indicator} has no value in any area."),
        N_("Deliver its source for this period, or leave the indicator out."),
    ),
    "indicator-constant": FaultKind(
        REJECT,
        N_("The indicator {indicator} has the same value in all areas and tells none from another."),
        N_("Check the delivery; leave the indicator out if the value is right."),
    ),
    "sum-constant": FaultKind(
        REJECT,
        N_("The indicators {indicators} cancel each other out: all areas have the same sum."),
        N_("Check the directions of the indicators."),
    ),
    "value-missing": FaultKind(
        REJECT,
        N_("The indicator {indicator} has no value in these areas ({n}): {areas}."),
        N_('Deliver the values, exclude the areas with a reason, or declare missing = "leave-out".'),
    ),
    "value-withheld": FaultKind(
        REJECT,
        N_("The indicator {indicator} is withheld by its supplier in these areas ({n}): {areas}."),
        N_(
            'Declare missing = "interval" or "leave-out", exclude the areas with a reason, or use a coarser level.'
        ),
    ),
    "interval-needs-linear": FaultKind(
        REJECT,
        N_("What an area with a withheld figure can score cannot be told with {steps}."),
        N_('Use z-values and their sum or mean, or declare missing = "leave-out".'),
    ),
    "value-small-base": FaultKind(
        REJECT,
        N_("The indicator {indicator} rests on too few people in these areas ({n}): {areas}."),
        N_('Exclude the areas with a reason, declare missing = "leave-out", or use a coarser level.'),
    ),
    "value-undefined": FaultKind(
        REJECT,
        N_(
            "The indicator {indicator} is not defined in these areas ({n}), because nobody is in its base: {areas}."
        ),
        N_('Exclude the areas with a reason, or declare missing = "leave-out".'),
    ),
    "index-value-infinite": FaultKind(
        REJECT,
        N_("The indicator {indicator} contains a value that is not a finite number."),
        N_("Check the delivery."),
    ),
    "treat-needs-positive": FaultKind(
        REJECT,
        N_("“{treat}” is not defined for all values of {indicator}, because some are 0 or below."),
        N_("Choose another treatment of outliers."),
    ),
    "too-few-areas": FaultKind(
        REJECT,
        N_(
            "The number of areas ({n}) is too small for index classes: with fewer than {least}, "
            "a single area moves mean and spread so much that chance decides the class."
        ),
        N_("Use profiles and comparison values instead of index classes, or a finer level with more areas."),
    ),
    "too-few-areas-for-scores": FaultKind(
        REJECT,
        N_("The number of areas ({n}) is too small for an index; at least {least} are needed."),
        N_("Use profiles and comparison values instead of an index, or a finer level with more areas."),
    ),
    "no-residents": FaultKind(
        REJECT,
        N_("The mean is to count residents, but there is no number of residents for: {areas}."),
        N_('Deliver the residents, or declare reference = "areas".'),
    ),
    "class-empty": FaultKind(
        REJECT,
        N_("Too many areas have the same score: {n} classes of equal size cannot be formed."),
        N_("Use fewer classes or fixed cut-offs."),
    ),
    "only-rates-known": FaultKind(
        REJECT,
        N_("For {indicators} only rates are known, no case numbers: how sure a class is cannot be computed."),
        N_("Deliver numerators and denominators, or show the classes without probability."),
    ),
    "counts-contradict": FaultKind(
        REJECT,
        N_("In {indicator} the numerator is above the denominator or below 0: {areas}."),
        N_("Check the two deliveries."),
    ),
}

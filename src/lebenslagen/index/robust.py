"""How far ranks and classes hang on choices that could have been made otherwise."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from lebenslagen.errors import DesignError, Fault
from lebenslagen.index.compute import Index, build_index, codes_of, reference_of
from lebenslagen.index.design import Classes, IndexDesign, Measure, what_if
from lebenslagen.index.methods import AGGREGATE, NORMALISE, WEIGHT, Array, Reference, plain_total
from lebenslagen.texts import N_

if TYPE_CHECKING:
    import pandas as pd

__all__ = ["Robustness", "Variant", "robustness"]

SPREAD = 0.5  # drawn weights lie between half and one and a half of the declared ones
SCALES = ("z", "min-max", "percentile-rank")


@dataclass(frozen=True, eq=False)
class Variant:
    """One other defensible design: its text (with named values, to be translated) and the design.

    >>> Variant(N_("without {indicator}"), {"indicator": "AE"}, None).values["indicator"]
    'AE'
    """

    text: str
    values: Mapping[str, str] = field(default_factory=dict)
    design: IndexDesign | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "values", MappingProxyType(dict(self.values)))


@dataclass(frozen=True, eq=False)
class Robustness:
    """Ranks and classes of the status under other designs.

    `variants`: in the order of the columns of `ranks` (1 is the most burdened) and `classes`: areas x variants. `same`:
    share of the variants in which the area has its class. `lowest`, `highest`: its best and worst rank in them.
    `same_weights`: share of `draws` designs with other weights in which it has its class (each weight between half and
    one and a half of the declared one). `impossible`: variants the data do not allow, such as a principal component
    that points in two directions.

    >>> from lebenslagen.index import robustness
    >>> from lebenslagen.index.examples import ten_quarters
    >>> _, design, numerators, denominators = ten_quarters()
    >>> robust = robustness(design, 100 * numerators / denominators, draws=20, seed=1)
    >>> float(robust.same["10"]), float(robust.same_weights["10"])
    (1.0, 1.0)
    """

    index: Index
    variants: tuple[Variant, ...]
    ranks: pd.DataFrame
    classes: pd.DataFrame
    same: pd.Series[float]
    lowest: pd.Series[int]
    highest: pd.Series[int]
    same_weights: pd.Series[float]
    draws: int
    seed: int
    impossible: tuple[Variant, ...]


def robustness(
    design: IndexDesign,
    panel: pd.DataFrame,
    *,
    weights: pd.Series[float] | None = None,
    draws: int = 1000,
    seed: int,
) -> Robustness:
    """How the status moves when each choice is made otherwise: one at a time, and the weights `draws` times at random.

    Other choices: each indicator left out, another common scale (where the sum is rescaled, so that the cut-offs keep
    their meaning), another reference population (with `weights`, residents), other weights, outliers drawn in.
    `panel`: areas x indicators. Raises DesignError as `build_index` does, and where the design has no classes.
    Source: Saisana, Saltelli and Tarantola 2005, J. R. Stat. Soc. A 168, 307-323; OECD/JRC handbook 2008, step 7.

    >>> from lebenslagen.index.examples import ten_quarters
    >>> _, design, numerators, denominators = ten_quarters()
    >>> robust = robustness(design, 100 * numerators / denominators, draws=10, seed=1)
    >>> [variant.text for variant in robust.variants][:2], len(robust.variants)
    (['without {indicator}', 'without {indicator}'], 6)
    """
    import pandas as pd

    plain, chosen = replace(design, dynamics=None, focus=None), design.status.classes
    if chosen is None:
        raise DesignError(Fault("no-classes", f"{design.place}.status"))
    index = build_index(plain, panel, weights=weights)
    reference = reference_of(plain, index.areas, weights)
    computed, impossible = _computed(list(_variants(plain, weights is not None)), panel, weights)
    columns = range(len(computed))
    ranks = pd.DataFrame({i: ranked(found.status.scores) for i, (_, found) in enumerate(computed)})
    classes = pd.DataFrame(
        {i: found.status.classes for i, (_, found) in enumerate(computed)}, columns=columns
    )
    return Robustness(
        index=index,
        variants=tuple(variant for variant, _ in computed),
        ranks=ranks,
        classes=classes,
        same=_same(classes, index),
        lowest=ranks.min(axis=1),
        highest=ranks.max(axis=1),
        same_weights=pd.Series(_same_weights(index, chosen, reference, draws, seed), index=list(index.areas)),
        draws=draws,
        seed=seed,
        impossible=tuple(impossible),
    )


def ranked(scores: pd.Series[float]) -> pd.Series[int]:
    """Ranks from 1, the most burdened; equal scores share the better rank.

    >>> import pandas as pd
    >>> ranked(pd.Series([0.5, 2.0, 2.0], index=["a", "b", "c"])).to_dict()
    {'a': 3, 'b': 1, 'c': 1}
    """
    return scores.rank(method="min", ascending=False).astype(int)


def _computed(
    variants: list[Variant], panel: pd.DataFrame, weights: pd.Series[float] | None
) -> tuple[list[tuple[Variant, Index]], list[Variant]]:
    """The variants with their index, and those the data do not allow."""
    computed, impossible = [], []
    for variant in variants:
        assert variant.design is not None
        try:
            computed.append((variant, build_index(variant.design, panel, weights=weights)))
        except DesignError:
            impossible.append(variant)
    return computed, impossible


def _variants(design: IndexDesign, residents: bool) -> Iterator[Variant]:
    status = design.status
    if len(status.parts) > 1:
        for key in status.keys:
            yield Variant(N_("without {indicator}"), {"indicator": key}, what_if(design, without=key))
    for scale in SCALES if _scale_free(status) else ():
        if scale != status.normalise:
            values = {"method": NORMALISE[scale].label}
            yield Variant(N_("common scale: {method}"), values, what_if(design, normalise=scale))
    for weighting in ("equal", "pca"):
        if weighting != status.weights and not (weighting == "equal" and _all_equal(status)):
            yield Variant(
                N_("weights: {method}"),
                {"method": WEIGHT[weighting].label},
                what_if(design, weights=weighting),
            )
    if status.treat == "none":
        yield Variant(N_("outliers drawn in"), {}, what_if(design, treat="winsorise"))
    if residents:
        other = "residents" if design.reference == "areas" else "areas"
        text = N_("mean over residents instead of areas") if other == "residents" else N_("mean over areas")
        yield Variant(text, {}, what_if(design, reference=other))


def _scale_free(measure: Measure) -> bool:
    """Whether the cut-offs still mean the same when the indicators are put on another scale."""
    return measure.rescale != "none" or (measure.classes is not None and measure.classes.method != "cuts")


def _same(classes: pd.DataFrame, index: Index) -> pd.Series[float]:
    own = np.array(index.status.classes, dtype=object)[:, None]
    return classes.eq(own).mean(axis=1)


def _all_equal(measure: Measure) -> bool:
    return len({float(part.weight) for part in measure.parts}) == 1


def _same_weights(index: Index, classes: Classes, reference: Reference, draws: int, seed: int) -> Array:
    """In which share of designs with other weights each area keeps its class: (areas)."""
    measure = index.design.status
    digest = hashlib.sha256(f"{seed}\nweights".encode()).digest()
    chance = np.random.Generator(np.random.Philox(key=int.from_bytes(digest[:16], "little")))
    declared = np.asarray(index.status.weights, dtype=np.float64)
    drawn = declared * chance.uniform(1 - SPREAD, 1 + SPREAD, (draws, len(declared)))
    z = index.status.z.to_numpy(dtype=np.float64).T
    sums = AGGREGATE[measure.aggregate].function(z, drawn / plain_total(drawn), reference)
    scores = NORMALISE[measure.rescale].function(sums, reference)
    codes, _ = codes_of(classes, scores, reference)
    own, _ = codes_of(classes, np.asarray(index.status.scores, dtype=np.float64), reference)
    share: Array = np.equal(codes, own).mean(axis=0)
    return share

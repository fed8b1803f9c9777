"""Every optimum is that of the plain twin, floors, years and budgets included."""

from __future__ import annotations

import pytest

from lebenslagen.errors import InfeasibleError
from lebenslagen.siting import MODELS, value_of, worth
from tests.siting.twin import best, question


@pytest.mark.parametrize("model", sorted(MODELS))
@pytest.mark.parametrize("block", range(5))
def test_as_the_twin(model: str, block: int) -> None:
    refused = 0
    for seed in range(100 * block, 100 * block + 100):
        asked = question(seed)
        wanted = best(model, asked)
        try:
            plan = MODELS[model](asked)
        except InfeasibleError as error:
            assert wanted is None, f"seed {seed}: {error}"
            refused += 1
            continue
        assert wanted is not None, f"seed {seed}: a plan where there is none"
        assert plan.value == pytest.approx(wanted, rel=1e-9, abs=1e-9), f"seed {seed}"
        assert (plan.proven, plan.gap) == (True, 0.0), f"seed {seed}"
        assert plan.worth.sound
        assert value_of(model, asked, plan.worth.opened) == plan.value
        assert worth(asked, plan.worth.opened).people == plan.worth.people
    assert 0 < refused < 60

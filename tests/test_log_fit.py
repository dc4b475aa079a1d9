"""The fit that a scenario chooses: every distribution from the log into the simulation."""

from __future__ import annotations

import numpy as np
import pytest
from test_restoration import logged, with_log

from svcimpact.incident.draws import draw_incidents
from svcimpact.incident.likelihood import fit
from svcimpact.incident.log_fit import choose_pool, fit_pool, from_log
from svcimpact.incident.scenario import Incident, RandomIncidents, Scenario
from svcimpact.portfolio import Portfolio

HOURS = [1.0, 2, 3, 5, 8, 13, 21, 34, 55, 89]


def portfolio() -> Portfolio:
    return with_log(logged(HOURS))


@pytest.mark.parametrize("distribution", ["weibull", "gamma", "lognormal"])
def test_a_named_distribution_is_fitted(distribution: str) -> None:
    """The restoration has the parameters of the maximum-likelihood fit."""
    found = from_log(portfolio(), "core", 1, distribution=distribution, elapsed_hours=3)
    assert found is not None
    assert found.distribution == distribution
    assert (found.shape, found.scale) == fit(np.array(HOURS), np.zeros(10, bool), distribution)
    assert found.elapsed_hours == 3
    assert found.source == "fitted to 10 closed and 0 open: severity 1 of core"


def test_lognormal_stays_what_is_fitted_where_none_is_named() -> None:
    """Nothing named is the lognormal, as it always was."""
    assert from_log(portfolio(), "core", 1) == from_log(
        portfolio(), "core", 1, distribution="lognormal"
    )


def test_best_is_told_by_its_name() -> None:
    """The best of three is named in the words of the restoration."""
    found = from_log(portfolio(), "core", 1, distribution="best")
    assert found is not None
    assert found.describe() == (
        f"{found.distribution}, median 10.1 h, P90 "
        f"{found.draw(np.array([0.9]))[0]:.3g} h (best of 3 by AIC, fitted to 10 closed and 0 "
        "open: severity 1 of core)"
    )


def test_the_empirical_one_draws_the_log() -> None:
    """Each length of the log, equally often; after six hours, those longer than six."""
    found = from_log(portfolio(), "core", 1, distribution="empirical")
    assert found is not None
    even = (np.arange(1000) + 0.5) / 1000
    lengths, counts = np.unique(found.draw(even), return_counts=True)
    assert lengths.tolist() == HOURS
    assert counts.tolist() == [100] * 10
    pool = choose_pool(portfolio().incidents, "core", 1)
    assert pool is not None
    later = fit_pool(pool, "empirical", elapsed_hours=6.0)
    lengths, counts = np.unique(later.draw(even), return_counts=True)
    assert lengths.tolist() == HOURS[4:]
    assert counts.min() >= 166
    assert later.survival(np.array([5.0, 8, 89])).tolist() == pytest.approx([1, 5 / 6, 0])


def test_the_simulation_draws_what_the_scenario_chooses() -> None:
    """Stated and random incidents last as long as lengths in the log, where it is empirical."""
    scenario = Scenario(
        incidents=(Incident("core", start="2026-01-06", from_log=True, distribution="empirical"),),
        random_incidents=RandomIncidents(250, from_log=True, distribution="empirical"),
        runs=200,
    )
    arrivals = draw_incidents(portfolio(), scenario)
    assert set(arrivals.hours) == set(HOURS)
    assert arrivals.sources[1].restoration.distribution == "empirical"
    plain = Scenario(random_incidents=RandomIncidents(250, from_log=True, distribution="best"))
    source = draw_incidents(portfolio(), plain).sources[0]
    assert source.restoration == from_log(portfolio(), "core", 1, distribution="best")


def test_quantiles_of_random_incidents_take_their_distribution() -> None:
    """A median and a P90 with rates are a gamma where one is asked for."""
    chance = RandomIncidents(
        250, rates={"core": 5}, median_hours=4, p90_hours=20, distribution="gamma"
    )
    law = draw_incidents(portfolio(), Scenario(random_incidents=chance)).sources[0].restoration
    assert law.distribution == "gamma"
    np.testing.assert_allclose(law.draw(np.array([0.5, 0.9])), [4, 20])

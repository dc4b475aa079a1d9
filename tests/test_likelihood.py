"""Fits with censoring, against closed forms, score equations, textbooks and another optimiser."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import optimize, special, stats
from test_survival import STILL, WEEKS

from svcimpact.incident.likelihood import fit, log_likelihood, refit
from svcimpact.incident.restoration import DISTRIBUTIONS

# Millions of revolutions until 23 ball bearings failed: Lieblein and Zelen, Journal of Research
# of the National Bureau of Standards 57 (1956).
BEARINGS = np.array(
    [17.88, 28.92, 33.00, 41.52, 42.12, 45.60, 48.48, 51.84, 51.96, 54.12, 55.56, 67.80, 68.64,
     68.64, 68.88, 84.12, 93.12, 98.64, 105.12, 105.84, 127.92, 128.04, 173.40]
)  # fmt: skip
NONE = np.zeros(len(BEARINGS), bool)
LAWS = {
    "lognormal": lambda shape, scale: stats.lognorm(shape, scale=scale),
    "weibull": lambda shape, scale: stats.weibull_min(shape, scale=scale),
    "gamma": lambda shape, scale: stats.gamma(shape, scale=scale),
}


def drawn(distribution: str, seed: int, count: int = 80) -> tuple[np.ndarray, np.ndarray]:
    """Return lengths of a known distribution, a third of them cut off at times of their own."""
    rng = np.random.default_rng(seed)
    hours = LAWS[distribution](1.4, 6.0).rvs(count, random_state=rng)
    until = rng.uniform(1, 25, count)
    return np.minimum(hours, until), hours > until


def by_scipy(hours: np.ndarray, still: np.ndarray, distribution: str, log_at: np.ndarray) -> float:
    """Return minus the log-likelihood by scipy's own density and survival functions."""
    law = LAWS[distribution](*np.exp(log_at))
    return -float(law.logpdf(hours[~still]).sum() + law.logsf(hours[still]).sum())


def test_weibull_against_the_published_fit_of_the_ball_bearings() -> None:
    """Shape 2.10 and scale 81.9: Lawless, Statistical Models and Methods for Lifetime Data."""
    shape, scale = fit(BEARINGS, NONE, "weibull")
    assert round(shape, 2) == 2.10
    assert round(scale, 1) == 81.9


def test_lognormal_against_the_published_fit_of_the_ball_bearings() -> None:
    """Mu 4.15 and sigma 0.522, ibid.; the maximum likelihood has n below, not n - 1."""
    sigma, median = fit(BEARINGS, NONE, "lognormal")
    assert round(np.log(median), 2) == 4.15
    assert round(sigma, 3) == 0.522


def test_exponential_with_censoring_against_its_closed_form() -> None:
    """Of all exponentials, that of mean total time by restored count (359 / 9) is likeliest."""
    mean = WEEKS.sum() / 9
    assert mean == pytest.approx(359 / 9)
    best = log_likelihood(WEEKS, STILL, "weibull", 1.0, mean)
    assert best == pytest.approx(-9 * np.log(mean) - 9)
    for other in (0.99, 1.01):
        assert log_likelihood(WEEKS, STILL, "weibull", 1.0, other * mean) < best
        assert log_likelihood(WEEKS, STILL, "gamma", 1.0, mean * other) < best


@pytest.mark.parametrize("search", [fit, refit])
def test_weibull_with_censoring_solves_its_score_equations(search) -> None:
    """``sum t^k ln t / sum t^k - 1/k`` is the mean log of the restored; the scale follows."""
    start = () if search is fit else (1.0, 30.0)
    shape, scale = search(WEEKS, STILL, "weibull", *start)
    powers = WEEKS**shape
    left = (powers * np.log(WEEKS)).sum() / powers.sum() - 1 / shape
    assert left == pytest.approx(np.log(WEEKS[~STILL]).mean(), abs=2e-4)
    assert scale == pytest.approx((powers.sum() / 9) ** (1 / shape), rel=2e-4)


def test_gamma_solves_its_score_equations() -> None:
    """``ln a - digamma(a)`` is the log of the mean less the mean of the logs."""
    shape, scale = fit(BEARINGS, NONE, "gamma")
    gap = np.log(BEARINGS.mean()) - np.log(BEARINGS).mean()
    assert np.log(shape) - special.digamma(shape) == pytest.approx(gap, rel=1e-4)
    assert shape * scale == pytest.approx(BEARINGS.mean(), rel=1e-4)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_censored_fits_against_another_optimiser(distribution: str, seed: int) -> None:
    """BFGS on scipy's densities, from elsewhere, ends at the same parameters and likelihood."""
    hours, still = drawn(distribution, seed)
    assert 0.15 < still.mean() < 0.5
    found = optimize.minimize(
        lambda at: by_scipy(hours, still, distribution, at), np.log([0.8, 10.0]), method="BFGS"
    )
    for shape, scale in (
        fit(hours, still, distribution),
        refit(hours, still, distribution, 0.8, 10.0),
    ):
        np.testing.assert_allclose([shape, scale], np.exp(found.x), rtol=2e-3)
        mine = log_likelihood(hours, still, distribution, shape, scale)
        assert mine == pytest.approx(-found.fun, abs=1e-4)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_likelihood_against_scipy(distribution: str) -> None:
    """Densities and survival functions add up to scipy's, far out too."""
    hours, still = drawn(distribution, 9)
    hours[:2] = [1e-3, 200.0]
    for at in ([0.5, 3.0], [1.0, 30.0], [2.5, 8.0]):
        mine = log_likelihood(hours, still, distribution, *at)
        assert mine == pytest.approx(-by_scipy(hours, still, distribution, np.log(at)), rel=1e-9)


@pytest.mark.parametrize("distribution", ["weibull", "gamma"])
def test_the_unit_does_not_matter(distribution: str) -> None:
    """The same log in minutes has the same shape, and a scale 60 times as large."""
    hours, still = drawn(distribution, 5)
    one, other = (fit(hours * unit, still, distribution) for unit in (1, 60))
    assert other[0] == pytest.approx(one[0], rel=1e-9)
    assert other[1] == pytest.approx(60 * one[1], rel=1e-9)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_one_length_is_that_length(distribution: str) -> None:
    """Where all lasted alike, so does the fit, instead of a search that never ends."""
    hours, still = np.full(9, 4.0), np.array([True] + [False] * 8)
    for shape, scale in (
        fit(hours, still, distribution),
        refit(hours, still, distribution, 1.0, 4.0),
    ):
        ends = LAWS[distribution](shape, scale).ppf([0.01, 0.99])
        np.testing.assert_allclose(ends, 4.0, rtol=1e-3)

"""Restoration times: quantiles, conditional forecasts and fits, against closed forms and scipy."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from paper import paper
from scipy import stats

from svcimpact.incident.log_fit import from_log, last_date
from svcimpact.incident.restoration import (
    DISTRIBUTIONS,
    LONGEST,
    Restoration,
    fixed,
    from_quantiles,
)
from svcimpact.portfolio import Portfolio

UNIFORMS = np.array([0.0, 0.1, 0.5, 0.9, 0.999])
NOTHING = paper()
OPENED = pd.Timestamp("2025-01-01 08:00")


def law(found: Restoration):  # type: ignore[no-untyped-def]
    """Return the same distribution by scipy."""
    return {
        "lognormal": stats.lognorm(found.shape, scale=found.scale),
        "weibull": stats.weibull_min(found.shape, scale=found.scale),
        "gamma": stats.gamma(found.shape, scale=found.scale),
    }[found.distribution]


def logged(
    hours: list[float] | np.ndarray,
    still_open: list[bool] | np.ndarray | None = None,
    service: str | list[str] = "core",
    severity: int | list[int] = 1,
    apart_hours: float = 1000.0,
) -> list[dict[str, object]]:
    """Return a log of incidents that opened one after another and lasted so long."""
    rows: list[dict[str, object]] = []
    for i, length in enumerate(hours):
        opened = OPENED + pd.Timedelta(hours=apart_hours * i)
        restored = opened + pd.Timedelta(microseconds=round(length * 3.6e9))
        rows.append(
            {
                "incident": f"I{i}",
                "service": service if isinstance(service, str) else service[i],
                "severity": severity if isinstance(severity, int) else severity[i],
                "opened": opened,
                "restored": None if still_open is not None and still_open[i] else restored,
            }
        )
    return rows


def with_log(rows: list[dict[str, object]]) -> Portfolio:
    return paper(services=[{"service": "core"}, {"service": "mail"}], incidents=rows)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize(("median", "p90"), [(16, 72), (4, 4.5), (0.5, 400), (10, 10.001)])
def test_quantiles_against_scipy(distribution: str, median: float, p90: float) -> None:
    """Every distribution has, by scipy, the median and the 90th percentile asked for."""
    found = from_quantiles(median, p90, distribution=distribution)
    assert law(found).ppf(0.5) == pytest.approx(median, rel=1e-9)
    assert law(found).ppf(0.9) == pytest.approx(p90, rel=1e-9)
    np.testing.assert_allclose(found.draw(np.array([0.5, 0.9])), [median, p90], rtol=1e-9)


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
def test_draws_against_scipy(distribution: str) -> None:
    """A draw is the inverse of scipy's distribution function."""
    found = from_quantiles(16, 72, distribution=distribution)
    np.testing.assert_allclose(found.draw(UNIFORMS), law(found).ppf(UNIFORMS), rtol=1e-12)


def test_lognormal_against_its_closed_form() -> None:
    """Sigma is ln(P90 / median) / z(0.9), the scale is the median."""
    found = from_quantiles(16, 72)
    assert found.scale == 16
    assert found.shape == pytest.approx(np.log(72 / 16) / 1.2815515655446004)


def test_gamma_so_narrow_that_it_is_one_length() -> None:
    """A gamma too narrow to be told from one length is that length."""
    found = from_quantiles(10, 10 + 1e-8, distribution="gamma")
    np.testing.assert_allclose(found.draw(UNIFORMS[1:]), 10, rtol=1e-5)


def test_fixed_is_fixed() -> None:
    """A fixed restoration takes its hours whatever is drawn, and no less than has passed."""
    assert fixed(26).draw(UNIFORMS).tolist() == [26.0] * 5
    assert fixed(26, elapsed_hours=30).draw(UNIFORMS).tolist() == [30.0] * 5


@pytest.mark.parametrize("distribution", DISTRIBUTIONS)
@pytest.mark.parametrize("elapsed", [0.001, 5.0, 40.0, 300.0])
def test_conditional_against_the_survival_function(distribution: str, elapsed: float) -> None:
    """Given x hours have passed, P(T > t | T > x) is S(t) / S(x)."""
    plain = from_quantiles(16, 72, distribution=distribution)
    found = from_quantiles(16, 72, distribution=distribution, elapsed_hours=elapsed)
    drawn = found.draw(UNIFORMS)
    assert (drawn >= elapsed).all()
    surviving = law(plain).sf(drawn) / law(plain).sf(elapsed)
    np.testing.assert_allclose(surviving, 1 - UNIFORMS, rtol=1e-6, atol=1e-12)


def test_memoryless_against_the_closed_form() -> None:
    """An exponential (Weibull of shape 1) forgets: what is left is distributed as at first."""
    median = 10 * np.log(2)
    p90 = 10 * np.log(10)
    fresh = from_quantiles(median, p90, distribution="weibull")
    assert fresh.shape == pytest.approx(1)
    waited = from_quantiles(median, p90, distribution="weibull", elapsed_hours=1000)
    np.testing.assert_allclose(waited.draw(UNIFORMS) - 1000, fresh.draw(UNIFORMS), atol=1e-8)


def test_far_out_it_ends_any_moment() -> None:
    """Where the survival function is below every number, what is left is nothing."""
    found = from_quantiles(10, 11, distribution="gamma", elapsed_hours=5000)
    assert found.draw(UNIFORMS).tolist() == [5000.0] * 5


def test_nothing_lasts_longer_than_a_century() -> None:
    """Draws of a boundless law stop at a century, with hours passed and without."""
    wild = np.array([0.999999999])
    assert from_quantiles(16, 90_000).draw(wild).tolist() == [LONGEST]
    assert from_quantiles(16, 90_000, elapsed_hours=9).draw(wild).tolist() == [LONGEST]


@settings(max_examples=60, deadline=None)
@example(1.0, 3.1953125, "weibull", 848.0)
@example(1.0, 3.1953125, "weibull", 770.0)
@example(0.1, 1.01, "gamma", 2000.0)
@given(
    st.floats(0.1, 1000),
    st.floats(1.01, 50),
    st.sampled_from(DISTRIBUTIONS),
    st.floats(0, 2000),
)
def test_draws_rise_with_their_uniform(
    median: float, ratio: float, distribution: str, elapsed: float
) -> None:
    """A larger uniform never gives a shorter restoration, and none ends before now."""
    found = from_quantiles(median, median * ratio, distribution=distribution, elapsed_hours=elapsed)
    drawn = found.draw(np.linspace(0, 0.9999, 50))
    assert np.isfinite(drawn).all()
    assert (np.diff(drawn) >= -1e-9 * drawn[1:]).all()
    assert (drawn >= elapsed).all()


def test_words() -> None:
    """A restoration tells its law, its quantiles, what has passed and where it comes from."""
    assert fixed(26).describe() == "fixed at 26 h"
    assert from_quantiles(16, 72, distribution="gamma", elapsed_hours=3).describe() == (
        "gamma, median 16 h, P90 72 h, given that 3 h have passed"
    )
    found = from_log(with_log(logged([4.0] * 4 + [9.0] * 4)), "core", 1)
    assert found is not None
    assert found.describe() == (
        "lognormal, median 6 h, P90 10.1 h (fitted to 8 closed and 0 open: severity 1 of core)"
    )


def test_fit_without_censoring_against_the_closed_form() -> None:
    """With all incidents closed, the median is exp of the mean log and sigma its spread."""
    hours = np.array([1.0, 2, 3, 5, 8, 13, 21, 34, 55])
    found = from_log(with_log(logged(hours)), "core", 1, elapsed_hours=7)
    assert found is not None
    assert found.scale == pytest.approx(np.exp(np.log(hours).mean()), rel=1e-12)
    assert found.shape == pytest.approx(np.sqrt(np.mean(np.log(hours / found.scale) ** 2)))
    assert (found.distribution, found.elapsed_hours) == ("lognormal", 7.0)


def test_restored_at_once_counts_as_a_minute() -> None:
    """An incident that was over at once does not send the logarithm to minus infinity."""
    found = from_log(with_log(logged([0.0] * 8)), "core", 1)
    assert found is not None
    assert found.scale == pytest.approx(1 / 60)
    assert 0 < found.shape <= 1e-6


def censored(seed: int, count: int, sigma: float, median: float, after: float) -> list[dict]:
    """Return incidents opened at one time, those over `after` hours still open when told."""
    hours = stats.lognorm(sigma, scale=median).rvs(count, random_state=seed)
    rows = logged(hours, hours > after, apart_hours=0.0)
    # One more, opened the moment the log was drawn: it says until when the others are known.
    mark = OPENED + pd.Timedelta(hours=after)
    rows.append({**rows[0], "incident": "last", "opened": mark, "restored": None})
    return rows


def likelihood(log: pd.DataFrame, sigma: float, median: float) -> float:
    """Return the log-likelihood of a log, incidents still open right-censored at its end."""
    hours = (log["restored"].fillna(last_date(log)) - log["opened"]).dt.total_seconds() / 3600
    hours = hours.clip(lower=1 / 60)
    model = stats.lognorm(sigma, scale=median)
    still = log["restored"].isna()
    return float(model.logpdf(hours[~still]).sum() + model.logsf(hours[still]).sum())


def test_open_incidents_are_censored_not_dropped() -> None:
    """Four in ten still open: the fit finds the truth, where dropping them is far off."""
    sigma, median, after = 1.0, 20.0, 26.0
    portfolio = with_log(censored(3, 2000, sigma, median, after))
    log = portfolio.incidents
    assert 0.3 < log["restored"].isna().mean() < 0.5
    found = from_log(portfolio, "core", 1)
    assert found is not None
    # The spread of the estimate from the curvature of the likelihood at the truth.
    step = 1e-3
    at = np.log([sigma, median])
    curve = np.empty((2, 2))
    for i in range(2):
        for j in range(2):
            corners = [
                a * b * likelihood(log, *np.exp(at + step * (a * np.eye(2)[i] + b * np.eye(2)[j])))
                for a in (1, -1)
                for b in (1, -1)
            ]
            curve[i, j] = -sum(corners) / (4 * step**2)
    error = np.sqrt(np.diag(np.linalg.inv(curve)))
    away = np.abs(np.log([found.shape, found.scale]) - at)
    assert (away < 4 * error + 0.01).all()
    closed = log["restored"].dropna() - log["opened"][log["restored"].notna()]
    dropped = np.exp(np.log(closed.dt.total_seconds().clip(lower=60) / 3600).mean())
    assert dropped < 0.6 * median
    assert abs(np.log(dropped / median)) > 10 * away[1]


def test_censored_fit_is_the_maximum_of_the_likelihood() -> None:
    """No step away from the fit, in either parameter, makes the log more likely."""
    portfolio = with_log(censored(11, 60, 0.8, 10.0, 14.0))
    found = from_log(portfolio, "core", 1)
    assert found is not None
    best = likelihood(portfolio.incidents, found.shape, found.scale)
    for sigma, median in ((1.02, 1), (0.98, 1), (1, 1.02), (1, 0.98)):
        away = likelihood(portfolio.incidents, found.shape * sigma, found.scale * median)
        assert away < best


def test_recovery_of_the_parameters_over_many_logs() -> None:
    """Over 40 logs of 100, the mean of the fits is the truth within 4 standard errors."""
    fits = []
    for seed in range(40):
        log = pd.DataFrame(censored(seed, 100, 1.0, 20.0, 30.0))
        log["restored"] = pd.to_datetime(log["restored"])
        portfolio = _bare(log)
        found = from_log(portfolio, "core", 1)
        assert found is not None
        fits.append([found.shape, np.log(found.scale)])
    mean, error = np.mean(fits, axis=0), np.std(fits, axis=0) / np.sqrt(len(fits))
    # Of a hundred, maximum likelihood makes sigma about one percent too small.
    assert abs(mean[0] - 1.0) < 4 * error[0] + 0.01
    assert abs(mean[1] - np.log(20.0)) < 4 * error[1]


def _bare(log: pd.DataFrame) -> Portfolio:
    """Return a portfolio with this log, without the time it takes to check it."""
    return replace(NOTHING, incidents=log)


def test_pools_from_the_service_to_all() -> None:
    """With too few of its own, a service takes the same severity of all, then the whole log."""
    services = ["core"] * 8 + ["mail"] * 5 + ["core"] * 3
    severity = [1] * 8 + [1] * 5 + [3] * 3
    hours = [2.0] * 8 + [8.0] * 5 + [64.0] * 3
    portfolio = with_log(logged(hours, service=services, severity=severity))
    own = from_log(portfolio, "core", 1)
    same = from_log(portfolio, "mail", 1)
    whole = from_log(portfolio, "core", 3)
    assert own is not None
    assert same is not None
    assert whole is not None
    assert own.scale == pytest.approx(2)
    assert same.scale == pytest.approx(2 ** (23 / 13))
    assert whole.scale == pytest.approx(2 ** (41 / 16))
    assert own.source == "fitted to 8 closed and 0 open: severity 1 of core"
    assert same.source == "fitted to 13 closed and 0 open: severity 1 of all services"
    assert whole.source == "fitted to 16 closed and 0 open: all incidents"


def test_open_incidents_do_not_count_as_closed() -> None:
    """Seven closed and many open ones are too few; None is told, not a fit."""
    still = [False] * 7 + [True] * 9
    assert from_log(with_log(logged([3.0] * 16, still)), "core", 1) is None
    assert from_log(paper(), "core", 1) is None


def test_last_date_is_the_latest_of_both() -> None:
    """The log ends with its latest strike or restoration."""
    rows = logged([1.0, 2.0], [False, True])
    assert last_date(with_log(rows).incidents) == rows[1]["opened"]
    assert last_date(with_log(rows[:1]).incidents) == rows[0]["restored"]

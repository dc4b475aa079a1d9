"""How well a fit fits: distances, likelihoods and limits, against scipy and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from svcimpact.incident.goodness import distance, fit_all, fit_table, quantile_table
from svcimpact.incident.likelihood import log_likelihood
from svcimpact.incident.log_fit import Pool
from svcimpact.incident.restoration import DISTRIBUTIONS, Restoration
from svcimpact.incident.survival import kaplan_meier


def pool(hours: np.ndarray, still: np.ndarray | None = None, known: float = 1e4) -> Pool:
    still = np.zeros(len(hours), bool) if still is None else still
    return Pool("all", "all incidents", hours, still, np.full(len(hours), known))


def logs(seed: int, count: int = 40) -> np.ndarray:
    return stats.lognorm(1.0, scale=5.0).rvs(count, random_state=seed)


@pytest.mark.parametrize("seed", [1, 2])
def test_distance_without_open_incidents_against_scipy(seed: int) -> None:
    """It is the statistic of Kolmogorov and Smirnov."""
    hours = logs(seed)
    law = Restoration("weibull", 0.9, 7.0)
    expected = stats.kstest(hours, stats.weibull_min(0.9, scale=7.0).cdf).statistic
    assert distance(hours, np.zeros(40, bool), law) == pytest.approx(expected, rel=1e-12)


def test_distance_with_open_incidents_by_hand() -> None:
    """Of 1, 2+ and 3: Kaplan-Meier is 2/3, then 0; at 3 an exponential of mean 2 has e^-1.5."""
    law = Restoration("weibull", 1.0, 2.0)
    found = distance(np.array([1.0, 2, 3]), np.array([False, True, False]), law)
    before, after = 2 / 3 - np.exp(-1.5), np.exp(-1.5)
    at_first = max(1 - np.exp(-0.5), abs(2 / 3 - np.exp(-0.5)))
    assert found == pytest.approx(max(before, after, at_first))


def test_p_value_against_scipys_goodness_of_fit() -> None:
    """For the lognormal of a closed log, scipy's Monte Carlo test with its own fits agrees."""
    hours = stats.weibull_min(0.9, scale=6.0).rvs(45, random_state=3)
    fitted = fit_all(pool(hours), resamples=199, seed=1)
    row = fit_table(pool(hours), fitted, 0.9).set_index("distribution").loc["lognormal"]
    other = stats.goodness_of_fit(
        stats.lognorm, hours, known_params={"loc": 0}, statistic="ks", n_mc_samples=999,
        rng=np.random.default_rng(7),
    )  # fmt: skip
    assert 0.02 < other.pvalue < 0.7
    error = np.hypot(row["ks_p_se"], np.sqrt(other.pvalue * (1 - other.pvalue) / 1000))
    assert abs(row["ks_p"] - other.pvalue) < 4 * error
    # The tables for a distribution that was not fitted find nothing wrong with it.
    assert stats.kstest(hours, stats.lognorm(row["shape"], scale=row["scale_hours"]).cdf).pvalue > (
        row["ks_p"] + 4 * error
    )


def test_table_by_hand() -> None:
    """AIC is four less twice the log-likelihood; the best comes first, the empirical one last."""
    hours = logs(3)
    fitted = fit_all(pool(hours), resamples=0, seed=1)
    table = fit_table(pool(hours), fitted, 0.9)
    likelihoods = {
        n: log_likelihood(hours, np.zeros(40, bool), n, *_parameters(fitted[n].restoration))
        for n in DISTRIBUTIONS
    }
    ranked = sorted(likelihoods, key=lambda n: -likelihoods[n])
    assert table["distribution"].tolist() == [*ranked, "empirical"]
    assert table["best"].tolist() == [True, False, False, False]
    for row in table.head(3).to_dict("records"):
        assert row["aic"] == pytest.approx(4 - 2 * likelihoods[row["distribution"]])
        assert row["aic_difference"] == pytest.approx(
            2 * (likelihoods[ranked[0]] - likelihoods[row["distribution"]])
        )
    assert table["aic"].isna().tolist() == [False, False, False, True]
    # Without draws there is neither a p-value nor a limit, and nothing is made up for them.
    assert table[["ks_p", "median_hours_low", "p95_hours_high"]].isna().all(axis=None)
    empirical = table.iloc[-1]
    assert empirical["median_hours"] == np.sort(hours)[19]
    assert empirical["p80_hours"] == np.sort(hours)[31]


def _parameters(law: Restoration) -> tuple[float, float]:
    return law.shape, law.scale


def test_limits_against_the_theory_of_the_lognormal() -> None:
    """The log median of 60 has the error sigma / sqrt 60: the limits are 1.64 of it to each side.

    The same limits of 199 draws have an error of their own, a tenth or so.
    """
    hours = logs(5, 60)
    table = fit_table(pool(hours), fit_all(pool(hours), resamples=199, seed=2), 0.9)
    row = table.set_index("distribution").loc["lognormal"]
    width = np.log(row["median_hours_high"] / row["median_hours_low"])
    assert width == pytest.approx(2 * 1.645 * row["shape"] / np.sqrt(60), rel=0.25)
    middle = np.log(row["median_hours_high"] * row["median_hours_low"]) / 2
    assert middle == pytest.approx(np.log(row["median_hours"]), abs=0.05)


def test_drawn_logs_are_censored_as_the_real_one() -> None:
    """Where the log ends after ten hours no refit may rest on longer ones: limits are wider."""
    hours = logs(6, 60)
    until = 6.0
    cut = pool(np.minimum(hours, until), hours > until, known=until)
    short = fit_table(cut, fit_all(cut, resamples=99, seed=2), 0.9).set_index("distribution")
    whole = pool(hours)
    full = fit_table(whole, fit_all(whole, resamples=99, seed=2), 0.9).set_index("distribution")
    ratio = [np.log(t["p95_hours_high"] / t["p95_hours_low"])["lognormal"] for t in (short, full)]
    assert ratio[0] > 1.3 * ratio[1]


def test_draws_are_the_same_for_the_same_seed() -> None:
    """Same seed, same bits; another seed, other draws."""
    hours = logs(8, 20)
    first, again, other = (
        fit_table(pool(hours), fit_all(pool(hours), resamples=9, seed=s), 0.9) for s in (1, 1, 2)
    )
    assert first.equals(again)
    assert not first.equals(other)


def test_quantiles_by_hand() -> None:
    """Without ties and open incidents the shares are Hazen's, and the fit is asked there."""
    hours = np.array([2.0, 1, 8, 4])
    fitted = fit_all(pool(hours), resamples=0, seed=1)
    table = quantile_table(kaplan_meier(hours, np.zeros(4, bool)), fitted)
    assert table["share"].tolist() == pytest.approx([0.125, 0.375, 0.625, 0.875])
    assert table["observed_hours"].tolist() == [1, 2, 4, 8]
    law = fitted["lognormal"].restoration
    expected = stats.lognorm(law.shape, scale=law.scale).ppf([0.125, 0.375, 0.625, 0.875])
    np.testing.assert_allclose(table["lognormal_hours"], expected)

"""Standard errors: an interval of 1.96 of them holds the truth about 95 times in 100."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats

from svcimpact.incident.estimates import chance, mean, quantile

LAWS = {"lognormal": stats.lognorm(0.8), "exponential": stats.expon(), "normal": stats.norm(5, 2)}
TRIALS = 4000


def drawn(law: str, runs: int, trials: int = TRIALS) -> np.ndarray:
    """Return one column per repeated experiment."""
    return LAWS[law].rvs((runs, trials), random_state=np.random.default_rng(42))


def coverage(estimate: np.ndarray, error: np.ndarray, truth: float) -> float:
    return float(np.mean(np.abs(estimate - truth) <= 1.96 * error))


@pytest.mark.parametrize("law", LAWS)
def test_mean_covers_the_truth(law: str) -> None:
    """The interval of the mean holds the true mean in 95 of 100 experiments, give or take 2."""
    assert coverage(*mean(drawn(law, 1000)), LAWS[law].mean()) == pytest.approx(0.95, abs=0.02)


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("q", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("runs", [200, 1000])
def test_quantile_covers_the_truth(law: str, q: float, runs: int) -> None:
    """The interval of P50, P80 and P95 holds the true one in 91 to 98 of 100 experiments."""
    found = coverage(*quantile(drawn(law, runs), q), LAWS[law].ppf(q))
    assert 0.91 < found < 0.98


@pytest.mark.parametrize("p", [0.02, 0.1, 0.5, 0.9])
def test_chance_covers_the_truth(p: float) -> None:
    """The interval of a chance holds the true one in 93 to 98 of 100 experiments."""
    happened = np.random.default_rng(3).random((500, TRIALS)) < p
    assert 0.93 < coverage(*chance(happened), p) < 0.98


def test_mean_against_paper() -> None:
    """The mean of 1, 2, 3, 6 is 3, its error sqrt(14/3) / 2."""
    estimate, error = mean(np.array([[1.0], [2.0], [3.0], [6.0]]))
    assert estimate.tolist() == [3.0]
    assert error[0] == pytest.approx(np.sqrt(14 / 3) / 2)


def test_mean_of_one_value_is_certain_and_of_one_run_unknown() -> None:
    """The same value in every run has no spread, not even of rounding; one run tells nothing."""
    estimate, error = mean(np.full((1000, 1), 0.1))
    assert error.tolist() == [0.0]
    assert estimate[0] == pytest.approx(0.1)
    estimate, error = mean(np.array([[7.0, 8.0]]))
    assert estimate.tolist() == [7.0, 8.0]
    assert np.isnan(error).all()


def test_quantile_against_paper() -> None:
    """P50 of 0 to 100: the error is half of what lies between the 45th and 56th value."""
    values = np.random.default_rng(1).permutation(101).astype(float)[:, None]
    estimate, error = quantile(values, 0.5)
    # 50.5 less and more 5.02 are 45.4 and 55.5: the 45th and the 56th, which are 44 and 55.
    assert (estimate[0], error[0]) == (50.0, 5.5)


def test_quantile_of_too_few_runs_has_no_error() -> None:
    """Where the order statistics run out there is an estimate and no error."""
    values = np.arange(10.0)[:, None]
    assert np.isnan(quantile(values, 0.95)[1]).all()
    assert not np.isnan(quantile(values, 0.5)[1]).any()
    assert np.isnan(quantile(values[:1], 0.5)[1]).all()


def test_chance_of_what_never_happened_has_an_error() -> None:
    """Nothing in 98 runs is 0, with Laplace's error of about one in a hundred."""
    estimate, error = chance(np.zeros((98, 1), bool))
    assert estimate[0] == 0.0
    assert error[0] == pytest.approx(np.sqrt(0.01 * 0.99 / 101))


@pytest.mark.parametrize("runs", [2, 9, 64, 1000, 1001])
def test_a_column_hangs_on_no_other(runs: int) -> None:
    """Estimates of a column alone and among others are the same to the last bit."""
    values = np.random.default_rng(runs).lognormal(size=(runs, 7)) / 3
    for estimate in (mean, lambda v: quantile(v, 0.8), lambda v: chance(v > 0.4)):
        whole = np.array(estimate(values))
        for column in range(7):
            alone = np.array(estimate(values[:, [column]]))
            np.testing.assert_array_equal(alone[:, 0], whole[:, column])
            np.testing.assert_array_equal(np.array(estimate(values[:, column:]))[:, 0], alone[:, 0])
            turned = np.asfortranarray(values)
            np.testing.assert_array_equal(np.array(estimate(turned))[:, column], alone[:, 0])

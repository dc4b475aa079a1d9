"""Standard errors: an interval of 1.96 of them holds the truth about 95 times in 100."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from scipy import stats

from svcimpact.incident.estimates import chance, mean, next_runs, quantile

TRIALS = 3000
# What 3,000 experiments tell of a coverage of 95 %: so far off once in a thousand times.
OFF = float(stats.norm.ppf(0.9995) * np.sqrt(0.95 * 0.05 / TRIALS))


@dataclass(frozen=True)
class Law:
    """Something to draw from, with its mean and quantiles in closed form."""

    draw: Callable[[np.random.Generator, tuple[int, int]], np.ndarray]
    mean: float
    ppf: Callable[[float], float]


def known(law: Any) -> Law:
    return Law(lambda r, shape: law.rvs(shape, random_state=r), float(law.mean()), law.ppf)


def seldom(share: float) -> Law:
    """Return a delay that is nothing in most runs, and lognormal in a share of them."""
    hit = stats.lognorm(0.8, scale=2)

    def draw(random: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
        lasts = hit.rvs(shape, random_state=random)
        return np.where(random.random(shape) < share, lasts, 0.0)

    def ppf(q: float) -> float:
        return float(hit.ppf((q - 1 + share) / share)) if q > 1 - share else 0.0

    return Law(draw, share * float(hit.mean()), ppf)


SMOOTH = {
    "normal": known(stats.norm(5, 2)),
    "exponential": known(stats.expon()),
    "lognormal": known(stats.lognorm(0.8)),
    "a restoration": known(stats.lognorm(1.17, scale=16)),
}
LUMPS = {
    "whole days": known(stats.poisson(3)),
    # The atom ends at P50, below and above P80, and below P95.
    **{f"a delay in {share:.0%}": seldom(share) for share in (0.5, 0.22, 0.19, 0.06)},
}
LAWS = {**SMOOTH, **LUMPS}


def drawn(law: str, runs: int, trials: int = TRIALS) -> np.ndarray:
    """Return one column per repeated experiment."""
    return LAWS[law].draw(np.random.default_rng(42), (runs, trials))


def coverage(estimate: np.ndarray, error: np.ndarray, truth: float) -> float:
    assert not np.isnan(error).any()
    return float(np.mean(np.abs(estimate - truth) <= 1.96 * error + 1e-9))


@pytest.mark.parametrize("runs", [100, 1000])
@pytest.mark.parametrize("law", ["normal", "exponential", "whole days", "a delay in 50%"])
def test_mean_covers_the_truth(law: str, runs: int) -> None:
    """The interval of the mean holds the true mean in 95 of 100 experiments, 2 less at the most."""
    found = coverage(*mean(drawn(law, runs)), LAWS[law].mean)
    assert 0.93 - OFF < found < 0.95 + OFF


@pytest.mark.parametrize(
    ("law", "runs", "least"),
    [("a delay in 6%", 200, 0.85), ("a delay in 6%", 1000, 0.91), ("a restoration", 200, 0.89)],
)
def test_mean_of_what_is_rare_or_long_tailed_needs_runs(law: str, runs: int, least: float) -> None:
    """Few values that differ, or a long tail, cost coverage: as much as the page says, no more."""
    assert least < coverage(*mean(drawn(law, runs)), LAWS[law].mean) < 0.95


@pytest.mark.parametrize("law", LAWS)
@pytest.mark.parametrize("q", [0.5, 0.8, 0.95])
@pytest.mark.parametrize("runs", [100, 200, 1000])
def test_quantile_covers_the_truth(law: str, q: float, runs: int) -> None:
    """The interval of P50, P80 and P95 holds the true one in at least 95 of 100 experiments."""
    assert coverage(*quantile(drawn(law, runs), q), float(LAWS[law].ppf(q))) > 0.95 - OFF


@pytest.mark.parametrize(("q", "runs"), [(0.5, 8), (0.8, 16), (0.95, 73)])
def test_quantile_covers_the_truth_from_the_fewest_runs(q: float, runs: int) -> None:
    """So it does from the fewest runs that give it an error; a run less gives none."""
    values = drawn("lognormal", runs)
    assert coverage(*quantile(values, q), float(LAWS["lognormal"].ppf(q))) > 0.95 - OFF
    assert np.isnan(quantile(values[1:], q)[1]).all()


@pytest.mark.parametrize("law", SMOOTH)
@pytest.mark.parametrize("q", [0.5, 0.8, 0.95])
def test_the_error_of_a_quantile_is_not_much_too_large(law: str, q: float) -> None:
    """Of smooth values it is up to a third more than the asymptotic one, never less."""
    runs, exact = 2000, LAWS[law].ppf
    density = 2e-4 / (exact(q + 1e-4) - exact(q - 1e-4))
    asymptotic = np.sqrt(q * (1 - q) / runs) / density
    assert 1.0 < quantile(drawn(law, runs), q)[1].mean() / asymptotic < 1.33


@pytest.mark.parametrize("runs", [25, 100, 1000])
@pytest.mark.parametrize("p", [0.002, 0.02, 0.1, 0.3, 0.5, 0.9, 0.99])
def test_chance_covers_the_truth(p: float, runs: int) -> None:
    """The interval of a chance holds the true one in at least 95 of 100 experiments."""
    happened = np.random.default_rng(3).random((runs, TRIALS)) < p
    assert coverage(*chance(happened), p) > 0.95 - OFF


def test_chance_against_paper() -> None:
    """Of 100 runs 20: Wilson's interval is 13.337 % to 28.883 %; the farther end counts."""
    estimate, error = chance(np.arange(100)[:, None] < 20)
    assert estimate[0] == 0.2
    assert 1.96 * error[0] == pytest.approx(0.08883, abs=5e-6)
    # Of very many runs it is the binomial error.
    many = chance(np.arange(10**6)[:, None] < 2 * 10**5)[1][0]
    assert many == pytest.approx(np.sqrt(0.16 / 10**6), rel=2e-3)


def test_a_paired_difference_has_the_error_of_the_differences() -> None:
    """Doubt that both sides share falls out of the difference, its mean and its quantiles."""
    random, shape = np.random.default_rng(8), (400, TRIALS)
    shared = random.normal(100, 10, shape)
    late = shared + random.exponential(2, shape)
    estimate, error = mean(late - shared)
    assert abs(coverage(estimate, error, 2.0) - 0.95) < 0.01 + OFF
    unpaired = np.hypot(mean(late)[1], mean(shared)[1])
    assert unpaired.mean() > 6 * error.mean()
    for q in (0.5, 0.8, 0.95):
        assert coverage(*quantile(late - shared, q), -2 * np.log(1 - q)) > 0.95 - OFF


@pytest.mark.parametrize("law", ["normal", "lognormal", "a delay in 50%", "a delay in 22%"])
def test_stopping_when_the_interval_is_narrow_keeps_its_coverage(law: str) -> None:
    """Runs added until P80 is known to a tolerance: its interval still holds the truth."""
    trials, truth = 400, float(LAWS[law].ppf(0.8))
    values = drawn(law, 6000, trials)
    within = 1.96 * float(np.median(quantile(values[:1500], 0.8)[1]))
    held, made = 0, []
    for column in values.T:
        runs = 500
        while True:
            estimate, error = quantile(column[:runs, None], 0.8)
            if 1.96 * error[0] <= within or runs == len(column):
                break
            runs = next_runs(runs, 1.96 * error[0] / within, len(column))
        held += abs(estimate[0] - truth) <= 1.96 * error[0] + 1e-9
        made.append(runs)
    assert len(set(made)) > 5
    assert held / trials > 0.95 - 3.3 * np.sqrt(0.95 * 0.05 / trials)


def test_next_runs_against_paper() -> None:
    """Twice too wide wants 4.4 times as many; never less than half as many again, nor over 8."""
    assert next_runs(500, 2.0, 10**6) == 2200
    assert next_runs(500, 1.01, 10**6) == 750
    assert next_runs(500, 99.0, 10**6) == 4000
    assert next_runs(500, np.inf, 10**6) == 4000
    assert next_runs(500, 2.0, 700) == 700


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
    """P50 of 0 to 100: the error is that of the farther of the 40th and the 61st value."""
    values = np.random.default_rng(1).permutation(101).astype(float)[:, None]
    estimate, error = quantile(values, 0.5)
    # 50.5 less and more 1.96 x 5.02 are 40.7 and 60.3: the 40th and 61st, which are 39 and 60.
    assert estimate[0] == 50.0
    assert error[0] == pytest.approx(11 / 1.96)
    skewed = np.where(values < 50, values, 50 + 3 * (values - 50))
    assert quantile(skewed, 0.5)[1][0] == pytest.approx(30 / 1.96)


@pytest.mark.parametrize("runs", [1, 2, 10, 73, 500])
def test_quantile_is_interpolated(runs: int) -> None:
    """Between two runs the quantile lies where linear interpolation has it, as numpy's does."""
    values = np.random.default_rng(runs).normal(size=(runs, 5))
    for q in (0.5, 0.8, 0.95):
        np.testing.assert_allclose(quantile(values, q)[0], np.quantile(values, q, axis=0))
    assert quantile(np.array([[1.0], [2.0]]), 0.8)[0][0] == pytest.approx(1.8)


def test_quantile_of_too_few_runs_has_no_error() -> None:
    """Where the order statistics run out there is an estimate and no error."""
    values = np.arange(10.0)[:, None]
    assert np.isnan(quantile(values, 0.95)[1]).all()
    assert not np.isnan(quantile(values, 0.5)[1]).any()
    assert np.isnan(quantile(values[:1], 0.5)[1]).all()


def test_chance_of_what_never_happened_has_an_error() -> None:
    """Nothing, or always, in 96 runs: Wilson's interval ends 1.96^2 / (96 + 1.96^2) from there."""
    for happened in (False, True):
        estimate, error = chance(np.full((96, 1), happened))
        assert estimate[0] == happened
        assert 1.96 * error[0] == pytest.approx(1.96**2 / (96 + 1.96**2))


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

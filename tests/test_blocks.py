"""Runs drawn together: Latin hypercubes are what they say, and their errors cover the truth."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from svcimpact.incident import blocks, estimates
from svcimpact.incident.blocks import BLOCK, estimators, latin
from svcimpact.incident.estimates import Asked

TRIALS = 1000
OFF = float(stats.norm.ppf(0.9995) * np.sqrt(0.95 * 0.05 / TRIALS))


@dataclass(frozen=True)
class Case:
    """What three sources make of a run, with its mean and survival function in closed form."""

    of: Callable[[np.ndarray], np.ndarray]
    mean: float
    ppf: Callable[[float], float]


CASES = {
    "a sum": Case(lambda u: u.sum(axis=0), 1.5, stats.irwinhall(3).ppf),
    "a product": Case(
        lambda u: u.prod(axis=0), 1 / 8, lambda q: float(np.exp(-stats.gamma(3).ppf(1 - q)))
    ),
    "a maximum": Case(lambda u: u.max(axis=0), 3 / 4, lambda q: q ** (1 / 3)),
    "a delay in 60%": Case(
        lambda u: np.where(u[0] < 0.4, 0.0, -np.log1p(-u[1])), 0.6, lambda q: -np.log((1 - q) / 0.6)
    ),
}


def cubes(case: str, runs: int, trials: int = TRIALS) -> np.ndarray:
    """Return one column per repeated experiment of `runs` runs drawn as a Latin hypercube."""
    random = np.random.default_rng(5)
    drawn = np.array([[latin(random, runs) for _ in range(3)] for _ in range(trials)])
    return np.ascontiguousarray(np.array([CASES[case].of(u) for u in drawn]).T)


def quantile(values: np.ndarray, q: float) -> tuple[np.ndarray, np.ndarray]:
    """Return a quantile, and its error from block to block."""
    return blocks.quantiles(values, [Asked(q)])[0]


def covered(estimate: np.ndarray, error: np.ndarray, truth: float) -> float:
    assert not np.isnan(error).any()
    return float(np.mean(np.abs(estimate - truth) <= 1.96 * error))


def test_every_block_has_one_in_each_stratum() -> None:
    """Of 64 uniforms on end each 64th of the range has one; the last block may be cut short."""
    drawn = latin(np.random.default_rng(1), 10 * BLOCK + 5)
    whole = np.floor(BLOCK * drawn[:-5].reshape(10, BLOCK)).astype(int)
    np.testing.assert_array_equal(np.sort(whole, axis=1), np.tile(np.arange(BLOCK), (10, 1)))
    assert len(np.unique(np.floor(BLOCK * drawn[-5:]))) == 5
    assert len(drawn) == 10 * BLOCK + 5


def test_each_by_itself_is_uniform_and_sources_are_independent() -> None:
    """Place and order are random: no run and no other source tells anything of a uniform."""
    first = np.array([latin(np.random.default_rng(s), BLOCK)[[0, 37]] for s in range(2000)])
    for column in first.T:
        assert stats.kstest(column, "uniform").pvalue > 1e-3
    one, other = (latin(np.random.default_rng(s), 100 * BLOCK) for s in (1, 2))
    assert abs(np.corrcoef(one, other)[0, 1]) < 4 / np.sqrt(len(one))
    within = (BLOCK * one) % 1
    assert stats.kstest(within, "uniform").pvalue > 1e-3
    # Of blocks too: the order of one is not that of the next.
    assert abs(np.corrcoef(one[:-BLOCK], one[BLOCK:])[0, 1]) < 4 / np.sqrt(len(one))


def test_the_first_of_many_are_those_of_few() -> None:
    """More runs begin with the same uniforms, also where a block is cut short."""
    many = latin(np.random.default_rng(3), 1000)
    for few in (1, BLOCK - 1, BLOCK, 500):
        np.testing.assert_array_equal(latin(np.random.default_rng(3), few), many[:few])


def test_no_uniform_is_one() -> None:
    """A sum that rounds to a whole block stays below 1, where distributions have no end."""

    class Last:
        def random(self, shape: tuple[int, ...]) -> np.ndarray:
            drawn = np.full(shape, np.nextafter(1.0, 0.0))
            drawn[:, 0] = np.arange(BLOCK) / BLOCK
            return drawn

    assert latin(Last(), BLOCK).max() < 1.0  # type: ignore[arg-type]


@pytest.mark.parametrize("runs", [512, 1000, 2048])
@pytest.mark.parametrize("case", CASES)
def test_intervals_cover_the_truth(case: str, runs: int) -> None:
    """Intervals of means, quantiles and chances hold the truth 95 times in 100."""
    values, law = cubes(case, runs), CASES[case]
    assert covered(*blocks.mean(values), law.mean) > 0.95 - OFF
    for q in (0.5, 0.8, 0.95):
        truth = float(law.ppf(q))
        assert covered(*quantile(values, q), truth) > 0.95 - OFF
        assert covered(*blocks.chance(values > truth), 1 - q) > 0.94 - OFF


@pytest.mark.parametrize("case", ["a product", "a maximum", "a delay in 60%"])
def test_errors_are_those_of_repeated_experiments(case: str) -> None:
    """The error of a mean is its spread over experiments, and far from that of random runs."""
    values = cubes(case, 2048)
    estimate, error = blocks.mean(values)
    assert error.mean() / estimate.std(ddof=1) == pytest.approx(1.0, abs=0.1)
    assert (estimates.mean(values)[1].mean() / error.mean()) ** 2 > 2


def test_a_gain_of_more_than_four_is_not_claimed() -> None:
    """A sum of uniforms is known far better than told: its error is half that of random runs."""
    values = cubes("a sum", 2048)
    estimate, error = blocks.mean(values)
    np.testing.assert_array_equal(error, estimates.mean(values)[1] / 2)
    assert estimate.std() < error.min() / 10


@pytest.mark.parametrize("runs", [512, 1000, 2048])
def test_a_long_tail_by_itself_is_covered(runs: int) -> None:
    """So is the mean of a restoration with median 16 h and P90 72 h."""
    law = stats.lognorm(np.log(72 / 16) / stats.norm.ppf(0.9), scale=16)
    random = np.random.default_rng(6)
    values = law.ppf(np.array([latin(random, runs) for _ in range(TRIALS)])).T
    assert covered(*blocks.mean(values), law.mean()) > 0.94 - OFF


def test_the_error_of_a_mean_against_paper() -> None:
    """Eight blocks of means 1 to 8: their deviation over root 8, Student's t over 1.96."""
    values = (
        np.repeat(np.arange(1.0, 9.0), BLOCK)[:, None] + np.tile([-1.0, 1.0], 4 * BLOCK)[:, None]
    )
    estimate, error = blocks.mean(values)
    assert estimate[0] == 4.5
    assert error[0] == pytest.approx(np.sqrt(6.0) / np.sqrt(8) * 2.364624 / 1.96, rel=1e-6)


def test_the_last_block_counts_by_its_size() -> None:
    """Half a block weighs half: the mean is that of the runs, its error the ratio estimate's."""
    values = np.repeat(np.arange(9.0), BLOCK)[: -BLOCK // 2][:, None]
    estimate, error = blocks.mean(values)
    assert estimate[0] == pytest.approx((28 + 4) / 8.5)
    size = np.array([1.0] * 8 + [0.5])
    off = size * (np.arange(9) - 32 / 8.5)
    expected = np.sqrt(9 / 8 * (off**2).sum()) / 8.5
    assert error[0] == pytest.approx(expected * stats.t(8).ppf(0.975) / 1.96)


def test_few_blocks_have_the_error_of_random_runs() -> None:
    """Under 512 runs the errors are those of independent runs; estimates always are."""
    few, many = cubes("a sum", 511, 5), cubes("a sum", 512, 5)
    for ours, plain in (
        (blocks.mean, estimates.mean),
        (lambda v: quantile(v, 0.8), lambda v: estimates.quantile(v, 0.8)),
    ):
        np.testing.assert_array_equal(ours(few), plain(few))
        np.testing.assert_array_equal(ours(many)[0], plain(many)[0])
        assert (ours(many)[1] != plain(many)[1]).all()
    np.testing.assert_array_equal(blocks.chance(few > 2), estimates.chance(few > 2))


def test_what_is_alike_in_all_blocks() -> None:
    """One value has no error; a chance that is the same in every block keeps the random one."""
    same = np.full((1024, 1), 0.1)
    assert blocks.mean(same)[1].tolist() == [0.0]
    assert quantile(same, 0.8)[1].tolist() == [0.0]
    never = np.zeros((1024, 1), bool)
    half = np.tile([False, True], 512)[:, None]
    for happened in (never, half):
        np.testing.assert_array_equal(blocks.chance(happened), estimates.chance(happened))


@pytest.mark.parametrize("runs", [512, 700])
def test_a_column_hangs_on_no_other(runs: int) -> None:
    """Errors of a column alone and among others are the same to the last bit."""
    values = np.random.default_rng(runs).lognormal(size=(runs, 70)) / 3
    for estimate in (
        blocks.mean,
        lambda v: quantile(v, 0.8),
        lambda v: blocks.chance(v > 0.4),
    ):
        whole = np.array(estimate(values))
        for column in (0, 33, 69):
            alone = np.array(estimate(values[:, [column]]))
            np.testing.assert_array_equal(alone[:, 0], whole[:, column])


@pytest.mark.parametrize("sampling", ["random", "latin-hypercube"])
@pytest.mark.parametrize("runs", [1, 9, 700])
def test_quantiles_of_one_sort_are_those_asked_for_one_by_one(sampling: str, runs: int) -> None:
    """Several at once, also of what is left above an origin, to the last bit; columns may tie."""
    random = np.random.default_rng(runs)
    values = random.lognormal(size=(runs, 70)) / 3
    values[:, 40:] = np.round(values[:, 40:])
    values[:, 60:] = values[0, 60:]
    origin = random.normal(size=70)
    quantiles = estimators(sampling).quantiles
    asked = [Asked(0.5), Asked(0.8), Asked(0.8, origin, 7.5), Asked(0.95, origin)]
    apart = [(values, 0.5), (values, 0.8), ((values - origin) / 7.5, 0.8), (values - origin, 0.95)]
    for found, (of, q) in zip(quantiles(values, asked), apart, strict=True):
        np.testing.assert_array_equal(found, quantiles(of, [Asked(q)])[0])


def test_estimators_by_name() -> None:
    """Random runs have the estimators of independent runs, Latin hypercubes those of blocks."""
    assert estimators("random") == (estimates.mean, estimates.quantiles, estimates.chance)
    assert estimators("latin-hypercube") == (blocks.mean, blocks.quantiles, blocks.chance)

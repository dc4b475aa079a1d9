"""Estimates from runs, each with its Monte Carlo standard error.

Every error is made for intervals: the estimate, less and more 1.96 errors, holds the truth in
95 of 100 simulations. ``docs/statistics.md`` has how often they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

# Standard errors from the estimate to either end of a 95 % confidence interval.
Z95 = 1.96
_AT_A_TIME = 64


def mean(values: Floats) -> tuple[Floats, Floats]:
    """Return means over runs.

    Parameters
    ----------
    values : ndarray of float, shape (runs, m)
        One row per run. For a paired difference, the differences run by run.

    Returns
    -------
    estimate, error : ndarray of float, shape (m,)
        The mean and its standard error; NaN from a single run.

    Notes
    -----
    The interval needs values enough that differ: of a delay that is rare, or has a long tail,
    a few hundred runs tell too little, and its error comes out too small more often than not.
    """
    runs = len(values)
    if runs == 1:
        return values[0], np.full(values.shape[1], np.nan)
    # One value in every run leaves rounding dust in the variance; there is none.
    estimate, error = values[0].astype(np.float64), np.zeros(values.shape[1])
    for at, columns in varying(values):
        estimate[at] = columns.mean(axis=1)
        error[at] = columns.std(axis=1, ddof=1) / np.sqrt(runs)
    return estimate, error


def quantile(values: Floats, q: float) -> tuple[Floats, Floats]:
    """Return a quantile over runs.

    Parameters
    ----------
    values : ndarray of float, shape (runs, m)
        One row per run.
    q : float
        Between 0 and 1.

    Returns
    -------
    estimate, error : ndarray of float, shape (m,)
        The quantile, by linear interpolation, and its standard error; NaN where there are too
        few runs to tell.

    Notes
    -----
    The order statistics ``runs * q`` less and more 1.96 standard deviations of the binomial
    count hold the quantile in 95 of 100 experiments, whatever the distribution (David and
    Nagaraja, Order Statistics, 2003, section 7.1). The error is how far the farther of the two
    lies from the estimate, over 1.96: ``estimate ± 1.96 * error`` holds both. So an interval
    covers the truth also where many runs have one value, such as no delay at all; where the
    runs have one value from the one order statistic to the other the error is zero.

    P50 needs 8 runs, P80 16 and P95 73.
    """
    return quantiles(values, [Asked(q)])[0]


@dataclass(frozen=True, eq=False)
class Asked:
    """A quantile that is asked for: of the values, or of how far they are from an origin.

    Attributes
    ----------
    q : float
        Between 0 and 1.
    origin : ndarray of float, shape (m,), or float
        What is taken from each column.
    unit : float
        What the rest is divided by; above 0.
    """

    q: float
    origin: Floats | float = 0.0
    unit: float = 1.0

    def of(self, rows: Floats, at: NDArray[np.int64] | slice) -> Floats:
        """Return what the quantile is of.

        Parameters
        ----------
        rows : ndarray of float, shape (k, n)
            Values of some columns, a row for each.
        at : ndarray of int, shape (k,), or slice
            Which columns.

        Returns
        -------
        ndarray of float, shape (k, n)
            What rises in a row of `rows` falls nowhere here.
        """
        origin = self.origin[at, None] if isinstance(self.origin, np.ndarray) else self.origin
        return np.asarray((rows - origin) / self.unit)


def quantiles(values: Floats, asked: Sequence[Asked]) -> list[tuple[Floats, Floats]]:
    """Return several quantiles over runs, from values sorted once.

    Parameters
    ----------
    values : ndarray of float, shape (runs, m)
        One row per run.
    asked : sequence of Asked
        Which.

    Returns
    -------
    list of (estimate, error), each ndarray of float, shape (m,)
        As `quantile` returns them, to the bit.

    Examples
    --------
    >>> finish = np.arange(100.0)[:, None]
    >>> p50, p80, late = quantiles(finish, [Asked(0.5), Asked(0.8), Asked(0.8, origin=40.0)])
    >>> p50[0], p80[0], late[0]
    (array([49.5]), array([79.2]), array([39.2]))
    """
    runs = len(values)
    ends = [_ends(runs, want.q) for want in asked]
    told = [low >= 1 and high <= runs for low, high in ends]
    sure = [np.full(values.shape[1], 0.0 if known else np.nan) for known in told]
    first = values[:1].T
    found = [
        (want.of(first, slice(None))[:, 0], error) for want, error in zip(asked, sure, strict=True)
    ]
    for at, columns in varying(values):
        # To sort is faster than to part at four places, where the processor sorts many at a time.
        columns.sort(axis=1)
        for want, (low, high), known, (estimate, error) in zip(
            asked, ends, told, found, strict=True
        ):
            place = (runs - 1) * want.q
            below = int(place)
            places = np.clip([low - 1, below, below + 1, high - 1], 0, runs - 1)
            least, here, there, most = want.of(columns[:, places], at).T
            estimate[at] = here + (place - below) * (there - here)
            if known:
                error[at] = np.maximum(estimate[at] - least, most - estimate[at]) / Z95
    return found


def _ends(runs: int, q: float) -> tuple[int, int]:
    """Return between which order statistics, counted from 1, a quantile lies."""
    spread = Z95 * np.sqrt(runs * q * (1 - q))
    return int(np.floor(runs * q - spread)), int(np.ceil(runs * q + spread))


def varying(values: Floats) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """Yield the columns that vary, some at a time, as rows of a copy.

    A row's sum hangs on no other column, to the last bit, and is fast; most tasks of a large
    portfolio are the same in every run.

    Parameters
    ----------
    values : ndarray of float, shape (runs, m)
        One row per run.

    Yields
    ------
    at : ndarray of int
        Some of the columns.
    rows : ndarray of float, shape (len(at), runs)
        Their values.
    """
    if values.strides[0] == 0:
        return
    varies = np.flatnonzero((values != values[0]).any(axis=0))
    for first in range(0, len(varies), _AT_A_TIME):
        at = varies[first : first + _AT_A_TIME]
        yield at, np.ascontiguousarray(values[:, at].T, dtype=np.float64)


def chance(happened: NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """Return the chance of something over runs.

    Parameters
    ----------
    happened : ndarray of bool, shape (runs, m)
        One row per run.

    Returns
    -------
    estimate, error : ndarray of float, shape (m,)
        The share of runs and its standard error, which unlike the binomial one is not zero
        when nothing happened in any run.

    Notes
    -----
    The error is how far the farther end of the score interval lies from the share, over 1.96
    (Wilson, Journal of the American Statistical Association 22, 1927, 209-212). That of a chance
    near 0 or 1 is rather too large: of what never happened in 100 runs it says 4 % at the most.
    """
    runs = len(happened)
    share = happened.sum(axis=0) / runs
    weight = runs / (runs + Z95**2)
    middle = weight * share + (1 - weight) / 2
    half = weight * Z95 * np.sqrt(share * (1 - share) / runs + (Z95 / runs) ** 2 / 4)
    return share, (half + np.abs(middle - share)) / Z95


def next_runs(runs: int, short: float, most: int) -> int:
    """Return how many runs to make next, when those made are too few.

    Parameters
    ----------
    runs : int
        How many were made.
    short : float
        How many times too wide the widest interval still is.
    most : int
        How many are allowed.

    Returns
    -------
    int
        A tenth more than the square of `short` asks for, which is a guess: half as many again
        at the least, eight times as many at the most.

    Notes
    -----
    Looking several times and stopping when the error happens to be small makes intervals that
    are too narrow (Glynn and Whitt, Annals of Applied Probability 2, 1992, 180-198). Few
    looks, far apart, and an error that is rather too large than too small make up for it.

    Examples
    --------
    >>> next_runs(500, 2.0, 100_000), next_runs(500, 9.0, 100_000), next_runs(500, 2.0, 1000)
    (2200, 4000, 1000)
    """
    return min(most, int(runs * min(max(1.1 * short**2, 1.5), 8.0)))

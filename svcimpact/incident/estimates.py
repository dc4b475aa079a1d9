"""Estimates from runs, each with its Monte Carlo standard error."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_AT_A_TIME = 64


def mean(values: Floats) -> tuple[Floats, Floats]:
    """Return means over runs.

    Parameters
    ----------
    values : ndarray of float, shape (runs, m)
        One row per run.

    Returns
    -------
    estimate, error : ndarray of float, shape (m,)
        The mean and its standard error (NaN from a single run).
    """
    runs = len(values)
    if runs == 1:
        return values[0], np.full(values.shape[1], np.nan)
    # One value in every run leaves rounding dust in the variance; there is none.
    estimate, error = values[0].astype(np.float64), np.zeros(values.shape[1])
    for at, columns in _varying(values):
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
    The error is half the distance between the order statistics one standard deviation of
    the binomial count to either side of ``runs * q``, a distribution-free interval (David
    and Nagaraja, Order Statistics, 2003, section 7.1).
    """
    runs = len(values)
    spread = np.sqrt(runs * q * (1 - q))
    low, high = int(np.floor(runs * q - spread)), int(np.ceil(runs * q + spread))
    told = low >= 1 and high <= runs
    below = int((runs - 1) * q)
    above = min(below + 1, runs - 1)
    wanted = sorted({below, above, *((low - 1, high - 1) if told else ())})
    estimate = values[0].astype(np.float64)
    error = np.full(values.shape[1], 0.0 if told else np.nan)
    for at, columns in _varying(values):
        columns.partition(wanted, axis=1)
        step = columns[:, above] - columns[:, below]
        estimate[at] = columns[:, below] + ((runs - 1) * q - below) * step
        if told:
            error[at] = (columns[:, high - 1] - columns[:, low - 1]) / 2
    return estimate, error


def _varying(values: Floats) -> Iterator[tuple[NDArray[np.int64], Floats]]:
    """Yield the columns that vary, some at a time, as rows of a copy.

    A row's sum hangs on no other column, to the last bit, and is fast; most tasks of a large
    portfolio are the same in every run.
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
        The share of runs, and the standard deviation of Laplace's posterior for it, which
        unlike the binomial standard error is not zero when nothing happened in any run.
    """
    runs = len(happened)
    count = happened.sum(axis=0)
    p = (count + 1) / (runs + 2)
    return count / runs, np.sqrt(p * (1 - p) / (runs + 3))

"""Estimates from runs, each with its Monte Carlo standard error."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


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
    # By rows of its own, so that a column's sum hangs on no other column, to the last bit.
    columns = np.ascontiguousarray(values.T)
    spread = np.where(np.ptp(columns, axis=1) == 0.0, 0.0, columns.std(axis=1, ddof=1))
    return columns.mean(axis=1), spread / np.sqrt(runs)


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
        The quantile and its standard error; NaN where there are too few runs to tell.

    Notes
    -----
    The error is half the distance between the order statistics one standard deviation of
    the binomial count to either side of ``runs * q``, a distribution-free interval (David
    and Nagaraja, Order Statistics, 2003, section 7.1).
    """
    runs = len(values)
    estimate = np.quantile(values, q, axis=0)
    spread = np.sqrt(runs * q * (1 - q))
    low, high = int(np.floor(runs * q - spread)), int(np.ceil(runs * q + spread))
    if low < 1 or high > runs:
        return estimate, np.full(values.shape[1], np.nan)
    part = np.partition(values, (low - 1, high - 1), axis=0)
    return estimate, (part[high - 1] - part[low - 1]) / 2


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

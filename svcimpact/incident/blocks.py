"""Runs drawn together: Latin hypercube sampling in blocks, and the errors that go with it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from svcimpact.incident import estimates
from svcimpact.incident.estimates import Z95, Asked, varying

Floats = NDArray[np.float64]
Pair = tuple[Floats, Floats]

SAMPLINGS = ("random", "latin-hypercube")
BLOCK = 64
# Fewer tell too little of what differs between them.
LEAST_RUNS = 8 * BLOCK


class Estimators(NamedTuple):
    """How to get a figure and its error from runs, by name as in `svcimpact.incident.estimates`."""

    mean: Callable[[Floats], Pair]
    quantiles: Callable[[Floats, Sequence[Asked]], list[Pair]]
    chance: Callable[[NDArray[np.bool_]], Pair]


def estimators(sampling: str) -> Estimators:
    """Return the estimators for a way of drawing runs.

    Parameters
    ----------
    sampling : {"random", "latin-hypercube"}
        How the runs were drawn.

    Returns
    -------
    Estimators
        The figures are the same, the errors are not.
    """
    if sampling == "random":
        return Estimators(estimates.mean, estimates.quantiles, estimates.chance)
    return Estimators(mean, quantiles, chance)


def latin(generator: np.random.Generator, runs: int) -> Floats:
    """Draw uniforms of which every block of 64 has one in each 64th of [0, 1).

    Parameters
    ----------
    generator : numpy.random.Generator
        The stream of one source. Sources with streams of their own make a Latin hypercube.
    runs : int
        How many.

    Returns
    -------
    ndarray of float, shape (runs,)
        Each by itself is uniform; the first of many are those of few.

    Notes
    -----
    Latin hypercube sampling (McKay, Beckman and Conover, Technometrics 21, 1979, 239-245) takes
    away what each source adds to a figure by itself and leaves what sources do together.

    Examples
    --------
    >>> drawn = latin(np.random.default_rng(1), 64)
    >>> bool((np.sort((64 * drawn).astype(int)) == np.arange(64)).all())
    True
    """
    drawn = generator.random((-(-runs // BLOCK), 2, BLOCK))
    order = drawn[:, 0].argsort(axis=1, kind="stable")
    uniforms = ((order + drawn[:, 1]) / BLOCK).ravel()[:runs]
    # A sum may round to a whole block.
    return np.minimum(uniforms, np.nextafter(1.0, 0.0))


def mean(values: Floats) -> Pair:
    """Return means over runs drawn in blocks.

    Parameters
    ----------
    values : ndarray of float, shape (runs, m)
        One row per run.

    Returns
    -------
    estimate, error : ndarray of float, shape (m,)
        The mean and its standard error, from block to block; under 512 runs that of
        independent runs, which is too large rather than too small.

    Notes
    -----
    The error is at least half that of independent runs. Of a long tail by itself, such as a
    restoration, only the one run in the highest 64th differs much from block to block, and
    some dozen blocks do not show how far it goes.
    """
    estimate, error = estimates.mean(values)
    if len(values) < LEAST_RUNS:
        return estimate, error
    least = error / 2
    for at, rows in varying(values):
        error[at] = np.maximum(_error(rows), least[at])
    return estimate, error


def quantiles(values: Floats, asked: Sequence[Asked]) -> list[Pair]:
    """Return quantiles over runs drawn in blocks.

    Parameters
    ----------
    values : ndarray of float, shape (runs, m)
        One row per run.
    asked : sequence of Asked
        Which.

    Returns
    -------
    list of (estimate, error), each ndarray of float, shape (m,)
        The quantile, and its standard error; under 512 runs that of independent runs. NaN
        where there are too few runs to tell.

    Notes
    -----
    As in `svcimpact.incident.estimates.quantile`, the deviation of the count being that of the
    share of runs below the estimate, or up to it where that is more, from block to block.
    """
    found = estimates.quantiles(values, asked)
    if len(values) < LEAST_RUNS:
        return found
    return [
        (estimate, _quantile_error(values, want, estimate))
        for want, (estimate, _) in zip(asked, found, strict=True)
    ]


def _quantile_error(values: Floats, want: Asked, estimate: Floats) -> Floats:
    """Return the standard error of a quantile, by how its count differs from block to block."""
    runs, q, error = len(values), want.q, np.zeros_like(estimate)
    for at, columns in varying(values):
        rows, middle = want.of(columns, at), estimate[at]
        beyond, from_there = rows > middle[:, None], rows >= middle[:, None]
        spread = Z95 * runs * np.maximum(_error(beyond), _error(from_there))
        low, high = np.floor(runs * q - spread), np.ceil(runs * q + spread)
        rows.sort(axis=1)
        least, most = (
            np.take_along_axis(rows, np.clip(end, 1, runs).astype(np.int64)[:, None] - 1, axis=1)
            for end in (low, high)
        )
        reach = np.maximum(middle - least[:, 0], most[:, 0] - middle) / Z95
        error[at] = np.where((low >= 1) & (high <= runs), reach, np.nan)
    return error


def chance(happened: NDArray[np.bool_]) -> Pair:
    """Return the chance of something over runs drawn in blocks.

    Parameters
    ----------
    happened : ndarray of bool, shape (runs, m)
        One row per run.

    Returns
    -------
    estimate, error : ndarray of float, shape (m,)
        The share of runs, and its standard error from block to block; that of independent runs
        under 512 runs, and where all blocks are alike.
    """
    estimate, error = estimates.chance(happened)
    if len(happened) < LEAST_RUNS:
        return estimate, error
    by_block = _error(np.ascontiguousarray(happened.T))
    return estimate, np.where(by_block > 0, by_block, error)


def _error(rows: NDArray[np.float64] | NDArray[np.bool_]) -> Floats:
    """Return the standard error of the means of rows, from block to block.

    Few blocks make it uncertain: it is widened as Student's t is wider than the normal.
    """
    from scipy import special

    runs = rows.shape[1]
    first = np.arange(0, runs, BLOCK)
    total = np.add.reduceat(rows, first, axis=1, dtype=np.float64)
    size = np.diff(np.append(first, runs))
    off = total - size * (total.sum(axis=1) / runs)[:, None]
    blocks = len(first)
    error = np.sqrt(blocks / (blocks - 1) * (off**2).sum(axis=1)) / runs
    widened: Floats = error * special.stdtrit(blocks - 1, 0.975) / Z95
    return widened

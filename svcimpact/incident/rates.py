"""How often incidents come, from a count."""

from __future__ import annotations

from scipy import stats


def poisson_limits(count: int, level: float = 0.95) -> tuple[float, float]:
    """Return the exact limits of a Poisson mean from one count.

    Parameters
    ----------
    count : int
        What was counted.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    low, high : float
        Garwood's limits.

    Examples
    --------
    >>> [round(x, 2) for x in poisson_limits(10)]
    [4.8, 18.39]
    """
    tail = (1.0 - level) / 2
    low = float(stats.chi2.ppf(tail, 2 * count) / 2) if count else 0.0
    return low, float(stats.chi2.ppf(1 - tail, 2 * count + 2) / 2)

"""What the log itself says, with no law assumed: Kaplan-Meier, and draws from it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

OBSERVED = ("hours", "at_risk", "closed", "survival", "survival_low", "survival_high")


def kaplan_meier(hours: Floats, still_open: Flags, *, confidence: float = 0.9) -> pd.DataFrame:
    """Estimate how many incidents last longer than so many hours, open ones counted.

    Parameters
    ----------
    hours : ndarray of float, shape (n,)
        How long each incident lasted, or has lasted so far; hours around the clock.
    still_open : ndarray of bool, shape (n,)
        True for an incident that is not restored yet (right-censored).
    confidence : float
        Of the pointwise band around the estimate.

    Returns
    -------
    pandas.DataFrame
        One row per length at which an incident was restored, shortest first: `hours`, `at_risk`
        (incidents that lasted at least as long), `closed` (restored at that length),
        `survival` (share that lasts longer), `survival_low` and `survival_high`.

    Notes
    -----
    ``S(t) = prod (1 - closed / at_risk)`` over the lengths up to `t` (Kaplan and Meier, Journal
    of the American Statistical Association 53, 1958). The band is Greenwood's, on the scale of
    ``log(-log S)``, by `scipy.stats.ecdf`; it has no width where nothing is left, as its
    variance is not defined there.

    Examples
    --------
    >>> found = kaplan_meier(np.array([1.0, 2, 2, 5]), np.array([False, False, True, False]))
    >>> found[["hours", "at_risk", "closed", "survival"]]
       hours  at_risk  closed  survival
    0    1.0        4       1      0.75
    1    2.0        3       1      0.50
    2    5.0        1       1      0.00
    """
    from scipy import stats

    closed_at, closed = np.unique(hours[~still_open], return_counts=True)
    at_risk = len(hours) - np.searchsorted(np.sort(hours), closed_at, side="left")
    if not len(closed_at):
        return pd.DataFrame({name: np.zeros(0) for name in OBSERVED})
    estimate = stats.ecdf(stats.CensoredData.right_censored(hours, still_open)).sf
    with np.errstate(all="ignore"), warnings.catch_warnings():
        # Greenwood's variance is not defined where nothing is left; that is told above.
        warnings.filterwarnings("ignore", message="The confidence interval is undefined")
        band = estimate.confidence_interval(confidence, method="log-log")
    survival = estimate.evaluate(closed_at)
    low, high = band.low.evaluate(closed_at), band.high.evaluate(closed_at)
    return pd.DataFrame(
        {
            "hours": closed_at,
            "at_risk": at_risk,
            "closed": closed,
            "survival": survival,
            "survival_low": np.where(np.isfinite(low), low, survival),
            "survival_high": np.where(np.isfinite(high), high, survival),
        }
    )


@dataclass(frozen=True)
class Steps:
    """The distribution that the log itself is: a step at every length that was seen.

    What is left at the longest length seen is put there, even if that incident is still open
    (Efron, Proceedings of the Fifth Berkeley Symposium 4, 1967): a log says nothing beyond it.

    Attributes
    ----------
    hours : tuple of float
        Lengths, rising.
    survival : tuple of float
        Share that lasts longer than each; falling, 0 at the last.

    Examples
    --------
    >>> law = Steps.of(np.array([1.0, 2, 2, 5]), np.array([False, False, True, False]))
    >>> law.ppf(np.array([0.0, 0.25, 0.3, 0.99])).tolist(), law.sf(2.0).tolist()
    ([1.0, 1.0, 2.0, 5.0], 0.5)
    """

    hours: tuple[float, ...]
    survival: tuple[float, ...]

    @classmethod
    def of(cls, hours: Floats, still_open: Flags) -> Steps:
        """Return the steps of a log.

        Parameters
        ----------
        hours, still_open : ndarray
            As in `kaplan_meier`.

        Returns
        -------
        Steps
            The distribution.
        """
        # The estimate by hand: its band, which takes longer, is not wanted here.
        closed_at, closed = np.unique(hours[~still_open], return_counts=True)
        at_risk = len(hours) - np.searchsorted(np.sort(hours), closed_at, side="left")
        survival = np.cumprod(1 - closed / at_risk)
        longest = float(np.max(hours))
        if not len(closed_at) or closed_at[-1] < longest:
            closed_at, survival = np.append(closed_at, longest), np.append(survival, 0.0)
        survival[-1] = 0.0
        return cls(tuple(closed_at.tolist()), tuple(survival.tolist()))

    def sf(self, hours: float | Floats) -> Floats:
        """Return the share that lasts longer.

        Parameters
        ----------
        hours : float or ndarray of float
            Hours.

        Returns
        -------
        ndarray of float
            From 1 down to 0.
        """
        at = np.searchsorted(self.hours, hours, side="right")
        return np.asarray(np.r_[1.0, self.survival][at], dtype=np.float64)

    def isf(self, share: float | Floats) -> Floats:
        """Return the least length that at most this share lasts longer than.

        Parameters
        ----------
        share : float or ndarray of float
            From 0 to 1.

        Returns
        -------
        ndarray of float
            Hours.
        """
        # Rounding may leave a product of shares a hair above the share that is asked for.
        share = np.asarray(share, dtype=np.float64) + 1e-12
        more = len(self.survival) - np.searchsorted(self.survival[::-1], share, side="right")
        return np.asarray(self.hours, dtype=np.float64)[np.minimum(more, len(self.hours) - 1)]

    def ppf(self, share: float | Floats) -> Floats:
        """Return the least length within which at least this share is over.

        Parameters
        ----------
        share : float or ndarray of float
            From 0 to 1.

        Returns
        -------
        ndarray of float
            Hours.
        """
        return self.isf(1.0 - np.asarray(share, dtype=np.float64))

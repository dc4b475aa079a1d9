"""How long a restoration takes: fixed, by median and P90, or fitted to the incident log."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.portfolio import Portfolio

Floats = NDArray[np.float64]

DISTRIBUTIONS = ("lognormal", "weibull", "gamma")
LEAST_CLOSED = 8
# A century, in hours: no plan lasts as long, and calendars end some day.
LONGEST = 876_600.0


@dataclass(frozen=True)
class Restoration:
    """The time from the strike to the restoration, in hours around the clock.

    Attributes
    ----------
    distribution : str
        ``fixed``, ``lognormal``, ``weibull`` or ``gamma``.
    shape : float
        Sigma of the lognormal, the shape of the others; 0 when fixed.
    scale : float
        Median of the lognormal (and of fixed), the scale of the others; hours.
    elapsed_hours : float
        How long the incident has lasted already; draws are conditional on exceeding it.
    source : str
        Where the figures come from, in words.
    """

    distribution: str
    shape: float
    scale: float
    elapsed_hours: float = 0.0
    source: str = "given"

    def draw(self, uniforms: Floats) -> Floats:
        """Turn uniforms into hours, by the inverse of the distribution function.

        Parameters
        ----------
        uniforms : ndarray of float
            In [0, 1).

        Returns
        -------
        ndarray of float
            Hours from the strike to the restoration, same shape; a century at most.

        Notes
        -----
        Given that the incident has lasted `x` hours, the survival function at a draw is the
        one at `x` times a uniform: ``P(T > t | T > x) = S(t) / S(x)``.

        Examples
        --------
        >>> from_quantiles(16, 72).draw(np.array([0.5, 0.9])).round(6)
        array([16., 72.])
        """
        if self.distribution == "fixed":
            length: float = max(self.scale, self.elapsed_hours)
            return np.full_like(uniforms, length, dtype=np.float64)
        law, least = self._law(), self.elapsed_hours
        drawn: Floats
        if least == 0.0:
            drawn = np.asarray(law.ppf(uniforms), dtype=float)
            return np.asarray(np.minimum(drawn, LONGEST))
        # By what is left rather than by what has passed, which far out rounds to 1.
        with np.errstate(over="ignore"):
            left = float(law.sf(least))
            drawn = np.asarray(law.isf(left * (1.0 - np.asarray(uniforms))), dtype=float)
        # So far out that no number is small enough for what is left: it ends any moment.
        drawn = np.where(np.isfinite(drawn), drawn, least)
        return np.asarray(np.clip(drawn, least, LONGEST))

    def describe(self) -> str:
        """Return the restoration in words.

        Returns
        -------
        str
            Such as ``lognormal, median 16 h, P90 72 h``.

        Examples
        --------
        >>> from_quantiles(16, 72).describe()
        'lognormal, median 16 h, P90 72 h'
        """
        if self.distribution == "fixed":
            text = f"fixed at {self.scale:g} h"
        else:
            median, high = (float(self._law().ppf(q)) for q in (0.5, 0.9))
            text = f"{self.distribution}, median {median:.3g} h, P90 {high:.3g} h"
        if self.elapsed_hours:
            text += f", given that {self.elapsed_hours:g} h have passed"
        return text if self.source == "given" else f"{text} ({self.source})"

    def _law(self) -> Any:
        from scipy import stats

        if self.distribution == "lognormal":
            return stats.lognorm(self.shape, scale=self.scale)
        if self.distribution == "weibull":
            return stats.weibull_min(self.shape, scale=self.scale)
        return stats.gamma(self.shape, scale=self.scale)


def fixed(hours: float, *, elapsed_hours: float = 0.0) -> Restoration:
    """Return a restoration of fixed length.

    Parameters
    ----------
    hours : float
        Hours around the clock.
    elapsed_hours : float
        How long the incident has lasted already.

    Returns
    -------
    Restoration
        The restoration.
    """
    return Restoration("fixed", 0.0, float(hours), float(elapsed_hours))


def from_quantiles(
    median_hours: float,
    p90_hours: float,
    *,
    distribution: str = "lognormal",
    elapsed_hours: float = 0.0,
) -> Restoration:
    """Return the distribution that has this median and this 90th percentile.

    Parameters
    ----------
    median_hours, p90_hours : float
        Hours around the clock, ``0 < median_hours < p90_hours``.
    distribution : str
        ``lognormal``, ``weibull`` or ``gamma``.
    elapsed_hours : float
        How long the incident has lasted already.

    Returns
    -------
    Restoration
        The restoration.

    Notes
    -----
    Lognormal: ``sigma = ln(p90 / median) / z(0.9)``. Weibull: ``shape = ln(ln 10 / ln 2) /
    ln(p90 / median)``. Gamma: the shape for which the ratio of the two quantiles is right,
    by bracketing.
    """
    from scipy import optimize, special

    ratio = np.log(p90_hours / median_hours)
    if distribution == "lognormal":
        shape, scale = ratio / special.ndtri(0.9), median_hours
    elif distribution == "weibull":
        shape = np.log(np.log(10) / np.log(2)) / ratio
        scale = median_hours / np.log(2) ** (1 / shape)
    else:

        def excess(log_shape: float) -> float:
            a = np.exp(log_shape)
            return float(np.log(special.gammaincinv(a, 0.9) / special.gammaincinv(a, 0.5)) - ratio)

        narrow, wide = np.log(1e14), np.log(0.002)
        # Narrower than that is one length for all that anybody can tell.
        shape = np.exp(narrow if excess(narrow) > 0 else optimize.brentq(excess, wide, narrow))
        scale = median_hours / special.gammaincinv(shape, 0.5)
    return Restoration(distribution, float(shape), float(scale), float(elapsed_hours))


def from_log(
    portfolio: Portfolio, service: str, severity: int, *, elapsed_hours: float = 0.0
) -> Restoration | None:
    """Fit a lognormal to the incident log, open incidents right-censored.

    The service's own incidents of this severity are used where at least eight are closed;
    else those of this severity over all services; else the whole log.

    Parameters
    ----------
    portfolio : Portfolio
        With its `incidents`.
    service : str
        Service id.
    severity : int
        Severity level.
    elapsed_hours : float
        How long the incident at hand has lasted already.

    Returns
    -------
    Restoration or None
        The fit, or None when fewer than eight incidents of the whole log are closed.

    Notes
    -----
    Maximum likelihood with right-censoring (`scipy.stats.CensoredData`). Open incidents are
    censored at the last date in the log. Restorations under a minute count as a minute.
    """
    log = portfolio.incidents
    same = log["severity"] == severity
    pools = (
        (same & (log["service"] == service), f"severity {severity} of {service}"),
        (same, f"severity {severity} of all services"),
        (log["service"].notna(), "all incidents"),
    )
    for chosen, name in pools:
        rows = log[chosen]
        closed = int(rows["restored"].notna().sum())
        if closed >= LEAST_CLOSED:
            shape, scale = _fit_lognormal(rows, pd.Timestamp(last_date(log)))
            source = f"fitted to {closed} closed and {len(rows) - closed} open: {name}"
            return Restoration("lognormal", shape, scale, float(elapsed_hours), source)
    return None


def last_date(log: pd.DataFrame) -> pd.Timestamp:
    """Return the last date in an incident log.

    Parameters
    ----------
    log : pandas.DataFrame
        The table `incidents`.

    Returns
    -------
    pandas.Timestamp
        The latest of `opened` and `restored`.
    """
    return pd.Timestamp(log[["opened", "restored"]].max().max())


def _fit_lognormal(rows: pd.DataFrame, until: pd.Timestamp) -> tuple[float, float]:
    """Return sigma and median by maximum likelihood."""
    from scipy import stats

    lasted = rows["restored"].fillna(until) - rows["opened"]
    hours = (lasted.dt.total_seconds() / 3600).clip(lower=1 / 60)
    still = rows["restored"].isna().to_numpy()
    if not still.any():
        logs = np.log(hours.to_numpy())
        return max(float(logs.std()), 1e-6), float(np.exp(logs.mean()))
    data = stats.CensoredData(uncensored=hours[~still].to_numpy(), right=hours[still].to_numpy())
    sigma, _, scale = stats.lognorm.fit(data, floc=0)
    return float(sigma), float(scale)

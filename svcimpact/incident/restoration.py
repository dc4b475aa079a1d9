"""How long a restoration takes: fixed, by median and P90, or by the steps of a log."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from svcimpact.incident.survival import Steps

Floats = NDArray[np.float64]

DISTRIBUTIONS = ("lognormal", "weibull", "gamma")
# A century, in hours: no plan lasts as long, and calendars end some day.
LONGEST = 876_600.0
_FAR = 1e-290  # a chance below which shares of it are no numbers of full precision any more


@dataclass(frozen=True)
class Restoration:
    """The time from the strike to the restoration, in hours around the clock.

    Attributes
    ----------
    distribution : str
        ``fixed``, ``lognormal``, ``weibull``, ``gamma`` or ``empirical``.
    shape : float
        Sigma of the lognormal, the shape of the others; 0 when fixed or empirical.
    scale : float
        Median of the lognormal (and of fixed and empirical), the scale of the others; hours.
    elapsed_hours : float
        How long the incident has lasted already; draws are conditional on exceeding it.
    source : str
        Where the figures come from, in words.
    steps : Steps, optional
        The lengths in a log and the share that lasts longer than each, when empirical.
    """

    distribution: str
    shape: float
    scale: float
    elapsed_hours: float = 0.0
    source: str = "given"
    steps: Steps | None = field(default=None, repr=False)

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
        least = self.elapsed_hours
        drawn: Floats
        if least == 0.0:
            drawn = np.asarray(self._law("ppf", uniforms), dtype=float)
            return np.asarray(np.minimum(drawn, LONGEST))
        # By what is left rather than by what has passed, which far out rounds to 1.
        with np.errstate(over="ignore"):
            left = float(self._law("sf", least))
            if left < _FAR:
                # So far out that numbers end before what is left does: it ends any moment.
                return np.full_like(uniforms, min(least, LONGEST), dtype=np.float64)
            drawn = np.asarray(self._law("isf", left * (1.0 - np.asarray(uniforms))), dtype=float)
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
            median, high = (float(self._law("ppf", q)) for q in (0.5, 0.9))
            text = f"{self.distribution}, median {median:.3g} h, P90 {high:.3g} h"
        if self.elapsed_hours:
            text += f", given that {self.elapsed_hours:g} h have passed"
        return text if self.source == "given" else f"{text} ({self.source})"

    def survival(self, hours: float | Floats) -> Floats:
        """Return the share of incidents that last longer, those known to have lasted `x` hours.

        Parameters
        ----------
        hours : float or ndarray of float
            Hours from the strike.

        Returns
        -------
        ndarray of float
            ``S(t) / S(x)``, and 1 up to the `elapsed_hours` `x`; NaN everywhere beyond where
            ``S(x)`` is 0, as nothing is known of what lasts as long.

        Examples
        --------
        >>> from_quantiles(16, 72).survival(np.array([0.0, 16, 72])).round(6).tolist()
        [1.0, 0.5, 0.1]
        """
        hours = np.asarray(hours, dtype=np.float64)
        if self.distribution == "fixed":
            return np.where(hours < max(self.scale, self.elapsed_hours), 1.0, 0.0)
        left = float(self._law("sf", self.elapsed_hours))
        with np.errstate(all="ignore"):
            share = np.asarray(self._law("sf", hours), dtype=np.float64) / left
        share = share if left > 0 else np.full_like(hours, np.nan)
        return np.where(hours <= self.elapsed_hours, 1.0, share)

    def _law(self, what: str, at: float | Floats) -> Any:
        """Return the `ppf`, `sf` or `isf` of the distribution."""
        if self.steps is not None:
            return getattr(self.steps, what)(at)
        from scipy import stats

        laws = {"lognormal": stats.lognorm, "weibull": stats.weibull_min, "gamma": stats.gamma}
        return getattr(laws[self.distribution], what)(at, self.shape, scale=self.scale)


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

"""Maximum-likelihood fits of restoration times, incidents still open right-censored."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# Lengths that are all but one length have no likelihood to maximise: it grows without end.
_NARROWEST = 1e-6
_WIDEST = 1e3


def log_likelihood(
    hours: Floats, still_open: Flags, distribution: str, shape: float, scale: float
) -> float:
    """Return the log-likelihood of a log under a distribution.

    Parameters
    ----------
    hours : ndarray of float, shape (n,)
        How long each incident lasted, or has lasted so far; above 0.
    still_open : ndarray of bool, shape (n,)
        True for an incident that is not restored yet.
    distribution : str
        ``lognormal``, ``weibull`` or ``gamma``.
    shape, scale : float
        As in `svcimpact.incident.restoration.Restoration`.

    Returns
    -------
    float
        The sum of ``ln f(t)`` over the restored and of ``ln S(t)`` over those still open.

    Examples
    --------
    An exponential of mean 2 that lasted 2 hours, and one that has lasted 4 so far:

    >>> found = log_likelihood(np.array([2.0, 4]), np.array([False, True]), "weibull", 1, 2)
    >>> round(found, 6), round(float(-np.log(2)) - 1 - 2, 6)
    (-3.693147, -3.693147)
    """
    density, survival = _LAWS[distribution]
    restored, so_far = hours[~still_open], hours[still_open]
    found = density(restored, shape, scale).sum() + survival(so_far, shape, scale).sum()
    return float(found)


def _lognormal(t: Floats, shape: float, scale: float) -> Floats:
    z = np.log(t / scale) / shape
    found: Floats = -np.log(t * shape) - z * z / 2 - np.log(2 * np.pi) / 2
    return found


def _lognormal_still(t: Floats, shape: float, scale: float) -> Floats:
    from scipy import special

    return np.asarray(special.log_ndtr(-np.log(t / scale) / shape))


def _weibull(t: Floats, shape: float, scale: float) -> Floats:
    logs = np.log(t / scale)
    found: Floats = np.log(shape / scale) + (shape - 1) * logs - np.exp(shape * logs)
    return found


def _weibull_still(t: Floats, shape: float, scale: float) -> Floats:
    return np.asarray(-((t / scale) ** shape))


def _gamma(t: Floats, shape: float, scale: float) -> Floats:
    from scipy import special

    x = t / scale
    return np.asarray((shape - 1) * np.log(x) - x - special.gammaln(shape) - np.log(scale))


def _gamma_still(t: Floats, shape: float, scale: float) -> Floats:
    from scipy import special

    return np.asarray(np.log(special.gammaincc(shape, t / scale)))


_Log: TypeAlias = Callable[[Floats, float, float], Floats]
# Logarithms of the density and of the survival function.
_LAWS: dict[str, tuple[_Log, _Log]] = {
    "lognormal": (_lognormal, _lognormal_still),
    "weibull": (_weibull, _weibull_still),
    "gamma": (_gamma, _gamma_still),
}


def fit(hours: Floats, still_open: Flags, distribution: str) -> tuple[float, float]:
    """Fit a distribution by maximum likelihood, open incidents right-censored.

    Parameters
    ----------
    hours, still_open : ndarray
        As in `log_likelihood`; at least one is restored.
    distribution : str
        ``lognormal``, ``weibull`` or ``gamma``.

    Returns
    -------
    shape, scale : float
        As in `svcimpact.incident.restoration.Restoration`.

    Notes
    -----
    `scipy.stats` with `scipy.stats.CensoredData`, the location held at zero. The lognormal of a
    log without open incidents is in closed form: mean and standard deviation of the logarithms.

    Examples
    --------
    >>> shape, scale = fit(np.array([1.0, 10, 100]), np.zeros(3, bool), "lognormal")
    >>> round(scale, 6), round(float(shape / np.log(10)), 6)
    (10.0, 0.816497)
    """
    from scipy import stats

    logs = np.log(hours)
    if distribution == "lognormal" and not still_open.any():
        return max(float(logs.std()), _NARROWEST), float(np.exp(logs.mean()))
    spread, middle = float(logs.std()), float(np.exp(logs.mean()))
    if spread < _NARROWEST:
        return _one_length(distribution, middle)
    # Tolerances of the search are absolute, so that the unit must not be ours.
    unit = 1.0 if distribution == "lognormal" else middle
    data = stats.CensoredData(uncensored=hours[~still_open] / unit, right=hours[still_open] / unit)
    if distribution == "lognormal":
        sigma, _, scale = stats.lognorm.fit(data, floc=0)
        return float(sigma), float(scale)
    law = stats.weibull_min if distribution == "weibull" else stats.gamma
    start = 1.2 / spread if distribution == "weibull" else max(1 / spread**2, 1e-2)
    guess = 1.0 if distribution == "weibull" else 1 / start
    shape, _, scale = law.fit(data, start, floc=0, scale=guess)
    return float(shape), float(scale) * unit


def refit(
    hours: Floats, still_open: Flags, distribution: str, shape: float, scale: float
) -> tuple[float, float]:
    """Fit a distribution from a fit that is near, in a small part of the time.

    Parameters
    ----------
    hours, still_open : ndarray
        As in `log_likelihood`; at least one is restored.
    distribution : str
        ``lognormal``, ``weibull`` or ``gamma``.
    shape, scale : float
        Where the search begins.

    Returns
    -------
    shape, scale : float
        The maximum of the same likelihood that `fit` maximises.
    """
    from scipy import optimize

    logs = np.log(hours)
    if distribution == "lognormal" and not still_open.any():
        return max(float(logs.std()), _NARROWEST), float(np.exp(logs.mean()))
    if float(logs.std()) < _NARROWEST:
        return _one_length(distribution, float(np.exp(logs.mean())))
    origin = np.log([shape, scale])

    def loss(step: Floats) -> float:
        with np.errstate(all="ignore"):
            value = -log_likelihood(hours, still_open, distribution, *np.exp(origin + step))
        return value if np.isfinite(value) else np.inf

    found = optimize.minimize(
        loss,
        np.zeros(2),
        method="Nelder-Mead",
        bounds=[(-np.log(_WIDEST), np.log(_WIDEST))] * 2,
        options={
            "xatol": 1e-4,
            "fatol": 1e-6,
            "initial_simplex": [[0.0, 0.0], [0.1, 0.0], [0.0, 0.1]],
        },
    )
    best = np.exp(origin + found.x)
    return float(best[0]), float(best[1])


def _one_length(distribution: str, hours: float) -> tuple[float, float]:
    """Return the narrowest of a distribution at a length."""
    if distribution == "lognormal":
        return _NARROWEST, hours
    shape = 1 / _NARROWEST if distribution == "weibull" else 1 / _NARROWEST**2
    return shape, hours / (1.0 if distribution == "weibull" else shape)

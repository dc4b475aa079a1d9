"""How well distributions fit a log: likelihood, distance, quantiles, and how sure a fit is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.draws import stream
from svcimpact.incident.likelihood import log_likelihood, refit
from svcimpact.incident.log_fit import SHORTEST, Pool, fit_pool
from svcimpact.incident.restoration import DISTRIBUTIONS, Restoration
from svcimpact.incident.survival import Steps

Floats = NDArray[np.float64]

SHARES = {"median_hours": 0.5, "p80_hours": 0.8, "p95_hours": 0.95}


@dataclass(frozen=True, eq=False)
class Fitted:
    """One distribution fitted to a pool, and the same fitted to logs like it.

    Attributes
    ----------
    restoration : Restoration
        The fit.
    refits : tuple of Restoration
        Fits to logs drawn from the fit (from the log itself, for the empirical one).
    distance : float
        Kolmogorov-Smirnov distance between the fit and Kaplan-Meier; NaN for the empirical one.
    distances : ndarray of float, shape (len(refits),)
        The same between each refit and its own log.
    """

    restoration: Restoration
    refits: tuple[Restoration, ...]
    distance: float
    distances: Floats


def fit_all(pool: Pool, *, resamples: int, seed: int) -> dict[str, Fitted]:
    """Fit every distribution, and measure how far the fit can be off.

    Parameters
    ----------
    pool : Pool
        The incidents.
    resamples : int
        How many logs to draw from each fit; 0 for none.
    seed : int
        Of the draws.

    Returns
    -------
    dict of str to Fitted
        By distribution; `empirical` last.

    Notes
    -----
    Parametric bootstrap (Efron and Tibshirani, An Introduction to the Bootstrap, 1993): every
    drawn log has the strikes of the real one and ends when it ends, so that its incidents are
    censored as those were. The distribution is fitted anew to each, so that the distance is
    judged as Lilliefors did, by what fits of the same kind come to, and not by the tables of
    Kolmogorov and Smirnov, which hold for a distribution that was not fitted and make every fit
    look good. The empirical one is resampled with replacement, incident by incident.
    """
    found = {}
    for name in DISTRIBUTIONS:
        best = fit_pool(pool, name)
        rng = stream(seed, "refit", name)
        refits, distances = [], []
        for _ in range(resamples):
            drawn = best.draw(rng.random(len(pool.hours)))
            still = drawn > pool.known_for
            if still.all():
                continue
            like = np.maximum(np.where(still, pool.known_for, drawn), SHORTEST)
            shape, scale = refit(like, still, name, best.shape, best.scale)
            refits.append(Restoration(name, shape, scale))
            distances.append(distance(like, still, refits[-1]))
        far = distance(pool.hours, pool.still_open, best)
        found[name] = Fitted(best, tuple(refits), far, np.array(distances))
    rng = stream(seed, "refit", "empirical")
    chosen = rng.integers(len(pool.hours), size=(resamples, len(pool.hours)))
    steps = [Steps.of(pool.hours[at], pool.still_open[at]) for at in chosen]
    again = tuple(Restoration("empirical", 0.0, float(s.ppf(0.5)), steps=s) for s in steps)
    found["empirical"] = Fitted(fit_pool(pool, "empirical"), again, np.nan, np.zeros(0))
    return found


def distance(hours: Floats, still_open: NDArray[np.bool_], law: Restoration) -> float:
    """Return the largest distance between Kaplan-Meier and a distribution.

    Parameters
    ----------
    hours : ndarray of float, shape (n,)
        How long each incident lasted, or has lasted so far.
    still_open : ndarray of bool, shape (n,)
        True for an incident that is not restored yet.
    law : Restoration
        The distribution.

    Returns
    -------
    float
        From 0 to 1; looked for up to the longest restored incident. Without open incidents it
        is the statistic of Kolmogorov and Smirnov.
    """
    closed_at, closed = np.unique(hours[~still_open], return_counts=True)
    at_risk = len(hours) - np.searchsorted(np.sort(hours), closed_at, side="left")
    after = np.cumprod(1 - closed / at_risk)
    before = np.r_[1.0, after[:-1]]
    model = law.survival(closed_at)
    return float(np.max(np.maximum(np.abs(after - model), np.abs(before - model))))


def fit_table(pool: Pool, fitted: dict[str, Fitted], confidence: float) -> pd.DataFrame:
    """Return one row per distribution: parameters, likelihood, distance, quantiles.

    Parameters
    ----------
    pool : Pool
        The incidents.
    fitted : dict of str to Fitted
        As `fit_all` returns it.
    confidence : float
        Of the limits of the quantiles.

    Returns
    -------
    pandas.DataFrame
        The columns of `RestorationTimes.fits`, the best first, the empirical one last.

    Notes
    -----
    ``AIC = 2 * 2 - 2 ln L``. The p-value is ``(1 + count of distances as large) / (1 + draws)``
    (Davison and Hinkley, Bootstrap Methods and their Application, 1997, section 4.2), its error
    that of a share of the draws.
    """
    rows = []
    for name, one in fitted.items():
        law, draws = one.restoration, len(one.distances)
        row: dict[str, object] = {"distribution": name, "shape": np.nan, "scale_hours": np.nan}
        row |= dict.fromkeys(("log_likelihood", "aic", "ks_p", "ks_p_se"), np.nan)
        if name in DISTRIBUTIONS:
            args = (pool.hours, pool.still_open, name, law.shape, law.scale)
            likelihood = log_likelihood(*args)
            row |= {"shape": law.shape, "scale_hours": law.scale}
            row |= {"log_likelihood": likelihood, "aic": 4 - 2 * likelihood}
        row["ks_distance"] = one.distance
        if draws:
            p = (1 + int((one.distances >= one.distance).sum())) / (1 + draws)
            row |= {"ks_p": p, "ks_p_se": np.sqrt(p * (1 - p) / (1 + draws))}
        shares = np.array(list(SHARES.values()))
        told = law.draw(shares)
        again = np.array([other.draw(shares) for other in one.refits]).reshape(-1, len(shares))
        low, high = limits(again, confidence)
        for at, column in enumerate(SHARES):
            row |= {column: told[at], f"{column}_low": low[at], f"{column}_high": high[at]}
        rows.append(row)
    table = pd.DataFrame(rows).sort_values("aic", kind="stable", ignore_index=True)
    table.insert(5, "aic_difference", table["aic"] - table["aic"].min())
    table.insert(1, "best", table.index == 0)
    first = ["ks_distance", "ks_p", "ks_p_se"]
    kept = [c for c in table.columns if c not in first]
    at = kept.index("aic_difference") + 1
    return table[[*kept[:at], *first, *kept[at:]]]


def limits(values: Floats, confidence: float) -> tuple[Floats, Floats]:
    """Return the limits between which the middle of the values lies.

    Parameters
    ----------
    values : ndarray of float, shape (n, ...)
        One row per draw.
    confidence : float
        The share in the middle.

    Returns
    -------
    low, high : ndarray of float
        NaN where there are no values.

    Examples
    --------
    >>> [round(float(x), 6) for x in limits(np.arange(101.0), 0.9)]
    [5.0, 95.0]
    """
    if not len(values):
        nothing = np.full(values.shape[1:], np.nan)
        return nothing, nothing
    low, high = np.quantile(values, [(1 - confidence) / 2, (1 + confidence) / 2], axis=0)
    return low, high


def quantile_table(observed: pd.DataFrame, fitted: dict[str, Fitted]) -> pd.DataFrame:
    """Return observed lengths beside those that the fits put at the same share.

    Parameters
    ----------
    observed : pandas.DataFrame
        As `kaplan_meier` returns it.
    fitted : dict of str to Fitted
        As `fit_all` returns it.

    Returns
    -------
    pandas.DataFrame
        One row per length at which an incident was restored: `share`, `observed_hours` and, per
        distribution, its quantile at that share, such as `lognormal_hours`.

    Notes
    -----
    The share is that in the middle of the step of Kaplan-Meier: without open incidents and ties
    Hazen's ``(i - 1/2) / n``.
    """
    after = observed["survival"].to_numpy()
    share = 1 - (np.r_[1.0, after[:-1]] + after) / 2 if len(after) else after
    table = pd.DataFrame({"share": share, "observed_hours": observed["hours"]})
    for name in DISTRIBUTIONS:
        table[f"{name}_hours"] = fitted[name].restoration.draw(share)
    return table

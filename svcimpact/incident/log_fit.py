"""Which part of the incident log a fit is made from, and the fit as a restoration."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.likelihood import fit, log_likelihood
from svcimpact.incident.restoration import DISTRIBUTIONS, Restoration
from svcimpact.incident.survival import Steps
from svcimpact.portfolio import Portfolio

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# What a log can be asked for: "best" is that of the three with the lowest AIC.
FITTED = (*DISTRIBUTIONS, "empirical", "best")
# Closed incidents that a fit needs; a service with fewer borrows from others.
LEAST_CLOSED = 8
# Hours. A restoration noted to the minute may be over in none.
SHORTEST = 1 / 60


@dataclass(frozen=True, eq=False)
class Pool:
    """The incidents a fit is made from.

    Attributes
    ----------
    kind : str
        ``service`` (of the service and severity asked for), ``severity`` (of that severity, all
        services) or ``all``.
    name : str
        The same in words.
    hours : ndarray of float, shape (n,)
        How long each lasted, or has lasted at the end of the log; a minute at least.
    still_open : ndarray of bool, shape (n,)
        True where it is not restored.
    known_for : ndarray of float, shape (n,)
        Hours from its strike to the end of the log: the longest it could have been seen to last.
    """

    kind: str
    name: str
    hours: Floats
    still_open: Flags
    known_for: Floats

    @property
    def closed(self) -> int:
        """How many are restored."""
        return int((~self.still_open).sum())

    @property
    def source(self) -> str:
        """What a fit to them rests on, in words."""
        return f"fitted to {self.closed} closed and {self.still_open.sum()} open: {self.name}"


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


def choose_pool(
    log: pd.DataFrame,
    service: str | None,
    severity: int | None,
    *,
    least_closed: int = LEAST_CLOSED,
) -> Pool | None:
    """Choose the incidents to fit to: the nearest kin of which enough are closed.

    Parameters
    ----------
    log : pandas.DataFrame
        The table `incidents`.
    service : str or None
        Service id; all services where None.
    severity : int or None
        Severity level; all of them where None.
    least_closed : int
        How many closed incidents are enough.

    Returns
    -------
    Pool or None
        Those of the service and severity, else those of the severity over all services, else the
        whole log; None where not even that has enough.

    Notes
    -----
    An open incident is known to have lasted until the last date in the log, and no longer.
    """
    until = last_date(log)
    for rows, kind, name in _kin(log, service, severity):
        if int(rows["restored"].notna().sum()) >= least_closed:
            return _pool(rows, until, kind, name)
    return None


def _kin(
    log: pd.DataFrame, service: str | None, severity: int | None
) -> Iterator[tuple[pd.DataFrame, str, str]]:
    """Yield the incidents asked for, then ever wider circles of them."""
    same = log["severity"] == severity if severity is not None else log["severity"].notna()
    level = f"severity {severity}" if severity is not None else "all severities"
    if service is not None:
        yield log[same & (log["service"] == service)], "service", f"{level} of {service}"
    if severity is not None:
        yield log[same], "severity", f"{level} of all services"
    yield log, "all", "all incidents"


def _pool(rows: pd.DataFrame, until: pd.Timestamp, kind: str, name: str) -> Pool:
    lasted = (rows["restored"].fillna(until) - rows["opened"]).dt.total_seconds() / 3600
    known = (until - rows["opened"]).dt.total_seconds() / 3600
    return Pool(
        kind,
        name,
        np.asarray(lasted.clip(lower=SHORTEST), dtype=np.float64),
        rows["restored"].isna().to_numpy(),
        np.asarray(known.clip(lower=SHORTEST), dtype=np.float64),
    )


def fit_pool(pool: Pool, distribution: str, *, elapsed_hours: float = 0.0) -> Restoration:
    """Fit a distribution to incidents.

    Parameters
    ----------
    pool : Pool
        The incidents; at least one is closed.
    distribution : str
        One of `FITTED`.
    elapsed_hours : float
        How long the incident at hand has lasted already.

    Returns
    -------
    Restoration
        The fit; ``best`` names the one it found.

    Notes
    -----
    The three distributions have two parameters each, so that the lowest AIC (Akaike, IEEE
    Transactions on Automatic Control 19, 1974) is the highest likelihood.
    """
    chosen, source = distribution, pool.source
    if distribution == "empirical":
        steps = Steps.of(pool.hours, pool.still_open)
        median = float(steps.ppf(0.5))
        return Restoration("empirical", 0.0, median, float(elapsed_hours), source, steps)
    if distribution == "best":
        fits = {name: fit(pool.hours, pool.still_open, name) for name in DISTRIBUTIONS}
        chosen = max(fits, key=lambda n: log_likelihood(pool.hours, pool.still_open, n, *fits[n]))
        shape, scale = fits[chosen]
        source = f"best of {len(fits)} by AIC, {source}"
    else:
        shape, scale = fit(pool.hours, pool.still_open, distribution)
    return Restoration(chosen, shape, scale, float(elapsed_hours), source)


def from_log(
    portfolio: Portfolio,
    service: str,
    severity: int,
    *,
    elapsed_hours: float = 0.0,
    distribution: str = "lognormal",
    least_closed: int = LEAST_CLOSED,
) -> Restoration | None:
    """Fit a distribution to the incident log, open incidents right-censored.

    The service's own incidents of this severity are used where enough are closed; else those of
    this severity over all services; else the whole log.

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
    distribution : str
        ``lognormal``, ``weibull``, ``gamma``, ``empirical`` (the log's own lengths) or ``best``
        (of the first three, by AIC).
    least_closed : int
        How many closed incidents are enough.

    Returns
    -------
    Restoration or None
        The fit, or None when fewer incidents of the whole log are closed.

    Notes
    -----
    Maximum likelihood with right-censoring (`scipy.stats.CensoredData`). Open incidents are
    censored at the last date in the log. Restorations under a minute count as a minute.
    """
    pool = choose_pool(portfolio.incidents, service, severity, least_closed=least_closed)
    return None if pool is None else fit_pool(pool, distribution, elapsed_hours=elapsed_hours)

"""How long do our incidents last? What the log says, per service and severity."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.forecast import Forecast, forecast, span
from svcimpact.incident.goodness import SHARES, Fitted, fit_all, fit_table, quantile_table
from svcimpact.incident.log_fit import (
    FITTED,
    LEAST_CLOSED,
    Pool,
    choose_pool,
    fit_pool,
    last_date,
)
from svcimpact.incident.survival import kaplan_meier
from svcimpact.incident.ticket_times import ticket_time_warnings
from svcimpact.nearest import Nearest
from svcimpact.portfolio import Portfolio
from svcimpact.wording import chance, counted

Floats = NDArray[np.float64]

# Shares of logs drawn from a fit that lie as far off: below the first it is rejected.
_DOUBTFUL = 0.2
_VERDICTS = (
    (0.05, "It fits badly"),
    (_DOUBTFUL, "The fit is in doubt"),
    (np.inf, "Nothing speaks against the fit"),
)


@dataclass(frozen=True, eq=False, repr=False)
class RestorationTimes:
    """Restoration times fitted to an incident log.

    Attributes
    ----------
    service : str or None
        The service asked for; None for all.
    severity : int or None
        The severity asked for; None for all.
    fits : pandas.DataFrame
        One row per distribution, the best first and the empirical one last: `distribution`,
        `best`, `shape`, `scale_hours`, `log_likelihood`, `aic`, `aic_difference`, `ks_distance`
        (Kolmogorov-Smirnov, to Kaplan-Meier), `ks_p` (share of logs drawn from the fit and
        fitted anew that lie as far from theirs) with its Monte Carlo error `ks_p_se`, and
        `median_hours`, `p80_hours`, `p95_hours`, each with `_low` and `_high`, between which it
        lies with the stated confidence for want of more incidents.
    groups : pandas.DataFrame
        One row per service and severity in the log, then one per severity over all services,
        then the whole log: `service`, `name` (both blank for all), `severity` (missing for
        all), `closed`, `open`, `fitted_to` (service, severity or all: whose incidents a forecast
        uses), `fitted_closed`, `distribution` (the best by AIC), `median_hours`, `p80_hours`,
        `p95_hours` of the fit and `observed_median_hours` (Kaplan-Meier; missing where half are
        not restored). A group without enough closed incidents to fit anything has no fit.
    observed : pandas.DataFrame
        Kaplan-Meier, as `svcimpact.incident.survival.kaplan_meier` returns it.
    quantiles : pandas.DataFrame
        Observed against fitted lengths at the same share: `share`, `observed_hours`,
        `lognormal_hours`, `weibull_hours`, `gamma_hours`.
    best : str
        The distribution with the lowest AIC.
    pool : str
        Which incidents `fits` rests on, in words.
    closed, still_open : int
        How many of those are restored, and how many are not.
    until : pandas.Timestamp
        The last date in the log; open incidents are known to have lasted until then.
    least_closed : int
        How many closed incidents are enough not to borrow from others.
    confidence : float
        Of the limits.
    resamples : int
        How many logs were drawn from each fit.
    warnings : pandas.DataFrame
        Whose incidents were borrowed, and signs that tickets were timed instead of outages;
        columns as in `svcimpact.errors.FAULT_COLUMNS`.
    """

    service: str | None
    severity: int | None
    fits: pd.DataFrame
    groups: pd.DataFrame
    observed: pd.DataFrame
    quantiles: pd.DataFrame
    best: str
    pool: str
    closed: int
    still_open: int
    until: pd.Timestamp
    least_closed: int
    confidence: float
    resamples: int
    warnings: pd.DataFrame
    _fitted: dict[str, Fitted]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name, as they are written."""
        return {
            "fits": self.fits,
            "groups": self.groups,
            "observed": self.observed,
            "quantiles": self.quantiles,
            "warnings": self.warnings,
        }

    @cached_property
    def longest_hours(self) -> float:
        """The longest restored incident among those fitted to, hours."""
        return float(self.observed["hours"].max())

    def survival(self, hours: Floats, distribution: str) -> Floats:
        """Return the share of incidents that last longer than so many hours, as fitted.

        Parameters
        ----------
        hours : ndarray of float
            Hours since the strike.
        distribution : str
            ``lognormal``, ``weibull``, ``gamma`` or ``empirical``.

        Returns
        -------
        ndarray of float
            From 1 down to 0.
        """
        return self._fitted[distribution].restoration.survival(hours)

    def forecast(self, elapsed_hours: float = 0.0, *, distribution: str = "best") -> Forecast:
        """Return how much longer an incident lasts that has lasted so long.

        Parameters
        ----------
        elapsed_hours : float
            Hours around the clock since the strike.
        distribution : str
            ``lognormal``, ``weibull``, ``gamma``, ``empirical`` or ``best``.

        Returns
        -------
        Forecast
            What is left, by every distribution, the chosen one first.

        Raises
        ------
        InputError
            The hours or the distribution will not do.
        """
        faults = []
        if not (isinstance(elapsed_hours, int | float) and 0 <= elapsed_hours < np.inf):
            expected = "hours since the strike, 0 or more"
            faults.append(
                fault("forecast", column="elapsed", found=repr(elapsed_hours), expected=expected)
            )
        if distribution not in FITTED:
            expected = f"one of {', '.join(FITTED)}"
            near = Nearest(FITTED)(str(distribution))
            found = {"found": repr(distribution), "expected": expected}
            faults.append(
                fault(
                    "forecast", column="distribution", nearest=repr(near) if near else "", **found
                )
            )
        if faults:
            raise InputError("There is no such forecast.", fault_frame(faults))
        return forecast(
            self._fitted,
            float(elapsed_hours),
            distribution=self.best if distribution == "best" else distribution,
            confidence=self.confidence,
            longest_hours=self.longest_hours,
        )

    def sentences(self) -> list[str]:
        """Return the findings in words.

        Returns
        -------
        list of str
            Plain text, unescaped.
        """
        row = self.fits.iloc[0]
        said = [
            f"Of {_whose(self.service, self.severity)}, half are over within "
            f"{span(row['median_hours'])}, four in five within {span(row['p80_hours'])}, nineteen "
            f"in twenty within {span(row['p95_hours'])} ({self.best}, fitted to {self.closed} "
            f"closed and {self.still_open} open: {self.pool})."
        ]
        rivals = self.fits[(self.fits["aic_difference"] < 2) & ~self.fits["best"]]
        if len(rivals):
            names = " and ".join(rivals["distribution"])
            said.append(f"The log can hardly tell {self.best} from {names} (AIC within 2).")
        if np.isfinite(row["ks_p"]):
            verdict = next(words for most, words in _VERDICTS if row["ks_p"] < most)
            logged = self.fits["distribution"] == "empirical"
            own = float(self.fits.loc[logged, "median_hours"].iloc[0])
            beside = f"; half of the log itself is over within {span(own)}"
            said.append(
                f"{verdict}: {chance(row['ks_p'])} of logs drawn from it lie as far from "
                f"their own fit (distance {row['ks_distance']:.2f})"
                f"{beside if row['ks_p'] < _DOUBTFUL else ''}."
            )
        return said

    def __repr__(self) -> str:
        columns = ["distribution", "aic_difference", "ks_p", *SHARES]
        table = self.fits[columns].round(2).to_string(index=False)
        head = f"Restoration times: {_whose(self.service, self.severity)}"
        return "\n".join([head, *(f"  {line}" for line in [*self.sentences(), *table.split("\n")])])

    def _repr_html_(self) -> str:
        columns = ["distribution", "aic_difference", "ks_p", *SHARES]
        said = "".join(f"<p>{escape(line)}</p>" for line in self.sentences())
        return f"<div>{said}{self.fits[columns].round(2).to_html(index=False)}</div>"


def restoration_times(
    log: Portfolio | pd.DataFrame,
    *,
    service: str | None = None,
    severity: int | None = None,
    least_closed: int = LEAST_CLOSED,
    resamples: int = 199,
    confidence: float = 0.9,
    seed: int = 1,
) -> RestorationTimes:
    """Fit restoration times to an incident log, and say how well they fit.

    Parameters
    ----------
    log : Portfolio or pandas.DataFrame
        A portfolio with incidents, or the table `incidents` alone.
    service : str, optional
        Service id; all services where not given.
    severity : int, optional
        Severity level; all of them where not given.
    least_closed : int
        How many closed incidents a fit needs. With fewer of the service and severity those of
        that severity over all services are used, and then the whole log.
    resamples : int
        How many logs are drawn from each fit to judge it by and to put limits to its quantiles;
        0 leaves both out.
    confidence : float
        Of the limits.
    seed : int
        Of the draws.

    Returns
    -------
    RestorationTimes
        Fits, groups, the observed curve and quantiles.

    Raises
    ------
    InputError
        The log has too few closed incidents, or no such service or severity.

    Notes
    -----
    Maximum likelihood, open incidents right-censored at the last date in the log. Which fit is
    best goes by AIC; how good it is, by the distance to Kaplan-Meier, judged against logs drawn
    from the fit itself, see `svcimpact.incident.goodness.fit_all`.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> found = restoration_times(read("data/meridian"), severity=2, resamples=0)
    >>> found.best, round(float(found.fits["median_hours"].iloc[0]), 1)
    ('lognormal', 4.1)
    >>> print(found.forecast(6).sentences()[0][:51])
    After 6 hours, half are over within 5.7 hours more,
    """
    table = log.incidents if isinstance(log, Portfolio) else log
    names = _names(log)
    faults = _option_faults(table, service, severity, least_closed, resamples, confidence)
    pool = None
    if not faults:
        pool = choose_pool(table, service, severity, least_closed=least_closed)
    if faults or pool is None:
        raise InputError(
            "Restoration times cannot be fitted.",
            fault_frame(faults or [_too_few(table, least_closed)]),
        )
    fitted = fit_all(pool, resamples=resamples, seed=seed)
    fits = fit_table(pool, fitted, confidence)
    observed = kaplan_meier(pool.hours, pool.still_open, confidence=confidence)
    warnings = [*_borrowed(table, service, severity, pool, least_closed)]
    return RestorationTimes(
        service=service,
        severity=severity,
        fits=fits,
        groups=_groups(table, names, least_closed),
        observed=observed,
        quantiles=quantile_table(observed, fitted),
        best=str(fits["distribution"].iloc[0]),
        pool=pool.name,
        closed=pool.closed,
        still_open=int(pool.still_open.sum()),
        until=last_date(table),
        least_closed=least_closed,
        confidence=confidence,
        resamples=resamples,
        warnings=pd.concat([fault_frame(warnings), ticket_time_warnings(table)], ignore_index=True),
        _fitted=fitted,
    )


def _whose(service: str | None, severity: int | None) -> str:
    level = "all incidents" if severity is None else f"severity {severity} incidents"
    return f"{level} of {service}" if service is not None else level


def _names(log: Portfolio | pd.DataFrame) -> dict[str, str]:
    if isinstance(log, Portfolio):
        return dict(zip(log.services["service"], log.services["name"], strict=True))
    return {str(service): str(service) for service in log["service"].unique()}


def _option_faults(
    log: pd.DataFrame,
    service: str | None,
    severity: int | None,
    least_closed: int,
    resamples: int,
    confidence: float,
) -> list[dict[str, str]]:
    """Return what is wrong with what was asked for."""
    faults = []
    known = sorted(log["service"].dropna().unique())
    if service is not None and service not in known and len(log):
        near = Nearest(known)(str(service))
        faults.append(
            fault(
                "incidents",
                column="service",
                found=repr(service),
                expected="a service with incidents in the log",
                nearest=repr(near) if near else "",
            )
        )
    levels = sorted(log["severity"].dropna().unique())
    if severity is not None and severity not in levels and len(log):
        expected = f"one of {', '.join(str(level) for level in levels)}"
        faults.append(
            fault("incidents", column="severity", found=repr(severity), expected=expected)
        )
    for name, value, least in (("least_closed", least_closed, 3), ("resamples", resamples, 0)):
        if not isinstance(value, int) or isinstance(value, bool) or value < least:
            expected = f"a whole number, {least} or more"
            faults.append(fault("options", column=name, found=repr(value), expected=expected))
    if not (isinstance(confidence, float) and 0 < confidence < 1):
        expected = "a number between 0 and 1"
        faults.append(
            fault("options", column="confidence", found=repr(confidence), expected=expected)
        )
    return faults


def _too_few(log: pd.DataFrame, least_closed: int) -> dict[str, str]:
    closed = int(log["restored"].notna().sum())
    return fault(
        "incidents",
        found=f"{closed} closed incidents",
        expected=f"at least {least_closed}",
        cure="Import a longer log (svcimpact import-log), or lower --least-closed.",
    )


def _borrowed(
    log: pd.DataFrame, service: str | None, severity: int | None, pool: Pool, least_closed: int
) -> list[dict[str, str]]:
    """Return the warning that others' incidents had to help out."""
    asked = log["severity"].notna()
    if service is not None:
        asked &= log["service"] == service
    if severity is not None:
        asked &= log["severity"] == severity
    if len(pool.hours) == int(asked.sum()):
        return []
    closed = int(log.loc[asked, "restored"].notna().sum())
    level = "closed incident" if severity is None else f"closed severity {severity} incident"
    of = "" if service is None else f" of {service}"
    return [
        fault(
            "incidents",
            found=counted(closed, level) + of,
            expected=f"at least {least_closed}",
            cure=f"The fit is to {pool.name}, {pool.closed} of them closed.",
        )
    ]


def _groups(log: pd.DataFrame, names: dict[str, str], least_closed: int) -> pd.DataFrame:
    """Return one row per service and severity, per severity, and for all."""
    pairs = log[["service", "severity"]].drop_duplicates().sort_values(["severity", "service"])
    asked: list[tuple[str | None, int | None]] = [
        (str(service), int(severity)) for service, severity in pairs.itertuples(index=False)
    ]
    asked += [(None, int(level)) for level in sorted(pairs["severity"].unique())]
    asked.append((None, None))
    fits: dict[str, tuple[Pool, dict[str, object]]] = {}
    rows = []
    for service, severity in asked:
        own = log["severity"].notna()
        own &= own if service is None else log["service"] == service
        own &= own if severity is None else log["severity"] == severity
        closed = int(log.loc[own, "restored"].notna().sum())
        row: dict[str, object] = {"service": service or "", "name": names.get(service or "", "")}
        row |= {"severity": severity, "closed": closed, "open": int(own.sum()) - closed}
        pool = choose_pool(log, service, severity, least_closed=least_closed)
        if pool is not None:
            if pool.name not in fits:
                law = fit_pool(pool, "best")
                ends = law.draw(np.array(list(SHARES.values())))
                told = dict(zip(SHARES, ends.tolist(), strict=True))
                fits[pool.name] = pool, {"distribution": law.distribution, **told}
            row |= {"fitted_to": pool.kind, "fitted_closed": pool.closed, **fits[pool.name][1]}
        row["observed_median_hours"] = _median(log[own], last_date(log))
        rows.append(row)
    columns = [
        "service", "name", "severity", "closed", "open", "fitted_to", "fitted_closed",
        "distribution", *SHARES, "observed_median_hours",
    ]  # fmt: skip
    table = pd.DataFrame(rows, columns=columns)
    return table.astype({"severity": "Int64", "fitted_closed": "Int64"})


def _median(rows: pd.DataFrame, until: pd.Timestamp) -> float:
    """Return the length by which half are restored, by Kaplan-Meier."""
    still = rows["restored"].isna().to_numpy()
    hours = (rows["restored"].fillna(until) - rows["opened"]).dt.total_seconds().to_numpy() / 3600
    curve = kaplan_meier(hours, still) if len(rows) else pd.DataFrame({"survival": []})
    over = curve[curve["survival"] <= 0.5 + 1e-12]
    return float(over["hours"].iloc[0]) if len(over) else np.nan

"""Faults in fits to the incident log, in forecasts, and in the logs that are imported."""

from __future__ import annotations

from faults import faults_in

FITS = ("tests/test_likelihood.py",)
JUDGED = ("tests/test_goodness.py",)
LEFT = ("tests/test_forecast.py",)
SEEN = ("tests/test_survival.py",)
POOLS = ("tests/test_restoration_times.py", "tests/test_restoration.py", "tests/test_log_fit.py")
LOGS = ("tests/test_incident_log.py",)

RESTORATION_FAULTS = (
    *faults_in(
        "incident/likelihood.py",
        FITS,
        (
            "Open incidents are dropped.",
            "right=hours[still_open] / unit)",
            "right=hours[still_open][:0])",
        ),
        (
            "A likelihood counts open incidents as restored.",
            "survival(so_far, shape, scale)",
            "density(so_far, shape, scale)",
        ),
        (
            "The unit of a fit is forgotten.",
            "return float(shape), float(scale) * unit",
            "return float(shape), float(scale)",
        ),
    ),
    *faults_in(
        "incident/log_fit.py",
        POOLS,
        (
            "Open incidents count as restored on the last day of the log.",
            'rows["restored"].isna().to_numpy()',
            'rows["restored"].isna().to_numpy() & False',
        ),
        (
            "Open incidents count as closed.",
            'int(rows["restored"].notna().sum()) >= least_closed',
            "len(rows) >= least_closed",
        ),
        (
            "The worst of three is called the best.",
            "chosen = max(fits, key",
            "chosen = min(fits, key",
        ),
        (
            "A service is fitted to all severities at once.",
            'log[same & (log["service"] == service)]',
            'log[log["service"] == service]',
        ),
    ),
    *faults_in(
        "incident/survival.py",
        SEEN,
        (
            "Those still open are not at risk.",
            'at_risk = len(hours) - np.searchsorted(np.sort(hours), closed_at, side="left")\n'
            "    if not",
            "at_risk = (~still_open).sum() - np.searchsorted(np.sort(hours[~still_open]), "
            "closed_at)\n    if not",
        ),
        (
            "A draw from the log comes a step late.",
            "np.asarray(share, dtype=np.float64) + 1e-12",
            "np.asarray(share, dtype=np.float64) - 1e-9",
        ),
        (
            "What the log leaves over is lost.",
            "if not len(closed_at) or closed_at[-1] < longest:",
            "if not len(closed_at):",
        ),
    ),
    *faults_in(
        "incident/goodness.py",
        JUDGED,
        (
            "A fit is judged by logs that it was not fitted to.",
            "shape, scale = refit(like, still, name, best.shape, best.scale)",
            "shape, scale = best.shape, best.scale",
        ),
        (
            "The distance is looked for after each step alone.",
            "np.maximum(np.abs(after - model), np.abs(before - model))",
            "np.abs(after - model)",
        ),
        (
            "Drawn logs never end.",
            "still = drawn > pool.known_for",
            "still = drawn > 1e9",
        ),
        (
            "AIC counts one parameter.",
            '"aic": 4 - 2 * likelihood',
            '"aic": 2 - 2 * likelihood',
        ),
    ),
    *faults_in(
        "incident/forecast.py",
        LEFT,
        (
            "What is left is counted from the strike.",
            "return law.draw(share) - x",
            "return law.draw(share)",
        ),
        (
            "Beyond the longest of the log nothing is left.",
            "return np.full(len(share), np.nan)",
            "return np.zeros(len(share))",
        ),
    ),
    *faults_in(
        "incident/ticket_times.py",
        ("tests/test_ticket_times.py",),
        (
            "Saturday is in office hours.",
            "_OFFICE_DAYS, _OFFICE_HOURS = 5, (7, 19)",
            "_OFFICE_DAYS, _OFFICE_HOURS = 6, (7, 19)",
        ),
    ),
    *faults_in(
        "exchange/log_dates.py",
        LOGS,
        (
            "Noon is midnight.",
            'hour = hour % 12 + (12 if match["half"][0] in "Pp" else 0)',
            "hour = hour % 12",
        ),
        (
            "A written offset is forgotten.",
            "zone = parts.zone or source",
            "zone = source",
        ),
        (
            "Dates that may be either are taken with the day first.",
            'return found - {EITHER} or found',
            "return found - {EITHER}",
        ),
    ),
    *faults_in(
        "exchange/log_rows.py",
        LOGS,
        (
            "A reopened ticket counts as restored.",
            "                return opened, None\n            if self._cell",
            "                return opened, restored\n            if self._cell",
        ),
        (
            "A restoration before the strike passes.",
            "restored is not None and restored < opened:",
            "restored is not None and restored < opened and False:",
        ),
        (
            "The same number twice passes.",
            "if incident not in self._seen:",
            "if incident not in self._seen or made != self._seen[incident][1]:",
        ),
    ),
    *faults_in(
        "exchange/incident_log.py",
        LOGS,
        (
            "Imported incidents push out all that were there.",
            'kept = portfolio.incidents[~portfolio.incidents["incident"].isin(new["incident"])]',
            "kept = portfolio.incidents.head(0)",
        ),
    ),
)  # fmt: skip

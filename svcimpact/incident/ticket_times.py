"""Signs that a log tells how long tickets were open, and not how long a service was down."""

from __future__ import annotations

import pandas as pd

from svcimpact.errors import Ledger, fault_frame

# Fewer closed incidents show nothing.
_ENOUGH = 20
_OFFICE_DAYS, _OFFICE_HOURS = 5, (7, 19)


def ticket_time_warnings(
    log: pd.DataFrame,
    *,
    median_hours: float = 24.0,
    office_share: float = 0.85,
) -> pd.DataFrame:
    """Warn where a log looks as if tickets had been timed instead of outages.

    Parameters
    ----------
    log : pandas.DataFrame
        The table `incidents`.
    median_hours : float
        The two most severe levels are doubted where half of one lasts longer than this.
    office_share : float
        The log is doubted where more than this share was restored on Monday to Friday between
        7:00 and 19:00: services come back at night and at weekends too.

    Returns
    -------
    pandas.DataFrame
        Warnings; columns as in `svcimpact.errors.FAULT_COLUMNS`. Twenty closed incidents are
        needed for each.

    Notes
    -----
    The two differ by orders of magnitude. GitHub's status page: half of 389 incidents of
    2022-2024 were over within 0.95 h, 48 % of them in office hours. A service desk of 24,918
    tickets (Amaral, Fantinato and Peres 2018, UCI, doi 10.24432/C5754H): half of the critical
    ones took 80 h to be resolved and 206 h to be closed; 90 % were resolved in office hours.
    See docs/restoration.md.
    """
    ledger = Ledger()
    closed = log[log["restored"].notna()]
    cure = (
        "This looks like how long tickets were open, not how long the service was down. Take the "
        "end of the outage itself; forecasts and simulations take these times as outages."
    )
    hours = (closed["restored"] - closed["opened"]).dt.total_seconds() / 3600
    for severity in sorted(closed["severity"].dropna().unique())[:2]:
        lasted = hours[closed["severity"] == severity]
        if len(lasted) >= _ENOUGH and lasted.median() > median_hours:
            ledger.warn(
                "incidents",
                column="restored",
                found=f"a median of {lasted.median():.0f} h over {len(lasted)} incidents of "
                f"severity {severity}",
                expected=f"at most {median_hours:g} h for outages of that severity",
                cure=cure,
            )
    when = closed["restored"]
    if len(when) >= _ENOUGH:
        first, last = _OFFICE_HOURS
        at_work = (when.dt.day_of_week < _OFFICE_DAYS) & when.dt.hour.between(first, last - 1)
        if at_work.mean() > office_share:
            ledger.warn(
                "incidents",
                column="restored",
                found=f"{at_work.mean():.0%} restored in office hours",
                expected=f"at most {office_share:.0%}, as services come back at night too",
                cure=cure,
            )
    return fault_frame(ledger.warnings)

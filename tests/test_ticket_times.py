"""Logs of tickets are told from logs of outages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from svcimpact.errors import describe
from svcimpact.incident.ticket_times import ticket_time_warnings

CURE = (
    "This looks like how long tickets were open, not how long the service was down. Take the end "
    "of the outage itself; forecasts and simulations take these times as outages."
)


def log(
    hours: float, count: int = 20, severity: int = 1, *, at: str = "2025-03-03 03:00"
) -> pd.DataFrame:
    """Return incidents that last alike and are restored every 24 hours, from then on."""
    restored = pd.Timestamp(at) + pd.to_timedelta(np.arange(count), unit="D")
    return pd.DataFrame(
        {"severity": severity, "opened": restored - pd.Timedelta(hours=hours), "restored": restored}
    )


def test_outages_raise_no_doubt() -> None:
    """Hours, at night: nothing is said."""
    assert ticket_time_warnings(log(3)).empty


def test_days_at_the_median_are_doubted() -> None:
    """Half over 80 hours among the most severe: told with the count and the threshold."""
    found = ticket_time_warnings(log(80))
    assert describe(found) == [
        "incidents, restored: found a median of 80 h over 20 incidents of severity 1, expected at "
        f"most 24 h for outages of that severity. {CURE}"
    ]
    assert ticket_time_warnings(log(80), median_hours=81).empty
    assert ticket_time_warnings(log(80, count=19)).empty


def test_only_the_two_most_severe_levels_are_doubted() -> None:
    """What is minor may wait for days."""
    whole = pd.concat([log(3, severity=s) for s in (1, 2)] + [log(90, severity=3)])
    assert ticket_time_warnings(whole).empty
    assert len(ticket_time_warnings(pd.concat([log(90, severity=s) for s in (2, 3)]))) == 2


def test_office_hours_are_doubted() -> None:
    """Restored at 10 on weekdays, 18 of 20: told with the share. At night it is not."""
    days = pd.bdate_range("2025-03-03", periods=18).to_list() + [pd.Timestamp("2025-04-05")] * 2
    restored = pd.Series(days) + pd.Timedelta(hours=10)
    table = pd.DataFrame(
        {"severity": 1, "opened": restored - pd.Timedelta(hours=1), "restored": restored}
    )
    assert describe(ticket_time_warnings(table)) == [
        "incidents, restored: found 90% restored in office hours, expected at most 85%, as "
        f"services come back at night too. {CURE}"
    ]
    assert ticket_time_warnings(table, office_share=0.9).empty


@pytest.mark.parametrize(("hour", "counts"), [(6, False), (7, True), (18, True), (19, False)])
def test_office_hours_from_seven_to_nineteen(hour: int, counts: bool) -> None:
    """Seven in the morning belongs to them, seven in the evening does not."""
    table = log(1, at="2025-03-03").iloc[:5]
    days = pd.bdate_range("2025-03-03", periods=20) + pd.Timedelta(hours=hour)
    table = pd.DataFrame({"severity": 1, "opened": days - pd.Timedelta(hours=1), "restored": days})
    assert ticket_time_warnings(table).empty is not counts


def test_open_incidents_are_no_sign() -> None:
    """A log without any restoration is not doubted."""
    table = log(80)
    table["restored"] = pd.NaT
    assert ticket_time_warnings(table).empty

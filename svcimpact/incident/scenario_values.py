"""What the values of incidents and scenarios may be."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date, datetime
from math import inf
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.cells.doubt import show
from svcimpact.errors import fault
from svcimpact.incident.blocks import SAMPLINGS
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.log_fit import FITTED
from svcimpact.incident.restoration import DISTRIBUTIONS, LONGEST
from svcimpact.nearest import Nearest

Faults = Iterator[dict[str, str]]

MOST = 120  # characters of a value in a message
SOON = "one of: hours; median_hours with p90_hours; from_log = true"
AFTER = {
    "aftermath_hours": (0.0, LONGEST),
    "aftermath_share": (0.0, 1.0),
    "freeze_after_hours": (0.0, LONGEST),
}
# From a minute to two years: nothing wider is known of anything, and numbers overflow.
WIDEST = 1_000_000
# Closed incidents; two parameters fit any two of them.
FEWEST = 3
QUANTILES = ("median_hours", "p90_hours")
OPTIONAL = ("hours", *QUANTILES)
# How returning people are given out.
ORDERS = ("plan", "cost_of_delay", "least_float")


def value_fault(column: str, found: Any, expected: str, cure: str = "") -> dict[str, str]:
    """Return the fault of one value.

    Parameters
    ----------
    column : str
        The key.
    found : object
        The value.
    expected, cure : str
        As in `svcimpact.errors.fault`.

    Returns
    -------
    dict of str to str
        The fault.
    """
    # Python writes no integer of thousands of digits, and nobody reads one.
    integer = isinstance(found, int) and not isinstance(found, bool)
    text = show(found) if integer else repr(found)
    text = text if len(text) <= MOST else f"{text[: MOST - 1]}…"
    return fault("scenario", column=column, found=text, expected=expected, cure=cure)


def moment(value: Any) -> pd.Timestamp | None:
    """Return a date and time as pandas has it.

    Parameters
    ----------
    value : object
        A date, a date-time, or text; text has to be ISO, because 03/04/2026 is March in one
        country and April in the next.

    Returns
    -------
    pandas.Timestamp or None
        None where it is no date from 1901 to 2199.
    """
    try:
        value = datetime.fromisoformat(value.strip()) if isinstance(value, str) else value
    except ValueError:
        return None
    if not isinstance(value, date | np.datetime64) or pd.isna(value):
        return None
    stamp = pd.Timestamp(value)
    return stamp.as_unit("us") if 1900 < stamp.year < 2200 else None


def unwrap(owner: Any) -> None:
    """Turn the numpy numbers among the values of a frozen dataclass into Python's own.

    Parameters
    ----------
    owner : Incident, RandomIncidents or Scenario
        Not checked yet; what comes out of a DataFrame is as good as what is typed.
    """
    for f in fields(owner):
        value = getattr(owner, f.name)
        if isinstance(value, np.integer | np.floating | np.bool_):
            object.__setattr__(owner, f.name, value.item())


def number(value: Any) -> bool:
    """Tell whether a value is a finite number.

    Parameters
    ----------
    value : object
        Anything; true and false are none.

    Returns
    -------
    bool
        Whether it is.
    """
    # An integer may be too large for a float, so it is compared, not turned into one.
    return isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < inf


def _within(owner: Any, limits: Mapping[str, tuple[float, float]]) -> Faults:
    """Yield a fault for each named number that is not one, or is out of its limits."""
    for name, (low, high) in limits.items():
        value = getattr(owner, name)
        if value is None and name in OPTIONAL:
            continue
        if not (number(value) and low <= value <= high):
            yield value_fault(name, value, f"a number from {low:g} to {high:.10g}")


def _quantile_faults(owner: Any) -> Faults:
    """Yield faults of a median and a P90."""
    median, high = owner.median_hours, owner.p90_hours
    if (median is None) != (high is None):
        missing = "p90_hours" if high is None else "median_hours"
        expected = "median_hours and p90_hours together"
        yield fault("scenario", column=missing, found="nothing", expected=expected)
    elif number(median) and number(high) and not 0 < median < high:
        found = f"median {median:g} h and P90 {high:g} h"
        yield fault("scenario", column="p90_hours", found=found, expected="0 < median < P90")
    elif number(median) and number(high) and high > WIDEST * median:
        found = f"median {median:g} h and P90 {high:g} h"
        expected = f"a P90 of at most {WIDEST:,} times the median"
        yield fault("scenario", column="p90_hours", found=found, expected=expected)


def incident_faults(incident: Any) -> Faults:
    """Yield the faults of an incident's values, its start left aside.

    Parameters
    ----------
    incident : Incident
        Not checked yet.

    Yields
    ------
    dict of str to str
        A fault.
    """
    limits = dict.fromkeys((*OPTIONAL, "elapsed_hours"), (0.0, LONGEST))
    yield from _within(incident, {**limits, **AFTER})
    yield from _quantile_faults(incident)
    if not isinstance(incident.service, str) or not incident.service:
        yield value_fault("service", incident.service, "the id of a service")
    if not isinstance(incident.severity, int) or isinstance(incident.severity, bool):
        yield value_fault("severity", incident.severity, "a whole number")
    yield from _flag_faults(incident)
    ways = [
        incident.hours is not None,
        incident.median_hours is not None or incident.p90_hours is not None,
        incident.from_log is not False,
    ]
    if sum(ways) != 1:
        given = [n for n, w in zip(("hours", "median_hours", "from_log"), ways, strict=True) if w]
        found = " and ".join(given) or "nothing"
        yield fault("scenario", column="restoration", found=found, expected=SOON)
    yield from _fit_faults(incident, fitted=incident.from_log is not False)


def _fit_faults(owner: Any, *, fitted: bool) -> Faults:
    """Yield the faults of which distribution is fitted, and to how many incidents."""
    known = FITTED if fitted else DISTRIBUTIONS
    if owner.distribution not in known:
        expected = f"one of {', '.join(known)}"
        cure = "It is fitted to a log: say from_log = true." if owner.distribution in FITTED else ""
        yield value_fault("distribution", owner.distribution, expected, cure)
    least = owner.least_closed
    if not isinstance(least, int) or isinstance(least, bool) or least < FEWEST:
        yield value_fault("least_closed", least, f"a whole number, {FEWEST} or more")


def random_faults(chance: Any) -> Faults:
    """Yield the faults of the values of random incidents.

    Parameters
    ----------
    chance : RandomIncidents
        Not checked yet.

    Yields
    ------
    dict of str to str
        A fault.
    """
    quantiles = dict.fromkeys(QUANTILES, (0.0, LONGEST))
    yield from _within(chance, {"horizon_days": (0.0, LONGEST / 24), **quantiles, **AFTER})
    yield from _quantile_faults(chance)
    yield from _flag_faults(chance)
    yield from _fit_faults(chance, fitted=chance.median_hours is None)
    if not isinstance(chance.rates, Mapping):
        yield value_fault("rates", chance.rates, "a table of services and their incidents per year")
        return
    if (chance.from_log is not False) == bool(chance.rates):
        found = "both" if chance.rates else "neither"
        yield fault("scenario", column="rates", found=found, expected="rates, or from_log = true")
    for service, rate in chance.rates.items():
        if not isinstance(service, str):
            yield value_fault("rates", service, "ids of services")
        if not number(rate) or rate < 0:
            yield value_fault(f"rates.{service}", rate, "incidents per year, 0 or more")


def _flag_faults(owner: Any) -> Faults:
    if not isinstance(owner.from_log, bool):
        yield value_fault("from_log", owner.from_log, "true or false")


def rule_faults(scenario: Any) -> Faults:
    """Yield the faults of a scenario's own values, those of its incidents left aside.

    Parameters
    ----------
    scenario : Scenario
        Not checked yet.

    Yields
    ------
    dict of str to str
        A fault.
    """
    if not isinstance(scenario.name, str):
        yield value_fault("name", scenario.name, "a text")
    yield from _within(scenario, {"resume_hours": (0.0, LONGEST)})
    share = scenario.min_share
    if not (number(share) and 0 < share <= 1):
        yield value_fault("min_share", share, "a number above 0 and up to 1")
    for name, low in (("runs", 1), ("seed", 0)):
        value = getattr(scenario, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            yield value_fault(name, value, f"a whole number, {low} or more")
    if scenario.sampling not in SAMPLINGS:
        expected = " or ".join(map(repr, SAMPLINGS))
        yield value_fault("sampling", scenario.sampling, expected)
    if scenario.order not in ORDERS:
        row = value_fault("order", scenario.order, f"one of {', '.join(ORDERS)}")
        meant = Nearest(ORDERS)(str(scenario.order))
        yield {**row, "nearest": repr(meant) if meant else ""}
    if not isinstance(scenario.without, tuple):
        yield value_fault("without", scenario.without, "a list of mechanisms")
        return
    for name in scenario.without:
        if name not in MECHANISMS:
            expected = f"one of {', '.join(MECHANISMS)}"
            meant = Nearest(MECHANISMS)(str(name))
            yield {**value_fault("without", name, expected), "nearest": meant}

"""Incidents and scenarios: what is supposed to happen, and under which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from math import isfinite
from pathlib import Path
from typing import Any

import pandas as pd

from svcimpact.errors import InvalidScenarioError, fault, fault_frame
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.restoration import (
    DISTRIBUTIONS,
    LEAST_CLOSED,
    Restoration,
    fixed,
    from_log,
    from_quantiles,
)
from svcimpact.nearest import Nearest
from svcimpact.portfolio import Portfolio

SOON = "one of: hours; median_hours with p90_hours; from_log = true"


@dataclass(frozen=True)
class Incident:
    """One incident, and how long its restoration takes.

    Give `hours` (fixed), or `median_hours` and `p90_hours`, or `from_log=True`.

    Attributes
    ----------
    service : str
        Id of the service struck.
    start : pandas.Timestamp
        When it strikes, on the wall clock of the portfolio's time zone.
    severity : int
        Severity level; sets the share of the incident staffing that is pulled.
    hours : float, optional
        Restoration time around the clock, fixed.
    median_hours, p90_hours : float, optional
        Median and 90th percentile of the restoration time.
    distribution : str
        ``lognormal``, ``weibull`` or ``gamma``.
    from_log : bool
        Whether to fit the restoration time to the incident log.
    elapsed_hours : float
        How long the incident has lasted already; the rest is conditional on it.
    aftermath_hours : float
        How long, after restoration, part of the staff stays pulled; wall-clock hours.
    aftermath_share : float
        That part, from 0 to 1.
    freeze_after_hours : float
        How long, after restoration, changes to the service stay frozen; wall-clock hours.

    Examples
    --------
    >>> Incident("payments", start="2026-03-09 10:00", hours=26).start
    Timestamp('2026-03-09 10:00:00')
    """

    service: str
    start: pd.Timestamp
    severity: int = 1
    hours: float | None = None
    median_hours: float | None = None
    p90_hours: float | None = None
    distribution: str = "lognormal"
    from_log: bool = False
    elapsed_hours: float = 0.0
    aftermath_hours: float = 0.0
    aftermath_share: float = 0.0
    freeze_after_hours: float = 0.0

    def __post_init__(self) -> None:
        """Check the values; `start` may be anything that pandas reads as a date."""
        faults = list(_incident_faults(self))
        try:
            start = pd.Timestamp(self.start)
            unreadable = pd.isna(start)
        except (ValueError, TypeError):
            unreadable = True
        if unreadable:
            cure = "Write it as 2026-03-09 10:00."
            faults.append(_fault("start", self.start, "a date and time", cure))
        if faults:
            raise InvalidScenarioError("The incident has faults.", fault_frame(faults))
        object.__setattr__(self, "start", start)

    def restoration(self, portfolio: Portfolio) -> Restoration | None:
        """Return how long the restoration takes.

        Parameters
        ----------
        portfolio : Portfolio
            Its incident log is used where the incident says so.

        Returns
        -------
        Restoration or None
            None when the log has too few closed incidents to fit.
        """
        elapsed = self.elapsed_hours
        if self.from_log:
            return from_log(portfolio, self.service, self.severity, elapsed_hours=elapsed)
        if self.hours is not None:
            return fixed(self.hours, elapsed_hours=elapsed)
        assert self.median_hours is not None
        assert self.p90_hours is not None
        return from_quantiles(
            self.median_hours,
            self.p90_hours,
            distribution=self.distribution,
            elapsed_hours=elapsed,
        )


@dataclass(frozen=True)
class RandomIncidents:
    """Incidents that arrive at random over a horizon, as a Poisson stream per source.

    Attributes
    ----------
    horizon_days : float
        Working days from where time begins; 250 are about a year.
    from_log : bool
        Whether rates, severities and restoration times come from the incident log.
    rates : mapping of str to float
        Severity 1 incidents per service and calendar year, where they do not.
    median_hours, p90_hours : float, optional
        Restoration time that goes with `rates`; else it is fitted to the log.
    aftermath_hours, aftermath_share, freeze_after_hours : float
        As in `Incident`, for all of them.
    """

    horizon_days: float
    from_log: bool = False
    rates: Mapping[str, float] = field(default_factory=dict)
    median_hours: float | None = None
    p90_hours: float | None = None
    aftermath_hours: float = 0.0
    aftermath_share: float = 0.0
    freeze_after_hours: float = 0.0

    def __post_init__(self) -> None:
        """Check the values."""
        faults = list(_random_faults(self))
        if faults:
            raise InvalidScenarioError("The random incidents have faults.", fault_frame(faults))


@dataclass(frozen=True)
class Scenario:
    """What is supposed to happen: incidents, rules, and how often to run it.

    Attributes
    ----------
    name : str
        What it is called on charts and reports.
    incidents : tuple of Incident
        Incidents that strike in every run.
    random_incidents : RandomIncidents, optional
        Incidents that arrive at random.
    runs : int
        How many futures to simulate.
    seed : int
        Seed of all randomness.
    min_share : float
        Least share of its needs with which a task starts, above 0 and up to 1.
    resume_hours : float
        Hours that getting back into an interrupted task costs.
    order : str
        How returning people are given out; ``plan`` is the order of the plan.
    without : tuple of str
        Mechanisms switched off: pull, cover, cascade, freeze, aftermath.
    """

    name: str = "Scenario"
    incidents: tuple[Incident, ...] = ()
    random_incidents: RandomIncidents | None = None
    runs: int = 1000
    seed: int = 1
    min_share: float = 0.5
    resume_hours: float = 0.0
    order: str = "plan"
    without: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        """Check the values."""
        faults = list(_rule_faults(self))
        if faults:
            raise InvalidScenarioError("The scenario has faults.", fault_frame(faults))

    @classmethod
    def read(cls, path: str | Path) -> Scenario:
        """Read a scenario from a TOML file.

        Parameters
        ----------
        path : str or pathlib.Path
            The file.

        Returns
        -------
        Scenario
            The scenario.

        Raises
        ------
        InvalidScenarioError
            With every fault of the file.
        """
        from svcimpact.incident.scenario_file import read_scenario

        return read_scenario(Path(path))

    def write(self, path: str | Path) -> Path:
        """Write the scenario to a TOML file that `read` reads back as the same.

        Parameters
        ----------
        path : str or pathlib.Path
            The file; replaced whole.

        Returns
        -------
        pathlib.Path
            The file.
        """
        from svcimpact.incident.scenario_file import write_scenario

        return write_scenario(self, Path(path))


def field_names(kind: type) -> tuple[str, ...]:
    """Return the names of a dataclass's fields.

    Parameters
    ----------
    kind : type
        The dataclass.

    Returns
    -------
    tuple of str
        In order.
    """
    return tuple(f.name for f in fields(kind))


def scenario_faults(scenario: Scenario, portfolio: Portfolio) -> list[dict[str, str]]:
    """Return where a scenario does not fit a portfolio.

    Parameters
    ----------
    scenario : Scenario
        The scenario.
    portfolio : Portfolio
        The portfolio it is to be run on.

    Returns
    -------
    list of dict
        Faults: unknown services and severities, restoration that cannot be fitted.
    """
    known = list(portfolio.services["service"])
    nearest = Nearest(known)
    levels = {level for level, _ in portfolio.settings.severity}
    faults = []

    def unknown(service: str, where: str) -> dict[str, str]:
        return fault(
            where,
            column="service",
            found=repr(service),
            expected="the id of a service" if known else "a service, but the portfolio has none",
            nearest=repr(nearest(service)) if nearest(service) else "",
            cure="" if known else "Fill in the tables services and support.",
        )

    for number, incident in enumerate(scenario.incidents, 1):
        where = f"incident {number}"
        if incident.service not in known:
            faults.append(unknown(incident.service, where))
            continue
        if incident.severity not in levels:
            named = ", ".join(map(str, sorted(levels)))
            row = _fault("severity", incident.severity, f"one of {named}", "Add its share.")
            faults.append({**row, "table": where})
        elif incident.restoration(portfolio) is None:
            faults.append({**_too_few(portfolio), "table": where})
    chance = scenario.random_incidents
    if chance is not None:
        where = "random_incidents"
        faults += [unknown(s, where) for s in chance.rates if s not in known]
        closed = int(portfolio.incidents["restored"].notna().sum())
        if (chance.from_log or chance.median_hours is None) and closed < LEAST_CLOSED:
            faults.append({**_too_few(portfolio), "table": where})
    return faults


def _too_few(portfolio: Portfolio) -> dict[str, str]:
    closed = int(portfolio.incidents["restored"].notna().sum())
    return fault(
        "scenario",
        column="from_log",
        found=f"{closed} closed incidents in the log",
        expected=f"at least {LEAST_CLOSED}",
        cure="Give median_hours and p90_hours instead.",
    )


def _fault(column: str, found: Any, expected: str, cure: str = "") -> dict[str, str]:
    return fault("scenario", column=column, found=repr(found), expected=expected, cure=cure)


def _number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and isfinite(value)


def _within(owner: Any, limits: Mapping[str, tuple[float, float]]) -> Any:
    """Yield a fault for each named number that is not one, or is out of its limits."""
    for name, (low, high) in limits.items():
        value = getattr(owner, name)
        if value is not None and not (_number(value) and low <= value <= high):
            upper = "" if high == float("inf") else f" to {high:g}"
            expected = f"a number from {low:g}{upper}" if upper else f"a number, {low:g} or more"
            yield _fault(name, value, expected)


ANY = float("inf")
AFTER = {
    "aftermath_hours": (0.0, ANY),
    "aftermath_share": (0.0, 1.0),
    "freeze_after_hours": (0.0, ANY),
}


def _quantile_faults(owner: Any) -> Any:
    """Yield faults of a median and a P90."""
    median, high = owner.median_hours, owner.p90_hours
    if (median is None) != (high is None):
        missing = "p90_hours" if high is None else "median_hours"
        yield _fault(missing, None, "median_hours and p90_hours together")
    elif _number(median) and _number(high) and not 0 < median < high:
        found = f"median {median:g} h and P90 {high:g} h"
        yield fault("scenario", column="p90_hours", found=found, expected="0 < median < P90")


def _incident_faults(incident: Incident) -> Any:
    limits = {"hours": (0.0, ANY), "median_hours": (0.0, ANY), "p90_hours": (0.0, ANY)}
    yield from _within(incident, {**limits, "elapsed_hours": (0.0, ANY), **AFTER})
    yield from _quantile_faults(incident)
    if not isinstance(incident.service, str) or not incident.service:
        yield _fault("service", incident.service, "the id of a service")
    if not isinstance(incident.severity, int) or isinstance(incident.severity, bool):
        yield _fault("severity", incident.severity, "a whole number")
    ways = [incident.hours is not None, incident.median_hours is not None, incident.from_log]
    if sum(ways) != 1:
        given = [n for n, w in zip(("hours", "median_hours", "from_log"), ways, strict=True) if w]
        found = " and ".join(given) or "nothing"
        yield fault("scenario", column="restoration", found=found, expected=SOON)
    if incident.distribution not in DISTRIBUTIONS:
        yield _fault("distribution", incident.distribution, f"one of {', '.join(DISTRIBUTIONS)}")


def _random_faults(chance: RandomIncidents) -> Any:
    yield from _within(chance, {"horizon_days": (0.0, ANY), **AFTER})
    yield from _quantile_faults(chance)
    if chance.from_log == bool(chance.rates):
        found = "both" if chance.from_log else "neither"
        yield fault("scenario", column="rates", found=found, expected="rates, or from_log = true")
    for service, rate in chance.rates.items():
        if not _number(rate) or rate < 0:
            yield _fault(f"rates.{service}", rate, "incidents per year, 0 or more")


def _rule_faults(scenario: Scenario) -> Any:
    yield from _within(scenario, {"resume_hours": (0.0, ANY)})
    share = scenario.min_share
    if not (_number(share) and 0 < share <= 1):
        yield _fault("min_share", share, "a number above 0 and up to 1")
    for name, low in (("runs", 1), ("seed", 0)):
        value = getattr(scenario, name)
        if not isinstance(value, int) or isinstance(value, bool) or value < low:
            yield _fault(name, value, f"a whole number, {low} or more")
    if scenario.order != "plan":
        cure = "Other orders of handing people back are not simulated yet; leave it out."
        yield _fault("order", scenario.order, "'plan'", cure)
    near = Nearest(MECHANISMS)
    for name in scenario.without:
        if name not in MECHANISMS:
            expected = f"one of {', '.join(MECHANISMS)}"
            yield {**_fault("without", name, expected), "nearest": near(str(name))}

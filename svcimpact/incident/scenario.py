"""Incidents and scenarios: what is supposed to happen, and under which rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TypeVar
from zoneinfo import ZoneInfo

import pandas as pd

from svcimpact.errors import InvalidScenarioError, fault, fault_frame, listed
from svcimpact.incident.action_checks import action_faults
from svcimpact.incident.actions import Action
from svcimpact.incident.log_fit import LEAST_CLOSED, from_log, last_date
from svcimpact.incident.restoration import Restoration, fixed, from_quantiles
from svcimpact.incident.scenario_values import (
    incident_faults,
    moment,
    random_faults,
    rule_faults,
    unwrap,
    value_fault,
)
from svcimpact.io.place import to_place
from svcimpact.nearest import Nearest
from svcimpact.portfolio import Portfolio

Item = TypeVar("Item", bound="Incident | Action | Scenario")


@dataclass(frozen=True)
class Incident:
    """One incident, and how long its restoration takes.

    Give `hours` (fixed), or `median_hours` and `p90_hours`, or `from_log=True`.

    Attributes
    ----------
    service : str
        Id of the service struck.
    start : pandas.Timestamp
        When it strikes, on the wall clock of the portfolio's time zone; a time with an offset
        is brought to it when the incident is simulated. ISO text is welcome.
    severity : int
        Severity level; sets the share of the incident staffing that is pulled.
    hours : float, optional
        Restoration time around the clock, fixed.
    median_hours, p90_hours : float, optional
        Median and 90th percentile of the restoration time.
    distribution : str
        ``lognormal``, ``weibull`` or ``gamma``; with `from_log` also ``empirical``, or ``best``,
        the one of the three that fits the log best.
    from_log : bool
        Whether to fit the restoration time to the incident log.
    least_closed : int
        How many closed incidents a fit to the log needs; with fewer of the service and severity,
        those of other services are used, and then the whole log.
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
    least_closed: int = LEAST_CLOSED
    elapsed_hours: float = 0.0
    aftermath_hours: float = 0.0
    aftermath_share: float = 0.0
    freeze_after_hours: float = 0.0

    def __post_init__(self) -> None:
        """Check the values; `start` may be a date, a date-time or ISO text."""
        unwrap(self)
        faults = list(incident_faults(self))
        start = moment(self.start)
        if start is None:
            cure = "Write it as 2026-03-09 10:00."
            faults.append(
                value_fault("start", self.start, "a date and time from 1901 to 2199", cure)
            )
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
            return from_log(
                portfolio,
                self.service,
                self.severity,
                elapsed_hours=elapsed,
                distribution=self.distribution,
                least_closed=self.least_closed,
            )
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
    distribution, least_closed : str, int
        As in `Incident`.
    aftermath_hours, aftermath_share, freeze_after_hours : float
        As in `Incident`, for all of them.
    """

    horizon_days: float
    from_log: bool = False
    rates: Mapping[str, float] = field(default_factory=dict)
    median_hours: float | None = None
    p90_hours: float | None = None
    distribution: str = "lognormal"
    least_closed: int = LEAST_CLOSED
    aftermath_hours: float = 0.0
    aftermath_share: float = 0.0
    freeze_after_hours: float = 0.0

    def __post_init__(self) -> None:
        """Check the values."""
        unwrap(self)
        faults = list(random_faults(self))
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
        How returning people are given out from the decision time on: ``plan`` (priority, planned
        start, row), ``cost_of_delay`` (per hour of remaining work) or ``least_float``.
    without : tuple of str
        Mechanisms switched off: pull, cover, cascade, freeze, aftermath.
    sampling : str
        How runs are drawn: ``random``, or ``latin-hypercube`` for smaller errors from as many
        runs (`svcimpact.incident.blocks`).
    actions : tuple of Action
        Levers, all pulled at the decision time.
    decision_time : pandas.Timestamp, optional
        When they are decided; the first incident's start and the time elapsed since, where not
        given.
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
    sampling: str = "random"
    actions: tuple[Action, ...] = ()
    decision_time: pd.Timestamp | None = None

    def __post_init__(self) -> None:
        """Check the values; lists become tuples, and `decision_time` may be ISO text."""
        unwrap(self)
        for name in ("incidents", "without", "actions"):
            if isinstance(getattr(self, name), list):
                object.__setattr__(self, name, tuple(getattr(self, name)))
        faults = list(rule_faults(self))
        held = self.incidents
        if not isinstance(held, tuple) or not all(isinstance(x, Incident) for x in held):
            faults.append(value_fault("incidents", held, "a list of incidents"))
        chance = self.random_incidents
        if chance is not None and not isinstance(chance, RandomIncidents):
            faults.append(value_fault("random_incidents", chance, "random incidents or none"))
        acts = self.actions
        if not isinstance(acts, tuple) or not all(isinstance(x, Action) for x in acts):
            faults.append(value_fault("actions", acts, "a list of actions"))
        when = None if self.decision_time is None else moment(self.decision_time)
        if self.decision_time is not None and when is None:
            cure = "Write it as 2026-03-09 10:00."
            expected = "a date and time from 1901 to 2199"
            faults.append(value_fault("decision_time", self.decision_time, expected, cure))
        object.__setattr__(self, "decision_time", when)
        if faults:
            raise InvalidScenarioError("The scenario has faults.", fault_frame(faults))

    @property
    def decides(self) -> bool:
        """Whether anything is done about what happens: levers, or another order."""
        return bool(self.actions) or self.order != "plan"

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

        return read_scenario(to_place(path))

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

        return write_scenario(self, to_place(path))


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


def in_zone(scenario: Scenario, timezone: str) -> Scenario:
    """Return the scenario with all its dates on the wall clock of a time zone.

    Parameters
    ----------
    scenario : Scenario
        Dates without an offset stay as they are.
    timezone : str
        IANA name.

    Returns
    -------
    Scenario
        The same moments.

    Examples
    --------
    >>> late = Incident("payments", start="2026-07-01T23:30Z", hours=26)
    >>> in_zone(Scenario(incidents=(late,)), "Europe/Berlin").incidents[0].start
    Timestamp('2026-07-02 01:30:00')
    """
    zone = ZoneInfo(timezone)

    def local(when: pd.Timestamp) -> pd.Timestamp:
        return when.astimezone(zone).tz_localize(None)

    def moved(item: Item) -> Item:
        dates = {name: getattr(item, name, None) for name in ("start", "until", "decision_time")}
        aware = {name: local(x) for name, x in dates.items() if x is not None and x.tz is not None}
        return replace(item, **aware) if aware else item  # type: ignore[arg-type]

    scenario = moved(scenario)
    incidents = tuple(moved(item) for item in scenario.incidents)
    actions = tuple(moved(item) for item in scenario.actions)
    # Every copy is checked anew, which a what-if has no time for.
    if (incidents, actions) == (scenario.incidents, scenario.actions):
        return scenario
    return replace(scenario, incidents=incidents, actions=actions)


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
        Faults: unknown services and severities, restoration that cannot be fitted; without
        any, what cannot be done of the actions.
    """
    known = list(portfolio.services["service"])
    levels = {level for level, _ in portfolio.settings.severity}
    faults = []

    def unknown(service: str, where: str) -> dict[str, str]:
        names = portfolio.services[["name", "service"]].itertuples(index=False)
        near = Nearest(known, names=names)(service)
        expected = "a service, but the portfolio has none"
        if known:
            expected = "the id of a service" if near else f"a service, such as {listed(known)}"
        return fault(
            where,
            column="service",
            found=repr(service),
            expected=expected,
            nearest=repr(near) if near else "",
            cure="" if known else "Fill in the tables services and support.",
        )

    for number, incident in enumerate(scenario.incidents, 1):
        where = f"incident {number}"
        if incident.service not in known:
            faults.append(unknown(incident.service, where))
        if incident.severity not in levels:
            faults.append({**_no_level(incident.severity, levels), "table": where})
        lasts = incident.restoration(portfolio)
        if lasts is None:
            faults.append({**_too_few(portfolio, incident.least_closed), "table": where})
        elif lasts.steps is not None and incident.elapsed_hours >= lasts.steps.hours[-1]:
            faults.append(
                {**_beyond(incident.elapsed_hours, lasts.steps.hours[-1]), "table": where}
            )
    chance = scenario.random_incidents
    if chance is not None:
        where = "random_incidents"
        faults += [unknown(s, where) for s in chance.rates if s not in known]
        closed = int(portfolio.incidents["restored"].notna().sum())
        if (chance.from_log or chance.median_hours is None) and closed < chance.least_closed:
            few = {**_too_few(portfolio, chance.least_closed), "table": where}
            if chance.from_log:
                few["cure"] = "Give rates a year with median_hours and p90_hours instead."
            faults.append(few)
        elif chance.from_log and not _log_span(portfolio):
            found = "a log in which everything happened at one moment"
            expected = "a log over some time, to take rates from"
            faults.append(fault(where, column="from_log", found=found, expected=expected))
        if chance.rates and 1 not in levels:
            faults.append({**_no_level(1, levels), "table": where})
    return faults or action_faults(scenario, portfolio)


def _log_span(portfolio: Portfolio) -> pd.Timedelta:
    log = portfolio.incidents
    return pd.Timedelta(last_date(log) - log["opened"].min())


def _no_level(severity: int, levels: set[int]) -> dict[str, str]:
    named = ", ".join(map(str, sorted(levels)))
    cure = "Give it a share in the severity setting of the portfolio."
    return value_fault("severity", severity, f"one of {named}", cure)


def _beyond(elapsed: float, longest: float) -> dict[str, str]:
    return fault(
        "scenario",
        column="elapsed_hours",
        found=f"{elapsed:g} h, and nothing in the log lasted longer than {longest:.4g} h",
        expected="less than that for an empirical forecast",
        cure="Choose lognormal, weibull, gamma or best.",
    )


def _too_few(portfolio: Portfolio, least: int) -> dict[str, str]:
    closed = int(portfolio.incidents["restored"].notna().sum())
    return fault(
        "scenario",
        column="from_log",
        found=f"{closed} closed incidents in the log",
        expected=f"at least {least}",
        cure="Give median_hours and p90_hours instead.",
    )

"""Exposure: which service's failure hurts which project most, an incident and a year."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.disruption import effect_of
from svcimpact.incident.draws import Source
from svcimpact.incident.estimates import mean, quantile
from svcimpact.incident.failures import Failures
from svcimpact.incident.log_fit import from_log, last_date
from svcimpact.incident.rates import poisson_limits
from svcimpact.incident.restoration import Restoration, from_quantiles
from svcimpact.portfolio import Portfolio
from svcimpact.wording import counted, listed, money, number, rounded, with_error

Floats = NDArray[np.float64]

RUNS = 400
_LEAST_DAYS, _MOST_RUNS = 0.05, 1_000_000


@dataclass(frozen=True, eq=False, repr=False)
class Exposure:
    """Which service's failure hurts which project, and which people's absence hurts most.

    Attributes
    ----------
    portfolio : Portfolio
        What was simulated.
    severity : int
        The severity of the incidents told of one by one.
    cells : pandas.DataFrame
        One row per service and project: `service`, `service_name`, `project`, `project_name`,
        `delay_days` (mean per incident), `delay_p80_days`, `cost` (mean cost of delay), each
        with its `_se`.
    services : pandas.DataFrame
        One row per service: `service`, `name`, `delay_days` and `cost` (per incident, over all
        projects), each with its `_se`; `incidents_a_year` with `_low` and `_high` (95 % limits,
        all severities), `delay_days_a_year` and `cost_a_year` with their `_se`, which hold the
        error of the rate as well; blank without a log.
    people : pandas.DataFrame
        One row per responder: `resource`, `name`, `team`, `services` (for which they are on
        call), `sole` (of which nobody else is), `delay_days` (project days more per incident of
        their services if they are absent), `outage_hours` (longer), `uncovered_fte` (support
        that nobody covers, more), each of the first two with its `_se`.
    assumptions : tuple of str
        What it rests on, in words.
    """

    portfolio: Portfolio
    severity: int
    cells: pd.DataFrame
    services: pd.DataFrame
    people: pd.DataFrame
    assumptions: tuple[str, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {
            "exposure": self.cells,
            "exposure_services": self.services,
            "key_people": self.people,
        }

    def matrix(self, column: str = "delay_days") -> pd.DataFrame:
        """Return one figure as a table of services by projects.

        Parameters
        ----------
        column : str
            A column of `cells`.

        Returns
        -------
        pandas.DataFrame
            Services in rows, in the order of the portfolio.
        """
        table = self.cells.pivot_table(
            index="service", columns="project", values=column, sort=False, dropna=False
        )
        order = list(self.portfolio.services["service"])
        return table.reindex(index=order, columns=list(self.portfolio.projects["project"]))

    def sentences(self) -> list[str]:
        """Return the worst services, the worst pair, and the people that matter most.

        Returns
        -------
        list of str
            One sentence each.
        """
        currency = self.portfolio.settings.currency
        worst = self.services.sort_values("delay_days", ascending=False, kind="stable")
        if worst.empty or not worst["delay_days"].iloc[0] >= _LEAST_DAYS:
            return ["No failure of a service delays any project to speak of."]
        first = worst.iloc[0]
        days = with_error(first["delay_days"], first["delay_days_se"])
        said = [
            f"{first['name']} hurts most: a severity {self.severity} incident costs projects "
            f"{days} days in all"
        ]
        if first["cost"] > 0:
            said[0] += ", " + money(first["cost"], currency, error=first["cost_se"])
        said[0] += "."
        pair = self.cells.sort_values("delay_days", ascending=False, kind="stable").iloc[0]
        said.append(
            f"The largest single effect is of {pair['service_name']} on {pair['project_name']}: "
            f"{with_error(pair['delay_days'], pair['delay_days_se'])} days an incident."
        )
        yearly = self.services.dropna(subset=["delay_days_a_year"])
        yearly = yearly.sort_values("delay_days_a_year", ascending=False, kind="stable")
        if len(yearly) and yearly["delay_days_a_year"].iloc[0] >= _LEAST_DAYS:
            row = yearly.iloc[0]
            days = with_error(row["delay_days_a_year"], row["delay_days_a_year_se"])
            said.append(
                f"Over a year, at the rates of the log, {row['name']} costs most: {days} project "
                f"days from {number(row['incidents_a_year'], 1)} incidents."
            )
        sole = self.people[self.people["sole"] != ""]
        if len(sole):
            each = [f"{r['name']} ({r['sole']})" for r in sole.head(5).to_dict("records")]
            said.append(f"Nobody else restores: {listed(each)}.")
        key = self.people.sort_values("delay_days", ascending=False, kind="stable")
        if len(key) and key["delay_days"].iloc[0] >= _LEAST_DAYS:
            row = key.iloc[0]
            said.append(
                f"{row['name']} is missed most: absent during an incident, "
                f"{with_error(row['delay_days'], row['delay_days_se'])} project days more, and "
                f"{with_error(row['outage_hours'], row['outage_hours_se'])} hours more of outage."
            )
        return said

    def __repr__(self) -> str:
        shown = rounded(self.matrix(), 1).to_string()
        return "\n".join([f"Mean delay in days, severity {self.severity}", shown, "",
                          *self.sentences()])  # fmt: skip

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self.sentences())
        return said + rounded(self.matrix(), 1).to_html(escape=True, border=0)


def exposure(
    portfolio: Portfolio,
    *,
    severity: int = 1,
    median_hours: float | None = None,
    p90_hours: float | None = None,
    alpha: float = 1.0,
    runs: int = RUNS,
    seed: int = 1,
    min_share: float = 0.5,
    resume_hours: float = 0.0,
    people: bool = True,
    threads: int | None = None,
) -> Exposure:
    """Let every service fail, at moments spread over the plan, and see which project it hurts.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    severity : int
        Severity of the incidents told of one by one.
    median_hours, p90_hours : float, optional
        Restoration time of every service; fitted to the incident log where not given.
    alpha : float
        How strongly the restoration suffers from a responder less, for the people.
    runs : int
        Futures per service: as many incidents, one at a random moment of each of as many equal
        parts of the time from now to the end of the plan.
    seed : int
        Seed of all randomness.
    min_share, resume_hours : float
        The rules of a run, as in a scenario.
    people : bool
        Whether to look at every responder's absence as well, which takes longer.
    threads : int, optional
        How many threads to run on; all processors if not given.

    Returns
    -------
    Exposure
        Services by projects, per incident and per year, and the people missed most.

    Raises
    ------
    InputError
        When there is no such severity, no restoration time, or an argument is out of its range.

    Notes
    -----
    All services fail at the same moments for the same quantiles of their restoration time, so
    that they can be compared. Moments are stratified (McKay, Beckman and Conover, 1979,
    Technometrics 21, 239-245); the errors take them as independent and are on the safe side. The
    rate of a year is the count in the log over its length; its limits are Garwood's (1936,
    Biometrika 28, 437-442).

    Examples
    --------
    >>> from svcimpact.io import read
    >>> found = exposure(read("data/tiny"), median_hours=8, p90_hours=30, runs=60)
    >>> found.matrix().round(1).loc["payments"].tolist()
    [0.0, 0.4]
    """
    laws = _laws(portfolio, severity, median_hours, p90_hours, runs, alpha)
    look = Failures(portfolio, runs, seed, (min_share, resume_hours), threads)
    names = portfolio.services.set_index("service")["name"]
    titles = portfolio.projects.set_index("project")["name"]
    rate = np.nan_to_num(portfolio.projects["cost_of_delay_per_day"].to_numpy(np.float64))
    cells, totals = [], []
    for service in portfolio.services["service"]:
        delay = look.delay(Source(service, severity, laws[service, severity], 0.0, 0.0, 0.0))
        (days, days_se), (p80, p80_se) = mean(delay), quantile(delay, 0.8)
        cost, cost_se = mean(delay * rate)
        for p, project in enumerate(portfolio.projects["project"]):
            cells.append(
                (service, names[service], project, titles[project], days[p], days_se[p], p80[p],
                 p80_se[p], cost[p], cost_se[p])
            )  # fmt: skip
        both = mean(np.column_stack([delay.sum(axis=1), (delay * rate).sum(axis=1)]))
        totals.append(
            {
                "service": service,
                "name": names[service],
                "delay_days": both[0][0],
                "delay_days_se": both[1][0],
                "cost": both[0][1],
                "cost_se": both[1][1],
                **_yearly(portfolio, look, service, laws, rate),
            }
        )
    table = pd.DataFrame(cells, columns=_CELLS)
    responders = _people(portfolio, look, laws, severity, alpha) if people else None
    return Exposure(
        portfolio=portfolio,
        severity=severity,
        cells=table,
        services=pd.DataFrame(totals, columns=_SERVICES),
        people=pd.DataFrame(columns=_PEOPLE) if responders is None else responders,
        assumptions=_assumptions(portfolio, runs, alpha, median_hours),
    )


_CELLS = [
    "service", "service_name", "project", "project_name", "delay_days", "delay_days_se",
    "delay_p80_days", "delay_p80_days_se", "cost", "cost_se",
]  # fmt: skip
_SERVICES = [
    "service", "name", "delay_days", "delay_days_se", "cost", "cost_se", "incidents_a_year",
    "incidents_a_year_low", "incidents_a_year_high", "delay_days_a_year", "delay_days_a_year_se",
    "cost_a_year", "cost_a_year_se",
]  # fmt: skip
_PEOPLE = [
    "resource", "name", "team", "services", "sole", "delay_days", "delay_days_se", "outage_hours",
    "outage_hours_se", "uncovered_fte",
]  # fmt: skip


def _laws(
    portfolio: Portfolio,
    severity: int,
    median: float | None,
    p90: float | None,
    runs: int,
    alpha: float,
) -> dict[tuple[str, int], Restoration]:
    """Return how long restorations take, by service and severity; raise what is wrong."""
    levels = [level for level, _ in portfolio.settings.severity]
    faults = []
    if portfolio.services.empty:
        row = fault("services", found="no service", expected="the services that projects touch")
        faults.append({**row, "cure": "Fill in the tables services and support."})
    if severity not in levels:
        expected = f"one of {', '.join(map(str, levels))}"
        faults.append(fault("severity", found=repr(severity), expected=expected))
    if not isinstance(runs, int) or isinstance(runs, bool) or not 2 <= runs <= _MOST_RUNS:
        faults.append(fault("runs", found=repr(runs), expected="a whole number, 2 or more"))
    if not isinstance(alpha, int | float) or isinstance(alpha, bool) or not 0 <= alpha <= 10:
        faults.append(fault("alpha", found=repr(alpha), expected="a number from 0 to 10"))
    given = (median, p90)
    if any(x is not None for x in given):
        sound = all(isinstance(x, int | float) and x > 0 for x in given)
        if not sound or not median < p90:  # type: ignore[operator]
            found = f"median {median} h and P90 {p90} h"
            faults.append(fault("p90_hours", found=found, expected="0 < median < P90, or neither"))
    if faults:
        raise InputError("Exposure cannot be reckoned.", fault_frame(faults))
    laws: dict[tuple[str, int], Restoration] = {}
    for service in portfolio.services["service"]:
        for level in levels:
            law = (
                from_quantiles(median, p90)
                if median is not None and p90 is not None
                else from_log(portfolio, service, level)
            )
            if law is None:
                closed = int(portfolio.incidents["restored"].notna().sum())
                row = fault(
                    "incidents",
                    found=f"{closed} closed incidents in the log",
                    expected="enough to fit how long restorations take",
                    cure="Give median_hours and p90_hours instead.",
                )
                raise InputError("Exposure cannot be reckoned.", fault_frame([row]))
            laws[service, level] = law
    return laws


def _yearly(
    portfolio: Portfolio,
    look: Failures,
    service: str,
    laws: dict[tuple[str, int], Restoration],
    rate: Floats,
) -> dict[str, float]:
    """Return incidents, days and money of a year at the rates of the log."""
    log = portfolio.incidents
    years = (
        float((last_date(log) - log["opened"].min()) / pd.Timedelta(days=365.25)) if len(log) else 0
    )
    if years <= 0:
        return {}
    mine = log[log["service"] == service]
    count = len(mine)
    low, high = poisson_limits(count)
    told = {
        "incidents_a_year": count / years,
        "incidents_a_year_low": low / years,
        "incidents_a_year_high": high / years,
    }
    days = cost = days_var = cost_var = 0.0
    for level in sorted(set(mine["severity"].astype(int).tolist())):
        if (service, level) not in laws:
            continue
        n = int((mine["severity"] == level).sum())
        delay = look.delay(Source(service, level, laws[service, level], 0.0, 0.0, 0.0))
        both = mean(np.column_stack([delay.sum(axis=1), (delay * rate).sum(axis=1)]))
        (d, c), (d_se, c_se) = both
        times, times_var = n / years, n / years**2
        days, cost = days + times * d, cost + times * c
        # The rate and the mean are independent: the variance of their product.
        days_var += times_var * d**2 + times**2 * d_se**2 + times_var * d_se**2
        cost_var += times_var * c**2 + times**2 * c_se**2 + times_var * c_se**2
    told["delay_days_a_year"], told["delay_days_a_year_se"] = days, days_var**0.5
    told["cost_a_year"], told["cost_a_year_se"] = cost, cost_var**0.5
    return told


def _people(
    portfolio: Portfolio,
    look: Failures,
    laws: dict[tuple[str, int], Restoration],
    severity: int,
    alpha: float,
) -> pd.DataFrame:
    """Return what the absence of each responder does, mean over the services that pull them."""
    share = dict(portfolio.settings.severity)[severity]
    names = portfolio.services.set_index("service")["name"]
    ids = list(portfolio.resources["resource"])
    pulled: dict[str, list[str]] = {who: [] for who in ids}
    whole = {}
    for service in portfolio.services["service"]:
        whole[service] = effect_of(portfolio, service, share)
        for k in np.flatnonzero(whole[service].own > 1e-9):
            pulled[ids[k]].append(service)
    rows = []
    before: dict[str, Floats] = {}
    for person in portfolio.resources.to_dict("records"):
        who = person["resource"]
        services = pulled[who]
        if not services:
            continue
        more, longer, loose, sole = [], [], [], []
        for service in services:
            source = Source(service, severity, laws[service, severity], 0.0, 0.0, 0.0)
            if service not in before:
                before[service] = look.delay(source).sum(axis=1)
            left = effect_of(portfolio, service, share, away=(who,))
            ratio = 1.0
            if left.pull.sum() > 1e-9:
                ratio = float((whole[service].pull.sum() / left.pull.sum()) ** alpha)
            else:
                sole.append(str(names[service]))
            more.append(look.delay(source, (who,), ratio).sum(axis=1) - before[service])
            longer.append(look.arrivals(source).hours * (ratio - 1.0))
            loose.append(float(left.uncovered.sum() - whole[service].uncovered.sum()))
        (days, hours), (days_se, hours_se) = mean(
            np.column_stack([np.mean(more, axis=0), np.mean(longer, axis=0)])
        )
        rows.append(
            (who, person["name"], person["team"], listed([str(names[s]) for s in services]),
             listed(sole), days, days_se, hours, hours_se, float(np.mean(loose)))
        )  # fmt: skip
    table = pd.DataFrame(rows, columns=_PEOPLE)
    return table.sort_values("delay_days", ascending=False, kind="stable", ignore_index=True)


def _assumptions(
    portfolio: Portfolio, runs: int, alpha: float, median: float | None
) -> tuple[str, ...]:
    log = portfolio.incidents
    lasts = "as given" if median is not None else "as fitted to the incident log"
    said = [
        f"Every service fails {counted(runs, 'time')}, each time by itself, at moments spread "
        "evenly over the working time from now to the end of the plan; all at the same moments.",
        f"Restorations take as long {lasts}; nobody stays pulled, nothing stays frozen, after.",
        "Whoever is absent neither restores nor covers nor works on projects while the incident "
        "lasts; the restoration takes (responders / responders left) ^ "
        f"{alpha:g} as long, responders counted in FTE pulled. Alpha is a judgement. Where nobody "
        "is left it takes as long as before, and the service is named.",
    ]
    if len(log):
        said.append(
            "A year has as many incidents as the log has on average; the errors of a year hold "
            "that of the rate."
        )
    else:
        said.append("There is no incident log: nothing is said of a year.")
    return tuple(said)

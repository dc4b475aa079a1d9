"""Contingency reserves: how much a year of random incidents asks of each plan."""

from __future__ import annotations

from dataclasses import dataclass, replace
from html import escape

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.incident.estimates import mean, quantile
from svcimpact.incident.scenario import RandomIncidents, Scenario
from svcimpact.incident.simulate import futures
from svcimpact.incident.tables import to_minute
from svcimpact.portfolio import Portfolio
from svcimpact.wording import number, rounded, with_error

Floats = NDArray[np.float64]

LEVELS = (50, 80, 90, 95)
YEAR_DAYS = 250.0
RUNS = 1000
_LEAST_DAYS = 0.05


@dataclass(frozen=True, eq=False, repr=False)
class Reserves:
    """How many days each plan needs in reserve against incidents.

    Attributes
    ----------
    portfolio : Portfolio
        What was simulated.
    scenario : Scenario
        The random incidents.
    projects : pandas.DataFrame
        One row per project: `project`, `name`, `due`, `levelled_finish` (P50 without incidents),
        `mean_days` (mean delay), `reserve_p50_days`, `reserve_p80_days`, `reserve_p90_days`,
        `reserve_p95_days` (working days which the delay by incidents does not exceed in as many
        of 100 futures), each with its `_se`; `finish_p50`, `finish_p80`, `finish_p90`,
        `finish_p95`, and `past_due_p80_days` with its `_se` (working days by which the P80 finish
        is past the due date; 0 in time, blank without one).
    pooled : pandas.DataFrame
        One row per level: `level`, `sum_days` (reserves of all projects, each by itself),
        `pooled_days` (one reserve for the sum of all delays), each with its `_se`.
    assumptions : tuple of str
        What it rests on, in words.
    """

    portfolio: Portfolio
    scenario: Scenario
    projects: pd.DataFrame
    pooled: pd.DataFrame
    assumptions: tuple[str, ...]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        return {"reserves": self.projects, "reserves_pooled": self.pooled}

    def sentences(self) -> list[str]:
        """Return the largest reserves, and what pooling them saves.

        Returns
        -------
        list of str
            One sentence a project, then one on pooling.
        """
        rows = self.projects.sort_values("reserve_p80_days", ascending=False, kind="stable")
        rows = rows[rows["reserve_p80_days"] >= _LEAST_DAYS]
        if rows.empty:
            return ["Incidents ask for no reserve at P80: no plan is late by them in a fifth of "
                    "futures."]  # fmt: skip
        said = []
        for row in rows.head(5).to_dict("records"):
            days = with_error(row["reserve_p80_days"], row["reserve_p80_days_se"])
            p90, p95 = (
                with_error(row[f"reserve_p{q}_days"], row[f"reserve_p{q}_days_se"])
                for q in (90, 95)
            )
            text = (
                f"{row['name']} needs {days} working days in reserve for P80, {p90} for P90 and "
                f"{p95} for P95"
            )
            past = row["past_due_p80_days"]
            if pd.notna(past) and past >= _LEAST_DAYS:
                error = row["past_due_p80_days_se"]
                text += f"; at P80 it ends {with_error(past, error)} days past its due date"
            said.append(f"{text}.")
        pool = self.pooled.set_index("level").loc[80].to_dict()
        one = with_error(pool["pooled_days"], pool["pooled_days_se"])
        each = with_error(pool["sum_days"], pool["sum_days_se"])
        said.append(
            f"One reserve for all plans would be {one} days at P80, against {each} days if each "
            "has its own."
        )
        return said

    def __repr__(self) -> str:
        columns = ["project", "due", *(f"reserve_p{q}_days" for q in LEVELS), "past_due_p80_days"]
        shown = rounded(self.projects[columns], 1).to_string(index=False)
        return "\n".join([shown, "", *self.sentences()])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self.sentences())
        return said + self.projects.to_html(index=False, escape=True, border=0)


def reserves(
    portfolio: Portfolio,
    incidents: RandomIncidents | Scenario | None = None,
    *,
    runs: int | None = None,
    seed: int | None = None,
    threads: int | None = None,
) -> Reserves:
    """Return how many days each plan needs in reserve against a year of random incidents.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    incidents : RandomIncidents or Scenario, optional
        Which incidents; a year of 250 working days at the rates of the incident log, restored as
        the log tells, where not given. Of a scenario, its stated incidents strike as well.
    runs, seed : int, optional
        As in `simulate`; 1,000 and 1 where neither says.
    threads : int, optional
        How many threads to run on.

    Returns
    -------
    Reserves
        By project, and pooled.

    Raises
    ------
    InputError
        When what is given is no random incidents.
    InvalidScenarioError
        When the incidents do not fit the portfolio.

    Notes
    -----
    A pooled reserve is usually smaller than the sum of single ones, as not all projects are hit
    at once; quantiles do not have to obey that, so both are measured, and told with their errors.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> often = RandomIncidents(20, rates={"payments": 30}, median_hours=8, p90_hours=30)
    >>> reserves(read("data/tiny"), often, runs=200).projects["project"].tolist()
    ['pages', 'checkout']
    """
    if incidents is None:
        incidents = RandomIncidents(YEAR_DAYS, from_log=True)
    if isinstance(incidents, RandomIncidents):
        scenario = Scenario("Random incidents", random_incidents=incidents, runs=RUNS)
    else:
        scenario = incidents
    if not isinstance(scenario, Scenario) or scenario.random_incidents is None:
        row = fault(
            "incidents",
            found=repr(incidents)[:60],
            expected="random incidents, or a scenario with some",
            cure="Give RandomIncidents(250, from_log=True) for a year at the rates of the log.",
        )
        raise InputError("Reserves cannot be reckoned.", fault_frame([row]))
    scenario = replace(
        scenario,
        runs=scenario.runs if runs is None else runs,
        seed=scenario.seed if seed is None else seed,
    )
    told = futures(portfolio, scenario, threads=threads)
    late = told.found.late
    calm = np.broadcast_to(told.found.calm, late.shape)
    days = np.maximum(late - calm, 0.0) / portfolio.settings.hours_per_day
    return Reserves(
        portfolio,
        scenario,
        _projects(portfolio, late, calm, days),
        _pooled(days),
        _assumptions(scenario),
    )


def _projects(portfolio: Portfolio, late: Floats, calm: Floats, days: Floats) -> pd.DataFrame:
    projects, clock = portfolio.projects, portfolio.calendar
    due = clock.span(projects["due"], projects["due"])[1]
    table = projects[["project", "name", "due"]].copy()
    table["levelled_finish"] = _dates(portfolio, quantile(calm, 0.5)[0])
    table["mean_days"], table["mean_days_se"] = mean(days)
    for q in LEVELS:
        table[f"reserve_p{q}_days"], table[f"reserve_p{q}_days_se"] = quantile(days, q / 100)
    for q in LEVELS:
        table[f"finish_p{q}"] = _dates(portfolio, quantile(late, q / 100)[0])
    (finish, error), day = quantile(late, 0.8), portfolio.settings.hours_per_day
    past = (finish - due) / day
    table["past_due_p80_days"] = np.where(np.isnan(past), np.nan, np.maximum(past, 0.0))
    table["past_due_p80_days_se"] = np.where(np.isnan(past), np.nan, error / day)
    return table


def _dates(portfolio: Portfolio, hours: Floats) -> NDArray[np.datetime64]:
    return to_minute(np.asarray(portfolio.calendar.when(hours, side="finish")))


def _pooled(days: Floats) -> pd.DataFrame:
    """Return the sum of single reserves and the one for all; errors of the sum add up at worst."""
    known = np.nan_to_num(days)
    rows = []
    for q in LEVELS:
        single, error = quantile(known, q / 100)
        pool, pool_se = quantile(known.sum(axis=1)[:, None], q / 100)
        rows.append(
            {
                "level": q,
                "sum_days": float(single.sum()),
                "sum_days_se": float(error.sum()),
                "pooled_days": float(pool[0]),
                "pooled_days_se": float(pool_se[0]),
            }
        )
    return pd.DataFrame(rows)


def _assumptions(scenario: Scenario) -> tuple[str, ...]:
    chance = scenario.random_incidents
    assert chance is not None
    rates = "the incident log's" if chance.from_log else "the given"
    return (
        f"Incidents arrive at random over {number(chance.horizon_days)} working days at {rates} "
        f"rates, independently of each other; {number(scenario.runs)} futures, seed "
        f"{scenario.seed}.",
        "A reserve is how late incidents make a plan against the same future without them; what "
        "conflicts and durations cost is not in it.",
        "The error of the sum of single reserves is that of all of them together at worst.",
    )

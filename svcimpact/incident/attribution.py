"""Why is it late: delay split over mechanisms by Shapley value, and what each driver adds."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from html import escape
from itertools import combinations
from math import factorial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.causes import chain_of_causes, criticality
from svcimpact.incident.disruption import MECHANISMS
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.estimates import mean
from svcimpact.incident.hits import direct_delay
from svcimpact.incident.outcome import Outcome
from svcimpact.incident.simulate import futures
from svcimpact.incident.strikes import Struck, strike
from svcimpact.incident.sums import Futures
from svcimpact.progress import Step, silent
from svcimpact.wording import adding_up, day, listed, number, rounded

Floats = NDArray[np.float64]

# People whose pull is taken away one at a time, those first whom the incident takes most.
MOST_PEOPLE = 12
_LEAST_DAYS = 0.05
NAMES = {
    "pull": "pull of responders",
    "cover": "cover for colleagues",
    "cascade": "cascade",
    "freeze": "change freeze",
    "aftermath": "aftermath",
}


@dataclass(frozen=True, eq=False, repr=False)
class Attribution:
    """Why projects are late.

    Every figure is a mean over runs, in working days, its standard error beside it.

    Attributes
    ----------
    outcome : Outcome
        What was simulated.
    projects : pandas.DataFrame
        One row per project: `project`, `name`, `delay_mean_days`, one column for each mechanism
        (`pull_days`, `cover_days`, `cascade_days`, `freeze_days`, `aftermath_days`; they add up
        to the delay in every run), and `direct_days` with `knock_on_days` (which add up to it as
        well), each with its `_se`.
    portfolio : pandas.DataFrame
        One row per mechanism: `mechanism`, `name`, `days` (over all projects) and `money`, with
        their `_se`.
    drivers : pandas.DataFrame
        What is saved without one driver, the largest first: `kind` (mechanism, incident,
        person), `driver`, `name`, `days` and `money` with their `_se`.
    tasks : pandas.DataFrame
        One row per task: `task`, `project`, `name`, `criticality` (in which share of the runs
        looked at it lies on the chain that sets its project's finish), `direct_days` and
        `knock_on_days`.
    causes : dict of str to str
        By project that is delayed in the typical run: the chain of causes, in words.
    """

    outcome: Outcome
    projects: pd.DataFrame
    portfolio: pd.DataFrame
    drivers: pd.DataFrame
    tasks: pd.DataFrame
    causes: dict[str, str]

    @property
    def tables(self) -> dict[str, pd.DataFrame]:
        """The tables by name."""
        told = pd.DataFrame(
            {"project": list(self.causes), "causes": list(self.causes.values())}, dtype="str"
        )
        return {
            "attribution": self.projects,
            "mechanisms": self.portfolio,
            "drivers": self.drivers,
            "task_causes": self.tasks,
            "causes": told,
        }

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the split rests on, in words."""
        return (
            "Delay is split over pull, cover, cascade, freeze and aftermath by Shapley value: the "
            "same runs under every set of them, on the same random numbers.",
            "Direct is what a project's own tasks lose by being held or losing their people, along "
            "the chain that sets its date; what came from other projects, through queues for "
            "people, and by shifts into planned absences and change freezes is knock-on.",
            "The chain of causes is that of the typical run: every restoration at its median, "
            "durations as planned. Its days are not the means; float on the chain takes up what is "
            "lost first.",
        )

    def sentences(self) -> list[str]:
        """Return what drives the delay, then the chain of causes of each project.

        Returns
        -------
        list of str
            The largest part first.
        """
        total = float(self.portfolio["days"].sum())
        if total < _LEAST_DAYS:
            return ["No project is later on average: there is nothing to explain."]
        rows = self.portfolio.sort_values("days", ascending=False, kind="stable")
        shown = adding_up(rows["days"].tolist(), total, 1)
        parts = [
            f"{name} {number(days, 1)}"
            for name, days in zip(rows["name"], shown, strict=True)
            if days
        ]
        error = float(rows["days_se"].fillna(0.0).max())
        sure = f"; each is sure to ± {number(error, 1)} or better" if error >= _LEAST_DAYS else ""
        said = [f"Of {number(total, 1)} project days lost on average: {listed(parts, 5)}{sure}."]
        said.append(_own(total, float(self.projects["knock_on_days"].sum())))
        return said + list(self.causes.values())

    def __repr__(self) -> str:
        columns = [
            "project",
            "delay_mean_days",
            *(f"{m}_days" for m in MECHANISMS),
            "knock_on_days",
        ]
        shown = rounded(self.projects[columns], 2).to_string(index=False)
        return "\n".join([shown, "", *self.sentences()])

    def _repr_html_(self) -> str:
        said = "".join(f"<p>{escape(line)}</p>" for line in self.sentences())
        return said + rounded(self.projects, 2).to_html(index=False, escape=True, border=0)


def attribute(outcome: Outcome, *, threads: int | None = None, step: Step = silent) -> Attribution:
    """Split the delay of an outcome over its mechanisms, and find its drivers.

    Parameters
    ----------
    outcome : Outcome
        What `simulate` returned; actions of its scenario are left aside.
    threads : int, optional
        How many threads to run on; all processors if not given.
    step : callable, optional
        Is given the part that is done, from 0 to 1, after each step; an exception that it
        raises ends the work.

    Returns
    -------
    Attribution
        Parts that add up to the delay, run by run.

    Notes
    -----
    With mechanisms `M` and the delay ``v(S)`` of a run in which only those in `S` are at work, the
    part of `m` is the sum over the subsets `S` of the others of
    ``|S|! (|M| - |S| - 1)! / |M|! * (v(S + m) - v(S))`` (Shapley, 1953, Contributions to the Theory
    of Games II, 307-317). It is the only split that adds up, treats alike what acts alike, and
    gives nothing to what does nothing.

    Examples
    --------
    >>> from svcimpact.io import read
    >>> from svcimpact.incident.scenario import Scenario
    >>> from svcimpact.incident.simulate import simulate
    >>> found = attribute(simulate(read("data/tiny"), Scenario.read("data/tiny/incident.toml")))
    >>> found.projects.loc[1, ["delay_mean_days", "freeze_days"]].astype(float).round(2).tolist()
    [1.75, 1.17]
    """
    scenario = replace(outcome.scenario, actions=(), order="plan")
    told = futures(outcome.portfolio, scenario, threads=threads)
    split = _Split(told, step)
    parts = split.shapley()
    return Attribution(
        outcome=outcome,
        projects=_projects(told, split, parts),
        portfolio=_portfolio(told, parts),
        drivers=_drivers(outcome, told, split),
        tasks=_tasks(told),
        causes=chain_of_causes(told),
    )


def _own(total: float, knock: float) -> str:
    """Return in words how much of the delay hit projects' own tasks."""
    through = "from other projects, queues for people, and planned absences and freezes"
    if abs(knock) < _LEAST_DAYS:
        return "All of it hit the projects' own tasks: none is knock-on."
    if knock < 0:
        return (
            f"Projects' own tasks lose {number(total - knock, 1)}; knock-on, {through}, takes "
            f"{number(-knock, 1)} off."
        )
    if total - knock < _LEAST_DAYS:
        return f"None of it hit the projects' own tasks: all is knock-on, {through}."
    share = min(max(round(100 * (1 - knock / total)), 1), 99)
    return f"{share} % of it hit the projects' own tasks; the rest is knock-on, {through}."


class _Split:
    """Delays under sets of mechanisms; sets that come to the same are run once."""

    def __init__(self, told: Futures, step: Step) -> None:
        self.told, self.step = told, step
        self.on = tuple(m for m in MECHANISMS if m not in told.scenario.without)
        self.known: dict[bytes, Floats] = {}
        self.day = told.portfolio.settings.hours_per_day

    def delay(
        self,
        mechanisms: frozenset[str],
        kept: tuple[str, ...] = (),
        arrivals: Arrivals | None = None,
    ) -> Floats:
        """Return the delay in days with only these mechanisms at work; shape (runs, projects)."""
        told = self.told
        without = tuple(m for m in MECHANISMS if m not in mechanisms)
        drawn = told.arrivals if arrivals is None else arrivals
        struck = strike(told.portfolio, told.program, drawn, without, kept)
        mark = _mark(struck)
        if mark not in self.known:
            found = replace(told.batches, struck=struck).run(told.scenario.runs)
            self.known[mark] = np.nan_to_num(found.late - found.calm) / self.day
        return self.known[mark]

    @property
    def whole(self) -> Floats:
        """The delay with all mechanisms at work."""
        return self.delay(frozenset(self.on))

    def shapley(self) -> dict[str, Floats]:
        """Return the part of each mechanism, run by run; shape (runs, projects)."""
        n = len(self.on)
        parts = {m: np.zeros_like(self.whole) for m in MECHANISMS}
        done, pairs = 0, n * 2 ** max(n - 1, 0)
        for m in self.on:
            others = [x for x in self.on if x != m]
            for size in range(n):
                weight = factorial(size) * factorial(n - size - 1) / factorial(n)
                for subset in combinations(others, size):
                    before = self.delay(frozenset(subset))
                    after = self.delay(frozenset((*subset, m)))
                    if before is not after:
                        parts[m] = parts[m] + weight * (after - before)
                    done += 1
                    self.step(done / pairs)
        return parts


def _mark(struck: Struck) -> bytes:
    """Return what a disruption is known by: the same bytes, the same runs."""
    parts = (getattr(struck.strikes, field.name) for field in fields(struck.strikes))
    return b"|".join(np.ascontiguousarray(part).tobytes() for part in parts)


def _projects(told: Futures, split: _Split, parts: dict[str, Floats]) -> pd.DataFrame:
    table = told.portfolio.projects[["project", "name"]].copy()
    direct, knock_on = direct_delay(told).projects
    # A project without tasks has no delay, not one of 0.
    known = np.where(np.isin(np.arange(len(table)), told.plan.project), 1.0, np.nan)
    for name, values in (
        ("delay_mean_days", split.whole),
        *((f"{m}_days", values) for m, values in parts.items()),
        ("direct_days", direct),
        ("knock_on_days", knock_on),
    ):
        table[name], table[f"{name}_se"] = (x * known for x in mean(values))
    return table


def _portfolio(told: Futures, parts: dict[str, Floats]) -> pd.DataFrame:
    rate = np.nan_to_num(told.portfolio.projects["cost_of_delay_per_day"].to_numpy(np.float64))
    rows = []
    for m, values in parts.items():
        (days, money), (days_se, money_se) = _totals(values, rate)
        rows.append(
            {
                "mechanism": m,
                "name": NAMES[m],
                "days": days,
                "days_se": days_se,
                "money": money,
                "money_se": money_se,
            }
        )
    return pd.DataFrame(rows)


def _totals(values: Floats, rate: Floats) -> tuple[Floats, Floats]:
    """Return mean and error of days and of money over all projects."""
    return mean(np.column_stack([values.sum(axis=1), (values * rate).sum(axis=1)]))


def _drivers(outcome: Outcome, told: Futures, split: _Split) -> pd.DataFrame:
    """Return what is saved without one driver at a time."""
    portfolio = told.portfolio
    rate = np.nan_to_num(portfolio.projects["cost_of_delay_per_day"].to_numpy(np.float64))
    on, whole = frozenset(split.on), split.whole
    rows = []

    def add(kind: str, driver: str, name: str, without: Floats) -> None:
        (days, money), (days_se, money_se) = _totals(whole - without, rate)
        rows.append((kind, driver, name, days, days_se, money, money_se))

    for m in split.on:
        add("mechanism", m, NAMES[m], split.delay(on - {m}))
    stated = told.scenario.incidents
    names = portfolio.services.set_index("service")["name"]
    if len(stated) > 1:
        for k, incident in enumerate(stated):
            title = f"{names[incident.service]}, {day(incident.start, time=True, brief=True)}"
            add("incident", incident.service, title, split.delay(on, (), _without(told, k)))
    people = outcome.resources[outcome.resources["pull_fte"] > 0]
    people = people.sort_values("lost_hours", ascending=False, kind="stable").head(MOST_PEOPLE)
    for row in people.to_dict("records"):
        add("person", row["resource"], row["name"], split.delay(on, (row["resource"],)))
    columns = ["kind", "driver", "name", "days", "days_se", "money", "money_se"]
    table = pd.DataFrame(rows, columns=columns)
    order = table["days"].abs().sort_values(ascending=False, kind="stable").index
    return table.loc[order].reset_index(drop=True)


def _without(told: Futures, k: int) -> Arrivals:
    """Return the incidents with one stated incident over as soon as it strikes."""
    arrivals = told.arrivals
    sources = list(arrivals.sources)
    sources[k] = replace(sources[k], aftermath_hours=0.0, freeze_after_hours=0.0)
    hours = np.where(arrivals.source == k, 0.0, arrivals.hours)
    return replace(arrivals, sources=tuple(sources), hours=hours)


def _tasks(told: Futures) -> pd.DataFrame:
    table = told.portfolio.tasks[["task", "project", "name"]].copy()
    table["criticality"] = criticality(told)
    direct, knock_on = direct_delay(told).tasks
    table["direct_days"], table["knock_on_days"] = direct, knock_on
    return table

"""Judge sets of levers on common random numbers: what each saves, costs and upsets."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.engine.midway import Standing, stands
from svcimpact.engine.plan import Integers, Plan
from svcimpact.engine.runs import StuckError
from svcimpact.incident.acting import Acting
from svcimpact.incident.actions import Action
from svcimpact.incident.batches import BATCH
from svcimpact.incident.levers import Decided, decide
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.simulate import futures
from svcimpact.incident.sums import Futures
from svcimpact.incident.tables import outage_hours
from svcimpact.incident.typical import first_half, typical_run
from svcimpact.portfolio import Portfolio
from svcimpact.progress import Step, silent, told

Floats = NDArray[np.float64]

_DUST = 1e-6  # hours


@dataclass(frozen=True)
class Levers:
    """A set of levers that are pulled together.

    Attributes
    ----------
    actions : tuple of Action
        Levers.
    order : str
        The order of work from then on, as in a scenario.
    """

    actions: tuple[Action, ...] = ()
    order: str = "plan"

    def __str__(self) -> str:
        said = [str(action) for action in self.actions]
        if self.order != "plan":
            said.append(f"give people out by {self.order.replace('_', ' ')}")
        return "; ".join(said) or "do nothing"

    def __len__(self) -> int:
        return len(self.actions) + (self.order != "plan")

    def with_(self, other: Levers) -> Levers:
        """Return both sets together.

        Parameters
        ----------
        other : Levers
            More levers; their order counts if they have one.

        Returns
        -------
        Levers
            A new set.
        """
        order = self.order if other.order == "plan" else other.order
        return Levers((*self.actions, *other.actions), order)


@dataclass(frozen=True, eq=False)
class Verdict:
    """What a set of levers comes to, run by run against doing nothing.

    Attributes
    ----------
    days : ndarray of float, shape (runs, projects)
        Working days by which each project ends earlier.
    money : ndarray of float, shape (runs,)
        Cost of delay saved.
    cost : ndarray of float, shape (runs,)
        What the levers cost: people brought in, and outage made longer.
    disturbance : ndarray of float, shape (runs,)
        Instability: working days by which starts of tasks move, either way, each times the FTE
        the task needs.
    longer : ndarray of float, shape (runs,)
        Hours around the clock by which restorations take longer.
    """

    days: Floats
    money: Floats
    cost: Floats
    disturbance: Floats
    longer: Floats

    @property
    def net(self) -> Floats:
        """Money saved less what it costs."""
        return self.money - self.cost


class Judge:
    """Futures at the moment of a decision, on which sets of levers are weighed.

    All sets are judged on the same random numbers as doing nothing. The state of every task at
    the decision is simulated once; a set costs what is left of the futures from there, in those
    parts of the portfolio that it touches.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        What happens; its own actions and order are left aside.
    now : pandas.Timestamp
        When it is decided.
    threads : int, optional
        How many threads to run on; all processors if not given.

    Notes
    -----
    Disturbance is the weighted deviation of start times of Herroelen and Leus (2004, European
    Journal of Operational Research 156, 550-565), the weights being the people a task needs.
    """

    def __init__(
        self,
        portfolio: Portfolio,
        scenario: Scenario,
        now: pd.Timestamp,
        *,
        threads: int | None = None,
    ) -> None:
        self.portfolio = portfolio
        self.scenario = replace(scenario, actions=(), order="plan", decision_time=now)
        self.threads = threads or os.cpu_count() or 1
        self.futures: Futures = futures(portfolio, self.scenario, threads=self.threads)
        self.when = float(portfolio.calendar.hours(np.datetime64(now)))
        self.acting = Acting(self.futures.batches, self.futures.found, self.when)
        f = self.futures
        half = first_half(portfolio, f.scenario, f.plan, f.program, f.arrivals, self.when)
        self.standing: Plan = stands(f.plan, half, self.when)
        rate = portfolio.projects["cost_of_delay_per_day"].to_numpy(np.float64)
        self.rate = np.nan_to_num(rate)
        self.day = portfolio.settings.hours_per_day

    @cached_property
    def _stood(self) -> list[Standing]:
        """How all tasks stand at the decision, batch by batch."""
        parts = np.arange(len(self.futures.program.component_ptr) - 1)
        starts = range(0, self.runs, BATCH)
        with ThreadPoolExecutor(self.threads) as pool:
            return list(
                pool.map(lambda a: self.acting.stand(a, min(a + BATCH, self.runs), parts), starts)
            )

    @cached_property
    def segments(self) -> pd.DataFrame:
        """The typical run, as stretches of work; see `svcimpact.incident.typical`."""
        f = self.futures
        return typical_run(self.portfolio, f.scenario, f.plan, f.program, f.arrivals)[0]

    @cached_property
    def weights(self) -> Floats:
        """FTE that each task needs; 1 for a task that names nobody."""
        plan = self.futures.plan
        task = np.repeat(np.arange(len(plan.hours)), np.diff(plan.need_ptr))
        units = np.bincount(task, plan.need_units, len(plan.hours))
        return np.where(units > 0, units, 1.0)

    @cached_property
    def last(self) -> float:
        """When the last project ends in half of the futures, in working hours."""
        return float(np.median(np.nanmax(self.futures.found.late, axis=1)))

    @property
    def runs(self) -> int:
        """How many futures there are."""
        return self.scenario.runs

    def scenario_with(self, levers: Levers) -> Scenario:
        """Return the scenario with a set of levers.

        Parameters
        ----------
        levers : Levers
            Any.

        Returns
        -------
        Scenario
            For `simulate`, or to be written to a file.
        """
        return replace(self.futures.scenario, actions=levers.actions, order=levers.order)

    def decide(self, levers: Levers) -> Decided:
        """Return the plan as it goes on under a set of levers.

        Parameters
        ----------
        levers : Levers
            They fit the portfolio.

        Returns
        -------
        Decided
            The plan.
        """
        f = self.futures
        told = self.scenario_with(levers)
        return decide(self.portfolio, told, f.plan, self.standing, f.arrivals, f.struck)

    def judge(self, levers: Levers) -> Verdict | None:
        """Judge one set of levers.

        Parameters
        ----------
        levers : Levers
            They fit the portfolio.

        Returns
        -------
        Verdict or None
            None where a task could never go on.
        """
        idle = self.futures.found.late
        none = np.zeros(self.runs)
        if not len(levers):
            return Verdict(np.zeros_like(idle), none, none, none, none)
        decided = self.decide(levers)
        late = idle.copy()
        moved = np.zeros(self.runs)
        tasks = np.flatnonzero(self._inside(decided))
        try:
            for number, first in enumerate(range(0, self.runs, BATCH)):
                last = min(first + BATCH, self.runs)
                times = self.acting.dense(first, last)
                before = times[0][:, tasks].copy()
                standing = self._stood[number]
                self.acting.go_on(decided, standing, times, late[first:last], first)
                shift = _without_dust(np.abs(times[0][:, tasks] - before)) / self.day
                moved[first:last] = shift @ self.weights[tasks]
        except StuckError:
            return None
        days = _without_dust(np.nan_to_num(idle - late)) / self.day
        money = (days * self.rate).sum(axis=1)
        return Verdict(days, money, self._cost(levers, decided), moved, self._longer(decided))

    def judge_all(
        self,
        sets: Sequence[Levers],
        step: Step = silent,
        begin: float = 0.0,
        end: float = 1.0,
    ) -> list[Verdict | None]:
        """Judge many sets, on threads.

        Parameters
        ----------
        sets : sequence of Levers
            They fit the portfolio.
        step : callable, optional
            Is given the part that is done after each set.
        begin, end : float
            The parts between which this work lies.

        Returns
        -------
        list of Verdict or None
            In the same order.
        """
        _ = self._stood, self.weights
        with ThreadPoolExecutor(self.threads) as pool:
            found = pool.map(self.judge, sets)
            return list(told(found, step, begin, end, len(sets)))

    def _inside(self, decided: Decided) -> NDArray[np.bool_]:
        laid = decided.program
        inside = np.zeros(len(laid.task), bool)
        inside[laid.task] = np.isin(laid.task_component, decided.parts)
        return inside

    def _cost(self, levers: Levers, decided: Decided) -> Floats:
        """Return what the levers cost, run by run."""
        cost = np.zeros(self.runs)
        rates = self.portfolio.resources.set_index("resource")["cost_per_day"]
        for action in levers.actions:
            if action.kind == "bring_in":
                cost += bring_in_cost(self.portfolio, action, rates, self.when, self.last)
        if decided.arrivals is not self.futures.arrivals:
            cost += self.outage_cost(decided) - self.outage_cost(None)
        return cost

    def _longer(self, decided: Decided) -> Floats:
        """Return by how much restorations take longer, run by run."""
        arrivals = self.futures.arrivals
        run = np.repeat(np.arange(self.runs), np.diff(arrivals.ptr))
        more = decided.arrivals.hours - arrivals.hours
        return np.bincount(run, more, self.runs).astype(np.float64)

    def outage_cost(self, decided: Decided | None) -> Floats:
        """Return what the outages cost, run by run.

        Parameters
        ----------
        decided : Decided or None
            The plan as it goes on; as nothing is decided where None.

        Returns
        -------
        ndarray of float, shape (runs,)
            Hours around the clock of every service that is down, times its cost.
        """
        arrivals = self.futures.arrivals if decided is None else decided.arrivals
        services = self.portfolio.services
        ids = list(services["service"])
        effects = self.futures.struck.effects
        down = np.array([[s in e.down for s in ids] for e in effects], float)
        down = down.reshape(len(effects), len(ids))
        lasts = outage_hours(self.portfolio.calendar, arrivals, down)
        rate = services["outage_cost_per_hour"].to_numpy(np.float64)
        return np.asarray((lasts * np.nan_to_num(rate)).sum(axis=1))


def _without_dust(hours: Floats) -> Floats:
    """Return hours without what rounding leaves: a run begun midway rounds otherwise."""
    return np.where(np.abs(hours) < _DUST, 0.0, hours)


def bring_in_cost(
    portfolio: Portfolio, action: Action, rates: pd.Series, when: float, last: float
) -> float:
    """Return what it costs to bring somebody in.

    Parameters
    ----------
    portfolio : Portfolio
        With its calendar.
    action : Action
        A lever that brings somebody in.
    rates : pandas.Series
        Money per FTE and working day, by resource.
    when : float
        When it is decided, in working hours.
    last : float
        Until when they stay where the lever does not say.

    Returns
    -------
    float
        FTE times working days times the daily rate; no rate costs nothing.
    """
    assert action.fte is not None
    clock = portfolio.calendar
    begin = when if action.start is None else max(when, float(clock.hours(action.start)))
    end = last if action.until is None else float(clock.hours(action.until))
    rate = action.cost_per_day
    if rate is None:
        rate = float(rates.get(action.resource, 0.0))
    days = max(end - begin, 0.0) / portfolio.settings.hours_per_day
    return action.fte * days * (0.0 if np.isnan(rate) else rate)


def rows_of(standing: Plan) -> Integers:
    """Return the tasks that are not finished.

    Parameters
    ----------
    standing : Plan
        A plan as it stands at some moment.

    Returns
    -------
    ndarray of int
        Rows of the table.
    """
    return np.flatnonzero(np.isnan(standing.ended)).astype(np.int64)

"""Dispatch rules: in which order tasks are given their people, chosen by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from svcimpact.engine.critical import CriticalPath, alike, critical_path, latest
from svcimpact.engine.plan import Floats, Integers, Plan
from svcimpact.portfolio import Portfolio


@dataclass(frozen=True, eq=False)
class Stakes:
    """A plan and what hangs on its projects: all that a dispatch rule may look at.

    Attributes
    ----------
    plan : Plan
        The compiled portfolio.
    due : ndarray of float, shape (projects,)
        When each project is due, in working hours; NaN for no due date.
    cost_of_delay : ndarray of float, shape (projects,)
        Money per working day.
    """

    plan: Plan
    due: Floats
    cost_of_delay: Floats

    @classmethod
    def of(cls, portfolio: Portfolio, plan: Plan) -> Stakes:
        """Take due dates and costs of delay from the tables.

        Parameters
        ----------
        portfolio : Portfolio
            Validated tables.
        plan : Plan
            The same, compiled.

        Returns
        -------
        Stakes
            A project is due at the end of its due date.
        """
        projects = portfolio.projects
        return cls(
            plan,
            due=portfolio.calendar.span(projects["due"], projects["due"])[1],
            cost_of_delay=projects["cost_of_delay_per_day"].to_numpy(np.float64),
        )

    @cached_property
    def path(self) -> CriticalPath:
        """The critical path, towards the due dates."""
        return critical_path(self.plan, self.due)


def dispatch_order(stakes: Stakes, rule: str) -> Integers:
    """Return the tasks in the order of a rule; what is equal stays in the order of the plan.

    Parameters
    ----------
    stakes : Stakes
        The plan, and what hangs on its projects.
    rule : str
        A name in `RULES`.

    Returns
    -------
    ndarray of int, shape (n,)
        Task indices, to be put in the place of `Plan.dispatch`.

    Raises
    ------
    KeyError
        If there is no such rule.

    Notes
    -----
    The rules look at the plan as it stands at the portfolio's start or its status date, and
    give one order for the whole run. LST and LFT are those of Kolisch (1996, European Journal
    of Operational Research 90, 320-333) on the whole portfolio; cost of delay per remaining
    hour is the weighted shortest processing time of Smith (1956, Naval Research Logistics
    Quarterly 3, 59-66).

    Examples
    --------
    >>> from svcimpact.engine.plan import compile_plan
    >>> from svcimpact.io import read
    >>> portfolio = read("data/tiny")
    >>> stakes = Stakes.of(portfolio, compile_plan(portfolio))
    >>> dispatch_order(stakes, "plan").tolist(), dispatch_order(stakes, "cost_of_delay").tolist()
    ([0, 1, 2, 3, 4], [1, 2, 3, 4, 0])
    """
    plan = stakes.plan
    rank = np.empty(len(plan.dispatch), np.int64)
    rank[plan.dispatch] = np.arange(len(rank))
    return np.lexsort((rank, RULES[rule](stakes))).astype(np.int64)


def plan_order(stakes: Stakes) -> Floats:
    """Give nobody precedence beyond the order of the plan: priority, planned start, row.

    Parameters
    ----------
    stakes : Stakes
        The plan, and what hangs on its projects.

    Returns
    -------
    ndarray of float, shape (n,)
        Zeros.
    """
    return np.zeros(len(stakes.plan.hours))


def latest_start(stakes: Stakes) -> Floats:
    """Put first what has to start first (LST).

    Parameters
    ----------
    stakes : Stakes
        The plan, and what hangs on its projects.

    Returns
    -------
    ndarray of float, shape (n,)
        Late start, in working hours.
    """
    return alike(stakes.path.late_start)


def latest_finish(stakes: Stakes) -> Floats:
    """Put first what has to finish first (LFT).

    Parameters
    ----------
    stakes : Stakes
        The plan, and what hangs on its projects.

    Returns
    -------
    ndarray of float, shape (n,)
        Late finish, in working hours.
    """
    return alike(stakes.path.late_finish)


def least_float(stakes: Stakes) -> Floats:
    """Put first what can slip least.

    Parameters
    ----------
    stakes : Stakes
        The plan, and what hangs on its projects.

    Returns
    -------
    ndarray of float, shape (n,)
        Total float, in working hours.
    """
    return alike(stakes.path.total_float)


def cost_of_delay(stakes: Stakes) -> Floats:
    """Put first the project that loses most money per hour of work that is left.

    Parameters
    ----------
    stakes : Stakes
        The plan, and what hangs on its projects.

    Returns
    -------
    ndarray of float, shape (n,)
        Cost of delay over the project's remaining working hours times FTE, negated.
    """
    plan, count = stakes.plan, len(stakes.cost_of_delay)
    task = np.repeat(np.arange(len(plan.hours)), np.diff(plan.need_ptr))
    work = plan.need_units * stakes.path.left[task]
    left = alike(np.bincount(plan.project[task], work, count).astype(np.float64))
    ratio = np.zeros(count)
    some = stakes.cost_of_delay > 0
    # A project with no work left keeps nobody waiting.
    with np.errstate(divide="ignore"):
        ratio[some] = stakes.cost_of_delay[some] / left[some]
    return -ratio[plan.project]


def shortest_project(stakes: Stakes) -> Floats:
    """Put first the project with the shortest critical path that is left.

    Parameters
    ----------
    stakes : Stakes
        The plan, and what hangs on its projects.

    Returns
    -------
    ndarray of float, shape (n,)
        Working hours from the first early start to the last early finish of the project's
        unfinished tasks.
    """
    plan, path, count = stakes.plan, stakes.path, len(stakes.due)
    ahead = np.isnan(plan.ended)
    mine = plan.project[ahead]
    begin = np.maximum(path.early_start, plan.now)[ahead]
    length = latest(path.early_finish[ahead], mine, count) + latest(-begin, mine, count)
    return alike(np.nan_to_num(length))[plan.project]


RULES: dict[str, Callable[[Stakes], Floats]] = {
    "plan": plan_order,
    "lst": latest_start,
    "lft": latest_finish,
    "least_float": least_float,
    "cost_of_delay": cost_of_delay,
    "shortest_project": shortest_project,
}

"""Levers compiled to arrays: the plan as it goes on from the decision time (part 7)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.engine.dispatch import Stakes, dispatch_order
from svcimpact.engine.midway import Turn
from svcimpact.engine.plan import Floats, Integers, Plan, plan_order
from svcimpact.engine.program import Program, lay_out
from svcimpact.incident.action_checks import decision_time
from svcimpact.incident.actions import ALPHA, Action
from svcimpact.incident.disruption import effect_of
from svcimpact.incident.draws import Arrivals
from svcimpact.incident.scenario import Scenario
from svcimpact.incident.strikes import Struck, strike
from svcimpact.portfolio import Portfolio

HOUR = np.timedelta64(1, "h")


@dataclass(frozen=True, eq=False)
class Decided:
    """A plan as it goes on after a decision.

    Attributes
    ----------
    plan : Plan
        It begins (`now`) at the decision time.
    program : Program
        The same, laid out.
    turn : Turn
        What becomes of the work left.
    arrivals : Arrivals
        The incidents, with restorations as long as they now take.
    struck : Struck
        What they do from then on.
    parts : ndarray of int
        The components in which anything is otherwise.
    """

    plan: Plan
    program: Program
    turn: Turn
    arrivals: Arrivals
    struck: Struck
    parts: Integers


def decide(
    portfolio: Portfolio,
    scenario: Scenario,
    plan: Plan,
    standing: Plan,
    arrivals: Arrivals,
    struck: Struck,
) -> Decided:
    """Return the plan as it goes on under a scenario's actions and order.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        With its actions, which fit the portfolio.
    plan : Plan
        The portfolio, compiled.
    standing : Plan
        The same as it stands at the decision time in the typical run, which begins there: all
        that an order of work can look at.
    arrivals : Arrivals
        The incidents drawn.
    struck : Struck
        What the incidents do where nothing is decided.

    Returns
    -------
    Decided
        With the components that are touched; in all others nothing changes, to the bit.
    """
    now = standing.now
    changed = _Changed(portfolio, plan, now)
    for action in scenario.actions:
        changed.do(action)
    after = changed.plan()
    if scenario.order != "plan":
        look = replace(after, began=standing.began, ended=standing.ended, done=standing.done)
        order = dispatch_order(Stakes.of(portfolio, look), scenario.order)
        after = replace(after, dispatch=order)
    kept = kept_back(scenario)
    longer = lengthened(portfolio, scenario, arrivals, kept)
    laid = lay_out(after)
    hit = strike(portfolio, laid, longer, scenario.without, kept)
    tasks, people = changed.tasks, changed.people
    if kept:
        for effect in (*struck.effects, *hit.effects):
            people |= effect.taken != 0
            tasks |= portfolio.tasks["task"].isin((*effect.changing, *effect.using)).to_numpy()
    turn = Turn(changed.factor, changed.extra)
    parts = _touched(plan, laid, tasks, people)
    return Decided(after, laid, turn, longer, hit, parts)


class _Changed:
    """A plan's arrays while actions are written into them."""

    def __init__(self, portfolio: Portfolio, plan: Plan, now: float) -> None:
        self.portfolio, self.old, self.now = portfolio, plan, now
        n, r = len(plan.hours), len(plan.capacity_ptr) - 1
        self.factor, self.extra = np.ones(n), np.zeros(n)
        self.resource, self.release = plan.need_resource.copy(), plan.release.copy()
        self.paces: dict[int, list[float]] = {}
        self.holds: list[tuple[int, float, float]] = []
        self.more: list[tuple[int, float, float, float]] = []
        self.priority = portfolio.projects["priority"].to_numpy(np.float64, na_value=np.inf)
        self.tasks, self.people = np.zeros(n, bool), np.zeros(r, bool)
        self.task_row = {task: row for row, task in enumerate(portfolio.tasks["task"])}
        self.person_row = {who: row for row, who in enumerate(portfolio.resources["resource"])}
        self.project_row = {p: row for row, p in enumerate(portfolio.projects["project"])}

    def do(self, action: Action) -> None:
        """Write one action in."""
        getattr(self, f"_{action.kind}")(action)

    def _hours(self, when: pd.Timestamp | None, otherwise: float) -> float:
        if when is None:
            return otherwise
        return max(float(self.portfolio.calendar.hours(np.datetime64(when))), self.now)

    def _reassign(self, action: Action) -> None:
        row = self.task_row[str(action.task)]
        old, new = self.person_row[str(action.from_)], self.person_row[str(action.to)]
        entries = np.arange(self.old.need_ptr[row], self.old.need_ptr[row + 1])
        self.resource[entries[self.resource[entries] == old]] = new
        slower = 1.0 / takeover_speed(self.portfolio, action)
        # Where two hand over, the slower of the new ones sets the pace.
        self.paces.setdefault(row, []).append(slower)
        self.factor[row] = max(self.paces[row])
        self.extra[row] += action.handover_hours
        self.tasks[row] = True
        self.people[[old, new]] = True

    def _bring_in(self, action: Action) -> None:
        who = self.person_row[str(action.resource)]
        begin, end = self._hours(action.start, self.now), self._hours(action.until, np.inf)
        assert action.fte is not None
        self.more.append((who, begin, end, action.fte))
        self.people[who] = True

    def _pause(self, action: Action) -> None:
        if action.task is not None:
            rows = [self.task_row[action.task]]
        else:
            mine = self.old.project == self.project_row[str(action.project)]
            rows = np.flatnonzero(mine).tolist()
        begin, end = self._hours(action.start, self.now), self._hours(action.until, np.inf)
        self.holds += [(row, begin, end) for row in rows]
        self.tasks[rows] = True

    def _start_early(self, action: Action) -> None:
        row = self.task_row[str(action.task)]
        self.release[row] = min(self.release[row], self._hours(action.start, self.now))
        self.tasks[row] = True

    def _prioritise(self, action: Action) -> None:
        assert action.priority is not None
        self.priority[self.project_row[str(action.project)]] = action.priority

    def _keep_responder(self, action: Action) -> None:
        """Nothing of the plan changes; what the incident takes does."""

    def plan(self) -> Plan:
        """Return the plan with all that was written in."""
        old = self.old
        pointer, times, values = _more_capacity(old, self.more)
        start = np.where(np.isnan(old.planned), 0.0, old.planned)
        held = np.array(self.holds, float).reshape(-1, 3)
        return replace(
            old,
            need_resource=self.resource,
            release=self.release,
            dispatch=plan_order(start, self.priority[old.project]),
            capacity_ptr=pointer,
            capacity_time=times,
            capacity_value=values,
            hold_task=np.append(old.hold_task, held[:, 0].astype(np.int64)),
            hold_from=np.append(old.hold_from, held[:, 1]),
            hold_until=np.append(old.hold_until, held[:, 2]),
            now=self.now,
        )


def kept_back(scenario: Scenario) -> tuple[str, ...]:
    """Return whom a scenario keeps on the projects.

    Parameters
    ----------
    scenario : Scenario
        With its actions.

    Returns
    -------
    tuple of str
        Ids of resources.
    """
    return tuple(str(a.resource) for a in scenario.actions if a.kind == "keep_responder")


def takeover_speed(portfolio: Portfolio, action: Action) -> float:
    """Return how fast the one who takes a task over works.

    Parameters
    ----------
    portfolio : Portfolio
        With its tables `assignments` and `skills`.
    action : Action
        A reassignment.

    Returns
    -------
    float
        The action's own speed; or that of the skill which the assignment names, and 1 where it
        names none.
    """
    if action.speed is not None:
        return action.speed
    mine = portfolio.assignments
    mine = mine[(mine["task"] == action.task) & (mine["resource"] == action.from_)]
    skills = portfolio.skills
    able = skills[(skills["resource"] == action.to) & skills["skill"].isin(mine["skill"].dropna())]
    return float(able["speed"].max()) if len(able) else 1.0


def _more_capacity(
    plan: Plan, more: list[tuple[int, float, float, float]]
) -> tuple[Integers, Floats, Floats]:
    """Return the steps of project capacity with what is brought in."""
    if not more:
        return plan.capacity_ptr, plan.capacity_time, plan.capacity_value
    pointer, times, values = [0], [], []
    for k in range(len(plan.capacity_ptr) - 1):
        a, b = plan.capacity_ptr[k], plan.capacity_ptr[k + 1]
        time, value = plan.capacity_time[a:b], plan.capacity_value[a:b]
        mine = [entry for entry in more if entry[0] == k]
        ends = [t for entry in mine for t in entry[1:3] if np.isfinite(t)]
        steps = np.unique(np.concatenate([time, ends]))
        level = value[np.searchsorted(time, steps, side="right") - 1].copy()
        for _, begin, end, fte in mine:
            level[(steps >= begin) & (steps < end)] += fte
        times.append(steps)
        values.append(level)
        pointer.append(pointer[-1] + len(steps))
    return np.array(pointer, np.int64), np.concatenate(times), np.concatenate(values)


def lengthened(
    portfolio: Portfolio, scenario: Scenario, arrivals: Arrivals, kept: tuple[str, ...]
) -> Arrivals:
    """Return the incidents with restorations as long as they take without those kept back.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables.
    scenario : Scenario
        With its decision time, and the alpha of its actions.
    arrivals : Arrivals
        The incidents drawn.
    kept : tuple of str
        Ids of resources kept on the projects.

    Returns
    -------
    Arrivals
        What is left of each restoration at the decision time, or all of it where the incident
        strikes later, times ``(responders / responders left) ^ alpha``; responders are counted
        in FTE pulled.
    """
    if not kept or not len(arrivals.source):
        return arrivals
    alpha = next((a.alpha for a in scenario.actions if a.kind == "keep_responder"), ALPHA)
    shares = dict(portfolio.settings.severity)
    ratio = []
    for source in arrivals.sources:
        here: Any = (portfolio, source.service, shares[source.severity])
        before = float(effect_of(*here, without=scenario.without).pull.sum())
        left = float(effect_of(*here, without=scenario.without, kept=kept).pull.sum())
        # A random incident may have nobody left: it then waits for those who are kept.
        ratio.append((before / left) ** alpha if left > 0 else 1.0)
    decided = np.datetime64(decision_time(scenario, portfolio))
    clock = portfolio.calendar
    since = (clock.utc(decided) - clock.utc(arrivals.start)) / HOUR
    elapsed = np.minimum(np.maximum(since, 0.0), arrivals.hours)
    factor = np.array(ratio)[arrivals.source]
    return replace(arrivals, hours=elapsed + (arrivals.hours - elapsed) * factor)


def _touched(
    plan: Plan,
    laid: Program,
    tasks: NDArray[np.bool_],
    people: NDArray[np.bool_],
) -> Integers:
    """Return the components of the new plan in which anything is otherwise."""
    component = np.empty(len(laid.task), np.int64)
    component[laid.task] = laid.task_component
    found = np.zeros(len(laid.component_ptr) - 1, bool)
    found[component[tasks]] = True
    mine = laid.resource_component[people]
    found[mine[mine >= 0]] = True
    # Whoever shared a person who is now elsewhere, too: those needs are of the old plan.
    needer = np.repeat(np.arange(len(plan.hours)), np.diff(plan.need_ptr))
    found[component[needer[people[plan.need_resource]]]] = True
    rank = np.empty(len(plan.hours), np.int64)
    rank[plan.dispatch] = np.arange(len(rank))
    before = np.lexsort((rank, component))
    found[component[laid.task[laid.task != before]]] = True
    return np.flatnonzero(found).astype(np.int64)

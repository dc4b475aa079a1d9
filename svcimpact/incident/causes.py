"""The chain of causes of one project's date, and which tasks set dates most often."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from svcimpact.incident.acting import Acting
from svcimpact.incident.chains import SAME, Walk
from svcimpact.incident.outcome import Futures
from svcimpact.incident.strikes import moments
from svcimpact.incident.typical import at_medians, typical_run
from svcimpact.wording import number

Floats = NDArray[np.float64]

# Runs in which chains are looked for.
MOST_RUNS = 300
_LEAST_DAYS = 0.05


def criticality(told: Futures) -> Floats:
    """Return how often each task lies on the chain that sets its project's finish.

    Parameters
    ----------
    told : Futures
        What was drawn and found.

    Returns
    -------
    ndarray of float, shape (tasks,)
        Share of the runs looked at, at most 300 of them: those with the incident in which the
        chain that ends the task's project, back through links and through people handed from
        one task to the next, goes through it.
    """
    plan = told.plan
    runs = min(told.scenario.runs, MOST_RUNS)
    start, finish, _ = Acting(told.batches, told.found, plan.now).dense(0, runs)
    walk = Walk(plan)
    count = np.zeros(len(plan.hours))
    last_of = [np.flatnonzero(plan.project == p) for p in range(len(told.portfolio.projects))]
    for run in range(runs):
        on: set[int] = set()
        for mine in last_of:
            if len(mine):
                last = int(mine[finish[run, mine].argmax()])
                on |= set(walk.chain(last, start[run], finish[run]))
        count[list(on)] += 1
    return count / max(runs, 1)


@dataclass(frozen=True)
class _Loss:
    """Time lost on the way, in working hours, and why."""

    row: int
    hours: float
    why: str


def chain_of_causes(told: Futures) -> dict[str, str]:
    """Say for each project that is delayed in the typical run why it is, in words.

    Parameters
    ----------
    told : Futures
        What was drawn and found, with nothing decided.

    Returns
    -------
    dict of str to str
        By project, one sentence whose days add up to the delay. The chain goes back from the
        task that ends the project through links and through people handed on; time is lost on
        it where a task is held or works short-handed, and where it waits to start.
    """
    if not told.scenario.incidents:
        return {}
    segments, _ = typical_run(told.portfolio, told.scenario, told.plan, told.program, told.arrivals)
    n, day = len(told.plan.hours), told.portfolio.settings.hours_per_day
    row = {task: k for k, task in enumerate(told.portfolio.tasks["task"])}
    start, finish = {}, {}
    for case, part in segments.groupby("case"):
        where = part["task"].map(row).to_numpy()
        start[case], finish[case] = np.full(n, np.nan), np.full(n, np.nan)
        np.fmin.at(start[case], where, part["start_hours"].to_numpy())
        np.fmax.at(finish[case], where, part["finish_hours"].to_numpy())
    short = segments[segments["share"] < 1].assign(row=segments["task"].map(row))
    tellers = {
        case: _Teller(told, start[case], finish[case], short[short["case"] == case])
        for case in ("levelled", "incident")
    }
    said = {}
    names = told.portfolio.projects["name"].tolist()
    for p, project in enumerate(told.portfolio.projects["project"]):
        mine = np.flatnonzero((told.plan.project == p) & ~np.isnan(finish["incident"]))
        if not len(mine):
            continue
        delay = finish["incident"][mine].max() - finish["levelled"][mine].max()
        if delay >= _LEAST_DAYS * day:
            last = int(mine[finish["incident"][mine].argmax()])
            losses = tellers["incident"].losses(last)
            # What is lost without the incident too is none of its doing.
            before = tellers["levelled"].of({loss.row for loss in losses})
            said[str(project)] = _sentence(names[p], losses, before, float(delay) / day, day)
    return said


def _sentence(
    name: str, losses: list[_Loss], before: dict[tuple[int, str], float], delay: float, day: float
) -> str:
    """Return the chain of one project in words, in the order of time; days add up."""
    lost: dict[str, float] = {}
    for loss in reversed(losses):
        spare = min(before.get((loss.row, loss.why), 0.0), loss.hours)
        lost[loss.why] = lost.get(loss.why, 0.0) + (loss.hours - spare) / day
    largest = sorted(lost, key=lambda why: -lost[why])[:3]
    parts, told = [], 0.0
    for why in lost:
        days = min(lost[why], delay - told)
        if why in largest and days >= _LEAST_DAYS:
            parts.append(f"{why}, {number(days, 1)}")
            told += days
    if delay - told >= _LEAST_DAYS:
        rest = number(delay - told, 1)
        parts.append(f"people whom it needs are busy elsewhere, {rest}")
    said = "; then ".join(parts)
    return f"{name} ends {number(delay, 1)} working days late: {said}."


class _Teller:
    """Tells where time is lost in one case of the typical run."""

    def __init__(self, told: Futures, start: Floats, finish: Floats, short: pd.DataFrame) -> None:
        self.told, self.start, self.finish = told, start, finish
        self.walk = Walk(told.plan)
        self.short = {
            i: short.loc[short["row"] == i, ["start_hours", "finish_hours", "share"]].to_numpy()
            for i in short["row"].unique().tolist()
        }
        self.incident = bool((short["case"] == "incident").any())
        portfolio = told.portfolio
        self.task_names = portfolio.tasks["name"].tolist()
        self.people = portfolio.resources["name"].tolist()
        stated = len(told.scenario.incidents)
        self.spans = moments(portfolio, at_medians(told.arrivals, stated))
        names = portfolio.services.set_index("service")["name"]
        self.services = [str(names[item.service]) for item in told.scenario.incidents]
        self.effects = told.struck.effects[:stated]
        self.ids = portfolio.tasks["task"].tolist()

    def losses(self, last: int) -> list[_Loss]:
        """Return what was lost along the chain, from its end back to before the incident."""
        begin = float(self.spans[0].min()) if len(self.spans[0]) else 0.0
        found: list[_Loss] = []
        for i in self.walk.chain(last, self.start, self.finish):
            if not self.finish[i] > begin:
                break
            found += self._of(i, begin)
        return found

    def of(self, rows: set[int]) -> dict[tuple[int, str], float]:
        """Return the hours that some tasks lose, by task and reason."""
        begin = float(self.spans[0].min()) if len(self.spans[0]) else 0.0
        lost: dict[tuple[int, str], float] = {}
        for i in rows:
            for loss in self._of(i, begin):
                key = (i, loss.why)
                lost[key] = lost.get(key, 0.0) + loss.hours
        return lost

    def _of(self, i: int, begin: float) -> list[_Loss]:
        found = []
        for a, b, share in reversed(self.short.get(i, np.zeros((0, 3)))):
            if b > begin:
                first = max(a, begin)
                found.append(_Loss(i, (b - first) * (1.0 - share), self._why(i, first, b, share)))
        gate = max(
            (
                (self.finish[a] if kind == 0 else self.start[a]) + lag
                for a, kind, lag in self.walk.before[i]
                if kind < 2 and not np.isnan(self.finish[a])
            ),
            default=-np.inf,
        )
        ready = max(gate, float(self.told.plan.release[i]), self.told.plan.now)
        if self.start[i] > ready + SAME:
            reason = self._reason(i, ready, float(self.start[i]))
            if reason is not None:
                hours = min(float(self.start[i]) - ready, reason[1])
                found.append(_Loss(i, hours, reason[0]))
        return found

    def _why(self, i: int, a: float, b: float, share: float) -> str:
        reason = self._reason(i, a, b)
        if reason is not None:
            return reason[0]
        return f"{self.task_names[i]} {'works short-handed' if share > 0 else 'waits for people'}"

    def _reason(self, i: int, a: float, b: float) -> tuple[str, float] | None:
        """Return what kept a task from its work in a stretch, and for how long."""
        told: list[tuple[str, float, float]] = []
        begin, restored, thawed, over = self.spans
        plan, name = self.told.plan, self.task_names[i]
        for h in np.flatnonzero(plan.hold_task == i):
            why = f"{name} waits for the planned change freeze to end"
            told.append((why, float(plan.hold_from[h]), float(plan.hold_until[h])))
        needs = plan.need_resource[plan.need_ptr[i] : plan.need_ptr[i + 1]]
        for k, effect in enumerate(self.effects if self.incident else ()):
            service = self.services[k]
            if self.ids[i] in effect.changing:
                why = f"{name} waits for the freeze on {service} to lift"
                told.append((why, begin[k], thawed[k]))
            elif self.ids[i] in effect.using:
                told.append((f"{name} waits for {service} to be back", begin[k], restored[k]))
            for r in needs.tolist():
                if effect.taken[r] > 1e-9:
                    who = self.people[r]
                    verb = "is pulled to" if effect.pull[r] > 1e-9 else "covers for colleagues at"
                    told.append((f"{who} {verb} {service}", begin[k], restored[k]))
                    told.append((f"{who} is needed at {service} for longer", restored[k], over[k]))
        best: tuple[str, float] | None = None
        for why, first, last in told:
            span = min(b, last) - max(a, first)
            if span > SAME and (best is None or span > best[1] + SAME):
                best = (why, span)
        return best

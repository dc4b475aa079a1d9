"""The chain of causes of one project's date, and which tasks set dates most often."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from svcimpact.engine.runs import Run, run_once
from svcimpact.incident.acting import Acting
from svcimpact.incident.chains import SAME, Walk
from svcimpact.incident.strikes import moments
from svcimpact.incident.sums import Futures
from svcimpact.incident.typical import at_medians, typical_incidents
from svcimpact.incident.windows import away
from svcimpact.wording import adding_up, number

Floats = NDArray[np.float64]
# Why, from, until, in working hours.
_Reason: TypeAlias = tuple[str, float, float]

# Runs in which chains are looked for.
MOST_RUNS = 300
_LEAST_DAYS = 0.05
_MOST_CAUSES = 4
_AGAIN = "getting back into interrupted work"
_REST = "the rest in smaller shifts"


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


@dataclass
class _Loss:
    """Time lost on the way, in working hours, and why."""

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
        By project, one sentence whose days, as shown, add up to the delay. The chain goes back
        from the task that ends the project through links and through people handed on; time is
        lost on it where a task is held or works short-handed, where it is taken up again, and
        where it waits to start. Float on the chain takes up what is lost first.
    """
    scenario, plan = told.scenario, told.plan
    if not scenario.incidents:
        return {}
    befalls = typical_incidents(told.portfolio, scenario, told.program, told.arrivals)
    run = partial(
        run_once,
        plan,
        min_share=scenario.min_share,
        resume_hours=scenario.resume_hours,
        trace=True,
    )
    teller = _Teller(told, run(), run(*befalls))
    calm, late = teller.cases[0].finish, teller.cases[1].finish
    day = told.portfolio.settings.hours_per_day
    said = {}
    names = told.portfolio.projects["name"].tolist()
    for p, project in enumerate(told.portfolio.projects["project"]):
        mine = np.flatnonzero(plan.project == p)
        if not len(mine):
            continue
        delay = float(late[mine].max() - calm[mine].max())
        if delay >= _LEAST_DAYS * day:
            losses = teller.losses(int(mine[late[mine].argmax()]))
            _settle(losses, delay)
            said[str(project)] = _sentence(names[p], losses, delay / day, day)
    return said


def _settle(losses: list[_Loss], late: float) -> None:
    """Make losses in the order of time add up to what a task is late: float takes the first."""
    over = sum(loss.hours for loss in losses) - max(late, 0.0)
    if over < 0:
        losses.append(_Loss(-over, _REST))
    for loss in losses:
        less = min(max(over, 0.0), loss.hours)
        loss.hours -= less
        over -= less


def _sentence(name: str, losses: list[_Loss], delay: float, day: float) -> str:
    """Return the chain of one project in words, in the order of time; days add up as shown."""
    lost: dict[str, float] = {}
    for loss in losses:
        lost[loss.why] = lost.get(loss.why, 0.0) + loss.hours / day
    lost.pop(_REST, None)
    largest = sorted(lost, key=lambda why: -lost[why])[:_MOST_CAUSES]
    parts = {why: lost[why] for why in lost if why in largest and lost[why] >= _LEAST_DAYS}
    parts[_REST] = delay - sum(parts.values())
    shown = adding_up(list(parts.values()), delay, 1)
    said = "; then ".join(
        f"{why}, {number(days, 1)}" for why, days in zip(parts, shown, strict=True) if days
    )
    return (
        "In a typical future, with every restoration at its median, "
        f"{name} ends {number(delay, 1)} working days late: {said}."
    )


class _Case:
    """One case of the typical run."""

    def __init__(self, run: Run) -> None:
        self.start, self.finish, self.stops = run.start, run.finish, run.interruptions
        self.freed = run.start.copy()
        self.of: dict[int, list[tuple[float, float, float]]] = {}
        for i, a, b, share in run.segments:
            self.freed[i] = max(self.freed[i], b)
            self.of.setdefault(i, []).append((a, b, share))

    def at(self, point: str) -> Floats:
        """Return when each task passes a point."""
        return {"start": self.start, "work": self.freed, "finish": self.finish}[point]


class _Teller:
    """Tells where time is lost in the typical run."""

    def __init__(self, told: Futures, calm: Run, late: Run) -> None:
        self.told = told
        self.cases = _Case(calm), _Case(late)
        self.walk = Walk(told.plan)
        portfolio = told.portfolio
        self.task_names = portfolio.tasks["name"].tolist()
        self.people = portfolio.resources["name"].tolist()
        stated = len(told.scenario.incidents)
        self.spans = moments(portfolio, at_medians(told.arrivals, stated))
        self.begin = float(self.spans[0].min()) if len(self.spans[0]) else 0.0
        names = portfolio.services.set_index("service")["name"]
        self.services = [str(names[item.service]) for item in told.scenario.incidents]
        self.effects = told.struck.effects[:stated]
        self.ids = portfolio.tasks["task"].tolist()

    def losses(self, last: int) -> list[_Loss]:
        """Return what the incident makes the chain lose, in the order of time."""
        calm, late = self.cases
        path = self.walk.path(last, late.start, late.finish, late.freed)
        losses: list[_Loss] = []
        handed = False
        for i, point, waits in reversed(path):
            if late.finish[i] <= self.begin:
                continue
            if waits == "start":
                self._wait(i, losses, handed=handed)
                if point != "start":
                    losses += self._work(i)
            handed = point == "work"
            # A task whose start set the next one's date, or whose gate set its own, lost no more.
            _settle(losses, float(late.at(point)[i] - calm.at(point)[i]))
        return losses

    def _wait(self, i: int, losses: list[_Loss], *, handed: bool) -> None:
        """Add what a task waits to start beyond what came to it along the chain."""
        calm, late = self.cases
        gates = self.walk.gates(i, "start", late.start, late.finish)
        let = max((time for time, _, _ in gates), default=-np.inf)
        ready = max(let, float(self.told.plan.release[i]), self.told.plan.now)
        start, before = float(late.start[i]), float(calm.start[i])
        came = start if handed else ready
        _settle(losses, min(came - before, sum(loss.hours for loss in losses)))
        missing = start - before - sum(loss.hours for loss in losses)
        if missing <= SAME:
            return
        reasons = [(why, max(a, ready), b) for why, a, b in self._reasons(i)]
        for why, since, until in _turns(reasons, start - missing, start):
            busy = why is None and self._busy(i, since, until)
            what = "for people who are busy elsewhere" if busy else "to start"
            said = why or f"{self.task_names[i]} waits {what}"
            losses.append(_Loss(until - since, said))

    def _busy(self, i: int, a: float, b: float) -> bool:
        """Return whether other tasks have people whom a task needs at work in a stretch."""
        others = {j for k in self.walk.needs[i] for j in self.walk.users[k]} - {i}
        return any(
            share > 0 and min(b, until) - max(a, since) > SAME
            for j in others
            for since, until, share in self.cases[1].of.get(j, ())
        )

    def _work(self, i: int) -> list[_Loss]:
        """Return what a task loses at work in the incident beyond what it loses anyway."""
        before: dict[str, float] = {}
        for loss in self._short(i, 0):
            before[loss.why] = before.get(loss.why, 0.0) + loss.hours
        found = self._short(i, 1)
        for loss in found:
            # What is lost without the incident too is none of its doing.
            spare = min(before.get(loss.why, 0.0), loss.hours)
            before[loss.why] = before.get(loss.why, 0.0) - spare
            loss.hours -= spare
        return found

    def _short(self, i: int, case: int) -> list[_Loss]:
        """Return the hours that a task loses by being held, short-handed, or taken up again."""
        found: list[_Loss] = []
        reasons = self._reasons(i, case)
        resumed = 0
        for a, b, share in self.cases[case].of.get(i, ()):
            first = max(a, self.begin)
            if b <= first or share >= 1:
                continue
            for why, since, until in _turns(reasons, first, b):
                what = "works short-handed" if share > 0 else "waits for people"
                said = why or f"{self.task_names[i]} {what}"
                found.append(_Loss((until - since) * (1.0 - share), said))
            resumed = len(found) if share <= 0 else resumed
        again = float(self.cases[case].stops[i]) * self.told.scenario.resume_hours
        found.insert(resumed, _Loss(again, _AGAIN))
        return found

    def _reasons(self, i: int, case: int = 1) -> list[_Reason]:
        """Return what can keep a task from its work, from when until when."""
        told: list[_Reason] = []
        begin, restored, thawed, over = self.spans
        plan, name = self.told.plan, self.task_names[i]
        for h in np.flatnonzero(plan.hold_task == i):
            why = f"{name} waits for the planned change freeze to end"
            told.append((why, float(plan.hold_from[h]), float(plan.hold_until[h])))
        needs = plan.need_resource[plan.need_ptr[i] : plan.need_ptr[i + 1]]
        for r in needs.tolist():
            for since, until, wholly in away(plan, r):
                how = "away" if wholly else "away in part"
                told.append((f"{self.people[r]} is {how}", since, until))
        for k, effect in enumerate(self.effects if case else ()):
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
        return told


def _turns(reasons: list[_Reason], a: float, b: float) -> list[tuple[str | None, float, float]]:
    """Cut a stretch where reasons begin and end, and tell what kept the task in each piece.

    Of several reasons at once that one is told which lasts longest in the stretch, then the first.
    """
    spans = [(why, max(a, since), min(b, until)) for why, since, until in reasons]
    spans = [span for span in spans if span[2] - span[1] > SAME]
    turns = {x for span in spans for x in span[1:] if a + SAME < x < b - SAME}
    found: list[tuple[str | None, float, float]] = []
    for since, until in pairwise(sorted({a, b, *turns})):
        middle = (since + until) / 2
        there = [span for span in spans if span[1] < middle < span[2]]
        best = max(there, key=lambda span: round(span[2] - span[1], 6), default=None)
        found.append((best and best[0], since, until))
    return found

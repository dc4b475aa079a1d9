"""The rules of a run as a SimPy model: an independent peer of the engine.

Written from the rules of one run alone. Capacity changes, freezes, releases, lags and work in
progress are SimPy processes on SimPy's own queue of events; one more process, the dispatcher,
waits until everything due at a time has happened and then applies the numbered rules. It looks
only at people, and tasks, that something has happened to.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Generator, Iterable
from dataclasses import dataclass, field
from heapq import heapify, heappop, heappush
from itertools import pairwise
from math import isnan
from operator import attrgetter
from typing import Any

import simpy

SAME = 1e-9  # h: times, work and shares closer than this are the same
FS, SS, FF, SF = range(4)
Steps = Generator[simpy.Event, Any, Any]
rank_of = attrgetter("rank")


@dataclass(eq=False, slots=True)
class Person:
    """A resource: what projects may use of it, who uses it, and who waits for it."""

    level: float = 0.0
    running: list[Task] = field(default_factory=list)  # in dispatch order
    waiting: list[Task] = field(default_factory=list)  # in dispatch order, gates open

    def free(self, before: float = float("inf")) -> float:
        """FTE left by the running tasks that come before a place in dispatch order."""
        free = max(self.level, 0.0)
        for task in self.running:
            if task.rank >= before:
                break
            free -= task.share * task.needs[self]
        return max(free, 0.0)


@dataclass(eq=False, slots=True)
class Task:
    """A task during one run; `left` is the work left at the time `since`."""

    row: int
    rank: int
    needs: dict[Person, float]
    left: float
    start_gates: int = 1
    finish_gates: int = 0
    on_start: list[tuple[float, Task, bool]] = field(default_factory=list)
    on_finish: list[tuple[float, Task, bool]] = field(default_factory=list)
    leads: list[tuple[float, Task, bool]] = field(default_factory=list)  # shortest first
    freezes: int = 0
    start: float | None = None
    finish: float | None = None
    spent: bool = False
    share: float = 0.0
    rate: float = 0.0
    since: float = 0.0
    stopped: bool = False
    interruptions: int = 0
    process: simpy.Process | None = None


@dataclass
class Times:
    """Start, finish and interruptions of every task, in the plan's row order."""

    start: list[float]
    finish: list[float]
    interruptions: list[int]


def rows_of(plan: Any, *columns: str) -> list[tuple[Any, ...]]:
    """Arrays of a plan side by side, as plain numbers."""
    return list(zip(*(getattr(plan, column).tolist() for column in columns), strict=True))


class Model:
    """A plan as a SimPy model; every call of `run` is one run of it.

    Parameters
    ----------
    plan
        Anything with the array fields of the package's `Plan`; times in working hours.
    min_share
        Least share of its needs with which a task starts.
    resume_hours
        Hours added to a task's work each time it is taken up again.
    """

    def __init__(self, plan: Any, *, min_share: float = 0.5, resume_hours: float = 0.0) -> None:
        self.min_share, self.resume_hours = min_share, resume_hours
        self.now = float(plan.now)
        self.hours = plan.hours.tolist()
        self.release = plan.release.tolist()
        self.by_release = sorted(range(len(self.release)), key=self.release.__getitem__)
        self.began, self.ended = plan.began.tolist(), plan.ended.tolist()
        self.done = plan.done.tolist()
        self.dispatch = plan.dispatch.tolist()
        needs = rows_of(plan, "need_resource", "need_units")
        self.needs = [
            [(k, units) for k, units in needs[a:b] if units > 0] for a, b in pairwise(plan.need_ptr)
        ]
        self.links = rows_of(plan, "link_predecessor", "link_successor", "link_type", "link_lag")
        steps = rows_of(plan, "capacity_time", "capacity_value")
        self.capacity = [steps[a:b] for a, b in pairwise(plan.capacity_ptr)]
        self.holds = rows_of(plan, "hold_task", "hold_from", "hold_until")

    def run(
        self,
        takes: Iterable[tuple[int, float, float, float]] = (),
        holds: Iterable[tuple[int, float, float]] = (),
        hours: Iterable[float] | None = None,
    ) -> Times:
        """Run once, with what is taken from people, held, and the work of this run's tasks.

        Raises
        ------
        RuntimeError
            When nothing more can happen and tasks are left.
        """
        self.env = simpy.Environment(self.now)
        self.bell = self.env.event()  # rung by whatever may call for the rules
        self.all_finished = self.env.event()
        self.people = [Person() for _ in self.capacity]
        self.changed: set[Person] = set()  # people whose capacity or users changed
        self.freed: set[Person] = set()  # people of whom more may be left than before
        self.again: set[Task] = set()  # frozen, thawed, or running when time begins
        self.ready: list[Task] = []  # may start, not yet tried
        self.winding_up: list[Task] = []  # no work left, or a last gate open
        self.touched: set[Task] = set()  # whose share was looked at
        self.tasks = self._make_tasks(list(hours) if hours is not None else self.hours)
        self.in_order = [self.tasks[row] for row in self.dispatch]
        self.unfinished = len(self.tasks)
        for person, steps in zip(self.people, self.capacity, strict=True):
            self.env.process(self._capacity(person, steps))
        for resource, begin, end, fte in takes:
            if end > max(begin, self.now):
                self.env.process(self._take(self.people[resource], begin, end, fte))
        for row, begin, end in (*self.holds, *holds):
            if end > max(begin, self.now):
                self.env.process(self._freeze(self.tasks[row], begin, end))
        for task in self.tasks:
            self._begin(task)
        self.env.process(self._releases())
        self.env.process(self._dispatcher())
        self._ring()
        if self.tasks:
            try:
                self.env.run(until=self.all_finished)
            except RuntimeError as stuck:
                rows = ", ".join(str(task.row) for task in self.tasks if task.finish is None)
                raise RuntimeError(f"unfinished tasks: {rows}") from stuck
        return Times(
            [task.start for task in self.tasks if task.start is not None],
            [task.finish for task in self.tasks if task.finish is not None],
            [task.interruptions for task in self.tasks],
        )

    def _make_tasks(self, hours: list[float]) -> list[Task]:
        rank = {row: place for place, row in enumerate(self.dispatch)}
        tasks = [
            Task(row, rank[row], {self.people[k]: u for k, u in needs}, work)
            for row, (needs, work) in enumerate(zip(self.needs, hours, strict=True))
        ]
        for p, s, kind, lag in self.links:
            before, after = tasks[p], tasks[s]
            ends = kind in (FF, SF)
            after.finish_gates += ends
            after.start_gates += not ends
            if kind in (SS, SF):
                before.on_start.append((max(lag, 0.0), after, ends))
            elif lag < 0:
                before.leads.append((-lag, after, ends))
            else:
                before.on_finish.append((lag, after, ends))
        for task in tasks:
            task.leads.sort(key=lambda lead: lead[0])
        return tasks

    def _begin(self, task: Task) -> None:
        """Put a task where it stands when time begins: done or running, if not to come."""
        began, ended = self.began[task.row], self.ended[task.row]
        if not isnan(ended):
            task.start, task.finish = ended if isnan(began) else began, ended
            task.left, task.spent = 0.0, True
            self._tell(task.on_start, task.start)
            self._tell(task.on_finish, ended)
            self._pass_leads(task)
            self._count_finished()
        elif not isnan(began):
            task.left *= 1.0 - self.done[task.row]
            self._run(task, began)
            self.again.add(task)

    # Processes: what happens at times of its own.

    def _releases(self) -> Steps:
        for row in self.by_release:
            if self.release[row] > self.env.now:
                yield self.env.timeout(self.release[row] - self.env.now)
            self._open(self.tasks[row], ends=False)

    def _capacity(self, person: Person, steps: list[tuple[float, float]]) -> Steps:
        value = 0.0
        for time, after in steps:
            if time > self.env.now:
                yield self.env.timeout(time - self.env.now)
            self._change(person, after - value)
            value = after

    def _take(self, person: Person, begin: float, end: float, fte: float) -> Steps:
        if begin > self.env.now:
            yield self.env.timeout(begin - self.env.now)
        self._change(person, -fte)
        yield self.env.timeout(end - self.env.now)
        self._change(person, fte)

    def _change(self, person: Person, fte: float) -> None:
        person.level += fte
        self.changed.add(person)
        self.freed.add(person)
        self._ring()

    def _freeze(self, task: Task, begin: float, end: float) -> Steps:
        if begin > self.env.now:
            yield self.env.timeout(begin - self.env.now)
        for change in (1, -1):
            task.freezes += change
            self.again.add(task)
            self._ring()
            if change > 0:
                yield self.env.timeout(end - self.env.now)

    def _wait(self, lag: float, task: Task, *, ends: bool) -> Steps:
        """Open a gate of a task after a lag."""
        yield self.env.timeout(lag)
        self._open(task, ends=ends)

    def _work(self, task: Task) -> Steps:
        """Work a task down, stretch by stretch, at the rate that the dispatcher gives."""
        while not task.spent:
            target = task.leads[-1][0] if task.leads else 0.0
            try:
                if task.rate > 0:
                    yield self.env.timeout((task.left - target) / task.rate)
                else:
                    yield self.env.event()
            except simpy.Interrupt:
                continue
            task.left, task.since = target, self.env.now
            self._pass_leads(task)
            if target <= SAME:
                self._spend(task)
        self._ring()

    def _dispatcher(self) -> Steps:
        while True:
            yield self.bell
            while self.env.peek() <= self.env.now + SAME:
                yield self.env.timeout(max(0.0, self.env.peek() - self.env.now))
            self._settle()
            self.bell = self.env.event()

    def _ring(self) -> None:
        if not self.bell.triggered:
            self.bell.succeed()

    # Gates.

    def _tell(self, gates: list[tuple[float, Task, bool]], time: float) -> None:
        """Open, now or when their lag is over, the gates that hang on something at a time."""
        for lag, task, ends in gates:
            wait = time + lag - self.env.now
            if wait > SAME:
                self.env.process(self._wait(wait, task, ends=ends))
            else:
                self._open(task, ends=ends)

    def _pass_leads(self, task: Task) -> None:
        """Open the gates whose lead is no shorter than the work left."""
        while task.leads and task.leads[-1][0] >= task.left - SAME:
            _, after, ends = task.leads.pop()
            self._open(after, ends=ends)

    def _open(self, task: Task, *, ends: bool) -> None:
        """Open one gate of a task; the last of its kind lets it start, or finish."""
        if ends:
            task.finish_gates -= 1
            if task.spent and task.finish_gates == 0:
                self.winding_up.append(task)
                self._ring()
            return
        task.start_gates -= 1
        if task.start_gates == 0 and task.start is None:
            for person in task.needs:
                insort(person.waiting, task, key=rank_of)
            self.ready.append(task)
            self._ring()

    def _count_finished(self) -> None:
        self.unfinished -= 1
        if self.unfinished == 0:
            self.all_finished.succeed()

    # The rules.

    def _settle(self) -> None:
        """Apply the rules at this time until nothing more changes."""
        while True:
            self._wind_up()
            while True:
                self._share_out()
                if not self._start_waiting():
                    break
            if not self.winding_up:
                break
        self._go_on()

    def _wind_up(self) -> None:
        """Rule 1: without work left, let people go; with the gates open as well, finish."""
        while self.winding_up:
            task = self.winding_up.pop()
            for person in task.needs:
                if task in person.running:
                    person.running.remove(task)
                    self.changed.add(person)
                    self.freed.add(person)
            task.share = 0.0
            if not task.finish_gates and task.finish is None:
                task.finish = self.env.now
                self._tell(task.on_finish, task.finish)
                self._count_finished()

    def _share_out(self) -> None:
        """Rule 3: a share for every running task, in dispatch order."""
        # Rule 2 is done: capacity and freezes changed when they were due.
        review = {t.rank for person in self.changed for t in person.running}
        for task in self.again:
            if task.start is None:
                self.ready.append(task)
            elif not task.spent:
                review.add(task.rank)
        self.again.clear()
        self.changed.clear()
        queue = list(review)
        heapify(queue)
        while queue:
            rank = heappop(queue)
            task = self.in_order[rank]
            share = 0.0 if task.freezes else self._share(task, rank)
            self.touched.add(task)
            if share == task.share:
                continue
            if share < task.share:
                self.freed.update(task.needs)
            task.share = share
            for person in task.needs:
                for later in person.running:
                    if later.rank > rank and later.rank not in review:
                        review.add(later.rank)
                        heappush(queue, later.rank)

    def _share(self, task: Task, before: float = float("inf")) -> float:
        """Share of its needs for a task that has its turn at a place in dispatch order."""
        share = 1.0
        for person, units in task.needs.items():
            share = min(share, person.free(before) / units)
        if share < SAME:
            return 0.0
        return 1.0 if share > 1.0 - SAME else share

    def _start_waiting(self) -> bool:
        """Rule 4: one pass over the tasks that may start; tell whether any did."""
        tries = {task.rank for task in self.ready}
        for person in self.freed:
            if person.waiting:
                most = (person.free() + SAME) / max(self.min_share - SAME, SAME)
                tries.update([t.rank for t in person.waiting if t.needs[person] <= most])
        self.freed.clear()
        self.ready.clear()
        queue = list(tries)
        heapify(queue)
        any_started = False
        later = []
        while queue:
            task = self.in_order[heappop(queue)]
            if task.start is not None or task.start_gates or task.freezes:
                continue
            share = self._share(task)
            if share < self.min_share - SAME:
                continue
            any_started = True
            for person in task.needs:
                person.waiting.remove(task)
            self._run(task, self.env.now, share)
            # A start opens gates at once: those further on still have their turn.
            for opened in self.ready:
                if opened.rank > task.rank:
                    heappush(queue, opened.rank)
                else:
                    later.append(opened)
            self.ready.clear()
        self.ready.extend(later)
        return any_started

    def _run(self, task: Task, start: float, share: float = 0.0) -> None:
        """Make a task run, and open what hangs on its start."""
        task.start, task.since = start, self.env.now
        if task.left > SAME:
            task.share = share
            self.touched.add(task)
            for person in task.needs:
                insort(person.running, task, key=rank_of)
                self.changed.add(person)
        else:
            self._spend(task)  # nothing to do, so nothing to take
        self._tell(task.on_start, start)
        self._pass_leads(task)

    def _spend(self, task: Task) -> None:
        task.left, task.spent = 0.0, True
        self.winding_up.append(task)

    def _go_on(self) -> None:
        """Rule 5: count interruptions, add what getting back costs, and work on."""
        now = self.env.now
        for task in sorted(self.touched, key=rank_of):
            if task.spent or (task.process is not None and task.share == task.rate):
                continue
            task.left -= task.rate * (now - task.since)
            task.since, task.rate = now, task.share
            if task.rate == 0 and not task.stopped:
                task.stopped = True
                task.interruptions += 1
            elif task.rate > 0 and task.stopped:
                task.stopped = False
                task.left += self.resume_hours
            if task.process is None:
                task.process = self.env.process(self._work(task))
            else:
                task.process.interrupt()
        self.touched.clear()

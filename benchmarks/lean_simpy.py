"""A lean SimPy model of a portfolio of FS links: what a good user of SimPy would write.

The same rules as the engine's, less what the benchmark's portfolio does not use (other link
types, leads, a status date, absences, time to get back into a task). Tasks are timeouts with a
callback, which SimPy handles with less ado than processes and interrupts.
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Iterable
from heapq import heapify, heappop, heappush
from itertools import pairwise
from operator import attrgetter
from typing import Any, cast

import simpy

from svcimpact.engine.plan import Plan

SAME = 1e-9
AFTER_ALL_ELSE = cast("simpy.events.EventPriority", 2)  # SimPy's own have 0 or 1
rank_of = attrgetter("rank")


class Person:
    """Somebody: what projects may use of them, who does, and who waits for them."""

    __slots__ = ("level", "running", "waiting")

    def __init__(self, level: float) -> None:
        self.level = level
        self.running: list[Task] = []
        self.waiting: list[Task] = []

    def free(self, before: float) -> float:
        """FTE left by the running tasks before a place in dispatch order."""
        free = self.level if self.level > 0.0 else 0.0
        for task in self.running:
            if task.rank >= before:
                break
            free -= task.share * task.needs[self]
        return free


class Task:
    """A task during one run."""

    __slots__ = (
        "due", "finish", "freezes", "gates", "left", "needs", "rank", "rate", "share", "since",
        "start", "successors",
    )  # fmt: skip

    def __init__(self, rank: int, needs: dict[Person, float], left: float) -> None:
        self.rank, self.needs, self.left = rank, needs, left
        self.gates = self.freezes = 0
        self.successors: list[Task] = []
        self.start = self.finish = -1.0
        self.share = self.rate = self.since = 0.0
        self.due: simpy.Event | None = None


class Portfolio:
    """A plan of FS links without lags or releases as a SimPy model."""

    def __init__(self, plan: Plan, min_share: float = 0.5) -> None:
        if plan.link_type.any() or plan.link_lag.any() or plan.release.any():
            raise ValueError("this model knows FS links without lags, and no release times")
        self.min_share = min_share
        self.hours = plan.hours.tolist()
        self.dispatch = plan.dispatch.tolist()
        entries = list(zip(plan.need_resource.tolist(), plan.need_units.tolist(), strict=True))
        self.needs = [entries[a:b] for a, b in pairwise(plan.need_ptr.tolist())]
        self.links = list(
            zip(plan.link_predecessor.tolist(), plan.link_successor.tolist(), strict=True)
        )
        self.levels = plan.capacity_value.tolist()

    def run(
        self,
        takes: Iterable[tuple[int, float, float, float]] = (),
        holds: Iterable[tuple[int, float, float]] = (),
    ) -> tuple[list[float], list[float]]:
        """Run once; return start and finish of every task, in the plan's row order."""
        self.env = simpy.Environment()
        self.settling = False
        people = [Person(level) for level in self.levels]
        tasks = [
            Task(0, {people[k]: units for k, units in needs}, hours)
            for needs, hours in zip(self.needs, self.hours, strict=True)
        ]
        self.in_order = [tasks[row] for row in self.dispatch]
        for rank, task in enumerate(self.in_order):
            task.rank = rank
        for before, after in self.links:
            tasks[before].successors.append(tasks[after])
            tasks[after].gates += 1
        self.changed: set[Person] = set()
        self.freed: set[Person] = set()
        self.thawed: set[Task] = set()  # or frozen
        self.touched: set[Task] = set()
        self.ready = [task for task in self.in_order if not task.gates]
        for task in self.ready:
            self._queue(task)
        for k, begin, end, fte in takes:
            if end > begin:
                self._at(begin, self._change, (people[k], -fte))
                self._at(end, self._change, (people[k], fte))
        for row, begin, end in holds:
            if end > begin:
                self._at(begin, self._freeze, (tasks[row], 1))
                self._at(end, self._freeze, (tasks[row], -1))
        self._ring()
        self.env.run()
        return [task.start for task in tasks], [task.finish for task in tasks]

    # What happens at times of its own.

    def _at(self, time: float, act: Callable[[Any], None], value: object) -> None:
        event = simpy.Timeout(self.env, max(time - self.env.now, 0.0), value)
        event.callbacks.append(act)

    def _change(self, event: simpy.Event) -> None:
        person, fte = event._value
        person.level += fte
        self.changed.add(person)
        self.freed.add(person)
        self._ring()

    def _freeze(self, event: simpy.Event) -> None:
        task, change = event._value
        task.freezes += change
        self.thawed.add(task)
        self._ring()

    def _worked(self, event: simpy.Event) -> None:
        task = event._value
        if task.due is event:  # else it was put off since
            self._end(task)
            self._ring()

    def _ring(self, delay: float = 0.0) -> None:
        """Let the rules be applied once all that is due now has happened."""
        if not self.settling:
            self.settling = True
            event = self.env.event()
            event._ok, event._value = True, None
            event.callbacks.append(self._settle)
            self.env.schedule(event, AFTER_ALL_ELSE, delay)

    # The rules.

    def _end(self, task: Task) -> None:
        task.finish, task.due = self.env.now, None
        for person in task.needs:
            if task in person.running:
                person.running.remove(task)
                self.changed.add(person)
                self.freed.add(person)
        for after in task.successors:
            after.gates -= 1
            if not after.gates:
                self._queue(after)
                self.ready.append(after)

    def _queue(self, task: Task) -> None:
        for person in task.needs:
            insort(person.waiting, task, key=rank_of)

    def _settle(self, _: simpy.Event) -> None:
        self.settling = False
        if self.env.peek() <= self.env.now + SAME:
            self._ring(self.env.peek() - self.env.now)
            return
        self._share_out()
        while self._start_waiting():
            self._share_out()
        self._go_on()

    def _share(self, task: Task, before: float) -> float:
        share = 1.0
        for person, units in task.needs.items():
            free = person.free(before)
            if free < units * share:
                share = free / units
        if share < SAME:
            return 0.0
        return 1.0 if share > 1.0 - SAME else share

    def _share_out(self) -> None:
        """Deal shares again to the tasks of the people who changed, in dispatch order."""
        review = {task.rank for person in self.changed for task in person.running}
        for task in self.thawed:
            if task.start < 0.0:
                self.ready.append(task)
            elif task.finish < 0.0:
                review.add(task.rank)
        self.changed.clear()
        self.thawed.clear()
        queue = list(review)
        heapify(queue)
        while queue:
            rank = heappop(queue)
            task = self.in_order[rank]
            share = 0.0 if task.freezes else self._share(task, rank)
            if share == task.share:
                continue
            self.touched.add(task)
            if share < task.share:
                self.freed.update(task.needs)
            task.share = share
            for person in task.needs:
                for later in person.running:
                    if later.rank > rank and later.rank not in review:
                        review.add(later.rank)
                        heappush(queue, later.rank)

    def _start_waiting(self) -> bool:
        """Start the waiting tasks that can, in dispatch order; tell whether any did."""
        tries = {task.rank: task for task in self.ready}
        for person in self.freed:
            if person.waiting and person.free(float("inf")) > SAME:
                for task in person.waiting:
                    tries[task.rank] = task
        self.freed.clear()
        self.ready = []
        started = False
        for rank in sorted(tries):
            task = tries[rank]
            if task.gates or task.freezes or task.start >= 0.0:
                continue
            share = self._share(task, float("inf"))
            if share < self.min_share - SAME:
                continue
            started = True
            task.start = task.since = self.env.now
            for person in task.needs:
                person.waiting.remove(task)
            if task.left <= SAME:
                self._end(task)
                continue
            task.share = share
            self.touched.add(task)
            for person in task.needs:
                insort(person.running, task, key=rank_of)
                self.changed.add(person)
        return started

    def _go_on(self) -> None:
        now = self.env.now
        for task in self.touched:
            if task.finish >= 0.0 or task.share == task.rate:
                continue
            task.left -= task.rate * (now - task.since)
            task.since, task.rate = now, task.share
            task.due = None
            if task.rate > 0.0:
                task.due = simpy.Timeout(self.env, max(task.left, 0.0) / task.rate, task)
                task.due.callbacks.append(self._worked)
        self.touched.clear()

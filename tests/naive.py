"""One run of the simulation in plain Python: slow, and meant to be checked by eye.

At every event time, in this order, until nothing more changes at that time:

1. Work done since the last event is subtracted. A task with no work left holds nobody; it
   finishes once its FF and SF gates have passed.
2. Capacity changes and freezes due now take effect; a freeze over [a, b) holds at a, not at b.
3. The running tasks, in dispatch order, each get the share min(1, free / units) over their
   resources, 0 when frozen, and take share x units from every resource.
4. The waiting tasks whose start gates have passed and that are not frozen, in dispatch order,
   start if their share of what is left is at least `min_share`. After a pass in which any task
   started, steps 3 and 4 repeat.
5. A running task whose share is now 0 is interrupted (counted once); one that gets going again
   has `resume_hours` added to its work.

It shares no code with the package, so that the two can be held against each other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any

SAME = 1e-9  # hours, work or share: closer than this is the same
FS, SS, FF, SF = 0, 1, 2, 3


@dataclass
class Result:
    """What one run came to: times in working hours, one entry per task."""

    start: list[float]
    finish: list[float]
    interruptions: list[int]
    segments: list[tuple[int, float, float, float]]


@dataclass
class Turn:
    """A change of plan on the way: what holds from a moment on."""

    when: float
    plan: Any
    takes: Any
    holds: Any
    factor: list[float]
    extra: list[float]


@dataclass
class Link:
    """One link as its successor sees it."""

    predecessor: Task
    kind: int
    lag: float


@dataclass
class Task:
    """One task and how far it has come."""

    row: int
    release: float
    left: float
    needs: dict[int, float]
    freezes: list[tuple[float, float]]
    start_links: list[Link] = field(default_factory=list)
    finish_links: list[Link] = field(default_factory=list)
    start: float | None = None
    finish: float | None = None
    share: float = 0.0
    least_left: float = math.inf
    interrupted: bool = False
    interruptions: int = 0

    def waiting(self) -> bool:
        """Tell whether it has not started."""
        return self.start is None

    def running(self) -> bool:
        """Tell whether it has started and has work left, held or not."""
        return self.start is not None and self.finish is None and self.left > 0

    def out_of_work(self) -> bool:
        """Tell whether it has started, has no work left, and has not finished."""
        return self.start is not None and self.finish is None and self.left == 0

    def frozen(self, now: float) -> bool:
        """Tell whether it is held by a freeze over [a, b): at a, and no longer at b."""
        return any(due(begin, now) and not due(end, now) for begin, end in self.freezes)

    def work_left(self, left: float) -> None:
        """Set the work left; a lead's gate passes at the lowest it ever was, and stays passed."""
        self.left = left if left > SAME else 0.0
        self.least_left = min(self.least_left, self.left)


def due(when: float, now: float) -> bool:
    """Whether a time has come; times closer than 1e-9 h are one time."""
    return when <= now + SAME


def gate(link: Link) -> float:
    """Give the time at which a link's gate passes; inf if that is not known yet."""
    task = link.predecessor
    if link.kind in (SS, SF):
        return math.inf if task.start is None else task.start + max(link.lag, 0.0)
    if link.lag >= 0:
        return math.inf if task.finish is None else task.finish + link.lag
    lead = -link.lag
    passed = task.start is not None and task.least_left <= lead + SAME
    return -math.inf if passed else math.inf


def may_start(task: Task, now: float) -> bool:
    return (
        due(task.release, now)
        and all(due(gate(link), now) for link in task.start_links)
        and not task.frozen(now)
    )


def may_finish(task: Task, now: float) -> bool:
    return task.out_of_work() and all(due(gate(link), now) for link in task.finish_links)


def share_of(free: dict[int, float], task: Task) -> float:
    """min(1, free / units) over the task's resources, cleaned of rounding."""
    share = 1.0
    for resource, units in task.needs.items():
        share = min(share, free[resource] / units)
    if share < SAME:
        return 0.0
    return 1.0 if share > 1 - SAME else share


def take(free: dict[int, float], task: Task) -> None:
    for resource, units in task.needs.items():
        free[resource] = max(0.0, free[resource] - task.share * units)


def work(tasks: list[Task], elapsed: float) -> None:
    """Step 1, first half: subtract the work done since the last event."""
    for task in tasks:
        if task.running():
            task.work_left(task.left - task.share * elapsed)


def finish(tasks: list[Task], now: float) -> None:
    """Step 1, second half: finish what can finish; one finish may let another follow."""
    while any(may_finish(task, now) for task in tasks):
        for task in tasks:
            if may_finish(task, now):
                task.finish = now


def capacities(steps: list[list[tuple[float, float]]], takes: Any, now: float) -> dict[int, float]:
    """Step 2: what each resource has for projects now, never below 0."""
    free = {}
    for resource, of_resource in enumerate(steps):
        capacity = [value for time, value in of_resource if due(time, now)][-1]
        for taken, begin, end, fte in takes:
            if taken == resource and due(begin, now) and not due(end, now):
                capacity -= fte
        free[resource] = max(0.0, capacity)
    return free


def share_out(order: list[Task], free: dict[int, float], now: float) -> None:
    """Step 3: give every running task its share, in dispatch order."""
    for task in order:
        task.share = 0.0
        if task.running() and not task.frozen(now):
            task.share = share_of(free, task)
            take(free, task)


def start(order: list[Task], free: dict[int, float], now: float, min_share: float) -> bool:
    """Step 4: one pass over the waiting tasks; whether any started."""
    started = False
    for task in order:
        if task.waiting() and may_start(task, now):
            share = share_of(free, task)
            if share >= min_share - SAME:
                task.start = now
                started = True
                if task.left > 0:
                    task.share = share
                    take(free, task)
    return started


def settle(
    order: list[Task],
    steps: list[list[tuple[float, float]]],
    takes: Any,
    now: float,
    min_share: float,
) -> None:
    """Do steps 1 to 4 at one time, until nothing more changes."""
    while True:
        finish(order, now)
        while True:
            free = capacities(steps, takes, now)
            share_out(order, free, now)
            if not start(order, free, now, min_share):
                break
        if not any(may_finish(task, now) for task in order):
            return


def count_interruptions(tasks: list[Task], resume_hours: float) -> None:
    """Step 5: who has come to a halt, and who gets going again."""
    for task in tasks:
        if not task.running():
            continue
        if task.share == 0 and not task.interrupted:
            task.interrupted = True
            task.interruptions += 1
        elif task.share > 0 and task.interrupted:
            task.interrupted = False
            task.work_left(task.left + resume_hours)


def next_event(
    tasks: list[Task], steps: list[list[tuple[float, float]]], takes: Any, now: float
) -> float:
    """Find the earliest time after now at which anything can change; inf if there is none."""
    times = [time for of_resource in steps for time, _ in of_resource]
    for _, begin, end, _ in takes:
        times += [begin, end]
    for task in tasks:
        times.append(task.release)
        for begin, end in task.freezes:
            times += [begin, end]
        if task.share > 0:
            times.append(now + task.left / task.share)
        for link in task.start_links + task.finish_links:
            times.append(gate(link))
            ahead = link.predecessor
            if link.kind in (FS, FF) and link.lag < 0 and ahead.share > 0:
                times.append(now + (ahead.left + link.lag) / ahead.share)
    return min((time for time in times if not due(time, now)), default=math.inf)


def read_tasks(plan: Any, holds: Any, hours: Any) -> list[Task]:
    """Build the tasks as they stand when time begins."""
    tasks = []
    for row in range(len(plan.hours)):
        needs = {
            int(plan.need_resource[i]): float(plan.need_units[i])
            for i in range(plan.need_ptr[row], plan.need_ptr[row + 1])
            if plan.need_units[i] > 0
        }
        freezes = [
            (float(begin), float(end))
            for held, begin, end in [
                *zip(plan.hold_task, plan.hold_from, plan.hold_until, strict=True),
                *holds,
            ]
            if held == row
        ]
        task = Task(row, float(plan.release[row]), 0.0, needs, freezes)
        began, ended = float(plan.began[row]), float(plan.ended[row])
        total = float(plan.hours[row] if hours is None else hours[row])
        if not math.isnan(ended):
            task.start = ended if math.isnan(began) else began
            task.finish = ended
            task.work_left(0.0)
        elif not math.isnan(began):
            task.start = began
            task.work_left(total * (1 - float(plan.done[row])))
        else:
            task.work_left(total)
        tasks.append(task)
    for predecessor, successor, kind, lag in zip(
        plan.link_predecessor, plan.link_successor, plan.link_type, plan.link_lag, strict=True
    ):
        task = tasks[successor]
        links = task.start_links if kind in (FS, SS) else task.finish_links
        links.append(Link(tasks[predecessor], int(kind), float(lag)))
    return tasks


def read_capacity(plan: Any) -> list[list[tuple[float, float]]]:
    """Per resource, its steps of (time, capacity from then on)."""
    return [
        [
            (float(plan.capacity_time[i]), float(plan.capacity_value[i]))
            for i in range(plan.capacity_ptr[resource], plan.capacity_ptr[resource + 1])
        ]
        for resource in range(len(plan.capacity_ptr) - 1)
    ]


def record(
    segments: list[tuple[int, float, float, float]], tasks: list[Task], begin: float, end: float
) -> None:
    """Note every running task's share over one stretch of time, joining equal neighbours."""
    for task in tasks:
        if not task.running():
            continue
        last = next((i for i in range(len(segments) - 1, -1, -1) if segments[i][0] == task.row), -1)
        if last >= 0 and segments[last][2:] == (begin, task.share):
            segments[last] = (task.row, segments[last][1], end, task.share)
        else:
            segments.append((task.row, begin, end, task.share))


def turn_over(tasks: list[Task], turn: Turn) -> list[Task]:
    """Let the tasks go on under another plan; return them in its dispatch order."""
    for task, fresh in zip(tasks, read_tasks(turn.plan, turn.holds, None), strict=True):
        task.release, task.needs, task.freezes = fresh.release, fresh.needs, fresh.freezes
        left = task.left
        if left > 0:
            left = left * turn.factor[task.row] + turn.extra[task.row]
        if task.waiting():
            task.least_left = math.inf
        task.work_left(left)
    return [tasks[row] for row in turn.plan.dispatch]


def run(
    plan: Any,
    takes: Any = (),
    holds: Any = (),
    *,
    hours: Any = None,
    min_share: float = 0.5,
    resume_hours: float = 0.0,
    turn: Turn | None = None,
) -> Result:
    """Simulate one run.

    Parameters
    ----------
    plan
        Anything with the array fields of the package's `Plan`; times in working hours.
    takes
        (resource, from, until, FTE) taken from project capacity over [from, until); they add up.
    holds
        (task, from, until): freezes over [from, until), beside the planned ones.
    hours
        Work of every task in this run, in place of `plan.hours`.
    min_share
        The least share of its needs a task starts with.
    resume_hours
        Work added each time an interrupted task gets going again.
    turn
        Another plan that takes over on the way, if any.

    Returns
    -------
    Result
        Starts, finishes, interruptions and stretches of constant share (0: interrupted).

    Raises
    ------
    RuntimeError
        If no event remains but tasks are unfinished.
    """
    tasks = read_tasks(plan, holds, hours)
    order = [tasks[row] for row in plan.dispatch]
    steps = read_capacity(plan)
    segments: list[tuple[int, float, float, float]] = []
    now = float(plan.now)
    while True:
        if turn is not None and due(turn.when, now):
            order, steps, takes = turn_over(tasks, turn), read_capacity(turn.plan), turn.takes
            turn = None
        settle(order, steps, takes, now, min_share)
        count_interruptions(tasks, resume_hours)
        unfinished = [task.row for task in tasks if task.finish is None]
        if not unfinished:
            break
        then = next_event(tasks, steps, takes, now)
        if turn is not None:
            then = min(then, turn.when)
        if then == math.inf:
            names = ", ".join(str(row) for row in unfinished)
            raise RuntimeError(f"no event remains after hour {now:g}, unfinished tasks: {names}")
        record(segments, tasks, now, then)
        work(tasks, then - now)
        now = then
    return Result(
        start=[float(task.start) for task in tasks if task.start is not None],
        finish=[float(task.finish) for task in tasks if task.finish is not None],
        interruptions=[task.interruptions for task in tasks],
        segments=segments,
    )

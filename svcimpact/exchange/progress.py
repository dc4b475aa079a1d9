"""How far a task of a plan has come: actual dates, share done, and until when that is known."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from svcimpact.exchange.clock import PlanClock
from svcimpact.exchange.notes import called
from svcimpact.exchange.records import TaskRecord


@dataclass(frozen=True)
class Progress:
    """Actual dates on the portfolio's clock, the share done, and the last moment recorded."""

    done: float = 0.0
    start: datetime | None = None
    finish: datetime | None = None
    until: datetime | None = None


def progress(
    task: TaskRecord, status: datetime | None, clock: PlanClock, told: dict[str, list[str]]
) -> Progress:
    """Return how far a task has come.

    All of it done without an actual finish counts as finished when planned; progress without an
    actual start as started when planned. A remaining duration, where a plan has one, says more
    than the percentage: Primavera leaves the percentage to be typed.

    Parameters
    ----------
    task : TaskRecord
        A task.
    status : datetime or None
        The plan's status date; nothing is assumed to have happened after it.
    clock : PlanClock
        The plan's clock.
    told : dict of str to list of str
        Takes the tasks for which something was assumed, by kind.

    Returns
    -------
    Progress
        Nothing done where the plan records none.
    """
    if task.actual_start is None and task.actual_finish is None and not task.percent:
        return Progress()
    started = task.actual_start or task.start or task.actual_finish
    if started is None:
        return Progress()
    share = _share(task, told)
    if task.actual_start is None:
        told.setdefault("assumed start", []).append(called(task))
    if task.actual_finish is None and share < 1:
        begun = clock.move(started)
        worked = task.worked_until or _reached(started, share, task, status)
        return Progress(share, begun, None, max(begun, clock.move(worked)))
    finished = task.actual_finish or task.finish or started
    if task.actual_finish is None:
        told.setdefault("assumed finish", []).append(called(task))
        finished = min(finished, status or finished)
    if finished < started:
        told.setdefault("order", []).append(called(task))
        started = finished
    ended = clock.move(finished)
    return Progress(1.0, clock.move(started), ended, ended)


def _share(task: TaskRecord, told: dict[str, list[str]]) -> float:
    share = min(1.0, max(0.0, task.percent / 100))
    known = task.remaining is not None and task.duration
    if known and task.actual_start is not None and task.actual_finish is None:
        left = min(1.0, max(0.0, (task.remaining or 0.0) / (task.duration or 1.0)))
        if abs(1 - left - share) > 0.01:
            told.setdefault("remaining", []).append(called(task))
        share = 1 - left
    return share


def _reached(
    started: datetime, share: float, task: TaskRecord, status: datetime | None
) -> datetime:
    """Return the wall-clock time at which the share was done, had the work gone as planned."""
    if task.finish is None or task.finish <= started:
        return started
    # Clock time is near enough: only the day counts.
    reached = started + timedelta(seconds=share * (task.finish - started).total_seconds())
    return min(reached, status or reached)

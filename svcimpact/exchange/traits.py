"""What a plan says about its tasks that the tables cannot hold: told, one warning per kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcimpact.exchange.clock import PlanClock
from svcimpact.exchange.notes import Notes, called, count
from svcimpact.exchange.records import TaskRecord

# Working days by which a finish may be off before it is told: less than an hour.
_NOTABLE_DAYS = 0.1

_TOLD = {
    "elapsed": (
        "duration", "an elapsed duration, nights and weekends counted",
        "working days; those between its planned start and finish are taken",
        "Correct duration_days in tasks if it moves over a weekend.",
    ),
    "no duration": (
        "duration", "no duration", "working days; those between start and finish are taken",
        "Check the plan.",
    ),
    "no dates": (
        "duration", "neither duration nor dates", "a scheduled task; kept with 0 days and no start",
        "Schedule the plan, or give duration_days and planned_start in tasks.",
    ),
    "no start": (
        "planned_start", "no planned start", "a date; the portfolio's start is taken",
        "Schedule the plan, or give planned_start in tasks.",
    ),
    "assumed start": (
        "actual_start", "progress but no actual start", "a date; the planned start is taken",
        "Record the actual start in the plan.",
    ),
    "assumed finish": (
        "actual_finish", "all of it done but no actual finish",
        "a date; the planned finish is taken", "Record the actual finish in the plan.",
    ),
    "order": (
        "actual_start", "an actual finish before the actual start",
        "a finish after the start; the finish is taken for both", "Correct it in the plan.",
    ),
    "remaining": (
        "done_fraction", "a remaining duration that disagrees with the percentage complete",
        "one of them; the remaining duration is taken", "Update the progress in the plan.",
    ),
}  # fmt: skip


def tell_assumed(told: Mapping[str, Sequence[str]], notes: Notes) -> None:
    """Warn of what was assumed about tasks for want of a date or a duration.

    Parameters
    ----------
    told : mapping of str to sequence of str
        The tasks, by what was missing.
    notes : Notes
        Takes the warnings.
    """
    for kind, (topic, what, expected, cure) in _TOLD.items():
        if where := told.get(kind):
            found = f"{what} on {count(len(where), 'task')}"
            notes.add(topic, where, found=found, expected=expected, cure=cure)


def tell_traits(kept: Sequence[TaskRecord], application: str, notes: Notes) -> None:
    """Warn of what a plan says about its tasks that the tables have no word for.

    Parameters
    ----------
    kept : sequence of TaskRecord
        The tasks that stay.
    application : str
        What made the plan; only Microsoft Project levels by a priority of tasks.
    notes : Notes
        Takes the warnings.
    """
    levels = application.startswith("Microsoft")
    loose = {"", "AS_SOON_AS_POSSIBLE", "START_NO_EARLIER_THAN"}
    spans = {"LEVEL_OF_EFFORT", "HAMMOCK", "WBS_SUMMARY"}
    traits: list[tuple[str, list[str], str, str, str]] = [
        (
            "constraint",
            [f"{called(t)} ({_words(t.constraint)})" for t in kept if t.constraint not in loose],
            "a constraint", "links and planned starts only; its planned start is kept as the "
            "earliest, the rest of the constraint is not simulated",
            "Check these dates in the result.",
        ),
        (
            "deadline", [called(t) for t in kept if t.deadline is not None], "a deadline",
            "a due date of the project only; left out", "Check these dates in the result.",
        ),
        (
            "calendar", [f"{called(t)} ({t.calendar})" for t in kept if t.calendar],
            "a calendar of its own", "the plan's calendar; its working time is kept, "
            "the days on which it falls may shift", "Check these dates in the result.",
        ),
        (
            "manual", [called(t) for t in kept if t.manual], "manual scheduling",
            "scheduling by links; its links may move it later",
            "Remove links that should not move it.",
        ),
        (
            "split", [called(t) for t in kept if t.split], "a split",
            "work in one go; the gap is left out and it may finish earlier",
            "Make two tasks of it if the gap matters.",
        ),
        (
            "milestone", [called(t) for t in kept if t.milestone and t.duration],
            "a duration although it is marked a milestone", "0 days; the duration is kept",
            "Set duration_days to 0 in tasks if it takes no time.",
        ),
        (
            "recurring", [called(t) for t in kept if t.recurring], "a recurrence",
            "one task per occurrence; kept as one task", "Add the occurrences to tasks.",
        ),
        (
            "inserted project", [f"{called(t)} ({t.inserted_file})" for t in kept
            if t.inserted_file], "an inserted project", "its tasks; kept as one task",
            "Import that file too and delete this task.",
        ),
        (
            "kind", [f"{called(t)} ({_words(t.kind)})" for t in kept if t.kind in spans],
            "a length that follows other tasks", "a duration; the planned one is kept",
            "Delete it from tasks if it should not hold up the project.",
        ),
        (
            "priority", [called(t) for t in kept if levels and t.priority not in {None, 500}],
            "a levelling priority", "a priority of the project; left out",
            "Give priority in projects.",
        ),
    ]  # fmt: skip
    for topic, where, what, expected, cure in traits:
        if where:
            found = f"{what} on {count(len(where), 'task')}"
            notes.add(topic, where, found=found, expected=expected, cure=cure)


def _words(name: str) -> str:
    return name.replace("_", " ").lower()


def tell_finishes(
    kept: Sequence[TaskRecord], days: Sequence[float], clock: PlanClock, notes: Notes
) -> None:
    """Warn of unfinished tasks whose start and duration give another finish than the plan's.

    Parameters
    ----------
    kept : sequence of TaskRecord
        The tasks that stay.
    days : sequence of float
        Their durations in working days, as converted.
    clock : PlanClock
        The plan's clock.
    notes : Notes
        Takes the warning.
    """
    worst = 0.0
    where = []
    for task, length in zip(kept, days, strict=True):
        if task.start is None or task.finish is None or task.actual_finish is not None:
            continue
        gap = length - clock.days(task.start, task.finish)
        if abs(gap) > _NOTABLE_DAYS:
            where.append(called(task))
            worst = max(worst, gap, key=abs)
    if where:
        notes.add(
            "planned finish", where,
            found=f"{count(len(where), 'task')} whose start and duration give another finish than "
            f"the plan's, by up to {worst:+.1f} working days",
            expected="the plan's finish; start and duration are kept",
            cure="See the calendars, splits and levelling delays of these tasks.",
        )  # fmt: skip

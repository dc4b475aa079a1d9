"""One MPXJ project to a `PlanRecord`; the only module that speaks Java's names."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

from svcimpact.exchange.records import (
    AssignmentRecord,
    CalendarRecord,
    ExceptionRecord,
    LinkRecord,
    PlanRecord,
    ResourceRecord,
    Shifts,
    TaskRecord,
    Unit,
)

_HOURS = {"MINUTES": 1 / 60, "HOURS": 1.0}
_ELAPSED = {
    "ELAPSED_MINUTES": 1 / 60,
    "ELAPSED_HOURS": 1.0,
    "ELAPSED_DAYS": 24.0,
    "ELAPSED_WEEKS": 168.0,
    "ELAPSED_MONTHS": 720.0,
    "ELAPSED_YEARS": 8760.0,
}
_DAYS_OFF: tuple[Shifts, ...] = ((),) * 7
# A century around the clock. MPXJ walks the calendar hour by hour, for longer ones without end.
_LONGEST = 876_600.0


def plan_record(projects: Sequence[Any], index: int, file: Path, label: str) -> PlanRecord:
    """Copy one MPXJ project into plain Python.

    Parameters
    ----------
    projects : sequence of org.mpxj.ProjectFile
        All projects of the file, as MPXJ read them.
    index : int
        Which of them to copy.
    file : path
        Where it was read from.
    label : str
        What warnings call it.

    Returns
    -------
    PlanRecord
        Everything of it that svcimpact uses, nothing converted but units of time to hours.

    Raises
    ------
    ValueError
        If a date is out by thousands of years, or a task lasts more than a century or less
        than no time.
    """
    project = projects[index]
    properties = project.getProjectProperties()
    clock = _Units(properties)
    calendar = project.getDefaultCalendar()
    tasks = list(project.getTasks())
    resources = [each for each in project.getResources() if not each.getNull()]
    return PlanRecord(
        file=file,
        label=label,
        index=index,
        title=_text(properties.getProjectTitle()) or _text(properties.getName()),
        code=_text(properties.getProjectID()),
        application=_text(properties.getFileApplication()),
        start=_moment(properties.getStartDate()),
        finish=_moment(properties.getFinishDate()),
        must_finish_by=_moment(properties.getMustFinishBy()),
        status_date=_moment(properties.getStatusDate()),
        minutes_per_day=_day(properties, calendar),
        currency=_text(properties.getCurrencyCode()),
        calendar=None if calendar is None else _calendar(calendar),
        tasks=tuple(_task(task, calendar, clock) for task in tasks),
        links=tuple(link for task in tasks for link in _links(task, projects, index, clock)),
        resources=tuple(_resource(each, calendar, clock) for each in resources),
        assignments=tuple(
            _assignment(each, clock)
            for each in project.getResourceAssignments()
            if each.getTask() is not None
        ),
        troubles=tuple(f"MPXJ passed over: {error}" for error in project.getIgnoredErrors()),
    )


def has_nameless_rows(project: Any) -> bool:
    """Return whether a project has rows that nothing can refer to.

    Parameters
    ----------
    project : org.mpxj.ProjectFile
        As MPXJ read it.

    Returns
    -------
    bool
        True if any task or resource has no unique id.
    """
    rows = [*project.getTasks(), *project.getResources()]
    return any(row.getUniqueID() is None for row in rows)


class _Units:
    """Durations and rates in hours, by the plan's own minutes per day and week."""

    def __init__(self, properties: Any) -> None:
        day = float(properties.getMinutesPerDay() or 480) / 60
        week = float(properties.getMinutesPerWeek() or 2400) / 60
        month = day * float(properties.getDaysPerMonth() or 20)
        self.hours = {**_HOURS, "DAYS": day, "WEEKS": week, "MONTHS": month, "YEARS": 12 * month}

    def measure(self, duration: Any) -> tuple[float | None, Unit]:
        if duration is None:
            return None, "h"
        amount, unit = float(duration.getDuration()), str(duration.getUnits().name())
        if unit in _ELAPSED:
            return amount * _ELAPSED[unit], "elapsed h"
        if unit == "PERCENT":
            return amount, "%"
        if unit == "ELAPSED_PERCENT":
            return amount, "elapsed %"
        return amount * self.hours[unit], "h"

    def length(self, duration: Any) -> float | None:
        return self.measure(duration)[0]

    def per_hour(self, rate: Any) -> float | None:
        if rate is None or float(rate.getAmount()) <= 0:
            return None
        hours = self.hours.get(str(rate.getUnits().name()))
        return float(rate.getAmount()) / hours if hours else None


def _day(properties: Any, calendar: Any) -> float:
    """Return how many minutes a day has in durations: Primavera tells it of the calendar."""
    own = None if calendar is None else calendar.getMinutesPerDay()
    return float(own or properties.getMinutesPerDay() or 480)


def _text(value: Any) -> str:
    return "" if value is None else " ".join(str(value).split())


def _name(value: Any) -> str:
    """Return the name of a Java enum's value."""
    return "" if value is None else str(value.name())


def _number(value: Any) -> float | None:
    return None if value is None else float(str(value))


def _moment(value: Any) -> datetime | None:
    if value is None:
        return None
    text = str(value)
    if text.startswith(("+", "-")):
        raise ValueError(f"a date in the year {int(value.getYear())}")
    # Java writes nanoseconds where it has them; a plan means seconds at most.
    return datetime.fromisoformat(text[:19])


def _date(value: Any) -> date:
    return date.fromisoformat(str(value))


def _minute(value: Any) -> int:
    return int(value.getHour()) * 60 + int(value.getMinute())


def _shifts(ranges: Any) -> Shifts:
    shifts = []
    for each in ranges or []:
        start, end = each.getStart(), each.getEnd()
        if start is not None and end is not None:
            until = _minute(end)
            shifts.append((_minute(start), until if until else 1440))
    return tuple(sorted(shift for shift in shifts if shift[1] > shift[0]))


def _calendar(calendar: Any) -> CalendarRecord:
    week = list(_DAYS_OFF)
    for rank, day in enumerate(import_module("jpype").JClass("java.time.DayOfWeek").values()):
        # A derived calendar leaves days to the one it is derived from.
        owner = calendar
        while owner.getParent() is not None and _name(owner.getCalendarDayType(day)) == "DEFAULT":
            owner = owner.getParent()
        if _name(owner.getCalendarDayType(day)) == "WORKING":
            week[rank] = _shifts(owner.getHours(day))
    exceptions: list[ExceptionRecord] = []
    weeks = 0
    owner = calendar
    while owner is not None:
        # Its own exceptions count before those of the calendar it is derived from.
        exceptions += [
            ExceptionRecord(_date(each.getFromDate()), _date(each.getToDate()), _shifts(each))
            for each in owner.getExpandedCalendarExceptions()
            if each.getFromDate() is not None and each.getToDate() is not None
        ]
        weeks += len(owner.getWorkWeeks())
        owner = owner.getParent()
    return CalendarRecord(_text(calendar.getName()), tuple(week), tuple(exceptions), weeks)


def _task(task: Any, calendar: Any, clock: _Units) -> TaskRecord:
    duration, unit = clock.measure(task.getDuration())
    if duration is not None and not 0 <= duration <= _LONGEST:
        raise ValueError(f"task {task.getUniqueID()} lasts {duration:,.0f} hours")
    parent = task.getParentTask()
    own = task.getCalendar()
    priority = task.getPriority()
    splits = task.getWorkSplits()
    return TaskRecord(
        uid=int(task.getUniqueID()),
        name=_text(task.getName()),
        code=_text(task.getActivityID()),
        parent=None if parent is None else int(parent.getUniqueID()),
        level=int(task.getOutlineLevel() or 0),
        summary=bool(task.getSummary()) or bool(task.hasChildTasks()),
        milestone=bool(task.getMilestone()),
        active=bool(task.getActive()),
        blank=bool(task.getNull()),
        external=bool(task.getExternalTask()),
        inserted_file=_text(task.getSubprojectFile()),
        manual=_name(task.getTaskMode()) == "MANUALLY_SCHEDULED",
        recurring=task.getRecurringTask() is not None,
        split=splits is not None and len(splits) > 1,
        kind=_name(task.getActivityType()),
        calendar="" if own is None or own == calendar else _text(own.getName()) or "unnamed",
        start=_moment(task.getStart()),
        finish=_moment(task.getFinish()),
        duration=duration,
        elapsed=unit == "elapsed h",
        remaining=clock.length(task.getRemainingDuration()),
        percent=_number(task.getPercentageComplete()) or 0.0,
        actual_start=_moment(task.getActualStart()),
        actual_finish=_moment(task.getActualFinish()),
        worked_until=_moment(task.getStop() or task.getCompleteThrough()),
        constraint=_name(task.getConstraintType()),
        constraint_date=_moment(task.getConstraintDate()),
        deadline=_moment(task.getDeadline()),
        priority=None if priority is None else int(priority.getValue()),
    )


def _links(task: Any, projects: Sequence[Any], index: int, clock: _Units) -> list[LinkRecord]:
    links = []
    for relation in task.getPredecessors():
        before = relation.getPredecessorTask()
        plans = [n for n, project in enumerate(projects) if project == before.getParentFile()]
        plan = plans[0] if plans else -1
        lag, unit = clock.measure(relation.getLag())
        links.append(
            LinkRecord(
                predecessor=int(before.getUniqueID()),
                successor=int(task.getUniqueID()),
                type=str(relation.getType()),
                lag=lag or 0.0,
                unit=unit,
                from_plan=None if plan == index else plan,
            )
        )
    return links


def _resource(resource: Any, calendar: Any, clock: _Units) -> ResourceRecord:
    own = resource.getCalendar()
    units = [_number(each.getUnits()) for each in resource.getAvailability()]
    known = [each for each in units if each is not None]
    return ResourceRecord(
        uid=int(resource.getUniqueID()),
        name=_text(resource.getName()),
        type=_name(resource.getType()) or "WORK",
        max_units=max(known) if known else _number(resource.getMaxUnits()),
        group=_text(resource.getGroup()),
        cost_per_hour=clock.per_hour(resource.getStandardRate()),
        calendar=None if own is None or own == calendar else _calendar(own),
        changing_units=len(set(known)) > 1,
    )


def _assignment(assignment: Any, clock: _Units) -> AssignmentRecord:
    resource = assignment.getResource()
    return AssignmentRecord(
        task=int(assignment.getTask().getUniqueID()),
        resource=None if resource is None else int(resource.getUniqueID()),
        units=_number(assignment.getUnits()),
        work=clock.length(assignment.getWork()),
    )

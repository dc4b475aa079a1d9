"""What a plan says, as plain Python: nothing here needs Java, and nothing is interpreted yet."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

LINK_TYPES = ("FS", "SS", "FF", "SF")

Unit = Literal["h", "elapsed h", "%", "elapsed %"]
Shifts = tuple[tuple[int, int], ...]


@dataclass(frozen=True)
class ExceptionRecord:
    """Dates, both included, whose shifts differ from the week's; no shifts is a day off."""

    start: date
    end: date
    shifts: Shifts = ()


_OFFICE: Shifts = ((480, 720), (780, 1020))


@dataclass(frozen=True)
class CalendarRecord:
    """A working week, Monday first, as shifts in minutes after midnight, and its exceptions."""

    name: str = "Standard"
    week: tuple[Shifts, ...] = (_OFFICE,) * 5 + ((),) * 2
    exceptions: tuple[ExceptionRecord, ...] = ()
    passing_weeks: int = 0


@dataclass(frozen=True)
class TaskRecord:
    """One row of a plan; `uid` is unique in its file, durations are in hours."""

    uid: int
    name: str
    code: str = ""
    parent: int | None = None
    level: int = 1
    summary: bool = False
    milestone: bool = False
    active: bool = True
    blank: bool = False
    external: bool = False
    inserted_file: str = ""
    manual: bool = False
    recurring: bool = False
    split: bool = False
    kind: str = ""
    calendar: str = ""
    start: datetime | None = None
    finish: datetime | None = None
    duration: float | None = None
    elapsed: bool = False
    remaining: float | None = None
    percent: float = 0.0
    actual_start: datetime | None = None
    actual_finish: datetime | None = None
    worked_until: datetime | None = None
    constraint: str = ""
    constraint_date: datetime | None = None
    deadline: datetime | None = None
    priority: int | None = None


@dataclass(frozen=True)
class LinkRecord:
    """Two tasks by `uid`, a lag in its own unit; `from_plan` is the predecessor's plan if another.

    Plans are numbered from 0 in their file, -1 standing for a plan that is not in it.
    """

    predecessor: int
    successor: int
    type: str = "FS"
    lag: float = 0.0
    unit: Unit = "h"
    from_plan: int | None = None


@dataclass(frozen=True)
class ResourceRecord:
    """A row of the resource sheet; units of 100 are one full-time person."""

    uid: int
    name: str
    type: str = "WORK"
    max_units: float | None = None
    group: str = ""
    cost_per_hour: float | None = None
    calendar: CalendarRecord | None = None
    changing_units: bool = False


@dataclass(frozen=True)
class AssignmentRecord:
    """Who works on what; without a `resource` it is a placeholder."""

    task: int
    resource: int | None
    units: float | None = None
    work: float | None = None


@dataclass(frozen=True)
class PlanRecord:
    """One project of one plan file."""

    file: Path
    label: str
    index: int = 0
    title: str = ""
    code: str = ""
    application: str = ""
    start: datetime | None = None
    finish: datetime | None = None
    must_finish_by: datetime | None = None
    status_date: datetime | None = None
    minutes_per_day: float = 480.0
    currency: str = ""
    calendar: CalendarRecord | None = None
    tasks: tuple[TaskRecord, ...] = ()
    links: tuple[LinkRecord, ...] = ()
    resources: tuple[ResourceRecord, ...] = ()
    assignments: tuple[AssignmentRecord, ...] = ()
    troubles: tuple[str, ...] = field(default=())


def count_records(plan: PlanRecord) -> dict[str, float]:
    """Count what a plan holds before anything of it is converted or left out.

    Blank rows are no tasks, nameless rows no resources, placeholders no assignments, and links
    to other plans of the same file are counted apart.

    Parameters
    ----------
    plan : PlanRecord
        One project of a plan file.

    Returns
    -------
    dict of str to float
        Counts of tasks, links by type, resources and assignments, and the assigned work in
        hours.

    Examples
    --------
    >>> plan = PlanRecord(Path("a.mpp"), "a.mpp", tasks=(TaskRecord(1, "Build"),))
    >>> count_records(plan)["leaf_tasks"]
    1
    """
    tasks = [task for task in plan.tasks if not task.blank]
    within = [link for link in plan.links if link.from_plan is None]
    assigned = [each for each in plan.assignments if each.resource is not None]
    named = [resource for resource in plan.resources if resource.name]
    types = Counter(link.type for link in within)
    return {
        "tasks": len(tasks),
        "leaf_tasks": sum(not task.summary for task in tasks),
        "milestones": sum(task.milestone for task in tasks),
        "links": len(within),
        **{kind: types[kind] for kind in LINK_TYPES},
        "links_with_lag": sum(link.lag != 0 for link in within),
        "links_between_plans": len(plan.links) - len(within),
        "resources": len(named),
        "work_resources": sum(resource.type == "WORK" for resource in named),
        "assignments": len(assigned),
        "placeholders": len(plan.assignments) - len(assigned),
        "assigned_work_h": sum(each.work or 0.0 for each in assigned),
    }

"""Projects of a portfolio back to plan files of Microsoft Project and Primavera, through MPXJ."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.exchange.jvm import start_java
from svcimpact.exchange.plan_losses import losses
from svcimpact.io.place import to_place
from svcimpact.io.replace import nothing_written, replace_file
from svcimpact.portfolio import Portfolio

FORMATS = {"xml": "org.mpxj.mspdi.MSPDIWriter", "xer": "org.mpxj.primavera.PrimaveraXERFileWriter"}
# Windows lets no file be called so, whatever its ending.
_DEVICES = re.compile(r"(?i)con|prn|aux|nul|com\d|lpt\d")
_LINKS = {
    "FS": "FINISH_START", "SS": "START_START", "FF": "FINISH_FINISH", "SF": "START_FINISH",
}  # fmt: skip
_DAYS = {
    "Mon": "MONDAY", "Tue": "TUESDAY", "Wed": "WEDNESDAY", "Thu": "THURSDAY", "Fri": "FRIDAY",
    "Sat": "SATURDAY", "Sun": "SUNDAY",
}  # fmt: skip


def write_plans(
    portfolio: Portfolio, folder: str | Path, *, kind: str = "xml", overwrite: bool = False
) -> tuple[list[Path], list[str]]:
    """Write each project of a portfolio as a plan file.

    Parameters
    ----------
    portfolio : Portfolio
        Validated tables; planned starts are what is written as start.
    folder : str or pathlib.Path
        Where to; made where it is not there. A file per project with tasks, named by its id.
    kind : {"xml", "xer"}
        Microsoft Project (MSPDI) or Primavera.
    overwrite : bool
        Whether plans that are there may be replaced.

    Returns
    -------
    files : list of pathlib.Path
        Each replaced whole.
    lost : list of str
        What such a file cannot hold, in words.

    Raises
    ------
    InputError
        If there is no such format, or a plan is there already; nothing is written then.
    MissingRequirementError
        If Java or the extra `plans` is not installed.
    """
    if kind not in FORMATS:
        row = fault("format", found=repr(kind), expected=f"one of {', '.join(FORMATS)}")
        raise InputError("The plan cannot be written.", fault_frame([row]))
    place = to_place(folder)
    projects = portfolio.projects["project"]
    names = _file_names(projects[projects.isin(portfolio.tasks["project"])], place, kind)
    taken = [path for path in names.values() if path.exists() and not overwrite]
    if taken:
        rows = [
            fault(
                str(path),
                found="a file that exists",
                expected="a new name",
                cure="Choose another folder, or say --overwrite (in Python overwrite=True).",
            )
            for path in taken
        ]
        raise InputError(nothing_written(place), fault_frame(rows))
    jpype = start_java()
    for project, path in names.items():
        plan = _Plan(jpype, portfolio, project, kind)
        fill = partial(_save, jpype, plan.file, FORMATS[kind])
        replace_file(path, fill, overwrite=overwrite)
    return list(names.values()), losses(portfolio, kind)


def _file_names(projects: pd.Series, place: Path, kind: str) -> dict[str, Path]:
    """Name a file for each project, no two alike where letters' case does not count."""
    found: dict[str, Path] = {}
    used: set[str] = set()
    for project in projects.astype(str):
        stem = re.sub(r"[^\w-]+", "_", project).strip("_") or "project"
        if _DEVICES.fullmatch(stem):
            stem += "_"
        while stem.lower() in used:
            stem += "_"
        used.add(stem.lower())
        found[project] = place / f"{stem}.{kind}"
    return found


def _save(jpype: Any, plan: Any, writer: str, new: Path) -> None:
    jpype.JClass(writer)().write(plan, str(new))


def _line(name: object) -> str:
    """Return a name as plans have it: on one line, where they would glue several together."""
    return " ".join(str(name).split())


def _days_off(portfolio: Portfolio) -> list[pd.Timestamp]:
    """Return the holidays of the plan and of a year more."""
    settings, clock = portfolio.settings, portfolio.calendar
    dates = [portfolio.tasks[c].max() for c in ("planned_start", "actual_finish")]
    last = max((when for when in dates if pd.notna(when)), default=settings.start)
    days = pd.date_range(settings.start.normalize(), last + pd.Timedelta(days=400), freq="D")
    hours = clock.hours(days.to_numpy())
    works = [f"{day:%a}" in settings.working_days for day in days[:-1]]
    return [
        day
        for day, first, then, work in zip(days[:-1], hours[:-1], hours[1:], works, strict=True)
        if work and then == first
    ]


class _Plan:
    """One project as MPXJ has it."""

    def __init__(self, jpype: Any, portfolio: Portfolio, project: str, kind: str) -> None:
        self.jpype, self.portfolio, self.kind = jpype, portfolio, kind
        self.file = jpype.JClass("org.mpxj.ProjectFile")()
        self.unit = jpype.JClass("org.mpxj.TimeUnit").HOURS
        self.day = float(portfolio.settings.hours_per_day)
        row = portfolio.projects.set_index("project").loc[project].to_dict()
        mine = portfolio.tasks[portfolio.tasks["project"] == project]
        self._properties(project, row, mine)
        self.calendar = self._calendar()
        people = self._resources(set(mine["task"]))
        above = self._summary(row)
        tasks = {task["task"]: self._task(task, above) for task in mine.to_dict("records")}
        self._links(tasks)
        self._assignments(tasks, people)

    def _hours(self, hours: float) -> Any:
        return self.jpype.JClass("org.mpxj.Duration").getInstance(float(hours), self.unit)

    def _moment(self, when: Any) -> Any:
        stamp = pd.Timestamp(when)
        return self.jpype.JClass("java.time.LocalDateTime").of(
            stamp.year, stamp.month, stamp.day, stamp.hour, stamp.minute, stamp.second
        )

    def _properties(self, project: str, row: Mapping[Any, Any], mine: pd.DataFrame) -> None:
        settings = self.portfolio.settings
        held = self.file.getProjectProperties()
        held.setProjectTitle(_line(row["name"]))
        held.setName(_line(row["name"]))
        held.setProjectID(project)
        held.setCurrencyCode(settings.currency)
        minutes = self.jpype.JClass("java.lang.Integer")
        held.setMinutesPerDay(minutes(round(self.day * 60)))
        held.setMinutesPerWeek(minutes(round(self.day * 60 * len(settings.working_days))))
        first = mine["planned_start"].min()
        held.setStartDate(self._moment(settings.start if pd.isna(first) else first))
        if pd.notna(row["due"]):
            held.setMustFinishBy(self._moment(pd.Timestamp(row["due"]) + pd.Timedelta(hours=17)))
        if settings.status_date is not None:
            held.setStatusDate(self._moment(settings.status_date))

    def _calendar(self) -> Any:
        jpype, settings = self.jpype, self.portfolio.settings
        held = self.file.addCalendar()
        held.setName("Standard")
        weekday, kind = jpype.JClass("java.time.DayOfWeek"), jpype.JClass("org.mpxj.DayType")
        time, span = jpype.JClass("java.time.LocalTime"), jpype.JClass("org.mpxj.LocalTimeRange")
        hour, minute = map(int, settings.day_start.split(":"))
        begin = hour * 60 + minute
        end = min(round(begin + self.day * 60), 1440)
        until = time.MIDNIGHT if end == 1440 else time.of(end // 60, end % 60)
        for name, java in _DAYS.items():
            day = weekday.valueOf(java)
            works = name in settings.working_days
            held.setCalendarDayType(day, kind.WORKING if works else kind.NON_WORKING)
            hours = held.addCalendarHours(day)
            if works:
                hours.add(span(time.of(hour, minute), until))
        date = jpype.JClass("java.time.LocalDate")
        for off in _days_off(self.portfolio):
            at = date.of(off.year, off.month, off.day)
            held.addCalendarException(at, at)
        self.file.setDefaultCalendar(held)
        return held

    def _resources(self, mine: set[str]) -> dict[str, Any]:
        work = self.portfolio.assignments
        used = set(work.loc[work["task"].isin(mine), "resource"])
        found = {}
        number = self.jpype.JClass("java.lang.Double")
        rate = self.jpype.JClass("org.mpxj.Rate")
        rates_of = self.jpype.JArray(rate)
        costs = self.jpype.JClass("org.mpxj.CostRateTableEntry")
        always = self.jpype.JClass("org.mpxj.Availability")
        dates = self.jpype.JClass("org.mpxj.common.LocalDateTimeHelper")
        ever = (dates.START_DATE_NA, dates.END_DATE_NA)
        # Primavera has rates an hour only. Of an hour's rate four decimals are written; where it
        # can be told that they are of a day's, nothing is lost.
        unit = self.unit if self.kind == "xer" else self.jpype.JClass("org.mpxj.TimeUnit").DAYS
        per_day = self.day if self.kind == "xer" else 1.0
        for row in self.portfolio.resources.to_dict("records"):
            if row["resource"] not in used:
                continue
            held = self.file.addResource()
            held.setName(_line(row["name"]))
            held.getAvailability().add(always(*ever, number(100.0 * row["capacity_fte"])))
            if isinstance(row["team"], str):
                held.setGroup(_line(row["team"]))
            cost = row["cost_per_day"] / per_day
            if pd.notna(cost):
                rates = self.jpype.JClass("org.mpxj.CostRateTable")()
                told = rate(self.jpype.JDouble(cost), unit)
                rates.add(costs(*ever, number(0.0), rates_of([told])))
                held.setCostRateTable(0, rates)
            found[row["resource"]] = held
        return found

    def _summary(self, row: Mapping[Any, Any]) -> Any:
        """Return the line that has the whole project under it, with its due date."""
        held = self.file.addTask()
        held.setName(_line(row["name"]))
        # Microsoft Project knows the line of the project itself by these.
        number = self.jpype.JClass("java.lang.Integer")
        held.setID(number(0))
        held.setUniqueID(number(0))
        held.setOutlineLevel(number(0))
        held.setSummary(self.jpype.JBoolean(True))
        if pd.notna(row["due"]):
            held.setDeadline(self._moment(pd.Timestamp(row["due"]) + pd.Timedelta(hours=17)))
        return held

    def _task(self, row: Mapping[Any, Any], above: Any) -> Any:
        held = above.addTask()
        hours = float(row["duration_days"]) * self.day
        held.setName(_line(row["name"]))
        held.setActivityID(str(row["task"]))
        held.setDuration(self._hours(hours))
        held.setMilestone(self.jpype.JBoolean(hours == 0))
        done = float(row["done_fraction"])
        held.setPercentageComplete(self.jpype.JClass("java.lang.Double")(100.0 * done))
        held.setRemainingDuration(self._hours(hours * (1.0 - done)))
        kinds = self.jpype.JClass("org.mpxj.ActivityType")
        held.setActivityType(kinds.TASK_DEPENDENT if hours > 0 else kinds.FINISH_MILESTONE)
        self._dates(held, row, hours)
        return held

    def _dates(self, held: Any, row: Mapping[Any, Any], hours: float) -> None:
        """Set a task's start and finish, as planned or as they came."""
        begun, planned, ended = (
            row[c] if pd.notna(row[c]) else None
            for c in ("actual_start", "planned_start", "actual_finish")
        )
        begin = begun or planned or self.portfolio.settings.start
        clock = self.portfolio.calendar
        end = clock.when(float(clock.hours(begin)) + hours, side="finish") if hours > 0 else begin
        start, finish = self._moment(begin), self._moment(ended or end)
        if begun:
            held.setActualStart(start)
        elif planned:
            kind = self.jpype.JClass("org.mpxj.ConstraintType")
            held.setConstraintType(kind.START_NO_EARLIER_THAN)
            held.setConstraintDate(start)
        # Primavera keeps dates apart by what they are of; Microsoft Project has one pair.
        for name in ("", "Planned"):
            getattr(held, f"set{name}Start")(start)
            getattr(held, f"set{name}Finish")(finish)
        held.setPlannedDuration(held.getDuration())
        if ended:
            held.setActualFinish(finish)
            return
        for name in ("Early", "RemainingEarly"):
            getattr(held, f"set{name}Start")(start)
            getattr(held, f"set{name}Finish")(finish)

    def _links(self, tasks: dict[str, Any]) -> None:
        builder = self.jpype.JClass("org.mpxj.Relation$Builder")
        kinds = self.jpype.JClass("org.mpxj.RelationType")
        for row in self.portfolio.links.to_dict("records"):
            if row["predecessor"] in tasks and row["successor"] in tasks:
                told = builder().predecessorTask(tasks[row["predecessor"]])
                told = told.type(kinds.valueOf(_LINKS[row["type"]]))
                told = told.lag(self._hours(float(row["lag_days"]) * self.day))
                tasks[row["successor"]].addPredecessor(told)

    def _assignments(self, tasks: dict[str, Any], people: dict[str, Any]) -> None:
        number = self.jpype.JClass("java.lang.Double")
        lasts = self.portfolio.tasks.set_index("task")["duration_days"]
        for row in self.portfolio.assignments.to_dict("records"):
            if row["task"] not in tasks:
                continue
            held = tasks[row["task"]].addResourceAssignment(people[row["resource"]])
            held.setUnits(number(100.0 * row["units_fte"]))
            hours = float(lasts[row["task"]]) * self.day * float(row["units_fte"])
            held.setWork(self._hours(hours))
            held.setRemainingWork(self._hours(hours))

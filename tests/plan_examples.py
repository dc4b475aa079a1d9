"""Small plans written by hand: as records, as MSPDI, as XER; and where the real ones are."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

import pytest

from svcimpact.errors import MissingRequirementError
from svcimpact.exchange.jvm import start_java
from svcimpact.exchange.records import CalendarRecord, PlanRecord, ResourceRecord, TaskRecord
from svcimpact.portfolio import Portfolio

REAL = Path(os.environ.get("SVCIMPACT_REAL_DATA") or Path(__file__).parents[2] / "shared" / "data")

WEEK_OF_75 = CalendarRecord(
    name="Office", week=((((510, 750), (810, 1020)),) * 5 + ((),) * 2)
)  # 08:30-12:30, 13:30-17:00


def day(number: int, hour: int = 8, minute: int = 0) -> datetime:
    """Return a time of January 2026, whose 5th is a Monday."""
    return datetime(2026, 1, number, hour, minute)


BUILD = TaskRecord(1, "Build", start=day(5), finish=day(6, 17), duration=16)
CHECK = TaskRecord(2, "Check", start=day(7), finish=day(7, 17), duration=8)
ANA = ResourceRecord(1, "Ana", max_units=100)
PHASES = (
    TaskRecord(10, "One", summary=True),
    TaskRecord(11, "a", parent=10, start=day(5), finish=day(5, 17), duration=8),
    TaskRecord(12, "b", parent=10, start=day(6), finish=day(8, 17), duration=24),
    TaskRecord(20, "Two", summary=True),
    TaskRecord(21, "c", parent=20, start=day(9), finish=day(9, 17), duration=8),
    TaskRecord(22, "d", parent=20, start=day(12), finish=day(13, 17), duration=16),
)


def told(portfolio: Portfolio, column: str, table: str = "plan.mpp") -> str:
    """Return the only warning of a plan in a column, as one text."""
    rows = portfolio.warnings
    rows = rows[(rows["table"] == table) & (rows["column"] == column)]
    assert len(rows) == 1, rows
    return " | ".join(rows.iloc[0][["row", "found", "expected", "cure"]])


def untold(portfolio: Portfolio, column: str) -> bool:
    """Return whether there is no warning in a column."""
    return column not in set(portfolio.warnings["column"])


def plan(*tasks: object, file: str = "plan.mpp", **rest: object) -> PlanRecord:
    """Return a plan of tasks."""
    rest = {"calendar": CalendarRecord(), "application": "Microsoft", **rest}
    return PlanRecord(Path(file), file, tasks=tasks, **rest)  # type: ignore[arg-type]


def need_java() -> None:
    """Skip a test where plans cannot be read."""
    try:
        start_java()
    except MissingRequirementError as error:
        pytest.skip(str(error))


def _task(uid: int, name: str, level: int, number: str, body: str) -> str:
    return (
        f"<Task><UID>{uid}</UID><ID>{uid}</ID><Name>{name}</Name><OutlineNumber>{number}"
        f"</OutlineNumber><OutlineLevel>{level}</OutlineLevel><IsNull>0</IsNull>{body}</Task>"
    )


def _work(start: str, finish: str, hours: str, more: str = "") -> str:
    return (
        f"<Start>{start}:00</Start><Finish>{finish}:00</Finish><Duration>PT{hours}0S</Duration>"
        f"<DurationFormat>7</DurationFormat>{more}"
    )


def _link(before: int, kind: int, lag: int = 0, unit: int = 7) -> str:
    return (
        f"<PredecessorLink><PredecessorUID>{before}</PredecessorUID><Type>{kind}</Type>"
        f"<CrossProject>0</CrossProject><LinkLag>{lag}</LinkLag><LagFormat>{unit}</LagFormat>"
        "</PredecessorLink>"
    )


def _weekday(number: int, *, working: bool) -> str:
    times = "".join(
        f"<WorkingTime><FromTime>{a}:00</FromTime><ToTime>{b}:00</ToTime></WorkingTime>"
        for a, b in (("08:30", "12:30"), ("13:30", "17:00"))
    )
    return (
        f"<WeekDay><DayType>{number}</DayType><DayWorking>{int(working)}</DayWorking>"
        + (f"<WorkingTimes>{times}</WorkingTimes>" if working else "")
        + "</WeekDay>"
    )


def _off(first: str, last: str) -> str:
    return (
        "<WeekDay><DayType>0</DayType><DayWorking>0</DayWorking><TimePeriod>"
        f"<FromDate>{first}T00:00:00</FromDate><ToDate>{last}T23:59:00</ToDate></TimePeriod>"
        "</WeekDay>"
    )


# Days of 7.5 h with a break. Scope 2 d, done; Build 4 d, half done; a summary Testing with Unit
# 1 d and System 2 d, linked from Build with a lead of 1 d; Train waits for the summary.
MSPDI = (
    '<?xml version="1.0" encoding="UTF-8"?>'
    '<Project xmlns="http://schemas.microsoft.com/project"><SaveVersion>14</SaveVersion>'
    "<Title>Small &amp; whole</Title><StartDate>2026-01-05T08:30:00</StartDate>"
    "<FinishDate>2026-01-20T17:00:00</FinishDate><CurrencyCode>GBP</CurrencyCode>"
    "<CalendarUID>1</CalendarUID><DefaultStartTime>08:30:00</DefaultStartTime>"
    "<MinutesPerDay>450</MinutesPerDay><MinutesPerWeek>2250</MinutesPerWeek>"
    "<DaysPerMonth>20</DaysPerMonth><StatusDate>2026-01-08T17:00:00</StatusDate>"
    "<Calendars><Calendar><UID>1</UID><Name>Office</Name><IsBaseCalendar>1</IsBaseCalendar>"
    "<WeekDays>"
    + "".join(_weekday(n, working=1 < n < 7) for n in range(1, 8))
    + _off("2026-01-16", "2026-01-16")
    + "</WeekDays></Calendar><Calendar><UID>2</UID><Name>Ana</Name><IsBaseCalendar>0"
    "</IsBaseCalendar><BaseCalendarUID>1</BaseCalendarUID><WeekDays>"
    + _off("2026-01-19", "2026-01-20")
    + "</WeekDays></Calendar></Calendars><Tasks>"
    + _task(
        1, "Scope", 1, "1",
        _work("2026-01-05T08:30", "2026-01-06T17:00", "15H0M", "<PercentComplete>100"
        "</PercentComplete><ActualStart>2026-01-05T08:30:00</ActualStart>"
        "<ActualFinish>2026-01-06T17:00:00</ActualFinish>"),
    )
    + _task(
        2, "Build", 1, "2",
        _work("2026-01-07T08:30", "2026-01-12T17:00", "30H0M", "<PercentComplete>50"
        "</PercentComplete><ActualStart>2026-01-07T08:30:00</ActualStart>"
        "<RemainingDuration>PT15H0M0S</RemainingDuration>") + _link(1, 1),
    )
    + "<Task><UID>3</UID><ID>3</ID><IsNull>1</IsNull></Task>"
    + _task(
        4, "Testing", 1, "3",
        "<Summary>1</Summary>" + _work("2026-01-12T08:30", "2026-01-14T17:00", "22H30M")
        + _link(2, 1, -4500),
    )
    + _task(5, "Unit", 2, "3.1", _work("2026-01-12T08:30", "2026-01-12T17:00", "7H30M"))
    + _task(
        6, "System", 2, "3.2",
        _work("2026-01-13T08:30", "2026-01-14T17:00", "15H0M") + _link(5, 1),
    )
    + _task(
        7, "Train", 1, "4",
        _work("2026-01-19T08:30", "2026-01-19T17:00", "7H30M") + _link(4, 1, 50, 19),
    )
    + _task(
        8, "Go live", 1, "5",
        "<Milestone>1</Milestone>" + _work("2026-01-20T17:00", "2026-01-20T17:00", "0H0M",
        "<ConstraintType>6</ConstraintType><ConstraintDate>2026-01-20T17:00:00</ConstraintDate>")
        + _link(7, 1, 14400, 8),
    )
    + "</Tasks><Resources>"
    "<Resource><UID>1</UID><ID>1</ID><Name>Ana</Name><Type>1</Type><MaxUnits>1</MaxUnits>"
    "<Group>Delivery</Group><StandardRate>60</StandardRate><StandardRateFormat>2"
    "</StandardRateFormat><CalendarUID>2</CalendarUID></Resource>"
    "<Resource><UID>2</UID><ID>2</ID><Name>Testers</Name><Type>1</Type><MaxUnits>3</MaxUnits>"
    "</Resource><Resource><UID>3</UID><ID>3</ID><Name>Cable</Name><Type>0</Type></Resource>"
    "</Resources><Assignments>"
    "<Assignment><UID>1</UID><TaskUID>2</TaskUID><ResourceUID>1</ResourceUID><Units>1</Units>"
    "<Work>PT30H0M0S</Work></Assignment>"
    "<Assignment><UID>2</UID><TaskUID>6</TaskUID><ResourceUID>2</ResourceUID><Units>2</Units>"
    "<Work>PT30H0M0S</Work></Assignment>"
    "<Assignment><UID>3</UID><TaskUID>2</TaskUID><ResourceUID>3</ResourceUID><Units>40</Units>"
    "</Assignment>"
    "<Assignment><UID>4</UID><TaskUID>7</TaskUID><ResourceUID>-65535</ResourceUID>"
    "<Units>1</Units></Assignment></Assignments></Project>"
)  # fmt: skip


_XER = """ERMHDR|20.12|2026-01-05|Project|ADMIN|user|db|Project Management|EUR
%T|PROJECT
%F|proj_id|proj_short_name|clndr_id|plan_start_date|last_recalc_date
%R|1|NET|7|2026-01-05 00:00|2026-01-05 00:00
%R|2|APP|7|2026-01-05 00:00|2026-01-05 00:00
%T|CALENDAR
%F|clndr_id|default_flag|clndr_name|clndr_type|day_hr_cnt|week_hr_cnt|clndr_data
%R|7|Y|Standard|CA_Base|8|40|
%T|PROJWBS
%F|wbs_id|proj_id|parent_wbs_id|wbs_short_name|wbs_name|proj_node_flag
%R|11|1||NET|Network|Y
%R|12|2||APP|Application|Y
%T|TASK
%F|task_id|proj_id|wbs_id|clndr_id|task_code|task_name|task_type|status_code|complete_pct_type|\
duration_type|target_drtn_hr_cnt|remain_drtn_hr_cnt|target_start_date|target_end_date
%R|21|1|11|7|A10|Lay cable|TT_Task|TK_NotStart|CP_Drtn|DT_FixedDrtn|16|16|2026-01-05 08:00|\
2026-01-06 17:00
%R|22|2|12|7|B10|Install|TT_Task|TK_NotStart|CP_Drtn|DT_FixedDrtn|8|8|2026-01-07 08:00|\
2026-01-07 17:00
%T|TASKPRED
%F|task_pred_id|task_id|pred_task_id|proj_id|pred_proj_id|pred_type|lag_hr_cnt
%R|31|22|21|2|1|PR_FS|0
%R|32|22|99|2|9|PR_FS|0
%E
"""
# A Primavera file of two projects; one link joins them, another leads out of the file.
XER = _XER.replace("|", "\t")

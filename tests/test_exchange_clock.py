"""Calendars, dates and progress of plans on the portfolio's clock; no Java needed."""

from __future__ import annotations

from datetime import date

import pytest
from plan_examples import BUILD, CHECK, WEEK_OF_75, day, plan, told, untold

from svcimpact.calendar import Calendar
from svcimpact.exchange.assemble import assemble
from svcimpact.exchange.clock import PlanClock
from svcimpact.exchange.records import (
    CalendarRecord,
    ExceptionRecord,
    TaskRecord,
)


def test_break_is_closed_up_and_shares_of_days_are_kept() -> None:
    """With a break from 12:30 to 13:30 the day of 7.5 h is one stretch from 08:30 to 16:00."""
    calendar = Calendar(day(5), day_start="08:30", hours_per_day=7.5)
    clock = PlanClock(WEEK_OF_75, calendar)
    moved = [clock.move(day(6, *time)) for time in ((8, 30), (13, 0), (13, 30), (17, 0), (19, 0))]
    assert moved == [day(6, *t) for t in ((8, 30), (12, 30), (12, 30), (16, 0), (16, 0))]
    assert clock.move(day(10, 12)) == day(10, 8, 30), "a Saturday has no share of work"
    assert clock.days(day(5, 13, 30), day(7, 17)) == pytest.approx(2 + 3.5 / 7.5)


def test_minutes_per_day_are_those_of_the_calendar() -> None:
    """Fifteen hours are two days of 7.5 h, and the portfolio's day is 7.5 h from 08:30."""
    task = TaskRecord(1, "Build", start=day(5, 8, 30), finish=day(6, 17), duration=15)
    made = assemble([plan(task, calendar=WEEK_OF_75, minutes_per_day=450)])
    assert made.settings.hours_per_day == 7.5
    assert made.settings.day_start == "08:30"
    assert made.tasks["duration_days"].tolist() == [2]
    assert untold(made, "duration")
    assert untold(made, "planned finish")
    assert "closed up" in told(made, "calendar")


def test_days_of_options_and_calendar_that_differ_are_told() -> None:
    """Days of 7.5 h in durations and of 8 h in the calendar: hours count, so dates stay right."""
    task = TaskRecord(1, "Build", start=day(5), finish=day(6, 16), duration=15)
    made = assemble([plan(task, minutes_per_day=450)])
    assert made.tasks["duration_days"].tolist() == [1.875]
    assert "days of 7.5 h in durations, but 8 h a day in the calendar" in told(made, "duration")
    assert untold(made, "planned finish")


def test_days_of_different_plans_stay_days() -> None:
    """The hours a day of most plans are taken, and two days stay two days in every plan."""
    other = TaskRecord(1, "Build", start=day(5, 8, 30), finish=day(6, 17), duration=15)
    made = assemble([
        plan(BUILD, file="a.mpp"),
        plan(other, file="b.mpp", calendar=WEEK_OF_75, minutes_per_day=450),
        plan(CHECK, file="c.mpp"),
    ])  # fmt: skip
    assert made.settings.hours_per_day == 8
    assert made.tasks["duration_days"].tolist() == [2, 2, 1]
    rows = made.warnings[made.warnings["table"] == "b.mpp"]
    assert rows["found"].str.contains("a plan that works 7.5 h a day").any()


def test_elapsed_duration_is_the_working_time_between_its_dates() -> None:
    """Three elapsed days from Friday morning to Monday morning are one working day."""
    cure = TaskRecord(3, "Cure", start=day(9), finish=day(12), duration=72, elapsed=True)
    made = assemble([plan(cure, BUILD)])
    assert made.tasks["duration_days"].tolist() == [1, 2]
    assert told(made, "duration").startswith("3 'Cure' | an elapsed duration, nights and weekends")


def test_days_off_of_the_plan_are_holidays() -> None:
    """Only those on working days; other exceptions and short days are told."""
    own = CalendarRecord(
        week=(CalendarRecord().week[0],) * 4 + (((480, 720),), (), ()),
        exceptions=(
            ExceptionRecord(date(2026, 1, 6), date(2026, 1, 6)),
            ExceptionRecord(date(2026, 1, 10), date(2026, 1, 10)),
            ExceptionRecord(date(2026, 1, 17), date(2026, 1, 17), ((480, 720),)),
        ),
        passing_weeks=1,
    )
    made = assemble([plan(BUILD, calendar=own)])
    assert made.settings.holidays == (date(2026, 1, 6),)
    rows = made.warnings
    found = rows.loc[(rows["table"] == "plan.mpp") & (rows["column"] == "calendar"), "found"]
    assert found.tolist() == [
        "working days of different lengths",
        "breaks within the working day",
        "2 exceptions with working times of their own",
    ]


def test_first_plan_gives_days_and_holidays_and_others_are_told() -> None:
    """A seven-day plan read second keeps its working days as working days."""
    seven = CalendarRecord(
        week=(((480, 960),),) * 7, exceptions=(ExceptionRecord(date(2026, 1, 7), date(2026, 1, 7)),)
    )
    later = TaskRecord(1, "Dig", start=day(5), finish=day(12, 16), duration=56)
    made = assemble([plan(BUILD, file="a.mpp"), plan(later, file="b.xer", calendar=seven)])
    assert made.settings.working_days == ("Mon", "Tue", "Wed", "Thu", "Fri")
    assert made.settings.holidays == ()
    assert made.tasks["duration_days"].tolist() == [2, 7]
    rows = made.warnings[made.warnings["table"] == "b.xer"].set_index("column")["found"]
    assert rows["calendar"] == "a plan that works Mon Tue Wed Thu Fri Sat Sun"
    assert rows["holidays"] == "1 day off in this plan or in a.mpp, not both"
    assert rows["planned finish"].startswith("1 task whose start and duration give another finish")


def test_plan_without_a_calendar_gets_the_usual_one() -> None:
    """Monday to Friday, 8 h; told."""
    made = assemble([plan(BUILD, calendar=None)])
    assert made.settings.hours_per_day == 8
    rows = made.warnings[made.warnings["column"] == "calendar"]
    assert rows["found"].iloc[0] == "no default calendar that works a day"


def test_round_the_clock_calendar_has_days_of_24_hours() -> None:
    """Three days of 8 h are one day where nobody sleeps."""
    task = TaskRecord(1, "Run", start=day(5, 0), finish=day(6, 0), duration=24)
    made = assemble([plan(task, calendar=CalendarRecord(week=(((0, 1440),),) * 7))])
    assert (made.settings.hours_per_day, made.settings.day_start) == (24, "00:00")
    assert made.tasks["duration_days"].tolist() == [1]
    assert untold(made, "planned finish")


def test_progress_is_kept() -> None:
    """Done, half done and untouched; actual dates on the portfolio's clock."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(6, 17), duration=16, percent=100,
                      actual_start=day(5), actual_finish=day(6, 17), remaining=0)  # fmt: skip
    half = TaskRecord(3, "Half", start=day(7), finish=day(8, 17), duration=16, percent=25,
                      actual_start=day(7, 13), remaining=8)  # fmt: skip
    made = assemble([plan(done, half, CHECK, status_date=day(7, 17))])
    assert made.tasks["done_fraction"].tolist() == [1, 0.5, 0]
    assert made.tasks["actual_start"].tolist()[:2] == [day(5), day(7, 12)]
    assert made.tasks["actual_finish"][0] == day(6, 16)
    assert made.settings.status_date == day(7, 16)
    assert "the remaining duration is taken" in told(made, "done_fraction")
    assert untold(made, "status_date")


def test_progress_without_dates_is_dated_as_planned() -> None:
    """A percentage alone counts from the planned dates, and the status date is the last of it."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(6, 17), duration=16, percent=100)
    half = TaskRecord(2, "Half", start=day(7), finish=day(8, 17), duration=16, percent=50)
    made = assemble([plan(done, half)])
    assert made.tasks["actual_start"].tolist() == [day(5), day(7)]
    assert made.tasks["actual_finish"][0] == day(6, 16)
    assert made.settings.status_date == day(8, 16)
    found = set(made.warnings["found"])
    assert "progress but no actual start on 2 tasks" in found
    assert "all of it done but no actual finish on 1 task" in found
    assert told(made, "status_date", "plans").startswith("plan.mpp | no status date | ")


def test_nothing_is_assumed_to_have_happened_after_the_status_date() -> None:
    """A done task without an actual finish ended at the status date at the latest."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(9, 17), duration=40, percent=100)
    made = assemble([plan(done, CHECK, status_date=day(7, 17))])
    assert made.tasks["actual_finish"][0] == day(7, 16)
    assert made.settings.status_date == day(7, 16)


def test_actual_dates_after_the_status_date_move_it() -> None:
    """What was recorded later than the status date has happened."""
    done = TaskRecord(1, "Done", start=day(5), finish=day(6, 17), duration=16, percent=100,
                      actual_start=day(5), actual_finish=day(8, 12))  # fmt: skip
    made = assemble([plan(done, CHECK, status_date=day(6, 17))])
    assert made.settings.status_date == day(8, 16)
    assert "progress after the status date" in told(made, "status_date", "plans")


def test_actual_finish_before_actual_start_is_told() -> None:
    """The finish counts for both."""
    odd = TaskRecord(1, "Odd", start=day(5), finish=day(6, 17), duration=16, percent=100,
                     actual_start=day(7), actual_finish=day(6, 17))  # fmt: skip
    made = assemble([plan(odd, status_date=day(8, 17))])
    assert made.tasks["actual_start"][0] == made.tasks["actual_finish"][0] == day(6, 16)
    assert "an actual finish before the actual start" in told(made, "actual_start")


def test_status_date_at_the_start_without_progress_says_nothing() -> None:
    """A data date on the first day is what Primavera writes into every new plan."""
    assert assemble([plan(BUILD, status_date=day(5, 0))]).settings.status_date is None
    assert assemble([plan(BUILD, status_date=day(6, 0))]).settings.status_date == day(6)


def test_latest_status_date_counts_and_the_others_are_told() -> None:
    """Two plans, one of them with a status date."""
    made = assemble([
        plan(BUILD, file="a.mpp"), plan(CHECK, file="b.mpp", status_date=day(8, 17)),
    ])  # fmt: skip
    assert made.settings.status_date == day(8, 16)
    text = told(made, "status_date", "plans")
    assert text.startswith("a.mpp | 1 plan without a status date or with an earlier one")


@pytest.mark.parametrize(
    ("rest", "root", "due", "words"),
    [
        ({}, {}, day(7, 0), "no due date | a due date; the plan's finish, 2026-01-07, is taken"),
        ({"must_finish_by": day(12)}, {}, day(12, 0), "a must-finish-by date"),
        ({}, {"deadline": day(13)}, day(13, 0), "a deadline"),
    ],
)
def test_due_date_is_the_plans(
    rest: dict[str, object], root: dict[str, object], due: object, words: str
) -> None:
    """Must finish by, else the deadline of the whole plan, else its finish; told which."""
    top = TaskRecord(9, "All", level=0, summary=True, **root)  # type: ignore[arg-type]
    made = assemble([plan(top, BUILD, CHECK, **rest)])
    assert made.projects["due"].tolist() == [due]
    assert words in told(made, "due")

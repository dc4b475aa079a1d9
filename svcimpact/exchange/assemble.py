"""Several plans become one portfolio: one clock, one pool of people, links across plans."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd

from svcimpact.calendar import Calendar
from svcimpact.errors import InputError, fault, fault_frame
from svcimpact.exchange.assign import plan_assignments, raise_capacities
from svcimpact.exchange.clock import (
    PlanClock,
    day_hours,
    day_start,
    differences,
    holidays,
    working_days,
)
from svcimpact.exchange.links import Key, Tie, network_of, plan_ties
from svcimpact.exchange.names import slug, unique
from svcimpact.exchange.notes import Notes, count
from svcimpact.exchange.plan_file import read_records
from svcimpact.exchange.pool import default_calendar, pool_resources
from svcimpact.exchange.records import CalendarRecord, PlanRecord
from svcimpact.exchange.tables import PlanTables, Row, kept_tasks, plan_tables
from svcimpact.portfolio import Portfolio, build_portfolio
from svcimpact.schema import REQUIRED_TABLES, load_schema
from svcimpact.settings import Settings

# Holidays are taken this long after the last planned finish: a late plan runs on.
_RUN_ON = timedelta(days=3 * 365)

# Where settings stand: imports go to either.
_SETTINGS = "portfolio.toml, or in the sheet portfolio of a workbook"


def read_plans(paths: Sequence[Path | str], *, name: str | None = None) -> Portfolio:
    """Read plan files of Microsoft Project, Primavera and others into one portfolio.

    One project of a plan is one project here, and every active task that has none under it is a
    task. A planned start is the earliest start, as in the plan, so nothing is levelled to before
    it; resources of the same name are one resource. Services and their support are in no plan:
    those tables stay empty. What was changed, assumed or left out stands in
    `Portfolio.warnings`, one row per plan and kind.

    Parameters
    ----------
    paths : sequence of path
        The files: .mpp, MSPDI .xml, .xer, PMXML and whatever else MPXJ reads. The first one gives
        working days, start of day and holidays.
    name : str, optional
        What the portfolio is called; by default after its only project, or the number of them.

    Returns
    -------
    Portfolio
        Checked, with no services yet.

    Raises
    ------
    InputError
        If any file is missing, empty, cut off or no plan; all of them are told at once.
    InvalidPortfolioError
        If the plans contradict themselves, by a cycle of links for instance.
    MissingRequirementError
        If Java or the extra `plans` is not installed.
    """
    return assemble(read_records([Path(path) for path in paths]), name=name)


@dataclass(frozen=True)
class _Ground:
    """What holds for all plans: the settings but for name and status date, and each clock."""

    calendar: Calendar
    clocks: tuple[PlanClock, ...]


def assemble(plans: Sequence[PlanRecord], *, name: str | None = None) -> Portfolio:
    """Make one portfolio of plans that were read.

    Parameters
    ----------
    plans : sequence of PlanRecord
        The plans, those of one file together and in its order.
    name : str, optional
        What the portfolio is called.

    Returns
    -------
    Portfolio
        As from `read_plans`.

    Raises
    ------
    InputError
        If no plan has a task, none has a date, or a date is out by centuries.
    InvalidPortfolioError
        If the plans contradict themselves.
    """
    notes = [Notes(plan.label) for plan in plans]
    shared = Notes("plans")
    for plan, told in zip(plans, notes, strict=True):
        for trouble in plan.troubles:
            told.add("file", found=trouble, expected="a file read whole", cure="Check the result.")
    leaves = [kept_tasks(plan, told) for plan, told in zip(plans, notes, strict=True)]
    _refuse_timeless(plans, leaves)
    ground = _ground(plans, notes)
    made = _convert(plans, leaves, ground, notes)
    tasks = {key: row for each in made for key, row in each.tasks.items()}
    ties = _tie(plans, leaves, ground, made, tasks, notes)
    pool = pool_resources(plans, ground.clocks, notes, shared)
    hours = {key: row["duration_days"] * ground.clocks[key[0]].hours for key, row in tasks.items()}
    units: dict[tuple[Key, str], float] = {}
    for number, (plan, told) in enumerate(zip(plans, notes, strict=True)):
        units |= plan_assignments(number, plan, leaves[number], hours, pool, told)
    raise_capacities(pool, units, {key: row["task"] for key, row in tasks.items()}, shared)
    rows: dict[str, list[Row]] = {
        "projects": [each.project for each in made],
        "tasks": list(tasks.values()),
        "links": [_link_row(tie, tasks) for tie in ties],
        "resources": list(pool.resources.values()),
        "absences": pool.absences,
        "assignments": [
            {"task": tasks[task]["task"], "resource": resource, "units_fte": fte}
            for (task, resource), fte in units.items()
        ],
    }
    status = _status_date(plans, made, ground, shared)
    settings = Settings(
        name=name or _name(made),
        start=ground.calendar.start,
        currency=_currency(plans, shared),
        status_date=None if status is None else pd.Timestamp(status),
        working_days=ground.calendar.working_days,
        day_start=ground.calendar.day_start,
        hours_per_day=ground.calendar.hours_per_day,
        holidays=ground.calendar.holidays,
    )
    shared.add(
        "timezone", found="no time zone in any plan", expected="an IANA name; UTC is taken",
        cure=f"Set timezone in {_SETTINGS}, for daylight saving.",
    )  # fmt: skip
    shared.add(
        "services", found="no services and no support in any plan",
        expected="the services that can fail, and who supports them",
        cure="Fill in the tables services and support.",
    )  # fmt: skip
    said = [row for each in (*notes, shared) for row in each.rows]
    tables = {table: _frame(table, rows.get(table, [])) for table in {*rows, *REQUIRED_TABLES}}
    return build_portfolio(settings, tables, source="The portfolio of these plans", notes=said)


def _frame(table: str, rows: list[Row]) -> pd.DataFrame:
    if not rows:
        return pd.DataFrame(columns=list(load_schema()[table]), dtype="object")
    return pd.DataFrame(rows, dtype="object")


def _name(made: Sequence[PlanTables]) -> str:
    return str(made[0].project["name"]) if len(made) == 1 else f"{len(made)} plans"


def _link_row(tie: Tie, tasks: dict[Key, Row]) -> Row:
    return {
        "predecessor": tasks[tie.predecessor]["task"],
        "successor": tasks[tie.successor]["task"],
        "type": tie.type,
        "lag_days": round(tie.lag_days, 9),
    }


def _refuse_timeless(plans: Sequence[PlanRecord], leaves: Sequence[dict[int, Any]]) -> None:
    faults = []
    if not any(any(each.values()) for each in leaves):
        faults = [
            fault(
                plan.label, found="no active task", expected="tasks to simulate",
                cure="Check that it is the right file.",
            )
            for plan in plans
        ]  # fmt: skip
    elif not any(_dates(plan) for plan in plans):
        faults = [
            fault(
                plan.label, found="no date", expected="planned starts",
                cure="Schedule the plan and save it again.",
            )
            for plan in plans
        ]  # fmt: skip
    for plan in plans:
        odd = sorted(day for day in _dates(plan) if not 1900 < day.year < 2200)
        if odd:
            faults.append(
                fault(
                    plan.label, found=f"tasks on {odd[-1]:%Y-%m-%d}",
                    expected="dates from 1901 to 2199", cure="Correct the year in the plan.",
                )
            )  # fmt: skip
    if faults:
        raise InputError("no portfolio can be made of these plans:", fault_frame(faults))


def _dates(plan: PlanRecord) -> list[datetime]:
    """Return the starts and finishes of a plan's tasks, or of the plan if they have none."""
    dates = [
        day
        for task in plan.tasks
        if not task.blank and not task.summary
        for day in (task.start, task.finish, task.actual_start, task.actual_finish)
        if day is not None
    ]
    return dates or [day for day in (plan.start, plan.finish) if day is not None]


def _ground(plans: Sequence[PlanRecord], notes: Sequence[Notes]) -> _Ground:
    """Settle the portfolio's calendar: days of the first plan, hours of most plans."""
    calendars = [default_calendar(plan) for plan in plans]
    lengths = Counter(day_hours(each) for each in calendars)
    hours = lengths.most_common(1)[0][0]
    dates = [day for plan in plans for day in _dates(plan)]
    first, last = min(dates).date(), max(dates).date() + _RUN_ON
    opening = day_start(calendars[0], hours)
    calendar = Calendar(
        start=pd.Timestamp(first),
        working_days=working_days(calendars[0]),
        day_start=f"{opening // 60:02d}:{opening % 60:02d}",
        hours_per_day=hours,
        holidays=holidays(calendars[0], first, last),
    )
    standard = _standard(calendars[0], calendar)
    for plan, own, told in zip(plans, calendars, notes, strict=True):
        _tell_calendar(plan, own, standard, calendar, told)
        within = _dates(plan) or dates
        span = (min(within).date(), max(within).date())
        off = set(holidays(own, *span)) ^ set(holidays(calendars[0], *span))
        if off:
            told.add(
                "holidays", sorted(f"{day:%Y-%m-%d}" for day in off),
                found=f"{count(len(off), 'day')} off in this plan or in {plans[0].label}, not both",
                expected="the same days off; those of the first plan are taken",
                cure=f"Correct holidays in {_SETTINGS}.",
            )  # fmt: skip
    return _Ground(calendar, tuple(PlanClock(own, calendar) for own in calendars))


def _standard(first: CalendarRecord, calendar: Calendar) -> CalendarRecord:
    """Return the portfolio's calendar in the form of a plan's."""
    hour, minute = map(int, calendar.day_start.split(":"))
    start = hour * 60 + minute
    shift = ((start, start + round(calendar.hours_per_day * 60)),)
    return CalendarRecord(first.name, tuple(shift if day else () for day in first.week))


def _tell_calendar(
    plan: PlanRecord, own: CalendarRecord, standard: CalendarRecord, calendar: Calendar, told: Notes
) -> None:
    if plan.calendar is None or not any(plan.calendar.week):
        told.add(
            "calendar", found="no default calendar that works a day",
            expected="working times; Monday to Friday, 8 h a day, are taken",
            cure="Set the project calendar in the plan.",
        )  # fmt: skip
    if how := differences(own, standard):
        told.add(
            "calendar", found=f"a plan that {' and '.join(how)}",
            expected=f"the portfolio's calendar, {calendar.hours_per_day:g} h a day on "
            f"{' '.join(calendar.working_days)}; working days stay working days",
            cure="Import plans of different calendars into portfolios of their own.",
        )  # fmt: skip
    if abs(plan.minutes_per_day / 60 - day_hours(own)) > 0.01:
        told.add(
            "duration", found=f"days of {plan.minutes_per_day / 60:g} h in durations, but "
            f"{day_hours(own):g} h a day in the calendar",
            expected="one length of a day; the calendar's is taken, so that dates stay right",
            cure="Make the two agree in the plan's options.",
        )  # fmt: skip
    lengths = {sum(end - start for start, end in day) for day in own.week if day}
    if len(lengths) > 1:
        told.add(
            "calendar", found="working days of different lengths",
            expected=f"days of one length; each counts as a day of {day_hours(own):g} h",
            cure="Check the dates in the result.",
        )  # fmt: skip
    if any(len(day) > 1 for day in own.week):
        told.add(
            "calendar", found="breaks within the working day",
            expected="one unbroken stretch; breaks are closed up, so that times of day after one "
            "are shown earlier",
            cure="Nothing to do.",
        )  # fmt: skip
    worked = sum(bool(each.shifts) for each in own.exceptions)
    if worked or own.passing_weeks:
        told.add(
            "calendar", found=f"{count(worked + own.passing_weeks, 'exception')} with working "
            "times of their own",
            expected="days worked or not; they count as their day of the week does",
            cure="Check the dates in the result.",
        )  # fmt: skip


def _convert(
    plans: Sequence[PlanRecord],
    leaves: Sequence[dict[int, tuple[int, ...]]],
    ground: _Ground,
    notes: Sequence[Notes],
) -> list[PlanTables]:
    ids: set[str] = set()
    made = []
    for number, plan in enumerate(plans):
        project = unique(slug(plan.code or _stem(plan.file)) or "plan", ids)
        ids.add(project)
        clock = ground.clocks[number]
        made.append(plan_tables(plan, number, project, leaves[number], clock, notes[number]))
    return made


def _stem(file: Path) -> str:
    """Return a file's name without its endings, two of them for a name such as a.mspdi.xml."""
    return Path(file.stem).stem if file.stem.endswith((".mspdi", ".pmxml")) else file.stem


def _tie(
    plans: Sequence[PlanRecord],
    leaves: Sequence[dict[int, tuple[int, ...]]],
    ground: _Ground,
    made: Sequence[PlanTables],
    tasks: dict[Key, Row],
    notes: Sequence[Notes],
) -> list[Tie]:
    """Return all links; milestones that gather links are added to the tasks."""
    network = network_of(plans, leaves)
    ties: list[Tie] = []
    for number, plan in enumerate(plans):
        found, gates = plan_ties(number, plan, network, ground.clocks[number], notes[number])
        ties += found
        for gate in gates:
            after = [tasks[key] for key in gate.after]
            finishes = [network.tasks[key].finish for key in gate.after]
            finish = max((each for each in finishes if each is not None), default=None)
            done = [row["actual_finish"] for row in after]
            over = max(done) if all(each is not None for each in done) else None
            clock = ground.clocks[gate.key[0]]
            tasks[gate.key] = {
                **after[-1],
                "task": f"{made[gate.key[0]].project['project']}-end-{-1 - gate.key[1]}",
                "name": gate.name,
                "duration_days": 0.0,
                "planned_start": None if finish is None else clock.move(finish),
                "done_fraction": 0.0 if over is None else 1.0,
                "actual_start": over,
                "actual_finish": over,
            }
    return ties


def _status_date(
    plans: Sequence[PlanRecord], made: Sequence[PlanTables], ground: _Ground, shared: Notes
) -> datetime | None:
    """Return when time begins: the latest of the plans' status dates and recorded progress.

    A status date on or before a plan's start says nothing as long as nothing is recorded.
    """
    evening = timedelta(hours=ground.calendar.hours_per_day)
    hour, minute = map(int, ground.calendar.day_start.split(":"))
    known: dict[str, datetime] = {}
    for number, (plan, each) in enumerate(zip(plans, made, strict=True)):
        clock = ground.clocks[number]
        given = None if plan.status_date is None else clock.move(plan.status_date)
        until = each.progressed_until
        begins = min(_dates(plan), default=None)
        if until is None:
            if given is not None and begins is not None and given > clock.move(begins):
                known[plan.label] = given
            continue
        if given is not None and until <= given:
            known[plan.label] = given
            continue
        closed = datetime(until.year, until.month, until.day, hour, minute) + evening
        known[plan.label] = closed
        found = "no status date" if given is None else f"progress after the status date {given}"
        shared.add(
            "status_date", [plan.label], found=found,
            expected=f"when the progress was taken; the evening of the last of it, {closed}",
            cure="Set the status date in the plan.",
        )  # fmt: skip
    if not known:
        return None
    latest = max(known.values())
    others = [plan.label for plan in plans if known.get(plan.label) != latest]
    if others:
        shared.add(
            "status_date", others,
            found=f"{count(len(others), 'plan')} without a status date or with an earlier one",
            expected=f"one status date; the latest, {latest}, is taken, and nothing that had not "
            "started by then starts before it",
            cure="Record progress up to one date in all plans.",
        )  # fmt: skip
    return latest


def _currency(plans: Sequence[PlanRecord], shared: Notes) -> str:
    paid = [plan for plan in plans if any(each.cost_per_hour for each in plan.resources)]
    codes = list(dict.fromkeys(plan.currency for plan in (paid or plans) if plan.currency))
    unsaid = [plan.label for plan in paid if not plan.currency]
    if len(codes) > 1 or unsaid:
        several = [" and ".join(codes)] if len(codes) > 1 else []
        found = " and ".join([*several, *(["costs without a currency"] if unsaid else [])])
        shared.add(
            "currency", unsaid, found=found,
            expected=f"one currency; {codes[0] if codes else 'EUR'} is taken for all, unconverted",
            cure=f"Correct cost_per_day in resources, or currency in {_SETTINGS}.",
        )  # fmt: skip
    return codes[0] if codes else "EUR"

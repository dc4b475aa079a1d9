"""Load and capacity counted in plain Python, a quarter of an hour at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from svcimpact.portfolio import Portfolio, Settings, build_portfolio

START = date(2026, 3, 11)  # a Wednesday
HOLIDAYS = (date(2026, 4, 3), date(2026, 4, 6))
SLOTS = 30  # quarters of an hour in a working day of 7.5 hours
DAYS = 40  # working days that plans are made for


def working_days() -> list[date]:
    """Return the working days from the Monday of the first week on, for as long as plans go."""
    days = [START + timedelta(days=shift) for shift in range(-2, 82)]
    return [day for day in days if day.weekday() < 5 and day not in HOLIDAYS]


def random_tables(seed: int) -> dict[str, pd.DataFrame]:
    """Return tables of a few projects that share people, on quarters of an hour."""
    random = np.random.default_rng(seed)

    def whole(low: int, high: int) -> int:
        return int(random.integers(low, high + 1))

    def one(of: Sequence[Any]) -> Any:
        return of[whole(0, len(of) - 1)]

    def some(of: Sequence[Any]) -> list[Any]:
        return [of[at] for at in random.permutation(len(of))[: whole(0, len(of))]]

    projects = [f"P{number}" for number in range(whole(1, 4))]
    people = [f"R{number}" for number in range(whole(1, 4))]
    services = ["S0", "S1"]
    capacity = {person: one([0.5, 1.0, 1.0, 3.0]) for person in people}
    support = [
        (service, person, one([0.0, 0.2, 0.6]))
        for service, person in some(
            [(service, person) for service in services for person in people]
        )
    ]
    room = capacity.copy()
    for _, person, fte in support:
        room[person] -= fte
    days = [day for day in working_days() if day >= START]
    tasks, assignments = [], []
    for number in range(whole(1, 14)):
        begin = datetime.combine(one(days[:DAYS]), datetime.min.time())
        begin += timedelta(hours=9, minutes=15 * whole(0, SLOTS - 1))
        length = one([0, 1, SLOTS, whole(0, 8 * SLOTS)])
        tasks.append((f"T{number}", one(projects), length / SLOTS, begin))
        for person in some(people):
            # What could never start is refused before anything is counted.
            units = [fte for fte in (0.0, 0.1, 0.3, 0.5, 1.0) if fte / 2 <= room[person]]
            if units:
                assignments.append((f"T{number}", person, one(units)))
    absences = []
    for _ in range(whole(0, 4)):
        first = START + timedelta(days=whole(-10, 60))
        last = first + timedelta(days=whole(0, 12))
        person = one(people)
        absences.append((person, first, last, one([None, 0.4, 0.2])))
    return {
        "projects": pd.DataFrame({"project": projects, "name": projects}),
        "tasks": pd.DataFrame(
            tasks, columns=["task", "project", "duration_days", "planned_start"]
        ).assign(name=lambda frame: frame["task"]),
        "resources": pd.DataFrame(
            {"resource": people, "name": people, "capacity_fte": list(capacity.values())}
        ),
        "absences": pd.DataFrame(absences, columns=["resource", "start", "end", "fte"]),
        "assignments": pd.DataFrame(assignments, columns=["task", "resource", "units_fte"]),
        "services": pd.DataFrame({"service": services, "name": services}),
        "support": pd.DataFrame(support, columns=["service", "resource", "bau_fte"]),
    }


def uneven(tables: dict[str, pd.DataFrame]) -> dict[str, pd.DataFrame]:
    """Return the tables three weeks later and off the quarters, everybody away by tenths."""
    tasks = tables["tasks"].copy()
    tasks["duration_days"] *= 10 / 3
    tasks["planned_start"] += timedelta(days=21, minutes=7)
    # The first of them is over before the work begins; the rest of the sum stays.
    spans = ((-10, 12, 0.1), (5, 45, 0.2), (8, 60, 0.3))
    away = [
        (who, START + timedelta(days=first), START + timedelta(days=last), fte)
        for who in tables["resources"]["resource"]
        for first, last, fte in spans
    ]
    absences = pd.DataFrame(away, columns=["resource", "start", "end", "fte"])
    return tables | {"tasks": tasks, "absences": absences}


def with_others(tables: dict[str, pd.DataFrame], seed: int) -> dict[str, pd.DataFrame]:
    """Return the tables with projects added that share nothing with them, before or after."""
    both = {}
    for table, added in random_tables(seed).items():
        for column in ("project", "task", "resource", "service"):
            if column in added:
                added[column] = "other-" + added[column]
        order = [added, tables[table]] if seed % 2 else [tables[table], added]
        both[table] = pd.concat([frame for frame in order if len(frame)] or order)
    return both


def build(tables: dict[str, pd.DataFrame]) -> Portfolio:
    """Return the portfolio of such tables."""
    settings = Settings(name="Counted", start=pd.Timestamp(START), holidays=HOLIDAYS)
    return build_portfolio(settings, tables)


@cache
def counted(seed: int) -> tuple[Portfolio, dict[tuple[str, date], dict[str, float]]]:
    """Return a random portfolio and the hours counted in it."""
    portfolio = build(random_tables(seed))
    return portfolio, count(portfolio)


def count(portfolio: Portfolio) -> dict[tuple[str, date], dict[str, float]]:
    """Return the hours of each resource and week, counted one quarter of an hour at a time.

    The keys of a week are the hour columns of `weekly_load`, and `clash X` for the hours of
    project, service or absence X while the resource is over-allocated.
    """
    days = working_days()
    load: dict[tuple[str, date, int], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    tasks = portfolio.tasks.set_index("task")
    for assigned in portfolio.assignments.to_dict("records"):
        task = tasks.loc[assigned["task"]]
        begin = task["planned_start"]
        at = days.index(begin.date()) * SLOTS + (begin.hour * 60 + begin.minute - 540) // 15
        for slot in range(at, at + round(task["duration_days"] * SLOTS)):
            key = (assigned["resource"], days[slot // SLOTS], slot % SLOTS)
            load[key][task["project"]] += assigned["units_fte"]
    found: dict[tuple[str, date], dict[str, float]] = defaultdict(lambda: defaultdict(float))
    for person in portfolio.resources.to_dict("records"):
        support = portfolio.support[portfolio.support["resource"] == person["resource"]]
        everyday = dict(zip(support["service"], support["bau_fte"], strict=True))
        away = portfolio.absences[portfolio.absences["resource"] == person["resource"]]
        for day in days:
            absent = 0.0
            for row in away.to_dict("records"):
                if row["start"].date() <= day <= row["end"].date():
                    absent += person["capacity_fte"] if pd.isna(row["fte"]) else row["fte"]
            absent = min(absent, person["capacity_fte"])
            there = person["capacity_fte"] - absent
            supporting = min(sum(everyday.values()), there)
            week = found[person["resource"], day - timedelta(days=day.weekday())]
            for slot in range(SLOTS):
                asked = load.get((person["resource"], day, slot), {})
                capacity = there - supporting
                over = sum(asked.values()) - capacity
                week["load_hours"] += sum(asked.values()) / 4
                week["capacity_hours"] += capacity / 4
                week["everyday_hours"] += supporting / 4
                week["absent_hours"] += absent / 4
                if over > 1e-9:
                    week["over_hours"] += over / 4
                    week["clash absence"] += absent / 4
                    for project, fte in asked.items():
                        week[f"clash {project}"] += fte / 4
                    for service, fte in everyday.items():
                        part = fte * supporting / sum(everyday.values()) if supporting else 0.0
                        week[f"clash {service}"] += part / 4
    return found

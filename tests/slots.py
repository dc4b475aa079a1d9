"""Portfolios in which tasks touch services, and who does what, a quarter of an hour at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

import numpy as np
import pandas as pd
from quarter_hours import SLOTS, build, random_tables, working_days

from svcimpact.portfolio import Portfolio

STAGES = ("scope", "design", "delivery", "test", "transition")


class Slot(NamedTuple):
    """A quarter of an hour of one person: number from the first Monday on, day, and FTE."""

    person: str
    number: int
    day: date
    tasks: dict[str, float]
    there: float
    supporting: float


def touching_tables(seed: int) -> dict[str, pd.DataFrame]:
    """Return random tables with stages, teams, and tasks that change or use the two services."""
    tables = random_tables(seed)
    draw = np.random.default_rng(seed + 77)
    tasks = tables["tasks"]
    tasks["stage"] = draw.choice(STAGES[1:4], len(tasks))
    people = tables["resources"]
    people["team"] = draw.choice(["Ops", "Dev"], len(people))
    rows = [
        (task, service, draw.choice(["changes", "uses"]))
        for task in tasks["task"]
        for service in ("S0", "S1")
        if draw.random() < 0.6
    ]
    tables["changes"] = pd.DataFrame(rows, columns=["task", "service", "effect"])
    tables["support"]["incident_fte"] = draw.choice([0.0, 0.4], len(tables["support"]))
    return tables


def touching(seed: int) -> Portfolio:
    """Return the portfolio of such tables."""
    return build(touching_tables(seed))


def task_slots(portfolio: Portfolio) -> dict[str, range]:
    """Return the quarters of an hour in which each task is planned."""
    days = working_days()
    found = {}
    for task in portfolio.tasks.to_dict("records"):
        begin = task["planned_start"]
        at = days.index(begin.date()) * SLOTS + (begin.hour * 60 + begin.minute - 540) // 15
        found[task["task"]] = range(at, at + round(task["duration_days"] * SLOTS))
    return found


def slots(portfolio: Portfolio) -> Iterator[Slot]:
    """Yield every quarter of an hour of every person."""
    when = task_slots(portfolio)
    asked: dict[tuple[str, int], dict[str, float]] = defaultdict(dict)
    for row in portfolio.assignments.to_dict("records"):
        for slot in when[row["task"]]:
            asked[row["resource"], slot][row["task"]] = row["units_fte"]
    for person in portfolio.resources.to_dict("records"):
        who = person["resource"]
        support = portfolio.support[portfolio.support["resource"] == who]["bau_fte"].sum()
        away = portfolio.absences[portfolio.absences["resource"] == who].to_dict("records")
        for number, day in enumerate(working_days()):
            absent = sum(
                person["capacity_fte"] if pd.isna(row["fte"]) else row["fte"]
                for row in away
                if row["start"].date() <= day <= row["end"].date()
            )
            there = max(0.0, person["capacity_fte"] - absent)
            for slot in range(number * SLOTS, (number + 1) * SLOTS):
                yield Slot(who, slot, day, asked.get((who, slot), {}), there, min(support, there))

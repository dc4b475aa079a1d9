"""What is left of a plan at a status date, by hand; and what conflicts and fixes make of it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from conflict_cases import MONDAY, built, tables_by_hand

from svcimpact.planning.ahead import work_ahead
from svcimpact.planning.conflicts import conflict_register
from svcimpact.planning.overload import over_allocation
from svcimpact.planning.remedies import Bench, shift, swap
from svcimpact.planning.scope import scope_impact
from svcimpact.planning.steps import load_steps
from svcimpact.planning.weighing import weigh_conflicts
from svcimpact.portfolio import Portfolio

NEXT_MONDAY = pd.Timestamp("2026-03-16 09:00")


def one_project(status: str | None, *rows: dict[str, object], **tables: object) -> Portfolio:
    """Return a project of such tasks, two days each from Monday on unless told otherwise."""
    names = [f"T{number}" for number in range(len(rows))]
    tasks = pd.DataFrame(
        [
            {"task": name, "project": "P", "duration_days": 2.0, "planned_start": MONDAY} | row
            for name, row in zip(names, rows, strict=True)
        ]
    )
    for column in ("planned_start", "actual_start", "actual_finish"):
        if column in tasks:
            tasks[column] = pd.to_datetime(tasks[column])
    settings = {} if status is None else {"status_date": pd.Timestamp(status)}
    people = {
        "resources": pd.DataFrame({"resource": ["ana"], "name": ["Ana"]}),
        "assignments": pd.DataFrame({"task": names, "resource": "ana"}),
        "services": pd.DataFrame({"service": ["till"], "name": ["Till"]}),
        "support": pd.DataFrame({"service": ["till"], "resource": ["ana"], "bau_fte": [0.1]}),
    }
    projects = pd.DataFrame({"project": ["P"]})
    return built({"projects": projects, "tasks": tasks, **people, **tables}, **settings)


BEGUN = {"actual_start": "2026-03-09 09:00"}
OVER = BEGUN | {"actual_finish": "2026-03-10 17:00", "done_fraction": 1.0}


@pytest.mark.parametrize(
    ("row", "start", "left"),
    [
        ({}, 24.0, 16.0),
        (BEGUN | {"duration_days": 5.0, "done_fraction": 0.4}, 24.0, 24.0),
        (BEGUN | {"duration_days": 1.0}, 24.0, 8.0),
        ({"done_fraction": 0.4}, 24.0, 16.0),
        ({"planned_start": "2026-03-13 09:00"}, 32.0, 16.0),
        ({"planned_start": "2026-03-13 09:00", **BEGUN, "done_fraction": 0.5}, 24.0, 8.0),
    ],
)
def test_what_is_left_at_thursdays_status_date(row, start: float, left: float) -> None:
    """Late, running, overdue, done by hearsay, to come, begun early: 24 hours have gone by."""
    found = work_ahead(one_project("2026-03-12 09:00", OVER, row))
    assert found["task"].tolist() == ["T1"]
    times = found[["row", "start_hours", "finish_hours", "left", "share"]].to_numpy()[0]
    assert times.tolist() == [1, start, start + left, left, 1.0]


def test_what_has_nothing_left_is_gone() -> None:
    """A finished task, one whose work is all done and a milestone ask for nobody."""
    rows = (OVER, BEGUN | {"done_fraction": 1.0}, {"duration_days": 0.0})
    assert work_ahead(one_project("2026-03-12 09:00", *rows)).empty


def test_without_a_status_date_nothing_has_happened() -> None:
    """Actual dates are left aside; what is planned before the start begins at it."""
    early = {"planned_start": "2026-03-05"}
    found = work_ahead(one_project(None, OVER, BEGUN | {"done_fraction": 0.4}, early))
    assert found[["start_hours", "finish_hours"]].to_numpy().tolist() == [[0.0, 16.0]] * 3


def test_without_a_status_date_a_done_task_still_touches_its_service() -> None:
    """Scope counts the task and its work, as the simulation does."""
    changes = pd.DataFrame({"task": ["T0"], "service": ["till"]})
    portfolio = one_project(None, OVER, changes=changes)
    projects = scope_impact(portfolio).projects
    assert projects[["changes", "support_days"]].to_numpy().tolist() == [[1, 2.0]]


def test_late_work_is_over_allocated_where_it_can_still_be_done() -> None:
    """Ana has 0.9; late two days meet what is left of five on Thursday and Friday: 1.1 over."""
    running = BEGUN | {"duration_days": 5.0, "done_fraction": 0.4}
    found = over_allocation(one_project("2026-03-12 09:00", {}, running))
    # On Monday the last day of what runs is a tenth too much by itself.
    assert found.weeks["over_days"].tolist() == pytest.approx([2.2, 0.1])
    assert found.intervals["start"].tolist() == [pd.Timestamp("2026-03-12 09:00")]
    assert found.intervals["finish"].tolist() == [pd.Timestamp("2026-03-16 17:00")]


def behind(status: pd.Timestamp) -> Portfolio:
    """Return the case by hand with 40 % of A1 done, nothing else begun, and Fay free."""
    tables = tables_by_hand()
    tasks = tables["tasks"]
    first = tasks["task"] == "A1"
    tasks["actual_start"] = tasks["planned_start"].where(first)
    tasks["done_fraction"] = np.where(first, 0.4, 0.0)
    kept = tables["assignments"]["task"] != "C6"
    tables["assignments"] = tables["assignments"][kept].reset_index(drop=True)
    return built(tables, status_date=status)


def test_late_and_running_work_are_in_conflict_from_the_status_date_on() -> None:
    """Three days are left of A1 and all three of B1, both from Monday on: 0.5 FTE over."""
    register = conflict_register(behind(NEXT_MONDAY))
    ana = register.conflicts[register.conflicts["via"] == "ana"]
    assert ana[["project", "other"]].to_numpy().tolist() == [["A", "B"]]
    assert ana[["overlap_days", "over_days"]].to_numpy().tolist() == [[3.0, 1.5]]
    assert ana["start"].tolist() == [NEXT_MONDAY]
    assert ana["finish"].tolist() == [pd.Timestamp("2026-03-18 17:00")]
    # A2 changes the till for four days, B3 for three, C3 uses it for two: none has begun.
    till = register.conflicts[register.conflicts["via"] == "till"]
    both = till[till["kind"].isin(["service", "use"])]
    assert both["overlap_days"].tolist() == [3.0, 2.0, 2.0]
    assert any("what should have begun" in line for line in register.assumptions)


def test_fixes_of_late_work_begin_where_it_can_still_be_done() -> None:
    """B1 has two days of float after Monday the 16th, and Fay is free for it from then on."""
    portfolio = behind(NEXT_MONDAY)
    bench = Bench.of(portfolio, load_steps(portfolio, work_ahead(portfolio)))
    row = portfolio.tasks["task"].tolist().index("B1")
    later = shift(bench, np.array([row]), [(40.0, 64.0)], late=True)
    assert later is not None
    moved = later.apply(portfolio).tasks.set_index("task")["planned_start"]
    assert moved["B1"] == pd.Timestamp("2026-03-18 09:00")
    instead = swap(bench, np.array([row]), 0)
    assert instead is not None
    assert instead.others == ("fay",)


def test_fixes_of_late_work_are_weighed() -> None:
    """Fay takes all of the day and a half over; two of B1's three days move out of A1's way."""
    found = weigh_conflicts(conflict_register(behind(NEXT_MONDAY)), top=3)
    fixes = found.fixes.set_index("text")["clears_over_days"]
    assert fixes["let Fay do “B1” in place of Ana"] == 1.5
    assert fixes["start “B1” 2.0 working days later, within float"] == 1.0

"""A portfolio compiled to arrays: every rule of the tables, on portfolios made by hand."""

from __future__ import annotations

from dataclasses import replace

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from paper import assigned, paper, people, staff, tasks
from strategies import portfolios

from svcimpact.engine.plan import Plan, compile_plan, impossible_tasks, planned_times, positions
from svcimpact.engine.program import lay_out
from svcimpact.engine.runs import run_once

P = [{"project": "P"}]


def steps(plan: Plan, resource: int) -> list[tuple[float, float]]:
    """Return the capacity steps of a resource as (time, FTE)."""
    part = slice(plan.capacity_ptr[resource], plan.capacity_ptr[resource + 1])
    pairs = zip(plan.capacity_time[part], plan.capacity_value[part], strict=True)
    return [(float(time), float(value)) for time, value in pairs]


def holds(plan: Plan) -> set[tuple[int, float, float]]:
    """Return the planned freezes as (task, from, until)."""
    columns = (plan.hold_task, plan.hold_from, plan.hold_until)
    return {(int(i), float(a), float(b)) for i, a, b in zip(*columns, strict=True)}


def test_hours_are_days_times_hours_per_day() -> None:
    """Durations and lags in days become hours of the portfolio's own working day."""
    portfolio = paper(
        {"calendar": {"hours_per_day": 7}},
        projects=P,
        tasks=[
            {"task": "A", "project": "P", "duration_days": 2.5},
            {"task": "B", "project": "P", "duration_days": 0},
        ],
        links=[{"predecessor": "A", "successor": "B", "type": "SF", "lag_days": -0.5}],
    )
    plan = compile_plan(portfolio)
    assert plan.hours.tolist() == [17.5, 0.0]
    assert plan.link_lag.tolist() == [-3.5]
    assert (plan.link_predecessor.tolist(), plan.link_successor.tolist()) == ([0], [1])
    assert plan.link_type.tolist() == [3]


@pytest.mark.parametrize(("kind", "number"), [("FS", 0), ("SS", 1), ("FF", 2), ("SF", 3)])
def test_link_types_are_numbered(kind: str, number: int) -> None:
    """Each type of link has its number, and a blank type is finish-to-start."""
    rows = [{"predecessor": "A", "successor": "B", "type": kind}]
    plan = compile_plan(paper(projects=P, tasks=tasks(("A", 8), ("B", 8)), links=rows))
    assert plan.link_type.tolist() == [number]
    rows = [{"predecessor": "A", "successor": "B", "type": None}]
    plan = compile_plan(paper(projects=P, tasks=tasks(("A", 8), ("B", 8)), links=rows))
    assert plan.link_type.tolist() == [0]


def test_release_is_the_planned_start_unless_it_may_start_early() -> None:
    """A task waits for its planned start; one that may start early, or has none, does not."""
    row = {"project": "P", "duration_days": 1}
    portfolio = paper(
        projects=P,
        tasks=[
            {**row, "task": "fixed", "planned_start": "2026-01-07T11:00"},
            {**row, "task": "early", "planned_start": "2026-01-07", "can_start_early": "yes"},
            {**row, "task": "open"},
        ],
    )
    plan = compile_plan(portfolio)
    assert plan.release.tolist() == [18.0, 0.0, 0.0]
    np.testing.assert_array_equal(plan.planned, [18.0, 16.0, np.nan])


def test_dispatch_goes_by_priority_then_planned_start_then_row() -> None:
    """Priority 1 comes first, none comes last; then the planned start, then the row."""
    rows = [
        ("none", "Z", "2026-01-05"),
        ("two", "B", "2026-01-05"),
        ("one-late", "A", "2026-01-08"),
        ("one-early", "A", "2026-01-06"),
        ("one-open", "A", None),
        ("one-early-again", "A", "2026-01-06"),
    ]
    portfolio = paper(
        projects=[
            {"project": "Z"},
            {"project": "B", "priority": 2},
            {"project": "A", "priority": 1},
        ],
        tasks=[
            {"task": task, "project": project, "planned_start": start, "duration_days": 1}
            for task, project, start in rows
        ],
    )
    order = [portfolio.tasks["task"][i] for i in compile_plan(portfolio).dispatch]
    assert order == ["one-open", "one-early", "one-early-again", "one-late", "two", "none"]


def test_project_is_the_row_in_projects() -> None:
    """Tasks know their project by row, whatever the order of the tasks."""
    portfolio = paper(
        projects=[{"project": "A"}, {"project": "B"}],
        tasks=[*tasks(("b", 8), project="B"), *tasks(("a", 8), project="A")],
    )
    assert compile_plan(portfolio).project.tolist() == [1, 0]


def test_needs_lie_by_task_and_leave_out_nothing() -> None:
    """Assignments are sorted by task, in row order within it; 0 FTE is no need."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8), ("B", 8), ("C", 8)),
        resources=people(ana=1, ben=2),
        assignments=assigned(C="ben:0.5", A="ben:2 ana:0.25", B="ana:0"),
    )
    plan = compile_plan(portfolio)
    assert plan.need_ptr.tolist() == [0, 2, 2, 3]
    assert plan.need_resource.tolist() == [1, 0, 1]
    assert plan.need_units.tolist() == [2.0, 0.25, 0.5]


def test_everyday_support_comes_off_capacity() -> None:
    """What is left for projects is capacity less everyday support of all services, unfloored."""
    portfolio = paper(
        resources=people(ana=1, ben=0.5, cy=1),
        services=[{"service": "s"}, {"service": "t"}],
        support=staff(("s", "ana", 0.25, 1), ("t", "ana", 0.5, 0), ("s", "ben", 0.75, 0)),
    )
    plan = compile_plan(portfolio)
    found = [steps(plan, k) for k in range(3)]
    assert found == [[(-np.inf, 0.25)], [(-np.inf, -0.25)], [(-np.inf, 1.0)]]


def test_absences_are_steps_over_whole_days() -> None:
    """Both days of an absence are away; a weekend alone takes nothing; blank is all of it."""
    portfolio = paper(
        resources=people(ana=2),
        absences=[
            {"resource": "ana", "start": "2026-01-06", "end": "2026-01-07", "fte": 0.5},
            {"resource": "ana", "start": "2026-01-10", "end": "2026-01-11"},
            {"resource": "ana", "start": "2026-01-15", "end": "2026-01-15"},
        ],
    )
    found = steps(compile_plan(portfolio), 0)
    assert found == [(-np.inf, 2), (8, 1.5), (24, 2), (64, 0), (72, 2)]


def test_overlapping_absences_add_up_to_no_more_than_the_person() -> None:
    """Overlapping absences add up, and cannot take away everyday support as well."""
    portfolio = paper(
        resources=people(ana=1),
        absences=[
            {"resource": "ana", "start": "2026-01-05", "end": "2026-01-08", "fte": 0.25},
            {"resource": "ana", "start": "2026-01-07", "end": "2026-01-09", "fte": 0.5},
            {"resource": "ana", "start": "2026-01-08", "end": "2026-01-08"},
        ],
        services=[{"service": "s"}],
        support=staff(("s", "ana", 0.125, 0)),
    )
    found = dict(steps(compile_plan(portfolio), 0))
    assert found == {-np.inf: 0.875, 0: 0.625, 16: 0.125, 24: -0.125, 32: 0.375, 40: 0.875}


def test_holidays_stand_still() -> None:
    """A task that spans a holiday takes its hours on the working clock; the date moves."""
    portfolio = paper(
        {"calendar": {"holidays": ["2026-01-06"]}},
        projects=P,
        tasks=[
            {"task": "A", "project": "P", "duration_days": 1, "planned_start": "2026-01-07"},
            {"task": "B", "project": "P", "duration_days": 1, "planned_start": "2026-01-06"},
        ],
    )
    assert compile_plan(portfolio).release.tolist() == [8.0, 8.0]


def test_planned_freezes_hold_what_changes_the_service() -> None:
    """A freeze of one service holds the tasks that change it; one of all holds every change."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8), ("B", 8), ("C", 8), ("D", 8)),
        services=[{"service": "s"}, {"service": "t"}],
        changes=[
            {"task": "A", "service": "s", "effect": "changes"},
            {"task": "A", "service": "t", "effect": "changes"},
            {"task": "B", "service": "t", "effect": "changes"},
            {"task": "C", "service": "s", "effect": "uses"},
        ],
        freezes=[
            {"service": "s", "start": "2026-01-06T11:00", "end": "2026-01-07T00:00"},
            {"service": None, "start": "2026-01-12T09:00", "end": "2026-01-13T09:00"},
            {"service": "t", "start": "2026-01-10T09:00", "end": "2026-01-11T09:00"},
        ],
    )
    plan = compile_plan(portfolio)
    assert holds(plan) == {(0, 10, 16), (0, 40, 48), (1, 40, 48)}
    assert len(plan.hold_task) == 3


def test_status_date_brings_the_actual_dates_in() -> None:
    """With a status date time begins there and actual dates count; without one they do not."""
    rows = [
        {"task": "A", "project": "P", "duration_days": 1, "actual_start": "2026-01-05T09:00",
         "actual_finish": "2026-01-06T13:00"},
        {"task": "B", "project": "P", "duration_days": 2, "actual_start": "2026-01-06T10:00",
         "done_fraction": 0.25},
        {"task": "C", "project": "P", "duration_days": 1},
    ]  # fmt: skip
    plan = compile_plan(paper({"status_date": "2026-01-07T09:00"}, projects=P, tasks=rows))
    assert plan.now == 16.0
    np.testing.assert_array_equal(plan.began, [0.0, 9.0, np.nan])
    np.testing.assert_array_equal(plan.ended, [12.0, np.nan, np.nan])
    assert plan.done.tolist() == [0.0, 0.25, 0.0]
    run = run_once(plan)
    assert run.start.tolist() == [0.0, 9.0, 16.0]
    assert run.finish.tolist() == [12.0, 16.0 + 12.0, 24.0]
    plan = compile_plan(paper(projects=P, tasks=rows))
    assert plan.now == 0.0
    assert np.isnan(plan.began).all()
    assert np.isnan(plan.ended).all()


def test_positions_are_rows_of_the_ids() -> None:
    """Ids become row numbers, each as often as it is asked for."""
    ids = paper(resources=people(x=1, y=1, z=1)).resources["resource"]
    assert positions(ids[[2, 0, 2]], ids).tolist() == [2, 0, 2]
    assert positions(ids[:0], ids).tolist() == []


def test_planned_times_against_paper() -> None:
    """Planned starts stand as given; the others follow from links of all four types."""
    portfolio = paper(
        projects=P,
        tasks=[
            {"task": "A", "project": "P", "duration_days": 1, "planned_start": "2026-01-06"},
            {"task": "B", "project": "P", "duration_days": 2},
            {"task": "C", "project": "P", "duration_days": 1},
            {"task": "D", "project": "P", "duration_days": 3},
            {"task": "E", "project": "P", "duration_days": 0.5},
            {"task": "F", "project": "P", "duration_days": 1, "planned_start": "2026-01-05"},
        ],
        links=[
            {"predecessor": "A", "successor": "B", "type": "FS", "lag_days": 0.5},
            {"predecessor": "B", "successor": "C", "type": "SS", "lag_days": 1},
            {"predecessor": "B", "successor": "D", "type": "FF", "lag_days": 1},
            {"predecessor": "D", "successor": "E", "type": "SF", "lag_days": 1},
            {"predecessor": "B", "successor": "F"},
        ],
    )
    start, finish = planned_times(compile_plan(portfolio))
    # A 8-16 as given; B from 16 + 4; C from 20 + 8; D 0-24, but no sooner than 36 + 8;
    # E 0-4, but no sooner than 0 + 8; F as given, its link is the levelled plan's affair.
    assert start.tolist() == [8, 20, 28, 0, 0, 0]
    assert finish.tolist() == [16, 36, 36, 44, 8, 8]


def test_planned_times_without_links_are_the_start() -> None:
    """With every planned start given, nothing is computed but the finish."""
    row = {"project": "P", "duration_days": 1.5, "planned_start": "2026-01-07"}
    start, finish = planned_times(compile_plan(paper(projects=P, tasks=[{**row, "task": "A"}])))
    assert (start.tolist(), finish.tolist()) == ([16.0], [28.0])


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 12), st.randoms(use_true_random=False))
def test_planned_times_against_longest_paths(count: int, random) -> None:  # type: ignore[no-untyped-def]
    """Finish-to-start plans without dates against networkx's longest path into each task."""
    network = nx.DiGraph()
    network.add_nodes_from(range(count), hours=0)
    hours = [random.randrange(0, 40) for _ in range(count)]
    pairs = [(a, b) for b in range(count) for a in range(b) if random.random() < 0.3]
    portfolio = paper(
        projects=P,
        tasks=tasks(*[(f"T{i}", h) for i, h in enumerate(hours)]),
        links=[{"predecessor": f"T{a}", "successor": f"T{b}"} for a, b in pairs],
    )
    start, finish = planned_times(compile_plan(portfolio))
    for i in range(count):
        chain = nx.DiGraph()
        chain.add_node(i)
        chain.add_weighted_edges_from([(a, b, hours[a]) for a, b in pairs if b <= i])
        above = chain.subgraph(nx.ancestors(chain, i) | {i})
        assert start[i] == nx.dag_longest_path_length(above)
        assert finish[i] == start[i] + hours[i]


def test_impossible_tasks_want_more_than_there_ever_is() -> None:
    """A task cannot start if `min_share` of its units is above the most its resource has."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8), ("B", 8), ("C", 8), ("D", 8)),
        resources=people(ana=1, ben=2),
        assignments=assigned(A="ana:1", B="ana:1.5 ben:1", C="ana:0.5 ben:3", D="ana:0"),
        services=[{"service": "s"}],
        support=staff(("s", "ana", 0.25, 0)),
    )
    plan = compile_plan(portfolio)
    assert impossible_tasks(plan, 1.0).tolist() == [0, 1, 2]
    assert impossible_tasks(plan, 0.75).tolist() == [1, 2]
    assert impossible_tasks(plan, 0.6).tolist() == [1]
    assert impossible_tasks(plan, 0.5).tolist() == []


def test_impossible_tasks_counts_the_best_day() -> None:
    """An absence does not make a task impossible when there is a day without it."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8)),
        resources=people(ana=1),
        assignments=assigned(A="ana"),
        absences=[{"resource": "ana", "start": "2025-12-01", "end": "2026-03-01"}],
    )
    assert impossible_tasks(compile_plan(portfolio), 1.0).tolist() == []


def test_impossible_tasks_of_those_that_run() -> None:
    """A running task is stuck only with no capacity and work left; a finished one never."""
    began = {"actual_start": "2026-01-05T09:00"}
    rows = [
        {**tasks(("A", 8))[0], **began, "done_fraction": 0.5},
        {**tasks(("B", 8))[0], **began, "done_fraction": 1},
        {**tasks(("C", 8))[0], **began, "actual_finish": "2026-01-05T17:00"},
        {**tasks(("D", 8))[0], **began},
    ]
    common = {
        "projects": P,
        "tasks": rows,
        "assignments": assigned(A="ana", B="ana", C="ana", D="ben:9"),
        "services": [{"service": "s"}],
    }
    support = staff(("s", "ana", 1, 0), ("s", "ben", 0.5, 0))
    portfolio = _quiet({"status_date": "2026-01-06"}, support=support, **common)
    assert impossible_tasks(compile_plan(portfolio), 1.0).tolist() == [0]


def _quiet(settings, **tables):  # type: ignore[no-untyped-def]
    """Return a portfolio whose everyday support leaves ana nothing, which the checks refuse."""
    support = tables.pop("support")
    made = paper(settings, resources=people(ana=1, ben=1), **tables)
    frame = paper(
        resources=people(ana=1, ben=1), services=tables["services"], support=support
    ).support

    return replace(made, support=frame)


def test_a_plan_of_nothing() -> None:
    """A portfolio without tasks and people compiles to empty arrays, and runs."""
    plan = compile_plan(paper())
    assert [len(plan.hours), len(plan.need_ptr), len(plan.capacity_ptr)] == [0, 1, 1]
    assert impossible_tasks(plan, 1.0).tolist() == []
    assert [a.tolist() for a in planned_times(plan)] == [[], []]
    assert run_once(plan).finish.tolist() == []


def test_what_shares_nothing_is_laid_out_apart() -> None:
    """Tasks tied by people or links are one component; 0 FTE ties nothing together."""
    portfolio = paper(
        projects=P,
        tasks=tasks(("A", 8), ("B", 8), ("C", 8), ("D", 8), ("E", 8)),
        resources=people(ana=1, ben=1, cy=1, dee=1),
        assignments=assigned(A="ana ben:0", B="ben", C="ana", D="cy", E="cy:0"),
        links=[{"predecessor": "D", "successor": "B", "type": "SF"}],
    )
    program = lay_out(compile_plan(portfolio))
    groups = [
        sorted(program.task[a:b].tolist())
        for a, b in zip(program.component_ptr[:-1], program.component_ptr[1:], strict=True)
    ]
    assert groups == [[0, 2], [1, 3], [4]]
    assert program.resource_component.tolist() == [0, 1, 1, -1]
    assert sorted(program.member.tolist()) == [0, 1, 2]


def test_components_keep_dispatch_order() -> None:
    """Within a component the tasks are numbered by dispatch order."""
    portfolio = paper(
        projects=[{"project": "P", "priority": 2}, {"project": "Q", "priority": 1}],
        tasks=[*tasks(("A", 8), ("B", 8)), *tasks(("C", 8), ("D", 8), project="Q")],
        resources=people(ana=1, ben=1),
        assignments=assigned(A="ana", B="ben", C="ana", D="ben"),
    )
    assert lay_out(compile_plan(portfolio)).task.tolist() == [2, 0, 3, 1]


@settings(max_examples=12, deadline=None)
@given(portfolios())
def test_every_valid_portfolio_compiles(portfolio) -> None:  # type: ignore[no-untyped-def]
    """Arrays fit together: pointers, ranges, a dispatch order of every task once."""
    plan = compile_plan(portfolio)
    n = len(portfolio.tasks)
    assert sorted(plan.dispatch.tolist()) == list(range(n))
    assert plan.need_ptr[-1] == len(plan.need_units) == len(plan.need_resource)
    assert (plan.need_units > 0).all()
    assert (np.diff(plan.capacity_ptr) >= 1).all()
    assert np.isneginf(plan.capacity_time[plan.capacity_ptr[:-1]]).all()
    assert (plan.hold_until > plan.hold_from).all()
    assert ((plan.project >= 0) & (plan.project < len(portfolio.projects))).all()
    start, finish = planned_times(plan)
    assert (finish >= start).all()

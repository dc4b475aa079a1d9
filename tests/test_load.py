"""Weekly load and capacity, against hand-worked weeks and counting quarters of an hour."""

from __future__ import annotations

import time

import numpy as np
import pandas as pd
import pytest
from quarter_hours import build, counted, random_tables, uneven, with_others

from svcimpact.planning.load import weekly_load
from svcimpact.planning.steps import planned_segments
from svcimpact.portfolio import Portfolio, Settings, build_portfolio

HOURS = ["load_hours", "capacity_hours", "everyday_hours", "absent_hours", "over_hours"]
COLUMNS = ["resource", "name", "team", "week", *HOURS[:4], "incident_hours", "over_hours"]


def two_people() -> dict[str, pd.DataFrame]:
    """Return two projects that meet at Ana on Tuesday and Wednesday; Bo is away on one day."""
    return {
        "projects": pd.DataFrame({"project": ["LEDGER", "PORTAL"]}),
        "tasks": pd.DataFrame(
            {
                "task": ["a", "b", "c"],
                "project": ["LEDGER", "PORTAL", "PORTAL"],
                "duration_days": [3.0, 2.0, 1.0],
                "planned_start": pd.to_datetime(["2026-03-09", "2026-03-10", "2026-03-20"]),
            }
        ),
        "resources": pd.DataFrame(
            {"resource": ["ana", "bo"], "name": ["Ana Ruiz", "Bo Lind"], "team": ["Ops", None]}
        ),
        "absences": pd.DataFrame(
            {
                "resource": ["bo"],
                "start": pd.to_datetime(["2026-03-20"]),
                "end": pd.to_datetime(["2026-03-22"]),
            }
        ),
        "assignments": pd.DataFrame({"task": ["a", "b", "c"], "resource": ["ana", "ana", "bo"]}),
        "services": pd.DataFrame({"service": ["pay"], "name": ["Payments"]}),
        "support": pd.DataFrame({"service": ["pay"], "resource": ["ana"], "bau_fte": [0.2]}),
    }


def portfolio_of(tables: dict[str, pd.DataFrame]) -> Portfolio:
    return build_portfolio(Settings(name="Two", start=pd.Timestamp("2026-03-09")), tables)


def row(weekly: pd.DataFrame, resource: str, week: str) -> list[float]:
    at = (weekly["resource"] == resource) & (weekly["week"] == week)
    return weekly.loc[at, HOURS].to_numpy()[0].tolist()


def test_two_weeks_by_hand() -> None:
    """Five days of work on four free ones, two of them double; and a task during an absence."""
    weekly = weekly_load(portfolio_of(two_people()))
    assert list(weekly.columns) == COLUMNS
    assert weekly["week"].dtype == "datetime64[us]"
    # Over: Monday 0.2 FTE, Tuesday and Wednesday 1.2 FTE, of 7.5 hours each.
    assert row(weekly, "ana", "2026-03-09") == pytest.approx([37.5, 30.0, 7.5, 0.0, 19.5])
    assert row(weekly, "ana", "2026-03-16") == pytest.approx([0.0, 30.0, 7.5, 0.0, 0.0])
    assert row(weekly, "bo", "2026-03-16") == pytest.approx([7.5, 30.0, 0.0, 7.5, 7.5])
    assert len(weekly) == 4


def test_a_full_week_is_not_too_much() -> None:
    """Shares that add up to exactly the capacity leave nothing over, whatever the rounding."""
    tables = two_people()
    tables["support"]["bau_fte"] = 0.1
    tables["tasks"]["planned_start"] = pd.Timestamp("2026-03-09")
    tables["assignments"] = pd.DataFrame(
        {"task": ["a", "b", "c"], "resource": "ana", "units_fte": [0.1, 0.2, 0.6]}
    )
    assert weekly_load(portfolio_of(tables))["over_hours"].tolist() == [0.0, 0.0]


@pytest.mark.parametrize("seed", range(50))
def test_weekly_load_agrees_with_counting_quarters_of_an_hour(seed: int) -> None:
    """Every figure of every resource-week is what counting slot by slot gives."""
    portfolio, expected = counted(seed)
    weekly = weekly_load(portfolio)
    weeks = {(row["resource"], row["week"].date()): row for row in weekly.to_dict("records")}
    for key, row in weeks.items():
        for column in HOURS:
            assert row[column] == pytest.approx(expected[key][column], abs=1e-7), (key, column)
    loaded = {key for key, hours in expected.items() if hours["load_hours"] > 0}
    assert loaded <= set(weeks)


@pytest.mark.parametrize("seed", range(20))
def test_an_unrelated_project_changes_nobody_elses_weeks(seed: int) -> None:
    """With a project of other people added, the rows of everybody else are the same to the bit."""
    tables = uneven(random_tables(seed))
    alone, together = (
        weekly_load(build(tables)),
        weekly_load(build(with_others(tables, seed + 1000))),
    )
    kept = alone[["resource", "week"]].merge(together, how="left")[alone.columns]
    pd.testing.assert_frame_equal(kept, alone, check_exact=True)


def test_a_simulated_run_is_loaded_by_its_shares() -> None:
    """Half-speed work loads half, held work nothing, and what an incident takes is not capacity."""
    portfolio = portfolio_of(two_people())
    segments = pd.DataFrame(
        {
            "task": ["a", "a", "a"],
            "start_hours": [0.0, 7.5, 15.0],
            "finish_hours": [7.5, 15.0, 22.5],
            "share": [1.0, 0.0, 0.5],
        }
    )
    takes = pd.DataFrame(
        {
            "resource": ["ana", "ana"],
            "start_hours": [7.5, 7.5],
            "finish_hours": [15.0, 1e6],
            "fte": [0.5, 0.1],
        }
    )
    weekly = weekly_load(portfolio, segments=segments, takes=takes)
    assert row(weekly, "ana", "2026-03-09") == pytest.approx(
        [7.5 * 1.5, 0.8 * 37.5 - 0.6 * 7.5 - 0.1 * 22.5, 7.5, 0.0, 0.2 * 7.5]
    )
    assert weekly["incident_hours"].tolist() == pytest.approx([0.6 * 7.5 + 0.1 * 22.5, 0.0])


@pytest.mark.parametrize("seed", range(20))
def test_the_parts_add_up_to_the_capacity(seed: int) -> None:
    """Project capacity, everyday support, absence and incidents are all of a resource's time."""
    random = np.random.default_rng(seed)
    portfolio = build(random_tables(seed))
    takes = pd.DataFrame(
        {
            "resource": portfolio.resources["resource"],
            "start_hours": random.uniform(0, 50),
            "finish_hours": random.uniform(50, 200),
            "fte": 0.4 + seed % 2,
        }
    )
    weekly = weekly_load(portfolio, takes=takes)
    parts = weekly[["capacity_hours", "everyday_hours", "absent_hours", "incident_hours"]]
    calendar = portfolio.calendar
    hours = calendar.hours(weekly["week"] + pd.Timedelta(days=7)) - calendar.hours(weekly["week"])
    capacity = weekly[["resource"]].merge(portfolio.resources, how="left")["capacity_fte"]
    np.testing.assert_allclose(parts.sum(axis=1), hours * capacity, atol=1e-9)
    assert (parts >= -1e-12).all(axis=None)


def test_tasks_without_a_date_are_planned_by_their_links() -> None:
    """A task without a planned start is loaded from where its predecessor ends."""
    tables = two_people()
    tables["tasks"].loc[1, "planned_start"] = pd.NaT
    tables["links"] = pd.DataFrame({"predecessor": ["a"], "successor": ["b"]})
    segments = planned_segments(portfolio_of(tables))
    assert segments["start_hours"].tolist() == [0.0, 22.5, 67.5]
    assert segments["finish_hours"].tolist() == [22.5, 37.5, 75.0]


def test_no_work_makes_no_weeks() -> None:
    """Milestones and work without people load nobody: an empty table with all its columns."""
    tables = two_people()
    tables["tasks"]["duration_days"] = 0.0
    weekly = weekly_load(portfolio_of(tables))
    assert weekly.empty
    assert list(weekly.columns) == COLUMNS
    tables["assignments"] = tables["assignments"].iloc[:0]
    assert weekly_load(portfolio_of(tables)).empty


def test_a_free_week_has_no_load_at_all() -> None:
    """Shares that come and go leave exactly nothing behind, not the rounding of their sum."""
    tables = two_people()
    tables["tasks"]["planned_start"] = pd.to_datetime(["2026-03-09", "2026-03-09", "2026-04-09"])
    tables["assignments"] = pd.DataFrame(
        {
            "task": ["a", "b", "c"],
            "resource": ["ana", "ana", "bo"],
            "units_fte": [0.3, 0.1, 0.5],
        }
    )
    weekly = weekly_load(portfolio_of(tables))
    assert weekly.loc[weekly["resource"] == "ana", "load_hours"].tolist()[1:] == [0.0] * 4


def test_edges_of_a_week_forgive_rounding() -> None:
    """Work that begins or ends a hair off Monday morning neither fails nor adds a week."""
    segments = pd.DataFrame(
        {
            "task": ["a", "b"],
            "start_hours": [37.5 - 1e-7, 40.0],
            "finish_hours": [45.0, 75.0 + 1e-7],
            "share": 1.0,
        }
    )
    weekly = weekly_load(portfolio_of(two_people()), segments=segments)
    assert weekly["week"].tolist() == [pd.Timestamp("2026-03-16")] * 2
    assert weekly["load_hours"].tolist() == pytest.approx([42.5, 0.0], abs=1e-6)


def test_what_the_portfolio_does_not_have() -> None:
    """Segments of an unknown task and takes of an unknown resource are refused by name."""
    portfolio = portfolio_of(two_people())
    segments = planned_segments(portfolio)
    unknown = segments.replace({"task": {"b": "x9"}})
    with pytest.raises(ValueError, match=r"segments name a task that the portfolio .* 'x9'"):
        weekly_load(portfolio, segments=unknown)
    takes = pd.DataFrame(
        {"resource": ["cy"], "start_hours": [0.0], "finish_hours": [1.0], "fte": [1.0]}
    )
    with pytest.raises(ValueError, match=r"takes name a resource that the portfolio .* 'cy'"):
        weekly_load(portfolio, takes=takes)


def crowd(tasks: int, people: int) -> Portfolio:
    """Return a large portfolio: two years of tasks of two people each."""
    random = np.random.default_rng(1)
    task = np.array([f"t{number}" for number in range(tasks)])
    person = np.array([f"r{number}" for number in range(people)])
    days = pd.to_timedelta(random.integers(0, 700, tasks), unit="D")
    project = np.array([f"p{number}" for number in range(20)])
    return build_portfolio(
        Settings(name="Crowd", start=pd.Timestamp("2026-03-09"), holidays="GB-ENG"),
        {
            "projects": pd.DataFrame({"project": project}),
            "tasks": pd.DataFrame(
                {
                    "task": task,
                    "project": random.choice(project, tasks),
                    "duration_days": random.integers(1, 25, tasks).astype(float),
                    "planned_start": pd.Timestamp("2026-03-09") + days,
                }
            ),
            "resources": pd.DataFrame({"resource": person}),
            "assignments": pd.DataFrame(
                {
                    "task": np.repeat(task, 2),
                    "resource": person[
                        (np.repeat(random.integers(0, people, tasks), 2) + np.tile([0, 1], tasks))
                        % people
                    ],
                    "units_fte": random.choice([0.2, 0.5, 1.0], 2 * tasks),
                }
            ),
            "services": pd.DataFrame({"service": ["s"]}),
            "support": pd.DataFrame({"service": "s", "resource": person, "bau_fte": 0.2}),
        },
    )


def test_a_large_portfolio_takes_under_a_second() -> None:
    """2,000 tasks of 200 people, two years by week (limit many times what it takes)."""
    portfolio = crowd(2_000, 200)
    begin = time.process_time()
    weekly = weekly_load(portfolio)
    assert time.process_time() - begin < 1
    work = portfolio.assignments.merge(portfolio.tasks, on="task")
    total = (work["units_fte"] * work["duration_days"] * 7.5).sum()
    assert weekly["load_hours"].sum() == pytest.approx(total)
